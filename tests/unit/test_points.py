"""“Evaluated at”: a row with a bar is about any θ, where what has the old parameter does not move."""

from __future__ import annotations

import numpy as np
import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

PROVED, REFUTED, UNREADABLE, ASSUMED = Status.PROVED, Status.REFUTED, Status.UNREADABLE, Status.ASSUMED
BAR = r"\big|_{\theta=\theta_{old}}"
OLD = r"\pi_{\theta_{old}}"
SURROGATE = rf"L(\theta) = E_{{a\sim{OLD}}}\left[\frac{{\pi_\theta(a|s)}}{{{OLD}(a|s)}} A(s,a)\right]"


def statuses(*rows: str) -> list[Status]:
    return [line.status for line in check_text("\n\n".join(f"$$ {row} $$" for row in rows), "t.md").lines]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\nabla_\theta KL(\pi_{\theta_0}\|\pi_\theta)\Big|_{\theta=\theta_0} = 0", PROVED),
        (r"\left.\nabla_\theta KL(\pi_\theta\|\pi_{\theta_0})\right|_{\theta=\theta_0} = 0", PROVED),
        (r"\nabla_\theta KL(\pi_\theta\|\pi_{\theta_0}) = 0", REFUTED),  # elsewhere it is not
        (r"\nabla_\theta KL(\pi_\theta\|\pi_{\theta_1})\Big|_{\theta=\theta_0} = 0", REFUTED),  # nor at another point
        (r"\nabla_\theta E_{y\sim\pi_\theta}[r(y)]\Big|_{\theta=\theta_0} = 0", REFUTED),
        (rf"\nabla_\theta\left.\frac{{\pi_\theta(a|s)}}{{{OLD}(a|s)}}\right|_{{\theta=\theta_{{old}}}}"
         rf" = \nabla_\theta\log\pi_\theta(a|s){BAR}", PROVED),
        (r"\nabla_\theta\frac{\pi_\theta(a|s)}{\pi_{\theta'}(a|s)}\Big|_{\theta=\theta'} = \nabla_\theta\log\pi_\theta(a|s)", PROVED),
        (r"\nabla_\theta\frac{\pi_\theta(a|s)}{\pi_{\theta'}(a|s)} = \nabla_\theta\log\pi_\theta(a|s)", REFUTED),
        # what is in a bracket, about no parameter, or at two points
        (rf"E_{{y\sim\pi_\theta}}[\nabla_\theta\log\pi_\theta(y){BAR}] = 0", UNREADABLE),
        (r"J(\pi)\big|_{\pi=\pi^*} = 0", UNREADABLE),
        (rf"\nabla_\theta KL(\pi_{{\theta_0}}\|\pi_\theta)\big|_{{\theta=\theta_0}} = \nabla_\theta J(\theta){BAR}", UNREADABLE),
    ],
)  # fmt: skip
def test_a_row(row: str, status: Status) -> None:
    assert statuses(row) == [status]


def test_it_looks_through_definitions() -> None:
    right = rf"\nabla_\theta L(\theta){BAR} = E_{{a\sim{OLD}}}[A(s,a)\nabla_\theta\log\pi_\theta(a|s)]"
    assert statuses(SURROGATE, right) == [ASSUMED, PROVED]
    assert statuses(SURROGATE, right.replace("= E", "= -E")) == [ASSUMED, REFUTED]
    assert statuses(SURROGATE, right.replace(BAR, "")) == [ASSUMED, REFUTED]  # at any θ it is of π_θ


def test_a_chain_goes_on_at_the_point() -> None:
    begin = rf"\nabla_\theta E_{{y\sim\pi_\theta}}[r(y)]{BAR}"
    on = rf"= E_{{y\sim{OLD}}}[r(y)\nabla_\theta\log\pi_\theta(y)]"
    assert statuses(begin, on)[1] is PROVED
    assert statuses(begin.replace(BAR, ""), on)[1] is REFUTED
    assert statuses(begin.replace(BAR, ""), on + BAR)[1] is UNREADABLE
    again = rf"E_{{y\sim\pi_\theta}}[r(y)] = E_{{y\sim{OLD}}}[r(y)]"
    assert statuses(begin, on, again)[2] is REFUTED  # a row of its own is at no point


def test_what_it_says_is_so_in_numbers() -> None:
    """∇_θ of the surrogate at θ_old, by differences, is the policy gradient, and elsewhere it is not that of π_old."""
    rng = np.random.default_rng(7)
    old, advantage, direction = rng.normal(size=4), rng.normal(size=4), rng.normal(size=4)

    def policy(logits: np.ndarray) -> np.ndarray:
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum())

    def surrogate(logits: np.ndarray) -> float:
        return float(policy(old) @ (policy(logits) / policy(old) * advantage))

    def slope(at: np.ndarray) -> float:
        h = 1e-5
        return (surrogate(at + h * direction) - surrogate(at - h * direction)) / (2 * h)

    def claimed(at: np.ndarray) -> float:
        score = direction - policy(at) @ direction
        return float(policy(old) @ (advantage * score))

    assert slope(old) == pytest.approx(claimed(old), abs=1e-8)
    assert slope(old + direction) != pytest.approx(claimed(old + direction), abs=1e-3)
