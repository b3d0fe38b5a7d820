"""From the links of a row to the line of the report that says what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symkl.checking.asking import SPENT
from symkl.checking.conditions import PREMISE
from symkl.checking.explaining import proved_line, refuted_line, residual_of, why_unknown
from symkl.checking.report import Line, Status
from symkl.checking.solving import is_of_a_problem
from symkl.checking.state import Judged, State
from symkl.checking.supposing import words
from symkl.checking.trials import suggestions
from symkl.kernel.verdict import Proved
from symkl.language.proof import Row
from symkl.language.terms import Relation
from symkl.language.verdict import Refuted, Scope
from symkl.language.writing import formula
from symkl.proving.wording import conditions, granted, sources

_WORST = (
    Status.STATED, Status.ASSUMED, Status.PROVED, Status.UNKNOWN, Status.SKIPPED, Status.UNREADABLE, Status.REFUTED,
)  # fmt: skip


def unreadable_line(row: Row, *notes: str) -> Line:
    """The line of a row without links: one without a single reading, one that is passed over, or an update."""
    stated = bool(row.updates) or row.constrained
    passed = row.skipped or stated
    unread = Status.UNKNOWN if row.left_open else Status.UNREADABLE
    if row.updates:
        notes = (*notes, f"it gives {row.updates} a value, as a step of an algorithm does, and claims nothing")
    if row.constrained:
        notes = (*notes, "it states a problem under a constraint, which is not solved: nothing is concluded from it")
    return Line(
        row.line,
        row.column,
        row.written,
        None,
        Status.SKIPPED if row.skipped else Status.STATED if stated else unread,
        because="the document asks that it is not judged" if row.skipped else _left_open(row) if not passed else "",
        readable=row.readable,
        trouble=None if passed else row.trouble,
        notes=notes,
    )


def _left_open(row: Row) -> str:
    """What was left open of a row that is understood but for that."""
    if not row.left_open:
        return ""
    *others, last = row.left_open
    every = f"{', '.join(others)} and {last}" if others else last
    return f"it is read but for {every}, which may be anything"


def status_of(judged: Judged) -> Status:
    """What is said of one link."""
    if judged.status is not None:
        return judged.status
    match judged.verdict:
        case Proved():
            return Status.PROVED
        case Refuted():
            return Status.REFUTED
        case _:
            return Status.UNKNOWN


def worst_of(links: Sequence[Judged]) -> Judged | None:
    """The link that decides for a row, None where it has none."""
    return max(links, key=_badness, default=None)


def _badness(judged: Judged) -> tuple[int, bool]:
    """What decides for a row: the worst of its links; of two that are proved, the one of which less is true."""
    weak = isinstance(judged.verdict, Proved) and judged.verdict.scope is not Scope.VALUE
    return _WORST.index(status_of(judged)), weak


def assumptions_of(links: Sequence[Judged]) -> tuple[str, ...]:
    """What the proved links of a row assume, each once."""
    proved = [each.verdict for each in links if isinstance(each.verdict, Proved) and each.status is None]
    found = [name for verdict in proved for name in sorted(conditions(verdict.assumptions))]
    beside = [each for verdict in proved for each in granted(verdict)]
    return tuple(dict.fromkeys([*found, *beside]))


def hypotheses_of(state: State, links: Sequence[Judged]) -> tuple[str, ...]:
    """The hypotheses in force that the proved links of a row use, each once."""
    used = {source for each in links if isinstance(each.verdict, Proved) for source in sources(each.verdict)}
    used = used.union(*(each.uses for each in links))
    return tuple(dict.fromkeys(words(each.statement) for each in state.hypotheses if each.source in used))


def supposed(row: Row, links: Sequence[Judged]) -> Iterator[str]:
    """What the assumed links of a row take for granted, in words."""
    either_way = any(clause.opening is Relation.EQUIVALENT for clause in row.clauses)  # then nothing is supposed
    for each in links:
        if each.status is Status.ASSUMED and not (either_way and PREMISE in each.notes):
            yield f"{_assumed(row, each)} as in line {row.line}"


def _assumed(row: Row, judged: Judged) -> str:
    """What an assumed link takes for granted: a symbol as it is defined, a condition, or a whole hypothesis."""
    statement = judged.statement
    if any("first-order condition" in note for note in judged.notes):
        return "the first-order condition"
    if judged.notes:
        return f"{formula(statement.left).text} {statement.relation.value} {formula(statement.right).text}"
    first = row.clauses[0].opening is None and statement.left == row.clauses[0].terms[0]
    return row.head if first else formula(statement.left).text


def line_of(state: State, row: Row, links: Sequence[Judged], notes: Sequence[str]) -> Line:
    """The line of a row whose links are judged; ``state``: with what stands after it."""
    worst = worst_of(links)
    opening = row.clauses[0].opening
    relation = next((r for clause in row.clauses for r in (clause.opening, *clause.relations) if r is not None), None)
    line = Line(
        row.line,
        row.column,
        row.written,
        relation.value if relation else None,
        Status.STATED if worst is None else status_of(worst),
        notes=tuple(dict.fromkeys((*notes, *(note for each in links for note in each.notes)))),
        assumptions=(*assumptions_of(links), *hypotheses_of(state, links)),
        readable=row.readable,
        opening=opening.value if opening else None,
        shown=tuple(each.verdict for each in links if isinstance(each.verdict, Proved) and each.status is None),
    )
    if worst is None:
        return line
    match line.status:
        case Status.ASSUMED:
            return replace(line, because="a hypothesis" if row.assumed or worst.notes else "a definition")
        case Status.PROVED:
            return proved_line(state, line, worst)
        case Status.UNKNOWN:
            because = why_unknown(worst)
            nothing = because == SPENT or worst.statement.left == worst.statement.right
            return replace(line, because=because, residual=None if nothing else residual_of(state, worst.statement))
        case _:
            return refuted_line(state, line, worst, () if is_of_a_problem(worst) else suggestions(state, row))
