"""Symbols and calls: what a name means by itself, and with arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from symkl.language import terms as t
from symkl.language.sorts import is_numbers
from symkl.language.terms import Variable
from symkl.meaning.alphabets import PART
from symkl.meaning.dependence import parameters
from symkl.meaning.evaluated import moved
from symkl.meaning.mistakes import refuse
from symkl.meaning.portions import of_a_set, weight
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import POLICIES, REWARDS, is_parameter, is_value_of_parameter, letter, subscript
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import BETWEEN, Node, named, walk

NUMBER = "#"
"""The symbol of how large an index is that stands as a number: the t of ``2 ε t``."""


def symbol(read: Reader, node: Node) -> t.Term:
    """A name with no arguments written: it takes its usual ones."""
    name = node.value
    match read.known.kind(name):
        case "scalar" | "constant":
            return t.Scalar(name)
        case "distribution":
            return policy(read, name, node)
        case "function":
            taken = read.known.arguments.get(name, (read.known.prompt, read.known.outcome))
            return t.Apply(name, (), _unsaid(read, taken, node))
        case "partition" | "multiplier":
            return t.Apply(name, (), _unsaid(read, read.known.arguments.get(name, (read.known.prompt,)), node))
        case "defined":
            return t.Apply(name, (), ())  # its implicit parameters are put in when all definitions are known
        case "variable":
            v = read.variable(name)
            if is_numbers(v.sort) and name in read.known.numbering:
                return t.Apply(NUMBER, (), (v,))
            raise refuse("index by itself", node.span, name=name)
    if name in read.known.sizes:
        if (from_zero := read.known.sorts.get(("set", f"[0…{name}]"))) is not None:
            return t.Add((size(read, from_zero, f"0…{name}"), t.Number(Fraction(-1))))
        if (whole := read.known.sorts.get(("set", f"[{name}]"))) is not None:
            return size(read, whole, name)
        raise refuse("undeclared", node.span, name=name)  # nothing that is read runs up to it
    raise _undeclared(node, name)


LEFT_OUT = "⋯"
"""What the symbol of terms that are left out begins with."""


def left_out(read: Reader, node: Node) -> t.Term:
    """``\\cdots`` among the terms of a sum: something that may depend on all that is bound or free here."""
    free = (read.variable(name) for names in read.letters.written.values() for name in names)
    unsaid = (read.known.usual_variable(sort) for sort in (read.known.prompt, read.known.outcome))
    places = sorted({*read.bound, *free, *unsaid}, key=lambda v: (v.sort, v.name))
    return t.Apply(f"{LEFT_OUT}{node.span.start}", (), tuple(places))


def size(read: Reader, sort: str, name: str = "") -> t.Term:
    """How many elements an alphabet has, or a portion of one by its name: the sum of 1 over it."""
    if sort == PART:
        v = read.known.usual_variable(read.known.portions[name])
        return t.total(v, weight(of_a_set(f"[{name}]"), v))
    return t.total(read.known.usual_variable(sort), t.Number(Fraction(1)))


def _unsaid(read: Reader, sorts: Iterable[str], at: Node) -> tuple[Variable, ...]:
    """The variables of some sorts that are left unsaid. Raises Unreadable where one may be several."""
    return tuple(read.meant(sort, at) for sort in sorts)


def _undeclared(node: Node, name: str) -> Unreadable:
    """What nothing says what it is, with the declaration that fits how it is used."""
    if name.endswith(BETWEEN):
        return refuse("divergence not given", node.span, name=name.rstrip(BETWEEN))
    if name == "∞":
        return refuse("infinite", node.span)
    if node.kind != "call":
        return refuse("undeclared", node.span, name=name)
    head, arguments, conditions = node.children
    every = (*conditions.children, *arguments.children)
    if any(c.kind != "symbol" for c in every):
        return refuse("undeclared", head.span, name=name)
    return refuse("undeclared function", head.span, name=name, places=", ".join(c.value for c in every))


def policy(read: Reader, name: str, node: Node, outcomes: tuple[Variable, ...] | None = None) -> t.Apply:
    """A distribution with no arguments written: it takes its usual ones."""
    if name.endswith("_x") and read.known.kind(name[:-2]) == "distribution":
        return t.Apply(name[:-2], outcomes or (read.outcome(node),), (read.variable("x"),), span=node.span)
    sorts, conditions = read.known.signatures.get(name, ((read.known.outcome,), (read.known.prompt,)))
    if len(sorts) != 1 and outcomes is None:
        raise refuse("joint distribution", node.span, name=name)
    chosen = outcomes or _unsaid(read, sorts, node)
    return t.Apply(name, chosen, _unsaid(read, conditions, node), span=node.span)


def _is_product(read: Reader, name: str, node: Node) -> bool:
    r"""Whether a bracket behind a symbol is a factor: in ``ρ (\nabla_θ k)`` and ``s_θ (k + 1)`` no index is in it."""
    _, arguments, conditions = node.children
    if conditions.children or len(arguments.children) != 1 or name in read.known.of_numbers:
        return False
    (argument,) = arguments.children
    alone = all(not read.known.is_index(part.value) for part in _bare(argument))
    return argument.kind in ("add", "negate", "gradient", "multiply") and alone


def _bare(node: Node) -> Iterator[Node]:
    """The symbols of an expression that stand in no bracket of a symbol."""
    if node.kind == "symbol":
        yield node
    for child in node.children if node.kind != "call" else ():
        yield from _bare(child)


def call(read: Reader, node: Node) -> t.Term:
    """A name with arguments: what it is says what they may be."""
    head, arguments, conditions = node.children
    name = head.value
    kind = read.known.kind(name)
    if name.endswith(BETWEEN) and any(c.kind == "symbol" and read.known.is_index(c.value) for c in arguments.children):
        raise _undeclared(node, name)
    if any(c.kind == "preferred" for c in arguments.children):
        return _preference(read, node, name)
    if (
        kind == "defined"
        and name in read.known.of_policies
        and (changed := _changed_policy(read, arguments)) is not None
    ):
        return moved(name, policy(read, changed, arguments), read(arguments.children[0]))
    if kind in ("defined", "distribution") and _is_product(read, name, node):
        read.said.note(f"{name} (...) is read as a product: {name} is written without arguments")
        return t.Mul((read(head), read(Node("group", arguments.children, arguments.span, "("))))
    match kind:
        case "scalar":
            return t.Mul((t.Scalar(name), *read.many(arguments.children)))
        case "constant":
            return t.Apply(name, (), places(read, arguments))
        case "distribution":
            return probability(read, node, name)
        case "variable":
            raise refuse("index called", node.span, name=name)
    if conditions.children:
        if kind in ("function", "defined"):
            return t.Apply(name, (), _prompts_first(places(read, arguments) + places(read, conditions)))
        if kind is None:
            raise _undeclared(node, name)
        raise refuse("condition of no distribution", conditions.span, name=name)
    match kind:
        case "function":
            return _reward(read, name, arguments)
        case "partition" | "multiplier":
            indices = all(c.kind == "symbol" and read.known.is_index(c.value) for c in arguments.children)
            if kind == "multiplier" and not indices:
                return t.Mul((read(head), *read.many(arguments.children)))
            return _of_the_prompt(read, name, arguments)
        case "defined":
            return t.Apply(name, (), _arguments(read, name, arguments))
    raise _undeclared(node, name)


def _reward(read: Reader, name: str, arguments: Node) -> t.Term:
    """``r(x, y)``, ``r(y, x)`` or ``r(y)``."""
    for c in arguments.children:
        if c.kind not in ("symbol", "dot") or read.known.kind(c.value) not in ("variable", None):
            raise refuse("expression as argument", arguments.span, name=name)
    return t.Apply(name, (), _complete(read, name, _prompts_first(places(read, arguments)), arguments))


def _of_the_prompt(read: Reader, name: str, arguments: Node) -> t.Term:
    """``Z(x)``, ``λ(x)``."""
    found = places(read, arguments)
    prompt = read.known.usual_variable(read.known.prompt)
    if [v.sort for v in found] != [prompt.sort]:
        written = ", ".join(v.name for v in found)
        raise refuse("prompt alone", arguments.span, name=name, prompt=prompt.name, places=written)
    return t.Apply(name, (), found)


def _arguments(read: Reader, of: str, node: Node) -> tuple[t.Argument, ...]:
    """The arguments of a defined functional: variables and policies; a parameter θ stands for its policy π_θ, where
    the document has one. Multipliers are dropped, and so is a parameter without a policy."""
    out: list[t.Argument] = []
    for child in node.children:
        name = named(child)
        kind = read.known.kind(name) if name else None
        if kind == "variable" and child.kind == "symbol":
            out.append(read.variable(name))
        elif kind == "distribution" or (kind == "function" and child.kind == "symbol"):
            out.append(t.Policy(name))
        elif is_value_of_parameter(name) and of in read.known.exchanged and (read.known.carriers or not _moved(read)):
            raise refuse("parameter exchanged", child.span, name=name, of=of)
        elif _is_parameter_of(read, of, name) and _moved(read):
            out.append(t.Policy(f"{_moved(read)}_{name}"))
        elif kind not in ("multiplier",) and not _is_parameter_of(read, of, name):
            raise refuse("no argument", child.span, name=name or child.kind)
    return tuple(out)


def _is_parameter_of(read: Reader, of: str, name: str) -> bool:
    """Whether a name is that of a parameter, or of a value of one that a functional is called with elsewhere, too."""
    several = of in read.known.exchanged or of in read.known.undeclared
    return is_parameter(name) or (several and is_value_of_parameter(name) and read.known.kind(name) is None)


def _changed_policy(read: Reader, arguments: Node) -> str | None:
    """The policy that is changed in ``F[q + εh]``, if one is."""
    if len(arguments.children) != 1 or arguments.children[0].kind != "add":
        return None
    symbols = [n.value for n in walk(arguments) if n.kind == "symbol"]
    return next((name for name in symbols if read.known.kind(name) == "distribution"), None)


def _moved(read: Reader) -> str:
    """The letter of the policies that carry a parameter in the document: π where that is one; nothing for none."""
    moved = {letter(n) for n in read.known.distributions if letter(n) in POLICIES and is_parameter(subscript(n))}
    return "π" if "π" in moved else min(moved, default="")


def places(read: Reader, node: Node) -> tuple[Variable, ...]:
    """The index variables written as arguments."""
    out = []
    for child in node.children:
        if child.kind == "dot":
            out.append(read.outcome(child))
        elif child.kind == "symbol" and read.known.kind(child.value) == "variable":
            out.append(read.variable(child.value))
        else:
            raise refuse("no index", child.span, name=child.value or child.kind)
    return tuple(out)


def _prompts_first(found: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Prompts first: people write r(x, y) and r(y, x) for one thing."""
    return tuple(sorted(found, key=lambda v: v.sort not in ("x", "s")))


