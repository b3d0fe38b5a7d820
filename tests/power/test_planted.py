"""Every planted error is found where it stands, with a witness that holds up, and named."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Overall, Report, Status
from symkl.meaning.document import read
from tests.power.planted import HARMLESS, PLANTED, PROOFS, Planted
from tests.power.recomputing import recomputed

pytestmark = pytest.mark.power


@cache
def proof_text(name: str) -> str:
    """A proof that is right."""
    return PROOFS[name].read_text(encoding="utf-8")


@cache
def right(name: str) -> Report:
    """What symkl says of it."""
    return check_text(proof_text(name), f"{name}.md")


@cache
def wrong(error: Planted) -> Report:
    """What symkl says of it with the error."""
    return check_text(plant(error), f"{error.proof}.md")


def exchanged(text: str, row: Line, old: str, new: str) -> str:
    """A document with ``old`` replaced inside one row."""
    start = sum(map(len, text.splitlines(keepends=True)[: row.line - 1])) + row.column - 1
    at = text.index(old, start)
    assert at + len(old) <= start + len(row.source), "the text is not in this row"
    return text[:at] + new + text[at + len(old) :]


def plant(error: Planted) -> str:
    """The document with the error."""
    return exchanged(proof_text(error.proof), right(error.proof).lines[error.row - 1], error.old, error.new)


def flat(latex: str) -> str:
    """LaTeX without what does not change how it reads; the ways to write r/β are one."""
    reward = r"(\\?(?:hat\s*)?[rRQ]\w*(?:\\phi)?\([^)]*\))"
    latex = re.sub(rf"\\frac\{{1\}}\{{(\\beta|\\tau)\}} ?{reward}", r"\2 / \1", latex)
    latex = re.sub(rf"\\frac\{{{reward}\}}\{{(\\beta|\\tau)\}}", r"\1 / \2", latex)
    return re.sub(r"\\left|\\right|\\[,;!]|[\s{}&.,]", "", latex)


def undone_at(error: Planted, row: Line) -> int | None:
    """Which suggestion gives the original row back under the slip's name."""
    original = right(error.proof).lines[error.row - 1].source
    wanted = {flat(original)}
    if error.as_ is not None:
        wanted.add(flat(original.replace(error.old, error.as_, 1)))
    for i, suggestion in enumerate(row.suggestions):
        if flat(suggestion.latex) in wanted and error.named in (None, suggestion.slip):
            return i
    return None


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_the_proofs_are_right_before_anything_is_planted(name: str) -> None:
    report = right(name)
    assert report.verdict is Overall.PROVED, [(line.line, line.status, line.because) for line in report.lines]
    assert not report.disagreements


def test_there_are_enough_errors_of_enough_kinds() -> None:
    assert len(PLANTED) >= 200
    assert len({error.slip for error in PLANTED}) >= 30
    assert len({error.proof for error in PLANTED}) >= 14
    assert len({error.name for error in PLANTED}) == len(PLANTED)
    assert sum(error.named is not None for error in PLANTED) >= 180


def _case(error: Planted) -> object:
    return pytest.param(error, id=error.name)


@pytest.mark.parametrize("error", [_case(error) for error in PLANTED])
def test_a_planted_error_is_found_and_named(
    error: Planted, record_property: Callable[[str, object], None]
) -> None:
    outcomes: list[str] = []
    record_property("slip", error.slip)
    record_property("outcomes", outcomes)
    text, report = plant(error), wrong(error)
    row = report.lines[error.row - 1]
    assert row.status is Status.REFUTED, (row.status, row.because)
    outcomes.append("found")

    assert row.counterexample is not None
    statuses = [line.status for line in report.lines]
    checked = recomputed(read(text, f"{error.proof}.md"), error.row - 1, statuses, row.counterexample)
    outcomes += ["recomputed"] * checked

    place = undone_at(error, row)
    outcomes += ["undone"] * (place is not None) + ["undone first"] * (place == 0)
    if error.named is not None:
        assert place is not None, [(each.slip, each.edit, each.latex) for each in row.suggestions]

    refuted = [i + 1 for i, line in enumerate(report.lines) if line.status is Status.REFUTED]
    assert refuted == [error.row], "one slip gives one cross"
    assert report.verdict is Overall.REFUTED
    assert not report.disagreements


SURE = [error for error in PLANTED if error.named is not None]


@pytest.mark.parametrize("error", SURE, ids=lambda error: error.name)
def test_every_suggestion_keeps_its_promise(error: Planted) -> None:
    text, row = plant(error), wrong(error).lines[error.row - 1]
    assert 1 <= len(row.suggestions) <= 2
    for suggestion in row.suggestions:
        start, stop = suggestion.changed
        assert 0 <= start <= stop <= len(suggestion.latex)
        assert suggestion.latex[:start] == row.source[:start], "what stands before the edit is the author's"
        again = check_text(exchanged(text, row, row.source, suggestion.latex), f"{error.proof}.md")
        status = again.lines[error.row - 1].status  # a definition that is right again is assumed
        assert status in (Status.PROVED, Status.ASSUMED), (suggestion.edit, suggestion.latex)


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: change.name)
def test_what_leaves_the_optimiser_alone_is_no_error(change: Planted) -> None:
    report = wrong(change)
    assert report.lines[change.row - 1].status is Status.PROVED
    assert not report.disagreements


def test_most_witnesses_can_be_computed_again() -> None:
    sample = PLANTED[::4]
    again = 0
    for error in sample:
        report = wrong(error)
        found = report.lines[error.row - 1].counterexample
        assert found is not None
        statuses = [line.status for line in report.lines]
        again += recomputed(read(plant(error), f"{error.proof}.md"), error.row - 1, statuses, found)
    assert again >= 0.8 * len(sample)
