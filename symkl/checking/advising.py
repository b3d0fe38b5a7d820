"""What would meet a claim: the rows that state the theorem, in the author's own letters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking import theorems
from symkl.checking.lettering import ONE, Alphabet, Letters
from symkl.language.proof import Tilt
from symkl.language.terms import Relation, Statement, Variable
from symkl.language.writing import formula

Rows = tuple[str, ...]
"""Rows of a document, in LaTeX."""

_SPELLED = {
    Relation.EQUAL: "=",
    Relation.LESS_EQUAL: r"\le",
    Relation.GREATER_EQUAL: r"\ge",
}

_TRIED = 10
"""So many choices of letters are tried: each is a check of the whole document."""


def advised(name: str, parts: Tilt, document: Alphabet, taken: Collection[str], meets: Callable[[Rows], bool]) -> Rows:
    """The first rows that ``meets`` accepts: in the letters of a document, in usual ones, in letters that are free.

    ``taken``: the symbols of which the document says something. Nothing where no rows are accepted.
    """
    for _, rows in zip(range(_TRIED), dict.fromkeys(_candidates(name, parts, document, taken)), strict=False):
        if meets(rows):
            return rows
    return ()


def _candidates(name: str, parts: Tilt, document: Alphabet, taken: Collection[str]) -> Iterator[Rows]:
    usual = Letters.usual(parts)
    bare = Letters.usual(replace(parts, prompt=""))
    for letters in (_own(usual, document, taken), usual, _renamed(usual, taken), _renamed(bare, taken)):
        for statements in _statements(name, letters):
            yield tuple(map(row, statements))


def _own(usual: Letters, document: Alphabet, taken: Collection[str]) -> Letters:
    """The laws and the function that a document is about, in the order of their use, and no temperature but its own."""
    free = [each for name, each in document.applied.items() if name not in taken]
    laws = [each for each in free if [v.sort for v in each.outcomes] == [usual.y.sort]]
    rewards = [each for each in free if not each.outcomes and any(_is(a, usual.y) for a in each.given)]
    if len(laws) < 2:
        return usual
    policy, reference = (replace(law, outcomes=(usual.y,)) for law in laws[:2])
    reward = next(iter(rewards), usual.reward)
    reward = replace(reward, given=tuple(usual.y if _is(a, usual.y) else a for a in reward.given))
    known = isinstance(usual.temperature, t.Scalar) and usual.temperature.symbol in document.scalars
    optimum = replace(policy, symbol=usual.optimum.symbol)
    temperature = usual.temperature if known else ONE
    return replace(usual, policy=policy, reference=reference, optimum=optimum, reward=reward, temperature=temperature)


def _is(argument: t.Argument, y: Variable) -> bool:
    return isinstance(argument, Variable) and argument.sort == y.sort


def _renamed(letters: Letters, taken: Collection[str]) -> Letters:
    """Letters of which the document says nothing, where the usual one is taken."""

    def free(letter: t.Apply, *others: str) -> t.Apply:
        name = next((each for each in (letter.symbol, *others) if each not in taken), letter.symbol)
        return replace(letter, symbol=name)

    return replace(
        letters,
        policy=free(letters.policy, "p", "ν"),
        reference=free(letters.reference, "μ", "q"),
        optimum=free(letters.optimum, "π*"),
        reward=free(letters.reward, "R", "f"),
    )


def _statements(name: str, s: Letters) -> Iterator[tuple[Statement, ...]]:
    """The statements of each way to say a theorem, after those that give its optimum."""
    if name == "optimal-policy":
        best = theorems.is_best(s)
        turned = Statement(best.right, Relation.EQUAL, best.left)
        yield from ((turned,), (theorems.is_tilted(s), turned))
    if name == "dpo-loss":
        s = replace(s, policy=s.optimum)
    if name.endswith("-gradient") and "θ" not in s.policy.symbol:
        s = replace(s, policy=replace(s.policy, symbol="π_θ"))
    for ways in theorems.WAYS.get(name, ()):
        said = tuple(each for way in ways if (each := way.says(s)) is not None)
        yield from (said, (theorems.is_tilted(s), *said))


def row(statement: Statement) -> str:
    r"""A statement as a row of LaTeX.

    >>> row(Statement(t.Scalar("β"), Relation.GREATER_EQUAL, t.Scalar("τ")))
    '\\beta \\ge \\tau'
    """
    return f"{formula(statement.left).latex} {_SPELLED[statement.relation]} {formula(statement.right).latex}"
