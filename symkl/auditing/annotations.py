"""Audits for other tools: annotations of a GitHub workflow, and SARIF. Each finding stands at the function's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symkl.auditing.report import Audit
from symkl.checking.report import Status
from symkl.language.places import part_of
from symkl.reporting import annotations as formats
from symkl.reporting.annotations import Note


def findings(audits: Iterable[Audit]) -> Iterator[Note]:
    """What is not as expected is an error, what is not known a warning, and limits and notes are notes."""
    for audit in audits:
        for each in audit.report.disagreements:
            yield Note("contradiction", "error", audit.file, audit.line, 0, each)
        if audit.trouble is not None:
            yield Note("not-followed", "error", audit.file, int(audit.trouble.line), 0, audit.trouble.message)
        for claim in audit.claims:
            row = claim.line
            if claim.expected and row.status is not Status.PROVED:
                level = "error" if row.status is Status.REFUTED else "warning"
                said = [f"{audit.name}, {part_of(row.line)}: {row.status.value}", row.readable, row.because]
                if row.counterexample is not None and row.counterexample.points:
                    point = row.counterexample.points[0]
                    said.append(f"{row.counterexample.summary}: {point.left} and {point.right}")
                said += [f"did you mean: {each.edit} ({each.slip})" for each in row.suggestions[:1]]
                yield Note(claim.use.value, level, audit.file, audit.line, 0, "; ".join(filter(None, said)))
        for text in (*audit.limits, *audit.notes):
            yield Note("note", "note", audit.file, audit.line, 0, f"{audit.name}: {text}")


def github(audits: Iterable[Audit]) -> str:
    """Workflow commands, one a line."""
    return formats.github(findings(audits), "symkl audit")


def sarif(audits: Iterable[Audit]) -> str:
    """A SARIF 2.1.0 log."""
    return formats.sarif(findings(audits), "symkl audit")
