"""What if the penalty is the other divergence, KL(π_ref‖π)? Then the optimum divides by λ - r.

The usual optimum π* multiplies by an exponential of r. Lagrange's method finds both: only the slope of the penalty
differs.
The multiplier λ has no closed form. It is the one number above every reward for which the solution sums to 1. That
solution is q.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page, Slope

page = Page(
    "The optimum under the forward KL",
    states="E[r] - β KL(π_ref‖π) has one maximiser, β π_ref/(λ - r): it falls off like 1/|r|, not exponentially.",
    sources=["C. Wang et al., Beyond Reverse KL: Generalizing Direct Preference Optimization (2023)"],
)
y, z, j = page.outcomes("y z j")
pi = page.distribution("π", y, meaning="any policy")
ref = page.distribution("π_ref", y, meaning="the reference policy")
q = page.distribution("q", y, meaning="the policy at which the objective is stationary")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "what a nat of KL costs")
lam = page.real("λ", "the multiplier of the constraint that π sums to 1")
d = page.positive("d", "the range of the rewards")
s = page.positive("s", "how far below λ a reward is")

objective = page.mean(pi, r[y], y) - beta * page.kl(ref, pi, y)
lagrangian = objective - lam * (page.sum(pi[y], y) - 1)
L = page.define(sp.Symbol("L", real=True), lagrangian, "The objective, less λ times the constraint.")
slope = page.differentiate(lagrangian, pi[j])
page.step(
    Slope(L, pi[j]), "=", slope, "In the penalty only π_ref(j) log π(j) depends on π(j). Its slope is π_ref(j)/π(j)."
)
curvature = page.differentiate(slope, pi[j])
page.step(Slope(slope, pi[j]), "=", curvature, "Only that term of the slope depends on π.")
page.step(curvature, "<", 0, "That is negative, so L is strictly concave. Then a stationary point is its one maximum.")

(stationary,) = sp.solve(slope, pi[j])
solution = stationary.subs(j, y)
share = solution.subs(r[y], lam - s) / ref[y]
page.step(
    Slope(share, s),
    "=",
    sp.diff(share, s),
    "Where the slope is 0, a response whose reward is s below λ has π/π_ref = β/s. Differentiate that by s.",
)
page.step(
    sp.diff(share, s),
    "<",
    0,
    "So as λ rises from the best reward, the sum of π falls from infinity to 0. Exactly one λ makes it 1.",
)

page.given(r[y], "<=", d, "Let no reward be above d.")
page.given(r[y], ">=", sp.S.Zero, "Let none be below 0. A constant added to all rewards changes nothing.")
page.step(page.mean(q, r[y], y), "<=", d, "Then their mean is not above d.")
(reward,) = sp.solve(slope.subs(pi[j], q[j]), r[j])
page.given(
    r[y],
    "=",
    sp.expand(reward).subs(j, y),
    "Let q be stationary: the slope is 0 there. This is that condition, solved for the reward.",
)
page.step(r[y], "<", lam, "λ is above every reward.")
page.step(q[y], "=", solution, "So the divisor is positive. The lower the reward, the larger it is.")
page.step(lam, "=", page.mean(q, r[y], y) + beta, "λ is β above the mean reward.")
page.step(ArgMax(objective, pi), "=", q[y], "q is the one maximiser.", theorem="forward-kl-optimum")
best = page.mean(q, r[y], y) - beta * page.kl(ref, q, y)
ratio = pi[y] / q[y]
regret = beta * page.mean(ref, ratio - 1 - sp.log(ratio), y)
page.step(
    best - objective,
    "=",
    regret,
    "What π loses against q is not a KL to q. It grows without bound as a probability under π goes to 0.",
)

star = page.distribution("π*", y)
weight = ref[y] * sp.exp(r[y] / beta)
page.define(star[y], weight / page.sum(weight, y), "The optimum under the usual, reverse KL.")
page.fails(q[y], "=", star[y], "The two divergences have different optima.")
odds, usual = (policy[y] * ref[z] / (policy[z] * ref[y]) for policy in (q, star))
page.step(
    odds,
    "=",
    (lam - r[z]) / (lam - r[y]),
    "From π_ref to q, the odds of two responses are multiplied by this ratio. λ - r is how far r is below λ.",
)
page.step(
    usual,
    "=",
    sp.exp((r[y] - r[z]) / beta),
    "From π_ref to π*, they are multiplied by the exponential of the difference in reward, over β.",
)
tail = sp.simplify(sp.exp(-s / beta) / share)
page.step(
    sp.Limit(tail, s, sp.oo),
    "=",
    0,
    "At a reward s below λ, q keeps β/s of π_ref. π* falls as e^(-s/β). For large s that is far less.",
)
page.step(
    (beta + d) * q[y],
    ">=",
    beta * ref[y],
    "So under q each response keeps at least β/(β + d) of its probability under π_ref.",
)
derivation = page.derivation()
