"""Words within a row: they count, or the row is not read."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Mean, Sum, Term, log
from tests.properties.documents.vocabulary import Letters

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


KINDS = (remarks, equality_case, denials, mathematics_in_words, two_claims)
