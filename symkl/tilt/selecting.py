"""Which responses a reader is shown where a table has too many: those that moved most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb

from symkl.tilt.figures import Tilted, Tilts

MOST = 40
"""Rows of a table that are all shown."""

SHOWN = 20
"""Rows that are shown of a longer one."""


def movers(tilts: Tilts, tilted: Sequence[Tilted], most: int = MOST, shown: int = SHOWN) -> list[int]:
    """The rows to show: all if they are at most ``most``, else the ``shown`` with the largest ``|π* − π_ref|``.

    All come in the order of the table, some with those first that moved most.
    """
    size = len(tilts.table)
    if size <= most or not tilted:
        return list(range(size))[:most]
    moved = np.max([np.abs(each.moved()) for each in tilted], axis=0)
    few = np.argpartition(-moved, shown)[:shown]
    return sorted(few.tolist(), key=lambda row: (-moved[row], row))


def factor(tilted: Tilted, row: int) -> arb | None:
    """``π*/π_ref``; ``None`` where the reference has no mass."""
    ratio = tilted.log_ratio([row])[0]
    return None if ratio is None else ratio.exp()


def arrow(log_ratio: arb | None) -> str:
    """Which way a response moved: ``↑``, ``↓``, ``=``, nothing where there is no mass, ``?`` where a ball cannot tell.

    >>> arrow(arb(2)), arrow(arb(-1)), arrow(arb(0)), arrow(None)
    ('↑', '↓', '=', '')
    """
    if log_ratio is None:
        return ""
    if log_ratio > 0:
        return "↑"
    if log_ratio < 0:
        return "↓"
    return "=" if log_ratio.is_zero() else "?"
