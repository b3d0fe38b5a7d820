r"""Numbers written above: ``y^{(i)}`` is y_i, and ``o^{(i)}_t`` is o_{i,t}, where a document sums over i.

A word below, as in ``y_c^{(i)}``, is left with its number above: which of the two numbers what, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.meaning.symbols import PARAMETERS, POLICIES, letter
from symkl.reading.syntax import Node, RowSyntax, walk

_ABOVE = pattern(
    r"(?P<base>[^_^*']+)(?:_(?P<below>[<≤]?[tknm](?:[+-]1)?|1:[tknm]-1))?\^\((?P<by>[a-z]'*(?:,[a-z]'*)*)\)"
)


def numbered_above(rows: Iterable[RowSyntax]) -> frozenset[str]:
    """The letters that rows sum over and write in brackets above something."""
    nodes = [n for row in rows for clause in row.clauses for side in clause.expressions for n in walk(side)]
    kinds = ("over", "range", "apart", "positions")
    bound = {c.value for node in nodes if node.kind in kinds for c in node.children if c.kind == "symbol"}
    found = [at for node in nodes if node.kind == "symbol" and (at := _ABOVE.fullmatch(node.value)) is not None]
    above = {each for at in found for each in at["by"].split(",")}
    return frozenset(above & bound)


def spelled(row: RowSyntax, letters: Collection[str]) -> RowSyntax:
    """A row with such numbers below."""
    if not letters:
        return row
    return row.with_sides(lambda side: _spelled(side, letters))


def _spelled(node: Node, letters: Collection[str]) -> Node:
    at = _ABOVE.fullmatch(node.value) if node.kind == "symbol" else None
    by = {each.rstrip("'") for each in at["by"].split(",")} if at is not None else set[str]()
    known = by <= {each.rstrip("'") for each in letters}
    if at is not None and known and letter(at["base"]) not in (*POLICIES, *PARAMETERS):
        return replace(node, value=f"{at['base']}_{at['by']}" + (f",{at['below']}" if at["below"] else ""))
    children = tuple(_spelled(child, letters) for child in node.children)
    return node.with_children(children)
