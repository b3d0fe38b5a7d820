r"""Sums that start at 0: ``\sum_{t=0}^{T-1}``, ``\sum_{t=0}^{T}``, ``\sum_{t=0}^{\infty} \gamma^t r_t``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status


def statuses(*rows: str) -> list[Status]:
    return [line.status for line in check_text("\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines]


@pytest.mark.parametrize("end", ["T-1", "T", r"\infty"])
def test_a_sum_from_zero_is_linear(end: str) -> None:
    total = rf"\sum_{{t=0}}^{{{end}}}"
    true, false = (rf"{total} (r_t - v_t) = {total} r_t {sign} {total} v_t" for sign in "-+")
    assert statuses(true) == [Status.PROVED]
    assert statuses(false) == [Status.REFUTED]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_{t=0}^{T-1} 1 = T", Status.PROVED),
        (r"\sum_{t=0}^{T-1} 1 = T - 1", Status.REFUTED),
        (r"\sum_{t=0}^{T} 1 = T + 1", Status.PROVED),
        (r"\sum_{t=0}^{T} 1 = T", Status.REFUTED),
        (r"\sum_{t=0}^{\infty} \gamma^t = \frac{1}{1-\gamma}", Status.UNKNOWN),
        (r"\sum_{t=0}^{T-1} t\, r_t = 0", Status.UNKNOWN),
        # of which terms they are nobody can tell who has an alphabet for each
        (r"\sum_{t=0}^{T-1} r_t = \sum_{t=1}^{T} r_t", Status.UNKNOWN),
        (r"\sum_{t=0}^{T-1} r_t = \sum_{k=1}^{T} r_k", Status.UNKNOWN),
        (r"\sum_{t=0}^{T-1} r_t = \sum_{t=0}^{T} r_t", Status.UNKNOWN),
        (r"\sum_{t=0}^{\infty} r_t = \sum_{t=0}^{T} r_t", Status.UNKNOWN),
        (r"\sum_{t=0}^{\infty} r_t = \sum_{k=0}^{K} r_k", Status.UNREADABLE),
        (r"\sum_{t=0}^{T-1} r_t = \sum_{k=0}^{N} r_k", Status.UNKNOWN),
        (r"\sum_{t=0}^{T-1} r_t = \sum_{k=1}^{N} r_k", Status.UNKNOWN),
    ],
)
def test_how_many_terms_a_sum_from_zero_has(row: str, status: Status) -> None:
    assert statuses(row) == [status]


def test_a_discount_is_any_function_of_the_step() -> None:
    returns = r"G = \sum_{t=0}^{\infty} \gamma^t r_t"
    total = r"\sum_{t=0}^{\infty} \gamma^t"
    assert statuses(returns, rf"{total} (r_t + v_t) = G + {total} v_t") == [Status.ASSUMED, Status.PROVED]
    assert statuses(returns, rf"{total} (r_t + v_t) = G - {total} v_t") == [Status.ASSUMED, Status.UNKNOWN]
    assert statuses(returns, r"\frac{dG}{d\gamma} = 0")[-1] is Status.UNKNOWN


def test_a_sum_without_an_end_rests_on_its_existence() -> None:
    report = check_text(r"$$ \sum_{t=0}^{\infty} (r_t + v_t) = \sum_{t=0}^{\infty} r_t + \sum_{t=0}^{\infty} v_t $$", "row.md")
    assert any("exist" in each for each in report.rests_on)


@pytest.mark.parametrize(
    "objective",
    [
        r"E_{\tau\sim\pi_\theta}\left[\sum_{k=0}^{K-1} \gamma^k r(s_k, a_k)\right]",
        r"E_{\tau\sim\pi_\theta}\left[\sum_{k=1}^{K} r(s_k, a_k)\right]",
        r"E_{\tau\sim\pi_\theta}\left[\sum_{k=0}^{K} \gamma^k r_k\right]",
        r"E_{\tau\sim\pi_\theta}\left[\sum_{k=1}^{K} r_k\right]",
        r"E_{\pi_\theta}\left[\sum_{k=0}^{\infty} \gamma^k r_k\right]",
        r"E_{y\sim\pi_\theta}\left[\sum_{k=1}^{K} r_k\right]",
    ],
)
def test_rewards_of_steps_may_depend_on_what_is_drawn(objective: str) -> None:
    assert statuses(rf"U(\theta) = {objective}", r"\nabla_\theta U(\theta) = 0")[1] not in (Status.PROVED, Status.REFUTED)
