"""Normal forms shared between the statements of one document, which ask for most of them more than once.

No part of what is trusted: a certificate is replayed by the kernel alone, without any of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.verdict import Fact
from symkl.language.certificate import Premise

_REMEMBERED = (t.Bind, t.Optimum, t.Cases, t.Partial, t.Gradient)
"""The terms that take some work."""

Memo = dict[Any, Any]
"""What was found for statements of a document, by context, facts and place; whoever asks owns it."""


class Remembering(Normaliser):
    """A normaliser that looks into a memo before it works something out, and leaves there what it finds.

    ::

        a term, its place, the context and the facts are the same
        ─────────────────────────────────────────────────────────────
        its normal form, what that rests on and its steps are the same

    Raises: as the normaliser does.
    """

    def __init__(
        self,
        context: t.Context,
        facts: Iterable[Fact] = (),
        budget: int = 60_000,
        premises: Iterable[Premise] = (),
        fresh: int = 0,
        *,
        memo: Memo,
        **order: Callable[[Polynomial], int],
    ) -> None:
        super().__init__(context, facts, budget, premises, fresh, **order)
        under = id(context), tuple(self.facts.values()), self.rank  # the context is kept: its id stays its own
        self.memo, self._found = memo, memo.setdefault(under, (context, {}))[1]

    def __call__(self, term: t.Term) -> Polynomial:
        """The normal form of ``term``."""
        if isinstance(term, _REMEMBERED):
            return self._once((self._place, term), self._recall, term)
        return self._read(term)

    def abs(self, argument: Polynomial) -> Polynomial:
        """``|argument|``, which proofs by cases ask for at every turn."""
        return self._once(("abs", argument), super().abs, argument)

    def choose(self, guard: Polynomial, above: Polynomial, below: Polynomial) -> Polynomial:
        """``above`` where the guard is >= 0, else ``below``."""
        return self._once(("choose", guard, above, below), super().choose, guard, above, below)

    def _recall(self, term: t.Term) -> Polynomial:
        """What is found of a term by itself, here or before."""
        if (key := (self._place, term)) not in self._found:
            own = copy(self)
            own.assumptions, own.used, own._known, own.premises = set(), set(), {}, ()
            self._found[key] = own._read(term), own.assumptions, own.used, self.budget - own.budget
        value, assumptions, used, steps = self._found[key]
        self.tick(steps)
        self.admit(value.names)
        self.assumptions, self.used = self.assumptions | assumptions, self.used | used
        return value  # type: ignore[no-any-return]
