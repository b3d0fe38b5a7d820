r"""Trajectories: what stands at a step is a function of the trajectory and the step, and of no more is anything used."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from symkl.checking.document import check_text

RETURN = r"J(\theta) = E_{\tau\sim p_\theta}\left[\sum_{t=0}^T r(s_t, a_t)\right]"
LAW = r"p_\theta(\tau) = \rho(s_0)\prod_{t=0}^T \pi_\theta(a_t|s_t)\, p(s_{t+1}|s_t, a_t)"
ERROR = r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)"
SUM = r"u = \sum_{t=0}^T r_t"


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(f"$${row}$$" for row in rows)
    return [line.status.value for line in check_text(text, "steps.md").lines]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\log p_\theta(\tau) = \log\rho(s_0) + \sum_{t=0}^T \log\pi_\theta(a_t|s_t)"
         r" + \sum_{t=0}^T \log p(s_{t+1}|s_t, a_t)", "proved"),
        (r"\nabla_\theta\log p_\theta(\tau) = \sum_{t=0}^T \nabla_\theta\log\pi_\theta(a_t|s_t)", "proved"),
        (r"\nabla_\theta J(\theta) = E_{\tau\sim p_\theta}\left[\left(\sum_{t=0}^T r(s_t, a_t)\right)"
         r"\sum_{t=0}^T\nabla_\theta\log\pi_\theta(a_t|s_t)\right]", "proved"),
        (r"\nabla_\theta E_{\tau\sim p_\theta}[R(\tau)] = E_{\tau\sim p_\theta}\left["
         r"R(\tau)\sum_{t=0}^T\nabla_\theta\log\pi_\theta(a_t|s_t)\right]", "proved"),
        # false neighbours
        (r"\log p_\theta(\tau) = \log\rho(s_0) + \sum_{t=0}^T \log\pi_\theta(a_t|s_t)", "unknown"),
        (r"\nabla_\theta\log p_\theta(\tau) = \sum_{t=0}^T \log\pi_\theta(a_t|s_t)", "unknown"),
        (r"\nabla_\theta\log p_\theta(\tau) = \sum_{t=0}^T \nabla_\theta\pi_\theta(a_t|s_t)", "unknown"),
        (r"\nabla_\theta J(\theta) = E_{\tau\sim p_\theta}\left[\sum_{t=0}^T r(s_t, a_t)"
         r"\nabla_\theta\log\pi_\theta(a_t|s_t)\right]", "unknown"),
        (r"\nabla_\theta E_{\tau\sim p_\theta}[R(\tau)] = -E_{\tau\sim p_\theta}\left["
         r"R(\tau)\sum_{t=0}^T\nabla_\theta\log\pi_\theta(a_t|s_t)\right]", "unknown"),
        # true by what is not used: a reward before a step has nothing to do with the action there
        (r"\nabla_\theta J(\theta) = E_{\tau\sim p_\theta}\left[\sum_{t=0}^T\nabla_\theta\log\pi_\theta(a_t|s_t)"
         r"\sum_{t'=t}^T r(s_{t'}, a_{t'})\right]", "unknown"),
    ],
)
def test_the_gradient_of_a_return(row: str, answer: str) -> None:
    assert answers(RETURN, LAW, row) == ["assumed", "assumed", answer]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\delta_t - r_t = \gamma V(s_{t+1}) - V(s_t)", "proved"),
        (r"\sum_{t=0}^T \delta_t = \sum_{t=0}^T r_t + \sum_{t=0}^T (\gamma V(s_{t+1}) - V(s_t))", "proved"),
        (r"\delta_t - r_t = \gamma V(s_{t+1}) + V(s_t)", "unknown"),
        (r"V(s_{t+1}) = V(s_t)", "unknown"),
        (r"E_{\tau\sim p_\theta}[r_t] = r_t", "unknown"),
        (r"E_{\pi_\theta}[r_t] = r_t", "unknown"),
        (r"E_{\tau'\sim p_\theta}[r_t] = r_t", "unknown"),
        (r"E_{\tau'\sim p_\theta}[E_{\pi_\theta}[r_t] - r_t] = 0", "unknown"),
        (r"E_{\tau\sim p_\theta}[r_t] = E_{\tau'\sim p_\theta}[r_t]", "proved"),
        (r"\nabla_\theta(A_t \log\pi_\theta(a_t|s_t)) = A_t\nabla_\theta\log\pi_\theta(a_t|s_t)", "unknown"),
        (r"\nabla_\theta(r_t \log\pi_\theta(a_t|s_t)) = r_t\nabla_\theta\log\pi_\theta(a_t|s_t)", "proved"),
        (r"\nabla_\theta E_t[\log\pi_\theta(a_t|s_t)] = E_t[\nabla_\theta\log\pi_\theta(a_t|s_t)]", "unknown"),
        (r"\sum_{a_t}\pi_\theta(a_t|s_t) = 2", "refuted"),
    ],
)
def test_what_stands_at_steps(row: str, answer: str) -> None:
    assert answers(SUM, ERROR, row)[-1] == answer


def test_a_ratio_of_the_step_is_no_reward_of_it() -> None:
    ratio = r"r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{old}(a_t|s_t)}"
    slope = r"\nabla_\theta r_t(\theta) = r_t(\theta)\nabla_\theta\log\pi_\theta(a_t|s_t)"
    assert answers(SUM, ratio, slope)[1:] == ["assumed", "proved"]
    assert answers(SUM, ratio, r"\nabla_\theta r_t(\theta) = 0")[-1] == "unknown"
    called = r"E_t[r_t(\theta)\nabla_\theta\log\pi_\theta(a_t|s_t)] = 1"
    assert answers(SUM, called, r"\nabla_\theta r_t(\theta) = 0")[-1] == "unknown"
    assert answers(SUM, called, r"\nabla_\theta r_t = 0")[-1] == "unknown"


def test_samples_of_trajectories() -> None:
    sampled = r"\hat g = \frac1N\sum_{i=1}^N\left(\sum_{t=1}^T\nabla_\theta\log\pi_\theta(a_{i,t}|s_{i,t})\right)R(\tau_i)"
    twice = r"2\hat g = \frac1N\sum_{i=1}^N\left(\sum_{t=1}^T 2\nabla_\theta\log\pi_\theta(a_{i,t}|s_{i,t})\right)R(\tau_i)"
    wrong = twice.replace("2\\hat g", "\\hat g")
    drawn = r"E_{\tau\sim\pi_\theta}[R(\tau)] = E_{\tau\sim\pi_\theta}[R(\tau)]"
    assert answers(drawn, sampled, twice) == ["proved", "assumed", "proved"]
    assert answers(drawn, sampled, wrong)[-1] == "unknown"


def test_another_parameter_is_another_policy_at_each_step() -> None:
    """What J(θ) is made of at steps is not known at another parameter, and J(θ') is not J(θ)."""
    objective = r"J(\theta) = E_{\tau\sim\mu}\left[\sum_{t=1}^T\log\pi_\theta(a_t|s_t)\right]"
    assert answers(objective, r"J(\theta') = J(\theta)")[-1] in ("unknown", "unreadable")


def test_the_gradient_of_a_return_in_numbers() -> None:
    """All trajectories of two steps in two states with two actions; the slope of each probability is a number."""
    chance = {(s, a): Fraction(1 + s + 2 * a, 4 + 2 * s) for s, a in product((0, 1), repeat=2)}
    slope = {(s, a): Fraction((-1) ** a, 3 + s) for s, a in product((0, 1), repeat=2)}
    there = {(s, a, n): Fraction(1 + (s + a + n) % 2, 3) for s, a, n in product((0, 1), repeat=3)}
    reward = {(s, a): Fraction(3 * s - 2 * a + 1) for s, a in product((0, 1), repeat=2)}
    assert all(sum(chance[s, a] for a in (0, 1)) == 1 and sum(slope[s, a] for a in (0, 1)) == 0 for s in (0, 1))
    left = right = Fraction(0)
    for s, a, n, b in product((0, 1), repeat=4):
        steps, start = ((s, a), (n, b)), Fraction(1, 2) * there[s, a, n]
        gain = sum(reward[step] for step in steps)
        whole = start * chance[s, a] * chance[n, b]
        left += start * (slope[s, a] * chance[n, b] + chance[s, a] * slope[n, b]) * gain
        right += whole * gain * sum(slope[step] / chance[step] for step in steps)
    assert left == right


def test_the_sum_over_a_whole_trajectory_is_no_reward_of_an_action() -> None:
    """R(τ) and R(s, a) are of two alphabets; responses are summed over where trajectories are integrated over."""
    rows = (
        r"J(\theta) = \int_\tau p_\theta(\tau) R(\tau)\, d\tau",
        r"E_{\tau\sim p_\theta}\left[\sum_{t=0}^T r(s_t, a_t)\right] = J(\theta)",
        r"m = \frac1K\sum_{i=1}^K R(s, a_i)",
        r"\frac1K\sum_{i=1}^K (R(s, a_i) - m) = 0",
        r"\frac1K\sum_{i=1}^K (R(s, a_i) + m) = 0",
    )
    assert answers(*rows) == ["assumed", "unknown", "assumed", "proved", "refuted"]


def test_a_step_that_is_said_by_another_index() -> None:
    rows = (
        r"A_t = \sum_{l=0}^\infty (\gamma\lambda)^l \delta_{t+l}",
        r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)",
        r"2A_t = \sum_{l=0}^\infty 2(\gamma\lambda)^l \delta_{t+l}",
        r"A_t = \sum_{l=0}^\infty 2(\gamma\lambda)^l \delta_{t+l}",
        r"A_t = \sum_{l=0}^\infty (\gamma\lambda)^l \delta_t",
    )
    assert answers(*rows) == ["assumed", "assumed", "proved", "unknown", "unknown"]


