"""log_tilt and tilt_statistics against FiniteProblem, and at the size of real vocabularies against extended floats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symkl import FiniteProblem
from symkl.tokens import TiltStatistics, accumulators, log_tilt, statistics, tilt_statistics
from symkl.tokens.accumulators import Five, finish, five, merge
from symkl.tokens.arrays import arrays_of
from symkl.tokens.bounds import OWN, bound, compare
from symkl.tokens.reference import refer
from symkl.tokens.trials import trials
from tests.unit.test_token_rows import KINDS, made

Doubles = Any
FIGURES = ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy")
HALF, SINGLE, DOUBLE = (("bfloat16", "float16"), 2.0**-24, 2.0**-53)


def back(x: Any) -> Any:
    """A result as a NumPy array."""
    return x if isinstance(x, np.ndarray) else x.detach().cpu().numpy()


# --- exact references ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Exact:
    """The definitions in NumPy's longest floats, of rows without mask. Every figure is a sum of its definition."""

    log_policy: Doubles
    log_partition: Doubles
    expected_reward: Doubles
    kl: Doubles
    entropy: Doubles
    max_log_policy: Doubles
    scale: Doubles


def exactly(logits: Any, rewards: Any, beta: float) -> Exact:
    long = np.longdouble
    logits, rewards = np.broadcast_arrays(np.asarray(logits, long), np.asarray(rewards, long))
    values = logits + rewards / long(beta)
    base, top = logits.max(-1, keepdims=True), values.max(-1, keepdims=True)
    log_sum = base + np.log(np.exp(logits - base).sum(-1, keepdims=True))
    tilted = top + np.log(np.exp(values - top).sum(-1, keepdims=True))
    log_policy, alive = values - tilted, logits > -math.inf
    policy = np.exp(log_policy)
    log_ratio = np.where(alive, rewards / long(beta) - (tilted - log_sum), 0)
    with np.errstate(invalid="ignore"):
        surprise = np.where(policy > 0, policy * log_policy, 0)
    # What roundings of v, of maxima and of logarithms are relative to.
    sizes = np.abs(np.where(alive, values, 0)).max(-1) + np.abs(np.where(alive, logits, 0)).max(-1) + 1
    figures = ((tilted - log_sum)[..., 0], (policy * rewards).sum(-1), (policy * log_ratio).sum(-1), -surprise.sum(-1))
    return Exact(log_policy, *figures, log_policy.max(-1), sizes)


def tolerances(exact: Exact, rewards: Any, beta: float, unit: float) -> dict[str, Any]:
    """Coarse bounds, 64 roundings with every number as large as the largest: the sharp ones are tested elsewhere."""
    largest = np.abs(np.asarray(rewards, np.float64)).max()
    log = 64 * unit * exact.scale
    # E moves by the spread of the rewards times what the weights move by.
    mean = 64 * unit * largest + largest * np.minimum(log, 1)
    return {
        "log_partition": log, "expected_reward": mean, "kl": log + mean / beta, "max_log_policy": log,
        "entropy": log * (2 + np.abs(exact.entropy)) * 4,
    }  # fmt: skip


def assert_close(found: TiltStatistics, exact: Exact, rewards: Any, beta: float, unit: float) -> None:
    for name, tolerance in tolerances(exact, rewards, beta, unit).items():
        error = np.abs(back(getattr(found, name)) - getattr(exact, name))
        assert np.all(error <= tolerance), (name, error, tolerance)


# --- small rows, certified ----------------------------------------------------------------------

LOGITS = [0.5, -1.25, 3.0, 0.1, -math.inf, 2.9, -7.5]
REWARDS = [1.0, 0.3, -2.0, 0.7, 0.25, 0.7, 11.0]
BETAS = [1e-3, 0.03, 1.0, 40.0, 1e3]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("beta", BETAS)
def test_the_definitions_to_50_digits(beta: float, dtype: str, kind: str) -> None:
    logits, rewards = np.array(LOGITS, dtype), np.array(REWARDS, dtype)
    problem = FiniteProblem.from_logits(logits.tolist(), rewards.tolist(), beta).digits(50)
    unit = SINGLE if dtype == "float32" else DOUBLE
    # v is of this size, and so are the roundings.
    size = 16 + 4 * max(abs(float(r)) for r in rewards) / beta
    found = tilt_statistics(made(kind, logits), made(kind, rewards), beta)
    wanted = problem.log_policy()
    entropy = -sum(p * log for p, log in zip(problem.policy(), wanted, strict=True) if p)
    for name, value in (
        ("log_partition", problem.log_partition()), ("entropy", entropy), ("max_log_policy", max(wanted)),
        ("expected_reward", problem.expected_reward()), ("kl", problem.kl()),
    ):  # fmt: skip
        got = back(getattr(found, name))
        assert got.dtype == np.float64 and got.shape == ()
        assert abs(got.item() - value) <= 16 * unit * size, name
    if beta >= 1:
        assert abs(float(found.kl) / problem.kl() - 1) <= 100 * unit * (1 + 1 / beta)
    log_policy = back(log_tilt(made(kind, logits), made(kind, rewards), beta))
    assert log_policy.dtype == dtype
    for got, value in zip(log_policy.tolist(), wanted, strict=True):
        assert got == value == -math.inf or abs(got - value) <= 8 * unit * size


