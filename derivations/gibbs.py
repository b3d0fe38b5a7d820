"""Why is a KL divergence never negative? Because a logarithm lies below its tangent.

The one inequality behind all others here is log t ≤ t - 1: the line touches the curve at t = 1 and
the curve bends away. Averaged over outcomes with t = q/p it says that KL(p‖q) ≥ 0, and that only
q itself attains 0. If q also takes outcomes that p never takes, the
divergence is only larger.
"""

import sympy as sp

from symkl.sympy import ArgMin, Page, Slope

page = Page(
    "Gibbs' inequality",
    states="KL(p‖q) ≥ 0, and it is 0 only at p = q. If q puts mass where p is 0, KL is at least that mass.",
    sources=[
        "J. W. Gibbs, Elementary Principles in Statistical Mechanics (1902), theorem VIII",
        "T. M. Cover, J. A. Thomas, Elements of Information Theory (2006), theorem 2.6.3",
    ],
)
t = page.positive("t", "any ratio of two probabilities")
gap = t - 1 - sp.log(t)  # how far the tangent lies above the curve
slope = page.differentiate(gap, t)
curvature = page.differentiate(slope, t)
(touching,) = sp.solve(slope, t)

page.step(
    Slope(gap, t),
    "=",
    sp.factor(slope),
    f"The gap t - 1 - log t is stationary at one point alone, t = {touching}.",
)
page.step(sp.log(touching, evaluate=False), "=", touching - 1, "There the tangent meets the curve: the gap is 0.")
page.step(Slope(slope, t), "=", curvature, "Differentiate once more.")
page.step(curvature, ">", 0, "So the gap is strictly convex, and it is positive at every other t.")
page.step(sp.log(t), "<=", t - 1, "The logarithm lies below its tangent.")

(y,) = page.outcomes("y")
p = page.distribution("p", y, meaning="a distribution, positive everywhere on the alphabet")
q = page.distribution("q", y, meaning="another one")
page.step(
    page.kl(p, q, y),
    "=",
    page.mean(p, gap.subs(t, q[y] / p[y]), y),
    "A divergence is the mean gap at t = q/p. The mean of t - 1 is 0, because p and q both sum to 1.",
)
page.step(page.kl(p, q, y), ">=", 0, "No gap is below 0, so their mean is not below 0 either.", theorem="gibbs")
page.step(
    ArgMin(page.kl(p, q, y), p),
    "=",
    q[y],
    "The mean is 0 only if every gap is 0, so only if t = 1 everywhere. So q is the one minimiser.",
)

(a,), (b,) = page.outcomes("a"), page.outcomes("b")
s = page.distribution("s", a, meaning="a distribution on its support, the outcomes that it takes")
u = page.function("u", a, positive=True, meaning="the weights on it of another distribution")
v = page.function("v", b, positive=True, meaning="its weights on the outcomes that s never takes")
total = page.define(
    sp.Symbol("T", positive=True),
    page.sum(u[a], a) + page.sum(v[b], b),
    "The sum of all weights of the other distribution.",
)
q_in, q_out = page.function("q_in", a, positive=True), page.function("q_out", b, positive=True)
page.define(q_in[a], u[a] / total, "The probabilities that it gives to the support of s.")
page.define(q_out[b], v[b] / total, "The probabilities that it gives to outcomes that s never takes.")
outside = page.sum(q_out[b], b)
page.step(page.sum(q_in[a], a), "=", 1 - outside, "On the support the probabilities sum to 1 less the mass outside.")
page.step(page.kl(s, q_in, a), ">=", outside, "The same gaps show that the divergence is at least the mass outside.")
page.step(outside, ">", 0, "So KL is positive if the other distribution has mass where s has none.")
page.fails(page.kl(p, q, y), "=", page.kl(q, p, y), "KL is not symmetric: it matters which of the two takes the mean.")
derivation = page.derivation()
