r"""A row's text under the editor: where its parts stand, how its author spells things, what an edit is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from symkl.language.proof import Row, Tilt
from symkl.language.roles import Role
from symkl.language.writing import symbol_latex
from symkl.language.written import Form, Part
from symkl.repairing.spelling import Survey, bare, is_partition, spellings


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


class Edit(NamedTuple):
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
    """A row's source, with the places of its parts and the spellings its author uses."""

    def __init__(self, row: Row, document: Survey, parts: Tilt | None) -> None:
        self.source, self.sides, self.parts = row.source, row.sides, parts
        self.sense_before = document.sense_before(row.span.start)
        self._own, self._document = spellings((row,)), document.spellings

    def walk(self) -> Iterator[Part]:
        """Every part of the row."""
        for side in self.sides:
            yield from side.walk()

    def of(self, node: Part) -> str:
        """Its text."""
        return self.source[node.start : node.stop]

    def inner(self, node: Part) -> str:
        """The node without its brackets."""
        return self.of(node.parts[0]) if node.form is Form.GROUP else self.of(node)

    def argument(self, node: Part, new: str) -> Place:
        r"""A new text for an argument of ``\frac``, in braces if the author left them out."""
        start, stop = node.place
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
        """A symbol as the author writes it, in this row or else somewhere, else as we would."""
        return self._own.symbols.get(symbol) or self._document.symbols.get(symbol) or symbol_latex(symbol)

    @cached_property
    def policies(self) -> dict[str, str]:
        """The distributions that the row and the document name, canonical name to spelling."""
        return {name: self.spelled(name) for name in (*self._own.policies, *self._document.policies)}

    @property
    def partition(self) -> str:
        """Z at its arguments as the author writes it; empty where nobody does."""
        return self._own.partition or self._document.partition

    @property
    def temperature(self) -> str:
        """Its canonical name."""
        return self.parts.temperature if self.parts else "β"

    @property
    def beta(self) -> str:
        """The temperature as the author writes it."""
        return self.spelled(self.temperature)

    def scaled(self, start: int, by: str) -> Place:
        """A factor put in front, kept apart from a letter that follows."""
        return start, start, by + " "


def has(node: Part, *forms: Form) -> bool:
    """Whether a part of one of these forms is in it."""
    return any(n.form in forms for n in node.walk())


def term_of(child: Part) -> Part:
    """A term of a sum without its minus sign."""
    return child.parts[0] if child.form is Form.NEGATE else child


def is_log_z(node: Part) -> bool:
    """Whether a term is log Z, perhaps with a factor or under an expectation."""
    factors = node.parts if node.form in (Form.MULTIPLY, Form.DIVIDE) else (node,)
    for factor in factors:
        inner = bare(factor)
        if inner.form is Form.FUNCTION and inner.value == "log" and is_partition(inner.parts[0]):
            return True
        if inner.form is Form.EXPECTATION and is_log_z(bare(inner.parts[-1])):
            return True
    return False


def slip_of_sign(term: Part) -> str:
    """The name of a wrong sign, by what it stands before."""
    if is_log_z(term):
        return "sign of log Z"
    if has(term, Form.DIVERGENCE):
        return "sign of KL in a loss or a maximum"
    if any(n.role is Role.MULTIPLIER for n in term.walk()):
        return "sign of lambda"
    return "a sign"


def sign_before(text: Text, start: int) -> tuple[int, int] | None:
    """The sign that stands before an offset, brackets and spaces between."""
    found = re.search(r"([+\-−])[\s{&]*(?:\\[,!;: ]\s*)*$", text.source[:start])
    return None if found is None else (found.start(1), found.end(1))
