r"""Expectations that do not say under which law: ``\mathbb{E}_{y\sim q}[f - g] = \mathbb{E}[f] - \mathbb{E}[g]``.

A bare expectation is under the one law that its row names, or else the rows that it goes on from, or all that a
document and its sentences (“Let $y \sim q$”) say is drawn. Where there are several, or what is averaged has a variable
in it that is neither drawn there nor given, it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from symkl.language.terms import Span
from symkl.meaning.rows import Parsed
from symkl.meaning.symbols import VARIABLES, letter
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.readable import readable
from symkl.reading.syntax import Node, RowSyntax, walk

Law: TypeAlias = tuple[Node, ...]
"""What stands below an expectation."""

_MOST = 50
"""So many ways to say what is drawn are looked at: where there are more, they are of several things."""


def with_laws(found: Sequence[Parsed], said: Iterable[str]) -> list[Parsed]:
    """Rows in which a bare expectation has the law that is meant; ``said``: what sentences say is drawn, and how."""
    if not any(_is_bare(node) for each in found for node in _nodes(each.first)):
        return list(found)
    every = {_key(law): law for each in found for law in _laws(each.first)}
    sentences = {*said}
    if len(sentences) > _MOST:
        return list(found)
    every |= {_key(law): law for formula in sentences for law in _drawn(formula)}
    out: list[Parsed] = []
    chain: dict[str, Law] = {}
    for each in found:
        own = {_key(law): law for law in _laws(each.first)}
        chain = (chain if each.continues else {}) | own
        meant = own or chain or every
        if len(meant) == 1 and any(map(_is_bare, _nodes(each.first))):
            (law,) = meant.values()
            each = replace(each, ways=tuple((_filled(syntax, law), note) for syntax, note in each.ways))
        out.append(each)
    return out


def _nodes(row: RowSyntax | None) -> Iterator[Node]:
    for clause in row.clauses if row is not None else ():
        for side in clause.expressions:
            yield from walk(side)


def _is_bare(node: Node) -> bool:
    return node.kind == "expectation" and len(node.children) == 1


def _laws(row: RowSyntax | None) -> list[Law]:
    return [node.children[:-1] for node in _nodes(row) if node.kind == "expectation" and len(node.children) > 1]


def _drawn(formula: str) -> list[Law]:
    r"""The law of ``y \sim q``."""
    try:
        row = parse_row(rf"\mathbb{{E}}_{{{formula.strip()}}}[1]", Span(0, len(formula) + 16))
    except Unreadable:
        return []
    return [law for law in _laws(row) if all(binder.kind == "sampled" for binder in law)]


def _key(law: Law) -> str:
    def spelled(node: Node) -> str:
        return f"{node.kind}<{node.value};{','.join(map(spelled, node.children))}>"

    return ",".join(map(spelled, law))


def _filled(row: RowSyntax, law: Law) -> RowSyntax:
    drawn = {n.value for binder in law for n in walk(binder) if n.kind == "symbol"}

    def at(node: Node, span: Span) -> Node:
        return replace(node, children=tuple(at(child, span) for child in node.children), span=span)

    def filled(node: Node) -> Node:
        children = tuple(map(filled, node.children))
        node = replace(node, children=children) if children != node.children else node
        if _is_bare(node) and all(n.value in drawn for n in walk(node) if n.kind == "symbol" and _is_drawn(n.value)):
            here = Span(node.span.start, node.span.start)
            return replace(node, children=(*(at(binder, here) for binder in law), *children))
        return node

    clauses = tuple(replace(each, expressions=tuple(map(filled, each.expressions))) for each in row.clauses)
    if clauses == row.clauses:
        return row
    shown = readable(Node("expectation", (*law, Node("number", (), law[0].span, "1")), law[0].span))
    return replace(row, clauses=clauses, repairs=(*row.repairs, f"E is read as {shown.removesuffix(' 1')}"))


def _is_drawn(name: str) -> bool:
    return letter(name) in VARIABLES
