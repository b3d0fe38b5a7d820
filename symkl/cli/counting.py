"""What of a report counts for the exit code of ``symkl check``: by status, and without what a baseline knows."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from symkl.checking.report import Report
from symkl.cli.options import Misuse
from symkl.project import Project
from symkl.reporting.findings import STATUSES, Finding
from symkl.reporting.selecting import BadBaseline, Selection, baseline, fails, marks, new


@dataclass
class Counting:
    """Which statuses count, what is known since long, and what was found so far. ``folder``: of the baseline."""

    selection: Selection
    known: Counter[str] | None = None
    folder: str = ""
    writes: Path | None = None
    found: list[Finding] = field(default_factory=list)
    passed_over: int = 0

    def of(self, report: Report) -> tuple[Finding, ...]:
        """What of a report counts."""
        found = self.selection.findings(report)
        self.found += found
        if self.known is None:
            return found
        counted = new(found, self.known, self.folder)
        self.passed_over += len(found) - len(counted)
        return counted

    def code(self, report: Report, found: Sequence[Finding]) -> int:
        """1 where something is found that counts, else 0."""
        return int(any(map(fails, found)))

    def write(self) -> None:
        """Write the baseline, if one is asked for, and say what an old one passed over. Raises: Misuse."""
        if self.passed_over:
            print(f"symkl: the baseline knows {self.passed_over} of the findings; they do not count", file=sys.stderr)
        if self.writes is not None:
            text = baseline(self.found, os.path.dirname(os.path.abspath(self.writes)))
            try:
                self.writes.write_text(text, "utf-8")
            except OSError as error:
                raise Misuse(f"--write-baseline: {self.writes}: {(error.strerror or str(error)).lower()}") from None
            print(f"symkl: wrote {self.writes}, which knows {sum(map(fails, self.found))} findings", file=sys.stderr)


def counting(options: argparse.Namespace, of: Project) -> Counting:
    """What counts, as the options say, and where they leave it open the project. Raises: Misuse."""
    for key in ("select", "ignore"):
        for word in getattr(of, key):
            if word not in STATUSES:
                raise Misuse(f"{of.path}: {key} of [tool.symkl] has {word!r}; there are {', '.join(STATUSES)}")
    select = of.select if options.select is None else options.select
    ignore = of.ignore if options.ignore is None else options.ignore
    selection = Selection(frozenset(select), frozenset(ignore))
    path = Path(options.baseline) if options.baseline else (of.folder / of.baseline if of.baseline else None)
    writes = Path(options.write_baseline) if options.write_baseline else None
    if writes is not None and not writes.parent.is_dir():
        raise Misuse(f"--write-baseline: there is no folder {writes.parent}; make it first")
    if path is None or writes is not None:
        return Counting(selection, writes=writes)
    try:
        known = marks(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Misuse(f"--baseline: {path}: {why.lower()}; to write one: --write-baseline {path}") from None
    except BadBaseline as bad:
        raise Misuse(f"--baseline: {path}: {bad}; to write one: --write-baseline {path}") from None
    return Counting(selection, known, os.path.dirname(os.path.abspath(path)))
