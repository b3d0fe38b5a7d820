"""Did you mean: small edits of the author's own LaTeX, kept only if the kernel then proves the row.

Each function below knows one kind of slip: from a node of the parsed row it makes edits of the
source text. Nothing here decides whether an edit is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symkl.proof import Proof, Row
from symkl.reading.declaring import letter
from symkl.reading.syntax import Node
from symkl.report import Suggestion
from symkl.terms import Statement
from symkl.writing import symbol_latex

MOST_TRIED = 160
MOST_SHOWN = 2


@dataclass(frozen=True)
class Edit:
    """Replace ``[start, stop)`` of the row's source by ``text``, and perhaps a second place as well."""

    start: int
    stop: int
    text: str
    says: str
    slip: str
    also: tuple[int, int, str] | None = None

    def applied(self, source: str) -> tuple[str, tuple[int, int]]:
        """The source after the edit, and where in it the edited part stands."""
        places = [(self.start, self.stop, self.text)] + ([self.also] if self.also else [])
        out = source
        for start, stop, text in sorted(places, reverse=True):
            out = out[:start] + text + out[stop:]
        start = min(p[0] for p in places)
        tail = len(source) - max(p[1] for p in places)
        return out, (start, len(out) - tail)


def repairs(row: Row, statement: Statement, proof: Proof, holds: Callable[[Row], bool]) -> tuple[Suggestion, ...]:
    """The edits of a refuted row after which ``holds``, smallest first, each with its slip's name."""
    source = row.source
    base = row.span.start
    found: list[Suggestion] = []
    seen = {source}
    for tried, edit in enumerate(_edits(row, proof, base)):
        if tried >= MOST_TRIED or len(found) >= MOST_SHOWN:
            break
        text, changed = edit.applied(source)
        if text in seen:
            continue
        seen.add(text)
        edited = proof.reread(text)
        if edited is not None and edited.clauses and holds(edited):
            found.append(Suggestion(edit.says, text, edit.slip, changed))
    return tuple(found)


def _edits(row: Row, proof: Proof, base: int) -> Iterator[Edit]:
    source = row.source
    nodes = [node for side in row.syntax for node in _walk(side)]
    kinds: tuple[Callable[[Node, _Text], Iterator[Edit]], ...] = (
        _signs,
        _senses,
        _swapped_divergence,
        _inverted_fraction,
        _inverted_temperature,
        _log_of_quotient,
        _samplers,
        _indices,
        _drops,
    )
    text = _Text(source, base, proof)
    for kind in kinds:
        for node in nodes:
            yield from kind(node, text)
    yield from _swapped_pair(text)
    yield from _relations(text)
    for node in nodes:
        yield from _scaled(node, text)
    if row.syntax:
        yield from _added(row.syntax[-1], text)
        yield from _wrapped(row.syntax[-1], text)


@dataclass(frozen=True)
class _Text:
    """The row's source, with document offsets turned into offsets in it."""

    source: str
    base: int
    proof: Proof

    def place(self, node: Node) -> tuple[int, int]:
        return node.span.start - self.base, node.span.stop - self.base

    def of(self, node: Node) -> str:
        start, stop = self.place(node)
        return self.source[start:stop]

    @property
    def temperature(self) -> str:
        return symbol_latex(self.proof.parts.temperature) if self.proof.parts else r"\beta"


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _has(node: Node, kind: str, value: str = "") -> bool:
    return any(n.kind == kind and (not value or n.value == value) for n in _walk(node))


def _is_log_z(node: Node) -> bool:
    return any(
        n.kind == "function"
        and n.value == "log"
        and any(letter(m.value) in ("Z", "z") for m in _walk(n) if m.kind == "symbol")
        for n in _walk(node)
    )


def _symbol_named(node: Node, name: str) -> bool:
    return any(n.kind == "symbol" and n.value == name for n in _walk(node))


