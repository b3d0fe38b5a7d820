"""Documents to rows: where display mathematics starts and ends, and what is passed over."""

from __future__ import annotations

import pytest

from symkl.reading.blocks import Block, Kind
from symkl.reading.documents import document
from symkl.reading.splitting import split_rows


def blocks(text: str, *, tex: bool | None = None) -> tuple[Block, ...]:
    return document(text, "a.tex" if tex else "a.md").blocks


def rows(text: str, *, tex: bool | None = None) -> list[str]:
    return [b.text for b in blocks(text, tex=tex) if b.kind is Kind.ROW]


def kinds(text: str, *, tex: bool | None = None) -> list[str]:
    return [b.kind.value for b in blocks(text, tex=tex)]


@pytest.mark.parametrize(
    "text",
    [
        "$$a = b$$",
        "Some prose $$a = b$$ and more.",
        "$$\na = b\n$$",
        "$$ a = b\n$$",
        "prose\n$$\na = b\n$$\nprose",
        "\\[ a = b \\]",
        "\\[\na = b\n\\]",
        "```math\na = b\n```",
        "~~~ math\na = b\n~~~",
        "```{math}\n:label: eq\na = b\n```",
        "\\begin{equation}\na = b\n\\end{equation}",
        "\\begin{align*} a = b \\end{align*}",
        "$$\\begin{aligned}a = b\\end{aligned}$$",
        "> $$\n> a = b\n> $$",
        "> > quoted twice\n> > $$a = b$$",
        "- item\n\n  $$\n  a = b\n  $$",
        "1. $$a = b$$",
        "$$\n\\begin{alignedat}{2} a = b \\end{alignedat}\n$$",
        "a | $$a = b$$ | c",
        "\r\n$$\r\na = b\r\n$$\r\n",
    ],
)
def test_a_display_is_found_in_every_dress(text: str) -> None:
    assert rows(text) == ["a = b"]


@pytest.mark.parametrize(
    "text",
    [
        "prose with $a = b$ and \\(c = d\\) inline",
        "```python\n$$a = b$$\n```",
        "    $$a = b$$\n",
        "`$$a = b$$`",
        "``code with ` and $$a = b$$``",
        "<!-- $$a = b$$ -->",
        "a price of \\$$5",
        "a reference \\[1\\] and an array\\[0\\]",
        "$$\n$$",
        "$$\\text{only words, no formula}$$",
        "$$\\dots$$",
    ],
)
def test_what_is_no_display_is_passed_over(text: str) -> None:
    assert kinds(text) == []


def test_rows_split_at_double_backslashes_outside_braces_and_inner_environments() -> None:
    text = r"a &= b \\[2pt] &= \frac{\text{x \\ y}}{c} \\ &= \begin{cases} d \\ e \end{cases}"
    assert [r.text for r in split_rows(text, 0)] == [
        "a &= b",
        r"&= \frac{\text{x \\ y}}{c}",
        r"&= \begin{cases} d \\ e \end{cases}",
    ]


def test_four_backslashes_are_one_row_end() -> None:
    assert rows("$$a = b \\\\\\\\ = c$$") == ["a = b", "= c"]


def test_a_bracket_after_a_row_end_is_no_length() -> None:
    assert [r.text for r in split_rows(r"a = b \\ [c] = d", 0)] == ["a = b", "[c] = d"]


def test_a_row_that_goes_on_is_read_with_the_one_before() -> None:
    assert len(rows("$$\\begin{aligned}J &= \\beta \\\\ &\\quad - \\gamma \\\\ &= c\\end{aligned}$$")) == 2
    assert len(rows("$$J = \\\\ \\beta$$")) == 1
    assert len(rows("$$J = \\Big[ a \\\\ b \\Big]$$")) == 1


def test_rows_without_mathematics_are_dropped() -> None:
    text = r"a = b \\ \text{and so} \\ \\ \dots \\ = c \tag{3} \\ \nonumber"
    assert [r.text for r in split_rows(text, 0)] == ["a = b", r"= c \tag{3}"]


def test_a_side_left_out_is_a_row() -> None:
    assert [r.text for r in split_rows(r"a = \dots \\ \dots = b", 0)] == [r"a = \dots", r"\dots = b"]