def test_what_is_written_at_a_token_is_a_function_of_the_response_and_the_position() -> None:
    difference = r"\Delta_t = \log\pi_\theta(y_t|x, y_{<t}) - \log\pi_{ref}(y_t|x, y_{<t})"
    total = r"\log\pi_\theta(y|x) = \sum_{t=1}^T\log\pi_\theta(y_t|x, y_{<t})"
    loss = r"\ell(y_t) = A(x, y_t) - \beta\Delta_t"
    right = r"\ell(y_t) - A(x, y_t) = \beta\log\pi_{ref}(y_t|x, y_{<t}) - \beta\log\pi_\theta(y_t|x, y_{<t})"
    wrong = r"\ell(y_t) - A(x, y_t) = \beta\log\pi_\theta(y_t|x, y_{<t})"
    assert answers(total, difference, loss, right) == ["proved", "assumed", "assumed", "proved"]
    assert answers(total, difference, loss, wrong)[-1] == "unknown"
    assert answers(total, difference, loss, r"\nabla_\theta A(x, y_t) = 0")[-1] == "unknown"


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\sum_{i=1}^N A^{(i)} = \sum_{j=1}^N A_j", "proved"),
        (r"\sum_{i=1}^N A^{(i)} = 2\sum_{j=1}^N A_j", "refuted"),
        (r"\frac1N\sum_{i=1}^N r(x, y^{(i)}) = \frac1N\sum_{k=1}^N r(x, y_k)", "proved"),
        (r"\frac1N\sum_{i=1}^N r(x, y^{(i)}) = r(x, y)", "refuted"),
        (r"\sum_{i=1}^N i = \sum_{j=1}^N j", "proved"),
        (r"\sum_{i=1}^N i = N", "unknown"),
    ],
)
def test_a_number_above_is_one_below(row: str, answer: str) -> None:
    assert answers(row) == [answer]


