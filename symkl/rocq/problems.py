"""Problems over policies: which policy is best, and what the best value is.

The policies that compete may give probability 0 to anything, as long as no logarithm of it is taken but in
``p log p``, which is 0 there. Where one is, only policies that are > 0 compete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel import laws as kernel
from symkl.kernel.normal_form import BOUND_POLICY
from symkl.kernel.polynomials import Atom, Polynomial, constant, of_atom, of_monomial, total
from symkl.kernel.quotients import MINUS_ONE
from symkl.language.certificate import Attainment, Optimality
from symkl.language.functions import expansion
from symkl.language.terms import Sense, Variable
from symkl.rocq.forms import CLOSED, bound, number, pattern
from symkl.rocq.inequalities import shown
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, distribution, over
from symkl.rocq.scripts import exchanged
from symkl.rocq.spelling import ATOM, POW, signatures

Problem = t.Optimum | t.Optimiser


@dataclass(frozen=True)
class Posed:
    """A problem as it is spelled: the policies that compete, the objective, and how a script begins with one."""

    of: Problem
    body: t.Term
    ok: str
    objective: str
    opening: str
    policy: str

    @property
    def sign(self) -> int:
        """1 where it is maximised, -1 where it is minimised."""
        return 1 if self.of.sense is Sense.MAX else -1


def posed(row: Row, of: Problem) -> Posed:
    """A problem spelled."""
    body = bound(of.body, of.policy)
    spelling = row.spelling
    signature = signatures([body], row.certificate.context).get(CLOSED)
    if signature is None:
        raise NotExported("a problem over a policy of which nothing says what it is a function of")
    spelling.signatures[CLOSED] = signature
    head = spelling.head(CLOSED, signature)
    positive = not signature.outcomes or not guarded(body, row)  # a function has all values, and none is told apart
    if row.prover.positive_policies not in (None, positive):
        raise NotExported("two problems in which not the same policies compete")
    row.prover.positive_policies = positive
    parts = distribution(spelling, head, signature) if signature.outcomes else []
    labels = [label for label, _ in parts]
    if parts and positive:
        parts.append((f"{head}_pos", parts[0][1].replace("0 <= ", "0 < ")))
        labels.append(f"{head}_pos")
    for i, (v, core) in enumerate([*row.prover.competing.values()]):
        every, _ = over(spelling, t.free_variables(core) - {v})
        labels.append(f"{head}_part_{i}")
        parts.append((labels[-1], every + spelling.binding("integrable", (v,), spelling.term(core))))
    kind = spelling.type(signature)
    both = " /\\ ".join(f"({text})" for _, text in parts) or "True"
    ok = f"(fun {head} : {kind} => {both})"
    objective = f"(fun {head} : {kind} => {spelling.term(body)})"
    pattern = labels[-1] if labels else "_"
    for label in reversed(labels[:-1]):
        pattern = f"[{label} {pattern}]"
    return Posed(of, body, ok, objective, f"intros {head} {pattern}. cbv beta. ", head)


def guarded(body: t.Term, row: Row) -> bool:
    """Whether every logarithm of the policy is multiplied by it, so that the policy may be 0."""

    def look(part: t.Term, weights: frozenset[t.Term]) -> bool:
        match part:
            case t.Fn("log" | "log σ", (argument,)):
                inside = {each for each in _applied(argument) if each not in weights}
                return not inside and look(argument, weights)
            case t.Mul(factors):
                more = weights | {each for each in factors if isinstance(each, t.Apply) and each.symbol == CLOSED}
                return all(look(each, more) for each in factors)
            case t.Power(base, exponent):
                positive = isinstance(exponent, t.Number) and exponent.value.denominator == 1 and exponent.value >= 0
                inside = {each for each in _applied(base) if each not in weights}
                return (positive or not inside) and look(base, weights)
            case t.Apply(symbol, outcomes, given) if symbol in row.certificate.context.definitions:
                found = row.certificate.context.definitions[symbol]
                meaning = t.substitute(found.body, dict(zip(found.parameters, (*outcomes, *given), strict=True)))
                return look(meaning, weights)
        if isinstance(part, t.Fn | t.Bind) and (expanded := expansion(part)) is not None:
            return look(expanded, weights)
        return all(look(each, weights) for each in part.parts())

    return look(body, frozenset())


def _applied(term: t.Term) -> list[t.Apply]:
    own = [term] if isinstance(term, t.Apply) and term.symbol == CLOSED else []
    return own + [each for part in term.parts() for each in _applied(part)]


# ---- which policy is best ----


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


def signed(row: Row, problem: Posed) -> str:
    """The objective, with a minus where it is minimised."""
    if problem.sign == 1:
        return problem.objective
    kind = row.spelling.type(row.spelling.symbols[CLOSED])
    return f"(fun {problem.policy} : {kind} => - ({row.spelling.term(problem.body)}))"


def best(row: Row, problem: Posed, why: Optimality, claimed: t.Term | None, label: str) -> Best:
    """Have the lemma that says which policy is best: ``claimed``, or else the q of the certificate."""
    prover, nf, spelling, say = row.prover, row.prover.nf, row.spelling, row.prover.say
    given = tuple(v for v in why.given if isinstance(v, Variable))
    q, above, below = nf(why.q), nf(why.above), nf(why.below)
    value = _value(row, nf.objective(problem.of), why)
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
    script = f"{intro_free}{_about(row, why.outcomes, given, q_term, q)}"
    script += f"apply (best_iff {problem.ok} {objective} {gap_of} {chosen} {say(best_value)} {equal}). "
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    script += f"{{ {_competes(pos, total)} }} "
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


def _value(row: Row, objective: Polynomial, why: Optimality) -> Polynomial:
    """The largest value, if the certificate is right: what is left of the objective with its gaps."""
    nf, pi = row.prover.nf, of_atom(Atom("apply", BOUND_POLICY, why.outcomes, why.given))
    q, above, below = map(nf, (why.q, why.above, why.below))
    gaps = [(nf.times(above, pi), nf.times(q, nf.power(pi, MINUS_ONE)))] if above.terms else []
    gaps += [(below, nf.times(pi, nf.power(q, MINUS_ONE)))] if below.terms else []
    gap = total([nf.times(weight, ratio - constant(1) - nf.log(ratio)) for weight, ratio in gaps])
    return objective + nf.sum_over((*why.outcomes, *why.averaged), gap)


def _competes(pos: str, total: str) -> str:
    """A script that what is chosen is among the policies that compete, by what is known of it."""
    script = f"repeat split; cbv beta; first [ exact {pos} | exact {total} "
    return script + f"| intros; apply Rlt_le, {pos}; assumption | assumption ]."


def _about(row: Row, outcomes: tuple[Variable, ...], given: tuple[Variable, ...], q_term: t.Term, q: Polynomial) -> str:
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


# ---- laws ----


def optimal(row: Row) -> tuple[str, str]:
    """``q = arg max f``: q is a maximiser, and any other is equal to it."""
    left, right = row.statement.left, row.statement.right
    claimed, of = (right, left) if isinstance(left, t.Optimiser) else (left, right)
    why = row.certificate.arguments["why"]
    assert isinstance(of, t.Optimiser) and isinstance(why, Optimality)
    problem = posed(row, of)
    found = best(row, problem, why, claimed, "best")
    every, intros = over(row.spelling, found.free)
    word, head = ("maximiser" if problem.sign == 1 else "minimiser"), problem.policy
    says = f"{every}{word} {problem.ok} {problem.objective} {found.chosen} /\\ forall {head}, "
    says += f"{word} {problem.ok} {problem.objective} {head} -> {beta(found.equal, head)}"
    at = " ".join([found.label, *map(row.spelling.variable, found.free)])
    turned = "" if problem.sign == 1 else "rewrite minimiser_opp. "
    script = f"{intros}destruct ({at}) as (is & iff & _). split. {{ {turned}exact is. }} "
    script += f"intro {head}. {turned}intro K. exact (proj2 (proj1 (iff {head}) K))."
    return says, script


def beta(function: str, head: str) -> str:
    """The body of a function of the policy that is called as its argument is."""
    begin = function.index("=>") + 3
    assert function.startswith(f"(fun {head} ")
    return function[begin:-1]


def value(row: Row) -> tuple[str, str]:
    """An equation of values: each maximum is attained, and what is made of them is equal."""
    left, right = row.statement.left, row.statement.right
    conclusion, script = valued(row)
    quantifier, intros = over(row.spelling, t.free_variables(left) | t.free_variables(right))
    conclusion += f"{quantifier}{row.spelling.term(left)} = {row.spelling.term(right)}"
    return conclusion, f"{script}{intros}cbv beta. {row.prover.equal(left, right)}"


def valued(row: Row) -> tuple[str, str]:
    """Have the maxima in a row named: that each is attained is said first, and the script of that."""
    left, right = row.statement.left, row.statement.right
    ways = row.certificate.arguments["why"]
    assert isinstance(ways, tuple)
    found: dict[t.Optimum, tuple[Posed, Known]] = {}
    for of in dict.fromkeys(each for side in (left, right) for each in optima(side)):
        problem = posed(row, of)
        found[of] = problem, worth(row, problem, next((why for why in ways if is_of(row, problem, why)), ways[-1]))
    conclusion, witness = "", ""
    for i, (of, (problem, known)) in enumerate(found.items()):
        name = row.spelling.names.fresh(f"largest_{i}" if problem.sign == 1 else f"least_{i}")
        every, intros = over(row.spelling, known.free)
        key, free = pattern(of)
        if set(free) != set(known.free):
            raise NotExported("a maximum that does not depend on what its problem is at")
        at = [row.spelling.variable(v) for v in free]
        kind = " -> ".join([*(row.spelling.alphabet(v.sort) for v in free), "R"])
        word = "maximum" if problem.sign == 1 else "minimum"
        conclusion += f"exists {name} : {kind}, ({every}{word} {problem.ok} {problem.objective} {_at(name, at)}) /\\ "
        amount = known.value if problem.sign == 1 else known.value.scaled(-1)
        form = row.prover.form(amount)
        turned = "" if problem.sign == 1 else "rewrite minimum_opp, Ropp_involutive. "
        binder = " ".join(f"({v} : {row.spelling.alphabet(u.sort)})" for v, u in zip(at, free, strict=True))
        witness += (
            f"pose ({name} := {f'fun {binder} => ' if at else ''}{row.spelling.term(form)}). exists {name}. split. "
        )
        witness += f"{{ {intros}unfold {name}. cbv beta. {turned}exact {known.shown}. }} "
        row.spelling.slopes[key] = name
        row.prover.slopes[key] = form, free
    return conclusion, witness


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
    value, q_term = _value(row, nf.objective(problem.of), why), prover.form(q)
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
    script = f"{intros}{_about(row, why.outcomes, given, q_term, q)}{_parts_at(row, places, q_term)}"
    script += f"apply (attains {problem.ok} {problem.objective} {gap_of} {chosen} {say(best_value)}). "
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    attained = prover.via(prover.form(g), two, "arith.") or "reflexivity."
    script += f"{{ {_competes(pos, total)} }} {{ cbv beta. {attained} }} "
    script += f"{{ {problem.opening}transitivity {say(prover.form(f))}. {{ {one or 'reflexivity.'} }} "
    script += f"transitivity ({say(best_value)} - {say(prover.form(h))}). {{ arith. }} "
    script += f"apply sub_eq. {{ reflexivity. }} symmetry. unfold gibbs. {other or 'reflexivity.'} }} "
    (v,) = why.outcomes
    name, space = spelling.variable(v), spelling.alphabet(v.sort)
    inside, found = prover._below([v], body)
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
    about = _about(row, why.outcomes, places[len(why.outcomes) :], q_term, nf(why.at)) if why.outcomes else ""
    measured = row.certificate.context.measures
    script = f"{intros}{about}{_parts_at(row, places, q_term) if measured else ''}"
    pos, total = (spelling.names.of("lemma", f"chosen_{what}") for what in ("pos", "total"))
    ok = f"{_competes(pos, total)} "
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


def _at(name: str, places: list[str]) -> str:
    return f"({' '.join([name, *places])})" if places else name


def optima(term: t.Term) -> list[t.Optimum]:
    """The problems whose values stand in a term."""
    return [term] if isinstance(term, t.Optimum) else [each for part in term.parts() for each in optima(part)]


def same_optimiser(row: Row) -> tuple[str, str]:
    """``arg max f = arg max g``, as ``f = c g + d``."""
    left, right = row.statement.left, row.statement.right
    factor = row.certificate.arguments["factor"]
    assert isinstance(left, t.Optimum | t.Optimiser) and isinstance(right, t.Optimum | t.Optimiser)
    assert isinstance(factor, t.Term)
    one, other = posed(row, left), posed(row, right)
    nf, prover = row.prover.nf, row.prover
    c = nf(factor)
    d = nf.objective(left) - nf.times(c, nf.objective(right))
    free = t.free_variables(one.body) | t.free_variables(other.body)
    every, intros = over(row.spelling, free)
    words = ["maximiser" if each.sign == 1 else "minimiser" for each in (one, other)]
    head = one.policy
    if one.ok != other.ok:
        raise NotExported("two problems in which not the same policies compete")
    says = f"{every}forall {head}, {words[0]} {one.ok} {one.objective} {head} <-> "
    says += f"{words[1]} {other.ok} {other.objective} {head}"
    turned = "".join("rewrite minimiser_opp. " for each in (one, other) if each.sign == -1)
    (first, f), (second, g) = prover.prove(one.body), prover.prove(other.body)
    say, form = prover.say, prover.form
    script = f"{intros}intro {head}. {turned}"
    script += f"apply (same_maximiser {one.ok} {signed(row, one)} {signed(row, other)} {say(form(c))} {say(form(d))}). "
    script += f"{{ pos. }} {{ clear {head}. {one.opening}"
    for name, text, script_of, poly in (("of_f", one.body, first, f), ("of_g", other.body, second, g)):
        script += f"assert ({name} : {row.spelling.term(text)} = {row.spelling.term(form(poly))}). "
        script += f"{{ {script_of or 'reflexivity.'} }} "
    script += "rewrite of_f, of_g. arith. }"
    return says, script


def same_maximiser(row: Row) -> tuple[str, str]:
    """``arg max f = arg max g``, as both have one maximiser; a problem over all prompts, prompt by prompt."""
    left, right = row.statement.left, row.statement.right
    of_left, of_right = row.certificate.arguments["of_left"], row.certificate.arguments["of_right"]
    assert isinstance(left, t.Optimum | t.Optimiser) and isinstance(right, t.Optimum | t.Optimiser)
    assert isinstance(of_left, Optimality) and isinstance(of_right, Optimality)
    one, other = posed(row, left), posed(row, right)
    a, b = best(row, one, of_left, None, "best"), best(row, other, of_right, None, "best")
    words = ["maximiser" if each.sign == 1 else "minimiser" for each in (one, other)]
    spelling, head = row.spelling, one.policy
    shared = [v for v in a.free if v in b.free]
    every, intros = over(spelling, shared)
    sides = []
    for word, problem, known in ((words[0], one, a), (words[1], other, b)):
        inner, _ = over(spelling, [v for v in known.free if v not in shared])
        sides.append(f"({inner}{word} {problem.ok} {problem.objective} {head})")
    says = f"{every}forall {head}, {sides[0]} <-> {sides[1]}"
    turned = "".join("rewrite minimiser_opp. " for each in (one, other) if each.sign == -1)
    if turned:
        raise NotExported("two problems, of which one is a minimum")
    script = f"{intros}intro {head}. "
    split = _drawn(row, a, b, head), _drawn(row, b, a, head)
    return says, f"{script}split. {{ {split[0]} }} {{ {split[1]} }}"


def _drawn(row: Row, one: Best, other: Best, head: str) -> str:
    """What is best for one problem, wherever it is posed, is best for the other."""
    spelling, shared = row.spelling, [v for v in one.free if v in other.free]

    def at(known: Best) -> str:
        return f"({' '.join([known.label, *map(spelling.variable, known.free)])})" if known.free else known.label

    mine, its = ([v for v in known.free if v not in shared] for known in (one, other))
    places = " ".join(["K", *map(spelling.variable, mine)])
    elements = "".join(
        f"destruct (has_element {spelling.alphabet(v.sort)}) as [{spelling.variable(v)} _]. "
        for v in mine
        if v not in its
    )
    known = f"proj1 (proj1 (proj2 {at(one)}) {head}) ({places})"
    script = (
        " ".join(["intros K", *map(spelling.variable, its)]) + f". apply (proj1 (proj2 {at(other)}) {head}). split. "
    )
    script += f"{{ {elements}exact (proj1 ({known})). }} "
    _, intros = over(spelling, other.places)
    return f"{script}{{ {intros}transitivity ({spelling.term(one.q)}). {{ apply ({known}). }} arith. }}"


def same_problem(row: Row) -> tuple[str, str]:
    """``max f = max g``, as f = g at every policy: what one attains, the other does."""
    left, right = row.statement.left, row.statement.right
    if not (isinstance(left, t.Optimum) and isinstance(right, t.Optimum) and left.sense is right.sense):
        raise NotExported("an equation of numbers that are made of maxima")
    one, other = posed(row, left), posed(row, right)
    if one.ok != other.ok:
        raise NotExported("two problems in which not the same policies compete")
    every, intros = over(row.spelling, t.free_variables(one.body) | t.free_variables(other.body))
    word = "maximum" if one.sign == 1 else "minimum"
    m = row.spelling.names.of("value", "m", "m")
    says = f"{every}forall {m} : R, {word} {one.ok} {one.objective} {m} <-> {word} {other.ok} {other.objective} {m}"
    script = f"{intros}apply same_{word}. {one.opening}{row.prover.equal(one.body, other.body)}"
    return says, script


def of_maxima(row: Row) -> tuple[str, str]:
    """An equation between what is made of maxima that are one but for factors: of any numbers that are these maxima."""
    left, right = row.statement.left, row.statement.right
    spelling, prover, nf = row.spelling, row.prover, row.prover.nf
    said, names, hypotheses, script = "", [], [], ""
    first: tuple[Posed, Polynomial, str, tuple[Variable, ...]] | None = None
    for i, of in enumerate(dict.fromkeys(each for side in (left, right) for each in optima(side)), 1):
        if of.sense is not Sense.MAX:
            raise NotExported("an equation between what is made of minima")
        problem, objective = posed(row, of), nf.objective(of)
        key, free = pattern(of)
        symbol = f"largest {i}"
        name, at = spelling.base(symbol), [spelling.variable(v) for v in free]
        every, intros = over(spelling, free)
        kind = " -> ".join([*(spelling.alphabet(v.sort) for v in free), "R"])
        hypothesis = spelling.names.fresh(f"is_{name}")
        said += f"forall {name} : {kind}, ({every}maximum {problem.ok} {problem.objective} {_at(name, at)}) -> "
        names.append(f"{name} {hypothesis}")
        spelling.slopes[key] = name
        mine: t.Term = t.Apply(symbol, (), free) if free else t.Scalar(symbol)
        if first is None:
            first = problem, objective, symbol, free
            prover.slopes[key] = mine, free
            hypotheses.append(hypothesis)
            continue
        other, of_first, head, places = first
        k = _ratio(row, objective, of_first)
        if places != free or k is None or other.ok != problem.ok:
            raise NotExported("an equation between maxima of which none is another one but for a factor")
        e = objective - nf.times(k, of_first)
        known: t.Term = t.Apply(head, (), free) if free else t.Scalar(head)
        meaning = t.Add((t.Mul((t.Add((prover.form(k),)), known)), t.Add((prover.form(e),))))
        (one, f), (two, g) = prover.prove(problem.body), prover.prove(other.body)
        say = prover.say
        inside = t.Add((t.Mul((t.Add((prover.form(k),)), t.Add((prover.form(g),)))), t.Add((prover.form(e),))))
        back = f"apply add_eq. {{ apply mul_eq. {{ reflexivity. }} {{ {two or 'reflexivity.'} }} }} {{ reflexivity. }}"
        same = f"{problem.opening}transitivity {say(prover.form(f))}. {{ {one or 'reflexivity.'} }} "
        same += f"transitivity {say(inside)}. {{ arith. }} symmetry. {back}"
        equation = spelling.names.fresh("one_of")
        affine = f"maximum_affine {problem.ok} {other.objective} {problem.objective} "
        affine += f"{say(prover.form(k))} {say(prover.form(e))}"
        apply = f"apply (maximum_unique {problem.ok} {problem.objective}). {{ apply {hypothesis}. }} "
        apply += f"apply ({affine}). {{ {prover.positive(prover.form(k))} }} {{ {same} }} {{ apply {hypotheses[0]}. }}"
        script += f"assert ({equation} : {every}{_at(name, at)} = {spelling.term(meaning)}). {{ {intros}{apply} }} "
        prover.slopes[key] = meaning, free
        prover.equations[key] = f"apply {equation}."
    quantifier, intros = over(spelling, t.free_variables(left) | t.free_variables(right))
    says = f"{said}{quantifier}{spelling.term(left)} = {spelling.term(right)}"
    script = f"intros {' '.join(names)}. {script}{intros}{prover.equal(left, right)}"
    for i in range(len(names)):
        spelling.symbols.pop(f"largest {i + 1}", None)
    return says, script


def _ratio(row: Row, one: Polynomial, other: Polynomial) -> Polynomial | None:
    """The factor between what of two objectives depends on the policy, if there is one that is > 0."""
    nf = row.prover.nf
    (inside, _), (reference, _) = one.split(BOUND_POLICY), other.split(BOUND_POLICY)
    term, by = next(iter(sorted(reference.terms.items(), key=lambda each: each[0].key)), (None, 1))
    if term is None:
        return None
    for m, c in inside.terms.items():
        k = nf.times(of_monomial(m, c), nf.power(of_monomial(term, by), MINUS_ONE))
        if BOUND_POLICY not in k.names and nf.is_zero(inside - nf.times(k, reference)) and nf.positive(k):
            return k
    return None
