"""Whether the formula is what the function computes: its value and its gradient, at many points and two shapes.

What is traced is held against the function itself, run by torch in float64. A disagreement is an error of ours. Beside
points drawn at random there are those where a choice is a tie, masks of every kind, and points that are looked for
because no other took a branch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from symkl.auditing.exploring import Unmet, elsewhere, unmet
from symkl.auditing.expressions import Condition, Expressions, Symbol
from symkl.auditing.resizing import LIKE, resized, said
from symkl.auditing.roles import LOGS, NUMBERS, SHAPES, TRAINED, Input, Padding, mask, sampled
from symkl.auditing.traces import Ran, Traced, Untraceable

SCALES = (0.05, 0.3, 1.0, 3.0, 10.0, 0.1, 0.6, 2.0, 30.0)
"""How far log-probabilities lie apart, point by point: every branch should be met."""

TOLERANCE = 1e-9
"""Of a difference, by the size of what is compared."""

EXPLORED = 6
"""For how many branches that no point took one is looked for. With 0, no other sizes and no second opinion either."""


@dataclass(frozen=True)
class Point:
    """A point at which a function was traced and run. ``conditions``: where its branches were taken.

    ``held``: whether it was held against the function there: not where rounding leaves nothing to compare.
    """

    sizes: Mapping[str, int]
    values: Mapping[Symbol, float]
    traced: Traced
    settled: tuple[int, ...]
    conditions: tuple[Condition, ...]
    ran: Ran
    padding: Padding = Padding.RIGHT
    held: bool = True

    @property
    def mask(self) -> list[list[int]]:
        """Which tokens count."""
        return mask(self.sizes, self.padding)


@dataclass(frozen=True)
class Checked:
    """What came of the check. ``wrong``: the first disagreement, in words; nothing where there is none.

    ``points``: with padding on the right; ``padded``: with masks of other kinds. ``count``: of all points at which it
    was held against the function, ties among them. ``others``: where, on tensors of another kind, it computes something
    else. ``notes``: what else was seen. ``hangs``: what was taken at the samples, where the result hangs on it.
    ``sized``: points of other sizes, each with its sizes in words. ``exported``: what torch.export says of it.
    """

    points: tuple[Point, ...]
    worst: float
    wrong: str
    rounding: str = ""
    padded: tuple[Point, ...] = ()
    others: tuple[str, ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()
    hangs: str = ""
    sized: tuple[tuple[str, Point], ...] = ()
    exported: str = ""

    @property
    def shapes(self) -> int:
        """At how many sizes it was held against the function."""
        every = [*self.points, *self.padded, *(point for _, point in self.sized)]
        return len({tuple(point.sizes.items()) for point in every if point.held})

    @property
    def branches(self) -> int:
        """How many different branches were met, at one shape."""
        return max(
            len({(p.settled, p.conditions) for p in self.points if p.sizes == shape}) for shape in SHAPES
        )  # fmt: skip


@dataclass
class _Check:
    """The check in progress: a function, and what was found of it."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    inputs: Mapping[str, Input]
    e: Expressions
    output: str
    worst: float = 0.0
    wrong: str = ""
    count: int = 0
    missed: int = 0
    notes: dict[str, None] = field(default_factory=dict)

    def ran(self, point: Point, weights: Sequence[float]) -> Ran:
        """The function at a point once more."""
        from symkl.auditing.tensors import run

        return run(
            self.function, self.arguments, point.sizes, point.values, TRAINED, weights, self.output,
            padding=point.padding,
        )  # fmt: skip

    def looked_at(
        self, sizes: Mapping[str, int], values: Mapping[Symbol, float], rng: Random, padding: Padding = Padding.RIGHT
    ) -> tuple[Point, list[float]]:
        """A point at which the function is traced and run."""
        from symkl.auditing.tensors import run, trace

        traced = trace(self.function, self.arguments, sizes, values, self.e, self.output, padding=padding)
        known: dict[int, float] = {}
        entries = [self.e.value(entry, values, known) for entry in traced.output.entries]
        weights = [rng.gauss(0, 1) * math.isfinite(each) for each in entries]  # of what is no number there is no slope
        ran = run(self.function, self.arguments, sizes, values, TRAINED, weights, self.output, padding=padding)
        settled = [self.e.settled(entry, values) for entry in traced.output.entries]
        conditions = {each: None for _, some in settled for each in some} | dict.fromkeys(traced.decided)
        return Point(sizes, values, traced, tuple(s for s, _ in settled), tuple(conditions), ran, padding), weights

    def held(self, point: Point, weights: list[float]) -> Point:
        """A point held against the function."""
        found = _off(self.e, point, weights)
        if found.said:
            _steady(point, self.ran(point, weights))
            self.wrong = self.wrong or found.said
        if found.unknown:
            self.missed += 1
            return replace(point, held=False)
        self.count += 1
        self.worst = max(self.worst, found.off)
        return point


