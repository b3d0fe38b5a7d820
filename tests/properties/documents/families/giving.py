"""Rows that give a symbol: any letter, any shape, before or after its use."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Entropy, Mean, Number, Over, Sum, Symbol, Term, exp, log, sigma, term
from tests.properties.documents.twisting import slip
from tests.properties.documents.vocabulary import Letters, moved, softmax, solved

NAME = "giving"


def reward(rng: Random) -> Document:
    """R, r', r_total: a reward that a row makes of another."""
    v = Letters.drawn(rng)
    law = v.moving_law(v.parameter()) if rng.random() < 0.4 else v.law(r"\pi", "p")
    ref, r, beta = v.reference(), v.function("r", "A"), v.temperature()
    new = v.function("R", "r'", r"r_{total}", r"r_{\text{total}}", r"\tilde r", r"\bar r", "B", "S")
    d, y = v.draft(NAME, "reward"), v.y
    y1, y2 = v.pair()
    which = rng.randrange(3)
    if which == 0:
        body: Term = r(y) - beta() * log(law(y) / ref(y))
        right: Term = Mean(y, law, r(y)) - beta() * KL(law, ref)
    elif which == 1:
        value = v.value("V")
        body, right = r(y) + value(), Mean(y, law, r(y)) + value()
    else:
        k = rng.randint(2, 4)
        body, right = k * r(y), k * Mean(y, law, r(y))
    late = rng.random() < 0.25
    d.mean(new(y), body)
    if not late:
        d.definition(new(y), body, sign=":=" if new.latex in "BS" else None)
    d.shuffled(
        lambda: d.true(Mean(y, law, new(y)), "=", right),
        lambda: d.false(Mean(y, law, new(y)), "=", slip(Mean(y, law, new(y)), right, rng, d.meanings, [law, ref])),
        lambda: d.false(Mean(y, law, new(y)), "=", Mean(y, law, r(y))),
        lambda: d.same(sigma(new(y1) - new(y2)), "=", sigma(r(y1) - r(y2))),
        most=3,
    )
    if late:
        d.prose("where", "Here")
        d.definition(new(y), body, sign=":=" if new.latex in "BS" else None)
    return d.finished()


def with_a_bar(rng: Random) -> Document:
    """A function of y and x with a bar between them: the bar makes no distribution."""
    v = Letters.drawn(rng, prompt=True)
    p, q, r, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.temperature()
    new = Symbol(
        v.one([r"\ell", "k", "u", "w", r"\mathrm{odds}", r"\text{odds}", r"\tilde\pi", "h"]),
        "function",
        v.prompt,
        1,
        bar=True,
    )
    d, y = v.draft(NAME, "with-a-bar"), v.y
    which = rng.randrange(4)
    if which == 0:
        d.define(new(y), log(p(y) / q(y)))
        good: tuple[Term, Term] = (Mean(y, p, new(y)), KL(p, q))
        bad: tuple[Term, Term] = (Mean(y, q, new(y)), KL(q, p))
    elif which == 1:
        d.define(new(y), q(y) / p(y) - 1 - log(q(y) / p(y)))
        good, bad = (Mean(y, p, new(y)), KL(p, q)), (Mean(y, q, new(y)), KL(p, q))
    elif which == 2:
        d.define(new(y), p(y) / (1 - p(y)))
        good = (log(new(y)), log(p(y)) - log(1 - p(y)))
        bad = (log(new(y)), log(p(y)) - log(1 + p(y)))
    else:
        d.define(new(y), q(y) * exp(r(y) / beta()))
        good = (Sum(y, new(y)), Mean(y, q, exp(r(y) / beta())))
        bad = (log(new(y) / q(y)), r(y) * beta())
    d.shuffled(
        lambda: d.true(good[0], "=", good[1]),
        lambda: d.false(bad[0], "=", bad[1]),
        lambda: d.false(Sum(y, new(y)), "=", 1),
        lambda: d.true(new(y), ">=", 0) if which in (1, 2, 3) else d.false(new(y), ">=", 0),
    )
    return d.finished()


