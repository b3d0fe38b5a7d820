"""Two Hypothesis profiles: ``ci``, the same examples at every run, and ``deep``, many that are new each time.

``ci`` is loaded unless HYPOTHESIS_PROFILE says otherwise; ``make fuzz`` says ``deep``. SYMKL_EXAMPLES is how many
examples of each property ``deep`` tries. What it finds is kept in .hypothesis/ and tried first the next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from symkl.refuting.arithmetic import precision
from tests.properties.definitions import BITS

# A slow machine is no bug of ours.
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "ci", max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=_QUIET
)
settings.register_profile(
    "deep",
    max_examples=int(os.environ.get("SYMKL_EXAMPLES", "5000")),
    derandomize=False,
    deadline=None,
    suppress_health_check=_QUIET,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="module")
def high_precision() -> Iterator[None]:
    """Balls that a test computes itself have ``BITS`` bits, some 300 digits."""
    with precision(BITS):
        yield
