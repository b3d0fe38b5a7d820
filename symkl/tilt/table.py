"""A CSV of responses, rewards and a reference -> a table of exact numbers, or located complaints.

Columns: ``response``, ``reward``, one of ``logit`` and ``probability``, and ``prompt`` if there are several; by other
names, too (:mod:`symkl.tilt.columns`), and of samples (:mod:`symkl.tilt.samples`). Numbers are exact: ``0.1`` means
1/10. A million rows take a few seconds: a good table is read column by column, and only one with something wrong in it
is gone through row by row.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import cached_property
from itertools import chain, islice, repeat
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from symkl.tilt import parquet
from symkl.tilt.columns import Roles, Wanted, example, known, listed, roles
from symkl.tilt.records import BadRecord, Records, is_json_lines, json_lines
from symkl.tilt.samples import merge

LARGEST = 500_000_000
"""Bytes in a table, at most."""

_PLAINLY = Wanted()
_NUMBERS = ("reward", "logit", "probability", "logprob", "true_reward")
_NO_MASS = ("-inf", "-infinity", "null", "none")
_DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NUMERALS = re.compile(r"[0-9eE.+\-\n]*")
_LONGEST = 60  # characters in a number
_GREATEST = 100  # the exponent of the largest number
_NEARLY = Decimal("1e-6")
_CHUNK = 50_000
_EXACT = Context(prec=400)

Progress = Callable[[str, float], None]
"""What is being done, and how much of it is."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a table, and where: ``line`` is 1-based, 0 for the table as a whole."""

    line: int
    message: str


class BadTable(Exception):
    """A table that cannot be used: all that is wrong with it."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda each: each.line))
        super().__init__("; ".join(each.message for each in self.complaints))


class Numbers(Sequence[Decimal]):
    """A column of exact numbers, kept as written.

    >>> column = Numbers(("0.1", "-2"))
    >>> column[0], column.floats.tolist(), column.places
    (Decimal('0.1'), [0.1, -2.0], 1)
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self._cells = tuple(cells)

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, key: int) -> Decimal: ...
    @overload
    def __getitem__(self, key: slice) -> Numbers: ...
    def __getitem__(self, key: int | slice) -> Decimal | Numbers:
        return Numbers(self._cells[key]) if isinstance(key, slice) else Decimal(self._cells[key])

    def __iter__(self) -> Iterator[Decimal]:
        return map(Decimal, self._cells)

    def at(self, rows: Iterable[int]) -> Numbers:
        """The numbers of these rows."""
        return Numbers(tuple(self._cells[row] for row in rows))

    @cached_property
    def floats(self) -> NDArray[np.float64]:
        """The nearest floats; raises ValueError if a cell is no number."""
        return np.fromiter(map(float, self._cells), dtype=np.float64, count=len(self))

    @cached_property
    def places(self) -> int:
        """How many decimals the longest of them has."""
        if "e" in (text := "".join(self._cells)) or "E" in text:
            return max(0, *(-int(number.as_tuple().exponent) for number in self))
        points = np.fromiter(map(str.find, self._cells, repeat(".")), dtype=np.int64, count=len(self))
        lengths = np.fromiter(map(len, self._cells), dtype=np.int64, count=len(self))
        return int(np.max(np.where(points < 0, 0, lengths - points - 1)))


@dataclass(frozen=True)
class Table:
    """The rows of a good table, column by column. ``labels``: the prompt of each row; ``None`` for one prompt.

    ``reference`` are logits where ``logits`` is set, else probabilities, which sum to 1 within 1e-6;
    ``rounded`` counts the prompts where that is not exactly 1. ``mass``: where a logit is one, ``None`` for everywhere.
    ``counts``: of samples, how often each response was drawn; the reference are then weights that need not sum to 1.
    ``true_rewards``: what is wanted, where a policy is trained on ``rewards`` instead.
    """

    responses: Sequence[str]
    labels: Sequence[str] | None
    rewards: Numbers
    reference: Numbers
    logits: bool
    rounded: int = 0
    notes: tuple[str, ...] = ()
    mass: NDArray[np.bool_] | None = None
    counts: tuple[int, ...] | None = None
    true_rewards: Numbers | None = None

    def __len__(self) -> int:
        return len(self.responses)

    @cached_property
    def prompts(self) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """The prompts in the order in which they appear, and which of them each row belongs to."""
        return _coded(self.labels or ("",) * len(self))


