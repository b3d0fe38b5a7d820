"""Hypothesis strategies for problems, policies and terms: what breaks formulas of this kind, and little else.

Ties, near-equal and huge rewards, responses without mass or with next to none, temperatures from 1e-6 to 1e12. All
tables are exact, so a test decides by itself how to round. Everything shrinks towards one response of probability 1,
reward 0 and temperature 1, or to the smallest change from that which still fails.

>>> from hypothesis import given, settings
>>> @settings(deadline=None)  # how long an example takes is another matter
... @given(problems(prompts=1))
... def the_reference_is_no_better_than_the_optimum(problem: FiniteProblem) -> None:
...     assert (problem.regret(problem.reference) >= 0).all()
>>> the_reference_is_no_better_than_the_optimum()

An argument that is not what it should be is refused by name, when the strategy is made: ``InvalidProblem``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import count
from typing import Any

from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.language.functions import FUNCTIONALS, FUNCTIONS
from symkl.language.records import Function, Functional
from symkl.language.terms import Context, Variable
from symkl.problems import FiniteProblem
from symkl.problems.tables import refuse, shown

Y = Variable("y", "y")
"""The index that closed expressions bind first."""

CONTEXT = Context(frozenset({"β"}))
"""What ``expressions`` takes for granted: ``β > 0``; ``p`` and ``q`` are distributions over y, ``r`` is a function."""

_TINY = Fraction(1, 10**30)
_LARGEST_SIZE = 6


# -- tables --------------------------------------------------------------------------------------


def distributions(
    size: int | None = None, *, zero_mass: bool = True, exact: bool = True
) -> st.SearchStrategy[tuple[Any, ...]]:
    """Distributions over ``size`` responses (1 to 6 where none is given), as fractions that sum to exactly 1.

    Weights are small integers, 1e-30, and unless ``zero_mass`` is false 0. Shrinks to the uniform distribution.
    ``exact=False``: the nearest floats, which sum to 1 up to rounding.

    >>> from hypothesis import find
    >>> find(distributions(3), lambda p: True)
    (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))
    """
    _whole("size", size, 1)
    _truth("zero_mass", zero_mass)
    _truth("exact", exact)
    rows = _sizes(size).flatmap(lambda n: _distribution(n, zero_mass))
    return rows if exact else rows.map(lambda row: tuple(map(float, row)))


def rewards(size: int | None = None) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Rewards of ``size`` responses (1 to 6 where none is given): ties, differences of 1e-12, sizes of a million.

    Shrinks to all zero; to integers before fractions.

    >>> from hypothesis import find
    >>> find(rewards(2), lambda r: r[0] < r[1])
    (Fraction(0, 1), Fraction(1, 1))
    """
    _whole("size", size, 1)
    return _sizes(size).flatmap(_reward_row)


@cache
def temperatures() -> st.SearchStrategy[Fraction]:
    """``β = m · 10^k`` from 1e-6 to 1e12, every power of ten as likely. Shrinks to 1.

    >>> from hypothesis import find
    >>> find(temperatures(), lambda beta: beta < Fraction(1, 100))
    Fraction(1, 1000)
    """
    return st.builds(lambda k, m: m * Fraction(10) ** k, st.integers(-6, 11), st.integers(1, 10))


def problems(
    *, prompts: int | None = None, size: int | None = None, zero_mass: bool = True
) -> st.SearchStrategy[FiniteProblem]:
    """Problems with exact tables, in floats: take ``digits(n)`` or ``balls(n)`` of them for more.

    One flat table, or rows of one to three prompts; with ``prompts`` rows of so many. ``size`` responses at each
    prompt, 1 to 6 where none is given. Shrinks to one flat table of one response, reward 0, ``β = 1``.

    >>> from hypothesis import find
    >>> find(problems(), lambda problem: max(problem.reward.ravel()) > min(problem.reward.ravel()))
    FiniteProblem(['1/2', '1/2'], [0, 1], 1)
    """
    _whole("prompts", prompts, 1)
    _whole("size", size, 1)
    _truth("zero_mass", zero_mass)
    if prompts is not None:
        return _rows(prompts, size, zero_mass)
    return st.one_of(_flat(size, zero_mass), st.integers(1, 3).flatmap(lambda m: _rows(m, size, zero_mass)))


