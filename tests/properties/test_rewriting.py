"""Random rows: what valid rules give is nearly always proved, and nothing false ever is."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.oracle import tried

# Cheap, and what the kernel's soundness rests on most: never fewer than 1000, whatever the profile.
many = settings(max_examples=max(1000, settings().max_examples))


@many
@given(st.randoms(use_true_random=False))
def test_nothing_false_is_proved_after_a_slip(rng: Random) -> None:
    found = tried(rng, valid=False)
    assert found is None or not found.false, found


@many
@given(st.randoms(use_true_random=False))
def test_what_is_proved_of_valid_rewrites_is_true(rng: Random) -> None:
    found = tried(rng, valid=True)
    assert found is None or not found.false, found


def test_nearly_all_valid_rewrites_are_proved() -> None:
    found = [outcome for seed in range(400) if (outcome := tried(Random(seed), valid=True)) is not None]
    assert sum(outcome.proved for outcome in found) >= 0.9 * len(found)
