"""Puts every tick of the site, the book and the goldens to Rocq; ``python -m tests.second_judge [--write] [PATH ...]``.

``PATH``: other documents. ``--write`` keeps the table in ``docs/data/second-judge.json``, which the site shows.
``--cache`` keeps what Rocq said of each document, by the text that was put to it, so that a stopped run goes on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import count
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from symkl.pooling import pool
from symkl.rocq.judging import NoRocq, library, version
from tests.second_judge.judging import ROOT, Asked, Begin, judged, judged_documents, rechecked_alone
from tests.second_judge.random_ticks import random_ticks
from tests.second_judge.table import SCHEMA, WRITTEN, drawn, refused, table

PAGES = ("proofs", "exercises", "errata", "tutorials", "howto", "explanation", ".")
OURS = (
    *(path for folder in PAGES for path in sorted((ROOT / "docs" / folder).glob("*.md"))),
    *sorted((ROOT / "derivations").glob("*.py")),
    *sorted((ROOT / "tests" / "golden" / "malformed").glob("*.md")),
)
"""The proofs and pages of the site, the book, and what the golden reports are of besides."""

NOTE = ROOT / "docs" / "proofs" / "note-on-ppo.md"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is 1 where Rocq refuses anything."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.second_judge", description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="documents; our own without any")
    parser.add_argument("--write", action="store_true", help="keep the table of our own, or their part of it")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="so many random ticks, too")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="documents at a time (default: 2)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="a folder that a stopped run goes on from")
    given = parser.parse_args(arguments)
    if given.write and not {path.resolve() for path in given.paths} <= set(OURS):
        parser.error("--write keeps the table of our own documents, and takes no other path")
    try:
        library()
    except NoRocq as reason:
        print(reason, file=sys.stderr)
        return 2
    before = json.loads(WRITTEN.read_text("utf-8"))
    asked = Asked(_commit(), given.cache)
    columns = TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("documents"), TimeElapsedColumn()
    with pool(max(1, given.jobs)) as workers, Progress(*columns, transient=True) as bar:
        begin = _shown(bar, workers)
        alone = None if given.paths else begin(rechecked_alone, NOTE)  # first: it takes as long as a long document
        documents = judged_documents(begin, given.paths or OURS, before["documents"], asked)
        data: dict[str, Any] = {"schema": SCHEMA, "rocq": version(), "commit": asked.commit, "documents": documents}
        if given.random:
            ticks = [begin(judged, each.file, each, asked) for each in random_ticks(given.random)]
            data["random"] = {"commit": asked.commit, **drawn([each.result() for each in ticks])}
        elif given.write and "random" in before:
            data["random"] = {"commit": before["commit"], **before["random"]}  # those that were drawn last
        if alone is not None:
            data["library"] = alone.result()
    print(table(data))
    if given.write:
        kept = merged(before, data) if given.paths else data
        WRITTEN.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(refused(data))


def _shown(bar: Progress, workers: Executor) -> Begin:
    """What gives work to the workers, so that the bar shows how much of it is done."""
    shown = bar.add_task("judging", total=0)
    begun = count(1)

    def begin(work: Callable[..., Any], *arguments: object) -> Future[Any]:
        bar.update(shown, total=next(begun))
        future = workers.submit(work, *arguments)
        future.add_done_callback(lambda _: bar.advance(shown))
        return future

    return begin


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The table with some documents judged anew: each has the commit at which it was judged."""
    found = {each["file"]: each for each in now["documents"]}
    kept = [{"commit": before["commit"], **each} for each in before["documents"] if each["file"] not in found]
    documents = sorted([*kept, *found.values()], key=lambda each: OURS.index(ROOT / each["file"]))
    return {**before, **now, "commit": now["commit"], "documents": documents}


def _commit() -> str:
    run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