def check(
    function: Callable[..., Any], arguments: Mapping[str, Any], inputs: Mapping[str, Input], e: Expressions,
    output: str = "",
) -> Checked:  # fmt: skip
    """Trace a function at each point, and hold value and gradient against it. Raises what the function raises."""
    of = _Check(function, arguments, inputs, e, output)
    points: list[Point] = []
    first: tuple[Point, list[float]] | None = None
    for number, sizes in enumerate(SHAPES):
        for index, scale in enumerate(SCALES):
            rng = Random(97 * number + index)
            values = sampled(inputs, sizes, rng, scale, wide=index % 2 == 1)
            point, weights = of.looked_at(sizes, values, rng)
            if first is None:
                first = point, weights
                for entry in point.traced.output.entries:
                    e.bare(entry)  # a formula is written in the order in which its parts are met: first here
                _steady(point, of.ran(point, weights))
            points.append(of.held(point, weights))
        if sum(p.held for p in points if p.sizes == sizes) < len(SCALES) / 2:
            raise Untraceable(
                "at most points rounding, or a number that is none, leaves nothing to hold its formula against"
            )
    points += _explored(of, points)
    _ties(of)
    padded = tuple(_padded(of))
    sized = tuple(_sized(of)) if EXPLORED else ()
    second = _exported(of, points) if EXPLORED else ""
    others = tuple(_on_others(of, [point for point in points if point.held][:3]))
    assert first is not None
    _steady(first[0], of.ran(*first))
    if of.missed:
        of.notes[f"at {of.missed} more points rounding, or a number that is none, left nothing to compare"] = None
    rounding = _rounding(function, arguments, inputs, e, points, output)
    hangs = _hangs(of, points)
    return Checked(
        tuple(points), of.worst, of.wrong, rounding, padded, others, of.count, tuple(of.notes), hangs, sized, second
    )


def _explored(of: _Check, points: Sequence[Point]) -> Iterator[Point]:
    """For each branch that no point took, points of both shapes that take it; said, where none is found."""
    if not EXPLORED:
        return
    tried: dict[tuple[int, int], bool] = {}
    every = list(points)
    while len(tried) < EXPLORED:
        left = [each for each in unmet(of.e, every) if each.key not in tried]
        if not left:
            break
        found = [elsewhere(of.e, each, of.inputs) for each in _at_shapes(of.e, every, left[0])]
        tried[left[0].key] = all(values is not None for values in found)
        if not found or not tried[left[0].key]:
            continue
        for sizes, values in zip(SHAPES, found, strict=True):
            assert values is not None
            rng = Random(len(every))
            point = of.held(*of.looked_at(sizes, values, rng))
            every.append(point)
            yield point
    for each in unmet(of.e, every)[:EXPLORED]:
        if each.decided or not tried.get(each.key, True):  # a choice inside another is not made at every point
            of.notes[each.words] = None


