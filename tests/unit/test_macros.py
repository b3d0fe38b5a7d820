"""A document's own macros: what they stand for, as in TeX, and that every place is told in the author's own text."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from symkl.checking.document import check_text
from symkl.reading.blocks import Kind
from symkl.reading.documents import document
from symkl.reading.macros import Expander
from symkl.reading.tracing import Written
from tests.told import told


def expanded(text: str, *, tex: bool = True) -> str:
    return "".join(each.text for each in Expander(tex=tex).run([Written(text, 0, 0, len(text))]))


def rows(text: str, file: str = "a.tex") -> list[str]:
    return [block.text for block in document(text, file).blocks if block.kind is Kind.ROW]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\newcommand{\x}{y}\x", "y"),
        (r"\newcommand\x{y}\x", "y"),
        (r"\newcommand*{\x}[1]{(#1)}\x{a}\x b", "(a)(b)"),
        (r"\newcommand{\x}[2][z]{#1#2}\x{a}\x[b]{c}", "zabc"),
        (r"\newcommand{\x}[2][]{<#1>#2}\x{a}", "<>a"),
        (r"\newcommand{\x}[1]{\frac{1}{#1}}\x2", r"\frac{1}{2}"),
        (r"\newcommand{\x}[1]{#1}\x\beta", r"\beta"),
        (r"\def\x{y}\x", "y"),
        (r"\def\x#1#2{#2#1}\x{a}b", "ba"),
        (r"\def\x(#1,#2){#2/#1}\x(a,{b,c})", "{b,c}/a"),
        (r"\def\x#1.{<#1>}\x ab.", "<ab>"),
        (r"\gdef\x{y}\x", "y"),
        (r"\def\y{a}\edef\x{\y}\def\y{b}\x\y", "a b"),
        (r"\let\x\beta\x y", r"\beta y"),
        (r"\let\x=\beta\x", r"\beta"),
        (r"\def\y{a}\let\x\y\def\y{b}\x\y", "ab"),
        (r"\let\oldpi\pi\renewcommand{\pi}{\bm{\oldpi}}\pi", r"\bm{\pi}"),
        (r"\DeclareMathOperator{\x}{KL}\x", r"\operatorname{KL}"),
        (r"\DeclareMathOperator*{\x}{arg\,max}\x", r"\operatorname*{arg\,max}"),
        (r"\providecommand{\log}{\exp}\log", r"\log"),
        (r"\providecommand{\x}{y}\providecommand{\x}{z}\x", "y"),
        (r"\newcommand{\x}{\beta}\x y", r"\beta y"),
        (r"\newcommand{\x}{\beta}{\x}y", r"{\beta}y"),
        (r"\newcommand{\x}[1]{\log#1}\x{p}", r"\log p"),
        (r"{\def\x{a}\x}\x", r"{a}\x"),
        (r"\def\x{a}{\def\x{b}\x}\x", "{b}a"),
        (r"\def\x{a}{\global\def\x{b}}\x", "{}b"),
        (r"\begin{a}\def\x{b}\x\end{a}\x", r"\begin{a}b\end{a}\x"),
        (r"$\def\x{b}\x$\x", r"$b$\x"),
        (r"\newenvironment{e}[1]{<#1>}{!}\begin{e}{a}b\end{e}", "<a>b!"),
        (r"\newcommand{\x}[1]{\begin{align}#1\end{align}}\x{a \\ b}", r"\begin{align}a \\ b\end{align}"),
        (r"\newcommand{\y}[1]{\def\x##1{#1##1}}\y{a}\x{b}", "ab"),
        (r"\newcommand{\x}{\y}\newcommand{\y}[1]{(#1)}\x{a}", "(a)"),
        (r"\NewDocumentCommand{\x}{o m}{\IfValueTF{#1}{#1}{z}#2}\x{a}\x[b]{c}", "zabc"),
        (r"\NewDocumentCommand{\x}{s O{q} m}{\IfBooleanTF{#1}{S}{T}#2#3}\x*{a}\x[b]{c}", "SqaTbc"),
        (r"\DeclarePairedDelimiter{\x}{(}{)}\x{a}\x*{a}", r"( a) \left( a\right) "),
        (r"% \def\x{a}" + "\n" + r"\x", "% \\def\\x{a}\n\\x"),
        (r"\newcommand{\x}{a}\\x", r"\\x"),
    ],
)
def test_a_macro_stands_for_its_body(text: str, expected: str) -> None:
    assert expanded(text).replace(" ", "") == expected.replace(" ", "")
    assert expanded(text, tex=False).replace(" ", "") == expected.replace(" ", "").replace(r"$b$\x", "$b$b")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"\def\x{1+\x}\[ \x = 1 \]", "endless macro"),
        (r"\def\x{\y}\def\y{\x}\[ \x = 1 \]", "endless macro"),
        (r"\def\x#1{\x{#1#1}}\[ \x{a} = 1 \]", "endless macro"),
        (r"\newcommand{\x}[2]{#1#2}\[ 1 = {\x{a}} \]", "macro without argument"),
        (r"\newcommand{\x}[1]{#1}\[ 1 = {\x} \]", "macro without argument"),
        (r"\newcommand{\log}{\exp}\[ \log 1 = 0 \]", "macro with two meanings"),
        (r"\newcommand{\x}{1}\newcommand{\x}{2}\[ \x = 1 \]", "macro with two meanings"),
        (r"\def\x{1}\ifx\a\b \def\x{2}\fi \[ \x = 1 \]", "macro with two meanings"),
        ("".join(rf"\def\{chr(97 + n)}{{\{chr(98 + n)}\{chr(98 + n)}}}" for n in range(25)) + r"\def\z{1}\[ \a = 1 \]",
         "endless macro"),
        (r"\def\x#1{#1#1#1#1#1#1#1#1#1#1}\[ \x{\x{" + "y" * 5_000 + r"}} = 1 \]", "macro too long"),
    ],
)  # fmt: skip
def test_a_macro_that_leads_nowhere_makes_its_row_unreadable_and_no_other(text: str, name: str) -> None:
    found = [block for block in document(text + "\n\\[ a = b \\]", "a.tex").blocks if block.kind is Kind.ROW]
    assert [block.trouble.name if block.trouble else "" for block in found] == [name, ""]


def test_a_macro_that_is_defined_twice_alike_has_one_meaning() -> None:
    assert rows(r"\newcommand{\x}{1}\newcommand{\x}{1}\[ \x = 1 \]") == ["1 = 1"]


def test_bombs_take_no_time_to_speak_of() -> None:
    letters = [chr(97 + n) for n in range(25)]
    bomb = "".join(rf"\def\{a}#1{{\{b}{{#1}}\{b}{{#1}}}}" for a, b in pairwise(letters))
    start = time.process_time()
    document(bomb + r"\[ \a{1} = 1 \]" * 500, "a.tex")
    document(r"\def\x{\x\x}" + r"\[ \x = 1 \]" * 2_000, "a.tex")
    document(r"\newcommand{\x}[9]{#1}" + r"\x{" * 20_000, "a.tex")
    assert time.process_time() - start < 6


# -- where macros are defined, and where they hold ---------------------------------------------------------------


@pytest.mark.parametrize(
    "defined",
    [
        r"$\newcommand{\x}{b}$", r"\newcommand{\x}{b}", r"$$\newcommand{\x}{b}$$", "$$\n\\def\\x{b}\n$$", r"\(\def\x{b}\)",
        "<div style='display:none'>\n$\\def\\x{b}$\n</div>", "> $\\def\\x{b}$", "Words $\\gdef\\x{b}$ and words.",
    ],
)  # fmt: skip
def test_macros_in_markdown_hold_from_where_they_are_defined(defined: str) -> None:
    assert rows(f"$$ \\x = a $$\n\n{defined}\n\n$$ a = \\x $$\n", "a.md") == [r"\x = a", "a = b"]


@pytest.mark.parametrize("quoted", [r"`\newcommand{\x}{b}`", "```\n\\def\\x{b}\n```", "    \\def\\x{b}\n"])
def test_code_defines_nothing(quoted: str) -> None:
    assert rows(f"{quoted}\n\n$$ a = \\x $$\n", "a.md") == [r"a = \x"]


def test_what_is_defined_in_a_group_of_a_formula_is_forgotten() -> None:
    assert rows("$$ {\\def\\x{b} \\x} = b $$\n\n$$ a = \\x $$", "a.md") == ["{ b} = b", r"a = \x"]


def test_environments_behind_macros_are_found() -> None:
    text = r"\def\beq{\begin{equation}}\def\eeq{\end{equation}}\beq a = b \eeq \newcommand{\al}[1]{\begin{align}#1\end{align}}"
    assert rows(text + r"\al{c &= d \\ &= e}") == ["a = b", "c &= d", "&= e"]


def test_what_latex_switches_off_defines_nothing() -> None:
    assert rows("\\iffalse \\def\\x{b} \\fi % \\def\\x{c}\n\\[ a = \\x \\]") == [r"a = \x"]


# -- places ------------------------------------------------------------------------------------------------------

HEAD = r"""\newcommand{\base}{\pi_{\mathrm{base}}}
\newcommand{\KLof}[2]{\mathrm{KL}\left(#1\,\middle\|\,#2\right)}
\newcommand{\ev}[2]{\mathbb{E}_{y\sim #1}[#2]}
\newcommand{\weird}{\int r}
\newcommand{\wrong}{\ev{\pi}{\log\base(y)}}
"""


@pytest.mark.parametrize(
    ("row", "under"),
    [
        (r"\foo \KLof{\pi}{\base} = 1", r"\foo"),
        (r"\KLof{\pi}{\foo} = 1", r"\foo"),
        (r"\KLof{\pi}{\base} = \weird", r"\weird"),
        (r"\base + = 1", "="),
    ],
)
def test_a_caret_stands_in_the_authors_text(row: str, under: str) -> None:
    text = HEAD + "\\begin{document}\n\\[ " + row + " \\]\n\\end{document}\n"
    (line,) = check_text(text, "a.tex").lines
    assert (line.line, line.column, line.source) == (7, 4, row)
    assert line.trouble is not None
    assert line.trouble.excerpt == "\\[ " + row + " \\]"
    assert line.trouble.excerpt[line.trouble.column - 1 :].startswith(under)


@pytest.mark.parametrize(
    "row",
    [
        r"\ev{\pi}{\log\pi(y)} - \ev{\pi}{\log\base(y)} = \KLof{\base}{\pi}",
        r"\KLof{\pi}{\base} = -H(\pi) + \wrong",
        r"\KLof{\pi}{\base} = H(\pi) - \wrong",
        r"\KLof{\pi}{\base} \le 0",
        r"\ev{\pi}{\log\frac{\base(y)}{\pi(y)}} = \KLof{\pi}{\base}",
        r"\log\sum_y \base(y) e^{r(y)} = \ev{\base}{r(y)} + \log\ev{\base}{e^{r(y) - \ev{\base}{r(y)}}} + 1",
    ],
)
@pytest.mark.parametrize("file", ["a.tex", "a.md"])
def test_a_suggestion_works_as_it_is_offered(row: str, file: str) -> None:
    """Put in place of the row that its author wrote, it is proved; and it leaves the author's macros where it can."""
    opened, closed = ("\\begin{document}\n\\[ ", " \\]\n\\end{document}\n") if file == "a.tex" else ("\n$$ ", " $$\n")
    (line,) = check_text(HEAD + opened + row + closed, file).lines
    assert line.status.value == "refuted"
    for suggestion in line.suggestions:
        (again,) = check_text(HEAD + opened + suggestion.latex + closed, file).lines
        assert again.status.value == "proved", suggestion.latex
        begin, end = suggestion.changed
        kept = len(suggestion.latex) - end
        assert suggestion.latex[:begin] == row[:begin]
        assert kept == 0 or suggestion.latex[-kept:] == row[-kept:]


def test_a_suggestion_in_an_argument_leaves_the_call() -> None:
    text = HEAD + r"\[ \ev{\pi}{\log\pi(y)} - \ev{\pi}{\log\base(y)} = \KLof{\base}{\pi} \]"
    (line,) = check_text(text, "a.tex").lines
    assert any(r"\KLof{\pi}{" in suggestion.latex for suggestion in line.suggestions)


def test_a_suggestion_that_the_authors_macros_would_change_is_not_offered() -> None:
    text = "$\\renewcommand{\\log}{\\exp}$\n\n$$ \\ln p(y) - \\ln q(y) = \\ln\\frac{q(y)}{p(y)} $$\n"
    (line,) = check_text(text, "a.md").lines
    assert line.status.value == "refuted"
    for suggestion in line.suggestions:
        assert "\\log" not in suggestion.latex


def test_a_document_that_renews_what_symkl_knows_is_read_as_it_is_typeset() -> None:
    text = "\\renewcommand{\\sigma}{\\tanh}\n\\[ \\sigma(r(y) - r(z)) = 1 - \\sigma(r(z) - r(y)) \\]\n"
    assert [told(line).value for line in check_text(text, "a.tex").lines] == ["unreadable"]


class _Forgetful(dict[str, str]):
    """What keeps nothing."""

    def __setitem__(self, key: str, value: str) -> None:
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\def\x{\x}\x\x\x", r"\x \x \x "),
        (r"\def\x{\x}\x\def\x{a}\x", r"\x a"),
        (r"{\def\x{\x}\x}\def\x{a}\x", r"{\x }a"),
        (r"\def\y{a}{\def\y{\y}\def\x{\y}\x}\def\x{\y}\x", r"{\x }a"),
        (r"\def\x{\y}\def\y#1{#1}\x{b}\def\y#1{\y{#1}}\x{b}\def\y#1{<#1>}\x{b}", r"b\x <b>"),
        (r"\NewDocumentCommand\w{s}{\IfBooleanTF{#1}{\w}{a}}\def\x{\w}\x**\x\x*", r"aaa"),
        (r"\NewDocumentCommand\w{s}{\IfBooleanTF{#1}{\y}{a}}\def\y{\y}\def\x{\w}\x*\x\x*", r"\x a\x "),
        (r"\def\a{\b\def\b{c}}\def\b{\b}\a\a\b", r"\a \a \b "),
        (r"\newenvironment{e}{\begin{e}}{}\begin{e}\begin{e}\renewenvironment{e}{<}{>}\begin{e}\end{e}",
         r"\begin{e} \begin{e} <>"),
    ],
)  # fmt: skip
def test_a_call_that_went_too_far_does_so_until_something_is_defined(text: str, expected: str) -> None:
    assert expanded(text) == expected
    each_anew = Expander(tex=True)
    each_anew._hopeless = _Forgetful()
    assert "".join(each.text for each in each_anew.run([Written(text, 0, 0, len(text))])) == expected
