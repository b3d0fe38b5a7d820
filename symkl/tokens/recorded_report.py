"""A report of a batch of samples -> what a terminal shows, and JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from symkl.reporting.styled import Text
from symkl.reporting.terminal import Look
from symkl.tokens.recorded import Mean, Ratios, Recorded
from symkl.tokens.report import number, paragraph, table

SCHEMA = "symkl-batch/1"

_SAID = {
    "on policy": ("✓", "on policy", "green"),
    "unknown": ("?", "not known to be on policy", "yellow"),
    "off policy": ("✗", "not on policy", "bold red"),
}


def render(report: Recorded, source: str, look: Look) -> Iterator[Text]:
    """The lines of the whole report."""
    tokens = f"{report.tokens:,} token{'' if report.tokens == 1 else 's'}"
    sequences = f"{report.sequences:,} sequence{'' if report.sequences == 1 else 's'}"
    yield from paragraph(f"{source}: {sequences}, {tokens} that count", look, style="bold")
    for note in report.notes:
        yield from paragraph(f"note: {note}", look, indent=2)
    yield Text()
    yield from paragraph("estimates of KL(π‖π_ref), with 95 % intervals by sequences", look, indent=2, style="bold")
    heads = ["", "a token", "interval", "a sequence", "interval"]
    rows = [
        [each.name, *(cell for mean in (each.token, each.sequence) for cell in (f"{mean.mean:.6g}", _interval(mean)))]
        for each in report.estimates
    ]
    yield from table(heads, rows, [""] * len(rows), look, left={0})
    yield from paragraph("k2 is no estimate of KL, but of half the mean squared log-ratio.", look, indent=2)
    if report.reward is not None:
        yield Text()
        rows = [["E[r]", f"{report.reward.mean:.6g}", _interval(report.reward)]]
        if report.objective is not None and report.beta is not None:
            label = f"E[r] − {number(report.beta)} KL"
            rows.append([label, f"{report.objective.mean:.6g}", _interval(report.objective)])
        yield from table(["", "a sequence", "interval"], rows, [""] * len(rows), look, left={0})
    yield Text()
    pairs = [("π_ref/π", report.reference)] + ([] if report.old is None else [("π/π_old", report.old)])
    rows = [
        [
            name, f"{each.mean.mean:.6g}", _interval(each.mean), f"e^{each.largest:.3g}", f"{each.clipped:.1%}",
            f"{each.effective:.4g}",
        ]
        for name, each in pairs
    ]  # fmt: skip
    heads = ["ratio", "mean", "interval", "farthest", "beyond 0.8 … 1.2", "sequences"]
    yield from table(heads, rows, [""] * len(rows), look, left={0})
    yield Text()
    mark, said, style = _SAID[report.drawn]
    yield from paragraph(f"{mark} {said}: {report.because}.", look, style=style)


def _interval(mean: Mean) -> str:
    if not math.isfinite(mean.half):
        return "unknown"
    return f"{mean.low:.6g} … {mean.high:.6g}"


def to_json(report: Recorded, source: str) -> str:
    """The report for programs, with the schema ``symkl-batch/1``; what is not finite is ``null``."""
    plain = {
        "schema": SCHEMA, "passed": report.passed, "source": source, "sequences": report.sequences,
        "tokens": report.tokens, "beta": report.beta,
        "estimates": [
            {"name": each.name, "token": _mean(each.token), "sequence": _mean(each.sequence)}
            for each in report.estimates
        ],
        "reward": None if report.reward is None else _mean(report.reward),
        "objective": None if report.objective is None else _mean(report.objective),
        "ratios": {
            "reference": _ratios(report.reference), "old": None if report.old is None else _ratios(report.old),
        },
        "drawn": report.drawn, "because": report.because, "notes": list(report.notes),
    }  # fmt: skip
    return json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False)


def _mean(mean: Mean) -> dict[str, Any]:
    return {"mean": _finite(mean.mean), "low": _finite(mean.low), "high": _finite(mean.high)}


def _ratios(ratios: Ratios) -> dict[str, Any]:
    return {
        "mean": _mean(ratios.mean), "farthest_log": _finite(ratios.largest), "beyond_clip": ratios.clipped,
        "effective_sequences": _finite(ratios.effective),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
