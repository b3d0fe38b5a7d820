"""What the kernel may answer, and what an answer carries."""

from __future__ import annotations

from typing import NamedTuple

from symkl.kernel.polynomials import Atom, Polynomial
from symkl.language.certificate import Certificate, Premise
from symkl.language.frozen import field, frozen
from symkl.language.terms import Argument, Variable
from symkl.language.verdict import Scope, Verdict


class Condition(NamedTuple):
    """``of > 0``, or ``of ≠ 0``, whatever its variables are: a symbol at all its arguments, or a normal form."""

    of: str | Polynomial
    sign: str


@frozen
class Shown:
    """What was shown, if the ``assumptions`` hold and what is ``relied_on`` does; ``certificate``: how."""

    assumptions: frozenset[Condition] = field(default=frozenset(), kw_only=True)
    relied_on: frozenset[Fact | Premise] = field(default=frozenset(), kw_only=True)
    certificate: Certificate | None = field(default=None, compare=False, repr=False, kw_only=True)


@frozen
class Fact(Shown):
    """``symbol(outcomes | given) = value``, established by the row called ``source``."""

    symbol: str
    outcomes: tuple[Variable, ...]
    given: tuple[Argument, ...]
    value: Polynomial
    source: str

    @property
    def atom(self) -> Atom:
        """What it is about."""
        return Atom("apply" if self.outcomes or self.given else "scalar", self.symbol, self.outcomes, self.given)

    @property
    def behind(self) -> frozenset[Variable | str]:
        """All that its value is made of: the names in it, and what the facts put in for it are about and made of."""
        facts = [fact for fact in self.relied_on if isinstance(fact, Fact)]
        return self.value.names.union([fact.symbol for fact in facts], *[fact.behind for fact in facts])


@frozen
class Proved(Shown, Verdict):
    """A statement holds.

    ``factor``, ``difference``: of problems, ``left = factor * right + difference``; of a proportionality, its
    constant. ``law`` and ``because`` are words for a reader, and no part of what is proved.
    """

    scope: Scope = Scope.VALUE
    factor: Polynomial | None = None
    difference: Polynomial | None = None
    law: str = field(default="", compare=False)
    because: str = field(default="", compare=False)
