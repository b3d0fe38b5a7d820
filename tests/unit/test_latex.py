"""Rows to nodes: the shape of every kind of expression, what binds what, and where things stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from symkl.checking.document import check_text
from symkl.language.terms import Relation, Span
from symkl.reading import table
from symkl.reading.latex import parse_row
from symkl.reading.mending import mends
from symkl.reading.readable import readable, row_text
from symkl.reading.syntax import Node, RowSyntax


def parse(text: str) -> RowSyntax:
    return parse_row(text, Span(0, len(text)))


def only(text: str) -> Node:
    (clause,) = parse(text).clauses
    (expression,) = clause.expressions
    return expression


def shape(node: Node) -> str:
    """A node as ``kind:value(children)``, short enough to read in a test."""
    head = node.value if node.kind in ("symbol",
    "number") else node.kind + (":" + node.value if node.value else "")
    return head + (f"({', '.join(map(shape, node.children))})" if node.children else "")


def everything(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from everything(child)


SHAPES = {
    # arithmetic
    "a + b - c": "add(a, b, negate(c))",
    "-a b": "negate(multiply(a, b))",
    r"a \cdot b \times c * d": "multiply(a, b, c, d)",
    "a/b c": "multiply(divide(a, b), c)",
    "a b/c": "divide(multiply(a, b), c)",
    r"\frac{a}{b} c": "multiply(fraction(a, b), c)",
    r"\frac12": "fraction(1, 2)",
    r"\frac1Z": "fraction(1, Z)",
    r"\frac{1}2 a": "multiply(fraction(1, 2), a)",
    r"\tfrac{a}{b}": "fraction(a, b)",
    r"\dfrac{a}{b}": "fraction(a, b)",
    r"\sqrt{a}": "power(a, fraction(1, 2))",
    r"\sqrt[3]{a}": "power(a, fraction(1, 3))",
    "a^2": "power(a, 2)",
    "a^{-1}": "power(a, negate(1))",
    r"\beta^{-1} r": "multiply(power(β, negate(1)), r)",
    "(a + b)^2": "power(group:((add(a, b)), 2)",
    "{a + b} c": "multiply(group:{(add(a, b)), c)",
    "0.5 a": "multiply(0.5, a)",
    "|a|": "absolute(a)",
    r"\left|a - b\right|": "absolute(add(a, negate(b)))",
    r"\lvert a \rvert": "absolute(a)",
    r"\bigl|a - |b|\bigr|": "absolute(add(a, negate(absolute(b))))",
    r"\left|\left|a\right| - b\right|": "absolute(add(absolute(a), negate(b)))",
    "|a||b|": "multiply(absolute(a), absolute(b))",
    "|a|^2|b|": "multiply(power(absolute(a), 2), absolute(b))",
    "2|a| + b|c|": "add(multiply(2, absolute(a)), multiply(b, absolute(c)))",
    r"\log|a|": "function:log(absolute(a))",
    r"|\pi(y|x) - p(y|x)|": "absolute(add(call(π, arguments(y), conditions(x)), negate(call(p, arguments(y), "
    "conditions(x)))))",
    r"|\mathcal{Y}|": "absolute:set(Y)",
    r"\mathbf{1}[a > b] c": "multiply(indicator:>(a, b), c)",
    r"\mathbb 1\{a = b\}": "indicator:=(a, b)",
    r"\mathbf{1}_{a \le b}": "indicator:≤(a, b)",
    r"\mathds{1}_{\{a < b\}}": "indicator:<(a, b)",
    r"\mathbb{I}(a \ge b)": "indicator:≥(a, b)",
    # the largest over an index
    r"a + \max_y b c - d": "add(a, extremum:max(over(y), multiply(b, c)), negate(d))",
    r"-\min_{y' \in \mathcal{Y}} b + a": "add(negate(extremum:min(over:Y(y'), b)), a)",
    r"\underset{a}{\max}\, b + c": "add(extremum:max(over(a), b), c)",
    r"\max_{x, y} b": "extremum:max(over(x, y), b)",
    # numbers with cases
    r"\max(a, b)": "function:max(a, b)",
    r"\min\left\{a, b, c\right\}": "function:min(a, b, c)",
    r"\max(0, 1 - a)^2": "power(function:max(0, add(1, negate(a))), 2)",
    r"\max(2|a|, b)": "function:max(multiply(2, absolute(a)), b)",
    r"\operatorname{clip}(a, 0, 1) b": "multiply(function:clip(a, 0, 1), b)",
    r"\text{clip}\left(a, 0, 1\right)": "function:clip(a, 0, 1)",
    "[a - b]_+": "part:+(group:[(add(a, negate(b))))",
    "(a)_-": "part:-(group:((a))",
    r"\left(a\right)^+": "part:+(group:((a))",
    r"b [a]_+": "part:+(call(b, arguments(a), conditions))",
    r"\dots": "dots",
    # calls
    "r(x, y)": "call(r, arguments(x, y), conditions)",
    r"\pi(y|x)": "call(π, arguments(y), conditions(x))",
    r"\pi(\cdot \mid x)": "call(π, arguments(dot), conditions(x))",
    r"\pi(y_t \mid x, y_{<t})": "call(π, arguments(y_t), conditions(x, y_<t))",
    r"L(\pi_\theta; \pi_{ref})": "call(L, arguments(π_θ, π_ref), conditions)",
    r"p^*(y_1 \succ y_2 | x)": "call(p*, arguments(preferred(y_1, y_2)), conditions(x))",
    "p(y_w > y_l | x)": "call(p, arguments(preferred(y_w, y_l)), conditions(x))",
    r"p(y_l \prec y_w)": "call(p, arguments(preferred(y_w, y_l)), conditions)",
    r"\beta(a + b)": "call(β, arguments(add(a, b)), conditions)",
    r"\beta \cdot (a + b)": "multiply(β, group:((add(a, b)))",
    r"\beta(a)^2": "power(call(β, arguments(a), conditions), 2)",
    "Z(x)^{-1}": "power(call(Z, arguments(x), conditions), negate(1))",
    "Z^{-1}(x)": "power(call(Z, arguments(x), conditions), negate(1))",
    r"\pi^{1/\beta}(y|x)": "power(call(π, arguments(y), conditions(x)), divide(1, β))",
    r"\beta^2(a + b)": "multiply(power(β, 2), group:((add(a, b)))",
    r"r(X, Y_w)": "call(r, arguments(x, y_w), conditions)",
    # functions
    r"\log a": "function:log(a)",
    r"\ln(a + b)": "function:log(group:((add(a, b)))",
    r"\log \pi(y|x) b": "multiply(function:log(call(π, arguments(y), conditions(x))), b)",
    r"\log a^2": "function:log(power(a, 2))",
    r"\log^2 a": "power(function:log(a), 2)",
    r"\log\frac{a}{b} c": "multiply(function:log(fraction(a, b)), c)",
    r"\log \sum_y a b": "function:log(sum(over(y), multiply(a, b)))",
    r"\log \exp a": "function:log(function:exp(a))",
    r"\exp\{a\}": "function:exp(group:{(a))",
    r"\exp{a b}": "function:exp(group:{(multiply(a, b)))",
    "e^{r/\\beta}": "function:exp(divide(r, β))",
    "e^a b": "multiply(function:exp(a), b)",
    r"\exp(a)^2": "power(function:exp(group:((a)), 2)",
    r"\sigma(u)": "function:σ(group:((u))",
    r"\sigma^2": "power(σ, 2)",
    r"\log \sigma\left(u\right)": "function:log(function:σ(group:((u)))",
    # expectations
    r"\mathbb{E}[r]": "expectation(group:[(r))",
    r"E_x[r]": "expectation(over(x), group:[(r))",
    r"E_\pi[r]": "expectation(under(π), group:[(r))",
    r"E_{q(x)}[r]": "expectation(under(call(q, arguments(x), conditions)), group:[(r))",
    r"\mathbb{E}_{x \sim D, y \sim \pi}[r]": "expectation(sampled(x, D), sampled(y, π), group:[(r))",
    r"\mathbb{E}_{(x, y_w, y_l) \sim D}[r]": "expectation(sampled(x, y_w, y_l, D), group:[(r))",
    r"\mathbb{E}_{x, y \sim \pi}[r]": "expectation(sampled(x, y, π), group:[(r))",
    r"\mathbb{E}_{Y \sim \pi(\cdot \mid X)}[r]":
        "expectation(sampled(y, call(π, arguments(dot), conditions(x))), group:[(r))",
    r"\mathbb{E}_x \mathbb{E}_y a b + c":
        "add(expectation(over(x), expectation(over(y), multiply(a, b))), c)",
    r"\mathbb{E}_y[a]^2 b": "multiply(power(expectation(over(y), group:[(a)), 2), b)",
    r"\mathbb{E}_y[a] b": "expectation(over(y), multiply(group:[(a), b))",
    # sums
    r"\sum_y a b - c": "add(sum(over(y), multiply(a, b)), negate(c))",
    r"\sum_{y \in \mathcal{Y}} a": "sum(over:Y(y), a)",
    r"\sum_{y, z} a": "sum(over(y, z), a)",
    r"\sum_x \sum_y a": "sum(over(x), sum(over(y), a))",
    r"\sum_{t=1}^T a": "sum(range(t, 1, T), a)",
    r"\prod_{t=1}^{T} a": "product(range(t, 1, T), a)",
    r"-\beta \sum_y a b": "negate(multiply(β, sum(over(y), multiply(a, b))))",
    # divergences and functionals
    r"\mathrm{KL}(p \| q)": "divergence:KL(p, q)",
    r"\mathrm{KL}(p(y|x) \| \frac{1}{Z} q)":
        "divergence:KL(call(p, arguments(y), conditions(x)), multiply(fraction(1, Z), q))",
    r"\mathbb{D}_{KL}": "divergence:KL",
    r"\chi^2(p \| q)": "divergence:χ²(p, q)",
    r"\mathrm{TV}(p, q)": "divergence:TV(p, q)",
    r"H(\pi)": "functional:H(π)",
    r"\mathcal{H}(\pi(\cdot|x))": "functional:H(call(π, arguments(dot), conditions(x)))",
    r"H(p, q)": "functional:H(p, q)",
    r"\operatorname{Var}_\pi[r]": "functional:Var(r, under(π))",
    r"\mathrm{Var}_{y \sim \pi}(r)": "functional:Var(r, sampled(y, π))",
    # derivatives
    r"\nabla_\theta \log \pi_\theta a": "gradient:θ(multiply(function:log(π_θ), a))",
    r"\nabla J": "gradient(J)",
    r"\frac{\partial \mathcal{L}}{\partial \pi(y|x)}":
        "derivative:∂(L, call(π, arguments(y), conditions(x)))",
    r"\frac{\partial}{\partial \pi}[a + b] - c": "add(derivative:∂(group:[(add(a, b)), π), negate(c))",
    r"\frac{\delta J}{\delta \pi}": "derivative:δ(J, π)",
    r"\partial J/\partial q(y)": "derivative:∂(J, call(q, arguments(y), conditions))",
    r"\frac{dJ}{d\beta}": "derivative:d(J, β)",
    r"\frac{d(a|s)}{d_0(a|s)}":
        "fraction(call(d, arguments(a), conditions(s)), call(d_0, arguments(a), conditions(s)))",
    # optimisation
    r"\max_\pi J(\pi) + c": "optimum:max(π, add(call(J, arguments(π), conditions), c))",
    r"-\beta \min_\pi a - b": "negate(multiply(β, optimum:min(π, add(a, negate(b)))))",
    r"a + \max_\pi b + c": "add(a, optimum:max(π, add(b, c)))",
    r"\underset{\pi}{\arg\max} \; a": "optimum:argmax(π, a)",
    r"\max a": "optimum:max(a)",
    r"\max_{\text{policy}\ \pi} a": "optimum:max(π, a)",
    r"\max_{\text{distribution } \pi(\cdot|x)} a": "optimum:max(call(π, arguments(dot), conditions(x)), a)",
    r"\max_{\pi \in \Delta} \left(a + b\right)": "optimum:max(π, group:((add(a, b)))",
}


@pytest.mark.parametrize(("text", "expected"), SHAPES.items(), ids=list(SHAPES))
def test_shape(text: str, expected: str) -> None:
    assert shape(only(text)) == expected


@pytest.mark.parametrize("text", SHAPES)
def test_spans_lie_inside_their_parents(text: str) -> None:
    offset = 1000
    row = parse_row(text, Span(offset, offset + len(text)))
    for node in everything(row.clauses[0].expressions[0]):
        assert offset <= node.span.start <= node.span.stop <= offset + len(text)
        for child in node.children:
            if child.kind not in ("number", "fraction"):  # the exponent of a root is not written
                assert node.span.start <= child.span.start
                assert child.span.stop <= node.span.stop


@pytest.mark.parametrize("text", [t for t in SHAPES if r"\dots" not in t])
def test_readable_text_of_every_kind(text: str) -> None:
    said = readable(only(text))
    assert said
    assert "\\" not in said
    assert said.count("(") == said.count(")")


def test_exact_span_of_an_inner_symbol() -> None:
    text = r"\log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)}"
    (symbol,) = (n for n in everything(only(text)) if n.value == "π_ref")
    assert text[symbol.span.start : symbol.span.stop] == r"\pi_{\text{ref}}"


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("a = b = c", [(None, 3, "==")]),
        ("= b", [(Relation.EQUAL, 1, "")]),
        (r"&\le b = c", [(Relation.LESS_EQUAL, 2, "=")]),
        (r"\iff a = b", [(Relation.EQUIVALENT, 2, "=")]),
        (r"a = b \implies c = d", [(None, 2, "="), (Relation.IMPLIES, 2, "=")]),
        (r"\max_\pi a \iff \min_\pi b", [(None, 1, ""), (Relation.EQUIVALENT, 1, "")]),
        (r"a \ge 0 \quad\Longrightarrow\quad b = c", [(None, 2, "≥"), (Relation.IMPLIES, 2, "=")]),
        (r"a = b, \quad c = d", [(None, 2, "="), (None, 2, "=")]),
        (r"a = b \quad \text{where } Z(x) = c", [(None, 2, "="), (None, 2, "=")]),
        (r"a = b, \text{ with } c = d", [(None, 2, "="), (None, 2, "=")]),
        (r"a = b \text{ and } c = d", [(None, 2, "="), (None, 2, "=")]),
        (r"a = b; \qquad c = d", [(None, 2, "="), (None, 2, "=")]),
        ("a = b, f(x) = d", [(None, 2, "="), (None, 2, "=")]),
        (r"a \gets b", [(None, 2, ":=")]),
        (r"a = \dots", [(None, 2, "=")]),
        (r"a = b \quad \text{for all } y", [(None, 2, "=")]),
        (r"a = \max_\pi b = c", [(None, 3, "==")]),
    ],
)
def test_clauses(text: str, clauses: list[tuple[Relation | None, int, str]]) -> None:
    found = [(c.opening, len(c.expressions),
    "".join(r.value for r in c.relations)) for c in parse(text).clauses]
    assert found == clauses


def test_a_row_as_unicode() -> None:
    row = (
        r"\max_\pi \mathbb{E}_{y \sim \pi}\left[r(x,y)\right] - \beta "
        r"D_{\mathrm{KL}}(\pi \| \pi_{\text{ref}}) \implies a = b"
    )
    assert row_text(parse(row)) == "max_π E_{y∼π}[r(x,y)] − β KL(π‖π_ref) ⟹ a = b"


# -- brackets --------------------------------------------------------------------------------------------


def mended(text: str) -> list[str]:
    return [row_text(mend.row) for mend in mends(text, Span(0, len(text)))]


def test_every_place_for_a_missing_bracket_is_tried() -> None:
    assert set(mended("((a + b) c")) == {"((a) + b) c", "((a + b)) c", "((a + b) c)"}
    assert mended("(a + b c") == ["(a) + b c", "(a + b) c", "(a + b c)"]


def test_a_bracket_closed_by_the_wrong_kind_is_a_missing_one() -> None:
    ways = mended(r"\mathbb{E}_x[\mathrm{KL}(p(\cdot|x) \| q(\cdot|x)]")
    assert ways
    assert set(ways) == {"E_x[KL(p(·|x)‖q(·|x))]"}


def test_an_extra_bracket_is_dropped_or_its_partner_put_in_at_every_place() -> None:
    assert mended("a + b) c") == ["a + b c", "(a + b) c", "a + (b) c"]
    assert set(mended("(a + b)) c")) == {"(a + b) c", "((a + b)) c", "(a + (b)) c"}


@pytest.mark.parametrize(
    "row",
    [r"\beta + 2) \cdot 3 = 3 \beta + 6", r"6 + 3 \beta = 2 + 1) (\beta + 2)", r"1 - \beta - 2) = 3 - \beta"],
)
def test_a_bracket_whose_partner_may_have_been_lost_is_not_dropped(row: str) -> None:
    (line,) = check_text(f"$$ {row} $$", "a.md").lines
    assert line.status.value == "unreadable"


@pytest.mark.parametrize("text", ["a + b", "((a + (b", "(a]", r"\frac{a}{b", "(a + ]", "a = foo("])
def test_nothing_is_mended_that_is_whole_or_beyond_repair(text: str) -> None:
    assert mended(text) == []


def test_a_mend_says_where() -> None:
    text = r"\beta (a + b"
    mend = mends(text, Span(50, 50 + len(text)))[-1]
    assert mend.position == 50 + len(text)
    assert ")" in mend.note


# -- the table -------------------------------------------------------------------------------------------


def test_the_shipped_table_is_that_of_the_grammar() -> None:
    """After a change of latex.lark: python -m symkl.reading.table."""
    assert table.as_text(table.generate()) == table._TABLE.read_text("utf-8")


@pytest.mark.parametrize("head", ["H", r"\mathcal{H}", r"\mathrm{H}"])
def test_an_entropy_squared_by_its_head_is_the_square(head: str) -> None:
    row = parse_row(rf"{head}^2(\pi)", Span(0, len(rf"{head}^2(\pi)")))
    (side,) = row.clauses[0].expressions
    assert side.kind == "power" and side.children[0].kind == "functional"
