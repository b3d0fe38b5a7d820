"""What a document was understood to say of its symbols: the table that ``symkl check --symbols`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import symkl.language.terms as t
from symkl.checking.report import Standing, Understood
from symkl.checking.state import State
from symkl.checking.tilting import Settled
from symkl.language.dependence import EVERYTHING
from symkl.language.joints import written
from symkl.language.proof import Proof
from symkl.language.roles import Role

_NAMED = {
    Role.POLICY: "policy",
    Role.REFERENCE: "reference",
    Role.OPTIMUM: "optimal policy",
    Role.PROMPTS: "distribution of the prompts",
    Role.REWARD: "reward",
    Role.TEMPERATURE: "temperature",
    Role.INVERSE: "inverse temperature",
    Role.MULTIPLIER: "multiplier",
    Role.PARTITION: "partition function",
}
"""What symbols are for, in a word; of the others their kind is told."""


def understood(proof: Proof, meant: Settled, state: State) -> tuple[Understood, ...]:
    """The symbols of a document in the order in which they come, with what each is taken for, and where that is said.

    ``state``: behind the last row, with all that the rows established.
    """
    uses = _uses(proof)
    context = meant.context
    stated = {symbol: proof.rows[i].line for i, symbol in _stated(proof, meant)}
    usual = {definition.symbol for definition in meant.usual}
    facts = {fact.symbol: fact.source for fact in state.facts}
    table = []
    for symbol, (use, line) in uses.items():
        standing, where = _standing(symbol, proof, context, stated, usual, facts, line)
        kind = _kind(symbol, use, context)
        table.append(Understood(written(symbol), kind, _signature(use), _moves(symbol, context), standing, where))
    unread = {each.symbol: each for each in proof.opaque if each.symbol not in uses}
    table += [Understood(each.symbol, "symbol", "", "anything", Standing.OPAQUE, each.why) for each in unread.values()]
    return tuple(table)


def _uses(proof: Proof) -> dict[str, tuple[t.Term, int]]:
    """Each symbol's first use, and the line of it; a use with more arguments written says more."""
    uses: dict[str, tuple[t.Term, int]] = {}
    for row in proof.rows:
        for term in (term for clause in row.clauses for term in clause.terms):
            for use in _applications(term):
                assert isinstance(use, t.Scalar | t.Apply)
                uses.setdefault(use.symbol, (use, row.line))
    return uses


def _applications(term: t.Term) -> Iterator[t.Term]:
    left = [term]
    while left:
        here = left.pop()
        if isinstance(here, t.Scalar | t.Apply):
            yield here
        left.extend(reversed([*here.parts()]))


def _kind(symbol: str, use: t.Term, context: t.Context) -> str:
    role = context.roles.get(symbol)
    if role in _NAMED and not (role is Role.REWARD and symbol in context.definitions):
        return _NAMED[role]
    if isinstance(use, t.Scalar):
        return "number > 0" if symbol in context.positive else "number"
    assert isinstance(use, t.Apply)
    if use.outcomes:
        return "distribution"
    if any(isinstance(a, t.Policy) for a in use.given):
        return "functional"
    return "function" if use.given else "number"


def _signature(use: t.Term) -> str:
    """Over what and given what a distribution is; of what a function is."""
    if not isinstance(use, t.Apply):
        return ""
    given = ", ".join(a.symbol if isinstance(a, t.Policy) else a.sort for a in use.given)
    if not use.outcomes:
        return f"of {given}" if given else ""
    over = ", ".join(v.sort for v in use.outcomes)
    return f"over {over} given {given}" if given else f"over {over}"


def _moves(symbol: str, context: t.Context) -> str:
    """What moves a symbol, in words."""
    if symbol in context.definitions:
        return "as its definition"
    by = context.moves.get(symbol, frozenset())
    if EVERYTHING in by:
        return "anything"
    parameter = {name for name in context.parametrised if len(name) == 1 and name in "θφψωϑξ"}
    if symbol in context.parametrised:
        by |= parameter
    return ", ".join(sorted(by - context.parametrised | by & parameter))


def _standing(
    symbol: str,
    proof: Proof,
    context: t.Context,
    stated: Mapping[str, int],
    usual: set[str],
    facts: Mapping[str, str],
    line: int,
) -> tuple[Standing, str]:
    """How a symbol stands in the document, and where that is said."""
    opaque = next((each for each in proof.opaque if each.symbol == symbol), None)
    if opaque is not None:
        return Standing.OPAQUE, opaque.why
    if symbol in stated:
        return Standing.DEFINED, f"line {stated[symbol]}"
    if symbol in usual:
        return Standing.USUAL, ""
    if symbol in facts:
        return Standing.FIXED, facts[symbol]
    if symbol in proof.declared:
        return Standing.DECLARED, f"line {proof.declared[symbol]}"
    return Standing.FREE, f"first in line {line}"


def _stated(proof: Proof, meant: Settled) -> Iterator[tuple[int, str]]:
    """The rows that define symbols, each with the symbol; the last one first, so that the first one wins."""
    found = []
    for i, row in enumerate(proof.rows):
        for j, clause in enumerate(row.clauses):
            if clause.definition is not None:
                found.append((i, clause.definition.symbol))
            for k, term in enumerate(clause.terms[:-1]):
                if (i, j, k) in meant.places:
                    sides = (side for side in (term, clause.terms[k + 1]) if isinstance(side, t.Apply))
                    heads = [side.symbol for side in sides if side.symbol in meant.context.definitions]
                    found += [(i, symbol) for symbol in heads[:1]]
    yield from reversed(found)
