"""Symbols of one row that stand side by side: statements in columns, and what is over a line."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.spellings import PROSE

COLUMN_LIMIT = 64
_CAN_START = frozenset(["letter", "num", "open", "lb", "head", "cmd", "accent", "run", "word"])
_CAN_END = frozenset(["letter", "num", "close", "rb", "prime", "star", "dots", "word", "run", "bar"])


def divided(raws: Sequence[Raw]) -> list[Raw]:
    r"""The symbols of a row with ``{a \over b}`` as ``{\frac{a}{b}}``. Raises Unreadable where it has no braces."""
    out = list(raws)
    while (at := next((n for n, raw in enumerate(out) if raw.kind == "over"), None)) is not None:
        begin, end = _braces_around(out, at)
        if begin is None or end is None or any(raw.kind == "over" for raw in out[at + 1 : end]):
            raise refuse("not read", out[at].span, "\\over", "\\frac{a}{b}")
        over = out[at]
        opener, closer = Raw("lb", "{", over.start, over.start), Raw("rb", "}", over.stop, over.stop)
        upper, lower = out[begin + 1 : at], out[at + 1 : end]
        fraction = [Raw("cmd", "frac", over.start, over.stop), opener, *upper, closer, opener, *lower, closer]
        out[begin + 1 : end] = fraction
    return out


def _braces_around(raws: Sequence[Raw], at: int) -> tuple[int | None, int | None]:
    """The braces that hold what stands at an index, or None where none do."""
    found: list[int | None] = []
    for steps, inward in ((range(at - 1, -1, -1), "rb"), (range(at + 1, len(raws)), "lb")):
        depth = 0
        found.append(None)
        for n in steps:
            kind = raws[n].kind
            if kind in ("lb", "rb"):
                depth += 1 if kind == inward else -1
                if depth < 0:
                    found[-1] = n
                    break
    return found[0], found[1]


def columns(raws: Sequence[Raw], marks: Sequence[tuple[int, int]]) -> list[Raw]:
    """The symbols of a row with its columns apart. ``a &= b & c &= d`` states two things side by side; an ``&``
    within a statement only aligns, and one before words makes space for a remark.

    Raises: Unreadable, where a column holds an expression of which nothing is stated.
    """
    if len(marks) > COLUMN_LIMIT:
        raise refuse("column", Span(marks[COLUMN_LIMIT][1], marks[COLUMN_LIMIT][1] + 1))
    out: list[Raw] = []
    begin = done = aligned = 0  # where the statement under way began, in out; how much of raws is in out; its marks
    for n, (index, at) in enumerate(marks):
        out += raws[done:index]
        done = index
        if n + 1 < len(marks) and marks[n + 1][0] == index:
            continue  # && is one gap
        behind = [raw for raw in raws[index:] if raw.kind not in ("quad", "comma", "stop")]
        if not behind or not _is_whole(out[begin:]):
            aligned += 1
            continue
        first = behind[0]
        if (first.kind == "word" and first.font in PROSE) or _in_brackets(behind):
            out.append(Raw("quad", "", at, at + 1))
        elif first.kind in _CAN_START or first.text in ("-", "+"):
            stated = any(raw.kind == "rel" for raw in _outside(behind))
            if first.kind == "op" and not stated:
                continue
            if not stated or (first.kind == "op" and aligned != 1):  # in align the second & ends a column
                raise refuse("column", Span(at, at + 1))
            while out[-1].kind in ("quad", "comma", "stop"):
                out.pop()
            out.append(Raw("column", "&", at, at + 1))
            begin, aligned = len(out), 0
    return out + list(raws[done:])


def _outside(raws: Sequence[Raw]) -> list[Raw]:
    """The symbols that stand in no bracket."""
    out, depth = [], 0
    for raw in raws:
        depth += {"open": 1, "lb": 1, "close": -1, "rb": -1}.get(raw.kind, 0)
        if not depth:
            out.append(raw)
    return out


def _is_whole(raws: Sequence[Raw]) -> bool:
    """Whether an equation or an inequality is complete: a relation, and something that can end behind it."""
    plain = [raw for raw in raws if raw.kind not in ("quad", "comma", "stop")]
    depth = sum({"open": 1, "lb": 1, "close": -1, "rb": -1}.get(raw.kind, 0) for raw in plain)
    relations = [n for n, raw in enumerate(plain) if raw.kind == "rel"]
    if not relations or depth or (plain[-1].kind == "word" and plain[-1].font in PROSE):
        return False
    return plain[-1].kind in _CAN_END and relations[-1] < len(plain) - 1


def _in_brackets(raws: Sequence[Raw]) -> bool:
    """Whether a row ends in nothing but a remark or a number in brackets: ``(\\text{by definition})``, ``(3)``."""
    inside = raws[1:-1]
    return (
        raws[0].kind == "open"
        and raws[-1].kind == "close"
        and bool(inside)
        and all(raw.kind == "word" and raw.font in PROSE for raw in inside)
    ) or ([raw.kind for raw in raws] == ["open", "num", "close"])
