"""Findings in the formats of other tools: a line each for editors, GitHub's workflow commands, SARIF and JUnit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from symkl.checking.report import Report, Status
from symkl.reporting.findings import CONTRADICTION, Finding, findings, of_row
from symkl.reporting.text import harmless


class Note(NamedTuple):
    """Something to be told at a place; column 0 is all of the line. ``level``: error, warning or note, as in SARIF."""

    rule: str
    level: str
    file: str
    line: int
    column: int
    message: str
    end: tuple[int, int] = (0, 0)


_LEVELS = {"refuted": "error", "unreadable": "error", CONTRADICTION: "error", "unknown": "warning",
           "incomplete": "warning", "skipped": "warning"}  # fmt: skip

RULES: Mapping[str, str] = {
    "refuted": "A row does not hold: there is a counterexample, or the kernel shows what it is off by.",
    "unreadable": "A row has no single reading.",
    "unknown": "A row could be neither proved nor refuted.",
    "incomplete": "Every row may follow, and yet the document is not proved.",
    "skipped": "The document asks that a row is not judged.",
    "proved": "A row follows.",
    "assumed": "A row is taken as given.",
    "stated": "A row claims nothing.",
    CONTRADICTION: "What judges a row twice does not agree with itself: a bug of symkl.",
}
"""What each status means, in a sentence."""


def level(status: str) -> str:
    """How grave a status is, in the words of SARIF.

    >>> level("refuted"), level("unknown"), level("proved")
    ('error', 'warning', 'note')
    """
    return _LEVELS.get(status, "note")


def note(finding: Finding) -> Note:
    """A finding as tools are told it; what stands in a cell of a notebook has no line there, and says its place."""
    inside = f"{finding.part}, line {finding.line}, column {finding.column}: " if finding.part else ""
    message = f"{finding.status}: {inside}{finding.message}"
    line, column, end = (1, 1, (0, 0)) if finding.part else (finding.line, finding.column, finding.end)
    file = finding.file.replace("\\", "/").removeprefix("./")  # as a repository names it
    return Note(finding.status, level(finding.status), file, line, column, message, end)


# --- a line each --------------------------------------------------------------------------------


def concise(found: Iterable[Finding]) -> str:
    """``file:line:column: status: message``, for editors and for ``grep``; nothing breaks a line or acts on a terminal.

    >>> concise([Finding("a.md", 3, 4, "refuted", "1 = 2")])
    'a.md:3:4: refuted: 1 = 2'
    """
    return "\n".join(harmless(f"{each.place}: {each.status}: {each.message}") for each in found)


_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(notes: Iterable[Note], title: str) -> str:
    """The commands of a GitHub workflow, one a line.

    >>> github([Note("refuted", "error", "a.md", 3, 4, "50% off")], "symkl check")
    '::error file=a.md,line=3,col=4,title=symkl check::50%25 off'
    """
    return "\n".join(
        f"::{_COMMANDS[each.level]} file={_property(each.file)},line={each.line}{_column(each)},"
        f"title={_property(title)}::{_data(each.message)}"
        for each in notes
    )


def _column(each: Note) -> str:
    if not each.column:
        return ""
    line, column = each.end
    end = f",endLine={line}" + (f",endColumn={column}" if line == each.line else "") if line else ""
    return f",col={each.column}{end}"


def _data(text: str) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(character if character == "\t" or character.isprintable() else "?" for character in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# --- SARIF --------------------------------------------------------------------------------------


def sarif(notes: Iterable[Note], name: str, rules: Mapping[str, str] = RULES) -> str:
    """A SARIF 2.1.0 log of one run. Columns count characters; paths are relative to where the command ran."""
    notes = list(notes)
    used = list(dict.fromkeys(each.rule for each in notes))
    described = [
        {"id": rule, "shortDescription": {"text": rules[rule]}} if rule in rules else {"id": rule} for rule in used
    ]
    driver = {
        "name": name,
        "rules": described,
    }
    results = [_result(each, used.index(each.rule)) for each in notes]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _result(each: Note, rule: int) -> dict[str, object]:
    region: dict[str, object] = {"startLine": max(each.line, 1)}
    if each.column:
        region["startColumn"] = each.column
    if each.column and each.end > (each.line, each.column):
        region |= {"endLine": each.end[0], "endColumn": each.end[1]}
    place = {"artifactLocation": {"uri": uri(each.file)}, "region": region}
    return {
        "ruleId": each.rule,
        "ruleIndex": rule,
        "level": each.level,
        "message": {"text": each.message},
        "locations": [{"physicalLocation": place}],
    }


def uri(path: str) -> str:
    """A path as a URI reference.

    >>> uri("my proofs/50%.md"), uri("/tmp/a.md")
    ('my%20proofs/50%25.md', 'file:///tmp/a.md')
    """
    from urllib.parse import quote

    quoted = quote(path.replace("\\", "/"), safe="/", errors="surrogateescape")
    return f"file://{quoted}" if quoted.startswith("/") else quoted


# --- JUnit --------------------------------------------------------------------------------------

# What XML 1.0 cannot hold, however it is written.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(reports: Sequence[Report], failing: Mapping[str, Sequence[Finding]]) -> str:
    """Test results as build servers read them: a suite a document, a case a row.

    ``failing``: the findings of each document that count, by its file. A finding that is no row is a case of its own.
    """
    suites = [_suite(report, failing.get(report.file, ())) for report in reports]
    cases = sum(count for count, _, _ in suites)
    failures = sum(count for _, count, _ in suites)
    inside = "\n".join(text for _, _, text in suites)
    head = f'<testsuites name="symkl" tests="{cases}" failures="{failures}" errors="0">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{inside}\n</testsuites>'


def _suite(report: Report, failing: Sequence[Finding]) -> tuple[int, int, str]:
    rows = [of_row(report, row) for row in report.lines]
    skipped = {finding for finding, row in zip(rows, report.lines, strict=True) if row.status is Status.SKIPPED}
    cases = [*rows, *(each for each in failing if each not in rows)]
    shown = [_case(report.file, each, fails=each in failing, skipped=each in skipped) for each in cases]
    failures = sum(each in failing for each in cases)
    skips = len(skipped - set(failing))
    head = (
        f"  <testsuite name={_attribute(report.file)} tests=\"{len(cases)}\" failures=\"{failures}\" errors=\"0\" "
        f'skipped="{skips}">'
    )
    return len(cases), failures, "\n".join([head, *shown, "  </testsuite>"])


def _case(file: str, each: Finding, *, fails: bool, skipped: bool) -> str:
    name = _attribute(f"{each.part + ', ' if each.part else ''}line {each.line}, column {each.column}")
    head = f"    <testcase classname={_attribute(file)} name={name} file={_attribute(each.file)} line=\"{each.line}\""
    if fails:
        failure = f"<failure type={_attribute(each.status)} message={_attribute(each.message)}>"
        return f"{head}>{failure}{escape(_xml(f'{each.place}: {each.status}: {each.message}'))}</failure></testcase>"
    inside = "<skipped/>" if skipped else ""
    if each.notes:  # as that a second judge accepts it
        inside += f"<system-out>{escape(_xml(chr(10).join(each.notes)))}</system-out>"
    return f"{head}>{inside}</testcase>" if inside else f"{head}/>"


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def of_reports(reports: Iterable[Report]) -> dict[str, tuple[Finding, ...]]:
    """The findings of each document by its file, in their order."""
    return {report.file: findings(report) for report in reports}
