"""What in a document matters to a proof, in the order it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from symkl.language.frozen import frozen
from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable


class Kind(StrEnum):
    """What a block is."""

    ROW = "row"
    HEADING = "heading"
    DIRECTIVE = "directive"
    TROUBLE = "trouble"


@frozen(slots=True)
class Block:
    """One thing in a document that matters to a proof.

    A *row* of a formula; a *heading*, behind which reasoning starts afresh; one declaration of a
    *directive* (``<!-- symkl: tau > 0; claim optimal-policy -->`` gives two); or a *trouble*, a
    formula that never ends. ``text`` is what is read at ``span``: macros stand for their bodies, and the marks of
    block quotes, environments and comments inside a row are blanked. ``line`` and ``column`` count from 1 and are
    those that its author wrote. Rows of one formula share their ``display``; ``level`` is a heading's. ``notes`` say
    what was put right on the way.
    """

    kind: Kind
    text: str
    span: Span
    line: int = 0
    column: int = 0
    display: int = 0
    level: int = 0
    trouble: Unreadable | None = None
    notes: tuple[str, ...] = ()


class Unchecked(NamedTuple):
    """A place in a source where something like a formula stands and is not judged, and why.

    ``seen``: who reads the document sees a formula there. Code, comments and what is switched off are not seen as one.
    ``source``: the number of the text that it stands in.
    """

    span: Span
    why: str
    seen: bool = False
    source: int = 0
