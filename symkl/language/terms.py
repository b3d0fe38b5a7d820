"""The language: what a proof talks about, as immutable terms.

The ground floor. Everything above speaks in these classes and nothing here knows what is
true: the kernel decides that.

Meaning. Every index variable runs over a finite, non-empty alphabet, one for each *sort*
(``x`` prompts, ``y`` responses, ...), or, where the context says so, over a space with a measure: a sum is the integral
there, and a distribution its density. Terms are real numbers that depend on their free
variables; a statement about terms holds *for all* values of its free variables, all
alphabets, and all functions and scalars inside the declared domain.

======================  =======================================================
``Number(3/2)``         a rational
``Scalar("β")``         a real number, positive where the context says so
``Apply("π", ...)``     a function or distribution at variables: ``π(y|x)``
``Add, Mul, Power``     arithmetic
``Fn("log", (u,))``     a function of numbers, by its name: :func:`log`, :func:`exp`, ...
``Value("f", u)``       a function of one number that nothing gives
``Bind("sum", ...)``    what binds index variables: :func:`total`, :func:`mean`, :func:`kl`, ...
``Cases``               piecewise: one term or another, by the sign of a guard
``Partial, Gradient``   derivatives: by one probability, by policy parameters
``Limit``               what a term tends to as a scalar goes to 0 or to infinity
``Optimum, Optimiser``  ``max_π f`` (a value) and ``arg max_π f`` (a policy)
======================  =======================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from enum import Enum
from fractions import Fraction
from functools import wraps
from operator import is_not
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from symkl.language.frozen import frozen
from symkl.language.roles import Role


@frozen(slots=True)
class Span:
    """A half-open range of character offsets in the document."""

    start: int
    stop: int


class _Hashed:
    """What keeps its hash."""

    __slots__ = ("_hash",)


@frozen(slots=True)
class Variable(_Hashed):
    """An index variable and the sort (the alphabet) it runs over, as ``y_w`` of sort ``y``."""

    name: str
    sort: str


@frozen(slots=True)
class Policy(_Hashed):
    """A policy as the argument of a functional: the ``π*`` of ``J(π*)``."""

    symbol: str


Argument = Variable | Policy


Found = TypeVar("Found")


class _Asked(_Hashed):
    """What is worked out of a term when it is first asked for, and kept: a term never changes."""

    __slots__ = ("_free_variables", "_kinds", "_parts", "_symbols")


def _once(work: Callable[[Any], Found]) -> Callable[[Any], Found]:
    """``work`` on a term, which keeps what was found."""
    place = work.__name__ if work.__name__[0] == "_" else f"_{work.__name__}"

    @wraps(work)
    def found(term: Any) -> Found:
        try:
            return getattr(term, place)  # type: ignore[no-any-return]
        except AttributeError:
            pass
        value = work(term)
        object.__setattr__(term, place, value)
        return value

    return found


@frozen(slots=True)
class Term(_Asked):
    """A real-valued expression. ``span`` says where it was written and never matters to equality."""

    span: Span | None = field(default=None, compare=False, kw_only=True)

    @_once
    def parts(self) -> tuple[Term, ...]:
        """The terms directly inside this one, in the order they were written."""
        found: list[Term] = []
        for name in _fields(type(self)):
            value = getattr(self, name)
            if isinstance(value, Term):
                found.append(value)
            elif isinstance(value, tuple):
                found += [part for part in value if isinstance(part, Term)]
        return tuple(found)


def _fields(kind: type[Term]) -> tuple[str, ...]:
    names: tuple[str, ...] = kind.__match_args__
    return names


@frozen(slots=True)
class Number(Term):
    """A rational number."""

    value: Fraction


@frozen(slots=True)
class Scalar(Term):
    """A real number with a name: a temperature, a multiplier."""

    symbol: str


@frozen(slots=True)
class Apply(Term):
    """A symbol at its arguments.

    With ``outcomes`` it is a probability, normalised over them for every value of ``given``:
    ``π(y|x)`` is ``Apply("π", (y,), (x,))``. Without, it is a real function: ``r(x,y)`` is
    ``Apply("r", (), (x, y))``, and a functional such as ``J(π)`` is ``Apply("J", (), (Policy("π"),))``.
    """

    symbol: str
    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]


SAME = "[=]"
"""The symbol of ``[y = y']``, which is 1 where two variables of one alphabet are one, else 0."""


def same(one: Variable, other: Variable, span: Span | None = None) -> Apply:
    """``[y = y']``."""
    return Apply(SAME, (), (one, other), span=span)


@frozen(slots=True)
class Add(Term):
    """A sum of finitely many written terms."""

    terms: tuple[Term, ...]


@frozen(slots=True)
class Mul(Term):
    """A product of finitely many written factors."""

    factors: tuple[Term, ...]


@frozen(slots=True)
class Power(Term):
    """``base ** exponent``; a quotient is a product with ``Power(divisor, -1)``."""

    base: Term
    exponent: Term


@frozen(slots=True)
class Fn(Term):
    """A function of numbers by its name, as ``Fn("log", (u,))``; :mod:`symkl.language.functions` lists them."""

    name: str
    arguments: tuple[Term, ...]


@frozen(slots=True)
class Value(Term):
    """A function of one number of which nothing is known, at a number: the ``f(p/q)`` of an f-divergence."""

    symbol: str
    argument: Term


@frozen(slots=True)
class Bind(Term):
    """A functional by its name: what it makes of its arguments as functions of ``variables``, which it binds.

    The sum of f is ``Bind("sum", (y,), (f,))``, an expectation ``Bind("E", (y,), (weight, f))``, a divergence
    ``Bind("KL", (y,), (p, q))``. ``parameters`` stand outside: the α of D_α(p‖q).
    """

    name: str
    variables: tuple[Variable, ...]
    arguments: tuple[Term, ...]
    parameters: tuple[Term, ...] = ()


@frozen(slots=True)
class Cases(Term):
    """Piecewise: the term of the first guard that is >= 0, and the last term where none is.

    ``|u|`` is ``Cases((u,), (u, -u))``. Requires: one term more than guards.
    """

    guards: tuple[Term, ...]
    terms: tuple[Term, ...]


@frozen(slots=True)
class Partial(Term):
    """The derivative of ``body`` by ``target``: one entry of a policy, the others held fixed, or a scalar."""

    body: Term
    target: Apply | Scalar


@frozen(slots=True)
class Gradient(Term):
    """The derivative of ``body`` by the parameters of the policies the context calls parametrised."""

    body: Term


class End(Enum):
    """Where a positive scalar goes in a limit: down to 0, or beyond every bound."""

    ZERO = "0+"
    INFINITY = "∞"


@frozen(slots=True)
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


@frozen(slots=True)
class Optimum(Term):
    """The value ``max_policy body`` (or ``min``), which it binds: the supremum over all policies, or all functions."""

    sense: Sense
    policy: str
    body: Term


@frozen(slots=True)
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
    DIFFERENT = "≠"


EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED)
"""The relations that say that two sides are one thing."""

