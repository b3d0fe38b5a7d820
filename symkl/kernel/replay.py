"""A law put to a statement, which leaves a certificate, and a certificate put to its law again: by one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symkl.kernel import laws, limits
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Certificate, Guess
from symkl.language.terms import Context, Statement, symbols

LAWS: Mapping[str, Callable[..., Proved | Fact | None]] = {
    law.__name__: law for law in (
        laws.identity, laws.same_optimiser, laws.optimal, laws.same_maximiser, laws.value, laws.inequality,
        laws.cases, laws.proportional, limits.tends, laws.substitution, laws.multiplier, laws.normalised)}


class Rejected(Exception):
    """A certificate that shows nothing; the message says what failed."""


def prove(nf: Normaliser, law: str, row: Statement, **arguments: Guess) -> Proved | Fact | None:
    """What a law shows of a statement, or takes from it, with its certificate; None where it fails."""
    facts = tuple(fact.certificate for fact in nf.facts.values())
    certificate = Certificate(law, row, arguments, nf.context, facts, nf.premises, nf.fresh)
    shown = LAWS[law](nf, row, **arguments)
    return None if shown is None else replace(shown, assumptions=frozenset(nf.assumptions),
                                              relied_on=frozenset(nf.used), certificate=certificate)


def replay(certificate: Certificate, budget: int = 240_000) -> Proved | Fact:
    """What a certificate shows, had from it alone: the facts it needs by theirs, then what its law says.

    Raises Rejected where anything fails.
    """
    c = certificate
    said = [c.statement.left, c.statement.right, *[d.body for d in c.context.definitions.values()],
            *[side for p in c.premises for side in (p.lower, p.upper)]]
    if any(name.startswith("#") for name in frozenset(c.context.definitions).union(*map(symbols, said))):
        raise Rejected("a symbol has a name that the kernel keeps for what it binds")
    facts = [_fact(each, c.context, budget) for each in c.facts]
    try:
        found = prove(Normaliser(c.context, facts, budget, c.premises, c.fresh), c.law, c.statement, **c.arguments)
    except (Unsupported, BudgetExceeded, KeyError, TypeError, AttributeError, ValueError) as reason:
        raise Rejected(f"{c.law}: {reason}") from None
    if found is None:
        raise Rejected(f"{c.law} does not show it")
    return found


def _fact(certificate: Certificate | None, context: Context, budget: int) -> Fact:
    """A fact by its certificate, which may take no more for granted than where it is used."""
    own, found = (certificate.context, replay(certificate, budget)) if certificate is not None else (context, None)
    if isinstance(found, Fact) and own.positive <= context.positive and own.parametrised <= context.parametrised \
            and (own.moves, own.measures) == (context.moves, context.measures) \
            and own.definitions.items() <= context.definitions.items():
        return found
    raise Rejected("a fact is used that nothing shows, or only another context")
