"""Statements of Rocq say what the rows say: read back by another reader, they have the values that our evaluator gives."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symkl.batch import Job, Missing, certified
from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.language.terms import Limit, Optimiser, Optimum, Relation, Statement, free_variables
from symkl.refuting.arithmetic import FLOATS, NotEvaluable, Undefined
from symkl.refuting.evaluating import Run, points
from symkl.refuting.values import prepared, probe_problems
from symkl.refuting.witnesses import Claimed
from symkl.rocq.counterexamples import LAW, Example
from symkl.rocq.documents import exported
from symkl.rocq.theorems import Theorem
from tests.properties.documents.scoring import documents
from tests.reading_rocq import RELATIONS, WAY, WORDS, Failure, definition, failure, sides
from tests.unit.test_rocq_counterexamples import FALSE, SAID

pytest.importorskip("sympy")  # the book's pages are programs that use it

ROOT = Path(__file__).parents[2]
FILES = (
    *sorted((ROOT / "docs" / "proofs").glob("*.md")),
    *(ROOT / "derivations" / f"{name}.py" for name in ("gibbs", "kl_rewriting", "clipping", "limits")),
)  # fmt: skip


@cache
def theorems() -> tuple[tuple[Any, Theorem], ...]:
    """What is exported of pages, with the certificate that each is of."""
    out = []
    for path in FILES:
        report = certified(Job(str(path)))
        assert not isinstance(report, Missing)
        shown = [each for line in report.lines for each in line.shown]
        ticks = [tick for tick in exported(report).ticks if tick.law != LAW]
        for each, tick in zip(shown, ticks, strict=True):
            if isinstance(tick.theorem, Theorem):
                out.append((each.certificate, tick.theorem))
    return tuple(out)


def on_its_way(statement: Statement) -> tuple[Statement, str]:
    """Of a limit, what tends beside what it tends to, and the number that goes to an end."""
    left, right = statement.left, statement.right
    of, claimed = (left, right) if isinstance(left, Limit) else (right, left)
    if not isinstance(of, Limit):
        return statement, ""
    return replace(statement, left=of.body, right=claimed), of.scalar.symbol


def compared(certificate: Any, theorem: Theorem) -> Iterator[tuple[float, float]]:
    """Each side as it is printed, and as our evaluator has it, at all points of a few random problems."""
    statement, way = on_its_way(certificate.statement)
    claim = prepared(statement, certificate.context)
    if claim is None or len(theorem.about) != len(theorem.sorts) + len(theorem.symbols):  # or of what has a parameter
        return
    if not {"exists", "maximum", "maximiser", "minimum", "minimiser"}.isdisjoint(
        theorem.conclusion.replace("(", " ").split()
    ):
        return
    names, left, right = sides(theorem.conclusion)
    free = free_variables(statement.left) | free_variables(statement.right)
    ordered = sorted(free, key=lambda v: (v.sort, v.name))
    assert len(names) == len(ordered)
    heads = [name for name, _ in theorem.about]
    for problem in probe_problems(claim.program.needs):
        env: dict[str, Any] = {**WORDS}
        env |= {name: problem.alphabets.get(sort, 2) for name, sort in zip(heads, theorem.sorts, strict=False)}
        tables = {shape.symbol: table for shape, table in problem.tables.items()}
        for name, (symbol, of) in zip(heads[len(theorem.sorts) :], theorem.symbols, strict=True):
            if not of.sorts:
                env[name] = float(problem.scalars[symbol]) if symbol in problem.scalars else None
            else:
                env[name] = _function(tables.get(symbol), len(of.sorts))
        if way:
            env[WAY] = float(problem.scalars[way])
        for text in theorem.definitions:
            name, meaning = definition(text)
            env[name] = meaning(env)
        try:
            run = Run.of(claim.program, problem, FLOATS)
        except NotEvaluable:
            return
        for at in list(points(ordered, problem.alphabets))[:4]:
            here = {**env, **{name: at[v] for name, v in zip(names, ordered, strict=True)}}
            try:
                ours = run.value(claim.left, at), run.value(claim.right, at)
            except (Undefined, NotEvaluable):
                continue
            yield left(here), float(ours[0])
            yield right(here), float(ours[1])


def _function(table: Any, count: int, before: tuple[int, ...] = ()) -> Any:
    if table is None:
        return None
    if count == 0:
        return float(table[before])
    return lambda i: _function(table, count - 1, (*before, i))


def test_what_is_printed_has_the_value_of_what_is_meant() -> None:
    count = Counter[str]()
    for certificate, theorem in theorems():
        for printed, meant in compared(certificate, theorem):
            assert math.isclose(printed, meant, rel_tol=1e-6, abs_tol=1e-8), (theorem.statement, printed, meant)
            count[theorem.law] += 1
    assert count.total() > 200 and all(count[law] > 10 for law in ("identity", "inequality", "cases", "tends")), count


# -- counterexamples ---------------------------------------------------------------------------

RANDOM = 40
"""How many documents are written at random, for the rows of them that are refuted."""


@cache
def examples() -> tuple[tuple[Claimed, Example], ...]:
    """Counterexamples that are exported, with what each is against: of every kind, and of documents at random."""
    pages = [check_text(SAID + f"$$ {row} $$", "row.md") for row in (*FALSE, *TWICE)]
    pages += [check_text(each.text, "document.md") for each in documents(RANDOM, 3)]
    out = []
    for report in pages:
        against = [line.against for line in report.lines if line.status is Status.REFUTED and line.against]
        for witness, tick in zip(against, exported(report).refuted, strict=True):
            if isinstance(tick.theorem, Example) and witness.against is not None:
                out.append((witness.against, tick.theorem))
    return tuple(out)


TWICE = (
    r"|u| + |v| \le |u + v|",
    r"\log \sum_y \mu(y|x) e^{r(x,y)} \le E_{y\sim\mu}[r(x,y)]",
    r"e^{r(x,y)} \mu(y|x) \propto \mu(y|x)",
)
"""Rows of which the one side is easily taken for the other."""


def between_numbers(statement: Statement) -> Statement:
    """What a row compares: of a problem its objective, at any policy."""
    one, other = (
        side.body if isinstance(side, Optimum | Optimiser) else side for side in (statement.left, statement.right)
    )
    return Statement(one, Relation.EQUAL, other)


def mismatches(claimed: Claimed, example: Example, conclusion: str = "") -> Iterator[bool]:
    """For what is said at all points of a few random problems, whether it is something else than the row fails to be."""
    statement = claimed.statement
    between = between_numbers(statement)
    claim = prepared(between, claimed.context)
    if claim is None or len(example.about) != len(example.sorts) + len(example.symbols):  # or of what has a parameter
        return
    failed = failure(conclusion or example.conclusion)
    free = free_variables(between.left) | free_variables(between.right)
    heads = [name for name, _ in example.about]
    own = {v.name: v for v in free}
    for problem in probe_problems(claim.program.needs):
        env: dict[str, Any] = {**WORDS}
        env |= {name: problem.alphabets.get(sort, 2) for name, sort in zip(heads, example.sorts, strict=False)}
        tables = {shape.symbol: (shape, table) for shape, table in problem.tables.items()}
        for name, (symbol, of) in zip(heads[len(example.sorts) :], example.symbols, strict=True):
            if symbol not in (tables if of.sorts else problem.scalars):
                return  # it is in what is given alone
            env[name] = _function(tables[symbol][1], len(of.sorts)) if of.sorts else float(problem.scalars[symbol])
        for text in example.definitions:
            name, meaning = definition(text)
            env[name] = meaning(env)
        for name, of_slope in failed.slopes.items():
            env[name] = of_slope(env)
        try:
            run = Run.of(claim.program, problem, FLOATS)
        except NotEvaluable:
            return
        ordered = sorted(free, key=lambda v: (v.sort, v.name))
        for at in list(points(ordered, problem.alphabets))[:4]:
            try:
                ours = float(run.value(claim.left, at)), float(run.value(claim.right, at))
            except (Undefined, NotEvaluable):
                continue
            here = {**env, **{spelled: at[own[spelled]] for spelled in failed.names if spelled in own}}
            yield from _compared(statement, failed, here, ours, at, tables)


def _compared(
    statement: Statement, failed: Failure, here: dict[str, Any], ours: tuple[float, float], at: Any, tables: Any
) -> Iterator[bool]:
    left, right = statement.left, statement.right
    problems = [side for side in (left, right) if isinstance(side, Optimum | Optimiser)]
    assert len(problems) == len(failed.objectives)
    for side, objective in zip(problems, failed.objectives, strict=True):
        shape, table = tables[side.policy]
        yield not _near(objective(here)(_function(table, len(shape.arguments))), ours[0 if side == left else 1])
    if failed.relation == "best":
        (policy,) = problems
        shape, _ = tables[policy.policy]
        by_sort = {v.sort: i for v, i in at.items()}
        value = failed.left(here)
        for sort in shape.arguments:
            value = value(by_sort[sort])
        yield not _near(value, ours[1 if policy == left else 0])
    elif failed.relation == "∝":
        yield not _near(failed.left(here), ours[0])
        yield not _near(failed.right(here), ours[1])
    elif failed.relation != "<->":
        if failed.number:
            here = {**here, failed.number: ours[0 if problems[0] == left else 1]}
        printed = failed.left(here), failed.right(here)
        yield not all(map(_near, sorted(printed), sorted(ours)))
        if not _near(*ours):
            yield RELATIONS[failed.relation](*printed) == RELATIONS[_SPELLED.get(statement.relation, "=")](*ours)


_SPELLED = {Relation.LESS: "<", Relation.LESS_EQUAL: "<=", Relation.GREATER: ">", Relation.GREATER_EQUAL: ">="}


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-8)


def test_a_counterexample_says_that_the_row_fails_and_nothing_else() -> None:
    count = Counter[str]()
    for claimed, example in examples():
        for wrong in mismatches(claimed, example):
            assert not wrong, example.statement
            count[failure(example.conclusion).relation] += 1
    assert count.total() > 200, count
    assert all(count[kind] > 3 for kind in ("<>", "<", "<=", "∝", "best", "<->")), count


MISPRINTS = [("<>", "="), (" < ", " <= "), (" <= ", " < "), ("r x y", "(2 * r x y)"), ("ln (", "exp ("), (" - ", " + ")]


@pytest.mark.parametrize(("right", "wrong"), [*MISPRINTS[:1], *MISPRINTS[3:]])
def test_a_misprint_in_a_counterexample_is_noticed(right: str, wrong: str) -> None:
    noticed = 0
    for claimed, example in examples():
        if right in example.conclusion:
            try:
                noticed += any(mismatches(claimed, example, example.conclusion.replace(right, wrong, 1)))
            except (AssertionError, KeyError, OverflowError, ValueError):
                continue
    assert noticed > 0


def test_sides_that_are_exchanged_in_a_counterexample_are_noticed() -> None:
    noticed = 0
    for claimed, example in examples():
        left, sign, right = example.conclusion.rpartition(" < ")
        begin, comma, said = left.rpartition(", ")
        if sign and example.conclusion.count(" < ") == 1 and "(" not in begin:
            noticed += any(mismatches(claimed, example, f"{begin}{comma}{right} < {said}"))
    assert noticed > 0


SLOPES = (
    r"\frac{\partial}{\partial \pi(y|x)} \sum_y \pi(y|x) r(x,y) = r(x,y)",
    r"\frac{\partial}{\partial \pi(y|x)} \sum_y \pi(y|x)\log\frac{\pi(y|x)}{\mu(y|x)} = \log\frac{\pi(y|x)}{\mu(y|x)} + 1",
    r"\frac{\partial}{\partial r(x,y)} \log\sum_y \mu(y|x) e^{r(x,y)} = \frac{\mu(y|x) e^{r(x,y)}}{\sum_{y'} \mu(y'|x) e^{r(x,y')}}",
    r"\frac{d}{d\beta}\log\sum_y\mu(y|x)e^{\beta r(x,y)} = "
    r"\frac{\sum_y \mu(y|x) r(x,y) e^{\beta r(x,y)}}{\sum_y\mu(y|x)e^{\beta r(x,y)}}",
)
"""Derivatives under sums over what they are taken at, which must not be taken for each other."""


@pytest.mark.parametrize("row", SLOPES)
def test_a_slope_is_that_of_what_is_meant(row: str) -> None:
    """The printed function has the printed slope by differences, and our evaluator has the same by dual numbers."""
    report = check_text(f"$$ {row} $$", "row.md")
    (shown,), (tick,) = report.lines[0].shown, exported(report).ticks
    assert tick.theorem is not None and "slope (fun " in tick.theorem.conclusion
    pairs = list(compared(shown.certificate, tick.theorem))
    assert len(pairs) > 4 and all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-8) for a, b in pairs)
    if "at_place" in tick.theorem.conclusion:  # a sum over the very place where the derivative is taken moves every term
        captured = re.sub(r"\b(\w+?)_prime\b", r"\1", tick.theorem.conclusion)
        assert captured != tick.theorem.conclusion
        wrong = compared(shown.certificate, replace(tick.theorem, conclusion=captured))
        assert not all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-8) for a, b in wrong)


@pytest.mark.parametrize(("right", "wrong"), [("r x y", "r x y * 2"), ("ln (", "exp ("), ("beta", "2")])
def test_a_misprint_is_noticed(right: str, wrong: str) -> None:
    noticed = 0
    for certificate, theorem in theorems():
        if right in theorem.conclusion and theorem.law in ("identity", "inequality"):
            bad = replace(theorem, conclusion=theorem.conclusion.replace(right, wrong, 1))
            try:
                pairs = list(compared(certificate, bad))
            except (AssertionError, KeyError, OverflowError):
                continue
            noticed += any(not math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-8) for a, b in pairs)
    assert noticed > 0
