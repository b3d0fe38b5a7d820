"""A Sphinx domain for checked mathematics: ``extensions = ["symkl.sphinx"]``.

Directives show derivation modules, proof documents and proofs written in the page, and check them
while the site is built. What is not proved, or has another verdict than the page declares with
``:expect:``, is a warning at its file and line, and with ``-W`` ends the build. No status is ever typed.

A derivation module is a program, and to check it is to run it, as ``conf.py`` is run. Proof documents
are only ever read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symkl.sphinx.macros import MACROS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["MACROS", "setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the domain, its directives, roles and index, a style sheet and a script."""
    from symkl.sphinx.building import connect
    from symkl.sphinx.directives import DIRECTIVES
    from symkl.sphinx.domain import SymklDomain

    app.add_domain(SymklDomain)
    for name, directive in DIRECTIVES.items():
        app.add_directive_to_domain(SymklDomain.name, name, directive)
    connect(app)
    # The environment's version: what pages look like, and what a check may answer, goes with the release.
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
