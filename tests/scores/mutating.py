"""Mutants of all correct proofs: each a document with one span of one row changed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from symkl.refuting.guard import confirm
from symkl.refuting.values import prepared
from tests.power.planted import PROOFS
from tests.scores.spans import changes

_TRIES = 6  # seeds of the oracle, each with 3 problems


@dataclass(frozen=True)
class Mutant:
    """A document, the row that was changed (from 0), by what kind of slip, and where the changed row stands in it."""

    proof: str
    row: int
    kind: str
    text: str
    at: int
    source: str


def pairs(count: int, seed: int) -> Iterator[Mutant]:
    """So many mutants with two spans of one row changed, drawn at random: for more than there are with one."""
    random = Random(seed)
    firsts = list(mutants())
    seen: set[str] = set()
    while len(seen) < count:
        first = random.choice(firsts)
        source = first.source
        second = random.choice(list(changes(source)))
        text = first.text[: first.at] + source[: second.start] + second.new + source[second.stop :]
        text += first.text[first.at + len(source) :]
        if text not in seen:
            seen.add(text)
            yield replace(first, kind="two", text=text)


def mutants() -> Iterator[Mutant]:
    """Every mutant of every proved row of every proof that is right."""
    for name, path in PROOFS.items():
        text = path.read_text(encoding="utf-8")
        report = check_text(text, f"{name}.md")
        assert report.verdict is Overall.PROVED, name
        starts = [0]
        for line in text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        seen: set[str] = set()
        for number, line in enumerate(report.lines):
            if line.status is not Status.PROVED:
                continue
            at = starts[line.line - 1] + line.column - 1
            if text[at : at + len(line.source)] != line.source:
                continue  # made by a macro: its text stands elsewhere
            for change in changes(line.source):
                source = line.source[: change.start] + change.new + line.source[change.stop :]
                mutated = text[:at] + source + text[at + len(line.source) :]
                if mutated not in seen:
                    seen.add(mutated)
                    yield Mutant(name, number, change.kind, mutated, at, source)


def outcome(report: Report, row: int) -> str:
    """What became of a mutant: the changed row's own status, or of what is worse beside it."""
    statuses = [line.status for line in report.lines]
    if report.disagreements:
        return "disagreement"
    if Status.REFUTED in statuses:
        return "refuted"
    own = statuses[row] if row < len(statuses) else Status.UNREADABLE
    if own is Status.PROVED and report.verdict is Overall.PROVED:
        return "proved"
    if own is Status.PROVED:
        return "proved, and the claim missed"
    return own.value


def false_ticks(mutant: Mutant) -> tuple[int, int]:
    """Of a row that is proved: how many of its statements a certified computation excludes, and how many it could.

    Balls at random problems that the checker itself has not tried. The statement holds, if it is equivalent.
    """
    report = check_text(mutant.text, f"{mutant.proof}.md")
    wrong = met = 0
    for shown in report.lines[mutant.row].shown:
        certificate = shown.certificate
        if certificate is None or prepared(certificate.statement, certificate.context) is None:
            continue  # an optimum, say: no finite problem gives it a value
        seeds = range(100, 100 + _TRIES)
        met += 1
        wrong += any(confirm(certificate.statement, certificate.context, seed=seed) for seed in seeds)
    return wrong, met


def where() -> Path:
    """Where the tables are written."""
    return Path(__file__).parents[2] / "docs" / "data"
