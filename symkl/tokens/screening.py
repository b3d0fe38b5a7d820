"""Every row of a log π* in one cheap pass: which are surely within their bounds, and which are to be looked at closely.

In float64, a row's log π* costs a few operations on arrays. Its bound costs far more; but it is never below

    u (h + |log π*|)    and where rewards are not counted from a centre    u (h + ρ|r|/β + |v| + |log π*|)

with the roundoff u and the chain h of the arithmetic. A row whose every entry is within that, and whose sum is within
h u, is within its bound. The others are suspects: they are held against the reference. In float64 arithmetic this pass
is no better than what it looks at, and all rows are suspects.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from symkl.tokens.bounds import UNITS, Rounding

Rows = NDArray[np.floating]
Flags = NDArray[np.bool_]

_SUM, _ENTRY = 24.0, 4.0  # roundings of float64 in the sums that are computed here, and in an entry, of its size


def suspects(log_policy: Rows, logits: Rows, rewards: Rows, beta: float, rounding: Rounding) -> Flags:
    """Which of the rows [B, V] are not surely within their bounds.

    >>> logits, rewards = np.zeros((2, 3)), np.array([[1.0, 0, 0], [1.0, 0, 0]])
    >>> right = np.log(np.exp(rewards) / np.exp(rewards).sum(1, keepdims=True))
    >>> wrong = right + np.array([[0.0], [1e-3]])
    >>> suspects(wrong, logits, rewards, 1.0, Rounding()).tolist()
    [False, True]
    """
    unit = rounding.unit
    found, given, earned = (np.asarray(each, np.float64) for each in (log_policy, logits, rewards))
    with np.errstate(all="ignore"):
        mass = given > -np.inf
        scaled = earned / beta
        values = given + scaled
        # From the reward of the likeliest token: v has its digits there, however large rewards are.
        heaviest = values.argmax(axis=1)[:, None]
        best = np.take_along_axis(np.broadcast_to(earned, values.shape), heaviest, 1)
        relative = np.where(mass, given + (earned - best) / beta, -np.inf)
        below = relative - relative.max(axis=1, keepdims=True)
        weights = np.exp(below)
        sums = weights.sum(axis=1, keepdims=True)
        exact = below - np.log(sums)
        policy = weights / sums
        size = np.where(mass, np.abs(exact), 0.0)
        limit = unit * (rounding.chain + size) + rounding.stored * size
        total_limit = unit * rounding.chain + rounding.stored * (policy * size).sum(axis=1)
        if not rounding.centred:
            limit = limit + unit * (rounding.rho * np.abs(scaled) + np.abs(np.where(mass, values, 0.0)))
        # What is computed here is off itself; where that is not far less than the limit, nothing is sure.
        moved = np.where(mass, np.abs(given) + np.abs(earned - best) / beta, 0.0)
        own = UNITS["float64"] * (_SUM + _ENTRY * (size + moved))
        error = np.where(mass, np.abs(found - exact), np.where(np.isneginf(found), 0.0, np.inf))
        within = (error + own <= limit) | (~mass & np.isneginf(found))
        total = np.abs(np.exp(found).sum(axis=1) - 1.0) + UNITS["float64"] * _SUM
        fine = within.all(axis=1) & (total <= total_limit)
    return np.asarray(~fine)


def covered(log_policy: Rows, logits: Rows) -> Flags:
    """Which rows have a log π* at every token with mass, and at no other: the masks compared bit by bit.

    >>> covered(np.array([[-1.0, -np.inf], [-1.0, -np.inf]]), np.array([[0.0, -np.inf], [0.0, 1.0]])).tolist()
    [True, False]
    """
    return np.asarray((np.isfinite(log_policy) == (logits > -np.inf)).all(axis=1))
