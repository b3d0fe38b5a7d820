"""Which tests can notice a change of a function of the kernel, and in which order they are asked.

A test that never calls a function cannot notice a change of it. Of the others those come first that have noticed
most, for the time that they take.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType, ModuleType

import pytest

OF_THE_FUNCTION = 10
"""How much more it says that a test noticed another change of the same function."""
ANY = 0.05
"""What a test is thought to notice of which nothing is known."""
LEAST = 0.01
"""Seconds: what takes less is as good."""


class Choice:
    """The tests, with what each calls, how long it takes and what it has noticed."""

    def __init__(self, calls: dict[str, set[str]], seconds: dict[str, float], items: Iterable[pytest.Item]) -> None:
        self.calls, self.seconds, self.items = calls, seconds, {item.nodeid: item for item in items}
        self.of_place: dict[str, Counter[str]] = defaultdict(Counter)
        self.all: Counter[str] = Counter()

    @classmethod
    def of(cls, items: list[pytest.Item], run: Callable[[pytest.Item], object], kernel: Path) -> Choice:
        """Run each test once more, with nothing in the kernel's caches, as it is after a change."""
        names = sorted(path.stem for path in kernel.glob("*.py") if path.stem != "__init__")
        modules = [import_module(f"symkl.kernel.{name}") for name in names]
        calls: dict[str, set[str]] = defaultdict(set)
        seconds: dict[str, float] = {}
        for item in items:
            clear(modules)
            started = time.process_time()
            with _called(str(kernel)) as found:
                run(item)
            seconds[item.nodeid] = time.process_time() - started
            for place in found:
                calls[place].add(item.nodeid)
        return cls(calls, seconds, items)

    def noticed(self, place: str, test: str) -> None:
        """That a test noticed a change of a function, which is none where none did."""
        if test in self.items:
            self.of_place[place][test] += 1
            self.all[test] += 1

    def ordered(self, place: str) -> list[pytest.Item]:
        """The tests that call a function: what notices most, and soonest, comes first."""
        own = self.of_place[place]

        def promise(test: str) -> float:
            return (OF_THE_FUNCTION * own[test] + self.all[test] + ANY) / (self.seconds[test] + LEAST)

        return [self.items[test] for test in sorted(self.calls[place], key=lambda test: (-promise(test), test))]


def clear(modules: Iterable[ModuleType]) -> None:
    """Empty the caches of modules."""
    for module in modules:
        for cached in vars(module).values():
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()


@contextmanager
def _called(folder: str) -> Iterator[set[str]]:
    """The functions of a folder's modules that are called, outermost ones alone: what is inside one is its own."""
    found: set[str] = set()

    def trace(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if code.co_filename.startswith(folder):
            found.add(f"{Path(code.co_filename).stem}:{code.co_qualname.partition('.<locals>')[0]}")

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield found
    finally:
        sys.settrace(before)
