"""Hypotheses: in the row, beside it, in prose or by a directive; about what they name, and to the next heading."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np

from tests.properties.documents.keying import Condition, Document
from tests.properties.documents.terms import KL, Derivative, Limit, Mean, Sum, Symbol, Term, exp, log, sigma, term
from tests.properties.documents.vocabulary import Letters, solved
from tests.properties.documents.worlds import World

NAME = "hypotheses"


def nonnegative(f: Symbol) -> Condition:
    """That a function is nowhere below zero."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        world.tables[f] = np.abs(world.table(f))

    return condition


def bounded(f: Symbol, c: Symbol) -> Condition:
    """That a function is nowhere above a number."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        world.tables[f] = float(world.table(c)) - np.abs(world.table(f))

    return condition


def at_one_point(f: Symbol, letter: str, value: float | tuple[Symbol, str]) -> Condition:
    """That a function, or a law, has a value at one point; a law's other entries share what is left."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        # The point may be named in the premise alone; then any one will do.
        prompt = (at[f.prompt],) if f.prompt else ()
        index = (*prompt, at.get(letter, 0))
        table = world.table(f).copy()
        if isinstance(value, tuple):
            other = world.table(value[0])
            to = float(other[(*prompt, at.get(value[1], 0))])
        else:
            to = value
        if f.kind == "law":
            row = table[index[:-1]]
            rest = row.sum() - row[index[-1]]
            row *= (1 - to) / rest
        table[index] = to
        world.tables[f] = table

    return condition


def implied(rng: Random) -> Document:
    """``premise ⟹ conclusion``."""
    v = Letters.drawn(rng)
    p, q, r, other, c = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.reward(), Symbol(v.one(["c"]))
    d, y = v.draft(NAME, "implied"), v.y
    arrow = rng.choice([r" \implies ", r" \Rightarrow ", r" \Longrightarrow "])
    side = d.hand.side
    which = rng.randrange(3)
    if which == 0:
        positive = f"{side(r(y))} \\ge 0{arrow}"
        d.shuffled(
            lambda: d.true(Mean(y, p, r(y)), ">=", 0, before=positive, given=nonnegative(r)),
            lambda: d.false(Mean(y, p, r(y)), ">=", 1, before=positive, given=nonnegative(r)),
            lambda: d.false(Mean(y, p, other(y)), ">=", 0, before=positive, given=nonnegative(r)),
            lambda: d.false(Mean(y, p, r(y)), "<=", 0, before=positive, given=nonnegative(r)),
            most=3,
        )
    elif which == 1:
        d.declare("c scalar")
        below = f"{side(r(y))} \\le c{arrow}"
        d.shuffled(
            lambda: d.true(Mean(y, p, r(y)), "<=", c(), before=below, given=bounded(r, c)),
            lambda: d.false(Mean(y, p, r(y)), ">=", c(), before=below, given=bounded(r, c)),
            lambda: d.false(Mean(y, p, other(y)), "<=", c(), before=below, given=bounded(r, c)),
        )
    else:
        same = f"{side(p(y))} = {side(q(y))}{arrow}"

        def equal(world: World, at: Mapping[str, int]) -> None:
            world.tables[p] = world.table(q)

        ref = v.law(r"\pi_{ref}", r"\pi_0")
        d.shuffled(
            lambda: d.true(KL(p, q), "=", 0, before=same, given=equal),
            lambda: d.false(KL(p, ref), "=", 0, before=same, given=equal),
            lambda: d.true(KL(p, ref), "=", KL(q, ref), before=same, given=equal),
            lambda: d.true(Mean(y, p, r(y)), "=", Mean(y, q, r(y)), before=same, given=equal),
            most=3,
        )
    return d.finished()


