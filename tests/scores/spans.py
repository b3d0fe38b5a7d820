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
    ("relation", r"\\le(?:q)?(?![a-z])", (r"\ge", "=", "<")),
    ("relation", r"\\ge(?:q)?(?![a-z])", (r"\le", "=", ">")),
    ("relation", r"(?<![\\!<>:])=", ("+ 1 =", "- 2 =", "<", "= 2")),
    ("relation", r"\\propto(?![a-z])", ("=",)),
    ("temperature", r"\\beta(?![a-zA-Z_])", ("", r"\beta^2", r"\frac{1}{\beta}", r"2 \beta", r"(1 - \beta)")),
    ("temperature", r"\\tau(?![a-zA-Z_])", ("", r"\tau^2", r"2 \tau", r"(1 + \tau)")),
    ("policy", _POLICIES, (r"\pi", r"\pi_{\text{ref}}", r"\pi_\theta")),
    ("winner", r"y_w(?![a-zA-Z])", ("y_l",)),
    ("winner", r"y_l(?![a-zA-Z])", ("y_w",)),
    ("optimum", r"\\max(?![a-z])", (r"\min",)),
    ("optimum", r"\\min(?![a-z])", (r"\max",)),
    ("logarithm", r"\\log(?![a-zA-Z])", (r"2 \log", r"-\log", "", r"\exp")),
    ("exponential", r"\\exp(?![a-zA-Z])", (r"2 \exp", "", r"\log")),
    ("partition", r"Z\([^()]*\)", ("1", r"Z(x)^2", r"2 Z(x)", r"\log Z(x)")),
    ("reward", r"(?<![a-zA-Z\\_{^])r(?:_\w|_\\phi)?\([^()]*\)", ("0", "2 {}", "{}^2", "({} + 1)")),
    ("number", r"(?<![\d_^{.a-zA-Z])\d(?![\d.])", ("3", "5", "7")),
    ("number", r"(?<=\{)\d(?=\})", ("3", "5")),
    ("divergence", r"(?:\\mathbb\{D\}|D)_\{(?:\\text\{|\\mathrm\{)?KL\}?\}", (r"2 D_{KL}", r"-D_{KL}")),
    ("sum", r"\\sum(?![a-z])", (r"2 \sum", r"-\sum")),
    ("expectation", r"\\mathbb\{?E\}?", (r"2 \mathbb{E}", r"-\mathbb{E}")),
    ("sigmoid", r"\\sigma(?![a-zA-Z_])", (r"2 \sigma", r"\log \sigma", r"\exp")),
    ("gradient", r"\\nabla_(?:\\theta|\{\\theta\})", ("", r"2 \nabla_\theta", r"-\nabla_\theta")),
    ("end", r"\\to\s*0(?:\^\+)?", (r"\to \infty",)),
    ("end", r"\\to\s*\\infty", ("\\to 0",)),
)  # fmt: skip
_TWO_ARGUMENTS = re.compile(r"\\(?P<command>[dt]?frac)\{")
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\s+|.", re.DOTALL)
_READ = re.compile(r"(?:\\[dt]?frac|\\[dt]?frac\{[^{}]*\}|\\sqrt|\^|\\right\)|[^\w}])$")
_CALLED = re.compile(r"[a-zA-Z}*'\d]$")
_FUNCTIONS = (r"\exp", r"\log", r"\ln", r"\sigma", r"\operatorname{sg}")
_SIZE = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)$")
"""What an opening bracket stands behind, if what is in it are terms; or arguments."""

_ENDS = frozenset([
    "=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\propto", r"\equiv", r"\to", r"\iff", r"\implies",
    r"\Rightarrow", "&", r"\\", ",", ";", ":", "|", r"\mid", r"\|", r"\sim", r"\quad", r"\qquad",
])  # fmt: skip
_LEFT, _RIGHT = frozenset({"(", "[", "{", r"\{"}), frozenset({")", "]", "}", r"\}"})


def changes(row: str) -> Iterator[Change]:
    """Every change of every span; what would leave the row as it is, is none.

    >>> [change.new for change in changes(r"a + b = 2") if change.kind in ("sign", "number")]
    ['-', '3', '5', '7', ' -', ' -']
    """
    seen: set[str] = set()
    for change in _every(row):
        new = row[: change.start] + change.new + row[change.stop :]
        if new.split() != row.split() and new not in seen:
            seen.add(new)
            yield change


