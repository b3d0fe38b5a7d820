r"""Hypotheses: in the row, beside it, before it in words, by a directive; what they reach, and what may be drawn from them.

Each document is told with the answers that a careful reader gives: ``+`` proved or assumed, ``-`` refuted, ``?`` unknown.
"""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

_GOT = {"proved": "+", "assumed": "+", "refuted": "-", "unknown": "?", "unreadable": "!", "stated": "."}


def answers(text: str, file: str = "d.md") -> str:
    return "".join(_GOT[line.status.value] for line in check_text(text, file).lines)


def rows(*latex: str) -> str:
    return "\n\n".join(f"$${row}$$" for row in latex)


KL, KL_REF = r"D_{KL}(\pi\|\mu) = 0", r"D_{KL}(\pi\|\pi_{ref}) = 0"
SAME = r"\pi(y|x) = \mu(y|x)"
MEAN = r"E_{y\sim\pi(\cdot|x)}[r(x,y)]"

IN_THE_ROW = {
    "a function that is nowhere negative": (rf"r(x,y) \ge 0 \implies {MEAN} \ge 0", "+"),
    "the mean is not above what is not known": (rf"r(x,y) \ge 0 \implies {MEAN} \ge 1", "-"),
    "another function": (r"A(x,y) \ge 0 \implies " + MEAN + r" \ge 0", "-"),
    "two premises": (rf"r(x,y) \ge 0 \text{{ and }} V(x) \ge 0 \implies {MEAN} + V(x) \ge 0", "+"),
    "one of two is missing": (rf"r(x,y) \ge 0 \implies {MEAN} + V(x) \ge 0", "-"),
    "two laws are one": (rf"{SAME} \implies {KL}", "+"),
    "but not a third": (rf"{SAME} \implies {KL_REF}", "-"),
    "at one point": (rf"\pi(y_w|x) = \mu(y_w|x) \implies {KL}", "-"),
    "at one point, about that point": (r"r(x,y_w) = r(x,y_l) \implies \sigma(r(x,y_w) - r(x,y_l)) = \tfrac12", "+"),
    "an order of two points": (r"r(x,y_w) \ge r(x,y_l) \implies \beta r(x,y_w) - \beta r(x,y_l) \ge 0", "+"),
    "the other order": (r"r(x,y_w) \ge r(x,y_l) \implies \sigma(r(x,y_l) - r(x,y_w)) \ge \tfrac12", "-"),
    "an advantage at one point": (r"A(x,y_w) = 0 \implies E_{y\sim\pi(\cdot|x)}[A(x,y)] = 0", "-"),
    "what cannot be": (rf"\beta = -1 \implies {KL}", "?"),
    "where": (r"\beta\log Z(x) = \log Z(x), \quad\text{where } \beta = 1", "+"),
    "where, and wrong": (r"\beta\log Z(x) = 2\log Z(x), \quad\text{where } \beta = 1", "-"),
    "if": (rf"{KL} \quad\text{{if }} {SAME}", "+"),
    "if first": (rf"\text{{If }} {SAME}, \text{{ then }} {KL}", "+"),
    "assuming that": (rf"{KL}, \quad\text{{assuming that }} {SAME}", "+"),
    "for": (r"\sigma(\beta A(x,y)) = \sigma(2A(x,y)) \quad\text{for } \beta = 2", "+"),
    "since": (rf"{KL} \quad\text{{since }} {SAME}", "+"),
    "a reason that helps nothing": (rf"{KL_REF} \quad\text{{since }} {SAME}", "-"),
    "if two things": (rf"{MEAN} = 1 \quad\text{{if }} {SAME} \text{{ and }} r(x,y) = 1", "+"),
    "a comma ends a condition": (rf"{KL}, \quad E_{{y\sim\pi(\cdot|x)}}[1] = 1 \text{{ if }} {SAME}", "?"),
    "an and does not": (rf"{KL} \text{{ and }} E_{{y\sim\pi(\cdot|x)}}[1] = 1 \text{{ if }} {SAME}", "+"),
    "each under its own": (
        r"\sigma(\beta) = \sigma(1) \text{ if } \beta = 1, \quad \sigma(\beta) = \sigma(2) \text{ if } \beta = 2", "+"
    ),
    "c > 0": (r"c > 0 \implies \log e^c + c > 0", "+"),
}


