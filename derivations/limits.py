"""What does the optimal policy become when the temperature goes to 0, or to infinity?

As β → 0+ only the reward counts: the limit is the reference, given that the response is a best one.
Best responses share the probability as they do under the reference. A response that the reference
never gives stays at 0. As β → ∞ only the reference counts. The page also bounds how far π* is from
either limit, at every β.
"""

import sympy as sp

from symkl.sympy import Page

page = Page(
    "Both ends of the temperature",
    states="As β → ∞ the optimum goes to π_ref, as β → 0+ to π_ref given the best responses; with rates at every β.",
    sources=["S. Boucheron, G. Lugosi, P. Massart, Concentration Inequalities (2013), section 4.9"],
)
beta = page.positive("β", "the temperature")

# Small β. The responses that the reference ever gives, in two alphabets: the best, and the others.
(a,) = page.outcomes("a")
(b,) = page.outcomes("b")
p = page.function("p", a, positive=True, meaning="the mass that the reference puts on a best response")
q = page.function("q", b, positive=True, meaning="the mass that it puts on another response")
best = page.real("M", "the best reward among the responses of positive mass")
short = page.function("g", b, positive=True, meaning="by how much the reward of another response falls short of it")
gap = page.positive("Δ", "the smallest shortfall")

top, low = sp.symbols("P Q", positive=True)
page.define(top, page.sum(p[a], a), "The reference's mass on the best responses, ties included.")
page.define(low, page.sum(q[b], b), "Its mass on the others. Where the reference is normalised, P + Q = 1.")
Z = sp.Symbol("Z", positive=True)
weight = q[b] * sp.exp((best - short[b]) / beta)
page.define(Z, page.sum(p[a] * sp.exp(best / beta), a) + page.sum(weight, b), "The partition function.")
at_best, at_others = page.function("π_A*", a, positive=True), page.function("π_B*", b, positive=True)
page.define(at_best[a], p[a] * sp.exp(best / beta) / Z, "The optimal policy on the best responses.")
page.define(at_others[b], weight / Z, "The optimal policy on the others.")

page.step(
    sp.Limit(at_best[a], beta, 0, "+"),
    "=",
    p[a] / top,
    "Compared with a best response, every other weight has a factor exp(-g/β), which goes to 0. There are "
    "finitely many.",
    theorem="limit-small-beta",
)
page.step(sp.Limit(at_others[b], beta, 0, "+"), "=", 0, "So a response that is not best loses all its mass.")
page.step(
    sp.Limit(beta * sp.log(Z), beta, 0, "+"),
    "=",
    best,
    "β log Z is called the soft maximum of the rewards. It goes to their maximum.",
)

page.given(gap, "<=", short[b], "Δ is the smallest shortfall.")
lost = page.sum(at_others[b], b)
page.step(1 - page.sum(at_best[a], a), "=", lost, "The others have the probability that the best responses lack.")
decayed = page.sum(q[b] * sp.exp(-short[b] / beta), b)
page.step(lost, "<=", decayed / top, "Z is at least its part from the best responses.")
page.step(decayed, "<=", low * sp.exp(-gap / beta), "exp is increasing, and no shortfall is below Δ.")
page.step(
    lost,
    "<=",
    low / top * sp.exp(-gap / beta),
    "So for small β the optimum is exponentially close to its limit.",
)

# Large β. One alphabet again.
(y,) = page.outcomes("y")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward")
least, most = page.real("l", "a lower bound of the rewards"), page.real("h", "an upper bound of the rewards")
mass = page.sum(ref[y] * sp.exp(r[y] / beta), y)
star = page.distribution("π*", y)
page.define(star[y], ref[y] * sp.exp(r[y] / beta) / mass, "The optimal policy over all responses at once.")
page.step(sp.Limit(star[y], beta, sp.oo), "=", ref[y], "Every exponent r/β goes to 0.", theorem="limit-large-beta")
mean = page.mean(ref, r[y], y)
page.step(
    sp.Limit(beta * sp.log(mass), beta, sp.oo),
    "=",
    mean,
    "The soft maximum goes to the mean reward under the reference.",
)

eta = sp.Symbol("η", positive=True)  # 1/β: the first-order term is a derivative at η = 0
tilted = sp.exp(eta * r[y]) / page.sum(ref[y] * sp.exp(eta * r[y]), y)
first = sp.diff(tilted, eta).subs(eta, 0).doit().subs(page.sum(ref[y], y), 1)
gain = sp.Limit(beta * (star[y] / ref[y] - 1), beta, sp.oo)
page.step(gain, "=", first, "For large β a probability is multiplied by about 1 + (r - E_ref[r])/β.")

page.given(least, "<=", r[y], "Let no reward be below l.")
page.given(r[y], "<=", most, "Let none be above h. The span of the rewards is h - l.")
ratio = sp.log(star[y] / ref[y])
page.step(ratio, "<=", (r[y] - mean) / beta, "By Jensen's inequality log Z is at least the mean of r/β.")
page.step(r[y] - mean, "<=", most - least, "No reward is above the mean by more than the span.")
page.step(ratio, "<=", (most - least) / beta, "So no response gains more than span/β in log-probability.")
page.step(mass, "<=", sp.exp(most / beta), "Z is a mean of exp(r/β), so it is not above the largest.")
page.step(sp.log(mass), "<=", most / beta, "The logarithm is increasing.")
page.step((least - most) / beta, "<=", ratio, "So no response loses more than span/β either.")
derivation = page.derivation()
