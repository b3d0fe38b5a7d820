"""Gibbs' law and the log bound set apart from what a step needs besides them.

A step by one of them is shown to the kernel with the gap between two sides as sums of ``t - 1 - log t``. To say how
large it is, the same step is put with the law as something known: ``KL(p‖q) ≥ 0``, or ``log t ≤ t - 1``. What is then
still needed is the rest of the step. Nothing here is trusted: the kernel is asked of each of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.certificate import Certificate, Gap, Guess, Optimality, Premise

_ONE, _MINUS = t.Number(Fraction(1)), t.Number(Fraction(-1))
_BUDGET = 60_000


def set_apart(certificate: Certificate) -> Iterator[Certificate]:
    """The rest of a step by one of these laws, as certificates that would each show it."""
    arguments = certificate.arguments
    match certificate.law:
        case "inequality" if isinstance(gaps := arguments.get("gaps"), tuple) and not arguments.get("why"):
            yield from _with_premises(certificate, [each for each in gaps if isinstance(each, Gap)])
        case "value" if isinstance(why := arguments.get("why"), tuple) and len(why) == 1:
            yield from _of_value(certificate, why[0])
        case "optimal" if isinstance(why := arguments.get("why"), Optimality):
            yield from _of_maximiser(certificate, why)
        case "same_maximiser" if isinstance(why := arguments.get("of_left"), Optimality):
            yield from _of_maximiser(certificate, why)


# --- inequalities ----------------------------------------------------------------------------------


def _with_premises(certificate: Certificate, gaps: Sequence[Gap]) -> Iterator[Certificate]:
    spelled = [list(_spelled(each, certificate)) for each in gaps]
    if all(len(each) == 1 for each in spelled):
        return  # nothing but squares, and what was a premise already: no law is behind them
    for n in range(max(map(len, spelled))):
        chosen = [each[min(n, len(each) - 1)] for each in spelled]
        premises = tuple(each.of for each in chosen if isinstance(each.of, Premise))
        yield replace(
            certificate, premises=(*certificate.premises, *premises),
            arguments={**certificate.arguments, "gaps": tuple(chosen)},
        )  # fmt: skip


def _spelled(gap: Gap, certificate: Certificate) -> Iterator[Gap]:
    """A gap ``Σ w (t - 1 - log t)`` as a gap between two sides that are known; another as it is."""
    of = gap.of
    if isinstance(of, Premise) or gap.square or gap.absolute or gap.over or gap.sharp:
        yield gap
        return
    for p in _policies(gap):
        rest = tuple(each for each in gap.variables if each not in p.outcomes)
        weight = t.Mul((gap.weight, t.Power(p, _MINUS)))
        for q in _names(t.Mul((of, p)), p.outcomes, certificate):
            known = Premise(t.Number(Fraction(0)), t.Bind("KL", p.outcomes, (p, q)), "Gibbs")
            yield Gap(rest, weight, known)
    less, inverse = t.Add((of, _MINUS)), t.Power(of, _MINUS)
    for lower, upper in (
        (t.Mul((_MINUS, less)), t.log(inverse)),
        (t.log(of), less),
        (_ONE, t.Add((of, t.log(inverse)))),
    ):
        low, high = (_total(gap.variables, t.Mul((gap.weight, each))) for each in (lower, upper))
        yield Gap((), _ONE, Premise(low, high, "the log bound"))


def _total(variables: tuple[t.Variable, ...], body: t.Term) -> t.Term:
    return t.Bind("sum", variables, (body,)) if variables else body


def _policies(gap: Gap) -> list[t.Apply]:
    """What a gap may be the divergence of: the distributions in its weight over what it sums."""
    found: list[t.Apply] = []

    def look(term: t.Term) -> None:
        if isinstance(term, t.Apply) and term.outcomes and set(term.outcomes) <= set(gap.variables):
            found.append(term)
        for each in term.parts():
            look(each)

    look(gap.weight)
    return list(dict.fromkeys(found))


def _names(q: t.Term, outcomes: tuple[t.Variable, ...], certificate: Certificate) -> Iterator[t.Term]:
    """How people write a distribution: by the name that it was given, if it has one, and as it is."""
    nf = Normaliser(certificate.context, (), _BUDGET, certificate.premises, certificate.fresh)
    for definition in certificate.context.definitions.values():
        places = [each for each in definition.parameters if isinstance(each, t.Variable)]
        own = [each for each in places if each.sort in {v.sort for v in outcomes}]
        if len(places) != len(definition.parameters) or [v.sort for v in own] != [v.sort for v in outcomes]:
            continue
        given = tuple(each for each in places if each not in own)
        named = t.Apply(definition.symbol, outcomes, given)
        try:
            if nf.is_zero(nf(named) - nf(q)):
                yield named
        except (Unsupported, BudgetExceeded, KeyError, ValueError):
            continue
    yield q


# --- problems --------------------------------------------------------------------------------------


def _of_value(certificate: Certificate, why: object) -> Iterator[Certificate]:
    """``max f = m`` by ``f = m - κ KL(π‖q)``, for any policy."""
    said = certificate.statement
    sides = (said.left, said.right)
    problems = [each for each in sides if isinstance(each, t.Optimum)]
    others = [each for each in sides if not isinstance(each, t.Optimum)]
    if not isinstance(why, Optimality) or len(problems) != 1 or not others or t.Optimum in t.kinds(others[0]):
        return
    (problem,), (value,) = problems, others
    for gap in _divergences(certificate, why, problem.policy):
        sign = _MINUS if problem.sense is t.Sense.MAX else _ONE
        right = t.Add((value, t.Mul((sign, gap))))
        yield _put(certificate, laws.identity, t.Statement(problem.body, t.Relation.EQUAL, right))


def _of_maximiser(certificate: Certificate, why: Optimality) -> Iterator[Certificate]:
    """``q = arg max f`` by ``f = d - κ KL(π‖q)``, with a d that is free of π."""
    said = certificate.statement
    for problem in (said.left, said.right):
        if not isinstance(problem, t.Optimum | t.Optimiser):
            continue
        claimed = said.right if problem is said.left else said.left
        named = [claimed] if isinstance(claimed, t.Apply) and claimed.outcomes == why.outcomes else []
        for gap in _divergences(certificate, why, problem.policy, named):
            other = t.Optimum(t.Sense.MIN, problem.policy, gap)
            statement = t.Statement(t.Optimum(problem.sense, problem.policy, problem.body), t.Relation.EQUAL, other)
            yield _put(certificate, laws.same_optimiser, statement, factor=_ONE)


def _put(
    certificate: Certificate, law: Callable[..., object], statement: t.Statement, **arguments: Guess
) -> Certificate:
    """Another statement, for another law, with all else that is known."""
    return replace(certificate, law=law.__name__, arguments=arguments, statement=statement)


def _divergences(
    certificate: Certificate, why: Optimality, policy: str, named: Sequence[t.Term] = ()
) -> Iterator[t.Term]:
    """``κ KL(π‖q)``, summed over what it is averaged over, with q spelled in each way; none for other concave ones."""
    if not (isinstance(why.below, t.Number) and why.below.value == 0):
        return
    pi = t.Apply(policy, why.outcomes, why.given)
    for q in (*named, *_names(why.q, why.outcomes, certificate)):
        divergence = t.Bind("KL", why.outcomes, (pi, q))
        own = t.substitute(why.above, {t.Policy(BOUND_POLICY): t.Policy(policy)})
        yield _total(why.averaged, t.Mul((own, divergence)))
