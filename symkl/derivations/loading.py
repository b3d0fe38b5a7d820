"""Derivation modules: found by name or path, run, and reported on.

A module is a Python program: to check one is to run it. Documents are never run.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symkl.derivations.derivation import Derivation

MAKES, FROM = "derivation", "symkl.sympy"
"""The name that a derivation module makes, and the package that it makes it with."""


class Broken(Exception):
    """A module that gives no derivation: where it stopped, and why."""

    def __init__(self, line: int, message: str, found: str, advice: str) -> None:
        super().__init__(message)
        self.line, self.message, self.found, self.advice = line, message, found, advice


def find(name: str) -> Path | None:
    """The module that a name or a path stands for: here, in ``derivations/``, or shipped with symkl.

    >>> find("no such derivation") is None
    True
    """
    try:
        if name.endswith(".py"):
            return Path(name) if Path(name).is_file() else None
        return next((path for folder in _folders() if (path := folder / f"{name}.py").is_file()), None)
    except (OSError, ValueError):  # no name that a file could have
        return None


def names() -> tuple[str, ...]:
    """The names that ``find`` knows."""
    found = (path for folder in _folders() if folder.is_dir() for path in folder.glob("*.py"))
    return tuple(sorted({path.stem for path in found if is_derivation(path)}))


def _folders() -> tuple[Path, ...]:
    package = Path(__file__).parent.parent
    return Path("derivations"), package.parent / "derivations", package / "book"


def is_derivation(path: Path) -> bool:
    """Whether a Python file imports ``symkl.sympy`` and makes a ``derivation``, from its text alone."""
    tree = _parsed(path)
    if tree is None:
        return False
    imports = any(
        (isinstance(node, ast.ImportFrom) and node.module == FROM)
        or (isinstance(node, ast.Import) and any(each.name == FROM for each in node.names))
        for node in tree.body
    )
    return imports and any(
        isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == MAKES for to in node.targets)
        for node in tree.body
    )


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def title(path: Path) -> str:
    """The title that a module gives its page, read from its text: nothing is run.

    >>> title(Path("nowhere.py"))
    ''
    """
    for node in ast.walk(_parsed(path) or ast.Module([], [])):
        match node:
            case ast.Call(func=ast.Name(id="Page"), args=[ast.Constant(value=str(found)), *_]):
                return found
    return ""


def load(path: Path) -> Derivation:
    """Run a module and return the derivation it makes.

    Raises: Broken, where the module cannot be run or makes none.
    """
    from symkl.derivations.derivation import Derivation

    spec = importlib.util.spec_from_file_location(f"derivations.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Broken(1, "this is not a Python module", str(path), "name it like lagrangian.py")
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    here = os.getcwd()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what a page prints is no part of a report
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a stranger's program raises
        raise _stopped(path, error) from None
    finally:
        sys.dont_write_bytecode = before
        os.chdir(here)
    found = getattr(module, MAKES, None)
    if not isinstance(found, Derivation):
        kind = "no name 'derivation'" if found is None else f"derivation is a {type(found).__name__}"
        raise Broken(1, "this module makes no derivation", kind, "end it with: derivation = page.derivation()")
    return found


def _stopped(path: Path, error: BaseException) -> Broken:
    """Where in the module itself an exception came from; the frames below are ours or SymPy's."""
    if isinstance(error, SyntaxError):
        return Broken(error.lineno or 1, "this module is not Python", error.msg or "", "mend the syntax")
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame.lineno or 1 for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    said = f"{type(error).__name__}: {error}"
    return Broken(here[-1] if here else 1, "this module stopped here", said[:300], "mend this line and run it again")
