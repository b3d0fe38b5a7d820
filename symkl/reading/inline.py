r"""Formulas inside sentences: ``$...$``, with no space inside the signs, and ``\( ... \)``."""

from __future__ import annotations

import re

from symkl.language.patterns import pattern

INLINE = pattern(
    r"(?<![\\$])\$(?![$`\s])([^$\n]+(?:\n[ \t]*[^$\s>#|][^$\n]*)?)(?<![\s\\])\$(?![$\d])|\\\(((?:(?!\\\().)+?)\\\)",
    re.DOTALL,
)
"""One of them; what is inside is the first group, or the second. A line may end inside, as editors wrap lines. The
round ones do not nest, so that a bracket that nothing closes ends at the next one, and a text of such brackets is read
in one pass."""
