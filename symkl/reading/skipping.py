"""Rows that a document asks to pass over: ``<!-- symkl: skip -->`` before a formula, ``skip section`` below a heading.

A row that is passed over is a row that nobody has read: what it gives is known to nobody, and nothing goes on from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symkl.reading.blocks import Block, Kind
from symkl.reading.mistakes import refuse

SKIPPED = "skipped"
"""The name of the refusal that such a row has."""


@dataclass
class Skipping:
    """What is passed over at a place of a document, told block by block."""

    level: int = 0
    section: int | None = None
    """The level of the heading whose section is passed over."""
    next_row: Block | None = None
    display: int = -1

    def asked(self, block: Block) -> bool:
        """Whether a directive asks for it."""
        words = block.text.split()
        if words == ["skip"]:
            self.next_row = block
        elif words == ["skip", "section"]:
            self.section = self.level
        else:
            return False
        return True

    def heading(self, block: Block) -> None:
        """A section ends at the next heading that is no deeper than its own."""
        if self.section is not None and block.level <= self.section:
            self.section = None
        self.level = block.level
        self.next_row = None

    def marked(self, row: Block) -> Block:
        """A row, with the refusal to read it if it is passed over."""
        if self.next_row is not None:
            if row.display >= self.next_row.span.start:  # said before the formula: of all of its rows
                self.display = row.display
            skipped, self.next_row = True, None
        else:
            skipped = self.section is not None or row.display == self.display
        if row.kind is not Kind.ROW or not skipped:
            return row
        return replace(row, trouble=refuse(SKIPPED, row.span))
