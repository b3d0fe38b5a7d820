"""A statement put to SymPy: three outcomes, the simplex eliminated.

Probabilities are ``a/(a + b + c)`` of positive symbols: SymPy then knows of every one that it is positive, which it does
not of ``1 - p1 - p2``, and splits logarithms that it else would not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.benchmarks.peers.statements import Number, Statement

PACKAGES = ("sympy",)
LOADED = ("sympy",)
HOW = (
    "With three outcomes, the simplex eliminated (each probability is a positive symbol over the sum of three): "
    "simplify(left - right) == 0, else (left - right).equals(0); of an inequality the sign of the simplified difference."
)


class Symbols:
    """SymPy's own numbers, each with what is known of it."""

    def __init__(self) -> None:
        import sympy

        self._sympy: Any = sympy
        self.p, self.q = (self._distribution(name) for name in "pq")
        self.r = sympy.symbols("r1:4", real=True)
        self.beta, self.t = sympy.symbols("beta t", positive=True)
        self.u = sympy.Symbol("u", real=True)

    def _distribution(self, name: str) -> list[Number]:
        made = self._sympy.symbols(f"{name}1:4", positive=True)
        return [each / sum(made) for each in made]

    def log(self, x: Number) -> Number:
        return self._sympy.log(x)

    def exp(self, x: Number) -> Number:
        return self._sympy.exp(x)

    def slope(self, of: Callable[[Number], Number], at: Number) -> Number:
        return self._sympy.diff(of(at), at)


def answer(statement: Statement) -> bool | None:
    """Whether it is true; None where SymPy does not know."""
    import sympy

    left, right = statement.sides(Symbols())
    difference = sympy.simplify(left - right)
    if statement.relation == "=":
        if difference == 0:
            return True
        known = (left - right).equals(0)
        return None if known is None else bool(known)
    least = difference if statement.relation == "≥" else -difference
    return least.is_nonnegative
