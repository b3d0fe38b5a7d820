"""With infinitely many responses, must the reward be bounded? No: the partition function must be finite.

Number the responses 0, 1, 2, ...; let response k earn k, without bound, and let the reference be
geometric, A q^k. The tilted weights are A (q e^(1/β))^k. If q e^(1/β) < 1 they have a finite sum,
and all is as in the finite case. If not, no policy is optimal: a policy
with later responses is always better. Among finitely many of the responses there is always an optimum.
"""

import sympy as sp

from symkl.sympy import Maximum, Page

page = Page(
    "Infinitely many responses: Z must be finite",
    states="With π_ref(k) = A q^k and reward k the tilted law has J = β log Z if q e^(1/β) < 1; else J has no bound.",
    sources=["P. Dupuis, R. S. Ellis, A Weak Convergence Approach to Large Deviations (1997), section 1.4"],
)
k = page.real("k", "a response, and its reward: 0, 1, 2, ...")
A = page.positive("A", "what the geometric reference starts with, 1 - q")
q = page.positive("q", "the ratio of the reference, < 1")
beta = page.positive("β", "a temperature with q exp(1/β) < 1")
tau = page.positive("τ", "a lower one, with q exp(1/τ) ≥ 1")
m = page.positive("m", "the mean reward of the optimum at β")
n = page.positive("n", "the mean reward of some other geometric policy")
c, t = page.positive("c", "what that policy starts with"), page.positive("t", "and its ratio")
M = page.real("M", "any number")

x = sp.Symbol("x", positive=True)
geometric, moment = sp.Sum(x**k, (k, 0, sp.oo)), sp.Sum(k * x**k, (k, 0, sp.oo))
one, first = (dict(map(reversed, each.doit().args))[x < 1] for each in (geometric, moment))  # SymPy's case x < 1
at = [{x: sp.Rational(1, 3)}, {x: sp.Rational(4, 5)}]
page.carried(geometric, one, "For a ratio 0 < x < 1 the geometric series is finite.", by="SymPy's sum", at=at)
page.carried(moment, first, "Its first moment is finite, too.", by="SymPy's sum", at=at)
(ratio,) = sp.solve(sp.simplify(first / one) - m, x)  # the ratio of the geometric law with mean m
start = 1 / sp.simplify(one.subs(x, ratio))

page.given(
    q * sp.exp(1 / beta),
    "=",
    ratio,
    "Let the ratio q exp(1/β) be below 1. The geometric law with that ratio has a mean, m.",
)
Z = page.define(sp.Symbol("Z", positive=True), A / start, "By the series, this is the sum of the tilted weights.")
page.step(A * q**k * sp.exp(k / beta), "=", A * ratio**k, "The tilted weights are geometric with that ratio.")
optimum, reference = start * ratio**k, A * q**k
page.step(reference * sp.exp(k / beta) / Z, "=", optimum, "So the optimum is the geometric law with mean m.")
linear = k / beta - sp.log(Z)
page.step(
    sp.log(reference * sp.exp(k / beta) / Z) - sp.log(reference),
    "=",
    linear,
    "Its log-ratio to the reference is linear in k.",
)
page.step(
    m - beta * linear.subs(k, m),
    "=",
    beta * sp.log(Z),
    "The mean of a linear function is its value at the mean m. So E[r] - β KL is β log Z, though r has no bound.",
)

linear = k * sp.log(t / q) - sp.log(A / c)
page.step(sp.log(c * t**k) - sp.log(reference), "=", linear, "For any geometric policy the log-ratio is linear in k.")
objective = (n - tau * linear.subs(k, n)).subs({c: start.subs(m, n), t: ratio.subs(m, n)})
page.given(q * sp.exp(1 / tau), ">=", 1, "Now lower the temperature until the ratio is no longer below 1.")
page.step(sp.log(q) + 1 / tau, ">=", 0, "Take the logarithm of both sides.")
page.step(sp.log(n), "<=", sp.log(n + 1), "The logarithm is increasing.")
page.step(objective, ">=", tau * sp.log(A * n), "So the objective of that policy is at least τ log(A n).")
(enough,) = sp.solve(tau * sp.log(A * n) - M, n)
bound = tau * sp.log(sp.Mul(A, enough, evaluate=False), evaluate=False)
page.step(bound, "=", M, "So the objective passes any number M once n is above exp(M/τ)/A. There is no maximum.")

(y,) = page.outcomes("y")
pi = page.distribution("π", y, meaning="a policy on finitely many of the responses")
w = page.function("w", y, positive=True, meaning="the reference's probabilities of these: they need not sum to 1")
r = page.function("r", y, meaning="their rewards")
part = page.define(
    sp.Symbol("S", positive=True),
    page.sum(w[y] * sp.exp(r[y] / tau), y),
    "The part of Z that comes from these responses.",
)
tilted = page.distribution("q_S", y)
page.define(tilted[y], w[y] * sp.exp(r[y] / tau) / part, "The reference on these responses, tilted and normalised.")
value = page.mean(pi, r[y] - tau * sp.log(pi[y] / w[y]), y)
page.step(
    value,
    "=",
    tau * sp.log(part) - tau * page.kl(pi, tilted, y),
    "On finitely many responses the objective is a constant less a KL.",
)
page.step(Maximum(value, pi), "=", tau * sp.log(part), "So there is a maximum, and it grows with S.")
derivation = page.derivation()
