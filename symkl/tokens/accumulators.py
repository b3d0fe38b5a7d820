"""What a row is reduced to: seven numbers from a block of its tokens, which merge, and what follows from them.

With v = l + r/β and m the maximum of a block, the sums over the block are

    s_l = Σ e^(l - m_l)    s_v = Σ e^(v - m_v)    t_v = Σ e^(v - m_v) r    w_v = Σ e^(v - m_v) (v - m_v)

Five of them give log Z, E[r], KL and max log π*. The entropy of π* is M - E[v], and E[v] is in none of the five: it
needs the mean of l, too. That is what w_v is for. The seventh, the least v, says whether log π* of every
token is in the range of the numbers.

A block is summed in the arithmetic of its numbers, float32 or float64. What is done once a block or once a row is
done in float64: merging, logarithms, and all that cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TypeVar

from symkl.tokens.arrays import Array, Arrays, arrays_of
from symkl.tokens.rows import Block, read_rows

# exp(-x) is 0 from here on.
NOTHING = {"float32": 120.0, "float64": 800.0}


@dataclass(frozen=True)
class Five:
    """The five numbers of each row, one for the entropy and one for the range: float64, [B].

    ``m_l`` and ``m_v`` are maxima, -inf where no token has mass, and ``least`` is the smallest v of a token with mass,
    +inf where there is none; the others are the sums that are named above.
    """

    m_l: Array
    s_l: Array
    m_v: Array
    s_v: Array
    t_v: Array
    w_v: Array
    least: Array


@dataclass(frozen=True)
class Summary:
    """What the numbers of a row say of its optimal policy: float64, [B].

    ``log_sum`` is the log-sum-exp L of the logits, ``log_sum_tilted`` M of v; ``log_partition`` is log Z = M - L;
    ``kl`` is KL(π*‖π_ref), ``entropy`` and ``max_log_policy`` are of π*.
    """

    log_sum: Array
    log_sum_tilted: Array
    log_partition: Array
    expected_reward: Array
    kl: Array
    entropy: Array
    max_log_policy: Array


Taken = TypeVar("Taken", Five, Summary)


def five(block_logits: Array, block_rewards: Array, beta: float, dtype: str | None = None) -> Five:
    """The numbers of a block [B, n] of logits and rewards; the arithmetic is that of the rows unless ``dtype`` says.

    Raises: InvalidProblem, as :func:`symkl.tokens.rows.read_rows` does.

    >>> import numpy as np
    >>> numbers = five(np.zeros((1, 4)), np.ones((1, 4)), 1.0)
    >>> numbers.m_v.tolist(), numbers.s_v.tolist(), numbers.t_v.tolist()
    ([1.0], [4.0], [4.0])
    """
    arrays, (logits, rewards) = arrays_of(logits=block_logits, rewards=block_rewards)
    if dtype is not None:
        logits, rewards = arrays.cast(logits, dtype), arrays.cast(rewards, dtype)
    rows = read_rows(logits, rewards, beta)
    with arrays.quiet():
        return of_block(arrays, rows.block(slice(None), slice(None)), rows.dtype)


def of_block(arrays: Arrays, block: Block, dtype: str) -> Five:
    """The numbers of a block that is ready to be computed with."""
    return Five(*(arrays.cast(each, "float64") for each in numbers_of(arrays, block, dtype)))


def numbers_of(arrays: Arrays, block: Block, dtype: str) -> tuple[Array, ...]:
    """The seven in the block's own arithmetic."""
    m_l, _, weights = exponentials(arrays, block.logits)
    s_l = arrays.total(weights)
    m_v, exponents, weights = exponentials(arrays, block.values)
    # An exponent further down says no more, and -inf times nothing would be NaN.
    mean = arrays.total(weights * arrays.clip(exponents, -NOTHING[dtype]))
    least = arrays.lowest_where(block.values, block.logits)
    return m_l, s_l, m_v, arrays.total(weights), arrays.total(weights * block.rewards), mean, least


