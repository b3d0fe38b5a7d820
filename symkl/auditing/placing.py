"""What stands at the top of a Python file: which statements give a name, under which conditions, and what they need."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
FOLLOWED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr,
    ast.Import, ast.ImportFrom, ast.Pass,
)  # fmt: skip
"""The statements that are run as they stand."""


@dataclass(frozen=True)
class Guard:
    """An ``if`` around a statement, and which of its arms the statement is in."""

    test: ast.expr
    arm: bool


@dataclass(frozen=True)
class Placed:
    """A statement at the top of a file. ``tried``: the ``try`` that it is in the body of, if it is in one."""

    node: ast.stmt
    guards: tuple[Guard, ...] = ()
    tried: ast.Try | None = None


def placed(body: list[ast.stmt], guards: tuple[Guard, ...] = (), tried: ast.Try | None = None) -> Iterator[Placed]:
    """The statements at the top of a file, in their order; of a ``try`` what is run where nothing is raised."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from placed(node.body, guards, node)
            yield from placed([*node.orelse, *node.finalbody], guards, tried)
        elif isinstance(node, ast.If):
            yield from placed(node.body, (*guards, Guard(node.test, True)), tried)
            yield from placed(node.orelse, (*guards, Guard(node.test, False)), tried)
        else:
            yield Placed(node, guards, tried)


def given(node: ast.stmt) -> set[str]:
    """The names that a statement gives, or changes what they stand for.

    >>> sorted(given(ast.parse("TABLE['k1'], x = f, 2").body[0])), given(ast.parse("KNOWN.append(f)").body[0])
    (['TABLE', 'x'], {'KNOWN'})
    """
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {name for target in targets for name in _roots(target)}
        case ast.AnnAssign(target=target, value=ast.expr()) | ast.AugAssign(target=target):
            return set(_roots(target))
        case ast.Expr(value=ast.Call(func=ast.Attribute() as func)):
            return set(_roots(func))
        case ast.Import() | ast.ImportFrom() | ast.AnnAssign() | ast.Pass():
            return set()
    stored = (each for each in ast.walk(node) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load))
    return {each.id for each in stored}


def _roots(target: ast.expr) -> Iterator[str]:
    """The names that an assignment to a target gives or changes."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _roots(part)
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Starred(value=inner):
            yield from _roots(inner)
        case ast.Call(func=inner):
            yield from _roots(inner)


def names_in(node: ast.AST) -> set[str]:
    """The names that a piece of code needs from outside: not its own variables, and not those of annotations.

    >>> code = "def f(x: T, y=K):\\n    z = g(x)\\n    return [q for q in z if h(q)] + [lambda w: w + c]"
    >>> sorted(names_in(ast.parse(code).body[0]))
    ['K', 'c', 'f', 'g', 'h']
    """
    if isinstance(node, Function | ast.Lambda):
        return _needed(node)
    return {node.name, *_free(node)} if isinstance(node, ast.ClassDef) else _free(node)


def _free(*nodes: ast.AST) -> set[str]:
    """The names that stand in some code, and those that functions inside it need."""
    found: set[str] = set()
    left = list(nodes)
    while left:
        here = left.pop()
        if isinstance(here, _Scope):
            found |= _needed(here)
            continue
        if isinstance(here, ast.Name):
            found.add(here.id)
        left += [each for each in ast.iter_child_nodes(here) if each is not getattr(here, "annotation", None)]
    return found


_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Scope = Function | ast.Lambda | _Comprehension


def _needed(node: ast.AST) -> set[str]:
    """What a function needs from outside, its own name among it; what a comprehension does."""
    if isinstance(node, _Comprehension):
        targets = {each.id for part in node.generators for each in ast.walk(part.target) if isinstance(each, ast.Name)}
        return _free(*ast.iter_child_nodes(node)) - targets
    assert isinstance(node, Function | ast.Lambda)
    outside = {*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)}
    body = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    inside = _free(*body) - _own(node, body)
    if isinstance(node, ast.Lambda):
        return inside | _free(*outside)
    return inside | _free(*outside, *node.decorator_list) | {node.name}


def _own(node: Function | ast.Lambda, body: list[ast.stmt] | list[ast.expr]) -> set[str]:
    """The variables of a function: its parameters, and what it gives names to and does not call global."""
    found = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    others: set[str] = set()
    left: list[ast.AST] = list(body)
    while left:
        here = left.pop()
        match here:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                continue
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                others |= set(names)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                found |= {each.asname or each.name.split(".")[0] for each in aliases}
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
        left += list(ast.iter_child_nodes(here))
    return found - others


def root_of(decorator: ast.expr) -> tuple[str, tuple[str, ...]]:
    """The name that a decorator begins with, and the attributes after it; without a name, an empty one."""
    of = decorator.func if isinstance(decorator, ast.Call) else decorator
    attributes: list[str] = []
    while isinstance(of, ast.Attribute):
        attributes.insert(0, of.attr)
        of = of.value
    return (of.id if isinstance(of, ast.Name) else ""), tuple(attributes)


def methods(node: ast.AST) -> list[ast.FunctionDef]:
    """The methods of a class."""
    return [each for each in getattr(node, "body", []) if isinstance(each, ast.FunctionDef)]


def narrow(node: ast.ClassDef, method: str) -> None:
    """Leave of a class what one of its methods uses: by name, of itself or of another object."""
    known: dict[str, list[ast.FunctionDef]] = {}
    for each in methods(node):
        known.setdefault(each.name, []).append(each)
    found: set[str] = set()
    left = [method]
    while left:
        name = left.pop()
        if name in known and name not in found:
            found.add(name)
            left += [inner.attr for each in known[name] for inner in ast.walk(each) if isinstance(inner, ast.Attribute)]
    node.body = [each for each in node.body if not isinstance(each, ast.FunctionDef) or each.name in found]


def unannotated(node: ast.AST) -> None:
    """Leave annotations off: they may name what is not there."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            inner.annotation = None
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            inner.returns = None


class Asking(ast.NodeTransformer):
    """``a is b`` as a question that can be answered for what is not here."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """One comparison by identity as a call."""
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Is | ast.IsNot):
            return node
        name = ast.Name("__is_same__", ast.Load())
        asked: ast.expr = ast.Call(name, [node.left, node.comparators[0]], [])
        if isinstance(node.ops[0], ast.IsNot):
            asked = ast.UnaryOp(ast.Not(), asked)
        return ast.fix_missing_locations(ast.copy_location(asked, node))