def _complete(read: Reader, name: str, found: tuple[Variable, ...], at: Node) -> tuple[t.Argument, ...]:
    """A function with its prompt left out takes the usual one, where it is written with one elsewhere."""
    taken = read.known.arguments.get(name, ())
    if len(found) == 1 and len(taken) == 2 and taken[1] == found[0].sort:
        return (read.meant(taken[0], at), *found)
    return found


def probability(read: Reader, node: Node, name: str) -> t.Apply:
    """``π(y|x)``, ``π(y)`` or ``π(·|x)``."""
    _, arguments, conditions = node.children
    if conditions.children:
        return t.Apply(name, places(read, arguments), places(read, conditions))
    if len(arguments.children) == 1 and arguments.children[0].kind == "dot":
        return policy(read, name, node)
    outcomes = places(read, arguments)
    sorts, given = read.known.signatures.get(name, ((), ()))
    if tuple(v.sort for v in outcomes) != sorts:
        given = ()
    unsaid = _unsaid(read, given, node)
    if unsaid:
        of, behind = (", ".join(v.name for v in some) for some in (outcomes, unsaid))
        read.said.note(f"{name}({of}) is read as {name}({of}|{behind}), as it is written elsewhere")
    return t.Apply(name, outcomes, unsaid)


def _preference(read: Reader, node: Node, name: str) -> t.Term:
    """``p(y_w ≻ y_l | x)``, which a row defines or which is any; of a policy the mean, ``P(π ≻ μ) = E[P(y ≻ y')]``."""
    _, arguments, conditions = node.children
    given = places(read, conditions)
    if name + "≻" not in read.known.defined:
        if parameters(name) or letter(name) in (*REWARDS, "π") or len(arguments.children) > 1:
            raise refuse("preference not defined", node.span, name=name)
        if not given and name in read.known.conditioned:
            given = (read.prompt(node),)
        read.said.note(_ANY.format(name=name))
    elif not given:
        given = (read.prompt(node),)
    sides = arguments.children[0].children
    written = {side.value for side in sides}
    pair, draws = [], []
    for side in sides:
        if side.kind != "symbol" or read.known.kind(side.value) != "distribution":
            pair.append(read.variable(side.value) if read.known.is_index(side.value) else _no_response(side))
            continue
        usual = read.known.usual_variable(read.known.signatures.get(side.value, ((read.known.outcome,), ()))[0][0])
        drawn = next(v for n in range(3) if (v := replace(usual, name=usual.name + "'" * n)).name not in written)
        written.add(drawn.name)
        pair.append(drawn)
        draws.append((drawn, policy(read, side.value, side, (drawn,))))
    found: t.Term = t.Apply(name + "≻", (), (*pair, *given))
    for drawn, law in reversed(draws):
        found = t.mean((drawn,), law, found, span=node.span)
    if draws:
        read.said.note(_OF_A_POLICY.format(name=name))
    return found


_ANY = "nothing says what {name}(… ≻ …) is: it is any with {name}(y ≻ y') + {name}(y' ≻ y) = 1"
_OF_A_POLICY = "{name}(… ≻ …) of a policy is read as the mean over what it draws"


def _no_response(side: Node) -> Variable:
    raise refuse("no index", side.span, name=side.value or side.kind)
