r"""Total variation: read in every spelling, evaluated, refuted against, printed."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import symkl
import symkl.language.terms as t
from symkl.language.writing import formula
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

Y = t.Variable("y", "y")
P, Q = (t.Apply(name, (Y,), ()) for name in "pq")
TV = t.Bind("TV", (Y,), (P, Q))
TABLES = [([F(1, 4), F(3, 4)], [F(1, 2), F(1, 2)]), ([F(0), F(1, 3), F(2, 3)], [F(1, 5), F(1, 5), F(3, 5)])]


def status(row: str) -> tuple[str, ...]:
    report = symkl.check_text(f"$$ {row} $$", "row.md")
    return tuple(line.status.value for line in report.lines)


@pytest.mark.parametrize("row", [
    r"\mathrm{TV}(p, q) = \|p - q\|_1 / 2",
    r"\mathrm{TV}(p, q) = \frac12 \|p - q\|_1",
    r"D_{TV}(p \| q) = \frac{1}{2} \lVert p - q \rVert_1",
    r"TV(p \| q) = \mathrm{TV}(q \| p)",
    r"2\,\mathrm{TV}(p, q) = \left\| q - p \right\|_{1}",
    r"\mathrm{TV}(p, q) \ge 0",
    r"\mathbb{E}_{y \sim q}[\mathrm{TV}(p, q)] = \mathrm{TV}(p, q)",
])
def test_a_true_row_is_proved(row: str) -> None:
    assert status(row) == ("proved",)


@pytest.mark.parametrize("row", [
    r"\mathrm{TV}(p, q) = \|p - q\|_1",
    r"\mathrm{TV}(p, q) = \mathrm{KL}(p \| q)",
    r"\mathrm{TV}(p, q) \le 0",
    r"\|p - q\|_1 = \sum_y (p(y) - q(y))",
])
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert status(row) == ("refuted",)


@pytest.mark.parametrize("row", [r"\|p - q\|_3 = 1", r"\|p - q\| = 1", r"\|\|_1 = 1", r"p(y) \| q(y) = 1"])
def test_other_bars_are_unreadable(row: str) -> None:
    assert status(row) == ("unreadable",)


@pytest.mark.parametrize(("p", "q"), TABLES)
def test_it_is_worth_the_largest_difference_over_sets(p: list[F], q: list[F]) -> None:
    """Not the sum, but what it is for: the largest p(A) − q(A) over all sets of responses."""
    case = Case({"y": len(p)}, {}, {Shape("p", ("y",), ()): {(i,): x for i, x in enumerate(p)},
                                    Shape("q", ("y",), ()): {(i,): x for i, x in enumerate(q)}})
    largest = max(sum((p[i] - q[i] for i in range(len(p)) if chosen >> i & 1), F(0)) for chosen in range(2 ** len(p)))
    value = evaluate(TV, case, bits=200)
    assert value.overlaps(evaluate(t.Number(largest), case, bits=200)) and value.rad() < 1e-50


def test_it_is_printed_as_people_write_it() -> None:
    assert formula(TV).text == "TV(p, q)"
    assert formula(TV).latex == r"\mathrm{TV}(p, q)"
    assert formula(t.Bind("L1", (Y,), (P,))).latex == r"\left\|p\right\|_1"


def test_swapping_its_arguments_is_no_mend() -> None:
    (line,) = symkl.check_text(r"$$ 2\,\mathrm{TV}(p, q) = 3\,\mathrm{TV}(p, q) $$", "row.md").lines
    assert line.status.value == "refuted"
    assert not any("swap" in each.edit for each in line.suggestions)
