"""Which form a row has, told from its LaTeX alone, so that a row that nobody can read has one as well."""

from __future__ import annotations

import re

_END = r"(?![A-Za-z])"
FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("optimisation problem", rf"(?<![A-Za-z])(?:arg\s*)?(?:\\?max|\\?min|\\sup|\\inf){_END}|\\arg{_END}"),
        ("integral", rf"\\i*int{_END}|∫"),
        ("limit", rf"\\lim{_END}|\\to{_END}|\\rightarrow{_END}"),
        ("gradient or derivative", rf"\\(?:nabla|partial|delta){_END}|[∇∂]|\\frac\s*\{{\s*(?:\\mathrm\{{)?d[\s}}^]"),
        ("preference", rf"\\succ{_END}|≻|\\sigma{_END}|σ|y_\{{?[wl+]"),
        ("divergence", r"KL|TV|\\chi|\\Vert|\\parallel|‖|\\\|"),
        ("expectation", r"\\mathbb\s*\{?\s*E|(?<![A-Za-z\\])E_|\\E(?![A-Za-z])|\\operatorname\*?\{E\}|𝔼|\\mathrm\{E\}"),
        ("sum", rf"\\sum{_END}|∑|\\prod{_END}"),
        ("up to a factor", rf"\\propto{_END}|∝"),
        ("inequality", rf"\\(?:[lg]eq?|[lg]eqslant|neq?){_END}|[<>≤≥≠]"),
        ("logarithm or exponential", rf"\\?(?:log|ln|exp){_END}|e\^"),
    )
)
"""The forms, what says most of a row first: the first that stands in a row is its own."""

REST = "other"


def form(latex: str) -> str:
    r"""The form of a row.

    >>> form(r"\max_\pi E_{y \sim \pi}[r(y)]"), form(r"= \sum_y p(y)"), form("a = b")
    ('optimisation problem', 'sum', 'other')
    """
    return next((name for name, pattern in FORMS if pattern.search(latex)), REST)
