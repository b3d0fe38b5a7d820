"""The directive ``notation``: the table of functions, as it is read and printed."""

from __future__ import annotations

import re
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.language.functions import FUNCTIONALS, FUNCTIONS
from symkl.language.records import Function, Functional, Layout
from symkl.sphinx.rows import table, text

_NUMBERS = {"0": "u", "1": "v", "2": "w"}
_UNDER = {"E": ("p", "f"), "Var": ("p", "f"), "Cov": ("p", "f", "g"), "sum": ("f",)} | {
    row.name: ("f",) for row in FUNCTIONALS if row.written.form is Layout.NORM
}


def spelled(row: Function | Functional) -> str:
    r"""A row in LaTeX, at names for its arguments.

    >>> from symkl.language.functions import TABLE
    >>> spelled(TABLE["KL"]), spelled(TABLE["Rényi"]), spelled(TABLE["exp"])
    ('D_{\\mathrm{KL}}(p \\,\\|\\, q)', 'D_{\\alpha}(p \\,\\|\\, q)', '\\exp\\left(u\\right)')
    """
    if isinstance(row, Function):
        names = dict(_NUMBERS)
    else:
        arguments = _UNDER.get(row.name, ("p", "q")[: row.arity])
        names = {str(i): name for i, name in enumerate((*arguments, *[r"\alpha"] * row.parameters))} | {"v": "y"}
    return re.sub(r"@(\w)", lambda found: names[found[1]], row.printed.latex)


def read_as(row: Function | Functional) -> list[str]:
    r"""How a row may be written: its commands, its words, and what may stand below a D.

    >>> from symkl.language.functions import TABLE
    >>> read_as(TABLE["TV"])
    ['\\TV', '\\mathrm{TV}', 'TV', 'D_{TV}']
    """
    written = row.written
    below = ["D_α, D_2" if each == "@" else f"D_{{{each}}}" for each in written.below]
    return [
        *("\\" + macro for macro in written.macros),
        *(f"\\mathrm{{{word}}}" for word in written.words),
        *written.bare,
        *([rf"\|f\|_{index}" for index in written.below] if written.form is Layout.NORM else below),
    ]


class Notation(SphinxDirective):
    """``notation``: each function and functional, how it is printed, read, and what it means."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """The table."""
        lines = []
        for row in (*FUNCTIONS, *FUNCTIONALS):
            formula = nodes.math(spelled(row), spelled(row))
            spellings = nodes.paragraph()
            for i, each in enumerate(read_as(row)):
                spellings += [*([nodes.Text(" ")] if i else []), nodes.literal(each, each)]
            lines.append([nodes.paragraph("", "", formula), spellings, text(row.meaning), text(row.sign.value)])
        return [table(["Printed", "Read from", "Meaning", "Sign"], lines)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("notation", Notation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
