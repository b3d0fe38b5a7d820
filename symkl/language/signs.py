"""Numbers by what of them is > 0: one between 0 and 1 by its odds, one below 0 by its size."""

from __future__ import annotations

from symkl.language.patterns import pattern

_BY = pattern(r"(?P<what>odds|size)\((?P<name>.+)\)")


def odds_of(name: str) -> str:
    """What the odds of a number between 0 and 1 are called: ``α = odds / (1 + odds)``.

    >>> odds_of("α")
    'odds(α)'
    """
    return f"odds({name})"


def size_of(name: str) -> str:
    """What the size of a number below 0 is called: ``A = -size``.

    >>> size_of("A")
    'size(A)'
    """
    return f"size({name})"


def in_words(symbol: str) -> str | None:
    """What it says of a number that its odds, or its size, is > 0; None for any other symbol.

    >>> in_words("odds(ε)"), in_words("size(A)"), in_words("β")
    ('0 < ε < 1', 'A < 0', None)
    """
    found = _BY.fullmatch(symbol)
    if found is None:
        return None
    return f"0 < {found['name']} < 1" if found["what"] == "odds" else f"{found['name']} < 0"
