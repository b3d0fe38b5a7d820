r"""Rows that are understood but for some things in them: where each stands is clear, and what it is nobody could read.

Such a thing may be anything, and may depend on everything. The row is neither proved nor refuted, what stands behind it
is as behind a row that could not be read, and its line says what was left open::

    L = E_{x,y∼π}[Σ_t KL(π(·|s_t) ‖ μ(·|s_t))]        read but for KL(π(·|s_t) ‖ μ(·|s_t))

What leaves open what the row *states* is no such thing: a bracket that may close elsewhere, a name with two meanings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable
from symkl.reading.readable import readable
from symkl.reading.sketching import UNREAD
from symkl.reading.syntax import Clause, Node, RowSyntax, walk

THINGS = frozenset((
    "undeclared", "undeclared function", "index by itself", "joint distribution", "clash of alphabets", "index called",
    "several unsaid", "laws for several", "laws of other things", "part of what is drawn", "no argument", "no index",
    "condition of no distribution", "expression as argument", "prompt alone", "parameter exchanged", "no expression",
    "preference not defined", "size of a set", "no condition", "sum over a range", "family", "member by number",
    "group by itself", "several samples at once", "samples in a name", "token or sample", "token of a response",
    "no samples", "samples beside others", "product of any sign", "next token by itself", "behind other tokens",
    "expectation under no policy", "expectation under no distribution", "drawn by another name", "bare expectation",
    "inner product with an index", "variance under no policy", "gradient by no parameter", "two parameters",
    "derivative by no symbol", "limit of no scalar", "problem over no policy", "mixture", "entry by number",
    "divergence not given", "part of an alphabet",
))  # fmt: skip
"""The refusals that are about one thing by its name: what else the row says is clear."""

_NO_VALUES = frozenset((
    "arguments", "conditions", "preferred", "dot", "dots", "over", "under", "sampled", "range", "apart", "among",
    "order", "set", "next", "positions", UNREAD,
))  # fmt: skip
"""The kinds of nodes that stand for no value by themselves."""

_MOST = 24
"""How many things may be left open."""


def outlined(syntax: RowSyntax, read: Callable[[RowSyntax], object]) -> tuple[str, ...]:
    """The things in a row without which it has a meaning, in the author's order; none where there is no such row.

    ``read`` gives a row its meaning, or raises Unreadable.
    """
    nodes = (node for clause in syntax.clauses for side in clause.expressions for node in walk(side))
    found = {node.span: node.value for node in nodes if node.kind == UNREAD}
    problem: Unreadable | None = None
    for _ in range(_MOST):
        if problem is not None:
            if problem.name not in THINGS:
                return ()
            syntax, thing = _without(syntax, problem.span)
            if thing is None:
                return ()
            found = {span: text for span, text in found.items() if not _within(span, thing.span)}
            found[thing.span] = readable(thing)
        if not _says_something(syntax):
            return ()
        try:
            read(syntax)
        except Unreadable as another:
            problem = another
            continue
        return tuple(dict.fromkeys(found[span] for span in sorted(found, key=lambda span: span.start)))
    return ()


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.stop <= outer.stop


def _says_something(syntax: RowSyntax) -> bool:
    """Whether some side of each clause is more than one thing that is left open."""
    return all(any(side.kind not in (UNREAD, "dots") for side in clause.expressions) for clause in syntax.clauses)


def _without(syntax: RowSyntax, span: Span) -> tuple[RowSyntax, Node | None]:
    """A row with the smallest value around a place left open, and what that was; None where there is none."""
    clauses = list(syntax.clauses)
    for i, clause in enumerate(clauses):
        for j, side in enumerate(clause.expressions):
            if around := tuple(_around(side, span)):
                thing = _whole(around)
                clauses[i] = _with(clause, j, _exchanged(side, thing))
                return replace(syntax, clauses=tuple(clauses)), thing
    return syntax, None


def _whole(around: Sequence[Node]) -> Node:
    """The thing that the innermost of some nodes is, or is a part of: what a letter is not by itself, as in ``E(x)``,
    ``(B v)(x)`` and ``u^T v``, which are other things than a mean and products."""
    *outer, thing = around
    parents = [node for node in reversed(outer) if node.kind != "group"]
    if thing.kind == "symbol" and outer and outer[-1].kind == "group":
        return next((node for node in parents if node.kind in ("expectation", "multiply")), thing)
    if thing.kind == "symbol" and thing.value in ("T", "⊤", "⊺") and parents and parents[0].kind == "power":
        return next((node for node in parents if node.kind == "multiply"), parents[0])
    return thing


def _with(clause: Clause, j: int, side: Node) -> Clause:
    return replace(clause, expressions=(*clause.expressions[:j], side, *clause.expressions[j + 1 :]))


def _around(node: Node, span: Span) -> Iterator[Node]:
    """The values around a place, from the outside in. What is called, taken or bound there is none by itself."""
    if node.kind in _NO_VALUES or not _within(span, node.span):
        return
    yield node
    for child in node.children if node.kind != "call" else ():
        if _within(span, child.span):
            yield from _around(child, span)
            return


def _exchanged(node: Node, thing: Node) -> Node:
    """The node with one thing in it left open."""
    if node is thing:
        return Node(UNREAD, (), node.span, readable(node))
    return replace(node, children=tuple(_exchanged(child, thing) for child in node.children))
