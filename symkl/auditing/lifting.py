"""A function out of its file, without its package: what it needs of the file is run, and nothing else.

Modules that the audit knows to be harmless (torch, typing, math, ...) are imported. Of other files of the same package
what is needed is lifted in the same way, where they lie beside. Whatever else the file imports is a
:class:`~symkl.auditing.stubs.Stub`. At the top of a file the arm of an ``if`` is taken that Python takes, and a ``try``
is taken to go well, which is said. Decorators are applied where they are here, and said where they are not.
Annotations are left off. Of a class whose method is asked for, only what that method uses. What gives a name in another
way (a loop, ``with``, ``del``) is refused with its line.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symkl.auditing.placing import (
    FOLLOWED,
    Asking,
    Definition,
    Guard,
    Placed,
    given,
    methods,
    names_in,
    narrow,
    placed,
    root_of,
    unannotated,
)
from symkl.auditing.roles import Misuse
from symkl.auditing.stubs import ASKED, Stub
from symkl.auditing.traces import Untraceable, names

_IMPORTED = names(
    "torch typing typing_extensions collections dataclasses enum math numpy functools itertools copy warnings abc "
    "contextlib operator random re logging sys os __future__"
)
"""The packages that are imported as they are."""


@dataclass(frozen=True)
class Lifted:
    """A function and where it is defined. ``said``: what was decided by something that is not here."""

    function: Any
    name: str
    file: str
    line: int
    said: dict[str, None] = field(default_factory=dict)


def lifted(target: str) -> Lifted:
    """The function that ``FILE.py:FUNCTION`` or ``FILE.py:Class.method`` names. Raises: Misuse."""
    file, colon, name = target.rpartition(":")
    if not colon or not file.endswith(".py") or not name:
        raise Misuse(f"{target}: write FILE.py:FUNCTION, or FILE.py:Class.method")
    said: dict[str, None] = {}
    source = _Source(Path(file), said, {})
    outer, _, inner = name.partition(".")
    if outer not in source.definitions:
        known = [n for n, some in source.definitions.items() if any(isinstance(p.node, Definition) for p in some)]
        raise Misuse(f"{file}: there is no {outer!r} at its top; it has {', '.join(known[:20]) or 'no function'}")
    for each in source.definitions[outer]:
        if isinstance(each.node, ast.ClassDef) and inner in {method.name for method in methods(each.node)}:
            narrow(each.node, inner)
    found = source.lifted(outer)
    node = source.last(outer)
    line = node.lineno
    if inner:
        method = next((n for n in reversed(methods(node)) if n.name == inner), None)
        if method is None:
            raise Misuse(f"{file}: {outer} has no method {inner!r}")
        line, found = method.lineno, _method(found, method, said)
    return Lifted(found, name, file, line, said)


class _Source:
    """A file, and what has been lifted out of it. ``files``: those that are known, by their path."""

    def __init__(self, path: Path, said: dict[str, None], files: dict[Path, _Source]) -> None:
        self.path, self.said, self.files = path, said, files
        files[path] = self
        self.statements = list(placed(_parsed(path).body))
        self.definitions: dict[str, list[Placed]] = {}
        for each in self.statements:
            for name in given(each.node):
                self.definitions.setdefault(name, []).append(each)
        # what is only changed here and given elsewhere (a module, an import) is no definition of this file
        self.definitions = {
            name: some for name, some in self.definitions.items() if not all(_changes(p.node, name) for p in some)
        }
        self.space: dict[str, Any] = {"__name__": __name__, "__file__": str(path), **ASKED}  # dataclasses look it up
        self.run: set[ast.stmt] = set()
        self.prepared: set[ast.stmt] = set()
        self.decided: dict[ast.expr, bool] = {}

    def lifted(self, name: str) -> Any:
        """What a name is: the statements that give it are run, and before them what they need."""
        if name in self.space:
            return self.space[name]
        needed = self._needed(name) - self.run
        self.run |= needed
        used = {each for node in needed for each in names_in(node)} | {name}
        self._import(used)
        body = [each.node for each in self.statements if each.node in needed]
        self._execute(body, name)
        if isinstance(self.space.get(name), Stub) and isinstance(node := self.last(name), Definition):
            self._undecorated(node, name)
        if name not in self.space:
            raise Misuse(f"{self.path}: {name!r} is given by no statement at its top that is run")
        return self.space[name]

    def _execute(self, body: list[ast.stmt], name: str) -> None:
        flags = __future__.annotations.compiler_flag
        for node in body:
            asked = Asking().visit(node)
            code = compile(ast.Module(body=[asked], type_ignores=[]), str(self.path), "exec", flags)
            try:
                exec(code, self.space)
            except (Misuse, Untraceable) as error:
                raise Misuse(f"{self.path}:{node.lineno}: what {name} needs cannot be run: {error}") from None
            except (Exception, SystemExit) as error:
                said = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
                raise Misuse(f"{self.path}:{node.lineno}: what {name} needs does not run: {said}") from error

    def _undecorated(self, node: Definition, name: str) -> None:
        """A function without the one decorator that makes something of it that is not here. Raises: Misuse."""
        every = node.decorator_list
        for left in every:
            node.decorator_list = [each for each in every if each is not left]
            self._execute([node], name)
            if not isinstance(self.space[name], Stub):
                self._left_off(left)
                return
        shown = ", ".join(ast.unparse(each) for each in every)
        raise Misuse(f"{self.path}:{node.lineno}: what the decorators {shown} make of {name} is not here")

    def active(self, name: str) -> list[Placed]:
        """The statements that give a name, without those in an arm of an ``if`` that is not taken. Raises: Misuse."""
        found = [each for each in self.definitions.get(name, []) if all(self._holds(g, name) for g in each.guards)]
        for each in found:
            if not isinstance(each.node, FOLLOWED):
                kind = type(each.node).__name__.lower()
                raise Misuse(
                    f"{self.path}:{each.node.lineno}: {name} is given or changed by a {kind!r} at the top of the file, "
                    "which is not followed: give it by a plain assignment, or inside a function"
                )
        return found

    def last(self, name: str) -> ast.stmt:
        """The definition of a name that holds in the end."""
        found = [each.node for each in self.active(name) if not _changes(each.node, name)]
        if not found:
            raise Misuse(f"{self.path}: {name!r} is only defined in an arm of an 'if' that is not taken")
        return found[-1]

    def _holds(self, guard: Guard, name: str) -> bool:
        """Whether a statement's arm is the one that is taken: the test is asked, as Python asks it. Raises: Misuse."""
        if guard.test not in self.decided:
            where = f"{self.path}:{guard.test.lineno}"
            shown = ast.unparse(guard.test)
            for each in sorted(names_in(guard.test)):
                if each == name:
                    said = f"'if {shown}' decides what {name} is by {name} itself, which is not followed"
                    raise Misuse(f"{where}: {said}")
                if each in self.definitions:
                    self.lifted(each)
            self._import(names_in(guard.test))
            try:
                test = Asking().visit(ast.Expression(guard.test))
                self.decided[guard.test] = bool(eval(compile(test, str(self.path), "eval"), self.space))
            except Exception as error:
                raise Misuse(f"{where}: 'if {shown}' decides what {name} is, and cannot be decided: {error}") from None
        return self.decided[guard.test] == guard.arm

    def _needed(self, name: str) -> set[ast.stmt]:
        found: set[ast.stmt] = set()
        left = [name]
        while left:
            here = left.pop()
            for each in self.active(here):
                if each.tried is not None:
                    self._tried(each.tried, here)
                if each.node not in found:
                    found.add(each.node)
                    self._prepare(each.node)
                    left += names_in(each.node)
        return found

    def _tried(self, node: ast.Try, name: str) -> None:
        """Said of a ``try`` that is taken to go well though it imports what is not here."""
        imports = [each.node for each in placed(node.body) if isinstance(each.node, ast.Import | ast.ImportFrom)]
        if any(isinstance(self._imported(each, alias, ""), Stub) for each in imports for alias in each.names):
            self.said[f"what {name} is, is given under a 'try' in line {node.lineno}, which is taken to go well"] = None

    # -- decorators --------------------------------------------------------------------------

    def _prepare(self, node: ast.stmt) -> None:
        """Leave off a definition what may need what is not there: annotations, and decorators that are not here."""
        if node in self.prepared or not isinstance(node, Definition):
            return
        self.prepared.add(node)
        unannotated(node)
        node.decorator_list = [each for each in node.decorator_list if self._applied(each, set())]
        if isinstance(node, ast.ClassDef):
            own = {method.name for method in methods(node)}
            for method in methods(node):
                method.decorator_list = [each for each in method.decorator_list if self._applied(each, own)]

    def _applied(self, decorator: ast.expr, own: set[str]) -> bool:
        """Whether a decorator is applied: it is here, and does more than to compile. One that is not here is said."""
        root, attributes = root_of(decorator)
        if root in own or hasattr(builtins, root):
            return True
        value = self.given(root)
        for attribute in attributes:
            value = getattr(value, attribute, Stub(attribute))
        if isinstance(value, Stub):
            self._left_off(decorator)
            return False
        return not (str(getattr(value, "__module__", "")).startswith("torch") and value.__name__ in _UNDONE)

    def _left_off(self, decorator: ast.expr) -> None:
        shown = ast.unparse(decorator).partition("(")[0]
        self.said[f"without its decorator {shown} of line {decorator.lineno}, which is not here"] = None

    # -- imports -----------------------------------------------------------------------------

    def _import(self, used: set[str]) -> None:
        """What the file imports of what is used, put into its namespace."""
        for each in self.statements:
            node = each.node
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                if alias.name == "*":
                    self._import_all(node, used)
                elif name in used and name not in self.space and all(self._holds(g, name) for g in each.guards):
                    if any(p.node.lineno < node.lineno for p in self.definitions.get(name, [])):
                        raise Misuse(
                            f"{self.path}:{node.lineno}: {name} is imported where it is given already, "
                            "which is not followed: give one of them another name"
                        )
                    self.space[name] = self._imported(node, alias, name)

    def _import_all(self, node: ast.Import | ast.ImportFrom, used: set[str]) -> None:
        """Of a file beside, whose names are imported all, what is used."""
        beside = self._beside(getattr(node, "module", "") or "", getattr(node, "level", 0))
        for name in used - self.space.keys() - self.definitions.keys() - set(dir(builtins)):
            if beside is not None and name in beside.definitions:
                self.space[name] = beside.given(name)

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


