"""What π* and Z mean in a document: the tilted policy and the partition function of which problem.

They have a meaning of their own. A row that states one of them *in the right shape* fixes which
reference, reward and temperature are meant; a row of another shape is a claim, to be judged
against that meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import symkl.language.terms as t
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Proved
from symkl.language.proof import LET, SUPPOSED, Clause, Proof, Row, Tilt
from symkl.language.roles import Role
from symkl.language.terms import Relation, Variable
from symkl.proving.deciding import decide

_MINUS = t.Number(Fraction(-1))


@dataclass(frozen=True)
class Triple:
    """A reference (None: the uniform counting measure), a reward and a temperature, as terms."""

    reference: t.Term | None
    reward: t.Term
    temperature: t.Term
    outcome: Variable

    def weight(self) -> t.Term:
        """``π_ref(y|x) exp(r(x,y)/β)``."""
        tilt = t.exp(t.Mul((self.reward, t.Power(self.temperature, _MINUS))))
        return tilt if self.reference is None else t.Mul((self.reference, tilt))

    def partition(self) -> t.Term:
        """``Σ_y π_ref(y|x) exp(r(x,y)/β)``."""
        return t.total(self.outcome, self.weight())


@dataclass(frozen=True)
class Fixed:
    """The context with π* and Z defined, and the (row, clause, link) places that fixed their meaning.

    ``usual``: those that no row states, with the meaning they were given.
    """

    context: t.Context
    places: frozenset[tuple[int, int, int]]
    usual: tuple[t.Definition, ...] = ()


def settle(proof: Proof) -> Fixed:
    """Give π* and Z of a document their meaning."""
    assert proof.parts is not None
    parts = proof.parts
    used = _used(proof.rows)
    roles = proof.context.roles
    optima = sorted({a.symbol for a in used if a.outcomes and roles.get(a.symbol) is Role.OPTIMUM})
    partitions = sorted(
        {
            a.symbol
            for a in used
            if not a.outcomes
            and len(a.given) <= 1
            and roles.get(a.symbol) is Role.PARTITION
            and a.symbol not in proof.context.definitions
        }
    )
    written = any(a.symbol == parts.reference for a in used)
    unreferenced = not written and not proof.optimised and bool(partitions) and _exponential(proof)
    y = Variable(parts.outcome, parts.outcome)
    usual_reference, usual_reward = _as_used(used, parts, y)
    default = Triple(None if unreferenced else usual_reference, usual_reward, t.Scalar(parts.temperature), y)
    context = proof.context
    places: set[tuple[int, int, int]] = set()
    definitions = dict(context.definitions)
    triple = default
    usual: list[str] = []
    for symbol in partitions:
        found = _fixing(proof, symbol, context, ())
        if found is not None:
            triple, place = found
            places.add(place)
        elif not _undecorated(symbol, parts):
            continue  # Z_1 and Z_2 are two things, and nobody says which
        else:
            usual.append(symbol)
        head = next(a for a in used if a.symbol == symbol)
        prompts = tuple(t.free_variables(triple.partition()))
        if len(prompts) > len(head.given):
            continue  # what it is made of has a prompt, and it has none
        definitions[symbol] = t.Definition(symbol, prompts or head.given, triple.partition())
    context = replace(context, definitions=definitions)
    rewards = {a.symbol for a in used if not a.outcomes}
    for symbol in optima:
        found = _fixing(proof, symbol, context, tuple(definitions))
        own = triple
        if found is not None:
            own, place = found
            places.add(place)
        elif (mark := _mark(symbol)) in rewards - {parts.reward}:  # π_r' is tilted by r'
            own = replace(triple, reward=replace(usual_reward, symbol=mark))
        elif not _undecorated(symbol, parts):
            continue
        body = t.Mul((own.weight(), t.Power(own.partition(), _MINUS)))
        if found is None:
            usual.append(symbol)
        definitions[symbol] = t.Definition(symbol, (own.outcome, *_given(own)), body)
    context = replace(context, definitions=definitions)
    for definition, place in _policies(proof, context):
        definitions[definition.symbol] = definition
        places.add(place)
    return Fixed(
        replace(context, definitions=definitions), frozenset(places), tuple(definitions[symbol] for symbol in usual)
    )


def _as_used(used: list[t.Apply], parts: Tilt, y: Variable) -> tuple[t.Apply, t.Apply]:
    """The reference and the reward of a document, each with the arguments that it is used with."""
    x = Variable(parts.prompt, parts.prompt)
    sorts = {y.sort: y, x.sort: x}

    def at(symbol: str, default: t.Apply) -> t.Apply:
        for a in used:
            places = [v.sort if isinstance(v, Variable) else "" for v in (*a.outcomes, *a.given)]
            known = places in ([y.sort], [y.sort, x.sort], [x.sort, y.sort])
            if known and a.symbol == symbol and len(a.outcomes) == len(default.outcomes):
                return t.Apply(symbol, (y,) * len(a.outcomes), tuple(sorts[s] for s in places[len(a.outcomes) :]))
        return default

    reward = at(parts.reward, t.Apply(parts.reward, (), (x, y)))
    given = () if reward.given == (y,) and any(a.symbol == parts.reward for a in used) else (x,)
    return at(parts.reference, t.Apply(parts.reference, (y,), given)), reward


def _policies(proof: Proof, context: t.Context) -> Iterator[tuple[t.Definition, tuple[int, int, int]]]:
    """Policies that a row gives before anything else is said of them, by what is positive and sums to 1."""
    said: set[str] = set(proof.optimised)
    for i, row in enumerate(proof.rows):
        for j, clause in enumerate(row.clauses):
            head = clause.terms[0]
            if (
                clause.opening is None
                and clause.joined not in ("if", "since")
                and row.assumed not in (SUPPOSED, LET)
                and clause.relations[:1] in ((Relation.EQUAL,), (Relation.DEFINED,))
                and isinstance(head, t.Apply)
                and head.outcomes
                and context.roles.get(head.symbol) is not Role.OPTIMUM
                and not isinstance(clause.terms[1], t.Apply)  # that two policies are one is a claim
                and head.symbol not in {*said, *context.definitions, *t.symbols(clause.terms[1])}
                and len({*head.outcomes, *head.given}) == len((*head.outcomes, *head.given))
                and _is_distribution(clause.terms[1], head.outcomes, context)
            ):
                yield t.Definition(head.symbol, (*head.outcomes, *head.given), clause.terms[1]), (i, j, 0)
        said |= {symbol for clause in row.clauses for term in clause.terms for symbol in t.symbols(term)}


def _is_distribution(body: t.Term, outcomes: tuple[Variable, ...], context: t.Context) -> bool:
    total = body
    for v in outcomes:
        total = t.total(v, total)
    one, zero = t.Number(Fraction(1)), t.Number(Fraction(0))
    try:
        return isinstance(
            decide(t.Statement(total, Relation.EQUAL, one), context, budget=20_000), Proved
        ) and isinstance(decide(t.Statement(zero, Relation.LESS, body), context, budget=20_000), Proved)
    except BudgetExceeded:
        return False


def _mark(symbol: str) -> str:
    """What a symbol bears below: the r of π_r*."""
    return symbol.partition("_")[2].rstrip("*")


def _undecorated(symbol: str, parts: Tilt) -> bool:
    """Whether a symbol bears no mark, or only that of the document's own temperature, reward or parameter."""
    return _mark(symbol) in ("", "θ", parts.temperature, parts.reward, parts.reward.partition("_")[2])


