"""What a row gives of any policy, number or step, at one of them: another row about that claims something."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

STEP = r"\pi_{t+1}(y|x) \propto \pi_t(y|x) e^{\eta r(x,y)}"
PARTITION = r"Z_\beta(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}"


def statuses(*rows: str) -> list[str]:
    """Of each row its status; what starts with # is a heading."""
    text = "\n\n".join(row if row.startswith("#") else f"$$ {row} $$" for row in rows)
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    ("general", "true", "false"),
    [
        (
            r"V^\rho(x) = E_{y\sim\rho(\cdot|x)}[r(x,y)]",
            r"V^{\pi_{ref}}(x) = \sum_y \pi_{ref}(y|x) r(x,y)",
            r"V^{\pi_{ref}}(x) = 2 E_{y\sim\pi_{ref}(\cdot|x)}[r(x,y)]",
        ),
        (r"J_q = \sum_a q(a) Q(a)", r"J_p = E_{a\sim p}[Q(a)]", r"J_p = 3\sum_a p(a) Q(a)"),
        (
            r"V^\pi(s) = E_{a\sim\pi(\cdot|s)}[Q(s,a)]",
            r"V^\mu(s) = E_{a\sim\mu(\cdot|s)}[Q(s,a)]",
            r"V^\mu(s) = E_{a\sim\pi(\cdot|s)}[Q(s,a)]",
        ),
        (
            PARTITION,
            r"Z_{2\beta}(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/(2\beta)}",
            r"Z_{2\beta}(x) = \sum_y \pi_{ref}(y|x) e^{2r(x,y)/\beta}",
        ),
        (PARTITION, r"Z_{\beta/2}(x) \ge Z_\beta(x)^2", r"Z_{\beta/2}(x) = Z_\beta(x)^2"),
        (
            r"J_\tau(\pi) = E_{y\sim\pi}[r(y)] - \tau KL(\pi\|\mu)",
            r"J_{3\tau}(\pi) = E_{y\sim\pi}[r(y)] - 3\tau KL(\pi\|\mu)",
            r"J_{3\tau}(\pi) = E_{y\sim\pi}[r(y)] - \tau KL(\pi\|\mu)/3",
        ),
        (STEP, r"\pi_1(y|x) \propto \pi_0(y|x) e^{\eta r(x,y)}", r"\pi_1(y|x) \propto \pi_0(y|x) e^{-\eta r(x,y)}"),
        (STEP, r"\pi_2(y|x) \propto \pi_0(y|x) e^{2\eta r(x,y)}", r"\pi_2(y|x) \propto \pi_0(y|x) e^{\eta r(x,y)}"),
        (
            r"p_{k+1}(a) \propto p_k(a) \exp(\eta Q(a))",
            r"p_2(a) \propto p_1(a) \exp(\eta Q(a))",
            r"p_2(a) \propto p_1(a) \exp(2\eta Q(a))",
        ),
        (
            r"\pi_k(a) \propto \pi_0(a)\exp(k\eta Q(a))",
            r"\pi_3(a) \propto \pi_0(a)\exp(3\eta Q(a))",
            r"\pi_3(a) \propto \pi_0(a)\exp(2\eta Q(a))",
        ),
    ],
)  # fmt: skip
def test_an_instance_is_what_the_general_row_says(general: str, true: str, false: str) -> None:
    assert statuses(general, true) == ["assumed", "proved"]
    assert statuses(general, false) == ["assumed", "refuted"]


def test_a_first_step_that_no_step_leads_to_is_given() -> None:
    # No π_0 is written: the steps start with π_1, which may be anything.
    assert statuses(STEP, r"\pi_1(y|x) \propto \mu(y|x)^2") == ["assumed", "assumed"]
    second = r"\pi_2(y|x) \propto \pi_1(y|x)e^{\eta r(x,y)}"
    assert statuses(STEP, r"\pi_1(y|x) \propto \mu(y|x)^2", second)[2] == "proved"
    assert statuses(r"\pi_k(a) \propto \pi_0(a)\exp(k\eta Q(a))", r"\pi_0(a) \propto \mu(a)^2")[1] == "assumed"


def test_what_is_given_anew_is_no_claim() -> None:
    general = r"V^\pi(s) = E_{a\sim\pi(\cdot|s)}[Q(s,a)]"
    soft = r"V^\mu(s) = E_{a\sim\mu(\cdot|s)}[Q(s,a) - \alpha\log\mu(a|s)]"
    assert statuses(general, soft) == ["assumed", "unknown"]  # α is new
    assert statuses(general, soft.replace(r"\alpha\log\mu(a|s)", "1")) == ["assumed", "refuted"]
    assert statuses(general, soft.replace("=", ":=")) == ["assumed", "assumed"]
    assert statuses("# One", general, "# Another", soft) == ["assumed", "assumed"]


def test_what_is_given_of_one_policy_says_nothing_of_another() -> None:
    one = r"V^{\pi_{ref}}(x) = E_{y\sim\pi_{ref}(\cdot|x)}[r(x,y)]"
    other = r"V^{\pi_\theta}(x) = E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] - \beta KL(\pi_\theta\|\pi_{ref})"
    assert statuses(one, other) == ["assumed", "assumed"]


def test_an_instance_at_the_optimum_is_of_the_usual_optimum() -> None:
    general = r"V_\pi(x) = \sum_y \pi(y|x) r(x,y)"
    assert statuses(general, r"V_{\pi^*}(x) \ge V_{\pi_{ref}}(x)") == ["assumed", "proved"]
    assert statuses(general, r"V_{\pi^*}(x) \le V_{\pi_{ref}}(x)") == ["assumed", "refuted"]
    soft = r"V^\pi(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"
    assert statuses(soft, r"V^{\pi^*}(x) = \beta\log Z(x)") == ["assumed", "proved"]
    assert statuses(soft, r"V^{\pi^*}(x) = \log Z(x)") == ["assumed", "refuted"]


@pytest.mark.parametrize(
    "rows",
    [
        (r"Q(s,a) = r(s,a) + \gamma E_{a'\sim\pi}[r(s,a')]", r"V^\pi(s) = E_{a\sim\pi}[Q(s,a)]",
         r"V^\mu(s) = E_{a\sim\mu}[r(s,a)] + \gamma E_{a'\sim\pi}[r(s,a')]",
         r"V^\mu(s) = E_{a\sim\mu}[r(s,a)] + \gamma E_{a'\sim\mu}[r(s,a')]"),
        (r"g(y) = r(y)/\beta", r"W_\beta = E_{y\sim\pi}[g(y)] + \beta", r"W_{2\beta} = E_{y\sim\pi}[r(y)]/\beta + 2\beta",
         r"W_{2\beta} = E_{y\sim\pi}[r(y)]/(2\beta) + 2\beta"),
    ],
)  # fmt: skip
def test_what_is_made_of_the_policy_or_the_number_unsaid_keeps_an_instance_unknown(rows: tuple[str, ...]) -> None:
    text = "\n\n".join(f"$${row}$$" for row in rows)
    found = [line.status.value for line in check_text(text, "t.md").lines]
    assert found == ["assumed", "assumed", "unknown", "unknown"]
