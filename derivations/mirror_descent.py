"""Where do many small steps lead, if each is held near the policy before it, and not near the reference?

A step maximises reward less KL to the last policy. That is the old problem, with the last policy for the reference and
1/η for the temperature, so each step tilts a little. Tilts by one reward multiply: after T steps from the reference the
policy is π* at the temperature 1/(ηT), and nothing stops its fall. A price on KL to the reference does: then a step
leans towards π*, and what is not yet π* shrinks by one factor with every step.
"""

import sympy as sp

from symkl.sympy import ArgMax, Page

page = Page(
    "Mirror descent: steps held by KL",
    states="T steps of size η from π_ref are π* at β = 1/(ηT); with a price β on KL to π_ref they come to π* at β, "
    "and log-odds are nearer by 1/(1 + ηβ) after each.",
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
w = page.positive("w", "how much of a policy is not yet π*: 1 at the reference")
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
page.step(ArgMax(held, pi), "=", new[y], "It maximises reward less KL to the last policy.", theorem="optimal-policy")
best = earned(new) - page.kl(new, last, y) / eta
page.step(best - held, "=", page.kl(pi, new, y) / eta, "Three points: any π falls short by its KL to the new policy,")
page.fails(best - held, "=", page.kl(new, pi, y) / eta, "in this order, and not the other.")
page.step(best, ">=", earned(last), "Take the last policy for π: a step earns its own price at least.")

page.define(after[y], normalised(ref[y] * sp.exp(T * eta * r[y])), "The claim: T steps from the reference lead here.")
again = normalised(after[y] * sp.exp(eta * r[y]))
page.step(again, "=", normalised(ref[y] * sp.exp((T + 1) * eta * r[y])), "One step more is T + 1: exponents add up.")
page.define(star[y], normalised(ref[y] * sp.exp(r[y] / beta)), "The optimal policy at a temperature.")
(cooled,) = sp.solve(T * eta - 1 / beta, beta)
started = earned(pi) - cooled * page.kl(pi, ref, y)
page.step(ArgMax(started, pi), "=", after[y], "So π_T is the optimum at 1/(ηT), which falls with each step.")
page.fails(after[y], "=", star[y], "No temperature is kept by holding a step near the last policy.")

whole = earned(pi) - beta * page.kl(pi, ref, y)
(share,) = sp.solve(w * (1 + eta * beta) - 1, w)  # prices 1/η on the last policy and β on the reference, as a share
page.define(leant[y], blend(last, share), "A mean of the last policy and π*, taken of logarithms:")
page.step(ArgMax(whole - page.kl(pi, last, y) / eta, pi), "=", leant[y], "with a price on both KLs a step leads there.")
page.step(odds(leant), "=", share * odds(last), "Log-odds come nearer to those of π* by one factor,")
page.define(mixed[y], blend(ref, w), "so that after T steps from the reference w = 1/(1 + ηβ)^T:")
page.step(blend(mixed, share), "=", blend(ref, share * w), "a step from any w multiplies it by that factor.")
page.step(sp.Limit(mixed[y], w, 0, "+"), "=", star[y], "So the steps come to π*,")
page.step(ArgMax(whole, pi), "=", star[y], "which the price on the reference alone decides.", theorem="optimal-policy")
derivation = page.derivation()