def _slip_of_sign(term: Node) -> str:
    if _is_log_z(term):
        return "sign of log Z"
    if _has(term, "divergence"):
        return "sign of KL in a loss or a maximum"
    if any(n.kind == "symbol" and letter(n.value) == "λ" for n in _walk(term)):
        return "sign of lambda"
    return "a sign"


def _sign_before(text: _Text, start: int) -> tuple[int, int] | None:
    """The sign that stands before an offset, brackets and spaces between."""
    found = re.search(r"([+\-−])[\s{&]*(?:\\[,!;: ]\s*)*$", text.source[:start])
    return None if found is None else (found.start(1), found.end(1))


def _signs(node: Node, text: _Text) -> Iterator[Edit]:
    """Flip the sign of one term."""
    if node.kind == "add":
        for child in node.children:
            term = child.children[0] if child.kind == "negate" else child
            start = text.place(term)[0]
            sign = _sign_before(text, start)
            shown = text.of(term)
            if sign is not None and sign[0] >= text.place(node)[0]:
                old = text.source[sign[0] : sign[1]]
                yield Edit(*sign, "-" if old == "+" else "+", f"flip the sign of {shown}", _slip_of_sign(term))
            elif child is node.children[0] and child.kind != "negate":
                yield Edit(start, start, "-", f"flip the sign of {shown}", _slip_of_sign(term))
    elif node.kind == "negate":
        start, _ = text.place(node)
        if text.source[start : start + 1] in ("-", "−"):
            yield Edit(start, start + 1, "", "take the minus sign away", _slip_of_sign(node))
    elif node.kind == "optimum" and node.children[-1].kind not in ("add", "negate"):
        start, _ = text.place(node.children[-1])
        yield Edit(
            start,
            start,
            "-",
            "put a minus sign in front",
            "sign of KL in a maximum" if _has(node, "divergence") else "a sign",
        )
    if node.kind == "function" and node.value in ("exp", "σ"):
        argument = node.children[0]
        inner = argument.children[0] if argument.kind == "group" else argument
        if inner.kind not in ("add", "negate"):
            start, _ = text.place(inner)
            yield Edit(start, start, "-", "flip the sign inside", "a sign")


def _senses(node: Node, text: _Text) -> Iterator[Edit]:
    """Exchange max and min."""
    if node.kind == "optimum":
        start, stop = text.place(node)
        found = re.search(r"max|min|sup|inf", text.source[start:stop])
        if found:
            other = {"max": "min", "min": "max", "sup": "inf", "inf": "sup"}[found.group()]
            yield Edit(
                start + found.start(),
                start + found.end(),
                other,
                f"write {other} for {found.group()}",
                "minimiser for maximiser",
            )


def _swapped_divergence(node: Node, text: _Text) -> Iterator[Edit]:
    """Swap the arguments of a KL."""
    if node.kind == "divergence" and len(node.children) == 2:
        left, right = node.children
        yield Edit(
            *text.place(left),
            text.of(right),
            "swap the arguments of this KL",
            "KL arguments swapped",
            (*text.place(right), text.of(left)),
        )


def _inverted_fraction(node: Node, text: _Text) -> Iterator[Edit]:
    """Turn a ratio upside down."""
    if node.kind in ("fraction", "divide"):
        top, bottom = node.children
        yield Edit(
            *text.place(top),
            text.of(bottom),
            f"invert the ratio {text.of(node)}",
            "KL ratio inverted",
            (*text.place(bottom), text.of(top)),
        )


def _inverted_temperature(node: Node, text: _Text) -> Iterator[Edit]:
    """β r for r/β and the reverse, where something is exponentiated or compared."""
    beta = text.proof.parts.temperature if text.proof.parts else "β"
    if node.kind == "multiply" and any(c.kind == "symbol" and c.value == beta for c in node.children):
        rest = " ".join(text.of(c) for c in node.children if not (c.kind == "symbol" and c.value == beta))
        yield Edit(
            *text.place(node),
            rf"\frac{{{rest}}}{{{text.temperature}}}",
            f"divide by {beta} instead of multiplying",
            "beta inverted",
        )
        yield Edit(*text.place(node), rest, f"take {beta} away", "beta on the wrong term")
    if node.kind in ("divide", "fraction") and node.children[1].kind == "symbol" and node.children[1].value == beta:
        top = text.of(node.children[0])
        product = text.temperature if top == "1" else rf"{text.temperature} {top}"
        yield Edit(*text.place(node), product, f"multiply by {beta} instead of dividing", "beta inverted")
        yield Edit(*text.place(node), "{" + top + "}", f"do not divide by {beta}", "beta on the wrong term")


