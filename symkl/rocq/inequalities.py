"""Inequalities: what gaps that are not negative add up to."""

from __future__ import annotations

import symkl.language.terms as t
from symkl.kernel import laws as kernel
from symkl.kernel.polynomials import Polynomial, constant, of_monomial
from symkl.language.certificate import Gap, Premise
from symkl.language.terms import Relation, Statement, Variable
from symkl.rocq import choices, signs, sums
from symkl.rocq.forms import number
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, for_all, says
from symkl.rocq.steps import exchanged

DOWN = (Relation.GREATER_EQUAL, Relation.GREATER)
STRICT = (Relation.LESS, Relation.GREATER)


def between(row: Row) -> tuple[str, str]:
    """``A <= B``, as ``B - A`` is a sum of gaps and of what is not negative by its shape."""
    gaps = row.certificate.arguments["gaps"]
    assert isinstance(gaps, tuple)
    left, right, relation = row.statement.left, row.statement.right, row.statement.relation
    _, intros = for_all(row, left, right)
    lower, upper = (right, left) if relation in DOWN else (left, right)
    (one, a), (other, b) = row.prover.prove(lower), row.prover.prove(upper)
    script = shown(row, a, b, [each for each in gaps if isinstance(each, Gap)], relation in STRICT)
    down = {Relation.GREATER_EQUAL: "apply Rle_ge. ", Relation.GREATER: "apply Rlt_gt. "}.get(relation, "")
    form, say = row.prover.form, row.prover.say
    lemma = "less_by" if relation in STRICT else "at_most_by"
    goal = f"apply ({lemma} {say(lower)} {say(upper)} {say(form(a))} {say(form(b))}). "
    steps = f"{{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }} "
    return says(row.spelling, row.statement), intros + down + goal + steps + script


def shown(row: Row, lower: Polynomial, upper: Polynomial, gaps: list[Gap], strict: bool) -> str:
    """A script for ``0 <= upper - lower``, or ``0 <``."""
    if (upper - lower).contains(row.prover.nf.at_most_0):
        raise NotExported("what is left of a probability, below a line")
    prover = row.prover
    rest, script, names, totals = upper - lower, "", list[str](), list[Polynomial]()
    for i, gap in enumerate(gaps):
        text, total = summed(row, gap, f"gap_{i}")
        script += text
        rest = rest - total
        names.append(f"gap_{i}")
        totals.append(total)
    parts = t.Add((*map(prover.form, totals), t.Add((signs.over(prover, rest),))))
    sign = "pos" if strict else "nonneg"
    script += f"transitivity_eq {prover.say(parts)}. {{ arith. }} "
    add = f"add_{'pos' if strict else 'nonneg'}"
    closing = ""
    if names:
        lefts = "exact " + names[0] + "."
        for name in names[1:]:
            lefts = f"apply add_nonneg. {{ {lefts} }} {{ exact {name}. }}"
        closing = f"apply {add}. {{ {lefts} }} {{ {sign}. }}"
    else:
        closing = f"{sign}."
    return script + closing


def summed(row: Row, gap: Gap, name: str) -> tuple[str, Polynomial]:
    """That a gap, summed with its weight, is not negative; and what it comes to."""
    prover, nf = row.prover, row.prover.nf
    fresh = prover.fresh(gap.variables)
    exchange = exchanged(fresh)
    variables = [fresh[v] for v in reversed(gap.variables)]
    weight = nf(t.substitute(gap.weight, exchange))
    part, nonneg, equal, known = _part(row, gap, exchange)
    product = t.Mul((t.Add((prover.form(weight),)), part))
    found = nf.times(weight, known)
    total = nf.sum_over(list(reversed(variables)), found)
    whole = prover.nested(variables, product)
    intros = "".join(f"{_at_most(row, v)}intro {row.spelling.variable(v)}. " for v in variables)
    middle = prover.scaled(weight, prover.form(known))
    step = None if equal is None else f"apply mul_eq. {{ reflexivity. }} {{ {equal} }}"
    body = prover.via(middle, step, "arith.")
    first = prover.down(variables) + (body or "reflexivity.")
    script = first
    integrable = ""
    if any(v.sort in row.certificate.context.measures for v in variables):
        integrable = _integrable(row, variables, product, body, found)
    if variables:
        more, end = sums.summed_all(prover, variables, found)
        script = prover.via(prover.nested(variables, prover.form(found)), first, more) or "reflexivity."
        total = end
    return (
        f"assert ({name} : 0 <= {row.spelling.term(prover.form(total))}). "
        f"{{ {integrable}transitivity_eq {prover.say(whole)}. {{ symmetry. {script} }} {intros}"
        f"apply gap_nonneg. {{ {signs.nonnegative(prover, weight)} }} {{ {nonneg} }} }} "
    ), total


