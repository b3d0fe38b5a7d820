"""The links of a clause: what each claims, by the relation it opens with and by what came before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import inside, is_zero, proves
from symkl.checking.equality import always, equivalent
from symkl.checking.judging import attempt, condition, is_level, judge, moves, not_taken, show, without_meaning
from symkl.checking.posing import another
from symkl.checking.report import Status
from symkl.checking.solving import claimed, named
from symkl.checking.state import Judged, State, Thread
from symkl.checking.supposing import RANGE, RECURSION, is_a_range, is_a_recursion, suppose, supposed
from symkl.kernel.verdict import Proved
from symkl.language.proof import LET, Clause, Row
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, INEQUALITIES, Relation, Statement
from symkl.language.verdict import Refuted, Unknown
from symkl.proving.problems import problem

CONNECTIVES = (Relation.EQUIVALENT, Relation.IMPLIES)
"""The relations that tie a statement to the statement before it."""

_WHICH_PROBLEM = (
    "not the problem of line {line}, and nothing says whether it is meant to be: "
    "a heading before another problem, or = before the same one, settles it"
)


def judged_links(state: State, row: Row, clause: Clause, place: tuple[int, int]) -> tuple[list[Judged], State]:
    """The links of a clause of a row, judged from left to right; ``place``: the row and the clause by number."""
    if not clause.terms:
        return [], state
    terms, opening, thread, before = clause.terms, clause.opening, state.thread, state
    if opening is None and (terms := _turned(terms, clause.relations)) != clause.terms:
        clause = replace(clause, terms=terms)
    connected = opening in CONNECTIVES and len(terms) > 1 and thread.claim is not None and is_claim(clause)
    if opening is not None and thread.gap:
        first: Judged | None = _behind_a_gap(clause, thread.gap)
    else:
        first = _connected(state, clause) if connected else _opening(state, clause, row)
    found = [] if first is None else [first]
    state = state.after(*found)
    derivative = _differentiated(terms) or (thread.derivative if opening is not None else "")
    sound = first is None or not isinstance(first.verdict, Refuted)
    for k, (left, relation, right) in enumerate(zip(terms, clause.relations, terms[1:], strict=False)):
        if k == 0 and connected:
            continue
        statement = Statement(left, plain(left, relation, right), right)
        if (k == 0 and clause.definition is not None) or (*place, k) in state.document.fixed:
            judged = claimed(state, statement) or Judged(statement, Unknown(""), status=Status.ASSUMED)
        elif k == 0 and opening is None and (solution := named(state, statement, place[0])) is not None:
            judged = solution
        elif relation is Relation.EQUAL and derivative and _sets(state, statement):
            judged = _set(state, statement, row, derivative, sound=sound)
        elif row.assumed and not (row.assumed == LET and has_its_meaning(state, left)):
            judged = supposed(state, statement, f"line {row.line}", row.assumed, row.reach)
        elif not any(each.opening for each in row.clauses) and is_a_range(before, clause):
            judged = supposed(state, statement, f"line {row.line}", RANGE)
        elif is_a_recursion(state, statement):
            judged = supposed(state, statement, f"line {row.line}", RECURSION)
        else:
            judged = judge(state, statement)
            if k == 0 and place in state.document.proof.again and isinstance(judged.verdict, Refuted):
                judged = _given_or_claimed(judged, left, row)
            sound &= not isinstance(judged.verdict, Refuted)
        found.append(judged)
        state = state.after(judged)
    return found, replace(state, thread=_advanced(thread, clause, row, derivative))


def attempted_links(state: State, clause: Clause) -> Iterator[Judged]:
    """The kernel's answers to the links of a clause that is tried: nothing is searched for, nothing is taken up."""
    for statement in _tried(state.thread, clause):
        yield attempt(state, statement)[0]


