r"""Divergences with an order that a document gives itself: ``D_\alpha(p \| q)`` by a row without a logarithm.

With one it is a claim about Rényi's, of that order; without, it can only be another's: Amari's, Tsallis's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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


def of_a_function(rows: Sequence[RowSyntax]) -> str:
    r"""The letter of the outcome that ``D_f(p \| q)`` sums over, where rows write that and none gives it; else none."""
    clauses = [clause for row in rows for clause in row.clauses]
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    if not any(_is_of_f(node) for node in nodes):
        return ""
    names = [node.value for node in nodes if node.kind == "symbol"]
    given = [clause.expressions[1] for clause in clauses if clause.relations and _is_of_f(clause.expressions[0])]
    told = any(clause.relations and _gives_f(clause.expressions[0]) for clause in clauses)
    if any(not told or any(n.value == "f" for n in walk(body)) for body in given):
        return ""
    return "a" if names.count("a") > names.count("y") else "y"


def _is_of_f(node: Node) -> bool:
    """Whether a node is ``D_f(p \\| q)``, of two distributions."""
    if node.kind != "call" or node.children[0].value != f"D_f{BETWEEN}":
        return False
    return len(node.children[1].children) == 2 and all(map(_is_a_law, node.children[1].children))


def _gives_f(node: Node) -> bool:
    """Whether a side is f at any number, ``f(u)``."""
    return node.kind == "call" and node.children[0].value == "f" and [
        place.kind for place in node.children[1].children
    ] == ["symbol"]


def _is_a_law(node: Node) -> bool:
    """Whether a side is a distribution by its name, or at every response: ``π(\\cdot|x)``."""
    if node.kind == "call":
        places = node.children[1].children
        return len(places) == 1 and places[0].kind == "dot" and node.children[0].kind == "symbol"
    return node.kind == "symbol"


def written_out(row: RowSyntax, letter: str) -> RowSyntax:
    r"""A row with ``D_f(p \| q)`` as everybody means it: ``\sum_y q(y) f(p(y)/q(y))``."""
    if not letter:
        return row
    found = row.with_sides(lambda side: _written_out(side, letter))
    said = f"D_f(p{BETWEEN}q) is read as Σ_{letter} q({letter}) f(p({letter})/q({letter}))"
    return replace(found, repairs=(*found.repairs, said)) if found is not row else row


def _written_out(node: Node, letter: str) -> Node:
    if not _is_of_f(node):
        return node.with_children(tuple(_written_out(child, letter) for child in node.children))
    span, empty = node.span, Node("conditions", (), node.span)
    p, q = (_at(side, letter) for side in node.children[1].children)
    ratio = Node("arguments", (Node("fraction", (p, q), span),), span)
    value = Node("call", (Node("symbol", (), span, "f"), ratio, empty), span)
    over = Node("over", (Node("symbol", (), span, letter),), span)
    return Node("group", (Node("sum", (over, Node("multiply", (q, value), span)), span),), span, "(")


def _at(law: Node, letter: str) -> Node:
    """A distribution at a response."""
    if law.kind == "symbol":
        return law
    head, places, conditions = law.children
    at = replace(places, children=(Node("symbol", (), places.span, letter),))
    return replace(law, children=(head, at, conditions))


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