def _integrable(row: Row, variables: list[Variable], product: t.Term, body: str | None, found: Polynomial) -> str:
    """That what a gap sums can be integrated: it is a sum of parts that can."""
    prover = row.prover
    parts = prover.integrable(variables, [of_monomial(m, c) for m, c in found.terms.items()])
    (v,) = variables
    name, space = row.spelling.variable(v), row.spelling.alphabet(v.sort)
    one, other = (f"(fun {name} => {row.spelling.term(each)})" for each in (product, prover.form(found)))
    label = row.spelling.names.fresh("gap_integrable")
    script = f"{{ intro {name}. rewrite Rmult_1_l. {body or 'reflexivity.'} }} {{ integrates. }}"
    by = f"apply (integrable_by {space} {one} {other} 1)."
    return f"{parts}assert ({label} : integrable {space} {one}). {{ {by} {script} }} "


def _at_most(row: Row, v: t.Variable) -> str:
    if v.sort in row.certificate.context.measures:
        return "apply integral_nonneg; [ assumption | ]. "
    return "apply sum_nonneg; "


def _part(row: Row, gap: Gap, exchange: dict[t.Argument, t.Argument]) -> tuple[t.Term, str, str | None, Polynomial]:
    """What a gap sums: the term, why it is not negative, why it is the normal form that it is, and this."""
    prover, nf = row.prover, row.prover.nf
    if isinstance(gap.of, Premise):
        return _premise(row, gap, gap.of, exchange)
    of = nf(t.substitute(gap.of, exchange))
    form = prover.form(of)
    minus = t.Mul((number(-1), form))
    if isinstance(gap.of, t.Bind) and gap.of.name == "maximum":
        return _below_largest(row, gap.of, exchange)
    if gap.over:
        if len(gap.over) > 1:
            raise NotExported("a part of a sum over several variables")
        (v,) = gap.over
        (u,) = prover.fresh(gap.over).values()
        inside = t.substitute(form, {exchange.get(v, v): u})
        whole = prover.nested([u], inside)
        script, total = prover.prove(whole)
        term = t.Add((whole, minus))
        step = None if script is None else f"apply sub_eq. {{ {script} }} {{ reflexivity. }}"
        function = f"(fun {row.spelling.variable(u)} => {row.spelling.term(inside)})"
        nonneg = f"apply (part_gap {row.spelling.alphabet(v.sort)} {function}). intro. nonneg."
        return term, nonneg, prover.via(t.Add((prover.form(total), minus)), step, "arith."), total - of
    if gap.absolute:
        size = t.Fn("abs", (form,))
        found = nf.abs(of)
        step = choices.size(prover, of, found)
        script = None if step is None else f"apply sub_eq. {{ {step} }} {{ reflexivity. }}"
        return (
            t.Add((size, minus)),
            "apply size_gap.",
            prover.via(t.Add((prover.form(found), minus)), script, "arith."),
            found - of,
        )
    if gap.sharp:
        return _sharp(row, of)
    if gap.square:
        return t.Mul((t.Add((form,)), form)), "apply square_nonneg.", "arith.", nf.times(of, of)
    logarithm = nf.log(of)
    step = signs.logarithm(prover, of, logarithm)
    term = t.Add((form, number(-1), t.Mul((number(-1), t.log(form)))))
    middle = t.Add((form, number(-1), t.Mul((number(-1), prover.form(logarithm)))))
    script = None if step is None else f"apply sub_eq. {{ reflexivity. }} {{ {step} }}"
    return (
        term,
        f"apply log_bound. {signs.positive(prover, form)}",
        prover.via(middle, script, "arith."),
        of - constant(1) - logarithm,
    )