@pytest.mark.parametrize("name", IN_THE_ROW)
def test_a_condition_in_the_row(name: str) -> None:
    row, wanted = IN_THE_ROW[name]
    assert answers("<!-- symkl: c scalar -->\n\n" + rows(row)) == wanted


@pytest.mark.parametrize("name", [name for name, (_, wanted) in IN_THE_ROW.items() if wanted == "+"])
def test_a_condition_in_the_row_is_about_that_row(name: str) -> None:
    row = IN_THE_ROW[name][0]
    assert answers("<!-- symkl: c scalar -->\n\n" + rows(row, KL, rf"{MEAN} \ge 0", r"\sigma(\beta) = \sigma(1)")) == "+---"


@pytest.mark.parametrize("words", ["Suppose that", "Now assume", "Let", "If", "Given", "*Assume that*", "**Assumption 2.**",
                                   "By Gibbs. Suppose now that", "- Suppose that", "1. Let"])  # fmt: skip
def test_words_before_a_display_suppose_it(words: str) -> None:
    text = f"{words}\n$${SAME}$$\nThen\n{rows(KL, KL_REF)}\n\n# On\n\n{rows(KL)}\n"
    assert answers(text) == "++--"


@pytest.mark.parametrize("words", ["Then", "If we expand, we get", "Given this,", "We do not assume that",
                                   "By assumption", "Suppose $r = 0$, so", "Let us show that", ""])  # fmt: skip
def test_other_words_suppose_nothing(words: str) -> None:
    assert answers(f"{words}\n$${SAME}$$\nThen\n{rows(KL)}") == "--"


def test_what_is_supposed_in_words_leaves_nobody_knowing() -> None:
    assert answers(f"Suppose this. Then\n$${SAME}$$\nThen\n{rows(KL)}") == "??"


def test_and_goes_on_with_a_supposition() -> None:
    text = f"Suppose that\n$${SAME}$$\nand\n$$r(x,y) = 1$$\nThen\n{rows(KL, f'{MEAN} = 1', f'{MEAN} = 2')}"
    assert answers(text) == "++++-"


def test_a_condition_behind_the_display_is_one() -> None:
    assert answers(f"{rows(KL)}\nif $\\pi = \\mu$.") == "+"


def test_hypotheses_reach_to_the_next_heading_unless_a_directive_says_more() -> None:
    for directive, wanted in (("assume", "++-"), ("assume throughout", "+++")):
        assert answers(f"<!-- symkl: {directive} -->\n{rows(SAME, KL)}\n# On\n{rows(KL)}") == wanted


def test_what_contradicts_proves_nothing() -> None:
    text = "<!-- symkl: c scalar; assume -->\n$$c = 1$$\n<!-- symkl: assume -->\n$$c = 2$$\n" + rows(KL, "c = 2", "c = 1")
    assert answers(text)[:3] in ("+??", "+?-")
    assert answers(text)[4] == "+"


def test_a_mean_that_is_known() -> None:
    text = "<!-- symkl: assume -->\n" + rows(
        r"E_{y\sim\mu(\cdot|x)}[A(x,y)] = 0",
        r"E_{y\sim\mu(\cdot|x)}[A(x,y) + V(x)] = V(x)",
        r"E_{y\sim\mu(\cdot|x)}[A(x,y) V(x)^2] = 0",
        r"E_{y\sim\mu(\cdot|x)}[r(x,y)] = 0",
        r"E_{y\sim\mu(\cdot|x)}[A(x,y)^2] = 0",
    )
    assert answers(text) == "+++--"


