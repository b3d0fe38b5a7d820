"""What a sentence supposes before its display: the display stands under it, and nothing behind that does."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

PROVED, REFUTED, UNKNOWN = Status.PROVED, Status.REFUTED, Status.UNKNOWN
SAME = r"$$ KL(\pi\|\pi_{ref}) = 0 $$"


def statuses(*blocks: str, file: str = "t.md") -> list[Status]:
    return [line.status for line in check_text("\n\n".join(blocks), file).lines]


@pytest.mark.parametrize(
    "words",
    [
        r"If $\pi = \pi_{ref}$, then",
        r"When \(\pi = \pi_{ref}\) we have",
        r"Suppose that $\pi = \pi_{ref}$. Then we get",
        r"A remark first. Assume $\pi(y|x) = \pi_{ref}(y|x)$; then",
        r"In the special case $\pi = \pi_{ref}$ it follows that",
        r"Setting $\pi = \pi_{ref}$ gives",
        r"By choosing $\pi = \pi_{ref}$ we obtain",
        r"Let us assume $\pi = \pi_{ref}$. Then",
        r"With $\pi = \pi_{ref}$ this becomes",
    ],
)
def test_the_display_stands_under_it(words: str) -> None:
    assert statuses(words, SAME) == [PROVED]
    assert statuses(words, SAME.replace("= 0", "= 1")) == [REFUTED]


@pytest.mark.parametrize(
    "words",
    [
        r"If $\pi = \pi_{ref}$ on average, then",
        r"If the assumption $\pi = \pi_{ref}$ is dropped, then",
        r"For policies other than $\pi = \pi_{ref}$ we get",
        r"Assume the opposite of $\pi = \pi_{ref}$. Then",
        r"For one prompt $x$ with $\pi = \pi_{ref}$ we have",
        r"When training starts we have $\pi = \pi_{ref}$; at every later step",
        r"For $\pi = \pi_{ref}$ this is trivial; for other $\pi$ we get",
        r"If $\pi = \pi_{ref}$ then nothing is learnt; if the policy moves, then",
        r"If we take logarithms we get $\pi = \pi_{ref}$ and",
        r"At the optimum the two agree, $\pi = \pi_{ref}$, so",
        r"If the policy has not moved, then",
        r"Suppose that nothing was learnt. Then",
    ],
)
def test_what_is_supposed_in_other_words_is_not_read(words: str) -> None:
    assert statuses(words, SAME) == [UNKNOWN]
    assert statuses(words, SAME.replace("= 0", r"\ge 0")) == [PROVED]


@pytest.mark.parametrize(
    "words",
    [
        r"If $\pi = \pi_{ref}$, all is well. In other cases",
        r"Equality holds only if $\pi = \pi_{ref}$:",
        r"If we write that out, we get",
        r"It would be wrong to claim, even if $\pi = \pi_{ref}$, that",
    ],
)
def test_what_supposes_nothing_of_it_is_passed_over(words: str) -> None:
    assert statuses(words, SAME) == [REFUTED]


def test_what_stands_behind_it_does_not() -> None:
    under = r"If $\pi = \pi_{ref}$, then"
    assert statuses(under, SAME, "It is known that", SAME) == [PROVED, REFUTED]
    assert statuses(under, SAME, "## Next", SAME) == [PROVED, REFUTED]
    assert statuses(under, SAME, "and hence", SAME) == [PROVED, PROVED]


def test_what_is_only_assumed_for_a_display_nobody_knows_of_behind_it() -> None:
    words = r"We assume $\beta = 1$. Then"
    row = r"$$ \beta E_\pi[r] = E_\pi[r] $$"
    assert statuses(words, row, "It is known that", row) == [PROVED, UNKNOWN]


def test_every_row_of_the_display_does() -> None:
    rows = r"\begin{align} E_\pi[r(x,y)^2] &= E_\pi[r(x,y)] \\ &= 0 \end{align}"
    text = r"\documentclass{article}\begin{document} Suppose $r(x,y) = 0$. Then " + rows + r"\end{document}"
    assert statuses(text, file="t.tex") == [PROVED, PROVED]
    assert statuses(text.replace("&= 0", "&= 1"), file="t.tex") == [PROVED, REFUTED]


@pytest.mark.parametrize("condition", [r"n = 1", r"\mathcal{X}\times = 3"])
def test_under_what_is_not_read_nothing_is_refuted(condition: str) -> None:
    (line,) = check_text(f"When ${condition}$,\n\n$$ E_\\pi[r(x,y)] = 0 $$", "t.md").lines
    assert line.status is UNKNOWN
    assert "which is not read" in line.because


@pytest.mark.parametrize("words", [r"Since $r(x,y) = 0$, we get", r"Here $r(x,y) = 0$, so", r"Because $r(x,y) = 0$,"])
def test_for_a_reason_that_nobody_has_shown_nothing_is_refuted(words: str) -> None:
    row = r"$$ E_\pi[r(x,y)^2] = 0 $$"
    assert statuses(words, row) == [UNKNOWN]
    assert statuses(r"Since $D_{KL}(\pi\|\mu) \ge 0$, we get", row) == [REFUTED]  # that is so, and no reason
    assert statuses("Suppose that", r"$$ r(x,y) = 0 $$", words, row)[1] is PROVED


def test_how_far_an_index_goes_is_no_condition() -> None:
    assert statuses(r"For $t = 1, \dots, T$ we have", r"$$ E_\pi[r(x,y)] = 0 $$") == [REFUTED]


def test_a_condition_that_contradicts_proves_nothing() -> None:
    rows = r"$$ r(x,y) = 1 $$", r"If $r(x,y) = 0$, then", r"$$ E_\pi[r(x,y)] = 5 $$"
    assert statuses("Suppose that", *rows)[-1] is not PROVED


@pytest.mark.parametrize(
    "words",
    [
        "For deterministic policies,",
        "At the first update, the two are one:",
        "With only one response,",
        "In the case of a frozen model,",
        "Near the reference,",
        "On policy,",
        "Off policy this fails, but on policy",
        "Before training starts, the policy is the reference, so",
        "For small steps",
        "To first order,",
        "As $\\beta \\to \\infty$,",
        "Ignoring what is of higher order, we get",
        "which at the optimum vanishes, so",
        "If the model were never updated, we would have",
        "After convergence",
        "In the bandit with one arm,",
        "With probability one,",
        "Without training,",
        "For some policies",
        "Whenever both agree with a third,",
        "For policies that share their weights",
        "Among policies of one size",
        "The policy equals the reference.",
        "$\\pi$ is deterministic.",
    ],
)
def test_behind_an_opening_that_may_not_hold_everywhere_nothing_is_refuted(words: str) -> None:
    assert statuses(words, SAME) == [UNKNOWN]


@pytest.mark.parametrize(
    "words",
    [
        "For all policies,",
        "For any two policies $\\pi$ and $\\mu$",
        "In other words,",
        "In any case,",
        "On the other hand,",
        "With the definition of the divergence we get",
        "After some algebra",
        "After dividing by $\\beta$ we find",
        "To see this, write",
        "In particular,",
        "At the same time,",
        "By Jensen's inequality,",
        "Under the reference policy",
        "For each prompt",
        "It would be wrong to write",
        "For PPO the divergence between the two is",
        "With the logistic link we have",
        "By Gibbs' inequality,",
        "In Jensen's inequality",
        "In the notation of the paper, the two satisfy",
        "On the other side of it stands",
        "With that, it",
        "For the k3 estimator, the mean is",
    ],
)
def test_behind_an_opening_that_holds_everywhere_what_is_false_is_refuted(words: str) -> None:
    assert statuses(words, SAME) == [REFUTED]


def test_what_holds_under_a_condition_that_is_not_read_gives_nothing() -> None:
    row, after = r"$$ V(x) = E_\mu[r(x,y)] $$", r"$$ 2 V(x) = 2 E_\mu[r(x,y)] $$"
    assert statuses("We write", row, "and have", after) == [Status.ASSUMED, PROVED]
    assert statuses("If the reward is constant,", row, "Later", after) == [UNKNOWN, UNKNOWN]


def test_a_condition_may_say_for_which_outcomes_it_is_meant() -> None:
    words = r"If $r(x,y) = V(x)$ for all $y$, then"
    assert statuses(words, r"$$ E_\pi[r(x,y)] = V(x) $$") == [PROVED]
    assert statuses(words, r"$$ E_\pi[r(x,y)] = 2 V(x) $$") == [REFUTED]


def test_let_with_an_inequality_gives_nothing_and_supposes_it() -> None:
    bound, row = r"Let $|r(y)| \le B$.", r"$$E_{y\sim p}[r(y)] \le B$$"
    assert statuses("<!-- symkl: B > 0 -->", bound, row) == [PROVED]
    assert statuses("<!-- symkl: B > 0 -->", row) == [REFUTED]
    assert statuses(r"Let $w(y) = p(y)/q(y)$.", r"$$E_{y\sim q}[w(y)] = 1$$")[-1] == PROVED


@pytest.mark.parametrize(
    ("prose", "everywhere"),
    [
        ("A right answer has", False),
        ("and a wrong one", False),
        ("Correct responses get", False),
        ("Every failed rollout is given", False),
        ("The right answer is", True),
        ("A wrong derivation gives", True),
        ("The samples have", True),
    ],
)
def test_what_samples_have_that_turned_out_some_way_others_need_not(prose: str, *, everywhere: bool) -> None:
    """With one right answer of two its advantage is 1, and that of the other -1."""
    given = r"$$ \hat A_i = \frac{r_i - \operatorname{mean}(r_1,\dots,r_G)}{\operatorname{std}(r_1,\dots,r_G)} $$"
    *_, line = check_text(f"{given}\n\n{prose}\n\n$$ \\hat A_i = 1 $$\n", "note.md").lines
    assert line.status.value == ("refuted" if everywhere else "unknown")
