"""Runs the kernel's own tests against each mutant of it, in a fork, until one fails; ``python -m tests.mutants``.

What no test notices survives, and has to be explained in ``survivors.json``: one survivor that is not, or an
explanation of what is noticed, and the run fails. Which test noticed what is remembered, in ``--cache``: a run that
was stopped goes on from there. What was noticed, or is explained, is tried again only where its function changed, or
with ``--all``; what nobody has tried yet comes first. Of the tests those are run that call the function, in the order
in which they are likely to notice soonest.
``--write`` writes docs/data/kernel-mutants.json, once all is tried.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.choosing import Choice, clear
from tests.mutants.mutating import Mutant, mutants

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "symkl" / "kernel"
EXPLAINED = Path(__file__).with_name("survivors.json")
WRITTEN = ROOT / "docs" / "data" / "kernel-mutants.json"
SUITE = ("tests/unit/test_kernel_conditions.py", "tests/unit/test_laws.py", "tests/unit/test_limits.py",
         "tests/unit/test_cold_limits.py", "tests/unit/test_normal_form.py", "tests/unit/test_proving.py",
         "tests/unit/test_certificates.py", "tests/unit/test_suprema.py", "tests/unit/test_cases.py",
         "tests/unit/test_numbers_with_cases.py", "tests/unit/test_derivatives_inside.py",
         "tests/unit/test_dependence.py", "tests/unit/test_differing.py")  # fmt: skip
LARGE = "tests/unit/test_certificates.py::test_an_error_in_what_was_guessed_is_rejected[12-600]"
"""Left out here: the same with fewer errors is there."""
SECONDS = 60
"""Of processor time for all tests; a mutant that needs more runs in circles, and is noticed."""
MEMORY = 3 << 29
SURVIVED = "(no test)"
"""What is remembered for the test that noticed it, where none did."""


def main() -> int:
    """Run what is asked for; 0 where every survivor is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="of the kernel, as laws; all where none is named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    parser.add_argument("--all", action="store_true", help="those that are known or explained, too")
    parser.add_argument("--write", action="store_true", help="write the table that the site shows")
    parser.add_argument("--cache", type=Path, default=ROOT, help="the folder in which .mutants.json is kept")
    parser.add_argument("--limit", type=float, default=float("inf"), help="seconds after which none is started")
    given = parser.parse_args()
    runner = Runner(given)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--deselect", LARGE]
    code = pytest.main([*options, *SUITE], plugins=[runner])
    return runner.failed if runner.ran else int(code) or 1


