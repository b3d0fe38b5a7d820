"""Where the responses of a prompt are in a table, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from symkl.problems.tables import InvalidProblem, Vector, refuse, shown


@dataclass(frozen=True)
class _Flat:
    """A table as given: all entries in a row, and what the nesting said."""

    entries: Vector | list[Any]
    lengths: tuple[int, ...] | None = None  # None: one flat table
    columns: int | None = None  # rows of one length, given as such
    prompts: tuple[Any, ...] | None = None
    names: tuple[Any, ...] | None = None


def _flatten(value: Any, argument: str) -> _Flat:
    """A table in any of its forms."""
    _expect_unmasked(value, argument)
    if isinstance(value, Mapping):
        rows = list(value.values())
        if not any(isinstance(row, Mapping) for row in rows):
            return _Flat(rows, names=tuple(value))
        for prompt, row in value.items():
            _expect_mapping(argument, prompt, row)
        return _Flat(
            list(chain.from_iterable(row.values() for row in rows)),
            tuple(map(len, rows)),
            prompts=tuple(value),
            names=tuple(chain.from_iterable(rows)),
        )
    _expect_order(value, argument)
    if not isinstance(value, np.ndarray):
        if isinstance(value, str | bytes) or not (hasattr(value, "__array__") or isinstance(value, Iterable)):
            raise refuse(argument, "", shown(value), "a table of numbers")
        value = np.asarray(value) if hasattr(value, "__array__") else list(value)
    if isinstance(value, np.ndarray):
        if value.ndim not in (1, 2):
            raise refuse(argument, "", f"a table of shape {value.shape}", "one or two dimensions")
        rows_of = None if value.ndim == 1 else value.shape[1]
        return _Flat(value.ravel(), None if rows_of is None else (rows_of,) * len(value), rows_of)
    if not any(map(_is_row, value)):
        return _Flat(value)
    for row in value:
        _expect_unmasked(row, argument)
        _expect_order(row, argument)
    for i, row in enumerate(value):
        if not _is_row(row) or isinstance(row, Mapping):
            raise refuse(argument, f"row {i}", shown(row), "a row of numbers, as the other rows are")
    lengths = tuple(map(len, value))
    return _Flat(list(chain.from_iterable(value)), lengths, lengths[0] if len(set(lengths)) == 1 else None)


def _expect_unmasked(value: Any, argument: str) -> None:
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise refuse(argument, "", "masked values", "a number for every response")


def _expect_order(value: Any, argument: str) -> None:
    if isinstance(value, Set):
        raise refuse(argument, "", f"a {type(value).__name__}, which has no order", "a list, a mapping or an array")


def _listed(value: Any, argument: str) -> list[Any]:
    """Labels or names, which tell one thing from another: hashable."""
    _expect_order(value, argument)
    try:
        out = value.tolist() if isinstance(value, np.ndarray) else list(value)
    except TypeError:
        raise refuse(argument, "", shown(value), "a sequence, an entry for each in the table") from None
    if not isinstance(out, list):
        raise refuse(argument, "", shown(out), "a sequence, an entry for each in the table")
    for i, item in enumerate(out):
        try:
            hash(item)
        except TypeError:
            raise refuse(argument, f"entry {i}", shown(item), "a name: text, a number or another hashable") from None
    return out


def _is_row(value: Any) -> bool:
    if isinstance(value, np.ndarray) and not value.ndim and value is not np.ma.masked:
        return False
    return isinstance(value, np.ndarray | Mapping | Sequence) and not isinstance(value, str | bytes)


def _expect_mapping(argument: str, prompt: Any, row: Any) -> None:
    if not isinstance(row, Mapping):
        raise refuse(argument, f"prompt {prompt!r}", shown(row), "a mapping from responses to numbers")


def lay_out(value: Any, argument: str, prompts: Any, responses: Any) -> tuple[Layout, Any]:
    """The layout that a first table has, and its entries in the order inside."""
    flat = _flatten(value, argument)
    layout = Layout(flat, prompts, responses, argument)
    return layout, layout.inside(flat.entries)


class Layout:
    """Which entries belong to which prompt. Inside, the entries of a prompt are neighbours; outside, they are as given.

    ``order`` takes entries in the order given to the order inside; ``None`` where the two agree.
    """

    def __init__(self, flat: _Flat, labels: Any, names: Any, argument: str) -> None:
        self.size = len(flat.entries)
        self.labelled = labels is not None
        self.flat = flat.lengths is None and not self.labelled
        self.lengths, self.columns = flat.lengths, flat.columns
        self.keyed = flat.prompts is not None
        self.mapped = flat.names is not None
        self.order: Vector | None = None
        if labels is None:
            lengths = (self.size,) if flat.lengths is None else flat.lengths
            self.prompts: tuple[Any, ...] = tuple(range(len(lengths))) if flat.prompts is None else flat.prompts
            self.counts = np.array(lengths, dtype=np.intp)
        else:
            if flat.lengths is not None:
                raise InvalidProblem("prompts: labels go with a flat table; this one has rows, which are its prompts")
            labels = _listed(labels, "prompts")
            self._expect(len(labels), "prompts")
            codes = {label: i for i, label in enumerate(dict.fromkeys(labels))}
            which = np.fromiter(map(codes.__getitem__, labels), dtype=np.intp, count=self.size)
            self.prompts = tuple(codes)
            self.counts = np.bincount(which, minlength=len(codes))
            if np.any(which[1:] < which[:-1]):
                self.order = np.argsort(which, kind="stable")
        if not self.size or not self.counts.all():
            empty = f" at prompt {self.prompts[int(np.argmin(self.counts))]!r}" if self.size else ""
            raise InvalidProblem(f"{argument}{empty}: found no responses, expected at least one")
        self.starts = np.cumsum(self.counts) - self.counts
        self.names = flat.names
        if names is not None:
            self.names = tuple(_listed(names, "responses"))
            self._expect(len(self.names), "responses")
        if self.names is not None:
            self._check_names(self.names)

    def _expect(self, found: int, argument: str) -> None:
        if found != self.size:
            raise InvalidProblem(f"{argument}: found {found} entries, expected {self.size}, one for each in the table")

    def _check_names(self, names: tuple[Any, ...]) -> None:
        seen = set()
        for pair in zip(self.which.tolist(), self.inside(list(names)), strict=True):
            if pair in seen:
                raise InvalidProblem(f"responses: found {pair[1]!r} twice{self.at(pair[0])}, expected distinct names")
            seen.add(pair)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Layout):
            return NotImplemented
        mine, theirs = self._form, other._form
        return mine == theirs and np.array_equal(self.outside(self.which), other.outside(other.which))

    def __hash__(self) -> int:
        return hash((self.size, self.prompts, self.names))

    @property
    def _form(self) -> tuple[Any, ...]:
        keyed = (self.prompts, self.counts.tolist(), self.names)
        return (self.flat, self.labelled, self.keyed, self.mapped, self.lengths, self.columns, *keyed)

    # in words

    def at(self, prompt: int) -> str:
        """Which prompt; nothing where there is one only."""
        return "" if self.flat else f" at prompt {self.prompts[prompt]!r}"

    def place(self, i: int) -> str:
        """Where an entry in the order inside was given."""
        prompt = int(np.searchsorted(self.starts, i, side="right")) - 1
        given = i if self.order is None else int(self.order[i])
        if self.names is not None:
            response = repr(self.names[given])
        else:
            response = str(given if self.labelled else i - int(self.starts[prompt]))
        return f"response {response}" + ("" if self.flat else f" of prompt {self.prompts[prompt]!r}")

    @property
    def keywords(self) -> str:
        """The keyword arguments that give this layout."""
        words = ""
        if self.labelled:
            words += f", prompts={[self.prompts[i] for i in self.outside(self.which).tolist()]}"
        return words + ("" if self.names is None or self.keyed else f", responses={list(self.names)}")

    # between the order given and the order inside

    def inside(self, entries: Any) -> Any:
        """From the order given to the order inside."""
        if self.order is None:
            return entries
        return entries[self.order] if isinstance(entries, np.ndarray) else [entries[i] for i in self.order.tolist()]

    def outside(self, values: Vector) -> Vector:
        """Results of every response: in the order given, in the shape given."""
        out = np.empty_like(values)
        out[slice(None) if self.order is None else self.order] = values
        return out if self.columns is None else out.reshape(-1, self.columns)

    def each(self, values: Vector) -> Any:
        """Results of every prompt: one number where the table was flat."""
        return values.tolist()[0] if self.flat else values.copy()

    def written(self, entries: Vector) -> list[Any] | dict[Any, Any]:
        """Entries in the order inside as the table that they were given in."""
        out: list[Any] = self.outside(entries).tolist()
        if self.keyed and self.names is not None:
            named = list(zip(self.names, out, strict=True))
            ends = zip(self.prompts, self.starts.tolist(), self.counts.tolist(), strict=True)
            return {prompt: dict(named[start:start + count]) for prompt, start, count in ends}
        if self.lengths is None or self.columns is not None:
            return out
        return [out[start:start + count] for start, count in zip(self.starts, self.counts, strict=True)]

    # sums over a prompt

    @property
    def which(self) -> Vector:
        """The number of the prompt that each response belongs to."""
        return self.spread(np.arange(len(self.prompts)))

    def total(self, values: Vector) -> Vector:
        """The sum over each prompt."""
        if values.dtype == np.float64 and len(self.starts) <= 64:  # pairwise summation, which reduceat does not do
            return np.array([part.sum() for part in np.split(values, self.starts[1:])])
        return np.add.reduceat(values, self.starts)

    def spread(self, values: Vector) -> Vector:
        """Each prompt's number, once for each of its responses."""
        return np.repeat(values, self.counts)

    def first_maximum(self, scores: Vector) -> Vector:
        """Where the largest score of each prompt is."""
        best = np.flatnonzero(scores == self.spread(np.maximum.reduceat(scores, self.starts)))
        return best[np.searchsorted(best, self.starts)]

    # reading another table onto the same responses

    def same(self, value: Any, argument: str) -> Any:
        """The entries of another table of the problem in the order inside: of the form that the first one has."""
        if not isinstance(value, Mapping):
            if self.mapped:
                form = "a mapping from prompts to mappings" if self.keyed else "a mapping from names to numbers"
                found = f"a table without names ({type(value).__name__})"
                raise refuse(argument, "", found, f"{form}, as the reference is")
            value = list(value) if isinstance(value, Iterator) else value
            flat = _flatten(value, argument)
            if (flat.lengths is None) != (self.lengths is None):
                found, expected = _extent(len(flat.entries), flat.lengths), _extent(self.size, self.lengths)
                raise InvalidProblem(f"{argument}: found {found}, expected {expected}, as in the reference")
        return self.entries(value, argument)

    def entries(self, value: Any, argument: str) -> Any:
        """The entries of a table in the order inside, in the form of the first one or as results are given."""
        if isinstance(value, Mapping):
            return self._by_name(value, argument)
        flat = _flatten(value, argument)
        agrees = len(flat.entries) == self.size and (
            flat.lengths == self.lengths
            or (flat.lengths is None and (self.columns is None or len(self.counts) == 1))
        )
        if not agrees:
            found, expected = _extent(len(flat.entries), flat.lengths), _extent(self.size, self.lengths)
            raise InvalidProblem(f"{argument}: found {found}, expected {expected}, as in the reference")
        return self.inside(flat.entries)

    def _by_name(self, value: Mapping[Any, Any], argument: str) -> list[Any]:
        if self.names is None:
            raise InvalidProblem(f"{argument}: found a mapping, but the responses of this problem have no names")
        if not self.flat:
            _expect_keys(argument, "prompt", self.prompts, value, "")
        names = self.inside(list(self.names))
        out: list[Any] = []
        for prompt, start, count in zip(self.prompts, self.starts.tolist(), self.counts.tolist(), strict=True):
            row = value if self.flat else value[prompt]
            _expect_mapping(argument, prompt, row)
            here = names[start:start + count]
            _expect_keys(argument, "response", here, row, "" if self.flat else f" of prompt {prompt!r}")
            out += [row[name] for name in here]
        return out


def _extent(size: int, lengths: tuple[int, ...] | None) -> str:
    """A shape in words."""
    if lengths is None:
        return f"{size} numbers in one flat table"
    if len(set(lengths)) == 1:
        return f"{len(lengths)} rows of {lengths[0]} numbers"
    return f"{len(lengths)} rows of {', '.join(map(str, lengths[:6]))}{', …' * (len(lengths) > 6)} numbers"


def _expect_keys(argument: str, what: str, expected: Sequence[Any], found: Mapping[Any, Any], where: str) -> None:
    for name in expected:
        if name not in found:
            raise InvalidProblem(f"{argument}: nothing for {what} {name!r}{where}, which the reference has")
    if len(found) > len(expected):
        known = set(expected)
        extra = next(name for name in found if name not in known)
        raise InvalidProblem(f"{argument}: found {what} {extra!r}{where}, which the reference does not have")
