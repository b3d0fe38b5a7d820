"""What ≠ says: that two sides are equal nowhere; proved by a strict bound, refuted by an equation."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status

PROVED, REFUTED, UNKNOWN, ASSUMED = Status.PROVED, Status.REFUTED, Status.UNKNOWN, Status.ASSUMED


def judged(*rows: str) -> list[Line]:
    return list(check_text("\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"KL(p\|q) + 1 \neq 0", PROVED),
        (r"-1 \ne e^{r(x,y)}", PROVED),
        (r"KL(p\|q) \neq 0", UNKNOWN),  # it is 0 where they are equal
        (r"KL(p\|q) \neq KL(q\|p)", UNKNOWN),
        (r"E_{y\sim p}[r(y)] \neq \sum_y p(y) r(y)", REFUTED),
        (r"H(p) ≠ -\sum_y p(y) \log p(y)", REFUTED),  # no ball shows that two irrational numbers are one: the kernel does
    ],
)
def test_two_sides_differ_where_one_is_always_the_larger(row: str, status: Status) -> None:
    (line,) = judged(row)
    assert line.status is status
    if status is REFUTED:
        assert line.counterexample is not None and line.counterexample.points[0].left == line.counterexample.points[0].right


def test_a_chain_goes_on_behind_what_differs() -> None:
    rows = r"E_{y\sim p}[r(y)] \neq E_{y\sim q}[r(y)]", r"= \sum_y q(y) r(y)"
    assert [line.status for line in judged(*rows)] == [UNKNOWN, PROVED]
    assert judged(rows[0], r"= \sum_y p(y) r(y)")[-1].status is REFUTED


def test_nothing_is_drawn_from_a_hypothesis_that_two_sides_differ() -> None:
    text = "<!-- symkl: c scalar -->\n\nSuppose that\n\n$$ c \\neq 0 $$\n\n$$ c = 1 $$\n\n$$ c > 0 $$"
    assert PROVED not in [line.status for line in check_text(text, "row.md").lines]


def test_a_sum_over_all_but_one_is_still_read() -> None:
    assert judged(r"\sum_{j \neq i} p_j = 1 - p_i")[0].status is PROVED


def test_epsilon_is_a_small_positive_number() -> None:
    rows = r"\log(1 + \epsilon) \le \epsilon", r"1 - \varepsilon \ge 1"
    assert [line.status for line in judged(*rows)] == [PROVED, REFUTED]
