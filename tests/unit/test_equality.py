"""Where a bound is attained: what attains it follows from the equation."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"KL(\pi\|\mu) = 0 \implies \pi = \mu", Status.PROVED),
        (r"KL(\pi\|\mu) = 0 \implies \pi(y|x) = \mu(y|x)", Status.PROVED),
        (r"E_{x\sim D}[KL(\pi\|\mu)] = 0 \implies \pi = \mu", Status.PROVED),
        (r"KL(\pi\|\mu) = 0 \implies \pi = p", Status.REFUTED),
        (r"E_\pi[r] = E_\mu[r] \implies \pi = \mu", Status.REFUTED),
        (r"KL(\pi\|\mu) = 1 \implies \pi = \mu", Status.UNKNOWN),
    ],
)
def test_an_implication_from_where_a_bound_is_attained(row: str, status: Status) -> None:
    assert check_text(f"$$ {row} $$", "row.md").lines[-1].status is status


def test_a_hypothesis_before_says_it_too_and_is_named() -> None:
    report = check_text("Suppose that\n\n$$ KL(\\pi\\|\\mu) = 0. $$\n\nThen\n\n$$ \\pi = \\mu $$", "row.md")
    assert [line.status for line in report.lines] == [Status.ASSUMED, Status.PROVED]
    assert "KL(π‖μ) = 0 as in line 3" in report.rests_on
