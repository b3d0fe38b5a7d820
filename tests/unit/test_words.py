r"""Words, tags, columns and ink beside a formula: what they say counts, or the row is not read.

Each false row has a true one beside it that differs in nothing but what the words say.
"""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.reading.ink import covers, shows
from symkl.reading.remarks import carried, labels
from tests.told import told

KL = r"\mathrm{KL}(p \| q)"


def judged(row: str) -> Line:
    (line,) = check_text(f"$$ {row} $$", "row.md").lines
    return line


REMARKS = [
    "PPO:", "DR-GRPO:",
    "(by definition)", "Gibbs' inequality", "Therefore", "by Jensen", "by the tower property", "(Jensen's inequality)",
    "using (2.4) and Lemma 3", "from eq. 5", "(by (3))", "as claimed", "for all policies", "(chain rule)", "(a)", "[12]",
    r"since $\sum_y q(y) = 1$", "(linearity of expectation)", "completing the square", "which is what we wanted",
    "because probabilities sum to one", "where Z is the partition function", "(first-order condition)", "Hence,",
    r"by \eqref{eq:a}", "(!)", "Donsker–Varadhan", "and so", "see Section 3.2",
]  # fmt: skip
CARRIERS = [
    ("is false", "false"), ("It is not true that", "not"), ("does not hold", "not"), ("doesn't hold", "doesn't"),
    ("untrue", "untrue"), ("unless", "unless"), ("or", "or"), ("times 2", "times"), ("= 4", "="), ("+ entropy", "+"),
    ("-", "-"), ("and ≤ 1", "≤"), ("3", "3"), ("up to a constant", "up"), ("to first order", "to"),
    ("in distribution", "in"), ("(since this fails)", "fails"), ("by 2", "2"), ("only if", "only"), ("a.s.", "a.s"),
    ("with equality", "equality"), ("NOT", "NOT"), (r"by definition, \beta", r"\beta"), ("$= 4$", "$= 4$"),
    ("PPO", "PPO"), ("WRONG:", "WRONG"), ("nearly always", "nearly"), ("irrefutable", "irrefutable"), ("dropping constants", "dropping"), ("than", "than"),
]  # fmt: skip


@pytest.mark.parametrize("text", REMARKS)
def test_a_remark_carries_nothing(text: str) -> None:
    assert carried(text) == ""
    assert judged(rf"{KL} \ge 0 \quad \text{{{text}}}").status is Status.PROVED


@pytest.mark.parametrize(("text", "word"), CARRIERS)
def test_what_may_change_a_statement_is_named(text: str, word: str) -> None:
    assert carried(text) == word
    line = judged(rf"{KL} \ge 0 \quad \text{{{text}}}")
    assert told(line) is Status.UNREADABLE
    assert line.trouble is not None


@pytest.mark.parametrize(
    "row",
    [
        r"3 = 3 \text{ = 4}", r"3 = 3 \mbox{ = 4}", r"\text{-}3 = 3", r"3 = 3 \text{ or } 4", r"3 = 3 \text{ or } 3 = 4",
        r"\text{It is wrong that } 3 = 3", r"3 \overset{\text{not}}{=} 3", r"3 \stackrel{\text{a.s.}}{=} 3",
        r"3 \overset{d}{=} 3", r"3 \overset{+1}{=} 3", r"3 = 3 \tag{= 4}", r"3 = 3 \tag{false}", r"3 = 3 \footnote{no}",
        r"\text{Wrong:}\quad 3 = 3", r"3 = 3 \quad (\text{not really})", r"\text{two times } 3 = 6", r"\text{2} = 2",
        r"3 = \underbrace{2 + 1}_{\text{not } 3}", r"3 = 3 \text{ but } 4 = 4", r"3 = 3 \quad \text{除非}",
        r"3 \underset{\text{nearly}}{=} 3", r"3 = 3 \text{ and } 4", r"3 = 3,\quad \text{or}\quad 3 = 4",
    ],
)  # fmt: skip
def test_a_row_with_words_that_count_is_not_read(row: str) -> None:
    line = judged(row)
    assert told(line) is Status.UNREADABLE
    assert line.trouble is not None and line.trouble.advice


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"{KL} \ge 0 \text{{ and }} = 0", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ and }} \ge -1", Status.PROVED),
        (rf"-{KL} \le 0 \text{{ and }} \ge 0", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ and also }} \le 1", Status.REFUTED),
        (r"3 \le 4, \text{ and } \ge 2", Status.PROVED),
        (r"3 \le 4, \text{ and } \ge 5", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ and }} \mathrm{{KL}}(q\|p) \ge 0", Status.PROVED),
        (rf"{KL} \ge 0 \text{{ and }} \mathrm{{KL}}(q\|p) \le 0", Status.REFUTED),
        (r"3 = 3 \text{ (by definition) } = 2 + 1", Status.PROVED),
        (r"3 = 3 \text{ which is } = 4", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ hence }} = 0", Status.UNREADABLE),
        (rf"{KL} = {KL} \text{{ and }} \mathrm{{KL}}(q\|p)", Status.UNREADABLE),
        (rf"{KL} = {KL},\quad \mathrm{{KL}}(q\|p)", Status.UNREADABLE),
    ],
)
def test_after_and_a_bare_relation_is_about_the_subject_of_the_row(row: str, status: Status) -> None:
    assert judged(row).status is status


J = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta\mathrm{KL}(\pi\|\pi_{ref})"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"{KL} \ge 0 \text{{ with equality iff }} p = q", Status.PROVED),
        (rf"{KL} \ge 0, \quad \text{{with equality if and only if }} p(y) = q(y)", Status.PROVED),
        (rf"0 \le {KL} \text{{ with equality exactly when }} q = p", Status.PROVED),
        (rf"-\beta {KL} \le 0 \text{{ with equality iff }} p = q", Status.PROVED),
        (rf"{KL} = 0 \iff p = q", Status.PROVED),
        (rf"{J} \le \beta\log Z(x) \text{{ with equality iff }} \pi = \pi^*", Status.PROVED),
        (rf"{J} \le \beta\log Z(x) \text{{ with equality iff }} \pi = \pi_{{ref}}", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ with equality iff }} p = \mu", Status.REFUTED),
        (rf"{KL} \ge 0 \text{{ with equality iff }} p = p", Status.REFUTED),
        (rf"{KL} = 0 \iff 1 = 1", Status.REFUTED),
        (r"\log\tau \le \tau - 1 \text{ with equality iff } \tau = 1", Status.UNKNOWN),
        (r"3 = 3 \text{ with equality iff } p = q", Status.UNREADABLE),
    ],
)
def test_a_case_of_equality_is_a_claim_about_the_equation(row: str, status: Status) -> None:
    """That q is where the largest difference is 0, and the only place, which the law of the maximum says."""
    assert judged(row).status is status


def test_a_case_of_equality_supposes_nothing() -> None:
    report = check_text(rf"$${KL} \ge 0 \text{{ with equality iff }} p = q$$", "words.md")
    assert set(report.rests_on) == {"p > 0", "q > 0"}


@pytest.mark.parametrize("tag", ["7", "7a", "A.3", "2.1'", "*", r"$\star$", r"$\square$", "by (2)", "Gibbs", "(3)", "iv"])
def test_a_label_in_a_tag_is_decoration(tag: str) -> None:
    assert labels(tag)
    assert judged(rf"3 = 3 \tag{{{tag}}}").status is Status.PROVED
    assert judged(rf"3 = 4 \tag{{{tag}}}").status is Status.REFUTED


@pytest.mark.parametrize("over", ["(a)", "(2)", "(iii)", r"\text{Jensen}", r"\text{by (2)}", "*", r"\text{def.}", "!"])
def test_a_label_over_a_relation_is_decoration(over: str) -> None:
    if over == "!":
        return  # \overset{!}{=} demands, and is refused as a character of no meaning
    assert judged(rf"3 \overset{{{over}}}{{=}} 3").status is Status.PROVED
    assert judged(rf"3 \overset{{{over}}}{{=}} 4").status is Status.REFUTED


# -- ink -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "colour", ["{red}", "{blue!60!black}", "[HTML]{CC0000}", "[rgb]{1,0,0}", "[gray]{0.3}", "{#336699}", "{myblue}"]
)
def test_a_colour_that_is_seen_is_decoration(colour: str) -> None:
    assert judged(rf"3 = \textcolor{colour}{{3}}").status is Status.PROVED
    assert judged(rf"3 = {{\color{colour} 4}}").status is Status.REFUTED


@pytest.mark.parametrize(
    "colour", ["{white}", "{White}", "{white!95!black}", "[HTML]{FFFFFF}", "[rgb]{1,1,1}", "[gray]{0.97}", "{#fff}", "{bg}"]
)
def test_a_colour_that_hides_is_refused(colour: str) -> None:
    assert judged(rf"0 = -1 \textcolor{colour}{{+ 1}}").status is Status.UNREADABLE
    assert judged(rf"0 = -1 {{\color{colour} + 1}}").status is Status.UNREADABLE


