"""Text in pieces, each of one style, and how it reaches a stream: as it is, or painted.

Neither needs anything but a few escape sequences, so that a report is shown without loading a library for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
_USUAL_WIDTH = 80


class Text:
    """A text in pieces, each of one style; what is appended makes another.

    >>> Text("a ").append("b", "bold red").plain
    'a b'
    """

    __slots__ = ("parts",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts: tuple[tuple[str, str], ...] = ((text, style),) if text else ()

    @property
    def plain(self) -> str:
        """Without any style."""
        return "".join(text for text, _ in self.parts)

    def append(self, text: str, style: str = "") -> Text:
        """This text, and ``text`` behind it."""
        return _made((*self.parts, (text, style))) if text else self

    def extend(self, other: Text) -> Text:
        """This text, and the pieces of another behind it."""
        return _made((*self.parts, *other.parts))


def _made(parts: Iterable[tuple[str, str]]) -> Text:
    text = Text()
    text.parts = tuple(parts)
    return text


def joined(lines: Iterable[Text]) -> Text:
    """The lines, one below the other.

    >>> joined([Text("a"), Text("b")]).plain
    'a\\nb'
    """
    parts: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        parts += ([("\n", "")] if number else []) + list(line.parts)
    return _made(parts)


def painted(text: Text, *, colour: bool) -> str:
    r"""What a terminal is sent: without ``colour`` the plain text, and no escape sequence.

    >>> painted(Text("a ").append("b", "bold red"), colour=True)
    'a \x1b[1;31mb\x1b[0m'
    """
    if not colour:
        return text.plain
    return "".join(f"\x1b[{_sequence(style)}m{piece}\x1b[0m" if style else piece for piece, style in text.parts)


def _sequence(style: str) -> str:
    return ";".join(_CODES[word] for word in style.split())


def columns(*, colour: bool) -> int:
    """How wide the terminal is that someone looks at: also where only standard input or the errors are one."""
    if colour and os.environ.get("TERM", "").lower() in ("dumb", "unknown"):
        return _USUAL_WIDTH
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told):
        return int(told)
    for stream in range(3):
        try:
            return os.get_terminal_size(stream).columns or _USUAL_WIDTH
        except (OSError, ValueError):  # no terminal
            continue
    return _USUAL_WIDTH
