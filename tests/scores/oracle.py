"""What certified computations say of a statement: at random problems, at policies, near the end of a limit.

The checker has tried none of these: other seeds, and more policies. Nothing here proves anything.
"""

from __future__ import annotations

from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.proving.deciding import outcomes_of
from symkl.proving.problems import problem
from symkl.refuting.contradicting import is_free, known_optimiser, with_optima_taken
from symkl.refuting.guard import confirm, confirm_limit
from symkl.refuting.limits import drawn_in
from symkl.refuting.optima import beats, refute_optimiser
from symkl.refuting.values import prepared

SEEDS = range(100, 106)
"""Of random problems, three each."""

PROBLEMS = 48
"""In which policies are compared."""


class Told(NamedTuple):
    """Whether a statement could be put to a computation, and whether that excludes it."""

    met: bool
    wrong: bool = False


NOTHING = Told(False)


def told(
    statement: Statement, context: t.Context, given: tuple[Statement, ...] = (), *, values: bool = False
) -> Told:
    """What is told of a statement of whatever kind; ``values``: of two problems, of their values."""
    left, right = statement.left, statement.right
    if t.Limit in t.kinds(left) | t.kinds(right):
        return _of_a_limit(statement, context)
    a, b = problem(left), problem(right)
    if a is not None and b is not None:
        if statement.relation in EQUATIONS and left == a and right == b and not values:
            return _of_two_problems(a, b, context)
        return _of_values(*with_optima_taken(statement, context), given)
    of, other = (a, right) if a is not None else (b, left)
    if isinstance(of, t.Optimiser):
        if is_free(of, context):
            return NOTHING  # every policy is as good as any
        return Told(True, beats(of, other, context, max_problems=PROBLEMS) is not None)
    return _of_values(*with_optima_taken(statement, context), given)


def _of_values(statement: Statement, context: t.Context, given: tuple[Statement, ...]) -> Told:
    varying = outcomes_of(statement.left) if statement.relation is Relation.PROPORTIONAL else ()
    if prepared(statement, context, varying) is None:
        return NOTHING
    return Told(True, any(confirm(statement, context, seed=n, varying=varying, given=given) for n in SEEDS))


def _of_two_problems(a: t.Optimum | t.Optimiser, b: t.Optimum | t.Optimiser, context: t.Context) -> Told:
    """Whether a policy does better in one problem than the optimum of the other does there."""
    met = wrong = False
    for first, second in ((a, b), (b, a)):
        if (known := known_optimiser(first, context)) is not None:
            met = True
            found = refute_optimiser(first, second, known[0], context, spelled=known[1], max_problems=PROBLEMS)
            wrong |= found is not None
    return Told(met, wrong)


def _of_a_limit(statement: Statement, context: t.Context) -> Told:
    sides = statement.left, statement.right
    limits = [drawn_in(side, context) for side in sides]
    if (limits[0] is None) == (limits[1] is None) or statement.relation not in EQUATIONS:
        return NOTHING
    limit, other = (limits[0], sides[1]) if limits[0] is not None else (limits[1], sides[0])
    assert limit is not None
    return Told(True, any(confirm_limit(limit, other, context, seed=n) for n in SEEDS))
