r"""Functions and numbers of which a document says nothing: the b of ``r(x,y) - b(x)``, the u of ``σ(u)``.

A name that is only ever called, with index variables alone, is a function of these. What it is nobody can tell, and
it may move with every policy: what holds of any function is proved, and of nothing else anything is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.language.proof import Opaque
from symkl.meaning.alphabets import summands
from symkl.meaning.groups import TO_THE
from symkl.meaning.symbols import Declarations, is_value_of_parameter
from symkl.reading.syntax import Clause, Node, named, walk

_LETTER = pattern(r"(?!σ)[a-zα-ωBCKMN](?:_\d)?")
_LOSS = pattern(r"[JLℓ]_[A-Za-z][A-Za-z ]+")
r"""The name of an objective by words: ``\mathcal{L}_{\text{SFT}}``."""
_BINDING = (
    *("sum", "product", "expectation", "extremum", "optimum", "limit", "family", "statistic"),
    *("functional", "divergence", "norm", "inner", "gradient", "derivative", "token", "next"),
)


def with_undeclared(known: Declarations, rows: Sequence[Sequence[Clause]], said: Iterable[str]) -> Declarations:
    """``known`` with the functions that nothing declares, each with what it is called with first; ``said``: what rows
    that could not be read, and prose, give."""
    nodes = [node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side)]
    changes = [n for n in nodes if n.kind == "call" and [c.kind for c in n.children[1].children] == ["add"]]
    within = Counter(n.value for call in changes for n in walk(call.children[1]) if n.kind == "symbol")  # F[q + εh]
    norms = [side for node in nodes if node.kind == "norm" for side in summands(node.children[0])]
    within += Counter(side.value for side in norms if side.kind == "symbol")  # ‖f‖ is of all that f is called with
    calls: dict[str, list[Node]] = {}
    alone: dict[str, int] = {}
    for node in nodes:
        if node.kind == "call":
            calls.setdefault(node.children[0].value, []).append(node)
        elif node.kind == "symbol":
            alone[node.value] = alone.get(node.value, 0) + 1
    found = {
        name: tuple(c.value for c in those[0].children[1].children)
        for name, those in calls.items()
        if known.kind(name) is None
        and alone.get(name, 0) - within[name] == len(those)
        and all(_of_indices(known, call) for call in those)
        and len({len(call.children[1].children) for call in those}) == 1
    }
    numbers = _baselines(known, nodes, alone, calls) | _numbers(known, rows)
    found |= dict.fromkeys(numbers - set(said), ())
    of_parameters = {
        name: tuple(c.value for c in those[0].children[1].children)
        for name, those in calls.items()
        if known.kind(name) is None and alone.get(name, 0) == len(those)
        and all(_of_parameters(known, call) for call in those)
    }
    changed = {n.value for call in changes for n in walk(call.children[1]) if n.kind == "symbol"}
    directions = {name: frozenset[str]() for name in found if name in changed}  # εh is h as far as ε says
    return replace(
        known,
        functions=known.functions | {name for name, places in found.items() if places},
        scalars=known.scalars | {name for name, places in found.items() if not places},
        defined={**dict.fromkeys(of_parameters, 0), **known.defined},  # by what nobody has read
        undeclared={**known.undeclared, **found, **of_parameters},
        moves={**directions, **known.moves},
    )


def _baselines(
    known: Declarations, nodes: Iterable[Node], alone: Mapping[str, int], calls: Mapping[str, object]
) -> set[str]:
    """The b of ``r(x,y) - b``: a number that nothing gives, by its letter and by what it is taken off."""
    taken_off = {
        each.children[0].value
        for node in nodes
        if node.kind == "add" and any(known.kind(named(c)) == "function" for c in node.children)
        for each in node.children
        if each.kind == "negate" and each.children[0].kind == "symbol"
    }
    return {name for name in taken_off & {"b"} if known.kind(name) is None and name in alone and name not in calls}


def _numbers(known: Declarations, rows: Sequence[Sequence[Clause]]) -> set[str]:
    """The u of ``σ(u)``: a letter that is written by itself alone, and that a function of numbers is taken of, or that
    something is divided by; and the ``L_{SFT}`` of ``L_{SFT} + c``, an objective by its name.

    What stands below a sum, a mean, a maximum or a limit may be written without what it depends on there, and what
    bears a prime, a star or an exponent may be a vector: such a letter is none.
    """
    found: set[str] = set()
    alone: set[str] = set()
    other: set[str] = set()
    left = [(side, False) for clauses in rows for clause in clauses for side in clause.expressions]
    while left:
        node, inside = left.pop()
        if node.kind == "symbol":
            (found if inside else alone).add(node.value)
        elif node.kind in ("call", *_BINDING):
            other |= {n.value for n in walk(node) if n.kind == "symbol"}
        elif node.kind in ("fraction", "divide"):
            left += [(node.children[0], inside), *((child, True) for child in node.children[1:])]
        elif node.kind == "power":
            other |= {n.value for n in walk(node.children[1]) if n.kind == "symbol"}
            left.append((node.children[0], inside))
        else:
            left += [(child, inside or node.kind in ("function", "part")) for child in node.children]
    found -= other | known.sizes
    said = {name for name in alone if _LOSS.fullmatch(name)} - other
    return {name for name in found if known.kind(name) is None and _LETTER.fullmatch(name)} | {
        name for name in said if known.kind(name) is None
    }


def _of_indices(known: Declarations, call: Node) -> bool:
    _, arguments, conditions = call.children
    return (
        bool(arguments.children)
        and not conditions.children
        and all(c.kind == "symbol" and known.is_index(c.value) for c in arguments.children)
    )


def _of_parameters(known: Declarations, call: Node) -> bool:
    """Whether a call is of the parameters of policies alone: ``J(θ)``."""
    _, arguments, conditions = call.children
    given = [c.value if c.kind == "symbol" else "" for c in arguments.children]
    plain = all(known.kind(name) is None and is_value_of_parameter(name) for name in given)
    return plain and bool(given) and not conditions.children


def nothing_said(known: Declarations) -> tuple[Opaque, ...]:
    """Why nobody can tell what they are, with the declaration that would say it."""
    return tuple(Opaque(name, _why(name, places)) for name, places in sorted(known.undeclared.items()))


def _why(name: str, places: Sequence[str]) -> str:
    if name.endswith(TO_THE):
        power = f"{name.removesuffix(TO_THE)}^{places[0]}"
        return f"of {power} only that is used which holds of any function of {places[0]}"
    if any(map(is_value_of_parameter, places)):
        return f"no row says what {name} is: give it in one, as {name}({', '.join(places)}) = ..."
    what = f"function of {', '.join(places)}" if places else "scalar"
    return f"nothing says what {name} is. If it may be any: <!-- symkl: {name} {what} -->"
