"""How large a step is: the laws that it cannot do without.

A law is needed where the kernel no longer shows the step once that law is taken away and all others are left. It is
taken away by hiding what it is about: where logarithms are hidden, ``log(ab)`` is a letter like any other, and a step
that is still shown needed none of their laws. A derivative is worked out rule by rule (``slopes``), and Gibbs' law is
set apart from the rest of its step (``gaps``), so that the rest is measured, too. The laws of arithmetic are free, and
so is what stands inside a limit. Nothing here decides what is true: a step has been proved before it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import symkl.language.terms as t
from symkl.checking.exchanging import exchanged, instances, ordered
from symkl.checking.gaps import set_apart
from symkl.checking.report import Line
from symkl.checking.slopes import LINEAR, cancelled, definition_of, is_innermost, worked_out
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.replay import Rejected, prove, replay
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Certificate
from symkl.language.functions import expansion

LOGARITHMS = "logarithms and exponentials"
SUMS = "sums and expectations are linear"
NORMALISED = "probabilities sum to one"
BUDGET = 60_000

_OWN_LAWS = (t.Partial, t.Gradient, t.Limit)
"""What has laws of its own; what stands inside is worked out by them."""

Change = Callable[[t.Term], t.Term]


def laws_of(step: Proved) -> tuple[str, ...]:
    """The laws that a step needs, each by its name; none where arithmetic shows it.

    Requires: a step with its certificate.
    """
    certificate = step.certificate
    if certificate is None:
        return (step.law,) if step.law else ()
    return _laws(certificate, step.law)


class Needs(NamedTuple):
    """What a step needs: laws by their names, and which of the document's own definitions."""

    laws: frozenset[str]
    defined: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """All of it as a reader is told: the definitions are one law, however many they are."""
        plural = "definition" if len(self.defined) == 1 else "definitions"
        own = (f"the {plural} of {', '.join(sorted(self.defined))}",) if self.defined else ()
        return (*sorted(self.laws, key=_place), *own)


def _place(law: str) -> tuple[bool, bool, str]:
    """Laws with a name come first, then what functionals are by definition, then sums and logarithms."""
    return law in (LOGARITHMS, SUMS, NORMALISED), law.startswith("the definition"), law


def _laws(certificate: Certificate, law: str) -> tuple[str, ...]:
    """Those of a certificate that shows something by ``law``."""
    return _needs(certificate, law).names


def _needs(certificate: Certificate, law: str) -> Needs:
    if any(_has_own_laws(each) for each in _sides(certificate)):
        # What is the same derivative on both sides is a letter like any other: nothing was derived.
        hidden = _hiding(certificate, lambda each: isinstance(each, _OWN_LAWS))
        certificate = hidden if hidden is not None and _still(hidden) else certificate
    whole = _changed(certificate, _written_out)
    if not _still(whole):  # nothing can be taken away to see whether it is missed
        return Needs(frozenset({law}), frozenset())
    named = frozenset(name for name in _defined(whole) if not _still(_undefined(whole, name)))
    facts = [each for each in whole.facts if each is not None and not _still(_without(whole, each))]
    if facts:
        return Needs(frozenset(map(_sourced, facts)), named)
    if any(_has_own_laws(each) for each in _sides(certificate)):
        return Needs(_laws_of_derivative(certificate, law), named)
    if certificate.law == "identity":
        return Needs(frozenset(_laws_of_equation(certificate, whole)), named)
    ways = [_needs(each, law) for each in set_apart(certificate) if _still(each)]
    if ways:
        best = min(ways, key=lambda way: (len(way.names), way.names))
        return Needs(best.laws | {law}, best.defined)
    if certificate.law in _BY_ARITHMETIC:
        return Needs(frozenset(_laws_of_equation(certificate, whole)) | {law}, named)
    return Needs(frozenset({law}), named)


