"""One statement: proved, or refuted, or unknown.

The plain reading is tried first, then what earlier rows have established, then common shorthand;
only what none of these proves is searched for a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.session import EQUATIONS, SPENT, Judged, Session, decide_in, informed, inside, is_zero, take_up
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Unknown
from symkl.proving.problems import problem
from symkl.refuting.contradicting import contradict, guard


def judge(session: Session, statement: Statement, *, search: bool = True) -> Judged:
    """Prove a statement, or else refute it, or else say that it is unknown."""
    return replace(_judge(session, statement, search=search), written=statement)


def keeps_value(statement: Statement, verdict: Proved) -> bool:
    """Whether two problems that are proved to have one optimiser have one value, too."""
    same = verdict.factor is not None and verdict.factor.rational == 1
    same &= verdict.difference is not None and verdict.difference.rational == 0
    if isinstance(statement.left, t.Optimum) and isinstance(statement.right, t.Optimum):
        same &= statement.left.sense is statement.right.sense
    return same


def _judge(session: Session, statement: Statement, *, search: bool) -> Judged:
    context = session.context
    # What moves in a limit must not be tied to anything, so what is known is looked at from the start.
    moving = isinstance(statement.left, t.Limit) or isinstance(statement.right, t.Limit)
    verdict = decide_in(session, statement, session.facts if moving else ())
    if isinstance(verdict, Proved):
        guard(session, statement, verdict, context)
        return Judged(statement, _named(statement, verdict))
    if isinstance(verdict, Unknown) and verdict.reason == SPENT:
        return Judged(statement, verdict)  # whatever is tried next would cost as much again
    wider = context
    if session.facts:
        with_facts = decide_in(session, statement, session.facts)
        wider = informed(context, session.facts)
        if isinstance(with_facts, Proved):
            guard(session, statement, with_facts, wider)
            used = ", ".join(sorted(with_facts.used))
            named = (
                replace(with_facts, law="substitution", because="both sides agree once an earlier row is put in")
                if used
                else _named(statement, with_facts)
            )
            return Judged(statement, named, (f"uses {used}",) if used else ())
    for other, note in _readings(session, statement):
        found = decide_in(session, other, session.facts)
        if isinstance(found, Proved):
            guard(session, other, found, wider)
            return Judged(other, found, (note,))
    if not search:
        return Judged(statement, verdict)
    condition = _stationarity(session, statement)
    if condition is not None:
        return condition
    if (unknown := _undetermined(session, statement)) is not None:
        return Judged(statement, Unknown(f"{unknown} is a multiplier that no row before determines"))
    if (ambiguous := _one_reward(session, statement)) is not None:
        return Judged(statement, ambiguous)
    witness = contradict(session, statement, wider)
    if witness is not None:
        return Judged(statement, Refuted(witness))
    assert isinstance(verdict, Unknown)
    return Judged(statement, verdict)


def _named(statement: Statement, verdict: Proved) -> Proved:
    """A verdict under the name of the law that did the work, where rewriting alone says too little."""
    if verdict.law == "identity" and any(
        isinstance(part, t.Partial | t.Gradient) for side in (statement.left, statement.right) for part in inside(side)
    ):
        return replace(verdict, law="derivative", because="the derivative, worked out term by term, is the other side")
    return verdict


def _undetermined(session: Session, statement: Statement) -> str | None:
    """A Lagrange multiplier in a statement that is about one value of it, not about all.

    ``∂L/∂π = r - ... - λ`` is about all; ``λ = β log Z - β`` about one, which a row before must fix.
    """
    known = {fact.symbol for fact in session.facts} | set(session.context.definitions)
    sides = (statement.left, statement.right)
    names = sorted(
        s
        for s in t.symbols(statement.left) | t.symbols(statement.right)
        if s[:1] in "λν" and s not in known and s not in session.context.positive
    )
    defined = any(
        isinstance(part, t.Partial | t.Gradient)
        or (
            isinstance(part, t.Apply)
            and part.symbol in session.context.definitions
            and any(isinstance(a, t.Policy) for a in part.given)
        )
        for side in sides
        for part in inside(side)
    )
    return names[0] if names and not defined else None


def _stationarity(session: Session, statement: Statement) -> Judged | None:
    """``expression = 0`` with a multiplier, where a Lagrangian is defined: its first-order condition.

    Held against the derivative of the Lagrangian, with either sign.
    """
    if (
        statement.relation is not Relation.EQUAL
        or not is_zero(statement.right)
        or _undetermined(session, statement) is None
    ):
        return None
    for definition in session.context.definitions.values():
        policies = [p for p in definition.parameters if isinstance(p, t.Policy)]
        if len(policies) != 1 or not {s for s in t.symbols(definition.body) if s[:1] in "λν"}:
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
        first: Judged | None = None
        for sign in (1, -1):
            side = t.Mul((t.Number(Fraction(sign)), slope))
            found = judge(session, Statement(side, Relation.EQUAL, statement.left), search=sign == 1)
            first = first or found
            if isinstance(found.verdict, Proved):
                line = next(
                    (row.line for row in session.proof.rows if row.clauses and statement.left in row.clauses[0].terms),
                    0,
                )
                take_up(session, statement, line or session.thread.last_line, policies[0].symbol)
                note = f"the first-order condition of {definition.symbol}: from here on the policy satisfies it"
                return replace(found, notes=(*found.notes, note))
        return first
    return None


def _readings(session: Session, statement: Statement) -> Iterator[tuple[Statement, str]]:
    """Other readings of common shorthand, each tried only when the plain one is not proved.

    A policy that a problem is over, used as its solution; a decorated reward (r*, r_θ), the only
    one in the statement, for the reward of the problem.
    """
    sides = statement.left, statement.right
    names = t.symbols(statement.left) | t.symbols(statement.right)

    def exchanged(exchange: dict[t.Argument, t.Argument]) -> Statement:
        return Statement(t.substitute(sides[0], exchange), statement.relation, t.substitute(sides[1], exchange))

    equation = statement.relation in (*EQUATIONS, Relation.PROPORTIONAL)
    if session.solved is not None and equation and not problem(sides[0]) and not problem(sides[1]):
        policy, optimum, line = session.solved
        assert isinstance(optimum, t.Apply)
        if policy in names and not any(_averages(side, policy) for side in sides):
            yield (
                exchanged({t.Policy(policy): t.Policy(optimum.symbol)}),
                f"{policy} is read as the maximiser {optimum.symbol} found in line {line}",
            )
    name = _other_reward(session, statement)
    if name is not None and session.proof.parts is not None:
        reward = session.proof.parts.reward
        yield (
            exchanged({t.Policy(name): t.Policy(reward)}),
            f"{name} is read as {reward}: one reward, written in two ways",
        )


def _other_reward(session: Session, statement: Statement) -> str | None:
    """The one reward that a statement names, when it is not the one that π* and Z are about."""
    rewards = _rewards(session, statement)
    known = set() if session.proof.parts is None else {session.proof.parts.reward}
    return next(iter(rewards)) if len(rewards) == 1 and rewards != known else None


def _rewards(session: Session, statement: Statement) -> set[str]:
    """The decorated forms of the document's reward that a statement names: r, r_φ, r*."""
    if session.proof.parts is None:
        return set()
    reward = session.proof.parts.reward
    names = t.symbols(statement.left) | t.symbols(statement.right)
    forms = {n for n in names if n[:1] == reward[:1] and n[1:2] in ("_", "*", "")}
    return forms - set(session.context.definitions)


