"""Problems and their solutions: what a policy is read as, and from where to where."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

OBJECTIVE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref})"
OTHER = r"E_{y\sim\pi(\cdot|x)}[A(x,y)] - \tau D_{KL}(\pi\|\mu)"
TILT = r"\pi_{ref}(y|x) e^{r(x,y)/\beta}"
LAGRANGIAN = r"L(\pi,\lambda) = " + OBJECTIVE + r" + \lambda(1 - \sum_y \pi(y|x))"
CONDITION = (
    r"\frac{\partial L}{\partial \pi(y|x)} = r(x,y) - \beta \log\frac{\pi(y|x)}{\pi_{ref}(y|x)} - \beta - \lambda = 0"
)


def statuses(*rows: str) -> list[str]:
    """Of each row its status; what starts with # is a heading."""
    text = "\n\n".join(row if row.startswith("#") else f"$$ {row} $$" for row in rows)
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\pi(y|x) \propto " + TILT, "proved"),
        (r"\pi(y|x) = \frac{" + TILT + r"}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x,y')/\beta}}", "proved"),
        (r"\pi(y|x) \propto \pi_{ref}(y|x) e^{\beta r(x,y)}", "refuted"),
        (r"\pi(y|x) \propto e^{r(x,y)/\beta}", "refuted"),
        # At a point a policy is the solution; as a whole it is any, until a row says that it is the solution.
        (r"\beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)} = r(x,y) - \beta\log\sum_y " + TILT, "proved"),
        (OBJECTIVE + r" = \beta\log\sum_y " + TILT, "refuted"),
    ],
)
def test_after_a_problem_its_policy_at_a_point_is_the_solution(row: str, status: str) -> None:
    assert statuses(r"\max_\pi " + OBJECTIVE, row) == ["stated", status]


def test_a_row_that_says_what_the_solution_is_makes_the_policy_the_solution_everywhere() -> None:
    rows = [r"\max_\pi " + OBJECTIVE, r"\pi(y|x) \propto " + TILT, OBJECTIVE + r" = \beta\log\sum_y " + TILT]
    assert statuses(*rows)[1:] == ["proved", "proved"]
    moving = [row.replace(r"\pi(", r"\pi_\theta(").replace(r"(\pi\|", r"(\pi_\theta\|") for row in rows]
    gradient = r"\nabla_\theta E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] = 0"
    assert statuses(moving[0].replace(r"\max_\pi", r"\max_\theta"), moving[1], gradient)[1:] == ["proved", "refuted"]


def test_a_heading_ends_what_was_solved() -> None:
    bound = r"\le \beta\log\sum_y " + TILT
    rows = [r"\max_\pi " + OBJECTIVE, r"\pi(y|x) \propto " + TILT, "# Any other policy"]
    assert statuses(*rows, OBJECTIVE + bound.replace(r"\le", "=")) == ["stated", "proved", "refuted"]
    assert statuses(*rows, OBJECTIVE + bound) == ["stated", "proved", "proved"]
    # That it is the solution of a problem whose section is over is neither proved nor refuted.
    assert statuses(*rows, r"\pi(y|x) \propto " + TILT) == ["stated", "proved", "unknown"]


def test_a_heading_ends_what_a_first_order_condition_gave_and_what_was_supposed() -> None:
    solved = r"\pi(y|x) \propto " + TILT
    assert statuses(LAGRANGIAN, CONDITION, solved) == ["assumed", "proved", "proved"]
    assert statuses(LAGRANGIAN, CONDITION, "# Any other policy", solved) == ["assumed", "proved", "refuted"]
    text = "<!-- symkl: assume -->\n$$ r(x,y) = 3 $$\n\n# In general\n\n$$ r(x,y) \\ge 0 $$"
    assert [line.status.value for line in check_text(text, "a.md").lines] == ["assumed", "refuted"]


def test_another_problem_is_not_the_same_one_with_a_slip() -> None:
    first, second = r"\max_\pi " + OBJECTIVE, r"\max_\pi " + OTHER
    old, new = r"\pi(y|x) \propto " + TILT, r"\pi(y|x) \propto \mu(y|x) e^{A(x,y)/\tau}"
    assert statuses(first, old, second, new) == ["stated", "proved", "stated", "proved"]
    assert statuses(first, old, second, old) == ["stated", "proved", "stated", "refuted"]
    assert statuses(LAGRANGIAN, CONDITION, second, old)[2:] == ["stated", "refuted"]
    # The same symbols with a sign turned are a slip; of one symbol more nobody can tell.
    assert statuses(first, first.replace("- ", "+ ")) == ["stated", "refuted"]
    assert statuses(first, first.replace("[r(", "[R(")) == ["stated", "unknown"]


