"""What is the gradient of a mean over the policy's own samples, and what may be taken off the reward?

The policy decides how often a sample is drawn. So the gradient is the mean of the sample's score, ∇log π, times what
the sample earned. That is REINFORCE. With a price on KL in the objective, the log-ratio is part of what a sample
earned. The mean of the score is 0. So any number may be taken off first, as long as it does not depend on the sample.
Such a number is a baseline. RLOO takes off the mean of the other samples.
"""

import sympy as sp

from symkl.sympy import Page, Score

page = Page(
    "The policy gradient and its baselines",
    states="∇(E[r] - β KL(π‖π_ref)) = E[(r - β log(π/π_ref) - b) ∇log π] for every b that is free of y.",
    sources=[
        "R. J. Williams, Simple Statistical Gradient-Following Algorithms (1992)",
        "W. Kool, H. van Hoof, M. Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free! (2019)",
        "A. Ahmadian et al., Back to Basics: Revisiting REINFORCE Style Optimization (2024)",
    ],
)
(y,), (o,) = page.outcomes("y"), page.outcomes("o")
pi = page.distribution("π", y, parameters=True, meaning="the policy that is trained: ∇ is by its parameters")
ref = page.distribution("π_ref", y, meaning="the reference policy, which does not move")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
b = page.real("b", "a baseline: any number that does not depend on the sample")
w = page.function("w", y, positive=True, meaning="the squared length of a response's score")
N = page.positive("N", "how many samples are drawn for a prompt, 2 or more")
mu = page.distribution("μ", o, meaning="the law of the other samples, all N - 1 of them as one outcome o")
S = page.function("S", o, meaning="what the other samples earned in all")
earned = page.function("ρ", y)


def weighed(by):
    """The mean of the score, weighed."""
    return page.mean(pi, by * Score(sp.log(pi[y])), y)


page.step(
    Score(pi[y]),
    "=",
    pi[y] * Score(sp.log(pi[y])),
    "The gradient of a probability is the probability times the score, ∇log π.",
)
page.step(weighed(1), "=", 0, "Probabilities always add up to 1, so the mean of the score is 0.")
page.step(
    Score(page.mean(pi, r[y], y)),
    "=",
    weighed(r[y]),
    "REINFORCE: the mean of the score times the sample's reward.",
)

page.define(
    earned[y],
    r[y] - beta * sp.log(pi[y] / ref[y]),
    "What a sample earns: its reward, less β times its log-ratio.",
)
page.step(
    page.mean(pi, Score(earned[y]), y), "=", 0, "It depends on the policy too, but the mean of its gradient is 0."
)
objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
page.step(
    Score(objective),
    "=",
    weighed(earned[y]),
    "So the gradient is as if it did not depend on the policy.",
    theorem="policy-gradient",
)
page.fails(Score(objective), "=", weighed(r[y]) - beta * page.mean(pi, Score(sp.log(pi[y] / ref[y])), y),
           "A loss that differentiates the log-ratio does not penalise KL: the mean of that part is 0.")  # fmt: skip

page.step(weighed(earned[y] - b), "=", Score(objective), "A baseline takes off b times the mean score, which is 0.")
page.fails(
    weighed(earned[y] - r[y] / 2), "=", Score(objective), "A number that changes with the sample is no baseline."
)
length, product, a = sp.symbols("length product a")
(best,) = sp.solve(sp.diff(a - 2 * b * product + b**2 * length, b), b)  # where the noise, a parabola in b, is least
best = best.subs({product: page.mean(pi, w[y] * earned[y], y), length: page.mean(pi, w[y], y)})
noise = page.mean(pi, w[y] * (earned[y] - b) ** 2, y)
page.step(noise, "=", noise.subs(b, best) + (b - best) ** 2 * page.mean(pi, w[y], y),
          "A baseline does change the noise, the mean square of a sample's term. It is least at one b.")  # fmt: skip
usual = noise.subs(b, page.mean(pi, earned[y], y))
page.fails(noise, ">=", usual, "In general that b is not the mean of ρ, the usual choice.")

others, whole = S[o] / (N - 1), (earned[y] + S[o]) / N
page.step(page.mean(mu, weighed(earned[y] - others), o), "=", Score(objective),
          "RLOO: what the others earned does not depend on y. So their mean is a baseline.")  # fmt: skip
kept = sp.diff(earned[y] - whole, earned[y])  # how much of what a sample earned is left
page.step(page.mean(mu, weighed(earned[y] - whole), o), "=", kept * Score(objective),
          "The mean of all N includes what y earned. Then the gradient is multiplied by (N - 1)/N.")  # fmt: skip
page.step(earned[y] - others, "=", (earned[y] - whole) / kept, "At each sample the two differ by that factor.")
derivation = page.derivation()
