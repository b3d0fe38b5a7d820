"""Letters in other roles than their usual ones: by what a document does with them."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from tests.told import told

PROVED, REFUTED, ASSUMED, UNREADABLE = Status.PROVED, Status.REFUTED, Status.ASSUMED, Status.UNREADABLE


def judged(*rows: str, before: str = "") -> list[Line]:
    return list(check_text(before + "\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


@pytest.mark.parametrize(
    ("rows", "statuses"),
    [
        # γ is a number
        ((r"E_{s'\sim P(\cdot|s,a)}[\gamma V(s')] = \gamma\sum_{s'} P(s'|s,a) V(s')",), [PROVED]),
        ((r"\gamma V(s) = V(s)",), [REFUTED]),
        # λ as a weight, and as a multiplier
        ((r"E_{y\sim\pi}[\lambda r(y)] = \lambda E_{y\sim\pi}[r(y)]", r"\lambda E_{y\sim\pi}[r(y)] = 0"), [PROVED, REFUTED]),
        ((r"L(\pi,\lambda) = H(\pi) + \lambda(1 - \sum_y\pi(y))", r"\lambda = 1"), [ASSUMED, Status.UNKNOWN]),
        # μ as a multiplier, and as the reference that it usually is
        (
            (
                r"L(\pi,\mu) = \sum_y\pi(y)r(y) + \eta H(\pi) + \mu(1 - \sum_y\pi(y))",
                r"\frac{\partial L}{\partial\pi(y)} = r(y) - \eta\log\pi(y) - \eta - \mu = 0",
                r"\pi(y) = \frac{e^{r(y)/\eta}}{\sum_{y'} e^{r(y')/\eta}}",
            ),
            [ASSUMED, PROVED, PROVED],
        ),
        ((r"\mu(1 - \sum_y\pi(y)) = 0", r"KL(\pi\|\mu) \ge 0"), [UNREADABLE, PROVED]),
        # functionals of policies in letters of other things
        ((r"D(\pi,\mu) = KL(\pi\|\mu)", r"E_{x\sim D}[D(\pi,\mu)] \ge 0", r"D(\pi,\mu) = D(\mu,\pi)"), [ASSUMED, PROVED, REFUTED]),
        (
            (
                r"R(x,\pi) := E_{y\sim\pi(\cdot|x)}[R(x,y)]",
                r"R(x,\pi) - R(x,\mu) = \sum_y(\pi(y|x) - \mu(y|x))R(x,y)",
                r"R(x,\pi) = R(x,\mu)",
            ),
            [ASSUMED, PROVED, REFUTED],
        ),
        # scores by name
        (
            (
                r"s_\theta(x,y) = \nabla_\theta\log\pi_\theta(y|x)",
                r"E_{y\sim\pi_\theta(\cdot|x)}[s_\theta(x,y)] = 0",
                r"E_{y\sim\mu(\cdot|x)}[s_\theta(x,y)] = 0",
            ),
            [ASSUMED, PROVED, REFUTED],
        ),
        # numbers in letters of indices and of nothing
        ((r"\frac{e^{y_1}}{e^{y_1} + e^{y_2}} = \sigma(y_1 - y_2)",), [PROVED]),
        ((r"\frac{e^{y_1}}{e^{y_1} + e^{y_2}} = \sigma(y_2 - y_1)",), [REFUTED]),
        ((r"\frac{d}{du}\log\sigma(u) = \sigma(-u)", r"\frac{d}{du}u^2 = u"), [PROVED, REFUTED]),
        ((r"\sigma'(t) = \sigma(t)(1 - \sigma(t))", r"\sigma'(t) = \sigma(t)"), [PROVED, REFUTED]),
        ((r"\sigma''(t) = \sigma'(t)(1 - 2\sigma(t))",), [PROVED]),
        # functions of a scalar
        ((r"J(\alpha) = \alpha H(\pi)", r"\frac{dJ}{d\alpha} = H(\pi)", r"J'(\alpha) = 2H(\pi)"), [ASSUMED, PROVED, REFUTED]),
        (
            (r"Z(\eta) = \sum_y q(y)e^{\eta r(y)}", r"\frac{d}{d\eta}\log Z(\eta) = \frac{\sum_y q(y)r(y)e^{\eta r(y)}}{Z(\eta)}"),
            [ASSUMED, PROVED],
        ),
        # items
        ((r"p(i\succ j) = \sigma(r_i - r_j)", r"p(i\succ j) + p(j\succ i) = 1", r"p(i\succ j) = p(j\succ i)"), [ASSUMED, PROVED, REFUTED]),
        ((r"P(A\succ B) = \sigma(r(A) - r(B))", r"P(B\succ A) = \frac{e^{r(B)}}{e^{r(A)} + e^{r(B)}}"), [ASSUMED, PROVED]),
        ((r"\frac{e^{r_m}}{e^{r_m} + e^{r_n}} = \frac{1}{1 + e^{r_m - r_n}}",), [REFUTED]),
        # a law without a name
        ((r"E_{(x,y_w,y_l)}[r(x,y_w) - r(x,y_l)] = E_{(x,y_w,y_l)}[r(x,y_w)] - E_{(x,y_w,y_l)}[r(x,y_l)]",), [PROVED]),
        ((r"E_{(x,y_w,y_l)\sim D}[r(x,y_w)] = E_{(x,y_w,y_l)}[r(x,y_w)]",), [PROVED]),
        ((r"E_{(s,a)}[A(s,a)] = E_{a\sim\pi(\cdot|s)}[A(s,a)]",), [UNREADABLE]),
        # energies, and means in round brackets
        ((r"E_{y\sim q}[E(y)] = \sum_y q(y)E(y)", r"E_{y\sim q}[E(y)] = \sum_y E(y)"), [PROVED, REFUTED]),
        ((r"E(r(y)) = 0",), [UNREADABLE]),
        # membership of the maximisers
        (
            (
                r"\pi^* \in \arg\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\mu)",
                r"\pi^*(y|x) = \frac{\mu(y|x)e^{\beta r(x,y)}}{\sum_{y'}\mu(y'|x)e^{\beta r(x,y')}}",
            ),
            [PROVED, REFUTED],
        ),
        # dots at the break
        ((r"E_{y\sim q}[r(y)] = \sum_y q(y)r(y) = \dots", r"\dots = \sum_y r(y)p(y)"), [PROVED, REFUTED]),
        ((r"E_{y\sim q}[r(y)] = \sum_y q(y)r(y) = \dots", r"\dots = \sum_y r(y)q(y)"), [PROVED, PROVED]),
    ],
)  # fmt: skip
def test_what_a_letter_is_by_its_use(rows: tuple[str, ...], statuses: list[Status]) -> None:
    assert [told(line) for line in judged(*rows)] == statuses


def test_what_a_row_gives_is_no_free_number() -> None:
    *_, line = judged(r"u = r(x,y) - V(x)", r"\frac{d}{du}\log\sigma(u) = \sigma(-u)")
    assert told(line) is Status.UNKNOWN


def test_a_function_of_a_scalar_is_taken_at_another_one() -> None:
    assert [told(line) for line in judged(r"J(\alpha) = \alpha H(\pi)", r"J(\beta) = \beta H(\pi)")] == [ASSUMED, PROVED]
    assert [told(line) for line in judged(r"J(\alpha) = \alpha H(\pi)", r"J(\beta) = \alpha H(\pi)")] == [ASSUMED, REFUTED]


TILTED = r"\frac{\mu(y|x)e^{r(x,y)/\lambda}}{\sum_{y'}\mu(y'|x)e^{r(x,y')/\lambda}}"
INVERTED = r"\frac{\mu(y|x)e^{\lambda r(x,y)}}{\sum_{y'}\mu(y'|x)e^{\lambda r(x,y')}}"


@pytest.mark.parametrize(
    ("rows", "statuses"),
    [
        ((rf"\arg\max_\pi E_\pi[r] - \lambda KL(\pi\|\mu) = {TILTED}",), [PROVED]),
        ((rf"\arg\max_\pi E_\pi[r] - \lambda KL(\pi\|\mu) = {INVERTED}",), [REFUTED]),
        (
            (
                r"L(\pi,\lambda) = E_\pi[r] - \lambda (KL(\pi\|\mu) - \delta)",
                rf"\arg\max_\pi L(\pi,\lambda) = {TILTED}",
                rf"\arg\max_\pi L(\pi,\lambda) = {INVERTED}",
            ),
            [ASSUMED, PROVED, REFUTED],
        ),
        # of a number that a row bounds from above nothing of the kind is taken for granted
        ((r"\lambda \le 0", rf"\arg\max_\pi E_\pi[r] - \lambda KL(\pi\|\mu) = {TILTED}"), [None, None]),
        # and a multiplier of Σπ = 1 has any sign
        ((r"\lambda (\sum_y \pi(y|x) - 1) + \lambda KL(\pi\|\mu) \ge 0",), [None]),
    ],
)  # fmt: skip
def test_what_weighs_a_divergence_is_positive(rows: tuple[str, ...], statuses: list[Status | None]) -> None:
    found = [told(line) for line in judged(*rows)]
    if None in statuses:
        assert PROVED not in found
    else:
        assert found == statuses


def test_that_a_weight_is_positive_is_said() -> None:
    (line,) = judged(rf"\arg\max_\pi E_\pi[r] - \lambda KL(\pi\|\mu) = {TILTED}")
    assert "λ > 0" in line.assumptions


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"KL(\pi\|\mu) = \sup_f E_{y\sim\pi}[f] - \log E_{y\sim\mu}[e^f]", PROVED),
        (r"KL(\pi\|\mu) = \sup_f E_{y\sim\mu}[f] - \log E_{y\sim\pi}[e^f]", REFUTED),
    ],
)
def test_a_supremum_over_functions_without_arguments(row: str, status: Status) -> None:
    assert [told(line) for line in judged(row)] == [status]


RATIO = r"r_{i,t}(\theta) = \frac{\pi_\theta(o_{i,t}|q,o_{i,<t})}{\pi_{old}(o_{i,t}|q,o_{i,<t})}"
SCORE = r"\nabla_\theta \log \pi_\theta(o_{i,t}|q,o_{i,<t})"


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ((RATIO, rf"\nabla_\theta r_{{i,t}}(\theta) = r_{{i,t}}(\theta) {SCORE}"), PROVED),
        ((RATIO, rf"\nabla_\theta r_{{i,t}}(\theta) = {SCORE}"), REFUTED),
        ((r"r(\theta) = \frac{\pi_\theta(y|x)}{\pi_{old}(y|x)}", r"E_{y\sim\pi_{old}}[r(\theta)] = 1"), PROVED),
        ((r"r(\theta) = \frac{\pi_\theta(y|x)}{\pi_{old}(y|x)}", r"E_{y\sim\pi_{old}}[r(\theta)] = 2"), REFUTED),
        # beside a reward of the same name nobody can tell
        (
            (r"r(\theta) = \frac{\pi_\theta(y|x)}{\pi_{old}(y|x)}", r"E_{y\sim\pi_{old}}[r(x,y) - r(\theta)] = 0"),
            UNREADABLE,
        ),
    ],
)  # fmt: skip
def test_an_r_of_the_parameter_alone_is_a_ratio(rows: tuple[str, ...], status: Status) -> None:
    assert told(judged(*rows)[-1]) is status


def test_a_reward_with_parameters_beside_an_outcome_of_the_same_letter() -> None:
    rows = (
        r"$$L(\theta) = -\mathbb{E}_{(s,r)\sim D}[r\log p_\theta(s)]$$",
        r"$$\frac{e^{r_\theta(y_w|x)}}{e^{r_\theta(y_w|x)} + e^{r_\theta(y_l|x)}} = \sigma(r_\theta(y_w|x) - r_\theta(y_l|x))$$",
        r"$$\frac{e^{r_\theta(y_w|x)}}{e^{r_\theta(y_w|x)} + e^{r_\theta(y_l|x)}} = \sigma(r_\theta(y_l|x) - r_\theta(y_w|x))$$",
    )
    found = [told(line).value for line in check_text("\n\n".join(rows), "a.md").lines]
    assert found[1:] == ["proved", "refuted"]


def test_a_letter_of_advantages_that_is_only_called_with_a_number_is_a_function_of_it() -> None:
    rows = (
        r"A(\lambda) = \log\mathbb{E}_{y\sim\mu}[e^{\lambda r(y)}]",
        r"\pi_\lambda(y) = \mu(y)e^{\lambda r(y) - A(\lambda)}",
        r"A'(\lambda) = \mathbb{E}_{y\sim\pi_\lambda}[r(y)]",
        r"A''(\lambda) = \mathrm{Var}_{y\sim\pi_\lambda}[r(y)]",
        r"A''(\lambda) = -\mathrm{Var}_{y\sim\pi_\lambda}[r(y)]",
    )
    text = r"<!-- symkl: \lambda > 0 -->" + "\n" + "\n\n".join(f"$$ {row} $$" for row in rows)
    found = [told(line).value for line in check_text(text, "a.md").lines]
    assert found == ["assumed", "assumed", "proved", "proved", "refuted"]
    beside = text.replace(r"\mu(y)e^{\lambda r(y) - A(\lambda)}", r"\mu(y)e^{\lambda r(y) - A}")
    assert "refuted" not in [told(line).value for line in check_text(beside, "a.md").lines][:4]