PARAMETER_BEHIND = (
    r"P(\tau|\theta) = \rho_0(s_0)\prod_{t=0}^T P(s_{t+1}|s_t, a_t)\,\pi_\theta(a_t|s_t)",
    r"\nabla_\theta\log P(\tau|\theta) = \sum_{t=0}^T\nabla_\theta\log\pi_\theta(a_t|s_t)",
)


def test_a_law_with_its_parameter_behind_a_bar() -> None:
    integrated = r"\nabla_\theta\int P(\tau|\theta) R(\tau)\,d\tau = \int P(\tau|\theta)\nabla_\theta\log P(\tau|\theta) R(\tau)\,d\tau"
    assert answers(*PARAMETER_BEHIND, integrated) == ["assumed", "proved", "proved"]
    assert answers(*PARAMETER_BEHIND, integrated.replace(r"\nabla_\theta\log P", r"\nabla_\theta P"))[-1] == "unknown"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((r"R(\tau) = \sum_{t=0}^T\gamma^t r_t", r"\sum_{t=0}^T 2\gamma^t r_t = 2R(\tau)",
          r"\sum_{t=0}^T 2\gamma^t r_t = R(\tau)", r"E_{\tau\sim p}[R(\tau)] = \sum_{t=0}^T\gamma^t r_t"),
         ["assumed", "proved", "unknown", "unknown"]),
        ((r"G_t = \sum_{k=0}^\infty\gamma^k r_{t+k}", r"G_t = r_t + \gamma G_{t+1}", r"G_t = r_t + G_{t+1}"),
         ["assumed", "unknown", "unknown"]),
        ((r"\hat A_t^{GAE(\gamma,\lambda)} = \sum_{l=0}^\infty(\gamma\lambda)^l\delta_{t+l}",
          r"-\hat A_t^{GAE(\gamma,\lambda)} = -\sum_{l=0}^\infty (\gamma\lambda)^l\delta_{t+l}"), ["assumed", "proved"]),
        ((r"F(\tau) = \tau\log\sum_y\mu(y)e^{r(y)/\tau}",), ["assumed"]),  # a temperature is no trajectory
    ],
)
def test_returns_and_advantages(rows: tuple[str, ...], expected: list[str]) -> None:
    assert answers(*rows) == expected


