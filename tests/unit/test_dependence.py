"""What is not known to be free of something may depend on it: names, definitions and facts under what varies."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel.replay import Rejected, replay
from symkl.kernel.verdict import Fact, Proved
from symkl.language.dependence import unsaid
from symkl.language.terms import Relation, Statement
from symkl.meaning.dependence import marks, parameters, policy_of
from symkl.proving.deciding import decide
from symkl.proving.facts import establish


def answers(text: str) -> list[str]:
    """The status of each row of a document."""
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    "name, carried",
    [
        ("q_θ", {"θ"}), ("π_φ_RL", {"φ"}), ("π_θ*", {"θ"}), ("π̂_θ", {"θ"}), ("r_θ,ψ", {"θ", "ψ"}),
        ("π_θ_old", set()), ("π_θ_k", set()), ("π_θ_k+1", set()), ("π_θ_0", set()), ("π_θ̄", set()), ("π_ref", set()),
    ],
)  # fmt: skip
def test_a_name_carries_its_parameter_and_not_a_value_of_it(name: str, carried: set[str]) -> None:
    assert parameters(name) == carried


def test_a_name_says_of_which_policy_a_value_is() -> None:
    assert [policy_of(name) for name in ("Q^π", "Q^π_θ", "V_π_old", "π_θ", "r_q", "V*")] == [
        "π", "π_θ", "π_old", None, "q", None,
    ]  # fmt: skip
    assert marks("π_β=1") == ("β=1",)


@pytest.mark.parametrize(
    "row",
    [
        r"\nabla_\theta V^{\pi_\theta}(x) = 0",
        r"\frac{d}{d\beta} V_\beta(x) = 0",
        r"\frac{d}{d\tau} H(\pi_{\tau}) = 0",
        r"\lim_{\beta\to\infty} \pi_\beta(y|x) = \pi_\beta(y|x)",
        r"\frac{\partial}{\partial\pi(y|x)} \sum_{y}\pi(y|x) Q^\pi(x,y) = Q^\pi(x,y)",
        r"\max_\pi E_{y\sim\pi}[Q^\pi(x,y)] - \beta KL(\pi\|\mu) = \beta\log\sum_y\mu(y|x)e^{Q^\pi(x,y)/\beta}",
        r"\nabla_\theta E_{y\sim\pi(\cdot|x)}[r(x,y)] + \nabla_\theta \log\mu(y|x) = 0",
    ],
)
def test_what_moves_unsaid_is_unknown(row: str) -> None:
    assert answers(f"$${row}$$") == ["unknown"]


def test_what_carries_the_parameter_has_a_gradient_of_its_own() -> None:
    product = r"\nabla_\theta E_{y\sim\pi_\theta}[r_\theta(x,y)] = E_{y\sim\pi_\theta}[r_\theta(x,y)\nabla_\theta"
    whole = rf"$${product}\log\pi_\theta(y|x) + \nabla_\theta r_\theta(x,y)]$$"
    half = rf"$${product}\log\pi_\theta(y|x)]$$"
    assert answers(whole) == ["proved"]
    assert answers(half) == ["unknown"]  # r_θ may be made of π_θ
    assert answers("<!-- symkl: r_\\theta fixed -->\n" + half) == ["proved"]
    assert answers("<!-- symkl: r moves with \\theta -->\n" + half.replace(r"r_\theta", "r")) == ["unknown"]
    assert answers(r"$$\nabla_\theta V_\theta(x) = 0$$") == ["refuted"]
    assert answers(r"$$\nabla_\psi E_{y\sim\pi_{ref}(\cdot|x)}[r_\psi(x,y)^2] = 0$$") == ["refuted"]


def test_the_advice_of_what_moves_unsaid_works_when_it_is_followed() -> None:
    row = r"$$\frac{d}{d\beta} (\beta V_\beta(x)) = V_\beta(x)$$"
    (line,) = check_text(row, "a.md").lines
    assert "<!-- symkl: V_β fixed -->" in line.because
    assert answers("<!-- symkl: V_β fixed -->\n" + row) == ["proved"]
    (line,) = check_text(r"$$\nabla_\theta E_{y\sim q}[r(x,y)] = 0$$", "a.md").lines
    assert "<!-- symkl: SYMBOL moves with θ -->" in line.because
    told = "<!-- symkl: q moves with θ -->\n"
    assert answers(told + r"$$\nabla_\theta E_{y\sim q}[r(x,y)] = E_{y\sim q}[r(x,y)\nabla_\theta\log q(y|x)]$$") == [
        "proved"
    ]
    assert answers(told + r"$$\nabla_\theta E_{y\sim q}[r(x,y)] = 0$$") == ["refuted"]


def test_a_derivative_looks_through_facts() -> None:
    given = "<!-- symkl: c > 0; assume -->\n$$c = \\beta^2$$\n"
    assert answers(given + r"$$\frac{dc}{d\beta} = 2\beta$$") == ["assumed", "proved"]
    assert answers(given + r"$$\frac{dc}{d\beta} = 0$$") == ["assumed", "refuted"]
    pinned = given + "<!-- symkl: assume -->\n$$\\beta = 1$$\n"
    assert answers(pinned + r"$$\frac{dc}{d\beta} = 0$$")[-1] != "proved"


def test_an_equation_at_one_point_says_nothing_of_a_derivative() -> None:
    row = r"$$\beta^2 = 2\beta \implies \frac{d}{d\beta}\beta^2 = 2$$"
    assert "proved" not in answers(row)


def test_the_kernel_itself_refuses_what_may_move() -> None:
    beta, value = t.Scalar("β"), t.Apply("V", (), (t.Variable("x", "x"),))
    row = Statement(t.Partial(value, beta), Relation.EQUAL, t.Mul(()))
    zero = Statement(t.Partial(value, beta), Relation.EQUAL, t.Add(()))
    assert decide(zero, t.Context()).law == "identity"  # type: ignore[union-attr]
    for moves in ({"V": frozenset({"β"})}, {"V": frozenset({"?"})}):
        assert not hasattr(decide(zero, t.Context(moves=moves)), "law")
    assert unsaid((row.left,), t.Context(moves={"V": frozenset({"?"})})) == ("V", "β")


def test_a_certificate_cannot_forget_what_moves() -> None:
    beta, value = t.Scalar("β"), t.Apply("V", (), (t.Variable("x", "x"),))
    zero = Statement(t.Partial(value, beta), Relation.EQUAL, t.Add(()))
    certificate = decide(zero, t.Context()).certificate  # type: ignore[union-attr]
    assert certificate is not None
    replay(certificate)
    with pytest.raises(Rejected):
        replay(replace(certificate, context=t.Context(moves={"V": frozenset({"β"})})))


def test_what_a_state_is_worth_is_not_the_response_s_where_nothing_is_written() -> None:
    score = r"E_{a\sim\pi_\theta}[{}\nabla_\theta\log\pi_\theta(a)]"
    row = "$$" + score.replace("{}", "(Q(a) - V)") + " = " + score.replace("{}", "Q(a)") + "$$"
    assert answers(row) == ["proved"]
    assert answers(row + "\n\n$$" + score.replace("{}", "V(a)") + " = 0$$") == ["refuted", "refuted"]


X, Y = t.Variable("x", "x"), t.Variable("y", "y")
PI, Q, BETA = t.Apply("π", (Y,), (X,)), t.Apply("Q", (), (X, Y)), t.Scalar("β")


def proved(left: t.Term, right: t.Term, context: t.Context, facts: tuple[Fact, ...] = ()) -> bool:
    """Whether the kernel by itself proves an equation."""
    return isinstance(decide(Statement(left, Relation.EQUAL, right), context, facts), Proved)


@pytest.mark.parametrize("by", ["π", "?"])
def test_the_kernel_looks_for_no_maximum_of_what_moves_with_the_policy(by: str) -> None:
    gain = t.mean((Y,), PI, Q)
    loss = t.Mul((t.Number(Fraction(-1)), t.kl(Y, PI, t.Apply("μ", (Y,), (X,)))))
    problem = t.Optimum(t.Sense.MAX, "π", t.Add((gain, loss)))
    value = t.log(t.total(Y, t.Mul((t.Apply("μ", (Y,), (X,)), t.exp(Q)))))
    assert proved(problem, value, t.Context())
    assert not proved(problem, value, t.Context(moves={"Q": frozenset({by})}))


@pytest.mark.parametrize("by", ["β", "?"])
def test_the_kernel_takes_no_limit_of_what_moves_unsaid(by: str) -> None:
    minus = t.Number(Fraction(-1))
    limit = t.Limit(t.Mul((Q, t.exp(t.Mul((minus, t.Power(BETA, minus)))))), BETA, t.End.ZERO)
    nothing = t.Number(Fraction(0))
    positive = frozenset({"β"})
    assert proved(limit, nothing, t.Context(positive))
    assert not proved(limit, nothing, t.Context(positive, moves={"Q": frozenset({by})}))


def test_a_fact_that_rests_on_another_moves_with_what_that_is_about() -> None:
    context = t.Context(frozenset({"β"}))
    (one,) = establish(Statement(BETA, Relation.EQUAL, t.Number(Fraction(2))), context, (), "row 1")
    (two,) = establish(Statement(t.Scalar("c"), Relation.EQUAL, BETA), context, (one,), "row 2")
    assert "β" in two.behind and "β" not in two.value.names
    assert not proved(t.Partial(t.Scalar("c"), BETA), t.Number(Fraction(0)), context, (one, two))


def test_what_moves_a_fact_moves_what_it_is_about() -> None:
    context = t.Context(moves={"Q": frozenset({"β"})})
    (known,) = establish(Statement(t.Apply("V", (), (X, Y)), Relation.EQUAL, Q), context, (), "row 1")
    slope = t.Partial(t.Apply("V", (), (X, Y)), BETA)
    assert not proved(slope, t.Number(Fraction(0)), context, (known,))
    assert proved(slope, t.Number(Fraction(0)), t.Context(), (replace(known, relied_on=frozenset()),))
