"""One statement: proved, or refuted, or unknown.

The plain reading is tried first, then what earlier rows have established, then common shorthand;
only what none of these proves is searched for a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import (
    SPENT,
    contradict_in,
    decide_counted,
    guarded,
    inside,
    is_zero,
    proves,
    taken_up,
)
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Refuted, Unknown
from symkl.proving.problems import problem
from symkl.proving.wording import sources


def judge(state: State, statement: Statement) -> Judged:
    """Prove a statement, or else refute it, or else say that it is unknown."""
    found, context = attempt(state, statement)
    if isinstance(found.verdict, Proved):
        return guarded(state, found, context)
    if isinstance(found.verdict, Unknown) and found.verdict.reason == SPENT:
        return found  # whatever is tried next would cost as much again
    return replace(_unproved(state, found), written=statement)


def show(state: State, statement: Statement) -> Judged:
    """Prove a statement, or else say that it is unknown."""
    found, context = attempt(state, statement)
    return guarded(state, found, context)


def attempt(state: State, statement: Statement) -> tuple[Judged, t.Context]:
    """The kernel's answer alone, to the plain reading or to the first that it proves, and in which context."""
    found, context = _attempt(state, statement)
    return replace(found, written=statement), context


def keeps_value(statement: Statement, verdict: Proved) -> bool:
    """Whether two problems that are proved to have one optimiser have one value, too."""
    same = verdict.factor is not None and verdict.factor.rational == 1
    same &= verdict.difference is not None and verdict.difference.rational == 0
    if isinstance(statement.left, t.Optimum) and isinstance(statement.right, t.Optimum):
        same &= statement.left.sense is statement.right.sense
    return same


def _attempt(state: State, statement: Statement) -> tuple[Judged, t.Context]:
    context = state.context
    # What moves in a limit must not be tied to anything, so what is known is looked at from the start.
    moving = isinstance(statement.left, t.Limit) or isinstance(statement.right, t.Limit)
    verdict, steps = decide_counted(state, statement, state.facts if moving else ())
    if isinstance(verdict, Proved):
        return Judged(statement, _named(statement, verdict), steps=steps), context
    if isinstance(verdict, Unknown) and verdict.reason == SPENT:
        return Judged(statement, verdict, steps=steps), context
    if state.facts:
        with_facts, more = decide_counted(state, statement, state.facts)
        steps += more
        if isinstance(with_facts, Proved):
            used = ", ".join(sorted(sources(with_facts)))
            named = (
                replace(with_facts, law="substitution", because="both sides agree once an earlier row is put in")
                if used
                else _named(statement, with_facts)
            )
            notes = (f"uses {used}",) if used else ()
            return Judged(statement, named, notes, steps=steps), state.known.informed
    for other, note in _readings(state, statement):
        found, more = decide_counted(state, other, state.facts)
        steps += more
        if isinstance(found, Proved):
            return Judged(other, found, (note,), steps=steps), state.known.informed
    return Judged(statement, verdict, steps=steps), context


def _unproved(state: State, judged: Judged) -> Judged:
    """What to say of a statement that no reading proves: a condition, undetermined, ambiguous, refuted or unknown."""
    statement = judged.statement
    condition = _stationarity(state, statement)
    if condition is not None:
        return condition
    if (unknown := _undetermined(state, statement)) is not None:
        return Judged(statement, Unknown(f"{unknown} is a multiplier that no row before determines"))
    if (ambiguous := _one_reward(state, statement)) is not None:
        return Judged(statement, ambiguous)
    witness = contradict_in(state, statement, state.known.informed)
    return judged if witness is None else Judged(statement, Refuted(witness))


def _named(statement: Statement, verdict: Proved) -> Proved:
    """A verdict under the name of the law that did the work, where rewriting alone says too little."""
    if verdict.law == "identity" and any(
        isinstance(part, t.Partial | t.Gradient) for side in (statement.left, statement.right) for part in inside(side)
    ):
        return replace(verdict, law="derivative", because="the derivative, worked out term by term, is the other side")
    return verdict


def _undetermined(state: State, statement: Statement) -> str | None:
    """A Lagrange multiplier in a statement that is about one value of it, not about all.

    ``∂L/∂π = r - ... - λ`` is about all; ``λ = β log Z - β`` about one, which a row before must fix.
    """
    known = {fact.symbol for fact in state.facts} | set(state.context.definitions)
    sides = (statement.left, statement.right)
    names = sorted(
        s
        for s in t.symbols(statement.left) | t.symbols(statement.right)
        if _is_multiplier(state, s) and s not in known and s not in state.context.positive
    )
    defined = any(
        isinstance(part, t.Partial | t.Gradient)
        or (
            isinstance(part, t.Apply)
            and part.symbol in state.context.definitions
            and any(isinstance(a, t.Policy) for a in part.given)
        )
        for side in sides
        for part in inside(side)
    )
    return names[0] if names and not defined else None


