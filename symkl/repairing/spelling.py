"""How a document's author writes things: looked for once a document, and not again for every edit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from symkl.language.proof import Row
from symkl.language.roles import POLICIES, Role
from symkl.language.written import Form, Part


class Spellings(NamedTuple):
    """What is named in some rows, each as it is first written there.

    ``symbols``: canonical name to spelling. ``policies``: what is drawn from, conditioned on or compared by a
    divergence, in the order of mention. ``partition``: Z with its arguments; empty where it has none.
    """

    symbols: Mapping[str, str]
    policies: tuple[str, ...]
    partition: str


class Survey(NamedTuple):
    """The spellings of a document, and the sense of the last problem up to the end of each row that has one."""

    spellings: Spellings
    ends: tuple[int, ...]
    senses: tuple[str, ...]

    def sense_before(self, offset: int) -> str | None:
        """Whether the last problem in a row that ends before ``offset`` is a maximum or a minimum."""
        at = bisect_right(self.ends, offset)
        return self.senses[at - 1] if at else None


def survey(rows: Iterable[Row]) -> Survey:
    """What the rows of a document, in their order, name and how."""
    rows = tuple(rows)
    problems = [(row.span.stop, of.value) for row in rows for of in _all(row) if of.form is Form.OPTIMUM]
    return Survey(spellings(rows), tuple(end for end, _ in problems), tuple(sense for _, sense in problems))


def spellings(rows: Iterable[Row]) -> Spellings:
    """How rows name what they name."""
    symbols: dict[str, str] = {}
    policies: dict[str, None] = {}
    partition = ""
    for row in rows:
        for part in _all(row):
            if part.form is Form.SYMBOL:
                symbols.setdefault(part.value, row.source[part.start : part.stop])
            elif part.form is Form.CALL and not partition and is_partition(part):
                partition = row.source[part.start : part.stop]
            for head in _drawn(part):
                if head.role in POLICIES or head.role is Role.DISTRIBUTION:
                    policies[head.value] = None
    return Spellings(symbols, tuple(policies), partition)


def _all(row: Row) -> Iterator[Part]:
    for side in row.sides:
        yield from side.walk()


def _drawn(part: Part) -> Iterator[Part]:
    """The symbols that a part shows to be distributions."""
    match part.form:
        case Form.CALL if part.parts[-1].form is Form.CONDITIONS and part.parts[-1].parts:
            yield part.parts[0]
        case Form.DIVERGENCE:
            yield from map(head_of, part.parts[:2])
        case Form.SAMPLED | Form.UNDER:
            yield head_of(part.parts[-1])


def head_of(part: Part) -> Part:
    """The symbol that is called, or the symbol itself."""
    return part.parts[0] if part.form is Form.CALL else part


def bare(part: Part) -> Part:
    """The part without brackets around it."""
    while part.form is Form.GROUP:
        part = part.parts[0]
    return part


def is_partition(part: Part) -> bool:
    """Whether it is Z, with arguments or without."""
    return head_of(bare(part)).role is Role.PARTITION
