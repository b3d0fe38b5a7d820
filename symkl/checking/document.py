"""A proof through the kernel, the refuter and the repairer: where they meet, and a report comes out.

Every row is held against the last row that stood. What the kernel proves is proved, and looked
at again by the guard; what it does not prove is searched for a counterexample; what is refuted
is searched for an edit that mends it. What neither side can settle is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.claiming import claim_of
from symkl.checking.explaining import proved_line, refuted_line, residual_of, why_unknown
from symkl.checking.judging import judge, keeps_value
from symkl.checking.report import Claim, Line, Overall, Report, Status
from symkl.checking.session import (
    BUDGET,
    EQUATIONS,
    SPENT,
    Judged,
    Session,
    Thread,
    decide_in,
    informed,
    inside,
    is_zero,
    solved_from,
    take_up,
)
from symkl.checking.tilting import settle
from symkl.kernel import laws
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.proof import Clause, Proof, Row
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Scope, Unknown
from symkl.language.writing import formula
from symkl.proving.problems import maximiser, problem
from symkl.proving.wording import conditions
from symkl.reading.document import read
from symkl.reading.readable import readable
from symkl.refuting.contradicting import contradict
from symkl.repairing.suggesting import repairs
from symkl.repairing.suggestion import Suggestion

_WORST = (Status.STATED, Status.ASSUMED, Status.PROVED, Status.UNKNOWN, Status.UNREADABLE, Status.REFUTED)
_COMPARE = (Relation.EQUAL, Relation.LESS_EQUAL, Relation.GREATER_EQUAL, Relation.LESS, Relation.GREATER)
_CONNECTIVES = (Relation.EQUIVALENT, Relation.IMPLIES)


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
    lines = tuple(_check_safely(session, i, row) for i, row in enumerate(proof.rows))
    for definition in fixed.usual if any(line.status is Status.PROVED for line in lines) else ():
        outcomes, given = definition.parameters[:-1], definition.parameters[-1:]
        head = t.Apply(definition.symbol, tuple(v for v in outcomes if isinstance(v, t.Variable)), given)
        session.rests_on[f"{formula(head).text} = {formula(definition.body).text}, its usual meaning"] = None
    met = claim_of(session, lines, claim or proof.claim)
    return Report(
        file,
        _overall(lines, met, proof),
        met,
        lines,
        tuple(session.rests_on),
        tuple(session.disagreements),
        proof.troubles,
    )


def _check_safely(session: Session, index: int, row: Row) -> Line:
    """The row checked; a bug of ours met on the way costs this row its answer and no other row anything."""
    try:
        return _check_row(session, index, row)
    except Exception as error:
        because = f"internal error ({type(error).__name__}): this is a bug in symkl, please report it with this row"
        return Line(row.line, row.column, row.source, None, Status.UNKNOWN, because=because, readable=row.readable)


def _check_row(session: Session, index: int, row: Row) -> Line:
    """The row in its plain reading, or in the first other one in which it is proved."""
    before = session.copy() if row.readings else None
    line = _check_reading(session, index, row)
    if before is not None and line.status in (Status.REFUTED, Status.UNKNOWN):
        for reading in row.readings:
            trial = before.copy()
            found = _check_reading(trial, index, reading)
            if found.status is Status.PROVED:
                session.adopt(trial)
                return found
    return line


def _check_reading(session: Session, index: int, row: Row) -> Line:
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
            count = "both" if len(row.others) == 1 else f"all {len(row.others) + 1}"
            ways = f"; {count} ways to mend it mean the same" if row.others else ""
            place = f"{row.trouble.line}:{row.trouble.column}"
            mend = row.notes[0].replace(" in here", "")
            notes[0] = f"{place}: {row.trouble.message}; {mend}{ways}"
    judged: list[Judged] = []
    for j, clause in enumerate(row.clauses):
        found = list(_check_clause(session, index, j, clause, row))
        if j + 1 < len(row.clauses) and row.clauses[j + 1].opening in _CONNECTIVES and _is_equation(clause):
            found = [_premise(each) for each in found]
        judged += [_whose_value(session, each, row) for each in found]
    return _line(session, row, judged, notes)


def _whose_value(session: Session, judged: Judged, row: Row) -> Judged:
    """Held to what the whole chain says: where a value stands in it, = between problems is about values.

    ``max f = max g`` alone may be true of the optimiser only. But ``β log Z = max f = max g`` says of max g that it is
    β log Z, and ``max f = max g = β log Z`` says so of max f.
    """
    thread, link = session.thread, judged.written or judged.statement
    anchor = thread.anchors.get(link.left, link.left)
    found = _about_the_chain(session, judged, link, anchor, row)
    if link.relation not in (Relation.EQUAL, Relation.DEFINED):
        anchor = link.right  # what came before is not equal to what comes now
    elif problem(anchor) is not None and problem(link.right) is None:
        anchor = link.right
    thread.anchors[link.right] = anchor
    return found


def _about_the_chain(session: Session, judged: Judged, link: Statement, anchor: t.Term, row: Row) -> Judged:
    verdict, thread = judged.verdict, session.thread
    if not isinstance(verdict, Proved) or judged.status is not None:
        return judged
    equal = link.relation in (Relation.EQUAL, Relation.DEFINED)
    if isinstance(link.right, t.Optimum) and isinstance(link.left, t.Optimum):
        if verdict.scope is not Scope.OPTIMISER or keeps_value(judged.statement, verdict):
            return judged
        if equal and problem(anchor) is None:
            return _as_values(session, judged, anchor, link.right)
        thread.changed = row.line
    elif thread.changed and isinstance(link.left, t.Optimum) and problem(link.right) is None:
        if equal and anchor != link.left and problem(anchor) is not None:
            return _as_values(session, judged, anchor, link.right)
        where = f"the step in line {thread.changed} kept the optimiser, not the value"
        note = f"the value of the problem just before it: {where}"
        return replace(judged, notes=(*judged.notes, note))
    return judged


def _as_values(session: Session, judged: Judged, anchor: t.Term, right: t.Term) -> Judged:
    """The link again as what the chain makes of it: ``anchor = right``, both numbers."""
    found = judge(session, Statement(anchor, Relation.EQUAL, right))
    if isinstance(found.verdict, Proved) and found.verdict.scope is Scope.VALUE:
        return replace(judged, notes=(*judged.notes, *found.notes))
    if isinstance(found.verdict, Refuted):
        note = f"read with the chain before it: what stands here is said to equal {formula(anchor).text}"
        return replace(found, notes=(*found.notes, note), written=judged.written)
    reason = "the optimiser is the same, the value is not, and this chain is about values"
    return replace(judged, verdict=Unknown(reason))


def _premise(judged: Judged) -> Judged:
    """``A = B ⟹ C = D`` does not claim A = B: what is not known of it is a hypothesis."""
    if judged.status is not None or isinstance(judged.verdict, Proved):
        return judged
    return replace(judged, status=Status.ASSUMED, notes=(*judged.notes, "a hypothesis of what follows it in this row"))


def _all_mean_the_same(session: Session, row: Row) -> bool:
    """Whether every way to mend a row's brackets gives expressions with the same normal forms."""
    nf = Normaliser(session.context, session.facts, 4 * session.budget)

    def forms(way: Row) -> list[Polynomial | tuple[t.Sense, Polynomial]]:
        return [
            (term.sense, laws.objective(nf, term)) if isinstance(term, t.Optimiser) else nf(term)
            for clause in way.clauses
            for term in clause.terms
        ]

    try:
        first = forms(row)
        return all(forms(other) == first for other in row.others)
    except (Unsupported, BudgetExceeded, RecursionError):
        return False


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
    elif opening is Relation.EQUAL and thread.derivative and is_zero(terms[0]) and thread.standing is not None:
        first = _condition(session, Statement(thread.standing, Relation.EQUAL, terms[0]), row, thread.derivative)
    elif opening is not None:
        first = _continued(session, terms[0], Relation.EQUAL if opening is Relation.IMPLIES else opening, row)
    elif len(terms) == 1 and problem(terms[0]) is not None and thread.problem is not None:
        first = _continued(session, terms[0], Relation.EQUIVALENT, row, from_problem=True)
        implied = (f"read as the same problem as line {thread.problem_line}",)
    derivative = _differentiated(terms) or (thread.derivative if opening is not None else "")
    sound = first is None or not isinstance(first.verdict, Refuted)
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
        statement = Statement(left, _plain(left, relation, right), right)
        if k == 0 and connected:
            continue
        if (k == 0 and clause.definition is not None) or (index, j, k) in session.fixed:
            yield Judged(statement, Unknown(""), status=Status.ASSUMED)
        elif row.assumed:
            if not take_up(session, statement, row.line) and statement.relation in _COMPARE:
                session.given = (*session.given, statement)  # of no use to a proof, but no counterexample may break it
            yield Judged(statement, Unknown(""), ("taken as given, as the directive before it says",), Status.ASSUMED)
        elif relation is Relation.EQUAL and derivative and is_zero(right):
            if sound:
                yield _condition(session, statement, row, derivative)
            else:
                yield Judged(statement, Unknown("what is set to 0 is not the derivative: nothing is taken from it"))
        else:
            found = judge(session, statement)
            sound &= not isinstance(found.verdict, Refuted)
            yield found
    _advance(session, clause, row, derivative)


