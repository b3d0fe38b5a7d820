r"""Responses that are sequences of tokens: ``\pi(y_t|x, y_{<t})``, ``\sum_{t=1}^T``, ``\sum_{t=1}^{|y|}``, ``\prod_t``.

A document says that y is a sequence of tokens where a sum or a product over t has the probability of a token in it.
Then π(y|x) is the product of these, and they are read as one function ``π⟩(x, y, t)`` of response and position. For the
kernel it is *any* positive function with that product::

    π⟩(x, y, t) = exp(log π(y|x) / T + d(x, y, t) - Σ_s d(x, y, s) / T)      d any function

so that what is proved holds for the true one; a finite problem has the true one, of responses that are sequences::

    π⟩(x, y, t) = Σ_z π(z|x) [z and y agree in t tokens] / Σ_z π(z|x) [z and y agree in t - 1 tokens]

A divergence of two policies over the next token is read likewise: under the first policy its mean is that of the
logarithm of the ratio. So is an entropy, and what sums such logarithms over the next token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import NamedTuple

from symkl.language import sequences as names
from symkl.language import terms as t
from symkl.language.frozen import frozen
from symkl.language.functions import LENGTH
from symkl.language.patterns import pattern
from symkl.language.roles import Role
from symkl.language.terms import Variable
from symkl.meaning.symbols import POLICIES, Declarations, letter
from symkl.meaning.trajectories import CLOSE, OPEN
from symkl.reading.syntax import Clause, Node, named, walk

_AT = pattern(r"(?P<base>.+?)[_,](?P<at>[a-z])")
_BEFORE = pattern(r"(?P<base>.+?)[_,](?:<(?P<below>[a-z])|1:(?P<upto>[a-z])-1|[≤:](?P<last>[a-z])-1)")
_ONE, _MINUS = t.Number(Fraction(1)), t.Number(Fraction(-1))


def _prefix(name: str) -> tuple[str, str] | None:
    """The response and the position before which its tokens are: of ``y_<t`` and ``y_1:t-1`` y and t."""
    found = _BEFORE.fullmatch(name)
    return (found["base"], found["below"] or found["upto"] or found["last"]) if found else None


def _token_of(node: Node) -> tuple[str, str] | None:
    """The response and the position of ``π(y_t|x, y_{<t})`` and of ``π(\\cdot|x, y_{<t})``."""
    if node.kind != "call":
        return None
    _, arguments, conditions = node.children
    before = [found for c in conditions.children if c.kind == "symbol" and (found := _prefix(c.value))]
    if len(arguments.children) != 1 or len(before) != 1:
        return None
    (argument,) = arguments.children
    if argument.kind == "dot":
        return before[0]
    at = _AT.fullmatch(argument.value) if argument.kind == "symbol" else None
    return before[0] if at is not None and (at["base"], at["at"]) == before[0] else None


def with_sequences(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with whether responses are sequences, and whether they are of one length."""
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    sums = [node for node in nodes if node.kind in ("sum", "product")]
    members = _of_tokens(rows)
    tokens = False
    ends: set[str] = set()
    for node in sums:
        for binder in node.children[:-1]:
            index = binder.children[0].value if binder.kind in ("over", "range") else ""
            within = any(
                ((found := _token_of(n)) and found[1] == index) or members.get(n.value) == index
                for n in walk(node.children[-1])
            )
            tokens |= within
            length = binder.kind == "range" and _length(binder) is not None
            if within or length:
                ends.add("|·|" if length else "T" if binder.kind == "range" else "")
    known = replace(known, tokens=tokens, lengths="|·|" in ends or (tokens and ends <= {""}))
    if not tokens:
        return known
    pairs = frozenset(found for node in nodes if (found := _token_of(node)) is not None)
    known = replace(known, token_pairs=pairs)
    heads = {named(written) for node in nodes if (written := _at_a_token(known, node)) is not None}
    return replace(known, moments=known.moments | heads, functions=known.functions | heads)


