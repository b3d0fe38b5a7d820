r"""Words before a display that say that it gives a symbol, or may: the row is read by them, and not by its letter."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

REWARD = r"$$ r(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} $$"
MEAN = r"$$ E_{\pi_\theta}[r] = \beta KL(\pi_\theta\|\pi_{ref}) $$"
WRONG = r"$$ E_{\pi_\theta}[r] = KL(\pi_\theta\|\pi_{ref}) $$"


def statuses(text: str) -> list[Status]:
    return [line.status for line in check_text(text, "").lines]


@pytest.mark.parametrize(
    "words",
    [
        "Define the implicit reward",
        "We define",
        "The implicit reward is defined as",
        "**Definition 2 (Reward).** The reward is",
        "SimPO uses the reward",
        "DPO defines the implicit reward",
        "Consider the reward function",
        "with the length-normalised reward",
    ],
)
def test_words_give_a_reward_that_nothing_before_has(words: str) -> None:
    assert statuses(f"{words}\n\n{REWARD}\n\n{MEAN}\n\n{WRONG}") == [Status.ASSUMED, Status.PROVED, Status.REFUTED]


@pytest.mark.parametrize(
    "words",
    ["Rearranging, the reward is", "Solving for the reward gives", "so the reward is", "We get", "The optimal reward is",
     "As a reward it is detached:", "We can write the reward as", ""],
)  # fmt: skip
def test_words_that_conclude_leave_the_claim(words: str) -> None:
    assert statuses(f"{words}\n\n{REWARD}") == [Status.REFUTED]


def test_words_that_may_give_it_leave_both_open() -> None:
    said = statuses(f"The implicit reward is\n\n{REWARD}\n\nHence\n\n{MEAN}\n\n{WRONG}")
    assert said == [Status.UNKNOWN, Status.UNKNOWN, Status.REFUTED]


def test_what_is_in_use_already_is_not_given_anew_by_words() -> None:
    problem = r"$$ \max_\pi E_\pi[r] - \beta KL(\pi\|\pi_{ref}) = \beta\log Z $$"
    said = statuses(f"{problem}\n\nDefine the implicit reward\n\n{REWARD}\n\n$$ Z(x) = 1 $$")
    assert said == [Status.PROVED, Status.UNKNOWN, Status.UNKNOWN]


def test_a_stipulation_of_a_reward_in_words_is_not_refuted() -> None:
    text = "The rewards are centred:\n\n$$ E_{\\pi}[r] = 0 $$\n\nHence\n\n$$ Var_\\pi(r) = E_\\pi[r^2] $$"
    assert statuses(text) == [Status.UNKNOWN, Status.UNKNOWN]
    assert statuses("Hence\n\n$$ E_{\\pi}[r] = 0 $$") == [Status.REFUTED]


@pytest.mark.parametrize("symbol", [r"\pi^*(y|x) = \pi_{ref}(y|x)e^{\beta r(x,y)}", r"Z(x) = \sum_y e^{r(x,y)}"])
def test_what_has_a_meaning_is_judged_whatever_words_say(symbol: str) -> None:
    assert statuses(f"We define\n\n$$ {symbol} $$\n\n$$ \\pi_{{ref}}(y|x) > 0 $$")[0] is Status.REFUTED


def test_words_of_a_step_give_nothing() -> None:
    lagrangian = r"L(\pi,\lambda) = E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\mu) + \lambda(1 - \sum_y\pi(y|x))"
    slope = r"\frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \lambda = 0"
    assert statuses(f"$$ {lagrangian} $$\n\nSet the derivative to zero:\n\n$$ {slope} $$")[1] is Status.REFUTED
    problem = r"$$ \max_\pi E_\pi[r] - \beta KL(\pi\|\pi_{ref}) $$"
    wrong = r"$$ \pi(y|x) = \pi_{ref}(y|x)e^{\beta r(x,y)} $$"
    assert statuses(f"{problem}\n\nUsing the reward, the policy is\n\n{wrong}")[1] is Status.REFUTED


@pytest.mark.parametrize(
    ("prose", "status"),
    [
        (r"with $\beta$ chosen so that", Status.UNKNOWN),
        (r"where we pick $\beta$ such that", Status.UNKNOWN),
        (r"so that", Status.REFUTED),
        (r"One sees that the chosen one satisfies", Status.REFUTED),
    ],
)
def test_what_is_chosen_so_that_a_row_holds_makes_it_hold(prose: str, status: Status) -> None:
    ball = r"$$ KL(\pi\|\pi_{ref}) \le \delta $$"
    row = r"$$ KL(\pi_\beta\|\pi_{ref}) = \delta $$"
    assert check_text(f"<!-- symkl: assume -->\n\n{ball}\n\n{prose}\n\n{row}\n", "note.md").lines[-1].status is status
