"""``symkl tokens``: options in, a report and an exit code out. Nothing here computes."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from symkl.reporting.styled import Text
    from symkl.reporting.terminal import Look
    from symkl.tokens.checking import CheckReport, Source
    from symkl.tokens.files import RowsOnDisk

GOOD, EXCEEDED, MISUSE = range(3)

DTYPES = {"float32": "float32", "bf16": "bfloat16", "fp16": "float16", "float64": "float64"}
"""The kinds of numbers as they are asked for, and as they are called here."""

VOCABULARY, ROWS, REFERRED, CHAIN = 32_000, 64, 256, 64
"""Of rows that are made; rows of files held against the reference; the longest chain of additions in other code."""

_LONG = 1 << 22  # numbers that are worth a progress bar
_WIDEST = 120


class Misuse(Exception):
    """A command that cannot be run, and what to do instead."""


# --- the command --------------------------------------------------------------------------------


def run(options: argparse.Namespace, *, colour: bool) -> int:
    """Check and show. Misuse is told on stderr."""
    if any(getattr(options, name) is not None for name in ("policy", "ref", "mask", "old")):
        return _samples(options, colour)
    from symkl.problems.tables import InvalidProblem
    from symkl.tokens.arrays import out_of_memory
    from symkl.tokens.checking import BadData, Settings, check
    from symkl.tokens.files import BadFile

    beta = 1.0 if options.beta is None else options.beta
    try:
        if options.chain is not None and options.log_pi is None:
            raise Misuse("--chain: it is said of the code that computed --log-pi; leave it out")
        source = _from_files(options) if _named(options) else _made(options)
        default = REFERRED if _named(options) else 0
        settings = Settings(
            options.device, options.fused, options.block,
            default if options.check_rows is None else options.check_rows, chain=options.chain or CHAIN,
        )  # fmt: skip
        with _progress(source.rows * source.vocabulary) as progress:
            report = check(source, beta, settings, progress)
    except InvalidProblem as bad:  # of the temperature and the device, which are arguments here and there
        if options.fused is not None and options.device == "cpu" and "torch to be installed" in str(bad):
            which = "--fused" if options.fused else "--eager"
            _complain(f"symkl: {which}: it computes with torch, which is not installed: pip install 'symkl[torch]'")
            return MISUSE
        _complain(f"symkl: --{bad}")
        return MISUSE
    except (Misuse, BadFile, BadData) as bad:
        _complain(f"symkl: {bad}")
        return MISUSE
    except OSError as error:
        _complain(f"symkl: a file could not be read: {(error.strerror or str(error)).lower()}")
        return MISUSE
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        _complain("symkl: --vocabulary: memory ran out; rows of so many tokens are too long for it")
        return MISUSE
    if not (options.quiet and report.passed and options.format == "text"):
        _show(report, options, colour)
    return GOOD if report.passed else EXCEEDED


def _samples(options: argparse.Namespace, colour: bool) -> int:
    """Log-probabilities of sampled tokens, as a trainer holds them."""
    from symkl.tokens import recorded_report
    from symkl.tokens.batches import read
    from symkl.tokens.files import BadFile
    from symkl.tokens.recorded import recorded

    given = {name: getattr(options, name) for name in ("policy", "ref", "mask", "rewards", "old")}
    try:
        for name in ("logits", "log_pi", "vocabulary", "rows", "dtype", "chain"):
            if getattr(options, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise Misuse(f"{option}: with --policy there are samples, and no rows over a vocabulary; leave it out")
        batch = read({name: path for name, path in given.items() if path is not None})
    except (Misuse, BadFile) as bad:
        _complain(f"symkl: {bad}")
        return MISUSE
    except MemoryError:
        _complain("symkl: --policy: memory ran out; write fewer sequences")
        return MISUSE
    report = recorded(batch, options.beta)
    if not (options.quiet and report.passed and options.format == "text"):
        _show_lines(
            options, colour, lambda: recorded_report.to_json(report, options.policy),
            lambda look: recorded_report.render(report, options.policy, look),
        )  # fmt: skip
    return GOOD if report.passed else EXCEEDED


def _named(options: argparse.Namespace) -> bool:
    return any(each is not None for each in (options.logits, options.rewards, options.log_pi))


def _made(options: argparse.Namespace) -> Source:
    """Rows from a seed."""
    from symkl.tokens.making import made

    dtype = DTYPES[options.dtype or "float32"]
    return made(options.rows or ROWS, options.vocabulary or VOCABULARY, dtype, options.seed)


def _from_files(options: argparse.Namespace) -> Source:
    """Rows on disk, which must go together."""
    from symkl.tokens.checking import Data, Source
    from symkl.tokens.files import open_rows

    for option in ("vocabulary", "rows", "dtype"):
        if getattr(options, option) is not None:
            raise Misuse(f"--{option}: the files say that themselves; leave it out, or leave out the files")
    for option, value in (("--logits", options.logits), ("--rewards", options.rewards)):
        if value is None:
            raise Misuse(f"{option}: no file; logits and rewards are wanted both")
    if options.log_pi is not None and options.device != "cpu":
        raise Misuse("--device: a file is checked on the cpu; leave it out")
    if options.log_pi is not None and options.fused is not None:
        which = "--fused" if options.fused else "--eager"
        raise Misuse(f"{which}: what is in --log-pi has been computed already; leave it out")
    logits = open_rows(options.logits, "--logits", "logits")
    rewards = open_rows(options.rewards, "--rewards", "rewards")
    log_pi = None if options.log_pi is None else open_rows(options.log_pi, "--log-pi", "log_pi")
    if rewards.rows == 1 and rewards.vocabulary == logits.vocabulary:
        same = _repeated(rewards)
    else:
        _same_shape("--rewards", rewards, logits)
        same = rewards.read
    if log_pi is not None:
        _same_shape("--log-pi", log_pi, logits)

    def read(start: int, stop: int) -> Data:
        return Data(
            logits.read(start, stop), same(start, min(stop, logits.rows)),
            None if log_pi is None else log_pi.read(start, stop),
        )  # fmt: skip

    doubles = [each.dtype == "float64" for each in (logits, rewards, log_pi) if each is not None]
    # Of other code it is supposed that it computes in float64 only if all its numbers are that.
    double = any(doubles) if log_pi is None else all(doubles)
    return Source(
        options.logits, logits.rows, logits.vocabulary, logits.dtype, "float64" if double else "float32", read,
        options.log_pi or "", log_pi.dtype if log_pi is not None else "", options.seed, rewards.dtype,
        logits.shape[:-1],
    )  # fmt: skip


def _repeated(rewards: RowsOnDisk) -> Callable[[int, int], NDArray[np.floating]]:
    import numpy as np

    row = rewards.read(0, 1)
    return lambda start, stop: np.broadcast_to(row, (stop - start, row.shape[1]))


def _same_shape(option: str, rows: RowsOnDisk, logits: RowsOnDisk) -> None:
    if (rows.rows, rows.vocabulary) != (logits.rows, logits.vocabulary):
        found, expected = (f"{each.rows:,} × {each.vocabulary:,}" for each in (rows, logits))
        raise Misuse(f"{option}: {rows.path} has the shape {found}, and --logits has {expected}")


# --- what is told -------------------------------------------------------------------------------


def _show(report: CheckReport, options: argparse.Namespace, colour: bool) -> None:
    from symkl.tokens.report import render, to_json

    _show_lines(options, colour, lambda: to_json(report), lambda look: render(report, look))


def _show_lines(
    options: argparse.Namespace, colour: bool, as_json: Callable[[], str], lines: Callable[[Look], Iterator[Text]]
) -> None:
    if options.format == "json":
        text = as_json() + "\n"
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:  # JSON is UTF-8 whatever the terminal speaks; a file name that is not becomes a JSON escape
            sys.stdout.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
            buffer.flush()
        return
    from symkl.reporting.styled import columns, painted
    from symkl.reporting.terminal import Look

    width = options.width or min(columns(colour=colour), _WIDEST)
    look = Look(width, getattr(sys.stdout, "encoding", None) or "utf-8")
    for line in lines(look):
        print(painted(line, colour=colour))
    sys.stdout.flush()


def _complain(message: str) -> None:
    from symkl.reporting.text import spelled

    sys.stdout.flush()
    print(spelled(message, getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)


@contextlib.contextmanager
def _progress(numbers: int) -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr for long work, if someone is there to see it."""
    if numbers < _LONG or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("checking"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip
    task = bar.add_task("rows", total=1.0)
    with bar:
        yield lambda share: bar.update(task, completed=share)