def _at_shapes(e: Expressions, points: Iterable[Point], wanted: Unmet) -> list[Unmet]:
    """The same branch, at each shape."""
    found = []
    for sizes in SHAPES:
        at = next((u for u in unmet(e, [p for p in points if p.sizes == sizes]) if u.key == wanted.key), None)
        if at is None:
            return []
        found.append(at)
    return found


# --- ties ---------------------------------------------------------------------------------------

_GRID = 8
"""Ties are looked at where logs are whole eighths: their sums are exact."""


def _ties(of: _Check) -> None:
    """Points where policies are equal, and where real numbers are 0: a choice there is a tie."""
    roles = {role for each in of.inputs.values() for role in each.roles}
    for equal, zero, words in (
        (True, False, "where all policies are equal"), (False, True, "where every number of a response is 0"),
    ):  # fmt: skip
        if not (equal and len(roles & LOGS) > 1) and not (zero and roles & NUMBERS.keys()):
            continue
        for number, sizes in enumerate(SHAPES):
            rng = Random(1000 + number)
            values = dict(sampled(of.inputs, sizes, rng, 1.0))
            for symbol, value in values.items():
                if symbol.role in LOGS:
                    at = Random(repr(symbol.place)) if equal else rng
                    values[symbol] = -(1 + at.randrange(4 * _GRID)) / _GRID
                elif symbol.role in NUMBERS:
                    values[symbol] = 0.0 if zero else round(value * _GRID) / _GRID
            _tied(of, *of.looked_at(sizes, values, rng), words)


def _tied(of: _Check, point: Point, weights: list[float], words: str) -> None:
    """Values are held against the function at a tie; where the slopes differ, autograd takes another, which is said."""
    apart = [of.e.value(c.larger, point.values) - of.e.value(c.smaller, point.values) for c in point.conditions]
    if any(0 < abs(each) <= TOLERANCE for each in apart):
        return  # no tie but for rounding: nobody knows which way it goes
    found = _off(of.e, point, weights)
    if not all(map(math.isfinite, point.ran.entries)):
        of.notes[f"{words}, its result is not a number"] = None
    if found.unknown:
        return
    if found.slope and 0.0 in apart:
        of.notes[f"{words}, a choice is a tie: the gradient there is not that of the branch that it is on"] = None
    elif found.said:
        _steady(point, of.ran(point, weights))
        of.wrong = of.wrong or found.said
    of.count += 1


# --- masks --------------------------------------------------------------------------------------


def _padded(of: _Check) -> Iterator[Point]:
    """Points with padding on the left, with holes, and with a sequence that is masked as a whole."""
    if not any(each.roles in (("mask",), ("labels",)) for each in of.inputs.values()):
        return
    for padding in (Padding.LEFT, Padding.HOLES, Padding.EMPTY):
        for number, sizes in enumerate(SHAPES):
            rng = Random(2000 + number)
            values = sampled(of.inputs, sizes, rng, 0.6)
            try:
                point, weights = of.looked_at(sizes, values, rng, padding)
            except Untraceable:
                raise
            except Exception as error:
                said = f"{type(error).__name__}: {str(error)[:80]}".rstrip(": ")
                of.notes[f"{padding.value}, it does not run: {said}"] = None
                break
            if padding is Padding.EMPTY and not all(map(math.isfinite, point.ran.entries)):
                of.notes[f"{padding.value}, its result is not a number"] = None
            yield of.held(point, weights)


# --- a second opinion ---------------------------------------------------------------------------

_NUDGED = 1e-3


