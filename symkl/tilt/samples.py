"""Completions that a policy drew -> the distribution that they stand for: duplicates merged, weights self-normalised.

A completion that was drawn from the reference counts as often as it was drawn. One that another policy drew has the
weight ``π_ref(y)/π(y)``, from its two log-probabilities; the weights of a prompt are divided by their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

_WEIGHTS = Context(prec=45)
DIGITS = 40
"""Digits to which a sum of weights is known, where weights are exponentials."""


@dataclass(frozen=True)
class Merged:
    """The different completions, in the order in which they first came: row by row of the first of each.

    ``logits`` are the logarithms of summed weights, ``None`` where nothing is weighed: then counts are the weights.
    """

    rows: tuple[int, ...]
    counts: tuple[int, ...]
    logits: tuple[str, ...] | None


def merge(
    labels: Sequence[str] | None, responses: Sequence[str], ratios: Sequence[Decimal | None] | None
) -> Merged:
    """Equal responses to one prompt together; ``ratios`` are ``log π_ref/π`` of each row, ``None`` for no mass.

    >>> merge(None, ["a", "b", "a"], None)
    Merged(rows=(0, 1), counts=(2, 1), logits=None)
    >>> [merge(None, ["a", "a"], [Decimal(0), Decimal(0)]).logits[0][:12]]
    ['0.6931471805']
    """
    first: dict[tuple[str, str], int] = {}
    members: dict[int, list[int]] = {}
    for i, response in enumerate(responses):
        row = first.setdefault((labels[i] if labels else "", response), i)
        members.setdefault(row, []).append(i)
    counts = tuple(len(same) for same in members.values())
    if ratios is None:
        return Merged(tuple(members), counts, None)
    logits = tuple(_sum([ratios[i] for i in same]) for same in members.values())
    return Merged(tuple(members), counts, logits)


def _sum(ratios: Sequence[Decimal | None]) -> str:
    """``log Σ e^ratio``."""
    there = [each for each in ratios if each is not None]
    if not there:
        return "-inf"
    most = max(there)
    total = Decimal(0)
    for each in there:
        total = _WEIGHTS.add(total, _WEIGHTS.exp(_WEIGHTS.subtract(each, most)))
    return str(_WEIGHTS.add(most, _WEIGHTS.ln(total))) if len(there) > 1 else str(most)
