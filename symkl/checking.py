"""A proof through the kernel, the refuter and the repairer: where they meet, and a report comes out.

Every row is held against the last row that stood. What the kernel proves is proved, and looked
at again by the guard; what it does not prove is searched for a counterexample; what is refuted
is searched for an edit that mends it. What neither side can settle is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import symkl.terms as t
from symkl import theorems
from symkl.confirming import confirm, confirm_optimiser
from symkl.kernel import laws
from symkl.kernel.normal_form import BudgetExceeded, Fact, Normaliser, Unsupported
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.verdict import Proved, Refuted, Scope, Unknown, Verdict
from symkl.proof import Clause, Proof, Row
from symkl.proving import decide, establish, maximiser, outcomes_of, problem
from symkl.reading.document import read
from symkl.refuting import refute
from symkl.refuting_optima import beats, refute_optimiser, refute_optimum_value
from symkl.repairing import repairs
from symkl.report import Claim, Counterexample, Formula, Line, Overall, Report, Status, Suggestion
from symkl.residuals import read_back
from symkl.terms import Relation, Statement
from symkl.tilting import settle
from symkl.witnesses import Witness, counterexample
from symkl.writing import formula

BUDGET = 60_000
"""Steps of the kernel for one question: a count and not a time, so that answers never vary."""

_WORST = (Status.STATED, Status.ASSUMED, Status.PROVED, Status.UNKNOWN, Status.UNREADABLE, Status.REFUTED)
_EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED)
_CONNECTIVES = (Relation.EQUIVALENT, Relation.IMPLIES)


@dataclass(frozen=True)
class Judged:
    """One link of a row with its verdict."""

    statement: Statement
    verdict: Verdict
    notes: tuple[str, ...] = ()
    status: Status | None = None


@dataclass
class Thread:
    """What the next row goes on from.

    ``last``: where the row before ended; ``standing``: where the last row that stood ended (the
    two differ after a refuted row). ``equation``: the last equation, for ⟺ and ⟹.
    """

    last: t.Term | None = None
    last_line: int = 0
    standing: t.Term | None = None
    standing_line: int = 0
    equation: Statement | None = None
    derivative: bool = False
    start: t.Term | None = None
    problem: t.Term | None = None
    problem_line: int = 0


@dataclass
class Session:
    """The state of checking one document."""

    proof: Proof
    context: t.Context
    fixed: frozenset[tuple[int, int]]
    budget: int = BUDGET
    thread: Thread = field(default_factory=Thread)
    facts: tuple[Fact, ...] = ()
    rests_on: dict[str, None] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)
    solved: tuple[str, t.Term, int] | None = None
    objectives: list[tuple[t.Optimum | t.Optimiser, int]] = field(default_factory=list)

    @property
    def plain(self) -> tuple[str, ...]:
        """What stays uniform longest in counterexamples."""
        return () if self.proof.parts is None else (self.proof.parts.reference,)


def check_text(text: str, file: str, *, claim: str | None = None, budget: int = BUDGET) -> Report:
    r"""Check a document and report on every row of it.

    ``claim``: the theorem to reach, instead of the document's own. ``budget``: kernel steps for
    one question. Requires: text, of any content; nothing in it makes this raise.

    >>> report = check_text(r"$$D_{KL}(p \| q) \ge 0$$", "gibbs.md", claim="gibbs")
    >>> report.verdict.value, report.claim.met
    ('proved', True)
    """
    return check(read(text, file), file, claim=claim, budget=budget)


def check(proof: Proof, file: str, *, claim: str | None = None, budget: int = BUDGET) -> Report:
    """Check a proof that has been read."""
    fixed = settle(proof)
    session = Session(proof, fixed.context, fixed.places, budget)
    lines = tuple(_check_row(session, i, row) for i, row in enumerate(proof.rows))
    met = _claim(session, lines, claim or proof.claim)
    return Report(
        file,
        _overall(lines, met, proof),
        met,
        lines,
        tuple(session.rests_on),
        tuple(session.disagreements),
        proof.troubles,
    )


# -- rows ------------------------------------------------------------------------------------


def _check_row(session: Session, index: int, row: Row) -> Line:
    if row.heading:
        session.thread = Thread()
    blank = Line(row.line, row.column, row.source, None, Status.UNREADABLE, readable=row.readable, trouble=row.trouble)
    if not row.clauses:
        return blank
    notes = list(row.notes)
    if row.others or row.trouble:
        if not _all_mean_the_same(session, row):
            return replace(
                blank, notes=("the bracket can be put in several places, and they do not all mean the same",)
            )
        if row.notes and row.trouble is not None:
            ways = f"; all {len(row.others) + 1} ways to mend it mean the same" if row.others else ""
            notes[0] = (
                f"{row.trouble.line}:{row.trouble.column}: {row.trouble.message}; {row.notes[0].replace(' in here', '')}{ways}"
            )
    judged: list[Judged] = []
    for j, clause in enumerate(row.clauses):
        found = list(_check_clause(session, index, j, clause, row))
        if j + 1 < len(row.clauses) and row.clauses[j + 1].opening in _CONNECTIVES and _is_equation(clause):
            found = [_premise(each) for each in found]
        judged += found
    return _line(session, row, judged, notes)


def _premise(judged: Judged) -> Judged:
    """``A = B ⟹ C = D`` does not claim A = B: what is not known of it is a hypothesis."""
    if judged.status is not None or isinstance(judged.verdict, Proved):
        return judged
    return replace(judged, status=Status.ASSUMED, notes=(*judged.notes, "a hypothesis of what follows it in this row"))


def _all_mean_the_same(session: Session, row: Row) -> bool:
    terms = [term for clause in row.clauses for term in clause.terms]
    for other in row.others:
        others = [term for clause in other.clauses for term in clause.terms]
        if len(others) != len(terms):
            return False
        for one, two in zip(terms, others, strict=True):
            if one == two:
                continue
            if isinstance(one, t.Optimiser) and isinstance(two, t.Optimiser):
                one, two = t.Optimum(one.sense, one.policy, one.body), t.Optimum(two.sense, two.policy, two.body)
            found = _decide(session, Statement(one, Relation.EQUAL, two))
            if not isinstance(found, Proved) or found.scope is not Scope.VALUE:
                return False
    return True


def _check_clause(session: Session, index: int, j: int, clause: Clause, row: Row) -> Iterator[Judged]:
    thread = session.thread
    terms, relations = clause.terms, clause.relations
    if not terms:
        return
    opening = clause.opening
    implied: tuple[str, ...] = ()
    first: Judged | None = None
    if opening in _CONNECTIVES and len(terms) > 1 and thread.equation is not None and _is_equation(clause):
        first = _connected(session, clause, opening)
    elif opening is Relation.EQUAL and thread.derivative and _is_zero(terms[0]) and thread.standing is not None:
        first = _condition(session, Statement(thread.standing, Relation.EQUAL, terms[0]), row)
    elif opening is not None:
        first = _continued(
            session, terms[0], Relation.EQUAL if opening in (Relation.IMPLIES, Relation.DEFINED) else opening, row
        )
    elif len(terms) == 1 and problem(terms[0]) is not None and thread.problem is not None:
        first = _continued(session, terms[0], Relation.EQUIVALENT, row, from_problem=True)
        implied = (f"read as the same problem as line {thread.problem_line}",)
    derivative = any(isinstance(term, t.Partial) for term in terms) or (thread.derivative and opening is not None)
    if first is not None:
        yield replace(first, notes=(*first.notes, *implied))
    connected = (
        first is not None
        and opening in _CONNECTIVES
        and len(terms) > 1
        and thread.equation is not None
        and _is_equation(clause)
    )
    for k, (left, relation, right) in enumerate(zip(terms, relations, terms[1:], strict=False)):
        statement = Statement(left, relation, right)
        if k == 0 and connected:
            continue
        if (k == 0 and clause.definition is not None) or ((index, j) in session.fixed and any(
            isinstance(s, t.Apply) and s.symbol in session.context.definitions for s in (left, right)
        )):
            yield Judged(statement, Unknown(""), status=Status.ASSUMED)
        elif row.assumed:
            _take_up(session, statement, row.line)
            yield Judged(statement, Unknown(""), ("taken as given, as the directive before it says",), Status.ASSUMED)
        elif relation is Relation.EQUAL and derivative and _is_zero(right):
            yield _condition(session, statement, row)
        else:
            yield judge(session, statement)
    _advance(session, clause, row, derivative)


def _condition(session: Session, statement: Statement, row: Row) -> Judged:
    """A derivative set to zero: not a claim, but the condition that a stationary policy satisfies."""
    _take_up(session, statement, row.line)
    return Judged(
        statement,
        Unknown(""),
        ("the first-order condition: from here on the policy is one that satisfies it",),
        Status.ASSUMED,
    )


def _advance(session: Session, clause: Clause, row: Row, derivative: bool) -> None:
    """Remember where this clause ends."""
    thread = session.thread
    thread.last, thread.last_line = clause.terms[-1], row.line
    if clause.opening is None:
        thread.start = clause.terms[0]
    thread.derivative = derivative
    if len(clause.terms) > 1 and _is_equation(clause):
        thread.equation = Statement(clause.terms[-2], clause.relations[-1], clause.terms[-1])
    found = problem(clause.terms[-1])
    if found is not None:
        session.objectives.append((found, row.line))


def _is_equation(clause: Clause) -> bool:
    return (
        bool(clause.relations)
        and clause.relations[-1] in _EQUATIONS
        and all(problem(term) is None for term in clause.terms)
    )


def _is_zero(term: t.Term) -> bool:
    return isinstance(term, t.Number) and term.value == 0


def _take_up(session: Session, statement: Statement, line: int) -> None:
    try:
        found = establish(statement, session.context, session.facts, f"line {line}")
    except BudgetExceeded:
        return
    session.facts = (*session.facts, *found)


def _continued(session: Session, term: t.Term, relation: Relation, row: Row, *, from_problem: bool = False) -> Judged:
    """A row that goes on from the one before: held against the last that stood, then against the last."""
    thread = session.thread
    start = thread.problem if from_problem else thread.standing
    if start is None:
        return Judged(Statement(term, relation, term), Unknown("there is no row before it to go on from"))
    found = judge(session, Statement(start, relation, term))
    if isinstance(found.verdict, Proved) or thread.last is None or thread.last == start or from_problem:
        return found
    other = judge(session, Statement(thread.last, relation, term), search=False)
    if isinstance(other.verdict, Proved):
        return replace(
            other, notes=(*other.notes, f"it follows from line {thread.last_line}, which is refuted: it rests on that")
        )
    return found


def _connected(session: Session, clause: Clause, opening: Relation) -> Judged:
    """An equation drawn from the equation before it."""
    thread = session.thread
    premise = thread.equation
    assert premise is not None
    conclusion = Statement(clause.terms[0], clause.relations[0], clause.terms[1])
    if isinstance(_decide(session, conclusion, session.facts), Proved) or isinstance(
        _decide(session, premise, session.facts), Proved
    ):
        return judge(session, conclusion)
    forward = _solved(session, premise)
    if not forward:
        return Judged(
            conclusion, Unknown("the equation before it holds only sometimes, and could not be solved for one symbol")
        )
    found = _decide(session, conclusion, (*session.facts, *forward))
    if not isinstance(found, Proved):
        witness = _refute(session, conclusion, _informed(session.context, (*session.facts, *forward)))
        return Judged(conclusion, Refuted(witness) if witness is not None else found)
    if opening is Relation.EQUIVALENT:
        back = _decide(session, premise, (*session.facts, *_solved(session, conclusion)))
        if not isinstance(back, Proved):
            return Judged(
                conclusion,
                Unknown("it follows from the equation before; that this one gives that one back could not be shown"),
            )
    verdict = replace(found, law="substitution", because="it is the equation before, solved")
    return Judged(conclusion, verdict, (f"holds where the equation before it (line {thread.last_line}) does",))


def _solved(session: Session, premise: Statement) -> tuple[Fact, ...]:
    try:
        return establish(premise, session.context, session.facts, "the equation before")
    except BudgetExceeded:
        return ()


# -- one statement ---------------------------------------------------------------------------


def _decide(session: Session, statement: Statement, facts: Iterable[Fact] = ()) -> Verdict:
    try:
        return decide(statement, session.context, facts, session.budget)
    except BudgetExceeded:
        return Unknown("budget: this row needs more work than a row is allowed")
    except RecursionError:
        return Unknown("budget: this row nests too deep")


def judge(session: Session, statement: Statement, *, search: bool = True) -> Judged:
    """Prove a statement, or else refute it, or else say that it is unknown."""
    context = session.context
    verdict = _decide(session, statement)
    if isinstance(verdict, Proved):
        _guard(session, statement, verdict, context)
        return Judged(statement, _named(statement, verdict))
    informed = context
    if session.facts:
        with_facts = _decide(session, statement, session.facts)
        informed = _informed(context, session.facts)
        if isinstance(with_facts, Proved):
            _guard(session, statement, with_facts, informed)
            used = ", ".join(sorted(with_facts.used))
            named = (
                replace(with_facts, law="substitution", because="both sides agree once an earlier row is put in")
                if used
                else _named(statement, with_facts)
            )
            return Judged(statement, named, (f"uses {used}",) if used else ())
    for other, note in _readings(session, statement):
        found = _decide(session, other, session.facts)
        if isinstance(found, Proved):
            _guard(session, other, found, informed)
            return Judged(other, found, (note,))
    if not search:
        return Judged(statement, verdict)
    condition = _stationarity(session, statement)
    if condition is not None:
        return condition
    if (unknown := _undetermined(session, statement)) is not None:
        return Judged(statement, Unknown(f"{unknown} is a multiplier that no row before determines"))
    witness = _refute(session, statement, informed)
    if witness is not None:
        return Judged(statement, Refuted(witness))
    assert isinstance(verdict, Unknown)
    return Judged(statement, verdict)


def _informed(context: t.Context, facts: Iterable[Fact]) -> t.Context:
    """The context with facts as definitions, for what knows terms only."""
    definitions = dict(context.definitions)
    for fact in facts:
        definitions[fact.symbol] = t.Definition(fact.symbol, fact.parameters, read_back(fact.value, context))
    return replace(context, definitions=definitions)


def _named(statement: Statement, verdict: Proved) -> Proved:
    """A verdict under the name of the law that did the work, where rewriting alone says too little."""
    if verdict.law == "identity" and any(
        isinstance(part, t.Partial | t.Gradient) for side in (statement.left, statement.right) for part in _parts(side)
    ):
        return replace(verdict, law="derivative", because="the derivative, worked out term by term, is the other side")
    return verdict


def _parts(term: t.Term) -> Iterator[t.Term]:
    yield term
    for part in term.parts():
        yield from _parts(part)


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
        or (isinstance(part, t.Apply)
        and part.symbol in session.context.definitions
        and any(isinstance(a, t.Policy) for a in part.given))
        for side in sides
        for part in _parts(side)
    )
    return names[0] if names and not defined else None


def _stationarity(session: Session, statement: Statement) -> Judged | None:
    """``expression = 0`` with a multiplier, where a Lagrangian is defined: its first-order condition.

    Held against the derivative of the Lagrangian, with either sign.
    """
    if (
        statement.relation is not Relation.EQUAL
        or not _is_zero(statement.right)
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
                for part in _parts(statement.left)
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
                _take_up(session, statement, line or session.thread.last_line)
                note = f"the first-order condition of {definition.symbol}: from here on the policy is one that satisfies it"
                return replace(found, notes=(*found.notes, note))
        return first
    return None


def _readings(session: Session, statement: Statement) -> Iterator[tuple[Statement, str]]:
    """Other readings of common shorthand, each tried only when the plain one is not proved.

    A policy that a problem is over, used as its solution; a decorated reward (r*, r_θ) for the
    reward of the problem.
    """
    sides = statement.left, statement.right
    names = t.symbols(statement.left) | t.symbols(statement.right)

    def exchanged(exchange: dict[t.Argument, t.Argument]) -> Statement:
        return Statement(t.substitute(sides[0], exchange), statement.relation, t.substitute(sides[1], exchange))

    if session.solved is not None and not problem(sides[0]) and not problem(sides[1]):
        policy, optimum, line = session.solved
        assert isinstance(optimum, t.Apply)
        if policy in names and not any(_averages(side, policy) for side in sides):
            yield (
                exchanged({t.Policy(policy): t.Policy(optimum.symbol)}),
                f"{policy} is read as the maximiser {optimum.symbol} found in line {line}",
            )
    if session.proof.parts is not None:
        reward = session.proof.parts.reward
        others = sorted(
            n
            for n in names
            if n != reward
            and n[:1] == reward[:1]
            and (n[1:2] in ("_", "*", "") or reward[1:2] in ("_", "*"))
            and n not in session.context.definitions
        )
        if others:
            yield (
                exchanged({t.Policy(other): t.Policy(reward) for other in others}),
                f"{' and '.join(others)} {'is' if len(others) == 1 else 'are'} read as {reward}: one reward, written in two ways",
            )


def _averages(term: t.Term, policy: str) -> bool:
    """Whether a policy occurs below a sum: then the term is about the policy as a whole."""
    match term:
        case t.Sum(body=body):
            return policy in t.symbols(body)
        case t.Expectation(weight=weight, body=body):
            return policy in t.symbols(weight) | t.symbols(body)
        case t.KL(left=left, right=right):
            return policy in t.symbols(left) | t.symbols(right)
        case t.Apply(given=given):
            return t.Policy(policy) in given
    return any(_averages(part, policy) for part in term.parts())


def _refute(session: Session, statement: Statement, context: t.Context) -> Witness | None:
    """A certified counterexample to a statement, of whichever kind its two sides ask for."""
    left, right = statement.left, statement.right
    a, b = problem(left), problem(right)
    plain = session.plain
    if a is None and b is None:
        return refute(
            statement,
            context,
            varying=outcomes_of(left) if statement.relation is Relation.PROPORTIONAL else (),
            plain=plain,
        )
    if a is not None and b is not None:
        if statement.relation not in _EQUATIONS:
            return None
        for first, second in ((a, b), (b, a)):
            known = _known(first, context)
            if known is not None:
                found = refute_optimiser(first, second, known[0], context, plain=plain, spelled=known[1])
                if found is not None:
                    return _seen_from(session, found, known[0], second is b)
        return None
    of, other = (a, right) if a is not None else (b, left)
    assert of is not None
    if isinstance(of, t.Optimiser):
        return beats(of, other, context, plain=plain) if isinstance(other, t.Apply) else None
    if left not in (of, other) or right not in (of, other):
        return None
    relation = statement.relation if a is not None else _TURNED.get(statement.relation, statement.relation)
    known = _known(of, context)
    return refute_optimum_value(
        of,
        other,
        context,
        relation=relation,
        known=known[0] if known else None,
        spelled=known[1] if known else None,
        plain=plain,
    )


def _seen_from(session: Session, witness: Witness, known: t.Term, forwards: bool) -> Witness:
    """The witness with its columns named from where the reader stands, and π* called by its name."""
    optimum = session.proof.parts.optimum if session.proof.parts else ""
    try:
        nf = Normaliser(session.context)
        definition = session.context.definitions.get(optimum)
        star = definition is not None and nf.is_zero(nf(definition.body) - nf(known))
    except (Unsupported, BudgetExceeded):
        star = False
    sides = []
    for k, side in enumerate(witness.sides):
        contenders = tuple(replace(c, label=optimum) if star and k == 0 else c for c in side.contenders)
        left, right = (side.left, side.right) if forwards else (side.right, side.left)
        sides.append(replace(side, left=left, right=right, contenders=contenders))
    return replace(witness, sides=tuple(sides), heads=("the row before", "this row"))


_TURNED = {
    Relation.LESS_EQUAL: Relation.GREATER_EQUAL,
    Relation.GREATER_EQUAL: Relation.LESS_EQUAL,
    Relation.LESS: Relation.GREATER,
    Relation.GREATER: Relation.LESS,
}


def _known(of: t.Optimum | t.Optimiser, context: t.Context) -> tuple[t.Term, tuple[t.Variable, ...]] | None:
    """The optimiser of a problem that the kernel knows, and the variables it is spelled in."""
    why = maximiser(of, context)
    return None if why is None else (read_back(why.q, context), (*why.outcomes, *why.given))


def _guard(session: Session, statement: Statement, verdict: Proved, context: t.Context) -> None:
    """Look at what the kernel proved in a few random problems: a disagreement is a bug of ours."""
    left, right = statement.left, statement.right
    a, b = problem(left), problem(right)
    if a is None and b is None:
        varying = outcomes_of(left) if statement.relation is Relation.PROPORTIONAL else ()
        against: list[object] = list(confirm(statement, context, varying=varying))
    elif a is not None and b is not None:
        against = []
        if verdict.factor is not None and verdict.difference is not None and not _separated(verdict, a):
            against += confirm_optimiser(
                _as_max(a),
                _as_max(b),
                read_back(verdict.factor, context),
                read_back(verdict.difference, context),
                context,
            )
        known = _known(a, context)
        if known is not None:
            witness = refute_optimiser(a, b, known[0], context, spelled=known[1], max_problems=3)
            against += [witness] if witness is not None else []
    else:
        of, other = (a, right) if a is not None else (b, left)
        assert of is not None
        found = None
        if isinstance(of, t.Optimiser) and isinstance(other, t.Apply):
            found = beats(of, other, context, max_problems=3)
        elif isinstance(of, t.Optimum) and (left == of or right == of):
            known = _known(of, context)
            found = refute_optimum_value(
                of,
                other,
                context,
                known=known[0] if known else None,
                spelled=known[1] if known else None,
                max_problems=3,
            )
        against = [found] if found is not None else []
    if against:
        session.disagreements.append(
            f"{formula(left).text} {statement.relation.value} {formula(right).text}: the kernel proved it by "
            f"'{verdict.law}', and a certified computation contradicts it"
        )


def _as_max(of: t.Optimum | t.Optimiser) -> t.Optimum:
    return t.Optimum(of.sense, of.policy, of.body)


def _separated(verdict: Proved, of: t.Optimum | t.Optimiser) -> bool:
    """Whether a verdict compares one prompt's problem with the average over prompts."""
    assert verdict.factor is not None
    return not {v.name for v in verdict.factor.free} <= {v.name for v in t.free_variables(of.body)}


