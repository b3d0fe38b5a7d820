"""A proof document, checked, as docutils nodes: its own prose, and under each row what symkl says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from docutils import nodes

from symkl.checking import check
from symkl.proof import Proof
from symkl.reading.document import read
from symkl.reading.markdown import displays
from symkl.report import Line, Overall, Report
from symkl.reporting import words
from symkl.sphinx import rows
from symkl.sphinx.prose import prose


@dataclass(frozen=True)
class Checked:
    """A document with its proof and report."""

    text: str
    proof: Proof
    report: Report

    @property
    def title(self) -> str:
        """Its first heading, or the name of its file."""
        found = _TITLE.search(self.text)
        return found[1].strip() if found else PurePath(self.report.file).stem


_TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)


def checked(text: str, file: str, claim: str | None = None) -> Checked:
    """Read a document and check it."""
    proof = read(text, file)
    return Checked(text, proof, check(proof, file, claim=claim))


def body(document: Checked, *, heading: bool) -> list[nodes.Node]:
    """The document's prose and rows; with ``heading`` its first heading is left to the page."""
    text, report = document.text, document.report
    if heading:
        text = _TITLE.sub(lambda m: " " * len(m[0]), text, count=1)
    formulas = displays(text)
    line_of = dict(zip((id(row) for row in document.proof.rows), report.lines, strict=True))

    def shown(n: int) -> list[nodes.Node]:
        span = formulas[n]
        inside = [row for row in document.proof.rows if span.start <= row.span.start < span.stop]
        return [_row(line_of[id(row)]) for row in inside]

    troubles = [rows.trouble(each) for each in report.troubles]
    return [*troubles, *prose(text, formulas, shown), summary(document)]


def _row(line: Line) -> nodes.container:
    out = nodes.container("", classes=["symkl-row", f"symkl-{line.status.value}"])
    if line.trouble is not None:
        out += rows.trouble(line.trouble)
        return out
    out += rows.math(_shown(line.source))
    out += rows.said(line, "" if line.residual_words and line.suggestions else _because(line), f"(line {line.line})")
    out += rows.details(line, line.notes)
    return out


def _because(line: Line) -> str:
    return "" if line.residual_words else line.because


def summary(document: Checked) -> nodes.container:
    """The verdict of the whole, in words."""
    report = document.report
    lead = nodes.paragraph("", "", rows.verdict(report.verdict), nodes.Text(f": {words.counted(report)}"))
    out = nodes.container("", lead, classes=["symkl-summary", f"symkl-{report.verdict.value}"])
    if report.claim is not None:
        met = "is met" if report.claim.met else f"is not met: {report.claim.why_not}"
        sentence = nodes.paragraph("", "Claim ")
        sentence += [rows.link("theorem", report.claim.name), nodes.Text(f" {met}.")]
        out += sentence
    if report.rests_on and report.verdict in (Overall.PROVED, Overall.INCOMPLETE, Overall.REFUTED, Overall.UNKNOWN):
        out += rows.text(f"Rests on: {', '.join(report.rests_on)}.", "symkl-rests-on")
    return out


_DROPPED = re.compile(r"\\label\{[^}]*\}|\{#[^}]*\}|\\(?:no(?:tag|number))\b")
_TAG = re.compile(r"\\tag\*?\{([^}]*)\}")


def _shown(source: str) -> str:
    r"""A row as a formula of its own: alignment marks and labels dropped, ``\tag{3}`` written out."""
    source = _TAG.sub(r"\\qquad (\1)", _DROPPED.sub("", source))
    return re.sub(r"(?<!\\)&", " ", source).strip().removesuffix("\\\\").strip()
