"""Terms as Rocq writes them, and what has to be declared for that.

A definition takes everything that it is made of as arguments: alphabets, functions, numbers. So what it is at another
temperature, or at the policy that another parameter gives, is said by other arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import symkl.language.terms as t
from symkl.language.functions import DETACHED, expansion
from symkl.language.terms import Policy, Variable
from symkl.rocq.forms import CLOSED, RATE, SAME, SCORE, pattern
from symkl.rocq.names import Names
from symkl.rocq.refusals import NotExported

ADD, MUL, POW, APP, ATOM = range(5)
"""How tightly what is spelled holds together."""


@dataclass(frozen=True)
class Signature:
    """Of what sorts the arguments of a symbol are, and how many of them are outcomes; ``of_number``: of one number."""

    sorts: tuple[str, ...]
    outcomes: int = 0
    of_number: bool = False


@dataclass(frozen=True)
class Defined:
    """A definition as it is declared: its name, what it takes besides its arguments, and its text."""

    name: str
    alphabets: tuple[str, ...]
    symbols: tuple[str, ...]
    text: str


@dataclass
class Spelling:
    """How the terms of one row are spelled; it collects what they mention.

    ``symbols``: with their signatures. ``varying``: symbols that other text stands for, here.
    """

    context: t.Context
    names: Names = field(default_factory=Names)
    library: dict[str, str] = field(default_factory=dict)
    symbols: dict[str, Signature] = field(default_factory=dict)
    sorts: dict[str, None] = field(default_factory=dict)
    definitions: dict[str, Defined] = field(default_factory=dict)
    varying: dict[str, str] = field(default_factory=dict)
    slopes: dict[t.Term, str] = field(default_factory=dict)
    signatures: dict[str, Signature] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    at_parameter: bool = False

    def term(self, term: t.Term, level: int = ADD) -> str:
        """A term, in brackets where it would not hold together at its place."""
        text, own = self._term(term)
        return text if own >= level else f"({text})"

    @contextmanager
    def with_(self, varying: Mapping[str, str]) -> Iterator[None]:
        """Other text for some symbols."""
        before, self.varying = self.varying, {**self.varying, **varying}
        try:
            yield
        finally:
            self.varying = before

    def _term(self, term: t.Term) -> tuple[str, int]:
        match term:
            case t.Number(value):
                if value < 0:
                    return f"- {self.term(t.Number(-value), POW)}", ADD
                if value.denominator == 1:
                    return str(value.numerator), ATOM
                return f"{value.numerator} / {value.denominator}", MUL
            case t.Scalar(symbol):
                return self._applied(symbol, (), ())
            case t.Apply(symbol, outcomes, given):
                return self._applied(symbol, outcomes, given)
            case t.Value(symbol, argument):
                head = self.head(symbol, Signature((), of_number=True))
                return f"{head} {self.term(argument, ATOM)}", APP
            case t.Add(terms):
                return self._sum(terms)
            case t.Mul(factors):
                return self._product(factors)
            case t.Power(base, t.Number(value)) if value.denominator == 1:
                if value < 0:
                    return f"/ {self.term(_powered(base, -int(value)), POW)}", MUL
                return f"{self.term(base, APP)} ^ {value}", POW
            case t.Power(base, exponent):
                return f"Rpower {self.term(base, ATOM)} {self.term(exponent, ATOM)}", APP
            case t.Fn("log σ", (argument,)):
                return f"ln (logistic {self.term(argument, ATOM)})", APP
            case t.Fn(name, (argument,)) if name == DETACHED:
                with self.with_({symbol: f"({base} {self.parameter})" for symbol, base in self.families.items()}):
                    return self._term(argument)
            case t.Fn("clip", (u, low, high)):
                return f"Rmin (Rmax {self.term(u, ATOM)} {self.term(low, ATOM)}) {self.term(high, ATOM)}", APP
            case t.Fn(name, arguments) if name in _FUNCTIONS:
                return " ".join([_FUNCTIONS[name], *(self.term(each, ATOM) for each in arguments)]), APP
            case t.Bind(name, variables, (body,)) if name in _BINDERS:
                return self.binding(_BINDERS[name], variables, self.term_under(variables, body)), APP
            case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
                return self._term(meaning)
            case t.Cases(guards, terms):
                if not guards:
                    return self._term(terms[0])
                pieces = guards[0], terms[0], t.Cases(guards[1:], terms[1:])
                return " ".join(["choose", *(self.term(each, ATOM) for each in pieces)]), APP
            case t.Gradient(t.Fn("log", (t.Apply(symbol, outcomes, given),))) if self.has_score(symbol):
                return self._applied(SCORE + symbol, (), (*outcomes, *given))
            case t.Gradient() | t.Partial() | t.Optimum():
                key, free = pattern(term)
                if key not in self.slopes:
                    raise NotExported(f"{_CALLED[type(term).__name__]} inside another one, or beside what it is not of")
                return " ".join([self.slopes[key], *(self.variable(v) for v in free)]), APP if free else ATOM
        raise NotExported(f"no spelling for {type(term).__name__}")

    def term_under(self, variables: tuple[Variable, ...], body: t.Term) -> str:
        """The body of a binder."""
        for v in variables:
            self.alphabet(v.sort)
        return self.term(body)

    def binding(self, head: str, variables: tuple[Variable, ...], body: str) -> str:
        """A functional of what text says under its variables, the first outermost."""
        for v in reversed(variables):
            if head in ("sum", "integral"):
                head = "integral" if v.sort in self.context.measures else "sum"
            elif v.sort in self.context.measures and head != "integrable":
                raise NotExported("a largest value, or a product, over a space with any measure")
            body = f"{head} {self.alphabet(v.sort)} (fun {self.variable(v)} => {body})"
            if v != variables[0]:
                body = f"{body}"
        return body

    def _sum(self, terms: tuple[t.Term, ...]) -> tuple[str, int]:
        out = ""
        if len(terms) == 1:
            return self._term(terms[0])
        for each in terms:
            positive = _opposite(each)
            if positive is not None:
                out += f" - {self.term(positive, MUL)}" if out else f"- {self.term(positive, POW)}"
            else:
                out += (" + " if out else "") + self.term(each, MUL)
        return out, ADD

    def _product(self, factors: tuple[t.Term, ...]) -> tuple[str, int]:
        whole = t.Mul(factors)
        if (positive := _opposite(whole)) is not None:
            return f"- {self.term(positive, POW)}", ADD
        out = ""
        for each in factors:
            match each:
                case t.Power(base, t.Number(value)) if out and value.denominator == 1 and value < 0:
                    out += f" / {self.term(_powered(base, -int(value)), POW)}"
                case _:
                    out += (" * " if out else "") + self.term(each, POW if out else MUL)
        return out, MUL

    # ---- symbols ----

    def variable(self, v: Variable) -> str:
        """An index."""
        return self.names.of("variable", f"{v.name}:{v.sort}", _wish(v.name))

    def kind_of(self, sort: str) -> str:
        """What the elements of a sort are in: an alphabet, or a space with any measure."""
        return "space" if sort in self.context.measures else "alphabet"

    def alphabet(self, sort: str) -> str:
        """The alphabet of a sort."""
        self.sorts[sort] = None
        return self.names.of("alphabet", sort, _wish(sort[:1].upper() + sort[1:]))

    def _applied(self, symbol: str, outcomes: tuple[Variable, ...], given: tuple[t.Argument, ...]) -> tuple[str, int]:
        arguments = (*outcomes, *given)
        if symbol == SAME:
            for a in arguments:
                assert isinstance(a, Variable)
                self.alphabet(a.sort)
            return " ".join(["same", *(self.variable(a) for a in arguments if isinstance(a, Variable))]), APP
        if symbol in self.context.definitions and symbol not in self.varying:
            head = self.defined(symbol)
        else:
            if not all(isinstance(a, Variable) for a in arguments):
                raise NotExported(f"{symbol} is a functional that nothing defines")
            head = self.head(
                symbol, Signature(tuple(a.sort for a in arguments if isinstance(a, Variable)), len(outcomes))
            )
        spelled = [self.variable(a) if isinstance(a, Variable) else self.function(a.symbol) for a in arguments]
        text = " ".join([head, *spelled])
        return text, APP if " " in text else ATOM

    @property
    def parameter(self) -> str:
        """What parametrised symbols depend on."""
        self.at_parameter = True
        return self.names.of("parameter", "", "theta")

    def head(self, symbol: str, signature: Signature) -> str:
        """A symbol that nothing defines."""
        known = self.symbols.setdefault(symbol, signature)
        if known != signature:
            raise NotExported(f"{symbol} stands with arguments of several kinds")
        for sort in signature.sorts:
            self.alphabet(sort)
        return self.varying.get(symbol) or self.base(symbol)

    def base(self, symbol: str) -> str:
        """A symbol by its name, whatever stands for it here."""
        wish = "p" if symbol == CLOSED else None
        for mark, word in ((SCORE, "score_"), (RATE, "slope_")):
            if symbol.startswith(mark):
                wish = word + identifier_of(symbol.removeprefix(mark))
        return self.names.of("symbol", symbol, wish)

    def has_score(self, symbol: str) -> bool:
        """Whether it has a parameter, and what moves with that is its logarithm: then it has a score."""
        return symbol in self.families and SCORE + symbol in self.symbols

    def function(self, symbol: str) -> str:
        """A symbol without its arguments, in brackets where it has any."""
        if symbol in self.context.definitions and symbol not in self.varying:
            text = self.defined(symbol)
        elif symbol in self.symbols:
            text = self.head(symbol, self.symbols[symbol])
        elif symbol in self.varying:
            text = self.varying[symbol]
        else:
            signature = self.signature_of(symbol)
            text = self.head(symbol, signature)
        return f"({text})" if " " in text else text

    def signature_of(self, symbol: str) -> Signature:
        """The signature of a symbol that is mentioned as a function alone: as what it is put in for."""
        found = self.signatures.get(symbol)
        if found is None:
            raise NotExported(f"nothing says what {symbol} is a function of")
        return found

    def defined(self, symbol: str) -> str:
        """What a definition is at the symbols as they are here, without its arguments."""
        found = self.definition(symbol)
        given = [self.alphabet(sort) for sort in found.alphabets]
        return " ".join([found.name, *given, *(self.function(each) for each in found.symbols)])

    def definition(self, symbol: str) -> Defined:
        """A definition, declared once."""
        if symbol in self.definitions:
            return self.definitions[symbol]
        of = self.context.definitions[symbol]
        own = {p.symbol for p in of.parameters if isinstance(p, Policy)}
        inner = Spelling(
            self.context, self.names, self.library, definitions=self.definitions, signatures=self.signatures
        )
        body = inner.term(of.body)
        for v in (p for p in of.parameters if isinstance(p, Variable)):
            inner.alphabet(v.sort)
        symbols = tuple(s for s in sorted(inner.symbols) if s not in own)
        for each in symbols:
            self.symbols.setdefault(each, inner.symbols[each])
        for each in own - inner.symbols.keys():
            raise NotExported(f"{symbol} does not depend on {each}, which it takes")
        shown = {s for each in (*symbols, *own) for s in inner.symbols[each].sorts}
        shown |= {p.sort for p in of.parameters if isinstance(p, Variable)}
        hidden = [sort for sort in inner.sorts if sort in shown]
        alphabets = tuple(sort for sort in inner.sorts if sort not in shown)
        binders = [f"{{{self.alphabet(sort)} : {self.kind_of(sort)}}}" for sort in hidden]
        binders += [f"({self.alphabet(sort)} : {self.kind_of(sort)})" for sort in alphabets]
        binders += [f"({inner.head(s, inner.symbols[s])} : {self.type(inner.symbols[s])})" for s in symbols]
        for p in of.parameters:
            if isinstance(p, Variable):
                binders.append(f"({self.variable(p)} : {self.alphabet(p.sort)})")
            else:
                binders.append(
                    f"({inner.head(p.symbol, inner.symbols[p.symbol])} : {self.type(inner.symbols[p.symbol])})"
                )
        head = " ".join(binders)
        key = f"{symbol} {head} : R := {body}"
        if key not in self.library:
            self.library[key] = self.names.of("definition", key, identifier_of(symbol))
        name = self.library[key]
        text = f"Definition {name}{' ' if head else ''}{head} : R :=\n  {body}."
        self.definitions[symbol] = Defined(name, alphabets, symbols, text)
        return self.definitions[symbol]

    def type(self, of: Signature) -> str:
        """The type of a symbol."""
        return "R -> R" if of.of_number else " -> ".join([*(self.alphabet(sort) for sort in of.sorts), "R"])


_FUNCTIONS = {"exp": "exp", "log": "ln", "σ": "logistic", "abs": "Rabs", "max": "Rmax", "min": "Rmin"}
_CALLED = {"Gradient": "a gradient", "Partial": "a derivative", "Optimum": "a maximum"}
_BINDERS = {"sum": "sum", "maximum": "largest", "product": "product"}


def signatures(terms: Iterable[t.Term], context: t.Context) -> dict[str, Signature]:
    """Of what each symbol is a function, by where it stands in terms, and in what defines their symbols."""
    found: dict[str, Signature] = {}
    todo, seen = list(terms), set[str]()
    while todo:
        term = todo.pop()
        match term:
            case t.Apply(symbol, outcomes, given):
                if all(isinstance(a, Variable) for a in given):
                    sorts = tuple(a.sort for a in (*outcomes, *given) if isinstance(a, Variable))
                    found.setdefault(symbol, Signature(sorts, len(outcomes)))
                names = [symbol, *(a.symbol for a in given if isinstance(a, Policy))]
            case t.Scalar(symbol):
                found.setdefault(symbol, Signature(()))
                names = [symbol]
            case t.Value(symbol):
                found.setdefault(symbol, Signature((), of_number=True))
                names = []
            case _:
                names = []
        todo += term.parts()
        for symbol in names:
            if symbol in context.definitions and symbol not in seen:
                seen.add(symbol)
                todo.append(context.definitions[symbol].body)
    for term in list(_applications(terms, context)):
        of = context.definitions.get(term.symbol)
        for a, p in zip((*term.outcomes, *term.given), of.parameters if of else (), strict=False):
            if isinstance(a, Policy) and isinstance(p, Policy) and p.symbol in found:
                found.setdefault(a.symbol, found[p.symbol])
    return found


def _applications(terms: Iterable[t.Term], context: t.Context) -> Iterator[t.Apply]:
    """Symbols at arguments, in terms and in definitions."""
    todo = [*terms, *(each.body for each in context.definitions.values())]
    while todo:
        term = todo.pop()
        if isinstance(term, t.Apply):
            yield term
        todo += term.parts()


def identifier_of(symbol: str) -> str:
    """What a symbol would be called if nothing else were."""
    from symkl.rocq.names import identifier

    return identifier(symbol)


def _wish(name: str) -> str:
    from symkl.rocq.names import identifier

    return identifier(name)


def _powered(base: t.Term, exponent: int) -> t.Term:
    return base if exponent == 1 else t.Power(base, t.Number(value=exponent))  # type: ignore[arg-type]


def _opposite(term: t.Term) -> t.Term | None:
    """What a term is minus of, where it is spelled with a minus."""
    match term:
        case t.Number(value) if value < 0:
            return t.Number(-value)
        case t.Mul((t.Number(value), *rest)) if value < 0 and rest:
            if value == -1:
                return rest[0] if len(rest) == 1 else t.Mul(tuple(rest))
            return t.Mul((t.Number(-value), *rest))
    return None
