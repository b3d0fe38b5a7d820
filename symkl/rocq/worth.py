"""What a problem is worth: its largest value, and why it is attained."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel import laws as kernel
from symkl.kernel.polynomials import Polynomial, constant, of_monomial
from symkl.language.certificate import Attainment, Optimality
from symkl.language.terms import Variable
from symkl.rocq import sums
from symkl.rocq.best import best, competes, gibbs, is_a_policy, value_of
from symkl.rocq.forms import CLOSED, number
from symkl.rocq.inequalities import shown
from symkl.rocq.posing import Posed, signed
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, over
from symkl.rocq.spelling import ATOM, POW
from symkl.rocq.steps import exchanged


class Known(NamedTuple):
    """What a problem is worth: the largest value of its signed objective, at what it depends on, and why it is that."""

    value: Polynomial
    free: tuple[Variable, ...]
    shown: str


def _core(row: Row, problem: Posed) -> tuple[Polynomial, Polynomial]:
    """The objective that certificates are of, and the factor that it has in the problem."""
    nf = row.prover.nf
    objective = nf.objective(problem.of)
    tops = [(a.inside, of_monomial(m.without(a), c)) for m, c in nf._maximum(objective).terms.items()
            for a, _ in m.factors if a.kind == "optimum"]  # fmt: skip
    return tops[0] if tops else (objective, constant(1))


def is_of(row: Row, problem: Posed, why: object) -> bool:
    """Whether a certificate is of a problem, and not of another one in the row."""
    nf, (inside, _) = row.prover.nf, _core(row, problem)
    if isinstance(why, Attainment):
        return kernel.reached(nf, inside, why) is not None
    return isinstance(why, Optimality) and kernel.maximum(nf, inside, why) is not None


def worth(row: Row, problem: Posed, why: object) -> Known:
    """What a problem is worth, as a certificate says of the same problem but for a factor that is > 0."""
    inside, scale = _core(row, problem)
    if isinstance(why, Attainment):
        rest = row.prover.nf.objective(problem.of) - row.prover.nf.times(scale, inside)
        return _reached(row, problem, why, scale, rest)
    assert isinstance(why, Optimality)
    by = t.Add((row.prover.form(scale),))
    if any(v.sort in row.certificate.context.measures for v in (*why.outcomes, *why.averaged)):
        return _attained(row, problem, why, scale)
    if scale.rational != 1:
        why = replace(why, above=t.Mul((by, t.Add((why.above,)))), below=t.Mul((by, t.Add((why.below,)))))
    found = best(row, problem, why, None, "best")
    shown = " ".join([found.label, *map(row.spelling.variable, found.free)])
    return Known(found.value, found.free, f"(proj2 (proj2 ({shown})))")


def _attained(row: Row, problem: Posed, why: Optimality, scale: Polynomial) -> Known:
    """What the best policy gives, where it need not be the only one: all that differ from it on a null set are best."""
    prover, nf, spelling, say = row.prover, row.prover.nf, row.spelling, row.prover.say
    if scale.rational != 1 or problem.sign == -1 or why.averaged or nf(why.below).terms:
        raise NotExported("a maximum over densities, but for a factor, or of a cross entropy")
    given = tuple(v for v in why.given if isinstance(v, Variable))
    q, above, pi = nf(why.q), nf(why.above), t.Apply(CLOSED, why.outcomes, why.given)
    value, q_term = value_of(row, nf.objective(problem.of), why), prover.form(q)
    best_value, places = prover.form(value), (*why.outcomes, *given)
    chosen = f"(fun {' '.join(map(spelling.variable, places))} => {spelling.term(q_term)})"
    body = t.Mul((t.Add((prover.form(above),)), gibbs(pi, q_term)))
    head, kind = problem.policy, spelling.type(spelling.symbols[CLOSED])
    compared = f"gibbs {spelling.term(pi, ATOM)} {spelling.term(q_term, ATOM)}"
    spelled = f"{spelling.term(prover.form(above), POW)} * {compared}"
    gap_of = f"(fun {head} : {kind} => {spelling.binding('sum', why.outcomes, spelled)})"
    free = tuple(sorted((t.free_variables(problem.body) | {*given}) - {*why.outcomes}, key=lambda v: (v.sort, v.name)))
    every, intros = over(spelling, free)
    at_it = _put(problem.body, places, q_term)
    (one, f), (two, g), (other, h) = map(prover.prove, (problem.body, at_it, prover.nested(why.outcomes, body)))
    script = f"{intros}{is_a_policy(row, why.outcomes, given, q_term, q)}{_parts_at(row, places, q_term)}"
    script += f"apply (attains {problem.ok} {problem.objective} {gap_of} {chosen} {say(best_value)}). "
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    attained = prover.via(prover.form(g), two, "arith.") or "reflexivity."
    script += f"{{ {competes(pos, total)} }} {{ cbv beta. {attained} }} "
    script += f"{{ {problem.opening}transitivity {say(prover.form(f))}. {{ {one or 'reflexivity.'} }} "
    script += f"transitivity ({say(best_value)} - {say(prover.form(h))}). {{ arith. }} "
    script += f"apply sub_eq. {{ reflexivity. }} symmetry. unfold gibbs. {other or 'reflexivity.'} }} "
    (v,) = why.outcomes
    name, space = spelling.variable(v), spelling.alphabet(v.sort)
    inside, found = sums._below(prover, [v], body)
    known = prover.integrable([v], [of_monomial(m, c) for m, c in found.terms.items()])
    functions = f"(fun {name} => {spelling.term(body)}) (fun {name} => {spelling.term(prover.form(found))})"
    script += f"{{ {problem.opening}{known}unfold gibbs. apply integral_nonneg. "
    script += f"{{ apply (integrable_by {space} {functions} 1); [ intro {name}; rewrite Rmult_1_l | integrates ]. "
    script += f"{inside or 'reflexivity.'} }} {{ intro {name}. fold ({compared}). gap. }} }}"
    label = spelling.names.fresh("attained")
    row.before.append(
        f"assert ({label} : {every}maximum {problem.ok} {problem.objective} {say(best_value)}). {{ {script} }}"
    )
    return Known(value, free, f"({' '.join([label, *map(spelling.variable, free)])})" if free else label)


def _parts_at(row: Row, places: tuple[Variable, ...], q: t.Term) -> str:
    """That with what is best for the policy the parts of a problem can be integrated."""
    prover, spelling, script = row.prover, row.spelling, ""
    own = [(v, t.Apply(CLOSED, places[:1], places[1:])) for v in places[:1] if spelling.symbols[CLOSED].outcomes]
    for v, core in [*own, *prover.competing.values()]:
        term = _put(core, places, q)
        names = prover.fresh([v, *sorted(t.free_variables(term) - {v}, key=lambda v: (v.sort, v.name))])
        term, u = t.substitute(term, exchanged(names)), names[v]
        inside, found = prover.prove(term)
        every, intros = over(spelling, t.free_variables(term) - {u})
        known = prover.integrable([u], [of_monomial(m, c) for m, c in found.terms.items()])
        name, space = spelling.variable(u), spelling.alphabet(u.sort)
        one, other = (f"(fun {name} => {spelling.term(each)})" for each in (term, prover.form(found)))
        label = spelling.names.fresh("chosen_part")
        script += f"assert ({label} : {every}integrable {space} {one}). {{ {intros}{known}"
        script += f"apply (integrable_by {space} {one} {other} 1); [ intro {name}; rewrite Rmult_1_l | integrates ]. "
        script += f"{inside or 'reflexivity.'} }} "
    return script


def _reached(row: Row, problem: Posed, why: Attainment, scale: Polynomial, rest: Polynomial) -> Known:
    """A bound that is attained: no policy, or function, gives more, and one gives that."""
    prover, nf, spelling, say = row.prover, row.prover.nf, row.spelling, row.prover.say
    value = nf.times(scale, nf(why.value)) + rest
    places = (*why.outcomes, *(v for v in why.given if isinstance(v, Variable)))
    q_term, body = prover.form(nf(why.at)), problem.body
    free = tuple(sorted(t.free_variables(body), key=lambda v: (v.sort, v.name)))
    if not (t.free_variables(q_term) <= {*places, *free}):
        raise NotExported("a maximum that is attained at what depends on more than its problem")
    every, intros = over(spelling, free)
    objective, most = signed(row, problem), prover.form(value)
    chosen = f"(fun {' '.join(map(spelling.variable, places))} => {spelling.term(q_term)})"
    at_it = _put(body, places, q_term)
    gaps = [replace(each, weight=t.Mul((t.Add((prover.form(scale),)), t.Add((each.weight,))))) for each in why.gaps]
    inside = body if problem.sign == 1 else t.Mul((number(-1), t.Add((body,))))
    attained = at_it if problem.sign == 1 else t.Mul((number(-1), t.Add((at_it,))))
    (one, f), (two, g) = prover.prove(inside), prover.prove(attained)
    label = spelling.names.fresh("reached")
    about = is_a_policy(row, why.outcomes, places[len(why.outcomes) :], q_term, nf(why.at)) if why.outcomes else ""
    measured = row.certificate.context.measures
    script = f"{intros}{about}{_parts_at(row, places, q_term) if measured else ''}"
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    ok = f"{competes(pos, total)} "
    free_to_be = "repeat split; cbv beta; assumption. " if prover.competing else "exact I. "
    script += f"assert (at_it : {objective} {chosen} = {spelling.term(most)}). {{ cbv beta. "
    script += f"{prover.via(prover.form(g), two, 'arith.') or 'reflexivity.'} }} "
    script += f"exists {chosen}. split; [ split | exact at_it ]. {{ {ok if why.outcomes else free_to_be}}} "
    script += f"{{ rewrite at_it. {problem.opening}"
    script += f"apply (at_most_by {say(inside)} {say(most)} {say(prover.form(f))} {say(most)}). "
    script += f"{{ {one or 'reflexivity.'} }} {{ reflexivity. }} {shown(row, f, value, gaps, False)} }}"
    row.before.append(f"assert ({label} : {every}maximum {problem.ok} {objective} {say(most)}). {{ {script} }}")
    return Known(value, free, f"({' '.join([label, *map(spelling.variable, free)])})" if free else label)


def _put(term: t.Term, places: tuple[Variable, ...], q: t.Term) -> t.Term:
    """A term with what is best for the policy."""
    match term:
        case t.Apply(symbol, outcomes, given) if symbol == CLOSED:
            return t.substitute(q, dict(zip(places, (*outcomes, *given), strict=True)))
        case t.Apply(_, _, given) if t.Policy(CLOSED) in given:
            raise NotExported("a maximum of what a definition says of its policy")
        case t.Bind(_, variables) if not (t.free_variables(q) - {*places}).isdisjoint(variables):
            raise NotExported("a maximum that is attained at what its problem binds")
    return t.rebuilt(term, lambda part: _put(part, places, q))
