"""Refute what is said of an optimum: by a policy that does better than the one claimed.

One policy is enough: it shows that a claimed maximiser is none, that a claimed maximum is too
small, and that two problems order two policies differently and so have different maximisers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

import symkl.language.terms as t
from symkl.language.terms import Relation, Statement, Variable
from symkl.refuting.arithmetic import NotEvaluable, Undefined, precision
from symkl.refuting.candidates import Candidate, candidates
from symkl.refuting.cases import Case, Shape
from symkl.refuting.contests import Contest, Problem, RationalPolicy, contest, policies_of, rational_policy, sums
from symkl.refuting.evaluating import Allowance, Run, Values
from symkl.refuting.values import CLEAR, PRECISIONS, TOLERANCE, WORK, float_run, violated
from symkl.refuting.witnesses import Sides, Witness

WRONG_SUM = ("its sum", "the sum of a policy")
"""The heads of a witness that a claimed policy is none."""

_LEAST, _MOST = (Relation.GREATER_EQUAL, Relation.GREATER), (Relation.LESS_EQUAL, Relation.LESS)


def refute_optimiser(first: Problem, second: Problem, known: t.Term, context: t.Context, *,
                     plain: Collection[str] = (), spelled: tuple[Variable, ...] | None = None,
                     max_problems: int = 24, given: tuple[Statement, ...] = ()) -> Witness | None:
    """Two problems do not have the same optimiser: a policy beats, in the second, the optimum of the first.

    Requires: ``known``, a policy as a term, is an optimiser of ``first`` (proved elsewhere). The
    witness holds both problems at both policies; only the second needs to be certified.
    """
    found = contest((first, second), context, known, spelled=spelled, given=given)
    return None if found is None else _beaten(found, (first.sense, second.sense), plain, max_problems)


def beats(problem: Problem, claimed: t.Term, context: t.Context, *, plain: Collection[str] = (),
          spelled: tuple[Variable, ...] | None = None, max_problems: int = 24,
          given: tuple[Statement, ...] = ()) -> Witness | None:
    """``claimed`` is not the optimiser of ``problem``: another policy does certainly better.

    A claimed policy that does not sum to 1 is refuted by its sum.

    >>> y = Variable("y", "y")
    >>> p, q = (t.Apply(s, (y,), ()) for s in ("p", "q"))
    >>> found = beats(t.Optimiser(t.Sense.MIN, "p", t.kl(y, p, q)), t.exp(t.log(q)), t.Context.NOTHING)
    >>> found is None
    True
    >>> r = t.Apply("r", (), (y,))
    >>> found = beats(t.Optimiser(t.Sense.MAX, "p", t.mean((y,), p, r)), q, t.Context.NOTHING)
    >>> found.heads
    ('at the claimed optimum', 'at this policy')
    """
    found = contest((problem,), context, claimed, spelled=spelled, given=given)
    return None if found is None else _beaten(found, (problem.sense,), plain, max_problems)


def refute_optimum_value(problem: Problem, value: t.Term, context: t.Context, *,
                         relation: Relation = Relation.EQUAL, known: t.Term | None = None,
                         plain: Collection[str] = (), spelled: tuple[Variable, ...] | None = None,
                         max_problems: int = 24, given: tuple[Statement, ...] = ()) -> Witness | None:
    """``max f = value`` (or ``≤``, ``≥``, ...) is false: a policy attains more than that.

    That a maximum is less than claimed no single policy shows, unless an optimiser is ``known``
    (proved elsewhere): then the value there is the maximum. For ``min`` all is the other way round.
    """
    found = contest((problem,), context, known, (value,), spelled, given)
    if found is None:
        return None
    above = problem.sense is t.Sense.MAX
    one_sided = {
        Relation.EQUAL: Relation.LESS_EQUAL if above else Relation.GREATER_EQUAL,
        **{r: r for r in (_MOST if above else _LEAST)},
    }.get(relation)
    allowance = Allowance(WORK)
    for candidate in candidates(found.needs, plain, max_problems):
        exact = candidate.problem()
        if not (where := found.where(exact)):
            continue
        witness = None if known is None else _value_at_known(found, exact, relation, problem.sense, where)
        if witness is not None:
            return witness
        if one_sided is None:
            continue
        for rho in policies_of(found.shape, tuple(sorted(candidate.alphabets.items()))):
            at = _value_beaten(found, candidate, rho.floats, one_sided, allowance, where)
            if at is None:
                continue
            witness = _certified_value(found, exact, rho.exact, at, one_sided)
            if witness is not None:
                return witness
    return None


# -- comparing policies ------------------------------------------------------------------


def _sign(sense: t.Sense) -> int:
    return 1 if sense is t.Sense.MAX else -1


def _beaten(found: Contest, senses: tuple[t.Sense, ...], plain: Collection[str],
            most: int) -> Witness | None:
    """The first policy that beats the claimed one in the last of the problems, clearly if possible."""
    faint: tuple[Candidate, RationalPolicy, Mapping[Variable, int]] | None = None
    allowance = Allowance(WORK)
    for candidate in candidates(found.needs, plain, most):
        if not (where := found.where(candidate.problem())):
            continue
        try:
            beside = {found.shape: found.filler(candidate.alphabets)}
            claimed = found.claimed_table(float_run(found.program, candidate, allowance, beside))
        except (NotEvaluable, Undefined):
            continue
        if any(abs(total - 1) > TOLERANCE for total in sums(found.shape, claimed).values()):
            if len(senses) == 1 and (witness := _wrong_sum(found, candidate.problem())) is not None:
                return witness
            continue
        for margin, rho, at in _improvements(found, candidate, claimed, senses, allowance, where):
            if margin > CLEAR and (witness := _certified(found, candidate, rho, at, senses)) is not None:
                return witness
            faint = faint or (candidate, rho, at)
    return None if faint is None else _certified(found, *faint, senses)


def _improvements(found: Contest, candidate: Candidate, claimed: Values, senses: tuple[t.Sense, ...],
                  allowance: Allowance, where: Sequence[Mapping[Variable, int]],
                  ) -> Iterator[tuple[float, RationalPolicy, Mapping[Variable, int]]]:
    """Policies that floats find better than the claimed one, the simplest first, each where it is."""
    frozen = tuple(sorted(candidate.alphabets.items()))
    before = float_run(found.program, candidate, allowance, {found.shape: claimed})
    base = [_scores(found, before, at, senses) for at in where]
    for rho in (*policies_of(found.shape, frozen), *_nearby(found.shape, claimed)):
        run = float_run(found.program, candidate, allowance, {found.shape: rho.floats})
        for at, old in zip(where, base, strict=True):
            new = None if old is None else _scores(found, run, at, senses)
            if old is None or new is None:
                continue
            margin = (new[-1] - old[-1]) / (1 + abs(new[-1]) + abs(old[-1]))
            worse_in_first = len(senses) == 1 or new[0] < old[0] - TOLERANCE
            if margin > TOLERANCE and worse_in_first:
                yield margin, rho, at


def _scores(found: Contest, run: Run, at: Mapping[Variable, int],
            senses: tuple[t.Sense, ...]) -> tuple[Any, ...] | None:
    try:
        pairs = zip(senses, found.bodies, strict=True)
        return tuple(_sign(sense) * run.value(body, at) for sense, body in pairs)
    except (Undefined, NotEvaluable):
        return None


def _nearby(shape: Shape, claimed: Values) -> Iterator[RationalPolicy]:
    """The claimed policy moved a little towards each outcome, and rounded: a claim that is no
    stationary point is beaten by one of these, however near the optimum it is."""
    count = len(shape.outcomes)
    for step, whole in ((0.1, 100), (0.01, 1000)):
        for favoured in sorted({place[:count] for place in claimed}):
            moved = {p: (1 - step) * v + step * (p[:count] == favoured) for p, v in claimed.items()}
            table = {p: Fraction(max(1, round(v * whole)), whole) for p, v in moved.items()}
            for row, total in sums(shape, table).items():  # what rounding lost goes to the favoured outcome
                table[(*favoured, *row)] += 1 - total
            if min(table.values()) > 0:
                yield rational_policy(table)


def _certified(found: Contest, candidate: Candidate, rho: RationalPolicy, at: Mapping[Variable, int],
               senses: tuple[t.Sense, ...]) -> Witness | None:
    problem = candidate.problem()
    for bits in PRECISIONS:
        with precision(bits):
            try:
                claimed = found.claimed_table(found.ball_run(problem, found.filler(problem.alphabets)))
                olds = [found.ball_run(problem, claimed).value(body, at) for body in found.bodies]
                news = [found.ball_run(problem, rho.exact).value(body, at) for body in found.bodies]
            except Undefined:
                continue
            except NotEvaluable:
                return None
            if not _sign(senses[-1]) * (news[-1] - olds[-1]) > 0:
                continue
            if len(senses) == 2 and _sign(senses[0]) * (news[0] - olds[0]) > 0:
                return None  # then what is known of the first problem is not so
            old, new = found.contender(claimed, found.label), found.contender(rho.exact)
            along = found.program.moving
            if len(senses) == 1:
                heads = "at the claimed optimum", "at this policy"
                return Witness(problem, (Sides(at, olds[0], news[0], (new, old)),), bits, heads, along)
            heads = f"first problem ({senses[0].value})", f"second problem ({senses[1].value})"
            sides = Sides(at, olds[0], olds[1], (old,)), Sides(at, news[0], news[1], (new,))
            return Witness(problem, sides, bits, heads, along)
    return None


def _wrong_sum(found: Contest, problem: Case) -> Witness | None:
    with precision(PRECISIONS[1]):
        try:
            claimed = found.claimed_table(found.ball_run(problem, found.filler(problem.alphabets)))
        except (Undefined, NotEvaluable):
            return None
        for total in sums(found.shape, claimed).values():
            if violated(Relation.EQUAL, ((total, arb(1)),)):
                sides = Sides({}, total, arb(1), (found.contender(claimed, found.label),))
                return Witness(problem, (sides,), PRECISIONS[1], WRONG_SUM)
    return None


# -- values ------------------------------------------------------------------------------


def _value_at_known(found: Contest, problem: Case, relation: Relation, sense: t.Sense,
                    where: Sequence[Mapping[Variable, int]]) -> Witness | None:
    """The value at the known optimiser is the optimum, so any relation can be refuted there."""
    for bits in PRECISIONS[:3]:
        with precision(bits):
            try:
                claimed = found.claimed_table(found.ball_run(problem, found.filler(problem.alphabets)))
                run = found.ball_run(problem, claimed)
                for at in where:
                    attained, value = (run.value(body, at) for body in found.bodies)
                    if violated(relation, ((attained, value),)):
                        sides = Sides(at, attained, value, (found.contender(claimed, found.label),))
                        heads = f"the {sense.value}imum", "the value claimed"
                        return Witness(problem, (sides,), bits, heads, found.program.moving)
            except (Undefined, NotEvaluable):
                continue
    return None


def _value_beaten(found: Contest, candidate: Candidate, rho: Values, relation: Relation,
                  allowance: Allowance, where: Sequence[Mapping[Variable, int]]) -> Mapping[Variable, int] | None:
    run = float_run(found.program, candidate, allowance, {found.shape: rho})
    for at in where:
        try:
            attained, value = (run.value(body, at) for body in found.bodies)
        except (Undefined, NotEvaluable):
            continue
        margin = (attained - value) / (1 + abs(attained) + abs(value))
        if (margin if relation in _MOST else -margin) > CLEAR:
            return at
    return None


def _certified_value(found: Contest, problem: Case, rho: Values, at: Mapping[Variable, int],
                     relation: Relation) -> Witness | None:
    for bits in PRECISIONS:
        with precision(bits):
            try:
                run = found.ball_run(problem, rho)
                attained, value = (run.value(body, at) for body in found.bodies)
            except Undefined:
                continue
            except NotEvaluable:
                return None
            if violated(relation, ((attained, value),)):
                sides = Sides(at, attained, value, (found.contender(rho),))
                heads = "the value of this policy", "the optimum claimed"
                return Witness(problem, (sides,), bits, heads, found.program.moving)
    return None
