r"""Sums over a portion of an alphabet: what holds over any numbers is proved, and nothing is refuted with them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from symkl.checking.document import check_text
from tests.told import told


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(f"$${row}$$" for row in rows)
    return [told(line).value for line in check_text(text, "portions.md").lines]


TWO_SIZES = (r"m = \frac1G\sum_{i=1}^G r_i", r"n = \frac1K\sum_{i=1}^K r_i")


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\sum_{i=1}^K (r_i - n) = 0", "proved"),
        (r"\frac1K\sum_{i=1}^K (r_i + c) = n + c", "proved"),
        (r"\frac{K}{K-1}(r_i - n) = r_i - \frac{1}{K-1}\sum_{j\ne i, j=1}^K r_j", "proved"),
        # false neighbours: no tick
        (r"\sum_{i=1}^K (r_i - m) = 0", "unknown"),
        (r"\frac1K\sum_{i=1}^K (r_i + c) = n + 2c", "unknown"),
        (r"\frac{K}{K-1}(r_i - n) = r_i - \frac{1}{K}\sum_{j\ne i, j=1}^K r_j", "unknown"),
        (r"m = n", "unknown"),
    ],
)
def test_two_groups_of_one_family(row: str, answer: str) -> None:
    text = "<!-- symkl: c scalar -->\n\n" + "\n\n".join(f"$${each}$$" for each in (*TWO_SIZES, row))
    assert check_text(text, "portions.md").lines[-1].status.value == answer


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\sum_{t=0}^T (r_t + v_t) = \sum_{t=0}^T r_t + \sum_{t=0}^T v_t", "proved"),
        (r"\log\prod_{t=2}^T e^{r_t} = \sum_{t=2}^T r_t", "proved"),
        (r"\sum_{t=0}^T r_t = \sum_{t=1}^T r_t", "unknown"),
        (r"\sum_{t=0}^T r_t = r_0 + \sum_{t=1}^T r_t", "unreadable"),
        (r"\log\prod_{t=2}^T e^{r_t} = \sum_{t=1}^T r_t", "unknown"),
        (r"\sum_{t=1}^{|y|+1} r_t = 0", "unreadable"),  # where it ends may depend on what is drawn
    ],
)
def test_ranges_that_differ_in_their_ends(row: str, answer: str) -> None:
    assert answers(r"u = \sum_{t=1}^T r_t", row)[1] == answer


def test_where_a_sum_begins_may_be_said_by_an_index() -> None:
    r"""``\sum_{t'=t}^T r_{t'}`` is of r at t', and another sum at another t."""
    to_go = r"R_t = \sum_{t'=t}^T r_{t'}"
    assert answers(to_go, r"R_t + R_k = \sum_{t'=t}^T r_{t'} + \sum_{t'=k}^T r_{t'}")[1] != "refuted"
    assert answers(to_go, r"2 R_t = \sum_{t'=t}^T 2 r_{t'}") == ["assumed", "proved"]
    assert answers(to_go, r"R_t = R_k") == ["assumed", "unknown"]
    assert answers(r"\sum_{t'} r_{t'} = \sum_t r_t", r"\sum_{t'} r_{t'} = 2\sum_t r_t") == ["proved", "refuted"]


def test_what_is_proved_holds_for_every_portion() -> None:
    """The mean of what is left of a group without its mean is 0, in numbers: for each portion that has an element."""
    rewards = [Fraction(3), Fraction(-1), Fraction(7, 2)]
    for inside in product((0, 1), repeat=3):
        if (size := sum(inside)) > 0:
            mean = sum(w * r for w, r in zip(inside, rewards, strict=True)) / size
            assert sum(w * (r - mean) for w, r in zip(inside, rewards, strict=True)) == 0
