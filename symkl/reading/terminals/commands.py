r"""Commands with arguments: fractions, among them derivatives, roots, and ``\underset`` and its like."""

from __future__ import annotations

from symkl.language.patterns import pattern
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.spellings import PROSE, WORD_HEADS
from symkl.reading.terminals import functionals
from symkl.reading.terminals.pieces import Before, Reading, Token, group
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.signs import relation
from symkl.reading.terminals.under import binder, over_indices
from symkl.reading.trimming import check_remark


def command(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """The command at i with its arguments."""
    match row.raws[i].text:
        case "frac":
            if before.kind == "NUMBER":
                _check_mixed(row, i, end)
            return _fraction(row, i, end)
        case "sqrt":
            return _root(row, i, end)
    return _stacked(row, i, end, frame)


def _check_mixed(row: Row, i: int, end: int) -> None:
    r"""Refuse ``1\frac12``, which is three halves to one reader and a half to another. Raises Unreadable."""
    a, b, stop = row.argument(i + 1, end, row.raws[i])
    c, d, _ = row.argument(stop, end, row.raws[i])
    if all(raw.kind == "num" for raw in (*row.raws[a:b], *row.raws[c:d])):
        raise refuse("two numbers", row.raws[i].span, f"{row.written(a, b)}/{row.written(c, d)}")


def _root(row: Row, i: int, end: int) -> Reading:
    raw, after = row.raws[i], row.at(i + 1, end)
    stop, degree = i + 1, None
    if after is not None and after.kind == "open" and after.text == "[":
        close = row.partner[i + 1]
        stop, degree = close + 1, (i + 2, close)
    a, b, stop = row.argument(stop, end, raw)
    yield Token("SQRT", "√", raw.span)
    if degree is not None:
        yield from group(row, *degree)
    yield from group(row, a, b)
    return stop


def _stacked(row: Row, i: int, end: int, frame: str) -> Reading:
    """One thing above or below another: ``\\overset{def}{=}``, ``\\underset{\\pi}{\\max}``."""
    raw = row.raws[i]
    a, b, stop = row.argument(i + 1, end, raw)
    c, d, stop = row.argument(stop, end, raw)
    inside = [k for k in range(c, d) if row.raws[k].kind != "quad"]
    first = row.raws[inside[0]] if inside else raw
    if first.kind == "rel":
        written = row.written(a, b).lower()
        if len(inside) == 1 and first.text == "=" and written in ("def", "def.", "△", "define", "defined"):
            yield Token("REL", ":=", raw.span)
        else:
            _check_label(row, a, b)
            yield from relation(row, inside[0], d, frame)
        return stop
    if frame == "binder" and len(inside) == 1 and first.text == "∼" and _says_iid(row, a, b):
        yield Token("SIM", "∼", first.span)
        return stop
    if (
        raw.text == "underset"
        and first.kind == "head"
        and first.text not in ("log", "exp", "nabla", "partial", *functionals.HEADS)
    ):
        value = first.text
        if value == "arg" and len(inside) == 2:
            value = "arg" + row.raws[inside[1]].text
        kind = {"E": "EXPECT", "sum": "SUM", "product": "SUM"}.get(value, "OPT")
        if value in ("max", "min") and over_indices(row, a, b):
            kind = "EXTREME"
        yield Token(kind, value, raw.span)
        yield from binder(row, a, b, value)
        return stop
    raise refuse("not read", raw.span, "\\" + raw.text, "\\max_\\pi, or a plain symbol")


def _says_iid(row: Row, a: int, b: int) -> bool:
    """Whether “iid” stands from a to b, over the sign of what is drawn."""
    return row.written(a, b).replace(".", "").strip().lower() == "iid"


def _check_label(row: Row, a: int, b: int) -> None:
    """Refuse what stands from a to b over a relation if it is no label, name or remark. Raises Unreadable."""
    over = [raw for raw in row.raws[a:b] if raw.kind not in ("quad", "stop", "comma")]
    words = [raw for raw in over if raw.kind == "word" and raw.font in PROSE]
    if words and len(words) == len(over):
        for raw in words:
            check_remark(raw)
        return
    written = "".join(raw.text for raw in over)
    if not _LABEL.fullmatch(written) or any(raw.kind == "op" and raw.text == "*" for raw in over):
        raise refuse("sign over a relation", row.span(a, b), written)


#: (a), (ii), (2), (*), a star, “?” and “!”: what only says which relation it is.
_LABEL = pattern(r"\((?:[A-Za-z]|[ivx]+|\d+(?:\.\d+)?[a-z]?|[*†']+)\)|[*†']{1,3}|[?!]")


def _fraction(row: Row, i: int, end: int) -> Reading:
    raw = row.raws[i]
    a, b, stop = row.argument(i + 1, end, raw)
    c, d, stop = row.argument(stop, end, raw)
    mark = _differential(row, a, b, alone=True)
    other = _differential(row, c, d, alone=False)
    if not mark or mark != other:
        if "∂" in (mark, other):
            raise refuse("half a derivative", raw.span, "\\frac")
        yield Token("FRAC", "/", raw.span)
        yield from group(row, a, b)
        yield from group(row, c, d)
        return stop
    row, a = _without_d(row, a)
    row, c = _without_d(row, c)
    if c >= d:
        raise refuse("half a derivative", raw.span, "\\frac")
    by: tuple[tuple[int, int], ...] = ((c, d),)
    if a < b and row.raws[a].kind == "sup":
        a, by = _orders(row, (a, b), (c, d))
    if a >= b:
        for each in by:
            yield Token("DOP", mark, raw.span)
            yield from group(row, *each)
        return stop
    yield Token("DERIV", mark, raw.span)
    if len(by) > 1:
        yield Token("LB", "", raw.span)
        yield Token("DERIV", mark, raw.span)
        yield from group(row, a, b)
        yield from group(row, *by[1])
        yield Token("RB", "", raw.span)
    else:
        yield from group(row, a, b)
    yield from group(row, *by[0])
    return stop


_SYMBOLS = ("letter", "word", "head", "accent", "run")
"""What may be differentiated, by its first raw symbol."""


def _orders(
    row: Row, above: tuple[int, int], below: tuple[int, int]
) -> tuple[int, tuple[tuple[int, int], tuple[int, int]]]:
    """Where what is differentiated twice starts, and where what it is differentiated by stands, one after the other.

    Raises: Unreadable for a derivative of another order.
    """
    a, b = above
    c, d = below
    other = next((k for k in row.level(c, d) if k > c and row.raws[k].text == "partial"), None)
    if other is not None and _exponent(row, a, b) == "2" and other + 1 < d:
        return row.script(a, b)[2], ((c, other), (other + 1, d))
    last = next((k for k in reversed(row.level(c, d)) if row.raws[k].kind == "sup"), None)
    _, _, behind = row.script(a, b)
    if last is None or row.script(last, d)[2] != d or {_exponent(row, a, b), _exponent(row, last, d)} != {"2"}:
        raise refuse("second derivative", row.raws[a].span)
    return behind, ((c, last), (c, last))


def _exponent(row: Row, i: int, end: int) -> str:
    a, b, _ = row.script(i, end)
    return row.written(a, b)


def _differential(row: Row, a: int, b: int, alone: bool) -> str:
    """The sign of a derivative that starts at a, if one does: ∂, or a d or δ before a symbol."""
    first, after = row.raws[a], row.at(a + 1, b)
    if first.kind == "head" and first.text == "partial":
        return "∂"
    if first.kind == "run":
        return "d" if first.text[0] == "d" else ""
    if first.text not in ("d", "δ"):
        return ""
    if after is not None and after.kind == "sup":
        return first.text if alone and row.written(*row.script(a + 1, b)[:2]) == "2" else ""
    before_symbol = alone if after is None else after.kind in _SYMBOLS
    return first.text if before_symbol else ""


def variation(row: Row, i: int, end: int) -> bool:
    """Whether the δ at i is one of the two of a derivative that is written in a line: ``δF/δπ(y)``."""
    after = i - 1 if i and row.raws[i - 1].text == "/" else i
    while after < end and row.raws[after].text != "/" and row.raws[after].kind not in ("rel", "op"):
        after = row.partner[after] + 1 if row.partner[after] > after else after + 1
    before = after - 1
    while before >= 0 and row.raws[before].kind not in ("rel", "op") and row.raws[before].text != "δ":
        before = row.partner[before] - 1 if row.partner[before] < before else before - 1
    marks = (before, after + 1)
    return (
        0 <= before < after - 1
        and row.kind(after + 1, end) == "letter"
        and row.raws[after].text == "/"
        and all(row.raws[k].text == "δ" and row.kind(k + 1, end) in _SYMBOLS for k in marks)
    )


def _without_d(row: Row, a: int) -> tuple[Row, int]:
    """Skip the d at a; a run such as ``dJ`` keeps its other letters."""
    first = row.raws[a]
    if first.kind != "run":
        return row, a + 1
    rest = first.text[1:]
    kind = "head" if rest in WORD_HEADS else "letter" if len(rest) == 1 else "run"
    return row.instead({a: Raw(kind, WORD_HEADS.get(rest, rest), first.start + 1, first.stop)}), a
