"""The table that ``make second-judge`` prints: by law, what there is, what is exported, and what Rocq accepted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

WRITTEN = Path(__file__).parents[2] / "docs" / "data" / "second-judge.json"
SCHEMA = "symkl-second-judge/1"

ACCEPTED = "accepted"
"""What is said of the library where nothing in it is refused."""


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
    """The ticks of a document, and the counterexamples to its refuted rows."""

    file: str
    commit: str
    rows: list[Row]
    refuted: list[Row]


class Counted(TypedDict):
    """How many ticks of a law there are, are exported and are accepted, and the seconds that they took."""

    law: str
    ticks: int
    exported: int
    accepted: int
    defined: int
    modelled: int
    seconds: float


class Left(TypedDict):
    """A tick that Rocq did not accept, or was not shown."""

    file: str
    line: int
    law: str
    exported: bool
    why: str


class Drawn(TypedDict):
    """Ticks drawn at random: counted by law, and those that are not accepted one by one."""

    laws: list[Counted]
    left: list[Left]


_COUNTED = "exported", "accepted", "defined", "modelled"


def drawn(documents: Sequence[Document]) -> Drawn:
    """The ticks of documents that nobody keeps."""
    return {"laws": by_law(row for each in documents for row in each["rows"]), "left": left(documents)}


def by_law(rows: Iterable[Row]) -> list[Counted]:
    """Ticks counted by law."""
    rows = list(rows)
    return [counted(law, [row for row in rows if row["law"] == law]) for law in sorted({row["law"] for row in rows})]


def counted(law: str, rows: Sequence[Row]) -> Counted:
    """Ticks counted."""
    exported, accepted, defined, modelled = (sum(bool(row.get(key)) for row in rows) for key in _COUNTED)
    seconds = round(sum(row["seconds"] for row in rows), 1)
    return {
        "law": law, "ticks": len(rows), "exported": exported, "accepted": accepted, "defined": defined,
        "modelled": modelled, "seconds": seconds,
    }  # fmt: skip


def total(laws: Sequence[Counted]) -> Counted:
    """What is counted of all laws."""
    ticks, exported, accepted, defined, modelled = (
        sum(each[key] for each in laws) for key in ("ticks", "exported", "accepted", "defined", "modelled")
    )
    seconds = round(sum(each["seconds"] for each in laws), 1)
    return {
        "law": "all", "ticks": ticks, "exported": exported, "accepted": accepted, "defined": defined,
        "modelled": modelled, "seconds": seconds,
    }  # fmt: skip


def left(documents: Sequence[Document]) -> list[Left]:
    """The ticks that Rocq did not accept, and those that it was not shown."""
    return [
        {"file": each["file"], "line": row["line"], "law": row["law"], "exported": row["exported"], "why": row["why"]}
        for each in documents
        for row in each["rows"]
        if not row["accepted"]
    ]


def refused(data: Mapping[str, Any]) -> bool:
    """Whether Rocq refuses anything that it was shown: a tick, a counterexample, a random tick, or the library."""
    rows = [row for each in data["documents"] for row in (*each["rows"], *each["refuted"])]
    rows += data["random"]["left"] if "random" in data else []
    return data.get("library", ACCEPTED) != ACCEPTED or any(
        row["exported"] and not row.get("accepted", False) for row in rows
    )


def table(data: Mapping[str, Any]) -> str:
    """Ticks by law, and then those that are not accepted, with the reason."""
    documents: list[Document] = data["documents"]
    lines = _of(by_law(row for each in documents for row in each["rows"]), left(documents))
    refuted: list[Document] = [{**each, "rows": each.get("refuted", [])} for each in documents]
    if any(each["rows"] for each in refuted):
        counted = by_law(row for each in refuted for row in each["rows"])
        lines += ["", "refuted rows", *_of(counted, left(refuted))]
    if data.get("random"):
        lines += ["", "random ticks", *_of(data["random"]["laws"], data["random"]["left"])]
    if "library" in data:
        lines += ["", f"coqchk: {data['library']}"]
    return "\n".join(lines).rstrip()


def _of(laws: list[Counted], remaining: list[Left]) -> list[str]:
    lines = [_line("law", ("ticks", *_COUNTED, "seconds"))]
    for each in (*laws, total(laws)):
        cells = tuple(str(each[key]) for key in ("ticks", "exported", "accepted", "defined", "modelled", "seconds"))
        lines.append(_line(each["law"], cells))
    lines += [f"refused: {each['file']}:{each['line']}: {each['why']}" for each in remaining if each["exported"]]
    missing = Counter(each["why"] for each in remaining if not each["exported"])
    lines += ["", *(f"{count:5}  not exported: {why}" for why, count in missing.most_common())]
    return lines


def _line(name: str, cells: tuple[str, ...]) -> str:
    return f"{name:26}" + "".join(f"{cell:>11}" for cell in cells)


if __name__ == "__main__":
    print(table(json.loads(WRITTEN.read_text("utf-8"))))