def test_places_are_those_of_the_document() -> None:
    text = "# T\n\n> $$\n> \\begin{aligned}\n>   a &= b \\\\\n>     &= c\n> \\end{aligned}\n> $$\n"
    found = [b for b in blocks(text) if b.kind is Kind.ROW]
    assert [(b.line, b.column) for b in found] == [(5, 5), (6, 7)]
    for block in found:
        assert text[block.span.start : block.span.stop] == block.text
        assert text.split("\n")[block.line - 1][block.column - 1 :].startswith(block.text[0])


def test_quote_marks_inside_a_row_are_blanked() -> None:
    (row,) = (b for b in blocks("> $$\n> a =\n> b\n> $$") if b.kind is Kind.ROW)
    assert ">" not in row.text
    assert len(row.text) == row.span.stop - row.span.start


def test_a_comment_ends_with_its_line() -> None:
    assert [r.split() for r in rows("$$\na = % why \\\\ not\nb\n$$")] == [["a", "=", "b"]]


def test_headings_and_directives_stand_in_order() -> None:
    text = "# One\n$$a$$\n<!-- symkl: tau > 0; claim optimal-policy -->\n\nTwo\n---\n\n$$b$$\n"
    assert kinds(text) == ["heading", "row", "directive", "directive", "heading", "row"]
    found = blocks(text)
    assert [b.text for b in found if b.kind is Kind.DIRECTIVE] == ["tau > 0", "claim optimal-policy"]
    assert all(text[b.span.start : b.span.stop] == b.text for b in found if b.kind is Kind.DIRECTIVE)
    assert [b.level for b in found if b.kind is Kind.HEADING] == [1, 2]


def test_a_directive_shown_as_code_is_none() -> None:
    assert kinds("```\n<!-- symkl: tau > 0 -->\n```\n") == []


@pytest.mark.parametrize(
    ("text", "opener"),
    [
        ("$$ a = b\n\nwords of ordinary prose\n\n$$c = d$$", "$$"),
        ("$$ a = b\n\n# Heading\n\n$$c = d$$", "$$"),
        ("\\[ a = b\n\nmore\n\n$$c = d$$", "\\["),
        ("\\begin{align} a = b\n\nmore\n\n$$c = d$$", "\\begin{align}"),
        ("```math\na = b\n\n```python\n```\n$$c = d$$", "```math"),
    ],
)
def test_an_unclosed_display_is_located_and_does_not_swallow_the_rest(text: str, opener: str) -> None:
    trouble, *rest = blocks(text)
    assert trouble.kind is Kind.TROUBLE
    assert trouble.trouble is not None
    assert text[trouble.span.start : trouble.span.stop] == opener
    assert [b.text for b in rest if b.kind is Kind.ROW] == ["c = d"]


def test_blank_lines_inside_a_display_are_allowed() -> None:
    assert rows("$$\na = b \\\\\n\n= c\n$$") == ["a = b", "= c"]


def test_lines_that_look_like_markdown_inside_a_display_stay_mathematics() -> None:
    assert rows("$$\na\n=\nb\n- c\n$$") == ["a\n=\nb\n- c"]


# -- LaTeX -----------------------------------------------------------------------------------------------


def test_a_latex_document() -> None:
    text = "\n".join(
        [
            r"\documentclass{article} % $$no$$",
            r"\newcommand{\x}{$$no$$}",
            r"\begin{document}",
            r"\section{The optimum} % symkl: tau > 0",
            r"Words, $inline$ and \(inline\).",
            r"\begin{align}",
            r"  a &= b \\ % why",
            r"    &= c",
            r"\end{align}",
            r"\[ d = e \]",
            r"\begin{verbatim} $$ no = no $$ \end{verbatim}",
            r"\subsection*{More}",
            r"$$ f = g $$",
            r"\end{document}",
        ]
    )
    assert kinds(text) == ["heading", "directive", "row", "row", "row", "heading", "row"]
    assert rows(text) == ["a &= b", "&= c", "d = e", "f = g"]
    assert [b.text for b in blocks(text) if b.kind is Kind.DIRECTIVE] == ["tau > 0"]


def test_a_bare_fragment_is_all_mathematics() -> None:
    found = blocks("% symkl: tau > 0\na = b \\\\\n= c % aside\n\nd = e\n", tex=True)
    assert [(b.kind.value, b.text) for b in found] == [
        ("directive", "tau > 0"),
        ("row", "a = b"),
        ("row", "= c"),
        ("row", "d = e"),
    ]


