"""The theorems a document may claim, each as statements in the document's own symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.normal_form import EULER, Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.proof import Tilt
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.problems import quotients

_MINUS, _HALF, _ONE = (t.Number(Fraction(n)) for n in (-1, Fraction(1, 2), 1))


@dataclass(frozen=True)
class Symbols:
    """Terms in a document's names: what the theorems are written with.

    Where the document's problem has no prompt (its name is empty), everything is said at one prompt.
    """

    parts: Tilt
    policy: str

    @property
    def x(self) -> Variable:
        """The prompt."""
        return Variable(self.parts.prompt, self.parts.prompt)

    @property
    def given(self) -> tuple[Variable, ...]:
        """What policies and rewards are conditioned on."""
        return (self.x,) if self.parts.prompt else ()

    @property
    def y(self) -> Variable:
        """The response."""
        return Variable(self.parts.outcome, self.parts.outcome)

    def of(self, symbol: str, y: Variable | None = None) -> t.Apply:
        """A policy at a response."""
        return t.Apply(symbol, (y or self.y,), self.given)

    def reward(self, y: Variable | None = None) -> t.Apply:
        """The reward of a response."""
        return t.Apply(self.parts.reward, (), (*self.given, y or self.y))

    @property
    def beta(self) -> t.Scalar:
        """The temperature."""
        return t.Scalar(self.parts.temperature)

    def log_ratio(self, symbol: str, y: Variable | None = None) -> t.Term:
        """``log π/π_ref``."""
        return t.log(_over(self.of(symbol, y), self.of(self.parts.reference, y)))

    def mean(self, symbol: str, body: t.Term) -> t.Term:
        """``E_{y ~ π}``."""
        return t.mean((self.y,), self.of(symbol), body)

    def kl(self, p: str, q: str) -> t.Term:
        """``KL(p ‖ q)``."""
        return t.kl(self.y, self.of(p), self.of(q))

    def objective(self, symbol: str) -> t.Term:
        """``E[r] - β KL(π ‖ π_ref)`` at one prompt."""
        return _minus(self.mean(symbol, self.reward()), t.Mul((self.beta, self.kl(symbol, self.parts.reference))))

    @property
    def log_z(self) -> t.Term:
        """``log Z``."""
        weight = t.Mul((self.of(self.parts.reference), t.exp(_over(self.reward(), self.beta))))
        return t.log(t.total(self.y, weight))

    def tilted(self) -> t.Term:
        """``π_ref exp(r/β) / Z``."""
        weight = t.Mul((self.of(self.parts.reference), t.exp(_over(self.reward(), self.beta))))
        return _over(weight, t.total(self.y, weight))

    def margin(self) -> t.Term:
        """The DPO margin ``β log ratio(y_w) - β log ratio(y_l)``."""
        w, loser = Variable("y_w", "y"), Variable("y_l", "y")
        return t.Mul((self.beta, _minus(self.log_ratio(self.policy, w), self.log_ratio(self.policy, loser))))


def _over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, _MINUS)))


def _minus(a: t.Term, b: t.Term) -> t.Term:
    return t.Add((a, t.Mul((_MINUS, b))))


def _k3(s: Symbols) -> t.Term:
    ratio = _over(s.of(s.parts.reference), s.of(s.policy))
    return t.Add((ratio, _MINUS, t.Mul((_MINUS, t.log(ratio)))))


def _eq(left: t.Term, right: t.Term) -> Statement:
    return Statement(left, Relation.EQUAL, right)


THEOREMS: Mapping[str, Callable[[Symbols], list[Statement]]] = {
    "optimal-policy": lambda s: [
        _eq(s.of(s.parts.optimum), s.tilted()),
        Statement(s.of(s.parts.optimum), Relation.PROPORTIONAL, s.tilted()),
    ],
    "optimal-value": lambda s: [
        _eq(t.Optimum(t.Sense.MAX, s.policy, s.objective(s.policy)), t.Mul((s.beta, s.log_z))),
        _eq(s.objective(s.parts.optimum), t.Mul((s.beta, s.log_z))),
    ],
    "regret": lambda s: [
        _eq(
            _minus(s.objective(s.parts.optimum), s.objective(s.policy)),
            t.Mul((s.beta, s.kl(s.policy, s.parts.optimum))),
        ),
        _eq(_minus(t.Mul((s.beta, s.log_z)), s.objective(s.policy)), t.Mul((s.beta, s.kl(s.policy, s.parts.optimum)))),
    ],
    "donsker-varadhan": lambda s: [
        _eq(
            t.log(s.mean(s.parts.reference, t.exp(s.reward()))),
            t.Optimum(t.Sense.MAX, s.policy, _minus(s.mean(s.policy, s.reward()), s.kl(s.policy, s.parts.reference))),
        )
    ],
    "dpo-reward": lambda s: [
        _eq(s.reward(), t.Add((t.Mul((s.beta, s.log_ratio(s.parts.optimum))), t.Mul((s.beta, s.log_z)))))
    ],
    "k1-unbiased": lambda s: [_eq(s.mean(s.policy, s.log_ratio(s.policy)), s.kl(s.policy, s.parts.reference))],
    "k3-unbiased": lambda s: [_eq(s.mean(s.policy, _k3(s)), s.kl(s.policy, s.parts.reference))],
    "k2-gradient": lambda s: [
        _eq(
            s.mean(s.policy, t.Gradient(t.Mul((_HALF, t.Power(s.log_ratio(s.policy), t.Number(Fraction(2))))))),
            t.Gradient(s.kl(s.policy, s.parts.reference)),
        )
    ],
    "k3-gradient": lambda s: [_eq(s.mean(s.policy, t.Gradient(_k3(s))), t.Gradient(s.kl(s.parts.reference, s.policy)))],
}
"""Theorems that are equations: a row states one if its residual is the theorem's, up to a factor."""

