r"""“At θ = θ_0”: what is differentiated by θ is looked at where π_θ is π_{θ_0}, which does not move.

::

    ∇_θ f(π_θ, π_{θ_0}) |_{θ = θ_0}   =   ∇_θ f(π_θ, sg(π_θ)),  for then θ_0 is wherever θ is

So π_{θ_0} is put as sg(π_θ), and a row with such a bar is a row about any θ.
"""

from __future__ import annotations

from collections.abc import Mapping

import symkl.language.terms as t
from symkl.language.functions import DETACHED
from symkl.language.proof import Point
from symkl.language.terms import Span
from symkl.meaning.symbols import LAWS
from symkl.reading.mistakes import refuse


def at_point(term: t.Term, point: Point, given: Mapping[str, t.Definition], span: Span) -> t.Term:
    """A term where the parameter has its value at the point. ``given``: what rows define.

    Raises Unreadable where a policy at the point is an argument of something, or is defined.
    """

    def changed(part: t.Term) -> t.Term:
        part = t.rebuilt(part, changed)
        if isinstance(part, t.Optimum | t.Optimiser) and _moving(part.policy, point):
            raise refuse("evaluation bar", span)
        if not isinstance(part, t.Apply):
            return part
        if any(isinstance(a, t.Policy) and _moving(a.symbol, point) for a in part.given):
            raise refuse("evaluation bar", span)
        if part.symbol in given and _reaches(part.symbol, point, given):
            definition = given[part.symbol]
            if len(definition.parameters) != len(part.given) or part.symbol in t.symbols(definition.body):
                raise refuse("evaluation bar", span)
            return changed(t.substitute(definition.body, dict(zip(definition.parameters, part.given, strict=True))))
        if _may_be_named(part.symbol, point) and not _moving(part.symbol, point):
            raise refuse("evaluation bar", span)
        if moving := _moving(part.symbol, point):
            if part.symbol in given or moving in given:
                raise refuse("evaluation bar", span)
            return t.Fn(DETACHED, (t.Apply(moving, part.outcomes, part.given),))
        return part

    return changed(term)


def _moving(symbol: str, point: Point) -> str:
    """π_θ for π_{θ_0}, or for π_old where the point is θ_old; nothing for what is not at the point.

    r_0 is another symbol. Of a law a word says that it is that at the point; whether π_0 is, nobody can tell.
    """
    base, _, below = symbol.partition("_")
    named = len(below) > 1 and _may_be_named(symbol, point)
    return f"{base}_{point.parameter}" if below == point.value or named else ""


def _may_be_named(symbol: str, point: Point) -> bool:
    """Whether a law has what stands below the parameter at the point: π_0 and π_old, at θ_0 and at θ_old."""
    base, _, below = symbol.partition("_")
    return bool(below) and base in LAWS and f"{point.parameter}_{below}" == point.value


def _reaches(symbol: str, point: Point, given: Mapping[str, t.Definition]) -> bool:
    """Whether what a symbol comes down to has something at the point."""
    seen, left = set[str](), [symbol]
    while left:
        for name in t.symbols(given[left.pop()].body) - seen:
            seen.add(name)
            if _moving(name, point):
                return True
            if name in given:
                left.append(name)
    return False