def _coded(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    codes = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return tuple(codes), np.fromiter(map(codes.__getitem__, names), dtype=np.intp, count=len(names))


def no_progress(what: str, share: float) -> None:
    """Where nobody watches."""


def read(data: bytes, progress: Progress = no_progress, wanted: Wanted = _PLAINLY) -> Table:
    r"""The table in ``data``: CSV, JSON Lines or Parquet. Raises ``BadTable`` with every complaint there is.

    >>> table = read(b"response,reward,probability\nyes,1,0.5\nno,0,0.5\n")
    >>> table.responses, list(table.rewards)
    (('yes', 'no'), [Decimal('1'), Decimal('0')])
    >>> read(b"response,reward,logit\nyes,abc,0\n")
    Traceback (most recent call last):
    symkl.tilt.table.BadTable: column 'reward': found 'abc', expected a number; write a decimal such as 0.25
    >>> samples = b'{"completion": ["a", "b", "a"], "score": [1, 0, 1]}'
    >>> table = read(samples, wanted=Wanted(samples=True))
    >>> table.responses, list(table.reference)
    (('a', 'b'), [Decimal('2'), Decimal('1')])
    """
    if data.startswith(parquet.MAGIC):
        _check_size(data)
        return _of_records(lambda: _parquet(data, wanted), wanted, progress)
    text = _decoded(data)
    if is_json_lines(text):
        return _of_records(lambda: json_lines(text), wanted, progress)
    head = _header(text, wanted)
    columns = _columns(text, head, progress)
    table = _quick(columns, head) if columns else None
    if table is None:
        if complaints := _row_by_row(_rows(text, head), head):
            raise BadTable(complaints)
        table = _quick(list(zip(*(row for _, row in _rows(text, head)), strict=True)), head)
    return _read(table, progress)


def _read(table: Table | None, progress: Progress) -> Table:
    if table is None:
        raise BadTable([Complaint(0, "this table cannot be read; please report it, with the file")])
    progress("reading", 1.0)
    return table


def _of_records(load: Callable[[], Records], wanted: Wanted, progress: Progress) -> Table:
    try:
        records = load()
    except BadRecord as bad:
        raise BadTable([Complaint(bad.line, bad.message)]) from None
    head = _headed(records.names, wanted)
    table = _quick(records.columns, head) if records.lines else None
    if table is None and (complaints := _row_by_row(records.rows(), head)):
        raise BadTable(complaints)
    table = _read(table, progress)
    return replace(table, notes=(*table.notes, *records.notes))


def _parquet(data: bytes, wanted: Wanted) -> Records:
    if not parquet.available():
        raise BadRecord(0, "a Parquet file needs pyarrow; pip install 'symkl[parquet]'")
    return parquet.records(data, lambda name: known(name, wanted))


# --- bytes and the header -----------------------------------------------------------------------


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST:
        size = f"{len(data) / 1e6:.0f} MB, expected at most {LARGEST / 1e6:.0f} MB"
        raise BadTable([Complaint(0, f"the table is too large: found {size}; split it by prompts")])


def _decoded(data: bytes) -> str:
    _check_size(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadTable([Complaint(1, "found UTF-16, expected UTF-8; save it as CSV UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")  # its places do not count a byte order mark
        byte = f"found the byte 0x{error.object[error.start]:02x}, which is not UTF-8"
        raise BadTable([Complaint(line, f"{byte}; save the table as UTF-8")]) from None
    if not text.strip():
        raise BadTable([Complaint(1, f"the file is empty; expected a header line: {example(_PLAINLY)}")])
    return text


@dataclass(frozen=True)
class _Header:
    """The roles of the columns, ``IGNORED`` for the others, and the names as they are written."""

    roles: Roles
    written: tuple[str, ...]
    wanted: Wanted
    delimiter: str = ","
    line: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return self.roles.names

    @property
    def reference(self) -> str | None:
        """The column with the reference; of samples, which may have none, that with its log-probability."""
        return next((name for name in ("logit", "probability") if name in self.names), None)

    def place(self, name: str) -> int:
        return self.names.index(name)

    def called(self, name: str) -> str:
        return self.written[self.place(name)]


def _header(text: str, wanted: Wanted) -> _Header:
    first = re.search(r"[^\r\n]*[^\s][^\r\n]*", text)
    assert first is not None
    line = 1 + len(re.findall(r"\r\n|\r|\n", text[: first.start()]))
    delimiter = max(_DELIMITERS, key=lambda mark: sum(known(name, wanted) for name in set(_split(first[0], mark))))
    return _headed(_split(first[0], delimiter), wanted, delimiter, line)


def _headed(names: Sequence[str], wanted: Wanted, delimiter: str = ",", line: int = 0) -> _Header:
    found = roles(names, wanted)
    if found.wrong:
        raise BadTable([Complaint(line, message) for message in found.wrong])
    return _Header(found, tuple(names), wanted, delimiter, line)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except csv.Error:
        return []


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


# --- the quick way, for a table with nothing wrong in it ----------------------------------------


def _rows(text: str, head: _Header) -> Iterator[tuple[int, list[str]]]:
    """Each row below the header that is not blank, with the line it starts in."""
    reader = _reader(text, head)
    before = reader.line_num
    for row in reader:
        if any(map(str.strip, row)):
            yield before + 1, row
        before = reader.line_num


def _reader(text: str, head: _Header) -> Any:
    csv.field_size_limit(sys.maxsize >> 32)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=head.delimiter, skipinitialspace=True, strict=True)
    while reader.line_num < head.line:
        next(reader)
    return reader


def _columns(text: str, head: _Header, progress: Progress) -> list[tuple[str, ...]] | None:
    """The columns as text, ``None`` if a row has a cell too many or too few."""
    if columns := _unquoted(text, head):
        return columns
    reader, total = _reader(text, head), text.count("\n") + 1
    parts: list[list[tuple[str, ...]]] = [[] for _ in head.names]
    width = {len(head.names)}
    try:
        while rows := list(islice(reader, _CHUNK)):
            if set(map(len, rows)) != width:
                rows = [row for row in rows if any(map(str.strip, row))]
                if rows and set(map(len, rows)) != width:
                    return None
            for part, column in zip(parts, zip(*rows, strict=True), strict=False):
                part.append(column)
            progress("reading", 0.7 * reader.line_num / total)
    except csv.Error:
        return None
    return [tuple(chain.from_iterable(column)) for column in parts]


def _unquoted(text: str, head: _Header) -> list[tuple[str, ...]] | None:
    """The columns of a table without quotes, blank lines and rows of another length: several times as fast."""
    if '"' in text or head.line > 1:
        return None
    body = text.replace("\r\n", "\n").partition("\n")[2].removesuffix("\n")
    if "\r" in body or not body:
        return None
    width, mark = len(head.names), head.delimiter
    characters = np.frombuffer(body.encode() + b"\n", dtype=np.uint8)
    marks = characters[(characters == ord(mark)) | (characters == ord("\n"))]
    ends = np.flatnonzero(marks == ord("\n"))
    if not np.array_equal(ends, width * np.arange(1, len(ends) + 1) - 1):
        return None
    cells = body.replace("\n", mark).split(mark)
    return [tuple(cells[i::width]) for i in range(width)]


def _quick(columns: Sequence[tuple[str, ...]], head: _Header) -> Table | None:
    """The table, ``None`` if anything is wrong with it."""
    responses = tuple(map(str.strip, columns[head.place("response")]))
    labels = tuple(map(str.strip, columns[head.place("prompt")])) if "prompt" in head.names else None
    rewards = _numbers(columns[head.place("reward")])
    if not responses or not all(responses) or not all(labels or "1") or rewards is None:
        return None
    notes = head.roles.notes
    if head.wanted.samples:
        table = _sampled(columns, head, responses, labels, rewards)
        return None if table is None else replace(table, notes=notes)
    assert head.reference is not None
    cells = columns[head.place(head.reference)]
    reference, mass = _logits(cells) if head.reference == "logit" else (_numbers(cells), None)
    wanted = _numbers(columns[head.place("true_reward")]) if "true_reward" in head.names else None
    if reference is None or (wanted is None and "true_reward" in head.names):
        return None
    table = Table(
        responses, labels, rewards, reference, head.reference == "logit", notes=notes, mass=mass, true_rewards=wanted
    )
    if _repeats(table) or _without_mass(table):
        return None
    if table.logits:
        return table
    rounded = _rounded(table)
    return None if rounded is None else replace(table, rounded=rounded)


def _logits(cells: Sequence[str]) -> tuple[Numbers | None, NDArray[np.bool_] | None]:
    """Logits, and where there is mass: no mass is 0 with a mark."""
    text = "\n".join(cells).lower()
    if not any(word in text for word in _NO_MASS):
        return _numbers(cells), None
    mass = np.array([cell.strip().lower() not in _NO_MASS for cell in cells])
    return _numbers(["0" if not there else cell for cell, there in zip(cells, mass.tolist(), strict=True)]), mass


def _without_mass(table: Table) -> list[str]:
    """The prompts of which no response has mass."""
    if table.mass is None:
        return []
    names, which = table.prompts
    return [names[i] for i in np.flatnonzero(np.bincount(which, weights=table.mass, minlength=len(names)) == 0)]


def _sampled(
    columns: Sequence[tuple[str, ...]], head: _Header, responses: tuple[str, ...], labels: tuple[str, ...] | None,
    rewards: Numbers,
) -> Table | None:  # fmt: skip
    """The table that samples stand for, ``None`` if anything is wrong with them."""
    ratios: list[Decimal | None] | None = None
    if head.reference:
        (above, mass), below = _logits(columns[head.place("logit")]), _numbers(columns[head.place("logprob")])
        if above is None or below is None:
            return None
        there = [True] * len(responses) if mass is None else mass.tolist()
        pairs = zip(above, below, there, strict=True)
        ratios = [_EXACT.subtract(p, q) if has else None for p, q, has in pairs]
    merged = merge(labels, responses, ratios)
    of = dict(zip(((labels[i] if labels else "", responses[i]) for i in merged.rows), merged.rows, strict=True))
    firsts = [of[labels[i] if labels else "", response] for i, response in enumerate(responses)]
    if any(rewards[i] != rewards[first] for i, first in enumerate(firsts) if i != first):
        return None
    cells = tuple(map(str, merged.counts)) if merged.logits is None else merged.logits
    mass = np.array([cell != "-inf" for cell in cells])
    table = Table(
        tuple(responses[i] for i in merged.rows), tuple(labels[i] for i in merged.rows) if labels else None,
        rewards.at(merged.rows), Numbers(tuple("0" if cell == "-inf" else cell for cell in cells)),
        merged.logits is not None, counts=merged.counts, mass=None if mass.all() else mass,
    )  # fmt: skip
    return None if _without_mass(table) else table


def _repeats(table: Table) -> bool:
    """Whether a response comes twice to the same prompt."""
    if table.labels is None:
        return len(set(table.responses)) < len(table)
    names, which = _coded(table.responses)
    pairs = np.sort(table.prompts[1] * len(names) + which)
    return bool(np.any(pairs[1:] == pairs[:-1]))


def _rounded(table: Table) -> int | None:
    """How many prompts have probabilities that sum to 1 nearly, not exactly; ``None`` if any is no distribution."""
    masses, which = table.reference, table.prompts[1]
    if np.min(masses.floats) < 0:
        return None
    unit = 10**masses.places
    if unit <= 10**15 and np.max(masses.floats) < 2:
        # Integers below 2^53 add up exactly in floats.
        totals = np.bincount(which, weights=np.rint(masses.floats * unit))
        if np.max(totals) >= 2**53 or np.any(np.abs(totals - unit) > unit // 10**6):
            return None
        return int(np.count_nonzero(totals != unit))
    sums = [Decimal(0)] * len(table.prompts[0])
    for prompt, mass in zip(which.tolist(), masses, strict=True):
        sums[prompt] = _EXACT.add(sums[prompt], mass)
    if any(abs(_EXACT.subtract(total, 1)) > _NEARLY for total in sums):
        return None
    return sum(total != 1 for total in sums)


def _numbers(cells: Sequence[str]) -> Numbers | None:
    text = "\n".join(cells)
    if not _NUMERALS.fullmatch(text) or text.count("\n") >= len(cells):
        cells = tuple(map(str.strip, cells))
        text = "\n".join(cells)
    if max(map(len, cells), default=0) > _LONGEST or not _NUMERALS.fullmatch(text):
        return None
    numbers = Numbers(cells)
    try:
        sizes = np.abs(numbers.floats)  # what is no number is found here
    except ValueError:
        return None
    # Without exponents a number is as large or small as its 60 characters allow.
    if "e" in text or "E" in text:
        inside = (sizes >= 10.0**-_GREATEST) & (sizes < 10.0 ** (_GREATEST + 1))
        if not all(inside[i] or not numbers[i] for i in np.flatnonzero(~inside).tolist()):
            return None
    return numbers


# --- the slow way, which finds all that is wrong ------------------------------------------------


def _row_by_row(rows: Iterator[tuple[int, list[str]]], head: _Header) -> list[Complaint]:
    complaints: list[Complaint] = []
    seen: dict[tuple[str, str], int] = {}
    earned: dict[tuple[str, str], str] = {}
    massive: dict[str, bool] = {}
    totals: dict[str, Decimal] = {}
    lines: dict[str, tuple[int, int]] = {}
    unsure: set[str] = set()  # prompts with a bad row: their sum says nothing
    last = head.line
    while True:
        try:
            last, row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            complaints.append(Complaint(last + 1, _unreadable(error)))
            return complaints
        if len(row) != len(head.names):
            complaints.append(Complaint(last, _miscounted(row, head)))
            unsure |= set(lines) | {""} if "prompt" in head.names else {""}
            continue
        cells = {name: cell.strip() for name, cell in zip(head.names, row, strict=True) if name}
        prompt, response = cells.get("prompt", ""), cells["response"]
        for name in ("prompt", "response"):
            if cells.get(name) == "":
                called = head.called(name)
                complaints.append(Complaint(last, f"column {called!r}: found nothing, expected a name; write one"))
        key = prompt, response
        of = f" of prompt {_quoted(prompt)}" if prompt else ""
        again = response and key in seen
        first = seen.setdefault(key, last)
        if again and not head.wanted.samples:
            what = f"column {head.called('response')!r}: found {_quoted(response)}{of} again, first in line {first}"
            advice = "name each response once, or use --samples where rows are samples of a policy"
            complaints.append(Complaint(last, f"{what}; {advice}"))
        elif again and _differ(earned[key], cells["reward"]):
            what = f"column {head.called('reward')!r}: found {cells['reward']} and {earned[key]} in line {first}"
            why = f"for {_quoted(response)}{of}, expected one reward of a completion"
            complaints.append(Complaint(last, f"{what} {why}; write their mean"))
        earned.setdefault(key, cells["reward"])
        if "logit" in cells:
            massive[prompt] = massive.get(prompt, False) or cells["logit"].lower() not in _NO_MASS
        for name in _NUMBERS:
            if name in cells and (why := _wrong_number(name, cells[name])):
                complaints.append(Complaint(last, f"column {head.called(name)!r}: {why}"))
                unsure.add(prompt)
            elif name == "probability" and name in cells:
                totals[prompt] = _EXACT.add(totals.get(prompt, Decimal(0)), Decimal(cells[name]))
                lines[prompt] = (lines.get(prompt, (last, last))[0], last)
    for prompt, total in totals.items():
        if prompt not in unsure and abs(_EXACT.subtract(total, 1)) > _NEARLY:
            complaints.append(_not_one(prompt, total, *lines[prompt]))
    for prompt, there in massive.items():
        if not there and not complaints:
            of = f" of prompt {_quoted(prompt)}" if prompt else ""
            message = f"column {head.called('logit')!r}: no response{of} has mass, expected a number for one of them"
            complaints.append(Complaint(head.line, message))
    if not seen and not complaints:
        complaints.append(Complaint(head.line, "found a header and no rows, expected one row a response; add some"))
    return complaints


def _differ(one: str, other: str) -> bool:
    """Whether two rewards are numbers, and not the same."""
    return not any(_wrong_number("reward", each) for each in (one, other)) and Decimal(one) != Decimal(other)


def _unreadable(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return 'a quote " is opened and never closed; close it, and write a quote inside quotes as ""'
    if "expected after" in str(error):
        return 'text after a closing quote "; write a quote inside quotes as ""'
    return f"this row cannot be read ({error}); write plain cells, quoted where they hold the delimiter"


def _miscounted(row: Sequence[str], head: _Header) -> str:
    cells = f"found {len(row)} {'cell' if len(row) == 1 else 'cells'}"
    mark = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[head.delimiter]
    expected = f"expected {len(head.names)} ({listed(head.written)})"
    advice = f"put a cell that holds a {mark} in quotes" if len(row) > len(head.names) else "fill the row"
    return f"{cells}, {expected}; {advice}"


def _wrong_number(name: str, cell: str) -> str:
    if name == "logit" and cell.lower() in _NO_MASS:
        return ""
    wanted = "a probability from 0 to 1" if name == "probability" else "a number"
    if not cell:
        return f"found nothing, expected {wanted}; fill it, or take the row out"
    if re.fullmatch(r"[+-]?(nan|inf|infinity)", cell, re.IGNORECASE):
        advice = "write -inf or null for no mass" if name == "logit" else "take the row out"
        return f"found {_quoted(cell)}, expected a finite number; {advice}"
    if re.fullmatch(r"[+-]?[1-9][0-9]*,[0-9]{3}", cell):  # a decimal comma, or one between thousands
        return f"found {_quoted(cell)}, expected {wanted}; write {cell.replace(',', '')} or {cell.replace(',', '.')}"
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        return f"found {_quoted(cell)}, expected {wanted}; write {cell.replace(',', '.')}"
    if re.fullmatch(r"[0-9.]+ ?%", cell):
        return f"found {_quoted(cell)}, expected {wanted}; write it without %, divided by 100"
    if not _NUMBER.fullmatch(cell):
        return f"found {_quoted(cell)}, expected {wanted}; write a decimal such as 0.25"
    if len(cell) > _LONGEST:
        return f"found {_quoted(cell)}, {len(cell)} characters, expected at most {_LONGEST}; round it"
    number = Decimal(cell)
    if number and not -_GREATEST <= number.adjusted() <= _GREATEST:
        return f"found {_quoted(cell)}, expected a size from 1e-{_GREATEST} to 1e{_GREATEST}; scale the column"
    if name == "probability" and number < 0:
        return f"found {_quoted(cell)}, expected {wanted}; a probability is not negative"
    return ""


def _not_one(prompt: str, total: Decimal, first: int, last: int) -> Complaint:
    of = f" of prompt {_quoted(prompt)}" if prompt else ""
    where = f"lines {first} to {last}" if first != last else f"line {first}"
    shown = f"{total:f}" if -9 < total.adjusted() < 15 and len(f"{total:f}") <= 24 else f"{total:.6e}"
    advice = "give a response some mass" if total == 0 else "divide each by the sum, or write logits"
    return Complaint(
        first, f"column 'probability': the probabilities{of} ({where}) sum to {shown}, expected 1; {advice}"
    )
