r"""Two cases: ``\begin{cases} u & u \ge 0 \\ 0 & u < 0 \end{cases}`` is ``u 1[u \ge 0] + 0 · 1[u < 0]``.

Of a condition and its opposite, or otherwise, exactly one holds. More cases than two may overlap, or leave something
out: they are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.mistakes import refuse


class Symbol(Protocol):
    """A raw symbol, as scanning makes them."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def text(self) -> str:
        """How it is written."""

    @property
    def start(self) -> int:
        """Where it starts in its document."""

    @property
    def stop(self) -> int:
        """Where it ends."""


Raw = TypeVar("Raw", bound=Symbol)
Make = Callable[[str, str, int, int], Raw]

_PART = pattern(r"\\\\(?:\s*\[[^\]]*\])?|\\[{}&]|[{}&]")
_OPPOSITE = {"≥": "<", "<": "≥", ">": "≤", "≤": ">", "=": "≠", "≠": "="}
_OTHERWISE = frozenset(["otherwise", "else", "o.w"])
_OPENS = frozenset(["if", "when", "for", "where"])


def cells(text: str) -> list[list[tuple[int, int]]]:
    r"""The rows of an environment as the places of their cells.

    >>> cells(r"u & u > 0 \\ 0 & \text{else}")
    [[(0, 2), (3, 10)], [(12, 15), (16, 28)]]
    """
    rows, start, depth = [list[tuple[int, int]]()], 0, 0
    for found in _PART.finditer(text):
        sign = found.group()
        depth += (sign == "{") - (sign == "}")
        if depth or sign in ("{", "}") or (sign[0] == "\\" and sign[1] in "{}&"):
            continue
        rows[-1].append((start, found.start()))
        start = found.end()
        if sign[0] == "\\":
            rows.append([])
    rows[-1].append((start, len(text)))
    return [row for row in rows if any(text[a:b].strip() for a, b in row)]


def spread(text: str, base: int, span: Span, scan: Callable[[str, int], list[Raw]], make: Make[Raw]) -> list[Raw]:
    """The raw symbols of two cases; ``make`` makes one. Raises Unreadable for any others."""
    rows = [[scan(text[a:b], base + a) for a, b in row] for row in cells(text)]
    if [len(row) for row in rows] != [2, 2]:
        raise refuse("cases", span)
    (one, first), (other, second) = ((_trimmed(value), _condition(said)) for value, said in rows)
    if not one or not other or not first or not _states(first) or not (second is None or _are_opposite(first, second)):
        raise refuse("cases", span)

    def at(kind: str, sign: str) -> Raw:
        return make(kind, sign, span.start, span.start)

    def bracketed(raws: Sequence[Raw]) -> list[Raw]:
        begin, end = raws[0].start, raws[-1].stop
        return [make("open", "(", begin, begin), *raws, make("close", ")", end, end)]

    def indicator(said: Sequence[Raw]) -> list[Raw]:
        return [at("num", "1"), at("open", "["), *said, at("close", "]")]

    rest = indicator(second) if second else bracketed([at("num", "1"), at("op", "-"), *indicator(first)])
    return bracketed([*bracketed(one), *indicator(first), at("op", "+"), *bracketed(other), *rest])


def _trimmed(raws: Sequence[Raw]) -> list[Raw]:
    found = list(raws)
    while found and (found[-1].kind in ("comma", "quad") or found[-1].text == "."):
        found.pop()
    while found and found[0].kind == "quad":
        found.pop(0)
    return found


def _condition(raws: Sequence[Raw]) -> list[Raw] | None:
    """What a case says of when it holds; None for “otherwise”."""
    found = _trimmed(raws)
    while found and found[0].kind == "word" and found[0].text.lower().strip(" ,:") in _OPENS:
        found = _trimmed(found[1:])
    otherwise = len(found) == 1 and found[0].kind == "word" and found[0].text.lower().strip(" ,.") in _OTHERWISE
    return None if otherwise else found


def _states(raws: Sequence[Symbol]) -> bool:
    signs = [raw for raw in raws if raw.text in _OPPOSITE]
    plain = all(raw.kind not in ("word", "comma") and raw.text not in ("∈", "∉", "∼") for raw in raws)
    return len(signs) == 1 and plain and raws[0] is not signs[0] and raws[-1] is not signs[0]


def _are_opposite(first: Sequence[Symbol], second: Sequence[Symbol]) -> bool:
    turned = [_OPPOSITE.get(raw.text, raw.text) for raw in first if raw.kind != "quad"]
    return [raw.text for raw in second if raw.kind != "quad"] == turned
