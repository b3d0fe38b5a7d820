r"""A row's text under the editor: where its parts stand, how its author spells things, what an edit is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from symkl.language.proof import Proof, Row
from symkl.language.writing import symbol_latex
from symkl.reading.declaring import letter
from symkl.reading.syntax import Node


class Tier(IntEnum):
    """How likely an edit is what the author meant; once one tier has an answer, worse ones are left out."""

    TELLING = 0
    """Where this edit helps, no other is worth a look: a KL the other way round, an inequality turned."""
    USUAL = 1
    RARER = 2
    DROPPING = 3
    WEAKER = 4
    """Another claim than the author's: a bound for an equation."""


Place = tuple[int, int, str]


@dataclass(frozen=True)
class Edit:
    """Replace each ``[start, stop)`` of the row's source by a text; places do not overlap."""

    places: tuple[Place, ...]
    says: str
    slip: str
    tier: Tier = Tier.USUAL

    def applied(self, source: str) -> tuple[str, tuple[int, int]]:
        """The source after the edit, and where in it the edited part stands."""
        out = source
        for start, stop, text in sorted(self.places, reverse=True):
            out = out[:start] + text + out[stop:]
        start = min(place[0] for place in self.places)
        tail = len(source) - max(place[1] for place in self.places)
        return out, (start, len(out) - tail)


class Text:
    """A row's source, with the places of its nodes and the spellings its author uses."""

    def __init__(self, row: Row, proof: Proof) -> None:
        self.row, self.proof = row, proof
        self.source, self.base = row.source, row.span.start

    def place(self, node: Node) -> tuple[int, int]:
        r"""Where a node stands, its closing braces and the ``\left`` of its bracket included."""
        start, stop = node.span.start - self.base, node.span.stop - self.base
        open_braces = 0
        for mark in re.finditer(r"\\.|[{}]", self.source[start:stop]):
            open_braces += {"{": 1, "}": -1}.get(mark.group(), 0)
        while open_braces > 0 and (close := re.match(r"\s*\}", self.source[stop:])):
            stop += close.end()
            open_braces -= 1
        if node.kind in ("group", "power", "multiply", "divide", "add") and (
            sized := re.search(r"\\(?:left|[bB]igg?l?)\s*$", self.source[:start])
        ):
            start = sized.start()
        return start, stop

    def of(self, node: Node) -> str:
        """Its text."""
        start, stop = self.place(node)
        return self.source[start:stop]

    def inner(self, node: Node) -> str:
        """The node without its brackets."""
        return self.of(node.children[0]) if node.kind == "group" else self.of(node)

    def argument(self, node: Node, new: str) -> Place:
        r"""A new text for an argument of ``\frac``, in braces if the author left them out."""
        start, stop = self.place(node)
        braced = self.source[:start].rstrip().endswith("{")
        return start, stop, new if braced else "{" + new + "}"

    def put_in(self, at: int, new: str) -> Place:
        """Insert a text, with a space only where a command would run into a letter."""
        following = self.source[at : at + 1]
        space = " " if re.search(r"\\[a-zA-Z]+$", new) and following.isalpha() else ""
        return at, at, new + space

    def taken_out(self, start: int, stop: int) -> Place:
        """Delete a text, and the space after it."""
        while stop < len(self.source) and self.source[stop] == " ":
            stop += 1
        return start, stop, ""

    def spelled(self, symbol: str) -> str:
        """A symbol as the author writes it somewhere, else as we would."""
        for row in (self.row, *self.proof.rows):
            for side in row.syntax:
                for node in walk(side):
                    if node.kind == "symbol" and node.value == symbol:
                        found = row.source[node.span.start - row.span.start : node.span.stop - row.span.start]
                        return found + "}" * (found.count("{") - found.count("}"))
        return symbol_latex(symbol)

    @property
    def temperature(self) -> str:
        """Its canonical name."""
        return self.proof.parts.temperature if self.proof.parts else "β"

    @property
    def beta(self) -> str:
        """The temperature as the author writes it."""
        return self.spelled(self.temperature)

    def scaled(self, start: int, by: str) -> Place:
        """A factor put in front, kept apart from a letter that follows."""
        return start, start, by + " "


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def has(node: Node, *kinds: str) -> bool:
    """Whether a node of one of these kinds is in it."""
    return any(n.kind in kinds for n in walk(node))


def bare(node: Node) -> Node:
    """The node without brackets around it."""
    while node.kind == "group":
        node = node.children[0]
    return node


def term_of(child: Node) -> Node:
    """A term of a sum without its minus sign."""
    return child.children[0] if child.kind == "negate" else child


def head_of(node: Node) -> Node:
    """The symbol that is called, or the symbol itself."""
    return node.children[0] if node.kind == "call" else node


def is_partition(node: Node) -> bool:
    """Whether it is Z, with arguments or without."""
    node = bare(node)
    head = node.children[0] if node.kind == "call" else node
    return head.kind == "symbol" and letter(head.value) in ("Z", "z")


def is_log_z(node: Node) -> bool:
    """Whether a term is log Z, perhaps with a factor or under an expectation."""
    factors = node.children if node.kind in ("multiply", "divide") else (node,)
    for factor in factors:
        inner = bare(factor)
        if inner.kind == "function" and inner.value == "log" and is_partition(inner.children[0]):
            return True
        if inner.kind == "expectation" and is_log_z(bare(inner.children[-1])):
            return True
    return False


def slip_of_sign(term: Node) -> str:
    """The name of a wrong sign, by what it stands before."""
    if is_log_z(term):
        return "sign of log Z"
    if has(term, "divergence"):
        return "sign of KL in a loss or a maximum"
    if any(n.kind == "symbol" and letter(n.value) == "λ" for n in walk(term)):
        return "sign of lambda"
    return "a sign"


def sign_before(text: Text, start: int) -> tuple[int, int] | None:
    """The sign that stands before an offset, brackets and spaces between."""
    found = re.search(r"([+\-−])[\s{&]*(?:\\[,!;: ]\s*)*$", text.source[:start])
    return None if found is None else (found.start(1), found.end(1))


def policies_of(text: Text) -> dict[str, str]:
    """The distributions that the row and the document name, canonical name to spelling."""
    found: dict[str, str] = {}
    for row in (text.row, *text.proof.rows):
        for side in row.syntax:
            for node in walk(side):
                heads: tuple[Node, ...] = ()
                if (
                    node.kind == "call"
                    and node.children[-1].kind == "conditions"
                    and node.children[-1].children
                ):
                    heads = node.children[:1]
                elif node.kind == "divergence":
                    heads = tuple(head_of(child) for child in node.children)
                elif node.kind in ("sampled", "under"):
                    heads = (head_of(node.children[-1]),)
                for head in heads:
                    if head.kind == "symbol" and letter(head.value) in ("π", "p", "q", "μ"):
                        found.setdefault(head.value, text.spelled(head.value))
    return found
