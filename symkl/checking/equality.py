"""Where equality holds: that it holds at one policy, and at no other, is what the law of the maximum says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import proves
from symkl.checking.judging import judge
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement, Variable
from symkl.language.verdict import Refuted, Scope, Unknown

_ZERO, _MINUS = t.Number(Fraction(0)), t.Number(Fraction(-1))


def equivalent(state: State, premise: Statement, conclusion: Statement) -> Judged | None:
    """``A = B ⟺ p = q``: the largest ``A - B`` (or ``B - A``) over all p is 0, and q is the one p at which it is.

    None where it is not of this kind. Requires: two equations, of which neither holds always.
    """
    if premise.relation is not Relation.EQUAL or conclusion.relation is not Relation.EQUAL:
        return None
    for policy, other in _policies(state, conclusion):
        for one, two in ((premise.left, premise.right), (premise.right, premise.left)):
            gap = t.Add((one, t.Mul((_MINUS, two))))
            largest = Statement(t.Optimum(t.Sense.MAX, policy.symbol, gap), Relation.EQUAL, _ZERO)
            if proves(state, largest, state.facts):
                where = Statement(t.Optimiser(t.Sense.MAX, policy.symbol, gap), Relation.EQUAL, other)
                return _told(judge(state, where), conclusion)
    return None


def where_equality_holds(state: State, found: Judged) -> Judged:
    """What was judged; proved where a hypothesis says that a bound is attained, and it is what attains it."""
    statement = found.written or found.statement
    if isinstance(found.verdict, Proved) or found.status is not None or not list(_policies(state, statement)):
        return found
    for hypothesis in (each for each in state.hypotheses if each.usable):
        without = state.without(hypothesis)
        both = equivalent(without, hypothesis.statement, statement)
        if both is not None and isinstance(both.verdict, Proved):
            return replace(both, uses=(*both.uses, hypothesis.source))
    return found


def always(state: State, premise: Statement, conclusion: Statement) -> Judged:
    """``A = B ⟺ C = D`` where C = D holds always: so A = B must."""
    if proves(state, premise, state.facts):
        return judge(state, conclusion)
    found = judge(state, premise)
    if isinstance(found.verdict, Refuted):
        note = "what it is said to be equivalent to holds always: so this is said to hold always, too"
        return replace(found, notes=(*found.notes, note))
    return Judged(conclusion, Unknown("this holds always, and of the equation before it that could not be shown"))


def _policies(state: State, conclusion: Statement) -> Iterator[tuple[t.Apply, t.Apply]]:
    """The policy that an equation of two says something of, and what it says that it is."""
    known = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
    for policy, other in ((conclusion.left, conclusion.right), (conclusion.right, conclusion.left)):
        if isinstance(policy, t.Apply) and isinstance(other, t.Apply) and policy.outcomes and other.outcomes:
            places = (*policy.outcomes, *policy.given)
            apart = all(isinstance(v, Variable) for v in places) and len(set(places)) == len(places)
            same = (policy.outcomes, policy.given) == (other.outcomes, other.given)
            if apart and same and policy.symbol not in {*known, other.symbol}:
                yield policy, other


def _told(found: Judged, conclusion: Statement) -> Judged:
    """The answer about the maximiser as the answer to what the row says."""
    if not isinstance(found.verdict, Proved):
        return replace(found, written=conclusion)  # the row states no problem
    because = "equality holds there, and at no other policy"
    return replace(found, statement=conclusion, verdict=replace(found.verdict, scope=Scope.VALUE, because=because))
