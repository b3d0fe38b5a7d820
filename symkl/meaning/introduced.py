r"""What prose introduces and displays use: “Let $s_\theta(x) = \nabla_\theta \log q_\theta(x)$ be the score.”

Inline formulas are no rows, with one exception: where a display has a symbol that no row, no directive and no usual
meaning explains, and a sentence before says what it is, the formula in the sentence is taken as the definition. It is
reported where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from dataclasses import replace
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.language.roles import Role
from symkl.language.terms import Relation, Span
from symkl.meaning.giving import alone, given_unread
from symkl.meaning.opaque import of_family
from symkl.meaning.rows import Parsed, parsed_alone
from symkl.meaning.symbols import POLICIES, Declarations, letter, usual_role
from symkl.reading.blocks import Block, Kind
from symkl.reading.places import Places
from symkl.reading.syntax import Node, named, walk

_MOST = 1_000
"""So many formulas in sentences are looked at."""

FREE = (Role.REWARD, Role.TEMPERATURE, Role.PROMPTS, Role.DISTRIBUTION)
"""What the field leaves free in all its formulas, and a sentence may therefore fix by a symbol that is new there."""

_LETTER, _FRACTION = pattern("[A-Za-z]"), pattern(r"\\[td]?frac(?![A-Za-z])")

NOTE = "this stands in a sentence, and is taken for the definition of {name}, which nothing else explains"


class Said(NamedTuple):
    """A formula in prose, where it starts, the number of the row behind it, whether its sentence gives a symbol by it
    in so many words, whether it explains the row before, and whether it does so for what follows, as “let ..., then”
    does, until the next heading."""

    row: int
    formula: str
    start: int
    gives: bool = False
    explains: bool = False
    here: bool = False


class Told(NamedTuple):
    """What all sentences of a document say: their formulas with a relation, and what they call any."""

    every: Sequence[str]
    loose: Collection[str]


def introduced(
    known: Declarations,
    said: Sequence[Said],
    found: Sequence[Parsed],
    places: Places,
    *,
    declared: frozenset[str],
    said_to_be: frozenset[str],
    everywhere: Told,
    but: Container[str] = (),
) -> tuple[list[Parsed], list[Said]]:
    """The rows with the definitions that prose gives among them, and what else prose says.

    A symbol is given where a sentence says so, in one way, and no sentence speaks of it as any. ``declared``: what
    directives say to be numbers, ``said_to_be`` to be anything. ``everywhere``: what all sentences say. ``but``:
    symbols that are left out.
    """
    displays = [way[0] for each in found for way in each.ways[:1]]
    sides = [side for row in displays for clause in row.clauses for side in clause.expressions]
    used = {node.value for side in sides for node in walk(side) if node.kind == "symbol"}
    rows, left = list[tuple[int, Parsed]](), list[Said]()
    numbers = known.scalars - declared  # of which all that is known is that they are written alone
    unexplained = numbers | known.undeclared.keys()

    def free(names: set[str]) -> set[str]:
        every = names - known.sizes - said_to_be
        return {name for name in every if name not in but and _is_for_all_one_knows(known, name, unexplained)}

    wanted = free(used)
    told = [given_unread(each.formula) if wanted and each.gives and n < _MOST else "" for n, each in enumerate(said)]
    wanted &= set(told)
    left_out = wanted
    while left_out:  # what one of them is made of, another sentence may give
        within = [_names(each) for name, each in zip(told, said, strict=True) if name in left_out]
        left_out = free(set().union(*within)).intersection(told) - wanted
        wanted |= left_out
    twice = {name for name, ways in _ways(everywhere.every).items() if len(ways) > 1} if wanted else set()
    wanted -= {name for each in everywhere.loose for name in (each, alone(each)) if name in wanted} if wanted else set()
    first = _uses(found, wanted)
    late = {name for name, its in zip(told, said, strict=True) if first.get(name, its.row) < its.row - its.explains}
    last = {name: len(found) - back for name, back in _uses(found[::-1], wanted).items()}
    beyond = {
        name for name, its in zip(told, said, strict=True)
        if its.here and usual_role(name) in FREE
        and any(each.heading for each in found[its.row + 1 : last.get(name, 0)])
    }  # fmt: skip
    wanted -= twice | late | beyond
    wanted -= {name for name, its in zip(told, said, strict=True) if _is_a_law_at_a_point(name, its)}
    wanted -= _made_of_others(wanted, told, said)
    for name, each in zip(told, said, strict=True):
        row = _definition(each, places) if name in wanted else None
        if row is None:
            left.append(each)
            continue
        note = (NOTE.format(name=name),)
        ((syntax, _),) = row.ways
        noted = ((replace(syntax, repairs=(*note, *syntax.repairs)), ""),)
        rows.append((each.row, replace(row, source=replace(row.source, notes=note), ways=noted)))
        wanted.discard(name)
    out, shifted = list(found), list(left)
    for at, row in reversed(rows):
        if at < len(out) and out[at].heading:
            row, out[at] = replace(row, heading=True), replace(out[at], heading=False)
        out.insert(at, row)
        shifted = [one._replace(row=one.row + 1) if one.row >= at else one for one in shifted]
    return out, shifted


def _is_for_all_one_knows(known: Declarations, name: str, unexplained: Container[str]) -> bool:
    """Whether what a symbol is stands nowhere: what its letter usually means is one reward or number, whichever."""
    if known.kind(name) is None or name in unexplained:
        return True
    if known.kind(name) == "defined" and known.defined.get(name) == 0:
        return True  # rows claim something of it, k ≥ 0, and none gives it
    return usual_role(name) in FREE and name not in known.defined


def _is_a_law_at_a_point(name: str, said: Said) -> bool:
    r"""Whether a sentence calls a probability by the letter of a law: the p of “Let $p = \pi(y|x)$” is no law."""
    head = said.formula.partition("=")[0]
    return bool(name) and letter(name) in POLICIES and "(" not in head


def _made_of_others(wanted: Collection[str], told: Sequence[str], said: Sequence[Said]) -> set[str]:
    """What sentences make of symbols that they say something of which is not taken: ρ = q/p behind “p = π_θ(y|x)”."""
    usual = (Role.OPTIMUM, Role.PARTITION)
    parts = {name: _names(its) - {name} for name, its in zip(told, said, strict=True) if name}
    apart = {name for name, inside in parts.items() if inside and name not in wanted and usual_role(name) not in usual}
    left = set(wanted) & parts.keys()
    while new := {name for name in left if not parts[name].isdisjoint(apart)}:
        apart, left = apart | new, left - new
    return apart & set(wanted)


def names_anew(formula: str, before: Sequence[Parsed]) -> bool:
    r"""Whether a formula says of a symbol that no row before has what it is: “With $h(x,y) = \beta\log ...$ this is”.

    Of a symbol that rows have it supposes something; and a number is what one supposes a symbol to be.
    """
    name, body = given_unread(formula), formula.partition("=")[2]
    if not name or not _LETTER.search(_FRACTION.sub("", body)):
        return False
    return not _uses(before, {name})


def _ways(formulas: Sequence[str]) -> dict[str, set[str]]:
    """For each symbol in how many ways prose gives it: of two, nobody can tell which holds where."""
    ways: dict[str, set[str]] = {}
    for formula in formulas[:_MOST]:
        if name := given_unread(formula):
            ways.setdefault(name, set()).add(re.sub(r"\s+", "", formula))
    return ways


def _uses(rows: Sequence[Parsed], names: Container[str]) -> dict[str, int]:
    """For each of some symbols the first display that has it: what a sentence behind it says is not said of it."""
    first: dict[str, int] = {}
    for number, each in enumerate(rows):
        for clause in (clause for way in each.ways[:1] for clause in way[0].clauses):
            for node in (node for side in clause.expressions for node in walk(side)):
                if node.kind == "symbol" and node.value in names:
                    first.setdefault(node.value, number)
    return first


def introduced_by(row: Parsed) -> str:
    """The symbol that a row of prose introduces; nothing for a row of a display."""
    name = named(row.ways[0][0].clauses[0].expressions[0]) if row.ways else ""
    return name if row.source.notes == (NOTE.format(name=name),) else ""


def is_given(name: str, known: Declarations) -> bool:
    """Whether the row made of a sentence gives its symbol: of a reward or temperature it may claim something."""
    claims = usual_role(name) in (Role.REWARD, Role.TEMPERATURE)
    return not claims or bool(known.defined.get(of_family(known, name) or name))


def _definition(said: Said, places: Places) -> Parsed | None:
    """The row that a formula in prose is, where it says of one symbol what that is; None for any other."""
    span = Span(said.start, said.start + len(said.formula))
    line, column = places.line(said.start), places.column(said.start)
    row = parsed_alone(Block(Kind.ROW, said.formula, span, line, column, said.start))
    if row is None or len(row.ways[0][0].clauses) != 1:
        return None
    syntax, note = row.ways[0]
    (clause,) = syntax.clauses
    gives = clause.opening is None and clause.relations in ((Relation.EQUAL,), (Relation.DEFINED,))
    head = named(clause.expressions[0])
    if not gives or not head or _is_plain(clause.expressions[1], head):
        return None
    inside = {usual_role(node.value) for node in walk(clause.expressions[1]) if node.kind == "symbol"}
    fixed = usual_role(head) in (Role.REWARD, Role.TEMPERATURE) and inside.isdisjoint((Role.OPTIMUM, Role.PARTITION))
    relations = (Relation.DEFINED,) if fixed else clause.relations  # of the reward an equation may claim something
    where = replace(clause, joined="where", relations=relations)  # it is no step of the chain that it stands beside
    return replace(row, ways=((replace(syntax, clauses=(where,)), note),))


def _names(said: Said) -> set[str]:
    """The symbols in a formula of prose."""
    row = parsed_alone(Block(Kind.ROW, said.formula, Span(0, len(said.formula))))
    sides = [side for way in (row.ways[:1] if row else ()) for each in way[0].clauses for side in each.expressions]
    return {node.value for side in sides for node in walk(side) if node.kind == "symbol"}


def _is_plain(body: Node, head: str) -> bool:
    """Whether a side says too little, or too much, to be a definition: a number, or the symbol itself again."""
    names = {node.value for node in walk(body) if node.kind == "symbol"}
    return not names or head in names
