"""Mutants of all correct proofs: each a document with one span of one row changed, or two, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from tests.scores.judging import Answer, Original
from tests.scores.sources import documents
from tests.scores.spans import Change, changes


@dataclass(frozen=True)
class Mutant:
    """A row of a document (from 0), by what kind of slip it is changed, where it stands, and what stands there then."""

    document: str
    row: int
    kind: str
    at: int
    source: str
    new: str

    def of(self, text: str) -> str:
        """The text with the changed row."""
        return text[: self.at] + self.new + text[self.at + len(self.source) :]


def mutants() -> Iterator[Mutant]:
    """Every mutant of every proved row of every document that is right."""
    for name, text in documents():
        report = check_text(text, f"{name}.md")
        assert report.verdict is Overall.PROVED, name
        starts = [0]
        for line in text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        for number, line in enumerate(report.lines):
            if line.status is not Status.PROVED:
                continue
            at = starts[line.line - 1] + line.column - 1
            if text[at : at + len(line.source)] != line.source:
                continue  # made by a macro: its text stands elsewhere
            for change in changes(line.source):
                yield Mutant(name, number, change.kind, at, line.source, changed(line.source, change))


def changed(source: str, *made: Change) -> str:
    """A row with changes made, of which none overlaps another."""
    for change in sorted(made, key=lambda each: each.start, reverse=True):
        source = source[: change.start] + change.new + source[change.stop :]
    return source


def pairs(singles: Sequence[Mutant], count: int, seed: int) -> Iterator[Mutant]:
    """So many mutants with two spans of one row changed, drawn at random: for more than there are with one."""
    random = Random(seed)
    seen = {(each.document, each.row, each.new) for each in singles}
    of_rows: dict[tuple[str, int], tuple[Mutant, list[Change]]] = {}
    for each in singles:
        of_rows.setdefault((each.document, each.row), (each, list(changes(each.source))))
    rows = [found for found in of_rows.values() if len(found[1]) > 1]
    for _ in range(20 * count):
        if count <= 0:
            return
        one, possible = random.choices(rows, [len(found[1]) for found in rows])[0]
        first, second = random.sample(possible, 2)
        if (first.start < second.stop and second.start < first.stop) or first.start == second.start:
            continue
        new = changed(one.source, first, second)
        key = (one.document, one.row, new)
        if key not in seen:
            seen.add(key)
            count -= 1
            yield replace(one, kind="two changes", new=new)


def sampled(chosen: Sequence[Mutant], size: int, seed: int) -> list[list[Mutant]]:
    """So many of one document together, in an order drawn at random: what is done of it at any time is a fair part."""
    random = Random(seed)
    of_documents: dict[str, list[Mutant]] = {}
    for each in random.sample(chosen, len(chosen)):
        of_documents.setdefault(each.document, []).append(each)
    chunks = [of[i : i + size] for of in of_documents.values() for i in range(0, len(of), size)]
    random.shuffle(chunks)
    return chunks


def judged(chunk: Sequence[Mutant]) -> list[Answer]:
    """What became of mutants of one document. It runs in a worker, and whatever a mutant is, this does not raise."""
    original = _original(chunk[0].document)
    return [_judged(original, each) for each in chunk]


def _judged(original: Original, mutant: Mutant) -> Answer:
    try:
        return original.changed(mutant.of(original.text), mutant.row)
    except Exception as error:
        return Answer("internal error", f"{type(error).__name__}: {error}")


@lru_cache(maxsize=2)
def _original(name: str) -> Original:
    return Original(name, dict(documents())[name])


def outcome(report: Report, row: int) -> str:
    """What a whole check says of a mutant, in the words of :class:`Answer`: what :func:`judged` is held against."""
    statuses = [line.status for line in report.lines]
    if report.disagreements:
        return "disagreement"
    own = statuses[row] if row < len(statuses) else Status.UNREADABLE
    if own is not Status.UNREADABLE and Status.REFUTED in statuses:
        return "refuted"
    return own.value


def where() -> Path:
    """Where the tables are written."""
    return Path(__file__).parents[2] / "docs" / "data"
