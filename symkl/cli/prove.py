"""``symkl prove 'A = B'``: one formula, checked as a document of one row would be."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import Misuse, add_colour, add_format, add_quiet, add_width, whole
from symkl.cli.outputs import encoding, output
from symkl.project import BUDGET, BadProject, project

if TYPE_CHECKING:
    from symkl.checking.report import Report

DESCRIPTION = "Check one formula: proved, refuted with a counterexample, or neither."
EPILOG = "Exit code: 0 proved; 1 not; 2 misuse; 3 symkl contradicts itself (please report it)."

PROVED, NOT_PROVED, MISUSE, CONTRADICTION = range(4)
LONGEST = 100_000
"""Characters of a formula that are read from standard input; a row has fewer."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl prove``."""
    told = r"in LaTeX, in quotes: 'D_{KL}(p \| q) \ge 0'; or - to read it"
    parser.add_argument("formula", metavar="FORMULA", help=told)
    parser.add_argument(
        "--assume", action="append", default=[], metavar="FORMULA", help="what is taken as given; once for each"
    )
    parser.add_argument(
        "--declare", action="append", default=[], metavar="WORDS",
        help="a directive, as 'tau > 0' or 'q distribution over y'; once for each",
    )  # fmt: skip
    parser.add_argument("--symbols", action="store_true", help="show what each symbol was taken for, too")
    parser.add_argument(
        "--budget", type=whole(1), metavar="STEPS", help=f"the kernel's work on one question (default: {BUDGET})"
    )
    add_format(parser, ("text", "json", "concise"))
    add_quiet(parser, "show it only where it is not proved")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Check it, and show what is found."""
    try:
        report = _report(options)
    except (Misuse, BadProject) as bad:
        from symkl.reporting.text import spelled

        print(spelled(f"symkl: {bad}", encoding(sys.stderr)), file=sys.stderr)
        return MISUSE
    code = _code(report)
    if code != PROVED or not options.quiet or options.format != "text":
        told = output(options, lambda status: True)
        from symkl.reporting.findings import findings

        told.add(report, findings(report))
        told.close(0)
    return code


def _report(options: argparse.Namespace) -> Report:
    """The report on the formula. Raises: Misuse, BadProject."""
    from symkl.checking.alone import NoFormula, check_formula

    here = project(Path.cwd())
    try:
        return check_formula(
            _formula(options.formula), assume=options.assume, context=(*here.context, *options.declare),
            budget=options.budget or here.budget,
        )  # fmt: skip
    except NoFormula as bad:
        raise Misuse(str(bad)) from None


def _formula(text: str) -> str:
    if text != "-":
        return text
    if sys.stdin is None:
        raise Misuse("-: standard input is closed")
    try:
        return sys.stdin.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise Misuse("-: standard input is not UTF-8 text") from None


def _code(report: Report) -> int:
    if report.disagreements:
        return CONTRADICTION
    return PROVED if report.verdict.value == "proved" else NOT_PROVED
