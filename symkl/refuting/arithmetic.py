"""The kinds of number for one evaluator: floats to search, balls to certify, duals to differentiate, rationals.

A ball is a python-flint ``arb``: an interval that certainly holds the exact value. A float is
never the ground of a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from symkl.language.records import Numbers


class Undefined(Exception):
    """The term has no value at this point, or none that could be enclosed at this precision."""


class NotEvaluable(Exception):
    """The term has no value here by nature: it holds an optimum, or asks for more work than is allowed."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls are computed with ``bits`` bits inside, and with what was set before after it."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


class Balls:
    """Certified: what has no value becomes a ball that is not finite, and stays one."""

    def number(self, value: Fraction) -> arb:
        """The smallest ball around a rational."""
        return arb(fmpq(value.numerator, value.denominator))

    def log(self, u: arb) -> arb:
        """The logarithm; not finite unless u is certainly > 0."""
        return u.log()

    def exp(self, u: arb) -> arb:
        """The exponential."""
        return u.exp()

    def logistic(self, u: arb) -> arb:
        """``1/(1 + e^-u)``, computed from the end where nothing overflows."""
        if u < 0:
            e = u.exp()
            return e / (1 + e)
        return 1 / (1 + (-u).exp())

    def log_logistic(self, u: arb) -> arb:
        """``log σ(u) = -log(1 + e^-u)``, or ``u - log(1 + e^u)``."""
        return u - u.exp().log1p() if u < 0 else -(-u).exp().log1p()

    def still(self, u: arb) -> arb:
        """u, of which nothing moves."""
        return u

    def choose(self, guard: arb, above: Callable[[], arb], below: Callable[[], arb]) -> arb:
        """``above`` where the guard is >= 0; the hull of both where its ball has both signs."""
        if guard >= 0:
            return above()
        if guard < 0:
            return below()
        return above().union(below()) if guard.is_finite() else guard

    def power(self, base: arb, exponent: arb) -> arb:
        """``base ** exponent``; a base that may be negative wants an exponent that is an exact integer."""
        whole = exponent.unique_fmpz() if exponent.is_integer() else None
        if whole is not None:
            return self.whole_power(base, int(whole))
        if base.is_zero() and exponent > 0:
            return base
        return base ** exponent

    def whole_power(self, base: arb, exponent: int) -> arb:
        """An integer power; ``u^0`` is 1 where u has a value."""
        if exponent > 0 and base.mid().is_zero():  # of a ball around 0 flint gives no power
            return arb(0, base.abs_upper() ** exponent)
        return base * 0 + 1 if exponent == 0 else base ** exponent

    def is_zero(self, u: arb) -> bool:
        """Whether u is exactly 0."""
        return bool(u.is_zero())

    def is_finite(self, u: arb) -> bool:
        """Whether u encloses a value."""
        return bool(u.is_finite())


class Rationals:
    """Exact: for what is given, which no ball can show to be an equality. What is no rational has no value here."""

    def number(self, value: Fraction) -> Fraction:
        """The number itself."""
        return value

    def log(self, u: Fraction) -> Fraction:
        """``log 1 = 0``."""
        if u != 1:
            raise NotEvaluable("a logarithm is not rational")
        return Fraction(0)

    def exp(self, u: Fraction) -> Fraction:
        """``e^0 = 1``."""
        if u != 0:
            raise NotEvaluable("an exponential is not rational")
        return Fraction(1)

    def logistic(self, u: Fraction) -> Fraction:
        """``σ(0) = 1/2``."""
        return self.exp(u) / 2

    def log_logistic(self, u: Fraction) -> Fraction:
        """Never rational."""
        raise NotEvaluable("a logarithm is not rational")

    def still(self, u: Fraction) -> Fraction:
        """u, of which nothing moves."""
        return u

    def choose(self, guard: Fraction, above: Callable[[], Fraction], below: Callable[[], Fraction]) -> Fraction:
        """``above`` where the guard is >= 0."""
        return above() if guard >= 0 else below()

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        """``base ** exponent``, of an integer exponent."""
        if base == 1:
            return base
        if exponent.denominator != 1:
            raise NotEvaluable("a root is not rational")
        return self.whole_power(base, int(exponent))

    def whole_power(self, base: Fraction, exponent: int) -> Fraction:
        """An integer power."""
        return Fraction(base**exponent)

    def is_zero(self, u: Fraction) -> bool:
        """Whether u is 0."""
        return u == 0

    def is_finite(self, u: Fraction) -> bool:
        """Every rational is."""
        return True


class Floats:
    """Quick and uncertified: for a search alone. What has no value raises an arithmetic error."""

    def number(self, value: Fraction) -> float:
        """The nearest float; infinite where that is too large, so that nothing follows from it."""
        try:
            return value.numerator / value.denominator
        except OverflowError:
            return math.inf

    def log(self, u: float) -> float:
        """The logarithm."""
        return math.log(u)

    def exp(self, u: float) -> float:
        """The exponential."""
        return math.exp(u)

    def logistic(self, u: float) -> float:
        """``1/(1 + e^-u)``, computed from the end where nothing overflows."""
        if u < 0:
            e = math.exp(u)
            return e / (1 + e)
        return 1 / (1 + math.exp(-u))

    def log_logistic(self, u: float) -> float:
        """``log σ(u)``, computed from the end where nothing overflows."""
        return u - math.log1p(math.exp(u)) if u < 0 else -math.log1p(math.exp(-u))

    def still(self, u: float) -> float:
        """u, of which nothing moves."""
        return u

    def choose(self, guard: float, above: Callable[[], float], below: Callable[[], float]) -> float:
        """``above`` where the guard is >= 0."""
        if math.isnan(guard):
            raise Undefined
        return above() if guard >= 0 else below()

    def power(self, base: float, exponent: float) -> float:
        """``base ** exponent``; a negative base wants an integer exponent."""
        if base < 0 and not exponent.is_integer():
            raise Undefined
        return float(base ** exponent)

    def whole_power(self, base: float, exponent: int) -> float:
        """An integer power."""
        return float(base ** exponent)

    def is_zero(self, u: float) -> bool:
        """Whether u is 0."""
        return u == 0

    def is_finite(self, u: float) -> bool:
        """Whether u is a number."""
        return math.isfinite(u)


