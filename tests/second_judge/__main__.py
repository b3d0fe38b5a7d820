"""Puts every tick of the site's proofs and of the book to Rocq; ``python -m tests.second_judge [--write] [PATH ...]``.

``PATH``: other documents. ``--write`` keeps the table in ``docs/data/second-judge.json``, which the site shows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from symkl.batch import Job, Missing, certified
from symkl.rocq.documents import Exported, exported
from symkl.rocq.judging import NoRocq, judge, library, version
from tests.second_judge.table import SCHEMA, WRITTEN, Document, Row, table

ROOT = Path(__file__).parents[2]
OURS = (*sorted((ROOT / "docs" / "proofs").glob("*.md")), *sorted((ROOT / "derivations").glob("*.py")))


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is 1 where Rocq refuses a tick."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.second_judge", description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="documents; our own without any")
    parser.add_argument("--write", action="store_true", help="keep the table of our own, which the site shows")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="documents at a time (default: 2)")
    given = parser.parse_args(arguments)
    if given.paths and given.write:
        parser.error("--write keeps the table of our own documents, and takes no path")
    try:
        library()
    except NoRocq as reason:
        print(reason, file=sys.stderr)
        return 2
    documents = judged(given.paths or OURS, given.jobs)
    data = {"schema": SCHEMA, "rocq": version(), "commit": _commit(), "documents": documents}
    print(table(data))
    if given.write:
        WRITTEN.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(any(row["exported"] and not row["accepted"] for each in documents for row in each["rows"]))


def judged(paths: tuple[Path, ...] | list[Path], jobs: int) -> list[Document]:
    """What Rocq says of each document's ticks."""
    columns = TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("documents"), TimeElapsedColumn()
    found: list[tuple[str, Exported]] = []
    for path in paths:
        report = certified(Job(str(path)))
        if not isinstance(report, Missing):
            inside = path.resolve().is_relative_to(ROOT)
            found.append((path.resolve().relative_to(ROOT).as_posix() if inside else path.name, exported(report)))
    with Progress(*columns, transient=True) as bar, ThreadPoolExecutor(max(1, jobs)) as pool:
        task = bar.add_task("documents", total=len(found))

        def one(pair: tuple[str, Exported]) -> Document:
            name, of = pair
            with TemporaryDirectory() as folder:
                said = judge(of, Path(folder)) if of.theorems else {}
            bar.advance(task)
            rows: list[Row] = []
            for tick in of.ticks:
                verdict = None if tick.theorem is None else said[tick.theorem.name]
                rows.append({
                    "line": int(tick.line), "law": tick.law, "exported": verdict is not None,
                    "accepted": verdict is not None and verdict.accepted,
                    "defined": verdict is not None and verdict.defined,
                    "seconds": 0.0 if verdict is None else round(verdict.seconds, 2),
                    "why": tick.why if verdict is None else verdict.why.strip()[-300:],
                })  # fmt: skip
            return {"file": name, "rows": rows}

        return list(pool.map(one, found))


def _commit() -> str:
    run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
