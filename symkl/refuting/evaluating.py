"""The value of any term in a finite problem, by summing out what it says: no algebra is used.

This is the oracle that the kernel is held against, so it shares no code with it. A
:class:`~symkl.refuting.compiling.Program` turns terms into closures once; a :class:`Run` calls them in one
problem, with floats (to search) or certified balls (to decide). Derivatives are automatic: dual
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb

import symkl.language.terms as t
from symkl.language.records import Numbers
from symkl.language.terms import Variable
from symkl.refuting.arithmetic import BALLS, Dual, Duals, NotEvaluable, Undefined, precision
from symkl.refuting.cases import Case, Needs, Shape
from symkl.refuting.compiling import Compiled, Program, Seed

Values = Mapping[tuple[int, ...], Any]
"""A table of numbers of any kind: rationals, or balls for a policy that is no rational."""

WORK = 1_000_000
"""The steps one run may take, about a second; counting steps keeps every answer reproducible."""

_UNSET = -1

_MOST_DERIVATIVES = 3
"""So many derivatives are evaluated inside one another; a gradient, which is along one direction, but once, and not
beside one by a single entry of a table, which leaves the simplex."""


class Allowance:
    """The steps that runs may still take together. Raises NotEvaluable where they are used up."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, steps: int) -> None:
        """Count work done."""
        self.left -= steps
        if self.left < 0:
            raise NotEvaluable("too much work")


class Run:
    """A program in one problem, with one kind of number.

    Requires: with balls, made and used inside ``precision(bits)``.
    """

    def __init__(self, program: Program, arithmetic: Numbers, alphabets: Mapping[str, int],
                 scalars: Mapping[str, Any], tables: Mapping[Shape, Values],
                 allowance: Allowance | None = None) -> None:
        self.program, self.arithmetic, self.alphabets = program, arithmetic, alphabets
        try:
            self.scalars = [scalars[symbol] for symbol in program.scalars]
            self.tables = [tables[shape] for shape in program.shapes]
        except KeyError as missing:
            raise NotEvaluable(f"the problem gives no value to {missing}") from None
        if missing_sorts := [sort for sort in program.sorts if sort not in alphabets]:
            raise NotEvaluable(f"the problem gives no alphabet to {missing_sorts[0]}")
        self.constants = [arithmetic.number(value) for value in program.constants]
        self.memory: dict[Any, Any] = {}
        self._allowance = allowance or Allowance(WORK)
        self._towards: dict[Seed, Run] = {}
        self._along: tuple[Seed, ...] = ()

    @classmethod
    def of(cls, program: Program, problem: Case, arithmetic: Numbers = BALLS,
           policies: Mapping[str, Values] | None = None, allowance: Allowance | None = None) -> Run:
        """A run in ``problem``; ``policies`` replaces tables, by symbol, and may hold balls."""
        tables: dict[Shape, Values] = dict(problem.tables)
        for symbol, values in (policies or {}).items():
            fitting = [shape for shape in program.shapes if shape.symbol == symbol]
            if len(fitting) > 1:
                raise NotEvaluable(f"{symbol} is used with different arguments")
            tables.update(dict.fromkeys(fitting, values))

        def converted(value: Any) -> Any:
            return arithmetic.number(value) if isinstance(value, Fraction) else value

        scalars = {symbol: converted(problem.scalars[symbol]) for symbol in program.scalars
                   if symbol in problem.scalars}
        numbers = {shape: {place: converted(v) for place, v in tables[shape].items()}
                   for shape in program.shapes if shape in tables}
        return cls(program, arithmetic, problem.alphabets, scalars, numbers, allowance)

    def value(self, compiled: Compiled, at: Mapping[Variable, int] | None = None) -> Any:
        """The value at a point. Raises Undefined and NotEvaluable."""
        at = at or {}
        if not compiled.free <= at.keys():
            raise NotEvaluable("a free variable has no value")
        self.spend(compiled.size)
        env = [_UNSET] * len(self.program.slots)
        for variable, value in at.items():
            if variable in self.program.slots:
                env[self.program.slots[variable]] = value
        try:
            found = compiled.code(self, env)
        except (ArithmeticError, ValueError):
            raise Undefined from None
        except RecursionError:
            raise NotEvaluable("the term is nested too deeply") from None
        if not self.arithmetic.is_finite(found):
            raise Undefined
        return found

    def spend(self, steps: int) -> None:
        """Count work done. Raises NotEvaluable when what was allowed is used up."""
        self._allowance.spend(steps)

    def towards(self, seed: Seed) -> Run:
        """The same problem in dual numbers that move along ``seed``."""
        along = (*self._along, seed)
        entries = any(each is not None and each[1] is not None for each in along)
        if len(along) > _MOST_DERIVATIVES or along.count(None) > (not entries):
            raise NotEvaluable("derivatives inside one another that are not evaluated")
        if seed not in self._towards:
            self._towards[seed] = self._moving(seed)
        return self._towards[seed]

    def _moving(self, seed: Seed) -> Run:
        run = Run.__new__(Run)
        run.program, run.alphabets, run.constants = self.program, self.alphabets, self.constants
        run._allowance = self._allowance
        run.arithmetic, run.memory, run._towards = (duals := Duals(self.arithmetic)), {}, {}
        run._along = (*self._along, seed)
        run.scalars, run.tables = list(self.scalars), list(self.tables)
        one = self.arithmetic.number(Fraction(1))
        if seed is None:
            for which, shape in enumerate(self.program.moving):
                at = self.program.shapes[shape]
                run.tables[at] = _moved(shape, self.tables[at], which, duals.level)
        elif seed[1] is None:
            run.scalars[seed[0]] = Dual(self.scalars[seed[0]], one, duals.level)
        else:
            moved = Dual(self.tables[seed[0]][seed[1]], one, duals.level)
            run.tables[seed[0]] = {**self.tables[seed[0]], seed[1]: moved}
        return run


