"""Bregman divergences: the gradient of a potential at a distribution, within an inner product."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

ENTROPY = r"F(p) = \sum_y p(y)\log p(y)"
SQUARE = r"F(p) = \frac12\|p\|_2^2"
BREGMAN = r"D_F(p\|q) = F(p) - F(q) - \langle\nabla F(q), p - q\rangle"


def answer(potential: str, row: str) -> str:
    text = "<!-- symkl: u distribution over y -->\n" + "\n\n".join(f"$$ {each} $$" for each in (potential, BREGMAN, row))
    *before, line = check_text(text, "a.md").lines
    assert [each.status.value for each in before] == ["assumed", "assumed"]
    return line.status.value


@pytest.mark.parametrize(("potential", "row", "wanted"), [
    (ENTROPY, r"D_F(p\|q) = \mathrm{KL}(p\|q)", "proved"),
    (ENTROPY, r"D_F(p\|q) = \mathrm{KL}(q\|p)", "refuted"),
    (ENTROPY, r"D_F(p\|q) \ge 0", "proved"),
    (ENTROPY, r"D_F(p\|q) = D_F(p\|u) + D_F(u\|q) + \langle\nabla F(u) - \nabla F(q), p - u\rangle", "proved"),
    (ENTROPY, r"D_F(p\|q) = D_F(p\|u) + D_F(u\|q) - \langle\nabla F(u) - \nabla F(q), p - u\rangle", "refuted"),
    (ENTROPY, r"D_F(p\|q) + D_F(q\|p) = \langle\nabla F(p) - \nabla F(q), p - q\rangle", "proved"),
    (ENTROPY, r"\langle\nabla_q F(q), p - q\rangle = \sum_y (p(y) - q(y))\log q(y)", "proved"),
    (ENTROPY, r"\langle\nabla F(q), p - q\rangle = \sum_y (p(y) - q(y))\log p(y)", "refuted"),
    (SQUARE, r"D_F(p\|q) = \frac12\|p - q\|_2^2", "proved"),
    (SQUARE, r"D_F(p\|q) = \|p - q\|_2^2", "refuted"),
    (SQUARE, r"D_F(p\|q) = D_F(q\|p)", "proved"),
])  # fmt: skip
def test_a_bregman_divergence(potential: str, row: str, wanted: str) -> None:
    assert answer(potential, row) == wanted


@pytest.mark.parametrize("row", [
    r"\langle\nabla J(\pi_\theta), \theta' - \theta\rangle = 0", r"\langle\nabla J(\theta), p\rangle = 0", r"\langle\nabla F(x), p\rangle = 0",
])  # fmt: skip
def test_by_a_parameter_or_an_index_it_is_no_potential(row: str) -> None:
    (line,) = check_text(f"$$ {row} $$", "a.md").lines
    assert line.status.value in ("unknown", "unreadable")