# -- lines and the whole ---------------------------------------------------------------------


def _status(judged: Judged) -> Status:
    if judged.status is not None:
        return judged.status
    match judged.verdict:
        case Proved():
            return Status.PROVED
        case Refuted():
            return Status.REFUTED
        case _:
            return Status.UNKNOWN


def _line(session: Session, row: Row, judged: list[Judged], notes: list[str]) -> Line:
    worst = max(judged, key=lambda j: _WORST.index(_status(j)), default=None)
    status = Status.STATED if worst is None else _status(worst)
    opening = row.clauses[0].opening
    relation = next((r for clause in row.clauses for r in (clause.opening, *clause.relations) if r is not None), None)
    for each in judged:
        notes += each.notes
    assumptions: dict[str, None] = {}
    for each in judged:
        if isinstance(each.verdict, Proved) and each.status is None:
            assumptions.update(dict.fromkeys(sorted(each.verdict.assumptions)))
    line = Line(
        row.line,
        row.column,
        row.source,
        relation.value if relation else None,
        status,
        notes=tuple(dict.fromkeys(notes)),
        assumptions=tuple(assumptions),
        readable=row.readable,
        opening=opening.value if opening else None,
    )
    _settle_thread(session, row, status)
    if worst is None:
        return line
    if status is Status.ASSUMED:
        what = formula(worst.statement.left).text
        session.rests_on[f"{what} as in line {row.line}"] = None
        return replace(line, because="a hypothesis" if row.assumed or worst.notes else "a definition")
    if status is Status.PROVED:
        session.rests_on.update(assumptions)
        return _proved_line(session, line, worst)
    if status is Status.UNKNOWN:
        return replace(line, because=_why_unknown(session, worst), residual=_residual(session, worst.statement))
    return _refuted_line(session, row, line, worst)