def _at_a_token(known: Declarations, node: Node) -> Node | None:
    """``A(x, y_t)`` as a function of x, the response and the position, by a name of its own; None for anything else.

    What stands before the token is no argument of it, and yet one of what it becomes: so it is more general.
    """
    if node.kind != "call" or node.children[2].children or letter(node.children[0].value) in POLICIES:
        return None
    head, arguments, conditions = node.children
    at = [_AT.fullmatch(c.value) if c.kind == "symbol" else None for c in arguments.children]
    found = [each for each in at if each is not None and (each["base"], each["at"]) in known.token_pairs]
    if len(found) != 1 or any(c.kind not in ("symbol", "dot") for c in arguments.children):
        return None
    token = found[0]
    others = tuple(c for c, each in zip(arguments.children, at, strict=True) if each is not token)
    base = letter(head.value)
    name = f"{base}{OPEN}·{CLOSE}{head.value[len(base):]}"
    places = tuple(Node("symbol", (), arguments.span, each) for each in (token["base"], token["at"]))
    head = replace(head, value=name)
    return replace(node, children=(head, replace(arguments, children=(*others, *places)), conditions))


def _of_tokens(rows: Sequence[Sequence[Clause]]) -> dict[str, str]:
    r"""What rows give with the probability of a token in it, by the position: ``ρ_t = π(y_t|x, y_{<t}) / ...``."""
    found: dict[str, str] = {}
    given = [(name, clause.expressions[1:]) for row in rows for clause in row if (name := _position_below(clause))]
    more = True
    while more:  # what is made of these is of tokens as well
        more = False
        for name, sides in given:
            at = name.rpartition("_")[2][-1]
            parts = [n for side in sides for n in walk(side)]
            if name not in found and any(((of := _token_of(n)) and of[1] == at) or n.value in found for n in parts):
                found[name], more = at, True
    return found


def _position_below(clause: Clause) -> str:
    """What a clause seems to give, where it has one letter below it, or a last one."""
    name = named(clause.expressions[0]) if clause.relations and clause.opening is None else ""
    return name if pattern(r"[^_]+_(?:[a-z],)?[a-z]").fullmatch(name) else ""


def _length(binder: Node) -> Node | None:
    """The response whose length a range from 1 goes to: of ``t=1..|y|`` the y."""
    _, first, last = binder.children
    inside = last.children[0] if last.kind == "absolute" and last.value != "set" else None
    whole = inside is not None and inside.kind == "symbol" and len(inside.value.partition("_")[0]) == 1
    return inside if whole and first.kind == "number" and first.value == "1" else None