def one_point(rng: Random) -> Document:
    """A premise at one point is about that point."""
    v = Letters.drawn(rng)
    p, q, r = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward()
    d, y = v.draft(NAME, "one-point"), v.y
    # A winner, or the outcome with index zero, is a point; y_1 may be any.
    one, two = ("y_w", "y_l") if y == "y" else (f"{y}_0", f"{y}_1")
    arrow, side = rng.choice([r" \implies ", r" \Rightarrow "]), d.hand.side
    zero = f"{side(r(one))} = 0{arrow}"
    level = f"{side(r(one))} = {side(r(two))}{arrow}"
    same = f"{side(p(one))} = {side(q(one))}{arrow}"
    half = term(1) / 2
    d.shuffled(
        lambda: d.false(Mean(y, p, r(y)), "=", 0, before=zero, given=at_one_point(r, one, 0.0)),
        lambda: d.true(sigma(r(one)), "=", half, before=zero, given=at_one_point(r, one, 0.0)),
        lambda: d.true(sigma(r(one) - r(two)), "=", half, before=level, given=at_one_point(r, one, (r, two))),
        lambda: d.false(KL(p, q), "=", 0, before=same, given=at_one_point(p, one, (q, one))),
        most=3,
    )
    return d.finished()


def beside_the_row(rng: Random) -> Document:
    """``where β = 1``, ``with``, ``since``, ``if``."""
    v = Letters.drawn(rng)
    beta, r, p, q = v.temperature(), v.reward(), v.law(r"\pi", "p"), v.law(r"\mu", "q")
    d, y = v.draft(NAME, "beside-the-row"), v.y
    word = rng.choice(["where", "with", "since", "if", "when"])
    k = rng.choice([1, 2, 3])
    tail = rf"{rng.choice([',', ''])} \quad\text{{{word} }} {beta.latex} = {k}"

    def fixed(world: World, at: Mapping[str, int]) -> None:
        world.fixed[beta.latex] = float(k)

    def equal(world: World, at: Mapping[str, int]) -> None:
        world.tables[p] = world.table(q)

    same = rf" \quad\text{{{word} }} {d.hand.side(p(y))} = {d.hand.side(q(y))}"
    total = log(Sum(y, q(y) * exp(r(y) / beta())))
    d.shuffled(
        lambda: d.true(sigma(beta() * r(y)), "=", sigma(k * r(y)), after=tail, given=fixed),
        lambda: d.false(sigma(beta() * r(y)), "=", sigma((k + 1) * r(y)), after=tail, given=fixed),
        lambda: d.true(beta() * total, "=", k * total, after=tail, given=fixed),
        lambda: d.true(KL(p, q), "=", 0, after=same, given=equal),
        lambda: d.false(KL(p, q), "=", 1, after=same, given=equal),
        most=4,
    )
    return d.finished()


def denied(rng: Random) -> Document:
    """A remark that says the opposite is no hypothesis."""
    v = Letters.drawn(rng)
    beta, r, p, q = v.temperature(), v.reward(), v.law(r"\pi", "p"), v.law(r"\mu", "q")
    d, y = v.draft(NAME, "denied"), v.y
    total = log(Sum(y, q(y) * exp(r(y) / beta())))
    one = f"{beta.latex} = 1"
    denial = rf" \quad\text{{{rng.choice(['if not', 'unless', 'except when'])} }} "
    d.shuffled(
        lambda: d.false(beta() * total, "=", total, key="nope", after=rf" \quad\text{{unless }} {one}"),
        lambda: d.false(beta() * total, "=", total, key="nope", after=rf", \quad\text{{where }} {beta.latex} \ne 1"),
        lambda: d.false(KL(p, q), "=", 0, key="nope", after=f"{denial}{d.hand.side(p(y))} = {d.hand.side(q(y))}"),
        most=2,
    )
    return d.finished()


