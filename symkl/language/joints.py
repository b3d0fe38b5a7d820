"""What the parts of a law of several variables are called: ``p(x|z)``, ``p(z)`` and ``p(x)`` are three distributions.

The variables stand in the name, behind the letter, and reports write them as brackets.
"""

from __future__ import annotations

from collections.abc import Iterable

Shape = tuple[tuple[str, ...], tuple[str, ...]]
"""What a part is of, and what stands given, by the letters of the variables, each in alphabetical order."""

OPEN, _CLOSE = "⟦⟧"

MARKED = "‡"
"""What a letter bears below a symbol where the document differentiates by it: the w of π_w."""


def part(name: str, of: Iterable[str], given: Iterable[str] = ()) -> str:
    """What a part of a law is called.

    >>> part("p_θ", "x", "z"), part("p", "zx")
    ('p⟦x|z⟧_θ', 'p⟦x,z⟧')
    """
    head, mark, tail = name.partition("_")
    behind = "|" + ",".join(sorted(given)) if given else ""
    return f"{head}{OPEN}{','.join(sorted(of))}{behind}{_CLOSE}{mark}{tail}"


def variables_of(symbol: str, name: str = "") -> Shape | None:
    """What a part of a law is of, and what stands given; None for what is no part, or of no law of that name.

    >>> variables_of("p⟦x|z⟧_θ"), variables_of("p⟦x|z⟧_θ", "p")
    ((('x',), ('z',)), None)
    """
    head, mark, rest = symbol.partition(OPEN)
    inside, _, tail = rest.partition(_CLOSE)
    if not mark or name not in ("", head + tail):
        return None
    of, _, given = inside.partition("|")
    return tuple(of.split(",")), tuple(given.split(",")) if given else ()


def whole(symbol: str) -> str:
    """The law that a part is of, which is how a part is written where its variables stand behind it.

    >>> whole("p⟦x|z⟧_θ"), whole("q")
    ('p_θ', 'q')
    """
    head, _, rest = symbol.partition(OPEN)
    return (head + rest.partition(_CLOSE)[2]).replace(MARKED, "")


def written(symbol: str) -> str:
    """A part as it is written by itself.

    >>> written("p⟦x|z⟧_θ"), written("q")
    ('p_θ(x|z)', 'q')
    """
    _, mark, rest = symbol.partition(OPEN)
    return f"{whole(symbol)}({rest.partition(_CLOSE)[0]})" if mark else whole(symbol)
