"""What π* and Z mean: fixed by a row of the right shape, and by no other."""

import pytest

from symkl.checking import tilting
from symkl.checking.document import check_text
from symkl.checking.giving import given
from symkl.checking.report import Status

PROBLEM = r"$$\max_\pi E_{x\sim D, y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})$$"


def statuses(*rows: str) -> list[Status]:
    return [line.status for line in check_text("\n\n".join(f"$${row}$$" for row in rows), "t.md").lines]


@pytest.mark.parametrize(
    "row",
    [
        r"\pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)\exp(r(x,y)/\beta)",
        r"\pi^*(y|x) = \frac{\pi_0(y|x) e^{R(x,y)/\tau}}{\sum_{y'}\pi_0(y'|x)e^{R(x,y')/\tau}}",
        r"\pi^\star(y|x) \propto \pi_{SFT}(y|x)\exp(\beta^{-1} r(x,y))",
        r"\frac{1}{Z(x)}\pi_{ref}(y|x)e^{\frac{r(x,y)}{\beta}} = \pi^*(y|x)",
        r"Z(x) = \sum_y \pi_{ref}(y|x) \exp\left(\tfrac1\eta r_\phi(x,y)\right)",
        r"\pi_r(y|x) = \frac1{Z(x)}\pi_{ref}(y|x)\exp(\tfrac1\beta r(x,y))",
    ],
)
def test_the_right_shape_is_taken_as_the_meaning(row: str) -> None:
    assert statuses(row) == [Status.ASSUMED]


@pytest.mark.parametrize(
    "row",
    [
        r"\pi^*(y|x) \propto \pi_{ref}(y|x) e^{\beta r(x,y)}",
        r"\pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)\exp(-r(x,y)/\beta)",
        r"\pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x) r(x,y)",
        r"Z(x) = \sum_y \pi_{ref}(y|x) \exp(\beta r(x,y))",
        r"Z(x) = \sum_y \exp(r(x,y)/\beta) \pi_{ref}(y|x)^2",
        r"\pi^*(y|x) = \frac{1}{Z(x)^2}\pi_{ref}(y|x)\exp(r(x,y)/\beta)",
    ],
)
def test_another_shape_is_judged_and_refuted(row: str) -> None:
    assert statuses(row) == [Status.REFUTED]


def test_a_second_statement_is_held_against_the_first() -> None:
    right = r"Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}"
    assert statuses(right, right) == [Status.ASSUMED, Status.PROVED]
    assert statuses(right, right.replace(r"/\beta", r"/\tau") + r", \quad \tau = \tau")[1] is Status.REFUTED


def test_only_the_link_that_fixes_is_assumed() -> None:
    tilt = r"\frac{1}{Z(x)}\pi_{ref}(y|x)\exp(r(x,y)/\beta)"
    assert statuses(rf"\pi^*(y|x) = {tilt} = 2 {tilt}") == [Status.REFUTED]


def test_after_a_problem_another_temperature_is_a_slip_in_the_optimum_and_a_partition_function_of_its_own() -> None:
    optimum = r"\pi^*(y|x) = \arg\max_\pi E_{x\sim D, y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"
    slip = r"\pi^*(y|x) \propto \pi_{ref}(y|x)e^{r(x,y)/\tau}"
    assert statuses(PROBLEM[2:-2], slip, optimum) == [Status.STATED, Status.REFUTED, Status.PROVED]
    assert statuses(slip, PROBLEM[2:-2], optimum) == [Status.ASSUMED, Status.STATED, Status.REFUTED]
    total = r"Z(x)=\sum_y\pi_{ref}(y|x)e^{r(x,y)/\tau}"
    assert statuses(PROBLEM[2:-2], total, optimum) == [Status.STATED, Status.ASSUMED, Status.PROVED]


