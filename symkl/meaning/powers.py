r"""Symbols with an exponent that rows give as one: the ``h^2`` of ``h^2(p, q) = 1 - \sum_y \sqrt{p(y)q(y)}``.

Where a symbol stands nowhere without its exponent, what it would be by itself does not matter: ``h^2``, and the loss
``\mathcal L^\varepsilon``, are names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from symkl.language.terms import EQUATIONS, Span
from symkl.meaning.groups import STATISTICS
from symkl.meaning.symbols import PARTITIONS, POLICIES, PROMPTS, REWARDS, TRAJECTORIES, VARIABLES, letter
from symkl.reading.syntax import BETWEEN, Node, RowSyntax, named, walk

_TAKEN = {*POLICIES, *PROMPTS, *REWARDS, *PARTITIONS, *VARIABLES, *TRAJECTORIES, "σ", "e"}
"""Letters of what has a power like any number."""

_CALLED = frozenset("fghFGJLℓ")
"""Letters of functions, which are called and seldom multiplied."""

Power = tuple[str, str]
"""A symbol and its exponent, as they are written."""


def powers(rows: Sequence[RowSyntax], told: Collection[str]) -> frozenset[Power]:
    """Those that are names; ``told``: what rows that could not be read would give, and prose does."""
    clauses = [clause for row in rows for clause in row.clauses]
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    heads = [
        clause.expressions[0]
        for clause in clauses
        if clause.opening is None and clause.joined != "if" and clause.relations[:1] in [(each,) for each in EQUATIONS]
    ]
    calls = [head for head in heads if head.kind == "power" and head.children[0].kind == "call"]
    given = {found for head in (*calls, *filter(None, map(_of_a_bracket, heads))) if (found := _power(head))}
    if not given:
        return frozenset()
    every = Counter(node.value for node in nodes if node.kind == "symbol")
    raised = Counter(found for node in nodes if (found := _power(node)))
    return frozenset(each for each in given if raised[each] == every[each[0]] and each[0] not in told)


def _power(node: Node) -> Power | None:
    """What a node is, if it is a symbol or a call to the power of 2 or of a letter."""
    if node.kind != "power":
        return None
    base, exponent = node.children
    plain = (exponent.kind == "number" and exponent.value == "2") or exponent.kind == "symbol"
    name = named(base)
    divides = name.endswith(BETWEEN)
    own = divides or (letter(name) not in _TAKEN and letter(name) not in STATISTICS)
    return (name, exponent.value) if plain and name and own else None


def _of_a_bracket(node: Node) -> Node | None:
    """The power before a bracket that holds its argument, ``L^ε (u)``, where it is no factor; None for any other."""
    if node.kind != "multiply" or [each.kind for each in node.children] != ["power", "group"]:
        return None
    power, bracket = node.children
    alone = bracket.children[0].kind == power.children[1].kind == "symbol"
    return power if alone and letter(named(power.children[0])) in _CALLED else None


def spelled(row: RowSyntax, names: frozenset[Power]) -> RowSyntax:
    """A row with each of these as one symbol."""
    if not names:
        return row
    return row.with_sides(lambda side: _spelled(side, names))


def _spelled(node: Node, names: frozenset[Power]) -> Node:
    children = tuple(_spelled(child, names) for child in node.children)
    node = node.with_children(children)
    if node.kind == "multiply":
        return _with_calls(node, names)
    if (found := _power(node)) in names and found is not None:
        base, name = node.children[0], _name(found)
        if base.kind == "symbol":
            return replace(base, value=name)
        head, *rest = base.children
        return replace(base, children=(replace(head, value=name), *rest))
    return node


def _name(power: Power) -> str:
    """What a power is called.

    >>> _name(("h", "2")), _name(("D_H‖", "2"))
    ('h^2', 'D_H^2‖')
    """
    base, exponent = power
    return f"{base.removesuffix(BETWEEN)}^{exponent}{BETWEEN if base.endswith(BETWEEN) else ''}"


def _with_calls(node: Node, names: frozenset[Power]) -> Node:
    """A product in which a bracket behind one of these is its argument."""
    whole = {_name(each) for each in names}
    factors: list[Node] = []
    for each in node.children:
        if factors and factors[-1].value in whole and each.kind == "group" and each.value == "(":
            head = factors.pop()
            inside = Node("arguments", each.children, each.span)
            end = Node("conditions", (), Span(each.span.stop, each.span.stop))
            each = Node("call", (head, inside, end), Span(head.span.start, each.span.stop))
        factors.append(each)
    return factors[0] if len(factors) == 1 else replace(node, children=tuple(factors))
