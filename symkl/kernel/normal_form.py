"""The decision procedure: every term has a normal form, and equal normal forms mean equal terms.

A normal form is a Laurent polynomial in *atoms*, of these kinds::

    scalar apply    β, π(y|x), r(x,y)            log abs  log, absolute value of a polynomial
    entry, same     π(y|x) in slopes, [y = y']   poly     1 + ..., below a line or under a power
    score           ∇ log π(y|x)                 sum      the sum of one monomial over its variables
    e prime         e, 2, 3, 5 as bases          optimum  the maximum over the policy ``#π``
    value           f(u), for any function f     top      the largest over a variable
    step            1 where u >= 0, else 0

Exponents are polynomials too: ``exp(r/β)`` is the atom e to the power ``r β^-1``. These facts
are used and no others; each is a theorem for every finite alphabet, and for every measure that has the integrals:

* ring laws; ``a^m a^n = a^(m+n)``; ``(a b)^c = a^c b^c`` and ``(a^b)^c = a^(b c)`` for a, b > 0;
* ``log(a b) = log a + log b``, ``log a^c = c log a`` for a, b > 0; ``exp(u + v) = exp u exp v``;
* sums are linear, factors free of the variable leave them, nested sums commute;
* ``Sum_y p(y) = 1`` and ``Sum_y p(y) ∇log p(y) = 0`` for a distribution p;
* definitions and established facts unfold.

Sound: where ``is_zero(nf(a) - nf(b))``, a = b wherever the assumptions collected on the way hold.
Complete for polynomials in independent atoms and their sums; only sound where one atom hides a
relation to another (logs of related sums, symbolic powers of sums, cofactors of numbers > 4 10^6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import chain, groupby, permutations, product
from typing import Any, NamedTuple

import symkl.language.terms as t
from symkl.kernel.polynomials import ONE, Atom, Monomial, Polynomial, constant, of_atom, of_monomial, primes, total
from symkl.kernel.quotients import MINUS_ONE, Field, Unsupported
from symkl.kernel.verdict import Condition, Fact
from symkl.language.certificate import Premise
from symkl.language.functions import DETACHED, expansion
from symkl.language.terms import SAME, Argument, Variable

BOUND_POLICY, STILL, EULER, STEP = "#π", "#sg ", Atom("e"), Atom("step")


class Around(NamedTuple):
    """Inside a derivative by ``entry``, which moves ``moving``, and maxima over ``bound``: facts hold at one point."""

    entry: str = ""
    moving: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()


class Normaliser(Field):
    """Brings terms to normal form under one context, and collects what that rested on.

    ``assumptions``: the side conditions relied on so far; ``used``: the facts unfolded so far, and the premises.
    ``fresh``: how many names ``~1``, ``~2``, ... are given to variables. Methods raise Unsupported and BudgetExceeded.

    >>> nf = Normaliser(t.Context(positive=frozenset({"β"})))
    >>> nf.is_zero(nf(t.log(t.exp(t.Scalar("β")))) - nf(t.Scalar("β")))
    True
    """

    def __init__(self, context: t.Context, facts: Iterable[Fact] = (), budget: int = 60_000,
                 premises: Iterable[Premise] = (), fresh: int = 0, **order: Callable[[Polynomial], int]) -> None:
        self.context, self.facts = context, {fact.symbol: fact for fact in facts}
        self.premises = tuple(premises)
        self.assumptions: set[Condition] = set()
        self.used: set[Fact | Premise] = set()
        super().__init__(budget, **order)
        self.fresh, self._place = fresh, Around()
        self._unfolding: list[str] = []
        self._known: dict[object, Polynomial] = {}

    def __call__(self, term: t.Term) -> Polynomial:
        """The normal form of ``term``."""
        if isinstance(term, t.Bind | t.Optimum):
            return self._once((self._place, term), self._read, term)
        return self._read(term)

    def _once(self, key: object, make: Callable[..., Polynomial], *arguments: object) -> Polynomial:
        if key not in self._known:
            self._known[key] = make(*arguments)
        return self._known[key]

    def _within(self, place: Around, term: t.Term) -> Polynomial:
        before, self._place = self._place, place
        try:
            return self(term)
        finally:
            self._place = before

    def admit(self, names: Iterable[Argument | str]) -> None:
        """Refuse names that the kernel may yet give to variables it binds: they could be captured."""
        for v in names:
            if isinstance(v, Variable) and (v.name[:1] == "#" or (v.name[:1] == "~" and int(v.name[1:]) > self.fresh)):
                raise Unsupported(f"the variable {v.name} has a reserved name")

    def counted(self, variables: Iterable[Argument], what: str) -> None:
        """Refuse what holds of sums, and not of every integral."""
        if any(getattr(v, "sort", "") in self.context.measures for v in variables):
            raise Unsupported(f"{what}, which holds for sums and not for every integral")

    def _read(self, term: t.Term) -> Polynomial:
        self.tick()
        match term:
            case t.Number(value=value):
                return constant(value)
            case t.Scalar(symbol=symbol):
                return self._named(symbol, (), ())
            case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
                self.admit((*outcomes, *given))
                self.counted(given if symbol == SAME else (), "that two places are one")
                return self._named(symbol, outcomes, given)
            case t.Value(symbol, argument):
                self._still({symbol})
                return of_atom(Atom("value", symbol, inside=self(argument)))
            case t.Add(terms=parts):
                return total([self(part) for part in parts])
            case t.Mul(factors=parts):
                return self.times(*[self(part) for part in parts])
            case t.Power(base=base, exponent=exponent):
                return self.power(self(base), self(exponent))
            case t.Fn("exp" | "log" as name, (argument,)):
                return (self.exp if name == "exp" else self.log)(self(argument))
            case t.Bind("sum", variables, (body,)):
                return self.sum_over(variables, self(body))
            case t.Bind("maximum", variables, (body,)):
                return self.largest(variables, self(body))
            case t.Fn(name, (argument,)) if name == DETACHED:
                return self._detached(argument)
            case t.Cases(guards, terms):
                return self.choose(self(guards[0]), self(terms[0]), self(t.Cases(guards[1:], terms[1:]))) \
                    if guards else self(*terms)
            case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
                return self(meaning)
            case t.Partial(body=body, target=target):
                return self._partial(body, target)
            case t.Gradient(body=body):
                return self._gradient(body)
            case t.Optimum(sense=sense):
                return self._maximum(self.objective(term)).scaled(1 if sense is t.Sense.MAX else -1)
        raise Unsupported(f"{type(term).__name__} cannot stand inside an expression")

    def _named(self, symbol: str, outcomes: tuple[Variable, ...], given: tuple[Argument, ...]) -> Polynomial:
        """A symbol at its arguments: unfolded when it is defined or established, else an atom."""
        entry, moving, bound = self._place
        if symbol == SAME:
            return of_atom(Atom("same", SAME, (), tuple(sorted(given, key=str)))) if len({*given}) == 2 else constant(1)
        if symbol == entry:
            return of_atom(Atom("entry", symbol, outcomes, given))
        if symbol in bound:
            raise Unsupported(f"{symbol} is maximised over, and a definition mentions it, too")
        arguments = (*outcomes, *given)
        if fact := self.facts.get(symbol) if symbol not in moving else None:
            places = (*fact.outcomes, *fact.given)
            if [getattr(a, "sort", a) for a in arguments] != [getattr(p, "sort", p) for p in places] \
                    or len(outcomes) != len(fact.outcomes):
                raise Unsupported(f"{symbol} is used with other arguments than it is known with")
            if not fact.behind.isdisjoint(bound | (moving & self.facts.keys())) \
                    or fact.value.contains(lambda a: a.symbol in moving and a.kind != "scalar"):
                raise Unsupported(f"{symbol} is known at one policy, and here the policy varies")
            self._still(fact.behind - moving)
            self.used.add(fact)
            anew: dict[Argument, Argument] = {t.Policy(entry): t.Policy(entry)} if entry else {}
            return self.rename(fact.value, dict(zip(places, arguments, strict=True)) | anew)
        if symbol in self.context.definitions and symbol not in moving:
            return self._unfold(self.context.definitions[symbol], arguments)
        self._still({symbol} - moving)
        return of_atom(Atom("apply" if arguments else "scalar", symbol, outcomes, given))

    def _still(self, names: Iterable[Any]) -> None:
        """Refuse what may move with what varies here, as nothing says how."""
        varying, moves = self._place.moving | self._place.bound, self.context.moves
        if varying and any(not {"?", *varying}.isdisjoint({name, *moves.get(name, ())}) for name in names):
            raise Unsupported("what varies here may move something of which nothing says how")

    def _unfold(self, found: t.Definition, arguments: tuple[Argument, ...]) -> Polynomial:
        symbol, parameters = found.symbol, found.parameters
        if [getattr(a, "sort", None) for a in arguments] != [getattr(p, "sort", None) for p in parameters]:
            raise Unsupported(f"{symbol} is used with other arguments than it is defined with")
        if symbol in self._unfolding:
            raise Unsupported(f"{symbol} is defined through itself")
        if not t.free_variables(found.body) <= set(parameters):
            raise Unsupported(f"the definition of {symbol} depends on what is not among its arguments")
        exchange = dict(zip(parameters, arguments, strict=True))
        policies: dict[Argument, Argument] = {p: a for p, a in exchange.items() if isinstance(p, t.Policy)}
        self._unfolding.append(symbol)
        try:
            body = t.substitute(found.body, policies)
            value = self._once((self._place, symbol, tuple(policies.values())), self, body)
        finally:
            self._unfolding.pop()
        return self.rename(value, {p: a for p, a in exchange.items() if isinstance(p, Variable)})

    def condition(self, of: Polynomial, sign: str) -> Condition:
        """A condition, whatever its variables are: so the kernel's own names are counted from 1 again."""
        of = self.rename(of, {t.Policy(STILL + s): t.Policy(s) for s in self.context.parametrised})
        own = sorted((v for v in of.free if v.name[:1] == "~"), key=lambda v: int(v.name[1:]))
        return Condition(of.respelled({v: Variable(f"~{i}", v.sort) for i, v in enumerate(own, 1)}), sign)

    def positive_atom(self, atom: Atom) -> bool:
        """Whether an atom is known to be > 0; what that relied on is recorded as an assumption."""
        if atom.kind in ("poly", "sum", "top"):
            return self.positive(atom.inside) or (atom.kind == "sum" and self._met(atom))
        symbol = atom.symbol.removeprefix(STILL)
        if atom.kind not in ("apply", "entry", "scalar") or not (atom.outcomes or symbol in self.context.positive):
            return atom.kind in ("e", "prime")
        if symbol != BOUND_POLICY:
            self.assumptions.add(Condition(symbol, ">"))
        return True

    def _met(self, atom: Atom) -> bool:
        """Whether a sum, of what is > 0 where a largest value is attained and 0 elsewhere, has a term: it has."""
        (m, c), = atom.inside.terms.items()
        return any(self.positive(of_monomial(m.without(step), c)) for step, _ in m.factors
                   if step.kind == "step" and (found := self.peak(step.inside)) and found[0] in atom.outcomes)

    def peak(self, u: Polynomial) -> tuple[Variable, Polynomial, Polynomial] | None:
        """``v, f(v), max f`` where u is ``k (f(v) - max f)`` with k > 0: so u <= 0, and for some v it is 0."""
        for m, c in u.terms.items():
            for top in [a for a, e in m.factors if a.kind == "top" and e.whole == 1]:
                k, most = of_monomial(m.without(top), -c), of_atom(top)
                for v in [v for v in u.free - top.free if v.sort == top.outcomes[0].sort and self.positive(k)]:
                    here = self.rename(top.inside, {top.outcomes[0]: v})
                    if self.is_zero(u - self.times(k, here - most)):
                        return v, here, most
        return None

    def at_most_0(self, atom: Atom) -> bool:
        """Whether it is ``1 - 1/p`` for a product p of probabilities, which is at most 1; a density need not be."""
        rest = (constant(1) - atom.inside).single if atom.kind == "poly" else None
        return rest is not None and rest[1] == 1 and all(a.kind == "apply" and a.outcomes and (e.whole or 0) < 0
            and not self.context.measures & {v.sort for v in a.outcomes} for a, e in rest[0].factors)

    def collect(self, factors: Iterable[tuple[Atom, Polynomial]], coefficient: Fraction | int = 1) -> Polynomial:
        """As in every field; and beside ``[f(v) = max f]`` what is written f(v) is max f, if f is one symbol."""
        factors = tuple(factors)
        for same, others in [(a, [each for each in factors if each[0] != a]) for a, _ in factors if a.kind == "same"]:
            if any((w := same.given[1]) in b.names | e.names for b, e in others):  # [v = w] f(w) = [v = w] f(v)
                return self.times(of_atom(same), self.rename(super().collect(others, coefficient), {w: same.given[0]}))
        for step in [a for a, _ in factors if a.kind == "step"]:
            if (found := self.peak(step.inside)) and (one := found[1].single) and (a := of_monomial(one[0]).atom) \
                    and any(a == b or a in [n for m in e.terms for n, _ in m.factors] for b, e in factors):
                rest = super().collect([factor for factor in factors if factor[0] != step], coefficient)
                return self.times(of_atom(step), self.put(rest, {of_atom(a): found[2].scaled(1 / Fraction(one[1]))}))
        return super().collect(factors, coefficient)

    def positive_base(self, atom: Atom, e: Polynomial) -> bool:
        """The same of an atom to a power: one that is no integer is only taken of what is > 0."""
        return e.whole is None or self.positive_atom(atom)

    def positive(self, polynomial: Polynomial) -> bool:
        """Whether every term is > 0, which makes the polynomial > 0 (sufficient, not necessary)."""
        return bool(polynomial.terms) and all(c > 0 and all(self.positive_atom(a) for a, _ in m.factors)
                                              for m, c in polynomial.terms.items())

    def nonnegative(self, polynomial: Polynomial) -> bool:
        """Whether every term is >= 0: products of positive atoms, even powers, and sums of such."""
        return all(c > 0 and all((e.whole or 1) % 2 == 0 or a.kind in ("abs", "step", "same")
                                 or self.positive_base(a, e)
                                 or (a.kind in ("sum", "top") and self.nonnegative(a.inside)) for a, e in m.factors)
                   for m, c in polynomial.terms.items())

    def power(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        """``base ^ exponent``; a power that is no integer is only taken of what is > 0."""
        if (whole := exponent.whole) is not None:
            bits = sum([(c.numerator * c.denominator).bit_length() for c in base.terms.values()])
            self.tick(abs(whole) * (1 + bits // 64))
            if whole >= 0:
                return self.times(*[base] * whole)
        coefficient, factors = self.factors(base)
        unknown = [atom for atom, e in factors if not self.positive_base(atom, e)]
        if whole is None and unknown:
            return self.exp(self.times(exponent, self.log(base)))  # so the base is > 0, or this has no meaning
        if whole is None and coefficient < 0:
            raise Unsupported("a power that is no integer, of something negative")
        for atom in unknown:
            self.assumptions.add(self.condition(of_atom(atom), "≠"))
        front = constant(1 if whole is None else Fraction(coefficient) ** whole)
        factors = [*factors, *primes(coefficient)] if whole is None else factors
        return self.times(front, *[self.collect([(atom, self.times(e, exponent))]) for atom, e in factors])

    def abs(self, argument: Polynomial) -> Polynomial:
        """``|argument|``: products split, and what is positive leaves a sum, with a number and a sign."""
        if self.nonnegative(argument):
            return argument
        c, factors = self.factors(argument)
        front = [(a, e) for a, e in factors if self.positive_atom(a)]
        rest = self.times(argument.scaled(Fraction(1) / c), *[self.power(of_atom(a), e.scaled(-1)) for a, e in front])
        parts = [(of_atom(a), e) for a, e in rest.single[0].factors] if rest.single else [(rest, constant(1))]
        return self.times(constant(max(c, -c)), *[self.collect([factor]) for factor in front],
                          *[self.power(part if self.nonnegative(part) else of_atom(Atom("abs", inside=part)), e)
                            for part, e in parts])

    def choose(self, guard: Polynomial, above: Polynomial, below: Polynomial) -> Polynomial:
        """``above`` where the guard is >= 0, else ``below``; by ``|guard|`` where ``above - below = k guard``."""
        first, by = next(iter(guard.terms.items()), (ONE, 1))
        k = Fraction((above - below).terms.get(first, 0)) / by
        if self.is_zero(above - below - guard.scaled(k)):
            return below + (guard + self.abs(guard)).scaled(k / 2)
        if self.nonnegative(guard) or self.peak(guard.scaled(-1)):
            return above
        if self.positive(guard.scaled(-1)):
            return below
        c, factors = self.factors(guard)
        front = [self.power(of_atom(a), e.scaled(-1)) for a, e in factors if self.positive_atom(a)]
        step = Atom("step", inside=self.times(guard.scaled(1 / Fraction(max(c, -c))), *front))
        return below + self.times(of_atom(step), above - below)

    def branch(self, u: Polynomial, sign: int) -> dict[Polynomial, Polynomial]:
        """What is put for ``|u|`` and for steps where u >= 0 (sign 1) or u < 0; as far as known u is not 0, >, <."""
        apart = sign == -1 or all(self.positive_base(a, constant(1)) or
                                  self.condition(of_atom(a), "≠") in self.assumptions for a, _ in self.factors(u)[1])
        back = {self.rebuilt(STEP, u.scaled(-1)): constant(int(sign == -1))} if apart else {}
        return {self.abs(u): u.scaled(sign), self.rebuilt(STEP, u): constant(int(sign == 1))} | back

    def put(self, body: Polynomial, signs: Mapping[Polynomial, Polynomial]) -> Polynomial:
        """With what is put for atoms, as u or -u for ``|u|``: outside sums, as variables are the statement's."""
        def taken(atom: Atom, e: Polynomial) -> tuple[Polynomial, Polynomial]:
            base = signs.get(whole := of_atom(atom), whole)
            if base == whole and atom.kind in ("abs", "log", "poly", "step"):
                base = self.rebuilt(atom, self.put(atom.inside, signs))
                base = base if base == whole else self.put(base, signs)
            return base, self.put(e, signs)

        return self.replace(body, taken) if body.contains(lambda a: of_atom(a) in signs) else body

    def exp(self, argument: Polynomial) -> Polynomial:
        """``exp(argument)``: sums become products, ``exp(c log a)`` becomes ``a^c``."""
        result, left_over = constant(1), constant(0)
        for m, c in argument.terms.items():
            logs = [a for a, e in m.factors if a.kind == "log" and e.whole == 1]
            exponent = of_monomial(m.without(*logs), c)
            if len(logs) == 1 and (exponent.whole is not None or self.positive(logs[0].inside)):
                result = self.times(result, self.power(logs[0].inside, exponent))
            elif len(logs) == 1 and exponent.rational is not None and (root := logs[0].inside.base) is not None:
                result = self.times(result, self.collect([(root, exponent)]))  # u > 0, for it has a logarithm
            else:
                left_over = left_over + of_monomial(m, c)
        return self.times(result, of_atom(EULER, left_over)) if left_over.terms else result

    def log(self, argument: Polynomial) -> Polynomial:
        """``log(argument)``, split over products, quotients and powers as far as signs are known."""
        return self._once(argument, self._log, argument)

    def _log(self, argument: Polynomial) -> Polynomial:
        unknown = [(a, e) for a, e in self.factors(argument)[1] if not self.positive_base(a, e)]
        below = [(a, e) for a, e in unknown if e.whole and self.at_most_0(a)]
        if below and (len(unknown) > 1 or below[0][1].whole not in (1, -1)):
            u, e = below[0][0].inside.scaled(-1), below[0][1]  # u > 0, for it is not 0, or nothing here has a value
            return self.log(self.times(argument, self.power(u, e.scaled(-1)))) + self.times(e, self.log(u))
        coefficient, factors, inside, k = self._parted(argument)
        result = constant(0)
        if inside.rational != 1:
            self.assumptions.add(self.condition(inside if inside.single else argument, ">"))
            result = of_atom(Atom("log", inside=inside)).scaled(k)
        for atom, e in [*factors, *primes(coefficient)]:
            plain = atom.inside if atom.kind == "poly" else of_atom(atom)
            result = result + (e if atom == EULER else self.times(e, of_atom(Atom("log", inside=plain))))
        return result

    def _parted(self, argument: Polynomial) -> tuple[Fraction | int, list[tuple[Atom, Polynomial]], Polynomial, int]:
        """``c Π a^e u^k`` with c, a > 0 and k odd: so what is > 0 with it is u, and of u and 1/u it is one."""
        c, factors = self.factors(argument)
        unknown = [(a, e) for a, e in factors if not self.positive_base(a, e)]
        known, front = [factor for factor in factors if factor not in unknown], max(c, -c)
        if len(unknown) == 1 and (k := unknown[0][1].whole or 0) % 2:
            plain = unknown[0][0].inside if unknown[0][0].kind == "poly" else of_atom(unknown[0][0])
            return front, known, plain if c > 0 else plain.scaled(-1), k
        if not unknown:
            return (1, [], argument, 1) if c < 0 else (front, known, constant(1), 1)
        _, e = min(unknown, key=lambda factor: (factor[0].kind != "poly", factor[0].key))
        k = -1 if (e.rational or 1) < 0 else 1
        return front, known, self.collect([(a, e.scaled(k)) for a, e in unknown]).scaled(1 if c > 0 else -1), k

    def supposed(self, of: Polynomial, conditions: Iterable[Condition]) -> bool:
        """Whether it is > 0 where conditions hold, because what decides its sign is an instance of one of them."""
        _, _, inside, _ = self._parted(of)
        at = {v.sort: v for v in inside.free}
        return any(c.sign == ">" and isinstance(c.of, Polynomial) and self._parted(
            self.rename(c.of, {v: at.get(v.sort, v) for v in c.of.free}))[2] == inside for c in conditions)

    def sum_over(self, variables: Iterable[Variable], body: Polynomial) -> Polynomial:
        """The sum of ``body`` over the alphabets of ``variables``."""
        for v in variables:
            self.admit([v])
            body = self._sum([v], body)
        return body

    def open(self, atom: Atom) -> tuple[list[Variable], Polynomial]:
        """A sum's bound variables, made fresh, and its body in terms of them."""
        names = [Variable(f"~{self.fresh + i}", v.sort) for i, v in enumerate(atom.outcomes, 1)]
        self.fresh += len(names)
        return names, self.rename(atom.inside, dict(zip(atom.outcomes, names, strict=True)))

    def _sum(self, todo: list[Variable], body: Polynomial) -> Polynomial:
        return total([self._once((*todo, m), self._sum_monomial, todo, m).scaled(c) for m, c in body.terms.items()])

    def _sum_monomial(self, todo: list[Variable], monomial: Monomial) -> Polynomial:
        """The sum of one monomial: inner sums opened, distributions summed to 1, the rest split up.

        Opening makes nested sums commute; splitting makes a product of sums and the sum of the product one thing.
        """
        self.tick(3)
        for atom, e in monomial.factors:
            if atom.kind == "sum" and e.whole in (1, 2, 3, 4) and not atom.names.isdisjoint(todo):
                names, body = self.open(atom)
                rest = self.times(of_monomial(monomial.without(atom)), of_atom(atom, e + MINUS_ONE))
                return self._sum([*todo, *names], self.times(rest, body))
        for same in [a for a, _ in monomial.factors if a.kind == "same" and not a.names.isdisjoint(todo)]:
            v, w = same.given if same.given[0] in todo else same.given[::-1]
            rest = self.rename(of_monomial(monomial.without(same)), {v: w})
            return self.sum_over([u for u in todo if u != v], rest)
        while (step := self._eliminate(todo, monomial)) is not None:
            gone, monomial, vanishes = step
            if vanishes:
                return constant(0)
            todo = [v for v in todo if v not in gone]
        monomial, outside = monomial.parted(todo)
        sums = [self.sum_part(group, part) for group, part in monomial.connected(todo)]
        return self.times(of_monomial(outside), *sums)

    def _eliminate(self, todo: list[Variable], monomial: Monomial) -> tuple[set[Variable], Monomial, bool] | None:
        """Variables that can be summed out: over their distribution (with its score: to 0), or against
        the same sum below the line. Returns them, what is left, and whether all vanishes."""
        for v in todo:
            part, rest = monomial.parted([v])
            atoms = [a for a, e in part.factors if e.whole == 1]
            weight = next((a for a in atoms if a.kind == "apply" and v in a.outcomes), None)
            if weight is not None and len(part.factors) == len(atoms):
                score = Atom("score", weight.symbol, weight.outcomes, weight.given)
                gone, left = set(weight.outcomes), monomial.without(weight, score)
                if len(gone) == len(weight.outcomes) and gone <= set(todo) and {weight, score}.issuperset(atoms) \
                        and left.names.union(weight.given).isdisjoint(gone):
                    return gone, left, score in atoms
            below = [a for a, e in rest.factors if a.kind == "sum" and (e.whole or 0) < 0 and len(a.outcomes) == 1]
            whole = self.sum_part({v}, part).atom if part.factors and below else None
            if whole in below:
                return {v}, Monomial((a, e + constant(1) if a == whole else e) for a, e in rest.factors), False
        return None

    def sum_part(self, binders: set[Variable], monomial: Monomial) -> Polynomial:
        """A sum that does not split: an atom, bound variables named by nesting height so that names never matter.

        Of the orders of these names that one is taken whose leading term is least, where a form changes with them, as
        in ``σ(u) = 1 - σ(-u)``. ``Σ c m + ... = Σ d m + ...`` gives what Σ m is, where the order does not matter.
        """
        self.counted(() if monomial.factors else binders, "that an alphabet has a size")
        ordered = sorted(binders, key=lambda v: (v.sort, v.name))
        names = [Variable(f"#{monomial.height + 1}.{i}", v.sort) for i, v in enumerate(ordered, 1)]
        self.admit(monomial.names - binders)
        groups = [list(group) for _, group in groupby(ordered, key=lambda v: v.sort)]
        orders = product(*map(permutations, groups)) if len(binders) <= 4 else [groups]
        bodies = [self.rename(of_monomial(monomial), dict(zip(chain(*order), names, strict=True))) for order in orders]
        if not all(len(b.terms) == 1 and 1 in b.terms.values() for b in bodies):
            if not all(b.terms for b in bodies):
                return constant(0)
            leads = {b: max(b.terms, key=lambda m: (m.changes, m.key)) for b in bodies}
            body = min(leads, key=lambda b: (leads[b].changes, leads[b].key, len(b.terms), b.key))
            c = body.terms[lead := leads[body]]
            if (other := next((b for b in bodies if leads[b] == lead and b.terms[lead] != c), None)) is not None:
                d = other.terms[lead]
                return self._sum(names, (other.scaled(c) - body.scaled(d)).scaled(Fraction(1) / (c - d)))
            if len(body.terms) > 1 or c != 1:
                return self._sum(names, body)
            bodies = [body]
        return of_atom(Atom("sum", outcomes=tuple(names), inside=min(bodies, key=lambda b: b.key)))

    def rename(self, polynomial: Polynomial, exchange: Mapping[Argument, Argument]) -> Polynomial:
        """The polynomial with variables exchanged, rebuilt so that it stays in normal form.

        A key ``Policy(s)`` asks that the symbol s be read anew, as what it is exchanged for: free entries become
        the policy again, and what has been established of it since is unfolded.
        """
        exchange = {a: b for a, b in exchange.items() if a != b or isinstance(a, t.Policy)}
        if polynomial.names.isdisjoint([a.symbol if isinstance(a, t.Policy) else a for a in exchange]):
            return polynomial
        values = set(exchange.values())
        if len(values) == len(exchange) and polynomial.rigid and polynomial.names.isdisjoint(values) \
                and not any(isinstance(a, t.Policy) for a in exchange):
            return polynomial.respelled(exchange)
        return self.replace(polynomial, lambda a, e: (self._rename_atom(a, exchange), self.rename(e, exchange)))

    def replace(self, body: Polynomial, new: Callable[[Atom, Polynomial], tuple[Polynomial, Polynomial]]) -> Polynomial:
        """The polynomial with another base and exponent, which ``new`` gives, for each factor of its terms."""
        parts = []
        for m, c in body.terms.items():
            result = constant(c)
            for atom, e in m.factors:
                self.tick()
                base, power = new(atom, e)
                if atom == EULER:
                    result = self.times(result, self.exp(power))
                elif base.atom is not None:
                    result = self.times(result, self.collect([(base.atom, power)]))
                else:
                    result = self.times(result, self.power(base, power))
            parts.append(result)
        return total(parts)

    def _rename_atom(self, atom: Atom, exchange: Mapping[Argument, Argument]) -> Polynomial:
        if atom.kind in ("sum", "top"):
            names, body = self.open(atom)
            return (self._sum if atom.kind == "sum" else self.largest)(names, self.rename(body, exchange))
        if atom.kind in ("log", "poly", "abs", "step"):
            return self.rebuilt(atom, self.rename(atom.inside, exchange))
        outcomes = tuple(b for v in atom.outcomes if isinstance(b := exchange.get(v, v), Variable))
        given = tuple(exchange.get(v, v) for v in atom.given)
        symbol = getattr(policy := exchange.get(t.Policy(atom.symbol)), "symbol", atom.symbol)
        if atom.kind == "same" or (atom.kind not in ("score", "value") and policy):
            return self._named(symbol, outcomes, given)
        return of_atom(Atom(atom.kind, symbol, outcomes, given, self.rename(atom.inside, exchange)))

    def rebuilt(self, atom: Atom, inside: Polynomial) -> Polynomial:
        """A logarithm, an absolute value, a step or a plain sum with something else inside."""
        if atom.kind == "step":
            return self.choose(inside, constant(1), constant(0))
        return self.log(inside) if atom.kind == "log" else self.abs(inside) if atom.kind == "abs" else inside

    def _partial(self, body: t.Term, target: t.Apply | t.Scalar) -> Polynomial:
        """``d body / d target``; the entries of a policy are taken as independent positive numbers."""
        symbol, outcomes, given = target.symbol, getattr(target, "outcomes", ()), getattr(target, "given", ())
        known = self.facts.get(symbol) if isinstance(target, t.Scalar) else None
        ties: frozenset[Any] = known.value.names if known else frozenset()
        met: set[tuple[bool, ...]] = set()  # at this point of a density, or in an integral: there one point is nothing
        if symbol in self.context.definitions or self._place.entry not in ("", symbol):
            raise Unsupported(f"a derivative by {symbol}, which is defined, or inside another one")

        def rate(atom: Atom) -> Polynomial:
            pairs = list(zip((*atom.outcomes, *atom.given), (*outcomes, *given), strict=False))
            if atom.kind != "entry":
                return constant(0)
            if len(atom.outcomes) != len(outcomes) or len(atom.given) != len(given) \
                    or any(getattr(a, "sort", a) != getattr(b, "sort", b) for a, b in pairs):
                raise Unsupported(f"a derivative by {symbol}, which has other arguments elsewhere")
            met.add(tuple([a == b for a, b in pairs if getattr(a, "sort", "") in self.context.measures]))
            return self.times(*[self._named(SAME, (), (a, b)) for a, b in pairs if a != b])

        place = self._place._replace(entry=symbol, moving=self._place.moving | {symbol} | ties)
        inside = self._within(place, body)
        if not ties.isdisjoint({*inside.names, *self.facts}):
            raise Unsupported(f"a derivative by {symbol}, to which what is known of it ties something here")
        if isinstance(target, t.Apply) and not outcomes and inside.contains(
                lambda a: a.kind == "apply" and not a.outcomes and a.symbol not in self.context.moves):
            raise Unsupported(f"a derivative by a value of {symbol} beside other functions, which may move with it")
        slope = self.slope(inside, rate)
        if len(met) > 1 or slope.contains(
                lambda a: a.kind == "same" and any(v.sort in self.context.measures for v in a.free)):
            raise Unsupported("a derivative that asks whether two places are the same")
        return self.rename(slope, {t.Policy(symbol): t.Policy(symbol)})

    def _detached(self, argument: t.Term) -> Polynomial:
        """``sg(u)``: the value of u, which no gradient moves. So inside one its policies go by names of their own."""
        if self._place.entry or self._place.bound:
            raise Unsupported("what is detached, under a maximum or a derivative by one number")
        found = self._within(Around(), argument)
        return self.rename(found, {t.Policy(s): t.Policy(STILL + s) for s in self._place.moving})

    def _gradient(self, body: t.Term) -> Polynomial:
        """``∇f = f ∇log f`` for what is parametrised, policies and other; the rest moves as what it is made of."""
        moving, known = self.context.parametrised, {*self.facts, *self.context.definitions}

        def rate(atom: Atom) -> Polynomial:
            if atom.kind == "score" and atom.symbol in moving:
                raise Unsupported("a second gradient")
            score = Atom("score", atom.symbol, atom.outcomes, atom.given)
            return self.times(of_atom(atom), of_atom(score)) if atom.symbol in moving else constant(0)

        if not moving.isdisjoint({self._place.entry, *self._place.bound}):
            raise Unsupported("a gradient by the parameters of a policy that varies already")
        inside = self._within(self._place._replace(moving=self._place.moving | moving), body)
        back: dict[Argument, Argument] = {t.Policy(STILL + s): t.Policy(s) for s in moving}
        return self.rename(self.slope(inside, rate), back | {t.Policy(s): t.Policy(s) for s in moving & known})

    def slope(self, body: Polynomial, rate: Callable[[Atom], Polynomial]) -> Polynomial:
        """The derivative of a normal form, given that of its innermost atoms; where a sign decides, on either side."""
        parts = []
        for m, c in body.terms.items():
            if (u := self._kink(of_monomial(m), rate)) is not None:
                live: dict[Argument, Argument] = {t.Policy(s): t.Policy(s.removeprefix(STILL)) for s in u.names
                                                  if isinstance(s, str)}
                self.power(self.rename(u, live), MINUS_ONE)  # u is not 0; what is 0 by its value has no slope
                parts += [self.times(self.choose(v, constant(1), constant(0)), self.slope(  # v > 0, and so near by, too
                    self.put(of_monomial(m, c), self.branch(v.scaled(-1), -1)), rate)) for v in (u, u.scaled(-1))]
                continue
            for atom, e in m.factors:
                if (slope := self._slope_of(atom, rate)).terms:
                    front = self.times(e, self.collect([(atom, e + MINUS_ONE)]))
                    parts.append(self.times(of_monomial(m.without(atom), c), front, slope))
                if e.rational is None and (slope := self.slope(e, rate)).terms:
                    parts.append(self.times(of_monomial(m, c), self.log(of_atom(atom)), slope))
        return total(parts)

    def _kink(self, body: Polynomial, rate: Callable[[Atom], Polynomial]) -> Polynomial | None:
        """The innermost that moves and has a sign that decides, as the u of ``|u|``."""
        inside = [a.inside for m in body.terms for a, _ in m.factors if a.kind in ("abs", "step")]
        found = [self._kink(u, rate) or (u if self.slope(u, rate).terms else None) for u in inside]
        return next((u for u in found if u is not None), None)

    def _may_jump(self, body: Polynomial, rate: Callable[[Atom], Polynomial]) -> bool:
        """Whether a sign decides that moves, at any depth, but for that of one ``|u|`` by what does not move."""
        def bent(a: Atom) -> bool:
            return a.kind in ("abs", "step") and bool(self.slope(a.inside, rate).terms)
        return any(bent(a) or a.inside.contains(bent) or e.contains(bent) for m in body.terms for a, e in m.factors
                   if a.kind != "abs" or e.whole != 1 or a.inside.contains(bent)
                   or self.slope(of_monomial(m.without(a)), rate).terms)

    def _slope_of(self, atom: Atom, rate: Callable[[Atom], Polynomial]) -> Polynomial:
        self.tick()
        if any(isinstance(a, t.Policy) for a in atom.given):
            raise Unsupported(f"the derivative of {atom.symbol}, a functional that is not defined")
        if atom.symbol and atom.kind != "value":
            return rate(atom)
        if atom.kind == "sum":
            names, body = self.open(atom)
            if self._may_jump(body, rate):
                self.counted(names, "the derivative term by term of what may jump")
            return self.sum_over(names, self.slope(body, rate))
        slope = self.slope(atom.inside, rate)
        if slope.terms and atom.kind in ("optimum", "value", "top"):
            raise Unsupported("the derivative of a maximum, or of a function that is not given")
        return self.times(slope, self.power(atom.inside, MINUS_ONE)) if slope.terms and atom.kind == "log" else slope

    def objective(self, problem: t.Optimum | t.Optimiser) -> Polynomial:
        """What a problem maximises (-f to minimise f), its policy called ``#π``; only what it says may depend on it."""
        if BOUND_POLICY in t.symbols(problem.body):
            raise Unsupported("a maximum inside a maximum")
        body = t.substitute(problem.body, {t.Policy(problem.policy): t.Policy(BOUND_POLICY)})
        place = self._place._replace(bound=self._place.bound | {problem.policy})
        found = self._once((place, problem.policy, problem.body, ""), self._within, place, body)
        return found.scaled(1 if problem.sense is t.Sense.MAX else -1)

    def largest(self, variables: Iterable[Variable], body: Polynomial) -> Polynomial:
        """The largest value of ``body`` over the alphabets of ``variables``, which are finite."""
        self.counted(variables := list(variables), "that there is a largest value")
        for v in variables:
            self.admit([v])
            body = self._maximum(self.rename(body, {v: Variable("#0.1", v.sort)}), Variable("#0.1", v.sort))
        return body

    def _maximum(self, body: Polynomial, over: Variable | str = BOUND_POLICY) -> Polynomial:
        """``max(c f + d) = c max f + d`` for c > 0; what is left is an atom."""
        inside, outside = body.split(over)
        if isinstance(over, str) and inside.contains(lambda a: a.kind == "optimum"):
            raise Unsupported("a maximum inside a maximum")
        if not inside.terms:
            return body
        scales = [of_monomial(Monomial([(a, e) for a, e in m.factors if over not in a.names | e.names
                                        and self.positive_atom(a)]), max(c, -c)) for m, c in inside.terms.items()]
        choices = [(self.times(inside, self.power(scale, MINUS_ONE)), scale) for scale in scales]
        best, scale = min(choices, key=lambda choice: choice[0].key)
        if isinstance(over, str):
            return self.times(scale, of_atom(Atom("optimum", inside=best))) + outside
        name = Variable(f"#{best.height + 1}.1", over.sort)
        top = Atom("top", outcomes=(name,), inside=self.rename(best, {over: name}))
        return self.times(scale, of_atom(top)) + outside
