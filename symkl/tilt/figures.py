"""A table and temperatures -> certified figures: the optimal policies, what they earn, what they cost, how all moved.

Everything is a ball that holds the exact value, more precise than what is to be shown by :data:`SPARE` digits.
Rows are grouped by prompt, in the order in which the prompts appear. Both limits stand beside their proved rates:
with A the best responses of positive mass m, gap and span those of the rewards of positive mass,

    β → 0:   1 − π*(A) ≤ (1 − m)/m exp(−gap/β)
    β → ∞:   |log(π*/π_ref)| ≤ span/β, and it is (r − E_ref[r])/β − KL(π_ref‖π*), to first order the first
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from symkl.refuting.arithmetic import precision
from symkl.tilt.decimals import Balls
from symkl.tilt.table import Numbers, Progress, Table, no_progress

SPARE = 15
"""Digits in a ball beyond those shown: few numbers lie so near a boundary that this does not settle them."""

Indices = NDArray[np.intp]
Rows = Sequence[int] | slice


@dataclass(frozen=True)
class Layout:
    """The prompts, and where the rows of each begin. ``names`` is ``None`` for a table without prompts."""

    names: tuple[str, ...] | None
    starts: Indices
    counts: Indices

    def __len__(self) -> int:
        return len(self.starts)

    def total(self, values: Balls) -> Balls:
        """The sum over each prompt."""
        return np.add.reduceat(values, self.starts)

    def spread(self, values: Any) -> Any:
        """Each prompt's value, once for each of its rows."""
        return np.repeat(values, self.counts)

    def prompts_of(self, rows: Rows) -> Indices:
        """The prompt of each of these rows."""
        if isinstance(rows, slice):
            return np.repeat(np.arange(len(self)), self.counts)[rows]
        return np.searchsorted(self.starts, rows, side="right") - 1


Beta = Decimal | Fraction
"""A temperature, exactly as it was written."""


@dataclass(frozen=True)
class Point:
    """One temperature on the frontier: balls, one a prompt.

    ``effective_samples``: where the table has samples, as how many samples of π* they count.
    """

    beta: Beta
    expected_reward: Balls
    kl: Balls
    log_partition: Balls
    objective: Balls
    effective_samples: Balls | None = None


@dataclass(frozen=True)
class Limits:
    """How far a policy is from each limit, and how far it can be at most: balls, one a prompt."""

    missed: Balls
    missed_bound: Balls
    moved: Balls
    moved_bound: Balls
    beyond_first_order: Balls


@dataclass(frozen=True)
class Tilted:
    """One temperature."""

    point: Point
    limits: Limits
    policy: Callable[[Rows], Balls]
    """``π*`` of some rows."""

    log_ratio: Callable[[Rows], NDArray[np.object_]]
    """``log(π*/π_ref)`` of some rows: a ball each, ``None`` where the reference has no mass."""

    moved: Callable[[], NDArray[np.float64]]
    """About ``π* − π_ref`` of every row: to choose by, not to show."""


@dataclass(frozen=True)
class Best:
    """Of each prompt, what the limits need: the best rows, their mass, the gap below them and the span."""

    rows: NDArray[np.bool_]
    mass: Balls
    _gap: NDArray[Any]
    _span: NDArray[Any]
    _unit: int

    def gap(self, prompt: int) -> Decimal | None:
        """Exactly the best reward less the next; ``None`` where there is no next."""
        return self._exact(self._gap[prompt]) if self._gap[prompt] else None

    def span(self, prompt: int) -> Decimal:
        """Exactly the best reward less the worst."""
        return self._exact(self._span[prompt])

    def _exact(self, reward: Any) -> Decimal:
        return _EXACT.divide(Decimal(int(reward)), Decimal(self._unit))


@dataclass(frozen=True)
class Tilts:
    """What ``symkl tilt`` shows; ``table`` has its rows grouped by prompt."""

    table: Table
    layout: Layout
    digits: int
    bits: int
    reference: Balls
    reference_reward: Balls
    best: Best
    tilted: tuple[Tilted, ...]
    frontier: tuple[Point, ...] = ()
    effective_samples: Balls | None = None

    def mean(self, values: Balls) -> arb:
        """The average over the prompts, each counted once."""
        with precision(self.bits):
            return sum(values.tolist(), arb(0)) / len(values)

    def largest(self, values: Balls) -> arb:
        """The largest of all prompts."""
        with precision(self.bits):
            most: arb = reduce(arb.max, values.tolist())
            return most


