r"""Functions of one number: the f of ``f(u) = u \log u``, which then stands with other arguments, ``f(p(y)/q(y))``.

Where a row gives one by numbers alone, its body is written out at each argument, and its slope ``f'`` is worked out by
the rules of the table. One that nothing gives is any function: all that is known is that equal arguments have equal
values. What is said of one in any other way leaves it unread.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import symkl.language.terms as t
from symkl.language.functions import TABLE, expansion
from symkl.language.records import Function
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS
from symkl.meaning.dependence import marks
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import PROMPTS, VARIABLES, Declarations, OfNumbers, letter, usual_role
from symkl.reading.syntax import Clause, Node, named, walk

_USUAL = ("f", "g", "h", "F", "G", "φ", "ψ", "Φ", "Ψ")
"""Letters of functions that nothing gives; any other letter before a bracket may as well multiply it."""

_OF_NUMBERS = ("number", "symbol", "group", "add", "negate", "multiply", "divide", "fraction", "power", "function",
               "absolute", "call", "arguments", "conditions", "indicator")  # fmt: skip
"""What a function may be given by: nothing that binds an index, which an argument could be caught by."""

_MOST = 1_000
"""How many parts an expression may have when it is written out."""

_MARK = "°"
"""What the name of a parameter bears where its letter means something else in the document."""

_ZERO, _ONE, _MINUS = (t.Number(Fraction(n)) for n in (0, 1, -1))


def with_functions(
    known: Declarations, rows: Sequence[Sequence[Clause]], sections: Sequence[int], unread: Iterable[str],
    prose: Iterable[str] = (),
) -> Declarations:
    """``known`` with the functions of one number that the rows give, or use and leave open.

    ``sections``: in which section each row stands: what two give differently is left unread, and so is what is said in
    a row that could not be read. What ``prose`` says of one is not read either: it may be any, and nobody knows of it.
    """
    nodes = [node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side)]
    firsts = [clause.expressions[:2] for clauses in rows for clause in clauses]
    heads = {named(side) for sides in firsts for side in sides if side is sides[0] or side.kind == "symbol"}
    shown = {_base(node) for node in nodes if _is_call(node) and _is_expression(known, node)}
    made = _made_of(rows)
    given: dict[str, OfNumbers] = {}
    places: dict[str, int] = {}
    dropped = {*unread, *prose}
    for clauses, section in zip(rows, sections, strict=True):
        for clause in clauses:
            if (found := _given(known, clause, heads)) is not None:
                name, of = found
                if _moves_otherwise(known, of, made):
                    continue
                if places.setdefault(name, section) != section and not _alike(given[name].body, of.body):
                    dropped.add(name)
                given.setdefault(name, of)
    taken: dict[str, OfNumbers | None] = {n: of for n, of in given.items() if n in shown or n not in known.of_scalars}
    told = {named(side) for sides in firsts for side in sides if not (_is_call(side) and _is_expression(known, side))}
    taken |= {n: None for n in sorted(shown - told - set(taken)) if letter(n) in _USUAL and known.kind(n) is None}
    rows_give = {side.value for side, *_ in firsts if side.kind == "symbol"}
    taken = {n: replace(of, stands=of.written in rows_give) if of is not None else None for n, of in taken.items()}
    any_other = {n: None for n in sorted(shown & set(prose)) if taken.get(n) is None and letter(n) in _USUAL}
    taken = _grounded(known, {n: of for n, of in taken.items() if n not in dropped} | any_other)
    parameters = [of for of in taken.values() if of is not None]
    elsewhere = {name for clauses in rows for clause in clauses for name in _elsewhere(clause, taken)}
    return replace(
        known,
        of_numbers=taken,
        scalars=known.scalars | {of.parameter for of in parameters},
        positive=known.positive
        | {of.parameter for of in parameters if of.parameter not in elsewhere and _needs_a_sign(of.body)},
        of_scalars={n: of for n, of in known.of_scalars.items() if n.rstrip("'") not in taken},
    )


def called_with_numbers(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` without what a directive calls a function of u, where rows call it with numbers: then u is one."""
    nodes = [node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side)]
    calls = [node for node in nodes if _is_call(node) and _base(node) in known.functions]
    found = {_base(node) for node in calls if _is_expression(known, node)}
    places = {node.children[1].children[0].value for node in calls if _base(node) in found}
    return replace(known, functions=known.functions - found, indices=known.indices - (places - VARIABLES.keys()))


