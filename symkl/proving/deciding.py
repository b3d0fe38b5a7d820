"""Finding a proof for the kernel to check: which law, with which factor, maximiser or weight.

Nothing here is trusted. Whatever is guessed wrongly makes a law of ``kernel.laws`` return None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, EULER, Fact, Normaliser, Premise
from symkl.kernel.polynomials import NOTHING, Atom, Monomial, Polynomial, Rational, constant, of_atom, of_monomial
from symkl.kernel.quotients import MINUS_ONE, BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved, Unknown
from symkl.language.terms import Relation, Variable

MULTIPLIERS = ("λ", "ν")
"""Letters of Lagrange multipliers: what a first-order condition may determine besides the policy."""

PROMPT_SORTS = ("x", "s")
"""Sorts that condition; a proportionality is in the other free variables unless its left side says."""


def decide(
    statement: t.Statement,
    context: t.Context,
    facts: Iterable[Fact] = (),
    budget: int = 60_000,
    premises: Iterable[Premise] = (),
) -> Proved | Unknown:
    """Try every law on a statement. ``facts`` unfold; ``premises`` are inequalities that hold.

    Raises BudgetExceeded when the work allowed is used up.

    >>> beta = t.Scalar("β")
    >>> decide(t.Statement(t.log(t.exp(beta)), Relation.EQUAL, beta), t.Context()).law
    'identity'
    """
    nf = Normaliser(context, facts, budget, premises)
    try:
        found = _attempt(nf, statement)
    except Unsupported as reason:
        return Unknown(str(reason))
    return Unknown("no law of the kernel shows it") if found is None else found


def _attempt(nf: Normaliser, statement: t.Statement) -> Proved | None:
    left, right = statement.left, statement.right
    match statement.relation:
        case Relation.PROPORTIONAL:
            found = laws.proportional(nf, left, right, outcomes_of(left))
            return laws.identity(nf, left, right) if found is None else found
        case Relation.LESS_EQUAL | Relation.LESS:
            return _inequality(nf, left, right, statement.relation is Relation.LESS)
        case Relation.GREATER_EQUAL | Relation.GREATER:
            return _inequality(nf, right, left, statement.relation is Relation.GREATER)
        case Relation.IMPLIES:
            return None
    match left, right:
        case t.Limit(), _:
            return None if moves_unsaid(left, nf.context) else laws.tends(nf, left, right)
        case _, t.Limit():
            return None if moves_unsaid(right, nf.context) else laws.tends(nf, right, left)
        case t.Optimiser(), t.Optimiser():
            found = _same_up_to_scale(nf, left, right)
            return _same_maximiser(nf, left, right) if found is None else found
        case t.Optimiser(), _:
            return _optimal(nf, right, left)
        case _, t.Optimiser():
            return _optimal(nf, left, right)
    attempts: list[Callable[[Normaliser, t.Term, t.Term], Proved | None]] = [laws.identity]
    both = problem(left) is not None and problem(right) is not None
    if isinstance(left, t.Optimum) and isinstance(right, t.Optimum):  # what is made from maxima is values
        attempts += [_same_up_to_scale, _same_maximiser]
    if (problem(left) or problem(right)) and not (both and statement.relation is Relation.EQUIVALENT):
        attempts.append(_value)  # that two problems attain the same does not make them the same problem
    return next((found for attempt in attempts if (found := attempt(nf, left, right)) is not None), None)


def moves_unsaid(limit: t.Limit, context: t.Context) -> bool:
    """Whether a symbol bears the scalar of a limit as its mark, as ``π_β`` does, and nothing says how it moves."""
    marks = (name.partition("_")[2].rstrip("*") for name in t.symbols(limit.body) - set(context.definitions))
    return limit.scalar.symbol in marks


def outcomes_of(left: t.Term) -> tuple[Variable, ...]:
    """The variables that a proportionality with this left side is in."""
    if isinstance(left, t.Apply) and left.outcomes:
        return left.outcomes
    return tuple(sorted((v for v in t.free_variables(left) if v.sort not in PROMPT_SORTS), key=lambda v: v.name))


def problem(term: t.Term) -> t.Optimum | t.Optimiser | None:
    """The one optimisation problem inside an expression, if there is exactly one."""
    if isinstance(term, t.Optimum | t.Optimiser):
        return term
    found = [p for p in (problem(part) for part in term.parts()) if p is not None]
    return found[0] if len(found) == 1 else None


def lifted(term: t.Term, context: t.Context) -> t.Optimum | None:
    """``c max f + d`` as ``max (c f + d)``, and as ``min`` where c < 0: one problem, of the same value."""
    if isinstance(term, t.Optimum):
        return term
    if not isinstance(term, t.Add | t.Mul):
        return None
    parts = list(term.parts())
    holders = [part for part in parts if problem(part) is not None]
    inner = lifted(holders[0], context) if len(holders) == 1 else None
    rest = tuple(part for part in parts if part not in holders)
    if inner is None or any(inner.policy in t.symbols(part) for part in rest):
        return None
    if isinstance(term, t.Add):
        return replace(inner, body=t.Add((*rest, inner.body)))
    nf, body = Normaliser(context), t.Mul((*rest, inner.body))
    try:
        factor = nf(t.Mul(rest))
        if nf.positive(factor):
            return replace(inner, body=body)
        return replace(inner, sense=inner.sense.opposite, body=body) if nf.positive(factor.scaled(-1)) else None
    except (Unsupported, BudgetExceeded):
        return None


# -- problems --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """``Σ π linear - Σ entropy π log π + Σ cross log π + rest``, sums over outcomes and averaged."""

    outcomes: tuple[Variable, ...]
    given: tuple[Variable, ...]
    averaged: tuple[Variable, ...]
    linear: Polynomial
    entropy: Polynomial
    cross: Polynomial
    rest: Polynomial


def shape(nf: Normaliser, body: Polynomial, policy: str) -> Shape | None:
    """How a policy enters an objective, if in one of the three ways of :class:`Shape`.

    Outcome and prompt are called by fresh names, except a prompt that is free in ``body``.
    """
    inside, rest = body.split(policy)
    place: tuple[Variable, ...] | None = None
    outcomes: tuple[Variable, ...] = ()
    averaged: tuple[Variable, ...] = ()
    sums = {"linear": NOTHING, "entropy": NOTHING, "cross": NOTHING}
    for m, c in inside.terms.items():
        holders = [(a, e) for a, e in m.factors if of_atom(a, e).mentions(policy)]
        if len(holders) != 1 or holders[0][0].kind != "sum" or holders[0][1].whole != 1:
            return None
        names, opened = nf.open(holders[0][0])
        if opened.single is None:
            return None
        own = [(a, e) for a, e in opened.single[0].factors if of_atom(a, e).mentions(policy)]
        logs = [a for a, _ in own if a.kind == "log"]
        bare = [a for a, _ in own if a.kind == "apply"] + [
            a.inside.single[0].factors[0][0] for a in logs if a.inside.single and len(a.inside.single[0].factors) == 1
        ]
        if (
            len(own) != len(bare)
            or len(bare) > 2
            or len(set(bare)) != 1
            or len(logs) > 1
            or any(e.whole != 1 for _, e in own)
        ):
            return None
        atom = bare[0]
        arguments = tuple(a for a in (*atom.outcomes, *atom.given) if isinstance(a, Variable))
        if atom.symbol != policy or len(set(arguments)) < len(arguments) or not set(atom.outcomes) <= set(names):
            return None
        front = nf.times(
            of_monomial(m.without(holders[0][0]), c),
            of_monomial(opened.single[0].without(*(a for a, _ in own)), opened.single[1]),
        )
        if place is None:
            place, outcomes = arguments, atom.outcomes
            averaged = tuple(v for v in names if v in atom.given)
        if [v.sort for v in arguments] != [v.sort for v in place] or len(atom.outcomes) != len(outcomes):
            return None
        exchange: dict[t.Argument, t.Argument] = dict(zip(arguments, place, strict=True))
        if any(a != b and a not in names for a, b in exchange.items()):
            return None
        front = nf.rename(nf.sum_over([v for v in names if v not in arguments], front), exchange)
        kind = "linear" if not logs else "entropy" if len(bare) == 2 else "cross"
        sums[kind] = sums[kind] + (front.scaled(-1) if kind == "entropy" else front)
    if place is None:
        return None
    return Shape(outcomes, place[len(outcomes) :], averaged, sums["linear"], sums["entropy"], sums["cross"], rest)


def optimality(nf: Normaliser, body: Polynomial, policy: str) -> laws.Optimality | None:
    """The maximiser of an entropy-regularised (or of a cross-entropy) objective, ready to be checked."""
    found = shape(nf, body, policy)
    if found is None:
        return None
    if found.entropy.terms and not found.cross.terms:
        weight = nf.exp(nf.times(found.linear, nf.power(found.entropy, MINUS_ONE)))
        above, below = found.entropy, NOTHING
    elif found.cross.terms and not found.entropy.terms and not found.linear.terms:
        weight = found.cross
        above, below = NOTHING, found.cross
    else:
        return None
    q = nf.times(weight, nf.power(nf.sum_over(found.outcomes, weight), MINUS_ONE))
    return laws.Optimality(found.outcomes, found.given, found.averaged, q, above, below)


def spelled(
    nf: Normaliser,
    why: laws.Optimality,
    outcomes: tuple[Variable, ...],
    given: tuple[Variable, ...],
) -> laws.Optimality | None:
    """The same in other variables."""
    old, new = (*why.outcomes, *why.given), (*outcomes, *given)
    if [v.sort for v in old] != [v.sort for v in new]:
        return None
    exchange: dict[t.Argument, t.Argument] = dict(zip(old, new, strict=True))
    averaged = tuple(v for a in why.averaged if isinstance(v := exchange[a], Variable))
    return laws.Optimality(outcomes, given, averaged, *(nf.rename(p, exchange) for p in (why.q, why.above, why.below)))


def _value(nf: Normaliser, left: t.Term, right: t.Term) -> Proved | None:
    why: dict[Atom, laws.Optimality] = {}
    for atom in _atoms(nf(left) - nf(right)):
        if atom.kind == "optimum" and (found := optimality(nf, atom.inside, BOUND_POLICY)) is not None:
            why[atom] = found
    return laws.value(nf, left, right, why)


def _atoms(polynomial: Polynomial) -> Iterator[Atom]:
    """The atoms at any depth."""
    for m in polynomial.terms:
        for atom, e in m.factors:
            yield atom
            yield from _atoms(atom.inside)
            yield from _atoms(e)


def _optimal(nf: Normaliser, claimed: t.Term, of: t.Optimiser) -> Proved | None:
    f, q = laws.objective(nf, of), nf(claimed)
    if not isinstance(claimed, t.Apply):
        return None
    given = tuple(v for v in claimed.given if isinstance(v, Variable))
    why = optimality(nf, f, BOUND_POLICY)
    if why is None and (found := shape(nf, f, BOUND_POLICY)) is not None:
        places = (*found.outcomes, *found.given)
        back: dict[t.Argument, t.Argument] = dict(zip((*claimed.outcomes, *given), places, strict=False))
        why = laws.Optimality(
            found.outcomes, found.given, found.averaged, nf.rename(q, back), found.entropy, found.cross
        )
    why = spelled(nf, why, claimed.outcomes, given) if why else None
    return laws.optimal(nf, f, q, why) if why else None


def _objectives(nf: Normaliser, left: t.Term, right: t.Term) -> tuple[Polynomial, Polynomial] | None:
    a, b = problem(left), problem(right)
    return None if a is None or b is None else (laws.objective(nf, a), laws.objective(nf, b))


def _same_up_to_scale(nf: Normaliser, left: t.Term, right: t.Term) -> Proved | None:
    if (both := _objectives(nf, left, right)) is None:
        return None
    f, g = both
    for factor in quotients(nf, f.split(BOUND_POLICY)[0], g.split(BOUND_POLICY)[0]):
        if (found := laws.same_optimiser(nf, f, g, factor)) is not None:
            return found
    return None


def _same_maximiser(nf: Normaliser, left: t.Term, right: t.Term) -> Proved | None:
    if (both := _objectives(nf, left, right)) is None:
        return None
    f, g = both
    one, two = optimality(nf, f, BOUND_POLICY), optimality(nf, g, BOUND_POLICY)
    if one is None or two is None:
        return None
    this, that = (one, two) if one.averaged else (two, one)  # spell both in the names of the problem at one prompt
    moved = spelled(nf, this, that.outcomes, that.given)
    if moved is None:
        return None
    of_f, of_g = (moved, that) if one.averaged else (that, moved)
    if (found := laws.same_maximiser(nf, f, g, of_f, of_g)) is None:
        return None
    factor, difference = _at_one_prompt(nf, f, g, of_f, of_g)
    return replace(found, factor=factor, difference=difference)


def _at_one_prompt(
    nf: Normaliser,
    f: Polynomial,
    g: Polynomial,
    of_f: laws.Optimality,
    of_g: laws.Optimality,
) -> tuple[Polynomial, Polynomial] | tuple[None, None]:
    """How two objectives compare at one prompt, when exactly one of them averages over prompts."""
    if bool(of_f.averaged) == bool(of_g.averaged) or not of_f.above.terms or not of_g.above.terms:
        return None, None
    factor = nf.times(of_f.above, nf.power(of_g.above, MINUS_ONE))
    pi = of_atom(Atom("apply", BOUND_POLICY, of_f.outcomes, of_f.given))
    sides = []
    for body, why in ((f, of_f), (g, of_g)):
        found = shape(nf, body, BOUND_POLICY)
        assert found is not None
        exchange: dict[t.Argument, t.Argument] = dict(
            zip((*found.outcomes, *found.given), (*why.outcomes, *why.given), strict=True)
        )
        mean = nf.sum_over(why.outcomes, nf.times(pi, nf.rename(found.linear, exchange)))
        sides.append(mean + (NOTHING if why.averaged else found.rest))
    return factor, sides[0] - nf.times(factor, sides[1])


def quotients(nf: Normaliser, over: Polynomial, under: Polynomial) -> Iterator[Polynomial]:
    """Each term of one polynomial over the first term of another."""
    for n, d in list(under.terms.items())[:1]:
        below = of_monomial(Monomial((a, NOTHING - e) for a, e in n.factors), Fraction(1) / d)
        for m, c in over.terms.items():
            yield nf.times(of_monomial(m, c), below)


# -- inequalities ----------------------------------------------------------------------------


def _inequality(nf: Normaliser, smaller: t.Term, larger: t.Term, strict: bool) -> Proved | None:
    if strict:
        return laws.inequality(nf, smaller, larger, (), True)
    residual = nf(larger) - nf(smaller)
    for depth in range(4):  # a short proof is found before a long one is looked for
        for gaps in _decompositions(nf, residual, depth):
            # Anew, so that the answer names what it rests on and not what was only tried.
            anew = Normaliser(nf.context, nf.facts.values(), nf.budget, nf.premises)
            anew.fresh = nf.fresh
            if (found := laws.inequality(anew, smaller, larger, gaps, False)) is not None:
                return found
    return None


_PROMISING = 8
"""How many ways to go on are looked into where none ends the proof at once."""


def _decompositions(nf: Normaliser, residual: Polynomial, depth: int) -> Iterator[tuple[laws.Gap, ...]]:
    """Ways to write a polynomial as ``depth`` gaps and a remainder that looks non-negative."""
    if not depth:
        if nf.is_zero(residual) or nf.nonnegative(nf.clear(residual)[0]):
            yield ()
        return
    rests = []
    for gap in _candidates(nf, residual):
        if (known := laws.part(nf, gap)) is not None:
            rests.append((residual - nf.sum_over(gap.variables, nf.times(gap.weight, known)), gap))
    if depth > 1:  # the less is left, the better
        rests = sorted(rests, key=lambda pair: len(pair[0].terms))[:_PROMISING]
    for rest, gap in rests:
        for more in _decompositions(nf, rest, depth - 1):
            yield (gap, *more)


def _candidates(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    for policy in sorted({a.symbol for a in _atoms(residual) if a.kind == "apply" and a.outcomes}):
        why = optimality(nf, residual.scaled(-1), policy)
        if why is not None:
            pi = of_atom(Atom("apply", policy, why.outcomes, why.given))
            variables = (*why.outcomes, *why.averaged)
            if why.above.terms:
                yield laws.Gap(variables, nf.times(why.above, pi), nf.times(why.q, nf.power(pi, MINUS_ONE)))
            else:
                yield laws.Gap(variables, why.below, nf.times(pi, nf.power(why.q, MINUS_ONE)))
    yield from _jensen(nf, residual)
    yield from _log_bounds(nf, residual)
    yield from _variances(nf, residual)
    yield from _premises(nf, residual)
    yield from _exponentials(nf, residual)
    yield from _monotone_log(nf, residual)


def _jensen(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """``log Σ m >= Σ p log(m/p)``: the gap is KL from p to m normalised."""
    for m, c in residual.terms.items():
        logs = [a for a, e in m.factors if a.kind == "log" and e.whole == 1]
        front = of_monomial(m.without(*logs), c)
        whole = logs[0].inside.single if len(logs) == 1 else None
        if (
            whole is None
            or not nf.positive(front)
            or len(whole[0].factors) != 1
            or whole[0].factors[0][0].kind != "sum"
        ):
            continue
        total = whole[0].factors[0][0]
        variables, body = nf.open(total)
        weights = {
            a for n in body.terms for a, _ in n.factors if a.kind == "apply" and set(a.outcomes) == set(variables)
        }
        others = [a for a in _atoms(residual) if a.kind == "apply" and len(a.outcomes) == len(variables)]
        weights |= {Atom("apply", a.symbol, tuple(variables), a.given) for a in others}
        for p in sorted(weights, key=lambda a: a.key):
            ratio = nf.times(body, nf.power(nf.times(of_atom(total), of_atom(p)), MINUS_ONE))
            yield laws.Gap(tuple(variables), nf.times(front, of_atom(p)), ratio)


def _log_bounds(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """``w φ(t)`` whose logarithms match those of the polynomial."""
    groups: dict[tuple[tuple[Variable, ...], Monomial], Polynomial] = {}
    for m, c in residual.terms.items():
        sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
        binders: tuple[Variable, ...] = ()
        inside = of_monomial(m, c)
        if len(sums) == 1 and not any(a.kind == "log" for a, _ in m.factors):
            names, body = nf.open(sums[0])
            binders, inside = tuple(names), nf.times(of_monomial(m.without(sums[0]), c), body)
        for n, d in inside.terms.items():
            logs = [a for a, e in n.factors if a.kind == "log" and e.whole == 1]
            weight = n.without(*logs)
            if len(logs) == 1 or EULER in dict(n.factors) or not n.factors:
                key = binders, weight if logs else Monomial(())
                if logs:
                    groups[key] = groups.get(key, NOTHING) + of_atom(logs[0]).scaled(-d)
    for (binders, weight), log_t in groups.items():
        for scale in sorted({Fraction(max(c, -c)) for c in log_t.terms.values()} | {Fraction(1)}):
            front, ratio = of_monomial(weight, scale), nf.exp(log_t.scaled(Fraction(1) / scale))
            yield laws.Gap(binders, front, ratio)
            if binders:  # the log-sum inequality: the same with the ratio's mean under the weight brought to 1
                mean = nf.times(
                    nf.sum_over(binders, nf.times(front, ratio)), nf.power(nf.sum_over(binders, front), MINUS_ONE)
                )
                yield laws.Gap(binders, front, nf.times(ratio, nf.power(mean, MINUS_ONE)))


def _opened(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[tuple[Variable, ...], Monomial, Rational]]:
    """Each term with its sum, if it has exactly one, opened: bound variables, what is summed, its coefficient."""
    for m, c in residual.terms.items():
        sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
        if len(sums) == 1:
            names, body = nf.open(sums[0])
            body = nf.times(of_monomial(m.without(sums[0]), c), body)
            if body.single is not None:
                yield tuple(names), *body.single
        else:
            yield (), m, c


def _variances(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """``Σ w f² - (Σ w f)² / Σ w``, the variance of f under w: the sum of ``w (f - mean)²``."""
    for binders, m, c in _opened(nf, residual):
        if not binders or c < 0:
            continue
        for f, e in m.factors:
            if e.whole == 2 and not f.names.isdisjoint(binders):
                weight = of_monomial(m.without(f), c)
                if nf.nonnegative(weight):
                    mean = nf.times(
                        nf.sum_over(binders, nf.times(weight, of_atom(f))),
                        nf.power(nf.sum_over(binders, weight), MINUS_ONE),
                    )
                    yield laws.Gap(binders, weight, of_atom(f) - mean, square=True)


def _premises(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """Premises, at the places and with the weights that cancel a term."""
    for premise in nf.premises:
        known = nf(premise.upper) - nf(premise.lower)
        free = sorted(known.free, key=lambda v: v.name)
        for binders, m, c in _opened(nf, residual):
            places = sorted({*binders, *(v for v in m.names if isinstance(v, Variable))}, key=lambda v: v.name)
            for chosen in product(*([v for v in places if v.sort == f.sort] or [f] for f in free)):
                exchange = tuple(zip(free, chosen, strict=True))
                here = nf.rename(known, dict(exchange))
                for n, d in here.terms.items():
                    weight = nf.times(of_monomial(m, Fraction(c) / d), of_monomial(n.inverse()))
                    if nf.nonnegative(weight):
                        yield laws.Gap(binders, weight, premise, exchange=exchange)


def _exponentials(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """``w e^v - w e^u >= w e^u (v - u)``, w from either term."""
    terms = list(_opened(nf, residual))
    for _, m, c in terms:
        for binders, n, d in terms:
            u, v = m.exponent(EULER), n.exponent(EULER)
            if c < 0 < d and u != v:
                ratio = nf.exp(v - u)
                yield laws.Gap(binders, nf.times(of_monomial(n, d), nf.exp(u - v)), ratio)
    for binders, m, c in terms:
        for _, n, d in terms:
            u, v = m.exponent(EULER), n.exponent(EULER)
            if c < 0 < d and u != v:
                yield laws.Gap(binders, of_monomial(m, -c), nf.exp(v - u))


def _monotone_log(nf: Normaliser, residual: Polynomial) -> Iterator[laws.Gap]:
    """``b - log a >= 1 - a e^-b``."""
    if any(a.kind == "log" and e.whole == 1 for m in residual.terms for a, e in m.factors):
        yield laws.Gap((), constant(1), nf.exp(residual.scaled(-1)))


# -- facts -----------------------------------------------------------------------------------


def establish(
    row: t.Statement, context: t.Context, facts: Iterable[Fact], source: str, about: str | None = None
) -> tuple[Fact, ...]:
    """What later rows may use of a row that holds: it, solved for one symbol (and a multiplier).

    ``about``: the policy that a first-order condition determines; nothing else follows from one.
    """
    nf = Normaliser(context, facts)
    try:
        if row.relation is Relation.PROPORTIONAL:
            return _normalised(nf, row, source)
        return _solved(nf, row, source, about)
    except Unsupported:
        return ()


def _normalised(nf: Normaliser, row: t.Statement, source: str) -> tuple[Fact, ...]:
    if not isinstance(row.left, t.Apply) or not row.left.outcomes:
        return ()
    g = nf(row.right)
    value = nf.times(g, nf.power(nf.sum_over(row.left.outcomes, g), MINUS_ONE))
    found = laws.normalised(nf, row, Fact(row.left.symbol, row.left.outcomes, row.left.given, value, source))
    return (found,) if found else ()


def _solved(nf: Normaliser, row: t.Statement, source: str, about: str | None) -> tuple[Fact, ...]:
    for fact, slope, logarithm in _pivots(nf, nf(row.left) - nf(row.right), source):
        if about not in (None, fact.symbol):
            continue
        if (found := laws.substitution(nf, row, fact, slope, logarithm)) is not None:
            return (found,)
        if not fact.outcomes:
            continue
        for multiplier, factor, plain in _pivots(nf, nf.log(nf.sum_over(fact.outcomes, fact.value)), source):
            if about is not None and multiplier.symbol[:1] not in MULTIPLIERS:
                continue
            of = None if plain else laws.multiplier(nf, row, fact, slope, logarithm, multiplier, factor)
            if of is None:
                continue
            later = Normaliser(nf.context, (*nf.facts.values(), of))
            reread: dict[t.Argument, t.Argument] = {t.Policy(of.symbol): t.Policy(of.symbol)}
            solved = Fact(fact.symbol, fact.outcomes, fact.given, later.rename(fact.value, reread), source)
            found = laws.substitution(later, row, solved, later.rename(slope, reread), logarithm)
            if found is not None:
                return (of, found)
    return ()


def _pivots(nf: Normaliser, residual: Polynomial, source: str) -> Iterator[tuple[Fact, Polynomial, bool]]:
    """``residual = k (a - v)`` or ``k (log a - log v)``, for every symbol a it can be solved for."""
    seen: set[Atom] = set()
    pairs = [(atom, e) for m in residual.terms for atom, e in m.factors]
    for atom, e in sorted(pairs, key=lambda pair: _preference(pair[0])):
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
        yield Fact(inner.symbol, inner.outcomes, inner.given, value, source), slope, atom.kind == "log"


def _preference(atom: Atom) -> tuple[int, str]:
    """Solve for an unknown policy first, for what is given (rewards, temperatures) last."""
    probability = bool(atom.outcomes) or (atom.kind == "log" and atom.inside.contains(lambda a: bool(a.outcomes)))
    return (0 if probability else 1 if atom.given else 2), atom.key


def maximiser(of: t.Optimum | t.Optimiser, context: t.Context) -> laws.Optimality | None:
    """The unique optimiser of a problem, checked by the kernel, in variables called after their sorts."""
    nf = Normaliser(context)
    try:
        f = laws.objective(nf, of)
        why = optimality(nf, f, BOUND_POLICY)
        if why is None:
            return None
        names = [Variable(v.sort, v.sort) if v.name.startswith("~") else v for v in (*why.outcomes, *why.given)]
        if len(set(names)) < len(names):
            return None
        count = len(why.outcomes)
        why = spelled(nf, why, tuple(names[:count]), tuple(names[count:]))
        return None if why is None or laws.maximum(nf, f, BOUND_POLICY, why) is None else why
    except (Unsupported, BudgetExceeded):
        return None
