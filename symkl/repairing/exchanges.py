"""What is taken for another: arguments, ratios, temperatures, samplers, indices, winner and loser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.functions import TABLE
from symkl.language.roles import Role
from symkl.language.written import Form, Part
from symkl.repairing.spelling import bare, head_of
from symkl.repairing.text import (
    Edit,
    Place,
    Text,
    Tier,
    has,
    sign_before,
    term_of,
)


def swapped_arguments(node: Part, text: Text) -> Iterator[Edit]:
    """The arguments of a KL or of a cross-entropy."""
    sides = node.parts[:2] if node.form is Form.DIVERGENCE else node.parts  # an order stands behind the two
    if node.form in (Form.DIVERGENCE, Form.FUNCTIONAL) and len(sides) == 2:
        left, right = sides
        if right.form in (Form.UNDER, Form.OVER, Form.SAMPLED) or TABLE[node.value].symmetric:
            return
        places = ((*left.place, text.of(right)), (*right.place, text.of(left)))
        divergence = node.form is Form.DIVERGENCE and node.value == "KL"
        says = f"swap the arguments of this {node.value}"
        yield Edit(places, says, "KL arguments swapped" if divergence else "arguments swapped", Tier.TELLING)


def swapped_limits(node: Part, text: Text) -> Iterator[Edit]:
    """The two ends of the temperature."""
    if node.form is not Form.LIMIT:
        return
    start, stop = node.start, node.parts[1].start
    zero = r"(\\downarrow\s*)?(?<=[\s}→w])0(\s*(\^\s*(\{\s*\+\s*\}|\+)|\+))?"
    end = re.compile(r"\\infty|∞" if node.value == "∞" else zero)
    found = end.search(text.source, node.parts[0].stop, stop)
    if found is not None and start < found.start():
        other = "0^+" if node.value == "∞" else r"\to \infty" if found[1] else r"\infty"
        says = "take the limit at the other end of the temperature"
        yield Edit(((*found.span(), other),), says, "limits swapped", Tier.TELLING)


def inverted_ratios(node: Part, text: Text) -> Iterator[Edit]:
    """A ratio of two policies upside down, alone or wherever it stands in the row."""
    if node.form not in (Form.FRACTION, Form.DIVIDE):
        return
    top, bottom = node.parts
    heads = [head_of(bare(part)).value for part in (top, bottom)]
    if any(part.form is Form.SYMBOL and part.value == text.temperature for part in (top, bottom)):
        return
    reference = text.parts.reference if text.parts else ""
    one = _flipped(top, bottom, text)
    alike = [
        n
        for n in text.walk()
        if n.form is node.form and [text.of(c) for c in n.parts] == [text.of(top), text.of(bottom)]
    ]
    if len(alike) == 2 and node is alike[0]:
        top, bottom = alike[1].parts
        both = one + _flipped(top, bottom, text)
        yield Edit(both, f"invert the ratio {text.of(node)} in both places", "k3 with the ratio inverted")
    # With the reference on top the ratio is the likelier slip, else the sign before the logarithm.
    tier = Tier.TELLING if heads[0] == reference and len(alike) == 1 else Tier.USUAL
    yield Edit(one, f"invert the ratio {text.of(node)}", "KL ratio inverted", tier)


def _flipped(top: Part, bottom: Part, text: Text) -> tuple[Place, ...]:
    return text.argument(top, text.of(bottom)), text.argument(bottom, text.of(top))


def inverted_exponent(node: Part, text: Text) -> Iterator[Edit]:
    r"""``e^{\ell} - 1 - \ell`` for ``e^{-\ell} - 1 + \ell``: k3 of a named log-ratio."""
    if node.form is not Form.ADD:
        return
    for child in node.parts:
        if child.form is not Form.FUNCTION or child.value != "exp":
            continue
        exponent = bare(child.parts[0])
        inner = term_of(exponent)
        for other in node.parts:
            if term_of(other) is not child and text.of(term_of(other)) == text.of(inner):
                sign = sign_before(text, term_of(other).start)
                if sign is None:
                    continue
                start = exponent.start
                first = (
                    text.taken_out(start, start + 1) if exponent.form is Form.NEGATE else text.put_in(start, "-")
                )
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                says = f"turn the sign of {text.of(inner)} in both places"
                yield Edit((first, (*sign, turned)), says, "k3 with the ratio inverted")


def inverted_temperature(node: Part, text: Text) -> Iterator[Edit]:
    """β r for r/β, and the reverse."""
    beta = text.temperature

    def is_beta(part: Part) -> bool:
        return part.form is Form.SYMBOL and part.value == beta

    factors = node.parts if node.form is Form.MULTIPLY else ()
    if node.form is Form.CALL and is_beta(node.parts[0]):  # β (a + b) is read as a product later on
        factors = node.parts[:2]
    if any(map(is_beta, factors)):
        rest = " ".join(text.of(c) for c in factors if not is_beta(c))
        factor = next(c for c in factors if is_beta(c))
        short = len(rest) <= 24
        divided = (
            rf"\frac{{{rest}}}{{{text.of(factor)}}}" if short else rf"\frac{{1}}{{{text.of(factor)}}} {rest}"
        )
        yield Edit(
            ((*node.place, divided),), f"divide by {beta} instead of multiplying", "beta inverted"
        )
        yield Edit((text.taken_out(*factor.place),), f"take {beta} away", "beta on the wrong term")
    if node.form in (Form.DIVIDE, Form.FRACTION) and is_beta(node.parts[1]):
        top, below = text.of(node.parts[0]), text.of(node.parts[1])
        product = below if top == "1" else f"{below} {top}"
        yield Edit(
            ((*node.place, product),), f"multiply by {beta} instead of dividing", "beta inverted"
        )
        alone = "1" if top == "1" else top
        yield Edit(((*node.place, alone),), f"do not divide by {beta}", "beta on the wrong term")


def samplers(node: Part, text: Text) -> Iterator[Edit]:
    """Another distribution to draw from, or to weigh a sum with."""
    heads: list[Part] = []
    if node.form in (Form.SAMPLED, Form.UNDER):
        heads = [head_of(node.parts[-1])]
    elif node.form is Form.SUM:
        body = node.parts[-1]
        heads = [
            head_of(part)
            for part in (body.parts if body.form is Form.MULTIPLY else (body,))
            if part.form is Form.CALL
        ]
    policies = text.policies
    for head in heads:
        if head.value in policies:
            for other, spelling in policies.items():
                if other != head.value:
                    says = f"take the expectation under {other}"
                    yield Edit(((*head.place, spelling),), says, "E under the wrong policy")
    if node.form is Form.DIVERGENCE and len(node.parts) == 2:
        head = head_of(node.parts[1])
        for other, spelling in policies.items():
            if other not in (head.value, head_of(node.parts[0]).value):
                says = f"take the divergence from {other}"
                yield Edit(((*head.place, spelling),), says, "another distribution", Tier.RARER)


_OTHER_INDEX = {Role.PROMPT: "y", Role.RESPONSE: "x"}


def indices(node: Part, text: Text) -> Iterator[Edit]:
    """Another variable to sum over, or a variable given its index."""
    if node.form in (Form.SUM, Form.EXPECTATION):
        # The innermost sum first: an outer one that is renamed may be caught by what is below it.
        nested = has(node.parts[-1], Form.SUM, Form.EXPECTATION)
        for over in (child for child in node.parts[:-1] if child.form is Form.OVER):
            for variable in over.parts:
                if variable.role in _OTHER_INDEX:
                    other = _OTHER_INDEX[variable.role]
                    tier = Tier.RARER if nested else Tier.USUAL
                    yield Edit(
                        ((*variable.place, other),),
                        f"sum over {other}",
                        "sum over the wrong index",
                        tier,
                    )
    if node.role is Role.RESPONSE:
        names = {n.value: text.of(n) for n in text.walk() if n.role is Role.RESPONSE}
        for other, spelling in sorted(names.items()):
            if other != node.value:
                says = f"write {other} for {node.value}"
                yield Edit(((*node.place, spelling),), says, "y_w and y_l swapped", Tier.RARER)


def pairs(node: Part, text: Text) -> Iterator[Edit]:
    """Winner and loser exchanged: in a difference, in an argument."""
    if node.form is Form.ADD:
        for one, two in zip(node.parts, node.parts[1:], strict=False):
            yield from _exchanged(one.start, two.stop, text)
    elif node.form is Form.FUNCTION:
        yield from _exchanged(*node.parts[0].place, text)
    elif node.form in (Form.FRACTION, Form.DIVIDE):
        yield from _exchanged(*node.place, text)
    if node in text.sides:
        yield from _exchanged(*node.place, text)


_NAMES = (
    ("y_w", "y_l"),
    ("y_1", "y_2"),
    ("y_c", "y_r"),
    ("y^+", "y^-"),
    ("y_{w}", "y_{l}"),
    ("y_{1}", "y_{2}"),
)


def _exchanged(start: int, stop: int, text: Text) -> Iterator[Edit]:
    part = text.source[start:stop]
    for one, two in _NAMES:
        if one in part and two in part:
            new = part.replace(one, "\0").replace(two, one).replace("\0", two)
            yield Edit(((start, stop, new),), f"exchange {one} and {two}", "y_w and y_l swapped")
