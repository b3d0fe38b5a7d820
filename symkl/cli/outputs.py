"""How the reports of ``symkl check`` are written, by the name of the format: as they come, or all at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

from symkl.cli.options import colour

if TYPE_CHECKING:
    from symkl.checking.report import Report
    from symkl.reporting.findings import Finding
    from symkl.reporting.styled import Text

FORMATS = ("text", "json", "concise", "github", "sarif", "junit")
_WIDEST = 120  # a line longer than this is hard to read, however wide the terminal


class Output(Protocol):
    """What is told of each report, and at the end. ``found``: what in a report counts."""

    def add(self, report: Report, found: Sequence[Finding]) -> None:
        """One more report."""

    def close(self, skipped: int) -> None:
        """No more; so many files had nothing in them."""


def output(options: argparse.Namespace, holds: Callable[[str], bool]) -> Output:
    """Where reports go, as ``--format`` says. ``holds``: whether rows of a status are shown to people."""
    if options.format == "text":
        return _Terminal(options, holds)
    if options.format in ("concise", "github"):
        return _Lines(options.format)
    return _Whole(options.format)


def encoding(stream: TextIO) -> str:
    """The encoding of a stream, where it says one."""
    return getattr(stream, "encoding", None) or "utf-8"


def write(text: str) -> None:
    """For programs: UTF-8 whatever the terminal speaks; a file name that is not becomes an escape."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "backslashreplace"))
    buffer.flush()


class _Lines:
    """A line a finding, as soon as it is there."""

    def __init__(self, form: str) -> None:
        self._form = form

    def add(self, report: Report, found: Sequence[Finding]) -> None:
        from symkl.reporting.annotations import concise, github, note

        if found:
            write((concise(found) if self._form == "concise" else github(map(note, found), "symkl check")) + "\n")

    def close(self, skipped: int) -> None:
        pass


class _Whole:
    """Collects the reports, and writes them all at once: one document."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._reports: list[Report] = []
        self._found: dict[str, Sequence[Finding]] = {}

    def add(self, report: Report, found: Sequence[Finding]) -> None:
        self._reports.append(report)
        self._found[report.file] = found

    def close(self, skipped: int) -> None:
        if self._form == "json":
            from symkl.reporting.json import dumps

            write(dumps(self._reports) + "\n")
            return
        from symkl.reporting.annotations import junit, note, sarif

        if self._form == "sarif":
            write(sarif([note(each) for found in self._found.values() for each in found], "symkl check") + "\n")
        else:
            write(junit(self._reports, self._found) + "\n")


class _Terminal:
    """Shows each report as soon as it is there, and at the end where to look among many."""

    def __init__(self, options: argparse.Namespace, holds: Callable[[str], bool]) -> None:
        from symkl.reporting.styled import columns
        from symkl.reporting.terminal import Look

        self._colour = colour(options.color)
        width = options.width or min(columns(colour=self._colour), _WIDEST)
        self._look = Look(width, encoding(sys.stdout))
        self._quiet: bool = options.quiet
        self._holds = holds
        self._symbols: bool = options.symbols
        self._reports: list[Report] = []

    def add(self, report: Report, found: Sequence[Finding]) -> None:
        from symkl.reporting.terminal import render

        if self._reports:
            print()
        self._reports.append(report)
        self._print(render(report, self._look, quiet=self._quiet, shown=lambda row: self._holds(row.status.value)))
        if self._symbols:
            from symkl.reporting.symbols import render_symbols

            self._print(render_symbols(report, self._look))
        sys.stdout.flush()

    def close(self, skipped: int) -> None:
        from symkl.reporting.terminal import render_summary

        if len(self._reports) > 1:
            print()
            self._print(render_summary(self._reports, self._look))
        if skipped:
            files = "1 file holds" if skipped == 1 else f"{skipped} files hold"
            print(f"{files} no formula on a line of its own.")

    def _print(self, text: Text) -> None:
        from symkl.reporting.styled import painted

        print(painted(text, colour=self._colour))
