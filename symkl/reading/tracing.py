"""Which place that somebody wrote each character of a text leads back to.

What is read is not always what stands in a file: macros stand for their bodies, a notebook is made of cells, a file
may be put in where ``\\input`` stands. A :class:`Traced` text is what is read; each of its pieces knows the place that
its author wrote. Carets, lines and suggestions are told in that author's text.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from symkl.reading.mistakes import Unreadable


class Source(NamedTuple):
    """A text that somebody wrote: a document, a cell of one, a file beside it; ``name`` is "" for the document.

    ``plain`` is the text without what is no part of a formula in it: marks of block quotes, comments.
    """

    text: str
    name: str = ""
    plain: str = ""


class Written(NamedTuple):
    """A piece of text and the place ``[begin, end)`` in a source that it was written at.

    ``own``: it stands there letter by letter. Else it came out of a macro, and all of it leads back to the whole place.
    ``trouble``: why nobody can say what stands here; its span is filled in where the text is put together.
    """

    text: str
    source: int
    begin: int
    end: int
    own: bool = True
    trouble: Unreadable | None = None


class Piece(NamedTuple):
    """A stretch of a traced text that begins at ``start``, and where it leads back to."""

    start: int
    source: int
    begin: int
    end: int
    own: bool


class Traced(NamedTuple):
    """A text that is read, and where each part of it was written. Every offset lies in one piece.

    ``troubles``: of places at which nobody can say what stands there. ``names``: the macros that its authors define.
    """

    text: str
    pieces: tuple[Piece, ...]
    sources: tuple[Source, ...]
    troubles: tuple[Unreadable, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Traced:
        """A text that is read as it stands."""
        return cls(text, (Piece(0, 0, 0, len(text), True),), (Source(text, "", text),))

    def piece(self, offset: int) -> Piece:
        """The piece that an offset lies in."""
        return self.pieces[max(bisect_right(self.pieces, offset, key=lambda each: each.start) - 1, 0)]

    def origin(self, offset: int) -> tuple[int, int, int]:
        """The source of the character at an offset, and the place in it that it leads back to.

        >>> Traced.of("a = b").origin(2)
        (0, 2, 3)
        """
        piece = self.piece(offset)
        if not piece.own:
            return piece.source, piece.begin, piece.end
        at = piece.begin + offset - piece.start
        return piece.source, at, at + 1

    def positions(self, source: int) -> Positions:
        """Where the places of a source have come to stand."""
        return Positions(tuple(sorted((p.begin, p.start) for p in self.pieces if p.own and p.source == source)))


class Positions(NamedTuple):
    """Where the places of one source stand in a text: the beginnings of its pieces, there and here."""

    beginnings: tuple[tuple[int, int], ...]

    def __call__(self, offset: int) -> int:
        """Where an offset of the source stands; of what is not read, where it would."""
        n = bisect_right(self.beginnings, (offset, sys.maxsize)) - 1
        begin, start = self.beginnings[n] if n >= 0 else (offset, 0)
        return start + offset - begin


class Builder:
    """A traced text in the making."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[Piece] = []
        self.sources: list[Source] = []
        self.troubles: list[Unreadable] = []
        self.length = 0

    def source(self, text: str, name: str = "", plain: str = "") -> int:
        """The number of a new source."""
        self.sources.append(Source(text, name, plain or text))
        return len(self.sources) - 1

    def put(self, written: Written) -> None:
        """Add a piece behind all that is there."""
        if not written.text:
            return
        last = self.pieces[-1] if self.pieces else None
        begin = written.begin
        size = 0 if last is None else self.length - last.start
        goes_on = last is not None and last.source == written.source and last.own == written.own and (
            last.begin + size == begin if written.own else (last.begin, last.end) == (begin, written.end)
        )
        if not goes_on:
            self.pieces.append(Piece(self.length, written.source, begin, written.end, written.own))
        if written.trouble is not None:
            self.troubles.append(written.trouble.moved(self.length))
        self.texts.append(written.text)
        self.length += len(written.text)

    def put_all(self, pieces: Iterable[Written]) -> None:
        """Add pieces behind all that is there."""
        for each in pieces:
            self.put(each)

    def plain(self, source: int, text: str) -> None:
        """Say what a source is without what is no part of a formula."""
        self.sources[source] = self.sources[source]._replace(plain=text)

    def traced(self, names: Iterable[str] = ()) -> Traced:
        """The text with its pieces; ``names``: the macros that its authors define."""
        pieces = self.pieces or [Piece(0, 0, 0, 0, True)]
        sources = self.sources or [Source("", "", "")]
        return Traced("".join(self.texts), tuple(pieces), tuple(sources), tuple(self.troubles), frozenset(names))
