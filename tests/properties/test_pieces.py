"""Maxima, minima and absolute values against Python's: what is proved of them holds at every point of a grid."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import hypothesis.strategies as st
from hypothesis import assume, given, settings

import symkl.language.terms as t
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement
from symkl.proving.deciding import decide

A, B, C = t.Scalar("a"), t.Scalar("b"), t.Scalar("c")
CONTEXT = t.Context(frozenset({"c"}))
GRID = [dict(zip("abc", at, strict=True)) for at in product([F(-2), F(-1), F(0), F(1, 2), F(3)], repeat=3) if at[2] > 0]


def terms() -> st.SearchStrategy[t.Term]:
    """Linear terms in a, b and c > 0, and what is made of them with max, min, clip and absolute values."""
    apart = t.Add((B, t.Mul((t.Number(F(-1)), A))))
    simple = st.sampled_from([A, B, C, t.Number(F(0)), t.Number(F(1)), t.Add((A, C)), apart])
    return st.recursive(simple, _pieces, max_leaves=4)


def _pieces(inner: st.SearchStrategy[t.Term]) -> st.SearchStrategy[t.Term]:
    return st.one_of(
        st.builds(lambda u: t.Fn("abs", (u,)), inner),
        st.builds(lambda name, u, v: t.Fn(name, (u, v)), st.sampled_from(["max", "min"]), inner, inner),
        st.builds(lambda u: t.Fn("clip", (u, t.Number(F(0)), C)), inner),
        st.builds(lambda u, v: t.Add((u, t.Mul((t.Number(F(-1)), v)))), inner, inner),
        st.builds(lambda u: t.Mul((C, u)), inner),
    )


def worth(term: t.Term, at: dict[str, F]) -> F:
    """What a term is worth, by Python's own functions."""
    match term:
        case t.Number(value=value):
            return value
        case t.Scalar(symbol=symbol):
            return at[symbol]
        case t.Add(terms=parts):
            return sum((worth(part, at) for part in parts), F(0))
        case t.Mul(factors=(one, other)):
            return worth(one, at) * worth(other, at)
        case t.Fn(name, arguments):
            numbers = [worth(each, at) for each in arguments]
            made = {"abs": abs, "max": max, "min": min, "clip": lambda u, low, high: min(max(u, low), high)}
            return F(made[name](*numbers))
    raise AssertionError(term)


@given(terms(), terms(), st.sampled_from([Relation.EQUAL, Relation.LESS_EQUAL, Relation.GREATER_EQUAL]))
@settings(max_examples=120, deadline=None, derandomize=True, database=None)
def test_what_is_proved_of_pieces_holds_at_every_point(one: t.Term, other: t.Term, relation: Relation) -> None:
    gaps = [worth(one, at) - worth(other, at) for at in GRID]
    holds = all({"=": gap == 0, "≤": gap <= 0, "≥": gap >= 0}[relation.value] for gap in gaps)
    try:
        found = decide(Statement(one, relation, other), CONTEXT)
    except BudgetExceeded:
        assume(False)
    assert holds or not isinstance(found, Proved)


@given(terms(), terms())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_the_larger_is_at_least_each_and_with_the_smaller_it_makes_up_both(one: t.Term, other: t.Term) -> None:
    larger, smaller = t.Fn("max", (one, other)), t.Fn("min", (one, other))
    for row in (Statement(one, Relation.LESS_EQUAL, larger), Statement(smaller, Relation.LESS_EQUAL, other),
                Statement(t.Add((larger, smaller)), Relation.EQUAL, t.Add((one, other)))):
        try:
            found = decide(row, CONTEXT)
        except BudgetExceeded:  # of clips inside clips there are more cases than one row may cost
            assume(False)
        assert isinstance(found, Proved)