def supposed(rng: Random) -> Document:
    """Suppose, Assume, Let in prose, or a directive, before a display; to the next heading."""
    v = Letters.drawn(rng)
    p, q, ref, r, beta = (
        v.law(r"\pi", "p"),
        v.law(r"\mu", "q"),
        v.law(r"\pi_{ref}", r"\pi_0"),
        v.reward(),
        v.temperature(),
    )
    a, value = v.reward(), v.value("V")
    d, y = v.draft(NAME, "supposed"), v.y
    y1, y2 = v.pair()
    headed = rng.random() < 0.5
    if headed:
        d.heading("A special case", "Under a condition")

    def opening() -> None:
        if rng.random() < 0.6:
            d.prose("Suppose that", "Assume that", "Assume", "Let", "Suppose")
        else:
            d.declare("assume")

    which = rng.randrange(3)
    rows: list[tuple[Term, Term]]
    opening()
    if which == 0:
        d.define(p(y), q(y), sign="=", key="ok")
        rows = [(KL(p, q), term(0)), (KL(p, ref), KL(q, ref))]
        wrong: tuple[Term, Term] = (KL(p, ref), term(0))
        gone: Symbol = p
    elif which == 1:
        d.define(r(y), a(y) + value(), sign="=", key="ok")
        rows = [(sigma(r(y1) - r(y2)), sigma(a(y1) - a(y2))), (Mean(y, p, r(y)), Mean(y, p, a(y)) + value())]
        wrong = (sigma(r(y1) - r(y2)), sigma(a(y2) - a(y1)))
        gone = r
    else:
        d.define(r(y), beta() * log(q(y) / ref(y)), sign="=", key="ok")
        rows = [(Sum(y, ref(y) * exp(r(y) / beta())), term(1)), (Mean(y, q, r(y)), beta() * KL(q, ref))]
        wrong = (Mean(y, ref, r(y)), beta() * KL(q, ref))
        gone = r
    if rng.random() < 0.5:
        d.prose("Then", "so that", "Hence")
    d.shuffled(
        lambda: d.true(rows[0][0], "=", rows[0][1]),
        lambda: d.true(rows[1][0], "=", rows[1][1]),
        lambda: d.false(wrong[0], "=", wrong[1]),
    )
    if headed:
        d.forget(gone)
        d.heading("The general case", "Without it")
        left, right = rng.choice(rows)
        d.false(left, "=", right)
    return d.finished()


def not_supposed(rng: Random) -> Document:
    """The same rows where nothing is supposed."""
    v = Letters.drawn(rng)
    p, q, r, a = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.reward()
    d = v.draft(NAME, "not-supposed")
    y, (y1, y2) = v.y, v.pair()
    d.prose("Nothing is supposed here.", "In general:")
    d.shuffled(
        lambda: d.false(KL(p, q), "=", 0),
        lambda: d.false(sigma(r(y1) - r(y2)), "=", sigma(a(y1) - a(y2))),
        lambda: d.false(Mean(y, p, r(y)), "=", Mean(y, q, r(y))),
        most=2,
    )
    return d.finished()


def premise_under_a_derivative(rng: Random) -> Document:
    """A premise in the row is asked by a derivative and a limit, and holds for that row alone."""
    v = Letters.drawn(rng)
    beta, r, c = v.temperature(), v.reward(), Symbol(v.one(["c", "k", "b"]), positive=True)
    d, y = v.draft(NAME, "premise-under-a-derivative"), v.y
    d.declare(f"{c.latex} > 0")
    arrow = rng.choice([r" \implies ", r" \Rightarrow "])
    body, slope = rng.choice([(beta() ** 2, 2 * beta()), (3 * beta(), term(3)), (2 + beta(), term(1))])
    premise = f"{c.latex} = {d.hand.side(body)}{arrow}"
    d.mean(c(), body)
    d.shuffled(
        lambda: d.true(Derivative(beta, c()), "=", slope, before=premise),
        lambda: d.false(Derivative(beta, c()), "=", 0, before=premise),
        lambda: d.false(Derivative(beta, c() * r(y)), "=", 0, before=premise),
        lambda: d.same(Limit(beta, "0", c()), "=", 2, before=premise),
        most=3,
    )
    return d.finished()


def contradicting_in_the_row(rng: Random) -> Document:
    """A premise that contradicts what is known proves nothing, and is forgotten after its row."""
    v = Letters.drawn(rng)
    p, q, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.temperature()
    d = v.draft(NAME, "contradicting-in-the-row")
    arrow = rng.choice([r" \implies ", r" \Rightarrow "])
    premise = rng.choice([f"{beta.latex} = -1", f"{beta.latex} = 0", f"{beta.latex} < 0"]) + arrow
    d.shuffled(
        lambda: d.false(KL(p, q), "=", 0, key="nope", before=premise),
        lambda: d.false(KL(p, q), "<=", 0, key="nope", before=premise),
        most=1,
    )
    d.shuffled(lambda: d.false(KL(p, q), "=", 0), lambda: d.true(KL(p, q), ">=", 0), lambda: d.true(beta(), ">", 0))
    return d.finished()


