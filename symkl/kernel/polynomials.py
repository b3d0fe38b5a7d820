"""Laurent polynomials over the rationals in atoms, with polynomials again as exponents.

Nothing here knows what an atom means. ``key`` spells the whole structure; it is worked out where an order
is asked for, and sorting by it makes every answer reproducible. What an atom or a monomial holds is in that
order, too, so that equal ones cannot be told apart, and it does not matter which of them was made first.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from symkl.language.terms import Argument, Policy, Variable

Rational = Fraction | int


class Whole:
    """Equal ``parts`` make equal objects. ``pieces``: what it is put together from."""

    parts: tuple[Any, ...]
    pieces: Iterable[Whole]
    _hash: Any

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, type(self)) and self.parts == other.parts)

    def __hash__(self) -> int:
        return self._hash  # type: ignore[no-any-return]

    def __reduce__(self) -> Any:
        return type(self), self.parts  # and not the hash, which is another one in another process

    @cached_property
    def names(self) -> frozenset[Variable | str]:
        """The variables it depends on, and the symbols at any depth, what a maximum binds included."""
        return frozenset().union(*[piece.names for piece in self.pieces])

    @cached_property
    def height(self) -> int:
        """How deep sums nest in it."""
        return max([piece.height for piece in self.pieces], default=0)

    @cached_property
    def rigid(self) -> bool:
        """Whether new names for variables cannot change which form is the normal one."""
        return all(piece.rigid for piece in self.pieces)

    @property
    def free(self) -> frozenset[Variable]:
        """The variables it depends on."""
        return frozenset([v for v in self.names if isinstance(v, Variable)])


class Atom(Whole):
    """An indivisible factor; ``normal_form`` lists the kinds. A sum keeps its bound variables in ``outcomes``."""

    def __init__(self, kind: str, symbol: str = "", outcomes: tuple[Variable, ...] = (),
                 given: tuple[Argument, ...] = (), inside: Polynomial | None = None) -> None:
        self.inside = inside = NOTHING if inside is None else inside.sorted()
        self.kind, self.symbol, self.outcomes, self.given = kind, symbol, outcomes, given
        self.parts = kind, symbol, outcomes, given, inside
        self._hash = hash(self.parts)
        own = [a.symbol if isinstance(a, Policy) else a for a in (*outcomes, *given)] + ([symbol] if symbol else [])
        self.names = inside.names.difference(own) if kind in ("sum", "top") else inside.names.union(own)
        self.height = inside.height + (kind in ("sum", "top"))
        self.rigid = kind not in ("poly", "optimum", "abs", "top", "step", "same") and inside.rigid \
            and (kind != "sum" or len(outcomes) == 1) and (kind != "log" or inside.single is not None)

    @cached_property
    def key(self) -> str:
        """The whole structure, spelled."""
        spelled = [",".join([repr(a.symbol) if isinstance(a, Policy) else f"{a.name!r}:{a.sort!r}" for a in some])
                   for some in (self.outcomes, self.given)]
        return f"{self.kind}<{self.symbol!r};{spelled[0]};{spelled[1]};{self.inside.key}>"


Factors = tuple[tuple[Atom, "Polynomial"], ...]


class Monomial(Whole):
    """A product of atoms, each to a non-zero exponent; they are in the order of their keys."""

    def __init__(self, factors: Iterable[tuple[Atom, Polynomial]]) -> None:
        kept = [(a, e.sorted()) for a, e in factors if e.terms]
        self.factors = tuple(sorted(kept, key=lambda pair: pair[0].key) if len(kept) > 1 else kept)
        self.parts, self._hash = (self.factors,), hash(self.factors)
        self.pieces = [part for pair in self.factors for part in pair]

    @cached_property
    def key(self) -> str:
        """The whole structure, spelled."""
        return "·".join([f"{a.key}^{{{e.key}}}" for a, e in self.factors])

    @cached_property
    def changes(self) -> Rational:
        """How many of its factors may have another form under other names: powers and logarithms of sums."""
        many = [Fraction(e.rational or 1) for a, e in self.factors if a.kind in ("poly", "log") and not a.inside.single]
        return sum(map(abs, many), Fraction(0))

    def exponent(self, atom: Atom) -> Polynomial:
        """The exponent of ``atom``, 0 when it does not occur."""
        return next((e for a, e in self.factors if a == atom), NOTHING)

    def without(self, *atoms: Atom) -> Monomial:
        """The monomial with these atoms struck out."""
        return MONOMIAL(tuple([pair for pair in self.factors if pair[0] not in atoms]))

    def inverse(self) -> Monomial:
        """One over it."""
        return Monomial([(a, e.scaled(-1)) for a, e in self.factors])

    def parted(self, variables: Iterable[Variable]) -> tuple[Monomial, Monomial]:
        """The part that depends on these variables and the part that does not; ``a^(e+f)`` may be in both."""
        variables, near, far = frozenset(variables), [], []
        if self.names.isdisjoint(variables):
            return ONE, self
        for a, e in self.factors:
            if not a.names.isdisjoint(variables):
                near.append((a, e))
            elif e.rational is not None or e.names.isdisjoint(variables):
                far.append((a, e))
            else:
                touching = Polynomial({m: c for m, c in e.terms.items() if not m.names.isdisjoint(variables)})
                near.append((a, touching))
                far.append((a, e - touching))
        return (MONOMIAL(tuple(near)), MONOMIAL(tuple(far))) if far else (self, ONE)

    def connected(self, variables: Iterable[Variable]) -> list[tuple[set[Variable], Monomial]]:
        """It cut up so that no two parts share one of these variables; each part with its variables.

        Requires: every factor depends on one of them, as in the first half of what ``parted`` gives.
        """
        todo, rest, parts = list(variables), self, []
        while todo:
            group = {todo[0]}
            while len(group) < len(todo) and (reached := rest.parted(group)[0].names.intersection(todo) - group):
                group = {v for v in todo if v in group or v in reached}
            todo = [v for v in todo if v not in group]
            part, rest = rest.parted(group) if todo else (rest, ONE)
            parts.append((group, part))
        return parts


class Polynomial(Whole):
    """A sum of monomials with rational coefficients; ``rational`` is its value if it is a number."""

    def __init__(self, terms: dict[Monomial, Rational]) -> None:
        self.terms = terms if all(terms.values()) else {m: c for m, c in terms.items() if c}
        self.parts, self.pieces = (self.terms,), self.terms
        self.rational: Rational | None = self.terms.get(ONE) if len(self.terms) == 1 else None if self.terms else 0

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    @cached_property
    def key(self) -> str:
        """The whole structure, spelled."""
        return "+".join([f"{c}*{m.key}" for m, c in self.sorted().terms.items()])

    def sorted(self) -> Polynomial:
        """It with its terms in the order of their keys."""
        many = len(self.terms) > 1
        return Polynomial(dict(sorted(self.terms.items(), key=lambda term: term[0].key))) if many else self

    def __add__(self, other: Polynomial) -> Polynomial:
        return total([self, other]) if other.terms else self

    def __sub__(self, other: Polynomial) -> Polynomial:
        return total([self, other.scaled(-1)]) if other.terms else self

    def scaled(self, by: Rational) -> Polynomial:
        """Every coefficient times ``by``."""
        return self if by == 1 else Polynomial({m: c * by for m, c in self.terms.items()})

    def times(self, other: Polynomial, apart: Container[str]) -> tuple[Polynomial, list[tuple[Factors, Rational]]]:
        """The product; the terms with an atom of a kind in ``apart`` are handed back by themselves, not merged."""
        merged: dict[Monomial, Rational] = {}
        special: list[tuple[Factors, Rational]] = []
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                factors = dict(m.factors)
                for atom, e in n.factors:
                    factors[atom] = factors[atom] + e if atom in factors else e
                if any(a.kind in apart for a in factors):
                    special.append((tuple(factors.items()), c * d))
                else:
                    both = MONOMIAL(tuple(factors.items())) if m.factors and n.factors else m if m.factors else n
                    merged[both] = merged.get(both, 0) + c * d
        return Polynomial(merged), special

    @property
    def whole(self) -> int | None:
        """Its value if it is an integer."""
        return None if self.rational is None or self.rational.denominator != 1 else self.rational.numerator

    @property
    def single(self) -> tuple[Monomial, Rational] | None:
        """Its only term, when it has exactly one."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    @property
    def atom(self) -> Atom | None:
        """The atom that it is, if it is one."""
        factors = self.single[0].factors if self.single is not None and self.single[1] == 1 else ()
        return factors[0][0] if len(factors) == 1 and factors[0][1].whole == 1 else None

    @property
    def base(self) -> Atom | None:
        """It as one atom, that a power may be taken of: the atom that it is, or one for a sum of several terms."""
        return self.atom if self.single is not None else Atom("poly", inside=self)

    def pivot(self) -> tuple[Callable[[Monomial], Rational], Monomial, Monomial] | None:
        """A degree in which it has one lowest and one highest term, and these; not beside ``|a|``: ``|a|^2 = a^2``."""
        seen = {(a, n) for m in self.terms for a, e in m.factors for n in e.terms}
        for atom, part in sorted(seen, key=lambda pair: (pair[0].key, pair[1].key)):
            def degree(m: Monomial, atom: Atom = atom, part: Monomial = part) -> Rational:
                return m.exponent(atom).terms.get(part, 0)
            at = sorted(degree(m) for m in self.terms)
            if at[0] < at[1] and at[-2] < at[-1] and all(a.kind != "abs" for a, _ in seen):
                return degree, min(self.terms, key=degree), max(self.terms, key=degree)
        return None

    def split(self, symbol: Variable | str) -> tuple[Polynomial, Polynomial]:
        """The terms that mention a symbol, and those that do not."""
        inside = Polynomial({m: c for m, c in self.terms.items() if symbol in m.names})
        return inside, self - inside

    def contains(self, wanted: Callable[[Atom], bool]) -> bool:
        """Whether an atom at any depth is wanted."""
        return any(wanted(a) or a.inside.contains(wanted) or e.contains(wanted)
                   for m in self.terms for a, e in m.factors)

    def respelled(self, exchange: Mapping[Argument, Argument]) -> Polynomial:
        """With variables exchanged for new ones, one for one. Requires: it is rigid."""
        if self.names.isdisjoint(exchange):
            return self
        return Polynomial({MONOMIAL(tuple([(_respelled(a, exchange), e.respelled(exchange)) for a, e in m.factors])): c
                           for m, c in self.terms.items()})


