"""Chains of values: what ``=`` between problems claims where the chain says what they are worth."""

from __future__ import annotations

from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.judging import judge, keeps_value
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Scope, Unknown
from symkl.language.writing import formula
from symkl.proving.problems import problem


def in_its_chain(state: State, judged: Judged, line: int) -> tuple[Judged, State]:
    """Held to what the whole chain says: where a value stands in it, = between problems is about values.

    ``max f = max g`` alone may be true of the optimiser only. But ``β log Z = max f = max g`` says of max g that it is
    β log Z, and ``max f = max g = β log Z`` says so of max f.
    """
    link = judged.written or judged.statement
    anchor = state.thread.anchors.get(link.left, link.left)
    found, state = _about_the_chain(state, judged, link, anchor, line)
    if link.relation not in (Relation.EQUAL, Relation.DEFINED):
        anchor = link.right  # what came before is not equal to what comes now
    elif problem(anchor) is not None and problem(link.right) is None:
        anchor = link.right
    anchors = {**state.thread.anchors, link.right: anchor}
    return found, replace(state, thread=replace(state.thread, anchors=anchors))


def _about_the_chain(
    state: State, judged: Judged, link: Statement, anchor: t.Term, line: int
) -> tuple[Judged, State]:
    verdict, thread = judged.verdict, state.thread
    if not isinstance(verdict, Proved) or judged.status is not None:
        return judged, state
    equal = link.relation in (Relation.EQUAL, Relation.DEFINED)
    if isinstance(link.right, t.Optimum) and isinstance(link.left, t.Optimum):
        if verdict.scope is not Scope.OPTIMISER or keeps_value(judged.statement, verdict):
            return judged, state
        if equal and problem(anchor) is None:
            return _as_values(state, judged, anchor, link.right)
        return judged, replace(state, thread=replace(thread, changed=line))
    if thread.changed and isinstance(link.left, t.Optimum) and problem(link.right) is None:
        if equal and anchor != link.left and problem(anchor) is not None:
            return _as_values(state, judged, anchor, link.right)
        where = f"the step in line {thread.changed} kept the maximiser, not the value"
        note = f"the value of the problem just before it: {where}"
        return replace(judged, notes=(*judged.notes, note)), state
    return judged, state


def _as_values(state: State, judged: Judged, anchor: t.Term, right: t.Term) -> tuple[Judged, State]:
    """The link again as what the chain makes of it: ``anchor = right``, both numbers."""
    found = judge(state, Statement(anchor, Relation.EQUAL, right))
    state = state.after(found)
    if isinstance(found.verdict, Proved) and found.verdict.scope is Scope.VALUE:
        return replace(judged, notes=(*judged.notes, *found.notes)), state
    if isinstance(found.verdict, Refuted):
        note = f"read with the chain before it: what stands here is said to equal {formula(anchor).text}"
        return replace(found, notes=(*found.notes, note), written=judged.written), state
    reason = "the maximiser is the same, the value is not, and this chain is about values"
    return replace(judged, verdict=Unknown(reason)), state
