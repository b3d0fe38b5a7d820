"""A derivation as the value of a notebook's cell: shown as a page."""

from __future__ import annotations

from symkl.derivations.derivation import Derivation
from symkl.derivations.rendering import html, latex


class NotebookDerivation(Derivation):
    """A derivation that shows itself where a notebook asks it to."""

    def _repr_html_(self) -> str:
        return html(self)

    def _repr_latex_(self) -> str:
        return latex(self)
