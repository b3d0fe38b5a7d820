"""A row in its author's words, where what is read is not what stands there: macros stand for their bodies."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from symkl.language.patterns import pattern

_COMMAND = pattern(r"\\([A-Za-z]+)")

Place = tuple[int, int, str]


class Authored(NamedTuple):
    """The ``text`` that an author wrote, and for each character that is read the place in it that it came from.

    ``names``: the author's own macros. What holds one of them is read as something else than it says.
    """

    text: str
    origins: tuple[tuple[int, int], ...]
    names: frozenset[str] = frozenset()

    def edited(self, source: str, places: Iterable[Place]) -> tuple[str, tuple[int, int]] | None:
        r"""The author's text after an edit of what is read, ``source``, and where in it the edited part stands.

        What changes inside a macro's body is written out in place of its call; where even that cannot be told apart,
        the whole row is. None, if the author's macros would make something else of it.

        >>> before, behind = [(n, n + 1) for n in range(4)], [(n, n + 1) for n in range(6, 10)]
        >>> row = Authored(r"1 + \x = 2", (*before, (4, 6), (4, 6), (4, 6), *behind))
        >>> row.edited("1 + 1-0 = 2", [(10, 11, "3")])
        ('1 + \\x = 3', (9, 10))
        >>> row.edited("1 + 1-0 = 2", [(5, 6, "+")])
        ('1 + 1+0 = 2', (4, 7))
        """
        places = sorted(places)
        own = [self._own(source, place) for place in places]
        if any(each[1] > other[0] for each, other in pairwise(own)):
            whole = source
            for start, stop, new in reversed(places):
                whole = whole[:start] + new + whole[stop:]
            own = [(0, len(self.text), whole)]
        if any(self.names.intersection(_COMMAND.findall(new)) for _, _, new in own):
            return None
        out = self.text
        for start, stop, new in reversed(own):
            out = out[:start] + new + out[stop:]
        tail = len(self.text) - own[-1][1]
        return out, (own[0][0], len(out) - tail)

    def _own(self, source: str, place: Place) -> Place:
        """An edit of what is read as one of what is written."""
        start, stop, new = place
        if start == stop:
            at = self._between(start)
            if at is not None:
                return at, at, new
            start, stop = max(start - 1, 0), min(stop + 1, len(source))
            new = source[start : place[0]] + new + source[place[0] : stop]
        first, last = start, stop
        while True:
            begin = min(a for a, _ in self.origins[first:last])
            end = max(b for _, b in self.origins[first:last])
            around = {(a, b) for a, b in self.origins if a <= begin and end <= b and b - a > end - begin}
            touched = [n for n, (a, b) in enumerate(self.origins) if a < end and b > begin and (a, b) not in around]
            if touched[0] >= first and touched[-1] < last:
                return begin, end, source[first:start] + new + source[stop:last]
            first, last = min(first, touched[0]), max(last, touched[-1] + 1)

    def _between(self, at: int) -> int | None:
        """The place between two characters that are read, if it is one between what their author wrote."""
        before, behind = self.origins[:at], self.origins[at:]
        if not before or not behind:
            return len(self.text) if before else 0
        for place in (behind[0][0], before[-1][1]):
            # What a call puts out on both sides of its argument leads back to all of the call.
            apart = all(b <= place for a, b in before if not a < place < b)
            if apart and all(a >= place for a, b in behind if not a < place < b):
                return place
        return None
