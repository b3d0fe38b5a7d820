"""Scripts that show of a term that it is its normal form, one rewriting at a time.

The kernel's own arithmetic says what comes out of each step; a lemma and a tactic say why. None of it is trusted:
what is wrong here is refused by Rocq.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import count, permutations

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import ONE, Atom, Monomial, Polynomial, constant, of_atom, of_monomial, primes, total
from symkl.kernel.quotients import MINUS_ONE
from symkl.language.functions import DETACHED, expansion
from symkl.language.terms import Argument, Variable
from symkl.rocq.forms import CLOSED, SCORE, Forms, alike, number, pattern, powered
from symkl.rocq.refusals import NotExported
from symkl.rocq.spelling import Spelling

Script = str | None
"""A script that shows an equation; None where both sides are spelled alike."""

Shown = tuple[Script, Polynomial]
"""That a term is a normal form."""


class Prover:
    """Scripts for one context. ``facts``: the lemma that says what each established symbol is."""

    def __init__(self, nf: Normaliser, spelling: Spelling, roots: dict[str, int]) -> None:
        self.nf, self.spelling, self.forms = nf, spelling, Forms(nf, roots)
        self.facts: dict[str, str] = {}
        self.slopes: dict[t.Term, tuple[t.Term, tuple[Variable, ...]]] = {}
        self.equations: dict[t.Term, str] = {}
        self.integrands: dict[t.Term, tuple[Variable, t.Term]] = {}
        self.competing: dict[t.Term, tuple[Variable, t.Term]] = {}
        self.counter = count(1)
        self.positive_policies: bool | None = None

    def with_(self, nf: Normaliser) -> Prover:
        """The same for another context, with the lemmas there are."""
        other = Prover(nf, self.spelling, self.forms.roots)
        other.facts, other.slopes, other.counter = self.facts, self.slopes, self.counter
        other.equations, other.integrands, other.competing = self.equations, self.integrands, self.competing
        return other

    # ---- what is said between steps ----

    def say(self, term: t.Term) -> str:
        """A term between two steps."""
        return f"({self.spelling.term(term)})"

    def form(self, of: Polynomial) -> t.Term:
        """A normal form as scripts spell it."""
        return self.forms.term(of)

    def fresh(self, variables: Iterable[Variable]) -> dict[Variable, Variable]:
        """New names for variables: a script cannot introduce one twice."""
        out = {}
        for v in variables:
            out[v] = Variable(f"{v.name.strip('~#′').replace('.', '_')}·{next(self.counter)}", v.sort)
        return out

    def down(self, variables: Sequence[Variable]) -> str:
        """Below the sums over variables, which are on both sides."""
        measured = self.nf.context.measures
        return "".join(
            f"apply {'integral' if v.sort in measured else 'sum'}_ext; intro {self.spelling.variable(v)}. "
            for v in variables
        )

    def integrable(self, variables: Sequence[Variable], parts: Iterable[Polynomial]) -> str:
        """That products can be integrated, each as what of it varies can be: which is a hypothesis."""
        if not any(v.sort in self.nf.context.measures for v in variables):
            return ""
        if len(variables) > 1:
            raise NotExported("an integral in an integral, or in a sum")
        (v,), script = variables, ""
        for part in parts:
            assert part.single is not None
            (m, c) = part.single
            near, outside = m.parted([v])
            core = self.form(of_monomial(near))
            if v not in near.free:
                raise NotExported("the integral of a constant")
            if not (isinstance(core, t.Apply) and core.outcomes == (v,)):  # of a distribution it is known
                known = self.competing if CLOSED in t.symbols(core) else self.integrands
                known.setdefault(pattern(t.Bind("sum", (v,), (core,)))[0], (v, core))
            alphabet, name = self.spelling.alphabet(v.sort), self.spelling.variable(v)
            one, other = (f"(fun {name} => {self.spelling.term(each)})" for each in (self.form(part), core))
            k = self.say(self.form(of_monomial(outside, c)))
            label = self.spelling.names.fresh("parts")
            script += f"assert ({label} : integrable {alphabet} {one}). "
            script += f"{{ apply (integrable_by {alphabet} {one} {other} {k}); [ intro; arith | integrates ]. }} "
        return script

    def scaled(self, by: Polynomial, *bodies: t.Term) -> t.Term:
        """A product that begins with a normal form, whose sign stays where it is."""
        return t.Mul((t.Add((self.form(by),)), *bodies))

    def nested(self, variables: Sequence[Variable], body: t.Term) -> t.Term:
        """The sum over variables, the first outermost."""
        return t.Bind("sum", tuple(variables), (body,)) if variables else body

    def via(self, middle: t.Term, first: Script, then: Script) -> Script:
        """Through a term: the script that leads there, and the one that goes on from it."""
        if first is None:
            return then
        if then is None:
            return first
        return f"transitivity {self.say(middle)}. {{ {first} }} {then}"

    # ---- terms ----

    def spell(self, term: t.Term, of: Polynomial) -> Script:
        """That a term is a normal form that is known to be its own."""
        form = self.form(of)
        if alike(term, form):
            return None
        script, found = self.prove(term)
        return script if found == of else self.via(self.form(found), script, "arith.")

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
                return self._bound(variables, body)
            case t.Bind("maximum", variables, (body,)):
                return self._largest(variables, body)
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

    def each(self, scripts: Sequence[Script], lemma: str) -> Script:
        """That a sum, or a product, of several is that of what each is."""
        if all(script is None for script in scripts):
            return None
        whole = scripts[0] or "reflexivity."
        for script in scripts[1:]:
            whole = f"apply {lemma}. {{ {whole} }} {{ {script or 'reflexivity.'} }}"
        return whole

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
        step = f"apply exp_eq, mul_eq. {{ reflexivity. }} {{ {self.logarithm(of, logarithm) or 'reflexivity.'} }}"
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
        return self.via(t.log(self.form(of)), first, self.logarithm(of, found)), found

    def logarithm(self, of: Polynomial, found: Polynomial) -> Script:
        """That the logarithm of a normal form is what the kernel says it is."""
        if alike(t.log(self.form(of)), self.form(found)):
            return None
        parts, known = self._positive_factors(of)
        product = parts[0] if len(parts) == 1 else t.Mul(tuple(parts)) if parts else number(1)
        first = None if alike(self.form(of), product) else "apply ln_eq. arith."
        script = self.via(t.log(product), first, "logs.")
        return f"{known}{script}" if known else script

    def _positive_factors(self, of: Polynomial) -> tuple[list[t.Term], str]:
        """What the kernel parts a normal form into to take its logarithm, and why what is supposed to be > 0 is."""
        nf = self.nf
        unknown = [(a, e) for a, e in nf.factors(of)[1] if not nf.positive_base(a, e)]
        below = [(a, e) for a, e in unknown if e.whole and nf.at_most_0(a)]
        if below and (len(unknown) > 1 or below[0][1].whole not in (1, -1)):
            u, e = below[0][0].inside.scaled(-1), below[0][1]
            parts, known = self._positive_factors(nf.times(of, nf.power(u, e.scaled(-1))))
            return [*parts, powered(self.form(u), e.whole or 1)], known
        c, factors, inside, k = nf._parted(of)
        parts = [powered(self.form(a.inside), e.whole or 1) for a, e in primes(c)]
        parts += [each for a, e in factors for each in self.forms.factor(a, e)]
        if inside.rational == 1:
            return parts, ""
        rest, known = self.form(inside), ""
        if inside.single is None and parts:
            if k not in (1, -1):
                raise NotExported("a logarithm of what is supposed to be > 0, and is a power")
            left = powered(t.Mul((t.Add((self.form(of),)), *(t.Power(each, number(-1)) for each in parts))), k)
            name = self.spelling.names.fresh("supposed_pos")
            known = f"assert ({name} : 0 < {self.spelling.term(rest)}). "
            known += f"{{ apply (lt_by _ {self.say(left)}). {{ arith. }} pos. }} "
        return [*parts, powered(rest, k)], known

    def over(self, of: Polynomial) -> t.Term:
        """A normal form as what is above the line over what is below it."""
        above, below = self.nf.clear(of)
        factors = [each for a, e in below for each in self.forms.factor(a, e.scaled(-1))]
        return t.Mul((t.Add((self.form(above),)), *factors)) if factors else self.form(of)

    def positive(self, term: t.Term) -> str:
        """A script for ``0 < term``."""
        script, of = self.prove(term)
        parts, known = ([], "") if self.nf.positive(of) else self._positive_factors(of)
        whole = t.Mul(tuple(parts)) if len(parts) > 1 else parts[0] if known else self.over(of)
        shown = self.via(self.form(of), script, "arith." if whole != self.form(of) else None) or "reflexivity."
        return f"{known}apply (lt_by _ {self.say(whole)}). {{ {shown} }} pos."

    def nonnegative(self, of: Polynomial) -> str:
        """A script for ``0 <= of``, of a normal form."""
        whole = self.over(of)
        return "nonneg." if whole == self.form(of) else f"transitivity_eq {self.say(whole)}. {{ arith. }} nonneg."

    def nonzero(self, term: t.Term) -> str:
        """A script for ``term <> 0``: no factor of its normal form is 0."""
        script, of = self.prove(term)
        c, factors = self.nf.factors(of)
        parts = [
            *([number(Fraction(c))] if c != 1 else []),
            *(each for a, e in factors for each in self.forms.factor(a, e)),
        ]
        whole = self.over(of) if self.nf.positive(of) or len(parts) < 2 else t.Mul(tuple(parts))
        shown = self.via(self.form(of), script, "arith." if whole != self.form(of) else None) or "reflexivity."
        return f"apply (nonzero_by _ {self.say(whole)}). {{ {shown} }} nonzero."

    def _abs(self, argument: t.Term) -> Shown:
        script, of = self.prove(argument)
        found = self.nf.abs(of)
        first = None if script is None else f"apply abs_eq. {script}"
        return self.via(t.Fn("abs", (self.form(of),)), first, self.size(of, found)), found

    def size(self, of: Polynomial, found: Polynomial) -> Script:
        """That the absolute value of a normal form is what the kernel says it is."""
        plain = t.Fn("abs", (self.form(of),))
        if alike(plain, self.form(found)):
            return None
        if self.nf.nonnegative(of):
            return "sizes."
        c, factors = self.nf.factors(of)
        front = [(a, e) for a, e in factors if self.nf.positive_atom(a)]
        rest = self.nf.times(of.scaled(Fraction(1) / c), *[self.nf.power(of_atom(a), e.scaled(-1)) for a, e in front])
        parts = [number(Fraction(c)), *(each for a, e in front for each in self.forms.factor(a, e)), self.form(rest)]
        product = t.Fn("abs", (t.Mul((t.Add((parts[0],)), *parts[1:])),))
        return self.via(product, "apply abs_eq. arith.", "sizes.")

    def _cases(self, guards: tuple[t.Term, ...], terms: tuple[t.Term, ...]) -> Shown:
        if not guards:
            return self.prove(terms[0])
        (one, g), (two, a), (three, b) = map(self.prove, (guards[0], terms[0], t.Cases(guards[1:], terms[1:])))
        found = self.nf.choose(g, a, b)
        plain = t.Cases((self.form(g),), (self.form(a), self.form(b)))
        scripts = [each or "reflexivity." for each in (one, two, three)]
        first = "apply choose_eq. " + " ".join(f"{{ {each} }}" for each in scripts)
        return self.via(plain, first, self._chosen(g, a, b, found)), found

    def _chosen(self, guard: Polynomial, above: Polynomial, below: Polynomial, found: Polynomial) -> Script:
        """That a choice between normal forms is what the kernel says it is."""
        nf, form, say = self.nf, self.form, self.say
        if alike(t.Cases((form(guard),), (form(above), form(below))), form(found)):
            return None
        one, by = next(iter(guard.terms.items()), (ONE, 1))
        k = Fraction((above - below).terms.get(one, 0)) / by
        if nf.is_zero(above - below - guard.scaled(k)):
            size = nf.abs(guard)

            def of(size_of: t.Term) -> t.Term:
                return t.Add((form(below), t.Mul((t.Add((number(k / 2),)), t.Add((form(guard), size_of))))))

            lemma = f"apply (choose_linear _ _ _ {say(number(k / 2))}). arith."
            same = f"apply add_eq. {{ reflexivity. }} {{ {self.size(guard, size) or 'reflexivity.'} }}"
            step = f"apply add_eq. {{ reflexivity. }} {{ apply mul_eq. {{ reflexivity. }} {{ {same} }} }}"
            return self.via(of(t.Fn("abs", (form(guard),))), lemma, self.via(of(form(size)), step, "arith."))
        if nf.nonnegative(guard):
            return f"apply choose_above. {self.nonnegative(guard)}"
        if nf.peak(guard.scaled(-1)):
            raise NotExported("a choice by what is at its largest value")
        if nf.positive(guard.scaled(-1)):
            other = form(guard.scaled(-1))
            return f"apply choose_below, (negative _ {say(other)}). {{ {self.positive(other)} }} arith."
        c, factors = nf.factors(guard)
        front = [of_atom(a, e) for a, e in factors if nf.positive_atom(a)]
        inside = nf.times(guard.scaled(1 / Fraction(max(c, -c))), *[nf.power(each, MINUS_ONE) for each in front])
        by_what = t.Mul((number(Fraction(max(c, -c))), *(form(each) for each in front)))
        step_of = t.Cases((form(inside),), (number(1), number(0)))
        apart = t.Add((form(above), t.Mul((number(-1), t.Add((form(below),))))))
        middle = t.Add((form(below), t.Mul((step_of, apart))))
        lemma = f"apply (choose_scaled _ {say(form(inside))} {say(by_what)}). {{ arith. }} {{ pos. }}"
        return self.via(middle, lemma, "arith.")

    # ---- largest values ----

    def _largest(self, variables: tuple[Variable, ...], body: t.Term) -> Shown:
        """A largest value: what does not depend on the place leaves it, as a factor that is > 0 does."""
        names = self.fresh(variables)
        todo = list(names.values())
        script, of = self.prove(t.substitute(body, exchanged(names)))
        steps: list[tuple[t.Term, Script]] = []
        if script is not None:
            down = "".join(f"apply largest_ext; intro {self.spelling.variable(v)}. " for v in todo)
            steps.append((self._tops(todo, self.form(of)), down + script))
        while todo:
            v = todo.pop()
            found = self.nf.largest([v], of)
            outer = "".join(f"apply largest_ext; intro {self.spelling.variable(u)}. " for u in todo)
            step = self._top(v, of, found)
            if step is not None:
                steps.append((self._tops(todo, self.form(found)), outer + step))
            of = found
        whole: Script = None
        for middle, step in reversed(steps):
            whole = self.via(middle, step, whole)
        return whole, of

    def _tops(self, variables: Sequence[Variable], body: t.Term) -> t.Term:
        return t.Bind("maximum", tuple(variables), (body,)) if variables else body

    def _top(self, v: Variable, body: Polynomial, found: Polynomial) -> Script:
        """That the largest value of a normal form is what the kernel says it is."""
        inside, outside = body.split(v)
        name, alphabet = self.spelling.variable(v), self.spelling.alphabet(v.sort)
        if not inside.terms:
            return f"apply (largest_const {alphabet}). intro {name}. reflexivity."
        if alike(self._tops([v], self.form(body)), self.form(found)):
            return None
        tops = [
            (a, of_monomial(m.without(a), c))
            for m, c in (found - outside).terms.items()
            for a, e in m.factors
            if a.kind == "top" and e.whole == 1
        ]
        if len(tops) != 1:
            raise NotExported("a largest value with more than one factor")
        ((top, scale),) = tops
        here = t.substitute(self.form(top.inside), {top.outcomes[0]: v})
        say = self.say
        affine = t.Add((t.Mul((t.Add((self.form(scale),)), t.Bind("maximum", top.outcomes, (self.form(top.inside),)))),
                        self.form(outside)))  # fmt: skip
        functions = f"(fun {name} => {self.spelling.term(self.form(body))}) (fun {name} => {self.spelling.term(here)})"
        lemma = f"apply (largest_affine {alphabet} {functions} {say(self.form(scale))} {say(self.form(outside))}). "
        point = self.nf.rename(top.inside, {top.outcomes[0]: v})
        there = self.spell(here, point)
        least = t.Add((t.Mul((t.Add((self.form(scale),)), here)), self.form(outside)))
        mine = t.Add((t.Mul((t.Add((self.form(scale),)), self.form(point))), self.form(outside)))
        product = f"apply mul_eq. {{ reflexivity. }} {{ {there} }}"
        inner = "reflexivity." if there is None else f"apply add_eq. {{ {product} }} {{ reflexivity. }}"
        step = f"transitivity {say(mine)}. {{ arith. }} transitivity {say(least)}. {{ symmetry. {inner} }} reflexivity."
        return self.via(affine, f"{lemma}{{ intro {name}. {step} }} {{ {self.positive(self.form(scale))} }}", "arith.")

    # ---- sums ----

    def _bound(self, variables: tuple[Variable, ...], body: t.Term) -> Shown:
        names = self.fresh(variables)
        todo, body = list(names.values()), t.substitute(body, exchanged(names))
        script, of = self._below(todo, body)
        first = None if script is None else self.down(todo) + script
        after, found = self.summed_all(todo, of)
        return self.via(self.nested(todo, self.form(of)), first, after), found

    def summed_all(self, variables: Sequence[Variable], of: Polynomial) -> Shown:
        """That the sum of a normal form over variables is one, too: the innermost first."""
        todo, found, steps = list(variables), of, list[tuple[t.Term, Script]]()
        while todo:
            v = todo.pop()
            step, more = self.summed([v], found)
            steps.append((self.nested(todo, self.form(more)), None if step is None else self.down(todo) + step))
            found = more
        after: Script = None
        for middle, step in reversed(steps):
            after = self.via(middle, step, after)
        return after, found

    def _below(self, variables: Sequence[Variable], body: t.Term) -> Shown:
        """What stands below sums. A probability that may be 0 is told apart there from one that is not."""
        script, of = self.prove(body)
        closed = [a for a in closed_at(body) if a.free & set(variables)]
        if script is None or not closed or self.positive_policies:
            return script, of
        for atom in closed:
            places = " ".join(
                self.spelling.variable(v) for v in (*atom.outcomes, *atom.given) if isinstance(v, Variable)
            )
            name = self.spelling.names.fresh("at_zero")
            head = self.spelling.base(CLOSED)
            there = without(body, self.forms.atom(atom))
            first, form = self.prove(there)
            nothing = f"rewrite {name}. transitivity {self.say(there)}. {{ arith. }} "
            nothing += f"transitivity {self.say(self.form(form))}. {{ {first or 'reflexivity.'} }} arith."
            script = f"destruct (zero_or_pos _ ({head}_nonneg {places})) as [{name} | {name}]. {{ {nothing} }} {script}"
        return script, of

    def summed(self, todo: list[Variable], of: Polynomial) -> Shown:
        """That a sum of a normal form is what the kernel says it is: term by term."""
        terms = sorted(of.terms.items(), key=lambda term: term[0].key)
        if not terms:
            if any(v.sort in self.nf.context.measures for v in todo):
                raise NotExported("the integral of 0")
            return "zeros.", constant(0)
        parts = [self._one(todo, of_monomial(m, c)) for m, c in terms]
        found = total([each for _, each in parts])
        if len(terms) == 1:
            return parts[0]
        apart = t.Add(tuple(self.nested(todo, self.forms.monomial(m, c)) for m, c in terms))
        each = t.Add(tuple(self.form(part) for _, part in parts))
        last = None if alike(each, self.form(found)) else "arith."
        integrable = self.integrable(todo, [of_monomial(m, c) for m, c in terms])
        step = f"{integrable}linear {len(todo)}%nat."
        return self.via(apart, step, self.via(each, self.each([s for s, _ in parts], "add_eq"), last)), found

    def _one(self, todo: list[Variable], of: Polynomial) -> Shown:
        """The sum of one product: inner sums opened, distributions summed to 1, the rest split up."""
        if of.single is None:
            return self.summed(todo, of)
        if not todo:
            return None, of
        nf, (m, c) = self.nf, of.single
        for atom, e in m.factors:
            if atom.kind == "sum" and e.whole in (1, 2, 3, 4) and not atom.names.isdisjoint(todo):
                return self._opened(todo, m, c, atom, e)
        for atom, _ in m.factors:
            if atom.kind == "same" and not atom.names.isdisjoint(todo):
                return self._at_place(todo, m, c, atom)
        if (step := nf._eliminate(todo, m)) is not None:
            return self._eliminated(todo, m, c, *step)
        return self._split(todo, m, c)

    def _opened(self, todo: list[Variable], m: Monomial, c: Fraction | int, atom: Atom, e: Polynomial) -> Shown:
        names, body = self.nf.open(atom)
        rest = self.nf.times(of_monomial(m.without(atom), c), of_atom(atom, e + MINUS_ONE))
        new = self.nf.times(rest, body)
        script, found = self.summed([*todo, *names], new)
        inside = t.substitute(self.form(atom.inside), dict(zip(atom.outcomes, names, strict=True)))
        pulled = self.scaled(rest, self.nested(names, inside))
        inner = self.scaled(rest, inside)
        spelled = self.spell(inside, body)
        apply = None if spelled is None else f"apply mul_eq. {{ reflexivity. }} {{ {spelled} }}"
        to_new = self.via(self.scaled(rest, self.form(body)), apply, "arith.")
        first = f"{self.down(todo)}transitivity {self.say(pulled)}. {{ arith. }} factor {len(names)}%nat."
        second = f"{self.down([*todo, *names])}{to_new}"
        return self.via(
            self.nested([*todo, *names], inner),
            first,
            self.via(self.nested([*todo, *names], self.form(new)), second, script),
        ), found

    def _at_place(self, todo: list[Variable], m: Monomial, c: Fraction | int, atom: Atom) -> Shown:
        v, w = atom.given if atom.given[0] in todo else atom.given[::-1]
        assert isinstance(v, Variable) and isinstance(w, Variable)
        rest = of_monomial(m.without(atom), c)
        order = [*[u for u in todo if u != v], v]
        keep = order[:-1]
        there = t.substitute(self.form(rest), {v: w})
        script, of = self.prove(there)
        last, found = self.summed(keep, of) if keep else (None, of)
        spelled = self.scaled(rest, t.Apply(t.SAME, (), (v, w)))
        turned = (
            ""
            if atom.given[0] == v
            else f"rewrite (same_sym _ {self.spelling.variable(w)} {self.spelling.variable(v)}). "
        )
        first = f"{self.down(order)}{turned}arith."
        function = f"(fun {self.spelling.variable(v)} => {self.spelling.term(self.form(rest))})"
        second = f"{self.down(keep)}apply (sum_same {self.spelling.alphabet(v.sort)} {function})."
        third = None if script is None else self.down(keep) + script
        swapped = self.swapped(todo, order, self.forms.monomial(m, c))
        return self.via(
            self.nested(order, self.forms.monomial(m, c)),
            swapped,
            self.via(
                self.nested(order, spelled),
                first,
                self.via(self.nested(keep, there), second, self.via(self.nested(keep, self.form(of)), third, last)),
            ),
        ), found

    def _eliminated(
        self, todo: list[Variable], m: Monomial, c: Fraction | int, gone: set[Variable], left: Monomial, vanishes: bool
    ) -> Shown:
        one = self.forms.monomial(m, c)
        rest = of_monomial(left, c)
        changed = [a for a, e in m.factors if left.exponent(a) != e]
        weight = [a for a in changed if a.kind == "apply"]
        if all(a.kind in ("apply", "score") for a in changed) and len(weight) == 1 and set(weight[0].outcomes) == gone:
            last = list(weight[0].outcomes)
            w = self.forms.atom(weight[0])
            score = t.Apply(SCORE + weight[0].symbol, (), (*weight[0].outcomes, *weight[0].given))
            part = t.Mul((w, score)) if vanishes else w
            which = "score" if vanishes else "total"
            total_is = f"apply {self.spelling.base(weight[0].symbol)}_{which}."
            value: t.Term = number(0 if vanishes else 1)
            after = rest
        else:
            (v,) = gone
            part_of, outer = m.parted([v])
            whole = self.nf.sum_part({v}, part_of).atom
            assert whole is not None
            last = [v]
            part = self.form(of_monomial(part_of))
            rest = of_monomial(outer, c)
            value, after = self.form(of_atom(whole)), of_monomial(left, c)
            total_is = self._as_atom(last, part_of, whole) or "reflexivity."
        keep = [v for v in todo if v not in gone]
        order = [*keep, *last]
        spelled = self.nested(order, self.scaled(rest, part))
        out = self.nested(keep, self.scaled(rest, self.nested(last, part)))
        done = self.nested(keep, self.scaled(rest, value))
        if vanishes:
            after = constant(0)
        final, found = self._one(keep, after) if after.terms else ("zeros." if keep else None, constant(0))
        return self.via(
            self.nested(order, one),
            self.swapped(todo, order, one),
            self.via(
                spelled,
                self.down(order) + "arith.",
                self.via(
                    out,
                    f"{self.down(keep)}symmetry. factor {len(last)}%nat.",
                    self.via(
                        done,
                        f"{self.down(keep)}apply mul_eq. {{ reflexivity. }} {{ {total_is} }}",
                        self.via(self.nested(keep, self.form(after)), self.down(keep) + "arith.", final),
                    ),
                ),
            ),
        ), found

    def _as_atom(self, variables: Sequence[Variable], part: Monomial, whole: Atom) -> Script:
        """That the sum of a product over variables is the atom that the kernel makes of it."""
        inside = t.substitute(self.form(whole.inside), dict(zip(whole.outcomes, variables, strict=True)))
        spelled = self.spell(inside, of_monomial(part))
        return None if spelled is None else f"{self.down(variables)}symmetry. {spelled}"

    def _split(self, todo: list[Variable], m: Monomial, c: Fraction | int) -> Shown:
        near, outside = m.parted(todo)
        groups = near.connected(todo) if todo else []
        pieces: list[tuple[list[Variable], Monomial, Atom]] = []
        for group, part in groups:
            whole = self.nf.sum_part(group, part)
            if (atom := whole.atom) is None or atom.kind != "sum":
                if len(groups) == 1 and not outside.factors:
                    return self._in_another_form(todo, m, c, whole)
                raise NotExported("a sum of which the kernel chooses one of several forms, beside other factors")
            pieces.append((self._ordered(group, part, atom), part, atom))
        front = of_monomial(outside, c)
        found = self.nf.times(front, *[of_atom(atom) for _, _, atom in pieces])
        order = [v for variables, _, _ in pieces for v in variables]
        one = self.forms.monomial(m, c)
        steps: list[tuple[t.Term, Script]] = [(self.nested(order, one), self.swapped(todo, order, one))]
        done: list[t.Term] = []
        for i in range(len(pieces) - 1, -1, -1):
            variables, part, atom = pieces[i]
            before = [v for each, _, _ in pieces[:i] for v in each]
            others = [self.form(of_monomial(each)) for _, each, _ in pieces[:i]]
            scale = self.scaled(front, *others, *done) if others or done else t.Add((self.form(front),))
            steps.append(
                (
                    self.nested([*before, *variables], t.Mul((scale, self.form(of_monomial(part))))),
                    self.down([*before, *variables]) + "arith.",
                )
            )
            known = self.integrable(variables, [of_monomial(part)])
            steps.append(
                (
                    self.nested(before, t.Mul((scale, self.nested(variables, self.form(of_monomial(part)))))),
                    f"{known}{self.down(before)}symmetry. factor {len(variables)}%nat.",
                )
            )
            spelled = self._as_atom(variables, part, atom)
            steps.append(
                (
                    self.nested(before, t.Mul((scale, self.form(of_atom(atom))))),
                    None if spelled is None else f"{self.down(before)}apply mul_eq. {{ reflexivity. }} {{ {spelled} }}",
                )
            )
            done.insert(0, self.form(of_atom(atom)))
        if alike(self.nested(todo, one), self.form(found)):
            return None, found
        script: Script = "arith."
        for middle, step in reversed(steps):
            script = self.via(middle, step, script)
        return script, found

    def _in_another_form(self, todo: list[Variable], m: Monomial, c: Fraction | int, whole: Polynomial) -> Shown:
        """That a sum is that of another body, which is the same number with its variables in another order."""
        one, by = self.forms.monomial(m), constant(c)
        for order in permutations(todo):
            # the kernel's own names come in the order of their numbers, and so do these
            names = {v: Variable(f"o{next(self.counter):05}", v.sort) for v in order}
            body = self.nf.rename(of_monomial(m), exchanged(names))
            inner = list(names.values())
            if len(body.terms) < 2 or self.nf.sum_over(inner, body) != whole:
                continue
            renamed = t.substitute(one, exchanged(names))
            step = self.spell(renamed, body)
            last, found = self.summed(inner, body)
            script = self.via(
                self.nested([names[v] for v in todo], renamed),
                "reflexivity.",
                self.via(
                    self.nested(inner, renamed),
                    self.swapped([names[v] for v in todo], inner, renamed),
                    self.via(
                        self.nested(inner, self.form(body)), None if step is None else self.down(inner) + step, last
                    ),
                ),
            )
            out = self.scaled(by, self.nested(todo, one))
            apart = self.via(
                self.nested(todo, self.scaled(by, one)),
                self.down(todo) + "arith.",
                f"symmetry. factor {len(todo)}%nat.",
            )
            inside = f"apply mul_eq. {{ reflexivity. }} {{ {script or 'reflexivity.'} }}"
            return self.via(out, apart, self.via(self.scaled(by, self.form(found)), inside, "arith.")), found.scaled(c)
        raise NotExported("a sum of which the kernel chooses one of several forms")

    def _ordered(self, group: set[Variable], part: Monomial, atom: Atom) -> list[Variable]:
        """The variables of a sum in the order in which the kernel has them."""
        for order in permutations(sorted(group, key=lambda v: (v.sort, v.name))):
            if [v.sort for v in order] == [v.sort for v in atom.outcomes] and self.nf.rename(
                of_monomial(part), dict(zip(order, atom.outcomes, strict=True))
            ) == atom.inside:
                return list(order)
        raise NotExported("a sum of which the kernel chooses one of several forms")

    def swapped(self, old: Sequence[Variable], new: Sequence[Variable], body: t.Term) -> Script:
        """That the order of sums does not matter."""
        script, now, steps = None, list(old), list[tuple[list[Variable], str]]()
        for i, v in enumerate(new):
            for j in range(now.index(v), i, -1):
                now[j - 1], now[j] = now[j], now[j - 1]
                steps.append((list(now), f"{self.down(now[: j - 1])}apply sum_swap."))
        for order, step in reversed(steps):
            script = self.via(self.nested(order, body), step, script)
        return script

    # ---- equations ----

    def equal(self, left: t.Term, right: t.Term) -> str:
        """That two terms with one normal form are equal."""
        (one, a), (other, b) = self.prove(left), self.prove(right)
        if not self.spelling.families.keys().isdisjoint(self.nf.context.definitions) and not self.nf.is_zero(a - b):
            raise NotExported("a gradient of what moves, at what a definition says that it is")
        back = None if other is None else f"symmetry. {other}"
        middle = None if alike(self.form(a), self.form(b)) else "arith."
        return self.via(self.form(a), one, self.via(self.form(b), middle, back)) or "reflexivity."


def exchanged(names: Mapping[Variable, Variable]) -> dict[Argument, Argument]:
    """New names as what they are exchanged for."""
    return {a: b for a, b in names.items()}  # noqa: C416


def without(term: t.Term, gone: t.Term) -> t.Term:
    """A term where a factor is 0, and what it multiplies is left out."""
    if term == gone:
        return number(0)
    parts = t.rebuilt(term, lambda part: without(part, gone))
    match parts:
        case t.Mul(factors) if number(0) in factors:
            return number(0)
        case t.Add(terms):
            left = tuple(each for each in terms if each != number(0))
            return number(0) if not left else left[0] if len(left) == 1 else t.Add(left)
        case t.Bind("E" | "KL", _, (weight, _)) if weight == number(0):
            return number(0)
    return parts


def closed_at(term: t.Term) -> list[Atom]:
    """Where the policy of a problem stands in a term, outside what binds its arguments."""
    found: dict[Atom, None] = {}

    def look(part: t.Term, bound: frozenset[Variable]) -> None:
        if isinstance(part, t.Apply) and part.symbol == CLOSED and bound.isdisjoint((*part.outcomes, *part.given)):
            found[Atom("apply", CLOSED, part.outcomes, part.given)] = None
        inner = bound | set(part.variables) if isinstance(part, t.Bind) else bound
        for each in part.parts():
            look(each, inner)

    look(term, frozenset())
    return list(found)