def _respelled(atom: Atom, exchange: Mapping[Argument, Argument]) -> Atom:
    if atom.names.isdisjoint(exchange):
        return atom
    outcomes = tuple([b for v in atom.outcomes if isinstance(b := exchange.get(v, v), Variable)])
    given = tuple([exchange.get(v, v) for v in atom.given])
    return ATOM(atom.kind, atom.symbol, outcomes, given, atom.inside.respelled(exchange))


ATOM, MONOMIAL = lru_cache(4096)(Atom), lru_cache(4096)(Monomial)  # the last few thousand are not made again
NOTHING: Polynomial = Polynomial({})
ONE = Monomial(())


@lru_cache(4096)
def constant(value: Rational) -> Polynomial:
    """The polynomial that is a rational number."""
    return Polynomial({ONE: value.numerator if value.denominator == 1 else value})


def total(parts: Iterable[Polynomial]) -> Polynomial:
    """The sum."""
    terms: dict[Monomial, Rational] = {}
    for part in parts:
        for m, c in part.terms.items():
            terms[m] = terms[m] + c if m in terms else c
    return Polynomial(terms)


def of_monomial(monomial: Monomial, coefficient: Rational = 1) -> Polynomial:
    """The polynomial with one term."""
    return Polynomial({monomial: coefficient})


@lru_cache(4096)
def of_atom(atom: Atom, exponent: Polynomial | None = None) -> Polynomial:
    """The polynomial that is one atom, or one atom to a power."""
    return Polynomial({MONOMIAL(((atom, constant(1) if exponent is None else exponent),)): 1})


def primes(value: Rational) -> Factors:
    """A positive rational as powers of ``prime`` atoms, each around its number; a large cofactor stays whole."""
    found: dict[int, int] = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        prime = 2
        while number > 1:
            if number % prime == 0:
                found[prime] = found.get(prime, 0) + sign
                number //= prime
            else:
                prime = prime + 1 if prime < 2000 and prime * prime < number else number
    return tuple([(Atom("prime", inside=constant(p)), constant(k)) for p, k in found.items()])
