"""A function out of its file, without its package: what it needs of the file is run, and nothing else.

Modules that the audit knows to be harmless (torch, typing, math, ...) are imported. Of other files of the same package
what is needed is lifted in the same way, where they lie beside. Whatever else the file imports is a :class:`Stub`.
Annotations are left off, and decorators but for those that stop gradients. Of a class whose method is asked for, only
what that method uses.
"""

from __future__ import annotations
import __future__

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symkl.auditing.roles import Misuse
from symkl.auditing.traces import Untraceable, names

_IMPORTED = names(
    "torch typing typing_extensions collections dataclasses enum math numpy functools itertools copy warnings abc "
    "contextlib operator random re logging __future__"
)
"""The packages that are imported as they are."""


class Stub:
    """Stands for what is not installed: it has every attribute, and may be called, but not with what is computed.

    ``known``: its attributes that are the real thing. ``said``: where it is noted what was decided by it.
    """

    def __init__(self, name: str = "stub", said: dict[str, None] | None = None, **known: Any) -> None:
        self.__dict__.update(known)
        self.__dict__["_name"] = name
        self.__dict__["_said"] = {} if said is None else said

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Stub(f"{self!r}.{attribute}", self.__dict__["_said"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing that matters; of what is computed it cannot say what it makes. Raises: Untraceable."""
        if any(map(_computed, (*args, *kwargs.values()))):
            raise Untraceable(f"it calls {self!r}, which is not here: lay its file beside, as in its package")
        return Stub(f"{self!r}()", self.__dict__["_said"])

    def __bool__(self) -> bool:
        self.__dict__["_said"][f"{self!r} is not here, and taken to be false"] = None
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, key: Any) -> Any:
        return Stub(f"{self!r}[{key!r}]", self.__dict__["_said"])

    def __contains__(self, key: Any) -> bool:
        return False

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __or__

    def __repr__(self) -> str:
        return str(self.__dict__["_name"])


def _computed(value: Any) -> bool:
    """Whether a value is a tensor, or has one in it."""
    if isinstance(value, tuple | list):
        return any(map(_computed, value))
    if isinstance(value, Mapping):
        return any(map(_computed, value.values()))
    return hasattr(value, "requires_grad")


@dataclass(frozen=True)
class Lifted:
    """A function and where it is defined. ``said``: what was decided by something that is not here."""

    function: Any
    name: str
    file: str
    line: int
    said: Mapping[str, None] = field(default_factory=dict)


def lifted(target: str, settings: Mapping[str, Any] | None = None) -> Lifted:
    """The function that ``FILE.py:FUNCTION`` or ``FILE.py:Class.method`` names. Raises: Misuse.

    ``settings`` named ``self.x`` are the attributes of the stub that a method takes for ``self``.
    """
    file, colon, name = target.rpartition(":")
    if not colon or not file.endswith(".py") or not name:
        raise Misuse(f"{target}: write FILE.py:FUNCTION, or FILE.py:Class.method")
    said: dict[str, None] = {}
    source = _Source(Path(file), said, {})
    outer, _, inner = name.partition(".")
    node = source.definitions.get(outer)
    if isinstance(node, ast.ClassDef) and inner in {each.name for each in _methods(node)}:
        _narrow(node, inner)
    if outer not in source.definitions:
        known = [n for n, node in source.definitions.items() if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        raise Misuse(f"{file}: there is no {outer!r} at its top; it has {', '.join(known[:20]) or 'no function'}")
    found, line = source.lifted(outer), source.definitions[outer].lineno
    if inner:
        method = next((n for n in _methods(source.definitions[outer]) if n.name == inner), None)
        if method is None:
            raise Misuse(f"{file}: {outer} has no method {inner!r}")
        line, found = method.lineno, _method(found, method, settings or {}, said)
    said |= source.left_off.get(inner or outer, {})
    return Lifted(found, name, file, line, said)


class _Source:
    """A file, and what has been lifted out of it. ``files``: those that are known, by their path."""

    def __init__(self, path: Path, said: dict[str, None], files: dict[Path, _Source]) -> None:
        self.path, self.said, self.files = path, said, files
        files[path] = self
        self.tree = _parsed(path)
        self.definitions = {name: node for node in _statements(self.tree.body) for name in _given(node)}
        self.space: dict[str, Any] = {"__name__": __name__, "__file__": str(path)}  # dataclasses look their module up
        self.left_off = {name: said for node in ast.walk(self.tree) for name, said in _left_off(node)}
        self.run: set[ast.stmt] = set()

    def lifted(self, name: str) -> Any:
        """What a name is: its definition is run, and before it what that needs."""
        if name in self.space:
            return self.space[name]
        needed = self._needed(name) - self.run
        self.run |= needed
        used = {each for node in needed for each in _names(node)} | {name}
        self._import(used)
        body = [_bare(node) for node in _statements(self.tree.body) if node in needed]
        flags = __future__.annotations.compiler_flag
        exec(compile(ast.Module(body=body, type_ignores=[]), str(self.path), "exec", flags), self.space)
        return self.space[name]

    def _needed(self, name: str) -> set[ast.stmt]:
        found: set[ast.stmt] = set()
        left = [name]
        while left:
            node = self.definitions.get(left.pop())
            if node is not None and node not in found:
                found.add(node)
                left += _names(_bare(node))
        return found

    def _import(self, used: set[str]) -> None:
        """What the file imports of what is used, put into its namespace."""
        for node in _statements(self.tree.body):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    if name in used and name not in self.space:
                        self.space[name] = self._imported(node, alias, name)

    def _imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias, name: str) -> Any:
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        level = getattr(node, "level", 0)
        if not level and module.split(".")[0] in _IMPORTED:
            try:
                loaded = importlib.import_module(module)
                if isinstance(node, ast.ImportFrom):
                    return getattr(loaded, alias.name)
                return loaded if alias.asname else importlib.import_module(module.split(".")[0])
            except (ImportError, AttributeError):
                return Stub(name, self.said)
        if isinstance(node, ast.ImportFrom):
            inner = self._beside(f"{module}.{alias.name}".strip("."), level)
            if inner is not None:
                return _Module(inner)
            outer = self._beside(module, level)
            return Stub(name, self.said) if outer is None else outer.given(alias.name)
        beside = self._beside(module, 0) if alias.asname else None
        return Stub(name, self.said) if beside is None else _Module(beside)

    def _beside(self, module: str, level: int) -> _Source | None:
        """The file of a module of the same package, where it lies beside this one."""
        parts = module.split(".") if module else []
        here = self.path.resolve().parent
        starts = [here, *here.parents][level - 1 : level] if level else [here, *list(here.parents)[:_FURTHEST]]
        for start in starts:
            base = start.joinpath(*parts)
            for path in (base.with_suffix(".py") if parts else base / "__init__.py", base / "__init__.py"):
                if path.is_file():
                    return self.files.get(path) or _Source(path, self.said, self.files)
        return None

    def given(self, name: str) -> Any:
        """What a name of this file is; of what only runs in its package, a stub."""
        if name not in self.definitions:
            self._import({name})
            return self.space.get(name, Stub(name, self.said))
        try:
            return self.lifted(name)
        except Exception:
            return Stub(name, self.said)


_FURTHEST = 8
"""Folders upwards in which a package is looked for."""


class _Module:
    """A file of the same package as a module: what is asked of it is lifted then."""

    def __init__(self, source: _Source) -> None:
        self.__dict__["_source"] = source

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_source"].given(name)


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise Misuse(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Misuse(f"{path}: this is no UTF-8 text") from None
    except SyntaxError as error:
        raise Misuse(f"{path}:{error.lineno}: this is no Python: {error.msg}") from None


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
            return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return {name}
    return set()


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _bare(node: ast.stmt) -> ast.stmt:
    """A definition without decorators and annotations, which may need what is not there."""
    if isinstance(node, ast.FunctionDef):
        _unannotated(node)
        node.decorator_list = [each for each in node.decorator_list if _called(each) in _STOPPING]
    if isinstance(node, ast.ClassDef):
        node.decorator_list = [each for each in node.decorator_list if "dataclass" in ast.dump(each)]
        for method in _methods(node):
            _unannotated(method)
            kept = _STOPPING | _BINDING
            method.decorator_list = [each for each in method.decorator_list if _called(each) in kept]
    return node


_STOPPING = {"no_grad", "inference_mode", "enable_grad"}
_BINDING = {"staticmethod", "classmethod", "property"}
_UNDONE = {"compile", "script", "override", "abstractmethod"}
"""Decorators that change nothing of what is computed."""


def _called(decorator: ast.expr) -> str:
    """The last part of a decorator's name."""
    of = decorator.func if isinstance(decorator, ast.Call) else decorator
    return of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""


def _left_off(node: ast.AST) -> Iterator[tuple[str, dict[str, None]]]:
    """What is said of a function whose decorators are left off."""
    if isinstance(node, ast.FunctionDef):
        known = _STOPPING | _BINDING | _UNDONE
        others = [ast.unparse(each).partition("(")[0] for each in node.decorator_list if _called(each) not in known]
        if others:
            yield node.name, {f"without its decorator {', '.join(dict.fromkeys(others))}": None}


def _narrow(node: ast.ClassDef, method: str) -> None:
    """Leave of a class what one of its methods uses: by name, of itself or of another object."""
    methods = {each.name: each for each in _methods(node)}
    found: set[str] = set()
    left = [method]
    while left:
        name = left.pop()
        if name in methods and name not in found:
            found.add(name)
            left += [each.attr for each in ast.walk(methods[name]) if isinstance(each, ast.Attribute)]
    node.body = [each for each in node.body if not isinstance(each, ast.FunctionDef) or each.name in found]


def _unannotated(function: ast.FunctionDef) -> None:
    for inner in ast.walk(function):
        if isinstance(inner, ast.arg):
            inner.annotation = None
        if isinstance(inner, ast.FunctionDef):
            inner.returns = None


def _methods(node: ast.stmt) -> list[ast.FunctionDef]:
    return [each for each in getattr(node, "body", []) if isinstance(each, ast.FunctionDef)]


def _method(owner: Any, method: ast.FunctionDef, settings: Mapping[str, Any], said: dict[str, None]) -> Any:
    """A method with a stub for ``self`` that has what is set, and the other methods of its class."""
    found = owner.__dict__[method.name]
    if isinstance(found, staticmethod | classmethod):
        return getattr(owner, method.name)
    known = {key.removeprefix("self."): value for key, value in settings.items() if key.startswith("self.")}
    own = {name: each for name, each in owner.__dict__.items() if name[:2] != "__"}
    return found.__get__(type("Self", (Stub,), own)("self", said, **known))
