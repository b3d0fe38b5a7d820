"""With another divergence in place of KL, which policy is best, and for which reward is a given policy best?

An f-divergence is the mean under π_ref of f(π/π_ref), f convex. Lagrange's method gives every policy q a reward for
which q is the best: β f'(q/π_ref), plus a multiplier. Preferences compare two responses, and the multiplier cancels.
That is f-DPO. The way back, from reward to policy, is harder. For KL it is π*. For χ² the policy is linear in the
reward, as long as no reward is so low that a probability would be negative. For most others λ has no formula.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page, Slope

page = Page(
    "Other divergences: f-DPO",
    states="A policy q is best for the reward β f'(q/π_ref) + λ, and λ cancels in every margin. For χ², "
    "q = π_ref (1 + (r - E_ref[r])/β).",
    sources=[
        "C. Wang et al., Beyond Reverse KL: Generalizing Direct Preference Optimization (2023)",
        "I. Csiszár, Information-type measures of difference of probability distributions (1967)",
    ],
)
y, y_w, y_l, j = page.outcomes("y y_w y_l j")
pi = page.distribution("π", y, meaning="any policy")
ref = page.distribution("π_ref", y, meaning="the reference policy")
q = page.distribution("q", y, meaning="the policy that is to be best, positive everywhere")
r = page.function("r", y, meaning="any reward")
beta = page.positive("β", "what a unit of the divergence costs")
lam = page.real("λ", "the multiplier of the constraint that π sums to 1")
alpha = page.positive("α", "the order of an α-divergence, which is not 1")
own = page.function("ρ_α", y)
quadratic, reverse, forward = (page.function(f"ρ_{name}", y) for name in ("χ", "KL", "F"))

t = sp.Symbol("t", positive=True)  # the ratio π/π_ref
order = (t**alpha - 1) / (alpha * (alpha - 1))
half_square, entropy, surprise = (t**2 - 1) / 2, t * sp.log(t), -sp.log(t)


def reward(f):
    """The reward for which q is stationary: β f'(q/π_ref) + λ."""
    return lam + beta * sp.diff(f, t).subs(t, q[y] / ref[y])


def earned(prize, policy=pi):
    """The mean of a reward."""
    return page.mean(policy, prize[y], y)


def squares(policy):
    """Half of χ²(policy‖π_ref)."""
    return (page.sum(policy[y] ** 2 / ref[y], y) - 1) / 2


divergence = (page.sum(pi[y] ** alpha * ref[y] ** (1 - alpha), y) - 1) / (alpha * (alpha - 1))
lagrangian = earned(r) - beta * divergence - lam * (page.sum(pi[y], y) - 1)
why = "Take an α-divergence in place of KL, and subtract λ times the constraint."
L = page.define(sp.Symbol("L", real=True), lagrangian, why)
slope = page.differentiate(lagrangian, pi[j])
page.step(Slope(L, pi[j]), "=", slope, "Differentiate by one probability: the reward, less β f', less λ.")
curvature = page.differentiate(slope, pi[j])
page.step(Slope(slope, pi[j]), "=", curvature, "Only the term with f' depends on π.")
why = "That is negative, so L is strictly concave at every order. Then a stationary point is its one maximum."
page.step(curvature, "<", 0, why)
page.define(own[y], reward(order), "So let the reward be β f'(q/π_ref) plus a number λ.")
page.step(slope.subs({r[j]: own[j], pi[j]: q[j]}), "=", 0, "Then q is stationary.")
margin = (reward(order) - lam).subs(y, y_w) - (reward(order) - lam).subs(y, y_l)
page.step(own[y_w] - own[y_l], "=", margin, "In a margin λ cancels, so preferences can be fitted by q alone.")

page.define(quadratic[y], reward(half_square), "The order 2 is χ². Its reward is linear in q.")
best = earned(quadratic, q) - beta * squares(q)
lost = beta * page.sum((pi[y] - q[y]) ** 2 / ref[y], y) / 2
page.step(
    best - (earned(quadratic) - beta * squares(pi)),
    "=",
    lost,
    "What another policy loses against q is a sum of squares.",
)
page.then(">=", 0, "That is never negative, so q is best.")
mean = earned(quadratic, ref)
back = ref[y] * (1 + (quadratic[y] - mean) / beta)
page.step(q[y], "=", back, "Solve for q. It is linear in the reward, not an exponential.")
gain = page.mean(ref, (quadratic[y] - mean) ** 2, y) / (2 * beta)
page.step(best, "=", mean + gain, "Against π_ref, q gains half the variance of the reward, over β.")
linear = ref[y] * (1 + (r[y] - earned(r, ref)) / beta)
page.fails(linear, ">=", 0, "A reward more than β below the mean makes this negative. Then the best policy has zeros.")

page.define(
    reverse[y],
    reward(entropy),
    "As the order goes to 1, the divergence goes to KL(π‖π_ref). The reward becomes a logarithm.",
)
page.step(
    ArgMax(earned(reverse) - beta * page.kl(pi, ref, y), pi),
    "=",
    q[y],
    "For this reward q is the best policy. That is DPO.",
)
page.fails(
    ArgMax(earned(quadratic) - beta * page.kl(pi, ref, y), pi),
    "=",
    q[y],
    "With the reward of χ², but KL for the divergence, q is not best.",
)
page.define(
    forward[y],
    reward(surprise),
    "As the order goes to 0, the divergence goes to KL(π_ref‖π). The reward becomes one over the ratio.",
)
why = "Again q is best for this reward. Here λ has no closed form."
page.step(ArgMax(earned(forward) - beta * page.kl(ref, pi, y), pi), "=", q[y], why, theorem="forward-kl-optimum")
derivation = page.derivation()