def _log_of_quotient(node: Node, text: _Text) -> Iterator[Edit]:
    """``1/log(a)`` for ``log(1/a)`` and the reverse."""
    if node.kind == "fraction" and node.children[1].kind == "function" and node.children[1].value == "log":
        top, bottom = node.children
        inner = text.of(bottom.children[0]).strip("(){}")
        yield Edit(
            *text.place(node),
            rf"\log \frac{{{text.of(top)}}}{{{inner}}}",
            "take the logarithm of the quotient",
            "log(1/(1+e)) written as 1/log(1+e)",
        )


def _samplers(node: Node, text: _Text) -> Iterator[Edit]:
    """Another distribution to draw from."""
    if node.kind in ("sampled", "under") and text.proof.parts is not None:
        target = node.children[-1]
        head = target if target.kind == "symbol" else target.children[0] if target.kind == "call" else None
        parts = text.proof.parts
        if head is not None:
            for other in sorted({parts.policy, parts.reference, parts.optimum, *text.proof.optimised} - {head.value}):
                yield Edit(
                    *text.place(head),
                    symbol_latex(other),
                    f"take the expectation under {other}",
                    "E under the wrong policy",
                )


def _indices(node: Node, text: _Text) -> Iterator[Edit]:
    """Another variable to sum over, or a variable given its index."""
    if node.kind == "over":
        for variable in node.children:
            for other in {"x": "y", "y": "x"}.get(letter(variable.value), ""):
                yield Edit(*text.place(variable), other, f"sum over {other}", "sum over the wrong index")
    if node.kind == "symbol" and letter(node.value) == "y":
        for other in ("y_w", "y_l", "y"):
            if other != node.value and (other == "y" or other in text.source):
                yield Edit(*text.place(node), other, f"write {other} for {node.value}", "y_w and y_l swapped")


def _drops(node: Node, text: _Text) -> Iterator[Edit]:
    """Leave one term or one factor out."""
    if node.kind == "add":
        for i, child in enumerate(node.children):
            term = child.children[0] if child.kind == "negate" else child
            start, stop = text.place(term)
            sign = _sign_before(text, start)
            first = sign[0] if sign is not None and sign[0] >= text.place(node)[0] else start
            if i == 0:
                following = node.children[1]
                after = text.place(following.children[0] if following.kind == "negate" else following)[0]
                plus = _sign_before(text, after)
                stop = plus[1] if plus and text.source[plus[0] : plus[1]] == "+" else plus[0] if plus else stop
            slip = "log Z dropped" if _is_log_z(term) else "a term too many"
            yield Edit(first, stop, "", f"leave out {text.of(term)}", slip)
    if node.kind == "multiply":
        for child in node.children:
            slip = (
                "Z divided out twice"
                if any(letter(n.value) in ("Z", "z") for n in _walk(child) if n.kind == "symbol")
                else "a factor too many"
            )
            yield Edit(*text.place(child), "", f"leave out the factor {text.of(child)}", slip)
    if node.kind == "divide" or (
        node.kind == "fraction"
        and any(letter(n.value) in ("Z", "z") for n in _walk(node.children[1]) if n.kind == "symbol")
    ):
        yield Edit(
            *text.place(node),
            text.of(node.children[0]),
            f"do not divide by {text.of(node.children[1])}",
            "Z divided out twice",
        )


