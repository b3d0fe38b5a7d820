r"""Tokens written out: ``\pi(y_1|x)``, ``\pi(y_2|x,y_1)`` and ``\pi(y_1,y_2|x)`` are one policy, token by token.

Where a document has the policy of a second token behind the first, ``π(y_2|x, y_1)`` is another distribution than
``π(y_1|x)``, to be chosen by itself: it is read as ``π₍2₎``. What is said of several tokens at once is their product::

    π(y_1, y_2|x) = π(y_1|x) π(y_2|x, y_1)

A policy of which a row says anything else, as ``π(y_2|x)`` or ``π(y|x)``, is left as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Clause, Node, named, walk

_NUMBERED = pattern(r"(?P<base>[a-z])_(?P<number>[1-9])'*")


def second(name: str, number: int) -> str:
    """What the distribution of a token behind others is called.

    >>> second("π_θ", 2), second("μ", 1)
    ('π₍2₎_θ', 'μ')
    """
    head = letter(name)
    return f"{head}₍{number}₎{name[len(head):]}" if number > 1 else name


def first(name: str) -> str:
    """The policy of which a name is that of a token behind others.

    >>> first("π₍2₎_θ"), first("μ")
    ('π_θ', 'μ')
    """
    return re.sub(r"₍\d₎", "", name)


def _numbers(nodes: Sequence[Node]) -> list[int]:
    """The numbers of the tokens among some places."""
    found = (_NUMBERED.fullmatch(node.value) for node in nodes if node.kind == "symbol")
    return [int(each["number"]) for each in found if each]


def _level(call: Node) -> int | None:
    """Which token a call is about, the first of them if about several; None where it is about none in this way."""
    _, arguments, conditions = call.children
    if not arguments.children:
        return None
    behind, own = _numbers(conditions.children), _numbers(arguments.children)
    at = len(behind) + 1
    dotted = [c.kind for c in arguments.children] == ["dot"]
    in_order = own == list(range(at, at + len(own))) and len(own) == len(arguments.children)
    return at if sorted(behind) == list(range(1, at)) and (dotted or in_order) else None


def with_chains(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with the policies that the rows write out token by token, and never otherwise."""
    levels: dict[str, set[int | None]] = {}
    for node in _nodes(rows):
        if node.kind == "call" and (node.children[2].children or len(node.children[1].children) > 1):
            levels.setdefault(named(node), set()).add(_level(node))
        for each in node.children[1:] if node.kind == "call" else node.children:
            if each.kind == "symbol":
                levels.setdefault(each.value, set()).add(None)
    for side in (side for clauses in rows for clause in clauses for side in clause.expressions):
        if side.kind == "symbol":
            levels.setdefault(side.value, set()).add(None)
    chains = {name for name, found in levels.items() if None not in found and max(map(_number, found)) > 1}
    return replace(known, chains=frozenset(name for name in chains if known.kind(name) in (None, "distribution")))


def _number(level: int | None) -> int:
    return level or 0


def _nodes(rows: Sequence[Sequence[Clause]]) -> Iterator[Node]:
    return (n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side))


def in_chains(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses with each token's distribution by its own name, and several tokens at once as the product."""
    if not known.chains:
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node) -> Node:
    joint = [child for child in node.children if child.kind == "call" and _is_joint(known, child)]
    if joint and node.kind in ("divergence", "functional"):
        return _rewritten(known, _summed(node, joint))
    if node.kind == "sampled" and len(node.children) > 2 and named(node.children[-1]) in known.chains:
        target = node.children[-1]
        return replace(node, children=(*node.children[:-1], Node("joint", (), target.span, named(target))))
    if node.kind == "call" and named(node) in known.chains and (level := _level(node)) is not None:
        return _product(node, level)
    children = tuple(_rewritten(known, child) for child in node.children)
    return node.with_children(children)


def _is_joint(known: Declarations, call: Node) -> bool:
    return named(call) in known.chains and len(call.children[1].children) > 1


def _product(call: Node, level: int) -> Node:
    """``π(y_1, y_2|x)`` as ``π(y_1|x) π₍2₎(y_2|x, y_1)``."""
    head, arguments, conditions = call.children
    factors = []
    for n, argument in enumerate(arguments.children):
        behind = replace(conditions, children=(*conditions.children, *arguments.children[:n]))
        name = replace(head, value=second(head.value, level + n))
        factors.append(replace(call, children=(name, replace(arguments, children=(argument,)), behind)))
    if len(factors) == 1:
        return factors[0]
    return Node("group", (Node("multiply", tuple(factors), call.span),), call.span, "(")


def _summed(node: Node, joint: list[Node]) -> Node:
    """A KL or an entropy of several tokens at once as a sum over them; no expression for another functional."""
    span, one = node.span, joint[0]
    over = Node("over", one.children[1].children, span)
    if node.kind == "divergence" and node.value == "KL" and len(node.children) == len(joint) == 2:
        inside: Node = Node("group", (Node("fraction", node.children, span),), span, "(")
        log = Node("function", (inside,), span, "log")
        return Node("sum", (over, Node("multiply", (one, log), span)), span)
    if node.kind == "functional" and node.value == "H" and len(node.children) == 1:
        log = Node("function", (Node("group", (one,), span, "("),), span, "log")
        return Node("negate", (Node("sum", (over, Node("multiply", (one, log), span)), span),), span)
    return Node("joint", (), one.span, named(one))
