r"""Symbols and their canonical names: a base letter with its accents, subscripts, stars and primes.

``\pi_{\text{ref}}``, ``\pi_{ref}`` and ``\pi_{r e f}`` are all π_ref. A superscript is part of a name when
it is a star, a prime, a word or a number in brackets; otherwise it is an exponent and left alone.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.spellings import GREEK
from symkl.reading.terminals.row import Row

_KNOWN_RUNS = frozenset(
    [
        "ref", "old", "new", "base", "sft", "init", "teacher", "student", "data", "opt", "best", "theta",
        "phi", "psi", "target",
    ]
)
_Y_LIKE = frozenset("yxsaoz")
_VALUE_LETTERS = frozenset("QVAJGdqvρη")
_VALUES_OF_A_POLICY = frozenset("QVAJG")
_POLICIES = frozenset("πμνρpqP")
_PARAMETERS = frozenset("θφψω")
_BEST = frozenset(["opt", "optimal", "star"])


class Name(NamedTuple):
    """A name as it was read: its canonical text, the index behind it, and what was mended on the way."""

    text: str
    stop: int
    notes: tuple[str, ...] = ()


def symbol(row: Row, i: int, end: int) -> Name:
    """The symbol that starts at i with all its decoration. Raises Unreadable."""
    raw = row.raws[i]
    notes: tuple[str, ...] = ()
    if raw.kind == "accent":
        base = _accented(row, i, end)
        name, i, notes = base.text, base.stop, base.notes
    elif raw.kind == "lb":
        base = symbol(row, i + 1, row.partner[i])
        assert base.stop == row.partner[i]
        name, i, notes = base.text, base.stop + 1, base.notes
    else:
        name, i = raw.text.replace(" ", ""), i + 1
    sub = primes = stars = above = ""
    while i < end:
        raw = row.raws[i]
        if raw.kind == "sub":
            if sub:
                raise refuse("double subscript", raw.span)
            a, b, i = row.script(i, end)
            if all(r.kind == "star" for r in row.raws[a:b]):
                stars += "*" * (b - a)
            else:
                below = subscript(row, a, b)
                best = below.text in _BEST and name[:1] in _POLICIES
                stars += "*" if best else ""
                sub, notes = "" if best else "_" + below.text, notes + below.notes
        elif raw.kind == "prime":
            primes, i = primes + "'", i + 1
        elif raw.kind == "sup":
            a, b, after = row.script(i, end)
            found = _decoration(row, a, b, name)
            if found is None or (name == "e" and found.text.startswith("_")):
                break
            if above and found.text[0] in "^_":
                raise refuse("double superscript", raw.span)
            if found.text.startswith(("_", "^")):
                above += found.text
            else:
                primes += "'" * found.text.count("'")
                stars += found.text.replace("'", "")
            i, notes = after, notes + found.notes
        elif raw.kind == "star" and _eaten_underscore(row, i, end, name):
            if sub:
                raise refuse("double subscript", raw.span)
            a, b, i = row.script(i, end)
            below = subscript(row, a, b)
            sub = "_" + below.text
            mended = f"“{name}*…” is read as “{name}{sub}”: Markdown turned the “_” into “*”"
            notes = (*notes, *below.notes, mended)
        else:
            break
    return Name(name + sub + above + stars + primes, i, notes)


def subscript(row: Row, i: int, end: int) -> Name:
    """What stands from i to end as part of a name: ``\\theta_{\\text{old}}`` is θ_old, ``{<t}`` is <t.

    Raises: Unreadable for what no name can hold.
    """
    out: list[str] = []
    notes: tuple[str, ...] = ()
    first = i
    while i < end:
        raw = row.raws[i]
        if raw.kind in ("letter", "num", "prime", "star", "dots", "cdot") or (raw.kind == "op" and raw.text in "+-:/"):
            out.append(raw.text)
        elif raw.kind in ("word", "run", "head"):
            word = raw.text.replace(" ", "")
            if (raw.kind == "head" and raw.text == "partial") or not word.isascii():
                raise refuse("unreadable subscript", raw.span, raw.text)
            out.append(GREEK.get(word, word) if raw.kind == "run" else word)
        elif raw.kind == "rel" and raw.text in "<≤>≥=":
            out.append(raw.text)
        elif raw.kind in ("comma", "bar"):
            out.append("," if raw.kind == "comma" else "|")
        elif raw.kind in ("open", "close"):
            out.append(raw.text)
        elif raw.kind == "quad":
            pass
        elif raw.kind == "sub" and i > first:
            a, b, i = row.script(i, end)
            below = subscript(row, a, b)
            out.append("_" + below.text)
            notes += below.notes
            continue
        elif raw.kind == "sup" and i > first:
            a, b, i = row.script(i, end)
            above = _decoration(row, a, b, "")
            if above is None:
                above = subscript(row, a, b)
                out.append("^")
            out.append(above.text)
            notes += above.notes
            continue
        elif raw.kind == "accent":
            base = _accented(row, i, end)
            out.append(base.text)
            i, notes = base.stop, notes + base.notes
            continue
        elif raw.kind == "lb":
            inner = subscript(row, i + 1, row.partner[i])
            out.append(inner.text)
            i, notes = row.partner[i], notes + inner.notes
        else:
            raise refuse("unreadable subscript", raw.span, raw.text)
        i += 1
    return Name("".join(out), end, notes)


def _decoration(row: Row, i: int, end: int, base: str) -> Name | None:
    """What the superscript from i to end adds to a name, or None if it is an exponent."""
    inside = row.raws[i:end]
    if inside and all(r.kind in ("star", "prime") for r in inside):
        return Name("".join(r.text for r in inside), end)
    if len(inside) == 1 and inside[0].text in _BEST and base[:1] in _POLICIES:
        return Name("*", end)
    first = inside[0] if inside else None
    if first is None:
        return None
    if len(inside) == 1 and (added := _lone_decoration(first, base)):
        return Name(added, end)
    if first.kind == "open" and first.text == "(" and row.partner[i] == end - 1:
        inner = subscript(row, i + 1, end - 1)
        return Name("^(" + inner.text + ")", end, inner.notes)
    label = _lone_decoration(first, base) if len(inside) > 2 and first.kind in ("run", "word") else ""
    if label and inside[1].text == "(" and row.partner[i + 1] == end - 1:  # \\hat A^{GAE(γ,λ)}
        inner = subscript(row, i + 2, end - 1)
        return Name(f"{label}({inner.text})", end, inner.notes)
    lone = len(inside) == 1 or inside[1].kind in ("sub", "star", "prime")
    if base[:1] in _VALUE_LETTERS and (
        first.text in ("π", "μ") or (lone and first.text in _POLICIES and base[:1] in _VALUES_OF_A_POLICY)
    ):
        inner = subscript(row, i, end)
        return Name("^" + inner.text, end, inner.notes)
    return None


def _lone_decoration(raw: Raw, base: str) -> str:
    """What a superscript of one sign or word adds to a name, if it is no exponent."""
    if raw.kind == "op" and raw.text in "+-" and base[:1] in _Y_LIKE:
        return "^" + raw.text
    if raw.text == "T" and raw.font in ("mathsf", "mathrm", "sf", "rm"):
        return ""  # a transposition
    if raw.kind == "word" and raw.font not in ("mathcal", "mathbb", "mathbf"):
        return "_" + raw.text.replace(" ", "")
    if raw.kind == "run" and (raw.text.isupper() or raw.text in _KNOWN_RUNS or len(raw.text) > 2):
        return "_" + raw.text
    return ""


def _accented(row: Row, i: int, end: int) -> Name:
    """``\\hat r`` or ``\\hat{r}_\\theta``: the base with its accent, and where it ends."""
    mark = row.raws[i]
    a, b, after = row.argument(i + 1, end, mark)
    base = symbol(row, a, b)
    name = base.text
    if base.stop != b or not name or name[0].isdigit():
        raise refuse("accent", mark.span, "\\" + mark.font)
    letter = name[:2] if unicodedata.combining(name[1:2] or "a") else name[:1]
    return Name(unicodedata.normalize("NFC", letter + mark.text + name[len(letter) :]), after, base.notes)


def _eaten_underscore(row: Row, i: int, end: int, name: str) -> bool:
    """Whether the ``*`` at i can only be a ``_`` that Markdown took for emphasis."""
    star, after = row.raws[i], row.at(i + 1, end)
    if star.text != "*" or after is None or star.stop != after.start or row.raws[i - 1].stop != star.start:
        return False
    if after.kind == "lb":
        inside = row.raws[i + 2 : row.partner[i + 1]]
        return (
            bool(inside)
            and all(r.kind in ("run", "word", "letter", "sub", "lb", "rb", "num", "head") for r in inside)
            and (name[:1] in _POLICIES or inside[0].kind in ("run", "word"))
        )
    if name[:1] in _POLICIES:
        return (after.kind == "letter" and after.text in _PARAMETERS) or after.kind == "word"
    return name[:1] == "y" and after.kind == "letter" and after.text in "wl"
