"""Signs: of one term, of a side, of a problem; max for min."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.written import Form, Part
from symkl.repairing.spelling import bare
from symkl.repairing.text import Edit, Text, has, sign_before, slip_of_sign, term_of


def signs(node: Part, text: Text) -> Iterator[Edit]:
    """The sign of one term; of a number first, where E[1] = 1 would let others do as well."""
    if node.form is Form.ADD:
        terms = sorted(enumerate(map(term_of, node.parts)), key=lambda each: each[1].form is not Form.NUMBER)
        for i, term in terms:
            start = term.start
            sign = sign_before(text, start)
            says, slip = f"flip the sign of {text.of(term)}", slip_of_sign(term)
            if sign is not None and (
                sign[0] >= node.start or not text.source[sign[1] : start].strip()
            ):
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                place = text.taken_out(*sign) if i == 0 and turned == "+" else (*sign, turned)
                yield Edit((place,), says, slip)
            elif i == 0:
                yield Edit((text.put_in(start, "-"),), says, slip)
    inner = bare(node.parts[0]) if node.form is Form.FUNCTION and node.value in ("exp", "σ") else None
    if inner is not None and inner.form not in (Form.ADD, Form.NEGATE):
        yield Edit((text.put_in(inner.start, "-"),), "flip the sign inside", "a sign")
    elif inner is not None and inner.form is Form.NEGATE:
        yield from unsigned(inner, text)


def unsigned(node: Part, text: Text) -> Iterator[Edit]:
    """A minus sign in front, taken away."""
    start = node.start
    if text.source[start : start + 1] in ("-", "−"):
        yield Edit(
            (text.taken_out(start, start + 1),), "take the minus sign away", slip_of_sign(node.parts[0])
        )


def problems(node: Part, text: Text) -> Iterator[Edit]:
    """Max for min; the sign of a problem that is a divergence alone."""
    if node.form is not Form.OPTIMUM:
        return
    start, stop = node.place
    found = re.search(r"max|min|sup|inf", text.source[start:stop])
    if found is None:
        return
    body = node.parts[-1]
    other = {"max": "min", "min": "max", "sup": "inf", "inf": "sup"}[found.group()]
    places = ((start + found.start(), start + found.end(), other),)
    sense = Edit(places, f"write {other} for {found.group()}", "minimiser for maximiser")
    own = []
    if term_of(body).form in (Form.MULTIPLY, Form.DIVERGENCE) and has(body, Form.DIVERGENCE):
        if body.form is Form.NEGATE:
            own = list(unsigned(body, text))
        else:
            place = text.put_in(body.start, "-")
            own = [Edit((place,), "put a minus sign in front", "sign of KL in a loss or a maximum")]
    if text.sense_before in (None, node.value):
        # The problem above has this sense, too: a sign is likelier, this one's or one inside.
        yield from own
        yield from (edit for inner in body.walk() for edit in signs(inner, text))
        yield sense
    else:
        yield sense
        yield from own
