"""How the temperatures of ``symkl tilt`` are written: apart from what is computed at them, which loads slowly."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from decimal import Context, Decimal, localcontext

FORMATS = ("text", "json", "csv", "markdown", "latex")
BETAS = (Decimal("0.1"), Decimal(1), Decimal(10))
SHORT, LONG = 5, 12
"""Digits shown to people, and to programs."""

POINTS = 41
MOST_DIGITS = 1000
_MOST_POINTS = 10_000
_GREATEST = 100  # the exponent of a temperature
_BETA = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def beta(text: str) -> Decimal:
    """A temperature, exactly as written."""
    number = Decimal(text) if len(text) <= 40 and _BETA.fullmatch(text) else Decimal(0)
    if not number or not -_GREATEST <= number.adjusted() <= _GREATEST:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a temperature; write a number > 0, such as 0.1")
    return number


def sweep(text: str) -> tuple[Decimal, ...]:
    """Temperatures from A to B, each exactly one of six digits, or of as many as keep them apart.

    >>> [str(each) for each in sweep("0.01:100:5")]
    ['0.01', '0.1', '1', '10', '100']
    """
    first, *rest = text.split(":")
    if not 1 <= len(rest) <= 2:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a range; write A:B or A:B:N, such as 0.01:100")
    low, high = beta(first), beta(rest[0])
    count = int(rest[1]) if rest[1:] and rest[1].isascii() and rest[1].isdigit() and len(rest[1]) < 6 else 0
    count = count if rest[1:] else POINTS
    if not 2 <= count <= _MOST_POINTS:
        raise argparse.ArgumentTypeError(f"{rest[1][:60]!r} is not a whole number from 2 to {_MOST_POINTS}")
    if not low < high:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} does not go up; write the smaller temperature first")
    return _between(low, high, count)


def around(betas: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """A sweep from a tenth of the least of ``betas`` to ten times the largest, as far as temperatures are allowed.

    >>> [f"{each:.0e}" for each in around([Decimal("1e-100"), Decimal(1)])[::40]]
    ['1e-100', '1e+1']
    """
    low, high = min(betas) / 10, max(betas) * 10
    low = low if low.adjusted() >= -_GREATEST else min(betas)
    return _between(low, high if high.adjusted() <= _GREATEST else max(betas), POINTS)


def _between(low: Decimal, high: Decimal, count: int) -> tuple[Decimal, ...]:
    with localcontext(Context(prec=120)):  # temperatures have 40 digits at most
        step = (high / low).ln() / (count - 1)
        digits = max(6, 2 - step.adjusted())  # rounded by a twentieth of a step at most
        inner = [_rounded(low * (step * i).exp(), digits) for i in range(1, count - 1)]
    return (low, *inner, high)


def _rounded(number: Decimal, digits: int) -> Decimal:
    rounded = Decimal(f"{number:.{digits - 1}e}").normalize()
    return Decimal(f"{rounded:f}") if -8 < rounded.adjusted() < 16 else rounded
