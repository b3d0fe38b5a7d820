"""``python -m tests.properties.fuzz --count 100000``: many random rows against the ball oracle.

Exits with 1 where anything false was proved. Valid rewrites that are not proved are counted and
shown: that is a matter of completeness, never of soundness.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random

from rich.console import Console
from rich.progress import track

from symkl.language.writing import formula
from tests.properties.oracle import Outcome, tried


def main(arguments: list[str] | None = None) -> int:
    """Run, print the counts, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many rows")
    parser.add_argument("--seed", type=int, default=0, help="where to start; the same seed, the same rows")
    parser.add_argument("--show", type=int, default=3, help="how many unproved valid rewrites to print")
    options = parser.parse_args(arguments)
    console = Console()
    counts: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    false: list[Outcome] = []
    for i in track(range(options.count), "rows", console=console):
        valid = i % 2 == 0
        found = tried(Random(options.seed * 1_000_003 + i), valid)
        kind = "valid" if valid else "slip"
        if found is None:
            counts["no rule applied"] += 1
            continue
        counts[f"{kind}: {'proved' if found.proved else 'unknown'}"] += 1
        if found.false:
            false.append(found)
        elif valid and not found.proved:
            missed.update(set(found.rule.split("+")))
            if sum(missed.values()) <= 3 * options.show:
                console.print(f"not proved: {formula(found.statement.left).text} = "
                              f"{formula(found.statement.right).text}", soft_wrap=True, highlight=False)
    share = counts["valid: proved"] / max(1, counts["valid: proved"] + counts["valid: unknown"])
    for name, count in sorted(counts.items()):
        console.print(f"{count:>8}  {name}", highlight=False)
    console.print(f"{share:>8.2%}  of the valid rewrites proved; rules in those missed: {dict(missed.most_common(5))}")
    console.print(f"{len(false):>8}  false theorems proved", highlight=False)
    for outcome in false[:10]:
        console.print(f"FALSE after {outcome.rule}: {formula(outcome.statement.left).text} = "
                      f"{formula(outcome.statement.right).text}", soft_wrap=True, highlight=False)
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
