"""Documents that show a theorem, and documents near them that do not: each with the theorem it claims."""

SHOWN: dict[str, tuple[str, str]] = {
    "gibbs-cross-entropy": (
        "gibbs",
        r"""
$$ -\sum_y p(y)\log p(y) \le -\sum_y p(y)\log q(y) $$
""",
    ),
    "gibbs-scaled": (
        "gibbs",
        r"""
$$ \beta D_{KL}(\pi\|\pi_{ref}) \ge 0 $$
""",
    ),
    "gibbs-chain": (
        "gibbs",
        r"""
$$ -D_{KL}(p\|q) = \sum_y p(y)\log\frac{q(y)}{p(y)} \le \sum_y p(y)\left(\frac{q(y)}{p(y)} - 1\right) = 0 $$
""",
    ),
    "gibbs-chain-rows": (
        "gibbs",
        r"""
$$ D_{KL}(p\|q) $$
$$ = -\sum_y p(y)\log\frac{q(y)}{p(y)} $$
$$ \ge -\sum_y p(y)\left(\frac{q(y)}{p(y)} - 1\right) $$
$$ = 0 $$
""",
    ),
    "gibbs-negated": (
        "gibbs",
        r"""
$$ -D_{KL}(p\|q) \le 0 $$
""",
    ),
    "gibbs-followed": (
        "gibbs",
        r"""
$$ D_{KL}(p\|q) \ge 0 $$
$$ \sum_y p(y) = 1 $$
""",
    ),
    "argmax-average": (
        "optimal-policy",
        r"""
$$ J(\pi) = E_{x\sim D}\left[E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref})\right] $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\max_\pi J(\pi) $$
""",
    ),
    "argmax-scaled": (
        "optimal-policy",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\max_\pi \frac{1}{\beta}E_{y\sim\pi(\cdot|x)}[r(x,y)] - D_{KL}(\pi\|\pi_{ref}) $$
""",
    ),
    "argmin-form": (
        "optimal-policy",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\min_\pi D_{KL}(\pi\|\pi_{ref}) - \frac{1}{\beta}E_{y\sim\pi(\cdot|x)}[r(x,y)] $$
""",
    ),
    "argmax-chain": (
        "optimal-policy",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \arg\max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \arg\max_\pi -\beta D_{KL}(\pi\|\pi^*) = \pi^* $$
""",
    ),
    "argmax-other-letters": (
        "optimal-policy",
        r"""
$$ \pi^*(a|s) = \frac{\mu(a|s)e^{Q(s,a)/\alpha}}{\sum_{a'}\mu(a'|s)e^{Q(s,a')/\alpha}} $$
$$ \pi^* = \arg\max_\pi E_{a\sim\pi(\cdot|s)}[Q(s,a)] - \alpha D_{KL}(\pi\|\mu) $$
""",
    ),
    "problem-and-solution": (
        "optimal-policy",
        r"""
$$ \max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ = \max_\pi -\beta D_{KL}(\pi\|\pi^*) + \beta\log Z(x) $$
$$ \pi(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "lagrange-proportional": (
        "optimal-policy",
        r"""
$$ L(\pi,\lambda) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) + \lambda\left(1 - \sum_y\pi(y|x)\right) $$
$$ \frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \beta - \lambda = 0 $$
$$ \pi(y|x) \propto \pi_{ref}(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "lagrange-separate-rows": (
        "optimal-policy",
        r"""
$$ L(\pi,\lambda) = \sum_y\pi(y|x)r(x,y) - \beta\sum_y\pi(y|x)\log\frac{\pi(y|x)}{\mu(y|x)} + \lambda\left(1 - \sum_y\pi(y|x)\right) $$
$$ \frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \beta - \lambda $$
$$ = 0 $$
$$ Z(x) = \sum_y\mu(y|x)e^{r(x,y)/\beta} $$
$$ \pi(y|x) = \frac{1}{Z(x)}\mu(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "value-max": (
        "optimal-value",
        r"""
$$ \max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \beta\log\sum_y\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "value-max-flipped": (
        "optimal-value",
        r"""
$$ \tau\log\sum_a\mu(a|s)e^{Q(s,a)/\tau} = \max_\pi E_{a\sim\pi(\cdot|s)}[Q(s,a)] - \tau D_{KL}(\pi\|\mu) $$
""",
    ),
    "value-bound-and-attained": (
        "optimal-value",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ J(\pi) \le \beta\log Z(x) $$
$$ J(\pi^*) = \beta\log Z(x) $$
""",
    ),
    "value-argmax-and-attained": (
        "optimal-value",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\max_\pi J(\pi) $$
$$ J(\pi^*) = \beta\log Z(x) $$
""",
    ),
    "regret-from-identity": (
        "regret",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ J(\pi) = \beta\log Z(x) - \beta D_{KL}(\pi\|\pi^*) $$
""",
    ),
    "regret-max": (
        "regret",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \max_p J(p) - J(\pi) = \beta D_{KL}(\pi\|\pi^*) $$
""",
    ),
    "regret-sum": (
        "regret",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ J(\pi^*) - J(\pi) = \beta\sum_y\pi(y|x)\log\frac{\pi(y|x)}{\pi^*(y|x)} $$
""",
    ),
    "dv-sums": (
        "donsker-varadhan",
        r"""
<!-- symkl: g function of z -->
$$ \max_\nu \sum_z \nu(z)g(z) - D_{KL}(\nu\|\rho) = \log\sum_z\rho(z)e^{g(z)} $$
""",
    ),
    "dv-bound-plus": (
        "donsker-varadhan",
        r"""
<!-- symkl: f function of y; g distribution over y -->
$$ g(y) = \frac{q(y)e^{f(y)}}{\sum_{y'} q(y')e^{f(y')}} $$
$$ E_{y\sim p}[f(y)] - D_{KL}(p\|q) \le \log E_{y\sim q}[e^{f(y)}] $$
$$ E_{y\sim g}[f(y)] - D_{KL}(g\|q) = \log E_{y\sim q}[e^{f(y)}] $$
""",
    ),
    "dpo-loss-bradley": (
        "dpo-loss",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \frac{e^{r(x,y_1)}}{e^{r(x,y_1)} + e^{r(x,y_2)}} = \sigma(r(x,y_1) - r(x,y_2)) $$
$$ -\log\frac{e^{r(x,y_1)}}{e^{r(x,y_1)} + e^{r(x,y_2)}} = -\log\sigma\left(\beta\log\frac{\pi^*(y_1|x)}{\pi_{ref}(y_1|x)} - \beta\log\frac{\pi^*(y_2|x)}{\pi_{ref}(y_2|x)}\right) $$
""",
    ),
    "k1-letters": (
        "k1-unbiased",
        r"""
$$ D_{KL}(p\|q) = E_{y\sim p}\left[\log p(y) - \log q(y)\right] $$
""",
    ),
    "k3-letters": (
        "k3-unbiased",
        r"""
$$ D_{KL}(p\|q) = E_{y\sim p}\left[\frac{q(y)}{p(y)} - 1 + \log\frac{p(y)}{q(y)}\right] $$
""",
    ),
    "k2-gradient-letters": (
        "k2-gradient",
        r"""
$$ E_{y\sim\pi_\theta(\cdot|x)}\left[\nabla_\theta\frac12\left(\log\frac{\pi_\theta(y|x)}{\mu(y|x)}\right)^2\right] = \nabla_\theta D_{KL}(\pi_\theta\|\mu) $$
""",
    ),
    "policy-gradient-letters": (
        "policy-gradient",
        r"""
$$ \nabla_\theta\left(E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi_\theta\|\mu)\right) = E_{y\sim\pi_\theta(\cdot|x)}\left[\left(r(x,y) - \beta\log\frac{\pi_\theta(y|x)}{\mu(y|x)}\right)\nabla_\theta\log\pi_\theta(y|x)\right] $$
""",
    ),
    "policy-gradient-on-average": (
        "policy-gradient",
        r"""
$$ J(\theta) = E_{x\sim D}\left[E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi_\theta\|\pi_{ref})\right] $$
$$ \nabla_\theta J(\theta) = E_{x\sim D, y\sim\pi_\theta(\cdot|x)}\left[\left(r(x,y) - \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}\right)\nabla_\theta\log\pi_\theta(y|x)\right] $$
""",
    ),
    "reward-log-form": (
        "dpo-reward",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \frac{r(x,y)}{\beta} - \log Z(x) = \log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} $$
""",
    ),
    "large-beta": (
        "limit-large-beta",
        r"""
$$ \pi^*(y|x) = \frac{\mu(y|x)e^{r(x,y)/\tau}}{\sum_{y'}\mu(y'|x)e^{r(x,y')/\tau}} $$
$$ \lim_{\tau\to\infty}\pi^*(y|x) = \mu(y|x) $$
""",
    ),
    "slope": (
        "reward-slope",
        r"""
$$ \pi^*(y|x) = \frac{\mu(y|x)e^{r(x,y)/\tau}}{\sum_{y'}\mu(y'|x)e^{r(x,y')/\tau}} $$
$$ \frac{d}{d\tau}E_{y\sim\pi^*(\cdot|x)}[r(x,y)] = -\frac{1}{\tau^2}\left(E_{y\sim\pi^*(\cdot|x)}[r(x,y)^2] - E_{y\sim\pi^*(\cdot|x)}[r(x,y)]^2\right) $$
""",
    ),
    "frontier": (
        "frontier-slope",
        r"""
$$ \pi^*(y|x) = \frac{\mu(y|x)e^{r(x,y)/\tau}}{\sum_{y'}\mu(y'|x)e^{r(x,y')/\tau}} $$
$$ \frac{d}{d\tau}E_{y\sim\pi^*(\cdot|x)}[r(x,y)] = \tau\frac{d}{d\tau}D_{KL}(\pi^*\|\mu) $$
""",
    ),
    "gradient-dpo": (
        "dpo-gradient",
        r"""
$$ \nabla_\theta\left(-\log\sigma\left(\beta\log\frac{\pi_\theta(y_w|x)}{\mu(y_w|x)} - \beta\log\frac{\pi_\theta(y_l|x)}{\mu(y_l|x)}\right)\right) = -\beta\sigma\left(\beta\log\frac{\pi_\theta(y_l|x)}{\mu(y_l|x)} - \beta\log\frac{\pi_\theta(y_w|x)}{\mu(y_w|x)}\right)\left(\nabla_\theta\log\pi_\theta(y_w|x) - \nabla_\theta\log\pi_\theta(y_l|x)\right) $$
""",
    ),
}

NOT_SHOWN: dict[str, tuple[str, str]] = {
    "gibbs-of-one": (
        "gibbs",
        r"""
$$ D_{KL}(p\|p) \ge 0 $$
""",
    ),
    "gibbs-of-tilt": (
        "gibbs",
        r"""
$$ \pi^*(y|x) = \frac{\pi_{ref}(y|x)e^{r(x,y)/\beta}}{\sum_{y'}\pi_{ref}(y'|x)e^{r(x,y')/\beta}} $$
$$ D_{KL}(\pi^*\|\pi_{ref}) \ge 0 $$
""",
    ),
    "gibbs-upper": (
        "gibbs",
        r"""
$$ D_{KL}(p\|q) = \sum_y p(y)\log\frac{p(y)}{q(y)} $$
""",
    ),
    "argmax-of-something-else": (
        "optimal-policy",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\min_\pi D_{KL}(\pi\|\pi^*) $$
""",
    ),
    "argmax-of-something-else-2": (
        "optimal-policy",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^* = \arg\max_\pi \beta\log Z(x) - \beta D_{KL}(\pi\|\pi^*) $$
""",
    ),
    "problem-twice-said": (
        "optimal-policy",
        r"""
$$ \max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \pi^*(y|x) \propto \pi_{ref}(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "lagrange-unnormalised": (
        "optimal-policy",
        r"""
$$ L(\pi,\lambda) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) + \lambda\left(1 - \sum_y\pi(y|x)\right) $$
$$ \frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \beta - \lambda = 0 $$
$$ \pi(y|x) = \pi_{ref}(y|x)e^{r(x,y)/\beta}e^{-(\beta + \lambda)/\beta} $$
""",
    ),
    "lagrange-of-forward": (
        "optimal-policy",
        r"""
$$ L(p,\lambda) = \sum_y p(y)\log q(y) + \lambda\left(1 - \sum_y p(y)\right) - \sum_y p(y)\log p(y) $$
$$ \frac{\partial L}{\partial p(y)} = \log q(y) - \log p(y) - 1 - \lambda = 0 $$
$$ p(y) = q(y) $$
""",
    ),
    "value-bound": (
        "optimal-value",
        r"""
$$ E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) \le \beta\log\sum_y\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
""",
    ),
    "regret-inequality": (
        "regret",
        r"""
$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ J(\pi^*) - J(\pi) \ge 0 $$
""",
    ),
    "dv-defined-f": (
        "donsker-varadhan",
        r"""
$$ \log E_{y\sim q}[e^{2}] = \max_p\ E_{y\sim p}[2] - D_{KL}(p\|q) $$
""",
    ),
    "dpo-loss-only-definition": (
        "dpo-loss",
        r"""
$$ \mathcal{L}(\theta) = -E_{(x,y_w,y_l)\sim D}\left[\log\sigma\left(\beta\log\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)} - \beta\log\frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}\right)\right] $$
$$ \mathcal{L}(\theta) = E_{(x,y_w,y_l)\sim D}\left[-\log\sigma\left(\beta\log\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)} - \beta\log\frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}\right)\right] $$
""",
    ),
    "dpo-loss-without-policy": (
        "dpo-loss",
        r"""
