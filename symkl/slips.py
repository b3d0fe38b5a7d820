r"""The slips people make in these derivations, each as edits of the author's LaTeX that undo it.

Every function below knows one kind of slip: from a node of the parsed row it makes edits of the
source text. Nothing here decides whether an edit is right; ``repairing`` tries them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from symkl.proof import Proof, Row
from symkl.reading.declaring import letter
from symkl.reading.syntax import Node
from symkl.writing import symbol_latex


class Tier(IntEnum):
    """How likely an edit is what the author meant; once one tier has an answer, worse ones are left out."""

    TELLING = 0
    """Where this edit helps, no other is worth a look: a KL the other way round, an inequality turned."""
    USUAL = 1
    RARER = 2
    DROPPING = 3
    WEAKER = 4
    """Another claim than the author's: a bound for an equation."""


Place = tuple[int, int, str]


@dataclass(frozen=True)
class Edit:
    """Replace each ``[start, stop)`` of the row's source by a text; places do not overlap."""

    places: tuple[Place, ...]
    says: str
    slip: str
    tier: Tier = Tier.USUAL

    def applied(self, source: str) -> tuple[str, tuple[int, int]]:
        """The source after the edit, and where in it the edited part stands."""
        out = source
        for start, stop, text in sorted(self.places, reverse=True):
            out = out[:start] + text + out[stop:]
        start = min(place[0] for place in self.places)
        tail = len(source) - max(place[1] for place in self.places)
        return out, (start, len(out) - tail)


def edits(row: Row, proof: Proof) -> list[Edit]:
    """Every edit worth trying, the likeliest first; the order is fixed."""
    text = Text(row, proof)
    # In a chain it is the side on the right that is new.
    nodes = [node for side in reversed(row.syntax) for node in walk(side)]
    found = list(_turned_relations(text))
    for kind in _KINDS:
        for node in nodes:
            found += kind(node, text)
    for side in row.syntax:
        found += _whole_side(side, text)
    if row.syntax:
        found += _added(row.syntax[-1], text)
    found += _weaker_relations(row, text)
    return sorted(found, key=lambda edit: edit.tier)


# -- reading the author's text ---------------------------------------------------------------


class Text:
    """A row's source, with the places of its nodes and the spellings its author uses."""

    def __init__(self, row: Row, proof: Proof) -> None:
        self.row, self.proof = row, proof
        self.source, self.base = row.source, row.span.start

    def place(self, node: Node) -> tuple[int, int]:
        r"""Where a node stands, its closing braces and the ``\left`` of its bracket included."""
        start, stop = node.span.start - self.base, node.span.stop - self.base
        open_braces = 0
        for mark in re.finditer(r"\\.|[{}]", self.source[start:stop]):
            open_braces += {"{": 1, "}": -1}.get(mark.group(), 0)
        while open_braces > 0 and (close := re.match(r"\s*\}", self.source[stop:])):
            stop += close.end()
            open_braces -= 1
        if node.kind in ("group", "power", "multiply", "divide", "add") and (
            sized := re.search(r"\\(?:left|[bB]igg?l?)\s*$", self.source[:start])
        ):
            start = sized.start()
        return start, stop

    def of(self, node: Node) -> str:
        """Its text."""
        start, stop = self.place(node)
        return self.source[start:stop]

    def inner(self, node: Node) -> str:
        """The node without its brackets."""
        return self.of(node.children[0]) if node.kind == "group" else self.of(node)

    def argument(self, node: Node, new: str) -> Place:
        r"""A new text for an argument of ``\frac``, in braces if the author left them out."""
        start, stop = self.place(node)
        braced = self.source[:start].rstrip().endswith("{")
        return start, stop, new if braced else "{" + new + "}"

    def put_in(self, at: int, new: str) -> Place:
        """Insert a text, with a space only where a command would run into a letter."""
        following = self.source[at : at + 1]
        space = " " if re.search(r"\\[a-zA-Z]+$", new) and following.isalpha() else ""
        return at, at, new + space

    def taken_out(self, start: int, stop: int) -> Place:
        """Delete a text, and the space after it."""
        while stop < len(self.source) and self.source[stop] == " ":
            stop += 1
        return start, stop, ""

    def spelled(self, symbol: str) -> str:
        """A symbol as the author writes it somewhere, else as we would."""
        for row in (self.row, *self.proof.rows):
            for side in row.syntax:
                for node in walk(side):
                    if node.kind == "symbol" and node.value == symbol:
                        found = row.source[node.span.start - row.span.start : node.span.stop - row.span.start]
                        return found + "}" * (found.count("{") - found.count("}"))
        return symbol_latex(symbol)

    @property
    def temperature(self) -> str:
        """Its canonical name."""
        return self.proof.parts.temperature if self.proof.parts else "β"

    @property
    def beta(self) -> str:
        """The temperature as the author writes it."""
        return self.spelled(self.temperature)

    def scaled(self, start: int, by: str) -> Place:
        """A factor put in front, kept apart from a letter that follows."""
        return start, start, by + " "


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def _has(node: Node, *kinds: str) -> bool:
    return any(n.kind in kinds for n in walk(node))


