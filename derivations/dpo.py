"""How can a policy be trained on preferences without a reward model? Every policy is the optimum for some reward.

Solve the formula of the optimal policy for the reward: it is β log(π*/π_ref) plus β log Z. The last
term is the same for every response. Preferences compare two responses to one prompt, so it cancels.
What is left is a likelihood of the policy alone. If all pairs are compared, the policy that fits
them best is π*.
"""

import sympy as sp

from symkl.sympy import Logistic, Page, Score, Slope

page = Page(
    "Direct preference optimisation",
    states="r = β log(π*/π_ref) + β log Z, and Z cancels. The loss is least at the true margins, and π* has them.",
    sources=[
        "R. Rafailov et al., Direct Preference Optimization (2023), sections 4 and 5, appendix A",
        "R. A. Bradley, M. E. Terry, Rank Analysis of Incomplete Block Designs (1952)",
    ],
)
y, y_w, y_l = page.outcomes("y y_w y_l")
pi = page.distribution("π", y, parameters=True, meaning="the policy that is trained")
ref = page.distribution("π_ref", y, meaning="the reference policy")
r = page.function("r", y, meaning="the reward of a response")
beta = page.positive("β", "the temperature: how much a nat of KL costs")
c = page.real("c", "a number, the same for all responses to a prompt")
u = page.real("u", "a margin: how much higher one response is scored than another")
d = page.real("d", "the true margin, their difference in reward")
Z, star = sp.Symbol("Z", positive=True), page.distribution("π*", y)
weight = ref[y] * sp.exp(r[y] / beta)
page.define(Z, page.sum(weight, y), "The partition function.")
page.define(star[y], weight / Z, "The optimal policy.")

ratio = sp.Symbol("ratio", positive=True)  # π*/π_ref, for SymPy to solve for the reward
(reward,) = sp.solve(sp.Eq(sp.exp(r[y] / beta), ratio * Z), r[y])
reward = sp.expand_log(reward).expand().subs(ratio, star[y] / ref[y])
page.step(r[y], "=", reward, "Solve the optimal policy for the reward.", theorem="dpo-reward")
shifted = weight.subs(r[y], r[y] + c)
page.step(shifted / page.sum(shifted, y), "=", star[y], "Rewards that differ by a constant give the same policy.")

wins = sp.exp(r[y_w]) / (sp.exp(r[y_w]) + sp.exp(r[y_l]))
page.step(
    wins,
    "=",
    Logistic(r[y_w] - r[y_l]),
    "Bradley and Terry's model: the odds of a win are the exponential of a difference in reward.",
)
margin = beta * sp.log(star[y_w] / ref[y_w]) - beta * sp.log(star[y_l] / ref[y_l])
page.then("=", Logistic(margin), "Put the solved reward in. β log Z is in both rewards, and cancels.")

implicit, gap = page.function("ρ", y), page.function("Δ", y_w, y_l)
page.define(
    implicit[y],
    beta * sp.log(pi[y] / ref[y]),
    "Up to a constant, this is the reward for which π is the optimum.",
)
page.define(gap[y_w, y_l], implicit[y_w] - implicit[y_l], "The margin of two responses. The constant cancels in it.")
likelihood = wins.subs({r[y_w]: implicit[y_w], r[y_l]: implicit[y_l]})
loss, mine = -sp.log(Logistic(gap[y_w, y_l])), margin.subs({star[y]: pi[y] for y in (y_w, y_l)})
likely = "DPO's loss is minus the logarithm of the probability that y_w wins."
page.step(-sp.log(likelihood), "=", -sp.log(Logistic(mine)), likely, theorem="dpo-loss")
page.then("=", loss, "It depends on the margin alone.")
of_u = sp.diff(-sp.log(Logistic(u)), u).expand()
page.step(Slope(-sp.log(Logistic(u)), u), "=", of_u, "Its slope by the margin is σ - 1.")
page.then("=", -Logistic(-u), "That is minus the probability given to the wrong order.")
towards = Score(sp.log(pi[y_w])) - Score(sp.log(pi[y_l]))
page.step(
    Score(gap[y_w, y_l]),
    "=",
    beta * towards,
    "A margin is β times a difference of log-ratios, and π_ref has no parameters.",
)
gradient = -beta * Logistic(gap[y_l, y_w]) * towards
why = "A small step raises the margin, most where the order is wrong. The probability of y_w may still fall."
page.step(Score(loss), "=", gradient, why, theorem="dpo-gradient")

expected = -Logistic(d) * sp.log(Logistic(u)) - Logistic(-d) * sp.log(Logistic(-u))  # over which of the two wins
slope = sp.diff(expected, u).subs({Logistic(-v): 1 - Logistic(v) for v in (u, d)}).expand()
page.step(
    Slope(expected, u),
    "=",
    slope,
    "This is the mean loss, over which response wins. It is stationary where the margin u is the true d.",
)
curvature = sp.factor(sp.diff(slope, u)).subs(Logistic(u) - 1, -Logistic(-u))
page.step(Slope(slope, u), "=", curvature, "Differentiate once more.")
page.step(
    curvature,
    ">",
    0,
    "So it is strictly convex, and that point is its one minimum. If all pairs are compared, all margins become "
    "the true ones.",
)
page.given(implicit[y], "=", r[y] - c, "Then the reward for which the policy is the optimum is r, up to a constant.")
page.step(c, "=", beta * sp.log(Z), "As π sums to 1, the constant is β log Z.")
page.step(pi[y], "=", star[y], "So the policy with the least loss is π*.")
derivation = page.derivation()
