"""Which policy is best: a lemma, made of the gaps between the objective and its largest value."""

from __future__ import annotations

from dataclasses import dataclass

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom, total
from symkl.kernel.quotients import MINUS_ONE
from symkl.language.certificate import Optimality
from symkl.language.terms import Variable
from symkl.rocq.forms import CLOSED, number
from symkl.rocq.posing import Posed, signed
from symkl.rocq.rows import Row, over
from symkl.rocq.spelling import ATOM, POW
from symkl.rocq.steps import exchanged


@dataclass(frozen=True)
class Best:
    """A lemma of a script: which policies are best, and what the best value is.

    ``chosen``: the best policy as a function. ``equal``: that a policy is it, where the problem can tell. ``free``: the
    variables that the problem is at. ``value``: the largest value of the signed objective.
    """

    label: str
    chosen: str
    equal: str
    free: tuple[Variable, ...]
    value: Polynomial
    places: tuple[Variable, ...]
    q: t.Term


def best(row: Row, problem: Posed, why: Optimality, claimed: t.Term | None, label: str) -> Best:
    """Have the lemma that says which policy is best: ``claimed``, or else the q of the certificate."""
    prover, nf, spelling, say = row.prover, row.prover.nf, row.spelling, row.prover.say
    given = tuple(v for v in why.given if isinstance(v, Variable))
    q, above, below = nf(why.q), nf(why.above), nf(why.below)
    value = value_of(row, nf.objective(problem.of), why)
    q_term = prover.form(q) if claimed is None else claimed
    pi = t.Apply(CLOSED, why.outcomes, why.given)
    variables = [*why.averaged, *why.outcomes]
    parts: list[tuple[Polynomial, t.Term, t.Term]] = [(above, pi, q_term)] if above.terms else []
    parts += [(nf.times(below, nf.power(q, MINUS_ONE)), q_term, pi)] if below.terms else []
    gap = t.Add(tuple(t.Mul((t.Add((prover.form(k),)), gibbs(a, b))) for k, a, b in parts))
    spelled = " + ".join(
        f"{spelling.term(prover.form(k), POW)} * gibbs {spelling.term(a, ATOM)} {spelling.term(b, ATOM)}"
        for k, a, b in parts
    )
    head, kind = problem.policy, spelling.type(spelling.symbols[CLOSED])
    places = [spelling.variable(v) for v in (*why.outcomes, *given)]
    quantifier, intros = over(spelling, variables)
    equal = f"(fun {head} : {kind} => {quantifier}{spelling.term(pi)} = {spelling.term(q_term)})"
    chosen = f"(fun {' '.join(places)} => {spelling.term(q_term)})"
    gap_of = f"(fun {head} : {kind} => {spelling.binding('sum', tuple(variables), spelled)})"
    free = tuple(sorted((t.free_variables(problem.body) | set(given)) - set(variables), key=lambda v: (v.sort, v.name)))
    every, intro_free = over(spelling, free)
    objective, best_value = signed(row, problem), prover.form(value)
    says = f"maximiser {problem.ok} {objective} {chosen} /\\ "
    says += f"(forall {head}, maximiser {problem.ok} {objective} {head} <-> "
    says += f"{problem.ok} {head} /\\ {equal} {head}) /\\ maximum {problem.ok} {objective} {say(best_value)}"
    script = f"{intro_free}{is_a_policy(row, why.outcomes, given, q_term, q)}"
    script += f"apply (best_iff {problem.ok} {objective} {gap_of} {chosen} {say(best_value)} {equal}). "
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    script += f"{{ {competes(pos, total)} }} "
    (one, f), (other, g) = prover.prove(problem.body), prover.prove(prover.nested(variables, gap))
    form = prover.form(f) if problem.sign == 1 else t.Mul((number(-1), prover.form(f)))
    first = one or "reflexivity."
    first = first if problem.sign == 1 else f"apply opp_eq. {first}"
    script += f"{{ {problem.opening}transitivity {say(form)}. {{ {first} }} "
    script += f"transitivity ({say(best_value)} - {say(prover.form(g))}). {{ arith. }} "
    script += f"apply sub_eq. {{ reflexivity. }} symmetry. unfold gibbs. {other or 'reflexivity.'} }} "
    script += f"{{ {problem.opening}gaps. }} {{ {problem.opening}split. {{ intro K. {intros}"
    for v in variables:
        script += f"apply sum_zero_each with (a := {spelling.variable(v)}) in K; [ cbv beta in K | intro; gaps ]. "
    script += "from_gaps K. } { intro E. repeat (apply sum_zero_if; intro). no_gap E. } } "
    script += "{ cbv beta. intros. reflexivity. }"
    label = spelling.names.fresh(label)
    row.before.append(f"assert ({label} : {every}{says}). {{ {script} }}")
    return Best(label, chosen, equal, free, value, tuple(variables), q_term)


