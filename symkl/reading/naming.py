r"""Symbols and their canonical names: a base letter with its accents, subscripts, stars and primes.

``\pi_{\text{ref}}``, ``\pi_{ref}`` and ``\pi_{r e f}`` are all π_ref. A superscript is part of a name when
it is a star, a prime, a word or a number in brackets; otherwise it is an exponent and left alone.
"""

from __future__ import annotations

import unicodedata

from symkl.reading.mistakes import refuse
from symkl.reading.scanning import GREEK, Raw, balance

_KNOWN_RUNS = frozenset(
    [
        "ref", "old", "new", "base", "sft", "init", "teacher", "student", "data", "opt", "best", "theta",
        "phi", "psi", "target",
    ]
)
_Y_LIKE = frozenset("yxsaoz")
_VALUE_LETTERS = frozenset("QVAJGdqvρη")
_POLICIES = frozenset("πμνρpqP")
_PARAMETERS = frozenset("θφψω")


class Names:
    """Reads names off raw symbols whose brackets match; ranges are half-open pairs of indices."""

    def __init__(self, raws: list[Raw], repairs: list[str]) -> None:
        self.raws = raws
        self.partner = balance(raws)
        self.repairs = repairs

    def at(self, i: int, end: int) -> Raw | None:
        """The raw symbol at i, or None at the end of its range."""
        return self.raws[i] if i < end else None

    def level(self, i: int, end: int) -> list[int]:
        """The indices of the raw symbols from i to end that stand in no inner bracket."""
        found = []
        while i < end:
            found.append(i)
            i = max(i, self.partner[i]) + 1
        return found

    def argument(self, i: int, end: int, of: Raw) -> tuple[int, int, int]:
        """The argument at i as (first, last + 1, next): what is in braces, or one symbol."""
        raw = self.at(i, end)
        while raw is not None and raw.kind == "quad":
            i += 1
            raw = self.at(i, end)
        if raw is None or raw.kind in ("rb", "close", "comma", "rel"):
            name = "empty script" if of.kind in ("sub", "sup") else "missing argument"
            raise refuse(
                name,
                of.span,
                ("\\" if of.kind == "cmd" else "") + of.text,
                "two arguments" if of.text == "frac" else "an argument",
            )
        if raw.kind == "lb":
            close = self.partner[i]
            if close == i + 1:
                raise refuse(
                    "empty script" if of.kind in ("sub", "sup") else "missing argument",
                    of.span,
                    ("\\" if of.kind == "cmd" else "") + of.text,
                    "something inside its braces",
                )
            return i + 1, close, close + 1
        if raw.kind == "num" and len(raw.text) > 1 and of.kind in ("sub", "sup"):
            raise refuse("several digits", raw.span, raw.text, of.text)
        if raw.kind == "accent":
            if of.kind == "accent":
                raise refuse("accent", of.span, "\\" + of.font)
            after = self.argument(i + 1, end, raw)[2]
            return i, after, after
        if raw.kind == "cmd" and of.kind == "sup" and raw.text == "frac":
            _, _, after = self.argument(i + 1, end, raw)
            after = self.argument(after, end, raw)[2]
            return i, after, after
        return i, i + 1, i + 1

    def written(self, a: int, b: int) -> str:
        """What stands from a to b, letter by letter."""
        return "".join(r.text for r in self.raws[a:b])

    def name(self, i: int, end: int) -> str:
        """A subscript as text: ``\\theta_{\\text{old}}`` is θ_old, ``{<t}`` is <t."""
        out: list[str] = []
        first = i
        while i < end:
            raw = self.raws[i]
            if raw.kind in ("letter", "num", "prime", "star", "dots", "cdot") or (
                raw.kind == "op" and raw.text in "+-:/"
            ):
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
                a, b, i = self.script(i, end)
                out.append("_" + self.name(a, b))
                continue
            elif raw.kind == "sup" and i > first:
                a, b, i = self.script(i, end)
                decoration = self.decoration(a, b, "")
                out.append(decoration if decoration is not None else "^" + self.name(a, b))
                continue
            elif raw.kind == "accent":
                name, i = self.accented(i, end)
                out.append(name)
                continue
            elif raw.kind == "lb":
                out.append(self.name(i + 1, self.partner[i]))
                i = self.partner[i]
            else:
                raise refuse("unreadable subscript", raw.span, raw.text)
            i += 1
        return "".join(out)

    def script(self, i: int, end: int) -> tuple[int, int, int]:
        """The argument of the ``_`` or ``^`` at i."""
        return self.argument(i + 1, end, self.raws[i])

    def decoration(self, i: int, end: int, base: str) -> str | None:
        """What a superscript adds to a name, or None if it is an exponent."""
        inside = self.raws[i:end]
        if inside and all(r.kind in ("star", "prime") for r in inside):
            return "".join(r.text for r in inside)
        first = inside[0] if inside else None
        if len(inside) == 1 and first is not None:
            if first.kind == "op" and first.text in "+-" and base[:1] in _Y_LIKE:
                return "^" + first.text
            if first.kind == "word" and first.font not in ("mathcal", "mathbb", "mathbf"):
                return "_" + first.text.replace(" ", "")
            if first.kind == "run" and (
                first.text.isupper() or first.text in _KNOWN_RUNS or len(first.text) > 2
            ):
                return "_" + first.text
        if first is not None and first.kind == "open" and first.text == "(" and self.partner[i] == end - 1:
            return "^(" + self.name(i + 1, end - 1) + ")"
        if first is not None and first.text in ("π", "μ") and base[:1] in _VALUE_LETTERS:
            return "^" + self.name(i, end)
        return None

    def accented(self, i: int, end: int) -> tuple[str, int]:
        """``\\hat r`` or ``\\hat{r}_\\theta``: the base with its accent, and where it ends."""
        mark = self.raws[i]
        a, b, after = self.argument(i + 1, end, mark)
        name, stop = self.symbol(a, b)
        if stop != b or not name:
            raise refuse("accent", mark.span, "\\" + mark.font)
        base = name[:2] if unicodedata.combining(name[1:2] or "a") else name[:1]
        return unicodedata.normalize("NFC", base + mark.text + name[len(base) :]), after

    def symbol(self, i: int, end: int) -> tuple[str, int]:
        """The symbol that starts at i with all its decoration, and the index behind it."""
        raw = self.raws[i]
        if raw.kind == "accent":
            name, i = self.accented(i, end)
        elif raw.kind == "lb":
            name, stop = self.symbol(i + 1, self.partner[i])
            assert stop == self.partner[i]
            i = stop + 1
        else:
            name, i = raw.text.replace(" ", ""), i + 1
        sub = primes = stars = ""
        above = ""
        while i < end:
            raw = self.raws[i]
            if raw.kind == "sub":
                if sub:
                    raise refuse("double subscript", raw.span)
                a, b, i = self.script(i, end)
                if all(r.kind == "star" for r in self.raws[a:b]):
                    stars += "*" * (b - a)
                else:
                    sub = "_" + self.name(a, b)
            elif raw.kind == "prime":
                primes, i = primes + "'", i + 1
            elif raw.kind == "sup":
                a, b, after = self.script(i, end)
                decoration = self.decoration(a, b, name)
                if decoration is None or (name == "e" and decoration.startswith("_")):
                    break
                if above and decoration[0] in "^_":
                    raise refuse("double superscript", raw.span)
                if decoration.startswith(("_", "^")):
                    above += decoration
                else:
                    primes, stars = primes + "'" * decoration.count("'"), stars + decoration.replace("'", "")
                i = after
            elif raw.kind == "star" and self.eaten_underscore(i, end, name):
                if sub:
                    raise refuse("double subscript", raw.span)
                a, b, i = self.script(i, end)
                sub = "_" + self.name(a, b)
                self.repairs.append(f"“{name}*…” is read as “{name}{sub}”: Markdown turned the “_” into “*”")
            else:
                break
        return name + sub + above + stars + primes, i

    def eaten_underscore(self, i: int, end: int, name: str) -> bool:
        """Whether the ``*`` at i can only be a ``_`` that Markdown took for emphasis."""
        star, after = self.raws[i], self.at(i + 1, end)
        if (
            star.text != "*"
            or after is None
            or star.stop != after.start
            or self.raws[i - 1].stop > star.start
        ):
            return False
        if self.raws[i - 1].stop != star.start:
            return False
        if after.kind == "lb":
            inside = self.raws[i + 2 : self.partner[i + 1]]
            return (
                bool(inside)
                and all(r.kind in ("run", "word", "letter", "sub", "lb", "rb", "num", "head") for r in inside)
                and (name[:1] in _POLICIES or inside[0].kind in ("run", "word"))
            )
        if name[:1] in _POLICIES:
            return (after.kind == "letter" and after.text in _PARAMETERS) or after.kind == "word"
        return name[:1] == "y" and after.kind == "letter" and after.text in "wl"
