"""Rows in context: false ticks and false alarms that were found once, and must not come back."""

from __future__ import annotations

import pytest

import symkl.language.terms as t
from symkl.checking import links
from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from symkl.checking.state import Judged, State
from symkl.language.terms import Statement
from tests.told import told

PROVED, REFUTED, UNKNOWN = Status.PROVED, Status.REFUTED, Status.UNKNOWN
ASSUMED, UNREADABLE, STATED = Status.ASSUMED, Status.UNREADABLE, Status.STATED

OBJECTIVE = r"\sum_y \pi(y|x)r(x,y) - \beta\sum_y\pi(y|x)\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}"
LAGRANGIAN = rf"\mathcal{{L}}(\pi,\lambda) = {OBJECTIVE} + \lambda(1-\sum_y \pi(y|x))"
SLOPE = r"r(x,y)-\beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}-\beta"
PROBLEM = r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"
TILT = r"\pi^*(y|x) = \frac1{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta}"


def report(*rows: str) -> Report:
    found = check_text("\n\n".join(f"$${row}$$" for row in rows), "rows.md")
    assert not found.disagreements
    return found


def statuses(*rows: str) -> list[Status]:
    return [told(line) for line in report(*rows).lines]


# -- first-order conditions ----------------------------------------------------------------


def test_a_condition_without_a_multiplier_gives_nothing_away() -> None:
    slope = rf"\frac{{\partial}}{{\partial\pi(y|x)}}\left[{OBJECTIVE}\right] = {SLOPE} = 0"
    assert statuses(slope, r"\log Z(x) = 1") == [UNKNOWN, REFUTED]


@pytest.mark.parametrize("consequence", [r"Z(x) = 1", r"\pi^*(y|x)=\pi_{ref}(y|x)", r"r(x,y) = 0"])
def test_a_condition_never_determines_the_reward(consequence: str) -> None:
    condition = r"\frac{\partial}{\partial\pi(y|x)}\sum_y\pi(y|x) r(x,y) = r(x,y) = 0"
    assert statuses(condition, consequence) == [UNKNOWN, REFUTED]


def test_a_derivative_by_a_scalar_is_a_claim_when_set_to_zero() -> None:
    assert statuses(TILT, r"\frac{\partial}{\partial\beta}E_{y\sim\pi^*}[r(x,y)]=0") == [ASSUMED, REFUTED]


SOFT = r"\tau\log\sum_{y'} q(y') e^{r(y')/\tau}"
BRADLEY_TERRY = r"\log\sigma(r(x,y_w) - r(x,y_l))"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"\frac{{\partial}}{{\partial r(y)}} {SOFT} = \frac{{q(y) e^{{r(y)/\tau}}}}{{\sum_z q(z) e^{{r(z)/\tau}}}}", Status.PROVED),
        (rf"\frac{{\partial}}{{\partial r(y)}} {SOFT} = q(y)", Status.REFUTED),
        (r"\frac{\partial}{\partial r(y)} E_{y\sim q}[r(y)^2] = 2 q(y) r(y)", Status.PROVED),
        (r"\frac{\partial}{\partial r(x,y)} \log\pi^*(y|x) = \frac1\beta (1 - \pi^*(y|x))", Status.PROVED),
        (r"\frac{\partial}{\partial r(x,y)} \log\pi^*(y|x) = \frac1\beta", Status.REFUTED),
        # A value function moves with the reward, for all that is known.
        (r"\frac{\partial}{\partial r(x,y)} (V(x) + r(x,y)) = 1", Status.UNKNOWN),
        (r"\frac{\partial}{\partial r(x,y)} (V(x) + r(x,y)) = 2", Status.UNKNOWN),
        # That the winner and the loser are two, nothing says, and everybody means.
        (rf"\frac{{\partial}}{{\partial r(x,y_w)}} {BRADLEY_TERRY} = \sigma(r(x,y_l) - r(x,y_w))", Status.PROVED),
        (rf"\frac{{\partial}}{{\partial r(x,y_w)}} {BRADLEY_TERRY} = \sigma(r(x,y_w) - r(x,y_l))", Status.REFUTED),
    ],
)
def test_a_derivative_by_the_reward_of_one_response(row: str, status: Status) -> None:
    assert statuses(row) == [status]


