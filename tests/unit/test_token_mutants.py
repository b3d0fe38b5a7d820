"""Every mutant is caught by some check on some rows, the right implementation by none; and mistakes are known by their smell."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from symkl.tokens.bounds import UNITS, Rounding, bound, compare, to_bfloat16
from symkl.tokens.mutants import MUTANTS, RIGHT, Mutant, Outcome, Recipe, caught_by, coverage, run, smells_of
from symkl.tokens.reference import refer
from symkl.tokens.trials import KINDS, Trial, edges, probes

Array = np.ndarray[Any, Any]
SIZE, TILE = 3001, 1024
TEMPERATURES = (0.01, 0.5, 20.0)
NAMES = [mutant.name for mutant in MUTANTS]
LETTERS = {
    "log_partition": "Z", "expected_reward": "E", "kl": "K", "entropy": "H", "max_log_policy": "m", "total": "Σ",
    "log_policy": "π", "coverage": "#",
}  # fmt: skip


@cache
def rows_of(kind: str) -> tuple[Array, Array]:
    if kind == "probes":
        return probes(SIZE, TILE).make()
    return Trial(kind, SIZE, tile=TILE).make()


@cache
def judged(kind: str, beta: float) -> list[tuple[Any, Any]]:
    logits, rewards = rows_of(kind)
    found = [(a, b, refer(a, b, beta)) for a, b in zip(logits, rewards, strict=True)]
    return [(exact, bound(a, b, beta, reference=exact)) for a, b, exact in found]


def failures(outcome: Outcome, kind: str, beta: float) -> set[str]:
    """As `caught_by`, with references that are computed once."""
    failed = set()
    for index, (exact, limits) in enumerate(judged(kind, beta)):
        failed |= {c.quantity for c in compare(outcome.row(index), exact, limits) if c.exceeded}
        if (int(outcome.count[index]), int(outcome.positions[index])) != coverage(SIZE):
            failed.add("coverage")
    return failed


@cache
def table() -> dict[tuple[str, str], str]:
    """Of each mutant on rows of each kind, at any of the temperatures: what catches it, in letters."""
    found = {}
    for kind in (*KINDS, "probes"):
        for name, recipe in [("(right)", RIGHT), *((mutant.name, mutant.recipe) for mutant in MUTANTS)]:
            failed: set[str] = set()
            for beta in TEMPERATURES:
                failed |= failures(run(*rows_of(kind), beta, recipe), kind, beta)
            found[name, kind] = "".join(letter for check, letter in LETTERS.items() if check in failed)
    return found


def printed() -> Iterator[str]:
    columns = (*KINDS, "probes")
    yield " " * 17 + " ".join(f"{kind:>13}" for kind in columns)
    for name in ("(right)", *NAMES):
        yield f"{name:<17}" + " ".join(f"{table()[name, kind] or '.':>13}" for kind in columns)
    yield ", ".join(f"{letter} {check}" for check, letter in LETTERS.items())


def test_every_mutant_is_caught_and_the_right_one_is_not() -> None:
    print("\n" + "\n".join(printed()))
    columns = (*KINDS, "probes")
    assert {kind: table()["(right)", kind] for kind in columns if table()["(right)", kind]} == {}
    assert [name for name in NAMES if not any(table()[name, kind] for kind in columns)] == []


@pytest.mark.parametrize(
    "name, kind, check",
    [
        # What each kind of rows is there for.
        ("max from 0", "below -120", "Z"),
        ("0 times -inf", "masked", "H"),
        ("tail missing", "probes", "Z"),
        ("one late", "probes", "Z"),
        ("beta off", "random", "π"),
        ("next token", "random", "E"),
        ("log Z forgotten", "peaked", "Σ"),
        ("padding counted", "flat", "Z"),
        # What only coverage sees: tokens of next to no mass.
        ("padding counted", "peaked", "#"),
        ("padding counted", "offset", "#"),
    ],
)
def test_what_the_checks_are_there_for(name: str, kind: str, check: str) -> None:
    assert check in table()[name, kind]


def test_no_bound_sees_a_token_of_tiny_mass_and_coverage_does() -> None:
    assert table()["padding counted", "peaked"] == "#"
    assert table()["padding counted", "offset"] == "#"


def test_that_it_sums_to_1_is_blind_to_wrong_inputs() -> None:
    """The reason why it is never the only check."""
    for name in ("wrong row", "next token", "beta off", "v in bfloat16", "tail missing"):
        assert not any("Σ" in table()[name, kind] for kind in (*KINDS, "probes")), name


def test_coverage_of_a_token_skipped_and_another_read_twice() -> None:
    late = run(*rows_of("random"), 1.0, MUTANTS[NAMES.index("one late")].recipe)
    assert int(late.count[0]) == SIZE and int(late.positions[0]) != coverage(SIZE)[1]


def test_a_padding_that_fills_nothing_is_no_mistake() -> None:
    logits, rewards = Trial("random", 2048).make()
    assert caught_by(MUTANTS[NAMES.index("padding counted")](logits, rewards, 1.0), logits, rewards, 1.0) == ()


def test_caught_by_says_what_the_table_says() -> None:
    logits, rewards = rows_of("masked")
    wrong = MUTANTS[NAMES.index("0 times -inf")](logits, rewards, 0.5)
    assert math.isnan(wrong.entropy[0]) and caught_by(wrong, logits, rewards, 0.5) == ("entropy",)


def test_a_bound_of_coarser_arithmetic_lets_more_pass() -> None:
    logits, rewards = rows_of("random")
    wrong = MUTANTS[NAMES.index("v in bfloat16")](logits, rewards, 0.5)
    allowed = Rounding(unit=UNITS["bfloat16"], shifted=True, chain=1)
    assert "log_partition" in caught_by(wrong, logits, rewards, 0.5)
    assert "log_policy" not in caught_by(wrong, logits, rewards, 0.5, rounding=allowed)


# --- what a wrong result smells of --------------------------------------------------------------

SMELT = {
    # Where its log π* is wrong, and by more than rounding.
    "max from 0": ("below -120", 20.0),
    "0 times -inf": None,  # its log π* is right
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=NAMES)
def test_a_mutant_smells_of_itself(mutant: Mutant) -> None:
    place = SMELT.get(mutant.name, ("random", 0.5))
    if place is None:
        logits, rewards = rows_of("masked")
        assert smells_of(mutant(logits, rewards, 0.5).log_policy, logits, rewards, 0.5) == ()
        return
    kind, beta = place
    logits, rewards = rows_of(kind)
    smells = smells_of(mutant(logits, rewards, beta).log_policy, logits, rewards, beta)
    assert smells and smells[0].left < 1e-3, smells
    assert mutant.name in [smell.name for smell in smells if smell.left == smells[0].left]


def test_what_is_right_smells_of_nothing() -> None:
    logits, rewards = rows_of("random")
    assert smells_of(run(logits, rewards, 0.5).log_policy, logits, rewards, 0.5) == ()


def test_what_is_wrong_in_no_known_way_smells_of_nothing() -> None:
    logits, rewards = rows_of("random")
    noise = np.random.default_rng(3).standard_normal(logits.shape)
    assert smells_of(run(logits, rewards, 0.5).log_policy + noise, logits, rewards, 0.5) == ()
    assert smells_of(np.full(logits.shape, math.nan), logits, rewards, 0.5) == ()


def tilted(logits: Array, rewards: Array, beta: float) -> Array:
    v = logits.astype(np.float64) + rewards.astype(np.float64) / beta
    top = v.max(axis=1, keepdims=True)
    return v - top - np.log(np.exp(v - top).sum(axis=1, keepdims=True))


def test_others_make_the_same_mistakes_in_other_words() -> None:
    logits, rewards = rows_of("random")
    rounded = to_bfloat16(logits + rewards / np.float32(0.5))
    cases = {
        "v in bfloat16": tilted(rounded, np.zeros_like(rewards), 1.0),
        "wrong row": tilted(logits, rewards[::-1], 0.5),
        "no rewards": tilted(logits, np.zeros_like(rewards), 0.5),
        "sign": tilted(logits, -rewards, 0.5),
    }
    for name, logs in cases.items():
        assert smells_of(logs, logits, rewards, 0.5)[0].name == name


@pytest.mark.parametrize("other", [0.4, 0.501, 3.0])
def test_another_temperature_is_named(other: float) -> None:
    logits, rewards = rows_of("random")
    smells = smells_of(tilted(logits, rewards, other), logits, rewards, 0.5)
    assert [smell.name for smell in smells] == ["another temperature"]
    assert smells[0].sentence == f"the temperature is {other:.6g}"


def test_a_recipe_says_what_it_changes() -> None:
    assert len(set(NAMES)) == len(MUTANTS) >= 11
    assert all(mutant.recipe != Recipe() for mutant in MUTANTS)


def test_probes_have_their_mass_where_tiles_begin_and_end() -> None:
    for size, tile in ((SIZE, TILE), (5, 4096), (8192, 4096)):
        logits, rewards = probes(size, tile).make()
        places = edges(size, tile)
        for beta in TEMPERATURES:
            for row, place in enumerate(places):
                assert refer(logits[row], rewards[row], beta).log_policy[place] > -1e-3
    assert edges(SIZE, TILE) == [0, 1023, 1024, 2047, 2048, 3000]


@pytest.mark.parametrize("kind", KINDS)
def test_a_trial_is_the_same_from_the_same_seed(kind: str) -> None:
    first, again, other = Trial(kind, 500).make(), Trial(kind, 500).make(), Trial(kind, 500, seed=1).make()
    for one, same in zip(first, again, strict=True):
        assert one.dtype == np.float32 and np.array_equal(one, same)
    assert not all(np.array_equal(one, different) for one, different in zip(first, other, strict=True))
    assert np.isfinite(first[1]).all() and not np.isnan(first[0]).any()
