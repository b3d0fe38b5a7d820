"""A suggested edit as plain data."""

from __future__ import annotations

from typing import NamedTuple


class Suggestion(NamedTuple):
    """An edit of the author's own LaTeX after which the kernel proves the row.

    ``edit`` is a sentence; ``latex`` the whole row after the edit; ``changed`` the (start, stop)
    offsets inside ``latex`` of what is new; ``slip`` the name of the slip. ``expanded``: the same row without the
    author's own macros, where it has any.
    """

    edit: str
    latex: str
    slip: str
    changed: tuple[int, int]
    expanded: str = ""
