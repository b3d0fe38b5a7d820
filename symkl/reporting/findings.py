"""What needs attention in a report, one finding a place: what editors, build servers and baselines are told.

A report has no finding exactly where its document is proved.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from symkl.checking.report import Line, Overall, Report, Status
from symkl.checking.sizing import too_large
from symkl.language.places import part_of
from symkl.language.troubles import Trouble
from symkl.reporting import words
from symkl.reporting.sentences import in_letters

CONTRADICTION, INCOMPLETE = "contradiction", "incomplete"
STATUSES = (*(status.value for status in Status), INCOMPLETE, CONTRADICTION)
"""Every word that a finding may have for its status."""

_CELL = re.compile(r"cell \d+")


class Finding(NamedTuple):
    """Something to be said at a place. ``line`` and ``column`` count from 1, in ``file`` or in the ``part`` of it.

    ``status``: of :data:`STATUSES`. ``source``: the row, as its author wrote it. ``end``: line and column behind it.
    ``notes``: what else is said of it.
    """

    file: str
    line: int
    column: int
    status: str
    message: str
    part: str = ""
    source: str = ""
    end: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The place as compilers write it.

        >>> Finding("a.md", 3, 4, "refuted", "").place, Finding("a.ipynb", 3, 4, "refuted", "", "cell 2").place
        ('a.md:3:4', 'a.ipynb:cell 2:3:4')
        """
        return f"{self.file}:{f'{self.part}:' if self.part else ''}{self.line}:{self.column}"


def findings(report: Report) -> tuple[Finding, ...]:
    r"""What keeps a document from being proved, in the order in which it stands.

    >>> from symkl.checking.document import check_text
    >>> [(each.place, each.status) for each in findings(check_text("$$ 1 = 1 $$\n\n$$ 1 = 2 $$", "a.md"))]
    [('a.md:3:4', 'refuted')]
    """
    rows = [of_row(report, row) for row in report.lines if row.status in words.NEED_ATTENTION]
    troubles = [_trouble(report, each) for each in report.troubles]
    ordered = sorted([*rows, *troubles], key=lambda each: (each.part, each.line, each.column))
    found = (*_disagreements(report), *ordered, *_incomplete(report))
    if not found and report.verdict is not Overall.PROVED:
        return (Finding(report.file, 1, 1, INCOMPLETE, f"it is {report.verdict.value}: {words.counted(report)}"),)
    return found


def of_row(report: Report, row: Line) -> Finding:
    """What is said of one row, whatever its status."""
    source = row.source.split("\n")
    end = (int(row.line) + len(source) - 1, len(source[-1]) + (int(row.column) if len(source) == 1 else 1))
    if row.trouble is not None and row.status is Status.UNREADABLE:
        line, column, part = row.trouble.line, row.trouble.column, part_of(row.trouble.line)
        end = (int(line), column + max(row.trouble.width, 1))
    else:
        line, column, part = row.line, row.column, part_of(row.line)
    file, part = _within(report.file, part)
    return Finding(file, int(line), column, row.status.value, _said(row), part, row.source, end, row.notes)


def _said(row: Line) -> str:
    """One row in one line of words."""
    if row.trouble is not None and row.status is Status.UNREADABLE:
        return _of_trouble(row.trouble)
    reason = words.reason(row)
    said = [row.readable or row.source, reason, "" if words.off_by(row) in reason else words.off_by(row)]
    for each in row.suggestions[:1]:
        said.append(f"did you mean: {in_letters(each.edit.rstrip('. '))} ({each.slip}): {each.latex}")
    return "; ".join(" ".join(each.split()).rstrip(".;") for each in said if each)


def _of_trouble(trouble: Trouble) -> str:
    found = f"found {trouble.found}" if trouble.found else ""
    return "; ".join(" ".join(each.split()) for each in (trouble.message, found, trouble.advice) if each)


def _trouble(report: Report, trouble: Trouble) -> Finding:
    file, part = _within(report.file, part_of(trouble.line))
    end = (int(trouble.line), trouble.column + max(trouble.width, 1))
    return Finding(
        file, int(trouble.line), trouble.column, Status.UNREADABLE.value, _of_trouble(trouble), part,
        trouble.excerpt, end,
    )  # fmt: skip


def _within(file: str, part: str) -> tuple[str, str]:
    """The file that a part of a document is, and the part of it: a cell is in the notebook, a file stands beside it."""
    if not part or _CELL.fullmatch(part):
        return file, part
    return os.path.join(os.path.dirname(file), part), ""


def _disagreements(report: Report) -> Iterator[Finding]:
    for each in report.disagreements:
        message = f"symkl contradicts itself, which is a bug of symkl; please report it: {each}"
        yield Finding(report.file, 1, 1, CONTRADICTION, message)


def _incomplete(report: Report) -> Iterator[Finding]:
    """Why a document is not proved though no row in it needs attention."""
    claim = report.claim
    if claim is not None and not claim.met:
        yield Finding(report.file, 1, 1, INCOMPLETE, words.claimed(report))
    for row in report.too_large:
        assert report.most_laws is not None
        yield of_row(report, row)._replace(status=INCOMPLETE, message=too_large(row.laws, report.most_laws))
    for each in report.not_checked:
        if each.shown:
            file, part = _within(report.file, part_of(each.line))
            yield Finding(file, int(each.line), each.column, INCOMPLETE, f"not checked: {each.why}", part)
    if not report.lines and not report.troubles:
        yield Finding(report.file, 1, 1, INCOMPLETE, f"nothing to check: {words.counted(report)}")
    elif report.verdict is Overall.INCOMPLETE and not any(row.status is Status.PROVED for row in report.lines):
        yield Finding(report.file, 1, 1, INCOMPLETE, f"no row is proved: {words.counted(report)}")