_BY_ARITHMETIC = ("same_optimiser", "proportional", "inequality")
"""Laws that compare two sides and need no logarithm and no sum themselves: what is needed of those, the step needs."""


def _laws_of_equation(certificate: Certificate, whole: Certificate) -> list[str]:
    # log(p/q) or log p - log q: people define a divergence by either, and neither is a step.
    ways = [_laws_of_identity(certificate, each) for each in (_changed(certificate, _with_ratios), whole)]
    return min(ways, key=len)


def _laws_of_identity(certificate: Certificate, whole: Certificate) -> list[str]:
    """Those of an equation that the normal form shows; ``whole``: the same with all functionals written out."""
    bodies = [certificate.context.definitions[name].body for name in _defined(certificate)]
    named = sorted(set[str]().union(*map(_functionals, (*_sides(certificate), *bodies))))
    found = [definition_of(name) for name in named if not _still(_hiding(certificate, _bound(name)))]
    if not _still(_hiding(whole, _is_logarithm)):
        found.append(LOGARITHMS)
    if not _still(_hiding(whole, _is_sum)):
        found.append(SUMS)
    kept = frozenset(whole.context.definitions) | _known(whole) | _bound_policies(whole)
    if not _still(_changed(whole, _unnormalised(kept))):
        found.append(NORMALISED)
    return found


def _laws_of_derivative(certificate: Certificate, law: str) -> frozenset[str]:
    """Those of an equation with derivatives in it: of what is inside them, or of working them out; the fewer."""
    ways = [_laws_of_slopes(certificate, law), *_laws_inside(certificate)]
    return min(ways, key=lambda way: (len(way), sorted(way)))


def _laws_of_slopes(certificate: Certificate, law: str) -> frozenset[str]:
    """By working the derivatives out: the rules that cannot be done without, and what makes the two results equal."""
    used: set[str] = set()

    def by_rules(without: frozenset[str]) -> Certificate | None:
        def change(term: t.Term) -> t.Term:
            found, rules = worked_out(term, certificate.context, without)
            used.update(rules)
            return cancelled(_written_out(found))

        said = certificate.statement
        plain = replace(certificate, statement=replace(said, left=change(said.left), right=change(said.right)))
        return _hiding(plain, lambda each: isinstance(each, _OWN_LAWS) and not is_innermost(each))

    done = by_rules(frozenset())
    if done is None or not _still(done):
        return frozenset({law})
    missed = {rule for rule in sorted(used) if not _still(by_rules(frozenset({rule})))}
    others = frozenset(used - missed)
    if others and _still(fewer := by_rules(others)):
        done = fewer
    else:
        missed |= others  # one of them or another: each can be done without, and not all of them
    assert done is not None
    return frozenset(missed or {LINEAR}).union(_laws_of_equation(done, _changed(done, _written_out)))


def _laws_inside(certificate: Certificate) -> Iterator[frozenset[str]]:
    """By what is inside: ∇f = ∇g as f = g is all that is needed, and what is done with the two as they stand."""
    left, right = (list(_derivatives(each)) for each in _sides(certificate))
    if len(left) != 1 or len(right) != 1 or replace(left[0], body=right[0].body) != right[0]:
        return
    inside = t.Statement(left[0].body, t.Relation.EQUAL, right[0].body)
    equal = replace(certificate, law="identity", arguments={}, statement=inside)
    same = _exchanged(certificate.statement, right[0], left[0])
    outside = _hiding(replace(certificate, statement=same), lambda each: isinstance(each, _OWN_LAWS))
    if outside is not None and _still(outside) and _still(equal):
        yield _needs(equal, "").laws | _needs(outside, "").laws


def _derivatives(term: t.Term) -> Iterator[t.Partial | t.Gradient]:
    """The outermost ones."""
    if isinstance(term, t.Partial | t.Gradient):
        yield term
    else:
        for each in term.parts():
            yield from _derivatives(each)


