"""What does a policy maximise, if its rewards are taken less the mean of their group and over its deviation?

GRPO does both; Dr. GRPO takes off the mean alone. Within one group the division is a matter of step size, and forgets
the scale of the reward. Between prompts it is not: it gives a prompt the more weight the less its rewards vary. Of
rewards 0 and 1 it maximises 2 arcsin √p in place of p, the chance of a right response. Another division, by the length
of each response, does change the reward: what is above the mean is worth more if it is short, what is below if long.
"""

import sympy as sp

from symkl.sympy import ArgMax, Detached, Page, Score

page = Page(
    "Group-normalised rewards",
    states="GRPO's advantages have mean 0 and forget shift and scale; over prompts it climbs the mean of ∇E[r]/s, "
    "Dr. GRPO that of ∇E[r]; with a price β on KL the optimum at a prompt is π* at the temperature βs.",
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
page.step(page.average(advantage[i], i), "=", 0, "What some are above their mean the others are below it.")
variance = page.average(above(R[i]) ** 2, i)
page.step(page.average(above(R[i]) ** 2 / variance, i), "=", 1, "Of their squares it is 1, however little they differ.")
moved = a * R[i] + c
page.step(above(moved), "=", a * above(R[i]), "What is above the mean keeps the scale: that is Dr. GRPO's advantage.")
page.step(page.average(above(moved) ** 2, i), "=", a**2 * variance, "So does the deviation: GRPO's forgets it.")
guarded = above(R[i]) / (page.deviation(R[i], i) + eps)
page.fails(above(moved) / (page.deviation(moved, i) + eps), "=", guarded, "With ε in the divisor it does not quite.")

page.define(m[x], page.mean(pi[y, x], r[x, y], y), "Of many samples the mean is that under the policy.")
page.step(page.mean(D, weighed(r[x, y] - m[x]), x), "=", Score(page.mean(D, m[x], x)), "Dr. GRPO climbs mean reward.")
climbed = page.mean(D, weighed((r[x, y] - m[x]) / s[x]), x)
page.step(climbed, "=", page.mean(D, Score(m[x]) / s[x], x), "GRPO climbs each prompt's, with the weight 1/s:")
step_size = page.mean(D, 1 / s[x], x)
page.fails(climbed, "=", step_size * Score(page.mean(D, m[x], x)), "of several prompts that is no mere step size.")
half = sp.Rational(1, 2)
squared = p * (1 - p) ** 2 + (1 - p) * p**2
page.step(squared, "=", half**2 - (p - half) ** 2, "If p of the rewards are 1 and the rest 0, this is s².")
u, v = sp.symbols("u v", positive=True)
found = sp.refine(sp.integrate(1 / sp.sqrt(u * (1 - u)), u), u <= 1)
page.carried(sp.Integral(1 / sp.sqrt(u * (1 - u)), (u, v, p)), found.subs(u, p) - found.subs(u, v),
             "There m is p, and ∇p/s the gradient of 2 arcsin √p.", by="SymPy's integral",
             at=[{v: sp.Rational(1, 3), p: half}, {v: sp.Rational(1, 10), p: sp.Rational(9, 10)}])  # fmt: skip

shorter = Score(page.mean(pi[y, x], (r[x, y] - Detached(m[x])) / length[x, y], y))
page.step(weighed((r[x, y] - m[x]) / length[x, y]), "=", shorter, "Over its length a response is worth this instead.")
mere = page.mean(pi[y, x], 1 / length[x, y], y) * Score(m[x])
page.fails(shorter, "=", mere, "Where lengths differ it is another reward, at one prompt already.")

star = page.distribution("π*", y, given=[x])
weight = ref[y, x] * sp.exp(r[x, y] / tau)
page.define(star[y, x], weight / page.sum(weight, y), "The optimal policy at a temperature τ.")
objective = page.mean(pi[y, x], (r[x, y] + c) / s[x], y) - tau / s[x] * page.kl(pi[y, x], ref[y, x], y)
page.step(ArgMax(objective, pi), "=", star[y, x], "With a price β = τ/s on KL, s standing still, "
          "GRPO leads there, to π* at βs: the smaller s, the colder.", theorem="optimal-policy")  # fmt: skip
derivation = page.derivation()
