"""What π* and Z mean: fixed by a row of the right shape, and by no other."""

import pytest

from symkl.checking.document import check_text
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


def test_a_tilt_with_another_temperature_does_not_solve_the_problem() -> None:
    report = check_text(PROBLEM + "\n\n" + r"$$Z(x)=\sum_y\pi_{ref}(y|x)e^{r(x,y)/\tau}$$" + "\n\n"
                        + r"$$\pi^*(y|x) = \arg\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})$$", "t.md")
    assert report.lines[-1].status is Status.REFUTED
