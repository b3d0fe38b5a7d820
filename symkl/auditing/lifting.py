"""A function out of its file, without its package: what it needs of the file is run, and nothing else.

Modules that the audit knows to be harmless (torch, typing, math, ...) are imported; whatever else the file imports is
a :class:`Stub`. Decorators and annotations are left off.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symkl.auditing.roles import Misuse
from symkl.auditing.traces import names

_IMPORTED = names(
    "torch typing typing_extensions collections dataclasses enum math numpy functools itertools copy warnings abc "
    "contextlib operator random re logging __future__"
)
"""The packages that are imported as they are."""


class Stub:
    """Stands for what is not installed: it has every attribute, may be called, and gives back what it is given."""

    def __init__(self, name: str = "stub", **known: Any) -> None:
        self.__dict__.update(known)
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Stub(f"{self!r}.{attribute}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What it is given, or itself."""
        return args[0] if args else self

    def __getitem__(self, key: Any) -> Any:
        return Stub(f"{self!r}[{key}]")

    def __contains__(self, key: Any) -> bool:
        return False

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __repr__(self) -> str:
        return str(self.__dict__["_name"])


@dataclass(frozen=True)
class Lifted:
    """A function and where it is defined. ``stubs``: what of its file is not the real thing."""

    function: Any
    name: str
    file: str
    line: int
    stubs: tuple[str, ...] = ()


def lifted(target: str, settings: Mapping[str, Any] | None = None) -> Lifted:
    """The function that ``FILE.py:FUNCTION`` or ``FILE.py:Class.method`` names. Raises: Misuse.

    ``settings`` named ``self.x`` are the attributes of the stub that a method takes for ``self``.
    """
    file, colon, name = target.rpartition(":")
    if not colon or not file.endswith(".py") or not name:
        raise Misuse(f"{target}: write FILE.py:FUNCTION, or FILE.py:Class.method")
    try:
        source = Path(file).read_text("utf-8")
    except OSError as error:
        raise Misuse(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Misuse(f"{file}: this is no UTF-8 text") from None
    try:
        tree = ast.parse(source, file)
    except SyntaxError as error:
        raise Misuse(f"{file}:{error.lineno}: this is no Python: {error.msg}") from None
    outer, _, inner = name.partition(".")
    definitions = {each: node for node in _statements(tree.body) for each in _given(node)}
    if outer not in definitions:
        known = [each for each, node in definitions.items() if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        raise Misuse(f"{file}: there is no {outer!r} at its top; it has {', '.join(known[:20]) or 'no function'}")
    needed = _needed(outer, definitions)
    space: dict[str, Any] = {"__name__": "audited", "__file__": file}
    stubs = _imports(tree, {each for node in needed for each in _names(node)} | {outer}, space)
    body = [_bare(node) for node in _statements(tree.body) if node in needed]
    exec(compile(ast.Module(body=body, type_ignores=[]), file, "exec"), space)
    found, line = space[outer], definitions[outer].lineno
    if inner:
        method = next((n for n in _methods(definitions[outer]) if n.name == inner), None)
        if method is None:
            raise Misuse(f"{file}: {outer} has no method {inner!r}")
        line, found = method.lineno, _method(found, method, settings or {})
    return Lifted(found, name, file, line, tuple(stubs))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements at the top of a file, those under ``try`` and ``if`` too."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from _statements(node.body)
        elif isinstance(node, ast.If):
            yield from _statements(node.body)
            yield from _statements(node.orelse)
        else:
            yield node


def _given(node: ast.stmt) -> set[str]:
    """The names that a statement gives."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {each for target in targets for each in _names(target)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _needed(name: str, definitions: Mapping[str, ast.stmt]) -> set[ast.stmt]:
    found: set[ast.stmt] = set()
    left = [name]
    while left:
        node = definitions.get(left.pop())
        if node is not None and node not in found:
            found.add(node)
            left += _names(_bare(node))
    return found


def _bare(node: ast.stmt) -> ast.stmt:
    """A definition without decorators and annotations, which may need what is not there."""
    if isinstance(node, ast.FunctionDef):
        _unannotated(node)
        node.decorator_list = []
    if isinstance(node, ast.ClassDef):
        node.decorator_list = [each for each in node.decorator_list if "dataclass" in ast.dump(each)]
        for method in _methods(node):
            _unannotated(method)
            kept = ("staticmethod", "classmethod", "property")
            method.decorator_list = [d for d in method.decorator_list if isinstance(d, ast.Name) and d.id in kept]
    return node


def _unannotated(function: ast.FunctionDef) -> None:
    for inner in ast.walk(function):
        if isinstance(inner, ast.arg):
            inner.annotation = None
        if isinstance(inner, ast.FunctionDef):
            inner.returns = None


def _methods(node: ast.stmt) -> list[ast.FunctionDef]:
    return [each for each in getattr(node, "body", []) if isinstance(each, ast.FunctionDef)]


def _imports(tree: ast.Module, used: set[str], space: dict[str, Any]) -> list[str]:
    """What the file imports and the function uses, put into its namespace; which of it are stubs."""
    stubs = []
    for node in _statements(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            if name not in used or name in space:
                continue
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
            real = module.split(".")[0] in _IMPORTED and not getattr(node, "level", 0)
            found = _imported(node, alias, module) if real else None
            if found is None:
                stubs.append(name)
                found = Stub(name)
            space[name] = found
    return stubs


def _imported(node: ast.Import | ast.ImportFrom, alias: ast.alias, module: str) -> Any:
    try:
        loaded = importlib.import_module(module)
        if isinstance(node, ast.ImportFrom):
            return getattr(loaded, alias.name)
        return loaded if alias.asname else importlib.import_module(module.split(".")[0])
    except (ImportError, AttributeError):
        return None


def _method(owner: Any, method: ast.FunctionDef, settings: Mapping[str, Any]) -> Any:
    """A method with a stub for ``self`` that has what is set, and the other methods of its class."""
    found = owner.__dict__[method.name]
    if isinstance(found, staticmethod | classmethod):
        return getattr(owner, method.name)
    known = {key.removeprefix("self."): value for key, value in settings.items() if key.startswith("self.")}
    stub = type("Self", (Stub,), {k: v for k, v in owner.__dict__.items() if callable(v) and k[:2] != "__"})(
        "self", **known
    )
    return found.__get__(stub)
