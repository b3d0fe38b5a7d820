"""Lines and columns: where an offset of a document stands, and what a person is shown of that place."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from symkl.language.authored import Authored
from symkl.language.places import LineOf
from symkl.language.terms import Span
from symkl.language.troubles import NotChecked, Trouble
from symkl.reading.blocks import Unchecked
from symkl.reading.mistakes import Unreadable
from symkl.reading.scanning import ROW_LIMIT
from symkl.reading.tracing import Traced

WIDEST = 400
"""Characters of a line that is shown whole: a caret under a line of megabytes helps nobody."""


class Places(NamedTuple):
    """The places of a text that is read, told in the texts that its authors wrote.

    ``starts`` has for each of those the offsets at which its lines begin.
    """

    traced: Traced
    starts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, traced: Traced | str) -> Places:
        """The places of a text.

        >>> places = Places.of("a = b\\nc = d")
        >>> places.line(8), places.column(8)
        (2, 3)
        """
        traced = Traced.of(traced) if isinstance(traced, str) else traced
        return cls(traced, tuple(line_starts(source.text) for source in traced.sources))

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        source, begin, _ = self._origin(offset)
        return self._line(source, begin)

    def column(self, offset: int) -> int:
        """The column of an offset, from 1."""
        source, begin, _ = self._origin(offset)
        return begin - self.starts[source][self._line(source, begin) - 1] + 1

    def trouble(self, problem: Unreadable) -> Trouble:
        """A refusal as plain data: line, column, and the source line with room for a caret."""
        source, start, stop = self.written(problem.span)
        text, starts = self.traced.sources[source].text, self.starts[source]
        start = min(start, len(text))
        line = self._line(source, start)
        first = starts[line - 1]
        last = starts[line] - 1 if line < len(starts) else len(text)
        width = max(1, min(stop, last) - start)
        shown = first, last
        if last - first > WIDEST:
            begin = max(first, start - 60)
            shown = begin, min(begin + 160, last)
        excerpt, column = text[slice(*shown)], start - shown[0]
        return Trouble(
            line,
            column + 1,
            min(width, max(1, len(excerpt) - column)),
            excerpt,
            problem.message,
            problem.found,
            problem.expected,
            problem.advice,
        )

    def written(self, span: Span) -> tuple[int, int, int]:
        """The source of a span, and the place in it that its author wrote: all that the span leads back to."""
        source, start, stop = self._origin(span.start)
        if span.stop > span.start + 1:
            other, begin, end = self._origin(span.stop - 1)
            if other == source:
                start, stop = min(start, begin), max(stop, end)
        return source, start, stop

    def author(self, span: Span) -> str:
        """What its author wrote at a span."""
        source, start, stop = self.written(span)
        return self.traced.sources[source].text[start:stop]

    def authored(self, span: Span) -> Authored | None:
        """The row at a span in its author's words, None where it is read as it stands."""
        first, last = self.traced.piece(span.start), self.traced.piece(max(span.stop - 1, span.start))
        if (first == last and first.own) or span.stop - span.start > ROW_LIMIT:
            return None
        pieces = [self._origin(offset) for offset in range(span.start, span.stop)]
        source = pieces[0][0]
        start, stop = min(begin for _, begin, _ in pieces), max(end for _, _, end in pieces)
        text = self.traced.sources[source].plain[start:stop]
        if any(each[0] != source for each in pieces) or text.count("{") != text.count("}"):
            return None  # it is made of several texts: what is read is the best that can be shown
        return Authored(text, tuple((begin - start, end - start) for _, begin, end in pieces), self.traced.names)

    def not_checked(self, each: Unchecked) -> NotChecked:
        """A place that is not judged, as plain data."""
        line = self._line(each.source, each.span.start)
        column = each.span.start - self.starts[each.source][line - 1] + 1
        return NotChecked(line, column, each.why, each.seen)

    def _origin(self, offset: int) -> tuple[int, int, int]:
        return self.traced.origin(offset)

    def _line(self, source: int, offset: int) -> int:
        line = bisect_right(self.starts[source], offset)
        name = self.traced.sources[source].name
        return LineOf(line, name) if name else line


def line_starts(text: str) -> tuple[int, ...]:
    """The offsets at which the lines of a text begin.

    >>> line_starts("a = b\\nc = d")
    (0, 6)
    """
    return (0, *(m.end() for m in re.finditer("\\n", text)))
