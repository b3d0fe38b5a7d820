"""One reward in several notations; what says of something free what it shall be; what gives a name anew."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from tests.told import told

PROVED, REFUTED, UNKNOWN, ASSUMED = Status.PROVED, Status.REFUTED, Status.UNKNOWN, Status.ASSUMED

PROBLEM = r"\max_\pi E_{y\sim\pi(\cdot|x)}[r_\phi(x,y)] - \beta KL(\pi(\cdot|x)\|\pi_{ref}(\cdot|x))"
PARTITION = r"Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}"
OPTIMUM = r"\pi^*(y|x) = \frac{1}{Z(x)} \pi_{ref}(y|x) e^{r(x,y)/\beta}"


def judged(*rows: str) -> list[Line]:
    return list(check_text("\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines)


def answer(*rows: str) -> Status:
    return told(judged(*rows)[-1])


def test_a_reward_may_lose_and_gain_decorations_on_the_way() -> None:
    lines = judged(PROBLEM, PARTITION, OPTIMUM, r"r^*(x,y) = \beta \log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta\log Z(x)")
    assert [told(line) for line in lines[1:]] == [ASSUMED, PROVED, PROVED]
    assert any("one reward" in note for note in lines[-1].notes)


def test_nothing_is_refuted_because_two_names_of_one_reward_differ() -> None:
    assert answer(PROBLEM, PARTITION, r"r^*(x,y) = \beta \log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} - \beta\log Z(x)") is REFUTED
    assert answer(PROBLEM, PARTITION, r"\beta \log Z(x) = E_{y\sim\pi^*}[r^*(x,y)] - \beta KL(\pi^*\|\pi_{ref})") is PROVED
    assert answer(PROBLEM, PARTITION, r"\beta \log Z(x) = E_{y\sim\pi^*}[r^*(x,y)] + \beta KL(\pi^*\|\pi_{ref})") is REFUTED


def test_two_rewards_that_a_row_compares_are_two() -> None:
    rows = PROBLEM, PARTITION, r"\Delta(x,y) = r^*(x,y) - r(x,y)", OPTIMUM
    assert answer(*rows) is not PROVED


def test_a_gradient_keeps_a_reward_that_moves_apart() -> None:
    r"""``∇_θ E_π[r_θ]`` has a part from ``r_θ``, whatever the reward is called elsewhere."""
    problem = r"\max_\pi E_{y\sim\pi}[r(y)] - \beta KL(\pi\|\pi_{ref})"
    assert answer(problem, r"\nabla_\theta E_{y\sim p}[r_\theta(y)] = 0") is not PROVED


@pytest.mark.parametrize(
    "row",
    [
        r"r_\phi(x,y_w) > r_\phi(x,y_l)",
        r"\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)} > \frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}",
    ],
)
def test_that_one_response_is_better_than_another_is_a_condition(row: str) -> None:
    assert answer(row) is UNKNOWN
    assert told(check_text(f"Suppose that\n\n$$ {row} $$\n", "row.md").lines[0]) is ASSUMED


def test_what_holds_of_no_pair_of_responses_alike_is_a_claim() -> None:
    assert answer(r"E_{y\sim\pi}[r(y)] \ge E_{y\sim\mu}[r(y)]") is REFUTED


def test_a_policy_that_is_to_be_another_is_a_condition() -> None:
    row = r"\pi_\theta(y|x) = \pi^*(y|x)"
    before = r"KL(\pi_\theta\|\pi^*) \ge 0"
    assert answer(before, row) is UNKNOWN
    assert answer(PROBLEM.replace(r"\pi(", r"\pi_\theta(").replace(r"\max_\pi", r"\max_{\pi_\theta}"), row) is PROVED


def test_the_trained_policy_stands_for_the_optimum_in_differences_of_rewards_too() -> None:
    gap = r"\beta\log\frac{\pi_\theta(%s|x)}{\pi_{ref}(%s|x)}"
    w, l = (gap % (y, y) for y in ("y_w", "y_l"))  # noqa: E741
    assert answer(OPTIMUM, r"\nabla_\theta\pi_\theta(y|x) = \nabla_\theta\pi_\theta(y|x)", rf"r(x,y_w) - r(x,y_l) = {w} - {l}") is PROVED
    assert answer(OPTIMUM, r"\nabla_\theta\pi_\theta(y|x) = \nabla_\theta\pi_\theta(y|x)", rf"r(x,y_w) - r(x,y_l) = {l} - {w}") is REFUTED


def test_what_is_made_of_what_is_new_may_be_given_anew() -> None:
    first = r"J(\theta) = E_{y\sim\pi_\theta}[r(x,y)]"
    assert answer(first, r"J(\theta) = E_{y\sim\pi_\theta}[r(x,y)] + \gamma E_{x\sim D}[\log\pi_\theta(y|x)]") is UNKNOWN
    assert answer(first, r"J(\theta) = E_{y\sim\pi_\theta}[r(x,y) + 1]") is REFUTED


@pytest.mark.parametrize("name", ["r", r"r_\theta", "Q", "A"])
def test_a_bar_makes_no_distribution_of_a_reward(name: str) -> None:
    """``r(y|x)`` is how people write the reward of a response to a prompt: it does not sum to 1."""
    assert answer(rf"\sum_y {name}(y|x) = 1") is REFUTED
    assert answer(rf"E_{{y\sim\pi(\cdot|x)}}[{name}(y|x)] = \sum_y \pi(y|x) {name}(y|x)") is PROVED


def test_a_weight_with_a_bar_is_to_be_declared() -> None:
    (line,) = judged(r"\sum_y w(y|x) = 1")
    assert told(line) is Status.UNREADABLE and line.trouble is not None
    declared = "<!-- symkl: w function of x, y -->\n\n$$ \\sum_y w(y|x) = 1 $$"
    assert told(check_text(declared, "row.md").lines[0]) is REFUTED


def test_a_function_at_what_a_row_gives_has_that_for_its_argument() -> None:
    delta = r"\Delta = \log \pi_\theta(y|x) - \log \pi_{ref}(y|x)"
    given = r"f(\Delta) = e^{-\Delta} + \Delta - 1"
    ratio = r"\frac{\pi_{ref}(y|x)}{\pi_\theta(y|x)}"
    assert answer(delta, given, rf"f(\Delta) = {ratio} - \log {ratio} - 1") is PROVED
    assert answer(delta, given, rf"f(\Delta) = {ratio} + \log {ratio} - 1") is REFUTED
    assert answer(delta, given, r"f'(\Delta) = 1 - e^{-\Delta}") is PROVED


def test_a_reward_that_moves_with_the_policy_may_be_made_of_it() -> None:
    r"""DPO's gradient is written with the implicit reward ``r_θ``, which is given last or nowhere."""
    margin = r"\beta\log\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)} - \beta\log\frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}"
    scores = r"\nabla_\theta\log\pi_\theta(y_w|x) - \nabla_\theta\log\pi_\theta(y_l|x)"
    row = rf"-\nabla_\theta \log\sigma({margin}) = -\beta\sigma(r_\theta(x,y_l) - r_\theta(x,y_w)) ({scores})"
    implicit = r"r_\theta(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}"
    assert answer(row) is UNKNOWN
    assert answer(row.replace("= -", "= ")) is UNKNOWN
    assert answer(implicit, row) is PROVED
    assert answer(implicit, row.replace(") = -", ") = ")) is REFUTED


def test_a_bound_by_a_number_of_which_nothing_is_known_is_a_condition() -> None:
    row = r"|\pi(y|x) - \mu(y|x)| \le \epsilon"
    assert answer(row) is UNKNOWN
    assert told(check_text(f"Suppose that\n\n$$ {row} $$\n", "row.md").lines[0]) is ASSUMED
    assert answer(r"|\pi(y|x) - \mu(y|x)| \le \frac12") is REFUTED
    assert answer(r"\epsilon \le \epsilon^2") is REFUTED


def test_a_density_by_a_small_letter_is_no_other_distribution() -> None:
    assert answer(r"KL(P\|Q) = \sum_y p(y) \log\frac{p(y)}{q(y)}") is UNKNOWN
    assert answer(r"KL(P\|Q) = \sum_y p(y) \log\frac{q(y)}{p(y)}") is REFUTED