def _below_largest(
    row: Row, of: t.Bind, exchange: dict[t.Argument, t.Argument]
) -> tuple[t.Term, str, str | None, Polynomial]:
    """That a largest value is at least what it is the largest of, at any place."""
    prover = row.prover
    whole = t.substitute(of, exchange)
    here = t.substitute(of.arguments[0], exchange)
    if len(of.variables) != 1:
        raise NotExported("a largest value over several variables")
    (v,) = of.variables
    (u,) = prover.fresh(of.variables).values()
    inside = t.substitute(of.arguments[0], {**exchange, v: u})
    whole = t.Bind("maximum", (u,), (inside,))
    (one, a), (other, b) = prover.prove(whole), prover.prove(here)
    function = f"(fun {row.spelling.variable(u)} => {row.spelling.term(inside)})"
    middle = t.Add((prover.form(a), t.Mul((number(-1), prover.form(b)))))
    script = f"apply sub_eq. {{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }}"
    nonneg = f"apply (largest_gap {row.spelling.alphabet(v.sort)} {function})."
    return t.Add((whole, t.Mul((number(-1), here)))), nonneg, prover.via(middle, script, "arith."), a - b


def _sharp(row: Row, of: Polynomial) -> tuple[t.Term, str, str | None, Polynomial]:
    """The same of ``(2t + 4)(t log t - (t - 1)) - 3(t - 1)²``."""
    prover, form = row.prover, row.prover.form(of)
    logarithm = prover.nf.log(of)
    gap = t.Add((form, number(-1)))

    def with_(log: t.Term) -> t.Term:
        inner = t.Add((t.Mul((t.Add((form,)), log)), t.Mul((number(-1), gap))))
        twice = t.Add((t.Mul((number(2), t.Add((form,)))), number(4)))
        return t.Add((t.Mul((twice, inner)), t.Mul((number(-3), t.Power(gap, number(2))))))

    step, same = signs.logarithm(prover, of, logarithm), "apply mul_eq. { reflexivity. }"
    inside = f"apply sub_eq. {{ {same} {{ {step} }} }} {{ reflexivity. }}"
    script = None if step is None else f"apply sub_eq. {{ {same} {{ {inside} }} }} {{ reflexivity. }}"
    whole = prover.via(with_(t.Add((prover.form(logarithm),))), script, "arith.")
    return with_(t.log(form)), f"apply sharp_bound. {signs.positive(prover, form)}", whole, kernel.sharp(prover.nf, of)


def _premise(
    row: Row, gap: Gap, of: Premise, exchange: dict[t.Argument, t.Argument]
) -> tuple[t.Term, str, str | None, Polynomial]:
    prover = row.prover
    label = row.supposing(Statement(of.lower, Relation.LESS_EQUAL, of.upper), of.source)
    moved: dict[t.Argument, t.Argument] = {a: exchange.get(b, b) for a, b in gap.exchange}
    free = sorted(t.free_variables(of.lower) | t.free_variables(of.upper), key=lambda v: (v.sort, v.name))
    at = [moved.get(v, exchange.get(v, v)) for v in free]
    lower, upper = (t.substitute(side, {**exchange, **moved}) for side in (of.lower, of.upper))
    names = " ".join(row.spelling.variable(v) for v in at if isinstance(v, Variable))
    term = t.Add((upper, t.Mul((number(-1), lower))))
    (one, a), (other, b) = prover.prove(upper), prover.prove(lower)
    middle = t.Add((prover.form(a), t.Mul((number(-1), prover.form(b)))))
    script = f"apply sub_eq. {{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }}"
    known = f"({label} {names})" if names else label
    return term, f"apply premise_gap. exact {known}.", prover.via(middle, script, "arith."), a - b
