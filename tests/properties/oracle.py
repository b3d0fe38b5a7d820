"""One example: a random term, rewritten, put to the kernel, and what is proved put to the balls."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import symkl.language.terms as t
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Proved
from symkl.proving.deciding import decide
from symkl.refuting.guard import confirm
from tests.properties.rewriting import CONTEXT, SLIPS, VALID, real, rewritten


@dataclass(frozen=True)
class Outcome:
    """What became of one example; ``false`` is a theorem that a certified computation excludes."""

    rule: str
    valid: bool
    proved: bool
    false: bool
    statement: t.Statement


def tried(rng: Random, valid: bool) -> Outcome | None:
    """Up to three valid rewrites and, unless the example is ``valid``, one slip; then the verdict."""
    start = term = real(rng, rng.randint(1, 3))
    rules = []
    for rule_set in [VALID] * rng.randint(1, 3) + ([] if valid else [SLIPS]):
        found = rewritten(term, rule_set, rng)
        if found is None:
            return None
        term, rule = found
        rules.append(rule)
    statement = t.Statement(start, t.Relation.EQUAL, term)
    try:
        proved = isinstance(decide(statement, CONTEXT), Proved)
    except BudgetExceeded:
        proved = False
    false = proved and bool(confirm(statement, CONTEXT, seed=rng.randrange(1000), count=2))
    return Outcome("+".join(rules) if valid else rules[-1], valid, proved, false, statement)