def test_a_functional_of_a_reward_is_differentiated_and_set_to_zero() -> None:
    """The dual of the divergence: the condition does not say what g is, and so no row about g is crossed."""
    rows = (
        "<!-- symkl: g function of y -->",
        r"F(g) = E_{y\sim p}[g(y)] - \log\sum_y q(y) e^{g(y)}",
        r"\frac{\partial F}{\partial g(y)} = p(y) - \frac{q(y) e^{g(y)}}{\sum_z q(z) e^{g(z)}}",
        r"\frac{\partial F}{\partial g(y)} = p(y) + q(y) e^{g(y)}",
        r"\frac{\partial F}{\partial g(y)} = 0",
        r"p(y) = \frac{q(y) e^{g(y)}}{\sum_z q(z) e^{g(z)}}",
        r"g(y) = 7",
    )
    text = "\n\n".join(row if row.startswith("<") else f"$$ {row} $$" for row in rows)
    wanted = [Status.ASSUMED, Status.PROVED, Status.REFUTED, Status.UNKNOWN, Status.UNKNOWN, Status.UNKNOWN]
    assert [told(line) for line in check_text(text, "dual.md").lines] == wanted


def test_a_functional_of_a_reward_may_be_taken_at_another() -> None:
    loss = r"-\log\sigma(R(x,y_w) - R(x,y_l))"
    other = loss.replace("R", "R'")
    swapped = r"-\log\sigma(R'(x,y_l) - R'(x,y_w))"
    wanted = [Status.ASSUMED, Status.PROVED, Status.REFUTED]
    assert statuses(rf"L(R) = {loss}", rf"L(R') = {other}", rf"L(R') = {swapped}") == wanted
    assert statuses(r"F(r) = \log\sum_y q(y) e^{r(y)}", "F(p) = F(q)")[1] is Status.UNKNOWN  # laws are no rewards


def test_a_condition_determines_the_policy_and_its_multiplier() -> None:
    rows = [
        LAGRANGIAN,
        rf"\frac{{\partial \mathcal{{L}}}}{{\partial \pi(y|x)}} = {SLOPE} - \lambda = 0",
        r"\pi(y|x) = \pi_{ref}(y|x)e^{(r(x,y)-\lambda)/\beta - 1}",
        r"\lambda = \beta\log Z(x) - \beta",
        r"\lambda = \beta\log Z(x)",
    ]
    found = report(*rows)
    assert [told(line) for line in found.lines] == [ASSUMED, PROVED, PROVED, PROVED, REFUTED]
    assert any("first-order condition" in each for each in found.rests_on)


def test_a_bare_condition_is_held_against_the_lagrangian() -> None:
    assert statuses(LAGRANGIAN, rf"{SLOPE} - \lambda = 0") == [ASSUMED, PROVED]
    assert statuses(LAGRANGIAN, r"r(x,y)-\beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \lambda = 0") == [ASSUMED, REFUTED]


def test_a_multiplier_that_nothing_determines_refutes_nothing() -> None:
    assert statuses(r"\log\pi(y|x) = r(x,y)/\beta - \lambda", r"\lambda = 0") == [ASSUMED, REFUTED]  # π sums to 1
    assert statuses(r"KL(\pi\|\mu) \ge 0", r"\log\pi(y|x) = r(x,y)/\beta - \lambda")[1] is UNKNOWN


def test_one_slip_gives_one_cross() -> None:
    wrong = r"\frac{\partial \mathcal{L}}{\partial \pi(y|x)} = r(x,y)-\beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}-\lambda"
    after = r"\pi(y|x) = \pi_{ref}(y|x)e^{(r(x,y)-\lambda)/\beta - 1}"
    assert statuses(LAGRANGIAN, wrong, "= 0", after) == [ASSUMED, REFUTED, ASSUMED, PROVED]