def exponentials(arrays: Arrays, x: Array) -> tuple[Array, Array, Array]:
    """The maximum m of each row, x - m, and ``e^(x - m)``, which is 0 where x is -inf."""
    highest = arrays.highest(x)
    exponents = x - finite(arrays, highest)[..., None]
    return highest, exponents, arrays.exp(exponents)


def finite(arrays: Arrays, highest: Array) -> Array:
    """0 for the maximum of no tokens: from -inf it cannot be subtracted."""
    return arrays.cast(arrays.where(highest == -math.inf, 0.0, highest), arrays.dtype(highest))


def merge(*parts: Five) -> Five:
    """The numbers of some blocks together. Up to rounding it is associative, and the order of blocks does not matter.

    >>> import numpy as np
    >>> one, other = (five(np.full((1, 2), x), np.zeros((1, 2)), 1.0) for x in (0.0, 700.0))
    >>> merge(one, other).m_l.tolist(), merge(one, other).s_l.tolist()
    ([700.0], [2.0])
    """
    arrays, _ = arrays_of(part=parts[0].m_l)
    columns = ([getattr(part, field.name)[..., None] for part in parts] for field in fields(Five))
    return fold(arrays, Five(*(arrays.join(column, -1) for column in columns)))


def fold(arrays: Arrays, blocks: Five) -> Five:
    """The numbers of rows [B] from those of their blocks [B, T]."""
    m_l, away = _below(arrays, blocks.m_l)
    s_l = arrays.total(arrays.exp(away) * blocks.s_l)
    m_v, away = _below(arrays, blocks.m_v)
    scale = arrays.exp(away)
    s_v, t_v = arrays.total(scale * blocks.s_v), arrays.total(scale * blocks.t_v)
    w_v = arrays.total(scale * (blocks.w_v + away * blocks.s_v))
    return Five(m_l, s_l, m_v, s_v, t_v, w_v, arrays.lowest(blocks.least))


def _below(arrays: Arrays, maxima: Array) -> tuple[Array, Array]:
    """The largest of each row, and how far below it each is."""
    highest = arrays.highest(maxima)
    return highest, arrays.clip(maxima - finite(arrays, highest)[..., None], -NOTHING["float64"])


def finish(numbers: Five, beta: float) -> Summary:
    """What follows, in float64.

    Where KL is small against E[r]/β and log Z, whose difference it is here, it has few good digits and may be
    negative; :func:`small_kl` has them all.

    >>> import numpy as np
    >>> summary = finish(five(np.zeros((1, 2)), np.array([[1.0, 0.0]]), 0.5), 0.5)
    >>> summary.log_partition.round(6).tolist(), summary.kl.round(6).tolist(), summary.entropy.round(6).tolist()
    ([1.433781], [0.327813], [0.365334])
    """
    arrays, _ = arrays_of(m_l=numbers.m_l)
    log_s_l, log_s_v = arrays.log(numbers.s_l), arrays.log(numbers.s_v)
    log_partition = (numbers.m_v - numbers.m_l) + (log_s_v - log_s_l)
    expected = numbers.t_v / numbers.s_v
    return Summary(
        numbers.m_l + log_s_l,
        numbers.m_v + log_s_v,
        log_partition,
        expected,
        expected / beta - log_partition,
        log_s_v - numbers.w_v / numbers.s_v,
        -log_s_v,
    )


def out_of_range(arrays: Arrays, numbers: Five, dtype: str) -> Array:
    """Whether v of a token with mass, or what it lies below the largest, is beyond the numbers of the rows: [B]."""
    span = arrays.cast(numbers.least, dtype) - arrays.cast(numbers.m_v, dtype)
    return span == -math.inf


FAR = 64.0
"""Where E[r] is farther from 0 than so many β, r/β has lost the digits that tell one token from another."""


def centre(arrays: Arrays, expected: Array, beta: float, dtype: str) -> tuple[Array, Array]:
    """The rows whose rewards are to be counted from a number near E[r], by which π* does not change; and the numbers.

    ``r - c`` has all its digits where r is near c, and the tokens that have the mass of π* are.
    """
    plain = arrays.plain(expected)
    rows = arrays.found(abs(plain) > FAR * beta)
    return rows, arrays.cast(plain[rows], dtype)


