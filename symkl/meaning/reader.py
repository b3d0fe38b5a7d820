"""Who reads: what holds at a place of a row, and the way from a node to its term.

What each kind of node means is a rule, a plain function of the reader and the node. A rule reads what is
inside its node by calling the reader again, below a binder with a reader that knows what is bound there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import symkl.language.terms as t
from symkl.language.terms import Variable
from symkl.meaning.alphabets import Letters, bound_by
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Node


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said of a row when it is read: the readings that a person should see, each once,
    and the names of the places where a second reading is common; ``over``: the sorts that it sums and integrates over.
    """

    notes: list[str] = field(default_factory=list)
    forks: set[str] = field(default_factory=set)
    over: dict[str, set[str]] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Record a reading, once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True)
class Reader:
    r"""Reads the nodes of one row.

    ``known``: what the document's symbols are. ``other``: the second reading to take this time, if any.
    ``reaches``: whether a mean over prompts may reach over later terms of its sum, the shorthand of objectives.
    ``dot``: the variable that ``\cdot`` stands for here. ``bound``: the variables bound around here. ``letters``: the
    sorts of the row's index variables, ``scope`` of those bound around here by name.
    """

    rules: Mapping[str, Rule]
    known: Declarations
    other: str = ""
    reaches: bool = True
    dot: Variable | None = None
    bound: frozenset[Variable] = frozenset()
    said: Said = field(default_factory=Said)
    letters: Letters = field(default_factory=Letters)
    scope: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, node: Node) -> t.Term:
        """The term that a node means. Raises Unreadable."""
        rule = self.rules.get(node.kind)
        if rule is None:
            raise refuse("no expression", node.span, kind=node.kind)
        term = rule(self, node)
        return replace(term, span=node.span) if term.span is None else term

    def many(self, nodes: Sequence[Node]) -> tuple[t.Term, ...]:
        """The terms that several nodes mean."""
        return tuple(self(node) for node in nodes)

    def below(self, variables: Sequence[Variable], dot: Variable | None = None) -> Reader:
        r"""The same reader below what binds these variables; ``dot``: what ``\cdot`` stands for there."""
        return replace(self, bound=self.bound | set(variables), dot=dot or self.dot)

    def binds(self, *binders: Node) -> Reader:
        """The same reader where the names that these binders bind mean what they bind."""
        named = {v.value: self.letters.bound.get(v.span.start) for each in binders for v in bound_by(each)}
        sorts = {name: sort or self.known.sort(name) for name, sort in named.items()}
        return replace(self, scope={**self.scope, **sorts})

    def variable(self, name: str) -> Variable:
        """The index variable with this name, as it is bound here or in the whole row."""
        sort = self.scope.get(name) or self.letters.free.get(letter(name)) or self.known.sort(name)
        return Variable(name, sort)

    def meant(self, sort: str) -> Variable:
        """The variable of a sort that is meant where none is written."""
        return self.known.usual_variable(sort)

    def prompt(self) -> Variable:
        """The prompt that is meant where none is written."""
        return self.meant(self.known.prompt)

    def outcome(self) -> Variable:
        """The response that is meant where none is written."""
        return self.dot or self.meant(self.known.outcome)


Rule: TypeAlias = Callable[[Reader, Node], t.Term]
"""What one kind of node means."""
