"""The language: free variables, symbols, and substitution that never captures."""

from fractions import Fraction

import symkl.language.terms as t
from symkl.language.terms import Policy, Variable

X, Y, W = Variable("x", "x"), Variable("y", "y"), Variable("y_w", "y")


def reward(y: Variable) -> t.Apply:
    return t.Apply("r", (), (X, y))


def policy(symbol: str, y: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (y,), (X,))


def test_a_binder_hides_its_variable() -> None:
    assert t.free_variables(t.total(Y, reward(Y))) == {X}
    assert t.free_variables(t.mean((Y,), policy("π"), reward(W))) == {X, W}
    assert t.free_variables(t.kl(Y, policy("π"), policy("q"))) == {X}


def test_spans_do_not_matter_to_equality() -> None:
    assert t.Scalar("β", span=t.Span(0, 4)) == t.Scalar("β")
    assert hash(t.Scalar("β", span=t.Span(0, 4))) == hash(t.Scalar("β"))


def test_substitution_renames_a_binder_that_would_capture() -> None:
    # Σ_y r(x, y_w) with y_w := y must not become Σ_y r(x, y).
    changed = t.substitute(t.total(Y, reward(W)), {W: Y})
    assert isinstance(changed, t.Bind)
    assert changed.variables != (Y,)
    assert t.free_variables(changed) == {X, Y}


def test_substitution_leaves_bound_variables_alone() -> None:
    assert t.substitute(t.total(Y, reward(Y)), {Y: W}) == t.total(Y, reward(Y))


def test_a_maximum_does_not_capture_a_policy_that_comes_in() -> None:
    # max_π KL(π‖q) with q := π is not max_π KL(π‖π).
    problem = t.Optimum(t.Sense.MAX, "π", t.kl(Y, policy("π"), policy("q")))
    changed = t.substitute(problem, {Policy("q"): Policy("π")})
    assert isinstance(changed, t.Optimum)
    assert changed.policy != "π"
    assert t.symbols(changed.body) == {changed.policy, "π"}


def test_a_policy_is_exchanged_inside_functionals() -> None:
    of_pi = t.Apply("J", (), (Policy("π"),))
    assert t.substitute(of_pi, {Policy("π"): Policy("π*")}) == t.Apply("J", (), (Policy("π*"),))


def test_symbols_name_scalars_functions_and_policies() -> None:
    term = t.Mul((t.Scalar("β"), t.Apply("J", (), (Policy("π"),)), reward(Y), t.Number(Fraction(2))))
    assert t.symbols(term) == {"β", "J", "π", "r"}
