"""One law of several variables by its parts: Bayes' rule, the evidence bound, and what is no part of any one law."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

PROVED, REFUTED, UNKNOWN, UNREADABLE = Status.PROVED, Status.REFUTED, Status.UNKNOWN, Status.UNREADABLE


def answers(*rows: str, before: str = "") -> list[Status]:
    return [line.status for line in check_text(before + "\n\n".join(f"$$ {row} $$" for row in rows), "row.md").lines]


BOUND = r"\mathbb{E}_{z\sim q(z|x)}[\log p(x|z)] - KL(q(z|x)\|p(z))"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"p(x) = \sum_z p(x|z) p(z)", PROVED),
        (r"p(x) = \sum_z p(z|x) p(z)", REFUTED),
        (r"p(x) = \int p(x|z) p(z) \, dz", PROVED),
        (r"p(z|x) = \frac{p(x|z) p(z)}{p(x)}", PROVED),
        (r"p(z|x) = \frac{p(x|z)}{p(x)}", REFUTED),
        (r"p(z|x) \propto p(x|z) p(z)", PROVED),
        (r"p(x,z) = p(z,x)", PROVED),
        (r"p(x,z) = p(z|x) p(x)", PROVED),
        (r"p(x,z) = p(z|x) p(z)", REFUTED),
        (rf"\log p(x) = {BOUND} + KL(q(z|x)\|p(z|x))", PROVED),
        (rf"\log p(x) = {BOUND} - KL(q(z|x)\|p(z|x))", REFUTED),
        (rf"\log p(x) \ge {BOUND}", PROVED),
        (rf"\log p(x) \le {BOUND}", REFUTED),
        (r"\mathbb{E}_{q(z)}[\log p(x,z)] + H(q) \le \log p(x)", PROVED),
        (r"\mathbb{E}_{x\sim p(x)}[KL(p(z|x)\|p(z))] = \mathbb{E}_{z\sim p(z)}[KL(p(x|z)\|p(x))]", PROVED),
        (r"\mathbb{E}_{x\sim p(x)}[KL(p(z|x)\|p(z))] = \mathbb{E}_{z\sim p(z)}[KL(p(x)\|p(x|z))]", REFUTED),
        (r"\mathbb{E}_{p(x,z)}[\log p(x,z)] = \mathbb{E}_{p(x)}[\log p(x)] - \mathbb{E}_{p(x)}[H(p(\cdot|x))]", PROVED),
    ],
)
def test_parts_of_one_law_are_what_follows_from_its_factors(row: str, status: Status) -> None:
    assert answers(row) == [status]


def test_the_score_of_a_marginal_is_the_mean_score_of_the_whole() -> None:
    r"""Fisher's identity; without the mean over the posterior it is false."""
    score = r"\nabla_\theta \log p_\theta(x) = \mathbb{E}_{z\sim p_\theta(z|x)}[\nabla_\theta \log p_\theta(x,z)]"
    wrong = r"\nabla_\theta \log p_\theta(x) = \mathbb{E}_{z\sim p_\theta(z)}[\nabla_\theta \log p_\theta(x,z)]"
    assert answers(score, wrong) == [PROVED, REFUTED]


def test_a_decoder_has_the_prior_that_is_written() -> None:
    bound = r"\mathbb{E}_{z\sim q_\phi(z|x)}[\log p_\theta(x|z)] - KL(q_\phi(z|x)\|p(z))"
    rows = rf"\log p_\theta(x) \ge {bound}", rf"\log p_\theta(x) \le {bound}"
    assert answers(*rows) == [PROVED, REFUTED]


def test_three_variables_have_every_part() -> None:
    rows = (
        r"p(a|s,o) = \frac{p(o|s,a) p(a|s)}{p(o|s)}",
        r"p(a|s,o) = \frac{p(o|s,a) p(a|s)}{p(o)}",
        r"p(o|s) = \sum_a p(o|s,a) p(a|s)",
    )
    assert answers(*rows) == [PROVED, REFUTED, PROVED]


