"""What the theorem of one row is put together from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.verdict import Condition
from symkl.language.certificate import Certificate
from symkl.language.terms import Relation, Statement, Variable
from symkl.rocq.forms import CLOSED
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
    alphabets = [(spelling.alphabet(sort), "alphabet") for sort in spelling.sorts]
    return alphabets + [(spelling.head(s, of), spelling.type(of)) for s, of in spelling.symbols.items() if s != CLOSED]


def distributions(spelling: Spelling) -> list[tuple[str, str]]:
    """That distributions are some."""
    return [
        each
        for symbol, of in spelling.symbols.items()
        if of.outcomes and symbol != CLOSED
        for each in distribution(spelling, spelling.head(symbol, of), of)
    ]


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
                of = row.spelling.symbols[each.of]
                head = row.spelling.head(each.of, of)
                names = [row.spelling.variable(v) for v in _places(of)]
                all_of = f"forall {' '.join(names)}, " if names else ""
                out[f"{all_of}0 < {' '.join([head, *names])}"] = f"{head}_pos"
        else:
            out.setdefault(_general(row, each.of, each.sign), row.spelling.names.fresh("condition"))
    return [(label, text) for text, label in out.items()]


def _general(row: Row, of: Polynomial, sign: str) -> str:
    """That a normal form is > 0, or is not 0, whatever its variables are."""
    named: dict[Variable, Variable] = {}
    for v in sorted(of.free, key=lambda v: (v.sort, v.name)):
        taken = {each.name for each in (*named.values(), *of.free)}
        name = v.name if v.name[:1] not in "~#" else v.sort[0]
        while name in taken - {v.name}:
            name += "'"
        named[v] = Variable(name, v.sort)
    quantifier, _ = over(row.spelling, named.values())
    text = row.spelling.term(t.substitute(row.prover.form(of), exchanged(named)))
    return quantifier + (f"0 < {text}" if sign == ">" else f"{text} <> 0")
