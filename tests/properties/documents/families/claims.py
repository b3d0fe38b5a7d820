"""Claims: met when the document shows them, in any letters; not by half of it, nor by a row that says X = X."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Extremum, Mean, Partial, Sum, Symbol, Term, exp, log, sigma
from tests.properties.documents.vocabulary import Letters, objective, softmax, solved

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


def optimal_value(rng: Random) -> Document:
    """The maximum is β log Z, either way round; that nothing does better, or that π* gets as much, is one half."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "optimal-value"), v.y, v.z
    best = beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))
    posed = solved(law, r, beta, ref, y, z)
    which = rng.randrange(4)
    if which == 0:
        left, right = rng.sample([posed, best], 2)
        d.true(left, "=", right)
    elif which == 1:
        d.true(posed.body, "<=", best)
    else:
        d.define(star(y), softmax(ref, r(y), beta(), y, z), sign="=")
        if which == 2:
            d.true(posed.body, "<=", best)
        d.true(objective(star, r, beta, ref, y), "=", best)
    return d.finished(("optimal-value", which in (0, 2)))


def regret(rng: Random) -> Document:
    """What a policy loses is β KL(π‖π*); that it loses something, and what KL means, is less."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "regret"), v.y, v.z
    d.define(star(y), softmax(ref, r(y), beta(), y, z), sign="=")
    mine, lost = objective(law, r, beta, ref, y), beta() * KL(law, star)
    best = rng.choice([objective(star, r, beta, ref, y), beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))])
    which = rng.randrange(4)
    if which == 0:
        d.true(best - mine, "=", lost)
    elif which == 1:
        d.true(mine, "=", best - beta() * Sum(y, law(y) * log(law(y) / star(y))))
    elif which == 2:
        d.true(best, ">=", mine)
    else:
        d.true(lost, "=", beta() * Mean(y, law, log(law(y) / star(y))))
    return d.finished(("regret", which <= 1))


def arg_max(rng: Random) -> Document:
    """The arg max is the tilted policy, either way round; of a divergence from it, or twice said, it shows nothing."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "arg-max"), v.y, v.z
    full = softmax(ref, r(y), beta(), y, z)
    d.define(star(y), full, sign="=")
    posed = solved(law, r, beta, ref, y, z)
    d.held(posed, "=", beta() * log(Sum(y, ref(y) * exp(r(y) / beta()))), True)
    side, which = d.hand.side, rng.randrange(5)
    scaled = Mean(y, law, r(y)) / beta() - KL(law, ref)
    bodies = [posed.body, scaled, -beta() * KL(law, star), -KL(star, law)]
    if which <= 3:
        sides = [rf"\arg\max_{{{law.latex}}} {side(bodies[which])}", star.latex]
        rng.shuffle(sides)
        d.raw(" = ".join(sides), "ok")
    else:
        d.true(star(y), "∝", ref(y) * exp(r(y) / beta()))
    return d.finished(("optimal-policy", which <= 1))


def stated_problem(rng: Random) -> Document:
    """A problem is posed, and its solution written down; the solution of another problem is none."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    d, y, z = v.draft(NAME, "stated-problem"), v.y, v.z
    d.problem(solved(law, r, beta, ref, y, z))
    right = rng.random() < 0.5
    scores = r(y) if right else -r(y)
    full = softmax(ref, scores, beta(), y, z)
    d.mean(law(y), softmax(ref, r(y), beta(), y, z))
    if right:
        d.true(law(y), "=", full)
    else:
        d.false(law(y), "=", full, key="nope")
    return d.finished(("optimal-policy", right))


def dpo_reward(rng: Random) -> Document:
    """The reward of a policy; neither by definition, nor of pairs alone."""
    v = Letters.drawn(rng, prompt=True)
    v.prompt, v.y, v.z = "x", "y", "y'"
    ref, r, beta = v.reference(), v.function("r", "R"), v.temperature()
    star, part = Symbol(r"\pi^*", "law", "x", 1), Symbol("Z", "function", "x", 0)
    d, y, w, l_ = v.draft(NAME, "dpo-reward"), "y", "y_w", "y_l"
    d.mean(part(), Sum(y, ref(y) * exp(r(y) / beta())))
    d.define(star(y), softmax(ref, r(y), beta(), y, v.z), shown=ref(y) * exp(r(y) / beta()) / part(), sign="=")
    which = rng.randrange(4)
    if which == 0:
        d.true(r(y), "=", beta() * log(star(y) / ref(y)) + beta() * log(part()))
    elif which == 1:
        d.true(log(star(y) / ref(y)), "=", r(y) / beta() - log(part()))
    elif which == 2:
        d.true(r(w) - r(l_), "=", beta() * log(star(w) / ref(w)) - beta() * log(star(l_) / ref(l_)))
    else:
        d.true(star(y), "=", ref(y) * exp(r(y) / beta()) / Sum(v.z, ref(v.z) * exp(r(v.z) / beta())), key="seen")
    return d.finished(("dpo-reward", which <= 1))


def estimators(rng: Random) -> Document:
    """k1 and k3 have the mean KL; a sum is no sample, and the one is not the other."""
    v = Letters.drawn(rng)
    p, q = v.law(), v.reference()
    d, y = v.draft(NAME, "estimators"), v.y
    ratio, whole = q(y) / p(y), KL(p, q)
    k1, k3 = -log(ratio), ratio - 1 - log(ratio)
    name, formula = rng.choice([("k1-unbiased", k1), ("k3-unbiased", k3)])
    which = rng.randrange(3)
    if which == 0:
        sides = rng.sample([Mean(y, p, formula), whole], 2)
    elif which == 1:
        sides = [Mean(y, p, k1 if name == "k3-unbiased" else k3), whole]
    else:
        sides = [Sum(y, p(y) * log(p(y) / q(y))), whole]
    d.true(sides[0], "=", sides[1])
    return d.finished((name, which == 0))


def particular(rng: Random) -> Document:
    """A law that a row gives is one law, and not every one."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "particular"), v.y, v.z
    d.define(star(y), softmax(ref, r(y), beta(), y, z), sign="=")
    one, two = rng.choice([(star, ref), (ref, star), (law, star), (law, ref), (ref, law)])
    d.true(KL(one, two), ">=", 0)
    return d.finished(("gibbs", star not in (one, two)))


def together(rng: Random) -> Document:
    """A bound and where it is attained say the variational formula together, and neither does alone."""
    v = Letters.drawn(rng, prompt=True)
    p, q, f = v.law("p", r"\pi"), v.law("q", r"\pi_0", r"\mu"), v.reward()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "together"), v.y, v.z
    d.define(star(y), q(y) * exp(f(y)) / Sum(z, q(z) * exp(f(z))), sign="=")
    right = log(Mean(y, q, exp(f(y))))
    which = rng.randrange(3)
    if which != 1:
        d.true(Mean(y, p, f(y)) - KL(p, q), "<=", right)
    if which != 2:
        d.true(Mean(y, star, f(y)) - KL(star, q), "=", right)
    return d.finished(("donsker-varadhan", which == 0))


KINDS = (
    gibbs, optimal_policy, donsker_varadhan, dpo_loss, optimal_value, regret, arg_max, stated_problem, dpo_reward,
    estimators, particular, together,
)  # fmt: skip
