"""Whether the formula is what the function computes: its value and its gradient, at many points and two shapes.

What is traced is held against the function itself, run by torch in float64. A disagreement is an error of ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from symkl.auditing.expressions import Condition, Expressions, Symbol
from symkl.auditing.roles import LOGS, SHAPES, TRAINED, Input, sampled
from symkl.auditing.traces import Ran, Traced, Untraceable

SCALES = (0.05, 0.3, 1.0, 3.0, 10.0, 0.1, 0.6, 2.0, 30.0)
"""How far log-probabilities lie apart, point by point: every branch should be met."""

TOLERANCE = 1e-9
"""Of a difference, by the size of what is compared."""


@dataclass(frozen=True)
class Point:
    """A point at which a function was traced and run. ``conditions``: where its branches were taken."""

    sizes: Mapping[str, int]
    values: Mapping[Symbol, float]
    traced: Traced
    settled: tuple[int, ...]
    conditions: tuple[Condition, ...]
    ran: Ran


@dataclass(frozen=True)
class Checked:
    """What came of the check. ``wrong``: the first disagreement, in words; nothing where there is none."""

    points: tuple[Point, ...]
    worst: float
    wrong: str
    rounding: str = ""

    @property
    def branches(self) -> int:
        """How many different branches were met, at one shape."""
        return max(
            len({(p.settled, p.conditions) for p in self.points if p.sizes == shape}) for shape in SHAPES
        )  # fmt: skip


def check(
    function: Callable[..., Any], arguments: Mapping[str, Any], inputs: Mapping[str, Input], e: Expressions,
    output: str = "",
) -> Checked:  # fmt: skip
    """Trace a function at each point, and hold value and gradient against it. Raises what the function raises."""
    from symkl.auditing.tensors import run, trace

    points: list[Point] = []
    first: tuple[Point, list[float]] | None = None
    worst, wrong = 0.0, ""

    def again(point: Point, weights: list[float]) -> Ran:
        return run(function, arguments, point.sizes, point.values, TRAINED, weights, output)

    for number, sizes in enumerate(SHAPES):
        for index, scale in enumerate(SCALES):
            rng = Random(97 * number + index)
            values = sampled(inputs, sizes, rng, scale)
            traced = trace(function, arguments, sizes, values, e, output, seed=index)
            weights = [rng.gauss(0, 1) for _ in traced.output.entries]
            ran = run(function, arguments, sizes, values, TRAINED, weights, output, seed=index)
            settled = [e.settled(entry, values) for entry in traced.output.entries]
            conditions = {each: None for _, some in settled for each in some} | dict.fromkeys(traced.decided)
            point = Point(sizes, values, traced, tuple(s for s, _ in settled), tuple(conditions), ran)
            points.append(point)
            first = first or (point, weights)
            off, said = _off(e, point, weights)
            worst = max(worst, off)
            if len(points) == 1 or said:
                _steady(point, again(point, weights))
            if said and not wrong:
                wrong = said
    assert first is not None
    _steady(first[0], again(*first))
    return Checked(tuple(points), worst, wrong, _rounding(function, arguments, inputs, e, points, output))


def _steady(point: Point, again: Ran) -> None:
    """Raises: Untraceable, where a function gives another result when it is called again with the same arguments."""
    if repr(point.ran) != repr(again):  # as text, for NaN is not equal to itself
        raise Untraceable(
            "called again with the same arguments it gives another result: it draws, or keeps something between calls"
        )


def _off(e: Expressions, point: Point, weights: list[float]) -> tuple[float, str]:
    """How far off a trace is, relative to the size of what is compared, and in words where that is too far."""
    if point.traced.output.shape != point.ran.shape:
        return math.inf, f"the shape is {point.traced.output.shape} by the trace, {point.ran.shape} by the function"
    known: dict[int, float] = {}
    bounds: dict[int, float] = {}
    worst = 0.0
    for entry, real in zip(point.settled, point.ran.entries, strict=True):
        mine = e.value(entry, point.values, known)
        off = _apart(mine, real, e.rounding(entry, point.values, known, bounds))
        worst = max(worst, off)
        if off > TOLERANCE:
            return off, f"a value is {mine!r} by the trace, {real!r} by the function"
    for symbol in sorted(point.values):
        if symbol.role not in TRAINED:
            continue
        slopes = [(w, e.derivative(s, symbol))
                  for s, w in zip(point.settled, weights, strict=True) if symbol in e.symbols(s)]  # fmt: skip
        mine = sum(w * e.value(slope, point.values, known) for w, slope in slopes)
        real = 0.0 if point.ran.slopes is None else point.ran.slopes.get(symbol, 0.0)
        rounded = sum(abs(w) * e.rounding(slope, point.values, known, bounds) for w, slope in slopes)
        off = _apart(mine, real, rounded)
        worst = max(worst, off)
        if off > TOLERANCE:
            return off, f"a gradient is {mine!r} by the trace, {real!r} by autograd"
    return worst, ""


_PATHS = 1e3
"""The function may round on another way than the trace: so many times what rounding does to the trace is allowed."""


def _apart(mine: float, real: float, rounded: float) -> float:
    """How far apart two numbers are beyond rounding, relative to their size."""
    if mine == real or (mine != mine and real != real):
        return 0.0
    if not (math.isfinite(mine) and math.isfinite(real) and math.isfinite(rounded)):
        return math.inf
    return max(0.0, abs(mine - real) - _PATHS * rounded) / (1 + abs(real))


# --- rounding -----------------------------------------------------------------------------------

SMALL = (1e-1, 1e-2, 1e-3, 1e-4)
"""Differences of log-probabilities at which float32 is looked at, falling: where two policies are nearly one."""


def _rounding(
    function: Callable[..., Any], arguments: Mapping[str, Any], inputs: Mapping[str, Input], e: Expressions,
    points: list[Point], output: str,
) -> str:  # fmt: skip
    """From which difference of log-probabilities on float32 loses more than a tenth of the value, in words."""
    from symkl.auditing.tensors import run

    sizes = SHAPES[0]
    found = ""
    for small in SMALL:
        rng = Random(5)
        near = sorted(LOGS)
        values = {
            symbol: -1.5 + small * (near.index(symbol.role) + rng.uniform(0, 0.1)) if symbol.role in LOGS else value
            for symbol, value in sampled(inputs, sizes, rng, 1.0).items()
        }
        try:
            exact = run(function, arguments, sizes, values, frozenset(), (), output)
            rounded = run(function, arguments, sizes, values, frozenset(), (), output, dtype="float32")
        except Exception:
            return ""
        errors = [abs(a - b) / abs(b) for a, b in zip(rounded.entries, exact.entries, strict=True)
                  if b and math.isfinite(a) and math.isfinite(b)]  # fmt: skip
        if errors and max(errors) > 0.1:
            share = f"{max(errors):.0%}" if max(errors) < 10 else f"{max(errors):.0f} times itself"
            found = f"in float32, where log-probabilities differ by about {small:g}, a value is off by up to {share}"
            break
    return found