def _grounded(known: Declarations, given: Mapping[str, OfNumbers | None]) -> dict[str, OfNumbers | None]:
    """Those that come down to numbers, each with what the others are written out: none of one made of itself."""
    kept: dict[str, OfNumbers | None] = {}
    while more := [n for n, of in given.items() if n not in kept and _calls(of) <= kept.keys()]:
        for name in more:
            of = given[name]
            body = _rewritten(replace(known, of_numbers=kept), of.body) if of is not None else None
            if of is None or (body is not None and len(list(walk(body))) <= _MOST):
                kept[name] = of if body is None or of is None else replace(of, body=body)
            else:
                given = {n: each for n, each in given.items() if n != name}
    return kept


def _made_of(rows: Sequence[Sequence[Clause]]) -> dict[str, set[str]]:
    """The symbols beside each symbol that stands alone on a side of a row."""
    made: dict[str, set[str]] = {}
    for clause in (clause for clauses in rows for clause in clauses):
        names = {node.value for side in clause.expressions for node in walk(side) if node.kind == "symbol"}
        for side in clause.expressions:
            if name := named(side):
                made.setdefault(name, set()).update(names)
    return made


def _moves_otherwise(known: Declarations, of: OfNumbers, made: Mapping[str, set[str]]) -> bool:
    """Whether something else in a body may move with the parameter, through what rows say of it: ``c = E_{q_t}[r]``."""
    seen: set[str] = set()
    own = {of.parameter, of.written, *_calls(of)}
    left = [n.value for n in walk(of.body) if n.kind == "symbol" and n.value.rstrip("'") not in own]
    while left:
        name = left.pop()
        if name == of.written or of.written in marks(name) or usual_role(name) in (Role.OPTIMUM, Role.PARTITION):
            return True
        if name not in seen:
            seen.add(name)
            left += made.get(name, set()) - {name}
    return False


def _elsewhere(clause: Clause, functions: Container[str]) -> set[str]:
    """The symbols of a clause that no function of a number stands with there."""
    nodes = [node for side in clause.expressions for node in walk(side)]
    inside = {n.value for node in nodes if _is_call(node) and _base(node) in functions for n in walk(node)}
    return {node.value for node in nodes if node.kind == "symbol"} - inside


def _is_call(node: Node) -> bool:
    """Whether a node calls a symbol with one argument and no condition."""
    return node.kind == "call" and len(node.children[1].children) == 1 and not node.children[2].children


def _base(node: Node) -> str:
    """The function that a call is of, or of whose slope."""
    return node.children[0].value.rstrip("'")


def _is_expression(known: Declarations, node: Node) -> bool:
    """Whether a call is of a number: of no index, and of no policy."""
    (argument,) = node.children[1].children
    if argument.kind in ("symbol", "dot", "preferred"):
        return False
    return argument.kind != "call" or all(c.kind != "dot" for c in argument.children[1].children)


def _given(known: Declarations, clause: Clause, heads: set[str]) -> tuple[str, OfNumbers] | None:
    """What a clause gives, where it gives a function of one number by numbers."""
    if clause.opening is not None or not clause.relations or clause.relations[0] not in EQUATIONS:
        return None
    head, body = clause.expressions[0], clause.expressions[1]
    if clause.joined in ("if", "since") or not _is_call(head) or head.children[1].children[0].kind != "symbol":
        return None
    name, written = head.children[0].value, head.children[1].children[0].value
    kind, inside = known.kind(written), {n.value for n in walk(body) if n.kind == "symbol"}
    another = kind in ("variable", "partition") or written in PROMPTS
    if name.endswith("'") or known.kind(name) is not None or written not in inside:
        return None
    if not another and kind not in (None, "scalar"):
        return None
    body = _multiplied(known, body, written)
    for node in walk(body):
        if node.kind not in _OF_NUMBERS or (node.kind == "call" and not _is_call(node)):
            return None
        if node.kind == "symbol" and node.value != written and known.kind(node.value) not in (None, "scalar"):
            return None
    parameter = written + _MARK if another or written in heads else written
    return name, OfNumbers(parameter, written, _put(body, {written: _symbol(parameter, body)}))


