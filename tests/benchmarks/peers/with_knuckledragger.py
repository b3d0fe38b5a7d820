"""A statement put to knuckledragger, that is to Z3 with its axioms of exp and ln: three outcomes, the simplex as a premise."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from tests.benchmarks.peers.statements import CannotBeSaid, Number, Statement

PACKAGES = ("knuckledragger", "z3-solver")
LOADED = ("kdrag", "kdrag.theories.real")
HOW = (
    "With three outcomes, the simplex and what is positive as premises: kdrag.prove of the statement, then of its "
    "negation, by the library's axioms and lemmas of exp and ln, where they occur, and that of the logarithm of a quotient."
)

_EACH = 8_000  # milliseconds for either


class Terms:
    """Real constants of Z3."""

    def __init__(self) -> None:
        import kdrag.smt as smt
        import kdrag.theories.real as real

        self._real: Any = real
        self.used = False
        self.p, self.q, self.r = (smt.Reals(f"{name}1 {name}2 {name}3") for name in "pqr")
        self.beta, self.u, self.t = smt.Reals("beta u t")
        self.premises = [x > 0 for x in (*self.p, *self.q, self.beta, self.t)] + [sum(self.p) == 1, sum(self.q) == 1]
        self.variables = [*self.p, *self.q, *self.r, self.beta, self.u, self.t]

    def log(self, x: Number) -> Number:
        self.used = True
        return self._real.ln(x)

    def exp(self, x: Number) -> Number:
        self.used = True
        return self._real.exp(x)

    def slope(self, of: Callable[[Number], Number], at: Number) -> Number:
        raise CannotBeSaid("its derivative has axioms for no quotient and no logarithm")


def answer(statement: Statement) -> bool | None:
    """Whether it is true; None where neither it nor its negation is proved."""
    import kdrag as kd
    import kdrag.smt as smt
    import kdrag.theories.real as real

    m = Terms()
    left, right = statement.sides(m)
    claim = {"=": left == right, "≤": left <= right, "≥": left >= right}[statement.relation]
    theorem = smt.ForAll(m.variables, smt.Implies(smt.And(*m.premises), claim))
    x, y = smt.Reals("x y")
    quotient = kd.axiom(smt.ForAll([x, y], smt.Implies(smt.And(x > 0, y > 0), real.ln(x / y) == real.ln(x) - real.ln(y))))
    known = [real.exp_add, real.exp_lower, real.exp_pos, real.exp_zero, real.exp_inv, real.ln_exp, real.ln_mul, real.exp_ln]
    by = [*known, quotient] if m.used else []  # of arithmetic alone Z3 knows enough, and axioms would lead it astray
    for sought, found in ((theorem, True), (smt.Not(theorem), False)):
        with contextlib.suppress(kd.kernel.LemmaError, TimeoutError):
            kd.prove(sought, by=by, timeout=_EACH)
            return found
    return None
