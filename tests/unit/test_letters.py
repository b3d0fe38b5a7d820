r"""What a letter is, its use says: the same document in other letters gets the same answers."""

from __future__ import annotations

import pytest

from symkl import check_text
from symkl.checking.report import Status


def statuses(*rows: str) -> list[str]:
    text = "\n\n".join(row if row.startswith("#") or "$" in row else f"$$ {row} $$" for row in rows)
    return [line.status.value for line in check_text(text, "a.md").lines]


TEMPERATURES = (r"\beta", r"\tau", r"\alpha", r"\eta", r"\lambda", "T", "c", r"\lambda_0")
REFERENCES = (r"\pi_{ref}", r"\mu", "q", r"\nu", r"\rho", "p_0")


@pytest.mark.parametrize("b", TEMPERATURES[:-1])
def test_what_rewards_are_divided_by_is_the_temperature(b: str) -> None:
    optimum = rf"\pi^*(y|x) = \frac{{1}}{{Z(x)}}\mu(y|x)\exp\left(\frac{{1}}{{{b}}} r(x,y)\right)"
    value = rf"\max_\pi E_{{y\sim\pi(\cdot|x)}}[r(x,y)] - {b} D_{{KL}}(\pi\|\mu) = {b}\log Z(x)"
    turned = rf"\pi^*(y|x) = \frac{{1}}{{Z(x)}}\mu(y|x)\exp\left({b} r(x,y)\right)"
    assert statuses(optimum, value) == ["assumed", "proved"]
    assert statuses(value, turned)[1] == "refuted"


@pytest.mark.parametrize("m", REFERENCES)
def test_what_a_policy_diverges_from_is_a_policy(m: str) -> None:
    given = m + r"(\cdot|x)"
    assert statuses(rf"D_{{KL}}(\pi\|{m}) \ge 0") == ["proved"]
    assert statuses(rf"E_{{y_1,y_2\sim {given}}}[r(x,y_1) - r(x,y_2)] = 0") == ["proved"]
    wrong = rf"E_{{y_1,y_2\sim {given}}}[r(x,y_1)r(x,y_2)] = E_{{y\sim {given}}}[r(x,y)^2]"
    assert statuses(wrong) == ["refuted"]


@pytest.mark.parametrize("p", [r"\mu", r"\nu", r"\rho", "p", "q"])
def test_what_a_value_bears_above_is_a_policy_and_no_exponent(p: str) -> None:
    mean = rf"E_{{a\sim {p}(\cdot|s)}}[V^{{\pi}}(s)] = V^{{\pi}}(s)"
    other = rf"E_{{a\sim\pi(\cdot|s)}}[V^{{{p}}}(s)] = V^{{{p}}}(s)"
    equal = rf"V^{{\pi}}(s) = V^{{{p}}}(s)"
    assert statuses(mean, other, equal) == ["proved", "proved", "unknown"]


@pytest.mark.parametrize("theta", [r"\theta", r"\phi", r"\psi", "w"])
def test_a_bare_gradient_is_by_what_the_policies_bear(theta: str) -> None:
    true = rf"\nabla\pi_{theta}(y) = \pi_{theta}(y)\nabla\log\pi_{theta}(y)"
    false = rf"\nabla\pi_{theta}(y) = \nabla\log\pi_{theta}(y)"
    if theta == "w":  # a bare gradient does not say that w is a parameter
        true, false = (row.replace(r"\nabla", r"\nabla_w ") for row in (true, false))
    assert statuses(true, false) == ["proved", "refuted"]


@pytest.mark.parametrize("u", ["r", "u", "f"])
def test_what_is_supposed_of_one_response_gives_no_function(u: str) -> None:
    alone = rf"{u}(x,y_w) = 0 \implies E_{{y\sim\pi(\cdot|x)}}[{u}(x,y)] = 0"
    assert statuses(alone)[0] in ("refuted", "unknown")


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("s", "a"), ("x", "a"), ("s", "y")])
def test_a_policy_conditions_on_what_the_document_writes(x: str, y: str) -> None:
    given = rf"({y}|{x})"
    lagrangian = (
        rf"L(\pi,\lambda) = E_{{{y}\sim\pi(\cdot|{x})}}[r({x},{y})] - \tau D_{{KL}}(\pi\|\mu)"
        rf" + \lambda\left(\sum_{y}\pi{given} - 1\right)"
    )
    slope = rf"r({x},{y}) - \tau\log\frac{{\pi{given}}}{{\mu{given}}} - \tau + \lambda"
    right = rf"\pi{given} = \mu{given} e^{{r({x},{y})/\tau}}e^{{(\lambda - \tau)/\tau}}"
    wrong = rf"\pi{given} = \mu{given} e^{{-r({x},{y})/\tau}}e^{{(\lambda - \tau)/\tau}}"
    derivative = rf"\frac{{\partial L}}{{\partial\pi{given}}} = {slope} = 0"
    assert statuses(lagrangian, derivative, right, wrong) == ["assumed", "proved", "proved", "refuted"]


