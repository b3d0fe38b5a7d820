r"""Integrals: where ``\int f(y) \, dy`` ends, what it is over, and with which variable.

An integral ends at its own ``dy``, as a bracket does; with ``\int dy \, f(y)`` it reaches to the end of the term. It is
over a whole space: with any other bounds it is refused.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import DEPTH_LIMIT, Raw
from symkl.reading.terminals.naming import Name, symbol
from symkl.reading.terminals.pieces import Part, Piece, Reading, Token
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.under import binder

SIGNS = {"∫": 1, "∬": 2}
"""The signs, and over how many variables each is."""

_LONGEST = 16
"""How many raw symbols a differential has at most, for another one to be seen behind it."""

_LAWS = tuple("πμνρPQpqD")
"""What ``d`` may stand before in ``d\\pi(y)``: a law, and no variable."""

_REALS = ("R", "R^d", "R^n", "R^{d}", "R^{n}", "Rd", "Rn")


def differentials(raws: Sequence[Raw]) -> list[Raw]:
    r"""With the d of each ``dy`` that ends an integral as a symbol of its own kind. Raises Unreadable for too many."""
    signs = [raw for raw in raws if raw.kind == "head" and raw.text in SIGNS]
    if not signs:
        return list(raws)
    if len(signs) > DEPTH_LIMIT:
        raise refuse("nested too deep", signs[DEPTH_LIMIT].span, extra=str(DEPTH_LIMIT))
    raws = _unbraced(raws)
    out: list[Raw] = []
    under_way = [0]
    for n, raw in enumerate(raws):
        ends = bool(under_way[-1]) or _side_by_side(out)
        if raw.kind in ("open", "lb"):
            under_way.append(0)
        elif raw.kind in ("close", "rb") and len(under_way) > 1:
            under_way.pop()
        elif raw.kind in ("rel", "column"):
            under_way[-1] = 0
        elif raw.kind == "head":
            under_way[-1] += SIGNS.get(raw.text, 0)
        elif ends and raw.kind == "run" and set(raw.text[::2]) == {"d"} and len(raw.text) % 2 == 0:
            for k in range(0, len(raw.text), 2):
                middle = raw.start + k + 1
                out.append(Raw("differential", "d", middle - 1, middle))
                out.append(Raw("letter", raw.text[k + 1], middle, middle + 1))
            under_way[-1] = max(under_way[-1] - len(raw.text) // 2, 0)
            continue
        elif ends and raw.text == "d" and raw.kind in ("letter", "word") and _is_variable(raws[n + 1 : n + 2]):
            under_way[-1] = max(under_way[-1] - 1, 0)
            raw = replace(raw, kind="differential")
        out.append(raw)
    return out


def _is_variable(raws: Sequence[Raw]) -> bool:
    r"""Whether a letter comes next, in whatever type: ``y``, ``\tilde y``, ``\mathbf{y}``."""
    return any(raw.kind in ("letter", "accent") or (raw.kind == "word" and len(raw.text) == 1) for raw in raws)


def _unbraced(raws: Sequence[Raw]) -> list[Raw]:
    r"""With ``{\rm d}`` as the d that it is."""
    out: list[Raw] = []
    for n, raw in enumerate(raws):
        lone = [each.text for each in raws[n : n + 3]] == ["{", "d", "}"] and raw.kind == "lb"
        closed = [each.text for each in raws[n - 2 : n + 1]] == ["{", "d", "}"] and raw.kind == "rb"
        if not lone and not closed:
            out.append(raw)
    return out


def _side_by_side(before: Sequence[Raw]) -> bool:
    """Whether a differential with its variable ends here, so that another one may follow."""
    for raw in reversed(before[-_LONGEST:]):
        between = raw.kind in ("accent", "sub", "lb", "rb", "num", "prime", "quad", "differential")
        if not between and not _is_variable([raw]):
            return False
        if raw.kind == "differential":
            return True
    return False


def integral(row: Row, i: int, end: int) -> Reading:
    """The integral at i: a sum over what its differentials name, closed where they stand."""
    raw, count = row.raws[i], SIGNS[row.raws[i].text]
    over, start = _scripts(row, i + 1, end)
    at = _unspaced(row, start, end)
    if row.kind(at, end) == "differential":
        names, stop = _named(row, at, end, count)
        yield from _head(row, raw, names, over)
        if row.kind(_unspaced(row, stop, end), end) in ("", "rel", "close", "rb", "comma", "column"):
            yield Token("NUMBER", "1", Span(raw.start, row.raws[stop - 1].stop))
        return stop
    close = _close(row, i, start, end, count)
    if close is None:
        if over is None or not _of_variables(row, *over):
            raise refuse("integral", raw.span)
        yield Token("SUM", "∫", raw.span)
        yield from binder(row, *over, "∫")
        return start
    names, stop = _named(row, close, end, count)
    _check_order(row, i, start, close)
    behind = row.raws[stop - 1].stop
    yield Token("OPEN", "", Span(raw.start, raw.start))
    yield from _head(row, raw, names, over)
    yield Token("OPEN", "", Span(row.raws[start].start, row.raws[start].start))
    yield Part(row, start, close, "group")
    yield Token("CLOSE", "", Span(row.raws[close - 1].stop, row.raws[close - 1].stop))
    yield Token("CLOSE", "", Span(behind, behind))
    return stop


def _scripts(row: Row, i: int, end: int) -> tuple[tuple[int, int] | None, int]:
    """What stands below the sign, where that is anything but all reals; and where its body starts."""
    found: dict[str, tuple[int, int]] = {}
    while row.kind(i, end) in ("sub", "sup"):
        kind = row.kind(i, end)
        if kind in found:
            raise refuse("double subscript" if kind == "sub" else "double superscript", row.raws[i].span)
        a, b, i = row.script(i, end)
        found[kind] = a, b
    below = row.written(*found["sub"]) if "sub" in found else ""
    above = row.written(*found["sup"]) if "sup" in found else ""
    if (below, above.lstrip("+")) == ("-∞", "∞"):
        return None, i
    if above or (below and below[0] in "-+0123456789"):
        raise refuse("integral between bounds", row.raws[found["sup" if above else "sub"][0]].span)
    return found.get("sub") if below and below not in _REALS else None, i


def _unspaced(row: Row, i: int, end: int) -> int:
    while row.kind(i, end) == "quad":
        i += 1
    return i


def _named(row: Row, i: int, end: int, count: int) -> tuple[list[tuple[Name, Span]], int]:
    """The variables of the differentials side by side from i, at least as many as the sign at hand asks for."""
    names: list[tuple[Name, Span]] = []
    while row.kind(at := _unspaced(row, i, end), end) == "differential":
        name = symbol(row, at + 1, end)
        names.append((name, row.span(at + 1, name.stop)))
        i = name.stop
        if row.kind(i, end) == "open" and name.text[:1] in _LAWS:
            raise refuse("integral by a law", row.span(at, i), name.text)
    if len(names) < count:
        raise refuse("integral", row.raws[min(at, end - 1)].span)
    return names, i


def _close(row: Row, i: int, start: int, end: int, count: int) -> int | None:
    """The first of the differentials that end the integral at i; None where they are not there."""
    waiting = [i] * count
    for k in row.level(start, end):
        raw = row.raws[k]
        if raw.kind in ("rel", "column"):
            return None
        if raw.kind == "head" and raw.text in SIGNS:
            waiting += [k] * SIGNS[raw.text]
        elif raw.kind == "differential" and waiting.pop() == i:
            return k
    return None


def _check_order(row: Row, i: int, start: int, close: int) -> None:
    r"""Refuse ``\int p(y) \int q(z) \, dy \, dz``: the inner integral is over what stands outside of it.

    Raises: Unreadable.
    """
    signs = [k for k in row.level(start, close) if row.kind(k, close) == "head" and row.raws[k].text in SIGNS]
    inner = {symbol(row, k + 1, close).text for k in row.level(start, close) if row.kind(k, close) == "differential"}
    outside = range(start, signs[0] if signs else start)
    met = {symbol(row, k, close).text for k in outside if _is_variable([row.raws[k]])}
    if found := sorted(inner & met):
        raise refuse("order of integrals", row.raws[i].span, found[0])


def _head(
    row: Row, raw: Raw, names: Sequence[tuple[Name, Span]], over: tuple[int, int] | None
) -> Generator[Piece, None, None]:
    """The sign with what it binds, as a sum has it."""
    first = row.raws[over[0]] if over is not None else None
    yield Token("SUM", "∫", raw.span)
    yield Token("BOPEN", "∫", raw.span)
    for n, (name, span) in enumerate(names):
        if n:
            yield Token("COMMA", ",", Span(span.start, span.start))
        yield Token("SYMBOL", name.text, span)
    if over is not None and first is not None and row.written(*over) != names[0][0].text:
        inside = [k for k in row.level(*over) if row.raws[k].text == "∈"]
        set_from = inside[0] + 1 if inside else over[0]
        if len(names) > 1 or (inside and row.written(over[0], inside[0]) != names[0][0].text):
            raise refuse("integral between bounds", first.span)
        yield Token("IN", "∈", first.span)
        yield Part(row, set_from, over[1], "binder")
    yield Token("BCLOSE", "∫", names[-1][1])


def _of_variables(row: Row, a: int, b: int) -> bool:
    r"""Whether ``\int_y f(y)`` says below its sign which variable it is over."""
    first = row.raws[a]
    return first.kind == "letter" and first.text.islower() and first.text.isascii()
