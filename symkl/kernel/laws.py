"""The laws: every way a line can come to be proved.

Each checks and never searches: what must be guessed (a factor, a maximiser, a weight) is handed in by
``symkl.proving``, or comes with a certificate, and nobody needs to trust either. A law returns what it shows of
a statement, or None where it fails, or raises as the normaliser does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom
from symkl.kernel.quotients import MINUS_ONE
from symkl.kernel.verdict import Condition, Fact, Proved
from symkl.language.certificate import Attainment, Gap, Optimality, Solution
from symkl.language.dependence import detached
from symkl.language.terms import Relation, Variable
from symkl.language.verdict import Scope

EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED, Relation.APPROXIMATE)


def identity(nf: Normaliser, row: t.Statement) -> Proved | None:
    """Two expressions are one number::

        nf(A) - nf(B) = 0 after clearing denominators
        ─────────────────────────────────────────────
                     A = B    and    A ∝ B

    Requires: the side conditions that the normaliser collects. Fails when: the normal forms differ.
    """
    known = row.relation in (*EQUATIONS, Relation.PROPORTIONAL)
    return Proved() if known and nf.is_zero(nf(row.left) - nf(row.right)) else None


def same_optimiser(nf: Normaliser, row: t.Statement, factor: t.Term) -> Proved | None:
    """Two objectives have the same maximisers::

        f = c g + d    c > 0    c, d free of π
        ──────────────────────────────────────
              arg max f  =  arg max g

    Requires: two problems. Fails when: f - c g still mentions the policy, or c
    is not known to be > 0. The values differ by c and d, which the verdict carries.
    """
    if (problems := _problems(nf, row)) is None:
        return None
    c = nf(factor)
    difference = problems[0] - nf.times(c, problems[1])
    good = nf.positive(c) and BOUND_POLICY not in c.names and _is_free(nf, difference)
    return Proved(Scope.OPTIMISER, c, difference) if good else None


def maximum(nf: Normaliser, f: Polynomial, why: Optimality) -> Polynomial | None:
    """Gibbs, and a stationary point of a concave objective; returns the maximum::

        f(π) = m - Σ κ π φ(q/π) - Σ g φ(π/q)    κ, g >= 0, one > 0    q > 0    Σ q = 1
        ─────────────────────────────────────────────────────────────────────────────
                  m = max f    and    q is the only policy that attains it

    With g = 0 the first sum is κ KL(π‖q) and this is Gibbs' inequality.
    Requires: m free of π; the averaged variables are among those that the policy is given, so that one policy
    can be q for all of them. Fails when: any premise cannot be shown. Source: J. W. Gibbs (1902), theorem VIII;
    Donsker and Varadhan (1975); for g, concavity of log: Boyd and Vandenberghe, Convex Optimization (2004), 3.1.3.
    """
    places, (q, above, below) = (*why.outcomes, *why.given), map(nf, (why.q, why.above, why.below))
    nf.admit(places)
    if not why.outcomes or len(set(places)) < len(places) or not set(why.averaged) <= set(why.given) \
            or BOUND_POLICY in (above + below).names | q.names or not (above + below).terms \
            or not nf.positive(q) or not all(nf.positive(w) for w in (above, below) if w.terms) \
            or not nf.is_zero(nf.sum_over(why.outcomes, q) - constant(1)):
        return None
    pi = of_atom(Atom("apply", BOUND_POLICY, why.outcomes, why.given))
    gap = nf.times(above, pi, _phi(nf, nf.times(q, nf.power(pi, MINUS_ONE)))) \
        + nf.times(below, _phi(nf, nf.times(pi, nf.power(q, MINUS_ONE))))
    value = f + nf.sum_over((*why.outcomes, *why.averaged), gap)
    return value if _is_free(nf, value) else None


def optimal(nf: Normaliser, row: t.Statement, why: Optimality) -> Proved | None:
    """A policy is the arg max::

        q the maximiser of f (Gibbs, stationary)    p = q
        ─────────────────────────────────────────────────
                        p = arg max f

    Requires: p is a policy, and q is spelled in its variables, or p a term in these, of a sort each.
    Fails when: :func:`maximum` fails, or p ≠ q.
    """
    claimed, of = (row.right, row.left) if isinstance(row.left, t.Optimiser) else (row.left, row.right)
    free, places = t.free_variables(claimed), (*why.outcomes, *why.given)
    own = (why.outcomes, why.given) == (claimed.outcomes, claimed.given) if isinstance(claimed, t.Apply) \
        else free <= {*places} and len({getattr(v, "sort", v) for v in places}) == len(places)
    if row.relation not in EQUATIONS or not isinstance(of, t.Optimiser) or not own \
            or maximum(nf, nf.objective(of), why) is None:
        return None
    return Proved(Scope.OPTIMISER) if nf.is_zero(nf(claimed) - nf(why.q)) else None


def same_maximiser(nf: Normaliser, row: t.Statement, of_left: Optimality, of_right: Optimality) -> Proved | None:
    """Two objectives, each with a unique maximiser, and it is the same::

        q the maximiser of f    q the maximiser of g
        ────────────────────────────────────────────
                  arg max f  =  arg max g

    So a sum over prompts may be maximised prompt by prompt. Requires, fails when: as :func:`maximum`.
    """
    same = (of_left.outcomes, of_left.given) == (of_right.outcomes, of_right.given)
    if not same or (problems := _problems(nf, row)) is None \
            or maximum(nf, problems[0], of_left) is None or maximum(nf, problems[1], of_right) is None:
        return None
    return Proved(Scope.OPTIMISER) if nf.is_zero(nf(of_left.q) - nf(of_right.q)) else None


def reached(nf: Normaliser, f: Polynomial, why: Attainment) -> Polynomial | None:
    """A bound that is attained; returns the maximum, over policies or over the values of a function::

        m - f(π) = Σ gaps + s    f(q) = m    q >= 0 and Σ q = 1, where π is a distribution
        ──────────────────────────────────────────────────────────────────────────────────
                                      m = max f

    Gaps and s as in :func:`inequality`. Requires: m free of π; q > 0, or f a polynomial in π, which is continuous.
    Fails when: any premise cannot be shown. Source: for functions, Donsker and Varadhan (1975).
    """
    places, m, q = (*why.outcomes, *why.given), nf(why.value), nf(why.at)
    nf.admit(places)
    if BOUND_POLICY in (m + q).names or len(set(places)) < len(places) or not q.free <= f.free.union(places) \
            or (spent := _spent(nf, why.gaps)) is None or not _cleared(nf, m - f + spent, nf.nonnegative) \
            or (why.outcomes and not nf.is_zero(nf.sum_over(why.outcomes, q) - constant(1))) \
            or (why.outcomes and not nf.positive(q) and not (nf.nonnegative(q) and _smooth(f))):
        return None
    taken = Fact("#q", why.outcomes, why.given, q, "")
    there = Normaliser(nf.context, [*nf.facts.values(), taken], nf.budget, nf.premises, nf.fresh)
    return m if there.is_zero(there.rename(f, {t.Policy(BOUND_POLICY): t.Policy("#q")}) - m) else None


def _smooth(f: Polynomial) -> bool:
    """Whether f is a polynomial in the values of the policy."""
    return all(BOUND_POLICY not in e.names and (BOUND_POLICY not in a.names or ((e.whole or 0) > 0 and (
        a.kind == "apply" or (a.kind == "sum" and _smooth(a.inside))))) for m in f.terms for a, e in m.factors)


def value(nf: Normaliser, row: t.Statement, why: tuple[Optimality | Attainment, ...]) -> Proved | None:
    """An equation of values in which each maximum is replaced by what Gibbs, or a bound that is attained, gives::

        max f = m  (Gibbs, attained)    A[m] = B
        ────────────────────────────────────────
                     A[max f] = B

    Requires: in ``why`` one for each maximum. Fails when: :func:`maximum`, :func:`reached` or the identity does.
    """
    known = row.relation in EQUATIONS and nf.is_zero(with_values(nf, nf(row.left) - nf(row.right), why))
    return Proved() if known else None


def with_values(nf: Normaliser, body: Polynomial, why: tuple[Optimality | Attainment, ...]) -> Polynomial:
    """With what each maximum is put for it, where that is shown."""
    def attained(atom: Atom, e: Polynomial) -> tuple[Polynomial, Polynomial]:
        found = (reached(nf, atom.inside, each) if isinstance(each, Attainment)
                 else maximum(nf, atom.inside, each) for each in why if atom.kind == "optimum")
        return next((m for m in found if m is not None), of_atom(atom)), e

    return nf.replace(body, attained) if why else body


def inequality(nf: Normaliser, row: t.Statement, gaps: tuple[Gap, ...],
               why: tuple[Optimality | Attainment, ...] = ()) -> Proved | None:
    """The log bound, Gibbs' inequality, which is a case of it, and what premises give::

        B - A = Σ w φ(t) + Σ w u² + Σ w (|u| - u) + Σ w (Σ_y v - v) + Σ w h(t) + Σ w (b - a) + s     w, v >= 0    t > 0
        a <= b known      s a sum of products of squares and positive things
        ─────────────────────────────────────────────────────────────────────────────────────────────────────
                                              A <= B

    So π <= 1: it is one part of ``Σ_y π = 1``. Of ``h(t) = (2t + 4)(t log t - t + 1) - 3(t - 1)²``, which Pinsker's
    inequality needs, h(1) = h'(1) = 0, and h'' = 4 φ(1/t). Requires: that sum is no integral; t > 0 may be what the
    statement needs to have a meaning, as 1 - π > 0. Fails when: a condition cannot be shown. A < B asks s > 0.
    Source: log is concave, with slope 1 at 1; for h, A. Tsybakov, Introduction to Nonparametric Estimation (2009), 2.5.
    """
    return Proved() if _holds(nf, row, gaps, (), why=why) else None


def cases(nf: Normaliser, row: t.Statement, of: tuple[t.Term, ...], ways: tuple[tuple[Gap, ...], ...],
          within: tuple[Variable, ...] = (), body: t.Term | None = None) -> Proved | None:
    """What holds whatever the sign of a term is, holds; so of several, each branch in its own way::

        A[u] <= B[u]  where u >= 0        A[-u] <= B[-u]  where u < 0
        ──────────────────────────────────────────────────────────────
                           A[|u|] <= B[|u|]

    An equation is one and then the other way round. With a ``body`` ``B - A`` is its sum, and it is shown ``within``.
    A largest value is what it is the largest of, at a place that is new. So what holds everywhere holds of it.
    Requires: ``ways`` for all signs, + before -. Fails when: :func:`inequality` does in a branch.
    """
    both = (Relation.LESS_EQUAL, Relation.GREATER_EQUAL) if row.relation in EQUATIONS else (row.relation,)
    signs = product(*[(1,) if isinstance(each, t.Bind) and each.name == "maximum" else (1, -1) for each in of])
    senses = product(both, [tuple(zip(of, each, strict=True)) for each in signs])
    return Proved() if all(_holds(nf, replace(row, relation=sense), gaps, branch, within, body)
                           for (sense, branch), gaps in zip(senses, ways, strict=True)) else None


def _holds(nf: Normaliser, row: t.Statement, gaps: tuple[Gap, ...], branch: tuple[tuple[t.Term, int], ...],
           within: tuple[Variable, ...] = (), body: t.Term | None = None,
           why: tuple[Optimality | Attainment, ...] = ()) -> bool:
    """Whether gaps show it in a branch, or add up to what is < 0, or to 0 with one > 0: nothing is in that branch."""
    strict, down = (Relation.LESS, Relation.GREATER), (Relation.GREATER_EQUAL, Relation.GREATER)
    if row.relation not in (Relation.LESS_EQUAL, *strict, *down):
        return False
    rest = with_values(nf, nf(row.right) - nf(row.left), why)
    said = frozenset(nf.assumptions)
    tops = [of for of, _ in branch if isinstance(of, t.Bind) and of.name == "maximum"]
    places, signs = [v for of in tops for v in of.variables], {nf(of): nf(of.arguments[0]) for of in tops}
    for of, sign in branch:
        signs |= {} if of in tops else nf.branch(nf(of), sign)
    nf.admit(within)
    whole, rest, spent = rest, rest if body is None else nf(body), _spent(nf, gaps, said)
    if spent is None or len(set(places)) < len(places) or not nf.is_zero(whole - nf.sum_over(within, rest)) \
            or not rest.names.union(*[of.names for of in signs]).isdisjoint(places):
        return False
    below = any(gap.absolute and (gap.of, -1) in branch and not gap.variables
                and _cleared(nf, nf(gap.weight), nf.positive) for gap in gaps)
    rest = nf.put(rest.scaled(-1 if row.relation in down else 1) + spent, signs)
    enough = nf.positive if row.relation in strict else nf.nonnegative
    return _cleared(nf, rest, enough) or _cleared(nf, nf.put(spent, signs), nf.nonnegative if below else nf.positive)


def _spent(nf: Normaliser, gaps: tuple[Gap, ...], said: frozenset[Condition] = frozenset()) -> Polynomial | None:
    """Minus the sum of gaps, None where one is not known to be >= 0."""
    spent = constant(0)
    for gap in gaps:
        weight = nf(gap.weight)
        if not _cleared(nf, weight, nf.nonnegative) or (known := part(nf, gap, said)) is None:
            return None
        nf.admit({*gap.variables, *(b for _, b in gap.exchange)})
        spent = spent - nf.sum_over(gap.variables, nf.times(weight, known))
    return spent


def _cleared(nf: Normaliser, value: Polynomial, known: Callable[[Polynomial], bool]) -> bool:
    """Whether a sign is known of what is above the line, over what is > 0, or is < 0 as it is not 0."""
    numerator, below = nf.clear(value)
    odd = sum(e.whole or 0 for a, e in below if nf.at_most_0(a)) % 2
    rooted = [a for m in value.terms for a, e in m.factors if e.whole is None]  # so it is > 0
    return all(nf.at_most_0(a) or nf.positive_atom(a) or a in rooted for a, _ in below) \
        and known(numerator.scaled((-1) ** odd))


def part(nf: Normaliser, gap: Gap, said: frozenset[Condition] = frozenset()) -> Polynomial | None:
    """What a gap sums, once it is known to be >= 0; ``said``: the conditions that the statement has of itself."""
    if isinstance(gap.of, t.Term):
        of = nf(gap.of)
        if isinstance(gap.of, t.Bind) and gap.of.name == "maximum":
            return of - nf(gap.of.arguments[0])
        if gap.over:
            nf.counted(gap.over, "that a part is at most the whole")
            return nf.sum_over(gap.over, of) - of if nf.nonnegative(of) else None
        if gap.absolute or gap.square:
            return nf.times(of, of) if gap.square else nf.abs(of) - of
        known = _cleared(nf, of, nf.positive) or nf.supposed(of, said)
        return (sharp(nf, of) if gap.sharp else _phi(nf, of)) if known else None
    if gap.of not in nf.premises or any(a.sort != b.sort for a, b in gap.exchange):
        return None
    nf.used.add(gap.of)
    return nf.rename(nf(gap.of.upper) - nf(gap.of.lower), dict(gap.exchange))


def proportional(nf: Normaliser, row: t.Statement, outcomes: tuple[Variable, ...]) -> Proved | None:
    """Two functions of the outcomes are the same up to a constant::

        A / B free of y
        ───────────────
           A ∝ B in y

    Requires: y among the variables of A and B, and the outcomes of A where it is a distribution.
    Fails when: A or B is 0, or the quotient depends on y.
    """
    own = row.left.outcomes if isinstance(row.left, t.Apply) and row.left.outcomes else outcomes
    quotient = nf.times(nf(row.left), nf.power(nf(row.right), MINUS_ONE))
    good = row.relation is Relation.PROPORTIONAL and outcomes and outcomes == own and quotient.terms \
        and set(outcomes) <= t.free_variables(row.left) | t.free_variables(row.right)
    return Proved(Scope.FACTOR, quotient) if good and quotient.names.isdisjoint(outcomes) else None


def substitution(nf: Normaliser, row: t.Statement, solution: Solution, source: str) -> Fact | None:
    """An equation solved for one symbol a, so that later rows may use it::

        A - B = k (a - v)   or   A - B = k (log a - log v)      k > 0 or k < 0      v free of a
        ───────────────────────────────────────────────────────────────────────────────────────
                                   A = B  gives  a = v

    Requires: a is not defined, not established, and takes distinct variables that cover those of v.
    Fails when: a is a distribution and v does not sum to 1: then nothing may follow.
    """
    return _fitting(nf, _solved(nf, _change(nf, row), solution, source))


def multiplier(nf: Normaliser, row: t.Statement, solution: Solution, of: Solution, source: str) -> Fact | None:
    """The multiplier of a normalisation constraint, from a first-order condition::

        A = B  gives  p = v    p a distribution over y    log Σ_y v = k (λ - w)    k > 0 or k < 0
        ────────────────────────────────────────────────────────────────────────────────────────
                                              λ = w

    Requires, fails when: as :func:`substitution`, for λ; v itself need not sum to 1 before λ is known.
    """
    places, p = (*solution.outcomes, *solution.given), _solved(nf, _change(nf, row), solution, source)
    if p is None or not p.outcomes or len(set(places)) < len(places) or p.symbol in nf.facts or of.outcomes \
            or of.logarithm:
        return None
    return _fitting(nf, _solved(nf, nf.log(nf.sum_over(p.outcomes, p.value)), of, source))


def normalised(nf: Normaliser, row: t.Statement, source: str, of: Solution | None = None) -> Fact | None:
    """A distribution known up to a factor is known::

        p ∝ g in y    or    A = B    u - (A - B)/k free of y    k > 0 or k < 0    u one of p/g, log(p/g), g/p
        ─────────────────────────────────────────────────────────────────────────────────────────────────────
                                              p = g / Σ_y g

    Requires: p is a distribution over y, neither defined nor established. Fails when: g is not known to be > 0.
    """
    p, g = (row.left, nf(row.right)) if of is None else (t.Apply(of.symbol, of.outcomes, of.given), nf(of.value))
    if not isinstance(p, t.Apply) or not p.outcomes or not nf.positive(g):
        return None
    known = row.relation is Relation.PROPORTIONAL and not detached((row.right,), nf.context)
    if of is not None:
        change, k, ratio = _change(nf, row), nf(of.slope), nf.times(nf(p), nf.power(g, MINUS_ONE))
        us = (nf.log(ratio) if of.logarithm else nf.power(ratio, constant(e)) for e in (1, -1))
        known = change is not None and (nf.positive(k) or nf.positive(k.scaled(-1))) \
            and any((u - nf.times(change, nf.power(k, MINUS_ONE))).names.isdisjoint(p.outcomes) for u in us)
    value = nf.times(g, nf.power(nf.sum_over(p.outcomes, g), MINUS_ONE))
    return _fitting(nf, Fact(p.symbol, p.outcomes, p.given, value, source)) if known else None


def _problems(nf: Normaliser, row: t.Statement) -> tuple[Polynomial, Polynomial] | None:
    """What two problems that a row compares maximise."""
    match row.left, row.right:
        case (t.Optimum() as a, t.Optimum() as b) | (t.Optimiser() as a, t.Optimiser() as b) \
                if row.relation in EQUATIONS:
            return nf.objective(a), nf.objective(b)
    return None


def _change(nf: Normaliser, row: t.Statement) -> Polynomial | None:
    """What an equation says is 0; nothing of what is detached: a value that is put in later would move."""
    return nf(row.left) - nf(row.right) if row.relation in (Relation.EQUAL, Relation.EQUIVALENT) \
        and not detached((row.left, row.right), nf.context) else None


def _solved(nf: Normaliser, change: Polynomial | None, of: Solution, source: str) -> Fact | None:
    """What is solved for, where a change is ``k (a - v)``, or ``k (log a - log v)``, with k not 0 and free of a."""
    nf.admit((*of.outcomes, *of.given))
    fact, slope = Fact(of.symbol, of.outcomes, of.given, nf(of.value), source), nf(of.slope)
    if change is None or of.symbol in slope.names or not (nf.positive(slope) or nf.positive(slope.scaled(-1))):
        return None
    gap = nf.log(of_atom(fact.atom)) - nf.log(fact.value) if of.logarithm else of_atom(fact.atom) - fact.value
    return fact if nf.is_zero(change - nf.times(slope, gap)) else None


def _fitting(nf: Normaliser, fact: Fact | None) -> Fact | None:
    """The fact, if it may be taken up: about one new symbol (J(π) at one policy is none), everywhere, consistent.

    What may move the symbol must move its value, too, or the value would stand still with it.
    """
    if fact is None or fact.symbol in nf.context.definitions or fact.symbol in nf.facts:
        return None
    places, parameters = (*fact.outcomes, *fact.given), nf.context.parametrised
    carried = fact.value.names.union(*[by for name, by in nf.context.moves.items() if name in fact.value.names],
                                     parameters if parameters & fact.value.names else ())
    good = (nf.context.moves.get(fact.symbol, frozenset()) <= carried - {"?"}
            and all(isinstance(a, Variable) for a in places) and len(set(places)) == len(places)
            and fact.symbol not in fact.value.names and fact.value.free <= set(places)
            and ((fact.symbol not in nf.context.positive and not fact.outcomes) or nf.positive(fact.value))
            and (not fact.outcomes or nf.is_zero(nf.sum_over(fact.outcomes, fact.value) - constant(1))))
    return fact if good else None


def _is_free(nf: Normaliser, body: Polynomial) -> bool:
    """Whether the policy is neither above nor below the line, once denominators are cleared."""
    above, below = nf.clear(body)
    return not above.terms or not (BOUND_POLICY in above.names or any(BOUND_POLICY in a.inside.names for a, _ in below))


def sharp(nf: Normaliser, ratio: Polynomial) -> Polynomial:
    """``(2t + 4)(t log t - t + 1) - 3(t - 1)²``."""
    gap, twice = ratio - constant(1), ratio.scaled(2) + constant(4)
    return nf.times(twice, nf.times(ratio, nf.log(ratio)) - gap) - nf.times(gap, gap).scaled(3)


def _phi(nf: Normaliser, ratio: Polynomial) -> Polynomial:
    return ratio - constant(1) - nf.log(ratio)
