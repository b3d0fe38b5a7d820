r"""Org: its LaTeX fragments, ``\[..\]``, ``$$`` and environments; comments, sources and examples are not read."""

from __future__ import annotations

import re

from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.directives import MARK, declarations
from symkl.reading.finding import DISPLAY, blanked, displays_in
from symkl.reading.marked import Marked

_DEAD = re.compile(
    r"^[ \t]*\#\+begin_(?P<block>comment|src|example|verse|export)\b(?P<of>[^\n]*)\n"
    r".*?(?:^[ \t]*\#\+end_(?P=block)[^\n]*$|\Z)"
    r"|^[ \t]*(?P<comment>\#(?!\+)(?:[ \t][^\n]*)?)$|^[ \t]*:[ \t][^\n]*$"
    r"|(?P<code>[=~]\S[^\n]{0,200}?[=~](?=[\s.,;:!?)\-]|$))",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_HEADING = re.compile(r"^(?P<stars>\*+)[ \t]+(?P<title>[^\n]*)$", re.MULTILINE)
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
    at = 0
    for dead in _DEAD.finditer(text):
        if dead["code"] and not DISPLAY.search(dead["code"]):
            continue  # emphasis, or an equation in prose
        latex = (dead["block"] or "").lower() == "export" and dead["of"].split()[:1] == ["latex"]
        if latex:
            continue
        if dead["comment"] and (mark := MARK.match(text, dead.start("comment") + 1, dead.end())):
            blocks += declarations(text, mark, dead.end())
        elif opener := DISPLAY.search(text, dead.start(), dead.end()):
            why = _WHY.get((dead["block"] or "").lower(), "a comment" if dead["comment"] else "code")
            unchecked.append(Unchecked(Span(*opener.span()), why))
        quoted.append(dead.span())
        plain += [text[at : dead.start()], blanked(dead.group())]
        at = dead.end()
    living = "".join((*plain, text[at:]))
    for found in _HEADING.finditer(living):
        level = len(found["stars"])
        blocks.append(Block(Kind.HEADING, found["title"].strip(), Span(*found.span()), level=level))
    return Marked(tuple(displays_in(living)), tuple(blocks), tuple(quoted), tuple(unchecked))