def _settle_thread(session: Session, row: Row, status: Status) -> None:
    """What stands after this row: a refuted row leaves the last one that stood in place."""
    thread = session.thread
    if status is not Status.REFUTED or thread.standing is None:
        thread.standing, thread.standing_line = thread.last, row.line
        if thread.last is not None and problem(thread.last) is not None:
            thread.problem, thread.problem_line = thread.last, row.line
    if (
        session.solved is None
        and status in (Status.STATED, Status.PROVED)
        and thread.last is not None
        and session.proof.parts
    ):
        of = problem(thread.last)
        optimum = session.proof.parts.optimum
        definition = session.context.definitions.get(optimum)
        if of is not None and definition is not None and (why := maximiser(of, session.context)) is not None:
            star = t.Apply(optimum, why.outcomes, why.given)
            try:
                nf = Normaliser(session.context)
                if nf.is_zero(nf(star) - why.q):
                    session.solved = of.policy, star, row.line
            except (Unsupported, BudgetExceeded):
                pass


def _proved_line(session: Session, line: Line, judged: Judged) -> Line:
    verdict = judged.verdict
    assert isinstance(verdict, Proved)
    notes = list(line.notes)
    because = verdict.because
    if verdict.scope is Scope.OPTIMISER and verdict.difference is not None and verdict.factor is not None:
        notes.append(_values_differ(session, judged.statement, verdict))
    scope = verdict.scope.value
    if verdict.scope is Scope.FACTOR and verdict.factor is not None:
        notes.append(f"the factor is {formula(read_back(verdict.factor, session.context)).text}")
    return replace(line, law=verdict.law, because=because, scope=scope, notes=tuple(dict.fromkeys(notes)))


