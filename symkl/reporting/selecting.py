"""Which findings count: of the statuses that are asked for, and not known since long by a baseline."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence

from symkl.checking.report import Report, Status
from symkl.language.frozen import frozen
from symkl.reporting.findings import CONTRADICTION, Finding, findings, of_row

SCHEMA = "symkl-baseline/1"


class BadBaseline(ValueError):
    """A text that is no baseline, and what it is instead."""


@frozen
class Selection:
    """The statuses that count. ``select``: these alone, where there are some; ``ignore``: all but these.

    A contradiction counts always: nothing hides a bug of ours.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.select and not self.ignore

    def holds(self, status: str) -> bool:
        """Whether a status counts.

        >>> Selection(ignore=frozenset({"skipped"})).holds("skipped")
        False
        """
        wanted = not self.select or status in self.select
        return status == CONTRADICTION or (wanted and status not in self.ignore)

    def findings(self, report: Report) -> tuple[Finding, ...]:
        """What of a report counts; rows that are proved, too, where ``select`` asks for them."""
        found = list(findings(report))
        asked = [row for row in report.lines if row.status.value in self.select]
        found += [each for row in asked if (each := of_row(report, row)) not in found]
        return tuple(each for each in found if self.holds(each.status))


FAILING = frozenset({Status.REFUTED, Status.UNKNOWN, Status.UNREADABLE, Status.SKIPPED})


def fails(finding: Finding) -> bool:
    """Whether a finding keeps its document from being proved: a proved row that was asked for does not."""
    return finding.status not in {status.value for status in Status} - {status.value for status in FAILING}


# --- what is known since long -------------------------------------------------------------------


def mark(finding: Finding, folder: str = "") -> str:
    """What a finding is known by: its file (from a folder), its status and its row, wherever it stands."""
    row = " ".join((finding.source or finding.message).split())
    said = "\n".join((_from(folder, finding.file), finding.part, finding.status, row))
    import hashlib  # a tenth of a start, and few ask for a baseline

    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _from(folder: str, file: str) -> str:
    inside = os.path.relpath(file, folder) if folder and os.path.exists(file) else file
    return inside.replace(os.sep, "/")


def baseline(found: Iterable[Finding], folder: str = "") -> str:
    """The text of a baseline that knows these findings; files are told from the ``folder`` that it lies in."""
    lasting = [each for each in found if fails(each) and each.status != CONTRADICTION]
    known = [
        {"mark": mark(each, folder), "file": _from(folder, each.file), "line": each.line, "row": each.source[:200]}
        for each in lasting
    ]
    return json.dumps({"schema": SCHEMA, "findings": known}, ensure_ascii=False, indent=2) + "\n"


def marks(text: str) -> Counter[str]:
    """The marks in a baseline, each as often as it is there. Raises: BadBaseline."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise BadBaseline("this is no JSON") from None
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA or not isinstance(whole.get("findings"), list):
        raise BadBaseline(f"this is no baseline of symkl, which has the schema {SCHEMA}")
    try:
        return Counter(str(each["mark"]) for each in whole["findings"])
    except (TypeError, KeyError):
        raise BadBaseline("a finding in it has no mark") from None


def new(found: Sequence[Finding], known: Counter[str], folder: str = "") -> tuple[Finding, ...]:
    """The findings that a baseline does not know; what it knows once is passed over once, and taken from ``known``."""
    out = []
    for each in found:
        if fails(each) and each.status != CONTRADICTION and known[mark(each, folder)] > 0:
            known[mark(each, folder)] -= 1
        else:
            out.append(each)
    return tuple(out)


