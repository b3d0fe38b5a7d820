"""A row of raw symbols whose brackets match: what stands where. Nothing is read here, and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw, balance


class Row(NamedTuple):
    """The raw symbols of a row; ranges in it are half-open pairs of indices.

    ``partner`` gives for each bracket the index of its other half, and for anything else its own;
    ``last_relation`` is where the last relation outside all brackets stands, -1 if there is none; ``reasons`` says
    whether what is given as a reason is read, or passed over.
    """

    raws: tuple[Raw, ...]
    partner: tuple[int, ...]
    last_relation: int
    reasons: bool

    @classmethod
    def of(cls, raws: Sequence[Raw], *, reasons: bool) -> Row:
        """The row of these raw symbols. Raises Unreadable where their brackets do not match."""
        row = cls(tuple(raws), tuple(balance(raws)), -1, reasons)
        last = max((i for i in row.level(0, len(raws)) if raws[i].kind == "rel"), default=-1)
        return cls(row.raws, row.partner, last, reasons)

    def instead(self, others: Mapping[int, Raw]) -> Row:
        """The row with other symbols in some places, none of them a bracket."""
        if not others:
            return self
        raws = list(self.raws)
        for i, raw in others.items():
            raws[i] = raw
        return Row(tuple(raws), self.partner, self.last_relation, self.reasons)

    def at(self, i: int, end: int) -> Raw | None:
        """The raw symbol at i, or None at the end of its range."""
        return self.raws[i] if i < end else None

    def kind(self, i: int, end: int) -> str:
        """The kind of the raw symbol at i, or nothing at the end of its range."""
        return self.raws[i].kind if i < end else ""

    def span(self, i: int, end: int) -> Span:
        """Where the symbols from i to end were written."""
        return Span(self.raws[i].start, self.raws[end - 1].stop)

    def level(self, i: int, end: int) -> list[int]:
        """The indices of the raw symbols from i to end that stand in no inner bracket."""
        found = []
        while i < end:
            found.append(i)
            i = max(i, self.partner[i]) + 1
        return found

    def inside(self, i: int) -> list[int]:
        """The indices of what stands in the bracket at i, and in no bracket within it."""
        return self.level(i + 1, self.partner[i])

    def inner(self, i: int, end: int) -> int | None:
        """The bracket that opens at i, or that braces which open there are all around."""
        if self.kind(i, end) == "lb" and self.kind(i + 1, end) == "open" and self.partner[i + 1] == self.partner[i] - 1:
            return i + 1
        return i if self.kind(i, end) == "open" else None

    def written(self, a: int, b: int) -> str:
        """What stands from a to b, letter by letter."""
        return "".join(raw.text for raw in self.raws[a:b])

    def script(self, i: int, end: int) -> tuple[int, int, int]:
        """The argument of the ``_`` or ``^`` at i, as :meth:`argument` gives it."""
        return self.argument(i + 1, end, self.raws[i])

    def argument(self, i: int, end: int, of: Raw) -> tuple[int, int, int]:
        """The argument at i as (first, last + 1, next): what is in braces, or one symbol."""
        raw = self.at(i, end)
        while raw is not None and raw.kind == "quad":
            i += 1
            raw = self.at(i, end)
        if raw is None or raw.kind in ("rb", "close", "comma", "rel"):
            name = "empty script" if of.kind in ("sub", "sup") else "missing argument"
            raise refuse(
                name,
                of.span,
                ("\\" if of.kind == "cmd" else "") + of.text,
                "two arguments" if of.text == "frac" else "an argument",
            )
        if raw.kind == "lb":
            close = self.partner[i]
            if close == i + 1:
                raise refuse(
                    "empty script" if of.kind in ("sub", "sup") else "missing argument",
                    of.span,
                    ("\\" if of.kind == "cmd" else "") + of.text,
                    "something inside its braces",
                )
            return i + 1, close, close + 1
        if raw.kind == "num" and len(raw.text) > 1 and of.kind in ("sub", "sup"):
            raise refuse("several digits", raw.span, raw.text, of.text)
        if raw.kind == "accent":
            if of.kind == "accent":
                raise refuse("accent", of.span, "\\" + of.font)
            after = self.argument(i + 1, end, raw)[2]
            return i, after, after
        if raw.kind == "cmd" and of.kind == "sup" and raw.text == "frac":
            _, _, after = self.argument(i + 1, end, raw)
            after = self.argument(after, end, raw)[2]
            return i, after, after
        return i, i + 1, i + 1
