"""The errors: a slip of the kinds that are seen in public derivations, planted by one replacement.

``slip`` is the name by its kind; ``mended`` says that the suggestions must restore the original.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Planted:
    """One error in one document: ``old`` becomes ``new`` at its first place behind ``after``."""

    document: str
    slip: str
    old: str
    new: str
    after: str = ""
    mended: bool = True

    @property
    def name(self) -> str:
        """A short id."""
        return f"{self.document}: {self.slip}: {self.old[:24]} -> {self.new[:24]}"


LOG_Z, NO_BETA, DROPPED = "sign of log Z", "no beta on log Z", "log Z dropped"
INVERTED, SWAPPED = "KL ratio inverted", "KL arguments swapped"
SIGN_KL, BETA, FORGOTTEN = "sign of KL", "beta inverted", "forgotten -beta"
PAIR, INDEX, SAMPLER = "y_w and y_l swapped", "sum over the wrong index", "E under the wrong policy"
JENSEN, SAMPLE, DIVIDED = "Jensen the wrong way round", "estimator equated with KL", "Z divided out twice"
LAMBDA, LOG_OF, BAR = "sign of lambda", "1/log for log 1/", "a term wrong"

PLANTED = (
    # the corrected note
    Planted("note", SIGN_KL, r"\max_{\pi(\cdot \mid x)} - \beta D", r"\max_{\pi(\cdot \mid x)} \beta D"),
    Planted("note", SIGN_KL, r"- \beta \log \pi(Y \mid X)", r"+ \beta \log \pi(Y \mid X)"),
    Planted("note", INVERTED, r"+ \beta \log \pi_{\text{ref}}(Y \mid X)", r"- \beta \log \pi_{\text{ref}}(Y \mid X)"),
    Planted("note", BETA, r"\left( r(x, y) / \beta", r"\left( \beta r(x, y)"),
    Planted("note", BAR, r"\beta \sum_{x} \texttt{P}(x)", r"\sum_{x} \texttt{P}(x) \beta^2", mended=False),
    Planted("note", SWAPPED, r"D_{\text{KL}}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x)) \ge 0", r"D_{\text{KL}}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x)) \le 0", mended=False),
    Planted("note", SIGN_KL, r"[r(X, Y)] - \beta D", r"[r(X, Y)] + \beta D", after=r"\arg\max", mended=False),
    Planted("note", SWAPPED, r"D_{\text{KL}}(\pi( \cdot \mid X) \| \pi_{\text{ref}}( \cdot \mid X))\right]", r"D_{\text{KL}}(\pi_{\text{ref}}( \cdot \mid X) \| \pi( \cdot \mid X))\right]", after=r"\arg\max"),
    Planted("note", BETA, r"\exp(r(x, y) / \beta)}{z(x)}", r"\exp(\beta r(x, y))}{z(x)}"),
    Planted("note", "reference dropped", r"+ \log \pi_{\text{ref}}(y \mid x) - \log \pi(y \mid x) \right)", r"- \log \pi(y \mid x) \right)", mended=False),
    # Lagrange's method
    Planted("lagrangian", FORGOTTEN, r"- \beta - \lambda", r"- \lambda"),
    Planted("lagrangian", LAMBDA, r"- \beta - \lambda", r"- \beta + \lambda"),
    Planted("lagrangian", INVERTED, r"- \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta - \lambda", r"- \beta \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} - \beta - \lambda"),
    Planted("lagrangian", "beta on the wrong term", r"= r(x, y) - \beta \log", r"= \beta r(x, y) - \beta \log"),
    Planted("lagrangian", FORGOTTEN, r"\frac{\lambda}{\beta} - 1 \right)", r"\frac{\lambda}{\beta} \right)"),
    Planted("lagrangian", LAMBDA, r"\left( - \frac{\lambda}{\beta} - 1", r"\left( \frac{\lambda}{\beta} - 1"),
    Planted("lagrangian", BETA, r"\exp\left( \frac{r(x, y)}{\beta} \right) \exp", r"\exp\left( \beta r(x, y) \right) \exp"),
    Planted("lagrangian", FORGOTTEN, r"\lambda = \beta \log Z(x) - \beta", r"\lambda = \beta \log Z(x)"),
    Planted("lagrangian", NO_BETA, r"\lambda = \beta \log Z(x)", r"\lambda = \log Z(x)"),
    Planted("lagrangian", LOG_Z, r"\lambda = \beta \log Z(x)", r"\lambda = -\beta \log Z(x)"),
    Planted("lagrangian", "sign of the second derivative", r"- \frac{\beta}{\pi(y \mid x)} < 0", r"\frac{\beta}{\pi(y \mid x)} < 0", mended=False),
    Planted("lagrangian", "minimiser for maximiser", r"\arg\max_{\pi} J(\pi)", r"\arg\min_{\pi} J(\pi)"),
    # DPO
    Planted("dpo", SIGN_KL, r"\left[ r(x, y) - \beta \log", r"\left[ r(x, y) + \beta \log"),
    Planted("dpo", INVERTED, r"\frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] \\", r"\frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} \right] \\"),
    Planted("dpo", BETA, r"- \frac{1}{\beta} r(x, y) \right] \\", r"- \beta r(x, y) \right] \\"),
    Planted("dpo", "minimiser for maximiser", r"&= \min_{\pi} \mathbb{E}_{x \sim \mathcal{D}} \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}", r"&= \max_{\pi} \mathbb{E}_{x \sim \mathcal{D}} \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}"),
    Planted("dpo", SWAPPED, r"D_{\text{KL}}\left( \pi(\cdot \mid x) \,\|\, \pi^*(\cdot \mid x) \right) - \log", r"D_{\text{KL}}\left( \pi_{\text{ref}}(\cdot \mid x) \,\|\, \pi(\cdot \mid x) \right) - \log", mended=False),
    Planted("dpo", LOG_Z, r"= - \log Z(x) + \log \pi_{\text{ref}}", r"= \log Z(x) + \log \pi_{\text{ref}}"),
    Planted("dpo", BETA, r"+ \frac{1}{\beta} r(x, y) $$", r"+ \beta r(x, y) $$"),
    Planted("dpo", NO_BETA, r"+ \beta \log Z(x) $$", r"+ \log Z(x) $$"),
    Planted("dpo", LOG_Z, r"+ \beta \log Z(x) $$", r"- \beta \log Z(x) $$"),
    Planted("dpo", DROPPED, r" + \beta \log Z(x) $$", r" $$"),
    Planted("dpo", INVERTED, r"r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)}", r"r(x, y) = \beta \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi^*(y \mid x)}"),
    Planted("dpo", PAIR, r"\sigma\left( r(x, y_w) - r(x, y_l) \right)", r"\sigma\left( r(x, y_l) - r(x, y_w) \right)"),
    Planted("dpo", PAIR, r"\sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} \right) $$", r"\sigma\left( \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} - \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} \right) $$"),
    Planted("dpo", PAIR, r"\left[ \log \sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi^*(y_l", r"\left[ \log \sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_l \mid x)} - \beta \log \frac{\pi^*(y_l", mended=False),
    Planted("dpo", "sign of a loss", r"= - \mathbb{E}_{(x, y_w, y_l) \sim \mathcal{D}}\left[ \log \sigma", r"= \mathbb{E}_{(x, y_w, y_l) \sim \mathcal{D}}\left[ \log \sigma", mended=False),
    Planted("dpo", "log sigma for sigma", r"\left[ \log \sigma\left(", r"\left[ \sigma\left(", mended=False),
    # the regret identity
    Planted("regret", LOG_Z, r"= \beta \log Z(x) - \beta D", r"= -\beta \log Z(x) - \beta D"),
    Planted("regret", NO_BETA, r"= \beta \log Z(x) - \beta D", r"= \log Z(x) - \beta D"),
    Planted("regret", DROPPED, r"= \beta \log Z(x) - \beta D", r"= - \beta D"),
    Planted("regret", SIGN_KL, r"\log Z(x) - \beta D", r"\log Z(x) + \beta D"),
    Planted("regret", SWAPPED, r"- \beta D_{\text{KL}}(\pi \| \pi^*)", r"- \beta D_{\text{KL}}(\pi^* \| \pi)"),
    Planted("regret", SWAPPED, r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi^*)", r"J(\pi) = \beta D_{\text{KL}}(\pi^* \| \pi)"),
    Planted("regret", "another divergence", r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi^*)", r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}})", mended=False),
    Planted("regret", NO_BETA, r"J(\pi^*) = \beta \log Z(x)", r"J(\pi^*) = \log Z(x)"),
    Planted("regret", "a bound the wrong way", r"J(\pi) \le \beta", r"J(\pi) \ge \beta"),
    Planted("regret", INVERTED, r"\left[\log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)}\right]", r"\left[\log \frac{\pi_{\text{ref}}(y|x)}{\pi(y|x)}\right]"),
    Planted("regret", SAMPLER, r"J(\pi) = \mathbb{E}_{y \sim \pi(\cdot|x)}\left[\beta", r"J(\pi) = \mathbb{E}_{y \sim \pi_{\text{ref}}(\cdot|x)}\left[\beta"),
    Planted("regret", "a hundredth of log Z too much", r"= \beta \log Z(x) - \beta D", r"= \beta \log Z(x) + \frac{\beta}{100} \log Z(x) - \beta D"),
    # Donsker and Varadhan
    Planted("donsker-varadhan", INVERTED, r"\log\frac{\pi(y|x)}{\pi_0(y|x)}", r"\log\frac{\pi_0(y|x)}{\pi(y|x)}"),
    Planted("donsker-varadhan", INDEX, r"\sum_y \pi(y|x) \log", r"\sum_x \pi(y|x) \log"),
    Planted("donsker-varadhan", JENSEN, r"\ge \mathbb{E}_{\pi_0}[R(x,y)]", r"\le \mathbb{E}_{\pi_0}[R(x,y)]"),
    Planted("donsker-varadhan", "a bound the wrong way", r"D_{\mathrm{KL}}(\pi \| \pi_0) \le \log", r"D_{\mathrm{KL}}(\pi \| \pi_0) \ge \log"),
    Planted("donsker-varadhan", SIGN_KL, r"\mathbb{E}_{\pi}[R(x,y)] - D_{\mathrm{KL}}(\pi \| \pi_0) \le", r"\mathbb{E}_{\pi}[R(x,y)] + D_{\mathrm{KL}}(\pi \| \pi_0) \le"),
    Planted("donsker-varadhan", SAMPLER, r"\le \log \mathbb{E}_{\pi_0}[e^{R(x,y)}]", r"\le \log \mathbb{E}_{\pi}[e^{R(x,y)}]", mended=False),
    Planted("donsker-varadhan", SIGN_KL, r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - D", r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] + D"),
    Planted("donsker-varadhan", "factor 2", r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - D", r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - 2 D", mended=False),
    # estimators
    Planted("estimators", INVERTED, r"\log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] = D", r"\log \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} \right] = D"),
    Planted("estimators", "k3 with the ratio inverted", r"- 1 - \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} \right] = D", r"- 1 - \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] = D"),
    Planted("estimators", SAMPLER, r"$$ \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \log", r"$$ \mathbb{E}_{y \sim \pi_{\text{ref}}(\cdot \mid x)}\left[ \log"),
    Planted("estimators", SWAPPED, r"= \nabla_\theta D_{\text{KL}}\left( \pi_{\text{ref}} \,\|\, \pi_\theta \right)", r"= \nabla_\theta D_{\text{KL}}\left( \pi_\theta \,\|\, \pi_{\text{ref}} \right)"),
    Planted("estimators", "grad E[k2] for E[grad k2]", r"\mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \nabla_\theta \left( \frac{1}{2}", r"\nabla_\theta \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \left( \frac{1}{2}", mended=False),
    Planted("estimators", "a forgotten half", r"\frac{1}{2} \left( \log", r"\left( \log", mended=False),
    Planted("estimators", "k1 has a gradient", r"\right] = 0 $$", r"\right] = \nabla_\theta D_{\text{KL}}\left( \pi_\theta \,\|\, \pi_{\text{ref}} \right) $$", mended=False),
    Planted("estimators", "chi2 - KL under the name KL", r"= \chi^2\left( \pi_\theta \,\|\, \pi_{\text{ref}} \right) - D_{\text{KL}}", r"= D_{\text{KL}}", mended=False),
    Planted("estimators", SAMPLE, r"$$ \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} - 1 - \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} \right] = D", r"$$ \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} - 1 - \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)} = D", mended=False),
    # one aligned block, theta, phi and tau
    Planted("theta", SIGN_KL, r"\left[r_\phi(x,y) - \tau", r"\left[r_\phi(x,y) + \tau"),
    Planted("theta", BETA, r"- \frac{1}{\tau} r_\phi(x,y)\right]", r"- \tau r_\phi(x,y)\right]"),
    Planted("theta", "sign of the reward", r"- \frac{1}{\tau} r_\phi(x,y)\right]", r"+ \frac{1}{\tau} r_\phi(x,y)\right]"),
    Planted("theta", SWAPPED, r"\left[\mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi^\star(y|x)]", r"\left[-\mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi^\star(y|x)]"),
    Planted("theta", NO_BETA, r"- \tau \log Z(x)", r"- \log Z(x)"),
    Planted("theta", LOG_Z, r"- \tau \log Z(x)", r"+ \tau \log Z(x)"),
    Planted("theta", PAIR, r"r_\phi(x,y_1) - r_\phi(x,y_2) =", r"r_\phi(x,y_2) - r_\phi(x,y_1) ="),
    Planted("theta", NO_BETA, r"\| \pi_{SFT}(y|x)] = \tau \log Z(x)", r"\| \pi_{SFT}(y|x)] = \log Z(x)"),
    # preferences
    Planted("preferences", LOG_OF, r"\left[\log \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}\right]", r"\left[\frac{1}{\log(1 + \exp(r(x,y_l) - r(x,y_w)))}\right]"),
    Planted("preferences", PAIR, r"= \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}", r"= \frac{1}{1 + \exp(r(x,y_w) - r(x,y_l))}"),
    Planted("preferences", "a sum for a product", r"\exp r(x,y_w) + \exp r(x,y_l)}", r"1 + \exp r(x,y_l)}", mended=False),
    Planted("preferences", "sign of a loss", r"= \mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1", r"= -\mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1"),
    Planted("preferences", PAIR, r"= 1 - p(y_l \succ y_w | x)", r"= 1 - p(y_w \succ y_l | x)"),
    # gradients
    Planted("dpo-gradient", PAIR, r"= -\beta \sigma(\hat r(x,y_l) - \hat r(x,y_w))", r"= -\beta \sigma(\hat r(x,y_w) - \hat r(x,y_l))"),
    Planted("dpo-gradient", "a forgotten beta", r"= -\beta \sigma", r"= -\sigma", mended=False),
    Planted("dpo-gradient", "sign of a gradient", r"= -\beta \sigma", r"= \beta \sigma"),
    Planted("dpo-gradient", "sign of a gradient", r"\nabla_\theta \log\pi_\theta(y_w|x) - \nabla", r"\nabla_\theta \log\pi_\theta(y_w|x) + \nabla"),
    Planted("dpo-gradient", INVERTED, r"\left[\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} \nabla", r"\left[\log\frac{\pi_{ref}(y|x)}{\pi_\theta(y|x)} \nabla"),
    # soft values
    Planted("soft", BETA, r"\frac{Q(s,a) - V(s)}{\alpha}", r"\alpha (Q(s,a) - V(s))"),
    Planted("soft", "a forgotten alpha", r"= \alpha \log\frac{\pi^*(a|s)}", r"= \log\frac{\pi^*(a|s)}", mended=False),
    Planted("soft", "sign of V", r"Q(s,a) - V(s) = \alpha \log", r"Q(s,a) + V(s) = \alpha \log"),
    Planted("soft", SWAPPED, r"- \alpha D_{KL}(\pi \| \pi_{ref})", r"- \alpha D_{KL}(\pi_{ref} \| \pi)"),
    # proportional
    Planted("proportional", BETA, r"\exp(r(x,y)/\beta)", r"\exp(\beta r(x,y))"),
    Planted("proportional", "sign of the reward", r"\exp(r(x,y)/\beta)", r"\exp(-r(x,y)/\beta)"),
    Planted("proportional", LOG_Z, r"- \log Z(x)", r"+ \log Z(x)"),
    Planted("proportional", DROPPED, r"r(x,y)/\beta - \log Z(x)", r"r(x,y)/\beta"),
    Planted("proportional", BETA, r"= \frac{1}{\beta} \mathbb{E}", r"= \beta \mathbb{E}"),
    Planted("proportional", SIGN_KL, r"[r(x,y)] - \beta D_{KL}(\pi \| \pi_{ref})", r"[r(x,y)] + \beta D_{KL}(\pi \| \pi_{ref})", after=r"\arg\max", mended=False),
    Planted("proportional", SAMPLER, r"\mathbb{E}_{y\sim\pi^*}[r(x,y)]", r"\mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]"),
)
