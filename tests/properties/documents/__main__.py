"""``python -m tests.properties.documents --count 300``: random documents, keyed by enumeration, put to symkl.

Prints every row that is not answered as keyed, then a table by family. Exits with 1 where a row got a false tick or
a false alarm.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict

from tests.properties.documents.families import FAMILIES
from tests.properties.documents.scoring import answers, documents

COLUMNS = ("rows", "right", "false ticks", "false alarms", "undecided")


def main(arguments: list[str] | None = None) -> int:
    """Run, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many documents")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same documents")
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES), help="only these")
    parser.add_argument("--kind", help="only documents of this kind")
    parser.add_argument("--show", action="store_true", help="print the documents, too")
    parser.add_argument("--all", action="store_true", help="a line for the rows answered rightly, too")
    parser.add_argument("--oracle", action="store_true", help="write and key the documents only; symkl is not asked")
    options = parser.parse_args(arguments)
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for number, found in enumerate(documents(options.count, options.seed, options.family or FAMILIES)):
        if options.kind and found.kind != options.kind:
            continue
        if options.oracle:
            table[found.family].update(row.key for row in found.rows)
            if options.show:
                print(f"=== {number} {found.family}/{found.kind}\n{found.text}")
            continue
        given = answers(found)
        wrong = [answer for answer in given if not answer.right]
        if options.show and (wrong or options.all):
            print(f"=== {number} {found.family}/{found.kind}\n{found.text}")
        for answer in given if options.all else wrong:
            mark = "TICK" if answer.false_tick else "ALARM" if answer.false_alarm else "right" if answer.right else "-"
            print(
                f"{number} {found.family}/{found.kind}:{answer.row.line} {mark:5} @{answer.row.key} "
                f"{answer.status or 'no row'}: {answer.row.text}  >> {answer.because[:90]}"
            )
        for count in (table[found.family], kinds[f"{found.family}/{found.kind}"]):
            count["rows"] += len(given)
            count["right"] += len(given) - len(wrong)
            count["false ticks"] += sum(answer.false_tick for answer in given)
            count["false alarms"] += sum(answer.false_alarm for answer in given)
            count["undecided"] += sum(answer.undecided for answer in given)
    if options.oracle:
        for family, keys in table.items():
            print(f"{family:12}", dict(keys))
        return 0
    for title, counts in (("kind", kinds), ("family", table)):
        print(f"\n{title:40}" + "".join(f"{column:>14}" for column in COLUMNS))
        for name, count in sorted(counts.items()):
            print(f"{name:40}" + "".join(f"{count[column]:>14}" for column in COLUMNS))
    total = sum(table.values(), Counter())
    print(f"{'all':40}" + "".join(f"{total[column]:>14}" for column in COLUMNS))
    return 1 if total["false ticks"] or total["false alarms"] else 0


if __name__ == "__main__":
    sys.exit(main())
