r"""Gradients of potentials at distributions: in ``⟨∇F(q), p - q⟩`` the entry of ``∇F(q)`` at y is ``∂F(q)/∂q(y)``.

No parameter moves there, and nothing has to say what does: the entries of q are what F is differentiated by.
"""

from __future__ import annotations

from symkl.meaning.symbols import VARIABLES, is_parameter, letter
from symkl.reading.syntax import Node, RowSyntax, named, walk


def spelled(row: RowSyntax) -> RowSyntax:
    """A row with each gradient of a potential, in an inner product, as the derivative by an entry that it is."""
    return row.with_sides(lambda side: _spelled(side, inside=False))


def _spelled(node: Node, *, inside: bool) -> Node:
    if inside and node.kind == "gradient" and (at := _place(node)) is not None:
        entry = Node("arguments", (Node("dot", (), at.span),), at.span)
        by = Node("call", (at, entry, Node("conditions", (), at.span)), at.span)
        return Node("derivative", (node.children[0], by), node.span, "∇")
    within = inside or (node.kind == "inner" and not any(_is_a_parameter(each) for each in walk(node)))
    children = tuple(_spelled(child, inside=within) for child in node.children)
    return node.with_children(children)


def _is_a_parameter(node: Node) -> bool:
    """Whether a side is about parameters, as in ``⟨∇J(π_θ), θ' - θ⟩``: then the gradient is by them."""
    return node.kind == "symbol" and is_parameter(letter(node.value))


def _place(node: Node) -> Node | None:
    """The q of ``∇F(q)`` and of ``∇_q F(q)``; None where what is differentiated is called with something else."""
    (body,) = node.children
    if body.kind != "call" or body.children[2].children or len(body.children[1].children) != 1:
        return None
    (at,) = body.children[1].children
    plain = at.kind == "symbol" and letter(at.value) not in VARIABLES and not is_parameter(at.value)
    return at if plain and named(body) and node.value in ("", at.value) else None
