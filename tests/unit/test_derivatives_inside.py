"""Derivatives inside derivatives, by dual numbers of several levels, against mpmath's and against hand's."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.refuting.arithmetic import BALLS, NotEvaluable, precision
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Run

A, B = t.Scalar("a"), t.Scalar("b")
TWO, THREE = t.Number(Fraction(2)), t.Number(Fraction(3))
CONTEXT = t.Context(frozenset({"a", "b"}))

FUNCTIONS = {
    "quotient": (t.Mul((A, t.Power(t.Add((A, B)), t.Number(Fraction(-1))))), lambda a, b: a / (a + b)),
    "logarithm": (t.log(t.Add((t.exp(t.Mul((A, B))), A))), lambda a, b: mpmath.log(mpmath.exp(a * b) + a)),
    "logistic": (t.logistic(t.Mul((A, t.log(B)))), lambda a, b: 1 / (1 + mpmath.exp(-a * mpmath.log(b)))),
    "power": (t.Power(A, t.Mul((A, B))), lambda a, b: a ** (a * b)),
    "cube": (t.Power(t.Add((A, t.Mul((B, B)))), THREE), lambda a, b: (a + b * b) ** 3),
}


def value(term: t.Term, a: Fraction, b: Fraction) -> float:
    with precision(128):
        program = Program(CONTEXT)
        compiled = program.compile(term)
        numbers = {"a": BALLS.number(a), "b": BALLS.number(b)}
        return float(Run(program, BALLS, {}, numbers, {}).value(compiled))


@pytest.mark.parametrize("by", [("a", "a"), ("a", "b"), ("b", "b"), ("b", "a", "b")])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_mpmath(name: str, by: tuple[str, ...]) -> None:
    term, f = FUNCTIONS[name]
    for each in by:
        term = t.Partial(term, t.Scalar(each))
    with mpmath.workdps(40):
        orders = by.count("a"), by.count("b")
        expected = mpmath.diff(f, (mpmath.mpf(3) / 2, mpmath.mpf(7) / 5), orders)
    assert value(term, Fraction(3, 2), Fraction(7, 5)) == pytest.approx(float(expected), rel=1e-12)


def test_a_derivative_inside_is_by_its_own_symbol_alone() -> None:
    # d/da (a d/db (a + b)) = 1: where the two are mixed up, it is 2
    inner = t.Partial(t.Add((A, B)), B)
    assert value(t.Partial(t.Mul((A, inner)), A), Fraction(3), Fraction(5)) == 1


def test_there_is_an_end_to_it() -> None:
    term: t.Term = t.exp(A)
    for _ in range(4):
        term = t.Partial(term, A)
    with pytest.raises(NotEvaluable):
        value(term, Fraction(1), Fraction(1))


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\frac{\partial^2}{\partial\beta^2}\left(\beta\log\sum_y\mu(y)e^{r(y)/\beta}\right)\ge 0", Status.PROVED),
        (r"\frac{\partial^2}{\partial\beta^2}\left(\beta\log\sum_y\mu(y)e^{r(y)/\beta}\right)\le 0", Status.REFUTED),
        (r"\frac{d^2}{d\beta^2} e^{2\beta} = 4 e^{2\beta}", Status.PROVED),
        (r"\frac{d^2}{d\beta^2} e^{2\beta} = 2 e^{2\beta}", Status.REFUTED),
        (r"\frac{d^2}{d\beta^2} |\beta - 1| = 1", Status.REFUTED),
    ],
)
def test_rows(row: str, status: Status) -> None:
    assert check_text(f"$$ {row} $$", "t.md").lines[-1].status is status
