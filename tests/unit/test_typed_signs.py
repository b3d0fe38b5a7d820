"""Signs as they are typed without LaTeX: read where they can mean one thing alone, and said."""

from __future__ import annotations

import pytest

from symkl import check_text
from symkl.checking.report import Status


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (r"\mathrm{KL}(\pi \| \mu) >= 0", r"\mathrm{KL}(\pi \| \mu) \ge 0"),
        (r"\log 1 <= 0", r"\log 1 \le 0"),
        (r"\mathbb{E}_{y ~ \pi}[r(y)] = \mathbb{E}_{y~\pi}[r(y)]", r"\mathbb{E}_{y \sim \pi}[r(y)] = \mathbb{E}_{y \sim \pi}[r(y)]"),
        (
            r"\mathbb{E}_{(x, y_w) ~ D}[r(x, y_w)] = \mathbb{E}_{x, y_w ~ D}[r(x, y_w)]",
            r"\mathbb{E}_{(x, y_w) \sim D}[r(x, y_w)] = \mathbb{E}_{x, y_w \sim D}[r(x, y_w)]",
        ),
    ],
)  # fmt: skip
def test_typed_signs_are_read_as_what_they_mean_and_it_is_said(typed: str, meant: str) -> None:
    (one,) = check_text(f"$$ {typed} $$", "a.md").lines
    (other,) = check_text(f"$$ {meant} $$", "a.md").lines
    assert (one.status, one.readable) == (other.status, other.readable) == (Status.PROVED, one.readable)
    assert any(" is read as " in note for note in one.notes)


@pytest.mark.parametrize(
    "text",
    [
        r"\mathbb{E}_{y\sim\pi(\cdot~|~x)}[r(x,y)] = \sum_y \pi(y~|~x)~r(x,y)",  # a space, as LaTeX has it
        r"\log~2 = \log 2",
    ],
)
def test_elsewhere_a_tilde_is_the_space_that_it_is_in_latex(text: str) -> None:
    (line,) = check_text(f"$$ {text} $$", "a.md").lines
    assert line.status is Status.PROVED and not line.notes


def test_what_is_sampled_must_still_be_said() -> None:
    (line,) = check_text(r"$$ \mathbb{E}_{~\pi}[r(y)] = 0 $$", "a.md").lines
    assert line.status is not Status.PROVED
