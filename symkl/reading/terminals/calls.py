"""Symbols with what belongs to them: the bracket that makes a symbol a call, and its early exponent."""

from __future__ import annotations

from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.syntax import BETWEEN
from symkl.reading.terminals.naming import Name, symbol
from symkl.reading.terminals.pieces import Note, Part, Reading, Token, enclosed
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.scripts import exponent


def symbol_at(row: Row, i: int, end: int) -> Reading:
    """The symbol that starts at i, and its arguments where it has any."""
    name = symbol(row, i, end)
    return named(row, name, i, name.stop, end)


def named(row: Row, read: Name, i: int, stop: int, end: int) -> Reading:
    """The symbol that was written from i to stop, and its arguments where it has any."""
    name, after = read.text, row.at(stop, end)
    behind = stop
    if after is not None and after.kind == "sup":
        a, b, past = row.script(stop, end)
        behind = past if row.written(a, b) == "2" else stop
    if row.kind(behind, end) == "open" and not name[:1].islower() and _sided(row, behind):
        name += BETWEEN
    yield Token("SYMBOL", name, row.span(i, stop))
    if read.notes:
        yield from map(Note, read.notes)
    if after is None:
        return stop
    if after.kind == "open" and after.text != "⟨":
        return (yield from call(row, stop, name))
    if after.kind == "sub":
        raise refuse("double subscript", after.span)
    if after.kind == "sup":
        _, _, behind = row.script(stop, end)
        if row.kind(behind, end) == "open" and _looks_like_arguments(row, behind):
            yield from exponent(row, stop, end, "EARLY_POW")  # Z^{-1}(x): the grammar puts it right
            return (yield from call(row, behind, name))
    return stop


def call(row: Row, i: int, name: str) -> Reading:
    """The argument list of ``name`` in the bracket at i."""
    close = row.partner[i]
    if close == i + 1:
        raise refuse("empty bracket", row.span(i, close + 1))
    if row.raws[i + 1].text == "{" and row.partner[i + 1] == close - 1:  # mean({R_1, ..., R_G})
        yield Token("CALL", row.raws[i].text, row.raws[i].span)
        yield Part(row, i + 2, close - 1, "call")
        yield Token("CCLOSE", row.raws[close].text, row.raws[close].span)
        return close + 1
    singled: dict[int, Raw] = {}
    for k in row.inside(i):
        bar = row.raws[k]
        if bar.kind == "dbar" and name.endswith(BETWEEN):
            singled[k] = Raw("comma", ",", bar.start, bar.stop)
        elif bar.kind == "dbar":
            if not name[:1].islower():
                raise refuse("unknown divergence", bar.span, name)
            singled[k] = Raw("bar", "|", bar.start, bar.stop)
            yield Note(f"the double bar in {name}(…) is read as a single one: there, only a condition can stand")
    return (yield from enclosed(row.instead(singled), i, ("CALL", "CCLOSE"), "call"))


def _sided(row: Row, i: int) -> bool:
    """Whether the bracket at i holds two sides with a double bar between them."""
    return sum(row.raws[k].kind == "dbar" for k in row.inside(i)) == 1


def _looks_like_arguments(row: Row, i: int) -> bool:
    inside = [row.raws[k] for k in row.inside(i)]
    if any(r.kind in ("bar", "dbar", "comma") for r in inside):
        return True
    return (
        len(inside) >= 1
        and (inside[0].kind == "cdot" or inside[0].text in ("x", "y", "s", "a", "X", "Y"))
        and all(r.kind in ("letter", "cdot", "sub", "prime", "lb") for r in inside)
    )