class Runner:
    """A pytest plugin: collects the suite once, then forks once for each mutant."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given, self.failed, self.ran = given, 0, False
        self.explained: dict[str, str] = json.loads(EXPLAINED.read_text("utf-8"))
        self.kept: Path = given.cache / ".mutants.json"
        self.killers: dict[str, list[str]] = json.loads(self.kept.read_text("utf-8")) if self.kept.exists() else {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests, the mutants."""
        for item in session.items:  # once as it is: all must pass, and what is worked out once is there for all forks
            if _fails(item):
                print(f"{item.nodeid} fails without any change", file=sys.stderr)
                return True
        self.ran = True
        choice = Choice.of(session.items, _fails, KERNEL)
        gc.freeze()
        found = dict(self.results(choice))
        self.failed = report(found, self.explained, self.given)
        return True

    def results(self, choice: Choice) -> Iterator[tuple[Mutant, bool | None]]:
        """Each mutant, and whether a test noticed it; None where there was no time to ask."""
        running: dict[int, Mutant] = {}
        names = self.given.modules or [path.stem for path in sorted(KERNEL.glob("*.py")) if path.stem != "__init__"]
        everything = [(m, code) for n in names for m, code in mutants(n, (KERNEL / f"{n}.py").read_text("utf-8"))
                      if self.given.only in m.key]  # fmt: skip
        left: list[tuple[Mutant, CodeType]] = []
        for mutant, code in everything:
            killer, inside = self.killers.get(mutant.key, [SURVIVED, ""])
            known = killer != SURVIVED and inside == mutant.inside
            if not self.given.all and (known or mutant.key in self.explained):
                yield mutant, known
            else:
                left.append((mutant, code))
            if known:
                choice.noticed(mutant.place, killer)
        left.sort(key=lambda each: self.killers.get(each[0].key, ["", ""])[0] == SURVIVED)
        started = time.monotonic()
        print(f"{len(everything) - len(left)} of {len(everything)} are known, or explained", flush=True)
        for i, (mutant, code) in enumerate(left):
            if time.monotonic() - started > self.given.limit:
                yield mutant, None
                continue
            if len(running) >= self.given.jobs:
                yield self.ended(running, choice)
            running[self.fork(mutant, code, choice.ordered(mutant.place))] = mutant
            if i % 20 == 19:
                print(f"{i + 1} of {len(left)}, {time.monotonic() - started:.0f} s", flush=True)
        while running:
            yield self.ended(running, choice)

    def fork(self, mutant: Mutant, code: CodeType, items: list[pytest.Item]) -> int:
        """Start the tests against a mutant; the exit code says whether one failed."""
        sys.stdout.flush()
        if pid := os.fork():
            return pid
        status = 0
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            install(mutant, code)
            first = self.killers.get(mutant.key, [""])[0]
            for item in sorted(items, key=lambda item: item.nodeid != first):
                if _fails(item):
                    (ROOT / f".mutant-{os.getpid()}").write_text(item.nodeid)
                    status = 1
                    break
        except BaseException:  # whatever a mutant does to the tests, it is noticed
            status = 2
        finally:
            os._exit(status)

    def ended(self, running: dict[int, Mutant], choice: Choice) -> tuple[Mutant, bool]:
        """The next mutant that is done with."""
        pid, status = os.wait()
        mutant = running.pop(pid)
        note = ROOT / f".mutant-{pid}"
        killer = note.read_text() if note.exists() else ""
        note.unlink(missing_ok=True)
        noticed = status != 0
        self.killers[mutant.key] = [killer if noticed else SURVIVED, mutant.inside]
        choice.noticed(mutant.place, killer)
        if not noticed:
            print(f"survives: {mutant.key}", flush=True)
        anew = self.kept.with_suffix(".part")
        anew.write_text(json.dumps(self.killers, ensure_ascii=False, indent=0, sort_keys=True), "utf-8")
        anew.replace(self.kept)
        return mutant, noticed


def _fails(item: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def install(mutant: Mutant, code: CodeType) -> None:
    """Put the changed code into the function that everybody has already."""
    module: Any = import_module(f"symkl.kernel.{mutant.module}")
    target: Any = module
    *holders, name = mutant.function.split(".")
    for holder in holders:
        target, code = getattr(target, holder), _inner(code, holder)
    found: Any = vars(target)[name]
    for wrapped in ("fget", "make", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    assert isinstance(found, FunctionType)
    found.__code__ = _inner(code, name)
    clear([module])


def _inner(code: CodeType, name: str) -> CodeType:
    return next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)


def report(results: dict[Mutant, bool | None], explained: dict[str, str], given: argparse.Namespace) -> int:
    """Compare the survivors with what is explained, and say what is not."""
    if untried := sum(noticed is None for noticed in results.values()):
        print(f"{untried} of {len(results)} are left; the same command goes on with them")
        return 1
    found = {mutant: bool(noticed) for mutant, noticed in results.items()}
    survivors = sorted(mutant.key for mutant, noticed in found.items() if not noticed)
    tried = {mutant.key for mutant in found}
    whole = not given.modules and not given.only
    unexplained = [key for key in survivors if key not in explained]
    stale = [key for key in explained if key not in survivors and (whole or key in tried)]
    modules = sorted({mutant.module for mutant in found})
    counts = {name: [sum(noticed for m, noticed in found.items() if m.module == name and noticed),
                     sum(m.module == name for m in found)] for name in modules}  # fmt: skip
    for name, (noticed, count) in counts.items():
        print(f"{name}: {noticed} of {count} mutants noticed")
    for key in unexplained:
        print(f"not explained: {key}")
    for key in stale:
        print(f"explained, but noticed or gone: {key}")
    if given.write:
        shown = {key: explained.get(key, "") for key in survivors}
        data = {"noticed of": counts, "survivors": shown}
        WRITTEN.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return int(bool(unexplained or stale))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
