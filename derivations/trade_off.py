"""How much does the mean reward rise when KL rises? At the optimum for β, by exactly β per nat.

KL is measured in nats, the unit that natural logarithms give. The optimal policies at all
temperatures form a curve of mean reward against KL: the frontier. Both change with β at a rate that
is set by one number, the variance of the reward under the policy. In the slope of the frontier that
number cancels, and β is left. The frontier is concave: no policy lies above any of its tangents.
"""

import sympy as sp

from symkl.sympy import Page, Slope

page = Page(
    "The trade-off between reward and KL",
    states="dE[r]/dβ = -Var(r)/β² and dKL/dβ = -Var(r)/β³, so dE[r]/dKL = β; the frontier is concave.",
    sources=["L. Gao, J. Schulman, J. Hilton, Scaling Laws for Reward Model Overoptimization (2022)"],
)
(y,) = page.outcomes("y")
pi = page.distribution("π", y, meaning="any policy")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
Z, star = sp.Symbol("Z", positive=True), page.distribution("π*", y)
E, K, V, J = (sp.Symbol(name, real=True) for name in "EKVJ")

weight = ref[y] * sp.exp(r[y] / beta)
page.define(Z, page.sum(weight, y), "The partition function at this temperature.")
page.define(star[y], weight / Z, "The optimal policy.")
page.define(E, page.mean(star, r[y], y), "Its mean reward.")
page.define(K, page.kl(star, ref, y), "Its KL to the reference.")
page.define(V, page.mean(star, r[y] ** 2, y) - E**2, "The variance of the reward under it.")
page.define(J, beta * sp.log(Z), "The value of the objective.")

e, log_z = sp.Function("e")(beta), sp.Function("l")(beta)  # E and log Z as what SymPy differentiates
page.step(Slope(sp.log(Z), beta), "=", -E / beta**2, "Differentiate log Z by β. That gives the mean of -r/β² under π*.")
known = {log_z.diff(beta): -E / beta**2, e: E, log_z: sp.log(Z)}
rate = sp.factor(sp.diff(r[y] / beta - log_z, beta).subs(known))
page.step(
    Slope(sp.log(star[y]), beta),
    "=",
    rate,
    "As β rises, responses above the mean reward lose probability. Those below it gain.",
)
by_rate = page.mean(star, rate * r[y], y)
page.step(Slope(E, beta), "=", by_rate, "So the slope of the mean reward is the mean of r times the rate above.")
slope_of_e = -V / beta**2
page.step(Slope(E, beta), "=", slope_of_e, "That is minus the variance, over β².", theorem="reward-slope")
known |= {e.diff(beta): slope_of_e}
page.step(K, "=", E / beta - sp.log(Z), "The log-ratio of the optimal policy is r/β less log Z. Take its mean.")
slope_of_k = sp.simplify(sp.diff(e / beta - log_z, beta).subs(known))
page.step(Slope(K, beta), "=", slope_of_k, "In its slope the two terms with E cancel. The variance is left.")
page.step(Slope(J, beta), "=", sp.diff(beta * log_z, beta).subs(known), "The objective's slope is log Z less E/β.")
page.then(
    "=",
    -K,
    "That is -KL. The policy changes with β too, but at its optimum this adds nothing: the envelope theorem.",
)
page.step(
    Slope(E, beta),
    "=",
    sp.simplify(slope_of_e / slope_of_k) * Slope(K, beta),
    "The variance cancels: along the frontier dE[r]/dKL = β.",
    theorem="frontier-slope",
)

page.step(V, "=", page.mean(star, (r[y] - E) ** 2, y), "The variance is the mean of a square.")
page.then(">=", 0, "So it is never negative.")
page.step(Slope(K, beta), "<=", 0, "So KL never rises with β. In other words, the slope β falls as KL grows.")
reward, distance = page.mean(pi, r[y], y), page.kl(pi, ref, y)
page.step(reward, "<=", E + beta * (distance - K), "No policy lies above any tangent. So the frontier is concave.")
derivation = page.derivation()
