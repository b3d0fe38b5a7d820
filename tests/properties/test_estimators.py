"""k1, k2, k3 by full enumeration: their means, and their gradients for a softmax policy written out by hand.

``∂π_i/∂θ_j = π_i ([i = j] - π_j)``, so ``∂ log π_i/∂θ_j = [i = j] - π_j``. With ``l = log(π/ref)``: ``∂k1 = ∂ log π``,
``∂k2 = l ∂ log π`` and ``∂k3 = (1 - ref/π) ∂ log π``. Nothing is differentiated by symkl on this side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.language.terms import Variable
from symkl.problems import FiniteProblem
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import direction, evaluate
from symkl.strategies import distributions
from tests.properties.definitions import ball, close, kl, total

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction


@dataclass(frozen=True)
class Pair:
    """A policy and a reference, positive everywhere."""

    pi: tuple[Fraction, ...]
    ref: tuple[Fraction, ...]

    @property
    def size(self) -> int:
        return len(self.pi)

    @property
    def ratios(self) -> list[arb]:
        """ref/π."""
        return [ball(q / p) for p, q in zip(self.pi, self.ref, strict=True)]

    @property
    def k1(self) -> list[arb]:
        return [-u.log() for u in self.ratios]

    @property
    def k2(self) -> list[arb]:
        return [u * u / 2 for u in self.k1]

    @property
    def k3(self) -> list[arb]:
        return [u - 1 - u.log() for u in self.ratios]

    @property
    def inverted(self) -> list[arb]:
        """k3 with the ratio turned over."""
        return [1 / u - 1 + u.log() for u in self.ratios]

    def mean(self, values: Sequence[arb]) -> arb:
        return total(ball(p) * v for p, v in zip(self.pi, values, strict=True))

    def score(self, i: int, j: int) -> Fraction:
        """∂ log π_i / ∂θ_j."""
        return (i == j) - self.pi[j]

    def gradient(self, slopes: Sequence[arb]) -> list[arb]:
        """``E_π[slope ∂ log π]`` for each logit: slope is the factor before ``∂ log π``."""
        n = range(self.size)
        return [total(ball(self.pi[i] * self.score(i, j)) * slopes[i] for i in n) for j in n]

    @property
    def forward_gradient(self) -> list[arb]:
        """∂KL(π‖ref) by the product rule on ``Σ π (log π - log ref)``."""
        n = range(self.size)
        rise = [[self.pi[i] * self.score(i, j) for j in n] for i in n]
        return [total(ball(rise[i][j]) * self.k1[i] + ball(rise[i][j]) for i in n) for j in n]

    @property
    def reverse_gradient(self) -> list[arb]:
        """∂KL(ref‖π) from ``-Σ ref log π``."""
        n = range(self.size)
        return [total(ball(-self.ref[i] * self.score(i, j)) for i in n) for j in n]

    def problem(self, of: tuple[Fraction, ...]) -> FiniteProblem:
        """Any problem with this reference: for its KL."""
        return FiniteProblem(list(of), [0] * self.size, 1)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    n = draw(st.integers(1, 5))
    return Pair(draw(distributions(n, zero_mass=False)), draw(distributions(n, zero_mass=False)))


def same(left: Sequence[arb], right: Sequence[arb]) -> bool:
    return all(close(a, b, 1, digits=200) for a, b in zip(left, right, strict=True))


@given(pairs())
def test_means_of_the_estimators(of: Pair) -> None:
    """E[k1] = E[k3] = KL(π‖ref); every k3 >= 0, and 0 only where π = ref; E[k3 inverted] = χ²(π‖ref) - KL(π‖ref).

    E[k2] is another number: half the second moment of the log-ratio, and as such at least KL²/2.
    """
    divergence = of.problem(of.ref).balls(50).kl(list(of.pi))
    for found in (of.mean(of.k1), of.mean(of.k3)):
        assert divergence.overlaps(found)
    assert close(divergence, of.mean(of.k3), F(1, 10**100))
    for p, q, k3, other in zip(of.pi, of.ref, of.k3, of.inverted, strict=True):
        assert (k3 > 0 and other > 0) if p != q else (k3.contains(0) and other.contains(0))
    chi2 = ball(sum((p * p / q for p, q in zip(of.pi, of.ref, strict=True)), F(0)) - 1)
    assert close(of.mean(of.inverted), chi2 - kl(of.pi, of.ref), chi2 + 1, digits=200)
    assert not of.mean(of.k2) < divergence * divergence / 2


@given(pairs())
def test_gradients_as_a_loss(of: Pair) -> None:
    """Mean of the differentiated formula: E[∂k1] = 0, E[∂k2] = ∂KL(π‖ref), E[∂k3] = ∂KL(ref‖π)."""
    assert same(of.gradient([arb(1)] * of.size), [arb(0)] * of.size)
    assert same(of.gradient(of.k1), of.forward_gradient)
    assert same(of.gradient([1 - u for u in of.ratios]), of.reverse_gradient)


@given(pairs())
def test_gradients_as_a_reward(of: Pair) -> None:
    """The value weighs ∂ log π: E[k1 ∂ log π] = ∂KL(π‖ref), E[k3 ∂ log π] = ∂KL(π‖ref) - ∂KL(ref‖π).

    And the two parts of the gradient of a mean add up: loss and reward of k3 together are ∂KL(π‖ref).
    """
    both = [a - b for a, b in zip(of.forward_gradient, of.reverse_gradient, strict=True)]
    assert same(of.gradient(of.k1), of.forward_gradient)
    assert same(of.gradient(of.k3), both)
    loss = of.gradient([1 - u for u in of.ratios])
    whole = [a + b for a, b in zip(of.gradient(of.k3), loss, strict=True)]
    assert same(whole, of.forward_gradient)


@given(pairs(), st.data())
def test_gradients_off_policy(of: Pair, data: st.DataObject) -> None:
    """Samples from another policy: ``E_old[∂(π/old k3)] = ∂KL(π‖ref)``; with the ratio held still ∂KL(ref‖π)."""
    old = data.draw(distributions(of.size, zero_mass=False))
    n = range(of.size)
    live, held = [], []
    for j in n:
        ratio = [p / q for p, q in zip(of.pi, old, strict=True)]
        rise = [ball(ratio[i] * of.score(i, j)) for i in n]  # ∂(π/old)
        fall = [(1 - of.ratios[i]) * ball(of.score(i, j)) for i in n]  # ∂k3
        live.append(total(ball(old[i]) * (rise[i] * of.k3[i] + ball(ratio[i]) * fall[i]) for i in n))
        held.append(total(ball(old[i] * ratio[i]) * fall[i] for i in n))
    assert same(live, of.forward_gradient)
    assert same(held, of.reverse_gradient)


def softmax(logs: Sequence[arb]) -> list[arb]:
    w = [u.exp() for u in logs]
    return [u / total(w) for u in w]


@given(pairs(), st.data())
def test_gradients_against_differences(of: Pair, data: st.DataObject) -> None:
    """The gradients of KL used above are those of symkl's KL: a logit moved by ±10^-40, in balls of 200 digits.

    A third derivative of either divergence by one logit is less than 40 (1 + the largest |log(π/ref)|).
    """
    j = data.draw(st.integers(0, of.size - 1))
    h = ball(F(1, 10**40))
    sides = [softmax([ball(p).log() + (sign * h if i == j else 0) for i, p in enumerate(of.pi)]) for sign in (1, -1)]
    allowed = ball(F(40, 10**80)) * (1 + sum((abs(u) for u in of.k1), arb(0)))
    up, down = (of.problem(of.ref).balls(200).kl(side) for side in sides)
    assert abs((up - down) / (2 * h) - of.forward_gradient[j]) < allowed
    up, down = (of.problem(of.ref).balls(200).kl(list(of.ref), side) for side in sides)
    assert abs((up - down) / (2 * h) - of.reverse_gradient[j]) < allowed


Y = Variable("y", "y")
PI, REF = t.Apply("π", (Y,), ()), t.Apply("ref", (Y,), ())
MINUS = t.Number(F(-1))
LOG_RATIO = t.Add((t.log(PI), t.Mul((MINUS, t.log(REF)))))
RATIO = t.Mul((REF, t.Power(PI, MINUS)))
K1, K2 = LOG_RATIO, t.Mul((t.Number(F(1, 2)), t.Power(LOG_RATIO, t.Number(F(2)))))
K3 = t.Add((RATIO, MINUS, t.Mul((MINUS, t.log(RATIO)))))


@given(pairs())
def test_the_evaluator_differentiates_as_the_hand_does(of: Pair) -> None:
    """The numbers that hold the kernel to account: E[∇k] and E[k ∇log π] in dual numbers, along their direction."""
    case = Case({"y": of.size}, {}, {
        Shape("π", ("y",), ()): {(i,): p for i, p in enumerate(of.pi)},
        Shape("ref", ("y",), ()): {(i,): p for i, p in enumerate(of.ref)},
    })  # fmt: skip
    context = t.Context(parametrised=frozenset({"π"}))

    def value(term: t.Term) -> arb:
        return evaluate(term, case, context, bits=768)

    def along(gradient: list[arb]) -> arb:
        return total(direction((j,)) * g for j, g in enumerate(gradient))

    def mean(body: t.Term) -> t.Term:
        return t.mean((Y,), PI, body)

    score = t.Gradient(t.log(PI))
    middle = [(p + q) / 2 for p, q in zip(of.pi, of.ref, strict=True)]
    half = t.Mul((t.Number(F(1, 2)), t.Add((PI, REF))))
    # π/(π + ref) is σ(log(π/ref)), with slope ref/(π + ref)² by π; in KL(π‖middle) both arguments move.
    rise = [ball(q * q / (p + q) ** 2) for p, q in zip(of.pi, of.ref, strict=True)]
    apart = [ball(p / m).log() + 1 - ball(p / (2 * m)) for p, m in zip(of.pi, middle, strict=True)]
    for term, gradient in (
        (mean(t.Gradient(K1)), [arb(0)] * of.size),
        (mean(t.Gradient(K2)), of.forward_gradient),
        (mean(t.Gradient(K3)), of.reverse_gradient),
        (mean(t.Mul((K1, score))), of.forward_gradient),
        (mean(t.Mul((K3, score))), of.gradient(of.k3)),
        (t.Gradient(t.kl(Y, PI, REF)), of.forward_gradient),
        (t.Gradient(t.kl(Y, REF, PI)), of.reverse_gradient),
        (t.mean((Y,), REF, t.Gradient(t.logistic(LOG_RATIO))), of.gradient(rise)),
        (t.Gradient(t.kl(Y, PI, half)), of.gradient(apart)),
        (t.Gradient(mean(K2)), [a + b for a, b in zip(of.gradient(of.k2), of.forward_gradient, strict=True)]),
    ):
        assert close(value(term), along(gradient), 1, digits=150)
