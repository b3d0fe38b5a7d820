"""Whether a row says what a theorem says: up to the names of its letters, and up to what the kernel calls equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.lettering import MINUS, Alphabet, Letters, walked
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.dependence import detached
from symkl.language.terms import EQUATIONS, Relation, Statement, Variable
from symkl.proving.problems import quotients

BUDGET = 20_000
"""Steps of the kernel for one comparison."""

_DOWN = {Relation.GREATER_EQUAL: Relation.LESS_EQUAL, Relation.GREATER: Relation.LESS}


class Held(NamedTuple):
    """A part of a theorem that a row must show as such: what is like ``term`` is taken for ``name``.

    So that ``E_π[k1] = KL(π‖π_ref)`` is not ``0 = 0``, and ``∇L = ∇L`` is.
    """

    term: t.Term
    name: t.Term


class Said(NamedTuple):
    """A statement with the context it stands in. ``apart``: a symbol taken as a name of its own, whatever it means."""

    statement: Statement
    context: t.Context
    apart: frozenset[str] = frozenset()

    @property
    def own(self) -> t.Context:
        """The context in which what is taken apart has no definition."""
        kept = {name: d for name, d in self.context.definitions.items() if name not in self.apart}
        return replace(self.context, definitions=kept)

    def names(self) -> frozenset[str]:
        """The symbols that it comes down to once definitions are unfolded."""
        nf = Normaliser(self.own, budget=BUDGET)
        found: set[Variable | str] = set()
        for side in (self.statement.left, self.statement.right):
            match side:
                case t.Optimiser():
                    found |= nf.objective(side).names
                case t.Limit() | t.Gradient() | t.Partial():
                    found |= nf(side.body).names
                    found |= {side.scalar.symbol} if isinstance(side, t.Limit) else frozenset()
                case _:
                    found |= nf(side).names
        return frozenset(name for name in found if isinstance(name, str)) - {BOUND_POLICY}

    def visible(self, within: Sequence[t.Bind]) -> tuple[Variable, ...]:
        """The variables that are free in it, or in what stands within these expectations."""
        free = t.free_variables(self.statement.left) | t.free_variables(self.statement.right)
        return tuple(sorted({*free, *(v for each in within for v in each.variables)}, key=lambda v: (v.sort, v.name)))


def averages(terms: Iterable[t.Term]) -> Iterator[tuple[t.Bind, ...]]:
    """The expectations, none or one or two, that a theorem may stand within: those that occur."""
    found = dict.fromkeys(
        part
        for term in terms
        for part in walked(term)
        if isinstance(part, t.Bind) and part.name == "E" and isinstance(part.arguments[0], t.Apply)
    )
    yield ()
    yield from ((one,) for one in found)
    for one in found:
        yield from ((one, two) for two in found if two is not one and two in set(walked(one.arguments[1])))


def within(outer: Sequence[t.Bind], term: t.Term) -> t.Term:
    """A term under expectations, below the maximum where it is one."""
    if isinstance(term, t.Optimum | t.Optimiser):
        return type(term)(term.sense, term.policy, within(outer, term.body))
    for each in reversed(outer):
        term = t.mean(each.variables, each.arguments[0], term)
    return term


def says(said: Said, wanted: Statement, outer: Sequence[t.Bind] = (), held: Sequence[t.Term] = ()) -> bool:
    """Whether a statement is ``wanted``, each side of it within the expectations ``outer``."""
    if isinstance(wanted.left, t.Optimiser):
        return _names_optimiser(said, wanted.left, wanted.right, outer)
    nf = Normaliser(said.own, budget=BUDGET)
    names = [Held(term, _name(i, term)) for i, term in enumerate(held)]
    whole = [Held(within(outer, each.term), within(outer, each.name)) for each in names if outer]
    moved = [
        Held(t.Gradient(within(outer, each.term.body)), within(outer, each.name))
        for each in names
        if outer and isinstance(each.term, t.Gradient)  # of a mean the gradient is often written, for a mean of them
    ]
    names += [*whole, *moved]
    here = Statement(*_sides(said.statement, lambda term: _hold(term, names, nf)))
    there = Statement(*_sides(wanted, lambda term: within(outer, _hold(term, names, nf))))
    try:
        return _same(nf, here, there)
    except Unsupported:
        return False


def _names_optimiser(said: Said, wanted: t.Optimiser, policy: t.Term, outer: Sequence[t.Bind]) -> bool:
    """Whether a statement says that a policy is the optimiser of a problem."""
    statement, nf = said.statement, Normaliser(said.own, budget=BUDGET)
    for of, other in ((statement.left, statement.right), (statement.right, statement.left)):
        if isinstance(of, t.Optimiser) and isinstance(other, t.Apply) and statement.relation in EQUATIONS:
            same = same_problem(said, of, t.Optimiser(wanted.sense, wanted.policy, within(outer, wanted.body)))
            return same and _equal(nf, other, policy)
    return False


def same_problem(said: Said, of: t.Optimum | t.Optimiser, wanted: t.Optimiser) -> bool:
    """Whether a problem is ``wanted`` but for a positive factor and what is free of the policy."""
    nf = Normaliser(said.own, budget=BUDGET)
    f, g = nf.objective(of), nf.objective(wanted)
    inside, target = f.split(BOUND_POLICY)[0], g.split(BOUND_POLICY)[0]
    return any(nf.positive(k) and nf.is_zero(inside - nf.times(k, target)) for k in quotients(nf, inside, target))


def _sides(statement: Statement, change: Callable[[t.Term], t.Term]) -> tuple[t.Term, Relation, t.Term]:
    return change(statement.left), statement.relation, change(statement.right)


def _name(number: int, term: t.Term) -> t.Term:
    places = sorted(t.free_variables(term), key=lambda v: (v.sort, v.name))
    return t.Apply(f"shown♯{number}", (), tuple(places)) if places else t.Scalar(f"shown♯{number}")


def _hold(term: t.Term, held: Sequence[Held], nf: Normaliser) -> t.Term:
    """The term with each part that is like one held under its name."""
    for each in held:
        if _like(term, each.term, nf):
            return each.name
    return t.rebuilt(term, lambda part: _hold(part, held, nf)) if held else term


def _like(term: t.Term, wanted: t.Term, nf: Normaliser) -> bool:
    """Whether a term is of the form of another, with insides that are equal."""
    match term, wanted:
        case t.Gradient(body), t.Gradient(other):
            return _equal(nf, body, other) and not detached((body,), nf.context)
        case t.Partial(body, target), t.Partial(other, by):
            return target == by and _equal(nf, body, other)
        case t.Limit(body, scalar, end), t.Limit(other, by, to):
            return (scalar, end) == (by, to) and _equal(nf, body, other)
        case t.Bind("E", (v,), (weight, body)), t.Bind("E", (w,), (law, other)):
            if v.sort != w.sort or t.substitute(weight, {v: w}) != law:
                return False
            moved = t.substitute(body, {v: w})
            return _like(moved, other, nf) if isinstance(other, t.Gradient) else _equal(nf, moved, other)
    return False


def _equal(nf: Normaliser, one: t.Term, two: t.Term) -> bool:
    try:
        return nf.is_zero(nf(one) - nf(two))
    except Unsupported:
        return False


def _same(nf: Normaliser, here: Statement, there: Statement) -> bool:
    if there.relation is Relation.PROPORTIONAL:
        if here.relation is not Relation.PROPORTIONAL or here.left != there.left or not isinstance(here.left, t.Apply):
            return False
        quotient = nf.times(nf(here.right), nf.power(nf(there.right), nf(MINUS)))
        return quotient.free.isdisjoint(here.left.outcomes)
    here, there = _upwards(here), _upwards(there)
    if here.relation is not there.relation:
        return False
    equation = here.relation is Relation.EQUAL
    a, b = (nf(each.right) - nf(each.left) for each in (here, there))
    return bool(a.terms and b.terms) and any(
        _sound_factor(nf, k, equation) and nf.is_zero(a - nf.times(k, b)) for k in quotients(nf, a, b)
    )


def _sound_factor(nf: Normaliser, factor: Polynomial, equation: bool) -> bool:
    """Whether ``k A = k B`` says that A = B (or ``k A <= k B`` that A <= B)."""
    return nf.positive(factor) or (equation and nf.positive(factor.scaled(-1)))


def _upwards(statement: Statement) -> Statement:
    """An inequality with the smaller side on the left; one sign for all equations."""
    if statement.relation in _DOWN:
        return Statement(statement.right, _DOWN[statement.relation], statement.left)
    relation = Relation.EQUAL if statement.relation in EQUATIONS else statement.relation
    return replace(statement, relation=relation)


def matches(
    said: Said,
    alphabet: Alphabet,
    parts: Iterable[str],
    known: Mapping[str, str],
) -> Iterator[tuple[Letters, tuple[t.Bind, ...]]]:
    """Every way to read the letters of a theorem in a statement, with the expectations that it may stand within."""
    try:
        names = said.names() | _inside(said)
    except (Unsupported, BudgetExceeded):
        return
    bodies = [said.context.definitions[n].body for n in _used(said) if n in said.context.definitions]
    for outer in averages((said.statement.left, said.statement.right, *bodies)):
        laws = {each.arguments[0].symbol for each in outer if isinstance(each.arguments[0], t.Apply)}
        for letters in alphabet.letters(frozenset(parts), names - laws, said.visible(outer), known):
            yield letters, outer


def _inside(said: Said) -> frozenset[str]:
    """The symbols in what is taken apart: the reference and the reward of an optimum."""
    nf, definitions = Normaliser(said.context, budget=BUDGET), said.context.definitions
    names = frozenset().union(*(nf(definitions[name].body).names for name in said.apart if name in definitions))
    return frozenset(name for name in names if isinstance(name, str))


def _used(said: Said) -> frozenset[str]:
    return t.symbols(said.statement.left) | t.symbols(said.statement.right)
