"""Words within a row: they count, or the row is not read."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document, whole_verdict
from tests.properties.documents.terms import KL, Mean, Statement, Sum, Symbol, Term, exp, log, term, with_symbols
from tests.properties.documents.vocabulary import Letters, objective, softmax

NAME = "words"


def _true(v: Letters) -> tuple[Term, str, Term | int]:
    p, q, r, y = v.law(), v.law(), v.reward(), v.y
    return v.rng.choice(
        [
            (KL(p, q), "=", Sum(y, p(y) * log(p(y) / q(y)))),
            (KL(p, q), ">=", 0),
            (Mean(y, p, r(y)), "=", Sum(y, p(y) * r(y))),
            (Sum(y, q(y)), "=", 1),
        ]
    )


def remarks(rng: Random) -> Document:
    """Remarks that say nothing of the statement."""
    v = Letters.drawn(rng)
    row = _true(v)
    d = v.draft(NAME, "remarks")
    after = rng.choice(
        [
            r" \quad\text{(by definition)}",
            r" \qquad \text{(as before)}",
            r" \tag{7}",
            r" \quad\text{for every policy}",
            r" \quad\text{by linearity}",
        ]
    )
    before = rng.choice([r"\text{Therefore } ", r"\text{Hence } ", r"\text{So } "])
    if rng.random() < 0.5:
        d.true(*row, after=after)
    else:
        d.true(*row, before=before)
    return d.finished()


def equality_case(rng: Random) -> Document:
    """``with equality iff`` is a claim about the equality case."""
    v = Letters.drawn(rng)
    p, q, other = v.law(r"\pi", "p"), v.law(r"\mu", "q"), v.law(r"\pi_{ref}", r"\pi_0")
    d, y = v.draft(NAME, "equality-case"), v.y
    d.held(KL(p, q), ">=", 0, True)
    words = rng.choice(["with equality iff", "with equality if and only if"])
    side, row = d.hand.side, rf"{d.hand.side(KL(p, q))} \ge 0 \text{{ {words} }} "
    d.shuffled(
        lambda: d.raw(f"{row}{p.latex} = {q.latex}", "ok"),
        lambda: d.raw(f"{row}{side(p(y))} = {side(q(y))}", "ok"),
        lambda: d.raw(f"{row}{p.latex} = {other.latex}", "nope"),
        most=2,
    )
    return d.finished()


def denials(rng: Random) -> Document:
    """What says that the statement is false."""
    v = Letters.drawn(rng)
    row = _true(v)
    d = v.draft(NAME, "denials")
    before = rng.choice(
        [r"\text{It is not true that } ", r"\text{It is wrong that } ", r"\text{It is false that } ", r"\text{Not: } "]
    )
    after = rng.choice(
        [
            r" \text{ is false}",
            r" \text{ does not hold}",
            r" \text{ fails}",
            r" \quad\text{(wrong)}",
            r" \text{ never holds}",
        ]
    )
    if rng.random() < 0.5:
        d.true(*row, after=after, key="nope")
    else:
        d.true(*row, before=before, key="nope")
    return d.finished()


def mathematics_in_words(rng: Random) -> Document:
    """Text that holds digits, operators or relations is never prose."""
    v = Letters.drawn(rng)
    row = _true(v)
    d = v.draft(NAME, "mathematics-in-words")
    after = rng.choice(
        [
            r" \text{ = 4}",
            r" \mbox{ + 1}",
            r" \text{ times 2}",
            r" \text{ + entropy}",
            r" \text{, and ≤ -1}",
            r" \tag{= 4}",
            r" \text{ or } 4",
            r" \textcolor{white}{+ 1}",
            r" \phantom{+ 1}",
        ]
    )
    if after.startswith((r" \textcolor", r" \phantom")):
        # What is not seen is what makes it true.
        left, _relation, _right = row
        text = f"{d.hand.side(left)} = {d.hand.side(left)} - 1{after}"
        d.raw(text, "nope")
    else:
        d.true(*row, after=after, key="nope")
    return d.finished()


def two_claims(rng: Random) -> Document:
    """``and``: two whole claims, or a second one about the subject of the first."""
    v = Letters.drawn(rng)
    p, q = v.law(), v.law()
    d = v.draft(NAME, "two-claims")
    one, two = d.hand.side(KL(p, q)), d.hand.side(KL(q, p))
    good = rf"{one} \ge 0 \text{{ and }} {two} \ge 0"
    bad = [
        rf"{one} \ge 0 \text{{ and }} {two} \le 0",
        rf"{one} \ge 0 \text{{ and }} = 0",
        rf"{one} \ge 0 \text{{ and }} \le 1",
        rf"{one} = {one} \text{{ and }} {two}",
        rf"-{one} \le 0 \text{{ and }} \ge 0",
        rf"{one} \ge 0 \text{{ and hence }} = 0",
    ]
    if rng.random() < 0.3:
        d.raw(good, "ok")
    for row in rng.sample(bad, 2):
        d.raw(row, "nope")
    return d.finished()


def equivalences(rng: Random) -> Document:
    """Where equality holds, of a divergence or of an objective: at one policy, and the worlds say at which."""
    v = Letters.drawn(rng, prompt=True)
    p, ref, r, beta = v.law(r"\pi", "p"), v.reference(), v.reward(), v.temperature()
    star = Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, "equivalences"), v.y, v.z
    d.define(star(y), softmax(ref, r(y), beta(), y, z), sign="=")
    best = beta() * log(Sum(z, ref(z) * exp(r(z) / beta())))
    gaps: list[tuple[Term, str, Term | int]] = [
        (KL(p, star), ">=", 0), (beta() * KL(p, star), ">=", 0), (objective(p, r, beta, ref, y), "<=", best)
    ]  # fmt: skip
    left, relation, right = rng.choice(gaps)
    words = rng.choice(["with equality iff", "with equality if and only if", "with equality exactly when"])
    for other in rng.sample([star, ref, p], 2):
        at = with_symbols(left, {p: other})
        attained = whole_verdict(Statement(at, "=", term(right)), d.meanings) == "true"
        row = d.hand.statement(Statement(left, relation, term(right)), rng)
        equal = d.hand.statement(Statement(left, "=", term(right)), rng)
        where = f"{p.latex} = {other.latex}"
        text = rng.choice([rf"{row} \text{{ {words} }} {where}", rf"{equal} \iff {where}"])
        d.raw(text, "ok" if attained else "nope")
    return d.finished()


def side_by_side(rng: Random) -> Document:
    """Two numbers, or a bare relation behind a wide space: nobody can tell what is meant."""
    v = Letters.drawn(rng)
    p, q = v.law(), v.law()
    d = v.draft(NAME, "side-by-side")
    one = d.hand.side(KL(p, q))
    m, n = rng.randint(2, 9), rng.randint(2, 9)
    rows = [
        rf"{m}\;{n} = {m * n}", rf"{m}\ {n}\,{one} \ge 0", rf"{m}\frac1{n} = \frac{{{m}}}{{{n}}}",
        rf"{one} \ge 0 \quad \le {n}", rf"-{one} \le 0 \qquad = 0", rf"{one} \ge -{n} \quad \le {m}",
    ]  # fmt: skip
    for row in rng.sample(rows, 3):
        d.raw(row, "nope")
    d.true(KL(p, q), ">=", 0)
    return d.finished()


def other_tongues(rng: Random) -> Document:
    """What a word of another language says is not known, so it is no remark."""
    v = Letters.drawn(rng)
    row = _true(v)
    d = v.draft(NAME, "other-tongues")
    word = rng.choice(["Falsch", "Faux", "nicht", "ne vale pas", "Errato", "no es cierto", "Nope", "Quatsch", "不成立"])
    places = [(rf"\text{{{word}: }}", ""), ("", rf" \quad\text{{({word})}}"), ("", rf" \text{{ {word}}}")]
    before, after = rng.choice(places)
    d.true(*row, before=before, after=after, key="nope")
    return d.finished()


KINDS = (remarks, equality_case, denials, mathematics_in_words, two_claims, equivalences, side_by_side, other_tongues)
