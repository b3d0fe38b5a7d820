"""Where a row stands, and what of its verdict that leaves: what may be supposed there refutes nothing.

Words around a display say under what it stands in more ways than are read. So what would follow from something that is
said beside it, before it, or perhaps still, is unknown, and not refuted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import proves, sides
from symkl.checking.conditions import unless_read
from symkl.checking.judging import attempt
from symkl.checking.lines import status_of, worst_of
from symkl.checking.links import plain
from symkl.checking.report import Status
from symkl.checking.state import Hypothesis, Judged, State
from symkl.checking.supposing import suppose
from symkl.kernel.verdict import Proved
from symkl.language.dependence import reached
from symkl.language.proof import Clause, Reach, Row
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Refuted, Unknown

PERHAPS_GIVEN = (
    "the words before it may say that this is so, and it is no consequence of what is known. "
    "To have it taken as given, write <!-- symkl: assume --> before it"
)


def in_its_place(
    state: State, row: Row, links: list[Judged], under: Callable[[State], list[Judged]]
) -> tuple[list[Judged], tuple[Hypothesis, ...]]:
    """The links of a row as they stand where the row does, and what may be supposed from here on.

    ``under``: judges the row again where more is supposed.

    ::

        refuted, and would follow from what is perhaps still supposed, or is said beside it       unknown
        refuted, for a reason that is given and not shown                                         unknown
        refuted, and the words before may say that it is so                                       unknown
    """
    if state.doubted and _status(links) in (Status.REFUTED, Status.UNKNOWN):
        links = _unless_still_supposed(state, links, under)
    if row.reasons and _status(links) is Status.REFUTED:
        links = _unless_for_a_reason(state, row, links)
    if _status(links) is Status.REFUTED:
        links = _unless_said_beside(state, row, links, under)
    links = [_unless_of_a_reward(state, each) for each in links]
    if not row.perhaps_given or _status(links) is not Status.REFUTED:
        return links, ()
    wrong = _wrong(links)
    given = tuple(suppose(state, each.statement, f"line {row.line}", Reach.SECTION) for each in wrong)
    return [replace(each, verdict=Unknown(PERHAPS_GIVEN)) if each in wrong else each for each in links], given


def _status(links: Sequence[Judged]) -> Status:
    worst = worst_of(links)
    return Status.STATED if worst is None else status_of(worst)


def _wrong(links: Sequence[Judged]) -> list[Judged]:
    return [each for each in links if isinstance(each.verdict, Refuted)]


def _unless_still_supposed(state: State, links: list[Judged], under: Callable[[State], list[Judged]]) -> list[Judged]:
    """What would follow from hypotheses, if those are still in force, is neither shown nor refuted."""
    if _status(under(state.under(*state.doubted))) is not Status.PROVED:
        return links
    of = " and ".join(dict.fromkeys(each.source for each in state.doubted))
    why = f"it would follow from {of}, and nobody can tell whether that is still supposed here: suppose it anew"
    return [each if isinstance(each.verdict, Proved) else replace(each, verdict=Unknown(why)) for each in links]


def _unless_for_a_reason(state: State, row: Row, links: list[Judged]) -> list[Judged]:
    """What is said to hold for a reason that nobody has shown is not refuted: it may hold under that."""
    for reason in row.reasons:
        said = state.document.proof.reread(reason)
        stated = _stated(said.clauses if said is not None else ())
        if not stated or not all(proves(state, each, state.facts) for each in stated):
            return [unless_read(each, reason) for each in links]
    return links


def _unless_said_beside(
    state: State, row: Row, links: list[Judged], under: Callable[[State], list[Judged]]
) -> list[Judged]:
    """What would follow from what stands beside it, in its sentence or in its row, is not refuted: that may be its
    condition. Fails where both say the same: then it is said twice, and false twice."""
    wrong = _wrong(links)
    for written, statements in (*_in_sentences(state, row), *_in_the_row(row)):
        own = tuple(suppose(state, each, written) for each in statements if not proves(state, each, state.facts))
        differing = own if all(each.statement.relation is Relation.DIFFERENT for each in own) else ()
        if differing and _status(under(state.under(*differing))) is not Status.REFUTED:
            return [unless_read(each, written) for each in links]
        if any(not each.usable and _gives(state, each.statement, wrong) for each in own):
            return [unless_read(each, written) for each in links]
        left = [each for each in (one.written or one.statement for one in wrong) if each not in statements]
        if any(each.usable for each in own) and left and _follow(state.under(*own), left):
            claimed = state.under(*(suppose(state, each, "") for each in left))
            if not _follow(claimed, statements):
                why = f"it would follow from {written} beside it, and nobody can tell if that is supposed: suppose it"
                return [replace(each, verdict=Unknown(why)) if each in wrong else each for each in links]
    return links


def _unless_of_a_reward(state: State, link: Judged) -> Judged:
    """A gradient with an advantage that no row gives, where the reward would do, is not refuted: it may be that."""
    slopes = any(t.Gradient in t.kinds(side) for side in sides(link.statement))
    if not isinstance(link.verdict, Refuted) or not slopes:
        return link
    names = t.symbols(link.statement.left) | t.symbols(link.statement.right)
    roles = state.context.roles
    for advantage in sorted(names & state.document.proof.advantages):
        about = reached(sides(link.statement), state.known.informed)
        for reward in sorted(name for name in about if roles.get(name) is Role.REWARD):
            left, right = (_in_its_place(side, advantage, reward) for side in sides(link.statement))
            if reward != advantage and proves(state, replace(link.statement, left=left, right=right), state.facts):
                why = f"it holds of {reward} in the place of {advantage}, and no row says what {advantage} is: give it"
                return replace(link, verdict=Unknown(why))
    return link


def _in_its_place(term: t.Term, old: str, new: str) -> t.Term:
    term = t.rebuilt(term, lambda part: _in_its_place(part, old, new))
    return replace(term, symbol=new) if isinstance(term, t.Apply) and term.symbol == old else term


def _gives(state: State, said: Statement, wrong: Sequence[Judged]) -> bool:
    """Whether something says what a symbol in a wrong statement is, which no row does."""
    head = said.left
    if said.relation not in EQUATIONS or not isinstance(head, t.Apply | t.Scalar):
        return False
    names = reached([side for each in wrong for side in sides(each.statement)], state.known.informed)
    return head.symbol in names and head.symbol not in state.known.informed.definitions


def _follow(state: State, statements: Sequence[Statement]) -> bool:
    return all(isinstance(attempt(state, each)[0].verdict, Proved) for each in statements)


def _in_sentences(state: State, row: Row) -> Iterator[tuple[str, list[Statement]]]:
    """What the sentence of a row states in formulas, each as it is written."""
    for formula in row.nearby:
        said = state.document.proof.reread(formula)
        if said is not None and (stated := _stated(said.clauses)):
            yield formula, stated


def _in_the_row(row: Row) -> Iterator[tuple[str, list[Statement]]]:
    """The claims of a row with several, each for the others to follow from."""
    for clause in row.clauses if len(row.clauses) > 1 else ():
        if clause.opening is None and (said := _stated([clause])):
            yield "what else stands", said


def _stated(clauses: Sequence[Clause]) -> list[Statement]:
    return [
        Statement(left, plain(left, relation, right), right)
        for clause in clauses
        for left, relation, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False)
    ]