def test_balls_hold_the_exact_values_that_float64_comes_near() -> None:
    problem = FiniteProblem.from_logits(LOGITS, REWARDS, 0.75).balls(40)
    found = tilt_statistics(np.array(LOGITS), np.array(REWARDS), 0.75)
    for name in FIGURES[:3]:
        assert abs(getattr(found, name).item() - getattr(problem, name)()) < 1e-13, name
    for got, ball in zip(log_tilt(np.array(LOGITS), np.array(REWARDS), 0.75), problem.log_policy(), strict=True):
        assert got == -math.inf == float(ball) or abs(got.item() - ball) < 1e-13


# --- vocabularies as they are -------------------------------------------------------------------


def random_rows(width: int, rows: int = 3, seed: int = 0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(rows, width)) * 3, generator.normal(size=(rows, width))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("width", [32_001, 151_936])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_at_the_size_of_a_vocabulary(kind: str, width: int, dtype: str) -> None:
    logits, rewards = random_rows(width, rows=2)
    if dtype == "bfloat16":
        if kind == "numpy":
            pytest.skip("NumPy has no bfloat16")
        given = [made(kind, each).bfloat16() for each in (logits, rewards)]
        logits, rewards = (each.double().numpy() for each in given)
    else:
        logits, rewards = logits.astype(dtype), rewards.astype(dtype)
        given = [made(kind, logits), made(kind, rewards)]
    unit = DOUBLE if dtype == "float64" else SINGLE
    for beta in (1e-3, 1.0, 1e3) if width < 100_000 else (0.5, 1e3):
        exact = exactly(logits, rewards, beta)
        found = tilt_statistics(*given, beta)
        assert_close(found, exact, rewards, beta, unit)
        assert back(found.counted).tolist() == [width] * 2
        log_policy = log_tilt(*given, beta)
        assert type(log_policy) is type(given[0])
        assert str(log_policy.dtype).endswith("float64" if dtype == "float64" else "float32")
        error = np.abs(back(log_policy) - exact.log_policy).max(-1)
        assert np.all(error <= 8 * unit * (exact.scale + 20)), (beta, error)


def troubled(kind: str) -> tuple[Any, Any]:
    """Rows that real bugs came from, [3, 5003]: no multiple of a block."""
    logits, rewards = random_rows(5003, seed=1)
    match kind:
        case "peaked":
            logits[:, [0, 2047, 4096, 5002][: logits.shape[0]]] += 40
        case "all low":
            logits = logits - 60
        case "far up":
            logits = logits + 100
        case "ascending":
            logits = np.sort(logits * 20, axis=-1)
        case "half at -1e4":
            logits[:, ::2] = -1e4
        case "half at -inf":
            logits[:, 1::2] = -math.inf
        case "blocks at -inf":
            logits[:, :600] = logits[:, 4000:] = -math.inf
        case "last token only":
            logits[:, :-1] = -math.inf
        case "large rewards":
            rewards = rewards + 1000
        case "no rewards":
            rewards = rewards * 0
    return logits.astype(np.float32), rewards.astype(np.float32)


