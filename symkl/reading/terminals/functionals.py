r"""Divergences and functionals of a policy: ``KL(p \| q)``, ``H(π)``, ``\operatorname{Var}_{y \sim \pi}[r]``."""

from __future__ import annotations

from collections.abc import Callable

from symkl.language.functions import FUNCTIONALS
from symkl.language.records import Layout
from symkl.reading.mistakes import refuse
from symkl.reading.spellings import PROSE
from symkl.reading.terminals.calls import call
from symkl.reading.terminals.naming import Name, subscript
from symkl.reading.terminals.pieces import Note, Part, Reading, Token, enclosed
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.scripts import exponent
from symkl.reading.terminals.under import under

_DIVERGENCES = {
    index: row.name for row in FUNCTIONALS if row.written.form is Layout.BETWEEN for index in row.written.below
}
_NORMS = {index: row.name for row in FUNCTIONALS if row.written.form is Layout.NORM for index in row.written.below}
_ORDER = "@"
"""What stands below a D in the table where the divergence has an order: α, or a number."""

#: Letters that head a functional where what follows them says so, and are plain symbols elsewhere.
LETTERS = frozenset("DHσχ")


def lettered(row: Row, i: int, end: int, letter: str) -> Reading | None:
    """What the letter at i, one of :data:`LETTERS`, heads; None where it is a plain symbol."""
    after = row.at(i + 1, end)
    if after is None:
        return None
    if letter == "D":
        return _distance(row, i, end)
    if letter == "χ":
        return _chi_squared(row, i, end) if after.kind == "sup" else None
    if letter == "H" and after.kind == "sup":
        return _squared_entropy(row, i, end)
    if after.kind != "open":
        return None
    return functional(row, "H", i, i + 1, end) if letter == "H" else _logistic(row, i)


def _squared_entropy(row: Row, i: int, end: int) -> Reading | None:
    """``H^2(π)``, of one policy: of two it is a distance of Hellinger's."""
    a, b, stop = row.script(i + 1, end)
    if row.written(a, b) not in ("2", "3") or row.kind(stop, end) != "open":
        return None
    if any(row.raws[k].kind in ("bar", "dbar", "comma") for k in row.inside(stop)):
        return None
    return _raised(row, i, stop, end)


def _raised(row: Row, i: int, opened: int, end: int) -> Reading:
    stop = yield from functional(row, "H", i, opened, end)
    yield from exponent(row, i + 1, end)
    return stop


def _logistic(row: Row, i: int) -> Reading:
    yield Token("FUNC", "σ", row.raws[i].span)
    return i + 1


def _chi_squared(row: Row, i: int, end: int) -> Reading | None:
    a, b, stop = row.script(i + 1, end)
    power = subscript(row, a, b)
    sided = row.kind(stop, end) == "open" and _two_sided(row, stop)
    if power.text == "2" and (sided or _pair(row, stop, end) is not None):
        return divergence(row, "χ²", i, stop, end)
    return None


def _distance(row: Row, i: int, end: int) -> Reading | None:
    """``D_{KL}(p \\| q)`` and its like, or ``D(p \\| q)``."""
    after = row.kind(i + 1, end)
    if after == "sub":
        a, b, stop = row.script(i + 1, end)
        plain = not any(r.kind in ("op", "open", "rel") for r in row.raws[a:b])
        which = subscript(row, a, b) if plain else Name("", b)
        found = _DIVERGENCES.get(which.text.upper(), _DIVERGENCES.get(which.text, ""))
        if found:
            return divergence(row, found, i, stop, end, which.notes)
        if _is_order(row, a, b) and row.kind(stop, end) == "open" and _two_sided(row, stop):
            return _of_order(row, _DIVERGENCES[_ORDER], i, (a, b, stop), end)
        if _pair(row, stop, end) is not None:
            raise refuse("unknown divergence", row.raws[i].span, "D_" + which.text)
        return None
    if after == "lb" and _pair(row, i + 1, end) is not None:
        return divergence(row, "KL", i, i + 1, end)
    if after == "open" and _double_bars(row, i + 1):
        return divergence(row, "KL", i, i + 1, end)
    return None


