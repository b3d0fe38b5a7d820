"""Puts every statement to one peer, each in a process of its own with a limit, and prints what came of it as JSON."""

from __future__ import annotations

import json
import multiprocessing
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module, metadata
from multiprocessing.connection import Connection

from tests.benchmarks.peers.statements import STATEMENTS, CannotBeSaid, Statement

LIMIT = 30.0
"""Seconds for one statement."""

_FORK = multiprocessing.get_context("fork")  # what is imported once is there for every statement


def judged(statement: Statement, said: bool | None) -> str:
    """What an answer is worth, held against the key."""
    return "undecided" if said is None else "right" if said is statement.true else "wrong"


def _ask(answer: Callable[[Statement], bool | None], statement: Statement, into: Connection) -> None:
    start = time.perf_counter()
    try:
        found, why = judged(statement, answer(statement)), ""
    except CannotBeSaid as none:
        found, why = "cannot be said", str(none)
    except Exception as error:
        found, why = "undecided", f"{type(error).__name__}: {error}"[:200]
    into.send({"answer": found, "why": why, "seconds": round(time.perf_counter() - start, 4)})


def put(answer: Callable[[Statement], bool | None], statement: Statement, limit: float = LIMIT) -> dict[str, object]:
    """The answer to one statement; who needs longer than ``limit`` has not decided it."""
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_ask, args=(answer, statement, theirs))
    process.start()
    theirs.close()
    try:
        if ours.poll(limit):
            return dict(ours.recv())
        return {"answer": "undecided", "why": f"stopped after {limit:g} seconds", "seconds": limit}
    except EOFError:
        return {"answer": "undecided", "why": "the process ended without an answer", "seconds": None}
    finally:
        process.kill()
        process.join()


def main(peer: str) -> None:
    module = import_module(f"tests.benchmarks.peers.with_{peer}")
    for name in module.LOADED:
        import_module(name)
    answers = [{"statement": each.name} | put(module.answer, each) for each in STATEMENTS]
    versions = {name: metadata.version(name) for name in module.PACKAGES} | {"python": platform.python_version()}
    json.dump({"versions": versions, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
