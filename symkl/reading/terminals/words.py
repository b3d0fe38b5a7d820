"""Words in a row: names set upright, remarks, and what stands between two statements."""

from __future__ import annotations

import re
from itertools import pairwise

from symkl.language.patterns import pattern
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.remarks import denies, speaks, supposition
from symkl.reading.spellings import PROSE
from symkl.reading.terminals.calls import symbol_at
from symkl.reading.terminals.constraints import met_by_all
from symkl.reading.terminals.functionals import LETTERS, functional, lettered
from symkl.reading.terminals.pieces import Before, Note, Part, Reading, Token
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.signs import starts_statement
from symkl.reading.terminals.softmax import NAMES as softmaxes
from symkl.reading.terminals.softmax import softmax
from symkl.reading.terminals.under import states, under
from symkl.reading.trimming import CONSTRAINT_WORDS, check_remark, within

_SPACE_WORDS = frozenset(
    [
        "where", "with", "and", "so", "hence", "thus", "therefore", "then", "i.e.", "ie", "namely",
        "here", "also", "by", "definition", "we", "have", "let", "or", "but",
    ]
)  # fmt: skip
_BECAUSE = frozenset(["since", "because", "using", "by", "from"])
_ALL_WORDS = ("for all", "for every", "for any", "for each", "for arbitrary")
_BOTH_WORDS = frozenset(["and", "also", "moreover", "furthermore"])
_EQUIVALENT = frozenset(["iff", "if and only if", "exactly if", "exactly when", "precisely when", "precisely if"])
_EQUALITY = pattern(
    r"(?:(?:with|where|and) )?(?:the )?equality(?: holds)? (?:iff|if and only if|(?:exactly|precisely) (?:when|if))"
)
_REFERS = frozenset(["where", "with", "for", "here"])
_WHICH_POLICIES = frozenset(
    ["policy", "policies", "distribution", "distributions", "all", "any", "every", "each", "over", "the", "a"]
)
_CONDITION_WORDS = frozenset(
    [
        "if", "when", "whenever", "provided", "unless", "as", "for", "assuming", "otherwise", "given", "suppose",
        "supposing", "assume",
    ]
)  # fmt: skip


def opening(row: Row) -> tuple[int, str]:
    """Where the row begins behind its first words, and the kind of hypothesis they make of it, if they do.

    Raises Unreadable for another condition among them.
    """
    i, end, supposes = 0, len(row.raws), ""
    while i < end and (row.raws[i].kind in ("quad", "comma") or _prose(row, i, end)):
        if row.raws[i].kind == "word":
            found = supposition(row.raws[i].text)
            if found in ("if", "let"):
                supposes = found
            else:
                _check_words(row.raws[i])
        i += 1
    return i, supposes