class Dual:
    """``value + slope ε`` with ``ε² = 0``: arithmetic on it differentiates as it evaluates.

    ``level``: which ε, 1 for the outermost derivative. What is of another level stands still for this one, so that a
    derivative inside a derivative is by its own symbol alone.
    """

    __slots__ = ("level", "slope", "value")

    def __init__(self, value: Any, slope: Any, level: int) -> None:
        self.value, self.slope, self.level = value, slope, level

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope, self.level)

    def __add__(self, other: Any) -> Dual:
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value + other, self.slope, self.level)
        if other.level > self.level:
            return Dual(other.value + self, other.slope, other.level)
        return Dual(self.value + other.value, self.slope + other.slope, self.level)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Dual:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> Dual:
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value * other, self.slope * other, self.level)
        if other.level > self.level:
            return Dual(other.value * self, other.slope * self, other.level)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope, self.level)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value / other, self.slope / other, self.level)
        if other.level > self.level:
            return other.__rtruediv__(self)
        quotient = self.value / other.value
        return Dual(quotient, (self.slope - quotient * other.slope) / other.value, self.level)

    def __rtruediv__(self, other: Any) -> Dual:
        quotient = other / self.value
        return Dual(quotient, -quotient * self.slope / self.value, self.level)


class Duals:
    """Duals over another arithmetic, at one level more than that has; what is of another level is a constant."""

    def __init__(self, base: Numbers) -> None:
        self.base = base
        self.level: int = base.level + 1 if isinstance(base, Duals) else 1

    def moves(self, u: Any) -> bool:
        """Whether u depends on what the derivative of this level is by."""
        return isinstance(u, Dual) and u.level == self.level

    def _dual(self, value: Any, slope: Any) -> Dual:
        return Dual(value, slope, self.level)

    def number(self, value: Fraction) -> Any:
        """A constant."""
        return self.base.number(value)

    def log(self, u: Any) -> Any:
        """``(log u)' = u'/u``."""
        return self._dual(self.base.log(u.value), u.slope / u.value) if self.moves(u) else self.base.log(u)

    def exp(self, u: Any) -> Any:
        """``(e^u)' = e^u u'``."""
        if not self.moves(u):
            return self.base.exp(u)
        e = self.base.exp(u.value)
        return self._dual(e, e * u.slope)

    def logistic(self, u: Any) -> Any:
        """``σ' = σ(u) σ(-u) u'``."""
        if not self.moves(u):
            return self.base.logistic(u)
        s = self.base.logistic(u.value)
        return self._dual(s, s * self.base.logistic(-u.value) * u.slope)

    def log_logistic(self, u: Any) -> Any:
        """``(log σ)' = σ(-u) u'``."""
        if not self.moves(u):
            return self.base.log_logistic(u)
        return self._dual(self.base.log_logistic(u.value), self.base.logistic(-u.value) * u.slope)

    def still(self, u: Any) -> Any:
        """``sg(u)' = 0``, by whatever the derivative is."""
        return self.base.still(u.value if self.moves(u) else u)

    def choose(self, guard: Any, above: Callable[[], Any], below: Callable[[], Any]) -> Any:
        """The branch, where the guard is certainly not 0: on the kink there is no slope."""
        value = guard
        while isinstance(value, Dual):
            value = value.value
        if not (value > 0 or value < 0) and (isinstance(guard, Dual) or not self.base.is_zero(value)):
            raise Undefined
        return below() if value < 0 else above()

    def power(self, base: Any, exponent: Any) -> Any:
        """``(a^b)' = b a^(b-1) a' + a^b log(a) b'``."""
        if self.moves(exponent):
            value = self.base.power(base.value if self.moves(base) else base, exponent.value)
            inner = exponent * self.log(base)  # (b log a)' holds both parts of the rule
            return self._dual(value, value * inner.slope)
        if not self.moves(base):
            return self.base.power(base, exponent)
        below = self.base.power(base.value, exponent + self.base.number(Fraction(-1)))
        return self._dual(self.base.power(base.value, exponent), exponent * below * base.slope)

    def whole_power(self, base: Any, exponent: int) -> Any:
        """``(a^n)' = n a^(n-1) a'``."""
        if not self.moves(base):
            return self.base.whole_power(base, exponent)
        value = self.base.whole_power(base.value, exponent)
        if exponent == 0:
            return self._dual(value, 0 * base.slope)
        return self._dual(value, self.base.whole_power(base.value, exponent - 1) * exponent * base.slope)

    def is_zero(self, u: Any) -> bool:
        """Whether u is 0 and stays 0."""
        return not self.moves(u) and self.base.is_zero(u)

    def is_finite(self, u: Any) -> bool:
        """Whether the value and the slope are numbers."""
        if self.moves(u):
            return self.base.is_finite(u.value) and self.base.is_finite(u.slope)
        return self.base.is_finite(u)


BALLS = Balls()
RATIONALS = Rationals()
FLOATS = Floats()
