"""From the characters of one row to raw symbols: macros resolved, decoration gone.

The first half of the lexer. It knows LaTeX's spelling and nothing of grammar: what remains are
letters, words, numbers, brackets, scripts, bars, operators and relations, each with the place it
was written at. :mod:`symkl.reading.terminals` gives them their parts in a formula.
"""

from __future__ import annotations

import re
import unicodedata

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.asides import without_asides
from symkl.reading.columns import columns, divided
from symkl.reading.distinctions import spread
from symkl.reading.ink import covers, shows
from symkl.reading.mistakes import Unreadable, refuse, similar
from symkl.reading.raws import DEPTH_LIMIT, Raw
from symkl.reading.remarks import carried, labels, takes_back
from symkl.reading.spellings import (
    ACCENTS,
    BARE_HEADS,
    CHARACTERS,
    COMMANDS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FONTS,
    FULL_WIDTH,
    GREEK,
    INKS,
    INVISIBLE,
    KNOWN,
    MATRICES,
    PROSE,
    REFUSED,
    ROW_ENVIRONMENTS,
    SECOND_ONLY,
    SIDED,
    SIMPLE,
    TRANSPARENT,
    WORD_HEADS,
)

ROW_LIMIT = 20_000
SYMBOL_LIMIT = 5_000
DIGIT_LIMIT = 12

