r"""Logits: the ``θ_y`` of ``π_θ(y) = e^{θ_y} / \sum_{y'} e^{θ_{y'}}`` is a function of the response.

A document has one parameter for each, and derivatives are by one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.language.roles import Role
from symkl.meaning.dependence import parameters
from symkl.meaning.symbols import Declarations, is_parameter, usual_role
from symkl.reading.syntax import Node, RowSyntax, walk

_ENTRY = pattern(r"(?P<base>[^_^*'])_(?P<places>[a-z]'*(?:,[a-z]'*)?)")
_RESPONSES = ("y", "a")


def logits(rows: Sequence[RowSyntax]) -> frozenset[str]:
    """The names that are entries of a parameter with one for each response; none where one names a policy, π_{θ_a}.

    The letters of their places are y or a, or what some sum of the document runs over.
    """
    nodes = [node for row in rows for clause in row.clauses for side in clause.expressions for node in walk(side)]
    summed = {c.value for node in nodes if node.kind == "over" for c in node.children if c.kind == "symbol"}
    names = {node.value for node in nodes if node.kind == "symbol"}
    entries = {name: found for name in names if (found := _entry(name)) is not None}
    of_responses = {base for base, places in entries.values() if places[-1].rstrip("'") in _RESPONSES}
    bases = of_responses & {base for base, places in entries.values() if places[-1] in summed}
    within = {name for name in entries for other in names if name in other[1:]}
    bases -= {entries[name][0] for name in within}
    return frozenset(
        name
        for name, (base, places) in entries.items()
        if base in bases and places[-1] in {*summed, *_RESPONSES, *(each + "'" for each in _RESPONSES)}
    )


def _entry(name: str) -> tuple[str, tuple[str, ...]] | None:
    found = _ENTRY.fullmatch(name)
    return (found["base"], tuple(found["places"].split(","))) if found and is_parameter(found["base"]) else None


def _function(base: str) -> str:
    return f"{base}ᵢ"


def declared(names: frozenset[str]) -> Declarations:
    """What is known of them: they are any numbers, and move with nothing but themselves."""
    found = frozenset(_function(entry[0]) for name in names if (entry := _entry(name)) is not None)
    return Declarations(functions=found, moves=dict.fromkeys(sorted(found), frozenset()))


def moved(
    known: Declarations, free: Iterable[str], moves: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """What moves with logits, of what nothing gives: all that bears their letter, and any law that is no reference.

    A reward without a mark does not, as below ``∇_θ``. ``moves``: what is known otherwise.
    """
    free = sorted(free)
    bases = {name: name[0] for name in free if len(name) == 2 and name == _function(name[0]) and is_parameter(name[0])}
    found: dict[str, frozenset[str]] = {}
    for name in free if bases else ():
        law = known.kind(name) == "distribution" and usual_role(name) not in (Role.REFERENCE, Role.PROMPTS)
        by = frozenset(each for each, base in bases.items() if law or base in parameters(name))
        if by and name not in bases:
            found[name] = moves.get(name, frozenset()) | by
        elif name == "r":
            found[name] = moves.get(name, frozenset())
    return found


def spelled(row: RowSyntax, names: frozenset[str]) -> RowSyntax:
    """A row with each of these as the function that it is a value of."""
    if not names:
        return row
    return row.with_sides(lambda side: _spelled(side, names))


def _spelled(node: Node, names: frozenset[str]) -> Node:
    if node.kind == "symbol" and node.value in names and (found := _entry(node.value)) is not None:
        base, places = found
        head = replace(node, value=_function(base))
        at = Node("arguments", tuple(Node("symbol", (), node.span, each) for each in places), node.span)
        return Node("call", (head, at, Node("conditions", (), node.span)), node.span)
    children = tuple(_spelled(child, names) for child in node.children)
    return node.with_children(children)
