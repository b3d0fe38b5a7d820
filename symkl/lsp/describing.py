"""What an editor shows of a report, as plain data: places count lines and characters from 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from symkl.checking.fixing import place
from symkl.checking.report import Line, Report, Status
from symkl.language.places import part_of
from symkl.language.terms import Span
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import walk
from symkl.refuting.counterexample import Counterexample
from symkl.reporting import words
from symkl.reporting.annotations import level
from symkl.reporting.findings import findings
from symkl.reporting.text import harmless


class Position(NamedTuple):
    """A line, and a character (a code point) of it."""

    line: int
    character: int


class Range(NamedTuple):
    """From one position to another, which is not in it."""

    start: Position
    end: Position

    def touches(self, other: Range) -> bool:
        """Whether they have a place in common."""
        return self.start <= other.end and other.start <= self.end


class Diagnostic(NamedTuple):
    """What needs attention. ``level``: error, warning or note."""

    range: Range
    level: str
    status: str
    message: str


class Edit(NamedTuple):
    """A suggestion: the row after it, in the place of the row."""

    title: str
    range: Range
    latex: str


def range_of(text: str, row: Line) -> Range | None:
    """Where a row stands; None where it is of another file."""
    if part_of(row.line):
        return None
    start = Position(row.line - 1, row.column - 1)
    if (at := place(text, row)) is not None:
        return Range(start, _position(text, at[1]))
    lines = text.split("\n")
    end = len(lines[start.line]) if start.line < len(lines) else 0
    return Range(start, Position(start.line, max(end, start.character)))


def _position(text: str, offset: int) -> Position:
    return Position(text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1))


def diagnostics(text: str, report: Report) -> list[Diagnostic]:
    """What needs attention, of the text itself; what is wrong in a file that it puts in is told at its head."""
    out = []
    for each in findings(report):
        start = Position(each.line - 1, each.column - 1)
        end = Position(each.end[0] - 1, each.end[1] - 1) if each.end[0] else start
        message = f"{each.status}: {each.message}"
        if each.file != report.file or each.part:
            start = end = Position(0, 0)
            message = f"{each.place}: {message}"
        out.append(Diagnostic(Range(start, max(start, end)), level(each.status), each.status, harmless(message)))
    return out


def row_at(text: str, report: Report, position: Position) -> tuple[Line, Range] | None:
    """The row that stands at a position."""
    here = Range(position, position)
    found = ((row, each) for row in report.lines if (each := range_of(text, row)) is not None and each.touches(here))
    return next(found, None)


def hover(row: Line) -> str:
    """All that is said of a row, in Markdown."""
    law = f" by *{row.law}*" if row.law else ""
    out = [f"**{words.status(row.status)}**{law}"]
    if row.trouble is not None:
        wanted = [f"expected: {row.trouble.expected}"] if row.trouble.expected else []
        out += [_plain(row.trouble.message), *map(_plain, wanted), _plain(f"write: {row.trouble.advice}")]
    out += [_plain(each) for each in (words.reason(row), words.off_by(row)) if each]
    if row.counterexample is not None:
        out.append(_table(row.counterexample))
    for each in row.suggestions:
        out.append(f"Did you mean: {_plain(each.edit)} ({_plain(each.slip)})\n\n```latex\n{each.latex}\n```")
    if row.assumptions:
        out.append(f"Rests on: {_plain(', '.join(row.assumptions))}")
    out += [f"note: {_plain(each)}" for each in row.notes]
    return "\n\n".join(dict.fromkeys(out))


def _table(found: Counterexample) -> str:
    rows = [f"| {_cell(p.place)} | {_cell(p.left)} | {_cell(p.right)} |" for p in found.points]
    head = f"| | {_cell(found.heads[0])} | {_cell(found.heads[1])} |\n|---|---|---|" if rows else ""
    return "\n".join([_plain(words.capitalised(found.summary)), "", head, *rows])


def _plain(text: str) -> str:
    """Words from a document, which neither break a line of Markdown nor are any."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", harmless(text))


def _cell(text: str) -> str:
    return _plain(text).replace("\n", " ")


def edits(text: str, report: Report, asked: Range) -> list[tuple[Line, Edit]]:
    """The suggestions of the rows that touch a range, whose rows stand in the text as their author wrote them."""
    out = []
    for row in report.lines:
        at = range_of(text, row)
        if row.suggestions and at is not None and place(text, row) is not None and at.touches(asked):
            out += [(row, Edit(f"{each.edit} ({each.slip})", at, each.latex)) for each in row.suggestions]
    return out


def of_row(text: str, row: Line, found: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics that are of a row."""
    at = range_of(text, row)
    return [each for each in found if at is not None and each.range == at]


class Symbol(NamedTuple):
    """A row in the outline of a document."""

    name: str
    detail: str
    range: Range


def outline(text: str, report: Report) -> list[Symbol]:
    """The rows of a document, each by its formula."""
    return [
        Symbol(harmless(row.readable or row.source)[:120] or "?", words.status(row.status), at)
        for row in report.lines
        if (at := range_of(text, row)) is not None
    ]


class Hint(NamedTuple):
    """A few words behind a row, and more of them for who points there."""

    position: Position
    label: str
    tooltip: str


def hints(text: str, report: Report) -> Iterator[Hint]:
    """The verdict behind each row."""
    for row in report.lines:
        at = range_of(text, row)
        if at is not None and row.status is not Status.STATED:
            yield Hint(at.end, f" {words.status(row.status)}", harmless(words.reason(row)))


def definition(text: str, report: Report, position: Position) -> Range | None:
    r"""Where the symbol at a position is defined, declared or first used; None where nothing says so.

    >>> from symkl.checking.document import check_text
    >>> text = "$$ V = \\beta \\log Z(x) $$\n\n$$ V = 2 V $$"
    >>> definition(text, check_text(text, "a.md"), Position(2, 3))
    Range(start=Position(line=0, character=3), end=Position(line=0, character=22))
    """
    found = row_at(text, report, position)
    name = None if found is None else _symbol_at(text, *found, position)
    known = next((each for each in report.symbols if each.symbol == name), None)
    line = re.search(r"\bline (\d+)(?! of )", known.where) if known is not None else None
    if line is None:
        return None
    number = int(line[1])
    rows = [at for row in report.lines if row.line == number and (at := range_of(text, row)) is not None]
    whole = text.split("\n")[number - 1 : number]
    if rows or not whole:
        return rows[0] if rows else None
    return Range(Position(number - 1, 0), Position(number - 1, len(whole[0])))


def _symbol_at(text: str, row: Line, at: Range, position: Position) -> str | None:
    """The canonical name of the symbol that stands at a position of a row."""
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: at.start.line]) + at.start.character
    offset = sum(len(line) + 1 for line in lines[: position.line]) + position.character - start
    try:
        parsed = parse_row(row.source, Span(0, len(row.source)))
    except Unreadable:
        return None
    nodes = [node for clause in parsed.clauses for side in clause.expressions for node in walk(side)]
    inside = [n for n in nodes if n.kind == "symbol" and n.span.start <= offset <= n.span.stop]
    return min(inside, key=lambda node: node.span.stop - node.span.start).value if inside else None