# -- gradients, brackets, slashes ------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        r"\nabla_x r(x,y) = 0",
        r"E_{y\sim\pi}[r(x,y)]r(x,y) = E_{y\sim\pi}[r(x,y)^2]",
        r"\nabla_\theta E_{y\sim\pi_\theta}[r(x,y)] = E_{y\sim\pi_\theta}[r(x,y)]\nabla_\theta\log\pi_\theta(y|x)",
        r"\max_\pi\{E_\pi[r(x,y)]-\beta KL(\pi\|\pi_{ref})\} + E_\pi[r(x,y)] = 0",
    ],
)
def test_what_has_two_readings_or_none_is_refused(row: str) -> None:
    assert statuses(row) == [UNREADABLE]


def test_the_gradient_reaches_over_the_next_factor_only() -> None:
    assert statuses(r"\nabla_\theta \log\pi_\theta(y|x)\, \pi_\theta(y|x) = \nabla_\theta \pi_\theta(y|x)") == [PROVED]
    wrong = r"\nabla_\theta \log\pi_\theta(y|x)\, \pi_\theta(y|x) = \nabla_\theta [\pi_\theta(y|x) \log\pi_\theta(y|x)]"
    assert statuses(wrong) == [REFUTED]


def test_a_slash_with_two_readings_is_noted() -> None:
    (line,) = report(r"\frac{1}{2\beta} = 1/2\beta").lines
    assert told(line) is PROVED
    assert any("a/(b c)" in note for note in line.notes)


# -- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [r"\pi_1^*(y|x)=\pi_2^*(y|x)", r"Z_1(x)=Z_2(x)", r"D_{KL}(\pi_{RL}\|\pi^*)=0"])
def test_two_marks_are_two_things(row: str) -> None:
    assert statuses(row)[0] in (REFUTED, UNKNOWN)


def test_two_rewards_in_one_row_are_neither_ticked_nor_crossed() -> None:
    other = PROBLEM.replace("r(x,y)", r"r_\phi(x,y)")
    assert statuses(PROBLEM, other) == [STATED, UNKNOWN]


def test_a_policy_may_be_defined_by_what_sums_to_one() -> None:
    good = r"\pi_\tau(y|x)=\frac{\pi_0(y|x)e^{r(x,y)/\tau}}{\sum_{y'}\pi_0(y'|x)e^{r(x,y')/\tau}}"
    assert statuses(good, r"r(x,y) = \tau\log\frac{\pi_\tau(y|x)}{\pi_0(y|x)} + \tau \log Z(x)") == [ASSUMED, PROVED]
    twice = r"q(y|x) = 2 \pi_0(y|x)"
    assert statuses(twice, r"\sum_y q(y|x) = 1", r"\sum_y q(y|x) = 2") == [UNKNOWN, PROVED, UNKNOWN]  # it gives nothing
    assert statuses(twice, r"E_{y\sim q(\cdot|x)}[r(x,y)] = 1") == [UNKNOWN, UNKNOWN]
    assert statuses(r"KL(q\|\pi_0) \ge 0", twice)[1] is REFUTED


def test_a_definition_may_come_after_its_use() -> None:
    rows = [
        r"p(y_w\succ y_l|x)=\sigma(\hat r_\theta(x,y_w)-\hat r_\theta(x,y_l))",
        r"\hat r_\theta(x,y)=\beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}",
        r"p(y_w\succ y_l|x) = 1 - p(y_l\succ y_w|x)",
    ]
    assert statuses(*rows) == [ASSUMED, ASSUMED, PROVED]


def test_without_a_reference_the_tilt_has_none() -> None:
    rows = [r"\pi^*(a|s)=\frac{\exp(Q(s,a)/\alpha)}{Z(s)}", r"\log Z(s) = \log\sum_a e^{Q(s,a)/\alpha}"]
    assert statuses(*rows) == [ASSUMED, PROVED]


def test_a_maximum_reaches_the_policy_inside_a_bare_functional() -> None:
    rows = [r"J = E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})", r"\max_\pi J = \beta\log Z(x)", r"\max_\pi J = J"]
    assert statuses(*rows) == [ASSUMED, PROVED, UNKNOWN]


# -- problems --------------------------------------------------------------------------------


def test_the_same_value_does_not_make_two_problems_one() -> None:
    # Both minima are -log Z, and they are attained at different policies.
    first = r"\min_\pi E_{y\sim\pi}[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \frac1\beta r(x,y)]"
    assert statuses(first, r"\min_\pi KL(\pi_{ref}\|\pi) - \log Z(x)") == [STATED, REFUTED]


