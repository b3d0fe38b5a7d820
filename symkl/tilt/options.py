"""How the temperatures of ``symkl tilt`` are written: apart from what is computed at them, which loads slowly."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from symkl.tilt.columns import ROLES

FORMATS = ("text", "json", "csv", "markdown", "latex")
BETAS = (Decimal("0.1"), Decimal(1), Decimal(10))
SHORT, LONG = 5, 12
"""Digits shown to people, and to programs."""

POINTS = 41
METHODS = ("gradient", "natural", "mirror")
STEPS, MOST_STEPS = 200, 100_000
RATE = Decimal("0.1")
"""A training, where nothing else is asked for."""

MOST_DIGITS = 1000
_MOST_POINTS = 10_000
_GREATEST = 100  # the exponent of a temperature
_RATIO = re.compile(r"\+?([0-9]{1,40})/([0-9]{1,40})")
RANGE = f"from 1e-{_GREATEST} to below 1e{_GREATEST + 1}"
_REPORTED = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_BETA = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def beta(text: str) -> Decimal | Fraction:
    """A temperature, exactly as written: a decimal, or a ratio of whole numbers.

    >>> beta("0.1"), beta("1/4"), beta("1/3")
    (Decimal('0.1'), Decimal('0.25'), Fraction(1, 3))
    """
    number: Decimal | Fraction = Decimal(text) if len(text) <= 40 and _BETA.fullmatch(text) else Decimal(0)
    if (ratio := _RATIO.fullmatch(text)) and int(ratio[2]):
        number = _simplest(Fraction(int(ratio[1]), int(ratio[2])))
    if not Fraction(1, 10**_GREATEST) <= Fraction(number) < 10 ** (_GREATEST + 1):
        raise argparse.ArgumentTypeError(
            f"{text[:60]!r} is not a temperature; write a number {RANGE}, such as 0.1 or 1/3"
        )
    return number


def rate(text: str) -> Decimal | Fraction:
    """The size of a step, written as a temperature is.

    >>> rate("0.5")
    Decimal('0.5')
    """
    try:
        return beta(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a rate; write a number {RANGE}, such as 0.1") from None


def _simplest(ratio: Fraction) -> Decimal | Fraction:
    """A decimal where it is one of 40 digits."""
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return ratio
    exact = Context(prec=200).divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    return exact if len(exact.as_tuple().digits) <= 40 else ratio


def columns(text: str) -> dict[str, str]:
    """The columns of a table by their roles.

    >>> columns("response=completion,reward=score")
    {'response': 'completion', 'reward': 'score'}
    """
    named: dict[str, str] = {}
    for part in text.split(","):
        role, equals, name = (each.strip() for each in part.partition("="))
        if role not in ROLES or not equals or not name:
            roles = ", ".join(ROLES)
            raise argparse.ArgumentTypeError(f"{part[:60]!r} names no column; write ROLE=NAME, with a role of {roles}")
        named[role] = name
    return named


def point(text: str) -> tuple[Decimal, Decimal, Decimal | Fraction | None]:
    """A reported KL and reward, and perhaps the temperature.

    >>> point("1.11:7.6:1")
    (Decimal('1.11'), Decimal('7.6'), Decimal('1'))
    """
    kl, *rest = text.split(":")
    if not 1 <= len(rest) <= 2 or not all(_REPORTED.fullmatch(each) for each in (kl, rest[0])) or kl.startswith("-"):
        wanted = "KL:REWARD or KL:REWARD:BETA with a KL of 0 or more, such as 1.11:7.6"
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a point; write {wanted}")
    return Decimal(kl), Decimal(rest[0]), beta(rest[1]) if rest[1:] else None


def sweep(text: str) -> tuple[Decimal, ...]:
    """Temperatures from A to B, each exactly one of six digits, or of as many as keep them apart.

    >>> [str(each) for each in sweep("0.01:100:5")]
    ['0.01', '0.1', '1', '10', '100']
    """
    first, *rest = text.split(":")
    if not 1 <= len(rest) <= 2:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a range; write A:B or A:B:N, such as 0.01:100")
    low, high = (_decimal(beta(each)) for each in (first, rest[0]))
    count = int(rest[1]) if rest[1:] and rest[1].isascii() and rest[1].isdigit() and len(rest[1]) < 6 else 0
    count = count if rest[1:] else POINTS
    if not 2 <= count <= _MOST_POINTS:
        raise argparse.ArgumentTypeError(f"{rest[1][:60]!r} is not a whole number from 2 to {_MOST_POINTS}")
    if not low < high:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} does not go up; write the smaller temperature first")
    return _between(low, high, count)


def around(betas: Sequence[Decimal | Fraction]) -> tuple[Decimal, ...]:
    """A sweep from a tenth of the least of ``betas`` to ten times the largest, as far as temperatures are allowed.

    >>> [f"{each:.0e}" for each in around([Decimal("1e-100"), Decimal(1)])[::40]]
    ['1e-100', '1e+1']
    """
    least, most = (_decimal(end(betas, key=lambda each: Fraction(each))) for end in (min, max))
    low, high = least / 10, most * 10
    low = low if low.adjusted() >= -_GREATEST else least
    return _between(low, high if high.adjusted() <= _GREATEST else most, POINTS)


def _decimal(number: Decimal | Fraction) -> Decimal:
    """An end of a sweep: nearly, if it has no decimal."""
    if isinstance(number, Decimal):
        return number
    return Context(prec=12).divide(Decimal(number.numerator), Decimal(number.denominator))


def _between(low: Decimal, high: Decimal, count: int) -> tuple[Decimal, ...]:
    with localcontext(Context(prec=120)):  # temperatures have 40 digits at most
        step = (high / low).ln() / (count - 1)
        digits = max(6, 2 - step.adjusted())  # rounded by a twentieth of a step at most
        inner = [_rounded(low * (step * i).exp(), digits) for i in range(1, count - 1)]
    return (low, *inner, high)


def _rounded(number: Decimal, digits: int) -> Decimal:
    rounded = Decimal(f"{number:.{digits - 1}e}").normalize()
    return Decimal(f"{rounded:f}") if -8 < rounded.adjusted() < 16 else rounded
