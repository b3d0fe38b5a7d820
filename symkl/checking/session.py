"""The state of checking one document, and the questions asked of the kernel in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import symkl.language.terms as t
from symkl.checking.report import Status
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Fact
from symkl.language.certificate import Premise
from symkl.language.proof import Proof
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Unknown, Verdict
from symkl.proving.deciding import decide
from symkl.proving.facts import establish
from symkl.proving.reading_back import read_back

BUDGET = 60_000
"""Steps of the kernel for one question: a count and not a time, so that answers never vary."""

SPENT = "budget: this row needs more work than a row is allowed"

EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED)


@dataclass(frozen=True)
class Judged:
    """One link of a row with its verdict; ``written``: as the row has it, where that is not how it was read."""

    statement: Statement
    verdict: Verdict
    notes: tuple[str, ...] = ()
    status: Status | None = None
    written: Statement | None = None


@dataclass
class Thread:
    """What the next row goes on from.

    ``last``: where the row before ended; ``standing``: where the last row that stood ended (the
    two differ after a refuted row). ``equation``: the last equation, for ⟺ and ⟹. ``derivative``:
    the policy by which this chain differentiates. ``changed``: where a step last kept only the optimiser.
    ``anchors``: for each term of the chain, what all ``=`` before it say that it equals.
    """

    last: t.Term | None = None
    last_line: int = 0
    standing: t.Term | None = None
    standing_line: int = 0
    equation: Statement | None = None
    derivative: str = ""
    start: t.Term | None = None
    changed: int = 0
    anchors: dict[t.Term, t.Term] = field(default_factory=dict)
    problem: t.Term | None = None
    problem_line: int = 0


@dataclass
class Session:
    """The state of checking one document.

    ``facts``: equations, solved for one symbol; ``premises``: inequalities, those that are only
    ``given`` among them. Both serve all later rows.
    """

    proof: Proof
    context: t.Context
    fixed: frozenset[tuple[int, int, int]]
    budget: int = BUDGET
    thread: Thread = field(default_factory=Thread)
    facts: tuple[Fact, ...] = ()
    premises: tuple[Premise, ...] = ()
    given: tuple[Statement, ...] = ()
    rests_on: dict[str, None] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)
    solved: tuple[str, t.Term, int] | None = None
    objectives: list[tuple[t.Optimum | t.Optimiser, int]] = field(default_factory=list)

    def copy(self) -> Session:
        """A session to try something in: what happens there does not happen here."""
        return replace(
            self,
            thread=replace(self.thread, anchors=dict(self.thread.anchors)),
            rests_on=dict(self.rests_on),
            disagreements=list(self.disagreements),
            objectives=list(self.objectives),
        )

    def adopt(self, other: Session) -> None:
        """Go on from where a copy got to."""
        self.__dict__.update(other.__dict__)

    @property
    def plain(self) -> tuple[str, ...]:
        """What stays uniform longest in counterexamples."""
        return () if self.proof.parts is None else (self.proof.parts.reference,)


def decide_in(session: Session, statement: Statement, facts: Iterable[Fact] = ()) -> Verdict:
    """The kernel's answer to a statement, where running out of budget is an answer, too."""
    try:
        return decide(statement, session.context, facts, session.budget, session.premises)
    except BudgetExceeded:
        return Unknown(SPENT)
    except RecursionError:
        return Unknown(SPENT)


def take_up(session: Session, statement: Statement, line: int, about: str | None = None) -> bool:
    """Establish what a row that holds gives to later rows, and say whether it gives anything."""
    try:
        found = establish(statement, session.context, session.facts, f"line {line}", about)
    except BudgetExceeded:
        return False
    session.facts = (*session.facts, *found)
    return bool(found)


def solved_from(session: Session, premise: Statement) -> tuple[Fact, ...]:
    """What a premise gives to the row that draws on it."""
    try:
        return establish(premise, session.context, session.facts, "the equation before")
    except BudgetExceeded:
        return ()


def informed(context: t.Context, facts: Iterable[Fact]) -> t.Context:
    """The context with facts as definitions, for what knows terms only."""
    definitions = dict(context.definitions)
    for fact in facts:
        parameters = (*fact.outcomes, *fact.given)
        definitions[fact.symbol] = t.Definition(fact.symbol, parameters, read_back(fact.value, context))
    return replace(context, definitions=definitions)


def inside(term: t.Term) -> Iterator[t.Term]:
    """A term and everything inside it."""
    yield term
    for part in term.parts():
        yield from inside(part)


def is_zero(term: t.Term) -> bool:
    """Whether a term is the number 0."""
    return isinstance(term, t.Number) and term.value == 0
