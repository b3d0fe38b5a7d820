"""Prints the table of counts that ``make coverage`` wrote down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).parents[2] / "docs" / "data" / "coverage.json"
SCHEMA = "symkl-coverage/1"
ANSWERS = ("proved", "assumed", "stated", "unknown", "refuted", "unreadable")
DAMAGED = "CORRUPT"
"""What a key says of a row whose LaTeX was damaged on the way: it makes no claim."""


def table(data: Mapping[str, Any]) -> str:
    """How often each answer was given to rows of each form, to those of each key, and why others were not read."""
    lines = [_line("form", ("rows", "read", *ANSWERS))]
    total: Counter[str] = Counter()
    for name, found in data["forms"].items():
        total.update(found)
        lines.append(_counted(name, found))
    lines.append(_counted("all", total))
    if data["keys"]:
        lines += ["", _line("a reader says", ("rows", "read", *ANSWERS))]
        lines += [_counted(key, found) for key, found in data["keys"].items()]
    rows, read = claims(data)
    lines += ["", f"{read} of {rows} rows that make a claim are read: {read / max(rows, 1):.0%}"]
    if data["unread"]:
        lines += ["", "why the others are not"]
        lines += [f"{count:5}  {why}" for why, count in data["unread"].items()]
    return "\n".join(lines)


def claims(data: Mapping[str, Any]) -> tuple[int, int]:
    """How many rows make a claim, and how many of them are read."""
    found: Counter[str] = sum((Counter(each) for each in data["forms"].values()), Counter())
    found.subtract(data["keys"].get(DAMAGED, {}))
    return found.total(), found.total() - found["unreadable"]


def _counted(name: str, found: Mapping[str, int]) -> str:
    rows = sum(found.values())
    return _line(name, map(str, (rows, rows - found.get("unreadable", 0), *(found.get(each, 0) for each in ANSWERS))))


def _line(name: str, cells: Any) -> str:
    return f"{name:26}" + "".join(f"{cell:>11}" for cell in cells)


if __name__ == "__main__":
    print(table(json.loads(WRITTEN.read_text("utf-8"))))
