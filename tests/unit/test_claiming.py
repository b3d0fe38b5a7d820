"""A claim is met when the document shows it, and nothing before it is broken or assumed in its place."""

import pytest

from symkl.checking import theorems
from symkl.checking.document import check_text
from symkl.checking.report import Overall
from symkl.reporting.words import claimed
from tests.unit.claimed import NOT_SHOWN, SHOWN

Z = r"Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}"
STAR = r"\pi^*(y|x) = \frac1{Z(x)} \pi_{ref}(y|x) e^{r(x,y)/\beta}"
J = r"J(\pi) = E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"
MAX = r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"
MARGIN = r"\beta\log\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)} - \beta\log\frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}"

MET = {
    "optimal-policy": [MAX, Z, STAR, r"\pi^*(y|x) = \arg\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})"],
    "optimal-value": [Z, MAX + r" = \beta\log Z(x)"],
    "regret": [J, Z, STAR, r"J(\pi^*) - J(\pi) = \beta KL(\pi\|\pi^*)"],
    "gibbs": [r"KL(p\|q) \ge 0"],
    "donsker-varadhan": [r"\log E_{y\sim\pi_{ref}}[e^{r(x,y)}] = \max_\pi E_{y\sim\pi}[r(x,y)] - KL(\pi\|\pi_{ref})"],
    "dpo-reward": [STAR, r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta\log Z(x)"],
    "k1-unbiased": [r"E_{y\sim\pi}[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}] = KL(\pi\|\pi_{ref})"],
    "k3-unbiased": [r"E_{y\sim\pi}[\frac{\pi_{ref}(y|x)}{\pi(y|x)} - 1 - \log\frac{\pi_{ref}(y|x)}{\pi(y|x)}] = KL(\pi\|\pi_{ref})"],
    "dpo-loss": [
        r"\hat r_\theta(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}",
        r"p(y_w \succ y_l | x) = \sigma(\hat r_\theta(x,y_w) - \hat r_\theta(x,y_l))",
        rf"-E_{{(x,y_w,y_l)\sim D}}[\log p(y_w\succ y_l|x)] = -E_{{(x,y_w,y_l)\sim D}}[\log\sigma({MARGIN})]",
    ],
}


def verdict(name: str, rows: list[str]) -> tuple[Overall, bool, str]:
    report = check_text("\n\n".join(f"$${row}$$" for row in rows), "claim.md", claim=name)
    assert report.claim is not None
    return report.verdict, report.claim.met, report.claim.why_not


@pytest.mark.parametrize("name", sorted(MET))
def test_a_document_that_states_it_meets_it(name: str) -> None:
    assert verdict(name, MET[name]) == (Overall.PROVED, True, "")


def test_a_theorem_may_be_stated_on_average_over_the_prompts() -> None:
    objective = r"J(\pi) = E_{x\sim D}[E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})]"
    stated = r"J(\pi^*) - J(\pi) = \beta E_{x\sim D}[KL(\pi\|\pi^*)] \ge 0"
    assert verdict("regret", [objective, Z, STAR, stated]) == (Overall.PROVED, True, "")


@pytest.mark.parametrize("name", sorted(MET))
def test_another_row_after_it_takes_nothing_away(name: str) -> None:
    assert verdict(name, [*MET[name], r"\log\pi(y|x) - \log\pi(y|x) = 0"]) == (Overall.PROVED, True, "")


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_document_that_shows_it_meets_it(name: str) -> None:
    claim, text = SHOWN[name]
    found = check_text(text, "claim.md", claim=claim).claim
    assert found is not None
    assert (found.met, found.why_not, found.rows) == (True, "", ())


@pytest.mark.parametrize("name", sorted(NOT_SHOWN))
def test_what_does_not_show_it_is_told_what_would_and_that_advice_works(name: str) -> None:
    claim, text = NOT_SHOWN[name]
    found = check_text(text, "claim.md", claim=claim).claim
    assert found is not None
    assert not found.met
    assert found.rows
    followed = check_text("\n\n".join((text, *(f"$$ {row} $$" for row in found.rows))), "claim.md", claim=claim)
    assert followed.claim is not None
    assert followed.claim.met


WITHOUT_ADVICE = {"best-of-n-kl", "limit-small-beta", "soft-bellman", "forward-kl-optimum"}
"""What takes a page of definitions and hypotheses, of which a few rows would say nothing."""


@pytest.mark.parametrize("claim", sorted({*theorems.NAMES} - WITHOUT_ADVICE))
@pytest.mark.parametrize("text", [r"$$\sum_y p(y) = 1$$", r"$$\sum_a \mu(a|s)\log\nu(a|s) = E_{a\sim\mu}[\log\nu(a|s)]$$"])
def test_advice_works_for_every_theorem_in_the_letters_of_the_document(claim: str, text: str) -> None:
    found = check_text(text, "claim.md", claim=claim).claim
    assert found is not None
    followed = check_text("\n\n".join((text, *(f"$$ {row} $$" for row in found.rows))), "claim.md", claim=claim)
    assert followed.claim is not None
    assert (found.met, followed.claim.met) == (False, True)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (
            "donsker-varadhan",
            r"""<!-- symkl: f function of y; assume -->
            $$ \log E_{y\sim q}[e^{f(y)}] = \max_p\ E_{y\sim p}[f(y)] - D_{KL}(p\|q) $$
            $$ \log E_{y\sim q}[e^{f(y)}] = \max_p\ E_{y\sim p}[f(y)] - D_{KL}(p\|q) $$""",
        ),
        (
            "k2-gradient",  # nothing moves there, and every gradient is 0
            r"$$ E_{y\sim\mu}[\nabla\tfrac12(\log\frac{\mu(y|x)}{\nu(y|x)})^2] = \nabla D_{KL}(\mu\|\nu) $$",
        ),
    ],
)
def test_what_is_supposed_and_what_does_not_move_show_nothing(claim: str, text: str) -> None:
    found = check_text(text, "claim.md", claim=claim).claim
    assert found is not None
    assert not found.met


def test_a_document_with_a_broken_row_is_told_to_mend_that_first() -> None:
    found = check_text("$$ D_{KL}(p\\|q) = 1 $$", "claim.md", claim="gibbs").claim
    assert found is not None
    assert (found.why_not, found.rows) == ("line 1 is refuted", ())


def test_the_row_that_would_meet_a_claim_is_in_the_report() -> None:
    report = check_text("$$ \\sum_y p(y) = 1 $$", "claim.md", claim="gibbs")
    assert report.claim is not None
    assert report.claim.rows[0] in claimed(report)


@pytest.mark.parametrize(("stated", "claimed"), [("regret", "optimal-value"), ("k1-unbiased", "k3-unbiased"), ("gibbs", "regret")])
def test_another_theorem_is_not_this_one(stated: str, claimed: str) -> None:
    assert verdict(claimed, MET[stated])[1] is False


def test_a_claim_that_is_assumed_is_not_met() -> None:
    overall, met, why = verdict("optimal-policy", [MAX, STAR])
    assert (overall, met) == (Overall.INCOMPLETE, False)
    assert "assumed" in why


def test_a_broken_row_before_leaves_the_claim_unmet() -> None:
    overall, met, why = verdict("gibbs", [r"\log Z(x) = 1", *MET["gibbs"]])
    assert (overall, met) == (Overall.REFUTED, False)
    assert "line 1 is refuted" in why


def test_a_theorem_nobody_knows_is_named_with_those_that_are() -> None:
    why = verdict("fermat", MET["gibbs"])[2]
    assert all(name in why for name in theorems.NAMES)