def test_a_problem_whose_solution_is_not_found_leaves_its_policy_unknown() -> None:
    problem = r"\max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta \chi^2(\pi\|\pi_{ref})"
    assert statuses(problem, r"\pi(y|x) \propto " + TILT) == ["stated", "unknown"]


def test_a_heading_may_give_a_symbol_anew_where_it_is_of_other_things() -> None:
    objective, entropic = OBJECTIVE, r"E_{y\sim\pi(\cdot|x)}[r(x,y)] + \beta H(\pi)"
    value, other = r"\beta\log\sum_y " + TILT, r"\beta\log\sum_y e^{r(x,y)/\beta}"
    rows = [r"J(\pi) = " + objective, r"\max_\pi J(\pi) = " + value, "# With an entropy bonus"]
    assert statuses(*rows, r"J(\pi) = " + entropic, r"\max_\pi J(\pi) = " + other) == [
        "assumed", "proved", "assumed", "proved",
    ]  # fmt: skip
    assert statuses(*rows, r"J(\pi) = " + entropic, r"\max_\pi J(\pi) = " + value)[-1] == "refuted"
    # Without a heading, and of the same things, it is a claim.
    assert statuses(rows[0], r"J(\pi) = " + entropic)[-1] == "refuted"
    # One sign turned may be meant, or be a slip.
    assert statuses(*rows, r"J(\pi) = " + objective.replace("- ", "+ "))[-1] == "unknown"
    assert statuses(*rows, r"J(\pi) = " + objective)[-1] == "proved"
    # What is said with π* and Z is a conclusion, and := always gives.
    regret = r"J(\pi) = \beta\log Z(x) - \beta D_{KL}(\pi\|\pi^*)"
    assert statuses(rows[0], "# Rewritten", regret) == ["assumed", "proved"]
    assert statuses(rows[0], "# Rewritten", regret.replace(r"- \beta D", "- D")) == ["assumed", "refuted"]
    assert statuses(rows[0], "# Anew", r"J(\pi) := E_{y\sim\pi(\cdot|x)}[r(x,y)]", r"J(\pi) = " + objective)[1:] == [
        "assumed", "refuted",
    ]  # fmt: skip


def test_what_the_first_heading_gives_holds_under_it_alone_where_a_later_one_gives_it_too() -> None:
    rows = ["# One", r"f(x,y) = r(x,y)/\beta", r"\beta f(x,y) = r(x,y)"]
    rows += ["# Two", r"f(x,y) := r(x,y)^2", r"f(x,y) \ge 0", "# Three", r"f(x,y) \ge 0", r"\beta f(x,y) = r(x,y)"]
    assert statuses(*rows) == ["assumed", "proved", "assumed", "proved", "proved", "refuted"]


def test_the_policy_that_is_trained_is_put_for_the_optimum_in_what_it_makes_of_the_reward() -> None:
    optimum = r"\pi^*(y|x) = \frac{1}{Z(x)} " + TILT
    row = r"r(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} + \beta\log Z(x)"
    assert statuses(optimum, row) == ["assumed", "proved"]
    line = check_text(f"$$ {optimum} $$\n\n$$ {row} $$", "a.md").lines[1]
    assert any("π_θ is put for π*" in note for note in line.notes)
    assert statuses(optimum, row.replace("+", "-")) == ["assumed", "refuted"]
    assert statuses(optimum, row.replace(r"\pi_\theta", r"\pi_{old}")) == ["assumed", "refuted"]


def test_a_solution_moves_with_the_numbers_that_it_is_made_of() -> None:
    rows = [r"\max_\pi " + OBJECTIVE, r"\pi(y|x) \propto " + TILT]
    slope = r"\frac{d}{d\beta} E_{y\sim\pi(\cdot|x)}[r(x,y)]"
    assert statuses(*rows, slope + " = 0")[-1] in ("refuted", "unknown")
    assert statuses(*rows, slope + r" = -\frac{1}{\beta^2} Var_{y\sim\pi(\cdot|x)}[r(x,y)]")[-1] == "proved"


def test_a_wrong_case_of_equality_poses_no_problem() -> None:
    wrong = r"D_{KL}(\pi\|\mu) \ge 0 \text{ with equality iff } \pi = \pi_{ref}"
    assert statuses(wrong, r"\pi(y|x) = \mu(y|x)", r"\pi = \mu") == ["refuted"] * 3
    mean = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] = E_{y\sim\mu(\cdot|x)}[r(x,y)] \iff \pi(y|x) = \mu(y|x)"
    assert statuses(wrong, mean)[-1] != "proved"


