# ruff: noqa: E501
r"""What sentences call symbols: “Let $\pi^*$ be the expert's policy”, “by $D$ we mean the dataset”.

A phrase is compared with the nouns of what a symbol usually is. That is the safe way round: of what has none of them,
nobody knows whether the usual meaning still holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.reading.describing_words import AT, END_OF_PHRASE, LIST

_VERB = (
    r"(?:(?:is|are|be)\s+(?:short|used|reserved|taken|meant)\s+(?:for|as)|is|are|be|being|denotes?|stands?\s+for|means?|refers\s+to"
    r"|represents?|measures?|counts?|quantifies|records?)"
)
_BESIDE = r"(?:(?:always|here|now|simply|throughout|just|instead|below|rather|will|only|again)\s+)*"
_ARTICLE = r"(?:the|an?|our|its|their|any|some|one|half|twice|minus|this|that|what|whatever|whichever|how|\0\d+\0\s+times)\b"
_IS = pattern(
    rf"(?P<subject>{LIST})\s*,?\s*{_BESIDE}{_VERB}\s+{_BESIDE}(?P<phrase>(?:not\s+)?{_ARTICLE}.*)", re.IGNORECASE
)
_OF = pattern(
    r"\b(?:to|of|from|for|in|by|between|under|at|on|over|against|around|near|through|per|into|without|towards?)\s+\Z",
    re.IGNORECASE,
)
"""Behind such a word a symbol is no subject."""
_CALLS = (
    _IS,
    pattern(
        rf"\b(?:write|writes|use|uses|take|takes|reserve|reuse)\s+(?P<subject>{LIST})\s+{_BESIDE}"
        rf"(?:for|as|to\s+(?:be|denote|mean|represent|stand\s+for))\s+(?P<phrase>{_ARTICLE}.*)", re.IGNORECASE,
    ),
    pattern(
        rf"\bby\s+(?P<subject>{LIST})\s+(?:we|i|one)\s+{_BESIDE}(?:mean|means|denote|denotes|understand)\s+(?P<phrase>.*)",
        re.IGNORECASE,
    ),
    pattern(rf"\bdenotes?\s+(?:by\s+(?P<subject>{LIST})\s+)(?P<phrase>{_ARTICLE}.*)", re.IGNORECASE),
    pattern(rf"\b(?:denote|write|call)\s+(?P<phrase>{_ARTICLE}[^\0]*?)\s+(?:by|as)\s+(?P<subject>{LIST})", re.IGNORECASE),
    pattern(rf"\b(?P<phrase>{_ARTICLE}[^\0,;:]*?)\s+(?:is|are)\s+(?:denoted|called|written)\s+(?:by\s+|as\s+)?(?P<subject>{LIST})", re.IGNORECASE),
    pattern(
        rf"(?:\b(?:with|where)|\b(?:be|is|denotes?)\b[^\0]*\band)\s+(?P<subject>{LIST})\s+(?P<phrase>(?:the|an?|our|its)\s.*)",
        re.IGNORECASE,
    ),
)  # fmt: skip
"""How a sentence calls a symbol something."""


class Kind(Enum):
    """What a symbol usually is, by its letter and its use."""

    LAW = "law"
    OPTIMUM = "optimum"
    PARTITION = "partition"
    REWARD = "reward"
    TEMPERATURE = "temperature"


class _Nouns(NamedTuple):
    """The words of what a symbol usually is, and those that make something else of it."""

    usual: re.Pattern[str]
    other: re.Pattern[str]


def _nouns(usual: str, other: str) -> _Nouns:
    return _Nouns(pattern(rf"\b(?:{usual})", re.IGNORECASE), pattern(rf"\b(?:{other})", re.IGNORECASE))


_NOUNS = {
    Kind.LAW: _nouns(
        r"polic|distribution|laws?\b|models?\b|reference|priors?\b|posterior|optim|tilt|teacher|student|expert|learner|sampler"
        r"|data|behaviou?r|mixture|pmf|probabilit|measure|softmax|checkpoint|lm\b|llm|network|actor|agent|strateg|conditional"
        r"|marginal|target|iterate|solution|maximi|minimi|generator|proposal|simplex|density|densities|baseline|bot\b|assistant|gibbs"
        r"|boltzmann|likelihood|uniform|candidate|competitor|sft|snapshot|projection|limit|frequenc|version|one\b|copy",
        r"(?:\w+\s+)?probability\s+(?:that|with\s+which)|logits?\b|scores?\b|weights?\b|unnormali[sz]ed|pseudo|exponent|count|ratio|signed"
        r"|chance|win[- ]?rate|preference\s+prob|prob\w*\s+of\s+(?:preferring|winning|being|success|a\s+win|choosing|accept)|sub-?prob"
        r"|energ|utilit|mean\b|average|number|value",
    ),
    Kind.OPTIMUM: _nouns(
        r"optim|maximi|minimi|solution|best|tilt|gibbs|boltzmann|closed|arg\s*max|target|solve|ideal|unique|limit",
        r"unregulari[sz]ed|unconstrained|deterministic|greedy|without|expert|demonstrat|teacher|data|true\b|ground|human|entropy"
        r"|hard\b|another|second|unpenali[sz]ed|zero\s+temperature|oracle|behaviou?r|uniform|best[- ]of",
    ),
    Kind.PARTITION: _nouns(
        r"partition|normali[sz]|constant|sum\b|function|factor|denominator|evidence|scale|expectation|integral|total|mass\b|free",
        r"random|samples?\b|estimate|normal\s+(?:variable|noise)|not\b|set\b|latent|uniform|without\s+the\s+reference|approximat",
    ),
    Kind.REWARD: _nouns(
        r"reward|returns?\b|scores?\b|utilit|values?\b|advantage|function|signal|critic|preference|feedback|quality|objective|models?\b"
        r"|estimat|approximat|network|heads?\b|outputs?\b|predict|regress|critic|baseline|gain|outcome|payoff|bonus|gap|difference|target|rating|grade|judge|matrix|table|vector|one\b|sum\b|combination|mixture|measure|degree|how\s+(?:good|well|much)|helpful|merit",
        r"(?:\w+\s+)?ratios?\b|costs?\b|loss|energ|penalt|regret|negative|minus|not\b|probabilit|polic|distribution|radius|rank\b|rate\b"
        r"|random\s+(?:vector|variable|number)",
    ),
    Kind.TEMPERATURE: _nouns(r"\w", r"(?:inverse|reciprocal|one\s+over)\b"),
}  # fmt: skip

_ANOTHER = pattern(rf"\s+and\s+(?={AT})")
_NOT = pattern(r"\s*not\b", re.IGNORECASE)


_HEAD = pattern(r"(.*?[^\W\d_]{3,}.*?)\s+(?:of|that|which|whose|for|with|in|from|on|over|under|to|at|between|by)\s", re.IGNORECASE)
_PART = pattern(
    r"\b(?:elements?|points?|members?|outputs?|copy|copies|versions?|products?|results?|restrictions?|any|one|kind|sort|form|class|set"
    r"|choice|probabilit\w+|conditional|product)\s*$", re.IGNORECASE,
)  # fmt: skip
"""Nouns that say of what stands behind “of” what there is of it."""


def called(sentence: str) -> Iterator[tuple[tuple[int, ...], str]]:
    r"""What a sentence calls its formulas, by number, each once, in a phrase; formulas stand as numbers between nulls.

    >>> list(called("Let \0000\0 be the expert's policy, which is fixed."))
    [((0,), "the expert's policy")]
    >>> list(called("\0000\0 is not the reward but the ratio"))
    [((0,), 'not the reward but the ratio')]
    >>> list(called("The KL to \0000\0 is the regret"))
    []
    """
    for way in _CALLS:
        for found in way.finditer(sentence):
            if way is _IS and _OF.search(_before(sentence, found.start("subject"))):
                continue  # “The KL to $\pi^*$ is the regret” says what the KL is
            numbers = tuple(int(each) for each in re.findall(AT, found["subject"]))
            yield numbers, _phrase(found["phrase"])


def _before(sentence: str, at: int) -> str:
    """The end of what stands before a place: a word or two."""
    return sentence[max(0, at - 12) : at]


def _phrase(words: str) -> str:
    if _NOT.match(words):
        return words.strip(" .,")
    for ends in (END_OF_PHRASE, _ANOTHER):
        end = ends.search(words)
        words = words[: end.start()] if end else words
    return words.strip(" .,")


def is_other(kind: Kind, phrase: str, *, several: bool = False) -> bool:
    r"""Whether a phrase says of a symbol that it is something else than what it usually is.

    ``several``: whether it says so of several at once, so that what is in it may be of another.

    >>> is_other(Kind.LAW, "the policy after training"), is_other(Kind.LAW, "the mean reward")
    (False, True)
    >>> is_other(Kind.OPTIMUM, "the greedy policy"), is_other(Kind.TEMPERATURE, "the inverse temperature")
    (True, True)
    """
    nouns = _NOUNS[kind]
    phrase = re.sub(AT, " ", phrase)
    if not re.search(r"[^\W\d_]{3}", phrase):
        return False
    if kind is Kind.LAW and not several and (head := _HEAD.match(phrase)) is not None:
        phrase = phrase if _PART.search(head[1]) else head[1]  # a quantile of the distribution is none
    usual, other = nouns.usual.search(phrase), nouns.other.search(phrase)
    if usual is None or other is None or several:
        return usual is None
    return kind in (Kind.OPTIMUM, Kind.TEMPERATURE) or other.start() <= usual.start()
