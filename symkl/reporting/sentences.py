r"""Sentences that quote a piece of LaTeX: where in the sentence it stands, and the same in letters."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

_NAMED = {
    "|": "‖", "mid": "|", "Vert": "‖", "sim": "∼", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "cdot": "·",
    "times": "×", "sum": "Σ", "prod": "Π", "nabla": "∇", "partial": "∂", "infty": "∞", "succ": "≻", "prec": "≺",
    "ell": "ℓ", "propto": "∝", "equiv": "≡", "varepsilon": "ε", "lambda": "λ", "left": "", "right": "", "big": "",
    "Big": "", ",": "", ";": " ", "!": "", ":": " ", "quad": " ",
}  # fmt: skip
_FUNCTIONS = frozenset({"log", "exp", "max", "min", "ln", "sup", "inf", "lim"})
_UPRIGHT = re.compile(r"\\(?:text|mathrm|operatorname|mathbb|mathcal|mathbf|textrm)\s*\{([^{}\\]*)\}")
_FRACTION = re.compile(r"(\\(?:log|exp|ln)\s*)?\\[td]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_INDEX = re.compile(r"([_^])\{([^{}]*)\}")
_LETTER = re.compile(r"[A-Zb-z](?:[^A-Za-z].*)?")  # which opens a formula; a lone "a" opens a sentence
_SIGN = re.compile(r"[^A-Za-z]+|d?[A-Za-z](?:[^A-Za-z].*)?")
_PAUSE = re.compile(r"(?<!\\)[,;:]$")
_COMMAND = re.compile(r"(?<=(?P<before>.))?\\(?P<name>[A-Za-z]+|[|,;!:])(?=(?P<behind>.?))")
_QUOTED = re.compile(
    r"(?P<before>(?:[a-z]+ )+)(?P<latex>(?:[+−-] )?\S*\\.*?)"
    r"(?P<after>(?: by \S+| in both places| moves?| stands? still| once| for \S+)?)"
)


def quoted(sentence: str) -> tuple[str, str, str] | None:
    r"""What stands before a piece of LaTeX, the piece, and what stands behind it; None where it is not told apart.

    >>> quoted(r"multiply \log Z(x) by β"), quoted("put a minus sign in front")
    (('multiply ', '\\log Z(x)', ' by β'), None)
    """
    found = _QUOTED.fullmatch(sentence)
    return None if found is None or " for " in found["latex"] else (found["before"], found["latex"], found["after"])


def in_letters(sentence: str) -> str:
    r"""The sentence with the LaTeX that it quotes in letters; as it is where some of it has none.

    >>> in_letters(r"flip the sign of \beta \log Z(x)")
    'flip the sign of β log Z(x)'
    >>> in_letters(r"invert the ratio \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)}")
    'invert the ratio π_θ(y | x)/π_ref(y | x)'
    >>> in_letters(r"leave out the factor \begin{cases} 1 \end{cases}")
    'leave out the factor \\begin{cases} 1 \\end{cases}'
    """
    if "\\" not in sentence:
        return sentence
    shown, before = _UPRIGHT.sub(r"\1", sentence), ""
    while shown != before:
        before = shown
        shown = _FRACTION.sub(_divided, _INDEX.sub(_lowered, shown))
    shown = _COMMAND.sub(_letter, shown)
    shown = re.sub(r"(?<=[(\[]) | (?=[)\]])", "", re.sub(r" {2,}", " ", shown)).strip()
    return sentence if "\\" in shown or "{" in shown else shown


def to_type(sentence: str) -> list[tuple[str, bool]]:
    r"""The sentence in pieces; with each, whether it is LaTeX that one may type rather than words.

    >>> to_type(r"leave the bounds out, as in \int f(y) \, dy, or name the space")
    [('leave the bounds out, as in ', False), ('\\int f(y) \\, dy', True), (', or name the space', False)]
    >>> to_type(r"write \pi(y \mid x, z)"), to_type("write it in braces")
    ([('write ', False), ('\\pi(y \\mid x, z)', True)], [('write it in braces', False)])
    """
    words, told, first = re.split(r"( )", sentence), [("", False)], 0
    depths = list(accumulate(map(_opened, words), initial=0))  # of brackets, before each word and at the end
    lowest = list(accumulate(reversed(depths), min))[::-1]  # that is still to come
    while first < len(words):
        last = _end_of_latex(words, first, depths, lowest)
        piece = "".join(words[first : last + 1])
        bare = re.sub(r"(?<!\\)[,;:]+$", "", piece) if "\\" in piece else ""
        told += [(bare, True)] if bare else []
        rest = piece[len(bare) :]
        told = [*told[:-1], (told[-1][0] + rest, False)] if not told[-1][1] else [*told, (rest, False)]
        first = last + 1
    return [(piece, latex) for piece, latex in told if piece]


def _end_of_latex(words: list[str], first: int, depths: list[int], lowest: list[int]) -> int:
    """Where LaTeX ends that begins with a word: at that word where none does. Letters and signs between commands, and
    whatever stands in brackets, belong to it."""
    if not ("\\" in words[first] or _LETTER.fullmatch(words[first])):
        return first
    last, command = first, "\\" in words[first]
    for place in range(first + 2, len(words), 2):
        here, before = words[place], words[place - 2]
        inside = depths[place] > depths[first] >= lowest[place]
        goes_on = "\\" in here or (_SIGN.fullmatch(here) and not _PAUSE.search(before))
        if not (inside or goes_on):
            break
        last, command = place, command or "\\" in here
    return last if command else first


def _opened(word: str) -> int:
    plain = re.sub(r"\\[{}]", "", word)
    return sum(plain.count(sign) for sign in "([{") - sum(plain.count(sign) for sign in ")]}")


def _lowered(found: re.Match[str]) -> str:
    inside = found[2].strip()
    return found[1] + (inside if re.fullmatch(r"\*|-?\w+'?", inside) else f"({inside})")


def _divided(found: re.Match[str]) -> str:
    of, top, bottom = found[1], _one(found[2]), _one(found[3])
    return f"{of.rstrip()} ({top}/{bottom})" if of else f"{top}/{bottom}"


def _one(part: str) -> str:
    """A part of a fraction, in brackets where it has several terms or factors."""
    part = part.strip()
    outside = re.sub(r"\([^()]*\)", "", re.sub(r"\\[A-Za-z]+\s*", "x", part))
    return f"({part})" if re.search(r"[+\-\s/]", outside) else part


def _letter(found: re.Match[str]) -> str:
    name, behind = found["name"], found["behind"]
    if name in _NAMED:
        return _NAMED[name]
    if name in _FUNCTIONS:
        before = " " if (found["before"] or " ").isalnum() else ""
        return before + name + ("" if behind in "([ _" else " ")
    try:
        return unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.upper()}")
    except KeyError:
        return found[0]
