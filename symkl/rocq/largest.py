"""Scripts for largest values."""

from __future__ import annotations

from collections.abc import Sequence

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial, of_monomial
from symkl.language.terms import Variable
from symkl.rocq import signs
from symkl.rocq.forms import alike
from symkl.rocq.refusals import NotExported
from symkl.rocq.steps import Script, Shown, Steps, exchanged


def largest_value(prover: Steps, variables: tuple[Variable, ...], body: t.Term) -> Shown:
    """A largest value: what does not depend on the place leaves it, as a factor that is > 0 does."""
    names = prover.fresh(variables)
    todo = list(names.values())
    script, of = prover.prove(t.substitute(body, exchanged(names)))
    steps: list[tuple[t.Term, Script]] = []
    if script is not None:
        down = "".join(f"apply largest_ext; intro {prover.spelling.variable(v)}. " for v in todo)
        steps.append((_tops(prover, todo, prover.form(of)), down + script))
    while todo:
        v = todo.pop()
        found = prover.nf.largest([v], of)
        outer = "".join(f"apply largest_ext; intro {prover.spelling.variable(u)}. " for u in todo)
        step = _top(prover, v, of, found)
        if step is not None:
            steps.append((_tops(prover, todo, prover.form(found)), outer + step))
        of = found
    whole: Script = None
    for middle, step in reversed(steps):
        whole = prover.via(middle, step, whole)
    return whole, of


def _tops(prover: Steps, variables: Sequence[Variable], body: t.Term) -> t.Term:
    return t.Bind("maximum", tuple(variables), (body,)) if variables else body


def _top(prover: Steps, v: Variable, body: Polynomial, found: Polynomial) -> Script:
    """That the largest value of a normal form is what the kernel says it is."""
    inside, outside = body.split(v)
    name, alphabet = prover.spelling.variable(v), prover.spelling.alphabet(v.sort)
    if not inside.terms:
        return f"apply (largest_const {alphabet}). intro {name}. reflexivity."
    if alike(_tops(prover, [v], prover.form(body)), prover.form(found)):
        return None
    tops = [
        (a, of_monomial(m.without(a), c))
        for m, c in (found - outside).terms.items()
        for a, e in m.factors
        if a.kind == "top" and e.whole == 1
    ]
    if len(tops) != 1:
        raise NotExported("a largest value with more than one factor")
    ((top, scale),) = tops
    here = t.substitute(prover.form(top.inside), {top.outcomes[0]: v})
    say = prover.say
    affine = t.Add((t.Mul((t.Add((prover.form(scale),)), t.Bind("maximum", top.outcomes, (prover.form(top.inside),)))),
                    prover.form(outside)))  # fmt: skip
    spell = prover.spelling.term
    functions = f"(fun {name} => {spell(prover.form(body))}) (fun {name} => {spell(here)})"
    lemma = f"apply (largest_affine {alphabet} {functions} {say(prover.form(scale))} {say(prover.form(outside))}). "
    point = prover.nf.rename(top.inside, {top.outcomes[0]: v})
    there = prover.spell(here, point)
    least = t.Add((t.Mul((t.Add((prover.form(scale),)), here)), prover.form(outside)))
    mine = t.Add((t.Mul((t.Add((prover.form(scale),)), prover.form(point))), prover.form(outside)))
    product = f"apply mul_eq. {{ reflexivity. }} {{ {there} }}"
    inner = "reflexivity." if there is None else f"apply add_eq. {{ {product} }} {{ reflexivity. }}"
    step = f"transitivity {say(mine)}. {{ arith. }} transitivity {say(least)}. {{ symmetry. {inner} }} reflexivity."
    positive = signs.positive(prover, prover.form(scale))
    return prover.via(affine, f"{lemma}{{ intro {name}. {step} }} {{ {positive} }}", "arith.")
