"""Rows and what symkl says of each, counted by form: only counts are kept, and nobody's formulas."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from symkl.beside import loader
from symkl.checking.document import check_text
from symkl.checking.report import Line, Report, Status
from symkl.language.functions import FUNCTIONALS, FUNCTIONS
from symkl.meaning.mistakes import MISTAKES as MEANT
from symkl.reading.mistakes import MISTAKES, Mistake
from tests.coverage.forms import FORMS, REST, form

ROOT = Path(__file__).parents[2]
OWN = ("docs/proofs/*.md", "tests/power/proofs/*.md")
TABLE = "the notation table"


class Counted(NamedTuple):
    """A row: its form, what was said of it, why it could not be read, and what a reader says of it, if anyone does."""

    form: str
    answer: str
    why: str = ""
    key: str = ""


def of_documents(paths: Iterable[Path]) -> Iterator[Counted]:
    """The rows of documents, and the formulas in them that are no rows and that a reader sees."""
    for path in paths:
        yield from _of(check_text(path.read_text("utf-8"), path.name, load=loader(str(path))))


def of_lines(data: Any) -> Iterator[Counted]:
    """Lines with what a reader says of each: ``{"sources": [{"lines": [{"latex": ..., "verdict": ...}]}]}``.

    Each is a document by itself, since its neighbours may be missing; the worst of its rows speaks for it.
    """
    order = list(Status)
    for source in data["sources"]:
        for line in source["lines"]:
            report = check_text(f"$$\n{line['latex']}\n$$\n", "line.md")
            rows = sorted(report.lines, key=lambda each: order.index(each.status))
            worst = next((each for each in rows if each.status is Status.UNREADABLE), rows[-1] if rows else None)
            answer, why = ("unreadable", "no row") if worst is None else (worst.status.value, _why(worst))
            yield Counted(form(line["latex"]), answer, why, line.get("verdict", ""))


def of_the_notation_table() -> Iterator[Counted]:
    """What the page on notation shows, each as a formula of a document."""
    spec = importlib.util.spec_from_file_location("notation", ROOT / "docs" / "_extensions" / "notation.py")
    assert spec is not None and spec.loader is not None
    notation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notation)
    for row in (*FUNCTIONS, *FUNCTIONALS):
        if notation.read_as(row):  # else it is said in Python alone
            declared = "<!-- symkl: u scalar; v scalar; w scalar; f function of y; g function of y -->"
            shown = f"{declared}\n\n$$ {notation.spelled(row)} $$\n"
            yield from (each._replace(form=TABLE) for each in _of(check_text(shown, "notation.md")))


def own() -> list[Counted]:
    """The rows of this repository's proofs, and its notation table."""
    paths = sorted(path for pattern in OWN for path in ROOT.glob(pattern))
    return [*of_documents(paths), *of_the_notation_table()]


def at(path: Path) -> tuple[list[Counted], list[str]]:
    """The rows of a document, of a folder of them, or of keyed lines, and where those were found."""
    if path.suffix == ".json":
        data = json.loads(path.read_text("utf-8"))
        return list(of_lines(data)), [str(source["where"]) for source in data["sources"]]
    endings = (".md", ".tex", ".ipynb", ".qmd", ".Rmd", ".org", ".rst", ".html")
    paths = sorted(each for each in path.rglob("*") if each.suffix in endings) if path.is_dir() else [path]
    return list(of_documents(paths)), [each.name for each in paths]


def counts(rows: Iterable[Counted]) -> dict[str, Any]:
    """How often each answer was given to each form, to each key, and why what was not read was not."""
    rows = list(rows)
    names = [*(name for name, _ in FORMS), REST, TABLE]
    by_form = {name: Counter(row.answer for row in rows if row.form == name) for name in names}
    keys = sorted({row.key for row in rows} - {""})
    by_key = {key: Counter(row.answer for row in rows if row.key == key) for key in keys}
    why = Counter(row.why for row in rows if row.answer == "unreadable")
    return {
        "forms": {name: dict(sorted(found.items())) for name, found in by_form.items() if found},
        "keys": {key: dict(sorted(found.items())) for key, found in by_key.items()},
        "unread": dict(sorted(why.items(), key=lambda each: (-each[1], each[0]))),
    }


def _of(report: Report) -> Iterator[Counted]:
    for line in report.lines:
        yield Counted(form(line.source), line.status.value, _why(line))
    for each in report.not_checked:
        if each.shown:
            yield Counted(REST, "unreadable", "not checked")


def _why(line: Line) -> str:
    """Why a row is unreadable, without a word of it: the name of the mistake."""
    return "" if line.trouble is None else named(line.trouble.message)


def named(message: str) -> str:
    """The mistake that a message tells of: what says most of it, where several could.

    >>> named("this { is never closed")
    'unclosed brace'
    """
    return max((len(shape.pattern), name) for name, shape in _SHAPES.items() if shape.fullmatch(message))[1]


class _Anything(dict[str, str]):
    """A sign for whatever is put in."""

    def __missing__(self, key: str) -> str:
        return "…"


def shaped(mistake: Mistake) -> re.Pattern[str]:
    """What every message of a mistake looks like."""
    return re.compile(re.escape(mistake.message.format_map(_Anything())).replace("…", ".*"), re.DOTALL)


_SHAPES = {
    name: shaped(mistake)
    for name, mistake in {"other": Mistake("{found}", "", ""), **MISTAKES, **MEANT}.items()
}
