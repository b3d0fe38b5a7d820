"""Notation that must not tick by being misread: macros with two braces, parts of an alphabet, columns, quotations."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document, Row
from tests.properties.documents.terms import KL, Mean, Sum, Symbol, Term, exp, log
from tests.properties.documents.vocabulary import Letters, softmax

NAME = "notation"


def two_braces(rng: Random) -> Document:
    r"""``\\KL{p}{q}``, ``D_{KL}{p}{q}`` and ``KL\\,p\\,q`` are no products."""
    v = Letters.drawn(rng)
    p, q = v.law(), v.law()
    d, y = v.draft(NAME, "two-braces"), v.y
    head = rng.choice([r"\KL", r"\KL", r"\kl", "D_{KL}", r"\mathrm{KL}"])

    def kl(a: Symbol, b: Symbol) -> str:
        return f"{head}{{{a.latex}}}{{{b.latex}}}"

    d.held(KL(p, q), "=", KL(q, p), False)
    side = d.hand.side
    d.shuffled(
        lambda: d.raw(f"{kl(p, q)} = {kl(q, p)}", "bad"),
        lambda: d.raw(f"{kl(p, q)} = {side(Mean(y, p, log(p(y) / q(y))))}", "ok"),
        lambda: d.raw(f"{kl(p, q)} = {side(Mean(y, q, log(p(y) / q(y))))}", "bad"),
        lambda: d.raw(rf"{kl(p, q)} \ge 0", "ok"),
        lambda: d.raw(rf"\mathrm{{KL}}\,{p.latex}\,{q.latex} = \mathrm{{KL}}\,{q.latex}\,{p.latex}", "nope"),
        most=4,
    )
    return d.finished()


def parts_of_an_alphabet(rng: Random) -> Document:
    """Sums and maxima over a part are not over the whole."""
    v = Letters.drawn(rng)
    p, q, r, beta = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.reward(), v.temperature()
    d, y, z = v.draft(NAME, "parts-of-an-alphabet"), v.y, v.z
    side, whole = d.hand.side, d.hand.outcomes_set
    one, other = v.pair()
    part = rng.choice(
        [
            f"{y}\\in S",
            f"{y}\\in {whole}^*",
            f"{y}\\ne {other}" if other != y else f"{y}\\ne {one}_0",
            f"{y}: {side(r(y))} > 0",
            f"{y}\\in {whole}_0",
        ]
    )
    law = p.latex
    best = beta() * log(Sum(y, q(y) * exp(r(y) / beta())))
    goal = side(Mean(y, p, r(y)) - beta() * KL(p, q))
    d.shuffled(
        lambda: d.raw(rf"\sum_{{{part}}} {side(p(y))} = 1", "nope"),
        lambda: d.raw(rf"\sum_{{{part}}} {side(p(y) * r(y))} = {side(Mean(y, p, r(y)))}", "nope"),
        lambda: d.raw(rf"\sum_{{{z}\in {whole}}} {side(q(z))} = 1", "ok"),
        lambda: d.raw(rf"\max_{{{law}\in\Pi_\epsilon}} {goal} = {side(best)}", "nope"),
        most=3,
    )
    return d.finished()


def columns(rng: Random) -> Document:
    """Columns of an ``align`` are equations of their own."""
    v = Letters.drawn(rng)
    p, q, beta = v.law(), v.law(), v.temperature()
    d, y = v.draft(NAME, "columns"), v.y
    side, b = d.hand.side, beta.latex
    good = [f"{side(Sum(y, p(y)))} &= 1", rf"\log e^{{{b}}} &= {b}", f"{side(Sum(y, q(y)))} &= 1"]
    bad = [f"{side(KL(p, q))} &= 0", f"2 &= {b}", f"{side(Sum(y, p(y)))} &= 2"]
    right = rng.random() < 0.4
    row = rng.sample(good, 2) if right else rng.sample([rng.choice(good), rng.choice(bad)], 2)
    d.lines += [r"\begin{align}"]
    d.rows.append(Row(len(d.lines) + 1, " & ".join(row), "ok" if right else "nope"))
    d.lines += [" & ".join(row), r"\end{align}", ""]
    return d.finished()


def arguments(rng: Random) -> Document:
    """A functional of a parameter keeps its argument."""
    v = Letters.drawn(rng)
    one, two = r"\theta", r"\phi"
    letter = rng.choice([r"\pi_{}", "q_{}", "p_{}"])
    r, name = v.reward(), rng.choice(["J", "G", r"\mathcal{L}"])
    laws = [Symbol(letter.format(t), "law", v.prompt, 1, frozenset([t])) for t in (one, two)]
    of = [Symbol(name, argument=t) for t in (one, two)]
    d, y = v.draft(NAME, "arguments"), v.y
    for j, law in zip(of, laws, strict=True):
        d.mean(j(), Mean(y, law, r(y)))
    d.definition(of[0](), Mean(y, laws[0], r(y)))
    d.shuffled(
        lambda: d.true(of[0](), "=", Sum(y, laws[0](y) * r(y))),
        lambda: d.true(of[1](), "=", Sum(y, laws[1](y) * r(y))),
        lambda: d.false(of[1]() - of[0](), "=", 0, key="nope"),
        lambda: d.raw(rf"{name}({one}') = {name}({one})", "nope"),
        most=3,
    )
    return d.finished()


def numbers(rng: Random) -> Document:
    """A thin space within a number."""
    v = Letters.drawn(rng)
    beta = v.temperature()
    d, n = v.draft(NAME, "numbers"), rng.randint(2, 9)
    d.shuffled(
        lambda: d.raw(rf"{n}\,500 = {n}500", "ok"),
        lambda: d.raw(rf"{n}\,000\,{beta.latex} = {n}000 {beta.latex}", "ok"),
        lambda: d.raw(rf"{n}\,500 = {n * 500}", "nope"),
        lambda: d.raw(rf"{n}\,000 = 0", "nope"),
        most=2,
    )
    return d.finished()


def quoted(rng: Random) -> Document:
    """A directive in code is text; one that is malformed is an error and counts for nothing."""
    v = Letters.drawn(rng)
    p, q, f = v.law(), v.law(), v.function("A", "Q", "R")
    d, y = v.draft(NAME, "quoted-directive"), v.y
    of = v.of(y)
    real = rng.random() < 0.3
    if rng.random() < 0.5:
        directive = f"<!-- symkl: {f.latex} positive {of} -->"
        row, key = f"{d.hand.side(log(f(y) ** 2))} = {d.hand.side(2 * log(f(y)))}", "ok" if real else "nope"
    else:
        directive, real = "<!-- symkl: assume -->", False
        row, key = f"{d.hand.side(KL(p, q))} = 0", "nope"
    if real:
        d.lines += [directive, ""]
    else:
        d.lines += rng.choice(
            [
                [f"One could write `{directive}` here."],
                ["<pre>", directive, "</pre>"],
                ["```text", directive, "```"],
                ["~~~", directive, "~~~"],
            ]
        )
        d.lines.append("")
    d.raw(row, key)
    return d.finished()


def reach(rng: Random) -> Document:
    """A mean over prompts reaches as far as its brackets."""
    v = Letters.drawn(rng, prompt=True)
    x = v.prompt or "x"
    rho, value, p, r = (
        Symbol(rng.choice([r"\rho", r"\mathcal{D}"]), "prompts", None, 1),
        v.value("V"),
        v.law(),
        v.reward(),
    )
    d, y = v.draft(NAME, "reach"), v.y
    inner = Mean(y, p, r(y))
    d.shuffled(
        lambda: d.false(Mean(x, rho, value()) - value(), "=", 0, key="nope"),
        lambda: d.true(Mean(x, rho, value() - inner), "=", Mean(x, rho, value()) - Mean(x, rho, inner)),
        lambda: d.true(Mean(x, rho, value()) - value(), "=", Mean(x, rho, value()) - value()),
        lambda: d.false(Mean(x, rho, inner) - inner, "=", 0, key="nope"),
        most=3,
    )
    return d.finished()


def malformed(rng: Random) -> Document:
    """A directive that cannot be meant settles nothing."""
    v = Letters.drawn(rng, prompt=True)
    ref, r, beta, tau = v.law(r"\pi_{ref}", r"\mu"), v.reward(), v.temperature(r"\beta"), v.temperature(r"\tau")
    law, star = v.law(r"\pi"), Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "malformed-directive"), v.y, v.z
    d.declare(rf"temperature 1/{beta.latex}")
    d.true(exp(r(y) / tau()), ">", 0)
    d.true(KL(law, ref), ">=", 0)
    right: Term = Mean(y, ref, r(y) * exp(beta() * r(y))) / Mean(y, ref, exp(beta() * r(y)))
    d.mean(star(y), softmax(ref, r(y), beta(), y, z))
    d.false(Mean(y, star, r(y)), "=", right, key="nope")
    return d.finished()


KINDS = (two_braces, parts_of_an_alphabet, columns, arguments, numbers, quoted, reach, malformed)
