"""Audits for other tools: annotations of a GitHub workflow, and SARIF. Each finding stands at the function's line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from symkl.auditing.report import Audit
from symkl.checking.report import Status
from symkl.language.places import part_of


class Finding(NamedTuple):
    """Something to be said at a line. ``level``: as SARIF calls it."""

    rule: str
    level: str
    file: str
    line: int
    message: str


def findings(audits: Iterable[Audit]) -> Iterator[Finding]:
    """What is not as expected is an error, what is not known a warning, and limits and notes are notes."""
    for audit in audits:
        for each in audit.report.disagreements:
            yield Finding("contradiction", "error", audit.file, audit.line, each)
        if audit.trouble is not None:
            yield Finding("not-followed", "error", audit.file, int(audit.trouble.line), audit.trouble.message)
        for claim in audit.claims:
            row = claim.line
            if claim.expected and row.status is not Status.PROVED:
                level = "error" if row.status is Status.REFUTED else "warning"
                said = [f"{audit.name}, {part_of(row.line)}: {row.status.value}", row.readable, row.because]
                if row.counterexample is not None and row.counterexample.points:
                    point = row.counterexample.points[0]
                    said.append(f"{row.counterexample.summary}: {point.left} and {point.right}")
                said += [f"did you mean: {each.edit} ({each.slip})" for each in row.suggestions[:1]]
                yield Finding(claim.use.value, level, audit.file, audit.line, "; ".join(filter(None, said)))
        for text in (*audit.limits, *audit.notes):
            yield Finding("note", "note", audit.file, audit.line, f"{audit.name}: {text}")


_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(audits: Iterable[Audit]) -> str:
    """Workflow commands, one a line."""
    return "\n".join(map(_command, findings(audits)))


def _command(each: Finding) -> str:
    where = f"file={_property(each.file)},line={each.line},title=symkl audit"
    return f"::{_COMMANDS[each.level]} {where}::{_data(each.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(audits: Iterable[Audit]) -> str:
    """A SARIF 2.1.0 log."""
    found = list(findings(audits))
    rules = [{"id": rule} for rule in dict.fromkeys(each.rule for each in found)]
    results = [
        {
            "ruleId": each.rule,
            "level": each.level,
            "message": {"text": each.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": each.file.replace("\\", "/")},
                        "region": {"startLine": each.line},
                    }
                }
            ],
        }
        for each in found
    ]
    driver = {"name": "symkl audit", "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)
