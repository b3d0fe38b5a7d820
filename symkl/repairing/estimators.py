r"""What is taken for another in estimators: a ratio detached or live, a sampler that stands still, a mean of ratios.

And the smaller of two numbers for the larger, as in a clipped loss for a clipped objective.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.functions import DETACHED
from symkl.language.written import Form, Part
from symkl.repairing.spelling import bare, head_of
from symkl.repairing.text import Edit, Text, Tier


def detached(node: Part, text: Text) -> Iterator[Edit]:
    """What is detached let move, and a ratio of policies below a gradient detached."""
    if node.form is Form.FUNCTION and node.value == DETACHED:
        (inside,) = node.parts
        held = text.of(inside) if inside.form is Form.GROUP else rf"\left( {text.of(inside)} \right)"
        yield Edit(((*node.place, held),), f"let {text.inner(inside)} move", "a ratio detached or live")
    if node.form is Form.GRADIENT:
        still = {id(part) for n in node.walk() if n.form is Form.FUNCTION and n.value == DETACHED for part in n.walk()}
        for n in node.walk():
            ratio = n.form in (Form.FRACTION, Form.DIVIDE) and id(n) not in still
            if ratio and all(head_of(bare(part)).value in text.policies for part in n.parts):
                new = rf"\operatorname{{sg}}\left( {text.of(n)} \right)"
                yield Edit(((*n.place, new),), f"let {text.of(n)} stand still", "a ratio detached or live")


def sampled_gradients(node: Part, text: Text) -> Iterator[Edit]:
    """The mean of gradients for the gradient of a mean: what the sampler moves is lost."""
    if node.form is not Form.EXPECTATION:
        return
    inner = bare(node.parts[-1])
    if inner.form is not Form.GRADIENT:
        return
    body = inner.parts[0]
    nabla = text.source[inner.start : body.start].strip()
    places = (text.put_in(node.start, nabla), text.taken_out(inner.start, body.start))
    yield Edit(places, "take the gradient of the mean", "the sampler's gradient lost")
    for draw in node.parts[:-1]:
        if draw.form is Form.SAMPLED and len(draw.parts) == 2:
            drawn, law = (text.of(part) for part in draw.parts)
            called = law.replace(r"\cdot", drawn) if draw.parts[1].form is Form.CALL else f"{law}({drawn})"
            held = text.of(body) if body.form is not Form.ADD else rf"\left( {text.of(body)} \right)"
            score = rf"{held} {nabla} \log {called} + "
            place = text.put_in(inner.start, score)
            yield Edit((place,), "add what the sampler moves", "the sampler's gradient lost", Tier.RARER)


def means_of_ratios(node: Part, text: Text) -> Iterator[Edit]:
    """``E[f/g]`` for ``E[f]/E[g]``."""
    mean = node.parts[-1] if node.form is Form.MULTIPLY else node
    if mean.form not in (Form.EXPECTATION, Form.SUM):
        return
    body = mean.parts[-1]
    ratio = bare(body)
    if ratio.form not in (Form.FRACTION, Form.DIVIDE):
        return
    before, behind = text.source[node.start : ratio.start], text.source[ratio.stop : body.stop]
    top, bottom = (f"{before} {text.of(part)} {behind}".strip() for part in ratio.parts)
    new = rf"\frac{{{top}}}{{{bottom}}}"
    yield Edit(((*node.place, new),), "take the ratio of the means", "a mean of ratios for a ratio of means")


def smaller_for_larger(node: Part, text: Text) -> Iterator[Edit]:
    """The smaller of two numbers for the larger, and the reverse."""
    if node.form is Form.FUNCTION and node.value in ("min", "max"):
        found = re.compile(r"min|max").search(text.source, node.start, node.stop)
        if found is not None:
            other = "max" if node.value == "min" else "min"
            yield Edit(((*found.span(), other),), f"write {other} for {node.value}", "min for max")