_RELATION_SIGN = pattern(
    r"[=<>≤≥∝≈≡]|\\(?:[lg]eq?(?:qslant)?|[lg]t|propto|approx|equiv|sim|iff|implies|Rightarrow|Leftrightarrow)(?![A-Za-z])"
)
_BACK = pattern(r"(?:\\!\s*){5}")
_FAR_BACK = pattern(
    r"\s*-\s*(?:(?:[1-9]\d*(?:\.\d+)?|0?\.[6-9]\d*)\s*(?:em|ex|cm|in)|[1-9]\d+(?:\.\d+)?\s*[a-z]{2}|\\)"
)
_ONLY_SPACE = pattern(
    r"(?:[\s&~{}=<>≤≥∝≈+\-−±|‖()\[\]:,.;]|\\(?:[,;:!> ]|quad|qquad|[lg]eq?|[lg]eqslant|propto|approx|equiv|sim|iff"
    r"|implies|cdot|times|mathrel|mathbin|quad|left|right|big[lr]?|Big[lr]?|bigg[lr]?|strut|mathstrut)(?![A-Za-z]))*"
)
_PIECE = pattern(
    r"""
    (?P<space>[\s\u00a0\u2000-\u200a\u202f~]+)
  | (?P<mark>&)
  | (?P<anchor>\{\#[\w:.\-]+\})
  | (?P<macro>\\(?:operatorname\*|[A-Za-z]+|.|\n))
  | (?P<number>\d+(?:\.\d+)?|\.\d+)
  | (?P<run>[A-Za-z]+)
  | (?P<ellipsis>\.\.\.)
  | (?P<assign>:\s?=)
  | (?P<order>[<>]=)
  | (?P<dashes>-{2,})
  | (?P<other>.)
""",
    re.VERBOSE | re.DOTALL,
)
#: What may follow the first digits of a number: more of them, in threes behind a thin space, or behind a plain one,
#: which LaTeX does not show.
_MORE_DIGITS = pattern(
    r"(?:\s+\d+)+(?:\.\d+)?"
    r"|(?:(?:\\[,;:! ]|\\thinspace(?![A-Za-z])|\{,\}|[~\u00a0\u2009\u202f])\s*\d{3}(?!\d))+(?:\.\d+)?"
)
_MORE_DECIMALS = pattern(r"(?:(?:\\[,;:! ]|\\thinspace(?![A-Za-z])|[~\u00a0\u2009\u202f])\s*\d{1,3}(?!\d))+")
_COMMENT = pattern(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_BRACE = pattern(r"\\.|[{}]", re.DOTALL)
_CONTROL = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_OPTION = pattern(r"\s*\[(?P<inside>[^\[\]]*)\]")
_ARGUMENT_SPACE = pattern(r"\s*")
_DOLLARS = pattern(r"\s*(\$[^$]*\$)\s*")
_FOR_ALL_ARGUMENTS = pattern(r"\.\s*(?:\\[,;:! ]\s*)*(?:[|∣,;)]|\\(?:mid|vert|middle|given|right)(?![A-Za-z]))")
_WORD_CLEAN = pattern(r"\\[ ,;:!/]|~|\\(?:quad|thinspace)\b")


def scan(text: str, base: int, repairs: list[str]) -> list[Raw]:
    """The raw symbols of ``text``, which starts at offset ``base`` of its document.

    Raises: Unreadable for what has no place in a formula.
    """
    _check_text(text, base)
    if "%" in text:
        text = _COMMENT.sub(lambda m: m.group(1) + " " * (len(m.group()) - len(m.group(1))), text)
    text = without_asides(text, repairs)
    return _Scanner(text, base, repairs).run()


def _check_text(text: str, base: int) -> None:
    if len(text) > ROW_LIMIT:
        raise refuse("row too long", Span(base, base + 1), f"{len(text):,}", f"{ROW_LIMIT:,}")
    if control := _CONTROL.search(text):
        at = base + control.start()
        raise refuse("control character", Span(at, at + 1), f"U+{ord(control.group()):04X}")


def brace_partners(text: str, base: int) -> dict[int, int]:
    """For each ``{`` of ``text`` that LaTeX counts, the offset of its ``}``."""
    partners: dict[int, int] = {}
    stack: list[int] = []
    for found in _BRACE.finditer(text):
        at = found.start()
        if found.group() == "{":
            stack.append(at)
            if len(stack) > DEPTH_LIMIT:
                raise refuse("nested too deep", Span(base + at, base + at + 1), extra=str(DEPTH_LIMIT))
        elif found.group() == "}":
            if not stack:
                raise refuse("stray brace", Span(base + at, base + at + 1))
            partners[stack.pop()] = at
    if stack:
        raise refuse("unclosed brace", Span(base + stack[-1], base + stack[-1] + 1))
    return partners


class _Scanner:
    """One pass over a row. Braces that only colour or frame are taken out as they are met."""

    def __init__(self, text: str, base: int, repairs: list[str]) -> None:
        self.text = text
        self.base = base
        self.repairs = repairs
        self.partners = brace_partners(text, base)
        self.skip: set[int] = set()
        self.out: list[Raw] = []
        self.stacks: list[range] = []  # where a line ends a part of a list
        self.marks: list[tuple[int, int]] = []  # each & outside braces: how many symbols before it, and where

    def run(self) -> list[Raw]:
        at, out = 0, self.out
        while at < len(self.text):
            found = _PIECE.match(self.text, at)
            assert found is not None  # the last alternative takes any character
            kind, piece = found.lastgroup, found.group()
            stop = found.end()
            if kind == "space" or kind == "anchor":
                if "~" in piece and self.samples():
                    self.repairs.append("“~” is read as “\\sim”")
                    self.put(*SIMPLE["sim"], at + piece.index("~"), at + piece.index("~") + 1)
            elif kind == "mark":
                self.marks.append((len(out), at))
            elif kind == "macro":
                stop = self.macro(piece[1:], at, stop)
            elif kind == "run":
                if len(piece) == 1:
                    self.put("head" if piece == "E" else "letter", piece, at, stop)
                else:
                    self.run_of_letters(piece, at)
            elif kind == "number":
                piece, stop = self.number(piece, at, stop)
                self.put("num", piece, at, stop)
            elif kind == "assign":
                self.put("rel", ":=", at, stop)
            elif kind == "order":
                sign = "≤" if piece[0] == "<" else "≥"
                self.repairs.append(f"“{piece}” is read as “{sign}”")
                self.put(*CHARACTERS[sign], at, stop)
            elif kind == "ellipsis":
                self.put("dots", "…", at, stop)
            elif kind == "dashes":
                raise refuse("dashes", self.span(at, stop), piece)
            elif at not in self.skip:
                self.character(piece, at)
            if len(out) > SYMBOL_LIMIT:
                raise refuse("row too rich", self.span(at, stop), extra=f"{SYMBOL_LIMIT:,}")
            at = stop
        if any(raw.kind == "over" for raw in out):
            return divided(out)
        return columns(out, [(n, self.base + at) for n, at in self.marks]) if len(self.marks) > 1 else out

    def samples(self) -> bool:
        """Whether a space stands where a sign is meant: under an expectation, behind what is drawn from no law yet."""
        depth = 0
        for n in range(len(self.out) - 1, 1, -1):
            kind = self.out[n].kind
            if kind in ("rb", "close"):
                depth += 1
            elif kind in ("lb", "open"):
                if depth == 0:
                    below, of = self.out[n - 1], self.out[n - 2]
                    return (below.kind, of.kind, of.text) == ("sub", "head", "E") and n < len(self.out) - 1
                depth -= 1
            elif depth == 0 and (self.out[n].kind, self.out[n].text) == SIMPLE["sim"]:
                return False
        return False

    def number(self, piece: str, at: int, stop: int) -> tuple[str, int]:
        """All digits of the number that begins at ``at``: ``1\\,000`` is one number, and so is ``2 5``, shown as 25."""
        if not self.out or self.out[-1].kind not in ("sub", "sup", "cmd", "rb"):
            more = (_MORE_DECIMALS if "." in piece else _MORE_DIGITS).match(self.text, stop)
            if more and (len(piece) <= 3 or "." in piece or more.group()[0].isspace()):
                piece += "".join(re.findall(r"[\d.]", more.group()))
                stop = more.end()
        if len(piece.replace(".", "")) > DIGIT_LIMIT:
            raise refuse("number too long", self.span(at, stop), piece)
        if "." in piece and (more := re.match(r"(?:\.\d+)+", self.text[stop:])):
            raise refuse("two decimal points", self.span(at, stop + more.end()), piece + more.group())
        return piece, stop

    def span(self, start: int, stop: int) -> Span:
        return Span(self.base + start, self.base + stop)

    def put(self, kind: str, value: str, start: int, stop: int, font: str = "") -> None:
        out = self.out
        if kind == "bar" and value == "|" and out and out[-1].kind == "bar" and out[-1].text == "|":
            out[-1] = Raw("dbar", "‖", out[-1].start, self.base + stop, "||")  # ||, | |, \mid\mid
        elif kind == "quad" and out and out[-1].kind == "quad":
            pass
        else:
            out.append(Raw(kind, value, self.base + start, self.base + stop, font))

    def character(self, piece: str, at: int) -> None:
        if piece in FULL_WIDTH:
            self.repairs.append(f"the full-width “{piece}” is read as “{FULL_WIDTH[piece]}”")
            piece = FULL_WIDTH[piece]
        if piece == "." and self.out and self.out[-1].kind == "open" and _FOR_ALL_ARGUMENTS.match(self.text, at):
            piece = "·"  # \pi(.|x) for \pi(\cdot|x)
        if piece in CHARACTERS:
            self.put(*CHARACTERS[piece], at, at + 1)
            return
        if piece in INVISIBLE:
            return
        plain = unicodedata.normalize("NFKC", piece)
        if len(plain) == 1 and plain.isascii() and plain.isalpha():
            self.put("head" if plain == "E" else "letter", plain, at, at + 1)
        elif plain in GREEK.values() or plain in {"ϵ", "ϕ", "ϑ", "ς"}:
            self.put("letter", {"ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "ς": "σ"}.get(plain, plain), at, at + 1)
        elif piece in ACCENTS.values() and self.out and self.out[-1].kind == "letter":
            last = self.out.pop()
            self.out.append(
                Raw("letter", unicodedata.normalize("NFC", last.text + piece), last.start, self.base + at + 1)
            )
        elif unicodedata.normalize("NFD", piece)[1:] in ACCENTS.values():
            self.put("letter", unicodedata.normalize("NFC", piece), at, at + 1)
        elif piece in "₀₁₂₃₄₅₆₇₈₉":
            self.put("sub", "_", at, at + 1)
            self.put("num", plain, at, at + 1)
        elif piece in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            self.put("sup", "^", at, at + 1)
            self.put("num", plain, at, at + 1)
        elif piece == "$":
            raise refuse("dollar", self.span(at, at + 1))
        elif piece == "→":
            self.put("arrow", piece, at, at + 1)
        elif piece in "∫∬":
            self.put("head", piece, at, at + 1)
        elif piece == "≠":
            self.put("op", piece, at, at + 1)
        else:
            raise refuse("unknown character", self.span(at, at + 1), piece)

    def run_of_letters(self, piece: str, at: int) -> None:
        """Letters side by side: a function written without its backslash, or one run for a name.

        A script takes one of them where the next bears a script of its own, ``p_ir_i``, or is a reward, ``\\gamma^tV``.
        """
        if self.out and self.out[-1].kind in ("sub", "sup"):
            up = self.out[-1].kind == "sup" and _POWER_AND_REWARD.fullmatch(piece)
            if up or (len(piece) == 2 and piece.islower() and _SCRIPT.match(self.text, at + 2)):
                for n, each in enumerate(piece):
                    self.put("letter", each, at + n, at + n + 1)
                return
        if piece in BARE_HEADS:
            self.put("head", WORD_HEADS[piece], at, at + len(piece))
            return
        for function in ("log", "ln"):
            rest = piece[len(function) :]
            if piece.startswith(function) and (len(rest) == 1 or rest in BARE_HEADS):
                self.put("head", "log", at, at + len(function))
                if len(rest) == 1:
                    self.put("head" if rest == "E" else "letter", rest, at + len(function), at + len(piece))
                else:
                    self.put("head", WORD_HEADS[rest], at + len(function), at + len(piece))
                return
        self.put("run", piece, at, at + len(piece))

    # -- macros ----------------------------------------------------------------------------------

    def macro(self, name: str, at: int, stop: int) -> int:
        """Read the macro at ``at``; where reading goes on."""
        if name in SIMPLE:
            self.put(*SIMPLE[name], at, stop, "text" if SIMPLE[name][0] == "word" else "")
            if name == "_":
                self.repairs.append("“\\_” is read as “_”")
        elif name == "substack":
            self.stacks.append(range(stop, self.argument(name, at, stop)[1]))
            self.open_up(stop)
        elif name in DROPPED:
            if name == "!" and _BACK.match(self.text, at):
                raise refuse("overprinted", self.span(at, stop), "\\!\\!\\!")
            if name in ("left", "right") and self.text[stop : stop + 1] == ".":
                return stop + 1
            if (side := SIDED.get(name)) is not None and self.text[stop : stop + 1] == "|":
                evaluates = side == ")" and self.text[stop + 1 :].lstrip()[:1] == "_"
                self.put("bar", "|" if evaluates else side, at if evaluates else stop, stop + 1)
                return stop + 1
            ends = name == "\\" and any(at in lines for lines in self.stacks)
            if ends and self.out and self.out[-1].kind != "comma":
                self.put("comma", ",", at, stop)
            if name == "\\" and (
                size := re.match(r"\*?\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]", self.text[stop : stop + 40])
            ):
                return stop + size.end()
        elif name in FONTS:
            return self.font(name, at, stop)
        elif name in COMMANDS:
            self.put("cmd", "frac" if name.endswith("frac") else name, at, stop)
        elif name in ACCENTS:
            self.put("accent", ACCENTS[name], at, stop, name)
        elif name in ("rm", "bf", "it", "sf", "tt", "cal"):
            return self.switch(at, stop)
        elif name in TRANSPARENT:
            if name == "cancelto":  # the value that it is said to have stands in the formula as little as a remark
                _, stop = self.argument(name, at, stop)
            if name.endswith("cancel") or name == "cancelto":
                self.check_struck(name, at, stop)
            self.open_up(stop)
            return stop
        elif name == "Pr":
            self.put("word", "Pr", at, stop, "operatorname")
        elif name == "over":
            self.put("over", "over", at, stop)
        elif name in INKS:
            return self.ink(name, at, stop)
        elif name in DROPPED_WITH_ARGUMENT:
            if self.text[stop : stop + 1] == "*":
                stop += 1
            inside, end = self.argument(name, at, stop)
            self.check_dropped(name, inside, at, end)
            return end
        elif name in ("underbrace", "overbrace"):
            return self.braced(name, at, stop)
        elif name in ("begin", "end"):
            return self.environment(name, at, stop)
        elif name == "*":
            self.put("star", "*", at, stop)
        elif name in REFUSED:
            mistake, expected = REFUSED[name]
            raise refuse(mistake, self.span(at, stop), "\\" + name, expected)
        elif name in "()[]":
            raise refuse("dollar", self.span(at, stop))
        else:
            raise refuse("unknown macro", self.span(at, stop), "\\" + name, similar(name, KNOWN))
        return stop

    def argument(self, name: str, at: int, stop: int) -> tuple[str, int]:
        """The braced argument after ``stop`` as text, and where it ends."""
        begin = self.after_space(stop)
        if begin not in self.partners:
            raise refuse("missing argument", self.span(at, stop), "\\" + name, "an argument")
        return self.text[begin + 1 : self.partners[begin]], self.partners[begin] + 1

    def ink(self, name: str, at: int, stop: int) -> int:
        r"""``\color{red}``: only a colour that is seen is decoration. What it colours is read as if it were black."""
        model = ""
        if option := _OPTION.match(self.text, stop):
            model, stop = option["inside"], option.end()
        colour, stop = self.argument(name, at, stop)
        if covers(colour, model) if name == "colorbox" else not shows(colour, model):
            raise refuse("hidden ink", self.span(at, stop), f"\\{name}{{{colour}}}")
        if name in SECOND_ONLY:
            self.open_up(stop)
        return stop

    def check_dropped(self, name: str, inside: str, at: int, stop: int) -> None:
        """Refuse what would be left out though it says something: a statement in a tag, a number nobody sees."""
        if name in ("phantom", "hphantom") and self.out and not _ONLY_SPACE.fullmatch(inside):
            raise refuse("phantom", self.span(at, stop), inside.strip())
        if name in ("hspace", "mspace", "hskip", "mskip") and _FAR_BACK.match(inside):
            raise refuse("overprinted", self.span(at, stop), f"\\{name}{{{inside}}}")
        if name == "tag" and not labels(inside):
            raise refuse("tag", self.span(at, stop), inside.strip())
        if name in ("footnote", "footnotetext") and (word := carried(inside)):
            raise refuse("words that count", self.span(at, stop), word, " in a footnote")

    def check_struck(self, name: str, at: int, stop: int) -> None:
        """Refuse a relation that is struck out: a term may cancel, and a relation is denied."""
        inside, end = self.argument(name, at, stop)
        if struck := _RELATION_SIGN.search(inside):
            raise refuse("struck out", self.span(at, end), struck.group())

    def after_space(self, at: int) -> int:
        found = _ARGUMENT_SPACE.match(self.text, at)
        return found.end() if found else at

    def open_up(self, stop: int) -> None:
        """Take out the braces of the argument after ``stop``: they only frame it, and so do dollars in a box."""
        begin = self.after_space(stop)
        if begin in self.partners:
            close = self.partners[begin]
            self.skip |= {begin, close}
            if framed := _DOLLARS.fullmatch(self.text, begin + 1, close):
                self.skip |= {framed.start(1), framed.end(1) - 1}

    def braced(self, name: str, at: int, stop: int) -> int:
        """``\\underbrace{X}_{label}``: keep ``{X}``, blank the label."""
        begin = self.after_space(stop)
        if begin not in self.partners:
            raise refuse("missing argument", self.span(at, stop), "\\" + name, "an argument")
        script = self.after_space(self.partners[begin] + 1)
        if self.text[script : script + 2] == "\\_":
            script += 1
        if self.text[script : script + 1] in ("_", "^"):
            label = self.after_space(script + 1)
            if label in self.partners:
                close = self.partners[label] + 1
            elif words := re.match(r"\\[A-Za-z]+\s*", self.text[label:]):
                close = label + words.end()
                close = self.partners.get(close, close - 1) + 1
            else:
                close = label + 1
            for word in re.finditer(r"[A-Za-z']+", self.text[label:close]):
                if word.group() in ("when", "whenever", "where", "if"):
                    break  # “higher weight when the estimate is wrong”: what is wrong there is something else
                if takes_back(word.group()):
                    place = self.span(label + word.start(), label + word.end())
                    raise refuse("words that count", place, word.group(), " beside a brace")
            begin_label = self.partners[begin] + 1
            for gone in [p for p in self.partners if begin_label <= p < close]:
                del self.partners[gone]
            self.text = self.text[:begin_label] + " " * (close - begin_label) + self.text[close:]
        return stop

    def environment(self, name: str, at: int, stop: int) -> int:
        which, end = self.argument(name, at, stop)
        if which in ROW_ENVIRONMENTS:
            if name == "begin" and which.startswith("align"):
                if which.rstrip("*") in ("alignat", "alignedat") and end in self.partners:
                    end = self.partners[end] + 1
                elif place := re.match(r"\[[tbc]\]", self.text[end:]):
                    end += place.end()
            return end
        if which.rstrip("*") in MATRICES:
            raise refuse("matrix", self.span(at, end), f"\\begin{{{which}}}")
        if which.rstrip("*") in ("cases", "dcases", "rcases"):
            close = f"\\end{{{which}}}"
            stop = self.text.find(close, end)
            if name != "begin" or stop < 0 or "\\begin" in self.text[end:stop] or which.startswith("rcases"):
                raise refuse("cases", self.span(at, end))
            self.out += spread(self.text[end:stop], self.base + end, self.span(at, end), self.scanned, Raw)
            return stop + len(close)
        raise refuse("environment", self.span(at, end), which)

    def scanned(self, text: str, base: int) -> list[Raw]:
        """The raw symbols of a part of the row."""
        return _Scanner(text, base, self.repairs).run()

    def font(self, name: str, at: int, stop: int) -> int:
        """``\\text{KL}``, ``\\mathcal D``, ``\\boldsymbol{\\theta}``: one word, or what is inside."""
        begin = self.after_space(stop)
        if begin in self.partners:
            inside, end = self.text[begin + 1 : self.partners[begin]], self.partners[begin] + 1
        else:
            found = _PIECE.match(self.text, begin)
            if found is None or found.lastgroup not in ("macro", "run", "number"):
                raise refuse("missing argument", self.span(at, stop), "\\" + name, "an argument")
            if found.lastgroup == "macro":
                return begin  # \bm\theta: the macro speaks for itself
            inside, end = found.group()[0], begin + 1
        word = " ".join(_WORD_CLEAN.sub(" " if name in PROSE else "", inside).split())
        if name not in PROSE:
            word = word.replace(" ", "")
        word = spelled if (spelled := word.replace("\\_", "_")) in WORD_HEADS else word
        if word not in WORD_HEADS and name not in PROSE and ("\\" in word or "_" in word):
            self.open_up(stop)
            return begin
        self.word(word, name, at, end)
        return end

    def switch(self, at: int, stop: int) -> int:
        """``{\\rm KL}``: the old way to set a word upright."""
        close = min((b for a, b in self.partners.items() if a < at < b), default=-1)
        inside = self.text[stop:close].strip() if close >= 0 else ""
        if not inside.isalpha():
            return stop
        opened = self.out[-1] if self.out else None
        if opened and opened.kind == "lb" and not self.text[opened.start - self.base + 1:at].strip():
            before = self.out[-2].kind if len(self.out) > 1 else ""
            if before not in ("sub", "sup", "cmd", "accent", "rb"):
                self.out.pop()
                self.skip.add(close)
        self.word(inside, "mathrm", at, close)
        return close

    def word(self, word: str, font: str, at: int, stop: int) -> None:
        joined = word.replace(" ", "")
        if joined in WORD_HEADS and not (joined == "E" and font in ("mathcal", "mathfrak", "mathscr")):
            self.put("head", WORD_HEADS[joined], at, stop, font)
        elif word:
            self.put("word", word, at, stop, font)


_SCRIPT = pattern(r"\s*[_^]")
_POWER_AND_REWARD = pattern("[tklnTN][rRVQAG]")
def statements(text: str) -> int:
    """How many statements a row has side by side in columns; 1 for a row that cannot be scanned."""
    try:
        return 1 + sum(raw.kind == "column" for raw in scan(text, 0, []))
    except Unreadable:
        return 1
