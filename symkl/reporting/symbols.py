"""The table of a document's symbols, as a person reads it: what each was taken for, and where that is said."""

from __future__ import annotations

from symkl.checking.report import Report, Understood
from symkl.reporting.cells import cell_len
from symkl.reporting.styled import Text, joined
from symkl.reporting.terminal import Look, hung
from symkl.reporting.text import spelled

_WIDEST = 16
"""A longer name stands for itself: the table keeps its shape."""


def render_symbols(report: Report, look: Look | None = None) -> Text:
    """The symbols of one report, one below the other.

    >>> from symkl.checking.report import Overall, Standing
    >>> known = (Understood("β", "temperature", "", "", Standing.FREE, "first in line 1"),)
    >>> print(render_symbols(Report("a.md", Overall.PROVED, None, (), symbols=known), Look(72)).plain)
    Symbols, as they were understood:
      β  temperature; free: for all (first in line 1)
    """
    look = look or Look()
    if not report.symbols:
        return Text("No symbol was understood.")
    names = [spelled(each.symbol, look.encoding) for each in report.symbols]
    width = min(max(map(cell_len, names)), _WIDEST)
    lines = [Text("Symbols, as they were understood:")]
    for name, each in zip(names, report.symbols, strict=True):
        head = Text(f"  {name}{' ' * max(width - cell_len(name), 0)}  ")
        lines += hung(head, in_words(each), look)
    return joined(lines)


def in_words(each: Understood) -> str:
    """What a symbol was taken for.

    >>> from symkl.checking.report import Standing
    >>> in_words(Understood("V_β", "function", "of x", "β", Standing.DEFINED, "line 3"))
    'function of x; moves with β; defined (line 3)'
    """
    what = f"{each.kind} {each.signature}".rstrip()
    how = each.moves if each.moves.startswith("as ") else f"with {each.moves}"
    moves = f"; moves {how}" if each.moves else ""
    where = f" ({each.where})" if each.where else ""
    return f"{what}{moves}; {each.standing.value}{where}"
