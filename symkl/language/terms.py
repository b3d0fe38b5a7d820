"""The language: what a proof talks about, as immutable terms.

The ground floor. Everything above speaks in these classes and nothing here knows what is
true: the kernel decides that.

Meaning. Every index variable runs over a finite, non-empty alphabet, one for each *sort*
(``x`` prompts, ``y`` responses, ...). Terms are real numbers that depend on their free
variables; a statement about terms holds *for all* values of its free variables, all
alphabets, and all functions and scalars inside the declared domain.

======================  =======================================================
``Number(3/2)``         a rational
``Scalar("β")``         a real number, positive where the context says so
``Apply("π", ...)``     a function or distribution at variables: ``π(y|x)``
``Add, Mul, Power``     arithmetic; ``Exp, Log, Logistic`` the usual functions
``Sum(y, f)``           the sum over the alphabet of ``y``
``Expectation``         ``E_{v ~ weight}[f]`` = the sum over ``v`` of ``weight · f``
``KL(y, p, q)``         the sum over ``y`` of ``p log(p/q)``
``Partial, Gradient``   derivatives: by one probability, by policy parameters
``Limit``               what a term tends to as a scalar goes to 0 or to infinity
``Optimum, Optimiser``  ``max_π f`` (a value) and ``arg max_π f`` (a policy)
======================  =======================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets in the document."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Variable:
    """An index variable and the sort (the alphabet) it runs over, as ``y_w`` of sort ``y``."""

    name: str
    sort: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as the argument of a functional: the ``π*`` of ``J(π*)``."""

    symbol: str


Argument = Variable | Policy


@dataclass(frozen=True, slots=True)
class Term:
    """A real-valued expression. ``span`` says where it was written and never matters to equality."""

    span: Span | None = field(default=None, compare=False, kw_only=True)

    def parts(self) -> Iterator[Term]:
        """The terms directly inside this one, in the order they were written."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Term):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Term))


@dataclass(frozen=True, slots=True)
class Number(Term):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Scalar(Term):
    """A real number with a name: a temperature, a multiplier."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Apply(Term):
    """A symbol at its arguments.

    With ``outcomes`` it is a probability, normalised over them for every value of ``given``:
    ``π(y|x)`` is ``Apply("π", (y,), (x,))``. Without, it is a real function: ``r(x,y)`` is
    ``Apply("r", (), (x, y))``, and a functional such as ``J(π)`` is ``Apply("J", (), (Policy("π"),))``.
    """

    symbol: str
    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Add(Term):
    """A sum of finitely many written terms."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Mul(Term):
    """A product of finitely many written factors."""

    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Power(Term):
    """``base ** exponent``; a quotient is a product with ``Power(divisor, -1)``."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Exp(Term):
    """The exponential function."""

    argument: Term


@dataclass(frozen=True, slots=True)
class Log(Term):
    """The natural logarithm."""

    argument: Term


@dataclass(frozen=True, slots=True)
class Logistic(Term):
    """``σ(u) = 1 / (1 + exp(-u))``."""

    argument: Term


@dataclass(frozen=True, slots=True)
class Sum(Term):
    """The sum of ``body`` over the alphabet of ``variable``, which it binds."""

    variable: Variable
    body: Term


@dataclass(frozen=True, slots=True)
class Expectation(Term):
    """The sum over ``variables`` of ``weight * body``; ``weight`` is a distribution over them."""

    variables: tuple[Variable, ...]
    weight: Term
    body: Term


@dataclass(frozen=True, slots=True)
class KL(Term):
    """``KL(left ‖ right)``: the sum over ``variable`` of ``left * log(left / right)``."""

    variable: Variable
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Partial(Term):
    """The derivative of ``body`` by ``target``: one entry of a policy, the others held fixed, or a scalar."""

    body: Term
    target: Apply | Scalar


@dataclass(frozen=True, slots=True)
class Gradient(Term):
    """The derivative of ``body`` by the parameters of the policies the context calls parametrised."""

    body: Term