TROUBLE = [
    "peaked", "all low", "far up", "ascending", "half at -1e4", "half at -inf", "blocks at -inf", "last token only",
    "large rewards", "no rewards",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_rows_that_bugs_came_from(trouble: str, kind: str) -> None:
    logits, rewards = troubled(trouble)
    for beta in (1e-3, 0.1, 10.0, 1e3):
        exact = exactly(logits, rewards, beta)
        found = tilt_statistics(made(kind, logits), made(kind, rewards), beta, block=512)
        assert_close(found, exact, rewards, beta, SINGLE)
        log_policy = back(log_tilt(made(kind, logits), made(kind, rewards), beta))
        alive = logits > -math.inf
        assert np.array_equal(log_policy == -math.inf, ~alive)
        error = np.abs(np.where(alive, log_policy, 0) - np.where(alive, exact.log_policy, 0)).max(-1)
        assert np.all(error <= 8 * SINGLE * (exact.scale + 20))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", ["random", "peaked", "half at -1e4", "half at -inf", "far up"])
@pytest.mark.parametrize("beta", [1e2, 1e3, 1e6])
def test_a_small_divergence_keeps_its_relative_precision(beta: float, trouble: str, kind: str) -> None:
    logits, rewards = troubled(trouble)
    if trouble == "far up":
        rewards = rewards + np.float32(1000)
    exact = exactly(logits, rewards, beta)
    # The plain sum of the definition has lost digits by now; this is the same number, as a sum of squares and above.
    log_policy, long = exact.log_policy, np.longdouble
    ratio = np.asarray(rewards, long) / long(beta) - exact.log_partition[:, None]
    kl = (np.exp(log_policy) * (np.expm1(-ratio) + ratio)).sum(-1)
    assert np.all(kl > 0)
    for found in (tilt_statistics(made(kind, logits), made(kind, rewards), beta, block=b) for b in (512, 4096)):
        assert np.all(np.abs(back(found.kl) / kl - 1) <= 1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_both_sizes_of_divergence_side_by_side(kind: str) -> None:
    """Some rows are looked at twice, and they are not the first ones; more rows than are worked on at a time."""
    generator = np.random.default_rng(8)
    logits = generator.normal(size=(1500, 600)).astype(np.float32)
    rewards = (generator.normal(size=(1500, 600)) * np.where(np.arange(1500) % 3, 40, 0.05)[:, None]).astype(np.float32)
    kl = exactly(logits, rewards, 1.0).kl
    found = back(tilt_statistics(made(kind, logits), made(kind, rewards), 1.0).kl)
    assert kl.min() < 0.01 and kl.max() > 3
    assert np.all(np.abs(found / kl - 1) <= 1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_divergence_beside_a_larger_reward(kind: str) -> None:
    """KL of 2000 nats, E[r]/β of a million: by terms it would be the logarithm of e^2000."""
    logits, rewards = np.array([0.0, -2000.0], np.float32), np.array([990.0, 1000.0], np.float32)
    found = tilt_statistics(made(kind, logits), made(kind, rewards), 1e-3)
    kl = exactly(logits, rewards, 1e-3).kl
    assert abs(float(kl) - 2000) < 1e-6 and abs(float(found.kl) - 2000) <= 64 * SINGLE * 1e6


def test_without_the_second_look_the_small_divergence_would_be_wrong() -> None:
    """What the test above would notice."""
    logits, rewards = troubled("random")
    kl = exactly(logits, rewards, 1e3).kl
    assert np.any(np.abs(finish(five(logits, rewards, 1e3), 1e3).kl / kl - 1) > 0.01)


def test_equal_rewards_do_not_move_the_policy() -> None:
    logits, _ = random_rows(5003)
    found = tilt_statistics(logits.astype(np.float32), np.full(5003, 7.25, np.float32), 0.5)
    assert 0 <= found.kl.min() <= found.kl.max() < 1e-19
    assert np.abs(found.log_partition - 14.5).max() < 1e-5


# --- the bounds that are derived --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trial", list(trials([4999])), ids=lambda trial: trial.kind)
def test_every_error_is_within_its_bound(trial: Any, kind: str) -> None:
    logits, rewards = trial.make()
    for beta in (1e-3, 0.1, 1.0, 1e3):
        found = tilt_statistics(made(kind, logits), made(kind, rewards), beta, block=1024)
        policy = back(log_tilt(made(kind, logits), made(kind, rewards), beta))
        for i, (row, prizes) in enumerate(zip(logits, rewards, strict=True)):
            exact = refer(row, prizes, beta)
            figures = {name: back(getattr(found, name))[i] for name in FIGURES}
            figures |= {"log_policy": policy[i], "total": np.exp(policy[i].astype(float)).sum()}
            for each in compare(figures, exact, bound(row, prizes, beta, rounding=OWN, reference=exact)):
                assert not each.exceeded, (beta, each)


# --- masks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_token_is_a_token_that_is_not_there(kind: str) -> None:
    logits, rewards = (each.astype(np.float32) for each in random_rows(1009, seed=2))
    mask = np.random.default_rng(3).random(1009) < 0.6
    garbage = np.where(mask, rewards, math.nan)
    low = np.where(mask, logits, -math.inf).astype(np.float32)
    fewer = tilt_statistics(made(kind, logits[:, mask]), made(kind, rewards[:, mask]), 0.3)
    for found in (
        tilt_statistics(made(kind, logits), made(kind, garbage.astype(np.float32)), 0.3, mask=made(kind, mask)),
        tilt_statistics(made(kind, low), made(kind, rewards), 0.3),
    ):
        for name in FIGURES:
            assert np.allclose(back(getattr(found, name)), back(getattr(fewer, name)), rtol=0, atol=2e-5), name
        assert np.array_equal(back(found.top_after.tokens), np.flatnonzero(mask)[back(fewer.top_after.tokens)])
    one, other = (
        back(log_tilt(made(kind, logits), made(kind, garbage.astype(np.float32)), 0.3, mask=made(kind, mask))),
        back(log_tilt(made(kind, logits[:, mask]), made(kind, rewards[:, mask]), 0.3)),
    )
    assert np.all(one[:, ~mask] == -math.inf)
    assert np.allclose(one[:, mask], other, rtol=0, atol=3e-6)


# --- the likeliest tokens -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [1, 3, 64, 1000])
def test_the_likeliest_tokens_with_ties(kind: str, block: int) -> None:
    generator = np.random.default_rng(4)
    logits = generator.integers(0, 4, size=(6, 300)).astype(np.float32)
    rewards = generator.integers(0, 3, size=(6, 300)).astype(np.float32)
    logits[5, 2:] = -math.inf
    for top in (0, 1, 5, 301):
        found = tilt_statistics(made(kind, logits), made(kind, rewards), 1.0, top=top, block=block)
        for got, values in ((found.top_before, logits), (found.top_after, logits + rewards)):
            wanted = [sorted(range(300), key=lambda j, row=row: (-row[j], j))[:top] for row in values.tolist()]
            assert back(got.tokens).tolist() == wanted
            logs = exactly(logits, rewards, 1.0).log_policy, exactly(logits, 0 * rewards, 1.0).log_policy
            for mine, exact in zip((got.log_policy, got.log_reference), logs, strict=True):
                expected = np.take_along_axis(exact, np.array(wanted, int).reshape(6, -1), axis=-1)
                assert np.allclose(back(mine), expected.astype(float), rtol=0, atol=1e-5)


# --- shapes, kinds, blocks ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_are_those_of_the_leading_dimensions(kind: str) -> None:
    logits, rewards = (each.astype(np.float32) for each in random_rows(40, rows=6))
    logits = logits.reshape(2, 3, 40)
    whole = tilt_statistics(made(kind, logits), made(kind, rewards[:3]), 0.7)
    assert tuple(whole.kl.shape) == (2, 3) and tuple(whole.top_after.tokens.shape) == (2, 3, 5)
    assert type(whole.kl) is type(made(kind, logits))
    together = log_tilt(made(kind, logits), made(kind, rewards[:3]), 0.7)
    for i in range(2):
        for j in range(3):
            one = tilt_statistics(made(kind, logits[i, j]), made(kind, rewards[j]), 0.7)
            assert tuple(one.kl.shape) == () and tuple(one.top_after.tokens.shape) == (5,)
            assert abs(float(one.kl) - float(whole.kl[i, j])) < 1e-6
            row = back(log_tilt(made(kind, logits[i, j]), made(kind, rewards[j]), 0.7))
            assert np.allclose(row, back(together)[i, j], rtol=0, atol=1e-6)
    empty = tilt_statistics(made(kind, logits[:0]), made(kind, rewards[:3]), 0.7)
    assert tuple(empty.kl.shape) == (0, 3) and tuple(empty.top_after.log_policy.shape) == (0, 3, 5)
    assert tuple(log_tilt(made(kind, logits[:0]), made(kind, rewards[:3]), 0.7).shape) == (0, 3, 40)


def test_views_are_read_as_they_are() -> None:
    """To the last bit: in every order in memory sums are by a tree, and never one token after the other."""
    logits, rewards = (each.astype(np.float32) for each in random_rows(9000, rows=40))
    turned = tilt_statistics(*(np.asfortranarray(each)[::-1, ::2] for each in (logits, rewards)), 1.0)
    copied = tilt_statistics(*(each[::-1, ::2].copy() for each in (logits, rewards)), 1.0)
    for name in FIGURES:
        assert np.array_equal(getattr(turned, name), getattr(copied, name)), name


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_are_left_as_they_were(kind: str) -> None:
    logits, rewards = random_rows(70)
    given = made(kind, logits.copy()), made(kind, rewards.copy()), made(kind, logits > -1)
    tilt_statistics(*given[:2], 1.0, mask=given[2], block=8)
    log_tilt(*given[:2], 1.0, mask=given[2])
    assert np.array_equal(back(given[0]), logits) and np.array_equal(back(given[1]), rewards)


def test_a_mixture_is_computed_in_the_finer_arithmetic() -> None:
    logits, rewards = random_rows(50)
    mixed = log_tilt(logits.astype(np.float16), rewards, 1.0)
    assert mixed.dtype == np.float64
    exact = exactly(logits.astype(np.float16), rewards, 1.0)
    assert np.abs(mixed - exact.log_policy).max() < 1e-14


@pytest.mark.parametrize("kind", KINDS)
def test_where_memory_runs_out_it_goes_on_with_half(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logits, rewards = random_rows(1000, rows=5)
    given = made(kind, logits), made(kind, rewards)
    wanted, policy = tilt_statistics(*given, 0.5), log_tilt(*given, 0.5)
    real, sizes = statistics.of_block, []

    def small(arrays: Any, block: Any, dtype: str) -> Five:
        sizes.append(tuple(block.logits.shape))
        if math.prod(sizes[-1]) > 300:
            raise MemoryError
        return real(arrays, block, dtype)

    monkeypatch.setattr(statistics, "of_block", small)
    found = tilt_statistics(*given, 0.5)
    assert sizes[0] == (5, 1000) and max(sizes[-1]) <= 300
    for name in FIGURES:
        assert np.allclose(back(getattr(found, name)), back(getattr(wanted, name)), rtol=1e-12, atol=1e-12)
    assert back(found.counted).tolist() == [1000] * 5

    real_policy, chosen = statistics._log_policy, []

    def few(rows: Any, rows_chosen: slice, block: int) -> Any:
        chosen.append(rows_chosen)
        if len(range(*rows_chosen.indices(5))) > 2:
            raise MemoryError
        return real_policy(rows, rows_chosen, block)

    monkeypatch.setattr(statistics, "_log_policy", few)
    assert np.array_equal(back(log_tilt(*given, 0.5)), back(policy))
    assert len(chosen) > 3


def test_where_nothing_fits_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> Five:
        raise MemoryError

    monkeypatch.setattr(statistics, "of_block", none)
    with pytest.raises(MemoryError, match=r"^logits: no memory for \d+ tokens of one row at a time$"):
        tilt_statistics(*random_rows(1000), 1.0)


def test_other_errors_are_not_taken_for_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Five:
        raise RuntimeError("something else")

    monkeypatch.setattr(statistics, "of_block", broken)
    with pytest.raises(RuntimeError, match="something else"):
        tilt_statistics(*random_rows(10), 1.0)


# --- the numbers of a row -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_blocks_merge_in_any_order(kind: str) -> None:
    logits, rewards = random_rows(900)
    logits[:, 300:600] = -math.inf
    parts = [
        five(made(kind, logits[:, i : i + 300]), made(kind, rewards[:, i : i + 300]), 0.2) for i in (0, 300, 600)
    ]
    exact = exactly(logits, rewards, 0.2)
    a, b, c = parts
    for whole in (merge(merge(a, b), c), merge(a, merge(b, c)), merge(b, merge(c, a)), merge(merge(b, b), merge(c, a))):
        summary = finish(whole, 0.2)
        for name in FIGURES:
            assert np.allclose(back(getattr(summary, name)), getattr(exact, name).astype(float), rtol=1e-12, atol=1e-12)


def test_a_block_in_another_arithmetic() -> None:
    logits, rewards = random_rows(100)
    coarse, fine = (finish(five(logits, rewards, 1.0, dtype), 1.0).kl for dtype in ("float32", "float64"))
    assert 0 < np.abs(coarse - fine).max() < 1e-5


def test_the_series_near_0_in_both_arithmetics() -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(80):
        for dtype, tolerance in (("float32", 4e-7), ("float64", 1e-15)):
            points = np.array([1.0, -1.0, 0.5, -0.3, 1e-3, -1e-3, 1e-9, 0.0, 3e-18], dtype)
            arrays, _ = arrays_of(x=points)
            for got, x in zip(accumulators.excess(arrays, points, dtype).tolist(), points.tolist(), strict=True):
                exact = mpmath.exp(-mpmath.mpf(x)) - 1 + mpmath.mpf(x)
                assert abs(got - exact) <= tolerance * exact, x


# --- gradients ----------------------------------------------------------------------------------


def leaves(*arrays: Any) -> list[Any]:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    return [torch.tensor(each, requires_grad=True) for each in arrays]


def test_gradients_of_the_log_policy() -> None:
    logits, rewards = leaves(*random_rows(7))
    import torch

    mask = torch.tensor([True, True, False, True, True, True, True])

    def masses(*given: Any) -> Any:
        return log_tilt(*given, 0.7, mask=mask)[:, mask]

    assert torch.autograd.gradcheck(lambda *given: log_tilt(*given, 0.7), (logits, rewards))
    assert torch.autograd.gradcheck(masses, (logits, rewards))
    assert torch.autograd.gradgradcheck(lambda *given: log_tilt(*given, 0.7), (logits, rewards))


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("beta", [0.05, 1.0])
def test_gradients_of_every_figure(name: str, beta: float) -> None:
    logits, rewards = leaves(*random_rows(7))
    import torch

    def figure(*given: Any) -> Any:
        return getattr(tilt_statistics(*given, beta, block=3), name)

    assert torch.autograd.gradcheck(figure, (logits, rewards))


def test_gradients_of_the_likeliest() -> None:
    logits, rewards = leaves(*random_rows(7))
    import torch

    assert torch.autograd.gradcheck(
        lambda *given: tilt_statistics(*given, 1.0, top=2, block=3).top_after.log_policy, (logits, rewards)
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_the_gradient_of_log_z_is_the_difference_of_the_policies(dtype: str) -> None:
    """``d log Z/d l = π* - π_ref``, ``d log Z/d r = π*/β``: at a size at which gradients are not checked by differences."""
    import_torch = pytest.importorskip("torch", reason="torch is not installed")
    logits, rewards = (
        each.to(getattr(import_torch, dtype)).requires_grad_() for each in map(import_torch.as_tensor, random_rows(32_001))
    )
    tilt_statistics(logits, rewards, 0.5).log_partition.sum().backward()
    assert logits.grad.dtype == logits.dtype
    plain = [each.detach().double().numpy() for each in (logits, rewards)]
    policy, reference = (np.exp(exactly(plain[0], r, 0.5).log_policy) for r in (plain[1], 0 * plain[1]))
    relative = {"bfloat16": 2.0**-8, "float16": 2.0**-10, "float32": 1e-5}[dtype]
    # float16 has no numbers below 6e-8, and a difference cancels.
    for grad, wanted, size in ((logits.grad, policy - reference, policy + reference), (rewards.grad, policy / 0.5, 2 * policy)):
        error = np.abs(grad.double().numpy() - wanted)
        assert np.all(error <= relative * size + (1e-7 if dtype == "float16" else 1e-12))


def test_the_gradient_of_a_small_divergence() -> None:
    """``dKL/dr = π* (r - E[r])/β²``: of the rows that are looked at twice, beyond what differences can check."""
    logits, rewards = leaves(*random_rows(50))
    tilt_statistics(logits, rewards, 1e4).kl.sum().backward()
    plain = [each.detach().numpy() for each in (logits, rewards)]
    exact = exactly(*plain, 1e4)
    wanted = np.exp(exact.log_policy) * (plain[1] - exact.expected_reward[:, None]) / 1e8
    assert np.abs(rewards.grad.numpy() - wanted).max() <= 1e-10 * np.abs(wanted).max()


def test_no_gradient_flows_to_a_masked_token_and_none_is_nan() -> None:
    logits, rewards = leaves(*random_rows(20))
    import torch

    with torch.no_grad():
        logits[:, 15:] = -math.inf
    mask = torch.arange(20) >= 3
    found = tilt_statistics(logits, rewards, 50.0, mask=mask, block=4)
    (found.log_partition + found.kl + found.entropy + found.expected_reward + found.max_log_policy).sum().backward()
    for grad in (logits.grad, rewards.grad):
        assert torch.isfinite(grad).all()
        assert (grad[:, :3] == 0).all() and (grad[:, 15:] == 0).all() and (grad[:, 3:15] != 0).any()


def test_nothing_is_kept_for_gradients_where_none_are_wanted() -> None:
    logits, rewards = leaves(*random_rows(20))
    import torch

    with torch.no_grad():
        assert not tilt_statistics(logits, rewards, 1.0).kl.requires_grad
        assert not log_tilt(logits, rewards, 1.0).requires_grad