@pytest.mark.parametrize(
    "row",
    [
        r"p(x,z) = p(x) p(z)",  # says that they are independent
        r"p(z|x) = e^{-r(x,z)}",  # says what the posterior is
    ],
)
def test_what_says_something_of_a_law_is_no_false_claim(row: str) -> None:
    factors = r"p(x,z) = p(z) p(x|z)", r"p(x|z) = p(x|z)", r"p(z) = p(z)"
    assert answers(*factors, row)[-1] is UNKNOWN


def test_which_part_a_bare_letter_is_nobody_can_tell() -> None:
    rows = r"p(z|x) = \frac{p(x|z) p(z)}{p(x)}", r"\mathbb{E}_{p}[r(z)] = \sum_z p(z) r(z)"
    assert answers(*rows) == [PROVED, UNKNOWN]


@pytest.mark.parametrize(
    ("rows", "statuses"),
    [
        ((r"\sum_y p(y|x) = 1", r"\sum_y p(y) = 1"), [PROVED, PROVED]),  # the prompt may be left out
        ((r"\sum_y p(y|x) = 1", r"p(y) = p(y|x)"), [PROVED, UNREADABLE]),  # and then is another thing, or is not
        ((r"\sum_{s'} P(s'|s,a) = 1", r"\sum_s P(s) = 1"), [PROVED, PROVED]),  # a kernel from states to states
    ],
)
def test_one_letter_does_not_make_a_law_of_several_variables(rows: tuple[str, ...], statuses: list[Status]) -> None:
    assert answers(*rows) == statuses


def test_the_names_of_parts_are_not_shown() -> None:
    report = check_text(r"$$ p(z|x) = p(x|z) p(z) $$" + "\n\n" + r"$$ \log p(x,z) = \log p(z) + \log p(x|z) $$", "row.md")
    assert "⟦" not in str(report)
    assert "p(z) > 0" in report.rests_on


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\mathbb{E}_{q}[\log p(z) - \log q(z)] = - KL(q(z)\|p(z))", PROVED),
        (r"\mathbb{E}_{q}[\log p(z) - \log q(z)] = KL(q(z)\|p(z))", REFUTED),
        (r"\mathbb{E}_{z \sim q}[\log q - \log p(z)] = KL(q\|p)", PROVED),
        (r"\mathrm{Var}_{q}[f(z)] = \mathbb{E}_q[f(z)^2] - \mathbb{E}_q[f(z)]^2", PROVED),
        (r"\mathbb{E}_\pi[r(y) - r(y')] = \mathbb{E}_\pi[r(y)] - r(y')", PROVED),  # the usual letter is what is drawn
    ],
)
def test_a_mean_is_over_the_letter_that_stands_below_it(row: str, status: Status) -> None:
    assert answers(row, before="<!-- symkl: f function of z -->\n\n") == [status]


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ((r"p_\theta(x,z) = p(z) p_\theta(x|z)",), Status.PROVED),
        ((r"E_{z\sim q(z|x)}[\log p_\theta(x,z) - \log q(z|x)] = E_{z\sim q(z|x)}[\log p_\theta(x|z)] - KL(q(z|x)\|p(z))",),
         Status.PROVED),
        ((r"E_{z\sim q(z|x)}[\log p_\theta(x,z) - \log q(z|x)] = E_{z\sim q(z|x)}[\log p_\theta(x|z)] + KL(q(z|x)\|p(z))",),
         Status.REFUTED),
        ((r"p_\theta(z) = p_\theta(z)", r"p_\theta(x,z) = p(z) p_\theta(x|z)"), Status.REFUTED),  # it has a prior of its own
    ],
)  # fmt: skip
def test_a_prior_without_the_parameter_is_that_of_the_law_with_it(rows: tuple[str, ...], status: Status) -> None:
    evidence = r"$$ \log p_\theta(x) = \log\int p_\theta(x,z)\,dz $$"
    text = "\n\n".join((evidence, *(f"$$ {row} $$" for row in rows)))
    assert check_text(text, "t.md").lines[-1].status is status
