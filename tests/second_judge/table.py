"""The table that ``make second-judge`` prints: by law, what there is, what is exported, and what Rocq accepted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

WRITTEN = Path(__file__).parents[2] / "docs" / "data" / "second-judge.json"
SCHEMA = "symkl-second-judge/1"


class Row(TypedDict):
    """One tick."""

    line: int
    law: str
    exported: bool
    accepted: bool
    defined: bool
    modelled: bool
    seconds: float
    why: str


class Document(TypedDict):
    """The ticks of a document."""

    file: str
    commit: str
    rows: list[Row]


def table(data: Mapping[str, Any]) -> str:
    """Ticks by law, and then those that are not accepted, with the reason."""
    lines = _of(data["documents"])
    if data.get("random"):
        lines += ["", "random ticks", *_of(data["random"])]
    if "library" in data:
        lines += ["", f"coqchk: {data['library']}"]
    return "\n".join(lines).rstrip()


def _of(documents: list[Document]) -> list[str]:
    rows = [(each["file"], row) for each in documents for row in each["rows"]]
    lines = [_line("law", ("ticks", "exported", "accepted", "defined", "modelled", "seconds"))]
    for law in sorted({row["law"] for _, row in rows}):
        lines.append(_counted(law, [row for _, row in rows if row["law"] == law]))
    lines.append(_counted("all", [row for _, row in rows]))
    refused = [(file, row) for file, row in rows if row["exported"] and not row["accepted"]]
    lines += [f"refused: {file}:{row['line']}: {row['why']}" for file, row in refused]
    missing = Counter(row["why"] for _, row in rows if not row["exported"])
    lines += ["", *(f"{count:5}  not exported: {why}" for why, count in missing.most_common())]
    return lines


def _counted(law: str, rows: list[Row]) -> str:
    exported = sum(row["exported"] for row in rows)
    accepted = sum(row["accepted"] for row in rows)
    defined = sum(row["defined"] for row in rows)
    modelled = sum(row.get("modelled", False) for row in rows)
    seconds = sum(row["seconds"] for row in rows)
    return _line(law, (str(len(rows)), str(exported), str(accepted), str(defined), str(modelled), f"{seconds:.1f}"))


def _line(name: str, cells: tuple[str, ...]) -> str:
    return f"{name:26}" + "".join(f"{cell:>11}" for cell in cells)


if __name__ == "__main__":
    print(table(json.loads(WRITTEN.read_text("utf-8"))))