def test_a_dark_box_hides_and_a_bright_one_does_not() -> None:
    assert covers("black") and not covers("yellow")
    assert judged(r"0 = -1 \colorbox{black}{+ 1}").status is Status.UNREADABLE
    assert shows("red") and not shows("lightyellow")


@pytest.mark.parametrize("phantom", [r"\phantom{+ 1}", r"\hphantom{2}", r"\phantom{x}"])
def test_a_phantom_that_says_something_is_refused(phantom: str) -> None:
    assert judged(rf"0 = -1 {phantom}").status is Status.UNREADABLE


@pytest.mark.parametrize("space", [r"\phantom{=}", r"\hphantom{{}={}}", r"\vphantom{\sum_y}", r"\quad", r"\hspace{1em}"])
def test_a_phantom_that_only_makes_space_is_space(space: str) -> None:
    assert judged(rf"3 = {space} 3").status is Status.PROVED
    assert judged(rf"3 = {space} 4").status is Status.REFUTED


# -- notation that was a product ---------------------------------------------------------------------------


@pytest.mark.parametrize("head", [r"\KL", r"\kl", r"D_{KL}", r"\mathrm{KL}", r"\operatorname{KL}", r"D_{\text{KL}}", "D"])
def test_two_groups_in_braces_are_the_sides_of_a_divergence(head: str) -> None:
    assert judged(head + "{p}{q} = " + KL).status is Status.PROVED
    assert judged(head + r"{p}{q} \ge 0").status is Status.PROVED
    assert judged(head + "{p}{q} = " + head + "{q}{p}").status is Status.REFUTED


@pytest.mark.parametrize("row", [r"KL\,p\,q = KL\,q\,p", r"\KL p q = \KL q p", r"\mathrm{KL}\;\pi\;\mu \ge 0", r"\KL{p} q = 0"])
def test_a_divergence_without_brackets_is_no_product(row: str) -> None:
    assert judged(row).status is Status.UNREADABLE


@pytest.mark.parametrize("where", [r"\mathcal{Y}", "Y", r"\mathcal{Y}(x)", r"\mathcal{Y}_x", r"\mathcal{V}"])
def test_a_sum_over_the_whole_alphabet(where: str) -> None:
    assert judged(rf"\sum_{{y \in {where}}} \mu(y|x) = 1").status is Status.PROVED
    assert judged(rf"\sum_{{y \in {where}}} \mu(y|x) = 2").status is Status.REFUTED


@pytest.mark.parametrize(
    "under",
    [
        r"y \in \mathcal{Y}^*", r"y \in \mathcal{Y}_+", r"y \in \mathcal{Y}'", r"y \in \hat{\mathcal{Y}}", r"y \in S",
        r"y \in \mathcal{Y}(\epsilon)", r"y : r(x, y)", r"y \in \mathcal{A}", r"\text{good } y",
    ],
)  # fmt: skip
def test_a_sum_over_a_part_is_not_read(under: str) -> None:
    assert told(judged(rf"\sum_{{{under}}} \mu(y|x) = 1")) is Status.UNREADABLE


OBJECTIVE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi\|\mu) = \beta\log\sum_y\mu(y|x)e^{r(x,y)/\beta}"


@pytest.mark.parametrize(
    "under", [r"\pi", r"\pi\in\Pi", r"\pi\in\Delta(\mathcal{Y})", r"\pi \in \Delta_{\mathcal{Y}}", r"\pi\in\Delta^{n-1}",
              r"\pi \in \mathcal{P}(\mathcal{Y})", r"\pi \ll \mu", r"\text{policy } \pi"]
)  # fmt: skip
def test_a_maximum_over_all_policies(under: str) -> None:
    assert judged(rf"\max_{{{under}}} {OBJECTIVE}").status is Status.PROVED


@pytest.mark.parametrize(
    "under", [r"\pi\in\Pi_\epsilon", r"\pi \in \Pi_{\text{det}}", r"\pi\in\mathcal{C}", r"\pi: D_{KL}(\pi\|\mu)\le c",
              r"\pi \text{ s.t. } D_{KL}(\pi\|\mu)\le c", r"\text{greedy } \pi", r"\pi \text{ greedy}",
              r"\pi \in \Delta_\epsilon(\mathcal{Y})", r"\pi \in B(\mu)"]
)  # fmt: skip
def test_a_maximum_over_some_policies_is_not_read(under: str) -> None:
    assert told(judged(rf"\max_{{{under}}} {OBJECTIVE}")) is Status.UNREADABLE


