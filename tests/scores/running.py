"""Many small tasks on several processes: a bar, a limit of time, and a file that a stopped run goes on from."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from symkl.pooling import finished, pool

ROOT = Path(__file__).parents[2]


class Limits(NamedTuple):
    """How many processes, how many seconds (None: as long as it takes), and the file of what is done already."""

    jobs: int
    seconds: float | None = None
    kept: Path | None = None


def answered(
    chunks: Sequence[Any], work: Callable[[Any], Any], limits: Limits, about: str, size: Callable[[int], int]
) -> Iterator[tuple[int, Any]]:
    """The number and the answer of each chunk, in whatever order, until all are there or the time is over.

    ``work`` runs in a worker and gives what JSON can hold. ``about``: what chunks with these numbers are; a file of
    another run is begun anew. ``size``: how many tasks a chunk stands for on the bar. A chunk that ends its worker
    gives None.
    """
    done = _kept(limits.kept, about)
    yield from done.items()
    start = time.monotonic()
    left = [i for i in range(len(chunks)) if i not in done]

    def in_time() -> Iterator[tuple[int, Any]]:
        for i in left:
            if limits.seconds is not None and time.monotonic() - start > limits.seconds:
                return
            yield i, chunks[i]

    times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *times,
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar, pool(limits.jobs) as workers:
        task = bar.add_task("tried", total=sum(map(size, range(len(chunks)))), completed=sum(map(size, done)))
        job = _Numbered(work)
        for _, (i, _chunk), answer in finished(in_time(), job, lambda task, error: None, workers, 2 * limits.jobs):
            if limits.kept is not None and answer is not None:
                with limits.kept.open("a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps([i, answer]))
            bar.advance(task, size(i))
            yield i, answer


class _Numbered(NamedTuple):
    work: Callable[[Any], Any]

    def __call__(self, task: tuple[int, Any]) -> Any:
        return self.work(task[1])


def _kept(path: Path | None, about: str) -> dict[int, Any]:
    """What a run before has left, if it was about the same."""
    if path is None:
        return {}
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    if not lines or json.loads(lines[0]) != about:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(about), "utf-8")
        return {}
    found: dict[int, Any] = {}
    for line in lines[1:]:
        with contextlib.suppress(json.JSONDecodeError):  # a run may be stopped while it writes
            i, answer = json.loads(line)
            found[i] = answer
    return found


def circumstances(jobs: int) -> dict[str, Any]:
    """On what commit, how many processes, what machine; how busy it was."""
    git = ("git", "-C", str(ROOT))
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    status = [*git, "status", "--porcelain", "--", "symkl", "tests/scores"]
    changed = subprocess.run(status, capture_output=True, text=True, check=False).stdout
    return {
        "commit": commit.strip() + (" and changes" if changed.strip() else ""), "jobs": jobs,
        "load": round(os.getloadavg()[0], 1), "processors": os.cpu_count(), "python": platform.python_version(),
    }  # fmt: skip
