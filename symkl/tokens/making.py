"""Rows that are made and not read: one of every kind in turn, each from its own seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from symkl.tokens.bounds import to_bfloat16
from symkl.tokens.checking import Data, Source
from symkl.tokens.trials import KINDS, Trial


def made(rows: int, vocabulary: int, dtype: str, seed: int = 0) -> Source:
    """So many rows of the kinds of :mod:`symkl.tokens.trials`, in float32, bfloat16, float16 or float64.

    >>> made(3, 100, "bfloat16").read(1, 3).logits.shape
    (2, 100)
    """

    def read(start: int, stop: int) -> Data:
        each = [
            Trial(KINDS[row % len(KINDS)], vocabulary, 1, seed * 1_000_003 + row).make() for row in range(start, stop)
        ]
        logits, rewards = (_rounded(np.concatenate(some), dtype) for some in zip(*each, strict=True))
        return Data(logits, rewards)

    arithmetic = "float64" if dtype == "float64" else "float32"
    return Source(f"made from seed {seed}", rows, vocabulary, dtype, arithmetic, read, seed=seed)


def _rounded(rows: NDArray[np.float32], dtype: str) -> NDArray[np.floating]:
    return to_bfloat16(rows) if dtype == "bfloat16" else rows.astype(dtype)
