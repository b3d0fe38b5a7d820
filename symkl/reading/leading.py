"""The words right before a display, where they make a hypothesis of it: “Suppose that”, “Let”, “Assumption 2.”."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from symkl.language.patterns import pattern
from symkl.language.proof import Carried
from symkl.reading.blocks import Block, Kind
from symkl.reading.carrying import carried
from symkl.reading.conditions import NOTHING, Conditions, conditions, conditions_behind, goes_on
from symkl.reading.defining import Gives, gives
from symkl.reading.finding import blanked
from symkl.reading.surroundings import behind

#: What ends a display, or anything else that is no prose.
_CLOSERS = pattern(r"\$\$|\\\]|\\end\s*\{[^{}]*\}|\\begin\s*\{document\}|`{3,}|~{3,}|-->|</\w+>")
_CLOSED = pattern(r"(?:\s*(?:\$\$|\\\]|\\end\s*\{[^{}]*\}|`{3,}|~{3,}|:{3,}))*")
_OPENER = pattern(r"(?:\\\[|\$\$|\\begin\s*\{[^{}]*\}(?:\s*\{[^{}]*\})?)\s*$")
_COMMENT = pattern(r"<!--.*?-->|^[ \t]*%.*$", re.DOTALL | re.MULTILINE)
_ASSUMPTION = pattern(r"\\begin\s*\{(?:assumption|hypothesis)\*?\}(?:\s*\[[^\]]*\])?|\{prf:assumption\}[^\n]*")
_DRESSED = pattern(r"\\(?:textbf|textit|textrm|textsc|emph|text)\s*\{([^{}]*)\}")
_MARKS = pattern(
    r"\\begin\s*\{[^{}]*\}(?:\s*\[[^\]]*\])?|\\label\s*\{[^{}]*\}|\\(?:noindent|par|item|(?:small|med|big)skip)(?![A-Za-z])"
    r"|\*\*|__|(?<!\w)[*_]|[*_](?!\w)|:{3,}"
)
_SETTING = pattern(
    r"\\begin\s*\{(?!document)[^{}]*\}(?:\s*\[[^\]]*\])?|\\label\s*\{[^{}]*\}"
    r"|\\(?:noindent|par|item|(?:small|med|big)skip)(?![A-Za-z])"
)
"""What stands before a sentence of LaTeX and says nothing."""
_LINE_MARK = pattern(r"^[ \t]*(?:>[ \t]*)*(?:(?:[-+]|\d{1,3}[.)])[ \t]+)?", re.MULTILINE)
_INLINE = pattern(r"\$[^$]*\$|\\\(.*?\\\)", re.DOTALL)
_RELATES = pattern(r"[=<>≤≥∝≡≈]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|neq?)(?![A-Za-z])")
_LABEL = pattern(
    r"(?:(?:standing|main|additional)\s+)?(?:assumption|hypothesis)(?:\s+[a-z]?\.?[\d.]*)?(?:\s*\([^()]*\))?\s*[.:]?",
    re.IGNORECASE,
)
_WORD = pattern(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

#: Words that suppose, with whatever stands behind them; and those that do so only with nothing but small words.
_SUPPOSE = frozenset(["suppose", "supposing", "assume", "assuming", "if", "let"])
_BARELY = frozenset(["given", "when", "whenever", "provided"])
_SMALL = frozenset(
    [
        "that", "we", "us", "now", "also", "further", "moreover", "furthermore", "additionally", "in",
        "addition", "first", "next", "again", "here", "simply", "and", "for", "simplicity", "instead", "the",
        "case", "special", "where", "which", "finally",
    ]
)  # fmt: skip
_FILLS = _SMALL.union(
    [
        "a", "an", "some", "all", "any", "every", "each", "reward", "rewards", "policy", "policies",
        "reference", "value", "values", "function", "functions", "advantage", "advantages", "distribution",
        "distributions", "temperature", "prompt", "prompts", "response", "responses", "model", "is", "are",
        "be", "equals", "equal", "to", "satisfies", "satisfy", "has", "of", "form", "following", "holds",
        "condition", "by", "it", "its", "our", "true", "throughout", "section", "moment", "constant", "two",
        "both", "there", "exists", "exist", "such", "with", "given", "from", "on", "henceforth", "same",
        "states", "state", "actions", "action",
    ]
)  # fmt: skip
#: After “Suppose” or “Assume” the rest of the sentence may be of anything, but for what draws a conclusion from it.
_ORDERS = frozenset(["suppose", "assume"])
_CONCLUDES = frozenset(
    [
        "get", "gets", "obtain", "obtains", "find", "finds", "have", "give", "gives", "yield", "yields", "imply",
        "implies", "follow", "follows", "become", "becomes", "show", "shows", "write", "expand", "compute", "define",
        "prove", "want", "need", "must", "should", "can", "then", "so", "thus", "hence", "therefore", "because",
        "since", "which", "let", "if", "we", "you", "i", "they", "whether", "not", "no", "never", "without",
        "contrary",
    ]
)  # fmt: skip
_EXPLAINS = frozenset(["where", "with", "here", "and", "we", "again", "now", "define", "denote", "the", "policy"])
_GOES_ON = frozenset(["and", "that", "also", "further", "moreover", "as", "well"])


_PREAMBLE = pattern(r"(?:\s|%[^\n]*\n)*\\documentclass(?:[^\\]|\\(?!begin\{document\}))*\\begin\{document\}")


@dataclass
class Lead:
    """Where the prose before the next display begins, and what the display before it was."""

    text: str
    end: int = 0
    display: int = -1
    kind: str = ""
    under: Conditions = NOTHING
    said: Gives = Gives.NOT
    gaps: Mapping[int, tuple[int, int, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, blocks: Sequence[Block]) -> Lead:
        """At the start of a document; of a LaTeX one what stands outside of it is no prose."""
        if (preamble := _PREAMBLE.match(text)) is not None:
            stop = text.find("\\end{document}", preamble.end())
            stop = stop if stop >= 0 else len(text)
            text = blanked(preamble.group()) + text[preamble.end() : stop] + blanked(text[stop:])
        return cls(text, gaps=gaps(blocks, len(text)))

    def behind(self, block: Block) -> None:
        """Prose begins anew behind a heading."""
        self.end, self.display, self.kind, self.under = block.span.stop, -1, "", NOTHING

    def prose(self, row: Block) -> str:
        """What stands between the display before and that of a row, if the row is the first of it."""
        return self.text[self.end : max(row.display, self.end)] if self.is_new(row) else ""

    def is_new(self, row: Block) -> bool:
        """Whether a row is the first of its display."""
        return row.display != self.display

    def carried(self, row: Block) -> Carried:
        """How far the words before a row carry what was supposed."""
        if not self.is_new(row):
            return Carried.ON
        return carried(self.prose(row), supposed_just_before=bool(self.kind))

    def explains(self, row: Block) -> bool:
        """Whether the words before a row say that it gives what the display before it uses: “where”."""
        if not self.is_new(row):
            return False
        prose = _OPENER.sub("", _COMMENT.sub(" ", self.prose(row)))
        words = [word.lower() for word in _WORD.findall(_CLOSERS.split(prose)[-1])]
        return words[:1] != [] and words[0] in ("where", "with", "here") and set(words) <= _EXPLAINS

    def gives(self, row: Block) -> Gives:
        """What the words before its display say of the symbol that a row gives."""
        if self.is_new(row):
            prose = _OPENER.sub("", _COMMENT.sub(" ", self.prose(row)))
            self.said = gives(_CLOSERS.split(prose)[-1])
            return self.said
        return Gives.NOT if self.said is Gives.PERHAPS else self.said

    def conditions(self, row: Block) -> Conditions:
        """What the sentence before its display supposes for a row, with where that stands in the text."""
        if self.is_new(row):
            prose = _OPENER.sub("", _COMMENT.sub(_blank, self.prose(row)))
            prose = _SETTING.sub(_blank, _DRESSED.sub(_bare, prose))
            begin = max((found.end() for found in _CLOSERS.finditer(prose)), default=0)
            if self.display >= 0:
                begin += behind(prose[begin:]).end  # what is about the display before
            if self.under == NOTHING or not goes_on(prose[begin:]):
                found = NOTHING if supposing(prose[begin:]) else conditions(prose[begin:])
                found = _at(found, self.end + begin)
                self.under = found if found != NOTHING else self._behind(row)
        return self.under

    def _behind(self, row: Block) -> Conditions:
        """What the words behind the display of a row suppose for it, where they are the end of its sentence."""
        begin, stop, last = self.gaps.get(row.display, (0, 0, True))
        prose = self.text[begin:stop]
        closed = _CLOSED.match(prose)
        begin += closed.end() if closed is not None else 0
        prose = self.text[begin:stop]
        if not last:
            prose = prose[: max(prose.rfind(end) for end in ".;!?)") + 1]  # the rest leads to the next display
        return _at(conditions_behind(prose), begin)

    def supposition(self, row: Block) -> str:
        """The kind of hypothesis, “if” or “let”, that the words before its display make of a row; none: nothing."""
        if row.display != self.display:
            self.kind = supposing(self.text[self.end : max(row.display, self.end)], self.kind)
            self.display = row.display
        self.end = row.span.stop
        return self.kind


def gaps(blocks: Sequence[Block], end: int) -> dict[int, tuple[int, int, bool]]:
    """The prose behind each display, by where that starts: from where to where it goes, and if it ends a section."""
    out: dict[int, tuple[int, int, bool]] = {}
    for block, after in zip_longest(blocks, blocks[1:]):
        if block.kind is Kind.ROW and not (after is not None and after.display == block.display):
            last = after is None or after.kind is Kind.HEADING
            stop = end if after is None else after.display if after.kind is Kind.ROW else after.span.start
            out[block.display] = (block.span.stop, max(stop, block.span.stop), last)
    return out


def _at(found: Conditions, start: int) -> Conditions:
    """Conditions with where they start in the whole text."""
    return found._replace(formulas=tuple(each._replace(start=start + each.start) for each in found.formulas))


def _bare(found: re.Match[str]) -> str:
    """What is dressed, in its place: the ``Claim.`` of ``\\textbf{Claim.}``."""
    inside = found.group(1)
    return inside.rjust(found.end(1) - found.start()).ljust(len(found.group()))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def supposing(prose: str, before: str = "") -> str:
    """The kind of hypothesis that the last words of some prose make of the display behind them.

    ``before``: the kind of the display before the prose, which an “and” goes on with. “Suppose” and “Assume” at the
    head of a sentence suppose whatever follows, if nothing there concludes; else every word must be one of those known:
    what says more may be a conclusion (“If we expand, we get”).

    >>> supposing("Now suppose that"), supposing("Let"), supposing("Let $r$ be given by"), supposing("and", "if")
    ('if', 'let', 'let', 'if')
    >>> supposing("Suppose that the advantage is centred:"), supposing("Suppose we expand the square to get")
    ('if', '')
    >>> supposing("If we expand, we get"), supposing("Suppose $p = q$. Then"), supposing("Given this,")
    ('', '', '')
    """
    prose = _CLOSERS.split(_OPENER.sub("", _COMMENT.sub(" ", prose)))[-1]
    prose = _DRESSED.sub(r"\1", _ASSUMPTION.sub(" Assumption. ", prose))
    prose = _LINE_MARK.sub("", _MARKS.sub(" ", prose)).strip()
    last = re.split(r"\n\s*\n", prose)[-1].strip()
    if _LABEL.fullmatch(re.split(r"(?<=[.!?:])\s+(?=[A-Z])", last)[-1]):
        return "assumption"
    sentence = re.split(r"(?<=[.!?;:])\s+", last)[-1]
    if not sentence or sentence[-1] in ".!?,;" or any(map(_RELATES.search, _INLINE.findall(sentence))):
        return ""
    plain = _INLINE.sub(" ", sentence)
    words = [word.lower() for word in _WORD.findall(plain)]
    if before and words and set(words) <= _GOES_ON and "and" in words:
        return before
    if re.search(r"[^\w\s,:'’-]|\d", plain):
        return ""
    if set(words) <= _SMALL | _BARELY and not _BARELY.isdisjoint(words):
        return "if"
    if set(words) <= _SMALL and {"case", "where"} <= set(words):
        return "if"
    own = _SUPPOSE.intersection(words)
    if _orders(words):
        return "if"
    if len(own) != 1 or not set(words) <= _FILLS | own:
        return ""
    return "let" if own == {"let"} and "us" not in words else "if" if own != {"let"} else ""


def _orders(words: Sequence[str]) -> bool:
    """Whether a sentence orders to suppose something: “Suppose that the advantage is centred:”."""
    first = next((i for i, word in enumerate(words) if word not in _SMALL), len(words))
    return words[first : first + 1] != [] and words[first] in _ORDERS and _CONCLUDES.isdisjoint(words[first + 1 :])
