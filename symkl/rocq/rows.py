"""What the theorem of one row is put together from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.verdict import Condition
from symkl.language.certificate import Certificate
from symkl.language.terms import Relation, Statement, Variable
from symkl.rocq.forms import CLOSED, RATE, SCORE, number, powered
from symkl.rocq.names import identifier
from symkl.rocq.refusals import NotExported
from symkl.rocq.scripts import Prover
from symkl.rocq.spelling import POW, Signature, Spelling
from symkl.rocq.steps import exchanged

BUDGET = 10_000_000
"""Steps of the kernel's arithmetic for one theorem: it has been counted already when the row was proved."""

Quantifier = tuple[str, str]
"""``forall ...,`` and the tactic that introduces what it is over."""

EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED, Relation.APPROXIMATE)
_RELATIONS = {Relation.LESS_EQUAL: "<=", Relation.GREATER_EQUAL: ">=", Relation.LESS: "<", Relation.GREATER: ">"}


class Hypothesis(NamedTuple):
    """What a theorem supposes: its label, its text, and the statement that it is, where it may fail.

    ``solved``: of what is said of a derivative, a script that it is what the rules give.
    """

    label: str
    text: str
    of: Statement | None = None
    solved: str = ""


@dataclass
class Row:
    """A row on its way to a theorem.

    ``conditions``: what it takes for granted. ``supposed``: hypotheses with their labels. ``before``: scripts of the
    lemmas that its own script uses. ``theorems``: by statement, the theorem of an earlier row that is it.
    ``derived``: the derivatives of which a hypothesis says what they are; ``rates``: by its label, what one is by the
    rules, and what it is said to be.
    """

    certificate: Certificate
    spelling: Spelling
    prover: Prover
    conditions: set[Condition] = field(default_factory=set)
    supposed: dict[Statement, str] = field(default_factory=dict)
    hypotheses: list[Hypothesis] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    theorems: Mapping[Statement, Callable[[Row, str], None]] = field(default_factory=dict)
    derived: set[t.Term] = field(default_factory=set)
    rates: dict[str, tuple[t.Term, t.Term]] = field(default_factory=dict)

    @property
    def statement(self) -> Statement:
        """What is shown."""
        return self.certificate.statement

    def supposing(self, statement: Statement, source: str) -> str:
        """The label under which an earlier row may be used: as the theorem that it is, or else as a hypothesis."""
        if statement not in self.supposed:
            label = self.spelling.names.fresh(identifier(source.replace(" ", "_")) or "supposed")
            self.supposed[statement] = label
            if statement in self.theorems:
                self.theorems[statement](self, label)
            else:
                self.hypotheses.append(Hypothesis(label, says(self.spelling, statement), statement))
        return self.supposed[statement]


def says(spelling: Spelling, of: Statement, there: frozenset[Variable] = frozenset()) -> str:
    """A statement between numbers, for all that is free in it, but for what is ``there``."""
    if of.relation is Relation.PROPORTIONAL and isinstance(of.left, t.Apply) and of.left.outcomes:
        every, within, factor = proportion(spelling, of, of.left.outcomes)
        return f"{every[0]}{within}{factor}"
    quantifier, _ = over(spelling, (t.free_variables(of.left) | t.free_variables(of.right)) - there)
    left, right = spelling.term(of.left), spelling.term(of.right)
    if of.relation in EQUATIONS:
        return f"{quantifier}{left} = {right}"
    if of.relation in _RELATIONS:
        return f"{quantifier}{left} {_RELATIONS[of.relation]} {right}"
    raise NotExported(f"{of.relation.value} as a hypothesis")


def proportion(spelling: Spelling, of: Statement, outcomes: Sequence[Variable]) -> tuple[Quantifier, str, str]:
    """``A ∝ B`` in outcomes: the quantifier over all else, and what is said of a number under it."""
    free = t.free_variables(of.left) | t.free_variables(of.right)
    within, _ = over(spelling, outcomes)
    c = spelling.names.of("value", "c", "c")
    equation = f"{within}{spelling.term(of.left)} = {c} * {spelling.term(of.right, POW)}"
    return over(spelling, free - {*outcomes}), f"exists {c} : R, {c} <> 0 /\\ ", equation


def for_all(row: Row, *terms: t.Term) -> tuple[str, str]:
    """The quantifier over what is free in terms, and the tactic that introduces it."""
    return quantified(row.spelling, *terms)


def quantified(spelling: Spelling, *terms: t.Term) -> tuple[str, str]:
    """The same, in a spelling."""
    return over(spelling, frozenset[Variable]().union(*map(t.free_variables, terms)))


def over(spelling: Spelling, variables: Iterable[Variable]) -> tuple[str, str]:
    """The quantifier over variables, and the tactic that introduces it."""
    ordered = sorted(variables, key=lambda v: (v.sort, v.name))
    if not ordered:
        return "", ""
    names = " ".join(f"({spelling.variable(v)} : {spelling.alphabet(v.sort)})" for v in ordered)
    return f"forall {names}, ", f"intros {' '.join(map(spelling.variable, ordered))}. "


