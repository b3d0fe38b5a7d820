"""Search a counterexample inside the declared domain, simplest first, and certify it.

Floats find where to look; only balls decide, at 64 bits and then at more until the difference
certainly violates the relation. Nothing is refuted on the word of a float.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations
from random import Random
from typing import Any, NamedTuple

from flint import arb

import symkl.language.terms as t
from symkl.language.points import is_named
from symkl.language.points import points as decorated
from symkl.language.terms import Relation, Statement, Variable
from symkl.refuting.arithmetic import BALLS, FLOATS, RATIONALS, NotEvaluable, Undefined, precision
from symkl.refuting.candidates import Candidate, candidates, far
from symkl.refuting.cases import Case, Needs, Shape, random_case
from symkl.refuting.compiling import Compiled, Program
from symkl.refuting.evaluating import Allowance, Run, Values, points
from symkl.refuting.instances import functions, with_functions_given
from symkl.refuting.witnesses import Sides, Witness

PRECISIONS = (64, 128, 256, 512, 1024)
TOLERANCE = 1e-9
"""Floats nearer than this (relative to their size) are not worth a certified look."""

CLEAR = 1e-3
"""A difference a reader can see; a smaller one is kept only while nothing clearer turns up."""

WORK, PROBE_WORK = 1_000_000, 100_000
"""The steps allowed to a whole search, about a second, and in one random problem."""

_SEED = 20
_PROBES = ({"prompts": 2, "responses": 3}, {"prompts": 1, "responses": 2}, {"prompts": 2, "responses": 4})

Places = tuple[Mapping[Variable, int], ...]
Allowed = Sequence[Mapping[Variable, int]]
"""Points, of which each gives some of the variables an index."""


class Claim(NamedTuple):
    """A statement, compiled. A proportionality is one in the variables ``varying``.

    ``given``: what a problem must satisfy before it says anything about the statement. ``points``: of what is given,
    the free variables that are one in particular, and not any. ``apart``: pairs of variables that are two places.
    """

    program: Program
    left: Compiled
    right: Compiled
    relation: Relation
    varying: tuple[Variable, ...]
    given: tuple[Claim, ...] = ()
    points: frozenset[Variable] = frozenset()
    apart: tuple[tuple[Variable, Variable], ...] = ()

    @property
    def free(self) -> frozenset[Variable]:
        """The free variables of both sides."""
        return self.left.free | self.right.free

    def places(self, alphabets: Mapping[str, int], allowed: Allowed = ({},)) -> Iterator[Places]:
        """Where the claim can fail, of what is ``allowed``: at one point, or for a proportionality at two."""
        found = [
            at
            for at in points(self.free, alphabets)
            if any(agrees(at, some) for some in allowed) and all(at[v] != at[w] for v, w in self.apart)
        ]
        if self.relation is not Relation.PROPORTIONAL:
            yield from ((point,) for point in found)
            return
        for a, b in combinations(found, 2):
            if all(a[v] == b[v] for v in self.free if v not in self.varying):
                yield a, b

    def numbers(self, run: Run, where: Places) -> tuple[tuple[Any, Any], ...]:
        """The two sides at each point. Raises Undefined and NotEvaluable."""
        return tuple((run.value(self.left, at), run.value(self.right, at)) for at in where)

    def allowed(self, problem: Case) -> Allowed:
        """Where a problem certainly satisfies all that is given: the points that this is about; none: nowhere."""
        if not self.given:
            return ({},)
        with precision(128):
            runs = [Run.of(self.program, problem, kind, allowance=Allowance(PROBE_WORK)) for kind in (RATIONALS, BALLS)]
            named = sorted(frozenset().union(*(each.points for each in self.given)), key=lambda v: (v.sort, v.name))
            return tuple(
                at
                for at in points(named, problem.alphabets)
                if all(
                    any(_holds(each, run, where) for run in runs)
                    for each in self.given
                    for where in points(each.free, problem.alphabets)
                    if agrees(where, at)
                )
            )


def agrees(one: Mapping[Variable, int], other: Mapping[Variable, int]) -> bool:
    """Whether two points are the same in the variables that both give an index."""
    return all(one[v] == n for v, n in other.items() if v in one)


def _holds(given: Claim, run: Run, at: Mapping[Variable, int]) -> bool:
    """Whether what is given certainly holds at a point."""
    try:
        ((left, right),) = given.numbers(run, (at,))
        return given.relation in _HOLDS and _HOLDS[given.relation](left - right)
    except (Undefined, NotEvaluable):
        return False


def prepared(statement: Statement, context: t.Context, varying: tuple[Variable, ...] = (),
             given: tuple[Statement, ...] = ()) -> Claim | None:
    """The statement ready to be evaluated, or None where a finite problem alone cannot settle it.

    ``varying``: the variables in which a proportionality holds; by default the outcomes of the
    distributions that its left side mentions. ``given``: inequalities that a problem must satisfy.
    """
    if statement.relation not in _VIOLATED and statement.relation is not Relation.PROPORTIONAL:
        return None
    program = Program(context)
    try:
        left, right = program.compile(statement.left), program.compile(statement.right)
        known = hypotheses(program, given, left.free | right.free)
    except NotEvaluable:
        return None
    free = left.free | right.free
    varying = tuple(v for v in varying or _outcomes(statement.left) if v in free)
    if statement.relation is Relation.PROPORTIONAL and not varying:
        return None
    return Claim(program, left, right, statement.relation, varying, known, apart=tuple(_apart(statement, free)))


def hypotheses(program: Program, given: tuple[Statement, ...], free: frozenset[Variable]) -> tuple[Claim, ...]:
    """What is given, compiled beside a statement with these free variables. Raises NotEvaluable."""
    return tuple(
        Claim(program, program.compile(g.left), program.compile(g.right), g.relation, (), (), pointed(g, free))
        for g in given
    )


def _apart(statement: Statement, free: frozenset[Variable]) -> Iterator[tuple[Variable, Variable]]:
    """Two places, where a derivative is by the value at one of them: that they are one is seldom meant."""
    todo = [statement.left, statement.right]
    while todo:
        term = todo.pop()
        todo += term.parts()
        if isinstance(term, t.Partial) and isinstance(term.target, t.Apply):
            for v in t.free_variables(term.target) & free:
                yield from ((v, w) for w in free if v != w and v.sort == w.sort)


def pointed(given: Statement, free: frozenset[Variable]) -> frozenset[Variable]:
    """What of a hypothesis is one in particular: by its name, or as the statement speaks of it, too, or of two."""
    found = decorated(given)
    return frozenset(v for v in found if is_named(v) or v in free or sum(v.sort == w.sort for w in found) > 1)


def refute(statement: Statement, context: t.Context, *, varying: tuple[Variable, ...] = (),
           plain: Collection[str] = (), max_problems: int = 400, given: tuple[Statement, ...] = ()) -> Witness | None:
    """A certified counterexample to ``statement``, the simplest that the search meets, or None.

    ::

        a problem of the domain, a point in it, and a ball around left - right that violates the relation
        ──────────────────────────────────────────────────────────────────────────────────────────────────
                                            the statement is false

    For ``=`` and ``∝`` a few random problems are asked first: where all of them agree, nothing is
    searched, but for what is made of pieces. ``plain`` names what should stay uniform the longest (references);
    problems that violate what is ``given`` are passed over. The answer
    depends on nothing but the arguments. None means nothing: the statement may be true or not.

    >>> p = t.Apply("p", (Variable("y", "y"),), ())
    >>> found = refute(Statement(t.log(p), Relation.EQUAL, p), t.Context.NOTHING)
    >>> found is not None and found.problem.alphabets["y"]
    2
    """
    if functions(statement, context):
        return _for_every_instance(statement, context, varying, plain, max_problems, given)
    claim = prepared(statement, context, varying, given)
    if claim is None or not consistent(claim.program.needs):
        return None
    needs = claim.program.needs
    probes = [(problem, where) for problem in probe_problems(needs) if (where := claim.allowed(problem))]
    found = [certified(claim, problem, at) for problem, where in probes for at in _violations(claim, problem, where)]
    seen = next((witness for witness in found if witness is not None), None)
    if seen is None and not claim.program.kinked and claim.relation in _EQUATIONS and _agree(claim, probes):
        return None
    clearest: tuple[float, Candidate, Places] | None = None
    since, bent, allowance = 0, 0, Allowance(WORK)
    for candidate in candidates(needs, plain, max_problems):
        since += clearest is not None
        if since > 40:
            break
        if not (allowed := claim.allowed(candidate.problem())):
            if seen is None and bent < _MOST_BENT and (problem := bent_to(claim, candidate.problem())) is not None:
                bent += 1
                for where in _violations(claim, problem, claim.allowed(problem)):
                    seen = certified(claim, problem, where)
            continue
        for margin, where in _suspicions(claim, candidate, allowance, allowed):
            if clearest is None or margin > clearest[0]:
                clearest = margin, candidate, where
            if margin > CLEAR and (witness := certified(claim, candidate.problem(), where)) is not None:
                return witness
    if clearest is not None and (witness := certified(claim, clearest[1].problem(), clearest[2])) is not None:
        return witness
    if seen is None and claim.relation not in _EQUATIONS:
        for candidate in far(needs):
            allowed = claim.allowed(candidate.problem())
            for margin, where in _suspicions(claim, candidate, allowance, allowed) if allowed else ():
                if margin > CLEAR and (witness := certified(claim, candidate.problem(), where)) is not None:
                    return witness
        tried = ((each, where) for each in probe_problems(needs, _SEED + 1, _MORE) if (where := claim.allowed(each)))
        shown = (certified(claim, each, at) for each, where in tried for at in _violations(claim, each, where))
        seen = next((witness for witness in shown if witness is not None), None)
    if seen is not None and not given:  # too small for floats to see: the simplest problem where balls do
        for candidate in candidates(needs, plain, 12):
            for where in _violations(claim, candidate.problem(), ({},)):
                if (witness := certified(claim, candidate.problem(), where)) is not None:
                    return witness
    return seen


def equal_sides(
    statement: Statement, context: t.Context, *, plain: Collection[str] = (), given: tuple[Statement, ...] = ()
) -> Witness | None:
    """The simplest problem in which both sides of a statement have a value, with these values.

    Requires: that the two sides are equal is proved, so that what is said of them is false in every problem.

    >>> p = t.Apply("p", (Variable("y", "y"),), ())
    >>> found = equal_sides(Statement(p, Relation.LESS, p), t.Context.NOTHING)
    >>> float(found.sides[0].left), float(found.sides[0].right)
    (0.5, 0.5)
    """
    claim = prepared(statement, context, given=given)
    if claim is None or not consistent(claim.program.needs):
        return None
    for candidate in candidates(claim.program.needs, plain, _MOST_EQUAL):
        problem = candidate.problem()
        with precision(PRECISIONS[1]):
            try:
                run = Run.of(claim.program, problem, BALLS, allowance=Allowance(PROBE_WORK))
                for where in claim.places(problem.alphabets, claim.allowed(problem)):
                    if (numbers := _numbers(claim, run, where)) is not None:
                        sides = tuple(Sides(at, a, b) for at, (a, b) in zip(where, numbers, strict=True))
                        return Witness(problem, sides, PRECISIONS[1], along=claim.program.moving)
            except NotEvaluable:
                continue
    return None


_MOST_EQUAL = 40


def _for_every_instance(
    statement: Statement, context: t.Context, varying: tuple[Variable, ...], plain: Collection[str], max_problems: int,
    given: tuple[Statement, ...],
) -> Witness | None:
    """A counterexample for the first of the functions that may stand for one that nothing gives, if each has one."""
    first: Witness | None = None
    for words, taken, within, under in with_functions_given(statement, context, given):
        found = refute(taken, within, varying=varying, plain=plain, max_problems=max_problems // 4, given=under)
        if found is None:
            return None
        first = first or found._replace(functions=(words,))
    return first


def satisfiable(
    given: tuple[Statement, ...], context: t.Context, max_problems: int = 400, prompts: int | None = None
) -> bool:
    """Whether some problem, of those that a search would try, certainly satisfies all that is given.

    ``prompts``: how many of them it may have, if that matters.

    >>> from fractions import Fraction
    >>> one, β = t.Number(Fraction(1)), t.Scalar("β")
    >>> below, above = (Statement(*sides) for sides in ((β, Relation.LESS, one), (one, Relation.LESS, β)))
    >>> satisfiable((below,), t.Context.NOTHING), satisfiable((below, above), t.Context.NOTHING)
    (True, False)
    """
    claim = prepared(given[0], context, given=given)
    if claim is None:
        return False
    problems = (candidate.problem() for candidate in candidates(claim.program.needs, (), max_problems))
    first = candidates(claim.program.needs, (), 8)
    at_rest = (_at_rest(claim.program.needs, candidate.problem()) for candidate in first)
    counted = claim.program.needs.prompts
    return any(
        claim.allowed(problem) or bent_to(claim, problem) is not None
        for problem in chain(at_rest, problems, probe_problems(claim.program.needs, count=200))
        if prompts is None or all(problem.alphabets[sort] <= prompts for sort in counted)
    )


def _at_rest(needs: Needs, problem: Case) -> Case:
    """A problem in which every function that may be 0 is 0, as equations for functions often have it."""
    settled = needs.positive | needs.structure.keys()
    free = [shape for shape in problem.tables if not shape.outcomes and shape.symbol not in settled]
    zero = {shape: dict.fromkeys(problem.tables[shape], Fraction(0)) for shape in free}
    return replace(problem, tables={**problem.tables, **zero})


_EQUATIONS = (Relation.EQUAL, Relation.PROPORTIONAL)

_MORE = 12
"""Random problems asked of an inequality that no simple one speaks against."""

_MOST_BENT = 40


def bent_to(claim: Claim, problem: Case) -> Case | None:
    """The problem with numbers changed, one for each equation that is given and fails in it, so that all hold.

    An equation is solved for the first scalar or value of a function in which it is linear, everything else held.
    """
    for each in claim.given:
        if each.relation is not Relation.EQUAL:
            continue
        for at in points(each.free, problem.alphabets):
            if each.points and any(at[v] for v in each.points):
                continue  # of the points one is enough
            changed = _solved(each, problem, at)
            if changed is None:
                return None
            problem = changed
    return problem if claim.allowed(problem) else None


def _solved(given: Claim, problem: Case, at: Mapping[Variable, int]) -> Case | None:
    def gap(where: Case) -> Fraction | None:
        try:
            run = Run.of(given.program, where, RATIONALS, allowance=Allowance(PROBE_WORK))
            ((left, right),) = given.numbers(run, (at,))
        except (Undefined, NotEvaluable):
            return None
        return Fraction(left - right)

    if gap(problem) == 0:
        return problem
    for change in _numbers_of(given.program.needs, problem):
        ends = gap(change(Fraction(0))), gap(change(Fraction(1)))
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        solved = change(ends[0] / (ends[0] - ends[1]))
        if gap(solved) == 0:
            return solved
    return None


def _numbers_of(needs: Needs, problem: Case) -> Iterator[Callable[[Fraction], Case]]:
    """The numbers of a problem that may be any real one, each as what puts another in its place."""

    def scalar(symbol: str) -> Callable[[Fraction], Case]:
        return lambda n: replace(problem, scalars={**problem.scalars, symbol: n})

    def value(shape: Shape, place: tuple[int, ...]) -> Callable[[Fraction], Case]:
        return lambda n: replace(problem, tables={**problem.tables, shape: {**problem.tables[shape], place: n}})

    for shape, table in problem.tables.items():
        if not shape.outcomes and shape.symbol not in needs.positive and shape.symbol not in needs.structure:
            yield from (value(shape, place) for place in table)
    yield from (scalar(symbol) for symbol in problem.scalars if symbol not in needs.positive)


def consistent(needs: Needs) -> bool:
    """Whether the tables a problem needs can be chosen independently of each other.

    ``p(x)`` and ``p(y|x)`` can; a joint ``p(x, y)`` besides its marginal ``p(x)`` cannot, and
    ``r(y)`` besides ``r(x, y)`` may be meant as one function. Then no counterexample is fair.

    >>> xy, x, y_x = Shape("p", ("x", "y"), ()), Shape("p", ("x",), ()), Shape("p", ("y",), ("x",))
    >>> consistent(Needs((), (), (x, y_x))), consistent(Needs((), (), (x, xy)))
    (True, False)
    """
    for a, b in combinations(needs.shapes, 2):
        if a.symbol == b.symbol and not (set(a.outcomes) & set(b.given) or set(b.outcomes) & set(a.given)):
            return False
        if a.symbol == b.symbol and set(a.outcomes) & set(b.outcomes):
            return False
    return True


def probe_problems(needs: Needs, seed: int = _SEED, count: int = 3) -> Iterator[Case]:
    """A few problems without any symmetry: where a false equation is true, too, is measure zero."""
    rng = Random(seed)
    for i in range(count):
        size = _PROBES[i % len(_PROBES)]
        alphabets = {s: size["prompts"] if s in needs.prompts else size["responses"] for s in needs.sorts}
        for k, sort in enumerate(sorted(needs.numbers)):
            alphabets[sort] = 2 + (i + k) % 2
        yield random_case(rng, needs, alphabets)


def _agree(claim: Claim, problems: list[tuple[Case, Allowed]]) -> bool:
    """Whether balls found both sides defined and compatible in at least two of the problems.

    Those where both sides happen to be 0 do not count beside others, and there is one of each size that a group has in
    the problems: ``G/2 = 1`` holds in all groups of two.
    """
    agreeing: dict[bool, list[Case]] = {True: [], False: []}
    for problem, allowed in problems:
        with precision(128):
            try:
                run = Run.of(claim.program, problem, BALLS, allowance=Allowance(PROBE_WORK))
                places = list(claim.places(problem.alphabets, allowed))[:8]
                found = [numbers for where in places if (numbers := _numbers(claim, run, where)) is not None]
            except NotEvaluable:
                return False
        if found:
            agreeing[any(side != 0 for numbers in found for pair in numbers for side in pair)].append(problem)
    told = agreeing[True] or agreeing[False]
    several = [n for n in claim.program.needs.numbers if len({problem.alphabets[n] for problem, _ in problems}) > 1]
    return len(told) >= 2 and all(len({problem.alphabets[n] for problem in told}) > 1 for n in several)


def _violations(claim: Claim, problem: Case, allowed: Allowed, most: int = 8) -> Iterator[Places]:
    """The first place of a problem whose 128-bit balls violate the claim."""
    with precision(128):
        try:
            run = Run.of(claim.program, problem, BALLS, allowance=Allowance(PROBE_WORK))
            for where in list(claim.places(problem.alphabets, allowed))[:most]:
                numbers = _numbers(claim, run, where)
                if numbers is not None and violated(claim.relation, numbers):
                    found = where
                    break
            else:
                return
        except NotEvaluable:
            return
    yield found


def _suspicions(claim: Claim, candidate: Candidate, allowance: Allowance,
                allowed: Allowed) -> Iterator[tuple[float, Places]]:
    """The places where floats violate the claim, each with a relative margin."""
    try:
        run = float_run(claim.program, candidate, allowance)
        for where in claim.places(candidate.alphabets, allowed):
            numbers = _numbers(claim, run, where)
            if numbers is None:
                continue
            margin = _margin(claim.relation, numbers)
            if margin is not None:
                yield margin, where
    except NotEvaluable:
        return


def float_run(program: Program, candidate: Candidate, allowance: Allowance,
              policies: Mapping[Shape, Values] | None = None) -> Run:
    """A run in floats, for the search."""
    needs = candidate.needs
    tables = {shape: each.floats for shape, each in zip(needs.shapes, candidate.tables, strict=True)}
    scalars = {symbol: each.floats for symbol, each in zip(needs.scalars, candidate.scalars, strict=True)}
    return Run(program, FLOATS, candidate.alphabets, scalars, {**tables, **(policies or {})}, allowance)


def _numbers(claim: Claim, run: Run, where: Places) -> tuple[tuple[Any, Any], ...] | None:
    try:
        return claim.numbers(run, where)
    except Undefined:
        return None


def _margin(relation: Relation, numbers: tuple[tuple[float, float], ...]) -> float | None:
    """By how much floats violate a relation, relative to their size; None where they do not."""
    (left, right), *others = numbers
    if others:
        left, right = left * others[0][1], others[0][0] * right
    margin = (left - right) / (1 + abs(left) + abs(right))
    if relation in (Relation.GREATER_EQUAL, Relation.GREATER):
        margin = -margin
    if relation in _EQUATIONS:
        margin = abs(margin)
    if relation in (Relation.LESS, Relation.GREATER) and margin > -TOLERANCE:
        return max(margin, 2 * CLEAR)  # equality violates it as well as anything
    return margin if margin > TOLERANCE else None


_VIOLATED: dict[Relation, Callable[[arb], bool]] = {
    Relation.EQUAL: lambda d: bool(d > 0 or d < 0),
    Relation.LESS_EQUAL: lambda d: bool(d > 0),
    Relation.GREATER_EQUAL: lambda d: bool(d < 0),
    Relation.LESS: lambda d: bool(d >= 0),
    Relation.GREATER: lambda d: bool(d <= 0),
    Relation.DIFFERENT: lambda d: bool(d == 0),
}


_HOLDS: dict[Relation, Callable[[arb | Fraction], bool]] = {
    Relation.EQUAL: lambda d: bool(d == 0),
    Relation.LESS_EQUAL: lambda d: bool(d <= 0),
    Relation.GREATER_EQUAL: lambda d: bool(d >= 0),
    Relation.LESS: lambda d: bool(d < 0),
    Relation.GREATER: lambda d: bool(d > 0),
    Relation.DIFFERENT: lambda d: bool(d > 0 or d < 0),
}


def violated(relation: Relation, numbers: tuple[tuple[arb, arb], ...]) -> bool:
    """Whether balls certainly violate a relation; two pairs are the places of a proportionality.

    >>> [violated(Relation.LESS_EQUAL, ((arb(left), arb(1)),)) for left in (2, 1)]
    [True, False]
    """
    if relation is Relation.PROPORTIONAL:
        (a, b), (c, d) = numbers
        return _VIOLATED[Relation.EQUAL](a * d - c * b)
    ((left, right),) = numbers
    return _VIOLATED[relation](left - right)


def certified(claim: Claim, problem: Case, where: Places) -> Witness | None:
    """The witness, if balls of some precision certainly violate the claim there."""
    for bits in PRECISIONS:
        with precision(bits):
            try:
                numbers = claim.numbers(Run.of(claim.program, problem, BALLS), where)
            except Undefined:
                continue
            except NotEvaluable:
                return None
            if violated(claim.relation, numbers):
                sides = tuple(Sides(at, a, b) for at, (a, b) in zip(where, numbers, strict=True))
                return Witness(problem, sides, bits, along=claim.program.moving)
    return None


def _outcomes(term: t.Term) -> frozenset[Variable]:
    inside = frozenset().union(*(_outcomes(part) for part in term.parts()))
    return inside.union(term.outcomes) if isinstance(term, t.Apply) else inside
