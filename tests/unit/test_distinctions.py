"""Two cases, of a condition and its opposite, or otherwise."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told

SAID = r"<!-- symkl: u scalar; \delta > 0 -->" + "\n"
RELU = r"f(u) = \begin{cases} u & u \ge 0 \\ 0 & u < 0 \end{cases}"


def statuses(*rows: str) -> list[str]:
    return [told(line).value for line in check_text(SAID + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines]


@pytest.mark.parametrize(("row", "wanted"), [
    (r"f(u) = \max(u, 0)", "proved"),
    (r"f(u) = |u|", "refuted"),
    (r"f(u) \ge 0", "proved"),
    (r"f(u) \le 0", "refuted"),
    (r"f(2) = 2", "proved"),
    (r"f(-2) = -2", "refuted"),
])  # fmt: skip
def test_a_function_in_two_cases(row: str, wanted: str) -> None:
    assert statuses(RELU, row) == ["assumed", wanted]


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\begin{cases} u & \text{if } u \ge 0,\\ -u & \text{otherwise.} \end{cases} = |u|", "proved"),
    (r"\begin{dcases} u & \text{for } u > 0 \\[2pt] -u & \text{else} \end{dcases} = -|u|", "refuted"),
    (r"|r(y)| = \begin{cases} r(y) & r(y) \ge 0 \\ -r(y) & r(y) < 0 \end{cases}", "proved"),
])  # fmt: skip
def test_two_cases_within_a_row(row: str, wanted: str) -> None:
    assert statuses(row) == [wanted]


@pytest.mark.parametrize("row", [
    r"\begin{cases} 1 & u > 0 \\ -1 & u < 0 \end{cases} = 1",
    r"\begin{cases} 1 & u > 0 \\ 0 & u = 0 \\ -1 & u < 0 \end{cases} = 1",
    r"\begin{cases} 1 & y \text{ is desirable} \\ 0 & \text{otherwise} \end{cases} = 1",
    r"\begin{cases} 1 & u > 0 \end{cases} = 1",
    r"\begin{cases} u \\ 0 \end{cases} = 1",
    r"\begin{cases} u & u > 0, u < 2 \\ 0 & \text{otherwise} \end{cases} = 1",
    r"\begin{cases} u & u > 0 \\ \begin{cases} 1 & u = 0 \\ 2 & u \ne 0 \end{cases} & u \le 0 \end{cases} = 1",
    r"\begin{cases} u & u > 0 \\ 0 & u \le 0 = 1",
    r"u = 1 \end{cases}",
])  # fmt: skip
def test_what_may_overlap_or_leave_something_out_is_not_read(row: str) -> None:
    assert statuses(row) == ["unreadable"]


def test_a_mixed_second_derivative() -> None:
    given = r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
    true = r"\frac{\partial^2}{\partial z_i\partial z_j}\log\sum_k e^{z_k} = p_i\delta_{ij} - p_ip_j"
    other = r"\frac{\partial^2 \log\sum_k e^{z_k}}{\partial z_i\,\partial z_j} = p_i\delta_{ij} + p_ip_j"
    assert statuses(given, true, other) == ["assumed", "proved", "refuted"]
