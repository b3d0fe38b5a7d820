r"""Rows that give a symbol because the words before them say so: “Define the reward”, and behind it ``r(x,y) = ...``.

A symbol that nothing before has is given by them; one that is in use already may be: then nobody can tell which rows
mean what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symkl.language.roles import Role
from symkl.language.terms import Relation
from symkl.meaning.rows import Parsed
from symkl.meaning.symbols import PARAMETERS, POLICIES, letter, usual_role
from symkl.reading.defining import Gives
from symkl.reading.syntax import Node, named, walk

_JUDGED = (Role.OPTIMUM, Role.PARTITION)
"""What is judged by its shape, whatever words say: π* and Z have a meaning."""


def given_by_words(rows: Sequence[Parsed]) -> list[Parsed]:
    """The rows, those with ``:=`` for ``=`` of which the words before say that they give something new."""
    out: list[Parsed] = []
    before, here = set[str](), set[str]()
    for row in rows:
        here = set() if row.heading else here
        sides = [side for way in row.ways[:1] for clause in way[0].clauses for side in clause.expressions]
        if row.gives is not Gives.NOT and row.ways and not row.assumed.why:
            row = _given(row, here if row.gives is Gives.SAID and _is_of_a_policy(row) else before)
        out.append(row)
        named_here = {name for side in sides for name in _names(side)}
        before |= named_here
        here |= named_here
    return out


def _is_of_a_policy(row: Parsed) -> bool:
    """Whether a functional stands at the head of a row: each section may define its own."""
    head = row.ways[0][0].clauses[0].expressions[0]
    if head.kind != "call" or head.children[2].children:
        return False
    return all(letter(each.value) in (*POLICIES, *PARAMETERS) for each in head.children[1].children)


def _names(side: Node) -> Iterator[str]:
    return (node.value for node in walk(side) if node.kind == "symbol")


def _given(row: Parsed, before: set[str]) -> Parsed:
    first = next((c for c in row.ways[0][0].clauses if c.joined not in ("if", "since")), None)
    if first is None or first.opening is not None or not first.relations:
        return row
    head = named(first.expressions[0])
    if head and usual_role(head) in _JUDGED:
        return row
    inside = {name for side in first.expressions[1:] for name in _names(side)}
    new = bool(head) and head not in before and head not in inside and first.relations[0] is Relation.EQUAL
    of_the_optimum = any(usual_role(name) in _JUDGED for side in first.expressions for name in _names(side))
    if new and (row.gives is Gives.SAID or (row.gives is Gives.INTRODUCED and not of_the_optimum)):
        defined = replace(first, relations=(Relation.DEFINED, *first.relations[1:]))
        ways = tuple(
            (replace(syntax, clauses=tuple(defined if c == first else c for c in syntax.clauses)), note)
            for syntax, note in row.ways
        )
        return replace(row, ways=ways)
    in_use = bool(head) and row.gives is Gives.SAID  # “Set the derivative to zero” gives nothing
    return replace(row, perhaps_given=not of_the_optimum and (in_use or row.gives is Gives.PERHAPS))
