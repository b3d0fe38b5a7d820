r"""What prose says that takes something from the usual meaning of symbols: “$\sigma$ is the probit function”.

Of an operator every noun phrase is heeded that has none of the nouns of its usual meaning; of symbols, what says that
they may be negative, move, differ between samples, or have no mass of 1. What is denied (“does not depend on θ”) and
what only bounds (“H is concave”) takes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.language.proof import Aspect
from symkl.reading.calling import called
from symkl.reading.describing_words import (
    A_NUMBER,
    ANNOUNCED,
    AT,
    BARE,
    BE,
    BELOW,
    CARRIES,
    CARRIES_NOUN,
    DEFINITE,
    DENIED,
    DENSITY,
    END_OF_PHRASE,
    HYPOTHETICAL,
    LIST,
    MASS,
    MOVES,
    NUMBER_IS,
    OF_POLICY,
    OPERATORS,
    PLAIN,
    POLICY,
    PROPERTY,
    ROLE,
    ROLES,
    SIGN,
    SPREADS,
    STARTS,
    TIED,
    UPON,
    Operator,
)
from symkl.reading.inline import INLINE
from symkl.reading.saying import SENTENCE_ENDS

_CODE = pattern(
    r"<!--(?:(?!<!--).)*?-->|`{3,}(?:(?!```).)*`{3,}|`[^`]*`|\$\$[^$]*\$\$|\\\[(?:(?!\\\[).)*?\\\]|^[ \t]*%.*?$"
    r"|\\begin\{(equation|align|gather|multline|eqnarray|displaymath|verbatim|lstlisting)(\*?)\}"
    r"(?:(?!\\begin\{\1).)*?\\end\{\1\2\}",
    re.DOTALL | re.MULTILINE,
)
"""What is no prose. Nothing is looked for behind where the same opens again: the work grows with the length alone."""

_HERE = pattern(
    r"\b(?:in|for|throughout|within)\s+(?:this|the\s+present|the\s+rest\s+of\s+this)\s+(?:sub)?(?:section|paragraph|example|remark|part|appendix|proof)",
    re.IGNORECASE,
)
_FOR = pattern(rf"\b(?:write|writing|use|using)\s+{AT}\s+(?:for|instead\s+of|in\s+place\s+of)\s+{AT}", re.IGNORECASE)
_MEANS = pattern(r"\s*(?:we|i|one)\s+(?:\w+\s+)?(?:mean|means|denote|denotes|understand)\s+", re.IGNORECASE)
_LOGISTIC = pattern(r"\b(?:sigmoid|logistic|expit)\b", re.IGNORECASE)
_DEVIATION = ("deviation",)
_SPREAD = pattern(
    r"\b(?:deviation|standard\s+error|noise|scale|spread|permutation|variance|width)\b", re.IGNORECASE
)
"""What σ often is beside the logistic function."""

_SAYS = pattern(r"[^\W\d_]{2}")
_PARAGRAPH = pattern(r"\n\s*\n|\n(?=[ \t]*(?:#{1,6}[ \t]|\\(?:sub)*section\b|\\paragraph\b))")
_TITLE = pattern(r"^\s*(?:#{1,6}[ \t][^\n]*|\\(?:sub)*section\*?\s*\{[^{}\n]*\}|\\paragraph\*?\s*\{[^{}\n]*\})")
_MOST = 20_000
"""A paragraph of more characters is none that anybody reads."""

_DRESS = pattern(
    r"\\(?:emph|textit|textbf|text)\s*\{([^{}]*)\}|\*{1,3}(?=\S)([^*\n]+?)\*{1,3}|(?<!\w)_([^_\n]+)_(?!\w)"
)


class Description(NamedTuple):
    """What a sentence says of ``formulas``, or of what ``words`` name; ``on``: the formulas that it may depend on.

    ``start``: where its paragraph starts; ``here``: whether it speaks of its own section alone.
    """

    aspect: Aspect
    formulas: tuple[str, ...]
    words: str
    on: tuple[str, ...]
    said: str
    start: int = 0
    here: bool = False


def described(text: str) -> tuple[Description, ...]:
    r"""What the prose of a document takes from the usual meaning of symbols and operators.

    >>> [(each.aspect.value, each.formulas) for each in described(r"where $\beta$ may be negative")]
    [('sign', ('\\beta',))]
    >>> described(r"We sum over $y$, and $\beta$ does not depend on $x$.")
    ()
    >>> [each.words for each in described(r"where $\sigma$ is the logistic function and $\beta$ is fixed")]
    ['the logistic function']
    >>> [each.words for each in described(r"Here $\sigma$ is the probit function.")]
    ['σ|log σ', 'the probit function']
    """
    plain = _CODE.sub(lambda found: ".\n\n".ljust(len(found.group())), text)
    found: list[Description] = []
    begin = 0
    for end in (*_PARAGRAPH.finditer(plain), None):
        part = plain[begin : end.start() if end else None]
        found += [each._replace(start=begin) for each in _in_a_paragraph(part)]
        begin = end.end() if end else begin
    found = _with_one_sigma(found, plain)
    return tuple(dict.fromkeys((*found, *_announced(text))))


def _with_one_sigma(found: Sequence[Description], text: str) -> list[Description]:
    """Without what says that σ is a deviation, where the text speaks of the logistic function, too."""
    logistic = _LOGISTIC.search(text) is not None
    return [each for each in found if not (logistic and each.on == _DEVIATION)]


def _in_a_paragraph(text: str) -> list[Description]:
    formulas: list[str] = []

    def masked(found: re.Match[str]) -> str:
        formulas.append((found[1] or found[2]).strip())
        return f" \0{len(formulas) - 1}\0 "

    if len(text) > _MOST:
        return []
    def bare(found: re.Match[str]) -> str:
        formulas.append(found.group())
        return f" \0{len(formulas) - 1}\0 "

    plain = BARE.sub(bare, INLINE.sub(masked, _TITLE.sub("", text)))
    for _ in range(2):
        plain = _DRESS.sub(lambda found: next(each for each in found.groups() if each is not None), plain)
    out: list[Description] = []
    for sentence in SENTENCE_ENDS.split(plain):
        sentence = re.sub(r"\s+", " ", sentence).strip()
        if len(sentence) < 2000 and _SAYS.search(sentence) is not None:
            said = [*_operators(sentence, formulas)]
            if HYPOTHETICAL.search(sentence) is None:
                said += _symbols(sentence, formulas)
                said += _called(sentence, formulas)
            here = _HERE.search(sentence) is not None
            out += [each._replace(here=here) for each in said]
    return out


def _called(sentence: str, formulas: list[str]) -> Iterator[Description]:
    """What a sentence calls symbols, in a phrase, for others to say whether that is what they usually are."""
    said = _shown(sentence, formulas)
    for numbers, phrase in called(sentence):
        for number in numbers:
            yield Description(Aspect.OTHERWISE, (formulas[number],), phrase, ("",) * (len(numbers) - 1), said)
    for found in _FOR.finditer(sentence):
        name, other = formulas[int(found[1])], formulas[int(found[2])]
        if name in other and name != other and not re.fullmatch(re.escape(name) + r"\s*[_(^].*", other, re.DOTALL):
            yield Description(Aspect.OTHERWISE, (name,), "not that", (), said)


def _announced(text: str) -> Iterator[Description]:
    for found in ANNOUNCED.finditer(text):
        for each in OPERATORS:
            if each.spelled.match(found[1].strip()):
                yield Description(Aspect.GIVEN, (), "|".join(sorted(each.names, key=len)), (), found[1].strip())


def _operators(sentence: str, formulas: list[str]) -> Iterator[Description]:
    for each in OPERATORS:
        subjects: list[re.Match[str]] = [
            found for found in re.finditer(AT, sentence) if each.spelled.match(formulas[int(found[1])])
        ]
        subjects += re.finditer(rf"(?<![\w-])(?:{each.words})(?![\w-])", sentence, re.IGNORECASE)
        for found in subjects:
            if HYPOTHETICAL.search(sentence[: found.start()]) is None and _says_other(each, sentence, found):
                names = "|".join(sorted(each.names, key=len))
                yield Description(Aspect.OPERATOR, (), names, (), _shown(sentence, formulas))
                break
            if "σ" in each.names and "\0" in found.group() and _is_a_deviation(sentence, found):
                names = "|".join(sorted(each.names, key=len))
                yield Description(Aspect.OPERATOR, (), names, _DEVIATION, _shown(sentence, formulas))
                break


def _is_a_deviation(sentence: str, found: re.Match[str]) -> bool:
    """Whether a sentence calls σ what is no function of a number."""
    own = re.search(AT, found.group())
    return own is not None and any(
        int(own[1]) in numbers and _SPREAD.search(phrase) is not None for numbers, phrase in called(sentence)
    )


def _says_other(each: Operator, sentence: str, found: re.Match[str]) -> bool:
    """Whether what stands behind an operator says that it is something else than usual."""
    is_formula = "\0" in found.group()
    before, after = sentence[: found.start()], sentence[found.end() :]
    with_it = is_formula and re.search(r"\bwith\s*$", before, re.IGNORECASE) and re.match(r"\s*(?:the|an?)\s", after)
    named = re.match(BE, after, re.IGNORECASE)
    if not is_formula:
        means = _MEANS.match(after) if re.search(r"\bby\s+(?:the\s+)?$", before, re.IGNORECASE) else None
        if means is not None and each.changed.search(after[means.end() :]) is not None:
            return True
        adjective = re.search(
            r"(?:\buse|\buses|\busing|\bwith|\bwrite|\bmean|\btake)\s+(?:the|an?)?\s*((?:[\w-]+\s+){1,2})$", before
        )
        if (
            adjective is not None
            and each.names & {"std", "Var", "KL", "TV", "log"}
            and each.changed.search(adjective[1])
        ):
            return True
        if re.match(r"\s+(?:in\s+bits|to\s+(?:the\s+)?base|per\s+token)\b", after):
            return True
        if (
            named is None
            or re.search(r"\w", named.group()) is None
            or re.search(r"\bin practice\b|approximat|estimated by", sentence, re.IGNORECASE)
        ):
            return False
        return (
            STARTS.sub("", after[named.end() :]) != ""
            and each.changed.match(STARTS.sub("", after[named.end() :])) is not None
        )
    if with_it:
        phrase = after.strip()
    elif re.search(r"\bby\s*$", before, re.IGNORECASE) and (means := _MEANS.match(after)):
        phrase = after[means.end() :]
    elif named is not None:
        phrase = after[named.end() :]
    else:
        measured = re.match(r"\s*(?:and\s+\0\d+\0\s+)?(?:is|are)\s+", after)
        if measured is None:
            return False
        phrase = after[measured.end() :]
    if re.match(r"\s*(?:not|n['’]t)\b", phrase) or re.search(r"\bnot\s+$", after[: named.end()] if named else ""):
        return False
    whole = phrase
    phrase = phrase[: end.start()] if (end := END_OF_PHRASE.search(phrase)) else phrase
    changed = each.changed.search(phrase) is not None or (
        is_formula and re.search(r"in bits|bessel|torch|base[- ](?:2|two)|one half|per token", whole, re.I) is not None
    )
    if changed and (
        DEFINITE.match(phrase)
        or PROPERTY.match(phrase)
        or re.match(r"(?:an?|any|some|in|to|over|its|twice|half)\s", phrase)
    ):
        return True
    if PROPERTY.match(phrase) and is_formula:
        return each.usual.search(phrase) is None
    if not is_formula or not DEFINITE.match(phrase):
        return False
    if (usual := each.usual.search(phrase)) is not None:
        words = re.findall(r"[^\W\d_]+", phrase[: usual.start()].lower())
        return (
            not each.names.isdisjoint(("H", "KL", "TV"))
            and "sum" not in each.names
            and "log" not in each.names
            and not PLAIN.union(["our", "his", "her", "their", "its"]).issuperset(words)
        )
    return ROLE.search(phrase) is None


def _symbols(sentence: str, formulas: list[str]) -> Iterator[Description]:
    said = _shown(sentence, formulas)

    def told(aspect: Aspect, subject: tuple[tuple[str, ...], str], on: tuple[str, ...] = ()) -> Description:
        return Description(aspect, subject[0], subject[1], on, said)

    conditional = re.match(r"\W*(?:for|when|whenever|where)\b", sentence, re.IGNORECASE)
    for number in re.findall(AT, sentence):
        below = BELOW.match(formulas[int(number)])
        real = re.search(
            AT
            + r"\s+(?:(?:is|be|lies|ranges|runs|varies|lie|range)\s+)?(?:in|over|any\w*\s+in|an?\s+element\s+of)\s+(?:all\s+of\s+)?\0"  # noqa: E501
            + number
            + "\0",
            sentence,
        )
        if (
            real is not None
            and re.fullmatch(r"\\mathbb\s*\{?\s*R\s*\}?|\\R", formulas[int(number)])
            and conditional is None
        ):
            yield told(Aspect.SIGN, ((formulas[int(real[1])],), ""))
        if below is not None and conditional is None:
            yield told(Aspect.SIGN, ((below[1],), ""))
    for found in re.finditer(AT, sentence):
        phrase = NUMBER_IS.match(sentence, found.end())
        if phrase is not None and A_NUMBER.search(phrase["phrase"]) is None and "positive" not in sentence:
            yield told(Aspect.SIGN, ((formulas[int(found[1])],), "number"))
    for aspect, words in ((Aspect.TIED, TIED), (Aspect.DENSITY, DENSITY)):
        for found in re.finditer(words, sentence, re.IGNORECASE):
            if not _is_denied(sentence, found):
                yield told(aspect, ((), ""))
                break
    for number in re.findall(AT, sentence):
        if conditional is None and re.fullmatch(
            r"(\w)_\{?(\w)'?\}?\s*=\s*\1_\{?(\w)'?\}?|(\w)'\s*=\s*\4|(\w)\s*=\s*\5'", formulas[int(number)]
        ):
            yield told(Aspect.TIED, ((), ""))
        both = re.search(
            AT
            + r"\s+(?:and\s+\0(\d+)\0\s+are\s+(?:\w+\s+)?(?:the\s+same|equal|tied|shared|one|identical)|(?:is|are)\s+(?:an?\s+)?(?:subset|part|copy|component)\s+of\s+\0(\d+)\0)",  # noqa: E501
            sentence,
        )
        if both is not None and all(
            re.fullmatch(r"\\(?:theta|phi|psi|omega|vartheta)", formulas[int(each)]) for each in both.groups() if each
        ):
            yield told(Aspect.MOVES, (tuple(formulas[int(each)] for each in both.groups() if each), "parameter"))
        parameters = re.fullmatch(
            r"\\(theta|phi|psi|omega|vartheta)\s*=\s*\\(theta|phi|psi|omega|vartheta)", formulas[int(number)]
        )
        if parameters is not None and conditional is None:
            yield told(Aspect.MOVES, (tuple("\\" + each for each in parameters.groups()), "parameter"))
    for each in re.finditer(AT + r"\s+sums?\s+(?:up\s+)?to\s+" + AT, sentence):
        if formulas[int(each[2])] != "1":
            yield told(Aspect.MASS, ((formulas[int(each[1])],), ""))
    for found in re.finditer(MASS, sentence, re.IGNORECASE):
        denial = found.group().lower().startswith(("not", "need", "only"))
        if (denial or not _is_denied(sentence, found)) and not re.search(r"\bnormali[sz]ed\s+version", sentence):
            yield told(Aspect.MASS, _subject(sentence, found, formulas, adjective=True))
    for found in re.finditer(SIGN, sentence, re.IGNORECASE):
        denial = "not" in found.group() or "the sign" in found.group()
        if (denial or not _is_denied(sentence, found)) and not re.search(
            r"\bnon-?negative\b|\bpositive real", sentence, re.I
        ):
            inner = re.findall(AT, found.group())
            subject = (tuple(formulas[int(each)] for each in inner), "") if inner else None
            yield told(Aspect.SIGN, subject or _subject(sentence, found, formulas, adjective=True))
    for aspect, words in ((Aspect.SPREADS, SPREADS), (Aspect.MOVES, MOVES)):
        for found in re.finditer(words, sentence, re.IGNORECASE):
            if not _is_denied(sentence, found):
                formulas_of, role = _subject(sentence, found, formulas, adjective=True)
                yield told(
                    aspect,
                    (formulas_of, role if role or not formulas_of else "number"),
                    ()
                    if re.match(
                        r"shar|tied|same|one|common|joint|single|propag|differen|gradient|flow|produced", found.group()
                    )
                    else ("?",),
                )
    for found in re.finditer(UPON, sentence, re.IGNORECASE):
        if _is_denied(sentence, found):
            continue
        rest = sentence[found.end() :]
        rest = rest[: end.start()] if (end := re.search(r"[;:,]|\s(?:while|whereas|but|so|where)\b", rest)) else rest
        on = tuple(formulas[int(each)] for each in re.findall(AT, rest))
        subject = _subject(sentence, found, formulas)
        if any(_of_one_letter(each, other) for each in subject[0] for other in on):
            yield told(Aspect.TIED, ((), ""))
            continue
        own = re.search(
            r"\b(?:prompts?|responses?|states?|actions?|tokens?|samples?|questions?|examples?|lengths?|batch|groups?|instances?|inputs?|answers?)\b",
            rest,
        )
        policy = re.search(
            rf"{POLICY}|\bpolic(?:y|ies)\b|parameters?\b|weights\b|training\b|\bkl\b|entropy", rest, re.IGNORECASE
        )
        if own is not None or policy is not None or on:
            on += ("prompt",) * (own is not None) + ("policy",) * (policy is not None)
            yield told(Aspect.MOVES, subject, on)
    for found in re.finditer(OF_POLICY, sentence, re.IGNORECASE):
        if _is_denied(sentence, found):
            continue
        at = re.match(r"\s*" + AT, sentence[found.end() :])
        inside = re.search(AT, found.group())
        formula = formulas[int((inside or at)[1])] if inside or at else ""  # type: ignore[index]
        old = re.search(r"old|ref|behaviou?r|\\mu|\bb\b|0", formula)
        if formula and (old or not re.match(r"\\(?:hat\s*)?\\?pi|\\pi|p_|q_", formula)):
            continue
        if re.match(r"refresh|sync|re-?set|copied", found.group(), re.IGNORECASE):
            formula = "policy"
        subject = _subject(sentence, found, formulas)
        if subject[1] != "reward" or re.search(
            r"rewards?(?: \w+)? (?:is|are) ", sentence
        ):  # not “rewards under the policy”
            yield told(Aspect.MOVES, subject, (formula or "policy", "of"))


def _of_one_letter(one: str, other: str) -> bool:
    """Whether two formulas are two samples: y_1 and y_2, y' and y."""
    both = re.match(r"[a-z](?:_|'|$)", one) and re.match(r"[a-z](?:_|'|$)", other)
    return bool(both) and one != other and one[0] == other[0]


