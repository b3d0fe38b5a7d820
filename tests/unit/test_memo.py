"""What one normaliser finds for the next: never under another context, other facts or at another place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Atom, Polynomial, of_atom
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.deciding import decide, decide_within
from symkl.proving.remembering import Remembering

X, Y = Variable("x", "x"), Variable("y", "y")
BETA = t.Scalar("β")
REWARD = t.Apply("r", (), (X, Y))
PI, REF = (t.Apply(symbol, (Y,), (X,)) for symbol in ("π", "π_ref"))
MEAN = t.mean((Y,), PI, REWARD)
CONTEXT = t.Context(frozenset({"β"}))
POWER = t.total(Y, t.Power(REWARD, BETA))
"""Another normal form where r is known to be > 0 than where that is only supposed."""


def alone(term: t.Term, context: t.Context = CONTEXT, facts: tuple[Fact, ...] = ()) -> Normaliser:
    nf = Normaliser(context, facts)
    nf(term)
    return nf


def test_what_is_recalled_is_what_was_found_with_what_it_rests_on_and_takes() -> None:
    memo: dict[Any, Any] = {}
    term = t.mean((Y,), PI, t.log(t.Mul((PI, t.Power(REF, t.Number(-1))))))  # type: ignore[arg-type]
    first, second = (Remembering(CONTEXT, memo=memo) for _ in range(2))
    assert first(term) == second(term) == Normaliser(CONTEXT)(term)
    assert first.assumptions == second.assumptions == alone(term).assumptions != set()
    assert first.budget == second.budget == alone(term).budget
    Remembering(CONTEXT, budget=60_000 - second.budget, memo=memo)(term)
    with pytest.raises(BudgetExceeded):
        Remembering(CONTEXT, budget=60_000 - second.budget - 1, memo=memo)(term)


def test_a_term_rests_on_what_the_terms_in_it_rest_on_whoever_asked_for_them_before() -> None:
    memo: dict[Any, Any] = {}
    inner = t.total(Y, t.log(PI))
    outer = t.total(X, inner)
    first = Remembering(CONTEXT, memo=memo)
    first(inner)
    first(outer)
    second = Remembering(CONTEXT, memo=memo)
    second(outer)
    assert second.assumptions == alone(outer).assumptions != set()


def test_not_under_another_context() -> None:
    memo: dict[Any, Any] = {}
    kept = replace(CONTEXT, positive=frozenset({"β", "r"}))
    known = Remembering(kept, memo=memo)
    other = Remembering(CONTEXT, memo=memo)
    assert known(POWER) != other(POWER) and other.assumptions == alone(POWER).assumptions != known.assumptions
    for number in range(200):  # contexts that are made and forgotten may come to lie in the same place
        value = t.Number(number)  # type: ignore[arg-type]
        context = t.Context(definitions={"c": t.Definition("c", (), value)})
        assert Remembering(context, memo=memo)(t.total(Y, t.Mul((t.Scalar("c"), REWARD)))) == Normaliser(context)(
            t.Mul((value, t.total(Y, REWARD)))
        )


def test_not_with_other_facts() -> None:
    memo: dict[Any, Any] = {}
    facts = [Fact("r", (), (X, Y), of_atom(Atom("scalar", symbol)), f"line {symbol}") for symbol in "ab"]
    found = []
    for known in ((), (facts[0],), (facts[1],)):
        nf = Remembering(CONTEXT, known, memo=memo)
        found.append((nf(MEAN), frozenset(nf.used)))
        again = Remembering(CONTEXT, known, memo=memo)
        assert (again(MEAN), again.used) == (nf(MEAN), nf.used)
    assert [len(used) for _, used in found] == [0, 1, 1] and len({value for value, _ in found}) == 3


def test_not_at_another_place() -> None:
    """Under a maximum a fact about the policy says nothing, and in a derivative a policy is its entries."""
    memo: dict[Any, Any] = {}
    uniform = Fact("π", (Y,), (X,), of_atom(Atom("apply", "π_ref", (Y,), (X,))), "line 1")
    slope = t.Partial(MEAN, PI)
    best = t.Optimum(t.Sense.MAX, "π", MEAN)
    for term in (MEAN, slope, best, MEAN):
        shared, own = Remembering(CONTEXT, [uniform], memo=memo), Normaliser(CONTEXT, [uniform])
        assert shared(term) == own(term)
        assert shared.used == own.used
    assert Remembering(CONTEXT, memo=memo)(MEAN) == Normaliser(CONTEXT)(MEAN)


def test_not_by_a_normaliser_that_prefers_another_form() -> None:
    memo: dict[Any, Any] = {}
    term = t.total(Y, t.Power(t.Add((BETA, REWARD)), t.Number(-1)))  # type: ignore[arg-type]

    beta = Atom("scalar", "β")
    ranks: list[Callable[[Polynomial], int]] = [
        lambda inside: sum(m.exponent(beta).rational == 1 for m in inside.terms),
        lambda inside: sum(m.exponent(beta).rational == -1 for m in inside.terms),
    ]
    found = [(Remembering(CONTEXT, memo=memo, rank=rank)(term), Normaliser(CONTEXT, rank=rank)(term)) for rank in ranks]
    assert [shared for shared, _ in found] == [own for _, own in found]
    assert found[0] != found[1]


def test_not_where_a_name_in_it_may_yet_be_given_to_another_variable() -> None:
    memo: dict[Any, Any] = {}
    taken = Variable("~3", "y")
    term = t.total(X, t.Apply("r", (), (X, taken)))
    assert Remembering(CONTEXT, fresh=3, memo=memo)(term) == Normaliser(CONTEXT, fresh=3)(term)
    with pytest.raises(Unsupported):
        Remembering(CONTEXT, fresh=2, memo=memo)(term)


def test_what_is_decided_with_a_memo_is_what_is_decided_without() -> None:
    memo: dict[Any, Any] = {}
    divergence = t.Bind("KL", (Y,), (PI, REF))
    rows = [
        Statement(MEAN, Relation.EQUAL, t.total(Y, t.Mul((PI, REWARD)))),
        Statement(t.Number(0), Relation.LESS_EQUAL, divergence),  # type: ignore[arg-type]
        Statement(divergence, Relation.LESS_EQUAL, t.Number(0)),  # type: ignore[arg-type]
        Statement(MEAN, Relation.EQUAL, t.Add((MEAN, divergence))),
    ]
    for row in rows * 2:
        assert decide_within(row, CONTEXT, memo=memo)[0] == decide(row, CONTEXT)


def test_a_definition_through_itself_is_seen_inside_what_is_recalled() -> None:
    body = t.total(Y, t.Mul((PI, t.Apply("Z", (), (X,)))))
    context = t.Context(definitions={"Z": t.Definition("Z", (X,), body)})
    with pytest.raises(Unsupported, match="defined through itself"):
        Remembering(context, memo={})(t.total(X, t.Apply("Z", (), (X,))))