def direction(place: tuple[int, ...], which: int = 0) -> int:
    """The logit velocity of one entry of the which-th policy that gradients differentiate.

    A gradient is evaluated along one direction: that of a softmax policy whose logits move at
    these speeds, ``dπ(y|x) = π(y|x) (v(y,x) - Σ_y π(y|x) v(y,x))``, so that Σ_y dπ(y|x) = 0.

    >>> [direction((y, 0)) for y in range(4)]
    [1, 0, 3, -2]
    """
    return (1, 0, 3, -2, 5)[(sum(place) + 2 * which) % 5]


def _moved(shape: Shape, table: Values, which: int, level: int) -> dict[tuple[int, ...], Dual]:
    count = len(shape.outcomes)
    if not count:
        return {place: Dual(value, value * 0 + direction(place, which), level) for place, value in table.items()}
    speeds = {place: direction(place, which) for place in table}
    means: dict[tuple[int, ...], Any] = {}
    for place, p in table.items():
        means[place[count:]] = means.get(place[count:], 0) + p * speeds[place]
    return {place: Dual(p, p * (speeds[place] - means[place[count:]]), level) for place, p in table.items()}


def needed(terms: Iterable[t.Term], context: t.Context) -> Needs:
    """What a problem must give before ``terms`` have a value in it, definitions unfolded.

    Raises: NotEvaluable.

    >>> needed([t.kl(Variable("y", "y"), t.Scalar("p"), t.Scalar("q"))], t.Context.NOTHING).sorts
    ('y',)
    """
    program = Program(context)
    for term in terms:
        program.compile(term)
    return program.needs


def evaluate(term: t.Term, problem: Case, context: t.Context = t.Context.NOTHING,
             at: Mapping[Variable, int] | None = None, bits: int = 64,
             policies: Mapping[str, Values] | None = None) -> arb:
    """A ball that certainly holds the value of ``term`` in ``problem`` at a point.

    ``policies`` replaces the tables of policies, by symbol; they may hold balls.
    Requires: ``at`` gives every free variable an index. Raises: Undefined, NotEvaluable.

    >>> y = Variable("y", "y")
    >>> p = {(0,): Fraction(1, 4), (1,): Fraction(3, 4)}
    >>> problem = Case({"y": 2}, {}, {Shape("p", ("y",), ()): p})
    >>> bool(evaluate(t.total(y, t.Apply("p", (y,), ())), problem) == 1)
    True
    """
    program = Program(context)
    compiled = program.compile(term)
    with precision(bits):
        found = Run.of(program, problem, BALLS, policies).value(compiled, at)
        return found if isinstance(found, arb) else arb(found)


def points(variables: Iterable[Variable], alphabets: Mapping[str, int],
           most: int = 64) -> list[dict[Variable, int]]:
    """The first assignments of indices to free variables, at most ``most`` of them.

    >>> [p[Variable("y", "y")] for p in points([Variable("y", "y")], {"y": 3})]
    [0, 1, 2]
    """
    ordered = sorted(variables, key=lambda v: (v.sort, v.name))
    found: list[dict[Variable, int]] = []
    for indices in product(*(range(alphabets[v.sort]) for v in ordered)):
        if len(found) == most:
            break
        found.append(dict(zip(ordered, indices, strict=True)))
    return found