def in_sequences(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses with tokens as what they are, and sums over the positions of a response as such."""
    if not (known.tokens or known.lengths):
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node, bound: frozenset[str] = frozenset()) -> Node:
    """A node with tokens as what they are; where one, or a beginning, is ``bound`` itself, it is any index."""
    if known.tokens and (meant := _over_the_next(node)) is not None:
        return _rewritten(known, meant, bound)
    if known.tokens and not bound and (moment := _at_a_token(known, node)) is not None:
        return moment if named(moment) in known.moments else node
    if known.tokens and (found := _token_of(node)) is not None:
        head, arguments, conditions = node.children
        written = {c.value for c in (*arguments.children, *conditions.children) if c.kind == "symbol"}
        if written.isdisjoint(bound):
            rest = tuple(c for c in conditions.children if c.kind != "symbol" or _prefix(c.value) is None)
            kind = "next" if arguments.children[0].kind == "dot" else "token"
            places = tuple(Node("symbol", (), arguments.span, name) for name in found)
            return Node(kind, (head, *places, replace(conditions, children=rest)), node.span)
    children = tuple(_rewritten(known, child, bound) for child in node.children)
    if node.kind == "expectation" and known.tokens:
        children = (*_drawn_whole(children[:-1], children[-1]), children[-1])
    if node.kind in ("sum", "product", "expectation") and known.tokens:
        here = {c.value for binder in children[:-1] for c in binder.children if _is_of_tokens(binder, c)} - bound
        if here:
            return _rewritten(known, node, bound | here)
    if node.kind in ("sum", "product"):
        children = (*(_positions(known, binder, node.children[-1]) for binder in children[:-1]), children[-1])
    return node.with_children(children)


def _over_the_next(node: Node) -> Node | None:
    r"""``\sum_{y_t} π(y_t|..)``, or with ``\log π(y_t|..)`` or ``\log\frac{π(y_t|..)}{μ(y_t|..)}``, as what it is.

    ::

        Σ_{y_t} π = 1        Σ_{y_t} π log π = -H(π)        Σ_{y_t} π log (π/μ) = KL(π‖μ)
    """
    binder = node.children[0] if node.kind == "sum" and len(node.children) == 2 else None
    if binder is None or binder.kind != "over" or len(binder.children) != 1:
        return None
    factors = node.children[-1].children if node.children[-1].kind == "multiply" else (node.children[-1],)
    token = _token_of(factors[0])
    if token is None or binder.children[0].value != f"{token[0]}_{token[1]}" or len(factors) > 2:
        return None
    law = _of_the_next(factors[0])
    if len(factors) == 1:
        return Node("number", (), node.span, "1")
    if (factors[1].kind, factors[1].value) != ("function", "log"):
        return None
    inside = _unbracketed(factors[1].children[0])
    parts = inside.children if inside.kind in ("fraction", "divide") else (inside,)
    others = [_of_the_next(part) for part in map(_unbracketed, parts) if _token_of(part) == token]
    if law is None or len(others) != len(parts) or None in others:
        return None
    sides = tuple(other for other in others if other is not None)
    if len(sides) == 2 and _alike(sides[0], law):
        return Node("divergence", sides, node.span, "KL")
    if len(sides) == 1:
        both = (law,) if _alike(sides[0], law) else (law, *sides)
        return Node("negate", (Node("functional", both, node.span, "H"),), node.span)
    return None


def _unbracketed(node: Node) -> Node:
    return _unbracketed(node.children[0]) if node.kind == "group" else node


def _alike(one: Node, other: Node) -> bool:
    return named(one) == named(other)


def _of_the_next(node: Node) -> Node | None:
    """``π(\\cdot|x, y_{<t})`` of ``π(y_t|x, y_{<t})``."""
    if node.kind != "call" or node.children[1].children[0].kind != "symbol":
        return None
    head, arguments, conditions = node.children
    dot = Node("dot", (), arguments.children[0].span)
    return replace(node, children=(head, replace(arguments, children=(dot,)), conditions))


def _is_of_tokens(binder: Node, variable: Node) -> bool:
    """Whether what a binder binds is a token, or the beginning of a response."""
    if binder.kind not in ("over", "sampled") or variable.kind != "symbol":
        return False
    return _prefix(variable.value) is not None or _AT.fullmatch(variable.value) is not None


def _positions(known: Declarations, binder: Node, body: Node) -> Node:
    """A binder over the positions of a response, where responses are of several lengths."""
    if binder.kind == "range" and (response := _length(binder)) is not None:
        return Node("positions", (binder.children[0], response), binder.span)
    if binder.kind == "over" and len(binder.children) == 1 and known.lengths and known.tokens:
        (index,) = binder.children
        of = {found[0] for n in walk(body) if (found := _token_of(n)) and found[1] == index.value}
        if len(of) == 1:
            return Node("positions", (index, replace(index, value=of.pop())), binder.span)
    return binder


def _drawn_whole(binders: tuple[Node, ...], body: Node) -> tuple[Node, ...]:
    r"""``y_{<t} \\sim \\pi`` as y drawn from π, where only the tokens before t are looked at, or y_t is drawn next.

    ::

        f of the first t - 1 tokens                              g of the first t tokens
        ────────────────────────────────────     ──────────────────────────────────────────────────────────
        E_{y_<t ∼ π}[f(y_<t)] = E_{y∼π}[f(y)]    E_{y_<t ∼ π, y_t ∼ π(·|y_<t)}[g] = E_{y∼π}[g(y)]
    """
    out = list(binders)
    for n, binder in enumerate(binders):
        first = binder.children[0] if binder.kind == "sampled" and len(binder.children) == 2 else None
        found = _prefix(first.value) if first is not None and first.kind == "symbol" else None
        if first is None or found is None:
            continue
        behind = binders[n + 1] if n + 1 < len(binders) else None
        more = behind is not None and _is_next(behind, found, named(binder.children[-1]))
        if _looks_at(body, found, also_there=more):
            continue
        out[n] = replace(binder, children=(replace(first, value=found[0]), binder.children[-1]))
        if more:
            del out[n + 1]
            break
    return tuple(out)


def _is_next(binder: Node, found: tuple[str, str], policy: str) -> bool:
    """Whether a binder draws the token behind some from the same policy."""
    if binder.kind != "sampled" or len(binder.children) != 2 or binder.children[1].kind != "next":
        return False
    at = _AT.fullmatch(binder.children[0].value)
    head, y, position, _ = binder.children[1].children
    return at is not None and (at["base"], at["at"]) == found == (y.value, position.value) and head.value == policy


def _looks_at(body: Node, found: tuple[str, str], *, also_there: bool) -> bool:
    """Whether something depends on more of a response than the tokens before a position, or than those up to it."""
    base, at = found
    if body.kind in ("next", "token"):
        _, y, position, _ = body.children
        allowed = body.kind == "next" or also_there
        return y.value == base and not (allowed and position.value == at)
    if body.kind == "symbol":
        return body.value == base or body.value.startswith((base + "_", base + ","))
    return any(_looks_at(child, found, also_there=also_there) for child in body.children)


@frozen
class Sequences:
    """What a document's context gains where its responses are sequences."""

    definitions: Mapping[str, t.Definition] = field(default_factory=dict)
    models: Mapping[str, t.Definition] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    free: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The functions d, each with the policies that it may move with."""


def sequences(known: Declarations, terms: Iterator[t.Term]) -> Sequences:
    """What the symbols of tokens in some terms mean: to the kernel, and in a finite problem."""
    definitions: dict[str, t.Definition] = {}
    models: dict[str, t.Definition] = {}
    free: dict[str, tuple[str, ...]] = {}
    todo = [part for term in terms for part in _parts(term)]
    while todo:
        term = todo.pop()
        if not isinstance(term, t.Apply) or term.symbol in definitions or not names.policies_of(term.symbol):
            continue
        policies, places = names.policies_of(term.symbol), tuple(v for v in term.given if isinstance(v, Variable))
        *given, y, at = (Variable(name, v.sort) for name, v in zip(_fresh(places), places, strict=True))
        of = _At(known, tuple(given), y, at)
        rest = term.symbol.removesuffix(names.MARK) + names.ANY
        free[rest] = policies
        if len(policies) == 1:
            definitions[term.symbol] = of.definition(term.symbol, of.any_token(policies[0], rest))
            models[term.symbol] = of.definition(term.symbol, of.true_token(policies[0]))
        else:
            tokens, entropy = [of.token(policy) for policy in policies], names.is_an_entropy(term.symbol)
            here, there = (of.surprise if entropy else of.ratio)(policies, of.y), of.another()
            said = (of.surprise if entropy else of.ratio)(policies, there)
            definitions[term.symbol] = of.definition(term.symbol, of.any_mean(policies[0], here, rest))
            models[term.symbol] = of.definition(term.symbol, of.true_mean(policies[0], said, there))
            todo += tokens
    roles: dict[str, Role] = {}
    if definitions:
        roles |= {names.AGREES: Role.PREFIX, names.BEFORE: Role.SHORTER_PREFIX}
    if known.lengths:
        roles |= {names.POSITIONS: Role.POSITIONS, LENGTH: Role.LENGTH}
    return Sequences(definitions, models, roles, free)


def _parts(term: t.Term) -> Iterator[t.Term]:
    yield term
    for part in term.parts():
        yield from _parts(part)


def _fresh(places: Sequence[Variable]) -> list[str]:
    return [f"{v.sort.partition('≤')[0]}{k}" for k, v in enumerate(places)]


class _At(NamedTuple):
    """A place in a response: what stands given, the response y, and the position."""

    known: Declarations
    given: tuple[Variable, ...]
    y: Variable
    at: Variable

    def definition(self, symbol: str, body: t.Term) -> t.Definition:
        return t.Definition(symbol, (*self.given, self.y, self.at), body)

    def law(self, policy: str, y: Variable) -> t.Apply:
        return t.Apply(policy, (y,), self.given)

    def token(self, policy: str, y: Variable | None = None) -> t.Apply:
        return t.Apply(names.token(policy), (), (*self.given, y or self.y, self.at))

    def free(self, symbol: str, y: Variable, at: Variable) -> t.Apply:
        return t.Apply(symbol, (), (*self.given, y, at))

    def mean(self, over: Variable, body: t.Term) -> t.Term:
        """The mean over the positions of the response."""
        if self.known.lengths:
            return t.mean((over,), t.Apply(names.POSITIONS, (over,), (self.y,)), body)
        return t.Bind("mean", (over,), (body,))

    def length(self) -> t.Term:
        return t.Apply(LENGTH, (), (self.y,)) if self.known.lengths else t.total(self.at, _ONE)

    def any_token(self, policy: str, rest: str) -> t.Term:
        """``exp(log π(y|x)/T + d - mean d)``."""
        other = replace(self.at, name=self.at.name + "'")
        share = t.Mul((t.Power(self.length(), _MINUS), t.log(self.law(policy, self.y))))
        spread = self.mean(other, self.free(rest, self.y, other))
        return t.exp(t.Add((share, self.free(rest, self.y, self.at), t.Mul((_MINUS, spread)))))

    def agreeing(self, policy: str, which: str, z: Variable, times: t.Term = _ONE) -> t.Term:
        """``Σ_z π(z|x) [z and y agree] f``."""
        same = t.Apply(which, (), (z, self.y, self.at))
        return t.total(z, t.Mul((self.law(policy, z), same, times)))

    def true_token(self, policy: str) -> t.Term:
        z = replace(self.y, name=self.y.name + "'")
        below = t.Power(self.agreeing(policy, names.BEFORE, z), _MINUS)
        return t.Mul((self.agreeing(policy, names.AGREES, z), below))

    def ratio(self, policies: tuple[str, ...], y: Variable) -> t.Term:
        """``log (π(y_t|..)/μ(y_t|..))``."""
        left, right = (t.log(self.token(policy, y)) for policy in policies)
        return t.Add((left, t.Mul((_MINUS, right))))

    def surprise(self, policies: tuple[str, ...], y: Variable) -> t.Term:
        """``-log μ(y_t|..)``, of the second of two."""
        return t.Mul((_MINUS, t.log(self.token(policies[-1], y))))

    def another(self) -> Variable:
        """A response besides the one that is meant."""
        return replace(self.y, name=self.y.name + "'")

    def any_mean(self, policy: str, of: t.Term, rest: str) -> t.Term:
        """``f - d + E_π[w d]/E_π[w]`` at the position: w is 1, or whether the response is as long."""
        z = self.another()
        law, body = self.law(policy, z), self.free(rest, z, self.at)
        mean: t.Term = t.mean((z,), law, body)
        if self.known.lengths:
            weight = t.Mul((t.Apply(LENGTH, (), (z,)), t.Apply(names.POSITIONS, (self.at,), (z,))))
            below = t.Power(t.total(z, t.Mul((law, weight))), _MINUS)
            mean = t.Mul((t.total(z, t.Mul((law, weight, body))), below))
        return t.Add((of, t.Mul((_MINUS, self.free(rest, self.y, self.at))), mean))

    def true_mean(self, policy: str, of: t.Term, z: Variable) -> t.Term:
        """The mean of what is said of z over the responses that begin alike."""
        below = t.Power(self.agreeing(policy, names.BEFORE, z), _MINUS)
        return t.Mul((self.agreeing(policy, names.BEFORE, z, of), below))
