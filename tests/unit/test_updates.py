r"""Updates, ``\theta \leftarrow \theta + \alpha g``: they are read, they claim nothing, and what they change is unknown."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(f"$${row}$$" for row in rows)
    return [told(line).value for line in check_text(text, "updates.md").lines]


@pytest.mark.parametrize(
    "row",
    [
        r"\theta \leftarrow \theta + \alpha\nabla_\theta J(\theta)",
        r"\theta \gets \theta - \eta\,\hat g",
        r"\theta_{k+1} = \theta_k + \alpha\nabla_\theta\log\pi_\theta(y|x)",
        r"\theta^* = \arg\max_\theta J(\theta)",
        r"\theta' \leftarrow \argmaxA_{\theta'} J(\theta')",
        r"V(x) \leftarrow V(x) + \alpha(r(x,y) - V(x))",
    ],
)
def test_an_update_is_read_and_claims_nothing(row: str) -> None:
    assert answers(row) == ["stated"]


@pytest.mark.parametrize("claim", [r"E_{y\sim\pi}[r(x,y)] = V(x)", r"E_{y\sim\pi}[r(x,y)] = 2 V(x)"])
def test_what_is_updated_is_another_thing_behind_it(claim: str) -> None:
    given = r"V(x) = E_{y\sim\pi}[r(x,y)]"
    update = r"V(x) \leftarrow V(x) + \alpha(r(x,y) - V(x))"
    assert answers(given, update, claim) == ["assumed", "stated", "unknown"]
    assert answers(given, claim, update)[1] == ("refuted" if "2" in claim else "proved")


def test_a_parameter_that_is_updated_leaves_what_holds_at_any_parameter() -> None:
    update = r"\theta \leftarrow \theta + \alpha\nabla_\theta J(\theta)"
    assert answers(update, r"\sum_y\pi_\theta(y|x)\nabla_\theta\log\pi_\theta(y|x) = 0")[1] == "proved"
    assert answers(update, r"\sum_y\pi_\theta(y|x)\nabla_\theta\log\pi_\theta(y|x) = 1")[1] == "refuted"


@pytest.mark.parametrize("row", [r"R(x,y) \gets R(x,y) - \beta = 2", r"\theta = \theta_1"])
def test_what_claims_more_or_is_no_step_is_no_update(row: str) -> None:
    assert answers(row) == ["unreadable"]


def test_what_is_updated_to_a_maximum_over_a_parameter_is_no_policy() -> None:
    """After θ' = argmax_θ' J(θ') the θ of J(θ) is the parameter of π_θ still."""
    first = (r"\theta = \argmax_\theta E_{\tau\sim\pi_\theta(\tau)}[r(\tau)]", r"J(\theta) = E_{\tau\sim\pi_\theta(\tau)}[r(\tau)]")
    weighted = r"E_{\tau\sim\pi_\theta(\tau)}\left[\frac{\pi_{\theta'}(\tau)}{\pi_\theta(\tau)}r(\tau)\right]"
    slope = r"\nabla_{\theta'}J(\theta') = E_{\tau\sim\pi_{\theta'}(\tau)}[r(\tau)\nabla_{\theta'}\log\pi_{\theta'}(\tau)]"
    assert answers(*first, rf"J(\theta') = {weighted}", slope) == ["stated", "assumed", "proved", "proved"]
    wrong = r"J(\theta') = E_{\tau\sim\pi_\theta(\tau)}[r(\tau)]"
    assert answers(*first, wrong, slope)[2] == "refuted"