def value_of(row: Row, objective: Polynomial, why: Optimality) -> Polynomial:
    """The largest value, if the certificate is right: what is left of the objective with its gaps."""
    nf, pi = row.prover.nf, of_atom(Atom("apply", BOUND_POLICY, why.outcomes, why.given))
    q, above, below = map(nf, (why.q, why.above, why.below))
    gaps = [(nf.times(above, pi), nf.times(q, nf.power(pi, MINUS_ONE)))] if above.terms else []
    gaps += [(below, nf.times(pi, nf.power(q, MINUS_ONE)))] if below.terms else []
    gap = total([nf.times(weight, ratio - constant(1) - nf.log(ratio)) for weight, ratio in gaps])
    return objective + nf.sum_over((*why.outcomes, *why.averaged), gap)


def competes(pos: str, total: str) -> str:
    """A script that what is chosen is among the policies that compete, by what is known of it."""
    script = f"repeat split; cbv beta; first [ exact {pos} | exact {total} "
    return script + f"| intros; apply Rlt_le, {pos}; assumption | assumption ]."


def is_a_policy(
    row: Row, outcomes: tuple[Variable, ...], given: tuple[Variable, ...], q_term: t.Term, q: Polynomial
) -> str:
    """That q is > 0 and sums to 1, as lemmas."""
    prover, spelling = row.prover, row.spelling
    said, pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("is", "pos", "total"))
    names = prover.fresh((*outcomes, *given))
    here = t.substitute(q_term, exchanged(names))
    script, found = prover.prove(here)
    ordered = [names[v] for v in (*outcomes, *given)]
    places = " ".join(map(spelling.variable, ordered))
    typed = " ".join(f"({spelling.variable(v)} : {spelling.alphabet(v.sort)})" for v in ordered)
    form = prover.form(found)
    about = f"assert ({said} : forall {typed}, {spelling.term(here)} = {spelling.term(form)}). "
    about += f"{{ intros {places}. {script or 'reflexivity.'} }} "
    strict = prover.nf.positive(q)
    sign, tactic = ("<", "pos") if strict else ("<=", "nonneg")
    about += f"assert ({pos} : forall {typed}, 0 {sign} {spelling.term(here)}). "
    about += f"{{ intros {places}. try rewrite {said}. {tactic}. }} "
    at = " ".join(spelling.variable(names[v]) for v in given)
    typed_at = " ".join(f"({spelling.variable(names[v])} : {spelling.alphabet(v.sort)})" for v in given)
    whole = prover.nested([names[v] for v in outcomes], here)
    more, one = prover.prove(whole)
    every, intros = (f"forall {typed_at}, ", f"intros {at}. ") if at else ("", "")
    summed = prover.via(prover.form(one), more, None if one.rational == 1 else "arith.") or "reflexivity."
    return about + f"assert ({total} : {every}{spelling.term(whole)} = 1). {{ {intros}{summed} }} "


def gibbs(p: t.Term, q: t.Term) -> t.Term:
    """``p (log p - log q) - (p - q)``, as it is once the library's word for it is unfolded."""
    minus = t.Mul((number(-1), t.log(q)))
    apart = t.Mul((number(-1), t.Add((p, t.Mul((number(-1), q))))))
    return t.Add((t.Mul((p, t.Add((t.log(p), minus)))), apart))
