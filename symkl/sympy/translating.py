"""Terms to SymPy and back, value for value.

On the fragment that the kernel knows the way there and back changes how an expression is
written (SymPy orders and merges), never what it is worth. What has no counterpart is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

import symkl.language.terms as t
from symkl.language.functions import TABLE, expansion, record_of
from symkl.language.records import Function, Functional
from symkl.language.terms import Variable
from symkl.sympy import language

_PROBLEMS = {
    language.Maximum: (t.Optimum, t.Sense.MAX),
    language.Minimum: (t.Optimum, t.Sense.MIN),
    language.ArgMax: (t.Optimiser, t.Sense.MAX),
    language.ArgMin: (t.Optimiser, t.Sense.MIN),
}


def _class(name: str) -> Any:
    """A class of ours, or one of SymPy's own."""
    return getattr(language, name, None) or getattr(sp, name)


_ROWS = {_class(row.sympy): row for row in TABLE.values() if row.sympy}
_ENDS = {sp.S.Zero: t.End.ZERO, sp.S.Infinity: t.End.INFINITY}


class Untranslatable(ValueError):
    """An expression with no counterpart on the other side; the message names it and says what would have one."""


@dataclass(frozen=True)
class Vocabulary:
    """What SymPy's symbols stand for.

    ``variables``: index symbols. ``sizes``: the last index of each alphabet, by its sort.
    ``outcomes``: how many of a distribution's indices are outcomes; the others are given.
    ``positive``: the scalars and functions that are > 0.
    """

    variables: Mapping[sp.Symbol, Variable] = field(default_factory=lambda: MappingProxyType({}))
    sizes: Mapping[str, sp.Symbol] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    positive: frozenset[str] = frozenset()

    @classmethod
    def of(cls, terms: Iterable[t.Term], positive: frozenset[str] = frozenset()) -> Vocabulary:
        """A vocabulary in which some terms can be spelled.

        >>> y = Variable("y", "y")
        >>> [str(s) for s in Vocabulary.of([t.total(y, t.Apply("p", (y,), ()))]).variables]
        ['y']
        """
        inside = [part for term in terms for part in _inside(term)]
        variables = dict.fromkeys(v for part in inside for v in _variables(part))
        names = [v.name for v in variables]
        outcomes = {part.symbol: len(part.outcomes) for part in inside if isinstance(part, t.Apply) and part.outcomes}
        return cls(
            {index(v.name if names.count(v.name) == 1 else f"{v.name}:{v.sort}"): v for v in variables},
            {v.sort: size(v.sort) for v in variables},
            outcomes,
            positive,
        )


def index(name: str) -> sp.Symbol:
    """The SymPy symbol of an index."""
    return sp.Symbol(name, integer=True, positive=True)


def size(sort: str) -> sp.Symbol:
    """The SymPy symbol of the number of letters in an alphabet."""
    return sp.Symbol(f"n_{sort}", integer=True, positive=True)


def _inside(term: t.Term) -> Iterator[t.Term]:
    yield term
    for part in term.parts():
        yield from _inside(part)


def _variables(term: t.Term) -> Iterator[Variable]:
    match term:
        case t.Apply(outcomes=outcomes, given=given):
            yield from (a for a in (*outcomes, *given) if isinstance(a, Variable))
        case t.Bind(variables=variables):
            yield from variables


# -- from SymPy ------------------------------------------------------------------------------


def from_sympy(expression: sp.Basic, vocabulary: Vocabulary) -> t.Term:
    """The term that a SymPy expression is, in one vocabulary.

    Raises: Untranslatable, naming the part that has no counterpart.

    >>> from symkl.language.writing import formula
    >>> formula(from_sympy(sp.exp(sp.Symbol("β")) / 2, Vocabulary())).text
    '1/2 exp(β)'
    """

    def read(part: sp.Basic) -> t.Term:
        return from_sympy(part, vocabulary)

    match expression:
        case sp.Rational():
            return t.Number(Fraction(int(expression.p), int(expression.q)))
        case sp.Symbol():
            return _symbol(expression, vocabulary)
        case sp.Indexed():
            return _applied(expression, vocabulary)
        case sp.Add():
            ordered = sorted(expression.as_ordered_terms(), key=lambda part: part.could_extract_minus_sign())
            return t.Add(tuple(read(part) for part in ordered))  # as people write: what is subtracted comes last
        case sp.Mul():
            return t.Mul(tuple(read(part) for part in sorted(expression.as_ordered_factors(), key=_place)))
        case sp.Pow():
            return t.Power(read(expression.base), read(expression.exp))
        case sp.Sum():
            body = read(expression.function)
            for limits in expression.limits:
                body = t.total(_bound(limits, expression, vocabulary), body)
            return body
        case sp.Derivative():
            body = read(expression.expr)
            for by, count in expression.variable_count:
                for _ in range(int(count)):
                    body = t.Partial(body, _target(by, expression, vocabulary))
            return body
        case sp.Limit():
            return _limit(expression, vocabulary)
        case AppliedUndef():
            policies = tuple(t.Policy(_name(a)) for a in expression.args)
            return t.Apply(expression.func.__name__, (), policies)
        case sp.Piecewise() if expression.args[-1].cond == sp.true:
            guards = tuple(_guard(each.cond, expression, vocabulary) for each in expression.args[:-1])
            return t.Cases(guards, tuple(read(each.expr) for each in expression.args))
        case language.Slope():
            return t.Partial(read(expression.args[0]), _target(expression.args[1], expression, vocabulary))
        case language.Score():
            return t.Gradient(read(expression.args[0]))
    match _ROWS.get(type(expression)):
        case Function(name=name, symmetric=True, arity=2):
            first, *others = map(read, expression.args)  # SymPy puts the arguments of nested ones together
            return reduce(lambda one, two: t.Fn(name, (one, two)), others, first)
        case Function(name=name):
            return t.Fn(name, tuple(read(part) for part in expression.args))
        case Functional(name=name, arity=arity):
            bound = tuple(_bound(limits, expression, vocabulary) for limits in expression.args[arity:])
            return t.Bind(name, bound, tuple(read(part) for part in expression.args[:arity]))
    if type(expression) in _PROBLEMS:
        kind, sense = _PROBLEMS[type(expression)]
        body, policy = expression.args
        return kind(sense, _name(policy), read(body))
    if expression is sp.E:
        return t.exp(t.Number(Fraction(1)))
    raise _refused(expression)


