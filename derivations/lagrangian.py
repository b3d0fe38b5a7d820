"""Among all policies, which one earns the most reward without moving far from the reference?

Lagrange's method: the policy must sum to 1. Subtract that constraint from the objective, times a
multiplier λ. Set the derivative by every probability to zero, and solve.
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
g = page.function("g", y)
p = page.function("p", y, positive=True, meaning="any positive numbers: they need not sum to 1")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
lam = page.real("λ", "the multiplier of the constraint that π sums to 1")

objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
lagrangian = objective - lam * (page.sum(pi[y], y) - 1)
L = page.define(sp.Symbol("L", real=True), lagrangian, "The objective, less λ times the constraint.")

slope = page.differentiate(lagrangian, pi[j])
page.step(
    Slope(L, pi[j]),
    "=",
    slope,
    "Differentiate by one probability. The product π log π gives two terms: log π and 1.",
)
curvature = page.differentiate(slope, pi[j])
page.step(Slope(slope, pi[j]), "=", curvature, "Differentiate once more. Only the term -β log π depends on π(j).")
page.step(curvature, "<", 0, "That is negative, so L is strictly concave. Then a stationary point is its one maximum.")
k = page.positive("k", "how far a probability is below the reference: π = e^-k π_ref")
steep = slope.subs(pi[j], ref[j] * sp.exp(-k))
page.step(
    steep,
    "=",
    sp.expand(steep),
    "Put π = e^-k π_ref. The slope is β k more than at π_ref. So it grows without bound as π goes to 0.",
)
page.condition(slope, pi, "So at the maximum no probability is 0, and every slope is 0.")


mass = page.sum(ref[y] * sp.exp(r[y] / beta), y)
Z = page.define(sp.Symbol("Z", positive=True), mass, "The partition function: the sum of the weights π_ref exp(r/β).")
(stationary,) = sp.solve(slope, pi[j])
constant = sp.simplify(stationary / (ref[j] * sp.exp(r[j] / beta)))  # the part that is the same for every response
(price,) = sp.solve(constant * Z - 1, lam)
page.step(lam, "=", price, "The probabilities sum to 1. That fixes λ.")
tilted = ref[y] * sp.exp(r[y] / beta) / Z
page.step(pi[y], "=", tilted, "With that λ the condition gives the policy.")

star = page.distribution("π*", y)
page.define(star[y], tilted, "This policy has a name: the reference, tilted by exp(r/β) and normalised.")
at_star = slope.subs({pi[j]: star[j], lam: price}).subs(j, y)
page.define(g[y], at_star, "The slope of L at π*, with this λ.")
page.step(g[y], "=", 0, "It is 0 at every response. So π* is the stationary point of L.")


def part(weight):
    """What one response adds to L, but for the number λ."""
    return weight[y] * r[y] - beta * weight[y] * sp.log(weight[y] / ref[y]) - price * weight[y]


why = "L is a sum with one part for each response. Each part is concave, so it lies below its tangent at π*."
page.step(part(p), "<=", part(star) + g[y] * (p[y] - star[y]), why)


def whole(weight):
    """L, but for the number λ."""
    cost = beta * page.sum(weight[y] * sp.log(weight[y] / ref[y]), y)
    return page.sum(weight[y] * r[y], y) - cost - price * page.sum(weight[y], y)


why = "The slopes there are 0. So no positive p gives a larger L than π*, whatever it sums to."
page.step(whole(p), "<=", whole(star), why)
why = (
    "A strictly concave curve meets its tangent at one point. So π* is the one maximiser of L. For policies, L is "
    "E[r] - β KL."
)
page.step(ArgMax(objective, pi), "=", star[y], why, theorem="optimal-policy")
derivation = page.derivation()
