"""How a report shows itself in a notebook, a REPL and a failing assert: whoever imports this teaches it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from symkl.checking.report import SHOWN, Line, Overall, Report, Status
from symkl.reporting import words
from symkl.reporting.sentences import in_letters
from symkl.reporting.terminal import Look, render
from symkl.reporting.text import harmless

_COLOURS = {
    Status.PROVED: "#1a7f37", Status.REFUTED: "#cf222e", Status.UNKNOWN: "#9a6700", Status.UNREADABLE: "#8250df",
    Status.ASSUMED: "#0969da", Status.SKIPPED: "#9a6700", Status.STATED: "inherit",
}  # fmt: skip
"""Read on a white ground and on a dark one; a mark and a word stand beside each."""


def text(report: Report) -> str:
    """The report as a terminal of 80 columns shows it."""
    return render(report, Look(80)).plain


def markdown(report: Report) -> str:
    r"""The report as a table in Markdown.

    >>> from symkl.checking.document import check_text
    >>> print(markdown(check_text("$$ 1 = 1 $$", "a.md")))
    **✓ proved**: every claim. 1 row: 1 proved.
    <BLANKLINE>
    | line | status | row | |
    |---|---|---|---|
    | 1 | ✓ proved | 1 = 1 | identity: both sides have the same normal form |
    """
    head = f"**{words.OVERALL_MARKS[report.verdict]} {report.verdict.value}**: {words.counted(report)}"
    rows = [
        f"| {row.line} | {words.status(row.status)} | {_cell(row.readable or row.source)} | {_cell(said)} |"
        for row in report.lines
        for said in ["; ".join(_said(row))]
    ]
    table = ["", "| line | status | row | |", "|---|---|---|---|", *rows] if rows else []
    return "\n".join([head, *table, *(f"\n{_cell(each)}" for each in _rest(report))])


def html(report: Report) -> str:
    """The report as a table in HTML; nothing of a document is markup in it."""
    colour = {Overall.PROVED: Status.PROVED, Overall.REFUTED: Status.REFUTED, Overall.UNREADABLE: Status.UNREADABLE}
    verdict = f"{words.OVERALL_MARKS[report.verdict]} {report.verdict.value}"
    head = f"<p>{_painted(verdict, colour.get(report.verdict, Status.UNKNOWN))}: {_html(words.counted(report))}</p>"
    rows = "".join(map(_row, report.lines))
    names = "".join(f'<th scope="col" style="text-align:left">{each}</th>' for each in ("line", "status", "row", ""))
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    rest = "".join(f"<p>{_html(each)}</p>" for each in _rest(report))
    return f"<div>{head}{table}{rest}</div>"


def _row(row: Line) -> str:
    said = "<br>".join(map(_html, _said(row)))
    formula = f"<code>{_html(row.readable or row.source)}</code>"
    cells = (_html(str(row.line)), _painted(words.status(row.status), row.status), formula, said)
    inside = "".join(f'<td style="text-align:left">{each}</td>' for each in cells)
    return f"<tr>{inside}</tr>"



def _painted(words_: str, status: Status) -> str:
    return f'<b style="color:{_COLOURS[status]}">{_html(words_)}</b>'


def _said(row: Line) -> Iterator[str]:
    """What is said of a row, sentence by sentence."""
    if row.trouble is not None:
        yield f"{row.trouble.message}; write: {row.trouble.advice}"
    yield from (each for each in (words.reason(row), words.off_by(row)) if each)
    if row.counterexample is not None and row.counterexample.points:
        point = row.counterexample.points[0]
        yield f"{words.capitalised(row.counterexample.summary).rstrip(':. ')}: {point.left} and {point.right}"
    yield from (f"Did you mean: {in_letters(each.edit)} ({each.slip}): {each.latex}" for each in row.suggestions)
    yield from (f"note: {each}" for each in row.notes)


def _rest(report: Report) -> Iterator[str]:
    """What is said of the document as a whole."""
    yield from (f"symkl contradicts itself; please report it: {each}" for each in report.disagreements)
    yield from (f"line {each.line}: {each.message}; {each.advice}" for each in report.troubles)
    yield from (each for each in (words.claimed(report), words.not_checked(report)) if each)
    if report.rests_on:
        yield f"Rests on: {', '.join(report.rests_on)}."


def _html(words_: str) -> str:
    return escape(harmless(words_))


def _cell(words_: str) -> str:
    """Words from a document, none of which is Markdown."""
    return re.sub(r"([\\`*_\[\]<>#|$~])", r"\\\1", harmless(words_))


SHOWN.update({"text": text, "markdown": markdown, "html": html})
