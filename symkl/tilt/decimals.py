"""Balls -> decimals in which every digit shown is right.

A decimal is shown only if every number in the ball rounds to it. A ball that straddles the boundary
between two roundings, which is where an exact tie lies, is shown with one digit more; a ball too
wide for that with fewer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

Balls = NDArray[np.object_]

_MOST_BY_FLOAT = 12  # digits that a float can vouch for
_ACCURATE = 60  # bits: the ball adds nothing to the error of its float
_FLOAT_ERROR = 4e-15  # relative, of a float and of its scaling by a power of ten, with room to spare
_SHOWN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?")


def decimal(ball: arb, digits: int) -> str:
    """``ball`` to ``digits`` significant digits, each certain; ``?`` if not even its size is certain.

    >>> decimal(arb(1) / 3, 4), decimal(arb(2).sqrt() * 10**9, 4), decimal(arb(1) / 8, 2), decimal(arb(0), 4)
    ('0.3333', '1.414e9', '0.12', '0')
    >>> decimal(arb(1) / 3 * 3 / 8, 2), decimal(arb("0.3333 +/- 0.0001"), 6), decimal(arb("0 +/- 1e-9"), 6)
    ('0.125', '0.33', '?')
    """
    for count in (digits, digits + 1, *range(digits - 1, 0, -1)):
        if (shown := _pinned(ball, count)) is not None:
            return shown
    return "?"


def at_most(ball: arb, digits: int) -> str:
    """A decimal that no number in the ball is above, of so many digits: bounds are rounded up.

    >>> at_most(arb(1) / 3, 4), at_most(arb(14), 4), at_most(arb(0), 4), at_most(arb("0.33331 +/- 1e-9"), 4)
    ('0.3334', '14.00', '0', '0.3334')
    """
    upper = ball.upper()
    if not upper > 0:
        return "0" if upper.is_zero() else "?"
    if (exact := _fraction(upper)) is not None:
        return _exactly(exact, digits, math.ceil)
    found = _SHOWN.fullmatch(upper.str(digits + 30, radius=False))
    if found is None:
        return "?"
    whole, part, exponent = found[2], found[3] or "", int(found[4] or 0)
    figures = (whole + part).lstrip("0")
    extra = len(figures) - digits
    # What is printed is right to one unit of its last digit.
    return _written("", -(-(int(figures) + 1) // 10**extra), exponent - len(part) + extra, digits)


def decimals(balls: Balls, digits: int) -> list[str]:
    """Each of ``balls`` as :func:`decimal` shows it; a million take about a second."""
    if digits > _MOST_BY_FLOAT:
        return [decimal(ball, digits) for ball in balls]
    numbers = np.fromiter(map(float, balls), dtype=np.float64, count=len(balls))
    accurate = np.fromiter((ball.rel_accuracy_bits() for ball in balls), dtype=np.int64, count=len(balls))
    # "%#.4g" keeps zeros at the end, and a point at the end where all digits stand before it.
    shape = f"%#.{digits}g"
    shown = [shape % number for number in numbers.tolist()]
    for i in np.flatnonzero(np.abs(np.log10(np.maximum(np.abs(numbers), 1e-300))) >= min(digits - 1, 4) - 0.5).tolist():
        mantissa, _, exponent = shown[i].partition("e")
        shown[i] = mantissa.rstrip(".") + (f"e{int(exponent)}" if exponent else "")
    for i in np.flatnonzero(~(_clear(numbers, digits) & (accurate >= _ACCURATE))).tolist():
        shown[i] = decimal(balls[i], digits)
    return shown


def _clear(numbers: NDArray[np.float64], digits: int) -> NDArray[np.bool_]:
    """Where a float is so far from a boundary between roundings that the number it stands for rounds alike."""
    sizes = np.abs(numbers)
    usable = (sizes > 1e-280) & (sizes < 1e280)
    sizes = np.where(usable, sizes, 1.0)
    places = digits - 1 - np.floor(np.log10(sizes))
    scaled = sizes * 10.0 ** places
    away = np.abs(scaled - np.floor(scaled) - 0.5)
    # Where log10 errs, next to a power of ten, no boundary is near either way.
    clear: NDArray[np.bool_] = usable & (away > _FLOAT_ERROR * 10.0**digits)
    return clear


def _pinned(ball: arb, digits: int) -> str | None:
    """``ball`` rounded to significant digits, ``None`` unless all that is in it rounds to that."""
    if ball.is_zero():
        return "0"
    if ball.is_exact() and (exact := _fraction(ball)) is not None:
        return _exactly(exact, digits)
    rounded = _rounded(ball, digits, spare=4)
    return rounded if rounded is not None else _rounded(ball, digits, spare=digits + 30)


def _fraction(exact: arb) -> Fraction | None:
    """The number itself, unless it is so large or small that it would fill the memory."""
    mantissa, exponent = map(int, exact.man_exp())
    if mantissa.bit_length() + abs(exponent) >= 2000:
        return None
    return Fraction(mantissa) * Fraction(2) ** exponent


def _rounded(ball: arb, digits: int, spare: int) -> str | None:
    """What ``spare`` digits more leave no doubt about."""
    found = _SHOWN.fullmatch(ball.str(digits + spare, radius=False))
    if found is None:
        return None
    # What is printed is right to one unit of its last digit.
    sign, whole, part, exponent = found[1], found[2], found[3] or "", int(found[4] or 0)
    figures = (whole + part).lstrip("0")
    places = exponent - len(part)  # the decimal is figures times 10^places
    extra = len(figures) - digits
    if extra < 1:
        return None
    step = 10**extra
    low, high = ((2 * (int(figures) + unit) + step) // (2 * step) for unit in (-1, 1))
    if low != high:
        return None
    return _written(sign, low, places + extra, digits)


def _exactly(value: Fraction, digits: int, whole: Callable[[Fraction], int] = round) -> str:
    size = abs(value)
    exponent = len(str(size.numerator)) - len(str(size.denominator))
    while size < Fraction(10) ** exponent:
        exponent -= 1
    while size >= Fraction(10) ** (exponent + 1):
        exponent += 1
    places = exponent - digits + 1
    return _written("-" if value < 0 else "", whole(size / Fraction(10) ** places), places, digits)


def _written(sign: str, figures: int, places: int, digits: int) -> str:
    """``figures`` times ``10^places``, with an exponent where the point would be far off."""
    text = str(figures)
    if len(text) > digits:  # rounded up to a power of ten
        text, places = text[:-1], places + 1
    exponent = places + digits - 1
    if not -4 <= exponent < digits:
        return f"{sign}{text[0]}{'.' + text[1:] if digits > 1 else ''}e{exponent}"
    if exponent == digits - 1:
        return sign + text
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{text}"
    return f"{sign}{text[: exponent + 1]}.{text[exponent + 1 :]}"
