"""Counterexamples with densities: each response is an interval, all of one length, on which functions are constant.

With length 1 a sum is its integral and a density a probability. With another length a density may be larger than 1, and
an entropy less than 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.language.functions import expansion
from symkl.language.terms import Statement
from symkl.refuting.arithmetic import NotEvaluable
from symkl.refuting.witnesses import Witness

LENGTHS = (Fraction(1, 10), Fraction(10))
"""The lengths of an interval that are tried."""


def refute_with_densities(
    statement: Statement, context: t.Context, refute: Callable[..., Witness | None], given: tuple[Statement, ...] = ()
) -> Witness | None:
    """A counterexample to a statement about integrals, in which each response is an interval.

    >>> from symkl.language.terms import Relation, Variable
    >>> from symkl.refuting.values import refute
    >>> y = Variable("y", "y")
    >>> p, one = t.Apply("p", (y,), ()), t.Number(Fraction(1))
    >>> row = Statement(p, Relation.LESS_EQUAL, one)
    >>> found = refute_with_densities(row, t.Context(measures=frozenset({"y"})), refute)
    >>> found.length, list(found.problem.tables.values())[0][0,]  # so that the density there is 5
    (Fraction(1, 10), Fraction(1, 2))
    """
    if not context.measures:
        return None
    for length in LENGTHS:
        try:
            definitions = {
                name: replace(found, body=spread(found.body, context, length))
                for name, found in context.definitions.items()
            }
            row, *rest = (
                Statement(spread(each.left, context, length), each.relation, spread(each.right, context, length))
                for each in (statement, *given)
            )
        except NotEvaluable:
            return None
        found = refute(row, replace(context, definitions=definitions), given=tuple(rest))
        if found is not None:
            return found._replace(length=length, spread=context.measures)
    return None


def spread(term: t.Term, context: t.Context, length: Fraction) -> t.Term:
    """A term about intervals of one length as a term about their probabilities.

    ::

        ∫ f(y) dy  =  l Σ_y f(y)        p(y)  =  P(y) / l

    Raises: NotEvaluable where something is optimised, goes to a limit, or is differentiated by a density.
    """
    each = t.Number(length)
    match term:
        case t.Partial() | t.Limit() | t.Optimum() | t.Optimiser():
            raise NotEvaluable("what moves is not spread over intervals")
        case t.Apply(symbol, outcomes, _) if symbol not in context.definitions:
            count = sum(v.sort in context.measures for v in outcomes)
            return t.Mul((term, *[t.Power(each, t.Number(Fraction(-1)))] * count)) if count else term
        case t.Bind("sum", variables, (body,)):
            count = sum(v.sort in context.measures for v in variables)
            return t.Mul((*[each] * count, t.Bind("sum", variables, (spread(body, context, length),))))
        case t.Bind(_, variables, _) if any(v.sort in context.measures for v in variables):
            if (meaning := expansion(term)) is None:
                raise NotEvaluable("a functional that is no sum")
            return spread(meaning, context, length)
    return t.rebuilt(term, lambda part: spread(part, context, length))
