"""Symbols with an exponent that a row gives as one: ``h^2(p, q)``, ``D_H^2(p \\| q)``, a loss with a level of noise."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

HELLINGER = r"h^2(p,q) = 1 - \sum_y\sqrt{p(y)q(y)}"


def statuses(*rows: str, before: str = "") -> list[str]:
    return [line.status.value for line in check_text(before + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines]


@pytest.mark.parametrize(("row", "answer"), [
    (r"h^2(p,q) = \frac12\sum_y\left(\sqrt{p(y)}-\sqrt{q(y)}\right)^2", "proved"),
    (r"h^2(p,q) = \sum_y\left(\sqrt{p(y)}-\sqrt{q(y)}\right)^2", "refuted"),
    (r"2h^2(p,q) \le \mathrm{KL}(p\|q)", "proved"),
    (r"4h^2(p,q) \le \mathrm{KL}(p\|q)", "refuted"),
    (r"h^2(p,q) = h^2(q,p)", "proved"),
    (r"h^2(p,q) = -h^2(q,p)", "refuted"),
])  # fmt: skip
def test_a_square_that_a_row_gives(row: str, answer: str) -> None:
    assert statuses(HELLINGER, row) == ["assumed", answer]


def test_behind_double_bars_and_with_the_letter_of_entropy() -> None:
    between = r"D_H^2(p\|q) = \sum_y\left(\sqrt{p(y)}-\sqrt{q(y)}\right)^2"
    assert statuses(between, r"D_H^2(p\|q) = 2 - 2\sum_y\sqrt{p(y)q(y)}") == ["assumed", "proved"]
    assert statuses(between, r"D_H^2(p\|q) = 1 - \sum_y\sqrt{p(y)q(y)}") == ["assumed", "refuted"]
    named = r"H^2(p,q) = \frac12\sum_y\left(\sqrt{p(y)}-\sqrt{q(y)}\right)^2"
    assert statuses(named, r"H^2(p,q) = 1 - \sum_y\sqrt{p(y)q(y)}", r"H(p) \ge 0") == ["assumed", "proved", "proved"]


def test_a_loss_with_a_level_of_noise_above() -> None:
    said = r"<!-- symkl: \varepsilon in (0,1); u scalar -->" + "\n"
    loss = r"\mathcal{L}^\varepsilon(u) = -(1-\varepsilon)\log\sigma(u) - \varepsilon\log\sigma(-u)"
    assert statuses(loss, r"\frac{d}{du}\mathcal{L}^\varepsilon(u) = \sigma(u) - 1 + \varepsilon", before=said) == [
        "assumed", "proved",
    ]  # fmt: skip
    assert statuses(loss, r"\frac{d}{du}\mathcal{L}^\varepsilon(u) = \sigma(u) - \varepsilon", before=said) == [
        "assumed", "refuted",
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [
    [r"c^2(a + b) = 0"],
    [r"r^2(x,y) = 4"],
    [r"\beta^2 r(x,y) = r(x,y)"],
    [HELLINGER, r"h(p,q) \le 2"],
])  # fmt: skip
def test_what_has_a_power_like_any_number_is_given_by_no_such_row(rows: list[str]) -> None:
    assert not {"assumed", "proved"} & set(statuses(*rows, before="<!-- symkl: c > 0; a > 0; b > 0 -->\n"))
