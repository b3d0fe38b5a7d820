r"""Divergences with an order that a document gives itself: ``D_\alpha(p \| q)`` by a row without a logarithm.

With one it is a claim about Rényi's, of that order; without, it can only be another's: Amari's, Tsallis's.
"""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language.terms import Relation
from symkl.reading.syntax import BETWEEN, Node, RowSyntax, walk


def own_divergences(rows: Sequence[RowSyntax]) -> frozenset[str]:
    """The orders, as they are written, of the divergences that rows give."""
    clauses = [clause for row in rows for clause in row.clauses if clause.opening is None and clause.joined != "if"]
    stated = [clause.expressions[:2] for clause in clauses if clause.relations[:1] in (
        (Relation.EQUAL,), (Relation.DEFINED,), (Relation.EQUIVALENT,)
    )]  # fmt: skip
    given = [(order, body) for head, body in stated if (order := _order(head)) and _is_of_both(head, body)]
    first = dict(reversed(given))  # what comes first says which it is
    return frozenset(order for order, body in first.items() if not _has_a_logarithm(body))


def _order(node: Node) -> str:
    """The letter below ``D_α(p \\| q)`` of two symbols; nothing for any other node."""
    if node.kind != "divergence" or len(node.children) != 3 or node.children[2].kind != "order":
        return ""
    left, right, order = node.children
    plain = left.kind == right.kind == "symbol" and order.children[0].kind == "symbol"
    return order.children[0].value if plain else ""


def _is_of_both(head: Node, body: Node) -> bool:
    """Whether a body is made of two distributions as its head is: ``D_α(p ‖ p) = 0`` gives nothing."""
    sides = {side.value for side in head.children[:2]}
    return len(sides) == 2 and sides <= {node.value for node in walk(body) if node.kind == "symbol"}


def _has_a_logarithm(body: Node) -> bool:
    return any(node.kind == "divergence" or (node.kind, node.value) == ("function", "log") for node in walk(body))


def spelled(row: RowSyntax, orders: frozenset[str]) -> RowSyntax:
    """A row with each of these as a functional that a row gives."""
    if not orders:
        return row
    return row.with_sides(lambda side: _spelled(side, orders))


def _spelled(node: Node, orders: frozenset[str]) -> Node:
    children = tuple(_spelled(child, orders) for child in node.children)
    node = node.with_children(children)
    if (order := _order(node)) in orders:
        head = Node("symbol", (), node.span, f"D_{order}{BETWEEN}")
        empty = Node("conditions", (), node.span)
        return Node("call", (head, Node("arguments", node.children[:2], node.span), empty), node.span)
    return node
