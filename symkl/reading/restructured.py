"""reStructuredText: the formulas of its ``math`` directives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.directives import MARK, declarations
from symkl.reading.finding import DISPLAY, Display
from symkl.reading.marked import Marked

_DIRECTIVE = pattern(
    r"(?P<lead>[ \t]*(?:[-*+][ \t]+)?)\.\.[ \t]+(?P<name>[\w:-]+?)::(?:[ \t]+(?P<argument>\S.*))?[ \t]*$"
)
_COMMENT = pattern(r"(?P<lead>[ \t]*)\.\.(?:[ \t]+(?P<said>.*))?$")
_OPTION = pattern(r"[ \t]*:[\w-]+:(?:[ \t]|$)")
_UNDERLINE = pattern(r"([=\-~^\"'`#*+.:<>_!$%&(),/;?@\[\]{|}\\])\1{2,}\s*$")
_CODE = frozenset([
    "code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "highlight", "doctest", "testcode",
    "prompt", "ipython", "plot", "jupyter-execute", "program-output", "productionlist", "csv-table",
])  # fmt: skip


def marked(text: str) -> Marked:
    r"""What reStructuredText has of displays, headings and directives.

    >>> text = ".. math:: a = b\n\n.. math::\n\n   c = d\n"
    >>> [[text[start:stop] for start, stop in each.pieces] for each in marked(text).displays]
    [['a = b'], ['c = d']]
    """
    return _Reader(text).read()


class _Reader:
    """One pass over the lines of a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.starts: list[int] = []
        at = 0
        for line in self.lines:
            self.starts.append(at)
            at += len(line) + 1
        self.displays: list[Display] = []
        self.blocks: list[Block] = []
        self.quoted: list[tuple[int, int]] = []
        self.unchecked: list[Unchecked] = []
        self.levels: list[str] = []

    def read(self) -> Marked:
        """Everything that is found."""
        n = 0
        while n < len(self.lines):
            n = self._line(n)
        return Marked(tuple(self.displays), tuple(self.blocks), tuple(self.quoted), tuple(self.unchecked))

    def _line(self, n: int) -> int:
        line = self.lines[n]
        directive = _DIRECTIVE.match(line)
        if directive is not None:
            name = directive["name"]
            if name not in ("math", "raw") and name not in _CODE:
                return n + 1  # what it holds is document
            stop = self._body(n, len(directive["lead"]))
            if name == "math":
                self.displays += self._formulas(n, stop, directive)
                return stop
            if name == "raw" and (directive["argument"] or "").split()[:1] in (["latex"], ["tex"]):
                pieces = tuple(self._piece(k) for k in range(n + 1, stop))
                self.displays.append(Display(self.starts[n], self._end(stop - 1), pieces, tex=True))
                return stop
            return self._quote(n, stop, "code")
        comment = _COMMENT.match(line)
        if comment is not None and not (comment["said"] or "").startswith(("_", "[", "|")):
            stop = self._body(n, len(comment["lead"]))
            begin = self.starts[n] + comment.end() - len(comment["said"] or "")
            mark = MARK.match(self.text, begin, self._end(stop - 1))
            if mark is not None:
                self.blocks += declarations(self.text, mark, self._end(stop - 1))
            return self._quote(n, stop, "a comment")
        if n and _UNDERLINE.match(line) and self._titles(n):
            title = self.lines[n - 1]
            if line[0] not in self.levels:
                self.levels.append(line[0])
            place = Span(self.starts[n - 1], self._end(n))
            self.blocks.append(Block(Kind.HEADING, title.strip(), place, level=self.levels.index(line[0]) + 1))
        elif line.rstrip().endswith("::"):
            return self._quote(n + 1, self._body(n, len(line) - len(line.lstrip())), "code")
        return n + 1

    def _titles(self, n: int) -> bool:
        """Whether the line before is a title that line n underlines."""
        title = self.lines[n - 1].rstrip()
        return bool(title) and not _UNDERLINE.match(title) and len(self.lines[n].rstrip()) >= len(title.strip())

    def _body(self, n: int, indent: int) -> int:
        """The line behind all that stands further to the right than the line n, which has that indent."""
        stop = n + 1
        for k in range(n + 1, len(self.lines)):
            line = self.lines[k]
            if line.strip():
                if len(line) - len(line.lstrip()) <= indent:
                    break
                stop = k + 1
        return stop

    def _quote(self, n: int, stop: int, why: str) -> int:
        if n < stop:
            begin, end = self.starts[n], self._end(stop - 1)
            self.quoted.append((begin, end))
            opener = re.compile(rf"{DISPLAY.pattern}|\.\. math::").search(self.text, begin, end)
            if opener:
                self.unchecked.append(Unchecked(Span(*opener.span()), why))
        return max(stop, n)

    def _formulas(self, n: int, stop: int, directive: re.Match[str]) -> Iterator[Display]:
        """The formulas of a ``math`` directive: empty lines stand between one and the next."""
        groups: list[list[tuple[int, int]]] = [[]]
        if directive["argument"]:
            start = self.starts[n] + directive.start("argument")
            groups[-1].append((start, start + len(directive["argument"].rstrip())))
        options = True
        for k in range(n + 1, stop):
            options = options and _OPTION.match(self.lines[k]) is not None
            if options:
                continue
            if self.lines[k].strip():
                groups[-1].append(self._piece(k))
            elif groups[-1]:
                groups.append([])
        for pieces in groups:
            if pieces:
                yield Display(pieces[0][0], pieces[-1][1], tuple(pieces))

    def _piece(self, k: int) -> tuple[int, int]:
        line = self.lines[k]
        start = self.starts[k] + len(line) - len(line.lstrip())
        return start, max(start, self.starts[k] + len(line.rstrip()))

    def _end(self, k: int) -> int:
        return self.starts[k] + len(self.lines[k])
