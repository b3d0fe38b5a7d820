"""Refusals: each named mistake has an example, a place, and advice that a person can follow."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from symkl.language.terms import Span
from symkl.meaning import mistakes as meaning
from symkl.meaning.document import read
from symkl.reading.blocks import Kind
from symkl.reading.documents import blocks
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import MISTAKES, Unreadable, refuse

#: What is written, the mistake it is, and the text the caret stands under.
EXAMPLES: list[tuple[str, str, str]] = [
    ("a" * 20_001, "row too long", "a"),
    ("a " * 5_001, "row too rich", "a"),
    ("(" * 101 + "a" + ")" * 101, "nested too deep", "("),
    (r"\log " * 200 + "a", "nested too deep", ""),
    ("1234567890123", "number too long", "1234567890123"),
    ("a = 1.5.2", "two decimal points", "1.5.2"),
    ("a^{1001}", "exponent too large", "1001"),
    ("a\x00b", "control character", "\x00"),
    ("a\x1b[31m", "control character", "\x1b"),
    (r"\foo(x)", "unknown macro", r"\foo"),
    ("a 一 b", "unknown character", "一"),
    ("foo = b", "letter run", "foo"),
    (r"\operatorname{softmax}(W h)_i = 1", "softmax of what", r"\operatorname{softmax}(W h)_i"),
    ("beta = b", "bare command", "beta"),
    (r"a \text{times the rest} b", "prose", r"\text{times the rest}"),
    (r"a = b \text{ or } c", "words that count", r"\text{ or }"),
    (r"a = b \quad \text{is false}", "words that count", r"\text{is false}"),
    (r"\text{It is not true that } a = b", "words that count", r"\text{It is not true that }"),
    (r"a = \underbrace{b}_{\text{not } c}", "words that count", "not"),
    (r"a = 3\;4", "two numbers", "4"),
    (r"a = 1 \!\!\!\!\!\! + 2", "overprinted", r"\!"),
    (r"a \cancel{=} b", "struck out", r"\cancel{=}"),
    (r"a = b \footnote{is wrong}", "words that count", r"\footnote{is wrong}"),
    (r"\max_{\text{safe } \pi} a", "words that count", r"\text{safe }"),
    (r"a \overset{+1}{=} b", "sign over a relation", "+1"),
    (r"a \ge b \text{ hence } = c", "whose relation", r"\text{ hence }"),
    (r"= a \text{ and } \le b", "whose relation", r"\text{ and }"),
    (r"a = b \text{ and } c", "states nothing", "c"),
    (r"a = b \text{ with equality iff } c = d", "equality of what", r"\text{ with equality iff }"),
    (r"a &= b & c", "column", "&"),
    (r"a = b \tag{= c}", "tag", r"\tag{= c}"),
    (r"a = b \textcolor{white}{+ 1}", "hidden ink", r"\textcolor{white}"),
    (r"a = b \phantom{+ 1}", "phantom", r"\phantom{+ 1}"),
    (r"\max_{\pi \in B} a", "part of all policies", "B"),
    (r"\mathrm{KL}\,p\,q", "sides without brackets", r"\mathrm{KL}\,p"),
    ("a $b$", "dollar", "$"),
    (r"\begin{tikzpicture}\end{tikzpicture}", "environment", r"\begin{tikzpicture}"),
    (r"\begin{bmatrix} a \end{bmatrix}", "matrix", r"\begin{bmatrix}"),
    (r"a = \begin{cases} b \end{cases}", "cases", r"\begin{cases}"),
    (r"\log \int a", "integral", r"\int"),
    (r"\int_0^1 a \, dy", "integral between bounds", "1"),
    (r"\int a \, d\pi(y)", "integral by a law", r"d\pi"),
    (r"\int p(y) \int q(z) \, dy \, dz", "order of integrals", r"\int"),
    (r"\lim_{\beta} a", "limit", r"\lim"),
    (r"\lim a", "limit", r"\lim"),
    (r"\lim_{\beta \to 1} a", "end of a limit", "1"),
    (r"\lim_{\beta \to 0^-} a", "end of a limit", "0^-"),
    (r"a \quad (\beta \to 0)", "arrow", r"\to"),
    (r"a = b \quad \text{s.t.} \; b \le c", "constraint", r"\text{s.t.}"),
    (r"\max_{\pi : a} b", "constraint", ":"),
    (r"a = b \quad \text{unless } c > 0", "condition", r"\text{unless }"),
    (r"a = b \quad \text{for all } \beta > 0", "condition", r"\text{for all } \beta > 0"),
    (r"\left. a \right|_{b = c}", "evaluation bar", r"\right|"),
    (r"a \pm b", "not read", r"\pm"),
    (r"a \cong b", "no relation", r"\cong"),
    (r"y \sim \pi", "sampling", r"\sim"),
    (r"y \in \mathcal{Y}", "membership", r"\in"),
    ("a_b_c", "double subscript", "_"),
    ("a^b^c", "double superscript", "^"),
    ("(a)_b", "subscript on a group", "_"),
    (r"\pi(y|x)^*", "star on a group", "^"),
    ("a^", "empty script", "^"),
    ("a_{}", "empty script", "_"),
    (r"a_{\frac{b}{c}}", "unreadable subscript", r"\frac"),
    ("x^23", "several digits", "23"),
    (r"\log_2 a", "base of a logarithm", "_"),
    (r"\hat{a b}", "accent", r"\hat"),
    (r"\frac{a}", "missing argument", r"\frac"),
    (r"\frac{a}{}", "missing argument", r"\frac"),
    (r"\tag", "missing argument", r"\tag"),
    ("r()", "empty bracket", "()"),
    ("a + ()", "empty bracket", "()"),
    ("p(y|x|z)", "two bars", "|"),
    ("p(|x)", "empty side of a bar", "|"),
    ("p(y|)", "empty side of a bar", ")"),
    ("a | b", "stray bar", "|"),
    (r"a \| b", "stray double bar", r"\|"),
    (r"D_f{p}{q}", "unknown divergence", "D"),
    (r"Z^{-1}(p \| q)", "unknown divergence", r"\|"),
    (r"\mathrm{KL}(p)", "divergence sides", "(p)"),
    (r"\mathrm{KL}(p \| q \| r)", "divergence sides", r"(p \| q \| r)"),
    (r"\mathrm{KL}(p \| )", "divergence sides", ")"),
    (r"\sum a", "bare sum", r"\sum"),
    (r"\prod_{y \in B} a", "part of an alphabet", "B"),
    (r"\{y : a > 0, b > 0\} = 1", "not read", ","),
    (r"\mathbb{E}_{x \in D}[a]", "binder", r"x \in D"),
    (r"\arg\max(a, b)", "max of numbers", r"\arg"),
    (r"\operatorname{clip}(a)", "numbers in a bracket", r"\operatorname{clip}"),
    (r"|a| b |c|", "bars that pair in two ways", "|a|"),
    (r"\mathbb{E}_{y \sim p}[a]_+", "part after expectation", "[a]_+"),
    (r"\frac{\partial^2 a}{\partial b^3}", "second derivative", "^"),
    (r"\frac{\partial a}{b}", "half a derivative", r"\frac"),
    (r"a \succ b", "preference", r"\succ"),
    (r"\frac{a}{b", "unclosed brace", "{"),
    ("a + b}", "stray brace", "}"),
    (r"\log (a + b", "unclosed bracket", "("),
    ("(a + b]", "wrong bracket", "]"),
    ("a + b)", "extra bracket", ")"),
    ("", "nothing to read", ""),
    (r"a + \cdot b", "missing operand", r"\cdot"),
    (r"\cdot a", "starts with an operator", r"\cdot"),
    ("a +", "ends early", ""),
    ("a / -b", "sign after an operator", "-"),
    ("a =", "relation at the end", ""),
    ("a = = b", "two relations", "="),
    ("(a = b)", "relation in brackets", "="),
    (r"\pi, e^{a} + b", "comma in a product", ","),
    (r"e^{a, b}", "tuple", ","),
    (r"a \log", "empty function", r"\log"),
    (r"\operatorname{sg} r(y)", "bracket of a function", r"\operatorname{sg}"),
    (r"\max_\pi", "empty function", r"\pi"),
    ("a ----- b", "dashes", "-----"),
    ("a - - b", "doubled sign", "-"),
    ("r(x : y)", "unexpected", ":"),
    (r"\log(a)^2", "power after log", r"\log(a)"),
    (r"\log a / b", "quotient after log", "/"),
    (r"\log 2 a", "number after log", r"\log 2"),
    (r"\log \mathbb{E}[a] / b", "log of an expectation", r"\mathbb{E}[a] / b"),
    (r"\mathbb{E}_y (a)^2", "power after expectation", "(a)^2"),
    (r"a / \mathbb{E}[b] c", "dividing by a scope", r"\mathbb{E}[b] c"),
    (r"\mathbb{E}* {y}[a]", "lost subscript", "*"),
    ("v(')", "lonely prime", "'"),
]
#: Named mistakes that belong to a document rather than to a row.
ELSEWHERE = {
    "unclosed display", "unclosed directive", "misspelt directive", "goes on from columns", "endless macro",
    "macro too long", "macro without argument", "macro with two meanings", "macros spent", "no notebook", "too large for macros",
    "too many macros", "skipped", "too many displays", "too many lines",
}  # fmt: skip


def refused(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse_row(text, Span(0, len(text)))
    return caught.value


@pytest.mark.parametrize(("text", "name", "under"), EXAMPLES, ids=[name + " " + text[:20] for text, name,
_ in EXAMPLES])
def test_each_mistake_is_named_and_located(text: str, name: str, under: str) -> None:
    problem = refused(text)
    assert problem.name == name
    if under:
        assert text[problem.span.start : problem.span.stop] == under


@pytest.mark.parametrize(("text", "name", "under"), EXAMPLES, ids=[name + " " + text[:20] for text, name,
_ in EXAMPLES])
def test_messages_speak_to_a_reader(text: str, name: str, under: str) -> None:
    problem = refused(text)
    for words in (problem.message, problem.expected, problem.advice):
        assert words
        assert len(words) < 200
        assert not re.search(r"\b(None|token|NoneType|Traceback|[A-Z]{2,}_[A-Z]+|CCLOSE|BOPEN|RB|LB|REL)\b",
        words)
        assert "{found}" not in words
        assert "{extra}" not in words
    assert problem.expected
    assert problem.advice


def test_every_named_mistake_has_an_example() -> None:
    assert set(MISTAKES) - {name for _, name, _ in EXAMPLES} == ELSEWHERE


#: What parses and has no single meaning: the mistake, and a document that makes it.
MEANINGLESS: dict[str, str] = {
    "directive": "<!-- symkl: foo -->",
    "directive about no symbol": "<!-- symkl: temperature 1/\\beta -->",
    "directive about no index": "<!-- symkl: f function of the prompt -->",
    "parameter exchanged": r"$$L(\theta) = \sum_y \mu(y|x) r_\theta(x,y)$$ $$L(\phi) = L(\theta)$$",
    "clash": r"$$r(x,y) = 0$$ $$r = \frac{p(y)}{q(y)}$$",
    "clash of alphabets": r"$$V(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]$$ $$V(y) = 0$$",
    "entry by number": r"$$p_1 + p_2 = 1$$ $$\sum_i p_i = 1$$",
    "inner product with an index": r"$$\langle p, r(x,y)\rangle = 0$$",
    "divergence not given": r"$$1 + D_g(p \| q) \ge 0$$",
    "no slope": r"$$f(u) = u + g(2 u)$$ $$f'(1) = 0$$",
    "may move unsaid": r"$$G(\beta) = E_{y\sim\mu}[\beta q_\beta(y)]$$ $$G(2) = 0$$",
    "no value there": r"$$Z(\beta) = \sum_y \mu(y) e^{r(y)/\beta}$$ $$Z(0) = 1$$",
    "mixture": r"$$F[q] = \sum_y q(y) r(y)$$ $$F[q + \beta p] = F[q] + \beta F[p]$$",
    "value of what varies": r"$$G(t) = \max_\pi E_{y\sim\pi}[t\, r(y)]$$ $$G(2) = 0$$",
    "sum and integral": r"$$\sum_y \pi(y|x) = \int \pi(y|x) \, dy$$",
    "rebinding": r"$$R(x,y) \gets R(x,y) - \beta = 2$$",
    "undeclared": r"$$c\, r(x,y) = 0$$",
    "undeclared function": r"$$2 g(x,y) \ge g$$",
    "index by itself": r"$$y = 0$$",
    "joint distribution": "<!-- symkl: q distribution over x, y -->\n$$q = 0$$",
    "with and without a bar": r"$$E_{x\sim D}[D_{KL}(\pi(y|x)\|\pi(y))] = 0$$",
    "two fonts": r"$$L(\pi) = \mathcal{L}(\pi)$$",
    "laws for several": r"$$E_{y,y'\sim\pi,\mu}[r(y)] = 0$$",
    "laws of other things": r"$$D_{KL}(p(x,y)\|q(x)) = 0$$",
    "argument left out": "$$\\pi(y|x) = \\pi(y|x)$$\n\n$$m(y) = \\pi(y)$$",
    "part of what is drawn": r"$$E_{y\sim\pi(\cdot|x)}[r(x,y_{\le t})] = r(x,y_{\le t})$$",
    "several unsaid": r"$$E_{y_1,y_2\sim\pi(\cdot|x)}[r] = 0$$",
    "index called": r"$$y(x) = 0$$",
    "condition of no distribution": r"$$Z(2 | x) = 0$$",
    "expression as argument": r"$$r(x, 2) = 0$$",
    "prompt alone": r"$$\log Z(y) = 0$$",
    "no argument": r"$$J(2) = 0$$",
    "no index": r"$$\pi(2 | x) = 0$$",
    "preference not defined": r"$$\log p_\theta(y_w \succ y_l | x) = 0$$",
    "no expression": r"$$\log\dots = 0$$",
    "maximum closed early": r"$$\max_y r(x,y) \log\pi(y'|x) = 0$$",
    "no condition": r"$$\mathbf{1}[r(x,y) \approx 2] = 0$$",
    "size of a set": r"$$|\mathcal{D}| \ge 0$$",
    "wrong count": r"$$\operatorname{clip}(r(x,y), 2) \ge 0$$",
    "sum over a range": r"$$\sum_{t=1}^{2 T} r(x,y) = 0$$",
    "family": r"$$\sum_{i=1}^n \theta_i = 0$$",
    "apart from itself": r"$$\sum_{j\ne j} R_j = 0$$",
    "member by number": r"$$\sum_{i=1}^G R_i = R_1$$",
    "group by itself": r"$$\{R_i\}_{i=1}^G = 0$$",
    "several samples at once": r"$$\mathbb{E}_{y_1,\dots,y_n\sim\pi}[r(y_i)] = 0$$",
    "sample of a density": "$$\\int \\pi(y|x) r(x,y) dy = 0$$\n\n$$\\sum_{i=1}^n \\mathbf{1}[y_i = y] = 0$$",
    "token of a response": r"$$\sum_{y_t}\pi(y_t|x,y_{<t}) r(x,y) = r(x,y)$$",
    "infinite": r"$$\lim_{\beta\to 0} \beta = \infty$$",
    "no samples": r"$$\mathbb{E}_{\{y_i\}_{j=1}^n\sim\pi}[\sum_{i=1}^n r(y_i)] = 0$$",
    "samples beside others": r"$$E_{\{y_i\}_{i=1}^n, y'\sim\pi(\cdot|x)}[\sum_{i=1}^n r(x,y_i) - r(x,y')] = 0$$",
    "product of any sign": r"$$\prod_{t=1}^{|y|} \log\pi(y_t|x,y_{<t}) = 0$$",
    "next token by itself": r"$$\sum_{t=1}^T \mathrm{TV}(\pi(\cdot|x,y_{<t}), \mu(\cdot|x,y_{<t})) = \sum_{t=1}^T \log\pi(y_t|x,y_{<t})$$",
    "behind other tokens": r"$$\sum_{t=1}^T \log\pi(y_t|x,y_{<t}) = KL(\pi(\cdot|x,y_{<t})\|\pi(\cdot|x,y_{w,<t}))$$",
    "token or sample": r"$$\sum_{t=1}^T r(x,y_t) = 0$$",
    "expectation under no policy": r"$$\mathbb{E}_y[r(x,y)] = 0$$",
    "expectation under no distribution": r"$$\mathbb{E}_{y \sim 2}[r(x,y)] = 0$$",
    "drawn by another name": r"$$\mathbb{E}_{y \sim \pi(y'|x)}[r(x,y)] = 0$$",
    "bare expectation": r"$$\mathbb{E}[r(x,y)] = 0$$",
    "expectation closed early": r"$$\mathbb{E}_{y \sim \pi}[r(x,y)] \log \pi(y|x) = 0$$",
    "variance under no policy": r"$$\mathrm{Var}[r(x,y)] \ge 0$$",
    "gradient by no parameter": r"$$\nabla_\beta (\beta r(x,y)) = r(x,y)$$",
    "two parameters": r"$$\nabla_\theta \log\pi_\theta(y|x) + \nabla_\psi \log\pi_\psi(y|x) = 0$$",
    "derivative by no symbol": "$$J(\\pi) = 0$$\n\n$$\\frac{\\partial J(\\pi)}{\\partial J(\\pi)} = 1$$",
    "samples in a name": (
        "$$c = \\left\\lfloor r(x, y_1) \\right\\rceil$$\n\n$$\\mathbb{E}_{y_1, \\dots, y_n \\sim \\pi}[c] = 0$$"
    ),
    "limit of no scalar": r"$$\lim_{r \to \infty} r(x,y) = 0$$",
    "limit from both sides": "<!-- symkl: c scalar -->\n$$\\lim_{c \\to 0} c r(x,y) = 0$$",
    "problem closed early": r"$$\max_\pi \{ r(x,y) \} - \log \pi(y|x) = 0$$",
    "problem over no policy": r"$$\max r(x,y)$$",
}


def as_pattern(template: str) -> str:
    """A text with room for what it leaves open."""
    parts = re.split(r"\{\w+\}", template.replace("{{", "\0").replace("}}", "\1"))
    return ".+".join(re.escape(part.replace("\0", "{").replace("\1", "}")) for part in parts)


@pytest.mark.parametrize("name", sorted(meaning.MISTAKES))
def test_a_document_makes_each_mistake_of_meaning(name: str) -> None:
    mistake = meaning.MISTAKES[name]
    proof = read(MEANINGLESS[name])
    troubles = [*proof.troubles, *(row.trouble for row in proof.rows if row.trouble is not None)]
    patterns = [as_pattern(text) for text in (mistake.message, mistake.found, mistake.expected, mistake.advice)]
    for trouble in troubles:
        texts = (trouble.message, trouble.found, trouble.expected, trouble.advice)
        if all(re.fullmatch(pattern, text) for pattern, text in zip(patterns, texts, strict=True)):
            break
    else:
        pytest.fail(f"no trouble is {name}: {troubles}")


def test_every_refusal_is_in_a_table() -> None:
    for path in (Path(__file__).parents[2] / "symkl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Unreadable":
                assert path.parts[-2:] == ("reading", "mistakes.py"), path


def test_an_unclosed_bracket_says_where_it_was_opened() -> None:
    text = r"a + \log (b + c"
    problem = refused(text)
    assert problem.opened is not None
    assert text[problem.opened.start] == "("


def test_an_unclosed_display_is_a_mistake_of_the_document() -> None:
    (trouble,) = blocks("$$ a = b")
    assert trouble.kind is Kind.TROUBLE
    assert trouble.trouble is not None
    assert trouble.trouble.name == "unclosed display"


def test_an_unknown_macro_names_a_near_one() -> None:
    assert "\\frac" in refused(r"\fra{a}{b}").expected


def test_a_lost_thin_space_is_explained() -> None:
    assert "thin space" in refused(r"a = \pi(y|x), e^{b}").advice


def test_code_in_a_formula_is_words() -> None:
    for text in (r'\text{__import__("os").system("true")}', '__import__("os")', r"\input{/etc/passwd}"):
        assert refused(text).span.start >= 0


@pytest.mark.parametrize(
    "text",
    ["{" * 5_000, "(" * 5_000, r"\frac{" * 3_000, r"\hat " * 3_000, "a/" * 2_000 + "b",
     r"\sum_y " * 1_500 + "a", r"\int " * 1_500 + "dy " * 1_500, "_" * 3_000,
     "^" * 3_000, "'" * 3_000, "|" * 3_000, r"\max_\pi " * 1_000, r"\left(" * 2_000,
     "a" + "_{b" * 150 + "}" * 150],
)  # fmt: skip
def test_hostile_rows_are_refused_without_a_crash(text: str) -> None:
    refused(text)


def test_a_refusal_by_name() -> None:
    problem = refuse("unclosed bracket", Span(3, 4), "(", ")", opened=Span(3, 4))
    assert str(problem) == "the bracket ( is never closed"
    assert problem.expected == "a )"
