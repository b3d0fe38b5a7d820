"""What the theorem of one row is put together from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.verdict import Condition
from symkl.language.certificate import Certificate
from symkl.language.terms import Relation, Statement, Variable
from symkl.rocq.forms import CLOSED, SCORE, number, powered
from symkl.rocq.names import identifier
from symkl.rocq.refusals import NotExported
from symkl.rocq.scripts import Prover, exchanged
from symkl.rocq.spelling import Signature, Spelling

BUDGET = 10_000_000
"""Steps of the kernel's arithmetic for one theorem: it has been counted already when the row was proved."""

EQUATIONS = (Relation.EQUAL, Relation.EQUIVALENT, Relation.DEFINED, Relation.APPROXIMATE)
_RELATIONS = {Relation.LESS_EQUAL: "<=", Relation.GREATER_EQUAL: ">=", Relation.LESS: "<", Relation.GREATER: ">"}


@dataclass
class Row:
    """A row on its way to a theorem.

    ``conditions``: what it takes for granted. ``supposed``: hypotheses with their labels. ``before``: scripts of the
    lemmas that its own script uses. ``theorems``: by statement, the theorem of an earlier row that is it.
    """

    certificate: Certificate
    spelling: Spelling
    prover: Prover
    conditions: set[Condition] = field(default_factory=set)
    supposed: dict[Statement, str] = field(default_factory=dict)
    hypotheses: list[tuple[str, str]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    theorems: Mapping[Statement, Callable[[Row, str], None]] = field(default_factory=dict)

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
                self.hypotheses.append((label, says(self.spelling, statement)))
        return self.supposed[statement]


def says(spelling: Spelling, of: Statement) -> str:
    """A statement between numbers, for all that is free in it."""
    quantifier, _ = quantified(spelling, of.left, of.right)
    left, right = spelling.term(of.left), spelling.term(of.right)
    if of.relation in EQUATIONS:
        return f"{quantifier}{left} = {right}"
    if of.relation in _RELATIONS:
        return f"{quantifier}{left} {_RELATIONS[of.relation]} {right}"
    raise NotExported(f"{of.relation.value} as a hypothesis")


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
    out = [(spelling.alphabet(sort), "alphabet") for sort in spelling.sorts]
    if spelling.families:
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
        out.append((f"{base}_has_score", score_of(spelling, symbol)))
    return out


def score_of(spelling: Spelling, symbol: str) -> str:
    """That the logarithm of what has a parameter has a derivative by it."""
    base, names = spelling.base(symbol), [spelling.variable(v) for v in _places(spelling.symbols[symbol])]
    u, score = spelling.names.of("value", "u", "u"), spelling.base(SCORE + symbol)
    at = " ".join(names)
    value = f"{score} {at}".strip()
    every = f"forall {at}, " if at else ""
    return f"{every}slope (fun {u} : R => ln ({base} {u} {at})) {spelling.parameter} {f'({value})' if at else value}"


def families(spelling: Spelling) -> list[str]:
    """What scripts use of what has a parameter, where it is taken: with its scores."""
    out = []
    u, theta = spelling.names.of("value", "u", "u"), spelling.parameter
    for symbol, base in spelling.families.items():
        of = spelling.symbols[symbol]
        places = _places(of)
        names = [spelling.variable(v) for v in places]
        at, score = " ".join(names), spelling.base(SCORE + symbol)
        every = f"forall {at}, " if at else ""
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
    return [
        (f"{head}_nonneg", f"forall {' '.join(names)}, 0 <= {value}"),
        (f"{head}_total", (f"forall {' '.join(given)}, " if given else "") + f"{whole} = 1"),
    ]


def _places(of: Signature) -> list[Variable]:
    seen: dict[str, int] = {}
    out = []
    for sort in of.sorts:
        seen[sort] = seen.get(sort, -1) + 1
        out.append(Variable(sort[0] + "'" * seen[sort], sort))
    return out


def conditions_of(row: Row) -> list[tuple[str, str]]:
    """The conditions of a verdict, as hypotheses."""
    out: dict[str, str] = {}
    order = sorted(
        row.conditions, key=lambda c: (isinstance(c.of, Polynomial), c.of if isinstance(c.of, str) else c.of.key)
    )
    for each in order:
        if isinstance(each.of, str):
            if each.of in row.spelling.symbols:
                base = row.spelling.base(each.of)
                names = [row.spelling.variable(v) for v in _places(row.spelling.symbols[each.of])]
                ever = [row.spelling.names.of("value", "u", "u")] if each.of in row.spelling.families else []
                all_of = f"forall {' '.join([*ever, *names])}, " if ever or names else ""
                label = f"{base}_ever_pos" if ever else f"{base}_pos"
                out[f"{all_of}0 < {' '.join([base, *ever, *names])}"] = label
        else:
            out.setdefault(_general(row, each.of, each.sign), row.spelling.names.fresh("condition"))
    return [(label, text) for text, label in out.items()]


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
