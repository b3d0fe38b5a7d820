"""The declarations that are offered for a symbol of which nothing is said: they fit its use, and work."""

from __future__ import annotations

import re

import pytest

from symkl.checking.document import check_text


@pytest.mark.parametrize(
    "row, answers",
    [
        (r"E_{y\sim\pi}[c\, r(x,y)] - c E_{y\sim\pi}[r(x,y)] = 0", ["proved", "proved"]),
        (r"2g(x,y) - g(x,y) - g(x,y) = 0", ["proved"]),
        (r"E_{y\sim\pi}[h(x)] - h(x) = 0", ["proved"]),
        (r"c(1 - \pi(y|x)) + c\pi(y|x) - c = 0", ["proved", "proved"]),
    ],
)
def test_the_declarations_offered_are_read_and_the_first_makes_no_true_row_false(row: str, answers: list[str]) -> None:
    (line,) = check_text(f"$${row}$$", "a.md").lines
    assert line.trouble is not None
    offered = re.findall(r"<!-- symkl: .*? -->", line.trouble.advice)
    found = [check_text(f"{each}\n\n$${row}$$", "a.md") for each in offered]
    assert all(not report.troubles for report in found)
    assert [report.lines[0].status.value for report in found] == answers
