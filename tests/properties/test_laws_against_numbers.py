"""What the laws limit, inequality and squares find for random terms is true of numbers, in balls.

The other side is always a plain evaluation of the terms in a random case; nothing of the kernel is used there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.kernel import limits
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Premise
from symkl.language.terms import Context, End, Relation, Statement
from symkl.proving.deciding import decide
from symkl.proving.reading_back import read_back
from symkl.refuting.arithmetic import BALLS, NotEvaluable, Undefined, precision
from symkl.refuting.cases import Case, random_case
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Run, points
from symkl.strategies import Y, expressions

β = t.Scalar("β")
BITS = 3000
"""Enough for e^(-1/s) at s = 1e-40 to leave digits behind."""


def values(terms: list[t.Term], context: Context, seed: int, scalar: Fraction | None = None) -> Iterator[list[arb]]:
    """The values of terms at every place of a few random cases, in balls; what has none is left out."""
    program = Program(context)
    compiled = [program.compile(term) for term in terms]
    rng = Random(seed)
    for size in (2, 3):
        case = random_case(rng, program.needs, dict.fromkeys(program.needs.sorts, size))
        scalars = {**case.scalars, **({"β": scalar} if scalar is not None else {})}
        with precision(BITS):
            run = Run.of(program, Case(case.alphabets, scalars, case.tables), BALLS)
            free = frozenset().union(*(each.free for each in compiled))
            for place in points(free, case.alphabets):
                try:
                    yield [run.value(each, place) for each in compiled]
                except (Undefined, NotEvaluable):
                    continue


@settings(max_examples=max(500, settings.default.max_examples))
@given(expressions(4, (Y,)), st.sampled_from(list(End)), st.booleans(), st.integers(0, 99))
def test_a_limit_is_what_the_body_comes_near_to(body: t.Term, end: End, positive: bool, seed: int) -> None:
    context = Context(frozenset({"β", "r"} if positive else {"β"}))
    nf = Normaliser(context, budget=20_000)
    try:
        found = limits.limit(nf, t.Limit(body, β, end))
    except (Unsupported, BudgetExceeded):
        return
    if found is None:
        return
    tip = read_back(found, context)
    assert "β" not in found.names
    near = Fraction(1, 10**40) if end is End.ZERO else Fraction(10**40)
    for here, there in values([body, tip], context, seed, near):
        assert not abs(here - there) > arb(10) ** -6 * (1 + abs(there)), (here, there)


@settings(max_examples=max(150, settings.default.max_examples))
@given(expressions(2, (Y,)), expressions(2, (Y,)), st.integers(0, 99))
def test_what_is_shown_to_be_less_is_less(left: t.Term, right: t.Term, seed: int) -> None:
    context = Context(frozenset({"β"}))
    statement = Statement(left, Relation.LESS_EQUAL, right)
    try:
        shown = isinstance(decide(statement, context, budget=20_000), Proved)
    except BudgetExceeded:
        return
    for a, b in values([left, right], context, seed) if shown else ():
        assert not a > b, (a, b)


@settings(max_examples=max(150, settings.default.max_examples))
@given(expressions(2, (Y,)), expressions(2, (Y,)), expressions(2, (Y,)), expressions(1, (Y,)), st.integers(0, 99))
def test_what_follows_from_a_premise_holds_where_the_premise_does(
    low: t.Term, high: t.Term, more: t.Term, weight: t.Term, seed: int
) -> None:
    context = Context(frozenset({"β"}))
    premise = Premise(low, high, "given")
    left = t.total(Y, t.Mul((weight, t.Add((low, more)))))
    right = t.total(Y, t.Mul((weight, t.Add((high, more)))))
    try:
        found = decide(Statement(left, Relation.LESS_EQUAL, right), context, budget=20_000, premises=[premise])
    except BudgetExceeded:
        return
    if not isinstance(found, Proved):
        return
    everywhere = list(values([left, right, low, high], context, seed))
    if all(lower <= upper for _, _, lower, upper in everywhere):
        assert not any(a > b for a, b, _, _ in everywhere), everywhere


@settings(max_examples=max(100, settings.default.max_examples))
@given(expressions(2, (Y,)), st.sampled_from(["p", "q"]), st.integers(0, 99))
def test_the_variance_of_anything_is_never_negative(body: t.Term, under: str, seed: int) -> None:
    context = Context(frozenset({"β"}))
    weight = t.Apply(under, (Y,), ())
    mean = t.total(Y, t.Mul((weight, body)))
    spread = t.Add(
        (
            t.total(Y, t.Mul((weight, t.Power(body, t.Number(Fraction(2)))))),
            t.Mul((t.Number(Fraction(-1)), t.Power(mean, t.Number(Fraction(2))))),
        )
    )
    negative = Statement(spread, Relation.LESS, t.Number(Fraction(0)))
    try:
        assert not isinstance(decide(negative, context, budget=20_000), Proved)
    except BudgetExceeded:
        return
