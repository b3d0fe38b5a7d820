"""Did you mean: edits of a refuted row, each tried where that row stood."""

from __future__ import annotations

from dataclasses import replace

from symkl.checking.links import attempted_links
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.proof import Row
from symkl.language.terms import Relation
from symkl.repairing.suggesting import Trial, repairs
from symkl.repairing.suggestion import Suggestion

ALLOWED = 4
"""How many times the budget of one question all edits of a row may take together."""


def suggestions(state: State, row: Row) -> tuple[Suggestion, ...]:
    """Edits of a refuted row after which the kernel proves it; ``state``: with what stands after it."""
    document = state.document
    start = replace(state, thread=replace(state.thread, last=state.thread.standing))
    meant = any(Relation.PROPORTIONAL in (clause.opening, *clause.relations) for clause in row.clauses)

    def tried(edited: Row) -> Trial:
        found, steps = False, 0
        for clause in edited.clauses:
            for judged in attempted_links(start, clause):
                steps += judged.steps
                found = isinstance(judged.verdict, Proved) and (meant or not _off_by_a_number(judged))
                if not found:
                    return Trial(False, steps)
        return Trial(found, steps)

    allowed = ALLOWED * document.budget
    return repairs(row, document.survey, document.proof.parts, document.proof.reread, tried, allowed)


def _off_by_a_number(judged: Judged) -> bool:
    """Whether two sides are proportional as a sign or a 2 too many leaves them: no constant that somebody dropped."""
    verdict = judged.verdict
    if judged.statement.relation is not Relation.PROPORTIONAL or not isinstance(verdict, Proved):
        return False
    return verdict.factor is not None and not verdict.factor.names