def _bare(node: Node) -> Node:
    while node.kind == "group":
        node = node.children[0]
    return node


def _is_partition(node: Node) -> bool:
    node = _bare(node)
    head = node.children[0] if node.kind == "call" else node
    return head.kind == "symbol" and letter(head.value) in ("Z", "z")


def _is_log_z(node: Node) -> bool:
    """Whether a term is log Z, perhaps with a factor or under an expectation."""
    factors = node.children if node.kind in ("multiply", "divide") else (node,)
    for factor in factors:
        inner = _bare(factor)
        if inner.kind == "function" and inner.value == "log" and _is_partition(inner.children[0]):
            return True
        if inner.kind == "expectation" and _is_log_z(_bare(inner.children[-1])):
            return True
    return False


def _term(child: Node) -> Node:
    return child.children[0] if child.kind == "negate" else child


def _policies(text: Text) -> dict[str, str]:
    """The distributions that the row and the document name, canonical name to spelling."""
    found: dict[str, str] = {}
    for row in (text.row, *text.proof.rows):
        for side in row.syntax:
            for node in walk(side):
                heads: tuple[Node, ...] = ()
                if (
                    node.kind == "call"
                    and node.children[-1].kind == "conditions"
                    and node.children[-1].children
                ):
                    heads = node.children[:1]
                elif node.kind == "divergence":
                    heads = tuple(_head(child) for child in node.children)
                elif node.kind in ("sampled", "under"):
                    heads = (_head(node.children[-1]),)
                for head in heads:
                    if head.kind == "symbol" and letter(head.value) in ("π", "p", "q", "μ"):
                        found.setdefault(head.value, text.spelled(head.value))
    return found


def _head(node: Node) -> Node:
    return node.children[0] if node.kind == "call" else node


def _slip_of_sign(term: Node) -> str:
    if _is_log_z(term):
        return "sign of log Z"
    if _has(term, "divergence"):
        return "sign of KL in a loss or a maximum"
    if any(n.kind == "symbol" and letter(n.value) == "λ" for n in walk(term)):
        return "sign of lambda"
    return "a sign"


def _sign_before(text: Text, start: int) -> tuple[int, int] | None:
    """The sign that stands before an offset, brackets and spaces between."""
    found = re.search(r"([+\-−])[\s{&]*(?:\\[,!;: ]\s*)*$", text.source[:start])
    return None if found is None else (found.start(1), found.end(1))


# -- signs -----------------------------------------------------------------------------------


def _signs(node: Node, text: Text) -> Iterator[Edit]:
    """The sign of one term; of a number first, where E[1] = 1 would let others do as well."""
    if node.kind == "add":
        terms = sorted(enumerate(map(_term, node.children)), key=lambda each: each[1].kind != "number")
        for i, term in terms:
            start = text.place(term)[0]
            sign = _sign_before(text, start)
            says, slip = f"flip the sign of {text.of(term)}", _slip_of_sign(term)
            if sign is not None and (
                sign[0] >= text.place(node)[0] or not text.source[sign[1] : start].strip()
            ):
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                place = text.taken_out(*sign) if i == 0 and turned == "+" else (*sign, turned)
                yield Edit((place,), says, slip)
            elif i == 0:
                yield Edit((text.put_in(start, "-"),), says, slip)
    inner = _bare(node.children[0]) if node.kind == "function" and node.value in ("exp", "σ") else None
    if inner is not None and inner.kind not in ("add", "negate"):
        yield Edit((text.put_in(text.place(inner)[0], "-"),), "flip the sign inside", "a sign")
    elif inner is not None and inner.kind == "negate":
        yield from _unsigned(inner, text)


