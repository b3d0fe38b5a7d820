"""One formula by itself: checked as the document that it is the only claim of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symkl.checking.document import check_text
from symkl.checking.report import Report
from symkl.checking.state import BUDGET

NAME = "<formula>"
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("$", "$"), ("\\(", "\\)"))
_OPENS = re.compile(r"\$|<!--|-->|\\\[|\\\]|```|~~~|\\(?:begin|end)\s*\{\s*document")


class NoFormula(ValueError):
    """A text that is more than one formula, or none."""


def check_formula(
    text: str, *, assume: Sequence[str] = (), context: Sequence[str] = (), budget: int = BUDGET
) -> Report:
    r"""Check one formula in LaTeX, with others taken as given. Raises: NoFormula.

    ``context``: directives, such as ``"q distribution over y"``.

    >>> check_formula(r"D_{KL}(p \| q) \ge 0").verdict.value
    'proved'
    >>> check_formula("a + 1 = b + 1", assume=["a = b"], context=["a scalar", "b scalar"]).verdict.value
    'proved'
    """
    given = [f"<!-- symkl: assume -->\n$$ {bare(each)} $$\n" for each in assume]
    return check_text("\n".join([*given, f"$$ {bare(text)} $$\n"]), NAME, budget=budget, context=context)


def bare(text: str) -> str:
    """A formula without the marks around it. Raises: NoFormula.

    >>> bare("$$ a = b $$")
    'a = b'
    """
    inside = text.strip()
    for before, after in _DELIMITERS:
        if len(inside) >= len(before + after) and inside.startswith(before) and inside.endswith(after):
            inside = inside[len(before) : -len(after)].strip()
            break
    if found := _OPENS.search(inside):
        raise NoFormula(f"{found.group()} is no part of one formula; write one, without marks around it: 'A = B'")
    if not inside:
        raise NoFormula("there is no formula; write one in LaTeX: 'A = B'")
    return re.sub(r"\n\s*\n", "\n", inside)