def _values_differ(session: Session, statement: Statement, verdict: Proved) -> str:
    """How the values of two problems with the same optimiser are related, in words."""
    assert verdict.factor is not None and verdict.difference is not None
    a, b = problem(statement.left), problem(statement.right)
    assert a is not None and b is not None
    factor, difference = (read_back(p, session.context, a.policy) for p in (verdict.factor, verdict.difference))
    if verdict.difference.rational == 0 and verdict.factor.rational == 1 and a.sense is b.sense:
        return "true of the optimiser and of the value"
    same = "" if verdict.factor.rational == 1 else f"{formula(factor).text} times "
    turned = a.sense is not b.sense
    if turned:
        same = "minus " + (same or "")
    if _separated(verdict, a) or _separated(verdict, b):
        gap = read_back(_per(verdict, session), session.context, a.policy)
        more = (
            ""
            if isinstance(gap, t.Number) and gap.value == 0
            else f"; at each prompt the value of this row is that of the row before plus {formula(gap).text}"
        )
        return f"true of the optimiser, prompt by prompt: the weight {formula(factor).text} is left out{more}"
    if a.sense is t.Sense.MIN:
        difference = t.Mul((t.Number(Fraction(-1)), difference))
    gap_text = "" if verdict.difference.rational == 0 else f" plus {formula(difference).text}"
    return f"true of the optimiser; the values differ: the row before has {same}the value of this row{gap_text}"


