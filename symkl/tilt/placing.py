"""Where a reported KL and reward lie: on the frontier of a table, below it, or above it, where no policy is.

At every β and for every policy, ``E[r] <= J*(β) + β KL``: a bound from above on what any policy has at that KL. The
reward of a π* with no more KL is one from below. Both are certified; β is sought in floats, and may be any.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from symkl.refuting.arithmetic import precision
from symkl.tilt.decimals import decimal
from symkl.tilt.figures import Beta, Frontier
from symkl.tilt.formats import plain
from symkl.tilt.table import Table

_NEARER = 1 + Fraction(1, 10**9)
_DIGITS = 6


@dataclass(frozen=True)
class Reported:
    """What was reported, as it was written: its last digits say how much it was rounded."""

    kl: Decimal
    reward: Decimal
    beta: Beta | None = None


@dataclass(frozen=True)
class Placed:
    """A reported point; ``best`` is the largest E[r] at its KL, ``beta`` the temperature there, perhaps 0 or infinity.

    ``short``: how far ``E[r] - β KL`` is below J*, where a temperature was reported; negative above it.
    """

    reported: Reported
    place: Literal["on", "below", "above"]
    best: str
    beta: float
    gap: str
    short: str | None = None


def placed(table: Table, reported: Sequence[Reported]) -> tuple[Placed, ...]:
    """Each point, placed.

    >>> from symkl.tilt.table import read
    >>> table = read(b"response,reward,probability\\nyes,1,0.5\\nno,0,0.5\\n")
    >>> points = [Reported(Decimal("0.111"), Decimal(reward)) for reward in ("0.60", "0.73", "0.9")]
    >>> [each.place for each in placed(table, points)]
    ['below', 'on', 'above']
    """
    frontier = Frontier(table)
    return tuple(_place(frontier, each) for each in reported)


def _place(frontier: Frontier, point: Reported) -> Placed:
    wide, tall = _half(point.kl), _half(point.reward)
    kl, reward = Fraction(point.kl), Fraction(point.reward)
    with precision(frontier.bits):
        low, middle, high = (_best(frontier, max(Fraction(0), each)) for each in (kl - wide, kl, kl + wide))
        if _ball(reward - tall) > high.most:
            place: Literal["on", "below", "above"] = "above"
        elif _ball(reward + tall) < low.least:
            place = "below"
        else:
            place = "on"
        best = middle.least.union(middle.most)
        gap = abs(best - _ball(reward))
        short = None
        if point.beta is not None:
            beta = Fraction(point.beta)
            left = frontier.mean(frontier.at(beta).objective) - _ball(reward - beta * kl)
            around = _ball(tall + beta * wide)
            # Less than what was rounded away is nothing.
            short = "0" if not abs(left) > around else decimal(left, 3)
        return Placed(point, place, decimal(best, _DIGITS), middle.beta, decimal(gap, 3), short)


def _half(written: Decimal) -> Fraction:
    """Half a unit of the last digit."""
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    return Fraction(10) ** exponent / 2


def _ball(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


@dataclass(frozen=True)
class _Best:
    """The largest E[r] at some KL: at least, and at most; and about the β there."""

    least: arb
    most: arb
    beta: float


def _best(frontier: Frontier, kl: Fraction) -> _Best:
    worst, best = frontier.mean(frontier.reference_reward), frontier.best
    if kl == 0:
        return _Best(worst, worst, math.inf)
    target = _ball(kl)
    if target > frontier.most_kl:
        return _Best(best, best, 0.0)
    beta = _sought(frontier, float(kl))
    if not 0 < beta < math.inf:
        return _Best(worst, best, beta)
    exact = Fraction(beta)
    most = frontier.mean(frontier.at(exact).objective) + _ball(exact) * target
    near = frontier.at(exact * _NEARER)
    least = frontier.mean(near.expected_reward) if frontier.mean(near.kl) <= target else worst
    return _Best(least, most.min(best), beta)


def _sought(frontier: Frontier, kl: float) -> float:
    """The β whose π* has that KL, in floats: KL falls as β grows."""
    size = frontier.size or 1.0
    low, high = math.log(size) - 60.0, math.log(size) + 60.0
    for _ in range(100):
        middle = (low + high) / 2
        if _divergence(frontier, math.exp(middle)) > kl:
            low = middle
        else:
            high = middle
    return math.exp(high)


def _divergence(frontier: Frontier, beta: float) -> float:
    """The mean over the prompts of ``KL = log(1 + Σ π* φ(y))``, ``y = (r - E[r])/β``, ``φ(y) = e^-y - 1 + y``."""
    with np.errstate(over="ignore", under="ignore"):
        starts, counts = frontier.layout.starts, frontier.layout.counts
        away = frontier.away / beta
        weights = frontier.masses * np.exp(away)

        def total(values: NDArray[np.float64]) -> Any:
            return np.add.reduceat(values, starts)

        sums = total(weights)
        policy = weights / np.repeat(sums, counts)
        mean = total(np.where(policy > 0, policy * away, 0.0))
        y = np.clip(away - np.repeat(mean, counts), -700.0, None)
        series = y * y * (0.5 + y * (-1 / 6 + y * (1 / 24 - y / 120)))
        terms = np.where(np.abs(y) < 1e-3, series, np.expm1(-y) + y)
        near = np.log1p(total(np.where(policy > 0, policy * terms, 0.0)))
        direct = mean - np.log(sums)  # which cancels where it is small
        return float(np.mean(np.where(direct > 0.01, direct, near)))


def said(point: Placed, *, samples: bool) -> str:
    """A sentence or two about a point."""
    reported = point.reported
    what = f"KL {plain(reported.kl)}, E[r] {plain(reported.reward)}"
    there = f"β = {point.beta:.4g}" if 0 < point.beta < math.inf else "β → 0" if point.beta == 0 else "β → ∞"
    best = f"the best E[r] at that KL is {point.best}, at {there}"
    if point.place == "on":
        told = f"{what}: on the frontier, as far as its digits say; {best}."
    elif point.place == "below":
        told = f"{what}: below the frontier by {point.gap}; {best}."
    else:
        of = "on these samples" if samples else "on these responses"
        told = (
            f"{what}: above the frontier by {point.gap}, where no policy {of} is; {best}. Is its KL in nats and of "
            "whole responses, and its reward that of the table?"
        )
    if point.short is None:
        return told
    beta = plain(reported.beta) if reported.beta is not None else ""
    if point.short == "0":
        return f"{told} At β = {beta}, E[r] − β KL is J*, as far as its digits say."
    if point.short.startswith("-"):
        return f"{told} At β = {beta}, E[r] − β KL is above J* by {point.short[1:]}, and no policy's is."
    return f"{told} At β = {beta}, E[r] − β KL is below J* by {point.short}."
