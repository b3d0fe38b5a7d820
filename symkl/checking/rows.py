"""One row: in which reading it holds, what its links claim, and what stands after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symkl.checking.chains import in_its_chain
from symkl.checking.lines import assumptions_of, line_of, status_of, supposed, unreadable_line, worst_of
from symkl.checking.links import CONNECTIVES, is_equation, judged_links
from symkl.checking.mends import AMBIGUOUS, all_mean_the_same, mended_notes
from symkl.checking.posing import posing
from symkl.checking.report import Line, Status
from symkl.checking.state import Judged, State, Thread
from symkl.kernel.verdict import Proved
from symkl.language.proof import Row
from symkl.proving.problems import problem


def check_row(state: State, index: int, row: Row) -> tuple[Line, State]:
    """The row in its plain reading, or in the first other one in which it is proved; ``index``: its number."""
    if row.heading:
        state = state.under_a_heading()
    if not row.clauses:
        return unreadable_line(row), state
    if (row.others or row.trouble) and not all_mean_the_same(state, row):
        return unreadable_line(row, AMBIGUOUS), state
    links, after = _links(state, index, row)
    if _status(links) in (Status.REFUTED, Status.UNKNOWN):
        for reading in row.readings:
            found, then = _links(state, index, reading)
            if _status(found) is Status.PROVED:
                row, links, after = reading, found, then
                break
    after = _after(after, row, links)
    return line_of(after, row, links, mended_notes(row)), after


def _status(links: Sequence[Judged]) -> Status:
    worst = worst_of(links)
    return Status.STATED if worst is None else status_of(worst)


def _links(state: State, index: int, row: Row) -> tuple[list[Judged], State]:
    """Every link of a row in one reading, judged, and held to what its chain says."""
    links: list[Judged] = []
    for j, clause in enumerate(row.clauses):
        found, state = judged_links(state, row, clause, (index, j))
        if j + 1 < len(row.clauses) and row.clauses[j + 1].opening in CONNECTIVES and is_equation(clause):
            found = [_premise(each) for each in found]
        for each in found:
            judged, state = in_its_chain(state, each, row.line)
            links.append(judged)
    return links, state


def _premise(judged: Judged) -> Judged:
    """``A = B ⟹ C = D`` does not claim A = B: what is not known of it is a hypothesis."""
    if judged.status is not None or isinstance(judged.verdict, Proved):
        return judged
    return replace(judged, status=Status.ASSUMED, notes=(*judged.notes, "a hypothesis of what follows it in this row"))


def _after(state: State, row: Row, links: Sequence[Judged]) -> State:
    """The state after a row: what stands, what is solved, and on what the proof rests."""
    status = _status(links)
    state = replace(state, thread=_standing(state.thread, row, links))
    state = posing(state, row, links)
    state = state.resting_on(*supposed(row, links))
    return state.resting_on(*assumptions_of(links)) if status is Status.PROVED else state


def _standing(thread: Thread, row: Row, links: Sequence[Judged]) -> Thread:
    """The thread after a row: a refuted one leaves in place what stood left of its first wrong relation."""
    refuted = next((each for each in links if status_of(each) is Status.REFUTED), None)
    if refuted is not None:
        return replace(thread, standing=refuted.statement.left)
    thread = replace(thread, standing=thread.last)
    if thread.last is not None and problem(thread.last) is not None:
        thread = replace(thread, problem=thread.last, problem_line=row.line)
    return thread