def _is_order(row: Row, a: int, b: int) -> bool:
    """Whether a subscript is α or a number, which orders a divergence."""
    return row.written(a, b) == "α" or all(r.kind == "num" or r.text == "/" for r in row.raws[a:b])


def _of_order(row: Row, value: str, i: int, script: tuple[int, int, int], end: int) -> Reading:
    """``D_α(p \\| q)``: the order, then the sides as of any divergence."""
    a, b, stop = script
    yield Token("ORDERED", value, row.span(i, i + 1))
    yield Token("LB", "{", row.span(a, a + 1))
    yield Part(row, a, b, "group")
    yield Token("RB", "}", row.span(b - 1, b))
    return (yield from _sides(row, stop))


def norm(row: Row, i: int, end: int) -> Reading:
    """``\\|p - q\\|_1``: what stands between double bars of which the second has an index, with its power after it.

    The power may stand first, ``\\|p - q\\|^2_2``.
    """
    for k in row.level(i + 1, end):
        if row.raws[k].kind == "dbar":
            first = row.script(k + 1, end)[2] if row.kind(k + 1, end) == "sup" else k + 1
            a, b, stop = row.script(first, end) if row.kind(first, end) == "sub" else (k, k, k)
            if k == i + 1 or (value := _NORMS.get(row.written(a, b))) is None:
                break
            yield Token("NORM_OPEN", value, row.raws[i].span)
            yield Part(row, i + 1, k, "group")
            yield Token("NORM_CLOSE", value, row.span(k, stop))
            if first > k + 1:
                yield from exponent(row, k + 1, end)
            return stop
    raise refuse("stray double bar", row.raws[i].span)


def inner(row: Row, i: int, end: int) -> Reading:
    """``⟨p, r⟩``: two sides between angle brackets, with one comma; ``⟨f⟩_p`` is the mean of f under p."""
    close = row.partner[i]
    parted = any(row.raws[k].kind in ("comma", "bar", "dbar") for k in row.inside(i))
    if not parted and row.kind(close + 1, end) == "sub":
        yield Token("OPEN", "", row.raws[i].span)
        yield Token("EXPECT", "E", row.raws[i].span)
        stop = yield from under(row, close + 1, end, "E")
        yield Token("OPEN", "[", row.raws[i].span)
        yield Part(row, i + 1, close, "group")
        yield Token("CLOSE", "]", row.raws[close].span)
        yield Token("CLOSE", "", row.span(stop - 1, stop))
        return stop
    sides = [k for k in row.inside(i) if row.raws[k].kind in ("comma", "bar", "dbar")]
    if len(sides) != 1 or row.raws[sides[0]].kind != "comma":
        place = row.span(i, row.partner[i] + 1)
        raise refuse("not read", place, "an angle bracket without two sides", "E or \\langle p, r\\rangle")
    yield Token("FUNCTIONAL", "inner", row.raws[i].span)
    return (yield from enclosed(row, i, ("CALL", "CCLOSE"), "call"))


def _double_bars(row: Row, i: int) -> bool:
    return any(row.raws[k].kind == "dbar" for k in row.inside(i))


def _two_sided(row: Row, i: int) -> bool:
    return any(row.raws[k].kind in ("dbar", "comma") for k in row.inside(i))


def divergence(row: Row, value: str, i: int, stop: int, end: int, notes: tuple[str, ...] = ()) -> Reading:
    """``KL(p \\| q)``: the head from i to stop, then a bracket with one separator, or nothing."""
    yield from map(Note, notes)
    yield Token("DIVERGENCE", value, row.span(i, stop))
    bracket = row.at(stop, end)
    if bracket is None:
        return stop
    if bracket.kind == "sub":
        raise refuse("subscript on a group", bracket.span, value, "a divergence without a superscript")
    if bracket.kind == "sup":
        raise refuse("not read", bracket.span, value, "a divergence without a superscript")
    if bracket.kind == "lb" and (pair := _pair(row, stop, end)) is not None:
        return (yield from _two_groups(row, stop, pair))
    if bracket.kind != "open" and not (bracket.kind == "lb" and _two_sided(row, stop)):
        _check_bare(row, value, i, stop, end)
        return stop
    return (yield from _sides(row, stop))


