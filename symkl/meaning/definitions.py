"""What a document defines: for each symbol its first definition, and what that depends on unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import symkl.language.terms as t
from symkl.language.proof import Clause, Row
from symkl.language.terms import Relation, Variable
from symkl.meaning.symbols import Declarations


@dataclass(frozen=True)
class Definitions:
    """The definitions of a document: for each symbol its first one, where it stands, and the
    variables and policies that its body depends on though they are not written among its parameters."""

    found: Mapping[str, tuple[t.Definition, int]]
    implicit: dict[str, tuple[t.Argument, ...]]

    @classmethod
    def of(cls, rows: Sequence[Row], known: Declarations, opaque: frozenset[str] = frozenset()) -> Definitions:
        """Collect them; what is ``opaque`` has one that could not be read, and so none that could."""
        found: dict[str, tuple[t.Definition, int]] = {}
        for i, row in enumerate(rows):
            for clause in row.clauses:
                for reverse in (False, True):
                    definition = _definition(clause, reverse)
                    if definition is None or definition.symbol in opaque:
                        continue
                    if known.defined.get(definition.symbol) == row.line:
                        found.setdefault(definition.symbol, (definition, i))
        return cls(found, _implicit({name: d for name, (d, _) in found.items()}, optimised(rows)))

    def stated(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with their definitions marked, and at every use of what is defined the arguments left unsaid."""
        out = []
        for i, row in enumerate(rows):
            clauses = []
            for clause in row.clauses:
                for reverse in (False, True):
                    definition = _definition(clause, reverse)
                    if definition is not None and self.found.get(definition.symbol) == (definition, i):
                        clause = replace(clause, definition=definition)
                clauses.append(clause)
            out.append(self.filled(_noted(replace(row, clauses=tuple(clauses)), self.implicit)))
        return out

    def filled(self, row: Row) -> Row:
        """The row with every use of a defined symbol given the arguments that are left unsaid."""
        found, implicit = self.found, self.implicit

        def fill(term: t.Term) -> t.Term:
            term = t.rebuilt(term, fill)
            if isinstance(term, t.Apply) and term.symbol in found:
                return replace(term, given=_placed(term.given, found[term.symbol][0].parameters, implicit[term.symbol]))
            return term

        clauses = []
        for clause in row.clauses:
            terms = tuple(fill(term) for term in clause.terms)
            definition = clause.definition
            if definition is not None:
                parameters = (*definition.parameters, *implicit[definition.symbol])
                definition = t.Definition(definition.symbol, parameters, fill(definition.body))
            clauses.append(replace(clause, terms=terms, definition=definition))
        return replace(
            row,
            clauses=tuple(clauses),
            others=tuple(self.filled(other) for other in row.others),
            readings=tuple(self.filled(other) for other in row.readings),
        )


def _placed(
    given: tuple[t.Argument, ...], parameters: tuple[t.Argument, ...], implicit: tuple[t.Argument, ...]
) -> tuple[t.Argument, ...]:
    """All arguments at one use of a defined symbol: those written, and those left unsaid.

    Written ones that are not as many as in the definition take the places of their sorts: ``G(x)`` after ``G := ...``.
    """
    if not given or len(given) == len(parameters):
        return (*(given or parameters), *implicit)
    if len(given) < len(parameters) and all(isinstance(p, t.Policy) for p in parameters[len(given) :]):
        return (*given, *parameters[len(given) :], *implicit)
    left, out = list(given), list[t.Argument]()
    for p in (*parameters, *implicit):
        fits = (a for a in left if isinstance(a, Variable) and isinstance(p, Variable) and a.sort == p.sort)
        chosen = next(fits, None)
        if chosen is not None:
            left.remove(chosen)
        out.append(chosen or p)
    return (*given, *implicit) if left else tuple(out)


def _noted(row: Row, implicit: Mapping[str, tuple[t.Argument, ...]]) -> Row:
    """The row, with a note where a definition depends on a response that is not among its arguments."""
    notes = list(row.notes)
    for clause in row.clauses:
        if clause.definition is not None:
            name = clause.definition.symbol
            stray = [v.name for v in implicit[name] if isinstance(v, Variable) and v.sort not in ("x", "s")]
            if stray:
                notes.append(
                    f"{name.rstrip('≻')} depends on {' and '.join(stray)}, which {'is' if len(stray) == 1 else 'are'} "
                    "not among its arguments nor summed over"
                )
    return replace(row, notes=tuple(notes))


def _within(term: t.Term) -> Iterator[t.Term]:
    left = [term]
    while left:
        here = left.pop()
        yield here
        left.extend(here.parts())


def _definition(clause: Clause, reverse: bool) -> t.Definition | None:
    """What a clause would define by its first side, or in ``reverse`` by the second of its two."""
    if (
        clause.opening is not None
        or clause.joined in ("if", "since")
        or not clause.relations
        or clause.relations[0] not in (Relation.EQUAL, Relation.DEFINED, Relation.EQUIVALENT)
        or (reverse and (clause.relations != (Relation.EQUAL,) or isinstance(clause.terms[0], t.Apply)))
    ):
        return None
    body, head = clause.terms[:2] if reverse else clause.terms[1::-1]
    if (
        not isinstance(head, t.Apply)
        or head.outcomes
        or len(set(head.given)) != len(head.given)
        or head.symbol in t.symbols(body)
    ):
        return None
    return t.Definition(head.symbol, head.given, body)


def _implicit(definitions: Mapping[str, t.Definition], optimised: frozenset[str]) -> dict[str, tuple[t.Argument, ...]]:
    """For each definition, what its body depends on that is not among its parameters.

    Free variables; and policies that some problem in the document is over: in ``max_π J`` after
    ``J = E_π[r]`` the maximum is over the π inside J.
    """
    free: dict[str, set[t.Argument]] = {}
    for name, d in definitions.items():
        depends: set[t.Argument] = {t.Policy(symbol) for symbol in t.symbols(d.body) & optimised}
        free[name] = depends.union(t.free_variables(d.body)) - set(d.parameters)
    users: dict[str, list[str]] = {name: [] for name in definitions}
    for name, d in definitions.items():
        for used in t.symbols(d.body):
            if used in definitions and used != name:
                users[used].append(name)
    left = list(definitions)
    while left:  # what one depends on, those that use it depend on
        used = left.pop()
        for name in users[used]:
            more = free[used] - set(definitions[name].parameters) - free[name]
            if more:
                free[name] |= more
                left.append(name)
    return {name: tuple(sorted(some, key=_argument_order)) for name, some in free.items()}


def _argument_order(argument: t.Argument) -> tuple[bool, str]:
    return isinstance(argument, t.Policy), argument.name if isinstance(argument, Variable) else argument.symbol


def optimised(rows: Sequence[Row]) -> frozenset[str]:
    """The policies that some problem in the rows is over."""
    return frozenset(
        part.policy
        for row in rows
        for clause in row.clauses
        for term in clause.terms
        for part in _within(term)
        if isinstance(part, t.Optimum | t.Optimiser)
    )
