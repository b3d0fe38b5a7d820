"""What could not be read, as plain data: where it stands, what was found, what to do."""

from __future__ import annotations

from typing import NamedTuple

from symkl.language.frozen import frozen


@frozen
class Trouble:
    """Why a row is unreadable, and what to do.

    ``column`` is 1-based in the source line ``excerpt``; ``width`` >= 1 is how far the caret reaches.
    """

    line: int
    column: int
    width: int
    excerpt: str
    message: str
    found: str
    expected: str
    advice: str


class NotChecked(NamedTuple):
    """A place where something like a formula stands that is not judged, and why.

    ``shown``: who reads the document sees a formula there, so the document is not proved.
    """

    line: int
    column: int
    why: str
    shown: bool = False
