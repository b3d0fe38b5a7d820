"""What a side condition is there for: without it a step fails, and the counterexample violates nothing else.

Each counterexample is computed again from what is printed, with mpmath and none of symkl's arithmetic.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

import mpmath
import pytest
import sympy as sp

import symkl.language.terms as t
from symkl.checking.report import Status
from symkl.derivations.derivation import Derivation, Kind
from symkl.derivations.dropping import Dropped, dropping
from symkl.language.terms import Relation
from symkl.language.writing import formula
from symkl.sympy import Maximum, Page
from tests.book import PAGES, page
from tests.power.recomputing import DIGITS, NotOfThisKind, World

SMALL = mpmath.mpf(10) ** -20


@cache
def found(name: str) -> tuple[Dropped, ...]:
    return dropping(page(name))


def fails(name: str) -> dict[str, int]:
    """The conditions of a page, each with the step that fails without it."""
    return {each.condition.text: each.step for each in found(name)}


# -- computing a counterexample again --------------------------------------------------------


class Wide(World):
    """The printed numbers, where slopes by a scalar and limits have a value, too."""

    def value(self, term: t.Term) -> mpmath.mpf:
        match term:
            case t.Scalar(symbol=symbol) if symbol not in self.tables and symbol in self.context.definitions:
                return self.value(self.context.definitions[symbol].body)
            case t.Partial(body=body, target=t.Scalar(symbol=symbol)):
                return mpmath.diff(lambda step: self.nudged(symbol, (), step).value(body), 0)
            case t.Limit(body=body, scalar=scalar, end=end):
                far = mpmath.mpf(10) ** (40 if end is t.End.INFINITY else -3)
                return replace(self, tables={**self.tables, scalar.symbol: {(): far}}).value(body)
        return super().value(term)

    def places(self, *terms: t.Term) -> Iterator[World]:
        """The world at every choice of the terms' free variables."""
        free = sorted(frozenset().union(*(t.free_variables(term) for term in terms)), key=lambda v: v.name)
        for names in itertools.product(*(self.names(v.sort) for v in free)):
            yield replace(self, place={v.name: name for v, name in zip(free, names, strict=True)})


def by_hand(name: str, world: Wide) -> Wide:
    """The world with what the hypotheses of a page determine, solved here on paper."""
    tables = dict(world.tables)

    def of(symbol: str) -> mpmath.mpf:
        return tables[symbol][()]

    if name == "forward_kl" and "r" not in tables and "q" in tables:
        ratio = {y: tables["π_ref"][y] / tables["q"][y] for y in tables["q"]}
        tables["r"] = {y: of("λ") - of("β") * ratio[y] for y in ratio}
    if name == "forward_kl" and "λ" not in tables and {"r", "q", "β"} <= set(tables):
        first = ("y1",)  # the one λ that the hypothesis allows, if it allows any
        tables["λ"] = {(): tables["r"][first] + of("β") * tables["π_ref"][first] / tables["q"][first]}
    if name == "lagrangian" and "π" not in tables and "λ" in tables:  # the slope is 0
        tables["π"] = {
            y: p * mpmath.exp((tables["r"][y] - of("λ")) / of("β") - 1) for y, p in tables["π_ref"].items()
        }
    if name == "countable" and "q" not in tables and "m" in tables:
        tables["q"] = {(): of("m") / (of("m") + 1) * mpmath.exp(-1 / of("β"))}
    if name == "dpo" and "π" in tables and "c" not in tables:  # ρ = r - c, and π_ref sums to 1
        weights = {y: p * mpmath.exp(-tables["r"][y] / of("β")) for y, p in tables["π"].items()}
        total = mpmath.fsum(weights.values())
        tables["c"] = {(): -of("β") * mpmath.log(total)}
        tables["π_ref"] = {y: each / total for y, each in weights.items()}
    return replace(world, tables=tables)


def world_of(name: str, each: Dropped) -> Wide:
    assert each.line.counterexample is not None
    plain = World.of(each.line.counterexample, page(name).context)
    return by_hand(name, Wide(plain.tables, plain.context, {}, plain.along))


def violates(relation: Relation, left: mpmath.mpf, right: mpmath.mpf) -> bool:
    match relation:
        case Relation.LESS_EQUAL:
            return bool(left > right)
        case Relation.GREATER_EQUAL:
            return bool(left < right)
        case Relation.LESS:
            return bool(left >= right)
        case Relation.GREATER:
            return bool(left <= right)
    return bool(abs(left - right) > SMALL)


