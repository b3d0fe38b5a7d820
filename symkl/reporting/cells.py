"""How many cells of a terminal a text takes. What mathematics is written with takes one each; rich knows the rest."""

from __future__ import annotations

# Latin, Greek and Cyrillic letters, dashes and quotes, arrows, operators, boxes. A test holds each to rich's table.
_ONE_CELL = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x370, 0x482), (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209C),
    (0x2100, 0x218B), (0x2190, 0x2319), (0x2500, 0x25FC), (0x2713, 0x2718), (0x27C0, 0x2AFF), (0x1D400, 0x1D7FF),
)  # fmt: skip
_SINGLE = frozenset(chr(code) for first, last in _ONE_CELL for code in range(first, last + 1)) | {"⚠"}


def cell_len(text: str) -> int:
    """The cells that ``text`` takes: two for a wide character, none for an accent that joins the letter before it.

    >>> cell_len("β KL(π‖π_ref)"), cell_len("証明"), cell_len("r\u0302")
    (13, 4, 1)
    """
    if _SINGLE.issuperset(text):
        return len(text)
    from rich.cells import cell_len as measured  # only for what few documents have

    return measured(text)