def _guard(condition: sp.Basic, whole: sp.Basic, vocabulary: Vocabulary) -> t.Term:
    match condition:
        case sp.Ge():
            return from_sympy(condition.lhs - condition.rhs, vocabulary)
        case sp.Le():
            return from_sympy(condition.rhs - condition.lhs, vocabulary)
    raise _refused(whole)


def _place(factor: sp.Basic) -> int:
    """Where a factor stands in a product as people write it: numbers, names, probabilities, then the rest."""
    kinds: tuple[type, ...] = (sp.Number, sp.Symbol, sp.Indexed)
    return next((i for i, kind in enumerate(kinds) if isinstance(factor, kind)), len(kinds))


def _refused(expression: sp.Basic) -> Untranslatable:
    advice = {
        sp.Float: "write sympy.Rational",
        sp.Piecewise: "decide its condition first (sympy.refine, or take the branch)",
        sp.KroneckerDelta: "sum it out first (doit)",
        sp.Integral: "an integral is outside the fragment: carry it with evidence",
        sp.Product: "write the logarithm as a sum",
    }
    hint = next((say for kind, say in advice.items() if isinstance(expression, kind)), "the kernel's language lacks it")
    return Untranslatable(f"{type(expression).__name__} has no counterpart in a proof, in {expression}: {hint}")


def _name(policy: sp.Basic) -> str:
    if not isinstance(policy, sp.IndexedBase):
        raise Untranslatable(f"{policy} stands where a policy is wanted, as the π of J(π) or max over π")
    return str(policy.args[0])


def _symbol(symbol: sp.Symbol, vocabulary: Vocabulary) -> t.Term:
    if symbol in vocabulary.variables:
        raise Untranslatable(f"the index {symbol} stands where a number is wanted (a function of it is r[{symbol}])")
    for sort, last in vocabulary.sizes.items():
        if symbol == last:
            return t.total(Variable(sort, sort), t.Number(Fraction(1)))
    if symbol.name[:1] in "#~":
        raise Untranslatable(f"{symbol}: names that begin with # or ~ are the kernel's own")
    return t.Scalar(symbol.name)


def _applied(expression: sp.Indexed, vocabulary: Vocabulary) -> t.Apply:
    symbol = str(expression.base.args[0])
    places = []
    for place in expression.indices:
        if place not in vocabulary.variables:
            raise Untranslatable(f"{place} in {expression} is not a declared index")
        places.append(vocabulary.variables[place])
    count = vocabulary.outcomes.get(symbol, 0)
    return t.Apply(symbol, tuple(places[:count]), tuple(places[count:]))


def _bound(limits: sp.Tuple, whole: sp.Basic, vocabulary: Vocabulary) -> Variable:
    found = vocabulary.variables.get(limits[0]) if len(limits) == 3 else None
    if found is None or limits[1] != 1 or limits[2] != vocabulary.sizes[found.sort]:
        raise Untranslatable(f"{whole} runs over {limits}, which is not all of a declared alphabet (y, 1, n)")
    return found


def _target(by: sp.Basic, whole: sp.Basic, vocabulary: Vocabulary) -> t.Apply | t.Scalar:
    found = from_sympy(by, vocabulary)
    if not isinstance(found, t.Apply | t.Scalar):
        raise Untranslatable(f"{whole} differentiates by {by}, which is neither a scalar nor one probability")
    return found


