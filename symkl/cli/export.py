"""``symkl export``: what is proved of a document, as theorems of Rocq and their proofs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import add_format, add_quiet
from symkl.cli.outputs import write as write_text

if TYPE_CHECKING:
    from symkl.rocq.documents import Exported, Tick

DESCRIPTION = (
    "Write what is proved of a document, and what is refuted, as theorems, and their proofs, "
    "for the Rocq prover to judge."
)
EPILOG = (
    "In the folder: NAME_statements.v, for people, NAME_proofs.v, for Rocq, and the library that both use. "
    "To have them judged: cd DIR; coq_makefile -f _CoqProject -o Makefile; make. "
    "Exit code: 0 every tick and every counterexample is exported; 1 not every one, which is listed; 2 misuse."
)

_MISUSE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl export``."""
    parser.add_argument("file", metavar="FILE", help="a document, or a derivation (.py, which is run)")
    parser.add_argument("--rocq", action="store_true", required=True, help="for the Rocq prover (Coq), 8.16 or later")
    add_format(parser, ("text", "json"), told="json lists every tick, with the reason where it is not exported")
    add_quiet(parser, "tell only what is not exported")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write to")


def run(options: argparse.Namespace) -> int:
    """Write the files, and list what is not exported."""
    from symkl.batch import Job, Missing, certified
    from symkl.rocq.documents import Foreign, exported, write

    report = certified(Job(options.file))
    if isinstance(report, Missing):
        print(f"symkl: {report.path}: {report.why}", file=sys.stderr)
        return _MISUSE
    found = exported(report)
    if not found.all:
        print(f"symkl: {report.file}: nothing is proved or refuted in it, so nothing is exported", file=sys.stderr)
        return 1
    try:
        write(found, Path(options.output))
    except (Foreign, OSError) as problem:
        print(f"symkl: {_said(problem, options.output)}; name another folder with -o", file=sys.stderr)
        return _MISUSE
    if options.format == "json":
        write_text(_listed(report.file, found) + "\n")
        return _code(found)
    for tick in found.all:
        if tick.theorem is None:
            print(f"{report.file}:{tick.line}: not exported: {tick.why}")
    place = os.path.join(options.output, found.name)
    if not options.quiet:
        more = f", and {_count(found.refuted)} refuted rows," if found.refuted else ""
        print(f"{_count(found.ticks)} ticks{more} are in {place}_statements.v and {place}_proofs.v")
    return _code(found)


def _count(ticks: tuple[Tick, ...]) -> str:
    return f"{sum(each.theorem is not None for each in ticks)} of {len(ticks)}"


def _code(found: Exported) -> int:
    return 0 if len(found.theorems) == len(found.all) else 1


def _listed(file: str, found: Exported) -> str:
    ticks, refuted = (
        [{"line": int(tick.line), "exported": tick.theorem is not None, "why": tick.why} for tick in some]
        for some in (found.ticks, found.refuted)
    )
    told = {"file": file, "name": found.name, "ticks": ticks, "refuted": refuted}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _said(problem: Exception, folder: str) -> str:
    if isinstance(problem, FileExistsError | NotADirectoryError):
        return f"{folder}: this is a file, and a folder is needed"
    return f"{problem.filename or folder}: {problem.strerror}" if isinstance(problem, OSError) else str(problem)
