"""Audits the functions of one library, each in a process of its own with a limit, and prints a row for each as JSON.

``python -m tests.libraries.worker FOLDER LIBRARY VERSION``: the folder is where the library was unpacked. It wants torch.
"""

from __future__ import annotations

import inspect
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from symkl.auditing.claims import Claim
from symkl.auditing.lifting import lifted
from symkl.auditing.report import Audit
from symkl.auditing.roles import Misuse
from symkl.checking.report import Status
from symkl.language.writing import Formula
from symkl.refuting.counterexample import Counterexample
from symkl.reporting import words
from tests.libraries.standing_in import Instance
from tests.libraries.table import Configuration, Library, configurations

LIMIT = 120.0
"""Seconds for one configuration."""

_FORK = multiprocessing.get_context("fork")  # torch is imported once


def row(configuration: Configuration, found: Audit | str) -> dict[str, Any]:
    """What was found of one configuration, as plain data; a text says why nothing was. None of the library's code."""
    told = {
        "library": configuration.library.name, "version": configuration.library.version, "kind": configuration.kind,
        "file": configuration.file, "function": configuration.function, "configuration": configuration.said,
        "roles": dict(configuration.bind), "samplers": list(configuration.samplers),
    }  # fmt: skip
    if isinstance(found, str):
        return {**told, "line": None, "runs": None, "traced": False, "why": found}
    told |= {"line": found.line, "runs": found.runs, "traced": found.points > 0}
    if found.points == 0:
        assert found.trouble is not None
        return {**told, "line_of_trouble": found.trouble.line, "why": _why(found)}
    return told | {
        "formula": _text(found.computes), "whole": _text(found.whole), "unit": found.unit, "gathered": found.gathered,
        "mixes": found.mixes, "claims": [_claim(each) for each in found.claims], "limits": list(found.limits),
        "notes": list(found.notes),
        "checked": {"points": found.points, "shapes": found.shapes, "branches": found.branches, "worst": found.worst},
        "disagreements": list(found.report.disagreements),
    }  # fmt: skip


def _why(found: Audit) -> str:
    """Why there is no formula; of an error of the library, its kind alone."""
    assert found.trouble is not None
    head, colon, rest = found.trouble.message.partition(": ")
    return found.trouble.message if found.runs else f"{head}{colon}{rest.partition(':')[0]}"


def _text(formula: Formula | None) -> str | None:
    return None if formula is None else formula.text


def _claim(claim: Claim) -> dict[str, Any]:
    line = claim.line
    return {
        "use": claim.use.value, "sampler": claim.sampler, "of": claim.of, "status": line.status.value,
        "row": line.readable, "reason": words.reason(line), "off_by": words.off_by(line),
        "inside_only": claim.inside_only,
        "counterexample": _problem(line.counterexample if line.status is Status.REFUTED else claim.beyond),
    }  # fmt: skip


def _problem(found: Counterexample | None) -> dict[str, Any] | None:
    """A problem to check by hand, and what the two sides are there."""
    if found is None or not found.points:
        return None
    return {"problem": found.summary, "left": found.points[0].left, "right": found.points[0].right}


def asked(folder: Path, configuration: Configuration) -> Audit | str:
    """The audit of one configuration, or why there is none."""
    from symkl.auditing.auditing import audit

    file = folder / configuration.file
    if not file.is_file():
        return f"the package has no {configuration.file}"
    try:
        found = lifted(f"{file}:{configuration.function}")
        space = getattr(inspect.unwrap(found.function), "__globals__", {})
        settings = {
            name: value.made(space) if isinstance(value, Instance) else value
            for name, value in configuration.set.items()
        }
        return audit(
            found, bind=configuration.bind, set=settings, samplers=configuration.samplers, output=configuration.output
        )
    except Misuse as misuse:
        return str(misuse).replace(f"{folder}/", "")


def _ask(folder: Path, configuration: Configuration, into: Connection) -> None:
    try:
        found = row(configuration, asked(folder, configuration))
    except Exception as error:
        found = row(configuration, f"an error of ours: {type(error).__name__}: {error}"[:200])
    into.send(json.dumps(found, ensure_ascii=False).replace(f"{folder}/", ""))


def put(folder: Path, configuration: Configuration, limit: float = LIMIT) -> str:
    """The row of one configuration as JSON; who needs longer than ``limit`` has none."""
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_ask, args=(folder, configuration, theirs))
    process.start()
    theirs.close()
    try:
        if ours.poll(limit):
            return str(ours.recv())
        return json.dumps(row(configuration, f"stopped after {limit:g} seconds"))
    except EOFError:
        return json.dumps(row(configuration, "the process ended without an answer"))
    finally:
        process.kill()
        process.join()


def main(folder: str, name: str, version: str) -> None:
    os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
    import torch

    torch.set_num_threads(1)
    library = Library(name, version)
    wanted: Iterable[Configuration] = (each for each in configurations() if each.library == library)
    for each in wanted:
        print(put(Path(folder), each), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
