"""A language model writes token by token. How must it choose a token, so that whole responses follow π*?

The reward of the token is not enough. A token also decides what can still be earned. So the soft value V' of the
rest is added to the reward. The proof is by induction on what is left to write. Here s is any prefix, a the next
token, and c the completion after it. V(s) is the value of the prefix, V'(s, a) that of the prefix with the token.
"""

import sympy as sp

from symkl.sympy import ArgMax, Maximum, Page

page = Page(
    "The optimal policy, token by token",
    states="π* draws a token by π_ref(a|s) exp((r(s,a) + V'(s,a))/β): its reward plus the soft value after it.",
    sources=["B. D. Ziebart, Modeling Purposeful Adaptive Behavior (2010), on soft maximum values"],
)
(s,), (a,), (c,) = (page.outcomes(name) for name in "sac")
ref = page.distribution("π_ref", a, given=[s], meaning="the reference policy, for the next token")
rest = page.distribution("ρ_ref", c, given=[s, a], meaning="the reference policy, for the completion after it")
pi = page.distribution("π", a, given=[s], meaning="any policy, for the next token")
rho = page.distribution("ρ", c, given=[s, a], meaning="any policy, for the completion after it")
r = page.function("r", s, a, meaning="the reward of the token; 0 where the reward comes at the end")
R = page.function("R", s, a, c, meaning="the reward of the completion")
beta = page.positive("β", "the temperature")
V, later = page.function("V", s), page.function("V'", s, a)
J, further = page.function("J", s), page.function("J'", s, a)

soft = beta * sp.log(page.sum(rest[c, s, a] * sp.exp(R[s, a, c] / beta), c))
page.define(
    later[s, a],
    soft,
    "The soft value of what follows the token. By induction the claim holds for this shorter rest.",
)
nothing = beta * sp.log(page.sum(rest[c, s, a] * sp.exp(0), c))
page.step(nothing, "=", 0, "When nothing is left to earn, it is 0. There the induction starts.")
responses = page.sum(page.sum(ref[a, s] * rest[c, s, a] * sp.exp((r[s, a] + R[s, a, c]) / beta), c), a)
page.define(V[s], beta * sp.log(responses), "β log Z of the prefix, over all ways to go on from it.")
tokens = page.sum(ref[a, s] * sp.exp((r[s, a] + later[s, a]) / beta), a)
mass, v = sp.symbols("mass v", positive=True)
(level,) = sp.solve(mass * sp.exp(-v / beta) - 1, v)  # what to take off every exponent so that the weights sum to 1
folded = "Sum over the completions first. They add up to exp(V'/β)."
page.step(V[s], "=", level.subs(mass, tokens), folded, theorem="soft-bellman")

best, best_rest = page.distribution("π*", a, given=[s]), page.distribution("ρ*", c, given=[s, a])
page.define(
    best[a, s],
    ref[a, s] * sp.exp((r[s, a] + later[s, a] - V[s]) / beta),
    "A token is drawn with this probability, from its reward and V'.",
)
page.define(
    best_rest[c, s, a],
    rest[c, s, a] * sp.exp((R[s, a, c] - later[s, a]) / beta),
    "Then a completion is drawn with this one.",
)
page.step(page.sum(best[a, s], a), "=", 1, "V makes the tokens' probabilities sum to 1.")
page.step(page.sum(best_rest[c, s, a], c), "=", 1, "V' does the same for the completions.")
tilted = ref[a, s] * rest[c, s, a] * sp.exp((r[s, a] + R[s, a, c]) / beta) / responses
both = best[a, s] * best_rest[c, s, a]
page.step(both, "=", tilted, "Together they draw whole responses from π*. V' cancels.")


def objective(policy, prize, reference):
    """The mean prize of a token, less what it costs to leave the reference."""
    return page.mean(policy[a, s], prize, a) - beta * page.kl(policy[a, s], reference[a, s], a)


left = page.mean(rho[c, s, a], R[s, a, c], c) - beta * page.kl(rho[c, s, a], rest[c, s, a], c)
page.define(further[s, a], left, "The objective of the rest, under any policy.")
log_ratio = sp.log(pi[a, s] * rho[c, s, a] / (ref[a, s] * rest[c, s, a]))
earned = page.mean(rho[c, s, a], r[s, a] + R[s, a, c] - beta * log_ratio, c)
page.define(J[s], page.mean(pi[a, s], earned, a), "The objective of whole responses, each a token and a completion.")
page.step(
    J[s],
    "=",
    objective(pi, r[s, a] + further[s, a], ref),
    "The log-ratio of a product is a sum. So KL splits into the token's and the rest's.",
)
rest_kl = page.kl(rho[c, s, a], best_rest[c, s, a], c)
page.step(
    further[s, a],
    "=",
    later[s, a] - beta * rest_kl,
    "The objective of the rest is V', less β times a KL: its own regret.",
)
lost = V[s] - beta * page.kl(pi[a, s], best[a, s], a) - beta * page.mean(pi[a, s], rest_kl, a)
page.step(J[s], "=", lost, "So the whole objective is V, less the regret of the token and of the rest.")
page.step(J[s], "<=", V[s], "So no policy attains more than V. Only π*, followed by ρ*, attains V.")
choice = objective(pi, r[s, a] + later[s, a], ref)
page.step(ArgMax(choice, pi), "=", best[a, s], "To choose one token is the usual problem, with V' added to its reward.")
page.step(Maximum(choice, pi), "=", V[s], "The maximum is the value of the prefix. This is the soft Bellman equation.")


def tilt(prize):
    """The reference for a token, tilted by a prize."""
    weight = ref[a, s] * sp.exp(prize / beta)
    return weight / page.sum(weight, a)


page.fails(
    best[a, s],
    "=",
    tilt(r[s, a]),
    "The token's own reward is not enough. In the counterexample a1 leads to a better completion.",
)
w = page.function("w", s, meaning="a soft value that is the same after every token")
page.step(tilt(r[s, a] + w[s]), "=", tilt(r[s, a]), "It is enough where the soft value is the same after every token.")
page.fails(tilt(later[s, a]), "=", ref[a, s], "With all reward at the end (r = 0) tokens are still tilted: by V'.")
derivation = page.derivation()