def _sides(row: Row, stop: int) -> Reading:
    """The bracket at ``stop`` with two sides."""
    bracket, close = row.raws[stop], row.partner[stop]
    separator, noted = _separator(row, stop)
    yield from map(Note, noted)
    yield Token("KOPEN", bracket.text, bracket.span)
    yield Part(row, stop + 1, separator, "group")
    yield Token("KBAR", "‖", row.raws[separator].span)
    yield Part(row, separator + 1, close, "group")
    yield Token("KCLOSE", row.raws[close].text, row.raws[close].span)
    return close + 1


def _pair(row: Row, i: int, end: int) -> int | None:
    """Where the second of two groups in braces opens, where two stand at i: ``\\KL{p}{q}``."""
    if row.kind(i, end) != "lb" or row.kind(second := row.partner[i] + 1, end) != "lb":
        return None
    return None if row.partner[i] == i + 1 or row.partner[second] == second + 1 else second


def _two_groups(row: Row, i: int, second: int) -> Reading:
    """The two sides of a divergence, each in braces of its own."""
    yield Token("KOPEN", "(", row.raws[i].span)
    yield Part(row, i + 1, row.partner[i], "group")
    yield Token("KBAR", "‖", row.raws[second].span)
    yield Part(row, second + 1, row.partner[second], "group")
    yield Token("KCLOSE", ")", row.raws[row.partner[second]].span)
    return row.partner[second] + 1


def _check_bare(row: Row, value: str, i: int, stop: int, end: int) -> None:
    """Refuse ``KL p q``, which is no product of KL with p and q. Raises Unreadable."""
    while row.kind(stop, end) == "quad":
        stop += 1
    after = row.at(stop, end)
    if after is None or (after.kind == "word" and after.font in PROSE):
        return
    if after.kind in ("letter", "accent", "word", "lb", "run", "num") or (after.kind == "cmd" and after.text == "frac"):
        raise refuse("sides without brackets", row.span(i, stop + 1), value)


def _separator(row: Row, i: int) -> tuple[int, tuple[str, ...]]:
    """The one place between the two sides of the divergence whose bracket opens at i, and what to say of it."""
    for kind, texts in (("dbar", "‖"), ("bar", "|"), ("op", ":"), ("comma", ",;")):
        found = [k for k in row.inside(i) if row.raws[k].kind == kind and row.raws[k].text in texts]
        if len(found) == 1:
            said = "a single bar between the two sides of a divergence is read as ‖"
            return found[0], (said,) if kind == "bar" else ()
        if found:
            break
    raise refuse("divergence sides", row.span(i, row.partner[i] + 1))


def functional(row: Row, value: str, i: int, stop: int, end: int) -> Reading:
    """A functional whose head stands from i to stop: what is under it, then its arguments."""
    yield Token("FUNCTIONAL", value, row.span(i, stop))
    stop = yield from under(row, stop, end, "Var")
    if row.kind(stop, end) != "open":
        raise refuse("empty function", row.raws[i].span, value)
    return (yield from call(row, stop, "H"))


def _divergence(name: str) -> Callable[[Row, int, int], Reading]:
    return lambda row, i, end: divergence(row, name, i, i + 1, end)


def _functional(name: str) -> Callable[[Row, int, int], Reading]:
    return lambda row, i, end: functional(row, name, i, i + 1, end)


HEADS: dict[str, Callable[[Row, int, int], Reading]] = {
    row.name: (_divergence if row.written.form is Layout.BETWEEN else _functional)(row.name)
    for row in FUNCTIONALS
    if row.written.words
}
"""Divergences and functionals that have a word, or a command, of their own."""
