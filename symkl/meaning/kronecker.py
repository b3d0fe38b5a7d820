r"""Kronecker's delta: ``\delta_{ij}`` is read as ``1[i = j]``, where nothing in the document says what else it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symkl.language.patterns import pattern
from symkl.reading.syntax import Node, RowSyntax, named, walk

_DELTA = pattern(r"δ_(?P<one>[i-n]),?(?P<other>[i-n])|δ_(?P<this>[aby]'*),?(?P<that>[aby]'*)")
"""Letters that number, or two of one kind; a time step, as in ``δ_{i,t}``, makes it an error of temporal difference."""


def deltas(rows: Sequence[RowSyntax], told: Collection[str]) -> frozenset[str]:
    """The names in rows that are read so; ``told``: what rows that could not be read would give, and prose does."""
    clauses = [clause for row in rows for clause in row.clauses]
    names = {n.value for clause in clauses for side in clause.expressions for n in walk(side) if n.kind == "symbol"}
    heads = {named(clause.expressions[0]) for clause in clauses if clause.relations and clause.opening is None}
    return frozenset(name for name in names - heads - {*told} if name.startswith("δ") and _DELTA.fullmatch(name))


def spelled(row: RowSyntax, names: frozenset[str]) -> RowSyntax:
    """A row with each of these as the indicator that it is."""
    if not names:
        return row
    return row.with_sides(lambda side: _spelled(side, names))


def _spelled(node: Node, names: frozenset[str]) -> Node:
    if node.kind == "symbol" and node.value in names and (found := _DELTA.fullmatch(node.value)) is not None:
        sides = [Node("symbol", (), node.span, each) for each in found.groups() if each]
        return Node("indicator", tuple(sides), node.span, "=")
    children = tuple(_spelled(child, names) for child in node.children)
    return node.with_children(children)
