"""Divergences and functionals of a distribution: KL, χ², entropy, variance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symkl.language import sequences as names
from symkl.language import terms as t
from symkl.language.terms import Variable
from symkl.meaning.alphabets import PROMPT_LIKE, summands
from symkl.meaning.binders import drawn, outermost_first, token_places
from symkl.meaning.calls import policy
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Node, named, walk

AVERAGED = "averaged"
"""The second reading of a divergence without arguments."""


def divergence(read: Reader, node: Node) -> t.Term:
    """A divergence of two distributions; one without arguments is of the main policy from the reference."""
    if not node.children:
        names = _main_policy(read.known), read.known.reference or "π_ref"
        read.said.note(f"{node.value} without arguments is read as {node.value}({names[0]} ‖ {names[1]})")
        node = replace(node, children=tuple(Node("symbol", (), node.span, name) for name in names))
    sides = node.children[:2]
    if any(side.kind == "next" for side in sides):
        return _over_next_tokens(read, node)
    orders = [read(each.children[0]) for each in node.children[2:]]
    over = _outcomes(read, sides, node)
    if len(over) > 1 and (dot := next((n for side in sides for n in walk(side) if n.kind == "dot"), None)):
        raise refuse("laws of other things", dot.span)  # of which of the outcomes it is, nothing tells
    inner = read.below(over, dot=over[0])
    found = t.Bind(node.value, over, tuple(_side(inner, side, over) for side in sides), tuple(orders))
    return _averaged(read, node, found) if all(side.kind == "symbol" for side in sides) else found


def _averaged(read: Reader, node: Node, found: t.Bind) -> t.Term:
    """A divergence of two bare names; in a second reading its mean over the prompts, where nothing else is."""
    prompts = {v for v in t.free_variables(found) if v.sort in PROMPT_LIKE} - read.bound
    if len(prompts) != 1:
        return found
    read.said.forks.add(AVERAGED)
    (x,) = prompts
    law = t.Apply(read.known.prompts or "D", (x,), ())
    return t.mean((x,), law, found, span=node.span) if read.other == AVERAGED else found


def _over_next_tokens(read: Reader, node: Node) -> t.Term:
    """A divergence of two policies over the next token, behind the same tokens, or a cross-entropy of the two."""
    if node.value not in ("KL", "H") or [side.kind for side in node.children] != ["next", "next"]:
        raise refuse("next token by itself", node.span, name=node.value)
    (left, at), (right, other) = (token_places(read, side) for side in node.children)
    if at != other:
        raise refuse("behind other tokens", node.span)
    return t.Apply(names.divergence(node.value, left, right), (), at)


def norm(read: Reader, node: Node) -> t.Term:
    """A norm of a function of the response, such as the difference of two distributions.

    That of a function by its bare name is over whatever it is a function of: ``‖r‖_∞`` is the largest of all |r(x, y)|.
    """
    over = _outcomes(read, node.children, node)
    body = read.below(over, dot=over[0])(node.children[0])
    names = [n for n in walk(node.children[0]) if n.kind == "symbol"]
    if any(side.kind == "symbol" and read.known.kind(side.value) == "function" for side in summands(node.children[0])):
        written = {read.variable(n.value) for n in names if read.known.is_index(n.value)}
        over = (*sorted(t.free_variables(body) - written - set(over), key=lambda v: v.name), *over)
    return t.Bind(node.value, over, (body,))


def inner(read: Reader, node: Node) -> t.Term:
    """``⟨p, r⟩``: the sum over all outcomes of one times the other."""
    over = _entries_of(read, node.children) or _outcomes(read, node.children, node)
    written = [n for n in walk(node) if n.kind == "symbol" and read.known.is_index(n.value)]
    same = [n for n in written if read.variable(n.value).sort in {v.sort for v in over}]
    if same:
        raise refuse("inner product with an index", same[0].span, name=same[0].value)
    within = read.below(over, dot=over[0])
    return t.Bind("sum", over, (t.Mul(within.many(node.children)),))


def _entries_of(read: Reader, sides: Sequence[Node]) -> tuple[Variable, ...]:
    """What the entries of two vectors are numbered by, where neither is a distribution."""
    names = [side.value for side in sides if side.kind == "symbol"]
    sorts = [read.known.arguments.get(name, ()) for name in names if name in read.known.vectors & read.known.functions]
    if len(sorts) < len(sides) or len(set(sorts)) != 1 or len(sorts[0]) != 1:
        return ()
    return (read.known.usual_variable(sorts[0][0]),)


def entry(read: Reader, node: Node) -> t.Term:
    """``p_1``, an entry of a vector by its number, is refused. Raises Unreadable."""
    raise refuse("entry by number", node.span, name=node.value, vector=node.value.partition("_")[0])


def _variance(read: Reader, binders: Sequence[Node], of: Node) -> t.Term:
    """A variance; of several draws one after the other, ``E[f²] - E[f]²`` over all of them."""
    draws, inner = drawn(read, binders, of)
    bound = [v for draw in draws for v in draw.variables]
    body = inner.below(bound)(of)
    if len(draws) == 1:
        return t.Bind("Var", draws[0].variables, (draws[0].weight, body))
    squared: t.Term = t.Power(body, t.Number(Fraction(2)))
    for draw in reversed(outermost_first(draws)):
        body, squared = (t.mean(draw.variables, draw.weight, each) for each in (body, squared))
    return t.Add((squared, t.Mul((t.Number(Fraction(-1)), t.Power(body, t.Number(Fraction(2)))))))


def _covariance(read: Reader, binders: Sequence[Node], of: Sequence[Node], whole: Node) -> t.Term:
    """A covariance; of several draws one after the other, ``E[f g] - E[f] E[g]`` over all of them."""
    if len(of) != 2:
        said = {"name": "Cov", "wanted": "2 numbers", "count": str(len(of)), "example": "f, g"}
        raise refuse("wrong count", whole.span, **said)
    draws, inner = drawn(read, binders, Node("multiply", tuple(of), whole.span))
    sides = inner.below([v for draw in draws for v in draw.variables]).many(of)
    if len(draws) == 1:
        return t.Bind("Cov", draws[0].variables, (draws[0].weight, *sides))
    means = (t.Mul(sides), *sides)
    for draw in reversed(outermost_first(draws)):
        means = tuple(t.mean(draw.variables, draw.weight, each) for each in means)
    return t.Add((means[0], t.Mul((t.Number(Fraction(-1)), *means[1:]))))


def functional(read: Reader, node: Node) -> t.Term:
    """A functional of one distribution, or of what is drawn below it."""
    under = node.children[-1] if node.children and node.children[-1].kind in ("under", "sampled") else None
    arguments = node.children[:-1] if under else node.children
    if node.value == "Cov":
        if under is None:
            raise refuse("variance under no policy", node.span, name="covariance")
        binders = [each for each in arguments if each.kind in ("under", "sampled", "over")]
        return _covariance(read, (*binders, under), [each for each in arguments if each not in binders], node)
    if node.value == "Var":
        if under is None:
            raise refuse("variance under no policy", node.span, name="variance")
        return _variance(read, (*arguments[1:], under), arguments[0])
    if all(each.kind == "next" for each in arguments):
        return _over_next_tokens(read, replace(node, children=(arguments[0], arguments[-1]), value="H"))
    over = _outcomes(read, arguments, node)
    inner = read.below(over, dot=over[0])
    if len(arguments) == 1:
        return t.Bind("H", over, (_side(inner, arguments[0], over),))
    return t.Bind("cross-entropy", over, (_side(inner, arguments[0], over), _side(inner, arguments[-1], over)))


def _main_policy(known: Declarations) -> str:
    """The policy that is meant where none is written."""
    found = sorted(
        n for n in known.distributions if letter(n) == "π" and not known.is_reference(n) and not known.is_optimum(n)
    )
    return "π" if "π" in found or not found else found[0]


def _outcomes(read: Reader, sides: Sequence[Node], whole: Node) -> tuple[Variable, ...]:
    """What a functional sums over: all outcomes written in it, else those of its first distribution.

    Raises Unreadable where two sides are laws of other things, or where one of several outcomes is bound already.
    """
    written = [tuple(dict.fromkeys(_drawn_in(read, side))) for side in sides]
    several = [each for each in written if each]
    if several:
        if len({frozenset(each) for each in several}) > 1:
            raise refuse("laws of other things", whole.span)
        if len(several[0]) > 1 and not read.bound.isdisjoint(several[0]):
            raise refuse("laws of other things", whole.span)
        return several[0]
    known = read.known
    for name in map(named, sides):
        if name in known.signatures:
            over = tuple(known.usual_variable(sort) for sort in known.signatures[name][0])
            if len(set(over)) < len(over):
                raise refuse("joint distribution", whole.span, name=name)
            return over
    return (known.usual_variable(known.outcome),)


def _drawn_in(read: Reader, side: Node) -> Iterator[Variable]:
    """The outcomes of the laws that are written in an expression, and not bound inside it."""
    if side.kind in ("sum", "expectation", "product", "extremum", "integral"):
        return
    if side.kind == "call" and read.known.kind(side.children[0].value) == "distribution":
        for c in side.children[1].children:
            if c.kind == "symbol" and read.known.is_index(c.value):
                yield read.variable(c.value)
    for child in side.children:
        yield from _drawn_in(read, child)


def _side(read: Reader, node: Node, over: tuple[Variable, ...]) -> t.Term:
    """One side of a divergence: a distribution by name, or an expression in the response."""
    if node.kind == "symbol" and read.known.kind(node.value) == "distribution":
        sorts = tuple(v.sort for v in over)
        if len(over) > 1 and read.known.signatures.get(node.value, (sorts, ()))[0] != sorts:
            raise refuse("laws of other things", node.span)
        return policy(read, node.value, node, over)
    return read(node)