def _limit(whole: sp.Limit, vocabulary: Vocabulary) -> t.Limit:
    body, scalar, end, side = whole.args
    known = not (scalar in vocabulary.variables or scalar in vocabulary.sizes.values())
    sides = {sp.S.Zero: "+", sp.S.Infinity: "-"}  # SymPy comes to infinity from the left
    if not isinstance(scalar, sp.Symbol) or not known or sides.get(end) != str(side):
        raise Untranslatable(f"{whole}: limits are known for a scalar that goes to 0+ or to infinity")
    return t.Limit(from_sympy(body, vocabulary), t.Scalar(scalar.name), _ENDS[end])


# -- to SymPy --------------------------------------------------------------------------------


def to_sympy(term: t.Term, vocabulary: Vocabulary) -> sp.Expr:
    """The SymPy expression that a term is, in one vocabulary.

    Raises: Untranslatable.

    >>> y = Variable("y", "y")
    >>> average = t.total(y, t.Mul((t.Apply("p", (y,), ()), t.Apply("r", (), (y,)))))
    >>> to_sympy(average, Vocabulary.of([average]))
    Sum(p[y]*r[y], (y, 1, n_y))
    """
    symbols = {v: s for s, v in vocabulary.variables.items()}

    def place(v: t.Argument) -> sp.Symbol:
        if not isinstance(v, Variable) or v not in symbols:
            raise Untranslatable(f"{v} has no SymPy symbol in this vocabulary")
        return symbols[v]

    def limits(v: Variable) -> tuple[sp.Symbol, int, sp.Symbol]:
        return place(v), 1, vocabulary.sizes[v.sort]

    def write(part: t.Term) -> sp.Expr:
        return to_sympy(part, vocabulary)

    def named(part: t.Fn | t.Bind) -> sp.Expr:
        """As the class that its row names; written out where SymPy has none."""
        row, meaning = record_of(part), expansion(part)
        if row is not None and row.sympy:
            bound = map(limits, part.variables) if isinstance(part, t.Bind) else ()
            plain = {"evaluate": False} if row.name in ("abs", "max", "min") else {}  # SymPy would compare, without end
            return _class(row.sympy)(*map(write, part.arguments), *bound, **plain)
        if meaning is None:
            raise Untranslatable(f"{part.name} has no counterpart in SymPy")
        return write(meaning)

    match term:
        case t.Number(value=value):
            return sp.Rational(value.numerator, value.denominator)
        case t.Scalar(symbol=symbol):
            return scalar(symbol, positive=symbol in vocabulary.positive)
        case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
            if any(isinstance(a, t.Policy) for a in given):
                policies = [base(a.symbol, positive=True) for a in given if isinstance(a, t.Policy)]
                return sp.Function(symbol, real=True)(*policies)
            return base(symbol, positive=bool(outcomes) or symbol in vocabulary.positive)[
                tuple(place(a) for a in (*outcomes, *given))
            ]
        case t.Add(terms=parts):
            return sp.Add(*map(write, parts))
        case t.Mul(factors=parts):
            return sp.Mul(*map(write, parts))
        case t.Power(base=below, exponent=exponent):
            return sp.Pow(write(below), write(exponent))
        case t.Bind("sum", variables, (body,)):
            return sp.Sum(write(body), *map(limits, variables))
        case t.Fn() | t.Bind():
            return named(term)
        case t.Cases(guards, terms):
            return sp.Piecewise(
                *[(write(each), write(guard) >= 0) for each, guard in zip(terms, guards, strict=False)],
                (write(terms[-1]), True),
            )
        case t.Partial(body=body, target=target):
            return language.Slope(write(body), write(target))
        case t.Gradient(body=body):
            return language.Score(write(body))
        case t.Limit(body=body, scalar=by, end=end):
            return sp.Limit(write(body), write(by), *((0, "+") if end is t.End.ZERO else (sp.oo, "-")))
        case t.Optimum(sense=sense, policy=policy, body=body) | t.Optimiser(sense=sense, policy=policy, body=body):
            kind = next(k for k, found in _PROBLEMS.items() if found == (type(term), sense))
            return kind(write(body), base(policy, positive=not _is_function(policy, body)))
    raise Untranslatable(f"{type(term).__name__} has no counterpart in SymPy")


def _is_function(name: str, body: t.Term) -> bool:
    """Whether what is optimised over is a function in a term, and no distribution."""
    todo = [body]
    while todo:
        term = todo.pop()
        if isinstance(term, t.Apply) and term.symbol == name:
            return not term.outcomes
        todo += term.parts()
    return False


def scalar(name: str, *, positive: bool) -> sp.Symbol:
    """The SymPy symbol of a scalar."""
    return sp.Symbol(name, positive=True) if positive else sp.Symbol(name, real=True)


def base(name: str, *, positive: bool) -> sp.IndexedBase:
    """The SymPy base of a function or distribution."""
    return sp.IndexedBase(name, positive=True) if positive else sp.IndexedBase(name, real=True)
