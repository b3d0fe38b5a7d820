"""What rows state of the tilted policy: its partition function, the policy in the right shape, or its problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY, EULER, Normaliser
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom, of_monomial
from symkl.kernel.quotients import MINUS_ONE, BudgetExceeded, Unsupported
from symkl.language.frozen import frozen
from symkl.language.proof import Borne, Clause, Row
from symkl.language.roles import Role
from symkl.language.sorts import usual_name
from symkl.language.terms import Relation, Variable
from symkl.proving.problems import problem, shape
from symkl.proving.reading_back import read_back

_BUDGET = 20_000
_ONE = constant(1)
_STATING = (Relation.EQUAL, Relation.DEFINED, Relation.PROPORTIONAL, Relation.EQUIVALENT)


@frozen
class Tilted:
    """A reference tilted by a reward: ``weight`` is ``π_ref(y|x) exp(r(x,y)/β)``, or whatever solves a problem.

    ``value``: the weight in normal form. ``parts``: reference (1 where there is none), reward and temperature, where it
    is made of these.
    """

    weight: t.Term
    outcome: Variable
    given: tuple[Variable, ...]
    value: Polynomial
    parts: tuple[Polynomial, Polynomial, Polynomial] | None

    def partition(self) -> t.Term:
        """``Σ_y π_ref(y|x) exp(r(x,y)/β)``."""
        return t.total(self.outcome, self.weight)

    def policy(self) -> t.Term:
        """``π_ref(y|x) exp(r(x,y)/β) / Z(x)``."""
        return t.Mul((self.weight, t.Power(self.partition(), t.Number(Fraction(-1)))))

    @property
    def referred(self) -> bool:
        """Whether there is a reference."""
        return self.parts is None or self.parts[0] != _ONE

    def of_another(self, borne: Borne) -> Tilted | None:
        """The same reference tilted by another reward, at another temperature, with the arguments of this one.

        None where this one has no single symbol for what is another there, or is made of what may bear that unsaid.
        """
        reference, reward, temperature = self.names()
        if not t.symbols(self.weight) <= {reference, reward, temperature}:
            return None
        if not (reward or not borne.reward) or not (temperature or (borne.times == 1 and not borne.temperature)):
            return None
        to = t.Policy(borne.reward or reward)
        at = t.Mul((t.Number(borne.times), t.Scalar(borne.temperature or temperature)))

        def heated(term: t.Term) -> t.Term:
            return at if term == t.Scalar(temperature) else t.rebuilt(term, heated)

        return replace(self, weight=heated(t.substitute(self.weight, {t.Policy(reward): to} if reward else {})))

    def names(self) -> tuple[str, str, str]:
        """What reference, reward and temperature are called, each where it is one symbol."""
        atoms = [part.atom for part in self.parts or ()]
        reference, reward, temperature = ("" if atom is None else atom.symbol for atom in atoms or (None, None, None))
        return reference, reward, temperature

    def another(self, other: Tilted) -> bool:
        """Whether a later tilt is of something else, and not this one with a slip: it brings two symbols or more."""
        brought = other.value.names - self.value.names
        return len([name for name in brought if isinstance(name, str)]) > 1


class Said(Enum):
    """What kind of row states a tilt, the plainest first."""

    STATEMENT = "a row that gives π* or Z"
    PROBLEM = "a problem"
    OBJECTIVE = "a functional of a policy"
    VALUE = "a problem with its value"
    OTHER = "a problem that no tilt solves"


class Stated(NamedTuple):
    """What a row states: ``symbol`` is π*, Z or the policy of a problem; no ``tilted`` where its solution is not known.

    ``place``: the row, the clause and the link by number. ``over``: the partition function that π* is given with.
    """

    said: Said
    symbol: str
    tilted: Tilted | None
    place: tuple[int, int, int]
    over: str = ""


def stated(index: int, row: Row, context: t.Context, symbols: frozenset[str]) -> Iterator[Stated]:
    """What a row states of ``symbols``, which are π* and Z in their spellings, and of problems."""
    if any(clause.joined == "if" for clause in row.clauses):
        return  # what a row says under a condition it says there alone
    if row.constrained:
        yield Stated(Said.OTHER, "", None, (index, 0, 0))
    for j, clause in enumerate(row.clauses):
        for k, head, body, relation in links(clause):
            if head.symbol in symbols:
                found = _by_a_link(head, body, relation, context)
                if found is not None:
                    over = sorted((t.symbols(body) & symbols) - {head.symbol})
                    yield Stated(Said.STATEMENT, head.symbol, found, (index, j, k), over[0] if over else "")
        for k, term in enumerate(clause.terms):
            of = problem(term)
            if of is not None and symbols.isdisjoint(t.symbols(of.body)):  # what mentions π* does not say what it is
                bare = term is of and (len(clause.terms) == 1 or isinstance(of, t.Optimiser))
                said = Said.PROBLEM if bare else Said.VALUE
                known, tilted = by_a_problem(of, context)
                if tilted is not None or not known:
                    yield Stated(said, of.policy, tilted, (index, j, k))
                elif not has_entropy(of, context):  # least for most is a slip in the same problem
                    yield Stated(Said.OTHER, of.policy, None, (index, j, k))
        if (definition := clause.definition) is not None:
            policies = [p.symbol for p in definition.parameters if isinstance(p, t.Policy)]
            if len(policies) == 1:
                of = t.Optimum(t.Sense.MAX, policies[0], definition.body)
                if (found := by_a_problem(of, context)[1]) is not None:
                    yield Stated(Said.OBJECTIVE, policies[0], found, (index, j, 0))


def links(clause: Clause) -> Iterator[tuple[int, t.Apply, t.Term, Relation]]:
    """The links of a clause that may give a symbol, from either side: by number, the symbol, what it is said to be."""
    if clause.joined in ("if", "since"):
        return  # a condition states nothing
    for k, (left, relation, right) in enumerate(zip(clause.terms, clause.relations, clause.terms[1:], strict=False)):
        for head, body in ((left, right), (right, left)):
            if isinstance(head, t.Apply) and relation in _STATING:
                yield k, head, body, relation


def by_a_problem(of: t.Optimum | t.Optimiser, context: t.Context) -> tuple[bool, Tilted | None]:
    """Whether it is known how a policy enters a problem; and the tilt that solves it, where one does."""
    nf = Normaliser(context, budget=_BUDGET)
    try:
        found = shape(nf, nf.objective(of), BOUND_POLICY)
        if found is None:
            return False, None
        if not found.entropy.terms or found.cross.terms or len(found.outcomes) != 1:
            return True, None
        if not nf.positive(found.entropy) or not found.entropy.names.isdisjoint(found.outcomes):
            return True, None
        weight = nf.exp(nf.times(found.linear, nf.power(found.entropy, MINUS_ONE)))
        places = (*found.outcomes, *found.given)
        usual = [Variable(usual_name(v.sort), v.sort) if v.name.startswith("~") else v for v in places]
        weight = nf.rename(weight, dict(zip(places, usual, strict=True)))
        outcome, *given = usual
        tilted = _tilt(nf, weight, outcome, tuple(given))
        if tilted is None:
            tilted = Tilted(read_back(weight, nf.context), outcome, tuple(given), weight, None)
        return True, tilted
    except (Unsupported, BudgetExceeded):
        return False, None


def has_entropy(of: t.Optimum | t.Optimiser, context: t.Context) -> bool:
    """Whether a problem weighs the entropy of its policy, and no divergence to it, with either sign."""
    nf = Normaliser(context, budget=_BUDGET)
    found = shape(nf, nf.objective(of), BOUND_POLICY)
    return found is not None and bool(found.entropy.terms) and not found.cross.terms


def _by_a_link(head: t.Apply, body: t.Term, relation: Relation, context: t.Context) -> Tilted | None:
    """The tilt of which ``head relation body`` is the statement, where it has the right shape."""
    given = tuple(v for v in head.given if isinstance(v, Variable))
    if len(given) < len(head.given) or len(head.outcomes) > 1 or head.symbol in t.symbols(body):
        return None
    nf = Normaliser(context, budget=_BUDGET)
    try:
        if not head.outcomes:
            return None if relation is Relation.PROPORTIONAL else _of_a_sum(nf, nf(body), given)
        return _of_a_quotient(nf, nf(body), head.outcomes[0], given, full=relation is not Relation.PROPORTIONAL)
    except (Unsupported, BudgetExceeded):
        return None


def _of_a_sum(nf: Normaliser, body: Polynomial, given: tuple[Variable, ...]) -> Tilted | None:
    """``Σ_y w(y|x)``, what is free of y before the sum or below it."""
    whole = body.single
    sums = [] if whole is None else [a for a, e in whole[0].factors if a.kind == "sum" and e == _ONE]
    if whole is None or len(sums) != 1 or whole[1] != 1 or len(sums[0].outcomes) != 1:
        return None
    (name,), inside = nf.open(sums[0])
    outcome = Variable(usual_name(name.sort), name.sort)
    if outcome in given or outcome in body.free:
        return None
    weight = nf.times(nf.rename(inside, {name: outcome}), of_monomial(whole[0].without(sums[0])))
    return _tilt(nf, weight, outcome, given)


def _of_a_quotient(
    nf: Normaliser, body: Polynomial, outcome: Variable, given: tuple[Variable, ...], *, full: bool
) -> Tilted | None:
    """``w(y|x)`` over ``Z(x)`` or over its own sum; where it is not ``full``, over nothing, too."""
    whole = body.single
    if whole is None or whole[1] != 1:
        return None
    below = [
        a
        for a, e in whole[0].factors
        if e == MINUS_ONE
        and outcome not in a.names
        and (a.kind == "sum" or nf.context.roles.get(a.symbol) is Role.PARTITION)
    ]
    if len(below) > 1 or (full and not below):
        return None
    found = _tilt(nf, of_monomial(whole[0].without(*below)), outcome, given)
    if found is None or not below or below[0].kind != "sum":
        return found
    own = nf.sum_over([outcome], nf(found.weight))
    return found if nf.is_zero(own - of_atom(below[0])) else None


def _tilt(nf: Normaliser, weight: Polynomial, outcome: Variable, given: tuple[Variable, ...]) -> Tilted | None:
    """A weight that is a reference to the power 1 times ``exp(r/β)``, taken apart."""
    whole = weight.single
    if whole is None or whole[1] != 1 or not weight.free <= {outcome, *given} or outcome not in weight.free:
        return None
    references = [(a, e) for a, e in whole[0].factors if a.kind == "apply" and a.outcomes]
    exponent = whole[0].exponent(EULER)
    if len(references) > 1 or any(e != _ONE for _, e in references):
        return None
    if any(a != EULER and a.symbol not in {b.symbol for b, _ in references} for a, _ in whole[0].factors):
        return None
    reference = of_atom(references[0][0]) if references else _ONE
    if references and references[0][0].outcomes != (outcome,):
        return None
    for temperature in _temperatures(nf, exponent):
        reward = nf.times(exponent, temperature)
        if reward.names.isdisjoint(temperature.names) and _is_reward(nf.context, reward, outcome):
            return Tilted(read_back(weight, nf.context), outcome, given, weight, (reference, reward, temperature))
    return None


def _temperatures(nf: Normaliser, exponent: Polynomial) -> Iterator[Polynomial]:
    """What an exponent may be divided by: its positive scalars, temperatures before others; all of them; and 1.

    An inverse temperature is one over it.
    """
    names = sorted(name for name in exponent.names if isinstance(name, str) and name in nf.context.positive)
    names.sort(key=lambda name: nf.context.roles.get(name) is not Role.TEMPERATURE)
    scalars = [of_atom(Atom("scalar", name)) for name in names]
    for name, scalar in zip(names, scalars, strict=True):
        if nf.context.roles.get(name) is Role.INVERSE:
            yield nf.power(scalar, MINUS_ONE)
    yield from scalars
    if len(scalars) > 1:
        yield nf.times(*scalars)
    yield _ONE


def _is_reward(context: t.Context, reward: Polynomial, outcome: Variable) -> bool:
    """Whether an expression may be a reward: a function by itself; or several, weighted, or less a baseline."""
    moving = {m: c for m, c in reward.terms.items() if outcome in m.names}
    functions = (
        [a for a, e in m.factors if a.kind == "apply" and not a.outcomes and outcome in a.names and e == _ONE]
        for m in moving
    )
    if not moving or any(len(found) != 1 for found in functions):
        return False
    if len(reward.terms) > 1:
        return any(c > 0 for c in moving.values())
    (monomial, coefficient), = moving.items()
    return coefficient == 1 and len(monomial.factors) == 1