def test_a_group_beside_a_trajectory_is_a_group() -> None:
    rows = (
        r"J(\theta) = E_{\tau\sim p_\theta}\left[\sum_{t=0}^T r_t\right]",
        r"\bar A = \frac1G\sum_{i=1}^G A_i",
        r"\sum_{i=1}^G (A_i - \bar A) = 0",
        r"\sum_{i=1}^G (A_i + \bar A) = 0",
        r"\hat\rho_{i,t} = \frac{\pi_\theta(a_{i,t}|s, a_{i,<t})}{\pi_{old}(a_{i,t}|s, a_{i,<t})}",
    )
    assert answers(*rows) == ["assumed", "assumed", "proved", "refuted", "assumed"]


def test_an_advantage_that_no_row_gives_may_be_the_reward() -> None:
    objective = r"J(\theta) = E_{y\sim\pi_\theta}[r(x,y)]"
    slope = r"\nabla_\theta J(\theta) = E_{y\sim\pi_\theta}[%s\nabla_\theta\log\pi_\theta(y|x)]"
    given = r"A(x,y) = r(x,y)^2"
    assert answers(objective, slope % "A(x,y)") == ["assumed", "unknown"]
    assert answers(objective, slope % "2A(x,y)") == ["assumed", "refuted"]
    assert answers(objective, given, slope % "A(x,y)") == ["assumed", "assumed", "refuted"]
    assert answers(objective, r"\sigma(r(x,y_w) - r(x,y_l)) = \sigma(A(x,y_w) - A(x,y_l))")[-1] == "refuted"
    declared = "<!-- symkl: A function of x, y -->\n\n" + "\n\n".join(f"$${row}$$" for row in (objective, slope % "A(x,y)"))
    assert check_text(declared, "a.md").lines[-1].status.value == "refuted"


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ((r"S = r(x,y) + \cdots", r"2S = 2S"), "proved"),
        ((r"S = r(x,y) + \cdots", r"S = r(x,y)"), "unknown"),
        ((r"S(x) = r(x,y) + \cdots", r"E_{y\sim\pi}[S(x) - r(x,y)] = S(x) - r(x,y)"), "unknown"),
        ((r"S = r + \cdots", r"E_{y\sim\pi}[S - r] = S - r"), "unknown"),
        ((r"E_{y\sim\pi}[r(x,y) + \cdots] = E_{y\sim\pi}[r(x,y)]",), "unknown"),
    ],
)
def test_what_dots_leave_out_may_be_anything(rows: tuple[str, ...], answer: str) -> None:
    assert answers(*rows)[-1] == answer


def test_what_is_called_with_a_parameter_alone_is_no_law_of_prompts() -> None:
    ratio = r"\rho(\theta) = \frac{\pi_\theta(a|s)}{\pi_{old}(a|s)}"
    assert answers(ratio, r"\nabla_\theta\rho(\theta) = \rho(\theta)\nabla_\theta\log\pi_\theta(a|s)") == ["assumed", "proved"]
    assert answers(ratio, r"\nabla_\theta\rho(\theta) = \nabla_\theta\log\pi_\theta(a|s)") == ["assumed", "refuted"]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\nabla_\theta\log p(s_{t+1}|s_t, a_t) = 0", "proved"),
        (r"\nabla_\theta\rho(s_0) = 0", "proved"),
        (r"\nabla_\theta r(s_t, a_t) = 0", "proved"),
        (r"\nabla_\theta\log p(a_t|s_t) = 0", "unknown"),  # it may be the policy
        (r"\nabla_\theta p(s_t) = 0", "unknown"),  # states are where the policy leads
        (r"\nabla_\theta V(s_t) = 0", "unknown"),
        (r"\nabla_\theta\log\pi(a_t|s_t) = 0", "unknown"),
        (r"r(a_t|s_t) > 0", "unknown"),  # a bar makes no probability of a reward
        (r"\pi_\theta(a_t|s_t) > 0", "proved"),
    ],
)
def test_what_no_policy_moves(row: str, answer: str) -> None:
    assert answers(RETURN, LAW, r"v = p(s_t) + \pi(a_t|s_t) + p(a_t|s_t)", row)[-1] == answer
