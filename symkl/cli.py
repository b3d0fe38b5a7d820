"""The command ``symkl``: arguments in, reports and an exit code out.

Exit codes: 0 every file proved; 1 not proved; 2 misuse (no such file, bad option); 3 symkl
contradicts itself. Over several files the largest counts, so nothing hides a contradiction.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.text import Text

    from symkl.batch import Missing
    from symkl.checking.report import Report

VERSION = "0.1.0"

PROVED, NOT_PROVED, MISUSE, CONTRADICTION = range(4)
_INTERRUPTED = 130
_BROKEN_PIPE = 141
_WIDEST = 120  # a line longer than this is hard to read, however wide the terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "claim", None) is not None:
        from symkl.checking.theorems import NAMES  # costs the kernel's import: only who claims something pays it

        if options.claim not in NAMES:
            parser.error(f"argument --claim: no theorem is called {options.claim!r}; write one of {', '.join(NAMES)}")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read our output has enough
        _leave_output()
        return _BROKEN_PIPE
    except OSError as error:
        print(f"symkl: the output could not be written: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        _leave_output()
        return MISUSE


def _leave_output() -> None:
    """Where standard output takes nothing more, Python would complain once again while it closes it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="symkl",
        description="A proof checker for the mathematics of RLHF.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"symkl {VERSION}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="check derivations written in Markdown or LaTeX",
        description="Check every displayed formula: proved, refuted, unknown, assumed or unreadable.",
        epilog="Exit code: 0 all proved; 1 not; 2 misuse; 3 symkl contradicts itself (please report it).",
        allow_abbrev=False,
    )
    check.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a .md or .tex file, a derivation (.py, which is run), a folder of them, or - for standard input",
    )  # fmt: skip
    check.add_argument("--format", choices=("terminal", "json"), default="terminal", help="default: terminal")
    check.add_argument("--claim", metavar="NAME", help="the theorem to reach, for example optimal-policy")
    check.add_argument(
        "--jobs", type=_count, default=1, metavar="N",
        help="check N files at a time (0: as many as there are processors; default: 1)",
    )  # fmt: skip
    check.add_argument(
        "--budget", type=_budget, default=60_000, metavar="STEPS",
        help="the kernel's work on one question, 1 or more; what needs more is unknown (default: 60000)",
    )  # fmt: skip
    check.add_argument(
        "--quiet", action="store_true", help="show only rows that need attention, and the verdicts"
    )
    _add_colour(check)
    _add_width(check)
    check.set_defaults(run=_check)
    _add_show(commands)
    _add_tilt(commands)
    _add_tokens(commands)
    return parser


def _add_colour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--color", "--colour", choices=("auto", "always", "never"), default="auto",
        help="default: auto, which is off where output is no terminal or NO_COLOR is set",
    )  # fmt: skip


def _add_width(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--width", type=_width, metavar="N", help="columns to fill (default: those of the terminal)")


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "show",
        help="show a derivation, step by step, with its verdicts",
        description="Show a derivation as a page. Without a name: which there are.",
        epilog="Exit code: 0 proved; 1 not; 2 no such derivation.",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="for example lagrangian, or the path of a module")
    parser.add_argument("--format", choices=("text", "latex", "markdown", "json"), default="text", help="default: text")
    _add_width(parser)
    parser.set_defaults(run=_show)


def _show(options: argparse.Namespace) -> int:
    from symkl.derivations import showing

    return showing.run(options.name, options.format, options.width or min(shutil.get_terminal_size().columns, _WIDEST))


def _add_tilt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "tilt",
        help="the optimal policies of a table of your own, every digit certified",
        description="For each temperature the optimal policy, E[r], KL, log Z and J, how each response moved, and both "
        "limits, of a CSV with the columns response, reward, logit or probability, and perhaps prompt.",
        epilog="Exit code: 0 done; 1 the table is wrong; 2 misuse.",
        allow_abbrev=False,
    )
    from symkl.tilt.options import add_arguments

    add_arguments(parser)
    _add_colour(parser)
    _add_width(parser)
    parser.set_defaults(run=_tilt)


