"""``python -m tests.scores mutate`` and ``complete``: what is wrong and refuted, what is right and proved.

``mutate`` puts a wrong change, or two, to the proved rows of every document that is right; what stays proved goes to an
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
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from symkl.remembering import program
from tests.scores.judging import Answer
from tests.scores.mutating import Mutant, judged, mutants, pairs, sampled, where
from tests.scores.rewritings import rewritten
from tests.scores.running import Limits, answered, circumstances
from tests.scores.showing import shown

_CHUNK = 40


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("score", choices=("mutate", "complete", "show"), help="show prints what was written")
    parser.add_argument("--count", type=int, default=20_000, help="how many, at most")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="stop after this time; what is done is counted")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", type=Path, help="a folder that a stopped run goes on from")
    parser.add_argument("--list", type=Path, metavar="FILE", help="write each that is not refuted, or not proved")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if options.score == "show":
        print("\n".join(shown(where())))
        return 0
    start = time.perf_counter()
    found, wrong, listed = (_mutate if options.score == "mutate" else _complete)(options)
    found |= {"seed": options.seed, "seconds": round(time.perf_counter() - start, 1)} | circumstances(options.jobs)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    if options.write:
        path = where() / f"{options.score}.json"
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.list:
        options.list.write_text("\n".join(listed) + "\n", "utf-8")
    return 1 if wrong else 0


def _limits(options: argparse.Namespace) -> Limits:
    return Limits(options.jobs, options.limit, options.cache and options.cache / f"{options.score}.jsonl")


def _mutate(options: argparse.Namespace) -> tuple[dict[str, Any], int, list[str]]:
    every = list(mutants())
    # A part of them is drawn, evenly from all; where more are wanted, they have two changes in a row.
    chosen = every if len(every) <= options.count else Random(options.seed).sample(every, options.count)
    chosen = [*chosen, *pairs(every, options.count - len(chosen), options.seed)]
    chunks = sampled(chosen, _CHUNK, options.seed)
    found: list[tuple[Mutant, Answer]] = []
    about = f"{program()} {options.seed} {options.count}"
    for i, answers in answered(chunks, judged, _limits(options), about, lambda i: len(chunks[i])):
        given = [Answer("internal error", "its worker ended")] * len(chunks[i]) if answers is None else answers
        found += zip(chunks[i], (Answer(*each) for each in given), strict=True)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    proved: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for mutant, answer in found:
        kinds[mutant.kind][answer.outcome] += 1
        if answer.outcome == "proved":
            proved[answer.told] += 1
        elif answer.outcome == "unknown":
            unknown[_of_an_unknown(answer)] += 1
    total = sum(kinds.values(), Counter[str]())
    false = total["disagreement"] + proved[FALSE]
    # What cannot be read, or has no value, says nothing; a row that defines something says what it says; and what is
    # equivalent is not wrong.
    wrong = total["refuted"] + total["internal error"] + total["stated"] + false + unknown[LEFT] + unknown[REFUSED]
    return {
        "schema": "symkl-mutate/2", "single_changes": len(every), "tried": len(found),
        "documents": len({mutant.document for mutant in every}), "outcomes": dict(total.most_common()),
        "proved": dict(proved.most_common()), "unknown": dict(unknown.most_common()), "false_ticks": false,
        "wrong": wrong, "refuted_of_wrong": round(total["refuted"] / max(1, wrong), 4),
        "refuted_of_told": round(total["refuted"] / max(1, wrong - unknown[REFUSED]), 4),
        "why_unknown": dict(Counter(_kind_of(each.why) for _, each in found if each.why).most_common(12)),
        "kinds": {kind: dict(counts) for kind, counts in sorted(kinds.items())},
    }, false + total["internal error"], [_listed(*each) for each in found if each[1].outcome != "refuted"]  # fmt: skip


FALSE = "false by balls"
REFUSED = "does not say what it means, and is told what is missing"
LEFT = "wrong, or not to be told by a computation"
_NO_VALUE = ("it has no value", "division by zero")
_MISSING = (
    "nothing here is known to move", "not the problem of", "what line", "no row before says", "and if they are one",
    "Optimiser cannot stand inside", "nothing says whether", "both sides have one optimiser", "are different symbols",
    "which was not found", "a derivative by",
)  # fmt: skip


def _of_an_unknown(answer: Answer) -> str:
    """What is known of a row that is neither proved nor refuted."""
    if answer.why.startswith(_NO_VALUE):
        return "has no value in any problem, and is told so"
    if any(each in answer.why for each in _MISSING):
        return REFUSED
    return answer.told if answer.met and not answer.wrong else LEFT


@cache
def _kind_of(why: str) -> str:
    """A reason without what it is about."""
    return why.split(":")[0].split(", ")[0][:90]


def _listed(mutant: Mutant, answer: Answer) -> str:
    told = f" {answer.told}" if answer.outcome == "proved" else f" {answer.why}"
    old, new = (" ".join(each.split()) for each in (mutant.source, mutant.new))
    return f"{answer.outcome}{told}\t{mutant.document}:{mutant.row}\t{mutant.kind}\t{old}\t{new}"


def _complete(options: argparse.Namespace) -> tuple[dict[str, Any], int, list[str]]:
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    counts: Counter[str] = Counter()
    listed: list[str] = []
    start = options.seed * 1_000_003
    # Some terms take no rule: it goes on until there are enough.
    chunks = [(first, first + _CHUNK) for first in range(start, start + 10 * options.count, _CHUNK)]
    for _, found in answered(chunks, rewritten, _limits(options), f"{program()} {start}", lambda i: _CHUNK):
        for each in found or ():
            if each is None or counts["tried"] >= options.count:
                counts["no rule applied"] += each is None
                continue
            rule, proved, false, statement = each
            counts["tried"] += 1
            counts["proved"] += proved
            counts["false"] += false
            for name in set(rule.split("+")):
                rules[name]["tried"] += 1
                rules[name]["proved"] += proved
            if not proved:
                listed.append(f"{rule}\t{statement}")
        if counts["tried"] >= options.count:
            break
    return {
        "schema": "symkl-complete/1", "tried": counts["tried"], "proved": counts["proved"],
        "share": round(counts["proved"] / max(1, counts["tried"]), 5), "false_ticks": counts["false"],
        "rules": {name: dict(each) for name, each in sorted(rules.items())},
    }, counts["false"], listed  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
