"""Jupyter notebooks: the Markdown cells are the document; code, what it printed, and raw cells are not read."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable, refuse


class Cell(NamedTuple):
    """A cell by its number, from 1; ``kind`` is ``markdown``, ``code`` or ``raw``."""

    number: int
    kind: str
    text: str


def cells(text: str) -> list[Cell]:
    """The cells of a notebook. Raises Unreadable, with the place in the file, for what is none.

    >>> cells('{"cells": [{"cell_type": "markdown", "source": ["$$a$$", "b"]}]}')
    [Cell(number=1, kind='markdown', text='$$a$$b')]
    """
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise _none(error.pos, error.msg[:1].lower() + error.msg[1:]) from None
    except RecursionError:
        raise _none(0, "too many brackets within brackets") from None
    found = _list(whole, "cells")
    if found is None and (sheets := _list(whole, "worksheets")):  # format 3
        found = [cell for sheet in sheets for cell in _list(sheet, "cells") or []]
    if found is None:
        raise _none(0, "no list of cells")
    return [_cell(n, each) for n, each in enumerate(found, 1)]


def _none(at: int, why: str) -> Unreadable:
    return refuse("no notebook", Span(at, at + 1), why)


def _list(whole: Any, key: str) -> list[Any] | None:
    found = whole.get(key) if isinstance(whole, dict) else None
    return found if isinstance(found, list) else None


def _cell(number: int, cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return Cell(number, "raw", "")
    source = cell.get("source", cell.get("input", ""))
    text = "".join(each for each in source if isinstance(each, str)) if isinstance(source, list) else source
    kind = cell.get("cell_type")
    text = text if isinstance(text, str) else ""
    if kind == "heading":  # format 3
        level = cell.get("level")
        kind, text = "markdown", "#" * (level if isinstance(level, int) and 0 < level < 7 else 1) + " " + text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Cell(number, kind if kind in ("markdown", "code") else "raw", text)
