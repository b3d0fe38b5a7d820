"""Terms as formulas: Unicode for a terminal, LaTeX for a page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.functions import TABLE
from symkl.language.joints import whole
from symkl.language.records import Place
from symkl.language.sequences import is_an_entropy, policies_of
from symkl.language.sorts import size_name


class Formula(NamedTuple):
    """One formula, spelled for a terminal and for a page."""

    text: str
    latex: str


_GREEK = {
    "π": r"\pi",
    "β": r"\beta",
    "τ": r"\tau",
    "α": r"\alpha",
    "η": r"\eta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "ρ": r"\rho",
    "σ": r"\sigma",
    "θ": r"\theta",
    "φ": r"\phi",
    "ν": r"\nu",
    "ε": r"\varepsilon",
    "ℓ": r"\ell",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ψ": r"\psi",
    "ω": r"\omega",
    "ξ": r"\xi",
    "κ": r"\kappa",
    "χ": r"\chi",
    "Δ": r"\Delta",
    "Γ": r"\Gamma",
}

SUM, PRODUCT, ATOM = Place.WHOLE.value, Place.TERM.value, Place.FACTOR.value

Path = tuple[int, ...]
"""Where a part of a term is: which of its parts, which of the parts of that, and so on."""

_MARK = r"\changed{"


def formula(term: t.Term, changed: Collection[Path] = ()) -> Formula:
    r"""A term in both spellings; in LaTeX with ``\changed{...}`` around the parts at the paths ``changed``.

    >>> formula(t.Mul((t.Number(Fraction(2)), t.log(t.Scalar("β"))))).text
    '2 log β'
    >>> formula(t.Mul((t.Number(Fraction(2)), t.log(t.Scalar("β"))))).latex
    '2 \\log \\beta'
    >>> formula(t.Mul((t.Number(Fraction(2)), t.log(t.Scalar("β")))), [(1, 0)]).latex
    '2 \\log \\changed{\\beta}'
    """
    text = _Writer(latex=False).write(term, SUM)
    if not changed:
        return Formula(text, _Writer(latex=True).write(term, SUM))
    # Parts are told apart by identity while they are written, so no two may be one object.
    own = _fresh(term)
    marked = [part for path, part in _places(own) if path in changed]
    return Formula(text, _Writer(latex=True, marked=marked).write(own, SUM))


def _fresh(term: t.Term) -> t.Term:
    return t.rebuilt(replace(term), _fresh)


def _places(term: t.Term, path: Path = ()) -> Iterator[tuple[Path, t.Term]]:
    yield path, term
    for i, part in enumerate(term.parts()):
        yield from _places(part, (*path, i))


def symbol_latex(name: str) -> str:
    """A canonical symbol name in LaTeX.

    >>> symbol_latex("π_ref"), symbol_latex("π*"), symbol_latex("y_w"), symbol_latex("k1")
    ('\\\\pi_{\\\\mathrm{ref}}', '\\\\pi^{*}', 'y_{w}', 'k_{1}')
    """
    name = name.translate(_UNWRITTEN)
    found = re.match(r"([^_^*']+)(?:_([^*^']+))?(.*)$", name)
    if found is None:
        return name
    base, below, rest = found.groups()
    hat = base.endswith("̂")
    base = base.rstrip("̂̄")
    out = _GREEK.get(base, base)
    if re.fullmatch(r"[A-Za-z]\d+", base) and not below:  # k1 is k with an index, and no product
        out = f"{base[0]}_{{{base[1:]}}}"
    out = rf"\hat{{{out}}}" if hat else out
    if below:
        inner = _GREEK.get(below, below)
        out += f"_{{{inner}}}" if len(below) == 1 or below in _GREEK else rf"_{{\mathrm{{{below}}}}}"
    return out + (f"^{{{rest}}}" if rest and rest != "'" * len(rest) else rest)


_UNWRITTEN = {ord(mark): "" for mark in "≻‖°#"}
"""What names bear to be told apart, and what nobody writes."""


class _Writer:
    def __init__(self, *, latex: bool, marked: Collection[t.Term] = ()) -> None:
        self.latex = latex
        self.marked = {id(term): term for term in marked}  # holds them, so that no identity is given away twice

    def heir(self, of: t.Term, now: t.Term) -> t.Term:
        """What a part is written as, marked where the part is."""
        if id(of) in self.marked:
            self.marked[id(now)] = now
        return now

    def mark(self, of: t.Term, text: str) -> str:
        return f"{_MARK}{text}}}" if id(of) in self.marked else text

    def bare(self, of: t.Term, text: str) -> str | None:
        """The text under the mark of a part that is marked as a whole; None where it is not."""
        return text[len(_MARK) : -1] if id(of) in self.marked and text.startswith(_MARK) else None

    def name(self, symbol: str) -> str:
        if "₍" in symbol:  # which token it is about, its arguments say
            symbol = re.sub(r"₍\d₎", "", symbol)
        symbol = whole(symbol)  # and which part of a law of several variables
        return symbol_latex(symbol) if self.latex else symbol.translate(_UNWRITTEN)

    def pick(self, text: str, latex: str) -> str:
        return latex if self.latex else text

    def wrap(self, text: str, level: int, needed: int) -> str:
        if level >= needed:
            return text
        return rf"\left({text}\right)" if self.latex else f"({text})"

    def apply(self, term: t.Apply) -> str:
        def arguments(some: tuple[t.Argument, ...]) -> str:
            return ", ".join(self.name(a.name if isinstance(a, t.Variable) else a.symbol) for a in some)

        if not (term.outcomes or term.given):
            return self.name(term.symbol)
        if policies := policies_of(term.symbol):
            *given, y, at = (self.name(a.name) for a in term.given if isinstance(a, t.Variable))
            before = self.pick(f"{y}_<{at}", f"{y}_{{<{at}}}")
            below = f"{self.pick('|', ' ' + chr(92) + 'mid ')}{', '.join((*given, before))}"
            if len(policies) == 1:
                return f"{self.name(policies[0])}({y}_{at}{below})"
            dot = self.pick("·", r"\cdot")
            entropy = is_an_entropy(term.symbol)
            both = dict.fromkeys(policies) if entropy else policies
            between = ", " if entropy else self.pick("‖", r" \| ")
            sides = between.join(f"{self.name(each)}({dot}{below})" for each in both)
            return f"{term.symbol.partition('(')[0]}({sides})"
        if term.symbol.endswith("≻"):
            w, loser, *rest = (self.name(a.name) for a in term.given if isinstance(a, t.Variable))
            inside = f"{w} {self.pick('≻', chr(92) + 'succ')} {loser}" + (
                f" {self.pick('|', chr(92) + 'mid')} {', '.join(rest)}" if rest else ""
            )
            return f"{self.name(term.symbol)}({inside})"
        if term.symbol.endswith("‖") and len(term.given) > 1:
            between = self.pick("‖", r" \,\|\, ")
            return f"{self.name(term.symbol)}({between.join(map(arguments, (term.given[:1], term.given[1:])))})"
        inside = arguments(term.outcomes or term.given)
        if term.outcomes and term.given:
            inside += self.pick("|", r" \mid ") + arguments(term.given)
        return f"{self.name(term.symbol)}({inside})"

    def distribution(self, term: t.Term) -> str:
        """A side of a KL, or what is sampled from: a name where it is one."""
        return self.mark(term, self.name(term.symbol)) if isinstance(term, t.Apply) else self.write(term, SUM)

    def write(self, term: t.Term, needed: int) -> str:
        text, level = self.spell(term)
        return self.wrap(text, level, needed)

    def spell(self, term: t.Term) -> tuple[str, int]:
        text, level = self.plain(term)
        return self.mark(term, text), level

    def plain(self, term: t.Term) -> tuple[str, int]:
        match term:
            case t.Number(value=value):
                if value.denominator == 1:
                    text = str(value).replace("-", self.pick("−", "-"))
                else:
                    text = self.pick(
                        f"{value}".replace("-", "−"),
                        rf"{'-' if value < 0 else ''}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}",
                    )
                return text, ATOM if value >= 0 else SUM
            case t.Scalar(symbol=symbol):
                return self.name(symbol), ATOM
            case t.Apply(t.SAME, _, (t.Variable() as one, t.Variable() as other)):
                return self.pick("1[@0 = @1]", r"\mathbf{1}[@0 = @1]").replace("@0", self.name(one.name)).replace(
                    "@1", self.name(other.name)
                ), ATOM
            case t.Apply():
                return self.apply(term), ATOM
            case t.Add(terms=terms):
                return self.sum(terms), SUM
            case t.Mul(factors=factors):
                return self.product(factors)
            case t.Power() if _below(term):
                return self.fraction([], [self.turned(term)]), PRODUCT
            case t.Power(base=base, exponent=exponent):
                power = self.write(exponent, SUM if self.latex else ATOM)
                return self.write(base, ATOM) + (f"^{{{power}}}" if self.latex else f"^{power}"), ATOM
            case t.Bind("sum", (v,), (t.Number(value=value),)) if value == 1 and size_name(v.sort):
                return self.name(size_name(v.sort)), ATOM
            case t.Fn(name, arguments) | t.Bind(name, _, arguments):
                return self.named(term, name, arguments)
            case t.Value(symbol, argument):
                inside = self.write(argument, SUM)
                return self.name(symbol) + self.pick(f"({inside})", rf"\left({inside}\right)"), ATOM
            case t.Cases(guards, terms):
                return self.cases(guards, terms), ATOM
            case t.Partial(body=body, target=target):
                by = self.write(target, ATOM)
                return self.pick(f"∂/∂{by} ", rf"\frac{{\partial}}{{\partial {by}}} ") + self.write(
                    body, PRODUCT
                ), PRODUCT
            case t.Gradient(body=body):
                return self.pick("∇", r"\nabla ") + self.write(body, ATOM), PRODUCT
            case t.Limit(body=body, scalar=scalar, end=end):
                by = self.mark(scalar, self.name(scalar.symbol))
                to = self.pick(end.value, {"0+": "0^{+}", "∞": r"\infty"}[end.value])
                head = self.pick(f"lim_{{{by}→{to}}} ", rf"\lim_{{{by} \to {to}}} ")
                return head + self.write(body, PRODUCT), PRODUCT
            case t.Optimum(sense=sense, policy=policy, body=body) | t.Optimiser(sense=sense, policy=policy, body=body):
                head = ("arg " if isinstance(term, t.Optimiser) else "") + sense.value
                below = self.name(policy)
                return self.pick(
                    f"{head}_{below} ",
                    rf"{chr(92) + 'arg' if head.startswith('arg') else ''}\{sense.value}_{{{below}}} ",
                ) + self.write(body, SUM), SUM
        raise TypeError(type(term).__name__)

    def named(self, term: t.Fn | t.Bind, name: str, arguments: tuple[t.Term, ...]) -> tuple[str, int]:
        """A function or functional as its row of the table says."""
        printed = TABLE[name].printed
        parts = {"v": ", ".join(map(self.bound, term.variables))} if isinstance(term, t.Bind) else {}
        every = (*arguments, *term.parameters) if isinstance(term, t.Bind) else arguments
        for i, (part, place) in enumerate(zip(every, printed.places, strict=True)):
            parts[str(i)] = self.distribution(part) if place is Place.NAME else self.write(part, place.value)
        text = re.sub(r"@(\w)", lambda found: parts[found[1]], self.pick(printed.text, printed.latex))
        return text, printed.level.value

    def bound(self, v: t.Variable) -> str:
        """A variable where it is bound."""
        return self.name(v.name)

    def cases(self, guards: tuple[t.Term, ...], terms: tuple[t.Term, ...]) -> str:
        when = [f"{self.write(guard, SUM)} {self.pick('≥', chr(92) + 'ge')} 0" for guard in guards]
        inside = [self.write(each, SUM) for each in terms]
        if self.latex:
            lines = [f"{each} & {of}" for each, of in zip(inside, [*when, r"\text{else}"], strict=True)]
            return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"
        chosen = [f"{each} if {of}" for each, of in zip(inside, when, strict=False)]
        return f"({', '.join(chosen)}, else {inside[-1]})"

    def sum(self, terms: tuple[t.Term, ...]) -> str:
        out, open_mark = "", False
        for term in terms:
            sign, rest = self.signed(term)
            rest = self.heir(term, rest)
            text = self.write(rest, PRODUCT)
            minus = self.pick("−", "-")
            link = f" {minus if sign < 0 else '+'} " if out else minus if sign < 0 else ""
            under = self.bare(rest, text)
            # Neighbours that are both marked get one mark.
            out = f"{out[:-1]}{link}{under}}}" if open_mark and under is not None else out + link + text
            open_mark = under is not None
        return out or "0"

    def product(self, factors: tuple[t.Term, ...]) -> tuple[str, int]:
        sign, rest = self.signed(t.Mul(factors))
        if isinstance(rest, t.Mul):
            above = [p for p in rest.factors if not _below(p)]
            below = [self.heir(p, self.turned(p)) for p in rest.factors if _below(p)]
            text, level = self.fraction(above, below), PRODUCT
        else:
            text, level = self.spell(rest)
        return (self.pick("−", "-") + self.wrap(text, level, PRODUCT), SUM) if sign < 0 else (text, level)

    def fraction(self, above: list[t.Term], below: list[t.Term]) -> str:
        if not below:
            return self.row(above, last=PRODUCT) or "1"
        # A fraction's bar keeps together what a slash would not.
        top = self.row(above, last=SUM if self.latex and len(above) == 1 else PRODUCT) or "1"
        bottom = self.row(below, last=SUM if self.latex and len(below) == 1 else ATOM)
        return self.pick(f"{top}/{f'({bottom})' if len(below) > 1 else bottom}", rf"\frac{{{top}}}{{{bottom}}}")

    def turned(self, power: t.Term) -> t.Term:
        """What stands below the line for a factor ``base ** -n``."""
        assert isinstance(power, t.Power) and isinstance(power.exponent, t.Number)
        n = -power.exponent.value
        return power.base if n == 1 else t.Power(power.base, self.heir(power.exponent, t.Number(n)))

    def row(self, factors: list[t.Term], last: int) -> str:
        """Factors side by side; the last of them may reach further to the right."""
        out, open_mark = "", False
        for i, factor in enumerate(factors):
            text = self.write(factor, ATOM if i < len(factors) - 1 else last)
            under = self.bare(factor, text)
            link = " " if i else ""
            out = f"{out[:-1]}{link}{under}}}" if open_mark and under is not None else out + link + text
            open_mark = under is not None
        return out

    def signed(self, term: t.Term) -> tuple[int, t.Term]:
        """A term's sign and the term without it."""
        match term:
            case t.Number(value=value) if value < 0:
                return -1, self.heir(term, t.Number(-value))
            case t.Mul(factors=factors):
                sign = 1
                kept: list[t.Term] = []
                for factor in factors:
                    inner, rest = self.signed(factor)
                    sign *= inner
                    if isinstance(rest, t.Mul):
                        kept += [self.heir(factor, each) for each in rest.factors]
                    elif not (isinstance(rest, t.Number) and rest.value == 1):
                        kept.append(self.heir(factor, rest))
                return sign, kept[0] if len(kept) == 1 else t.Mul(tuple(kept)) if kept else t.Number(Fraction(1))
        return 1, term


def _below(part: t.Term) -> bool:
    return isinstance(part, t.Power) and isinstance(part.exponent, t.Number) and part.exponent.value < 0
