"""GRPO takes off the mean of a group's rewards, and divides by their deviation. What does the policy then maximise?

Dr. GRPO takes off the mean, and does not divide. Within one group the division only changes the step size, and the
scale of the reward is lost. Between prompts it does more: the less the rewards of a prompt vary, the more weight the
prompt has. With rewards 0 and 1, let p be the chance of a right response. Then GRPO maximises 2 arcsin √p instead of
p. Another division, by the length of each response, changes the reward itself. Of responses above the mean, a short
one gains more. Of those below, a long one loses less.
"""

import sympy as sp

from symkl.sympy import ArgMax, Detached, Page, Score

page = Page(
    "Group-normalised rewards",
    states="GRPO's advantages have mean 0, and lose the reward's shift and scale. GRPO's gradient is the mean of "
    "∇E[r]/s,"
    "Dr. GRPO's is that of ∇E[r]. With a price β on KL and s fixed, a prompt's optimum is π* at βs.",
    sources=[
        "Z. Shao et al., DeepSeekMath (2024), section 4.1: GRPO",
        "Z. Liu et al., Understanding R1-Zero-Like Training: A Critical Perspective (2025): Dr. GRPO",
    ],
)
(i,), (y,), (x,) = page.outcomes("i"), page.outcomes("y"), page.outcomes("x")
R = page.function("R", i, meaning="the rewards of a group, the samples for one prompt")
a, c = page.positive("a", "a change of the reward's scale"), page.real("c", "a shift of the reward")
eps = page.positive("ε", "what libraries add to the deviation, so that it is never 0")
D = page.distribution("D", x, meaning="the law of the prompts")
pi = page.distribution("π", y, given=[x], parameters=True, meaning="the policy that is trained")
ref = page.distribution("π_ref", y, given=[x], meaning="the reference policy")
r = page.function("r", x, y, meaning="the reward of a response")
s = page.function("s", x, positive=True, meaning="the deviation of a prompt's rewards, which no gradient moves")
length = page.function("ℓ", x, y, positive=True, meaning="the length of a response")
p = page.positive("p", "the chance of a right response, where rewards are 0 and 1")
tau = page.positive("τ", "a temperature")
advantage, m = page.function("A", i), page.function("m", x)


def above(f):
    """How far each of a group is above their mean."""
    return f - page.average(f, i)


def weighed(by):
    """The mean of the score at a prompt, weighed: the policy gradient of what weighs it."""
    return page.mean(pi[y, x], by * Score(sp.log(pi[y, x])), y)


page.define(advantage[i], above(R[i]) / page.deviation(R[i], i), "GRPO's advantage of a sample in its group.")
page.step(page.average(advantage[i], i), "=", 0, "Differences from a mean add up to 0.")
variance = page.average(above(R[i]) ** 2, i)
squares = page.average(above(R[i]) ** 2 / variance, i)
page.step(squares, "=", 1, "The mean of their squares is 1, however little the rewards differ.")
moved = a * R[i] + c
why = "Scale the reward by a and shift it by c. Dr. GRPO's advantage, the difference from the mean, is scaled by a."
page.step(above(moved), "=", a * above(R[i]), why)
page.step(
    page.average(above(moved) ** 2, i),
    "=",
    a**2 * variance,
    "The deviation is scaled by a, too. So in GRPO's advantage a cancels.",
)
guarded = above(R[i]) / (page.deviation(R[i], i) + eps)
page.fails(
    above(moved) / (page.deviation(moved, i) + eps), "=", guarded, "With ε in the divisor a does not cancel exactly."
)

page.define(m[x], page.mean(pi[y, x], r[x, y], y), "With many samples the group's mean is the mean under the policy.")
of_mean = Score(page.mean(D, m[x], x))
page.step(page.mean(D, weighed(r[x, y] - m[x]), x), "=", of_mean, "Dr. GRPO follows the gradient of the mean reward.")
climbed = page.mean(D, weighed((r[x, y] - m[x]) / s[x]), x)
page.step(
    climbed,
    "=",
    page.mean(D, Score(m[x]) / s[x], x),
    "GRPO gives the gradient of each prompt's mean reward the weight 1/s.",
)
step_size = page.mean(D, 1 / s[x], x)
page.fails(climbed, "=", step_size * of_mean, "With several prompts this is not Dr. GRPO's gradient times a number.")
half = sp.Rational(1, 2)
squared = p * (1 - p) ** 2 + (1 - p) * p**2
page.step(squared, "=", half**2 - (p - half) ** 2, "If a share p of the rewards is 1 and the rest are 0, this is s².")
u, v = sp.symbols("u v", positive=True)
found = sp.refine(sp.integrate(1 / sp.sqrt(u * (1 - u)), u), u <= 1)
page.carried(sp.Integral(1 / sp.sqrt(u * (1 - u)), (u, v, p)), found.subs(u, p) - found.subs(u, v),
             "For such rewards m is p. By this integral, ∇p/s is the gradient of 2 arcsin √p.", by="SymPy's integral",
             at=[{v: sp.Rational(1, 3), p: half}, {v: sp.Rational(1, 10), p: sp.Rational(9, 10)}])  # fmt: skip

shorter = Score(page.mean(pi[y, x], (r[x, y] - Detached(m[x])) / length[x, y], y))
page.step(
    weighed((r[x, y] - m[x]) / length[x, y]),
    "=",
    shorter,
    "Divide each sample's term by its length. The gradient is then that of another reward, (r - m)/ℓ.",
)
mere = page.mean(pi[y, x], 1 / length[x, y], y) * Score(m[x])
why = "Where lengths differ, this is more than a change of the step size, even at a single prompt."
page.fails(shorter, "=", mere, why)

star = page.distribution("π*", y, given=[x])
weight = ref[y, x] * sp.exp(r[x, y] / tau)
page.define(star[y, x], weight / page.sum(weight, y), "The optimal policy at a temperature τ.")
objective = page.mean(pi[y, x], (r[x, y] + c) / s[x], y) - tau / s[x] * page.kl(pi[y, x], ref[y, x], y)
page.step(ArgMax(objective, pi), "=", star[y, x], "Let a nat of KL cost β = τ/s, and let s be fixed. "
          "Then GRPO's maximiser is π* at the temperature βs. The smaller s, the lower it is.",
          theorem="optimal-policy")  # fmt: skip
derivation = page.derivation()
