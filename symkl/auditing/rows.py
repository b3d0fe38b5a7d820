"""An audit as a document that ``symkl check`` reads: its claims as rows, each under a heading of its own."""

from __future__ import annotations

from symkl.auditing.report import Audit
from symkl.checking.report import Status
from symkl.language.places import part_of

_STATED = (Status.PROVED, Status.REFUTED)


def document(audit: Audit) -> str:
    """The Markdown: a declaration of what the symbols are, and the claims that were decided."""
    said = [f"{name} fixed" for name in ("A", "r", "V", "R")] + [f"{name} > 0" for name in audit.positive]
    lines = [f"# {audit.name}", "", f"<!-- symkl: {'; '.join(said)} -->", ""]
    for claim in audit.claims:
        if claim.line.status in _STATED and claim.line.source:
            lines += [f"## {part_of(claim.line.line)}", "", f"$$ {claim.line.source} $$", ""]
    return "\n".join(lines)
