"""Which tensors may share their entries, and what is not known of them once one is written into.

A cast gives the same tensor where the kind of floats is that already, and a copy where it is not. Which of the two is
not known here. It matters only where one is written into and the other is read after: that is refused.
"""

from __future__ import annotations

from typing import Any


class Sharing:
    """Storages by their addresses.

    >>> s = Sharing()
    >>> s.tied(1, 2, "a cast", ())
    >>> s.written(2)
    >>> s.stale(1), s.stale(2)
    ('a cast', '')
    """

    def __init__(self) -> None:
        self._groups: dict[int, dict[int, str]] = {}
        self._stale: dict[int, str] = {}
        self._kept: list[Any] = []

    def tied(self, one: int, other: int, reason: str, kept: tuple[Any, ...]) -> None:
        """Two storages may be one. ``kept``: what lies in them, so that no address is given away again."""
        self._kept += kept
        if one and other and one != other:
            group = {**self._groups.get(one, {one: reason}), **self._groups.get(other, {other: reason}), other: reason}
            self._groups |= dict.fromkeys(group, group)

    def written(self, storage: int) -> None:
        """Something is written into a storage: of those that may be the same, nothing is known."""
        group = self._groups.get(storage, {})
        self._stale |= {each: reason for each, reason in group.items() if each != storage}

    def stale(self, storage: int) -> str:
        """Why what a storage holds is not known; nothing where it is."""
        return self._stale.get(storage, "")