def _multiplied(known: Declarations, node: Node, parameter: str) -> Node:
    """An expression in which a number before a bracket multiplies it: ``u(u - 1)^2``, ``α(α - 1)``."""
    children = tuple(_multiplied(known, child, parameter) for child in node.children)
    node = node.with_children(children)
    power = node.children[1:] if node.kind == "power" else ()
    call = node.children[0] if power else node
    head = call.children[0].value if _is_call(call) else ""
    if not head or (head != parameter and known.kind(head) != "scalar"):
        return node
    factor = Node("group", call.children[1].children, call.children[1].span, "(")
    raised = Node("power", (factor, *power), node.span) if power else factor
    return Node("multiply", (call.children[0], raised), node.span)


def _symbol(name: str, at: Node) -> Node:
    return Node("symbol", (), at.span, name)


def _alike(one: Node, other: Node) -> bool:
    """Whether two expressions are the same but for where they stand."""
    if (one.kind, one.value, len(one.children)) != (other.kind, other.value, len(other.children)):
        return False
    return all(_alike(a, b) for a, b in zip(one.children, other.children, strict=True))


def _calls(of: OfNumbers | None) -> set[str]:
    """The functions that a body calls."""
    return set() if of is None else {_base(node) for node in walk(of.body) if node.kind == "call"}


def _needs_a_sign(body: Node) -> bool:
    """Whether a body is of positive numbers alone: with a logarithm, or with a power that is no whole number."""
    logs = any(node.kind == "function" and node.value == "log" for node in walk(body))
    return logs or any(node.kind == "power" and node.children[1].kind != "number" for node in walk(body))


def _put(node: Node, instead: Mapping[str, Node]) -> Node:
    """An expression with others in place of symbols."""
    if node.kind == "symbol":
        return instead.get(node.value, node)
    children = tuple(_put(child, instead) for child in node.children)
    return node.with_children(children)


