"""Every row of a log π* is looked at, mistakes are named, and the tick of the reference is a check."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symkl.tokens import checking
from symkl.tokens.bounds import OWN, Rounding, bound, differences
from symkl.tokens.checking import BadData, Data, Settings, Source, check
from symkl.tokens.reference import refer
from symkl.tokens.screening import covered, suspects
from symkl.tokens.statistics import log_tilt
from symkl.tokens.trials import KINDS, Trial


def by_hand(logits: Any, rewards: Any, beta: float) -> Any:
    v = logits + rewards * np.float32(1 / beta)
    v = v - v.max(axis=1, keepdims=True)
    return v - np.log(np.exp(v).sum(axis=1, keepdims=True))


def source(logits: Any, rewards: Any, log_pi: Any, leading: tuple[int, ...] = ()) -> Source:
    return Source(
        "l.npy", *logits.shape, "float32", "float32", lambda a, b: Data(logits[a:b], rewards[a:b], log_pi[a:b]),
        "p.npy", str(log_pi.dtype), leading=leading,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [1e-6, 1e-3, 0.1, 1.0, 100.0])
def test_what_is_taken_for_certain_is_within_its_bound(kind: str, beta: float) -> None:
    """The cheap pass against the bounds: no row beyond its bound passes, however near it is."""
    logits, rewards = Trial(kind, 400, 4).make()
    generator = np.random.default_rng(3)
    for rounding, right in ((Rounding(), by_hand(logits, rewards, beta)), (OWN, log_tilt(logits, rewards, beta))):
        for size in (0.0, 0.3, 0.9, 1.1, 3.0):
            found = right.copy()
            for i in range(len(found)):
                exact = refer(logits[i], rewards[i], beta)
                limits = bound(logits[i], rewards[i], beta, rounding=rounding, reference=exact)
                token = generator.choice(np.flatnonzero(np.isfinite(exact.log_policy)))
                found[i, token] = exact.log_policy[token] + size * min(limits.log_policy[token], 1e6)
            open_ = suspects(found, logits, rewards, beta, rounding)
            for i in np.flatnonzero(~open_):
                exact = refer(logits[i], rewards[i], beta)
                limits = bound(logits[i], rewards[i], beta, rounding=rounding, reference=exact)
                assert (differences(found[i], exact) <= limits.log_policy).all()
                assert abs(np.exp(found[i].astype(np.float64)).sum() - 1) <= limits.total


def test_right_rows_are_seldom_left_open() -> None:
    logits, rewards = Trial("random", 2000, 60).make()
    assert suspects(by_hand(logits, rewards, 1.0), logits, rewards, 1.0, Rounding()).sum() < 10


def test_one_wrong_row_among_thousands_is_found() -> None:
    logits, rewards = Trial("random", 200, 3000).make()
    right = by_hand(logits, rewards, 0.5)
    report = check(source(logits, rewards, right), 0.5, Settings(referred=16))
    assert report.passed and report.referred < 1000
    for row in (1, 777, 2998):
        found = right.copy()
        found[row, 7] += 1e-3
        report = check(source(logits, rewards, found), 0.5, Settings(referred=16))
        assert not report.passed
        worst = {each.name: each for each in report.quantities}["log_policy"]
        assert (worst.row, worst.token, worst.exceeded) == (row, 7, True)


def test_masks_are_compared_bit_by_bit() -> None:
    """Tokens 1 and 4 for 2 and 3: as many, and their indices sum to the same."""
    logits = np.zeros((1, 6), np.float32)
    logits[0, [2, 3]] = -np.inf
    found = np.full((1, 6), np.log(0.25), np.float32)
    found[0, [1, 4]] = -np.inf
    assert not covered(found, logits)[0] and covered(np.where(np.isinf(logits), logits, found[0, 0]), logits)[0]
    report = check(source(logits, np.zeros_like(logits), found), 1.0)
    assert not report.coverage.complete and not report.passed


def test_the_tick_of_the_reference_is_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, rewards = Trial("random", 100, 3).make()
    plain = source(logits, rewards, by_hand(logits, rewards, 1.0))
    assert check(plain, 1.0).sound
    right = checking.refer

    def off(*row: Any) -> Any:
        exact = right(*row)
        return type(exact)(**(vars(exact) | {"log_partition": exact.log_partition + 23.0}))

    monkeypatch.setattr(checking, "refer", off)
    report = check(plain, 1.0)
    assert not report.sound and not report.passed


MISTAKES = {
    "no reference": lambda z, r, b: by_hand(np.zeros_like(z), r, b),
    "one token late": lambda z, r, b: by_hand(z, np.roll(r, 1, axis=1), b),
    "logits over beta": lambda z, r, b: by_hand(z / np.float32(b), r, b),
    "temperature on l": lambda z, r, b: by_hand(z / np.float32(b), r, 1.0),
    "bits": lambda z, r, b: by_hand(z, r, b) / np.float32(np.log(2)),
    "v in float16": lambda z, r, b: by_hand((z + r / np.float32(b)).astype(np.float16).astype(np.float32), 0 * r, b),
    "eps 1e-8": lambda z, r, b: np.log(np.exp(by_hand(z, r, b)) + np.float32(1e-8)),
    "eps 1e-6": lambda z, r, b: np.log(np.exp(by_hand(z, r, b)) + np.float32(1e-6)),
    "wrong axis": lambda z, r, b: by_hand((z + r / np.float32(b)).T, 0 * r.T, b).T,
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(name: str) -> None:
    logits, rewards = Trial("random", 700, 8).make()
    report = check(source(logits, rewards, MISTAKES[name](logits, rewards, 0.5).astype(np.float32)), 0.5)
    assert not report.passed
    assert report.smells[0].name == name, [smell.name for smell in report.smells]


def test_the_axis_is_said_of_more_than_two() -> None:
    logits, rewards = Trial("random", 300, 12).make()
    cube = (logits + rewards).reshape(3, 4, 300).astype(np.float64)
    wrong = (cube - np.log(np.exp(cube).sum(axis=1, keepdims=True))).reshape(12, 300).astype(np.float32)
    report = check(source(logits, rewards, wrong, (3, 4)), 1.0)
    assert "axis 1" in report.smells[0].sentence


def test_bad_numbers_anywhere_are_still_said() -> None:
    logits, rewards = Trial("random", 50, 40).make()
    rewards[33, 3] = np.nan
    with pytest.raises(BadData, match="row 33, token 3"):
        check(source(logits, rewards, logits), 1.0, Settings(referred=2))