def _one_reward(session: Session, statement: Statement) -> Unknown | None:
    """Whether a statement is only false because one reward is written in two ways; nobody can tell."""
    rewards = _rewards(session, statement)
    if session.proof.parts is None or len(rewards) < 2:
        return None
    exchange: dict[t.Argument, t.Argument] = {t.Policy(n): t.Policy(session.proof.parts.reward) for n in rewards}
    same = Statement(
        t.substitute(statement.left, exchange), statement.relation, t.substitute(statement.right, exchange)
    )
    if not isinstance(decide_in(session, same, session.facts), Proved):
        return None
    names = " and ".join(sorted(rewards))
    return Unknown(f"{names} are different symbols; if they are one reward, write it in one way, and the row holds")


def _averages(term: t.Term, policy: str) -> bool:
    """Whether a policy occurs below a sum: then the term is about the policy as a whole."""
    match term:
        case t.Bind("sum", (_,), (body,)):
            return policy in t.symbols(body)
        case t.Bind("E", _, (weight, body)):
            return policy in t.symbols(weight) | t.symbols(body)
        case t.Bind("KL", (_,), (left, right)):
            return policy in t.symbols(left) | t.symbols(right)
        case t.Apply(given=given):
            return t.Policy(policy) in given
    return any(_averages(part, policy) for part in term.parts())