def _per(verdict: Proved, session: Session) -> Polynomial:
    """By how much a value grew: ``left = factor · right + difference`` solved for the change from left/factor."""
    assert verdict.factor is not None and verdict.difference is not None
    nf = Normaliser(session.context)
    minus_one = nf(t.Number(Fraction(-1)))
    return nf.times(verdict.difference, nf.power(verdict.factor, minus_one)).scaled(-1)


def _why_unknown(session: Session, judged: Judged) -> str:
    assert isinstance(judged.verdict, Unknown)
    if judged.statement.relation is Relation.APPROXIMATE:
        return "≈ claims no equality, and no error bound is given"
    return judged.verdict.reason


def _residual(session: Session, statement: Statement) -> Formula | None:
    """Left minus right, read back under the document's names."""
    if problem(statement.left) or problem(statement.right) or statement.relation is Relation.PROPORTIONAL:
        return None
    context = _informed(session.context, session.facts) if session.facts else session.context
    nf = Normaliser(context)
    try:
        found = nf(statement.left) - nf(statement.right)
        if len(found.terms) > 12:
            return None
        return formula(read_back(found, context))
    except (Unsupported, BudgetExceeded, RecursionError):
        return None


def _refuted_line(session: Session, row: Row, line: Line, judged: Judged) -> Line:
    verdict = judged.verdict
    assert isinstance(verdict, Refuted) and isinstance(verdict.witness, Witness)
    shown: Counterexample = counterexample(verdict.witness)
    residual = _residual(session, judged.statement)
    words = ""
    if residual is not None:
        words = f"the two sides differ by {residual.text}"
    elif (found := _turned(session, judged.statement) or _objectives_differ(session, judged.statement)) is not None:
        words, residual = found
    elif judged.statement.relation is Relation.PROPORTIONAL:
        words, residual = _quotient(session, judged.statement)
    return replace(
        line,
        because=words or "a policy does better there than the claimed optimum",
        residual=residual,
        residual_words=words,
        counterexample=shown,
        suggestions=_suggestions(session, row, judged),
    )


