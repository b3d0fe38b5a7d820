"""What moves with what: the symbols in a statement that may move under a derivative, a limit or a maximum, unsaid.

One rule: what is not known to be free of something may depend on it. A symbol with a definition moves as that moves;
of one without, the context says with what it may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.functions import DETACHED
from symkl.language.sequences import is_any

EVERYTHING = "?"
"""What an opaque symbol may move with."""


_VARYING = frozenset((t.Partial, t.Limit, t.Optimum, t.Optimiser, t.Gradient))
"""The terms inside which something varies."""


class Unsaid(NamedTuple):
    """``symbol`` may move with ``what`` varies here, and nothing says how; None: nothing here carries ``what``."""

    symbol: str | None
    what: str


def reached(terms: Iterable[t.Term], context: t.Context) -> frozenset[str]:
    """The symbols in terms, and in what defines these.

    >>> double = t.Definition("V", (), t.Mul((t.Scalar("β"), t.Scalar("c"))))
    >>> sorted(reached([t.Scalar("V")], t.Context(definitions={"V": double})))
    ['V', 'c', 'β']
    """
    return _reached(terms, context, t.symbols)


def _reached(
    terms: Iterable[t.Term], context: t.Context, named: Callable[[t.Term], Iterable[str]]
) -> frozenset[str]:
    found: set[str] = set()
    todo = [symbol for term in terms for symbol in named(term)]
    while todo:
        symbol = todo.pop()
        if symbol not in found:
            found.add(symbol)
            todo += named(context.definitions[symbol].body) if symbol in context.definitions else ()
    return frozenset(found)


def _stirred(term: t.Term) -> Iterator[str]:
    """The symbols in a term that what varies there may move: none of those that are detached."""
    if not _is_detached(term):
        yield from _named(term)
        for part in term.parts():
            yield from _stirred(part)


def _is_detached(term: t.Term) -> bool:
    return isinstance(term, t.Fn) and term.name == DETACHED


def detached(terms: Iterable[t.Term], context: t.Context) -> bool:
    """Whether something detached, sg(u), stands in terms, or in what defines the symbols in them.

    >>> loss = t.Definition("L", (), t.Fn("sg", (t.Scalar("β"),)))
    >>> detached([t.Scalar("L")], t.Context(definitions={"L": loss})), detached([t.Scalar("β")], t.Context())
    (True, False)
    """
    todo = list(terms)
    todo += [context.definitions[name].body for name in reached(todo, context) if name in context.definitions]
    while todo:
        term = todo.pop()
        if _is_detached(term):
            return True
        todo += term.parts()
    return False


def unsaid(terms: Iterable[t.Term], context: t.Context) -> Unsaid | None:
    """The first symbol in terms, and in what they mean, that may move where something varies, and nothing says how.

    ::

        s in the body of a derivative by v, or in what defines it      s has no definition      v, or all, may move s
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
                                                   s moves unsaid

    What is detached does not move at all. A gradient moves what carries its parameter as ``∇π = π ∇log π``; where
    nothing does, that is unsaid, too, unless
    the context says of everything there that nothing moves it.

    >>> slope = t.Partial(t.Scalar("V_β"), t.Scalar("β"))
    >>> unsaid([slope], t.Context(moves={"V_β": frozenset({"β"})}))
    Unsaid(symbol='V_β', what='β')
    """
    todo, seen = list(terms), set[str]()
    bodies = [context.definitions[name].body for name in reached(todo, context) if name in context.definitions]
    if _VARYING.isdisjoint(frozenset().union(*map(t.kinds, (*todo, *bodies)))):
        return None
    while todo:
        term = todo.pop()
        if (found := _unsaid_at(term, context)) is not None:
            return found
        todo += term.parts()
        for symbol in _named(term):
            if symbol not in seen and symbol in context.definitions:
                todo.append(context.definitions[symbol].body)
            seen.add(symbol)
    return None


def _named(term: t.Term) -> Iterator[str]:
    match term:
        case t.Scalar(symbol) | t.Value(symbol):
            yield symbol
        case t.Apply(symbol, _, given):
            yield symbol
            yield from (a.symbol for a in given if isinstance(a, t.Policy))


def _unsaid_at(term: t.Term, context: t.Context) -> Unsaid | None:
    """What moves unsaid in the body of one derivative, limit or maximum."""
    match term:
        case t.Partial(body, target):
            varying = frozenset({target.symbol})
        case t.Limit(body, scalar, _):
            varying = frozenset({scalar.symbol})
        case t.Optimum(_, policy, body) | t.Optimiser(_, policy, body):
            varying = frozenset({policy})
        case t.Gradient(body):
            varying = context.parametrised
        case _:
            return None
    names = _reached([body], context, _stirred)
    for symbol in sorted(names):
        by = context.moves.get(symbol, frozenset[str]())
        carries = isinstance(term, t.Gradient) and symbol in varying and by <= varying  # ∇r_ψ is any function
        said = symbol in context.definitions or (is_any(symbol) and symbol in varying) or carries
        if not said and not by.isdisjoint(varying | {EVERYTHING}):
            return Unsaid(symbol, _word(varying))
    if isinstance(term, t.Partial) and isinstance(term.target, t.Apply) and not term.target.outcomes:
        beside = _functions(term.body, context) - {term.target.symbol, *context.moves}
        if beside:  # V moves with r, for all that is known
            return Unsaid(min(beside), term.target.symbol)
    primitive = names - context.definitions.keys()  # a symbol with a definition moves as that does
    if isinstance(term, t.Gradient) and names.isdisjoint(varying) and not primitive <= context.moves.keys():
        return Unsaid(None, _word(varying))
    return None


def _functions(body: t.Term, context: t.Context) -> set[str]:
    """The functions in a term, and in what it means, that no definition gives."""
    todo, found, seen = [body], set[str](), set[str]()
    while todo:
        term = todo.pop()
        todo += term.parts()
        if isinstance(term, t.Apply) and not term.outcomes and term.symbol not in context.definitions:
            found.add(term.symbol)
        for symbol in _named(term):
            if symbol not in seen and symbol in context.definitions:
                todo.append(context.definitions[symbol].body)
            seen.add(symbol)
    return found


def _word(varying: frozenset[str]) -> str:
    """What varies, in a word: the parameter rather than the policies that carry it."""
    return min(varying, key=lambda name: (len(name), name), default="its parameter")
