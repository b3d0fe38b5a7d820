"""What a sentence introduces and displays use: taken for a definition where nothing else explains it, and only there."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from tests.told import told

PROVED, REFUTED, ASSUMED = Status.PROVED, Status.REFUTED, Status.ASSUMED
UNKNOWN, UNREADABLE = Status.UNKNOWN, Status.UNREADABLE

SCORE = r"$s_\theta(y) = \nabla_\theta \log q_\theta(y)$"
GRADIENT = r"$$ \nabla_\theta E_{y\sim q_\theta}[r(y)] = E_{y\sim q_\theta}[s_\theta(y) r(y)] $$"


def judged(text: str) -> list[Line]:
    return list(check_text(text, "note.md").lines)


@pytest.mark.parametrize(
    "prose",
    [
        f"Let {SCORE} be the score function.",
        f"where {SCORE}.",
        f"**Notation:**\n\n- $\\mu$: for sampling\n- {SCORE}: the score",
        f"We write {SCORE}.\n\n## Gradients\n",
        f"The score is {SCORE}.",
        f"Let {SCORE}. Then",
        f"Here and below, let us put {SCORE}.",
        f"We denote the score by {SCORE}.",
    ],
)
def test_a_sentence_gives_what_a_display_uses(prose: str) -> None:
    lines = judged(f"{prose}\n\n{GRADIENT}\n")
    assert [line.status for line in lines] == [ASSUMED, PROVED]
    assert any("sentence" in note for note in lines[0].notes)
    assert [line.status for line in judged(f"{prose}\n\n{GRADIENT.replace('= E', '= -E')}\n")] == [ASSUMED, REFUTED]


def test_what_is_introduced_stands_where_it_is_written() -> None:
    (given, _) = judged(f"A title\n\nLet {SCORE} be the score.\n\n{GRADIENT}\n")
    assert (given.line, given.column) == (3, 6)


def test_a_sentence_beside_a_chain_does_not_break_it() -> None:
    text = r"$$ E_{y\sim q_\theta}[r(y) w(y)] $$" + "\n\nwhere $w(y) = p(y) / q_\\theta(y)$, is\n\n$$ = E_{y\\sim p}[r(y)] $$\n"
    assert [line.status for line in judged(text)][-1] is PROVED


def test_what_is_never_called_is_no_number_where_a_sentence_says_what_it_is() -> None:
    text = r"Let $s_\theta(y) = \nabla_\theta \log q_\theta(y)$." + "\n\n$$ E_{q_\\theta}[s_\\theta] = 0 $$\n"
    assert [line.status for line in judged(text)] == [ASSUMED, PROVED]


@pytest.mark.parametrize(
    "prose",
    [
        f"If {SCORE}, all is well.",  # supposes
        r"Let $s_\theta(y) = s_\theta(y) + 1$.",  # says nothing
        "There is a score function.",
        *(f"Let {SCORE}{rest}." for rest in (
            " clipped to the unit interval", " plus noise", ", normalised to unit variance", " times a positive factor",
            " except on refusals", " approximately", " initially; it is then updated", " fail", " be replaced by any function",
            " hold on average", ", whitened per batch, be the signal", " be the score after centring")),
        f"The score is {SCORE} after centring.",
        f"Let {SCORE}. # Two\n\nHere $s_\\theta$ is a fixed weight.",
        f"(Schulman et al. let {SCORE}.)",
        f"Let $h$ be such that {SCORE} on average.",
        f"A reader may know {SCORE} from physics.",  # says it of another
        f"In physics one takes {SCORE}.",
        f"Let {SCORE}. Later on, $s_\\theta$ is any function.",  # and then it is not this one
        f"What people use: {SCORE} in case of a flow.",
    ],
)
def test_what_no_sentence_gives_stays_unexplained(prose: str) -> None:
    (line,) = judged(f"{prose}\n\n{GRADIENT}\n")
    assert line.status in (UNKNOWN, UNREADABLE)


def test_what_a_display_gives_no_sentence_gives() -> None:
    text = "Let $w(y) = 2 p(y)$.\n\n$$ w(y) = p(y) / q(y) $$\n\n$$ E_{y\\sim q}[w(y)] = 2 $$\n"
    assert PROVED not in [line.status for line in judged(text)]


def test_a_sentence_that_nobody_can_read_gives_nothing() -> None:
    text = "Let $w(y) = \\mathcal{N}(y; \\mu, \\Sigma)$.\n\n$$ E_{y\\sim q}[w(y)] = 1 $$\n"
    assert [line.status for line in judged(text)] == [UNKNOWN]


RATIO = r"$r(y) = \log\frac{p(y)}{q(y)}$"
IS_KL = r"$$ E_{y\sim p}[r(y)] = KL(p\|q) $$"


def test_a_sentence_gives_a_reward_that_is_new_there() -> None:
    lines = judged(f"We write {RATIO}.\n\n{IS_KL}\n\n{IS_KL.replace('sim p', 'sim q')}\n")
    assert [line.status for line in lines] == [ASSUMED, PROVED, REFUTED]


def test_a_reward_of_an_example_is_that_of_its_section() -> None:
    assert [line.status for line in judged(f"Let {RATIO}. Then\n\n{IS_KL}\n")] == [ASSUMED, PROVED]
    two = judged(f"Let {RATIO}. Then\n\n{IS_KL}\n\n# In general\n\n{IS_KL}\n")
    assert two[-1].status not in (PROVED, ASSUMED)


@pytest.mark.parametrize(
    "before",
    [
        r"$$ E_{y\sim\pi}[r(y)] \ge 0 $$" + f"\n\nWrite {RATIO}.",  # of what rows have it is no definition
        f"Write {RATIO}. Later we write $r(y) = \\log\\frac{{q(y)}}{{p(y)}}$.",
        f"One could set {RATIO}.",
        f"Write {RATIO}, and clip it.",
        f"<!-- symkl: r > 0 -->\n\nWrite {RATIO}.",
    ],
)
def test_a_reward_that_is_something_already_no_sentence_gives(before: str) -> None:
    assert judged(f"{before}\n\n{IS_KL}\n")[-1].status not in (PROVED, REFUTED)


def test_what_a_sentence_claims_of_the_reward_of_a_problem_is_no_definition() -> None:
    problem = r"$$ \max_\pi E_{y\sim\pi}[r(y)] - \beta KL(\pi\|\pi_{ref}) $$"
    prose = r"The reward is $r(y) = \beta\log\frac{\pi^*(y)}{\pi_{ref}(y)}$."
    assert judged(f"{problem}\n\n{prose}\n\n$$ Z = 1 $$\n")[-1].status not in (PROVED, ASSUMED)


@pytest.mark.parametrize("letter", [r"\rho", "w", "k", r"\tau", "R"])
def test_a_ratio_is_one_whatever_its_letter_usually_is(letter: str) -> None:
    ratio = rf"{letter} = \frac{{\pi_\theta(a|s)}}{{\pi_{{old}}(a|s)}}"
    row = rf"$$ E_{{a\sim\pi_{{old}}}}[{letter} A(s,a)] = E_{{a\sim\pi_\theta}}[A(s,a)] $$"
    for given in (f"Let ${ratio}$.", f"$$ {ratio} $$"):
        assert judged(f"{given}\n\n{row}\n")[-1].status is PROVED
        assert judged(f"{given}\n\n{row.replace('= E_', '= -E_')}\n")[-1].status is REFUTED


WEIGHT = r"$w(y) = \frac{\pi_\theta(y)}{\mu(y)}$"


@pytest.mark.parametrize(
    ("prose", "is_given"),
    [
        (f"Plugging $\\pi_\\theta$ in for $\\pi$, the loss becomes, with {WEIGHT}:", True),
        (f"The ratio is {WEIGHT}, and the objective", True),
        (f"The ratio is {WEIGHT}, and our loss becomes", True),
        (f"The loss is not this one, with {WEIGHT}:", False),
        (f"Suppose the loss is clipped, with {WEIGHT}:", False),
        (f"The ratio is {WEIGHT}, and the objective clips it", False),
    ],
)
def test_a_sentence_gives_something_on_its_way_to_a_display(prose: str, *, is_given: bool) -> None:
    row = r"$$ E_{y\sim\mu}[w(y) r(y)] = E_{y\sim\pi_\theta}[r(y)] $$"
    assert (judged(f"{prose}\n\n{row}\n")[-1].status is PROVED) is is_given


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"E_{y\sim q}[c (r(y) + 1)] = c E_{y\sim q}[r(y)] + c", PROVED),
        (r"E_{y\sim q}[w (r + 1)] = E_{y\sim q}[w r] + E_{y\sim q}[w]", PROVED),
        (r"E_{y\sim q}[w (r + 1)] = E_{y\sim q}[w r] + 1", PROVED),
        (r"E_{y\sim q}[w (r + 1)] = E_{y\sim q}[w r] + 2", REFUTED),
    ],
)
def test_a_bracket_behind_a_name_without_arguments_is_a_factor(row: str, status: Status) -> None:
    given = "<!-- symkl: c scalar -->\n\n$$ w(y) = p(y) / q(y) $$\n\n"
    assert judged(f"{given}$$ {row} $$\n")[-1].status is status


def test_a_remark_on_an_estimator_is_a_remark() -> None:
    row = r"E_{y\sim q}[\log q(y) - \log p(y)] = KL(q\|p) \quad \text{(unbiased)}"
    assert judged(f"$$ {row} $$")[0].status is PROVED
    assert judged(f"$$ {row.replace('(unbiased)', '(not unbiased)')} $$")[0].status is UNREADABLE


def test_a_sentence_gives_several_things_each_by_its_noun() -> None:
    """The margin of DPO: the y_w and y_l in it are those that the mean is over."""
    text = r"""Define the implicit reward $\hat r_\theta(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}$ and the
