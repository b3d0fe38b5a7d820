"""Whether a document reaches the theorem it claims."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import symkl.language.terms as t
from symkl.checking import optima, shapes, theorems
from symkl.checking.asking import proves
from symkl.checking.lettering import LAWS, Letters, walked
from symkl.checking.matching import Said, matches, says
from symkl.checking.report import Claim, Line, Status
from symkl.checking.shown import Reach, Shown
from symkl.checking.sizing import alike
from symkl.checking.theorems import Way
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.proof import Row
from symkl.language.terms import Relation, Statement


def claim_of(document: Reach, lines: Sequence[Line], name: str) -> Claim:
    """Whether the document reaches the theorem it claims."""
    if name not in theorems.NAMES:
        return Claim(name, False, f"no theorem is called that; known are {', '.join(theorems.NAMES)}")
    if (broken := broken_line(lines)) is not None:
        return Claim(name, False, f"line {broken.line} is {broken.status.value}")
    if not document.shown:
        return Claim(name, False, "there is no row that could state it")
    if any(shows(name, each, document) for each in document.shown):
        return Claim(name, True)
    supposed = (replace(each, proved=True, held=True) for each in document.shown if not each.proved)
    taken = next((each for each in supposed if shows(name, each, document)), None)
    if taken is not None:
        return Claim(name, False, f"line {taken.line} states it, and is assumed: nothing shows it")
    return Claim(name, False, "no row that is proved states it")


def goal_of(document: Reach, lines: Sequence[Line], latex: str, goal: Row | None) -> Claim:
    """Whether the document shows the formula that it sets out to show: both sides as they stand, up to arithmetic.

    That a formula is true is not enough, nor that what is shown is equal to it: 0 = 0 shows nothing of it.
    """
    wanted = _only_link(goal)
    if wanted is None:
        return Claim(latex, False, "what is to be shown could not be read as one relation between two sides")
    if (broken := broken_line(lines)) is not None:
        return Claim(latex, False, f"line {broken.line} is {broken.status.value}")
    alike = [each for each in document.shown if each.held and _as_it_stands(each, wanted)]
    if any(each.proved and not _is_supposed(each, document) for each in alike):
        return Claim(latex, True)
    if alike:
        return Claim(latex, False, f"line {alike[0].line} states it, and is assumed: nothing shows it")
    return Claim(latex, False, "no row that is proved states it, and no chain of rows leads from one side to the other")


def _only_link(goal: Row | None) -> Statement | None:
    if goal is None or len(goal.clauses) != 1 or len(goal.clauses[0].relations) != 1:
        return None
    clause = goal.clauses[0]
    return Statement(clause.terms[0], clause.relations[0], clause.terms[1])


_TURNED = {
    Relation.LESS_EQUAL: Relation.GREATER_EQUAL, Relation.GREATER_EQUAL: Relation.LESS_EQUAL,
    Relation.LESS: Relation.GREATER, Relation.GREATER: Relation.LESS,
}  # fmt: skip


def _as_it_stands(row: Shown, wanted: Statement) -> bool:
    said, context = row.statement, row.state.context
    turned = Statement(said.right, _TURNED.get(said.relation, said.relation), said.left)
    return any(
        _same_relation(way.relation, wanted.relation)
        and alike(way.left, wanted.left, context)
        and alike(way.right, wanted.right, context)
        for way in (said, turned)
    )


def _same_relation(one: Relation, other: Relation) -> bool:
    return one is other or (one in t.EQUATIONS and other in t.EQUATIONS)


def broken_line(lines: Sequence[Line]) -> Line | None:
    """The first row that is not in order: before it is mended nothing after it can be relied on."""
    broken = (Status.REFUTED, Status.UNREADABLE, Status.UNKNOWN, Status.SKIPPED)
    return next((line for line in lines if line.status in broken), None)


def shows(name: str, row: Shown, document: Reach) -> bool:
    """Whether a row shows a theorem, together with the others where one way to say it takes several rows."""
    try:
        if name == "optimal-policy":
            return optima.is_optimal_policy(row, document)
        if not row.proved or _is_supposed(row, document):
            return False
        if name in shapes.SHAPES:
            return shapes.SHAPES[name](row, document)
        return any(_says(ways, row, document) for ways in theorems.WAYS[name])
    except (Unsupported, BudgetExceeded):
        return False


def _is_supposed(row: Shown, document: Reach) -> bool:
    """Whether an earlier row takes for granted what a row says: then it shows nothing."""
    said = Said(row.statement, row.state.context)
    earlier = (each for each in document.shown if not each.held and each.line < row.line)
    return any(each.statement.relation is row.statement.relation and says(said, each.statement) for each in earlier)


def _says(ways: Sequence[Way], row: Shown, document: Reach) -> bool:
    """Whether a row is one of these statements, and rows that are proved are the others, in the same letters."""
    for way in ways:
        others = [each for each in ways if each is not way]
        for letters in _readings(way, row, document):
            if all(_says_also(other, way, letters, document) for other in others):
                return True
    return False


def _says_also(way: Way, with_it: Way, letters: Letters, document: Reach) -> bool:
    shared = (way.parts & with_it.parts) - {"pair"}
    return any(
        each.proved and any(_same_letters(shared, other, letters) for other in _readings(way, each, document))
        for each in document.shown
    )


def _same_letters(parts: Collection[str], one: Letters, two: Letters) -> bool:
    same = all(getattr(one, p).symbol == getattr(two, p).symbol for p in parts if p != "temperature")
    return same and ("temperature" not in parts or one.temperature == two.temperature)


def _readings(way: Way, row: Shown, document: Reach) -> Iterator[Letters]:
    """The letters in which a row says what a way says."""
    for known in _apart(way, row, document):
        said = Said(row.statement, row.state.context, frozenset(known.values()))
        for letters, outer in matches(said, document.alphabet, way.parts, known):
            wanted = way.says(letters)
            if wanted is not None and says(said, wanted, outer, way.held(letters)) and _meant(way, letters, row, known):
                yield letters


def _apart(way: Way, row: Shown, document: Reach) -> Iterator[Mapping[str, str]]:
    """Every choice of symbols for the parts that are names of their own."""
    names = sorted(_reachable(row.statement, row.state.context) & set(document.alphabet.applied))
    for chosen in permutations(names, len(way.apart)):
        known = dict(zip(way.apart, chosen, strict=True))
        if all(bool(document.alphabet.applied[name].outcomes) == (part in LAWS) for part, name in known.items()):
            yield known


def _reachable(statement: Statement, context: t.Context) -> frozenset[str]:
    """The symbols of a statement, and of the definitions that it unfolds to."""
    found: frozenset[str] = frozenset()
    new = t.symbols(statement.left) | t.symbols(statement.right)
    while new:
        found |= new
        bodies = [context.definitions[name].body for name in new if name in context.definitions]
        new = frozenset().union(*map(t.symbols, bodies)) - found
    return found


def _meant(way: Way, letters: Letters, row: Shown, known: Mapping[str, str]) -> bool:
    """Whether nothing but what ties its letters together is known of them."""
    own = {getattr(letters, part).symbol for part in (*LAWS, "reward") if part in way.parts and part not in known}
    if not own.isdisjoint(row.restricted):
        return False
    slopes = any(isinstance(part, t.Gradient) for held in way.held(letters) for part in walked(held))
    if slopes and letters.policy.symbol not in row.state.context.parametrised:
        return False  # where nothing moves, every gradient is 0
    tie = way.tie(letters)
    if tie is not None and not proves(row.state, tie, row.state.facts):
        return False
    alone = replace(row.state, premises=())  # what holds on a hypothesis only is no theorem
    return not row.proved or proves(alone, row.statement, row.state.facts)
