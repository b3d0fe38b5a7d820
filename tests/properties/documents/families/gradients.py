"""Gradients: whatever carries the parameter moves, under any letter and through definitions."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document, Draft
from tests.properties.documents.terms import KL, Call, Entropy, Gradient, Mean, Sum, Symbol, Term, exp, log, sigma
from tests.properties.documents.twisting import respelt, slip
from tests.properties.documents.vocabulary import Letters, moved

NAME = "gradients"


def _score(law: Symbol, y: str) -> Call | Gradient:
    (parameter,) = law.carries
    return Gradient(parameter, log(law(y)))


def _both(d: Draft, left: Term, right: Term, known: list[Symbol], bound: list[str]) -> None:
    """The row, some other spelling of it, and a twin with a slip."""
    d.shuffled(
        lambda: d.true(respelt(left, d.rng, bound), "=", right),
        lambda: d.false(left, "=", slip(left, right, d.rng, d.meanings, known)),
        lambda: d.false(left, "=", 0),
    )


def mean_of_a_function(rng: Random) -> Document:
    """The mean of a fixed function, and what the score makes of it."""
    v = Letters.drawn(rng)
    law, f, base = v.moving_law(v.parameter()), v.reward(), v.value("V")
    d, y = v.draft(NAME, "mean-of-a-function"), v.y
    (parameter,) = law.carries
    d.prose("Every law that carries the parameter moves with it.", "The gradient of a mean.")
    score = _score(law, y)
    mean = Mean(y, law, f(y))
    _both(d, Gradient(parameter, mean), Mean(y, law, f(y) * score), [f, law], [v.y, v.z])
    d.shuffled(
        lambda: d.true(Mean(y, law, score), "=", 0),
        lambda: d.false(Mean(y, law, f(y) * score), "=", 0),
        lambda: d.true(Mean(y, law, (f(y) - base()) * score), "=", Gradient(parameter, mean)),
        lambda: d.false(Gradient(parameter, mean), "=", Mean(y, law, f(y))),
        lambda: d.true(Gradient(parameter, Sum(y, law(y))), "=", 0),
        most=3,
    )
    return d.finished()


def entropy_and_divergence(rng: Random) -> Document:
    """Entropy, and divergences either way round."""
    v = Letters.drawn(rng)
    law, ref = v.moving_law(v.parameter()), v.reference()
    d, y = v.draft(NAME, "entropy-and-divergence"), v.y
    (parameter,) = law.carries
    score = _score(law, y)
    rows: list[tuple[Term, Term]] = [
        (Entropy(law), -Mean(y, law, log(law(y)) * score)),
        (KL(law, ref), Mean(y, law, log(law(y) / ref(y)) * score)),
        (KL(ref, law), -Mean(y, ref, score)),
        (Sum(y, law(y) ** 2), 2 * Mean(y, law, law(y) * score)),
    ]
    for body, right in rng.sample(rows, 2):
        _both(d, Gradient(parameter, body), right, [law, ref], [v.y, v.z])
    return d.finished()


def two_laws(rng: Random) -> Document:
    """Two laws of one parameter, or of two parameters."""
    v = Letters.drawn(rng)
    one = v.parameter()
    shared = rng.random() < 0.5
    law = v.moving_law(one)
    other = v.moving_law(one if shared else v.parameter())
    d, y = v.draft(NAME, "two-laws-one-parameter" if shared else "two-laws-two-parameters"), v.y
    score, second = Gradient(one, log(law(y))), Gradient(one, log(other(y)))
    left = Gradient(one, Mean(y, law, log(other(y))))
    right = Mean(y, law, log(other(y)) * score)
    d.shuffled(
        lambda: d.same(left, "=", right),
        lambda: d.true(left, "=", right + Mean(y, law, second)),
        lambda: d.false(left, "=", 0),
        lambda: d.same(Mean(y, law, second), "=", 0),
        lambda: d.true(
            Gradient(one, KL(law, other)), "=", Mean(y, law, log(law(y) / other(y)) * score) - Mean(y, law, second)
        ),
        lambda: d.false(Gradient(one, KL(law, other)), "=", -Mean(y, law, log(law(y) / other(y)) * score)),
    )
    return d.finished()


def softmax_policy(rng: Random) -> Document:
    """A policy given by logits, which may move whether they are marked or not."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    marked = rng.random() < 0.5
    name = v.one(["f", "g", "h"])
    f = Symbol(f"{name}_{parameter}" if marked else name, "function", v.prompt, 1, frozenset([parameter]))
    law, r, base = v.moving_law(parameter), v.reward(), v.value("V")
    d, y, z = v.draft(NAME, "softmax-of-marked-logits" if marked else "softmax-of-logits"), v.y, v.z
    d.declare(f"{f.latex} {v.of(y)}")
    weight = exp(f(y))
    d.define(law(y), weight / Sum(z, moved(weight, y, z)))
    score = Gradient(parameter, log(law(y)))
    d.shuffled(
        lambda: d.false(score, "=", 0),
        lambda: d.false(Gradient(parameter, Mean(y, law, r(y))), "=", 0),
        lambda: d.true(Mean(y, law, base() * score), "=", 0, key="ok"),
        lambda: d.true(Gradient(parameter, Sum(y, law(y))), "=", 0),
        lambda: d.false(Gradient(parameter, log(Sum(z, exp(f(z))))), "=", 0),
        lambda: d.false(Gradient(parameter, Entropy(law)), "=", 0),
        most=4,
    )
    return d.finished()


