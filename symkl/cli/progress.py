"""A bar for whoever waits for many files."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol


class Bar(Protocol):
    """What is told of each file that is done."""

    def advance(self) -> None:
        """One more."""

    def paused(self) -> AbstractContextManager[None]:
        """Out of the way while a report is shown."""


class _NoBar:
    """Where nobody watches."""

    def advance(self) -> None:
        pass

    def paused(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()


@contextlib.contextmanager
def progress(files: int) -> Iterator[Bar]:
    """A bar on stderr while several files are checked and someone is there to see it."""
    if files < 2 or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _NoBar()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
        # Reports go to stdout untouched, which may be a file while stderr is a terminal.
        console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip
    task = bar.add_task("files", total=files)

    class Shown:
        def advance(self) -> None:
            bar.advance(task)

        @contextlib.contextmanager
        def paused(self) -> Iterator[None]:
            bar.stop()
            yield
            bar.start()

    with bar:
        yield Shown()
