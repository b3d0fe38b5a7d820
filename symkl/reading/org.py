r"""Org: its LaTeX fragments, ``\[..\]``, ``$$`` and environments; comments, sources and examples are not read."""

from __future__ import annotations

import re

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.directives import MARK, declarations
from symkl.reading.finding import DISPLAY, blanked, displays_in
from symkl.reading.marked import Marked

_BLOCK = pattern(r"[ \t]*\#\+begin_(?P<name>comment|src|example|verse|export)\b[ \t]*(?P<of>\w*)", re.IGNORECASE)
_END = pattern(r"[ \t]*\#\+end_(?P<name>\w+)[ \t]*$", re.IGNORECASE)
_COMMENT = pattern(r"[ \t]*(?P<sign>\#)(?:[ \t]|$)|[ \t]*:(?:[ \t]|$)")
_CODE = pattern(r"[=~]\S[^\n]{0,200}?[=~](?=[\s.,;:!?)\-]|$)")
_HEADING = pattern(r"^(?P<stars>\*+)[ \t]+(?P<title>[^\n]*)$", re.MULTILINE)
_WHY = {"comment": "a comment", "src": "code", "example": "code", "verse": "verse", "export": "export"}


def marked(text: str) -> Marked:
    r"""What Org has of displays, headings and directives.

    >>> [text[slice(*each.pieces[0])] for text in ["* One\n\\[ a = b \\]\n"] for each in marked(text).displays]
    [' a = b ']
    """
    blocks: list[Block] = []
    quoted: list[tuple[int, int]] = []
    unchecked: list[Unchecked] = []
    plain: list[str] = []
    at, within = 0, ""
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        why = _WHY.get(within, "")
        if within:
            end = _END.match(line)
            within = "" if end and end["name"].lower() == within else within
        elif block := _BLOCK.match(line):
            within = block["name"].lower()
            if within == "export" and block["of"].lower() == "latex":
                within = ""  # it is LaTeX that is put in
        elif comment := _COMMENT.match(line):
            why = "a comment" if comment["sign"] else "code"
            if comment["sign"] and (mark := MARK.match(text, start + comment.end("sign"), at)):
                blocks += declarations(text, mark, start + len(line.rstrip()))
        if not why:
            plain.append(_without_code(line, start, quoted, unchecked))
            continue
        plain.append(blanked(line))
        quoted.append((start, at))
        if opener := DISPLAY.search(line):
            unchecked.append(Unchecked(Span(start + opener.start(), start + opener.end()), why))
    living = "".join(plain)
    for found in _HEADING.finditer(living):
        level = len(found["stars"])
        blocks.append(Block(Kind.HEADING, found["title"].strip(), Span(*found.span()), level=level))
    return Marked(tuple(displays_in(living)), tuple(blocks), tuple(quoted), tuple(unchecked))


def _without_code(line: str, start: int, quoted: list[tuple[int, int]], unchecked: list[Unchecked]) -> str:
    """A line with spaces for a display in it that is set as code, ``=$$ a $$=``."""
    if not DISPLAY.search(line):
        return line
    for code in _CODE.finditer(line):
        if DISPLAY.search(code.group()):
            quoted.append((start + code.start(), start + code.end()))
            unchecked.append(Unchecked(Span(*quoted[-1]), "code"))
            line = line[: code.start()] + blanked(code.group()) + line[code.end() :]
    return line
