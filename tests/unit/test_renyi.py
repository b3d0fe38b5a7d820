r"""The Rényi divergences: an order below the D, read, evaluated, refuted against, printed."""

from __future__ import annotations

import math
from fractions import Fraction as F

import pytest

import symkl
import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.language.writing import formula
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

Y = t.Variable("y", "y")
P, Q = (t.Apply(name, (Y,), ()) for name in "pq")
ALPHA = t.Scalar("α")


def renyi(order: t.Term) -> t.Term:
    return t.Bind("Rényi", (Y,), (P, Q), (order,))


def status(row: str) -> tuple[str, ...]:
    return tuple(line.status.value for line in symkl.check_text(f"$$ {row} $$", "row.md").lines)


@pytest.mark.parametrize("row", [
    r"D_\alpha(p \| q) = \frac{1}{\alpha - 1} \log \sum_y p(y)^\alpha q(y)^{1 - \alpha}",
    r"D_{\alpha}(p \| q) = \frac{1}{\alpha - 1} \log \mathbb{E}_{y \sim q}\left[\left(\frac{p(y)}{q(y)}\right)^\alpha\right]",
    r"D_2(p \| q) = \log(1 + \chi^2(p \| q))",
    r"D_{1/2}(p \| q) = -2 \log \sum_y \sqrt{p(y) q(y)}",
    r"D_{1/2}(p \| q) = D_{1/2}(q \| p)",
    r"\alpha D_{1/2}(p \| q) = \alpha D_{1/2}(q \| p)",
])
def test_a_true_row_is_proved(row: str) -> None:
    assert status(row) == ("proved",)


@pytest.mark.parametrize("row", [
    r"D_\alpha(p \| q) = D_\alpha(q \| p)",
    r"D_\alpha(p \| q) = \frac{1}{\alpha} \log \sum_y p(y)^\alpha q(y)^{1 - \alpha}",
    r"D_2(p \| q) = \mathrm{KL}(p \| q)",
    r"D_2(p \| q) \le \mathrm{KL}(p \| q)",
])
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert status(row) == ("refuted",)


@pytest.mark.parametrize("row", [r"D_f(p \| q) = 0", r"D_\phi(p \| q) = 0", r"D_{\alpha \beta}(p \| q) = 0"])
def test_other_letters_are_not_taken_for_an_order(row: str) -> None:
    """What they are is for a row to say."""
    assert status(row) == ("assumed",)


def test_order_one_is_not_proved_to_be_anything() -> None:
    assert status(r"D_1(p \| q) = \mathrm{KL}(p \| q)") == ("unknown",)


@pytest.mark.parametrize("order", [F(2), F(1, 2), F(5, 3)])
@pytest.mark.parametrize(("p", "q"), [
    ([F(1, 4), F(3, 4)], [F(1, 2), F(1, 2)]),
    ([F(0), F(1, 3), F(2, 3)], [F(1, 5), F(1, 5), F(3, 5)]),
])
def test_it_is_worth_what_its_formula_says(p: list[F], q: list[F], order: F) -> None:
    a = float(order)
    wanted = math.log(sum(float(x) ** a * float(y) ** (1 - a) for x, y in zip(p, q, strict=True))) / (a - 1)
    case = Case({"y": len(p)}, {"α": order}, {Shape("p", ("y",), ()): {(i,): x for i, x in enumerate(p)},
                                             Shape("q", ("y",), ()): {(i,): x for i, x in enumerate(q)}})
    assert float(evaluate(renyi(ALPHA), case)) == pytest.approx(wanted, rel=1e-12)
    assert float(evaluate(renyi(t.Number(order)), case)) == pytest.approx(wanted, rel=1e-12)


def test_it_comes_near_kl_as_the_order_comes_near_one() -> None:
    case = Case({"y": 2}, {"α": F(1000001, 1000000)}, {Shape("p", ("y",), ()): {(0,): F(1, 4), (1,): F(3, 4)},
                                                      Shape("q", ("y",), ()): {(0,): F(1, 2), (1,): F(1, 2)}})
    assert float(evaluate(renyi(ALPHA), case, bits=200)) == pytest.approx(float(evaluate(t.kl(Y, P, Q), case)), abs=1e-6)


def test_it_is_printed_as_people_write_it() -> None:
    assert formula(renyi(ALPHA)).text == "D_α(p‖q)"
    assert formula(renyi(ALPHA)).latex == r"D_{\alpha}(p \,\|\, q)"
    assert formula(renyi(t.Number(F(2)))).text == "D_2(p‖q)"


AMARI = r"D_\alpha(p\|q) = \frac{1}{\alpha(1-\alpha)}\left(1 - \sum_y p(y)^\alpha q(y)^{1-\alpha}\right)"
RENYI = r"D_\alpha(p\|q) = \frac{1}{\alpha-1}\log\sum_y p(y)^\alpha q(y)^{1-\alpha}"


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([AMARI, r"D_\alpha(p\|p) = 0", r"D_\alpha(p\|q) = D_\alpha(q\|p)", RENYI],
         ["assumed", "proved", "refuted", "refuted"]),
        ([RENYI, AMARI], ["proved", "refuted"]),
        ([r"D_\alpha(p\|p) = 0", RENYI], ["proved", "proved"]),
        ([r"D_\alpha(p\|p) = 1", RENYI], ["refuted", "proved"]),
        ([RENYI.replace(r"\frac{1}{\alpha-1}", r"\frac1\alpha")], ["refuted"]),
        ([r"D_2(p\|q) = \log\sum_y \frac{p(y)^2}{q(y)}", AMARI], ["proved", "assumed"]),
    ],
)  # fmt: skip
def test_a_divergence_with_an_order_that_a_row_gives_without_a_logarithm_is_its_own(
    rows: list[str], answers: list[str]
) -> None:
    found = check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines
    assert [line.status.value for line in found] == answers
