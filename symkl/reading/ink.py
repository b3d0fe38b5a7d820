"""Whether ink is seen: what a row shows must be what is judged, so a colour that hides is told from decoration."""

from __future__ import annotations

import re

from symkl.language.patterns import pattern

_NAMES = """
    red green blue cyan magenta yellow black gray grey darkgray darkgrey brown lime olive orange pink purple
    teal violet maroon navy crimson indigo gold salmon tomato turquoise firebrick forestgreen royalblue
    steelblue darkblue darkred darkgreen apricot aquamarine bittersweet bluegreen blueviolet brickred
    burntorange cadetblue carnationpink cerulean cornflowerblue dandelion darkorchid emerald fuchsia goldenrod
    greenyellow junglegreen limegreen mahogany melon midnightblue mulberry navyblue olivegreen orangered orchid
    peach periwinkle pinegreen plum processblue rawsienna redorange redviolet rhodamine royalpurple rubinered
    seagreen sepia skyblue springgreen tan tealblue thistle violetred wildstrawberry yellowgreen yelloworange
"""
_VISIBLE = frozenset(_NAMES.split())
_HIDDEN_NAME = pattern(r"white|ivory|snow|transparent|background|paper|ghost|beige|linen|bg|light", re.IGNORECASE)
BRIGHTEST = 0.8
"""How light ink may be, from 0 for black to 1 for white paper."""


def shows(colour: str, model: str = "") -> bool:
    r"""Whether ink of this colour is seen on white paper, as far as its name or its numbers tell.

    >>> shows("red"), shows("blue!50!black"), shows("white"), shows("white!90!red"), shows("FFFFFF", "HTML")
    (True, True, False, False, False)
    """
    colour = colour.strip()
    model = model.strip()
    if colour.startswith("#"):
        colour, model = colour[1:], "HTML"
        if len(colour) == 3:
            colour = "".join(2 * digit for digit in colour)
    if model or re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
        return _lightness(colour, model or "HTML") <= BRIGHTEST
    first, *mix = colour.split("!")
    if mix:  # red!40 is two fifths of red on white paper; red!40!black on black
        share = float(mix[0]) if re.fullmatch(r"\d+(?:\.\d+)?", mix[0]) else 0.0
        on = mix[1] if len(mix) > 1 else "white"
        return len(mix) <= 2 and all(shows(part) for part, of in ((first, share), (on, 100 - share)) if of > 60)
    name = first.lower()
    return name in _VISIBLE or (
        not _HIDDEN_NAME.search(name) and any(known in name for known in _VISIBLE if len(known) > 2)
    )


_DARK = pattern(r"black|navy|midnightblue|sepia|.*dark.*", re.IGNORECASE)


def covers(colour: str, model: str = "") -> bool:
    r"""Whether a box of this colour may hide the black formula in it.

    >>> covers("black"), covers("yellow"), covers("000022", "HTML"), covers("red!20")
    (True, False, True, False)
    """
    colour = colour.strip().lstrip("#")
    if model or re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
        return _lightness(colour, model or "HTML") < 1 - BRIGHTEST
    return _DARK.search(colour) is not None


def _lightness(colour: str, model: str) -> float:
    """How light a colour given by numbers is, 0 to 1; 1 where the numbers are not understood."""
    if model == "HTML":
        parts = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)] if re.fullmatch(r"[0-9A-Fa-f]{6}", colour) else []
    else:
        numbers = [part.strip() for part in colour.split(",")]
        parts = [float(n) for n in numbers if re.fullmatch(r"\d*\.?\d+", n)]
        if model == "RGB":
            parts = [part / 255 for part in parts]
        elif model == "gray":
            parts = parts[:1] * 3
        elif model == "cmyk" and len(parts) == 4:
            parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
        elif model != "rgb":
            parts = []
    if len(parts) != 3:
        return 1.0
    red, green, blue = parts
    return 0.3 * red + 0.59 * green + 0.11 * blue
