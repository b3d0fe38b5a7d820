"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
from typing import Any


class _Uncompiled:
    """Becomes its regular expression, method by method: what is asked for once is found at once from then on."""

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    r"""A regular expression, for a module's own constants: there are many, and a document needs a third of them.

    >>> digits = pattern(r"\d+")
    >>> digits.sub("n", "12 rows of 3")
    'n rows of n'
    """
    return _Uncompiled(source, flags)  # type: ignore[return-value]
