"""What the samples of a batch say of KL(π‖π_ref), a token and a sequence, with intervals; and whether π drew them.

With ``x = log π/π_ref`` of a sampled token, k1 = x, k2 = x²/2, k3 = e^-x - 1 + x. Of a token it is the mean over all
tokens that count; of a sequence the sum over its tokens. Tokens of one sequence are not independent: every interval
goes by sequences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symkl.tokens.batches import Batch
from symkl.tokens.estimators import kl_samples

Array = NDArray[np.float64]

_WIDE = 1.959963984540054  # of a normal distribution, 95 % lie within so many standard deviations
_SURE = 5.0  # deviations: further off is not by chance
_CLIP = 0.2  # the usual range of a ratio in PPO, either way
_SAME = 1e-3  # log-probabilities that two programs compute of one policy differ by so much


@dataclass(frozen=True)
class Mean:
    """A mean with a 95 % interval; of one sequence alone the interval is infinite."""

    mean: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Estimates:
    """An estimator: of a token, and of a sequence."""

    name: str
    token: Mean
    sequence: Mean


@dataclass(frozen=True)
class Ratios:
    """``ρ = p/q`` of every token, whose mean is 1 where the tokens were drawn from q.

    ``largest`` is the largest |log ρ|, ``clipped`` the share of tokens outside 0.8 ... 1.2, ``effective`` as how many
    of the sequences they count under p.
    """

    mean: Mean
    largest: float
    clipped: float
    effective: float

    @property
    def same(self) -> bool:
        """Whether the two policies are one, as far as two programs agree."""
        return self.largest <= _SAME


@dataclass(frozen=True)
class Recorded:
    """All that a batch says. ``drawn`` is "on policy", "off policy" or "unknown", and ``because`` says why.

    ``reference`` are the ratios π_ref/π, ``old`` those of π over the policy that drew the tokens, where it was given.
    """

    sequences: int
    tokens: int
    estimates: tuple[Estimates, ...]
    reward: Mean | None
    objective: Mean | None
    beta: float | None
    reference: Ratios
    old: Ratios | None
    drawn: str
    because: str
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing says that other than π drew the tokens, and every estimate is finite."""
        return self.drawn != "off policy" and all(math.isfinite(each.sequence.mean) for each in self.estimates)


def recorded(batch: Batch, beta: float | None = None) -> Recorded:
    """Estimate.

    >>> rows = np.log([[0.5, 0.25], [0.25, 0.5]])
    >>> found = recorded(Batch(rows, np.log(np.full((2, 2), 1 / 3)), np.ones((2, 2), bool)))
    >>> [round(each.token.mean, 4) for each in found.estimates], found.tokens
    ([0.0589, 0.0618, 0.0589], 4)
    """
    mask = batch.mask
    x = batch.policy - batch.reference
    counts = mask.sum(axis=1)
    finite = bool(np.isfinite(x[mask]).all())
    if finite:
        samples = kl_samples(np.where(mask, batch.policy, 0.0), np.where(mask, batch.reference, 0.0))
        values = {"k1": samples.k1, "k2": samples.k2, "k3": samples.k3}
    else:
        values = {name: np.where(np.isfinite(x), 0.0, math.inf) for name in ("k1", "k2", "k3")}
    estimates = []
    for name, each in values.items():
        sums = np.where(mask, each, 0.0).sum(axis=1)
        estimates.append(Estimates(name, _ratio(sums, counts), _mean(sums)))
    reward = None if batch.rewards is None else _mean(batch.rewards)
    objective = None
    if batch.rewards is not None and beta is not None:
        objective = _mean(batch.rewards - beta * np.where(mask, x, 0.0).sum(axis=1))
    reference = _ratios(-x, mask)
    old = None if batch.old is None else _ratios(batch.policy - batch.old, mask)
    drawn, because = _drawn(reference, old)
    return Recorded(
        len(mask), int(counts.sum()), tuple(estimates), reward, objective, beta, reference, old, drawn, because,
        batch.notes,
    )  # fmt: skip


def _mean(values: Array) -> Mean:
    with np.errstate(invalid="ignore"):
        mean = float(values.mean())
        if len(values) < 2:
            return Mean(mean, -math.inf, math.inf)
        half = _WIDE * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Mean(mean, mean - half, mean + half) if math.isfinite(half) else Mean(mean, math.nan, math.nan)


def _ratio(sums: Array, counts: NDArray[np.integer]) -> Mean:
    """A mean over all tokens, whose interval goes by sequences: they are what is independent."""
    total, size = int(counts.sum()), len(sums)
    with np.errstate(invalid="ignore"):
        mean = float(sums.sum() / total)
        if size < 2:
            return Mean(mean, -math.inf, math.inf)
        spread = float(((sums - mean * counts) ** 2).sum())
    half = _WIDE * math.sqrt(size / (size - 1) * spread) / total
    return Mean(mean, mean - half, mean + half) if math.isfinite(half) else Mean(mean, math.nan, math.nan)


def _ratios(logs: Array, mask: NDArray[np.bool_]) -> Ratios:
    with np.errstate(over="ignore", invalid="ignore"):
        ratios = np.where(mask, np.exp(np.where(mask, logs, 0.0)), 0.0)
        mean = _ratio(ratios.sum(axis=1), mask.sum(axis=1))
        sums = np.where(mask, logs, 0.0).sum(axis=1)
        weights = np.exp(sums - sums.max()) if np.isfinite(sums.max()) else np.ones_like(sums)
    inside = logs[mask]
    largest = float(np.abs(inside).max())
    outside = (inside < math.log(1 - _CLIP)) | (inside > math.log(1 + _CLIP))
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Ratios(mean, largest, float(outside.mean()), effective)


def _drawn(reference: Ratios, old: Ratios | None) -> tuple[str, str]:
    """Whether π drew the tokens; a mean over few or heavy ratios says nothing."""
    if old is not None:
        if old.same:
            return "on policy", "π and the policy that drew the tokens have the same log-probabilities"
        return "off policy", (
            f"π/π_old is up to e^{old.largest:.3g} away from 1: π did not draw these tokens, and k1, k2 and k3 are not "
            "estimates of KL(π‖π_ref); weigh each by π/π_old"
        )
    mean = reference.mean
    told = f"π_ref/π is {mean.mean:.4g} on average ({mean.low:.4g} … {mean.high:.4g})"
    deviation = mean.half / _WIDE
    if not math.isfinite(deviation):
        return "unknown", "there are too few sequences to tell; --old would"
    if mean.mean - 1 > _SURE * deviation and mean.mean - 1 > _SAME:
        return "off policy", (
            f"{told}, where it is at most 1 for tokens that π drew: another policy did, or one of the files is of "
            "other tokens"
        )
    if 1 - mean.mean > _SURE * deviation and 1 - mean.mean > _SAME:
        return "unknown", (
            f"{told}, where it is 1 for tokens that π drew, unless rare tokens carry the rest, as under "
            "top-p, or π_ref has mass where π has none"
        )
    return "on policy", f"{told}, as for tokens that π drew"
