"""What a sentence makes a symbol of, whatever else it says, the symbol may move with."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

SHAPED = r"$r'(x,y) = r(x,y) - \beta\left(\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}\right)^2$"
J = r"$$J(\theta) = E_{y\sim\pi_\theta(\cdot|x)}[r'(x,y)]$$"
SCORE = r"$$\nabla_\theta J(\theta) = E_{y\sim\pi_\theta(\cdot|x)}[r'(x,y)\nabla_\theta\log\pi_\theta(y|x)]$$"


def statuses(*parts: str) -> list[str]:
    return [line.status.value for line in check_text("\n\n".join(parts), "t.md").lines]


@pytest.mark.parametrize(
    "sentence",
    ["Some write {} for the shaped reward.", "As in the first case we use {}, if only for now.", "It is known that {} may help."],
)
def test_a_gradient_is_not_taken_past_what_a_sentence_makes_of_a_policy(sentence: str) -> None:
    assert statuses(sentence.format(SHAPED), J, SCORE)[-1] == "unknown"
    of_data = sentence.format(r"$r'(x,y) = r(x,y) - \bar r(x)$")
    assert statuses(of_data, J, SCORE)[-1] == "proved"


def test_a_gradient_past_what_a_sentence_gives_is_refuted() -> None:
    """The mean of ∇r' = -2β log(π_θ/π_ref) ∇log π_θ is not 0."""
    assert statuses(f"We write {SHAPED} for the shaped reward.", J, SCORE)[-1] == "refuted"


def test_what_is_made_of_a_temperature_moves_with_that() -> None:
    said = r"For now we use $f(x,y) = r(x,y)/\beta$ if it helps."
    assert statuses(said, r"$$\frac{d}{d\beta} E_{y\sim\pi}[f(x,y)] = 0$$") == ["unknown"]


def test_a_directive_says_more_than_a_sentence() -> None:
    said = f"We write {SHAPED} for the shaped reward.\n\n<!-- symkl: r' fixed -->"
    assert statuses(said, J, SCORE)[-1] == "proved"