def _sides(certificate: Certificate) -> tuple[t.Term, t.Term]:
    return certificate.statement.left, certificate.statement.right


def _has_own_laws(term: t.Term) -> bool:
    return not t.kinds(term).isdisjoint(_OWN_LAWS)


def alike(one: t.Term, other: t.Term, context: t.Context) -> bool:
    """Whether two terms differ by arithmetic at most, and by the names of what they bind."""
    statement = t.Statement(one, t.Relation.EQUAL, other)
    try:
        step = prove(Normaliser(context, (), BUDGET), "identity", statement)
    except (Unsupported, BudgetExceeded):
        return False
    return isinstance(step, Proved) and not laws_of(step)


class Earlier(NamedTuple):
    """An equation that was proved, with the line it ends in."""

    equation: t.Statement
    line: int


def measured(line: Line, most: int, earlier: Sequence[Earlier] = ()) -> Line:
    """A row with the laws of its largest step, and a note where they are more than ``most``.

    ``earlier``: what was proved before it. A step that needs too many laws may be a small one from there.
    """
    laws = max((_least(step, most, earlier) for step in line.shown), key=len, default=())
    if len(laws) <= most:
        return replace(line, laws=laws)
    return replace(line, laws=laws, notes=(*line.notes, too_large(laws, most)))


def _least(step: Proved, most: int, earlier: Sequence[Earlier]) -> tuple[str, ...]:
    found, certificate = laws_of(step), step.certificate
    if len(found) <= most or certificate is None:
        return found
    used: tuple[str, ...] = ()
    for _ in range(_MOST_ROWS):
        left = [each for each in reversed(earlier) if f"line {each.line}" not in used]
        tries = [(each, there) for each in left for there in _by(certificate, each)]
        ways = [(each, there, _laws(there, step.law)) for each, there in tries if _still(there)]
        if not ways:
            break
        best, certificate, laws = min(ways, key=lambda way: len(way[2]))
        used = (*used, f"line {best.line}")
        found = min(found, (*laws, *used), key=len)
        if len(found) <= most:
            break
    return found


_MOST_ROWS = 3
"""Earlier rows that one step may go by."""


def _by(certificate: Certificate, row: Earlier) -> Iterator[Certificate]:
    """The same with one side of an earlier equation in the place of the other, in each way that changes it."""
    said = certificate.statement
    for equation in instances(row.equation, said, certificate.context):
        for old, new in ((equation.left, equation.right), (equation.right, equation.left)):
            if isinstance(old, t.Number):
                continue
            statement = _exchanged(said, old, new)
            if statement != said:
                yield replace(certificate, statement=statement)


def _exchanged(said: t.Statement, old: t.Term, new: t.Term) -> t.Statement:
    return t.Statement(exchanged(said.left, old, new), said.relation, exchanged(said.right, old, new))


def too_large(laws: tuple[str, ...], most: int) -> str:
    """What is said of a step that needs more laws than are allowed.

    >>> too_large(("Gibbs", "line 3"), 1)
    'a step here needs 2 laws, and 1 is allowed: Gibbs; line 3. Write a row for each'
    """
    allowed = "1 is" if most == 1 else f"{most} are"
    rows = "a row for each" if most == 1 else "more rows"
    return f"a step here needs {len(laws)} laws, and {allowed} allowed: {'; '.join(laws)}. Write {rows}"


# --- what is put to the kernel again ---------------------------------------------------------------


def _still(certificate: Certificate | None) -> bool:
    """Whether the law still shows the statement."""
    if certificate is None:
        return False
    try:
        facts = [found for each in certificate.facts if each is not None and isinstance(found := replay(each), Fact)]
        nf = Normaliser(certificate.context, facts, BUDGET, certificate.premises, certificate.fresh)
        return isinstance(prove(nf, certificate.law, certificate.statement, **certificate.arguments), Proved)
    except (Rejected, Unsupported, BudgetExceeded, KeyError, TypeError, AttributeError, ValueError, AssertionError):
        return False


