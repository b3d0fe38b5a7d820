"""Among all policies, which one earns the most reward without moving far from the reference?

Lagrange's method: put the constraint that the policy sums to 1 into the objective with a
multiplier, set the derivative by every probability to zero, and solve.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page, Slope

page = Page(
    "The optimal policy by Lagrange's method",
    states="E[r] - β KL(π‖π_ref) has one maximiser: the reference tilted by exp(r/β) and normalised.",
    sources=["S. Boyd, L. Vandenberghe, Convex Optimization (2004), section 5.5.3"],
)
y, j = page.outcomes("y j")
pi = page.distribution("π", y, meaning="the policy: a probability for each response")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
lam = page.real("λ", "the multiplier of the constraint that π sums to 1")

objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
lagrangian = objective - lam * (page.sum(pi[y], y) - 1)
L = page.define(sp.Symbol("L", real=True), lagrangian, "The objective, with the constraint at a price λ.")

slope = page.differentiate(lagrangian, pi[j])
page.step(
    Slope(L, pi[j]),
    "=",
    slope,
    "Each probability stands once in each of three sums: rewards, log-ratios, the constraint.",
)
curvature = page.differentiate(slope, pi[j])
page.step(
    Slope(slope, pi[j]), "=", curvature, "The reward and the price are linear. Only -β log π has a slope that changes."
)
page.step(curvature, "<", 0, "So L is strictly concave, and a stationary point is its one maximum.")
k = page.positive("k", "how many powers of e a probability lies below the reference")
steep = slope.subs(pi[j], ref[j] * sp.exp(-k))
page.step(
    steep, "=", sp.expand(steep), "At π = e^-k π_ref the slope is β k more than at π_ref. So near 0 it has no bound."
)
page.condition(slope, pi, "So no probability is 0 at the maximum, and there every slope is 0.")


mass = page.sum(ref[y] * sp.exp(r[y] / beta), y)
Z = page.define(sp.Symbol("Z", positive=True), mass, "The partition function: what the tilted weights add up to.")
(stationary,) = sp.solve(slope, pi[j])
constant = sp.simplify(stationary / (ref[j] * sp.exp(r[j] / beta)))  # the part that is the same for every response
(price,) = sp.solve(constant * Z - 1, lam)
page.step(lam, "=", price, "The probabilities sum to 1. That fixes the price λ.")
tilted = ref[y] * sp.exp(r[y] / beta) / Z
page.step(pi[y], "=", tilted, "With that price the condition gives the policy.")

star = page.distribution("π*", y)
page.define(star[y], tilted, "This policy has a name: the reference, tilted by exp(r/β) and normalised.")
at_star = slope.subs({pi[j]: star[j], lam: price})
page.step(at_star, "=", 0, "At π* and this price every slope is 0. So π* is the stationary point of L.")
why = (
    "L is strictly concave, so its stationary point is its one maximum. As π* sums to 1, it is the one maximiser. "
    "The kernel checks this row in its own way, without those above: the objective is β log Z - β KL(π‖π*)."
)
page.step(ArgMax(objective, pi), "=", star[y], why, theorem="optimal-policy")
derivation = page.derivation()
