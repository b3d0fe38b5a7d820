"""Every planted error is found: its row is refuted, with a witness that holds up in another arithmetic."""

from __future__ import annotations

import pytest

from symkl.checking import check_text
from symkl.report import Overall, Report, Status
from tests.power.documents import DOCUMENTS
from tests.power.planted import PLANTED, Planted
from tests.power.recomputing import recomputed

pytestmark = pytest.mark.power


@pytest.fixture(scope="module", params=sorted(DOCUMENTS))
def document(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_documents_are_proved_before_anything_is_planted(document: str) -> None:
    report = check_text(DOCUMENTS[document], f"{document}.md")
    assert report.verdict is Overall.PROVED, [(line.line, line.status, line.because) for line in report.lines]
    assert not report.disagreements


def plant(error: Planted) -> tuple[str, int]:
    """The document with the error, and the line the error is in."""
    text = DOCUMENTS[error.document]
    start = text.index(error.after) if error.after else 0
    at = text.index(error.old, start)
    return text[:at] + error.new + text[at + len(error.old) :], text.count("\n", 0, at) + 1


def test_there_are_enough_errors_of_enough_kinds() -> None:
    assert len(PLANTED) >= 60
    assert len({error.slip for error in PLANTED}) >= 15
    assert len({error.name for error in PLANTED}) == len(PLANTED)


@pytest.mark.parametrize("error", PLANTED, ids=lambda error: error.name)
def test_the_error_is_found_where_it_stands(error: Planted) -> None:
    text, line = plant(error)
    report = check_text(text, "planted.md")
    refuted = [row for row in report.lines if row.status is Status.REFUTED]
    assert report.verdict is Overall.REFUTED, [(row.line, row.status.value, row.because) for row in report.lines]
    assert not report.disagreements
    first = refuted[0]
    assert first.line == line
    assert first.counterexample is not None
    assert first.counterexample.points
    assert all(point.left != point.right for point in first.counterexample.points[-1:])
    recomputed(text, report, first)


@pytest.mark.parametrize("error", [e for e in PLANTED if e.mended], ids=lambda error: error.name)
def test_the_error_is_mended_by_a_suggestion(error: Planted) -> None:
    text, line = plant(error)
    report: Report = check_text(text, "planted.md")
    row = next(row for row in report.lines if row.line == line and row.status is Status.REFUTED)
    assert row.suggestions, row.because
    for suggestion in row.suggestions:
        assert suggestion.slip
        start, stop = suggestion.changed
        assert 0 <= start <= stop <= len(suggestion.latex)
        again = check_text(text.replace(row.source, suggestion.latex, 1), "mended.md")
        mended = next(r for r in again.lines if r.line == line)
        assert mended.status is Status.PROVED, (suggestion.edit, suggestion.latex)
