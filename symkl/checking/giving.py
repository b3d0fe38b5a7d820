"""Rows that give a policy, or another function of a response: by an expression, up to a factor, or as an optimum.

``q(y|x) = ...`` gives q where it is the first that mentions q, and ``:=`` always. What is given is what the row says:
a distribution where the kernel shows that it is positive and sums to 1, and else a function, of which nothing later may
use that it is one. ``∝`` and ``arg max`` give a distribution, for they speak of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import field, replace
from fractions import Fraction
from typing import NamedTuple, TypeGuard

import symkl.language.terms as t
from symkl.checking.asking import inside
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.dependence import reached
from symkl.language.frozen import frozen
from symkl.language.proof import SUPPOSED, Clause, Proof
from symkl.language.roles import POLICIES, Role
from symkl.language.terms import Relation, Statement
from symkl.meaning.giving import given_unread
from symkl.meaning.instances import at
from symkl.proving.deciding import PROMPT_SORTS, decide
from symkl.proving.facts import establish
from symkl.proving.problems import maximiser
from symkl.proving.reading_back import read_back

_BUDGET = 20_000
_ONE, _ZERO, _MINUS = (t.Number(Fraction(n)) for n in (1, 0, -1))

Place = tuple[int, int, int]
"""A link of a document: the number of its row, of its clause, and its own."""


@frozen
class Given:
    """What rows give: the context with it, and the places of the links that say so.

    ``functions``: what is written like a distribution and was not shown to be one, by the line that gives it.
    ``unsettled``: what is said to be a distribution, and could not be expressed, or not be shown to be > 0, or sums to
    another number than 1.
    """

    context: t.Context
    places: frozenset[Place] = frozenset()
    functions: Mapping[str, int] = field(default_factory=dict)
    unsettled: Mapping[str, int] = field(default_factory=dict)


class _Row(NamedTuple):
    """A link that may give the symbol at its head."""

    place: Place
    line: int
    head: t.Apply
    relation: Relation
    body: t.Term
    new: frozenset[str]
    """Of the symbols in it, those that no row before mentions."""

    @property
    def first(self) -> bool:
        """Whether no row before mentions the symbol at its head."""
        return self.head.symbol in self.new


def given(proof: Proof, context: t.Context) -> Given:
    """What the rows of a document give, in the order in which they give it; ``context``: what is known otherwise."""
    known = Given(context)
    varied = _differentiated(proof)
    moved = proof.optimised | varied | _arguments(context)
    opaque = {each.symbol for each in proof.opaque if not each.section}
    sections = _sections(proof)
    for row in _rows(proof):
        symbol, made_of = row.head.symbol, reached((row.body,), known.context)
        if symbol in {*opaque, *known.context.definitions, *known.unsettled, *made_of}:
            continue
        if not row.first and row.relation is not Relation.DEFINED and (symbol in moved or varied & made_of):
            continue  # of what a problem or a functional is over, a later row claims something, and of what it meets
        if isinstance(row.body, t.Optimiser):
            known = _as_optimum(known, row)
        elif row.relation is Relation.PROPORTIONAL:
            known = _up_to_a_factor(known, row)
        else:
            known = _as_written(known, row)
        if symbol in known.context.definitions:
            known = _with_instances(known, row, sections, opaque)
    return known


def _with_instances(known: Given, row: _Row, sections: Mapping[str, int], opaque: Set[str]) -> Given:
    """What a row gives of any step or number, at the others that are written in its section: π_1 by ``π_{t+1} ∝ ...``.

    ``sections``: the first that mentions each symbol.
    """
    symbol = row.head.symbol
    here = sections[symbol]
    written = {name for name, section in sections.items() if section == here} - {*known.context.definitions, *opaque}
    for name in sorted(written):
        found = _instance(name, known.context, symbol, sections.keys() - opaque)
        definitions = {**known.context.definitions, **found}
        roles = {**dict.fromkeys(found, known.context.roles.get(symbol, Role.POLICY)), **known.context.roles}
        same = {each: known.unsettled[symbol] for each in found if symbol in known.unsettled}
        moving = known.context.parametrised
        moving = moving if symbol in moving else moving.difference(found)
        context = replace(known.context, definitions=definitions, roles=roles, parametrised=moving)
        functions = {each: known.functions[symbol] for each in found if symbol in known.functions}
        known = replace(
            known, context=context, unsettled={**known.unsettled, **same}, functions={**known.functions, **functions}
        )
    return known


_STEPS = 4
"""So many steps back what is given by the step before is looked for."""


def _instance(name: str, context: t.Context, general: str, mentioned: Set[str]) -> dict[str, t.Definition]:
    """What a symbol is by the definition of another that it is an instance of, with the steps between that and what
    the document mentions; nothing where it comes down to no such thing."""
    laws = (Role.DISTRIBUTION, *POLICIES, Role.OPTIMUM, Role.REFERENCE)
    found: dict[str, t.Definition] = {}
    left = [name]
    while left and len(found) < _STEPS:
        here = left.pop()
        made = at(context.definitions[general], here, lambda each: context.roles.get(each) in laws, context.definitions)
        if made is None:
            return {}
        found[here] = made
        left += t.symbols(made.body) - {*mentioned, *found, *context.definitions}
    return {} if left else found


def _sections(proof: Proof) -> dict[str, int]:
    """The first section that mentions each symbol."""
    found: dict[str, int] = {}
    section = 0
    for i, row in enumerate(proof.rows):
        section = i if row.heading else section
        for clause in row.clauses:
            for symbol in frozenset[str]().union(*map(t.symbols, clause.terms)):
                found.setdefault(symbol, section)
    return found


def optimum(of: t.Apply, problem: t.Optimiser, context: t.Context) -> t.Definition | None:
    """What a policy is that is said to be the optimiser of a problem, where the kernel knows the optimiser."""
    why = maximiser(problem, context)
    if why is None or [v.sort for v in why.outcomes] != [v.sort for v in of.outcomes]:
        return None
    if [v.sort for v in why.given] != [getattr(v, "sort", None) for v in of.given]:
        return None
    return t.Definition(of.symbol, (*why.outcomes, *why.given), read_back(why.q, context))


def _as_optimum(known: Given, row: _Row) -> Given:
    assert isinstance(row.body, t.Optimiser)
    definition = optimum(row.head, row.body, known.context) if row.first else None
    if definition is not None:
        return _defining(known, row, definition)
    return _unsettled(known, row) if row.first else known


def _up_to_a_factor(known: Given, row: _Row) -> Given:
    """``q ∝ g``: g over its sum."""
    total = row.body
    for v in row.head.outcomes:
        total = t.total(v, total)
    found = _defining(known, row, _definition(row, t.Mul((row.body, t.Power(total, _MINUS)))))
    if _holds(Statement(_ZERO, Relation.LESS, row.body), known.context):
        return found
    return _unsettled(found, row) if row.first else known  # then the row says of g, too, that it has one sign


def _as_written(known: Given, row: _Row) -> Given:
    always = row.relation is Relation.DEFINED
    alike = isinstance(row.body, t.Apply) and bool(row.body.outcomes) and (not row.first or row.body.symbol in row.new)
    alike &= not (row.first and known.context.roles.get(row.head.symbol) is Role.REFERENCE)  # π_0 = π_ref: a beginning
    if alike and not always:
        return known  # that two policies are one is a claim, but for a new name of one that is known
    definition = _definition(row, row.body)
    if _is_distribution(row, known.context):
        return _defining(known, row, definition)
    if not row.first and not always:
        return known
    if row.first and (found := _determined(known.context, row)):
        definitions = {**known.context.definitions, **{each.symbol: each for each in found}}
        context = replace(known.context, definitions=definitions)
        return replace(known, context=context, places=known.places | {row.place})
    if not always and _sums_to_another_number(row, known.context):
        return replace(known, unsettled={**known.unsettled, row.head.symbol: row.line})  # and the row gives nothing
    return _as_function(_defining(known, row, definition), row)


def _sums_to_another_number(row: _Row, context: t.Context) -> bool:
    """Whether a policy by its letter is said to be what sums to a number that is not 1: ``π = 2 π_ref``."""
    if context.roles.get(row.head.symbol) not in _LAWS:
        return False
    total = row.body
    for v in row.head.outcomes:
        total = t.total(v, total)
    try:
        number = Normaliser(context, budget=_BUDGET)(total).rational
    except (Unsupported, BudgetExceeded):
        return False
    return number is not None and number != 1


_LAWS = frozenset({*POLICIES, Role.DISTRIBUTION})


def _as_function(known: Given, row: _Row) -> Given:
    """What is no distribution moves as its definition does, and not as a policy of its parameter: Σ_y ∇w_θ is not 0."""
    symbol = row.head.symbol
    context = replace(known.context, parametrised=known.context.parametrised - {symbol})
    return replace(known, context=context, functions={**known.functions, symbol: row.line})


def _determined(context: t.Context, row: _Row) -> tuple[t.Definition, ...]:
    """A policy, and the unknown beside it that makes it sum to 1: V in ``π = exp((Q - V)/α)`` where V is new, too."""
    for unknown in sorted(_unknowns(row, context)):
        roles = {**context.roles, unknown: Role.MULTIPLIER}
        try:
            facts = establish(
                Statement(row.head, Relation.EQUAL, row.body),
                replace(context, roles=roles), (), f"line {row.line}", row.head.symbol,
            )  # fmt: skip
        except BudgetExceeded:
            continue
        if [fact.symbol for fact in facts] == [unknown, row.head.symbol]:
            return tuple(
                t.Definition(each.symbol, (*each.outcomes, *each.given), read_back(each.value, context))
                for each in facts
            )
        if found := _divided_by(row, unknown, context):
            return found
    return ()


def _divided_by(row: _Row, unknown: str, context: t.Context) -> tuple[t.Definition, ...]:
    """The same where the unknown stands below the line, as Z does: it is the sum of what stands above."""
    of = next(each for each in inside(row.body) if isinstance(each, t.Apply) and each.symbol == unknown)
    above: t.Term = t.Mul((row.body, of))
    for v in row.head.outcomes:
        above = t.total(v, above)
    try:
        facts = establish(Statement(above, Relation.EQUAL, of), context, (), f"line {row.line}", unknown)
    except BudgetExceeded:
        return ()
    if [fact.symbol for fact in facts] != [unknown]:
        return ()
    total = t.Definition(unknown, facts[0].given, read_back(facts[0].value, context))
    whole = replace(context, definitions={**context.definitions, unknown: total})
    return (total, _definition(row, row.body)) if _is_distribution(row, whole) else ()


def _unknowns(row: _Row, context: t.Context) -> Iterator[str]:
    """The functions of the prompt that a row is the first to mention."""
    left = [row.body]
    while left:
        here = left.pop()
        left.extend(here.parts())
        if isinstance(here, t.Apply) and not here.outcomes and here.symbol in row.new - context.definitions.keys():
            yield from [here.symbol] if all(getattr(v, "sort", None) in PROMPT_SORTS for v in here.given) else []


def _defining(known: Given, row: _Row, definition: t.Definition) -> Given:
    if not t.free_variables(definition.body) <= set(definition.parameters):
        return _unsettled(known, row) if row.first else known  # it depends on more than its arguments say
    definitions = {**known.context.definitions, definition.symbol: definition}
    context = replace(known.context, definitions=definitions)
    if reached((definition.body,), known.context) & known.context.parametrised - known.context.definitions.keys():
        context = replace(context, parametrised=context.parametrised - {definition.symbol})  # it moves as those do
    return replace(known, context=context, places=known.places | {row.place})


def _unsettled(known: Given, row: _Row) -> Given:
    unsettled = {**known.unsettled, row.head.symbol: row.line}
    return replace(known, places=known.places | {row.place}, unsettled=unsettled)


def _definition(row: _Row, body: t.Term) -> t.Definition:
    return t.Definition(row.head.symbol, (*row.head.outcomes, *row.head.given), body)


def _rows(proof: Proof) -> Iterator[_Row]:
    """The links that may give a symbol, in order."""
    said = set(proof.optimised)
    before, taken_apart = set(said), set[str]()
    for i, row in enumerate(proof.rows):
        said, before = (before if row.explains else said), set(said)  # “where” is about what the row before it uses
        conditional = any(clause.joined == "if" for clause in row.clauses)  # what it says holds there alone
        for j, clause in enumerate(() if row.assumed == SUPPOSED or conditional else row.clauses):
            for head, relation, body in heads(clause):
                if head not in clause.terms and t.symbols(clause.terms[0]) - said != {head.symbol}:
                    continue  # more than one of these is new: which is given, nobody can tell
                fixed_by_name = proof.context.roles.get(head.symbol) is Role.OPTIMUM
                if row.unheard and relation is not Relation.DEFINED:
                    continue  # what holds under a condition that is not read holds there alone
                if not fixed_by_name or relation is Relation.DEFINED or isinstance(body, t.Optimiser):
                    new = (t.symbols(head) | t.symbols(body)) - said
                    if head in clause.terms and head.symbol not in taken_apart and _is_of_steps(proof, body):
                        taken_apart.add(head.symbol)  # p(τ) is drawn from first, and then said to be a product
                        new |= {head.symbol}
                    yield _Row((i, j, 0), row.line, head, relation, body, new)
        said |= set() if row.clauses else {given_unread(row.source)}
        said |= {symbol for clause in row.clauses for term in clause.terms for symbol in t.symbols(term)}


def _is_of_steps(proof: Proof, body: t.Term) -> bool:
    """Whether an expression is of what stands at the steps of a trajectory."""
    return any(proof.context.roles.get(symbol) is Role.STEP for symbol in t.symbols(body))


def heads(clause: Clause) -> Iterator[tuple[t.Apply, Relation, t.Term]]:
    """The first link of a clause read as giving one of its sides."""
    if clause.opening is not None or not clause.relations or clause.joined in ("if", "since"):
        return
    left, right = clause.terms[:2]
    match clause.relations[0]:
        case Relation.EQUAL | Relation.DEFINED | Relation.EQUIVALENT | Relation.PROPORTIONAL as relation:
            if _is_head(left):
                yield left, relation, right
            if relation is Relation.EQUAL and len(clause.terms) == 2 and _is_head(right) and not _is_head(left):
                yield right, relation, left
            if relation is Relation.EQUAL and (found := _solved(left, right)) is not None:
                yield found[0], relation, found[1]


def _solved(left: t.Term, right: t.Term) -> tuple[t.Apply, t.Term] | None:
    """``log q = b`` and ``q/p = b``, solved for q."""
    match left:
        case t.Fn("log", (inside,)):
            value = right.arguments[0] if isinstance(right, t.Fn) and right.name == "log" else t.exp(right)
        case t.Mul((inside, t.Power(below, t.Number(Fraction(numerator=-1, denominator=1))))):
            value = t.Mul((right, below))
        case _:
            return None
    return (inside, value) if _is_head(inside) else _solved(inside, value)


def _is_head(term: t.Term) -> TypeGuard[t.Apply]:
    """A symbol of a response at different variables."""
    if not isinstance(term, t.Apply) or not term.outcomes:
        return False
    places = (*term.outcomes, *term.given)
    return all(isinstance(v, t.Variable) for v in places) and len(set(places)) == len(places)


def _is_distribution(row: _Row, context: t.Context) -> bool:
    return sums_to_one(row.head, row.body, context) and _holds(Statement(_ZERO, Relation.LESS, row.body), context)


def sums_to_one(head: t.Apply, body: t.Term, context: t.Context) -> bool:
    """Whether what a symbol of a response is said to be is shown to sum to 1 over its outcomes."""
    total = body
    for v in head.outcomes:
        total = t.total(v, total)
    return _holds(Statement(total, Relation.EQUAL, _ONE), context)


def _holds(statement: Statement, context: t.Context) -> bool:
    try:
        return isinstance(decide(statement, context, budget=_BUDGET), Proved)
    except BudgetExceeded:
        return False


def _arguments(context: t.Context) -> frozenset[str]:
    """The policies that functionals are defined for."""
    definitions = context.definitions.values()
    return frozenset(p.symbol for d in definitions for p in d.parameters if isinstance(p, t.Policy))


def _differentiated(proof: Proof) -> frozenset[str]:
    """The policies by one of whose entries some row differentiates."""
    left = [term for row in proof.rows for clause in row.clauses for term in clause.terms]
    found: set[str] = set()
    while left:
        here = left.pop()
        if isinstance(here, t.Partial):
            found.add(here.target.symbol)
        left.extend(here.parts())
    return frozenset(found)
