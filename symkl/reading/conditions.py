r"""The conditions that a sentence puts on the display behind it: “If $\pi = \mu$, then”, “For $\beta = 1$ we get”.

They hold for that display alone, as a condition does that stands in its row. A sentence is one where it says nothing
else: a word that opens, formulas, and words that draw the display from them. What supposes something in other words
is not read; then nobody knows under what the display stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.reading.defining import Gives, gives
from symkl.reading.inline import INLINE
from symkl.reading.scenes import sets_a_scene
from symkl.reading.surroundings import behind, relates, supposes_in_words

_ENDS = pattern(r"(?<=[.!?])\s+(?=[^a-z])|\n\s*\n|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")
_CODE = pattern(r"`[^`\n]*`")
_TOKEN = pattern(r"\0|[^\W\d_]+(?:['’][^\W\d_]+)*|[;:.!?(\[]|\d")

_EVERY = pattern(r"\bfor\s+(?:all|every|each|any)\s+\0\s*(?:(?:,|and)\s*\0\s*)*")
_AN_INDEX = pattern(r"[xysawzij](?:'|_\w|_\{\w+\})?(?:\s*,\s*[xysawzij](?:'|_\w)?)*(?:\s*(?:\\in|∈).*)?")
"""“for all $y$”: of a condition on functions of y that says nothing more."""

_GOES_ON = frozenset(
    [
        "and", "but", "so", "now", "then", "thus", "hence", "indeed", "moreover", "also", "finally", "first", "second",
        "again", "however", "similarly", "we", "let", "us", "here", "in", "particular", "by", "the", "special",
    ]
)  # fmt: skip
_OPENS = frozenset(
    [
        "if", "when", "whenever", "suppose", "supposing", "assume", "assuming", "provided", "for", "at", "with",
        "case", "setting", "set", "putting", "put", "taking", "take", "choosing", "choose", "letting", "let",
    ]
)  # fmt: skip
_ORDERS = frozenset(["suppose", "assume", "let", "set", "put", "take", "choose"])
_BETWEEN = frozenset(["that", "the", "case", "where", "we", "have", "any", "all", "every", "each", "and", "of"])
_DRAWS = frozenset(
    [
        "then", "we", "have", "get", "obtain", "find", "see", "so", "hence", "thus", "therefore", "that", "in",
        "this", "which", "case", "it", "follows", "gives", "yields", "and", "is", "the", "one", "has", "also", "now",
        "indeed", "clearly", "of", "course", "by", "definition", "consequently", "immediately", "holds", "becomes",
        "reads", "reduces", "simplifies", "to", "equals", "objective", "loss", "gradient", "expression",
    ]
)  # fmt: skip
"""Words of a sentence that says nothing but that a display follows from what stands before."""

_SUPPOSES = frozenset(["suppose", "supposing", "assume", "assuming", "provided", "under"])
_OTHERS = frozenset(
    ["only", "even", "other", "otherwise", "not", "never", "no", "wrong", "without", "except", "unlike"]
)
"""Words of a sentence whose formulas are not said to hold."""

_REASONS = frozenset(["since", "because", "as", "here", "\0"])
_PEOPLE = frozenset(["we", "you", "one", "i"])


class Condition(NamedTuple):
    """A formula that is a condition, and where it starts in its text."""

    formula: str
    start: int


class Conditions(NamedTuple):
    """What a sentence supposes: formulas; and the sentence, where it supposes something in words that are not read.

    ``reasons``: formulas that it gives as a reason, “Since $r = 0$”, or says to be so here; ``nearby``: those that it
    has in other words.
    """

    formulas: tuple[Condition, ...] = ()
    unread: str = ""
    reasons: tuple[str, ...] = ()
    nearby: tuple[str, ...] = ()


NOTHING = Conditions()


def conditions(prose: str) -> Conditions:
    r"""The conditions on the display behind some prose.

    >>> conditions(r"A remark. If $\pi = \mu$, then").formulas
    (Condition(formula='\\pi = \\mu', start=14),)
    >>> [each.formula for each in conditions(r"Suppose that $r = 0$. Then we have").formulas]
    ['r = 0']
    >>> conditions(r"If $\pi = \mu$, all is well. It is also known that") == NOTHING
    True
    >>> conditions(r"If $r = 0$ on average, then").unread
    'If r = 0 on average, then'
    >>> conditions(r"Since $r = 0$, we get").reasons
    ('r = 0',)
    """
    prose = _CODE.sub(lambda found: " " * len(found.group()), prose)
    marks = list(INLINE.finditer(prose))
    plain = INLINE.sub(lambda found: "\0".ljust(len(found.group())), prose)
    for every in _EVERY.finditer(plain):
        of = [each for each in marks if every.start() <= each.start() < every.end()]
        if all(_AN_INDEX.fullmatch((each[1] or each[2]).strip()) for each in of):
            marks = [each for each in marks if each not in of]
            plain = plain[: every.start()] + " " * len(every.group()) + plain[every.end() :]
    if not plain.strip():
        return Conditions()
    ended = plain.rstrip()[-1:] in (".", "!", "?")
    ends = [*(found.end() for found in _ENDS.finditer(plain)), len(plain)]
    begins = [0, *ends[:-1]]
    spans = [(begin, end) for begin, end in zip(begins, ends, strict=True) if plain[begin:end].strip()]
    begin, end = spans.pop()
    words = _words(plain[begin:end])
    ordered = ended
    if not ended and spans and words and set(words) <= _DRAWS:
        begin, end = spans.pop()
        words, ordered = _words(plain[begin:end]), True
    words = [word for word in words if word != "."] if ordered else words
    opener = next((i for i, word in enumerate(words) if word not in _GOES_ON or word in ("let", "here")), len(words))
    if words[opener : opener + 2] == ["let", "us"]:
        opener += 2
    inside = [found for found in marks if begin <= found.start() < end]
    found = [Condition(each[1] or each[2], each.start(1) if each[1] else each.start(2)) for each in inside]
    related = [each for each in found if relates(each.formula)]
    if opener == len(words) or not (related or _opens_in_words(words[opener:])):
        return _in_words(prose[begin:end], whole=ordered)
    if related == found and _is_all_there_is(words[opener:], ordered):
        return Conditions(tuple(related))
    if words[opener] in _OPENS | _SUPPOSES and (not ended or words[opener] in _SUPPOSES):
        return Conditions((), " ".join(prose[begin:end].replace("$", "").split()))
    if words[opener] in _REASONS:
        return Conditions(reasons=tuple(each.formula for each in related))
    return _in_words(prose[begin:end], related, whole=ordered)


def _in_words(sentence: str, related: Sequence[Condition] = (), *, whole: bool) -> Conditions:
    given = gives(sentence) in (Gives.SAID, Gives.INTRODUCED)  # “with the length-normalised reward” sets no scene
    if not supposes_in_words(sentence, whole=whole) and (whole or given or not sets_a_scene(sentence)):
        words = _words(sentence)
        others = _OTHERS.isdisjoint(words) and not (whole and "if" in words)
        return Conditions(nearby=tuple(each.formula for each in related) if others else ())
    return Conditions((), " ".join(sentence.replace("$", "").split()).rstrip(".:,"))


def conditions_behind(prose: str) -> Conditions:
    """The conditions on the display before some prose: “provided that $r = 0$.”"""
    said = behind(prose)
    return Conditions(tuple(Condition(*each) for each in said.formulas), said.unread, said.reasons, said.nearby)


def _words(sentence: str) -> list[str]:
    return [word.lower() for word in _TOKEN.findall(sentence)]


def _is_all_there_is(words: list[str], ordered: bool) -> bool:
    """Whether a sentence is an opening word, formulas, and nothing but what draws the display from them."""
    first, *rest = words
    if first not in _OPENS or (ordered and first not in _ORDERS):
        return False
    last = max((i for i, word in enumerate(rest) if word == "\0"), default=-1)
    head, tail = rest[: last + 1], rest[last + 1 :]
    tail = tail[1:] if tail[:1] in ([";"], [":"]) else tail
    return last >= 0 and set(head) <= {*_BETWEEN, "\0"} and set(tail) <= _DRAWS and not (ordered and tail)


def _opens_in_words(words: list[str]) -> bool:
    """Whether a sentence supposes something that is no formula: “If the policy is deterministic, then”."""
    first, *rest = words
    return first in {*_SUPPOSES, "if"} - {"under"} and rest[:1] != [] and rest[0] not in _PEOPLE


def goes_on(prose: str) -> bool:
    """Whether prose between two displays says no more than that the second follows.

    >>> goes_on(", and hence"), goes_on(""), goes_on("Now for something else:")
    (True, True, False)
    """
    return set(_words(INLINE.sub("\0", prose))) <= _DRAWS
