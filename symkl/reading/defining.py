r"""Whether the words before a display say that it gives a symbol, or may: “Define the reward”, “It uses the reward”.

What they say decides how a row is taken whose symbol has a usual meaning, or was used before: without them
``r(x,y) = β log π_θ(y|x)`` is a claim about the reward.
"""

from __future__ import annotations

from enum import Enum

from symkl.language.patterns import pattern
from symkl.reading.inline import INLINE


class Gives(Enum):
    """What words say of the display behind them: it gives a symbol, it introduces one, perhaps it does, nothing."""

    SAID = "said"
    INTRODUCED = "introduced"
    PERHAPS = "perhaps"
    NOT = "not"


_COMMENT = pattern(r"(?s:<!--.*?-->)|(?m:^[ \t]*%.*$)")
_MARK = pattern(
    r"(?m)^[ \t]*(?:>[ \t]*)*(?:(?:[-+*]|\d{1,3}[.)])[ \t]+)?"
    r"|\*\*|__|\\(?:label|tag|cite\w*)\s*\{[^{}]*\}|\\(?:noindent|par|item)(?![A-Za-z])"
)
_DRESSED = pattern(r"\\(?:textbf|textit|textrm|textsc|emph|text)\s*\{([^{}]*)\}")
_LABELLED = pattern(
    r"(?is)(?:\\begin\s*\{(?:definition|defn)\*?\}(?:\s*\[[^\]]*\])?|\{prf:definition\}[^\n]*"
    r"|\bdefinition(?:\s+\d[\d.]*)?(?:\s*\([^()]*\))?\s*[.:])(?P<said>.*)\Z"
)
_PARAGRAPH = pattern(r"\n\s*\n")
_SENTENCE = pattern(r"(?<=[.!?;])\s+(?=\S)")
_WORD = pattern("\0" + r"|[^\W\d_]+(?:['’-][^\W\d_]+)*|[.!?]\Z")

_SMALL = frozenset(
    [
        "we", "us", "let", "now", "then", "also", "first", "next", "further", "finally", "here", "and", "so", "i", "to",
        "the", "our", "its", "their", "these", "simplify", "notation", "for", "each", "every", "any", "all",
        "convenience", "therefore", "can", "in", "this", "section", "paper", "note", "following", "shorthand", "begin",
        "start", "recall", "that", "may", "will", "\0",
    ]
)  # fmt: skip
_DEFINES = frozenset(["define", "denote", "introduce", "set", "put", "defining", "denoting", "setting"])
_DEFINED = (("defined", "as"), ("defined", "by"), ("defined", "to", "be"), ("defined", "via"), ("define", "as"))
_INTRODUCES = frozenset(
    [
        "use", "uses", "using", "consider", "considers", "take", "takes", "choose", "chooses", "adopt", "adopts",
        "propose", "proposes", "defines", "introduces", "sets", "denotes", "replace", "replaces", "replacing",
        "employ", "employs", "with",
    ]
)  # fmt: skip
_IS = frozenset(["is", "are", "has", "reads", "equals"])
_BESIDE = frozenset(["function", "functions", "model", "models", "term", "terms", "parameter", "vector", "\0"])
_ROLES = frozenset(
    [
        "reward", "rewards", "advantage", "advantages", "baseline", "baselines", "temperature", "score", "scores",
        "critic", "utility", "utilities", "cost", "costs", "penalty", "bonus", "logit", "logits", "reference", "prior",
        "coefficient", "weight", "weights",
    ]
)  # fmt: skip
_AT_MOST = 4
"""So many words, “the implicit reward”, have what a sentence is about at their end."""

_CHOSEN = frozenset(
    [
        "chosen", "choose", "chooses", "choosing", "picked", "pick", "picks", "picking", "tuned", "tune", "tunes",
        "tuning", "set", "selected", "select", "adjusted", "adjust", "fixed", "determined",
    ]
)  # fmt: skip
_SO_THAT = (("so", "that"), ("such", "that"))
"""The end of words by which something is made so: “with β chosen such that”."""

_CONCLUDES = frozenset(
    [
        "get", "gets", "obtain", "obtains", "find", "finds", "have", "give", "gives", "yield", "yields",
        "imply", "implies", "follow", "follows", "become", "becomes", "show", "shows", "prove", "proves", "claim",
        "thus", "hence", "therefore", "so", "then", "because", "since", "rearranging", "solving", "inverting",
        "substituting", "plugging", "taking", "optimal", "optimum", "optimiser", "optimizer", "maximiser", "maximizer",
        "satisfy", "satisfies", "must", "should", "can", "recover", "recovers", "rewrite", "rewritten", "expressed",
        "written", "see", "check", "verify", "note", "observe", "equivalent", "equivalently", "not", "theorem",
        "lemma", "proposition", "corollary", "conclude", "derive", "derived", "simplifies", "reduces", "wrong",
    ]
)  # fmt: skip
"""Words by which what stands behind a sentence is drawn from something, and is no word's meaning."""


def gives(prose: str) -> Gives:
    r"""What the words right before a display say of the symbol at its head.

    ::

        Define the reward; We set; the score is defined as; Definition 2. The reward is      it is given
        SimPO uses the reward; with the length-normalised reward                              it is introduced
        The reward is; The rewards are centred:; with β chosen such that                      perhaps it is
        We get; so the reward is; Solving for the reward gives                                nothing

    >>> gives("We define the implicit reward as"), gives("SimPO uses the reward")
    (<Gives.SAID: 'said'>, <Gives.INTRODUCED: 'introduced'>)
    >>> gives("The rewards are centred:"), gives("Rearranging, the reward is")
    (<Gives.PERHAPS: 'perhaps'>, <Gives.NOT: 'not'>)
    """
    plain = INLINE.sub(" \0 ", _MARK.sub(" ", _DRESSED.sub(r"\1", _COMMENT.sub(" ", prose))))
    paragraph = _PARAGRAPH.split(plain.strip())[-1]
    labelled = _LABELLED.search(paragraph)
    said = labelled["said"] if labelled is not None else paragraph
    words = [word.lower() for word in _WORD.findall(_SENTENCE.split(said.strip())[-1])]
    if words[-1:] in (["."], ["!"], ["?"]) or (not words and labelled is None):
        return Gives.NOT
    opener = next((i for i, word in enumerate(words) if word not in _SMALL), len(words))
    orders = words[opener : opener + 1] != [] and words[opener] in _DEFINES
    if any(_ends_in(words, each) for each in _SO_THAT) and not _CHOSEN.isdisjoint(words[-7:]):
        return Gives.PERHAPS
    tail = words[opener + 1 :] if orders else words
    if not _CONCLUDES.isdisjoint(tail):
        return Gives.NOT
    if orders or labelled is not None or any(_ends_in(words, each) for each in _DEFINED):
        return Gives.SAID
    if _ROLES.isdisjoint(words):
        return Gives.NOT
    if not _INTRODUCES.isdisjoint(words):
        return Gives.INTRODUCED
    subject = next((i for i, word in enumerate(words[: opener + _AT_MOST]) if word in _ROLES), len(words))
    verb = next((word for word in words[subject + 1 :] if word not in _BESIDE), "")
    return Gives.PERHAPS if verb in _IS else Gives.NOT


def _ends_in(words: list[str], ending: tuple[str, ...]) -> bool:
    return tuple(words[-len(ending) :]) == ending or tuple(words[-len(ending) - 1 : -1]) == ending
