"""First-order conditions in all their forms, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.properties.documents.families.opaque import unread
from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Entropy, Mean, Partial, Sum, Symbol, Term, exp, log
from tests.properties.documents.vocabulary import Letters, objective, softmax, solved, tilted

NAME = "conditions"


class _Lagrangian:
    """A Lagrangian in some letters, its derivative, and the policy and multiplier that the condition fixes."""

    def __init__(self, rng: Random, indexed: bool = False) -> None:
        v = self.v = Letters.drawn(rng, prompt=False if indexed else None)
        if indexed:
            v.y, v.z = "i", "j"
        law = v.law("p") if indexed else v.law(r"\pi", "p", "q")
        self.law = law = replace(law, indexed=indexed)
        ref = None if rng.random() < 0.3 else v.law("q") if indexed and law.latex == "p" else v.reference()
        self.ref = ref and replace(ref, indexed=indexed)
        self.r = replace(v.function("r", "R") if indexed else v.reward(), indexed=indexed)
        self.beta = v.temperature()
        self.multiplier = Symbol(rng.choice([r"\lambda", r"\lambda", r"\nu"]))
        y = v.y
        self.plus = rng.random() < 0.5
        ratio = log(law(y) / self.ref(y)) if self.ref else log(law(y))
        sums = indexed or rng.random() < 0.6
        mean = Sum(y, law(y) * self.r(y)) if sums else Mean(y, law, self.r(y))
        if sums:
            price: Term = self.beta() * Sum(y, law(y) * ratio)
        else:
            price = self.beta() * KL(law, self.ref) if self.ref else self.beta() * -Entropy(law)
        self.objective = mean - price if sums or self.ref else mean + self.beta() * Entropy(law)
        one = Sum(y, law(y))
        self.constraint = self.multiplier() * (one - 1 if self.plus else 1 - one)
        self.gain = self.r(y) - self.beta() * ratio - self.beta()
        self.slope = self.gain + self.multiplier() if self.plus else self.gain - self.multiplier()
        self.full = softmax(self.ref, self.r(y), self.beta(), y, v.z)
        self.weight, total = tilted(self.ref, self.r(y), self.beta(), y, v.z)
        # At the optimum r - β log(p/q) is β log Z at every outcome.
        level = self.beta() * log(total) - self.beta()
        self.level = -level if self.plus else level
        self.of = Symbol(rng.choice(["L", r"\mathcal{L}", "J"]), argument=f"{law.latex},{self.multiplier.latex}")


def lagrange(rng: Random) -> Document:
    """Lagrangian, condition, solution; on one row or two; right or with slips."""
    lag = _Lagrangian(rng, indexed=rng.random() < 0.2)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "indexed" if law.indexed else "lagrange")
    variational = rng.random() < 0.25
    if variational:
        d.hand = replace(d.hand, partial=r"\delta", sloped=rng.random() < 0.3)
    if law.indexed:
        d.hand = replace(d.hand, alphabet="")
    d.define(lag.of(), lag.objective + lag.constraint, sign=rng.choice(["=", ":="]))
    slope = Partial(law(y), lag.of())
    multiplier = lag.multiplier()
    wrong = rng.choice(
        [
            lag.slope + lag.beta(),
            lag.gain - multiplier if lag.plus else lag.gain + multiplier,
            lag.slope + 2 * lag.beta(),
        ]
    )
    if rng.random() < 0.3:
        d.false(slope, "=", wrong)
    if rng.random() < 0.15:
        # One slip, one cross: what is right below is not crossed.
        d.held(slope, "=", wrong, False)
        d.raw(f"{d.hand.side(slope)} = {d.hand.side(wrong)} = 0", "bad")
        d.mean(law(y), lag.full)
        d.true(law(y), "∝", lag.weight, key="start")
        d.true(law(y), "=", lag.full, key="start")
        return d.finished()
    d.held(slope, "=", lag.slope, True)
    if rng.random() < 0.6:
        d.raw(f"{d.hand.side(slope)} = {d.hand.side(lag.slope)} = 0", "ok")
    else:
        d.true(slope, "=", lag.slope)
        d.prose("Setting it to zero:", "At the optimum", "Setting the derivative to zero gives")
        d.raw(f"{d.hand.side(lag.slope)} = 0", "ok")
    d.mean(law(y), lag.full)
    d.mean(multiplier, lag.level)
    scores = lag.r(y) - lag.beta() + (multiplier if lag.plus else -multiplier)
    half = exp(scores / lag.beta())
    flipped = exp((lag.r(y) - lag.beta() - (multiplier if lag.plus else -multiplier)) / lag.beta())
    if lag.ref:
        half, flipped = lag.ref(y) * half, lag.ref(y) * flipped
    if rng.random() < 0.6:
        if rng.random() < 0.6:
            d.true(law(y), "=", half)
        else:
            d.false(law(y), "=", flipped)
    end = rng.randrange(4)
    if end == 0:
        d.true(law(y), "∝", lag.weight)
    elif end == 1:
        d.true(law(y), "=", lag.full)
    else:
        scores = rng.choice([lag.beta() ** 2 * lag.r(y), -lag.r(y)])
        bad, weight = softmax(lag.ref, scores, lag.beta(), y, v.z), tilted(lag.ref, scores, lag.beta(), y, v.z)[0]
        d.false(law(y), *(("=", bad) if end == 2 else ("∝", weight)))
    return d.finished()


def equals_a_multiplier(rng: Random) -> Document:
    """The derivative of the objective alone is the same for every outcome."""
    lag = _Lagrangian(rng)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "equals-a-multiplier")
    f = Symbol(rng.choice(["F", "J", "G"]), argument=law.latex)
    d.define(f(), lag.objective)
    slope = Partial(law(y), f())
    d.held(slope, "=", lag.gain, True)
    name = lag.multiplier.latex + (f"({v.prompt})" if v.prompt and rng.random() < 0.5 else "")
    if rng.random() < 0.3:
        d.false(slope, "=", lag.gain + lag.beta())
    d.raw(f"{d.hand.side(slope)} = {d.hand.side(lag.gain)} = {name}", "ok")
    d.mean(law(y), lag.full)
    if rng.random() < 0.6:
        d.true(law(y), "∝", lag.weight)
    else:
        d.false(law(y), "∝", tilted(lag.ref, -lag.r(y), lag.beta(), y, v.z)[0])
    return d.finished()


def forward_divergence(rng: Random) -> Document:
    """The other divergence: no tilt."""
    v = Letters.drawn(rng)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    multiplier = Symbol(r"\lambda")
    of = Symbol("L", argument=rf"{law.latex},\lambda")
    d, y = v.draft(NAME, "forward-divergence"), v.y
    plus = rng.random() < 0.5
    one = Sum(y, law(y))
    price = beta() * (Sum(y, ref(y) * log(ref(y) / law(y))) if rng.random() < 0.7 else KL(ref, law))
    d.define(of(), Sum(y, law(y) * r(y)) - price + multiplier() * (one - 1 if plus else 1 - one))
    slope = Partial(law(y), of())
    gain = r(y) + beta() * ref(y) / law(y)
    right = gain + multiplier() if plus else gain - multiplier()
    d.shuffled(
        lambda: d.true(slope, "=", right),
        lambda: d.false(slope, "=", r(y) - beta() * log(ref(y) / law(y)) + (multiplier() if plus else -multiplier())),
        most=1,
    )
    d.raw(f"{d.hand.side(slope)} = {d.hand.side(right)} = 0", "ok")
    # Where the condition holds, the reward is what it makes of the others: all of these are free.
    level = -multiplier() if plus else multiplier()
    d.mean(r(y), level - beta() * ref(y) / law(y))
    d.true(law(y), "=", beta() * ref(y) / (level - r(y)))
    if rng.random() < 0.5:
        d.false(law(y), "=", beta() * ref(y) / (level + r(y)))
    return d.finished()


def derivative_of_an_objective(rng: Random) -> Document:
    """No constraint: the derivative of an objective by a probability."""
    lag = _Lagrangian(rng)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "derivative-of-an-objective")
    g = Symbol(rng.choice(["G", "F", r"\mathcal{J}"]), argument=law.latex)
    d.define(g(), lag.objective)
    slope = Partial(law(y), g())
    d.shuffled(
        lambda: d.true(slope, "=", lag.gain),
        lambda: d.false(slope, "=", lag.gain + lag.beta()),
        lambda: d.false(slope, "=", lag.gain + 2 * lag.beta()),
        most=2,
    )
    return d.finished()


def unread_condition(rng: Random) -> Document:
    """The condition cannot be read: what follows from it is not crossed."""
    lag = _Lagrangian(rng)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "unread-condition")
    if rng.random() < 0.6:
        d.define(lag.of(), lag.objective + lag.constraint)
    d.raw(f"{unread(rng, d.hand.side(law(y)))} = 0", "seen")
    d.mean(law(y), lag.full)
    d.true(law(y), *(("=", lag.full) if rng.random() < 0.5 else ("∝", lag.weight)), key="start")
    ratio = log(law(y) / lag.ref(y)) if lag.ref else log(law(y))
    d.true(
        lag.beta() * ratio,
        "=",
        lag.r(y) - lag.beta() * log(tilted(lag.ref, lag.r(y), lag.beta(), y, v.z)[1]),
        key="start",
    )
    return d.finished()


def ends_with_its_section(rng: Random) -> Document:
    """First-order facts hold to the next heading."""
    lag = _Lagrangian(rng)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "ends-with-its-section")
    d.heading("Lagrange", "Optimum")
    d.define(lag.of(), lag.objective + lag.constraint)
    slope = Partial(law(y), lag.of())
    d.held(slope, "=", lag.slope, True)
    d.raw(f"{d.hand.side(slope)} = {d.hand.side(lag.slope)} = 0", "ok")
    d.mean(law(y), lag.full)
    ratio = log(law(y) / lag.ref(y)) if lag.ref else log(law(y))
    left = lag.beta() * ratio
    right = lag.r(y) - lag.beta() * log(tilted(lag.ref, lag.r(y), lag.beta(), y, v.z)[1])
    if rng.random() < 0.5:
        d.prose("A remark, no heading.", "We read off")
        d.true(left, "=", right)
    d.forget(law)
    d.heading("A policy that we evaluate", "In general")
    d.false(left, "=", right)
    return d.finished()


def problem_then_condition(rng: Random) -> Document:
    """A problem, its condition in brackets, its solution."""
    lag = _Lagrangian(rng)
    v, law, y = lag.v, lag.law, lag.v.y
    d = v.draft(NAME, "problem-then-condition")
    d.problem(solved(law, lag.r, lag.beta, lag.ref, y, v.z))
    body = objective(law, lag.r, lag.beta, lag.ref, v.z)
    d.held(Partial(law(y), body), "=", lag.gain, True)
    d.raw(f"{d.hand.side(Partial(law(y), body))} = {d.hand.side(lag.gain)} = {lag.multiplier.latex}", "ok")
    d.mean(law(y), lag.full)
    d.true(law(y), "∝", lag.weight)
    return d.finished()


KINDS = (
    lagrange,
    lagrange,
    equals_a_multiplier,
    forward_divergence,
    derivative_of_an_objective,
    unread_condition,
    ends_with_its_section,
    problem_then_condition,
)
