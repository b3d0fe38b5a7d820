"""Which combination of named functionals fits an estimator in numbers: a guess, and nothing is shown by it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST = 4
"""Functionals in one combination."""

_TRIES = 20_000
_CLOSE = 1e-8


def fit(rows: Array, columns: Sequence[Array]) -> tuple[tuple[int, Fraction], ...] | None:
    """The combination of the fewest columns, with short fractions, that is ``rows``; the earliest columns first.

    >>> fit(np.array([2.0, 4.0, 1.0]), [np.array([1.0, 2.0, 0.5]), np.array([1.0, 0.0, 0.0])])
    ((0, Fraction(2, 1)),)
    """
    if not np.isfinite(rows).all():
        return None
    if np.abs(rows).max() < _CLOSE:
        return ()
    usable = [k for k, column in enumerate(columns) if np.isfinite(column).all() and np.abs(column).max() > 1e-12]
    table = np.array([columns[k] for k in usable]).T if usable else np.zeros((len(rows), 0))
    if not usable or not _spans(table, rows):
        return None
    for size in range(1, MOST + 1):
        if math.comb(len(usable), size) > _TRIES:
            return None
        for picked in combinations(range(len(usable)), size):
            part = table[:, picked]
            factors = np.linalg.lstsq(part, rows, rcond=None)[0]
            if np.abs(part @ factors - rows).max() > _CLOSE:
                continue
            short = [Fraction(float(f)).limit_denominator(1000) for f in factors]
            if all(short) and np.abs(part @ np.array([float(f) for f in short]) - rows).max() < _CLOSE:
                return tuple((usable[k], f) for k, f in zip(picked, short, strict=True))
    return None


def _spans(table: Array, rows: Array) -> bool:
    """Whether any combination at all is ``rows``: most that is nothing named is told apart by this alone."""
    factors = np.linalg.lstsq(table, rows, rcond=None)[0]
    return bool(np.abs(table @ factors - rows).max() < _CLOSE * 10)
