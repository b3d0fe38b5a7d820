"""Exponents, and the signs below or above a bracket: scripts that are no part of a name."""

from __future__ import annotations

from symkl.reading.mistakes import refuse
from symkl.reading.terminals.pieces import Reading, Token, group
from symkl.reading.terminals.row import Row

EXPONENT_LIMIT = 1_000


def exponent(row: Row, i: int, end: int, kind: str = "POW") -> Reading:
    """The ``^`` at i as a power, with what stands in it."""
    raw = row.raws[i]
    a, b, stop = row.script(i, end)
    inside = row.raws[a:b]
    first = inside[0]
    if all(r.kind in ("star", "prime") for r in inside):
        raise refuse("star on a group", raw.span, "^" + first.text)
    if len(inside) == 1 and first.kind == "num" and first.text.isdigit() and int(first.text) > EXPONENT_LIMIT:
        raise refuse("exponent too large", first.span, first.text)
    if len(inside) == 1 and first.kind == "op":
        raise refuse("not read", first.span, "a lone sign as a superscript", "an exponent")
    yield Token(kind, "^", raw.span)
    yield from group(row, a, b)
    return stop


def part(row: Row, i: int, end: int) -> str:
    """The lone sign in the script at i of a bracket that shows, as in ``[u]_+``; nothing for any other script."""
    if i == 0 or row.raws[i - 1].kind != "close" or row.raws[i - 1].text == "⟩":
        return ""
    a, b, _ = row.script(i, end)
    return row.raws[a].text if b == a + 1 and row.raws[a].kind == "op" and row.raws[a].text in "+-" else ""