def _unsigned(node: Node, text: Text) -> Iterator[Edit]:
    start, _ = text.place(node)
    if text.source[start : start + 1] in ("-", "−"):
        yield Edit(
            (text.taken_out(start, start + 1),), "take the minus sign away", _slip_of_sign(node.children[0])
        )


def _whole_side(side: Node, text: Text) -> Iterator[Edit]:
    """Sign, factor, expectation or sum of a side that is one term."""
    if side.kind == "negate":
        yield from _unsigned(side, text)
    elif side.kind not in ("add", "optimum") and (side != text.row.syntax[0] or len(text.row.syntax) == 1):
        start = text.place(side)[0]
        yield Edit((text.put_in(start, "-"),), f"flip the sign of {text.of(side)}", _slip_of_sign(side))
    if side.kind != "optimum":
        if side.kind != "add":
            yield from _scaled_term(side, text)
        yield from _wrapped(side, text)


def _problems(node: Node, text: Text) -> Iterator[Edit]:
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
    signs = []
    if _term(body).kind in ("multiply", "divergence") and _has(body, "divergence"):
        if body.kind == "negate":
            signs = list(_unsigned(body, text))
        else:
            place = text.put_in(text.place(body)[0], "-")
            signs = [Edit((place,), "put a minus sign in front", "sign of KL in a loss or a maximum")]
    if _sense_before(text) in (None, node.value):
        # The problem above has this sense, too: a sign is likelier, this one's or one inside.
        yield from signs
        yield from (edit for inner in walk(body) for edit in _signs(inner, text))
        yield sense
    else:
        yield sense
        yield from signs


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


# -- ratios, arguments, temperatures ---------------------------------------------------------


def _swapped_arguments(node: Node, text: Text) -> Iterator[Edit]:
    """The arguments of a KL or of a cross-entropy."""
    if node.kind in ("divergence", "functional") and len(node.children) == 2:
        left, right = node.children
        if right.kind in ("under", "over", "sampled"):
            return
        places = ((*text.place(left), text.of(right)), (*text.place(right), text.of(left)))
        divergence = node.kind == "divergence" and node.value == "KL"
        says = f"swap the arguments of this {node.value}"
        yield Edit(places, says, "KL arguments swapped" if divergence else "arguments swapped", Tier.TELLING)


def _inverted_ratios(node: Node, text: Text) -> Iterator[Edit]:
    """A ratio of two policies upside down, alone or wherever it stands in the row."""
    if node.kind not in ("fraction", "divide"):
        return
    top, bottom = node.children
    heads = [_head(_bare(part)).value for part in (top, bottom)]
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


def _inverted_exponent(node: Node, text: Text) -> Iterator[Edit]:
    r"""``e^{\ell} - 1 - \ell`` for ``e^{-\ell} - 1 + \ell``: k3 of a named log-ratio."""
    if node.kind != "add":
        return
    for child in node.children:
        if child.kind != "function" or child.value != "exp":
            continue
        exponent = _bare(child.children[0])
        inner = _term(exponent)
        for other in node.children:
            if _term(other) is not child and text.of(_term(other)) == text.of(inner):
                sign = _sign_before(text, text.place(_term(other))[0])
                if sign is None:
                    continue
                start = text.place(exponent)[0]
                first = (
                    text.taken_out(start, start + 1) if exponent.kind == "negate" else text.put_in(start, "-")
                )
                turned = "-" if text.source[slice(*sign)] == "+" else "+"
                says = f"turn the sign of {text.of(inner)} in both places"
                yield Edit((first, (*sign, turned)), says, "k3 with the ratio inverted")


def _inverted_temperature(node: Node, text: Text) -> Iterator[Edit]:
    """β r for r/β, and the reverse."""
    beta = text.temperature

    def is_beta(part: Node) -> bool:
        return part.kind == "symbol" and part.value == beta

    if node.kind == "multiply" and any(map(is_beta, node.children)):
        rest = " ".join(text.of(c) for c in node.children if not is_beta(c))
        factor = next(c for c in node.children if is_beta(c))
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


# -- samplers, indices, pairs ----------------------------------------------------------------


