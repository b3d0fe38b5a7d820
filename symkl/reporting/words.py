"""What every way of reporting says in the same words: of a status, a law, a residual, a whole report."""

from __future__ import annotations

from symkl.checking.report import Line, Overall, Report, Status
from symkl.language.places import told
from symkl.reporting.sentences import in_letters

MARKS = {
    Status.PROVED: "✓",
    Status.REFUTED: "✗",
    Status.UNKNOWN: "?",
    Status.ASSUMED: "∴",
    Status.UNREADABLE: "⚠",
    Status.SKIPPED: "–",
    Status.STATED: "·",
}
OVERALL_MARKS = {
    Overall.PROVED: "✓",
    Overall.INCOMPLETE: "?",
    Overall.UNKNOWN: "?",
    Overall.UNREADABLE: "⚠",
    Overall.REFUTED: "✗",
}
SCOPES = {"optimiser": "for the maximiser (or minimiser), not the value", "factor": "up to a factor"}
NEED_ATTENTION = frozenset({Status.REFUTED, Status.UNKNOWN, Status.UNREADABLE, Status.SKIPPED})
_FUNCTIONS = frozenset({"log", "exp", "max", "min", "arg", "sup", "inf"})


def status(of: Status) -> str:
    """A status with its mark.

    >>> status(Status.REFUTED), status(Status.PROVED)
    ('✗ REFUTED', '✓ proved')
    """
    return f"{MARKS[of]} {of.value.upper() if of is Status.REFUTED else of.value}"


def reason(row: Line) -> str:
    """The law, of what it is true, and why: ``same maximiser, for the maximiser (or minimiser), not the value: ...``.

    >>> reason(Line(3, 1, "J = J", "=", Status.PROVED, law="identity", because="equal normal forms"))
    'identity: equal normal forms'
    """
    if row.status is Status.REFUTED:
        return "" if row.residual_words else row.because
    law = ", ".join(part for part in (row.law, SCOPES.get(row.scope or "")) if part)
    return ": ".join(part for part in (law, row.because) if part)


LONGEST = 300
"""The longest difference of two sides that is shown, in characters: four lines of a terminal. JSON has all of it."""


def off_by(row: Line) -> str:
    """By what a refuted or unknown row is off, or nothing where that is longer than a person reads."""
    text = row.residual.text if row.residual and len(row.residual.text) <= LONGEST else ""
    words = capitalised(row.residual_words)
    if words and (not text or text in words):
        return words
    if words:
        return f"{words.rstrip('.: ')}: {text}"
    return f"The two sides differ by {text}" if text else ""


def counted(report: Report) -> str:
    """How many rows came to what: ``1 of 8 rows. 6 proved, 1 stated.``; of a proof ``every claim. 2 rows: ...``.

    A row that only states a problem claims nothing, so "1 of 2 rows" would read like half a mark for a whole proof.
    """
    rows = len(report.lines)
    if not rows:
        return "no row was checked." if report.troubles else "no formula stands on a line of its own."
    counts = {status: sum(row.status is status for row in report.lines) for status in Status}
    first = next((status for status in Status if status.value == report.verdict.value), None)
    head = f"{counts[first]} of {rows} {plural('row', rows)}." if first is not None else "every row follows."
    if first is not None and not counts[first]:
        head = f"the document; {rows} {plural('row', rows)}."
    order = (
        Status.REFUTED, Status.UNREADABLE, Status.UNKNOWN, Status.SKIPPED, Status.PROVED, Status.ASSUMED, Status.STATED,
    )  # fmt: skip
    if first is Status.PROVED and counts[first]:
        each = ", ".join(f"{counts[s]} {s.value}" for s in order if counts[s])
        return f"every claim. {rows} {plural('row', rows)}: {each}." + _more(report)
    rest = ", ".join(f"{counts[s]} {s.value}" for s in order if counts[s] and s is not first)
    return (f"{head} {rest}." if rest else head) + _more(report)


def _more(report: Report) -> str:
    larger = len(report.too_large)
    return f" {larger} {plural('step', larger)} larger than allowed." if larger else ""


def not_checked(report: Report) -> str:
    """What was not judged, place by place; nothing where there is nothing.

    >>> from symkl.language.troubles import NotChecked
    >>> not_checked(Report("a.md", Overall.PROVED, None, (), not_checked=(NotChecked(3, 1, "code"),)))
    'Not checked: line 3 (code).'
    """
    told_ = [f"{told(each.line)} ({each.why})" for each in report.not_checked[:MOST_PLACES]]
    more = len(report.not_checked) - len(told_)
    rest = f", and {more} more {plural('place', more)}" if more else ""
    return f"Not checked: {', '.join(told_)}{rest}." if told_ else ""


MOST_PLACES = 12
"""How many places are told that were not checked."""


def claimed(report: Report) -> str:
    """Whether the claim is met, in a sentence; nothing where there is none."""
    if report.claim is None:
        return ""
    name = in_letters(report.claim.name)
    if report.claim.met:
        return f"Claim {name}: met."
    why = f" ({report.claim.why_not.rstrip('.')})" if report.claim.why_not else ""
    rows = " and ".join(f"$${row}$$" for row in report.claim.rows)
    return f"Claim {name}: NOT met{why}." + (f" To meet it, add {rows}" if rows else "")


def plural(noun: str, count: int) -> str:
    """The noun for so many.

    >>> plural("row", 1), plural("row", 2)
    ('row', 'rows')
    """
    return noun if count == 1 else noun + "s"


def capitalised(text: str) -> str:
    """The first word of a sentence with a capital; a formula (``r = ...``, ``π = ...``) as it is.

    >>> capitalised("two responses"), capitalised("r = 1"), capitalised("log Z")
    ('Two responses', 'r = 1', 'log Z')
    """
    word = text.partition(" ")[0].rstrip(",:")
    prose = len(word) > 1 and word.isascii() and word.isalpha() and word not in _FUNCTIONS
    return text[:1].upper() + text[1:] if prose else text
