"""What is not negative and may be subtracted from a difference, in normal form: gaps before they are certified."""

from __future__ import annotations

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial, constant
from symkl.kernel.quotients import Unsupported
from symkl.language import certificate
from symkl.language.certificate import Premise
from symkl.language.frozen import frozen
from symkl.language.terms import Variable
from symkl.proving.reading_back import plain


@frozen
class Gap:
    """A :class:`~symkl.language.certificate.Gap` whose terms are in normal form.

    ``top``: the variables of which the largest value is meant, less the value itself.
    """

    variables: tuple[Variable, ...]
    weight: Polynomial
    of: Polynomial | Premise
    square: bool = False
    exchange: tuple[tuple[Variable, Variable], ...] = ()
    absolute: bool = False
    over: tuple[Variable, ...] = ()
    top: tuple[Variable, ...] = ()
    sharp: bool = False

    @property
    def certified(self) -> certificate.Gap:
        """The same as a certificate has it."""
        return self.spelled("π°")

    def spelled(self, policy: str) -> certificate.Gap:
        """The same, with what a maximum binds called by this name."""
        of = plain(self.of, policy) if isinstance(self.of, Polynomial) else self.of
        if self.top and isinstance(of, t.Term):
            of = t.Bind("maximum", self.top, (of,))
        kind = self.square, self.exchange, self.absolute, self.over, self.sharp
        weight = plain(self.weight, policy)
        return certificate.Gap(self.variables, weight, of, *kind)

    def filled(self, nf: Normaliser) -> Polynomial | None:
        """What it adds up to, where that looks non-negative."""
        if not nf.nonnegative(nf.clear(self.weight)[0]):
            return None
        if isinstance(self.of, Premise):
            part = nf.rename(nf(self.of.upper) - nf(self.of.lower), dict(self.exchange))
        elif self.over:
            whole = summed(nf, self.over, self.of) if nf.nonnegative(self.of) else None
            if whole is None:
                return None
            part = whole - self.of
        elif self.top:
            part = nf.largest(self.top, self.of) - self.of
        elif self.absolute:
            part = nf.abs(self.of) - self.of
        elif self.square:
            part = nf.times(self.of, self.of)
        elif nf.positive(nf.clear(self.of)[0]) or nf.supposed(self.of, tuple(nf.assumptions)):
            part = laws.sharp(nf, self.of) if self.sharp else self.of - constant(1) - nf.log(self.of)
        else:
            return None
        return summed(nf, self.variables, nf.times(self.weight, part))


def summed(nf: Normaliser, variables: tuple[Variable, ...], body: Polynomial) -> Polynomial | None:
    """The sum of a guess; None where the kernel sums nothing of the kind, as 1 over what is integrated over."""
    try:
        return nf.sum_over(variables, body)
    except Unsupported:
        return None
