r"""Standard deviations by their letter: ``\sigma^2 = \ldots``, ``(r_i - \mu)/\sigma``, ``\operatorname{std}_\pi``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

GROUP = (
    r"\mu = \frac1G\sum_{i=1}^G r_i",
    r"\sigma^2 = \frac1G\sum_{i=1}^G (r_i - \mu)^2",
    r"A_i = \frac{r_i - \mu}{\sigma}",
)


def statuses(*rows: str) -> list[Status]:
    return [line.status for line in check_text("\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\frac1G\sum_{i=1}^G A_i = 0", Status.PROVED),
        (r"\frac1G\sum_{i=1}^G A_i^2 = 1", Status.PROVED),
        (r"\frac1G\sum_{i=1}^G A_i^2 = G", Status.REFUTED),
        (r"\frac1G\sum_{i=1}^G A_i^2 = \sigma", Status.REFUTED),
        (r"\sigma^2 = \frac1G\sum_{i=1}^G r_i^2 - \mu^2", Status.PROVED),
        (r"\sigma^2 = \frac1G\sum_{i=1}^G r_i^2 + \mu^2", Status.REFUTED),
    ],
)
def test_a_deviation_that_is_given_by_its_square(row: str, status: Status) -> None:
    *given, last = statuses(*GROUP, row)
    assert given == [Status.ASSUMED] * 3
    assert last is status


def test_of_a_deviation_that_nothing_gives_only_that_is_known_which_holds_of_all() -> None:
    free = (GROUP[0], GROUP[2])
    assert statuses(*free, r"\sum_{i=1}^G A_i = 0")[-1] is Status.PROVED
    assert statuses(*free, r"\frac1G\sum_{i=1}^G A_i^2 = 1")[-1] is Status.UNKNOWN
    assert statuses(*free, r"\frac1G\sum_{i=1}^G A_i^2 = 2")[-1] is Status.UNKNOWN


def test_a_function_is_no_deviation() -> None:
    assert statuses(r"\sigma(v)^2 = \sigma")[0] is not Status.ASSUMED
    assert statuses(r"\sigma(u)^2 = \sigma", r"\sigma(0) = \frac{1}{2}", r"\sigma(0) = 1")[1:] == [
        Status.PROVED, Status.REFUTED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\operatorname{std}_\pi(r)^2 = \operatorname{Var}_\pi(r)", Status.PROVED),
        (r"\operatorname{std}_\pi(r) = \operatorname{Var}_\pi(r)", Status.REFUTED),
    ],
)
def test_a_deviation_under_a_policy(row: str, status: Status) -> None:
    assert statuses(row) == [status]
