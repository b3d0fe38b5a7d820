"""One row: in which reading it holds, what its links claim, and what stands after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symkl.checking.asking import proves
from symkl.checking.chains import in_its_chain
from symkl.checking.conditions import beside, leads_to, maybe_contradicted, premise, premises_of, used
from symkl.checking.lines import assumptions_of, line_of, status_of, supposed, unreadable_line, worst_of
from symkl.checking.links import judged_links, plain
from symkl.checking.mends import AMBIGUOUS, all_mean_the_same, mended_notes
from symkl.checking.posing import posing
from symkl.checking.report import Line, Status
from symkl.checking.state import Hypothesis, Judged, State, Thread
from symkl.language.proof import Row
from symkl.language.terms import Statement
from symkl.proving.problems import problem


def check_row(state: State, index: int, row: Row) -> tuple[Line, State]:
    """The row in its plain reading, or in the first other one in which it is proved; ``index``: its number."""
    if row.heading:
        state = state.under_a_heading()
    state = heard(state.at_row(index), index)
    if not row.clauses:
        return unreadable_line(row), _unread(behind_a_gap(state, row), row)
    if (row.others or row.trouble) and not all_mean_the_same(state, row):
        return unreadable_line(row, AMBIGUOUS), _unread(state, row)
    if row.clauses[0].opening is None:
        state = replace(state, thread=replace(state.thread, given=()))
    found = _links(state, index, row)
    if _status(found.links) in (Status.REFUTED, Status.UNKNOWN):
        for reading in row.readings:
            other = _links(state, index, reading)
            if _status(other.links) is Status.PROVED:
                row, found = reading, other
                break
    after = _after(found.after, row, found.links)
    line = line_of(after, row, found.links, mended_notes(row))
    own = found.own
    given = (*after.thread.given, *(each.statement for each in own))
    return line, replace(after.without(*own), thread=replace(after.thread, given=given))


def heard(state: State, index: int) -> State:
    """The state behind the prose before a row: what it states, and nothing shows, nobody can tell from here on."""
    for aside in state.document.asides.get(index, ()):
        left, right = aside.clause.terms
        known = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
        said = Statement(left, plain(left, aside.clause.relations[0], right), right)
        if aside.symbol not in known and not proves(state, said, state.facts):
            why = (
                f"the prose before says {aside.source} of it, which is not read. "
                f"To have it taken as given, write <!-- symkl: assume --> and then $$ {aside.source} $$"
            )
            state = state.not_knowing({aside.symbol: why})
    return state


def behind_a_gap(state: State, row: Row) -> State:
    """The state behind a row that could not be read: what goes on from it rests on it."""
    thread = replace(state.thread, gap=row.line, claim=None, problem=None)
    return replace(state, thread=thread if row.continues else Thread(gap=row.line))


def _unread(state: State, row: Row) -> State:
    """The state after a row that cannot be read: if it is a hypothesis, nobody knows what rows after it rest on."""
    return replace(state, unread=row.line) if row.assumed else state


@dataclass(frozen=True)
class _Found:
    """The links of a row, judged, the state behind them, and the hypotheses that are the row's own."""

    links: list[Judged]
    after: State
    own: tuple[Hypothesis, ...]


def _status(links: Sequence[Judged]) -> Status:
    worst = worst_of(links)
    return Status.STATED if worst is None else status_of(worst)


def _links(state: State, index: int, row: Row) -> _Found:
    """Every link of a row in one reading, judged under the row's own conditions, and held to what its chain says."""
    conditions = beside(state, index, row)
    own = [each.supposed for found in conditions.values() for each in found if each.supposed is not None]
    state = state.under(*own)
    premises = premises_of(row)
    links: list[Judged] = []
    for j, clause in enumerate(row.clauses):
        if j in conditions:
            continue
        drawn = leads_to(row, j) and bool(own)  # its premise is supposed: what it states needs no other tie
        thread = state.thread
        found, state = judged_links(state, row, replace(clause, opening=None) if drawn else clause, (index, j))
        if clause.joined in ("where", "since"):
            state = replace(state, thread=thread)
        for each in found:
            if j in premises:
                each = premise(state, each, row, tied=premises[j])
                if each.supposed is not None:
                    own.append(each.supposed)
                    state = state.under(each.supposed)
                judged = each
            else:
                judged, state = in_its_chain(state, each, row.line)
            links.append(judged)
    if not all(each.usable for each in own):
        links = [maybe_contradicted(each) for each in links]
    for j, found in conditions.items():
        links += [each for each in found if row.clauses[j].joined != "since" or used(each, links)]
    return _Found(links, state, tuple(own))


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
