r"""Where a wide formula may go on in the next line, beside the places that KaTeX knows.

KaTeX breaks a formula after a sign that stands outside all groups, and ``\left( … \right)`` is a group. So a long one
becomes ``\biggl( … \biggr)``, which is none: of about the height that its content asks for. A long product may be
broken before a factor that begins with a word or with ∇.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONG = 18
"""Signs between two brackets from which on there may be no room for them on a phone."""
PRODUCT = 26
"""Signs without one to break after, from which on a product is broken."""
_TOKEN = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+\s*|\\.|.)|\\[A-Za-z]+\s*|\\.|.", re.DOTALL)
_BREAKS = re.compile(r"[-+=<>]|\\(?:cdot|times|leq?|geq?|neq?|pm|propto|equiv|approx|sim)(?![A-Za-z])")
_TALL = re.compile(r"\\(?:d?frac|sum|prod|int)(?![A-Za-z])")
_TALLER = re.compile(r"\\d?frac(?:\{(?:[^{}]|\{[^{}]*\})*\})?\{(?:[^{}]|\{[^{}]*\})*\\(?:d?frac|sum)(?![A-Za-z])")
_FACTOR = re.compile(r"(?<=[)\]}])\s*(?=\\(?:nabla|exp)(?![A-Za-z])|\\mathbb\{E\})")
_RANGE = re.compile(r"\\(?:sum|prod|int|max|min|sup|inf)(?:_\{(?:[^{}]|\{[^{}]*\})*\})$")
_UNSEEN = re.compile(r"\\(?:left|right|text|mathrm|mathbb|d?frac|nobreak|allowbreak)(?![A-Za-z])")
_EITHER_WAY = r"\middle", r"\begin", "&"


def opened(latex: str) -> str:
    r"""A displayed formula whose long brackets are no groups.

    >>> print(opened(r"\log \left( \frac{a}{b} - \log \frac{a}{b} - c - d - e - f - g - h - i \right)^2"))
    \log \biggl( \frac{a}{b} - \log \frac{a}{b} - c - d - e - f - g - h - i \biggr)^2
    >>> print(opened(r"\left( x - 1 \right) \frac{\left( a + b + c + d + e + f + g + h + i \right)}{2}"))
    \left( x - 1 \right) \frac{\left( a + b + c + d + e + f + g + h + i \right)}{2}
    """
    if any(sign in latex for sign in _EITHER_WAY):
        return latex
    tokens = _TOKEN.findall(latex)
    found, rest = _walk(tokens, 0)
    return _in_factors(found) if rest == len(tokens) else latex  # a \right without its \left: nothing is known of it


def _walk(tokens: Sequence[str], at: int) -> tuple[str, int]:
    """What stands up to the end, or to the ``\\right`` of where it begins; and where that is."""
    out: list[str] = []
    while at < len(tokens):
        token = tokens[at]
        if token.startswith(r"\right") and _sign(token):
            break
        if token == "{":
            end = _group(tokens, at)
            out.append("".join(tokens[at:end]))
            at = end
        elif token.startswith(r"\left") and _sign(token):
            inner, end = _walk(tokens, at + 1)
            raw = "".join(tokens[at + 1 : end])
            if end == len(tokens):
                out.append("".join(tokens[at:]))
                return "".join(out), end
            first, last = _sign(token), _sign(tokens[end])
            if _may_break(raw) and "." not in (first, last):
                size = _size(raw)
                first, last = (rf"\{size}l{first}", rf"\{size}r{last}") if size else (first, last)
                out.append(f"{first}{inner}{last}")
            else:
                out.append(f"{token}{raw}{tokens[end]}")
            at = end + 1
        else:
            out.append(token)
            at += 1
    return "".join(out), at


def _in_factors(latex: str) -> str:
    r"""With places to break a product, where there is no sign to break after for long.

    >>> print(_in_factors(r"V = \beta \sum_{a} \pi_{\text{ref}}(a \mid s) \exp(r(s, a) \beta (a \mid s) r(s, a))"))
    V = \beta \sum_{a} \pi_{\text{ref}}(a \mid s)\allowbreak \exp(r(s, a) \beta (a \mid s) r(s, a))
    >>> print(_in_factors(r"\pi_{\text{ref}}(y) \exp(r(y))"))
    \pi_{\text{ref}}(y) \exp(r(y))
    """
    out, last = [], 0
    for place in _factors(latex):
        before, after = _BREAKS.split(latex[:place])[-1], _BREAKS.split(latex[place:])[0]
        if _seen(before) + _seen(after) > PRODUCT:
            out.append(latex[last:place] + r"\allowbreak")
            last = place
    return "".join([*out, latex[last:]])


def _factors(latex: str) -> list[int]:
    """Where a factor begins outside all braces, and not right after the range of a sum."""
    depth, depths = 0, []
    for n, sign in enumerate(latex):
        depth += 0 if latex[n - 1 : n] == "\\" else {"{": 1, "}": -1}.get(sign, 0)
        depths.append(depth)
    places = (found.start() for found in _FACTOR.finditer(latex))
    return [place for place in places if not depths[place - 1] and not _RANGE.search(latex[:place])]


def _size(raw: str) -> str:
    """How high brackets are around this, as KaTeX calls it; nothing for those of a line."""
    if _TALLER.search(raw):
        return "Bigg"
    return "bigg" if _TALL.search(raw) else "big" if r"\left" in raw else ""


def _sign(token: str) -> str:
    """The bracket of a ``\\left`` or a ``\\right``; nothing of another command, as ``\\leftarrow``."""
    found = re.fullmatch(r"\\(?:left|right)(?![A-Za-z])\s*(.+)", token, re.DOTALL)
    return found[1] if found else ""


def _group(tokens: Sequence[str], at: int) -> int:
    """Where a group in braces ends."""
    depth = 0
    for end in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        if not depth:
            return end + 1
    return len(tokens)


def _may_break(raw: str) -> bool:
    """Whether there is a sign outside all braces to break after, and enough to be worth it."""
    shallow, depth = [], 0
    for token in _TOKEN.findall(raw):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if not depth:
            shallow.append(token)
    return bool(_BREAKS.search("".join(shallow)) or _factors(raw)) and _seen(raw) > LONG


def _seen(raw: str) -> int:
    r"""How many signs a reader sees, about.

    >>> _seen(r"\frac{a}{b} - \pi_{\text{ref}}(y)")
    10
    """
    plain = _UNSEEN.sub("", raw)
    return len(re.sub(r"[{}\s_^]", "", re.sub(r"\\[A-Za-z]+|\\.", "x", plain)))
