"""What the benchmarks share."""

from __future__ import annotations

import pytest


@pytest.fixture
def timed(request: pytest.FixtureRequest) -> bool:
    """Whether anything is timed (``make bench``); else a benchmark only shows that it still runs, on little."""
    return not request.config.getoption("benchmark_disable")


@pytest.fixture
def long(timed: bool) -> None:
    """What is only there to be timed."""
    if not timed:
        pytest.skip("nothing is timed: make bench has it")