def _is_denied(sentence: str, found: re.Match[str]) -> bool:
    return DENIED.search(sentence[: found.start()][-40:]) is not None


def _subject(
    sentence: str, found: re.Match[str], formulas: list[str], *, adjective: bool = False
) -> tuple[tuple[str, ...], str]:
    """Of what a predicate is said: the formulas before it, or right behind it, or what a noun before it names."""
    head, rest = sentence[: found.start()], sentence[found.end() :]
    for each in re.finditer(LIST, head):
        if CARRIES.fullmatch(head[each.end() :]):
            return tuple(formulas[int(number)] for number in re.findall(AT, each.group())), ""
    roles = [
        (near.start(), role)
        for words, role in ROLES
        for near in re.finditer(rf"\b(?:{words})\b", head, re.IGNORECASE)
        if CARRIES_NOUN.fullmatch(head[near.end() :])
    ]
    if roles:
        return (), max(roles)[1]
    if adjective and (after := re.match(r"\s*(?:[\w-]+\s+){0,3}?" + AT, rest)) is not None:
        between = rest[: after.end()]
        if re.search(r"\b(?:is|are|of|for|with|to|by|and|that|from|on|in|over|the|as|over)\b", between) is None:
            return (formulas[int(after[1])],), ""
    if adjective:
        for words, role in ROLES:
            if re.match(rf"\s*(?:{words})\b", rest, re.IGNORECASE):
                return (), role
    return (), "nothing"


def _shown(sentence: str, formulas: list[str]) -> str:
    """A sentence as it is written, shortened."""
    text = re.sub(r"\s*" + AT + r"\s*", lambda found: f" {formulas[int(found[1])]} ", sentence)
    text = re.sub(r"\s+([,.;:])", r"\1", re.sub(r"\s+", " ", text)).strip(" .")
    return text if len(text) <= 90 else text[:87].rsplit(" ", 1)[0] + " ..."
