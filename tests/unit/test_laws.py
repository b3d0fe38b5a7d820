"""False theorems that must never be proved: one test for each way a kernel can be talked into one."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Atom, of_atom
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Gap, Optimality, Premise
from symkl.language.terms import Policy, Relation, Sense, Statement, Variable
from symkl.proving.deciding import decide
from symkl.proving.facts import establish
from symkl.proving.problems import maximiser

X, Y, W = Variable("x", "x"), Variable("y", "y"), Variable("w", "y")
BETA = t.Scalar("β")
PLAIN = t.Context(frozenset({"β"}), parametrised=frozenset({"θ"}))


def n(value: int) -> t.Term:
    return t.Number(Fraction(value))


def p(symbol: str = "π", y: Variable = Y, x: Variable = X) -> t.Apply:
    return t.Apply(symbol, (y,), (x,))


def r(symbol: str = "r", y: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (), (X, y))


def mean(body: t.Term, symbol: str = "π") -> t.Term:
    return t.mean((Y,), p(symbol), body)


def kl(left: str, right: str) -> t.Term:
    return t.kl(Y, p(left), p(right))


def add(*terms: t.Term) -> t.Term:
    return t.Add(terms)


def mul(*factors: t.Term) -> t.Term:
    return t.Mul(factors)


def inverse(term: t.Term) -> t.Term:
    return t.Power(term, n(-1))


def best(body: t.Term, policy: str = "π", sense: Sense = Sense.MAX) -> t.Optimum:
    return t.Optimum(sense, policy, body)


def never(left: t.Term, right: t.Term, context: t.Context = PLAIN, facts: tuple[Fact, ...] = (),
          relation: Relation = Relation.EQUAL) -> None:
    assert not isinstance(decide(Statement(left, relation, right), context, facts), Proved)


def functional(symbol: str, policy: str = "π") -> t.Apply:
    return t.Apply(symbol, (), (Policy(policy),))


def defined(*definitions: t.Definition) -> t.Context:
    return t.Context(frozenset({"β"}), {d.symbol: d for d in definitions}, frozenset({"θ"}))


def test_large_negative_powers_of_numbers_are_not_clipped() -> None:
    never(t.Power(n(2), n(-1000)), t.Power(n(2), n(-999)))


def test_a_bound_policy_is_not_captured_by_a_maximum_inside() -> None:
    never(best(best(kl("π", "ρ"), "ρ")), n(0))
    never(best(best(add(mean(r()), mul(n(-1), kl("ρ", "π"))), "ρ"), sense=Sense.MIN), n(0))


@pytest.mark.parametrize("symbol", ["J", "L"])
def test_a_functional_of_the_policy_is_not_free_of_it(symbol: str) -> None:
    never(best(add(mean(r()), functional(symbol))), best(mean(r())))
    never(best(add(mean(r()), functional(symbol))), add(best(mean(r())), functional(symbol)))


def test_an_unknown_functional_has_no_derivative() -> None:
    never(t.Partial(functional("J"), p()), n(0))
    never(t.Gradient(functional("J", "θ")), n(0))
    never(t.Gradient(add(functional("J", "θ"), mean(r()))), t.Gradient(mean(r())))


def test_a_difference_is_not_free_of_the_policy_when_its_denominator_is_not() -> None:
    tail = mean(t.exp(r("s")))
    hidden = mul(tail, inverse(add(n(1), tail)))
    never(best(add(mean(r()), hidden)), best(mean(r())))
    objective = add(mean(r()), mul(n(-1), BETA, kl("π", "ref")))
    never(best(add(objective, hidden)), best(objective))
    tilted = mul(p("ref"), t.exp(mul(r(), inverse(BETA))))
    star = defined(t.Definition("π*", (Y, X), mul(tilted, inverse(t.total(Y, tilted)))))
    never(p("π*"), t.Optimiser(Sense.MAX, "π", add(objective, hidden)), star)
    assert isinstance(decide(Statement(p("π*"), Relation.EQUAL, t.Optimiser(Sense.MAX, "π", objective)), star), Proved)


def test_what_is_maximised_over_may_not_hide_in_a_definition() -> None:
    cost = defined(t.Definition("K", (X,), kl("π", "ref")))
    hidden = t.Apply("K", (), (X,))
    never(best(hidden), hidden, cost)
    never(best(add(mean(r()), hidden)), best(mean(r())), cost)


def test_a_maximum_over_a_scalar_or_a_fact_about_the_policy_is_refused() -> None:
    never(best(t.Power(BETA, n(2)), "β"), t.Power(BETA, n(2)))
    cost = defined(t.Definition("K", (X,), kl("π", "ref")))
    known = Fact("π", (Y,), (X,), of_atom(Atom("apply", "ref", (Y,), (X,))), "row 1")
    never(best(t.Apply("K", (), (X,))), n(0), cost, (known,))


def test_a_derivative_by_a_scalar_does_not_make_it_positive() -> None:
    a = t.Scalar("a")
    never(t.Partial(t.Power(t.Power(a, n(2)), t.Number(Fraction(1, 2))), a), n(1))
    f = t.Apply("f", (), (X,))
    never(t.Partial(t.Power(t.Power(f, n(2)), t.Number(Fraction(1, 2))), f), n(1))


def test_entries_are_those_of_one_distribution() -> None:
    """A joint and a conditional distribution of one name are different things, and so are sorts."""
    joint = t.Apply("p", (X, Y), ())
    conditional = t.Apply("p", (Y,), (X,))
    swapped = t.Apply("p", (X,), (Y,))
    never(t.Partial(swapped, joint), n(1))
    never(t.Partial(conditional, t.Apply("p", (Y,), ())), n(1))
    marginal = t.Apply("p", (X,), ())
    never(t.Partial(t.total(X, mul(marginal, t.Apply("f", (), (X,)))), t.Apply("p", (Y,), ())), t.Apply("f", (), (Y,)))


def test_a_fact_about_a_conditional_is_not_one_about_a_joint_distribution() -> None:
    known = Fact("p", (Y,), (X,), of_atom(Atom("apply", "q", (Y,), (X,))), "row 1")
    never(t.Apply("p", (Y, X), ()), t.Apply("q", (Y,), (X,)), facts=(known,))
    never(n(1), t.total(X, t.total(Y, t.Apply("q", (Y,), (X,)))), facts=(known,))
    never(t.total(X, t.total(Y, t.Apply("p", (Y, X), ()))), t.total(X, n(1)), facts=(known,))


def test_a_fact_about_one_policy_says_nothing_of_another() -> None:
    gain = t.total(Y, mul(t.Apply("π", (Y,), ()), t.Apply("r", (), (Y,))))
    facts = establish(Statement(functional("J"), Relation.EQUAL, gain), PLAIN, (), "row 1")
    never(functional("J", "ref"), gain, facts=facts)


def test_facts_hold_at_one_policy_and_so_not_under_a_derivative() -> None:
    ref = of_atom(Atom("apply", "ref", (Y,), (X,)))
    optimal = Fact("θ", (Y,), (X,), ref, "row 1")
    never(t.Gradient(t.log(p("θ"))), n(0), facts=(optimal,))
    implicit = establish(
        Statement(r(), Relation.EQUAL, mul(BETA, t.log(mul(p("θ"), inverse(p("ref")))))), PLAIN, (), "row 1")
    assert implicit
    never(t.Gradient(r()), mul(BETA, t.Gradient(t.log(p("θ")))), facts=implicit)
    never(t.Partial(r(), p("θ")), mul(BETA, inverse(p("θ"))), facts=implicit)


def test_a_score_is_not_held_fixed_by_a_partial_derivative() -> None:
    never(t.Partial(t.Gradient(t.log(p("θ"))), p("θ")), n(0))
    never(t.Partial(mul(p("θ"), t.Gradient(t.log(p("θ")))), p("θ")), n(0))


def test_a_gradient_inside_a_maximum_over_its_policy_is_refused() -> None:
    never(best(mul(r(), t.Gradient(t.log(p("θ")))), "θ"), n(0))


def test_one_policy_for_all_prompts_cannot_follow_each_prompt() -> None:
    """max over π(y) of E_x is less than E_x of the max: the certificate for it must be refused."""
    nf = Normaliser(PLAIN)
    pi, prompt = t.Apply("π", (Y,), ()), t.Apply("D", (X,), ())
    gain = t.total(Y, mul(pi, add(r(), mul(n(-1), t.log(pi)))))
    objective = nf.objective(best(t.mean((X,), prompt, gain)))
    tilted = t.exp(r())
    why = Optimality((Y,), (), (X,), mul(tilted, inverse(t.total(Y, tilted))), prompt, n(0))
    assert laws.maximum(nf, objective, why) is None


def test_a_policy_needs_outcomes_to_have_a_maximiser() -> None:
    nf = Normaliser(PLAIN)
    pi = t.Apply("f", (), (X,))
    objective = nf.objective(best(add(pi, mul(n(-1), pi, t.log(pi))), "f"))
    why = Optimality((), (X,), (), n(1), n(1), n(0))
    assert laws.maximum(nf, objective, why) is None


def test_certificates_may_not_use_the_names_that_the_kernel_binds() -> None:
    nf = Normaliser(PLAIN)
    one, two = Variable("#1.1", "y"), Variable("#1.2", "y")
    f = of_atom(Atom("apply", "f", (), (one, two)))
    diagonal = nf(t.total(Y, t.Apply("f", (), (Y, Y))))
    with contextlib.suppress(Unsupported):
        assert nf.sum_over([two], f) != diagonal
    fresh, _ = nf.open(next(iter(nf(t.total(Y, r())).terms)).factors[0][0])
    later = Variable("~2", "y")
    assert fresh != [later]
    captured = Gap((later,), n(1), t.Apply("p", (later,), ()))
    with pytest.raises(Unsupported):
        laws.inequality(nf, Statement(n(0), Relation.LESS_EQUAL, n(0)), (captured,))
    with pytest.raises(Unsupported):
        nf(t.Apply("f", (), (one, Y)))


def test_nothing_is_proportional_to_what_vanishes_or_in_no_variable() -> None:
    nf = Normaliser(PLAIN)
    assert laws.proportional(nf, Statement(r(), Relation.PROPORTIONAL, mul(n(2), r("s"))), ()) is None
    assert laws.proportional(nf, Statement(r(), Relation.PROPORTIONAL, r("s")), (W,)) is None
    never(n(0), p("ref"), relation=Relation.PROPORTIONAL)


def test_policies_in_keys_are_quoted() -> None:
    assert Atom("apply", "J", (), (Policy("('y', 'y')"),)) != Atom("apply", "J", (), (Y,))
    assert Atom("apply", "J", (), (Policy("a,b"),)) != Atom("apply", "J", (), (Policy("a"), Policy("b")))


def test_a_definition_binds_no_policy_or_variable_that_comes_in() -> None:
    """D(ρ) is the best that any policy does against ρ and another policy, whatever ρ is called."""
    body = best(add(mul(n(-1), kl("π", "ρ")), mul(n(-1), kl("π", "π′"))))
    gap = defined(t.Definition("D", (Policy("ρ"),), body))
    never(functional("D", "π"), best(mul(n(-1), kl("σ", "π")), "σ"), gap)
    a, b, prime = Variable("a", "y"), Variable("b", "y"), Variable("y′", "y")
    f = t.Apply("f", (), (a, b))
    g = t.Apply("g", (), (Y, prime))
    double = defined(t.Definition("F", (a, b), t.mean((Y, prime), t.Apply("m", (Y, prime), ()), mul(f, g))))
    z = Variable("z", "y")
    diagonal = t.total(z, t.total(W, mul(t.Apply("m", (z, z), ()), t.Apply("g", (), (z, z)))))
    never(t.Apply("F", (), (Y, prime)), mul(t.Apply("f", (), (Y, prime)), diagonal), double)
    honest = mul(t.Apply("f", (), (Y, prime)), t.total(z, t.total(W, mul(t.Apply("m", (z, W), ()),
                                                                 t.Apply("g", (), (z, W))))))
    found = decide(Statement(t.Apply("F", (), (Y, prime)), Relation.EQUAL, honest), double)
    assert isinstance(found, Proved)


def test_a_maximiser_is_not_spelled_over_a_prompt_that_is_free() -> None:
    """The prompt that is averaged over may not be called by the name of one that is not."""
    other = Variable("x′", "x")
    pi = t.Apply("π", (Y,), (other,))
    gain = t.total(Y, mul(pi, add(r(), t.Apply("s", (), (other, Y)), mul(n(-1), t.log(pi)))))
    assert maximiser(best(t.mean((other,), t.Apply("D", (other,), ()), gain)), PLAIN) is None


def test_a_multiplier_needs_a_distribution_over_distinct_places() -> None:
    row = Statement(t.Apply("p", (Y,), (Y,)), Relation.EQUAL, t.exp(t.Scalar("λ")))
    assert establish(row, PLAIN, (), "row 1") == ()


@pytest.mark.parametrize(("left", "right"), [
    (t.Power(t.Power(t.Scalar("a"), n(2)), t.Number(Fraction(1, 2))), t.Scalar("a")),
    (t.log(t.Power(t.Scalar("a"), n(2))), mul(n(2), t.log(t.Scalar("a")))),
    (t.total(Y, n(1)), n(1)),
    (t.total(Y, t.Power(p(), n(2))), n(1)),
    (t.total(Y, mul(p(), r())), t.total(Y, r())),
    (t.total(Y, t.Apply("p", (Y, W), ())), n(1)),
    (t.total(Y, t.Apply("p", (Y,), (Y,))), n(1)),
    (t.total(Y, t.Apply("p", (Y, Y), ())), n(1)),
    (t.Partial(kl("π", "ref"), p(y=W)), n(0)),
    (mean(t.Gradient(t.log(p("θ"))), "ref"), n(0)),
    (best(mul(t.Scalar("a"), mean(r()))), mul(t.Scalar("a"), best(mean(r())))),
])
def test_textbook_slips(left: t.Term, right: t.Term) -> None:
    never(left, right)


def test_a_limit_in_what_a_premise_speaks_of_is_none() -> None:
    limit = Statement(t.Limit(mean(r()), BETA, t.End.ZERO), Relation.EQUAL, mean(r()))
    bounded, below = Premise(r(), BETA, "line 1"), Premise(r(), n(1), "line 1")
    assert isinstance(decide(limit, PLAIN, premises=[below]), Proved)
    assert not isinstance(decide(limit, PLAIN, premises=[bounded]), Proved)
