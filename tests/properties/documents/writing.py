"""Terms as LaTeX, in the spellings that people use; one document keeps to one hand, as people do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatchmethod
from itertools import pairwise
from random import Random

from tests.properties.documents.terms import (
    KL,
    At,
    Call,
    Derivative,
    Entropy,
    Extremum,
    Gradient,
    Limit,
    Mean,
    Minus,
    Number,
    Over,
    Partial,
    Plus,
    Power,
    Statement,
    Sum,
    SumPrompts,
    Symbol,
    Term,
    Times,
    Variance,
)

# How tightly a term is held together: what stands below the level asked for is put in brackets.
PLUS, PREFIX, PRODUCT, ATOM = 0, 1, 2, 3

RELATIONS = {"=": ["="], "<=": [r"\le", r"\leq"], ">=": [r"\ge", r"\geq"], "<": ["<"], ">": [">"], "∝": [r"\propto"]}


@dataclass(frozen=True)
class Hand:
    """The habits of one writer."""

    mean: str = "E"
    bar: str = "|"
    bars: str = r"\|"
    divergence: str = "D_{KL}"
    entropy: str = "H"
    exponential: str = "e"
    logarithm: str = r"\log"
    alphabet: str = ""
    wide: bool = False
    spaced: bool = False
    short_laws: bool = False
    partial: str = r"\partial"
    derivative: str = "d"
    slash: bool = False
    sloped: bool = False  # \delta F/\delta p(y) on one line
    outcomes_set: str = r"\mathcal{Y}"
    bare_logs: bool = False
    full_divergences: bool = False
    terse: bool = False
    short_variance: bool = False

    @classmethod
    def drawn(cls, rng: Random, has_prompt: bool, letter: str) -> Hand:
        """Some writer's habits."""
        return cls(
            mean=rng.choice(["E", r"\mathbb{E}", r"\mathbb{E}", r"\operatorname{E}"]),
            bar=rng.choice(["|", "|", r"\mid "]),
            bars=rng.choice([r"\|", r"\|", "||", r"\,\|\,", r"\parallel "]),
            divergence=rng.choice(["D_{KL}", r"D_{\mathrm{KL}}", r"\mathrm{KL}", r"\text{KL}", r"D_{\text{KL}}"]),
            entropy=rng.choice(["H", "H", r"\mathcal{H}"]),
            exponential=rng.choice(["e", "e", r"\exp"]),
            logarithm=rng.choice([r"\log", r"\log", r"\ln"]),
            alphabet=rng.choice(["", "", "", "in"]),
            wide=rng.random() < 0.4,
            spaced=rng.random() < 0.5,
            short_laws=not has_prompt or rng.random() < 0.25,
            partial=r"\partial",
            derivative=rng.choice(["d", r"\partial"]),
            slash=rng.random() < 0.4,
            bare_logs=rng.random() < 0.5,
            full_divergences=has_prompt and rng.random() < 0.2,
            terse=rng.random() < 0.1,
            short_variance=rng.random() < 0.4,
            outcomes_set=r"\mathcal{Y}"
            if letter[0] in "ywz"
            else r"\mathcal{A}"
            if letter[0] in "ab"
            else r"\mathcal{X}",
        )

    def statement(self, row: Statement, rng: Random) -> str:
        """``left relation right``."""
        return f"{self.side(row.left)} {rng.choice(RELATIONS[row.relation])} {self.side(row.right)}"

    def side(self, whole: Term) -> str:
        """One side of a row."""
        return self.write(whole)[0]

    def _at(self, whole: Term, level: int) -> str:
        text, mine = self.write(whole)
        return text if mine >= level else self._round(text)

    def _round(self, text: str) -> str:
        return rf"\left({text}\right)" if self.wide or r"\frac" in text else f"({text})"

    def _square(self, text: str) -> str:
        return rf"\left[{text}\right]" if self.wide or r"\frac" in text else f"[{text}]"

    def law(self, law: Symbol) -> str:
        """What stands below an expectation."""
        if law.prompt is None or self.short_laws:
            return law.latex
        return rf"{law.latex}(\cdot{self.bar}{law.prompt})"

    @singledispatchmethod
    def write(self, whole: Term) -> tuple[str, int]:
        """The text of a term and how tightly it is held together."""
        raise TypeError(whole)

    @write.register
    def _(self, whole: Number) -> tuple[str, int]:
        value = whole.value
        return (
            (str(value), ATOM)
            if value.denominator == 1
            else (rf"\frac{{{value.numerator}}}{{{value.denominator}}}", ATOM)
        )

    @write.register
    def _(self, whole: At) -> tuple[str, int]:
        symbol, letters = whole.symbol, whole.letters
        if symbol.indexed:
            return f"{symbol.latex}_{''.join(letters)}" if len(
                letters
            ) == 1 else f"{symbol.latex}_{{{''.join(letters)}}}", ATOM
        if symbol.kind == "law" or symbol.bar:
            inner = f"{letters[0]}{self.bar}{symbol.prompt}" if symbol.prompt else letters[0]
        else:
            inner = ("," if not self.spaced else ", ").join([*([symbol.prompt] if symbol.prompt else []), *letters])
        inner = inner or symbol.argument
        return (f"{symbol.latex}({inner})" if inner else symbol.latex), ATOM

    @write.register
    def _(self, whole: Minus) -> tuple[str, int]:
        return f"-{self._at(whole.body, PREFIX)}", PLUS

    @write.register
    def _(self, whole: Plus) -> tuple[str, int]:
        text = ""
        for i, part in enumerate(whole.parts):
            if isinstance(part, Minus):
                text += (" - " if i else "-") + self._at(part.body, PREFIX)
            else:
                text += (" + " if i else "") + self._at(part, PREFIX)
        return text, PLUS

    @write.register
    def _(self, whole: Times) -> tuple[str, int]:
        *first, last = whole.factors
        if isinstance(first[0], Minus):
            # -α σ(..), not (-α) σ(..).
            return f"-{self._at(Times((first[0].body, *whole.factors[1:])), PREFIX)}", PLUS
        texts = [self._factor(factor, last) for factor in first] + [self._at(last, PREFIX)]
        joined = texts[0]
        for before, after in pairwise(texts):
            joined += self._between(before, after) + after
        return joined, PREFIX if self.write(last)[1] < PRODUCT else PRODUCT

    def _factor(self, factor: Term, last: Term) -> str:
        if isinstance(factor, Over):
            # 1/η KL could be 1/(η KL).
            return replace(self, slash=False)._at(factor, PRODUCT)
        # log q(y) ∇ log q(y), as people write it.
        bare = self.bare_logs and isinstance(factor, Call) and isinstance(last, Gradient)
        return self.side(factor) if bare else self._at(factor, PRODUCT)

    def _between(self, before: str, after: str) -> str:
        if before[-1].isdigit() and after[0].isdigit():
            return r" \cdot "
        if self.spaced and not before[-1].isdigit():
            return r"\, "
        return " " if before[-1].isalnum() else ""

    @write.register
    def _(self, whole: Over) -> tuple[str, int]:
        if isinstance(whole.above, Minus):
            return f"-{self._at(Over(whole.above.body, whole.below), PREFIX)}", PLUS
        short = not any(isinstance(part, Over | Sum | Mean | Plus) for part in (whole.above, whole.below))
        if self.slash and short and isinstance(whole.below, At) and not whole.below.letters:
            return f"{self._at(whole.above, PRODUCT)}/{self._at(whole.below, ATOM)}", PRODUCT
        return rf"\frac{{{self.side(whole.above)}}}{{{self.side(whole.below)}}}", ATOM

    @write.register
    def _(self, whole: Power) -> tuple[str, int]:
        if isinstance(whole.base, Over):
            return f"{self._round(self.side(whole.base))}^{whole.exponent}", ATOM
        return f"{self._at(whole.base, ATOM)}^{whole.exponent}", ATOM

    @write.register
    def _(self, whole: Call) -> tuple[str, int]:
        body, level = self.write(whole.body)
        if whole.name == "exp":
            return (f"e^{{{body}}}" if self.exponential == "e" else rf"\exp{self._round(body)}"), ATOM
        if whole.name == "sigma":
            return rf"\sigma{self._round(body)}", ATOM
        tight = isinstance(whole.body, At | Over | Sum | Mean) and level != PRODUCT
        gap = "" if body.startswith(("\\", "(")) else " "
        return (f"{self.logarithm}{gap}{body}", PREFIX) if tight else (f"{self.logarithm}{self._round(body)}", ATOM)

    def _over(self, letter: str, over: str = "") -> str:
        if self.alphabet and (over or self.outcomes_set):
            return rf"\sum_{{{letter}\in{over or self.outcomes_set}}}"
        return rf"\sum_{letter}" if len(letter) == 1 else rf"\sum_{{{letter}}}"

    @write.register
    def _(self, whole: Sum) -> tuple[str, int]:
        body = self._at(whole.body, PREFIX)
        return f"{self._over(whole.letter)}{'' if body.startswith(chr(92)) else ' '}{body}", PREFIX

    @write.register
    def _(self, whole: SumPrompts) -> tuple[str, int]:
        head = rf"\sum_{whole.letter}" if len(whole.letter) == 1 else rf"\sum_{{{whole.letter}}}"
        return f"{head} {self._at(whole.body, PREFIX)}", PREFIX

    @write.register
    def _(self, whole: Mean) -> tuple[str, int]:
        body = whole.body
        if self.terse and whole.law.kind == "law" and isinstance(body, At) and body.letters == (whole.letter,):
            return f"{self.mean}_{{{whole.law.latex}}}[{body.symbol.latex}]", ATOM
        return rf"{self.mean}_{{{whole.letter}\sim {self.law(whole.law)}}}{self._square(self.side(body))}", ATOM

    @write.register
    def _(self, whole: Variance) -> tuple[str, int]:
        law = whole.law.latex if self.short_variance else rf"{whole.letter}\sim {self.law(whole.law)}"
        return rf"\operatorname{{Var}}_{{{law}}}{self._square(self.side(whole.body))}", ATOM

    @write.register
    def _(self, whole: KL) -> tuple[str, int]:
        given = rf"(\cdot{self.bar}{whole.p.prompt})" if self.full_divergences and whole.p.prompt else ""
        inner = f"{whole.p.latex}{given}{self.bars}{whole.q.latex}{given}"
        return f"{self.divergence}{self._round(inner)}", ATOM

    @write.register
    def _(self, whole: Entropy) -> tuple[str, int]:
        return f"{self.entropy}({whole.p.latex})", ATOM

    @write.register
    def _(self, whole: Gradient) -> tuple[str, int]:
        return rf"\nabla_{whole.parameter} {self._below_a_derivative(whole.body)}", PREFIX

    def _below_a_derivative(self, body: Term) -> str:
        text, level = self.write(body)
        return self._round(text) if level == PLUS or isinstance(body, Times) or "/" in text[-8:] else text

    @write.register
    def _(self, whole: Derivative) -> tuple[str, int]:
        d, by = self.derivative, whole.by.latex
        head = rf"\frac{{{d}}}{{{d}{' ' if d != 'd' or by[0] != chr(92) else ''}{by}}}"
        body = whole.body
        return f"{head} {self._below_a_derivative(body)}", PREFIX

    @write.register
    def _(self, whole: Partial) -> tuple[str, int]:
        body, d, by = whole.body, self.partial, self.side(whole.by)
        if isinstance(body, At):
            name = body.symbol.latex
            if self.sloped:
                return f"{d} {name}/{d} {by}", PRODUCT
            return rf"\frac{{{d} {name}}}{{{d} {by}}}", ATOM
        return rf"\frac{{{d}}}{{{d} {by}}}\left[{self.side(body)}\right]", ATOM

    @write.register
    def _(self, whole: Limit) -> tuple[str, int]:
        to = r"\infty" if whole.to == "inf" else "0"
        return rf"\lim_{{{whole.by.latex}\to {to}}} {self._at(whole.body, PREFIX)}", PREFIX

    @write.register
    def _(self, whole: Extremum) -> tuple[str, int]:
        name = whole.parameter or whole.policy.latex
        below = f"_{{{name}}}" if len(name) > 1 else f"_{name}"
        gap = "" if self.spaced else r"\;"
        return rf"\{whole.sense}{below}{gap} {self.side(whole.body)}", PREFIX
