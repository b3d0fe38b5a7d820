r"""A dot that stands for several outcomes: ``\pi(\cdot|x)`` is all of ``\pi(y,z|x)``, where π is a law of both.

Nothing else of a dot is told here: where the same law is written of one outcome, too, one cannot say what it is of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from symkl.reading.syntax import Node, RowSyntax, named, walk


def outcomes(rows: Sequence[RowSyntax]) -> dict[str, tuple[str, ...]]:
    r"""The laws that rows write of several outcomes and never of one, each with the letters of these.

    What is written with a dot alone, and beside such a law in a divergence, is one of the same outcomes.
    """
    written: dict[str, set[tuple[str, ...]]] = {}
    beside: list[tuple[str, str]] = []
    for node in (n for row in rows for clause in row.clauses for side in clause.expressions for n in walk(side)):
        if node.kind == "call" and node.children[2].children and not _dotted(node):
            written.setdefault(named(node), set()).add(tuple(c.value for c in node.children[1].children))
        elif node.kind == "divergence" and all(each.kind == "call" and _dotted(each) for each in node.children):
            beside += permutations(map(named, node.children), 2)
    found = {
        name: min(letters)
        for name, letters in written.items()
        if all(len(set(each)) == len(each) > 1 and "" not in each for each in letters)
        and len({frozenset(each) for each in letters}) == 1
    }
    return {other: found[name] for name, other in beside if name in found and other not in written} | found


def spelled(row: RowSyntax, laws: Mapping[str, tuple[str, ...]]) -> RowSyntax:
    """A row with each dot of such a law as what it stands for."""
    if not laws:
        return row
    return row.with_sides(lambda side: _spelled(side, laws))


def _spelled(node: Node, laws: Mapping[str, tuple[str, ...]]) -> Node:
    children = tuple(_spelled(child, laws) for child in node.children)
    if node.kind == "call" and named(node) in laws and _dotted(node):
        head, arguments, conditions = children
        letters = tuple(Node("symbol", (), arguments.span, each) for each in laws[named(node)])
        children = (head, arguments.with_children(letters), conditions)
    return node.with_children(children)


def _dotted(call: Node) -> bool:
    return [child.kind for child in call.children[1].children] == ["dot"]