def test_several_rewards_may_be_one_and_a_baseline_may_be_taken_away() -> None:
    rows = (
        r"\pi^*(y|x) = \frac{\pi_{ref}(y|x)e^{(r_1(x,y) + w r_2(x,y))/\beta}}{Z(x)}",
        r"\beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} = r_1(x,y) + w r_2(x,y) - \beta\log Z(x)",
        r"\beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} = r_1(x,y) - \beta\log Z(x)",
    )
    text = "<!-- symkl: w scalar -->\n\n" + "\n\n".join(f"$${row}$$" for row in rows)
    assert [line.status.value for line in check_text(text, "t.md").lines] == ["assumed", "proved", "refuted"]


USUAL = r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta\log Z(x)"
REMARK = r"D_{KL}(\pi_\theta\|\pi_{old}) \ge 0"


def test_a_default_that_is_not_the_only_one_is_none() -> None:
    assert statuses(USUAL) == [Status.PROVED]
    assert statuses(REMARK, USUAL) == [Status.PROVED, Status.UNKNOWN]
    assert statuses(REMARK, USUAL.replace("+", "-")) == [Status.PROVED, Status.UNKNOWN]
    assert statuses(REMARK, r"\pi^*(y|x) - \pi^*(y|x) = 0") == [Status.PROVED, Status.PROVED]
    report = check_text(f"<!-- symkl: reference \\pi_{{ref}} -->\n\n$${REMARK}$$\n\n$${USUAL}$$", "t.md")
    assert report.lines[1].status is Status.PROVED
    line = check_text(f"$${REMARK}$$\n\n$${USUAL}$$", "t.md").lines[1]
    assert "which reference is meant: π_old or π_ref" in line.because


@pytest.mark.parametrize("row", [r"\max_\pi {}", r"J(\pi) = {}", r"\max_\pi {} = \beta\log Z(x)"])
def test_a_problem_or_a_functional_says_which_reference_is_meant(row: str) -> None:
    row = row.format(r"E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref})")
    assert statuses(REMARK, row, USUAL)[-1] is Status.PROVED
    assert statuses(REMARK, row, USUAL.replace("+", "-"))[-1] is Status.REFUTED


def test_another_section_may_state_another_optimum() -> None:
    text = r"""
# One
$$\pi^*(y|x) = \frac{1}{Z(x)}\mu(y|x) e^{r(x,y)/\beta}$$
# Two
$$\pi^*(y|x) = \frac{1}{Z(x)}\pi_{old}(y|x) e^{A(x,y)/\eta}$$

$$\eta\log\frac{\pi^*(y|x)}{\pi_{old}(y|x)} = A(x,y) - \eta\log Z(x)$$

$$\beta\log\frac{\pi^*(y|x)}{\mu(y|x)} = r(x,y) - \beta\log Z(x)$$
# Three
$$\eta\log\frac{\pi^*(y|x)}{\pi_{old}(y|x)} = A(x,y) - \eta\log Z(x)$$
"""
    found = [line.status.value for line in check_text(text, "t.md").lines]
    assert found == ["assumed", "assumed", "proved", "refuted", "proved"]


def test_a_reward_that_a_row_states_is_no_other_one() -> None:
    stated = r"\pi^*(y|x) = \frac{1}{Z(x)}\mu(y|x) e^{A(x,y)/\eta}"
    value = r"E_{y\sim\pi^*(\cdot|x)}[%s(x,y)] - \eta D_{KL}(\pi^*\|\mu) = \eta\log Z(x)"
    assert statuses(r"e^{Q(x,y)} > 0", stated, value.replace("%s", "A"))[-1] is Status.PROVED
    assert statuses(r"e^{Q(x,y)} > 0", stated, value.replace("%s", "Q"))[-1] is Status.REFUTED
    assert statuses(r"r(x,y) - \hat r(x,y) = r(x,y) - \hat r(x,y)", r"r(x,y) = \hat r(x,y)")[-1] is not Status.PROVED


