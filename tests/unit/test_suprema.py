"""Suprema over functions and over policies: what is proved is attained, and what only looks like it is refuted.

The oracle for a supremum is both halves of its definition: no table of values does better, and one does as well.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb, ctx

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.quotients import Unsupported
from symkl.kernel.replay import Rejected, replay
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Attainment, Gap
from symkl.language.terms import Relation, Sense, Statement, Variable
from symkl.proving.deciding import decide
from symkl.proving.suprema import attainment
from symkl.refuting.contradicting import contradict, guard

X, Y, V = Variable("x", "x"), Variable("y", "y"), Variable("v", "y")
CONTEXT = t.Context(frozenset({"β"}))
β, c = t.Scalar("β"), t.Scalar("c")


def n(value: int | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def minus(a: t.Term, b: t.Term) -> t.Term:
    return t.Add((a, t.Mul((n(-1), b))))


def over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, n(-1))))


def at(symbol: str, v: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (), (v,))


def law(symbol: str, v: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (v,), ())


def mean(symbol: str, body: t.Term) -> t.Term:
    return t.mean((Y,), law(symbol), body)


def sup(name: str, body: t.Term, sense: Sense = Sense.MAX) -> t.Optimum:
    return t.Optimum(sense, name, body)


G, R, P, Q, PI = at("g"), at("R"), law("p"), law("q"), law("π")
KL, BACK = t.kl(Y, P, Q), t.kl(Y, Q, P)
TOP = t.Bind("maximum", (V,), (at("R", V),))
LOW = t.Bind("minimum", (V,), (at("R", V),))
DONSKER = minus(mean("p", G), t.log(mean("q", t.exp(G))))
NGUYEN = minus(mean("p", G), mean("q", t.exp(minus(G, n(1)))))
SQUARE = minus(mean("p", t.Mul((n(2), G))), mean("q", t.Power(G, n(2))))
RATIO = t.total(Y, over(t.Power(P, n(2)), Q))
REWARD = t.total(Y, t.Mul((PI, R)))

TRUE: list[tuple[t.Term, t.Term]] = [
    (sup("g", DONSKER), KL),
    (sup("g", NGUYEN), KL),
    (sup("g", t.Add((DONSKER, c))), t.Add((KL, c))),
    (sup("g", t.Mul((β, DONSKER))), t.Mul((β, KL))),
    (sup("g", t.Mul((n(-1), DONSKER)), Sense.MIN), t.Mul((n(-1), KL))),
    (sup("g", minus(mean("p", t.Mul((n(3), G))), t.log(mean("q", t.exp(t.Mul((n(3), G))))))), KL),
    (sup("g", SQUARE), RATIO),
    (sup("π", REWARD), TOP),
    (sup("π", REWARD, Sense.MIN), LOW),
    (sup("π", minus(t.Mul((β, REWARD)), c)), minus(t.Mul((β, TOP)), c)),
]
FALSE: list[tuple[t.Term, t.Term]] = [
    (sup("g", DONSKER), BACK),
    (sup("g", DONSKER), n(0)),
    (sup("g", DONSKER, Sense.MIN), KL),
    (sup("g", NGUYEN), minus(KL, n(1))),
    (sup("g", minus(mean("p", G), mean("q", t.exp(G)))), KL),
    (sup("g", t.Add((mean("p", G), t.log(mean("q", t.exp(G)))))), KL),
    (sup("g", minus(mean("p", G), t.log(mean("p", t.exp(G))))), KL),
    (sup("g", minus(mean("p", t.Mul((n(2), G))), t.log(mean("q", t.exp(G))))), KL),
    (sup("g", SQUARE), t.total(Y, over(t.Power(Q, n(2)), P))),
    (sup("π", REWARD), LOW),
    (sup("π", REWARD), mean("p", R)),
    (sup("π", REWARD, Sense.MIN), t.Mul((n(-1), TOP))),
    (sup("π", t.Mul((β, REWARD))), TOP),
    (sup("π", minus(REWARD, t.kl(Y, PI, P))), TOP),
    (sup("π", t.total(Y, t.Mul((t.Power(PI, n(2)), R)))), mean("p", R)),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_suprema_are_proved_and_replayed_and_nothing_speaks_against_them(left: t.Term, right: t.Term) -> None:
    for row in (Statement(left, Relation.EQUAL, right), Statement(right, Relation.EQUAL, left)):
        found = decide(row, CONTEXT)
        assert isinstance(found, Proved) and found.certificate is not None
        replay(found.certificate)
        assert guard(row, found, CONTEXT) is None and contradict(row, CONTEXT) is None


TILTED = minus(REWARD, t.Mul((β, t.kl(Y, PI, P))))


@pytest.mark.parametrize("relation", [Relation.LESS, Relation.LESS_EQUAL])
@pytest.mark.parametrize("of", [TILTED, t.Mul((n(-1), t.kl(Y, PI, P)))])
def test_nothing_speaks_against_an_inequality_of_two_largest_values_that_holds(of: t.Term, relation: Relation) -> None:
    row = Statement(sup("π", of), relation, sup("π", t.Add((of, n(1)))))
    found = decide(row, CONTEXT)
    assert isinstance(found, Proved)
    assert guard(row, found, CONTEXT) is None


@pytest.mark.parametrize("relation", [Relation.LESS, Relation.LESS_EQUAL])
def test_the_guard_sees_an_inequality_of_two_largest_values_that_does_not_hold(relation: Relation) -> None:
    row = Statement(sup("π", TILTED), relation, sup("π", minus(TILTED, n(1))))
    assert guard(row, Proved(law="positivity"), CONTEXT) is not None


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_what_is_no_supremum_is_refuted(left: t.Term, right: t.Term) -> None:
    for row in (Statement(left, Relation.EQUAL, right), Statement(right, Relation.EQUAL, left)):
        assert not isinstance(decide(row, CONTEXT), Proved)
        assert contradict(row, CONTEXT) is not None


def test_no_table_of_a_function_does_better_and_the_log_ratio_does_as_well() -> None:
    """Donsker and Varadhan by their definition: over a grid of functions, in balls."""
    ctx.prec = 200
    p, q = [arb(1) / 4, arb(3) / 4], [arb(2) / 3, arb(1) / 3]
    best = sum((a * (a / b).log() for a, b in zip(p, q, strict=True)), arb(0))

    def bound(g: list[arb]) -> arb:
        return sum((a * u for a, u in zip(p, g, strict=True)), arb(0)) - sum(
            (b * u.exp() for b, u in zip(q, g, strict=True)), arb(0)
        ).log()

    assert all(bound([arb(u) / 2, arb(v) / 2]) < best for u, v in itertools.product(range(-6, 7), repeat=2))
    assert abs(bound([(a / b).log() for a, b in zip(p, q, strict=True)]) - best) < arb(2) ** -150


@pytest.mark.parametrize(
    ("relation", "claimed", "true"),
    [
        (Relation.LESS_EQUAL, TOP, True),
        (Relation.GREATER_EQUAL, mean("p", R), True),
        (Relation.GREATER_EQUAL, TOP, False),
        (Relation.LESS_EQUAL, mean("p", R), False),
    ],
)
def test_a_maximum_of_what_is_regularised_in_an_inequality(relation: Relation, claimed: t.Term, true: bool) -> None:
    row = Statement(sup("π", minus(REWARD, t.Mul((β, t.kl(Y, PI, P))))), relation, claimed)
    found = decide(row, CONTEXT)
    assert isinstance(found, Proved) == true and (contradict(row, CONTEXT) is None) == true
    if isinstance(found, Proved) and found.certificate is not None:
        replay(found.certificate)


# -- each premise of the law -----------------------------------------------------------------


def reached(body: t.Term, why: Attainment, name: str = "π") -> bool:
    nf = Normaliser(CONTEXT, fresh=20)  # as many names as the certificates mention
    try:
        return laws.reached(nf, nf.objective(sup(name, body)), why) is not None
    except Unsupported:
        return False


def known(body: t.Term, name: str = "π") -> Attainment:
    nf = Normaliser(CONTEXT)
    found = attainment(nf, nf.objective(sup(name, body)))
    assert found is not None
    return found


def test_a_value_that_is_not_attained_or_is_passed_is_none() -> None:
    why = known(REWARD)
    assert reached(REWARD, why)
    assert not reached(REWARD, replace(why, value=t.Add((why.value, n(1)))))  # a bound, and not attained
    assert not reached(REWARD, replace(why, gaps=()))
    uniform = over(n(1), t.total(V, n(1)))
    assert not reached(REWARD, replace(why, at=uniform))
    assert not reached(REWARD, replace(why, at=t.Mul((n(2), why.at))))  # sums to 2
    assert not reached(REWARD, replace(why, given=why.outcomes))  # a variable twice
    assert not reached(REWARD, replace(why, outcomes=(), given=why.outcomes))  # a policy is no function


def test_where_a_policy_is_zero_only_a_polynomial_has_a_value() -> None:
    """``Σ π R - Σ log π`` has no largest value at all: at the vertex it is not continuous."""
    body = minus(REWARD, t.total(Y, t.log(PI)))
    for more in (body, t.Add((REWARD, t.total(Y, t.Power(PI, n(-1)))))):
        assert not reached(more, known(REWARD))


def test_a_bound_by_what_varies_or_with_a_negative_weight_is_none() -> None:
    why = known(REWARD)
    pi = t.Apply(BOUND_POLICY, why.outcomes, ())
    assert not reached(REWARD, replace(why, value=t.total(why.outcomes[0], t.Mul((pi, at("R", why.outcomes[0]))))))
    (gap,) = why.gaps
    assert not reached(t.Mul((n(-1), REWARD)), replace(why, gaps=(replace(gap, weight=t.Mul((n(-1), gap.weight))),)))


BOUND = t.Apply(BOUND_POLICY, (Y,), ())
NOWHERE = Attainment((Y,), (), n(0), n(0), ())
"""That 0 is the largest value, and that it is attained by what is 0 everywhere."""


def apart(point: t.Term) -> t.Term:
    """``-Σ (π - point)²``."""
    return minus(n(0), t.total(Y, t.Power(minus(PI, point), n(2))))


def at_point(point: t.Term) -> Attainment:
    """That 0 is the largest value of that, and attained at the point."""
    return replace(NOWHERE, at=point, gaps=(Gap((Y,), n(1), minus(BOUND, point), square=True),))


def test_what_attains_sums_to_1() -> None:
    assert not reached(minus(n(0), t.total(Y, t.Power(PI, n(2)))), NOWHERE)  # -Σ π² is 0 nowhere: it is -1/n at most
    assert reached(apart(P), at_point(P))


def test_what_attains_is_not_negative() -> None:
    """What sums to 1 by its shape, and is no policy where R varies much."""
    point = t.Add((at("R", Y), over(minus(n(1), t.total(V, at("R", V))), t.total(V, n(1)))))
    assert not reached(apart(point), at_point(point))


def test_what_attains_may_be_0_where_the_objective_is_a_polynomial() -> None:
    vertex = known(REWARD).at
    moved = t.substitute(vertex, {known(REWARD).outcomes[0]: Y})
    assert reached(apart(moved), at_point(moved))
    sizes = minus(n(0), t.total(Y, t.Fn("abs", (minus(PI, moved),))))
    assert not reached(sizes, replace(NOWHERE, at=moved))
    assert reached(minus(n(0), t.total(Y, t.Fn("abs", (minus(PI, P),)))), replace(NOWHERE, at=P))


def test_what_attains_and_what_is_attained_say_nothing_of_what_varies() -> None:
    mean_of = t.total(Y, t.Mul((BOUND, at("R", Y))))
    assert not reached(REWARD, Attainment((Y,), (), mean_of, BOUND, ()))
    assert not reached(REWARD, Attainment((Y,), (), mean_of, P, ()))


def test_what_attains_is_spelled_in_what_its_problem_is_at() -> None:
    other = t.Apply("p", (Y,), (t.Variable("w", "w"),))
    flat = t.total(Y, t.Mul((PI, t.Scalar("c"))))
    assert reached(flat, Attainment((Y,), (), t.Scalar("c"), P, ()))
    assert not reached(flat, Attainment((Y,), (), t.Scalar("c"), other, ()))


def test_an_altered_certificate_is_rejected() -> None:
    found = decide(Statement(sup("g", DONSKER), Relation.EQUAL, KL), CONTEXT)
    assert isinstance(found, Proved) and found.certificate is not None
    (why,) = found.certificate.arguments["why"]  # type: ignore[misc]
    for wrong in (replace(why, at=t.Mul((n(2), why.at))), replace(why, gaps=()), replace(why, value=BACK)):
        with pytest.raises(Rejected):
            replay(replace(found.certificate, arguments={"why": (wrong,)}))


def test_a_gap_of_a_supremum_is_no_premise_of_another_problem() -> None:
    why = known(DONSKER, "g")
    assert reached(DONSKER, why, "g")
    assert not reached(t.Add((DONSKER, t.total(Y, G))), why, "g")
    assert not reached(minus(mean("q", G), t.log(mean("q", t.exp(G)))), why, "g")
    assert isinstance(why.gaps[0], Gap)
