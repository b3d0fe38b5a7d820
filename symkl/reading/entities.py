"""HTML's names for characters in a formula: ``&gt;`` is how a page writes ``>``."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

from symkl.language.patterns import pattern
from symkl.reading.tracing import Written

_ENTITY = pattern(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")


def decoded(text: str, source: int, begin: int) -> Iterator[Written]:
    """A text that stands at ``begin`` in a source, in pieces, with a character for each name of one.

    >>> [piece.text for piece in decoded("a &gt; b", 0, 0)]
    ['a ', '>', ' b']
    """
    at = 0
    for found in _ENTITY.finditer(text):
        character = unescape(found.group())
        if (len(character) == 1 and character.isprintable()) or character == "\u00a0":
            yield Written(text[at : found.start()], source, begin + at, begin + found.start())
            yield Written(character, source, begin + found.start(), begin + found.end(), own=False)
            at = found.end()
    yield Written(text[at:], source, begin + at, begin + len(text))


def named(text: str) -> tuple[str, ...]:
    """What a person should know of the names in a text.

    >>> named("a &gt; b")
    ('“&gt;” is read as “>”',)
    """
    found = dict.fromkeys(_ENTITY.findall(text))
    return tuple(f"“{each}” is read as “{unescape(each)}”" for each in found if len(unescape(each)) == 1)
