"""The kernel and the translations to and from SymPy, held against balls on random expressions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import arb
from hypothesis import event, given
from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement
from symkl.proving.deciding import decide
from symkl.proving.reading_back import read_back
from symkl.refuting.arithmetic import NotEvaluable, Undefined
from symkl.refuting.cases import random_case
from symkl.refuting.evaluating import evaluate, needed
from symkl.strategies import CONTEXT, expressions
from symkl.sympy import Vocabulary, from_sympy, to_sympy
from tests.properties.rewriting import (
    Rule,
    add,
    commute,
    distribute,
    drop_sum,
    drop_term,
    flip_sign,
    linear,
    mul,
    negative,
    rename,
    rewritten,
    split_exp,
    split_log,
    swap_kl,
    times_beta,
)

pytestmark = pytest.mark.usefixtures("high_precision")

VALID: tuple[Rule, ...] = (commute, distribute, split_log, split_exp, rename, linear)
SLIPS: tuple[Rule, ...] = (flip_sign, drop_term, swap_kl, times_beta, drop_sum)
BITS = 256
Values = list[tuple[arb, ...]]


def values(*terms: t.Term, count: int = 3) -> Values:
    """What closed terms are worth in the same few random cases, as far as they have values."""
    needs = needed(terms, CONTEXT)
    found: Values = []
    for seed in range(count):
        case = random_case(Random(seed), needs, dict.fromkeys(needs.sorts, 2 + seed % 2))
        try:
            found.append(tuple(evaluate(term, case, CONTEXT, bits=BITS) for term in terms))
        except (Undefined, NotEvaluable):
            event("no value")
    return found


def proved(left: t.Term, relation: Relation, right: t.Term) -> bool:
    try:
        found = isinstance(decide(Statement(left, relation, right), CONTEXT), Proved)
    except BudgetExceeded:
        found = False
    event("proved" if found else "not proved")
    return found


@given(expressions())
def test_the_way_to_sympy_and_back_keeps_the_value(term: t.Term) -> None:
    """from_sympy(to_sympy(a)) is worth what a is, in every case; and the kernel proves the two equal."""
    vocabulary = Vocabulary.of([term], CONTEXT.positive)
    back = from_sympy(to_sympy(term, vocabulary), vocabulary)
    assert all(a.overlaps(b) for a, b in values(term, back))
    assert proved(term, Relation.EQUAL, back) or _decides_numbers(term)


def _decides_numbers(term: t.Term) -> bool:
    """Whether SymPy may decide by floats what the kernel does not, as that log 2 > 0: a piece of numbers alone."""
    pieces = ("sign", "abs", "max", "min", "clip", "step")
    here = isinstance(term, t.Fn) and term.name in pieces and not t.free_variables(term) and not t.symbols(term)
    return here or any(map(_decides_numbers, term.parts()))


@given(expressions())
def test_a_normal_form_keeps_the_value(term: t.Term) -> None:
    """The normal form of a term, read back as a term, is worth what the term is; and that is its own normal form."""
    normaliser = Normaliser(CONTEXT)
    try:
        form = normaliser(term)
    except (Unsupported, BudgetExceeded):
        event("no normal form")
        return
    back = read_back(form, CONTEXT)
    assert all(a.overlaps(b) for a, b in values(term, back))
    assert normaliser.is_zero(form - normaliser(back))


@given(expressions(), st.randoms(use_true_random=False), st.booleans())
def test_what_is_proved_of_a_rewriting_is_true(term: t.Term, rng: Random, slip: bool) -> None:
    """decide(a = rewritten a) proves nothing that balls exclude, whether the rule is valid or a slip."""
    found = rewritten(term, SLIPS if slip else VALID, rng)
    if found is None:
        return
    other, rule = found
    event(rule)
    pairs = values(term, other)
    if proved(term, Relation.EQUAL, other):
        assert all(a.overlaps(b) for a, b in pairs)
    if not slip:
        assert all(a.overlaps(b) for a, b in pairs), rule


@given(expressions(2), expressions(2), st.sampled_from([Relation.EQUAL, Relation.LESS_EQUAL, Relation.LESS]))
def test_what_is_proved_of_any_two_terms_is_true(a: t.Term, b: t.Term, relation: Relation) -> None:
    """No relation between two random terms is proved where a case certainly breaks it."""
    if proved(a, relation, b):
        for left, right in values(a, b):
            assert not left > right
            assert relation is not Relation.EQUAL or left.overlaps(right)
            assert relation is not Relation.LESS or left < right


@given(expressions(1), expressions(1))
def test_what_is_proved_of_squares_and_divergences_is_true(a: t.Term, b: t.Term) -> None:
    """Where something >= 0 is added the larger side may be proved larger, the smaller side never."""
    square = t.Power(add(a, negative(b)), t.Number(Fraction(2)))
    sides = add(mul(t.Number(Fraction(2)), a, b)), add(t.Power(a, t.Number(Fraction(2))), mul(b, b))
    for smaller, larger in ((a, add(a, square)), sides):
        for left, right in values(smaller, larger):
            assert not left > right
        if proved(larger, Relation.LESS, smaller):
            raise AssertionError("proved: a sum with a square is less")
        if proved(larger, Relation.LESS_EQUAL, smaller):
            assert all(left.overlaps(right) for left, right in values(smaller, larger))
