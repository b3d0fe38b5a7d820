"""Probabilities of preferences that no row gives: of any two responses one is preferred to the other.

Where a document takes rewards or σ of something, its preferences are meant to be made of these: then what holds of any
preference is proved, and nothing is refuted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from fractions import Fraction

import symkl.language.terms as t
from symkl.language.proof import Opaque, Row
from symkl.language.signs import odds_of
from symkl.meaning.symbols import REWARDS, Declarations, letter
from symkl.reading.syntax import Clause, walk

_PREFERRED = "≻"

def preferences(
    rows: Sequence[Row], taken: Container[str]
) -> tuple[dict[str, t.Definition], dict[str, t.Definition]]:
    """The probabilities of preferences that nothing gives, and what they are made of in a problem.

    ``P(y ≻ y') = 1/2 + s(y, y') - s(y', y)``: one of the two is preferred. That is between 0 and 1 where
    ``s(y, y') = w(y, y')/2(w(y, y') + w(y', y))`` with w > 0, and every such P is one.
    """
    said: dict[str, t.Definition] = {}
    real: dict[str, t.Definition] = {}
    left = [term for row in rows for clause in row.clauses for term in clause.terms]
    while left:
        term = left.pop()
        left += term.parts()
        if not isinstance(term, t.Apply) or not term.symbol.endswith(_PREFERRED):
            continue
        if term.symbol in taken or term.symbol in said:
            continue
        places = [a for a in term.given if isinstance(a, t.Variable)]
        one, other, *given = (t.Variable(f"{v.sort}°{n}", v.sort) for n, v in enumerate(places))
        orders = (one, other, *given), (other, one, *given)
        lead, behind = (t.Apply(_lead(term.symbol), (), order) for order in orders)
        odds, against = (t.Apply(odds_of(term.symbol), (), order) for order in orders)
        minus = t.Number(Fraction(-1))
        half = t.Number(Fraction(1, 2))
        body = t.Add((half, lead, t.Mul((minus, behind))))
        said[term.symbol] = t.Definition(term.symbol, orders[0], body)
        share = t.Mul((half, odds, t.Power(t.Add((odds, against)), minus)))
        real[lead.symbol] = t.Definition(lead.symbol, orders[0], share)
    return said, real


def untold_preferences(
    known: Declarations, rows: Sequence[Row], stated: Iterable[Iterable[Clause]]
) -> tuple[Opaque, ...]:
    """The preferences that no row gives, in a document of rewards or of σ. ``stated``: its rows as they are written."""
    nodes = [n for clauses in stated for clause in clauses for side in clause.expressions for n in walk(side)]
    modelled = any(
        (n.kind == "function" and n.value == "σ")
        or (n.kind == "symbol" and known.kind(n.value) == "function" and letter(n.value) in REWARDS)
        for n in nodes
    )
    heads = {clause.terms[0] for row in rows for clause in row.clauses if clause.relations and clause.opening is None}
    given = {head.symbol for head in heads if isinstance(head, t.Apply)}
    names = frozenset().union(*(t.symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    why = "no row says what {} is: give it in one, as the Bradley-Terry model does"
    return tuple(
        Opaque(_lead(name), why.format(f"the probability {name.removesuffix(_PREFERRED)} of a preference"))
        for name in sorted(names - given)
        if modelled and name.endswith(_PREFERRED)
    )


def _lead(symbol: str) -> str:
    """By how much one response leads, which nothing says."""
    return f"lead({symbol})"