def _exported(of: _Check, points: Sequence[Point]) -> str:
    """What torch.export says, in words; where it is not what the trace says, the function itself is asked."""
    from symkl.auditing.exporting import NotExported, exported

    agreed = 0
    for sizes in SHAPES:
        point = next((p for p in points if p.sizes == sizes and p.held), None)
        if point is None:
            continue
        try:
            again = exported(of.function, of.arguments, sizes, point.values, TRAINED, of.output)
        except NotExported as error:
            return f"torch.export does not run on it ({error})"
        rng = Random(7)
        for nudge in (0.0,) if point.traced.taken else (0.0, _NUDGED, -_NUDGED):  # what was taken is that of the point
            values = {s: v * (1 + nudge * rng.random()) for s, v in point.values.items()}
            if not all(of.e.value(c.larger, values) >= of.e.value(c.smaller, values) for c in point.conditions):
                continue  # it is on another branch
            weights = [rng.gauss(0, 1) for _ in point.settled]
            near = replace(point, values=values, ran=again(values, weights))
            if _off(of.e, near, weights).said:
                real = replace(point, values=values)
                found = _off(of.e, replace(real, ran=of.ran(real, weights)), weights)
                of.wrong = of.wrong or found.said
                return "torch.export makes another function of it than it is itself"
            agreed += 1
    return f"torch.export gives the same at {agreed} points" if agreed else ""


# --- other sizes --------------------------------------------------------------------------------

FEW = 100
"""With more entries than these gradients are not looked at."""


def _sized(of: _Check) -> Iterator[tuple[str, Point]]:
    """Points of other sizes, with these in words."""
    if not any(each.shape for each in of.inputs.values()):
        return
    for number, sizes in enumerate(resized(of.inputs, of.function, of.arguments)):
        words = said(sizes, of.inputs)
        usual = sizes in LIKE and 1 in sizes.values()
        rng = Random(3000 + number)
        values = sampled(of.inputs, sizes, rng, 0.6)
        try:
            point, weights = of.looked_at(sizes, values, rng)
        except Exception as error:  # of groups, say, there may be no such number
            if usual:
                shown = f"{type(error).__name__}: {str(error)[:80]}".rstrip(": ")
                of.notes[f"{words}, it does not run: {shown}"] = None
            continue
        if not all(map(math.isfinite, point.ran.entries)) and usual:
            of.notes[f"{words}, its result is not a number"] = None
        yield words, of.held(point, weights if len(values) <= FEW else [0.0] * len(weights))


# --- what is taken at the sample ----------------------------------------------------------------


def _hangs(of: _Check, points: Sequence[Point]) -> str:
    """What was taken at the samples and is in no expression, if the result would be another were it another."""
    from symkl.auditing.tensors import ALTERED, trace

    looked: set[tuple[str, ...]] = set()
    for point in points:
        if not point.traced.taken or point.traced.operations in looked:
            continue
        looked.add(point.traced.operations)
        for how in ALTERED:
            try:
                other = trace(
                    of.function, of.arguments, point.sizes, point.values, of.e, of.output, padding=point.padding,
                    altered=how,
                )  # fmt: skip
            except Exception:  # what it is made may be what it cannot be
                continue
            if other.output != point.traced.output:
                return ", or ".join(point.traced.taken)
    return ""


# --- other kinds of tensors ---------------------------------------------------------------------

_OTHERS = {
    "on tensors of float32": ("float32", "cpu"), "on tensors of bfloat16": ("bfloat16", "cpu"),
    "on tensors of float16": ("float16", "cpu"), "on a CUDA device": ("float32", "cuda"),
}  # fmt: skip
_NEAR = 1e-6


def _on_others(of: _Check, points: Sequence[Point]) -> Iterator[str]:
    """Where a function that asks its tensors of what kind they are, or where, computes something else.

    Nothing is rounded: what differs is what is computed. What it does not run on is passed over.
    """
    from symkl.auditing.tensors import trace

    for words, (dtype, device) in _OTHERS.items():
        for point in points:
            try:
                traced = trace(
                    of.function, of.arguments, point.sizes, point.values, of.e, of.output, dtype=dtype, device=device
                )
            except Exception:
                break
            if traced.output != point.traced.output and not _alike(of.e, traced, point):
                yield words
                break


