r"""What sentences around a display may put on it in words: “When the two are equal”, “provided $r \ge 0$.”

What is behind a display is read as a condition in front of it would be. What is said in words is not read: then a row
is not refuted, for nobody knows under what it stands.
"""

from __future__ import annotations

from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.reading.inline import INLINE

_RELATES = pattern(r"[<>=≤≥∈]|\\(?:[lg]eq?|[lg]eqslant|neq?|equiv|in)(?![A-Za-z])")
_RANGES = pattern(r"\\[lc]?dots|\.\.\.|…")
"""In what says of an index how far it goes."""

_AMONG = pattern(
    r"[^()=<>]*(?:\\in(?![A-Za-z])|∈)\s*(?:\\(?:mathcal|mathscr)\s*(?:\{\s*\w+\s*\}|\w)|[A-Z]|\\(?:Pi|Delta|Theta)(?![A-Za-z]).*)"
    r"(?:\s*,.*)?"
)
"""What says that something is one of all there are: “for all $y \\in \\mathcal{Y}$” supposes nothing."""

_WORD = pattern("\0" + r"|[^\W\d_]+(?:['’-][^\W\d_]+)*")

_SUPPOSES = frozenset(["if", "when", "whenever", "once", "unless", "provided", "assuming", "suppose", "imagine", "say"])
_ORDERS = frozenset(["suppose", "imagine", "say"])
"""Those of them that suppose for what stands behind their sentence, too: “If p = q, all is well.” says all it says."""

_SMALL = frozenset(
    [
        "and", "but", "so", "now", "then", "indeed", "moreover", "also", "finally", "again", "however", "exactly",
        "precisely", "only", "in", "case", "as", "long", "given", "that", "let", "us", "assume", "under", "the",
        "assumption", "which", "holds", "do", "this", "is", "true",
    ]
)  # fmt: skip
"""Words that a supposition may begin with."""

_LEADS = frozenset(["given", "under", "assume", "assumption", "long", "only"])
"""Those of them that suppose."""

_DOES = frozenset(["we", "you", "one", "i", "they", "taking", "expanding", "using", "writing", "applying"])
"""Words behind “when” that say what is done, and suppose nothing."""

_SETTINGS = frozenset(
    [
        "initialisation", "initialization", "initially", "convergence", "converged", "toy", "simplicity",
        "construction", "bandit", "example",
    ]
)  # fmt: skip
"""Words for a setting of its own, in which more may hold than elsewhere."""

_WHAT = frozenset(
    [
        "policy", "policies", "reward", "rewards", "reference", "response", "responses", "distribution",
        "distributions", "advantage", "advantages", "temperature", "prompt", "prompts", "model", "models", "baseline",
    ]
)  # fmt: skip
_HOW = frozenset(
    [
        "equal", "equals", "coincide", "coincides", "same", "identical", "match", "matches", "agree", "agrees",
        "constant", "zero", "uniform", "deterministic", "degenerate", "binary", "nonnegative", "non-negative",
        "positive", "negative", "bounded", "centred", "centered", "symmetric", "greedy", "one-hot", "initialised",
        "initialized", "correct", "incorrect", "two", "single", "small", "large",
    ]
)  # fmt: skip
"""Words by which a sentence says of what is given that it is of a special kind."""

_OTHERWISE = frozenset(
    ["optimal", "optimum", "both", "objectives", "not", "even", "other", "otherwise", "wrong", "except"]
)
_IS = frozenset(["is", "are", "be", "equals", "coincide", "coincides", "match", "matches", "agree", "agrees"])
_REASONS = frozenset(["since", "because", "as"])

_BEHIND = pattern(
    r"\s{0,3}[,;]?\s{0,3}(?P<open>\()?(?P<how>(?:which\s+(?:holds|is\s+true)\s+)?(?:provided(?:\s+that)?|if|when|whenever|as\s+long\s+as"
    r"|assuming(?:\s+that)?|given(?:\s+that)?|in\s+(?:the|this)\s+(?:special\s+)?case(?:\s+(?:that|where|of))?|only\s+if|unless"
    r"|for|at|because|since|where|here|under))\b(?P<rest>[^.;!?)]*)(?P<end>[.;!?)]|\Z)"
)
_CONDITIONAL = pattern(r"provided|if|when|as\s+long|assuming|given|in\s+|unless|only")
_ONLY = pattern(r"(?:\s*\0\s*|\b(?:and|both|all|every|each|any|for\s+(?:all|every|each|any)|,)(?![a-z]))*\s*")


