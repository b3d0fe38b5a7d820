"""Text from strangers, made ready for a terminal: harmless, spelled in its encoding, cut to its width.

Rows of dots and Greek letters are measured in terminal cells, not in characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from symkl.reporting.cells import cell_len

# Letters, controls and marks that a narrow encoding lacks. Greek letters are spelled by their names.
_ASCII = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "∗": "*", "⋆": "*", "…": "...", "⋯": "...", "∣": "|",
    "‖": "||", "∥": "||", "≡": "==", "≤": "<=", "≥": ">=", "∝": "~", "≈": "~=", "≠": "!=", "⟹": "=>",
    "⇒": "=>", "⇔": "<=>", "⟺": "<=>", "→": "->", "∼": "~", "≻": ">", "∈": " in ", "∀": "for all ",
    "∞": "inf", "∂": "d", "∇": "grad ", "√": "sqrt", "∑": "sum", "∏": "prod", "′": "'", "″": "''", "⁺": "+",
    "⁻": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "²": "^2", "³": "^3", "½": "1/2", "ℓ": "l",
    "𝔼": "E", "\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar",
    "Σ": "sum", "✓": "+", "✗": "x", "∴": "*", "⚠": "!",
}  # fmt: skip
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BREAK_AFTER = frozenset(",;)]}|/")
_OPERATORS = frozenset("+-−±=≤≥<>∝≡≈⟹·")


@lru_cache(maxsize=4096)
def _harmless(character: str) -> str:
    if character in "\n\t\r":
        return " "
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=4096)
def _spelled(character: str, encoding: str) -> tuple[str, bool]:
    """The character as the encoding can hold it, and whether it became a word."""
    try:
        character.encode(encoding)
        return character, False
    except UnicodeEncodeError:
        pass
    if character in _ASCII:
        return _ASCII[character], _ASCII[character].isalpha()
    words = unicodedata.name(character, "").split()
    if words[:2] == ["GREEK", "SMALL"] and len(words) > 3:
        return words[3].lower(), True
    if words[:2] == ["GREEK", "CAPITAL"] and len(words) > 3:
        return words[3].capitalize(), True
    return character.encode("ascii", "backslashreplace").decode("ascii"), False


def harmless(text: str) -> str:
    r"""``text`` on one line, with what a terminal would obey or hide (escapes, bidi marks) written out.

    >>> print(harmless("a\x1b[31mb"))
    a\x1b[31mb
    """
    return "".join(map(_harmless, text))


def spelled(text: str, encoding: str) -> str:
    """Harmless ``text``, with what ``encoding`` cannot hold spelled out.

    >>> spelled("β KL(π‖π_ref) ≤ 2βπ", "ascii")
    'beta KL(pi||pi_ref) <= 2beta pi'
    """
    text = harmless(text)
    if encoding.lower().replace("-", "").replace("_", "").startswith("utf"):
        return text
    text = text.replace("(·", "(.").replace("[·", "[.")  # the dot of an argument, not of a product
    pieces: list[str] = []
    after_word = False
    for character in text:
        piece, is_word = _spelled(character, encoding)
        # "βπ" is two letters: keep their names apart.
        if pieces and piece[:1].isalpha() and (after_word or (is_word and pieces[-1][-1:].isalpha())):
            pieces.append(" ")
        pieces.append(piece)
        after_word = is_word
    return "".join(pieces)


def wrap(text: str, width: int, hang: int = 0, *, formula: bool = False) -> list[tuple[int, int]]:
    """The (start, stop) of each line of ``text`` cut to ``width`` cells, and later ones to ``width - hang``.

    Lines break at spaces, away from operators where there is a choice; in a formula at the space that
    stands in the fewest brackets, before an operator; where there is no space, after a comma or a bracket.

    >>> formula = "E[r(x,y) − β KL(π‖π_ref)] + β log Z(x)"
    >>> [formula[a:b] for a, b in wrap(formula, 30, formula=True)]
    ['E[r(x,y) − β KL(π‖π_ref)]', '+ β log Z(x)']
    """
    lines: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip(" "))
    end = len(text.rstrip(" "))
    while start < end:
        room = max(width - (hang if lines else 0), 8)
        stop = _reach(text, start, end, room)
        if stop < end:
            stop = _before_macro(text, start, _best_break(text, start, stop, formula=formula))
        lines.append((start, start + len(text[start:stop].rstrip(" "))))
        start = stop
        while start < end and text[start] == " ":
            start += 1
    return lines or [(0, 0)]


def _reach(text: str, start: int, end: int, room: int) -> int:
    """How far a line from ``start`` may go: no cell too many, and no letter parted from its accent."""
    used, stop = 0, start
    while stop < end:
        used += cell_len(text[stop])
        if used > room:
            break
        stop += 1
    while start + 1 < stop < end and unicodedata.combining(text[stop]):
        stop -= 1
    return max(stop, start + 1)


def _best_break(text: str, start: int, stop: int, *, formula: bool) -> int:
    spaces = [i for i in range(stop, start, -1) if text[i] == " "]
    late = [i for i in spaces if i - start > 0.4 * (stop - start)] or spaces[:1]
    if late and not formula:
        # "β = 1" stays together where another place will do.
        return next((i for i in late if _OPERATORS.isdisjoint((text[i - 1], text[i + 1 : i + 2]))), spaces[0])
    if late:
        depth = _depths(text, start, stop + 1)
        return min(late, key=lambda i: (depth[i - start], text[i + 1 : i + 2] not in _OPERATORS, -i))
    # Nowhere to break well: after a comma or a bracket in the second half, else wherever the line is full.
    half = start + (stop - start) // 2
    return next((i for i in range(stop, half, -1) if text[i - 1] in _BREAK_AFTER), stop)


_MACRO = re.compile(r"\\(?:[A-Za-z]+|.)")


def _before_macro(text: str, start: int, stop: int) -> int:
    r"""A break that parts no macro in two: ``\mid`` is no ``\m`` on one line and ``id`` on the next.

    >>> _before_macro(r"x \mid y", 0, 4)
    2
    """
    begin = text.rfind("\\", max(start, stop - 40), stop)
    found = _MACRO.match(text, begin) if begin > start else None
    return begin if found is not None and begin < stop < found.end() else stop


def _depths(text: str, start: int, stop: int) -> list[int]:
    depths, depth = [], 0
    for character in text[start:stop]:
        depth -= character in ")]}"
        depths.append(depth)
        depth += character in "([{"
    return depths