def test_of_the_same_things_in_another_way_under_a_heading_nobody_can_tell() -> None:
    first = ["# With a mean", r"A_i = R_i - \frac1G\sum_{j=1}^G R_j", r"\sum_{i=1}^G A_i = 0"]
    raw = ["# Raw", "A_i = R_i", r"\sum_{i=1}^G A_i = 0", r"\sum_{i=1}^G A_i = \sum_{i=1}^G R_i"]
    assert statuses(*first, *raw) == ["assumed", "proved", "unknown", "unknown", "unknown"]
    # := gives, and then what stands with = before it is what its own section says.
    said = [row.replace("A_i = R_i", "A_i := R_i") if row == "A_i = R_i" else row for row in raw]
    assert statuses(*first, *said) == ["assumed", "proved", "assumed", "refuted", "proved"]
    # What holds of the one before is no other one; without a heading it is a claim; a later heading ends the doubt.
    again = ["# Again", r"A_i = R_i - \frac1G\sum_{k=1}^G R_k", r"\sum_{i=1}^G A_i = 0"]
    assert statuses(*first, *raw[:2], *again)[-2:] == ["proved", "proved"]
    assert statuses(*first, raw[1], raw[2]) == ["assumed", "proved", "refuted", "proved"]


def test_what_is_made_of_what_a_later_section_gives_anew_is_nothing_sure_there() -> None:
    one = ["# One", r"f(x,y) := r(x,y)/\beta", "w(x,y) := e^{f(x,y)}", r"w(x,y)^\beta = e^{r(x,y)}"]
    claims = ["w(x,y)^2 = e^{2r(x,y)}", r"w(x,y)^2 = e^{2r(x,y)/\beta}", "w(x,y) - w(x,y) = 0"]
    two = ["# Two", "f(x,y) := r(x,y)", *claims]
    assert statuses(*one, *two) == ["assumed", "assumed", "proved", "assumed", "unknown", "unknown", "proved"]
    assert statuses(*one, *two, "# Three", *claims)[-3:] == ["unknown", "unknown", "proved"]
    anew = ["# Three", "w(x,y) := e^{f(x,y)}", *claims]
    assert statuses(*one, *two, *anew)[-3:] == ["proved", "refuted", "proved"]
    assert statuses(*one, "# Two", *claims)[-3:] == ["refuted", "proved", "proved"]


@pytest.mark.parametrize("relation", ["=", r"\propto", ":="])
def test_a_policy_that_two_sections_give_is_not_held_to_be_the_first(relation: str) -> None:
    def law(of: str) -> str:
        total = "1" if relation == r"\propto" else rf"\sum_{{y'}} e^{{{of}(x,y')}}"
        return rf"q(y|x) {relation} \frac{{e^{{{of}(x,y)}}}}{{{total}}}"

    def odds(of: str) -> str:
        return rf"\log\frac{{q(y_1|x)}}{{q(y_2|x)}} = {of}(x,y_1) - {of}(x,y_2)"

    one = ["# One", law("r"), odds("r"), odds("A")]
    assert statuses(*one) == ["assumed", "proved", "refuted"]
    assert statuses(*one, "# Two", law("A"), odds("r"), odds("A"))[3:] == ["unknown"] * 3
    # The same one restated is the same; without a heading another is a claim.
    assert statuses(*one, "# Two", law("r").replace(":=", "="), odds("r"), odds("A"))[3:] == ["proved", "proved", "refuted"]
    if relation != ":=":
        assert statuses(*one, law("A"))[3] == "refuted"


def test_the_maximiser_that_a_first_order_condition_was_solved_to_is_one_by_the_stationary_law() -> None:
    tilted = r"(y|x) = \frac{\pi_{ref}(y|x) e^{ARG}}{\sum_{y'} \pi_{ref}(y'|x) e^{ARG'}}"

    def laws(*before: str, slower: str = "") -> list[str]:
        own = tilted.replace("ARG'", f"r(x,y'){slower}/\\beta").replace("ARG", f"r(x,y){slower}/\\beta")
        best = rf"\pi^*(y|x) = \arg\max_\pi {OBJECTIVE.replace('[r(x,y)]', f'[r(x,y){slower}]')}"
        text = "\n\n".join(f"$$ {row} $$" for row in (*before, rf"\pi^*{own}", best))
        return [line.law for line in check_text(text, "a.md").lines][-1:]

    assert laws(LAGRANGIAN, CONDITION) == ["stationary"]
    # Without a condition, and where another one was solved, it is what a KL divergence says.
    assert laws() == laws(LAGRANGIAN) == ["Gibbs"]
    assert laws(LAGRANGIAN, CONDITION, slower="/2") == ["Gibbs"]


