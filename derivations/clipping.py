"""What does PPO's clip hold, and what does it leave free?

A sample was drawn from an older policy, and ρ = π/π_old is how much likelier it is now. The clipped objective is the
smaller of ρ A and the same with ρ brought between 1 - ε and 1 + ε. So it is one thing where the advantage A is
positive and another where it is negative, and in each case it is flat on one side alone: a sample that went far
enough the way that its advantage says has no gradient. One that went too far the other way keeps all of it.
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
page.step(clipped(rho, a), "=", capped, "For A = a > 0 the lower bound of the clip plays no part,")
page.step(clipped(rho, -a), "=", floored, "and for A = -a < 0 the upper one.")
page.fails(clipped(rho, -a), "=", -a * sp.Min(rho, 1 + eps), "A factor below 0 makes the minimum a maximum.")
page.fails(clipped(rho, a), "=", a * Clip(rho, 1 - eps, 1 + eps), "Nor is it the clipped ratio alone, times A.")
page.step(capped, "<=", (1 + eps) * a, "So what a good sample may give is bounded above,")
page.step(floored, "<=", -(1 - eps) * a, "and a bad one always takes something, however rare it became.")

above, below = 1 + eps + d, 1 - eps - d
flat = page.step(clipped(above, a), "=", (1 + eps) * a, "A good sample that is likelier already by more than ε:")
page.step(Slope(flat, d), "=", 0, "no gradient. It does not push on, and nothing pulls back either.")
page.step(clipped(above, -a), "=", -above * a, "A bad one there has all of its gradient, without a bound.")
page.given(d, "<", 1 - eps, "Now below 1 - ε, the ratio still being positive.")
page.step(clipped(below, a), "=", below * a, "A good one that became less likely has all of its gradient,")
page.step(clipped(below, -a), "=", -(1 - eps) * a, "and a bad one none.")

ratio = pi[y] / old[y]
gradient = page.mean(old, ratio * adv[y] * Score(sp.log(pi[y])), y)
page.step(Score(page.mean(old, ratio * adv[y], y)), "=", gradient, "Unclipped, a sample weighs its score by ρ A,")
page.step(gradient, "=", Score(page.mean(pi, adv[y], y)), "on average the policy gradient, whoever drew the samples.")
page.step(page.mean(old, clipped(ratio, adv[y]), y), "<=", page.mean(pi, adv[y], y),
          "With the clip the objective is a lower bound of the mean advantage that it stands for.")  # fmt: skip
derivation = page.derivation()