def _changed(certificate: Certificate, change: Change) -> Certificate:
    """A certificate with every term of its statement, its arguments and its definitions changed."""
    context = certificate.context
    definitions = {
        name: replace(each, body=change(each.body)) for name, each in context.definitions.items()
    }
    return replace(
        certificate,
        statement=_inside(certificate.statement, change),
        arguments={name: _inside(each, change) for name, each in certificate.arguments.items()},
        premises=tuple(_inside(each, change) for each in certificate.premises),
        context=replace(context, definitions=MappingProxyType(definitions)),
    )


def _inside(value: Any, change: Change) -> Any:
    if isinstance(value, t.Term):
        return change(value)
    if isinstance(value, tuple):
        inside = (_inside(each, change) for each in value)
        return type(value)(*inside) if hasattr(value, "_fields") else tuple(inside)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _inside(getattr(value, each.name), change) for each in fields(value)})
    return value


# --- taking a law away -----------------------------------------------------------------------------


def _written_out(term: t.Term, as_people_do: Change = lambda meaning: meaning) -> t.Term:
    """The same with expectations, divergences and the like as sums."""
    if isinstance(term, _OWN_LAWS):
        return term
    meaning = expansion(term) if isinstance(term, t.Bind) and term.name != "sum" else None
    return t.rebuilt(term if meaning is None else as_people_do(meaning), lambda each: _written_out(each, as_people_do))


def _with_ratios(term: t.Term) -> t.Term:
    """The same, with the logarithm of a ratio in a divergence."""
    return _written_out(term, _as_ratios)


def _as_ratios(term: t.Term) -> t.Term:
    """Each ``log u - log v`` that stands by itself as ``log(u/v)``."""
    if isinstance(term, _OWN_LAWS):
        return term
    match term:
        case t.Add((t.Fn("log", (u,)), t.Mul((t.Number(minus), t.Fn("log", (v,)))))) if minus == -1:
            return t.log(_as_ratios(t.Mul((u, t.Power(v, t.Number(minus))))))
    return t.rebuilt(term, _as_ratios)


def _functionals(term: t.Term) -> set[str]:
    """The functionals in a term that mean something else, but for expectations: those are sums by another sign."""
    if isinstance(term, _OWN_LAWS):
        return set()
    own = {term.name} if isinstance(term, t.Bind) and term.name not in ("sum", "E") and expansion(term) else set()
    return own.union(*map(_functionals, term.parts()))


def _bound(name: str) -> Callable[[t.Term], bool]:
    return lambda each: isinstance(each, t.Bind) and each.name == name


def _defined(certificate: Certificate) -> list[str]:
    """What is defined, and is named in the statement or in what that names."""
    definitions = certificate.context.definitions
    todo = set(t.symbols(certificate.statement.left) | t.symbols(certificate.statement.right))
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in definitions and name not in found:
            found.add(name)
            todo |= t.symbols(definitions[name].body)
    return sorted(found)


def _undefined(certificate: Certificate, name: str) -> Certificate:
    context = certificate.context
    left = {each: definition for each, definition in context.definitions.items() if each != name}
    return replace(certificate, context=replace(context, definitions=MappingProxyType(left)))


def _sourced(fact: Certificate) -> str:
    found = replay(fact)
    return str(found.source) if isinstance(found, Fact) else "what stands before"


def _without(certificate: Certificate, fact: Certificate) -> Certificate:
    return replace(certificate, facts=tuple(each for each in certificate.facts if each is not fact))


def _known(certificate: Certificate) -> frozenset[str]:
    """What facts give: their letters have to stay."""
    found = (replay(each) for each in certificate.facts if each is not None)
    return frozenset(each.symbol for each in found if isinstance(each, Fact))


