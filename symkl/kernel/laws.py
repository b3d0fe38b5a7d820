"""The laws: every way a line can come to be proved.

==============  ====================================================================
identity        equal normal forms
same optimiser  f = c g + d with c > 0, and c, d free of π
Gibbs           f = value - Σ w φ(q/π): q is the unique maximiser, the value the maximum
stationary      the same for a concave f that is not an entropy, at a stationary q
log bound       φ(t) = t - 1 - log t >= 0, and = 0 iff t = 1: the primitive inequality
limit           term by term on a finite sum; where a power of 1/s remains, l'Hôpital
proportional    f ∝ g in y: f / g is free of y
normalised      p ∝ g and p a distribution: p = g / Σ g
substitution    an earlier row, solved for one symbol, unfolds in later ones
derivative      by a probability, a scalar or parameters: rewriting, in ``normal_form``
==============  ====================================================================

Each checks and never searches: what must be guessed (a factor, a maximiser, a weight) is handed in by
``symkl.proving``, which nobody needs to trust. A law returns None where it fails, or raises as the normaliser does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import factorial

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY, EULER, Fact, Normaliser, Premise
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom, of_monomial, total
from symkl.kernel.quotients import MINUS_ONE, Unsupported
from symkl.kernel.verdict import Proved, Scope
from symkl.language.terms import Relation, Variable

objective, SMALL = Normaliser.objective, Atom("scalar", "#s")


def identity(nf: Normaliser, left: t.Term, right: t.Term) -> Proved | None:
    """Two expressions are one number::

        nf(A) - nf(B) = 0 after clearing denominators
        ─────────────────────────────────────────────
                           A = B

    Requires: the side conditions that the normaliser collects. Fails when: the normal forms differ.
    """
    return _proved(nf, "identity", "both sides have the same normal form") if nf.is_zero(nf(left) - nf(right)) else None


def same_optimiser(nf: Normaliser, f: Polynomial, g: Polynomial, factor: Polynomial) -> Proved | None:
    """Two objectives have the same maximisers::

        f = c g + d    c > 0    c, d free of π
        ──────────────────────────────────────
              arg max f  =  arg max g

    Requires: f and g from :func:`objective`. Fails when: f - c g still mentions the policy, or c
    is not known to be > 0. The values differ by c and d, which the verdict carries.
    """
    nf.admit(factor.names)
    difference = f - nf.times(factor, g)
    if factor.mentions(BOUND_POLICY) or not nf.positive(factor) or not _is_free(nf, difference, BOUND_POLICY):
        return None
    because = "the two differ by a positive factor and by what does not depend on the policy"
    return _proved(nf, "same optimiser", because, Scope.OPTIMISER, factor, difference)


@dataclass(frozen=True)
class Optimality:
    """Why q is the one maximiser of f: ``f = value - Σ over averaged and outcomes of w φ(t)``.

    ``q`` and the weights are spelled in the variables ``outcomes`` and ``given``; ``above`` is the
    weight w with t = q/π, ``below`` the one with t = π/q.
    """

    outcomes: tuple[Variable, ...]
    given: tuple[Variable, ...]
    averaged: tuple[Variable, ...]
    q: Polynomial
    above: Polynomial
    below: Polynomial


def maximum(nf: Normaliser, f: Polynomial, policy: str, why: Optimality) -> Polynomial | None:
    """Gibbs, and a stationary point of a concave objective; returns the maximum::

        f(π) = m - Σ κ π φ(q/π) - Σ g φ(π/q)    κ, g >= 0, one > 0    q > 0    Σ q = 1
        ─────────────────────────────────────────────────────────────────────────────
                  m = max f    and    q is the only policy that attains it

    With g = 0 the first sum is κ KL(π‖q) and this is Gibbs' inequality.
    Requires: m free of π; the averaged variables are among those that the policy is given, so that one policy
    can be q for all of them. Fails when: any premise cannot be shown. Source: J. W. Gibbs (1902), theorem VIII;
    Donsker and Varadhan (1975); for g, concavity of log: Boyd and Vandenberghe, Convex Optimization (2004), 3.1.3.
    """
    places, curved = (*why.outcomes, *why.given), why.above + why.below
    nf.admit({*places, *why.q.names, *curved.names})
    if not why.outcomes or len(set(places)) < len(places) or not set(why.averaged) <= set(why.given) \
            or curved.mentions(policy) or why.q.mentions(policy) or not curved.terms or not nf.positive(why.q) \
            or not all(nf.positive(w) for w in (why.above, why.below) if w.terms) \
            or not nf.is_zero(nf.sum_over(why.outcomes, why.q) - constant(1)):
        return None
    pi = of_atom(Atom("apply", policy, why.outcomes, why.given))
    gap = nf.times(why.above, pi, _phi(nf, nf.times(why.q, nf.power(pi, MINUS_ONE)))) \
        + nf.times(why.below, _phi(nf, nf.times(pi, nf.power(why.q, MINUS_ONE))))
    value = f + nf.sum_over((*why.outcomes, *why.averaged), gap)
    return value if _is_free(nf, value, policy) else None


def optimal(nf: Normaliser, f: Polynomial, claimed: Polynomial, why: Optimality) -> Proved | None:
    """A policy is the arg max::

        q the maximiser of f (Gibbs, stationary)    p = q
        ─────────────────────────────────────────────────
                        p = arg max f

    Requires: p and q spelled in the same variables. Fails when: :func:`maximum` fails, or p ≠ q.
    """
    if maximum(nf, f, BOUND_POLICY, why) is None or not nf.is_zero(claimed - why.q):
        return None
    law, because = ("stationary", "the first-order condition holds and the objective is strictly concave") \
        if why.below.terms else ("Gibbs", "the objective is a constant minus a positive multiple of KL(π‖q)")
    return _proved(nf, law, because, Scope.OPTIMISER)


def same_maximiser(nf: Normaliser, f: Polynomial, g: Polynomial, of_f: Optimality, of_g: Optimality) -> Proved | None:
    """Two objectives, each with a unique maximiser, and it is the same::

        q the maximiser of f    q the maximiser of g
        ────────────────────────────────────────────
                  arg max f  =  arg max g

    So a sum over prompts may be maximised prompt by prompt. Requires, fails when: as :func:`maximum`.
    """
    if maximum(nf, f, BOUND_POLICY, of_f) is None or maximum(nf, g, BOUND_POLICY, of_g) is None \
            or (of_f.outcomes, of_f.given) != (of_g.outcomes, of_g.given) or not nf.is_zero(of_f.q - of_g.q):
        return None
    because = "both have the same unique maximiser" if bool(of_f.averaged) == bool(of_g.averaged) else \
        "each prompt's policy is chosen separately, and the prompt's weight is positive"
    return _proved(nf, "same optimiser", because, Scope.OPTIMISER)


def value(nf: Normaliser, left: t.Term, right: t.Term, why: dict[Atom, Optimality]) -> Proved | None:
    """An equation of values in which each maximum is replaced by what Gibbs gives::

        max f = m  (Gibbs)    A[m] = B
        ──────────────────────────────
              A[max f] = B

    Requires: ``why`` by the maximum's atom. Fails when: :func:`maximum` or the identity does.
    """
    found = {a: maximum(nf, a.inside, BOUND_POLICY, each) for a, each in why.items() if a.kind == "optimum"}
    rest = nf.replace(nf(left) - nf(right), lambda a, e: (found.get(a) or of_atom(a), e))
    return _proved(nf, "Gibbs", "KL(π‖q) is least, and 0, exactly at π = q") if found and nf.is_zero(rest) else None


@dataclass(frozen=True)
class Gap:
    """``Σ over variables of weight part``, >= 0 as its part is: φ(of), of², or a premise at other variables."""

    variables: tuple[Variable, ...]
    weight: Polynomial
    of: Polynomial | Premise
    square: bool = False
    exchange: tuple[tuple[Variable, Variable], ...] = ()


def inequality(nf: Normaliser, smaller: t.Term, larger: t.Term, gaps: tuple[Gap, ...], strict: bool) -> Proved | None:
    """The log bound, Gibbs' inequality, which is a case of it, and what premises give::

        B - A = Σ w φ(t) + Σ w u² + Σ w (b - a) + s    w >= 0    t > 0    a <= b earlier or given
        s a sum of products of squares and positive things
        ─────────────────────────────────────────────────────────────────────────────────────────
                                              A <= B

    Requires: nothing beyond the side conditions. Fails when: one cannot be shown. ``strict`` asks for A < B,
    which only s > 0 shows. Source: log is concave, with slope 1 at 1.
    """
    rest, kl = nf(larger) - nf(smaller), True
    for gap in gaps:
        if not nf.nonnegative(gap.weight) or (known := part(nf, gap)) is None:
            return None
        nf.admit({*gap.variables, *gap.weight.names, *known.names, *(b for _, b in gap.exchange)})
        rest = rest - nf.sum_over(gap.variables, nf.times(gap.weight, known))
        kl &= isinstance(gap.of, Polynomial) and not gap.square \
            and nf.is_zero(nf.sum_over(gap.variables, nf.times(gap.weight, gap.of - constant(1))))
    numerator, below = nf.clear(rest)
    if not all(nf.positive_atom(a) for a, _ in below) or not (nf.positive if strict else nf.nonnegative)(numerator):
        return None
    law, because = ("positivity", "the difference is a sum of squares and positive terms") \
        if all(gap.square for gap in gaps) else ("Gibbs", "KL(p‖q) ≥ 0, with equality exactly at p = q") if kl else \
        ("substitution", "known inequalities, times what is positive, add up to it") \
        if all(isinstance(gap.of, Premise) for gap in gaps) else \
        ("log bound", "log t ≤ t − 1, with equality exactly at t = 1")
    return _proved(nf, law, because)


def part(nf: Normaliser, gap: Gap) -> Polynomial | None:
    """What a gap sums, once it is known to be >= 0."""
    if isinstance(gap.of, Polynomial):
        return nf.times(gap.of, gap.of) if gap.square else _phi(nf, gap.of) if nf.positive(gap.of) else None
    if gap.of not in nf.premises or any(a.sort != b.sort for a, b in gap.exchange):
        return None
    nf.used.add(gap.of.source)
    return nf.rename(nf(gap.of.upper) - nf(gap.of.lower), dict(gap.exchange))


def proportional(nf: Normaliser, left: t.Term, right: t.Term, outcomes: tuple[Variable, ...]) -> Proved | None:
    """Two functions of the outcomes are the same up to a constant::

        A / B free of y
        ───────────────
           A ∝ B in y

    Requires: y among the variables of A and B, and the outcomes of A where it is a distribution.
    Fails when: A or B is 0, or the quotient depends on y.
    """
    own = left.outcomes if isinstance(left, t.Apply) and left.outcomes else outcomes
    quotient = nf.times(nf(left), nf.power(nf(right), MINUS_ONE))
    if not outcomes or outcomes != own or not set(outcomes) <= t.free_variables(left) | t.free_variables(right) \
            or not quotient.terms or not quotient.names.isdisjoint(outcomes):
        return None
    return _proved(nf, "proportional", "the quotient does not depend on the outcome", Scope.FACTOR, quotient)


def substitution(nf: Normaliser, row: t.Statement, fact: Fact, slope: Polynomial, logarithm: bool) -> Fact | None:
    """An equation solved for one symbol a, so that later rows may use it::

        A - B = k (a - v)   or   A - B = k (log a - log v)      k > 0 or k < 0      v free of a
        ───────────────────────────────────────────────────────────────────────────────────────
                                   A = B  gives  a = v

    Requires: a is not defined, not established, and takes distinct variables that cover those of v.
    Fails when: a is a distribution and v does not sum to 1: then nothing may follow.
    """
    return fact if _solves(nf, _change(nf, row), fact, slope, logarithm) and _fits(nf, fact, slope) else None


def multiplier(nf: Normaliser, row: t.Statement, fact: Fact, slope: Polynomial, logarithm: bool,
               of: Fact, factor: Polynomial) -> Fact | None:
    """The multiplier of a normalisation constraint, from a first-order condition::

        A = B  gives  p = v    p a distribution over y    log Σ_y v = k (λ - w)    k > 0 or k < 0
        ────────────────────────────────────────────────────────────────────────────────────────
                                              λ = w

    Requires, fails when: as :func:`substitution`, for λ; v itself need not sum to 1 before λ is known.
    """
    places = (*fact.outcomes, *fact.given)
    if not fact.outcomes or len(set(places)) < len(places) or fact.symbol in nf.facts or of.outcomes \
            or not _solves(nf, _change(nf, row), fact, slope, logarithm) or not _fits(nf, of, factor):
        return None
    return of if _solves(nf, nf.log(nf.sum_over(fact.outcomes, fact.value)), of, factor, False) else None


def normalised(nf: Normaliser, row: t.Statement, fact: Fact) -> Fact | None:
    """A distribution known up to a factor is known::

        p ∝ g in y    g > 0    p a distribution over y
        ──────────────────────────────────────────────
                      p = g / Σ_y g

    Requires: p is neither defined nor established. Fails when: g is not known to be > 0.
    """
    g = nf(row.right)
    if row.relation is not Relation.PROPORTIONAL or nf(row.left) != of_atom(fact.atom) or not fact.outcomes \
            or not _fits(nf, fact, g) or not nf.positive(g):
        return None
    return fact if nf.is_zero(nf.times(fact.value, nf.sum_over(fact.outcomes, g)) - g) else None


def tends(nf: Normaliser, of: t.Limit, claimed: t.Term) -> Proved | None:
    """What :func:`limit` finds is what is claimed; fails when it finds nothing, or another thing."""
    good = (found := limit(nf, of)) is not None and nf.is_zero(found - nf(claimed))
    return _proved(nf, "limit", "term by term on a finite sum") if good else None


def limit(nf: Normaliser, of: t.Limit) -> Polynomial | None:
    """A limit, factor by factor on finite sums, with l'Hôpital's rule for what stays over a power of s::

        A = N / s^k    N, N', ..., N^(k-1) → 0    N^(k) → k! B
        ──────────────────────────────────────────────────────
              A → B   as s → 0+      (β → ∞ is s = 1/β → 0+)

    With ``s^n e^(-c/s) → 0`` for c > 0, and exp, log and powers continuous at what is > 0. Requires: of β nothing is
    known. Fails when: a part diverges, or lacks a sign. Source: W. Rudin, Mathematical Analysis (1976), 5.13, 8.6.
    """
    symbol, inner = of.scalar.symbol, Normaliser(nf.context, budget=nf.budget)
    inner.context = replace(nf.context, positive=nf.context.positive | {SMALL.symbol})
    inner.facts[symbol] = Fact(symbol, (), (), of_atom(SMALL, constant(1 if of.end is t.End.ZERO else -1)), "")
    inner.rank = lambda p: sum((e.whole or 0) < 0 for m in p.terms for a, e in m.factors if SMALL.symbol in a.names)
    (body, below), scale = inner.clear(inner(of.body)), constant(1)
    if symbol in {*nf.context.definitions, *nf.facts} or not inner(of.body).names.isdisjoint(nf.facts) \
            or nf(of.body).mentions(SMALL.symbol):
        return None
    lowest = min([e.rational for m in body.terms if (e := m.exponent(SMALL)).rational is not None], default=0)
    body = inner.times(body, inner.power(of_atom(SMALL), constant(order := max(0, -int(lowest // 1)))))
    for k in range(order, -1, -1):  # what is below a line tends to something > 0, and is taken out
        scale = inner.times(scale, *[_at_zero(inner, of_atom(a, e.scaled(-1))) for a, e in below])
        found = _at_zero(inner, body).scaled(Fraction(1, factorial(order)))
        if k and not inner.is_zero(found):
            return None
        body, below = inner.clear(inner.slope(body, lambda a: constant(int(a == SMALL)))) if k else (body, [])
    nf.assumptions |= inner.assumptions - {f"{SMALL.symbol} > 0"}
    return nf.times(found, scale)


def _at_zero(nf: Normaliser, body: Polynomial) -> Polynomial:
    """What a normal form tends to as s → 0+; Unsupported where a part has no limit that is known."""
    parts = []
    for m, c in body.terms.items():
        order, front, gone = constant(0), constant(c), False
        for atom, e in m.factors:
            if atom == SMALL:
                order = e
            elif atom == EULER:
                for n, d in e.terms.items():
                    k, rest = n.exponent(SMALL).rational, of_monomial(n.without(SMALL), d)
                    if k is None or rest.mentions(SMALL.symbol) or (k < 0 and not nf.positive(rest.scaled(-1))):
                        raise Unsupported("an exponential whose limit is not known")
                    gone |= k < 0
                    front = front if k else nf.times(front, nf.exp(rest))
            elif not of_atom(atom, e).mentions(SMALL.symbol):
                front = nf.times(front, of_atom(atom, e))
            elif atom.kind not in ("sum", "log", "poly") or e.mentions(SMALL.symbol):
                raise Unsupported("a limit of what is neither a sum, a logarithm nor a power of one")
            else:
                names, inside = nf.open(atom) if atom.kind == "sum" else ([], atom.inside)
                value = nf.sum_over(names, _at_zero(nf, inside))
                if (atom.kind != "sum" or (e.whole or -1) < 0) and not nf.positive(value):
                    raise Unsupported("a logarithm or a quotient of what may tend to 0")
                front = nf.times(front, nf.power(nf.log(value) if atom.kind == "log" else value, e))
        if (lowest := order.rational) is None or (lowest < 0 and not gone):
            raise Unsupported("a part grows without bound")
        parts += [front] if lowest == 0 and not gone else []
    return total(parts)


def _change(nf: Normaliser, row: t.Statement) -> Polynomial | None:
    """What an equation says is 0."""
    return nf(row.left) - nf(row.right) if row.relation in (Relation.EQUAL, Relation.EQUIVALENT) else None


def _solves(nf: Normaliser, change: Polynomial | None, fact: Fact, slope: Polynomial, logarithm: bool) -> bool:
    """Whether a change is ``k (a - v)``, or ``k (log a - log v)``, with k not 0."""
    if change is None or not (nf.positive(slope) or nf.positive(slope.scaled(-1))):
        return False
    a = of_atom(fact.atom)
    return nf.is_zero(change - nf.times(slope, nf.log(a) - nf.log(fact.value) if logarithm else a - fact.value))


def _fits(nf: Normaliser, fact: Fact, slope: Polynomial) -> bool:
    """Whether a fact may be taken up: about one new symbol, everywhere, and consistent with what it is.

    Of a functional such as J(π) a row speaks at one policy, so that is no fact about J.
    """
    places = (*fact.outcomes, *fact.given)
    nf.admit({*places, *slope.names})
    return (fact.symbol not in nf.context.definitions and fact.symbol not in nf.facts
            and all(isinstance(a, Variable) for a in places) and len(set(places)) == len(places)
            and not fact.value.mentions(fact.symbol) and not slope.mentions(fact.symbol)
            and fact.value.free <= set(places)
            and ((fact.symbol not in nf.context.positive and not fact.outcomes) or nf.positive(fact.value))
            and (not fact.outcomes or nf.is_zero(nf.sum_over(fact.outcomes, fact.value) - constant(1))))


def _is_free(nf: Normaliser, body: Polynomial, policy: str) -> bool:
    """Whether a policy is neither above nor below the line, once denominators are cleared."""
    above, below = nf.clear(body)
    return not above.terms or not (above.mentions(policy) or any(a.inside.mentions(policy) for a, _ in below))


def _phi(nf: Normaliser, ratio: Polynomial) -> Polynomial:
    return ratio - constant(1) - nf.log(ratio)


def _proved(nf: Normaliser, law: str, because: str, scope: Scope = Scope.VALUE, *shown: Polynomial) -> Proved:
    return Proved(law, because, scope, frozenset(nf.assumptions), frozenset(nf.used), *shown)