def taken(numbers: Taken, rows: Array) -> Taken:
    """The numbers of some rows."""
    return type(numbers)(*(getattr(numbers, field.name)[rows] for field in fields(numbers)))


# --- divergences that do not cancel -------------------------------------------------------------


def excess(arrays: Arrays, x: Array, dtype: str) -> Array:
    """``φ(x) = e^-x - 1 + x >= 0`` for |x| <= 1, by its series: near 0 it is x²/2, which the sum as written loses.

    Beyond 1 on either side it is φ of the end.
    """
    x = arrays.clip(x, -1.0, 1.0)
    last = 12 if dtype == "float32" else 20
    series = 0.0 * x + (-1) ** last / math.factorial(last)
    for power in range(last - 1, 1, -1):
        series = series * x + (-1) ** power / math.factorial(power)
    return series * x * x


@dataclass(frozen=True)
class Growth:
    """Means under π* of φ(y) and of y, y = (r - e)/β, for a number e near E[r]: of a block, [B]; they add up."""

    excess: Array
    offset: Array


SMALL = 1 / 16
"""KL is computed again, by terms, where it is less than this times ``1 + |E[r]|/β``: what it is the difference of."""
ONE = 1.0
"""And where it is less than this: of terms that add up to more than e, nothing is small."""
_FAR = 600.0  # nats: beyond, what is exponentiated may overflow
_NEAR = 0.01  # eight terms of the series of log(1 + x) are a float64's


def cancelling(arrays: Arrays, summary: Summary, beta: float) -> Array:
    """The rows in which the KL of one pass is small beside what it is the difference of."""
    small = summary.kl < SMALL * (1.0 + abs(summary.expected_reward) / beta)
    return arrays.found(small & (summary.kl < ONE))


def small_kl(arrays: Arrays, growth: Growth) -> Array:
    """KL(π*‖π_ref) from the whole row, without cancelling.

    As log π*/π_ref is y less a constant, π_ref is π* e^-y divided by its sum, and KL = E[y] + log E[e^-y] under π*.
    ``x = E[e^-y] - 1 = E[φ(y)] - E[y]`` loses no digits: no term of the first is negative, and the second would be 0
    if e were E[r] exactly. It is not quite, and where KL is even smaller, E[y] is left out of its sum with x: there
    ``KL = E[φ(y)] - (x - log(1 + x))``, whose last part is about x²/2.
    """
    x = growth.excess - growth.offset
    near = arrays.clip(x, -_NEAR, _NEAR)
    series = 0.0 * x
    for power in range(9, 1, -1):
        series = series * near + (-1) ** power / power
    tiny = growth.excess - series * near * near
    return arrays.clip(arrays.where(abs(x) < _NEAR, tiny, growth.offset + arrays.log1p(x)), 0.0)


def grown(arrays: Arrays, block: Block, numbers: Five, summary: Summary, beta: float, dtype: str) -> Growth:
    """What a block of the row contributes, from the numbers of the whole row."""
    low = [arrays.cast(each, dtype)[..., None] for each in (numbers.m_v, numbers.m_l, summary.expected_reward)]
    tilted, reference = (
        arrays.exp(arrays.clip(x - highest, -NOTHING[dtype]))
        for x, highest in zip((block.values, block.logits), low, strict=False)
    )
    ratio = arrays.clip((block.rewards - low[2]) / beta, -_FAR, _FAR)
    near = (ratio > -1.0) & (ratio < 1.0)
    # Far from 0, π*(y - 1) and π* e^-y do not cancel; and e^-y might overflow where π* is too small for a float.
    of_policy = tilted * arrays.where(near, excess(arrays, ratio, dtype), ratio - 1.0)
    of_reference = arrays.where(near, 0.0 * reference, reference)
    policy, rest, offset = (
        arrays.cast(arrays.total(each), "float64") for each in (of_policy, of_reference, tilted * ratio)
    )
    # π* e^-y is π_ref E[e^-y], which is e^KL up to the error of e, and that is a factor near 1 here.
    rest = rest / numbers.s_l * arrays.exp(summary.kl)
    return Growth(policy / numbers.s_v + rest, offset / numbers.s_v)