def _samplers(node: Node, text: Text) -> Iterator[Edit]:
    """Another distribution to draw from, or to weigh a sum with."""
    heads: list[Node] = []
    if node.kind in ("sampled", "under"):
        heads = [_head(node.children[-1])]
    elif node.kind == "sum":
        body = node.children[-1]
        heads = [
            _head(part)
            for part in (body.children if body.kind == "multiply" else (body,))
            if part.kind == "call"
        ]
    policies = _policies(text)
    for head in heads:
        if head.value in policies:
            for other, spelling in policies.items():
                if other != head.value:
                    says = f"take the expectation under {other}"
                    yield Edit(((*text.place(head), spelling),), says, "E under the wrong policy")
    if node.kind == "divergence" and len(node.children) == 2:
        head = _head(node.children[1])
        for other, spelling in policies.items():
            if other not in (head.value, _head(node.children[0]).value):
                says = f"take the divergence from {other}"
                yield Edit(((*text.place(head), spelling),), says, "another distribution", Tier.RARER)


def _indices(node: Node, text: Text) -> Iterator[Edit]:
    """Another variable to sum over, or a variable given its index."""
    if node.kind in ("sum", "expectation"):
        # The innermost sum first: an outer one that is renamed may be caught by what is below it.
        nested = _has(node.children[-1], "sum", "expectation")
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


def _pairs(node: Node, text: Text) -> Iterator[Edit]:
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


# -- what is lost, and what is too much ------------------------------------------------------


def _scaled(node: Node, text: Text) -> Iterator[Edit]:
    """β, or a number, that one term wants."""
    if node.kind == "add":
        for child in node.children:
            yield from _scaled_term(_term(child), text)


def _scaled_term(term: Node, text: Text) -> Iterator[Edit]:
    start, _ = text.place(term)
    shown, beta = text.of(term), text.beta
    slip = "no beta on log Z" if _is_log_z(term) else "beta on the wrong term"
    yield Edit((text.scaled(start, beta),), f"multiply {shown} by {text.temperature}", slip)
    over = Edit(
        ((start, start, rf"\frac{{1}}{{{beta}}} "),),
        f"divide {shown} by {text.temperature}",
        slip,
        Tier.RARER,
    )
    yield over
    if term.kind == "power":
        yield Edit((text.scaled(start, r"\frac{1}{2}"),), f"halve {shown}", "a factor of two", Tier.RARER)
    elif term.kind == "multiply" and len(term.children) > 1:
        first = term.children[0]
        if text.of(first) == "2" or re.fullmatch(r"\\[td]?frac\s*\{?1\}?\s*\{?2\}?", text.of(first)):
            place = text.taken_out(*text.place(first))
            yield Edit((place,), f"leave out {text.of(first)}", "a factor of two", Tier.RARER)


def _squares(node: Node, text: Text) -> Iterator[Edit]:
    """½ (…)² for (…)²; Z for Z²."""
    if node.kind == "power" and node.children[1].kind == "number" and node.children[1].value == "2":
        base = node.children[0]
        if _is_partition(base):
            yield Edit(
                ((*text.place(node), text.of(base)),), f"write {text.of(base)} once", "Z divided out twice"
            )
        elif base.kind == "group":
            start = text.place(node)[0]
            yield Edit(
                (text.scaled(start, r"\frac{1}{2}"),), f"halve {text.of(node)}", "a factor of two", Tier.RARER
            )


def _logs(node: Node, text: Text) -> Iterator[Edit]:
    """A logarithm that is lost, or that ends too early, or that is taken of the wrong part."""
    if node.kind == "add":
        for child in node.children:
            term = _term(child)
            if _is_partition(term):
                start = text.place(term)[0]
                log = text.scaled(start, r"\log")
                says = f"take the logarithm of {text.of(term)}"
                yield Edit((log,), says, "log of Z forgotten")
                sign = _sign_before(text, start)
                if sign is not None and text.source[slice(*sign)] == "+":
                    yield Edit(((*sign, "-"), log), says + " and flip its sign", "sign of log Z")
        yield from _closed_too_early(node, text)
    if node.kind in ("expectation", "gradient"):
        inner = _bare(node.children[-1])
        if (inner.kind == "function" and inner.value == "σ") or inner.kind == "call":
            place = text.scaled(text.place(inner)[0], r"\log")
            yield Edit((place,), f"take the logarithm of {text.of(inner)}", "log dropped", Tier.RARER)
    if (
        node.kind in ("fraction", "divide")
        and node.children[1].kind == "function"
        and node.children[1].value == "log"
    ):
        top, bottom = node.children
        whole = rf"\log \frac{{{text.of(top)}}}{{{text.inner(bottom.children[0])}}}"
        if text.of(top) == "1":
            says, slip = "take the logarithm of the quotient", "log(1/(1+e)) written as 1/log(1+e)"
            yield Edit(((*text.place(node), "- " + text.of(bottom)),), says, slip)
            yield Edit(((*text.place(node), whole),), says, slip)


