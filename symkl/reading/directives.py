"""Directives, ``<!-- symkl: tau > 0 -->`` or ``% symkl: tau > 0``, and what looks like one and is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind
from symkl.reading.mistakes import refuse

MARK = pattern(r"\s*symkl\s*(?P<colon>:?)", re.IGNORECASE)
"""How a comment begins that is meant for us."""

#: What stands in a directive and hardly in prose.
_DECLARES = pattern(
    r"\s*(?:claim\s+[\w-]+|(?:reference|reward|temperature|prompts|sampler)\s+\\?\S+|\S+\s*>\s*0|\S+\s+(?:real\s+)?scalar"
    r"|\S+\s+(?:positive\s+)?function\b.*|\S+\s+distribution\b.*|assume(?:\s+throughout)?)\s*(?:;|$)"
)


def declarations(text: str, mark: re.Match[str], stop: int) -> Iterator[Block]:
    """What a comment declares that begins with our name, at ``mark``, and ends at ``stop``."""
    written = mark.group().strip()
    if written == "symkl:":
        for part in re.finditer(r"[^;]+", text[mark.end() : stop]):
            stripped = part.group().strip()
            if stripped:
                start = mark.end() + part.start() + part.group().index(stripped)
                yield Block(Kind.DIRECTIVE, stripped, Span(start, start + len(stripped)))
    elif mark["colon"] or _DECLARES.match(text, mark.end(), stop):
        start = mark.start() + mark.group().index(written)
        yield misspelt("misspelt directive", text, start, start + len(written))


def misspelt(name: str, text: str, start: int, stop: int) -> Block:
    """A directive that is none, by the name of its mistake."""
    place = Span(start, stop)
    return Block(Kind.TROUBLE, text[start:stop], place, trouble=refuse(name, place, text[start:stop].strip()))