def _alike(e: Expressions, traced: Traced, point: Point) -> bool:
    """Whether two traces have the same values at a point, but for a small number that depends on the kind of floats."""
    if traced.output.shape != point.traced.output.shape:
        return False
    pairs = zip(traced.output.entries, point.traced.output.entries, strict=True)
    values = [(e.value(one, point.values), e.value(other, point.values)) for one, other in pairs]
    return all(a == b or (a != a and b != b) or abs(a - b) <= _NEAR * (1 + abs(b)) for a, b in values)


# --- one point ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Off:
    """How far off a trace is, by the size of what is compared; in words where that is too far.

    ``slope``: whether it is a gradient that is off. ``unknown``: nothing can be compared.
    """

    off: float = 0.0
    said: str = ""
    slope: bool = False
    unknown: bool = False


def _steady(point: Point, again: Ran) -> None:
    """Raises: Untraceable, where a function gives another result when it is called again with the same arguments."""
    if repr(point.ran) != repr(again):  # as text, for NaN is not equal to itself
        raise Untraceable(
            "called again with the same arguments it gives another result: it draws, or keeps something between calls"
        )


def _off(e: Expressions, point: Point, weights: list[float]) -> _Off:
    if point.traced.output.shape != point.ran.shape:
        said = f"the shape is {point.traced.output.shape} by the trace, {point.ran.shape} by the function"
        return _Off(math.inf, said)
    known: dict[int, float] = {}
    bounds: dict[int, float] = {}
    worst, unknown = 0.0, False
    for mine, real, rounded, slope in _pairs(e, point, weights, known, bounds):
        off = _apart(mine, real, rounded)
        if off == math.inf:
            unknown = True
        elif off > TOLERANCE:
            what = f"a gradient is {mine!r} by the trace, {real!r} by autograd"
            return _Off(off, what if slope else f"a value is {mine!r} by the trace, {real!r} by the function", slope)
        else:
            worst = max(worst, off)
    return _Off(worst, unknown=unknown)


def _pairs(
    e: Expressions, point: Point, weights: list[float], known: dict[int, float], bounds: dict[int, float]
) -> Iterator[tuple[float, float, float, bool]]:
    """What the trace says, what the function does, and what rounding does to it: of each value, and each slope."""
    for entry, real in zip(point.settled, point.ran.entries, strict=True):
        yield e.value(entry, point.values, known), real, e.rounding(entry, point.values, known, bounds), False
    for symbol in sorted(point.values):
        if symbol.role not in TRAINED:
            continue
        slopes = [(w, e.derivative(s, symbol))
                  for s, w in zip(point.settled, weights, strict=True) if w and symbol in e.symbols(s)]  # fmt: skip
        if not any(weights):
            return
        mine = sum(w * e.value(slope, point.values, known) for w, slope in slopes)
        real = 0.0 if point.ran.slopes is None else point.ran.slopes.get(symbol, 0.0)
        yield mine, real, sum(abs(w) * e.rounding(slope, point.values, known, bounds) for w, slope in slopes), True


_PATHS = 1e3
"""The function may round on another way than the trace: so many times what rounding does to the trace is allowed."""

_LOOSE = 1e-3
"""What rounding may do to a number, by its size, before there is nothing to hold it against."""


def _apart(mine: float, real: float, rounded: float) -> float:
    """How far apart two numbers are beyond rounding, relative to their size; ∞ where that cannot be known."""
    if mine == real or (mine != mine and real != real):
        return 0.0
    if not (math.isfinite(mine) and math.isfinite(real)):
        return math.inf
    size, gap = 1 + abs(real), abs(mine - real)
    if gap <= TOLERANCE * size:
        return gap / size
    if not _PATHS * rounded <= _LOOSE * size:  # and of NaN nothing holds
        return math.inf
    return max(0.0, gap - _PATHS * rounded) / size


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
