"""JSON Lines and Parquet -> named columns of cells, as text: a number stays the decimal that is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = "null"
"""A cell in which there is nothing."""


@dataclass(frozen=True)
class Records:
    """Columns by their names in lower case, and the line (or row) in which each of their cells stands, 1-based."""

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row, with the line it stands in."""
        for i, line in enumerate(self.lines):
            yield line, [column[i] for column in self.columns]


class BadRecord(Exception):
    """A line that cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


class _Literal(str):
    """A number as it is written."""


def is_json_lines(text: str) -> bool:
    """Whether a text begins as an object does."""
    return text.lstrip()[:1] == "{"


def json_lines(text: str) -> Records:
    r"""One object a line; where its cells are lists of one length, they are rows that share the others.

    >>> read = json_lines('{"prompt": "p", "completion": ["a", "b"], "score": [1.50, null]}')
    >>> read.names, read.columns
    (('prompt', 'completion', 'score'), (('p', 'p'), ('a', 'b'), ('1.50', 'null')))
    """
    rows: list[tuple[int, dict[str, str]]] = []
    names: dict[str, None] = {}
    for line, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        for row in _unrolled(line, _object(line, written)):
            names |= dict.fromkeys(row)
            rows.append((line, row))
    columns = tuple(tuple(row.get(name, NOTHING) for _, row in rows) for name in names)
    return Records(tuple(names), columns, tuple(line for line, _ in rows))


def _object(line: int, written: str) -> dict[str, Any]:
    try:
        found = json.loads(written, parse_float=_Literal, parse_int=_Literal, parse_constant=_Literal)
    except RecursionError:
        raise BadRecord(line, "found values nested hundreds deep, expected an object of plain cells") from None
    except ValueError as error:
        what = getattr(error, "msg", str(error))
        raise BadRecord(line, f"not JSON ({what}); write one object a line, such as {{\"response\": ...}}") from None
    if not isinstance(found, dict):
        raise BadRecord(line, f"found {_kind(found)}, expected an object; write one object a line")
    lowered = {name.strip().lower(): value for name, value in found.items()}
    if len(lowered) < len(found):
        raise BadRecord(line, "found two keys that differ in case or space alone; take one out")
    return lowered


def _unrolled(line: int, row: dict[str, Any]) -> Iterator[dict[str, str]]:
    lists = {name: value for name, value in row.items() if isinstance(value, list) and not _conversation(value)}
    lengths = {name: len(value) for name, value in lists.items()}
    if not lists:
        yield {name: _cell(value) for name, value in row.items()}
        return
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        advice = "write one entry a completion in each"
        raise BadRecord(line, f"lists of one length are expected in a row: {told}; {advice}")
    for i in range(next(iter(lengths.values()))):
        yield {name: _cell(lists[name][i] if name in lists else value) for name, value in row.items()}


def _conversation(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(turn, dict) and "content" in turn for turn in value)


def _cell(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list) and _conversation(value):
        return "\n".join(_cell(turn["content"]) for turn in value)
    return json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    kinds = {list: "a list", _Literal: "a number", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), type(value).__name__)


def from_lists(names: Sequence[str], columns: Sequence[Sequence[Any]], notes: tuple[str, ...] = ()) -> Records:
    """Columns of values as other formats have them: numbers by the shortest decimal that is theirs."""
    cells = tuple(tuple(map(_value, column)) for column in columns)
    lines = tuple(range(1, 1 + (len(cells[0]) if cells else 0)))
    return Records(tuple(name.strip().lower() for name in names), cells, lines, notes)


def _value(value: Any) -> str:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _cell(value)
