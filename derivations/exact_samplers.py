"""Which methods reach π*, if data and training were without limit?

Rejection sampling reaches π* with no training at all. Its cost grows with the KL between π* and the reference. KL-PPO
and DPO have π* as their exact limit. GRPO does not, for two reasons. Its usual k3 penalty has the gradient of the other
divergence. And it divides the rewards of a prompt by their standard deviation. To divide by a fixed number would only
multiply the temperature. But the deviation is the one under the policy being trained. It changes with
that policy, and so does the temperature.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page, Score

page = Page(
    "What samples from π*, and what does not",
    states="Rejection, KL-PPO and DPO reach π*. Rewards over a fixed s reach π* at β s. A k3 loss reaches another law.",
    sources=[
        "J. von Neumann, Various Techniques Used in Connection with Random Digits (1951)",
        "Z. Shao et al., DeepSeekMath (2024), section 4.1: group-normalised rewards and a k3 penalty in the loss",
    ],
)
(y,) = page.outcomes("y")
pi = page.distribution("π", y, parameters=True, meaning="the policy that is trained")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature")
M = page.real("M", "a bound on the rewards")
m, c = page.real("m", "what is taken off the rewards: GRPO takes their mean"), page.real("c", "any number")
s = page.positive("s", "what they are divided by, held fixed: GRPO takes their current deviation")


def tilted(prize, temperature=beta):
    """The reference, tilted and normalised."""
    weight = ref[y] * sp.exp(prize / temperature)
    return weight / page.sum(weight, y)


Z, star, accept = sp.Symbol("Z", positive=True), page.distribution("π*", y), page.function("A", y, positive=True)
page.define(Z, page.sum(ref[y] * sp.exp(r[y] / beta), y), "The partition function.")
page.define(star[y], ref[y] * sp.exp(r[y] / beta) / Z, "The optimal policy.")

page.given(r[y], "<=", M, "No reward is above M.")
page.define(accept[y], sp.exp((r[y] - M) / beta), "Draw from the reference, and keep the draw with this chance.")
page.step(accept[y], "<=", 1, "It is a chance, as M is a bound.")
rate = page.mean(ref, accept[y], y)
page.step(rate, "=", Z * sp.exp(-M / beta), "How often a draw is kept.")
page.step(ref[y] * accept[y] / rate, "=", star[y], "What is kept follows π* exactly. M cancels.")
k, a = sp.Symbol("k", integer=True, positive=True), sp.Symbol("a", positive=True)
cost = sp.Sum(k * (1 - a) ** (k - 1) * a, (k, 1, sp.oo))
(draws, _), *_ = sp.simplify(cost.doit()).args  # the case in which the sum converges: a < 2
page.carried(cost, draws,
    "Let a draw be kept with chance a. The k-th is the first kept with chance (1 - a)^(k-1) a. The mean of k is "
    "1/a.",
             by="SymPy's sum", at=[{a: sp.Rational(1, 2)}, {a: sp.Rational(1, 7)}])  # fmt: skip
page.step(1 / rate, "=", sp.exp(M / beta) / Z, "So one sample from π* costs this many draws on average.")
page.step(
    page.kl(star, ref, y),
    "<=",
    M / beta - sp.log(Z),
    "The logarithm of that is at least KL. So it takes at least exp(KL(π*‖π_ref)) draws on average.",
)

objective = page.mean(pi, r[y], y) - beta * page.kl(pi, ref, y)
page.step(
    ArgMax(objective, pi),
    "=",
    star[y],
    "KL-PPO follows the gradient of this objective. Its one maximiser is π*.",
)
own = page.function("ρ", y)
page.define(own[y], beta * sp.log(pi[y] / ref[y]), "The reward that DPO reads off its policy.")
page.step(tilted(own[y]), "=", pi[y], "The policy is the optimum for that reward.")
page.step(
    tilted(r[y] - c),
    "=",
    star[y],
    "If that reward fits all preferences, it is r up to a constant. Then its optimum is π*.",
)

prize = (r[y] - m) / s
group = page.distribution("π_G", y)
page.define(group[y], tilted(r[y], beta * s), "π* for the same rewards at the temperature β s.")
grouped = page.mean(pi, prize, y) - beta * page.kl(pi, ref, y)
page.step(
    ArgMax(grouped, pi),
    "=",
    group[y],
    "With rewards divided by a fixed s, this is the maximiser. GRPO's s does not stay fixed.",
)
page.fails(ArgMax(grouped, pi), "=", star[y], "This is not π* at β: the temperature is multiplied by s.")
k3 = ref[y] / pi[y] - 1 - sp.log(ref[y] / pi[y])
update = page.mean(pi, prize * Score(sp.log(pi[y])) - beta * Score(k3), y)
climbed = page.mean(pi, prize, y) - beta * page.kl(ref, pi, y)
page.step(
    update,
    "=",
    Score(climbed),
    "With k3 as a loss, GRPO follows the gradient of reward less β KL(π_ref‖π), the forward KL.",
)
page.fails(update, "=", Score(grouped), "That is another objective. Its maximiser is not an exponential of the reward.")
derivation = page.derivation()
