"""Valid rewritings of random terms, put to the kernel: the work of a process."""

from __future__ import annotations

from random import Random

from symkl.language.writing import formula
from tests.properties.oracle import tried


def rewritten(seeds: tuple[int, int]) -> list[tuple[str, bool, bool, str] | None]:
    """A chunk of valid rewritings: by which rules, whether proved, whether false, and what it says if it is not proved.

    It runs in a worker.
    """
    out: list[tuple[str, bool, bool, str] | None] = []
    for seed in range(*seeds):
        found = tried(Random(seed), True)
        if found is None:
            out.append(None)
        else:
            sides = [formula(side).latex for side in (found.statement.left, found.statement.right)]
            out.append((found.rule, found.proved, found.false, "" if found.proved else f"{seed}: {' = '.join(sides)}"))
    return out