def moving_reward(rng: Random) -> Document:
    """A reward, value or model that carries the parameter, with no row that gives it."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    f = Symbol(v.one(["r_", "r_", "R_", r"\hat r_"]) + parameter, "function", v.prompt, 1, frozenset([parameter]))
    law, fixed, r = v.moving_law(parameter), v.reference(), v.reward()
    d, y = v.draft(NAME, "moving-reward"), v.y
    y1, y2 = v.pair()
    score = Gradient(parameter, log(law(y)))
    pair = -log(sigma(f(y1) - f(y2)))
    d.shuffled(
        lambda: d.false(Gradient(parameter, f(y) ** 2), "=", 0),
        lambda: d.false(Gradient(parameter, pair), "=", 0),
        lambda: d.true(
            Gradient(parameter, pair),
            "=",
            -sigma(f(y2) - f(y1)) * (Gradient(parameter, f(y1)) - Gradient(parameter, f(y2))),
        ),
        lambda: d.false(
            Gradient(parameter, pair),
            "=",
            sigma(f(y2) - f(y1)) * (Gradient(parameter, f(y1)) - Gradient(parameter, f(y2))),
        ),
        lambda: d.false(Gradient(parameter, Mean(y, law, f(y))), "=", Mean(y, law, f(y) * score)),
        lambda: d.true(
            Gradient(parameter, Mean(y, law, f(y))), "=", Mean(y, law, f(y) * score + Gradient(parameter, f(y)))
        ),
        lambda: d.false(Gradient(parameter, Mean(y, fixed, f(y))), "=", 0),
        lambda: d.false(Gradient(parameter, Mean(y, fixed, (f(y) - r(y)) ** 2)), "=", 0),
        lambda: d.true(Mean(y, law, f(y)), "=", Sum(y, law(y) * f(y))),
        most=5,
    )
    return d.finished()


def implicit_reward(rng: Random) -> Document:
    """A reward that a row makes of a moving law."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law, ref, beta = v.moving_law(parameter), v.reference(), v.temperature()
    f = Symbol(v.one([rf"\hat r_{parameter}", f"r_{parameter}", r"\tilde r", "u"]), "function", v.prompt, 1)
    d, y = v.draft(NAME, "implicit-reward"), v.y
    d.define(f(y), beta() * log(law(y) / ref(y)))
    score = Gradient(parameter, log(law(y)))
    d.shuffled(
        lambda: d.true(Gradient(parameter, f(y)), "=", beta() * score),
        lambda: d.false(Gradient(parameter, f(y)), "=", 0),
        lambda: d.true(Gradient(parameter, Mean(y, law, f(y))), "=", Mean(y, law, f(y) * score)),
        lambda: d.false(Gradient(parameter, Mean(y, ref, f(y))), "=", 0),
        lambda: d.true(Gradient(parameter, Mean(y, ref, f(y))), "=", beta() * Mean(y, ref, score)),
        lambda: d.true(Mean(y, law, f(y)), "=", beta() * KL(law, ref)),
        lambda: d.false(Mean(y, ref, f(y)), "=", beta() * KL(law, ref)),
        most=5,
    )
    return d.finished()


