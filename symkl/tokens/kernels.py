"""Triton's part: a tile of a row is loaded once and becomes its seven numbers, and is loaded again to become log π*.

A program has a tile to itself. So no program waits for another or rescales a sum, few long rows keep a device as busy
as many short ones, and what the first kernel writes, seven numbers where thousands were read, is next to nothing.
Triton's interpreter (``TRITON_INTERPRET=1``) runs the same code on a CPU.
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl

from symkl.tokens.accumulators import NOTHING
from symkl.tokens.rows import Rows

TILE = 4096
"""Tokens of a tile: 16 of each thread, whose sums a tree then adds."""

_NUMBERS = 7
# v is to have the same bits wherever it is computed: the likeliest tokens are sought by the maxima of here.
_OPTIONS = {"num_warps": 8, "enable_fp_fusion": False}

Given = tuple[Any, Any, Any]
"""Logits and rewards [b, V], and a mask or None, the tokens of each row beside one another."""


@triton.jit
def _load(
    logits_at, rewards_at, mask_at, inverse_at, width, tiles, logits_row, rewards_row, mask_row,
    masked: tl.constexpr, size: tl.constexpr,
):  # fmt: skip
    """Logits, rewards and v of the program's tile; which tokens there are, and the row."""
    program = tl.program_id(0).to(tl.int64)
    row, tokens = program // tiles, (program % tiles) * size + tl.arange(0, size)
    inside = tokens < width
    # The inverse of β comes in the arithmetic's numbers: a number that is an argument would be float32.
    inverse = tl.load(inverse_at)
    logits = tl.load(logits_at + row * logits_row + tokens, mask=inside, other=-float("inf")).to(inverse.dtype)
    rewards = tl.load(rewards_at + row * rewards_row + tokens, mask=inside, other=0.0).to(inverse.dtype)
    if masked:
        kept = tl.load(mask_at + row * mask_row + tokens, mask=inside, other=0) != 0
        logits, rewards = tl.where(kept, logits, -float("inf")), tl.where(kept, rewards, 0.0)
    return logits, rewards, logits + rewards * inverse, tokens, inside, row


@triton.jit
def _numbers(
    logits_at, rewards_at, mask_at, inverse_at, width, tiles, logits_row, rewards_row, mask_row,
    numbers_at, maxima_at, least: tl.constexpr, masked: tl.constexpr, size: tl.constexpr, part: tl.constexpr,
):  # fmt: skip
    logits, rewards, values, _, _, _ = _load(
        logits_at, rewards_at, mask_at, inverse_at, width, tiles, logits_row, rewards_row, mask_row, masked, size
    )
    m_l, _, weights = _weights(logits)
    s_l = tl.sum(weights, 0)
    m_v, exponents, weights = _weights(values)
    # A comparison lets NaN pass, and so it shows in the sums; tl.maximum and tl.max would drop it.
    exponents = tl.where(exponents < least, least, exponents)
    program = tl.program_id(0).to(tl.int64)
    at = numbers_at + program * 7
    tl.store(at, m_l)
    tl.store(at + 1, s_l)
    tl.store(at + 2, m_v)
    tl.store(at + 3, tl.sum(weights, 0))
    tl.store(at + 4, tl.sum(weights * rewards, 0))
    tl.store(at + 5, tl.sum(weights * exponents, 0))
    tl.store(at + 6, tl.min(tl.where(logits == -float("inf"), float("inf"), values), 0))
    parts: tl.constexpr = size // part
    at = maxima_at + program * 2 * parts + tl.arange(0, parts)
    tl.store(at, tl.max(tl.reshape(logits, (parts, part)), 1))
    tl.store(at + parts, tl.max(tl.reshape(values, (parts, part)), 1))


@triton.jit
def _log_policy(
    logits_at, rewards_at, mask_at, inverse_at, width, tiles, logits_row, rewards_row, mask_row,
    highest_at, log_sum_at, into_at, lost_at, into_row, masked: tl.constexpr, size: tl.constexpr,
):  # fmt: skip
    logits, _, values, tokens, inside, row = _load(
        logits_at, rewards_at, mask_at, inverse_at, width, tiles, logits_row, rewards_row, mask_row, masked, size
    )
    below = values - tl.load(highest_at + row)
    tl.store(into_at + row * into_row + tokens, below - tl.load(log_sum_at + row), mask=inside)
    lost = (below == -float("inf")) & (logits != -float("inf"))
    tl.store(lost_at + tl.program_id(0), tl.sum(lost.to(tl.int32), 0))


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


def tile_numbers(rows: Rows, given: Given, part: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The seven numbers of every tile of these rows, each [b, T], and the maxima of l and v of every ``part`` tokens.

    The maxima are [b, ·], with -inf beyond the row; all are in the arithmetic of the rows.
    """
    tiles = triton.cdiv(rows.width, TILE)
    inverse = _inverse(rows)
    numbers = inverse.new_empty((len(given[0]), tiles, _NUMBERS))
    maxima = inverse.new_empty((len(given[0]), tiles, 2, TILE // part))
    if programs := len(given[0]) * tiles:
        _numbers[(programs,)](
            *_arguments(given), inverse, rows.width, tiles, *_strides(given), numbers, maxima,
            least=-NOTHING[rows.dtype], masked=given[2] is not None, size=TILE, part=part, **_OPTIONS,
        )  # fmt: skip
    return numbers.unbind(2), tuple(each.flatten(1) for each in maxima.unbind(2))


def log_policy(rows: Rows, given: Given, highest: Any, log_sum: Any, into: Any) -> Any:
    """``(v - highest) - log_sum`` of these rows, written to ``into``; whether v is out of range where l is not -inf.

    ``highest`` and ``log_sum`` are [b], ``into`` is [b, V], all in the arithmetic of the rows.
    """
    tiles = triton.cdiv(rows.width, TILE)
    lost = rows.arrays.empty((len(into), tiles), "int32", into)
    if lost.numel():
        _log_policy[(lost.numel(),)](
            *_arguments(given), _inverse(rows), rows.width, tiles, *_strides(given), highest, log_sum, into, lost,
            into.stride(0), masked=given[2] is not None, size=TILE, **_OPTIONS,
        )  # fmt: skip
    return lost.any()


def _arguments(given: Given) -> Given:
    # A kernel without a mask still has its argument.
    return given[0], given[1], given[0] if given[2] is None else given[2]


def _strides(given: Given) -> tuple[int, ...]:
    return tuple(each.stride(0) for each in _arguments(given))


def _inverse(rows: Rows) -> Any:
    return rows.arrays.empty((1,), rows.dtype, rows.logits).fill_(rows.inverse)


def exponentials(x: Any) -> Any:
    """``e^x`` of every number of a tensor [n], by the exponential of the kernel."""
    into = x.new_empty(x.shape)
    _exponentials[(triton.cdiv(len(x), TILE),)](x, into, len(x), size=TILE)
    return into
