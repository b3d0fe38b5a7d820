"""Documents in, scores out. The one module here that asks symkl."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

import symkl
from tests.properties.documents.families import FAMILIES
from tests.properties.documents.keying import GOOD, Document, Row

_WORST = ("refuted", "unreadable", "unknown", "stated", "assumed", "proved")
TICKS, ALARM = ("proved", "assumed"), "refuted"


@dataclass(frozen=True)
class Answer:
    """What symkl said of one row."""

    row: Row
    status: str | None
    because: str

    @property
    def right(self) -> bool:
        return self.status in GOOD[self.row.key]

    @property
    def false_tick(self) -> bool:
        return (self.row.key in ("bad", "nope", "open") and self.status in TICKS) or (self.row.key, self.status) == (
            "unmet",
            "met",
        )

    @property
    def false_alarm(self) -> bool:
        return self.row.key in ("ok", "def", "opt", "start", "open") and self.status == ALARM

    @property
    def undecided(self) -> bool:
        return not (self.right or self.false_tick or self.false_alarm)


def document(family: str, seed: int, number: int) -> Document:
    """A family's document of that number: the same for the same seed."""
    kinds = FAMILIES[family]
    rng = Random(zlib.crc32(f"{family}:{number}".encode()) + 1_000_003 * seed)
    return kinds[number % len(kinds)](rng)


def documents(count: int, seed: int, families: Iterable[str] = tuple(FAMILIES)) -> Iterator[Document]:
    """So many documents, of each family in turn."""
    names = list(families)
    for i in range(count):
        yield document(names[i % len(names)], seed, i // len(names))


def answers(found: Document) -> list[Answer]:
    """What symkl says of every keyed row."""
    report = symkl.check_text(found.text, "document.md", claim=found.claim and found.claim[0])
    result = []
    for row in found.rows:
        # Where a row is reported in parts, it is as good as the worst of them.
        said = [line for line in report.lines if line.line == row.line]
        line = min(said, key=lambda part: _WORST.index(str(part.status.value)), default=None)
        status = None if line is None else str(line.status.value)
        because = "" if line is None else (line.because or (line.trouble.message if line.trouble else "") or "")
        result.append(Answer(row, status, because))
    if found.claim:
        name, met = found.claim
        status = "met" if report.claim and report.claim.met else "unmet"
        result.append(Answer(Row(0, f"(claim {name})", "met" if met else "unmet"), status, ""))
    return result
