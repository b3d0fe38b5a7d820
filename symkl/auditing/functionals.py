"""What an estimator may estimate: named functionals of policies, as terms, as numbers, and with their slopes.

A functional is a sum over responses of something of each; ``slope`` is its derivative by one probability of π.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

import symkl.language.terms as t
from symkl.auditing.translating import Y, add, multiply, number, power

Array = NDArray[np.float64]
Tables = Mapping[str, Array]
"""By symbol, its values over the responses."""


@dataclass(frozen=True)
class Functional:
    """A functional: how it is written, what it is in each problem, and its slope by each probability of π."""

    term: t.Term
    value: Callable[[Tables], float]
    slope: Callable[[Tables], Array]


def p(symbol: str) -> t.Apply:
    """A policy at a response."""
    return t.Apply(symbol, (Y,), ())


def given(symbol: str) -> t.Apply:
    """A number of a response: ``A(y)``."""
    return t.Apply(symbol, (), (Y,))


_NONE = np.zeros(1)


def _moving(symbol: str, slope: Callable[[Tables], Array]) -> Callable[[Tables], Array]:
    """A slope by one of the policies, where that is π."""
    return slope if symbol == "π" else lambda d: 0 * d["π"]


def _kl(a: str, b: str) -> Functional:
    def slope(d: Tables) -> Array:
        found = 0 * d["π"]
        if a == "π":
            found = found + np.log(d[a] / d[b]) + 1
        return found - d[a] / d[b] if b == "π" else found

    return Functional(t.kl(Y, p(a), p(b)), lambda d: float((d[a] * np.log(d[a] / d[b])).sum()), slope)


def _chi(a: str, b: str) -> Functional:
    def slope(d: Tables) -> Array:
        return 2 * d[a] / d[b] if a == "π" else -((d[a] / d[b]) ** 2) if b == "π" else 0 * d["π"]

    return Functional(t.Bind("χ²", (Y,), (p(a), p(b))), lambda d: float((d[a] ** 2 / d[b]).sum()) - 1, slope)


def _half(a: str, b: str, s: str) -> Functional:
    """``½ E_s[(log a/b)²]``, which k2 is a sample of."""
    body = multiply(number(Fraction(1, 2)), power(add(t.log(p(a)), multiply(number(-1), t.log(p(b)))), Fraction(2)))

    def slope(d: Tables) -> Array:
        log = np.log(d[a] / d[b])
        return (log**2 / 2 if s == "π" else 0 * log) + d[s] * log * ((a == "π") - float(b == "π")) / d["π"]

    return Functional(
        t.mean((Y,), p(s), body), lambda d: float((d[s] * np.log(d[a] / d[b]) ** 2).sum()) / 2, slope
    )


def _middle(a: str, b: str) -> Functional:
    """``KL(a ‖ (a + b)/2)``."""
    middle = multiply(number(Fraction(1, 2)), add(p(a), p(b)))

    def value(d: Tables) -> float:
        return float((d[a] * np.log(2 * d[a] / (d[a] + d[b]))).sum())

    def slope(d: Tables) -> Array:
        m = d[a] + d[b]
        own = np.log(2 * d[a] / m) + 1 - d[a] / m
        return own if a == "π" else -d[a] / m if b == "π" else 0 * m

    return Functional(t.kl(Y, p(a), middle), value, slope)


def _entropy() -> Functional:
    return Functional(
        t.Bind("H", (Y,), (p("π"),)), lambda d: -float((d["π"] * np.log(d["π"])).sum()), lambda d: -np.log(d["π"]) - 1
    )


def _cross(a: str) -> Functional:
    return Functional(
        t.Bind("cross-entropy", (Y,), (p(a), p("π"))), lambda d: -float((d[a] * np.log(d["π"])).sum()),
        lambda d: -d[a] / d["π"],
    )  # fmt: skip


def _mean(s: str, f: str) -> Functional:
    return Functional(
        t.mean((Y,), p(s), given(f)), lambda d: float((d[s] * d[f]).sum()), _moving(s, lambda d: d[f])
    )


def _weighted_log(s: str, f: str) -> Functional:
    """``E_s[f log π]``, whose gradient is that of a policy where s is held still."""
    return Functional(
        t.mean((Y,), p(s), multiply(given(f), t.log(p("π")))), lambda d: float((d[s] * d[f] * np.log(d["π"])).sum()),
        lambda d: d[s] * d[f] / d["π"],
    )  # fmt: skip


def _ratio(s: str, a: str, b: str) -> Functional:
    """``E_s[a/b]``."""

    def slope(d: Tables) -> Array:
        found = 0 * d["π"]
        if s == "π":
            found = found + d[a] / d[b]
        if a == "π":
            found = found + d[s] / d[b]
        return found - d[s] * d[a] / d[b] ** 2 if b == "π" else found

    body = multiply(p(a), power(p(b), Fraction(-1)))
    return Functional(t.mean((Y,), p(s), body), lambda d: float((d[s] * d[a] / d[b]).sum()), slope)


def _second(a: str, s: str, f: str) -> Functional:
    """``½ E_s[(a/s)² f]``: what a squared ratio weighs."""
    body = multiply(number(Fraction(1, 2)), power(p(a), Fraction(2)), power(p(s), Fraction(-2)), given(f))
    return Functional(
        t.mean((Y,), p(s), body), lambda d: float((d[a] ** 2 / d[s] * d[f]).sum()) / 2,
        _moving(a, lambda d: d[a] / d[s] * d[f]),
    )  # fmt: skip


def functionals(policies: frozenset[str], numbers: frozenset[str], sampler: str) -> list[Functional]:
    """Those that may stand on the other side, the simplest first; the number 1 among them."""
    names = sorted(policies | {"π", sampler}, key=("π", "π_ref", "π_old").index)
    pairs = [(a, b) for a in names for b in names if a != b]
    one = Functional(number(1), lambda d: 1.0, lambda d: 0 * d["π"])
    found = [one, *(_kl(a, b) for a, b in pairs), *(_mean(s, f) for f in sorted(numbers) for s in names)]
    found += [_chi(a, b) for a, b in pairs] + [_entropy()]
    found += [_cross(s) for s in names if s != "π"]
    found += [_half(a, b, sampler) for a, b in pairs if (b, a) not in pairs[: pairs.index((a, b))]]
    found += [_weighted_log(s, f) for f in sorted(numbers) for s in names if s == sampler != "π"]
    found += [_second("π", s, f) for f in sorted(numbers) for s in names if s == sampler != "π"]
    found += [_ratio(sampler, a, b) for a, b in pairs if sampler != b != a != sampler]
    found += [_middle(a, b) for a, b in pairs]
    return found
