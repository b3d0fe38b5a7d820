"""The one Triton kernel: a tile of a row is loaded once and becomes its six numbers.

A program has a tile to itself. So no program waits for another or rescales a sum, few long rows keep a device as busy
as many short ones, and what is written, six numbers where thousands were read, is next to nothing. Triton's
interpreter (``TRITON_INTERPRET=1``) runs the same code on a CPU.
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl

from symkl.tokens.accumulators import NOTHING
from symkl.tokens.rows import Rows

TILE = 4096
"""Tokens of a tile: 16 of each thread, whose sums a tree then adds."""

_WARPS = 8
_NUMBERS = 6


@triton.jit
def _tile(
    logits_at, rewards_at, mask_at, inverse_at, numbers_at, width, tiles, count,
    logits_row, logits_token, rewards_row, rewards_token, mask_row, mask_token,
    masked: tl.constexpr, least: tl.constexpr, size: tl.constexpr,
):  # fmt: skip
    program = tl.program_id(0).to(tl.int64)
    row, tokens = program // tiles, (program % tiles) * size + tl.arange(0, size)
    inside = tokens < width
    # The inverse of β comes in the arithmetic's numbers: a number that is an argument would be float32.
    inverse = tl.load(inverse_at)
    logits = tl.load(logits_at + row * logits_row + tokens * logits_token, mask=inside, other=-float("inf"))
    rewards = tl.load(rewards_at + row * rewards_row + tokens * rewards_token, mask=inside, other=0.0)
    logits, rewards = logits.to(inverse.dtype), rewards.to(inverse.dtype)
    if masked:
        kept = tl.load(mask_at + row * mask_row + tokens * mask_token, mask=inside, other=0) != 0
        logits, rewards = tl.where(kept, logits, -float("inf")), tl.where(kept, rewards, 0.0)
    m_l, _, weights = _weights(logits)
    s_l = tl.sum(weights, 0)
    m_v, exponents, weights = _weights(logits + rewards * inverse)
    # A comparison lets NaN pass, and so it shows in the sums; tl.maximum and tl.max would drop it.
    exponents = tl.where(exponents < least, least, exponents)
    at = numbers_at + program
    tl.store(at, m_l)
    tl.store(at + count, s_l)
    tl.store(at + 2 * count, m_v)
    tl.store(at + 3 * count, tl.sum(weights, 0))
    tl.store(at + 4 * count, tl.sum(weights * rewards, 0))
    tl.store(at + 5 * count, tl.sum(weights * exponents, 0))


@triton.jit
def _weights(x):
    highest = tl.max(x, 0)
    exponents = x - tl.where(highest == -float("inf"), 0.0, highest)
    return highest, exponents, tl.exp(exponents)


@triton.jit
def _exponentials(x_at, into_at, count, size: tl.constexpr):
    tokens = tl.program_id(0) * size + tl.arange(0, size)
    x = tl.load(x_at + tokens, mask=tokens < count, other=0.0)
    tl.store(into_at + tokens, tl.exp(x), mask=tokens < count)


def tile_numbers(rows: Rows, chosen: slice) -> tuple[Any, ...]:
    """The six numbers of every tile of these rows: tensors [b, T] in the arithmetic of the rows."""
    logits, rewards = rows.logits[chosen], rows.rewards[chosen]
    # A kernel without a mask still has its argument.
    mask = logits if rows.mask is None else rows.mask[chosen]
    tiles = triton.cdiv(rows.width, TILE)
    inverse = rows.arrays.empty((1,), rows.dtype, logits).fill_(rows.inverse)
    count = len(logits) * tiles
    numbers = inverse.new_empty((_NUMBERS, len(logits), tiles))
    if count:
        _tile[(count,)](
            logits, rewards, mask, inverse, numbers, rows.width, tiles, count,
            *logits.stride(), *rewards.stride(), *mask.stride(),
            masked=rows.mask is not None, least=-NOTHING[rows.dtype], size=TILE, num_warps=_WARPS,
        )  # fmt: skip
    return tuple(numbers)


def exponentials(x: Any) -> Any:
    """``e^x`` of every number of a tensor [n], by the exponential of the kernel."""
    into = x.new_empty(x.shape)
    _exponentials[(triton.cdiv(len(x), TILE),)](x, into, len(x), size=TILE)
    return into
