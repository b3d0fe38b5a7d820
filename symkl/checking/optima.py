"""Whether a document shows that the tilted policy is the optimum: it names the optimiser, and says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.asking import proves
from symkl.checking.lettering import MINUS, Letters, minus
from symkl.checking.matching import Said, averages, matches, same_problem, says, within
from symkl.checking.shown import Reach, Shown
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.proving.problems import problem

_PARTS = frozenset({"optimum", "reference", "reward", "temperature"})


class _Tilted(NamedTuple):
    """That a row says which policy is the tilted one, in which letters, within which expectations."""

    symbol: str
    letters: Letters
    row: Shown


def is_optimal_policy(row: Shown, document: Reach) -> bool:
    """Whether a row is the one by which a document shows it: that names the optimiser, or says what it is."""
    named = _named(row.statement)
    if named is not None:
        of, symbol = named
        return row.proved and any(
            each.symbol == symbol and _is_problem(of, each.letters, row)
            for other in document.shown
            for each in _tilted(other, document)
        )
    return any(_solves(each, row, document) for each in _tilted(row, document))


def _named(statement: Statement) -> tuple[t.Optimum | t.Optimiser, str] | None:
    """The problem of which a statement names the optimiser, with the name."""
    for of, policy in ((statement.left, statement.right), (statement.right, statement.left)):
        if isinstance(of, t.Optimiser) and isinstance(policy, t.Apply) and statement.relation in EQUATIONS:
            return of, policy.symbol
    return None


def _tilted(row: Shown, document: Reach) -> Iterator[_Tilted]:
    """The policies that a row says to be tilted ones."""
    statement, context = row.statement, row.state.context
    for side in (statement.left, statement.right):
        head = side.arguments[0] if isinstance(side, t.Fn) and side.name == "log" else side
        if not isinstance(head, t.Apply) or len(head.outcomes) != 1 or head.symbol not in document.alphabet.applied:
            continue
        said = Said(statement, context, frozenset({head.symbol}))
        for letters, outer in matches(said, document.alphabet, _PARTS, {"optimum": head.symbol}):
            if outer or not _free(letters, row):
                continue
            whole = letters.tilted()
            ways = (
                Statement(letters.optimum, Relation.EQUAL, whole),
                Statement(letters.optimum, Relation.PROPORTIONAL, whole),
                Statement(t.log(letters.optimum), Relation.EQUAL, t.log(whole)),
            )
            if any(says(said, wanted) for wanted in ways):
                yield _Tilted(head.symbol, letters, row)


def _free(letters: Letters, row: Shown) -> bool:
    return row.restricted.isdisjoint({letters.reference.symbol, letters.reward.symbol})


def _is_problem(of: t.Optimum | t.Optimiser, letters: Letters, row: Shown) -> bool:
    """Whether a problem is the regularised one in these letters, at a prompt or on average over prompts."""
    if of.policy == letters.reference.symbol:
        return False
    wanted = letters.objective(replace(letters.optimum, symbol=of.policy))
    said = Said(Statement(of, Relation.EQUAL, of), row.state.context, frozenset({letters.optimum.symbol}))
    for outer in _averages(of, row):
        target = t.Optimiser(t.Sense.MAX, of.policy, within(outer, wanted))
        try:
            if same_problem(said, of, target):
                return True
        except (Unsupported, BudgetExceeded):
            continue
    return False


def _averages(of: t.Optimum | t.Optimiser, row: Shown) -> Iterator[tuple[t.Bind, ...]]:
    definitions = row.state.context.definitions
    bodies = [definitions[name].body for name in sorted(t.symbols(of.body)) if name in definitions]
    yield from averages((of.body, *bodies))


def _solves(found: _Tilted, row: Shown, document: Reach) -> bool:
    """Whether a row that says what a policy is so solves a problem, or a first-order condition, before it."""
    for of, line in document.problems:
        first = of.policy == found.symbol or not _given_before(found, document)
        if line < row.line and row.held and first and _is_problem(of, found.letters, row):
            return True
    return any(
        _is_condition(fact, each, found, row)
        for each in document.shown
        if each.line < row.line
        for fact in each.state.facts
        if fact not in each.before.facts and fact in row.before.facts
    )


def _given_before(found: _Tilted, document: Reach) -> bool:
    """Whether an earlier row gives the policy as the tilted one, so that to say it again shows nothing."""
    rows = (each for each in document.shown if each.line < found.row.line)
    return any(other.symbol == found.symbol for each in rows for other in _tilted(each, document))


def _is_condition(fact: Fact, condition: Shown, found: _Tilted, row: Shown) -> bool:
    """Whether a fact comes from the first-order condition of the regularised objective, and is the tilted policy."""
    if not fact.outcomes or condition.statement.relation not in EQUATIONS or problem(condition.statement.left):
        return False
    letters = found.letters
    policy = replace(letters.optimum, symbol=fact.symbol)
    nf = Normaliser(row.state.context)
    slope = minus(letters.reward, letters.scaled(t.log(t.Mul((policy, t.Power(letters.reference, MINUS))))))
    here = minus(condition.statement.left, condition.statement.right)
    for sign in (1, -1):
        rest = nf(here).scaled(sign) - nf(slope)
        if letters.y not in rest.free and fact.symbol not in rest.names:
            return proves(row.state, Statement(policy, Relation.EQUAL, letters.tilted()), row.before.facts)
    return False
