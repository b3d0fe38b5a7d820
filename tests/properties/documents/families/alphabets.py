"""Alphabets: bound letters have no names, a bound letter shadows a free one, one name at two arities is two."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Entropy, Mean, Sum, SumPrompts, Symbol, Term, exp, log, sigma
from tests.properties.documents.twisting import respelt, slip
from tests.properties.documents.vocabulary import Letters, softmax

NAME = "alphabets"
BOUND = {"y": ["y", "z", "w", "y'", "v"], "a": ["a", "b", "a'", "c"], "x": ["x", "z", "x'", "w"]}


def respelt_rows(rng: Random) -> Document:
    """Divergences, entropies and means with any letter bound, and slips in them."""
    v = Letters.drawn(rng)
    p, q, r, beta, y = v.law(), v.law(), v.reward(), v.temperature(), v.y
    d, bound = v.draft(NAME, "respelt-rows"), BOUND[y]
    sides: list[Term] = [
        KL(p, q),
        Entropy(q),
        Mean(y, p, r(y)),
        Mean(y, p, r(y)) - beta() * KL(p, q),
        log(Sum(y, q(y) * exp(r(y) / beta()))),
    ]
    for side in rng.sample(sides, 3):
        left, right = respelt(side, rng, bound), respelt(respelt(side, rng, bound), rng, bound)
        if rng.random() < 0.5:
            d.true(left, "=", right)
        else:
            d.false(left, "=", slip(left, right, rng, d.meanings, [p, q, r]))
    return d.finished()


def shadowing(rng: Random) -> Document:
    """The letter that is bound stands free elsewhere in the row."""
    v = Letters.drawn(rng)
    p, r, y, z = v.law(), v.reward(), v.y, v.z
    d = v.draft(NAME, "shadowing")
    d.shuffled(
        lambda: d.true(p(y) / Sum(y, p(y)), "=", p(y)),
        lambda: d.true(r(y) - Sum(y, p(y) * r(y)), "=", r(y) - Mean(z, p, r(z))),
        lambda: d.false(r(y) - Sum(y, p(y) * r(y)), "=", 0),
        lambda: d.false(Sum(z, p(z) * r(y)), "=", Mean(y, p, r(y))),
        lambda: d.true(Sum(z, p(z) * r(y)), "=", r(y)),
        lambda: d.true(Mean(z, p, r(y) - r(z)), "=", r(y) - Mean(y, p, r(y))),
        most=4,
    )
    return d.finished()


def prompts(rng: Random) -> Document:
    """Means over prompts."""
    v = Letters.drawn(rng, prompt=True)
    x = v.prompt or "x"
    rho, p, r, value = (
        Symbol(rng.choice([r"\rho", r"\mathcal{D}"]), "prompts", None, 1),
        v.law(),
        v.reward(),
        v.value("V"),
    )
    d, y = v.draft(NAME, "prompts"), v.y
    inner = Mean(y, p, r(y))
    d.shuffled(
        lambda: d.true(Mean(x, rho, inner), "=", SumPrompts(x, rho(x) * Sum(y, p(y) * r(y)))),
        lambda: d.false(Mean(x, rho, inner), "=", inner),
        lambda: d.true(Mean(x, rho, value() + inner), "=", Mean(x, rho, value()) + Mean(x, rho, inner)),
        lambda: d.false(Mean(x, rho, value() * inner), "=", Mean(x, rho, value()) * Mean(x, rho, inner)),
        most=3,
    )
    return d.finished()


def optimum(rng: Random) -> Document:
    """A tilted law with another letter in its denominator than in what follows."""
    v = Letters.drawn(rng)
    ref, r, beta, star = v.reference(), v.reward(), v.temperature(), Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, bound = v.draft(NAME, "optimum"), v.y, BOUND[v.y]
    z, w = rng.sample([n for n in bound if n != y], 2)
    d.define(star(y), softmax(ref, r(y), beta(), y, z))
    left = Sum(w, star(w) * r(w)) - beta() * Sum(z, star(z) * log(star(z) / ref(z)))
    right = beta() * log(Sum(w, ref(w) * exp(r(w) / beta())))
    d.shuffled(
        lambda: d.true(left, "=", right), lambda: d.false(left, "=", slip(left, right, rng, d.meanings, [ref, star]))
    )
    return d.finished()


def two_arities(rng: Random) -> Document:
    """One name with one outcome and with two: never silently one."""
    v = Letters.drawn(rng, prompt=True)
    p = rng.choice([r"\pi", r"\pi_\theta", "p"])
    d, x = v.draft(NAME, "two-arities"), v.prompt
    one, two = v.pair() if v.y == "y" else ("a_1", "a_2")
    bar = d.hand.bar
    d.raw(f"{p}({one}{bar}{x}) {p}({two}{bar}{x},{one})", "seen")
    log_ = d.hand.logarithm
    rows = [
        rf"{log_} {p}({two}{bar}{x},{one}) = {log_} {p}({two}{bar}{x})",
        rf"{p}({one}{bar}{x}) {p}({two}{bar}{x},{one}) = {p}({two}{bar}{x}) {p}({one}{bar}{x},{two})",
        rf"{p}({two}{bar}{x},{one}) = {p}({two}{bar}{x})",
    ]
    for row in rng.sample(rows, 2):
        d.raw(row, "nope")
    return d.finished()


def reflexive(rng: Random) -> Document:
    """A = A, whatever A is; and a twin that is another."""
    v = Letters.drawn(rng)
    p, q, r = v.law(), v.law(), v.reward()
    d, y, z = v.draft(NAME, "reflexive"), v.y, v.z
    y1, y2 = ("y_1", "y_2") if y == "y" else (y, z)
    sides: list[tuple[Term, Term]] = [
        (Sum(y1, Sum(y2, p(y1) * p(y2) / (p(y1) + q(y2)))), Sum(y1, Sum(y2, p(y1) * p(y2) / (p(y1) + p(y2))))),
        (Mean(y1, p, Mean(y2, q, sigma(r(y1) - r(y2)))), Mean(y1, p, Mean(y2, q, sigma(r(y2) - r(y1))))),
        (Sum(y, q(y) / (Sum(z, p(z) * exp(r(z))) + exp(r(y)))), Sum(y, p(y) / (Sum(z, p(z) * exp(r(z))) + exp(r(y))))),
    ]
    left, other = rng.choice(sides)
    d.shuffled(lambda: d.true(left, "=", left), lambda: d.false(left, "=", other, key="nope"))
    return d.finished()


KINDS = (respelt_rows, respelt_rows, shadowing, prompts, optimum, two_arities, reflexive)
