r"""One row of LaTeX to a :class:`~symkl.reading.syntax.RowSyntax`, or a refusal that says where and why.

The lexer is in :mod:`symkl.reading.terminals`, the grammar in ``latex.lark``; here are the actions that
build nodes, and the few places where a formula that parses still has two readings and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from symkl.language.terms import Span
from symkl.reading import table
from symkl.reading.mistakes import Unreadable, misplaced, refuse
from symkl.reading.points import without_bars
from symkl.reading.raws import Raw
from symkl.reading.remarks import supposition
from symkl.reading.scanning import scan
from symkl.reading.spellings import RELATION
from symkl.reading.syntax import Clause, Node, RowSyntax
from symkl.reading.terminals.arranging import Arranged, arrange
from symkl.reading.terminals.pieces import Token
from symkl.reading.terminals.words import EQUALITY_CASE, JOINING


def parse_row(text: str, span: Span) -> RowSyntax:
    r"""The row ``text``, which stands at ``span`` in its document.

    Requires: ``len(text) == span.stop - span.start``.
    Raises: Unreadable, with offsets in the document.

    >>> row = parse_row(r"Z(x) = \sum_y \pi(y|x)", Span(0, 22))
    >>> [node.kind for node in row.clauses[0].expressions]
    ['call', 'sum']
    """
    repairs: list[str] = []
    return parse_raws(scan(text, span.start, repairs), repairs, span)


def parse_raws(raws: list[Raw], repairs: list[str], span: Span) -> RowSyntax:
    """The row with these raw symbols (the mending of brackets tries several).

    A reason that is no statement is passed over, as remarks are.
    """
    raws, at = without_bars(raws)
    if any(raw.kind == "word" and supposition(raw.text) == "since" for raw in raws):
        try:
            return replace(_row(arrange(raws), repairs, span), at=at)
        except Unreadable:
            return replace(_row(arrange(raws, reasons=False), repairs, span), at=at)
    return replace(_row(arrange(raws), repairs, span), at=at)


def _row(arranged: Arranged, repairs: list[str], span: Span) -> RowSyntax:
    tokens = arranged.tokens
    try:
        clauses = table.drive(_table(), tokens, _ACTIONS)
    except table.Stuck as stuck:
        at = stuck.position
        before = tokens[at - 1] if at else None
        found = tokens[at] if at < len(tokens) else None
        end = before.span.stop if before else span.start
        raise misplaced(before, found, Span(end, end + 1) if found is None else found.span) from None
    for _, nodes, _, _ in clauses:
        for node in nodes:
            _check_depth(node)
    if arranged.supposes and len(clauses) > 1:  # "if A = B, then C = D"
        if clauses[1][0] is not None and clauses[1][0].value not in "≡⟹":
            raise refuse("condition", clauses[0][1][0].span, arranged.supposes)
        _conditions(clauses, arranged.supposes)
    return RowSyntax(
        tuple(Clause(o, tuple(e), tuple(r), j) for o, e, r, j in clauses),
        tuple(dict.fromkeys((*repairs, *arranged.notes))),
        arranged.supposes if len(clauses) == 1 else "",
    )


def _conditions(clauses: Parts, word: str) -> None:
    """Mark the first clause, and those joined to it by “and”, as the condition of the others."""
    if clauses[1][0] is None:
        clauses[0][3] = "if"
    for clause in clauses[1:-1]:
        if clause[3] != "and":
            return
        clause[3] = "if"


NODE_DEPTH_LIMIT = 150


def _check_depth(node: Node) -> None:
    """Refuse what later rooms, which recurse, could not walk: log log log ... has depth without brackets."""
    layer, depth = [node], 0
    while layer:
        depth += 1
        if depth > NODE_DEPTH_LIMIT:
            raise refuse("nested too deep", layer[0].span, extra=str(NODE_DEPTH_LIMIT))
        layer = [child for each in layer for child in each.children]


@cache
def _table() -> table.Table:
    return table.load()


# -- actions -----------------------------------------------------------------------------------------

Parts = list[Any]
_ACTIONS: dict[str, Callable[[Parts], Any]] = {}


def _action(function: Callable[[Parts], Any]) -> Callable[[Parts], Any]:
    _ACTIONS[function.__name__.strip("_")] = function
    return function


def _node(kind: str, children: tuple[Node, ...], first: Token | Node, last: Token | Node, value: str = "") -> Node:
    return Node(kind, children, Span(first.span.start, last.span.stop), value)


@_action
def _first(p: Parts) -> Any:
    return p[0]


@_action
def _another(p: Parts) -> Any:
    before, separator, sentence = p
    first, last = sentence[0], before[-1]
    opening, (expression, *_), relations, _ = first
    if separator.value == EQUALITY_CASE:
        return before + _equality_case(last, separator, sentence)
    if opening is not None and opening.value not in "≡⟹":
        # "A ≥ 0 and ≤ 1" is about A; without the "and" a bare relation could be about either side.
        if separator.value == "and" and last[0] is None and last[2]:
            sentence[0] = [None, [last[1][0], *first[1]], [opening, *relations], "and"]
            return before + sentence
        elif separator.value == "and" or {relation.value for relation in last[2]} - {"=", ":="}:
            raise refuse("whose relation", separator.span, separator.value or "a space", opening.value)
    stated = any(clause[2] or clause[0] is not None for clause in before)
    bare = not relations and opening is None and expression.kind not in ("optimum", "dots")
    if bare and stated and separator.value not in ("", "where"):
        raise refuse("states nothing", expression.span, separator.value)
    if separator.value in ("if", "since") and (len(sentence) > 1 or opening is not None):
        raise refuse("condition", separator.span, separator.value + " …")
    if separator.value in JOINING:
        first[3] = separator.value
        if separator.value == "and" and last[3] in ("if", "where", "since"):
            first[3] = last[3]  # “if A and B”
    return before + sentence


def _equality_case(last: Any, separator: Token, sentence: Any) -> Any:
    """“A ≥ B, with equality iff C” says of A = B that it holds if and only if C does."""
    if not last[2] or last[2][-1].value not in "≤≥" or sentence[0][0] is not None or not sentence[0][2]:
        raise refuse("equality of what", separator.span)
    return [[None, last[1][-2:], [RELATION["="]], ""], [RELATION["≡"], *sentence[0][1:]], *sentence[1:]]


@_action
def _alone(p: Parts) -> Any:
    return [p[0]]


@_action
def _tied_to_row(p: Parts) -> Any:
    if p[1][0] is not None:
        raise refuse("two relations", p[1][1][0].span, found=p[1][0].value, extra=p[0].value)
    return [[RELATION[p[0].value], *p[1][1:]]]


@_action
def _tied(p: Parts) -> Any:
    if p[2][0] is not None:
        raise refuse("two relations", p[2][1][0].span, found=p[2][0].value, extra=p[1].value)
    return [*p[0], [RELATION[p[1].value], *p[2][1:]]]


@_action
def _starts(p: Parts) -> Any:
    return [None, [p[0]], [], ""]


@_action
def _goes_on(p: Parts) -> Any:
    return [RELATION[p[0].value], [p[1]], [], ""]


@_action
def _linked(p: Parts) -> Any:
    clause: Any = p[0]
    clause[1].append(p[2])
    clause[2].append(RELATION[p[1].value])
    return clause


# -- sums and products --------------------------------------------------------------------------------


@_action
def _negative(p: Parts) -> Node:
    return _node("negate", (p[1],), p[0], p[1])


@_action
def _positive(p: Parts) -> Any:
    return p[1]


def _added(left: Node, right: Node) -> Node:
    # A long sum grows its own node: brackets around a sum make a group, so "add" here is always ours.
    terms = left.children if left.kind == "add" else (left,)
    return _node("add", (*terms, right), left, right)


@_action
def _plus(p: Parts) -> Node:
    return _added(p[0], p[2])


@_action
def _minus(p: Parts) -> Node:
    return _added(p[0], _node("negate", (p[2],), p[1], p[2]))


@_action
def _one(p: Parts) -> Any:
    return [(None, p[0])]


@_action
def _beside(p: Parts) -> Any:
    p[0].append((None, p[1]))
    return p[0]


@_action
def _times(p: Parts) -> Any:
    p[0].append((p[1], p[2]))
    return p[0]


@_action
def _over(p: Parts) -> Any:
    p[0].append((p[1], p[2]))
    return p[0]


@_action
def _product(p: Parts) -> Node:
    return _folded(p[0])


@_action
def _product_with(p: Parts) -> Node:
    return _folded([*p[0], (None, p[1])])


@_action
def _product_times(p: Parts) -> Node:
    return _folded([*p[0], (p[1], p[2])])


@_action
def _product_over(p: Parts) -> Node:
    body = p[2].children[-1]
    if (body.kind == "multiply" and body.children[0].kind == "group") or body.kind == "divide":
        raise refuse("dividing by a scope", p[2].span)
    return _folded([*p[0], (p[1], p[2])])


def _folded(items: list[tuple[Token | None, Node]]) -> Node:
    """``a b / c d`` is ((a b) / c) d."""
    done: list[Node] = []
    for n, (sign, factor) in enumerate(items):
        if sign is not None and sign.kind == "DIV":
            if items[n - 1][1].kind == "function" and _open_argument(items[n - 1][1]):
                raise refuse("quotient after log", sign.span)
            left = _multiplied(done)
            done = [_node("divide", (left, factor), left, factor)]
        else:
            if (
                sign is None
                and n
                and (before := items[n - 1][1]).kind == "function"
                and before.children[0].kind == "number"
            ):
                raise refuse("number after log", before.span)
            done.append(factor)
    return _multiplied(done)


def _open_argument(node: Node) -> bool:
    """Whether a function's argument is a bare symbol or call, so that a quotient might belong inside."""
    inside = node.children[0]
    return node.value in ("log", "exp") and inside.kind in ("symbol", "call", "number", "power")


