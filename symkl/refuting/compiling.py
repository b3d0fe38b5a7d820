"""Terms as closures: what a term says to sum, multiply and look up, worked out once per context.

A definition is read where it is used: variables that it mentions beyond its parameters are those
of the place that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, NamedTuple, Protocol

import symkl.language.terms as t
from symkl.language.functions import expansion, record_of
from symkl.language.records import Function, Numbers
from symkl.language.roles import Role
from symkl.language.terms import Variable
from symkl.refuting.arithmetic import Duals, NotEvaluable
from symkl.refuting.cases import Needs, Shape

Seed = tuple[int, tuple[int, ...] | None] | None
"""What a derivative is by: an entry of a table, a scalar (its place None), or parameters (None)."""


_STRUCTURE = frozenset({Role.SAMPLES, Role.PREFIX, Role.SHORTER_PREFIX, Role.POSITIONS, Role.LENGTH})
"""The roles of symbols whose tables are not any."""


class Run(Protocol):
    """What a closure asks of the problem it runs in: numbers by their places, and their arithmetic."""

    @property
    def arithmetic(self) -> Numbers:
        """The kind of number."""

    @property
    def constants(self) -> Sequence[Any]:
        """The rationals that terms mention."""

    @property
    def scalars(self) -> Sequence[Any]:
        """The value of each scalar."""

    @property
    def tables(self) -> Sequence[Mapping[tuple[int, ...], Any]]:
        """The values of each function and distribution."""

    @property
    def alphabets(self) -> Mapping[str, int]:
        """How many letters each alphabet has."""

    @property
    def memory(self) -> dict[Any, Any]:
        """What definitions came to, by their arguments."""

    def spend(self, steps: int) -> None:
        """Count work done. Raises NotEvaluable when what was allowed is used up."""

    def towards(self, seed: Seed) -> Run:
        """The same problem in dual numbers that move along ``seed``."""


Code = Callable[[Run, list[int]], Any]


class Compiled(NamedTuple):
    """A term as a closure; ``free`` counts the free variables of the definitions it uses, too."""

    code: Code
    free: frozenset[Variable]
    size: int


class Program:
    """Terms of one context as closures, and what a problem must give to run them.

    ``kinked``: whether one of the terms is made of pieces, so that what agrees in a few problems may differ in others.

    >>> program = Program(t.Context.NOTHING)
    >>> _ = program.compile(t.Mul((t.Scalar("β"), t.Apply("r", (), (Variable("y", "y"),)))))
    >>> program.needs.scalars, program.needs.shapes[0].symbol
    (('β',), 'r')
    """

    def __init__(self, context: t.Context) -> None:
        self.context = context
        self.scalars: dict[str, int] = {}
        self.shapes: dict[Shape, int] = {}
        self.sorts: dict[str, None] = {}
        self.constants: dict[Fraction, int] = {}
        self.slots: dict[Variable, int] = {}
        self.gradients = False
        self.kinked = False
        self._defined: dict[tuple[str, tuple[str, ...]], Compiled] = {}
        self._unfolding: list[str] = []

    @property
    def needs(self) -> Needs:
        """What a problem must give to run everything compiled so far."""
        return Needs(tuple(self.sorts), tuple(self.scalars), tuple(self.shapes),
                     self.context.positive, self.context.parametrised,
                     {s: role for s, role in self.context.roles.items() if role in _STRUCTURE})

    @property
    def moving(self) -> tuple[Shape, ...]:
        """What gradients differentiate, policies and functions, if anything compiled so far has a gradient."""
        parametrised = self.context.parametrised if self.gradients else ()
        return tuple(shape for shape in self.shapes if shape.symbol in parametrised)

    def compile(self, term: t.Term) -> Compiled:
        """``term`` as a closure. Raises NotEvaluable."""
        try:
            return self._compile(term)
        except RecursionError:
            raise NotEvaluable("the term is nested too deeply") from None

    def _compile(self, term: t.Term) -> Compiled:
        match term:
            case t.Number(value=value):
                at = self.constants.setdefault(value, len(self.constants))
                return Compiled(lambda run, env: run.constants[at], frozenset(), 1)
            case t.Scalar(symbol=symbol):
                return self._scalar(symbol)
            case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
                return self._apply(symbol, outcomes, given)
            case t.Add(terms=parts):
                return self._chain(parts, _add, t.Number(Fraction(0)))
            case t.Mul(factors=parts):
                return self._chain(parts, _multiply, t.Number(Fraction(1)))
            case t.Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case t.Bind("sum", variables, (body,)):
                inside = self._compile(body)
                for v in reversed(variables):
                    inside = self._sum(v, inside)
                return inside
            case t.Fn() | t.Bind() if (row := record_of(term)) is not None:
                if row.value is None and (meaning := expansion(term)) is not None:
                    return self._compile(meaning)
                return self._function(term, row.value) if isinstance(term, t.Fn) else self._functional(term, row.value)
            case t.Cases(guards, terms):
                return self._cases(guards, terms)
            case t.Partial(body=body, target=target):
                return self._partial(self._compile(body), target)
            case t.Gradient(body=body):
                if not self.context.parametrised or self.context.parametrised & set(self.context.definitions):
                    raise NotEvaluable("a gradient by parameters of which no policy is a free function")
                inside, self.gradients = self._compile(body), True
                return Compiled(_slope(inside.code, lambda env: None), inside.free, 2 * inside.size)
        raise NotEvaluable(f"a finite problem alone gives {type(term).__name__} no value")

    def slot(self, variable: Variable) -> int:
        """Where the value of a variable is kept while a closure runs."""
        self.sorts.setdefault(variable.sort)
        return self.slots.setdefault(variable, len(self.slots))

    def _scalar(self, symbol: str) -> Compiled:
        if symbol in self.context.definitions:
            return self._call(symbol, ())
        at = self.scalars.setdefault(symbol, len(self.scalars))
        return Compiled(lambda run, env: run.scalars[at], frozenset(), 1)

    def _apply(self, symbol: str, outcomes: tuple[Variable, ...], given: tuple[t.Argument, ...]) -> Compiled:
        if symbol == t.SAME:
            return self._same(*[v for v in given if isinstance(v, Variable)])
        if symbol in self.context.definitions or symbol in self.context.models:
            return self._call(symbol, (*outcomes, *given))
        places = (*outcomes, *(v for v in given if isinstance(v, Variable)))
        if len(places) < len(outcomes) + len(given):
            raise NotEvaluable(f"{symbol} is a functional that is not defined")
        at, slots = self._shape(symbol, outcomes, given), [self.slot(v) for v in places]

        def code(run: Run, env: list[int]) -> Any:
            return run.tables[at][tuple([env[s] for s in slots])]

        def pair(run: Run, env: list[int]) -> Any:
            return run.tables[at][env[slots[0]], env[slots[1]]]

        return Compiled(pair if len(slots) == 2 else code, frozenset(places), 1)

    def _same(self, one: Variable, other: Variable) -> Compiled:
        if one.sort in self.context.measures:
            raise NotEvaluable("whether two places are one, of a density")
        no, yes = (self.constants.setdefault(Fraction(n), len(self.constants)) for n in (0, 1))
        left, right = self.slot(one), self.slot(other)
        return Compiled(
            lambda run, env: run.constants[yes if env[left] == env[right] else no], frozenset({one, other}), 1
        )

    def _shape(self, symbol: str, outcomes: Iterable[t.Argument], given: Iterable[t.Argument]) -> int:
        over, under = (tuple(v.sort for v in vs if isinstance(v, Variable)) for vs in (outcomes, given))
        if any(shape.symbol == symbol and bool(shape.outcomes) != bool(over) for shape in self.shapes):
            raise NotEvaluable(f"{symbol} stands for a function where it is a distribution elsewhere")
        return self.shapes.setdefault(Shape(symbol, over, under), len(self.shapes))

    def _call(self, symbol: str, arguments: tuple[t.Argument, ...]) -> Compiled:
        """A defined symbol: its body runs in a copy of the environment, once for each arguments."""
        found = self.context.models.get(symbol) or self.context.definitions[symbol]
        sorts = [[getattr(a, "sort", None) for a in each] for each in (arguments, found.parameters)]
        if sorts[0] != sorts[1]:
            raise NotEvaluable(f"{symbol} is used with other arguments than it is defined with")
        pairs = list(zip(found.parameters, arguments, strict=True))
        variables = [(p, a) for p, a in pairs if isinstance(p, Variable) and isinstance(a, Variable)]
        policies: dict[t.Argument, t.Argument] = {p: a for p, a in pairs if isinstance(p, t.Policy)}
        key = symbol, tuple(a.symbol for a in policies.values() if isinstance(a, t.Policy))
        if key not in self._defined:
            if symbol in self._unfolding:
                raise NotEvaluable(f"{symbol} is defined through itself")
            self._unfolding.append(symbol)
            try:
                self._defined[key] = self._compile(t.substitute(found.body, policies))
            finally:
                self._unfolding.pop()
        body = self._defined[key]
        moves = [(self.slot(p), self.slot(a)) for p, a in variables]
        own = [self.slot(v) for v in sorted(body.free, key=lambda v: (v.sort, v.name))]
        outer = body.free.difference(p for p, _ in variables)
        inside, size = body.code, body.size

        def code(run: Run, env: list[int]) -> Any:
            inner = env.copy()
            for to, source in moves:
                inner[to] = env[source]
            where = (key, *[inner[s] for s in own])
            if where not in run.memory:
                run.spend(size)
                run.memory[where] = inside(run, inner)
            return run.memory[where]

        return Compiled(code, outer.union(a for _, a in variables), 2)

    def _chain(self, parts: tuple[t.Term, ...], join: Callable[[list[Code]], Code],
               empty: t.Term) -> Compiled:
        inside = [self._compile(part) for part in parts or (empty,)]
        free = frozenset().union(*(each.free for each in inside))
        return Compiled(join([each.code for each in inside]), free, sum(each.size for each in inside) + 1)

    def _function(self, term: t.Fn, value: Callable[..., Any] | None) -> Compiled:
        if value is None:
            raise NotEvaluable(f"the table gives {term.name} no value")
        self.kinked |= isinstance(row := record_of(term), Function) and bool(row.expansion and not row.derivative)
        if len(term.arguments) == 1:
            inside = self._compile(term.arguments[0])
            f = inside.code
            return Compiled(lambda run, env: value(run.arithmetic, f(run, env)), inside.free, inside.size + 1)
        return self._chain(term.arguments, lambda codes: _applied(value, codes), term)

    def _functional(self, term: t.Bind, value: Callable[..., Any] | None) -> Compiled:
        """The table of its arguments, worked out row by row, and what the functional makes of it."""
        if value is None:
            raise NotEvaluable(f"the table gives {term.name} no value")
        inside, outside = self._all(term.arguments), self._all(term.parameters)
        slots = [(self.slot(v), v.sort) for v in term.variables]
        codes, others, size = [each.code for each in inside], [each.code for each in outside], len(inside) + 1
        size += sum(each.size for each in inside)

        def code(run: Run, env: list[int]) -> Any:
            outer = [env[slot] for slot, _ in slots]
            ranges = [range(run.alphabets[sort]) for _, sort in slots]
            run.spend(prod(map(len, ranges)) * size)
            rows = []
            for place in product(*ranges):
                for (slot, _), i in zip(slots, place, strict=True):
                    env[slot] = i
                rows.append(tuple([each(run, env) for each in codes]))
            for (slot, _), i in zip(slots, outer, strict=True):
                env[slot] = i
            return value(run.arithmetic, rows, *[each(run, env) for each in others])

        free = frozenset().union(*(each.free for each in inside)) - set(term.variables)
        return Compiled(code, free.union(*(each.free for each in outside)), size + sum(each.size for each in outside))

    def _cases(self, guards: tuple[t.Term, ...], terms: tuple[t.Term, ...]) -> Compiled:
        inside, self.kinked = self._all((*guards, *terms)), True
        code = inside[-1].code
        for guard, each in reversed(list(zip(inside, inside[len(guards) : -1], strict=False))):
            code = _choice(guard.code, each.code, code)
        free = frozenset().union(*(each.free for each in inside))
        return Compiled(code, free, sum(each.size for each in inside) + 1)

    def _all(self, parts: tuple[t.Term, ...]) -> list[Compiled]:
        return [self._compile(part) for part in parts]

    def _power(self, base: t.Term, exponent: t.Term) -> Compiled:
        b = self._compile(base)
        f = b.code
        if isinstance(exponent, t.Number) and exponent.value.denominator == 1:
            n = exponent.value.numerator
            if n == -1:
                return Compiled(lambda run, env: 1 / f(run, env), b.free, b.size + 1)
            return Compiled(lambda run, env: run.arithmetic.whole_power(f(run, env), n), b.free, b.size + 1)
        e = self._compile(exponent)
        g = e.code
        return Compiled(lambda run, env: run.arithmetic.power(f(run, env), g(run, env)),
                        b.free | e.free, b.size + e.size + 1)

    def _sum(self, variable: Variable, body: Compiled) -> Compiled:
        slot, sort, inside, size = self.slot(variable), variable.sort, body.code, body.size

        def code(run: Run, env: list[int]) -> Any:
            count, outer = run.alphabets[sort], env[slot]
            run.spend(count * size)
            env[slot] = 0
            total = inside(run, env)
            for i in range(1, count):
                env[slot] = i
                total = total + inside(run, env)
            env[slot] = outer
            return total

        return Compiled(code, body.free - {variable}, body.size + 1)

    def _partial(self, body: Compiled, target: t.Apply | t.Scalar) -> Compiled:
        if target.symbol in self.context.definitions:
            raise NotEvaluable(f"a derivative by {target.symbol}, which is defined")
        if isinstance(target, t.Scalar):
            at = self.scalars.setdefault(target.symbol, len(self.scalars))
            return Compiled(_slope(body.code, lambda env: (at, None)), body.free, 2 * body.size)
        places = self._compile(target).free
        at = self._shape(target.symbol, target.outcomes, target.given)
        slots = [self.slot(v) for v in (*target.outcomes, *target.given) if isinstance(v, Variable)]
        code = _slope(body.code, lambda env: (at, tuple([env[s] for s in slots])))
        return Compiled(code, body.free | places, 2 * body.size)


def _add(codes: list[Code]) -> Code:
    if len(codes) == 2:
        f, g = codes
        return lambda run, env: f(run, env) + g(run, env)

    def code(run: Run, env: list[int]) -> Any:
        total = codes[0](run, env)
        for each in codes[1:]:
            total = total + each(run, env)
        return total

    return code


def _multiply(codes: list[Code]) -> Code:
    if len(codes) == 2:
        f, g = codes
        return lambda run, env: f(run, env) * g(run, env)

    def code(run: Run, env: list[int]) -> Any:
        total = codes[0](run, env)
        for each in codes[1:]:
            total = total * each(run, env)
        return total

    return code


def _applied(value: Callable[..., Any], codes: list[Code]) -> Code:
    return lambda run, env: value(run.arithmetic, *[each(run, env) for each in codes])


def _choice(guard: Code, above: Code, below: Code) -> Code:
    return lambda run, env: run.arithmetic.choose(
        guard(run, env), lambda: above(run, env), lambda: below(run, env))


def _slope(body: Code, seed: Callable[[list[int]], Seed]) -> Code:
    def code(run: Run, env: list[int]) -> Any:
        moving = run.towards(seed(env))
        found = body(moving, env)
        if isinstance(moving.arithmetic, Duals) and moving.arithmetic.moves(found):
            return found.slope + found.value * 0  # what has no value has no slope either
        return found * 0

    return code
