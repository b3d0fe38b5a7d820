r"""Detached values, ``\operatorname{sg}(u)``: equal in value, and no derivative moves them."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import symkl
import symkl.language.terms as t
from symkl.language.dependence import unsaid
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import direction, evaluate

Y = t.Variable("y", "y")
PI, MU = t.Apply("π_θ", (Y,), ()), t.Apply("μ", (Y,), ())
CONTEXT = t.Context(parametrised=frozenset({"θ", "π_θ"}))


def sg(term: t.Term) -> t.Term:
    return t.Fn("sg", (term,))


def statuses(text: str) -> tuple[str, ...]:
    return tuple(line.status.value for line in symkl.check_text(text, "row.md").lines)


SPELLED = [r"\operatorname{sg}(@)", r"\text{sg}[@]", r"\mathrm{sg}\left[@\right]", r"\operatorname{stopgrad}\big(@\big)",
           r"\texttt{detach}(@)", r"\mathtt{stop\_grad}(@)", r"\text{stop\_gradient}(@)", r"\bot(@)", r"\sg{@}",
           r"\operatorname{stop-gradient}(@)"]


@pytest.mark.parametrize("spelled", SPELLED)
def test_every_spelling_has_the_value_and_no_slope(spelled: str) -> None:
    inside = spelled.replace("@", r"\log\pi_\theta(y)")
    assert statuses(f"$$ {inside} = \\log\\pi_\\theta(y) $$") == ("proved",)
    assert statuses(f"$$ \\nabla_\\theta {inside} = 0 $$") == ("proved",)
    assert statuses(f"$$ \\nabla_\\theta {inside} = \\nabla_\\theta \\log\\pi_\\theta(y) $$") == ("refuted",)


def test_what_it_reaches_over_is_said_by_a_bracket() -> None:
    assert statuses(r"$$ \operatorname{sg}\log\pi_\theta(y) = 0 $$") == ("unreadable",)


@pytest.mark.parametrize(("true", "false"), [
    (r"\nabla_\theta\frac{\pi_\theta(y)}{\operatorname{sg}(\pi_\theta(y))} = \nabla_\theta\log\pi_\theta(y)",
     r"\nabla_\theta\frac{\pi_\theta(y)}{\operatorname{sg}(\pi_\theta(y))} = \nabla_\theta\pi_\theta(y)"),
    (r"\nabla_\theta(\operatorname{sg}(\pi_\theta(y))^2\log\pi_\theta(y)) = \pi_\theta(y)^2\nabla_\theta\log\pi_\theta(y)",
     r"\nabla_\theta(\pi_\theta(y)^2\log\pi_\theta(y)) = \pi_\theta(y)^2\nabla_\theta\log\pi_\theta(y)"),
    (r"\nabla_\theta\sum_y\pi_\theta(y)\operatorname{sg}(\log\pi_\theta(y)) = \nabla_\theta\sum_y\pi_\theta(y)\log\pi_\theta(y)",
     r"\nabla_\theta\sum_y\operatorname{sg}(\pi_\theta(y))\log\pi_\theta(y) = \nabla_\theta\sum_y\pi_\theta(y)\log\pi_\theta(y)"),
    (r"\nabla_\theta\sum_y\operatorname{sg}(\pi_\theta(y))\log\pi_\theta(y) = 0",
     r"\nabla_\theta\sum_y\operatorname{sg}(\pi_\theta(y))\pi_\theta(y) = 0"),
    (r"\nabla_\theta\operatorname{sg}(w_\theta(y))\log\pi_\theta(y) = w_\theta(y)\nabla_\theta\log\pi_\theta(y)",
     r"\nabla_\theta\operatorname{sg}(w_\theta(y))\log\pi_\theta(y) = 2w_\theta(y)\nabla_\theta\log\pi_\theta(y)"),
    (r"\nabla_\theta e^{\log\pi_\theta(y) - \bot(\log\pi_\theta(y))} = \nabla_\theta\log\pi_\theta(y)",
     r"\nabla_\theta e^{\log\pi_\theta(y) - \bot(\log\pi_\theta(y))} = 0"),
])
def test_a_slope_is_that_of_what_is_not_detached(true: str, false: str) -> None:
    said = "<!-- symkl: w_θ function of y -->\n"
    assert statuses(f"{said}$$ {true} $$") == ("proved",)
    assert statuses(f"{said}$$ {false} $$") == ("refuted",)


LOSSES = r"""
$$ k_1(y) = \log\frac{\pi_\theta(y)}{\mu(y)} $$

$$ k_2(y) = \frac{1}{2}\left(\log\frac{\pi_\theta(y)}{\mu(y)}\right)^2 $$

$$ k_3(y) = \frac{\mu(y)}{\pi_\theta(y)} - 1 + \log\frac{\pi_\theta(y)}{\mu(y)} $$

