"""Lines and columns: where an offset of a document stands, and what a person is shown of that place."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from symkl.language.troubles import Trouble
from symkl.reading.mistakes import Unreadable

WIDEST = 400
"""Characters of a line that is shown whole: a caret under a line of megabytes helps nobody."""


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of a text, found once: ``starts`` has the offset at which each begins."""

    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Places:
        """The places of a text.

        >>> places = Places.of("a = b\\nc = d")
        >>> places.line(8), places.column(8)
        (2, 3)
        """
        return cls(text, (0, *(m.end() for m in re.finditer("\n", text))))

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self.starts, offset)

    def column(self, offset: int) -> int:
        """The column of an offset, from 1."""
        return offset - self.starts[self.line(offset) - 1] + 1

    def trouble(self, problem: Unreadable) -> Trouble:
        """A refusal as plain data: line, column, and the source line with room for a caret."""
        start = min(problem.span.start, len(self.text))
        line = self.line(start)
        first = self.starts[line - 1]
        last = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        width = max(1, min(problem.span.stop, last) - start)
        shown = first, last
        if last - first > WIDEST:
            begin = max(first, start - 60)
            shown = begin, min(begin + 160, last)
        excerpt, column = self.text[slice(*shown)], start - shown[0]
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