@pytest.mark.parametrize("r", ["r", "R"])
def test_the_reward_that_is_supposed_in_a_section_is_any_in_the_next(r: str) -> None:
    one = rf"\sum_y\pi_{{ref}}(y|x)e^{{{r}(x,y)/\beta}} = 1"
    let = rf"{r}(x,y) = \beta\log\frac{{q(y|x)}}{{\pi_{{ref}}(y|x)}}"
    found = statuses("# A special case\n\nLet", let, "so that $x$", one, "# The general case", one)
    assert found == ["assumed", "proved", "refuted"]


def test_where_no_temperature_is_written_it_may_be_one() -> None:
    row = r"\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} = r(x,y) - \log Z(x)"
    assert statuses(row) == ["unknown"]
    assert statuses(row.replace("- \\log", "+ \\log")) == ["refuted"]  # at any, and at 1
    assert statuses(row, r"\beta > 0")[0] == "refuted"
    (line,) = check_text(f"$$ {row} $$", "a.md").lines
    assert line.because is not None
    advice = line.because.partition("Say it: ")[2]
    (followed,) = check_text(f"{advice}\n\n$$ {row} $$", "a.md").lines
    assert followed.status is Status.REFUTED


@pytest.mark.parametrize("z", ["y", "z", "o"])
def test_what_prose_says_of_a_policy_and_cannot_be_read_is_not_forgotten(z: str) -> None:
    said = rf"Let $\mu({z}|x) = \pi_{{ref}}({z}|x)$ from now on."
    assert statuses(said, r"D_{KL}(\mu\|\pi_{ref}) = 0", r"D_{KL}(\mu\|\pi_{ref}) \ge 0") == ["unknown", "proved"]


def test_a_question_q_is_no_policy_where_rewards_are_of_it() -> None:
    assert statuses(r"\log\sigma(r(q,y) - r(q,y')) = -\log(1 + e^{r(q,y') - r(q,y)})") == ["proved"]


@pytest.mark.parametrize("theta", [r"\theta", r"\phi", "w"])
def test_what_a_value_bears_above_moves_with_its_parameter(theta: str) -> None:
    policy = rf"\pi_{theta}"
    of_it = rf"Q^{{{policy}}}(s,a)"
    mean = rf"E_{{a\sim{policy}(\cdot|s)}}"
    row = rf"\nabla_{theta} {mean}[{of_it}] = {mean}[{of_it}\nabla_{theta}\log{policy}(a|s)]"
    assert statuses(row) == ["unknown"]
    assert statuses(rf"\nabla_{theta} V_{{{policy}}}(s) = 0") != ["proved"]


@pytest.mark.parametrize("theta", [r"\theta", r"\phi", "w"])
def test_a_gradient_is_looked_at_where_a_bar_says(theta: str) -> None:
    old = rf"{theta}_{{old}}"
    ratio = rf"\nabla_{theta}\left.\frac{{\pi_{theta}(a|s)}}{{\pi_{{{old}}}(a|s)}}\right|_{{{theta}={old}}}"
    score = rf"\nabla_{theta}\log\pi_{theta}(a|s)\Big|_{{{theta}={old}}}"
    assert statuses(rf"{ratio} = {score}", rf"{ratio} = -{score}") == ["proved", "refuted"]


@pytest.mark.parametrize("p", [r"\pi", "p", "q"])
def test_a_functional_of_a_parameter_is_of_the_policy_that_bears_it(p: str) -> None:
    given = rf"J(\theta) = E_{{y\sim {p}_\theta(\cdot|x)}}[A(x,y)]"
    other = rf"J(\phi) = \sum_y {p}_\phi(y|x)A(x,y)"
    assert statuses(given, other, r"J(\phi) - J(\theta) = 0") == ["assumed", "proved", "refuted"]


def test_a_value_of_a_bare_policy_may_move_with_what_that_bears_elsewhere() -> None:
    mean = r"E_{a\sim p_\theta(\cdot|s)}"
    row = rf"\nabla_\theta {mean}[Q^p(s,a)^2] = {mean}[Q^p(s,a)^2\nabla_\theta\log p_\theta(a|s)]"
    assert statuses(row) == ["unknown"]


def test_a_law_with_a_star_that_nothing_gives_is_any_law() -> None:
    tilt = r"\log\frac{p^*(y|x)}{p_{ref}(y|x)} = r(x,y)/\beta - \log Z(x)"
    assert statuses(tilt, r"\sum_y p^*(y|x) = 1") == ["unknown", "proved"]