margin $u_\theta = \hat r_\theta(x,y_w) - \hat r_\theta(x,y_l)$.

$$ L(\theta) = -E_{(x,y_w,y_l)\sim D}[\log\sigma(u_\theta)] $$

$$ \nabla_\theta L(\theta) = -E_{(x,y_w,y_l)\sim D}[\sigma(-u_\theta)\nabla_\theta u_\theta] $$

$$ \nabla_\theta L(\theta) = -E_{(x,y_w,y_l)\sim D}[\sigma(u_\theta)\nabla_\theta u_\theta] $$
"""
    reward, margin, loss, right, wrong = judged(text)
    assert [line.status for line in (reward, margin, loss, right, wrong)] == [ASSUMED, ASSUMED, ASSUMED, PROVED, REFUTED]
    assert any("y_l and y_w" in note for note in margin.notes)
    assert not any("depends on" in note for note in loss.notes)


RLOO = r"""For a prompt $x$ draw $y_1,\dots,y_G\sim\pi_\theta(\cdot|x)$ and let $r_i = r(x,y_i)$, $\bar r =
\frac1G\sum_{i=1}^G r_i$. The leave-one-out baseline is $b_i = \frac{1}{G-1}\sum_{j\ne i}r_j$. Then

$$ r_i - b_i = \frac{G}{G-1}(r_i-\bar r) $$

