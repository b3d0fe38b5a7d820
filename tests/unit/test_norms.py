"""Norms of functions of the response: the sum, the Euclidean and the largest one."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.language.functions import TABLE, expansion
from symkl.language.terms import Variable
from symkl.language.writing import formula
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

Y = Variable("y", "y")
R = t.Apply("r", (), (Y,))
TABLES = [[F(1, 2), F(-3), F(2)], [F(0), F(1, 3)], [F(-1)], [F(0), F(0)]]


def statuses(text: str) -> list[str]:
    return [line.status.value for line in check_text(text, "a.md").lines]


def answer(row: str) -> str:
    (found,) = statuses(f"$$ {row} $$")
    return found


@pytest.mark.parametrize("row", [
    r"\|p - q\|_2^2 = \sum_y (p(y) - q(y))^2",
    r"\|p - q\|^2_2 = \|p\|_2^2 + \|q\|_2^2 - 2\langle p, q\rangle",
    r"\|p\|_2 = \sqrt{\sum_y p(y)^2}",
    r"\|p\|_2 \le \|p\|_1",
    r"\|r\|_\infty = \max_y |r(y)|",
    r"\|r\|_{\infty} \ge r(y)",
    r"\|r\|_1 = \sum_y |r(y)|",
    r"|r(y)| \le \|r\|_\infty",
    r"\left|\mathbb{E}_{y\sim p}[r(y)]\right| \le \|r\|_\infty",
    r"\sum_y |p(y) - q(y)| \cdot \left|r(y)\right| \le \|r\|_\infty\|p - q\|_1",
    r"\|f\|_\infty = \max_y |f(y)|",
])  # fmt: skip
def test_what_is_so_is_proved(row: str) -> None:
    assert answer(row) == "proved"


@pytest.mark.parametrize("row", [
    r"\|p - q\|_2^2 = 2\sum_y (p(y) - q(y))^2",
    r"\|p - q\|_2^2 = \|p\|_2^2 - \|q\|_2^2 - 2\langle p, q\rangle",
    r"\|p\|_2 = \sum_y p(y)^2",
    r"\|p\|_2 \ge \|p\|_1",
    r"\|r\|_\infty = \max_y r(y)",
    r"\|r\|_1 = \sum_y r(y)",
    r"\left|\mathbb{E}_{y\sim p}[r(y)] - \mathbb{E}_{y\sim q}[r(y)]\right| \ge \|r\|_\infty\|p - q\|_1",
    r"\left|\mathbb{E}_{y\sim p}[r(y)] - \mathbb{E}_{y\sim q}[r(y)]\right| \le \|r\|_\infty\mathrm{TV}(p, q)/2",
])  # fmt: skip
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert answer(row) == "refuted"


def test_a_function_by_its_name_is_normed_over_all_that_it_is_of() -> None:
    """The largest r over prompts, too: over the responses to one prompt it may be less."""
    given = r"$$ J(x) = \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] $$"
    assert statuses(given + "\n\n" + r"$$ \|r\|_\infty = \max_{x,y} |r(x,y)| $$") == ["assumed", "proved"]
    assert statuses(given + "\n\n" + r"$$ \|r\|_\infty = \max_y |r(x,y)| $$") == ["assumed", "refuted"]
    assert statuses(given + "\n\n" + r"$$ \|r(x,\cdot)\|_\infty = \max_y |r(x,y)| $$") == ["assumed", "proved"]


@pytest.mark.parametrize("row", [r"\|Q\|_1 = \sum_y Q(y)", r"\|f\|_1 = \sum_y f(y)", r"\|Q - V\|_1 \le 2"])
def test_a_norm_makes_no_distribution_of_what_it_is_of(row: str) -> None:
    assert answer(row) != "proved"


@pytest.mark.parametrize("values", TABLES)
def test_they_are_worth_what_they_are_called(values: list[F]) -> None:
    case = Case({"y": len(values)}, {}, {Shape("r", (), ("y",)): {(i,): x for i, x in enumerate(values)}})
    for name, wanted in {"L1": sum(map(abs, values)), "L∞": max(map(abs, values))}.items():
        for term in (t.Bind(name, (Y,), (R,)), expansion(t.Bind(name, (Y,), (R,)))):
            assert term is not None and evaluate(term, case, bits=200).overlaps(evaluate(t.Number(F(wanted)), case))
    square = t.Power(t.Bind("L2", (Y,), (R,)), t.Number(F(2)))
    assert evaluate(square, case, bits=200).overlaps(evaluate(t.Number(sum((x * x for x in values), F(0))), case))


def test_each_norm_lies_between_its_neighbours() -> None:
    """‖r‖_∞ <= ‖r‖_2 <= ‖r‖_1 on every small table."""
    for values in product([F(-1), F(0), F(1, 2), F(2)], repeat=3):
        case = Case({"y": 3}, {}, {Shape("r", (), ("y",)): {(i,): x for i, x in enumerate(values)}})
        top, middle, whole = (evaluate(t.Bind(n, (Y,), (R,)), case, bits=200) for n in ("L∞", "L2", "L1"))
        assert not top > middle and not middle > whole


def test_they_are_printed_as_people_write_them() -> None:
    for name, wanted in {"L2": "‖r‖_2", "L∞": "‖r‖_∞"}.items():
        assert formula(t.Bind(name, (Y,), (R,))).text == wanted
        assert TABLE[name].meaning
