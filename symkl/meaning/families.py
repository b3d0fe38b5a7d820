r"""Symbols that are written with an index for an argument: ``p_{ij}`` is p at ``y_i`` and ``y_j``.

And what two rows give at the winner and at the loser by two expressions, ``v(x,y_w) = ...`` and ``v(x,y_l) = ...``: two
symbols under one name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from symkl.language.frozen import frozen
from symkl.language.patterns import pattern
from symkl.meaning.giving import sides
from symkl.meaning.symbols import VARIABLES
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

_INDEXED = pattern(r"(?P<base>[^_^*']+)_(?P<first>[a-z1-9])(?P<second>[a-z1-9])")
_TWO = (("w", "l"), ("c", "r"), ("+", "-"), ("1", "2"), ("win", "lose"), ("chosen", "rejected"))
_ENDS = {one: other for pair in _TWO for one, other in (pair, pair[::-1])}
"""The marks of what is preferred and of what it is preferred to, or of two responses, each with the other."""


@frozen
class Families:
    """The families of a document.

    ``pairs``: the base of p_ij to the letter of what i and j number. ``parts``: what is given at the winner and the
    loser apart, each mark to the symbol that stands for it.
    """

    pairs: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[RowSyntax]) -> Families:
        """Those that rows give."""
        clauses = [clause for row in rows for clause in row.clauses]
        return cls(dict(_pairs(clauses)), _parts(clauses))

    def spelled(self, row: RowSyntax) -> RowSyntax:
        """A row with the members of families as what they are."""
        if not self.pairs and not self.parts:
            return row
        return row.with_sides(self._spelled)

    def _spelled(self, node: Node) -> Node:
        if node.kind == "symbol" and (found := _INDEXED.fullmatch(node.value)) and found["base"] in self.pairs:
            letter = self.pairs[found["base"]]
            pair = tuple(Node("symbol", (), node.span, f"{letter}_{found[k]}") for k in ("first", "second"))
            empty = Node("conditions", (), node.span)
            head = replace(node, value=member(found["base"]))
            return Node("call", (head, Node("arguments", pair, node.span), empty), node.span)
        if node.kind == "call" and (mark := _mark(node)) and (name := self.parts.get((node.children[0].value, mark))):
            head, *rest = node.children
            return replace(node, children=(replace(head, value=name), *map(self._spelled, rest)))
        return node.with_children(tuple(map(self._spelled, node.children)))


def member(base: str) -> str:
    """What a family that is indexed by two is called: not by its letter, which may be that of a distribution.

    >>> member("p")
    'pᵢⱼ'
    """
    return f"{base}ᵢⱼ"


def _pairs(clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    r"""``p_{ij} = ...`` where y_i and y_j stand on the other side: the base, and y."""
    for clause in clauses:
        for head, body in sides(clause):
            found = _INDEXED.fullmatch(head.value) if head.kind == "symbol" else None
            if found is None or found["first"] == found["second"]:
                continue
            inside = {n.value for n in walk(body) if n.kind == "symbol"}
            for letter in VARIABLES:
                if {f"{letter}_{found['first']}", f"{letter}_{found['second']}"} <= inside:
                    yield found["base"], letter


def _parts(clauses: Sequence[Clause]) -> dict[tuple[str, str], str]:
    """What is given once with one mark among its arguments and once with the other, and never without."""
    given: dict[str, dict[str, Node]] = {}
    called: dict[str, set[str]] = {}
    names: set[str] = set()
    for clause in clauses:
        for head, body in sides(clause):
            if head.kind == "call" and (mark := _mark(head)):
                given.setdefault(named(head), {}).setdefault(mark, body)
        for side in clause.expressions:
            for node in walk(side):
                names |= {node.value} if node.kind == "symbol" else set()
                if node.kind == "call":
                    called.setdefault(named(node), set()).add(_mark(node))
    out: dict[tuple[str, str], str] = {}
    for name, bodies in given.items():
        first = next(iter(bodies))
        if called[name] != {first, _ENDS[first]} or set(bodies) != called[name]:
            continue
        if _exchanged(bodies[first], first) != _exchanged(bodies[_ENDS[first]], ""):
            out |= {(name, mark): _apart(name, mark, names) for mark in bodies}
    return out


def _mark(call: Node) -> str:
    """The mark of the one response among the arguments of a call, if it is that of a winner or a loser."""
    marks = [n.value.partition("_")[2] or n.value.partition("^")[2] for n in call.children[1].children if n.value]
    found = [mark for mark in marks if mark]
    return found[0] if len(found) == 1 and found[0] in _ENDS else ""


def _exchanged(node: Node, mark: str) -> tuple[object, ...]:
    """An expression without its places, the responses in it that bear this mark with the other."""
    value = node.value
    for sign in "_^":
        base, found, own = value.partition(sign)
        if mark and found and own == mark and base in VARIABLES:
            value = f"{base}{sign}{_ENDS[mark]}"
    return node.kind, value, tuple(_exchanged(child, mark) for child in node.children)


def _apart(name: str, mark: str, names: set[str]) -> str:
    """A name for a part that nothing else has."""
    found = f"{name}_{mark}"
    while found in names:
        found += "'"
    return found
