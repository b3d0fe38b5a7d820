"""Valid rewritings of random terms, put to the kernel: the work of a process."""

from __future__ import annotations

from random import Random

from tests.properties.oracle import tried


def rewritten(seeds: tuple[int, int]) -> list[tuple[str, bool, bool] | None]:
    """A chunk of valid rewritings: by which rules, whether proved, whether false. It runs in a worker."""
    out: list[tuple[str, bool, bool] | None] = []
    for seed in range(*seeds):
        found = tried(Random(seed), True)
        out.append(None if found is None else (found.rule, found.proved, found.false))
    return out
