r"""Sets of responses: what is written of a set is read of the function that is 1 in it and 0 elsewhere.

::

    S = \{y : r(y) > c\}     1_S(y) = 1[r(y) > c]               \sum_{y \in S} f(y)    Σ_y 1_S(y) f(y)
    S = \arg\max_y r(y)      1_S(y) = 1[r(y) = max_y' r(y')]    π(S) and |S|           Σ_y 1_S(y) π(y) and Σ_y 1_S(y)

So the best responses are all of them, ties included. A set that no row gives is read nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from symkl.language.frozen import frozen
from symkl.language.terms import Relation
from symkl.meaning.giving import sides
from symkl.meaning.symbols import POLICIES, PROMPTS, letter
from symkl.reading.mistakes import refuse
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

_PROMPTS = ("x", "s")
_INDICES = frozenset("xysaziojkt")
_LAWS = (*POLICIES, *PROMPTS)
_EQUATIONS = (Relation.EQUAL, Relation.DEFINED, Relation.EQUIVALENT)


@frozen
class Sets:
    """The sets that a document gives: what is in each, by the name of its elements and of the prompts it is for.

    ``unread``: what rows give that could not be read. If it has the name of a set, it may be one.
    """

    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Sequence[RowSyntax], unread: Iterable[str]) -> Sets:
        """Those that rows give."""
        found: dict[str, tuple[str, ...]] = {}
        for clause in (clause for row in rows for clause in row.clauses):
            for head, body in sides(clause):
                if (element := _element(body)) and (name := named(head)) and _names_a_set(name, body):
                    free = {n.value for n in walk(body) if n.kind == "symbol"} & set(_PROMPTS) - {element}
                    found.setdefault(name, (*sorted(free), element))
        return cls(found, frozenset(name for name in unread if name[:1].isupper()) - found.keys())

    def spelled(self, row: RowSyntax) -> RowSyntax:
        """A row with what it says of sets as what it says of their functions. Raises Unreadable."""
        return replace(row, clauses=tuple(map(self._clause, row.clauses)))

    def _clause(self, clause: Clause) -> Clause:
        about = set(clause.relations) <= set(_EQUATIONS) and (
            any(named(side) in self.given for side in clause.expressions)
            and all(named(side) in self.given or _element(side) for side in clause.expressions)
        )
        if not about:
            return clause.with_sides(self._spelled)
        name = next(named(side) for side in clause.expressions if named(side) in self.given)
        element = replace(clause.expressions[0], kind="symbol", children=(), value=self.given[name][-1])
        return clause.with_sides(lambda side: self._member(element, side))

    def _spelled(self, node: Node) -> Node:
        children = node.children
        match node.kind:
            case "indicator" if node.value in ("∈", "∉"):
                return self._inside(children[0], children[1], node.value)
            case "sum" if any(self._parts(binder) for binder in children[:-1]):
                *binders, body = children
                inside = [part for binder in binders for part in self._parts(binder)]
                factors = [self._inside(element, of, sign) for element, of, sign in inside]
                whole = [self._over(binder) for binder in binders]
                product = Node("multiply", (*factors, self._spelled(body)), node.span)
                return replace(node, children=(*whole, product))
            case "absolute" if named(children[0]) in self.unread:
                raise refuse("part of an alphabet", children[0].span, named(children[0]))
            case "absolute" if named(children[0]) in self.given:
                element = self._element_of(children[0])
                over = Node("over", (element,), node.span)
                return Node("sum", (over, self._member(element, children[0])), node.span)
            case "call" if self._is_mass(node):
                head, arguments, conditions = children
                element = self._element_of(arguments.children[0])
                mass = Node("call", (head, Node("arguments", (element,), node.span), conditions), node.span)
                product = Node("multiply", (self._member(element, arguments.children[0]), mass), node.span)
                return Node("sum", (Node("over", (element,), node.span), product), node.span)
        return node.with_children(tuple(map(self._spelled, children)))

    def _is_mass(self, call: Node) -> bool:
        head, arguments, _ = call.children
        of = arguments.children
        if len(of) == 1 and named(of[0]) in self.unread:
            raise refuse("part of an alphabet", of[0].span, named(of[0]))
        return len(of) == 1 and named(of[0]) in self.given and letter(head.value) in _LAWS

    def _parts(self, binder: Node) -> list[tuple[Node, Node, str]]:
        """The elements that a binder holds to a set, with the set."""
        if binder.kind == "among":
            element, of = binder.children
            return [(element, of, binder.value)]
        if binder.kind == "over" and binder.value in self.given:  # a letter that may name an alphabet, too
            where = Node("symbol", (), binder.span, binder.value)
            return [(variable, where, "∈") for variable in binder.children]
        return []

    def _over(self, binder: Node) -> Node:
        elements = tuple([element for element, _, _ in self._parts(binder)])
        return Node("over", elements, binder.span) if elements else binder

    def _element_of(self, of: Node) -> Node:
        return Node("symbol", (), of.span, self.given[named(of)][-1])

    def _inside(self, element: Node, of: Node, sign: str) -> Node:
        found = self._member(element, of)
        one = Node("number", (), of.span, "1")
        return found if sign == "∈" else Node("add", (one, Node("negate", (found,), of.span)), of.span)

    def _member(self, element: Node, of: Node) -> Node:
        """1 where an element is in a set, and 0 elsewhere."""
        if named(of) in self.given:
            *prompts, _ = self.given[named(of)]
            written = of.children[1].children if of.kind == "call" else ()
            taken = written or tuple(Node("symbol", (), of.span, prompt) for prompt in prompts)
            head = Node("symbol", (), of.span, f"1_{named(of)}")
            arguments = Node("arguments", (*taken, element), of.span)
            return Node("call", (head, arguments, Node("conditions", (), of.span)), of.span)
        own = _element(of)
        if not own or element.kind != "symbol" or (own != element.value and element.value in _names(of)):
            raise refuse("part of an alphabet", of.span, named(of) or "this set")
        if of.kind == "set":
            _, left, right = (_renamed(child, own, element.value) for child in of.children)
            return Node("indicator", (left, right), of.span, of.value)
        body = of.children[-1]
        other = element.value + "'"
        while other in _names(of):
            other += "'"
        best = Node("over", (replace(element, value=other),), of.span)
        most = Node("extremum", (best, _renamed(body, own, other)), of.span, of.value.removeprefix("arg"))
        return Node("indicator", (_renamed(body, own, element.value), most), of.span, "=")


def _element(node: Node) -> str:
    """The name of the elements, where a node is a set that is written out: ``\\{y : ...\\}``, ``\\arg\\max_y``."""
    if node.kind == "set":
        return node.children[0].children[0].value
    if node.kind == "optimum" and node.value.startswith("arg") and len(node.children) == 2:
        over = node.children[0]
        return over.value if over.kind == "symbol" and letter(over.value) in _INDICES else ""
    return ""


def _names_a_set(name: str, body: Node) -> bool:
    """Whether a name is that of a set: a small letter is one of the best responses, and nobody knows which."""
    return letter(name) not in _INDICES and (body.kind == "set" or letter(name)[:1].isupper())


def _names(node: Node) -> set[str]:
    return {each.value for each in walk(node) if each.kind == "symbol"}


def _renamed(node: Node, old: str, new: str) -> Node:
    value = new if node.kind == "symbol" and node.value == old else node.value
    return replace(node, value=value, children=tuple([_renamed(child, old, new) for child in node.children]))
