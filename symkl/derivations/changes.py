r"""What is new on one side of a step against the other: the parts that a teacher would underline.

Two terms are laid on each other from the top. Sums and products are compared as bags, so that what
only moved is not new; where the heads differ, the smallest part that does is marked. Pictures only:
nothing here decides whether a step holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, fields, replace

import symkl.language.terms as t
from symkl.language.writing import Formula, Path, formula

MOST = 0.7
"""The share of a formula above which nothing is marked: a mark on everything is none."""


def changed(before: t.Term, after: t.Term) -> tuple[Path, ...]:
    """The parts of ``after`` that ``before`` lacks, each by its path; none where nearly all is new.

    A path leads down :meth:`~symkl.language.terms.Term.parts`, by numbers. Swap the arguments for what is gone.

    >>> β, r = t.Scalar("β"), t.Scalar("r")
    >>> changed(t.log(r), t.Mul((β, t.log(r))))
    ((0,),)
    >>> changed(t.Add((β, r)), t.Add((r, β))), changed(β, t.log(r))
    ((), ())
    """
    found = tuple(sorted(_new(_Piece((), before), _Piece((), after))))
    return () if _share(after, found) > MOST else found


def marked(statement: t.Statement) -> tuple[Formula, Formula]:
    r"""The two sides of a statement, in LaTeX with ``\changed{...}`` around what is gone and what is new.

    Where nearly all of one side is marked, neither is: then there is nothing to lay on each other.

    >>> β, r = t.Scalar("β"), t.Scalar("r")
    >>> left, right = marked(t.Statement(t.log(r), t.Relation.LESS, t.Mul((β, t.log(r)))))
    >>> left.latex, right.latex
    ('\\log r', '\\changed{\\beta} \\log r')
    """
    one, other = _Piece((), statement.left), _Piece((), statement.right)
    gone, new = _new(other, one), _new(one, other)
    if _share(one.term, gone) > MOST or _share(other.term, new) > MOST:
        gone = new = []
    return formula(one.term, gone), formula(other.term, new)


def at(term: t.Term, path: Path) -> t.Term:
    """The part of a term that a path leads to.

    >>> at(t.log(t.Scalar("β")), (0,)).symbol
    'β'
    """
    for index in path:
        term = tuple(term.parts())[index]
    return term


@dataclass(frozen=True)
class _Piece:
    """A part and where it is."""

    path: Path
    term: t.Term

    def parts(self) -> Iterator[_Piece]:
        return (_Piece((*self.path, i), part) for i, part in enumerate(self.term.parts()))


def _new(before: _Piece, after: _Piece) -> list[Path]:
    """The paths in ``after`` of what is new against ``before``."""
    a, b = after.term, before.term
    if _key(a) == _key(b):
        return []
    if isinstance(a, t.Add) or isinstance(b, t.Add):
        return _bags(_terms(before), _terms(after), after.path)
    if isinstance(a, t.Mul) or isinstance(b, t.Mul):
        if _sign(a) != _sign(b):
            return [after.path]  # a sign alone cannot be underlined
        return _bags(_factors(before), _factors(after), after.path)
    if type(a) is not type(b) or _frame(a) != _frame(b) or not any(True for _ in a.parts()):
        return [after.path]
    pairs = zip(before.parts(), after.parts(), strict=True)
    return [path for one, other in pairs for path in _new(one, other)]


def _bags(before: list[_Piece], after: list[_Piece], whole: Path) -> list[Path]:
    """What is new in a bag of terms or factors: those alike go first, then the most similar, each once."""
    left = Counter(_key(piece.term) for piece in before)
    fresh: list[_Piece] = []
    for piece in after:
        if left[_key(piece.term)] > 0:
            left[_key(piece.term)] -= 1
        else:
            fresh.append(piece)
    old = [piece for piece in before if _used(left, piece)]
    similar: list[tuple[float, int, int, list[Path]]] = []
    for i, piece in enumerate(fresh):
        for j, other in enumerate(old):
            if len(before) == len(after) == 1 and type(piece.term) is not type(other.term):
                continue  # there is no smaller pair to lay on each other
            found = _new(other, piece)
            share = _share(piece.term, [path[len(piece.path) :] for path in found])
            if share <= MOST:
                similar.append((share, i, j, found))
    out: list[Path] = []
    paired: tuple[set[int], set[int]] = set(), set()
    for _, i, j, found in sorted(similar, key=lambda each: each[:3]):
        if i not in paired[0] and j not in paired[1]:
            paired[0].add(i)
            paired[1].add(j)
            out += found
    if len(fresh) == len(after) and not paired[0]:
        return [whole]
    return out + [piece.path for i, piece in enumerate(fresh) if i not in paired[0]]


def _used(left: Counter[Hashable], piece: _Piece) -> bool:
    """Whether a piece is one of those that nothing was matched with; each is counted once."""
    key = _key(piece.term)
    left[key] -= 1
    return left[key] >= 0


def _terms(piece: _Piece) -> list[_Piece]:
    return list(piece.parts()) if isinstance(piece.term, t.Add) else [piece]


def _factors(piece: _Piece) -> list[_Piece]:
    """The factors, those of factors among them, without numbers that only carry a sign."""
    if not isinstance(piece.term, t.Mul):
        return [piece]
    found = [factor for part in piece.parts() for factor in _factors(part)]
    return [f for f in found if not (isinstance(f.term, t.Number) and abs(f.term.value) == 1)]


def _sign(term: t.Term) -> int:
    match term:
        case t.Number(value=value):
            return -1 if value < 0 else 1
        case t.Mul(factors=factors):
            sign = 1
            for factor in factors:
                sign *= _sign(factor)
            return sign
    return 1


def _frame(term: t.Term) -> tuple[Hashable, ...]:
    """What of a term is no term: the variable of a sum, the name of a function."""
    values = (getattr(term, each.name) for each in fields(term) if each.compare)
    return tuple(v for v in values if not isinstance(v, t.Term) and not _holds_terms(v))


def _holds_terms(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(part, t.Term) for part in value)


def _key(term: t.Term) -> Hashable:
    """The same for terms that differ in the order of what is added or multiplied, and in nothing else."""
    match term:
        case t.Add():
            return "add", frozenset(Counter(_key(part) for part in term.terms).items())
        case t.Mul():
            positive = [_key(_unsigned(piece.term)) for piece in _factors(_Piece((), term))]
            if len(positive) == 1 and _sign(term) > 0:
                return positive[0]
            return "mul", _sign(term), frozenset(Counter(positive).items())
    return type(term).__name__, _frame(term), tuple(_key(part) for part in term.parts())


def _unsigned(term: t.Term) -> t.Term:
    return replace(term, value=abs(term.value)) if isinstance(term, t.Number) else term


def _share(term: t.Term, paths: Collection[Path]) -> float:
    """How much of a term the parts at some paths are: of its length as it is written, or of its symbols."""
    parts = [at(term, path) for path in paths]
    length = sum(map(_length, parts)) / len(formula(term).text)
    return max(length, sum(map(_symbols, parts)) / max(1, _symbols(term)))


def _length(term: t.Term) -> int:
    if isinstance(term, t.Apply) and term.outcomes:
        return len(term.symbol)  # all that is written of a distribution in a divergence or below a mean
    return len(formula(term).text)


def _symbols(term: t.Term) -> int:
    """How many names and numbers a term is made of; 1 and -1 mostly write a minus or a fraction."""
    if isinstance(term, t.Number):
        return int(abs(term.value) != 1)
    return sum(map(_symbols, term.parts())) if any(True for _ in term.parts()) else 1
