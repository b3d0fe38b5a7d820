"""Arguments -> rows [B, V] that can be computed with: shapes, kinds of numbers, masks and the temperature are checked.

What takes a look at every number, NaN and infinity, is not looked for beforehand: either would show in the sums of
its row. Only then does :meth:`Rows.explain` look for the place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from symkl.problems.tables import InvalidProblem, refuse
from symkl.tokens.arrays import FLOATS, Array, Arrays, arrays_of

_LOOK = 1 << 22  # numbers at a time, in search of the one that is wrong


class Block(NamedTuple):
    """Some rows and columns in the arithmetic's numbers: ``values`` is ``v = l + r/β``. Masked: l = -inf, r = 0."""

    logits: Array
    rewards: Array
    values: Array


@dataclass(frozen=True)
class Rows:
    """Checked arguments: ``logits``, ``rewards`` and ``mask`` are views [B, V] of what was given.

    ``leading`` is the shape that results have, ``dtype`` the arithmetic: float64 if logits or rewards are, else
    float32. ``centre``: what is subtracted from the rewards of each row before anything is computed with them, [B];
    π* does not change by it.
    """

    arrays: Arrays
    logits: Array
    rewards: Array
    mask: Array | None
    beta: float
    dtype: str
    leading: tuple[int, ...]
    centre: Array | None = None

    @property
    def count(self) -> int:
        """B."""
        return int(self.logits.shape[0])

    @property
    def width(self) -> int:
        """V."""
        return int(self.logits.shape[1])

    @property
    def inverse(self) -> float:
        """1/β, rounded to the arithmetic's numbers."""
        return float(np.dtype(self.dtype).type(1.0 / self.beta))

    def block(self, rows: Any, columns: slice) -> Block:
        """These rows (a slice or indices) and columns."""
        return self._block(rows, lambda x: x[rows, columns])

    def at(self, rows: Any, indices: Array) -> Block:
        """Some tokens of these rows: [b, k] indices."""
        return self._block(rows, lambda x: self.arrays.gather(x[rows], indices))

    def _block(self, rows: Any, of: Callable[[Array], Array]) -> Block:
        mask = None if self.mask is None else of(self.mask)
        rewards = self.centred(rows, of(self.rewards))
        return block_of(self.arrays, of(self.logits), rewards, mask, self.inverse, self.dtype)

    def centred(self, rows: Any, rewards: Array) -> Array:
        """Rewards of these rows, less the centre of each, if there is one."""
        if self.centre is None:
            return rewards
        largest = float(np.finfo(self.dtype).max)
        moved = self.arrays.cast(rewards, self.dtype) - self.centre[rows][:, None]
        return self.arrays.clip(moved, -largest, largest)

    def about(self, rows: Any, centre: Array) -> Rows:
        """The same, computed with about another centre in these rows."""
        nothing = np.zeros(self.count, self.dtype)
        before = self.arrays.array(nothing, self.logits) if self.centre is None else self.centre
        return replace(self, centre=self.arrays.put(before, rows, before[rows] + centre))

    def shaped(self, x: Array) -> Array:
        """A result [B, ...] in the shape of the arguments."""
        return x.reshape((*self.leading, *x.shape[1:]))

    def explain(self) -> InvalidProblem:
        """Which number is to blame, now that a result is not finite."""
        if self.centre is not None:
            return replace(self, centre=None).explain()
        for first in range(0, self.count, step := max(1, _LOOK // self.width)):
            rows, mass = slice(first, first + step), False
            for column in range(0, self.width, _LOOK):
                block = Block(*map(self.arrays.numpy, self.block(rows, slice(column, column + _LOOK))))
                if (found := self._bad(block, first, column)) is not None:
                    return found
                mass = mass | (block.logits > -math.inf).any(axis=-1)
            if not np.all(mass):
                place = self._place(first + np.flatnonzero(~mass)[0])
                return refuse("logits", place, "-inf or masked at every token", "a token that has mass")
        return refuse("beta", "", f"{self.beta:g}", f"one at which l + r/beta spans no more than {self.dtype} can hold")

    def _bad(self, block: Block, row: int, column: int) -> InvalidProblem | None:
        kinds = (
            ("logits", block.logits, np.isnan(block.logits) | np.isposinf(block.logits), "a finite number or -inf"),
            ("rewards", block.rewards, ~np.isfinite(block.rewards), "a finite number; leave a token out with mask"),
        )
        for name, values, bad, expected in kinds:
            if bad.any():
                i, j = np.argwhere(bad)[0]
                return refuse(name, self._place(row + i, column + j), str(float(values[i, j])), expected)
        bad = np.isnan(block.values) | ~np.isfinite(block.values) & np.isfinite(block.logits)
        if bad.any():
            i, j = np.argwhere(bad)[0]
            reward = float(block.rewards[i, j])
            found = f"{self.beta:g}, and a reward of {reward:g} at {self._place(row + i, column + j)}"
            return refuse("beta", "", found, f"r/beta in the range of {self.dtype}")
        return None

    def _place(self, row: Any, *column: Any) -> str:
        place = [*map(int, np.unravel_index(row, self.leading)), *map(int, column)]
        return str(place) if place else ""


def block_of(
    arrays: Arrays, logits: Array, rewards: Array, mask: Array | None, inverse: float, dtype: str
) -> Block:
    """Numbers that were given, as numbers to compute with; ``inverse`` is that of β, as :attr:`Rows.inverse` has it."""
    logits, rewards = arrays.cast(logits, dtype), arrays.cast(rewards, dtype)
    if mask is not None:
        logits = arrays.cast(arrays.where(mask, logits, -math.inf), dtype)
        rewards = arrays.cast(arrays.where(mask, rewards, 0.0), dtype)
    return Block(logits, rewards, tilted(logits, rewards, inverse))


def tilted(logits: Array, rewards: Array, inverse: float) -> Array:
    """``l + r/β`` in two roundings of r/β, on every device: the inverse of β comes rounded.

    Dividing a tensor on a CUDA device by a number rounds three times: the number, its inverse and the product.
    """
    return logits + rewards * inverse


def read_rows(logits: Any, rewards: Any, beta: Any, mask: Any = None) -> Rows:
    """The arguments, checked.

    ``logits`` and ``rewards`` are floating, [.., V] with leading dimensions that broadcast; ``mask`` is boolean, true
    where a token counts, and broadcasts, too.

    Raises: InvalidProblem, which names the argument.

    >>> read_rows(np.zeros((2, 3)), np.zeros(4), 1.0)
    Traceback (most recent call last):
    symkl.problems.InvalidProblem: rewards: found shape (4,), expected (.., 3): as many tokens as logits of shape (2, 3)
    """
    arrays, (logits, rewards, mask) = arrays_of(logits=logits, rewards=rewards, mask=mask)
    for name, value in (("logits", logits), ("rewards", rewards)):
        if arrays.dtype(value) not in FLOATS:
            raise refuse(name, "", f"numbers of type {arrays.dtype(value)}", f"one of {', '.join(FLOATS)}")
    if mask is not None and arrays.dtype(mask) != "bool":
        found = f"numbers of type {arrays.dtype(mask)}"
        raise refuse("mask", "", found, "booleans, true where a token counts: mask != 0")
    if not logits.shape or not logits.shape[-1]:
        raise refuse("logits", "", f"shape {tuple(logits.shape)}", "(.., V) with V > 0")
    shapes = {"logits": logits, "rewards": rewards, "mask": mask}
    shape = _common({name: tuple(each.shape) for name, each in shapes.items() if each is not None})
    flat = (math.prod(shape[:-1]), shape[-1])
    dtype = "float64" if "float64" in (arrays.dtype(logits), arrays.dtype(rewards)) else "float32"
    temperature = read_beta(beta, dtype)

    def rows(x: Array) -> Array:
        return arrays.broadcast(x, shape).reshape(flat)

    return Rows(
        arrays, rows(logits), rows(rewards), None if mask is None else rows(mask), temperature, dtype, shape[:-1]
    )


def _common(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    whole = shapes["logits"]
    for name, shape in shapes.items():
        if shape[-1:] != whole[-1:]:
            expected = f"(.., {whole[-1]}): as many tokens as logits of shape {shapes['logits']}"
            raise refuse(name, "", f"shape {shape}", expected)
        try:
            whole = tuple(np.broadcast_shapes(whole, shape))
        except ValueError:
            raise refuse(name, "", f"shape {shape}", f"one that broadcasts with {whole}") from None
    return whole


def read_beta(beta: Any, dtype: str) -> float:
    """The temperature, which is a number whose inverse is in the range of ``dtype``, too.

    >>> read_beta(0.5, "float32")
    0.5
    """
    if isinstance(beta, bool | np.bool_) or not isinstance(beta, Real):
        raise refuse("beta", "", f"{beta!r} ({type(beta).__name__})", "a number")
    try:
        number = float(beta)
    except OverflowError:
        number = math.inf
    least = float(np.finfo(dtype).smallest_normal)
    if not least <= number <= 1 / least:
        expected = f"a number > 0, from {least:.3g} to {1 / least:.3g} in {dtype} arithmetic"
        raise refuse("beta", "", repr(number), expected)
    return number