def _is_multiplier(state: State, symbol: str) -> bool:
    return state.context.roles.get(symbol) is Role.MULTIPLIER


def _stationarity(state: State, statement: Statement) -> Judged | None:
    """``expression = 0`` with a multiplier, where a Lagrangian is defined: its first-order condition.

    Held against the derivative of the Lagrangian, with either sign.
    """
    if (
        statement.relation is not Relation.EQUAL
        or not is_zero(statement.right)
        or _undetermined(state, statement) is None
    ):
        return None
    for definition in state.context.definitions.values():
        policies = [p for p in definition.parameters if isinstance(p, t.Policy)]
        if len(policies) != 1 or not any(_is_multiplier(state, s) for s in t.symbols(definition.body)):
            continue
        place = next(
            (
                part
                for part in inside(statement.left)
                if isinstance(part, t.Apply) and part.symbol == policies[0].symbol
            ),
            None,
        )
        if place is None:
            continue
        slope = t.Partial(t.Apply(definition.symbol, (), definition.parameters), place)
        plain, negated = (
            Statement(t.Mul((t.Number(Fraction(sign)), slope)), Relation.EQUAL, statement.left) for sign in (1, -1)
        )
        found = judge(state, plain)
        proved = found if isinstance(found.verdict, Proved) else show(state, negated)
        if not isinstance(proved.verdict, Proved):
            return found
        rows = state.document.proof.rows
        line = next((row.line for row in rows if row.clauses and statement.left in row.clauses[0].terms), 0)
        facts = taken_up(state, statement, line or state.thread.last_line, policies[0].symbol)
        note = f"the first-order condition of {definition.symbol}: from here on the policy satisfies it"
        return replace(proved, notes=(*proved.notes, note), facts=facts)
    return None


def _readings(state: State, statement: Statement) -> Iterator[tuple[Statement, str]]:
    """Other readings of common shorthand, each tried only when the plain one is not proved.

    A policy that a problem is over, used as its solution; a decorated reward (r*, r_θ), the only
    one in the statement, for the reward of the problem.
    """
    sides = statement.left, statement.right
    names = t.symbols(statement.left) | t.symbols(statement.right)

    def exchanged(exchange: dict[t.Argument, t.Argument]) -> Statement:
        return Statement(t.substitute(sides[0], exchange), statement.relation, t.substitute(sides[1], exchange))

    equation = statement.relation in (*EQUATIONS, Relation.PROPORTIONAL)
    if state.solved is not None and equation and not problem(sides[0]) and not problem(sides[1]):
        policy, optimum = state.solved.policy, state.solved.optimum.symbol
        if policy in names and not any(_averages(side, policy) for side in sides):
            yield (
                exchanged({t.Policy(policy): t.Policy(optimum)}),
                f"{policy} is read as the maximiser {optimum} found in line {state.solved.line}",
            )
    name = _other_reward(state, statement)
    if name is not None and state.parts is not None:
        reward = state.parts.reward
        yield (
            exchanged({t.Policy(name): t.Policy(reward)}),
            f"{name} is read as {reward}: one reward, written in two ways",
        )


def _other_reward(state: State, statement: Statement) -> str | None:
    """The one reward that a statement names, when it is not the one that π* and Z are about."""
    rewards = _rewards(state, statement)
    known = set() if state.parts is None else {state.parts.reward}
    return next(iter(rewards)) if len(rewards) == 1 and rewards != known else None


def _rewards(state: State, statement: Statement) -> set[str]:
    """The decorated forms of the document's reward that a statement names: r, r_φ, r*."""
    if state.parts is None:
        return set()
    names = t.symbols(statement.left) | t.symbols(statement.right)
    return set((names & state.parts.rewards) - set(state.context.definitions))


def _one_reward(state: State, statement: Statement) -> Unknown | None:
    """Whether a statement is only false because one reward is written in two ways; nobody can tell."""
    rewards = _rewards(state, statement)
    if state.parts is None or len(rewards) < 2:
        return None
    exchange: dict[t.Argument, t.Argument] = {t.Policy(n): t.Policy(state.parts.reward) for n in rewards}
    same = Statement(
        t.substitute(statement.left, exchange), statement.relation, t.substitute(statement.right, exchange)
    )
    if not proves(state, same, state.facts):
        return None
    names = " and ".join(sorted(rewards))
    return Unknown(f"{names} are different symbols; if they are one reward, write it in one way, and the row holds")


def _averages(term: t.Term, policy: str) -> bool:
    """Whether a policy occurs below a sum: then the term is about the policy as a whole."""
    match term:
        case t.Bind(arguments=inside):
            return any(policy in t.symbols(part) for part in inside)
        case t.Apply(given=given):
            return t.Policy(policy) in given
    return any(_averages(part, policy) for part in term.parts())