$$ -\log\frac{e^{r(x,y_w)}}{e^{r(x,y_w)} + e^{r(x,y_l)}} = -\log\sigma(r(x,y_w) - r(x,y_l)) $$
""",
    ),
    "k1-by-definition": (
        "k1-unbiased",
        r"""
$$ \sum_y\pi(y|x)\log\frac{\pi(y|x)}{\mu(y|x)} = D_{KL}(\pi\|\mu) $$
""",
    ),
    "k3-not-k1": (
        "k3-unbiased",
        r"""
$$ D_{KL}(p\|q) = E_{y\sim p}\left[\log\frac{p(y)}{q(y)}\right] $$
""",
    ),
    "k2-gradient-half": (
        "k2-gradient",
        r"""
$$ E_{y\sim\pi_\theta(\cdot|x)}\left[\log\frac{\pi_\theta(y|x)}{\mu(y|x)}\nabla_\theta\log\pi_\theta(y|x)\right] = \nabla_\theta D_{KL}(\pi_\theta\|\mu) $$
""",
    ),
    "policy-gradient-split": (
        "policy-gradient",
        r"""
$$ \nabla_\theta\left(E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi_\theta\|\mu)\right) = \nabla_\theta E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] - \beta \nabla_\theta D_{KL}(\pi_\theta\|\mu) $$
""",
    ),
    "policy-gradient-of-reward-alone": (
        "policy-gradient",
        r"""
