r"""What is lost, and what is too much: factors, terms, logarithms, sums, expectations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.proof import Row
from symkl.reading.declaring import letter
from symkl.reading.syntax import Node
from symkl.repairing.signs import unsigned
from symkl.repairing.text import (
    Edit,
    Text,
    Tier,
    bare,
    is_log_z,
    is_partition,
    policies_of,
    sign_before,
    slip_of_sign,
    term_of,
    walk,
)


def whole_side(side: Node, text: Text) -> Iterator[Edit]:
    """Sign, factor, expectation or sum of a side that is one term."""
    if side.kind == "negate":
        yield from unsigned(side, text)
    elif side.kind not in ("add", "optimum") and (side != text.row.syntax[0] or len(text.row.syntax) == 1):
        start = text.place(side)[0]
        yield Edit((text.put_in(start, "-"),), f"flip the sign of {text.of(side)}", slip_of_sign(side))
    if side.kind != "optimum":
        if side.kind != "add":
            yield from _scaled_term(side, text)
        yield from wrapped(side, text)


def scaled(node: Node, text: Text) -> Iterator[Edit]:
    """β, or a number, that one term wants."""
    if node.kind == "add":
        for child in node.children:
            yield from _scaled_term(term_of(child), text)


def _scaled_term(term: Node, text: Text) -> Iterator[Edit]:
    start, _ = text.place(term)
    shown, beta = text.of(term), text.beta
    slip = "no beta on log Z" if is_log_z(term) else "beta on the wrong term"
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


def squares(node: Node, text: Text) -> Iterator[Edit]:
    """½ (…)² for (…)²; Z for Z²."""
    if node.kind == "power" and node.children[1].kind == "number" and node.children[1].value == "2":
        base = node.children[0]
        if is_partition(base):
            yield Edit(
                ((*text.place(node), text.of(base)),), f"write {text.of(base)} once", "Z divided out twice"
            )
        elif base.kind == "group":
            start = text.place(node)[0]
            yield Edit(
                (text.scaled(start, r"\frac{1}{2}"),), f"halve {text.of(node)}", "a factor of two", Tier.RARER
            )


def logs(node: Node, text: Text) -> Iterator[Edit]:
    """A logarithm that is lost, or that ends too early, or that is taken of the wrong part."""
    if node.kind == "add":
        for child in node.children:
            term = term_of(child)
            if is_partition(term):
                start = text.place(term)[0]
                log = text.scaled(start, r"\log")
                says = f"take the logarithm of {text.of(term)}"
                yield Edit((log,), says, "log of Z forgotten")
                sign = sign_before(text, start)
                if sign is not None and text.source[slice(*sign)] == "+":
                    yield Edit(((*sign, "-"), log), says + " and flip its sign", "sign of log Z")
        yield from _closed_too_early(node, text)
    if node.kind in ("expectation", "gradient"):
        inner = bare(node.children[-1])
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
        call = term_of(child)
        call = call.children[-1] if call.kind == "multiply" else call
        if call.kind == "function" and call.children[0].kind == "group":
            _, stop = text.place(call)
            close = re.search(r"\s*(?:\\right\s*|\\[bB]igg?r?\s*)?(?:[)\]]|\\\})$", text.source[:stop])
            if close is not None:
                after = text.place(following)[1]
                places = ((close.start(), stop, ""), (after, after, close.group()))
                says = f"close the bracket after {text.of(term_of(following))}"
                yield Edit(places, says, "a parenthesis closed too early")


def gradients(node: Node, text: Text) -> Iterator[Edit]:
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


def drops(node: Node, text: Text) -> Iterator[Edit]:
    """One term or one factor too many."""
    if node.kind == "add":
        for i, child in enumerate(node.children):
            term = term_of(child)
            start, stop = text.place(term)
            sign = sign_before(text, start)
            first = sign[0] if sign is not None and sign[0] >= text.place(node)[0] else start
            if i == 0:
                plus = sign_before(text, text.place(term_of(node.children[1]))[0])
                stop = stop if plus is None else plus[1] if text.source[slice(*plus)] == "+" else plus[0]
            slip = "a log Z too many" if is_log_z(term) else "a term too many"
            yield Edit((text.taken_out(first, stop),), f"leave out {text.of(term)}", slip, Tier.DROPPING)
    if node.kind == "multiply":
        for child in node.children:
            twice = any(map(is_partition, walk(child)))
            slip, tier = (
                ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
            )
            yield Edit(
                (text.taken_out(*text.place(child)),), f"leave out the factor {text.of(child)}", slip, tier
            )
    if node.kind in ("divide", "fraction") and text.of(node.children[0]) != "1":
        top, bottom = node.children
        twice = any(map(is_partition, walk(bottom)))
        slip, tier = ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
        yield Edit(((*text.place(node), text.of(top)),), f"do not divide by {text.of(bottom)}", slip, tier)


def _calls(text: Text) -> Iterator[tuple[Node, Row]]:
    """Where Z(x) stands in the document."""
    for row in (text.row, *text.proof.rows):
        for side in row.syntax:
            yield from ((n, row) for n in walk(side) if n.kind == "call" and is_partition(n))


def lost_terms(text: Text) -> Iterator[tuple[str, str]]:
    """What is often lost from the end of a side, and the name of the slip."""
    parts = text.proof.parts
    assert parts is not None
    z = next(
        (row.source[n.span.start - row.span.start : n.span.stop - row.span.start] for n, row in _calls(text)),
        "",
    )
    if not z:  # a document that never names Z knows it written out only
        inner, x = f"{parts.outcome}'", parts.prompt
        weight = rf"{text.spelled(parts.reference)}({inner} \mid {x})"
        reward = rf"\frac{{{text.spelled(parts.reward)}({x}, {inner})}}{{{text.beta}}}"
        z = rf"\sum_{{{inner}}} {weight} \exp\left( {reward} \right)"
    yield rf"{text.beta} \log {z}", "log Z dropped"
    yield rf"\log {z}", "log Z dropped"
    yield text.beta, "forgotten -beta"
    yield r"\lambda", "lambda dropped"
    multiplier = any(
        n.kind == "symbol" and letter(n.value) == "λ" for side in text.row.syntax for n in walk(side)
    )
    yield "1", "forgotten -beta" if multiplier else "1 dropped"


def added(side: Node, text: Text) -> Iterator[Edit]:
    """What is often lost, put back: log Z, β, 1; at the end of a side or of an exponent."""
    if text.proof.parts is None or side.kind == "optimum":
        return
    exponents = [bare(n.children[0]) for n in walk(side) if n.kind == "function" and n.value == "exp"]
    for end, most in ((side, 5), *((inner, 1) for inner in exponents)):
        _, stop = text.place(end)
        for sign in ("-", "+"):
            for term, slip in list(lost_terms(text))[-most:]:
                says = f"add {'−' if sign == '-' else '+'} {term}"
                yield Edit(((stop, stop, f" {sign} {term}"),), says, slip, Tier.RARER)


def wrapped(side: Node, text: Text) -> Iterator[Edit]:
    """An expectation or a sum, put in front of a side or of one of its terms."""
    parts = text.proof.parts
    if parts is None:
        return
    terms = [term_of(child) for child in side.children] if side.kind == "add" else []
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
        for policy, spelling in policies_of(text).items():
            head = rf"\mathbb{{E}}_{{{parts.outcome} \sim {spelling}(\cdot \mid {parts.prompt})}}"
            yield Edit(
                ((start, stop, rf"{head}\left[ {inside} \right]"),),
                f"take the expectation under {policy}",
                "one-sample estimator equated with the functional",
                Tier.RARER,
            )
        if not any(n.kind == "symbol" and n.value == parts.prompt for n in walk(term)):
            continue
        head = rf"\mathbb{{E}}_{{{parts.prompt} \sim {text.spelled(parts.prompts)}}}"
        yield Edit(
            ((start, stop, rf"{head}\left[ {inside} \right]"),),
            "take the expectation over the prompts",
            "E_x dropped",
            Tier.RARER,
        )
