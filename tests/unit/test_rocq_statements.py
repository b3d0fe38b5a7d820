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
from symkl.language.terms import Limit, Statement, free_variables
from symkl.refuting.arithmetic import FLOATS, NotEvaluable, Undefined
from symkl.refuting.evaluating import Run, points
from symkl.refuting.values import prepared, probe_problems
from symkl.rocq.counterexamples import LAW
from symkl.rocq.documents import exported
from symkl.rocq.theorems import Theorem
from tests.reading_rocq import WAY, WORDS, definition, sides

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
