"""Derivatives by the reward of one response of a pair, and gradients of what carries its parameter.

Keyed by hand: with u = r(y_w) and v = r(y_l), log σ(u - v) has the slopes σ(v - u) by u and -σ(v - u) by v.
"""

from __future__ import annotations

import pytest

import symkl

LOSS = r"\ell = -\log\sigma(r(y_w) - r(y_l))"
SLOPE = r"\frac{\partial}{\partial r(x,y_w)} \log\sigma(r(x,y_w) - r(x,y_l))"


def lines(*rows: str) -> list[symkl.checking.report.Line]:
    text = "\n\n".join(f"$$ {row} $$" if not row.startswith(("#", "<")) else row for row in rows)
    return list(symkl.check_text(text, "pairs.md").lines)


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ((LOSS, r"\frac{\partial\ell}{\partial r(y_w)} = -\sigma(r(y_l) - r(y_w))"), "proved"),
        ((LOSS, r"\frac{\partial\ell}{\partial r(y_w)} = -\sigma(r(y_w) - r(y_l))"), "refuted"),
        ((LOSS, r"\frac{\partial\ell}{\partial r(y_l)} = \sigma(r(y_l) - r(y_w))"), "proved"),
        ((LOSS, r"\frac{\partial\ell}{\partial r(y_l)} = -\sigma(r(y_l) - r(y_w))"), "refuted"),
        ((rf"{SLOPE} = 1 - \sigma(r(x,y_w) - r(x,y_l))",), "proved"),
        ((rf"{SLOPE} = \sigma(r(x,y_w) - r(x,y_l))",), "refuted"),
        ((r"\frac{\partial}{\partial r(y^+)} (r(y^+) - r(y^-)) = 1",), "proved"),
        ((r"\frac{\partial}{\partial r(y^+)} (r(y^+) - r(y^-)) = -1",), "refuted"),
    ],
)
def test_the_winner_and_the_loser_are_two_responses(rows: tuple[str, ...], answer: str) -> None:
    line = lines(*rows)[-1]
    assert line.status.value == answer
    assert any("read as two different responses" in note for note in line.notes)


@pytest.mark.parametrize(
    "row",
    [
        r"\frac{\partial}{\partial r(y)} (r(y) - r(y')) = 1",  # they may be one
        r"\frac{\partial}{\partial r(y_1)} (r(y_1) - r(y_2)) = 1",
        r"\frac{\partial}{\partial r(y_w)} \left(r(y_w) - r(y_l) + \sum_y r(y)\right) = 1",  # the sum has r(y_w), too
        r"\frac{\partial}{\partial r(y_w)} \mathbb{E}_{(y_w,y_l) \sim D}[r(y_w) - r(y_l)] = 1",
        r"\frac{\partial}{\partial r(x,y_w)} \left(r(x,y_w) - r(x,y_l) - V(x)\right) = 1",  # V may be made of r
        r"\frac{\partial}{\partial r(y_w)} \left(r(y_w) - r(y_l) - \sum_y V(y)\right) = 1",
        r"\frac{\partial}{\partial r(y_w)} \log\frac{e^{r(y_w)}}{\sum_y e^{r(y)}} = 1",
    ],
)
def test_what_may_stand_elsewhere_as_well_is_not_told_apart(row: str) -> None:
    (line,) = lines(row)
    assert line.status.value != "proved" and not any("different responses" in note for note in line.notes)


CRITIC = r"L(\psi) = \mathbb{E}_{y \sim \mu}\left[(r(y) - V_\psi(y))^2\right]"


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\nabla_\psi L(\psi) = -2 \mathbb{E}_{y \sim \mu}[(r(y) - V_\psi(y)) \nabla_\psi V_\psi(y)]", "proved"),
        (r"\nabla_\psi L(\psi) = 2 \mathbb{E}_{y \sim \mu}[(r(y) - V_\psi(y)) \nabla_\psi V_\psi(y)]", "refuted"),
        (r"\nabla_\psi L(\psi) = -\mathbb{E}_{y \sim \mu}[(r(y) - V_\psi(y)) \nabla_\psi V_\psi(y)]", "refuted"),
        (r"\nabla_\psi L(\psi) = 0", "refuted"),
        (r"\nabla_\psi \mathbb{E}_{y \sim \mu}[V_\psi(y)] = 0", "refuted"),
        (r"\nabla_\psi \mathbb{E}_{y \sim \mu}[V_\psi(y)] = \mathbb{E}_{y \sim \mu}[\nabla_\psi V_\psi(y)]", "proved"),
    ],
)
def test_the_slope_of_a_function_with_a_parameter_is_any_function(row: str, answer: str) -> None:
    """By hand: with r = 0, V = 1 and ∇V = 1 everywhere the loss has the slope 2, and E[V] the slope 1."""
    assert lines(CRITIC, row)[-1].status.value == answer


def test_a_witness_shows_the_slope() -> None:
    found = lines(CRITIC, r"\nabla_\psi L(\psi) = 0")[-1].counterexample
    assert found is not None and "∇V_ψ = " in found.summary


def test_a_reward_with_a_parameter_is_not_read_as_one_without() -> None:
    score = r"\mathbb{E}_{a\sim\pi_\theta(\cdot|s)}[r(s,a) \nabla_\theta\log\pi_\theta(a|s)]"
    rows = r"\nabla_\psi V_\psi(s)^2 = 0", rf"\nabla_\theta \mathbb{{E}}_{{a\sim\pi_\theta(\cdot|s)}}[r(s,a) + V_\theta(s)] = {score}"
    assert lines(*rows)[-1].status.value != "proved"