def _tried(thread: Thread, clause: Clause) -> Iterator[Statement]:
    """What a clause says where it is tried: that it goes on from what stands before it, and its own links."""
    start, relation = None, Relation.EQUAL
    if clause.opening is not None:
        start = thread.standing
        relation = Relation.EQUAL if clause.opening is Relation.IMPLIES else clause.opening
    elif len(clause.terms) == 1 and problem(clause.terms[0]) is not None:
        start, relation = thread.problem, Relation.EQUIVALENT
    if start is not None:
        first = clause.terms[0]
        yield Statement(start, plain(start, relation, first), first)
    for left, link, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False):
        yield Statement(left, link, right)


def has_its_meaning(state: State, head: t.Term) -> bool:
    """Whether a term is a symbol that has its meaning already, so that “let” gives it none."""
    return isinstance(head, t.Apply | t.Scalar) and (
        head.symbol in state.context.definitions
        or state.context.roles.get(head.symbol) in (Role.OPTIMUM, Role.PARTITION)
    )


def is_claim(clause: Clause) -> bool:
    """Whether a clause ends with an equation, a proportionality or an inequality between what are not problems."""
    return (
        bool(clause.relations)
        and clause.relations[-1] in (*EQUATIONS, *INEQUALITIES, Relation.PROPORTIONAL)
        and all(problem(term) is None for term in clause.terms)
    )


def plain(left: t.Term, relation: Relation, right: t.Term) -> Relation:
    """``:=`` and ``≡`` between expressions claim equality; between problems ``≡`` keeps its own meaning."""
    if relation is Relation.DEFINED or (relation is Relation.EQUIVALENT and not (problem(left) and problem(right))):
        return Relation.EQUAL
    return relation


def _given_or_claimed(judged: Judged, head: t.Term, row: Row) -> Judged:
    """What an equation says of a symbol that another heading gives, where it does not hold of that."""
    assert isinstance(head, t.Apply | t.Scalar)
    name = head.symbol
    reason = (
        f"it does not hold of the {name} of another section, and nothing says whether {name} is given anew "
        "here: := gives it"
    )
    why = f"nothing says whether line {row.line} gives {name} anew"
    return replace(judged, verdict=Unknown(reason), opaque={name: why})


def _behind_a_gap(clause: Clause, line: int) -> Judged:
    """What goes on from a row that could not be read."""
    assert clause.opening is not None
    statement = Statement(clause.terms[0], clause.opening, clause.terms[0])
    return Judged(statement, Unknown(f"it goes on from line {line}, which could not be read"))


def _opening(state: State, clause: Clause, row: Row) -> Judged | None:
    """What ties a clause to what came before it, if anything does."""
    first, opening, thread = clause.terms[0], clause.opening, state.thread
    if opening is Relation.EQUAL and thread.derivative and thread.standing is not None:
        statement = Statement(thread.standing, Relation.EQUAL, first)
        if _sets(state, statement):
            return condition(state, statement, row.line, thread.derivative)
    if opening is not None:
        return _continued(state, first, Relation.EQUAL if opening is Relation.IMPLIES else opening)
    if len(clause.terms) == 1 and problem(first) is not None and thread.problem is not None:
        found = _continued(state, first, Relation.EQUIVALENT, from_problem=True)
        if not isinstance(found.verdict, Proved):
            new = another(state, thread.problem, first)
            if new:
                return None
            if new is None:
                return Judged(found.statement, Unknown(_WHICH_PROBLEM.format(line=thread.problem_line)))
        return replace(found, notes=(*found.notes, f"read as the same problem as line {thread.problem_line}"))
    return None


def _sets(state: State, statement: Statement) -> bool:
    """Whether a link sets a derivative to zero, or to what is the same for all outcomes: to λ."""
    level = is_level(state, statement.right) and not proves(state, statement, state.facts)
    return is_zero(statement.right) or level


def _set(state: State, statement: Statement, row: Row, policy: str, *, sound: bool) -> Judged:
    """The condition that a link sets, if what stands before it is the derivative."""
    if sound:
        return condition(state, statement, row.line, policy)
    return not_taken(statement, row.line, policy, "what is set to 0 is not the derivative")


def _turned(terms: tuple[t.Term, ...], relations: tuple[Relation, ...]) -> tuple[t.Term, ...]:
    """The terms of a clause, zero last where it stands before a derivative: ``0 = ∂L/∂π = ...``."""
    if len(terms) > 1 and is_zero(terms[0]) and set(relations) == {Relation.EQUAL} and _differentiated(terms):
        return (*terms[1:], terms[0])
    return terms


