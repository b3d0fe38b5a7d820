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
page.step(Slope(L, pi[j]), "=", slope, "Each probability enters three sums, once in each: r, the log-ratio, the price.")
curvature = page.differentiate(slope, pi[j])
page.step(Slope(slope, pi[j]), "=", curvature, "The reward and the price are linear, so only -β log π bends.")
page.step(curvature, "<", 0, "So L is strictly concave: a stationary point is the one maximum.")
k = page.positive("k", "how many powers of e a probability lies below the reference")
steep = slope.subs(pi[j], ref[j] * sp.exp(-k))
page.step(steep, "=", sp.expand(steep), "At π = e^-k π_ref the slope gains β k: no price stops it,")
page.condition(slope, pi, "so no probability is 0 at the maximum, and there no probability is worth changing.")


mass = page.sum(ref[y] * sp.exp(r[y] / beta), y)
Z = page.define(sp.Symbol("Z", positive=True), mass, "The partition function: what the tilted weights add up to.")
(stationary,) = sp.solve(slope, pi[j])
constant = sp.simplify(stationary / (ref[j] * sp.exp(r[j] / beta)))  # the part that is the same for every response
(price,) = sp.solve(constant * Z - 1, lam)
page.step(lam, "=", price, "The probabilities sum to 1, and that fixes the price of the constraint.")
tilted = ref[y] * sp.exp(r[y] / beta) / Z
page.step(pi[y], "=", tilted, "With that price put back in, the first-order condition is solved for the policy.")

star = page.distribution("π*", y)
page.define(star[y], tilted, "The tilted distribution.")
page.step(ArgMax(objective, pi), "=", star[y], "It is the one maximiser.", theorem="optimal-policy")
derivation = page.derivation()
