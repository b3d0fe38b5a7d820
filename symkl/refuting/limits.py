"""Counterexamples to limits: a finite problem written out in numbers, whose limit the kernel can find.

In a problem with numbers for rewards and probabilities every sign is known, so that both ends of the
temperature are; what the limit is there, balls hold against what is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import islice

from flint import arb

import symkl.language.terms as t
from symkl.kernel import limits
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.dependence import reached
from symkl.language.functions import expansion
from symkl.language.terms import Policy, Relation, Statement, Variable
from symkl.proving.reading_back import read_back
from symkl.refuting.arithmetic import BALLS, NotEvaluable, Undefined, precision
from symkl.refuting.candidates import candidates
from symkl.refuting.cases import Case, Shape
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Run, points
from symkl.refuting.values import Claim, agrees, consistent, hypotheses, violated
from symkl.refuting.witnesses import Sides, Witness

MOST_PROBLEMS, MOST_PLACES, BITS = 60, 4, 256


def drawn_in(term: t.Term, context: t.Context) -> t.Limit | None:
    """``c lim f + d`` as ``lim (c f + d)``, where c is a number other than 0 and d does not move with the scalar.

    >>> from fractions import Fraction
    >>> from symkl.language.terms import End
    >>> β, one = t.Scalar("β"), t.Number(Fraction(1))
    >>> found = drawn_in(t.Add((t.Limit(β, β, End.ZERO), one)), t.Context.NOTHING)
    >>> found.body == t.Add((β, one))
    True
    """
    if isinstance(term, t.Limit):
        return term
    if not isinstance(term, t.Add | t.Mul):
        return None
    parts = term.parts()
    holders = [part for part in parts if t.Limit in t.kinds(part)]
    inner = drawn_in(holders[0], context) if len(holders) == 1 else None
    if inner is None:
        return None
    rest = tuple(part for part in parts if part is not holders[0])
    if isinstance(term, t.Mul):
        fixed = all(isinstance(part, t.Number) and part.value != 0 for part in rest)
        return replace(inner, body=t.Mul((*rest, inner.body))) if fixed else None
    if inner.scalar.symbol in reached(rest, context):
        return None
    return replace(inner, body=t.Add((inner.body, *rest)))


def refute_limit(
    limit: t.Limit, claimed: t.Term, context: t.Context, *, plain: Collection[str] = (),
    relation: Relation = Relation.EQUAL, equal: bool = False, given: tuple[Statement, ...] = (),
) -> Witness | None:  # fmt: skip
    """A problem in which ``limit = claimed``, or another relation, is certainly false, the simplest met, or None.

    ``equal``: both are known to be equal, so that the first problem will do. ``given``: what the problem must satisfy;
    where that ties other symbols to what goes to the end, nothing is found.

    >>> from fractions import Fraction
    >>> from symkl.language.terms import End
    >>> β = t.Scalar("β")
    >>> found = refute_limit(t.Limit(t.exp(β), β, End.ZERO), t.Number(Fraction(0)), t.Context.NOTHING)
    >>> float(found.sides[0].left)
    1.0
    """
    program = Program(context)
    try:
        body, other = program.compile(limit.body), program.compile(claimed)
        beside = [(each, reached((each.left, each.right), context)) for each in given]
        if any(limit.scalar.symbol in names and len(names) > 1 for _, names in beside):
            return None
        still = tuple(each for each, names in beside if limit.scalar.symbol not in names)
        claim = Claim(program, body, other, relation, (), hypotheses(program, still, body.free | other.free))
    except NotEvaluable:
        return None
    if limit.scalar.symbol in t.symbols(claimed) or not consistent(program.needs):
        return None
    free = body.free | other.free
    needs = program.needs._replace(scalars=tuple(s for s in program.needs.scalars if s != limit.scalar.symbol))
    for candidate in candidates(needs, plain, MOST_PROBLEMS):
        case = candidate.problem()
        anywhere = {**case.scalars, limit.scalar.symbol: Fraction(1)}
        allowed = claim.allowed(replace(case, scalars=anywhere))
        found = (place for place in points(free, case.alphabets) if any(agrees(place, some) for some in allowed))
        for place in islice(found, MOST_PLACES):
            try:
                numbers = _end(limit, case, place, context), _ball(written_out(claimed, case, place, context))
            except (NotEvaluable, Undefined, Unsupported, BudgetExceeded, KeyError):
                continue
            if equal or violated(relation, (numbers,)):
                return Witness(case, (Sides(place, *numbers),), BITS)
    return None


def _end(limit: t.Limit, case: Case, place: Mapping[Variable, int], context: t.Context) -> arb:
    """What the limit is in one problem; ±∞ where there is none. Raises NotEvaluable where the kernel finds neither.

    ::

        f/β → c    c ≠ 0                    β f → c    c ≠ 0
        ──────────────────────── β → ∞     ──────────────────────── β → 0+
        f → ∞, or -∞ if c < 0               f → ∞, or -∞ if c < 0
    """
    body = written_out(limit.body, case, place, context, moving=limit.scalar.symbol)
    if (found := _limit(replace(limit, body=body))) is not None:
        return found
    for power in range(1, _FASTEST + 1):
        smaller = t.Power(limit.scalar, t.Number(Fraction(power if limit.end is t.End.ZERO else -power)))
        found = _limit(replace(limit, body=t.Mul((smaller, body))))
        if found is not None and (found > 0 or found < 0):
            return arb("inf") if found > 0 else arb("-inf")
    raise NotEvaluable("the limit is not found")


_FASTEST = 2
"""The power of the scalar, or of its inverse, up to which a body is known to grow."""


def _limit(limit: t.Limit) -> arb | None:
    """A limit in numbers, None where the kernel finds none."""
    alone = t.Context(frozenset({limit.scalar.symbol}))
    try:
        found = limits.limit(Normaliser(alone), limit)
    except (Unsupported, BudgetExceeded):
        return None
    return None if found is None else _ball(read_back(found, alone))


def _ball(term: t.Term) -> arb:
    program = Program(t.Context.NOTHING)
    compiled = program.compile(term)
    with precision(BITS):
        found: arb = Run.of(program, Case({}, {}, {}), BALLS).value(compiled)
        return found


def written_out(
    term: t.Term, case: Case, place: Mapping[Variable, int], context: t.Context, moving: str = ""
) -> t.Term:
    """A term in the numbers of one problem: sums written out, definitions unfolded; ``moving`` stays a name.

    Raises: NotEvaluable for derivatives and optima, KeyError for a symbol that the problem does not give.

    >>> from fractions import Fraction
    >>> y = Variable("y", "y")
    >>> coin = {(0,): Fraction(1, 3), (1,): Fraction(2, 3)}
    >>> half = Case({"y": 2}, {}, {Shape("p", ("y",), ()): coin})
    >>> len(written_out(t.total(y, t.Apply("p", (y,), ())), half, {}, t.Context.NOTHING).terms)
    2
    """

    def at(inner: t.Term, more: Mapping[Variable, int]) -> t.Term:
        return written_out(inner, case, {**place, **more}, context, moving)

    def over(variables: tuple[Variable, ...], inner: t.Term) -> t.Add:
        return t.Add(tuple(at(inner, where) for where in points(frozenset(variables), case.alphabets)))

    match term:
        case t.Scalar(symbol=symbol):
            if symbol == moving:
                return term
            if symbol in context.definitions:
                return at(context.definitions[symbol].body, {})
            return t.Number(case.scalars[symbol])
        case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
            if symbol in context.definitions:
                found = context.definitions[symbol]
                pairs = list(zip(found.parameters, (*outcomes, *given), strict=True))
                policies: dict[t.Argument, t.Argument] = {a: b for a, b in pairs if isinstance(a, Policy)}
                where = {a: place[b] for a, b in pairs if isinstance(a, Variable) and isinstance(b, Variable)}
                return at(t.substitute(found.body, policies), where)
            places = [a for a in (*outcomes, *given) if isinstance(a, Variable)]
            shape = Shape(symbol, tuple(v.sort for v in outcomes), tuple(v.sort for v in places[len(outcomes) :]))
            return t.Number(case.tables[shape][tuple(place[v] for v in places)])
        case t.Bind("sum", variables, (body,)):
            return over(variables, body)
        case t.Bind("maximum", variables, (body,)):
            return reduce(lambda u, v: t.Fn("max", (u, v)), over(variables, body).terms)
        case t.Bind() if (meaning := expansion(term)) is not None:
            return at(meaning, {})
        case t.Partial() | t.Gradient() | t.Optimum() | t.Optimiser() | t.Limit():
            raise NotEvaluable("a derivative or an optimum is not written out")
    return t.rebuilt(term, lambda inner: at(inner, {}))