def without_arguments(rng: Random) -> Document:
    """A weight or a law that a row gives without arguments."""
    v = Letters.drawn(rng)
    ref, r, beta = v.law(r"\pi_{ref}", r"\mu", r"\pi_0"), v.function("r", "R", "A"), v.temperature()
    new = Symbol(v.one([r"\tilde\pi", r"\hat\pi", r"\bar\pi", r"\tilde p"]), "function", v.prompt, 1, bar=True)
    d, y = v.draft(NAME, "without-arguments"), v.y
    weight = ref(y) * exp(r(y) / beta())
    d.mean(new(y), weight)
    d.raw(rf"{new.latex} {rng.choice(['=', ':='])} {ref.latex}\, e^{{{r.latex}/{beta.latex}}}", "def")
    d.shuffled(
        lambda: d.true(Sum(y, new(y)), "=", Sum(y, weight)),
        lambda: d.false(Sum(y, new(y)), "=", 1),
        lambda: d.true(log(new(y) / ref(y)), "=", r(y) / beta()),
        lambda: d.true(new(y), ">=", 0),
        most=3,
    )
    return d.finished()


def substituted(rng: Random) -> Document:
    """DPO's substitution: the policy that is trained is put for the optimum."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.moving_law(v.parameter()), v.reference(), v.function("r", "R"), v.temperature()
    star, part = Symbol(r"\pi^*", "law", v.prompt, 1), Symbol("Z", "function", v.prompt, 0)
    d, y = v.draft(NAME, "substituted"), v.y
    d.mean(star(y), softmax(ref, r(y), beta(), y, v.z))
    d.mean(part(), Sum(y, ref(y) * exp(r(y) / beta())))
    d.definition(star(y), ref(y) * exp(r(y) / beta()) / part())
    d.true(r(y), "=", beta() * log(star(y) / ref(y)) + beta() * log(part()))
    d.false(r(y), "=", beta() * log(star(y) / ref(y)) - beta() * log(part()))
    one, two = v.pair()
    d.true(r(one) - r(two), "=", beta() * log(star(one) / ref(one)) - beta() * log(star(two) / ref(two)))
    if rng.random() < 0.5:
        d.prose("We parametrise the policy directly.", "Now the policy is put for the optimum.")
        right = d.hand.side(beta() * log(law(y) / ref(y)) + beta() * log(part()))
        d.raw(f"{d.hand.side(r(y))} = {right}", "start")
    return d.finished()


def mixture(rng: Random) -> Document:
    """A mixture, even or with a free weight."""
    v = Letters.drawn(rng)
    p, q, r = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward()
    even = rng.random() < 0.4
    weight = Number(Fraction(1, rng.choice([2, 3]))) if even else v.temperature(r"\alpha", r"\eta")()
    m = Symbol(v.one(["m", r"\tilde\pi", r"\pi_{mix}", r"\bar p"]), "law", v.prompt, 1)
    d, y = v.draft(NAME, "even-mixture" if even else "mixture"), v.y
    d.define(m(y), weight * p(y) + (1 - weight) * q(y))
    mean = weight * Mean(y, p, r(y)) + (1 - weight) * Mean(y, q, r(y))
    d.shuffled(
        lambda: d.true(Sum(y, m(y)), "=", 1),
        lambda: d.true(Sum(y, m(y) * r(y)), "=", mean),
        lambda: d.false(Sum(y, m(y) * r(y)), "=", slip(Sum(y, m(y) * r(y)), mean, rng, d.meanings, [])),
        lambda: d.true(m(y), ">=", 0) if even else d.raw(rf"{d.hand.side(m(y))} \ge 0", "nope"),
        most=3,
    )
    return d.finished()


def reference_point(rng: Random) -> Document:
    """A number or a function of the prompt that a row makes of a divergence."""
    v = Letters.drawn(rng)
    law, ref, r = v.moving_law(v.parameter()), v.reference(), v.reward()
    z0 = Symbol(v.one(["z_0", r"\kappa", r"\delta"]))
    d, y = v.draft(NAME, "reference-point"), v.y
    d.define(z0(), KL(law, ref), sign="=" if z0.latex == "z_0" else ":=")
    d.shuffled(
        lambda: d.true(z0(), ">=", 0),
        lambda: d.false(z0(), "=", 0),
        lambda: d.true(Mean(y, law, log(law(y) / ref(y)) - z0()), "=", 0),
        lambda: d.false(Mean(y, ref, log(law(y) / ref(y)) - z0()), "=", 0),
        lambda: d.true(Mean(y, law, r(y) - z0()), "=", Mean(y, law, r(y)) - KL(law, ref)),
        most=3,
    )
    return d.finished()


def two_parts(rng: Random) -> Document:
    """One symbol, given at the winner and at the loser."""
    v = Letters.drawn(rng, prompt=True)
    v.y = "y"
    v.prompt = "x"
    r, value = v.function("r", "R"), v.value("V")
    g = Symbol(rng.choice(["v", "g", "h", "u"]), "function", "x", 1)
    # Two functions beneath one name: the winner's and the loser's.
    won = Symbol(f"{g.latex}", "function", "x", 1, argument="w")
    lost = Symbol(f"{g.latex}", "function", "x", 1, argument="l")
    d = v.draft(NAME, "two-parts")
    w, l_ = "y_w", "y_l"
    if rng.random() < 0.5:
        first, second = sigma(r(w) - value()), sigma(value() - r(l_))
    else:
        first, second = r(w) - value(), -(r(l_) - value())
    sign = rng.choice(["=", ":="])
    d.define(won(w), first, sign=sign)
    d.define(lost(l_), second, sign=sign)
    if isinstance(second, type(first)) and first == sigma(r(w) - value()):
        d.true(log(won(w)), "=", log(sigma(r(w) - value())))
        d.true(lost(l_), "=", 1 - sigma(r(l_) - value()))
        d.false(lost(l_), "=", 1 - sigma(value() - r(l_)))
    else:
        d.true(won(w) + lost(l_), "=", r(w) - r(l_))
        d.false(won(w) - lost(l_), "=", r(w) - r(l_))
    return d.finished()


def pairs(rng: Random) -> Document:
    """p_ij, given for every pair."""
    v = Letters.drawn(rng, prompt=rng.random() < 0.5)
    v.y = "y"
    v.prompt = v.prompt and "x"
    r = v.function("r", "R", "s")
    i, j = "y_i", "y_j"
    p = Symbol(rng.choice(["p", "P", "w"]), "function", v.prompt, 2)
    d = v.draft(NAME, "pairs")
    if r.latex == "s":
        d.declare(f"s {v.of('y')}")
    d.mean(p(i, j), sigma(r(i) - r(j)))

    def at(a: str, b: str) -> str:
        return f"{p.latex}_{{{a}{b}}}"

    d.raw(f"{at('i', 'j')} := {d.hand.side(sigma(r(i) - r(j)))}", "def")
    d.held(p(i, j) + p(j, i), "=", 1, True)
    d.held(p(i, j), "=", p(j, i), False)
    d.held(log(p(i, j) / p(j, i)), "=", r(i) - r(j), True)
    log_ = d.hand.logarithm
    d.shuffled(
        lambda: d.raw(f"{at('i', 'j')} + {at('j', 'i')} = 1", "ok"),
        lambda: d.raw(f"{at('i', 'j')} = {at('j', 'i')}", "bad"),
        lambda: d.raw(rf"{log_}\frac{{{at('i', 'j')}}}{{{at('j', 'i')}}} = {d.hand.side(r(i) - r(j))}", "ok"),
        lambda: d.raw(rf"{log_}\frac{{{at('i', 'j')}}}{{{at('j', 'i')}}} = {d.hand.side(r(j) - r(i))}", "bad"),
        most=3,
    )
    return d.finished()


def uniform(rng: Random) -> Document:
    """A law that is proportional to one."""
    v = Letters.drawn(rng, prompt=False)
    m, p, q = v.law(r"\mu", r"\pi_0", r"\pi_{ref}"), v.law("p", r"\pi"), v.law("q")
    said = rng.random() < 0.7
    d, y = v.draft(NAME, "uniform" if said else "not-uniform-unless-said"), v.y
    if said:
        one: Term = term(1)
        d.define(m(y), one / Sum(v.z, term(1)), r"\propto", one)
    rows = [(Mean(y, p, log(m(y))), Mean(y, q, log(m(y)))), (KL(p, m) - KL(q, m), Entropy(q) - Entropy(p))]
    d.shuffled(
        lambda: d.same(rows[0][0], "=", rows[0][1]),
        lambda: d.same(rows[1][0], "=", rows[1][1]),
        lambda: d.false(rows[1][0], "=", -rows[1][1]),
    )
    return d.finished()


def functional(rng: Random) -> Document:
    """J(π) := ... in any letters, and the same at another policy."""
    v = Letters.drawn(rng)
    p, q, r, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.temperature()
    name = v.one(["J", r"\mathcal{F}", "G", r"\Phi", r"\mathcal{U}"])
    of = {s: Symbol(name, argument=s.latex) for s in (p, q)}
    d, y = v.draft(NAME, "functional"), v.y

    def body(s: Symbol) -> Term:
        return Mean(y, s, r(y)) + beta() * Entropy(s)

    for s, j in of.items():
        d.mean(j(), body(s))
    d.definition(of[p](), body(p), sign=":=")
    difference = Mean(y, p, r(y)) - Mean(y, q, r(y)) + beta() * Entropy(p) - beta() * Entropy(q)
    left = of[p]() - of[q]()
    d.shuffled(
        lambda: d.true(left, "=", difference),
        lambda: d.false(left, "=", slip(left, difference, rng, d.meanings, [])),
        lambda: d.false(left, "=", 0),
        lambda: d.true(of[p](), "<=", beta() * log(Sum(y, exp(r(y) / beta())))),
        most=3,
    )
    return d.finished()


def unknown_on_the_right(rng: Random) -> Document:
    """An unknown that the first row with it determines."""
    v = Letters.drawn(rng, prompt=True)
    law, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    value = Symbol(v.one(["v", "b", "c"]), "function", v.prompt, 0)
    d, y, z = v.draft(NAME, "unknown-on-the-right"), v.y, v.z
    d.declare(f"{value.latex} {v.of()}")
    best = beta() * log(Sum(z, ref(z) * exp(r(z) / beta())))
    d.mean(law(y), softmax(ref, r(y), beta(), y, z))
    d.mean(value(), best)
    d.true(law(y), "=", ref(y) * exp((r(y) - value()) / beta()))
    d.shuffled(
        lambda: d.true(value(), "=", best), lambda: d.false(value(), "=", log(Sum(z, ref(z) * exp(r(z))))), most=1
    )
    return d.finished()


def iterates(rng: Random) -> Document:
    """π_{k+1}, by arg max or by ∝: the one follows from the other."""
    v = Letters.drawn(rng)
    k, letter = rng.choice(["k", "t", "n"]), v.one([r"\pi", "p", "q"])
    new, old = Symbol(f"{letter}_{{{k}+1}}", "law", v.prompt, 1), Symbol(f"{letter}_{k}", "law", v.prompt, 1)
    law = Symbol(letter, "law", v.prompt, 1)
    r, eta = v.function("A", "Q", "r"), v.temperature(r"\eta", r"\tau", r"\beta")
    d, y, z = v.draft(NAME, "iterates"), v.y, v.z
    inverse = rng.random() < 0.5
    price: Term = 1 / eta() if inverse else eta()
    weight = exp(eta() * r(y)) if inverse else exp(r(y) / eta())
    other = exp(r(y) / eta()) if inverse else exp(eta() * r(y))
    full = old(y) * weight / Sum(z, old(z) * moved(weight, y, z))
    d.mean(new(y), full)
    if rng.random() < 0.5:
        member = r"\in" if rng.random() < 0.3 else "="
        d.raw(
            rf"{new.latex} {member} \arg\max_{letter}\; {d.hand.side(Mean(y, law, r(y)) - price * KL(law, old))}", "def"
        )
    else:
        d.definition(new(y), old(y) * weight, r"\propto")
    d.shuffled(
        lambda: d.true(new(y), "∝", old(y) * weight),
        lambda: d.false(new(y), "∝", old(y) * other),
        lambda: d.true(new(y), "=", full),
        lambda: d.false(new(y), "=", old(y) * weight),
        lambda: d.false(new(y), "=", old(y)),
        most=3,
    )
    return d.finished()


def optimum_by_arg_max(rng: Random) -> Document:
    """p* = arg max in any letters."""
    v = Letters.drawn(rng)
    law = v.law(r"\pi", "p", "q")
    ref = v.reference() if rng.random() < 0.6 else None
    r, beta = v.reward(), v.temperature()
    star = Symbol(
        rng.choice([f"{law.latex}^*", rf"{law.latex}^\star", f"{law.latex}'", rf"\hat {law.latex}"]), "law", v.prompt, 1
    )
    d, y, z = v.draft(NAME, "optimum-by-arg-max"), v.y, v.z
    posed = solved(law, r, beta, ref, y, z)
    d.mean(star(y), posed.solution)
    member = r"\in" if rng.random() < 0.3 else "="
    d.raw(rf"{star.latex} {member} \arg\max_{law.latex}\; {d.hand.side(posed.body)}", "def")
    assert isinstance(posed.solution, Over)
    weight = posed.solution.above
    wrong = softmax(ref, -r(y), beta(), y, z)
    value = beta() * log(posed.solution.below)
    d.shuffled(
        lambda: d.true(star(y), "=", posed.solution),
        lambda: d.false(star(y), "=", wrong),
        lambda: d.true(star(y), "∝", weight),
        lambda: d.true(
            Mean(y, star, r(y)) - beta() * KL(star, ref) if ref else Mean(y, star, r(y)) + beta() * Entropy(star),
            "=",
            value,
        ),
        lambda: d.false(Mean(y, star, r(y)), "=", value),
        most=3,
    )
    return d.finished()


def where_after_use(rng: Random) -> Document:
    """A law that a row gives after its use."""
    v = Letters.drawn(rng)
    q, ref, r, beta = v.law("q", "p", r"\pi"), v.law(r"\mu", r"\pi_{ref}"), v.reward(), v.temperature()
    d, y, z = v.draft(NAME, "where-after-use"), v.y, v.z
    full = softmax(ref, r(y), beta(), y, z)
    d.mean(q(y), full)
    total = beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))
    d.shuffled(
        lambda: d.true(Mean(y, q, r(y)), "=", Sum(y, q(y) * r(y))),
        lambda: d.true(Mean(y, q, r(y)) - beta() * KL(q, ref), "=", total),
        lambda: d.false(Mean(y, q, r(y)), "=", total),
        most=2,
    )
    d.prose("where", "Here")
    d.definition(q(y), full)
    return d.finished()


KINDS = (
    reward,
    with_a_bar,
    without_arguments,
    substituted,
    mixture,
    reference_point,
    two_parts,
    pairs,
    uniform,
    functional,
    unknown_on_the_right,
    iterates,
    optimum_by_arg_max,
    where_after_use,
)
