"""Prints the table of mutants that ``make mutate-kernel`` wrote down."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from textwrap import fill

WRITTEN = Path(__file__).parents[2] / "docs" / "data" / "kernel-mutants.json"


def table() -> str:
    """How many mutants of each module are noticed, and of the others why not."""
    data = json.loads(WRITTEN.read_text("utf-8"))
    lines = [f"{name:12} {noticed:4} of {count:4} noticed" for name, (noticed, count) in data["noticed of"].items()]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for key, reason in data["survivors"].items():
        by_reason[reason].append(key)
    for reason, keys in by_reason.items():
        lines += ["", fill(reason, 110)]
        lines += [fill(key, 110, initial_indent="  ", subsequent_indent="    ") for key in keys]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
