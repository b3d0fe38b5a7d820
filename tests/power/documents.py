"""Correct proofs of several routes, for errors to be planted in. Each is first asserted to be proved."""

from pathlib import Path

PROOFS = Path(__file__).parents[2] / "docs" / "proofs"


def _rows(*rows: str) -> str:
    return "\n\n".join(f"$${row}$$" for row in rows) + "\n"


DOCUMENTS: dict[str, str] = {
    "note": (PROOFS / "note-on-ppo-corrected.md").read_text(),
    "lagrangian": (PROOFS / "lagrangian.md").read_text(),
    "dpo": (PROOFS / "dpo.md").read_text(),
    "estimators": (PROOFS / "estimators.md").read_text(),
    "regret": _rows(
        r"J(\pi) = \mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}})",
        r"Z(x) = \sum_y \pi_{\text{ref}}(y|x) \exp(r(x,y)/\beta)",
        r"\pi^*(y|x) = \frac{1}{Z(x)} \pi_{\text{ref}}(y|x) \exp(r(x,y)/\beta)",
        r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{\text{ref}}(y|x)} + \beta \log Z(x)",
        r"J(\pi) = \mathbb{E}_{y \sim \pi(\cdot|x)}\left[\beta \log \frac{\pi^*(y|x)}{\pi_{\text{ref}}(y|x)} + \beta \log Z(x)\right]"
        r" - \beta \mathbb{E}_{y \sim \pi(\cdot|x)}\left[\log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)}\right]",
        r"= \beta \log Z(x) - \beta D_{\text{KL}}(\pi \| \pi^*)",
        r"J(\pi^*) = \beta \log Z(x)",
        r"J(\pi^*) - J(\pi) = \beta D_{\text{KL}}(\pi \| \pi^*)",
        r"J(\pi) \le \beta \log Z(x)",
    ),
    "donsker-varadhan": _rows(
        r"D_{\mathrm{KL}}(\pi \,\|\, \pi_0) = \sum_y \pi(y|x) \log\frac{\pi(y|x)}{\pi_0(y|x)}",
        r"\mathbb{E}_{\pi}[R(x,y)] - D_{\mathrm{KL}}(\pi \| \pi_0) \le \log \mathbb{E}_{\pi_0}[e^{R(x,y)}]",
        r"\log \mathbb{E}_{\pi_0}[e^{R(x,y)}] \ge \mathbb{E}_{\pi_0}[R(x,y)]",
        r"\log \mathbb{E}_{\pi_0}[e^{R(x,y)}] = \sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - D_{\mathrm{KL}}(\pi \| \pi_0)",
    ),
    "theta": (
        "\\begin{align}\n"
        r"&\max_{\pi_\theta} \mathbb{E}_{x\sim\mathcal{D}, y\sim\pi_\theta(y|x)}[r_\phi(x,y)]"
        r" - \tau \mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi_{SFT}(y|x)] \\" "\n"
        r"&= \max_{\pi_\theta} \mathbb{E}_{x\sim\mathcal{D}}\mathbb{E}_{y\sim\pi_\theta(y|x)}"
        r"\left[r_\phi(x,y) - \tau\log\frac{\pi_\theta(y|x)}{\pi_{SFT}(y|x)}\right] \\" "\n"
        r"&= \min_{\pi_\theta} \mathbb{E}_{x\sim\mathcal{D}}\mathbb{E}_{y\sim\pi_\theta(y|x)}"
        r"\left[\log\frac{\pi_\theta(y|x)}{\pi_{SFT}(y|x)} - \frac{1}{\tau} r_\phi(x,y)\right] \\" "\n"
        r"&= \min_{\pi_\theta} \mathbb{E}_{x\sim\mathcal{D}}"
        r"\left[\mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi^\star(y|x)] - \log Z(x)\right]" "\n"
        "\\end{align}\n\n"
        + _rows(
            r"\pi^\star(y|x) = \frac{1}{Z(x)}\pi_{SFT}(y|x) e^{\frac{1}{\tau} r_\phi(x,y)}",
            r"\tau \log \frac{\pi^\star(y|x)}{\pi_{SFT}(y|x)} = r_\phi(x,y) - \tau \log Z(x)",
            r"r_\phi(x,y_1) - r_\phi(x,y_2) = \tau \log \frac{\pi^\star(y_1|x)}{\pi_{SFT}(y_1|x)} - \tau \log \frac{\pi^\star(y_2|x)}{\pi_{SFT}(y_2|x)}",
            r"\mathbb{E}_{y\sim\pi^\star}[r_\phi(x,y)] - \tau \mathbb{D}_{KL}[\pi^\star(y|x) \| \pi_{SFT}(y|x)] = \tau \log Z(x)",
        )
    ),
    "preferences": _rows(
        r"p(y_w \succ y_l | x) = \sigma(r(x,y_w) - r(x,y_l))",
        r"= \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}",
        r"= \frac{\exp r(x,y_w)}{\exp r(x,y_w) + \exp r(x,y_l)}",
        r"= 1 - p(y_l \succ y_w | x)",
        r"-\mathbb{E}_{(x,y_w,y_l)\sim D}[\log p(y_w \succ y_l | x)]",
        r"= -\mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}\right]",
        r"= \mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1 + \exp(r(x,y_l) - r(x,y_w))\right)\right]",
    ),
    "dpo-gradient": _rows(
        r"\hat r(x,y) = \beta \log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}",
        r"\nabla_\theta \left( -\log\sigma(\hat r(x,y_w) - \hat r(x,y_l)) \right)"
        r" = -\beta \sigma(\hat r(x,y_l) - \hat r(x,y_w)) \left[\nabla_\theta \log\pi_\theta(y_w|x) - \nabla_\theta \log\pi_\theta(y_l|x)\right]",
        r"\nabla_\theta \mathbb{E}_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] = \mathbb{E}_{y\sim\pi_\theta(\cdot|x)}[r(x,y) \nabla_\theta \log\pi_\theta(y|x)]",
        r"\nabla_\theta D_{KL}(\pi_\theta \| \pi_{ref}) = \mathbb{E}_{y\sim\pi_\theta(\cdot|x)}\left[\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} \nabla_\theta \log\pi_\theta(y|x)\right]",
    ),
    "soft": _rows(
        r"V(s) = \alpha \log \sum_a \pi_{ref}(a|s) \exp(Q(s,a)/\alpha)",
        r"\pi^*(a|s) = \pi_{ref}(a|s) \exp\left(\frac{Q(s,a) - V(s)}{\alpha}\right)",
        r"V(s) = \max_\pi \mathbb{E}_{a\sim\pi(\cdot|s)}[Q(s,a)] - \alpha D_{KL}(\pi \| \pi_{ref})",
        r"Q(s,a) - V(s) = \alpha \log\frac{\pi^*(a|s)}{\pi_{ref}(a|s)}",
    ),
    "proportional": _rows(
        r"\max_\pi \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi \| \pi_{ref})",
        r"\pi^*(y|x) \propto \pi_{ref}(y|x) \exp(r(x,y)/\beta)",
        r"\log \pi^*(y|x) = \log \pi_{ref}(y|x) + r(x,y)/\beta - \log Z(x)",
        r"\pi^* = \arg\max_\pi \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi \| \pi_{ref})",
        r"D_{KL}(\pi^* \| \pi_{ref}) = \frac{1}{\beta} \mathbb{E}_{y\sim\pi^*}[r(x,y)] - \log Z(x)",
    ),
}