@pytest.mark.parametrize(("different", "most"), [(False, 1), (True, 16)])
def test_a_document_is_not_looked_through_again_for_each_of_its_parts(
    different: bool, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    monkeypatch.setattr(tilting, "given", lambda proof, context: looked.append(context) or given(proof, context))
    rows = []
    for i in range(1, 21):
        reward = f"r_{{{i}}}(x,y)" if different else "r(x,y)"
        rows.append(rf"# Part {i}" + "\n\n" + rf"$$\pi^*(y|x) = \frac{{1}}{{Z(x)}}\mu(y|x)e^{{{reward}/\beta}}$$")
        rows.append(rf"$$\beta\log\frac{{\pi^*(y|x)}}{{\mu(y|x)}} = {reward} - \beta\log Z(x)$$")
    found = [line.status.value for line in check_text("\n\n".join(rows), "t.md").lines]
    assert found == ["assumed", "proved"] * 20
    assert len(looked) == most


OF_R = r"\frac{\pi_{ref}(y|x) e^{r(x,y)/\beta}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x,y')/\beta}}"
OF_ANOTHER = OF_R.replace("r(x", "r'(x")


@pytest.mark.parametrize("reward", ["r", r"r_\phi"])
def test_an_optimum_that_bears_another_reward_is_tilted_by_that_one(reward: str) -> None:
    problem, ours = PROBLEM[2:-2].replace("r(x,y)", f"{reward}(x,y)"), OF_R.replace("r(x", f"{reward}(x")
    assert statuses(problem, rf"\pi_{{r'}}(y|x) = {OF_ANOTHER}")[1] is Status.PROVED
    given = statuses(
        problem, f"r'(x,y) = 2 {reward}(x,y)", r"\pi_{r'}(y|x) = \pi^*(y|x)", rf"\pi_{{r'}}(y|x) = {OF_ANOTHER}",
        rf"\pi_{{r'}}(y|x) = {ours}",
    )  # fmt: skip
    assert given[2:] == [Status.REFUTED, Status.PROVED, Status.REFUTED]
    shifted = statuses(problem, f"r'(x,y) = {reward}(x,y) + f(x)", r"\pi_{r'}(y|x) = \pi^*(y|x)")
    assert shifted[2] is Status.PROVED


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\pi^*_{2\beta}(y|x) = \pi^*_\beta(y|x)", Status.REFUTED),
        (r"\pi^*_{r,\beta}(y|x) = \pi^*(y|x)", Status.PROVED),
        (r"\pi^*_{r/2,\beta}(y|x) = \pi^*_{2\beta}(y|x)", Status.PROVED),
        (r"\pi^*_{r/2}(y|x) = \pi^*_{\beta/2}(y|x)", Status.REFUTED),
        (r"\frac{\pi^*_{\beta_1}(y|x)}{\pi_{ref}(y|x)} \propto \exp(r(x,y)/\beta_1)", Status.PROVED),
        (r"\frac{\pi^*_{\beta_1}(y|x)}{\pi_{ref}(y|x)} \propto \exp(r(x,y)/\beta)", Status.REFUTED),
        (r"\pi^*_{\tau}(y|x) = \frac{\pi_{ref}(y|x) e^{r(x,y)/\tau}}{Z_\tau(x)}", Status.PROVED),
        (r"Z_{2\beta}(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/(2\beta)}", Status.PROVED),
        (r"Z_{2\beta}(x) = \sum_y \pi_{ref}(y|x) e^{2r(x,y)/\beta}", Status.REFUTED),
        (r"Z_{2\beta}(x) = Z(x)", Status.REFUTED),
        (r"Z(x) = Z_{2\beta}(x) E_{y\sim\pi^*_{2\beta}}[e^{r(x,y)/(2\beta)}]", Status.PROVED),
    ],
)
def test_an_optimum_or_a_partition_function_that_bears_a_temperature_is_at_that_one(row: str, status: Status) -> None:
    assert statuses(PROBLEM[2:-2], row)[1] is status


def test_of_optima_that_bear_what_is_no_problem_nothing_is_refuted() -> None:
    rows = [r"\pi^*_1(y|x) = \pi^*_2(y|x)", r"KL(\pi^*_1\|\pi^*_2) \ge 0", r"\sum_y \pi^*_1(y|x) = 1"]
    assert statuses(PROBLEM[2:-2], *rows)[1:] == [Status.UNKNOWN, Status.PROVED, Status.PROVED]