def written_out(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which what functions of one number are given by stands in their place."""
    return tuple(_clause(known, clause) for clause in clauses) if known.of_numbers else tuple(clauses)


def _clause(known: Declarations, clause: Clause) -> Clause:
    for written in dict.fromkeys(of.written for _, of in _own(known, clause)):
        clause = clause.with_sides(partial(_multiplied, known, parameter=written))
    renamed = _renamed(known, clause)
    sides = [_put(side, renamed) for side in clause.expressions]
    head, out = sides[0], [_rewritten(known, side) for side in sides]
    of = known.of_numbers.get(_base(head)) if _is_call(head) and clause.opening is None and len(sides) > 1 else None
    own = of is not None and _alike(head.children[1].children[0], _symbol(of.parameter, head))
    if own and of is not None and _alike(out[1], of.body):
        out[0] = head.children[0]
    elif stands := {of.written for _, of in _own(known, clause) if of.stands}:  # and here it is what its row gives
        kept = {name: node for name, node in renamed.items() if name not in stands}
        out = [_rewritten(known, _put(side, kept)) for side in clause.expressions]
    return replace(clause, expressions=tuple(out))


def _renamed(known: Declarations, clause: Clause) -> dict[str, Node]:
    """The letters that are parameters in a clause and something else in the document, each with its name here."""
    nodes = [node for side in clause.expressions for node in walk(side)]
    calls = [n for n in nodes if n.kind == "call" and not (_is_call(n) and _base(n) in known.of_numbers)]
    places = [*calls, *(n for n in nodes if n.kind in ("over", "sampled", "range", "under"))]
    taken = {n.value for place in places for n in walk(place)}
    return {of.written: _symbol(of.parameter, node) for node, of in _own(known, clause) if of.written not in taken}


def _own(known: Declarations, clause: Clause) -> list[tuple[Node, OfNumbers]]:
    """The functions that a clause has at their own parameters."""
    nodes = [node for side in clause.expressions for node in walk(side) if _is_call(node)]
    found = [(node, of) for node in nodes if (of := known.of_numbers.get(_base(node))) is not None]
    return [(node, of) for node, of in found if node.children[1].children[0].value == of.written]


def _rewritten(known: Declarations, node: Node) -> Node:
    children = tuple(_rewritten(known, child) for child in node.children)
    node = node.with_children(children)
    if not _is_call(node) or _base(node) not in known.of_numbers:
        return node
    (argument,) = node.children[1].children
    name, of = node.children[0].value, known.of_numbers[_base(node)]
    if of is None:
        return Node("value", (argument,), node.span, name)
    if any(_is_call(part) and _base(part) in known.of_numbers for part in walk(argument)):
        return node  # what stands inside is too large already
    body = _placed(of.body, node)
    order = len(name) - len(_base(node))
    if order:
        return Node("slope", (body, _symbol(of.parameter, node), argument), node.span, str(order))
    plain = argument.kind in ("symbol", "number", "group")
    inside = argument if plain else Node("group", (argument,), argument.span, "(")
    out = Node("group", (_put(body, {of.parameter: inside}),), node.span, "(")
    return out if len(list(walk(out))) <= _MOST else node


def _placed(body: Node, at: Node) -> Node:
    """A body that stands where its function is called."""
    return replace(body, span=at.span, children=tuple(_placed(child, at) for child in body.children))


def value(read: Reader, node: Node) -> t.Term:
    """The value of a function that nothing gives."""
    return t.Value(node.value, read(node.children[0]))


def slope(read: Reader, node: Node) -> t.Term:
    """The derivative of a function that is given, at any argument."""
    body, parameter, argument = node.children
    term = read(body)
    for _ in range(int(node.value)):
        found = derivative(term, parameter.value)
        if found is None:
            raise refuse("no slope", node.span, name=parameter.value)
        term = found
    at = read(argument)

    def put(part: t.Term) -> t.Term:
        return at if part == t.Scalar(parameter.value) else t.rebuilt(part, put)

    return put(term)


def derivative(term: t.Term, by: str, fixed: frozenset[str] = frozenset()) -> t.Term | None:
    """The derivative of a term by one of its scalars; None where no rule says what it is. What is ``fixed`` is known
    not to move with it.

    >>> u = t.Scalar("u")
    >>> derivative(t.Mul((u, t.Scalar("c"))), "u") == t.Add((t.Mul((_ONE, t.Scalar("c"))), t.Mul((u, _ZERO))))
    True
    """
    if by not in t.symbols(term) and t.symbols(term) <= fixed:
        return _ZERO
    if isinstance(term, t.Bind):
        return _derivative_inside(term, by, fixed)
    parts = [derivative(part, by, fixed) for part in term.parts()]
    slopes = [part for part in parts if part is not None]
    if len(slopes) < len(parts):
        return None
    match term:
        case t.Number():
            return _ZERO
        case t.Scalar(symbol):
            return _ONE if symbol == by else _ZERO
        case t.Add():
            return t.Add(tuple(slopes))
        case t.Mul(factors):
            rates = enumerate(slopes)
            return t.Add(tuple(t.Mul((*factors[:i], rate, *factors[i + 1 :])) for i, rate in rates))
        case t.Power(base, t.Number(order)):
            lowered = t.Power(base, t.Number(order - 1)) if order != 1 else _ONE
            return t.Mul((t.Number(order), lowered, slopes[0])) if order else _ZERO
        case t.Power(base, exponent) if by not in t.symbols(exponent):
            return t.Mul((exponent, t.Power(base, t.Add((exponent, _MINUS))), slopes[0]))
        case t.Power(base, exponent):
            ratio = t.Mul((exponent, t.Power(base, _MINUS), slopes[0]))
            return t.Mul((term, t.Add((t.Mul((slopes[1], t.log(base))), ratio))))
        case t.Fn(name, arguments):
            row = TABLE.get(name)
            if isinstance(row, Function) and row.derivative is not None:
                rules = row.derivative(*arguments)
                return t.Add(tuple(t.Mul(pair) for pair in zip(rules, slopes, strict=True)))
    return None


def _derivative_inside(term: t.Bind, by: str, fixed: frozenset[str]) -> t.Term | None:
    """The derivative of a sum, term by term, and of what is one when it is written out."""
    if term.name == "sum":
        inside = derivative(term.arguments[0], by, fixed)
        return None if inside is None else t.Bind("sum", term.variables, (inside,))
    meaning = expansion(term)
    return None if meaning is None else derivative(meaning, by, fixed)
