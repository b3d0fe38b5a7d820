r"""Operators: functions such as ``\log``, and those that bind: ``\mathbb{E}``, ``\sum``, ``\int``, ``\max``, ..."""

from __future__ import annotations

from symkl.language.functions import DETACHED, TABLE
from symkl.language.records import Function
from symkl.reading.mistakes import refuse
from symkl.reading.terminals import functionals
from symkl.reading.terminals.calls import named
from symkl.reading.terminals.integrals import integral
from symkl.reading.terminals.naming import Name, subscript
from symkl.reading.terminals.pieces import Note, Reading, Token, enclosed, group
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.under import binder, over_indices, under


def head(row: Row, i: int, end: int) -> Reading:
    """The operator at i, with what stands under it."""
    value = row.raws[i].text
    if value in functionals.HEADS:
        return functionals.HEADS[value](row, i, end)
    record = TABLE.get(value)
    if isinstance(record, Function) and record.arity == 1:
        return _function(row, i, end)
    if isinstance(record, Function) and (value not in ("max", "min") or _of_numbers(row, i + 1, end)):
        return _choice(row, i, end, record)
    match value:
        case "E":
            return _expectation(row, i, i + 1, end)
        case "sum" | "product":
            return _sum(row, i, end)
        case "∫" | "∬":
            return integral(row, i, end)
        case "lim":
            return _limit(row, i, end)
        case "nabla":
            return _gradient(row, i, end)
        case "partial":
            return _partial(row, i, end)
    return _optimum(row, i, end)


def _function(row: Row, i: int, end: int) -> Reading:
    raw, after = row.raws[i], row.at(i + 1, end)
    if after is not None and after.kind == "sub":
        raise refuse("base of a logarithm", after.span)
    if after is None or after.kind in ("close", "rb", "comma", "rel"):
        raise refuse("empty function", raw.span, "sigmoid" if raw.text == "σ" else raw.text)
    if raw.text == DETACHED and after.kind not in ("open", "lb"):
        raise refuse("bracket of a function", raw.span, raw.text)
    yield Token("FUNC", raw.text, raw.span)
    return i + 1


def _of_numbers(row: Row, i: int, end: int) -> bool:
    """Whether what stands at i is a bracket around several numbers: ``\\max(a, b)``, ``\\min\\{a, b\\}``."""
    return row.kind(i, end) == "open" and any(row.raws[k].kind == "comma" for k in row.inside(i))


def _choice(row: Row, i: int, end: int, record: Function) -> Reading:
    """A function of several numbers: ``\\max(a, b)``, ``\\operatorname{clip}(u, a, b)``."""
    raw = row.raws[i]
    if not _of_numbers(row, i + 1, end) or row.raws[i + 1].text == "⟨":
        raise refuse("numbers in a bracket", raw.span, record.name, "u" + ", a, b"[: 3 * record.arity - 3])
    yield Token("CHOICE", record.name, raw.span)
    return (yield from enclosed(row, i + 1, ("CALL", "CCLOSE"), "numbers"))


def under_an_accent(row: Row, i: int, end: int) -> int | None:
    """Where the E of ``\\hat{\\mathbb{E}}`` stands whose accent is at i; None for the accent of anything else."""
    k = i + 2 if row.kind(i + 1, end) == "lb" and row.partner[i + 1] == i + 3 else i + 1
    return k if row.kind(k, end) == "head" and row.raws[k].text == "E" else None


def estimate(row: Row, i: int, end: int) -> Reading:
    """``\\hat{\\mathbb{E}}``, whose accent is at i: a mean over data, which is a mean."""
    k = under_an_accent(row, i, end)
    assert k is not None
    return _expectation(row, k, k + 1 + (k == i + 2), end)


def _expectation(row: Row, i: int, behind: int, end: int) -> Reading:
    if row.raws[i].font in ("", "mathcal", "mathrm") and row.kind(behind, end) == "open" and _of_indices(row, behind):
        return (yield from named(row, Name("E", behind), i, behind, end))  # an energy: of an index there is no mean
    yield Token("EXPECT", "E", row.raws[i].span)
    drawn = row.inner(behind, end)
    if drawn is not None and any(row.raws[k].text == "∼" for k in row.inside(drawn)):  # \mathbb{E}[y \sim \pi]\,r(y)
        yield from binder(row, drawn + 1, row.partner[drawn], "E")
        return row.partner[behind] + 1
    return (yield from under(row, behind, end, "E"))


