r"""Words around a display that put a condition on it: behind it, in words, or as a formula in other words.

The display is not refuted under what is not read. What says nothing of it leaves it as it is.
"""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

PROVED, REFUTED, UNKNOWN, ASSUMED = Status.PROVED, Status.REFUTED, Status.UNKNOWN, Status.ASSUMED
SAME = r"$$ KL(\pi\|\pi_{ref}) = 0 $$"
MEAN = r"$$ E_\pi[r] \ge 0 $$"


def statuses(*blocks: str, file: str = "t.md") -> list[Status]:
    return [line.status for line in check_text("\n\n".join(blocks), file).lines]


@pytest.mark.parametrize(
    "words",
    ["provided that $r(x,y) \\ge 0$.", "if $r(x,y) \\ge 0$ for all $y$.", "(for $r(x,y) \\ge 0$).", "whenever $r(x,y) \\ge 0$."],
)  # fmt: skip
def test_a_condition_behind_the_display_is_one(words: str) -> None:
    assert statuses("We have", MEAN, words) == [PROVED]
    assert statuses("We have", MEAN.replace("0", "1"), words) == [REFUTED]
    assert statuses("We have", MEAN, words, "In any case", MEAN) == [PROVED, REFUTED]


@pytest.mark.parametrize(
    "words",
    [
        "provided that the policy equals the reference.",
        "if training has not begun.",
        "because $\\pi = \\pi_{ref}$.",
        "whenever the two agree.",
        "unless $\\pi \\ne \\pi_{ref}$.",
        "(here the policy equals the reference).",
    ],
)
def test_what_stands_behind_it_in_words_is_not_read(words: str) -> None:
    assert statuses("We have", SAME, words) == [UNKNOWN]
    assert statuses("We have", SAME.replace("= 0", r"\ge 0"), words) == [PROVED]


@pytest.mark.parametrize(
    "words",
    [
        "where $r$ is the reward.",
        "for all $x$.",
        "for all $y \\in \\mathcal{Y}$.",
        "for every prompt.",
        "if we write that out.",
        "when taking logarithms.",
        "This holds if $\\pi = \\pi_{ref}$.",
        "which proves the claim.",
    ],
)
def test_what_says_nothing_of_it_leaves_it(words: str) -> None:
    assert statuses("We have", SAME, words) == [REFUTED]


@pytest.mark.parametrize(
    "words",
    [
        "When the policy equals the reference,",
        "Since the policy equals the reference,",
        "We consider the case where the policy equals the reference. Then",
        "The policy equals the reference. Therefore",
        "At initialisation we have",
        "In this toy example",
        "Suppose $\\pi = \\pi_{ref}$ on average.",
        "Unless the policy moves,",
    ],
)
def test_what_is_supposed_in_words_before_it_is_not_read(words: str) -> None:
    assert statuses(words, SAME) == [UNKNOWN]


@pytest.mark.parametrize(
    "words",
    [
        "Since the divergence is never negative,",
        "Because the logarithm is concave, Jensen gives",
        "When we expand the square we get",
        "Recall that $\\sum_y \\pi(y|x) = 1$. Then",
        "We claim that $KL(\\pi\\|\\pi_{ref}) = 0$. Indeed",
        "The optimal policy is given by",
        "For all $y \\in \\mathcal{Y}$ we have",
        "The objective is strictly concave: its second derivative is negative at every policy,",
    ],
)
def test_a_general_reason_is_no_condition(words: str) -> None:
    assert statuses(words, SAME) == [REFUTED]


@pytest.mark.parametrize("words", ["Recall that $r(x,y) \\ge 0$. Thus", "which for $r(x,y) \\ge 0$ reduces to", "(Case $r(x,y) \\ge 0$.)"])  # fmt: skip
def test_a_formula_in_other_words_from_which_it_would_follow(words: str) -> None:
    assert statuses(words, MEAN) == [UNKNOWN]
    assert statuses(words, MEAN.replace("0", "1")) == [REFUTED]


def test_what_stands_in_the_same_row_may_be_its_condition() -> None:
    assert statuses(r"$$ E_\pi[r] \ge 0, \quad r(x,y) \ge 0 $$") == [UNKNOWN]
    assert statuses(r"$$ E_\pi[r] = 0, \quad E_\pi[r] = 0 $$") == [REFUTED]
    assert statuses(r"$$ E_\pi[r] \ge 1, \quad r(x,y) \ge 0 $$") == [REFUTED]


def test_a_counterexample_obeys_a_condition_that_two_things_differ() -> None:
    assert statuses("If $p \\ne q$, then", r"$$ KL(p\|q) > 0 $$") == [UNKNOWN]
    assert statuses("If $p \\ne q$, then", r"$$ KL(p\|q) > 1 $$") == [REFUTED]
    assert statuses("If $p \\ne q$, then", r"$$ KL(p\|q) \ge 0 $$") == [PROVED]


@pytest.mark.parametrize(
    "words", ["**Lemma.** For all distributions $p$ and $q$,", "Now let $p$ be any distribution. Then", "For an arbitrary $p$"]
)  # fmt: skip
def test_what_words_call_any_is_no_longer_what_a_row_gave(words: str) -> None:
    given = r"$$ p(y) = \frac{q(y)e^{r(y)}}{\sum_{y'}q(y')e^{r(y')}} $$"
    row = r"$$ \log\frac{p(y)}{q(y)} = r(y) - \log\sum_{y'}q(y')e^{r(y')} $$"
    assert statuses(given, row) == [ASSUMED, PROVED]
    assert statuses(given, words, row) == [ASSUMED, UNKNOWN]
    assert statuses(given, words, row, "# Next", row)[-1] is PROVED


def test_what_an_example_gave_ends_in_general() -> None:
    row = r"$$ \beta H(\pi) = H(\pi) $$"
    assert statuses(r"$$ \beta = 1 $$", "Then", row) == [ASSUMED, PROVED]
    assert statuses(r"$$ \beta = 1 $$", "In general,", row) == [ASSUMED, UNKNOWN]


def test_a_partition_function_below_a_law_makes_it_sum_to_one() -> None:
    law = r"$$ \log\pi_\beta(y) = r(y)/\beta - \log Z $$"
    right = r"$$ \frac{d}{d\beta}\log\pi_\beta(y) = -\frac{r(y) - E_{y\sim\pi_\beta}[r(y)]}{\beta^2} $$"
    wrong = r"$$ \frac{d}{d\beta}\log\pi_\beta(y) = -\frac{r(y)}{\beta^2} $$"
    assert statuses(law, right, wrong) == [ASSUMED, PROVED, REFUTED]
    softmax = r"$$ \pi_\theta(y|x) = \frac{1}{Z(x)}\exp f_\theta(x,y) $$"
    slope = r"$$ \nabla_\theta\log\pi_\theta(y|x) = \nabla_\theta f_\theta(x,y) $$"
    assert PROVED not in statuses(softmax, slope)
    assert statuses(softmax, r"$$ Z(x) = \sum_y \pi_{ref}(y|x)e^{r(x,y)/\beta} $$")[1] is not PROVED