def _swapped_pair(text: _Text) -> Iterator[Edit]:
    """Exchange winner and loser throughout the last side."""
    for one, two in (("y_w", "y_l"), ("y_1", "y_2"), ("y_c", "y_r"), ("y^+", "y^-"), ("y_{w}", "y_{l}")):
        if one in text.source and two in text.source:
            hidden = text.source.replace(one, "\0").replace(two, one).replace("\0", two)
            yield Edit(0, len(text.source), hidden, f"exchange {one} and {two}", "y_w and y_l swapped")
            at = text.source.rfind("=")
            tail = text.source[at:]
            if at > 0 and one in tail and two in tail:
                swapped = tail.replace(one, "\0").replace(two, one).replace("\0", two)
                yield Edit(
                    at, len(text.source), swapped, f"exchange {one} and {two} on the right side", "y_w and y_l swapped"
                )


_RELATIONS = (
    (r"\\propto\b", "=", r"\propto used for an equation"),
    (r"\\leq?\b|\\leqslant\b|≤", r"\ge", "Jensen the wrong way round"),
    (r"\\geq?\b|\\geqslant\b|≥", r"\le", "Jensen the wrong way round"),
    (r"(?<![\\a-zA-Z])=", r"\propto", "a constant dropped under ="),
    (r"(?<![\\a-zA-Z])=", r"\le", "a bound written as an equality"),
    (r"(?<![\\a-zA-Z])=", r"\ge", "a bound written as an equality"),
)


def _relations(text: _Text) -> Iterator[Edit]:
    """Another relation."""
    for pattern, new, slip in _RELATIONS:
        for found in re.finditer(pattern, text.source):
            yield Edit(found.start(), found.end(), new + " ", f"write {new} for {found.group()}", slip)


def _scaled(node: Node, text: _Text) -> Iterator[Edit]:
    """Multiply one term by β or 1/β."""
    if node.kind != "add":
        return
    for child in node.children:
        term = child.children[0] if child.kind == "negate" else child
        start, stop = text.place(term)
        beta = text.temperature
        slip = "no beta on log Z" if _is_log_z(term) else "beta on the wrong term"
        yield Edit(start, start, beta + " ", f"multiply {text.of(term)} by β", slip)
        yield Edit(start, stop, rf"\frac{{1}}{{{beta}}} " + text.of(term), f"divide {text.of(term)} by β", slip)


def _added(side: Node, text: _Text) -> Iterator[Edit]:
    """Add what is often lost: log Z, β log Z, β."""
    _, stop = text.place(side)
    parts = text.proof.parts
    if parts is None:
        return
    z = rf"\log {symbol_latex(parts.partition)}({parts.prompt})"
    for sign in ("+", "-"):
        for term, slip in (
            (rf"{text.temperature} {z}", "log Z dropped"),
            (z, "log Z dropped"),
            (text.temperature, "forgotten -beta"),
            (r"\lambda", "lambda dropped"),
            ("1", "forgotten constant"),
        ):
            yield Edit(stop, stop, f" {sign} {term}", f"add {'−' if sign == '-' else '+'} {term}", slip)


def _wrapped(side: Node, text: _Text) -> Iterator[Edit]:
    """Put an expectation or a sum in front."""
    start, stop = text.place(side)
    parts = text.proof.parts
    if parts is None:
        return
    inside = text.source[start:stop]
    for policy in sorted({parts.policy, parts.reference, *text.proof.optimised}):
        head = rf"\mathbb{{E}}_{{{parts.outcome} \sim {symbol_latex(policy)}}}"
        yield Edit(
            start,
            stop,
            rf"{head}\left[{inside}\right]",
            f"take the expectation under {policy}",
            "one-sample estimator equated with the functional",
        )
    yield Edit(
        start,
        stop,
        rf"\mathbb{{E}}_{{{parts.prompt} \sim {symbol_latex(parts.prompts)}}}\left[{inside}\right]",
        "take the expectation over the prompts",
        "E_x dropped",
    )
    yield Edit(
        start, stop, rf"\sum_{{{parts.outcome}}} \left({inside}\right)", f"sum over {parts.outcome}", "sum dropped"
    )
