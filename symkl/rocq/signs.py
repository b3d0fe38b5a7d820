"""Scripts for signs: that something is > 0, >= 0 or not 0, and the logarithm, which needs that its parts are > 0."""

from __future__ import annotations

from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial, primes
from symkl.rocq.forms import alike, number, powered
from symkl.rocq.refusals import NotExported
from symkl.rocq.steps import Script, Steps


def over(prover: Steps, of: Polynomial) -> t.Term:
    """A normal form as what is above the line over what is below it."""
    above, below = prover.nf.clear(of)
    factors = [each for a, e in below for each in prover.forms.factor(a, e.scaled(-1))]
    return t.Mul((t.Add((prover.form(above),)), *factors)) if factors else prover.form(of)


def positive(prover: Steps, term: t.Term) -> str:
    """A script for ``0 < term``."""
    script, of = prover.prove(term)
    parts, known = ([], "") if prover.nf.positive(of) else _positive_factors(prover, of)
    whole = t.Mul(tuple(parts)) if len(parts) > 1 else parts[0] if known else over(prover, of)
    shown = prover.via(prover.form(of), script, "arith." if whole != prover.form(of) else None) or "reflexivity."
    return f"{known}apply (lt_by _ {prover.say(whole)}). {{ {shown} }} pos."


def nonnegative(prover: Steps, of: Polynomial) -> str:
    """A script for ``0 <= of``, of a normal form."""
    whole = over(prover, of)
    return "nonneg." if whole == prover.form(of) else f"transitivity_eq {prover.say(whole)}. {{ arith. }} nonneg."


def nonzero(prover: Steps, term: t.Term) -> str:
    """A script for ``term <> 0``: no factor of its normal form is 0."""
    script, of = prover.prove(term)
    c, factors = prover.nf.factors(of)
    parts = [
        *([number(Fraction(c))] if c != 1 else []),
        *(each for a, e in factors for each in prover.forms.factor(a, e)),
    ]
    whole = over(prover, of) if prover.nf.positive(of) or len(parts) < 2 else t.Mul(tuple(parts))
    shown = prover.via(prover.form(of), script, "arith." if whole != prover.form(of) else None) or "reflexivity."
    return f"apply (nonzero_by _ {prover.say(whole)}). {{ {shown} }} nonzero."


def logarithm(prover: Steps, of: Polynomial, found: Polynomial) -> Script:
    """That the logarithm of a normal form is what the kernel says it is."""
    if alike(t.log(prover.form(of)), prover.form(found)):
        return None
    parts, known = _positive_factors(prover, of)
    product = parts[0] if len(parts) == 1 else t.Mul(tuple(parts)) if parts else number(1)
    first = None if alike(prover.form(of), product) else "apply ln_eq. arith."
    script = prover.via(t.log(product), first, "logs.")
    return f"{known}{script}" if known else script


def _positive_factors(prover: Steps, of: Polynomial) -> tuple[list[t.Term], str]:
    """What the kernel parts a normal form into to take its logarithm, and why what is supposed to be > 0 is."""
    nf = prover.nf
    unknown = [(a, e) for a, e in nf.factors(of)[1] if not nf.positive_base(a, e)]
    below = [(a, e) for a, e in unknown if e.whole and nf.at_most_0(a)]
    if below and (len(unknown) > 1 or below[0][1].whole not in (1, -1)):
        u, e = below[0][0].inside.scaled(-1), below[0][1]
        parts, known = _positive_factors(prover, nf.times(of, nf.power(u, e.scaled(-1))))
        return [*parts, powered(prover.form(u), e.whole or 1)], known
    c, factors, inside, k = nf._parted(of)
    parts = [powered(prover.form(a.inside), e.whole or 1) for a, e in primes(c)]
    parts += [each for a, e in factors for each in prover.forms.factor(a, e)]
    if inside.rational == 1:
        return parts, ""
    rest, known = prover.form(inside), ""
    if inside.single is None and parts:
        if k not in (1, -1):
            raise NotExported("a logarithm of what is supposed to be > 0, and is a power")
        left = powered(t.Mul((t.Add((prover.form(of),)), *(t.Power(each, number(-1)) for each in parts))), k)
        name = prover.spelling.names.fresh("supposed_pos")
        known = f"assert ({name} : 0 < {prover.spelling.term(rest)}). "
        known += f"{{ apply (lt_by _ {prover.say(left)}). {{ arith. }} pos. }} "
    return [*parts, powered(rest, k)], known
