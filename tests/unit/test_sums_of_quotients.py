r"""Sums over what stands below a line: ``E_{(x,y_w,y_l)∼D}[σ(r(x,y_w) - r(x,y_l))]`` is one number under every name."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import permutations, product

import pytest

import symkl
import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.proving.reading_back import plain
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

NAMES = [t.Variable(name, "y") for name in ("a", "b", "c")]
CONTEXT = t.Context()


def n(value: int) -> t.Term:
    return t.Number(F(value))


def r(y: t.Variable) -> t.Term:
    return t.Apply("r", (), (y,))


def gap(y: t.Variable, z: t.Variable) -> t.Term:
    return t.Add((r(y), t.Mul((n(-1), r(z)))))


def law(*ys: t.Variable) -> t.Term:
    return t.Apply("D", ys, ())


def equal(one: t.Term, two: t.Term) -> bool:
    nf = Normaliser(CONTEXT, budget=240_000)
    return nf.is_zero(nf(one) - nf(two))


def worth(term: t.Term, outcomes: int = 2) -> object:
    """A value where nothing is symmetric, with two letters."""
    places = list(product(range(2), repeat=outcomes))
    weights = [F(i * i + 1) for i, _ in enumerate(places)]
    tables = {Shape("D", ("y",) * outcomes, ()): {place: w / sum(weights) for place, w in zip(places, weights, strict=True)},
              Shape("p", ("y",), ()): {(0,): F(1, 4), (1,): F(3, 4)}, Shape("r", (), ("y",)): {(0,): F(2), (1,): F(-1)}}
    return evaluate(term, Case({"y": 2}, {}, tables), bits=200)


BODIES = [
    lambda y, z: t.logistic(gap(y, z)),
    lambda y, z: t.log(t.logistic(gap(y, z))),
    lambda y, z: t.Power(t.logistic(gap(y, z)), n(2)),
    lambda y, z: t.Mul((t.logistic(gap(y, z)), t.logistic(gap(z, y)), r(y))),
    lambda y, z: t.Mul((r(z), t.Power(t.Add((t.exp(r(y)), t.exp(r(z)))), n(-1)))),
    lambda y, z: t.Power(t.Add((n(1), t.Power(r(y), n(2)), t.exp(gap(z, y)))), n(-2)),
]


@pytest.mark.parametrize("body", BODIES)
def test_the_names_of_what_is_summed_over_do_not_matter(body) -> None:  # type: ignore[no-untyped-def]
    sums = [t.Bind("sum", (y, z), (t.Mul((law(y, z), body(y, z))),)) for y, z in permutations(NAMES, 2)]
    assert all(equal(sums[0], each) for each in sums[1:])
    y, z = NAMES[:2]
    turned = t.Bind("sum", (y, z), (t.Mul((law(z, y), body(y, z))),))
    assert not worth(sums[0]).overlaps(worth(turned)) and not equal(sums[0], turned)  # type: ignore[attr-defined]


def test_a_sum_over_three_is_one_number_under_every_name() -> None:
    def total(a: t.Variable, b: t.Variable, c: t.Variable) -> t.Term:
        below = t.Add((t.exp(r(a)), t.exp(r(b)), t.exp(r(c))))
        return t.Bind("sum", (a, b, c), (t.Mul((law(a, b, c), t.exp(r(a)), t.Power(below, n(-1)), t.logistic(gap(b, c)))),))

    sums = [total(*names) for names in permutations(NAMES)]
    assert all(equal(sums[0], each) for each in sums[1:])


def test_what_does_not_change_when_two_names_are_exchanged_is_half_of_a_whole() -> None:
    """``Σ p p' σ(r - r') = Σ p p' (1 - σ(r - r'))``, so it is 1/2; under two laws it is not."""
    y, z = NAMES[:2]
    def under(one: str, two: str) -> t.Term:
        weights = t.Apply(one, (y,), ()), t.Apply(two, (z,), ())
        return t.Bind("sum", (y, z), (t.Mul((*weights, t.logistic(gap(y, z)))),))

    assert equal(under("p", "p"), t.Number(F(1, 2)))
    assert not equal(under("p", "q"), t.Number(F(1, 2)))


def test_an_odd_sum_is_nothing() -> None:
    y, z = NAMES[:2]
    weights = t.Apply("p", (y,), ()), t.Apply("p", (z,), ())
    odd = t.Mul((t.Power(gap(y, z), n(3)), t.logistic(gap(y, z)), t.logistic(gap(z, y))))
    assert equal(t.Bind("sum", (y, z), (t.Mul((*weights, odd)),)), n(0))
    assert not equal(t.Bind("sum", (y, z), (t.Mul((*weights, t.Power(odd, n(2)))),)), n(0))


def statuses(text: str) -> tuple[str, ...]:
    return tuple(line.status.value for line in symkl.check_text(text, "row.md").lines)


LOSS = r"""
$$ h_\theta(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} $$

$$ L(\theta) = -\mathbb{E}_{(x,y_w,y_l)\sim D}[\log\sigma(h_\theta(x,y_w) - h_\theta(x,y_l))] $$

$$ \nabla_\theta L(\theta) = -\beta\,\mathbb{E}_{(x,y_w,y_l)\sim D}\left[@\left(\nabla_\theta\log\pi_\theta(y_w|x)
 - \nabla_\theta\log\pi_\theta(y_l|x)\right)\right] $$
"""


@pytest.mark.parametrize(("weight", "status"), [
    (r"\sigma(h_\theta(x,y_l) - h_\theta(x,y_w))", "proved"),
    (r"(1 - \sigma(h_\theta(x,y_w) - h_\theta(x,y_l)))", "proved"),
    (r"\sigma(h_\theta(x,y_w) - h_\theta(x,y_l))", "refuted"),
    (r"2\sigma(h_\theta(x,y_l) - h_\theta(x,y_w))", "refuted"),
    (r"", "refuted"),
])
def test_the_gradient_of_the_preference_loss_under_its_expectation(weight: str, status: str) -> None:
    assert statuses(LOSS.replace("@", weight))[-1] == status


REWARDS = r"""
$$ L(\phi) = -\mathbb{E}_{(x,y_w,y_l)\sim D}[\log\sigma(r_\phi(x,y_w) - r_\phi(x,y_l))] $$

$$ \nabla_\phi L(\phi) = -\mathbb{E}_{(x,y_w,y_l)\sim D}\left[@\left(\nabla_\phi r_\phi(x,y_w) - \nabla_\phi r_\phi(x,y_l)\right)\right] $$
"""


def test_the_gradient_of_the_reward_loss_under_its_expectation() -> None:
    assert statuses(REWARDS.replace("@", r"\sigma(r_\phi(x,y_l) - r_\phi(x,y_w))"))[-1] == "proved"
    for wrong in (r"\sigma(r_\phi(x,y_w) - r_\phi(x,y_l))", "0", "2"):
        assert statuses(REWARDS.replace("@", wrong))[-1] != "proved"


def test_the_slope_of_a_function_of_either_sign_is_not_spelled_with_its_logarithm() -> None:
    nf = Normaliser(t.Context(parametrised=frozenset({"r"})))
    y = NAMES[0]
    square = nf(t.Gradient(t.Power(r(y), n(2))))
    assert plain(square) == t.Mul((n(2), r(y), t.Gradient(r(y)))) and nf(plain(square)) == square
    assert not nf.assumptions