def _every(row: str) -> Iterator[Change]:
    for kind, pattern, replacements in _RULES:
        for found in re.finditer(pattern, row):
            for new in replacements:
                lead = len(found[0]) - len(found[0].lstrip())
                start = found.start() + lead
                new = new.replace("{}", found[0]) if kind == "reward" else new
                yield Change(kind, start, found.end(), f" {new} " if new and new[-1].isalpha() else new)
    for found in _TWO_ARGUMENTS.finditer(row):
        above = _group(row, found.end() - 1)
        below = _group(row, above) if above and above < len(row) and row[above] == "{" else None
        if above and below:
            a, b = row[found.end() - 1 : above], row[above:below]
            yield Change("fraction", found.end() - 1, below, b + a)
            yield Change("fraction", found.start(), below, f"({a[1:-1]})")
            yield Change("fraction", found.start(), below, rf"\frac{{1}}{b}")
    for start, stop, alone, deep in _terms(row):
        inside = row[start:stop]
        bare = inside.lstrip("+- \t\n")
        if not bare.strip():
            continue
        if not alone:
            yield Change("term dropped", start, stop, "")
        sign = inside[: len(inside) - len(bare)]
        yield Change("term doubled", start, stop, f"{sign}2 {bare}")
        yield Change("term added", stop, stop, " + 1 ")
        if not deep:
            yield Change("term added", stop, stop, " - 2 ")
        if not sign.strip() and not (deep and alone):  # what is one thing below a fraction is seldom negated
            yield Change("sign", start, start, " -")
    for start, stop in _pairs(row, "("):
        if row[:start].endswith(r"\left") and row[:stop].endswith(r"\right)"):
            yield Change("brackets", start - len(r"\left"), stop, row[start + 1 : stop - len(r"\right)")])
        elif not row[:start].rstrip()[-1:].isalpha() and not row[:start].rstrip().endswith(("}", "*", "'")):
            yield Change("brackets", start, stop, row[start + 1 : stop - 1])
    for start, stop in _pairs(row, "("):
        inside = row[start + 1 : stop - 1]
        sides = inside.split(r"\|")
        if len(sides) == 2 and not sides[1].rstrip().endswith(r"\right"):
            yield Change("arguments", start + 1, stop - 1, rf"{sides[1].strip()} \| {sides[0].strip()}")


class _Term(NamedTuple):
    """Where a term of a sum stands, with its sign; whether it is the only one there, and in how deep a group."""

    start: int
    stop: int
    alone: bool
    deep: int


def _terms(row: str) -> Iterator[_Term]:
    """The terms of each sum, at every depth."""
    opened: list[tuple[bool, list[int]]] = []
    whether, starts = True, [0]

    def ended(stop: int) -> Iterator[_Term]:
        ends = [*starts[1:], stop]
        if whether:
            for start, end in zip(starts, ends, strict=True):
                if row[start:end].strip(" \t\n+-"):
                    yield _Term(start, end, len(starts) == 1, len(opened))

    for found in _TOKEN.finditer(row):
        token, at = found[0], found.start()
        if token in _LEFT:
            opened.append((whether, starts))
            before = _SIZE.sub("", row[:at]).rstrip()
            called = _CALLED.search(before) and not before.endswith(_FUNCTIONS)
            whether, starts = not called if token == "(" else token == "[" or bool(_READ.search(before)), [found.end()]
        elif token in _RIGHT:
            yield from ended(len(_SIZE.sub("", row[:at])))
            if opened:
                whether, starts = opened.pop()
        elif token in ("+", "-"):
            if row[starts[-1] : at].strip(" \t\n+-"):
                starts.append(at)
        elif token in _ENDS:
            yield from ended(at)
            starts = [found.end()]
    if not opened:
        yield from ended(len(row))


def _pairs(row: str, left: str) -> Iterator[tuple[int, int]]:
    """Where brackets that belong together stand."""
    opened: list[tuple[str, int]] = []
    for found in _TOKEN.finditer(row):
        if found[0] in _LEFT:
            opened.append((found[0], found.start()))
        elif found[0] in _RIGHT and opened:
            which, start = opened.pop()
            if which == left and found[0] == ")":
                yield start, found.end()


def _group(row: str, start: int) -> int | None:
    """Where the group that begins there ends."""
    depth = 0
    for i in range(start, len(row)):
        depth += (row[i] == "{") - (row[i] == "}")
        if depth == 0:
            return i + 1
    return None
