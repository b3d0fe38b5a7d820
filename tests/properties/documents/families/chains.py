"""Chains with a row in them that cannot be read: what stands after the gap is held against nothing."""

from __future__ import annotations

from random import Random

from tests.properties.documents.families.opaque import unread
from tests.properties.documents.keying import Document, Draft, Row
from tests.properties.documents.terms import KL, Entropy, Mean, Sum, Term, exp, log
from tests.properties.documents.vocabulary import Letters

NAME = "chains"


def _sides(v: Letters, rng: Random) -> list[Term]:
    """A true chain of four sides."""
    p, q, r, beta, y, z = v.law(), v.law(), v.reward(), v.temperature(), v.y, v.z
    return rng.choice(
        [
            [
                KL(p, q),
                Mean(y, p, log(p(y) / q(y))),
                Sum(y, p(y) * log(p(y) / q(y))),
                -Entropy(p) - Sum(y, p(y) * log(q(y))),
            ],
            [
                Mean(y, p, beta() * r(y)),
                Sum(y, p(y) * r(y) * beta()),
                beta() * Sum(z, p(z) * r(z)),
                beta() * Mean(y, p, r(y)),
            ],
            [
                log(Sum(y, q(y) * exp(r(y) / beta()))),
                log(Mean(y, q, exp(r(y) / beta()))),
                log(Mean(z, q, exp(r(z) / beta()))),
                log(beta()) + log(Mean(z, q, exp(r(z) / beta())) / beta()),
            ],
        ]
    )


def unread_row_continues(rng: Random) -> Document:
    """``= (unreadable)`` in a chain: the next row rests on it, the one after is a chain again."""
    v = Letters.drawn(rng)
    d = v.draft(NAME, "unread-row-continues")
    sides = _sides(v, rng)
    d.held(sides[0], "=", sides[1], True)
    d.held(sides[1], "=", sides[2], True)
    slip = rng.random() < 0.4
    last = -sides[3] if slip else sides[3]
    d.held(sides[2], "=", last, not slip)
    gap = unread(rng, d.hand.side(v.law(r"\pi_0")(v.y)))
    texts = [
        (f"{d.hand.side(sides[0])} = {d.hand.side(sides[1])}", "ok"),
        (f"= {gap}", "seen"),
        (f"= {d.hand.side(sides[2])}", "open"),
        (f"= {d.hand.side(last)}", "bad" if slip else "ok"),
    ]
    _written(d, texts, rng)
    return d.finished()


def _written(d: Draft, texts: list[tuple[str, str]], rng: Random) -> None:
    if rng.random() < 0.5:
        for text, key in texts:
            d.raw(text, key)
        return
    d.lines.append(r"\begin{align}")
    for i, (text, key) in enumerate(texts):
        row = text.replace("=", "&=", 1)
        d.rows.append(Row(len(d.lines) + 1, row, key))
        d.lines.append(row + (r" \\" if i + 1 < len(texts) else ""))
    d.lines += [r"\end{align}", ""]


def unread_row_opens(rng: Random) -> Document:
    """``G = (unreadable)``: the continuation belongs to it, whatever stood before."""
    v = Letters.drawn(rng)
    d = v.draft(NAME, "unread-row-opens")
    sides = _sides(v, rng)
    gap = unread(rng, d.hand.side(v.law(r"\pi_0")(v.y)))
    end = sides[1] if rng.random() < 0.5 else -sides[1]
    opening = rng.choice([f"G = {gap}", gap])
    texts = [(f"{d.hand.side(sides[0])} = {d.hand.side(sides[1])}", "ok")]
    d.raw(*texts[0])
    if rng.random() < 0.5:
        d.prose("Something else:", "On the other hand")
    d.raw(opening, "seen")
    d.raw(f"{rng.choice(['=', '=', chr(92) + 'le'])} {d.hand.side(end)}", "open")
    return d.finished()


def read_row_opens(rng: Random) -> Document:
    """The same with a row that can be read, and headings that end a chain."""
    v = Letters.drawn(rng)
    d = v.draft(NAME, "read-row-opens")
    sides = _sides(v, rng)
    d.true(sides[0], "=", sides[1])
    if rng.random() < 0.5:
        d.heading("Another matter", "Next")
    d.raw(d.hand.side(2 * sides[2]), "start")
    good = d.held(2 * sides[2], "=", 2 * sides[3] if (good := rng.random() < 0.5) else sides[3], good)
    d.raw(f"= {d.hand.side(2 * sides[3] if good else sides[3])}", "ok" if good else "bad")
    return d.finished()


def three_sides(rng: Random) -> Document:
    """A = B = C in one row."""
    v = Letters.drawn(rng)
    d = v.draft(NAME, "three-sides")
    sides = _sides(v, rng)[:3]
    k = rng.randrange(4)
    if k in (1, 2):
        sides = [*sides[:k], *[-side for side in sides[k:]]]
    for i in (0, 1):
        d.held(sides[i], "=", sides[i + 1], i + 1 != k)
    d.raw(" = ".join(d.hand.side(side) for side in sides), "bad" if k in (1, 2) else "ok")
    return d.finished()


def whole_chain(rng: Random) -> Document:
    """A chain in which every row is read, with a slip in it or none."""
    v = Letters.drawn(rng)
    d = v.draft(NAME, "whole-chain")
    sides = _sides(v, rng)
    k = rng.randrange(6)
    meant = ["true"] * 3
    if k in (1, 2, 3):
        sides = [*sides[:k], *[-side for side in sides[k:]]]
        meant[k - 1] = "false"
    d.chain(sides, ["="] * 3, meant)
    return d.finished()


KINDS = (unread_row_continues, unread_row_opens, read_row_opens, three_sides, whole_chain)
