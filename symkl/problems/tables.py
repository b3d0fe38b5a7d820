"""Numbers as they are given: a decimal or a fraction is exact, a float is the binary rational that it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
from flint import fmpq
from mpmath import libmp

Vector = npt.NDArray[Any]
"""Numbers of one kind: dtype float64, or object with ``mpf``, ``arb`` or exact ``fmpq``."""

MPF = mpmath.ctx_mp_python._mpf
"""What every ``mpf`` is an instance of, whatever its context."""

SMALLEST, LARGEST = 1e-300, 1e300
"""Temperatures lie between these; rewards and logits are at most the larger one in size."""

_MOST_DIGITS = 100_000


class InvalidProblem(ValueError):
    """An argument that is no part of a problem: the message names it, the place, what was found and what is expected.

    >>> FiniteProblem([0.5, 0.4], [1, 2], 1)
    Traceback (most recent call last):
    symkl.problems.InvalidProblem: reference: the probabilities sum to 0.9; a distribution sums to 1
    """

    __module__ = "symkl.problems"


def refuse(argument: str, place: str, found: str, expected: str) -> InvalidProblem:
    """The error that says so."""
    shown = f"{found[:60]}…" if len(found) > 61 else found
    return InvalidProblem(f"{argument}{f' at {place}' if place else ''}: found {shown}, expected {expected}")


@dataclass(frozen=True)
class Table:
    """Exact values in one array: float64 where every one of them is a float, else objects.

    ``rounded``: some were given as floats, so that they need not sum to exactly 1.
    """

    values: Vector
    rounded: bool

    def same(self, other: Table) -> bool:
        """Whether the other has the same numbers, in whatever form they were given."""
        if len(self.values) != len(other.values):
            return False
        if self.values.dtype == other.values.dtype:
            return bool(np.all(self.values == other.values))
        return bool(np.all(objects(rational, self.values) == objects(rational, other.values)))

    @cached_property
    def floats(self) -> Vector:
        """The nearest floats."""
        return floats(self.values)


def floats(values: Vector) -> Vector:
    """The nearest floats; the array itself where it has floats."""
    try:
        return values.astype(np.float64, copy=False)
    except OverflowError:
        return np.array(list(map(_nearest, values)))


def _nearest(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def objects(function: Callable[[Any], Any], values: Vector | Sequence[Any]) -> Vector:
    """An array of what the function gives for each."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(map(function, values.tolist() if isinstance(values, np.ndarray) else values))
    return out


# -- reading ---------------------------------------------------------------------------------------


def read_table(entries: Vector | list[Any], argument: str, place: Callable[[int], str], expected: str) -> Table:
    """Every entry as a number; the first that is none is refused."""
    if isinstance(entries, np.ndarray) and entries.dtype.kind == "f" and entries.dtype.itemsize <= 8:
        table = Table(entries.astype(np.float64), True)
    else:
        items = entries.tolist() if isinstance(entries, np.ndarray) else entries
        kinds = set(map(type, items))
        if kinds == {float} or (kinds == {int} and max(map(abs, items)) <= 2**53):
            values = np.array(items, dtype=np.float64)
        else:
            values = objects(rational, items)
            for i in np.flatnonzero(values == None):  # noqa: E711 (elementwise)
                raise refuse(argument, place(int(i)), shown(items[i]), expected)
        table = Table(values, any(issubclass(kind, float | np.floating | MPF) for kind in kinds))
    for i in np.flatnonzero(~(np.abs(table.floats) <= LARGEST)):
        raise refuse(argument, place(int(i)), str(table.floats[i]), expected)
    return table


def rational(value: Any) -> fmpq | None:
    """A number as the rational that it is; ``None`` for what is not a finite number."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return fmpq(int(value))
    if isinstance(value, fmpq):
        return value
    if isinstance(value, Fraction):
        return fmpq(value.numerator, value.denominator)
    if isinstance(value, str) and "/" in value:
        above, below = map(_decimal, value.split("/", 1))
        return above / below if above is not None and below else None
    if isinstance(value, str | Decimal):
        return _decimal(value)
    if isinstance(value, float | np.floating):
        return fmpq(*value.as_integer_ratio()) if math.isfinite(value) else None
    if isinstance(value, MPF):
        return fmpq(*(int(part) for part in libmp.to_rational(value._mpf_))) if value.context.isfinite(value) else None
    return None


def _decimal(value: str | Decimal) -> fmpq | None:
    """A decimal; an exponent of thousands of digits is no number for us."""
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except ArithmeticError:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 5000:
        return None
    return fmpq(*number.as_integer_ratio())


def read_temperature(value: Any) -> fmpq:
    """β."""
    number = rational(value)
    if number is None or not SMALLEST <= floats(np.array([number], dtype=object))[0] <= LARGEST:
        raise refuse("beta", "", shown(value), "a number > 0 (between 1e-300 and 1e300)")
    return number


def read_digits(value: Any) -> int:
    """How many digits are asked for."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_DIGITS:
        raise refuse("digits", "", shown(value), f"a whole number from 1 to {_MOST_DIGITS}")
    return value


# -- showing ---------------------------------------------------------------------------------------


def shown(item: Any) -> str:
    """What was found, in a message."""
    if isinstance(item, str):
        return repr(str(item))
    try:
        return str(item) if item is None or isinstance(item, int | float) else f"{item} ({type(item).__name__})"
    except ValueError:  # so long that Python does not write it
        return f"a number of thousands of digits ({type(item).__name__})"


def text(value: Any) -> str:
    """A number that was read, in a message."""
    return str(given(value)) if isinstance(value, float | fmpq) else str(value)


def given(value: Any) -> int | float | str:
    """A number in a form in which it can be given again."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(value)
    if value.q == 1:
        return int(value.p)
    binary = int(value.q).bit_count() == 1 and value.q > 1024 and float(value).as_integer_ratio() == (value.p, value.q)
    return float(value) if binary else str(value)
