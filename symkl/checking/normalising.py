r"""Laws that rows give with Z below: then Z is what makes those sum to 1, whatever it usually is.

``π_θ = e^{f_θ}/Z(x)`` has for Z(x) the sum of e^{f_θ}, which moves with θ, and not the sum of π_ref e^{r/β}.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.giving import heads, sums_to_one
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.proof import Proof
from symkl.language.roles import Role
from symkl.language.terms import Relation, Variable
from symkl.proving.reading_back import read_back

_ONE = t.Number(Fraction(1))


class Normalised(NamedTuple):
    """A law that a row gives with a partition function below: the line, its head, and what it is said to be."""

    partition: str
    line: int
    head: t.Apply
    body: t.Term


def normalised(proof: Proof, context: t.Context, partitions: Collection[str]) -> Normalised | None:
    """The law that has a partition function below, and with its meaning in the context does not sum to 1.

    ::

        p = g/Z, the first row that has p        Σ_y g/Z = 1 is not shown of Z as it is in the context
        ──────────────────────────────────────────────────────────────────────────────────────────────
                                 Z is the normaliser of p
    """
    before: set[str] = set()
    for row in proof.rows:
        for clause in row.clauses:
            for head, relation, body in heads(clause):
                if head.symbol in before or context.roles.get(head.symbol) is Role.OPTIMUM:
                    continue
                inside = sorted(t.symbols(body).intersection(partitions))
                if relation is not Relation.PROPORTIONAL and inside and not sums_to_one(head, body, context):
                    return Normalised(inside[0], row.line, head, body)
        before |= {symbol for clause in row.clauses for term in clause.terms for symbol in t.symbols(term)}
    return None


def normaliser(law: Normalised, context: t.Context) -> t.Definition | None:
    """The partition function as what makes a law sum to 1.

    ::

        p(y) = g(y)/Z, and g is free of Z
        ─────────────────────────────────
                  Z = Σ_y g(y)

    None where the law is not a quotient by it.
    """
    z = next(a for a in _applications(law.body) if a.symbol == law.partition)
    free = replace(context, definitions={k: d for k, d in context.definitions.items() if k != law.partition})
    parameters = tuple(v for v in z.given if isinstance(v, Variable))
    one = replace(free, definitions={**free.definitions, law.partition: t.Definition(law.partition, parameters, _ONE)})
    try:
        above = Normaliser(free)(t.Mul((law.body, z)))
        weight = Normaliser(one)(law.body)
    except (Unsupported, BudgetExceeded):
        return None
    if above != weight or len(law.head.outcomes) != 1 or not isinstance(law.head.outcomes[0], Variable):
        return None
    whole = t.total(law.head.outcomes[0], read_back(weight, free))
    return t.Definition(law.partition, parameters, whole) if t.free_variables(whole) <= set(parameters) else None


def _applications(term: t.Term) -> list[t.Apply]:
    here = [term] if isinstance(term, t.Apply) else []
    return here + [each for part in term.parts() for each in _applications(part)]
