r"""An optimiser that is said up to its normaliser: ``\arg\max_\pi J \propto h``, and what is no multiple of it."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

BETAS = r"<!-- symkl: \beta_1 > 0; \beta_2 > 0 -->"
ONE = r"\mathbb{E}_{y\sim\pi}[r(y)] - \beta\mathrm{KL}(\pi\|\mu)"
TWO = r"\mathbb{E}_{y\sim\pi}[r(y)] - \beta_1\mathrm{KL}(\pi\|\pi_1) - \beta_2\mathrm{KL}(\pi\|\pi_2)"
GIVEN = r"\mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta\mathrm{KL}(\pi(\cdot|x)\|\mu(\cdot|x))"


def answer(row: str) -> str:
    (line,) = check_text(f"{BETAS}\n$$ {row} $$", "a.md").lines
    return line.status.value


@pytest.mark.parametrize("row", [
    rf"\arg\max_\pi\left\{{{ONE}\right\}} \propto \mu(y)e^{{r(y)/\beta}}",
    rf"\arg\max_\pi {ONE} \propto 3\mu(y)e^{{r(y)/\beta}}",
    rf"\pi^* = \arg\max_\pi\left\{{{ONE}\right\}} \propto \mu e^{{r/\beta}}",
    rf"\arg\max_\pi\left\{{{GIVEN}\right\}} \propto \mu(y|x)e^{{r(x,y)/\beta}}",
    rf"\arg\max_\pi\left\{{{TWO}\right\}} \propto"
    r" \pi_1(y)^{\frac{\beta_1}{\beta_1+\beta_2}}\pi_2(y)^{\frac{\beta_2}{\beta_1+\beta_2}}e^{\frac{r(y)}{\beta_1+\beta_2}}",
    r"\arg\max_\pi\left\{\mathbb{E}_{y\sim\pi}[r(y)] + \beta H(\pi)\right\} \propto e^{r(y)/\beta}",
])  # fmt: skip
def test_up_to_its_normaliser_it_is_proved(row: str) -> None:
    assert answer(row) == "proved"


@pytest.mark.parametrize("row", [
    rf"\arg\max_\pi\left\{{{ONE}\right\}} \propto \mu(y)e^{{\beta r(y)}}",
    rf"\arg\max_\pi\left\{{{ONE}\right\}} \propto e^{{r(y)/\beta}}",
    rf"\arg\max_\pi\left\{{{ONE}\right\}} = \mu(y)e^{{r(y)/\beta}}",
    rf"\arg\min_\pi\left\{{{ONE}\right\}} \propto \mu(y)e^{{r(y)/\beta}}",
    rf"\arg\max_\pi\left\{{{GIVEN}\right\}} \propto e^{{r(x,y)/\beta}}",
    rf"\arg\max_\pi\left\{{{TWO}\right\}} \propto \pi_1(y)^{{\beta_1}}\pi_2(y)^{{\beta_2}}e^{{r(y)}}",
])  # fmt: skip
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert answer(row) == "refuted"


def test_of_a_value_nothing_is_said() -> None:
    """A maximum that is proportional to a function of the responses means nothing: there is no answer."""
    assert answer(rf"\max_\pi\left\{{{ONE}\right\}} \propto \mu(y)e^{{r(y)/\beta}}") not in ("proved", "refuted")
