"""Laws of problems over policies: which policy is best, what the best value is, and which problems are the same."""

from __future__ import annotations

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY
from symkl.kernel.polynomials import Polynomial, of_monomial
from symkl.kernel.quotients import MINUS_ONE
from symkl.language.certificate import Optimality
from symkl.language.terms import Sense, Variable
from symkl.rocq import signs
from symkl.rocq.best import Best, best
from symkl.rocq.forms import pattern
from symkl.rocq.posing import Posed, posed, signed
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, over
from symkl.rocq.worth import Known, is_of, worth


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
        positive = signs.positive(prover, prover.form(k))
        apply += f"apply ({affine}). {{ {positive} }} {{ {same} }} {{ apply {hypotheses[0]}. }}"
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
