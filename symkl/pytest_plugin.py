"""``pytest --symkl docs/*.md``: each row of a document is a test, and its message is the report.

Without ``--symkl`` nothing is collected, and nothing of symkl is loaded. What ``[tool.symkl]`` of the project says
holds. A row that is proved, assumed or stated passes; one that the document skips is skipped. A document that is not
proved for another reason than a row (a claim that is not met, say) has a test of its own for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symkl.checking.report import Line, Report
    from symkl.reporting.findings import Finding

_ENDINGS = (".md", ".markdown", ".tex", ".ipynb", ".qmd", ".rmd", ".org", ".rst", ".html")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option ``--symkl``."""
    group = parser.getgroup("symkl", "mathematics of RLHF")
    told = "make a test of each row of the documents that are named or found"
    group.addoption("--symkl", action="store_true", help=told)


def pytest_configure(config: pytest.Config) -> None:
    """The mark that such tests have."""
    config.addinivalue_line("markers", "symkl: a row of a document, checked by symkl")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A document as a collection of its rows."""
    if not parent.config.getoption("--symkl") or file_path.suffix.lower() not in _ENDINGS:
        return None
    named = file_path in {Path(str(each).partition("::")[0]).absolute() for each in parent.config.args}
    from symkl.project import project

    here = project(file_path.parent)
    if not named and here.matches(str(file_path), here.exclude):
        return None
    return Document.from_parent(parent, path=file_path)


class Failed(Exception):
    """A row that does not hold, with the report."""


class Document(pytest.File):
    """A document: a test a row, and one more where something else keeps it from being proved."""

    def collect(self) -> Iterator[pytest.Item]:
        """Check it, once, and give what there is to say of each row."""
        from symkl.reporting.findings import findings, of_row

        report = self._report()
        rows = {of_row(report, row): row for row in report.lines}
        names: set[str] = set()
        for finding, row in rows.items():
            yield Row.from_parent(self, name=_name(finding, names), report=report, finding=finding, row=row)
        for finding in findings(report):
            if finding not in rows:
                name = _name(finding, names, finding.status)
                yield Row.from_parent(self, name=name, report=report, finding=finding, row=None)

    def _report(self) -> Report:
        from symkl.batch import LARGEST, Job, Missing, check
        from symkl.project import project

        here = project(self.path.parent)
        job = Job(str(self.path), here.claim(str(self.path)), here.budget, context=here.context)
        report = check(job) if self.path.stat().st_size <= LARGEST else Missing(str(self.path), "it is too large")
        if isinstance(report, Missing):
            raise self.CollectError(f"{report.path}: {report.why}")
        return report


def _name(finding: Finding, names: set[str], word: str = "") -> str:
    """A name for a test, by its place; no two tests of a document share one."""
    cell = finding.part.replace(" ", "-") + "-" if finding.part else ""
    base = name = f"{cell}line-{finding.line}" + (f"-{word}" if word else "")
    number = 1
    while name in names:
        number += 1
        name = f"{base}-{number}"
    names.add(name)
    return name


class Row(pytest.Item):
    """One row, or one other thing that keeps a document from being proved."""

    def __init__(self, *, report: Report, finding: Finding, row: Line | None, **rest: Any) -> None:
        super().__init__(**rest)
        self.report, self.finding, self.row = report, finding, row
        self.add_marker("symkl")

    def runtest(self) -> None:
        """Pass, skip or fail, as the report says."""
        from symkl.checking.report import Status
        from symkl.reporting.words import NEED_ATTENTION

        if self.row is None or self.row.status in NEED_ATTENTION:
            if self.row is not None and self.row.status is Status.SKIPPED:
                pytest.skip(self.finding.message)
            raise Failed(self._said())

    def _said(self) -> str:
        from dataclasses import replace
        from textwrap import dedent

        from symkl.testing.asserting import said

        if self.row is None:
            return f"{self.finding.place}: {self.finding.status}: {self.finding.message}"
        alone = replace(
            self.report, lines=(self.row,), troubles=(), claim=None, not_checked=(), rests_on=(), disagreements=(),
        )  # fmt: skip
        return dedent("\n".join(said(alone).split("\n")[1:-1]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is shown of a row that fails: what symkl says of it, and no traceback."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.finding.line - 1, f"{self.path.name}: {self.name}"
