"""From the syntax of a row to the tree that an editor of the author's text is handed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symkl.language.terms import Span
from symkl.language.written import Form, Part
from symkl.meaning.symbols import Declarations
from symkl.reading.syntax import Node

FORMS = {
    "number": Form.NUMBER,
    "symbol": Form.SYMBOL,
    "call": Form.CALL,
    "arguments": Form.ARGUMENTS,
    "conditions": Form.CONDITIONS,
    "group": Form.GROUP,
    "add": Form.ADD,
    "negate": Form.NEGATE,
    "multiply": Form.MULTIPLY,
    "divide": Form.DIVIDE,
    "fraction": Form.FRACTION,
    "power": Form.POWER,
    "function": Form.FUNCTION,
    "sum": Form.SUM,
    "expectation": Form.EXPECTATION,
    "sampled": Form.SAMPLED,
    "over": Form.OVER,
    "under": Form.UNDER,
    "divergence": Form.DIVERGENCE,
    "order": Form.OTHER,
    "norm": Form.OTHER,
    "inner": Form.OTHER,
    "functional": Form.FUNCTIONAL,
    "gradient": Form.GRADIENT,
    "limit": Form.LIMIT,
    "optimum": Form.OPTIMUM,
    "dot": Form.OTHER,
    "dots": Form.OTHER,
    "preferred": Form.OTHER,
    "absolute": Form.OTHER,
    "part": Form.OTHER,
    "indicator": Form.OTHER,
    "extremum": Form.OTHER,
    "product": Form.OTHER,
    "range": Form.OTHER,
    "apart": Form.OTHER,
    "response": Form.OTHER,
    "among": Form.OTHER,
    "set": Form.OTHER,
    "family": Form.OTHER,
    "derivative": Form.OTHER,
}
"""What each kind of node is to an editor: one that the grammar gains must be put down here, or a test fails."""

_BRACKETED = frozenset({Form.GROUP, Form.POWER, Form.MULTIPLY, Form.DIVIDE, Form.ADD})
r"""Forms that may start with a bracket, whose ``\left`` then is part of them."""

_SIZES = frozenset({r"\left", *(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l"))})


def written(source: str, span: Span, sides: Iterable[Node], known: Declarations) -> tuple[Part, ...]:
    """The sides of a row in its text ``source``; ``span``: where the row stands in the document."""
    return tuple(_part(side, source, span.start, known) for side in sides)


def _part(node: Node, source: str, base: int, known: Declarations) -> Part:
    form = FORMS[node.kind]
    start, stop = _place(form, source, node.span.start - base, node.span.stop - base)
    parts = tuple(_part(child, source, base, known) for child in node.children)
    role = known.role(node.value) if form is Form.SYMBOL else None
    return Part(form, start, stop, parts, node.value, role)


def _place(form: Form, source: str, start: int, stop: int) -> tuple[int, int]:
    r"""Where a node stands, its closing braces and the ``\left`` of its bracket included."""
    text = source[start:stop]
    if "{" in text:
        open_braces = 0
        for mark in re.finditer(r"\\.|[{}]", text):
            open_braces += {"{": 1, "}": -1}.get(mark.group(), 0)
        while open_braces > 0 and (close := re.match(r"\s*\}", source[stop:])):
            stop += close.end()
            open_braces -= 1
    if form in _BRACKETED:
        before = source[:start].rstrip()
        command = before.rfind("\\")
        if command >= 0 and before[command:] in _SIZES:
            start = command
    return start, stop
