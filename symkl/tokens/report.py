"""A report of a check -> what a terminal shows, and JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from symkl.reporting.cells import cell_len
from symkl.reporting.styled import Text
from symkl.reporting.terminal import Look
from symkl.reporting.text import spelled, wrap
from symkl.tokens.checking import CheckReport, Estimate, Quantity, Top

SCHEMA = "symkl-tokens/1"

_HEADS = {
    "log_partition": "log Z",
    "expected_reward": "E[r]",
    "kl": "KL(π*‖π_ref)",
    "entropy": "H(π*)",
    "max_log_policy": "max log π*",
    "total": "Σ π* − 1",
    "log_policy": "log π*",
}
_GAP = "  "
_MORE = 1.2  # a deviation so much larger than that of the samples is not by chance: thousands were drawn
_NARROW = 48  # below this, what is told of a fact stands under its name
_GOOD, _BAD, _WARNING = "green", "bold red", "yellow"


# --- the terminal -------------------------------------------------------------------------------


def render(report: CheckReport, look: Look) -> Iterator[Text]:
    """The lines of the whole report."""
    yield from paragraph(_title(report), look, style="bold")
    for note in report.notes:
        yield from paragraph(f"note: {note}", look, indent=2)
    yield Text()
    yield from _quantities(report.quantities, report.arithmetic, look)
    yield Text()
    yield from _facts(report, look)
    yield Text()
    yield from _top(report.top, look)
    yield Text()
    yield from _estimates(report, look)
    yield Text()
    yield from _verdict(report, look)


def _title(report: CheckReport) -> str:
    whose = ("symkl's kernels" if report.fused else "symkl") if report.own else report.checked
    return (
        f"{report.source}: {_count(report.rows, 'row')} of {_count(report.vocabulary, 'token')}, {report.dtype}, "
        f"β = {number(report.beta)}; {whose} on {report.device}"
        if report.own
        else f"{whose}: {_count(report.rows, 'row')} of {_count(report.vocabulary, 'token')}, {report.dtype}, "
        f"β = {number(report.beta)}; for {report.source}"
    )


def _quantities(quantities: Sequence[Quantity], arithmetic: str, look: Look) -> Iterator[Text]:
    heads = ["", "error", "bound", "ratio", "row", "token", ""]
    rows = [
        [
            _HEADS[each.name], f"{each.error:.2e}", f"{each.bound:.2e}", _ratio(each.ratio), f"{each.row:,}",
            "" if each.token is None else f"{each.token:,}", _judged(each),
        ]
        for each in quantities
    ]  # fmt: skip
    styles = [_BAD if each.exceeded else _WARNING if each.undecided else _GOOD for each in quantities]
    title = f"the worst error of each, by its share of the bound for {arithmetic} arithmetic"
    yield from paragraph(title, look, indent=2, style="bold")
    yield from table(heads, rows, styles, look, left={0, 6})


def _judged(quantity: Quantity) -> str:
    return "✗ EXCEEDED" if quantity.exceeded else "? no bound" if quantity.undecided else "✓ within"


def _facts(report: CheckReport, look: Look) -> Iterator[Text]:
    coverage = report.coverage
    if coverage.complete:
        told = f"{coverage.counted:,} of {coverage.expected:,} tokens, and their indices sum to the same"
    elif coverage.counted != coverage.expected:
        told = f"{coverage.counted:,} tokens where {coverage.expected:,} have mass, first in row {coverage.row:,}"
    else:
        told = f"as many tokens as have mass, but others, first in row {coverage.row:,}"
    yield from _fact("coverage", told, coverage.complete, look)
    if report.probes is not None:
        probes = report.probes
        told = f"{_count(probes.rows, 'row')} with the mass at an edge of a tile of {probes.tile:,}"
        if probes.exceeded or probes.undecided:
            told += f": {'off' if probes.exceeded else 'no bound'} at token {probes.token:,}"
        else:
            told += f": ratio {_ratio(probes.ratio)} at most"
        yield from _fact("probes", told, not (probes.exceeded or probes.undecided), look)
    if report.exponential is not None:
        exponential = report.exponential
        told = f"off by {exponential.worst:.2g} u at most, at {exponential.where:.3g}; {exponential.model} are allowed"
        yield from _fact("exp", told, exponential.held, look)
    told = (
        f"float64 with correctly rounded sums, of {_count(report.referred, 'row')}; within {report.certified:.1e} of "
        f"the exact values of row {report.certified_row:,}, by ball arithmetic"
    )
    if not report.sound:
        told += ", which is too far to hold anything against it"
    yield from _fact("reference", told, report.sound, look)


def _fact(name: str, told: str, good: bool, look: Look) -> Iterator[Text]:
    mark = _spelled("✓ " if good else "✗ ", look)
    narrow = look.width < _NARROW
    head = Text("  ").append(mark, _GOOD if good else _BAD).append(name if narrow else f"{name:<11}", "dim")
    if narrow:
        yield head
        head = Text("    ")
    yield from _hung(head, told, look, style="" if good else _BAD)


def _top(top: Top, look: Look) -> Iterator[Text]:
    count = len(top.before)
    yield from paragraph(f"the {count} likeliest tokens of row {top.row:,}", look, indent=2, style="bold")
    rows = [
        [str(i + 1), f"{b:,}", f"{lb:.5f}", f"{a:,}", f"{la:.5f}"]
        for i, ((b, lb), (a, la)) in enumerate(zip(top.before, top.after, strict=True))
    ]
    yield from table(["", "before", "log π_ref", "after", "log π*"], rows, [""] * count, look)


def _estimates(report: CheckReport, look: Look) -> Iterator[Text]:
    sampled = f"estimators of KL(π*‖π_ref) = {report.row_kl:.6g} of row {report.top.row:,}"
    sampled += f", from {_count(report.samples, 'token')} of π*"
    yield from paragraph(sampled, look, indent=2, style="bold")
    rows = [
        [
            each.name, f"{each.mean:.6g}", f"{each.low:.6g} … {each.high:.6g}", f"{each.exact:.6g}",
            "covered" if each.covers else "missed", _bias(each, report.row_kl),
        ]
        for each in report.estimates
    ]  # fmt: skip
    styles = ["" if each.covers else _WARNING for each in report.estimates]
    heads = ["", "mean", "95 % interval", "exact mean", "", "bias"]
    yield from table(heads, rows, styles, look, left={0, 4, 5})
    missed = [each for each in report.estimates if not each.covers]
    wrong = any(each.exceeded for each in report.quantities) or not report.coverage.complete
    if missed and wrong:
        yield from paragraph("What is off by more than its bound is in these numbers, too.", look, indent=2)
        return
    rare = [each for each in missed if each.deviation > _MORE * each.seen]
    for each in rare:
        told = f"{each.name} deviates by {each.deviation:.3g}, of which these tokens show {each.seen:.3g}: rare ones "
        yield from paragraph(told + "count for much, and its interval is too short.", look, indent=2)
    if len(missed) > len(rare):
        yield from paragraph("One interval in twenty misses by chance; another --seed draws others.", look, indent=2)


def _bias(each: Estimate, kl: float) -> str:
    off = each.exact - kl
    return "none" if abs(off) <= 1e-5 * abs(kl) + 1e-12 else f"{off:+.3g}"


def _verdict(report: CheckReport, look: Look) -> Iterator[Text]:
    if report.passed:
        sure = _spelled("✓ ", look)
        yield from _hung(Text().append(sure, _GOOD), f"within every bound: {_covers(report)}.", look, style=_GOOD)
        return
    names = [_HEADS[each.name] for each in report.quantities if each.exceeded]
    wrong = [f"beyond the bound: {', '.join(names)}"] if names else []
    wrong += ["tokens are missing or too many"] if not report.coverage.complete else []
    wrong += ["off at the edge of a tile"] if report.probes is not None and report.probes.exceeded else []
    wrong += ["the exponential is worse than supposed"] if report.exponential and not report.exponential.held else []
    if wrong:
        yield from _hung(Text().append(_spelled("✗ ", look), _BAD), "; ".join(wrong) + ".", look, style=_BAD)
    if not report.sound:
        told = "nothing can be said where the reference is not known to be right; use a larger β or smaller rewards."
        yield from _hung(Text().append("? ", _WARNING), told, look, style=_WARNING)
    if report.probes is not None and report.probes.undecided:
        told = "nothing can be said of the rows with the mass at an edge of a tile: they have no bound."
        yield from _hung(Text().append("? ", _WARNING), told, look, style=_WARNING)
    undecided = [each for each in report.quantities if each.undecided]
    if undecided:
        told = f"nothing can be said of {', '.join(_HEADS[each.name] for each in undecided)}, as in row"
        them = "it" if len(undecided) == 1 else "them"
        told += f" {undecided[0].row:,}: rounding alone may have done anything to {them}."
        yield from _hung(Text().append("? ", _WARNING), told, look, style=_WARNING)
    if report.own or not wrong:
        return
    if report.smells:
        yield from paragraph("What would explain it, the best first:", look, indent=2, style=_WARNING)
        for smell in report.smells:
            told = f"{smell.name}: {smell.sentence}, which leaves {smell.left:.1%} of the error"
            yield from paragraph(told, look, indent=4, style="")
    elif report.chain is not None:
        told = f"Sums of {report.chain:,} additions one after the other would explain it. If that is how they are made"
        yield from paragraph(f"{told}, write --chain {report.chain}.", look, indent=2, style=_WARNING)
    else:
        yield from paragraph("No mistake that is known here explains it.", look, indent=2, style=_WARNING)


def _covers(report: CheckReport) -> str:
    """What a tick is said of."""
    if report.referred == report.rows:
        return "every quantity of every row" if report.own else "log π* and Σ π* of every row"
    if report.own:
        return f"log π* and Σ π* of every row, the other quantities of {report.referred:,}"
    return "log π* and Σ π* of every row"


# --- text ---------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number as people write it: what reads back as the same, without a point where there is no fraction.

    >>> number(1.0), number(0.1), number(1e-30)
    ('1', '0.1', '1e-30')
    """
    return f"{int(value)}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _ratio(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:,.0f}" if value < 1e6 else f"{value:.1e}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: Sequence[str],
    look: Look,
    *,
    left: Collection[int] = (),
) -> Iterator[Text]:
    """Numbers right below each other; in a terminal too narrow for that, one number a line."""
    heads, rows = [_spelled(head, look) for head in heads], [[_spelled(cell, look) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]
    if 2 + sum(widths) + len(_GAP) * (len(widths) - 1) > look.width:
        yield from _stacked(heads, rows, styles, look)
        return
    for cells, style in zip([heads, *rows], ["dim", *styles], strict=True):
        padded = [
            cell + " " * (width - cell_len(cell)) if i in left else " " * (width - cell_len(cell)) + cell
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        yield Text("  ").append(_GAP.join(padded).rstrip(), style)


def _stacked(heads: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str], look: Look) -> Iterator[Text]:
    wide = max(map(cell_len, heads))
    for row, style in zip(rows, styles, strict=True):
        yield from paragraph(row[0], look, indent=2, style=style)
        for head, cell in list(zip(heads, row, strict=True))[1:]:
            if cell:
                padded = head + " " * (wide - cell_len(head))
                yield from paragraph(f"{padded}{_GAP}{cell}", look, indent=4, style=style)


def _spelled(text: str, look: Look) -> str:
    return spelled(text, look.encoding)


def paragraph(text: str, look: Look, *, indent: int = 0, style: str = "dim") -> Iterator[Text]:
    """Text that keeps to the width."""
    yield from _hung(Text(" " * indent), text, look, style=style)


def _hung(head: Text, text: str, look: Look, *, style: str = "dim") -> Iterator[Text]:
    text = _spelled(text, look)
    used = cell_len(head.plain)
    for start, stop in wrap(text, max(look.width - used, 8), 0):
        yield head.append(text[start:stop], style)
        head = Text(" " * used)


# --- JSON ---------------------------------------------------------------------------------------


def to_json(report: CheckReport) -> str:
    """The report for programs, with the schema ``symkl-tokens/1``; what is not finite is ``null``."""
    return json.dumps(_finite(_plain(report)), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(report: CheckReport) -> dict[str, Any]:
    coverage, probes, exponential = report.coverage, report.probes, report.exponential
    return {
        "schema": SCHEMA,
        "passed": report.passed,
        "source": report.source,
        "checked": report.checked,
        "rows": report.rows,
        "vocabulary": report.vocabulary,
        "dtype": report.dtype,
        "arithmetic": report.arithmetic,
        "beta": report.beta,
        "device": report.device,
        "fused": report.fused,
        "seed": report.seed,
        "notes": list(report.notes),
        "quantities": [
            {
                "name": each.name, "error": each.error, "bound": each.bound, "ratio": each.ratio,
                "row": each.row, "token": each.token, "exceeded": each.exceeded, "undecided": each.undecided,
            }
            for each in report.quantities
        ],
        "coverage": {
            "counted": coverage.counted, "expected": coverage.expected,
            "index_sum": coverage.index_sum, "expected_index_sum": coverage.expected_index_sum,
            "complete": coverage.complete, "row": coverage.row,
        },
        "probes": None if probes is None else {
            "rows": probes.rows, "tile": probes.tile, "ratio": probes.ratio, "exceeded": probes.exceeded,
            "token": probes.token, "undecided": probes.undecided,
        },
        "exponential": None if exponential is None else {
            "worst_units": exponential.worst, "at": exponential.where, "model": exponential.model,
            "held": exponential.held,
        },
        "reference": {
            "rows": report.referred, "certified": report.certified, "certified_row": report.certified_row,
            "sound": report.sound,
        },
        "top": {
            "row": report.top.row,
            "before": [{"token": token, "log_probability": log} for token, log in report.top.before],
            "after": [{"token": token, "log_probability": log} for token, log in report.top.after],
        },
        "estimators": {
            "row": report.top.row, "samples": report.samples, "kl": report.row_kl,
            "estimates": [
                {
                    "name": each.name, "mean": each.mean, "low": each.low, "high": each.high, "exact": each.exact,
                    "deviation": each.deviation, "seen_deviation": each.seen, "covers": each.covers,
                }
                for each in report.estimates
            ],
        },
        "smells_of": [{"name": each.name, "sentence": each.sentence, "left": each.left} for each in report.smells],
        "chain": report.chain,
    }  # fmt: skip


def _finite(value: Any) -> Any:
    """JSON has no infinity and no NaN."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
