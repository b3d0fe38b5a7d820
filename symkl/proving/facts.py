"""Facts: what later rows may use of a row that holds, as the kernel takes it up.

Nothing here is trusted. What is solved wrongly makes a law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Atom, Polynomial, of_atom, of_monomial
from symkl.kernel.quotients import MINUS_ONE, Unsupported
from symkl.kernel.verdict import Fact
from symkl.language.certificate import Solution
from symkl.language.roles import Role
from symkl.language.terms import Relation
from symkl.proving.putting import taken
from symkl.proving.reading_back import plain


def establish(
    row: t.Statement, context: t.Context, facts: Iterable[Fact], source: str, about: str | None = None
) -> tuple[Fact, ...]:
    """What later rows may use of a row that holds: it, solved for one symbol (and a multiplier).

    ``about``: the policy that a first-order condition determines; nothing else follows from one.
    """
    nf = Normaliser(context, facts)
    try:
        if row.relation is Relation.PROPORTIONAL:
            found = taken(nf, "normalised", row, source=source)
            return () if found is None else (found,)
        return _solved(nf, row, source, about)
    except Unsupported:
        return ()


def stationary(
    row: t.Statement, context: t.Context, facts: Iterable[Fact], source: str, policy: str
) -> tuple[Fact, ...]:
    """What a first-order condition gives of a policy: what it is, or is up to a factor, and with it the multiplier.

    Where it cannot be solved for the policy, it says which reward goes with which policy; that is as much. One that has
    neither a multiplier nor a constant in its place says too much.
    """
    facts = tuple(facts)
    found = establish(row, context, facts, source, policy)
    if found:
        return found
    nf = Normaliser(context, facts)
    try:
        if not any(_is_level(nf, atom) for m in (nf(row.left) - nf(row.right)).terms for atom, _ in m.factors):
            return ()
        return _up_to_a_factor(nf, row, source, policy) or _reward(nf, row, source)
    except Unsupported:
        return ()


def _is_level(nf: Normaliser, atom: Atom) -> bool:
    """Whether an atom is a multiplier, or a constant that no row says anything of."""
    if atom.kind not in ("scalar", "apply") or atom.outcomes:
        return False
    role = nf.context.roles.get(atom.symbol)
    return role is Role.MULTIPLIER or (role is None and atom.symbol not in nf.context.positive)


def _up_to_a_factor(nf: Normaliser, row: t.Statement, source: str, policy: str) -> tuple[Fact, ...]:
    """``p = c w`` with c free of the outcome: then p is w, normalised, and the condition may give the multiplier."""
    for solution in _proportions(nf, nf(row.left) - nf(row.right), policy):
        if (found := taken(nf, "normalised", row, source=source, of=solution)) is None:
            continue
        later = Normaliser(nf.context, (*nf.facts.values(), found))
        for pivot in _pivots(later, later(row.left) - later(row.right)):
            if _is_level(later, pivot.atom) and not pivot.logarithm:
                of = taken(later, "substitution", row, solution=pivot.solution, source=source)
                return (found,) if of is None else (of, found)
        return (found,)
    return ()


def _proportions(nf: Normaliser, residual: Polynomial, policy: str) -> Iterator[Solution]:
    """What a probability is up to a factor where a residual is 0, also where it stands below a line.

    The slope is that by ``p/w``, by its logarithm, or by ``w/p``.
    """
    for pivot in _pivots(nf, residual):
        atom = pivot.atom
        if atom.symbol == policy and atom.outcomes and (w := _weight(atom, pivot.value)) is not None:
            slope = pivot.slope if pivot.logarithm else nf.times(pivot.slope, w)
            yield _Pivot(atom, w, slope, pivot.logarithm).solution
    below = {a for m in residual.terms for a, e in m.factors if e == MINUS_ONE and a.symbol == policy and a.outcomes}
    for atom in sorted(below, key=lambda each: each.key):
        part = Polynomial({m: c for m, c in residual.terms.items() if m.exponent(atom) == MINUS_ONE})
        above, rest = nf.times(part, of_atom(atom)), residual - part
        value = nf.times(above, nf.power(rest, MINUS_ONE)) if rest.terms else rest  # as 1/p is not 0, the rest is not
        if (w := _weight(atom, value)) is not None:
            yield _Pivot(atom, w, nf.times(above, nf.power(w, MINUS_ONE)), False).solution


def _weight(atom: Atom, value: Polynomial) -> Polynomial | None:
    """What of one product depends on the outcomes of a probability, if that is not the probability itself."""
    if value.single is None:
        return None
    near, _ = value.single[0].parted(atom.outcomes)
    return None if atom.symbol in near.names else of_monomial(near)


def _reward(nf: Normaliser, row: t.Statement, source: str) -> tuple[Fact, ...]:
    for pivot in _pivots(nf, nf(row.left) - nf(row.right)):
        if nf.context.roles.get(pivot.atom.symbol) is Role.REWARD and not pivot.logarithm:
            found = taken(nf, "substitution", row, solution=pivot.solution, source=source)
            if found is not None:
                return (found,)
    return ()


class _Pivot(NamedTuple):
    """A :class:`~symkl.language.certificate.Solution` whose terms are in normal form."""

    atom: Atom
    value: Polynomial
    slope: Polynomial
    logarithm: bool

    @property
    def solution(self) -> Solution:
        """The same as a certificate has it."""
        atom = self.atom
        return Solution(atom.symbol, atom.outcomes, atom.given, plain(self.value), plain(self.slope), self.logarithm)


def _solved(nf: Normaliser, row: t.Statement, source: str, about: str | None) -> tuple[Fact, ...]:
    for pivot in _pivots(nf, nf(row.left) - nf(row.right)):
        atom = pivot.atom
        if about not in (None, atom.symbol):
            continue
        if (found := taken(nf, "substitution", row, solution=pivot.solution, source=source)) is not None:
            return (found,)
        if not atom.outcomes:
            continue
        for multiplier in _pivots(nf, nf.log(nf.sum_over(atom.outcomes, pivot.value))):
            role = nf.context.roles.get(multiplier.atom.symbol)
            if multiplier.logarithm or (about is not None and role is not Role.MULTIPLIER):
                continue
            of = taken(nf, "multiplier", row, solution=pivot.solution, of=multiplier.solution, source=source)
            if of is None:
                continue
            later = Normaliser(nf.context, (*nf.facts.values(), of))
            reread: dict[t.Argument, t.Argument] = {t.Policy(of.symbol): t.Policy(of.symbol)}
            value, slope = (later.rename(part, reread) for part in (pivot.value, pivot.slope))
            solution = _Pivot(atom, value, slope, pivot.logarithm).solution
            if (found := taken(later, "substitution", row, solution=solution, source=source)) is not None:
                return (of, found)
    return ()


def _pivots(nf: Normaliser, residual: Polynomial) -> Iterator[_Pivot]:
    """``residual = k (a - v)`` or ``k (log a - log v)``, for every symbol a it can be solved for."""
    seen: set[Atom] = set()
    used = frozenset().union(*(fact.value.names for fact in nf.facts.values()))  # after c = d, d = k is of k: c = k
    pairs = [(atom, e) for m in residual.terms for atom, e in m.factors]
    for atom, e in sorted(pairs, key=lambda pair: _preference(pair[0], used)):
        if e.whole != 1 or atom in seen or atom.kind not in ("log", "apply", "scalar"):
            continue
        seen.add(atom)
        part = Polynomial({n: c for n, c in residual.terms.items() if n.exponent(atom).whole == 1})
        slope = nf.times(part, of_atom(atom, MINUS_ONE))
        try:
            value = nf.times(part - residual, nf.power(slope, MINUS_ONE))
            inner = atom
            if atom.kind == "log":
                whole = atom.inside.single
                if (
                    whole is None
                    or len(whole[0].factors) != 1
                    or whole[0].factors[0][0].kind not in ("apply", "scalar")
                ):
                    continue
                inner, value = whole[0].factors[0][0], nf.exp(value)
        except Unsupported:
            continue
        yield _Pivot(inner, value, slope, atom.kind == "log")


def _preference(atom: Atom, used: Container[object] = ()) -> tuple[int, bool, str]:
    """Solve for an unknown policy first, for what is given (rewards, temperatures) last, and for what is not used."""
    probability = bool(atom.outcomes) or (atom.kind == "log" and atom.inside.contains(lambda a: bool(a.outcomes)))
    rank = 0 if probability else 1 if atom.given else 2
    return rank, rank == 2 and atom.symbol in used, atom.key
