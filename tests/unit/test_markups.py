"""What of a document is a formula, in the markups that people use, and that nothing is passed over in silence."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Overall
from symkl.reading.blocks import Kind
from symkl.reading.documents import document


def rows(text: str, file: str = "a.md") -> list[str]:
    return [block.text for block in document(text, file).blocks if block.kind is Kind.ROW]


def unchecked(text: str, file: str = "a.md") -> list[tuple[int, str]]:
    found = document(text, file)
    return [(each.line, each.why) for each in map(found.places.not_checked, found.unchecked)]


def statuses(text: str, file: str = "a.md") -> list[str]:
    return [line.status.value for line in check_text(text, file).lines]


@pytest.mark.parametrize(
    "text",
    [
        "```{prf:proof}\n$$a = b$$\n```\n",
        "```{admonition} A title\n:class: tip\n$$\na = b\n$$\n```\n",
        "````{note}\n```{math}\na = b\n```\n````\n",
        "````{prf:theorem} Gibbs\n```{code} python\n$$c = d$$\n```\n\n$$a = b$$\n````\n",
        ":::{prf:proof}\n$$a = b$$\n:::\n",
        "::: {.callout-note}\n$$\na = b\n$$\n:::\n",
        "!!! note\n\n    $$\n    a = b\n    $$\n",
        '???+ "a proof"\n\n    $$a = b$$\n',
        '=== "Tab"\n\n    $$a = b$$\n',
        "> [!NOTE]\n> $$\n> a = b\n> $$\n",
        "\\\\[\na = b\n\\\\]\n",
        "\\\\[ a = b \\\\]\n",
        "```{=latex}\na = b\n```\n",
        "$$\n\\begin{array}{rcl} a & = & b \\end{array}\n$$\n",
    ],
)
def test_what_stands_in_a_container_is_document(text: str) -> None:
    assert [" ".join(row.replace("&", "").split()) for row in rows(text)] == ["a = b"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```python\n$$a = b$$\n```\n", (2, "code")),
        ("    $$a = b$$\n", (1, "code")),
        ("a `$$a = b$$` b\n", (1, "code")),
        ("```{code-cell} python\n$$a = b$$\n```\n", (2, "code")),
        ("```{r}\n\\[ a = b \\]\n```\n", (2, "code")),
        ("<!--\n$$a = b$$\n-->\n", (2, "a comment")),
    ],
)
def test_code_and_comments_are_no_rows_and_the_report_says_so(text: str, why: tuple[int, str]) -> None:
    assert rows(text) == []
    assert unchecked(text) == [why]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\\iffalse\n\\[ a = b \\]\n\\fi\n$x$", (1, "switched off")),
        ("% \\[ a = b \\]\n$x$", (1, "a comment")),
        ("\\begin{comment}\n\\[ a = b \\]\n\\end{comment} $x$", (1, "a comment")),
        ("\\begin{verbatim}\n\\[ a = b \\]\n\\end{verbatim} $x$", (1, "shown as it is written")),
        ("\\begin{document} $x$ \\end{document}\n\\[ a = b \\]", (1, "behind \\end{document}")),
        ("\\newif\\ifdraft\n\\ifdraft \\[ a = b \\] \\fi $x$", (2, "switched off")),
        ("\\iftrue $x$ \\else\n\\[ a = b \\] \\fi", (1, "switched off")),
    ],
)
def test_what_latex_does_not_show_is_no_row_and_the_report_says_so(text: str, why: tuple[int, str]) -> None:
    assert rows(text, "a.tex") == []
    assert unchecked(text, "a.tex") == [why]


def test_a_switch_that_is_turned_on_shows_what_it_guards() -> None:
    text = "\\newif\\ifdraft \\drafttrue \\ifdraft \\[ a = b \\] \\else \\[ c = d \\] \\fi $x$"
    assert rows(text, "a.tex") == ["a = b"]


def test_a_document_of_inline_formulas_says_what_to_do() -> None:
    ((line, why),) = unchecked("We have $x$ and\nso $a = b$ and $c = d$.\n")
    assert line == 2
    assert "$$ a = b $$" in why
    assert rows("$$ a = b $$") == ["a = b"]  # the advice works


def test_a_formula_inside_a_sentence_is_inline_where_kramdown_writes_so() -> None:
    text = "Let $$\\pi$$ be a policy, so that $$a = b$$ holds.\n\n$$\nc = d\n$$\n"
    assert rows(text) == ["c = d"]
    assert [line for line, _ in unchecked(text)] == [1]
    assert rows("Some prose $$a = b$$ and more.") == ["a = b"]
    assert rows("Let $$\\pi$$ be a policy.\n\n$$ a = b $$ (label)\n\n$$ c = d $$ {#eq-one}\n") == ["a = b", "c = d"]
    assert rows("Let $x$ be. Some prose $$\\pi$$ and $$a = b$$ and more.") == ["a = b"]


def test_a_formula_in_another_markup_is_told_and_the_document_not_proved() -> None:
    report = check_text(f"$$ {TRUE} $$\n\n```{{eval-rst}}\n.. math:: a = b\n```\n", "a.md")
    assert report.verdict is Overall.INCOMPLETE
    assert [(each.line, each.shown) for each in report.not_checked] == [(4, True)]


def test_a_list_or_a_table_makes_no_sentence() -> None:
    assert rows("- $$a$$\n- $$b = c$$\n") == ["a", "b = c"]
    assert rows("| words here | $$a$$ |\n") == ["a"]


# -- rows, and what stands beside them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a &= b = \\ &= c", ["a &= b", "&= c"]),
        (r"a \le b \le \\ \leq c", [r"a \le b", r"\leq c"]),
        (r"a = \\ = b", ["a", "= b"]),
        (r"a = b = \\ \le c", [r"a = b = \\ \le c"]),  # two relations: no single reading
        (r"a = \\ b", [r"a = \\ b"]),
        (r"a &= b \intertext{so} &= c", ["a &= b", "&= c"]),
        (r"a = b \quad \checkmark \\ \blacksquare", [r"a = b \quad \checkmark"]),
    ],
)
def test_rows_over_a_break(text: str, expected: list[str]) -> None:
    assert rows(f"$${text}$$") == expected


def test_an_array_with_relations_is_rows_and_one_beside_something_is_not() -> None:
    assert rows("$$\\begin{array}{rcl} a & = & b \\\\ & = & c \\end{array}$$") == ["a & = & b", "& = & c"]
    assert len(rows("$$A = \\left\\{ \\begin{array}{ll} a & b = c \\\\ d & e = f \\end{array}\\right.$$")) == 1
    assert len(rows("$$\\begin{array}{cc} a & b \\\\ c & d \\end{array}$$")) == 1


TRUE = r"\mathbb{E}_{y\sim q}[\log q(y)] = -H(q)"
FALSE = r"\mathbb{E}_{y\sim q}[\log q(y)] = H(q)"


@pytest.mark.parametrize(
    "written",
    [
        r"%s . \qedhere", r"%s \quad\checkmark", r"%s ✓", r"%s \quad ✅", r"%s \hfill \Box", r"%s \quad \boxed{\checkmark}",
        r"%s \quad \text{✓}", r"\therefore %s", r"\forall y:\ %s", r"\text{For all } y,\quad %s", r"%s \quad \forall y",
        r"%s \quad (\forall y)", r"%s && \because -\log u = \log(1/u)", r"%s, \quad i = 1, \dots, n", r"%s \qquad i \in \{1, \ldots, n\}", r"%s, \quad y \in \mathcal{Y}",
        r"%s \quad \text{for } i = 1, 2, \dots, n", r"%s && \text{(written out)}", r"%s && [\text{again}]",
        r"%s && \text{(divide by } e^{r(y)} \text{)}", r"%s \quad \text{as $\sigma(u) = 1/(1+e^{-u})$}",
        r"%s \tag*{$\square$}", r"\colorbox{yellow}{$%s$}",
    ],
)  # fmt: skip
def test_what_stands_beside_a_row_changes_nothing_of_it(written: str) -> None:
    assert statuses(f"$$\n{written.replace('%s', TRUE)}\n$$") == ["proved"]
    assert statuses(f"$$\n{written.replace('%s', FALSE)}\n$$") == ["refuted"]


@pytest.mark.parametrize(
    "written",
    [
        r"%s \quad ❌", r"%s \quad \text{as $\beta \to 0$}", r"%s && \text{(if } \beta = 1 \text{)}",
        r"%s && \text{(not } 2 \text{)}", r"\forall \beta > 0: %s", r"%s + \Box", r"%s \quad \text{(} + 1 \text{)}",
    ],
)  # fmt: skip
def test_what_may_change_a_row_is_not_left_out(written: str) -> None:
    assert statuses(f"$$\n{written.replace('%s', TRUE)}\n$$") == ["unreadable"]


def test_formulas_of_a_group_stand_one_below_the_other() -> None:
    text = "\\begin{dgroup*}\n\\begin{dmath*}\na = b\n\\end{dmath*}\n\\begin{dmath*}\nc = d\n\\end{dmath*}\n\\end{dgroup*}"
    assert rows(text, "a.tex") == ["a = b", "c = d"]


def test_a_bare_array_is_a_display() -> None:
    assert rows("\\begin{array}{rcl}\n\\log a &=& b\n\\end{array}\n") == ["\\log a &=& b"]


def test_what_is_struck_out_stands_there() -> None:
    assert statuses(r"$$ \beta + \cancel{\tau} - \tau = \beta $$") == ["proved"]
    assert statuses(r"$$ \beta + \cancel{\tau} = \beta $$") == ["refuted"]
    assert statuses(r"$$ \beta\,\cancelto{1}{\sum_y q(y)} = \beta $$") == ["proved"]
    assert statuses(r"$$ \beta\,\cancelto{2}{\sum_y q(y)} = 2\beta $$") == ["refuted"]


def test_other_spellings_of_a_fraction_and_of_the_dot() -> None:
    assert statuses(r"$$ {\beta \over 2} = \frac{\beta}{2} $$") == ["proved"]
    assert statuses(r"$$ e^{\beta + 1 \over 2} = e^{(\beta + 1)/2} $$") == ["proved"]
    assert statuses(r"$$ {\beta + 1 \over 2} = \frac{\beta}{2} $$") == ["refuted"]
    assert statuses(r"$$ \beta \over 2 = 1 $$") == ["unreadable"]
    assert statuses(r"$$ \mathrm{KL}(\pi(.|x)\|\mu(.|x)) \ge 0 $$") == ["proved"]


def test_a_problem_written_with_an_arrow() -> None:
    """The maximiser is μ exp(r/τ)/Z; the minimiser of the loss is the same, with the same sign of r."""
    problem = r"\mathbb{E}_{y\sim\pi}[r(y)] - \tau\,\mathrm{KL}(\pi\|\mu) \to \max_{\pi}"
    star = r"\pi^*(y) = \frac{\mu(y) e^{%sr(y)/\tau}}{\sum_{y'}\mu(y') e^{%sr(y')/\tau}}"
    assert statuses(f"$$ {problem} $$\n\n$$ {star.replace('%s', '')} $$")[1] in ("proved", "assumed")
    assert statuses(f"$$ {problem} $$\n\n$$ {star.replace('%s', '-')} $$")[1] == "refuted"
    assert statuses(f"$$ J(\\pi) = {problem} $$\n\n$$ {star.replace('%s', '')} $$")[1] in ("proved", "assumed")
    assert statuses(r"$$ \beta \to \tau $$") == ["unreadable"]


def test_an_entity_is_the_character_that_it_names_and_is_named() -> None:
    report = check_text("$$\n\\mathrm{KL}(q\\|p) &ge; 0\n$$\n", "a.md")
    (line,) = report.lines
    assert line.status.value == "proved"
    assert "“&ge;” is read as “≥”" in line.notes
    assert statuses("$$\n0 &gt; \\mathrm{KL}(q\\|p)\n$$") == ["refuted"]
    assert rows("$$\\begin{aligned} a &amp;= b \\\\ &amp;= c \\end{aligned}$$") == ["a &= b", "&= c"]


def test_places_behind_an_entity_are_those_of_the_author() -> None:
    text = "$$ 1 &gt; 0 \\foo $$\n"
    (line,) = check_text(text, "a.md").lines
    assert line.trouble is not None
    assert text[line.trouble.column - 1 :].startswith("\\foo")


def test_code_keeps_no_document_from_being_proved() -> None:
    report = check_text(f"$$ {TRUE} $$\n\n```\n$$ {FALSE} $$\n```\n", "a.md")
    assert report.verdict is Overall.PROVED
    assert [(each.line, each.why, each.shown) for each in report.not_checked] == [(4, "code", False)]
