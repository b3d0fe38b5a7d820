"""Scripts that show of a term that it is its normal form, one rewriting at a time.

The kernel's own arithmetic says what comes out of each step; a lemma and a tactic say why. None of it is trusted:
what is wrong here is refused by Rocq.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import symkl.language.terms as t
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom, total
from symkl.language.functions import DETACHED, expansion
from symkl.language.terms import Argument, Variable
from symkl.rocq import choices, largest, signs, sums
from symkl.rocq.forms import SCORE, alike, number, pattern
from symkl.rocq.refusals import NotExported
from symkl.rocq.steps import Shown, Steps, exchanged


class Prover(Steps):
    """Scripts for whatever a term is."""

    def prove(self, term: t.Term) -> Shown:
        """That a term is its normal form."""
        script, of = self._prove(term)
        return (None if alike(term, self.form(of)) else script or "reflexivity."), of

    def _prove(self, term: t.Term) -> Shown:
        match term:
            case t.Number(value):
                return "arith.", constant(value)
            case t.Scalar(symbol):
                return self._named(term, symbol, (), ())
            case t.Apply(symbol, outcomes, given):
                return self._named(term, symbol, outcomes, given)
            case t.Add(terms):
                return self._parts(term, terms, "add_eq", total)
            case t.Mul(factors):
                return self._product(factors)
            case t.Power(base, exponent):
                return self._power(base, exponent)
            case t.Fn("exp", (argument,)):
                return self._exp(argument)
            case t.Fn("log", (argument,)):
                return self._log(argument)
            case t.Fn("abs", (argument,)):
                return self._abs(argument)
            case t.Fn(name, (argument,)) if name == DETACHED:
                return self.prove(argument)
            case t.Fn("max" | "min" as name, (_, _)):
                return self._through(term, f"apply {name}_by_size.", expansion(term))
            case t.Bind("sum", variables, (body,)):
                return sums.bound_sum(self, variables, body)
            case t.Bind("maximum", variables, (body,)):
                return largest.largest_value(self, variables, body)
            case t.Cases(guards, terms):
                return self._cases(guards, terms)
            case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
                return self._through(term, "reflexivity.", meaning)
            case t.Gradient(t.Fn("log", (t.Apply(symbol, outcomes, given),))) if self.spelling.has_score(symbol):
                return self.prove(t.Apply(SCORE + symbol, (), (*outcomes, *given)))
            case t.Gradient() | t.Partial() | t.Optimum():
                key, free = pattern(term)
                if key not in self.slopes:
                    raise NotExported("a derivative or a maximum inside another one")
                meaning, own = self.slopes[key]
                there = t.substitute(meaning, exchanged(dict(zip(own, free, strict=True))))
                return self._through(term, self.equations.get(key, "reflexivity."), there)
        raise NotExported(f"no script for {type(term).__name__} {getattr(term, 'name', '')}".strip())

    def _through(self, term: t.Term, why: str, meaning: t.Term | None) -> Shown:
        assert meaning is not None
        script, of = self.prove(meaning)
        return f"transitivity {self.say(meaning)}. {{ {why} }} {script or 'reflexivity.'}", of

    def _named(self, term: t.Term, symbol: str, outcomes: tuple[Variable, ...], given: tuple[Argument, ...]) -> Shown:
        arguments = (*outcomes, *given)
        if symbol == t.SAME:
            return None, of_atom(Atom("same", t.SAME, given=given))
        if symbol.startswith(SCORE):
            return None, of_atom(
                Atom("score", symbol.removeprefix(SCORE), self._outcomes(symbol, given), self._given(symbol, given))
            )
        if symbol in self.nf.facts:
            fact = self.nf.facts[symbol]
            exchange = dict(zip((*fact.outcomes, *fact.given), arguments, strict=True))
            value = t.substitute(self.form(fact.value), exchange)
            return self._through(term, f"apply {self.facts[symbol]}.", value)
        if symbol in self.nf.context.definitions and symbol not in self.spelling.families:
            found = self.nf.context.definitions[symbol]
            body = t.substitute(found.body, dict(zip(found.parameters, arguments, strict=True)))
            return self._through(term, "reflexivity.", body)
        return None, of_atom(Atom("apply" if arguments else "scalar", symbol, outcomes, given))

    def _outcomes(self, score: str, places: tuple[Argument, ...]) -> tuple[Variable, ...]:
        count = self.spelling.symbols[score.removeprefix(SCORE)].outcomes
        return tuple(v for v in places[:count] if isinstance(v, Variable))

    def _given(self, score: str, places: tuple[Argument, ...]) -> tuple[Argument, ...]:
        return places[self.spelling.symbols[score.removeprefix(SCORE)].outcomes :]

    def _parts(
        self, term: t.Term, parts: Sequence[t.Term], lemma: str, combine: Callable[[list[Polynomial]], Polynomial]
    ) -> Shown:
        shown = [self.prove(part) for part in parts]
        of = combine([each for _, each in shown])
        return self.via(
            self._alike_in(term, [self.form(each) for _, each in shown]),
            self.each([script for script, _ in shown], lemma),
            "arith.",
        ), of

    @staticmethod
    def _alike_in(term: t.Term, parts: list[t.Term]) -> t.Term:
        if isinstance(term, t.Add):
            return t.Add(tuple(parts))
        first, *rest = parts  # the sign of a number stays with it, so that it is a product that is spelled
        return t.Mul((t.Add((first,)) if isinstance(first, t.Number) and rest else first, *rest))

    def _product(self, factors: tuple[t.Term, ...]) -> Shown:
        """A sign is no factor of what is spelled: it stands in front."""
        match factors:
            case (t.Number(value), *rest) if value < 0 and rest:
                left = rest if value == -1 else [number(-value), *rest]
                inner = left[0] if len(left) == 1 else t.Mul(tuple(left))
                script, of = self.prove(inner)
                negative = t.Mul((number(-1), self.form(of)))
                first = None if script is None else f"apply opp_eq. {script}"
                return self.via(negative, first, "arith."), of.scaled(-1)
        return self._parts(t.Mul(factors), factors, "mul_eq", lambda parts: self.nf.times(*parts))

    def _power(self, base: t.Term, exponent: t.Term) -> Shown:
        script, of = self.prove(base)
        if isinstance(exponent, t.Number) and exponent.value.denominator == 1:
            k = int(exponent.value)
            found = self.nf.power(of, constant(k))
            lemma = "apply pow_eq." if k >= 0 else "apply inv_eq." if k == -1 else "apply inv_eq, pow_eq."
            first = None if script is None else f"{lemma} {script}"
            return self.via(t.Power(self.form(of), number(k)), first, "arith."), found
        up, e = self.prove(exponent)
        if e.whole is not None and not self.nf.positive(of):  # there it is a product, and Rocq's power a logarithm
            raise NotExported("a power of what may not be > 0, whose exponent is a formula")
        found = self.nf.power(of, e)
        logarithm = self.nf.log(of)
        by, middle = self.form(of), t.exp(self.scaled(e, self.form(logarithm)))
        first = f"apply power_eq. {{ {script or 'reflexivity.'} }} {{ {up or 'reflexivity.'} }}"
        taken = signs.logarithm(self, of, logarithm) or "reflexivity."
        step = f"apply exp_eq, mul_eq. {{ reflexivity. }} {{ {taken} }}"
        plain = t.exp(self.scaled(e, t.log(by)))
        return self.via(plain, first, self.via(middle, step, "same_exp.")), found

    def _exp(self, argument: t.Term) -> Shown:
        script, of = self.prove(argument)
        found = self.nf.exp(of)
        first = None if script is None else f"apply exp_eq. {script}"
        plain = t.exp(self.form(of))
        return self.via(plain, first, None if alike(plain, self.form(found)) else "same_exp."), found

    def _log(self, argument: t.Term) -> Shown:
        script, of = self.prove(argument)
        found = self.nf.log(of)
        first = None if script is None else f"apply ln_eq. {script}"
        return self.via(t.log(self.form(of)), first, signs.logarithm(self, of, found)), found

    def _abs(self, argument: t.Term) -> Shown:
        script, of = self.prove(argument)
        found = self.nf.abs(of)
        first = None if script is None else f"apply abs_eq. {script}"
        return self.via(t.Fn("abs", (self.form(of),)), first, choices.size(self, of, found)), found

    def _cases(self, guards: tuple[t.Term, ...], terms: tuple[t.Term, ...]) -> Shown:
        if not guards:
            return self.prove(terms[0])
        (one, g), (two, a), (three, b) = map(self.prove, (guards[0], terms[0], t.Cases(guards[1:], terms[1:])))
        found = self.nf.choose(g, a, b)
        plain = t.Cases((self.form(g),), (self.form(a), self.form(b)))
        scripts = [each or "reflexivity." for each in (one, two, three)]
        first = "apply choose_eq. " + " ".join(f"{{ {each} }}" for each in scripts)
        return self.via(plain, first, choices.chosen(self, g, a, b, found)), found

    def equal(self, left: t.Term, right: t.Term) -> str:
        """That two terms with one normal form are equal."""
        (one, a), (other, b) = self.prove(left), self.prove(right)
        if not self.spelling.families.keys().isdisjoint(self.nf.context.definitions) and not self.nf.is_zero(a - b):
            raise NotExported("a gradient of what moves, at what a definition says that it is")
        back = None if other is None else f"symmetry. {other}"
        middle = None if alike(self.form(a), self.form(b)) else "arith."
        return self.via(self.form(a), one, self.via(self.form(b), middle, back)) or "reflexivity."
