"""Documents put to Rocq, several at a time: each is checked, exported and judged in one process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from hashlib import sha256
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from symkl.batch import Job, Missing, certified
from symkl.rocq.documents import FILES, Exported, Tick, Verdict, exported
from symkl.rocq.judging import AXIOMS, judge, library
from tests.second_judge.table import ACCEPTED, Document, Row

ROOT = Path(__file__).parents[2]

Begin = Callable[..., "Future[Any]"]
"""What hands a function and its arguments to a worker."""


class Asked(NamedTuple):
    """How to judge: at which commit, and where what Rocq said of a text is kept, if anywhere."""

    commit: str
    cache: Path | None = None


def longest_first(paths: Iterable[Path], before: Sequence[Document]) -> list[Path]:
    """Documents by how long they took before, so that no long one is begun last; what nobody knows comes first."""
    took = {each["file"]: sum(row["seconds"] for row in (*each["rows"], *each["refuted"])) for each in before}
    return sorted(paths, key=lambda path: took.get(name_of(path), inf), reverse=True)


def name_of(path: Path) -> str:
    """What a document is called in the table."""
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def judged_documents(
    begin: Begin, paths: Sequence[Path], before: Sequence[Document], asked: Asked
) -> list[Document]:
    """What Rocq says of each document that has ticks, in the order of ``paths``."""
    running = {path: begin(document, path, asked) for path in longest_first(paths, before)}
    return [found for path in paths if (found := running[path].result()) is not None]


def document(path: Path, asked: Asked) -> Document | None:
    """What Rocq says of a document; None where it has no tick."""
    of = _exported(path)
    return judged(name_of(path), of, asked) if of is not None and of.all else None


def _exported(path: Path) -> Exported | None:
    report = certified(Job(str(path)))
    return None if isinstance(report, Missing) else exported(report)


def judged(name: str, of: Exported, asked: Asked) -> Document:
    """What Rocq says of the ticks of a document."""
    said = _remembered(of, asked.cache)
    rows, refuted = ([_row(tick, said) for tick in some] for some in (of.ticks, of.refuted))
    return {"file": name, "commit": asked.commit, "rows": rows, "refuted": refuted}


def _row(tick: Tick, said: Mapping[str, Verdict]) -> Row:
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


def rechecked_alone(path: Path) -> str:
    """What ``coqchk`` says of the library and of one document: it goes through compiled proofs again by itself."""
    of = _exported(path)
    assert of is not None
    with TemporaryDirectory() as folder:
        judge(of, Path(folder))
        where = ["-Q", str(library()), "Symkl", "-Q", ".", "Rows"]
        files = [f"Symkl.{name}" for name in FILES] + [f"Rows.{of.name}_{kind}" for kind in ("statements", "proofs")]
        run = subprocess.run(
            ["coqchk", "-silent", "-o", *where, *files], cwd=folder, capture_output=True, text=True, check=False
        )
    return f"refused: {run.stderr.strip()[-300:]}" if run.returncode else said_by_coqchk(run.stdout)


def said_by_coqchk(output: str) -> str:
    """Whether what ``coqchk`` goes through rests on no more than it may."""
    said = output.partition("* Axioms:")[2].partition("* Constants")[0]
    axioms = {name.strip().removeprefix("Coq.") for name in said.splitlines() if name.strip()}
    beyond = sorted(name for name in axioms if not any(name.endswith(each) for each in AXIOMS))
    return f"it rests on {', '.join(beyond)}" if beyond else ACCEPTED
