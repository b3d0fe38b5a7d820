"""Wrong implementations, each with one mistake that has been made in earnest: a check is worth what it catches of them.

All are one small implementation in float32 with one step exchanged, and the right one is among what can be run.
``smells_of`` turns this round: of a wrong ``log π*`` that came from elsewhere, which mistake explains it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from symkl.tokens.bounds import ACCURATE, SCALARS, ExpModel, Rounding, bound, compare, to_bfloat16
from symkl.tokens.reference import refer

Array = npt.NDArray[Any]

# The sum of the positions is kept modulo 2^32: a kernel has room for one more integer a row.
MODULUS = 1 << 32


@dataclass(frozen=True)
class Outcome:
    """What an implementation gives for rows [B, V]: ``log_policy`` of that shape, all others [B].

    ``count`` and ``positions`` are its coverage: how many tokens it has read, and the sum of where, modulo 2^32.
    """

    log_policy: Array
    log_partition: Array
    expected_reward: Array
    kl: Array
    entropy: Array
    max_log_policy: Array
    total: Array
    count: Array
    positions: Array

    def row(self, index: int) -> dict[str, Any]:
        """The quantities of one row that have a bound."""
        names = set(self.__dataclass_fields__) - {"count", "positions"}
        return {name: getattr(self, name)[index] for name in names}


def _add(logits: Array, rewards: Array, beta: float) -> Array:
    return np.asarray(logits + rewards * np.float32(1 / beta))


def _all(size: int) -> Array:
    return np.arange(size)


def _same(values: Array) -> Array:
    return values


@dataclass(frozen=True)
class Recipe:
    """The steps of an implementation; a mutant has one of them exchanged."""

    tilt: Callable[[Array, Array, float], Array] = _add
    rewards: Callable[[Array], Array] = _same
    exp: Callable[[Array], Array] = np.exp
    log: Callable[[Array], Array] = np.log
    read: Callable[[int], Array] = _all
    """The positions that are read, in order; those that are not read are not written, either."""
    least: float = -math.inf
    """Where the search for the largest v begins."""
    padded_to: int = 1
    """Rows are filled with zeros to a multiple of this, and the zeros counted."""
    normalised: str = "tilted"
    after: Callable[[Array], Array] = _same
    """What is done to ``log π*`` at the end."""
    masked: bool = True
    """Whether ``0 · -inf`` is taken for 0 in the entropy."""


RIGHT = Recipe()


def run(logits: npt.ArrayLike, rewards: npt.ArrayLike, beta: float, recipe: Recipe = RIGHT) -> Outcome:
    """Rows of shape [B, V] by such a recipe, in float32 with a float64 epilogue.

    >>> run([[0.0, 0.0]], [[1.0, 0.0]], 1.0).log_partition.round(5).tolist()
    [0.62011]
    """
    with np.errstate(all="ignore"):
        return _run(_single(logits), _single(rewards), beta, recipe)


def _run(logits: Array, rewards: Array, beta: float, recipe: Recipe) -> Outcome:
    rows, size = logits.shape
    read = recipe.read(size)
    given, reward = logits[:, read], recipe.rewards(rewards)[:, read]
    v = recipe.tilt(given, reward, beta)
    if padding := -size % recipe.padded_to:
        given, reward, v = (np.pad(array, ((0, 0), (0, padding))) for array in (given, reward, v))
    m_l, m_v = (np.maximum(array.max(axis=1), np.float32(recipe.least)) for array in (given, v))
    e_l, e_v = recipe.exp(given - m_l[:, None]), recipe.exp(v - m_v[:, None])
    s_l, s_v = _sum(e_l), _sum(e_v)
    lse_l, lse_v = m_l + recipe.log(s_l), m_v + recipe.log(s_v)
    mean = _sum(e_v * reward) / s_v
    x = v - m_v[:, None]
    shifted = np.where(e_v > 0, e_v * x, 0) if recipe.masked else e_v * x
    log_z = lse_v - lse_l
    normaliser = {"tilted": lse_v, "reference": lse_l}[recipe.normalised]
    logs = recipe.after(v[:, : len(read)] - normaliser.astype(np.float32)[:, None])
    log_policy = np.full((rows, size), -np.inf, dtype=np.float32)
    log_policy[:, read] = logs
    return Outcome(
        log_policy=log_policy,
        log_partition=log_z,
        expected_reward=mean,
        kl=mean / beta - log_z,
        entropy=recipe.log(s_v) - _sum(shifted) / s_v,
        max_log_policy=m_v - lse_v,
        total=_sum(np.exp(logs)),
        count=np.full(rows, len(read) + padding),
        positions=np.full(rows, (int(read.sum()) + sum(range(size, size + padding))) % MODULUS),
    )


def _single(values: npt.ArrayLike) -> Array:
    return np.atleast_2d(np.asarray(values, dtype=np.float32))


def _sum(values: Array) -> Array:
    """A sum in float32, as a float64: by halves, which NumPy does only where a row lies in one piece."""
    return np.asarray(np.ascontiguousarray(values).sum(axis=1, dtype=np.float32)).astype(np.float64)


def coverage(size: int) -> tuple[int, int]:
    """What ``count`` and ``positions`` are when every token has been read once.

    >>> coverage(4)
    (4, 6)
    """
    return size, size * (size - 1) // 2 % MODULUS


@dataclass(frozen=True)
class Mutant:
    """A mistake: its name, what it does in a sentence, and the recipe that makes it."""

    name: str
    sentence: str
    recipe: Recipe

    def __call__(self, logits: npt.ArrayLike, rewards: npt.ArrayLike, beta: float) -> Outcome:
        """What it gives for rows [B, V]."""
        return run(logits, rewards, beta, self.recipe)


def _in_float16(x: Array) -> Array:
    return np.asarray(np.exp(x.astype(np.float16)).astype(np.float32))


def _in_bfloat16(x: Array) -> Array:
    return to_bfloat16(np.exp(to_bfloat16(x)))


def _rounded(logits: Array, rewards: Array, beta: float) -> Array:
    return to_bfloat16(_add(logits, rewards, beta))


def _nearly(logits: Array, rewards: Array, beta: float) -> Array:
    return _add(logits, rewards, beta * (1 + 1e-5))


def _times(logits: Array, rewards: Array, beta: float) -> Array:
    return np.asarray(logits + rewards * np.float32(beta))


def _away(logits: Array, rewards: Array, beta: float) -> Array:
    return np.asarray(logits - rewards * np.float32(1 / beta))


def _without(logits: Array, rewards: Array, beta: float) -> Array:
    return logits


def _in_half(logits: Array, rewards: Array, beta: float) -> Array:
    return _add(logits, rewards, beta).astype(np.float16).astype(np.float32)


def _rewards_alone(logits: Array, rewards: Array, beta: float) -> Array:
    return np.where(np.isneginf(logits), logits, rewards * np.float32(1 / beta))


def _all_over_beta(logits: Array, rewards: Array, beta: float) -> Array:
    return np.asarray((logits + rewards) * np.float32(1 / beta))


def _logits_over_beta(logits: Array, rewards: Array, beta: float) -> Array:
    return np.asarray(logits * np.float32(1 / beta) + rewards)


def _one_token_late(rewards: Array) -> Array:
    return np.roll(rewards, 1, axis=1)


def _eps_inside(size: float) -> Callable[[Array], Array]:
    return lambda logs: np.log(np.exp(logs) + np.float32(size))


def _in_bits(logs: Array) -> Array:
    return np.asarray(logs * np.float32(1 / math.log(2)))


def _next_row(rewards: Array) -> Array:
    return np.roll(rewards, -1, axis=0)


def _next_token(rewards: Array) -> Array:
    return np.roll(rewards, -1, axis=1)


def _tail_missing(size: int) -> Array:
    return np.arange(max(1, size - 64))


def _one_late(size: int) -> Array:
    return np.minimum(np.arange(1, size + 1), size - 1)


MUTANTS = tuple(
    Mutant(name, sentence, replace(RIGHT, **steps))
    for name, sentence, steps in (
        ("v in bfloat16", "l + r/β is rounded to bfloat16", {"tilt": _rounded}),
        ("v in float16", "l + r/β is rounded to float16", {"tilt": _in_half}),
        ("exp in bfloat16", "exponentials are computed in bfloat16", {"exp": _in_bfloat16}),
        ("exp in float16", "exponentials are computed in float16", {"exp": _in_float16}),
        ("beta off", "the temperature is off by 1e-5 of itself", {"tilt": _nearly}),
        ("beta for 1/beta", "rewards are multiplied by the temperature", {"tilt": _times}),
        ("sign", "rewards are subtracted", {"tilt": _away}),
        ("no rewards", "the reference is returned", {"tilt": _without}),
        ("no reference", "the softmax of r/β alone is returned", {"tilt": _rewards_alone}),
        ("logits over beta", "the logits are divided by the temperature, too", {"tilt": _all_over_beta}),
        ("temperature on l", "the logits are divided by the temperature, not the rewards", {"tilt": _logits_over_beta}),
        ("wrong row", "rewards are those of the next row", {"rewards": _next_row}),
        ("next token", "rewards are those of the next token", {"rewards": _next_token}),
        ("one token late", "rewards are those of the token before", {"rewards": _one_token_late}),
        ("tail missing", "the last 64 tokens are not read", {"read": _tail_missing}),
        ("one late", "tokens are read from the second on, and the last one twice", {"read": _one_late}),
        ("max from 0", "the search for the largest begins at 0", {"least": 0.0}),
        ("padding counted", "zeros that fill the last tile are counted", {"padded_to": 1024}),
        ("log2", "the logarithm of the sum is to base 2", {"log": np.log2}),
        ("bits", "log π* is to base 2", {"after": _in_bits}),
        ("eps 1e-8", "1e-8 is added inside the logarithm", {"after": _eps_inside(1e-8)}),
        ("eps 1e-6", "1e-6 is added inside the logarithm", {"after": _eps_inside(1e-6)}),
        ("eps 1e-5", "1e-5 is added inside the logarithm", {"after": _eps_inside(1e-5)}),
        ("log Z forgotten", "log π_ref + r/β is returned", {"normalised": "reference"}),
        ("0 times -inf", "a masked token's 0 · -inf is summed", {"masked": False}),
    )
)


def caught_by(
    outcome: Outcome,
    logits: npt.ArrayLike,
    rewards: npt.ArrayLike,
    beta: float,
    exp: ExpModel = ACCURATE,
    rounding: Rounding | None = None,
) -> tuple[str, ...]:
    """Which checks of any row an outcome fails: names of quantities beyond their bounds, and ``coverage``.

    >>> logits, rewards = [[0.0, 1.0, 2.0]], [[1.0, 0.5, 0.0]]
    >>> caught_by(run(logits, rewards, 0.5), logits, rewards, 0.5)
    ()
    >>> wrong = run(logits, rewards, 0.5, Recipe(log=np.log2))
    >>> caught_by(wrong, logits, rewards, 0.5)
    ('log_partition', 'kl', 'entropy', 'max_log_policy', 'total', 'log_policy')
    """
    given, reward = _single(logits), _single(rewards)
    failed: set[str] = set()
    for index, (a, b) in enumerate(zip(given, reward, strict=True)):
        exact = refer(a, b, beta)
        limits = bound(a, b, beta, exp, rounding, exact)
        failed |= {c.quantity for c in compare(outcome.row(index), exact, limits) if c.exceeded}
        if (int(outcome.count[index]), int(outcome.positions[index])) != coverage(given.shape[1]):
            failed.add("coverage")
    return tuple(name for name in (*SCALARS, "total", "log_policy", "coverage") if name in failed)


# -- a foreign log π*

# What leaves less than this of an error explains it altogether.
_ALL = 1e-3
_MOST = 0.99


class Smell(NamedTuple):
    """A mistake that explains a wrong ``log π*``: its name, a sentence, and the share of the error that it leaves."""

    name: str
    sentence: str
    left: float


def smells_of(
    log_policy: npt.ArrayLike,
    logits: npt.ArrayLike,
    rewards: npt.ArrayLike,
    beta: float,
    exp: ExpModel = ACCURATE,
    rounding: Rounding | None = None,
    leaves: float = 0.05,
) -> tuple[Smell, ...]:
    """The mistakes that explain a wrong ``log π*`` [B, V], the best first; none where it is within its bounds.

    A mistake explains an error if what it would have given is nearer than the exact values are, by that factor.

    >>> logits, rewards = [[0.0, 1.0, 3.0]], [[1.0, 0.5, 0.0]]
    >>> [smell.name for smell in smells_of([[2.0, 2.0, 2.0]], logits, rewards, 0.5)]
    []
    >>> wrong = run(logits, rewards, 0.5, Recipe(log=np.log2)).log_policy
    >>> [smell.name for smell in smells_of(wrong, logits, rewards, 0.5)]
    ['log2']
    """
    given, reward = _single(logits), _single(rewards)
    found = np.atleast_2d(np.asarray(log_policy, dtype=np.float64))
    exact = [refer(a, b, beta) for a, b in zip(given, reward, strict=True)]
    rows = zip(found, exact, given, reward, strict=True)
    if not any(
        c.exceeded
        for row, right, a, b in rows
        for c in compare({"log_policy": row}, right, bound(a, b, beta, exp, rounding, right))
    ):
        return ()
    truth = np.array([right.log_policy for right in exact])
    smells = [
        Smell(mutant.name, mutant.sentence, left_of(found, truth, mutant(given, reward, beta).log_policy))
        for mutant in MUTANTS
    ]
    best = min(smell.left for smell in smells)
    # Some temperature nearly fits what a known mistake explains altogether.
    if best > _ALL and (other := _temperature(found, given, reward)) is not None:
        logs = np.array([refer(a, b, other).log_policy for a, b in zip(given, reward, strict=True)])
        smells.append(Smell("another temperature", f"the temperature is {other:.6g}", left_of(found, truth, logs)))
        best = min(best, smells[-1].left)
    # Beside what explains far more, the rest explains nothing.
    limit = min(leaves, max(10 * best, _ALL))
    return tuple(sorted((smell for smell in smells if smell.left <= limit), key=lambda smell: smell.left))


def _temperature(found: Array, logits: Array, rewards: Array) -> float | None:
    """The temperature that the slope of ``log π* - l`` along the rewards belongs to, by least squares."""
    with np.errstate(invalid="ignore"):
        ratio = found - logits
    seen = np.isfinite(ratio)
    up, across = 0.0, 0.0
    for y, r, there in zip(ratio, rewards.astype(np.float64), seen, strict=True):
        if there.any():
            away = r[there] - r[there].mean()
            up, across = up + float(away @ y[there]), across + float(away @ away)
    return across / up if up > 0 and across > 0 else None


def left_of(found: Array, truth: Array, suggestion: Array) -> float:
    """What a suggestion leaves of the error, over the entries where there are numbers to compare.

    Where what was found is no number, the suggestion has to be the same. It may be no number where one was found:
    what is not written may be anything.
    """
    numbers = np.isfinite(found)
    broken = ~numbers & np.isfinite(truth)
    same = (found == suggestion) | (np.isnan(found) & np.isnan(suggestion))
    if not same[broken].all():
        return math.inf
    wanted = numbers & np.isfinite(truth)
    seen = wanted & np.isfinite(suggestion)
    if not wanted.any():
        return 0.0 if broken.any() else math.inf
    if seen.sum() < 0.5 * wanted.sum():
        return math.inf
    error, left = np.abs(found[seen] - truth[seen]), np.abs(found[seen] - suggestion[seen])
    # Without the largest errors, too: a few tokens far off may be all of the norm, and explain nothing of the others.
    few = error <= np.quantile(error, _MOST)
    return max(_share(left, error), _share(left[few], error[few]) if error[few].any() else 0.0)


def _share(left: Array, error: Array) -> float:
    return float(np.linalg.norm(left) / np.linalg.norm(error)) if error.any() else math.inf