def _multiplied(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else _node("multiply", tuple(factors), factors[0], factors[-1])


@_action
def _power(p: Parts) -> Node:
    base, exponent = p
    if base.kind == "function" and base.value == "log":
        raise refuse("power after log", base.span)
    return _node("power", (base, exponent), base, exponent)


@_action
def _inner(p: Parts) -> Any:
    return p[1]


@_action
def _group(p: Parts) -> Node:
    if not p[0].value:  # nobody wrote this bracket: an integral ends at its differential
        inside: Node = p[1]
        return replace(inside, span=Span(p[0].span.start, p[2].span.stop))
    return _node("group", (p[1],), p[0], p[2], p[0].value)


# -- functions and things that bind --------------------------------------------------------------------


@_action
def _applied(p: Parts) -> Node:
    head, argument = p
    if argument.kind == "expectation":
        body = argument.children[-1]
        if body.kind in ("multiply", "divide") and _leading(body).kind == "group":
            raise refuse("log of an expectation", argument.span, "\\" + head.value)
    return _node("function", (argument,), head, argument, head.value)


def _leading(node: Node) -> Node:
    while node.kind in ("multiply", "divide"):
        node = node.children[0]
    return node


@_action
def _applied_power(p: Parts) -> Node:
    return _node("power", (_node("function", (p[2],), p[0], p[2], p[0].value), p[1]), p[0], p[2])


@_action
def _euler(p: Parts) -> Node:
    return _node("function", (p[1],), p[0], p[1], "exp")


@_action
def _scoped(p: Parts) -> Node:
    (kind, binders, value, start), body = p
    if kind == "expectation":
        return _mean(binders, start, body)
    return _node(kind, (*binders, body) if kind != "derivative" else (body, *binders), start, body, value)


def _mean(binders: tuple[Node, ...], start: Token, body: Node) -> Node:
    """``E[f]^2`` is the square of the mean; ``E[f] g`` reaches to the end of the term."""
    lead = _leading(body)
    if lead.kind == "part" and lead.children[0].kind == "group":
        raise refuse("part after expectation", lead.span, lead.value)
    if lead.kind != "power" or lead.children[0].kind != "group":
        return _node("expectation", (*binders, body), start, body)
    bracket, exponent = lead.children
    if bracket.value != "[":
        raise refuse("power after expectation", lead.span)
    mean = _node("expectation", (*binders, bracket), start, bracket)
    return _replaced(body, lead, _node("power", (mean, exponent), start, exponent), start)


def _replaced(node: Node, old: Node, new: Node, start: Token) -> Node:
    if node is old:
        return new
    head, *rest = node.children
    return _node(node.kind, (_replaced(head, old, new, start), *rest), start, node, node.value)


@_action
def _bare_optimum(p: Parts) -> Any:
    return ("optimum", (), p[0].value, p[0])


@_action
def _optimum(p: Parts) -> Any:
    chosen: list[Node] = []
    for kind, items, span in p[1]:
        over = _listed(items[0])
        if kind not in ("plain", "within", "dominated") or any(not _can_be_chosen(node) for node in over):
            raise refuse("binder", span, "\\" + p[0].value, "a policy, as in \\max_\\pi")
        if kind == "within":
            _all_there_are(over, items[1])
        chosen += over
    return ("optimum", tuple(chosen), p[0].value, p[0])


def _can_be_chosen(node: Node) -> bool:
    return node.kind in ("symbol", "call", "dots") or (node.kind == "group" and _can_be_chosen(node.children[0]))


#: What the simplex may be told by: how many outcomes there are, or the alphabet.
_SIZES = frozenset("nNKkmMdVYAXSΩ")
#: What the set of all measures, or of all functions with a moment, is told by: the measure that they have a density by.
_MEASURES = frozenset("νμρPQ")


def _all_there_are(chosen: list[Node], where: Node) -> None:
    """``π \\in \\Pi`` and ``π \\in \\Delta(\\mathcal{Y})`` are all policies; any other set may be some of them."""
    letters = {(node.children[0] if node.kind == "call" else node).value[:1] for node in chosen}
    head, *rest = where.children if where.kind in ("call", "power") else (where,)
    name = head.value
    letter, _, below = name.partition("_")
    by_measure = where.kind == "call" and below in _MEASURES - letters
    functions = by_measure and {letter} == {each.upper() for each in letters}
    simplex = letter == "Δ" or (letter == "P" and where.kind == "call") or functions
    told = (not below or below in _SIZES or below.isdigit() or by_measure) and all(
        (node.kind in ("arguments", "conditions", "add", "negate", "absolute", "number"))
        or (node.kind == "symbol" and (node.value in _SIZES or node.value in ("x", "s", "y", "a")))
        for part in rest
        for node in _within(part)
    )
    if head.kind == "symbol" and ((simplex and told) or (not rest and {name} == {each.upper() for each in letters})):
        return
    raise refuse("part of all policies", where.span, name or "this set", ", ".join(sorted(letters)))


def _within(node: Node) -> list[Node]:
    return [node] + [inner for child in node.children for inner in _within(child)]


@_action
def _bare_expectation(p: Parts) -> Any:
    return ("expectation", (), "", p[0])


@_action
def _expectation(p: Parts) -> Any:
    return ("expectation", tuple(_sampling(p[1], "\\mathbb{E}")), "", p[0])


def _sampling(items: list[Any], of: str) -> list[Node]:
    """Under an expectation: ``x \\sim D, y \\sim \\pi`` or ``x`` or ``\\pi``."""
    binders: list[Node] = []
    waiting: list[Node] = []
    for kind, nodes, span in items:
        if kind == "plain":
            waiting += _listed(nodes[0])
        elif kind == "sampled":
            variables = waiting + _listed(nodes[0])
            waiting = []
            _must_be_symbols(variables, of)
            start = variables[0].span.start
            law = _of_what_is_drawn(nodes[1], variables)
            binders.append(Node("sampled", (*map(_lowered, variables), law), Span(start, span.stop)))
        else:
            raise refuse("binder", span, of, "what is sampled, as in y \\sim \\pi")
    if waiting:
        whole = Span(waiting[0].span.start, waiting[-1].span.stop)
        if len(waiting) == 1 and not _is_variable(waiting[0]):
            if waiting[0].kind not in ("symbol", "call", "group"):
                raise refuse("binder", whole, of, "what is sampled, as in y \\sim \\pi")
            binders.append(Node("under", (waiting[0],), whole))
        else:
            _must_be_symbols(waiting, of)
            binders.append(Node("over", tuple(map(_lowered, waiting)), whole))
    return _each_once(binders, of)


def _listed(node: Node) -> list[Node]:
    return list(node.children) if node.kind == "tuple" else [node]


def _must_be_symbols(nodes: list[Node], of: str) -> None:
    for node in nodes:
        if node.kind not in ("symbol", "dots") and not (node.kind == "family" and of == "\\mathbb{E}"):
            raise refuse("binder", node.span, of, "a variable such as y")


def _is_variable(node: Node) -> bool:
    return node.kind == "symbol" and (node.value[0] in "xysaotzcuwijkmnbhv" or node.value[0] in "XY")


def _lowered(node: Node) -> Node:
    """A random variable written as a capital is its value: X is x, Y_w is y_w."""
    if node.kind == "symbol" and node.value[0] in "XY" and (len(node.value) == 1 or node.value[1] in "_'^*"):
        return Node("symbol", (), node.span, node.value[0].lower() + node.value[1:])
    return node


def _of_what_is_drawn(law: Node, variables: list[Node]) -> Node:
    r"""A law without the random variable that it is written with: ``q \sim P(Q)`` is ``q \sim P(\cdot)``."""
    if law.kind != "call":
        return law
    head, arguments, conditions = law.children
    drawn = {n.value[:1].upper() for v in variables for n in _within(v) if n.kind == "symbol"}
    own = tuple(
        Node("dot", (), each.span) if each.kind == "symbol" and each.value in drawn else each
        for each in arguments.children
    )
    return replace(law, children=(head, replace(arguments, children=own), conditions))


@_action
def _summation(p: Parts) -> Any:
    integral = p[0].value == "∫"
    return ("sum" if integral else p[0].value, tuple(_indices(p[1], p[0])), "∫" if integral else "", p[0])


def _indices(items: list[Any], sign: Token) -> list[Node]:
    of = {"sum": "\\sum", "product": "\\prod", "∫": "\\int"}.get(sign.value, "\\" + sign.value)
    binders: list[Node] = []
    for kind, nodes, span in items:
        variables = [_lowered(v) for v in _listed(nodes[0])]
        _must_be_symbols(variables, of)
        alphabet = ""
        if kind == "apart" and len(variables) == 1:
            binders.append(Node("apart", (variables[0], nodes[1]), span))
            continue
        if kind == "such" and len(variables) == 1:
            for whole in nodes[4:]:
                _whole_alphabet(variables, whole)
            inside = Node("set", (Node("over", (variables[0],), span), *nodes[1:3]), span, nodes[3].value)
            binders.append(Node("among", (variables[0], inside), span, "∈"))
            continue
        if sign.value == "sum" and kind in ("within", "without") and len(variables) == 1 \
                and (kind == "without" or not _is_whole(variables, nodes[1])):
            binders.append(Node("among", (variables[0], nodes[1]), span, "∈" if kind == "within" else "∉"))
            continue
        if kind == "within":
            alphabet = _whole_alphabet(variables, nodes[1])
        elif kind != "plain":
            raise refuse("binder", span, of, "an index, as in \\sum_y or \\sum_{t=1}^T")
        if binders and binders[-1].kind == "over" and binders[-1].value == alphabet:
            last = binders.pop()
            binders.append(Node("over", last.children + tuple(variables), Span(last.span.start, span.stop), alphabet))
        else:
            binders.append(Node("over", tuple(variables), span, alphabet))
    return _each_once(_with_what_they_differ_from(binders), of)


def _with_what_they_differ_from(binders: list[Node]) -> list[Node]:
    r"""``\sum_{y \in Y, y \ne z}`` is one sum, over each y but z: that of ``\sum_{y \ne z}``."""
    apart = {b.children[0].value for b in binders if b.kind == "apart"}
    left = [
        replace(b, children=tuple(v for v in b.children if v.value not in apart)) if b.kind == "over" else b
        for b in binders
    ]
    return [b for b in left if b.children]


def _each_once(binders: list[Node], of: str) -> list[Node]:
    """The same binders. Raises Unreadable where one index is bound twice: what it runs over is one condition of two."""
    seen: set[str] = set()
    for binder in binders:
        bound = binder.children if binder.kind == "over" else binder.children[:-1]
        for v in bound if binder.kind in ("over", "sampled") else bound[:1]:
            if v.kind == "symbol" and v.value in seen:
                raise refuse("binder", v.span, of, "each index once")
            seen.add(v.value)
    return binders


def _is_whole(variables: list[Node], where: Node) -> bool:
    try:
        return bool(_whole_alphabet(variables, where))
    except Unreadable:
        return False


def _whole_alphabet(variables: list[Node], where: Node) -> str:
    """The letter of the alphabet. ``y \\in \\mathcal{Y}`` is all of y's alphabet, as ``\\mathcal{Y}(x)`` is; another
    set may be a part of it."""
    head, *arguments = where.children if where.kind == "call" else (where,)
    letter = head.value.removesuffix("_x").removesuffix("_s")
    if letter.startswith("["):
        return letter
    given = [node for part in arguments for node in part.children]
    own = all(v.value[:1].upper() == letter for v in variables)
    lent = letter in ("Y", "A") and all(v.value[:1] not in "xysa" for v in variables)  # z ranges over what y does
    if head.kind != "symbol" or not (letter in ("V", "Ω") or own or lent) or any(n.value not in "xs" for n in given):
        raise refuse("part of an alphabet", where.span, head.value or "this set")
    return letter


@_action
def _summation_to(p: Parts) -> Any:
    items = sorted(p[1], key=lambda item: item[0] != "from")  # \sum_{j \ne i, j=1}^G, too
    kinds = [kind for kind, _, _ in items]
    if kinds not in (["from"], ["apart"], ["from", "apart"]):
        raise refuse("binder", p[2].span, "\\sum", "an index with a first value, as in \\sum_{t=1}^T")
    _, nodes, span = items[0]
    _must_be_symbols([nodes[0]], "\\sum")
    here = Span(span.start, p[3].span.stop)
    first = nodes[1] if kinds[0] == "from" else Node("number", (), nodes[0].span, "1")
    if kinds[-1] == "apart":
        others = [each for each in items[-1][1] if (each.kind, each.value) != ("symbol", nodes[0].value)]
        if len(others) != 1:  # neither of the two is what is summed over, or both are
            raise refuse("binder", p[2].span, "\\sum", "an index with a first value, as in \\sum_{j=1, j \\ne i}^G")
        return (p[0].value, (Node("apart", (nodes[0], others[0], first, p[3]), here),), "", p[0])
    return (p[0].value, (Node("range", (nodes[0], first, p[3]), here),), "", p[0])


@_action
def _extreme(p: Parts) -> Any:
    return ("extremum", tuple(_indices(p[1], p[0])), p[0].value, p[0])


@_action
def _limit(p: Parts) -> Any:
    (kind, nodes, span), *more = p[1]
    if more or kind != "plain" or nodes[0].kind != "symbol":
        raise refuse("limit", span, "\\lim")
    return ("limit", (nodes[0],), p[0].value, p[0])


@_action
def _limit_of_minus(p: Parts) -> Any:
    return _scoped([_limit(p[:2]), _negative(p[2:])])


@_action
def _gradient(p: Parts) -> Any:
    return ("gradient", (), p[0].value, p[0])


@_action
def _differentiation(p: Parts) -> Any:
    return ("derivative", (_target(p[1]),), p[0].value, p[0])


def _target(node: Node) -> Node:
    if node.kind not in ("symbol", "call", "divergence"):
        raise refuse("not read", node.span, "a derivative by this", "\\pi(y|x) or a symbol below the line")
    return node


@_action
def _derivative(p: Parts) -> Node:
    end = Span(p[2].span.stop, p[2].span.stop)
    return Node("derivative", (p[1], _target(p[2])), Span(p[0].span.start, end.stop), p[0].value)


@_action
def _derivative_inline(p: Parts) -> Node:
    return _node("derivative", (p[1], _target(p[4])), p[0], p[4], p[0].value)


# -- atoms -------------------------------------------------------------------------------------------


@_action
def _number(p: Parts) -> Node:
    return Node("number", (), p[0].span, p[0].value)


@_action
def _symbol(p: Parts) -> Node:
    return Node("symbol", (), p[0].span, p[0].value)


@_action
def _dots(p: Parts) -> Node:
    return Node("dots", (), p[0].span)


@_action
def _dot(p: Parts) -> Node:
    return Node("dot", (), p[0].span)


@_action
def _call(p: Parts) -> Node:
    arguments, conditions, close = p[1]
    head = _symbol(p)
    return _node("call", (head, arguments, conditions), head, close)


@_action
def _call_power(p: Parts) -> Node:
    return _node("power", (_call([p[0], p[3]]), p[2]), p[0], p[3][2])


@_action
def _unconditioned(p: Parts) -> Any:
    return (
        _arguments("arguments", p[1], p[0], p[2]),
        Node("conditions", (), Span(p[2].span.start, p[2].span.start)),
        p[2],
    )


@_action
def _conditioned(p: Parts) -> Any:
    return (_arguments("arguments", p[1], p[0], p[2]), _arguments("conditions", p[3], p[2], p[4]), p[4])


def _arguments(kind: str, items: list[Node], after: Token, before: Token) -> Node:
    del after, before
    return _node(kind, tuple(map(_lowered, items)), items[0], items[-1])


@_action
def _items(p: Parts) -> Any:
    return [p[0]]


@_action
def _items_more(p: Parts) -> Any:
    p[0].append(p[2])
    return p[0]


@_action
def _preferred(p: Parts) -> Node:
    return _node("preferred", (_lowered(p[0]), _lowered(p[2])), p[0], p[2])


@_action
def _preferred_reversed(p: Parts) -> Node:
    return _node("preferred", (_lowered(p[2]), _lowered(p[0])), p[0], p[2])


@_action
def _fraction(p: Parts) -> Node:
    return _node("fraction", (p[1], p[2]), p[0], p[2])


@_action
def _square_root(p: Parts) -> Node:
    here = p[0].span
    half = Node("fraction", (Node("number", (), here, "1"), Node("number", (), here, "2")), here)
    return _node("power", (p[1], half), p[0], p[1])


@_action
def _root(p: Parts) -> Node:
    return _node("power", (p[2], Node("fraction", (Node("number", (), p[0].span, "1"), p[1]), p[0].span)), p[0], p[2])


@_action
def _absolute(p: Parts) -> Node:
    return _node("absolute", (p[1],), p[0], p[2], p[0].value.strip("|"))


@_action
def _chosen(p: Parts) -> Node:
    return _node("function", tuple(p[2]), p[0], p[3], p[0].value)


@_action
def _indicator(p: Parts) -> Node:
    return _node("indicator", (p[2], p[4]), p[0], p[5], p[3].value)


@_action
def _set_of(p: Parts) -> Node:
    binder, *more = _indices(p[1], Token("SUM", "sum", p[0].span))
    if more or binder.kind != "among" or binder.children[1].kind != "set":
        raise refuse("not read", binder.span, "this set", "one condition on one index: \\{y : r(y) = c\\}")
    return replace(binder.children[1], span=Span(p[0].span.start, p[2].span.stop))


@_action
def _part(p: Parts) -> Node:
    return _node("part", (p[0],), p[0], p[1], p[1].value)


@_action
def _call_part(p: Parts) -> Node:
    called = _call(p)
    return _node("part", (called,), called, p[2], p[2].value)


@_action
def _bare_divergence(p: Parts) -> Node:
    return Node("divergence", (), p[0].span, p[0].value)


@_action
def _divergence(p: Parts) -> Node:
    return _node("divergence", (p[2], p[4]), p[0], p[5], p[0].value)


@_action
def _ordered_divergence(p: Parts) -> Node:
    order = Node("order", (p[1],), p[1].span)
    return _node("divergence", (p[3], p[5], order), p[0], p[6], p[0].value)


@_action
def _norm(p: Parts) -> Node:
    return _node("norm", (p[1],), p[0], p[2], p[0].value)


@_action
def _functional(p: Parts) -> Node:
    return _read_functional(p[0], [], p[1])


@_action
def _functional_under(p: Parts) -> Node:
    return _read_functional(p[0], _sampling(p[1], "\\operatorname{Var}"), p[2])


def _read_functional(head: Token, binders: list[Node], bracket: Any) -> Node:
    arguments, conditions, close = bracket
    if head.value == "inner":
        return _node("inner", arguments.children, head, close)
    if conditions.children:
        raise refuse(
            "not read",
            conditions.span,
            f"a condition inside {head.value}",
            "the policy with its own condition",
        )
    return _node("functional", (*arguments.children, *binders), head, close, head.value)


# -- what stands under an operator: (kind, nodes, span) -------------------------------------------------


@_action
def _under(p: Parts) -> Any:
    return p[1]


@_action
def _plain(p: Parts) -> Any:
    return ("plain", [p[0]], p[0].span)


def _pair(kind: str) -> Callable[[Parts], Any]:
    def make(p: Parts) -> Any:
        return (kind, [p[0], p[2]], Span(p[0].span.start, p[2].span.stop))

    return make


_ACTIONS |= {"sampled": _pair("sampled"), "from": _pair("from"), "apart": _pair("apart")}


@_action
def _within_set(p: Parts) -> Any:
    kind = {"∈": "within", "∉": "without"}.get(p[1].value, "dominated")
    return (kind, [p[0], p[2]], Span(p[0].span.start, p[2].span.stop))


_ACTIONS["within"] = _ACTIONS.pop("within_set")


@_action
def _such(p: Parts) -> Any:
    sign = Node("relation", (), p[3].span, p[3].value)
    return ("such", [p[0], p[2], p[4], sign], Span(p[0].span.start, p[4].span.stop))


@_action
def _such_within(p: Parts) -> Any:
    kind, nodes, span = _such([p[0], *p[3:]])
    return (kind, [*nodes, p[2]], Span(p[0].span.start, span.stop))


@_action
def _tuple(p: Parts) -> Node:
    nodes: list[Node] = []
    for kind, inside, span in p[1]:
        if kind != "plain":
            raise refuse("binder", span, "an operator", "a list of variables, as in (x, y)")
        nodes += _listed(inside[0])
    return _node("tuple", tuple(nodes), p[0], p[2])
