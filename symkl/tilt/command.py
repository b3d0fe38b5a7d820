"""``symkl tilt``: options in, figures and an exit code out. Nothing here computes."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any

from symkl.language.loading import no_file
from symkl.tilt.columns import Wanted
from symkl.tilt.options import BETAS, LONG, METHODS, RATE, SHORT, STEPS, around
from symkl.tilt.samples import DIGITS
from symkl.tilt.table import LARGEST, BadTable, Complaint, Progress, Table, no_progress, read

if TYPE_CHECKING:
    from symkl.reporting.styled import Text
    from symkl.reporting.terminal import Look
    from symkl.tilt.figures import Tilts
    from symkl.tilt.placing import Placed

GOOD, BAD, MISUSE = range(3)
TRAINED = ("text", "json", "csv")
"""The formats of a training."""

_MOST_COMPLAINTS = 20
_MANY = 50_000  # rows that are worth a progress bar


class Misuse(Exception):
    """A command that cannot be run, and what to do instead."""


# --- the command --------------------------------------------------------------------------------


def run(options: argparse.Namespace, *, colour: bool) -> int:
    """Read, tilt, draw and show. Misuse and bad rows are told on stderr."""
    file = "<stdin>" if options.file == "-" else options.file
    try:
        _check_training(options)
        if options.plot is not None:
            _check_plot(options.plot)
        data = _data(options.file)
        with _no_collection(), _progress(data, quiet=options.quiet) as progress:
            table = read(data, progress, _wanted(options))
            points: Sequence[Placed] = ()
            if options.train:
                pieces = _training(table, file, options, progress, colour)
            else:
                _check_digits(table, options)
                tilts = _tilts(table, options, progress)
                points = _placed(table, options)
                if options.plot is not None:
                    progress("drawing", 1.0)
                    tilts = _plot(tilts, options)
                progress("writing", 1.0)
                pieces = _pieces(tilts, points, file, options, colour)
            first = next(pieces, "")
        _write(first, pieces, as_text=options.format == "text")
    except Misuse as misuse:
        _complain(f"symkl: {misuse}")
        return MISUSE
    except BadTable as bad:
        _complain_of(file, bad.complaints)
        return BAD
    except OSError:  # the output cannot be written, which whoever called says
        raise
    except Exception as error:
        # Whatever it is, it is not the reader's to decipher.
        what = f"internal error ({type(error).__name__}: {error})"
        _complain(f"{file}: {what[:300]}; this is a bug in symkl: please report it, with the file")
        return BAD
    if options.plot is not None and not options.quiet:
        _complain(f"symkl: wrote {options.plot}")
    return BAD if any(point.place == "above" for point in points) else GOOD


def _wanted(options: argparse.Namespace) -> Wanted:
    named: dict[str, str] = {}
    for each in options.columns or ():
        named |= each
    return Wanted(named, options.samples, options.train)


def _check_training(options: argparse.Namespace) -> None:
    """What goes with a training, and what with a table of optima alone."""
    asked = {name: getattr(options, name) for name in ("rate", "steps", "method")}
    if not options.train:
        if lone := [name for name, value in asked.items() if value is not None]:
            raise Misuse(f"--{lone[0]} says how a policy is trained; add --train")
        return
    for name in ("samples", "point", "sweep", "plot"):
        if getattr(options, name):
            raise Misuse(f"--{name} is of the optimum, not of a training; leave it out, or --train")
    if options.format not in TRAINED:
        raise Misuse(f"--format {options.format}: a training has no such format; use {', '.join(TRAINED)}")


def _training(
    table: Table, file: str, options: argparse.Namespace, progress: Progress, colour: bool
) -> Iterator[str]:
    """The path of a policy in training, piece by piece."""
    from symkl.problems import InvalidProblem
    from symkl.tilt import paths
    from symkl.tilt.training import trained

    digits = options.digits or (LONG if options.format == "json" else SHORT)
    betas = list(dict.fromkeys(options.beta or BETAS))
    progress("training", 1.0)
    try:
        runs = trained(table, betas, options.rate or RATE, options.steps or STEPS, options.method or METHODS[0], digits)
    except InvalidProblem as wrong:
        raise Misuse(f"--{wrong}") from None
    notes = [] if options.quiet else [*_notes(table), *_only_one_reward(table)]
    if options.format == "csv":
        for note in notes:
            _complain(f"symkl: {file}: {note}")
        return paths.to_csv(runs)
    if options.format == "json":
        return paths.to_json(runs, file, notes, digits)
    look = _look(options)
    return _painted(paths.render(runs, file, notes, look, digits), colour)


def _only_one_reward(table: Table) -> list[str]:
    if table.true_rewards is not None:
        return []
    return ["there is no column true_reward: the reward that is trained on stands for it."]


def _placed(table: Table, options: argparse.Namespace) -> Sequence[Placed]:
    """Where the reported points lie, if there are any: it takes the table once more."""
    if not options.point:
        return ()
    from symkl.tilt.placing import Reported, placed

    return placed(table, [Reported(*each) for each in options.point])


def _check_digits(table: Table, options: argparse.Namespace) -> None:
    """Sums of weights are exponentials, and known to some digits."""
    if table.counts is not None and table.logits and (options.digits or 0) > DIGITS - 10:
        raise Misuse(f"--digits: samples that are weighed have {DIGITS - 10} digits; ask for no more")


def _tilts(table: Table, options: argparse.Namespace, progress: Progress) -> Tilts:
    from symkl.tilt.figures import tilt

    betas, along = list(dict.fromkeys(_betas(options))), options.sweep or ()
    if options.plot is not None:
        # A drawing has both, also where only one is to be shown.
        betas = betas or _marks(along)
        along = along or around(betas)
    digits = options.digits or (LONG if options.format in ("csv", "json") else SHORT)
    return tilt(table, betas, along, digits, progress)


def _betas(options: argparse.Namespace) -> Sequence[Decimal | Fraction]:
    return options.beta or (() if options.sweep else BETAS)


def _marks(along: Sequence[Decimal]) -> list[Decimal | Fraction]:
    """Three temperatures to mark on a sweep."""
    usual: list[Decimal | Fraction] = [each for each in BETAS if along[0] <= each <= along[-1]]
    return usual if len(usual) == len(BETAS) else [along[len(along) * i // 4] for i in (1, 2, 3)]


def _notes(table: Table) -> list[str]:
    return [*(f"{note}." for note in table.notes), *_rounding(table)]


def _rounding(table: Table) -> list[str]:
    if not table.rounded:
        return []
    if table.labels is None:
        return ["the probabilities do not sum to exactly 1, as rounded ones do not: each was divided by their sum."]
    prompts = "1 prompt" if table.rounded == 1 else f"{table.rounded:,} prompts"
    which = f"the probabilities of {prompts} do not sum to exactly 1"
    return [f"{which}, as rounded ones do not: each was divided by the sum of its prompt."]


def _pieces(
    tilts: Tilts, points: Sequence[Placed], file: str, options: argparse.Namespace, colour: bool
) -> Iterator[str]:
    """The output, piece by piece."""
    from symkl.tilt import formats
    from symkl.tilt.placing import said

    notes = [] if options.quiet else _notes(tilts.table)
    sentences = [said(point, samples=tilts.table.counts is not None) for point in points]
    if options.format == "csv":
        for note in [*notes, *sentences]:
            _complain(f"symkl: {file}: {note}")
        return formats.to_csv(tilts)
    if options.format == "json":
        return formats.to_json(tilts, file, notes, _points(points))
    if options.format == "markdown":
        return formats.to_markdown(tilts, [*sentences, *notes])
    if options.format == "latex":
        return formats.to_latex(tilts, [*sentences, *notes])
    return _terminal(tilts, file, notes, sentences, options, colour)


def _points(points: Sequence[Placed]) -> list[dict[str, Any]]:
    """Reported points for JSON: numbers are strings of certified digits, as everywhere there."""
    from symkl.tilt.formats import plain

    return [
        {
            "kl": plain(each.reported.kl), "expected_reward": plain(each.reported.reward),
            "beta": None if each.reported.beta is None else plain(each.reported.beta), "place": each.place,
            "best_expected_reward": each.best, "gap": each.gap, "short_of_objective": each.short,
        }
        for each in points
    ]  # fmt: skip


def _terminal(
    tilts: Tilts, file: str, notes: Sequence[str], sentences: Sequence[str], options: argparse.Namespace, colour: bool
) -> Iterator[str]:
    from symkl.tilt.terminal import render

    return _painted(render(tilts, file, notes, _look(options), sentences), colour)


def _look(options: argparse.Namespace) -> Look:
    from symkl.reporting.styled import columns
    from symkl.reporting.terminal import Look

    width = options.width or min(columns(colour=False), 120)
    return Look(width, getattr(sys.stdout, "encoding", None) or "utf-8")


def _painted(lines: Iterator[Text], colour: bool) -> Iterator[str]:
    from symkl.reporting.styled import painted

    for line in lines:
        yield painted(line, colour=colour) + "\n"


def _write(first: str, rest: Iterator[str], *, as_text: bool) -> None:
    """To stdout: a terminal's own encoding for people, UTF-8 for programs."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    for piece in chain([first], rest):
        if as_text or buffer is None:
            sys.stdout.write(piece)
        else:
            buffer.write(piece.encode("utf-8", "backslashreplace"))
    if buffer is not None and not as_text:
        buffer.flush()
    sys.stdout.flush()


