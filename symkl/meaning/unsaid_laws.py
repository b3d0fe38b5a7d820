r"""Expectations that do not say under which law: ``\mathbb{E}_{y\sim q}[f - g] = \mathbb{E}[f] - \mathbb{E}[g]``.

A bare expectation is under the one law that its row names, or else the rows that it goes on from, or all that a
document and its sentences (“Let $y \sim q$”) say is drawn; ``E_{x, y}`` is under the one that draws these. Where there
are several, or what is averaged has a variable in it that is neither drawn there nor given, it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
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
    if not any(_is_unsaid(node) for each in found for node in _nodes(each.first)):
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
        for meant in (own or chain or every, own, chain, every):
            if any(map(_is_unsaid, _nodes(each.first))):
                laws = list(meant.values())
                each = replace(each, ways=tuple((_filled(syntax, laws), note) for syntax, note in each.ways))
        out.append(each)
    return out


def _nodes(row: RowSyntax | None) -> Iterator[Node]:
    for clause in row.clauses if row is not None else ():
        for side in clause.expressions:
            yield from walk(side)


def _is_bare(node: Node) -> bool:
    return node.kind == "expectation" and len(node.children) == 1


def _is_listed(node: Node) -> bool:
    """``E_{x, y}``, of which nothing says from where they are drawn."""
    one = node.kind == "expectation" and len(node.children) == 2
    return one and node.children[0].kind == "over" and len(_drawn_by(node.children[:1])) > 1


def _is_unsaid(node: Node) -> bool:
    return _is_bare(node) or _is_listed(node)


def _drawn_by(law: Law) -> list[str]:
    """The variables that a law draws; those of ``E_{x, y}`` where nothing is said of where they come from."""
    if any(binder.kind not in ("sampled", "over") for binder in law):
        return []
    places = [c for binder in law for c in (binder.children[:-1] if binder.kind == "sampled" else binder.children)]
    return [c.value for c in places if c.kind == "symbol"]


def _laws(row: RowSyntax | None) -> list[Law]:
    said = [node for node in _nodes(row) if node.kind == "expectation" and len(node.children) > 1]
    return [node.children[:-1] for node in said if not _is_listed(node)]


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


def _filled(row: RowSyntax, laws: Sequence[Law]) -> RowSyntax:
    """A row with what each expectation leaves unsaid, where one law alone fits."""
    taken: dict[str, Law] = {}

    def at(node: Node, places: Iterator[int]) -> Node:
        """What is left unsaid, written nowhere: each part has a place of its own, and no letter there."""
        place = next(places)
        return replace(node, children=tuple(at(child, places) for child in node.children), span=Span(place, place))

    def fitting(node: Node) -> list[Law]:
        if _is_listed(node):
            names = sorted(_drawn_by(node.children[:1]))
            return [law for law in laws if sorted(_drawn_by(law)) == names]
        symbols = {n.value for n in walk(node) if n.kind == "symbol" and letter(n.value) in VARIABLES}
        return [law for law in laws if len(laws) == 1 and symbols <= {n.value for each in law for n in walk(each)}]

    def filled(node: Node) -> Node:
        children = tuple(map(filled, node.children))
        node = node.with_children(children)
        if _is_unsaid(node) and len(found := fitting(node)) == 1:
            taken[_key(found[0])] = found[0]
            places = count(node.span.stop, -1)
            return replace(node, children=(*(at(binder, places) for binder in found[0]), node.children[-1]))
        return node

    spelled = row.with_sides(filled)
    notes = (f"E is read as {_shown(law)}" for law in taken.values())
    return replace(spelled, repairs=(*row.repairs, *notes)) if taken else row


def _shown(law: Law) -> str:
    return readable(Node("expectation", (*law, Node("number", (), law[0].span, "1")), law[0].span)).removesuffix(" 1")
