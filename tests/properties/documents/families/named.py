"""Names that carry a policy: values of a policy move with it, whether a row gives them or not."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Extremum, Gradient, Mean, Partial, Sum, Symbol, exp, log
from tests.properties.documents.vocabulary import Letters, softmax

NAME = "named"


def value_of_a_moving_policy(rng: Random) -> Document:
    """Q of the policy that moves, beside Q of one that does not."""
    v = Letters.drawn(rng, prompt=True)
    parameter = v.parameter()
    law = v.moving_law(parameter)
    old = v.law(r"\pi_{old}", r"\mu", r"\pi_0", r"\pi_k")
    name, low = v.one(["Q", "A"]), rng.random() < 0.2
    place = "_" if low else "^"
    carrier = rng.choice([law.latex, law.latex, r"\pi"]) if law.latex.startswith(r"\pi_") else law.latex
    mine = Symbol(f"{name}{place}{{{carrier}}}", "function", v.prompt, 1, frozenset([parameter]), standing="marked")
    theirs = Symbol(f"{name}{place}{{{old.latex}}}", "function", v.prompt, 1)
    value = Symbol(f"V^{{{carrier}}}", "function", v.prompt, 0, frozenset([parameter]), standing="marked")
    d, y = v.draft(NAME, "value-of-a-moving-policy"), v.y
    score = Gradient(parameter, log(law(y)))
    d.shuffled(
        lambda: d.false(Gradient(parameter, Mean(y, law, mine(y))), "=", Mean(y, law, mine(y) * score)),
        lambda: d.true(Gradient(parameter, Mean(y, law, theirs(y))), "=", Mean(y, law, theirs(y) * score)),
        lambda: d.false(Gradient(parameter, value()), "=", 0),
        lambda: d.true(Mean(y, law, value() * score), "=", 0),
        lambda: d.true(Mean(y, law, (mine(y) - value()) * score), "=", Mean(y, law, mine(y) * score)),
        lambda: d.false(Mean(y, law, mine(y) * score), "=", 0),
        lambda: d.false(Gradient(parameter, Mean(y, law, mine(y) ** 2)), "=", Mean(y, law, mine(y) ** 2 * score)),
        lambda: d.false(Gradient(parameter, Mean(y, old, mine(y))), "=", 0),
        lambda: d.true(Mean(y, law, mine(y)), "=", Sum(y, law(y) * mine(y))),
        most=5,
    )
    return d.finished()


def advantage_defined(rng: Random) -> Document:
    """An advantage and a value that rows give."""
    v = Letters.drawn(rng, prompt=True)
    law, other = v.law(r"\pi", "p"), v.law(r"\mu", "q")
    q = Symbol(f"Q^{{{law.latex}}}", "function", v.prompt, 1)
    a, value = (
        Symbol(f"A^{{{law.latex}}}", "function", v.prompt, 1),
        Symbol(f"V^{{{law.latex}}}", "function", v.prompt, 0),
    )
    d, y = v.draft(NAME, "advantage-defined"), v.y
    mean = Sum(y, law(y) * q(y))
    d.mean(value(), mean)
    d.mean(a(y), q(y) - value())
    d.shuffled(lambda: d.definition(a(y), q(y) - value()), lambda: d.definition(value(), mean))
    d.shuffled(
        lambda: d.true(Mean(y, law, a(y)), "=", 0),
        lambda: d.false(Mean(y, other, a(y)), "=", 0),
        lambda: d.true(Mean(y, other, a(y)), "=", Mean(y, other, q(y)) - Mean(y, law, q(y))),
        lambda: d.false(Mean(y, other, a(y)), "=", Mean(y, law, q(y)) - Mean(y, other, q(y))),
        most=3,
    )
    return d.finished()


def derivative_by_an_entry(rng: Random) -> Document:
    """The derivative by a probability, where the function moves with the policy and where it does not."""
    v = Letters.drawn(rng)
    law, r = v.law(r"\pi", "p"), v.reward()
    marked = Symbol(
        f"A^{{{law.latex}}}" if r.latex != "A" else f"Q^{{{law.latex}}}", "function", v.prompt, 1, standing="opaque"
    )
    d, y, z = v.draft(NAME, "derivative-by-an-entry"), v.y, v.z
    d.shuffled(
        lambda: d.false(Partial(law(y), Sum(z, law(z) * marked(z))), "=", marked(y), key="nope"),
        lambda: d.true(Partial(law(y), Sum(z, law(z) * r(z))), "=", r(y)),
        lambda: d.false(Partial(law(y), Sum(z, law(z) * r(z))), "=", law(y) * r(y)),
    )
    return d.finished()


def maximum(rng: Random) -> Document:
    """A maximum over the policy in the name, and over another one."""
    v = Letters.drawn(rng, prompt=True)
    beta, law, old = v.temperature(), v.law(r"\pi"), v.law(r"\pi_k", r"\pi_{old}", r"\mu")
    fixed = Symbol(f"Q^{{{old.latex}}}", "function", v.prompt, 1)
    d, y, z = v.draft(NAME, "maximum"), v.y, v.z
    solution = softmax(old, fixed(y), beta(), y, z)
    best = Extremum("max", law, Mean(y, law, fixed(y)) - beta() * KL(law, old), y, solution)
    right = beta() * log(Sum(y, old(y) * exp(fixed(y) / beta())))
    d.shuffled(
        lambda: d.true(best, "=", right),
        lambda: d.false(best, "=", beta() * log(Sum(y, old(y) * exp(beta() * fixed(y))))),
        lambda: d.false(best, "=", log(Sum(y, old(y) * exp(fixed(y) / beta())))),
    )
    # With the value of the policy that is chosen: any answer but a tick.
    mine = d.hand.side(best).replace(fixed.latex, f"Q^{{{law.latex}}}")
    d.raw(f"{mine} = {d.hand.side(right).replace(fixed.latex, f'Q^{{{law.latex}}}')}", "nope")
    return d.finished()


def two_policies(rng: Random) -> Document:
    """Values of two policies are two values; what is constant comes out of a mean."""
    v = Letters.drawn(rng, prompt=True)
    law, other, r = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward()
    one, two = (Symbol(f"V^{{{p.latex}}}", "function", v.prompt, 0, standing="marked") for p in (law, other))
    d, y = v.draft(NAME, "two-policies"), v.y
    d.shuffled(
        lambda: d.true(Mean(y, other, one()), "=", one()),
        lambda: d.true(Mean(y, law, r(y) - two()), "=", Mean(y, law, r(y)) - two()),
        lambda: d.false(one() - two(), "=", 0),
        lambda: d.false(Mean(y, law, two()), "=", one()),
    )
    return d.finished()


def functional(rng: Random) -> Document:
    """An advantage made with a functional of the policy in its name."""
    v = Letters.drawn(rng)
    law, other, r = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward()
    name = v.one(["J", "G", r"\mathcal{J}"])
    of = {p: Symbol(name, argument=p.latex, prompt=None) for p in (law, other)}
    d, y = v.draft(NAME, "functional"), v.y
    for p, j in of.items():
        d.mean(j(), Mean(y, p, r(y)))
    d.definition(of[law](), Mean(y, law, r(y)))
    d.shuffled(
        lambda: d.true(of[other](), "=", Sum(y, other(y) * r(y))),
        lambda: d.false(of[other]() - of[law](), "=", 0),
        lambda: d.true(Mean(y, law, r(y) - of[law]()), "=", 0),
        lambda: d.false(Mean(y, other, r(y) - of[law]()), "=", 0),
        most=3,
    )
    return d.finished()


KINDS = (value_of_a_moving_policy, advantage_defined, derivative_by_an_entry, maximum, two_policies, functional)
