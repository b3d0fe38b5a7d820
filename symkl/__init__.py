"""symkl: a proof checker for the mathematics of RLHF.

>>> import symkl
>>> symkl.check_text(r"$$D_{KL}(p \\| q) \\ge 0$$", "gibbs.md").verdict.value
'proved'

The names below are the public face. They are loaded when first used, so ``import symkl`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkl.checking import check, check_text
    from symkl.derivation import Derivation
    from symkl.problems import FiniteProblem
    from symkl.proof import Proof
    from symkl.proving import decide
    from symkl.reading.document import read
    from symkl.report import Line, Overall, Report, Status
    from symkl.terms import Context, Relation, Statement

_HOMES = {
    "check": "checking",
    "check_text": "checking",
    "Derivation": "derivation",
    "FiniteProblem": "problems",
    "Proof": "proof",
    "decide": "proving",
    "read": "reading.document",
    "Line": "report",
    "Overall": "report",
    "Report": "report",
    "Status": "report",
    "Context": "terms",
    "Relation": "terms",
    "Statement": "terms",
}

__all__ = [
    "Context",
    "Derivation",
    "FiniteProblem",
    "Line",
    "Overall",
    "Proof",
    "Relation",
    "Report",
    "Statement",
    "Status",
    "check",
    "check_text",
    "decide",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'symkl' has no attribute {name!r}")
    return getattr(import_module(f"symkl.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
