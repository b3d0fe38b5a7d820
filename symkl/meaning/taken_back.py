"""Definitions that words take back: “for all distributions p and q” behind a row that says what p is; “in general”.

From there to the next heading nobody can tell what such a symbol is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symkl.language.proof import Carried, Opaque, Row
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Apply, Relation, Scalar, Term, symbols
from symkl.meaning.giving import alone
from symkl.meaning.symbols import usual_role

_SAYS = [(relation,) for relation in (*EQUATIONS, Relation.PROPORTIONAL)]
_JUDGED = (Role.OPTIMUM, Role.PARTITION)


def taken_back(rows: Sequence[Row], any_such: Iterable[tuple[int, str]]) -> Iterator[Opaque]:
    """What words take back; ``any_such``: what sentences say to be any, each with the place where it stands.

    ::

        p = ...      for all p and q         p is opaque from there on
        β = 1        in general              β is opaque from there on, and so is all that has a usual meaning
    """
    for place, formula in any_such:
        at = next((i for i, row in enumerate(rows) if row.span.start >= place), None)
        name = alone(formula)
        if at is not None and name and any(symbol == name for row in rows[:at] for symbol, _ in _given(row)):
            yield Opaque(name, f"the words before line {rows[at].line} say that {name} is any", at, True)
    start = 0
    for i, row in enumerate(rows):
        start = i if row.heading else start
        if row.carried is Carried.NOT and not row.heading:
            for symbol, body in (each for earlier in rows[start:i] for each in _given(earlier)):
                if usual_role(symbol) not in (None, *_JUDGED) or not symbols(body):
                    why = f"the words before line {row.line} say that it need not be what was said of {symbol}"
                    yield Opaque(symbol, why, i, True)


def _given(row: Row) -> Iterator[tuple[str, Term]]:
    """What a row says to be something, and what that is."""
    for clause in row.clauses:
        head = clause.terms[0] if clause.terms else None
        if isinstance(head, Apply | Scalar) and clause.opening is None and clause.relations[:1] in _SAYS:
            yield head.symbol, clause.terms[1]
