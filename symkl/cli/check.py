"""``symkl check``: files in, reports out as soon as each is there.

Exit codes: 0 every file proved; 1 not proved; 2 misuse (no such file, bad option); 3 symkl
contradicts itself. Over several files the largest counts, so nothing hides a contradiction.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from symkl.cli.options import add_colour, add_width, colour, whole
from symkl.cli.progress import progress

if TYPE_CHECKING:
    from symkl.batch import Missing
    from symkl.checking.report import Report
    from symkl.reporting.styled import Text

DESCRIPTION = "Check every displayed formula: proved, refuted, unknown, assumed or unreadable."
EPILOG = "Exit code: 0 all proved; 1 not; 2 misuse; 3 symkl contradicts itself (please report it)."

PROVED, NOT_PROVED, MISUSE, CONTRADICTION = range(4)
_WIDEST = 120  # a line longer than this is hard to read, however wide the terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl check``."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a document (.md, .tex, .ipynb, .qmd, .org, .rst, .html), a derivation (.py, which is run), a folder of "
        "them, or - for standard input",
    )  # fmt: skip
    parser.add_argument("--format", choices=("terminal", "json"), default="terminal", help="default: terminal")
    parser.add_argument(
        "--claim", type=_claim, metavar="NAME", help="the theorem to reach, for example optimal-policy"
    )
    parser.add_argument(
        "--jobs", type=whole(0, 9999), default=1, metavar="N",
        help="check N files at a time (0: as many as there are processors; default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--budget", type=whole(1), default=60_000, metavar="STEPS",
        help="the kernel's work on one question, 1 or more; what needs more is unknown (default: 60000)",
    )  # fmt: skip
    parser.add_argument(
        "--no-input", action="store_true",
        help="read the files named and nothing beside them, whatever \\input and \\usepackage ask for",
    )  # fmt: skip
    parser.add_argument("--symbols", action="store_true", help="show what each symbol was taken for, too")
    parser.add_argument(
        "--second-judge", action="store_true",
        help="have what is proved re-checked by the Rocq prover, whose program coqc it needs",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="show only rows that need attention, and the verdicts")
    add_colour(parser)
    add_width(parser)


def _claim(text: str) -> str:
    from symkl.checking.theorems import NAMES  # costs the kernel's import: only who claims something pays it

    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"no theorem is called {text!r}; write one of {', '.join(NAMES)}")
    return text


def run(options: argparse.Namespace) -> int:
    """Check the files, show each report, and say the worst by the exit code."""
    from symkl.batch import Job, Missing, check_all, find

    if options.second_judge and (without := _no_second_judge()):
        print(f"symkl: {without}", file=sys.stderr)
        return MISUSE
    named, found, missing = find(options.files)
    jobs = [
        Job(path, options.claim, options.budget, in_folder, not options.no_input, options.second_judge)
        for paths, in_folder in ((named, False), (found, True))
        for path in paths
    ]
    output = _Json() if options.format == "json" else _Terminal(options)
    reports: list[Report] = []
    skipped = 0
    with progress(len(jobs)) as bar:
        for job, result in zip(jobs, check_all(jobs, options.jobs or os.cpu_count() or 1), strict=True):
            if isinstance(result, Missing):
                missing.append(result)
            elif job.in_folder and not result.lines and not result.troubles and not result.disagreements:
                skipped += 1  # a README beside the proofs, say
            else:
                reports.append(result)
                with bar.paused():
                    output.add(result)
            bar.advance()
    if skipped and not reports and not missing:
        missing += [Missing(path, "no proof in this folder") for path in options.files]
    output.close(skipped)
    return max(_complain(missing), _exit_code(reports))


def _no_second_judge() -> str:
    """Why there is no second judge here, and what to do."""
    from symkl.rocq.judging import NoRocq, library

    try:
        library()
    except NoRocq as reason:
        return str(reason)
    return ""


def _exit_code(reports: Iterable[Report]) -> int:
    code = PROVED
    for report in reports:
        if report.disagreements:
            return CONTRADICTION
        # A document with nothing in it to prove has not been proved.
        if report.verdict.value != "proved" or not report.lines:
            code = NOT_PROVED
    return code


def _complain(missing: Sequence[Missing]) -> int:
    if not missing:
        return PROVED
    from symkl.reporting.text import spelled

    sys.stdout.flush()
    for each in missing:
        message = f"symkl: {each.path}: {each.why}"
        print(spelled(message, _encoding(sys.stderr)), file=sys.stderr)
    return MISUSE


def _encoding(stream: TextIO) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


# --- showing ------------------------------------------------------------------------------------


class _Json:
    """Collects the reports, and writes them all at once: one array."""

    def __init__(self) -> None:
        self._reports: list[Report] = []

    def add(self, report: Report) -> None:
        self._reports.append(report)

    def close(self, skipped: int) -> None:
        from symkl.reporting.json import dumps

        text = dumps(self._reports) + "\n"
        # JSON is UTF-8 whatever the terminal speaks; a file name that is not becomes a JSON escape.
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
            buffer.flush()


class _Terminal:
    """Shows each report as soon as it is there, and at the end where to look among many."""

    def __init__(self, options: argparse.Namespace) -> None:
        from symkl.reporting.styled import columns
        from symkl.reporting.terminal import Look

        self._colour = colour(options.color)
        width = options.width or min(columns(colour=self._colour), _WIDEST)
        self._look = Look(width, _encoding(sys.stdout))
        self._quiet: bool = options.quiet
        self._symbols: bool = options.symbols
        self._reports: list[Report] = []

    def add(self, report: Report) -> None:
        from symkl.reporting.terminal import render

        if self._reports:
            print()
        self._reports.append(report)
        self._print(render(report, self._look, quiet=self._quiet))
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