# --- files --------------------------------------------------------------------------------------


def _data(path: str) -> bytes:
    if path == "-":
        if sys.stdin is None:
            raise Misuse("-: standard input is closed")
        stream = getattr(sys.stdin, "buffer", None)
        return stream.read(LARGEST + 1) if stream is not None else sys.stdin.read().encode()
    if os.path.isdir(path):
        raise Misuse(f"{path}: this is a folder; name a table")
    try:
        if kind := no_file(os.stat(path).st_mode):
            raise Misuse(f"{path}: this is {kind}; name a CSV file, or - for standard input")
        with open(path, "rb") as stream:
            return stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise Misuse(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise Misuse(f"{path}: {getattr(error, 'strerror', None) or error}".lower()) from None


def _check_plot(path: str) -> None:
    """Whatever would keep the plot from being written, before any work is done."""
    from symkl.tilt.plot import ENDINGS, available

    folder = os.path.dirname(path) or "."
    if os.path.splitext(path)[1].lower() not in ENDINGS:
        raise Misuse(f"{path}: no kind of plot; end its name with {', '.join(ENDINGS)}")
    if not os.path.isdir(folder):
        raise Misuse(f"{path}: there is no folder {folder}; make it first")
    if os.path.isdir(path) or not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise Misuse(f"{path}: cannot be written; choose another place")
    if not available():
        raise Misuse("--plot needs matplotlib; pip install 'symkl[plot]'")


def _plot(tilts: Tilts, options: argparse.Namespace) -> Tilts:
    """Draw; what is left is what is to be shown."""
    from symkl.tilt.plot import draw

    try:
        draw(tilts, options.plot)
    except OSError as error:
        raise Misuse(f"{options.plot}: {(error.strerror or str(error)).lower()}") from None
    shown = tilts.tilted if _betas(options) else ()
    return replace(tilts, tilted=shown, frontier=tilts.frontier if options.sweep else ())


# --- what is told besides -----------------------------------------------------------------------


def _complain_of(file: str, complaints: Sequence[Complaint]) -> None:
    for each in complaints[:_MOST_COMPLAINTS]:
        place = f"{file}:{each.line}" if each.line else file
        _complain(f"{place}: {each.message}")
    if (more := len(complaints) - _MOST_COMPLAINTS) > 0:
        _complain(f"{file}: and {more:,} more")


def _complain(message: str) -> None:
    from symkl.reporting.text import spelled

    sys.stdout.flush()
    print(spelled(message, getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of numbers make no cycles: looking for some would take longer than all the rest."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@contextlib.contextmanager
def _progress(data: bytes, *, quiet: bool) -> Iterator[Progress]:
    """A bar on stderr for a long table, if someone is there to see it."""
    if quiet or data.count(b"\n") < _MANY or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description:<8}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip
    task = bar.add_task("reading", total=1.0)
    with bar:
        yield lambda what, share: bar.update(task, description=what, completed=share)