The estimator $\hat g = \frac1G\sum_{i=1}^G(r_i-b_i)\nabla_\theta\log\pi_\theta(y_i|x)$ is unbiased:

$$ \mathbb E_{y_1,\dots,y_G\sim\pi_\theta(\cdot|x)}[\hat g] = \nabla_\theta\mathbb E_{y\sim\pi_\theta(\cdot|x)}[r(x,y)] $$
"""


@pytest.mark.parametrize(
    ("right", "wrong", "statuses"),
    [
        ("", "", (PROVED, PROVED)),
        (r"= \frac{1}{G-1}\sum", r"= \frac{1}{G}\sum", (REFUTED, PROVED)),  # any baseline of the others will do
        (r"\frac{1}{G-1}\sum_{j\ne i}r_j", r"\frac{1}{G-1}\sum_{j=1}^G r_j", (REFUTED, REFUTED)),
        (r"= \frac{G}{G-1}(r_i", r"= \frac{G-1}{G}(r_i", (REFUTED, PROVED)),
        (r"\hat g] =", r"\hat g] = 2", (PROVED, REFUTED)),
        ("and let $r_i", "and, if all are right, let $r_i", (UNREADABLE, UNREADABLE)),
        ("The estimator $", "The condition $", (PROVED, UNREADABLE)),
    ],
)
def test_a_page_whose_symbols_sentences_give(right: str, wrong: str, statuses: tuple[Status, Status]) -> None:
    lines = [line for line in judged(RLOO.replace(right, wrong, 1)) if "sentence" not in " ".join(line.notes)]
    assert tuple(told(line) for line in lines) == statuses


def test_what_prose_says_of_a_member_no_row_of_the_family_is_refuted_for() -> None:
    text = r"Some take $b_i = \frac{1}{G}\Bowtie r_i$ for it." + "\n\n" + r"$$ \sum_{i=1}^G (r_i - b_i) = 0 $$"
    assert judged(f"Let $b_i = \\Bowtie r_i$.\n\n{text}")[-1].status is UNKNOWN


def test_what_a_sentence_makes_of_another_of_its_symbols_is_given_as_well() -> None:
    prose = r"Let $\ell = \log\frac{q(y)}{p(y)}$ be the log-ratio, $k = -\ell$ and $m = e^{\ell} - 1 - \ell$."
    rows = (
        (r"E_{y\sim p}[k] = KL(p\|q)", PROVED),
        (r"E_{y\sim p}[m] = KL(p\|q)", PROVED),
        (r"E_{y\sim p}[m] = KL(q\|p)", REFUTED),
    )
    for row, status in rows:
        assert judged(f"{prose}\n\n$$ {row} $$\n")[-1].status is status
    apart = prose.replace("Let", "If")
    assert all(judged(f"{apart}\n\n$$ {row} $$\n")[-1].status not in (PROVED, REFUTED) for row, _ in rows)


@pytest.mark.parametrize(
    ("prose", "is_given"),
    [
        (f"Write {WEIGHT} for the importance weight.", True),
        (f"The ratio is {WEIGHT}, and the surrogate reads", True),
        (f"We have {WEIGHT} for the rare prompts.", False),
        (f"Write {WEIGHT} for short prompts.", False),
        (f"Write {WEIGHT} for the responses that are short.", False),
        (f"Write {WEIGHT} for the weight of the short ones.", False),
        (f"Write {WEIGHT} for the weight if the prompt is short.", False),
    ],
)
def test_a_symbol_may_stand_for_something(prose: str, *, is_given: bool) -> None:
    row = r"$$ E_{y\sim\mu}[w(y) r(y)] = E_{y\sim\pi_\theta}[r(y)] $$"
    assert (judged(f"{prose}\n\n{row}\n")[-1].status is PROVED) is is_given


def test_what_a_sentence_gives_otherwise_a_row_does_not_define() -> None:
    prose = r"Let $\hat r(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}$ be the implicit reward."
    assert judged(prose + "\n\n$$ \\hat r(x,y) = r(x,y) $$\n")[-1].status is UNKNOWN
    same = r"\hat r(x,y) = \beta\log\pi_\theta(y|x) - \beta\log\pi_{ref}(y|x)"
    assert judged(f"{prose}\n\n$$ {same} $$\n")[-1].status is ASSUMED
    whole = r"A(s,a) = r(s,a) + \gamma E_{s'}[V(s')] - V(s)"
    assert judged(f"The advantage is $A = r - V$ as usual.\n\n$$ {whole} $$\n")[-1].status is ASSUMED


def test_what_rows_only_claim_something_of_a_sentence_gives() -> None:
    prose = r"Let $\ell = \log\frac{q(y)}{p(y)}$ be the log-ratio and $m = e^{\ell} - 1 - \ell$."
    assert [each.status for each in judged(f"{prose}\n\n$$ m \\ge 0 $$\n\n$$ \\ell \\ge 0 $$\n")[-2:]] == [PROVED, REFUTED]
    assert judged(f"$$ m \\ge 0 $$\n\n{prose}\n\n$$ m \\ge 0 $$\n")[-1].status is not PROVED


def test_what_is_made_of_a_policy_that_a_sentence_names_is_not_taken_without_that() -> None:
    prose = r"Let $p = \pi_\theta(y|x)$ and $q = \pi_{ref}(y|x)$ and $u = q/p$."
    assert judged(f"{prose}\n\n$$ E_{{y\\sim\\pi_\\theta(\\cdot|x)}}[u] = 1 $$\n")[-1].status is not REFUTED
    assert judged(f"{prose}\n\n$$ E_{{y\\sim\\pi_\\theta(\\cdot|x)}}[u] = 2 $$\n")[-1].status is not PROVED