$$ \nabla_\theta E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] = E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)\nabla_\theta\log\pi_\theta(y|x)] $$
""",
    ),
    "reward-difference": (
        "dpo-reward",
        r"""
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ r(x,y_1) - r(x,y_2) = \beta\log\frac{\pi^*(y_1|x)}{\pi_{ref}(y_1|x)} - \beta\log\frac{\pi^*(y_2|x)}{\pi_{ref}(y_2|x)} $$
""",
    ),
    "slope-itself": (
        "reward-slope",
        r"""
$$ \pi^*(y|x) = \frac{\mu(y|x)e^{r(x,y)/\tau}}{\sum_{y'}\mu(y'|x)e^{r(x,y')/\tau}} $$
$$ \frac{d}{d\tau}E_{y\sim\pi^*(\cdot|x)}[r(x,y)] = \frac{d}{d\tau}\sum_y\pi^*(y|x)r(x,y) $$
""",
    ),
    "assumed-equal": (
        "regret",
        r"""
<!-- symkl: assume -->
$$ \pi(y|x) = \pi_{ref}(y|x) $$
$$ \pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta} $$
$$ \beta\log Z(x) - E_{y\sim\pi(\cdot|x)}[r(x,y)] + \beta D_{KL}(\pi\|\pi_{ref}) = \beta D_{KL}(\pi\|\pi^*) $$
""",
    ),
}