$$ @ $$
"""


@pytest.mark.parametrize(("row", "status"), [
    (r"\mathbb{E}_{y\sim\pi_\theta}[\nabla_\theta k_1(y)] = 0", "proved"),
    (r"\mathbb{E}_{y\sim\pi_\theta}[\nabla_\theta k_2(y)] = \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "proved"),
    (r"\mathbb{E}_{y\sim\pi_\theta}[\nabla_\theta k_3(y)] = \nabla_\theta\mathrm{KL}(\mu\|\pi_\theta)", "proved"),
    (r"\mathbb{E}_{y\sim\pi_\theta}[\nabla_\theta k_3(y)] = \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "refuted"),
    (r"\mathbb{E}_{y\sim\pi_\theta}[\operatorname{sg}(k_1(y))\nabla_\theta\log\pi_\theta(y)] "
     r"= \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "proved"),
    (r"\mathbb{E}_{y\sim\pi_\theta}[\operatorname{sg}(k_2(y))\nabla_\theta\log\pi_\theta(y)] "
     r"= \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "refuted"),
    (r"\mathbb{E}_{y\sim\pi_\theta}\left[\nabla_\theta\left(\frac{\pi_\theta(y)}{\operatorname{sg}(\pi_\theta(y))}k_3(y)\right)\right] "
     r"= \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "proved"),
    (r"\mathbb{E}_{y\sim\pi_\theta}\left[\nabla_\theta\operatorname{sg}(k_1(y))\right] "
     r"= \nabla_\theta\mathrm{KL}(\pi_\theta\|\mu)", "refuted"),
])
def test_what_an_estimator_gives_as_loss_and_as_detached_reward(row: str, status: str) -> None:
    assert statuses(LOSSES.replace("@", row))[-1] == status


@pytest.mark.parametrize("given", [
    r"V = \operatorname{sg}(\pi_\theta(y)) + \pi_\theta(y)",
    r"2 V = 2\operatorname{sg}(\pi_\theta(y)) + 2\pi_\theta(y)",
])
def test_what_a_row_says_of_a_symbol_is_not_put_in_before_a_slope(given: str) -> None:
    found = statuses(f"$$ {given} $$\n\n$$ \\nabla_\\theta V = 2\\nabla_\\theta\\pi_\\theta(y) $$")
    assert found[-1] in ("refuted", "unknown")


def test_dual_numbers_agree_with_the_chain_rule_worked_out_by_hand() -> None:
    """``∇ Σ sg(π) log(π/μ)`` is 0; ``∇ Σ π sg(log π)`` is ``Σ dπ log π``, with dπ = π (v - Σ π v) for logits v."""
    pi = [F(1, 2), F(1, 6), F(1, 3)]
    case = Case({"y": 3}, {}, {Shape("π_θ", ("y",), ()): {(i,): p for i, p in enumerate(pi)},
                               Shape("μ", ("y",), ()): {(i,): F(1, 3) for i in range(3)}})
    ratio = t.log(t.Mul((PI, t.Power(MU, t.Number(F(-1))))))
    zero = evaluate(t.Gradient(t.total(Y, t.Mul((sg(PI), ratio)))), case, CONTEXT, bits=200)
    assert zero.contains(0) and zero.rad() < 1e-40
    moved = evaluate(t.Gradient(t.total(Y, t.Mul((PI, sg(t.log(PI)))))), case, CONTEXT, bits=200)
    speeds = [direction((i,)) for i in range(3)]
    mean = sum(p * v for p, v in zip(pi, speeds, strict=True))
    by_hand = t.Add(tuple(t.Mul((t.Number(p * (v - mean)), t.log(t.Number(p)))) for p, v in zip(pi, speeds, strict=True)))
    assert moved.overlaps(evaluate(by_hand, case, bits=200)) and not moved.contains(0)


def test_what_is_detached_does_not_move_unsaid() -> None:
    value = t.Apply("A", (), (Y,))
    moving = t.Context(parametrised=frozenset({"θ", "π_θ"}), moves={"A": frozenset({"θ"})})
    assert unsaid([t.Gradient(t.Mul((sg(value), PI)))], moving) is None
    assert unsaid([t.Gradient(t.Mul((value, PI)))], moving) is not None


@pytest.mark.parametrize(
    ("given", "row", "status"),
    [
        (r"w(x,y) = \operatorname{sg}(\pi_\theta(y|x))", r"\nabla_\theta w(x,y) = 0", "proved"),
        (r"w(x,y) = \operatorname{sg}(\pi_\theta(y|x))", r"\nabla_\theta w(x,y)^2 = 2w(x,y)^2\nabla_\theta\log\pi_\theta(y|x)",
         "refuted"),
        (r"w(x,y) = \pi_\theta(y|x)", r"\nabla_\theta w(x,y) = 0", "refuted"),
        (r"w(x,y) = 3", r"\nabla_\theta w(x,y) = 0", "proved"),
        (r"w(x,y) = f(x,y)", r"\nabla_\theta w(x,y) = 0", "unknown"),
        (r"w(x,y) = \operatorname{sg}(f(x,y))", r"\nabla_\theta w(x,y) = 0", "proved"),
    ],
)  # fmt: skip
def test_a_name_for_what_is_detached_stands_still(given: str, row: str, status: str) -> None:
    text = f"<!-- symkl: f function of x, y -->\n$$ {given} $$\n\n$$ {row} $$"
    assert statuses(text) == ("assumed", status)
