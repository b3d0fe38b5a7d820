"""A proof document, checked, as docutils nodes: its own prose, and under each row what symkl says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from docutils import nodes

from symkl.checking.document import check
from symkl.checking.report import Line, Overall, Report
from symkl.language.proof import Proof
from symkl.meaning.document import read
from symkl.reading.blocks import Block, Kind
from symkl.reading.documents import blocks, displays, expansion, is_latex
from symkl.reading.places import line_starts
from symkl.reporting import words
from symkl.sphinx import rows
from symkl.sphinx.prose import inline, prose


@dataclass(frozen=True)
class Checked:
    """A document with its proof and report."""

    text: str
    proof: Proof
    report: Report

    @cached_property
    def heading(self) -> Block | None:
        """Its first heading of the first rank."""
        found = () if self.is_latex else blocks(self.text)
        return next((each for each in found if each.kind is Kind.HEADING and each.level == 1), None)

    @property
    def title(self) -> str:
        """The words of its first heading, or the name of its file."""
        words_ = "".join(node.astext() for node in inline(self.heading.text)) if self.heading else ""
        return words_ or PurePath(self.report.file).stem

    @property
    def is_latex(self) -> bool:
        """Whether it is LaTeX, of which the rows are shown and not the prose."""
        return is_latex(self.text, self.report.file)


def checked(text: str, file: str, claim: str | None = None) -> Checked:
    """Read a document and check it."""
    proof = read(text, file)
    return Checked(text, proof, check(proof, file, claim=claim))


def body(document: Checked, *, heading: bool) -> list[nodes.Node]:
    """The document's prose and rows; with ``heading`` its first heading is left to the page."""
    text, report = document.text, document.report
    shown = [_row(line, row.source) for line, row in zip(report.lines, document.proof.rows, strict=True)]
    troubles = [rows.trouble(each) for each in report.troubles]
    if document.is_latex:
        return [*troubles, *shown, summary(document)]
    if heading and (first := document.heading) is not None:
        # Blanked, so that every formula stays where it is; what a heading has of formulas is shown below it.
        blank = re.sub(r"[^\n]", " ", text[first.span.start : first.span.stop])
        text = text[: first.span.start] + blank + text[first.span.stop :]
    formulas = displays(document.text)
    starts = line_starts(document.text)
    written = [starts[row.line - 1] + row.column - 1 for row in document.proof.rows]
    place = {k: n for n, span in enumerate(formulas) for k, at in enumerate(written) if span.start <= at < span.stop}

    def rows_at(n: int) -> list[nodes.Node]:
        return [row for k, row in enumerate(shown) if place.get(k) == n]

    told = prose(text, formulas, rows_at, expansion(document.text))
    return [*troubles, *told, *(row for k, row in enumerate(shown) if k not in place), summary(document)]


def _row(line: Line, source: str) -> nodes.container:
    out = nodes.container("", classes=["symkl-row", f"symkl-{line.status.value}"], row=int(line.line))
    if line.trouble is not None:
        out += rows.trouble(line.trouble)
        return out
    out += rows.math(_shown(source))
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
    if report.not_checked:
        out += rows.text(words.not_checked(report), "symkl-not-checked")
    if report.rests_on and report.verdict in (Overall.PROVED, Overall.INCOMPLETE, Overall.REFUTED, Overall.UNKNOWN):
        out += rows.text(f"Rests on: {', '.join(report.rests_on)}.", "symkl-rests-on")
    return out


_DROPPED = re.compile(
    r"\\label\{[^}]*\}|\{#[^}]*\}|\\(?:no(?:tag|number))\b"
    # What moves or paints parts of a formula says nothing, and could say anything.
    r"|\\(?:[hvm]space|[hv]?phantom)\*?\{[^{}]*\}|\\(?:text)?color(?:box)?\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}|\\[hm]skip[^\\{}a-z]*(?:em|ex|pt|mu)?|\\(?:smash|mathclap)\b"
)
_TAG = re.compile(r"\\tag\*?\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")


def _shown(source: str) -> str:
    r"""A row as a formula of its own: alignment marks, labels and layout dropped, ``\tag{3}`` written out."""
    source = _TAG.sub(lambda m: "" if "\\" in m[1] or "$" in m[1] else rf"\qquad ({m[1]})", _DROPPED.sub("", source))
    return re.sub(r"(?<!\\)&", " ", source).strip().removesuffix("\\\\").strip()
