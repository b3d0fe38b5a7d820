"""Symbols of which nothing is known: the row that gives them cannot be read, or prose alone gives them."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Derivative, Gradient, Mean, Meaning, Sum, Symbol, exp, log, sigma, term
from tests.properties.documents.vocabulary import Letters

NAME = "opaque"


def unread(rng: Random, inner: str) -> str:
    """A right side that nobody is asked to read."""
    return rng.choice(
        [
            rf"\oint {inner}\,d\gamma",
            rf"\mathfrak{{Loss}}\langle {inner} \diamond \Xi\rangle",
            rf"\left\lfloor {inner} \right\rceil",
            rf"\oiint_{{\partial\Omega}} {inner}\,d\omega",
            rf"{inner} \Bowtie \wp",
            rf"\mathfrak{{T}}\lceil {inner} \rfloor",
        ]
    )


def _opaque(
    latex: str, kind: str = "scalar", prompt: str | None = None, outcomes: int = 0, argument: str = ""
) -> Symbol:
    return Symbol(latex, kind, prompt, outcomes, standing="opaque", argument=argument)


def objective(rng: Random) -> Document:
    """A loss or return that a row gives, in signs that nobody can read."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law, r, ref = v.moving_law(parameter), v.reward(), v.reference()
    loss = _opaque(v.one(["G", "U", r"\mathcal{L}", "F", "J"]), argument=parameter)
    d, y = v.draft(NAME, "objective"), v.y
    d.raw(f"{d.hand.side(loss())} = {unread(rng, d.hand.side(law(y)))}", "seen")
    score = Gradient(parameter, log(law(y)))
    d.shuffled(
        lambda: d.false(Gradient(parameter, loss()), "=", 0),
        lambda: d.false(Gradient(parameter, loss()), "=", Mean(y, law, r(y) * score)),
        lambda: d.false(loss(), ">=", 0),
        lambda: d.false(loss(), "=", KL(law, ref)),
        lambda: d.true(loss() - loss(), "=", 0),
        lambda: d.true(KL(law, ref), ">=", 0),
        most=4,
    )
    return d.finished()


def reward(rng: Random) -> Document:
    """A reward or weight."""
    v = Letters.drawn(rng)
    p, r = v.law(), v.reward()
    f = _opaque(v.one(["r'", r"\tilde r", "B", r"r_{total}", "w"]), "function", v.prompt, 1)
    d, y = v.draft(NAME, "reward"), v.y
    y1, y2 = v.pair()

    def given() -> None:
        d.raw(f"{d.hand.side(f(y))} = {unread(rng, d.hand.side(r(y)))}", "seen")

    late = rng.random() < 0.3
    if not late:
        given()
    d.shuffled(
        lambda: d.false(Mean(y, p, f(y)), "=", Mean(y, p, r(y))),
        lambda: d.false(sigma(f(y1) - f(y2)), "=", sigma(r(y1) - r(y2))),
        lambda: d.false(f(y), "<=", 1),
        lambda: d.true(Mean(y, p, f(y)), "=", Sum(y, p(y) * f(y))),
        most=3,
    )
    if late:
        d.prose("where", "Here")
        given()
    return d.finished()


def law(rng: Random) -> Document:
    """A law, or an optimum, that a row gives."""
    v = Letters.drawn(rng)
    star = rng.random() < 0.4
    ref, r, beta = v.law(r"\pi_{ref}") if star else v.law(r"\mu", "p"), v.reward(), v.temperature()
    q = _opaque(r"\pi^*" if star else v.one(["q", r"\tilde\pi", "p"]), "law", v.prompt, 1)
    d, y = v.draft(NAME, "optimum" if star else "law"), v.y
    d.raw(f"{d.hand.side(q(y))} = {unread(rng, d.hand.side(ref(y)))}", "seen")
    d.shuffled(
        lambda: d.false(Mean(y, q, r(y)), "=", Mean(y, ref, r(y))),
        lambda: d.false(KL(q, ref), "=", 0),
        lambda: d.true(Mean(y, q, r(y)) - Mean(y, q, r(y)), "=", 0),
        lambda: d.false(log(q(y) / ref(y)), "=", r(y) / beta() - log(Sum(v.z, ref(v.z) * exp(r(v.z) / beta())))),
        most=3,
    )
    return d.finished()


