"""When does PPO's clip take away the gradient of a sample, and when does it not?

A sample was drawn from an older policy, and ρ = π/π_old is its probability now over its probability then. The clipped
objective is the smaller of two products: ρ A, and A times the ρ that is clipped to lie between 1 - ε and 1 + ε. The
clip acts on one side only. If ρ has moved far enough in the direction of the advantage A, the sample has no gradient.
If ρ has moved too far in the other direction, the sample keeps its whole gradient.
"""

import sympy as sp

from symkl.sympy import Clip, Page, Score, Slope

page = Page(
    "PPO's clipped objective",
    states="For A > 0 it is A min(ρ, 1 + ε), for A < 0 it is A max(ρ, 1 - ε); its mean is at most E_π[A].",
    sources=["J. Schulman et al., Proximal Policy Optimization Algorithms (2017), section 3"],
)
(y,) = page.outcomes("y")
pi = page.distribution("π", y, parameters=True, meaning="the policy that is trained")
old = page.distribution("π_old", y, meaning="the policy that drew the samples")
adv = page.function("A", y, meaning="the advantage of a response")
rho = page.positive("ρ", "the ratio π/π_old of a sample")
a = page.positive("a", "the size of its advantage, which is a or -a")
eps = page.positive("ε", "how far the ratio may go, less than 1")
d = page.positive("d", "how far it went beyond")


def clipped(ratio, advantage):
    """PPO's objective at one sample."""
    return sp.Min(ratio * advantage, Clip(ratio, 1 - eps, 1 + eps) * advantage)


page.given(eps, "<", sp.S.One, "Both bounds of the clip are positive.")
capped, floored = a * sp.Min(rho, 1 + eps), -a * sp.Max(rho, 1 - eps)
page.step(clipped(rho, a), "=", capped, "For A = a > 0 the lower bound of the clip plays no part.")
page.step(clipped(rho, -a), "=", floored, "For A = -a < 0 the upper bound plays no part.")
page.fails(
    clipped(rho, -a),
    "=",
    -a * sp.Min(rho, 1 + eps),
    "A minimum is wrong here: a negative factor turns it into a maximum.",
)
page.fails(
    clipped(rho, a),
    "=",
    a * Clip(rho, 1 - eps, 1 + eps),
    "The objective is not the clipped ratio times A: below 1 - ε they differ.",
)
page.step(capped, "<=", (1 + eps) * a, "So a good sample (A > 0) adds at most (1 + ε) a.")
page.step(floored, "<=", -(1 - eps) * a, "A bad one (A < 0) takes off at least (1 - ε) a, however rare it has become.")

above, below = 1 + eps + d, 1 - eps - d
flat = page.step(
    clipped(above, a), "=", (1 + eps) * a, "Take ρ above 1 + ε. For a good sample the objective is constant there."
)
page.step(Slope(flat, d), "=", 0, "So it has no gradient there: the sample moves ρ neither up nor down.")
page.step(
    clipped(above, -a), "=", -above * a, "A bad sample keeps its whole gradient, and its objective has no lower bound."
)
page.given(d, "<", 1 - eps, "Now take ρ below 1 - ε. It is still positive.")
page.step(clipped(below, a), "=", below * a, "A good sample that has become less likely keeps its whole gradient.")
page.step(clipped(below, -a), "=", -(1 - eps) * a, "A bad one has no gradient.")

ratio = pi[y] / old[y]
gradient = page.mean(old, ratio * adv[y] * Score(sp.log(pi[y])), y)
page.step(
    Score(page.mean(old, ratio * adv[y], y)),
    "=",
    gradient,
    "Without the clip, the gradient is the mean of ρ A times the score, ∇log π.",
)
page.step(
    gradient,
    "=",
    Score(page.mean(pi, adv[y], y)),
    "That is the gradient of E_π[A], whichever policy drew the samples.",
)
page.step(page.mean(old, clipped(ratio, adv[y]), y), "<=", page.mean(pi, adv[y], y),
          "With the clip the mean objective is a lower bound of the mean advantage E_π[A].")  # fmt: skip
derivation = page.derivation()