def _plain(left: t.Term, relation: Relation, right: t.Term) -> Relation:
    """``:=`` and ``≡`` between expressions claim equality; between problems ``≡`` keeps its own meaning."""
    if relation is Relation.DEFINED or (relation is Relation.EQUIVALENT and not (problem(left) and problem(right))):
        return Relation.EQUAL
    return relation


def _differentiated(terms: tuple[t.Term, ...]) -> str:
    """The policy by one of whose probabilities a clause differentiates."""
    partials = [part for term in terms for part in inside(term) if isinstance(part, t.Partial)]
    return next((p.target.symbol for p in partials if isinstance(p.target, t.Apply) and p.target.outcomes), "")


def _condition(session: Session, statement: Statement, row: Row, policy: str) -> Judged:
    """A derivative set to zero: not a claim, but the condition that a stationary policy satisfies."""
    if not take_up(session, statement, row.line, policy):
        reason = f"no {policy} that sums to 1 could be found from this condition: is a multiplier missing?"
        return Judged(statement, Unknown(reason + " Nothing is taken from it"))
    note = "the first-order condition: from here on the policy is one that satisfies it"
    return Judged(statement, Unknown(""), (note,), Status.ASSUMED)


def _advance(session: Session, clause: Clause, row: Row, derivative: str) -> None:
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
        and clause.relations[-1] in EQUATIONS
        and all(problem(term) is None for term in clause.terms)
    )


