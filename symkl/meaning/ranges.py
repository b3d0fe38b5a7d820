"""Numbers between 0 and 1: of which a whole document takes that, for every row about one says so, or its prose does.

A range that stands beside one row is of that row: another, without it, may be about any number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

import symkl.language.terms as t
from symkl.language.roles import Role
from symkl.meaning.directives import closed_share, share, shares
from symkl.meaning.rows import Parsed, spelled
from symkl.meaning.symbols import SIZES, SMALL, VARIABLES, letter, usual_role
from symkl.reading.syntax import Clause, Node, RowSyntax, walk


def between_0_and_1(found: Sequence[Parsed], formulas: Sequence[str]) -> frozenset[str]:
    """The numbers that are between 0 and 1 wherever the rows are about them; ``formulas``: those of the prose."""
    within = shares(formulas) | _in_ranges(found)
    with_ends = shares(formulas, closed_share) | _in_ranges(found, t.Relation.LESS_EQUAL)
    said = (within - with_ends) | _between_ends(found, formulas)
    prose = shares(formulas) | shares(formulas, closed_share)
    one_section = not any(each.heading for each in found[1:])
    return frozenset(name for name in said if (name in prose and one_section) or _always(found, name))


def with_conditions(row: Parsed) -> Parsed:
    """A row in which a range behind a statement is a condition of it, with a word between or without."""
    return spelled(row, _as_conditions)


def bounded(found: Sequence[Parsed]) -> frozenset[str]:
    """The numbers that conditions bound, by letters that mean nothing else: the c of ``c KL ≥ 0, c ≥ 0``."""
    clauses = [clause for each in found for way in each.ways[:1] for clause in way[0].clauses if clause.joined == "if"]
    names = {side.value for clause in clauses if clause.relations for side in clause.expressions if _ends(clause, side)}
    taken = {*VARIABLES, *SIZES}
    return frozenset(name for name in names if len(name) == 1 and usual_role(name) is None and name not in taken)


def _ends(clause: Clause, side: Node) -> bool:
    """Whether a side is a symbol, and all other sides are numbers that it is compared with."""
    others = [other for other in clause.expressions if other is not side]
    compared = all(relation in t.INEQUALITIES for relation in clause.relations)
    return side.kind == "symbol" and compared and all(n.kind == "number" or _is_minus_a_number(n) for n in others)


def _as_conditions(row: RowSyntax) -> RowSyntax:
    first, *others = row.clauses
    ranges = [each for each in others if _range_of(each)] + [each for each in others[-1:] if _bounds(first, each)]
    behind = tuple(replace(each, joined="if") if each in ranges and not each.joined else each for each in others)
    return replace(row, clauses=(first, *behind)) if behind != tuple(others) else row


def _bounds(stated: Clause, behind: Clause) -> bool:
    """Whether a clause says between which numbers one lies that the statement before it is about: ``u > -1``.

    That a temperature is positive says nothing more, and which of many is meant is said elsewhere.
    """
    found = [side for side in behind.expressions if _ends(behind, side)]
    if len(found) != 1 or behind.opening is not None:
        return False
    name = found[0].value
    inside = {node.value for side in stated.expressions for node in walk(side) if node.kind == "symbol"}
    positive = behind.relations == (t.Relation.GREATER,) and behind.expressions[-1].value == "0"
    usual = usual_role(name) is Role.TEMPERATURE or name == SMALL
    return (
        name in inside
        and not (positive and usual)
        and letter(name) not in _COUNTS
        and stated.relations[:1] != (t.Relation.DEFINED,)
    )


_COUNTS = frozenset("ijklmt")
"""Letters of one of many."""


def _is_minus_a_number(node: Node) -> bool:
    return node.kind == "negate" and node.children[0].kind == "number"


def _always(found: Sequence[Parsed], name: str) -> bool:
    """Whether every row that has a number says beside it that it is between 0 and 1."""
    for each in found:
        clauses = [clause for way in each.ways[:1] for clause in way[0].clauses]
        nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
        own = name in (share(each.unheard), closed_share(each.unheard))
        own |= any(clause.joined == "if" and _range_of(clause) == name for clause in clauses)
        if not own and any(node.kind == "symbol" and node.value == name for node in nodes):
            return False
    return True


def without_ranges(row: Parsed, of: Collection[str]) -> Parsed:
    """A row without the conditions that numbers are between 0 and 1 which the whole document takes to be so."""
    row = replace(row, unheard="") if (share(row.unheard) or closed_share(row.unheard)) in of else row
    return spelled(row, partial(_without, of=of))


def _without(row: RowSyntax, of: Collection[str]) -> RowSyntax:
    kept = tuple(each for each in row.clauses if each.joined != "if" or _range_of(each) not in of)
    return replace(row, clauses=kept) if kept else row


def _range_of(clause: Clause) -> str:
    sides = [side.value for side in clause.expressions]
    below = clause.relations in ((t.Relation.LESS,) * 2, (t.Relation.LESS_EQUAL,) * 2)
    return sides[1] if below and sides[::2] == ["0", "1"] else ""


def _in_ranges(found: Sequence[Parsed], relation: t.Relation = t.Relation.LESS) -> frozenset[str]:
    """The numbers that a condition of some row puts between 0 and 1."""
    clauses = [clause for each in found for way in each.ways[:1] for clause in way[0].clauses if clause.joined == "if"]
    return frozenset(name for clause in clauses if clause.relations[:1] == (relation,) and (name := _range_of(clause)))


def _between_ends(found: Sequence[Parsed], formulas: Sequence[str]) -> frozenset[str]:
    """The numbers from 0 to 1, the ends among them, of which every row holds there if it does in between.

    That is where both sides are continuous, and no side is said to be the larger: at an end they may be equal. Nor may
    anything be concluded from a row with them, which may say nothing at an end: ``λ a = λ b`` at 0.
    """
    names = shares(formulas, closed_share) | _in_ranges(found, t.Relation.LESS_EQUAL)
    for each in found if names else ():
        clauses = [clause for way in each.ways[:1] for clause in way[0].clauses]
        supposed = bool(each.assumed.why) or any(way[0].supposed for way in each.ways[:1])
        supposed |= any(clause.joined in ("if", "since") and not _range_of(clause) for clause in clauses)
        nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
        names -= {name for node in nodes for name in _without_a_value(node)}
        broken = supposed or any(
            clause.opening in _ONE_WAY or not _ONE_WAY.isdisjoint(clause.relations) for clause in clauses
        )
        if broken or any(node.kind in _BROKEN or (node.kind, node.value) == ("function", "sign") for node in nodes):
            names -= {node.value for node in nodes if node.kind == "symbol"}
    return names


_ONE_WAY = frozenset([
    t.Relation.LESS, t.Relation.GREATER, t.Relation.DIFFERENT, t.Relation.IMPLIES, t.Relation.EQUIVALENT,
    t.Relation.PROPORTIONAL,
])  # fmt: skip
"""Relations that may hold between the ends of a range, and at one of them not."""

_BROKEN = ("indicator", "set", "among", "extremum", "optimum", "limit", "derivative", "at")
"""Kinds of nodes that may have another value at the end of a range than near it, or none."""


def _without_a_value(node: Node) -> Iterator[str]:
    """The symbols that something has no value with where they are 0: below a line, or in a logarithm by themselves."""
    inside = node.children[1:] if node.kind in ("fraction", "divide") else ()
    if node.kind == "function" and node.value == "log" and node.children[0].kind in ("symbol", "group", "multiply"):
        inside = node.children
    yield from (each.value for part in inside for each in walk(part) if each.kind == "symbol")
