r"""The beginning of a response up to a token, ``y_{\le t}``: what stands before it, and it, ``y_{<t}, y_t``.

It is read so where a document sums over a token, or draws one: there all three occur, and what depends on the
beginning depends on the token. Elsewhere it stays one thing. What depends on a whole response cannot stand there: the
token that is bound is one of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symkl.reading.syntax import Node, RowSyntax, walk

_UP_TO = re.compile(r"(?P<base>.+?)[_,](?:≤|1:|:)(?P<at>[a-z])")
_TOKEN = re.compile(r"(?P<base>.+?)_(?P<at>[a-z])")
_BINDING = ("sum", "product", "expectation", "extremum")


def tokens_bound(rows: Sequence[RowSyntax]) -> frozenset[tuple[str, str]]:
    """The tokens that rows sum over or draw, each as its response and its position."""
    return frozenset(
        at
        for row in rows
        for clause in row.clauses
        for side in clause.expressions
        for node in walk(side)
        for at in _bound(node)
    )


def _bound(node: Node) -> list[tuple[str, str]]:
    """The tokens that a node binds, and a winner that looks like one, each as its response and its position."""
    binders = node.children[:-1] if node.kind in _BINDING else ()
    names = [c.value for binder in binders for c in binder.children[:1] if c.kind == "symbol"]
    found = [at for name in names if (at := _TOKEN.fullmatch(name)) is not None]
    return [(at["base"], at["at"]) for at in found]


def spelled(row: RowSyntax, bound: frozenset[tuple[str, str]]) -> RowSyntax:
    """A row with beginnings as what stands before a token, and the token, among arguments."""
    if not bound:
        return row
    return row.with_sides(lambda side: _spelled(side, bound))


def _spelled(node: Node, bound: frozenset[tuple[str, str]]) -> Node:
    if node.kind == "response":
        return node
    for token in _bound(node):
        if (held := _holding(node.children[-1], *token)) is not None:
            return Node("response", (node,), held.span, held.value)
    children = [_spelled(child, bound) for child in node.children]
    if node.kind in ("arguments", "conditions"):
        children = [part for child in children for part in _apart(child, bound)]
    return node.with_children(tuple(children))


def _apart(node: Node, bound: frozenset[tuple[str, str]]) -> tuple[Node, ...]:
    found = _UP_TO.fullmatch(node.value) if node.kind == "symbol" else None
    if found is None or (found["base"], found["at"]) not in bound:
        return (node,)
    names = f"{found['base']}_<{found['at']}", f"{found['base']}_{found['at']}"
    return tuple(replace(node, value=name) for name in names)


def _holding(body: Node, base: str, at: str) -> Node | None:
    """What holds the token at a position, beside what stands before it: to be refused."""
    symbols = [n for n in walk(body) if n.kind == "symbol" and n.value.split("_")[0].split(",")[0] == base]
    before = {f"{base}_<{at}", f"{base}_1:{at}-1", f"{base}_≤{at}-1", f"{base}_:{at}-1"}
    if before.isdisjoint(n.value for n in symbols):
        return None  # a winner, and no token
    apart = {*before, f"{base}_{at}", *(f"{base}_{mark}{at}" for mark in ("≤", "1:", ":"))}
    held = [n for n in symbols if n.value not in apart and (n.value == base or re.search(rf"\b{at}\b", n.value))]
    return held[0] if held else None
