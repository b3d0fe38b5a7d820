"""A response is many tokens. How do its KL, the estimators and the gradient split into those of tokens?

The page is written for two tokens: s, and then a given s. Let a stand for all that follows, and it holds at any length.
The log-ratios of the tokens add up to the log-ratio of the response. So the KLs add up on average, and so do the
estimators. The sum at one sample is not the KL. In the gradient, a token's score is multiplied by the log-ratios
from that token on. Those before it are not needed.
"""

import sympy as sp

from symkl.sympy import Page, Score

page = Page(
    "Sequences: token by token",
    states="KL of responses is the sum of the tokens' mean KLs. In its gradient a token's score is multiplied by "
    "the log-ratios from that token on.",
    sources=[
        "T. M. Cover, J. A. Thomas, Elements of Information Theory (2006), theorem 2.5.3: the chain rule",
        "C. Zheng et al., Group Sequence Policy Optimization (2025)",
    ],
)
(s,), (a,) = page.outcomes("s"), page.outcomes("a")
pi = page.distribution("π", s, parameters=True, meaning="the policy, for the first token")
rho = page.distribution("ρ", a, given=[s], parameters=True, meaning="the policy, for what follows")
ref = page.distribution("π_ref", s, meaning="the reference, for the first token")
rest = page.distribution("ρ_ref", a, given=[s], meaning="the reference, for what follows")
old = page.distribution("π_old", s, meaning="the policy that drew the samples, for the first token")
older = page.distribution("ρ_old", a, given=[s], meaning="and for what follows")
R = page.function("R", s, a, meaning="the reward of the whole response")
first, second = page.function("k", s), page.function("k'", s, a)


def drawn(f, start=pi, follow=rho):
    """The mean over responses, drawn token by token."""
    return page.mean(start[s], page.mean(follow[a, s], f, a), s)


def third(ratio):
    """k3 of a ratio π_ref/π."""
    return ratio - 1 - sp.log(ratio)


page.define(first[s], sp.log(pi[s] / ref[s]), "The log-ratio of the first token.")
page.define(second[s, a], sp.log(rho[a, s] / rest[a, s]), "The log-ratio of what follows it.")
whole = sp.log(pi[s] * rho[a, s] / (ref[s] * rest[a, s]))
page.step(whole, "=", first[s] + second[s, a], "Probabilities of tokens multiply, so log-ratios add up.")
following = page.kl(rho[a, s], rest[a, s], a)
chain = page.kl(pi, ref, s) + page.mean(pi, following, s)
page.step(drawn(whole), "=", chain, "The chain rule: KL of the first token, plus the mean KL of the rest.")
page.fails(first[s] + second[s, a], "=", chain, "One sample's sum is not the KL, and may be negative.")
foreign = page.kl(pi, ref, s) + page.mean(ref, following, s)
page.fails(drawn(whole), "=", foreign, "The mean is over prefixes that the policy draws, not the reference.")

tokens = third(ref[s] / pi[s]) + third(rest[a, s] / rho[a, s])
page.step(drawn(tokens), "=", chain, "The sum of the tokens' k3 has that mean, too.")
page.fails(tokens, "=", third(ref[s] * rest[a, s] / (pi[s] * rho[a, s])), "But the sum is not the k3 of the response.")

scores = Score(sp.log(pi[s])), Score(sp.log(rho[a, s]))
page.step(
    drawn(first[s] * scores[1]),
    "=",
    0,
    "What came before a token does not depend on it. So it is a baseline for that token's score.",
)
ahead = (first[s] + second[s, a]) * scores[0] + second[s, a] * scores[1]
page.step(
    Score(chain),
    "=",
    drawn(ahead),
    "In the gradient of KL a token's score is multiplied by the log-ratios from that token on.",
)
alone = first[s] * scores[0] + second[s, a] * scores[1]
page.fails(
    Score(chain),
    "=",
    drawn(alone),
    "Its own log-ratio is not enough: a token also decides what may come after it.",
)
ratios = pi[s] / old[s], rho[a, s] / older[a, s]
goal = Score(drawn(R[s, a]))
sequence = ratios[0] * ratios[1] * R[s, a] * (scores[0] + scores[1])
page.step(
    drawn(sequence, old, older),
    "=",
    goal,
    "The ratio of whole responses corrects for samples from an older policy.",
)
single = R[s, a] * (ratios[0] * scores[0] + ratios[1] * scores[1])
page.fails(
    drawn(single, old, older),
    "=",
    goal,
    "Each token's own ratio does not: the other token still comes from the older policy.",
)
each = page.mean(rho[a, s], third(rest[a, s] / rho[a, s]), a)
page.step(each, "=", following, "At any prefix the mean of k3 is the KL that is still to come.", theorem="k3-unbiased")
derivation = page.derivation()
