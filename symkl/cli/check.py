"""``symkl check``: files in, reports out as soon as each is there.

Exit codes: 0 every file proved; 1 not proved; 2 misuse (no such file, bad option); 3 symkl
contradicts itself. Over several files the largest counts, so nothing hides a contradiction.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import Misuse, add_colour, add_format, add_quiet, add_width, whole
from symkl.cli.outputs import FORMATS, Output, encoding, output
from symkl.cli.parsing import Several, meant
from symkl.cli.progress import progress
from symkl.project import BUDGET, BadProject, Project, project

if TYPE_CHECKING:
    from symkl.batch import Job
    from symkl.checking.report import Report
    from symkl.cli.counting import Counting

DESCRIPTION = "Check every displayed formula: proved, refuted, unknown, assumed or unreadable."
EPILOG = "Exit code: 0 all proved; 1 not; 2 misuse; 3 symkl contradicts itself (please report it)."

PROVED, NOT_PROVED, MISUSE, CONTRADICTION = range(4)

STATUSES = ("proved", "refuted", "unknown", "unreadable", "skipped", "assumed", "stated", "incomplete")
_WORD = Several(lambda word: all(each in STATUSES for each in word.split(",")), ",")
LEFT_OUT = {"--strict": "law"}
"""The options whose value may be left out, with what it is then."""
LISTS = {"--select": _WORD, "--ignore": _WORD, "--exclude": Several(lambda word: False)}
"""The options of several values, and which words are one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl check``."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a document (.md, .tex, .ipynb, .qmd, .org, .rst, .html), a derivation (.py, which is run), a folder of "
        "them, or - for standard input",
    )  # fmt: skip
    add_format(
        parser, FORMATS, {"terminal": "text"},
        "concise is a line a finding, file:line:column: status: message; the others are for programs",
    )  # fmt: skip
    parser.add_argument(
        "--claim", type=_claim, metavar="NAME", help="the theorem to reach, for example optimal-policy"
    )
    parser.add_argument(
        "--jobs", type=whole(0, 9999), default=1, metavar="N",
        help="check N files at a time (0: as many as there are processors; default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", metavar="DIR",
        help="keep reports in this folder, by content, version and options: what is there is not checked again",
    )  # fmt: skip
    parser.add_argument(
        "--budget", type=whole(1), metavar="STEPS",
        help=f"the kernel's work on one question, 1 or more; what needs more is unknown (default: {BUDGET})",
    )  # fmt: skip
    parser.add_argument(
        "--no-input", action="store_true",
        help="read the files named and nothing beside them, whatever \\input and \\usepackage ask for",
    )  # fmt: skip
    parser.add_argument(
        "--strict", type=_laws, metavar="law|N",
        help="no step may need more laws than N, or than one (default where N is left out: law); a larger one is "
        "proved, and the proof is incomplete: the report names its laws",
    )  # fmt: skip
    parser.add_argument("--symbols", action="store_true", help="show what each symbol was taken for, too")
    parser.add_argument(
        "--second-judge", action="store_true",
        help="have what is proved re-checked by the Rocq prover, whose program coqc it needs",
    )  # fmt: skip
    _add_selecting(parser)
    mending = parser.add_argument_group("mending")
    mending.add_argument(
        "--fix", action="store_true",
        help="make the edits that are suggested, one a row, where the row is proved then and no other is worse; the "
        "diff is shown first",
    )  # fmt: skip
    mending.add_argument("--diff", action="store_true", help="show the diff of what --fix would do, and do nothing")
    mending.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C")
    add_quiet(parser, "show only rows that need attention, and the verdicts")
    add_colour(parser)
    add_width(parser)


def _add_selecting(parser: argparse.ArgumentParser) -> None:
    counting = parser.add_argument_group("what counts")
    for option, told in (("--select", "these statuses alone count"), ("--ignore", "these statuses do not count")):
        counting.add_argument(
            option, action="extend", nargs="+", choices=STATUSES, metavar="STATUS",
            help=f"{told} for the exit code, and are shown: {', '.join(STATUSES)}" if option == "--select" else told,
        )  # fmt: skip
    counting.add_argument(
        "--exclude", action="extend", nargs="+", default=[], metavar="PATTERN",
        help="leave out of folders what matches, as drafts or '*.draft.md'",
    )  # fmt: skip
    counting.add_argument("--exit-zero", action="store_true", help="exit with 0 where it would be 1")
    counting.add_argument("--baseline", metavar="FILE", help="what this file knows does not count: only what is new")
    counting.add_argument("--write-baseline", metavar="FILE", help="write what counts now to a baseline; exit with 0")
    counting.add_argument(
        "--config", metavar="FILE", help="read [tool.symkl] of it (default: the pyproject.toml here or above)"
    )


def _laws(text: str) -> int:
    return 1 if text == "law" else whole(1, 99)(text)