def contradicting(rng: Random) -> Document:
    """Hypotheses that contradict what is known, or each other, prove nothing."""
    v = Letters.drawn(rng)
    p, q, r, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.temperature(r"\beta", r"\tau")
    d, y = v.draft(NAME, "contradicting"), v.y
    which = rng.randrange(3)
    if which == 0:
        d.declare("assume")
        d.raw(f"{beta.latex} = -{rng.choice([1, 2, 3])}", "seen")
    elif which == 1:
        d.declare("c scalar; assume")
        d.raw("c = 1", "ok")
        d.declare("assume")
        d.raw("c = 2", "seen")
    else:
        d.declare("assume")
        d.raw(f"{d.hand.side(r(y))} = 1", "ok")
        d.declare("assume")
        d.raw(f"{d.hand.side(r(y))} = 2", "seen")
    d.shuffled(
        lambda: d.false(KL(p, q), "=", 0, key="nope"),
        lambda: d.false(Mean(y, p, r(y) * log(p(y))), "=", Mean(y, q, r(y) * log(p(y))), key="nope"),
        lambda: d.false(KL(p, q), "<=", 0, key="nope"),
        most=2,
    )
    return d.finished()


def sign_of_the_temperature(rng: Random) -> Document:
    """A temperature that is declared real, or positive."""
    v = Letters.drawn(rng)
    name = v.temperature()
    real = rng.random() < 0.5
    beta = Symbol(name.latex, positive=not real)
    law, ref, r = v.law(r"\pi"), v.reference(), v.reward()
    d, y, z = v.draft(NAME, "temperature-declared-real" if real else "temperature-declared-positive"), v.y, v.z
    d.declare(f"{beta.latex} scalar" if real else f"{beta.latex} > 0")
    best = beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))
    gain = Mean(y, law, r(y)) - beta() * KL(law, ref)
    if real:
        posed = d.hand.side(solved(law, r, beta, ref, y, z))
        rows = [
            lambda: d.raw(f"{posed} = {d.hand.side(best)}", "nope"),
            lambda: d.false(gain, "<=", Mean(y, law, r(y)), key="nope"),
            lambda: d.true(gain + beta() * KL(law, ref), "=", Mean(y, law, r(y))),
        ]
    else:
        rows = [
            lambda: d.true(solved(law, r, beta, ref, y, z), "=", best),
            lambda: d.true(gain, "<=", Mean(y, law, r(y))),
            lambda: d.false(gain, ">=", Mean(y, law, r(y))),
        ]
    d.shuffled(*rows)
    return d.finished()


def about_what_it_names(rng: Random) -> Document:
    """A hypothesis about one reward under one law."""
    v = Letters.drawn(rng)
    p, q, r, a, value = v.law(r"\mu", "q"), v.law(r"\pi", "p"), v.reward(), v.reward(), v.value("V")
    d, y = v.draft(NAME, "about-what-it-names"), v.y

    def centred(world: World, at: Mapping[str, int]) -> None:
        table, weights = world.table(a), world.table(p)
        world.tables[a] = table - (weights * table).sum(axis=-1, keepdims=True)

    d.declare("assume")
    d.conditions.append(centred)
    d.true(Mean(y, p, a(y)), "=", 0)
    d.shuffled(
        lambda: d.true(Mean(y, p, a(y) + value()), "=", value()),
        lambda: d.false(Mean(y, p, r(y)), "=", 0),
        lambda: d.false(Mean(y, q, a(y)), "=", 0),
        lambda: d.true(Sum(y, p(y) * (a(y) + r(y))), "=", Mean(y, p, r(y))),
        most=3,
    )
    return d.finished()


def equal_laws(p: Symbol, q: Symbol) -> Condition:
    """That two laws are one."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        world.tables[p] = world.table(q)

    return condition


def constant(f: Symbol, value: float) -> Condition:
    """That a function, or a number, is this everywhere."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        if f.kind == "scalar":
            world.fixed[f.latex] = value
        else:
            world.tables[f] = np.full_like(world.table(f), value)

    return condition