def test_a_row_names_the_hypotheses_that_it_uses() -> None:
    gibbs = r"D_{KL}(\pi\|\mu) \ge 0"
    report = check_text(f"Suppose that\n$${SAME}$$\nThen\n{rows(KL, gibbs)}", "d.md")
    assert "π(y|x) = μ(y|x)" in report.lines[1].assumptions
    assert "π(y|x) = μ(y|x)" not in report.lines[2].assumptions
    assert "π(y|x) = μ(y|x) as in line 2" in report.rests_on


def test_a_real_temperature_may_be_negative() -> None:
    best = r"\max_\pi " + MEAN + r" - \beta D_{KL}(\pi\|\mu) = \beta\log\sum_y\mu(y|x)e^{r(x,y)/\beta}"
    assert answers(rows(best)) == "+"
    assert answers("<!-- symkl: beta scalar -->\n" + rows(best)) != "+"


def test_a_mean_that_is_known_at_each_prompt_is_known_over_all() -> None:
    text = "<!-- symkl: assume -->\n" + rows(
        r"E_{y\sim\mu(\cdot|x)}[A(x,y)] = 0",
        r"E_{x\sim D}E_{y\sim\mu(\cdot|x)}[V(x)A(x,y) + V(x)] = E_{x\sim D}[V(x)]",
        r"E_{x\sim D}E_{y\sim\pi(\cdot|x)}[A(x,y)] = 0",
        r"E_{y\sim\mu(\cdot|x)}[r(x,y)]E_{y\sim\mu(\cdot|x)}[A(x,y)] = 1",
    )
    assert answers(text) == "++--"


def test_a_number_may_be_named_by_a_hypothesis() -> None:
    left = r"E_{y\sim\pi(\cdot|x)}[r(x,y)]"
    text = "<!-- symkl: c > 0 -->\nSuppose that\n" + rows(
        r"D_{KL}(\pi\|\mu) = c", rf"{left} - \beta D_{{KL}}(\pi\|\mu) = {left} - \beta c", rf"{left} = 0"
    )
    assert answers(text)[:2] == "++"
    negative = "<!-- symkl: c > 0 -->\nSuppose that\n" + rows(r"D_{KL}(\pi\|\mu) = -c", "1 = 2")
    assert answers(negative) == "?-"


@pytest.mark.parametrize("said", [r"E_{y\sim\mu(\cdot|x)}[r(x,y)] = \beta", r"r(x,y) \le \beta"])
def test_what_a_hypothesis_ties_to_a_scalar_does_not_stand_still(said: str) -> None:
    mean = r"E_{y\sim\mu(\cdot|x)}[r(x,y)]"
    by_beta = r"\frac{d}{d\beta}\beta V(x) = V(x)"
    found = answers(
        "<!-- symkl: assume -->\n"
        + rows(said, rf"\frac{{d}}{{d\beta}} {mean} = 0", rf"\lim_{{\beta\to 0}} {mean} = {mean}", by_beta)
    )
    assert found == "+??+"


def test_a_hypothesis_that_cannot_be_read_refutes_nothing_behind_it() -> None:
    assert answers(f"Suppose that\n$$\\pi \\in \\Pi_0$$\nThen\n{rows(KL)}\n# On\n{rows(KL)}") == "!?-"


def test_a_claim_is_not_met_by_a_special_case() -> None:
    gibbs = r"D_{KL}(\pi\|\mu) \ge 0"
    assert check_text(rows(gibbs), "d.md", claim="gibbs").claim.met  # type: ignore[union-attr]
    text = f"Suppose that\n{rows(gibbs.replace('0', '1'))}\nThen\n{rows(gibbs)}"
    supposed = check_text(text, "d.md", claim="gibbs")
    assert supposed.claim is not None and not supposed.claim.met


