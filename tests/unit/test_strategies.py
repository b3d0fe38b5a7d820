"""What the strategies draw is valid, covers what they promise, and shrinks to what a reader can take in."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.problems import FiniteProblem, InvalidProblem
from symkl.refuting.guard import confirm
from symkl.strategies import CONTEXT, Y, distributions, expressions, policies, problems, rewards, temperatures

F = Fraction


def smallest(strategy: st.SearchStrategy[Any], condition: Callable[[Any], Any]) -> Any:
    # Without the phase that explains a failure, which takes most of the time.
    limits = settings(max_examples=1000, deadline=None, database=None, phases=[Phase.generate, Phase.shrink])
    return find(strategy, lambda drawn: bool(condition(drawn)), settings=limits, random=Random(0))


def inside(term: t.Term) -> list[t.Term]:
    return [term, *(found for part in term.parts() for found in inside(part))]


@given(distributions(), distributions(zero_mass=False), distributions(4, exact=False))
def test_distributions_sum_to_one(p: Any, q: Any, floats: Any) -> None:
    assert sum(p) == sum(q) == 1 and min(p) >= 0 < min(q)
    assert len(floats) == 4 and abs(sum(floats) - 1) < 1e-12 and all(type(v) is float for v in floats)


@given(temperatures())
def test_temperatures_stay_in_their_range(beta: Fraction) -> None:
    assert F(1, 10**6) <= beta <= 10**12


@pytest.mark.parametrize(("strategy", "condition", "expected"), [
    (distributions(), lambda p: True, (1,)),
    (distributions(), lambda p: len(p) == 3, (F(1, 3),) * 3),
    (distributions(2), lambda p: 0 in p, (1, 0)),
    (distributions(2), lambda p: 0 < min(p) < F(1, 10**20), (F(10**30, 10**30 + 1), F(1, 10**30 + 1))),
    (rewards(), lambda r: True, (0,)),
    (rewards(3), lambda r: len(set(r)) < 3, (0, 0, 0)),
    (rewards(2), lambda r: r[0] == 0 < r[1] < F(1, 10**11), (0, F(1, 10**12))),
    (rewards(1), lambda r: r[0] > 1000, (10**6,)),
    (temperatures(), lambda b: True, 1),
    (temperatures(), lambda b: b > 10**11, 2 * 10**11),
    (temperatures(), lambda b: b < F(1, 10**5), F(1, 10**6)),
])
def test_tables_shrink_to_what_is_simplest(strategy: Any, condition: Any, expected: Any) -> None:
    assert smallest(strategy, condition) == expected


@pytest.mark.parametrize(("condition", "expected"), [
    (lambda p: True, "FiniteProblem([1], [0], 1)"),
    (lambda p: np.any(p.kl() > 0), "FiniteProblem(['1/2', '1/2'], [0, 1], 1)"),
    (lambda p: not p.support.all(), "FiniteProblem([1, 0], [0, 0], 1)"),
    (lambda p: p.beta < 1e-5, "FiniteProblem([1], [0], '1/1000000')"),
    (lambda p: len(p.prompts) == 2, "FiniteProblem([[1], [1]], [[0], [0]], 1)"),
    (lambda p: len(p.prompts) == 2 and p.policy().ndim == 1, "FiniteProblem([[1], ['1/2', '1/2']], [[0], [0, 0]], 1)"),
])
def test_problems_shrink_to_what_is_simplest(condition: Any, expected: str) -> None:
    assert repr(smallest(problems(), condition)) == expected


@given(problems(prompts=2, size=3), problems(zero_mass=False))
@settings(max_examples=30)
def test_problems_have_the_size_asked_for(problem: FiniteProblem, full: FiniteProblem) -> None:
    assert problem.policy().shape == (2, 3)
    assert full.support.all()


@given(problems(), st.data())
@settings(max_examples=50)
def test_policies_stay_inside_the_support(problem: FiniteProblem, data: st.DataObject) -> None:
    assert np.all(np.isfinite(problem.kl(data.draw(policies(problem)))))
    full = data.draw(policies(problem, full_support=True))
    mass = np.array([float(v) for row in full for v in (row if isinstance(row, list) else [row])]) > 0
    assert (mass == problem.support.ravel()).all()


def test_policies_shrink_to_the_uniform_one() -> None:
    problem = FiniteProblem([["1/4", 0, "3/4"], [1, 0, 0]], [[0] * 3] * 2, 1)
    assert smallest(policies(problem), lambda pi: True) == [[F(1, 2), 0, F(1, 2)], [1, 0, 0]]
    ragged = FiniteProblem([[1], ["1/2", "1/2"]], [[0], [0, 0]], 1)
    assert smallest(policies(ragged), lambda pi: True) == [1, F(1, 2), F(1, 2)]


@given(expressions())
def test_expressions_are_closed_and_have_a_value(term: t.Term) -> None:
    assert not t.free_variables(term)
    assert t.symbols(term) <= {"p", "q", "r", "β"}


@given(expressions(2))
@settings(max_examples=50, deadline=None)
def test_expressions_can_be_judged(term: t.Term) -> None:
    assume(not any(isinstance(part, t.Power) for part in inside(term)))
    assert not confirm(t.Statement(term, t.Relation.EQUAL, t.Add((term, t.Number(F(0))))), CONTEXT, seed=0, count=2)


@pytest.mark.parametrize(("kind", "expected"), [
    (t.Number, t.Number(F(0))),
    (t.Scalar, t.Scalar("β")),
    ("log", t.log(t.Number(F(1)))),
    ("KL", t.kl(Y, t.Apply("p", (Y,), ()), t.Apply("p", (Y,), ()))),
    ("E", t.mean((Y,), t.Apply("p", (Y,), ()), t.Number(F(0)))),
    (t.Add, t.Add((t.Number(F(0)), t.Number(F(0))))),
])
def test_expressions_shrink_to_what_is_simplest(kind: type[t.Term] | str, expected: t.Term) -> None:
    def is_one(part: t.Term) -> bool:
        return getattr(part, "name", "") == kind if isinstance(kind, str) else isinstance(part, kind)

    assert smallest(expressions(), lambda term: any(is_one(part) for part in inside(term))) == expected


def test_expressions_take_free_variables() -> None:
    term = smallest(expressions(2, (Y,)), lambda term: "r" in t.symbols(term))
    assert term == t.Apply("r", (), (Y,))
    assert smallest(expressions(2, (Y,)), lambda term: getattr(term, "name", "") == "KL").variables != (Y,)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: distributions(0), "size: found 0, expected a whole number from 1, or None"),
    (lambda: distributions("3"), "size: found '3', expected a whole number from 1, or None"),
    (lambda: distributions(True), "size: found True, expected a whole number from 1, or None"),
    (lambda: distributions(2, zero_mass="no"), "zero_mass: found 'no', expected True or False"),
    (lambda: distributions(2, exact=None), "exact: found None, expected True or False"),
    (lambda: rewards(-1), "size: found -1, expected a whole number from 1, or None"),
    (lambda: rewards(2.0), "size: found 2.0, expected a whole number from 1, or None"),
    (lambda: problems(prompts=0), "prompts: found 0, expected a whole number from 1, or None"),
    (lambda: problems(size=[]), "size: found [] (list), expected a whole number from 1, or None"),
    (lambda: problems(zero_mass=1), "zero_mass: found 1, expected True or False"),
    (lambda: policies([0.5, 0.5]), "problem: found [0.5, 0.5] (list), expected a FiniteProblem"),
    (lambda: policies(FiniteProblem([1], [1], 1), full_support=0), "full_support: found 0, expected True or False"),
    (lambda: expressions(-1), "depth: found -1, expected a whole number from 0"),
    (lambda: expressions(2, [Y]), "variables: found [Variable(name='y', sort='y')] (list), expected a tuple of variables"),
    (lambda: expressions(2, ("y",)), "variables: found ('y',) (tuple), expected a tuple of variables"),
])
def test_arguments_are_checked_by_name(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidProblem) as error:
        call()
    assert str(error.value) == message