# ---- hypotheses ----


def declarations(spelling: Spelling) -> list[tuple[str, str]]:
    """Everything that a statement is about: names, and their type."""
    out = [(spelling.alphabet(sort), spelling.kind_of(sort)) for sort in spelling.sorts]
    if spelling.families or spelling.at_parameter:
        out.append((spelling.parameter, "R"))
    for symbol, of in spelling.symbols.items():
        if symbol != CLOSED:
            family = "R -> " if symbol in spelling.families else ""
            out.append((spelling.base(symbol), family + spelling.type(of)))
    return out


def distributions(spelling: Spelling) -> list[tuple[str, str]]:
    """That distributions are some, at every parameter, and that the logarithm of what has one moves with it."""
    out = []
    for symbol, of in spelling.symbols.items():
        base = spelling.base(symbol)
        if of.outcomes and symbol != CLOSED:
            if symbol not in spelling.families:
                out += distribution(spelling, base, of)
                continue
            u = spelling.names.of("value", "u", "u")
            for label, text in distribution(spelling, f"{base} {u}", of):
                out.append((label.replace(f"{base} {u}", f"{base}_ever"), f"forall {u}, {text}"))
    for symbol, base in spelling.families.items():
        out.append((f"{base}_has_{'score' if spelling.has_score(symbol) else 'slope'}", slope_of(spelling, symbol)))
    return out


def slope_of(spelling: Spelling, symbol: str) -> str:
    """That what has a parameter has a derivative by it, or its logarithm, where that is what is said of it."""
    base, names = spelling.base(symbol), [spelling.variable(v) for v in _places(spelling.symbols[symbol])]
    u, at, score = spelling.names.of("value", "u", "u"), " ".join(names), spelling.has_score(symbol)
    value = " ".join([spelling.base((SCORE if score else RATE) + symbol), *names])
    every = f"forall {at}, " if at else ""
    moving = f"ln ({base} {u} {at})" if score else f"{base} {u} {at}".strip()
    return f"{every}slope (fun {u} : R => {moving}) {spelling.parameter} {f'({value})' if at else value}"


def families(spelling: Spelling) -> list[str]:
    """What scripts use of what has a parameter, where it is taken: with its scores."""
    out = []
    for symbol, base in spelling.families.items():
        u, theta, of = spelling.names.of("value", "u", "u"), spelling.parameter, spelling.symbols[symbol]
        places = _places(of)
        names = [spelling.variable(v) for v in places]
        at, score = " ".join(names), spelling.base(SCORE + symbol)
        every = f"forall {at}, " if at else ""
        if not spelling.has_score(symbol):
            rate = f"({' '.join([spelling.base(RATE + symbol), *names])})"
            moving = f"{every}moves (fun {u} : R => {base} {u} {at}) {theta} ({base} {theta} {at}) {rate}"
            out.append(f"assert ({base}_moves : {moving}) by (intros; split; [ reflexivity | auto ]).")
            continue
        here, rate = f"{base} {theta} {at}", f"({score} {at})" if at else score
        moving = f"{every}moves (fun {u} : R => {base} {u} {at}) {theta} ({here}) ({here} * {rate})"
        auto = "intros; apply moves_by_logarithm; [ intro; auto | auto ]"
        out.append(f"assert ({base}_pos : {every}0 < {here}) by auto.")
        out.append(f"assert ({base}_moves : {moving}) by ({auto}).")
        if of.outcomes:
            parts = distribution(spelling, f"({base} {theta})", of)
            out += [f"assert ({base}_{label.rpartition('_')[2]} : {text}) by auto." for label, text in parts]
            given = names[of.outcomes :]
            over_given = f"forall {' '.join(given)}, " if given else ""
            summed = spelling.binding("sum", tuple(places[: of.outcomes]), f"{here} * {score} {at}")
            ever = spelling.binding("sum", tuple(places[: of.outcomes]), f"{base} {u} {at}")
            down = "repeat (apply moves_sum; intro)"
            fixed = f"rewrite <- ({base}_total{''.join(f' {v}' for v in given)}); {down}; auto"
            intros = f"intros {' '.join(given)}; " if given else ""
            step = f"apply (moves_of_constant (fun {u} : R => {ever}) 1 {theta} 1); [ auto | {fixed} ]"
            out.append(f"assert ({base}_score : {over_given}{summed} = 0) by ({intros}{step}).")
    return out


