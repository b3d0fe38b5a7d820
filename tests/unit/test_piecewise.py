"""Piecewise terms: |u|, max and min, in numbers and in the kernel, on both sides of the kink and upon it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import pytest
from flint import arb

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Atom, of_atom
from symkl.kernel.replay import Rejected, replay
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Certificate, Gap
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.certificates import replayed, write
from symkl.proving.deciding import decide
from symkl.proving.wording import KINKS, granted
from symkl.refuting.arithmetic import BALLS, FLOATS, Dual, Duals, Undefined
from symkl.refuting.cases import Case
from symkl.refuting.evaluating import evaluate
from symkl.refuting.values import refute

A, B, C, BETA = (t.Scalar(name) for name in ("a", "b", "c", "β"))
Y = Variable("y", "y")
P, Q, R = t.Apply("p", (Y,), ()), t.Apply("q", (Y,), ()), t.Apply("r", (), (Y,))
CONTEXT = t.Context(frozenset({"β"}))


def n(value: int | F) -> t.Term:
    return t.Number(F(value))


def size(u: t.Term) -> t.Term:
    return t.Fn("abs", (u,))


def larger(u: t.Term, v: t.Term) -> t.Term:
    return t.Fn("max", (u, v))


def smaller(u: t.Term, v: t.Term) -> t.Term:
    return t.Fn("min", (u, v))


def minus(u: t.Term) -> t.Term:
    return t.Mul((n(-1), u))


def plus(*parts: t.Term) -> t.Term:
    return t.Add(parts)


def times(*parts: t.Term) -> t.Term:
    return t.Mul(parts)


EQUAL, LESS, GREATER = Relation.EQUAL, Relation.LESS_EQUAL, Relation.GREATER_EQUAL
RATIO = times(P, t.Power(Q, n(-1)))
TRUE = {
    "|u| ≥ 0": (size(A), GREATER, n(0)),
    "|u| ≥ u": (size(A), GREATER, A),
    "|u| ≥ −u": (size(A), GREATER, minus(A)),
    "min ≤ a": (smaller(A, B), LESS, A),
    "max ≥ the mean": (larger(A, B), GREATER, times(n(F(1, 2)), plus(A, B))),
    "|Σ| of what has a sign": (t.mean((Y,), P, R), LESS, t.mean((Y,), P, size(R))),
    "weights": (times(BETA, A), LESS, times(BETA, size(A))),
    "a sum of two": (plus(A, B), LESS, plus(size(A), size(B))),
    "the triangle": (size(plus(A, B)), LESS, plus(size(A), size(B))),
    "the triangle, turned": (plus(size(A), minus(size(B))), LESS, size(plus(A, minus(B)))),
    "max ≤ |a| + |b|": (larger(A, B), LESS, plus(size(A), size(B))),
    "the triangle, from below": (size(plus(size(A), minus(size(B)))), LESS, size(plus(A, minus(B)))),
    "the triangle under a mean": (size(t.mean((Y,), P, R)), LESS, t.mean((Y,), P, size(R))),
    "a clip in the other order": (smaller(larger(A, n(0)), n(1)), EQUAL, larger(smaller(A, n(1)), n(0))),
    "a clip and a clip": (smaller(larger(smaller(larger(A, n(0)), n(1)), n(0)), n(1)), EQUAL,
                          smaller(larger(A, n(0)), n(1))),
    "max is associative": (larger(A, larger(B, C)), EQUAL, larger(larger(A, B), C)),
    "min over max": (smaller(A, larger(B, C)), EQUAL, larger(smaller(A, B), smaller(A, C))),
    "max over what is larger": (larger(A, plus(A, BETA)), EQUAL, plus(A, BETA)),
    "under a sum, case by case": (t.mean((Y,), P, smaller(larger(R, n(0)), n(1))), EQUAL,
                                  t.mean((Y,), P, larger(smaller(R, n(1)), n(0)))),
    "a mean of what is cut": (t.mean((Y,), P, smaller(larger(R, n(0)), n(1))), LESS, n(1)),
    "a cut ratio": (t.mean((Y,), Q, smaller(RATIO, plus(n(1), BETA))), LESS, n(1)),
    "a divergence is not negative": (larger(n(0), t.kl(Y, P, Q)), EQUAL, t.kl(Y, P, Q)),
    "inside a logarithm": (t.log(larger(BETA, n(1))), EQUAL, larger(t.log(BETA), n(0))),
    "a clip is not negative": (smaller(larger(A, n(0)), n(1)), GREATER, n(0)),
    "a clip is at most 1": (smaller(larger(A, n(0)), n(1)), LESS, n(1)),
    "with a function": (size(plus(R, B)), LESS, plus(size(R), size(B))),
    "|−u| = |u|": (size(minus(A)), EQUAL, size(A)),
    "|a b| = |a||b|": (size(times(A, B)), EQUAL, times(size(A), size(B))),
    "|a − b| = |b − a|": (size(plus(A, minus(B))), EQUAL, size(plus(B, minus(A)))),
    "|u|² = u²": (times(size(A), size(A)), EQUAL, t.Power(A, n(2))),
    "|u|³ = u²|u|": (t.Power(size(A), n(3)), EQUAL, times(t.Power(A, n(2)), size(A))),
    "1/|u|": (t.Power(size(A), n(-1)), EQUAL, size(t.Power(A, n(-1)))),
    "a positive factor": (size(times(BETA, plus(A, minus(B)))), EQUAL, times(BETA, size(plus(A, minus(B))))),
    "what is positive": (size(plus(BETA, n(1))), EQUAL, plus(BETA, n(1))),
    "what is negative": (size(plus(minus(BETA), n(-1))), EQUAL, plus(BETA, n(1))),
    "max = −min": (larger(A, B), EQUAL, minus(smaller(minus(A), minus(B)))),
    "max + min": (plus(larger(A, B), smaller(A, B)), EQUAL, plus(A, B)),
    "max min": (times(larger(A, B), smaller(A, B)), EQUAL, times(A, B)),
    "under a sum": (t.mean((Y,), Q, size(plus(RATIO, n(-1)))), EQUAL, t.Bind("L1", (Y,), (plus(P, minus(Q)),))),
    "a sign, where it has one": (t.Cases((A,), (n(1), n(-1))), EQUAL, times(A, t.Power(size(A), n(-1)))),
    "relu": (t.Cases((A,), (A, n(0))), EQUAL, larger(A, n(0))),
    "cases in cases": (t.Cases((A, B), (plus(A, larger(B, n(0))), B, n(0))), EQUAL,
                       plus(larger(A, n(0)), larger(B, n(0)))),
}
FALSE = {
    "|u| = u": (size(A), EQUAL, A),
    "|u| ≤ u": (size(A), LESS, A),
    "a weight without a sign": (times(C, A), LESS, times(C, size(A))),
    "the triangle, the other way": (size(plus(A, B)), GREATER, plus(size(A), size(B))),
    "the triangle, from above": (size(plus(size(A), minus(size(B)))), GREATER, size(plus(A, minus(B)))),
    "a clip between bounds in the wrong order": (smaller(larger(A, n(1)), n(0)), EQUAL, larger(smaller(A, n(0)), n(1))),
    "max and min do not mix so": (smaller(A, larger(B, C)), EQUAL, larger(smaller(A, B), C)),
    "max over what may be smaller": (larger(A, plus(A, B)), EQUAL, plus(A, B)),
    "under a sum, another cut": (t.mean((Y,), P, smaller(larger(R, n(0)), n(1))), EQUAL,
                                 t.mean((Y,), P, larger(smaller(R, n(1)), n(-1)))),
    "a mean of what is cut higher": (t.mean((Y,), P, smaller(larger(R, n(0)), n(1))), LESS, n(F(1, 2))),
    "half a triangle": (size(plus(A, B)), LESS, plus(size(A), B)),
    "a clip is at most 1/2": (smaller(larger(A, n(0)), n(1)), LESS, n(F(1, 2))),
    "a clip moves nothing": (smaller(larger(A, n(0)), n(1)), EQUAL, A),
    "|u| ≥ 2u": (size(A), GREATER, times(n(2), A)),
    "|r| = r under a sum": (t.total(Y, size(R)), EQUAL, t.total(Y, R)),
    "|a + b| = |a| + |b|": (size(plus(A, B)), EQUAL, plus(size(A), size(B))),
    "|a b| = a|b|": (size(times(A, B)), EQUAL, times(A, size(B))),
    "max = min": (larger(A, B), EQUAL, smaller(A, B)),
    "max = a": (larger(A, B), EQUAL, A),
    "max ≤ a": (larger(A, B), LESS, A),
    "|u|³ = u³": (t.Power(size(A), n(3)), EQUAL, t.Power(A, n(3))),
    "the other branch": (t.Cases((A,), (A, n(0))), EQUAL, smaller(A, n(0))),
    "a jump is none of its branches": (t.Cases((A,), (n(1), n(0))), EQUAL, n(1)),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved(name: str) -> None:
    assert isinstance(decide(Statement(*TRUE[name]), CONTEXT), Proved)
    assert refute(Statement(*TRUE[name]), CONTEXT) is None


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name: str) -> None:
    assert not isinstance(decide(Statement(*FALSE[name]), CONTEXT), Proved)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name: str) -> None:
    assert refute(Statement(*FALSE[name]), CONTEXT) is not None


@pytest.mark.parametrize("a", [F(-3, 2), F(0), F(2)])
@pytest.mark.parametrize("b", [F(-1), F(0), F(5, 2)])
def test_they_are_worth_what_python_says(a: F, b: F) -> None:
    case = Case({}, {"a": a, "b": b}, {})
    for term, wanted in ((size(A), abs(a)), (larger(A, B), max(a, b)), (smaller(A, B), min(a, b)),
                         (t.Cases((A, B), (n(1), n(2), n(3))), F(1 if a >= 0 else 2 if b >= 0 else 3))):
        assert evaluate(term, case) == evaluate(t.Number(wanted), case)


def test_a_ball_across_the_kink_holds_both_branches() -> None:
    around = arb(0, 1)
    found = BALLS.choose(around, lambda: arb(1), lambda: arb(-3))
    assert found.contains(arb(1)) and found.contains(arb(-3))
    assert BALLS.choose(arb(0), lambda: arb(1), lambda: arb(-3)) == 1
    assert BALLS.choose(arb(-1), lambda: arb(1), lambda: arb(-3)) == -3


def test_what_has_no_guard_has_no_value() -> None:
    assert not BALLS.choose(arb("nan"), lambda: arb(1), lambda: arb(1)).is_finite()
    with pytest.raises(Undefined):
        FLOATS.choose(float("nan"), lambda: 1.0, lambda: 1.0)


def test_on_the_kink_there_is_no_slope_and_beside_it_there_is() -> None:
    duals = Duals(BALLS)

    def slope(at: int) -> object:
        u = Dual(arb(at), arb(1), duals.level)
        return duals.choose(u, lambda: u, lambda: -1 * u).slope

    assert slope(2) == 1 and slope(-2) == -1
    with pytest.raises(Undefined):
        slope(0)
    with pytest.raises(Undefined):
        duals.choose(arb(0, 1), lambda: arb(1), lambda: arb(2))


TRIANGLE = Statement(*TRUE["the triangle"])


def test_a_case_distinction_is_replayed_from_its_certificate() -> None:
    found = decide(TRIANGLE, CONTEXT)
    assert isinstance(found, Proved) and found.law == "cases" and found.certificate is not None
    assert replay(found.certificate) == found
    assert replayed(write(found)) == found


def certificate_of(ways: tuple[tuple[Gap, ...], ...]) -> Certificate:
    of, _ = branches()
    return Certificate("cases", TRIANGLE, {"of": of, "ways": ways}, CONTEXT, (), (), 0)


def branches(name: str = "the triangle") -> tuple[tuple[t.Term, ...], tuple[tuple[Gap, ...], ...]]:
    found = decide(Statement(*TRUE[name]), CONTEXT)
    assert isinstance(found, Proved) and found.certificate is not None
    of, ways = (found.certificate.arguments[key] for key in ("of", "ways"))
    return of, ways  # type: ignore[return-value]


def test_every_branch_must_be_shown() -> None:
    of, ways = branches()
    assert laws.cases(Normaliser(CONTEXT), TRIANGLE, of, ways) is not None
    assert len(ways) == 2 ** len(of) and len(set(ways)) > 2
    for i in range(len(ways)):
        row = certificate_of(ways[:i] + ways[i + 1:])
        with pytest.raises(Rejected):
            print(replay(row))
    assert laws.cases(Normaliser(CONTEXT), TRIANGLE, of, ways[::-1]) is None
    assert laws.cases(Normaliser(CONTEXT), TRIANGLE, of, tuple(() for _ in ways)) is None


@pytest.mark.parametrize("relation", [Relation.PROPORTIONAL, Relation.IMPLIES])
def test_a_case_distinction_shows_inequalities_and_equations_alone(relation: Relation) -> None:
    zero = Statement(A, relation, A)
    assert laws.cases(Normaliser(CONTEXT), zero, (A,), ((), ())) is None
    assert laws.cases(Normaliser(CONTEXT), zero, (A,), ((),) * 4) is None


def test_a_strict_inequality_needs_more_than_no_difference() -> None:
    row = Statement(n(0), Relation.LESS, size(A))
    assert laws.cases(Normaliser(CONTEXT), row, (A,), ((), ())) is None
    above = Statement(A, Relation.LESS, plus(size(A), n(1)))
    assert laws.cases(Normaliser(CONTEXT), above, (A,), ((), ())) is None  # u ≤ 0 gives no sign to −2u + 1 yet


def test_a_sign_is_known_at_one_place_and_not_under_a_sum() -> None:
    """Where r(y) ≥ 0 at the free y, nothing is known of the y that a sum binds."""
    row = Statement(t.total(Y, size(R)), LESS, plus(t.total(Y, R), size(R), minus(R)))
    assert refute(row, CONTEXT) is not None
    for first in ((), (Gap((), n(1), R, absolute=True),)):
        for second in ((), (Gap((), n(1), minus(R), absolute=True),)):
            assert laws.cases(Normaliser(CONTEXT), row, (R,), (first, second)) is None


def test_a_sign_is_that_of_the_term_and_of_no_other() -> None:
    row = Statement(size(A), LESS, A)
    for of in (B, plus(A, B), times(A, A), BETA, plus(A, n(1)), minus(A)):
        assert laws.cases(Normaliser(CONTEXT), row, (of,), ((), ())) is None


def test_the_kernel_takes_derivatives_on_either_side_of_a_kink_and_says_so() -> None:
    slope = t.Partial(size(A), A)
    for claimed in (n(1), n(-1), n(0), A, size(A)):
        assert not isinstance(decide(Statement(slope, EQUAL, claimed), CONTEXT), Proved)
    found = decide(Statement(slope, EQUAL, times(size(A), t.Power(A, n(-1)))), CONTEXT)
    assert isinstance(found, Proved)
    assert [(each.of, each.sign) for each in found.assumptions] == [(of_atom(Atom("scalar", "a")), "≠")]
    assert granted(found) == (KINKS,)
    still = decide(Statement(t.Partial(size(B), A), EQUAL, n(0)), CONTEXT)
    assert isinstance(still, Proved) and not still.assumptions and granted(still) == ()


def step(u: t.Term) -> t.Term:
    return t.Cases((u,), (n(1), n(0)))


ABOVE, BELOW = step(A), plus(n(1), minus(step(minus(A))))
"""1 where a >= 0, and 1 where a > 0: of what is not 0 they are one."""


SLOPES = {
    "relu": (larger(A, n(0)), ABOVE),
    "relu, without the kink": (larger(A, n(0)), BELOW),
    "a square of a part": (t.Power(larger(A, n(0)), n(2)), times(n(2), larger(A, n(0)))),
    "a step": (times(ABOVE, B), n(0)),
    "a |a|": (times(A, size(A)), times(n(2), size(A))),
    "a part in a part": (larger(plus(larger(A, n(0)), minus(B)), n(0)),
                         times(ABOVE, step(plus(larger(A, n(0)), minus(B))))),
    "a clip": (smaller(larger(A, n(0)), n(1)), times(ABOVE, step(plus(n(1), minus(A))))),
    "its sign": (size(A), t.Fn("sign", (A,))),
    "a logarithm": (t.log(plus(n(1), size(A))), times(t.Fn("sign", (A,)), t.Power(plus(n(1), size(A)), n(-1)))),
}


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_hold_at_each_place_off_the_kinks_and_are_proved(name: str) -> None:
    """Held against dual numbers, which know nothing of the kernel."""
    body, slope = SLOPES[name]
    row = Statement(t.Partial(body, A), EQUAL, slope)
    for a, b in [(F(-3, 2), F(1, 3)), (F(1, 2), F(1, 3)), (F(2), F(-1)), (F(2), F(3))]:
        case = Case({}, {"a": a, "b": b}, {})
        assert evaluate(row.left, case).overlaps(evaluate(row.right, case))
    found = decide(row, CONTEXT)
    assert isinstance(found, Proved) and "≠" in {each.sign for each in found.assumptions}
    assert found.certificate is not None and replay(found.certificate) == found
    for wrong in (body, plus(slope, n(1)), minus(slope), times(slope, A)):
        if slope != n(0) or wrong in (body, plus(slope, n(1))):
            assert not isinstance(decide(Statement(t.Partial(body, A), EQUAL, wrong), CONTEXT), Proved)


def test_two_that_are_one_on_an_open_set_have_no_kink_there() -> None:
    """The larger of a and max(a, 0): where a > 0 they are the same, and nothing is asked of their difference."""
    found = decide(Statement(t.Partial(larger(A, larger(A, n(0))), A), EQUAL, ABOVE), CONTEXT)
    assert isinstance(found, Proved)
    assert [(each.of, each.sign) for each in found.assumptions] == [(of_atom(Atom("scalar", "a")), "≠")]


def test_that_something_is_not_0_is_taken_from_the_statement_and_not_from_a_weight() -> None:
    row = Statement(ABOVE, LESS, BELOW)  # false at 0
    weight = times(A, t.Power(A, n(-1)), n(0))
    assert laws.cases(Normaliser(CONTEXT), row, (A,), ((Gap((), weight, A, square=True),), ())) is None
    assert laws.cases(Normaliser(CONTEXT), row, (A,), ((), ())) is None


def test_a_branch_below_0_is_empty_where_what_is_there_less_than_0_is_not() -> None:
    """KL < 0 never; and that a is at least 0 says nothing against a <= 0."""
    kl = t.kl(Y, P, Q)
    row = Statement(step(kl), EQUAL, n(1))
    found = decide(row, CONTEXT)
    assert isinstance(found, Proved) and found.law == "cases" and found.certificate is not None
    assert replay(found.certificate) == found
    assert not isinstance(decide(Statement(step(minus(kl)), EQUAL, n(0)), CONTEXT), Proved)
    assert not isinstance(decide(Statement(step(plus(kl, n(-1))), EQUAL, n(1)), CONTEXT), Proved)
    ways: tuple[tuple[Gap, ...], ...] = found.certificate.arguments["ways"]  # type: ignore[assignment]
    for kept in (True, False):  # neither that KL >= 0 nor that it is below 0 does by itself
        some = tuple(tuple(gap for gap in way if gap.absolute is kept) for way in ways)
        with pytest.raises(Rejected):
            replay(replace(found.certificate, arguments={**found.certificate.arguments, "ways": some}))


def test_a_root_is_taken_of_what_is_positive() -> None:
    root = t.Power(size(A), n(F(1, 2)))
    found = decide(Statement(times(root, root), EQUAL, size(A)), CONTEXT)
    assert isinstance(found, Proved) and {each.sign for each in found.assumptions} == {">"}
    assert not isinstance(decide(Statement(times(root, root), EQUAL, A), CONTEXT), Proved)
