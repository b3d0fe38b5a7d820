"""One row: in which reading it holds, what its links claim, and what stands after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.asking import proves
from symkl.checking.chains import in_its_chain
from symkl.checking.conditions import (
    beside,
    grouped,
    leads_to,
    maybe_contradicted,
    premise,
    premises_of,
    unless_read,
    used,
)
from symkl.checking.doubting import in_its_place
from symkl.checking.equality import where_equality_holds
from symkl.checking.lines import assumptions_of, line_of, status_of, supposed, unreadable_line, worst_of
from symkl.checking.links import judged_links, plain
from symkl.checking.mends import AMBIGUOUS, all_mean_the_same, mended_notes
from symkl.checking.posing import posing
from symkl.checking.report import Line, Status
from symkl.checking.state import Hypothesis, Judged, State, Thread
from symkl.language.patterns import pattern
from symkl.language.proof import Aside, Row
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Unknown
from symkl.proving.problems import problem

_CALLED = pattern(r"[^=]*\)\s*:?=")
"""How prose gives something with all its arguments: “$h(x,y) = ...$”."""


class JudgedRow(NamedTuple):
    """A row in the reading that holds, and its links; None where it has no single reading, for the reason in ``notes``.

    ``after``: the state behind it, but for the hypotheses that are its ``own``.
    """

    row: Row
    links: list[Judged] | None
    after: State
    own: tuple[Hypothesis, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.links is None:
            return Status.UNKNOWN if self.row.left_open else Status.UNREADABLE
        return _status(self.links)

    @property
    def behind(self) -> State:
        """The state behind it."""
        given = (*self.after.thread.given, *(each.statement for each in self.own))
        return self.after if self.links is None else replace(self.after, thread=replace(self.after.thread, given=given))


def check_row(state: State, index: int, row: Row) -> tuple[Line, State]:
    """The line of the report that says what became of a row, and the state behind it; ``index``: its number."""
    found = judged_row(state, index, row)
    if found.links is None:
        return unreadable_line(found.row, *found.notes), found.behind
    return line_of(found.after.under(*found.own), found.row, found.links, mended_notes(found.row)), found.behind


def judged_row(state: State, index: int, row: Row) -> JudgedRow:
    """The row in its plain reading, or in the first other one in which it is proved; ``index``: its number."""
    if row.heading:
        state = state.under_a_heading()
    else:
        state = state.behind_words(row.carried)
    state = heard(state.at_row(index), index)
    if not row.clauses:
        return JudgedRow(row, None, _unread(behind_a_gap(state, row), row))
    if (row.others or row.trouble) and not all_mean_the_same(state, row):
        after = _unread(behind_a_gap(_not_given_by(state, row), row), row)
        return JudgedRow(row, None, after, notes=(AMBIGUOUS,))
    if row.clauses[0].opening is None:
        state = replace(state, thread=replace(state.thread, given=()))
    found = _links(state, index, row)
    if _status(found.links) in (Status.REFUTED, Status.UNKNOWN):
        for reading in row.readings:
            other = _links(state, index, reading)
            if _status(other.links) is Status.PROVED:
                row, found = reading, other
                break
    found = found._replace(links=[_unless_told_otherwise(state, row, each) for each in found.links])
    links, doubted = in_its_place(state, row, found.links, lambda under: _links(under, index, row).links)
    found = found._replace(links=links, after=replace(found.after, doubted=(*found.after.doubted, *doubted)))
    return JudgedRow(row, found.links, _after(found.after, row, found.links), found.own)


def heard(state: State, index: int) -> State:
    """The state behind the prose before a row: what it states, and nothing shows, nobody can tell from here on."""
    for aside in state.document.asides.get(index, ()):
        if aside.clause is None:
            state = state.not_knowing({aside.symbol: _unheard(aside)})
            continue
        left, right = aside.clause.terms
        known = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
        said = Statement(left, plain(left, aside.clause.relations[0], right), right)
        gives = aside.clause.relations[0] in (*EQUATIONS, Relation.PROPORTIONAL)
        if (aside.symbol not in known or gives) and not proves(state, said, state.facts):
            otherwise = f"the prose before says {aside.source} of it, and a row says otherwise: give it in one way"
            why = otherwise if aside.symbol in known else _unheard(aside)
            state = state.not_knowing({aside.symbol: why})
            if isinstance(left, t.Apply) and _CALLED.match(aside.source):  # A = r - V is short for what a row has whole
                state = replace(state, contested=state.contested | ({aside.symbol} & known))
    return state


def _unless_told_otherwise(state: State, row: Row, judged: Judged) -> Judged:
    """What a row gives in another way than the prose before it is no definition: it may be a claim about that."""
    if status_of(judged) is not Status.ASSUMED or row.assumed or judged.notes:
        return judged
    sides = (judged.statement.left, judged.statement.right)
    heads = {side.symbol for side in sides if isinstance(side, t.Apply | t.Scalar)}
    why = [state.opaque[name] for name in heads & state.contested if name in state.opaque]
    return replace(judged, verdict=Unknown(why[0]), status=None, facts=()) if why else judged


def _unheard(aside: Aside) -> str:
    return (
        f"the prose before says {aside.source} of it, which is not read. "
        f"To have it taken as given, write <!-- symkl: assume --> and then $$ {aside.source} $$"
    )


def behind_a_gap(state: State, row: Row) -> State:
    """The state behind a row that could not be read: what goes on from it rests on it."""
    thread = replace(state.thread, gap=row.line, claim=None, problem=None)
    return replace(state, thread=thread if row.continues else Thread(gap=row.line))


def _not_given_by(state: State, row: Row) -> State:
    """The state behind a row of which nobody can tell which of several things it says: it gives nothing."""
    given = [clause.definition.symbol for clause in row.clauses if clause.definition is not None]
    return state.not_knowing({name: f"line {row.line}, which could not be read, says what {name} is" for name in given})


def _unread(state: State, row: Row) -> State:
    """The state after a row that cannot be read: if it is a hypothesis, nobody knows what rows after it rest on."""
    return replace(state, unread=row.line) if row.assumed else state


class _Found(NamedTuple):
    """The links of a row, judged, the state behind them, and the hypotheses that are the row's own."""

    links: list[Judged]
    after: State
    own: tuple[Hypothesis, ...]


