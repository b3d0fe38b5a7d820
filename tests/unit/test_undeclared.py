"""The declarations that are offered for a symbol of which nothing is said: they fit its use, and work."""

from __future__ import annotations

import re

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from tests.told import told


@pytest.mark.parametrize(
    "row, answers",
    [
        (r"E_{y\sim\pi}[c\, r(x,y)] - c E_{y\sim\pi}[r(x,y)] = 0", ["proved", "proved"]),
        (r"2g(x,y) - g(x,y) - g = 0", ["proved"]),
        (r"c(1 - \pi(y|x)) + c\pi(y|x) - c = 0", ["proved", "proved"]),
    ],
)
def test_the_declarations_offered_are_read_and_the_first_makes_no_true_row_false(row: str, answers: list[str]) -> None:
    (line,) = check_text(f"$${row}$$", "a.md").lines
    assert line.trouble is not None
    offered = re.findall(r"<!-- symkl: .*? -->", line.trouble.advice)
    found = [check_text(f"{each}\n\n$${row}$$", "a.md") for each in offered]
    assert all(not report.troubles for report in found)
    assert [report.lines[0].status.value for report in found] == answers


def _statuses(*rows: str) -> list[str]:
    return [told(line).value for line in check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"E_{y\sim\pi_\theta}[b(x)\nabla_\theta\log\pi_\theta(y|x)] = 0", "proved"),
        (r"\nabla_\theta E_{y\sim\pi_\theta}[r(x,y)]"
         r" = E_{y\sim\pi_\theta}[(r(x,y) - b(x))\nabla_\theta\log\pi_\theta(y|x)]", "proved"),
        # it may be the mean reward, which moves
        (r"\nabla_\theta E_{y\sim\pi_\theta}[r(x,y) - b(x)] = \nabla_\theta E_{y\sim\pi_\theta}[r(x,y)]", "unknown"),
        # it may be what makes this true
        (r"E_{y\sim\pi}[g(x,y)] = g(x,y)", "unknown"),
        (r"E_{y\sim\pi}[h(x)] - h(x) = 0", "proved"),
        (r"E_{y\sim\pi}[\mathrm{gain}(x)] - \mathrm{gain}(x) = 0", "proved"),
    ],
)
def test_a_letter_that_is_called_is_a_function_of_which_nothing_is_known(row: str, answer: str) -> None:
    assert _statuses(row) == [answer]


def test_a_reward_moved_by_what_nobody_knows() -> None:
    moved = r"\tilde r(x,y) = r(x,y) + f(x)"
    difference = r"\tilde r(x,y_w) - \tilde r(x,y_l) = r(x,y_w) - r(x,y_l)"
    tilts = [rf"\frac{{\mu(y|x)e^{{{r}(x,y)}}}}{{\sum_{{y'}}\mu(y'|x)e^{{{r}(x,y')}}}}" for r in (r"\tilde r", "r")]
    assert _statuses(moved, difference, " = ".join(tilts)) == ["assumed", "proved", "proved"]
    assert _statuses(moved.replace("f(x)", "f(x,y)"), difference)[1] == "unknown"


def test_what_is_declared_may_be_refuted() -> None:
    (line,) = check_text("<!-- symkl: g function of x, y -->\n\n$$E_{y\\sim\\pi}[g(x,y)] = g(x,y)$$", "a.md").lines
    assert line.status is Status.REFUTED


SLOPE = r"\nabla_\theta E_{y\sim\pi_\theta}[r(y)]"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"{SLOPE} = E_{{y\sim\pi_\theta}}[(r(y) - b)\nabla_\theta\log\pi_\theta(y)]", Status.PROVED),
        (rf"{SLOPE} = E_{{y\sim\pi_\theta}}[(r(y) - b)^2\nabla_\theta\log\pi_\theta(y)]", Status.UNKNOWN),
        (r"E_{y\sim\pi}[r(y) - b] = E_{y\sim\pi}[r(y)]", Status.UNKNOWN),  # it may be 0
    ],
)  # fmt: skip
def test_a_baseline_that_nothing_gives_is_any_number(row: str, status: Status) -> None:
    (line,) = check_text(f"$${row}$$", "a.md").lines
    assert line.status is status


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([r"\tanh(u) = 2\sigma(2u) - 1"], ["proved"]),
        ([r"\tanh(u) = 2\sigma(u) - 1"], ["unknown"]),  # it may be 0
        ([r"\sigma(u) \propto u"], ["unknown"]),
        ([r"\nabla_\theta\sigma(u) = 0"], ["unreadable"]),  # it may move
        ([r"\sum_y p(y)\sigma(w) = \sigma(w)"], ["unreadable"]),  # it may be a w(y)
        ([r"e^{x^\top w} = e^{w^\top x}"], ["unreadable"]),  # vectors
        ([r"-\sum_{i=1}^n q_i\log q_i \le \log n"], ["proved"]),  # of which something is known
        ([r"u = 1", r"\sigma(u) = \sigma(1)"], ["assumed", "proved"]),
        ([r"\sigma^{-1}(\sigma(u)) = u"], ["unknown"]),
    ],
)
def test_a_number_that_a_function_is_taken_of(rows: list[str], answers: list[str]) -> None:
    assert _statuses(*rows) == answers


def test_a_number_that_a_sentence_gives_is_that_number() -> None:
    said = "Let $u = 0$.\n\n$$\\sigma(u) = \\sigma(2u)$$"
    assert check_text(said, "a.md").lines[-1].status is not Status.REFUTED
