"""``python -m tests.scores mutate`` and ``complete``: what is wrong and refuted, what is right and proved.

``mutate`` puts one wrong change to each span of each proved row of all correct proofs; what stays proved goes to an
oracle of certified balls. ``complete`` rewrites random terms by valid rules and asks the kernel whether the two are
equal. Both write a table to ``docs/data``. Exits with 1 where anything false was proved.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Any

from symkl import check_many
from symkl.checking.report import Report
from symkl.pooling import finished, pool
from tests.scores.mutating import Mutant, false_ticks, mutants, outcome, pairs, where
from tests.scores.rewritings import rewritten
from tests.scores.showing import shown

_CHUNK = 50


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("score", choices=("mutate", "complete", "show"), help="show prints what was written")
    parser.add_argument("--count", type=int, default=20_000, help="how many, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", help="a folder that a stopped run goes on from")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if options.score == "show":
        print("\n".join(shown(where())))
        return 0
    start = time.perf_counter()
    found, wrong = (_mutate if options.score == "mutate" else _complete)(options)
    found["seconds"], found["jobs"] = round(time.perf_counter() - start, 1), options.jobs
    print(json.dumps(found, indent=2, ensure_ascii=False))
    if options.write:
        path = where() / f"{options.score}.json"
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 1 if wrong else 0


def _mutate(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    every = list(mutants())
    # A part of them is drawn, evenly from all; where more are wanted, they have two changes in a row.
    chosen = every if len(every) <= options.count else Random(options.seed).sample(every, options.count)
    chosen += pairs(options.count - len(chosen), options.seed)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    proved: list[Mutant] = []

    def told(i: int, report: Report) -> None:
        found = outcome(report, chosen[i].row)
        kinds[chosen[i].kind][found] += 1
        if found.startswith("proved"):
            proved.append(chosen[i])

    texts = [(f"{mutant.proof}.md", mutant.text) for mutant in chosen]
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as workers:
        check_many(texts, executor=workers, cache=options.cache, on_result=told)
    false: list[Mutant] = []
    unmet = 0
    for mutant in proved:
        wrong, met = false_ticks(mutant)
        unmet += not met
        if wrong:
            false.append(mutant)
    total = sum(kinds.values(), Counter[str]())
    equivalent = len(proved) - len(false)
    # A row that defines something says what it says: nothing of it can be refuted.
    readable = len(chosen) - total["unreadable"] - total["assumed"] - equivalent
    for mutant in false[:10]:
        print(f"FALSE TICK in {mutant.proof}, row {mutant.row}:\n{mutant.text}", file=sys.stderr)
    return {
        "schema": "symkl-mutate/1", "single_changes": len(every), "tried": len(chosen),
        "proofs": len({mutant.proof for mutant in every}),
        "outcomes": dict(total), "equivalent_by_oracle": equivalent, "not_met_by_oracle": unmet,
        "false_ticks": len(false), "refuted_of_readable": round(total["refuted"] / max(1, readable), 4),
        "kinds": {kind: dict(counts) for kind, counts in sorted(kinds.items())},
    }, len(false)  # fmt: skip


def _complete(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    counts: Counter[str] = Counter()
    start = options.seed * 1_000_003
    chunks = ((first, first + _CHUNK) for first in range(start, start + 10 * options.count, _CHUNK))
    with pool(options.jobs) as workers:
        # Some terms take no rule: it goes on until there are enough.
        for _, _, found in finished(chunks, rewritten, lambda task, error: [], workers, window=4 * options.jobs):
            for each in found:
                if each is None or counts["tried"] >= options.count:
                    counts["no rule applied"] += each is None
                    continue
                rule, proved, false = each
                counts["tried"] += 1
                counts["proved"] += proved
                counts["false"] += false
                for name in set(rule.split("+")):
                    rules[name]["tried"] += 1
                    rules[name]["proved"] += proved
            if counts["tried"] >= options.count:
                break
    return {
        "schema": "symkl-complete/1", "tried": counts["tried"], "proved": counts["proved"],
        "share": round(counts["proved"] / max(1, counts["tried"]), 5), "false_ticks": counts["false"],
        "rules": {name: dict(each) for name, each in sorted(rules.items())},
    }, counts["false"]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