def importance_weight(rng: Random) -> Document:
    """Ratios to an old law, named by a row."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law, old, r = v.moving_law(parameter), v.law(r"\pi_{old}", r"\mu", r"\pi_0", "q"), v.reward()
    name = v.one(["w", r"\rho", "u"])
    w = Symbol(f"{name}_{parameter}" if rng.random() < 0.5 and name != r"\rho" else name, "function", v.prompt, 1)
    d, y = v.draft(NAME, "importance-weight"), v.y
    if w.latex in (r"\rho", "w", "u"):
        d.declare(f"{w.latex} {v.of(y)}")
    d.define(w(y), law(y) / old(y))
    score = Gradient(parameter, log(law(y)))
    left = Gradient(parameter, Mean(y, old, w(y) * r(y)))
    d.shuffled(
        lambda: d.true(left, "=", Mean(y, law, r(y) * score)),
        lambda: d.true(left, "=", Mean(y, old, w(y) * r(y) * score)),
        lambda: d.false(left, "=", 0),
        lambda: d.false(left, "=", Mean(y, old, r(y) * score)),
        lambda: d.true(Mean(y, old, w(y) * r(y)), "=", Mean(y, law, r(y))),
    )
    return d.finished()


def pair_loss(rng: Random) -> Document:
    """The loss of a pair: through the log ratios, and through a margin that a row names."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law, ref, beta = v.moving_law(parameter), v.reference(), v.temperature()
    one, two = v.pair()
    d = v.draft(NAME, "pair-loss")
    f = Symbol(v.one([rf"\hat r_{parameter}", f"r_{parameter}", "u"]), "function", v.prompt, 1)
    d.define(f(v.y), beta() * log(law(v.y) / ref(v.y)))
    margin, lost = f(one) - f(two), sigma(f(two) - f(one))
    turn = Gradient(parameter, log(law(one))) - Gradient(parameter, log(law(two)))
    loss = -log(sigma(margin))
    d.shuffled(
        lambda: d.true(Gradient(parameter, loss), "=", -beta() * lost * turn),
        lambda: d.false(Gradient(parameter, loss), "=", beta() * lost * turn),
        lambda: d.false(Gradient(parameter, loss), "=", -beta() * sigma(margin) * turn),
        lambda: d.false(Gradient(parameter, loss), "=", 0),
        lambda: d.true(Gradient(parameter, margin), "=", beta() * turn),
        lambda: d.false(Gradient(parameter, margin), "=", turn),
        most=4,
    )
    return d.finished()


def named_loss(rng: Random) -> Document:
    """A loss with a letter of its own, and its gradient."""
    v = Letters.drawn(rng)
    parameter = v.parameter()
    law, ref, r, beta = v.moving_law(parameter), v.reference(), v.reward(), v.temperature()
    loss = Symbol(v.one(["F", "L", r"\mathcal{L}", "J", "G"]), argument=parameter)
    d, y = v.draft(NAME, "named-loss"), v.y
    maximised = rng.random() < 0.5
    gain = Mean(y, law, r(y))
    body = gain - beta() * KL(law, ref) if maximised else -gain + beta() * KL(law, ref)
    rows = [lambda: d.definition(loss(), body)]
    d.mean(loss(), body)
    score = Gradient(parameter, log(law(y)))
    inner = r(y) - beta() * log(law(y) / ref(y))
    right = Mean(y, law, inner * score)
    right = right if maximised else -right
    judged = [
        lambda: d.true(Gradient(parameter, loss()), "=", right),
        lambda: d.false(Gradient(parameter, loss()), "=", -right),
        lambda: d.false(
            Gradient(parameter, loss()), "=", slip(Gradient(parameter, loss()), right, rng, d.meanings, [r, law, ref])
        ),
        lambda: d.false(Gradient(parameter, loss()), "=", 0),
        lambda: d.true(loss(), "=", Mean(y, law, inner) if maximised else -Mean(y, law, inner)),
    ]
    rng.shuffle(judged)
    if rng.random() < 0.25:
        judged = [lambda: d.true(Gradient(parameter, Sum(y, law(y))), "=", 0), *rows, *judged]
    else:
        judged = rows + judged
    for write in judged[:5]:
        write()
    return d.finished()


KINDS = (
    pair_loss,
    mean_of_a_function,
    entropy_and_divergence,
    two_laws,
    softmax_policy,
    moving_reward,
    implicit_reward,
    importance_weight,
    named_loss,
)
