"""What follows from hypotheses that are solved for no symbol: those at one point, and equations between sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import decide_counted, inside, sides
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.dependence import reached
from symkl.language.points import points
from symkl.language.terms import Statement
from symkl.proving.multiples import with_multiples
from symkl.proving.pointing import at_points
from symkl.proving.wording import sources


def by_hypotheses(state: State, statement: Statement) -> tuple[Judged | None, int]:
    """A statement that the hypotheses in force prove, with the steps that it took.

    The kernel proves another statement, from which this one follows where the hypotheses hold.
    """
    steps = 0
    for there, other, uses in _others(state, statement):
        found, more = decide_counted(there, other, there.facts)
        steps += more
        if isinstance(found, Proved):
            names = tuple(sorted({*sources(found), *uses}))
            if not names:
                continue
            verdict = replace(found, law="substitution", because="it holds where what is supposed does")
            return Judged(statement, verdict, (f"uses {', '.join(names)}",), uses=names), steps
    return None, steps


def tied(state: State, statement: Statement) -> tuple[str, str] | None:
    """The scalar that moves in a statement, and the hypothesis that ties it to what else stands there, unsolved.

    Such a hypothesis says that something else moves with the scalar, and not how: what is differentiated as if it
    stood still would be wrong.
    """
    parts = [part for side in sides(statement) for part in inside(side)]
    moving = {part.target.symbol for part in parts if isinstance(part, t.Partial) and isinstance(part.target, t.Scalar)}
    moving |= {part.scalar.symbol for part in parts if isinstance(part, t.Limit)}
    if not moving or not state.hypotheses:
        return None
    context = state.known.informed
    names = reached(sides(statement), context)
    for each in state.hypotheses:
        for said in each.tested:
            tied = reached(sides(said), context)
            if (scalars := moving & tied) and tied & names - moving:
                return min(scalars), each.source
    return None


def _others(state: State, statement: Statement) -> Iterator[tuple[State, Statement, frozenset[str]]]:
    """Statements from which this one follows, each with the state to ask in and the hypotheses it needs."""
    ways = [(state, statement)]
    places = frozenset[object]().union(*(points(each.statement) for each in state.hypotheses))
    if here := points(statement) & places:
        there = at_points(statement, here, state.context, frozenset(fact.symbol for fact in state.facts))
        if there is not None:
            context = replace(state.context, positive=state.context.positive | there.positive)
            ways.append((replace(state, known=replace(state.known, context=context)), there.statement))
            yield *ways[-1], frozenset()
    by = {equation: each.source for each in state.hypotheses for equation in each.equations}
    if by:
        for where, asked in ways:
            budget = state.document.budget
            found = with_multiples(asked, tuple(by), where.context, where.facts, budget)
            if found is not None:
                yield where, found[0], frozenset(by[equation] for equation in found[1])