def _quotient(session: Session, statement: Statement) -> tuple[str, Formula | None]:
    nf = Normaliser(session.context)
    try:
        found = nf.times(nf(statement.left), nf.power(nf(statement.right), nf(t.Number(Fraction(-1)))))
        shown = formula(read_back(found, session.context))
    except (Unsupported, BudgetExceeded):
        return "", None
    return f"the quotient of the two sides is not constant: it is {shown.text}", shown


def _turned(session: Session, statement: Statement) -> tuple[str, Formula] | None:
    """In words: this problem is largest where the row before is smallest; and the row before in terms of it."""
    b = problem(statement.right)
    if b is None or problem(statement.left) is None:
        return None
    flipped = type(b)(b.sense.opposite, b.policy, b.body)
    found = _decide(session, Statement(statement.left, Relation.EQUIVALENT, flipped))
    if not isinstance(found, Proved) or found.factor is None or found.difference is None:
        return None
    way = ("largest", "smallest") if b.sense is t.Sense.MAX else ("smallest", "largest")
    sign = -1 if b.sense is t.Sense.MAX else 1
    body = t.Mul((t.Number(Fraction(sign)), read_back(found.factor, session.context), b.body))
    that = formula(t.Add((body, read_back(found.difference, session.context))) if found.difference.terms else body)
    return f"This is {way[0]} where the row before is {way[1]}: that row's objective equals {that.text}", that


