"""Random terms over two sorts, and rules that rewrite them: valid ones, and slips.

A term is built from a ``random.Random``, so that Hypothesis (through ``st.randoms``) and the long
fuzzing run share one generator. Everything built has a value: logarithms, divisors and bases of odd
powers are positive by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

import symkl.language.terms as t
from symkl.language.functions import FUNCTIONALS, FUNCTIONS, expansion
from symkl.language.records import Functional
from symkl.language.terms import Definition, Variable

X, Y = Variable("x", "x"), Variable("y", "y")
NAMES = tuple(Variable(name, "y") for name in ("y_w", "y_l", "u", "v", "w"))
BETA = t.Scalar("β")
POLICIES = ("π", "ref")
Rule = Callable[[t.Term, Random], t.Term | None]


def n(value: int | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def add(*terms: t.Term) -> t.Term:
    return t.Add(terms)


def mul(*factors: t.Term) -> t.Term:
    return t.Mul(factors)


def over(above: t.Term, below: t.Term) -> t.Term:
    return mul(above, t.Power(below, n(-1)))


def negative(term: t.Term) -> t.Term:
    return mul(n(-1), term)


def prob(symbol: str, y: Variable) -> t.Apply:
    return t.Apply(symbol, (y,), (X,))


def reward(y: Variable) -> t.Apply:
    return t.Apply("r", (), (X, y))


Z = t.Apply("Z", (), (X,))
WEIGHT = mul(prob("ref", Y), t.exp(over(reward(Y), BETA)))
CONTEXT = t.Context(
    frozenset({"β"}),
    {"Z": Definition("Z", (X,), t.total(Y, WEIGHT)), "π*": Definition("π*", (Y, X), over(WEIGHT, Z))},
)


def fresh(rng: Random, taken: frozenset[Variable]) -> Variable:
    return rng.choice([v for v in (Y, *NAMES) if v not in taken])


def positive(rng: Random, depth: int, ys: tuple[Variable, ...]) -> t.Term:
    """A term that is > 0 wherever it has a value."""
    leaves: list[t.Term] = [BETA, Z, n(rng.randint(1, 3))]
    leaves += [prob(symbol, y) for y in ys for symbol in (*POLICIES, "π*")]
    if depth <= 0 or rng.random() < 0.4:
        return rng.choice(leaves)
    inner = depth - 1
    match rng.randrange(6):
        case 0:
            return t.exp(real(rng, inner, ys))
        case 1:
            return mul(positive(rng, inner, ys), positive(rng, inner, ys))
        case 2:
            return over(positive(rng, inner, ys), positive(rng, inner, ys))
        case 3:
            return t.Power(positive(rng, inner, ys), rng.choice([n(2), n(-1), n(Fraction(1, 2)), BETA]))
        case 4:
            return add(positive(rng, inner, ys), positive(rng, inner, ys))
    y = fresh(rng, frozenset(ys))
    return t.total(y, mul(prob(rng.choice(POLICIES), y), positive(rng, inner, (*ys, y))))


def functional(row: Functional, y: Variable, rng: Random) -> t.Term:
    """A functional of distributions alone; an order is other than 1."""
    orders = [rng.choice([n(2), n(Fraction(1, 2)), n(3)]) for _ in range(row.parameters)]
    sides = rng.sample((*POLICIES, "π*"), row.arity)
    return t.Bind(row.name, (y,), tuple(prob(side, y) for side in sides), tuple(orders))


def real(rng: Random, depth: int, ys: tuple[Variable, ...] = ()) -> t.Term:
    """Any term in the free variables X and ``ys``."""
    leaves: list[t.Term] = [n(rng.randint(-2, 3)), BETA, t.Apply("c", (), (X,)), t.log(Z)]
    leaves += [term for y in ys for term in (reward(y), t.log(over(prob("π", y), prob("ref", y))), prob("π", y))]
    if depth <= 0 or rng.random() < 0.15:
        return rng.choice(leaves)
    inner = depth - 1
    y = fresh(rng, frozenset(ys))
    match rng.randrange(11):
        case 8:
            row = rng.choice([row for row in FUNCTIONS if row.name not in ("exp", "log")])
            return t.Fn(row.name, tuple(real(rng, min(inner, 1), ys) for _ in range(row.arity)))
        case 9:
            return functional(rng.choice([row for row in FUNCTIONALS if row.arity == row.distributions]), y, rng)
        case 0 | 1:
            return add(*[real(rng, inner, ys) for _ in range(rng.randint(2, 3))])
        case 2:
            return mul(real(rng, inner, ys), real(rng, inner, ys))
        case 3:
            return t.log(positive(rng, inner, ys))
        case 4 | 5:
            return t.mean((y,), prob(rng.choice((*POLICIES, "π*")), y), real(rng, inner, (*ys, y)))
        case 6:
            left, right = rng.sample((*POLICIES, "π*"), 2)
            return t.kl(y, prob(left, y), prob(right, y))
        case 7:
            return t.Power(real(rng, inner, ys), n(2))
    return t.logistic(real(rng, min(inner, 1), ys))


def depends(term: t.Term, v: Variable) -> bool:
    return v in t.free_variables(term)


# -- valid rules -----------------------------------------------------------------------------


def commute(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Add(terms=parts) | t.Mul(factors=parts):
            return type(term)(tuple(rng.sample(parts, len(parts))))
    return None


def distribute(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Mul(factors=(*before, t.Add(terms=parts))) | t.Mul(factors=(t.Add(terms=parts), *before)):
            return add(*[mul(*before, part) for part in parts])
    return None


def split_log(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Fn("log", (t.Mul(factors=parts),)):
            return add(*[t.log(part) for part in parts])
        case t.Fn("log", (t.Power(base=base, exponent=exponent),)):
            return mul(exponent, t.log(base))
        case t.Fn("log", (t.Fn("exp", (inside,)),)):
            return inside
    return None


def split_exp(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Fn("exp", (t.Add(terms=parts),)):
            return mul(*[t.exp(part) for part in parts])
        case t.Power(base=base, exponent=t.Number(value=two)) if two == 2:
            return mul(base, base)
    return None


def rename(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("sum", (v,), (body,)):
            new = fresh(rng, t.free_variables(body))
            return t.total(new, t.substitute(body, {v: new}))
        case t.Bind("E", (v,), (weight, body)):
            new = fresh(rng, t.free_variables(body) | t.free_variables(weight))
            return t.mean((new,), t.substitute(weight, {v: new}), t.substitute(body, {v: new}))
    return None


def unfold(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("KL", (v,), (left, right)):
            return t.mean((v,), left, add(t.log(left), negative(t.log(right))))
        case t.Bind("E", (v,), (weight, body)):
            return t.total(v, mul(weight, body))
        case t.Fn("σ", (u,)):
            whole = over(n(1), add(n(1), t.exp(negative(u))))
            return rng.choice([whole, add(n(1), negative(t.logistic(negative(u))))])
        case t.Fn("abs", (u,)):
            pieces = t.Cases((u,), (u, negative(u)))
            return rng.choice([t.Fn("abs", (negative(u),)), pieces, t.Fn("max", (u, negative(u)))])
        case t.Fn("max", (u, v)):
            return negative(t.Fn("min", (negative(u), negative(v))))
        case t.Fn("min", (u, v)):
            return add(u, v, negative(t.Fn("max", (v, u))))
        case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
            return meaning
        case t.Apply(symbol=symbol, outcomes=outcomes, given=given) if symbol in CONTEXT.definitions:
            found = CONTEXT.definitions[symbol]
            return t.substitute(found.body, dict(zip(found.parameters, (*outcomes, *given), strict=True)))
    return None


def linear(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("sum", (v,), (t.Add(terms=parts),)):
            return add(*[t.total(v, part) for part in parts])
        case t.Bind("E", vs, (weight, t.Add(terms=parts))):
            return add(*[t.mean(vs, weight, part) for part in parts])
        case t.Bind("sum", (v,), (t.Mul(factors=parts),)) if any(not depends(p, v) for p in parts):
            far = [p for p in parts if not depends(p, v)]
            return mul(*far, t.total(v, mul(*[p for p in parts if depends(p, v)])))
        case t.Bind("sum", (v,), (t.Bind("sum", (w,), (body,)),)) if v != w:
            return t.total(w, t.total(v, body))
        case t.Bind("E", (v,), (weight, body)) if not depends(body, v):
            return body
    return None


def add_and_subtract(term: t.Term, rng: Random) -> t.Term | None:
    extra = rng.choice([BETA, Z, t.log(Z), t.Apply("c", (), (X,))])
    return add(term, extra, negative(extra))


def cancel(term: t.Term, rng: Random) -> t.Term | None:
    ys = tuple(sorted((v for v in t.free_variables(term) if v.sort == "y"), key=lambda v: v.name))
    factor = positive(rng, 1, ys)
    return over(mul(term, factor), factor)


def times_one(term: t.Term, rng: Random) -> t.Term | None:
    y = fresh(rng, t.free_variables(term))
    return t.mean((y,), prob(rng.choice((*POLICIES, "π*")), y), term)


VALID: tuple[Rule, ...] = (commute, distribute, split_log, split_exp, rename, unfold, linear, add_and_subtract,
                           cancel, times_one)


# -- slips -----------------------------------------------------------------------------------


def flip_sign(term: t.Term, rng: Random) -> t.Term | None:
    return negative(term)


def drop_term(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Add(terms=parts) | t.Mul(factors=parts) if len(parts) > 1:
            gone = rng.randrange(len(parts))
            return type(term)(parts[:gone] + parts[gone + 1:])
    return None


def swap_kl(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("KL", (v,), (left, right)):
            return t.kl(v, right, left)
    return None


def other_side(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Fn("max", parts):
            return t.Fn("min", parts)
        case t.Fn("min", parts):
            return t.Fn("max", parts)
        case t.Fn("abs", (u,)):
            return u
        case t.Bind("TV", v, (p, q)):
            return t.Bind("L1", v, (add(p, negative(q)),))
        case t.Bind(name, v, (p, q), others) if name in ("JS", "Rényi", "χ²"):
            return rng.choice([t.Bind(name, v, (q, p), others), t.Bind("KL", v, (p, q))])
    return None


def wrong_index(term: t.Term, rng: Random) -> t.Term | None:
    ys = sorted((v for v in t.free_variables(term) if v.sort == "y"), key=lambda v: v.name)
    return t.substitute(term, {ys[0]: rng.choice(ys[1:])}) if len(ys) > 1 else None


def times_beta(term: t.Term, rng: Random) -> t.Term | None:
    return mul(BETA, term)


def wrong_sampler(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("E", (v,), (t.Apply(symbol=symbol), body)):
            return t.mean((v,), prob("ref" if symbol == "π" else "π", v), body)
    return None


def drop_sum(term: t.Term, rng: Random) -> t.Term | None:
    match term:
        case t.Bind("E", (v,), (_, body)):
            return t.total(v, body)
        case t.Fn("log", (t.Add(terms=parts),)):
            return add(*[t.log(part) for part in parts])
    return None


SLIPS: tuple[Rule, ...] = (flip_sign, drop_term, swap_kl, other_side, wrong_index, times_beta, wrong_sampler, drop_sum)


# -- applying them ---------------------------------------------------------------------------


def places(term: t.Term) -> Iterator[t.Term]:
    """Every term inside, itself first."""
    yield term
    for part in term.parts():
        yield from places(part)


def replaced(term: t.Term, which: int, rule: Rule, rng: Random) -> t.Term | None:
    """The term with a rule used at its which-th place, if it applies there."""
    count = -1
    changed: t.Term | None = None

    def visit(inner: t.Term) -> t.Term:
        nonlocal count, changed
        count += 1
        if count == which:
            changed = rule(inner, rng)
            return inner if changed is None else changed
        return t.rebuilt(inner, visit)

    whole = visit(term)
    return None if changed is None else whole


def rewritten(term: t.Term, rules: tuple[Rule, ...], rng: Random) -> tuple[t.Term, str] | None:
    """A rule used somewhere: tried in random order, weights of sums left alone."""
    for rule in rng.sample(rules, len(rules)):
        options = list(range(sum(1 for _ in places(term))))
        for which in rng.sample(options, len(options)):
            if isinstance(found := replaced(term, which, rule, rng), t.Term) and found != term:
                return found, rule.__name__
    return None
