"""What is put right in a row of raw symbols before anything else: its end, and loose braces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.remarks import CONDITIONS, carried, speaks
from symkl.reading.spellings import PROSE

CONSTRAINT_WORDS = ("s.t.", "s. t.", "st.", "subject to", "such that", "s.t")


def check_remark(raw: Raw) -> None:
    """Refuse words beside a formula that are no remark. Raises Unreadable."""
    if word := carried(raw.text):
        first = raw.text.lower().strip(" ,:;()").split(" ")[0]
        if first in CONDITIONS and word.isalpha():
            raise refuse("condition", raw.span, raw.text)
        raise refuse("words that count", raw.span, word, within(word, raw.text))


def within(word: str, text: str) -> str:
    """`` in “text”``, where a word is not all of it."""
    return "" if word == text else f" in “{text if len(text) <= 40 else text[:37] + '...'}”"


def trimmed(raws: Sequence[Raw]) -> list[Raw]:
    """Without the full stop, equation number and side remarks a row may end with.

    Raises: Unreadable, for words that are no remark.
    """
    left = list(raws)
    while left:
        last = left[-1]
        if last.kind in ("comma", "quad", "stop") or (
            last.kind == "word" and last.font in PROSE and _ends_as_remark(left)
        ):
            if last.kind == "word":
                check_remark(last)
            left.pop()
        elif last.kind == "word" and last.font in PROSE and (start := _remark_start(left)) is not None:
            del left[start:]
        elif last.kind == "close" and last.text in _PAIRS and (start := _number_start(left)) is not None:
            for raw in left[start:]:
                if raw.kind == "word" and raw.font in PROSE:
                    check_remark(raw)
            del left[start:]
        else:
            break
    return left


_PAIRS = {")": "(", "]": "["}


def _remark_start(raws: list[Raw]) -> int | None:
    r"""Where ``\quad \text{(by } p = q \text{)}`` begins, if a row ends with one. Raises Unreadable if it is none."""
    if raws[-1].text not in _PAIRS:
        return None
    for n in range(len(raws) - 2, 0, -1):
        raw = raws[n]
        if raw.kind == "word" and raw.font in PROSE and raw.text.startswith(_PAIRS[raws[-1].text]):
            if raws[n - 1].kind not in ("quad", "comma", "stop") or raw.text.endswith(raws[-1].text):
                return None
            between = "$ $" if n < len(raws) - 2 else ""
            words = " ".join(each.text if each.kind == "word" and each.font in PROSE else between for each in raws[n:])
            check_remark(replace(raw, text=words))
            return n
    return None


def turned(raws: list[Raw]) -> list[Raw]:
    r"""With ``A \\to \\max_\\pi``, a problem as some write it, as ``\\max_\\pi A``."""
    at = next((n for n in range(len(raws) - 1, 0, -1) if raws[n].kind == "arrow"), None)
    if at is None or at + 1 == len(raws):
        return raws
    head, *under = raws[at + 1 :]
    body = raws[:at]
    depth = sum({"open": 1, "lb": 1, "close": -1, "rb": -1}.get(raw.kind, 0) for raw in body)
    if head.kind != "head" or head.text not in ("max", "min") or depth or not body:
        return raws
    whole = bool(under) and under[0].kind == "sub" and (
        len(under) == 2 or (under[1].kind == "lb" and _closes(under) == len(under) - 1)
    )
    relations = [n for n, raw in enumerate(body) if raw.kind == "rel"]
    if not whole or any(raw.kind in ("comma", "column") for raw in body) or len(relations) > 1:
        return raws
    if relations:  # J = A \\to \\max_\\pi gives J, and poses the problem
        named = body[relations[0]].text in ("=", ":=") and 0 < relations[0] < at - 1
        gap = [Raw("comma", ",", head.start, head.start), Raw("quad", "", head.start, head.start)]
        return [*body, *gap, head, *under, *body[relations[0] + 1 :]] if named else raws
    return [head, *under, *body]


def _closes(raws: list[Raw]) -> int:
    """Where the brace closes that opens at 1."""
    depth = 0
    for n, raw in enumerate(raws[1:], 1):
        depth += {"lb": 1, "rb": -1}.get(raw.kind, 0)
        if not depth:
            return n
    return -1


def of_the_best(raws: list[Raw]) -> list[Raw]:
    r"""With ``\in \arg\max``, to be one of the best, as ``= \arg\max``: the kernel knows the best where it is one."""
    out = list(raws)
    for n, raw in enumerate(raws):
        if (raw.kind, raw.text) == ("op", "∈"):
            first = next((m for m in range(n + 1, len(raws)) if raws[m].kind not in ("lb", "cmd")), len(raws))
            if first < len(raws) and raws[first - 1].kind == "lb" and raws[first - 2].text == "underset":
                close = first - 1 + _closes([raw, *raws[first - 1 :]]) - 1
                first = next((m for m in range(close + 1, len(raws)) if raws[m].kind != "lb"), len(raws))
            if first < len(raws) and raws[first].kind == "head" and raws[first].text.startswith("arg"):
                out[n] = replace(raw, kind="rel", text="=")
    return out


def prepared(raws: list[Raw]) -> list[Raw]:
    """With the arguments of ``\\frac12`` apart, and without braces around a lone operator (``{\\sum}_y``)."""
    out: list[Raw] = []
    wanted = 0  # arguments of a fraction still to come, at this place
    for n, raw in enumerate(raws):
        if wanted and raw.kind in ("num", "run") and len(raw.text) > 1:
            kind = "num" if raw.kind == "num" else "letter"
            for k, letter in enumerate(raw.text[:wanted]):
                out.append(Raw(kind, letter, raw.start + k, raw.start + k + 1))
            rest = raw.text[wanted:]
            if rest:
                kind = raw.kind if raw.kind == "num" or len(rest) > 1 else "letter"
                out.append(Raw(kind, rest, raw.start + wanted, raw.stop))
            wanted = 0
            continue
        if raw.kind == "cmd" and raw.text == "frac":
            wanted = 2
        else:
            wanted = max(wanted - 1, 0) if raw.kind != "lb" else 0
        if raw.kind == "rb" and len(out) > 1 and out[-1].kind == "head" and out[-2].kind == "lb":
            before = out[-3] if len(out) > 2 else None
            behind = raws[n + 1] if n + 1 < len(raws) else None
            plain = before is None or before.kind not in ("sub", "sup", "cmd", "accent", "rb")
            if plain and behind is not None and behind.kind in ("sub", "sup", "open"):
                del out[-2]
                continue
        after = raws[n + 1].kind if n + 1 < len(raws) else ""
        if raw.kind == "rb" and after in ("num", "run") and _first_argument(raws, n):
            wanted = 1
        out.append(raw)
    return out


def apart(raws: Sequence[Raw]) -> list[Raw]:
    """With ``||`` as two bars where the first of them ends an absolute value: ``|u||v|``."""
    out: list[Raw] = []
    opened = [False]  # of each bracket around here, whether an absolute value is open in it
    for raw in raws:
        last = out[-1] if out else None
        starts = last is None or last.kind in _BEFORE_OPERANDS
        if raw.kind in ("open", "lb"):
            opened.append(False)
        elif raw.kind in ("close", "rb") and len(opened) > 1:
            opened.pop()
        elif raw.kind == "bar" and raw.text == "|":
            opened[-1] = starts
        elif raw.kind == "dbar" and raw.font == "||" and opened[-1] and not starts:
            out.append(Raw("bar", "|", raw.start, raw.start + 1))
            raw = Raw("bar", "|", raw.stop - 1, raw.stop)
        out.append(raw)
    return out


_BEFORE_OPERANDS = frozenset(["op", "rel", "comma", "open", "lb", "head", "cdot", "quad"])


def _first_argument(raws: list[Raw], n: int) -> bool:
    """Whether the brace that closes at n held the first argument of a fraction: ``\\frac{1}2``."""
    depth = 0
    for k in range(n, -1, -1):
        depth += {"rb": 1, "lb": -1}.get(raws[k].kind, 0)
        if not depth:
            return k > 0 and raws[k - 1].kind == "cmd" and raws[k - 1].text == "frac"
    return False


def _ends_as_remark(raws: list[Raw]) -> bool:
    if len(raws) == 1:
        return True
    word, before = raws[-1].text, raws[-2]
    if before.kind in ("quad", "comma", "stop"):
        return not word.startswith(CONSTRAINT_WORDS)
    return (" " in word or word.startswith("(")) and (speaks(word) or carried(word) != "")


def _number_start(raws: list[Raw]) -> int | None:
    """Where ``\\quad (3)`` or ``\\quad (\\text{by definition})`` begins, if the row ends with one."""
    for size in (3, 4, 5, 6):
        if len(raws) > size and raws[-size].text == _PAIRS[raws[-1].text] and raws[-size - 1].kind == "quad":
            inside = raws[-size + 1 : -1]
            if (
                all(r.kind in ("num", "star", "stop", "letter", "word") for r in inside)
                and any(r.kind in ("num", "star") for r in inside)
                and all(r.text.isascii() for r in inside)
            ) or all(r.kind == "word" and r.font in PROSE for r in inside):
                return len(raws) - size - 1
    return None
