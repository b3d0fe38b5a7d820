"""Which rows give a symbol: the first that mentions it, in the shape of a definition, whatever its letter is.

``R(x,y) = r(x,y) - β log π/π_ref`` gives R where nothing was said of R before; ``:=`` gives what it gives always. An
equation about what is known already is a claim. What is drawn from, or stands in a divergence, is a distribution:
whether a row gives one is for the kernel to see (:mod:`symkl.checking.giving`), so those are left out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from symkl.language.patterns import pattern
from symkl.language.roles import Role
from symkl.language.terms import Relation, Span
from symkl.meaning.dependence import policy_of
from symkl.meaning.symbols import GIVEN_BY_EQUATION, POLICIES, REWARDS, SIZES, Declarations, letter, usual_role
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

_SIGN = pattern(r"&|:=|=|\\(?:coloneqq|triangleq|equiv|propto|doteq)(?![A-Za-z])|[≡∝≜≔]")
_DEFINES = (Relation.EQUAL, Relation.DEFINED, Relation.EQUIVALENT)


def given(known: Declarations, rows: Sequence[tuple[RowSyntax, int]], unread: Mapping[str, int]) -> Mapping[str, int]:
    """The symbols, other than distributions, that some row gives, with its line; 0 for what none gives after all.

    ``known``: what is declared and shown otherwise. ``rows``: with their lines; ``unread``: what would be given by rows
    that could not be read, and where. What no letter and no directive makes anything is given by the first equation for
    it, wherever that stands; A, Q, V, hats and what is declared as well, unless a row before claimed something of it:
    ``c^2 = d^2``, then ``c = d``, is a conclusion. What is supposed of a symbol that is something gives nothing, nor
    does what “let” gives twice, what holds under a condition, or “where V(x) = 1”. The probability of a preference is
    kept apart from a distribution of the same name.
    """
    found: dict[str, tuple[int, int]] = {}
    clauses = [clause for row, _ in rows for clause in row.clauses]
    so_far = _SoFar(known, frozenset(_rewards(clauses)), _tied(known, clauses), _reward(known, clauses))
    before = sorted(unread.items(), key=lambda each: -each[1])
    for clause, supposed, line, begins in _with_what_is_supposed(rows):
        if begins:
            so_far.fresh.clear()
        while before and before[-1][1] <= line:
            so_far.pass_over(before.pop()[0])
        stated = clause.relations and clause.opening is None and clause.joined not in ("if", "since")
        head, *others = clause.expressions
        unknown = stated and known.kind(named(head)) is None and not _is_of_one_place(known, head, *others)
        if unknown and (name := named(head)) and name not in known.sizes:
            found.setdefault(name, (_NOT_AT_ALL, 0))  # whatever a row says of it, nothing else says what it is
        for head, body in sides(clause):
            name, relation = named(head), clause.relations[0]
            if any(c.kind == "preferred" for c in _arguments(head)):
                if not all(known.is_index(each.value) for c in _arguments(head) for each in c.children):
                    continue  # of a policy it is the mean
                if any(len({each.value for each in c.children}) < len(c.children) for c in _arguments(head)
                       if c.kind == "preferred"):  # fmt: skip
                    continue  # P(y ≻ y) = 1/2 is about one response, and gives nothing
                if any(_is_of(name, node) for node in walk(body)):
                    continue  # P(y ≻ y') = 1 - P(y' ≻ y)
                name += "≻"
            elif not so_far.gives(
                relation, head, body, supposed, first=head is clause.expressions[0], where=clause.joined == "where"
            ):
                continue
            so_far.made(name, body)
            how = _SUPPOSED if supposed else _SAID if relation is Relation.DEFINED else _FIRST
            found[name] = min(found.get(name, (how, line)), (how, line))
        so_far.read(clause, supposed)
    return {name: line for name, (_, line) in found.items()}


def _is_of(name: str, node: Node) -> bool:
    """Whether a node is the probability of a preference, by this name."""
    return node.kind == "call" and named(node) == name and any(c.kind == "preferred" for c in _arguments(node))


_SAID, _FIRST, _SUPPOSED, _NOT_AT_ALL = range(4)
"""How a row may give a symbol, what counts most first: by ``:=``, as the first to say what it is, as a hypothesis."""


def laws(known: Declarations, clauses: Sequence[Clause]) -> Iterator[str]:
    """What rows say to be a distribution by how they give it: as an optimiser, or, with an accent, up to a factor."""
    names = {*optimisers(clauses)}
    for clause in clauses:
        if clause.opening is None and clause.relations[:1] == (Relation.PROPORTIONAL,):
            first = clause.expressions[0]
            names |= {named(first)} if first.kind == "call" and letter(named(first))[:1] in POLICIES else set()
    yield from (name for name in names if not known.is_index(name) and name not in known.functions)


def optimisers(clauses: Sequence[Clause]) -> Iterator[str]:
    r"""What rows say to be where something is largest: the p* of ``p^* = \arg\max_p ...``."""
    for clause in clauses:
        if clause.opening is None and clause.relations and clause.relations[0] in _DEFINES:
            first, second = clause.expressions[:2]
            if second.kind == "optimum" and second.value.startswith("arg"):
                yield named(first)


def _with_what_is_supposed(rows: Sequence[tuple[RowSyntax, int]]) -> Iterator[tuple[Clause, bool, int, bool]]:
    """The clauses of rows, whether each is a hypothesis, the lines, and whether a row begins with it."""
    let = Counter(named(row.clauses[0].expressions[0]) for row, _ in rows if row.supposed == "let")
    for row, line in rows:
        conditioned = any(clause.joined == "if" and not _counts(clause) for clause in row.clauses)
        behind = [*(clause.opening for clause in row.clauses[1:]), None]
        for clause, after in zip(row.clauses, behind, strict=True):
            number = clause.joined == "where" or row.supposed == "let"
            number &= len(clause.expressions) > 1 and clause.expressions[1].kind == "number"
            again = row.supposed == "let" and let[named(clause.expressions[0])] > 1
            supposed = row.supposed not in ("", "let") or after is not None or number or again or conditioned
            yield clause, supposed, line, clause is row.clauses[0]


def _counts(clause: Clause) -> bool:
    """Whether a condition says of how many there are no more than that these are enough: ``G ≥ 2``."""
    first = clause.expressions[0]
    return first.value in SIZES and [side.kind for side in clause.expressions] == ["symbol", "number"] and (
        clause.relations[0] in (Relation.GREATER, Relation.GREATER_EQUAL)
    )


def sides(clause: Clause) -> Iterator[tuple[Node, Node]]:
    """What a clause may give with what it would be: a symbol by its second side, or, ``... = G``, by its first."""
    if clause.opening is not None or clause.joined in ("if", "since"):
        return
    if not clause.relations or clause.relations[0] not in _DEFINES:
        return
    first, second = clause.expressions[:2]
    if "∞" in (named(first), named(second)):
        return  # that a limit is ∞ says nothing of what ∞ is
    if named(first):
        yield first, second
    elif named(second) and len(clause.expressions) == 2 and clause.relations[0] is Relation.EQUAL:
        set_to_it = usual_role(named(second)) is Role.MULTIPLIER  # as a derivative is
        yield from () if set_to_it or policy_of(named(second)) else ((second, first),)  # V^π is what everybody knows


@lru_cache(maxsize=4096)
def given_unread(source: str) -> str:
    """The symbol that a row would give if it could be read; nothing where it would give none.

    >>> given_unread(r"R(x,y) = \\int r(x,y)\\,dy"), given_unread("= 1")
    ('R', '')
    """
    sign = _SIGN.search(source)
    return alone(source[: sign.start()]) if sign is not None else ""


@lru_cache(maxsize=4096)
def alone(formula: str) -> str:
    r"""The symbol that some LaTeX is by itself, with its arguments or without; nothing for any other.

    >>> alone("b(x)"), alone("b(x) + 1")
    ('b', '')
    """
    text = formula.replace("&", " ")
    try:
        first, *more = parse_row(text, Span(0, len(text))).clauses
    except Unreadable:
        return ""
    return "" if more or first.relations or first.opening else named(first.expressions[0])


def is_ratio(known: Declarations, body: Node) -> bool:
    """Whether an expression is one probability over another."""
    return body.kind in ("fraction", "divide") and all(known.kind(named(c)) == "distribution" for c in body.children)


@dataclass
class _SoFar:
    """What rows said so far: which symbols they mentioned, ``fresh`` in the last, claimed something of, and gave.

    ``reward``: that of the document's problem.
    """

    known: Declarations
    pairs: frozenset[str]
    tied: bool
    reward: str
    mentioned: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    headed: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    made_of: dict[str, set[str]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)  # all that anything is made of

    def pass_over(self, name: str) -> None:
        """Take note of what a row would give that cannot be read."""
        for some in (self.mentioned, self.headed, self.unread):
            some.add(name)

    def read(self, clause: Clause, supposed: bool) -> None:
        """Take note of a clause."""
        names = {n.value for side in clause.expressions for n in walk(side) if n.kind == "symbol"}
        for head, body in sides(clause):
            if not supposed:
                self.headed.add(named(head))
            self.inside |= {n.value for n in walk(body) if n.kind == "symbol"}
        self.fresh |= names - self.mentioned
        self.mentioned |= names
        self.claimed |= names if clause.relations or clause.opening is not None else set()

    def gives(
        self, relation: Relation, head: Node, body: Node, supposed: bool, *, first: bool, where: bool
    ) -> bool:
        """Whether an equation gives the symbol at its head; what is ``supposed`` of what is known gives nothing.

        ``first``: whether the head is its first side. ``where``: behind that word, so that what its own row mentions
        first is new, too.
        """
        known, name = self.known, named(head)
        if not name or known.is_index(name) or name in known.sizes or self._is_made_of(body, name):
            return False  # Q = A + V after A = Q - V: a conclusion
        if any(known.is_optimum(named(c)) for c in _arguments(head) if named(c)):
            return False  # J(π*) = ... says what J is at one policy, not what J is
        always, new = relation is Relation.DEFINED, name not in self.mentioned or (where and name in self.fresh)
        if supposed and known.kind(name) is not None:
            return False
        if name in known.vectors & known.functions and letter(name) not in REWARDS and first and not always:
            return name not in self.headed | self.unread  # only its entries make a function of it
        if name in known.functions or name in known.scalars:
            return name not in self.headed and (always or name not in self.claimed)
        match known.kind(name):
            case None:
                return name not in self.unread and not _is_of_one_place(known, head, body)
            case _ if not _stands_for_all(known, head, body):
                return False
            case "scalar" | "multiplier":
                return always or new
            case "partition":
                return new and _makes_a_number(known, body)
            case "function":
                if letter(name) in GIVEN_BY_EQUATION:
                    alike = bool(policy_of(name)) and bool(named(body))  # V^π = V^μ: a claim about two policies
                    bound = self._is_of_the_optimum(body) or (name == self.reward and not self._functions(body))
                    claimed = alike or (not new and (not first or bound))
                    return name not in self.headed and (always or not claimed)
                return always or self._is_made(name, new, body)
            case "distribution" if head.kind == "symbol" and name not in known.distributions:
                # p = σ(r(x,y_w) - r(x,y_l)), ρ = π/μ, whatever the letter
                return new and (_is_number(known, body) or is_ratio(known, body))
        return False

    def _is_made_of(self, body: Node, name: str) -> bool:
        """Whether a symbol stands in an expression, what rows have given looked through."""
        left = {n.value for n in walk(body) if n.kind == "symbol"}
        found: set[str] = set()
        while name not in left and name in self.parts and left:  # of what made nothing so far, nothing is made
            found |= left
            left = {part for each in left for part in self.made_of.get(each, ())} - found
        return name in left

    def made(self, name: str, body: Node) -> None:
        """Take note of what a row gives; the first to do so counts."""
        if name not in self.made_of:
            self.made_of[name] = {n.value for n in walk(body) if n.kind == "symbol"}
            self.parts |= self.made_of[name]

    def _is_made(self, name: str, new: bool, body: Node) -> bool:
        """Whether an equation for a reward makes a new one of others: not where it claims something of the reward."""
        known = self.known
        if is_ratio(known, body):
            return new and name not in self.pairs
        if not self._functions(body) and (self._is_of_the_optimum(body) or name == self.reward):
            return False  # r = β log π*/π_ref + β log Z, or without Z, or r = 0: a claim, for the kernel to see
        return new or not (self.tied or name == self.reward or name in self.inside)

    def _functions(self, body: Node) -> set[str]:
        """The rewards and values in an expression."""
        return {n.value for n in walk(body) if n.kind == "symbol" and self.known.kind(n.value) == "function"}

    def _is_of_the_optimum(self, body: Node) -> bool:
        """Whether an expression is made of π* and Z, and of no function."""
        inside = {n.value for n in walk(body) if n.kind == "symbol"}
        return not self._functions(body) and any(_has_usual_meaning(self.known, n) for n in inside)


def _stands_for_all(known: Declarations, head: Node, body: Node) -> bool:
    """Whether an equation is about all places, and not about one: ``r(x,y_w) = 0`` says nothing of another response."""
    here = {n.value for n in walk(body) if n.kind == "symbol"}
    arguments = [*_arguments(head), *(head.children[2].children if head.kind == "call" else ())]
    indices = [c.value for c in arguments if c.kind == "symbol" and known.is_index(c.value)]
    return len(set(indices)) == len(arguments) and all(name == letter(name) or name in here for name in indices)


def _is_of_one_place(known: Declarations, head: Node, *others: Node) -> bool:
    """Whether an equation is about a place that is marked, and about that one alone: ``u(x,y_w) = 0``."""
    here = {n.value for other in others for n in walk(other) if n.kind == "symbol"}
    indices = [c.value for c in _arguments(head) if c.kind == "symbol" and known.is_index(c.value)]
    return any(name != letter(name) and name not in here for name in indices)


def _makes_a_number(known: Declarations, body: Node) -> bool:
    """Whether an expression makes a number of other things, and is no partition function."""
    names = {n.value for n in walk(body) if n.kind == "symbol" and not known.is_index(n.value)}
    exponential = any(n.kind == "function" and n.value == "exp" for n in walk(body))
    return not exponential and any(known.kind(name) != "partition" for name in names)


def _is_number(known: Declarations, body: Node) -> bool:
    """Whether an expression is of no outcome: none stands free in it without a mark, and none is left unsaid."""
    if body.kind in ("sum", "expectation", "divergence", "functional", "norm", "optimum"):
        return True
    if body.kind == "symbol":
        return known.kind(body.value) not in ("distribution", "function")
    if body.kind == "call":
        free = [c.value for c in _arguments(body) if c.kind == "symbol" and known.is_index(c.value)]
        return all(known.sort(name) in ("x", "s") or name != letter(name) for name in free)
    return all(_is_number(known, child) for child in body.children)


def _rewards(clauses: Sequence[Clause]) -> Iterator[str]:
    """What is called with two arguments, or more: a reward, whatever else its letter may be."""
    for node in _nodes(clauses):
        if node.kind == "call" and len(node.children[1].children) > 1:
            yield node.children[0].value


def _reward(known: Declarations, clauses: Sequence[Clause]) -> str:
    """The reward of the problem: r, or what alone stands in exponents of a document without any r."""
    nodes = list(_nodes(clauses))
    exponents = [n for node in nodes if node.kind == "function" and node.value == "exp" for n in walk(node)]
    found = {n.value for n in exponents if n.kind == "symbol" and known.kind(n.value) == "function"}
    plain = any(node.kind == "symbol" and letter(node.value) == "r" for node in nodes)
    return "r" if plain or len(found) != 1 else next(iter(found))


def _tied(known: Declarations, clauses: Sequence[Clause]) -> bool:
    """Whether a problem, or a symbol whose usual meaning is of one, ties the rewards of a document to it."""
    return any(
        node.kind == "optimum" or (node.kind == "symbol" and _has_usual_meaning(known, node.value))
        for node in _nodes(clauses)
    )


def _has_usual_meaning(known: Declarations, name: str) -> bool:
    """Whether a symbol means something in terms of a reward, where no row says otherwise: π*, Z."""
    return usual_role(name) in (Role.OPTIMUM, Role.PARTITION) and not known.is_index(name)


def _nodes(clauses: Sequence[Clause]) -> Iterator[Node]:
    return (node for clause in clauses for side in clause.expressions for node in walk(side))


def _arguments(head: Node) -> tuple[Node, ...]:
    return head.children[1].children if head.kind == "call" else ()
