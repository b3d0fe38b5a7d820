r"""Constraints beside a problem: what every policy meets, as ``\sum_y \pi(y|x) = 1``, says nothing more."""

from __future__ import annotations

from symkl.reading.terminals.row import Row

_SUMS = ("sum", "∫")
_SCRIPTS = ("sub", "sup")
_ASIDE = frozenset(["quad", "comma"])


def met_by_all(row: Row, i: int, end: int) -> bool:
    """Whether what stands from i to end is only what every policy meets.

    What follows a “for all” does not matter.
    """
    parts: list[list[int]] = [[]]
    for k in row.level(i, end):
        raw = row.raws[k]
        if raw.text == "∀":
            break
        if raw.kind in _ASIDE or (raw.kind == "word" and raw.text.strip(" ,") in ("and", "for all")):
            parts.append([])
        else:
            parts[-1].append(k)
    said = [part for part in parts if part]
    return bool(said) and all(_met(row, part) for part in said)


def _met(row: Row, part: list[int]) -> bool:
    raws = [row.raws[k] for k in part]
    signs = [n for n, raw in enumerate(raws) if raw.kind == "rel" or raw.text == "∈"]
    if len(signs) != 1:
        return False
    left, sign, right = raws[: signs[0]], raws[signs[0]].text, raws[signs[0] + 1 :]
    before = ["", *(raw.kind for raw in left)]
    own = [raw for raw, kind in zip(left, before, strict=False) if kind not in _SCRIPTS]
    letters = [raw.text for raw in own if raw.kind == "letter"]
    plain = not any(raw.kind in ("op", "num", "cmd") for raw in left)
    if sign == "∈":
        return letters == ["π"] and plain and bool(right) and right[0].text == "Δ"
    if len(right) != 1 or right[0].kind != "num" or not plain:
        return False
    if left[0].kind == "head":
        inside = [letter for letter in letters if left[0].text == "sum" or letter not in ("d", "y", "a")]
        return left[0].text in _SUMS and inside == ["π"] and sign == "=" and right[0].text == "1"
    return letters == ["π"] and sign == "≥" and right[0].text == "0"
