"""The magic ``%%symkl`` of IPython and Jupyter: a cell of Markdown or LaTeX is checked, and its report is shown."""

from __future__ import annotations

import sys

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

import symkl.reporting.shown  # noqa: F401  # by which a report shows itself
from symkl.checking.document import check_text
from symkl.checking.report import Report
from symkl.checking.theorems import NAMES


@magics_class
class SymklMagics(Magics):
    """What ``%load_ext symkl`` brings."""

    @magic_arguments()
    @argument("--claim", metavar="NAME", help="the theorem to reach, for example optimal-policy")
    @argument("--latex", action="store_true", help="the cell is LaTeX, and not Markdown")
    @argument("--declare", action="append", default=[], metavar="WORDS", help="a directive, in quotes: 'tau > 0'")
    @cell_magic
    def symkl(self, line: str, cell: str) -> Report | None:
        """Check the derivation in this cell; the report is its result: ``_`` in the next cell."""
        options = parse_argstring(self.symkl, line)
        if options.claim is not None and options.claim not in NAMES:
            print(f"symkl: no theorem is called {options.claim!r}; there are {', '.join(NAMES)}", file=sys.stderr)
            return None
        directives = [each.strip("'\"") for each in options.declare]
        name = "cell.tex" if options.latex else "cell.md"
        return check_text(cell, name, claim=options.claim, context=directives)


def load(shell: InteractiveShell) -> None:
    """Bring the magic into a shell: what ``%load_ext symkl`` does."""
    shell.register_magics(SymklMagics)