@pytest.mark.parametrize("p", [r"\pi", "p", "q", r"\nu", r"\rho"])
def test_what_bears_a_star_solves_the_problem_that_is_over_it_without_one(p: str) -> None:
    problem = rf"\max_{{{p}}} E_{{y\sim {p}}}[r(y)] - \beta KL({p}\|\mu)"
    right = rf"{p}^*(y) = \frac{{\mu(y)e^{{r(y)/\beta}}}}{{\sum_z \mu(z)e^{{r(z)/\beta}}}}"
    assert statuses(problem, right) == ["stated", "assumed"]
    assert statuses(problem, right.replace("r(", "-r(")) == ["stated", "refuted"]


def test_of_two_policies_that_a_policy_diverges_from_either_may_be_the_reference() -> None:
    tilt = r"\log\frac{\pi^*(y_1|x)}{\pi^*(y_2|x)} - \log\frac{q(y_1|x)}{q(y_2|x)} = \frac{r(x,y_1) - r(x,y_2)}{\beta}"
    either = (r"D_{KL}(\pi_\theta\|\pi_{old}) \ge 0", r"D_{KL}(\pi_\theta\|q) \ge 0")
    assert statuses(*either, tilt) == ["proved", "proved", "unknown"]
    assert statuses(either[1], tilt) == ["proved", "proved"]


@pytest.mark.parametrize("star", ["^*", r"^\star", r"_{\text{opt}}", r"^{\mathrm{opt}}", r"_{\star}"])
def test_the_best_policy_by_any_mark(star: str) -> None:
    right = rf"\log\frac{{\pi{star}(y|x)}}{{\pi_{{ref}}(y|x)}} = \frac{{r(x,y)}}{{\beta}} - \log Z(x)"
    assert statuses(right, right.replace("- \\log Z", "+ \\log Z")) == ["proved", "refuted"]


@pytest.mark.parametrize(("win", "lose"), [("w", "l"), ("1", "2"), ("c", "r"), ("+", "-")])
def test_two_rows_that_give_a_symbol_at_two_responses_give_two(win: str, lose: str) -> None:
    one, two = (f"y_{mark}" if mark.isalnum() else f"y^{mark}" for mark in (win, lose))
    given = (rf"v(x,{one}) = \sigma(r(x,{one}) - V(x))", rf"v(x,{two}) = \sigma(V(x) - r(x,{two}))")
    right = rf"v(x,{two}) = 1 - \sigma(r(x,{two}) - V(x))"
    wrong = rf"v(x,{two}) = 1 - \sigma(V(x) - r(x,{two}))"
    assert statuses(*given, right, wrong) == ["assumed", "assumed", "proved", "refuted"]


@pytest.mark.parametrize("c", ["x", "q", "c", "z", "p"])
def test_what_rewards_take_beside_a_response_is_a_prompt(c: str) -> None:
    pair = rf"\log\sigma(r({c},y) - r({c},y'))"
    assert statuses(rf"{pair} = -\log(1 + e^{{r({c},y') - r({c},y)}})") == ["proved"]
    assert statuses(rf"{pair} = -\log(1 + e^{{r({c},y) - r({c},y')}})") == ["refuted"]


@pytest.mark.parametrize(
    ("b", "status"), [(r"\beta", "refuted"), (r"\tau", "refuted"), (r"\gamma", "unknown"), (r"\lambda_{KL}", "unknown")]
)
def test_a_policy_moves_with_the_price_that_it_bears(b: str, status: str) -> None:
    # below β and τ it is the optimum at that temperature, the mean of which falls by Var(r)/β²
    assert statuses(rf"\frac{{d}}{{d{b}}} E_{{y\sim\pi_{{r,{b}}}(\cdot|x)}}[r(x,y)] = 0") == [status]


@pytest.mark.parametrize("b", [r"\beta", r"\lambda", "c"])
@pytest.mark.parametrize(
    "said", [r"For every ${}\in\mathbb{{R}}$,", r"Let ${}\in\mathbb{{R}}$.", r"Let ${} \neq 0$.", r"Let ${} < 0$."]
)
def test_a_number_that_prose_calls_any_is_not_positive(b: str, said: str) -> None:
    row = rf"{b}\log E_{{y\sim\mu}}[e^{{r(y)/{b}}}] \ge E_{{y\sim\mu}}[r(y)]"
    assert statuses(said.format(b), row)[-1] != "proved"
    assert statuses(row) == ["proved"]


@pytest.mark.parametrize("c", ["c", "k", r"\gamma"])
def test_that_a_number_by_a_divergence_is_positive_is_not_taken_from_the_claim_that_it_is(c: str) -> None:
    assert statuses(rf"{c}\,KL(p\|q) \ge 0") != ["proved"]