INEQUALITIES = (Relation.LESS_EQUAL, Relation.GREATER_EQUAL, Relation.LESS, Relation.GREATER)
"""The relations that say which of two sides is the larger."""


@frozen(slots=True)
class Statement:
    """``left relation right``, for all values of the free variables."""

    left: Term
    relation: Relation
    right: Term


@frozen(slots=True)
class Definition:
    """``symbol(parameters) := body``. Its body never mentions ``symbol`` itself."""

    symbol: str
    parameters: tuple[Argument, ...]
    body: Term


@frozen(slots=True)
class Context:
    """What a document declares, and so what its verdicts may take for granted.

    ``positive``: scalars and real functions that are > 0 (probabilities need no mention).
    ``definitions``: by symbol. ``parametrised``: the policies a ``Gradient`` differentiates, and the parameter itself.
    ``roles``: what symbols are for, of those that are for something. ``moves``: for symbols that no definition gives,
    the scalars, policies and parameters that they may move with; "?" for whatever there is, none for what is fixed.
    ``measures``: the sorts whose alphabet may be any space with a measure, of which counting is one: what holds there
    holds if the integrals exist, part by part and in any order, and may be differentiated inside. ``models``: what
    symbols are in a finite problem, where that is more than what their definition says and a proof may use.
    """

    NOTHING: ClassVar[Context]

    positive: frozenset[str] = frozenset()
    definitions: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))
    parametrised: frozenset[str] = frozenset()
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    moves: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    measures: frozenset[str] = frozenset()
    models: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))


Context.NOTHING = Context()


def exp(argument: Term, span: Span | None = None) -> Fn:
    """The exponential function."""
    return Fn("exp", (argument,), span=span)


def log(argument: Term, span: Span | None = None) -> Fn:
    """The natural logarithm."""
    return Fn("log", (argument,), span=span)


def logistic(argument: Term, span: Span | None = None) -> Fn:
    """``σ(u) = 1 / (1 + exp(-u))``."""
    return Fn("σ", (argument,), span=span)


def total(variable: Variable, body: Term, span: Span | None = None) -> Bind:
    """The sum of ``body`` over the alphabet of ``variable``."""
    return Bind("sum", (variable,), (body,), span=span)


def mean(variables: tuple[Variable, ...], weight: Term, body: Term, span: Span | None = None) -> Bind:
    """``E_{variables ~ weight}[body]``, with ``weight`` a distribution over the variables."""
    return Bind("E", variables, (weight, body), span=span)


