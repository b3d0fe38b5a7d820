"""One step of many, as PPO is written: a_t and s_t belong together, E_t is a mean over what the old policy did."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

PROVED, REFUTED, UNREADABLE = Status.PROVED, Status.REFUTED, Status.UNREADABLE

RATIO = r"r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_{old}}(a_t|s_t)}"
SURROGATE = r"L^{CPI}(\theta) = \hat{\mathbb{E}}_t\left[r_t(\theta)\hat A_t\right]"
CLIPPED = (
    r"L^{CLIP}(\theta) = \hat{\mathbb{E}}_t\left[\min\left(r_t(\theta)\hat A_t, "
    r"\mathrm{clip}(r_t(\theta), 1-\epsilon, 1+\epsilon)\hat A_t\right)\right]"
)


def _answers(*rows: str) -> list[Status]:
    return [line.status for line in check_text("\n\n".join(f"$$ {row} $$" for row in rows), "ppo.md").lines]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\mathbb{E}_t[r_t(\theta)] = 1", PROVED),
        (r"\mathbb{E}_t[1/r_t(\theta)] = 1", REFUTED),
        (r"\mathbb{E}_t[\log r_t(\theta)] \le 0", PROVED),
        (r"\mathbb{E}_t[r_t(\theta) - 1 - \log r_t(\theta)] \ge 0", PROVED),
        (r"\mathbb{E}_t[r_t(\theta)^2] = 1", REFUTED),
        (r"L^{CLIP}(\theta) \le L^{CPI}(\theta)", PROVED),
        (r"L^{CLIP}(\theta) \ge L^{CPI}(\theta)", REFUTED),
        (r"\nabla_\theta L^{CPI}(\theta) = \mathbb{E}_t[r_t(\theta)\nabla_\theta\log\pi_\theta(a_t|s_t)\hat A_t]", PROVED),
        (r"\nabla_\theta L^{CPI}(\theta) = \mathbb{E}_t[\nabla_\theta\log\pi_\theta(a_t|s_t)\hat A_t]", REFUTED),
        (r"L^{CPI}(\theta) = \mathbb{E}_t[\hat A_t]", REFUTED),
    ],
)
def test_a_claim_of_ppo(row: str, answer: Status) -> None:
    *given, last = _answers(RATIO, SURROGATE, CLIPPED, row)
    assert given == [Status.ASSUMED] * 3
    assert last is answer


def test_without_an_old_policy_the_law_is_not_named() -> None:
    gradient = r"\mathbb{E}_t[\nabla_\theta\log\pi_\theta(a_t|s_t)\hat A_t]"
    loss = r"L(\theta) = \mathbb{E}_t[\log\pi_\theta(a_t|s_t)\hat A_t]"
    assert _answers(loss, rf"\nabla_\theta L(\theta) = {gradient}")[-1] is PROVED
    assert _answers(loss, rf"\nabla_\theta L(\theta) = -{gradient}")[-1] is REFUTED
    assert _answers(loss, r"\mathbb{E}_t[\nabla_\theta\log\pi_\theta(a_t|s_t)] = 0")[-1] is not PROVED


def test_a_reward_of_the_step_is_another_thing_than_the_ratio_of_that_letter() -> None:
    assert _answers(RATIO, r"\mathbb{E}_t[r_t(\theta)] = \mathbb{E}_t[r(s_t, a_t)]")[-1] is not PROVED


@pytest.mark.parametrize(
    "other",
    [
        r"\hat A_t = r_t + \gamma V(s_{t+1}) - V(s_t)",
        r"J(\theta) = \sum_{t=1}^T \log\pi_\theta(a_t|s_t)",
        r"\mathbb{E}_t[\beta_t \log\pi_\theta(a_t|s_t)] = 0",
    ],
)
def test_where_other_steps_are_looked_at_t_is_no_single_step(other: str) -> None:
    loss = r"L(\theta) = \mathbb{E}_t[\log\pi_\theta(a_t|s_t)]"
    assert PROVED not in _answers(loss, other, r"\nabla_\theta L(\theta) = \mathbb{E}_t[\nabla_\theta\log\pi_\theta(a_t|s_t)]")


def test_what_a_row_that_could_not_be_read_gives_is_not_known() -> None:
    unread = RATIO + r", \text{ so } r_t(\theta_{old}) = 1"
    loss = r"L(\theta) = \mathbb{E}_t\left[\frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_{old}}(a_t|s_t)}\hat A_t\right]"
    assert REFUTED not in _answers(unread, loss, r"L(\theta) = \mathbb{E}_t[r_t(\theta)\hat A_t]")


@pytest.mark.parametrize("sign", [r"\hat{A}_t > 0", r"\hat{A} positive function of s, a"])
def test_a_sign_that_is_declared_counts(sign: str) -> None:
    clip = r"\min(r_t(\theta)\hat A_t, \mathrm{clip}(r_t(\theta), 1-\epsilon, 1+\epsilon)\hat A_t)"
    row = f"$$ {RATIO} $$\n\n$$ {clip} = \\min(r_t(\\theta), 1+\\epsilon)\\hat A_t $$"
    assert check_text(f"<!-- symkl: {sign}; \\epsilon < 1 -->\n\n{row}", "ppo.md").lines[-1].status is PROVED
    assert check_text(row, "ppo.md").lines[-1].status is REFUTED
