"""The book: each derivation found by SymPy and checked once in a process, whatever asks for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from symkl.derivations.derivation import Derivation
from symkl.derivations.loading import load

FOLDER = Path(__file__).parents[1] / "derivations"
PAGES = sorted(path.stem for path in FOLDER.glob("*.py"))


@cache
def page(name: str) -> Derivation:
    """One of them."""
    return load(FOLDER / f"{name}.py")
