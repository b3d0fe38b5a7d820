"""What a document defines: each symbol's first definition, those under other headings, and what they leave unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import symkl.language.terms as t
from symkl.language.frozen import frozen
from symkl.language.proof import Clause, Opaque, Point, Row
from symkl.language.roles import Role
from symkl.language.terms import Relation, Span, Variable
from symkl.meaning.evaluated import Evaluated, Given, Moved, at_any_weight, at_scalar, resolved
from symkl.meaning.instances import definitions as instances
from symkl.meaning.mistakes import refuse
from symkl.meaning.parametrised import at_parameter
from symkl.meaning.points import at_point
from symkl.meaning.symbols import Declarations, letter
from symkl.meaning.wholes import left_free
from symkl.reading.mistakes import Unreadable
from symkl.reading.mistakes import refuse as refuse_to_read

_GIVES = (Relation.EQUAL, Relation.DEFINED, Relation.EQUIVALENT, Relation.PROPORTIONAL)

_MOST = 100_000
"""How many pairs of a symbol and a section are looked at one by one."""


@frozen
class Definitions:
    """The definitions of a document: for each symbol its first one, where it stands, and the
    variables and policies that its body depends on though they are not written among its parameters.

    ``anew``: those under later headings, each with its row and the first row of its section. ``again``: the clauses
    there, by row and number, that give a symbol anew or claim something of it, for all that anybody can tell.
    ``stated_of``: the symbols of which rows state something alone on a side, or nobody knows anything.
    """

    found: Mapping[str, tuple[t.Definition, int]]
    implicit: dict[str, tuple[t.Argument, ...]]
    anew: tuple[tuple[t.Definition, int, int], ...] = ()
    again: frozenset[tuple[int, int]] = frozenset()
    known: Declarations = field(default_factory=Declarations)
    stated_of: frozenset[str] = frozenset()

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
        first = {name: d for name, (d, _) in found.items()}
        for each in instances(known.instances, first, lambda name: known.kind(name) == "distribution"):
            found[each.symbol] = each, found[known.instances[each.symbol]][1]
        implicit = _implicit({name: d for name, (d, _) in found.items()}, optimised(rows))
        later = tuple(_later(rows, known, found, implicit))
        anew = tuple((each.definition, each.row, each.start) for each in later if each.sure)
        again = frozenset((each.row, each.clause) for each in later if not each.sure)
        again = again.union(_laws_again(rows, known), _with_what_is_new(rows, known, found))
        return cls(found, implicit, anew, again, known, opaque.union(_stated_of(rows)))

    def marks(self, definition: t.Definition, row: int) -> bool:
        """Whether a row gives its symbol by this."""
        first = self.found.get(definition.symbol) == (definition, row)
        return first or any(each == definition and at == row for each, at, _ in self.anew)

    def under_headings(self, rows: Sequence[Row]) -> tuple[tuple[int, t.Definition], ...]:
        """What is in force from which row on, of what is defined anew; ``rows``: as :meth:`stated` gives them."""
        several = {definition.symbol for definition, _, _ in self.anew}
        starts = _starts(rows)
        places = [(start, at, definition.symbol) for definition, at, start in self.anew]
        places += [(starts[at], at, symbol) for symbol in several for at in (self.found[symbol][1],)]
        return tuple(
            (start, clause.definition)
            for start, at, symbol in sorted(places)
            for clause in rows[at].clauses
            if clause.definition is not None and clause.definition.symbol == symbol
        )

    def outdated(self, rows: Sequence[Row]) -> tuple[Opaque, ...]:
        """What was given with a symbol that a later section gives anew: nobody can tell which of the two it has there.

        ``w = e^f``, and under the next heading ``f = 2r``: what is w now? ``rows``: as :meth:`stated` gives them.
        """
        if not self.anew:
            return ()
        starts = _starts(rows)
        begin: dict[str, list[int]] = {}
        for start, definition in self.under_headings(rows):
            begin.setdefault(definition.symbol, []).append(start)
        sections = sorted(set(starts))
        direct = _users(self.found)
        made: dict[str, set[str]] = {}
        for part in begin if len(begin) * len(self.found) <= _MOST else ():
            for name in _reaching(part, direct):
                made.setdefault(name, set()).add(part)
        if not made or len(made) * len(sections) > _MOST:
            many = made or {name: set[str]() for each in begin for name in direct[each]}
            return tuple(Opaque(name, f"{name} is made of what several sections give") for name in many)
        users = sorted(made)
        out = []
        for name in users:
            own = begin.get(name) or [starts[self.found[name][1]]]
            for here in sections:
                there = max((each for each in own if each <= here), default=here)
                for part in sorted(made[name] - {name}):
                    then, now = (max((b for b in begin[part] if b <= at), default=-1) for at in (there, here))
                    if then != now:
                        why = f"{name} was given with another {part} than the one of this section: give it anew"
                        out.append(Opaque(name, why, here, section=True))
                        break
        return tuple(out)

    def instances(self) -> tuple[t.Definition, ...]:
        """What no row gives, for another row says what that is of any policy or number."""
        return tuple(
            replace(each, parameters=(*each.parameters, *self.implicit[name]),
                    body=self._with_arguments(each.body, (), MappingProxyType({})))
            for name, (each, _) in self.found.items() if name in self.known.instances
        )  # fmt: skip

    def stated(self, rows: Sequence[Row], refused: Callable[[Row, Unreadable], Row]) -> list[Row]:
        """The rows with their definitions marked, and at every use of what is defined the arguments left unsaid.

        ``refused``: the row that stands for one in which a part is left free of what is bound.
        """
        out = []
        anew: dict[int, dict[str, tuple[t.Argument, ...]]] = {}
        for definition, _, first in self.anew:
            anew.setdefault(first, {})[definition.symbol] = definition.parameters
        point: Point | None = None
        for i, (row, start) in enumerate(zip(rows, _starts(rows), strict=True)):
            goes_on = bool(row.clauses) and row.clauses[0].opening is not None
            if goes_on and row.at is not None and (point is None or row.at[:2] != point[:2]):
                out.append(refused(row, refuse_to_read("evaluation bar", row.span)))
                continue  # nothing says where the row before it is meant
            on = point._replace(bars=0) if point is not None else None
            row = replace(row, at=row.at or on) if goes_on else row
            point = row.at if row.clauses else point
            clauses = []
            for clause in row.clauses:
                for reverse in (False, True):
                    given = _definition(clause, reverse)
                    if given is not None and self.marks(given, i):
                        clause = replace(clause, definition=given)
                clauses.append(clause)
            row = _noted(replace(row, clauses=tuple(clauses)), self.implicit)
            try:
                out.append(self.filled(row, anew.get(start, MappingProxyType({}))))
            except Unreadable as problem:
                out.append(refused(row, problem))
        return out

    def filled(self, row: Row, anew: Mapping[str, tuple[t.Argument, ...]] = MappingProxyType({})) -> Row:
        """The row with every use of a defined symbol given the arguments that are left unsaid.

        ``anew``: the parameters of what its section defines anew. Raises Unreadable where a part of what is bound is
        left free: what is left unsaid may be one.
        """
        filled = self._filled(row, anew)
        if row.at is not None:
            filled = self._at_point(filled, row.at)
        if (left := left_free(filled)) is not None:
            raise refuse("part of what is drawn", row.span, part=left.part, drawn=left.whole)
        return filled

    def _at_point(self, row: Row, point: Point) -> Row:
        """The row where it is evaluated. Raises Unreadable."""
        if point.number is not None:
            return self._at_scalar(row, point, point.number)
        if self.anew:
            raise refuse_to_read("evaluation bar", row.span)
        named = at_parameter(self.known, point)
        given = {
            name: t.Definition(name, (*each.parameters, *self.implicit[name]), self._with_arguments(each.body, (), {}))
            for name, (each, _) in self.found.items()
        }
        clauses = [
            replace(clause, terms=tuple(at_point(term, named, given, row.span) for term in clause.terms))
            for clause in row.clauses
        ]
        if any(clause.definition is not None for clause in clauses):
            raise refuse_to_read("evaluation bar", row.span)
        note = f"read at {point.parameter} = {point.value}, as the bar says"
        return replace(
            row,
            clauses=tuple(clauses),
            notes=(*row.notes, note),
            others=tuple(self._at_point(each, point) for each in row.others),
            readings=tuple(self._at_point(each, point) for each in row.readings),
        )

    def _at_scalar(self, row: Row, point: Point, number: Fraction) -> Row:
        """The row in which each derivative by a scalar is meant where that has a value. Raises Unreadable.

        As many bars as derivatives: so none is meant elsewhere. Outside of them the scalar does not stand.
        """
        given, value = self._given, t.Number(number)
        derivatives, clauses = 0, []
        for clause in row.clauses:
            terms = tuple(at_scalar(term, point.parameter, value) for term in clause.terms)
            derivatives += sum(isinstance(part, Evaluated) for term in terms for part in _within(term))
            terms = tuple(self._resolved(term, given, row.span) for term in terms)
            if any(point.parameter in t.symbols(term) for term in terms) or clause.definition is not None:
                raise refuse_to_read("evaluation bar", row.span)
            clauses.append(replace(clause, terms=terms))
        said = [f"read at {point.parameter} = {point.value}, as the bar says"] if point.bars else []
        if self.known.kind(point.parameter) != "scalar" or derivatives != point.bars:
            raise refuse_to_read("evaluation bar", row.span)
        return replace(
            row,
            clauses=tuple(clauses),
            notes=(*row.notes, *said),
            others=tuple(self._at_scalar(each, point, number) for each in row.others),
            readings=tuple(self._at_scalar(each, point, number) for each in row.readings),
        )

    @cached_property
    def _given(self) -> Given:
        """What is known where something stands at another value than its own."""
        several = {definition.symbol for definition, _, _ in self.anew}
        circular = {name for name, (each, _) in self.found.items() if name in _founded(each, self.found)}

        def definition(name: str) -> t.Definition | None:
            if name not in self.found or name in several | circular:
                return None
            body = self._with_arguments(self.found[name][0].body, (), MappingProxyType({}))
            return t.Definition(name, (*self.found[name][0].parameters, *self.implicit[name]), body)

        return Given(self.known, cache(definition), self.stated_of - self.found.keys())

    def _resolved(self, term: t.Term, given: Given, span: Span) -> t.Term:
        """A term in which what stands at another value than its own is written out. Raises Unreadable."""
        if t.kinds(term).isdisjoint((Evaluated, Moved)):
            return term
        term = t.rebuilt(term, lambda part: self._resolved(part, given, span))
        return resolved(term, given, term.span or span) if isinstance(term, Evaluated | Moved) else term

    def _filled(self, row: Row, anew: Mapping[str, tuple[t.Argument, ...]]) -> Row:
        clauses = []
        for clause in row.clauses:
            for term in clause.terms:
                if (mixed := at_any_weight(term, self.known.shares)) is not None:
                    raise refuse("mixture", mixed.span or row.span, name=mixed.policy.symbol.rstrip("°"))
            free = {v for term in clause.terms for v in t.free_variables(term) if _is_plain(v)}
            written = tuple(sorted(free, key=_argument_order))
            definition = clause.definition
            if definition is not None:  # its own letters are those of its parameters
                parameters = (*definition.parameters, *self.implicit[definition.symbol])
                definition = t.Definition(
                    definition.symbol, parameters, self._with_arguments(definition.body, (), anew)
                )
            around = (written,) if definition is None else ()
            terms = tuple(self._with_arguments(term, around, anew) for term in clause.terms)
            clauses.append(replace(clause, terms=terms, definition=definition))
        return replace(
            row,
            clauses=tuple(clauses),
            others=tuple(self._filled(other, anew) for other in row.others),
            readings=tuple(self._filled(other, anew) for other in row.readings),
        )

    def _with_arguments(self, term: t.Term, around: _Around, anew: Mapping[str, tuple[t.Argument, ...]]) -> t.Term:
        """A term in which every use of what is defined has its arguments."""
        inside = (*around, term.variables) if isinstance(term, t.Bind) else around
        term = t.rebuilt(term, lambda part: self._with_arguments(part, inside, anew))
        if isinstance(term, Evaluated | Moved):
            return resolved(term, self._given, term.span or Span(0, 0))
        if not isinstance(term, t.Apply) or term.symbol not in self.found:
            return term
        parameters = anew.get(term.symbol, self.found[term.symbol][0].parameters)
        unsaid = _unsaid(self.implicit[term.symbol], parameters, around)
        return replace(term, given=_placed(term.given, parameters, unsaid))


def _stated_of(rows: Sequence[Row]) -> Iterator[str]:
    """The symbols that stand alone on a side of a row."""
    for row in rows:
        for clause in row.clauses:
            for term in clause.terms if clause.relations or clause.opening is not None else ():
                if isinstance(term, t.Apply | t.Scalar):
                    yield term.symbol


_Around: TypeAlias = tuple[tuple[Variable, ...], ...]
"""What is bound around a place, binder by binder, the innermost last; before all of them what is free."""


def _unsaid(
    arguments: tuple[t.Argument, ...], parameters: tuple[t.Argument, ...], around: _Around
) -> tuple[t.Argument, ...]:
    """The arguments that are left unsaid, at a place: the y of ``A = r(x,y)`` is what is bound there, or the row's y.

    One with a mark, such as y_w, is itself everywhere, and so are two of one sort, be it said of one of them or not.
    """
    sorts = Counter(each.sort for each in (*arguments, *parameters) if isinstance(each, Variable))
    return tuple(
        _meant(each, around) if isinstance(each, Variable) and sorts[each.sort] == 1 and _is_plain(each) else each
        for each in arguments
    )


def _meant(variable: Variable, around: _Around) -> Variable:
    for binder in reversed(around):
        found = [v for v in binder if v.sort == variable.sort]
        if found:
            return found[0] if len(found) == 1 and variable not in found else variable
    return variable


def _is_plain(variable: Variable) -> bool:
    return variable.name == letter(variable.name)


class _Later(NamedTuple):
    """A definition of what another heading defines, too: its place, the first row of its section, and whether it is
    surely one, and no claim."""

    definition: t.Definition
    row: int
    clause: int
    start: int
    sure: bool


def _later(
    rows: Sequence[Row],
    known: Declarations,
    found: Mapping[str, tuple[t.Definition, int]],
    implicit: Mapping[str, tuple[t.Argument, ...]],
) -> Iterator[_Later]:
    """What may define what another heading defines, too.

    A symbol is given anew by the first row of a section that mentions it, by ``:=``, of other things than before, or
    with every sign turned: ``J(π) = -β KL(π‖π*) + β log Z`` under a new heading is a conclusion about J. Where it is
    made of the same things in another way, nobody can tell: ``A_i = R_i``, after ``A_i = R_i - mean(R)`` elsewhere.
    """
    start, seen, starts = 0, set[str](), _starts(rows)
    for i, row in enumerate(rows):
        if row.heading:
            start, seen = i, set()
        for j, clause in enumerate(row.clauses):
            definition = _definition(clause, reverse=False)
            if definition is not None and definition.symbol in found and definition.symbol not in seen:
                first, at = found[definition.symbol]
                any_policy = _is_of_any_policy(first, definition, known)
                if starts[at] != start and not row.assumed and any_policy:
                    always = clause.relations[0] is Relation.DEFINED
                    sure = always or i < at or _of_other_things(first, definition, found, known)
                    sure |= _turned(first, definition)
                    sure &= _fits(first, definition, implicit)  # else its uses would have the arguments of the first
                    if sure or not _concludes(definition, found, known):
                        yield _Later(definition, i, j, start, sure)
            seen |= {symbol for term in clause.terms for symbol in t.symbols(term)}


def _laws_again(rows: Sequence[Row], known: Declarations) -> Iterator[tuple[int, int]]:
    """The clauses that may give a distribution anew that an earlier section gives, or speaks of: the first there to
    mention it.

    ``π(a|s) = exp((Q(s,a) - V(s))/τ)`` in a section on soft values says nothing of the π of the sections before.
    What has its usual meaning, or is what a problem is over, is another matter: that is stated anew with the problem.
    """
    given: dict[str, int] = {}
    start, seen, before, over = 0, set[str](), set[str](), optimised(rows)
    for i, row in enumerate(rows):
        if row.heading:
            start, seen, before = i, set(), before | seen
        for j, clause in enumerate(row.clauses):
            head = clause.terms[0] if clause.terms else None
            if (
                isinstance(head, t.Apply)
                and head.outcomes
                and all(isinstance(a, Variable) for a in (*head.outcomes, *head.given))
                and clause.opening is None
                and not clause.joined
                and clause.relations[:1] in [(relation,) for relation in _GIVES]
                and head.symbol not in {*seen, *over}
                and known.role(head.symbol) is not Role.OPTIMUM
                and not row.assumed
                and (
                    given.setdefault(head.symbol, start) != start
                    or (head.symbol in before and clause.relations[0] is not Relation.PROPORTIONAL)
                )
            ):
                yield i, j
            seen |= {symbol for term in clause.terms for symbol in t.symbols(term)}


def _with_what_is_new(
    rows: Sequence[Row], known: Declarations, found: Mapping[str, tuple[t.Definition, int]]
) -> Iterator[tuple[int, int]]:
    """The clauses that may give a symbol anew, since they make it of what nothing was said of so far.

    After ``J = E[r]`` a row ``J = E[r] + γ E[log π]`` is about another objective, if γ is in no row before: of all γ it
    cannot hold. With another policy, or the reward by another name, a slip is more likely.
    """
    seen = set[str]()
    for i, row in enumerate(rows):
        for j, clause in enumerate(row.clauses):
            definition = _definition(clause, reverse=False)
            if definition is not None and definition.symbol in found and found[definition.symbol][1] < i:
                names = _founded(definition, found) - seen - set(found)
                if definition.symbol in known.instances:
                    names -= _founded(found[definition.symbol][0], found)  # V^μ is of μ
                if any(_is_free(known, name) for name in names):
                    yield i, j
            seen |= {symbol for term in clause.terms for symbol in t.symbols(term)}


def _is_free(known: Declarations, name: str) -> bool:
    """Whether a symbol may be anything, and is no policy and no form of the reward."""
    kind = known.kind(name)
    return kind in ("scalar", "function", "distribution") and letter(name) != "π" and not known.is_reward(name)


def _starts(rows: Sequence[Row]) -> list[int]:
    """For each row the first row of the section that it is in."""
    return list(accumulate((i if row.heading else 0 for i, row in enumerate(rows)), max))


def _fits(first: t.Definition, later: t.Definition, implicit: Mapping[str, tuple[t.Argument, ...]]) -> bool:
    """Whether a later definition takes what the first one does, and depends on nothing more."""
    kinds = [[a.sort if isinstance(a, Variable) else "" for a in each.parameters] for each in (first, later)]
    said = {*later.parameters, *implicit[first.symbol]}
    return kinds[0] == kinds[1] and t.free_variables(later.body) <= said


def _is_of_any_policy(first: t.Definition, later: t.Definition, known: Declarations) -> bool:
    """Whether a definition is of any policy, as the first is: ``J(π_ref) = ...`` says what J is at one."""
    own = {a.symbol for a in first.parameters if isinstance(a, t.Policy)}
    others = {a.symbol for a in later.parameters if isinstance(a, t.Policy)} - own
    return not any(known.is_reference(name) or known.is_optimum(name) for name in others)


def _of_other_things(
    first: t.Definition, later: t.Definition, found: Mapping[str, tuple[t.Definition, int]], known: Declarations
) -> bool:
    """Whether a later definition is made of other things than the first, and of nothing that has its usual meaning.

    What is about policies is another functional where a symbol is new, or a distribution is gone; a number that is gone
    is rather one that was forgotten.
    """
    before, now = (_founded_on(each, found) for each in (first, later))
    if _of_usual_meaning(now, known):
        return False
    if not any(isinstance(a, t.Policy) for a in later.parameters):
        return before != now
    return bool(now - before) or any(known.kind(name) == "distribution" for name in before - now)


def _users(found: Mapping[str, tuple[t.Definition, int]]) -> dict[str, list[str]]:
    """For each definition, those that are made of it."""
    users: dict[str, list[str]] = {name: [] for name in found}
    for name, (definition, _) in found.items():
        for used in t.symbols(definition.body):
            if used in found and used != name:
                users[used].append(name)
    return users


def _reaching(part: str, users: Mapping[str, Sequence[str]]) -> set[str]:
    """The definitions that come down to one, through others or not."""
    names: set[str] = set()
    left = list(users[part])
    while left:
        if (name := left.pop()) not in names:
            names.add(name)
            left += users[name]
    return names - {part}


def _founded(definition: t.Definition, found: Mapping[str, tuple[t.Definition, int]]) -> set[str]:
    """The symbols of a definition, other definitions looked through."""
    names: set[str] = set()
    left = [definition.body]
    while left:
        for name in t.symbols(left.pop()) - names:
            names.add(name)
            if name in found and name != definition.symbol:
                left.append(found[name][0].body)
    return names


def _concludes(definition: t.Definition, found: Mapping[str, tuple[t.Definition, int]], known: Declarations) -> bool:
    """Whether what looks like a definition of what is given elsewhere says what follows for it, with what has its
    usual meaning."""
    return _of_usual_meaning(_founded_on(definition, found), known)


def _turned(first: t.Definition, later: t.Definition) -> bool:
    """Whether a later definition is the first with every sign turned: what was maximised is minimised."""
    if len(first.parameters) != len(later.parameters):
        return False
    own = t.substitute(later.body, dict(zip(later.parameters, first.parameters, strict=True)))
    turned = ((-number, rest) for number, rest in _summands(own))
    return Counter(_summands(first.body)) == Counter(turned)


def _summands(term: t.Term) -> Iterator[tuple[Fraction, tuple[t.Term, ...]]]:
    """What a term adds up, each as a number and what it is a multiple of; sums and means taken term by term."""
    match term:
        case t.Add(terms):
            for each in terms:
                yield from _summands(each)
        case t.Number(value):
            yield value, ()
        case t.Mul(factors):
            number, rest = Fraction(1), list[t.Term]()
            several: list[tuple[Fraction, tuple[t.Term, ...]]] = [(Fraction(1), ())]
            for factor in factors:
                made = list(_summands(factor))
                if len(made) > 1 and len(several) == 1:  # a(b + c) is a b + a c; of more brackets none is opened
                    several = made
                else:
                    coefficient, own = made[0] if len(made) == 1 else (Fraction(1), (factor,))
                    number, rest = number * coefficient, [*rest, *own]
            for coefficient, own in several:
                yield number * coefficient, tuple(sorted((*rest, *own), key=repr))
        case t.Bind(name, variables, (*weights, body)) if name in ("E", "sum"):
            for number, own in _summands(body):
                yield number, (t.Bind(name, variables, (*weights, t.Mul(own))),)
        case _:
            yield Fraction(1), (term,)


def _of_usual_meaning(names: set[str], known: Declarations) -> bool:
    return any(known.role(name) in (Role.OPTIMUM, Role.PARTITION) for name in names)


def _founded_on(definition: t.Definition, found: Mapping[str, tuple[t.Definition, int]]) -> set[str]:
    """The symbols that a definition comes down to, its policies aside."""
    names = _founded(definition, found)
    own = {a.symbol for a in definition.parameters if isinstance(a, t.Policy)}
    return names - set(found) - own


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
    users = _users({name: (d, 0) for name, d in definitions.items()})
    left = list(definitions)
    while left:  # what one depends on, those that use it depend on
        used = left.pop()
        for name in users[used]:
            own, parameters = tuple(sorted(free[used], key=_argument_order)), definitions[used].parameters
            met = set(_left_free(definitions[name].body, used, own, parameters, ()))
            more = met - set(definitions[name].parameters) - free[name]
            if more:
                free[name] |= more
                left.append(name)
    return {name: tuple(sorted(some, key=_argument_order)) for name, some in free.items()}


def _left_free(
    term: t.Term, symbol: str, arguments: tuple[t.Argument, ...], parameters: tuple[t.Argument, ...], around: _Around
) -> Iterator[t.Argument]:
    """What a symbol depends on where it stands in a term, of all that is left unsaid there, and nothing binds."""
    inside = (*around, term.variables) if isinstance(term, t.Bind) else around
    if isinstance(term, t.Apply) and term.symbol == symbol:
        bound = {v for binder in around for v in binder}
        yield from (each for each in _unsaid(arguments, parameters, around) if each not in bound)
    for part in term.parts():
        yield from _left_free(part, symbol, arguments, parameters, inside)


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
