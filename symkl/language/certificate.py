"""How a statement was proved, as data: enough for another program to go through it again.

Nothing here is trusted or knows what is true. The kernel takes a certificate apart, brings each of its terms to
normal form itself, and puts them to the law; ``symkl.kernel.replay`` says how.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from symkl.language.frozen import frozen
from symkl.language.terms import Argument, Context, Statement, Term, Variable


class Premise(NamedTuple):
    """``lower <= upper``, for all values of the free variables: given, or established by ``source``."""

    lower: Term
    upper: Term
    source: str


@frozen
class Optimality:
    """Why q is the one maximiser of f: ``f = value - Σ over averaged and outcomes of w φ(t)``.

    ``q`` and the weights are spelled in the variables ``outcomes`` and ``given``; ``above`` is the
    weight w with t = q/π, ``below`` the one with t = π/q.
    """

    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]
    averaged: tuple[Variable, ...]
    q: Term
    above: Term
    below: Term


@frozen
class Gap:
    """``Σ over variables of weight part``, >= 0 as its part is: φ(of), of², ``|of| - of``, or a premise elsewhere.

    ``over``: what is summed over where the part is ``Σ of - of``, all but one of the terms of a sum. ``sharp``: the
    part is h(of), ``(2t + 4)(t log t - t + 1) - 3(t - 1)²``.
    """

    variables: tuple[Variable, ...]
    weight: Term
    of: Term | Premise
    square: bool = False
    exchange: tuple[tuple[Variable, Variable], ...] = ()
    absolute: bool = False
    over: tuple[Variable, ...] = ()
    sharp: bool = False


@frozen
class Attainment:
    """Why ``value`` is the largest of f: gaps add up to ``value - f``, and ``at`` a policy, or function, f is that.

    ``at`` is spelled in the variables ``outcomes`` and ``given``; what varies is called ``#π`` in the gaps.
    """

    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]
    value: Term
    at: Term
    gaps: tuple[Gap, ...]


@frozen
class Solution:
    """``symbol(outcomes | given) = value``, from an equation that is ``slope`` times the difference of the two.

    ``logarithm``: of the difference of their logarithms.
    """

    symbol: str
    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]
    value: Term
    slope: Term
    logarithm: bool = False


Guess = (
    Term
    | Solution
    | Optimality
    | str
    | tuple[Variable, ...]
    | tuple[Term, ...]
    | tuple[Gap, ...]
    | tuple[tuple[Gap, ...], ...]
    | tuple[Optimality | Attainment, ...]
)


@frozen
class Certificate:
    """A law, the statement that it shows or takes a fact from, and all that it needs for that.

    ``arguments``: what was guessed, by name, as the law takes it. ``facts``: of what is known besides, each as it
    was established. ``fresh``: how many of the names ``~1``, ``~2``, ... the arguments may mention.
    """

    law: str
    statement: Statement
    arguments: Mapping[str, Guess]
    context: Context
    facts: tuple[Certificate | None, ...]
    premises: tuple[Premise, ...]
    fresh: int