def test_an_unclosed_environment_in_latex_is_located() -> None:
    (trouble,) = blocks("\\documentclass{x}\n\\begin{align} a = b", tex=True)
    assert (trouble.kind, trouble.line, trouble.column) == (Kind.TROUBLE, 2, 1)


@pytest.mark.parametrize(
    "text", ["`" * 20_000, "\\[ \n" * 3_000, "<!-- symkl: a;" * 3_000, "```math\n" * 3_000, "> " * 5_000,
    "\x00$$\x00$$"]
)
def test_hostile_documents_take_no_time_to_speak_of(text: str) -> None:
    found: tuple[Block, ...] = blocks(text)
    assert all(b.kind in (Kind.TROUBLE, Kind.ROW) for b in found)


def test_a_remark_inside_a_remark_ends_with_it() -> None:
    assert rows(r"$$a = b \\ \intertext{so \intertext{that} is} c = d \\ e = f$$") == ["a = b", "c = d", "e = f"]


def test_a_row_broken_at_every_relation_is_one() -> None:
    assert len(rows("$$" + "a =\\\\\n" * 4_000 + "b$$")) == 1


@pytest.mark.parametrize(
    ("text", "number"), [(r"( ( a \\ b ) \\ c ) \\ d", 2), (r"( a \\ b ) \\ c ) \\ d", 3), (r"( a \\ b \\ c ) \\ d", 4)]
)
def test_a_row_goes_on_until_the_brackets_it_opened_are_closed(text: str, number: int) -> None:
    assert len(rows(f"$${text}$$")) == number


# -- what is quoted, switched off, or displayed elsewhere ---------------------------------------------------

DIRECTIVE = "<!-- symkl: tau > 0 -->"


def directives(text: str, *, tex: bool | None = None) -> list[str]:
    return [b.text for b in blocks(text, tex=tex) if b.kind is Kind.DIRECTIVE]


@pytest.mark.parametrize(
    "text",
    [
        f"`{DIRECTIVE}`",
        f"Write ``a ` {DIRECTIVE}`` here.",
        f"two lines `of\nsome {DIRECTIVE}` code",
        f"<pre>\n{DIRECTIVE}\n</pre>",
        f"<div>\n<code>{DIRECTIVE}</code>\n</div>",
        f"Write <code>{DIRECTIVE}</code>.",
        f"```text\n{DIRECTIVE}\n```",
        f"```latex\n{DIRECTIVE}\n$$a = b$$\n```",
        f"    {DIRECTIVE}",
        f"> - `{DIRECTIVE}`",
        f"<!-- as in {DIRECTIVE}",
        f"<textarea>{DIRECTIVE}</textarea>",
    ],
)
def test_a_directive_that_is_quoted_is_text(text: str) -> None:
    assert directives(text) == []


@pytest.mark.parametrize(
    "text",
    [
        DIRECTIVE,
        f"words {DIRECTIVE} words",
        f"> - {DIRECTIVE}",
        f"an open ` tick {DIRECTIVE}",
        f"an escaped \\` {DIRECTIVE} \\`",
        f"`code` {DIRECTIVE} `code`",
        f"<div>\n{DIRECTIVE}\n</div>",
        f"<!-- a comment -->\n{DIRECTIVE}",
        "<!-- symkl:\n  tau > 0\n-->",
        f"<pre>code</pre>\n\n{DIRECTIVE}",
    ],
)
def test_a_directive_that_is_not_quoted_is_one(text: str) -> None:
    assert directives(text) == ["tau > 0"]


@pytest.mark.parametrize(
    ("text", "name", "under"),
    [
        ("<!-- symkl c scalar -->", "misspelt directive", "symkl"),
        ("<!-- Symkl: c scalar -->", "misspelt directive", "Symkl:"),
        ("<!-- symkl claim regret -->", "misspelt directive", "symkl"),
        ("$$a = b$$\n\n<!-- symkl: c scalar", "unclosed directive", "<!-- symkl:"),
        ("% symkl claim regret\na = b", "misspelt directive", "symkl"),
    ],
)
def test_what_looks_like_a_directive_and_is_none_is_a_mistake_at_its_place(text: str, name: str, under: str) -> None:
    (trouble,) = [b for b in blocks(text, tex=text.startswith("%")) if b.kind is Kind.TROUBLE]
    assert trouble.trouble is not None
    assert trouble.trouble.name == name
    assert text[trouble.span.start : trouble.span.stop] == under


