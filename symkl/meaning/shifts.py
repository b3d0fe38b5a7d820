r"""What a row gives at one step, at another: ``\delta_{t+1}`` where a row says ``\delta_t = r_t + V(s_{t+1})``.

It is what the row says with t + 1 for t. Where a document sums over t, t is an index and no step: nothing is put in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.language.terms import Relation
from symkl.meaning.symbols import VARIABLES, letter
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

_AT = pattern(r"(?P<base>[^_]+)_t(?:(?P<by>[+-]\d{1,2}))?(?P<marks>(?:[\^_*'].*)?)")
_BELOW = pattern(r"_.*(?<![A-Za-z])t(?![A-Za-z])")
_DEPTH, _MOST = 3, 2_000
"""So deep what is given by other steps is written out, and so much at most."""


def shifts(rows: Sequence[RowSyntax], told: Collection[str]) -> Mapping[str, Node]:
    """What rows give at the step t, each by one row and of other things; ``told``: what other words and rows give."""
    clauses = [clause for row in rows for clause in row.clauses]
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    bound = [node.children[0].value for node in nodes if node.kind in ("range", "over", "apart", "positions")]
    if "t" in bound:
        return {}
    heads = Counter(named(clause.expressions[0]) for clause in clauses if clause.relations)
    found: dict[str, Node] = {}
    for row in rows:
        for clause in row.clauses if not row.supposed and len(row.clauses) == 1 else ():
            name = _given(clause)
            if name and heads[name] == 1 and name not in told and _may_move(body := clause.expressions[1], name):
                found[name] = body
    return found


def _given(clause: Clause) -> str:
    """The symbol that a clause gives at the step t; nothing where it gives none."""
    if clause.opening is not None or clause.joined or clause.relations[:1] not in (
        (Relation.EQUAL,), (Relation.DEFINED,)
    ):  # fmt: skip
        return ""
    head = clause.expressions[0]
    at = _AT.fullmatch(head.value) if head.kind == "symbol" else None
    return head.value if at is not None and not at["by"] and letter(head.value) not in VARIABLES else ""


def _may_move(body: Node, name: str) -> bool:
    """Whether all that bears a t in a body bears it as a step, and is something else than what it gives."""
    base, _, marks = name.partition("_t")
    for node in walk(body):
        if node.kind == "symbol":
            at = _AT.fullmatch(node.value)
            own = at is not None and (at["base"], at["marks"]) == (base, marks)
            if own or node.value == "t" or (at is None and _BELOW.search(node.value)):
                return False
    return True


def spelled(row: RowSyntax, given: Mapping[str, Node]) -> RowSyntax:
    """A row with what is given at one step written out at the others."""
    if not given:
        return row
    return row.with_sides(lambda side: _spelled(side, given, _DEPTH))


def _spelled(node: Node, given: Mapping[str, Node], depth: int) -> Node:
    at = _AT.fullmatch(node.value) if node.kind == "symbol" and depth else None
    if at is not None and at["by"] and (body := given.get(f"{at['base']}_t{at['marks']}")) is not None:
        there = _spelled(_moved(body, int(at["by"]), node), given, depth - 1)
        if sum(1 for _ in walk(there)) <= _MOST:
            return Node("group", (there,), node.span, "(")
    children = tuple(_spelled(child, given, depth) for child in node.children)
    return node.with_children(children)


def _moved(node: Node, by: int, to: Node) -> Node:
    """A node some steps later, written where another one stands."""
    at = _AT.fullmatch(node.value) if node.kind == "symbol" else None
    value = node.value
    if at is not None:
        total = int(at["by"] or 0) + by
        value = f"{at['base']}_t{total:+d}{at['marks']}" if total else f"{at['base']}_t{at['marks']}"
    return replace(node, value=value, children=tuple(_moved(child, by, to) for child in node.children), span=to.span)
