"""What a rule of the lexer says: terminals, parts of the row still to be read, and notes for the reader.

A rule is a generator. It is told where it stands and what came :class:`Before`, yields what it finds
there piece by piece, and returns the index at which reading goes on. It never reads what is inside a
bracket itself: it yields that as a :class:`Part`, and goes on once all of the part is read.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple, TypeAlias

from symkl.language.terms import Span
from symkl.reading.terminals.row import Row


class Token(NamedTuple):
    """One terminal of the grammar: its kind, its canonical text, and where it was written."""

    kind: str
    value: str
    span: Span


class Part(NamedTuple):
    """The symbols from ``first`` to ``end`` of a row, all in one bracket, still to be read.

    ``frame`` is the kind of that bracket: row (none), group (brackets, braces, arguments of a
    fraction), call, binder (under an operator), numbers (several, between commas), condition (of an indicator or
    a set).
    """

    row: Row
    first: int
    end: int
    frame: str


class Note(NamedTuple):
    """A reading that a person should see."""

    text: str


Piece: TypeAlias = Token | Part | Note
Reading: TypeAlias = Generator[Piece, None, int]
"""What is found at a place, and the index behind it."""

#: Kinds that end an operand: what follows multiplies, divides or is raised to a power.
_ENDS = frozenset(
    {
        "SYMBOL", "NUMBER", "CLOSE", "CCLOSE", "KCLOSE", "RB", "DOTS", "DOT", "ABS_CLOSE", "DIVERGENCE",
        "TCLOSE", "PART", "SETCLOSE",
    }
)


ABOVE = "^"
"""The value of the brace that closes what stands above an operator: what follows is what the operator is of."""

#: Kinds with which a statement has what it states: its relation, or its problem.
STATES = frozenset({"REL", "OPT"})


class Before(NamedTuple):
    """What stands before a place: the terminal nearest to it, None at the start of the row; and
    whether the statement under way has its relation, or its problem, yet."""

    token: Token | None
    stated: bool

    @property
    def kind(self) -> str:
        """The kind of the terminal before, or nothing."""
        return self.token.kind if self.token is not None else ""

    @property
    def operand(self) -> bool:
        """Whether an operand ends here."""
        return self.token is not None and self.token.kind in _ENDS and self.token.value != ABOVE


def group(row: Row, first: int, end: int, value: str = "") -> Generator[Piece, None, None]:
    """``LB ... RB`` around the symbols from first to end."""
    start, stop = row.raws[first].start, row.raws[end - 1].stop
    yield Token("LB", "", Span(start, start))
    yield Part(row, first, end, "group")
    yield Token("RB", value, Span(stop, stop))


def enclosed(row: Row, i: int, kinds: tuple[str, str], frame: str = "group") -> Reading:
    """The bracket at i with all that is in it, its halves as terminals of these kinds."""
    opened, close = row.raws[i], row.partner[i]
    yield Token(kinds[0], opened.text, opened.span)
    yield Part(row, i + 1, close, frame)
    yield Token(kinds[1], row.raws[close].text, row.raws[close].span)
    return close + 1
