"""What prose takes from the usual meaning of symbols: which symbols of the document each sentence is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from symkl.language.proof import Aspect, Described
from symkl.language.roles import Role
from symkl.meaning.dependence import policy_of
from symkl.meaning.giving import alone
from symkl.meaning.symbols import POLICIES, PROMPTS, Declarations, is_parameter, letter, subscript, usual_role
from symkl.reading.describing import Description, described

_WHY = "the prose says “{said}”, which is not read: nobody can tell whether it holds of that"
_GREEK = {"\\theta": "θ", "\\phi": "φ", "\\psi": "ψ", "\\omega": "ω", "\\vartheta": "ϑ"}


def of_prose(text: str, known: Declarations, names: Collection[str], given: Collection[str]) -> tuple[Described, ...]:
    """What prose takes from the usual meaning of symbols and operators; ``names``: the symbols of the rows, ``given``:
    those that a row gives."""
    out: dict[tuple[Aspect, frozenset[str]], Described] = {}
    for each in described(text):
        for found in _meant(each, known, names, given):
            out.setdefault((found.aspect, found.names), found)
    return tuple(out.values())


def _meant(
    each: Description, known: Declarations, names: Collection[str], given: Collection[str]
) -> Iterator[Described]:
    why = _WHY.format(said=each.said)
    if each.aspect in (Aspect.OPERATOR, Aspect.GIVEN):
        yield Described(each.aspect, frozenset(each.words.split("|")), why)
        return
    if each.aspect in (Aspect.TIED, Aspect.DENSITY):
        yield Described(each.aspect, frozenset(), why)
        return
    if each.words == "parameter":
        tied = {_GREEK[formula] for formula in each.formulas} - {"θ"}
        yield Described(
            Aspect.MOVES,
            frozenset(name for name in names if subscript(name).strip("{}") in tied and letter(name) not in POLICIES),
            why,
        )
        return
    subjects = {name for formula in each.formulas if (name := alone(formula))} & set(names)
    if not each.formulas:
        subjects = {name for name in names if _plays(each.words, known, name)}
    scalars = {name for name in subjects if _is_number(known, name)}
    match each.aspect:
        case Aspect.SIGN:
            found = scalars
        case Aspect.MASS:
            found = {name for name in subjects if known.kind(name) == "distribution"}
        case Aspect.SPREADS:
            found = scalars
        case _:
            yield from _moved(each, known, subjects - set(given), scalars - set(given), why)
            return
    if found:
        yield Described(each.aspect, frozenset(found), why)


def _moved(
    each: Description, known: Declarations, subjects: Collection[str], scalars: Collection[str], why: str
) -> Iterator[Described]:
    """What moves with parameters, a policy or a number, and what differs between prompts and responses."""
    if each.on == ("?",):  # learned, adaptive: of a number only, for that of a policy or a reward is no news
        if scalars:
            yield Described(Aspect.MOVES, frozenset(scalars), why)
        return
    if each.words == "law":  # that probabilities depend on parameters is no news
        return
    kinds = {known.kind(name) for formula in each.on if (name := alone(formula))}
    spreads = "prompt" in each.on or "variable" in kinds or any("|" in formula for formula in each.on)
    others = [
        formula for formula in each.on if formula not in ("prompt", "of") and known.kind(alone(formula)) != "variable"
    ]
    if spreads and scalars:
        yield Described(Aspect.SPREADS, frozenset(scalars), why)
    on = {alone(formula) for formula in others}
    moving = frozenset(
        name for name in subjects
        if known.kind(name) != "variable"
        and usual_role(name) not in (Role.OPTIMUM, Role.PARTITION)
        and policy_of(name) is None
        and not (letter(name) in POLICIES and (is_parameter(subscript(name)) or ("of" in each.on and name in on)))
        and not (letter(name) in POLICIES and known.kind(name) == "distribution" and subscript(name) == "")
        and not is_parameter(subscript(name))
        and name not in on
    )  # fmt: skip
    if moving and (others or not each.on):
        yield Described(Aspect.MOVES, moving, why)


def _is_number(known: Declarations, name: str) -> bool:
    return known.kind(name) in ("scalar", "multiplier", "constant") or name in known.scalars


def _plays(role: str, known: Declarations, name: str) -> bool:
    """Whether a symbol is what a noun names: the temperature, the reward."""
    base = letter(name)
    match role:
        case "scalar":
            return _is_number(known, name)
        case "reward":
            return base in ("r", "R", "r̂", "R̂")
        case "value":
            return base in ("V", "Q")
        case "advantage":
            return base in ("A", "Â")
        case "prompts":
            return base in PROMPTS or base in ("d", "μ")
        case "baseline":
            return base == "b"
        case "law":
            return known.kind(name) == "distribution"
        case _:
            return False
