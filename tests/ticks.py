"""Every tick that symkl gives on what is pinned: the proofs of the site, the book, the proofs of tests/power."""

from __future__ import annotations

from functools import cache
from json import dumps, loads
from pathlib import Path
from typing import Any

from symkl.checking.document import check_text
from symkl.derivations.loading import load
from symkl.kernel.verdict import Proved
from symkl.proving import putting
from symkl.proving.certificates import write

ROOT = Path(__file__).parents[1]
PROOFS = (*sorted((ROOT / "docs" / "proofs").glob("*.md")), *sorted((ROOT / "tests" / "power" / "proofs").glob("*.md")))
BOOK = sorted((ROOT / "derivations").glob("*.py"))


@cache
def ticks() -> tuple[dict[str, Any], ...]:
    """Their certificates as plain data, each once, as they come out of JSON."""
    found: list[Proved] = []
    told = putting.told

    def remembered(proved: Proved, what: str) -> Proved:
        found.append(proved)
        return told(proved, what)

    putting.told = remembered
    try:
        for proof in PROOFS:
            check_text(proof.read_text("utf-8"), proof.name)
        for page in BOOK:
            assert load(page).report.lines
    finally:
        putting.told = told
    return tuple(loads(text) for text in dict.fromkeys(dumps(write(proved), ensure_ascii=False) for proved in found))
