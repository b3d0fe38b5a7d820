"""What a document shows: its rows as statements, each with what was known when it was made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.asking import decide_in, sides
from symkl.checking.lettering import Alphabet
from symkl.checking.report import Line, Status
from symkl.checking.state import State
from symkl.kernel.verdict import Proved
from symkl.language.frozen import frozen
from symkl.language.proof import Row
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Scope
from symkl.proving.problems import problem

_ORDERS = (Relation.LESS, Relation.LESS_EQUAL, Relation.GREATER, Relation.GREATER_EQUAL)


@frozen
class Shown:
    """A statement of a row, ``proved`` as it stands or not; with the states ``before`` and after the row.

    ``held``: the row as a whole is proved, perhaps in another reading (a policy that a problem is over, read as its
    solution).
    """

    statement: Statement
    line: int
    proved: bool
    held: bool
    before: State
    state: State

    @cached_property
    def restricted(self) -> frozenset[str]:
        """The symbols of which something is known, so that what is shown is not shown of all that they could be."""
        known = frozenset(self.state.context.definitions) | {fact.symbol for fact in self.state.facts}
        supposed = [statement for each in self.state.hypotheses for statement in each.tested]
        return known.union(*(t.symbols(side) for each in supposed for side in sides(each)))


class Reach(NamedTuple):
    """All that a document says, in the order of its rows.

    ``problems``: the optimisation problems that it states, each with its line. ``alphabet``: the symbols it uses.
    """

    shown: tuple[Shown, ...]
    problems: tuple[tuple[t.Optimum | t.Optimiser, int], ...]
    alphabet: Alphabet


class _Chain(NamedTuple):
    """What a chain has come to: ``start relation last``."""

    start: t.Term | None = None
    relation: Relation = Relation.EQUAL
    last: t.Term | None = None

    def on(self, relation: Relation | None, term: t.Term) -> _Chain:
        """The chain with another link, or a new one where there is no relation."""
        together = None if relation is None or self.start is None else _together(self.relation, relation)
        return _Chain(term, Relation.EQUAL, term) if together is None else _Chain(self.start, together, term)


def reach(rows: Sequence[tuple[Row, Line, State, State]]) -> Reach:
    """What the rows of a document say; with each its line, and the states before and after it."""
    shown: list[Shown] = []
    problems: list[tuple[t.Optimum | t.Optimiser, int]] = []
    chain = _Chain()
    for row, line, before, after in rows:
        chain = _Chain() if row.heading else chain
        readings = (row, *row.readings) if line.status is Status.PROVED else (row,)
        ends: list[_Chain] = []
        for reading in readings:
            statements, end = _said(chain, reading)
            ends.append(end)
            held = line.status is Status.PROVED
            found = [Shown(each, line.line, held and _holds(after, each), held, before, after) for each in statements]
            if reading is row or not any(each.proved for each in shown[-len(found) :]):
                shown += found
        chain = ends[0]
        terms = [term for clause in row.clauses for term in clause.terms]
        problems += [(of, line.line) for term in terms if (of := problem(term)) is not None]
    every = (term for row, *_ in rows for clause in row.clauses for term in clause.terms)
    contexts = {id(after.context): after.context for *_, after in rows}  # one for each part of the document
    definitions = [each for context in contexts.values() for each in context.definitions.values()]
    return Reach(tuple(shown), tuple(problems), Alphabet.of(every, definitions))


def _said(chain: _Chain, row: Row) -> tuple[list[Statement], _Chain]:
    """What a row says: each link, and what its chain adds up to; with the chain after it."""
    found: dict[Statement, None] = {}
    for clause in row.clauses:
        for relation, term in zip((clause.opening, *clause.relations), clause.terms, strict=False):
            last, chain = chain.last, chain.on(relation, term)
            if relation is not None and last is not None:
                found[Statement(last, relation, term)] = None
                if chain.start is not None:
                    found[Statement(chain.start, chain.relation, term)] = None
    return [each for each in found if each.left != each.right], chain


def _together(one: Relation, two: Relation) -> Relation | None:
    """The relation that two make one after the other; None where none does."""
    if one in EQUATIONS or one is Relation.EQUAL:
        return two if two in (*EQUATIONS, *_ORDERS) else None
    if two in EQUATIONS:
        return one
    down = (Relation.GREATER, Relation.GREATER_EQUAL)
    if one in _ORDERS and two in _ORDERS and (one in down) == (two in down):
        return one if one in (Relation.LESS, Relation.GREATER) else two
    return None


def _holds(state: State, statement: Statement) -> bool:
    """Whether the kernel proves a statement of a row by itself: what a chain adds up to is shown again, as one."""
    found = decide_in(state, statement, state.facts)
    policies = any(isinstance(side, t.Optimiser) for side in (statement.left, statement.right))
    return isinstance(found, Proved) and (policies or found.scope is not Scope.OPTIMISER)