def _continued(session: Session, term: t.Term, relation: Relation, row: Row, *, from_problem: bool = False) -> Judged:
    """A row that goes on from the one before: held against the last that stood, then against the last."""
    thread = session.thread
    start = thread.problem if from_problem else thread.standing
    if problem(term) is not None and thread.problem is not None and (start is None or problem(start) is None):
        start = thread.problem  # definitions and asides may stand between two problems of one chain
    if start is None:
        return Judged(Statement(term, relation, term), Unknown("there is no row before it to go on from"))
    relation = _plain(start, relation, term)
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
    if isinstance(decide_in(session, conclusion, session.facts), Proved) or isinstance(
        decide_in(session, premise, session.facts), Proved
    ):
        return judge(session, conclusion)
    forward = solved_from(session, premise)
    if not forward:
        return Judged(
            conclusion, Unknown("the equation before it holds only sometimes, and could not be solved for one symbol")
        )
    found = decide_in(session, conclusion, (*session.facts, *forward))
    if not isinstance(found, Proved):
        witness = contradict(session, conclusion, informed(session.context, (*session.facts, *forward)))
        return Judged(conclusion, Refuted(witness) if witness is not None else found)
    if opening is Relation.EQUIVALENT:
        back = decide_in(session, premise, (*session.facts, *solved_from(session, conclusion)))
        if not isinstance(back, Proved):
            return Judged(
                conclusion,
                Unknown("it follows from the equation before; that this one gives that one back could not be shown"),
            )
    verdict = replace(found, law="substitution", because="it is the equation before, solved")
    return Judged(conclusion, verdict, (f"holds where the equation before it (line {thread.last_line}) does",))


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


def _badness(judged: Judged) -> tuple[int, bool]:
    """What decides for a row: the worst of its links; of two that are proved, the one of which less is true."""
    weak = isinstance(judged.verdict, Proved) and judged.verdict.scope is not Scope.VALUE
    return _WORST.index(_status(judged)), weak


