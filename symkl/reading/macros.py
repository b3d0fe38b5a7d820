r"""A document's own macros: each stands for its body, as in TeX, and every character knows where its author wrote it.

``\newcommand`` and its kin, ``\def``, ``\let``, ``\DeclareMathOperator``, ``\DeclarePairedDelimiter`` and
``\newenvironment`` are carried out in the order in which they stand; a group forgets what is defined in it.
Documents come from strangers: how deep, how often and how long a macro may expand is limited, and what goes beyond is
put in the text as a trouble, so that a row that uses it is unreadable and every other row is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.spellings import GREEK, ROW_ENVIRONMENTS
from symkl.reading.tracing import Written

DEPTH = 60
"""Macros within macros."""

STEPS = 10_000
"""Expansions, and pieces put in by them, that one call may lead to."""

LENGTH = 200_000
"""Characters that one call may stand for."""

MOST = 300_000
"""The same in a document."""

GROUPS = 10_000
"""Groups within groups."""

DEFINITIONS = 10_000
"""Definitions in a document."""

LARGEST = 1_500_000
"""Characters of a text that defines macros."""

READ = 3_000_000
"""Characters of arguments in a document."""

DEFINES = pattern(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|[gex]?def|let|DeclareMathOperator"
    r"|DeclarePairedDelimiter(?:X|XPP)?|(?:re)?newenvironment"
    r"|(?:New|Renew|Provide|Declare)DocumentCommand)(?![A-Za-z@])"
)
"""What defines a macro."""

_TOKEN = pattern(
    r"\\(?:(?P<word>[A-Za-z]+(?:@[A-Za-z@]*)?)|(?P<sign>.))|(?P<open>\{)|(?P<close>\})|(?P<dollar>\$\$?)|%[^\n]*",
    re.DOTALL,
)
_ANY = pattern(r"[\\{}$]")
_ONE = pattern(r"\\(?:[A-Za-z]+(?:@[A-Za-z@]*)?|.)|.", re.DOTALL)
_NAMED = pattern(r"\s*\{([^{}\\]*)\}")
_BRACE = pattern(r"\\.|[{}]|%[^\n]*", re.DOTALL)
_BRACKET = pattern(r"\\.|[{}\[\]]|%[^\n]*", re.DOTALL)
_SPACE = pattern(r"(?:\s|%[^\n]*(?:\n|$))*")
_FILE = pattern(r"\s*([^\s{}\\%]+)")
_NAME = pattern(r"\s*\\([A-Za-z]+(?:@[A-Za-z@]*)?|.)\s*", re.DOTALL)
_PARAMETER = pattern(r"#(#+\d?|\d)")
_ENDS_IN_WORD = pattern(r"\\[A-Za-z]+$")

#: What LaTeX has a meaning for already: ``\newcommand`` does not change it there, and ``\providecommand`` nowhere.
_STANDARD = frozenset([
    *GREEK, "log", "ln", "exp", "max", "min", "sup", "inf", "arg", "lim", "sum", "prod", "int", "frac", "sqrt", "left",
    "right", "le", "leq", "ge", "geq", "propto", "equiv", "approx", "sim", "in", "to", "cdot", "times", "partial",
    "nabla", "mid", "parallel", "infty", "text", "mathrm", "mathbb", "mathcal", "hat", "bar", "tilde", "forall",
    "Pr", "tanh",
])  # fmt: skip


class Macro(NamedTuple):
    r"""What a name stands for: pieces of text, and numbers for arguments.

    ``takes`` says how each argument is given: ``m`` in braces or as one symbol, ``s`` a star or none, ``[...`` in
    square brackets, with what stands for one that is left out. ``ends``, where it is not empty, has the text before the
    first argument and behind each (``\def\f(#1,#2)``). ``plain`` names a macro as it is, not to be expanded any more
    (``\let``). ``unclear``: it has another meaning in LaTeX.
    """

    body: tuple[str | int, ...] = ()
    takes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    plain: str = ""
    unclear: bool = False


class Environment(NamedTuple):
    """What an environment begins and ends with."""

    begin: Macro
    end: Macro


class _Frame:
    """A text under way, from ``at`` on, and the place that it was written at."""

    __slots__ = ("at", "begin", "depth", "end", "own", "source", "text")

    def __init__(self, written: Written, depth: int) -> None:
        self.text, self.source, self.begin, self.end, self.own, _ = written
        self.at, self.depth = 0, depth

    def written(self, start: int, stop: int) -> Written:
        """A part of the text."""
        if self.own:
            return Written(self.text[start:stop], self.source, self.begin + start, self.begin + stop)
        return Written(self.text[start:stop], self.source, self.begin, self.end, own=False)


class _Group:
    """A group that is open, and what stood before what is defined in it."""

    __slots__ = ("environments", "kind", "macros")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.macros: dict[str, Macro | None] = _NONE
        self.environments: dict[str, Environment | None] = _NO_ENVIRONMENT


_NONE: dict[str, Macro | None] = {}
_NO_ENVIRONMENT: dict[str, Environment | None] = {}


class _Failed(Exception):
    """A call that leads nowhere, and the name of the mistake."""


Include = Callable[[str, str, Written], "Written | None"]
"""What ``\\input`` and its kin put in: by the command, the name and the place of the call, a text, or nothing."""


class Expander:
    """The macros of a document, and what they make of its texts, one after the other."""

    def __init__(self, *, tex: bool, include: Include | None = None) -> None:
        """An expander without macros; in ``tex`` the groups that TeX has keep what is defined in them."""
        self.tex = tex
        self.include = include
        self.macros: dict[str, Macro] = {}
        self.environments: dict[str, Environment] = {}
        self.names: set[str] = set()
        self._groups: list[_Group] = []
        self._open: Counter[str] = Counter()
        self._stack: list[_Frame] = []
        self._out: list[Written] = []
        self._base = 0  # how many frames lie under the call under way
        self._mark = 0  # how much was put out before it
        self._call: Written | None = None
        self._called = ""
        self._alone = True  # whether that call has looked at nothing behind itself, and changed nothing
        self._hopeless: dict[str, str] = {}  # of what was called so and went too far: why; until anything is defined
        self._count = self._length = self._total = self._read = 0
        self._everywhere = False
        self._defined = 0
        self._conditions = 0  # conditionals open that nobody here can decide

    @property
    def exhausted(self) -> bool:
        """Whether there were more definitions than are carried out."""
        return self._defined > DEFINITIONS

    def run(self, pieces: Iterable[Written]) -> list[Written]:
        """What a text stands for. The definitions in it are carried out, and are gone."""
        self._begin([_Frame(each, 0) for each in reversed(list(pieces)) if each.text])
        groups = len(self._groups)
        self._go()
        if not self.tex:
            self._leave_to(groups)
        return self._out

    def _go(self) -> None:
        while self._stack:
            frame = self._stack[-1]
            if len(self._stack) <= self._base:
                self._call = None
            try:
                self._to_the_next(frame)
            except _Failed as failed:
                self._give_up(str(failed))

    def _to_the_next(self, frame: _Frame) -> None:
        """Put out what stands before the next symbol that does something, and do it."""
        macros, text, before = self.macros, frame.text, frame.at
        for found in _TOKEN.finditer(text, before) if _ANY.search(text, before) else ():
            kind = found.lastgroup
            if kind == "word" or kind == "sign":
                name = found[kind]
                if name not in macros and name not in _ACTS:
                    self._passed(name)
                    continue
                frame.at = found.end()
                if before < found.start():
                    self._put(frame.written(before, found.start()))
                self._token(frame, found.start(), found.end(), name)
                if self.exhausted:
                    break
                return
            if kind == "open":
                self._enter("{")
            elif kind == "close":
                self._leave("{")
            elif kind == "dollar" and self.tex and not self._leave(found["dollar"]):
                self._enter(found["dollar"])
        before, frame.at = frame.at, len(text)
        if before < len(text):
            self._put(frame.written(before, len(text)))
        if self._stack and self._stack[-1] is frame:
            self._stack.pop()

    def _passed(self, name: str) -> None:
        """Take notice of a command that stays as it is: it may open or end a conditional, or a display."""
        if name.startswith("if"):
            self._conditions += name not in _NO_CONDITION
        elif name == "fi":
            self._conditions = max(self._conditions - 1, 0)
        elif name == "[" and self.tex:
            self._enter("[")
        elif name == "]" and self.tex:
            self._leave("[")

    def definition(self, text: str, at: int) -> int:
        """Carry out the definition that stands at an offset of a text; where it ends, or ``at`` where it is none."""
        if self.exhausted:
            return at
        frame = _Frame(Written(text[at : at + 5_000], 0, at, at), 0)
        self._begin([frame])
        found = _TOKEN.match(frame.text)
        assert found is not None
        frame.at = found.end()
        try:
            self._define(str(found["word"]))
        except _Failed:
            return at
        return at + frame.at

    def _begin(self, stack: list[_Frame]) -> None:
        self._stack, self._out, self._call, self._base = stack, [], None, 0

    # -- what is put out --------------------------------------------------------------------------------

    def _put(self, written: Written) -> None:
        if not written.text:
            return
        if self._out:
            last = self._out[-1]
            apart = not (written.own and last.own and last.source == written.source and last.end == written.begin)
            if apart and written.text[0].isalpha() and _ENDS_IN_WORD.search(last.text[-40:]):
                self._out.append(written._replace(text=" ", end=written.begin, own=False))
        if self._call is not None:
            self._length += len(written.text)
            if self._length > LENGTH:
                raise _Failed("macro too long")
        self._out.append(written)

    def _give_up(self, why: str) -> None:
        """Take back what a call has led to, and put it out as it stands with what is the trouble."""
        call = self._call
        if call is None:
            return
        del self._stack[self._base :]
        del self._out[self._mark :]
        self._call = None
        if self._alone:
            self._hopeless[self._called] = why
        name = call.text
        trouble = refuse(why, Span(0, max(len(name), 1)), name, "")
        self._out.append(call._replace(text=name + " ", own=False, trouble=trouble))

    # -- tokens -----------------------------------------------------------------------------------------

    def _token(self, frame: _Frame, start: int, stop: int, name: str) -> None:
        if (macro := self.macros.get(name)) is not None:
            self._expand(frame, start, name, macro)
            return
        if name in _DEFINERS:
            try:
                self._define(name)
            except _Failed:
                self._put(frame.written(start, stop))
            return
        elif name in ("begin", "end"):
            if self._environment(frame, start, name):
                return
        elif name in ("global", "long", "protected", "outer"):
            self._everywhere |= name == "global"
            return
        elif name in ("begingroup", "bgroup"):
            self._enter("group")
        elif name in ("endgroup", "egroup"):
            self._leave("group")
        elif name in _CHOICES:
            self._begin_call(frame, start, name)
            asked, yes, no = self._argument(), self._argument(), self._argument()
            self._push(yes if _CHOICES[name](_text(asked)) else no, frame.depth)
            return
        elif name in _INCLUDES and self.include is not None and self._included(frame, frame.written(start, stop), name):
            return
        self._put(frame.written(start, stop))

    def _included(self, frame: _Frame, place: Written, name: str) -> bool:
        r"""Whether ``\\input`` and its kin name a text, which is put in; of a package, only what it defines."""
        assert self.include is not None
        if name == "input" and not self._peeked().startswith("{"):
            named = _FILE.match(frame.text, frame.at)
            if named is None:
                return False
            frame.at = named.end()
            texts = [named[1]]
        else:
            if self._peeked().startswith("["):
                self._bracketed()
            texts = _text(self._argument()).split(",")
        package = name in ("usepackage", "RequirePackage")
        for text in texts if package else reversed(texts):
            written = self.include(name, text.strip(), place)
            if written is not None and package:
                self._carry_out(written)
            elif written is not None:
                self._stack.append(_Frame(written, 0))
        return True

    def _carry_out(self, written: Written) -> None:
        """Carry out what a text defines, and put out nothing of it."""
        stack, out, call, base = self._stack, self._out, self._call, self._base
        groups = len(self._groups)
        self._begin([_Frame(written, 0)])
        self._go()
        self._leave_to(groups)
        self._stack, self._out, self._call, self._base = stack, out, call, base
        self._changed()

    def _begin_call(self, frame: _Frame, start: int, name: str) -> None:
        """Count an expansion; the first of a call in the author's own text is what a failure is told of."""
        if self._call is None:
            self._call, self._called = frame.written(start, frame.at), name
            self._base, self._mark = len(self._stack), len(self._out)
            self._count = self._length = 0
            self._alone = True
            if (why := self._hopeless.get(name)) is not None:
                raise _Failed(why)
        self._count += 1
        self._total += 1
        if self._total > MOST:
            raise _Failed("macros spent")
        if self._count > STEPS or frame.depth > DEPTH:
            raise _Failed("endless macro")

    def _expand(self, frame: _Frame, start: int, name: str, macro: Macro) -> None:
        if macro.plain:
            self._put(frame.written(start, frame.at)._replace(text=macro.plain, own=False))
            return
        self._begin_call(frame, start, name)
        if macro.unclear:
            raise _Failed("macro with two meanings")
        self._substitute(frame, start, macro)

    def _substitute(self, frame: _Frame, start: int, macro: Macro) -> None:
        """Put a macro's body in for its call, which begins at ``start`` of a frame."""
        arguments = self._arguments(macro) if macro.takes or macro.ends else []
        source, begin, end = frame.source, frame.begin, frame.end
        if frame.own:
            begin, end = begin + start, begin + frame.at
            if self._call is not None and len(self._stack) <= self._base:
                self._call = self._call._replace(end=end)
        pieces = 0
        for part in reversed(macro.body):
            if isinstance(part, str):
                pieces += 1
                self._stack.append(_Frame(Written(part, source, begin, end, own=False), frame.depth + 1))
            elif part <= len(arguments):
                pieces += len(arguments[part - 1])
                self._push(arguments[part - 1], frame.depth)
        self._count += pieces
        self._total += pieces

    def _push(self, pieces: Sequence[Written], depth: int) -> None:
        self._stack += [_Frame(each, depth) for each in reversed(pieces) if each.text]

    def _environment(self, frame: _Frame, start: int, which: str) -> bool:
        """Whether ``\\begin{..}`` or ``\\end{..}`` is one of the document's own, which is put in."""
        named = _NAMED.match(frame.text, frame.at)
        if named is None:
            return False
        name = named[1].strip()
        environment = self.environments.get(name)
        if which == "begin":
            self._enter(name)
        if environment is None:
            if which == "end":
                self._leave(name)
            return False
        frame.at = named.end()
        self._begin_call(frame, start, f"{which}{{{name}}}")
        macro = environment.begin if which == "begin" else environment.end
        self._substitute(frame, start, macro)
        if which == "end":  # what it is made of was looked up; what it opened ends with it
            self._leave(name)
        return True

    # -- arguments --------------------------------------------------------------------------------------

    def _peek(self) -> _Frame | None:
        """The frame in which reading goes on, None at the end."""
        while self._stack and self._stack[-1].at >= len(self._stack[-1].text):
            self._stack.pop()
        if len(self._stack) <= self._base:
            self._base, self._alone = len(self._stack), False
        return self._stack[-1] if self._stack else None

    def _peeked(self) -> str:
        """What stands next, spaces and comments skipped: a few characters."""
        while (frame := self._peek()) is not None:
            frame.at = _behind_space(frame)
            if frame.at < len(frame.text):
                return frame.text[frame.at : frame.at + 8]
        return ""

    def _taken(self, frame: _Frame, start: int, stop: int) -> Written:
        self._read += stop - start
        return frame.written(start, stop)

    def _argument(self) -> list[Written]:
        """The next argument: what is in braces, or one symbol. Raises _Failed where there is none."""
        after = self._peeked()
        frame = self._peek()
        if frame is None or after.startswith("}"):
            raise _Failed("macro without argument")
        start = frame.at
        if after.startswith("{"):
            frame.at += 1
            return self._until(_BRACE, "}")
        found = _ONE.match(frame.text, start)
        assert found is not None
        frame.at = found.end()
        return [self._taken(frame, start, frame.at)]

    def _bracketed(self) -> list[Written]:
        """What is in square brackets, which stand next."""
        frame = self._peek()
        assert frame is not None
        frame.at += 1
        return self._until(_BRACKET, "]")

    def _until(self, marks: re.Pattern[str], closer: str) -> list[Written]:
        """What stands before the bracket that closes the one before. Raises _Failed where it never does."""
        out: list[Written] = []
        depth = 0
        if self._read > READ:
            raise _Failed("macros spent")
        while (frame := self._peek()) is not None:
            start = frame.at
            for mark in marks.finditer(frame.text, start):
                sign = mark.group()
                if sign == closer and depth <= 0:
                    out.append(self._taken(frame, start, mark.start()))
                    frame.at = mark.end()
                    return out
                depth += (sign in ("{", "[")) - (sign in ("}", "]"))
                if mark.end() - start > LENGTH:
                    self._read += LENGTH
                    raise _Failed("macro without argument")
            out.append(self._taken(frame, start, len(frame.text)))
            frame.at = len(frame.text)
        raise _Failed("macro without argument")

    def _delimited(self, closer: str) -> list[Written]:
        """What stands before a text outside braces, which is passed over."""
        frame = self._peek()
        if frame is None:
            raise _Failed("macro without argument")
        depth, at = 0, frame.at
        while at < min(len(frame.text), frame.at + LENGTH):
            if depth == 0 and frame.text.startswith(closer, at):
                taken = self._taken(frame, frame.at, at)
                frame.at = at + len(closer)
                return [taken]
            found = _ONE.match(frame.text, at)
            assert found is not None
            depth += {"{": 1, "}": -1}.get(found.group(), 0)
            at = found.end()
        raise _Failed("macro without argument")

    def _arguments(self, macro: Macro) -> list[list[Written]]:
        if macro.ends:
            return self._by_ends(macro)
        out: list[list[Written]] = []
        for how in macro.takes:
            if how == "m":
                out.append(self._argument())
            elif how == "s":
                starred = self._peeked().startswith("*")
                if starred:
                    self._stack[-1].at += 1
                out.append([self._blank("*")] if starred else [])
            else:
                out.append(self._bracketed() if self._peeked().startswith("[") else [self._blank(how[1:])])
        return out

    def _blank(self, text: str) -> Written:
        """A text that stands nowhere but in a definition."""
        assert self._call is not None
        return self._call._replace(text=text, own=False)

    def _by_ends(self, macro: Macro) -> list[list[Written]]:
        first, *ends = macro.ends
        if first:
            self._peeked()
            frame = self._peek()
            if frame is None or not frame.text.startswith(first.strip(), frame.at):
                raise _Failed("macro without argument")
            frame.at += len(first.strip())
        return [self._delimited(end) if end else self._argument() for end in ends]

    # -- definitions ------------------------------------------------------------------------------------

    def _define(self, which: str) -> None:
        """Carry out a definition, whose command has been read. Raises _Failed where it is none."""
        everywhere = self._everywhere or which in ("gdef", "xdef")
        self._everywhere = False
        self._defined += 1
        if self.exhausted:
            raise _Failed("macro without argument")
        if which in ("def", "gdef", "edef", "xdef"):
            name = self._named(self._symbol())
            ends = self._ends()
            body = self._text()
            if which in ("edef", "xdef"):
                body = self._now(body)
            macro = Macro(_parts(body), ("m",) * (len(ends) - 1), ends if any(ends) else ())
            self._set(name, macro, everywhere=everywhere)
        elif which == "let":
            self._let(everywhere=everywhere)
        elif which == "DeclareMathOperator":
            star = self._star()
            name = self._named(self._text())
            self._set(name, Macro((f"\\operatorname{star}{{{self._text()}}}",)), everywhere=everywhere)
        elif which.startswith("DeclarePairedDelimiter"):
            self._paired(which.removeprefix("DeclarePairedDelimiter"))
        elif which.endswith("environment"):
            self._own_environment()
        elif which.endswith("DocumentCommand"):
            name = self._named(self._text())
            takes = _signature(self._text())
            self._new(name, Macro(_parts(self._text()), takes), which[: -len("DocumentCommand")].lower())
        else:
            self._star()
            name = self._named(self._text())
            takes = self._takes()
            self._new(name, Macro(_parts(self._text()), takes), which.removesuffix("command"))

    def _new(self, name: str, macro: Macro, how: str) -> None:
        """Define a macro as ``new``, ``renew`` or ``provide``."""
        known = self.macros.get(name)
        if how.startswith("provide") and (known is not None or name in _STANDARD):
            return
        if how == "new" and self.tex and known != macro and (known is not None or name in _STANDARD):
            macro = macro._replace(unclear=True)  # LaTeX says it is defined already, and keeps to that
        self._set(name, macro)

    def _let(self, *, everywhere: bool) -> None:
        name = self._named(self._symbol())
        if self._peeked().startswith("="):
            self._stack[-1].at += 1
        target = self._symbol()
        named = _NAME.fullmatch(target)
        known = self.macros.get(named[1]) if named else None
        self._set(name, known or Macro(plain=target), everywhere=everywhere)

    def _paired(self, kind: str) -> None:
        r"""``\DeclarePairedDelimiter{\abs}{|}{|}``: brackets that grow with a star, and stay without."""
        name = self._named(self._text())
        takes = self._takes() if kind else ("m",)
        before = self._text() if kind == "XPP" else ""
        left, right = self._text(), self._text()
        behind = self._text() if kind == "XPP" else ""
        body = self._text() if kind else "#1"
        parts = _parts(body)
        shifted = tuple(part + 2 if isinstance(part, int) else part.replace("\\delimsize", " ") for part in parts)
        large = "\\IfBooleanTF{", 1, f"}}{{\\left{left} }}{{{left} }}"
        end = "\\IfBooleanTF{", 1, f"}}{{\\right{right} }}{{{right} }}"
        self._set(name, Macro((before, *large, *shifted, *end, behind), ("s", "[", *takes)))

    def _own_environment(self) -> None:
        name = self._text().strip()
        takes = self._takes()
        begin, end = self._text(), self._text()
        made = Environment(Macro(_parts(begin), takes), Macro(_parts(end)))
        if name in ROW_ENVIRONMENTS or name == "document":
            return
        if self._groups:
            group = self._groups[-1]
            group.environments = {name: self.environments.get(name), **group.environments}
        self._changed()
        self.environments[name] = made

    def _set(self, name: str, macro: Macro, *, everywhere: bool = False) -> None:
        if everywhere:
            for group in self._groups:
                group.macros.pop(name, None)
        elif self._groups:
            group = self._groups[-1]
            group.macros = {name: self.macros.get(name), **group.macros}
        if name not in _STRUCTURE:
            self._changed()
            known = self.macros.get(name)
            if self._conditions and known != macro and (known is not None or name in _STANDARD):
                macro = macro._replace(unclear=True)
            self.macros[name] = macro
            self.names.add(name)

    def _changed(self) -> None:
        """What has been called and went too far may lead somewhere from now on."""
        self._hopeless.clear()
        self._alone = False

    def _star(self) -> str:
        if self._peeked().startswith("*"):
            self._stack[-1].at += 1
            return "*"
        return ""

    def _takes(self) -> tuple[str, ...]:
        """``[2][default]`` of a definition."""
        if not self._peeked().startswith("["):
            return ()
        number = _text(self._bracketed()).strip()
        if not re.fullmatch(r"[0-9]", number):
            raise _Failed("macro without argument")
        if int(number) and self._peeked().startswith("["):
            return "[" + _text(self._bracketed()), *("m",) * (int(number) - 1)
        return ("m",) * int(number)

    def _ends(self) -> tuple[str, ...]:
        r"""What stands before, between and behind the parameters of a ``\def``."""
        frame = self._peek()
        if frame is None:
            raise _Failed("macro without argument")
        brace = frame.text.find("{", frame.at, frame.at + 200)
        if brace < 0:
            raise _Failed("macro without argument")
        pieces = re.split(r"#\d", frame.text[frame.at : brace])
        frame.at = brace
        return tuple(piece if piece.strip() else "" for piece in pieces)

    def _symbol(self) -> str:
        """The next symbol, braces around it or not."""
        return _text(self._argument()).strip()

    def _text(self) -> str:
        return _text(self._argument())

    def _named(self, text: str) -> str:
        found = _NAME.fullmatch(text)
        if found is None:
            raise _Failed("macro without argument")
        return found[1]

    def _now(self, body: str) -> str:
        """A body in which macros without arguments are expanded once and for all."""

        def inner(found: re.Match[str]) -> str:
            macro = self.macros.get(found["word"] or "")
            simple = macro is not None and not macro.takes and all(isinstance(part, str) for part in macro.body)
            return "".join(map(str, macro.body)) + " " if macro is not None and simple else found.group()

        return _TOKEN.sub(inner, body)

    # -- groups -----------------------------------------------------------------------------------------

    def _enter(self, kind: str) -> None:
        if len(self._groups) < GROUPS:
            self._groups.append(_Group(kind))
            self._open[kind] += 1

    def _leave(self, kind: str) -> bool:
        """End the innermost group of a kind, and those in it; whether one is open."""
        if not self._open[kind]:
            return False
        n = len(self._groups) - 1
        while self._groups[n].kind != kind:
            n -= 1
        self._leave_to(n)
        return True

    def _leave_to(self, number: int) -> None:
        while len(self._groups) > number:
            group = self._groups.pop()
            self._open[group.kind] -= 1
            if group.macros or group.environments:
                self._changed()
            for name, macro in group.macros.items():
                if macro is None:
                    self.macros.pop(name, None)
                else:
                    self.macros[name] = macro
            for name, environment in group.environments.items():
                if environment is None:
                    self.environments.pop(name, None)
                else:
                    self.environments[name] = environment


_DEFINERS = frozenset([
    "newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "def", "gdef", "edef", "xdef", "let",
    "DeclareMathOperator", "DeclarePairedDelimiter", "DeclarePairedDelimiterX", "DeclarePairedDelimiterXPP",
    "newenvironment", "renewenvironment", "NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand",
    "DeclareDocumentCommand",
])  # fmt: skip
_INCLUDES = frozenset(["input", "include", "subfile", "usepackage", "RequirePackage"])
#: What a document is made of: a style may define how it looks, and nothing else.
_STRUCTURE = frozenset([
    "begin", "end", "document", "documentclass", "part", "chapter", "section", "subsection", "subsubsection",
    "paragraph", "subparagraph", "label", "tag", "ref", "eqref", "cite", "item", "caption", "footnote", "maketitle",
    "title", "author", "input", "include", "usepackage", "RequirePackage", "verb", "text", "par", *_DEFINERS,
])  # fmt: skip
_ACTS = frozenset([
    *_DEFINERS, *_INCLUDES, "begin", "end", "global", "long", "protected", "outer", "begingroup", "endgroup", "bgroup",
    "egroup", "IfBooleanTF", "IfNoValueTF", "IfValueTF",
])  # fmt: skip
_NO_CONDITION = frozenset(["iff", "ifthenelse"])
_NOTHING_GIVEN = "-NoValue-"
_CHOICES: dict[str, Callable[[str], bool]] = {
    "IfBooleanTF": lambda asked: asked.strip() == "*",
    "IfNoValueTF": lambda asked: asked.strip() == _NOTHING_GIVEN,
    "IfValueTF": lambda asked: asked.strip() != _NOTHING_GIVEN,
}


def _behind_space(frame: _Frame) -> int:
    """Where the spaces and comments end that stand next in a frame."""
    found = _SPACE.match(frame.text, frame.at)
    return found.end() if found else frame.at


def _text(pieces: Iterable[Written]) -> str:
    return "".join(each.text for each in pieces)


def _parts(body: str) -> tuple[str | int, ...]:
    """A body with numbers for its arguments; ``##`` is a ``#`` of a definition in it."""
    out: list[str | int] = []
    text, at = "", 0
    for found in _PARAMETER.finditer(body):
        text += body[at : found.start()]
        at = found.end()
        if found[1].isdigit():
            out += [text, int(found[1])]
            text = ""
        else:
            text += found[1]
    out.append(text + body[at:])
    return tuple(part for part in out if part != "")


def _signature(text: str) -> tuple[str, ...]:
    """The arguments of a ``\\NewDocumentCommand``. Raises _Failed for kinds that are not read."""
    takes: list[str] = []
    at = 0
    piece = re.compile(r"\s*(?:(?P<plain>[mso])|O\s*\{(?P<default>[^{}]*)\}|\+)")
    while at < len(text.rstrip()):
        found = piece.match(text, at)
        if found is None:
            raise _Failed("macro without argument")
        if found["plain"]:
            takes.append({"m": "m", "s": "s", "o": "[" + _NOTHING_GIVEN}[found["plain"]])
        elif found["default"] is not None:
            takes.append("[" + found["default"])
        at = found.end()
    return tuple(takes)