class End(Enum):
    """Where a positive scalar goes in a limit: down to 0, or beyond every bound."""

    ZERO = "0+"
    INFINITY = "∞"


@dataclass(frozen=True, slots=True)
class Limit(Term):
    """What ``body`` tends to as ``scalar`` goes to ``end``; nothing else moves with it unless defined through it."""

    body: Term
    scalar: Scalar
    end: End


class Sense(Enum):
    """Which way an optimisation problem goes."""

    MAX = "max"
    MIN = "min"

    @property
    def opposite(self) -> Sense:
        """``max`` for ``min`` and the reverse."""
        return Sense.MIN if self is Sense.MAX else Sense.MAX


@dataclass(frozen=True, slots=True)
class Optimum(Term):
    """The value ``max_policy body`` (or ``min``) over all policies called ``policy``, which it binds."""

    sense: Sense
    policy: str
    body: Term


@dataclass(frozen=True, slots=True)
class Optimiser(Term):
    """``arg max_policy body`` (or ``arg min``): a policy, to be compared with a policy."""

    sense: Sense
    policy: str
    body: Term


class Relation(Enum):
    """How two neighbouring expressions of a row are related, spelled as reports spell it."""

    EQUAL = "="
    LESS_EQUAL = "≤"
    GREATER_EQUAL = "≥"
    LESS = "<"
    GREATER = ">"
    PROPORTIONAL = "∝"
    EQUIVALENT = "≡"
    IMPLIES = "⟹"
    APPROXIMATE = "≈"
    DEFINED = ":="


@dataclass(frozen=True, slots=True)
class Statement:
    """``left relation right``, for all values of the free variables."""

    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Definition:
    """``symbol(parameters) := body``. Its body never mentions ``symbol`` itself."""

    symbol: str
    parameters: tuple[Argument, ...]
    body: Term


@dataclass(frozen=True, slots=True)
class Context:
    """What a document declares, and so what its verdicts may take for granted.

    ``positive``: scalars and real functions that are > 0 (probabilities need no mention).
    ``definitions``: by symbol. ``parametrised``: the policies a ``Gradient`` differentiates.
    """

    NOTHING: ClassVar[Context]

    positive: frozenset[str] = frozenset()
    definitions: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))
    parametrised: frozenset[str] = frozenset()


Context.NOTHING = Context()


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """``term`` with ``change`` made to each of the terms directly inside it.

    >>> rebuilt(Log(Scalar("β")), lambda inner: Exp(inner)).argument.argument.symbol
    'β'
    """
    changed: dict[str, Any] = {}
    for each in fields(term):
        value = getattr(term, each.name)
        if isinstance(value, Term):
            changed[each.name] = change(value)
        elif isinstance(value, tuple) and any(isinstance(part, Term) for part in value):
            changed[each.name] = tuple(change(part) for part in value)
    return replace(term, **changed) if changed else term


def free_variables(term: Term) -> frozenset[Variable]:
    """The index variables that ``term`` depends on.

    >>> x, y = Variable("x", "x"), Variable("y", "y")
    >>> reward = Apply("r", (), (x, y))
    >>> [v.name for v in free_variables(Sum(y, reward))]
    ['x']
    """
    match term:
        case Apply(outcomes=outcomes, given=given):
            return frozenset(a for a in (*outcomes, *given) if isinstance(a, Variable))
        case Sum(variable=variable, body=body):
            return free_variables(body) - {variable}
        case Expectation(variables=variables, weight=weight, body=body):
            return (free_variables(weight) | free_variables(body)) - set(variables)
        case KL(variable=variable, left=left, right=right):
            return (free_variables(left) | free_variables(right)) - {variable}
        case _:
            return frozenset().union(*(free_variables(part) for part in term.parts()))


def symbols(term: Term) -> frozenset[str]:
    """Every name of a scalar, function, distribution or policy that occurs in ``term``.

    >>> sorted(symbols(Mul((Scalar("β"), Apply("J", (), (Policy("π"),))))))
    ['J', 'β', 'π']
    """
    inside = frozenset().union(*(symbols(part) for part in term.parts()))
    match term:
        case Scalar(symbol=symbol):
            return inside | {symbol}
        case Apply(symbol=symbol, given=given):
            return inside | {symbol} | {a.symbol for a in given if isinstance(a, Policy)}
        case _:
            return inside


