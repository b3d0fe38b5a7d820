r"""Sentences that quote a piece of LaTeX: where in the sentence it stands, and the same in letters."""

from __future__ import annotations

import re
import unicodedata

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
