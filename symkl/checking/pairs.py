"""Derivatives by what stands at one response of a pair: the winner and the loser are two responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import symkl.language.terms as t
from symkl.checking.asking import inside
from symkl.language.dependence import EVERYTHING, reached
from symkl.language.terms import Statement, Variable

_MARKS = {"w": "l", "l": "w", "c": "r", "r": "c", "+": "-", "-": "+"}
"""The marks of what is preferred and of what it is preferred to, each with the other."""


def apart(statement: Statement, context: t.Context) -> tuple[Statement, str] | None:
    """A statement with numbers of their own for what a function is at each of a pair, and what a reader should know.

    ::

        A[∂/∂u, u, v] = B[u, v]  for all numbers u and v      y_w ≠ y_l
        ───────────────────────────────────────────────────────────────
                 A[∂/∂r(x,y_w), r(x,y_w), r(x,y_l)] = B[r(x,y_w), r(x,y_l)]

    Requires: r stands nowhere else in what the statement says, and what else stands there is known not to move with r.
    None where that is not so.
    """
    found = _pairs(statement)
    if found is None:
        return None
    symbol, marked = found
    try:
        left, right = (_Numbers(symbol, marked, context)(side) for side in (statement.left, statement.right))
    except _Elsewhere:
        return None
    names = " and ".join(v.name for v in sorted(marked, key=lambda v: v.name, reverse=True))
    return Statement(left, statement.relation, right), f"{names} are read as two different responses"


def _pairs(statement: Statement) -> tuple[str, frozenset[Variable]] | None:
    """The function that is differentiated by its value at one of a pair that is free, with the pair."""
    parts = [each for side in (statement.left, statement.right) for each in inside(side)]
    targets = {each.target for each in parts if isinstance(each, t.Partial) and isinstance(each.target, t.Apply)}
    symbols = {target.symbol for target in targets if not target.outcomes}
    free = t.free_variables(statement.left) | t.free_variables(statement.right)
    pairs = {
        frozenset({v, other})
        for target in targets
        for v in target.given
        if isinstance(v, Variable) and v in free
        for other in _others(v)
    }
    if len(symbols) != 1 or len(pairs) != 1 or any(target.outcomes for target in targets):
        return None
    return symbols.pop(), pairs.pop()


def _others(v: Variable) -> Iterator[Variable]:
    base, sign, mark = v.name[:-2], v.name[-2:-1], v.name[-1:]
    if base and sign in ("_", "^") and mark in _MARKS:
        yield Variable(f"{base}{sign}{_MARKS[mark]}", v.sort)


class _Elsewhere(Exception):
    """The function stands at what is none of the pair."""


class _Numbers:
    """A term with the values of a function at a pair as numbers; what is defined through them is written out."""

    def __init__(self, symbol: str, marked: frozenset[Variable], context: t.Context) -> None:
        self.symbol, self.marked, self.context = symbol, marked, context
        self.others: set[tuple[t.Argument, ...]] = set()
        if symbol in context.positive or symbol in context.definitions:
            raise _Elsewhere

    def __call__(self, term: t.Term) -> t.Term:
        if self.symbol not in (names := reached([term], self.context)):
            if any({self.symbol, EVERYTHING} & self.context.moves.get(name, frozenset()) for name in names):
                raise _Elsewhere
            if isinstance(term, t.Apply) and not term.outcomes and term.symbol not in self.context.moves:
                raise _Elsewhere  # V, which may be made of r
            return term if isinstance(term, t.Number | t.Scalar | t.Apply) else t.rebuilt(term, self)
        match term:
            case t.Apply(symbol, (), given) if symbol == self.symbol:
                at = [v for v in given if v in self.marked]
                self.others.add(tuple(v for v in given if v not in self.marked))
                if len(at) != 1 or len(self.others) > 1:
                    raise _Elsewhere
                return t.Scalar(f"{symbol}({','.join(getattr(a, 'name', '') for a in given)})", span=term.span)
            case t.Apply(symbol, outcomes, given):
                definition = self.context.definitions[symbol]
                exchange: Mapping[t.Argument, t.Argument] = dict(
                    zip(definition.parameters, (*outcomes, *given), strict=True)
                )
                return self(t.substitute(definition.body, exchange))
            case t.Scalar(symbol):
                return self(self.context.definitions[symbol].body)
            case t.Partial(body, t.Apply() as target):
                by = self(target)
                assert isinstance(by, t.Scalar)
                return t.Partial(self(body), by, span=term.span)
            case t.Bind() | t.Optimum() | t.Optimiser() | t.Limit() | t.Gradient() | t.Value():
                raise _Elsewhere
        return t.rebuilt(term, self)
