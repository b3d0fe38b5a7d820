r"""The lexer's second half: raw symbols become the terminals of ``latex.lark``.

A terminal's kind depends on where it stands: a bracket behind a symbol opens a *call*, a bar inside
it separates conditions, a double bar belongs to a divergence, a comma under ``\mathbb{E}`` lists what
is sampled. All of that is decided here, bracket by bracket, so that the grammar stays small and
unambiguous. Base letters and their decoration become one symbol with a canonical name: π_ref, r̂_θ.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.naming import Names
from symkl.reading.scanning import PROSE, WORD_HEADS, Raw, scan
from symkl.reading.trimming import CONSTRAINT_WORDS, prepared, trimmed


@dataclass(frozen=True, slots=True)
class Token:
    """One terminal of the grammar: its kind, its canonical text, and where it was written."""

    kind: str
    value: str
    span: Span


#: Kinds that end an operand: what follows multiplies, divides or is raised to a power.
_ENDS = frozenset(
    {
        "SYMBOL", "NUMBER", "CLOSE", "CCLOSE", "KCLOSE", "RB", "DOTS", "DOT", "ABS_CLOSE", "DIVERGENCE",
        "TCLOSE",
    }
)
_SPACE_WORDS = frozenset(
    [
        "where", "with", "and", "so", "hence", "thus", "therefore", "then", "i.e.", "ie", "namely",
        "here", "also", "by", "definition", "we", "have", "let", "or",
    ]
)
_ALL_WORDS = ("for all", "for every", "for any", "for each", "for arbitrary")
_CONDITION_WORDS = frozenset(
    ["if", "when", "whenever", "provided", "unless", "as", "for", "assuming", "otherwise"]
)
_DIVERGENCES = {"TV": "TV", "χ^2": "χ²", "χ2": "χ²", "KL": "KL"}
EXPONENT_LIMIT = 64


def tokenise(text: str, base: int, repairs: list[str]) -> list[Token]:
    r"""The terminals of one row of LaTeX that starts at offset ``base`` of its document.

    Raises: Unreadable.

    >>> [t.value for t in tokenise(r"\beta \log \pi_{\text{ref}}", 0, [])]
    ['β', 'log', 'π_ref']
    """
    return arrange(scan(text, base, repairs), repairs)


def arrange(raws: list[Raw], repairs: list[str]) -> list[Token]:
    """Terminals from raw symbols whose brackets must match."""
    return _Arranger(prepared(trimmed(raws)), repairs).run()


class _Arranger(Names):
    """Walks the raw symbols bracket by bracket. ``frame`` is what kind of bracket it is in:

    row, group (brackets, braces, arguments of a fraction), call, divergence, binder (under an operator).
    """

    def __init__(self, raws: list[Raw], repairs: list[str]) -> None:
        super().__init__(raws, repairs)
        self.out: list[Token] = []
        #: Whether the statement under way has its relation or problem yet; where the last relation is.
        self.states_something = False
        self.last_relation = max((i for i in self.level(0, len(raws)) if raws[i].kind == "rel"), default=-1)

    def run(self) -> list[Token]:
        self.walk(0, len(self.raws), "row")
        return self.out

    # -- small helpers ---------------------------------------------------------------------------

    def put(self, kind: str, value: str, span: Span) -> None:
        if kind in ("REL", "OPT"):
            self.states_something = True
        elif kind == "SEP":
            self.states_something = False
        self.out.append(Token(kind, value, span))

    def after_operand(self) -> bool:
        return bool(self.out) and self.out[-1].kind in _ENDS

    # -- the walk --------------------------------------------------------------------------------

    def walk(self, i: int, end: int, frame: str) -> None:
        """Emit the terminals of the raw symbols from i to end, all in one bracket."""
        if frame == "row":
            i = self.opening_words(i, end)
        while i < end:
            i = self.step(i, end, frame)

    def step(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        kind = raw.kind
        if kind == "letter" or kind == "accent":
            return self.letter(i, end, frame)
        if kind == "open":
            return self.bracket(i, end, frame)
        if kind == "num":
            self.put("NUMBER", raw.text, raw.span)
            return i + 1
        if kind == "op":
            return self.operator(i, end, frame)
        if kind == "head":
            return self.head(i, end, frame)
        if kind == "cmd":
            return self.command(i, end, frame)
        if kind == "sup":
            return self.exponent(i, end)
        if kind == "lb":
            return self.braces(i, end, frame)
        if kind == "rel":
            return self.relation(i, end, frame)
        if kind == "bar":
            return self.bar(i, end, frame)
        if kind == "comma":
            return self.comma(i, end, frame)
        if kind == "quad":
            return self.quad(i, end, frame)
        if kind == "word":
            return self.word(i, end, frame)
        if kind == "cdot":
            if frame == "call" and self.alone(i, end):
                self.put("DOT", "·", raw.span)
            else:
                self.put("MUL", "·", raw.span)
            return i + 1
        if kind == "star":
            after = self.at(i + 1, end)
            if self.out and self.out[-1].kind == "EXPECT" and after is not None and after.kind == "lb":
                raise refuse("lost subscript", raw.span, "E*{...}")
            self.put("MUL", "*", raw.span)
            return i + 1
        if kind == "dots":
            self.put("DOTS", "…", raw.span)
            return i + 1
        if kind == "run":
            return self.run_of_letters(i, end)
        if kind == "sub":
            raise refuse("subscript on a group", raw.span, self.out[-1].value if self.out else "nothing")
        if kind == "prime":
            raise refuse("star on a group" if self.after_operand() else "lonely prime", raw.span, raw.text)
        if kind == "dbar":
            raise refuse("stray double bar", raw.span)
        if kind == "arrow":
            raise refuse("arrow", raw.span)
        raise refuse("unknown character", raw.span, raw.text)

    def run_of_letters(self, i: int, end: int) -> int:
        raw = self.raws[i]
        if raw.text.startswith("log") or raw.text.startswith("exp") or len(raw.text) > 1:
            raise refuse("letter run", raw.span, raw.text)
        raise refuse("unknown character", raw.span, raw.text)

    def alone(self, i: int, end: int) -> bool:
        """Whether nothing but a separator or a bracket stands on both sides of i."""
        after = self.at(i + 1, end)
        if after is not None and after.kind not in ("comma", "bar", "dbar"):
            return False
        return not self.out or self.out[-1].kind in ("CALL", "COMMA", "BAR")

    def letter(self, i: int, end: int, frame: str) -> int:
        """A symbol, and the bracket that makes it a call."""
        raw = self.raws[i]
        after = self.at(i + 1, end)
        if raw.text == "e" and after is not None and after.kind == "sup":
            self.put("EULER", "e", raw.span)
            return i + 1
        if raw.text == "D" or raw.text == "H" or raw.text == "σ" or raw.text == "χ":
            done = self.special(i, end, frame)
            if done >= 0:
                return done
        name, stop = self.symbol(i, end)
        return self.named(name, i, stop, end, frame)

    def named(self, name: str, i: int, stop: int, end: int, frame: str) -> int:
        self.put("SYMBOL", name, Span(self.raws[i].start, self.raws[stop - 1].stop))
        after = self.at(stop, end)
        if after is None:
            return stop
        if after.kind == "open":
            return self.call(stop, name)
        if after.kind == "sub":
            raise refuse("double subscript", after.span)
        if after.kind == "sup":
            _, _, behind = self.script(stop, end)
            if (
                behind >= 0
                and (bracket := self.at(behind, end)) is not None
                and bracket.kind == "open"
                and self.looks_like_arguments(behind)
            ):
                self.exponent(stop, end, "EARLY_POW")  # Z^{-1}(x) is Z(x)^{-1}: the grammar puts it right
                return self.call(behind, name)
        return stop

    def looks_like_arguments(self, i: int) -> bool:
        inside = [self.raws[k] for k in self.level(i + 1, self.partner[i])]
        if any(r.kind in ("bar", "dbar", "comma") for r in inside):
            return True
        return (
            len(inside) >= 1
            and (inside[0].kind == "cdot" or inside[0].text in ("x", "y", "s", "a", "X", "Y"))
            and all(r.kind in ("letter", "cdot", "sub", "prime", "lb") for r in inside)
        )

    def call(self, i: int, name: str) -> int:
        """The argument list in the bracket at i."""
        close = self.partner[i]
        raw = self.raws[i]
        if close == i + 1:
            raise refuse("empty bracket", Span(raw.start, self.raws[close].stop))
        self.put("CALL", raw.text, raw.span)
        bars = [k for k in self.level(i + 1, close) if self.raws[k].kind == "dbar"]
        for k in bars:
            bar = self.raws[k]
            if not name[:1].islower():
                raise refuse("unknown divergence", bar.span, name)
            self.raws[k] = Raw("bar", "|", bar.start, bar.stop)
            self.repairs.append(
                f"the double bar in {name}(…) is read as a single one: there, only a condition can stand"
            )
        self.walk(i + 1, close, "call")
        self.put("CCLOSE", self.raws[close].text, self.raws[close].span)
        return close + 1

    def special(self, i: int, end: int, frame: str, base: str = "") -> int:
        """D, H, σ and χ at i where they head a functional; -1 where they are plain symbols."""
        base = base or self.raws[i].text
        after = self.at(i + 1, end)
        if after is None:
            return -1
        if base == "σ":
            if after.kind == "open":
                self.put("FUNC", "σ", self.raws[i].span)
                return i + 1
            return -1
        if base == "H":
            return self.functional("H", i, i + 1, end) if after.kind == "open" else -1
        if base == "χ":
            if after.kind == "sup":
                a, b, stop = self.script(i + 1, end)
                bracket = self.at(stop, end)
                if (
                    self.name(a, b) == "2"
                    and bracket is not None
                    and bracket.kind == "open"
                    and self.two_sided(stop)
                ):
                    return self.divergence("χ²", i, stop, end)
            return -1
        if after.kind == "sub":
            a, b, stop = self.script(i + 1, end)
            which = self.subscript_or_nothing(a, b)
            found = _DIVERGENCES.get(which.upper(), _DIVERGENCES.get(which, ""))
            if found:
                return self.divergence(found, i, stop, end)
            bracket = self.at(stop, end)
            if bracket is not None and bracket.kind == "open" and self.double_bars(stop):
                raise refuse("unknown divergence", self.raws[i].span, "D_" + which)
            return -1
        if after.kind == "open" and self.double_bars(i + 1):
            return self.divergence("KL", i, i + 1, end)
        return -1

    def subscript_or_nothing(self, a: int, b: int) -> str:
        if any(r.kind in ("op", "open", "rel") for r in self.raws[a:b]):
            return ""
        return self.name(a, b)

    def double_bars(self, i: int) -> bool:
        return any(self.raws[k].kind == "dbar" for k in self.level(i + 1, self.partner[i]))

    def two_sided(self, i: int) -> bool:
        return any(self.raws[k].kind in ("dbar", "comma") for k in self.level(i + 1, self.partner[i]))

    # -- divergences and functionals -------------------------------------------------------------

    def divergence(self, value: str, i: int, stop: int, end: int) -> int:
        """``KL(p \\| q)``: the head from i to stop, then a bracket with one separator, or nothing."""
        self.put("DIVERGENCE", value, Span(self.raws[i].start, self.raws[stop - 1].stop))
        bracket = self.at(stop, end)
        if bracket is not None and bracket.kind in ("sub", "sup"):
            raise refuse(
                "subscript on a group" if bracket.kind == "sub" else "not read",
                bracket.span,
                value,
                "a divergence without a superscript",
            )
        is_bracket = bracket is not None and (
            bracket.kind == "open" or (bracket.kind == "lb" and self.two_sided(stop))
        )
        if bracket is None or not is_bracket:
            return stop
        close = self.partner[stop]
        separator = self.separator(stop, close)
        self.put("KOPEN", bracket.text, bracket.span)
        self.walk(stop + 1, separator, "group")
        self.put("KBAR", "‖", self.raws[separator].span)
        self.walk(separator + 1, close, "group")
        self.put("KCLOSE", self.raws[close].text, self.raws[close].span)
        return close + 1

    def separator(self, i: int, close: int) -> int:
        """The one place between the two sides of the divergence whose bracket opens at i."""
        places = self.level(i + 1, close)
        for kinds, texts in ((("dbar",), "‖"), (("bar",), "|"), (("op",), ":"), (("comma",), ",;")):
            found = [k for k in places if self.raws[k].kind in kinds and self.raws[k].text in texts]
            if len(found) == 1:
                if kinds == ("bar",):
                    self.repairs.append("a single bar between the two sides of a divergence is read as ‖")
                return found[0]
            if found:
                break
        raise refuse("divergence sides", Span(self.raws[i].start, self.raws[close].stop))

    def functional(self, value: str, i: int, stop: int, end: int) -> int:
        """``H(π)``, ``\\operatorname{Var}_{y \\sim \\pi}[r]``."""
        self.put("FUNCTIONAL", value, Span(self.raws[i].start, self.raws[stop - 1].stop))
        stop = self.below(stop, end, "Var")
        bracket = self.at(stop, end)
        if bracket is None or bracket.kind != "open":
            raise refuse("empty function", self.raws[i].span, value)
        return self.call(stop, "H")

    # -- operators that bind ---------------------------------------------------------------------

    def head(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        value = raw.text
        after = self.at(i + 1, end)
        if value in ("log", "exp", "sigmoid"):
            if after is not None and after.kind == "sub":
                raise refuse("base of a logarithm", after.span)
            if after is None or after.kind in ("close", "rb", "comma", "rel"):
                raise refuse("empty function", raw.span, value)
            self.put("FUNC", "σ" if value == "sigmoid" else value, raw.span)
            return i + 1
        if value == "KL":
            return self.divergence("KL", i, i + 1, end)
        if value == "TV":
            return self.divergence("TV", i, i + 1, end)
        if value == "Var":
            return self.functional("Var", i, i + 1, end)
        if value == "E":
            self.put("EXPECT", "E", raw.span)
            return self.below(i + 1, end, "E")
        if value in ("sum", "product"):
            self.put("SUM", value, raw.span)
            stop = self.below(i + 1, end, value)
            if self.out[-1].kind == "SUM":
                raise refuse("bare sum", raw.span, "\\sum" if value == "sum" else "\\prod")
            return stop
        if value == "lim":
            return self.limit(i, end)
        if value == "nabla":
            name, stop = "", i + 1
            if after is not None and after.kind == "sub":
                a, b, stop = self.script(i + 1, end)
                name = self.name(a, b)
            elif after is not None and after.kind == "sup":
                raise refuse("second derivative", after.span)
            self.put("GRAD", name, Span(raw.start, self.raws[stop - 1].stop))
            return stop
        if value == "partial":
            if after is not None and after.kind == "sub":
                a, b, stop = self.script(i + 1, end)
                self.put("DOP", "∂", raw.span)
                self.group_of(a, b)
                return stop
            if after is not None and after.kind == "sup":
                raise refuse("second derivative", after.span)
            self.put("PARTIAL", "∂", raw.span)
            return i + 1
        return self.optimum(i, end)

    def limit(self, i: int, end: int) -> int:
        """``\\lim_{β \\to 0^+}``: the sign with its end as value, then what goes there as its binder."""
        raw, after = self.raws[i], self.at(i + 1, end)
        if after is None or after.kind != "sub":
            raise refuse("limit", raw.span, "\\lim")
        a, b, stop = self.script(i + 1, end)
        arrow = next((k for k in self.level(a, b) if self.raws[k].kind == "arrow"), None)
        if arrow is None or arrow in (a, b - 1):
            raise refuse("limit", raw.span, "\\lim")
        written = "".join(r.text for r in self.raws[arrow + 1 : b] if r.kind not in ("sup", "lb", "rb"))
        value = {"0": "0", "0+": "0+", "+0": "0+", "∞": "∞", "+∞": "∞"}.get(written)
        if value is None:
            span = Span(self.raws[arrow + 1].start, self.raws[b - 1].stop)
            raise refuse("end of a limit", span, self.written(arrow + 1, b))
        self.put("LIM", value, raw.span)
        self.binder(a, arrow, "lim")
        return stop

    def optimum(self, i: int, end: int) -> int:
        raw = self.raws[i]
        value, stop = raw.text, i + 1
        if value == "arg":
            after = self.at(stop, end)
            if after is not None and after.kind == "cmd" and after.text == "underset":
                a, b, behind = self.argument(stop + 1, end, after)
                c, d, behind = self.argument(behind, end, after)
                if d == c + 1 and self.raws[c].text in ("max", "min"):
                    self.put("OPT", "arg" + self.raws[c].text, raw.span)
                    self.binder(a, b, self.raws[c].text)
                    return behind
            if after is None or after.kind != "head" or after.text not in ("max", "min"):
                raise refuse("missing argument", raw.span, "\\arg", "\\max or \\min")
            value, stop = "arg" + after.text, stop + 1
        after = self.at(stop, end)
        if (
            after is not None
            and after.kind == "open"
            and any(self.raws[k].kind == "comma" for k in self.level(stop + 1, self.partner[stop]))
        ):
            raise refuse("max of numbers", raw.span, "\\" + value)
        self.put("OPT", value, Span(raw.start, self.raws[stop - 1].stop))
        return self.below(stop, end, value)

    def below(self, i: int, end: int, of: str) -> int:
        """The subscript and superscript of the operator that was just emitted; the index behind them."""
        sub: tuple[int, int] | None = None
        sup: tuple[int, int] | None = None
        while i < end and self.raws[i].kind in ("sub", "sup", "prime", "star"):
            raw = self.raws[i]
            if raw.kind == "star" or raw.kind == "prime":
                after = self.at(i + 1, end)
                if (
                    raw.kind == "star"
                    and after is not None
                    and after.kind == "lb"
                    and raw.stop == after.start
                    and sub is None
                ):
                    self.repairs.append(
                        f"“{of}*{{…}}” is read as “{of}_{{…}}”: Markdown turned the “_” into “*”"
                    )
                    a, b, i = self.argument(i + 1, end, raw)
                    sub = (a, b)
                    continue
                break
            a, b, behind = self.script(i, end)
            if raw.kind == "sup" and of == "E" and self.raws[a].kind in ("num", "op"):
                break
            if (sub if raw.kind == "sub" else sup) is not None:
                raise refuse("double subscript" if raw.kind == "sub" else "double superscript", raw.span)
            if raw.kind == "sub":
                sub = (a, b)
            else:
                sup = (a, b)
            i = behind
        if sup is not None and of in ("E", "Var") and sub is None:
            sub, sup = sup, None
        if sub is not None:
            self.binder(*sub, of)
        if sup is not None:
            if of not in ("sum", "product") or sub is None:
                raise refuse("binder", self.raws[sup[0]].span, of, "a subscript")
            self.put("TO", "^", self.raws[sup[0]].span)
            self.group_of(*sup)
        return i

    def binder(self, a: int, b: int, of: str) -> None:
        raws = self.raws
        self.put("BOPEN", of, raws[a].span)
        if of.endswith(("max", "min")):
            places = [k for k in self.level(a, b) if raws[k].text in ("∈", "≪") or raws[k].text == "<"]
            if places and places[0] > a:
                what = self.written(a, places[0])
                self.repairs.append(f"“{self.written(a, b)}” under {of} is read as: over all {what}")
        if (
            self.partner[a] == b - 1
            and raws[a].kind == "open"
            and not any(raws[k].text in ("∼", "∈") for k in self.level(a, b))
        ):
            a, b = a + 1, b - 1  # \sum_{(x, y)}, \mathbb{E}_{(x, y)}
        self.walk(a, b, "binder")
        self.put("BCLOSE", of, raws[b - 1].span)

    # -- brackets, scripts, commands -------------------------------------------------------------

    def group_of(self, a: int, b: int, frame: str = "group") -> None:
        """Emit ``LB ... RB`` around the symbols from a to b."""
        self.put("LB", "", Span(self.raws[a].start, self.raws[a].start))
        self.walk(a, b, frame)
        self.put("RB", "", Span(self.raws[b - 1].stop, self.raws[b - 1].stop))

    def exponent(self, i: int, end: int, kind: str = "POW") -> int:
        raw = self.raws[i]
        a, b, stop = self.script(i, end)
        inside = self.raws[a:b]
        if all(r.kind in ("star", "prime") for r in inside):
            raise refuse("star on a group", raw.span, "^" + inside[0].text)
        if (
            len(inside) == 1
            and inside[0].kind == "num"
            and inside[0].text.isdigit()
            and int(inside[0].text) > EXPONENT_LIMIT
        ):
            raise refuse("exponent too large", inside[0].span, inside[0].text)
        if len(inside) == 1 and inside[0].kind == "op":
            raise refuse("not read", inside[0].span, "a lone sign as a superscript", "an exponent")
        self.put(kind, "^", raw.span)
        self.group_of(a, b)
        return stop

    def bracket(self, i: int, end: int, frame: str) -> int:
        raw, close = self.raws[i], self.partner[i]
        if close == i + 1:
            raise refuse("empty bracket", Span(raw.start, self.raws[close].stop))
        if frame == "binder" and not (self.out and self.out[-1].kind in _ENDS):
            self.put("TOPEN", raw.text, raw.span)
            self.walk(i + 1, close, "binder")
            self.put("TCLOSE", self.raws[close].text, self.raws[close].span)
            return close + 1
        self.put("OPEN", raw.text, raw.span)
        self.walk(i + 1, close, "group")
        self.put("CLOSE", self.raws[close].text, self.raws[close].span)
        return close + 1

    def braces(self, i: int, end: int, frame: str) -> int:
        """``{...}``: nothing around a single symbol or sign, brackets around anything else."""
        close = self.partner[i]
        after = self.at(close + 1, end)
        if close == i + 1:
            if after is not None and after.kind in ("sub", "sup"):
                raise refuse("empty script", after.span, "an empty pair of braces before " + after.text)
            return close + 1
        first = self.raws[i + 1]
        if first.kind in ("letter", "accent", "word") and not (first.text == "e" and close > i + 2):
            name, stop = self.symbol(i + 1, close)
            if stop == close:
                if after is not None and after.kind in ("sub", "sup", "prime"):
                    name, stop = self.symbol(i, end)
                    return self.named(name, i, stop, end, frame)
                return self.named(name, i, close + 1, end, frame)
        if close == i + 2 and first.kind in ("op", "rel", "num", "dots", "head"):
            self.raws[i] = Raw("quad", "", first.start, first.start)
            self.step(i + 1, close, frame)
            return close + 1
        self.put("OPEN", "{", self.raws[i].span)
        self.walk(i + 1, close, "group")
        self.put("CLOSE", "}", self.raws[close].span)
        return close + 1

    def command(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        if raw.text == "frac":
            return self.fraction(i, end)
        if raw.text == "sqrt":
            after = self.at(i + 1, end)
            degree: tuple[int, int] | None = None
            stop = i + 1
            if after is not None and after.kind == "open" and after.text == "[":
                degree, stop = (i + 2, self.partner[i + 1]), self.partner[i + 1] + 1
            a, b, stop = self.argument(stop, end, raw)
            self.put("SQRT", "√", raw.span)
            if degree is not None:
                self.group_of(*degree)
            self.group_of(a, b)
            return stop
        a, b, stop = self.argument(i + 1, end, raw)
        c, d, stop = self.argument(stop, end, raw)
        inside = [k for k in range(c, d) if self.raws[k].kind != "quad"]
        first = self.raws[inside[0]] if inside else raw
        if first.kind == "rel":
            written = self.written(a, b).lower()
            if (
                len(inside) == 1
                and first.text == "="
                and written in ("def", "def.", "△", "define", "defined")
            ):
                self.put("REL", ":=", raw.span)
                return stop
            self.relation(inside[0], d, frame)
            return stop
        if (
            raw.text == "underset"
            and first.kind == "head"
            and first.text not in ("log", "exp", "nabla", "partial", "KL")
        ):
            value = first.text
            if value == "arg" and len(inside) == 2:
                value = "arg" + self.raws[inside[1]].text
            kind = {"E": "EXPECT", "sum": "SUM", "product": "SUM"}.get(value, "OPT")
            self.put(kind, value, raw.span)
            self.binder(a, b, value)
            return stop
        raise refuse("not read", raw.span, "\\" + raw.text, "\\max_\\pi, or a plain symbol")

    def fraction(self, i: int, end: int) -> int:
        raw = self.raws[i]
        a, b, stop = self.argument(i + 1, end, raw)
        c, d, stop = self.argument(stop, end, raw)
        mark = self.differential(a, b, alone=True)
        other = self.differential(c, d, alone=False)
        if mark and mark == other:
            a, c = self.without_d(a), self.without_d(c)
            if c >= d:
                raise refuse("half a derivative", raw.span, "\\frac")
            for k in (a, c):
                if k < len(self.raws) and self.raws[k].kind == "sup" and k < d:
                    raise refuse("second derivative", self.raws[k].span)
            if a >= b:
                self.put("DOP", mark, raw.span)
                self.group_of(c, d)
            else:
                self.put("DERIV", mark, raw.span)
                self.group_of(a, b)
                self.group_of(c, d)
            return stop
        if "∂" in (mark, other):
            raise refuse("half a derivative", raw.span, "\\frac")
        self.put("FRAC", "/", raw.span)
        self.group_of(a, b)
        self.group_of(c, d)
        return stop

    def differential(self, a: int, b: int, alone: bool) -> str:
        """The sign of a derivative that starts at a, if one does: ∂, or a d or δ before a symbol."""
        first, after = self.raws[a], self.at(a + 1, b)
        if first.kind == "head" and first.text == "partial":
            return "∂"
        if first.kind == "run":
            return "d" if first.text[0] == "d" else ""
        if first.text not in ("d", "δ"):
            return ""
        before_symbol = alone if after is None else after.kind in ("letter", "word", "head", "accent", "run")
        return first.text if before_symbol else ""

    def without_d(self, a: int) -> int:
        """Skip the d at a; a run such as ``dJ`` keeps its other letters."""
        first = self.raws[a]
        if first.kind != "run":
            return a + 1
        rest = first.text[1:]
        kind = "head" if rest in WORD_HEADS else "letter" if len(rest) == 1 else "run"
        self.raws[a] = Raw(kind, WORD_HEADS.get(rest, rest), first.start + 1, first.stop)
        return a

    # -- signs -----------------------------------------------------------------------------------

    def operator(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        kind = {
            "+": "PLUS", "-": "MINUS", "*": "MUL", "/": "DIV", "∼": "SIM", "∈": "IN", "≪": "IN",
            "≻": "PREF", "⪰": "PREF", "≺": "UNPREF",
        }.get(raw.text)
        if raw.text == ":":
            if frame == "binder":
                raise refuse("constraint", raw.span)
            raise refuse(
                "unexpected", raw.span, ":", self.out[-1].value if self.out else "the start of the row"
            )
        if raw.text == "∀":
            return self.remark(i, end, "∀", condition=True)
        if kind is None:
            raise refuse("unknown character", raw.span, raw.text)
        if raw.text == "≪":
            self.put(kind, raw.text, raw.span)
            return i + 1
        if kind in ("SIM", "IN") and frame != "binder":
            raise refuse("sampling" if kind == "SIM" else "membership", raw.span, raw.text)
        if kind in ("PREF", "UNPREF") and frame != "call":
            raise refuse("preference", raw.span)
        self.put(kind, raw.text, raw.span)
        return i + 1

    def relation(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        if frame == "call" and raw.text in "<>":
            self.put("PREF" if raw.text == ">" else "UNPREF", raw.text, raw.span)
        elif frame == "binder":
            after = self.at(i + 1, end)
            if raw.text == "<" and after is not None and after.text == "<":
                self.put("IN", "≪", raw.span)
                return i + 2
            if raw.text != "=":
                raise refuse("constraint", raw.span)
            self.put("EQ", "=", raw.span)
        elif raw.text in "≡⟹":
            self.put("CONN", raw.text, raw.span)
        else:
            self.put("REL", raw.text, raw.span)
        return i + 1

    def bar(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        if frame == "call" and raw.text == "|" and self.after_operand():
            self.put("BAR", "|", raw.span)
            return i + 1
        if raw.text == ")" or (self.after_operand() and raw.text == "|"):
            raise refuse("stray bar", raw.span)
        close = next(
            (
                k
                for k in self.level(i + 1, end)
                if self.raws[k].kind == "bar"
                and (self.raws[k].text == ")" if raw.text == "(" else self.raws[k].text == "|" and k > i + 1)
            ),
            None,
        )
        if close is None:
            raise refuse("empty side of a bar" if frame == "call" else "stray bar", raw.span)
        if raw.text == "|" and self.raws[close - 1].kind in ("op", "rel", "comma"):
            raise refuse("stray bar", raw.span)
        self.put("ABS_OPEN", "|", raw.span)
        self.walk(i + 1, close, "group")
        self.put("ABS_CLOSE", "|", self.raws[close].span)
        return close + 1

    def comma(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        if frame == "call" or frame == "binder":
            self.put("COMMA", raw.text, raw.span)
            return i + 1
        if frame == "group":
            raise refuse("tuple", raw.span)
        stop = i + 1
        spaced = False
        while stop < end and self.raws[stop].kind in ("quad", "comma"):
            spaced = spaced or self.raws[stop].kind == "quad"
            stop += 1
        after = self.at(stop, end)
        if after is None:
            return stop
        if (after.kind == "word" and after.font in PROSE) or after.text == "∀":
            return self.word(stop, end, frame) if after.kind == "word" else stop
        if spaced or (self.states_something and self.starts_statement(stop, end)):
            self.put("SEP", ",", raw.span)
            return stop
        if after.kind == "rel" and after.text in "≡⟹":
            return stop
        raise refuse("comma in a product", raw.span)

    def starts_statement(self, i: int, end: int) -> bool:
        """Whether a statement of its own, ``f(x) = ...``, follows a bare comma."""
        places = self.level(i, end)
        kinds = [self.raws[k].kind for k in places]
        upto = next((n for n, k in enumerate(kinds) if k == "rel"), None)
        if upto is None or any(k == "comma" for k in kinds[:upto]):
            return False
        left = [k for k in kinds[:upto] if k not in ("sub", "sup", "prime", "star", "lb")]
        heads = [k for k in left if k in ("letter", "head", "accent", "word")]
        return (
            bool(left)
            and left[0] in ("letter", "head", "accent", "word")
            and all(k in ("letter", "head", "open", "accent", "word") for k in left)
            and len(heads) <= 2
            and left.count("open") <= 1
        )

    def quad(self, i: int, end: int, frame: str) -> int:
        """A wide space: between two statements it separates them, elsewhere it is only space."""
        if frame != "row" or not self.after_operand() or i + 1 >= end:
            return i + 1
        after = self.raws[i + 1]
        if (
            after.kind in ("letter", "head", "accent")
            and self.last_relation > i
            and self.states_something
        ):
            self.put("SEP", "", self.raws[i].span)
        return i + 1

    # -- words -----------------------------------------------------------------------------------

    def opening_words(self, i: int, end: int) -> int:
        while i < end and (
            self.raws[i].kind in ("quad", "comma")
            or (self.raws[i].kind == "word" and self.raws[i].font in PROSE and self.prose(i, end))
        ):
            if self.raws[i].kind == "word":
                self.check_words(self.raws[i], opening=True)
            i += 1
        return i

    def prose(self, i: int, end: int) -> bool:
        """Whether the \\text at i is prose rather than the name of something."""
        word = self.raws[i].text.lower().strip(" ,:;.()")
        after = self.at(i + 1, end)
        if after is not None and after.kind in ("sub", "sup", "prime"):
            return False
        if after is not None and after.kind == "open" and word not in _SPACE_WORDS:
            return False
        return (
            " " in word
            or word in _SPACE_WORDS
            or word in _CONDITION_WORDS
            or word in ("since", "because", "using", "by")
            or word.startswith(CONSTRAINT_WORDS)
            or not word.isalpha()
        )

    def check_words(self, raw: Raw, opening: bool = False) -> None:
        word = raw.text.lower().strip(" ,:;()")
        if word.startswith(CONSTRAINT_WORDS):
            raise refuse("constraint", raw.span)
        if word.startswith(_ALL_WORDS):
            return
        if word.split(" ")[0] in _CONDITION_WORDS:
            raise refuse("condition", raw.span, raw.text)

    def word(self, i: int, end: int, frame: str) -> int:
        raw = self.raws[i]
        text = raw.text.lower().strip(" ,:;()")
        if raw.font in PROSE:
            if text.startswith(CONSTRAINT_WORDS):
                raise refuse("constraint", raw.span)
            after = self.at(i + 1, end)
            if (
                frame == "binder"
                and after is not None
                and after.kind not in ("sub", "sup", "open", "comma", "op")
            ):
                return i + 1  # \max_{\text{policy} \pi}
            spaced = i > 0 and self.raws[i - 1].kind in ("quad", "comma")
            if frame == "row" and (spaced or self.prose(i, end)):
                return self.words_in_row(i, end, text)
            if " " in text or not text.replace(".", "").replace("-", "").isalnum():
                raise refuse("prose", raw.span, raw.text)
        base = raw.text.replace(" ", "")
        behind = self.at(i + 1, end)
        if base == "e" and behind is not None and behind.kind == "sup":
            self.put("EULER", "e", raw.span)
            return i + 1
        if base in ("D", "H", "σ", "χ"):
            done = self.special(i, end, frame, base)
            if done >= 0:
                return done
        if base == "V" and raw.font == "mathbb":
            return self.functional("Var", i, i + 1, end)
        if base == "R" and raw.font == "mathbb":
            base = "ℝ"
        if base and base[0].isdigit():
            raise refuse(
                "not read", raw.span, "an indicator" if raw.font in ("mathbb", "mathbf") else base, "a symbol"
            )
        if not base.isascii():
            raise refuse("prose", raw.span, raw.text)
        name, stop = self.symbol(i, end)
        return self.named(name, i, stop, end, frame)

    def words_in_row(self, i: int, end: int, text: str) -> int:
        """``\\text{...}`` between two statements, or an aside behind one."""
        raw = self.raws[i]
        first = text.split(" ")[0] if text else ""
        if text.startswith(_ALL_WORDS):
            return self.remark(i, end, raw.text, condition=True)
        if first in _CONDITION_WORDS:
            raise refuse("condition", raw.span, raw.text)
        if first in ("since", "because", "using", "by", "from"):
            return self.remark(i, end, raw.text)
        stop = i + 1
        while stop < end and (
            self.raws[stop].kind in ("quad", "comma")
            or (self.raws[stop].kind == "word" and self.raws[stop].font in PROSE and self.prose(stop, end))
        ):
            stop += 1
        if stop >= end or self.raws[stop].kind == "rel":
            return stop
        if self.out and self.out[-1].kind != "SEP" and self.after_operand():
            if (
                first not in _SPACE_WORDS
                and raw.kind == "word"
                and not (i and self.raws[i - 1].kind in ("quad", "comma"))
            ):
                raise refuse("prose", raw.span, raw.text)
            self.put("SEP", raw.text, raw.span)
        elif not self.after_operand() and self.out and self.out[-1].kind != "SEP":
            raise refuse("prose", raw.span, raw.text)
        return stop

    def remark(self, i: int, end: int, what: str, *, condition: bool = False) -> int:
        """An aside such as “for all y”: it runs to the next statement, or to the end of the row."""
        places = self.level(i + 1, end)
        kinds = [self.raws[k].kind for k in places]
        pairs = zip(places, pairwise(kinds), strict=False)
        stop = next((k for k, pair in pairs if pair == ("comma", "quad")), end)
        if condition and any(self.raws[k].kind == "rel" for k in places if k < stop):
            raise refuse("condition", Span(self.raws[i].start, self.raws[stop - 1].stop), what + " …")
        self.repairs.append(f"the aside “{what} …” is not read")
        return stop
