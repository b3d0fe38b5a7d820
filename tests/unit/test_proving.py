"""The search, held to what the kernel then accepts: which law proves a row, and which rows none proves."""

from __future__ import annotations

import pytest

import symkl.language.terms as t
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Sense, Statement
from symkl.language.verdict import Scope, Unknown
from symkl.proving.deciding import decide, outcomes_of
from symkl.proving.facts import establish
from symkl.proving.problems import maximiser
from symkl.proving.wording import sources
from symkl.refuting.guard import confirm
from tests.unit.test_normal_form import (
    BETA,
    CONTEXT,
    GAP,
    TILT,
    VALUE,
    J,
    X,
    Y,
    add,
    kl,
    mean,
    mul,
    n,
    over,
    over_x,
    p,
    r,
    ratio,
    sub,
)

LAMBDA = t.Apply("λ", (), (X,))
CONDITION = Statement(sub(sub(r(), mul(BETA, t.log(ratio()))), add(BETA, LAMBDA)), Relation.EQUAL, n(0))
EXP_MEAN = t.log(mean(t.exp(r()), "π_ref"))


def best(body: t.Term, sense: Sense = Sense.MAX) -> t.Optimum:
    return t.Optimum(sense, "π", body)


def where(body: t.Term, sense: Sense = Sense.MAX) -> t.Optimiser:
    return t.Optimiser(sense, "π", body)


EQUAL, LESS, GREATER = Relation.EQUAL, Relation.LESS_EQUAL, Relation.GREATER_EQUAL
PROVED = {
    "value": (best(J), EQUAL, VALUE, "Gibbs", Scope.VALUE),
    "value, averaged": (best(over_x(J)), EQUAL, over_x(VALUE), "Gibbs", Scope.VALUE),
    "min KL": (best(J), EQUAL, best(kl("π", "π*"), Sense.MIN), "same maximiser", Scope.OPTIMISER),
    "prompt by prompt": (best(over_x(J)), EQUAL, best(add(J, VALUE)), "same maximiser", Scope.OPTIMISER),
    "either KL": (best(over_x(J)), EQUAL, best(kl("π*", "π"), Sense.MIN), "same maximiser", Scope.OPTIMISER),
    "arg max": (p("π*"), EQUAL, where(over_x(J)), "Gibbs", Scope.OPTIMISER),
    "forward KL": (p("q"), EQUAL, where(kl("q", "π"), Sense.MIN), "stationary", Scope.OPTIMISER),
    "proportional": (p("π*"), Relation.PROPORTIONAL, TILT, "proportional", Scope.FACTOR),
    "Gibbs": (kl("π", "π_ref"), GREATER, n(0), "Gibbs", Scope.VALUE),
    "bound": (J, LESS, VALUE, "Gibbs", Scope.VALUE),
    "Jensen": (mean(r()), LESS, t.log(mean(t.exp(r()))), "Gibbs", Scope.VALUE),
    "Donsker-Varadhan": (sub(mean(r()), kl("π", "π_ref")), LESS, EXP_MEAN, "Gibbs", Scope.VALUE),
    "log bound": (t.log(BETA), LESS, sub(BETA, n(1)), "log bound", Scope.VALUE),
    "square": (n(0), LESS, mean(t.Power(r(), n(2))), "positivity", Scope.VALUE),
    "concave": (mul(n(-1), over(BETA, p("π"))), Relation.LESS, n(0), "positivity", Scope.VALUE),
}
NOT_PROVED = {
    "wrong sign": (best(over_x(J)), EQUAL, best(mul(BETA, kl("π", "π*")))),
    "value lost": (best(J), EQUAL, n(0)),
    "reference": (p("π_ref"), EQUAL, where(over_x(J))),
    "forward KL of another": (p("π_ref"), EQUAL, where(kl("q", "π"), Sense.MIN)),
    "β for 1/β": (p("π*"), Relation.PROPORTIONAL, mul(p("π_ref"), t.exp(mul(BETA, r())))),
    "Gibbs": (kl("π", "π_ref"), LESS, n(0)),
    "bound": (J, GREATER, VALUE),
    "strict": (n(0), Relation.LESS, kl("π", "π_ref")),
    "Jensen": (mean(r()), GREATER, t.log(mean(t.exp(r())))),
    "Donsker-Varadhan": (sub(mean(r()), kl("π", "π_ref")), GREATER, EXP_MEAN),
    "log bound": (t.log(BETA), GREATER, sub(BETA, n(1))),
    "square": (n(0), Relation.LESS, mean(t.Power(r(), n(2)))),
    "sign unknown": (n(0), LESS, mean(r())),
    "concave": (mul(n(-1), over(t.Scalar("a"), p("π"))), Relation.LESS, n(0)),
}


@pytest.mark.parametrize("name", PROVED)
def test_proved(name: str) -> None:
    left, relation, right, law, scope = PROVED[name]
    found = decide(Statement(left, relation, right), CONTEXT)
    assert isinstance(found, Proved)
    assert (found.law, found.scope) == (law, scope)
    if scope is Scope.VALUE and not isinstance(left, t.Optimum):
        assert confirm(Statement(left, relation, right), CONTEXT) == []


@pytest.mark.parametrize("name", NOT_PROVED)
def test_not_proved(name: str) -> None:
    assert isinstance(decide(Statement(*NOT_PROVED[name]), CONTEXT), Unknown)


def test_first_order_condition_gives_the_multiplier_and_the_policy() -> None:
    facts = establish(CONDITION, CONTEXT, (), "row 3")
    assert [fact.symbol for fact in facts] == ["λ", "π"]
    for left, right in ((p("π"), p("π*")), (LAMBDA, sub(VALUE, BETA))):
        found = decide(Statement(left, EQUAL, right), CONTEXT, facts)
        assert isinstance(found, Proved)
        assert sources(found) == {"row 3"}
    assert isinstance(decide(Statement(p("π"), EQUAL, p("π_ref")), CONTEXT, facts), Unknown)
    assert isinstance(decide(Statement(LAMBDA, EQUAL, VALUE), CONTEXT, facts), Unknown)


def test_what_is_known_up_to_a_factor_is_known() -> None:
    row = Statement(p("q"), Relation.PROPORTIONAL, TILT)
    facts = establish(row, CONTEXT, (), "row 1")
    assert isinstance(decide(Statement(p("q"), EQUAL, p("π*")), CONTEXT, facts), Proved)
    assert establish(Statement(p("q"), Relation.PROPORTIONAL, r()), CONTEXT, (), "row 1") == ()
    assert establish(Statement(p("π*"), Relation.PROPORTIONAL, TILT), CONTEXT, (), "row 1") == ()


@pytest.mark.parametrize("right", [r(), mul(n(2), p("π_ref")), mul(p("π_ref"), p("q"))])
def test_nothing_follows_where_a_distribution_would_not_sum_to_one(right: t.Term) -> None:
    assert "q" not in {fact.symbol for fact in establish(Statement(p("q"), EQUAL, right), CONTEXT, (), "row 1")}


def test_the_maximiser_is_spelled_in_the_names_of_its_sorts() -> None:
    why = maximiser(best(over_x(J)), CONTEXT)
    assert why is not None
    assert (why.outcomes, why.given) == ((Y,), (X,))
    assert maximiser(best(GAP, Sense.MIN), CONTEXT) is None
    assert outcomes_of(p("π*")) == (Y,)
