"""What holds at one point, as something that holds everywhere of another symbol.

``r(x, y_w)`` is a number for each x, of which nothing is known but what is said of it. So a statement about it
follows from one about any function f(x) in its place, and a hypothesis about it says nothing of r(x, y) elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.terms import Statement, Variable


class AtPoints(NamedTuple):
    """A statement in which what stands at a point is a symbol of its own; those of them that are > 0."""

    statement: Statement
    positive: frozenset[str]


def at_points(
    statement: Statement, points: frozenset[Variable], context: t.Context, known: frozenset[str] = frozenset()
) -> AtPoints | None:
    """The statement with every symbol at one of these points replaced by a function of its other arguments.

    ::

        A[f(x)] = B[f(x)]  for every function f (for every f > 0, where p is a distribution or > 0)
        ───────────────────────────────────────────────────────────────────────────────────────────
                                A[p(y_w|x)] = B[p(y_w|x)]

    ``known``: the symbols of which facts are known, which stay as they are. Fails (None) where something moves:
    what is differentiated, or goes to a limit, is not a number.

    >>> x, w = Variable("x", "x"), Variable("y_w", "y")
    >>> zero = Statement(t.Apply("r", (), (x, w)), t.Relation.EQUAL, t.Scalar("c"))
    >>> found = at_points(zero, frozenset({w}), t.Context())
    >>> found.statement.left.symbol, found.statement.left.given == (x,)
    ('r(·,y_w)', True)
    """
    positive: set[str] = set()

    def there(term: t.Term, inside: frozenset[Variable]) -> t.Term:
        match term:
            case t.Partial() | t.Gradient() | t.Limit() | t.Optimum() | t.Optimiser():
                raise _Moves
            case t.Bind(variables=bound):
                below = inside.difference(bound)
                return replace(
                    term,
                    arguments=tuple(there(part, below) for part in term.arguments),
                    parameters=tuple(there(part, inside) for part in term.parameters),
                )
            case t.Apply(symbol, outcomes, given):
                arguments = (*outcomes, *given)
                if inside.isdisjoint(arguments) or symbol in known:
                    return term
                if (definition := context.definitions.get(symbol)) is not None:
                    exchange = dict(zip(definition.parameters, arguments, strict=False))
                    if len(exchange) < len(definition.parameters):
                        raise _Moves
                    return there(t.substitute(definition.body, exchange), inside)
                shown = ",".join(a.name if a in inside and isinstance(a, Variable) else "·" for a in arguments)
                name = f"{symbol}({shown})"
                left = tuple(a for a in arguments if a not in inside)
                law = tuple(v for v in outcomes if v not in inside)
                if outcomes or symbol in context.positive:
                    positive.add(name)
                if outcomes and law == outcomes:  # a law given a point is a law
                    return t.Apply(name, law, tuple(a for a in given if a not in inside))
                return t.Apply(name, (), left) if left else t.Scalar(name)
        return t.rebuilt(term, lambda part: there(part, inside))

    try:
        left, right = there(statement.left, points), there(statement.right, points)
    except _Moves:
        return None
    return AtPoints(Statement(left, statement.relation, right), frozenset(positive))


class _Moves(Exception):
    """Something in the statement moves."""