@pytest.mark.parametrize("opening", [r"\begin{assumption}", r"\noindent Suppose that", r"\textbf{Assumption 1.}"])
def test_latex_supposes_too(opening: str) -> None:
    text = rf"\documentclass{{article}}\begin{{document}} {opening} \[{SAME}\] Then \[{KL}\] \section{{On}} \[{KL}\]"
    assert answers(text, "d.tex") == "++-"


def test_where_introduces_what_its_own_row_mentions_first() -> None:
    given = r"J(\pi) = E_{y\sim\pi(\cdot|x)}[R(x,y)], \quad\text{where } R(x,y) = r(x,y) - V(x)"
    assert answers(rows(given, rf"J(\pi) = {MEAN} - V(x)", rf"J(\pi) = {MEAN} + V(x)")) == "++-"


def test_what_is_supposed_is_put_in_before_a_limit() -> None:
    left = r"k = 2 + \beta \implies \lim_{\beta\to 0} k"
    assert answers("<!-- symkl: k > 0 -->\n" + rows(f"{left} = 2", f"{left} = 3")) in ("+-", "+?")


@pytest.mark.parametrize("said", [r"D_{KL}(\pi\|\mu) = -1", r"r(x,y) > r(x,y)", r"\pi(y|x) = 2\mu(y|x)", r"\beta = 0"])
def test_what_cannot_be_proves_nothing(said: str) -> None:
    assert "+" not in answers(f"Suppose that\n{rows(said)}\nThen\n" + rows(KL, "1 = 2", r"1 \le 0"))


def test_hypotheses_are_taken_in_lists_quotes_and_columns() -> None:
    listed = f"1. Suppose that\n   $${SAME}$$\n2. Then\n   $${KL}$$\n3. But\n   $${KL_REF}$$\n"
    assert answers(listed) == "++-"
    quoted = "\n".join("> " + line for line in f"Suppose that\n\n$${SAME}$$\n\nThen\n\n$${KL}$$".split("\n"))
    assert answers(quoted) == "++"
    columns = rf"Suppose that\n\begin{{align}} r(x,y) &= 1 \\ {SAME.replace('=', '&=')} \end{{align}}\nThen\n"
    assert answers(columns.replace("\\n", "\n") + rows(KL, rf"{MEAN} = 1", rf"{MEAN} = 2")) == "++++-"


def test_a_condition_makes_no_definition_and_let_may_be_said_twice() -> None:
    assert answers(rows(rf"r(x,y) = V(x) \text{{ if }} {SAME}", rf"{MEAN} = E_{{y\sim\mu(\cdot|x)}}[r(x,y)]"))[1] == "-"
    cases = [f"# Case {n}\nLet\n{rows(f'r(x,y) = {n}V(x)', f'{MEAN} = {n}V(x)', f'{MEAN} = 3V(x)')}" for n in (1, 2)]
    assert answers("\n".join(cases)) == "++-++-"


def test_no_counterexample_breaks_a_hypothesis() -> None:
    ordered = r"r(x,y_w) \ge r(x,y_l) \implies \sigma(r(x,y_w) - r(x,y_l))"  # true, and by no law of the kernel
    assert answers(rows(rf"{ordered} \ge \tfrac12", rf"{ordered} \le \tfrac12")) in ("?-", "+-")
    bounded = r"0 \le r(x,y) \le 1 \implies E_{y\sim\pi(\cdot|x)}[r(x,y)^2]"
    assert answers(rows(rf"{bounded} \le 1", rf"{bounded} \ge 1")) in ("?-", "+-")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Suppose that the advantage is centred under the old policy:", "++-"),
        ("Now assume, for simplicity, that advantages average out", "++-"),
        ("Assume the critic to be exact in the following sense:", "++-"),
        # What concludes is a claim, and so is what stands behind the end of the sentence, or is no order.
        ("Suppose we expand the square to get", "---"),
        ("Suppose the critic is exact, so the advantage is centred:", "???"),  # under what, nobody can tell
        ("Suppose that the critic is exact. The advantage is centred:", "??-"),  # said, or supposed
        ("Suppose the critic is not exact:", "???"),
        ("People suppose that the advantage is centred:", "---"),
    ],
)
def test_suppose_at_the_head_of_a_sentence_supposes_what_it_names(words: str, expected: str) -> None:
    centred = r"E_{y\sim\mu(\cdot|x)}[A(x,y)] = 0"
    shown = rows(centred, r"E_{y\sim\mu(\cdot|x)}[A(x,y) + 3] = 3", r"E_{y\sim\pi(\cdot|x)}[A(x,y)] = 0")
    assert answers(f"{words}\n{shown}") == expected


