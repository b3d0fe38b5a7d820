r"""What gradients are by, where it is left out below a policy, or stands below a line: ``\\frac{\\partial}{\\partial\\theta}``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([r"\nabla_\theta E_{y\sim\pi_\theta}[r(y)] = E_{y\sim\pi_\theta}[r(y)\nabla_\theta\log\pi(y)]"], ["proved"]),
        ([r"\nabla_\theta E_{y\sim\pi_\theta}[r(y)] = E_{y\sim\pi_\theta}[\nabla_\theta\log\pi(y)]"], ["refuted"]),
        # a π of its own
        ([r"\nabla_\theta E_{y\sim\pi_\theta}[r(y)] = E_{y\sim\pi}[r(y)\nabla_\theta\log\pi(y)]"], ["unknown"]),
        ([r"\frac{\partial}{\partial\theta}\sum_y\pi_\theta(y) = 0"], ["proved"]),
        ([r"\frac{\partial}{\partial\theta}E_{y\sim\pi_\theta}[r(y)] = \sum_y r(y)\frac{\partial\pi_\theta(y)}{\partial\theta}",
          r"\frac{\partial}{\partial\theta}E_{y\sim\pi_\theta}[r(y)] = 0"], ["proved", "refuted"]),
        # θ is a number: not a gradient
        (["p_\\theta(y) = \\theta r(y)", r"\frac{\partial}{\partial\theta}p_\theta(y) = 0"], ["unreadable", "unreadable"]),
    ],
)  # fmt: skip
def test_a_policy_without_its_parameter_and_a_parameter_below_a_line(rows: list[str], answers: list[str]) -> None:
    found = check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines
    assert [told(line).value for line in found] == answers


def test_words_below_a_brace_that_say_when() -> None:
    said = r"$$1 = \underbrace{1}_{\text{high when the estimate is wrong}}$$"
    assert check_text(said, "a.md").lines[0].status.value == "proved"
    assert check_text(said.replace("high when", "high, and"), "a.md").lines[0].status.value == "unreadable"
