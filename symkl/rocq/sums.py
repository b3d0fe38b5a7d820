"""Scripts for sums: opened, put in another order, parted, and summed to 1."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import symkl.language.terms as t
from symkl.kernel.polynomials import Atom, Monomial, Polynomial, constant, of_atom, of_monomial, total
from symkl.kernel.quotients import MINUS_ONE
from symkl.language.terms import Variable
from symkl.rocq.forms import CLOSED, SCORE, alike, number
from symkl.rocq.refusals import NotExported
from symkl.rocq.steps import Script, Shown, Steps, exchanged


def bound_sum(prover: Steps, variables: tuple[Variable, ...], body: t.Term) -> Shown:
    """That a sum is a normal form, which what stands below it is first."""
    names = prover.fresh(variables)
    todo, body = list(names.values()), t.substitute(body, exchanged(names))
    script, of = _below(prover, todo, body)
    first = None if script is None else prover.down(todo) + script
    after, found = summed_all(prover, todo, of)
    return prover.via(prover.nested(todo, prover.form(of)), first, after), found


def summed_all(prover: Steps, variables: Sequence[Variable], of: Polynomial) -> Shown:
    """That the sum of a normal form over variables is one, too: the innermost first."""
    todo, found, steps = list(variables), of, list[tuple[t.Term, Script]]()
    while todo:
        v = todo.pop()
        step, more = summed(prover, [v], found)
        steps.append((prover.nested(todo, prover.form(more)), None if step is None else prover.down(todo) + step))
        found = more
    after: Script = None
    for middle, step in reversed(steps):
        after = prover.via(middle, step, after)
    return after, found


def _below(prover: Steps, variables: Sequence[Variable], body: t.Term) -> Shown:
    """What stands below sums. A probability that may be 0 is told apart there from one that is not."""
    script, of = prover.prove(body)
    closed = [a for a in closed_at(body) if a.free & set(variables)]
    if script is None or not closed or prover.positive_policies:
        return script, of
    for atom in closed:
        places = " ".join(prover.spelling.variable(v) for v in (*atom.outcomes, *atom.given) if isinstance(v, Variable))
        name = prover.spelling.names.fresh("at_zero")
        head = prover.spelling.base(CLOSED)
        there = without(body, prover.forms.atom(atom))
        first, form = prover.prove(there)
        nothing = f"rewrite {name}. transitivity {prover.say(there)}. {{ arith. }} "
        nothing += f"transitivity {prover.say(prover.form(form))}. {{ {first or 'reflexivity.'} }} arith."
        script = f"destruct (zero_or_pos _ ({head}_nonneg {places})) as [{name} | {name}]. {{ {nothing} }} {script}"
    return script, of


def summed(prover: Steps, todo: list[Variable], of: Polynomial) -> Shown:
    """That a sum of a normal form is what the kernel says it is: term by term."""
    terms = sorted(of.terms.items(), key=lambda term: term[0].key)
    if not terms:
        if any(v.sort in prover.nf.context.measures for v in todo):
            raise NotExported("the integral of 0")
        return "zeros.", constant(0)
    parts = [_one(prover, todo, of_monomial(m, c)) for m, c in terms]
    found = total([each for _, each in parts])
    if len(terms) == 1:
        return parts[0]
    apart = t.Add(tuple(prover.nested(todo, prover.forms.monomial(m, c)) for m, c in terms))
    each = t.Add(tuple(prover.form(part) for _, part in parts))
    last = None if alike(each, prover.form(found)) else "arith."
    integrable = prover.integrable(todo, [of_monomial(m, c) for m, c in terms])
    step = f"{integrable}linear {len(todo)}%nat."
    return prover.via(apart, step, prover.via(each, prover.each([s for s, _ in parts], "add_eq"), last)), found


def _one(prover: Steps, todo: list[Variable], of: Polynomial) -> Shown:
    """The sum of one product: inner sums opened, distributions summed to 1, the rest split up."""
    if of.single is None:
        return summed(prover, todo, of)
    if not todo:
        return None, of
    nf, (m, c) = prover.nf, of.single
    for atom, e in m.factors:
        if atom.kind == "sum" and e.whole in (1, 2, 3, 4) and not atom.names.isdisjoint(todo):
            return _opened(prover, todo, m, c, atom, e)
    for atom, _ in m.factors:
        if atom.kind == "same" and not atom.names.isdisjoint(todo):
            return _at_place(prover, todo, m, c, atom)
    if (step := nf._eliminate(todo, m)) is not None:
        return _eliminated(prover, todo, m, c, *step)
    return _split(prover, todo, m, c)


def _opened(prover: Steps, todo: list[Variable], m: Monomial, c: Fraction | int, atom: Atom, e: Polynomial) -> Shown:
    names, body = prover.nf.open(atom)
    rest = prover.nf.times(of_monomial(m.without(atom), c), of_atom(atom, e + MINUS_ONE))
    new = prover.nf.times(rest, body)
    script, found = summed(prover, [*todo, *names], new)
    inside = t.substitute(prover.form(atom.inside), dict(zip(atom.outcomes, names, strict=True)))
    pulled = prover.scaled(rest, prover.nested(names, inside))
    inner = prover.scaled(rest, inside)
    spelled = prover.spell(inside, body)
    apply = None if spelled is None else f"apply mul_eq. {{ reflexivity. }} {{ {spelled} }}"
    to_new = prover.via(prover.scaled(rest, prover.form(body)), apply, "arith.")
    first = f"{prover.down(todo)}transitivity {prover.say(pulled)}. {{ arith. }} factor {len(names)}%nat."
    second = f"{prover.down([*todo, *names])}{to_new}"
    return prover.via(
        prover.nested([*todo, *names], inner),
        first,
        prover.via(prover.nested([*todo, *names], prover.form(new)), second, script),
    ), found


def _at_place(prover: Steps, todo: list[Variable], m: Monomial, c: Fraction | int, atom: Atom) -> Shown:
    v, w = atom.given if atom.given[0] in todo else atom.given[::-1]
    assert isinstance(v, Variable) and isinstance(w, Variable)
    rest = of_monomial(m.without(atom), c)
    order = [*[u for u in todo if u != v], v]
    keep = order[:-1]
    there = t.substitute(prover.form(rest), {v: w})
    script, of = prover.prove(there)
    last, found = summed(prover, keep, of) if keep else (None, of)
    spelled = prover.scaled(rest, t.Apply(t.SAME, (), (v, w)))
    turned = (
        ""
        if atom.given[0] == v
        else f"rewrite (same_sym _ {prover.spelling.variable(w)} {prover.spelling.variable(v)}). "
    )
    first = f"{prover.down(order)}{turned}arith."
    function = f"(fun {prover.spelling.variable(v)} => {prover.spelling.term(prover.form(rest))})"
    second = f"{prover.down(keep)}apply (sum_same {prover.spelling.alphabet(v.sort)} {function})."
    third = None if script is None else prover.down(keep) + script
    first_order = swapped(prover, todo, order, prover.forms.monomial(m, c))
    return prover.via(
        prover.nested(order, prover.forms.monomial(m, c)),
        first_order,
        prover.via(
            prover.nested(order, spelled),
            first,
            prover.via(
                prover.nested(keep, there), second, prover.via(prover.nested(keep, prover.form(of)), third, last)
            ),
        ),
    ), found


def _eliminated(
    prover: Steps, todo: list[Variable], m: Monomial, c: Fraction | int, gone: set[Variable], left: Monomial,
    vanishes: bool,
) -> Shown:  # fmt: skip
    one = prover.forms.monomial(m, c)
    rest = of_monomial(left, c)
    changed = [a for a, e in m.factors if left.exponent(a) != e]
    weight = [a for a in changed if a.kind == "apply"]
    if all(a.kind in ("apply", "score") for a in changed) and len(weight) == 1 and set(weight[0].outcomes) == gone:
        last = list(weight[0].outcomes)
        w = prover.forms.atom(weight[0])
        score = t.Apply(SCORE + weight[0].symbol, (), (*weight[0].outcomes, *weight[0].given))
        part = t.Mul((w, score)) if vanishes else w
        which = "score" if vanishes else "total"
        total_is = f"apply {prover.spelling.base(weight[0].symbol)}_{which}."
        value: t.Term = number(0 if vanishes else 1)
        after = rest
    else:
        (v,) = gone
        part_of, outer = m.parted([v])
        whole = prover.nf.sum_part({v}, part_of).atom
        assert whole is not None
        last = [v]
        part = prover.form(of_monomial(part_of))
        rest = of_monomial(outer, c)
        value, after = prover.form(of_atom(whole)), of_monomial(left, c)
        total_is = _as_atom(prover, last, part_of, whole) or "reflexivity."
    keep = [v for v in todo if v not in gone]
    order = [*keep, *last]
    spelled = prover.nested(order, prover.scaled(rest, part))
    out = prover.nested(keep, prover.scaled(rest, prover.nested(last, part)))
    done = prover.nested(keep, prover.scaled(rest, value))
    if vanishes:
        after = constant(0)
    final, found = _one(prover, keep, after) if after.terms else ("zeros." if keep else None, constant(0))
    return prover.via(
        prover.nested(order, one),
        swapped(prover, todo, order, one),
        prover.via(
            spelled,
            prover.down(order) + "arith.",
            prover.via(
                out,
                f"{prover.down(keep)}symmetry. factor {len(last)}%nat.",
                prover.via(
                    done,
                    f"{prover.down(keep)}apply mul_eq. {{ reflexivity. }} {{ {total_is} }}",
                    prover.via(prover.nested(keep, prover.form(after)), prover.down(keep) + "arith.", final),
                ),
            ),
        ),
    ), found


def _as_atom(prover: Steps, variables: Sequence[Variable], part: Monomial, whole: Atom) -> Script:
    """That the sum of a product over variables is the atom that the kernel makes of it."""
    inside = t.substitute(prover.form(whole.inside), dict(zip(whole.outcomes, variables, strict=True)))
    spelled = prover.spell(inside, of_monomial(part))
    return None if spelled is None else f"{prover.down(variables)}symmetry. {spelled}"


def _split(prover: Steps, todo: list[Variable], m: Monomial, c: Fraction | int) -> Shown:
    near, outside = m.parted(todo)
    groups = near.connected(todo) if todo else []
    pieces: list[tuple[list[Variable], Monomial, Atom]] = []
    for group, part in groups:
        whole = prover.nf.sum_part(group, part)
        if (atom := whole.atom) is None or atom.kind != "sum":
            if len(groups) == 1 and not outside.factors:
                return _in_another_form(prover, todo, m, c, whole)
            raise NotExported("a sum of which the kernel chooses one of several forms, beside other factors")
        pieces.append((_ordered(prover, group, part, atom), part, atom))
    front = of_monomial(outside, c)
    found = prover.nf.times(front, *[of_atom(atom) for _, _, atom in pieces])
    order = [v for variables, _, _ in pieces for v in variables]
    one = prover.forms.monomial(m, c)
    steps: list[tuple[t.Term, Script]] = [(prover.nested(order, one), swapped(prover, todo, order, one))]
    done: list[t.Term] = []
    for i in range(len(pieces) - 1, -1, -1):
        variables, part, atom = pieces[i]
        before = [v for each, _, _ in pieces[:i] for v in each]
        others = [prover.form(of_monomial(each)) for _, each, _ in pieces[:i]]
        scale = prover.scaled(front, *others, *done) if others or done else t.Add((prover.form(front),))
        steps.append(
            (
                prover.nested([*before, *variables], t.Mul((scale, prover.form(of_monomial(part))))),
                prover.down([*before, *variables]) + "arith.",
            )
        )
        known = prover.integrable(variables, [of_monomial(part)])
        steps.append(
            (
                prover.nested(before, t.Mul((scale, prover.nested(variables, prover.form(of_monomial(part)))))),
                f"{known}{prover.down(before)}symmetry. factor {len(variables)}%nat.",
            )
        )
        spelled = _as_atom(prover, variables, part, atom)
        steps.append(
            (
                prover.nested(before, t.Mul((scale, prover.form(of_atom(atom))))),
                None if spelled is None else f"{prover.down(before)}apply mul_eq. {{ reflexivity. }} {{ {spelled} }}",
            )
        )
        done.insert(0, prover.form(of_atom(atom)))
    if alike(prover.nested(todo, one), prover.form(found)):
        return None, found
    script: Script = "arith."
    for middle, step in reversed(steps):
        script = prover.via(middle, step, script)
    return script, found


def _in_another_form(prover: Steps, todo: list[Variable], m: Monomial, c: Fraction | int, whole: Polynomial) -> Shown:
    """That a sum is that of another body, which is the same number with its variables in another order."""
    one, by = prover.forms.monomial(m), constant(c)
    for order in permutations(todo):
        # the kernel's own names come in the order of their numbers, and so do these
        names = {v: Variable(f"o{next(prover.counter):05}", v.sort) for v in order}
        body = prover.nf.rename(of_monomial(m), exchanged(names))
        inner = list(names.values())
        if len(body.terms) < 2 or prover.nf.sum_over(inner, body) != whole:
            continue
        renamed = t.substitute(one, exchanged(names))
        step = prover.spell(renamed, body)
        last, found = summed(prover, inner, body)
        script = prover.via(
            prover.nested([names[v] for v in todo], renamed),
            "reflexivity.",
            prover.via(
                prover.nested(inner, renamed),
                swapped(prover, [names[v] for v in todo], inner, renamed),
                prover.via(
                    prover.nested(inner, prover.form(body)), None if step is None else prover.down(inner) + step, last
                ),
            ),
        )
        out = prover.scaled(by, prover.nested(todo, one))
        apart = prover.via(
            prover.nested(todo, prover.scaled(by, one)),
            prover.down(todo) + "arith.",
            f"symmetry. factor {len(todo)}%nat.",
        )
        inside = f"apply mul_eq. {{ reflexivity. }} {{ {script or 'reflexivity.'} }}"
        after = prover.via(prover.scaled(by, prover.form(found)), inside, "arith.")
        return prover.via(out, apart, after), found.scaled(c)
    raise NotExported("a sum of which the kernel chooses one of several forms")


def _ordered(prover: Steps, group: set[Variable], part: Monomial, atom: Atom) -> list[Variable]:
    """The variables of a sum in the order in which the kernel has them."""
    for order in permutations(sorted(group, key=lambda v: (v.sort, v.name))):
        if [v.sort for v in order] == [v.sort for v in atom.outcomes] and prover.nf.rename(
            of_monomial(part), dict(zip(order, atom.outcomes, strict=True))
        ) == atom.inside:
            return list(order)
    raise NotExported("a sum of which the kernel chooses one of several forms")


def swapped(prover: Steps, old: Sequence[Variable], new: Sequence[Variable], body: t.Term) -> Script:
    """That the order of sums does not matter."""
    script, now, steps = None, list(old), list[tuple[list[Variable], str]]()
    for i, v in enumerate(new):
        for j in range(now.index(v), i, -1):
            now[j - 1], now[j] = now[j], now[j - 1]
            steps.append((list(now), f"{prover.down(now[: j - 1])}apply sum_swap."))
    for order, step in reversed(steps):
        script = prover.via(prover.nested(order, body), step, script)
    return script


def without(term: t.Term, gone: t.Term) -> t.Term:
    """A term where a factor is 0, and what it multiplies is left out."""
    if term == gone:
        return number(0)
    parts = t.rebuilt(term, lambda part: without(part, gone))
    match parts:
        case t.Mul(factors) if number(0) in factors:
            return number(0)
        case t.Add(terms):
            left = tuple(each for each in terms if each != number(0))
            return number(0) if not left else left[0] if len(left) == 1 else t.Add(left)
        case t.Bind("E" | "KL", _, (weight, _)) if weight == number(0):
            return number(0)
    return parts


def closed_at(term: t.Term) -> list[Atom]:
    """Where the policy of a problem stands in a term, outside what binds its arguments."""
    found: dict[Atom, None] = {}

    def look(part: t.Term, bound: frozenset[Variable]) -> None:
        if isinstance(part, t.Apply) and part.symbol == CLOSED and bound.isdisjoint((*part.outcomes, *part.given)):
            found[Atom("apply", CLOSED, part.outcomes, part.given)] = None
        inner = bound | set(part.variables) if isinstance(part, t.Bind) else bound
        for each in part.parts():
            look(each, inner)

    look(term, frozenset())
    return list(found)
