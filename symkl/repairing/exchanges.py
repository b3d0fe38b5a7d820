"""What is taken for another: arguments, ratios, temperatures, samplers, indices, winner and loser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.reading.declaring import letter
from symkl.reading.syntax import Node
from symkl.repairing.text import (
    Edit,
    Place,
    Text,
    Tier,
    bare,
    has,
    head_of,
    policies_of,
    sign_before,
    term_of,
    walk,
)


def swapped_arguments(node: Node, text: Text) -> Iterator[Edit]:
    """The arguments of a KL or of a cross-entropy."""
    if node.kind in ("divergence", "functional") and len(node.children) == 2:
        left, right = node.children
        if right.kind in ("under", "over", "sampled"):
            return
        places = ((*text.place(left), text.of(right)), (*text.place(right), text.of(left)))
        divergence = node.kind == "divergence" and node.value == "KL"
        says = f"swap the arguments of this {node.value}"
        yield Edit(places, says, "KL arguments swapped" if divergence else "arguments swapped", Tier.TELLING)


def swapped_limits(node: Node, text: Text) -> Iterator[Edit]:
    """The two ends of the temperature."""
    if node.kind != "limit":
        return
    start, stop = text.place(node)[0], text.place(node.children[1])[0]
    zero = r"(\\downarrow\s*)?(?<=[\s}→w])0(\s*(\^\s*(\{\s*\+\s*\}|\+)|\+))?"
    end = re.compile(r"\\infty|∞" if node.value == "∞" else zero)
    found = end.search(text.source, text.place(node.children[0])[1], stop)
    if found is not None and start < found.start():
        other = "0^+" if node.value == "∞" else r"\to \infty" if found[1] else r"\infty"
        says = "take the limit at the other end of the temperature"
        yield Edit(((*found.span(), other),), says, "limits swapped", Tier.TELLING)


def inverted_ratios(node: Node, text: Text) -> Iterator[Edit]:
    """A ratio of two policies upside down, alone or wherever it stands in the row."""
    if node.kind not in ("fraction", "divide"):
        return
    top, bottom = node.children
    heads = [head_of(bare(part)).value for part in (top, bottom)]
    if any(n.kind == "symbol" and n.value == text.temperature for part in (top, bottom) for n in (part,)):
        return
    reference = text.proof.parts.reference if text.proof.parts else ""
    one = _flipped(top, bottom, text)
    alike = [
        n
        for side in text.row.syntax
        for n in walk(side)
        if n.kind == node.kind and [text.of(c) for c in n.children] == [text.of(top), text.of(bottom)]
    ]
    if len(alike) == 2 and node is alike[0]:
        top, bottom = alike[1].children
        both = one + _flipped(top, bottom, text)
        yield Edit(both, f"invert the ratio {text.of(node)} in both places", "k3 with the ratio inverted")
    # With the reference on top the ratio is the likelier slip, else the sign before the logarithm.
    tier = Tier.TELLING if heads[0] == reference and len(alike) == 1 else Tier.USUAL
    yield Edit(one, f"invert the ratio {text.of(node)}", "KL ratio inverted", tier)


def _flipped(top: Node, bottom: Node, text: Text) -> tuple[Place, ...]:
    return text.argument(top, text.of(bottom)), text.argument(bottom, text.of(top))


def inverted_exponent(node: Node, text: Text) -> Iterator[Edit]:
    r"""``e^{\ell} - 1 - \ell`` for ``e^{-\ell} - 1 + \ell``: k3 of a named log-ratio."""
    if node.kind != "add":
        return
    for child in node.children:
        if child.kind != "function" or child.value != "exp":
            continue
        exponent = bare(child.children[0])
        inner = term_of(exponent)
        for other in node.children:
            if term_of(other) is not child and text.of(term_of(other)) == text.of(inner):
                sign = sign_before(text, text.place(term_of(other))[0])
                if sign is None:
                    continue
                start = text.place(exponent)[0]
                first = (
                    text.taken_out(start, start + 1) if exponent.kind == "negate" else text.put_in(start, "-")
                )
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                says = f"turn the sign of {text.of(inner)} in both places"
                yield Edit((first, (*sign, turned)), says, "k3 with the ratio inverted")


def inverted_temperature(node: Node, text: Text) -> Iterator[Edit]:
    """β r for r/β, and the reverse."""
    beta = text.temperature

    def is_beta(part: Node) -> bool:
        return part.kind == "symbol" and part.value == beta

    factors = node.children if node.kind == "multiply" else ()
    if node.kind == "call" and is_beta(node.children[0]):  # β (a + b) is read as a product later on
        factors = node.children[:2]
    if any(map(is_beta, factors)):
        rest = " ".join(text.of(c) for c in factors if not is_beta(c))
        factor = next(c for c in factors if is_beta(c))
        short = len(rest) <= 24
        divided = (
            rf"\frac{{{rest}}}{{{text.of(factor)}}}" if short else rf"\frac{{1}}{{{text.of(factor)}}} {rest}"
        )
        yield Edit(
            ((*text.place(node), divided),), f"divide by {beta} instead of multiplying", "beta inverted"
        )
        yield Edit((text.taken_out(*text.place(factor)),), f"take {beta} away", "beta on the wrong term")
    if node.kind in ("divide", "fraction") and is_beta(node.children[1]):
        top, below = text.of(node.children[0]), text.of(node.children[1])
        product = below if top == "1" else f"{below} {top}"
        yield Edit(
            ((*text.place(node), product),), f"multiply by {beta} instead of dividing", "beta inverted"
        )
        alone = "1" if top == "1" else top
        yield Edit(((*text.place(node), alone),), f"do not divide by {beta}", "beta on the wrong term")


def samplers(node: Node, text: Text) -> Iterator[Edit]:
    """Another distribution to draw from, or to weigh a sum with."""
    heads: list[Node] = []
    if node.kind in ("sampled", "under"):
        heads = [head_of(node.children[-1])]
    elif node.kind == "sum":
        body = node.children[-1]
        heads = [
            head_of(part)
            for part in (body.children if body.kind == "multiply" else (body,))
            if part.kind == "call"
        ]
    policies = policies_of(text)
    for head in heads:
        if head.value in policies:
            for other, spelling in policies.items():
                if other != head.value:
                    says = f"take the expectation under {other}"
                    yield Edit(((*text.place(head), spelling),), says, "E under the wrong policy")
    if node.kind == "divergence" and len(node.children) == 2:
        head = head_of(node.children[1])
        for other, spelling in policies.items():
            if other not in (head.value, head_of(node.children[0]).value):
                says = f"take the divergence from {other}"
                yield Edit(((*text.place(head), spelling),), says, "another distribution", Tier.RARER)


def indices(node: Node, text: Text) -> Iterator[Edit]:
    """Another variable to sum over, or a variable given its index."""
    if node.kind in ("sum", "expectation"):
        # The innermost sum first: an outer one that is renamed may be caught by what is below it.
        nested = has(node.children[-1], "sum", "expectation")
        for over in (child for child in node.children[:-1] if child.kind == "over"):
            for variable in over.children:
                for other in {"x": "y", "y": "x"}.get(letter(variable.value), ""):
                    tier = Tier.RARER if nested else Tier.USUAL
                    yield Edit(
                        ((*text.place(variable), other),),
                        f"sum over {other}",
                        "sum over the wrong index",
                        tier,
                    )
    if node.kind == "symbol" and letter(node.value) == "y":
        names = {n.value: text.of(n) for side in text.row.syntax for n in walk(side) if n.kind == "symbol"}
        for other, spelling in sorted(names.items()):
            if letter(other) == "y" and other != node.value:
                says = f"write {other} for {node.value}"
                yield Edit(((*text.place(node), spelling),), says, "y_w and y_l swapped", Tier.RARER)


def pairs(node: Node, text: Text) -> Iterator[Edit]:
    """Winner and loser exchanged: in a difference, in an argument."""
    if node.kind == "add":
        for one, two in zip(node.children, node.children[1:], strict=False):
            yield from _exchanged(text.place(one)[0], text.place(two)[1], text)
    elif node.kind == "function":
        yield from _exchanged(*text.place(node.children[0]), text)
    elif node.kind in ("fraction", "divide"):
        yield from _exchanged(*text.place(node), text)
    if node in text.row.syntax:
        yield from _exchanged(*text.place(node), text)


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
