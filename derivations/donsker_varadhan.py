"""Is the optimum of the regularised objective the Donsker-Varadhan formula? Yes, term for term.

Donsker and Varadhan wrote log E_ref[e^r] as a maximum over distributions, and a KL divergence as a
maximum over functions. Put r/β for r in the first, and multiply by β: that is the RLHF problem and
its value, β log Z = max E[r] - β KL. Both formulas follow from KL(π‖q) ≥ 0, where q is the reference
tilted by e^r.
"""

import sympy as sp

from symkl.sympy import ArgMax, Maximum, Page, Slope

page = Page(
    "The Donsker-Varadhan formula",
    states="log E_ref[e^r] = max E_π[r] - KL(π‖π_ref) and KL(π‖π_ref) = max E_π[r] - log E_ref[e^r]; "
    "RLHF's optimum is the first, with r/β for r.",
    sources=[
        "M. D. Donsker, S. R. S. Varadhan, Asymptotic evaluation of certain Markov process expectations (1975)",
        "P. Dupuis, R. S. Ellis, A Weak Convergence Approach to Large Deviations (1997), proposition 1.4.2",
    ],
)
y, j = page.outcomes("y j")
pi = page.distribution("π", y, meaning="any distribution: a policy")
ref = page.distribution("π_ref", y, meaning="a fixed distribution: the reference policy")
r = page.function("r", y, meaning="any real function: a reward")
beta = page.positive("β", "the temperature: how much a nat of KL costs")

log_mean = sp.log(page.mean(ref, sp.exp(r[y]), y))
score = page.mean(pi, r[y], y) - page.kl(pi, ref, y)
tilted = page.distribution("q", y)
page.define(
    tilted[y],
    ref[y] * sp.exp(r[y]) / page.mean(ref, sp.exp(r[y]), y),
    "The reference, tilted by e^r and normalised.",
)
page.step(
    score,
    "=",
    log_mean - page.kl(pi, tilted, y),
    "Put both logarithms together. E[r] - KL is a constant, less the KL to q.",
)
page.step(page.kl(pi, tilted, y), ">=", 0, "Gibbs' inequality. It is 0 exactly at π = q.")
page.step(score, "<=", log_mean, "So no distribution gives more than log E_ref[e^r].")
page.step(
    log_mean,
    "=",
    Maximum(score, pi),
    "And q attains it. So the logarithm is a maximum over distributions.",
    theorem="donsker-varadhan",
)

# The other half: the same inequality, read as a bound on KL, with r as what varies.
bound = page.mean(pi, r[y], y) - log_mean
page.step(
    bound,
    "<=",
    page.kl(pi, ref, y),
    "The same inequality, solved for the KL: every function r gives a lower bound.",
)
slope = page.differentiate(bound, r[j])
page.step(
    Slope(bound, r[j]),
    "=",
    slope,
    "Differentiate the bound by r(j). The slope is 0 where the tilted reference is π.",
)
(best,) = sp.solve(slope.subs(page.sum(ref[y] * sp.exp(r[y]), y), 1), r[j])  # r may be shifted so that the sum is 1
best = best.subs(j, y)
page.step(
    page.mean(pi, best, y) - sp.log(page.mean(ref, sp.exp(best), y)),
    "=",
    page.kl(pi, ref, y),
    "That is so at r = log(π/π_ref). There the bound is KL itself.",
)
page.step(page.kl(pi, ref, y), "=", Maximum(bound, r), "The bound is attained, so KL is a maximum over functions.")
page.fails(
    page.kl(ref, pi, y),
    "=",
    Maximum(bound, r),
    "It is not the KL the other way round. For that, π and π_ref change places in the bound.",
)
c = page.real("c", "any number")
page.step(
    page.mean(pi, best + c, y) - sp.log(page.mean(ref, sp.exp(best + c), y)),
    "=",
    page.kl(pi, ref, y),
    "A constant added to r changes nothing. It is in both terms, and cancels.",
)

objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
Z = page.define(sp.Symbol("Z", positive=True), page.mean(ref, sp.exp(r[y] / beta), y), "RLHF's partition function.")
star = page.distribution("π*", y)
page.define(star[y], ref[y] * sp.exp(r[y] / beta) / Z, "The reference, tilted by e^(r/β) and normalised.")
page.step(
    Maximum(objective, pi),
    "=",
    beta * Maximum(page.mean(pi, r[y] / beta, y) - page.kl(pi, ref, y), pi),
    "The RLHF problem is β times the one above, with r/β for r.",
)
page.step(
    Maximum(objective, pi),
    "=",
    beta * sp.log(Z),
    "So its value is that of Donsker and Varadhan's formula, times β.",
)
page.step(ArgMax(objective, pi), "=", star[y], "And its maximiser is the tilted policy.")
derivation = page.derivation()
