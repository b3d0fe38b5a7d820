"""Limits where what is largest wins, ties included: what is proved is true of numbers, and its neighbours are not proved.

The oracle is the definition, summed in mpmath at β = 1/60, with a best reward that is attained twice and a reference
that is not uniform: so that an indicator, a count and a mass of the best are three numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel.replay import replay
from symkl.kernel.verdict import Proved
from symkl.language.terms import End, Relation, Statement, Variable
from symkl.proving.deciding import decide
from symkl.refuting.limits import refute_limit

X, Y, V = Variable("x", "x"), Variable("y", "y"), Variable("v", "y")
β, c = t.Scalar("β"), t.Scalar("c")
CONTEXT = t.Context(frozenset({"β", "g"}))


def n(value: int | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def minus(a: t.Term, b: t.Term) -> t.Term:
    return t.Add((a, t.Mul((n(-1), b))))


def over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, n(-1))))


def r(v: Variable) -> t.Apply:
    return t.Apply("r", (), (v,))


def ref(v: Variable) -> t.Apply:
    return t.Apply("π_ref", (v,), ())


BEST = t.Bind("maximum", (V,), (r(V),))
WORST = t.Bind("minimum", (V,), (r(V),))


def is_best(v: Variable) -> t.Term:
    return t.Cases((minus(r(v), BEST),), (n(1), n(0)))


def weight(v: Variable) -> t.Term:
    return t.Mul((ref(v), t.exp(over(r(v), β))))


Z = t.total(V, weight(V))
STAR = over(weight(Y), Z)
MASS = t.total(V, t.Mul((ref(V), is_best(V))))
COUNT = t.total(V, is_best(V))
SOFT = t.total(V, t.exp(over(r(V), β)))
GIVEN_BEST = over(t.Mul((ref(Y), is_best(Y))), MASS)
MEAN = t.total(Y, t.Mul((STAR, r(Y))))
COST = t.total(Y, t.Mul((STAR, t.log(over(STAR, ref(Y))))))

REFS, RS = [mpmath.mpf(k) / 8 for k in (1, 4, 3)], [mpmath.mpf(k) for k in (2, -1, 2)]
B = mpmath.mpf(1) / 60


def z() -> mpmath.mpf:
    return mpmath.fsum(w * mpmath.exp(u / B) for w, u in zip(REFS, RS, strict=True))


def star() -> list[mpmath.mpf]:
    return [w * mpmath.exp(u / B) / z() for w, u in zip(REFS, RS, strict=True)]


M, COUNTED = REFS[0] + REFS[2], 2

TRUE: list[tuple[t.Term, t.Term, Callable[[], mpmath.mpf], Callable[[], mpmath.mpf]]] = [
    (STAR, GIVEN_BEST, lambda: star()[0], lambda: REFS[0] / M),
    (over(t.exp(over(r(Y), β)), SOFT), over(is_best(Y), COUNT),
     lambda: mpmath.exp(RS[0] / B) / mpmath.fsum(mpmath.exp(u / B) for u in RS), lambda: mpmath.mpf(1) / COUNTED),
    (t.Mul((β, t.log(Z))), BEST, lambda: B * mpmath.log(z()) - B * mpmath.log(M), lambda: mpmath.mpf(2)),
    (minus(t.log(Z), over(BEST, β)), t.log(MASS), lambda: mpmath.log(z()) - 2 / B, lambda: mpmath.log(M)),
    (MEAN, BEST, lambda: mpmath.fdot(star(), RS), lambda: mpmath.mpf(2)),
    (COST, t.Mul((n(-1), t.log(MASS))),
     lambda: mpmath.fsum(p * mpmath.log(p / w) for p, w in zip(star(), REFS, strict=True)), lambda: -mpmath.log(M)),
    (over(minus(BEST, MEAN), t.Power(β, n(7))), n(0), lambda: (2 - mpmath.fdot(star(), RS)) / B**7, lambda: mpmath.mpf(0)),
    (t.exp(over(minus(r(Y), BEST), β)), is_best(Y), lambda: mpmath.exp((RS[0] - 2) / B), lambda: mpmath.mpf(1)),
]  # fmt: skip

NEIGHBOURS = {
    0: (STAR, [over(is_best(Y), COUNT), is_best(Y), t.Mul((ref(Y), is_best(Y))), ref(Y)]),
    1: (over(t.exp(over(r(Y), β)), SOFT), [is_best(Y), n(0), over(n(1), COUNT)]),
    2: (t.Mul((β, t.log(Z))), [WORST, n(0), t.log(MASS), t.Add((BEST, t.log(MASS)))]),
    3: (minus(t.log(Z), over(BEST, β)), [n(0), t.log(COUNT), t.Mul((n(-1), t.log(MASS)))]),
    4: (MEAN, [WORST, t.Mul((BEST, MASS)), t.total(Y, t.Mul((ref(Y), r(Y))))]),
    5: (COST, [t.log(MASS), n(0), t.log(COUNT)]),
}


def tends(body: t.Term, to: t.Term, end: End = End.ZERO, context: t.Context = CONTEXT) -> Proved | None:
    found = decide(Statement(t.Limit(body, β, end), Relation.EQUAL, to), context)
    return found if isinstance(found, Proved) else None


@pytest.mark.parametrize(("body", "to", "number", "goal"), TRUE)
def test_what_is_proved_of_the_cold_end_is_true_of_numbers(body, to, number, goal) -> None:
    with mpmath.workdps(60):
        assert abs(number() - goal()) < mpmath.mpf(10) ** -25
    found = tends(body, to)
    assert found is not None and found.certificate is not None
    replay(found.certificate)
    assert (tends(body, to, End.INFINITY) is None) == (to != n(0))  # β^-7 vanishes there, too


@pytest.mark.parametrize(("body", "wrong"), [(body, to) for body, claims in NEIGHBOURS.values() for to in claims])
def test_other_values_are_refuted_with_a_tie_and_never_proved(body: t.Term, wrong: t.Term) -> None:
    assert tends(body, wrong) is None
    assert refute_limit(t.Limit(body, β, End.ZERO), wrong, CONTEXT) is not None


@pytest.mark.parametrize(
    "body",
    [
        minus(Z, t.Mul((t.exp(over(BEST, β)), MASS))),  # of the second best rewards nothing is known
        t.Mul((t.exp(over(BEST, β)), minus(STAR, GIVEN_BEST))),
        over(n(1), minus(STAR, GIVEN_BEST)),
        t.exp(over(minus(r(Y), c), β)),  # c is not the largest
        t.exp(over(minus(BEST, r(Y)), β)),  # grows where y is not best
        t.exp(over(minus(r(Y), BEST), t.Mul((β, c)))),  # the sign of c is not known
        t.log(t.total(Y, t.Mul((r(Y), t.exp(over(r(Y), β)))))),
        t.total(X, t.total(Y, t.exp(over(t.Apply("r", (), (X, Y)), β)))),
        t.Power(STAR, over(n(1), β)),
        t.Mul((t.exp(over(n(-1), β)), t.Value("h", over(n(1), β)))),
    ],
)
def test_what_only_looks_as_if_it_vanished_has_no_limit(body: t.Term) -> None:
    for to in (n(0), n(1), n(-1), is_best(Y), MASS):
        assert tends(body, to) is None


def test_a_space_with_a_measure_has_no_largest_value() -> None:
    spread = t.Context(CONTEXT.positive, measures=frozenset({"y"}))
    assert tends(t.Mul((β, t.log(Z))), BEST, context=spread) is None
    assert tends(STAR, GIVEN_BEST, context=spread) is None


def test_the_mass_of_the_best_is_positive_and_that_of_others_may_be_nothing() -> None:
    def positive(body: t.Term) -> bool:
        return isinstance(decide(Statement(body, Relation.GREATER, n(0)), CONTEXT), Proved)

    good = t.Cases((minus(r(V), c),), (n(1), n(0)))
    bad = t.Cases((minus(r(V), t.Mul((n(2), BEST))),), (n(1), n(0)))
    assert positive(MASS) and positive(COUNT)
    assert not positive(t.total(V, t.Mul((ref(V), good)))) and not positive(t.total(V, bad))
    assert not positive(t.Mul((ref(V), is_best(V))))


def test_at_most_the_largest_is_no_condition_and_at_least_it_is_one() -> None:
    below = t.Cases((minus(BEST, r(V)),), (n(1), n(0)))

    def same(a: t.Term, b: t.Term) -> bool:
        return isinstance(decide(Statement(a, Relation.EQUAL, b), CONTEXT), Proved)

    assert same(below, n(1)) and not same(is_best(V), n(1)) and not same(is_best(V), n(0))


@pytest.mark.parametrize(("to", "status"), [(r"\min_y E(y)", "proved"), (r"-\min_y E(y)", "refuted")])
def test_a_limit_may_be_of_minus_something(to: str, status: str) -> None:
    row = rf"$$ \lim_{{\beta\to\infty}} -\frac1\beta\log\sum_y e^{{-\beta E(y)}} = {to} $$"
    assert [line.status.value for line in check_text(row, "a.md").lines] == [status]
