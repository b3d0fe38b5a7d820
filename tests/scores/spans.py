"""Small wrong changes of a row's LaTeX, each of one span: what a slip of the hand does, anywhere in the row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Change(NamedTuple):
    """Characters ``start`` to ``stop`` of a row replaced by ``new``; ``kind`` says what slip that is."""

    kind: str
    start: int
    stop: int
    new: str


# What a maximum is over is bound there: another letter would say nothing.
_POLICIES = r"(?<!max_\{)(?<!min_\{)(?<!sup_\{)\\pi(?:_\{\\(?:text|mathrm)\{\w+\}\}|_\\theta|_0|\^\*|_r)?(?![a-zA-Z_^])"
_RULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("sign", r"(?<=[^\s{(\[,&=|])\s*\+", ("-",)),
    ("sign", r"(?<=[^\s{(\[,&=|])\s*-(?![}\d]*\})", ("+",)),
    ("sign", r"(?<=[={(&])\s*-", ("",)),
    ("relation", r"\\le(?:q)?(?![a-z])", (r"\ge",)),
    ("relation", r"\\ge(?:q)?(?![a-z])", (r"\le",)),
    ("relation", r"(?<![\\!<>:])=", ("+ 1 =", "- 2 =")),
    ("temperature", r"\\beta(?![a-zA-Z_])", ("", r"\beta^2", r"\frac{1}{\beta}", r"2 \beta")),
    ("temperature", r"\\tau(?![a-zA-Z_])", ("", r"\tau^2", r"2 \tau")),
    ("policy", _POLICIES, (r"\pi", r"\pi_{\text{ref}}", r"\pi_\theta")),
    ("winner", r"y_w(?![a-zA-Z])", ("y_l",)),
    ("winner", r"y_l(?![a-zA-Z])", ("y_w",)),
    ("optimum", r"\\max(?![a-z])", (r"\min",)),
    ("optimum", r"\\min(?![a-z])", (r"\max",)),
    ("logarithm", r"\\log(?![a-zA-Z])", (r"2 \log", r"-\log", r"")),
    ("exponential", r"\\exp(?![a-zA-Z])", (r"2 \exp", "")),
    ("partition", r"Z\([^()]*\)", ("1", r"Z(x)^2", r"2 Z(x)")),
    ("reward", r"(?<![a-zA-Z\\_{^])r(?:_\w|_\\phi)?\([^()]*\)", ("0", r"2 r(x, y)", r"r(x, y)^2")),
    ("number", r"(?<![\d_^{.a-zA-Z])\d(?![\d.])", ("3", "5", "7")),
    ("divergence", r"(?:\\mathbb\{D\}|D)_\{(?:\\text\{|\\mathrm\{)?KL\}?\}", (r"2 D_{KL}", r"-D_{KL}")),
)
_FRACTION = re.compile(r"\\[dt]?frac\{")


def changes(row: str) -> Iterator[Change]:
    """Every change of every span; what would leave the row as it is, is none.

    >>> [change.new for change in changes(r"a + b = 2")]
    ['-', '+ 1 =', '- 2 =', '3', '5', '7']
    """
    for kind, pattern, replacements in _RULES:
        for found in re.finditer(pattern, row):
            for new in replacements:
                lead = len(found[0]) - len(found[0].lstrip())
                start = found.start() + lead
                if row[start : found.end()] != new:
                    yield Change(kind, start, found.end(), f" {new} " if new and new[-1].isalpha() else new)
    for found in _FRACTION.finditer(row):
        above = _group(row, found.end() - 1)
        below = _group(row, above) if above and above < len(row) and row[above] == "{" else None
        if above and below:
            a, b = row[found.end() - 1 : above], row[above:below]
            if a != b:
                yield Change("fraction", found.end() - 1, below, b + a)


def _group(row: str, start: int) -> int | None:
    """Where the group that begins there ends."""
    depth = 0
    for i in range(start, len(row)):
        depth += (row[i] == "{") - (row[i] == "}")
        if depth == 0:
            return i + 1
    return None