def both(*conditions: Condition) -> Condition:
    """All of these."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        for each in conditions:
            each(world, at)

    return condition


def no_condition(world: World, at: Mapping[str, int]) -> None:
    """Nothing is supposed."""


IF = ["if", "when", "whenever", "provided that", "assuming that", "given that", "assuming"]
SUPPOSE = [
    "Suppose that", "Assume", "Assume that", "Now suppose", "Let us assume that", "If", "Given that", "Whenever",
    "**Assumption 1.**", "*Suppose that*", "- Suppose", "Suppose that for all prompts", "We assume that",
]  # fmt: skip
CLAIM = [
    "Then", "So", "We now show that", "If we expand, we get", "Given this,", "Suppose so. Then", "By assumption,",
    "Let us compute:", "Suppose we substitute. This gives", "It remains to see that", "We do not suppose that",
    "Without assuming anything,", "Let us show that", "Under this assumption we have", "For example,",
]  # fmt: skip


def two_conditions(rng: Random) -> Document:
    """``A and B ⟹ C``, ``C if A and B``: both are needed, and neither is claimed."""
    v = Letters.drawn(rng, prompt=True)
    p, q, r, value = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.value("V")
    d, y = v.draft(NAME, "two-conditions"), v.y
    side = d.hand.side
    one, two = f"{side(p(y))} = {side(q(y))}", f"{side(r(y))} = 1"
    joined = rf"{one} \text{{ and }} {two}"
    arrow, word = rng.choice([r" \implies ", r" \Rightarrow "]), rng.choice(IF)
    given = both(equal_laws(p, q), constant(r, 1.0))
    tail, head = rf" \quad\text{{{word} }} {joined}", joined + arrow
    d.shuffled(
        lambda: d.true(Mean(y, p, r(y)) + KL(p, q), "=", 1, before=head, given=given),
        lambda: d.true(Mean(y, p, r(y)) + KL(p, q), "=", 1, after=tail, given=given),
        lambda: d.false(Mean(y, p, r(y)) + KL(p, q), "=", 2, before=head, given=given),
        lambda: d.false(Mean(y, p, r(y)) + KL(p, q), "=", 1, before=one + arrow, given=equal_laws(p, q)),
        lambda: d.false(Mean(y, p, r(y)) + KL(p, q), "=", 1, before=two + arrow, given=constant(r, 1.0)),
        lambda: d.true(Mean(y, p, r(y) * value()), "=", value(), after=tail, given=given),
        most=4,
    )
    d.shuffled(lambda: d.false(KL(p, q), "=", 0), lambda: d.false(Mean(y, p, r(y)), "=", 1), most=1)
    return d.finished()


def before_the_row(rng: Random) -> Document:
    """``If A, then B`` in one display; and the row after it is under nothing."""
    v = Letters.drawn(rng)
    p, q, r, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.temperature()
    d, y = v.draft(NAME, "before-the-row"), v.y
    side, k = d.hand.side, rng.choice([1, 2, 3])
    total = log(Sum(y, q(y) * exp(r(y) / beta())))
    word = rng.choice(["If", "Suppose that", "When", "Assuming that", "For"])
    then = rng.choice([r", \quad\text{then } ", r"\text{ then } ", r", \text{ we have } "])
    same = rf"\text{{{word} }} {side(p(y))} = {side(q(y))}{then}"
    fixed = rf"\text{{{word} }} {beta.latex} = {k}{then}"
    d.shuffled(
        lambda: d.true(KL(p, q), "=", 0, before=same, given=equal_laws(p, q)),
        lambda: d.false(KL(p, q), "=", 1, before=same, given=equal_laws(p, q)),
        lambda: d.true(beta() * total, "=", k * total, before=fixed, given=constant(beta, float(k))),
        lambda: d.false(beta() * total, "=", (k + 1) * total, before=fixed, given=constant(beta, float(k))),
        most=3,
    )
    d.shuffled(lambda: d.false(KL(p, q), "=", 0), lambda: d.false(beta() * total, "=", k * total))
    return d.finished()


def elsewhere(rng: Random) -> Document:
    """A hypothesis of another row, behind the row, or of another section says nothing of this one."""
    v = Letters.drawn(rng)
    p, q, r = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward()
    d, y = v.draft(NAME, "elsewhere"), v.y
    side = d.hand.side
    same, given = f"{side(p(y))} = {side(q(y))}", equal_laws(p, q)
    which = rng.randrange(4)
    if which == 0:  # beside another row
        d.true(KL(p, q), "=", 0, after=rf" \quad\text{{{rng.choice([*IF, 'where', 'since'])} }} {same}", given=given)
        d.false(KL(p, q), "=", 0)
    elif which == 1:  # in the prose behind the display
        d.false(KL(p, q), "=", 0)
        d.prose(rf"{rng.choice(['if', 'when', 'provided that'])} ${same}$.")
    elif which == 2:  # in a display behind it
        d.false(Mean(y, p, r(y)), "=", Mean(y, q, r(y)))
        d.prose("Suppose now that", "Assume that")
        d.raw(same, "ok")
        d.conditions.append(given)
        d.true(Mean(y, p, r(y)), "=", Mean(y, q, r(y)))
    else:  # of another section, and of a third
        d.heading("One case", "First")
        d.prose(*SUPPOSE)
        d.raw(same, "ok")
        d.conditions.append(given)
        d.true(KL(p, q), "=", 0)
        d.conditions.clear()
        d.heading("Another case", "Second")
        d.prose(*SUPPOSE)
        d.raw(f"{side(r(y))} = 1", "ok")
        d.conditions.append(constant(r, 1.0))
        d.shuffled(lambda: d.true(Mean(y, p, r(y)), "=", 1), lambda: d.false(KL(p, q), "=", 0))
        d.conditions.clear()
        d.heading("In general", "Third")
        d.false(Mean(y, p, r(y)), "=", 1)
    return d.finished()


def in_words(rng: Random) -> Document:
    """Words before a display suppose it, or they do not."""
    v = Letters.drawn(rng)
    p, q, r, other = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.reward()
    d, y = v.draft(NAME, "in-words"), v.y
    side = d.hand.side
    supposed = rng.random() < 0.5
    which = rng.choice([0, 1, 2] if supposed else [0, 2])  # A(x,y) = r(x,y) alone would give A
    shown, given = [
        (f"{side(p(y))} = {side(q(y))}", equal_laws(p, q)),
        (f"{side(r(y))} = {side(other(y))}", lambda world, at: world.tables.__setitem__(r, world.table(other))),
        (rf"{side(r(y))} \ge {side(other(y))}", above(r, other)),
    ][which]
    if rng.random() < 0.3:
        d.prose("We look at one case.", "Some remarks first. They say nothing.")
    d.lines.append(rng.choice(SUPPOSE if supposed else CLAIM))
    if rng.random() < 0.5:
        d.lines.append("")
    d.raw(shown, "ok" if supposed else "bad")
    d.conditions.append(given if supposed else no_condition)
    if rng.random() < 0.7:
        d.prose("Then", "so that", "Hence", "We get", "for all of them. Then")
    write = d.true if supposed else d.false
    rows = [
        lambda: write(KL(p, q), "=", 0),
        lambda: write(Mean(y, p, r(y)), "=", Mean(y, p, other(y))),
        lambda: write(Mean(y, p, r(y)), ">=", Mean(y, p, other(y))),
    ]
    rows[which]()
    d.false(Mean(y, p, r(y)), "=", Mean(y, q, other(y))) if which else d.false(Mean(y, p, r(y)), "=", 0)
    return d.finished()


def above(f: Symbol, g: Symbol) -> Condition:
    """That a function is nowhere below another."""

    def condition(world: World, at: Mapping[str, int]) -> None:
        world.tables[f] = world.table(g) + np.abs(world.table(f))

    return condition


def order_of_points(rng: Random) -> Document:
    """An inequality between two points is about them."""
    v = Letters.drawn(rng)
    p, r, beta = v.law(r"\pi", "p"), v.reward(), v.temperature()
    d, y = v.draft(NAME, "order-of-points"), v.y
    one, two = ("y_w", "y_l") if y == "y" else (f"{y}_0", f"{y}_1")
    side, arrow = d.hand.side, rng.choice([r" \implies ", r" \Rightarrow "])
    premise = rf"{side(r(one))} \ge {side(r(two))}{arrow}"

    def ordered(world: World, at: Mapping[str, int]) -> None:
        table = world.table(r).copy()
        prompt = (at[r.prompt],) if r.prompt else ()
        high, low = (*prompt, at.get(one, 0)), (*prompt, at.get(two, 1))
        table[high] = max(table[high], table[low])
        world.tables[r] = table

    d.shuffled(
        lambda: d.true(beta() * r(one) - beta() * r(two), ">=", 0, before=premise, given=ordered),
        lambda: d.false(beta() * r(one) - beta() * r(two), "<=", 0, before=premise, given=ordered),
        lambda: d.false(r(one), ">=", Mean(y, p, r(y)), before=premise, given=ordered),
        lambda: d.true(2 * r(one), ">=", r(one) + r(two), before=premise, given=ordered),
        lambda: d.true(sigma(r(one) - r(two)), ">=", term(1) / 2, key="start", before=premise, given=ordered),
        most=4,
    )
    d.false(r(one), ">=", r(two))
    return d.finished()


def known_mean(rng: Random) -> Document:
    """An equation between sums, that is solved for no symbol."""
    v = Letters.drawn(rng, prompt=True)
    p, q, r, a, value = v.law(r"\mu", "q"), v.law(r"\pi", "p"), v.reward(), v.reward(), v.value("V")
    d, y = v.draft(NAME, "known-mean"), v.y

    def level(world: World, at: Mapping[str, int]) -> None:
        table, weights = world.table(a).copy(), world.table(p) - world.table(q)
        table[..., :1] -= (weights * table).sum(-1, keepdims=True) / weights[..., :1]
        world.tables[a] = table

    d.prose("Suppose that", "Assume")
    d.raw(f"{d.hand.side(Mean(y, p, a(y)))} = {d.hand.side(Mean(y, q, a(y)))}", "ok")
    d.conditions.append(level)
    d.shuffled(
        lambda: d.true(Mean(y, p, a(y) + value()), "=", Mean(y, q, a(y)) + value()),
        lambda: d.true(Mean(y, p, 2 * a(y)), "=", 2 * Mean(y, q, a(y))),
        lambda: d.true(Mean(y, p, a(y)), "<=", Mean(y, q, a(y))),
        lambda: d.false(Mean(y, p, a(y) * a(y)), "=", Mean(y, q, a(y) * a(y))),
        lambda: d.false(Mean(y, p, r(y)), "=", Mean(y, q, r(y))),
        lambda: d.false(Mean(y, p, a(y)), "=", 0),
        most=4,
    )
    return d.finished()


def tied_to_a_scalar(rng: Random) -> Document:
    """What a hypothesis ties to a scalar, and does not say how, does not stand still."""
    v = Letters.drawn(rng)
    p, q, r, other, beta = v.law(r"\mu", "q"), v.law(r"\pi", "p"), v.reward(), v.reward(), v.temperature()
    d, y = v.draft(NAME, "tied-to-a-scalar"), v.y
    mean, side = Mean(y, p, r(y)), d.hand.side
    d.prose("Suppose that", "Assume")
    d.raw(f"{side(mean)} = {beta.latex}" if rng.random() < 0.5 else rf"{side(r(y))} \le {beta.latex}", "ok")
    d.shuffled(
        lambda: d.raw(f"{side(Derivative(beta, mean))} = 0", "nope"),
        lambda: d.raw(f"{side(Limit(beta, '0', mean))} = {side(mean)}", "nope"),
        lambda: d.true(Derivative(beta, beta() * Mean(y, q, other(y))), "=", Mean(y, q, other(y))),
        lambda: d.false(Derivative(beta, beta() * Mean(y, q, other(y))), "=", 0),
        most=3,
    )
    return d.finished()


def both_ways(rng: Random) -> Document:
    """``A ⟺ B`` says more than ``A ⟹ B``."""
    v = Letters.drawn(rng)
    p, r = v.law(r"\pi", "p"), v.reward()
    d, y = v.draft(NAME, "both-ways"), v.y
    one = f"{d.hand.side(r(y))} = 1"
    d.shuffled(
        lambda: d.true(Mean(y, p, r(y)), "=", 1, before=one + r" \implies ", given=constant(r, 1.0)),
        lambda: d.raw(rf"{one} \iff {d.hand.side(Mean(y, p, r(y)))} = 1", "nope"),
        lambda: d.raw(rf"{one} \iff 2 {d.hand.side(r(y))} = 2", "ok"),
        lambda: d.raw(rf"{d.hand.side(Mean(y, p, r(y)))} = 1 \implies {one}", "bad"),
        most=3,
    )
    d.false(Mean(y, p, r(y)), "=", 1)
    return d.finished()


KINDS = (
    two_conditions,
    before_the_row,
    elsewhere,
    in_words,
    order_of_points,
    known_mean,
    tied_to_a_scalar,
    both_ways,
    premise_under_a_derivative,
    contradicting_in_the_row,
    implied,
    one_point,
    beside_the_row,
    denied,
    supposed,
    not_supposed,
    contradicting,
    sign_of_the_temperature,
    about_what_it_names,
)
