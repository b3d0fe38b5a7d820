"""High-precision evidence for what the kernel's language cannot say: integrals and infinite sums.

SymPy's closed form is held against a numerical computation that never uses it. Evidence is no
proof: a step carried by it is *assumed*, and listed in what the derivation rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import sympy as sp

from symkl.derivations.derivation import Evidence

DIGITS = 50
"""Digits to which both sides must agree."""

SHOWN = 12


def evidence(
    left: sp.Expr, right: sp.Expr, points: Sequence[Mapping[sp.Symbol, Any]]
) -> tuple[tuple[Evidence, ...], bool]:
    """Both sides at each point, and whether they agree to 50 digits at all of them.

    An integral is computed by quadrature and an infinite sum by summing it up; neither looks at
    the closed form on the other side.

    >>> k, q = sp.symbols("k q", positive=True)
    >>> shown, agrees = evidence(sp.Sum(q**k, (k, 0, sp.oo)), 1 / (1 - q), [{q: sp.Rational(1, 3)}])
    >>> agrees, shown[0].left
    (True, '1.50000000000')
    """
    found, agrees = [], True
    for point in points:
        with mpmath.workdps(DIGITS + 20):
            a, b = number(left, point), number(right, point)
            near = abs(a - b) <= mpmath.mpf(10) ** -DIGITS * max(1, abs(b))
        where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
        found.append(Evidence(where, *(mpmath.nstr(v, SHOWN, strip_zeros=False) for v in (a, b))))
        agrees &= bool(near)
    return tuple(found), agrees and bool(points)


def number(expression: sp.Expr, point: Mapping[sp.Symbol, Any]) -> mpmath.mpf:
    """The value of an expression at a point, integrals and infinite sums computed numerically."""
    match expression:
        case sp.Integral() if len(expression.limits) == 1:
            x, low, high = expression.limits[0]
            ends = [number(end, point) for end in (low, high)]
            return mpmath.quad(lambda u: number(expression.function, {**point, x: u}), ends)
        case sp.Sum() if len(expression.limits) == 1:
            k, low, high = expression.limits[0]
            ends = [mpmath.inf if end is sp.oo else int(number(end, point)) for end in (low, high)]
            return mpmath.nsum(lambda i: number(expression.function, {**point, k: int(i)}), ends, method="d+r")
        case sp.Add():
            return mpmath.fsum(number(part, point) for part in expression.args)
        case sp.Mul():
            return mpmath.fprod(number(part, point) for part in expression.args)
        case sp.Pow():
            return number(expression.base, point) ** number(expression.exp, point)
        case sp.exp():
            return mpmath.exp(number(expression.args[0], point))
        case sp.log():
            return mpmath.log(number(expression.args[0], point))
        case sp.Rational():
            return mpmath.mpf(int(expression.p)) / int(expression.q)
        case sp.Symbol():
            return _mpf(point[expression])
    return mpmath.mpf(sp.N(expression.subs(dict(point)), DIGITS + 20))


def _mpf(value: Any) -> mpmath.mpf:
    return number(value, {}) if isinstance(value, sp.Expr) else mpmath.mpf(value)