def _changes(node: ast.stmt, name: str) -> bool:
    """Whether a statement only changes what a name stands for, and does not give it."""
    if isinstance(node, ast.Expr | ast.AugAssign):
        return True
    targets = node.targets if isinstance(node, ast.Assign) else []
    given_here = {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                  and isinstance(each.ctx, ast.Store)}  # fmt: skip
    return bool(targets) and name not in given_here


_UNDONE = {"compile", "script", "disable", "ignore", "unused", "export", "allow_in_graph", "run"}
"""Decorators of torch that change nothing of what is computed."""


class Method:
    """A method with a stub for ``self``, which has what ``self=`` gives it, and the other methods of its class."""

    def __init__(self, function: Callable[..., Any], own: Mapping[str, Any], said: dict[str, None]) -> None:
        self.__wrapped__, self._own, self._said = function, own, said
        _, *others = inspect.signature(function).parameters.values()
        self.__signature__ = inspect.Signature(others)

    def __call__(this, /, *args: Any, **kwargs: Any) -> Any:
        """What the method gives. ``self``: the attributes of the stub, by name."""
        known = kwargs.pop("self", {})
        stub = type("Self", (Stub,), dict(this._own))("self", this._said, **known)
        return this.__wrapped__(stub, *args, **kwargs)


def _method(owner: Any, method: ast.FunctionDef, said: dict[str, None]) -> Any:
    found = owner.__dict__[method.name]
    if isinstance(found, staticmethod | classmethod):
        return getattr(owner, method.name)
    classes = [each for each in reversed(owner.__mro__) if each.__module__ == __name__]  # those that were lifted
    own = {name: each for one in classes for name, each in one.__dict__.items() if name[:2] != "__"}
    return Method(found, own, said)
