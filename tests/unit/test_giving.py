"""Rows that give a symbol: the first that mentions it defines it, whatever its letter; what is known is never redefined."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

ASSUMED, PROVED, REFUTED, UNKNOWN = Status.ASSUMED, Status.PROVED, Status.REFUTED, Status.UNKNOWN
RATIO = r"\log\frac{\pi(y|x)}{\mu(y|x)}"
TILT = r"\frac{\mu(y|x)e^{A(x,y)/\tau}}{\sum_{y'}\mu(y'|x)e^{A(x,y')/\tau}}"


def statuses(*rows: str, before: str = "") -> list[Status]:
    return [line.status for line in check_text(before + "\n\n".join(f"$${row}$$" for row in rows), "t.md").lines]


@pytest.mark.parametrize(
    ("given", "true", "false"),
    [
        (r"R(x,y) = r(x,y) - \beta " + RATIO, r"R(x,y) + \beta " + RATIO + " = r(x,y)", "R(x,y) = r(x,y)"),
        ("r'(x,y) = r(x,y) + V(x)", "r'(x,y_1) - r'(x,y_2) = r(x,y_1) - r(x,y_2)", "r'(x,y) = r(x,y)"),
        (r"r_\theta(x,y) = \beta " + RATIO, r"\sum_y\mu(y|x)e^{r_\theta(x,y)/\beta} = 1", r"r_\theta(x,y) = 0"),
        (r"\ell(y|x) = " + RATIO, r"E_{y\sim\pi(\cdot|x)}[\ell(y|x)] = KL(\pi\|\mu)", r"\sum_y\ell(y|x) = 1"),
        (r"w(y|x) = \mu(y|x)e^{r(x,y)}", r"\log\frac{w(y|x)}{\mu(y|x)} = r(x,y)", r"\sum_y w(y|x) = 1"),
        (r"\tilde\pi = \mu\, e^{r}", r"\sum_y\tilde\pi(y|x) = \sum_y\mu(y|x)e^{r(x,y)}", r"\sum_y\tilde\pi(y|x) = 1"),
        (r"m(y|x) = \alpha p(y|x) + (1-\alpha)q(y|x)", r"\sum_y m(y|x) = 1", r"m(y|x) = p(y|x)"),
        (r"z_0 = KL(\pi\|\mu)", r"z_0 \ge 0", "z_0 = 0"),
        (r"\beta = \frac{1}{\eta}", r"\beta\eta = 1", r"\beta = \eta"),
        (r"\mu(a) \propto 1", r"E_{a\sim p}[\log\mu(a)] = E_{a\sim q}[\log\mu(a)]", r"E_{a\sim p}[\log\mu(a)] = 0"),
        (r"p_{ij} := \sigma(r(x,y_i) - r(x,y_j))", "p_{kl} + p_{lk} = 1", "p_{ij} = p_{ji}"),
        (r"q(y|x) = " + TILT, r"\sum_y q(y|x) = 1", r"q(y|x) = \mu(y|x)"),
        (r"q_{k+1}(y|x) \propto q_k(y|x)e^{A(x,y)}", r"\sum_y q_{k+1}(y|x) = 1", "q_{k+1}(y|x) = q_k(y|x)"),
        (r"E_{y\sim\pi(\cdot|x)}[r(x,y)] = G", r"E_{y\sim\pi(\cdot|x)}[r(x,y) - G] = 0", "G = 0"),
    ],
)  # fmt: skip
def test_the_first_row_with_a_symbol_gives_it(given: str, true: str, false: str) -> None:
    assert statuses(given, true, false) == [ASSUMED, PROVED, REFUTED]
    assert statuses(given, given)[1] is PROVED  # the second is held against the first


@pytest.mark.parametrize("sign", ["=", r"\in"])
@pytest.mark.parametrize("star", ["p_{t+1}", r"p^\star", r"\hat p", "p'"])
def test_what_is_said_to_be_the_best_is_what_is_best(sign: str, star: str) -> None:
    best = rf"{star} {sign} \arg\max_p E_{{y\sim p(\cdot|x)}}[A(x,y)] - \frac{{1}}{{\eta}} KL(p\|p_t)"
    rows = [rf"{star}(y|x) \propto p_t(y|x)e^{{\eta A(x,y)}}", rf"{star}(y|x) \propto p_t(y|x)e^{{A(x,y)/\eta}}"]
    assert statuses(best, *rows) == [ASSUMED, PROVED, REFUTED]


def test_a_best_that_is_not_known_is_nothing_to_judge_by() -> None:
    best = r"q' = \arg\max_q E_{y\sim q(\cdot|x)}[A(x,y)]"
    assert statuses(best, r"q'(y|x) = \mu(y|x)", r"\sum_y q'(y|x) = 1") == [ASSUMED, UNKNOWN, PROVED]


def test_winner_and_loser_may_be_given_apart() -> None:
    rows = [r"v(x,y_w) = \sigma(r(x,y_w) - V(x))", r"v(x,y_l) = \sigma(V(x) - r(x,y_l))"]
    claims = [r"v(x,y_l) = 1 - \sigma(r(x,y_l) - V(x))", r"v(x,y_l) = 1 - \sigma(V(x) - r(x,y_l))"]
    assert statuses(*rows, *claims) == [ASSUMED, ASSUMED, PROVED, REFUTED]


def test_one_expression_at_the_winner_and_at_the_loser_is_one_symbol() -> None:
    assert statuses(r"v(x,y_w) = \log\pi(y_w|x)", r"v(x,y_l) = \log\pi(y_l|x)") == [ASSUMED, PROVED]
    slip = r"v(x,y_l) = \log\pi(y_w|x)"
    assert statuses(r"v(x,y_w) = \log\pi(y_w|x)", slip, r"v(x,y) = 0") == [ASSUMED, REFUTED, REFUTED]


@pytest.mark.parametrize(
    "rows",
    [
        (r"E_{y\sim\pi}[r(x,y)] = E_{y\sim\pi}[r(x,y)]", r"r(x,y) = \beta\log\frac{\pi(y|x)}{\mu(y|x)}"),
        (r"KL(p\|q) \ge 0", "p(y) = q(y)"),
        (r"J(\pi) = E_{y\sim\pi}[r(x,y)]", r"\pi(y|x) = " + TILT),
        (r"R(x,y) = r(x,y) + V(x)", r"R(x,y) = r(x,y)"),
        (r"\eta\beta = \beta\eta", r"\beta = \eta"),
        (r"r(x,y) = r(x,y)", r"r(x,y_w) = 0"),
        (r"V^\pi(s) = V^\pi(s)", r"V^\pi(s) = V^\mu(s)"),
    ],
)
def test_what_is_known_is_not_given_again(rows: tuple[str, ...]) -> None:
    assert statuses(*rows)[-1] in (REFUTED, UNKNOWN)


def test_a_definition_that_comes_after_its_use_holds_there_too() -> None:
    uses = [r"E_{y\sim q(\cdot|x)}[A(x,y)] = \sum_y q(y|x)A(x,y)", r"E_{y\sim q(\cdot|x)}[A(x,y)] = 0"]
    assert statuses(*uses, r"q(y|x) = " + TILT) == [PROVED, REFUTED, ASSUMED]


def test_an_unknown_beside_a_policy_is_what_makes_it_sum_to_one() -> None:
    rows = [
        r"\pi(y|x) = \mu(y|x)\exp\left(\frac{Q(x,y) - v(x)}{\beta}\right)",
        r"v(x) = \beta\log\sum_y\mu(y|x)e^{Q(x,y)/\beta}",
        r"v(x) = \log\sum_y\mu(y|x)e^{Q(x,y)}",
    ]
    assert statuses(*rows, before="<!-- symkl: v function of x -->\n\n") == [ASSUMED, PROVED, REFUTED]


def test_what_is_not_shown_to_be_a_distribution_is_not_used_as_one() -> None:
    mixture = r"m(y|x) = \alpha p(y|x) + (1-\alpha)q(y|x)"
    assert statuses(mixture, r"m(y|x) \ge 0")[1] is not PROVED
    assert statuses(r"u(y|x) = e^{r(x,y)}p(y|x)", r"KL(q\|u) \ge 0") == [ASSUMED, UNKNOWN]
    assert statuses(mixture.replace(r"\alpha", r"\frac12"), r"KL(p\|m) \ge 0") == [ASSUMED, PROVED]


@pytest.mark.parametrize("given", [r"\pi(y|x) = 2\pi_{ref}(y|x)", r"q(y|x) = -\mu(y|x)", r"\pi(y|x) = \frac12\mu(y|x) + \frac14 p(y|x)"])
def test_a_policy_that_would_sum_to_another_number_than_one_is_not_given(given: str) -> None:
    name = given.partition("(")[0]
    assert statuses(given, rf"\sum_y {name}(y|x) = 1", rf"\sum_y {name}(y|x) = 2")[0] is UNKNOWN
    assert PROVED not in statuses(given, rf"\sum_y {name}(y|x) = 2", rf"KL({name}\|\pi_0) \le 0")


def test_what_is_no_policy_by_its_letter_may_sum_to_any_number() -> None:
    assert statuses(r"u(y|x) = 2\mu(y|x)", r"\sum_y u(y|x) = 2") == [ASSUMED, PROVED]
    assert statuses(r"\tilde\pi(y|x) = 2\mu(y|x)", r"\sum_y \tilde\pi(y|x) = 2") == [ASSUMED, PROVED]


def test_a_partition_function_beside_a_policy_is_what_makes_it_sum_to_one() -> None:
    rows = [
        r"\log p_{k+1}(y|x) = \log p_k(y|x) + \eta A(x,y) - \log Z_k(x)",
        r"p_{k+1}(y|x) \propto p_k(y|x)e^{\eta A(x,y)}",
        r"Z_k(x) = \sum_y p_k(y|x)e^{\eta A(x,y)}",
        r"Z_k(x) = \sum_y p_k(y|x)e^{A(x,y)}",
    ]
    assert statuses(*rows) == [ASSUMED, PROVED, PROVED, REFUTED]


def test_what_a_logarithm_or_a_quotient_is_gives_what_is_in_it() -> None:
    rows = [r"KL(\pi\|\mu) \ge 0", r"\log\rho(y|x) = " + RATIO, r"\frac{w(y|x)}{\mu(y|x)} = e^{r(x,y)}"]
    claims = [r"E_{y\sim\pi}[\log\rho(y|x)] = KL(\pi\|\mu)", r"\sum_y w(y|x) = E_{y\sim\mu}[e^{r(x,y)}]"]
    assert statuses(*rows, *claims) == [PROVED, ASSUMED, ASSUMED, PROVED, PROVED]
    assert statuses(r"\log\frac{p(y)}{q(y)} = r(y)") == [REFUTED]  # of both at once it gives neither


def test_a_number_may_have_the_letter_of_a_distribution() -> None:
    rows = [r"p = \sigma(r(x,y_w) - r(x,y_l))", r"1 - p = \sigma(r(x,y_l) - r(x,y_w))", "p = 1 - p"]
    assert statuses(*rows) == [ASSUMED, PROVED, REFUTED]


def test_a_policy_that_is_trained_is_put_for_the_optimum() -> None:
    star = r"\pi^*(y|x) = \frac{\mu(y|x)e^{r(x,y)/\beta}}{Z(x)}"
    right = r"r(x,y) = \beta\log\frac{q_\psi(y|x)}{\mu(y|x)} + \beta\log Z(x)"
    report = check_text(f"$${star}$$\n\n$${right}$$", "t.md")
    assert report.lines[-1].status is PROVED
    assert any("q_ψ is put for π*" in note for note in report.lines[-1].notes)
    wrong = [right.replace("+", "-"), right.partition("+")[0], r"E_{y\sim q_\psi}[r(x,y)] = \beta\log Z(x)"]
    assert statuses(star, *wrong) == [ASSUMED, REFUTED, REFUTED, REFUTED]


def test_a_solution_moves_with_the_scalars_of_its_problem() -> None:
    problem = r"\max_p E_{y\sim p(\cdot|x)}[r(x,y)] - \tau KL(p\|\mu)"
    slopes = [
        r"\frac{d}{d\tau} E_{y\sim p(\cdot|x)}[r(x,y)] = " + right
        for right in ("0", r"-\frac{1}{\tau^2}\operatorname{Var}_p[r(x,y)]")
    ]
    assert statuses(problem, *slopes) == [Status.STATED, UNKNOWN, PROVED]


def test_what_comes_down_to_itself_is_a_conclusion() -> None:
    rows = ["A(x,y) = Q(x,y) - V(x)", r"V(x) = E_{y\sim\pi(\cdot|x)}[Q(x,y)]"]
    claims = ["Q(x,y) = A(x,y) + V(x)", "Q(x,y) = A(x,y) - V(x)", r"E_{y\sim\pi(\cdot|x)}[A(x,y)] = 0"]
    assert statuses(*rows, *claims) == [ASSUMED, ASSUMED, PROVED, REFUTED, PROVED]


def test_what_a_law_is_proportional_to_has_one_sign() -> None:
    f = "<!-- symkl: f function of x, y -->\n\n"
    rows = [r"q(y|x) \propto \mu(y|x)f(x,y)", r"q(y|x) = \frac{\mu(y|x)f(x,y)}{\sum_z\mu(z|x)f(x,z)}", r"q(y|x) \le 1"]
    assert statuses(*rows, before=f) == [ASSUMED, PROVED, UNKNOWN]


def test_a_new_name_for_a_policy_that_is_known() -> None:
    rows = [r"KL(p\|q) \ge 0", r"p'(y|x) = p(y|x)", r"KL(p'\|p) = 0", r"KL(p'\|q) = 0"]
    assert statuses(*rows) == [PROVED, ASSUMED, PROVED, REFUTED]
    assert statuses(r"p(y|x) = q(y|x)") == [REFUTED]  # of two that are new it is a claim


def test_what_depends_on_more_than_its_arguments_is_nothing_to_judge_by() -> None:
    rows = [r"m = \frac12 p + \frac12 q", r"KL(p\|m) \ge 0", r"KL(p\|m) = 0", r"E_{y\sim p(\cdot|x)}[r(x,y)] = 0"]
    assert REFUTED not in statuses(*rows)[:3]


@pytest.mark.parametrize(
    "given",
    [
        r"\rho_\theta(y|x) = \frac{\pi_\theta(y|x)}{\mu(y|x)}",
        r"u_\theta(y|x) := \frac{\pi_\theta(y|x)}{\mu(y|x)}",
        r"p_\theta(y|x) = \frac{\pi_\theta(y|x)}{\mu(y|x)}",
    ],
)
def test_what_is_written_like_a_policy_and_is_none_moves_as_its_definition(given: str) -> None:
    name = given.partition("(")[0]
    rows = [
        rf"\nabla_\theta\sum_y {name}(y|x) = 0",
        rf"\sum_y {name}(y|x)\nabla_\theta\log {name}(y|x) = 0",
        rf"E_{{y\sim\mu(\cdot|x)}}[{name}(y|x)\nabla_\theta\log {name}(y|x)] = 0",
        rf"\nabla_\theta\log {name}(y|x) = \nabla_\theta\log\pi_\theta(y|x)",
        rf"\nabla_\theta\sum_y \mu(y|x){name}(y|x)r(x,y) = E_{{y\sim\pi_\theta(\cdot|x)}}[r(x,y)\nabla_\theta\log\pi_\theta(y|x)]",
        rf"\nabla_\theta\sum_y \mu(y|x){name}(y|x)r(x,y) = \sum_y \mu(y|x)r(x,y)\nabla_\theta\log\pi_\theta(y|x)",
    ]  # fmt: skip
    # Summed against μ it is π_θ; by itself its sum is Σ π_θ/μ, which moves: (3/4, 1/4)/(1/2, 1/2) against any other.
    assert statuses(given, *rows) == [ASSUMED, REFUTED, REFUTED, PROVED, PROVED, PROVED, REFUTED]


def test_a_mixture_moves_with_what_it_is_made_of() -> None:
    given = r"m_\theta(y|x) = \frac12\pi_\theta(y|x) + \frac12\mu(y|x)"
    score = r"\nabla_\theta\log\pi_\theta(y|x)"
    rows = [
        r"\nabla_\theta\sum_y m_\theta(y|x) = 0",
        r"E_{y\sim m_\theta(\cdot|x)}[\nabla_\theta\log m_\theta(y|x)] = 0",
        rf"\nabla_\theta m_\theta(y|x) = \frac12\pi_\theta(y|x){score}",
        rf"\nabla_\theta m_\theta(y|x) = m_\theta(y|x){score}",
        rf"\nabla_\theta E_{{y\sim m_\theta(\cdot|x)}}[r(x,y)] = \frac12 E_{{y\sim\pi_\theta(\cdot|x)}}[r(x,y){score}]",
        rf"\nabla_\theta E_{{y\sim m_\theta(\cdot|x)}}[r(x,y)] = E_{{y\sim\pi_\theta(\cdot|x)}}[r(x,y){score}]",
        r"\nabla_\theta KL(\mu\|m_\theta) = 0",
    ]
    assert statuses(given, *rows) == [ASSUMED, PROVED, PROVED, PROVED, REFUTED, PROVED, REFUTED, REFUTED]


def test_a_softmax_of_a_parameter_stays_a_policy() -> None:
    given = r"q_\theta(y|x) = \frac{\pi_\theta(y|x)^2}{\sum_{y'}\pi_\theta(y'|x)^2}"
    rows = [r"\nabla_\theta\sum_y q_\theta(y|x) = 0", r"\sum_y q_\theta(y|x)\nabla_\theta\log q_\theta(y|x) = 0"]
    assert statuses(given, *rows) == [ASSUMED, PROVED, PROVED]


def test_a_policy_of_the_sections_before_may_be_another_one_in_this() -> None:
    before = "$$L(\\pi) = E_{(x,y)\\sim D}[\\log\\pi(y|x)]$$\n\n# Soft values\n\n"
    value = r"V(x) = \tau\log\sum_y e^{Q(x,y)/\tau}"
    policy = r"\pi(y|x) = e^{(Q(x,y) - V(x))/\tau}"
    mean = r"V(x) = E_{y\sim\pi(\cdot|x)}[Q(x,y)] + \tau H(\pi(\cdot|x))"
    assert statuses(value, policy, mean, before=before)[1:] == [ASSUMED, UNKNOWN, UNKNOWN]
    assert statuses(value, policy, mean)[1:] == [ASSUMED, PROVED]
    assert statuses(mean.replace(r"\tau", "2"), policy, before=before)[2] is REFUTED  # it was spoken of here before


TILTED = r"\pi_\beta(y) = \frac{\mu(y)e^{\beta r(y)}}{\sum_z \mu(z)e^{\beta r(z)}}"
SLOPE = r"\frac{\partial}{\partial\beta}\log\sum_y\mu(y)e^{\beta r(y)} = E_{\pi_\beta}[r(y)]"


@pytest.mark.parametrize("word", ["where", "Here", "with the policy", "where we define"])
def test_a_display_behind_where_gives_what_the_one_before_it_uses(word: str) -> None:
    text = f"$$ {SLOPE} $$\n\n{word}\n\n$$ {TILTED} $$"
    assert [line.status.value for line in check_text(text, "t.md").lines] == ["proved", "assumed"]
    assert [line.status.value for line in check_text(text.replace("= E_", "= -E_"), "t.md").lines] == ["refuted", "assumed"]


def test_where_gives_nothing_that_is_given_already() -> None:
    other = r"$$ \pi_\beta(y) = \mu(y) $$"
    lines = check_text(f"{other}\n\n$$ {SLOPE} $$\n\nwhere\n\n$$ {TILTED} $$", "t.md").lines
    assert lines[1].status.value == "refuted" and lines[2].status.value != "assumed"


def test_other_words_give_nothing_that_was_used_before() -> None:
    lines = check_text(f"$$ {SLOPE} $$\n\nIt was claimed that\n\n$$ {TILTED} $$", "t.md").lines
    assert lines[1].status.value == "unknown"