def _tilt(options: argparse.Namespace) -> int:
    from symkl.tilt.command import run

    return run(options, colour=_colour(options.color))


def _add_tokens(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "tokens",
        help="check a policy over a vocabulary of tokens, every error against its bound",
        description="Compute the tilt of every row of logits and rewards, or take the log pi* that other code "
        "computed, and hold every quantity against a float64 reference and the bound for its rounding errors.",
        epilog="Exit code: 0 within every bound; 1 a bound is exceeded, or tokens are missing; 2 misuse.",
        allow_abbrev=False,
    )
    from symkl.tokens.command import add_arguments

    add_arguments(parser)
    _add_colour(parser)
    _add_width(parser)
    parser.set_defaults(run=_tokens)


def _tokens(options: argparse.Namespace) -> int:
    from symkl.tokens.command import run

    return run(options, colour=_colour(options.color))


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 9999")
    return number or os.cpu_count() or 1


def _budget(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 999999999")


def _width(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 5 and int(text) >= 20:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 20 to 9999")


# --- checking -----------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    from symkl.batch import Job, Missing, check_all, find

    named, found, missing = find(options.files)
    jobs = [
        Job(path, options.claim, options.budget, in_folder)
        for paths, in_folder in ((named, False), (found, True))
        for path in paths
    ]
    output = _Json() if options.format == "json" else _Terminal(options)
    reports: list[Report] = []
    skipped = 0
    with _progress(len(jobs)) as progress:
        for job, result in zip(jobs, check_all(jobs, options.jobs), strict=True):
            if isinstance(result, Missing):
                missing.append(result)
            elif job.in_folder and not result.lines and not result.troubles and not result.disagreements:
                skipped += 1  # a README beside the proofs, say
            else:
                reports.append(result)
                with progress.paused():
                    output.add(result)
            progress.advance()
    if skipped and not reports and not missing:
        missing += [Missing(path, "no proof in this folder") for path in options.files]
    output.close(skipped)
    return max(_complain(missing), _exit_code(reports))


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
        from symkl.reporting.terminal import Look, open_console

        self._console = open_console(sys.stdout, colour=_colour(options.color), width=options.width)
        self._look = Look(options.width or min(self._console.width, _WIDEST), _encoding(sys.stdout))
        self._quiet: bool = options.quiet
        self._reports: list[Report] = []

    def add(self, report: Report) -> None:
        from symkl.reporting.terminal import render

        if self._reports:
            self._print("")
        self._reports.append(report)
        self._print(render(report, self._look, quiet=self._quiet))
        sys.stdout.flush()

    def close(self, skipped: int) -> None:
        from symkl.reporting.terminal import render_summary

        if len(self._reports) > 1:
            self._print("")
            self._print(render_summary(self._reports, self._look))
        if skipped:
            files = "1 file holds" if skipped == 1 else f"{skipped} files hold"
            self._print(f"{files} no formula on a line of its own.")

    def _print(self, text: Text | str) -> None:
        from rich.text import Text

        from symkl.reporting.terminal import print_text

        print_text(self._console, text if isinstance(text, Text) else Text(text))


def _colour(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


class _Progress(Protocol):
    def advance(self) -> None: ...
    def paused(self) -> AbstractContextManager[None]: ...


class _NoBar:
    """Where nobody watches."""

    def advance(self) -> None:
        pass

    def paused(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()


@contextlib.contextmanager
def _progress(files: int) -> Iterator[_Progress]:
    """A bar on stderr while several files are checked and someone is there to see it."""
    if files < 2 or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _NoBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeElapsedColumn(),
        # Reports go to stdout untouched, which may be a file while stderr is a terminal.
        console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip
    task = bar.add_task("files", total=files)

    class Bar:
        def advance(self) -> None:
            bar.advance(task)

        @contextlib.contextmanager
        def paused(self) -> Iterator[None]:
            bar.stop()
            yield
            bar.start()

    with bar:
        yield Bar()


if __name__ == "__main__":
    sys.exit(main())