def _claim(text: str) -> str:
    from symkl.checking.theorems import NAMES  # costs the kernel's import: only who claims something pays it

    if text not in NAMES:
        advice = meant(text, NAMES) or f"write one of {', '.join(NAMES)}"
        raise argparse.ArgumentTypeError(f"no theorem is called {text!r}; {advice}")
    return text


def run(options: argparse.Namespace) -> int:
    """Check the files, show each report, and say the worst by the exit code."""
    from symkl.cli.counting import counting

    try:
        of = project(Path.cwd(), Path(options.config) if options.config else None)
        counts = counting(options, of)
        _possible(options)
        _claims_known(of)
        if options.watch:
            from symkl.cli.watching import watched

            return watched(options.files, lambda files: _Check(options, of, counts, files).run())
        return _Check(options, of, counts, options.files).run()
    except (Misuse, BadProject) as bad:
        return _complain([str(bad)])


def _possible(options: argparse.Namespace) -> None:
    """What cannot be done together. Raises: Misuse."""
    if options.cache is not None:
        try:
            Path(options.cache).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misuse(f"--cache: {options.cache}: {(error.strerror or str(error)).lower()}; name a folder") from None
    if options.second_judge and (without := _no_second_judge()):
        raise Misuse(without)
    for option in ("fix", "diff", "watch"):
        if getattr(options, option) and "-" in options.files:
            raise Misuse(f"--{option}: standard input is no file; name one, or leave --{option} out")
    if options.watch and options.format not in ("text", "concise", "github"):
        raise Misuse(f"--watch: {options.format} is written once, at the end; choose text or concise")


def _claims_known(of: Project) -> None:
    for pattern, name in of.claims.items():
        try:
            _claim(name)
        except argparse.ArgumentTypeError as bad:
            raise Misuse(f"{of.path}: claims of [tool.symkl] has {pattern!r}: {bad}") from None


def _no_second_judge() -> str:
    """Why there is no second judge here, and what to do."""
    from symkl.rocq.judging import NoRocq, library

    try:
        library()
    except NoRocq as reason:
        return str(reason)
    return ""


@dataclass
class _Check:
    """One check of some files."""

    options: argparse.Namespace
    of: Project
    counts: Counting
    files: Sequence[str]

    def run(self) -> int:
        """Check, show, count."""
        from symkl.batch import Missing, check_all, find

        options = self.options
        named, found, missing = find(self.files, self._left_out)
        jobs = [self._job(path, in_folder) for paths, in_folder in ((named, False), (found, True)) for path in paths]
        told = output(options, self.counts.selection.holds)
        code, skipped, shown = PROVED, 0, 0
        with progress(0 if options.quiet else len(jobs)) as bar:
            for job, result in zip(jobs, check_all(jobs, options.jobs or os.cpu_count() or 1), strict=True):
                if isinstance(result, Missing):
                    missing.append(result)
                elif job.in_folder and not result.lines and not result.troubles and not result.disagreements:
                    skipped += 1  # a README beside the proofs, say
                else:
                    shown += 1
                    with bar.paused():
                        code = max(code, self._told(job, result, told))
                bar.advance()
        if skipped and not shown and not missing:
            missing += [Missing(path, "no proof in this folder") for path in self.files]
        if not options.diff:
            told.close(skipped)
        self.counts.write()
        zero = options.exit_zero or options.write_baseline
        code = PROVED if zero and code == NOT_PROVED else code
        return max(_complain([f"{each.path}: {each.why}" for each in missing]), code)

    def _left_out(self, path: str) -> bool:
        return self.of.matches(path, self.of.exclude) or Project().matches(path, self.options.exclude)

    def _job(self, path: str, in_folder: bool) -> Job:
        from symkl.batch import Job

        return Job(
            path, self.options.claim or self.of.claim(path), self.options.budget or self.of.budget, in_folder,
            not self.options.no_input, self.options.second_judge, (*self.of.context, *self._limits()),
            self.options.cache or "",
        )  # fmt: skip

    def _limits(self) -> tuple[str, ...]:
        most = self.options.strict
        return () if most is None else (f"at most {most} laws a step",)

    def _told(self, job: Job, report: Report, told: Output) -> int:
        """Show one report, mended if that is asked for, and say what it means for the exit code."""
        if self.options.fix or self.options.diff:
            from symkl.cli.fixing import mend

            report = mend(job, report, self.options)
        found = self.counts.of(report)
        if not self.options.diff:
            told.add(report, found)
        if report.disagreements:
            return CONTRADICTION
        return self.counts.code(report, found)


def _complain(messages: Sequence[str]) -> int:
    if not messages:
        return PROVED
    from symkl.reporting.text import spelled

    sys.stdout.flush()
    for each in messages:
        print(spelled(f"symkl: {each}", encoding(sys.stderr)), file=sys.stderr)
    return MISUSE
