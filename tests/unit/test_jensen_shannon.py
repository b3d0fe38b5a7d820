r"""The Jensen-Shannon divergence: read, evaluated, refuted against, printed."""

from __future__ import annotations

import math
from fractions import Fraction as F

import pytest

import symkl
import symkl.language.terms as t
from symkl.language.writing import formula
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

Y = t.Variable("y", "y")
P, Q = (t.Apply(name, (Y,), ()) for name in "pq")
JS = t.Bind("JS", (Y,), (P, Q))


def status(row: str) -> tuple[str, ...]:
    return tuple(line.status.value for line in symkl.check_text(f"$$ {row} $$", "row.md").lines)


@pytest.mark.parametrize("row", [
    r"\mathrm{JS}(p \| q) = \mathrm{JS}(q \| p)",
    r"\mathrm{JSD}(p \| q) = D_{JS}(p, q)",
    r"\text{JS}(p \| q) = \frac12 \mathrm{KL}(p \| (p + q)/2) + \frac12 \mathrm{KL}(q \| \tfrac12 p + \tfrac12 q)",
    r"\mathrm{JS}(p \| q) = H\left(\frac{p + q}{2}\right) - \frac12 H(p) - \frac12 H(q)",
])
def test_a_true_row_is_proved(row: str) -> None:
    assert status(row) == ("proved",)


@pytest.mark.parametrize("row", [
    r"\mathrm{JS}(p \| q) = \frac12 \mathrm{KL}(p \| q) + \frac12 \mathrm{KL}(q \| p)",
    r"\mathrm{JS}(p \| q) = \mathrm{KL}(p \| (p + q)/2)",
    r"\mathrm{JS}(p \| q) \ge \mathrm{KL}(p \| q)",
])
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert status(row) == ("refuted",)


@pytest.mark.parametrize(("p", "q"), [
    ([F(1, 4), F(3, 4)], [F(1, 2), F(1, 2)]),
    ([F(0), F(1)], [F(1), F(0)]),  # the largest it can be: log 2
    ([F(1, 2), F(1, 6), F(1, 3)], [F(1, 5), F(1, 5), F(3, 5)]),
])
def test_it_is_worth_the_entropy_of_the_middle_less_the_mean_entropy(p: list[F], q: list[F]) -> None:
    def entropy(w: list[F]) -> float:
        return -sum(float(x) * math.log(x) for x in w if x)

    wanted = entropy([(a + b) / 2 for a, b in zip(p, q, strict=True)]) - (entropy(p) + entropy(q)) / 2
    case = Case({"y": len(p)}, {}, {Shape("p", ("y",), ()): {(i,): x for i, x in enumerate(p)},
                                    Shape("q", ("y",), ()): {(i,): x for i, x in enumerate(q)}})
    assert float(evaluate(JS, case)) == pytest.approx(wanted, abs=1e-14)


def test_it_is_printed_as_people_write_it() -> None:
    assert formula(JS).text == "JS(p‖q)"
    assert formula(JS).latex == r"\mathrm{JS}(p \,\|\, q)"


def test_swapping_its_arguments_is_no_mend() -> None:
    (line,) = symkl.check_text(r"$$ \mathrm{JS}(p \| q) = 2\,\mathrm{JS}(p \| q) $$", "row.md").lines
    assert line.status.value == "refuted"
    assert not any("swap" in each.edit for each in line.suggestions)
