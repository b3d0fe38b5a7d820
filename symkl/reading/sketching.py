r"""Rows that do not parse for one construct whose end is clear: the row with that left open.

Nothing is concluded from a sketch, and nothing in it says anything of the document's symbols::

    V(s) = \mathbb{E}[G_t \mid S_t = s]                V(s) = …        a conditional expectation
    ρ(s) = \sum_t γ^t \Pr(s_t = s)                     ρ(s) = \sum_t γ^t …
    v(y) = \begin{cases} ... \end{cases}               v(y) = …
    D_f = \sup_{g: S \times A \to \mathbb{R}} ...      D_f = …         an operator reaches to the end of its side
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.readable import readable
from symkl.reading.syntax import Node, RowSyntax, walk

UNREAD = "unread"
"""The kind of a node of which nothing is known but where it stands; its value says how it is written."""

CONSTRUCTS = frozenset((
    "stray bar", "stray double bar", "relation in brackets", "cases", "subscript on a group", "star on a group",
    "numbers in a bracket", "tuple", "binder", "constraint", "not read", "prose", "unexpected", "membership",
    "max of numbers", "integral", "integral by a law", "integral between bounds", "order of integrals", "bare sum",
    "part of all policies", "empty side of a bar", "comma in a product", "matrix", "environment", "two bars",
    "part after expectation", "second derivative", "base of a logarithm", "preference", "empty function", "sampling",
    "no relation", "missing argument",
))  # fmt: skip
"""The refusals that are about one construct, which opens and closes where it can be seen."""

_HOLES = "ĵŵŷẑĉĝĥŝḡȳũṽñẽ"
"""Letters with an accent, one of which stands for what is left open: one that the row does not use."""

_BINDING = ("expectation", "sum", "product", "extremum", "family", "functional", "limit", "optimum", "set")
"""The kinds of nodes whose last child is what they bind in."""

_LONGEST = 4_000
_MOST = 12
_SHOWN = 60

_MARK = pattern(
    r"\\(?:left|right|[bB]igg?[lrm]?)(?![A-Za-z])\s*(?:\\[{}|]|\\[A-Za-z]+|[()\[\]|./])|\\(?:begin|end)\s*\{[a-z]+\*?\}|\\[{}]|[()\[\]{}]"
)
_RELATION = pattern(
    r"\\(?:[lg]eq?|[lg]eqslant|neq?|approx|equiv|propto|sim(?:eq)?|triangleq|coloneqq|iff|implies|Rightarrow"
    r"|[Ll]eftrightarrow|Longleftrightarrow|text|quad|qquad|label|tag)(?![A-Za-z])|\\\\|[=<>≤≥≈≡∝&,;]"
)
_OPERATOR = pattern(
    r"(?:\\(?:max|min|sup|inf|arg|argmax|argmin|sum|prod|int|lim|limits|nolimits|displaystyle|underset|mathop)(?![A-Za-z])"
    r"|\\operatorname\*?\s*\{(?:arg\s*(?:\\,)?\s*)?(?:max|min|sup|inf)\})\s*$"
)
_NAME = pattern(r"(?:\\[A-Za-z]+\*?|[A-Za-z]'*|[^\x00-\x7f]'*)\s*$")
_FONT = pattern(
    r"\\(?:mathbb|mathrm|mathcal|mathbf|mathsf|mathit|operatorname\*?|text|textrm|textbf|bar|hat|tilde|widehat"
    r"|widetilde|overline|boldsymbol|bm|vec)\s*$"
)
_SPACE = pattern(r"(?:\s|\\[,;:!> ]|~|\\(?:left|[bB]igg?[lrm]?)(?![A-Za-z]))*$")
_APPLIED = frozenset(
    (r"\log", r"\exp", r"\ln", r"\frac", r"\sqrt", r"\underbrace", r"\boxed", r"\left", r"\cdot", r"\quad")
)
"""What stands before a bracket and is no name of what is called: the bracket alone is left open."""


class _Pair(NamedTuple):
    """A bracket: where it opens and closes, each with its sign."""

    start: int
    inside: int
    end: int
    stop: int
    sign: str


def sketched(text: str, span: Span) -> RowSyntax | None:
    """The row with the constructs left open for which it does not parse; None where there is no such row.

    >>> row = sketched(r"V = \\Pr(s_t = s) + 1", Span(0, 20))
    >>> [node.kind for node in row.clauses[0].expressions[1].children]
    ['unread', 'number']
    """
    hole = next((each for each in _HOLES if each not in text), "")
    if not hole or len(text) > _LONGEST:
        return None
    left, holes = text, dict[int, int]()
    for _ in range(_MOST):
        try:
            written = {each + span.start: text[each:end] for each, end in holes.items()}
            return _with_holes(parse_row(left, span), hole, written)
        except Unreadable as problem:
            if problem.name not in CONSTRUCTS:
                return None
            place = _construct(left, problem.span.start - span.start, problem.span.stop - span.start, hole)
            if place is None:
                return None
            first, end = place
            left = left[:first] + hole + " " * (end - first - 1) + left[end:]
            holes = {each: stop for each, stop in holes.items() if not first <= each < end} | {first: end}
    return None


def _with_holes(syntax: RowSyntax, hole: str, written: Mapping[int, str]) -> RowSyntax:
    """The row with its holes as what is left open; ``written``: what stands in each, by where it starts."""
    clauses = tuple(
        replace(clause, expressions=tuple(_open(side, hole, written) for side in clause.expressions))
        for clause in syntax.clauses
    )
    return replace(syntax, clauses=clauses)


def _open(node: Node, hole: str, written: Mapping[int, str]) -> Node:
    """A node with its holes left open, and what is called with one, or has one below it."""
    if node.kind == "symbol" and hole in node.value:
        text = " ".join(written.get(node.span.start, "").split())
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        stop = node.span.start + len(written.get(node.span.start, " "))
        return Node(UNREAD, (), Span(node.span.start, stop), shown)
    children = tuple(_open(child, hole, written) for child in node.children)
    fixed = children if node.kind == "call" else children[:-1] if node.kind in _BINDING else ()
    if any(each.kind == UNREAD for child in fixed for each in walk(child)):
        return Node(UNREAD, (), node.span, readable(replace(node, children=children)))
    return replace(node, children=children)


def _construct(text: str, start: int, stop: int, hole: str) -> tuple[int, int] | None:
    """The smallest construct around a place that is no hole already; None where none is seen."""
    pairs = _pairs(text)
    found = _constructs(text, start, stop, pairs) if pairs is not None else ()
    return next(((first, end) for first, end in found if end > first and text[first:end].strip() != hole), None)


def _constructs(text: str, start: int, stop: int, pairs: list[_Pair]) -> Iterator[tuple[int, int]]:
    """The constructs around a place, from the inside out."""
    operator = pattern(r"\\(?:sum|prod|int|max|min|sup|inf)(?![A-Za-z])").match(text, start)
    if operator is not None:
        yield start, _end_of_side(text, operator.end(), pairs)
    before = text[:start].rstrip()
    if text[start : start + 1] in ("_", "^") and before[-1:] in (")", "]", "}"):
        group = next((pair for pair in pairs if pair.stop == len(before)), None)
        if group is not None and group.sign != "{":
            yield _head(text, group.start, pairs), _behind_script(text, start, pairs)
    around = sorted((p for p in pairs if p.start <= start and stop <= p.stop), key=lambda p: p.stop - p.start)
    for pair in around:
        if pair.sign == "begin":
            yield pair.start, pair.stop
        elif pair.sign == "{":
            yield from _braces(text, pair, pairs)
        else:
            head = _head(text, pair.start, pairs)
            yield head, pair.stop


def _braces(text: str, pair: _Pair, pairs: list[_Pair]) -> Iterator[tuple[int, int]]:
    before = _trimmed(text, pair.start)
    if _FONT.search(text, 0, before):
        return
    if before and text[before - 1] in "_^":
        base = _scripts(text, before - 1, pairs)
        operator = _OPERATOR.search(text, 0, base)
        if operator is not None:
            first = operator.start()
            while another := _OPERATOR.search(text, 0, first):
                first = another.start()
            yield first, _end_of_side(text, pair.stop, pairs)
            return
        behind = pair.stop
        while behind < len(text) and (text[behind].isspace() or text[behind] in "_^"):
            behind = _behind_script(text, behind, pairs) if text[behind] in "_^" else behind + 1
        opened = next((p for p in pairs if p.start >= behind and not _ink(text[behind : p.start])), None)
        if opened is not None and opened.sign != "{":
            yield _base(text, base, pairs), opened.stop
        elif _name_before(text, base):
            yield _base(text, base, pairs), _end_of_side(text, pair.stop, pairs)
        return
    yield pair.inside, pair.end


def _ink(text: str) -> str:
    return pattern(r"\s|\\[,;:!> ]|~").sub("", text)


def _trimmed(text: str, at: int) -> int:
    """The place behind what last leaves ink before another."""
    found = _SPACE.search(text, 0, at)
    return at if found is None else found.start()


def _scripts(text: str, at: int, pairs: list[_Pair]) -> int:
    """The place behind what bears the scripts that end before ``at``, which is where one more begins."""
    while True:
        at = _trimmed(text, at)
        if at >= 2 and text[at - 2] in "_^" and text[at - 1].isalnum():
            at -= 2
            continue
        group = next((p for p in pairs if p.stop == at and p.sign == "{"), None)
        if group is None:
            named = pattern(r"[_^]\\[A-Za-z]+$|[_^]\s*\*$").search(text, 0, at)
            if named is None:
                return at
            at = named.start()
            continue
        before = _trimmed(text, group.start)
        if not before or text[before - 1] not in "_^":
            return at
        at = before - 1


def _name_before(text: str, at: int) -> bool:
    return _NAME.search(text, 0, at) is not None or text[at - 1 : at] == "}"


def _base(text: str, at: int, pairs: list[_Pair]) -> int:
    """Where the name begins that ends at a place: ``E``, ``\\Pr``, ``\\mathbb{E}``."""
    group = next((p for p in pairs if p.stop == at and p.sign == "{"), None)
    if group is not None:
        font = _FONT.search(text, 0, group.start)
        return group.start if font is None else font.start()
    found = _NAME.search(text, 0, at)
    return at if found is None else found.start()


def _head(text: str, at: int, pairs: list[_Pair]) -> int:
    """Where what is called begins, whose bracket opens at a place; the place itself where nothing is called."""
    base = _scripts(text, at, pairs)
    if not base:
        return at
    group = next((p for p in pairs if p.stop == base and p.sign != "begin"), None)
    if group is not None and group.sign != "{":
        return _head(text, group.start, pairs)
    if group is not None:
        font = _FONT.search(text, 0, group.start)
        return at if font is None else font.start()
    found = _NAME.search(text, 0, base)
    if found is None or found.group().strip() in _APPLIED:
        return at
    return found.start()


def _behind_script(text: str, at: int, pairs: list[_Pair]) -> int:
    """The place behind the script that begins at ``at``."""
    at += 1
    while text[at : at + 1].isspace():
        at += 1
    group = next((p for p in pairs if p.start == at), None)
    if group is not None:
        return group.stop
    found = pattern(r"\\[A-Za-z]+|.").match(text, at)
    return found.end() if found else at


def _end_of_side(text: str, at: int, pairs: list[_Pair]) -> int:
    """Where the side ends that goes on at a place: before a relation, a comma, or the end of its bracket."""
    opened = {p.start: p for p in pairs}
    around = min((p.end for p in pairs if p.inside <= at <= p.end), default=len(text))
    while at < around:
        if at in opened:
            at = opened[at].stop
            continue
        if _RELATION.match(text, at):
            return at
        at += 1
    return len(text[:around].rstrip()) if around == len(text) else around


def _pairs(text: str) -> list[_Pair] | None:
    """The brackets of a text, from left to right; None where they do not pair."""
    found, opened = list[_Pair](), list[tuple[int, int, str]]()
    for mark in _MARK.finditer(text):
        sign = mark.group()
        if sign.startswith((r"\end", r"\right")) or (sign[-1] in ")]}" and not sign.startswith((r"\begin", r"\left"))):
            start, inside, kind = opened.pop() if opened else (0, 0, "")
            if kind != _kind(sign):
                return None
            found.append(_Pair(start, inside, mark.start(), mark.end(), kind))
        elif sign.startswith((r"\begin", r"\left")) or sign[-1] in "([{":
            opened.append((mark.start(), mark.end(), _kind(sign)))
    return None if opened else sorted(found)


def _kind(sign: str) -> str:
    """What kind of bracket a sign is half of: an environment, one of ``\\left``, a brace, or any other."""
    if sign.startswith((r"\begin", r"\end")):
        return "begin"
    if sign.startswith((r"\left", r"\right")):
        return "left"
    return "{" if sign in ("{", "}") else "("