def policies(problem: FiniteProblem, *, full_support: bool = False) -> st.SearchStrategy[list[Any]]:
    """Exact policies for a problem with one flat table or rows: no mass where the reference has none.

    With ``full_support`` there is mass wherever the reference has some. In the form in which the methods of the problem
    take a policy. Shrinks to the uniform policy over the support.

    >>> from hypothesis import find
    >>> find(policies(FiniteProblem(["1/4", 0, "3/4"], [0, 1, 2], 1)), lambda pi: True)
    [Fraction(1, 2), Fraction(0, 1), Fraction(1, 2)]
    """
    if not isinstance(problem, FiniteProblem):
        raise refuse("problem", "", shown(problem), "a FiniteProblem")
    _truth("full_support", full_support)
    support, which = problem.support, problem.prompt_of.ravel().tolist()
    inside = support.ravel().tolist()
    nothing = st.just(Fraction(0))
    entry = _weights(not full_support)
    rows = []
    for prompt in range(len(problem.prompts)):
        places = [i for i, other in enumerate(which) if other == prompt]
        rows.append((places, _normalised([entry if inside[i] else nothing for i in places])))

    def assemble(drawn: Sequence[tuple[Fraction, ...]]) -> list[Any]:
        flat = [Fraction(0)] * len(which)
        for (places, _), row in zip(rows, drawn, strict=True):
            for i, value in zip(places, row, strict=True):
                flat[i] = value
        if support.ndim == 1:
            return flat
        columns = support.shape[1]
        return [flat[i : i + columns] for i in range(0, len(flat), columns)]

    return st.tuples(*[row for _, row in rows]).map(assemble)


def _whole(argument: str, value: Any, least: int) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise refuse(argument, "", shown(value), f"a whole number from {least}, or None")


