"""An audit for a terminal: what the function computes, what that estimates, and where that ends."""

from __future__ import annotations

from collections.abc import Iterator

from symkl.auditing.claims import Claim, Use
from symkl.auditing.report import Audit
from symkl.checking.report import Overall, Status
from symkl.language.places import part_of
from symkl.reporting import words
from symkl.reporting.cells import cell_len
from symkl.reporting.styled import Text, joined
from symkl.reporting.terminal import STYLES, Look, guarded, hung, shown_counterexample, troubled
from symkl.reporting.text import spelled

_LABEL = 10
_BODY = 6
_OVERALL = {
    Overall.PROVED: "green", Overall.REFUTED: "bold red", Overall.UNKNOWN: "yellow", Overall.INCOMPLETE: "yellow",
    Overall.UNREADABLE: "magenta",
}  # fmt: skip


def render_audit(audit: Audit, look: Look | None = None) -> Text:
    """The whole audit."""
    return joined(_lines(audit, look or Look()))


def _lines(audit: Audit, look: Look) -> Iterator[Text]:
    yield from hung(Text(), f"{audit.file}:{audit.line} {audit.name}", look, style="bold", hang=2)
    yield from _said("with", ", ".join(f"{name} = {value}" for name, value in audit.arguments), look)
    if audit.defaults:
        left = ", ".join(f"{name}={value}" for name, value in audit.defaults)
        where = "its default" if len(audit.defaults) == 1 else "their defaults"
        yield from _said("default", f"left at {where}: {left}", look)
    if audit.computes is not None:
        yield from _said("computes", audit.computes.text, look, formula=True)
    if audit.whole is not None:
        yield from _said("in full", audit.whole.text, look, formula=True)
    if audit.gathered:
        yield from _said("gathers", audit.gathered, look)
    if audit.trouble is not None:
        yield from troubled(audit.trouble, audit.file, 2, look)
    for claim in audit.claims:
        yield from _claim(claim, look)
    for each in audit.limits:
        yield from _said("limit", each, look)
    for each in audit.notes:
        yield from _said("note", each, look)
    yield from guarded(audit.report.disagreements, look)
    if audit.points and not audit.report.disagreements:
        yield from _said("trust", audit.trust + ".", look)
    mark = Text(spelled(f"{words.OVERALL_MARKS[audit.verdict]} ", look.encoding), _OVERALL[audit.verdict])
    yield from hung(mark, _verdict(audit), look)


def _said(label: str, text: str, look: Look, formula: bool = False) -> Iterator[Text]:
    head = Text("  ").append(f"{label:<{_LABEL}}", "dim")
    yield from hung(head, spelled(text, look.encoding) if formula else text, look, hang=2 * formula, formula=formula)


def _claim(claim: Claim, look: Look) -> Iterator[Text]:
    row = claim.line
    status = spelled(words.status(row.status), look.encoding)
    head = Text("  ").append(status, STYLES[row.status]).append(" " * (_LABEL - cell_len(status) + 2))
    answers = {Status.PROVED: ", as expected", Status.REFUTED: ", not as expected"}
    of = f": {claim.of}" if claim.use in (Use.NAME, Use.MINIMISER, Use.NOISE) else ""
    said = part_of(row.line) + of + (answers.get(row.status, ", as expected?") if claim.expected else "")
    yield from hung(head, said, look, style="bold")
    indent = Text(" " * _BODY)
    if row.readable:
        yield from hung(indent, spelled(row.readable, look.encoding), look, hang=2, formula=True)
    if reason := words.reason(row):
        yield from hung(indent, reason, look, style="dim")
    if residual := words.off_by(row):
        yield from hung(indent, residual, look, hang=2)
    if row.counterexample is not None:
        yield from shown_counterexample(row.counterexample, _BODY, look)
    for first, suggestion in enumerate(row.suggestions):
        opening = Text(" " * _BODY).append("or: " if first else "Did you mean: ", "bold")
        yield from hung(opening, f"{suggestion.edit} ({suggestion.slip}). Then it is proved.", look, anchor=_BODY)
    for note in row.notes:
        yield from hung(indent, f"note: {note}", look, style="dim", hang=2)
    if claim.beyond is not None:
        yield from shown_counterexample(claim.beyond, _BODY, look)


def _verdict(audit: Audit) -> str:
    if audit.report.disagreements:
        return "nothing in this audit is to be relied on."
    if audit.trouble is not None:
        return "nothing is said of this function."
    if not audit.claims:
        return "no claim is made of this function."
    expected = [claim for claim in audit.claims if claim.expected]
    if not expected:
        count = sum(claim.line.status is Status.PROVED for claim in audit.claims)
        return f"{count} of {len(audit.claims)} proved; nothing was expected of it."
    met = [claim for claim in expected if claim.line.status is Status.PROVED]
    tail = ", on the branch of close policies" if any(claim.inside_only for claim in met) else ""
    return f"{len(met)} of {len(expected)} expected proved{tail}."
