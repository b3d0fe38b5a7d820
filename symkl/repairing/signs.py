"""Signs: of one term, of a side, of a problem; max for min."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.reading.syntax import Node
from symkl.repairing.text import Edit, Text, bare, has, sign_before, slip_of_sign, term_of, walk


def signs(node: Node, text: Text) -> Iterator[Edit]:
    """The sign of one term; of a number first, where E[1] = 1 would let others do as well."""
    if node.kind == "add":
        terms = sorted(enumerate(map(term_of, node.children)), key=lambda each: each[1].kind != "number")
        for i, term in terms:
            start = text.place(term)[0]
            sign = sign_before(text, start)
            says, slip = f"flip the sign of {text.of(term)}", slip_of_sign(term)
            if sign is not None and (
                sign[0] >= text.place(node)[0] or not text.source[sign[1] : start].strip()
            ):
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                place = text.taken_out(*sign) if i == 0 and turned == "+" else (*sign, turned)
                yield Edit((place,), says, slip)
            elif i == 0:
                yield Edit((text.put_in(start, "-"),), says, slip)
    inner = bare(node.children[0]) if node.kind == "function" and node.value in ("exp", "σ") else None
    if inner is not None and inner.kind not in ("add", "negate"):
        yield Edit((text.put_in(text.place(inner)[0], "-"),), "flip the sign inside", "a sign")
    elif inner is not None and inner.kind == "negate":
        yield from unsigned(inner, text)


def unsigned(node: Node, text: Text) -> Iterator[Edit]:
    """A minus sign in front, taken away."""
    start, _ = text.place(node)
    if text.source[start : start + 1] in ("-", "−"):
        yield Edit(
            (text.taken_out(start, start + 1),), "take the minus sign away", slip_of_sign(node.children[0])
        )


def problems(node: Node, text: Text) -> Iterator[Edit]:
    """Max for min; the sign of a problem that is a divergence alone."""
    if node.kind != "optimum":
        return
    start, stop = text.place(node)
    found = re.search(r"max|min|sup|inf", text.source[start:stop])
    if found is None:
        return
    body = node.children[-1]
    other = {"max": "min", "min": "max", "sup": "inf", "inf": "sup"}[found.group()]
    places = ((start + found.start(), start + found.end(), other),)
    sense = Edit(places, f"write {other} for {found.group()}", "minimiser for maximiser")
    own = []
    if term_of(body).kind in ("multiply", "divergence") and has(body, "divergence"):
        if body.kind == "negate":
            own = list(unsigned(body, text))
        else:
            place = text.put_in(text.place(body)[0], "-")
            own = [Edit((place,), "put a minus sign in front", "sign of KL in a loss or a maximum")]
    if _sense_before(text) in (None, node.value):
        # The problem above has this sense, too: a sign is likelier, this one's or one inside.
        yield from own
        yield from (edit for inner in walk(body) for edit in signs(inner, text))
        yield sense
    else:
        yield sense
        yield from own


def _sense_before(text: Text) -> str | None:
    """Whether the last problem above is a maximum or a minimum."""
    senses = [
        node.value
        for row in text.proof.rows
        if row.span.stop <= text.row.span.start
        for side in row.syntax
        for node in walk(side)
        if node.kind == "optimum"
    ]
    return senses[-1] if senses else None
