"""The guard: what the kernel proved is evaluated, too, on random finite problems, in balls.

A disagreement is a ball that excludes what was proved. It means a bug in the kernel (or here),
never a wrong document, and is to be reported loudly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from flint import arb

import symkl.language.terms as t
from symkl.language.terms import Relation, Statement, Variable
from symkl.refuting.arithmetic import BALLS, NotEvaluable, Undefined, precision
from symkl.refuting.compiling import Compiled
from symkl.refuting.contests import Contest, Problem, contest
from symkl.refuting.evaluating import Allowance, Run
from symkl.refuting.instances import functions, with_functions_given
from symkl.refuting.values import PROBE_WORK, prepared, probe_problems, violated
from symkl.refuting.witnesses import Sides, Witness, counterexample

BITS = 128
_TRIES = 60
"""Random problems asked for a few that satisfy what is given."""

_PIECES = 8
"""Times as many problems are asked of what is made of pieces: each of them says something of its own piece alone."""

MOST_PLACES = 4
"""Points looked at in each problem."""


class Disagreement(NamedTuple):
    """Something proved that a certified computation excludes."""

    what: str
    witness: Witness

    def __str__(self) -> str:
        found = counterexample(self.witness)
        shown = "; ".join(f"{p.place + ': ' if p.place else ''}{p.left} and {p.right}" for p in found.points)
        return f"{self.what}, but in the problem {found.summary} the numbers are {shown}"


def confirm(statement: Statement, context: t.Context, *, seed: int = 0, count: int = 3,
            varying: tuple[Variable, ...] = (), given: tuple[Statement, ...] = ()) -> list[Disagreement]:
    """What speaks against a proved statement in ``count`` random problems; empty is well.

    What a finite problem gives no value (optima, undefined points) is skipped. Facts that the proof
    used must be among the definitions of ``context``. ``varying`` and ``given`` are as for ``refute``.

    >>> from fractions import Fraction
    >>> y = Variable("y", "y")
    >>> p = t.total(y, t.Apply("p", (y,), ()))
    >>> confirm(Statement(p, Relation.EQUAL, t.Number(Fraction(1))), t.Context.NOTHING)
    []
    >>> len(confirm(Statement(p, Relation.EQUAL, t.Number(Fraction(2))), t.Context.NOTHING, count=2))
    2
    """
    if functions(statement, context):
        instances = islice(with_functions_given(statement, context, given), 2)
        return [each for _, taken, within, under in instances
                for each in confirm(taken, within, seed=seed, count=count, varying=varying, given=under)]
    claim = prepared(statement, context, varying, given)
    found: list[Disagreement] = []
    if claim is None:
        return found
    count *= _PIECES if claim.program.kinked else 1
    probes = probe_problems(claim.program.needs, seed, _TRIES if given else count)
    for problem, allowed in islice(((each, where) for each in probes if (where := claim.allowed(each))), count):
        with precision(BITS):
            try:
                run = Run.of(claim.program, problem, BALLS, allowance=Allowance(PROBE_WORK))
                for where, _ in zip(claim.places(problem.alphabets, allowed), range(MOST_PLACES), strict=False):
                    try:
                        numbers = claim.numbers(run, where)
                    except Undefined:
                        continue
                    if violated(claim.relation, numbers):
                        sides = tuple(Sides(at, a, b) for at, (a, b) in zip(where, numbers, strict=True))
                        found.append(Disagreement(f"proved: left {claim.relation.value} right",
                                                  Witness(problem, sides, BITS, along=claim.program.moving)))
                        break
            except NotEvaluable:
                continue
    return found


def confirm_limit(limit: t.Limit, found: t.Term, context: t.Context, *, seed: int = 0,
                  count: int = 3) -> list[Disagreement]:
    """What speaks against a proved limit: near the end, the body is far from it in ``count`` random problems.

    Balls at three scalars, each 10^6 times nearer to the end than the one before: the distance must be
    small at the last, or still fall. Problems have rewards of size one, so no slower limit is met.

    >>> β = t.Scalar("β")
    >>> one, two = (t.Number(Fraction(n)) for n in (1, 2))
    >>> [len(confirm_limit(t.Limit(t.exp(β), β, t.End.ZERO), claimed, t.Context.NOTHING)) for claimed in (one, two)]
    [0, 3]
    """
    gap = t.Add((limit.body, t.Mul((t.Number(Fraction(-1)), found))))
    claim = prepared(Statement(gap, Relation.EQUAL, t.Number(Fraction(0))), context)
    against: list[Disagreement] = []
    if claim is None:
        return against
    near = [Fraction(1, 10**k) if limit.end is t.End.ZERO else Fraction(10**k) for k in (6, 12, 18)]
    for problem in probe_problems(claim.program.needs, seed, count):
        for where in list(claim.places(problem.alphabets))[:MOST_PLACES]:
            distances = []
            for value in near:
                with precision(4 * BITS):
                    try:
                        moved = replace(problem, scalars={**problem.scalars, limit.scalar.symbol: value})
                        run = Run.of(claim.program, moved, BALLS, allowance=Allowance(PROBE_WORK))
                        distances.append(abs(claim.numbers(run, where)[0][0]))
                    except (Undefined, NotEvaluable):
                        break
            far = len(distances) == len(near) and distances[-1] > BALLS.number(Fraction(1, 1000))
            if far and not distances[-1] < distances[0] / 2:
                sides = (Sides(where[0], distances[-1], BALLS.number(Fraction(0))),)
                witness = Witness(problem, sides, BITS, along=claim.program.moving)
                against.append(Disagreement("proved: a limit", witness))
                break
    return against


def confirm_optimiser(first: Problem, second: Problem, factor: t.Term, difference: t.Term,
                      context: t.Context, *, seed: int = 0, count: int = 3,
                      given: tuple[Statement, ...] = ()) -> list[Disagreement]:
    """What speaks against ``f = factor · g + difference`` with a positive factor, at random policies.

    f and g are what the two problems maximise: the body of a ``max``, minus the body of a ``min``,
    as in the kernel's law.
    """

    def against(rival: Run, best: Run, at: At, bodies: tuple[Compiled, ...]) -> tuple[arb, arb] | None:
        f, g, c, d = (rival.value(body, at) for body in bodies)
        left, right = _gain(first, f), c * _gain(second, g) + d
        false = violated(Relation.EQUAL, ((left, right),)) or c <= 0
        return (left, right) if false else None

    found = contest((first, second), context, others=(factor, difference), given=given)
    what = "proved: the first objective is a positive factor times the second, plus a constant"
    return _disagreements(found, what, against, seed, count)


def confirm_optimal(problem: Problem, claimed: t.Term, context: t.Context, *, seed: int = 0, count: int = 3,
                    spelled: tuple[Variable, ...] | None = None) -> list[Disagreement]:
    """What speaks against ``claimed`` as the optimiser: a random policy that certainly does better."""

    def against(rival: Run, best: Run, at: At, bodies: tuple[Compiled, ...]) -> tuple[arb, arb] | None:
        old, new = best.value(bodies[0], at), rival.value(bodies[0], at)
        return (old, new) if _gain(problem, new - old) > 0 else None

    found = contest((problem,), context, claimed, spelled=spelled)
    return _disagreements(found, "proved: the claimed policy is optimal", against, seed, count)


def confirm_value(problem: Problem, value: t.Term, known: t.Term, context: t.Context, *, seed: int = 0,
                  count: int = 3, spelled: tuple[Variable, ...] | None = None) -> list[Disagreement]:
    """What speaks against ``value`` as the optimum, where ``known`` is the optimiser: the body there."""

    def against(rival: Run, best: Run, at: At, bodies: tuple[Compiled, ...]) -> tuple[arb, arb] | None:
        left, right = (best.value(body, at) for body in bodies)
        return (left, right) if violated(Relation.EQUAL, ((left, right),)) else None

    found = contest((problem,), context, known, (value,), spelled)
    return _disagreements(found, "proved: the optimum has this value", against, seed, count)


At = Mapping[Variable, int]
Check = Callable[[Run, Run, At, tuple[Compiled, ...]], tuple[arb, arb] | None]
"""Two numbers that should not be, given a run at a random policy, one at the claimed policy, and a point."""


def _gain(problem: Problem, value: arb) -> arb:
    return value if problem.sense is t.Sense.MAX else -value


def _disagreements(found: Contest | None, what: str, against: Check, seed: int,
                   count: int) -> list[Disagreement]:
    out: list[Disagreement] = []
    if found is None:
        return out
    needs = found.needs._replace(shapes=(*found.needs.shapes, found.shape))
    for problem in probe_problems(needs, seed, _TRIES if found.given else count):
        given = {shape: table for shape, table in problem.tables.items() if shape != found.shape}
        shown = replace(problem, tables=given)
        if not (where := found.where(shown)):
            continue
        rho = problem.tables[found.shape]
        with precision(BITS):
            try:
                rival = Run.of(found.program, problem, BALLS, allowance=Allowance(PROBE_WORK))
                claimed = rho if found.claimed is None else found.claimed_table(rival)
                best = found.ball_run(problem, claimed)
                for at in where[:MOST_PLACES]:
                    numbers = against(rival, best, at, found.bodies)
                    if numbers is not None:
                        policies = found.contender(rho), found.contender(claimed, found.label)
                        sides = Sides(at, *numbers, policies[: 1 if found.claimed is None else 2])
                        out.append(Disagreement(what, Witness(shown, (sides,), BITS)))
                        break
            except (NotEvaluable, Undefined):
                continue
    return out
