"""What the markup of a document says of it, whichever markup it is."""

from __future__ import annotations

from typing import NamedTuple

from symkl.reading.blocks import Block, Unchecked
from symkl.reading.finding import Display


class Marked(NamedTuple):
    """The displays of a text and its ``blocks``, headings and directives, in places of that text.

    Nothing is read from what is ``quoted``: code, comments.
    """

    displays: tuple[Display, ...]
    blocks: tuple[Block, ...]
    quoted: tuple[tuple[int, int], ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
