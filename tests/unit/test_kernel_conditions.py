"""Conditions of the trusted part, each with a false statement that is proved without it.

Where the statement is about numbers, the ball oracle says first that it is false. The certificates are forged by
hand: no search would propose them, and the kernel must not need to trust that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import Atom, of_atom
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.replay import LAWS, Rejected, prove, replay
from symkl.kernel.verdict import Condition, Fact, Proved
from symkl.language.certificate import Attainment, Certificate, Gap, Guess, Optimality, Premise, Solution
from symkl.language.functions import DETACHED
from symkl.language.terms import End, Policy, Relation, Sense, Statement, Variable
from symkl.proving.wording import sources
from symkl.refuting.limits import refute_limit
from symkl.refuting.values import refute

X, Y, Z, W = Variable("x", "x"), Variable("y", "y"), Variable("z", "y"), Variable("w", "y")
A, B, C, H = t.Scalar("a"), t.Scalar("b"), t.Scalar("c"), t.Scalar("h")
β, τ = t.Scalar("β"), t.Scalar("τ")
CONTEXT = t.Context(frozenset({"β", "τ", "h", "k"}), parametrised=frozenset({"θ"}))
EQUAL, LESS, PROPORTIONAL = Relation.EQUAL, Relation.LESS_EQUAL, Relation.PROPORTIONAL


def n(value: int, below: int = 1) -> t.Term:
    return t.Number(Fraction(value, below))


def add(*terms: t.Term) -> t.Term:
    return t.Add(terms)


def mul(*factors: t.Term) -> t.Term:
    return t.Mul(factors)


def minus(term: t.Term) -> t.Term:
    return mul(n(-1), term)


def power(term: t.Term, e: int) -> t.Term:
    return t.Power(term, n(e))


def p(symbol: str = "p", y: Variable = Y, *given: Variable) -> t.Apply:
    return t.Apply(symbol, (y,), given)


def f(symbol: str = "f", *at: Variable) -> t.Apply:
    return t.Apply(symbol, (), at or (Y,))


def entropy(policy: t.Apply, *weight: t.Term) -> t.Term:
    """``-w π log π``, for one outcome."""
    return mul(n(-1), *weight, policy, t.log(policy))


def best(body: t.Term, sense: Sense = Sense.MAX) -> t.Optimum:
    return t.Optimum(sense, "π", body)


def where(body: t.Term) -> t.Optimiser:
    return t.Optimiser(Sense.MAX, "π", body)


def shown(law: str, row: Statement, context: t.Context = CONTEXT, facts: tuple[Fact, ...] = (),
          premises: tuple[Premise, ...] = (), fresh: int = 0, **arguments: Guess) -> Proved | Fact | None:
    """What a law says to a certificate that is made up."""
    try:
        return prove(Normaliser(context, facts, 60_000, premises, fresh), law, row, **arguments)
    except Unsupported:
        return None


def shows(law: str, row: Statement, context: t.Context = CONTEXT, facts: tuple[Fact, ...] = (),
          premises: tuple[Premise, ...] = (), fresh: int = 0, **arguments: Guess) -> bool:
    """Whether a law takes it."""
    return shown(law, row, context, facts, premises, fresh, **arguments) is not None


def false(row: Statement, context: t.Context = CONTEXT, **more: object) -> bool:
    """Whether the oracle finds numbers at which a statement is certainly false."""
    return refute(row, context, **more) is not None  # type: ignore[arg-type]


# -- maximum: every premise of Gibbs' inequality -----------------------------------------------

PI = p("π")
HEAD = t.total(Y, add(mul(PI, t.log(f("h"))), entropy(PI)))  # largest at h / Σ h, where it is log Σ h
SUM_H = t.total(Y, f("h"))
TILTED = mul(f("h"), power(SUM_H, -1))
RIGHT = Optimality((Y,), (), (), TILTED, n(1), n(0))


def test_the_right_maximiser_is_taken() -> None:
    assert isinstance(shown("value", Statement(best(HEAD), EQUAL, t.log(SUM_H)), why=(RIGHT,)), Proved)
    star = replace(CONTEXT, definitions={"q": t.Definition("q", (Y,), TILTED)})
    found = shown("optimal", Statement(p("q"), EQUAL, where(HEAD)), star, why=RIGHT)
    assert isinstance(found, Proved) and Condition("h", ">") in found.assumptions


def test_a_maximiser_sums_to_one() -> None:
    """With q = h, which does not, the "maximum" is Σ h - 1; but it is log Σ h."""
    claimed = add(SUM_H, n(-1))
    assert false(Statement(t.log(SUM_H), EQUAL, claimed))
    why = replace(RIGHT, q=f("h"))
    assert not shows("value", Statement(best(HEAD), EQUAL, claimed), why=(why,))


def test_a_maximiser_is_positive() -> None:
    """With q = f / Σ f for an f of any sign, q may be no policy at all."""
    sums = power(t.total(Y, f()), -1)
    head = t.total(Y, add(mul(PI, t.log(mul(f(), sums))), entropy(PI)))
    assert false(Statement(n(0), LESS, mul(f(), sums)))
    why = replace(RIGHT, q=mul(f(), sums))
    assert not shows("value", Statement(best(head), EQUAL, n(0)), why=(why,))


def largest(body: t.Term, why: Optimality) -> bool:
    """Whether the kernel takes a certificate of the maximum of an objective, as it is written."""
    nf = Normaliser(CONTEXT)
    return laws.maximum(nf, nf.objective(best(body)), why) is not None


def phi(of: t.Term) -> t.Term:
    return add(of, n(-1), minus(t.log(of)))


@pytest.mark.parametrize("weight", [A, minus(β), n(-1)])
def test_the_weight_of_the_entropy_is_positive(weight: t.Term) -> None:
    """Where it is negative the policy found is the worst one, and not the best."""
    def head(w: t.Term) -> t.Term:
        return t.total(Y, add(mul(w, PI, t.log(p("q"))), entropy(PI, w)))

    ratio = t.log(mul(p(), power(p("q"), -1)))
    assert false(Statement(t.total(Y, mul(minus(weight), p(), ratio)), LESS, n(0)))
    assert not largest(head(weight), Optimality((Y,), (), (), p("q"), weight, n(0)))
    assert largest(head(β), Optimality((Y,), (), (), p("q"), β, n(0)))


@pytest.mark.parametrize("weight", [A, minus(β)])
def test_the_weight_of_the_cross_entropy_is_positive(weight: t.Term) -> None:
    def head(w: t.Term) -> t.Term:
        return t.total(Y, mul(w, p("q"), t.log(PI)))

    claimed = t.total(Y, mul(weight, p("q"), t.log(p("q"))))
    assert false(Statement(t.total(Y, mul(weight, p("q"), t.log(p()))), LESS, claimed))
    assert not largest(head(weight), Optimality((Y,), (), (), p("q"), n(0), mul(weight, p("q"))))
    assert largest(head(β), Optimality((Y,), (), (), p("q"), n(0), mul(β, p("q"))))


def test_both_weights_are_positive_and_one_does_not_make_up_for_the_other() -> None:
    ratio, turned = mul(p("q"), power(PI, -1)), mul(PI, power(p("q"), -1))

    def head(above: int, below: int) -> t.Term:
        return t.total(Y, add(mul(n(-above), PI, phi(ratio)), mul(n(-below), phi(turned))))

    for above, below in ((2, -3), (-2, 3), (3, -2), (-1, -1)):
        assert not largest(head(above, below), Optimality((Y,), (), (), p("q"), n(above), n(below)))
    for above, below in ((2, 3), (1, 1), (1, 0), (0, 1)):
        assert largest(head(above, below), Optimality((Y,), (), (), p("q"), n(above), n(below)))


def test_a_maximiser_needs_curvature() -> None:
    """Where f does not depend on π, every policy is best, and not q alone."""
    flat = Optimality((Y,), (), (), p("q"), n(0), n(0))
    assert not shows("optimal", Statement(p("q"), EQUAL, where(β)), why=flat)
    assert laws.maximum(Normaliser(CONTEXT), Normaliser(CONTEXT)(β), flat) is None


def test_a_maximiser_does_not_depend_on_the_policy() -> None:
    """Every policy is its own maximiser of what is flat, if it may be named by itself."""
    nf = Normaliser(CONTEXT)
    own = p(BOUND_POLICY)
    assert laws.maximum(nf, nf(n(0)), Optimality((Y,), (), (), own, n(1), n(0))) is None


def test_the_maximum_does_not_depend_on_the_policy() -> None:
    """What is left over still has π in it: then q need not be best."""
    more = t.total(Y, add(mul(PI, f()), mul(PI, t.log(p("q"))), entropy(PI)))
    why = Optimality((Y,), (), (), p("q"), n(1), n(0))
    assert not shows("optimal", Statement(p("q"), EQUAL, where(more)), why=why)


def test_the_outcomes_of_a_maximiser_are_distinct() -> None:
    twice = Optimality((Y, Y), (), (), p("q"), n(1), n(0))
    assert laws.maximum(Normaliser(CONTEXT), Normaliser(CONTEXT)(n(0)), twice) is None
    at = p("π", Y, Y)
    diagonal = t.total(Y, add(mul(at, t.log(p("p"))), entropy(at), at))  # says nothing of π(y|z) for z ≠ y
    q = replace(CONTEXT, definitions={"q": t.Definition("q", (Y, Z), p("p"))})
    why = Optimality((Y,), (Y,), (), p("p"), n(1), n(0))
    assert not shows("optimal", Statement(p("q", Y, Y), EQUAL, where(diagonal)), q, why=why)


def test_weights_do_not_depend_on_the_policy() -> None:
    """The rule is drawn for weights that are numbers, whatever π is."""
    own = p(BOUND_POLICY)
    ratio = mul(p("q"), power(PI, -1))
    head = t.total(Y, mul(n(-1), PI, PI, phi(ratio)))
    assert not largest(head, Optimality((Y,), (), (), p("q"), own, n(0)))
    both = t.total(Y, add(mul(n(-1), PI, PI, phi(ratio)), mul(n(-1), PI, phi(power(ratio, -1)))))
    assert not largest(both, Optimality((Y,), (), (), p("q"), own, own))


def test_a_maximiser_has_outcomes() -> None:
    """log f - f for a function f that is no policy."""
    nf = Normaliser(CONTEXT)
    of = t.Apply("π", (), (X,))
    why = Optimality((), (X,), (), n(1), n(0), n(1))
    assert laws.maximum(nf, nf.objective(best(add(t.log(of), minus(of)))), why) is None


def test_what_is_averaged_is_given() -> None:
    """max over π(y) of Σ_x D(x) f_x: one policy for all x cannot be the best for each."""
    row = t.total(X, mul(t.Apply("D", (X,), ()), t.total(Y, add(mul(PI, t.log(f("h", X, Y))), entropy(PI)))))
    q = mul(f("h", X, Y), power(t.total(Y, f("h", X, Y)), -1))
    why = Optimality((Y,), (), (X,), q, t.Apply("D", (X,), ()), n(0))
    claimed = t.total(X, mul(t.Apply("D", (X,), ()), t.log(t.total(Y, f("h", X, Y)))))
    assert not shows("value", Statement(best(row), EQUAL, claimed), why=(why,))
    inside = t.total(Y, mul(p("p"), add(t.log(f("h", X, Y)), minus(t.log(p("p"))))))
    assert isinstance(shown("inequality", Statement(inside, LESS, t.log(t.total(Y, f("h", X, Y)))), gaps=(
        Gap((Y,), p("p"), mul(q, power(p("p"), -1))),)), Proved)


def test_a_policy_is_claimed_in_its_own_variables() -> None:
    """The maximiser at (y, z) is no maximiser at (z, y): which argument is the outcome matters."""
    head = t.total(Y, add(mul(p("π", Y, Z), t.log(f("h", Y, Z))), entropy(p("π", Y, Z))))
    q = mul(f("h", Y, Z), power(t.total(Y, f("h", Y, Z)), -1))
    star = replace(CONTEXT, definitions={"q": t.Definition("q", (Y, Z), q)})
    why = Optimality((Y,), (Z,), (), q, n(1), n(0))
    assert isinstance(shown("optimal", Statement(p("q", Y, Z), EQUAL, where(head)), star, why=why), Proved)
    turned = replace(CONTEXT, definitions={"q": t.Definition("q", (Z, Y), q)})
    assert not shows("optimal", Statement(p("q", Z, Y), EQUAL, where(head)), turned, why=why)
    for named in (t.Apply("q", (Y,), (Y,)), t.Apply("q", (), (Y, Z)), t.Apply("q", (Y, Z), ())):
        assert not shows("optimal", Statement(named, EQUAL, where(head)), star, why=why)


def test_a_maximiser_is_not_spelled_in_names_that_the_kernel_has_yet_to_give() -> None:
    """The uniform policy mentions no outcome; still its name could be caught by a sum that is opened."""
    later = Variable("~1", "y")
    uniform = Optimality((later,), (), (), power(t.total(Y, n(1)), -1), n(1), n(0))
    row = Statement(best(t.total(Y, entropy(PI))), EQUAL, t.log(t.total(Y, n(1))))
    assert not shows("value", row, why=(uniform,))
    assert shows("value", row, fresh=1, why=(uniform,))
    gap = Gap((later,), n(1), β)
    bound = Statement(t.total(Y, t.log(β)), LESS, t.total(Y, add(β, n(-1))))
    assert not shows("inequality", bound, gaps=(gap,))
    assert shows("inequality", bound, fresh=1, gaps=(gap,))


def test_another_policy_is_not_the_maximiser() -> None:
    assert not shows("optimal", Statement(p("p"), EQUAL, where(HEAD)), why=RIGHT)


def test_an_arg_max_is_compared_by_equations_alone_and_with_a_policy_or_its_formula() -> None:
    star = replace(CONTEXT, definitions={"q": t.Definition("q", (Y,), TILTED)})
    for relation in (LESS, PROPORTIONAL, Relation.IMPLIES):
        assert not shows("optimal", Statement(p("q"), relation, where(HEAD)), star, why=RIGHT)
    assert shows("optimal", Statement(TILTED, EQUAL, where(HEAD)), why=RIGHT)
    assert not shows("optimal", Statement(mul(n(2), TILTED), EQUAL, where(HEAD)), why=RIGHT)
    assert not shows("optimal", Statement(f("h"), EQUAL, where(HEAD)), why=RIGHT)  # a function, and no formula
    assert not shows("optimal", Statement(p("q"), EQUAL, best(HEAD)), star, why=RIGHT)


# -- two problems ------------------------------------------------------------------------------

OTHER = t.total(Y, add(mul(PI, t.log(f("k"))), entropy(PI)))


def test_problems_with_different_maximisers_are_not_one() -> None:
    of_k = Optimality((Y,), (), (), mul(f("k"), power(t.total(Y, f("k")), -1)), n(1), n(0))
    both = Statement(best(HEAD), EQUAL, best(OTHER))
    assert not shows("same_maximiser", both, of_left=RIGHT, of_right=of_k)
    assert not shows("same_maximiser", both, of_left=RIGHT, of_right=RIGHT)
    assert not shows("same_maximiser", both, of_left=of_k, of_right=of_k)
    assert shows("same_maximiser", Statement(best(HEAD), EQUAL, best(HEAD)), of_left=RIGHT, of_right=RIGHT)


def test_problems_over_other_places_are_not_one() -> None:
    """π(y|z) with the same q(y) for all z: one problem is over functions of z as well."""
    at_z = t.total(Y, add(mul(p("π", Y, Z), t.log(f("h"))), entropy(p("π", Y, Z))))
    right = replace(RIGHT, given=(Z,))
    row = Statement(best(HEAD), EQUAL, best(at_z))
    assert not shows("same_maximiser", row, of_left=RIGHT, of_right=right)


@pytest.mark.parametrize("factor", [n(-1), A, minus(β), n(0)])
def test_a_factor_between_objectives_is_positive(factor: t.Term) -> None:
    row = Statement(best(mul(factor, HEAD)), EQUAL, best(HEAD))
    assert not shows("same_optimiser", row, factor=factor)
    assert shows("same_optimiser", Statement(best(mul(β, HEAD)), EQUAL, best(HEAD)), factor=β)


def test_a_factor_between_objectives_does_not_depend_on_the_policy() -> None:
    mean = t.total(Y, mul(PI, f("h")))
    row = Statement(best(mul(mean, mean)), EQUAL, best(mean))
    assert not shows("same_optimiser", row, factor=t.total(Y, mul(p(BOUND_POLICY), f("h"))))


def test_a_difference_between_objectives_does_not_depend_on_the_policy() -> None:
    assert not shows("same_optimiser", Statement(best(HEAD), EQUAL, best(OTHER)), factor=n(1))


def test_only_problems_of_one_kind_are_compared_and_by_equations() -> None:
    for law, more in (("same_optimiser", {"factor": n(1)}), ("same_maximiser", {"of_left": RIGHT, "of_right": RIGHT})):
        for row in (Statement(best(HEAD), LESS, best(HEAD)), Statement(best(HEAD), EQUAL, where(HEAD)),
                    Statement(HEAD, EQUAL, HEAD), Statement(best(HEAD), PROPORTIONAL, best(HEAD))):
            assert not shows(law, row, **more)  # type: ignore[arg-type]
        assert shows(law, Statement(where(HEAD), Relation.EQUIVALENT, where(HEAD)), **more)  # type: ignore[arg-type]


# -- equations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", [LESS, Relation.LESS, Relation.GREATER, Relation.GREATER_EQUAL, Relation.IMPLIES])
def test_equal_normal_forms_show_equations_alone(relation: Relation) -> None:
    """0 < 0 is false, though both sides have the same normal form."""
    assert not shows("identity", Statement(β, relation, β))
    assert not shows("value", Statement(β, relation, β), why=())
    assert not shows("tends", Statement(t.Limit(A, β, End.ZERO), relation, A))
    assert shows("identity", Statement(β, EQUAL, β))


def test_a_value_is_not_taken_for_another_maximum() -> None:
    """A maximum that none of the given maximisers fits stays what it is."""
    assert not shows("value", Statement(best(OTHER), EQUAL, t.log(SUM_H)), why=(RIGHT,))
    assert not shows("value", Statement(best(HEAD), EQUAL, n(0)), why=())
    assert not shows("value", Statement(best(HEAD), EQUAL, n(0)), why=(RIGHT,))


@pytest.mark.parametrize(("left", "right", "outcomes"), [
    (f(), mul(f("g"), f()), (Y,)),
    (f(), f("g"), (Y,)),
    (f("f", X, Y), mul(f("g", X), f("f", X, Y)), (X, Y)),
    (n(0), f(), (Y,)),
    (p("p", Y, X), mul(f("g", X), p("p", Y, X)), (X,)),
    (p("p", Y, X), mul(f("g"), p("p", Y, X)), (X,)),
])
def test_what_is_not_proportional(left: t.Term, right: t.Term, outcomes: tuple[Variable, ...]) -> None:
    assert not shows("proportional", Statement(left, PROPORTIONAL, right), outcomes=outcomes)


def test_a_proportionality_is_one_and_in_variables_that_are_there() -> None:
    row = Statement(f("f", X, Y), PROPORTIONAL, mul(f("g", X), f("f", X, Y)))
    found = shown("proportional", row, outcomes=(Y,))
    assert isinstance(found, Proved) and found.factor is not None and found.factor.terms
    assert shows("proportional", Statement(f(), PROPORTIONAL, mul(n(2), f())), outcomes=(Y,))
    assert shows("proportional", Statement(mul(β, f(), power(f(), -1)), PROPORTIONAL, τ), outcomes=(Y,))
    assert not shows("proportional", row, outcomes=())
    assert not shows("proportional", row, outcomes=(Z,))
    for relation in (EQUAL, LESS):
        assert not shows("proportional", replace(row, relation=relation), outcomes=(Y,))


# -- inequalities ------------------------------------------------------------------------------


def test_phi_is_of_what_is_positive() -> None:
    """φ(t) + φ(1/t) = t + 1/t - 2, where no logarithm is left to warn; at t = -1 it is -4."""
    row = Statement(n(2), LESS, add(A, power(A, -1)))
    assert false(row)
    assert not shows("inequality", row, gaps=(Gap((), n(1), A), Gap((), n(1), power(A, -1))))
    held = Statement(n(2), LESS, add(β, power(β, -1)))
    assert shows("inequality", held, gaps=(Gap((), n(1), β), Gap((), n(1), power(β, -1))))


@pytest.mark.parametrize("of", [A, add(n(1), minus(p())), f(), mul(p(), power(add(n(1), minus(p())), -1))])
def test_phi_is_of_what_the_statement_itself_needs_to_be_positive(of: t.Term) -> None:
    """``log a <= a - 1`` has a meaning for a > 0 alone, and rests on it; what only a weight has, is no such thing."""
    bound = shown("inequality", Statement(t.log(of), LESS, add(of, n(-1))), gaps=(Gap((), n(1), of),))
    assert isinstance(bound, Proved) and any(c.sign == ">" and not isinstance(c.of, str) for c in bound.assumptions)
    less = Statement(add(n(2), minus(of)), LESS, power(of, -1))
    hidden = add(n(1), t.log(of), minus(t.log(of)))
    assert false(Statement(n(2), LESS, add(A, power(A, -1))))
    assert not shows("inequality", less, gaps=(Gap((), hidden, of), Gap((), hidden, power(of, -1))))
    other = p("q")
    assert not shows("inequality", Statement(add(t.log(of), minus(other)), LESS, n(5)), gaps=(Gap((), n(1), add(n(1), minus(other))),))


def test_what_is_needed_somewhere_is_needed_at_every_place() -> None:
    """``Σ p log(1 - p) <= 0``: the statement needs 1 - p > 0 for the y of its sum, whatever that is called."""
    log_of = t.log(add(n(1), minus(p())))
    row = Statement(t.total(Y, mul(p(), log_of)), LESS, n(0))
    assert shows("inequality", row, gaps=(Gap((W,), p(y=W), add(n(1), minus(p(y=W)))),))
    assert not shows("inequality", row, gaps=(Gap((W,), p(y=W), add(n(1), minus(p("q", W)))),))


@pytest.mark.parametrize(("of", "over"), [(p(), Y), (f("h"), Y), (power(f(), 2), Y), (p("p", Y, X), Y), (mul(p(), f("h")), Y)])
def test_a_part_is_at_most_the_whole(of: t.Term, over: Variable) -> None:
    row = Statement(of, LESS, t.total(over, of))
    part = Gap((), n(1), of, over=(over,))
    assert shows("inequality", row, gaps=(part,)) and not false(row)
    assert not shows("inequality", Statement(of, Relation.LESS, t.total(over, of)), gaps=(part,))  # there may be one alone
    assert not shows("inequality", Statement(t.total(over, of), LESS, of), gaps=(part,))
    half = Statement(of, LESS, mul(n(1, 2), t.total(over, of)))
    assert false(half) and not shows("inequality", half, gaps=(part,))


@pytest.mark.parametrize("of", [f(), minus(p()), mul(p(), f()), power(f(), 3)])
def test_a_part_is_not_negative(of: t.Term) -> None:
    row = Statement(of, LESS, t.total(Y, of))
    assert false(row) and not shows("inequality", row, gaps=(Gap((), n(1), of, over=(Y,)),))


def test_a_part_is_of_a_sum_and_of_no_integral() -> None:
    """A density may be more than 1."""
    part = Gap((), n(1), p(), over=(Y,))
    assert shows("inequality", Statement(p(), LESS, n(1)), gaps=(part,))
    dense = replace(CONTEXT, measures=frozenset({"y"}))
    assert not shows("inequality", Statement(p(), LESS, n(1)), dense, gaps=(part,))


def test_signs_are_read_above_what_is_positive() -> None:
    """``1 - σ`` is ``e^u/(1 + e^u)``: a weight, and what a logarithm is of."""
    u, σ = f(), t.logistic(f())
    rest = add(n(1), minus(σ))
    assert shows("inequality", Statement(t.log(rest), LESS, add(rest, n(-1))), gaps=(Gap((), n(1), rest),))
    assert shows("inequality", Statement(n(0), LESS, mul(rest, power(A, 2))), gaps=(Gap((), rest, A, True),))
    for wrong in (add(n(1), minus(mul(n(2), σ))), add(σ, n(-1))):
        assert not shows("inequality", Statement(n(0), LESS, mul(wrong, power(u, 2))), gaps=(Gap((), wrong, u, True),))
    below = power(add(n(1), A), -1)
    assert not shows("inequality", Statement(n(0), LESS, mul(below, power(B, 2))), gaps=(Gap((), below, B, True),))


@pytest.mark.parametrize(("left", "right", "wrong"), [
    (t.log(mul(p(), power(add(n(1), minus(p())), -1))), add(t.log(p()), minus(t.log(add(n(1), minus(p()))))), t.log(p())),
    (t.log(power(A, -3)), mul(n(-3), t.log(A)), mul(n(3), t.log(A))),
    (t.log(mul(n(-2), A)), add(t.log(n(2)), t.log(minus(A))), add(t.log(n(2)), t.log(A))),
    (t.log(mul(τ, power(add(β, n(-1)), -3))), add(t.log(τ), mul(n(-3), t.log(add(β, n(-1))))), t.log(τ)),
])
def test_a_logarithm_splits_where_one_factor_alone_decides_the_sign(left: t.Term, right: t.Term, wrong: t.Term) -> None:
    assert same(left, right) and not same(left, wrong)


def test_a_logarithm_does_not_split_where_two_factors_may_be_negative() -> None:
    """a b > 0 and a² > 0 for a, b < 0, too."""
    assert not same(t.log(mul(A, B)), add(t.log(A), t.log(B)))
    assert not same(t.log(power(A, 2)), mul(n(2), t.log(A)))
    assert not same(t.log(power(add(A, n(-1)), 2)), mul(n(2), t.log(add(A, n(-1)))))


@pytest.mark.parametrize("weight", [n(-1), A, minus(β), f("f")])
def test_the_weight_of_a_gap_is_not_negative(weight: t.Term) -> None:
    row = Statement(mul(weight, t.log(h := f("h"))), LESS, mul(weight, add(h, n(-1))))
    assert false(row)
    assert not shows("inequality", row, gaps=(Gap((), weight, h),))
    square = Statement(n(0), LESS, mul(weight, power(B, 2)))
    assert false(square)
    assert not shows("inequality", square, gaps=(Gap((), weight, B, True),))
    assert not shows("inequality", square, gaps=())


@pytest.mark.parametrize("rest", [A, n(-1), minus(β), power(A, 3), mul(A, B), add(β, n(-1)), minus(power(A, 2)),
                                  t.total(Y, f()), t.total(Y, power(f(), 3)), mul(A, power(B, 2))])
def test_what_is_left_over_is_not_negative(rest: t.Term) -> None:
    assert false(Statement(n(0), LESS, rest))
    assert not shows("inequality", Statement(n(0), LESS, rest), gaps=())
    assert not shows("inequality", Statement(rest, Relation.GREATER_EQUAL, n(0)), gaps=())


@pytest.mark.parametrize("rest", [power(A, 2), β, n(1), n(0), t.total(Y, power(f(), 2)), mul(β, power(add(A, n(0)), 4))])
def test_what_is_left_over_may_be_squares_and_positive_things(rest: t.Term) -> None:
    assert shows("inequality", Statement(n(0), LESS, rest), gaps=())
    assert shows("inequality", Statement(rest, Relation.GREATER_EQUAL, n(0)), gaps=())
    assert rest == n(0) or not shows("inequality", Statement(rest, LESS, n(0)), gaps=())


@pytest.mark.parametrize("rest", [n(0), power(A, 2), t.total(Y, power(f(), 2)), power(add(A, n(0)), 2)])
def test_less_asks_for_more_than_not_negative(rest: t.Term) -> None:
    assert isinstance(rest, t.Bind) or false(Statement(n(0), Relation.LESS, rest))
    for row in (Statement(n(0), Relation.LESS, rest), Statement(rest, Relation.GREATER, n(0))):
        assert not shows("inequality", row, gaps=())
    assert shows("inequality", Statement(n(0), Relation.LESS, β), gaps=())
    assert shows("inequality", Statement(β, Relation.GREATER, n(0)), gaps=())


def test_a_denominator_has_a_known_sign() -> None:
    """1 / (1 + a): what is above the line is positive, and says nothing."""
    below = power(add(n(1), A), -1)
    assert false(Statement(n(0), LESS, below))
    assert not shows("inequality", Statement(n(0), LESS, below), gaps=())
    for sign in (add(n(1), minus(β)), add(β, A), add(β, minus(τ)), add(f("h"), minus(β)), add(n(1), minus(f("h")))):
        assert false(Statement(n(0), LESS, power(sign, -1)))
        assert not shows("inequality", Statement(n(0), LESS, power(sign, -1)), gaps=())
        assert not shows("inequality", Statement(n(0), Relation.LESS, power(sign, -1)), gaps=())
    assert shows("inequality", Statement(n(0), LESS, power(add(n(1), β), -1)), gaps=())


@pytest.mark.parametrize("relation", [EQUAL, PROPORTIONAL, Relation.IMPLIES, Relation.APPROXIMATE, Relation.DEFINED])
def test_gaps_show_inequalities_alone(relation: Relation) -> None:
    assert false(Statement(n(0), EQUAL, β))
    assert not shows("inequality", Statement(n(0), relation, β), gaps=())
    assert not shows("inequality", Statement(β, relation, n(0)), gaps=())


PREMISE = Premise(f("f"), f("g"), "line 1")


def test_only_premises_that_were_given_are_used() -> None:
    row = Statement(f("f"), LESS, f("g"))
    assert false(row)
    gaps = (Gap((), n(1), PREMISE),)
    assert not shows("inequality", row, gaps=gaps)
    assert not shows("inequality", row, premises=(replace_upper(PREMISE, f("k")),), gaps=gaps)
    found = shown("inequality", row, premises=(PREMISE,), gaps=gaps)
    assert isinstance(found, Proved) and sources(found) == {"line 1"}
    assert not shows("inequality", Statement(f("g"), LESS, f("f")), premises=(PREMISE,), gaps=gaps)


def replace_upper(premise: Premise, upper: t.Term) -> Premise:
    return Premise(premise.lower, upper, premise.source)


def test_a_premise_is_moved_to_variables_of_its_sort() -> None:
    moved = Statement(f("f", Z), LESS, f("g", Z))
    assert shows("inequality", moved, premises=(PREMISE,), gaps=(Gap((), n(1), PREMISE, exchange=((Y, Z),)),))
    elsewhere = Statement(f("f", X), LESS, f("g", X))
    gap = Gap((), n(1), PREMISE, exchange=((Y, X),))
    assert false(elsewhere)
    assert not shows("inequality", elsewhere, premises=(PREMISE,), gaps=(gap,))


def test_a_premise_under_a_sum_keeps_its_weight_not_negative() -> None:
    row = Statement(t.total(Y, mul(f("k2"), f("f"))), LESS, t.total(Y, mul(f("k2"), f("g"))))
    assert false(row)
    assert not shows("inequality", row, premises=(PREMISE,), gaps=(Gap((Y,), f("k2"), PREMISE),))


# -- facts -------------------------------------------------------------------------------------


def taken(row: Statement, solution: Solution, context: t.Context = CONTEXT, facts: tuple[Fact, ...] = ()) -> object:
    return shown("substitution", row, context, facts, solution=solution, source="line 1")


def test_an_equation_is_solved_for_a_symbol() -> None:
    found = taken(Statement(A, EQUAL, B), Solution("a", (), (), B, n(1)))
    assert isinstance(found, Fact) and (found.symbol, found.source) == ("a", "line 1")
    nf = Normaliser(CONTEXT, [found])
    assert nf.is_zero(nf(A) - nf(B)) and nf.used == {found}
    assert taken(Statement(mul(β, A), EQUAL, B), Solution("a", (), (), mul(B, power(β, -1)), β))
    assert taken(Statement(minus(A), EQUAL, B), Solution("a", (), (), minus(B), n(-1)))
    assert taken(Statement(t.log(H), EQUAL, B), Solution("h", (), (), t.exp(B), n(1), True))


@pytest.mark.parametrize(("row", "solution"), [
    (Statement(A, EQUAL, B), Solution("a", (), (), C, n(1))),
    (Statement(A, EQUAL, B), Solution("a", (), (), B, n(2))),
    (Statement(A, EQUAL, B), Solution("a", (), (), B, n(0))),
    (Statement(n(0), EQUAL, n(0)), Solution("a", (), (), B, n(0))),
    (Statement(mul(C, A), EQUAL, mul(C, B)), Solution("a", (), (), B, C)),
    (Statement(mul(A, A), EQUAL, mul(A, B)), Solution("a", (), (), B, A)),
    (Statement(mul(H, H), EQUAL, mul(H, B)), Solution("h", (), (), B, H)),
    (Statement(mul(H, H), EQUAL, mul(H, τ)), Solution("h", (), (), τ, H)),
    (Statement(A, LESS, B), Solution("a", (), (), B, n(1))),
    (Statement(A, PROPORTIONAL, B), Solution("a", (), (), B, n(1))),
    (Statement(A, Relation.APPROXIMATE, B), Solution("a", (), (), B, n(1))),
    (Statement(A, EQUAL, add(mul(n(2), A), B)), Solution("a", (), (), add(mul(n(2), A), B), n(1))),
    (Statement(A, EQUAL, f()), Solution("a", (), (), f(), n(1))),
    (Statement(f("f", Y), EQUAL, f("g", Y, Z)), Solution("f", (), (Y,), f("g", Y, Z), n(1))),
    (Statement(f("f", Y, Y), EQUAL, f("g", Y)), Solution("f", (), (Y, Y), f("g", Y), n(1))),
    (Statement(β, EQUAL, A), Solution("β", (), (), A, n(1))),
    (Statement(β, EQUAL, n(-1)), Solution("β", (), (), n(-1), n(1))),
    (Statement(p(), EQUAL, f("h")), Solution("p", (Y,), (), f("h"), n(1))),
    (Statement(p(), EQUAL, mul(n(2), p("q"))), Solution("p", (Y,), (), mul(n(2), p("q")), n(1))),
    (Statement(p(), EQUAL, mul(f(), power(t.total(Y, f()), -1))),
     Solution("p", (Y,), (), mul(f(), power(t.total(Y, f()), -1)), n(1))),
    (Statement(p("p", Y, Y), EQUAL, p("q")), Solution("p", (Y,), (Y,), p("q"), n(1))),
    (Statement(t.Apply("J", (), (Policy("π"),)), EQUAL, B), Solution("J", (), (Policy("π"),), B, n(1))),
])  # fmt: skip
def test_from_which_equation_nothing_follows(row: Statement, solution: Solution) -> None:
    assert taken(row, solution) is None


def test_a_symbol_is_solved_for_once() -> None:
    row, solution = Statement(A, EQUAL, B), Solution("a", (), (), B, n(1))
    known = taken(row, solution)
    assert isinstance(known, Fact)
    assert taken(row, solution, facts=(known,)) is None
    assert taken(row, solution, replace(CONTEXT, definitions={"a": t.Definition("a", (), C)})) is None
    assert taken(Statement(A, EQUAL, A), solution, replace(CONTEXT, definitions={"a": t.Definition("a", (), B)})) is None


λ = t.Scalar("λ")
CONDITION = Statement(p(), EQUAL, mul(f("h"), t.exp(λ)))
FIRST = Solution("p", (Y,), (), mul(f("h"), t.exp(λ)), n(1))
NORMAL = Solution("λ", (), (), minus(t.log(SUM_H)), n(1))


def normalised_by(solution: Solution = FIRST, of: Solution = NORMAL, row: Statement = CONDITION,
                  context: t.Context = CONTEXT, facts: tuple[Fact, ...] = ()) -> object:
    return shown("multiplier", row, context, facts, solution=solution, of=of, source="line 1")


def test_a_multiplier_is_what_makes_the_sum_one() -> None:
    found = normalised_by()
    assert isinstance(found, Fact) and found.symbol == "λ"
    nf = Normaliser(CONTEXT, [found])
    assert nf.is_zero(nf(λ) + nf(t.log(SUM_H)))


@pytest.mark.parametrize("of", [
    replace(NORMAL, value=t.log(SUM_H)), replace(NORMAL, value=n(0)), replace(NORMAL, slope=n(-1)),
    replace(NORMAL, slope=n(0)), replace(NORMAL, logarithm=True), replace(NORMAL, symbol="μ"),
    replace(NORMAL, outcomes=(Y,)), replace(NORMAL, given=(Y,)),
])  # fmt: skip
def test_what_is_no_multiplier(of: Solution) -> None:
    assert normalised_by(of=of) is None


def test_a_multiplier_belongs_to_a_distribution_that_the_row_gives() -> None:
    assert normalised_by(replace(FIRST, value=f("h"))) is None
    function = Statement(f("g"), EQUAL, mul(f("h"), t.exp(λ)))
    assert normalised_by(replace(FIRST, symbol="g", outcomes=(), given=(Y,)), row=function) is None
    number = Statement(C, EQUAL, mul(τ, t.exp(λ)))  # no sum, so nothing that would have to be 1
    of = replace(NORMAL, value=minus(t.log(τ)))
    assert normalised_by(Solution("c", (), (), mul(τ, t.exp(λ)), n(1)), of, number) is None
    assert normalised_by(row=replace(CONDITION, relation=LESS)) is None
    assert normalised_by(row=Statement(p("p", Y, Y), EQUAL, mul(f("h"), t.exp(λ))),
                         solution=replace(FIRST, given=(Y,))) is None
    known = Fact("p", (Y,), (), Normaliser(CONTEXT)(p("q")), "line 0")
    assert normalised_by(facts=(known,)) is None


def test_a_distribution_known_up_to_a_factor() -> None:
    row = Statement(p(), PROPORTIONAL, f("h"))
    found = shown("normalised", row, source="line 1")
    assert isinstance(found, Fact)
    nf = Normaliser(CONTEXT, [found])
    assert nf.is_zero(nf(p()) - nf(TILTED))


@pytest.mark.parametrize("row", [
    Statement(p(), EQUAL, f("h")), Statement(p(), PROPORTIONAL, f("f")), Statement(p(), PROPORTIONAL, minus(f("h"))),
    Statement(f("g"), PROPORTIONAL, f("h")), Statement(A, PROPORTIONAL, f("h")), Statement(p(), PROPORTIONAL, p()),
    Statement(p("p", Y, Y), PROPORTIONAL, f("h")), Statement(p(), PROPORTIONAL, f("h", Y, Z)),
    Statement(mul(n(2), p()), PROPORTIONAL, f("h")),
])  # fmt: skip
def test_what_is_not_known_up_to_a_factor(row: Statement) -> None:
    assert not shows("normalised", row, source="line 1")


def test_what_is_defined_or_known_is_not_normalised_anew() -> None:
    row = Statement(p(), PROPORTIONAL, f("h"))
    defined = replace(CONTEXT, definitions={"p": t.Definition("p", (Y,), p("q"))})
    assert not shows("normalised", row, defined, source="line 1")
    known = Fact("p", (Y,), (), Normaliser(CONTEXT)(p("q")), "line 0")
    assert not shows("normalised", row, facts=(known,), source="line 1")


LEVELS = {
    "its logarithm": (Statement(add(t.log(p()), minus(t.log(f("h")))), EQUAL, C), True),
    "the ratio": (Statement(mul(p(), power(f("h"), -1)), EQUAL, C), False),
    "one over it": (Statement(C, EQUAL, mul(minus(f("h")), power(p(), -1))), False),
}
"""Rows that say of p/h that it does not depend on y, and whether of its logarithm."""


def level(logarithm: bool = False, symbol: str = "p", outcomes: tuple[Variable, ...] = (Y,),
          given: tuple[Variable, ...] = (), value: t.Term | None = None, slope: t.Term | None = None) -> Solution:
    return Solution(symbol, outcomes, given, value or f("h"), slope or n(1), logarithm)


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("by", [n(1), n(-2), β, mul(f("k", Y), n(-1))])
def test_a_condition_gives_a_distribution_up_to_a_factor(name: str, by: t.Term) -> None:
    row, logarithm = LEVELS[name]
    row = Statement(mul(by, row.left), EQUAL, mul(by, row.right))
    found = shown("normalised", row, source="line 1", of=level(logarithm, slope=by))
    assert isinstance(found, Fact)
    nf = Normaliser(CONTEXT, [found])
    assert nf.is_zero(nf(p()) - nf(TILTED))
    assert found.certificate is not None and replay(found.certificate) == found
    assert not shows("normalised", row, source="line 1"), "a row that is no proportion needs a solution"


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize(
    "of",
    [
        {"slope": n(2)}, {"slope": n(0)}, {"slope": A}, {"slope": f("f")}, {"value": f("f")}, {"value": minus(f("h"))},
        {"value": power(f("h"), 2)}, {"value": n(1)}, {"symbol": "q"}, {"outcomes": (), "given": (Y,)},
        {"outcomes": (Z,)}, {"given": (Y,)}, {"given": (X,)}, {"value": f("h", Z)},
    ],
)  # fmt: skip
def test_what_a_condition_does_not_give_up_to_a_factor(name: str, of: dict[str, Any]) -> None:
    row, logarithm = LEVELS[name]
    assert shows("normalised", row, source="line 1", of=level(logarithm))
    assert not shows("normalised", row, source="line 1", of=level(logarithm, **of))


@pytest.mark.parametrize("name", LEVELS)
def test_a_condition_up_to_a_factor_is_an_equation_of_what_moves(name: str) -> None:
    row, logarithm = LEVELS[name]
    of = level(logarithm)
    assert not shows("normalised", row, source="line 1", of=level(not logarithm))
    for relation in (LESS, Relation.GREATER_EQUAL, PROPORTIONAL, Relation.APPROXIMATE):
        assert not shows("normalised", replace(row, relation=relation), source="line 1", of=of)
    for side in (f("f"), mul(C, f("h")), p(), t.Fn(DETACHED, (C,))):
        assert not shows("normalised", replace(row, right=add(row.right, side)), source="line 1", of=of)
    unsigned = Statement(mul(A, row.left), EQUAL, mul(A, row.right))  # where a is 0 it says nothing
    assert not shows("normalised", unsigned, source="line 1", of=level(logarithm, slope=A))
    defined = replace(CONTEXT, definitions={"p": t.Definition("p", (Y,), p("q"))})
    assert not shows("normalised", row, defined, source="line 1", of=of)
    known = Fact("p", (Y,), (), Normaliser(CONTEXT)(p("q")), "line 0")
    assert not shows("normalised", row, facts=(known,), source="line 1", of=of)


# -- definitions and facts where they are used -------------------------------------------------


def same(left: t.Term, right: t.Term, context: t.Context = CONTEXT, facts: tuple[Fact, ...] = ()) -> bool:
    return shown("identity", Statement(left, EQUAL, right), context, facts) is not None


def defining(*definitions: t.Definition) -> t.Context:
    return replace(CONTEXT, definitions={d.symbol: d for d in definitions})


def test_a_definition_depends_on_its_parameters_alone() -> None:
    """c := r(y) is no number: under a sum over y it would be caught."""
    c = defining(t.Definition("c", (), f("r")))
    assert not same(t.total(Y, mul(p(), C)), t.total(Y, mul(p(), f("r"))), c)
    assert not same(C, f("r"), c)
    g = defining(t.Definition("g", (Z,), mul(f("r", Z), f("r", Y))))
    assert not same(t.total(Y, f("g")), t.total(Y, power(f("r"), 2)), g)
    assert same(f("g"), f("r"), defining(t.Definition("g", (Z,), f("r", Z))))


def test_a_definition_is_used_with_arguments_of_its_sorts() -> None:
    g = defining(t.Definition("g", (X,), f("r", X)))
    assert same(f("g", X), f("r", X), g)
    assert not same(f("g", Y), f("r", Y), g)
    assert not same(f("g", X, Y), f("r", X), g)
    assert not same(t.Scalar("g"), n(0), g)
    functional = defining(t.Definition("J", (Policy("π"),), t.total(Y, mul(PI, f("r")))))
    assert same(t.Apply("J", (), (Policy("p"),)), t.total(Y, mul(p(), f("r"))), functional)
    assert not same(t.Apply("J", (), (Y,)), t.total(Y, mul(PI, f("r"))), functional)


def test_nothing_is_defined_through_itself() -> None:
    loop = defining(t.Definition("a", (), add(B, n(1))), t.Definition("b", (), add(A, n(1))))
    assert not same(A, add(A, n(2)), loop)
    assert not same(A, n(0), loop)


def test_a_fact_is_used_with_arguments_of_its_sorts() -> None:
    known = Fact("g", (), (X,), Normaliser(CONTEXT)(f("r", X)), "line 1")
    assert same(f("g", X), f("r", X), facts=(known,))
    assert not same(f("g", Y), f("r", Y), facts=(known,))
    assert not same(f("g", X, Y), f("r", X), facts=(known,))
    conditional = Fact("p", (Y,), (X,), Normaliser(CONTEXT)(p("q", Y, X)), "line 1")
    assert not same(t.Apply("p", (Y, X), ()), p("q", Y, X), facts=(conditional,))
    assert not same(t.Apply("p", (), (Y, X)), p("q", Y, X), facts=(conditional,))


# -- signs in the normal form ------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), [
    (t.Power(power(A, 2), n(1, 2)), A),
    (t.log(power(A, 2)), mul(n(2), t.log(A))),
    (t.log(mul(A, B)), add(t.log(A), t.log(B))),
    (t.log(power(f(), 2)), mul(n(2), t.log(f()))),
    (t.Power(mul(A, B), n(1, 2)), mul(t.Power(A, n(1, 2)), t.Power(B, n(1, 2)))),
    (t.Power(power(add(n(1), A), 2), n(1, 2)), add(n(1), A)),
    (t.log(power(add(n(1), A), 2)), mul(n(2), t.log(add(n(1), A)))),
    (t.exp(mul(n(1, 2), t.log(power(A, 2)))), A),
    (t.Power(power(t.total(Y, f()), 2), n(1, 2)), t.total(Y, f())),
])  # fmt: skip
def test_roots_and_logarithms_of_what_may_be_negative(left: t.Term, right: t.Term) -> None:
    assert not same(left, right)


def test_what_is_below_a_line_is_cleared() -> None:
    one, other = add(n(1), A), add(n(1), B)
    quotients = add(power(one, -1), power(other, -1))
    assert same(quotients, mul(add(n(2), A, B), power(one, -1), power(other, -1)))
    assert not same(quotients, power(add(one, other), -1)) and not same(quotients, mul(power(one, -1), power(other, -1)))
    assert same(mul(A, power(one, -1)), add(n(1), minus(power(one, -1))))
    assert same(power(quotients, -1), mul(one, other, power(add(one, other), -1)))
    both, turned = power(add(n(1), minus(power(A, 2))), -1), power(add(n(1), minus(A)), -1)
    assert same(mul(n(2), both), add(power(one, -1), turned)) and not same(both, add(power(one, -1), turned))


@pytest.mark.parametrize(("left", "right", "condition"), [
    (mul(A, power(A, -1)), n(1), "a"),
    (t.log(β), t.log(β), "β"),
    (power(t.Power(A, n(1, 2)), 2), A, "a"),
])
def test_what_is_divided_by_or_split_is_noted(left: t.Term, right: t.Term, condition: str) -> None:
    found = shown("identity", Statement(left, EQUAL, right))
    assert isinstance(found, Proved)
    named = {c.of if isinstance(c.of, str) else c.of.atom.symbol for c in found.assumptions if c.of}  # type: ignore[union-attr]
    assert condition in named


def test_a_root_is_taken_of_what_is_positive() -> None:
    """And of nothing else: so its square is what it was taken of, and the root of a square is not what was squared."""
    root, other = t.Power(add(A, minus(B)), n(1, 2)), t.Power(add(B, minus(A)), n(1, 2))
    for u, of in ((root, add(A, minus(B))), (other, add(B, minus(A)))):
        found = shown("identity", Statement(power(u, 2), EQUAL, of))
        assert isinstance(found, Proved) and any(c.sign == ">" for c in found.assumptions)
        assert same(power(u, 3), mul(u, of)) and same(mul(of, power(u, -1)), u) and same(power(u, -2), power(of, -1))
        assert same(t.log(u), mul(n(1, 2), t.log(of)))
        assert not same(power(u, 2), minus(of)) and not same(u, of)
    assert not same(power(root, 2), power(other, 2)) and not same(mul(root, other), add(A, minus(B)))
    assert not same(t.Power(power(A, 2), n(1, 2)), A) and not same(t.Power(power(add(A, B), 2), n(1, 2)), add(A, B))
    assert shown("inequality", Statement(n(0), t.Relation.LESS_EQUAL, root), gaps=()) is not None
    assert shown("inequality", Statement(n(0), t.Relation.LESS, root), gaps=()) is None  # √0 is a number, too
    assert shown("inequality", Statement(n(0), t.Relation.LESS, add(A, minus(B))), gaps=()) is None
    assert same(t.Partial(root, A), mul(n(1, 2), power(root, -1)))


@pytest.mark.parametrize("term", [t.log(n(0)), power(n(0), -1), t.Power(n(-2), n(1, 2)),
                                  t.Power(minus(β), n(1, 3)), t.log(add(A, minus(A)))])
def test_what_is_undefined_or_unknown_has_no_normal_form(term: t.Term) -> None:
    with pytest.raises(Unsupported):
        Normaliser(CONTEXT)(term)


def test_conditions_name_what_they_are_about() -> None:
    nf = Normaliser(CONTEXT)
    nf(power(add(n(1), A), -1))
    nf(t.log(B))
    assert {(c.of.names if not isinstance(c.of, str) else c.of, c.sign) for c in nf.assumptions} >= {
        (frozenset({"b"}), ">")}
    assert any(c.sign == "≠" and not isinstance(c.of, str) and "a" in c.of.names for c in nf.assumptions)
    nf = Normaliser(CONTEXT)
    nf.positive(nf(mul(β, p())))
    assert nf.assumptions == {Condition("β", ">"), Condition("p", ">")}


def test_logarithms_and_exponentials_of_what_they_are() -> None:
    assert same(t.exp(t.log(A)), A) and same(t.log(t.exp(A)), A)
    assert not same(t.exp(power(t.log(β), 2)), β)
    assert not same(t.exp(mul(t.log(β), t.log(τ))), mul(β, τ))
    assert not same(t.log(minus(β)), t.log(β)) and not same(t.log(n(-2)), t.log(n(2)))
    assert not same(t.log(mul(n(2), β)), t.log(β)) and not same(t.log(n(6)), t.log(n(3)))
    assert same(t.log(n(6)), add(t.log(n(2)), t.log(n(3)))) and same(t.log(n(4)), mul(n(2), t.log(n(2))))
    assert same(t.log(mul(n(1, 2), β)), add(t.log(β), minus(t.log(n(2)))))
    for number, parts in ((9, (3, 3)), (49, (7, 7)), (25, (5, 5)), (35, (5, 7)), (2310, (2, 3, 5, 7, 11)), (1_517, (37, 41))):
        assert same(t.log(n(number)), add(*(t.log(n(prime)) for prime in parts)))
    for one, two in ((2, 3), (2, 5), (3, 9), (4, 6), (4_000_037, 4_000_039)):
        assert false(Statement(t.log(n(one)), EQUAL, t.log(n(two))))
        assert not same(t.log(n(one)), t.log(n(two))) and not same(t.Power(n(one), n(1, 2)), t.Power(n(two), n(1, 2)))
    root = t.Power(n(2), n(1, 2))
    assert same(mul(root, root), n(2)) and same(power(root, -2), n(1, 2)) and not same(mul(root, root), root)
    half = t.exp(mul(n(1, 2), t.log(A)))
    assert same(half, half) and not same(half, t.exp(t.log(A)))


def test_variables_of_opened_sums_have_names_of_their_own() -> None:
    nf = Normaliser(CONTEXT)
    one = next(iter(nf(t.total(Y, f())).terms)).factors[0][0]
    two = next(iter(nf(t.total(Y, t.total(Z, t.exp(f("f", Y, Z))))).terms)).factors[0][0]
    names = [v for atom in (one, two, one, two, two) for v in nf.open(atom)[0]]
    assert len(set(names)) == len(names) == 8 <= nf.fresh
    nf.admit(names)
    with pytest.raises(Unsupported):  # it would be caught: f(#1.1, y) summed over y is no sum of f(y, y)
        nf.sum_over([Y], of_atom(Atom("apply", "f", (), (Variable("#1.1", "y"), Y))))
    for later in (f"~{nf.fresh + 1}", f"~{nf.fresh + 2}", "#1"):
        with pytest.raises(Unsupported):
            nf.admit([Variable(later, "y")])


def test_sums_over_a_distribution_are_taken_where_nothing_else_depends_on_it() -> None:
    assert same(t.total(Y, mul(p(), β)), β)
    assert not same(t.total(Y, mul(p(), f())), f())
    assert not same(t.total(Y, mul(p(), power(f(), 2))), power(f(), 2))
    assert not same(t.total(Y, mul(p(), f())), n(1))
    assert not same(t.total(Y, mul(p(), power(p("q"), -1))), power(p("q"), -1))
    assert not same(t.total(Y, power(t.total(Z, mul(p("p", Z), f("f", Y, Z))), 2)), n(1))
    squares = power(t.total(Y, f()), 2)
    assert same(squares, t.total(Y, t.total(Z, mul(f(), f("f", Z))))) and not same(squares, t.total(Y, power(f(), 2)))
    assert same(power(t.total(Y, f()), 5), mul(squares, power(t.total(Y, f()), 3)))


def test_absolute_values_and_cases() -> None:
    assert same(size(β), β) and same(size(minus(A)), size(A)) and same(size(mul(β, A)), mul(β, size(A)))
    assert same(size(mul(n(-2), A)), mul(n(2), size(A))) and same(size(power(A, 2)), power(A, 2))
    assert same(size(add(mul(β, A), mul(β, B))), mul(β, size(add(A, B))))
    for left, right in ((size(A), A), (size(A), minus(A)), (size(mul(A, B)), mul(A, size(B))), (size(minus(β)), minus(β)),
                        (size(add(A, β)), add(size(A), β)), (size(add(A, B)), add(size(A), size(B)))):
        assert right == minus(A) or false(Statement(left, EQUAL, right))
        assert not same(left, right)
    assert same(size(mul(A, B)), mul(size(A), size(B))) and same(power(size(A), 2), power(A, 2))
    for k in (3, 4, 5, -1, -2, -3, -4):
        assert same(power(size(A), k), power(A, k) if k % 2 == 0 else mul(power(A, k - 1), size(A)))
        assert k % 2 == 0 or not same(power(size(A), k), power(A, k))
        assert same(mul(power(size(A), k), power(size(A), -k)), n(1))
    assert same(size(add(power(A, 2), power(B, 2))), add(power(A, 2), power(B, 2)))
    assert same(size(add(mul(n(2), A), mul(n(2), B))), mul(n(2), size(add(A, B))))
    assert same(size(add(mul(n(-2), A), mul(n(-2), B))), mul(n(2), size(add(A, B))))
    ratio = mul(size(A), power(A, -1))
    below = add(n(1), minus(ratio), mul(ratio, B, power(A, -1)))  # a division by |a| in it would go round for ever
    clear = add(power(A, 2), minus(mul(A, size(A))), mul(size(A), B))
    for k in (1, 2, 3):
        assert same(mul(power(below, -k), power(A, -2 * k)), power(clear, -k))
        assert not same(mul(power(below, -k), power(A, -2 * k)), power(add(clear, n(1)), -k))
    assert same(t.Cases((A,), (B, B)), B)
    twice = t.Cases((A, B), (add(A, size(B)), B, minus(B)))
    assert same(twice, add(size(B), mul(n(1, 2), add(A, size(A))))) and not same(twice, add(A, size(B)))
    between = defining(t.Definition("g", (Y, Z), size(add(f(), f("f", Z)))))
    assert same(f("g", W, W), mul(n(2), size(f("f", W))), between)
    assert not same(f("g", W, W), mul(n(2), f("f", W)), between)
    either = t.Cases((A,), (add(A, B), B))  # the larger of A + B and B
    assert same(either, add(B, mul(n(1, 2), add(A, size(A)))))
    assert same(t.Cases((n(0),), (B, C)), B) and same(t.Cases((n(-1),), (B, C)), C) and same(t.Cases((β,), (B, C)), B)
    for of in (B, C, n(0)):
        assert not same(t.Cases((A,), (B, C)), of)
    assert same(t.Partial(size(A), A), add(step(A), minus(step(minus(A))))) and not same(t.Partial(size(A), A), step(A))
    row = Statement(A, LESS, size(A))
    assert shows("inequality", row, gaps=(Gap((), n(1), A, absolute=True),))
    assert shows("inequality", Statement(minus(A), LESS, size(A)), gaps=(Gap((), n(1), minus(A), absolute=True),))
    assert shows("inequality", Statement(n(0), LESS, size(A)), gaps=())
    for turned in (Statement(size(A), LESS, A), Statement(β, LESS, size(β)), Statement(size(A), LESS, n(0))):
        for of in (A, minus(A), β):
            assert turned.left == β or not shows("inequality", turned, gaps=(Gap((), n(1), of, absolute=True),))
    assert not shows("inequality", Statement(size(A), LESS, A), gaps=(Gap((), n(-1), A, absolute=True),))
    assert not shows("inequality", Statement(n(0), Relation.LESS, size(A)), gaps=())


def absolute(of: t.Term) -> Gap:
    return Gap((), n(1), of, absolute=True)


def size(u: t.Term) -> t.Term:
    return t.Cases((u,), (u, minus(u)))


def test_a_row_is_shown_in_each_case() -> None:
    """|a + b| <= |a| + |b|, where a + b >= 0 and where it is not."""
    triangle = Statement(size(add(A, B)), LESS, add(size(A), size(B)))
    ways = ((absolute(A), absolute(B)), (absolute(minus(A)), absolute(minus(B))))
    assert shows("cases", triangle, of=(add(A, B),), ways=ways)
    assert shows("cases", Statement(triangle.right, Relation.GREATER_EQUAL, triangle.left), of=(add(A, B),), ways=ways)
    assert not shows("cases", triangle, of=(add(A, B),), ways=ways[::-1])
    assert not shows("cases", triangle, of=(A,), ways=ways)
    assert not shows("inequality", triangle, gaps=ways[0])
    for short in (ways[:1], (*ways, ways[0]), ()):
        with pytest.raises(ValueError, match="argument"):
            shows("cases", triangle, of=(add(A, B),), ways=short)
    for relation in (Relation.LESS, PROPORTIONAL, Relation.GREATER):
        assert not shows("cases", replace(triangle, relation=relation), of=(add(A, B),), ways=ways)
    assert not shows("cases", replace(triangle, relation=EQUAL), of=(add(A, B),), ways=ways * 2)


def test_an_equation_is_shown_in_each_case_and_both_ways() -> None:
    """||a| + a| = |a| + a, which is 2a where a >= 0 and 0 where it is not."""
    twice = Statement(size(add(size(A), A)), EQUAL, add(size(A), A))
    assert shows("cases", twice, of=(A,), ways=((),) * 4)
    for few in (1, 2, 3, 5):
        with pytest.raises(ValueError, match="argument"):
            shows("cases", twice, of=(A,), ways=((),) * few)
    assert not shows("cases", twice, of=(B,), ways=((),) * 4)
    one_way = Statement(A, EQUAL, size(A))  # <= holds in both branches, and >= in one
    assert false(one_way)
    for gaps in ((), (absolute(A),), (absolute(minus(A)),)):
        assert not shows("cases", one_way, of=(A,), ways=((), (absolute(A),), gaps, gaps))
        assert not shows("cases", one_way, of=(A,), ways=(gaps, gaps, (), (absolute(A),)))


def test_what_is_in_no_case_needs_no_showing() -> None:
    """min(max(a, -β), β) = max(min(a, β), -β): that a >= β and a <= -β is never so."""
    def larger(u: t.Term, v: t.Term) -> t.Term:
        return t.Fn("max", (u, v))

    low, high = add(A, β), add(A, minus(β))
    clip = Statement(minus(larger(minus(larger(A, minus(β))), minus(β))), EQUAL,
                     larger(minus(larger(minus(A), minus(β))), minus(β)))
    never = (absolute(minus(high)), absolute(low))  # |h| + h where h = a - β >= 0, and where h = -(a + β) >= 0
    for way, shown_so in ((never, True), ((), False), (never[:1], False), (never[1:], False), (never[::-1], True)):
        ways = ((), way, (), ())  # the signs of a - β and of a + β: ++, +-, -+, --
        assert shows("cases", clip, of=(high, low), ways=ways * 2) is shown_so
    assert not shows("cases", clip, of=(high, low), ways=((), (), never, ()) * 2)
    wrong = Statement(clip.left, EQUAL, A)
    assert false(wrong)
    assert not shows("cases", wrong, of=(high, low), ways=((), never, (), ()) * 2)


def test_what_holds_at_each_place_holds_of_its_sum() -> None:
    """Σ ||f| + f| = Σ (|f| + f), case by case at each y."""
    left, right = size(add(size(f()), f())), add(size(f()), f())
    body = add(right, minus(left))
    row = Statement(t.total(Y, left), EQUAL, t.total(Y, right))
    assert shows("cases", row, of=(f(),), ways=((),) * 4, within=(Y,), body=body)
    assert not shows("cases", row, of=(f(),), ways=((),) * 4)
    for wrong in (minus(body), right, n(0), mul(p(), body)):
        assert not shows("cases", row, of=(f(),), ways=((),) * 4, within=(Y,), body=wrong)
    assert not shows("cases", row, of=(f(),), ways=((),) * 4, within=(X,), body=body)
    reserved = Variable("#1.1", "y")
    there = t.substitute(body, {Y: reserved})
    assert not shows("cases", row, of=(f("f", reserved),), ways=((),) * 4, within=(reserved,), body=there)
    upper = Statement(t.total(Y, mul(p(), size(f()))), LESS, t.total(Y, mul(p(), f())))
    assert false(upper)
    assert not shows("cases", upper, of=(f(),), ways=((), ()), within=(Y,), body=mul(p(), add(f(), minus(size(f())))))
    lower = replace(upper, relation=Relation.GREATER_EQUAL)
    less = Gap((), p(), f(), absolute=True)
    assert shows("cases", lower, of=(f(),), ways=((), (less,)), within=(Y,), body=mul(p(), add(f(), minus(size(f())))))


@pytest.mark.parametrize("row", [
    Statement(size(A), LESS, A), Statement(size(A), LESS, minus(A)), Statement(A, Relation.GREATER_EQUAL, size(A)),
    Statement(size(A), LESS, n(0)), Statement(n(1), LESS, size(A)), Statement(size(add(A, B)), LESS, size(A)),
    Statement(t.total(Y, size(f())), LESS, size(t.total(Y, f()))), Statement(size(f()), LESS, f()),
])  # fmt: skip
def test_what_fails_in_one_case_is_not_shown(row: Statement) -> None:
    assert false(row)
    for of in (A, minus(A), f(), add(A, B), t.total(Y, f())):
        for plus in ((), (absolute(of),), (absolute(minus(of)),)):
            for less in ((), (absolute(of),), (absolute(minus(of)),)):
                assert not shows("cases", row, of=(of,), ways=(plus, less))


def test_a_sign_is_not_taken_under_a_sum() -> None:
    """|f(y)| inside of Σ_y is not f(y) for the y of the statement."""
    row = Statement(t.total(Y, size(f())), LESS, t.total(Y, f()))
    assert false(row)
    assert not shows("cases", row, of=(f(),), ways=((), ()))
    assert not shows("cases", Statement(add(size(f()), t.total(Y, size(f()))), LESS, add(f(), t.total(Y, f()))),
                     of=(f(),), ways=((), ()))


@pytest.mark.parametrize("of", [
    t.log, lambda u: power(u, -1), lambda u: power(u, 5), lambda u: t.Power(u, n(1, 2)), lambda u: t.Power(τ, u),
])  # fmt: skip
def test_nested_sums_do_not_catch_each_others_variables(of: Callable[[t.Term], t.Term]) -> None:
    """Rows and columns: Σ_y log Σ_z h(y, z) and Σ_y log Σ_z h(z, y)."""
    def rows(y: Variable, z: Variable) -> t.Term:
        return t.total(Y, of(t.total(Z, f("h", y, z))))

    assert false(Statement(rows(Y, Z), EQUAL, rows(Z, Y)))
    assert not same(rows(Y, Z), rows(Z, Y))
    assert same(rows(Y, Z), t.total(W, of(t.total(Y, f("h", W, Y)))))
    deep = t.total(X, t.log(t.total(Y, t.exp(t.log(t.total(Z, f("h", Y, Z)))))))
    assert not same(deep, t.total(X, t.log(t.total(Y, t.total(Z, f("h", Z, Z))))))


@pytest.mark.parametrize("times", [2, 3, 4])
def test_powers_of_sums_are_opened_under_a_sum(times: int) -> None:
    names = [Variable(f"v{i}", "y") for i in range(times)]
    opened = mul(*(f("f", X, v) for v in names))
    for v in names:
        opened = t.total(v, opened)
    assert same(t.total(X, power(t.total(Y, f("f", X, Y)), times)), t.total(X, opened))
    assert not same(t.total(X, power(t.total(Y, f("f", X, Y)), times)), t.total(X, t.total(Y, power(f("f", X, Y), times))))


def test_a_sum_is_taken_against_itself_below_the_line() -> None:
    """Σ_y Σ_x D(x) h(x, y) / Σ_z h(x, z) = 1, whichever sum comes first."""
    prompt, sums = t.Apply("D", (X,), ()), t.total(Y, f("h", X, Y))
    one = t.total(Y, t.total(X, mul(prompt, f("h", X, Y), power(sums, -1))))
    assert same(one, n(1))
    squared = t.total(Y, t.total(X, mul(prompt, f("h", X, Y), power(sums, -2))))
    assert same(squared, t.total(X, mul(prompt, power(sums, -1))))
    assert not same(squared, one) and not same(squared, t.total(X, mul(prompt, sums)))
    other = t.total(Y, t.total(X, mul(prompt, f("h", X, Y), power(t.total(Y, f("k", X, Y)), -1))))
    assert not same(other, n(1))


def test_what_is_unfolded_at_other_names_is_in_normal_form_again() -> None:
    a, b = Variable("a", "y"), Variable("b", "y")

    def at(body: t.Term, y: Variable, z: Variable) -> tuple[t.Term, t.Term, t.Context]:
        exchange: dict[t.Argument, t.Argument] = {a: y, b: z}
        return f("g", y, z), t.substitute(body, exchange), defining(t.Definition("g", (a, b), body))

    root = t.Power(n(2), n(1, 2))
    between = t.exp(add(f("f", a, Y), minus(f("f", b, Y))))
    crossed = t.exp(add(f("f", Y, a), f("f", Z, b), f("k2", Y, Z), f("k2", Z, Y)))
    for body in (
        mul(f("f", a), f("f", b)), mul(root, f("f", a), f("f", b)),
        power(add(f("h", a), f("h", b)), -1), t.total(Y, mul(p("p"), between)), t.total(Y, t.total(Z, crossed)),
        t.log(t.total(Y, mul(f("h", a), f("h", b, Y)))), t.total(Y, mul(p("q"), f("f", a, Y), f("f", b, Y))),
        t.total(Y, mul(p("q"), power(add(f("h", a, Y), f("h", b, Y)), -1))),
        t.Power(add(f("h", a), f("h", b)), n(1, 2)), best(t.total(Y, add(mul(PI, f("f", a, Y), f("f", b)), entropy(PI)))),
    ):  # fmt: skip
        for y, z in ((Z, Y), (Y, Z), (W, W), (b, a)):
            left, right, context = at(body, y, z)
            assert same(left, right, context), (body, y, z)
            assert not same(left, add(right, n(1)), context)
    assert same(f("g", W, W), n(1), at(t.total(Y, mul(p("p"), between)), W, W)[2])


def test_the_work_for_a_row_is_limited() -> None:
    for term in (add(*[A] * 2_000), t.total(Y, add(*(f(f"f{i}") for i in range(600))))):
        with pytest.raises(BudgetExceeded):
            Normaliser(CONTEXT, budget=1_500)(term)


def test_work_is_counted_to_the_last_step() -> None:
    term = t.total(Y, mul(add(A, f()), add(B, f("h"), p())))
    whole = Normaliser(CONTEXT, budget=10_000)
    whole(term)
    used = 10_000 - whole.budget
    Normaliser(CONTEXT, budget=used)(term)
    with pytest.raises(BudgetExceeded):
        Normaliser(CONTEXT, budget=used - 1)(term)


def test_a_maximum_inside_another_one_is_refused() -> None:
    inner = t.Optimum(Sense.MAX, "ρ", t.total(Y, add(mul(p("ρ"), f("g")), entropy(p("ρ")))))
    mean = t.total(Y, mul(PI, f()))
    for body in (add(mean, inner), mul(mean, t.log(inner)), mul(mean, t.exp(inner)), mul(mean, inner)):
        with pytest.raises(Unsupported):
            Normaliser(CONTEXT)(best(body))


def test_only_probabilities_and_what_is_declared_are_positive() -> None:
    for signed in (t.Gradient(t.log(p("θ"))), f(), A, best(HEAD), t.log(β), t.total(Y, f())):
        assert not shows("inequality", Statement(n(0), LESS, signed), gaps=())
        assert not Normaliser(CONTEXT).positive(Normaliser(CONTEXT)(signed))
    for signed in (p(), β, f("h"), t.exp(A), n(2), t.total(Y, f("h")), add(β, p())):
        assert shows("inequality", Statement(n(0), Relation.LESS, signed), gaps=())


def test_powers_of_numbers_and_the_work_they_take() -> None:
    half = mul(n(1, 2), β)
    root = t.Power(half, n(1, 2))
    assert same(mul(root, root), half) and not same(root, half)
    assert same(power(n(0), 0), n(1))
    two = t.Power(n(2), A)
    assert same(mul(two, two), t.Power(n(4), A)) and not same(two, t.Power(n(4), A))
    assert same(mul(two, t.Power(n(2), minus(A))), n(1))
    with pytest.raises(BudgetExceeded):
        Normaliser(CONTEXT, budget=1_000)(power(n(2), -5_000))
    with pytest.raises(BudgetExceeded):
        Normaliser(CONTEXT, budget=1_000)(power(add(A, B), 5_000))


def test_a_minimum_is_minus_a_maximum() -> None:
    cost = t.total(Y, add(mul(PI, f()), mul(PI, t.log(PI))))
    least = best(cost, Sense.MIN)
    assert same(least, minus(best(minus(cost))))
    assert not same(least, best(minus(cost)))
    assert not same(least, best(cost))
    assert not same(best(cost), minus(best(cost)))
    assert same(best(β, Sense.MIN), β) and not same(best(β, Sense.MIN), minus(β))
    assert same(best(add(mul(β, HEAD), B)), add(mul(β, best(HEAD)), B))
    assert not same(best(mul(A, HEAD)), mul(A, best(HEAD)))
    assert not same(best(minus(HEAD)), minus(best(HEAD)))
    assert same(best(mul(n(2), HEAD)), mul(n(2), best(HEAD)))


def test_the_logistic_function() -> None:
    def σ(u: t.Term) -> t.Term:
        return t.Fn("σ", (u,))

    assert same(σ(A), power(add(n(1), t.exp(minus(A))), -1))
    assert same(add(σ(A), σ(minus(A))), n(1))
    assert not same(σ(A), σ(minus(A)))
    assert not same(σ(A), add(n(1), t.exp(minus(A))))
    assert not same(σ(A), σ(mul(n(2), A)))


# -- derivatives -------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "target", "slope"), [
    (mul(A, A), A, mul(n(2), A)), (t.exp(mul(n(2), A)), A, mul(n(2), t.exp(mul(n(2), A)))),
    (t.log(H), H, power(H, -1)), (mul(A, B), A, B), (t.Power(H, A), A, mul(t.log(H), t.Power(H, A))),
    (t.total(Y, mul(PI, f())), PI, f()), (t.total(Y, mul(PI, t.log(PI))), PI, add(t.log(PI), n(1))),
    (power(add(n(1), power(A, 2)), -1), A, mul(n(-2), A, power(add(n(1), power(A, 2)), -2))),
])  # fmt: skip
def test_derivatives_and_their_false_neighbours(body: t.Term, target: t.Scalar, slope: t.Term) -> None:
    assert same(t.Partial(body, target), slope)
    assert not same(t.Partial(body, target), add(slope, n(1)))
    assert not same(t.Partial(body, target), minus(slope))


def test_a_derivative_refuses_what_it_cannot_know() -> None:
    defined = defining(t.Definition("a", (), B))
    assert not same(t.Partial(A, A), n(1), defined)
    assert not same(t.Partial(t.Partial(mul(A, B), A), B), n(0))
    assert not same(t.Partial(best(mul(A, HEAD)), A), best(HEAD))
    assert not same(t.Partial(mul(p("π", Y), p("π", Z)), p("π", W)), n(0))
    assert not same(t.Gradient(t.Gradient(t.log(p("θ")))), n(0))
    assert not same(t.Partial(t.Apply("J", (), (Policy("π"),)), PI), n(0))


@pytest.mark.parametrize(("body", "target", "second"), [
    (power(A, 3), A, mul(n(6), A)), (mul(A, B), A, n(0)), (t.exp(mul(n(2), A)), A, mul(n(4), t.exp(mul(n(2), A)))),
    (t.log(H), H, mul(n(-1), power(H, -2))), (t.total(Y, mul(PI, t.log(PI))), PI, power(PI, -1)),
    (t.total(Z, power(p("π", Z), 3)), PI, mul(n(6), PI)),
])  # fmt: skip
def test_second_derivatives_and_their_false_neighbours(body: t.Term, target: t.Scalar, second: t.Term) -> None:
    twice = t.Partial(t.Partial(body, target), target)
    assert same(twice, second)
    assert not same(twice, add(second, n(1)))
    assert not same(twice, t.Partial(body, target))
    assert not same(t.Partial(twice, target), add(second, n(1)))


def test_a_second_derivative_is_by_the_same_place_and_does_not_see_what_is_known() -> None:
    squares = t.total(Z, power(p("π", Z), 2))
    assert not same(t.Partial(t.Partial(squares, PI), p("π", W)), n(0))
    assert not same(t.Partial(t.Partial(squares, PI), p("π", W)), n(2))
    nf = Normaliser(CONTEXT)
    double = Fact("a", (), (), nf(mul(n(2), B)), "line 1")
    assert same(t.Partial(t.Partial(power(A, 3), A), A), mul(n(12), B), facts=(double,))
    assert not same(t.Partial(t.Partial(mul(A, A, B), A), A), mul(n(2), B), facts=(double,))  # b moves with a


def test_a_derivative_by_a_value_beside_other_functions() -> None:
    other = t.Apply("V", (), (X,))
    still = replace(CONTEXT, moves={"V": frozenset[str]()})
    assert not same(t.Partial(add(f("r"), other), f("r")), n(1))
    assert same(t.Partial(add(f("r"), other), f("r")), n(1), still)


def test_a_derivative_where_a_fact_is_known() -> None:
    """What is known holds at one point: a slope is taken first, and what is known put in afterwards."""
    nf = Normaliser(CONTEXT)
    double = Fact("a", (), (), nf(mul(n(2), B)), "line 1")
    assert same(t.Partial(mul(A, A), A), mul(n(4), B), facts=(double,))
    assert not same(t.Partial(mul(A, A), A), mul(n(2), B), facts=(double,))
    logged = Fact("a", (), (), nf(t.log(H)), "line 1")
    assert same(t.Partial(t.exp(A), A), H, facts=(logged,))
    assert not same(t.Partial(mul(A, B), A), B, facts=(double,))  # b moves with a
    assert not same(t.Partial(mul(A, H), A), H, facts=(double, Fact("b", (), (), nf(H), "line 2")))
    moving = replace(CONTEXT, moves={"h": frozenset({"b"})})
    assert not same(t.Partial(mul(A, H), A), H, moving, facts=(double,))
    implicit = Fact("r", (), (Y,), nf(mul(β, t.log(p("θ")))), "line 1")
    assert not same(t.Partial(f("r"), p("θ")), n(0), facts=(implicit,))
    assert not same(t.Gradient(f("r")), n(0), facts=(implicit,))
    optimal = Fact("θ", (Y,), (), nf(p("q")), "line 1")
    score = t.Gradient(t.log(p("θ")))
    assert not same(score, p("q"), facts=(optimal,)) and not same(score, n(0), facts=(optimal,))
    assert same(t.Gradient(p("θ")), mul(p("q"), score), facts=(optimal,))


def test_which_derivatives_are_refused() -> None:
    joint = t.Apply("p", (Y, Z), ())
    score = t.Gradient(t.log(p("θ")))
    assert not same(t.Partial(joint, p()), n(1)) and not same(t.Partial(joint, p()), n(0))
    assert not same(t.Gradient(score), power(score, 2)) and not same(t.Gradient(score), n(0))
    for term in (t.Partial(joint, p()), t.Gradient(score)):
        with pytest.raises(Unsupported):
            Normaliser(CONTEXT)(term)
    assert same(t.Partial(PI, p("π", Z)), t.same(Y, Z)) and not same(t.Partial(PI, p("π", Z)), n(0))
    with pytest.raises(Unsupported):
        Normaliser(replace(CONTEXT, measures=frozenset({Y.sort})))(t.Partial(PI, p("π", Z)))
    pairs = t.total(X, t.total(Y, mul(PI, f("g", X, Y))))
    assert same(t.Partial(pairs, p("π", Z)), t.total(X, f("g", X, Z)))
    assert not same(t.Partial(pairs, p("π", Z)), t.total(X, t.total(Y, f("g", X, Y))))


def test_the_mean_of_a_score_vanishes_under_its_own_policy_alone() -> None:
    score = t.Gradient(t.log(p("θ")))
    assert same(t.total(Y, mul(p("θ"), score)), n(0))
    assert not same(t.total(Y, mul(p("p"), score)), n(0))
    assert not same(t.total(Y, mul(p("θ"), f(), score)), n(0))
    assert not same(t.total(Y, mul(power(p("θ"), 2), score)), n(0))
    assert same(t.Gradient(t.log(p("p"))), n(0))


# -- detached values ----------------------------------------------------------------------------

MOVING = replace(CONTEXT, parametrised=frozenset({"θ", "p", "h"}))


def sg(of: t.Term) -> t.Term:
    return t.Fn("sg", (of,))


def slope_is(body: t.Term, claimed: t.Term, context: t.Context = MOVING, facts: tuple[Fact, ...] = ()) -> bool:
    return same(t.Gradient(body), claimed, context, facts)


@pytest.mark.parametrize(("body", "slope", "wrong"), [
    (sg(p()), n(0), t.Gradient(p())),
    (mul(sg(p()), p()), mul(p(), t.Gradient(p())), mul(n(2), p(), t.Gradient(p()))),
    (t.total(Y, mul(sg(p()), t.log(p()))), n(0), t.Gradient(t.total(Y, mul(p(), t.log(p()))))),
    (t.exp(add(t.log(p()), minus(sg(t.log(p()))))), t.Gradient(t.log(p())), n(0)),
])
def test_what_is_detached_has_its_value_and_no_slope(body: t.Term, slope: t.Term, wrong: t.Term) -> None:
    assert slope_is(body, slope)
    assert false(Statement(t.Gradient(body), EQUAL, wrong), MOVING) and not slope_is(body, wrong)


def test_a_slope_that_is_detached_is_a_number_there() -> None:
    slope = t.Gradient(t.log(p()))
    assert slope_is(mul(sg(slope), t.log(p())), power(slope, 2))
    assert not slope_is(mul(sg(slope), t.log(p())), n(0))
    with pytest.raises(Unsupported):
        Normaliser(MOVING)(t.Gradient(mul(slope, t.log(p()))))


def test_what_is_detached_has_the_sign_and_the_conditions_of_its_value() -> None:
    nf, h = Normaliser(MOVING), t.Scalar("h")
    root = t.Power(mul(sg(h), p()), n(1, 2))
    assert nf.is_zero(nf(t.Gradient(root)) - nf(mul(n(1, 2), root, t.Gradient(t.log(p())))))
    assert Condition("h", ">") in nf.assumptions
    nf(t.Gradient(mul(t.log(sg(add(p(), f()))), p())))
    assert Condition(nf(add(p(), f())), ">") in nf.assumptions
    assert not any("#sg" in str(name) for c in nf.assumptions if not isinstance(c.of, str) for name in c.of.names)


def test_what_is_detached_is_refused_under_a_maximum_and_a_derivative_by_one_number() -> None:
    """There it may stand for the policy at hand as well as for the best one."""
    for term in (t.Partial(sg(power(β, 2)), β), t.Partial(sg(p()), p()), best(t.total(Y, mul(PI, sg(t.log(PI)))))):
        with pytest.raises(Unsupported):
            Normaliser(CONTEXT)(term)


def test_no_fact_is_taken_of_what_is_detached() -> None:
    """``a = h + sg(h)`` is ``a = 2 h`` in value, and its slope is that of h."""
    h = t.Scalar("h")
    row = Statement(A, EQUAL, add(h, sg(h)))
    assert slope_is(add(h, sg(h)), t.Gradient(h)) and not slope_is(add(h, sg(h)), t.Gradient(mul(n(2), h)))
    twice = Solution("a", (), (), mul(n(2), h), n(1))
    assert taken(Statement(A, EQUAL, mul(n(2), h)), twice, MOVING) is not None
    assert taken(row, twice, MOVING) is None
    hidden = replace(MOVING, definitions={"g": t.Definition("g", (), sg(h))})
    assert taken(Statement(A, EQUAL, add(h, t.Scalar("g"))), twice, hidden) is None
    tilted = Statement(p("q"), PROPORTIONAL, t.exp(mul(sg(h), f())))
    assert shown("normalised", tilted, MOVING, source="line 1") is None
    assert shown("normalised", replace(tilted, right=t.exp(mul(h, f()))), MOVING, source="line 1") is not None


# -- limits ------------------------------------------------------------------------------------


def limit(body: t.Term, claimed: t.Term, end: End = End.ZERO, context: t.Context = CONTEXT,
          facts: tuple[Fact, ...] = ()) -> bool:
    return shown("tends", Statement(t.Limit(body, β, end), EQUAL, claimed), context, facts) is not None


@pytest.mark.parametrize(("body", "claimed", "end"), [
    (add(A, β), A, End.ZERO), (add(A, power(β, -1)), A, End.INFINITY), (t.exp(mul(A, β)), n(1), End.ZERO),
    (t.exp(minus(mul(τ, power(β, -1)))), n(0), End.ZERO), (mul(power(β, -1), add(t.exp(β), n(-1))), n(1), End.ZERO),
    (mul(power(β, -2), add(t.exp(β), n(-1), minus(β))), n(1, 2), End.ZERO),
    (t.total(Y, mul(p(), t.exp(mul(f(), β)))), n(1), End.ZERO), (t.log(add(n(1), β)), n(0), End.ZERO),
    (mul(β, t.log(t.total(Y, mul(p(), t.exp(mul(f(), power(β, -1))))))), t.total(Y, mul(p(), f())), End.INFINITY),
    (power(add(n(1), t.exp(β)), -1), n(1, 2), End.ZERO), (power(add(n(1), t.exp(β)), -2), n(1, 4), End.ZERO),
    (t.Power(t.total(Y, mul(p(), t.exp(mul(f(), β)))), n(1, 2)), n(1), End.ZERO),
    (t.exp(add(A, β)), t.exp(A), End.ZERO), (t.exp(add(A, mul(B, power(β, -1)))), t.exp(A), End.INFINITY),
    (mul(power(β, -1), add(power(add(n(1), t.exp(β)), -1), n(-1, 2))), n(-1, 4), End.ZERO),
])  # fmt: skip
def test_limits_and_their_false_neighbours(body: t.Term, claimed: t.Term, end: End) -> None:
    assert limit(body, claimed, end)
    wrong = add(claimed, n(1))
    assert refute_limit(t.Limit(body, β, end), wrong, CONTEXT) is not None or body == t.exp(minus(mul(τ, power(β, -1))))
    assert shows("tends", Statement(claimed, EQUAL, t.Limit(body, β, end)))
    assert not shows("tends", Statement(wrong, EQUAL, t.Limit(body, β, end)))
    assert not limit(body, wrong, end)
    assert not limit(body, minus(add(claimed, n(1))), end)


@pytest.mark.parametrize(("body", "claimed", "end"), [
    (power(β, -1), n(0), End.ZERO), (β, n(0), End.INFINITY), (t.exp(power(β, -1)), n(0), End.ZERO),
    (t.exp(mul(τ, power(β, -1))), n(0), End.ZERO), (t.exp(mul(A, power(β, -1))), n(0), End.ZERO),
    (t.log(β), n(0), End.ZERO),
    (mul(power(β, -1), add(t.exp(β), n(-2))), n(1), End.ZERO), (t.exp(t.exp(power(β, -1))), n(1), End.ZERO),
    (t.exp(t.Power(β, A)), n(1), End.ZERO), (t.exp(mul(β, t.exp(power(β, -1)))), n(1), End.ZERO),
    (power(t.total(Y, mul(f(), t.exp(mul(β, f("g"))))), -1), power(t.total(Y, f()), -1), End.ZERO),
    (t.Power(A, power(β, -1)), n(0), End.ZERO), (t.log(add(A, β)), t.log(A), End.ZERO),
])  # fmt: skip
def test_what_has_no_limit_that_is_known(body: t.Term, claimed: t.Term, end: End) -> None:
    assert not limit(body, claimed, end)


def test_what_moves_is_tied_to_nothing() -> None:
    tied = Fact("r", (), (), Normaliser(CONTEXT)(power(β, -1)), "line 1")
    r = t.Scalar("r")
    assert limit(mul(β, r), n(0))
    assert not limit(mul(β, r), n(0), facts=(tied,))
    assert not limit(mul(β, r), n(1), facts=(tied,))
    about = Fact("β", (), (), Normaliser(CONTEXT)(τ), "line 1")
    assert not limit(β, n(0), facts=(about,))
    assert not limit(β, n(0), context=replace(CONTEXT, definitions={"β": t.Definition("β", (), τ)}))
    assert not limit(add(β, t.Scalar("#s")), n(0))
    assert not shows("tends", Statement(A, EQUAL, A))


# -- certificates ------------------------------------------------------------------------------


def certificate(row: Statement, law: str = "identity", context: t.Context = CONTEXT, fresh: int = 0,
                facts: tuple[Certificate | None, ...] = (), premises: tuple[Premise, ...] = (),
                **arguments: Guess) -> Certificate:
    return Certificate(law, row, arguments, context, facts, premises, fresh)


def test_names_that_the_kernel_gives_are_refused_unless_they_are_given_already() -> None:
    later = Variable("~2", "y")
    row = Statement(f("f", later), EQUAL, f("f", later))
    for fresh in (0, 1):
        with pytest.raises(Rejected):
            replay(certificate(row, fresh=fresh))
    replay(certificate(row, fresh=2))
    with pytest.raises(Rejected):
        replay(certificate(Statement(f("f", Variable("#1.1", "y")), EQUAL, f("f", Variable("#1.1", "y"))), fresh=9))


@pytest.mark.parametrize("name", ["#π", "#s", "#sg p"])
def test_symbols_that_the_kernel_binds_are_refused(name: str) -> None:
    bad, good = t.Scalar(name), Statement(A, EQUAL, A)
    forged = [
        certificate(Statement(bad, EQUAL, bad)),
        certificate(good, context=defining(t.Definition("g", (), bad))),
        certificate(good, context=defining(t.Definition(name, (), A))),
        certificate(good, premises=(Premise(bad, A, ""),)),
        certificate(good, premises=(Premise(A, bad, ""),)),
        certificate(Statement(A, EQUAL, bad)),
    ]
    for each in forged:
        with pytest.raises(Rejected):
            replay(each)
    replay(certificate(good))


def fact_of(context: t.Context) -> Certificate:
    solution = Solution("a", (), (), mul(B, power(β, -1)), β)
    return certificate(Statement(mul(β, A), EQUAL, B), "substitution", context, solution=solution, source="line 1")


def test_a_fact_takes_nothing_more_for_granted_than_where_it_is_used() -> None:
    row = Statement(mul(β, A), EQUAL, B)
    known = fact_of(CONTEXT)
    replay(certificate(row, facts=(known,)))
    for poorer in (t.Context(), replace(CONTEXT, positive=frozenset({"τ"}))):
        with pytest.raises(Rejected):
            replay(certificate(row, context=poorer, facts=(known,)))
    defined = defining(t.Definition("g", (), n(1)))
    with pytest.raises(Rejected):
        replay(certificate(row, facts=(fact_of(defined),)))
    with pytest.raises(Rejected):
        replay(certificate(row, context=defining(t.Definition("g", (), n(2))), facts=(fact_of(defined),)))
    replay(certificate(row, context=defined, facts=(fact_of(defined),)))
    with pytest.raises(Rejected):
        replay(certificate(row, context=replace(CONTEXT, parametrised=frozenset()), facts=(known,)))


# -- functions that nothing gives: equal arguments have equal values, and no more --------------


def test_a_function_that_nothing_gives_has_one_value_for_one_argument() -> None:
    one, two = t.Value("f", add(A, A)), t.Value("f", mul(n(2), A))
    assert shows("identity", Statement(one, EQUAL, two))
    for other in (t.Value("g", add(A, A)), t.Value("f", A), add(A, A), t.Scalar("f")):
        assert not shows("identity", Statement(one, EQUAL, other))
    assert not shows("inequality", Statement(n(0), LESS, t.Value("h", β)), gaps=())


def test_the_slope_of_a_function_that_nothing_gives_is_not_known() -> None:
    """With f(u) = u² the slope of f(β) is 2β, and not 0."""
    assert not shows("identity", Statement(t.Partial(t.Value("f", β), β), EQUAL, n(0)))
    inside = t.Partial(t.total(Z, t.Value("f", p("p", Z))), p())
    assert not shows("identity", Statement(inside, EQUAL, n(0)))
    moving = replace(CONTEXT, parametrised=frozenset({"π", "θ"}))
    assert not shows("identity", Statement(t.Gradient(t.Value("f", PI)), EQUAL, n(0)), moving)
    assert shows("identity", Statement(t.Partial(mul(β, t.Value("f", A)), β), EQUAL, t.Value("f", A)))
    assert not shows("tends", Statement(t.Limit(t.Value("f", β), β, End.ZERO), EQUAL, t.Value("f", n(0))))


@pytest.mark.parametrize("context", [
    replace(CONTEXT, parametrised=frozenset({"f", "θ"})),
    replace(CONTEXT, moves={"f": frozenset({"θ"})}),
    replace(CONTEXT, moves={"f": frozenset({"?"})}),
])
def test_a_function_that_moves_itself_has_a_slope_that_is_not_known(context: t.Context) -> None:
    """f_θ(a) at a fixed number a still moves with θ."""
    row = Statement(t.Gradient(t.Value("f", A)), EQUAL, n(0))
    assert shows("identity", row, replace(context, parametrised=frozenset({"θ"}), moves={}))
    assert not shows("identity", row, context)


def test_a_detached_function_keeps_its_argument() -> None:
    """∇[log π (sg f_θ(a) - sg f_θ(b))] is not 0."""
    moving = replace(CONTEXT, parametrised=frozenset({"f", "π", "θ"}))
    at_a, at_b = (t.Fn("sg", (t.Value("f", at),)) for at in (A, B))
    row = Statement(t.Gradient(mul(t.log(PI), add(at_a, minus(at_b)))), EQUAL, n(0))
    right = mul(add(t.Value("f", A), minus(t.Value("f", B))), t.Gradient(t.log(PI)))
    assert not shows("identity", row, moving)
    assert shows("identity", replace(row, right=right), moving)


# -- integrals: what holds of sums alone ------------------------------------------------------

SPREAD = replace(CONTEXT, measures=frozenset({"y"}))


def test_a_sum_of_one_is_no_number_where_an_alphabet_has_any_measure() -> None:
    """The reals are infinitely long: there Σ_y (f + 1) - Σ_y 1 is not Σ_y f."""
    row = Statement(t.total(Y, add(f(), n(1))), EQUAL, add(t.total(Y, f()), t.total(Y, n(1))))
    of_prompts = Statement(t.total(X, n(1)), EQUAL, t.total(X, n(1)))
    assert shows("identity", row) and not shows("identity", row, SPREAD)
    assert shows("identity", of_prompts, SPREAD)
    assert shows("identity", Statement(t.total(Y, p()), EQUAL, n(1)), SPREAD)


def test_a_limit_is_taken_inside_a_sum_and_not_inside_an_integral() -> None:
    """Of ``e^(-f h)`` with f > 0: a sum tends to the number of terms as h → 0, an integral may be infinite till then."""
    body = t.total(Y, mul(f("k"), t.exp(mul(n(-1), β, f()))))
    row = Statement(t.Limit(body, β, End.ZERO), EQUAL, t.total(Y, f("k")))
    assert shows("tends", row) and not shows("tends", row, SPREAD)
    outside = Statement(t.Limit(add(β, t.total(Y, f("k"))), β, End.ZERO), EQUAL, t.total(Y, f("k")))
    assert shows("tends", outside, SPREAD)


def test_a_density_varies_at_a_point_or_in_an_integral_and_not_in_both() -> None:
    """One point weighs 1 in a sum; in an integral it weighs nothing, and the derivative by it is one of densities."""
    inside, outside = t.total(Z, mul(p("p", Z), f("f", Z))), mul(p(), f("g"))
    alone = [Statement(t.Partial(inside, p()), EQUAL, f()), Statement(t.Partial(outside, p()), EQUAL, f("g"))]
    both = Statement(t.Partial(add(inside, outside), p()), EQUAL, add(f(), f("g")))
    assert all(shows("identity", row, SPREAD) for row in alone)
    assert shows("identity", both) and not shows("identity", both, SPREAD)


def test_a_fact_of_sums_is_none_of_integrals() -> None:
    row = Statement(mul(β, A), EQUAL, B)
    replay(certificate(row, context=SPREAD, facts=(fact_of(SPREAD),)))
    with pytest.raises(Rejected):
        replay(certificate(row, context=SPREAD, facts=(fact_of(CONTEXT),)))


def test_a_fact_that_nothing_shows_is_not_used() -> None:
    row = Statement(mul(β, A), EQUAL, B)
    wrong = replace(fact_of(CONTEXT), arguments={"solution": Solution("a", (), (), B, n(1)), "source": "line 1"})
    for facts in ((None,), (wrong,), (certificate(Statement(A, EQUAL, A)),), ()):
        with pytest.raises(Rejected):
            replay(certificate(row, facts=facts))


def test_what_is_no_certificate_is_rejected() -> None:
    good: Mapping[str, Guess] = {}
    for each in (
        certificate(Statement(A, EQUAL, A), "no law"),
        certificate(Statement(A, EQUAL, A), "inequality"),
        certificate(Statement(A, EQUAL, A), factor=n(1)),
        certificate(Statement(A, EQUAL, B)),
        certificate(Statement(n(0), LESS, n(1)), "inequality", gaps=n(1)),
        replace(certificate(Statement(t.exp(power(add(A, B, C), 40)), EQUAL, A)), arguments=good),
    ):
        with pytest.raises(Rejected):
            replay(each, budget=2_000)
    assert set(LAWS) >= {"identity", "substitution"}


# -- largest values ----------------------------------------------------------------------------


def top_of(of: t.Term, *over: Variable) -> t.Bind:
    return t.Bind("maximum", over or (Y,), (of,))


Z = Variable("z", "y")


def test_a_largest_value_is_at_least_each() -> None:
    row = Statement(t.total(Y, mul(p(), f())), LESS, top_of(f()))
    assert shows("inequality", row, gaps=(Gap((Y,), p(), top_of(f())),))
    assert not shows("inequality", row, gaps=())
    assert not shows("inequality", row, gaps=(Gap((), p(), top_of(f())),))
    other = replace(row, relation=Relation.GREATER_EQUAL)
    assert false(other)
    for weight in (p(), minus(p()), n(1)):
        assert not shows("inequality", other, gaps=(Gap((Y,), weight, top_of(f())),))
    reserved = Variable("#1.1", "y")
    assert not shows("inequality", row, gaps=(Gap((reserved,), p("p", reserved), top_of(f("f", reserved), reserved)),))


def test_a_largest_value_is_one_of_them() -> None:
    """What is >= f(z) for each z is >= max f; f(y) + f(z), at one place y, is not >= max f for that."""
    row = Statement(t.log(top_of(t.exp(f()))), LESS, top_of(f()))
    there = top_of(t.exp(f("f", Z)), Z)
    gap = Gap((), n(1), top_of(f("f", Z), Z))
    assert shows("cases", row, of=(there,), ways=((gap,),))
    assert not shows("cases", row, of=(there,), ways=((),))
    assert not shows("cases", row, of=(), ways=((gap,),))
    with pytest.raises(ValueError, match="argument"):
        shows("cases", row, of=(there,), ways=((gap,), (gap,)))
    wrong = Statement(top_of(f()), LESS, f())
    assert false(wrong)
    assert not shows("cases", wrong, of=(top_of(f()),), ways=((),))  # y is in the statement already
    assert not shows("cases", wrong, of=(top_of(f("f", Z), Z),), ways=((),))
    two = Statement(add(top_of(f()), top_of(f("g"))), LESS, top_of(add(f(), f("g"))))
    assert false(two)
    both = top_of(f("f", Z), Z), top_of(f("g", Z), Z)
    sum_there = Gap((), n(1), top_of(add(f("f", Z), f("g", Z)), Z))
    assert not shows("cases", two, of=both, ways=((sum_there,),))  # f and g are largest at two places
    assert not shows("cases", two, of=(both[0], top_of(f("g"))), ways=((sum_there,),))


def test_two_largest_values_do_not_know_of_each_other() -> None:
    """max_y h(y, z) is attained for that z, and max_z k(y, z) for that y: no pair (y, z) need be both."""
    h, k = t.Apply("h", (), (Y, Z)), t.Apply("k", (), (Y, Z))
    row = Statement(add(top_of(h, Y), top_of(k, Z)), LESS, top_of(top_of(add(h, k), Z), Y))
    assert not shows("cases", row, of=(top_of(h, Y), top_of(k, Z)), ways=((Gap((), n(1), top_of(add(h, k), Z)),
                     Gap((), n(1), top_of(top_of(add(h, k), Z), Y))),))


def test_a_largest_value_that_varies_need_be_attained_nowhere() -> None:
    """Of h(y, z) = 1[y ≠ z] no h(z, z) is the largest over y: so of the places where it is there may be none."""

    def places(here: t.Term, most: t.Term) -> Statement:
        return Statement(n(0), Relation.LESS, t.total(Z, t.Cases((add(here, mul(n(-1), most)),), (n(1), n(0)))))

    unlike = [[int(y != z) for y in range(2)] for z in range(2)]
    assert sum(unlike[z][z] >= max(unlike[z]) for z in range(2)) == 0
    assert not shows("inequality", places(f("h", Z, Z), top_of(f("h", Y, Z))), gaps=())
    assert shows("inequality", places(f("h", Z), top_of(f("h", Y))), gaps=())


def test_a_largest_value_below_a_sum_is_not_replaced_by_one_place() -> None:
    row = Statement(t.total(Y, mul(p(), top_of(f("f", Y, Z), Z))), LESS, t.total(Y, mul(p(), f("f", Y, Z))))
    assert false(row)
    assert not shows("cases", row, of=(top_of(f("f", Y, Z), Z),), ways=((),))


def test_there_need_be_no_largest_value_of_what_is_integrated_over() -> None:
    row = Statement(t.total(Y, mul(p(), f())), LESS, top_of(f()))
    assert not shows("inequality", row, replace(CONTEXT, measures=frozenset({"y"})),
                     gaps=(Gap((Y,), p(), top_of(f())),))


def test_the_largest_of_a_multiple_is_the_multiple_of_the_top_of() -> None:
    for factor, proved in ((β, True), (n(2), True), (A, False), (n(-2), False), (f("g", Z), False)):
        row = Statement(top_of(mul(factor, f())), EQUAL, mul(factor, top_of(f())))
        assert shows("identity", row) is proved
        assert proved or false(row)
    for moved, proved in ((A, True), (f("h", Z), True), (f("h"), False)):
        row = Statement(top_of(add(f(), moved)), EQUAL, add(top_of(f()), moved))
        assert shows("identity", row) is proved
        assert proved or false(row)
    assert shows("identity", Statement(top_of(f()), EQUAL, top_of(f("f", Z), Z)))
    assert shows("identity", Statement(top_of(A), EQUAL, A))
    assert not shows("identity", Statement(t.Partial(top_of(p()), p("p", Z)), EQUAL, n(0)))


# -- steps -------------------------------------------------------------------------------------


def step(u: t.Term) -> t.Term:
    """1 where u >= 0, else 0."""
    return t.Cases((u,), (n(1), n(0)))


@pytest.mark.parametrize(("row", "proved"), [
    (Statement(power(step(A), 2), EQUAL, step(A)), True),
    (Statement(step(mul(β, A)), EQUAL, step(A)), True),
    (Statement(step(mul(B, A)), EQUAL, step(A)), False),
    (Statement(step(minus(A)), EQUAL, step(A)), False),
    (Statement(step(add(A, minus(B))), EQUAL, step(add(B, minus(A)))), False),
    (Statement(add(step(A), step(minus(A))), EQUAL, n(1)), False),
    (Statement(add(step(A), step(minus(A))), EQUAL, add(n(1), mul(step(A), step(minus(A))))), True),
    (Statement(mul(step(A), step(minus(A))), EQUAL, n(0)), False),
    (Statement(mul(step(A), step(minus(B))), EQUAL, add(step(A), step(minus(B)), n(-1))), False),
    (Statement(step(β), EQUAL, n(1)), True),
    (Statement(step(power(A, 2)), EQUAL, n(1)), True),
    (Statement(step(minus(β)), EQUAL, n(0)), True),
    (Statement(step(minus(power(A, 2))), EQUAL, n(0)), False),
    (Statement(t.Cases((A,), (B, n(2))), EQUAL, add(n(2), mul(step(A), add(B, n(-2))))), True),
    (Statement(t.Cases((A,), (B, n(2))), EQUAL, add(B, mul(step(A), add(n(2), minus(B))))), False),
    (Statement(step(t.total(Y, f("g"))), EQUAL, t.total(Y, step(f("g")))), False),
])  # fmt: skip
def test_a_step_is_one_or_nothing(row: Statement, proved: bool) -> None:
    assert shows("identity", row) is proved
    assert false(row) is not proved


def test_a_step_is_known_where_its_sign_is() -> None:
    at_most = Statement(step(A), LESS, n(1))
    assert shows("cases", at_most, of=(A,), ways=((), ()))
    assert not shows("inequality", at_most, gaps=())
    assert not shows("cases", at_most, of=(B,), ways=((), ()))
    at_least = Statement(n(1), LESS, add(step(A), step(minus(A))))
    assert shows("cases", at_least, of=(A,), ways=((), ()))
    for wrong in (Statement(n(1), LESS, step(A)), Statement(step(A), LESS, n(0)), Statement(step(A), EQUAL, n(1)),
                  Statement(add(step(A), step(minus(A))), LESS, n(1))):
        assert false(wrong)
        for of in ((A,), (minus(A),), (A, minus(A))):
            for copies in (1, 2):
                ways = ((),) * (copies * 2 ** len(of))
                try:
                    assert not shows("cases", wrong, of=of, ways=ways)
                except ValueError:
                    assert (wrong.relation is EQUAL) != (copies == 2)
    flat = Normaliser(CONTEXT)
    assert not flat(t.Partial(step(A), A)).terms and [each.sign for each in flat.assumptions] == ["≠"]
    both = add(step(A), step(minus(A)))  # is 1 of what the statement says is not 0, and may be 2 of anything else
    assert not shows("cases", Statement(both, LESS, n(1)), of=(A,), ways=((), ()))
    said = Statement(add(both, mul(B, power(A, -1))), LESS, add(n(1), mul(B, power(A, -1))))
    assert shows("cases", said, of=(A,), ways=((), ()))
    assert not shows("cases", said, of=(B,), ways=((), ()))


def test_a_step_follows_its_variables() -> None:
    there = t.total(Y, mul(p(), step(add(f("g"), minus(f("g", Z))))))
    row = Statement(there, EQUAL, t.substitute(t.total(X, n(0)), {}))
    assert not shows("identity", row)
    renamed = t.substitute(there, {Z: Variable("w", "y")})
    assert not shows("identity", Statement(there, EQUAL, renamed))


def test_the_sharp_gap_is_not_negative_and_is_taken_of_what_is_positive() -> None:
    """``(2t + 4)(t log t - t + 1) >= 3(t - 1)²``: held at numbers, and its convexity by those of its second derivative."""
    def h(at: float) -> float:
        return (2 * at + 4) * (at * math.log(at) - at + 1) - 3 * (at - 1) ** 2

    values = [h(10 ** (k / 40)) for k in range(-200, 201)]
    assert min(values) == values[200] == 0 and all(v > 0 for k, v in enumerate(values) if k != 200)
    whole = add(mul(add(mul(n(2), β), n(4)), add(mul(β, t.log(β)), minus(β), n(1))), mul(n(-3), power(add(β, n(-1)), 2)))
    row = Statement(n(0), LESS, whole)
    assert shows("inequality", row, gaps=(Gap((), n(1), β, sharp=True),))
    assert not shows("inequality", row, gaps=(Gap((), n(1), β),))
    assert not shows("inequality", row, gaps=(Gap((), n(-1), β, sharp=True),))
    assert not shows("inequality", Statement(n(0), Relation.LESS, whole), gaps=(Gap((), n(1), β, sharp=True),))
    more = Statement(power(add(β, n(-1)), 2), LESS, whole)
    assert false(more) and not shows("inequality", more, gaps=(Gap((), n(1), β, sharp=True),))
    unsigned = Statement(n(0), LESS, t.substitute(whole, {}))
    assert shows("inequality", unsigned, gaps=(Gap((), n(1), β, sharp=True),))
    assert not shows("inequality", Statement(n(0), LESS, mul(A, A, A)), gaps=(Gap((), n(1), A, sharp=True),))


def test_what_is_left_of_a_product_of_probabilities_is_below_0_over_it() -> None:
    nf = Normaliser(CONTEXT)
    for of, wanted in ((p(), True), (mul(p(), p("q")), True), (β, False), (f("g"), False), (mul(p(), β), False)):
        (_, (*_, (atom, _))) = nf.factors(nf(add(n(1), minus(power(of, -1)))))
        assert nf.at_most_0(atom) is wanted
    density = Normaliser(replace(CONTEXT, measures=frozenset({"y"})))
    (_, (*_, (atom, _))) = density.factors(density(add(n(1), minus(power(p(), -1)))))
    assert not density.at_most_0(atom)
    odds = mul(p(), power(add(n(1), minus(p())), -1))
    for k in (1, 2, 3):  # each power of what is below 0 turns the sign
        row = Statement(n(0), LESS, mul(odds, power(add(n(1), minus(p())), -k)))
        assert shows("inequality", row, gaps=()) and not shows("inequality", Statement(row.right, LESS, n(0)), gaps=())
    squared = t.log(mul(odds, odds))
    assert same(squared, mul(n(2), t.log(odds))) and not same(squared, mul(n(2), t.log(power(odds, -1))))
    assert {each.sign for each in shown("identity", Statement(squared, EQUAL, mul(n(2), t.log(odds)))).assumptions} <= {"≠", ">"}


def test_what_is_a_polynomial_in_the_values_of_a_policy() -> None:
    nf = Normaliser(CONTEXT)
    policy = t.Apply(BOUND_POLICY, (Y,), (X,))
    reward = t.Apply("r", (), (X, Y))
    mean = t.total(Y, t.Mul((policy, reward)))
    smooth = (reward, policy, t.Mul((policy, policy, β)), mean, t.Power(mean, n(2)), t.exp(reward))
    rough = (t.Power(policy, n(-1)), t.Power(policy, β), t.exp(policy), t.log(policy), t.log(mean), t.Power(mean, n(-1)),
             t.total(Y, t.Mul((policy, t.log(policy)))))  # fmt: skip
    assert [laws._smooth(nf(term)) for term in smooth] == [True] * len(smooth)
    assert [laws._smooth(nf(term)) for term in rough] == [False] * len(rough)


def test_what_a_fact_is_made_of_counts_the_facts_behind_it_and_no_premise() -> None:
    nf = Normaliser(CONTEXT)
    first = Fact("a", (), (), nf(B), "line 1")
    second = Fact("c", (), (), nf(H), "line 2", relied_on=frozenset({first, PREMISE}))
    assert second.behind == {"h", "a", "b"}


@pytest.mark.parametrize("places", [((Y,), (X,)), ((), (X, Y))])
def test_what_varies_is_not_the_largest_of_itself(places: tuple[tuple[Variable, ...], tuple[Variable, ...]]) -> None:
    itself = t.Apply(BOUND_POLICY, *places)
    nf = Normaliser(CONTEXT)
    assert laws.reached(nf, nf(itself), Attainment(*places, itself, itself, ())) is None


def test_a_bound_is_attained_at_a_distribution_over_a_variable_that_it_is_not_given() -> None:
    # At the same name twice, μ(z) would be put for π(y|z), which need not sum to 1 over y.
    policy, base = t.Apply(BOUND_POLICY, (Y,), (Z,)), t.Apply("μ", (Y,), ())
    apart = t.Mul((t.Apply("r", (), (X, Y)), t.Add((policy, t.Mul((n(-1), t.Apply("μ", (Z,), ())))))))
    nf = Normaliser(CONTEXT)
    f = nf(t.Mul((n(-1), t.total(Y, t.Power(apart, n(2))))))
    gaps = (Gap(weight=n(1), of=apart, variables=(Y,), square=True),)
    assert laws.reached(nf, f, Attainment((Y,), (Y,), n(0), base, gaps)) is None
    assert laws.reached(nf, f, Attainment((Y,), (Z,), n(0), t.Apply("μ", (Z,), ()), gaps)) is None


# -- the maximiser that a row writes, and branches in which nothing is ---------------------------


def test_a_policy_is_the_maximiser_whichever_side_it_stands_on() -> None:
    star = replace(CONTEXT, definitions={"q": t.Definition("q", (Y,), TILTED)})
    for row in (Statement(p("q"), EQUAL, where(HEAD)), Statement(where(HEAD), EQUAL, p("q"))):
        assert shows("optimal", row, star, why=RIGHT)


def test_a_term_is_no_policy_where_it_does_not_say_at_which_of_its_variables() -> None:
    """h(y, z) over its sum is largest as a policy of y at each z; as one of z it does not even sum to 1.

    The maximum is what it is said to be: only which function of its variables the term is, nobody says.
    """
    h = t.Apply("h", (), (Y, Z))
    tilted = mul(h, power(t.total(Y, h), -1))
    for given in ((), (Z,)):
        policy = p("π", Y, *given)
        body = t.total(Y, add(mul(policy, t.log(h)), entropy(policy)))
        why = Optimality((Y,), given, (), tilted, n(1), n(0))
        assert largest(body, why)
        assert not shows("optimal", Statement(tilted, EQUAL, where(body)), why=why)
        assert not shows("optimal", Statement(where(body), EQUAL, tilted), why=why)
    named = replace(CONTEXT, definitions={"q": t.Definition("q", (Y, Z), tilted)})
    assert shows("optimal", Statement(p("q", Y, Z), EQUAL, where(body)), named, why=why)  # a policy that is named does
    assert not shows("optimal", Statement(p("q", Z, Y), EQUAL, where(body)), named, why=why)


def test_what_holds_of_each_part_of_a_sum_need_not_hold_of_the_sum() -> None:
    """As it does of a largest value: each h(y) / (1 + h(y)) is at most 1, and three of them are not."""
    each = mul(f("h"), power(add(n(1), f("h")), -1))
    row, top = Statement(t.total(Y, each), LESS, n(1)), t.Bind("maximum", (Y,), (each,))
    assert false(row)
    assert shows("cases", replace(row, left=top), of=(top,), ways=((),))
    assert not shows("cases", row, of=(row.left,), ways=((), ()))
    with pytest.raises(ValueError):  # it has both signs
        shows("cases", Statement(size(row.left), LESS, row.left), of=(row.left,), ways=((),))


def size_of(of: t.Term, weight: t.Term, *variables: Variable) -> Gap:
    return Gap(variables, weight, of, absolute=True)


KNOWN = Premise(n(0), A, "line 1")


def test_nothing_is_in_a_branch_that_known_things_exclude() -> None:
    """Where a >= 0 is known, |a| - a + 2a is 0 where a < 0, of which the first part is > 0: nothing is there."""
    row = Statement(size(A), LESS, A)
    assert false(row)
    known = Gap((), n(2), KNOWN)
    assert shows("cases", row, premises=(KNOWN,), of=(A,), ways=((), (size_of(A, n(1)), known)))
    assert not shows("cases", row, of=(A,), ways=((), (size_of(A, n(1)),)))  # -2a alone excludes nothing
    for weight in (n(0), power(B, 2)):  # what may be 0 is no part that is > 0
        twice = Gap((), mul(n(2), weight), KNOWN)
        assert not shows("cases", row, premises=(KNOWN,), of=(A,), ways=((), (size_of(A, weight), twice)))
    assert not shows("cases", row, premises=(KNOWN,), of=(A,), ways=((), (size_of(B, n(1)), known)))


def test_nothing_is_in_a_branch_where_parts_add_up_to_what_is_below_0() -> None:
    """Where a >= β is known, twice that and |a| - a come to -2β < 0 where a < 0."""
    above = Premise(β, A, "line 1")
    row = Statement(size(A), LESS, A)
    assert shows("cases", row, premises=(above,), of=(A,), ways=((), (size_of(A, n(1)), Gap((), n(2), above))))


def test_one_place_is_nothing_in_an_integral() -> None:
    """∫ |f| <= ∫ f says f >= 0 but where a null set is: at each place it need not be so."""
    whole = Premise(t.total(Y, size(f())), t.total(Y, f()), "line 1")
    row = Statement(size(f()), LESS, f())
    ways: tuple[tuple[Gap, ...], ...] = ((), (size_of(f(), n(1), Y), Gap((), n(1), whole)))
    assert not shows("cases", row, SPREAD, premises=(whole,), of=(f(),), ways=ways)


def test_a_bound_from_above_is_shown_by_what_its_gaps_are() -> None:
    """a² + b² - 2ab is (a - b)² once, and not twice."""
    squares = add(power(A, 2), power(B, 2))
    row = Statement(squares, Relation.GREATER_EQUAL, mul(n(2), A, B))
    gap = Gap((), n(1), add(A, minus(B)), square=True)
    assert shows("inequality", row, gaps=(gap,))
    assert not shows("inequality", row, gaps=())
    assert not shows("inequality", row, gaps=(replace(gap, weight=n(2)),))


def test_what_a_root_is_taken_of_below_a_line_is_positive() -> None:
    """So 0 <= 1/√(a + b); of 1/(a + b) that is not known."""
    root = t.Power(add(A, B), t.Number(Fraction(-1, 2)))
    assert shows("inequality", Statement(n(0), LESS, root), gaps=())
    assert not shows("inequality", Statement(root, LESS, n(0)), gaps=())
    assert not shows("inequality", Statement(n(0), LESS, power(add(A, B), -1)), gaps=())
