r"""What is lost, and what is too much: factors, terms, logarithms, sums, expectations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.roles import Role
from symkl.language.written import Form, Part
from symkl.repairing.signs import unsigned
from symkl.repairing.spelling import bare, is_partition
from symkl.repairing.text import (
    Edit,
    Text,
    Tier,
    is_log_z,
    sign_before,
    slip_of_sign,
    term_of,
)


def whole_side(side: Part, text: Text) -> Iterator[Edit]:
    """Sign, factor, expectation or sum of a side that is one term."""
    if side.form is Form.NEGATE:
        yield from unsigned(side, text)
    elif side.form not in (Form.ADD, Form.OPTIMUM) and (side != text.sides[0] or len(text.sides) == 1):
        start = side.start
        yield Edit((text.put_in(start, "-"),), f"flip the sign of {text.of(side)}", slip_of_sign(side))
    if side.form is not Form.OPTIMUM:
        if side.form is not Form.ADD:
            yield from _scaled_term(side, text)
            if side.form is Form.EXPECTATION:
                place = text.scaled(side.start, r"\frac{1}{2}")
                yield Edit((place,), f"halve {text.of(side)}", "a factor of two", Tier.RARER)
        yield from wrapped(side, text)


def scaled(node: Part, text: Text) -> Iterator[Edit]:
    """β, or a number, that one term wants."""
    if node.form is Form.ADD:
        for child in node.parts:
            yield from _scaled_term(term_of(child), text)


def _scaled_term(term: Part, text: Text) -> Iterator[Edit]:
    start = term.start
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
    if term.form is Form.POWER:
        yield Edit((text.scaled(start, r"\frac{1}{2}"),), f"halve {shown}", "a factor of two", Tier.RARER)
    elif term.form is Form.MULTIPLY and len(term.parts) > 1:
        first = term.parts[0]
        if text.of(first) == "2" or re.fullmatch(r"\\[td]?frac\s*\{?1\}?\s*\{?2\}?", text.of(first)):
            place = text.taken_out(*first.place)
            yield Edit((place,), f"leave out {text.of(first)}", "a factor of two", Tier.RARER)


def squares(node: Part, text: Text) -> Iterator[Edit]:
    """½ (…)² for (…)²; Z for Z²."""
    if node.form is Form.POWER and node.parts[1].form is Form.NUMBER and node.parts[1].value == "2":
        base = node.parts[0]
        if is_partition(base):
            yield Edit(
                ((*node.place, text.of(base)),), f"write {text.of(base)} once", "Z divided out twice"
            )
        elif base.form is Form.GROUP:
            start = node.start
            yield Edit(
                (text.scaled(start, r"\frac{1}{2}"),), f"halve {text.of(node)}", "a factor of two", Tier.RARER
            )


def logs(node: Part, text: Text) -> Iterator[Edit]:
    """A logarithm that is lost, or that ends too early, or that is taken of the wrong part."""
    if node.form is Form.ADD:
        for child in node.parts:
            term = term_of(child)
            if is_partition(term):
                start = term.start
                log = text.scaled(start, r"\log")
                says = f"take the logarithm of {text.of(term)}"
                yield Edit((log,), says, "log of Z forgotten")
                sign = sign_before(text, start)
                if sign is not None and text.source[slice(*sign)] == "+":
                    yield Edit(((*sign, "-"), log), says + " and flip its sign", "sign of log Z")
        yield from _closed_too_early(node, text)
    if node.form in (Form.EXPECTATION, Form.GRADIENT):
        inner = bare(node.parts[-1])
        if (inner.form is Form.FUNCTION and inner.value == "σ") or inner.form is Form.CALL:
            place = text.scaled(inner.start, r"\log")
            yield Edit((place,), f"take the logarithm of {text.of(inner)}", "log dropped", Tier.RARER)
    if (
        node.form in (Form.FRACTION, Form.DIVIDE)
        and node.parts[1].form is Form.FUNCTION
        and node.parts[1].value == "log"
    ):
        top, bottom = node.parts
        whole = rf"\log \frac{{{text.of(top)}}}{{{text.inner(bottom.parts[0])}}}"
        if text.of(top) == "1":
            says, slip = "take the logarithm of the quotient", "log(1/(1+e)) written as 1/log(1+e)"
            yield Edit(((*node.place, "- " + text.of(bottom)),), says, slip)
            yield Edit(((*node.place, whole),), says, slip)


def _closed_too_early(node: Part, text: Text) -> Iterator[Edit]:
    """A function whose bracket wants to end one term later."""
    for child, following in zip(node.parts, node.parts[1:], strict=False):
        call = term_of(child)
        call = call.parts[-1] if call.form is Form.MULTIPLY else call
        if call.form is Form.FUNCTION and call.parts[0].form is Form.GROUP:
            stop = call.stop
            close = re.search(r"\s*(?:\\right\s*|\\[bB]igg?r?\s*)?(?:[)\]]|\\\})$", text.source[:stop])
            if close is not None:
                after = following.stop
                places = ((close.start(), stop, ""), (after, after, close.group()))
                says = f"close the bracket after {text.of(term_of(following))}"
                yield Edit(places, says, "a parenthesis closed too early")


def gradients(node: Part, text: Text) -> Iterator[Edit]:
    """The gradient of a mean for the mean of gradients."""
    if node.form is Form.GRADIENT and node.parts[0].form is Form.EXPECTATION:
        start = node.start
        mean = node.parts[0].start
        body = node.parts[0].parts[-1]
        inner = body.parts[0] if body.form is Form.GROUP else body
        nabla = text.source[start:mean].strip()
        new = (
            f"{nabla} {text.of(inner)}"
            if inner.form is Form.GROUP
            else rf"{nabla} \left( {text.of(inner)} \right)"
        )
        places = (text.taken_out(start, mean), (*inner.place, new))
        yield Edit(places, "take the gradient of each sample", "grad E[k2] for E[grad k2]")


def drops(node: Part, text: Text) -> Iterator[Edit]:
    """One term or one factor too many."""
    if node.form is Form.ADD:
        for i, child in enumerate(node.parts):
            term = term_of(child)
            start, stop = term.place
            sign = sign_before(text, start)
            first = sign[0] if sign is not None and sign[0] >= node.start else start
            if i == 0:
                plus = sign_before(text, term_of(node.parts[1]).start)
                stop = stop if plus is None else plus[1] if text.source[slice(*plus)] == "+" else plus[0]
            slip = "a log Z too many" if is_log_z(term) else "a term too many"
            yield Edit((text.taken_out(first, stop),), f"leave out {text.of(term)}", slip, Tier.DROPPING)
    if node.form is Form.MULTIPLY:
        for child in node.parts:
            twice = any(map(is_partition, child.walk()))
            slip, tier = (
                ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
            )
            yield Edit(
                (text.taken_out(*child.place),), f"leave out the factor {text.of(child)}", slip, tier
            )
    if node.form in (Form.DIVIDE, Form.FRACTION) and text.of(node.parts[0]) != "1":
        top, bottom = node.parts
        twice = any(map(is_partition, bottom.walk()))
        slip, tier = ("Z divided out twice", Tier.RARER) if twice else ("a factor too many", Tier.DROPPING)
        yield Edit(((*node.place, text.of(top)),), f"do not divide by {text.of(bottom)}", slip, tier)


def lost_terms(text: Text) -> Iterator[tuple[str, str]]:
    """What is often lost from the end of a side, and the name of the slip."""
    parts = text.parts
    assert parts is not None
    z = text.partition
    if not z:  # a document that never names Z knows it written out only
        inner, x = f"{parts.outcome}'", parts.prompt
        weight = rf"{text.spelled(parts.reference)}({inner} \mid {x})"
        reward = rf"\frac{{{text.spelled(parts.reward)}({x}, {inner})}}{{{text.beta}}}"
        z = rf"\sum_{{{inner}}} {weight} \exp\left( {reward} \right)"
    yield rf"{text.beta} \log {z}", "log Z dropped"
    yield rf"\log {z}", "log Z dropped"
    yield text.beta, "forgotten -beta"
    yield r"\lambda", "lambda dropped"
    multiplier = any(n.role is Role.MULTIPLIER for n in text.walk())
    yield "1", "forgotten -beta" if multiplier else "1 dropped"


def added(side: Part, text: Text) -> Iterator[Edit]:
    """What is often lost, put back: log Z, β, 1; at the end of a side or of an exponent."""
    if text.parts is None or side.form is Form.OPTIMUM:
        return
    exponents = [bare(n.parts[0]) for n in side.walk() if n.form is Form.FUNCTION and n.value == "exp"]
    for end, most in ((side, 5), *((inner, 1) for inner in exponents)):
        stop = end.stop
        for sign in ("-", "+"):
            for term, slip in list(lost_terms(text))[-most:]:
                says = f"add {'−' if sign == '-' else '+'} {term}"
                yield Edit(((stop, stop, f" {sign} {term}"),), says, slip, Tier.RARER)


def wrapped(side: Part, text: Text) -> Iterator[Edit]:
    """An expectation or a sum, put in front of a side or of one of its terms."""
    parts = text.parts
    if parts is None:
        return
    terms = [term_of(child) for child in side.parts] if side.form is Form.ADD else []
    for term in (side, *terms):
        start, stop = term.place
        inside = text.source[start:stop]
        summed = rf"\left( {inside} \right)" if term.form in (Form.ADD, Form.NEGATE) else inside
        over = Edit(
            ((start, stop, rf"\sum_{{{parts.outcome}}} {summed}"),),
            f"sum over {parts.outcome}",
            "sum dropped",
            Tier.RARER,
        )
        yield over
        for policy, spelling in text.policies.items():
            head = rf"\mathbb{{E}}_{{{parts.outcome} \sim {spelling}(\cdot \mid {parts.prompt})}}"
            yield Edit(
                ((start, stop, rf"{head}\left[ {inside} \right]"),),
                f"take the expectation under {policy}",
                "one-sample estimator equated with the functional",
                Tier.RARER,
            )
        if not any(n.form is Form.SYMBOL and n.value == parts.prompt for n in term.walk()):
            continue
        head = rf"\mathbb{{E}}_{{{parts.prompt} \sim {text.spelled(parts.prompts)}}}"
        yield Edit(
            ((start, stop, rf"{head}\left[ {inside} \right]"),),
            "take the expectation over the prompts",
            "E_x dropped",
            Tier.RARER,
        )
