"""The documents that are right: every proof that symkl proves, and the solution of every exercise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symkl.exercises.exercise import exercise
from tests.power.planted import PROOFS

ROOT = Path(__file__).parents[2]
_PAGES = ("docs/errata/note.md", "docs/errata/training.md", "docs/tutorials/first-check.md")


def documents() -> Iterator[tuple[str, str]]:
    """Each with its name."""
    for name, path in PROOFS.items():
        yield name, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs" / "exercises").glob("*.md")):
        yield path.stem, exercise(path.stem, path.read_text(encoding="utf-8")).solved
    for page in _PAGES:
        yield Path(page).stem, (ROOT / page).read_text(encoding="utf-8")