@pytest.mark.parametrize(
    ("written", "value"),
    [(r"2\,500", 2500), (r"12\,345\,678", 12345678), ("1{,}000", 1000), (r"0.000\,1", "0.0001"), ("2 5", 25),
     (r"2~500", 2500), (r"2 \cdot 500", 1000), (r"\frac{1}{2}\,300", 150), (r"2\,500.5", "2500.5")],
)  # fmt: skip
def test_digits_in_groups_are_one_number(written: str, value: object) -> None:
    assert judged(rf"{written}\,\beta = {value}\beta").status is Status.PROVED
    assert judged(rf"{written}\,\beta = {value}1\beta").status is Status.REFUTED


@pytest.mark.parametrize("written", [r"3\;4", r"2\ 3", r"2\,5", r"12\,3", r"1\frac12", r"2\tfrac{1}{2}", r"2{3}"])
def test_two_numbers_side_by_side_are_no_product(written: str) -> None:
    """What looks like 25 or like two and a half is not read as 10, or as 1."""
    assert judged(rf"{written} = 12").status is Status.UNREADABLE
    assert judged(rf"{written}\,\beta \ge 0").status is Status.UNREADABLE


@pytest.mark.parametrize(
    "row",
    [
        rf"{KL} \ge 0 \quad \le 1", rf"{KL} \ge 0 \qquad = 0", r"3 \cancel{=} 3", r"\cancel{3 = 3}", r"3 \xcancel{\le} 4",
        r"3 \overset{\times}{=} 3", r"\text{Falsch: } 3 = 3", r"3 = 3 \quad \text{Nope}", r"3 = 3 \quad \text{(Quatsch)}",
        r"0 = -1 \hspace{-2em}+1", r"0 = -1 \!\!\!\!\!\!+1", r"0 = -1 \mspace{-36mu}+1", r"3 = \bar{3}", r"\hat 3 = 3",
    ],
)  # fmt: skip
def test_what_denies_or_hides_in_passing_is_not_read(row: str) -> None:
    assert judged(row).status is Status.UNREADABLE


@pytest.mark.parametrize(
    "row",
    [
        r"3 = 2 + 1 \quad = 4 - 1", r"3 \overset{\ast}{=} 3", r"3 = 3 \quad \text{Popoviciu's inequality}",
        r"3 = 3 \quad \text{Donsker-Varadhan}", r"3 = 3 \quad \text{by Quatsch}", r"3 = 3 \!\!\! + 0",
        r"3 = 3 \hspace{-0.2em} + 0", r"\cancel{2} + 1 - \cancel{2} = 1", r"6 = 2\cdot\frac{6}{2}", r"\bar\beta = \bar\beta",
    ],
)  # fmt: skip
def test_what_only_decorates_is_read(row: str) -> None:
    assert judged(row).status in (Status.PROVED, Status.ASSUMED)


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ("3 &= 3 & 4 &= 4", Status.PROVED), ("3 &= 3 & 4 &= 5", Status.REFUTED), ("3 &= 4 & 5 &= 5", Status.REFUTED),
        ("3 &= 3 & -4 &= -4", Status.PROVED), ("3 &= 3 & 4 &= 4 & 5 &= 6", Status.REFUTED), ("3 &= 3 && = 3", Status.PROVED),
        ("3 &= 1 & + 2", Status.PROVED), ("3 & = (1 & + 2)", Status.PROVED), ("3 &=& 3", Status.PROVED),
        (r"3 &= 3 && \text{by definition}", Status.PROVED), (r"3 &= 3 && \text{false}", Status.UNREADABLE),
        (r"3 &= 3 & (\text{by definition})", Status.PROVED), (r"3 &= 3 & (\text{not so})", Status.UNREADABLE),
        (r"3 &= 3 & \text{and} && 4 &= 4", Status.PROVED), ("3 &= 3 & 4", Status.UNREADABLE), ("3 &= 3, & 4 &= 4.", Status.PROVED),
    ],
)  # fmt: skip
def test_columns_are_statements_side_by_side(cells: str, status: Status) -> None:
    assert judged(rf"\begin{{aligned}} {cells} \end{{aligned}}").status is status


def test_a_row_that_goes_on_from_columns_is_refused() -> None:
    text = "$$\\begin{aligned} 3 &= 3 & 4 &= 4 \\\\ &= 2 + 1 & &= 2 + 2 \\end{aligned}$$"
    first, second = check_text(text, "columns.md").lines
    assert (first.status, second.status) == (Status.PROVED, Status.UNREADABLE)
    assert second.trouble is not None and "side by side" in second.trouble.message
    alone = "$$3 = 3$$ $$4 = 4$$ $$= 2 + 2$$"  # what the advice says
    assert {told(line) for line in check_text(alone, "columns.md").lines} == {Status.PROVED}