def kl(variable: Variable, left: Term, right: Term, span: Span | None = None) -> Bind:
    """``KL(left ‖ right)``, both distributions over ``variable``."""
    return Bind("KL", (variable,), (left, right), span=span)


def written_at(span: Span, term: Term) -> Term:
    """The same term, written there."""
    return type(term)(*[getattr(term, name) for name in _fields(type(term))], span=span)


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """``term`` with ``change`` made to each of the terms directly inside it.

    >>> rebuilt(log(Scalar("β")), exp)
    Fn(span=None, name='log', arguments=(Fn(span=None, name='exp', arguments=(Scalar(span=None, symbol='β'),)),))
    """
    changed = False
    values: list[Any] = []
    for name in _fields(type(term)):
        value = getattr(term, name)
        new = value
        if isinstance(value, Term):
            new = change(value)
            changed = changed or new is not value
        elif isinstance(value, tuple) and value and isinstance(value[0], Term):
            new = tuple([change(part) for part in value])
            changed = changed or any(map(is_not, new, value))
        values.append(new)
    return type(term)(*values, span=term.span) if changed else term


@_once
def free_variables(term: Term) -> frozenset[Variable]:
    """The index variables that ``term`` depends on.

    >>> x, y = Variable("x", "x"), Variable("y", "y")
    >>> reward = Apply("r", (), (x, y))
    >>> [v.name for v in free_variables(total(y, reward))]
    ['x']
    """
    if isinstance(term, Apply):
        return frozenset(a for a in (*term.outcomes, *term.given) if isinstance(a, Variable))
    if not isinstance(term, Bind):
        return frozenset[Variable]().union(*map(free_variables, term.parts()))
    inside = frozenset[Variable]().union(*map(free_variables, term.arguments))
    return inside.difference(term.variables).union(*map(free_variables, term.parameters))


@_once
def symbols(term: Term) -> frozenset[str]:
    """Every name of a scalar, function, distribution or policy that occurs in ``term``.

    >>> sorted(symbols(Mul((Scalar("β"), Apply("J", (), (Policy("π"),))))))
    ['J', 'β', 'π']
    """
    match term:
        case Scalar(symbol):
            return frozenset({symbol})
        case Apply(symbol, _, given):
            return frozenset({symbol, *(a.symbol for a in given if isinstance(a, Policy))})
        case Value(symbol, argument):
            return symbols(argument) | {symbol}
        case _:
            return frozenset().union(*map(symbols, term.parts()))


@_once
def kinds(term: Term) -> frozenset[type[Term]]:
    """The classes of ``term`` and of every term inside it.

    >>> sorted(kind.__name__ for kind in kinds(log(Scalar("β"))))
    ['Fn', 'Scalar']
    """
    return frozenset((type(term),)).union(*map(kinds, term.parts()))


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
    match term:
        case Apply(symbol, outcomes, given):
            policy = exchange.get(Policy(symbol))
            outcomes = tuple([v for v in (exchange.get(v, v) for v in outcomes) if isinstance(v, Variable)])
            assert len(outcomes) == len(term.outcomes)
            return Apply(
                policy.symbol if isinstance(policy, Policy) else symbol,
                outcomes,
                tuple([exchange.get(a, a) for a in given]),
                span=term.span,
            )
        case Bind(name, variables, arguments, parameters):
            fresh, inner = _under(variables, arguments, exchange)
            return Bind(
                name,
                fresh,
                tuple([substitute(part, inner) for part in arguments]),
                tuple([substitute(part, exchange) for part in parameters]),
                span=term.span,
            )
        case Optimum(sense, bound, body) | Optimiser(sense, bound, body):
            inner = {a: b for a, b in exchange.items() if a != Policy(bound)}
            if Policy(bound) in inner.values():
                taken = symbols(body)
                new = bound + "′"
                while new in taken or Policy(new) in inner.values():
                    new += "′"
                inner[Policy(bound)] = Policy(new)
                bound = new
            return type(term)(sense, bound, substitute(body, inner), span=term.span)
        case _:
            return rebuilt(term, lambda part: substitute(part, exchange))


def _under(
    bound: tuple[Variable, ...], bodies: tuple[Term, ...], exchange: Mapping[Argument, Argument]
) -> tuple[tuple[Variable, ...], dict[Argument, Argument]]:
    """Binders renamed away from what comes in, and the exchange to be made below them."""
    inner = {a: b for a, b in exchange.items() if a not in bound}
    coming = {b for b in inner.values() if isinstance(b, Variable)}
    fresh: list[Variable] = []
    for v in bound:
        new = v
        if new in coming:
            taken = coming.union(bound, fresh, *map(free_variables, bodies))
            while new in taken:
                new = replace(new, name=new.name + "′")
            inner[v] = new
        fresh.append(new)
    return tuple(fresh), inner
