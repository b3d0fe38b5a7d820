r"""Probabilities of what is drawn: ``\Pr_{y \sim \pi}[r(y) > c]`` is the mean of the indicator."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told

DECLARED = "<!-- symkl: c > 0; f positive function of y -->\n"


def answer(row: str) -> str:
    (line,) = check_text(f"{DECLARED}$$ {row} $$", "a.md").lines
    return told(line).value


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\Pr_{y\sim\pi}[r(y) > c] = \mathbb{E}_{y\sim\pi}[\mathbb{1}\{r(y) > c\}]", "proved"),
    (r"\mathbb{P}_{y\sim\pi}(r(y) > c) + \mathbb{P}_{y\sim\pi}(r(y) \le c) = 1", "proved"),
    (r"P_{y\sim\pi}(r(y) > c) + P_{y\sim\pi}(r(y) < c) = 1", "refuted"),
    (r"\Pr_{y\sim\pi}[r(y) > c] = 1", "refuted"),
    (r"\beta\Pr_{y\sim\pi}[r(y) > c]\,c = \beta c\,\mathbb{E}_{y\sim\pi}[\mathbb{1}\{r(y) > c\}]", "proved"),
    (r"\Pr_{y\sim p}[f(y) \ge c] \le \frac{\mathbb{E}_{y\sim p}[f(y)]}{c}", "proved"),
    (r"\Pr_{y\sim p}[f(y) \ge c] \ge \frac{\mathbb{E}_{y\sim p}[f(y)]}{c}", "refuted"),
    (r"\operatorname{Pr}_{y\sim\pi}[r(y) \ge c] \le 1", "proved"),
])  # fmt: skip
def test_a_probability_is_a_mean(row: str, wanted: str) -> None:
    assert answer(row) == wanted


@pytest.mark.parametrize("row", [r"\Pr(r(y) > c) \le 1", r"\Pr_{\pi}(r(y) > c) = 1", r"\Pr_{y\sim\pi}[r(y)] = 1"])
def test_without_what_is_drawn_or_what_is_asked_it_is_not_read(row: str) -> None:
    assert answer(row) == "unreadable"


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\left\langle\log\frac{p(y)}{q(y)}\right\rangle_p = \mathrm{KL}(p\|q)", "proved"),
    (r"\left\langle\log\frac{p(y)}{q(y)}\right\rangle_q = \mathrm{KL}(p\|q)", "refuted"),
    (r"\langle r(y)\rangle_{p}^2 \le \langle r(y)^2\rangle_p", "proved"),
    (r"c\langle r(y)\rangle_{p(y)}\,c = c^2\langle r(y)\rangle_{y\sim p}", "proved"),
    (r"\langle r(y)\rangle_{p} + \langle r(y)\rangle_q = 2\langle r(y)\rangle_p", "refuted"),
    (r"\langle r(y)\rangle = \mathbb{E}_{y\sim p}[r(y)]", "unreadable"),
])  # fmt: skip
def test_a_mean_between_angle_brackets(row: str, wanted: str) -> None:
    assert answer(row) == wanted
