"""Claims: met when the document shows them, in any letters; not by half of it, nor by a row that says X = X."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Extremum, Mean, Partial, Sum, Symbol, Term, exp, log, sigma
from tests.properties.documents.vocabulary import Letters, objective, softmax

NAME = "claims"


def gibbs(rng: Random) -> Document:
    """As a divergence, a sum or a mean; not for equal laws, and not with something less than zero."""
    v = Letters.drawn(rng)
    p, q = v.law(), v.law()
    d, y = v.draft(NAME, "gibbs"), v.y
    left: Term = rng.choice([KL(p, q), Sum(y, p(y) * log(p(y) / q(y))), Mean(y, p, log(p(y) / q(y)))])
    which = rng.randrange(4)
    if which <= 1:
        d.true(left, ">=", 0)
    elif which == 2:
        d.declare("assume")
        d.define(q(y), p(y), sign="=", key="ok")
        d.true(KL(p, q), "=", 0)
    else:
        d.true(left, ">=", -1)
    return d.finished(("gibbs", which <= 1))


def optimal_policy(rng: Random) -> Document:
    """By a first-order condition, or by an arg max; not by a statement alone."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "optimal-policy"), v.y, v.z
    full = softmax(ref, r(y), beta(), y, z)
    which = rng.randrange(4)
    if which == 0:
        d.define(star(y), full)
        d.true(star(y), "∝", ref(y) * exp(r(y) / beta()))
        return d.finished(("optimal-policy", False))
    multiplier = Symbol(r"\lambda")
    of = Symbol("L", argument=r"\pi,\lambda")
    d.define(of(), objective(law, r, beta, ref, y) + multiplier() * (1 - Sum(y, law(y))))
    right = r(y) - beta() * log(law(y) / ref(y)) - beta() - multiplier()
    slope = Partial(law(y), of())
    if which == 3:
        wrong = right + beta()
        d.held(slope, "=", wrong, False)
        d.raw(f"{d.hand.side(slope)} = {d.hand.side(wrong)} = 0", "bad")
        d.mean(law(y), full)
        d.true(law(y), "=", full, key="start")
        return d.finished(("optimal-policy", False))
    d.held(slope, "=", right, True)
    d.raw(f"{d.hand.side(slope)} = {d.hand.side(right)} = 0", "ok")
    d.mean(law(y), full)
    d.mean(star(y), full)
    if which == 1:
        d.true((law if rng.random() < 0.5 else star)(y), "=", full)
    return d.finished(("optimal-policy", which == 1))


def donsker_varadhan(rng: Random) -> Document:
    """The variational formula in f, p and q; the bound alone is one half of it."""
    v = Letters.drawn(rng, prompt=False)
    p, q, f = v.law("p", r"\pi", r"\mu"), v.law("q", r"\pi_0"), v.function("f", "g")
    d, y, z = v.draft(NAME, "donsker-varadhan"), v.y, v.z
    d.declare(f"{f.latex} {v.of(y)}")
    gain, left = Mean(y, p, f(y)) - KL(p, q), log(Mean(y, q, exp(f(y))))
    whole = rng.random() < 0.5
    if whole:
        d.true(left, "=", Extremum("max", p, gain, y, q(y) * exp(f(y)) / Sum(z, q(z) * exp(f(z)))))
    else:
        d.true(left, ">=", gain)
    return d.finished(("donsker-varadhan", whole))


def dpo_loss(rng: Random) -> Document:
    """The loss from the reward; not by a row that says the same twice."""
    v = Letters.drawn(rng, prompt=True)
    v.prompt, v.y, v.z = "x", "y", "y'"
    ref, r, beta = v.reference(), v.function("r", "R"), v.temperature()
    star, part = Symbol(r"\pi^*", "law", "x", 1), Symbol("Z", "function", "x", 0)
    d, y, w, l_ = v.draft(NAME, "dpo-loss"), "y", "y_w", "y_l"
    whole = rng.random() < 0.5
    law = star if whole else Symbol(r"\pi_\theta", "law", "x", 1)
    loss = -log(sigma(beta() * log(law(w) / ref(w)) - beta() * log(law(l_) / ref(l_))))
    if whole:
        d.mean(star(y), softmax(ref, r(y), beta(), y, v.z))
        d.mean(part(), Sum(y, ref(y) * exp(r(y) / beta())))
        d.definition(star(y), ref(y) * exp(r(y) / beta()) / part())
        d.true(r(y), "=", beta() * log(star(y) / ref(y)) + beta() * log(part()))
        d.true(-log(sigma(r(w) - r(l_))), "=", loss)
    else:
        d.true(loss, "=", -log(sigma(beta() * (log(law(w) / ref(w)) - log(law(l_) / ref(l_))))))
        d.true(loss, "=", loss)
    return d.finished(("dpo-loss", whole))


KINDS = (gibbs, optimal_policy, donsker_varadhan, dpo_loss)