def _of_indices(row: Row, i: int) -> bool:
    """Whether the bracket at i holds single small letters alone, as in ``E(y)`` and ``E(x, y')``."""
    inside = [row.raws[k] for k in row.inside(i)]
    letters = [raw for raw in inside if raw.kind != "prime" and raw.kind != "comma"]
    plain = all(raw.kind == "letter" and raw.text.isascii() and raw.text.islower() for raw in letters)
    return row.raws[i].text == "(" and plain and len(letters) == 1 + sum(raw.kind == "comma" for raw in inside)


def _sum(row: Row, i: int, end: int) -> Reading:
    raw = row.raws[i]
    yield Token("SUM", raw.text, raw.span)
    stop = yield from under(row, i + 1, end, raw.text)
    if stop == i + 1:
        raise refuse("bare sum", raw.span, "\\sum" if raw.text == "sum" else "\\prod")
    return stop


def _limit(row: Row, i: int, end: int) -> Reading:
    """``\\lim_{β \\to 0^+}``: the sign with its end as value, then what goes there as its binder."""
    raw = row.raws[i]
    if row.kind(i + 1, end) != "sub":
        raise refuse("limit", raw.span, "\\lim")
    a, b, stop = row.script(i + 1, end)
    arrow = next((k for k in row.level(a, b) if row.raws[k].kind == "arrow"), None)
    if arrow is None or arrow in (a, b - 1):
        raise refuse("limit", raw.span, "\\lim")
    written = "".join(r.text for r in row.raws[arrow + 1 : b] if r.kind not in ("sup", "lb", "rb"))
    value = {"0": "0", "0+": "0+", "+0": "0+", "∞": "∞", "+∞": "∞"}.get(written)
    if value is None:
        raise refuse("end of a limit", row.span(arrow + 1, b), row.written(arrow + 1, b))
    yield Token("LIM", value, raw.span)
    yield from binder(row, a, arrow, "lim")
    return stop


def _gradient(row: Row, i: int, end: int) -> Reading:
    """``\\nabla_\\theta``: the sign with its parameter as value."""
    after = row.at(i + 1, end)
    name, stop = "", i + 1
    if after is not None and after.kind == "sub":
        a, b, stop = row.script(i + 1, end)
        parameter = subscript(row, a, b)
        name = parameter.text
        yield from map(Note, parameter.notes)
    elif after is not None and after.kind == "sup":
        raise refuse("second derivative", after.span)
    yield Token("GRAD", name, row.span(i, stop))
    return stop


def _partial(row: Row, i: int, end: int) -> Reading:
    """``\\partial_b``, or the ``\\partial`` of a quotient written in a line."""
    raw, after = row.raws[i], row.at(i + 1, end)
    if after is not None and after.kind == "sub":
        a, b, stop = row.script(i + 1, end)
        yield Token("DOP", "∂", raw.span)
        yield from group(row, a, b)
        return stop
    if after is not None and after.kind == "sup":
        raise refuse("second derivative", after.span)
    yield Token("PARTIAL", "∂", raw.span)
    return i + 1


def _optimum(row: Row, i: int, end: int) -> Reading:
    """``\\max_\\pi``, ``\\arg\\max_\\pi``, ``\\arg\\underset{\\pi}{\\max}``."""
    raw = row.raws[i]
    value, stop = raw.text, i + 1
    if value == "arg":
        after = row.at(stop, end)
        if after is not None and after.kind == "cmd" and after.text == "underset":
            a, b, behind = row.argument(stop + 1, end, after)
            c, d, behind = row.argument(behind, end, after)
            sense = row.raws[c].text
            if d == c + 1 and sense in ("max", "min"):
                yield Token("OPT", "arg" + sense, raw.span)
                yield from binder(row, a, b, sense)
                return behind
        if after is None or after.kind != "head" or after.text not in ("max", "min"):
            raise refuse("missing argument", raw.span, "\\arg", "\\max or \\min")
        value, stop = "arg" + after.text, stop + 1
    if row.kind(stop, end) == "open" and any(row.raws[k].kind == "comma" for k in row.inside(stop)):
        raise refuse("max of numbers", raw.span, "\\" + value)
    a, b, _ = row.script(stop, end) if row.kind(stop, end) == "sub" else (0, 0, 0)
    yield Token("EXTREME" if value in ("max", "min") and over_indices(row, a, b) else "OPT", value, row.span(i, stop))
    return (yield from under(row, stop, end, value))
