"""Forty statements about policies: twenty true, and beside each its neighbour with one slip, which is false.

``latex`` is what a person writes, and what symkl is given. ``sides`` writes the same with three outcomes in whatever an
:class:`Algebra` has for numbers: what a program is given that knows sums only when they are written out. The key is
ours, by hand; a test confirms each with numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Number = Any
"""A float, a SymPy expression, a text, a term of Z3: what the operators of Python make more of."""


class Algebra(Protocol):
    """Three outcomes: distributions ``p`` and ``q``, all their probabilities positive, rewards, and a temperature."""

    p: Sequence[Number]
    q: Sequence[Number]
    r: Sequence[Number]
    beta: Number
    u: Number
    t: Number

    def log(self, x: Number) -> Number:
        """The logarithm of what is positive."""

    def exp(self, x: Number) -> Number:
        """The exponential."""

    def slope(self, of: Callable[[Number], Number], at: Number) -> Number:
        """The derivative at a variable. Raises CannotBeSaid where there is none."""


class CannotBeSaid(Exception):
    """There are no words for it in this language."""


@dataclass(frozen=True)
class Statement:
    """One claim, in LaTeX and with three outcomes."""

    name: str
    about: str
    true: bool
    latex: str
    relation: str
    sides: Callable[[Algebra], tuple[Number, Number]]


# --- with three outcomes ------------------------------------------------------------------------


def mean(weights: Sequence[Number], values: Sequence[Number]) -> Number:
    first, second, third = (w * v for w, v in zip(weights, values, strict=True))
    return first + second + third


def kl(m: Algebra, p: Sequence[Number], q: Sequence[Number]) -> Number:
    return mean(p, [m.log(a / b) for a, b in zip(p, q, strict=True)])


def weights(m: Algebra, beta: Number) -> list[Number]:
    return [q * m.exp(r / beta) for q, r in zip(m.q, m.r, strict=True)]


def z(m: Algebra, beta: Number = None) -> Number:
    first, second, third = weights(m, m.beta if beta is None else beta)
    return first + second + third


def best(m: Algebra) -> list[Number]:
    total = z(m)
    return [w / total for w in weights(m, m.beta)]


def objective(m: Algebra, p: Sequence[Number]) -> Number:
    return mean(p, m.r) - m.beta * kl(m, p, m.q)


def sigmoid(m: Algebra, x: Number) -> Number:
    return 1 / (1 + m.exp(-x))


def ratios(m: Algebra) -> list[Number]:
    return [q / p for p, q in zip(m.p, m.q, strict=True)]


def margin(m: Algebra) -> Number:
    first, second, _ = best(m)
    return m.beta * m.log(first / m.q[0]) - m.beta * m.log(second / m.q[1])


def inverted(m: Algebra) -> Number:
    made = [q * m.exp(r * m.beta) for q, r in zip(m.q, m.r, strict=True)]
    return made[0] / (made[0] + made[1] + made[2])


def shifted(m: Algebra) -> Number:
    made = [q * m.exp((r + m.u) / m.beta) for q, r in zip(m.q, m.r, strict=True)]
    return made[0] / (made[0] + made[1] + made[2])


def differences(m: Algebra) -> list[Number]:
    return [p - q for p, q in zip(m.p, m.q, strict=True)]


def chi(m: Algebra) -> Number:
    return mean(differences(m), [d / q for d, q in zip(differences(m), m.q, strict=True)])


def squares(m: Algebra) -> Number:
    return mean(m.p, [p / q for p, q in zip(m.p, m.q, strict=True)])


def logs(m: Algebra, values: Sequence[Number]) -> list[Number]:
    return [m.log(value) for value in values]


# --- what is claimed ----------------------------------------------------------------------------

_P, _Q = r"p(y)", r"q(y)"
_REF = r"\pi_{\text{ref}}"
_STAR = r"\pi^*(y \mid x)"
_KL = r"D_{\text{KL}}"
_J = rf"\mathbb{{E}}_{{y \sim \pi(\cdot \mid x)}}[r(x, y)] - \beta {_KL}(\pi(\cdot \mid x) \| {_REF}(\cdot \mid x))"
_J_STAR = _J.replace(r"\pi(\cdot", r"\pi^*(\cdot")
_MEAN_STAR = r"\mathbb{E}_{y \sim \pi^*(\cdot \mid x)}[r(x, y)]"
_KL_STAR = rf"{_KL}(\pi^*(\cdot \mid x) \| {_REF}(\cdot \mid x))"
_DPO = r"\beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)}"
_TILTED = r"\frac{\pi_{\text{ref}}(y \mid x) e^{A}}{\sum_{y'} \pi_{\text{ref}}(y' \mid x) e^{B}}"
_POLICY = r"\frac{\pi_{\text{ref}}(y \mid x) e^{r(x, y)/\beta}}{Z(x)}"
_U = "<!-- symkl: u scalar -->\n"
_T = "<!-- symkl: t > 0 -->\n"


def _tilted(reward: str) -> str:
    return _TILTED.replace("A", reward).replace("B", reward.replace("(x, y)", "(x, y')"))


def _pair(
    name: str, about: str, relation: str,
    true: tuple[str, Callable[[Algebra], tuple[Number, Number]]],
    false: tuple[str, Callable[[Algebra], tuple[Number, Number]]],
    declared: str = "",
    wrong_relation: str = "",
) -> tuple[Statement, Statement]:  # fmt: skip
    return (
        Statement(name, about, True, declared + true[0], relation, true[1]),
        Statement(f"{name}, with a slip", about, False, declared + false[0], wrong_relation or relation, false[1]),
    )


_PAIRS = (
    _pair(
        "cross-entropy", "KL", "=",
        (rf"{_KL}(p \| q) = -\sum_y {_P} \log {_Q} + \sum_y {_P} \log {_P}",
         lambda m: (kl(m, m.p, m.q), mean(m.p, logs(m, m.p)) - mean(m.p, logs(m, m.q)))),
        (rf"{_KL}(p \| q) = \sum_y {_P} \log {_Q} - \sum_y {_P} \log {_P}",
         lambda m: (kl(m, m.p, m.q), mean(m.p, logs(m, m.q)) - mean(m.p, logs(m, m.p)))),
    ),
    _pair(
        "expectation", "KL", "=",
        (rf"{_KL}(p \| q) = \mathbb{{E}}_{{y \sim p}}\left[\log \frac{{{_P}}}{{{_Q}}}\right]",
         lambda m: (mean(m.p, logs(m, m.p)) - mean(m.p, logs(m, m.q)), kl(m, m.p, m.q))),
        (rf"{_KL}(p \| q) = \mathbb{{E}}_{{y \sim q}}\left[\log \frac{{{_P}}}{{{_Q}}}\right]",
         lambda m: (mean(m.p, logs(m, m.p)) - mean(m.p, logs(m, m.q)),
                    mean(m.q, [m.log(a / b) for a, b in zip(m.p, m.q, strict=True)]))),
    ),
    _pair(
        "symmetrised", "KL", "=",
        (rf"{_KL}(p \| q) + {_KL}(q \| p) = \sum_y ({_P} - {_Q}) \log \frac{{{_P}}}{{{_Q}}}",
         lambda m: (kl(m, m.p, m.q) + kl(m, m.q, m.p), mean(differences(m), [-m.log(x) for x in ratios(m)]))),
        (rf"{_KL}(p \| q) + {_KL}(q \| p) = \sum_y ({_Q} - {_P}) \log \frac{{{_P}}}{{{_Q}}}",
         lambda m: (kl(m, m.p, m.q) + kl(m, m.q, m.p), mean(differences(m), [m.log(x) for x in ratios(m)]))),
    ),
    _pair(
        "importance weights", "KL", "=",
        (rf"\mathbb{{E}}_{{y \sim p}}\left[\frac{{{_Q}}}{{{_P}}}\right] = 1", lambda m: (mean(m.p, ratios(m)), 1)),
        (rf"\mathbb{{E}}_{{y \sim q}}\left[\frac{{{_Q}}}{{{_P}}}\right] = 1", lambda m: (mean(m.q, ratios(m)), 1)),
    ),
    _pair(
        "k3", "KL", "=",
        (rf"\mathbb{{E}}_{{y \sim p}}\left[\frac{{{_Q}}}{{{_P}}} - 1 - \log \frac{{{_Q}}}{{{_P}}}\right] = {_KL}(p \| q)",
         lambda m: (mean(m.p, [x - 1 - m.log(x) for x in ratios(m)]), kl(m, m.p, m.q))),
        (rf"\mathbb{{E}}_{{y \sim p}}\left[\frac{{{_Q}}}{{{_P}}} - 1 + \log \frac{{{_Q}}}{{{_P}}}\right] = {_KL}(p \| q)",
         lambda m: (mean(m.p, [x - 1 + m.log(x) for x in ratios(m)]), kl(m, m.p, m.q))),
    ),
    _pair(
        "chi squared", "KL", "=",
        (rf"\sum_y \frac{{({_P} - {_Q})^2}}{{{_Q}}} = \sum_y \frac{{{_P}^2}}{{{_Q}}} - 1",
         lambda m: (chi(m), squares(m) - 1)),
        (rf"\sum_y \frac{{({_P} - {_Q})^2}}{{{_Q}}} = \sum_y \frac{{{_P}^2}}{{{_Q}}} + 1",
         lambda m: (chi(m), squares(m) + 1)),
    ),
    _pair(
        "regret", "tilted policy", "=",
        (rf"{_J} = \beta \log Z(x) - \beta {_KL}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x))",
         lambda m: (objective(m, m.p), m.beta * m.log(z(m)) - m.beta * kl(m, m.p, best(m)))),
        (rf"{_J} = \beta \log Z(x) + \beta {_KL}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x))",
         lambda m: (objective(m, m.p), m.beta * m.log(z(m)) + m.beta * kl(m, m.p, best(m)))),
    ),
    _pair(
        "optimal value", "log Z", "=",
        (rf"{_J_STAR} = \beta \log Z(x)", lambda m: (objective(m, best(m)), m.beta * m.log(z(m)))),
        (rf"{_J_STAR} = \log Z(x)", lambda m: (objective(m, best(m)), m.log(z(m)))),
    ),
    _pair(
        "divergence of the optimum", "log Z", "=",
        (rf"{_KL_STAR} = \frac{{1}}{{\beta}} {_MEAN_STAR} - \log Z(x)",
         lambda m: (kl(m, best(m), m.q), mean(best(m), m.r) / m.beta - m.log(z(m)))),
        (rf"{_KL_STAR} = {_MEAN_STAR} - \log Z(x)",
         lambda m: (kl(m, best(m), m.q), mean(best(m), m.r) - m.log(z(m)))),
    ),
    _pair(
        "a constant added to the reward", "tilted policy", "=",
        (_tilted(r"(r(x, y) + u)/\beta") + " = " + _POLICY, lambda m: (shifted(m), best(m)[0])),
        (_tilted(r"\beta r(x, y)") + " = " + _POLICY, lambda m: (inverted(m), best(m)[0])),
        _U,
    ),
    _pair(
        "the reward of a policy", "DPO", "=",
        (rf"r(x, y) = \beta \log \frac{{{_STAR}}}{{{_REF}(y \mid x)}} + \beta \log Z(x)",
         lambda m: (m.r[0], m.beta * m.log(best(m)[0] / m.q[0]) + m.beta * m.log(z(m)))),
        (rf"r(x, y) = \beta \log \frac{{{_STAR}}}{{{_REF}(y \mid x)}}",
         lambda m: (m.r[0], m.beta * m.log(best(m)[0] / m.q[0]))),
    ),
    _pair(
        "the preferred of two", "DPO", "=",
        (rf"\sigma\left({_DPO}\right) = \sigma(r(x, y_w) - r(x, y_l))",
         lambda m: (sigmoid(m, margin(m)), sigmoid(m, m.r[0] - m.r[1]))),
        (rf"\sigma\left({_DPO}\right) = \sigma(r(x, y_l) - r(x, y_w))",
         lambda m: (sigmoid(m, margin(m)), sigmoid(m, m.r[1] - m.r[0]))),
    ),
    _pair(
        "both outcomes", "DPO", "=",
        (r"\sigma(u) + \sigma(-u) = 1", lambda m: (sigmoid(m, m.u) + sigmoid(m, -m.u), 1)),
        (r"\sigma(u) - \sigma(-u) = 1", lambda m: (sigmoid(m, m.u) - sigmoid(m, -m.u), 1)),
        _U,
    ),
    _pair(
        "slope of the loss", "gradients", "=",
        (r"\frac{\partial}{\partial u} \log \sigma(u) = 1 - \sigma(u)",
         lambda m: (m.slope(lambda u: m.log(sigmoid(m, u)), m.u), 1 - sigmoid(m, m.u))),
        (r"\frac{\partial}{\partial u} \log \sigma(u) = \sigma(u)",
         lambda m: (m.slope(lambda u: m.log(sigmoid(m, u)), m.u), sigmoid(m, m.u))),
        _U,
    ),
    _pair(
        "slope of log Z", "gradients", "=",
        (rf"\frac{{\partial}}{{\partial \beta}} \log Z(x) = -\frac{{1}}{{\beta^2}} {_MEAN_STAR}",
         lambda m: (m.slope(lambda b: m.log(z(m, b)), m.beta), -(mean(best(m), m.r) / (m.beta * m.beta)))),
        (rf"\frac{{\partial}}{{\partial \beta}} \log Z(x) = \frac{{1}}{{\beta^2}} {_MEAN_STAR}",
         lambda m: (m.slope(lambda b: m.log(z(m, b)), m.beta), mean(best(m), m.r) / (m.beta * m.beta))),
    ),
    _pair(
        "slope of the value", "gradients", "=",
        (rf"\frac{{\partial}}{{\partial \beta}} \left(\beta \log Z(x)\right) = \log Z(x) - \frac{{1}}{{\beta}} {_MEAN_STAR}",
         lambda m: (m.slope(lambda b: b * m.log(z(m, b)), m.beta), m.log(z(m)) - mean(best(m), m.r) / m.beta)),
        (rf"\frac{{\partial}}{{\partial \beta}} \left(\beta \log Z(x)\right) = \log Z(x) + \frac{{1}}{{\beta}} {_MEAN_STAR}",
         lambda m: (m.slope(lambda b: b * m.log(z(m, b)), m.beta), m.log(z(m)) + mean(best(m), m.r) / m.beta)),
    ),
    _pair(
        "Gibbs", "inequalities", "≥",
        (rf"{_KL}(p \| q) \ge 0", lambda m: (kl(m, m.p, m.q), 0)),
        (rf"{_KL}(p \| q) \ge {_KL}(q \| p)", lambda m: (kl(m, m.p, m.q), kl(m, m.q, m.p))),
    ),
    _pair(
        "Donsker-Varadhan", "inequalities", "≤",
        (rf"{_J} \le \beta \log Z(x)", lambda m: (objective(m, m.p), m.beta * m.log(z(m)))),
        (rf"{_J} \le \log Z(x)", lambda m: (objective(m, m.p), m.log(z(m)))),
    ),
    _pair(
        "variance", "inequalities", "≤",
        (r"\left(\mathbb{E}_{y \sim p}[r(y)]\right)^2 \le \mathbb{E}_{y \sim p}[r(y)^2]",
         lambda m: (mean(m.p, m.r) * mean(m.p, m.r), mean(m.p, [x * x for x in m.r]))),
        (r"\left(\mathbb{E}_{y \sim p}[r(y)]\right)^2 \ge \mathbb{E}_{y \sim p}[r(y)^2]",
         lambda m: (mean(m.p, m.r) * mean(m.p, m.r), mean(m.p, [x * x for x in m.r]))),
        "<!-- symkl: r function of y -->\n", "≥",
    ),
    _pair(
        "bound of the logarithm", "inequalities", "≤",
        (r"\log t \le t - 1", lambda m: (m.log(m.t), m.t - 1)),
        (r"\log t \ge t - 1", lambda m: (m.log(m.t), m.t - 1)),
        _T, "≥",
    ),
)  # fmt: skip

STATEMENTS: tuple[Statement, ...] = tuple(each for pair in _PAIRS for each in pair)
