"""symkl: a proof checker for the mathematics of RLHF.

>>> import symkl
>>> symkl.check_text(r"$$D_{KL}(p \\| q) \\ge 0$$", "gibbs.md").verdict.value
'proved'

The names below are those for users. They are loaded when first used, so ``import symkl`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkl.auditing.auditing import audit
    from symkl.checking.document import check, check_text
    from symkl.checking.report import Line, Overall, Report, Status
    from symkl.derivations.derivation import Derivation
    from symkl.language.proof import Proof
    from symkl.language.terms import Context, Relation, Statement
    from symkl.many import check_many
    from symkl.meaning.document import read
    from symkl.problems import FiniteProblem
    from symkl.proving.deciding import decide

_HOMES = {
    "audit": "auditing.auditing",
    "check": "checking.document",
    "check_many": "many",
    "check_text": "checking.document",
    "Derivation": "derivations.derivation",
    "FiniteProblem": "problems",
    "Proof": "language.proof",
    "decide": "proving.deciding",
    "read": "meaning.document",
    "Line": "checking.report",
    "Overall": "checking.report",
    "Report": "checking.report",
    "Status": "checking.report",
    "Context": "language.terms",
    "Relation": "language.terms",
    "Statement": "language.terms",
}

_REPORTING = ("audit", "check", "check_many", "check_text", "Report")
"""What gives reports: with it comes how they show themselves."""

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
    "audit",
    "check",
    "check_many",
    "check_text",
    "decide",
    "read",
]


if not TYPE_CHECKING:  # a name that is not there is an error to a type checker, too

    def __getattr__(name: str) -> Any:
        if name == "load_ipython_extension":  # what `%load_ext symkl` asks for, and nobody else
            return import_module("symkl.notebook.magics").load
        if name not in _HOMES:
            raise AttributeError(f"module 'symkl' has no attribute {name!r}")
        if name in _REPORTING:
            import_module("symkl.reporting.shown")
        return getattr(import_module(f"symkl.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__") and name.endswith("__"))})
