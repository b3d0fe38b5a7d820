"""Every step of every derivation, made wrong: none may still be proved where it stands, and most are refuted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import symkl.language.terms as t
from symkl.checking.report import Status
from symkl.derivations.derivation import Derivation, Kind, Step, check, of_statement
from symkl.language.terms import Relation, Statement
from tests.book import PAGES, page

REFUTED_AT_LEAST = 2 / 3
"""The others are unknown: a hypothesis that few problems satisfy, statements that no finite problem settles."""

pytestmark = pytest.mark.power


def number(value: int) -> t.Term:
    return t.Number(Fraction(value))


def wrong(statement: Statement) -> list[Statement]:
    """The statement with one side made wrong: off by one, twice as large, turned round."""
    left, relation, right = statement.left, statement.relation, statement.right
    if isinstance(left, t.Optimiser):
        turned = t.Optimiser(left.sense.opposite, left.policy, left.body)
        return [Statement(turned, relation, right)]
    if relation is Relation.EQUAL:
        return [
            Statement(left, relation, t.Add((right, number(1)))),
            Statement(left, relation, t.Add((t.Mul((number(2), right)), number(-3)))),
        ]
    if relation in (Relation.LESS_EQUAL, Relation.LESS):
        return [Statement(t.Add((right, number(1))), relation, left)]
    if relation in (Relation.GREATER_EQUAL, Relation.GREATER):
        return [Statement(left, relation, t.Add((right, t.exp(number(9)))))]
    return []


def planted(derivation: Derivation, at: int, statement: Statement) -> Derivation:
    """The derivation up to a step, that step made wrong."""
    left, relation, right = of_statement(statement)
    step = replace(
        derivation.steps[at], left=left, relation=relation, right=right, statement=statement, theorem=None, goes_on=False
    )
    return replace(derivation, steps=(*derivation.steps[:at], step))


def steps(derivation: Derivation) -> list[tuple[int, Step]]:
    return [(i, step) for i, step in enumerate(derivation.steps) if step.kind is Kind.STEP]


@pytest.mark.parametrize("name", PAGES)
def test_a_wrong_step_is_never_proved(name: str) -> None:
    derivation = page(name)
    tried = refuted = 0
    for at, step in steps(derivation):
        assert step.statement is not None
        for statement in wrong(step.statement):
            line = check(planted(derivation, at, statement)).lines[-1]
            assert line.status is not Status.PROVED, f"{name}: {line.readable}"
            tried += 1
            refuted += line.status is Status.REFUTED
            assert line.status is not Status.REFUTED or line.counterexample is not None
    assert refuted >= REFUTED_AT_LEAST * tried > 0, f"{name}: only {refuted} of {tried} are refuted"