def _objectives_differ(session: Session, statement: Statement) -> tuple[str, Formula] | None:
    """What two problems that should be one maximise, subtracted."""
    a, b = problem(statement.left), problem(statement.right)
    if a is None or b is None:
        return None
    nf = Normaliser(session.context)
    try:
        gap = laws.objective(nf, a) - laws.objective(nf, b)
        shown = formula(read_back(gap, session.context, a.policy))
    except (Unsupported, BudgetExceeded):
        return None
    if not gap.terms or len(gap.terms) > 12:
        return None
    return f"what the two problems maximise differs by {shown.text}, which depends on {a.policy}", shown


def _suggestions(session: Session, row: Row, judged: Judged) -> tuple[Suggestion, ...]:
    """Edits of the row that the kernel accepts, judged on a copy of where this row stood."""
    thread = session.thread

    def holds(edited: Row) -> bool:
        trial = replace(
            session, thread=replace(thread, last=thread.standing), disagreements=[], rests_on={}, objectives=[]
        )
        found: list[Judged] = []
        for clause in edited.clauses:
            found += [j for j in _check_links(trial, clause, row)]
        return bool(found) and all(isinstance(j.verdict, Proved) for j in found)

    return repairs(row, judged.statement, session.proof, holds)


def _check_links(session: Session, clause: Clause, row: Row) -> Iterator[Judged]:
    """The links of an edited clause, without search and without remembering anything."""
    thread = session.thread
    start = thread.standing if clause.opening is not None else None
    if clause.opening is None and len(clause.terms) == 1 and problem(clause.terms[0]) is not None:
        start = thread.problem
    relation = clause.opening if clause.opening not in (None, Relation.IMPLIES, Relation.DEFINED) else Relation.EQUAL
    if start is not None and relation is not None:
        yield judge(session, Statement(start, relation, clause.terms[0]), search=False)
    for left, link, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False):
        yield judge(session, Statement(left, link, right), search=False)