def _exponential(proof: Proof) -> bool:
    """Whether a row puts a bare exponential over a partition function: entropy without a reference."""
    for row in proof.rows:
        for clause in row.clauses:
            for _, head, body, _ in _links(clause):
                optimum = proof.context.roles.get(head.symbol) is Role.OPTIMUM
                if head.outcomes and optimum and not any(a.outcomes for a in _applications(body)):
                    return True
    return False


def _given(triple: Triple) -> tuple[t.Argument, ...]:
    if isinstance(triple.reference, t.Apply):
        return triple.reference.given
    return tuple(v for v in t.free_variables(triple.reward) if v != triple.outcome)


def _used(rows: Iterable[Row]) -> list[t.Apply]:
    out: list[t.Apply] = []

    def collect(term: t.Term) -> None:
        if isinstance(term, t.Apply):
            out.append(term)
            out.extend(
                t.Apply(a.symbol, (Variable("y", "y"),), (Variable("x", "x"),))
                for a in term.given
                if isinstance(a, t.Policy)
            )
        for part in term.parts():
            collect(part)

    for row in rows:
        for clause in row.clauses:
            for term in clause.terms:
                collect(term)
    return out


def _fixing(
    proof: Proof, symbol: str, context: t.Context, known: tuple[str, ...]
) -> tuple[Triple, tuple[int, int, int]] | None:
    """The first row that states ``symbol`` in the right shape, with the parts it names."""
    for i, row in enumerate(proof.rows):
        for j, clause in enumerate(row.clauses):
            for k, head, body, relation in _links(clause):
                if (
                    head.symbol == symbol
                    and (triple := _shape(head, body, relation, context, proof, known)) is not None
                ):
                    return triple, (i, j, k)
    return None


