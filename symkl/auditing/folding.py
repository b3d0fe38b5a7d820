"""Logits over a vocabulary, folded into the log-probability of the token that was sampled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from symkl.auditing.crosscheck import Checked, Point
from symkl.auditing.expressions import Condition, Expressions, Symbol
from symkl.auditing.roles import labels

_FOLDED = {"logits": "policy", "logits.reference": "reference"}
NOTE = "the labels are the samples: log π(y) is the log-softmax of the logits at the label"


def folded(e: Expressions, checked: Checked, roles: Collection[str]) -> Checked | None:
    """The same check in log π(y) instead of logits; None where logits stay, or π is among the arguments as well.

    ::

        log π(y) = z_y - log Σ_v exp z_v      so      log Σ_v exp z_v  becomes  z_y - log π(y)
        ─────────────────────────────────────────────────────────────────────────────────────
                             where then no z is left, the formula is one of log π(y)

    This renames and loses nothing: a gradient by the logits is the one that flows through log π(y).
    """
    if not {"labels", "index"} & {*roles} or any(log in roles for role, log in _FOLDED.items() if role in roles):
        return None
    points = tuple(_point(e, each) for each in checked.points)
    if any(s.role in _FOLDED for each in points for entry in _kept(each) for s in e.symbols(entry)):
        return None
    padded = tuple(_point(e, each) for each in checked.padded)
    sized = tuple((words, _point(e, each)) for words, each in checked.sized)
    return replace(checked, points=points, padded=padded, sized=sized)


def _kept(point: Point) -> tuple[int, ...]:
    """The entries of its tokens: what stands at padding is nobody's sample."""
    shape, mask = point.traced.output.shape, point.mask
    if shape != (point.sizes["B"], point.sizes["T"]):
        return point.settled
    counts = [bool(each) for row in mask for each in row]
    return tuple(entry for entry, counted in zip(point.settled, counts, strict=True) if counted)


def _point(e: Expressions, point: Point) -> Point:
    """A point with its logits folded."""
    instead: dict[int, int] = {}
    values = dict(point.values)
    for role, log in _FOLDED.items():
        for i, row in enumerate(labels(point.sizes)):
            for j, label in enumerate(row):
                if Symbol(role, (i, j, 0)) not in values:
                    continue
                logits = [e.entry(role, (i, j, v)) for v in range(point.sizes["V"])]
                total = e.call("log", e.add(*(e.call("exp", each) for each in logits)))
                instead[total] = e.subtract(logits[label], e.entry(log, (i, j)))
                values[Symbol(log, (i, j))] = e.value(e.subtract(logits[label], total), point.values)

    def fold(entry: int) -> int:
        return e.rebuilt(entry, lambda number, go: instead.get(number))

    traced = point.traced
    output = replace(traced.output, entries=tuple(map(fold, traced.output.entries)))
    decided = tuple(Condition(fold(each.larger), fold(each.smaller)) for each in traced.decided)
    conditions = tuple(Condition(fold(each.larger), fold(each.smaller)) for each in point.conditions)
    return replace(
        point, values=values, settled=tuple(map(fold, point.settled)), conditions=conditions,
        traced=replace(traced, output=output, decided=decided),
    )  # fmt: skip