# -- the reach of a mean over prompts --------------------------------------------------------------------------

MEAN = r"E_{x\sim\rho}"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"{MEAN}[V(x)] - V(x) = 0", Status.REFUTED),
        (rf"{MEAN}[V(x)] - V(x) = E_{{x'\sim\rho}}[V(x')] - V(x)", Status.PROVED),
        (rf"{MEAN}[D_{{KL}}(\pi\|\mu)] - D_{{KL}}(\pi\|\mu) = 0", Status.REFUTED),
        (rf"{MEAN}E_{{y\sim\pi}}[r(x,y)] - \beta D_{{KL}}(\pi\|\mu) "
         rf"= {MEAN}[E_{{y\sim\pi}}[r(x,y)] - \beta D_{{KL}}(\pi\|\mu)]", Status.PROVED),
        (rf"{MEAN}E_{{y\sim\pi}}[r(x,y)] - \beta D_{{KL}}(\pi\|\mu) "
         rf"= {MEAN}[E_{{y\sim\pi}}[r(x,y)] + \beta D_{{KL}}(\pi\|\mu)]", Status.REFUTED),
    ],
)  # fmt: skip
def test_a_mean_over_prompts_reaches_only_where_the_plain_reading_does_not_hold(row: str, status: Status) -> None:
    assert judged(row).status is status


def test_a_mean_that_reaches_says_so() -> None:
    line = judged(
        rf"{MEAN}E_{{y\sim\pi}}[r(x,y)] - \beta D_{{KL}}(\pi\|\mu) = {MEAN}[E_{{y\sim\pi}}[r(x,y)] - \beta D_{{KL}}(\pi\|\mu)]"
    )
    assert any("reaching over" in note for note in line.notes)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"J(\phi) = J(\theta)", Status.REFUTED),
        (r"J(\phi) = \sum_y \pi_\phi(y|x) A(x,y)", Status.PROVED),
        (r"J(\phi) = \sum_y \pi_\theta(y|x) A(x,y)", Status.REFUTED),
        (r"J(\theta) = \sum_y \pi_\theta(y|x) A(x,y)", Status.PROVED),
        (r"\nabla_\theta J(\theta) = E_{y\sim\pi_\theta}[A(x,y)\nabla_\theta\log\pi_\theta(y|x)]", Status.PROVED),
    ],
)
def test_the_parameter_of_a_functional_is_that_of_its_policy(row: str, status: Status) -> None:
    text = r"$$ J(\theta) = E_{y\sim\pi_\theta(\cdot|x)}[A(x,y)] $$" + "\n\n" + f"$$ {row} $$"
    assert told(check_text(text, "functional.md").lines[-1]) is status


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"E_{y_1,y_2\sim\mu(\cdot|x)}[r(x,y_1) - r(x,y_2)] = 0", Status.PROVED),
        (r"E_{y_1,y_2\sim\mu(\cdot|x)}[r(x,y_1)r(x,y_2)] = \left(E_{y\sim\mu(\cdot|x)}[r(x,y)]\right)^2", Status.PROVED),
        (r"E_{y_1,y_2\sim\mu(\cdot|x)}[r(x,y_1)r(x,y_2)] = E_{y\sim\mu(\cdot|x)}[r(x,y)^2]", Status.REFUTED),
    ],
)
def test_two_responses_from_one_policy_are_two_draws(row: str, status: Status) -> None:
    assert judged(row).status is status


def test_a_row_of_very_many_columns_is_refused_in_no_time() -> None:
    assert judged(r"\begin{aligned} 3 &= 3" + " & 3 &= 3" * 1_000 + r"\end{aligned}").status is Status.UNREADABLE


@pytest.mark.parametrize(
    ("where", "read"), [(r"\mathcal{P}_\nu(\mathcal{X})", True), (r"\mathcal{P}_\epsilon(\mathcal{X})", False),
                        (r"\mathcal{P}_\mu(\mathcal{X})", False), (r"\mathcal{P}_\nu", False)],
)  # fmt: skip
def test_the_measures_with_a_density_by_another_are_all_there_are(where: str, read: bool) -> None:
    rows = rf"$$\log E_{{y\sim\nu}}[e^{{r(y)}}] = \sup_{{\mu\in{where}}} \{{E_{{y\sim\mu}}[r(y)] - D(\mu\|\nu)\}}$$"
    (line,) = check_text(rows, "t.md").lines
    assert (told(line) is Status.PROVED) is read and (told(line) is Status.UNREADABLE) is not read
