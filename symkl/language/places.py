"""Where something stands, for who reads a report: a line, and of what."""

from __future__ import annotations


class LineOf(int):
    """A line of a part of a document: a cell of a notebook, a file that stands beside it.

    It is its number wherever a number is wanted, and says its part in a sentence.

    >>> line = LineOf(4, "cell 3")
    >>> line + 1, f"as in line {line}"
    (5, 'as in line 4 of cell 3')
    """

    part: str

    def __new__(cls, number: int, part: str) -> LineOf:
        """A line by its number and the name of its part."""
        made = super().__new__(cls, number)
        made.part = part
        return made

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]
        """What makes it again in another process."""
        return int(self), self.part

    def __str__(self) -> str:
        return f"{int(self)} of {self.part}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def part_of(line: int) -> str:
    """The part that a line is of, nothing for a line of the document itself.

    >>> part_of(LineOf(4, "cell 3")), part_of(4)
    ('cell 3', '')
    """
    return line.part if isinstance(line, LineOf) else ""


def told(line: int) -> str:
    """A place in words.

    >>> told(LineOf(4, "cell 3")), told(LineOf(4, "macros.tex")), told(4)
    ('cell 3, line 4', 'macros.tex, line 4', 'line 4')
    """
    return f"{part_of(line)}, line {int(line)}" if part_of(line) else f"line {line}"
