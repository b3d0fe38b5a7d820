"""Derivation modules: found by name or path, run, and reported on.

A module is a Python program: to check one is to run it. Documents are never run.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symkl.derivation import Derivation

MARK = b"symkl.sympy"
"""What a derivation module imports; in a folder, a Python file without it is none."""


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
    if name.endswith(".py"):
        return Path(name) if Path(name).is_file() else None
    return next((path for folder in _folders() if (path := folder / f"{name}.py").is_file()), None)


def names() -> tuple[str, ...]:
    """The names that ``find`` knows."""
    found = (path for folder in _folders() if folder.is_dir() for path in folder.glob("*.py"))
    return tuple(sorted({path.stem for path in found if is_derivation(path)}))


def _folders() -> tuple[Path, ...]:
    package = Path(__file__).parent
    return Path("derivations"), package.parent / "derivations", package / "derivations"


def is_derivation(path: Path) -> bool:
    """Whether a Python file is a derivation module, from its text alone."""
    try:
        return MARK in path.read_bytes()
    except OSError:
        return False


def title(path: Path) -> str:
    """The title that a module gives its page, read from its text: nothing is run.

    >>> title(Path("nowhere.py"))
    ''
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Page"), args=[ast.Constant(value=str(found)), *_]):
                return found
    return ""


def load(path: Path) -> Derivation:
    """Run a module and return the derivation it makes.

    Raises: Broken, where the module cannot be run or makes none.
    """
    from symkl.derivation import Derivation

    spec = importlib.util.spec_from_file_location(f"derivations.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Broken(1, "this is not a Python module", str(path), "name it like lagrangian.py")
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _stopped(path, error) from None
    finally:
        sys.dont_write_bytecode = before
    found = getattr(module, "derivation", None)
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