def test_a_bound_on_an_absolute_value_bounds_both_ways() -> None:
    before = "<!-- symkl: B > 0; c scalar; assume -->\n"
    mean, other = MEAN, MEAN.replace(r"\pi", r"\mu")
    claims = [rf"{mean} \le B", rf"{mean} \ge -B", rf"{mean} - {other} \le 2B", rf"{mean} \le 0"]
    assert answers(before + rows(r"|r(x,y)| \le B", *claims)) == "++++-"
    assert answers(before + rows(r"B \ge |r(x,y) - c|", rf"{mean} \le B + c", rf"{mean} \ge c - B", rf"{mean} \le c")) == "+++-"
    assert answers(before + rows(r"\max(r(x,y), c) \le B", rf"{mean} \le B", r"c \le B", rf"{mean} \ge -B")) == "+++-"
    assert answers(before + rows(r"\min(r(x,y), c) \ge -B", rf"{mean} \ge -B", rf"{mean} \le B")) == "++-"
    # A lower bound of an absolute value says of neither sign what it is.
    assert "+" not in answers(before + rows(r"|r(x,y)| \ge B", rf"{mean} \ge B", rf"{mean} \le -B"))[1:]


BELLMAN = r"$$ Q(s,a) = r(s,a) + \gamma\sum_{s'} P(s'|s,a) V(s') $$" + "\n\n"
SOFT = r"$$ V(s) = \beta\log\sum_a \mu(a|s) e^{Q(s,a)/\beta} $$" + "\n\n"


@pytest.mark.parametrize(("rows", "wanted"), [
    ((SOFT,), ["assumed"]),
    ((SOFT, r"$$ V(s) \ge \sum_a \mu(a|s) Q(s,a) $$"), ["assumed", "proved"]),
    ((SOFT, r"$$ V(s) \le \sum_a \mu(a|s) Q(s,a) $$"), ["assumed", "unknown"]),
    ((SOFT, SOFT.replace(r"\beta\log", "2\\beta\\log")), ["assumed", "unknown"]),
    ((r"$$ V(s) = \sum_a \pi(a|s) Q(s,a) $$",), ["assumed"]),
    ((r"$$ V(s) = 1 + V(s) $$",), ["refuted"]),
    ((r"$$ r(s,a) = Q(s,a) + \gamma\sum_{s'} P(s'|s,a) V(s') $$",), ["refuted"]),
])  # fmt: skip
def test_an_equation_for_a_value_at_the_next_state_is_supposed(rows: tuple[str, ...], wanted: list[str]) -> None:
    text = "<!-- symkl: \\gamma > 0 -->\n" + BELLMAN + "\n\n".join(rows)
    assert [line.status.value for line in check_text(text, "row.md").lines][1:] == wanted


@pytest.mark.parametrize("rows", [
    (r"A(s,a) = Q(s,a) - V(s)", r"Q(s,a) = A(s,a) + 2 V(s)"),
    (r"m(s) = \sum_a \pi(a|s) r(s,a)", r"r(s,a) = m(s)"),
    (r"J = \mathbb{E}_{s\sim D}[V(s)]", r"V(s) = J"),
    (r"Z(x) = \sum_y \mu(y|x) e^{r(x,y)/\beta}", r"r(x,y) = \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \beta\log Z(x)"),
])
def test_a_false_conclusion_is_no_equation_to_be_solved(rows: tuple[str, ...]) -> None:
    text = "\n\n".join(f"$$ {row} $$" for row in rows)
    assert check_text(text, "row.md").lines[-1].status.value not in ("assumed", "proved")