def _closed_too_early(node: Node, text: Text) -> Iterator[Edit]:
    """A function whose bracket wants to end one term later."""
    for child, following in zip(node.children, node.children[1:], strict=False):
        call = _term(child)
        call = call.children[-1] if call.kind == "multiply" else call
        if call.kind == "function" and call.children[0].kind == "group":
            _, stop = text.place(call)
            close = re.search(r"\s*(?:\\right\s*|\\[bB]igg?r?\s*)?(?:[)\]]|\\\})$", text.source[:stop])
            if close is not None:
                after = text.place(following)[1]
                places = ((close.start(), stop, ""), (after, after, close.group()))
                says = f"close the bracket after {text.of(_term(following))}"
                yield Edit(places, says, "a parenthesis closed too early")


def _gradients(node: Node, text: Text) -> Iterator[Edit]:
    """The gradient of a mean for the mean of gradients."""
    if node.kind == "gradient" and node.children[0].kind == "expectation":
        start, _ = text.place(node)
        mean, _ = text.place(node.children[0])
        body = node.children[0].children[-1]
        inner = body.children[0] if body.kind == "group" else body
        nabla = text.source[start:mean].strip()
        new = (
            f"{nabla} {text.of(inner)}"
            if inner.kind == "group"
            else rf"{nabla} \left( {text.of(inner)} \right)"
        )
        places = (text.taken_out(start, mean), (*text.place(inner), new))
        yield Edit(places, "take the gradient of each sample", "grad E[k2] for E[grad k2]")


def _drops(node: Node, text: Text) -> Iterator[Edit]:
    """One term or one factor too many."""
    if node.kind == "add":
        for i, child in enumerate(node.children):
            term = _term(child)
            start, stop = text.place(term)
            sign = _sign_before(text, start)
            first = sign[0] if sign is not None and sign[0] >= text.place(node)[0] else start
            if i == 0:
                plus = _sign_before(text, text.place(_term(node.children[1]))[0])
                stop = stop if plus is None else plus[1] if text.source[slice(*plus)] == "+" else plus[0]
            slip = "a log Z too many" if _is_log_z(term) else "a term too many"
            yield Edit((text.taken_out(first, stop),), f"leave out {text.of(term)}", slip, Tier.DROPPING)
    if node.kind == "multiply":
        for child in node.children:
            twice = any(map(_is_partition, walk(child)))
            slip, tier = (
                ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
            )
            yield Edit(
                (text.taken_out(*text.place(child)),), f"leave out the factor {text.of(child)}", slip, tier
            )
    if node.kind in ("divide", "fraction"):
        top, bottom = node.children
        twice = any(map(_is_partition, walk(bottom)))
        slip, tier = ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
        yield Edit(((*text.place(node), text.of(top)),), f"do not divide by {text.of(bottom)}", slip, tier)


def _lost_terms(text: Text) -> Iterator[tuple[str, str]]:
    """What is often lost from the end of a side, and the name of the slip."""
    parts = text.proof.parts
    assert parts is not None
    z = next(
        (
            row.source[n.span.start - row.span.start : n.span.stop - row.span.start]
            for row in (text.row, *text.proof.rows)
            for side in row.syntax
            for n in walk(side)
            if n.kind == "call" and _is_partition(n)
        ),
        f"{symbol_latex(parts.partition)}({parts.prompt})",
    )
    yield rf"{text.beta} \log {z}", "log Z dropped"
    yield rf"\log {z}", "log Z dropped"
    yield text.beta, "forgotten -beta"
    yield r"\lambda", "lambda dropped"
    multiplier = any(
        n.kind == "symbol" and letter(n.value) == "λ" for side in text.row.syntax for n in walk(side)
    )
    yield "1", "forgotten -beta" if multiplier else "1 dropped"


