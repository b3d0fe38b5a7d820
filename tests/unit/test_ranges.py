"""Indices over a part of an alphabet: they can be said, and what does not know them refuses them."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.terms import Range, Relation, Statement, Variable
from symkl.language.writing import formula
from symkl.proving.deciding import decide
from symkl.refuting.arithmetic import NotEvaluable
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate, points
from symkl.refuting.values import refute

Y = Variable("y", "y")
FIRST = Variable("y", "y", Range("1", "n"))
LATER = Variable("y", "y", position="t")
NOTHING = t.Context.NOTHING


def p(y: Variable) -> t.Apply:
    return t.Apply("p", (y,), ())


def n(value: int) -> t.Number:
    return t.Number(F(value))


def test_two_ranges_are_two_variables() -> None:
    assert len({Y, FIRST, LATER, Variable("y", "y", Range("1", "m")), Variable("y", "y")}) == 4
    assert t.free_variables(t.total(FIRST, t.Mul((p(FIRST), p(Y))))) == {Y}


def test_a_fresh_name_keeps_the_range() -> None:
    r = t.Apply("r", (), (FIRST, Variable("z", "z")))
    changed = t.substitute(t.total(FIRST, r), {Variable("z", "z"): FIRST})
    assert isinstance(changed, t.Bind) and changed.variables[0].range == Range("1", "n")
    assert changed.variables[0].name != "y"


@pytest.mark.parametrize("y", [FIRST, LATER], ids=["range", "position"])
def test_a_part_of_a_distribution_does_not_sum_to_one(y: Variable) -> None:
    some = t.total(y, p(y))
    assert isinstance(decide(Statement(t.total(Y, p(Y)), Relation.EQUAL, n(1)), NOTHING), Proved)
    for term in (some, t.total(y, p(Y)), t.total(y, n(1)), t.mean((y,), p(y), n(1)), t.kl(y, p(y), p(y)), p(y)):
        with pytest.raises(Unsupported):
            Normaliser(NOTHING)(term)
    assert not isinstance(decide(Statement(some, Relation.EQUAL, n(1)), NOTHING), Proved)
    assert not isinstance(decide(Statement(some, Relation.EQUAL, t.total(Y, p(Y))), NOTHING), Proved)


@pytest.mark.parametrize("y", [FIRST, LATER], ids=["range", "position"])
def test_it_has_no_value_on_a_plain_alphabet(y: Variable) -> None:
    case = Case({"y": 2}, {"n": F(2)}, {Shape("p", ("y",), ()): {(0,): F(1, 3), (1,): F(2, 3)}})
    for term in (t.total(y, p(y)), t.total(y, n(1)), t.kl(y, p(y), p(y))):
        with pytest.raises(NotEvaluable):
            evaluate(term, case)
    with pytest.raises(NotEvaluable):
        points([y], {"y": 2})
    assert refute(Statement(t.total(y, p(y)), Relation.EQUAL, n(2)), NOTHING) is None


def test_sympy_is_not_told_that_it_is_a_whole_alphabet() -> None:
    from symkl.sympy.translating import Untranslatable, Vocabulary, to_sympy

    for term in (t.total(FIRST, p(FIRST)), t.total(FIRST, n(1))):
        with pytest.raises(Untranslatable):
            to_sympy(term, Vocabulary.of([term]))


def test_a_range_is_printed() -> None:
    steps = t.total(Variable("t", "t", Range("1", "T")), t.Apply("r", (), (Variable("t", "t", Range("1", "T")),)))
    assert formula(steps).text == "Σ_t=1..T r(t)"
    assert formula(steps).latex == r"\sum_{t=1\dots T} r(t)"
