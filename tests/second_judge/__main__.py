"""Puts every tick of the site, the book and the goldens to Rocq; ``python -m tests.second_judge [--write] [PATH ...]``.

``PATH``: other documents. ``--write`` keeps the table in ``docs/data/second-judge.json``, which the site shows.
``--cache`` keeps what Rocq said of each document, by the text that was put to it, so that a stopped run goes on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from symkl.batch import Job, Missing, certified
from symkl.rocq.documents import FILES, Exported, Tick, Verdict, exported
from symkl.rocq.judging import AXIOMS, NoRocq, judge, library, version
from tests.second_judge.random_ticks import random_ticks
from tests.second_judge.table import SCHEMA, WRITTEN, Document, Row, drawn, table

ROOT = Path(__file__).parents[2]
PAGES = ("proofs", "exercises", "errata", "tutorials", "howto", "explanation", ".")
OURS = (
    *(path for folder in PAGES for path in sorted((ROOT / "docs" / folder).glob("*.md"))),
    *sorted((ROOT / "derivations").glob("*.py")),
    *sorted((ROOT / "tests" / "golden" / "malformed").glob("*.md")),
)
"""The proofs and pages of the site, the book, and what the golden reports are of besides."""


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is 1 where Rocq refuses a tick."""
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
    documents = judged(_reports(given.paths or OURS), given.jobs, given.cache)
    data: dict[str, Any] = {"schema": SCHEMA, "rocq": version(), "commit": _commit(), "documents": documents}
    if given.random:
        ticks = [(each.file, each) for each in random_ticks(given.random)]
        data["random"] = {"commit": _commit(), **drawn(judged(ticks, given.jobs, given.cache))}
    elif given.write and "random" in (before := json.loads(WRITTEN.read_text("utf-8"))):
        data["random"] = {"commit": before["commit"], **before["random"]}  # those that were drawn last
    if not given.paths:
        data["library"] = rechecked_alone(ROOT / "docs" / "proofs" / "note-on-ppo.md")
    print(table(data))
    if given.write and given.paths:
        data = merged(json.loads(WRITTEN.read_text("utf-8")), data)
    if given.write:
        WRITTEN.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    rows = [row for each in documents for row in (*each["rows"], *each["refuted"])]
    return int(any(row["exported"] and not row["accepted"] for row in rows))


def _reports(paths: tuple[Path, ...] | list[Path]) -> list[tuple[str, Exported]]:
    """The ticks of each document, by its name."""
    found: list[tuple[str, Exported]] = []
    for path in paths:
        report = certified(Job(str(path)))
        if not isinstance(report, Missing):
            inside = path.resolve().is_relative_to(ROOT)
            of = exported(report)
            if of.all:
                found.append((path.resolve().relative_to(ROOT).as_posix() if inside else path.name, of))
    return found


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The table with some documents judged anew: each has the commit at which it was judged."""
    found = {each["file"]: each for each in now["documents"]}
    kept = [{"commit": before["commit"], **each} for each in before["documents"] if each["file"] not in found]
    documents = sorted([*kept, *found.values()], key=lambda each: OURS.index(ROOT / each["file"]))
    return {**before, **now, "commit": now["commit"], "documents": documents}


def rechecked_alone(path: Path) -> str:
    """What ``coqchk`` says of the library and of one document: it goes through compiled proofs again by itself."""
    ((_, of),) = _reports([path])
    with TemporaryDirectory() as folder:
        judge(of, Path(folder))
        where = ["-Q", str(library()), "Symkl", "-Q", ".", "Rows"]
        files = [f"Symkl.{name}" for name in FILES] + [f"Rows.{of.name}_{kind}" for kind in ("statements", "proofs")]
        run = subprocess.run(
            ["coqchk", "-silent", "-o", *where, *files], cwd=folder, capture_output=True, text=True, check=False
        )
    if run.returncode != 0:
        return f"refused: {run.stderr.strip()[-300:]}"
    said = run.stdout.partition("* Axioms:")[2].partition("* Constants")[0]
    axioms = {name.strip().removeprefix("Coq.") for name in said.splitlines() if name.strip()}
    beyond = sorted(name for name in axioms if not any(name.endswith(each) for each in AXIOMS))
    return f"it rests on {', '.join(beyond)}" if beyond else "accepted"


def judged(found: Sequence[tuple[str, Exported]], jobs: int, cache: Path | None = None) -> list[Document]:
    """What Rocq says of each document's ticks."""
    columns = TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("documents"), TimeElapsedColumn()
    commit = _commit()
    with Progress(*columns, transient=True) as bar, ThreadPoolExecutor(max(1, jobs)) as pool:
        task = bar.add_task("documents", total=len(found))

        def one(pair: tuple[str, Exported]) -> Document:
            name, of = pair
            said = _remembered(of, cache)
            bar.advance(task)
            rows, refuted = ([_row(tick, said) for tick in some] for some in (of.ticks, of.refuted))
            return {"file": name, "commit": commit, "rows": rows, "refuted": refuted}

        return list(pool.map(one, found))


def _row(tick: Tick, said: dict[str, Verdict]) -> Row:
    verdict = None if tick.theorem is None else said[tick.theorem.name]
    return {
        "line": int(tick.line), "law": tick.law, "exported": verdict is not None,
        "accepted": verdict is not None and verdict.accepted,
        "defined": verdict is not None and verdict.defined,
        "modelled": verdict is not None and verdict.modelled,
        "seconds": 0.0 if verdict is None else round(verdict.seconds, 2),
        "why": tick.why if verdict is None else verdict.why.strip()[-300:],
    }  # fmt: skip


def _remembered(of: Exported, cache: Path | None) -> dict[str, Verdict]:
    """What Rocq says of a document, or has said already of the same text."""
    if not of.theorems:
        return {}
    text = "\0".join([library().name, of.statements, of.proofs()])
    kept = cache and cache / f"{sha256(text.encode()).hexdigest()[:24]}.json"
    if kept and kept.is_file():
        return {name: Verdict(**said) for name, said in json.loads(kept.read_text("utf-8")).items()}
    with TemporaryDirectory() as folder:
        found = judge(of, Path(folder))
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({name: asdict(said) for name, said in found.items()}), "utf-8")
    return found


def _commit() -> str:
    run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
