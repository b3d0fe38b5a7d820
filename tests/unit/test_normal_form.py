"""The decision procedure: identities that must be seen, each beside a twin that must not be."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded
from symkl.language.terms import Definition, Relation, Statement, Variable
from symkl.refuting.guard import confirm

X, Y = Variable("x", "x"), Variable("y", "y")
W, L = Variable("y_w", "y"), Variable("y_l", "y")
BETA = t.Scalar("β")
Z = t.Apply("Z", (), (X,))


def n(value: float | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def add(*terms: t.Term) -> t.Term:
    return t.Add(terms)


def mul(*factors: t.Term) -> t.Term:
    return t.Mul(factors)


def sub(left: t.Term, right: t.Term) -> t.Term:
    return add(left, mul(n(-1), right))


def over(above: t.Term, below: t.Term) -> t.Term:
    return mul(above, t.Power(below, n(-1)))


def p(symbol: str, y: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (y,), (X,))


def r(y: Variable = Y) -> t.Apply:
    return t.Apply("r", (), (X, y))


def ratio(y: Variable = Y) -> t.Term:
    return over(p("π", y), p("π_ref", y))


def mean(body: t.Term, symbol: str = "π", y: Variable = Y) -> t.Term:
    return t.mean((y,), p(symbol, y), body)


def over_x(body: t.Term) -> t.Term:
    return t.mean((X,), t.Apply("D", (X,), ()), body)


def kl(left: str, right: str) -> t.Term:
    return t.kl(Y, p(left), p(right))


TILT = mul(p("π_ref"), t.exp(over(r(), BETA)))
CONTEXT = t.Context(
    frozenset({"β", "q1", "q2", "q3"}),
    {"Z": Definition("Z", (X,), t.total(Y, TILT)), "π*": Definition("π*", (Y, X), over(TILT, Z))},
    frozenset({"π"}),
)
J = sub(mean(r()), mul(BETA, kl("π", "π_ref")))
GAP = mul(n(-1), BETA, kl("π", "π*"))
VALUE = mul(BETA, t.log(Z))
MARGIN = mul(BETA, sub(t.log(ratio(W)), t.log(ratio(L))))


def letters(count: int) -> tuple[t.Term, t.Term, t.Term, t.Term]:
    """Both sides of the identity, log Z and KL(π*‖π), spelled out for a small alphabet.

    The probabilities of the first letters are scalars; nothing makes them sum to 1, so the value
    of log Z is weighted by their sum. With Σ π = 1 it is the identity.
    """
    pis = [t.Scalar(f"p{i}") for i in range(count)]
    refs = [t.Scalar(f"q{i}") for i in range(count)]
    tilted = [mul(q, t.exp(over(t.Scalar(f"r{i}"), BETA))) for i, q in enumerate(refs)]
    whole = add(*tilted)
    left = add(*[mul(a, sub(t.Scalar(f"r{i}"), mul(BETA, t.log(over(a, q)))))
                 for i, (a, q) in enumerate(zip(pis, refs, strict=True))])
    forward = add(*[mul(a, t.log(over(a, over(w, whole)))) for a, w in zip(pis, tilted, strict=True)])
    backward = add(*[mul(over(w, whole), t.log(over(over(w, whole), a))) for a, w in zip(pis, tilted, strict=True)])
    return left, forward, mul(BETA, add(*pis), t.log(whole)), backward


SMALL = t.Context(frozenset({"β", *(f"{s}{i}" for s in "pq" for i in range(3))}))

TRUE = {
    "regret": (J, add(GAP, VALUE)),
    "regret, averaged": (over_x(J), add(over_x(GAP), over_x(VALUE))),
    "normalised": (t.total(Y, p("π*")), n(1)),
    "reward": (r(), add(mul(BETA, t.log(over(p("π*"), p("π_ref")))), VALUE)),
    "nested expectations": (over_x(mean(r())), t.total(Y, t.total(X, mul(t.Apply("D", (X,), ()), p("π"), r())))),
    "several indices": (mean(mean(mul(r(W), r(L)), y=L), y=W), t.Power(mean(r()), n(2))),
    "symbolic power": (t.Power(ratio(), BETA), t.exp(mul(BETA, t.log(ratio())))),
    "sigma": (t.logistic(sub(r(W), r(L))), sub(n(1), t.logistic(sub(r(L), r(W))))),
    "sigma as a quotient": (over(t.exp(r(W)), add(t.exp(r(W)), t.exp(r(L)))), t.logistic(sub(r(W), r(L)))),
    "variance": (mean(t.Power(sub(r(), mean(r())), n(2))), sub(mean(t.Power(r(), n(2))), t.Power(mean(r()), n(2)))),
    "product of sums": (mul(t.total(Y, r()), t.total(W, r(W))), t.total(Y, t.total(W, mul(r(), r(W))))),
    "Lagrangian": (
        t.Partial(add(J, mul(t.Scalar("λ"), sub(n(1), t.total(Y, p("π"))))), p("π")),
        sub(sub(r(), mul(BETA, t.log(ratio()))), add(BETA, t.Scalar("λ"))),
    ),
    "derivative by a scalar": (t.Partial(t.Power(BETA, n(3)), BETA), mul(n(3), t.Power(BETA, n(2)))),
    "k1 gradient": (mean(t.Gradient(t.log(ratio()))), n(0)),
    "k2 gradient": (
        mean(t.Gradient(mul(n(Fraction(1, 2)), t.Power(t.log(ratio()), n(2))))),
        t.Gradient(kl("π", "π_ref")),
    ),
    "k3 gradient": (
        mean(t.Gradient(sub(sub(t.Power(ratio(), n(-1)), n(1)), t.log(t.Power(ratio(), n(-1)))))),
        t.Gradient(kl("π_ref", "π")),
    ),
    "DPO gradient": (
        t.Gradient(t.log(t.logistic(MARGIN))),
        mul(BETA, t.logistic(mul(n(-1), MARGIN)), sub(t.Gradient(t.log(p("π", W))), t.Gradient(t.log(p("π", L))))),
    ),
}
FALSE = {
    "log Z in other units": (J, add(GAP, mul(n(Fraction(1, 100)), VALUE))),
    "log Z subtracted": (J, sub(GAP, VALUE)),
    "KL swapped": (J, add(mul(n(-1), BETA, kl("π*", "π")), VALUE)),
    "log Z lost": (J, GAP),
    "sigma without 1": (t.logistic(sub(r(W), r(L))), t.logistic(sub(r(L), r(W)))),
    "squares of sums": (t.Power(t.total(Y, r()), n(2)), t.total(Y, t.Power(r(), n(2)))),
    "indices swapped": (t.Gradient(t.log(t.logistic(MARGIN))), t.Gradient(t.log(t.logistic(mul(n(-1), MARGIN))))),
    "k3 is k1": (mean(t.Gradient(sub(sub(ratio(), n(1)), t.log(ratio())))), t.Gradient(kl("π", "π_ref"))),
    "β lost": (t.Partial(J, p("π")), sub(r(), mul(BETA, t.log(ratio())))),
}


def same(left: t.Term, right: t.Term, context: t.Context = CONTEXT) -> bool:
    nf = Normaliser(context)
    return nf.is_zero(nf(left) - nf(right))


@pytest.mark.parametrize("name", TRUE)
def test_true(name: str) -> None:
    assert same(*TRUE[name])
    left, right = TRUE[name]
    assert confirm(Statement(left, Relation.EQUAL, right), CONTEXT) == []


@pytest.mark.parametrize("name", FALSE)
def test_false(name: str) -> None:
    assert not same(*FALSE[name])
    left, right = FALSE[name]
    assert confirm(Statement(left, Relation.EQUAL, right), CONTEXT)


@pytest.mark.parametrize("count", [2, 3])
def test_small_alphabets(count: int) -> None:
    left, forward, value, backward = letters(count)
    gap = mul(n(-1), BETA, forward)
    assert same(left, add(gap, value), SMALL)
    assert not same(left, add(gap, mul(n(Fraction(1, 100)), value)), SMALL)
    assert not same(left, sub(gap, value), SMALL)
    assert not same(left, add(mul(n(-1), BETA, backward), value), SMALL)


def test_a_long_sum_costs_about_linearly() -> None:
    def cost(count: int) -> float:
        terms = [mul(n(i + 1), t.Apply(f"f{i}", (), (X, Y)), t.exp(over(r(), BETA))) for i in range(count)]
        start = time.process_time()
        assert same(mean(add(*terms)), add(*[mean(term) for term in reversed(terms)]))
        return time.process_time() - start

    assert min(cost(30) for _ in range(3)) < 0.1


def test_work_is_counted() -> None:
    base = add(*[t.Scalar(f"a{i}") for i in range(10)])
    with pytest.raises(BudgetExceeded):
        Normaliser(CONTEXT, budget=2000)(t.Power(base, n(12)))


def test_numbers_may_be_raised_as_long_as_they_stay_small() -> None:
    """A tower by definitions is beyond the budget, and no hang: each power costs what its number is long."""
    names = "cdhfg"
    rows = ["$$ c = 2^{64} $$", *(f"$$ {new} = {old}^{{64}} $$" for old, new in itertools.pairwise(names))]
    report = check_text("\n\n".join((*rows, "$$ g + 1 = 2 + g $$", r"$$ \log q(y)^{1000} = 1000 \log q(y) $$")), "row.md")
    assert report.lines[-2].status.value == "unknown"
    assert report.lines[-1].status.value == "proved"