def test_prose_about_the_checker_is_no_directive() -> None:
    assert kinds("<!-- symkl checks this page --> <!-- symkl is a checker -->") == []


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{verbatim}\n% symkl: tau > 0\n$$a = b$$\n\\end{verbatim}",
        "\\begin{lstlisting}[language=TeX]\n% symkl: tau > 0\n\\end{lstlisting}",
        "\\begin{Verbatim}\n\\[ a = b \\]\n\\end{Verbatim}",
        "\\verb|% symkl: tau > 0| and \\verb+$$a = b$$+",
        "\\lstinline!% symkl: tau > 0!",
        "\\iffalse\n% symkl: tau > 0\n\\[ a = b \\]\n\\fi",
        "\\iffalse \\ifx\\a\\b \\[ a = b \\] \\else x \\fi \\[ c = d \\] \\fi",
        "\\begin{comment}\n\\[ a = b \\]\n\\end{comment}",
        "\\begin{document} \\end{document}\n% symkl: tau > 0\n\\[ a = b \\]",
        "% \\[ a = b \\]",
        "\\begin{filecontents}{a.tex}\n\\[ a = b \\]\n\\end{filecontents}",
    ],
)
def test_what_latex_quotes_or_switches_off_is_no_proof(text: str) -> None:
    assert kinds("\\documentclass{article}\n" + text, tex=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "\\iffalse x \\fi \\[ a = b \\]",
        "\\iffalse \\[ c = d \\] \\else \\[ a = b \\] \\fi",
        "\\iffalse \\iftrue \\else \\fi \\fi \\[ a = b \\]",
        "100\\% sure \\[ a = b \\]",
        "\\verb|x| \\[ a = b \\] \\verb|y|",
        "\\begin{comment} x \\end{comment} \\[ a = b \\]",
        "\\begin{IEEEeqnarray}{rCl} a = b \\end{IEEEeqnarray}",
        "\\begin{dmath} a = b \\end{dmath}",
        "\\begin{empheq}[box=\\fbox]{align} a = b \\end{empheq}",
    ],
)
def test_what_stands_beside_it_is(text: str) -> None:
    assert rows("\\documentclass{article}\n" + text, tex=True) == ["a = b"]


@pytest.mark.parametrize(
    "text",
    [
        ":::{math}\na = b\n:::",
        "::::{math}\n:label: one\na = b\n::::",
        "```latex\na = b\n```",
        "```tex\n$$a = b$$\n```",
        "~~~LaTeX\n\\begin{align}a = b\\end{align}\n~~~",
        "<div>\n$$a = b$$\n</div>",
        "<details><summary>more</summary>\n\\[a = b\\]\n</details>",
        "\\begin{IEEEeqnarray}{rCl}\na = b\n\\end{IEEEeqnarray}",
        "\\begin{dmath}a = b\\end{dmath}",
    ],
)
def test_a_display_that_markdown_hands_on_is_found(text: str) -> None:
    assert rows(text) == ["a = b"]
    (row,) = blocks(text)
    assert text[row.span.start : row.span.stop] == row.text
    assert text.split("\n")[row.line - 1][row.column - 1 :].startswith("a = b")


@pytest.mark.parametrize(
    "text",
    [
        "<pre>\n$$a = b$$\n</pre>",
        "<div>\n<code>$$a = b$$</code>\n</div>",
        "<div>\n<!-- $$a = b$$ -->\n</div>",
        "```latex\n\\usepackage[a=b]{c}\n```",
        "```tex\nonly words\n```",
        "::: note\na = b\n:::",
        "use \\begin{tabular}{c} $a = b$ \\end{tabular}",
        "\\begin{theorem} For $a_1 = b$ we have words. \\end{theorem}",
    ],
)
def test_what_only_looks_like_a_display_is_passed_over(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize("tex", [True, False])
def test_an_environment_that_is_not_read_is_reported_row_by_row(tex: bool) -> None:
    text = "\\begin{mathpar}[x]\n\\frac{a}{b} = c \\\\\n\\log d \\le e\n\\end{mathpar}\n"
    found = blocks(("\\documentclass{a}\n" if tex else "") + text, tex=tex)
    assert [(b.kind, b.line - tex, b.trouble.name if b.trouble else "") for b in found] == [
        (Kind.ROW, 2, "environment"),
        (Kind.ROW, 3, "environment"),
    ]
