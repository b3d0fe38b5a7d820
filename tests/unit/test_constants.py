r"""Rows that hold up to a constant: ``+ \text{const}``, ``+ C``, ``+ C(x)``."""

from __future__ import annotations

import pytest

import symkl
from symkl.checking.report import Line
from tests.told import told

STAR = r"\pi^*(y|x) = \frac{1}{Z(x)} \mu(y|x) e^{r(x,y)/\beta}"


def lines(*rows: str) -> list[Line]:
    return list(symkl.check_text("\n\n".join(f"$$ {row} $$" for row in rows), "rows.md").lines)


def last(*rows: str) -> Line:
    return lines(*rows)[-1]


@pytest.mark.parametrize(("row", "constant"), [
    (r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\mu(y|x)} + C(x)", "β log Z(x)"),
    (r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\mu(y|x)} + \text{const}", "β log Z(x)"),
    (r"r(x,y) = \beta\log\pi^*(y|x) - \beta\log\mu(y|x) - c", "β log Z(x)"),
    (r"\beta\,\mathrm{KL}(\pi\|\pi^*) = \beta\,\mathrm{KL}(\pi\|\mu) - \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] + \text{const.}",
     "β log Z(x)"),
])
def test_a_row_that_holds_up_to_a_constant_is_proved_and_says_which(row: str, constant: str) -> None:
    line = last(STAR, row)
    assert line.status.value == "proved"
    assert any(note.startswith(f"true up to a constant, which is {constant}") for note in line.notes)


@pytest.mark.parametrize("row", [
    r"r(x,y) = \log\frac{\pi^*(y|x)}{\mu(y|x)} + C(x)",
    r"r(x,y) = \beta\log\frac{\mu(y|x)}{\pi^*(y|x)} + C(x)",
    r"\beta\,\mathrm{KL}(\pi\|\pi^*) = \beta\,\mathrm{KL}(\pi\|\mu) + \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] + C",
    r"\beta\,\mathrm{KL}(\pi\|\pi^*) = \mathrm{KL}(\pi\|\mu) - \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] + C",
    r"\mathrm{KL}(\pi\|\mu) = -\mathbb{E}_{y\sim\pi(\cdot|x)}[\log\mu(y|x)] + \text{const}",
    r"r(x,y) = 2 r(x,y) + C",
])
def test_what_differs_by_more_is_unknown_and_never_refuted(row: str) -> None:
    assert last(STAR, row).status.value == "unknown"


@pytest.mark.parametrize("row", [
    r"\log Z(x) = 5 + C",
    r"\mathbb{E}_{y\sim\mu(\cdot|x)}[r(x,y)] = \beta + \text{const}",
])
def test_where_nothing_varies_a_constant_says_nothing(row: str) -> None:
    line = last(STAR, row)
    assert line.status.value == "unknown"
    assert "nothing on the left side varies" in line.because


@pytest.mark.parametrize("rows", [
    (r"Q^\pi(x,y') + \mathrm{KL}(\pi\|\mu) = \mathrm{KL}(\pi\|\mu) + C",),
    (r"\mathrm{KL}(\pi_\theta\|\mu) + V_\theta(x) = \mathrm{KL}(\pi_\theta\|\mu) + C",),
    (r"J = \mathbb{E}_{y\sim\pi}[r(x,y)]", r"J + \mathrm{KL}(\pi\|\mu) = \mathrm{KL}(\pi\|\mu) + C"),
    (r"G = \int_0^1 g \, du", r"G + \mathrm{KL}(\pi\|\mu) = \mathrm{KL}(\pi\|\mu) + C"),
])
def test_what_may_move_with_the_policy_is_no_constant(rows: tuple[str, ...]) -> None:
    """By its name, by its parameter, by its definition, or since nobody could read what it is."""
    assert last(*rows).status.value in ("unknown", "unreadable")


def test_a_constant_is_free_of_the_policy_that_is_trained_and_not_of_every_distribution() -> None:
    line = last(r"\mathrm{KL}(q\|\pi_\theta) = -\mathbb{E}_{y\sim q}[\log\pi_\theta(y)] + \text{const}")
    assert line.status.value == "proved"
    assert any("free of π_θ" in note for note in line.notes)


def test_one_letter_on_both_sides_is_one_number() -> None:
    assert last(r"2 r(x,y) + C = r(x,y) + r(x,y) + C").status.value == "proved"
    assert last(r"r(x,y) + C = r(x,y) + 1 + C").status.value == "refuted"


def test_a_letter_that_does_something_else_is_no_constant() -> None:
    assert told(last(r"r(x,y) = r(x,y) + C", r"\mathrm{KL}(\pi\|\mu) \le 2 C")).value == "unreadable"
    assert last("C = 5", r"r(x,y) = r(x,y) + C").status.value == "refuted"
    assert told(last(r"r(x,y) = \text{const} \cdot r(x,y)")).value == "unreadable"
    (line,) = symkl.check_text("<!-- symkl: C scalar -->\n$$ r(x,y) = r(x,y) + C $$", "row.md").lines
    assert line.status.value == "refuted"


def test_a_chain_goes_on_up_to_constants() -> None:
    found = [line.status.value for line in lines(
        STAR,
        r"\beta\,\mathrm{KL}(\pi\|\pi^*) = \beta\,\mathrm{KL}(\pi\|\mu) - \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] + \text{const}",
        r"= \mathbb{E}_{y\sim\pi(\cdot|x)}\left[\beta\log\frac{\pi(y|x)}{\mu(y|x)} - r(x,y)\right] + \text{const}",
        r"= \mathbb{E}_{y\sim\pi(\cdot|x)}\left[\log\frac{\pi(y|x)}{\mu(y|x)} - r(x,y)\right] + \text{const}",
    )]  # fmt: skip
    assert found == ["assumed", "proved", "proved", "unknown"]


def test_a_constant_in_a_problem_is_left_out() -> None:
    start = r"\max_\pi \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta\,\mathrm{KL}(\pi\|\mu)"
    for more, status in (("", "proved"), (r"+ \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)]", "unknown")):
        end = rf"= \max_\pi -\beta\,\mathrm{{KL}}(\pi\|\pi^*) {more} + \text{{const}}"
        assert last(STAR, start, end).status.value == status
    less = r"= \max_\pi -\beta\,\mathrm{KL}(\pi\|\pi^*)"
    assert [line.scope for line in lines(STAR, start, less + r" + \text{const}", less)[2:]] == ["optimiser"] * 2