def _claim(session: Session, lines: tuple[Line, ...], name: str | None) -> Claim | None:
    """Whether the document reaches the theorem it claims."""
    if name is None:
        return None
    if name not in theorems.NAMES:
        return Claim(name, False, f"no theorem is called that; known are {', '.join(theorems.NAMES)}")
    if name in theorems.LATER:
        return Claim(name, False, "this version does not recognise the statement of that theorem yet")
    rows = [(row, line) for row, line in zip(session.proof.rows, lines, strict=True) if row.clauses]
    if not rows:
        return Claim(name, False, "there is no row that could state it")
    row, line = rows[-1]
    broken = next((each for each in lines if each.status in (Status.REFUTED, Status.UNREADABLE, Status.UNKNOWN)), None)
    if broken is not None:
        return Claim(name, False, f"line {broken.line} is {broken.status.value}")
    if line.status is Status.ASSUMED:
        return Claim(name, False, f"the last row, line {line.line}, is assumed: nothing shows it")
    if line.status is not Status.PROVED:
        return Claim(name, False, f"the last row, line {line.line}, is {line.status.value}")
    if name == "optimal-policy" and session.solved is None:
        return Claim(name, False, "no row states a problem of which the tilted policy is the optimiser")
    assert session.proof.parts is not None
    policies = sorted(session.proof.optimised | {"π", session.proof.parts.optimum})
    for statement in _stated(session, row):
        for policy in policies:
            if theorems.states(statement, name, theorems.Symbols(session.proof.parts, policy), session.context):
                return Claim(name, True)
        if name == "optimal-policy" and _names_optimiser(session, statement):
            return Claim(name, True)
    return Claim(name, False, f"the last row, line {line.line}, is proved but does not state it")


def _stated(session: Session, row: Row) -> list[Statement]:
    """What a row says: each link, and its first and last side."""
    out: list[Statement] = []
    for clause in row.clauses:
        links = zip(clause.terms, clause.relations, clause.terms[1:], strict=False)
        out += [Statement(a, relation, b) for a, relation, b in links]
        if len(clause.terms) > 2 and set(clause.relations) <= set(_EQUATIONS):
            out.append(Statement(clause.terms[0], Relation.EQUAL, clause.terms[-1]))
        if clause.opening is not None and session.thread.start is not None:
            out.append(Statement(session.thread.start, Relation.EQUAL, clause.terms[-1]))
    return out


def _names_optimiser(session: Session, statement: Statement) -> bool:
    """Whether a statement says that the tilted policy is the arg max of the document's problem."""
    assert session.proof.parts is not None
    sides = (statement.left, statement.right)
    stars = [s for s in sides if isinstance(s, t.Apply) and s.symbol == session.proof.parts.optimum]
    others = [
        s for s in sides if isinstance(s, t.Optimiser) or (isinstance(s, t.Apply) and s.symbol in session.proof.optimised)
    ]
    return bool(stars and others)


def _overall(lines: tuple[Line, ...], claim: Claim | None, proof: Proof) -> Overall:
    found = {line.status for line in lines}
    if Status.REFUTED in found:
        return Overall.REFUTED
    if Status.UNREADABLE in found or proof.troubles or not lines:
        return Overall.UNREADABLE
    if Status.UNKNOWN in found:
        return Overall.UNKNOWN
    return Overall.INCOMPLETE if claim is not None and not claim.met else Overall.PROVED
