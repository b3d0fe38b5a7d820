"""Every way to mend one bracket that is missing or too many, so that the caller can compare meanings."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from symkl.language.terms import Span
from symkl.reading.latex import parse_raws
from symkl.reading.mistakes import Unreadable
from symkl.reading.raws import CLOSERS, Raw, balance
from symkl.reading.scanning import scan
from symkl.reading.syntax import RowSyntax

MOST_WAYS = 60
#: Each way is parsed anew, so a very long row is left to its author.
LONGEST = 600
#: Raw symbols behind which an expression can end, and so a bracket can close.
_CAN_END = frozenset({"letter", "word", "num", "close", "rb", "prime", "star", "dots", "head", "run", "cdot"})
#: And those that no expression begins with.
_NO_BEGINNING = frozenset({"close", "rb", "sub", "sup", "prime", "star", "op", "cdot", "rel", "comma", "bar", "dbar"})


class Mend(NamedTuple):
    """One way to mend a row: where the bracket goes in or comes out, and the row that results."""

    row: RowSyntax
    position: int
    note: str


def mends(text: str, span: Span) -> list[Mend]:
    r"""Every way to close the one open bracket of a row, or to drop or open the one too many, that parses.

    Empty for a row whose brackets match, or that misses more than one. At most 60 ways of each kind.

    >>> ways = mends(r"\beta ((a + b) c", Span(0, 16))
    >>> len(ways) > 1
    True
    """
    repairs: list[str] = []
    try:
        raws = scan(text, span.start, repairs)
    except Unreadable:
        return []
    if len(raws) > LONGEST:
        return []
    try:
        balance(raws)
    except Unreadable as trouble:
        if trouble.opened is None and trouble.name != "extra bracket":
            return []
    else:
        return []
    surplus = Counter(raw.text for raw in raws if raw.kind == "open")
    for raw in raws:
        if raw.kind == "close":
            surplus[_OPENERS[raw.text]] -= 1
    wrong = {opener: n for opener, n in surplus.items() if n}
    if len(wrong) != 1:
        return []
    opener, number = next(iter(wrong.items()))
    if number == 1:
        return _closed(raws, repairs, span, CLOSERS[opener])
    if number != -1:
        return []
    return [*_dropped(raws, repairs, span, CLOSERS[opener]), *_opened(raws, repairs, span, opener)]


_OPENERS = {closer: opener for opener, closer in CLOSERS.items()}


def _closed(raws: list[Raw], repairs: list[str], span: Span, closer: str) -> list[Mend]:
    found: list[Mend] = []
    for i, raw in enumerate(raws):
        after = raws[i + 1].kind if i + 1 < len(raws) else ""
        if raw.kind not in _CAN_END or after in ("sub", "sup", "prime"):
            continue
        if after == "open" and raw.kind in ("letter", "word", "rb", "star", "prime"):
            continue  # P)(x) would tear a symbol from its own arguments
        changed = [*raws[: i + 1], Raw("close", closer, raw.stop, raw.stop), *raws[i + 1 :]]
        _try(found, changed, repairs, span, raw.stop, f"a missing “{closer}” is put in here")
        if len(found) == MOST_WAYS:
            break
    return found


def _dropped(raws: list[Raw], repairs: list[str], span: Span, closer: str) -> list[Mend]:
    found: list[Mend] = []
    for i, raw in enumerate(raws):
        if raw.kind == "close" and raw.text == closer:
            _try(
                found,
                [*raws[:i], *raws[i + 1 :]],
                repairs,
                span,
                raw.start,
                f"an extra “{closer}” is dropped here",
            )
        if len(found) == MOST_WAYS:
            break
    return found


def _opened(raws: list[Raw], repairs: list[str], span: Span, opener: str) -> list[Mend]:
    found: list[Mend] = []
    for i, raw in enumerate(raws):
        if raw.kind in _NO_BEGINNING:
            continue
        changed = [*raws[:i], Raw("open", opener, raw.start, raw.start), *raws[i:]]
        _try(found, changed, repairs, span, raw.start, f"a missing “{opener}” is put in here")
        if len(found) == MOST_WAYS:
            break
    return found


def _try(found: list[Mend], raws: list[Raw], repairs: list[str], span: Span, at: int, note: str) -> None:
    try:
        balance(raws)  # half of all ways leave another bracket open, and need no parsing
        row = parse_raws(raws, repairs, span)
    except Unreadable:
        return
    found.append(Mend(row, at, note))
