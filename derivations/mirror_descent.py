"""Where do many small steps lead, if each pays for KL to the policy before it, and not to the reference?

A step maximises reward less KL to the last policy. That is the usual problem, with the last policy for the reference
and 1/η for the temperature. So each step multiplies the probabilities by exp(η r), and normalises. After T steps from
the reference the policy is π* at the temperature 1/(ηT), which goes to 0. A price β on KL to the reference stops that.
Then the policy goes to π* at β. Each step multiplies the distance of the log-odds by the same factor.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page

page = Page(
    "Mirror descent: steps held by KL",
    states="T steps of size η from π_ref lead to π* at β = 1/(ηT). With a price β on KL to π_ref they come to π* at β: "
    "each multiplies the distance of the log-odds by 1/(1 + ηβ).",
    sources=[
        "A. Beck, M. Teboulle, Mirror Descent and Nonlinear Projected Subgradient Methods (2003)",
        "M. Geist, B. Scherrer, O. Pietquin, A Theory of Regularized Markov Decision Processes (2019)",
    ],
)
y, z = page.outcomes("y z")
pi = page.distribution("π", y, meaning="any policy")
ref = page.distribution("π_ref", y, meaning="the reference policy, where training starts")
last = page.distribution("π_k", y, meaning="the policy before a step")
r = page.function("r", y, meaning="the reward of a response")
eta = page.positive("η", "the step size: a nat of KL to the last policy costs 1/η")
beta = page.positive("β", "the temperature: what a nat of KL to the reference costs")
T = page.positive("T", "how many steps were taken")
w = page.positive("w", "the weight that the reference still has: 1 at the start")
new, after, star, leant, mixed = (page.distribution(name, y) for name in ("π_new", "π_T", "π*", "π'", "π_w"))


def normalised(weight):
    """A positive function of y over its sum."""
    return weight / page.sum(weight, y)


def earned(policy):
    """The mean reward of a policy."""
    return page.mean(policy, r[y], y)


def blend(policy, weight):
    """A policy and π*, one to the power of its weight and one to the rest."""
    return normalised(policy[y] ** weight * star[y] ** (1 - weight))


def odds(policy):
    """How far the log-odds of two responses are from those under π*."""
    return sp.log(policy[y] / policy[z]) - sp.log(star[y] / star[z])


page.define(new[y], normalised(last[y] * sp.exp(eta * r[y])), "A step: the last policy, tilted by η times the reward.")
held = earned(pi) - page.kl(pi, last, y) / eta
page.step(
    ArgMax(held, pi), "=", new[y], "It maximises reward less KL to the last policy, over η.", theorem="optimal-policy"
)
best = earned(new) - page.kl(new, last, y) / eta
page.step(best - held, "=", page.kl(pi, new, y) / eta, "Any π falls short of that maximum by KL(π‖π_new), over η.")
page.fails(best - held, "=", page.kl(new, pi, y) / eta, "The order matters: KL(π_new‖π) is another number.")
page.step(
    best,
    ">=",
    earned(last),
    "Take the last policy for π. So a step gains at least as much reward as its KL costs.",
)

page.define(after[y], normalised(ref[y] * sp.exp(T * eta * r[y])), "The claim: T steps from the reference lead here.")
again = normalised(after[y] * sp.exp(eta * r[y]))
page.step(
    again, "=", normalised(ref[y] * sp.exp((T + 1) * eta * r[y])), "One step more makes it T + 1, as exponents add up."
)
page.define(star[y], normalised(ref[y] * sp.exp(r[y] / beta)), "The optimal policy at the temperature β.")
(cooled,) = sp.solve(T * eta - 1 / beta, beta)
started = earned(pi) - cooled * page.kl(pi, ref, y)
page.step(
    ArgMax(started, pi),
    "=",
    after[y],
    "So π_T is the optimum at the temperature 1/(ηT). It falls with each step.",
)
page.fails(after[y], "=", star[y], "With KL to the last policy alone, π_T is not π* at a fixed β.")

whole = earned(pi) - beta * page.kl(pi, ref, y)
(share,) = sp.solve(w * (1 + eta * beta) - 1, w)  # prices 1/η on the last policy and β on the reference, as a share
page.define(leant[y], blend(last, share), "Take a weighted mean of log π_k and log π*, and normalise.")
page.step(
    ArgMax(whole - page.kl(pi, last, y) / eta, pi),
    "=",
    leant[y],
    "With a price on both KLs, a step leads there.",
)
page.step(
    odds(leant),
    "=",
    share * odds(last),
    "A step multiplies the distance of the log-odds to those of π* by 1/(1 + ηβ).",
)
page.define(mixed[y], blend(ref, w), "Mix the reference and π* in the same way, with any weight w.")
page.step(
    blend(mixed, share),
    "=",
    blend(ref, share * w),
    "A step multiplies w by 1/(1 + ηβ). So after T steps from the reference it is 1/(1 + ηβ)^T.",
)
page.step(sp.Limit(mixed[y], w, 0, "+"), "=", star[y], "As w goes to 0 the policy goes to π*.")
page.step(
    ArgMax(whole, pi), "=", star[y], "That is the optimum for KL to the reference alone.", theorem="optimal-policy"
)
derivation = page.derivation()
