"""What a row takes from rows before it: each fact as a lemma, from the row that it was solved from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import MINUS_ONE
from symkl.kernel.verdict import Fact
from symkl.language.certificate import Certificate, Solution
from symkl.language.terms import Statement, Variable
from symkl.rocq import signs
from symkl.rocq.forms import number
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import BUDGET, Row, for_all
from symkl.rocq.scripts import Prover
from symkl.rocq.slopes import slopes, supposed
from symkl.rocq.steps import exchanged

FACTS = ("substitution", "multiplier", "normalised")
"""The laws of which facts come."""


def facts_in(relied_on: Iterable[object]) -> list[Fact]:
    """The facts among what was relied on, in an order that does not go by the hashes of a run."""
    return sorted((each for each in relied_on if isinstance(each, Fact)), key=lambda fact: fact.symbol)


def take(row: Row, fact: Fact) -> None:
    """Have a fact, and those that it rests on, among the lemmas of a row."""
    if fact.symbol in row.prover.facts:
        return
    certificate = fact.certificate
    if certificate is None:
        raise NotExported("a fact that no law shows")
    before = facts_in(fact.relied_on)
    for each in before:
        take(row, each)
    nf = Normaliser(certificate.context, before, BUDGET, certificate.premises, certificate.fresh)
    prover = row.prover.with_(nf)
    label = _label(replace(row, prover=prover), certificate.statement, fact.source)
    symbol = row.spelling.base(fact.symbol)
    name = row.spelling.names.fresh(f"{symbol}_is")
    head = t.Apply(fact.symbol, fact.outcomes, fact.given) if fact.atom.kind == "apply" else t.Scalar(fact.symbol)
    quantifier, intros = for_all(row, head)
    script = _script(row, prover, certificate, fact, label)
    says = f"{row.spelling.term(head)} = {row.spelling.term(prover.form(fact.value))}"
    row.before.append(f"assert ({name} : {quantifier}{says}). {{ {intros}{script} }}")
    row.prover.facts[fact.symbol] = name
    row.conditions |= fact.assumptions


def _label(row: Row, statement: Statement, source: str) -> str:
    """The label of what a fact was solved from."""
    known = statement in row.supposed or statement in row.theorems
    if not known and any(slopes(row, side) for side in (statement.left, statement.right)):
        return supposed(row, statement, source)
    return row.supposing(statement, source)


def _script(row: Row, prover: Prover, certificate: Certificate, fact: Fact, label: str) -> str:
    match certificate.law, certificate.arguments:
        case "substitution", {"solution": Solution() as solution}:
            return solved(row, prover, certificate, solution, label, fact.value)
        case "multiplier", {"solution": Solution() as solution, "of": Solution() as of}:
            return _multiplier(row, prover, certificate, solution, of, label)
        case "normalised", {"of": Solution() as of}:
            return _of_condition(row, prover, certificate, of, label, fact.value)
        case "normalised", _:
            return _normalised(row, prover, certificate.statement, label, fact.value)
    raise NotExported(f"a fact that the law {certificate.law} gives")


def solved(row: Row, prover: Prover, certificate: Certificate, of: Solution, label: str, value: Polynomial) -> str:
    """From ``A = B``, where ``A - B = k (a - v)``, that ``a = v``."""
    left, right = certificate.statement.left, certificate.statement.right
    nf, say = prover.nf, prover.say
    head = t.Apply(of.symbol, of.outcomes, of.given) if of.outcomes or of.given else t.Scalar(of.symbol)
    (one, a), (other, b), slope = prover.prove(left), prover.prove(right), nf(of.slope)
    v, k = prover.form(value), prover.form(slope)
    elements, at = instance(row, t.free_variables(left) | t.free_variables(right), t.free_variables(head), label)
    apart = f"transitivity ({say(prover.form(a))} - {say(prover.form(b))}). "
    apart += f"{{ apply sub_eq. {{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }} }} "
    if not of.logarithm:
        script = f"{apart}arith."
        lemma = f"solved {say(left)} {say(right)} {say(k)} {say(head)} {say(v)} {at}"
        return f"{elements}apply ({lemma}); [ | nonzero ]. {script}"
    logarithm = nf.log(value)
    step = signs.logarithm(prover, value, logarithm) or "reflexivity."
    script = f"{apart}transitivity ({say(k)} * (ln {say(head)} - {say(prover.form(logarithm))})). {{ arith. }} "
    script += f"apply mul_eq. {{ reflexivity. }} apply sub_eq. {{ reflexivity. }} symmetry. {step}"
    lemma = f"solved_by_logarithm {say(left)} {say(right)} {say(k)} {say(head)} {say(v)} {at}"
    return f"{elements}apply ({lemma}); [ | nonzero | pos | pos ]. {script}"


def instance(row: Row, free: frozenset[Variable], known: frozenset[Variable], label: str) -> tuple[str, str]:
    """A hypothesis at variables, and the elements that are taken for those that are not at hand."""
    script = ""
    for v in sorted(free - known, key=lambda v: (v.sort, v.name)):
        script += f"destruct (has_element {row.spelling.alphabet(v.sort)}) as [{row.spelling.variable(v)} _]. "
    names = [row.spelling.variable(v) for v in sorted(free, key=lambda v: (v.sort, v.name))]
    return script, f"({' '.join([label, *names])})" if names else label


def _multiplier(
    row: Row, prover: Prover, certificate: Certificate, solution: Solution, of: Solution, label: str
) -> str:
    nf, say, form = prover.nf, prover.say, prover.form
    value, slope, w = nf(solution.value), nf(of.slope), nf(of.value)
    given = [v for v in solution.given if isinstance(v, Variable)]
    own = {v for v in of.given if isinstance(v, Variable)}
    elements = "".join(f"destruct (has_element {row.spelling.alphabet(v.sort)}) as [{row.spelling.variable(v)} _]. "
                       for v in given if v not in own)  # fmt: skip
    whole = prover.nested(list(solution.outcomes), form(value))
    each = solved(row, prover, certificate, solution, label, value)
    head = row.spelling.base(solution.symbol)
    down = "".join(f"apply sum_ext; intro {row.spelling.variable(v)}. " for v in solution.outcomes)
    known = prover.nested(list(solution.outcomes), t.Apply(solution.symbol, solution.outcomes, solution.given))
    one = f"transitivity {say(known)}. {{ {down}symmetry. {each} }} apply {head}_total."
    script, of_sum = prover.prove(whole)
    logarithm = nf.log(of_sum)
    target = t.Apply(of.symbol, (), of.given) if of.given else t.Scalar(of.symbol)
    spelled = f"transitivity (ln {say(form(of_sum))}). {{ apply ln_eq. {script or 'reflexivity.'} }} "
    taken = signs.logarithm(prover, of_sum, logarithm) or "reflexivity."
    spelled += f"transitivity {say(form(logarithm))}. {{ {taken} }} arith."
    lemma = f"multiplier_solved {say(form(slope))} {say(target)} {say(form(w))} {say(whole)}"
    return f"{elements}apply ({lemma}). {{ {one} }} {{ {spelled} }} {{ nonzero. }}"


def _normalised(row: Row, prover: Prover, known: Statement, label: str, value: Polynomial) -> str:
    """From ``p = c g``, where p sums to 1, that ``p = g / Σ g``."""
    p, g = known.left, known.right
    assert isinstance(p, t.Apply)
    if len(p.outcomes) != 1:
        raise NotExported("a proportionality in several outcomes")
    free = (t.free_variables(p) | t.free_variables(g)) - {*p.outcomes}
    elements, at = instance(row, free, t.free_variables(p), label)
    return f"{elements}destruct {at} as (factor & _ & is). {_divided(row, prover, p, g, 'factor', value)}"


def _of_condition(
    row: Row, prover: Prover, certificate: Certificate, of: Solution, label: str, value: Polynomial
) -> str:
    """From ``A = B``, where A - B is a factor times ``p/g - c``, ``g/p - c`` or ``log (p/g) - c``, the same."""
    if len(of.outcomes) != 1:
        raise NotExported("a condition for a distribution over several things")
    nf, say, form = prover.nf, prover.say, prover.form
    anew = prover.fresh(of.outcomes)
    (y,) = anew.values()
    p = t.Apply(of.symbol, of.outcomes, of.given)
    left, right, there, weight, slope = (
        t.substitute(each, exchanged(anew))
        for each in (certificate.statement.left, certificate.statement.right, p, of.value, of.slope)
    )
    (one, a), (other, b), g, k = prover.prove(left), prover.prove(right), nf(weight), nf(slope)
    ratio, apart = nf.times(nf(there), nf.power(g, MINUS_ONE)), nf.times(a - b, nf.power(k, MINUS_ONE))
    lemma, c = _level(nf, ratio, apart, of.logarithm, y)
    level = say(form(c))
    elements, at = instance(row, t.free_variables(left) | t.free_variables(right), t.free_variables(there), label)
    script = f"transitivity ({say(form(a))} - {say(form(b))}). "
    script += f"{{ apply sub_eq. {{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }} }} "
    if of.logarithm:
        logarithm = nf.log(g)
        step = signs.logarithm(prover, g, logarithm) or "reflexivity."
        script += f"transitivity ({say(form(k))} * (ln {say(there)} - {say(form(logarithm))} - {level})). {{ arith. }} "
        script += "apply mul_eq. { reflexivity. } apply sub_eq; [ | reflexivity ]. "
        script += f"apply sub_eq. {{ reflexivity. }} symmetry. {step}"
    else:
        script += "arith."
    factor = {"level": level, "level_below": f"(/ {level})", "level_of_logarithm": f"(exp {level})"}[lemma]
    applied = " ".join([lemma, say(left), say(right), say(form(k)), say(there), say(form(g)), level, at])
    name, conditions = row.spelling.variable(y), "{ nonzero. } { pos. }" + (" { pos. }" if lemma != "level" else "")
    shown = f"assert (is : forall {name}, {say(there)} = {factor} * {say(form(g))}). "
    shown += f"{{ intro {name}. apply ({applied}). {{ {script} }} {conditions} }} "
    return elements + shown + _divided(row, prover, p, form(nf(of.value)), factor, value)


def _level(
    nf: Normaliser, ratio: Polynomial, apart: Polynomial, logarithm: bool, y: Variable
) -> tuple[str, Polynomial]:
    """Which of p/g, g/p and ``log (p/g)`` does not depend on y, by the name of its lemma, and what it is."""
    tried = [("level", ratio), ("level_below", nf.power(ratio, MINUS_ONE))]
    for lemma, u in [("level_of_logarithm", nf.log(ratio))] if logarithm else tried:
        if y not in (u - apart).free:
            return lemma, u - apart
    raise NotExported("a condition that does not say what a distribution is up to a factor")


def _divided(row: Row, prover: Prover, p: t.Apply, g: t.Term, factor: str, value: Polynomial) -> str:
    """That ``p = g / Σ g``, where ``is`` says that p is a factor times g."""
    (y,), spelling = p.outcomes, row.spelling
    name = spelling.variable(y)
    functions = f"(fun {name} => {spelling.term(p)}) (fun {name} => {spelling.term(g)})"
    quotient = t.Mul((g, t.Power(t.Bind("sum", (y,), (g,)), number(-1))))
    script, found = prover.prove(quotient)
    same = prover.via(prover.form(found), script, None if found == value else "arith.") or "reflexivity."
    given = " ".join(spelling.variable(v) for v in p.given if isinstance(v, Variable))
    total = f"({spelling.base(p.symbol)}_total {given})" if given else f"{spelling.base(p.symbol)}_total"
    script = f"transitivity {prover.say(quotient)}. "
    return f"{script}{{ apply (normalised {spelling.alphabet(y.sort)} {functions} {factor} is {total}). }} {same}"
