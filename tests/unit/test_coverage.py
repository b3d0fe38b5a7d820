"""The table of what is read, by form: each count is what the documents say, and no word of a row is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symkl.meaning.mistakes import MISTAKES as MEANT
from symkl.reading.mistakes import MISTAKES
from tests.coverage.__main__ import main
from tests.coverage.counting import Counted, at, counts, named, of_the_notation_table
from tests.coverage.forms import FORMS, REST, form
from tests.coverage.table import ANSWERS, SCHEMA, WRITTEN, claims, table

DOCUMENT = r"""
$$ D_{KL}(p \| q) \ge 0 $$

$$ D_{KL}(p \| q) = 0 $$

$$ \sum_y \pi(y|x) = \foo $$

$$ Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta} $$
"""


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\max_\pi E_{y \sim \pi}[r(x,y)]", "optimisation problem"),
        (r"\pi^* = \arg\max_\pi J(\pi)", "optimisation problem"),
        (r"\int \pi(y) \, dy", "integral"),
        (r"\lim_{\beta \to 0} V(x)", "limit"),
        (r"\frac{d}{d\beta} \log Z", "gradient or derivative"),
        (r"\nabla_\theta E_{y \sim \pi}[r]", "gradient or derivative"),
        (r"\sigma(r(x, y_w) - r(x, y_l))", "preference"),
        (r"D_{KL}(p \| q) \ge 0", "divergence"),
        (r"E_{y \sim \pi}[r(x,y)]", "expectation"),
        (r"\sum_y \max", "optimisation problem"),
        (r"\sum_y \pi(y|x) = 1", "sum"),
        (r"\pi^*(y|x) \propto \pi(y|x)", "up to a factor"),
        (r"p(y) \leq 1", "inequality"),
        (r"r = \beta \log \pi", "logarithm or exponential"),
        (r"\supset a", REST),
    ],
)
def test_a_row_has_a_form(latex: str, expected: str) -> None:
    assert form(latex) == expected


def test_the_rows_of_a_document_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(DOCUMENT, "utf-8")
    (tmp_path / "b.tex").write_text(r"\[ \bar p = \] \begin{foo} a = b^2 \end{foo}", "utf-8")
    one, names = at(tmp_path / "a.md")
    both, all_names = at(tmp_path)
    data = counts(one)
    assert names == ["a.md"] and all_names == ["a.md", "b.tex"] and len(both) > len(one)
    assert data["forms"] == {"divergence": {"proved": 1, "refuted": 1}, "sum": {"assumed": 1, "unreadable": 1}}
    assert data["unread"] == {"unknown macro": 1}
    assert claims(data) == (4, 3)
    assert "3 of 4 rows that make a claim are read: 75%" in table(data)


def test_what_a_reader_says_of_lines_is_kept_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        {"latex": r"D_{KL}(p \| q) \ge 0", "verdict": "ok"},
        {"latex": r"D_{KL}(p \| q) = 0 \\ \beta = \foo", "verdict": "ERR"},
        {"latex": r"\bar = 1", "verdict": "CORRUPT"},
    ]
    (tmp_path / "lines.json").write_text(json.dumps({"sources": [{"where": "a book", "lines": lines}]}), "utf-8")
    rows, found = at(tmp_path / "lines.json")
    assert found == ["a book"]
    assert [(row.form, row.answer, row.key) for row in rows] == [
        ("divergence", "proved", "ok"), ("divergence", "unreadable", "ERR"), (REST, "unreadable", "CORRUPT"),
    ]  # fmt: skip
    assert claims(counts(rows)) == (2, 1)
    assert main([str(tmp_path / "lines.json")]) == 0
    printed = capsys.readouterr().out
    assert "1 of 2 rows that make a claim are read: 50%" in printed and "from a book" in printed
    assert r"\foo" not in printed


def test_what_the_page_on_notation_shows_is_read() -> None:
    assert {row.answer for row in of_the_notation_table()} == {"stated"}


def test_every_mistake_is_told_from_its_message() -> None:
    said = {"found": "a", "extra": "b"}
    told = {name: named(mistake.message.format_map({**said, "scope": "c"}))
            for name, mistake in {**MISTAKES, **MEANT}.items() if "{" not in mistake.message}  # fmt: skip
    assert told == {name: name for name in told} and len(told) > 30


def test_what_is_kept_is_counts_alone() -> None:
    data = json.loads(WRITTEN.read_text("utf-8"))
    assert data["schema"] == SCHEMA and set(data) == {"schema", "forms", "keys", "unread"}
    assert set(data["forms"]) <= {*(name for name, _ in FORMS), REST, "the notation table"}
    assert {answer for found in data["forms"].values() for answer in found} <= set(ANSWERS)
    assert not data["keys"] and set(data["unread"]) <= {*MISTAKES, *MEANT, "not checked", "no row"}
    rows, read = claims(data)
    assert rows > 150 and read == rows - sum(data["unread"].values())


def test_counts_of_nothing_make_a_table() -> None:
    assert "0 of 0 rows" in table(counts([])) and counts([Counted("sum", "proved")])["forms"] == {"sum": {"proved": 1}}
