"""Reads statements of Rocq back, and evaluates them in a finite problem: with nothing of what printed them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Env = Mapping[str, Any]
Code = Callable[[Env], Any]

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+|:=|=>|->|<=|>=|<>|.)", re.S)


def _log(u: float) -> float:
    return math.log(u) if u > 0 else 0.0  # as Rocq has it


def _curried(count: int, f: Callable[..., Any]) -> Any:
    return f() if count == 0 else lambda first: _curried(count - 1, lambda *rest: f(first, *rest))


WORDS: Env = {
    "exp": math.exp, "ln": _log, "Rabs": abs, "logistic": lambda u: 1 / (1 + math.exp(-u)),
    "Rmax": _curried(2, max), "Rmin": _curried(2, min), "Rpower": _curried(2, lambda b, e: math.exp(e * _log(b))),
    "sum": _curried(2, lambda size, f: math.fsum(f(i) for i in range(size))),
    "product": _curried(2, lambda size, f: math.prod(f(i) for i in range(size))),
    "largest": _curried(2, lambda size, f: max(f(i) for i in range(size))),
    "choose": _curried(3, lambda guard, above, below: above if guard >= 0 else below),
    "same": _curried(2, lambda a, b: float(a == b)),
    "at_place": _curried(4, lambda f, a, g, b: g(f(b)) if a == b else f(b)),
}  # fmt: skip

WAY = "on its way"
"""By which name the place stands where a function is looked at that tends to something."""

STEP = 1e-4
"""How far from a point a function is looked at for its slope, on both sides."""


def _slope(f: Callable[[float], float], at: float) -> float:
    """Richardson's: the error of difference quotients that is quadratic in the step is taken away."""
    wide, near = ((f(at + h) - f(at - h)) / (2 * h) for h in (STEP, STEP / 2))
    return (4 * near - wide) / 3


class Reader:
    """A parser of what statements say between numbers, by Rocq's own precedences."""

    def __init__(self, text: str) -> None:
        self.tokens = [*_TOKEN.findall(text.strip()), "end"]
        self.at = 0

    def take(self, wanted: str | None = None) -> str:
        token = self.tokens[self.at]
        assert wanted is None or token == wanted, (wanted, self.tokens[self.at - 5 : self.at + 5])
        self.at += 1
        return token

    def all_of(self, *wanted: str) -> None:
        for token in wanted:
            self.take(token)

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def bound(self, end: str) -> str:
        """What a quantifier over one thing calls it; what it is goes by, up to an end."""
        self.take()
        name = self.take()
        while self.take() != end:
            pass
        return name

    def quantified(self) -> list[tuple[str, str]]:
        """``forall (x : X) (y : Y),`` as names with their alphabets."""
        out = []
        if self.next == "forall":
            self.take()
            while self.next == "(":
                self.take()
                names = []
                while self.next != ":":
                    names.append(self.take())
                self.take(":")
                out += [(name, self.next) for name in names]
                self.take()
                self.take(")")
            self.take(",")
        return out

    def sum(self) -> Code:
        left = self.product()
        while self.next in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            left = (lambda a, b, s: lambda env: a(env) + s * b(env))(left, self.product(), sign)
        return left

    def product(self) -> Code:
        left = self.signed()
        while self.next in ("*", "/"):
            if self.take() == "*":
                left = (lambda a, b: lambda env: a(env) * b(env))(left, self.signed())
            else:
                left = (lambda a, b: lambda env: a(env) / b(env))(left, self.signed())
        return left

    def signed(self) -> Code:
        if self.next in ("-", "/"):
            minus = self.take() == "-"
            of = self.signed()
            return lambda env: -of(env) if minus else 1 / of(env)
        base = self.applied()
        if self.next == "^":
            self.take()
            exponent = int(self.take())
            return lambda env: base(env) ** exponent
        return base

    def applied(self) -> Code:
        head = self.atom()
        while self.next == "(" or (re.match(r"\w", self.next) and self.next != "end"):
            head = (lambda f, a: lambda env: f(env)(a(env)))(head, self.atom())
        return head

    def atom(self) -> Code:
        token = self.take()
        if token == "(":
            inside = self.function() if self.next == "fun" else self.sum()
            self.take(")")
            return inside
        if token.isdigit():
            return lambda env: float(token)
        assert re.match(r"[A-Za-z_]", token), token
        return lambda env: env[token]

    def function(self) -> Code:
        self.take("fun")
        names = []
        while self.next not in ("=>", ":"):
            names.append(self.take())
        while self.take() != "=>":
            pass
        body = self.sum()
        return lambda env: _curried(len(names), lambda *values: body({**env, **dict(zip(names, values, strict=True))}))


