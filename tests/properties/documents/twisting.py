"""Other spellings of a term, and slips: the worlds say which of them change its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from tests.properties.documents.keying import WrongKey, outcome_letters, whole_verdict
from tests.properties.documents.terms import (
    KL,
    At,
    Entropy,
    Gradient,
    Mean,
    Meaning,
    Minus,
    Over,
    Plus,
    Statement,
    Sum,
    Symbol,
    Term,
    Times,
    Variance,
    below,
    log,
    mapped,
    symbols,
)
from tests.properties.documents.vocabulary import moved


def respelt(whole: Term, rng: Random, bound: list[str]) -> Term:
    """The same value in other words: divergences and means as sums, bound letters renamed."""
    whole = mapped(whole, lambda held: respelt(held, rng, bound) if isinstance(held, Term) else held)
    if rng.random() < 0.5:
        return whole
    if isinstance(whole, KL):
        y = rng.choice(bound)
        ratio = log(whole.p(y) / whole.q(y))
        return rng.choice([Sum(y, whole.p(y) * ratio), Mean(y, whole.p, ratio)])
    if isinstance(whole, Entropy):
        y = rng.choice(bound)
        return rng.choice([-Sum(y, whole.p(y) * log(whole.p(y))), -Mean(y, whole.p, log(whole.p(y)))])
    if isinstance(whole, Mean) and whole.law.kind == "law":
        if not isinstance(whole.body, Plus) and rng.random() < 0.5:
            return Sum(whole.letter, whole.law(whole.letter) * whole.body)
        return _renamed(whole, rng, bound)
    if isinstance(whole, Sum):
        return _renamed(whole, rng, bound)
    if isinstance(whole, Variance) and rng.random() < 0.5:
        y, f = whole.letter, whole.body
        if isinstance(f, At):
            return Mean(y, whole.law, f**2) - Mean(y, whole.law, f) ** 2
    return whole


def _renamed(whole: Mean | Sum, rng: Random, bound: list[str]) -> Term:
    taken = outcome_letters(whole.body) | {getattr(part, "letter", "") for part in below(whole.body)}
    free = [letter for letter in bound if letter not in taken]
    if not free:
        return whole
    new = rng.choice(free)
    return replace(whole, letter=new, body=moved(whole.body, whole.letter, new))


def slip(left: Term, right: Term, rng: Random, meanings: Mapping[Symbol, Meaning], known: list[Symbol]) -> Term:
    """The right side with one slip that the worlds see clearly."""
    for _ in range(60):
        other = _slipped(right, rng, known)
        if other == right:
            continue
        try:
            if whole_verdict(Statement(left, "=", other), meanings) == "false":
                return other
        except (WrongKey, ZeroDivisionError, OverflowError, ValueError, TypeError):
            continue
    if whole_verdict(Statement(left, "=", -right), meanings) == "false":
        return -right
    raise WrongKey("no slip was found")


def _slipped(whole: Term, rng: Random, known: list[Symbol]) -> Term:
    places = [part for part in below(whole) if _slips(part, rng, known)]
    if not places:
        return whole
    place = rng.choice(places)
    new = rng.choice(_slips(place, rng, known) or [place])
    return _replaced(whole, place, new)


def _replaced(whole: Term, old: Term, new: Term) -> Term:
    if whole is old:
        return new
    return mapped(whole, lambda held: _replaced(held, old, new) if isinstance(held, Term) else held)


def _slips(part: Term, rng: Random, known: list[Symbol]) -> list[Term]:
    found: list[Term] = []
    if isinstance(part, Plus):
        i = rng.randrange(len(part.parts))
        found.append(Plus((*part.parts[:i], -part.parts[i], *part.parts[i + 1 :])))
        if len(part.parts) > 2:
            found.append(Plus((*part.parts[:i], *part.parts[i + 1 :])))
    elif isinstance(part, Times):
        i = rng.randrange(len(part.factors))
        rest = (*part.factors[:i], *part.factors[i + 1 :])
        if not any(isinstance(held, Gradient) for held in below(part.factors[i])):
            found.append(Times(rest) if len(rest) > 1 else rest[0])
    elif isinstance(part, KL):
        found.append(KL(part.q, part.p))
    elif isinstance(part, Over):
        found.append(Over(part.below, part.above) if not isinstance(part.above, Plus) else part)
    elif isinstance(part, Minus):
        found.append(part.body)
    elif isinstance(part, Mean):
        found += [
            replace(part, law=other) for other in known if _alike(other, part.law) and other not in symbols(part.body)
        ]
    elif isinstance(part, At):
        found += [other(*part.letters) for other in known if _alike(other, part.symbol)]
    return [slip for slip in found if slip != part]


def _alike(a: Symbol, b: Symbol) -> bool:
    return a != b and (a.kind, a.prompt, a.outcomes) == (b.kind, b.prompt, b.outcomes)
