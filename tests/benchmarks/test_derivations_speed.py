"""The book, checked from start to exit: how long each page takes, and all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from symkl.derivations.derivation import check
from symkl.derivations.loading import load

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "derivations").glob("*.py"))


def test_every_derivation(benchmark: Any, timed: bool) -> None:
    times: dict[str, tuple[float, float]] = {}

    def run() -> None:
        for path in MODULES if timed else MODULES[-1:]:
            start = perf_counter()
            derivation = load(path)
            found = perf_counter()
            check(derivation)
            times[path.stem] = found - start, perf_counter() - found

    benchmark.pedantic(run, rounds=1)
    print()
    for name, (finding, checking) in times.items():
        print(f"{name:<18} found by SymPy in {1000 * finding:5.0f} ms, checked in {1000 * checking:5.0f} ms")


@pytest.mark.usefixtures("long")
def test_the_command(benchmark: Any) -> None:
    def run() -> float:
        start = perf_counter()
        command = [sys.executable, "-m", "symkl", "check", "derivations/", "--jobs", "2"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True)
        assert done.returncode == 0
        return perf_counter() - start

    seconds = benchmark.pedantic(run, rounds=1)
    print(f"\nsymkl check derivations/ --jobs 2: {seconds:.1f} s (aim: 20 s on 2 cores)")