def tilt(
    table: Table, betas: Sequence[Beta], sweep: Sequence[Beta], digits: int, progress: Progress = no_progress
) -> Tilts:
    """Every figure at every one of ``betas``, and the frontier along ``sweep``.

    >>> from symkl.tilt.table import read
    >>> tilts = tilt(read(b"response,reward,probability\\nyes,1,0.5\\nno,0,0.5\\n"), [Decimal(1)], [], 5)
    >>> tilts.tilted[0].policy([0])[0].str(8, radius=False)
    '0.73105858'
    """
    table, layout = _grouped(table)
    progress("tilting", 0.0)
    work, steps = _Work(table, layout, [*betas, *sweep], digits), 1 + len(betas) + len(sweep)
    tilted: list[Tilted] = []
    frontier: list[Point] = []
    for step, beta in enumerate([*betas, *sweep], 1):
        progress("tilting", step / steps)
        if step <= len(betas):
            tilted.append(work.tilted(beta))
        else:
            frontier.append(work.point(beta))
    best = Best(work.best_rows, work.mass, work.gap, work.span, work.unit)
    return Tilts(
        table, layout, digits, work.bits, work.reference, work.reference_reward, best, tuple(tilted), tuple(frontier),
        work.effective,
    )  # fmt: skip


class Frontier:
    """The frontier of a table, at any temperature: certified figures, and floats to look for one by."""

    def __init__(self, table: Table) -> None:
        table, self.layout = _grouped(table)
        self._table, self._works = table, dict[int, _Work]()
        work = self._work(Fraction(1))
        self.bits, self.reference_reward = work.bits, work.reference_reward
        with precision(self.bits):
            self.best = self.mean(_balls(work.bests) / work.unit)
            self.most_kl = self.mean(-_mapped(arb.log, work.mass))
        self.masses = _floats(work.reference)
        self.away = np.where(work.support, work.away.astype(np.float64) / work.unit, 0.0)
        self.size = float(-self.away.min())

    def _work(self, beta: Fraction) -> _Work:
        """The table at a precision that will do for that temperature."""
        size = round(math.log10(beta))
        if size not in self._works:
            self._works[size] = _Work(self._table, self.layout, [beta / 10, beta * 10], 20)
        return self._works[size]

    def at(self, beta: Fraction) -> Point:
        """The figures at one temperature."""
        return self._work(beta).point(beta)

    def mean(self, values: Balls) -> arb:
        """The average over the prompts, each counted once."""
        return sum(values.tolist(), arb(0)) / len(values)


