"""Terms as formulas: Unicode for a terminal, LaTeX for a page."""

from __future__ import annotations

import re
from fractions import Fraction

import symkl.terms as t
from symkl.report import Formula

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

SUM, PRODUCT, ATOM = 0, 1, 2


def formula(term: t.Term) -> Formula:
    """A term in both spellings.

    >>> formula(t.Mul((t.Number(Fraction(2)), t.Log(t.Scalar("β"))))).text
    '2 log β'
    >>> formula(t.Mul((t.Number(Fraction(2)), t.Log(t.Scalar("β"))))).latex
    '2 \\\\log \\\\beta'
    """
    return Formula(_Writer(latex=False).write(term, SUM), _Writer(latex=True).write(term, SUM))


def symbol_latex(name: str) -> str:
    """A canonical symbol name in LaTeX.

    >>> symbol_latex("π_ref"), symbol_latex("π*"), symbol_latex("y_w")
    ('\\\\pi_{\\\\mathrm{ref}}', '\\\\pi^{*}', 'y_{w}')
    """
    found = re.match(r"([^_^*'≻]+)(?:_([^*^']+))?(.*)$", name)
    if found is None:
        return name
    base, below, rest = found.groups()
    hat = base.endswith("̂")
    base = base.rstrip("̂̄")
    out = _GREEK.get(base, base)
    out = rf"\hat{{{out}}}" if hat else out
    if below:
        inner = _GREEK.get(below, below)
        out += f"_{{{inner}}}" if len(below) == 1 or below in _GREEK else rf"_{{\mathrm{{{below}}}}}"
    rest = rest.replace("≻", "")
    return out + (f"^{{{rest}}}" if rest and rest != "'" * len(rest) else rest)


