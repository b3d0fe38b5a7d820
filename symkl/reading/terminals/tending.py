r"""What tends to what: ``A \to B \quad\text{as } \beta \to \infty`` says that ``\lim_{\beta \to \infty} A = B``."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.reading.raws import Raw

_AS = frozenset(["as", "when"])
_SPACES = ("quad", "comma")


def with_limits(raws: Sequence[Raw]) -> list[Raw]:
    """The raw symbols of such a row as those of the equation that it is; of any other row as they are.

    What B says may not move with β: then the row tells of two things that go together, and of no limit.
    """
    arrows = [k for k, raw in enumerate(raws) if raw.kind == "arrow"]
    if len(arrows) != 2:
        return list(raws)
    first, second = arrows
    word = second - 2
    if word <= first or raws[word].kind != "word" or raws[word].text.strip(" ,").lower() not in _AS:
        return list(raws)
    moving, end = raws[second - 1], _trimmed(raws[second + 1 :])
    left, right = _trimmed(raws[:first]), _trimmed(raws[first + 1 : word])
    written = "".join(raw.text for raw in end if raw.kind not in ("sup", "lb", "rb"))
    one_relation = not any(raw.kind in ("rel", "arrow", "column") for raw in (*left, *right))
    plain = moving.kind == "letter" and written in ("0", "0+", "+0", "∞", "+∞")
    if not (left and right and one_relation and plain) or moving.text in [raw.text for raw in right]:
        return list(raws)
    at, stop = left[0].start, left[-1].stop
    under = [Raw("lb", "{", at, at), moving, raws[second], *end, Raw("rb", "}", at, at)]
    sides = [Raw("open", "(", at, at), *left, Raw("close", ")", stop, stop), Raw("rel", "=", stop, stop), *right]
    return [Raw("head", "lim", at, at), Raw("sub", "_", at, at), *under, *sides]


def _trimmed(raws: Sequence[Raw]) -> list[Raw]:
    found = list(raws)
    while found and (found[-1].kind in _SPACES or found[-1].text == "."):
        found.pop()
    return found