class Said(NamedTuple):
    """What words say: formulas that are conditions, with where they start; what is not read; formulas as reasons.

    ``nearby``: formulas that may be either; ``end``: where their sentence ends.
    """

    formulas: tuple[tuple[str, int], ...] = ()
    unread: str = ""
    reasons: tuple[str, ...] = ()
    nearby: tuple[str, ...] = ()
    end: int = 0


def relates(formula: str) -> bool:
    r"""Whether a formula says something that may not be so.

    >>> [relates(each) for each in (r"r \ge 0", r"t = 1, \dots, T", r"y \in \mathcal{Y}", r"r(x,y) \in \{0, 1\}")]
    [True, False, False, True]
    """
    if _AMONG.fullmatch(formula.strip()) or _RANGES.search(formula):
        return False
    return _RELATES.search(formula) is not None


def supposes_in_words(sentence: str, *, whole: bool) -> bool:
    r"""Whether a sentence before a display supposes something that is no formula, or says it of what is given.

    ``whole``: whether it is all said before the display: “The rewards are centred:” is what the display says.

    >>> [supposes_in_words(each, whole=False) for each in ("When the two agree", "When we expand the square")]
    [True, False]
    >>> [supposes_in_words(each, whole=True) for each in ("The policy equals the reference", "The KL is not negative")]
    [True, False]
    """
    words = [word.lower() for word in _WORD.findall(INLINE.sub(" \0 ", sentence))]
    if not words or not (_OTHERWISE - {"both"} if words[0] in _SUPPOSES else _OTHERWISE).isdisjoint(words):
        return False
    first = next((i for i, word in enumerate(words) if word in _SUPPOSES or word not in _SMALL), len(words))
    if words[first : first + 1] != [] and words[first] in (_ORDERS if whole else _SUPPOSES):
        return words[first + 1 :] != [] and words[first + 1] not in _DOES
    if not whole and not _SETTINGS.isdisjoint(words):
        return True
    return _says_how(words) and (
        not _LEADS.isdisjoint(words[:first]) or "case" in words or words[0] in _REASONS or (whole and _states(words))
    )


def _says_how(words: list[str]) -> bool:
    return not (_WHAT.isdisjoint(words) and "\0" not in words[:3]) and not _HOW.isdisjoint(words)


def _states(words: list[str]) -> bool:
    """Whether a sentence says of what is given how it is: “The rewards are non-negative”."""
    subject = next((i for i, word in enumerate(words[:6]) if word in _WHAT or word == "\0"), len(words))
    return not _IS.isdisjoint(words[subject + 1 : subject + 3])


def behind(prose: str) -> Said:
    r"""What the words behind a display say of it, to the end of its sentence.

    >>> behind(r"provided that $r(y) \ge 0$ for all $y$.").formulas
    (('r(y) \\ge 0', 15),)
    >>> behind("if the policy equals the reference.").unread
    'if the policy equals the reference'
    >>> behind(r"where $r$ is the reward.") == behind(r"when we expand this, we get") == Said()
    True
    """
    marks = list(INLINE.finditer(prose))
    plain = INLINE.sub(lambda found: "\0".ljust(len(found.group()), " "), prose)
    found = _BEHIND.match(plain)
    if found is None or "\n\n" in found["rest"] or (found["open"] and found["end"] != ")"):
        return Said()
    begin, end = found.span("rest")
    inside = [each for each in marks if begin <= each.start() < end]
    formulas = [(each[1], each.start(1)) if each[1] else (each[2], each.start(2)) for each in inside]
    related = [each for each in formulas if relates(each[0])]
    words = [word.lower() for word in _WORD.findall(found["rest"])]
    sentence = " ".join(prose[found.start("how") : end].replace("$", "").split())
    if not words or words[0] in _DOES:
        return Said()
    conditional = _CONDITIONAL.match(found["how"]) is not None
    if related:
        if "because" in found["how"] or "since" in found["how"] or found["how"] in ("here", "under"):
            return Said(reasons=tuple(each for each, _ in related), end=found.end())
        if found["how"] == "where":
            return Said(nearby=tuple(each for each, _ in related))
        plainly = _ONLY.fullmatch(found["rest"]) is not None and found["how"] not in ("unless", "only if")
        return Said(tuple(related), end=found.end()) if plainly else Said(unread=sentence, end=found.end())
    if any(word != "\0" for word in words) and (conditional or _says_how(words)):
        return Said(unread=sentence, end=found.end())
    return Said()