def _grouped(table: Table) -> tuple[Table, Layout]:
    """The rows of a prompt brought together."""
    if table.labels is None:
        return table, Layout(None, np.array([0]), np.array([len(table)]))
    names, which = table.prompts
    counts = np.bincount(which, minlength=len(names))
    layout = Layout(names, np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.intp), counts)
    if not np.any(which[1:] < which[:-1]):
        return table, layout
    order = np.argsort(which, kind="stable").tolist()

    def ordered(column: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(column[i] for i in order)

    grouped = replace(
        table, responses=ordered(table.responses), labels=ordered(table.labels),
        rewards=table.rewards.at(order), reference=table.reference.at(order),
        mass=None if table.mass is None else table.mass[order],
        counts=None if table.counts is None else ordered(table.counts),
    )  # fmt: skip
    return grouped, layout


def _objects(values: Iterable[Any], size: int) -> NDArray[np.object_]:
    out = np.empty(size, dtype=object)
    out[:] = list(values)
    return out


_EXACT = Context(prec=1000)


def _integers(column: Numbers) -> tuple[NDArray[Any], int]:
    """A column as integers over one power of ten, which is also returned: int64 if they fit, else objects."""
    unit = 10**column.places
    if unit <= 10**22 and float(np.max(np.abs(column.floats))) * unit < 2**50:
        # Two roundings of 2^-53 move no such number by half.
        return np.rint(column.floats * unit).astype(np.int64), unit
    return _objects((int(_EXACT.multiply(number, Decimal(unit))) for number in column), len(column)), unit


def _mass(table: Table) -> NDArray[np.bool_]:
    return np.ones(len(table), dtype=bool) if table.mass is None else table.mass


def _fmpq(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def _ball(number: Fraction) -> arb:
    return arb(_fmpq(number))


class _Work:
    """One table, at one precision. Rewards count from the best one c of their prompt: ``t = (r − c)/β <= 0``.

    With ``Z' = Σ π_ref e^t``, ``log Z = c/β + log Z'``, ``log(π*/π_ref) = t − log Z'`` and
    ``KL = E[t] − log Z'``. The formulas are those of :class:`symkl.problems.FiniteProblem`, to which tests hold
    them; here they share one precision and one pass over a million rows.
    """

    def __init__(self, table: Table, layout: Layout, betas: Sequence[Beta], digits: int) -> None:
        self._layout = layout
        rewards, unit = _integers(table.rewards)
        weights, scale = _integers(table.reference)
        self.support = np.asarray(weights != 0, dtype=bool) if not table.logits else _mass(table)
        self._counts = None if table.counts is None else _balls(np.array(table.counts, dtype=object))
        best = np.maximum.reduceat(np.where(self.support, rewards, rewards.min()), layout.starts)
        worst = np.minimum.reduceat(np.where(self.support, rewards, rewards.max()), layout.starts)
        away = np.where(self.support, rewards - layout.spread(best), 0)
        self.bests, self.away = best, away
        self.best_rows = np.asarray(self.support & (away == 0), dtype=bool)
        self._bests = np.flatnonzero(self.best_rows)
        self._first_bests = np.searchsorted(self._bests, layout.starts)
        self.gap, self.span = self._gap(away), best - worst
        self.unit, self._tied = unit, np.asarray(self.span == 0, dtype=bool)
        self.bits = self._precision(betas, len(table), digits)
        # Rewards come again and again: what depends on one alone is computed once.
        self._levels, self._level = _distinct(away)
        with precision(self.bits):
            self._best, self._depths = map(_balls, (best, self._levels))
            self._away = self._depths[self._level]
            self.reference = self._reference(weights, scale, table.logits)
            self._earned = layout.total(self.reference * self._away) / unit
            self.reference_reward = self._best / unit + self._earned
            self.mass, self.rest = self._split(self.reference)
            self.effective = self._effective(self.reference)

    def _precision(self, betas: Sequence[Beta], size: int, digits: int) -> int:
        """The bits that leave the digits wanted after exponentials of large numbers and sums that cancel."""
        spans = [each for each in set(self.span.tolist()) if each] or [self.unit]
        low, high = (limit(Fraction(each) for each in betas) * self.unit for limit in (min, max))
        lost = max(_log2(max(spans) / low), 2 * _log2(high / min(spans)))
        # Up to 128 bits a ball needs no memory of its own.
        return max(128, int((digits + SPARE) * 3.33) + lost + size.bit_length() + 8)

    def _split(self, values: Balls) -> tuple[Balls, Balls]:
        """The sums over each prompt's best rows, and over its others."""
        best = np.add.reduceat(values[self._bests], self._first_bests)
        others = values.copy()
        others[self._bests] = arb(0)
        return best, self._layout.total(others)

    def _reference(self, weights: NDArray[Any], scale: int, logits: bool) -> Balls:
        layout = self._layout
        if logits:
            weights = np.where(self.support, weights, weights.min())
            weights = np.where(self.support, weights - layout.spread(np.maximum.reduceat(weights, layout.starts)), 0)
        levels, level = _distinct(weights)
        balls = (_mapped(arb.exp, _balls(levels) / scale) if logits else _balls(levels))[level]
        balls[~self.support] = arb(0)
        reference: Balls = balls / layout.spread(layout.total(balls))
        return reference

    def _effective(self, policy: Balls) -> Balls | None:
        """``1/Σ p²/n``: as how many samples of the policy itself the samples of each prompt count under it."""
        if self._counts is None:
            return None
        effective: Balls = 1 / self._layout.total(policy * policy / self._counts)
        return effective

    def _gap(self, away: NDArray[Any]) -> NDArray[Any]:
        """From the best reward to the next; 0 where there is none."""
        low = int(away.min()) - 1
        second = np.maximum.reduceat(np.where(self.support & ~self.best_rows, away, low), self._layout.starts)
        return np.where(second == low, 0, -second)

    def point(self, beta: Beta) -> Point:
        """The figures at one temperature."""
        with precision(self.bits):
            return self._point(beta, self._weights(beta))

    def tilted(self, beta: Beta) -> Tilted:
        """Everything at one temperature."""
        with precision(self.bits):
            weighed = self._weights(beta)
            limits = self._limits(beta, weighed)
            return Tilted(
                self._point(beta, weighed), limits,
                partial(self._policy, weighed), partial(self._log_ratio, beta, weighed.log),
                partial(self._moved, weighed),
            )  # fmt: skip

    def _over(self, beta: Beta) -> arb:
        """What an integer reward is divided by: ``r/β = integer / over``."""
        return _ball(Fraction(beta) * self.unit)

    def _weights(self, beta: Beta) -> _Weighed:
        weights = self.reference * _mapped(arb.exp, self._depths / self._over(beta))[self._level]
        mass, rest = self._split(weights)
        total = mass + rest
        log = _mapped(arb.log, total)
        log[self._tied] = arb(0)
        return _Weighed(weights, total, rest, log)

    def _point(self, beta: Beta, weighed: _Weighed) -> Point:
        below = self._layout.total(weighed.weights * self._away) / weighed.total  # E[r - c]
        log_partition = self._best / self._over(beta) + weighed.log
        return Point(
            beta, (self._best + below) / self.unit, below / self._over(beta) - weighed.log,
            log_partition, _ball(Fraction(beta)) * log_partition,
            self._effective(weighed.weights / self._layout.spread(weighed.total)),
        )  # fmt: skip

    def _limits(self, beta: Beta, weighed: _Weighed) -> Limits:
        # Exact where a ball has room for it, so that a bound of 14 is shown as 14.
        over = _fmpq(Fraction(beta) * self.unit)
        farthest = _objects((arb(fmpq(int(span)) / over) for span in self.span.tolist()), len(self._layout))
        return Limits(
            weighed.rest / weighed.total,
            self.rest / self.mass * _mapped(arb.exp, -_balls(self.gap) / self._over(beta)),
            _objects(map(arb.max, -weighed.log, weighed.log + farthest), len(self._layout)),
            farthest,
            weighed.log - self._earned / _ball(Fraction(beta)),
        )

    def _policy(self, weighed: _Weighed, rows: Rows) -> Balls:
        with precision(self.bits):
            policy: Balls = weighed.weights[rows] / weighed.total[self._layout.prompts_of(rows)]
            return policy

    def _moved(self, weighed: _Weighed) -> NDArray[np.float64]:
        policy: NDArray[np.float64] = _floats(weighed.weights) / self._layout.spread(_floats(weighed.total))
        return policy - self._reference_floats

    @cached_property
    def _reference_floats(self) -> NDArray[np.float64]:
        return _floats(self.reference)

    def _log_ratio(self, beta: Beta, log_z: Balls, rows: Rows) -> NDArray[np.object_]:
        with precision(self.bits):
            ratio: Balls = self._away[rows] / self._over(beta) - log_z[self._layout.prompts_of(rows)]
            ratio[~self.support[rows]] = None
            return ratio


@dataclass(frozen=True)
class _Weighed:
    """``π_ref e^t`` of each row; of each prompt their sum Z', the part of it beside the best rows, and ``log Z'``."""

    weights: Balls
    total: Balls
    rest: Balls
    log: Balls


def _distinct(numbers: NDArray[Any]) -> tuple[NDArray[Any], Indices]:
    """The numbers that there are, and which of them each one is."""
    if numbers.dtype == object:
        return numbers, np.arange(len(numbers))
    levels, level = np.unique(numbers, return_inverse=True)
    return levels, level


def _balls(numbers: NDArray[Any]) -> Balls:
    return _mapped(arb, numbers)


def _mapped(function: Callable[[Any], arb], values: NDArray[Any]) -> Balls:
    return _objects(map(function, values.tolist()), len(values))


def _floats(balls: Balls) -> NDArray[np.float64]:
    return np.fromiter(map(float, balls), dtype=np.float64, count=len(balls))


def _log2(number: Fraction) -> int:
    """About the logarithm, at least 0."""
    return max(0, number.numerator.bit_length() - number.denominator.bit_length() + 1)
