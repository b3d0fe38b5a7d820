"""The three kinds of number that formulas are computed in: float64, ``mpf`` and ``arb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import mpmath
import numpy as np
from flint import arb, ctx, fmpq
from mpmath import libmp

from symkl.problems.layout import Layout
from symkl.problems.tables import Vector, floats, objects
from symkl.refuting.arithmetic import precision


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """A kind of number at one precision: what the formulas ask of it, besides ``+ - * /`` on arrays.

    As it stands for ``mpf`` and ``arb``, whose exponents are unbounded: nothing underflows.
    """

    number: Callable[[Any], Any]  # from an exact value
    library: Any  # has exp, log, expm1, log1p
    small: Callable[[Any], Any]  # the gap
    working: Callable[[], AbstractContextManager[Any]]
    """Where computations at this precision happen."""

    def each(self, function: Callable[[Any], Any], u: Vector) -> Vector:
        """A function of one number, of every number."""
        return objects(function, u)

    def numbers(self, values: Vector) -> Vector:
        """Exact values as numbers of this kind."""
        return self.each(self.number, values)

    def exp(self, u: Vector) -> Vector:
        """The exponential."""
        return self.each(self.library.exp, u)

    def log(self, u: Vector) -> Vector:
        """The natural logarithm."""
        return self.each(self.library.log, u)

    def expm1(self, u: Vector) -> Vector:
        """``e^u - 1``, precise near 0."""
        return self.each(self.library.expm1, u)

    def log1p(self, u: Vector) -> Vector:
        """``log(1 + u)``, precise near 0."""
        return self.each(self.library.log1p, u)

    def gap(self, u: Vector) -> Vector:
        """``e^-u - 1 + u``, precise near 0: what each response adds to a KL divergence, beside its probability."""
        return self.each(self.small, u)

    def logs(self, p: Vector, in_floats: Vector) -> Vector:
        """The logarithms of probabilities; ``in_floats`` is what they are in floats."""
        return self.log(p)

    def weights(self, p: Vector, log_p: Vector, t: Vector, layout: Layout) -> tuple[Vector, Vector]:
        """``p e^(t-m)`` and one m for each prompt or for all, such that nothing overflows and not all underflows."""
        return p * self.exp(t), self.numbers(np.zeros(1))

    def excess(self, p: Vector, log_p: Vector, t: Vector) -> Vector:
        """``p (e^t - 1)``, precise near ``t = 0``."""
        return p * self.expm1(t)


class _Floats(Arithmetic):
    """Float64. Probabilities are handled by their logarithms, so that none is lost before it is compared."""

    def each(self, function: Callable[[Any], Any], u: Vector) -> Vector:
        out: Vector = function(u)
        return out

    def logs(self, p: Vector, in_floats: Vector) -> Vector:
        return in_floats

    def weights(self, p: Vector, log_p: Vector, t: Vector, layout: Layout) -> tuple[Vector, Vector]:
        scores = log_p + t
        m = np.maximum.reduceat(scores, layout.starts)
        return np.exp(scores - layout.spread(m)), m

    def excess(self, p: Vector, log_p: Vector, t: Vector) -> Vector:
        return np.where(t < 1, p * np.expm1(t), np.exp(log_p + t) - p)

    def __reduce__(self) -> str:
        return "FLOATS"


def _float_gap(u: Vector) -> Vector:
    series = np.zeros_like(u)
    for k in range(18, 1, -1):  # u²/2! - u³/3! + ..., from its end
        series = 1 / math.factorial(k) - u * series
    return np.where(np.abs(u) < 0.5, u * u * series, u + np.expm1(-u))


FLOATS = _Floats(floats, np, _float_gap, partial(np.errstate, all="ignore"))


# -- any number of digits ----------------------------------------------------------------------


MP = mpmath.MPContext()
"""Nobody else's context: neither reads nor changes the precision of ``mpmath.mp``."""


@lru_cache(maxsize=64)
def mp_arithmetic(bits: int) -> Arithmetic:
    """``mpf`` of so many bits."""
    return Arithmetic(_mp_number, MP, _mp_gap, partial(MP.workprec, bits))


def _mp_number(value: Any) -> Any:
    if isinstance(value, fmpq):
        return MP.make_mpf(libmp.from_rational(int(value.p), int(value.q), MP.prec, "n"))
    return MP.mpf(value)


def _mp_gap(u: Any) -> Any:
    with MP.extraprec(max(0, -2 * int(MP.mag(u))) + 4 if u else 0):
        return +(u + MP.expm1(-u))


# -- certified ---------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def ball_arithmetic(bits: int) -> Arithmetic:
    """``arb`` of so many bits."""
    return Arithmetic(arb, arb, _ball_gap, partial(precision, bits))


def _ball_gap(u: arb) -> arb:
    """By the mean value theorem around the middle of the ball: ``gap'(u) = 1 - e^-u``."""
    middle = u.mid()
    if not u.is_finite() or middle.is_zero() or abs(float(middle)) > 0.25:
        return u + (-u).expm1()
    mantissa, exponent = middle.man_exp()
    size = int(mantissa).bit_length() + int(exponent)
    with precision(int(ctx.prec) + max(0, -2 * size) + 8):
        there = middle + (-middle).expm1()
    return there - arb(0, u.rad()) * (-u).expm1()
