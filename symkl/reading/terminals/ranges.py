r"""Ranges behind a statement: ``…, \quad \lambda \in [0, 1]``, ``… \text{ for all } t \in (0, 1)`` are conditions."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.reading.raws import Raw

_EVERY = frozenset(["for all", "for any", "for every", "for each", "where", "with", "if", "for"])
_BOUNDS = {"[": "≤", "(": "<"}


def with_ranges(raws: Sequence[Raw]) -> list[Raw]:
    r"""The raw symbols with such a range as the condition that it is: ``if 0 ≤ λ ≤ 1``."""
    raws = _out_of_brackets(raws)
    k = next((k for k, raw in enumerate(raws) if raw.text == "∈" and k), 0)
    if not k or raws[k - 1].kind != "letter" or not _is_unit(raws[k + 1 : k + 6]):
        return list(raws)
    begin = k - 1
    while begin and (raws[begin - 1].kind == "quad" or raws[begin - 1].text.strip(" ,") in {*_EVERY, "∀"}):
        begin -= 1
    stated = any(raw.kind == "rel" for raw in raws[:begin])
    apart = begin < k - 1 or raws[begin - 1].kind == "comma"
    behind = raws[k + 6 :]
    if not (stated and apart) or any(raw.kind not in ("quad", "comma") for raw in behind):
        return list(raws)
    while raws[begin - 1].kind == "comma":
        begin -= 1
    at, end, sign = raws[begin].start, raws[k + 5].stop, _BOUNDS[raws[k + 1].text]
    low, high = Raw("num", "0", at, at), Raw("num", "1", end, end)
    relations = (Raw("rel", sign, at, at), Raw("rel", sign, end, end))
    word = [Raw("quad", "", at, at), Raw("word", "if", at, at, "text")]
    return [*raws[:begin], *word, low, relations[0], raws[k - 1], relations[1], high]


def _out_of_brackets(raws: Sequence[Raw]) -> list[Raw]:
    r"""The raw symbols without the brackets around a range: ``… \quad (\beta > 0)``, ``… \quad [0 < \beta < 1]``."""
    last = len(raws) - 1
    while last > 0 and raws[last].kind in ("quad", "comma", "stop"):
        last -= 1
    shut = raws[last].text if raws else ""
    if shut not in _OPENING or raws[last].kind != "close":
        return list(raws)
    begin = next((k for k in range(last - 1, 0, -1) if raws[k].text == _OPENING[shut]), 0)
    inside = [raw for raw in raws[begin + 1 : last] if raw.text.strip(" ,") not in {*_EVERY, "∀"}]
    stated = any(raw.kind == "rel" for raw in raws[:begin])
    if not begin or raws[begin - 1].kind != "quad" or not stated or not _is_a_range(inside):
        return list(raws)
    while raws[begin - 1].kind in ("quad", "comma"):
        begin -= 1
    at = inside[0].start
    return [*raws[:begin], Raw("comma", ",", at, at), Raw("quad", "", at, at), *inside]


_OPENING = {")": "(", "]": "["}


def _is_a_range(raws: Sequence[Raw]) -> bool:
    """Whether these say where a number lies, and nothing else: ``0 < β < 1``, ``u > -1``, ``β ∈ (0, 1)``."""
    if not any(raw.kind == "letter" for raw in raws):
        return False
    if len(raws) > 2 and raws[1].text == "∈":
        return _is_unit(raws[2:]) and len(raws) == 7
    kinds = {"letter", "num", "rel", "op", "sub", "sup", "lb", "rb", "prime"}
    related = [raw.text for raw in raws if raw.kind == "rel"]
    return bool(related) and all(text in "<>≤≥" for text in related) and all(raw.kind in kinds for raw in raws)


def _is_unit(raws: Sequence[Raw]) -> bool:
    """Whether these are ``[0, 1]`` or ``(0, 1)``."""
    if len(raws) < 5 or [raw.text for raw in raws[1:4]] != ["0", ",", "1"]:
        return False
    return (raws[0].text, raws[4].text) in (("[", "]"), ("(", ")"))
