"""Functions that nothing gives, in a counterexample: one after the other they are taken to be some that are.

A row that fails for some function fails for "any function". But what a document says of its f in words (convex, f(1) =
0, increasing) nobody has read. So a row is refuted only where it fails for each of several functions, between which
they have every usual property: all are 0 at 1, two are convex and least there, two increase, one of them is concave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t

_ONE, _MINUS = t.Number(Fraction(1)), t.Number(Fraction(-1))


def _less(u: t.Term, v: t.Term) -> t.Term:
    return t.Add((u, t.Mul((_MINUS, v))))


INSTANCES: tuple[tuple[str, Callable[[t.Term], t.Term]], ...] = (
    ("(u − 1)²", lambda u: t.Power(_less(u, _ONE), t.Number(Fraction(2)))),
    ("u log u − u + 1", lambda u: _less(t.Add((t.Mul((u, t.log(u))), _ONE)), u)),
    ("log u", t.log),
    ("exp(u) − e", lambda u: _less(t.exp(u), t.exp(_ONE))),
)
"""What a function is taken to be, each in words."""


def functions(statement: t.Statement, context: t.Context) -> frozenset[str]:
    """The functions of a number in a statement, and in what defines its symbols, that nothing gives."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = [statement.left, statement.right]
    while todo:
        term = todo.pop()
        if isinstance(term, t.Value):
            found.add(term.symbol)
        for symbol in t.symbols(term) - seen if isinstance(term, t.Apply | t.Scalar) else ():
            seen.add(symbol)
            todo += [context.definitions[symbol].body] if symbol in context.definitions else []
        todo += term.parts()
    return frozenset(found)


def with_functions_given(
    statement: t.Statement, context: t.Context, given: tuple[t.Statement, ...]
) -> Iterator[tuple[str, t.Statement, t.Context, tuple[t.Statement, ...]]]:
    """A statement with each of the instances in place of its function, in words; none where it has several functions.

    Of two nobody knows how they hang together: g may be the inverse of f, and f' is its slope.
    """
    names = functions(statement, context)
    if len(names) != 1 or not re.fullmatch(r"[^\W\d_](_\w+)?", name := min(names)):
        return
    for words, instance in INSTANCES:
        def put(term: t.Term, instance: Callable[[t.Term], t.Term] = instance) -> t.Term:
            inside = t.rebuilt(term, put)
            return instance(inside.argument) if isinstance(inside, t.Value) else inside

        def of(each: t.Statement, put: Callable[[t.Term], t.Term] = put) -> t.Statement:
            return t.Statement(put(each.left), each.relation, put(each.right))

        definitions = {s: replace(d, body=put(d.body)) for s, d in context.definitions.items()}
        yield f"{name}(u) = {words}", of(statement), replace(context, definitions=definitions), tuple(map(of, given))