def _status(links: Sequence[Judged]) -> Status:
    worst = worst_of(links)
    return Status.STATED if worst is None else status_of(worst)


def _links(state: State, index: int, row: Row) -> _Found:
    """Every link of a row in one reading, judged under its own conditions, and held to what its chain says."""
    first, *groups = grouped(row)
    leading = beside(state, index, row, first)
    ahead = [each.supposed for found in leading.values() for each in found if each.supposed is not None]
    conditions = [beside(state.under(*ahead), index, row, group) for group in groups]
    each_own = [
        [each.supposed for judged in found.values() for each in judged if each.supposed is not None]
        for found in conditions
    ]
    links, own = list[Judged](), list(ahead)
    for group, found, here in zip(groups, conditions, each_own, strict=True):
        others = [each.statement for some in each_own if some is not here for each in some]
        given = state.thread.given
        state = replace(state, thread=replace(state.thread, given=(*given, *others)))
        more, state, drawn = _group(state.under(*ahead, *here), index, row, [j for j in group if j not in found])
        state = replace(state, thread=replace(state.thread, given=given))
        here = [*here, *drawn]
        state = state.without(*ahead, *here)
        if not all(each.usable or each.statement.relation is Relation.DIFFERENT for each in (*ahead, *here)):
            more = [maybe_contradicted(each) for each in more]
        beside_it = {**leading, **found} if group is groups[-1] else found
        for j, judged in beside_it.items():
            more += [each for each in judged if row.clauses[j].joined != "since" or used(each, more)]
        links += more
        own += here
    if row.unheard:
        state = state.not_knowing(_given_there_alone(state, row, links))
        links = [unless_read(each, row.unheard) for each in links]
    return _Found(links, state, tuple(own))


def _given_there_alone(state: State, row: Row, links: Sequence[Judged]) -> dict[str, str]:
    """The functions and numbers that a row may give under a condition that is not read: behind it nobody can tell."""
    equations = [each.statement for each in links if each.statement.relation in EQUATIONS]
    heads = [side for each in equations for side in (each.left, each.right) if isinstance(side, t.Apply | t.Scalar)]
    new = [each.symbol for each in heads if not (isinstance(each, t.Apply) and each.outcomes)]
    why = f"line {row.line} may say what {{}} is, under a condition that is not read"
    roles = {symbol: state.context.roles.get(symbol) for symbol in new if symbol not in state.context.definitions}
    return {symbol: why.format(symbol) for symbol, role in roles.items() if role in (None, Role.REWARD)}


def _group(state: State, index: int, row: Row, group: Sequence[int]) -> tuple[list[Judged], State, list[Hypothesis]]:
    """The links of clauses that belong together, the state behind them, and what they suppose of their own."""
    premises = premises_of(row)
    links: list[Judged] = []
    own: list[Hypothesis] = []
    for j in group:
        clause, thread = row.clauses[j], state.thread
        drawn = leads_to(row, j) and bool(own)  # its premise is supposed: what it states needs no other tie
        found, state = judged_links(state, row, replace(clause, opening=None) if drawn else clause, (index, j))
        if len(found) == 1 and state.hypotheses:
            found = [where_equality_holds(state, found[0])]
        if clause.joined in ("where", "since"):
            state = replace(state, thread=thread)
        for each in found:
            if j in premises:
                judged = premise(state, each, row, tied=premises[j])
                if judged.supposed is not None:
                    own.append(judged.supposed)
                    state = state.under(judged.supposed)
            else:
                judged, state = in_its_chain(state, each, row.line)
            links.append(judged)
    return links, state, own


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