RIGHT_SIDES: Mapping[str, Callable[[Symbols], t.Term]] = {
    "dpo-loss": lambda s: t.Mul((_MINUS, t.log(t.logistic(s.margin())))),
    "dpo-gradient": lambda s: t.Gradient(t.Mul((_MINUS, t.log(t.logistic(s.margin()))))),
}
"""Theorems that say what a loss is: the last side of the last row, under the expectation over the data."""

def _limit_small(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """A policy tends to the reference given the best responses, which is a distribution over those alone."""
    nf, limit, end, beta = Normaliser(context), statement.left, statement.right, s.parts.temperature
    places = sorted(t.free_variables(end), key=lambda v: v.name)
    return (
        isinstance(limit, t.Limit)
        and (limit.scalar, limit.end) == (s.beta, t.End.ZERO)
        and t.free_variables(limit.body) == set(places)
        and bool(places)
        and nf(limit.body).contains(lambda a: any(beta in m.exponent(EULER).names for m in a.inside.terms))
        and nf.is_zero(nf.sum_over(places, nf(end)) - nf(_ONE))
    )


def _limit_large(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """The optimal policy tends to the reference."""
    nf, limit = Normaliser(context), statement.left
    return (
        isinstance(limit, t.Limit)
        and (limit.scalar, limit.end) == (s.beta, t.End.INFINITY)
        and nf.is_zero(nf(limit.body) - nf(s.tilted()))
        and statement.right == s.of(s.parts.reference)
    )


def _slope_of(term: t.Term, body: t.Term, s: Symbols, context: t.Context) -> bool:
    """Whether a term is the derivative of another by the temperature, π* left a name."""
    nf = Normaliser(_own(context, s))
    return isinstance(term, t.Partial) and term.target == s.beta and nf.is_zero(nf(term.body) - nf(body))


def _reward_slope(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """``dE[r]/dβ = -Var(r)/β²``."""
    star = s.parts.optimum
    mean = s.mean(star, s.reward())
    spread = s.mean(star, t.Power(_minus(s.reward(), mean), t.Number(Fraction(2))))
    nf = Normaliser(_own(context, s))
    wanted = t.Mul((_MINUS, spread, t.Power(s.beta, t.Number(Fraction(-2)))))
    return _slope_of(statement.left, mean, s, context) and nf.is_zero(nf(statement.right) - nf(wanted))


def _frontier_slope(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """``dE[r]/dβ = β dKL/dβ``: along the frontier a nat of KL buys β of reward."""
    match statement.right:
        case t.Mul(factors=(t.Scalar() as beta, rate)) | t.Mul(factors=(rate, t.Scalar() as beta)):
            star = s.parts.optimum
            return (
                beta == s.beta
                and _slope_of(statement.left, s.mean(star, s.reward()), s, context)
                and _slope_of(rate, s.kl(star, s.parts.reference), s, context)
            )
    return False


def _soft_bellman(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """``V(s) = β log Σ_a π_ref(a|s) exp((r(s,a) + V'(s,a))/β)``, V and V' left names."""
    nf = Normaliser(replace(context, definitions={}))
    soft = nf.times(nf(statement.right), nf.power(nf(s.beta), nf(_MINUS))).atom
    total = soft.inside.atom if soft is not None and soft.kind == "log" else None
    if not isinstance(statement.left, t.Apply) or total is None or total.kind != "sum":
        return False
    (a,), body = nf.open(total)
    places = (*statement.left.given, a)
    later = [
        n for n in t.symbols(statement.right) if n.rstrip("'") == statement.left.symbol and n != statement.left.symbol
    ]
    weights = [
        nf(t.Mul((t.Apply(s.parts.reference, (a,), statement.left.given), t.exp(_over(t.Add((r, v)), s.beta)))))
        for r in (t.Apply(s.parts.reward, (), places),)
        for v in (t.Apply(name, (), places) for name in later)
    ]
    return any(nf.is_zero(body - weight) for weight in weights)


def _best_of_n(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """``Σ_k b_k log(b_k/p_k) <= log n - (n-1)/n``, the laws b and p of the levels of reward left names."""
    nf = Normaliser(replace(context, definitions={}))
    levels = statement.left.terms if isinstance(statement.left, t.Add) else (statement.left,)
    n = t.Scalar("n")
    bound = t.Add((t.log(n), t.Power(n, _MINUS), _MINUS))
    pairs: list[tuple[t.Term, tuple[t.Term, ...]]] = []
    for level in levels:
        match level:
            case t.Mul((weight, t.Fn("log", (t.Mul(ratio),)))):
                pairs.append((weight, ratio))
    return (
        statement.relation is Relation.LESS_EQUAL
        and nf.is_zero(nf(statement.right) - nf(bound))
        and len(pairs) == len(levels)
        and all(ratio[0] == b and isinstance(ratio[1], t.Power) for b, ratio in pairs)
        and _is_law([b for b, _ in pairs], context)
        and _is_law([ratio[1].base for _, ratio in pairs if isinstance(ratio[1], t.Power)], context)
    )


def _is_law(parts: list[t.Term], context: t.Context) -> bool:
    nf = Normaliser(context)
    return nf.is_zero(nf(t.Add(tuple(parts))) - nf(_ONE))


def _forward_optimum(statement: Statement, s: Symbols, context: t.Context) -> bool:
    """``arg max E_π[r] - β KL(π_ref‖π) = q``: the penalty is the other divergence."""
    of, nf = statement.left, Normaliser(context)
    if not isinstance(of, t.Optimiser) or not isinstance(statement.right, t.Apply):
        return False
    body = _minus(s.mean(of.policy, s.reward()), t.Mul((s.beta, s.kl(s.parts.reference, of.policy))))
    return nf.is_zero(nf.objective(of) - nf.objective(t.Optimiser(t.Sense.MAX, of.policy, body)))


SHAPES: Mapping[str, Callable[[Statement, Symbols, t.Context], bool]] = {
    "limit-small-beta": _limit_small,
    "limit-large-beta": _limit_large,
    "reward-slope": _reward_slope,
    "frontier-slope": _frontier_slope,
    "soft-bellman": _soft_bellman,
    "best-of-n-kl": _best_of_n,
    "forward-kl-optimum": _forward_optimum,
}
"""Theorems of a shape of their own, which is looked at side by side."""

POINTWISE = frozenset({"k1-unbiased", "k3-unbiased", "k2-gradient", "k3-gradient"})
"""Theorems about one formula: its mean alone does not tell k1 from k3, so the formula must stand there."""

NAMES = tuple(sorted({*THEOREMS, *RIGHT_SIDES, *SHAPES, "gibbs"}))


def states(statement: Statement, name: str, symbols: Symbols, context: t.Context) -> bool:
    """Whether a statement says what a theorem says, π* taken as a name of its own.

    With π* unfolded every true equation would be 0 = 0 and so every other one.
    """
    own = _own(context, symbols)
    try:
        if name in SHAPES:
            return SHAPES[name](statement, symbols, context)
        if name == "gibbs":
            return (
                _is_apart(statement.left)
                and statement.relation is Relation.GREATER_EQUAL
                and statement.right == t.Number(Fraction(0))
            )
        if name == "optimal-policy" and _names_maximiser(statement, symbols, context):
            return True
        if name in RIGHT_SIDES:
            return _same_loss(statement.right, RIGHT_SIDES[name](symbols), own)
        templates = THEOREMS.get(name, _none)(symbols)
        pairs = [(statement, each) for one in templates for each in (one, _averaged(one, symbols))]
        pairs += [(_divergences_kept(a), _divergences_kept(b)) for a, b in pairs]
        return any(_same(a, b, own) and (name not in POINTWISE or _same_sample(a, b, own)) for a, b in pairs)
    except (Unsupported, BudgetExceeded):
        return False


def _is_apart(term: t.Term) -> bool:
    """Whether a term is a KL of two different distributions."""
    match term:
        case t.Bind("KL", _, (left, right)):
            return left != right
    return False


def _own(context: t.Context, symbols: Symbols) -> t.Context:
    """The context with π* as a name of its own."""
    return replace(context, definitions={k: d for k, d in context.definitions.items() if k != symbols.parts.optimum})


def _names_maximiser(statement: Statement, symbols: Symbols, context: t.Context) -> bool:
    """Whether a statement says that the arg max of the regularised objective is the tilted policy."""
    for of, other in ((statement.left, statement.right), (statement.right, statement.left)):
        if isinstance(of, t.Optimiser) and isinstance(other, t.Apply):
            nf = Normaliser(context)
            wanted = t.Optimiser(t.Sense.MAX, of.policy, symbols.objective(of.policy))
            return nf.is_zero(nf.objective(of) - nf.objective(wanted)) and nf.is_zero(nf(other) - nf(symbols.tilted()))
    return False


def _same_sample(statement: Statement, template: Statement, context: t.Context) -> bool:
    """Whether a side of the statement averages what the left side of the template averages."""
    nf = Normaliser(context)
    wanted = _averages(template.left)
    found = [_averages(side) for side in (statement.left, statement.right)]
    return wanted is not None and any(nf.is_zero(nf(body) - nf(wanted)) for body in found if body is not None)


def _averages(side: t.Term) -> t.Term | None:
    """What is averaged where a side is an expectation."""
    match side:
        case t.Bind("E", _, (_, body)):
            return body
    return None


def _averaged(statement: Statement, symbols: Symbols) -> Statement:
    """The same on average over the prompts, as a document may state it."""

    def mean(term: t.Term) -> t.Term:
        if isinstance(term, t.Optimum):
            return t.Optimum(term.sense, term.policy, mean(term.body))
        prompts = t.Apply(symbols.parts.prompts, (symbols.x,), ())
        return t.mean((symbols.x,), prompts, term)

    return Statement(mean(statement.left), statement.relation, mean(statement.right))


def _none(symbols: Symbols) -> list[Statement]:
    return []


def _divergences_kept(statement: Statement) -> Statement:
    """The statement with each KL of two policies as a name of its own, so that KL = E[...] is not 0 = 0."""

    def keep(term: t.Term) -> t.Term:
        match term:
            case t.Bind("KL", _, (t.Apply(p), t.Apply(q))):
                free = sorted(t.free_variables(term), key=lambda v: v.name)
                return t.Apply(f"KL {p} {q}", (), tuple(free))
        return t.rebuilt(term, keep)

    return Statement(keep(statement.left), statement.relation, keep(statement.right))


def _residual(statement: Statement, nf: Normaliser) -> Polynomial:
    return nf(statement.left) - nf(statement.right)


def _same(statement: Statement, template: Statement, context: t.Context) -> bool:
    nf = Normaliser(context)
    if template.relation is Relation.PROPORTIONAL:
        if statement.relation is not Relation.PROPORTIONAL or statement.left != template.left:
            return False
        quotient = nf.times(nf(statement.right), nf.power(nf(template.right), nf(_MINUS)))
        return isinstance(template.left, t.Apply) and quotient.free.isdisjoint(template.left.outcomes)
    if statement.relation not in (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED):
        return False
    here, there = _residual(statement, nf), _residual(template, nf)
    return bool(here.terms) and any(nf.is_zero(here - nf.times(k, there)) for k in quotients(nf, here, there))


def _same_loss(side: t.Term, template: t.Term, context: t.Context) -> bool:
    """Whether a side is the template under expectations over a data set, the pair's names aside."""
    nf = Normaliser(context)
    match side:
        case t.Mul((sign, t.Bind("E", variables, (weight, body)))) if sign == _MINUS:
            side = t.mean(variables, weight, t.Mul((_MINUS, body)))
    while isinstance(side, t.Bind) and side.name == "E":
        pair, (_, body) = [v for v in side.variables if v.sort == "y"], side.arguments
        if len(pair) == 2:
            names = (Variable("y_w", "y"), Variable("y_l", "y"))
            body = t.substitute(body, dict(zip(pair, names, strict=True)))
        side = body
    match side:
        case t.Gradient(t.Bind("E", variables, (weight, body))):
            return _same_loss(t.mean(variables, weight, t.Gradient(body)), template, context)
    return nf.is_zero(nf(side) - nf(template))