def _line(session: Session, row: Row, judged: list[Judged], notes: list[str]) -> Line:
    worst = max(judged, key=_badness, default=None)
    status = Status.STATED if worst is None else _status(worst)
    opening = row.clauses[0].opening
    relation = next((r for clause in row.clauses for r in (clause.opening, *clause.relations) if r is not None), None)
    for each in judged:
        notes += each.notes
    assumptions: dict[str, None] = {}
    for each in judged:
        if isinstance(each.verdict, Proved) and each.status is None:
            assumptions.update(dict.fromkeys(sorted(conditions(each.verdict.assumptions))))
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
    refuted = next((each for each in judged if _status(each) is Status.REFUTED), None)
    _settle_thread(session, row, status, refuted)
    if worst is None:
        return line
    for each in judged:
        if each.status is Status.ASSUMED:
            session.rests_on[f"{_assumed(row, each)} as in line {row.line}"] = None
    if status is Status.ASSUMED:
        return replace(line, because="a hypothesis" if row.assumed or worst.notes else "a definition")
    if status is Status.PROVED:
        session.rests_on.update(assumptions)
        return proved_line(session, line, worst)
    if status is Status.UNKNOWN:
        because = why_unknown(worst)
        residual = (
            None
            if because == SPENT or worst.statement.left == worst.statement.right
            else residual_of(session, worst.statement)
        )
        return replace(line, because=because, residual=residual)
    return refuted_line(session, line, worst, _suggestions(session, row, worst))


def _assumed(row: Row, judged: Judged) -> str:
    """What an assumed link takes for granted: a symbol as it is defined, a condition, or a whole hypothesis."""
    statement = judged.statement
    if any("first-order condition" in note for note in judged.notes):
        return "the first-order condition"
    if judged.notes:
        return f"{formula(statement.left).text} {statement.relation.value} {formula(statement.right).text}"
    first = row.clauses[0].opening is None and statement.left == row.clauses[0].terms[0]
    return readable(row.syntax[0]) if first else formula(statement.left).text


def _settle_thread(session: Session, row: Row, status: Status, refuted: Judged | None) -> None:
    """What stands after this row: a refuted row leaves in place what stood left of its first wrong relation."""
    thread = session.thread
    if refuted is not None:
        thread.standing = refuted.statement.left
        if row.clauses[0].opening is None and len(row.clauses[0].terms) > 1:
            thread.standing_line = row.line
    else:
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
        if (
            of is not None
            and optimum not in t.symbols(of.body)
            and definition is not None
            and (why := maximiser(of, session.context)) is not None
        ):
            star = t.Apply(optimum, why.outcomes, why.given)
            try:
                nf = Normaliser(session.context)
                if nf.is_zero(nf(star) - why.q):
                    session.solved = of.policy, star, row.line
            except (Unsupported, BudgetExceeded):
                pass


def _suggestions(session: Session, row: Row, judged: Judged) -> tuple[Suggestion, ...]:
    """Edits of the row that the kernel accepts, judged on a copy of where this row stood."""
    thread = session.thread

    def holds(edited: Row) -> bool:
        trial = replace(
            session, thread=replace(thread, last=thread.standing), disagreements=[], rests_on={}, objectives=[]
        )
        found: list[Judged] = []
        for clause in edited.clauses:
            found += list(_check_links(trial, clause, row))
        return bool(found) and all(isinstance(j.verdict, Proved) for j in found)

    return repairs(row, judged.statement, session.proof, holds)


def _check_links(session: Session, clause: Clause, row: Row) -> Iterator[Judged]:
    """The links of an edited clause, without search and without remembering anything."""
    thread = session.thread
    start, relation = None, Relation.EQUAL
    if clause.opening is not None:
        start = thread.standing
        relation = Relation.EQUAL if clause.opening is Relation.IMPLIES else clause.opening
    elif len(clause.terms) == 1 and problem(clause.terms[0]) is not None:
        start, relation = thread.problem, Relation.EQUIVALENT
    if start is not None:
        yield judge(session, Statement(start, _plain(start, relation, clause.terms[0]), clause.terms[0]), search=False)
    for left, link, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False):
        yield judge(session, Statement(left, link, right), search=False)


def _overall(lines: tuple[Line, ...], claim: Claim | None, proof: Proof) -> Overall:
    found = {line.status for line in lines}
    if Status.REFUTED in found:
        return Overall.REFUTED
    if Status.UNREADABLE in found or proof.troubles or not lines:
        return Overall.UNREADABLE
    if Status.UNKNOWN in found:
        return Overall.UNKNOWN
    if (claim is not None and not claim.met) or Status.PROVED not in found:
        return Overall.INCOMPLETE  # what claims nothing, or only assumes, proves nothing
    return Overall.PROVED
