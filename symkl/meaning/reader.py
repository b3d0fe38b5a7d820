"""Who reads: what holds at a place of a row, and the way from a node to its term.

What each kind of node means is a rule, a plain function of the reader and the node. A rule reads what is
inside its node by calling the reader again, below a binder with a reader that knows what is bound there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeAlias

import symkl.language.terms as t
from symkl.language.frozen import frozen
from symkl.language.terms import Variable
from symkl.meaning.alphabets import PROMPT_LIKE, Letters, bound_by
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Node


@frozen(slots=True)
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


@frozen(slots=True)
class Reader:
    r"""Reads the nodes of one row.

    ``known``: what the document's symbols are. ``other``: the second reading to take this time, if any.
    ``reaches``: whether a mean over prompts may reach over later terms of its sum, the shorthand of objectives.
    ``dot``: the variable that ``\cdot`` stands for here. ``around``: the variables bound around here, binder by binder,
    the innermost last. ``letters``: the sorts of the row's index variables, ``scope`` of those bound here by name.
    """

    rules: Mapping[str, Rule]
    known: Declarations
    other: str = ""
    reaches: bool = True
    dot: Variable | None = None
    around: tuple[tuple[Variable, ...], ...] = ()
    said: Said = field(default_factory=Said)
    letters: Letters = field(default_factory=Letters)
    scope: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, node: Node) -> t.Term:
        """The term that a node means. Raises Unreadable."""
        rule = self.rules.get(node.kind)
        if rule is None:
            raise refuse("no expression", node.span, kind=node.kind)
        term = rule(self, node)
        return t.written_at(node.span, term) if term.span is None else term

    def many(self, nodes: Sequence[Node]) -> tuple[t.Term, ...]:
        """The terms that several nodes mean."""
        return tuple(self(node) for node in nodes)

    def below(self, variables: Sequence[Variable], dot: Variable | None = None) -> Reader:
        r"""The same reader below what binds these variables; ``dot``: what ``\cdot`` stands for there."""
        return replace(self, around=(*self.around, tuple(variables)), dot=dot or self.dot)

    @property
    def bound(self) -> frozenset[Variable]:
        """The variables bound around here."""
        return frozenset(v for binder in self.around for v in binder)

    def binds(self, *binders: Node) -> Reader:
        """The same reader where the names that these binders bind mean what they bind."""
        named = {v.value: self.letters.bound.get(v.span.start) for each in binders for v in bound_by(each)}
        sorts = {name: sort or self.known.sort(name) for name, sort in named.items()}
        return replace(self, scope={**self.scope, **sorts})

    def variable(self, name: str) -> Variable:
        """The index variable with this name, as it is bound here or in the whole row."""
        sort = self.scope.get(name) or self.letters.free.get(letter(name)) or self.known.sort(name)
        return Variable(name, sort)

    def meant(self, sort: str, at: Node) -> Variable:
        """The variable of a sort that is meant where none is written: y' in ``E_{y'∼π}[r]``, for r is averaged.

        It is what the innermost binder of that sort binds; where none does, the letter that the row writes; else the
        usual one. Raises Unreadable where that leaves several.
        """
        usual = self.known.usual_variable(sort)
        written = self.letters.written.get(sort, ())
        free = tuple(Variable(name, sort) for name in written if name == letter(name))  # y_w is one in particular
        if sort in PROMPT_LIKE and len(written) == 1:  # the one prompt of a row, whatever it bears
            free = (Variable(written[0], sort),)
        for binder in (*reversed(self.around), free):
            found = tuple(v for v in binder if v.sort == sort)
            if len(found) == 1 or usual in found:
                return usual if usual in found else found[0]
            if found:
                raise refuse("several unsaid", at.span, names=" or ".join(v.name for v in found))
        return usual

    def prompt(self, at: Node) -> Variable:
        """The prompt that is meant where none is written. Raises Unreadable."""
        return self.meant(self.known.prompt, at)

    def outcome(self, at: Node) -> Variable:
        """The response that is meant where none is written. Raises Unreadable."""
        return self.dot or self.meant(self.known.outcome, at)


Rule: TypeAlias = Callable[[Reader, Node], t.Term]
"""What one kind of node means."""