class _Writer:
    def __init__(self, *, latex: bool) -> None:
        self.latex = latex

    def name(self, symbol: str) -> str:
        return symbol_latex(symbol) if self.latex else symbol.replace("≻", "").replace("#", "")

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
        if term.symbol.endswith("≻"):
            w, loser, *rest = (self.name(a.name) for a in term.given if isinstance(a, t.Variable))
            inside = f"{w} {self.pick('≻', chr(92) + 'succ')} {loser}" + (
                f" {self.pick('|', chr(92) + 'mid')} {', '.join(rest)}" if rest else ""
            )
            return f"{self.name(term.symbol)}({inside})"
        inside = arguments(term.outcomes or term.given)
        if term.outcomes and term.given:
            inside += self.pick("|", r" \mid ") + arguments(term.given)
        return f"{self.name(term.symbol)}({inside})"

    def distribution(self, term: t.Term) -> str:
        """A side of a KL, or what is sampled from: a name where it is one."""
        return self.name(term.symbol) if isinstance(term, t.Apply) else self.write(term, SUM)

    def write(self, term: t.Term, needed: int) -> str:
        text, level = self.spell(term)
        return self.wrap(text, level, needed)

    def spell(self, term: t.Term) -> tuple[str, int]:
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
            case t.Apply():
                return self.apply(term), ATOM
            case t.Add(terms=terms):
                return self.sum(terms), SUM
            case t.Mul(factors=factors):
                return self.product(factors)
            case t.Power() if _below(term):
                return self.product((term,))
            case t.Power(base=base, exponent=exponent):
                power = self.write(exponent, SUM if self.latex else ATOM)
                return self.write(base, ATOM) + (f"^{{{power}}}" if self.latex else f"^{power}"), ATOM
            case t.Exp(argument=a):
                inside = self.write(a, SUM)
                return self.pick(f"exp({inside})", rf"\exp\left({inside}\right)"), ATOM
            case t.Log(argument=a):
                return self.pick("log ", r"\log ") + self.write(a, ATOM), PRODUCT
            case t.Logistic(argument=a):
                inside = self.write(a, SUM)
                return self.pick(f"σ({inside})", rf"\sigma\left({inside}\right)"), ATOM
            case t.Sum(variable=v, body=body):
                return self.pick(f"Σ_{self.name(v.name)} ", rf"\sum_{{{self.name(v.name)}}} ") + self.write(
                    body, PRODUCT
                ), PRODUCT
            case t.Expectation(variables=vs, weight=weight, body=body):
                drawn = ", ".join(self.name(v.name) for v in vs)
                under = f"{drawn}{self.pick('∼', chr(92) + 'sim ')}{self.distribution(weight)}"
                inside = self.write(body, SUM)
                return self.pick(f"E_{{{under}}}[{inside}]", rf"\mathbb{{E}}_{{{under}}}\left[{inside}\right]"), ATOM
            case t.KL(left=left, right=right):
                p, q = self.distribution(left), self.distribution(right)
                return self.pick(f"KL({p}‖{q})", rf"D_{{\mathrm{{KL}}}}({p} \,\|\, {q})"), ATOM
            case t.Partial(body=body, target=target):
                by = self.write(target, ATOM)
                return self.pick(f"∂/∂{by} ", rf"\frac{{\partial}}{{\partial {by}}} ") + self.write(
                    body, PRODUCT
                ), PRODUCT
            case t.Gradient(body=body):
                return self.pick("∇", r"\nabla ") + self.write(body, ATOM), PRODUCT
            case t.Limit(body=body, scalar=scalar, end=end):
                by, to = self.name(scalar.symbol), self.pick(end.value, {"0+": "0^{+}", "∞": r"\infty"}[end.value])
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

    def sum(self, terms: tuple[t.Term, ...]) -> str:
        out = ""
        for term in terms:
            sign, rest = _signed(term)
            text = self.write(rest, PRODUCT)
            minus = self.pick("−", "-")
            out += (f" {minus if sign < 0 else '+'} " if out else minus if sign < 0 else "") + text
        return out or "0"

    def product(self, factors: tuple[t.Term, ...]) -> tuple[str, int]:
        sign, rest = _signed(t.Mul(factors))
        if not isinstance(rest, t.Mul) and not _below(rest):
            text, level = self.spell(rest)
            return (self.pick("−", "-") + self.wrap(text, level, PRODUCT), SUM) if sign < 0 else (text, level)
        parts = list(rest.factors) if isinstance(rest, t.Mul) else [rest]
        above = [p for p in parts if not _below(p)]
        below = [
            t.Power(p.base, t.Number(-p.exponent.value)) if p.exponent.value != -1 else p.base
            for p in parts
            if isinstance(p, t.Power) and isinstance(p.exponent, t.Number) and p.exponent.value < 0
        ]
        spelled = [self.write(p, ATOM if i < len(above) - 1 else PRODUCT) for i, p in enumerate(above)]
        top = " ".join(spelled) or "1"
        if below:
            bottom = " ".join(self.write(p, ATOM) for p in below)
            top = (
                rf"\frac{{{top}}}{{{bottom}}}" if self.latex else f"{top}/{f'({bottom})' if len(below) > 1 else bottom}"
            )
        return (self.pick("−", "-") + top, SUM) if sign < 0 else (top, PRODUCT)


def _below(part: t.Term) -> bool:
    return isinstance(part, t.Power) and isinstance(part.exponent, t.Number) and part.exponent.value < 0


def _signed(term: t.Term) -> tuple[int, t.Term]:
    """A term's sign and the term without it."""
    match term:
        case t.Number(value=value) if value < 0:
            return -1, t.Number(-value)
        case t.Mul(factors=factors):
            sign = 1
            kept: list[t.Term] = []
            for factor in factors:
                inner, rest = _signed(factor)
                sign *= inner
                if isinstance(rest, t.Mul):
                    kept += rest.factors
                elif not (isinstance(rest, t.Number) and rest.value == 1):
                    kept.append(rest)
            return sign, kept[0] if len(kept) == 1 else t.Mul(tuple(kept)) if kept else t.Number(Fraction(1))
    return 1, term