UNSOLVED = [
    r"\mathbb{E}_{y\sim\pi}[r(y)] - \beta KL(\mu\|\pi)",
    r"\mathbb{E}_{y\sim\pi}[r(y)] - \frac{\beta}{2}\sum_y (\pi(y) - \mu(y))^2",
    r"\langle\pi, r\rangle - \beta\chi^2(\pi\|\mu)",
    r"\mathbb{E}_{y\sim\pi}[r(y)] - \beta\,\mathrm{TV}(\pi,\mu)",
    r"\sum_y \pi(y) r(y)",
]
TILTED = r"\pi^*(y) = \frac{\mu(y) e^{r(y)/\beta}}{\sum_{z}\mu(z) e^{r(z)/\beta}}"


@pytest.mark.parametrize("objective", UNSOLVED[:-1])
def test_what_is_said_to_solve_a_problem_that_is_not_solved_is_a_claim(objective: str) -> None:
    assert statuses(rf"\max_\pi {objective}", TILTED) == ["stated", "refuted"]
    assert statuses(rf"\pi^* = \arg\max_\pi {objective}", TILTED) == ["assumed", "refuted"]
    here, there = (each.replace(r"\pi", " p").replace(r"\mu", "q").replace("r(", "R(") for each in (objective, TILTED))
    here = here.replace(", r", ", R")
    assert statuses(rf"\max_p {here}", there)[1] == "refuted"


def test_the_name_of_a_solution_that_is_not_found_is_given() -> None:
    named = rf"\pi^* = \arg\max_\pi {UNSOLVED[-1]}"
    assert statuses(named) == ["assumed"]
    assert statuses(named, r"\pi^*(y) = \frac{e^{r(y)}}{\sum_z e^{r(z)}}") == ["assumed", "refuted"]
    # What was said of π* before is not what this row gives.
    assert statuses(TILTED, named) == ["assumed", "refuted"]


def test_a_right_solution_that_the_kernel_does_not_find_is_neither_proved_nor_refuted() -> None:
    # Where the reference is all that the problem is about, it is the best.
    assert statuses(r"\min_\pi \mathrm{TV}(\pi,\mu)^2", r"\pi^*(y) = \mu(y)")[1] in ("unknown", "proved")


def test_what_a_problem_is_not_about_does_not_solve_it() -> None:
    fit = r"\min_\pi KL(q\|\pi)^2"
    assert statuses(fit, TILTED) == ["stated", "assumed"]


def test_no_edit_is_offered_of_a_row_that_does_not_solve_the_problem_before_it() -> None:
    text = rf"$$ \max_\pi {UNSOLVED[0]} $$" + "\n\n" + f"$$ {TILTED} $$"
    refuted = check_text(text, "a.md").lines[1]
    assert refuted.counterexample is not None and refuted.suggestions == ()
    assert any("line 1" in note for note in refuted.notes)


def test_the_best_parameter_gives_a_policy_of_which_nothing_is_usual() -> None:
    best = r"\theta^* = \arg\max_\theta J(\theta)"
    plain = r"J(\theta) = \mathbb{E}_{y\sim\pi_\theta}[r(y)]"
    assert statuses(plain, best, r"J(\theta^*) \ge J(\theta)") == ["assumed", "assumed", "unknown"]
    assert statuses(plain, best, r"J(\theta^*) = 0")[2] == "unknown"
    fit = r"L(\theta) = -\mathbb{E}_{y\sim\mu}[\log\pi_\theta(y)]"
    least = r"\theta^* = \arg\min_\theta L(\theta)"
    assert statuses(fit, least, r"L(\theta^*) \le L(\theta)")[2] in ("unknown", "proved")
    assert statuses(fit, least, r"L(\theta^*) \ge L(\theta)")[2] in ("unknown", "refuted")
    regularised = plain + r" - \beta KL(\pi_\theta\|\pi_{ref})"
    assert statuses(regularised, best, r"J(\theta^*) \ge J(\theta)")[2] == "proved"
    assert statuses(regularised, best, r"J(\theta^*) \le J(\theta)")[2] == "refuted"


def test_a_problem_with_what_nothing_is_said_of_may_have_the_usual_solution() -> None:
    problem = r"\max_p \sum_a p(a) u(a) - \tau \sum_a p(a)\log\frac{p(a)}{q(a)}"
    tilt = r"p^*(a) = \frac{q(a) e^{u(a)/\tau}}{\sum_b q(b) e^{u(b)/\tau}}"
    assert statuses(problem, tilt)[1] == "assumed"
    assert statuses(problem, tilt.replace("u(", "2u("))[1] == "unknown"
    other = r"\max_p \sum_a p(a) u(a) - \tau\chi^2(p\|q)"
    assert statuses(other, tilt)[1] == "unknown"
