"""Small wrong changes of a module, one at a time: conditions, signs, comparisons, numbers, what is noted.

A mutant is known by its function, the line it changes and what becomes of it, so that what is said of
it stays true when lines move.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from types import CodeType

SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.FloorDiv,), ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: in which function of which module, of what, to what; ``number`` tells equal ones apart.

    ``inside``: a mark of the function as it was, by which one is known again while the function stays the same.
    """

    module: str
    function: str
    source: str
    becomes: str
    number: int
    inside: str

    @property
    def place(self) -> str:
        """Its function, with the module."""
        return f"{self.module}:{self.function}"

    @property
    def key(self) -> str:
        """What the mutant is called in tables."""
        again = f" ({self.number})" if self.number else ""
        return f"{self.place}: {self.source} → {self.becomes}{again}"


def mutants(module: str, text: str) -> Iterator[tuple[Mutant, CodeType]]:
    """Every mutant of a module's functions, compiled."""
    tree = ast.parse(text)
    seen: dict[tuple[str, str, str], int] = {}
    for function, node in _functions(tree):
        inside = sha256(ast.unparse(node).encode()).hexdigest()[:12]
        for place, new in list(_changes(node)):
            source, becomes = _said(place, ast.fix_missing_locations(new))
            at = (function, source, becomes)
            seen[at] = seen.get(at, -1) + 1
            place.put(ast.copy_location(new, place.node))
            code = compile(ast.fix_missing_locations(tree), f"<{module}>", "exec")
            place.put(place.node)
            yield Mutant(module, function, source, becomes, seen[at], inside), code


@dataclass(frozen=True)
class _Place:
    """A node and where it hangs."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None

    def put(self, new: ast.AST) -> None:
        """Hang another node there."""
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def _said(place: _Place, new: ast.AST) -> tuple[str, str]:
    """What is changed and what becomes of it: of a condition the part that goes, of a number what is around it."""
    old = place.node
    if isinstance(old, ast.BoolOp):
        rest = new.values if isinstance(new, ast.BoolOp) and type(new.op) is type(old.op) else [new]
        gone = [each for each in old.values if each not in rest]
        if len(gone) == 1:
            return ast.unparse(gone[0]), "dropped"
    around = f" in {ast.unparse(place.parent)[:90]}" if isinstance(old, ast.Constant) else ""
    return ast.unparse(old) + around, ast.unparse(new)


def _functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The functions and methods, outermost ones alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{inside}{node.name}", node


def _changes(function: ast.AST) -> Iterator[tuple[_Place, ast.AST]]:
    """Each place in a function, with what becomes of it."""
    assert isinstance(function, ast.FunctionDef)
    for statement in function.body:
        inside = [(function, "body", statement)] if isinstance(statement, ast.Expr | ast.AugAssign) else []
        places = [_Place(node, parent, field, function.body.index(node)) for parent, field, node in inside]
        for parent in ast.walk(statement):
            for field, value in ast.iter_fields(parent):
                if isinstance(value, ast.AST):
                    places.append(_Place(value, parent, field, None))
                elif isinstance(value, list):
                    nodes = ((i, each) for i, each in enumerate(value) if isinstance(each, ast.AST))
                    places += [_Place(each, parent, field, i) for i, each in nodes]
        for place in places:
            yield from ((place, new) for new in _of_node(place))


def _of_node(place: _Place) -> Iterator[ast.AST]:
    test = isinstance(place.parent, ast.If | ast.IfExp) and place.field == "test"
    if test or (isinstance(place.parent, ast.comprehension) and place.field == "ifs"):
        yield ast.Constant(True)
    if test:
        yield ast.Constant(False)
    match place.node:
        case ast.BoolOp(op=op, values=values):
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Compare(left=left, ops=[op], comparators=others):
            for compared in SWAPPED.get(type(op), ()):
                yield ast.Compare(left, [compared()], others)  # type: ignore[list-item]
        case ast.BinOp(left=left, op=op, right=right):
            for other in SWAPPED.get(type(op), ()):
                yield ast.BinOp(left, other(), right)  # type: ignore[arg-type]
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield ast.Pass()
        case ast.Call(func=ast.Name(id="all" | "any" as name), args=args):
            yield ast.Call(ast.Name("any" if name == "all" else "all", ast.Load()), args, [])
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=args, keywords=keywords):
            yield ast.Call(ast.Name("max" if name == "min" else "min", ast.Load()), args, keywords)
        case ast.Call(func=ast.Attribute(value=value, attr="scaled"), args=[_]):
            yield value