def last_place(printed: str) -> mpmath.mpf:
    mantissa, _, exponent = printed.partition("e")
    return mpmath.mpf(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def policy(world: Wide, printed: str) -> dict[tuple[str, ...], mpmath.mpf]:
    exact = [Fraction(value) for value in printed.split(",")]
    return {(f"y{i + 1}",): mpmath.mpf(p.numerator) / p.denominator for i, p in enumerate(exact)}


def two_sides(world: Wide, left: t.Term, right: t.Term, place: str) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The two printed numbers, from the terms: of a claimed optimum, what it gives and what another policy gives."""
    if isinstance(left, t.Optimiser):
        claimed = {(y,): replace(world, place={"y": y}).value(right) for y in world.names("y")}
        if "instead of" not in place:
            return mpmath.fsum(claimed.values()), mpmath.mpf(1)
        matched = re.match(r"\S+ = \(([^)]*)\) instead of", place)
        assert matched is not None
        better = policy(world, matched.group(1))
        a, b = (replace(world, tables={**world.tables, left.policy: each}) for each in (claimed, better))
        return a.value(left.body), b.value(left.body)
    if isinstance(left, t.Optimum):
        matched = re.match(r"(\S+) = \(([^)]*)\)", place)
        assert matched is not None
        attained = replace(world, tables={**world.tables, left.policy: policy(world, matched.group(2))})
        return attained.value(left.body), world.value(right)
    here = dict(re.findall(r"(\S+) = ([a-z]\d+)\b", place))
    at = replace(world, place=here)
    return at.value(left), at.value(right)


@pytest.mark.parametrize("name", PAGES)
class TestPage:
    def test_says_of_some_condition_what_it_is_there_for(self, name: str) -> None:
        assert found(name)

    def test_shows_steps_that_are_refuted_with_a_counterexample(self, name: str) -> None:
        for each in found(name):
            step = page(name).steps[each.step]
            assert step.kind is Kind.STEP
            assert each.line.status is Status.REFUTED
            assert each.line.counterexample is not None
            assert each.line.line == step.line
            assert each.line.readable == f"{step.left.text} {step.relation} {step.right.text}"
            assert each.words.startswith(f"without {each.condition.text}")

    def test_prints_numbers_that_contradict_the_step(self, name: str) -> None:
        for each in found(name):
            statement = page(name).steps[each.step].statement
            assert statement is not None
            assert each.line.counterexample is not None
            (point,) = each.line.counterexample.points
            with mpmath.workdps(DIGITS + 30):
                left, right = two_sides(world_of(name, each), statement.left, statement.right, point.place)
                assert abs(left - mpmath.mpf(point.left)) <= last_place(point.left), each
                assert abs(right - mpmath.mpf(point.right)) <= last_place(point.right), each
                relation = statement.relation
                if isinstance(statement.left, t.Optimum):
                    relation = Relation.LESS_EQUAL  # of a maximum: one policy attains more
                assert violates(relation, left, right), each

    def test_violates_the_condition_that_is_dropped_and_no_other(self, name: str) -> None:
        for each in found(name):
            with mpmath.workdps(DIGITS):
                violated = set(broken(name, each))
            assert violated == {each.condition.text}, (each.words, each.line.counterexample, violated)


def broken(name: str, each: Dropped) -> Iterator[str]:
    """The conditions, among all that are made up to the step, that the printed problem violates."""
    derivation, world = page(name), world_of(name, each)
    context, seen = derivation.context, set(derivation.context.definitions)
    for step in derivation.steps:
        for part in () if step.statement is None else (*parts(step.statement.left), *parts(step.statement.right)):
            if isinstance(part, t.Apply) and part.outcomes and part.symbol not in seen:
                seen.add(part.symbol)
                yield from broken_distribution(world, part)
            elif isinstance(part, t.Apply | t.Scalar) and part.symbol in context.positive - seen:
                seen.add(part.symbol)
                if any(value <= 0 for value in world.tables.get(part.symbol, {}).values()):
                    yield formula_text(part, "> 0")
    for step in derivation.steps[: each.step]:
        if step.kind is Kind.GIVEN and step.statement is not None:
            left, relation, right = step.statement.left, step.statement.relation, step.statement.right
            try:
                if any(violates(relation, at.value(left), at.value(right)) for at in world.places(left, right)):
                    yield f"{step.left.text} {step.relation} {step.right.text}"
            except (KeyError, AssertionError, NotOfThisKind):  # of what it is about the counterexample says nothing
                assert not (names_in(world, left) | names_in(world, right)) & set(world.tables), each.words


def names_in(world: Wide, term: t.Term) -> set[str]:
    """The undefined symbols of a term."""
    found: set[str] = set()
    for symbol in t.symbols(term):
        definition = world.context.definitions.get(symbol)
        found |= {symbol} if definition is None else names_in(world, definition.body)
    return found


def parts(term: t.Term) -> Iterator[t.Term]:
    yield term
    for part in term.parts():
        yield from parts(part)


def broken_distribution(world: Wide, of: t.Apply) -> Iterator[str]:
    table = world.tables.get(of.symbol)
    if table is None:
        return
    assert all(value > 0 for value in table.values())
    sorts = {v.sort for v in of.outcomes}
    totals: dict[tuple[str, ...], mpmath.mpf] = {}
    for key, value in table.items():
        row = tuple(part for part in key if part.rstrip("0123456789") not in sorts)
        totals[row] = totals.get(row, mpmath.mpf(0)) + value
    if any(abs(total - 1) > SMALL for total in totals.values()):
        sums = "".join(f"Σ_{v.name} " for v in of.outcomes)
        yield formula_text(of, "= 1", sums)


def formula_text(of: t.Apply | t.Scalar, rest: str, before: str = "") -> str:
    return f"{before}{formula(of).text} {rest}"


# -- what is shown ---------------------------------------------------------------------------


def test_with_a_negative_temperature_the_tilted_policy_is_no_maximiser() -> None:
    steps = page("kl_rewriting").steps
    at = fails("kl_rewriting")["β > 0"]
    statement = steps[at].statement
    assert statement is not None
    assert isinstance(statement.left, t.Optimiser)


def test_where_the_conclusion_fails_it_is_the_conclusion_that_is_shown() -> None:
    regret = page("kl_rewriting")
    assert regret.steps[fails("kl_rewriting")["Σ_y π(y) = 1"]] is regret.conclusion


def test_where_what_is_supposed_of_the_conclusion_goes_too_it_is_the_first_step_that_fails() -> None:
    """With β < 0 no policy is known at which the slope is 0, so nothing is said of the maximiser; L is convex."""
    steps = page("forward_kl").steps
    concave = next(i for i, step in enumerate(steps) if step.relation == "<")
    assert fails("forward_kl")["β > 0"] == concave


def test_the_objective_needs_no_normalised_reference() -> None:
    """E[r] - β KL(π‖w) = β log Z - β KL(π‖π*) for every positive w, so nothing is said of π_ref."""
    assert "Σ_y π_ref(y) = 1" not in fails("kl_rewriting")


def test_nothing_is_said_of_hypotheses_that_no_counterexample_shows_to_be_needed() -> None:
    """log t has no value at t < 0: undefined is not refuted."""
    assert "t > 0" not in fails("gibbs")


def test_the_same_page_gives_the_same_answer() -> None:
    assert dropping(page("lagrangian")) == found("lagrangian")


def test_a_conditional_distribution_is_written_as_on_the_page() -> None:
    (each,) = [each for each in found("soft_values") if each.condition.text == "Σ_c ρ(c|s, a) = 1"]
    assert each.line.counterexample is not None
    assert "ρ(·|a1) = " in each.line.counterexample.summary
    assert "ρ(c, s, a)" not in each.line.because


def test_a_claimed_optimum_that_sums_to_something_else_is_said_to() -> None:
    (each,) = [each for each in found("forward_kl") if each.condition.text == "Σ_y q(y) = 1"]
    assert each.line.because == "what is claimed as the optimum does not sum to 1"


def made(build: str) -> Derivation:
    """A small page: a claim that holds only for β > 0, or one that holds for every β."""
    page = Page("A page", states="A claim.")
    (y,) = page.outcomes("y")
    pi, r = page.distribution("π", y), page.function("r", y)
    beta = page.positive("β")
    if build == "needs it":
        page.step(page.mean(pi, r[y] - beta, y), "<", page.mean(pi, r[y], y), "A price is taken off.")
    elif build == "needs no sign":
        page.step(page.mean(pi, r[y] / beta, y) * beta, "=", page.mean(pi, r[y], y), "β cancels.")
    return page.derivation()


def test_a_condition_that_is_needed_is_found_and_one_that_is_not_is_not() -> None:
    assert "β > 0" in {each.condition.text for each in dropping(made("needs it"))}
    assert "β > 0" not in {each.condition.text for each in dropping(made("needs no sign"))}


def test_what_another_hypothesis_still_says_is_kept() -> None:
    """β > 0 may be dropped where β ≥ 2 is given: no counterexample may break that."""
    page = Page("A page", states="A claim.")
    beta, c = page.positive("β"), page.real("c")
    page.given(sp.Integer(2), "<=", beta, "β is at least 2.")
    page.given(sp.Integer(1), "<=", c, "and c at least 1.")
    page.step(sp.Integer(0), "<", beta, "So β is positive,")
    page.step(c, "<=", c * beta, "and c grows.")
    conditions = {each.condition.text for each in dropping(page.derivation())}
    assert "β > 0" not in conditions
    assert {"2 ≤ β"} <= conditions


def test_a_condition_reaches_further_than_its_own_symbol() -> None:
    """c is tied to β by a hypothesis, so that without β > 0 a step about c alone fails."""
    page = Page("A page", states="A claim.")
    beta, c = page.positive("β"), page.real("c")
    page.given(beta, "<=", c, "c is no less than β.")
    page.step(c, ">", 0, "So c is positive, too.")
    dropped = {each.condition.text: each.step for each in dropping(page.derivation())}
    assert dropped == {"β > 0": 1, "β ≤ c": 1}


def test_a_policy_that_a_maximum_is_over_is_no_symbol_of_the_page() -> None:
    page = Page("A page", states="A claim.")
    (y,) = page.outcomes("y")
    pi, ref, r = page.distribution("π", y), page.distribution("ρ", y), page.function("r", y)
    value = page.mean(pi, r[y], y) - page.kl(pi, ref, y)
    page.step(Maximum(value, pi), "=", Maximum(2 * value, pi) / 2, "The same maximum twice.")
    assert not [each for each in dropping(page.derivation()) if "π" in each.condition.text]
