"""First-order conditions in all their forms, what they give, and what stands where nothing is taken from one."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

GAIN = r"r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \beta"
OBJECTIVE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\mu)"
LAGRANGIAN = rf"L(\pi,\lambda) = {OBJECTIVE} + \lambda\left(1 - \sum_y\pi(y|x)\right)"
FUNCTIONAL = rf"F(\pi) = {OBJECTIVE}"
SOLUTION = r"\pi(y|x) \propto \mu(y|x)e^{r(x,y)/\beta}"
SLIP = r"\pi(y|x) \propto \mu(y|x)e^{-r(x,y)/\beta}"


def statuses(*rows: str, directive: str = "") -> list[str]:
    text = directive + "\n\n" + "\n\n".join(f"$$ {row} $$" for row in rows)
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    "rows",
    [
        (LAGRANGIAN, rf"\frac{{\partial L}}{{\partial\pi(y|x)}} = {GAIN} - \lambda = 0"),
        (LAGRANGIAN, rf"0 = \frac{{\partial L}}{{\partial\pi(y|x)}} = {GAIN} - \lambda"),
        (LAGRANGIAN, rf"\partial L/\partial\pi(y|x) = {GAIN} - \lambda = 0"),
        (LAGRANGIAN, rf"\delta L/\delta\pi(y|x) = {GAIN} - \lambda = 0"),
        (LAGRANGIAN, rf"\frac{{\partial L}}{{\partial\pi(y|x)}} = {GAIN} - \lambda", "= 0"),
        (LAGRANGIAN, rf"{GAIN} - \lambda = 0"),
        (FUNCTIONAL, rf"\frac{{\partial F}}{{\partial\pi(y|x)}} = {GAIN} = \lambda(x)"),
        (FUNCTIONAL, rf"\frac{{\partial F}}{{\partial\pi(y|x)}} = {GAIN}", r"= \lambda(x)"),
        (FUNCTIONAL, rf"{GAIN} = \lambda(x)"),
        (rf"\max_\pi {OBJECTIVE}", rf"{GAIN} - \lambda(x) = 0"),
    ],
    ids=range(10),
)
def test_a_condition_gives_the_policy(rows: tuple[str, ...]) -> None:
    found = statuses(*rows, SOLUTION)
    assert set(found) <= {"stated", "assumed", "proved"} and found[-1] == "proved"
    assert statuses(*rows, SLIP)[-1] == "refuted"


def test_a_constant_takes_up_what_the_multiplier_did() -> None:
    found = statuses(LAGRANGIAN, r"r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - c(x) = 0", SOLUTION,
                     directive="<!-- symkl: c function of x -->")  # fmt: skip
    assert found == ["assumed", "assumed", "proved"]
    # What a Lagrangian says of its own multiplier is no constant that takes anything up.
    assert statuses(LAGRANGIAN, r"r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \lambda = 0")[-1] == "refuted"
    assert statuses(LAGRANGIAN, rf"{GAIN} + \lambda = 0")[-1] == "refuted"


FORWARD = (
    r"L(\pi,\lambda) = \sum_y\pi(y|x)r(x,y) - \beta D_{KL}(\mu\|\pi) + \lambda(x)\left(1 - \sum_y\pi(y|x)\right)",
    r"\frac{\partial L}{\partial\pi(y|x)} = r(x,y) + \beta\frac{\mu(y|x)}{\pi(y|x)} - \lambda(x) = 0",
)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\pi(y|x) = \frac{\beta\mu(y|x)}{\lambda(x) - r(x,y)}", "proved"),
        (r"\pi(y|x) = \frac{\beta\mu(y|x)}{\lambda(x) + r(x,y)}", "refuted"),
        (r"\lambda(x) = \beta + E_{y\sim\pi(\cdot|x)}[r(x,y)]", "proved"),
        (r"\lambda(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]", "refuted"),
        (SOLUTION, "refuted"),
    ],
)
def test_a_condition_that_has_no_closed_solution_still_ties_policy_and_reward(row: str, status: str) -> None:
    assert statuses(*FORWARD, row)[1:] == ["proved", status]


def test_a_condition_may_give_a_policy_up_to_a_factor_alone() -> None:
    rows = (
        r"L(p,\lambda) = \sum_y q(y)\log p(y) + \lambda\left(1 - \sum_y p(y)\right)",
        r"\frac{\partial L}{\partial p(y)} = \frac{q(y)}{p(y)} - \lambda = 0",
    )
    assert statuses(*rows, r"p(y) = \frac{q(y)}{\lambda}", r"p(y) = q(y)")[1:] == ["proved", "proved", "proved"]
    assert statuses(*rows, r"\lambda = 1", r"p(y) = q(y)^2")[2:] == ["proved", "refuted"]


@pytest.mark.parametrize("directive", ["", r"<!-- symkl: \lambda scalar -->"])
def test_a_multiplier_is_what_its_condition_says_also_where_it_is_declared_a_number(directive: str) -> None:
    rows = (
        r"L(p,\lambda) = \sum_y q(y)\log p(y) + \lambda\left(1 - \sum_y p(y)\right)",
        r"\frac{\partial L}{\partial p(y)} = \frac{q(y)}{p(y)} - \lambda = 0",
        r"p(y) = \frac{q(y)}{\lambda}",
        r"\lambda = 1",
        r"p(y) = q(y)^2",
    )
    assert statuses(*rows, directive=directive)[1:] == ["proved", "proved", "proved", "refuted"]


@pytest.mark.parametrize(
    "condition",
    [
        r"\frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \lambda = 0",
        r"r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \lambda = 0",
        r"\left.\frac{d}{d\epsilon}\right|_{\epsilon=0}\oint L(\pi + \epsilon h,\lambda)\,dh = 0",
    ],
)
def test_one_slip_in_a_condition_is_one_cross(condition: str) -> None:
    value = OBJECTIVE + r" = \beta\log\sum_y\mu(y|x)e^{r(x,y)/\beta}"
    for row in (SOLUTION, SLIP, value):
        assert statuses(LAGRANGIAN, condition, row)[-1] == "unknown"
    # Another condition that stands settles it, and so does a heading.
    right = rf"\frac{{\partial L}}{{\partial\pi(y|x)}} = {GAIN} - \lambda = 0"
    assert statuses(LAGRANGIAN, condition, right, SOLUTION, SLIP)[-2:] == ["proved", "refuted"]


def test_a_derivative_is_refuted_after_its_condition_too() -> None:
    condition = rf"\frac{{\partial L}}{{\partial\pi(y|x)}} = {GAIN} - \lambda = 0"
    assert statuses(LAGRANGIAN, condition, condition.replace(" = 0", ""))[-1] == "proved"
    wrong = condition.replace(" = 0", "").replace(r"- \beta -", r"+ \beta -")
    assert statuses(LAGRANGIAN, condition, wrong)[-1] == "refuted"
