"""Derivatives and limits by a scalar: through definitions, proportional rows, hypotheses and names."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Derivative, Limit, Mean, Sum, Symbol, Variance, exp, log, term
from tests.properties.documents.twisting import slip
from tests.properties.documents.vocabulary import Letters, softmax, solved

NAME = "scalars"


def named_by_its_temperature(rng: Random) -> Document:
    """A policy or value whose name says that it may move; no row gives it."""
    v = Letters.drawn(rng)
    beta, r, ref = v.temperature(), v.reward(), v.reference()
    law = Symbol(
        rng.choice([r"\pi_{}", "q_{}", "p_{}", r"\pi_{{r,{}}}"]).format(beta.latex),
        "law",
        v.prompt,
        1,
        frozenset([beta.latex]),
    )
    value = Symbol(f"V_{beta.latex}", "function", v.prompt, 0, frozenset([beta.latex]))
    d, y = v.draft(NAME, "named-by-its-temperature"), v.y
    d.shuffled(
        lambda: d.false(Derivative(beta, Mean(y, law, r(y))), "=", 0),
        lambda: d.false(Derivative(beta, log(law(y))), "=", 0),
        lambda: d.false(Derivative(beta, beta() * value()), "=", value()),
        lambda: d.false(Derivative(beta, KL(law, ref)), "=", 0),
        lambda: d.true(Derivative(beta, Mean(y, ref, beta() * r(y))), "=", Mean(y, ref, r(y))),
        lambda: d.true(Derivative(beta, Sum(y, law(y))), "=", 0),
        most=4,
    )
    return d.finished()


def tilted_policy(rng: Random) -> Document:
    """A tilted policy that a row gives, by = or by ∝, with the temperature in its name or not."""
    v = Letters.drawn(rng)
    beta, r, ref = v.temperature(), v.reward(), v.reference()
    name = rng.choice([rf"\pi_{beta.latex}", f"q_{beta.latex}", f"p_{beta.latex}", r"\pi^*", r"\hat\pi"])
    law = Symbol(name, "law", v.prompt, 1, frozenset([beta.latex]))
    d, y, z = v.draft(NAME, "tilted-policy"), v.y, v.z
    full = softmax(ref, r(y), beta(), y, z)
    if rng.random() < 0.5:
        d.define(law(y), full)
    else:
        d.define(law(y), full, sign=r"\propto", shown=ref(y) * exp(r(y) / beta()))
    mean, var = Mean(y, law, r(y)), Variance(y, law, r(y))
    flat = -var / beta() ** 2
    d.shuffled(
        lambda: d.false(Derivative(beta, mean), "=", 0),
        lambda: d.true(Derivative(beta, mean), "=", flat),
        lambda: d.false(Derivative(beta, mean), "=", slip(Derivative(beta, mean), flat, rng, d.meanings, [law, ref])),
        lambda: d.true(Derivative(beta, log(law(y))), "=", -(r(y) - Mean(z, law, r(z))) / beta() ** 2),
        lambda: d.false(Derivative(beta, log(law(y))), "=", -r(y) / beta() ** 2),
        lambda: d.true(Derivative(beta, KL(law, ref)), "=", -var / beta() ** 3),
        lambda: d.false(Derivative(beta, KL(law, ref)), "=", 0),
        lambda: d.true(Limit(beta, "inf", law(y)), "=", ref(y)),
        lambda: d.false(Limit(beta, "inf", law(y)), "=", law(y)),
        most=5,
    )
    return d.finished()


def inverse_temperature(rng: Random) -> Document:
    """The reward times a number, which a directive declares."""
    v = Letters.drawn(rng)
    b, r, ref = Symbol(v.one(["b", "c", "k"]), positive=True), v.reward(), v.reference()
    law = Symbol(v.one([f"q_{b.latex}", rf"\pi_{b.latex}", "p"]), "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "inverse-temperature"), v.y, v.z
    d.declare(f"{b.latex} > 0")
    weight = ref(y) * exp(b() * r(y))
    d.define(law(y), weight / Sum(z, ref(z) * exp(b() * r(z))))
    var = Variance(y, law, r(y))
    d.shuffled(
        lambda: d.true(Derivative(b, Mean(y, law, r(y))), "=", var),
        lambda: d.false(Derivative(b, Mean(y, law, r(y))), "=", -var),
        lambda: d.false(Derivative(b, KL(law, ref)), "=", 0),
        lambda: d.true(Derivative(b, KL(law, ref)), "=", b() * var),
        lambda: d.true(Derivative(b, log(Sum(z, ref(z) * exp(b() * r(z))))), "=", Mean(y, law, r(y))),
        most=4,
    )
    return d.finished()


def soft_value(rng: Random) -> Document:
    """The value of the best policy as a function of the temperature."""
    v = Letters.drawn(rng)
    beta, r, ref = v.temperature(), v.reward(), v.reference()
    value = Symbol(v.one(["V", f"V_{beta.latex}", "F", "W"]), "function", v.prompt, 0)
    law = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "soft-value"), v.y, v.z
    total = Sum(y, ref(y) * exp(r(y) / beta()))
    if value.latex in ("F", "W"):
        d.declare(f"{value.latex} {v.of()}" if v.prompt else f"{value.latex} scalar")
    d.define(value(), beta() * log(total))
    d.define(law(y), softmax(ref, r(y), beta(), y, z))
    d.shuffled(
        lambda: d.false(Derivative(beta, value()), "=", 0),
        lambda: d.true(Derivative(beta, value()), "=", -KL(law, ref)),
        lambda: d.false(Derivative(beta, value()), "=", KL(law, ref)),
        lambda: d.true(Derivative(beta, value()), "=", log(total) - Mean(y, law, r(y)) / beta()),
        lambda: d.false(Derivative(beta, value()), "=", log(total)),
        lambda: d.true(Mean(y, law, r(y)) - beta() * KL(law, ref), "=", value()),
        most=4,
    )
    return d.finished()


def plain_definition(rng: Random) -> Document:
    """A symbol without a mark that a row makes of the scalar."""
    v = Letters.drawn(rng)
    beta, r, p, q = v.temperature(), v.reward(), v.law("p", r"\pi"), v.law("q", r"\mu")
    value, other = v.value("V"), v.function(*[n for n in ("R", "Q") if n not in v.used])
    d, y = v.draft(NAME, "plain-definition"), v.y
    k = rng.randint(2, 5)
    body, slope = rng.choice(
        [(k * beta(), term(k)), (beta() ** 2, 2 * beta()), (k + beta(), term(1)), (k / beta(), -k / beta() ** 2)]
    )
    d.define(value(), body, sign="=" if v.prompt else ":=")
    d.define(other(y), beta() * log(p(y) / q(y)))
    d.shuffled(
        lambda: d.false(Derivative(beta, value()), "=", 0),
        lambda: d.true(Derivative(beta, value()), "=", slope),
        lambda: d.false(Derivative(beta, value() * r(y)), "=", 0),
        lambda: d.true(Derivative(beta, other(y)), "=", log(p(y) / q(y))),
        lambda: d.false(Derivative(beta, other(y)), "=", 0),
        lambda: d.true(Derivative(beta, other(y) / beta()), "=", 0),
        most=4,
    )
    if body == k + beta():
        d.true(Limit(beta, "0", value()), "=", k)
        d.false(Limit(beta, "0", value()), "=", body)
    return d.finished()


def hypothesis(rng: Random) -> Document:
    """A number or a policy that a hypothesis ties to the scalar."""
    v = Letters.drawn(rng)
    beta, r, ref = v.temperature(), v.reward(), v.reference()
    c, law = Symbol(v.one(["c", "b"]), positive=True), v.law("p", r"\pi")
    d, y, z = v.draft(NAME, "hypothesis"), v.y, v.z
    if rng.random() < 0.5:
        d.declare(f"{c.latex} > 0; assume")
        d.define(c(), beta() ** 2, sign="=", key="ok")
        d.shuffled(
            lambda: d.false(Derivative(beta, c()), "=", 0),
            lambda: d.true(Derivative(beta, c()), "=", 2 * beta()),
            lambda: d.false(Derivative(beta, c() * r(y)), "=", 0),
        )
    else:
        d.declare("assume")
        d.define(law(y), softmax(ref, r(y), beta(), y, z), r"\propto", ref(y) * exp(r(y) / beta()), key="ok")
        mean, var = Mean(y, law, r(y)), Variance(y, law, r(y))
        d.shuffled(
            lambda: d.false(Derivative(beta, mean), "=", 0),
            lambda: d.true(Derivative(beta, mean), "=", -var / beta() ** 2),
            lambda: d.false(Derivative(beta, mean), "=", var / beta() ** 2),
        )
    return d.finished()


def solved_problem(rng: Random) -> Document:
    """The solution of a problem moves with its temperature."""
    v = Letters.drawn(rng)
    beta, r, ref, law = v.temperature(), v.reward(), v.reference(), v.law(r"\pi", "p")
    d, y, z = v.draft(NAME, "solved-problem"), v.y, v.z
    d.problem(solved(law, r, beta, ref, y, z))
    d.mean(law(y), softmax(ref, r(y), beta(), y, z))
    d.true(law(y), "=", softmax(ref, r(y), beta(), y, z))
    d.shuffled(
        lambda: d.false(Derivative(beta, Mean(y, law, r(y))), "=", 0, key="nope"),
        lambda: d.false(Derivative(beta, KL(law, ref)), "=", 0, key="nope"),
        lambda: d.true(Derivative(beta, Mean(y, law, r(y))), "=", -Variance(y, law, r(y)) / beta() ** 2, key="start"),
    )
    return d.finished()


KINDS = (
    named_by_its_temperature,
    tilted_policy,
    inverse_temperature,
    soft_value,
    plain_definition,
    hypothesis,
    solved_problem,
)
