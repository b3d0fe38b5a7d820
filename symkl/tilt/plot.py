"""Figures -> a drawing for a page: π_ref beside π*, and the frontier with its slope. The one importer of matplotlib."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symkl.tilt.figures import Point, Tilted, Tilts
from symkl.tilt.formats import plain
from symkl.tilt.selecting import movers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = (".svg", ".png", ".pdf")

_BARS = 12  # responses that can be told apart
_MOST_POLICIES = 5
_GREY = "#b4b8bf"
_COLOURS = ("#c8553d", "#e0a458", "#3a7ca5", "#2f6690", "#81559b")
_STYLE: Any = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "legend.frameon": False,
    "axes.titlelocation": "left", "svg.hashsalt": "symkl", "svg.fonttype": "path", "font.family": "DejaVu Sans",
    "text.usetex": False, "text.parse_math": False, "axes.edgecolor": "#444", "axes.linewidth": 0.8,
}  # fmt: skip


def available() -> bool:
    """Whether matplotlib is there."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(tilts: Tilts, path: str) -> None:
    """Write the drawing to ``path``. Same figures, same file."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    shown = tilts.tilted[:_MOST_POLICIES]
    rows = movers(tilts, shown, most=_BARS, shown=_BARS)
    with plt.rc_context(_STYLE):
        tall = max(3.6, 1.0 + len(rows) * (0.1 + 0.11 * (len(shown) + 1)))
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, tall), layout="constrained")
        _policies(left, tilts, shown, rows)
        _frontier(right, tilts, shown)
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=1 + _MOST_POLICIES)
        kind = os.path.splitext(path)[1].lower()
        metadata: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(kind, {})
        try:
            figure.savefig(path, dpi=200, metadata=metadata)
        finally:
            plt.close(figure)


def _policies(axes: Axes, tilts: Tilts, shown: Sequence[Tilted], rows: Sequence[int]) -> None:
    """Groups of bars, one group a response, the best reward on top."""
    rows = sorted(rows, key=lambda row: -tilts.table.rewards[row])
    series = [("π_ref", _GREY, tilts.reference[rows])] + [
        (f"π*, β = {plain(each.point.beta)}", colour, each.policy(rows))
        for each, colour in zip(shown, _COLOURS, strict=False)
    ]
    high = 0.82 / len(series)
    places = np.arange(len(rows))
    for i, (label, colour, balls) in enumerate(series):
        axes.barh(places + (i - (len(series) - 1) / 2) * high, [float(ball) for ball in balls], high * 0.92,
                  label=label, color=colour)  # fmt: skip
    axes.set_yticks(places, [_label(tilts, row) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("probability")
    left_out = len(tilts.table) - len(rows)
    more = f"\nthe {len(rows)} of {len(tilts.table):,} that moved most" if left_out else ""
    axes.set_title(f"what each response becomes{more}")


def _label(tilts: Tilts, row: int) -> str:
    name = tilts.table.responses[row]
    if tilts.table.labels is not None:
        name = f"{tilts.table.labels[row]}: {name}"
    name = "".join(c if c.isprintable() else " " for c in name)
    name = name if len(name) <= 28 else name[:27] + "…"
    return f"{name}   r = {plain(tilts.table.rewards[row])}"


def _frontier(axes: Axes, tilts: Tilts, shown: Sequence[Tilted]) -> None:
    """E[r] against KL, and at each marked temperature the tangent, whose slope is β."""
    points = sorted(tilts.frontier, key=lambda point: -point.beta)
    xs, ys = _place(tilts, points)
    start = float(tilts.mean(tilts.reference_reward))  # β → ∞
    if xs[0] < 0.02 * max(xs):  # else there is a curve between that is not known
        xs, ys = [0.0, *xs], [start, *ys]
    axes.plot(xs, ys, color="#333", linewidth=1.4, zorder=2)
    axes.plot([0], [start], "o", color=_GREY, markersize=7, zorder=3)
    axes.annotate("π_ref", (0, start), (8, -3), textcoords="offset points", color="#666")
    wide, tall = max(xs) or 1.0, (max(ys) - start) or 1.0
    for each, colour in zip(shown, _COLOURS, strict=False):
        (x,), (y,) = _place(tilts, [each.point])
        slope = float(each.point.beta)
        # As long on the page for every slope.
        run = 0.16 / np.hypot(1 / wide, slope / tall)
        if max(xs) > 0:  # else the frontier is a point, which has no slope
            axes.plot([x - run, x + run], [y - run * slope, y + run * slope], color=colour, linewidth=1.4, zorder=3)
        axes.plot([x], [y], "o", color=colour, markersize=6, zorder=4)
        # Below a concave curve there is room.
        axes.annotate(
            f"β = {plain(each.point.beta)}", (x, y), (8, -16 if slope * wide / tall < 0.8 else -5),
            textcoords="offset points", color=colour, fontweight="bold",
        )  # fmt: skip
    axes.set_xlabel("KL(π*‖π_ref), nats")
    axes.set_ylabel("E[r]")
    axes.set_xlim(-0.04 * wide, 1.2 * wide)
    axes.set_ylim(start - 0.08 * tall, max(ys) + 0.08 * tall)
    average = f"\naverage over {len(tilts.layout):,} prompts" if len(tilts.layout) > 1 else ""
    axes.set_title(f"the frontier: its slope dE[r]/dKL is β{average}")


def _place(tilts: Tilts, points: Sequence[Point]) -> tuple[list[float], list[float]]:
    xs = [float(tilts.mean(point.kl)) for point in points]
    return xs, [float(tilts.mean(point.expected_reward)) for point in points]
