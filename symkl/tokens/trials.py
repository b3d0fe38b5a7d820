"""Rows that real bugs demand, from a seed: the same description gives the same numbers.

Each kind stands for something that training code has got wrong in public: vocabularies that are no multiple of a tile,
masks of ``-inf`` (whose product with 0 is no number) and of -1e4, rows whose logits are all far below 0, a maximum that
changes at every tile, an offset that all logits share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]

SIZES = (32_001, 129_920, 151_936)
BETAS = (1e-3, 1e-2, 0.1, 1.0, 10.0, 1e3)
TILE = 4096


@dataclass(frozen=True)
class Trial:
    """Rows of one kind: which, how many, how long, and from which seed; ``tile`` places what stands at edges."""

    kind: str
    size: int
    rows: int = 2
    seed: int = 0
    tile: int = TILE

    def make(self) -> tuple[Rows, Rows]:
        """Logits and rewards in float32, both of shape ``[rows, size]``.

        >>> logits, rewards = Trial("masked", 1000).make()
        >>> logits.shape, rewards.dtype.name, bool(np.isneginf(logits).any())
        ((2, 1000), 'float32', True)
        """
        if self.kind not in _KINDS:
            raise ValueError(f"kind: {self.kind!r} is none of {', '.join(_KINDS)}")
        rng = np.random.default_rng([self.seed, self.size, self.rows, list(_KINDS).index(self.kind)])
        logits, rewards = _KINDS[self.kind](rng, self)
        return logits.astype(np.float32), rewards.astype(np.float32)

    def __str__(self) -> str:
        return f"{self.kind} [{self.rows}, {self.size}]"


def trials(sizes: Iterable[int] = SIZES, rows: int = 2, seed: int = 0, tile: int = TILE) -> Iterator[Trial]:
    """Every kind at every size.

    >>> len(list(trials([1000]))) == len(KINDS)
    True
    """
    for size in sizes:
        for kind in KINDS:
            yield Trial(kind, size, rows, seed, tile)


def probes(size: int, tile: int = TILE, seed: int = 0) -> Trial:
    """A row for every edge of the first tile, of the last and of the row: nearly all the mass is at that one position.

    Whoever skips a position, or takes it twice, is off by the whole mass of its row.

    >>> probe = probes(10_000, 4096)
    >>> probe.make()[0].argmax(axis=1).tolist() == edges(10_000, 4096)
    True
    """
    return Trial("edges", size, len(edges(size, tile)), seed, tile)


def edges(size: int, tile: int = TILE) -> list[int]:
    """The first and the last position of the first tile, of the second, of the last, and of the row.

    >>> edges(10_000, 4096)
    [0, 4095, 4096, 8191, 8192, 9999]
    """
    wanted = {0, tile - 1, tile, 2 * tile - 1, (size - 1) // tile * tile, size - 1}
    return sorted(position for position in wanted if position < size)


Made = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _normal(rng: np.random.Generator, trial: Trial, spread: float = 3.0) -> Made:
    shape = trial.rows, trial.size
    return spread * rng.standard_normal(shape), rng.standard_normal(shape)


def _random(rng: np.random.Generator, trial: Trial) -> Made:
    return _normal(rng, trial)


def _peaked(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial, 1.0)
    logits[np.arange(trial.rows), rng.integers(trial.size, size=trial.rows)] += 30.0
    return logits, rewards


def _flat(rng: np.random.Generator, trial: Trial) -> Made:
    _, rewards = _normal(rng, trial)
    return np.zeros_like(rewards), rewards


def _ties(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial)
    return np.round(logits), np.where(rewards > 0.5, 1.0, 0.0)


def _below(level: float) -> Callable[[np.random.Generator, Trial], Made]:
    def make(rng: np.random.Generator, trial: Trial) -> Made:
        logits, rewards = _normal(rng, trial, 5.0)
        return level - np.abs(logits), rewards

    return make


def _offset(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial)
    return logits + 100.0, rewards


def _rewards_offset(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial)
    return logits, rewards + 100.0


def _masked(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial)
    hidden = rng.random(logits.shape) < 0.3
    hidden[:, 0] = hidden[:, -1] = True
    hidden[:, trial.tile : 2 * trial.tile] = True  # a whole tile, whose own maximum is -inf
    hidden[:, trial.size // 2] = False  # a row that is masked everywhere is an error, and no trial
    return np.where(hidden, -np.inf, logits), rewards


def _half_far_below(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial)
    return np.where(np.arange(trial.size) % 2 == 0, -1e4, logits), rewards


def _ascending(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial, 0.1)
    return logits + np.linspace(-30.0, 30.0, trial.size), rewards


def _edges(rng: np.random.Generator, trial: Trial) -> Made:
    logits, rewards = _normal(rng, trial, 1.0)
    places = edges(trial.size, trial.tile)
    peaks = np.arange(trial.rows), [places[row % len(places)] for row in range(trial.rows)]
    logits[peaks] = 25.0
    # No other reward is above the peak's, so that no temperature moves the mass to another position.
    rewards = np.minimum(rewards, 1.0)
    rewards[peaks] = 1.0
    return logits, rewards


_KINDS: dict[str, Callable[[np.random.Generator, Trial], Made]] = {
    "random": _random,
    "peaked": _peaked,
    "flat": _flat,
    "ties": _ties,
    "below -50": _below(-50.0),
    "below -120": _below(-120.0),
    "offset": _offset,
    "rewards offset": _rewards_offset,
    "masked": _masked,
    "half at -1e4": _half_far_below,
    "ascending": _ascending,
    "edges": _edges,
}
KINDS = tuple(_KINDS)
