"""The conditions that a row stands under: ``A = B ⟹ C = D``, and ``C = D, where A = B``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.judging import attempt
from symkl.checking.links import CONNECTIVES, has_its_meaning, is_claim
from symkl.checking.report import Status
from symkl.checking.state import Judged, State
from symkl.checking.supposing import supposed, words
from symkl.kernel.verdict import Proved
from symkl.language.proof import Clause, Row
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Refuted, Unknown
from symkl.proving.problems import problem
from symkl.proving.wording import sources

PREMISE = "a hypothesis of what follows it in this row"
BESIDE = "a condition of what stands beside it in this row"


def grouped(row: Row) -> tuple[tuple[int, ...], ...]:
    """The clauses of a row by what belongs together: first the conditions it begins with, then each claim with its own.

    A comma ends what a condition is of: in “A = B, C = D if E” the second alone is under E.
    """
    count = len(row.clauses)
    stated = next((j for j, clause in enumerate(row.clauses) if clause.joined != "if"), 0)
    groups = [tuple(range(stated))]
    for j in range(stated, count):
        if j > stated and (row.clauses[j].joined or row.clauses[j].opening is not None):
            groups[-1] = (*groups[-1], j)
        else:
            groups.append((j,))
    return tuple(groups)


def beside(state: State, index: int, row: Row, group: Sequence[int]) -> Mapping[int, list[Judged]]:
    """What is put beside claims as their condition or their reason, by clause: each link proved, or supposed.

    “Where” also introduces: what it says of a symbol that is given its meaning elsewhere stays a claim.
    """
    found: dict[int, list[Judged]] = {}
    for j in group:
        clause = row.clauses[j]
        claims = is_claim(clause) or clause.relations[-1:] == (Relation.DIFFERENT,)
        if not clause.joined or clause.joined == "and" or not claims or clause.opening is not None:
            continue
        fixed = any((index, j, k) in state.document.fixed for k in range(len(clause.relations)))
        if clause.definition is not None or fixed:
            continue
        if clause.joined == "where" and _is_claimed(state, clause, row):
            continue
        links = []
        for statement in _statements(clause):
            tried, _ = attempt(state, statement)
            if isinstance(tried.verdict, Proved):
                links.append(tried)
                continue
            judged = supposed(state, statement, f"the condition “{words(statement)}”", BESIDE)
            if statement.relation is Relation.DIFFERENT:  # nothing follows from it; counterexamples satisfy it
                judged = replace(judged, verdict=Unknown(""), notes=(BESIDE,), status=Status.ASSUMED)
            assert judged.supposed is not None
            state = state.under(judged.supposed)
            links.append(judged)
        found[j] = links
    return found


def premises_of(row: Row) -> Mapping[int, bool]:
    """The clauses that others in the row follow from; True where they follow from each other."""
    found: dict[int, bool] = {}
    for j, (clause, after) in enumerate(zip(row.clauses, row.clauses[1:], strict=False)):
        if after.opening in CONNECTIVES and is_claim(clause):
            while j >= 0:
                found[j] = after.opening is Relation.EQUIVALENT
                if row.clauses[j].joined != "and" or found[j]:
                    break
                j -= 1
    return found


def leads_to(row: Row, j: int) -> bool:
    """Whether a clause is drawn by ⟹ from the one before it, and says all of what it states itself."""
    clause = row.clauses[j]
    return j > 0 and clause.opening is Relation.IMPLIES and len(clause.terms) > 1 and is_claim(row.clauses[j - 1])


def premise(state: State, judged: Judged, row: Row, *, tied: bool) -> Judged:
    """``A = B ⟹ C = D`` does not claim A = B: what is not known of it is a hypothesis; ``tied``: by ⟺."""
    if judged.status is not None or isinstance(judged.verdict, Proved):
        return judged
    statement = judged.written or judged.statement
    if tied:
        return Judged(statement, Unknown(""), (PREMISE,), Status.ASSUMED)
    return supposed(state, statement, f"the condition “{words(statement)}”", PREMISE)


def maybe_contradicted(judged: Judged) -> Judged:
    """What stands under a condition that may contradict what is known is not refuted: it may hold of nothing."""
    if not isinstance(judged.verdict, Refuted):
        return judged
    return replace(judged, verdict=Unknown("it stands under a condition that may contradict what is known"))


def unless_read(judged: Judged, condition: str) -> Judged:
    """What stands under a condition that could not be read is not refuted: it may hold under that."""
    if not isinstance(judged.verdict, Refuted):
        return judged
    return replace(judged, verdict=Unknown(f"the words before it suppose “{condition}”, which is not read"))


def used(condition: Judged, links: Sequence[Judged]) -> bool:
    """Whether what is proved of a row rests on a condition of it."""
    of = condition.supposed
    return of is not None and (
        bool(of.positive)
        or any(of.source in (*sources(each.verdict), *each.uses) for each in links if isinstance(each.verdict, Proved))
    )


def _statements(clause: Clause) -> list[Statement]:
    return [
        Statement(left, Relation.EQUAL if relation in EQUATIONS else relation, right)
        for left, relation, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False)
    ]


def _is_claimed(state: State, clause: Clause, row: Row) -> bool:
    """Whether what “where” says is about a symbol whose meaning stands elsewhere."""
    head = clause.terms[0]
    if clause.relations[0] not in (*EQUATIONS, Relation.PROPORTIONAL) or not isinstance(head, t.Apply | t.Scalar):
        return False
    chosen = {of.policy for each in row.clauses for term in each.terms if (of := problem(term)) is not None}
    solved = [each.policy for each in state.posed]
    return head.symbol in (*chosen, *solved) or has_its_meaning(state, head)