def definition(text: str) -> tuple[str, Callable[[Env], Any]]:
    """``Definition f {Y : alphabet} (r : Y -> R) (x : X) : R := body.`` as its name, and its value where it stands."""
    found = re.fullmatch(r"Definition (\w+)(.*?) : R :=\n\s*(.*)\.", text, re.S)
    assert found is not None, text
    taken = [names.split() for names in re.findall(r"\(([\w ]+) : ", found[2])]
    parameters = [name for names in taken for name in names]
    body = Reader(found[3]).sum()
    return found[1], lambda env: _curried(
        len(parameters), lambda *values: body({**env, **dict(zip(parameters, values, strict=True))})
    )


def sides(conclusion: str) -> tuple[list[str], Code, Code]:
    """``forall (x : X), A = B`` as the names it is for, and its two sides; of ``slope f t d``, f's slope and d.

    Of ``tends_at_zero f m`` what f is on its way, where ``WAY`` says, and m.
    """
    reader = Reader(conclusion)
    names = [name for name, _ in reader.quantified()]
    if reader.next == "slope":
        reader.take()
        function, at, said = reader.atom(), reader.atom(), reader.atom()
        reader.take("end")
        return names, lambda env: _slope(function(env), at(env)), said
    if reader.next in ("tends_at_zero", "tends_at_infinity"):
        reader.take()
        function, said = reader.atom(), reader.atom()
        reader.take("end")
        return names, lambda env: function(env)(env[WAY]), said
    left = reader.sum()
    assert reader.take() in ("=", "<=", ">=", "<", ">")
    right = reader.sum()
    reader.take("end")
    return names, left, right


# ---- where a row fails ----

RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12),
    "<>": lambda a, b: not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12),
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


class Failure(NamedTuple):
    """What is said where a row fails.

    ``slopes``: by name, what is called a derivative. ``names``: the places that there are. ``objectives``: of the
    problems that it is about; ``number``: what the largest value of one is called. ``relation``: between the two sides;
    ``∝`` that no factor makes them one, ``best`` that the left side is not what is best, ``<->`` of two problems.
    """

    slopes: dict[str, Code]
    names: list[str]
    objectives: list[Code]
    number: str
    left: Code
    relation: str
    right: Code


def failure(conclusion: str) -> Failure:
    """What the conclusion of a counterexample says."""
    reader, slopes, names = Reader(conclusion), dict[str, Code](), list[str]()
    while reader.next == "exists":
        name = reader.bound(",")
        if reader.next == "(":
            slopes[name] = _named_slope(reader, name)
        else:
            names.append(name)
    if reader.next == "forall":  # forall m : R, maximum ok f m -> m < v
        number = reader.bound(",")
        objectives = [_objective(reader)]
        reader.all_of(number, "->")
        left, relation, right = reader.sum(), reader.take(), reader.sum()
    elif reader.next != "~":
        objectives, number, left, relation, right = [], "", reader.sum(), reader.take(), reader.sum()
    else:
        reader.take()
        objectives, number, left, relation, right = _negated(reader, names)
    reader.take("end")
    return Failure(slopes, names, objectives, number, left, relation, right)


def _negated(reader: Reader, names: list[str]) -> tuple[list[Code], str, Code, str, Code]:
    if reader.next == "(":  # ~ (exists c : R, c <> 0 /\\ forall (y : Y), A = c * B)
        reader.take()
        reader.quantified()
        reader.bound(",")
        reader.all_of("c", "<>", "0", "/", "\\")
        names += [name for name, _ in reader.quantified()]
        left, _, _, _ = reader.sum(), reader.take("="), reader.take("c"), reader.take("*")
        right = reader.sum()
        reader.take(")")
        return [], "", left, "∝", right
    if reader.next != "forall":  # ~ maximiser ok f q
        objective, chosen = _objective(reader), reader.atom()
        return [objective], "", chosen, "best", chosen
    policy = reader.bound(",")  # ~ forall p, maximiser ok f p <-> maximiser ok g p
    one = _objective(reader)
    reader.all_of(policy, "<", "->")
    other = _objective(reader)
    reader.take(policy)
    return [one, other], "", one, "<->", other


def _named_slope(reader: Reader, name: str) -> Code:
    """``(forall (x : X), slope f t (name x)) /\\`` as what the name stands for."""
    reader.take("(")
    reader.quantified()
    reader.take("slope")
    function, at, places = reader.atom(), reader.atom(), list[str]()
    if reader.next == "(":
        reader.all_of("(", name)
        while reader.next != ")":
            places.append(reader.take())
    reader.all_of(")" if places else name, ")", "/", "\\")

    def value(here: Env) -> float:
        return _slope(function(here), at(here))

    return lambda env: _curried(len(places), lambda *v: value({**env, **dict(zip(places, v, strict=True))}))


def _objective(reader: Reader) -> Code:
    """What a problem is of: ``maximum ok f``; which policies compete is left out."""
    reader.take()
    reader.take("(")
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(reader.take(), 0)
    return reader.atom()
