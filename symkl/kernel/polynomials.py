"""Laurent polynomials over the rationals in atoms, with polynomials again as exponents.

Nothing here knows what an atom means. Every object spells its whole structure in ``key``, so
equal keys are equal objects, and sorting by key makes every answer reproducible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from symkl.terms import Argument, Variable

Rational = Fraction | int


class Atom:
    """An indivisible factor; ``normal_form`` lists the kinds.

    ``outcomes`` and ``given`` are its arguments (a sum keeps its bound variables in ``outcomes``),
    ``inside`` the polynomial it is made of, ``height`` how deep sums nest in it.
    """

    __slots__ = ("free", "given", "height", "inside", "key", "kind", "outcomes", "symbol")

    def __init__(self, kind: str, symbol: str = "", outcomes: tuple[Variable, ...] = (),
                 given: tuple[Argument, ...] = (), inside: Polynomial | None = None) -> None:
        self.kind, self.symbol, self.outcomes, self.given = kind, symbol, outcomes, given
        self.inside = NOTHING if inside is None else inside
        places = frozenset(a for a in (*outcomes, *given) if isinstance(a, Variable))
        self.free = self.inside.free - places if kind == "sum" else self.inside.free | places
        self.height = self.inside.height + (kind == "sum")
        spelled = [",".join(repr((a.name, a.sort) if isinstance(a, Variable) else a.symbol) for a in some)
                   for some in (outcomes, given)]
        self.key = f"{kind}<{symbol!r};{spelled[0]};{spelled[1]};{self.inside.key}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Monomial:
    """A product of atoms, each to a non-zero exponent."""

    __slots__ = ("_free", "factors", "key")

    def __init__(self, factors: Iterable[tuple[Atom, Polynomial]]) -> None:
        self.factors = tuple(sorted(((a, e) for a, e in factors if e.terms), key=_by_key))
        self.key = "·".join([f"{a.key}^{{{e.key}}}" for a, e in self.factors])
        self._free: frozenset[Variable] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Monomial) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def free(self) -> frozenset[Variable]:
        """The variables it depends on."""
        if self._free is None:
            self._free = frozenset().union(*(a.free | e.free for a, e in self.factors))
        return self._free

    @property
    def height(self) -> int:
        """How deep sums nest in it."""
        return max((max(a.height, e.height) for a, e in self.factors), default=0)

    def exponent(self, atom: Atom) -> Polynomial:
        """The exponent of ``atom``, 0 when it does not occur."""
        return next((e for a, e in self.factors if a == atom), NOTHING)

    def without(self, *atoms: Atom) -> Monomial:
        """The monomial with these atoms struck out."""
        return Monomial(pair for pair in self.factors if pair[0] not in atoms)

    def parted(self, variables: Iterable[Variable]) -> tuple[Monomial, Monomial]:
        """The part that depends on these variables and the part that does not; ``a^(e+f)`` may be in both."""
        near, far = [], []
        for a, e in self.factors:
            if not a.free.isdisjoint(variables):
                near.append((a, e))
            elif e.free.isdisjoint(variables):
                far.append((a, e))
            else:
                touching = {m: c for m, c in e.terms.items() if not m.free.isdisjoint(variables)}
                near.append((a, Polynomial(touching)))
                far.append((a, e - Polynomial(touching)))
        return Monomial(near), Monomial(far)


def _by_key(pair: tuple[Atom, Polynomial]) -> str:
    return pair[0].key


class Polynomial:
    """A sum of monomials with rational coefficients; ``rational`` is its value if it is a number."""

    __slots__ = ("_free", "_key", "rational", "terms")

    def __init__(self, terms: Mapping[Monomial, Rational]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}
        self.rational: Rational | None = None
        if len(self.terms) < 2 and not (self.terms and next(iter(self.terms)).factors):
            self.rational = sum(self.terms.values())
        self._key: str | None = None
        self._free: frozenset[Variable] | None = None

    @property
    def key(self) -> str:
        """The whole structure, spelled."""
        if self._key is None:
            self._key = "+".join([f"{c}*{m.key}" for m, c in sorted(self.terms.items(), key=lambda term: term[0].key)])
        return self._key

    @property
    def free(self) -> frozenset[Variable]:
        """The variables it depends on."""
        if self._free is None:
            self._free = frozenset().union(*(m.free for m in self.terms))
        return self._free

    @property
    def height(self) -> int:
        """How deep sums nest in it."""
        return max((m.height for m in self.terms), default=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.key)

    def __add__(self, other: Polynomial) -> Polynomial:
        if self.rational is not None and other.rational is not None:
            return constant(self.rational + other.rational)
        return total([self, other])

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.scaled(-1)

    def scaled(self, by: Rational) -> Polynomial:
        """Every coefficient times ``by``."""
        return self if by == 1 else Polynomial({m: c * by for m, c in self.terms.items()})

    @property
    def whole(self) -> int | None:
        """Its value if it is an integer."""
        return None if self.rational is None or self.rational.denominator != 1 else self.rational.numerator

    @property
    def single(self) -> tuple[Monomial, Fraction] | None:
        """Its only term, when it has exactly one."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    def contains(self, wanted: Callable[[Atom], bool]) -> bool:
        """Whether an atom at any depth is wanted."""
        return any(wanted(a) or a.inside.contains(wanted) or e.contains(wanted)
                   for m in self.terms for a, e in m.factors)

    def mentions(self, symbol: str) -> bool:
        """Whether a symbol occurs at any depth, bound places included."""
        return self.contains(lambda a: a.symbol == symbol)


NOTHING: Polynomial = Polynomial({})
ONE = Monomial(())


@lru_cache(4096)
def constant(value: Rational) -> Polynomial:
    """The polynomial that is a rational number."""
    return Polynomial({ONE: value})


def total(parts: Iterable[Polynomial]) -> Polynomial:
    """The sum."""
    terms: dict[Monomial, Rational] = {}
    for part in parts:
        for m, c in part.terms.items():
            terms[m] = terms.get(m, 0) + c
    return Polynomial(terms)


def of_monomial(monomial: Monomial, coefficient: Rational = 1) -> Polynomial:
    """The polynomial with one term."""
    return Polynomial({monomial: coefficient})


def of_atom(atom: Atom, exponent: Polynomial | None = None) -> Polynomial:
    """The polynomial that is one atom, or one atom to a power."""
    return of_monomial(Monomial([(atom, constant(1) if exponent is None else exponent)]))


def split(body: Polynomial, symbol: str) -> tuple[Polynomial, Polynomial]:
    """The terms that mention a symbol, and those that do not."""
    inside = {m: c for m, c in body.terms.items() if of_monomial(m).mentions(symbol)}
    return Polynomial(inside), Polynomial({m: c for m, c in body.terms.items() if m not in inside})