def _links(clause: Clause) -> Iterator[tuple[int, t.Apply, t.Term, Relation]]:
    if clause.joined in ("if", "since"):
        return  # a condition states nothing
    for k, (left, relation, right) in enumerate(zip(clause.terms, clause.relations, clause.terms[1:], strict=False)):
        for head, body in ((left, right), (right, left)):
            if isinstance(head, t.Apply) and relation in (
                Relation.EQUAL,
                Relation.DEFINED,
                Relation.PROPORTIONAL,
                Relation.EQUIVALENT,
            ):
                yield k, head, body, relation


def _shape(
    head: t.Apply, body: t.Term, relation: Relation, context: t.Context, proof: Proof, known: tuple[str, ...]
) -> Triple | None:
    """The parts that make ``head relation body`` the statement of a partition function or a tilted policy."""
    inside = _applications(body)
    references: list[t.Term | None] = [
        a for a in inside if a.outcomes and a.symbol != head.symbol and a.symbol not in context.definitions
    ]
    rewards = [a for a in inside if not a.outcomes and len(a.given) >= 1 and a.symbol not in context.definitions]
    scalars = [t.Scalar(s) for s in sorted(t.symbols(body) & context.positive)] + [t.Number(Fraction(1))]
    if not references and not any(
        parts.outcomes for parts in _used(proof.rows) if parts.symbol == getattr(proof.parts, "reference", "")
    ):
        references = [None]
    for reference, reward, temperature in list(product(references[:3], rewards[:3], scalars[:3])):
        if isinstance(reference, t.Apply):
            outcome = reference.outcomes[0]
        else:
            outcome = next((a for a in reversed(reward.given) if isinstance(a, Variable)), Variable("y", "y"))
        triple = Triple(reference, reward, temperature, outcome)
        target = (
            triple.partition() if not head.outcomes else t.Mul((triple.weight(), t.Power(triple.partition(), _MINUS)))
        )
        try:
            free = t.free_variables(target) <= {*head.outcomes, *(a for a in head.given if isinstance(a, Variable))}
            if free and isinstance(
                decide(
                    t.Statement(target, relation if head.outcomes else Relation.EQUAL, body)
                    if relation is not Relation.PROPORTIONAL
                    else t.Statement(body, Relation.PROPORTIONAL, target),
                    context,
                    budget=20_000,
                ),
                Proved,
            ):
                return triple
        except BudgetExceeded:
            continue
    return None


def _applications(term: t.Term) -> list[t.Apply]:
    """The applications inside a term, each once, in reading order."""
    here = [term] if isinstance(term, t.Apply) else []
    for part in term.parts():
        here += _applications(part)
    return list(dict.fromkeys(here))
