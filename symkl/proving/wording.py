"""What a report says of a tick: the law by the name that readers know, why it applies, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import symkl.language.terms as t
from symkl.kernel.verdict import Condition, Proved, Shown
from symkl.language.certificate import Certificate
from symkl.language.dependence import reached
from symkl.language.joints import written
from symkl.language.signs import in_words
from symkl.language.sorts import is_numbers

SAID: Mapping[str, tuple[str, str]] = {
    "identity": ("identity", "both sides have the same normal form"),
    "alike": ("identity", "both sides are the same expression"),
    "same optimiser": (
        "same maximiser",
        "the two differ by a positive factor and by what does not depend on the policy",
    ),
    "one maximiser": ("same maximiser", "both have the same unique maximiser"),
    "prompt by prompt": (
        "same maximiser",
        "each prompt's policy is chosen separately, and the prompt's weight is positive",
    ),
    "Gibbs": ("Gibbs", "the objective is a constant minus a positive multiple of KL(π‖q)"),
    "stationary": ("stationary", "the first-order condition holds and the objective is strictly concave"),
    "value": ("Gibbs", "KL(π‖q) is least, and 0, exactly at π = q"),
    "reached": ("largest value", "no value is larger, and one policy or function attains it"),
    "positivity": ("positivity", "the difference is a sum of squares and positive terms"),
    "absolute value": ("positivity", "|u| ≥ u, and squares and positive terms are not negative"),
    "cases": ("cases", "it holds whichever signs the terms have that cases are told apart by"),
    "largest": ("largest value", "a largest value is at least each of the values"),
    "attained": ("largest value", "what holds of every value holds of the largest, which is one of them"),
    "divergence": ("Gibbs", "KL(p‖q) ≥ 0, with equality exactly at p = q"),
    "premises": ("substitution", "known inequalities, times what is positive, add up to it"),
    "log bound": ("log bound", "log t ≤ t − 1, with equality exactly at t = 1"),
    "proportional": ("proportional", "the quotient does not depend on the outcome"),
    "limit": ("limit", "term by term on a finite sum"),
}
"""By what was done: the law that a report names, and its reason."""


INTEGRALS = "the integrals exist, part by part and in any order, and may be differentiated inside"
"""What is taken for granted of what is integrated over a space with any measure."""


ENDLESS = "the sums without an end exist, part by part and in any order, and may be differentiated inside"
"""What is taken for granted of sums over numbers that have no end."""


KINKS = "no derivative is taken at a kink: where a sign changes that decides, as that of u in |u|"
"""What is taken for granted where something with cases is differentiated."""

_DECIDED = ("abs", "max", "min", "clip", "sign")


def granted(found: Shown) -> tuple[str, ...]:
    """What is taken for granted beside the conditions on signs: of integrals, and of derivatives of what has cases."""
    if found.certificate is None:
        return ()
    parts, measures = tuple(_parts(found.certificate)), found.certificate.context.measures
    bound = [v.sort for part in parts if isinstance(part, t.Bind) for v in part.variables]
    sloped = any(isinstance(part, t.Partial | t.Gradient) for part in parts)
    decided = any(isinstance(part, t.Cases) or (isinstance(part, t.Fn) and part.name in _DECIDED) for part in parts)
    kinks = sloped and decided and any(each.sign == "≠" for each in found.assumptions)
    counted = [is_numbers(sort) for sort in bound if sort in measures]
    return (*[INTEGRALS] * (False in counted), *[ENDLESS] * (True in counted), *[KINKS] * kinks)


def _parts(certificate: Certificate) -> Iterator[t.Term]:
    """A statement's terms and all that is in them, or in what defines their symbols."""
    context, statement = certificate.context, certificate.statement
    defined = [context.definitions[s].body for s in reached((statement.left, statement.right), context)
               if s in context.definitions]  # fmt: skip
    todo: list[t.Term] = [statement.left, statement.right, *defined]
    while todo:
        term = todo.pop()
        yield term
        todo += term.parts()


def sources(found: Shown) -> frozenset[str]:
    """Where the facts and premises come from that it relies on: ``line 3``."""
    return frozenset(each.source for each in found.relied_on)


def told(found: Proved, what: str) -> Proved:
    """A tick with its words."""
    law, because = SAID[what]
    return replace(found, law=law, because=because)


def conditions(assumptions: Iterable[Condition]) -> frozenset[str]:
    """Side conditions as reports list them: denominators and logarithms all in one.

    >>> sorted(conditions([Condition("π_ref", ">"), Condition("β", ">")]))
    ['β > 0', 'π_ref > 0']
    """
    return frozenset(_condition(each) for each in assumptions)


def _condition(condition: Condition) -> str:
    of, sign = condition
    if isinstance(of, str):
        if (said := in_words(of)) is not None:
            return said
        return f"{written(of)} {sign} 0"
    if sign == ">":
        return "what a logarithm or a root is taken of is > 0"
    return f"{written(of.atom.symbol)} ≠ 0" if of.atom is not None and of.atom.symbol else "no denominator is 0"