def _differentiated(terms: tuple[t.Term, ...]) -> str:
    """The policy or function by one of whose values a clause differentiates; a second derivative is no condition."""
    partials = [part for term in terms for part in inside(term) if isinstance(part, t.Partial)]
    if any(isinstance(part, t.Partial) for partial in partials for part in inside(partial.body)):
        return ""
    return next((p.target.symbol for p in partials if isinstance(p.target, t.Apply)), "")


def _advanced(thread: Thread, clause: Clause, row: Row, derivative: str) -> Thread:
    """The thread after a clause: where it ends."""
    ends = len(clause.terms) > 1 and is_claim(clause)
    return replace(
        thread,
        last=clause.terms[-1],
        last_line=row.line,
        start=clause.terms[0] if clause.opening is None else thread.start,
        derivative=derivative,
        gap=0,
        claim=Statement(clause.terms[-2], clause.relations[-1], clause.terms[-1]) if ends else thread.claim,
    )


def _continued(state: State, term: t.Term, relation: Relation, *, from_problem: bool = False) -> Judged:
    """A row that goes on from the one before: held against the last that stood, then against the last."""
    thread = state.thread
    start = thread.problem if from_problem else thread.standing
    if problem(term) is not None and thread.problem is not None and (start is None or problem(start) is None):
        start = thread.problem  # definitions and asides may stand between two problems of one chain
    if start is None:
        return Judged(Statement(term, relation, term), Unknown("there is no row before it to go on from"))
    relation = plain(start, relation, term)
    found = judge(state, Statement(start, relation, term))
    if isinstance(found.verdict, Proved) or thread.last is None or thread.last == start or from_problem:
        return found
    other = show(state, Statement(thread.last, relation, term))
    if isinstance(other.verdict, Proved):
        note = f"it follows from line {thread.last_line}, which is refuted: it rests on that"
        return replace(other, notes=(*other.notes, note))
    return found


def _connected(state: State, clause: Clause) -> Judged:
    """A statement drawn from the one before it."""
    premise = state.thread.claim
    assert premise is not None
    premise = Statement(premise.left, plain(*_sides(premise)), premise.right)
    conclusion = Statement(clause.terms[0], clause.relations[0], clause.terms[1])
    if proves(state, conclusion, state.facts):
        return always(state, premise, conclusion) if clause.opening is Relation.EQUIVALENT else judge(state, conclusion)
    if proves(state, premise, state.facts):
        return judge(state, conclusion)
    exact = equivalent(state, premise, conclusion) if clause.opening is Relation.EQUIVALENT else None
    if exact is not None and isinstance(exact.verdict, Proved):
        return exact
    if (unsaid := without_meaning(state, premise)) is not None:
        return Judged(conclusion, unsaid)
    if exact is not None:
        return exact
    hypothesis = suppose(state, premise, f"line {state.thread.last_line}")
    if not hypothesis.usable:
        return Judged(
            conclusion, Unknown("the row before it holds only sometimes, and nothing could be drawn from it alone")
        )
    if moves(conclusion):
        return Judged(conclusion, Unknown("an equation that holds at one point says nothing of a derivative"))
    found = judge(state.under(hypothesis), conclusion)
    if not isinstance(found.verdict, Proved):
        return found
    if clause.opening is Relation.EQUIVALENT:
        back = state.under(suppose(state, conclusion, "this row"))
        if not isinstance(attempt(back, premise)[0].verdict, Proved):
            return Judged(
                conclusion,
                Unknown("it follows from the equation before; that this one gives that one back could not be shown"),
            )
    verdict = replace(found.verdict, law="substitution", because="it is the equation before, solved")
    note = f"holds where the equation before it (line {state.thread.last_line}) does"
    return replace(found, verdict=verdict, notes=(note,))


def _sides(of: Statement) -> tuple[t.Term, Relation, t.Term]:
    return of.left, of.relation, of.right
