"""Scripts for what is chosen by a sign: absolute values, and cases."""

from __future__ import annotations

from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.polynomials import ONE, Polynomial, of_atom
from symkl.kernel.quotients import MINUS_ONE
from symkl.rocq import signs
from symkl.rocq.forms import alike, number
from symkl.rocq.refusals import NotExported
from symkl.rocq.steps import Script, Steps


def size(prover: Steps, of: Polynomial, found: Polynomial) -> Script:
    """That the absolute value of a normal form is what the kernel says it is."""
    plain = t.Fn("abs", (prover.form(of),))
    if alike(plain, prover.form(found)):
        return None
    if prover.nf.nonnegative(of):
        return "sizes."
    c, factors = prover.nf.factors(of)
    front = [(a, e) for a, e in factors if prover.nf.positive_atom(a)]
    rest = prover.nf.times(of.scaled(Fraction(1) / c), *[prover.nf.power(of_atom(a), e.scaled(-1)) for a, e in front])
    parts = [number(Fraction(c)), *(each for a, e in front for each in prover.forms.factor(a, e)), prover.form(rest)]
    product = t.Fn("abs", (t.Mul((t.Add((parts[0],)), *parts[1:])),))
    return prover.via(product, "apply abs_eq. arith.", "sizes.")


def chosen(prover: Steps, guard: Polynomial, above: Polynomial, below: Polynomial, found: Polynomial) -> Script:
    """That a choice between normal forms is what the kernel says it is."""
    nf, form, say = prover.nf, prover.form, prover.say
    if alike(t.Cases((form(guard),), (form(above), form(below))), form(found)):
        return None
    one, by = next(iter(guard.terms.items()), (ONE, 1))
    k = Fraction((above - below).terms.get(one, 0)) / by
    if nf.is_zero(above - below - guard.scaled(k)):
        absolute = nf.abs(guard)

        def of(size_of: t.Term) -> t.Term:
            return t.Add((form(below), t.Mul((t.Add((number(k / 2),)), t.Add((form(guard), size_of))))))

        lemma = f"apply (choose_linear _ _ _ {say(number(k / 2))}). arith."
        same = f"apply add_eq. {{ reflexivity. }} {{ {size(prover, guard, absolute) or 'reflexivity.'} }}"
        step = f"apply add_eq. {{ reflexivity. }} {{ apply mul_eq. {{ reflexivity. }} {{ {same} }} }}"
        return prover.via(of(t.Fn("abs", (form(guard),))), lemma, prover.via(of(form(absolute)), step, "arith."))
    if nf.nonnegative(guard):
        return f"apply choose_above. {signs.nonnegative(prover, guard)}"
    if nf.peak(guard.scaled(-1)):
        raise NotExported("a choice by what is at its largest value")
    if nf.positive(guard.scaled(-1)):
        other = form(guard.scaled(-1))
        return f"apply choose_below, (negative _ {say(other)}). {{ {signs.positive(prover, other)} }} arith."
    c, factors = nf.factors(guard)
    front = [of_atom(a, e) for a, e in factors if nf.positive_atom(a)]
    inside = nf.times(guard.scaled(1 / Fraction(max(c, -c))), *[nf.power(each, MINUS_ONE) for each in front])
    by_what = t.Mul((number(Fraction(max(c, -c))), *(form(each) for each in front)))
    step_of = t.Cases((form(inside),), (number(1), number(0)))
    apart = t.Add((form(above), t.Mul((number(-1), t.Add((form(below),))))))
    middle = t.Add((form(below), t.Mul((step_of, apart))))
    lemma = f"apply (choose_scaled _ {say(form(inside))} {say(by_what)}). {{ arith. }} {{ pos. }}"
    return prover.via(middle, lemma, "arith.")
