"""Whether a worksheet solves its exercise: every row follows, the goal is reached, nothing is taken that is not given.

A worksheet is held against the exercise and not against what it says of itself: a claim that somebody has taken out of
it, or a row that somebody has added as given, counts for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from symkl.checking.document import check
from symkl.checking.report import Line, Overall, Report, Standing, Status
from symkl.exercises.exercise import Exercise
from symkl.meaning.document import read
from symkl.reporting import words


@dataclass(frozen=True)
class Grade:
    """How far a worksheet is. ``follow``, ``rows``: of its own rows; ``why``: what is still to be done."""

    exercise: str
    solved: bool
    follow: int
    rows: int
    reached: bool
    too_large: int
    why: tuple[str, ...]
    report: Report


def grade(of: Exercise, text: str, file: str) -> Grade:
    """Grade a worksheet.

    Requires: text, of any content.
    """
    asked = read(of.given, of.name)
    proof = replace(read(text, file), claim=asked.claim, goal=asked.goal, most_laws=asked.most_laws)
    report = check(replace(proof, longer=_no_advice), file)
    given = [_plain(line.source) for line in check(asked, of.name).lines if line.status is not Status.UNREADABLE]
    there = [_plain(line.source) for line in report.lines]
    own = [line for line in report.lines if _plain(line.source) not in given]
    why = [
        *_not_following(own),
        *(f"what is given is missing: {row}" for row in given if row not in there),
        *(f"line {line.line} is taken for granted, and is not given" for line in own if _supposes(line)),
        *_narrowed(of, report),
    ]
    if not own:
        why.append("there is no row of your own yet")
    reached = report.claim is None or report.claim.met
    if not reached and report.claim is not None and not why:
        why.append(f"the goal is not reached: {report.claim.why_not}")
    why += [f"line {line.line}: {line.notes[-1]}" for line in report.too_large]
    why += [f"the document: {each.message}" for each in report.troubles]
    if not why and report.verdict is not Overall.PROVED:
        why.append(f"the document is {report.verdict.value}: {words.counted(report)}")
    follow = sum(line.status in (Status.PROVED, Status.ASSUMED, Status.STATED) for line in own)
    return Grade(of.name, not why, follow, len(own), reached, len(report.too_large), tuple(why), report)


def _no_advice(rows: tuple[str, ...]) -> None:
    """To say which rows would reach the goal is to solve the exercise."""


def _narrowed(of: Exercise, report: Report) -> list[str]:
    """What the exercise leaves open and the worksheet gives: of one β alone something else is shown than of each."""
    open_ = _open(of)
    given = [each for each in report.symbols if each.symbol in open_ and each.standing is not open_[each.symbol]]
    return [
        f"{each.where or 'the worksheet'} says what {each.symbol} is, and the exercise is about any {each.symbol}"
        for each in given
        if each.standing in (Standing.DEFINED, Standing.FIXED)
    ]


@cache
def _open(of: Exercise) -> dict[str, Standing]:
    """The symbols of an exercise that nothing in it gives; ``of`` with its solution is taken to be right."""
    symbols = check(replace(read(of.solved, of.name), longer=_no_advice), of.name).symbols
    closed = (Standing.DEFINED, Standing.FIXED)
    return {each.symbol: each.standing for each in symbols if each.standing not in closed}


def _plain(source: str) -> str:
    return re.sub(r"\s+", "", source).rstrip(".,;")


def _not_following(own: list[Line]) -> list[str]:
    bad = (Status.REFUTED, Status.UNKNOWN, Status.UNREADABLE, Status.SKIPPED)
    return [f"line {line.line} is {line.status.value}" for line in own if line.status in bad]


def _supposes(line: Line) -> bool:
    """Whether a row asks to be believed; a name for something new asks for nothing."""
    return line.status is Status.ASSUMED and line.because != "a definition"
