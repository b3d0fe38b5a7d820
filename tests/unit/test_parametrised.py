"""Parameters by other letters, behind a semicolon and with a prime; trajectories as what is summed over."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from tests.told import told

PROVED, REFUTED, ASSUMED, UNREADABLE = Status.PROVED, Status.REFUTED, Status.ASSUMED, Status.UNREADABLE


def answers(*rows: str) -> list[Status]:
    return [told(line) for line in check_text("\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines]


@pytest.mark.parametrize("by", ["w", r"\mathbf{w}", r"\lambda", r"\theta'", "W"])
def test_a_gradient_is_by_what_a_policy_bears(by: str) -> None:
    mean = rf"\nabla_{{{by}}} E_{{a\sim\pi_{{{by}}}(\cdot|s)}}[r(s,a)]"
    score = rf"E_{{a\sim\pi_{{{by}}}(\cdot|s)}}[r(s,a) \nabla_{{{by}}} \log\pi_{{{by}}}(a|s)]"
    assert answers(f"{mean} = {score}", f"{mean} = -{score}") == [PROVED, REFUTED]


def test_what_bears_another_parameter_stands_still() -> None:
    ratio = r"\nabla_{\theta'} \frac{\pi_{\theta'}(a|s)}{\pi_\theta(a|s)}"
    right = r"\frac{\pi_{\theta'}(a|s)}{\pi_\theta(a|s)} \nabla_{\theta'}\log\pi_{\theta'}(a|s)"
    wrong = right + r" - \frac{\pi_{\theta'}(a|s)}{\pi_\theta(a|s)} \nabla_{\theta'}\log\pi_\theta(a|s) + 1"
    assert answers(f"{ratio} = {right}", f"{ratio} = {wrong}") == [PROVED, REFUTED]


def test_the_letter_of_a_preferred_response_is_no_parameter() -> None:
    row = r"\nabla_w (r_w(x,y_w) - r_w(x,y_l)) = \nabla_w r_w(x,y_w) - \nabla_w r_w(x,y_l)"
    right, wrong = answers(row, row.replace("- ", "+ ", 1))
    assert right is PROVED and wrong is not PROVED


@pytest.mark.parametrize("name", ["p", "P", "q"])
def test_a_parameter_behind_a_semicolon_is_one_below(name: str) -> None:
    mean = rf"\nabla_\theta \sum_x {name}(x;\theta) r(x)"
    score = rf"\sum_x {name}(x;\theta) r(x) \nabla_\theta \log {name}(x;\theta)"
    assert answers(rf"\sum_x {name}(x;\theta) = 1", f"{mean} = {score}", f"{mean} = 2 {score}") == [PROVED, PROVED, REFUTED]


def test_a_policy_with_its_parameter_behind_the_bar() -> None:
    rows = r"\sum_a \pi(a|s;\theta) \nabla_\theta \log \pi(a|s;\theta) = 0", r"\sum_a \pi(a|s,\theta) = 2"
    assert answers(*rows) == [PROVED, REFUTED]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_\tau P(\tau) R(\tau) = E_{\tau\sim P}[R(\tau)]", PROVED),
        (r"\nabla_\theta E_{\tau\sim p_\theta}[R(\tau)] = E_{\tau\sim p_\theta}[R(\tau)\nabla_\theta\log p_\theta(\tau)]", PROVED),
        (r"\nabla_\theta E_{\tau\sim p_\theta}[R(\tau)] = E_{\tau\sim p_\theta}[\nabla_\theta\log p_\theta(\tau)]", REFUTED),
        (r"\nabla_\theta \int p_\theta(\tau) R(\tau) d\tau = \int \nabla_\theta p_\theta(\tau) R(\tau) d\tau", PROVED),
        (r"\max_\pi E_{y\sim\pi}[r(y)] + \tau H(\pi) = \tau\log\sum_y e^{r(y)/\tau}", PROVED),  # a temperature
    ],
)
def test_a_trajectory_is_what_is_summed_over(row: str, status: Status) -> None:
    assert answers(row) == [status]


def test_a_letter_that_stands_as_a_number_anywhere_is_no_trajectory() -> None:
    assert answers(r"\sum_\tau P(\tau) R(\tau) = 1", r"\pi^*(y|x) \propto \mu(y|x) e^{r(x,y)/\tau}")[0] is UNREADABLE


def test_marks_of_parameters_are_not_shown() -> None:
    report = check_text(r"$$ \nabla_w E_{a\sim\pi_w}[\log\pi_w(a|s)] = 1 $$", "row.md")
    assert "‡" not in str(report.rests_on) + str(report.lines[0].residual) + str(report.lines[0].counterexample)


def verdicts(text: str) -> list[str]:
    return [told(line).value for line in check_text(text, "a.md").lines]


BARE = r"\nabla_\phi \mathbb{E}_{y\sim\pi}[r_\phi(x,y)] = \mathbb{E}_{y\sim\pi}[\nabla_\phi r_\phi(x,y)]"


def test_a_bare_policy_beside_what_bears_the_parameter_may_move_or_not() -> None:
    assert verdicts(f"$$ {BARE} $$") == ["unknown"]
    assert verdicts(f"<!-- symkl: π fixed -->\n\n$$ {BARE} $$") == ["proved"]
    score = r"\mathbb{E}_{y\sim\pi}[\nabla_\phi \log \pi(y|x)] = 0"  # which says that it moves
    assert verdicts(f"$$ {score} $$\n\n$$ {BARE} $$") == ["proved", "refuted"]


def test_a_problem_is_solved_for_a_bare_policy_beside_what_bears_a_parameter() -> None:
    best = r"\max_\pi \mathbb{E}_{y\sim\pi}[r_\phi(y)] - \beta \mathrm{KL}(\pi\|\pi_{ref}) = \beta \log \sum_y \pi_{ref}(y) e^{r_\phi(y)/\beta}"
    assert verdicts(f"$$ {BARE.replace('x,y', 'y')} $$\n\n$$ {best} $$") == ["unknown", "proved"]
