"""Where exercises lie, and which there are."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from symkl.exercises.exercise import Exercise, exercise

LADDERS = {
    "optimum": "The optimum",
    "kl": "KL and estimators",
    "dpo": "DPO",
    "tokens": "Tokens and groups",
    "slip": "Find the slip",
}
"""The ladders in their order, each from light to heavy."""


def folder() -> Path:
    """The folder of the exercises that come with symkl: in the package, or in the repository that it is run from."""
    package = Path(__file__).resolve().parent
    inside = package / "shelf"
    return inside if inside.is_dir() else package.parents[1] / "docs" / "exercises"


@cache
def exercises() -> dict[str, Exercise]:
    """Every exercise by its name, ladder by ladder."""
    found = [path for path in folder().glob("*.md") if re.fullmatch(r"[a-z]+-\d+", path.stem)]
    made = [exercise(path.stem, path.read_text("utf-8")) for path in found]
    order = list(LADDERS)

    def rung(each: Exercise) -> tuple[int, str, int]:
        place = order.index(each.ladder) if each.ladder in LADDERS else len(order)
        return place, each.ladder, int(each.name.rpartition("-")[2])

    return {each.name: each for each in sorted(made, key=rung)}
