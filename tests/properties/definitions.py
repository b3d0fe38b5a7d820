"""The other side of every comparison: each quantity as it is defined, a plain sum in balls of some 300 digits.

Nothing here is symkl's, and nothing is clever: no reward is shifted, no logarithm of a ratio expanded. So many bits
make up for what then cancels. One prompt at a time; tables are exact fractions, policies fractions or balls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq
from hypothesis import strategies as st

from symkl.problems import FiniteProblem
from symkl.strategies import distributions, rewards, temperatures

BITS = 1024
DIGITS = 50
"""What symkl is asked for."""

Number = Fraction | int | arb


@dataclass(frozen=True)
class Tables:
    """One prompt: a reference, a reward and a temperature, exact."""

    reference: tuple[Fraction, ...]
    reward: tuple[Fraction, ...]
    beta: Fraction

    @property
    def support(self) -> list[int]:
        """The responses that the reference ever gives."""
        return [y for y, p in enumerate(self.reference) if p > 0]

    @property
    def span(self) -> Fraction:
        """The largest reward on the support less the smallest."""
        inside = [self.reward[y] for y in self.support]
        return max(inside) - min(inside)

    @property
    def problem(self) -> FiniteProblem:
        """The same as symkl takes it, in floats."""
        return FiniteProblem(list(self.reference), list(self.reward), self.beta)

    @property
    def balls(self) -> FiniteProblem:
        """The same in certified balls of 50 digits."""
        return self.problem.balls(DIGITS)


@st.composite
def tables(draw: st.DrawFn, *, size: int | None = None, least: int = 1, zero_mass: bool = True,
           beta: st.SearchStrategy[Fraction] | None = None) -> Tables:
    """Tables as ``symkl.strategies`` draws them; here their exact fractions are kept."""
    n = draw(st.integers(least, 6)) if size is None else size
    betas = temperatures() if beta is None else beta
    return Tables(draw(distributions(n, zero_mass=zero_mass)), draw(rewards(n)), draw(betas))


# -- balls ---------------------------------------------------------------------------------------


def ball(value: Number) -> arb:
    """A number as a ball."""
    return value if isinstance(value, arb) else arb(fmpq(Fraction(value).numerator, Fraction(value).denominator))


def close(found: Any, expected: Number, scale: Number = 0, digits: int = 45) -> bool:
    """Whether symkl's ball holds the value and is small: 45 digits of it, or of ``scale`` where terms cancel.

    Where all that the definition gives is a ball around 0, small is 10^-150.
    """
    expected = ball(expected)
    small = ball(Fraction(1, 10**digits)) * (abs(expected) + abs(ball(scale)))
    if expected.contains(0):
        small = small + ball(Fraction(1, 10**150))
    return bool(found.overlaps(expected) and ball(found.rad()) <= small)


def visible(value: arb, among: Number) -> bool:
    """Whether something positive is large enough to be seen where numbers as large as ``among`` cancel."""
    return bool(value > ball(Fraction(1, 10**250)) * (1 + abs(ball(among))))


def total(values: Iterable[Number]) -> arb:
    """A sum."""
    return sum(map(ball, values), arb(0))


# -- quantities ----------------------------------------------------------------------------------


def weights(of: Tables) -> list[arb]:
    """``π_ref e^(r/β)``."""
    return [ball(p) * ball(r / of.beta).exp() for p, r in zip(of.reference, of.reward, strict=True)]


def partition(of: Tables) -> arb:
    """``Z``."""
    return total(weights(of))


def optimum(of: Tables) -> list[arb]:
    """``π*``."""
    z = partition(of)
    return [w / z for w in weights(of)]


def mean(p: Sequence[Number], f: Sequence[Number]) -> arb:
    """``E_p[f]``; what has no mass has no say, whatever f is there."""
    return total(ball(a) * ball(b) for a, b in zip(p, f, strict=True) if not ball(a).is_zero())


def kl(p: Sequence[Number], q: Sequence[Number]) -> arb:
    """``Σ p log(p/q)`` where p is positive. Requires: q is positive there."""
    return total(ball(a) * (ball(a) / ball(b)).log() for a, b in zip(p, q, strict=True) if not ball(a).is_zero())


def variance(p: Sequence[Number], f: Sequence[Number]) -> arb:
    """``E_p[(f - E_p f)²]``."""
    centre = mean(p, f)
    away = [ball(v) - centre for v in f]
    return mean(p, [u * u for u in away])


def objective(of: Tables, pi: Sequence[Number]) -> arb:
    """``J(π) = E_π[r] - β KL(π‖π_ref)``."""
    return mean(pi, of.reward) - ball(of.beta) * kl(pi, of.reference)


def scale(of: Tables, pi: Sequence[Number]) -> arb:
    """The size of what cancels in J(π)."""
    return mean(pi, [abs(r) for r in of.reward]) + ball(of.beta) * kl(pi, of.reference)


def log_logistic(u: Number) -> arb:
    """``log σ(u) = -log(1 + e^-u)``."""
    return -(-ball(u)).exp().log1p()


def is_optimum(of: Tables, pi: Sequence[Fraction]) -> bool:
    """Whether a rational policy is π* exactly.

    By Lindemann's theorem ``e^(difference/β)`` is irrational for a rational difference other than 0, so a rational
    policy is π* only where rewards tie on all of the support, and then π* is the reference.
    """
    return of.span == 0 and list(pi) == list(of.reference)
