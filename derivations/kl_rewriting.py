"""Why is the optimal policy a Gibbs distribution? Because the objective is a constant less a KL divergence to it.

No derivative is taken. The objective is one mean under π. Add β log Z and subtract it: the objective
is β log Z, minus β times the KL to the tilted policy. That KL is never negative, and 0 only at
the tilted policy itself.
"""

import sympy as sp

from symkl.sympy import ArgMax, Maximum, Page

page = Page(
    "The objective is a KL divergence to the optimal policy",
    states="E[r] - β KL(π‖π_ref) = β log Z - β KL(π‖π*), so π* is the one maximiser and β log Z the maximum.",
    sources=[
        "J. W. Gibbs, Elementary Principles in Statistical Mechanics (1902), theorem VIII",
        "R. Rafailov et al., Direct Preference Optimization (2023), appendix A.1",
    ],
)
(y,) = page.outcomes("y")
pi = page.distribution("π", y, meaning="the policy: a probability for each response")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
Z = sp.Symbol("Z", positive=True)
star = page.distribution("π*", y)

page.define(Z, page.sum(ref[y] * sp.exp(r[y] / beta), y), "The partition function.")
page.define(star[y], ref[y] * sp.exp(r[y] / beta) / Z, "The tilted distribution: the reference times e^(r/β), over Z.")
page.step(page.sum(star[y], y), "=", 1, "Z is the sum of the weights, so the probabilities sum to 1.")

objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
page.step(
    objective,
    "=",
    page.mean(pi, r[y] - beta * sp.log(pi[y] / ref[y]), y),
    "A KL divergence is a mean of log-ratios under π. So the objective is one mean under π.",
)
page.then(
    "=",
    beta * sp.log(Z) + page.mean(pi, r[y] - beta * sp.log(Z) - beta * sp.log(pi[y] / ref[y]), y),
    "Add β log Z and subtract it inside. It does not depend on y, and π sums to 1.",
)
(exponent,) = sp.solve(sp.Eq(sp.exp(r[y] / beta), Z * sp.Symbol("t", positive=True) / ref[y]), r[y])
page.step(
    r[y] - beta * sp.log(Z),
    "=",
    sp.expand(exponent.subs(sp.Symbol("t", positive=True), star[y]) - beta * sp.log(Z)),
    "Solve the tilted distribution for the reward: r = β log(π*/π_ref) + β log Z.",
)
gap = beta * sp.log(Z) - beta * page.kl(pi, star, y)
page.step(objective, "=", gap, "Put this in: the objective is β log Z, less β times the KL to π*.")
page.step(page.kl(pi, star, y), ">=", 0, "Gibbs' inequality; it is 0 exactly at π = π*.")
page.step(ArgMax(objective, pi), "=", star[y], "So π* is the one maximiser.", theorem="optimal-policy")
page.step(Maximum(objective, pi), "=", beta * sp.log(Z), "And β log Z is the maximum.", theorem="optimal-value")
best = page.mean(star, r[y], y) - beta * page.kl(star, ref, y)
page.step(
    best - objective,
    "=",
    beta * page.kl(pi, star, y),
    "What a policy loses against π* is called its regret. It is β times the KL to π*.",
    theorem="regret",
)
derivation = page.derivation()