def value(rng: Random) -> Document:
    """A value: derivatives look through what is not known."""
    v = Letters.drawn(rng)
    beta, parameter, ref, r = v.temperature(), v.parameter(), v.reference(), v.reward()
    law_, value_ = v.moving_law(parameter), _opaque(v.one(["V"]), "function", v.prompt)
    d, y = v.draft(NAME, "value"), v.y
    d.raw(f"{d.hand.side(value_())} = {unread(rng, d.hand.side(ref(y)))}", "seen")
    d.shuffled(
        lambda: d.false(Derivative(beta, value_()), "=", 0),
        lambda: d.false(
            Gradient(parameter, value_() * log(law_(y))), "=", value_() * Gradient(parameter, log(law_(y)))
        ),
        lambda: d.true(Mean(y, law_, r(y) - value_()), "=", Mean(y, law_, r(y)) - value_()),
        lambda: d.false(Mean(y, law_, r(y) - value_()), "=", 0),
        most=3,
    )
    return d.finished()


def scalar(rng: Random) -> Document:
    """A number that is declared and then given by a row that cannot be read."""
    v = Letters.drawn(rng)
    beta, r, p = v.temperature(), v.reward(), v.law()
    c = Symbol(v.one(["c", "k", "b"]), positive=True, standing="opaque")
    d, y = v.draft(NAME, "scalar"), v.y
    d.declare(f"{c.latex} > 0")
    d.raw(f"{c.latex} = {unread(rng, beta.latex)}", "seen")
    d.shuffled(
        lambda: d.false(c(), "=", beta()),
        lambda: d.false(c() * beta(), "=", beta() ** 2),
        lambda: d.false(Mean(y, p, c() * r(y)), "=", Mean(y, p, r(y))),
        lambda: d.true(Mean(y, p, c() * r(y)), "=", c() * Mean(y, p, r(y))),
        most=3,
    )
    return d.finished()


def readable(rng: Random) -> Document:
    """The same documents with a row that can be read."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law_, r, ref = v.moving_law(parameter), v.reward(), v.reference()
    loss = Symbol(v.one(["G", "U", r"\mathcal{L}", "F"]), argument=parameter)
    d, y = v.draft(NAME, "readable-twin"), v.y
    d.define(loss(), Sum(y, law_(y) * r(y)))
    d.shuffled(
        lambda: d.false(Gradient(parameter, loss()), "=", 0),
        lambda: d.true(Gradient(parameter, loss()), "=", Mean(y, law_, r(y) * Gradient(parameter, log(law_(y))))),
        lambda: d.false(loss(), "=", KL(law_, ref)),
        lambda: d.false(loss(), ">=", 0),
        most=3,
    )
    return d.finished()


def said_in_prose(rng: Random) -> Document:
    """What prose alone says, inline: rows that are true if it counts, and false if it does not."""
    v = Letters.drawn(rng)
    beta, r, p, q = v.temperature(), v.reward(), v.law(), v.law()
    said = rng.random() < 0.75
    d, y = v.draft(NAME, "said-in-prose" if said else "nothing-said-in-prose"), v.y
    total = log(Sum(y, q(y) * exp(r(y) / beta())))
    reading: dict[Symbol, Meaning]
    which = rng.randrange(3)
    if which == 0:
        reading = {beta: Meaning((), term(1))}
        words = rng.choice(["From here on ${}$.", "We set ${}$ for simplicity.", "Let ${}$ from now on."]).format(
            f"{beta.latex} = 1"
        )
        row, good = (beta() * total, total), (beta() * (total + 1), beta() * total + beta())
    elif which == 1:
        reading = {p: Meaning((y,), q(y))}
        words = rng.choice(["Let ${}$ from now on.", "We take ${}$."]).format(
            f"{d.hand.side(p(y))} = {d.hand.side(q(y))}"
        )
        row, good = (KL(p, q), term(0)), (KL(p, q), Mean(y, p, log(p(y) / q(y))))
    else:
        reading = {r: Meaning((y,), term(0))}
        words = rng.choice(["Take ${}$ here.", "Let ${}$ in what follows."]).format(f"{d.hand.side(r(y))} = 0")
        row, good = (Mean(y, p, r(y)), term(0)), (Mean(y, p, r(y)), Sum(y, p(y) * r(y)))
    if said:
        d.prose(words)
        d.shuffled(lambda: d.either(row[0], "=", row[1], {}, reading), lambda: d.true(good[0], "=", good[1]))
    else:
        d.shuffled(lambda: d.false(row[0], "=", row[1]), lambda: d.true(good[0], "=", good[1]))
    return d.finished()


KINDS = (objective, reward, law, value, scalar, readable, said_in_prose)