def distribution(spelling: Spelling, head: str, of: Signature) -> list[tuple[str, str]]:
    """That a function is not negative, and sums to 1 over its outcomes."""
    places = _places(of)
    names = [spelling.variable(v) for v in places]
    value = " ".join([head, *names])
    whole = spelling.binding("sum", tuple(places[: of.outcomes]), value)
    given = names[of.outcomes :]
    every = f"forall {' '.join(given)}, " if given else ""
    out = [(f"{head}_nonneg", f"forall {' '.join(names)}, 0 <= {value}"), (f"{head}_total", f"{every}{whole} = 1")]
    if whole.startswith("integral "):
        out.append((f"{head}_integrable", f"{every}integrable {whole.removeprefix('integral ')}"))
    return out


def _places(of: Signature) -> list[Variable]:
    seen: dict[str, int] = {}
    out = []
    for sort in of.sorts:
        seen[sort] = seen.get(sort, -1) + 1
        out.append(Variable(sort[0] + "'" * seen[sort], sort))
    return out


def conditions_of(row: Row) -> list[Hypothesis]:
    """The conditions of a verdict, as hypotheses."""
    out: dict[str, Hypothesis] = {}
    order = sorted(
        row.conditions, key=lambda c: (isinstance(c.of, Polynomial), c.of if isinstance(c.of, str) else c.of.key)
    )
    for each in order:
        if isinstance(each.of, str):
            if each.of in row.spelling.symbols:
                base, places = row.spelling.base(each.of), _places(row.spelling.symbols[each.of])
                names = [row.spelling.variable(v) for v in places]
                ever = [row.spelling.names.of("value", "u", "u")] if each.of in row.spelling.families else []
                all_of = f"forall {' '.join([*ever, *names])}, " if ever or names else ""
                label, text = f"{base}_ever_pos" if ever else f"{base}_pos", f"0 < {' '.join([base, *ever, *names])}"
                of: t.Term = t.Apply(each.of, (), tuple(places)) if places else t.Scalar(each.of)
                out[all_of + text] = Hypothesis(label, all_of + text, Statement(of, Relation.GREATER, number(0)))
        else:
            text, relation = _general(row, each.of, each.sign), _SIGNS[each.sign]
            said = Statement(row.prover.form(each.of), relation, number(0))
            out.setdefault(text, Hypothesis(row.spelling.names.fresh("condition"), text, said))
    return list(out.values())


def integrands(row: Row) -> list[Hypothesis]:
    """What can be integrated: of every integral in a row and its script the parts, up to what does not vary."""
    out, known = [], {text for _, text in distributions(row.spelling)}
    for v, core in row.prover.integrands.values():
        every, _ = over(row.spelling, t.free_variables(core) - {v})
        text = row.spelling.binding("integrable", (v,), row.spelling.term(core))
        if every + text not in known:
            out.append(Hypothesis(row.spelling.names.fresh("integrable_part"), every + text))
    return out


_SIGNS = {">": Relation.GREATER, "≠": Relation.DIFFERENT}


def _general(row: Row, of: Polynomial, sign: str) -> str:
    """That a normal form is > 0, or is not 0, whatever its variables are."""
    quantifier, _, say = _whatever(row, of)
    text = say(row.prover.form(of))
    return quantifier + (f"0 < {text}" if sign == ">" else f"{text} <> 0")


def _whatever(row: Row, of: Polynomial) -> tuple[str, str, Callable[[t.Term], str]]:
    """The quantifier over the variables of a normal form, what introduces them, and how terms in them are spelled."""
    named: dict[Variable, Variable] = {}
    for v in sorted(of.free, key=lambda v: (v.sort, v.name)):
        taken = {each.name for each in (*named.values(), *of.free)}
        name = v.name if v.name[:1] not in "~#" else v.sort[0]
        while name in taken - {v.name}:
            name += "'"
        named[v] = Variable(name, v.sort)
    quantifier, intros = over(row.spelling, named.values())
    return quantifier, intros, lambda term: row.spelling.term(t.substitute(term, exchanged(named)))


def supposed(row: Row) -> list[str]:
    """Lemmas of a script: of what a condition says is > 0, the one factor of which that is not known without it."""
    out, prover = [], row.prover
    found = [c.of for c in row.conditions if isinstance(c.of, Polynomial) and c.sign == ">"]
    for each in sorted(found, key=lambda p: p.key):
        c, factors, inside, k = prover.nf._parted(each)
        if inside == each or inside.single is not None or k not in (1, -1) or (c == 1 and not factors):
            continue
        quantifier, intros, say = _whatever(row, each)
        parts = [number(c), *(part for a, e in factors for part in prover.forms.factor(a, e))]
        left = powered(t.Mul((t.Add((prover.form(each),)), *(t.Power(part, number(-1)) for part in parts))), k)
        name = row.spelling.names.fresh("supposed_pos")
        script = f"{intros}apply (lt_by _ ({say(left)})). {{ arith. }} pos."
        out.append(f"assert ({name} : {quantifier}0 < {say(prover.form(inside))}). {{ {script} }}")
    return out
