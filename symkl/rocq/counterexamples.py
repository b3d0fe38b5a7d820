"""Certified counterexamples as theorems: there are finite alphabets and numbers, and there a row says what is false.

What a theorem says, that everything written there is defined and that the two sides differ, is said of one and the
same problem. It is shown by counting: :file:`library/Enclosure.v` holds every number between two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.verdict import Condition
from symkl.language.certificate import Certificate, Optimality
from symkl.language.dependence import reached
from symkl.language.sorts import is_numbers
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.certificates import made_up
from symkl.proving.deciding import outcomes_of
from symkl.refuting.cases import Case
from symkl.refuting.evaluating import direction
from symkl.refuting.values import agrees, pointed, prepared
from symkl.refuting.witnesses import Claimed, Sides, Witness
from symkl.rocq import signs
from symkl.rocq.best import best
from symkl.rocq.defined import Need, needed, needs, unnumbered
from symkl.rocq.forms import CLOSED, RATE, SCORE
from symkl.rocq.names import Names, identifier
from symkl.rocq.posing import Posed, Problem, posed
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import (
    BUDGET,
    EQUATIONS,
    Hypothesis,
    Row,
    conditions_of,
    declarations,
    distributions,
    families,
    over,
    proportion,
    says,
)
from symkl.rocq.scripts import Prover
from symkl.rocq.slopes import settle, slopes
from symkl.rocq.spelling import Signature, Spelling, signatures
from symkl.rocq.worth import is_of, worth

LAW = "counterexample"

_FALSE = {
    Relation.LESS_EQUAL: "{right} < {left}", Relation.LESS: "{right} <= {left}",
    Relation.GREATER_EQUAL: "{left} < {right}", Relation.GREATER: "{left} <= {right}",
}  # fmt: skip
"""What is so where a relation is not."""


@dataclass(frozen=True)
class Example:
    """A row that fails, for Rocq: the definitions it uses, of what it fails, and a script.

    ``sorts``, ``symbols``: what it is about, as the row has it, in the order in which it is declared.
    """

    name: str
    definitions: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    conclusion: str
    script: str
    sorts: tuple[str, ...] = ()
    symbols: tuple[tuple[str, Signature], ...] = ()
    law: str = LAW
    hypotheses: tuple[Hypothesis, ...] = ()

    @property
    def statement(self) -> str:
        """What it says, as a definition of a proposition."""
        exist = ", ".join(f"exists {name} : {kind}" for name, kind in self.about)
        lines = [f"  {exist},"] if exist else []
        lines += [*(f"  ({text}) /\\" for text in self.facts), f"  {self.conclusion}."]
        return "\n".join([f"Definition {self.name} : Prop :=", *lines])

    @property
    def proofs(self) -> dict[str, str]:
        """By name, the theorem with its script."""
        label = f"{self.name}_holds"
        return {label: f"Theorem {label} : {self.name}.\nProof.\n  unfold {self.name}. {self.script}\nQed."}


def counterexample(witness: Witness, name: str, names: Names, library: dict[str, str]) -> Example:
    """The theorem that a certified counterexample is. Raises NotExported where there is none."""
    claimed = _claimed(witness)
    context, statement = claimed.context, claimed.statement
    said = [side for each in (statement, *claimed.given) for side in (each.left, each.right)]
    spelling = Spelling(context, names, library, signatures=signatures(said, context))
    fresh = made_up(claimed.known)
    nf = Normaliser(context, (), BUDGET, (), fresh)
    row = Row(Certificate(LAW, statement, {}, context, (), (), fresh), spelling, Prover(nf, spelling, {}))
    here = _Here(row, witness.problem, {shape.symbol: k for k, shape in enumerate(witness.along)})
    named, begin = settle(row, statement.left, statement.right)
    defined = list(_defined(row))
    beside = _placed(claimed, witness)
    given = [
        (Hypothesis(spelling.names.fresh("given"), says(spelling, each)), "")
        for each in claimed.given
        if each not in beside.given
    ]
    given += list(_established(row, claimed))
    conclusion, end = _conclusion(row, here, witness, beside)
    positive = context.positive | {symbol for symbol, of in spelling.symbols.items() if of.outcomes}
    row.conditions |= {Condition(symbol, ">") for symbol in spelling.symbols if symbol in positive and symbol != CLOSED}
    plain = [*(Hypothesis(*each) for each in distributions(spelling)), *conditions_of(row)]
    facts = [*((each, "") for each in plain), *given]
    about = declarations(spelling)
    script = "".join(f"pose ({label} := {here.value(label)} : {kind}). " for label, kind in about)
    for each, shown in facts:
        script += f"assert ({each.label} : {each.text}). {{ {shown or here.fact(each)} }} "
    script += "".join(f"{each} " for each in (*families(spelling), *row.before))
    script += "".join(f"exists {label}. " for label, _ in about)
    script += "".join(f"split. {{ exact {each.label}. }} " for each, _ in facts)
    script += "".join(f"split. {{ {shown or here.counted()} }} " for _, shown in defined)
    return Example(
        name,
        tuple(each.text for each in spelling.definitions.values()),
        tuple(about),
        (*(each.text for each, _ in facts), *(text for text, _ in defined)),
        named + conclusion,
        script + begin + end,
        tuple(spelling.sorts),
        tuple((symbol, of) for symbol, of in spelling.symbols.items() if symbol != CLOSED),
    )


def _established(row: Row, claimed: Claimed) -> Iterable[tuple[Hypothesis, str]]:
    """What earlier rows say of which a definition is the solution, and scripts that it solves them."""
    spelling, seen = row.spelling, set[Statement]()
    for fact in sorted(claimed.facts, key=lambda each: each.symbol):
        if fact.symbol not in row.certificate.context.definitions or fact.certificate is None:
            continue
        said = fact.certificate.statement
        if said in seen:
            continue
        seen.add(said)
        if said.relation not in EQUATIONS or slopes(row, said.left) or slopes(row, said.right):
            raise NotExported("a counterexample to what rests on a row that is no equation of numbers")
        _, intros = over(spelling, t.free_variables(said.left) | t.free_variables(said.right))
        label = spelling.names.fresh("solved_" + identifier(fact.symbol))
        yield Hypothesis(label, says(spelling, said)), intros + row.prover.equal(said.left, said.right)


def _claimed(witness: Witness) -> Claimed:
    """What a counterexample speaks against, with no definition that it does not need."""
    found = witness.against
    if found is None:
        raise NotExported("a counterexample to what is not the row as it stands")
    if witness.functions:
        raise NotExported("a counterexample for each of several functions")
    if found.context.measures or witness.length != 1:
        raise NotExported("a counterexample with densities")
    sides = [side for each in (found.statement, *found.given) for side in (each.left, each.right)]
    if any(t.Limit in t.kinds(side) for side in sides):
        raise NotExported("a counterexample to a limit")
    if any(is_numbers(sort) for sort in witness.problem.alphabets):
        raise NotExported("a counterexample with indices that are numbers")
    names = reached(sides, found.context)
    definitions = {symbol: each for symbol, each in found.context.definitions.items() if symbol in names}
    context = t.Context(
        found.context.positive, definitions, found.context.parametrised, moves=found.context.moves,
        roles=found.context.roles,
    )  # fmt: skip
    return found._replace(context=context)


class _Placed(NamedTuple):
    """What is given at one place alone, as of ``y_w``, and where that is, with the place where a row fails."""

    given: tuple[Statement, ...]
    at: Mapping[Variable, int]


def _placed(claimed: Claimed, witness: Witness) -> _Placed:
    statement, own = claimed.statement, witness.sides[0].at
    free = t.free_variables(statement.left) | t.free_variables(statement.right)
    given = tuple(each for each in claimed.given if pointed(each, free))
    if not given:
        return _Placed((), {})
    claim = prepared(statement, claimed.context, given=claimed.given)
    allowed = claim.allowed(witness.problem) if claim is not None else ()
    place = next((each for each in allowed if agrees(own, each)), None)
    if place is None or not own.keys() >= free:
        raise NotExported("a counterexample of which it is open where that is so which is given")
    return _Placed(given, {**own, **place})


def _conclusion(row: Row, here: _Here, witness: Witness, beside: _Placed) -> tuple[str, str]:
    """That a statement fails, and a script of that."""
    statement, spelling = row.statement, row.spelling
    left, right = statement.left, statement.right
    solved = [side for side in (left, right) if isinstance(side, t.Optimum | t.Optimiser)]
    policies = [side for side in solved if isinstance(side, t.Optimiser)]  # what is claimed of one is spelled for all
    varying: tuple[Variable, ...] = outcomes_of(left) if statement.relation is Relation.PROPORTIONAL else ()
    said: list[t.Term] = [*policies] or [left, right]
    free = frozenset[Variable]().union(*map(t.free_variables, said)) - {*varying}
    there = frozenset(beside.at) - {*varying}
    exist, script = here.at(free | there, {**witness.sides[0].at, **beside.at})
    for each in beside.given:
        exist += f"({says(spelling, each, there)}) /\\ "
        script += f"split. {{ {here.counted()} }} "
    if varying:
        fails, more = _not_proportional(row, here, varying, witness)
    elif len(solved) == 2:
        fails, more = _not_the_same(row, here, solved, witness)
    elif solved:
        (of,) = solved
        about = _not_best if isinstance(of, t.Optimiser) else _not_worth
        fails, more = about(row, here, of, right if of == left else left, witness)
    elif any(not t.kinds(side).isdisjoint((t.Optimum, t.Optimiser)) for side in (left, right)):
        raise NotExported("a counterexample to what is said of what is made of an optimum")
    elif statement.relation in EQUATIONS or statement.relation in _FALSE:
        text = _FALSE.get(statement.relation, "{left} <> {right}")
        fails, more = text.format(left=spelling.term(left), right=spelling.term(right)), here.counted()
    else:
        raise NotExported(f"a counterexample to {statement.relation.value}")
    return exist + fails, script + more


def _not_proportional(
    row: Row, here: _Here, varying: tuple[Variable, ...], witness: Witness
) -> tuple[str, str]:
    """No factor makes ``A ∝ B``, as the quotient is another one at another place."""
    one, other = witness.sides
    _, number, equation = proportion(row.spelling, row.statement, varying)
    ordered = sorted(varying, key=lambda v: (v.sort, v.name))
    first, second = (" ".join(f"({here.element(v.sort, side.at[v])})" for v in ordered) for side in (one, other))
    script = f"intros (c & _ & is). apply (no_factor c _ _ _ _ (is {first}) (is {second})). {here.counted()}"
    return f"~ ({number}{equation})", script


def _not_the_same(
    row: Row, here: _Here, solved: list[Problem], witness: Witness
) -> tuple[str, str]:
    """``arg max f`` is not ``arg max g``: what is best for the one is beaten in the other."""
    why = witness.against.known if witness.against is not None else None
    if not isinstance(why, Optimality):
        raise NotExported("a counterexample to problems of which neither is solved")
    one, two = (posed(row, of) for of in solved)
    if one.ok != two.ok:
        raise NotExported("two problems in which not the same policies compete")
    first, second, way = (one, two, "proj1") if is_of(row, one, why) else (two, one, "proj2")
    if first.sign == -1:
        raise NotExported("two problems, of which the one that is solved is a minimum")
    found, rival = best(row, first, why, None, "best"), here.rival(*witness.sides)
    at = f"({' '.join([found.label, *map(row.spelling.variable, found.free)])})" if found.free else found.label
    words = ["maximiser" if each.sign == 1 else "minimiser" for each in (one, two)]
    says = f"~ forall {one.policy}, {words[0]} {one.ok} {one.objective} {one.policy} <-> "
    says += f"{words[1]} {two.ok} {two.objective} {two.policy}"
    script = f"intro same_ones. destruct ({way} (same_ones _) (proj1 {at})) as [_ better]. "
    script += f"specialize (better {rival}). {here.competes(second, rival)} apply better in competes. "
    return says, f"{script}revert competes. apply Rlt_not_le. {here.counted()}"


def _not_best(row: Row, here: _Here, of: Problem, claimed: t.Term, witness: Witness) -> tuple[str, str]:
    """``q`` is not ``arg max f``: another policy does better."""
    problem, rival = posed(row, of), here.rival(*witness.sides)
    places = {v.sort: v for v in t.free_variables(claimed)}
    names = [row.spelling.variable(places[sort]) if sort in places else "_" for sort in here.closed_sorts]
    if len(set(here.closed_sorts)) < len(here.closed_sorts) or not {*places} <= {*here.closed_sorts}:
        raise NotExported("a counterexample to a policy of which it is open what stands where")
    chosen = f"(fun {' '.join(names)} => {row.spelling.term(claimed)})"
    word = "maximiser" if problem.sign == 1 else "minimiser"
    script = f"intros [_ better]. specialize (better {rival}). {here.competes(problem, rival)} "
    script += f"apply better in competes. revert competes. apply Rlt_not_le. {here.counted()}"
    return f"~ {word} {problem.ok} {problem.objective} {chosen}", script


def _not_worth(row: Row, here: _Here, of: Problem, claimed: t.Term, witness: Witness) -> tuple[str, str]:
    """``v`` is not ``max f``: a policy does better, or the maximum is known."""
    problem, value, relation = posed(row, of), row.spelling.term(claimed), row.statement.relation
    if relation not in EQUATIONS and relation not in _FALSE:
        raise NotExported(f"a counterexample to {relation.value} between an optimum and a number")
    m = row.spelling.names.of("value", "m", "m")
    word = "maximum" if problem.sign == 1 else "minimum"
    left, right = (m, value) if row.statement.left == of else (value, m)
    says = f"forall {m} : R, {word} {problem.ok} {problem.objective} {m} -> "
    says += _FALSE.get(relation, "{left} <> {right}").format(left=left, right=right)
    why = witness.against.known if witness.against is not None else None
    if why is not None:
        found, objective = worth(row, problem, why), problem.objective
        script = f"intros {m} attained. rewrite ({word}_is _ {problem.ok} {objective} {m} _ {found.shown} attained). "
        return says, script + here.counted()
    rival = here.rival(*witness.sides)
    lemma, more = ("beaten", f"{value} < {m}") if problem.sign == 1 else ("beaten_below", f"{m} < {value}")
    script = f"intros {m} attained. {here.competes(problem, rival)} assert (more : {more}). "
    script += f"{{ apply ({lemma} _ _ _ {rival} _ _ competes); [ {here.counted('')} | exact attained ]. }} "
    return says, f"{script}first [ lra | intro same_one; lra ]."


def _defined(row: Row) -> Iterable[tuple[str, str]]:
    """What has to be so for both sides to be defined, each with a script where counting alone does not show it."""
    seen = set[str]()
    for side in (row.statement.left, row.statement.right):
        for need in needs(row, side, Need(side, True)):
            text, begin = needed(row, need)
            if text and (key := unnumbered(need)) not in seen:
                seen.add(key)
                shown = signs.positive if need.positive else signs.nonzero
                # of a problem it is so for all policies that compete
                yield text, "" if need.problem is None else begin + shown(row.prover, need.of)


@dataclass(frozen=True)
class _Here:
    """The problem of a counterexample, spelled. ``which``: of each policy that moves, which direction it moves in.

    ``places``: the names of elements that are chosen.
    """

    row: Row
    problem: Case
    which: Mapping[str, int]
    places: list[str] = field(default_factory=list)

    @property
    def closed_sorts(self) -> tuple[str, ...]:
        """Of what the policy of a problem is a function."""
        return self.row.spelling.symbols[CLOSED].sorts

    def at(self, free: Iterable[Variable], place: Mapping[Variable, int]) -> tuple[str, str]:
        """That there are elements for some variables, and the script that says which."""
        spelling, exist, script = self.row.spelling, "", ""
        for v in sorted(free, key=lambda v: (v.sort, v.name)):
            name = spelling.variable(v)
            self.places.append(name)
            exist += f"exists {name} : {spelling.alphabet(v.sort)}, "
            here = self.element(v.sort, place[v])
            script += f"pose ({name} := {here} : {spelling.alphabet(v.sort)}). exists {name}. "
        return exist, script

    def rival(self, *sides: Sides) -> str:
        """The policy that does better."""
        found = [each.values for side in sides for each in side.contenders
                 if all(isinstance(value, Fraction) for value in each.values.values())]  # fmt: skip
        if not found:
            raise NotExported("a counterexample with a policy that is no table of fractions")
        return self._function(self.row.spelling.symbols[CLOSED], found[0])

    def competes(self, problem: Posed, rival: str) -> str:
        """A script that a policy is among those that compete."""
        apart = "repeat match goal with |- _ /\\ _ => split end"
        return f"assert (competes : {problem.ok} {rival}). {{ cbv beta. {apart}; {self.counted()} }}"

    def counted(self, end: str = ".") -> str:
        """A tactic that shows what is so of the problem."""
        spelling = self.row.spelling
        names = [*(label for label, _ in declarations(spelling)), *spelling.slopes.values(), *self.places]
        known = " ".join(each.name for each in spelling.definitions.values())
        unfolded = f"cbv beta iota zeta delta [{known}]; " if known else ""
        gone = "".join(f"try subst {name}; " for name in reversed(names))
        return f"{gone}{unfolded}closed{end}"

    def element(self, sort: str, i: int) -> str:
        """An element of an alphabet."""
        return f"({_element(i, self.problem.alphabets[sort])} : {_alphabet(self.problem.alphabets[sort])})"

    def value(self, label: str) -> str:
        """What something is in the problem, by its name."""
        spelling = self.row.spelling
        for sort in spelling.sorts:
            if spelling.alphabet(sort) == label:
                return _alphabet(self.problem.alphabets.get(sort, 1))
        if (spelling.families or spelling.at_parameter) and label == spelling.parameter:
            return "0"
        symbol = next(each for each in spelling.symbols if spelling.base(each) == label)
        of = spelling.symbols[symbol]
        if symbol.startswith(SCORE):
            return self._function(of, self._scores(symbol.removeprefix(SCORE)))
        if symbol.startswith(RATE):
            return self._function(of, self._speeds(symbol.removeprefix(RATE)))
        if symbol in spelling.families:
            return self._family(symbol, of)
        return self._function(of, self._table(symbol, of))

    def _family(self, symbol: str, of: Signature) -> str:
        places = [f"i{k}" for k in range(len(of.sorts))]
        now, speed = (self._function(of, table) for table in (self._table(symbol, of), self._speeds(symbol)))
        if not of.outcomes:
            if self.row.spelling.has_score(symbol):
                raise NotExported("a counterexample in which a positive function moves")
            at = " ".join(places)
            return f"(fun u {at} => {now} {at} + u * {speed} {at})" if at else f"(fun u => {now} + u * {speed})"
        if of.outcomes > 1:
            raise NotExported("a counterexample in which a distribution over several things moves")
        first, rest = places[0], " ".join(places[1:])
        inside = f"(fun {first} => {now} {first} {rest}) (fun {first} => {speed} {first} {rest})"
        return f"(fun u {' '.join(places)} => tilted {_alphabet(self._sizes(of)[0])} {inside} u {first})"

    def _sizes(self, of: Signature) -> list[int]:
        return [self.problem.alphabets.get(sort, 1) for sort in of.sorts]

    def _table(self, symbol: str, of: Signature) -> Mapping[tuple[int, ...], Fraction]:
        if not of.sorts and symbol in self.problem.scalars:
            return {(): self.problem.scalars[symbol]}
        for shape, table in self.problem.tables.items():
            if shape.symbol == symbol and shape.arguments == of.sorts:
                return table
        raise NotExported(f"a counterexample that does not say what {symbol} is")

    def _speeds(self, symbol: str) -> dict[tuple[int, ...], Fraction]:
        table = self._table(symbol, self.row.spelling.symbols[symbol])
        return {place: Fraction(direction(place, self.which.get(symbol, 0))) for place in table}

    def _scores(self, symbol: str) -> dict[tuple[int, ...], Fraction]:
        of = self.row.spelling.symbols[symbol]
        table, speeds = self._table(symbol, of), self._speeds(symbol)
        means: dict[tuple[int, ...], Fraction] = {}
        for place, p in table.items():
            means[place[of.outcomes :]] = means.get(place[of.outcomes :], Fraction(0)) + p * speeds[place]
        return {place: speed - means[place[of.outcomes :]] for place, speed in speeds.items()}

    def _function(self, of: Signature, table: Mapping[tuple[int, ...], Fraction]) -> str:
        if of.of_number:
            raise NotExported("a counterexample with a function of a number")
        return _function(self._sizes(of), table)

    def fact(self, of: Hypothesis) -> str:
        """A script that something is so of the problem."""
        spelling, counted = self.row.spelling, self.counted()
        for symbol, base in spelling.families.items():
            names = [spelling.base(symbol), spelling.parameter]
            moves = f"intros; unfold {', '.join(names)}; cbv beta; "
            if of.label in (f"{base}_ever_nonneg", f"{base}_ever_pos"):
                less = "apply Rlt_le; " if of.label.endswith("nonneg") else ""
                return f"{moves}{less}apply tilted_pos. {counted}"
            if of.label == f"{base}_ever_total":
                return f"{moves}apply tilted_total. {counted}"
            if of.label == f"{base}_has_score":
                eq = "eapply slope_eq; [ apply tilted_score | ]. "
                return f"{moves}{eq}all: {counted}"
        return counted


def _alphabet(size: int) -> str:
    return "single" if size == 1 else f"(one_more {_alphabet(size - 1)})"


def _element(i: int, size: int) -> str:
    if size == 1:
        return "tt"
    return "None" if i == 0 else f"(Some {_element(i - 1, size - 1)})"


def _function(sizes: list[int], table: Mapping[tuple[int, ...], Fraction], at: tuple[int, ...] = ()) -> str:
    """A function by its values."""
    if len(at) == len(sizes):
        value = table[at]
        text = f"{abs(value.numerator)} / {value.denominator}" if value.denominator != 1 else str(abs(value.numerator))
        return f"(- ({text}))" if value < 0 else f"({text})"
    size = sizes[len(at)]
    name = f"i{len(at)}"
    ways = " | ".join(f"{_element(k, size)} => {_function(sizes, table, (*at, k))}" for k in range(size))
    return f"(fun {name} : {_alphabet(size)} => match {name} with {ways} end)"