def word(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """The word at i: a remark, or words between statements, where it is prose; else a name."""
    raw = row.raws[i]
    text = raw.text.lower().strip(" ,:;()")
    if raw.font in PROSE:
        if text.startswith(CONSTRAINT_WORDS):
            if frame != "row" or not met_by_all(row, i + 1, end):
                if frame != "row" or not before.operand or not _poses(row, i):
                    raise refuse("constraint", raw.span)
                yield Token("SEP", SUBJECT_TO, raw.span)
                return next((k for k in range(i + 1, end) if row.raws[k].kind not in ("quad", "comma")), end)
            yield Note(f"“{raw.text.strip()} …” is met by every policy, and says nothing more")
            return end
        after = row.at(i + 1, end)
        if frame == "binder" and after is not None and after.kind not in ("sub", "sup", "open", "comma", "op"):
            if strange := [w for w in re.findall(r"[^\s,.:;()]+", raw.text) if w.lower() not in _WHICH_POLICIES]:
                raise refuse("words that count", raw.span, strange[0], within(strange[0], raw.text))
            return i + 1  # \max_{\text{policy} \pi}
        if frame == "row" and (_spaced(row, i) or _prose(row, i, end)):
            return (yield from _between(row, i, end, text, before))
        if denies(text) and (after is None or after.kind not in ("open", "sub", "sup")):
            raise refuse("words that count", raw.span, raw.text)
        if " " in text or not text.replace(".", "").replace("-", "").isalnum():
            raise refuse("prose", raw.span, raw.text)
    return (yield from _name(row, i, end))


def letter(row: Row, i: int, end: int) -> Reading:
    """The letter at i: Euler's number, the head of a functional, or a symbol."""
    text = row.raws[i].text
    if text == "e" and row.kind(i + 1, end) == "sup":
        return _euler(row, i)
    headed = lettered(row, i, end, text) if text in LETTERS else None
    return headed or symbol_at(row, i, end)


def _euler(row: Row, i: int) -> Reading:
    yield Token("EULER", "e", row.raws[i].span)
    return i + 1


def _name(row: Row, i: int, end: int) -> Reading:
    """The same of a word, ``\\mathrm{H}``, ``\\mathbb{V}``, ``\\text{ref}``."""
    raw = row.raws[i]
    base = raw.text.replace(" ", "")
    if base == "e" and row.kind(i + 1, end) == "sup":
        return _euler(row, i)
    if base in softmaxes and (entry := softmax(row, i, end)) is not None:
        return entry
    headed = lettered(row, i, end, base) if base in LETTERS else None
    if base == "V" and raw.font == "mathbb":
        headed = functional(row, "Var", i, i + 1, end)
    if headed is not None:
        return headed
    if base == "I" and raw.font == "mathbb" and (held := _held(row, i + 1, end)) is not None:
        return _indicator(row, i, *held)
    if base and base[0].isdigit():
        indicator = raw.font in ("mathbb", "mathbf", "boldsymbol", "bm", "mathds")
        if base == "1" and indicator and (held := _held(row, i + 1, end)) is not None:
            return _indicator(row, i, *held)
        if base == "1" and indicator and row.kind(i + 1, end) not in ("open", "sub", "lb"):
            return _ones(row, i)
        raise refuse("not read", raw.span, "an indicator" if indicator else base, "a symbol")
    if not base.isascii() or (base == "R" and raw.font == "mathbb"):
        raise refuse("prose", raw.span, raw.text)
    return symbol_at(row, i, end)


def _held(row: Row, i: int, end: int) -> tuple[int, int, int] | None:
    """The condition in the bracket, or in the script, at i as (first, last + 1, next); None where none stands there."""
    if row.kind(i, end) == "open":
        a, b, stop = i + 1, row.partner[i], row.partner[i] + 1
    elif row.kind(i, end) == "sub":
        a, b, stop = row.script(i, end)
        if row.kind(a, b) == "open" and row.partner[a] == b - 1:
            a, b = a + 1, b - 1
    else:
        return None
    return (a, b, stop) if states(row, a, b) else None


def probability(row: Row, i: int, end: int) -> Reading | None:
    """``\\Pr_{y \\sim \\pi}[a > b]``: the mean of the indicator, where it says of what is drawn from what."""
    raw = row.raws[i]
    named = raw.kind in ("letter", "word") and raw.text in ("P", "Pr", "Prob")
    if not named or row.kind(i + 1, end) != "sub":
        return None
    a, b, stop = row.script(i + 1, end)
    held = _held(row, stop, end) if row.kind(stop, end) == "open" else None
    if held is None or not any(row.raws[k].text == "∼" for k in row.level(a, b)):
        return None
    return _probability(row, i, end, held)


def _probability(row: Row, i: int, end: int, held: tuple[int, int, int]) -> Reading:
    here = row.raws[i].span
    yield Token("OPEN", "", here)
    yield Token("EXPECT", "E", here)
    yield from under(row, i + 1, end, "E")
    stop = yield from _indicator(row, i, *held)
    yield Token("CLOSE", "", row.span(stop - 1, stop))
    return stop


def plain_indicator(row: Row, i: int, end: int) -> Reading | None:
    """``1[a > b]`` and ``1\\{a > b\\}``, with a 1 as any other: no number stands before a condition in brackets."""
    if row.raws[i].text != "1" or row.kind(i + 1, end) != "open" or row.raws[i + 1].text not in ("[", "{"):
        return None
    held = _held(row, i + 1, end)
    return None if held is None else _indicator(row, i, *held)


def _indicator(row: Row, i: int, a: int, b: int, stop: int) -> Reading:
    """``\\mathbf{1}[a > b]``: 1 where the condition holds, else 0."""
    yield Token("INDICATOR", "1", row.raws[i].span)
    yield Token("KOPEN", "[", row.span(a, a + 1))
    yield Part(row, a, b, "condition")
    yield Token("KCLOSE", "]", row.span(b - 1, b))
    return stop


def _ones(row: Row, i: int) -> Reading:
    """``\\mathbf{1}``: the vector of ones, each entry of which is the number."""
    yield Token("NUMBER", "1", row.raws[i].span)
    return i + 1


def comma(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """A comma: between arguments, between statements, or before a remark."""
    raw = row.raws[i]
    if frame in ("call", "binder", "numbers"):
        yield Token("COMMA", raw.text, raw.span)
        return i + 1
    if frame == "group":
        raise refuse("tuple", raw.span)
    if frame == "condition":
        raise refuse("not read", raw.span, "a second condition", "one condition")
    stop = i + 1
    while row.kind(stop, end) in ("quad", "comma"):
        stop += 1
    spaced = any(r.kind == "quad" for r in row.raws[i + 1 : stop])
    after = row.at(stop, end)
    if after is None or after.text == "∀":
        return stop
    if after.kind == "word" and after.font in PROSE:
        return (yield from word(row, stop, end, frame, before))
    if spaced or (before.stated and starts_statement(row, stop, end)):
        yield Token("SEP", ",", raw.span)
        return stop
    if after.kind == "rel" and after.text in "≡⟹":
        return stop
    raise refuse("comma in a product", raw.span)


def remark(row: Row, i: int, end: int, what: str, *, condition: bool = False) -> Reading:
    """An aside such as “for all y”: it runs to the next statement, or to the end of the row."""
    places = row.level(i + 1, end)
    kinds = [row.raws[k].kind for k in places]
    pairs = zip(places, pairwise(kinds), strict=False)
    stop = next((k for k, pair in pairs if pair == ("comma", "quad")), end)
    if condition and any(row.raws[k].kind == "rel" or _is_an_interval(row, k, stop) for k in places if k < stop):
        raise refuse("condition", row.span(i, stop), what + " …")
    for k in range(i, stop):
        if row.raws[k].kind == "word" and row.raws[k].font in PROSE:
            check_remark(row.raws[k])
    yield Note(f"the aside “{what} …” is not read")
    return stop


def _is_an_interval(row: Row, i: int, end: int) -> bool:
    """Whether at i something is said to lie between numbers, or among some: ``∈ [0, 2]``, ``∈ \\{0, 1\\}``."""
    if row.raws[i].text != "∈" or row.kind(i + 1, end) != "open":
        return False
    return any(row.raws[k].kind == "num" or row.raws[k].text == "∞" for k in row.inside(i + 1))


def _between(row: Row, i: int, end: int, text: str, before: Before) -> Reading:
    """``\\text{...}`` between two statements, or an aside behind one."""
    raw = row.raws[i]
    first = text.split(" ")[0]
    if text.startswith(_ALL_WORDS):
        return (yield from remark(row, i, end, raw.text, condition=True))
    if before.operand and text in _EQUIVALENT:
        yield Token("CONN", "≡", raw.span)
        return i + 1
    if before.operand and _EQUALITY.fullmatch(text):
        yield Token("SEP", EQUALITY_CASE, raw.span)
        return i + 1
    supposed = supposition(text)
    if before.operand and before.stated and (supposed == "if" or (supposed == "since" and row.reasons)):
        stop = i + 1
        while row.kind(stop, end) in ("quad", "comma"):
            stop += 1
        if stop < end:
            yield Token("SEP", supposed, raw.span)
            return stop
    if first in _CONDITION_WORDS:
        raise refuse("condition", raw.span, raw.text)
    if first in _BECAUSE:
        return (yield from remark(row, i, end, raw.text))
    stop = i
    while stop < end and (stop == i or row.raws[stop].kind in ("quad", "comma") or _prose(row, stop, end)):
        stop += 1
    apart = _spaced(row, i) or first in _SPACE_WORDS
    if before.operand and not apart and (not speaks(raw.text) or (stop < end and row.raws[stop].kind != "rel")):
        raise refuse("prose", raw.span, raw.text)
    for k in range(i, stop):
        if row.raws[k].kind == "word":
            check_remark(row.raws[k])
    if stop >= end or before.kind in ("", "SEP"):
        return stop
    if row.raws[stop].kind == "rel":
        return (yield from _shared_side(row, i, stop, before))
    if not before.operand:
        raise refuse("prose", raw.span, raw.text)
    yield Token("SEP", "where" if first in _REFERS else raw.text, raw.span)
    return stop


def _poses(row: Row, i: int) -> bool:
    """Whether a problem stands before i: something that is largest, or smallest, over policies."""
    return any(row.raws[k].kind == "head" and row.raws[k].text.endswith(("max", "min")) for k in row.level(0, i))


SUBJECT_TO = "subject to"
"""The value of the separator behind which a constraint of the problem before it stands."""

JOINING = frozenset(["and", "if", "where", "since", SUBJECT_TO])
"""The values of separators that say how what follows is joined to what stands before."""

EQUALITY_CASE = "≤≥"
"""The value of the separator behind which stands when the relation before it is an equation."""


def _shared_side(row: Row, i: int, stop: int, before: Before) -> Reading:
    """Words before a bare relation: with “and” it is about the subject of the row, behind a remark it goes on."""
    said = [word for raw in row.raws[i:stop] if raw.kind == "word" for word in re.findall(r"[\w.]+", raw.text.lower())]
    if before.operand and _BOTH_WORDS.intersection(said):
        yield Token("SEP", "and", row.raws[i].span)
        return stop
    reason = row.raws[i].text[:1] in "([" or bool(said and said[0] in _BECAUSE)
    earlier = {row.raws[k].text for k in row.level(0, i) if row.raws[k].kind == "rel"}
    if before.operand and not reason and earlier - {"=", ":="}:
        raise refuse("whose relation", row.raws[i].span, row.raws[i].text, row.raws[stop].text)
    return stop


def _spaced(row: Row, i: int) -> bool:
    """Whether a wide space or a comma stands before i."""
    return i > 0 and row.raws[i - 1].kind in ("quad", "comma")


def _prose(row: Row, i: int, end: int) -> bool:
    """Whether what stands at i is prose in \\text, rather than the name of something."""
    raw = row.raws[i]
    if raw.kind != "word" or raw.font not in PROSE:
        return False
    text = raw.text.lower().strip(" ,:;.()")
    after = row.kind(i + 1, end)
    if after in ("sub", "sup", "prime") or (after == "open" and text not in _SPACE_WORDS):
        return False
    return (
        " " in text
        or text in _SPACE_WORDS
        or text in _CONDITION_WORDS
        or text in _BECAUSE - {"from"}
        or text in _EQUIVALENT
        or text.startswith(CONSTRAINT_WORDS)
        or not text.isalpha()
        or raw.text.endswith((":", ","))
        or raw.text.startswith(("(", "["))
    )


def _check_words(raw: Raw) -> None:
    """Refuse what the row would then hold under, and what is no remark."""
    text = raw.text.lower().strip(" ,:;()")
    if text.startswith(CONSTRAINT_WORDS):
        raise refuse("constraint", raw.span)
    if not text.startswith(_ALL_WORDS) and text.split(" ")[0] in _CONDITION_WORDS:
        raise refuse("condition", raw.span, raw.text)
    check_remark(raw)