def _added(side: Node, text: Text) -> Iterator[Edit]:
    """What is often lost, put back: log Z, β, 1; at the end of a side or of an exponent."""
    if text.proof.parts is None or side.kind == "optimum":
        return
    exponents = [_bare(n.children[0]) for n in walk(side) if n.kind == "function" and n.value == "exp"]
    for end, most in ((side, 5), *((inner, 1) for inner in exponents)):
        _, stop = text.place(end)
        for sign in ("-", "+"):
            for term, slip in list(_lost_terms(text))[-most:]:
                says = f"add {'−' if sign == '-' else '+'} {term}"
                yield Edit(((stop, stop, f" {sign} {term}"),), says, slip, Tier.RARER)


def _wrapped(side: Node, text: Text) -> Iterator[Edit]:
    """An expectation or a sum, put in front of a side or of one of its terms."""
    parts = text.proof.parts
    if parts is None:
        return
    terms = [_term(child) for child in side.children] if side.kind == "add" else []
    for term in (side, *terms):
        start, stop = text.place(term)
        inside = text.source[start:stop]
        summed = rf"\left( {inside} \right)" if term.kind in ("add", "negate") else inside
        over = Edit(
            ((start, stop, rf"\sum_{{{parts.outcome}}} {summed}"),),
            f"sum over {parts.outcome}",
            "sum dropped",
            Tier.RARER,
        )
        yield over
        for policy, spelling in _policies(text).items():
            head = rf"\mathbb{{E}}_{{{parts.outcome} \sim {spelling}(\cdot \mid {parts.prompt})}}"
            yield Edit(
                ((start, stop, rf"{head}\left[ {inside} \right]"),),
                f"take the expectation under {policy}",
                "one-sample estimator equated with the functional",
                Tier.RARER,
            )
        head = rf"\mathbb{{E}}_{{{parts.prompt} \sim {text.spelled(parts.prompts)}}}"
        yield Edit(
            ((start, stop, rf"{head}\left[ {inside} \right]"),),
            "take the expectation over the prompts",
            "E_x dropped",
            Tier.RARER,
        )


# -- relations -------------------------------------------------------------------------------

_TURNED = (
    (r"\\leq?(?![a-zA-Z])|\\leqslant\b|≤", r"\ge"),
    (r"\\geq?(?![a-zA-Z])|\\geqslant\b|≥", r"\le"),
    (r"(?<!\\)<", ">"),
    (r"(?<!\\)>", "<"),
)


def _relation(text: Text, found: re.Match[str], new: str) -> Place:
    following = text.source[found.end() : found.end() + 1]
    return found.start(), found.end(), new + (" " if following.isalnum() else "")


def _turned_relations(text: Text) -> Iterator[Edit]:
    """An inequality the wrong way round."""
    for pattern, new in _TURNED:
        for found in re.finditer(pattern, text.source):
            slip = "Jensen the wrong way round" if "\\" in new else "a relation the wrong way round"
            says = f"write {new} for {found.group()}"
            yield Edit((_relation(text, found, new),), says, slip, Tier.TELLING)


def _weaker_relations(row: Row, text: Text) -> Iterator[Edit]:
    """A proportionality for an equation up to a constant, and what claims less than an equation."""
    additive = r'\propto used for "+ constant"'
    for found in re.finditer(r"\\propto(?![a-zA-Z])", text.source):
        equal = _relation(text, found, "=")
        yield Edit((equal,), r"write = for \propto", additive, Tier.RARER)
        if row.syntax and text.proof.parts is not None:
            stop = text.place(row.syntax[-1])[1]
            for term, _ in list(_lost_terms(text))[:2]:
                for sign in ("-", "+"):
                    says = rf"write = for \propto and add {'−' if sign == '-' else '+'} {term}"
                    yield Edit((equal, (stop, stop, f" {sign} {term}")), says, additive, Tier.RARER)
    weaker = (
        (r"\propto", "a constant dropped under ="),
        (r"\le", "a bound written as an equality"),
        (r"\ge", "a bound written as an equality"),
    )
    for new, slip in weaker:
        for found in re.finditer(r"(?<![\\a-zA-Z:])=", text.source):
            yield Edit((_relation(text, found, new),), f"write {new} for =", slip, Tier.WEAKER)


_KINDS: tuple[Callable[[Node, Text], Iterator[Edit]], ...] = (
    _problems, _swapped_arguments, _signs, _inverted_ratios, _inverted_exponent, _inverted_temperature,
    _scaled, _samplers, _indices, _pairs, _gradients, _squares, _logs, _drops,
)  # fmt: skip
