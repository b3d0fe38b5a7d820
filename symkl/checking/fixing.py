r"""Suggested edits, made in the text of a document: one a row, and only those that the kernel has proved there.

A suggestion was proved where its row stands. Here all of them are made and the document is checked again: an edit stays
if its row is proved and no other row is worse than it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from symkl.checking.report import Line, Report, Status
from symkl.language.places import part_of

_GRAVE = (Status.UNKNOWN, Status.SKIPPED, Status.UNREADABLE, Status.REFUTED)
_MOST = 200
"""Rows of a document that are mended at a time: each may cost a check of all of it."""


class Mend(NamedTuple):
    """Replace ``[start, stop)`` of a text. ``row``: which one of the report it mends; ``edit``: how, in words."""

    start: int
    stop: int
    latex: str
    row: int
    edit: str
    slip: str
    cell: int = 0
    """The cell of a notebook that the places are of, from 1; 0 where they are of the text itself."""


class Mended(NamedTuple):
    """A text with the mends that are made in it, and the report on what came of it."""

    text: str
    mends: tuple[Mend, ...]
    report: Report


def offset(text: str, line: int, column: int) -> int:
    r"""Where a line and column, which count from 1, are in a text; its end where it has no such place.

    >>> offset("a\nbcd", 2, 3)
    4
    """
    start = 0
    for _ in range(line - 1):
        end = text.find("\n", start)
        if end < 0:
            return len(text)
        start = end + 1
    return min(start + column - 1, len(text))


def place(text: str, row: Line) -> tuple[int, int] | None:
    """Where a row stands in its document's own text; None where that is not what its author wrote: in a cell, say."""
    if part_of(row.line):
        return None
    start = offset(text, row.line, row.column)
    return (start, start + len(row.source)) if row.source and text.startswith(row.source, start) else None


def mends(text: str, report: Report) -> tuple[Mend, ...]:
    """The first suggestion of each refuted row that stands in the text."""
    book = _notebook(text) if report.file.lower().endswith(".ipynb") else None
    found = []
    for number, row in enumerate(report.lines):
        if not row.suggestions or row.status is not Status.REFUTED:
            continue
        cell, at = (0, place(text, row)) if book is None else _in_cell(book, row)
        if at is not None:
            first = row.suggestions[0]
            found.append(Mend(*at, first.latex, number, first.edit, first.slip, cell))
    return tuple(found[:_MOST])


def applied(text: str, made: Sequence[Mend]) -> str:
    """The text with all of them made."""
    book = _notebook(text) if any(each.cell for each in made) else None
    for each in sorted(made, reverse=True):
        if book is None:
            text = _with(text, each)
        else:
            cell = book["cells"][each.cell - 1]
            source = _with(_source(cell), each)
            cell["source"] = source if isinstance(cell["source"], str) else source.splitlines(keepends=True)
    return text if book is None else _written(book, text)


def _with(text: str, each: Mend) -> str:
    return text[: each.start] + each.latex + text[each.stop :]


# --- notebooks ----------------------------------------------------------------------------------


def _notebook(text: str) -> Any:
    """The notebook that a text is, if it is laid out as Jupyter writes it, so that an edit changes nothing else."""
    try:
        book = json.loads(text)
        return book if isinstance(book, dict) and _written(book, text) == text else None
    except (ValueError, RecursionError):
        return None


def _written(book: Any, before: str) -> str:
    return json.dumps(book, indent=1, ensure_ascii=False) + ("\n" if before.endswith("\n") else "")


def _in_cell(book: Any, row: Line) -> tuple[int, tuple[int, int] | None]:
    """The number of the cell that a row stands in, and where in it."""
    number = part_of(row.line).removeprefix("cell ")
    try:
        cell = int(number)
        text = _source(book["cells"][cell - 1])
    except (ValueError, LookupError, TypeError):
        return 0, None
    start = offset(text, int(row.line), row.column)
    return cell, (start, start + len(row.source)) if row.source and text.startswith(row.source, start) else None


def _source(cell: Any) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def mended(text: str, report: Report, again: Callable[[str], Report]) -> Mended:
    r"""The text with every mend that holds in it. ``again`` checks a text.

    >>> from symkl.checking.document import check_text
    >>> text = r"$$ \log \frac{\pi(y|x)}{q(y|x)} = \log \pi(y|x) + \log q(y|x) $$"
    >>> print(mended(text, check_text(text, "a.md"), lambda text: check_text(text, "a.md")).text)
    $$ \log \frac{\pi(y|x)}{q(y|x)} = \log \pi(y|x) - \log q(y|x) $$
    """
    wanted = mends(text, report)
    if not wanted:
        return Mended(text, (), report)
    all_made = applied(text, wanted)
    found = again(all_made)
    if _hold(report, found, wanted):
        return Mended(all_made, wanted, found)
    kept: tuple[Mend, ...] = ()
    best = report
    for each in wanted:
        tried = again(applied(text, (*kept, each)))
        if _hold(best, tried, (each,)):
            kept, best = (*kept, each), tried
    return Mended(applied(text, kept), kept, best)


def _gravity(status: Status) -> int:
    return _GRAVE.index(status) + 1 if status in _GRAVE else 0


def _hold(before: Report, after: Report, made: Sequence[Mend]) -> bool:
    """Whether the rows that are mended are proved, every other is as good as it was, and a claim that was met is."""
    if len(before.lines) != len(after.lines) or after.disagreements:
        return False
    if before.claim is not None and before.claim.met and not (after.claim is not None and after.claim.met):
        return False
    numbers = {each.row for each in made}
    pairs = zip(before.lines, after.lines, strict=True)
    return all(
        new.status is Status.PROVED if n in numbers else _gravity(new.status) <= _gravity(old.status)
        for n, (old, new) in enumerate(pairs)
    )