def _unnormalised(but: frozenset[str]) -> Change:
    """Each distribution as a function of which nothing is known but its sign; all ``but`` those that are given."""

    def change(term: t.Term) -> t.Term:
        if isinstance(term, t.Gradient) and isinstance(term.body, t.Apply) and term.body.outcomes:
            # Its sum is 0 for no other reason than that the sum of probabilities is 1.
            return t.Apply(f"∇{term.body.symbol}", (), (*term.body.outcomes, *term.body.given))
        if isinstance(term, _OWN_LAWS):
            return term
        if isinstance(term, t.Apply) and term.outcomes and term.symbol not in but:
            return t.exp(t.Apply(f"log {term.symbol}", (), (*term.outcomes, *term.given)))
        return t.rebuilt(term, change)

    return change


def _bound_policies(certificate: Certificate) -> frozenset[str]:
    """The policies that a problem is about: to it, they are what may be chosen, and no letters."""
    found: set[str] = set()

    def look(term: t.Term) -> None:
        if isinstance(term, t.Optimum | t.Optimiser):
            found.add(term.policy)
        for each in term.parts():
            look(each)

    for side in _sides(certificate):
        look(side)
    return frozenset(found)


def _is_sum(term: t.Term) -> bool:
    """Whether it is a sum, but for that of a distribution by itself, or of its slopes, which has a law of its own."""
    if not (isinstance(term, t.Bind) and term.name == "sum"):
        return False
    (body,) = term.arguments
    body = body.body if isinstance(body, t.Gradient) else body
    return not (isinstance(body, t.Apply) and body.outcomes and set(body.outcomes) <= set(term.variables))


def _is_logarithm(term: t.Term) -> bool:
    return isinstance(term, t.Fn) and term.name in ("log", "exp")


def _hiding(certificate: Certificate, about: Callable[[t.Term], bool]) -> Certificate | None:
    """The same with whatever ``about`` is true of as a letter; None where its like cannot be told."""
    hidden = _Hidden(Normaliser(certificate.context, (), BUDGET), about, _bound_policies(certificate))
    try:
        return _changed(certificate, hidden.in_place)
    except (Unsupported, BudgetExceeded):
        return None


@dataclass
class _Hidden:
    """Letters for terms: the same letter for terms that are equal but for the names of their variables."""

    nf: Normaliser
    about: Callable[[t.Term], bool]
    bound: frozenset[str] = frozenset()
    letters: dict[tuple[object, ...], str] = field(default_factory=dict)

    def in_place(self, term: t.Term) -> t.Term:
        """The term with letters in it."""
        if not self.about(term):
            return term if isinstance(term, _OWN_LAWS) else t.rebuilt(term, self.in_place)
        free = sorted(t.free_variables(term), key=lambda each: (each.sort, each.name))
        plain: dict[t.Argument, t.Argument] = {each: t.Variable(f"v{n}", each.sort) for n, each in enumerate(free)}
        key = self._key(t.substitute(term, plain))
        letter = self.letters.setdefault(key, f"letter {len(self.letters)}")
        # What a problem chooses stays visible in the letter: to be free of it is what such a law asks for.
        chosen = tuple(t.Policy(each) for each in sorted(t.symbols(term) & self.bound))
        return t.Apply(letter, (), (*free, *chosen))

    def _key(self, term: t.Term) -> tuple[object, ...]:
        """What two terms share that differ by arithmetic inside, at most."""
        if not isinstance(term, t.Fn | t.Bind):
            return (ordered(term),)
        bound: Mapping[t.Argument, t.Argument] = {}
        if isinstance(term, t.Bind):
            bound = {each: t.Variable(f"b{n}", each.sort) for n, each in enumerate(term.variables)}
        inside = (self.nf(t.substitute(each, bound)) for each in term.arguments)
        outside = term.parameters if isinstance(term, t.Bind) else ()
        return (term.name, tuple(bound.values()), *inside, *(self.nf(each) for each in outside))