def test_an_aside_between_two_problems_does_not_break_their_chain() -> None:
    aside = r"KL(\pi\|\pi_{ref}) = E_{y\sim\pi}[\log\frac{\pi_{ref}(y|x)}{\pi(y|x)}]"
    after = r"= \min_\pi E_{y\sim\pi}[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \frac1\beta r(x,y)]"
    assert statuses(PROBLEM, aside, after) == [STATED, REFUTED, PROVED]


def test_a_value_after_a_step_that_kept_only_the_optimiser_says_whose_it_is() -> None:
    # Between rows without a sign the solution alone is kept, so the value is the last problem's.
    *_, line = report(PROBLEM, r"\max_\pi -\beta KL(\pi\|\pi^*)", "= 0").lines
    assert told(line) is PROVED and any("kept the maximiser, not the value" in note for note in line.notes)


def test_a_chain_of_equals_says_of_its_first_problem_what_it_says_of_its_last() -> None:
    (line,) = report(PROBLEM + r" = \max_\pi -\beta KL(\pi\|\pi^*) = 0").lines
    assert told(line) is REFUTED


def test_the_domain_of_a_temperature_is_kept_when_only_its_usual_meaning_uses_it() -> None:
    # True for β > 0; a counterexample with β = -1 would be outside the domain.
    assert statuses(r"E_{\pi^*}[r] \ge E_{\pi_{ref}}[r]") == [Status.PROVED]


def test_a_document_that_only_states_things_is_not_proved() -> None:
    assert report(PROBLEM).verdict is Overall.INCOMPLETE
    assert report(r"J(\pi) = E_{y\sim\pi}[r(x,y)]").verdict is Overall.INCOMPLETE


@pytest.mark.parametrize(
    ("premise", "conclusion", "status"),
    [
        (r"\pi(y|x) = \pi_{ref}(y|x)", r"KL(\pi\|\pi_{ref}) = 0", ASSUMED),
        (r"\log\pi(y|x) = \log\pi_{ref}(y|x)", r"\pi(y|x) = 2\pi_{ref}(y|x)", REFUTED),
    ],
)
def test_what_follows_from_a_premise_in_its_row(premise: str, conclusion: str, status: Status) -> None:
    (line,) = report(premise + r" \implies " + conclusion).lines
    assert told(line) is status or (status is ASSUMED and told(line) is PROVED)


def test_what_a_proved_row_supposes_or_defines_is_listed() -> None:
    supposed = report(r"\log\pi(y|x) = \log\pi_{ref}(y|x) \implies \pi(y|x) = \pi_{ref}(y|x)")
    assert supposed.lines[0].status is PROVED
    assert "log π(y|x) = log π_ref(y|x) as in line 1" in supposed.rests_on
    defined = report(r"J(\pi) = E_{y\sim\pi}[r(x,y)] = \sum_y \pi(y|x) r(x,y)")
    assert defined.lines[0].status is PROVED
    assert "J(π) as in line 1" in defined.rests_on


def test_a_bug_of_ours_costs_one_row_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = links.judge

    def broken(state: State, statement: Statement) -> Judged:
        if "Z" in t.symbols(statement.left):
            raise ZeroDivisionError
        return judge(state, statement)

    monkeypatch.setattr(links, "judge", broken)
    found = report(r"KL(\pi\|\pi_{ref}) \ge 0", r"\log Z(x) = \log Z(x)", r"KL(\pi_{ref}\|\pi) \ge 0")
    assert [told(line) for line in found.lines] == [PROVED, UNKNOWN, PROVED]
    assert "internal error (ZeroDivisionError)" in found.lines[1].because
    assert found.verdict is Overall.UNKNOWN


def test_two_rewards_that_are_one_only_by_name_are_no_internal_error() -> None:
    row = r"\frac{e^{r_m}}{e^{r_m} + e^{r_n}} = \frac{1}{1 + e^{r_m - r_n}}"
    (line,) = check_text(f"$${row}$$", "a.md").lines
    assert "internal error" not in line.because
