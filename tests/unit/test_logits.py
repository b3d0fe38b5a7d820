"""Logits ``θ_y``, one parameter for each response, and derivatives by one of them."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

POLICY = r"\pi_\theta(y) = \frac{e^{\theta_y}}{\sum_{y'}e^{\theta_{y'}}}"
ACTIONS = r"\pi_\theta(a) = \frac{e^{\theta_a}}{\sum_b e^{\theta_b}}"
GIVEN = r"\pi_\theta(y|x) = \frac{e^{\theta_{x,y}}}{\sum_{y'}e^{\theta_{x,y'}}}"


def answer(given: str, row: str) -> str:
    first, second = check_text(f"$$ {given} $$\n\n$$ {row} $$", "a.md").lines
    assert first.status.value == "assumed"
    return second.status.value


@pytest.mark.parametrize(("given", "row", "wanted"), [
    (POLICY, r"\frac{\partial\log\pi_\theta(y)}{\partial\theta_{y'}} = \mathbf{1}\{y=y'\} - \pi_\theta(y')", "proved"),
    (POLICY, r"\frac{\partial\log\pi_\theta(y)}{\partial\theta_{y'}} = \mathbf{1}\{y=y'\} - \pi_\theta(y)", "refuted"),
    (POLICY, r"\frac{\partial\pi_\theta(y)}{\partial\theta_y} = \pi_\theta(y)(1 - \pi_\theta(y))", "proved"),
    (ACTIONS, r"\frac{\partial}{\partial\theta_a}\sum_b\pi_\theta(b)r(b) ="
              r" \pi_\theta(a)\left(r(a) - \sum_b\pi_\theta(b)r(b)\right)", "proved"),
    (ACTIONS, r"\frac{\partial}{\partial\theta_a}\sum_b\pi_\theta(b)r(b) = \pi_\theta(a)r(a)", "refuted"),
    (GIVEN, r"\frac{\partial}{\partial\theta_{x,y}}\log\pi_\theta(y|x) = 1 - \pi_\theta(y|x)", "proved"),
    (GIVEN, r"\frac{\partial}{\partial\theta_{x,y}}\log\pi_\theta(y|x) = -\pi_\theta(y|x)", "refuted"),
])  # fmt: skip
def test_a_derivative_by_a_logit(given: str, row: str, wanted: str) -> None:
    assert answer(given, row) == wanted


@pytest.mark.parametrize("row", [
    r"\frac{\partial}{\partial\theta_y}\log q_\theta(y') = 0",
    r"\frac{\partial}{\partial\theta_y}\log \pi(y') = 0",
    r"\frac{\partial}{\partial\theta_y} r_\theta(y') = 0",
    r"\frac{\partial}{\partial\theta_y} Q(y') = 0",
    r"\frac{\partial}{\partial\theta_y}\sum_{y'}\pi_\theta(y')r_\theta(y') ="
    r" \pi_\theta(y)(r_\theta(y) - \sum_{y'}\pi_\theta(y')r_\theta(y'))",
])  # fmt: skip
def test_what_may_move_with_them_is_neither_shown_nor_refuted(row: str) -> None:
    assert answer(POLICY, row) in ("unknown", "unreadable")


def test_parameters_that_name_policies_are_no_logits() -> None:
    rows = [line.status.value for line in check_text(r"$$ \pi_{\theta_a}(y) = \pi_{\theta_b}(y) + \theta_a - \theta_b $$",
                                                     "a.md").lines]  # fmt: skip
    assert rows in (["unreadable"], ["unknown"])
