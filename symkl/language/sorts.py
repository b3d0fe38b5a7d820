"""Sorts of numbers: the alphabet {1, ..., G}, and what it and its size are called.

Every sort is a string. That of an i which runs from 1 to G is ``i≤G``; where no row says to what, it is ``i≤``.
"""

from __future__ import annotations

_UP_TO = "≤"


def numbers(letter: str, size: str = "") -> str:
    """The sort of the numbers from 1 to ``size``, which are usually called ``letter``.

    >>> numbers("i", "G"), numbers("i")
    ('i≤G', 'i≤')
    """
    return letter + _UP_TO + size


def is_numbers(sort: str) -> bool:
    """Whether a sort is one of numbers.

    >>> is_numbers("i≤G"), is_numbers("y")
    (True, False)
    """
    return _UP_TO in sort


def usual_name(sort: str) -> str:
    """What a variable of the sort is called where nobody has named one.

    >>> usual_name("i≤G"), usual_name("y")
    ('i', 'y')
    """
    return sort.partition(_UP_TO)[0]


def size_name(sort: str) -> str:
    """What the number of its elements is called; nothing where no row names it.

    >>> size_name("i≤G"), size_name("y")
    ('G', '')
    """
    return sort.partition(_UP_TO)[2]