def test_two_equations_of_numbers_give_a_third() -> None:
    numbers = "<!-- symkl: c scalar; d scalar; k scalar; w scalar -->\n\nSuppose\n"
    both = "$$ c = d, \\quad d = k $$\nThen\n"
    assert answers(numbers + both + rows("c = k", "c + d = 2k", "c = 2k")) == "+++-"
    apart = "$$ c = d $$\nand\n$$ d = k $$\nand\n$$ k = w $$\nThen\n"
    assert answers(numbers + apart + rows("c = w", "c = 3w")) == "++++-"


HEAD = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"


@pytest.mark.parametrize("before", ["", "\\section{One}\n", "\\section{One}\\label{sec:one}\n", "\\subsection*{One}\n\n"])
def test_words_behind_a_heading_or_a_preamble_of_latex_are_what_they_are_in_markdown(before: str) -> None:
    let = f"Let\n\\begin{{equation}} {SAME} \\end{{equation}}\nso that\n"
    text = f"{HEAD}{before}{let}\\begin{{equation}} {KL} \\end{{equation}}\n\\end{{document}}\n"
    found = [line.status.value for line in check_text(text, "a.tex").lines]
    assert found == ["assumed", "proved"]


def test_what_the_first_sentence_of_latex_defines_is_defined() -> None:
    said = "Let $w(x,y) = \\pi(y|x)/\\mu(y|x)$ be the weight.\n"
    row = "\\begin{equation} \\sum_y\\mu(y|x)w(x,y) = 1 \\end{equation}\n"
    found = [line.status.value for line in check_text(f"{HEAD}{said}{row}\\end{{document}}\n", "a.tex").lines]
    assert found == ["assumed", "proved"]


CLIPPED = r"$$ \min(\rho A, \operatorname{clip}(\rho,1-\epsilon,1+\epsilon)A) = A\max(\rho,1-\epsilon) $$"


@pytest.mark.parametrize("below", ["If $A < 0$,", "If $0 > A$,", "For $A<0$", "<!-- symkl: assume -->\n\n$$ A < 0 $$\n"])
def test_what_is_supposed_to_be_below_0_is_minus_its_size(below: str) -> None:
    """Held against all signs of ρ - 1 ± ε: for A < 0 the smaller product has the larger factor, and ρ ≤ 1+ε or not."""
    *_, line = check_text(f"{below}\n\n{CLIPPED}\n", "note.md").lines
    assert line.status is Status.PROVED
    assert "size" not in " ".join((*line.assumptions, *line.notes))
    *_, line = check_text(f"{below}\n\n{CLIPPED.replace('max(', 'min(')}\n", "note.md").lines
    assert line.status is Status.REFUTED


@pytest.mark.parametrize(
    ("prose", "row"),
    [
        ("If $u(x) < 0$,", r"\frac{\partial}{\partial\theta} u(x) = 0"),
        ("If $A_\\theta(s,a) < 0$,", r"\nabla_\theta A_\theta(s,a) = 0"),
        ("If $A(s,a) \\le 0$,", r"\frac{A(s,a)}{A(s,a)} + A(s,a) \le 1 - |A(s,a)| - 1"),
        ("If $r(x,y) < 0$,", r"E_{y\sim\pi}[r(x,y)] \le -1"),
        ("If $r(x,y_w) < 0$,", r"E_{y\sim\pi}[r(x,y)] \le 0"),
    ],
)
def test_what_is_below_0_may_still_be_anything_else(prose: str, row: str) -> None:
    *_, line = check_text(f"{prose}\n\n$$ {row} $$\n", "note.md").lines
    assert line.status is not Status.PROVED