def substitute(term: Term, exchange: Mapping[Argument, Argument]) -> Term:
    """``term`` with free variables exchanged for variables, and policies for policies.

    Bound variables are renamed where they would capture one that comes in. A policy that an
    ``Optimum`` binds is left alone inside it.

    Requires: variables are exchanged for variables, policies for policies.

    >>> x, y, w = Variable("x", "x"), Variable("y", "y"), Variable("y_w", "y")
    >>> substitute(Apply("r", (), (x, y)), {y: w}).given[1].name
    'y_w'
    """
    if not exchange:
        return term

    def argument(a: Argument) -> Argument:
        return exchange.get(a, a)

    def variable(v: Variable) -> Variable:
        found = exchange.get(v, v)
        assert isinstance(found, Variable)
        return found

    def symbol(s: str) -> str:
        found = exchange.get(Policy(s), None)
        return found.symbol if isinstance(found, Policy) else s

    def under(bound: tuple[Variable, ...], *bodies: Term) -> tuple[tuple[Variable, ...], list[Term]]:
        """Binders renamed away from what comes in, and their bodies after the exchange."""
        inner = {a: b for a, b in exchange.items() if a not in bound}
        coming = {b for b in inner.values() if isinstance(b, Variable)}
        fresh: list[Variable] = []
        for v in bound:
            new = v
            if new in coming:
                taken = coming.union(bound, fresh, *(free_variables(body) for body in bodies))
                while new in taken:
                    new = Variable(new.name + "′", new.sort)
                inner[v] = new
            fresh.append(new)
        return tuple(fresh), [substitute(body, inner) for body in bodies]

    match term:
        case Number() | Scalar():
            return term
        case Apply(symbol=s, outcomes=outcomes, given=given):
            return Apply(
                symbol(s), tuple(variable(v) for v in outcomes), tuple(argument(a) for a in given), span=term.span
            )
        case Sum(variable=v, body=body):
            (v,), (body,) = under((v,), body)
            return Sum(v, body, span=term.span)
        case Expectation(variables=vs, weight=weight, body=body):
            vs, (weight, body) = under(vs, weight, body)
            return Expectation(vs, weight, body, span=term.span)
        case KL(variable=v, left=left, right=right):
            (v,), (left, right) = under((v,), left, right)
            return KL(v, left, right, span=term.span)
        case Optimum(policy=policy, body=body) | Optimiser(policy=policy, body=body):
            inner = {a: b for a, b in exchange.items() if a != Policy(policy)}
            if Policy(policy) in inner.values():
                fresh = policy + "′"
                while fresh in symbols(body) or Policy(fresh) in inner.values():
                    fresh += "′"
                inner[Policy(policy)] = Policy(fresh)
                policy = fresh
            return type(term)(term.sense, policy, substitute(body, inner), span=term.span)
        case Partial(body=body, target=target):
            changed = substitute(target, exchange)
            assert isinstance(changed, Apply | Scalar)
            return Partial(substitute(body, exchange), changed, span=term.span)
        case Add(terms=terms):
            return Add(tuple(substitute(t, exchange) for t in terms), span=term.span)
        case Mul(factors=factors):
            return Mul(tuple(substitute(f, exchange) for f in factors), span=term.span)
        case Power(base=base, exponent=exponent):
            return Power(substitute(base, exchange), substitute(exponent, exchange), span=term.span)
        case Exp(argument=a) | Log(argument=a) | Logistic(argument=a):
            return type(term)(substitute(a, exchange), span=term.span)
        case Gradient(body=body):
            return Gradient(substitute(body, exchange), span=term.span)
        case Limit(body=body, scalar=scalar, end=end):
            return Limit(substitute(body, exchange), scalar, end, span=term.span)
    raise TypeError(f"substitute knows no {type(term).__name__}")
