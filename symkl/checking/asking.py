"""The questions that are asked of the kernel and of the refuter in a state, none of which changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.state import Judged, State
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Fact, Proved
from symkl.language.dependence import reached, unsaid
from symkl.language.terms import INEQUALITIES, Statement
from symkl.language.verdict import Unknown, Verdict
from symkl.proving.deciding import decide_within
from symkl.proving.facts import establish, stationary
from symkl.proving.problems import problem
from symkl.refuting.contradicting import contradict, guard
from symkl.refuting.guard import confirm
from symkl.refuting.witnesses import Witness

SPENT = "budget: this row needs more work than a row is allowed"

_NOTHING_CARRIES = (
    "nothing here is known to move with {what}, so nobody can tell what this derivative is. "
    "Say what does: <!-- symkl: SYMBOL moves with {what} -->, or of all that they do not: <!-- symkl: SYMBOL fixed -->"
)
_MAY_MOVE = (
    "{symbol} may move with {what}, and no row says how. If it does not move, say so: <!-- symkl: {symbol} fixed -->"
)


def decide_in(state: State, statement: Statement, facts: Iterable[Fact] = ()) -> Verdict:
    """The kernel's answer to a statement, where running out of budget is an answer, too."""
    return decide_counted(state, statement, facts)[0]


def decide_counted(state: State, statement: Statement, facts: Iterable[Fact] = ()) -> tuple[Verdict, int]:
    """The same with the steps that it took."""
    document = state.document
    if (stuck := unsaid((statement.left, statement.right), state.context)) is not None and stuck.symbol is None:
        return Unknown(_NOTHING_CARRIES.format(what=stuck.what)), 0
    found, steps = decide_within(statement, state.context, facts, document.budget, state.premises, document.memo)
    return Unknown(SPENT) if found is None else found, steps


def decide_tested(state: State, statement: Statement, facts: Iterable[Fact] = ()) -> tuple[Verdict, int]:
    """The same; of what a few random problems speak against no proof is looked for, where that takes long."""
    if _takes_long(statement) and _seen_false(state, statement):
        return Unknown("a few random problems speak against it"), 0
    return decide_counted(state, statement, facts)


def proves(state: State, statement: Statement, facts: Iterable[Fact] = ()) -> bool:
    """Whether the kernel proves a statement."""
    return isinstance(decide_in(state, statement, facts), Proved)


def moves_unsaid(state: State, statement: Statement) -> Unknown | None:
    """What moves in a statement though no row says how, as an answer; None where there is no such thing."""
    stuck = unsaid((statement.left, statement.right), state.known.informed)
    if stuck is None:
        return None
    words = _NOTHING_CARRIES if stuck.symbol is None else _MAY_MOVE
    return Unknown(words.format(symbol=stuck.symbol, what=stuck.what))


def contradict_in(state: State, statement: Statement, context: t.Context) -> Witness | None:
    """A certified counterexample to a statement, in the domain that the document declares."""
    parts = state.parts
    return contradict(
        statement,
        context,
        plain=() if parts is None else (parts.reference,),
        given=concerning(state, statement),
        optimum="" if parts is None else parts.optimum,
        holds=lambda other: proves(state, other),
        facts=state.facts,
    )


def guarded(state: State, judged: Judged, context: t.Context) -> Judged:
    """What the kernel proved, looked at again: with what speaks against it, if anything does."""
    if not isinstance(judged.verdict, Proved):
        return judged
    found = guard(judged.statement, judged.verdict, context, (*state.given, *state.thread.given))
    return judged if found is None else replace(judged, disagreements=(*judged.disagreements, found))


def _takes_long(statement: Statement) -> bool:
    """Whether a proof would be looked for among many: of an inequality, or in cases."""
    decided = ("abs", "max", "min", "clip", "sign")
    parts = (part for side in sides(statement) for part in inside(side))
    return statement.relation in INEQUALITIES or any(
        isinstance(part, t.Cases) or (isinstance(part, t.Fn) and part.name in decided) for part in parts
    )


def _seen_false(state: State, statement: Statement) -> bool:
    """Whether a few random problems that satisfy what is given speak against a statement between values."""
    if problem(statement.left) is not None or problem(statement.right) is not None:
        return False
    return bool(confirm(statement, state.known.informed, given=concerning(state, statement)))


def concerning(state: State, statement: Statement) -> tuple[Statement, ...]:
    """What is given that says anything of a symbol of the statement, directly or by what else it ties together."""
    context = state.known.informed
    left = [(each, reached(sides(each), context)) for each in (*state.given, *state.thread.given)]
    names, found = reached(sides(statement), context), list[Statement]()
    while near := [pair for pair in left if not pair[1] or not pair[1].isdisjoint(names)]:
        left = [pair for pair in left if pair not in near]
        found += [each for each, _ in near]
        names = names.union(*(reach for _, reach in near))
    return tuple(found)


def sides(of: Statement) -> tuple[t.Term, t.Term]:
    """The two sides of a statement."""
    return of.left, of.right


def taken_up(state: State, statement: Statement, line: int, about: str | None = None) -> tuple[Fact, ...]:
    """What a row that holds gives to later rows; nothing where no symbol can be solved for.

    ``about``: the policy that a first-order condition determines.
    """
    return _solved(state, statement, f"line {line}", about)


def conditioned(state: State, statement: Statement, line: int, policy: str) -> tuple[Fact, ...]:
    """What a first-order condition of a policy gives to later rows; nothing where nothing can be drawn from it."""
    state = state.knowing_again({policy})  # the condition says what it is, whatever was not known of it
    try:
        return stationary(statement, state.context, state.facts, f"line {line}", policy)
    except BudgetExceeded:
        return ()


def solved_from(state: State, premise: Statement, source: str) -> tuple[Fact, ...]:
    """What a premise gives to those that draw on it; ``source``: where it stands, in words."""
    return _solved(state, premise, source, None)


def _solved(state: State, statement: Statement, source: str, about: str | None) -> tuple[Fact, ...]:
    try:
        return establish(statement, state.context, state.facts, source, about)
    except BudgetExceeded:
        return ()


def inside(term: t.Term) -> Iterator[t.Term]:
    """A term and everything inside it."""
    todo = [term]
    while todo:
        yield (first := todo.pop())
        todo += reversed(first.parts())


def is_zero(term: t.Term) -> bool:
    """Whether a term is the number 0."""
    return isinstance(term, t.Number) and term.value == 0
