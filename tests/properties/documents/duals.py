"""Dual numbers: a value and how it moves along the few directions that are tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Value = float | NDArray[np.float64]


@dataclass(frozen=True)
class Dual:
    """``v + d ε`` with ``ε² = 0``; ``d`` is None where nothing moves; once a gradient is taken ``v`` is an array."""

    v: Value
    d: NDArray[np.float64] | None = None

    def __add__(self, other: Dual) -> Dual:
        if self.d is None or other.d is None:
            return Dual(self.v + other.v, self.d if other.d is None else other.d)
        return Dual(self.v + other.v, self.d + other.d)

    def __neg__(self) -> Dual:
        return Dual(-self.v, None if self.d is None else -self.d)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.v * other.v, _along(self, other.v, other, self.v))

    def __truediv__(self, other: Dual) -> Dual:
        return Dual(self.v / other.v, _along(self, 1 / other.v, other, -self.v / other.v**2))

    def chained(self, v: Value, slope: Value) -> Dual:
        """``f(self)`` where f has this value and this slope there."""
        return Dual(v, None if self.d is None else slope * self.d)


def _along(a: Dual, by: Value, b: Dual, times: Value) -> NDArray[np.float64] | None:
    moved = [x.d * w for x, w in ((a, by), (b, times)) if x.d is not None]
    return sum(moved[1:], moved[0]) if moved else None