def _truth(argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise refuse(argument, "", shown(value), "True or False")


@cache
def _sizes(size: int | None) -> st.SearchStrategy[int]:
    return st.integers(1, _LARGEST_SIZE) if size is None else st.just(size)


@cache
def _weights(zero_mass: bool) -> st.SearchStrategy[Fraction]:
    kinds = [st.integers(1, 9).map(Fraction), st.just(_TINY)]
    return st.one_of(*kinds, st.just(Fraction(0))) if zero_mass else st.one_of(*kinds)


def _normalised(weights: Sequence[st.SearchStrategy[Fraction]]) -> st.SearchStrategy[tuple[Fraction, ...]]:
    def divided(row: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        total = sum(row)
        return tuple(weight / total for weight in row)

    return st.tuples(*weights).filter(any).map(divided)


@cache
def _reward() -> st.SearchStrategy[Fraction]:
    small = st.integers(-3, 3).map(Fraction)
    return st.one_of(
        small,
        st.builds(Fraction, st.integers(-30, 30), st.just(10)),
        st.builds(lambda whole, k: whole + Fraction(k, 10**12), small, st.integers(-2, 2)),
        st.sampled_from([Fraction(10**6), Fraction(-(10**6)), 10**6 + Fraction(1, 10**12)]),
    )


# Kept, because Hypothesis takes longer to look into a new strategy than to draw from one it knows.


@cache
def _distribution(n: int, zero_mass: bool) -> st.SearchStrategy[tuple[Fraction, ...]]:
    return _normalised([_weights(zero_mass)] * n)


@cache
def _reward_row(n: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
    return st.tuples(*[_reward()] * n)


@cache
def _flat_of(n: int, zero_mass: bool) -> st.SearchStrategy[FiniteProblem]:
    return st.builds(FiniteProblem, _distribution(n, zero_mass), _reward_row(n), temperatures())


@cache
def _rows_of(sizes: tuple[int, ...], zero_mass: bool) -> st.SearchStrategy[FiniteProblem]:
    references = st.tuples(*[_distribution(n, zero_mass) for n in sizes])
    return st.builds(FiniteProblem, references, st.tuples(*map(_reward_row, sizes)), temperatures())


@cache
def _flat(size: int | None, zero_mass: bool) -> st.SearchStrategy[FiniteProblem]:
    return _sizes(size).flatmap(lambda n: _flat_of(n, zero_mass))


@cache
def _rows(prompts: int, size: int | None, zero_mass: bool) -> st.SearchStrategy[FiniteProblem]:
    return st.tuples(*[_sizes(size)] * prompts).flatmap(lambda sizes: _rows_of(sizes, zero_mass))


# -- terms ---------------------------------------------------------------------------------------


def expressions(depth: int = 3, variables: tuple[Variable, ...] = ()) -> st.SearchStrategy[t.Term]:
    """Well-formed terms over distributions ``p``, ``q`` of y, a function ``r`` of y and ``β > 0``; see ``CONTEXT``.

    Sums, products, expectations, divergences, powers, and logarithms and quotients of what is positive: each has a
    value wherever p and q are positive. Its free variables are among ``variables``. Shrinks to a number.

    >>> from hypothesis import find
    >>> find(expressions(), lambda term: getattr(term, "name", "") == "KL").arguments[0]
    Apply(span=None, symbol='p', outcomes=(Variable(name='y', sort='y'),), given=())
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise refuse("depth", "", shown(depth), "a whole number from 0")
    if not isinstance(variables, tuple) or not all(isinstance(each, Variable) for each in variables):
        raise refuse("variables", "", shown(variables), "a tuple of variables")
    return _real(depth, variables)


def _number(value: int | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def _over(above: t.Term, below: t.Term) -> t.Term:
    return t.Mul((above, t.Power(below, _number(-1))))


def _at(symbol: str, y: Variable) -> t.Term:
    return t.Apply("r", (), (y,)) if symbol == "r" else t.Apply(symbol, (y,), ())


def _fresh(taken: tuple[Variable, ...]) -> Variable:
    names = (Variable(name, "y") for name in ("y", "u", "v", "w"))
    numbered = (Variable(f"y_{i}", "y") for i in count())
    return next((v for v in names if v not in taken), None) or next(v for v in numbered if v not in taken)


@cache
def _probabilities(y: Variable) -> st.SearchStrategy[t.Term]:
    return st.sampled_from([_at("p", y), _at("q", y)])


def _grown(
    leaves: Sequence[t.Term], depth: int, larger: Callable[[], Sequence[st.SearchStrategy[t.Term]]]
) -> st.SearchStrategy[t.Term]:
    """A leaf, or while there is depth something larger; leaves come first, so that terms shrink to them."""
    small = st.sampled_from(list(leaves))
    return small if depth <= 0 else st.deferred(lambda: st.one_of(small, *larger()))


@cache
def _positive(depth: int, ys: tuple[Variable, ...]) -> st.SearchStrategy[t.Term]:
    """Terms that are > 0 wherever p and q are."""
    beta = t.Scalar("β")
    leaves = [_number(1), beta, *(_at(symbol, y) for y in ys for symbol in "pq"), _number(2)]

    def larger() -> list[st.SearchStrategy[t.Term]]:
        inner, y = _positive(depth - 1, ys), _fresh(ys)
        exponents = st.sampled_from([_number(-1), _number(2), _number(Fraction(1, 2)), beta])
        return [
            st.builds(lambda a, b: t.Add((a, b)), inner, inner),
            st.builds(lambda a, b: t.Mul((a, b)), inner, inner),
            st.builds(_over, inner, inner),
            st.builds(t.Power, inner, exponents),
            st.builds(lambda u: t.exp(_over(u, beta)), _real(depth - 1, ys)),
            st.builds(lambda p, f: t.total(y, t.Mul((p, f))), _probabilities(y), _positive(depth - 1, (*ys, y))),
        ]

    return _grown(leaves, depth, larger)


def _functional(row: Functional, y: Variable) -> st.SearchStrategy[t.Term]:
    """A functional of distributions alone; an order is other than 1."""
    orders = [st.just(_number(Fraction(1, 2))) for _ in range(row.parameters)]
    return st.builds(
        lambda parts, others: t.Bind(row.name, (y,), parts, others),
        st.tuples(*[_probabilities(y)] * row.arity),
        st.tuples(*orders),
    )


def _function(row: Function, inner: st.SearchStrategy[t.Term]) -> st.SearchStrategy[t.Term]:
    """A function that every number has a value under."""
    return st.builds(lambda parts: t.Fn(row.name, parts), st.tuples(*[inner] * row.arity))


_OF_THEIR_OWN = ("exp", "log", "clip")
"""Functions that need arguments of their own: what is small, what is positive, and bounds in order."""


@cache
def _real(depth: int, ys: tuple[Variable, ...]) -> st.SearchStrategy[t.Term]:
    """Terms of either sign."""
    leaves = [_number(0), _number(1), t.Scalar("β"), *(_at(symbol, y) for y in ys for symbol in "rpq"), _number(-1)]

    def larger() -> list[st.SearchStrategy[t.Term]]:
        inner, y = _real(depth - 1, ys), _fresh(ys)
        return [
            st.builds(lambda a, b: t.Add((a, b)), inner, inner),
            st.builds(lambda a, b: t.Mul((a, b)), inner, inner),
            st.builds(t.log, _positive(depth - 1, ys)),
            st.builds(lambda p, f: t.mean((y,), p, f), _probabilities(y), _real(depth - 1, (*ys, y))),
            *[_functional(row, y) for row in FUNCTIONALS if row.arity == row.distributions],
            st.builds(lambda u: t.Power(u, _number(2)), inner),
            *[_function(row, inner) for row in FUNCTIONS if row.name not in _OF_THEIR_OWN],
        ]

    return _grown(leaves, depth, larger)
