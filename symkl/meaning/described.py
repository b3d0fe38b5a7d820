"""What prose takes from the usual meaning of symbols: which symbols of the document each sentence is about."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.language.proof import Aspect, Described
from symkl.language.roles import Role
from symkl.meaning.dependence import policy_of
from symkl.meaning.giving import alone
from symkl.meaning.symbols import POLICIES, PROMPTS, Declarations, is_parameter, letter, subscript, usual_role
from symkl.reading.calling import Kind, is_other
from symkl.reading.describing import Description, described

_WHY = "the prose says “{said}”, which is not read: nobody can tell whether it holds of that"
_GREEK = {"\\theta": "θ", "\\phi": "φ", "\\psi": "ψ", "\\omega": "ω", "\\vartheta": "ϑ"}


class Places(NamedTuple):
    """Where headings and rows start, in order; ``general``: the headings under which notation is laid down."""

    headings: Sequence[int]
    rows: Sequence[int]
    general: Collection[int] = ()

    @classmethod
    def of(cls, headings: Sequence[tuple[int, str]], rows: Sequence[int]) -> Places:
        """By the headings, each with its text, and where the rows start."""
        general = {start for start, text in headings if _GENERAL.search(text)}
        return cls([start for start, _ in headings], rows, general)

    def reach(self, start: int, *, here: bool) -> tuple[int, int | None]:
        """For which rows a sentence counts: those of its section and, where it does not speak of this alone, behind."""
        number = bisect_right(self.headings, start)
        if number == 0 and not here:
            return 0, None
        begin = self.headings[number - 1] if number else 0
        end = self.headings[number] if here and number < len(self.headings) else None
        first = 0 if begin in self.general else bisect_left(self.rows, begin)
        return first, None if end is None else bisect_left(self.rows, end)


_GENERAL = pattern(
    r"notation|convention|symbol|preliminar|set-?up|setting|background|definition|glossary|appendix|assumption|nomenclature",
    re.IGNORECASE,
)


def of_prose(
    text: str, known: Declarations, names: Collection[str], given: Collection[str], places: Places,
    bare: Collection[str] = (),
) -> tuple[Described, ...]:  # fmt: skip
    """What prose takes from the usual meaning of symbols and operators; ``names``: the symbols of the rows, ``given``:
    those that a row gives, ``bare``: those that stand somewhere without arguments."""
    out: dict[Described, Described] = {}
    for each in described(text):
        first, end = places.reach(each.start, here=each.here)
        for found in (*_meant(each, known, names, given), *_of_responses(each, set(bare) & set(names) - set(given))):
            among_prompts = found.aspect is Aspect.SPREADS and _is_of_prompts(each.said)
            placed = found._replace(first=first, end=end, aspect=Aspect.PROMPTS if among_prompts else found.aspect)
            out.setdefault(placed._replace(why=""), placed)
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
    if each.aspect is Aspect.OTHERWISE:
        yield from _otherwise(each, known, set(names) - set(given), why)
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


def _of_responses(each: Description, bare: Collection[str]) -> Iterator[Described]:
    """What is usually the same for all responses, and stands without arguments, where words may say otherwise of it."""
    about = {alone(formula) for formula in each.formulas} & set(bare)
    found = {name for name in about if usual_role(name) is Role.PARTITION or letter(name) in ("V", "b")}
    kinds = {Kind.PARTITION if usual_role(name) is Role.PARTITION else Kind.REWARD for name in found}
    called = each.aspect is Aspect.OTHERWISE
    other = called and any(is_other(kind, each.words, several=bool(each.on)) for kind in kinds)
    if found and each.aspect is not Aspect.SIGN and (other or _RESPONSES.search(each.said)):
        yield Described(Aspect.SPREADS, frozenset(found), _WHY.format(said=each.said))


_RESPONSES = pattern(
    r"\b(?:respons|action|sample|answer|completion|outcome|token|random|draw|length|batch|group|step|own)"
    r"|(?<!\w)y(?:_\w)?(?![\w(])", re.IGNORECASE,
)  # fmt: skip
_PROMPTS = pattern(r"\b(?:prompts?|questions?|contexts?)\b|(?<!\w)x(?![\w(])", re.IGNORECASE)


def _is_of_prompts(sentence: str) -> bool:
    """Whether a sentence speaks of prompts, and of nothing that one of them has several of."""
    return _PROMPTS.search(sentence) is not None and _RESPONSES.search(sentence) is None


def inverse(said: Sequence[Described], roles: Mapping[str, Role]) -> dict[str, Role]:
    """The temperatures of which words say that they are inverse ones."""
    names = {name for each in said if each.aspect is Aspect.OTHERWISE for name in each.names}
    return {name: Role.INVERSE for name in sorted(names) if roles.get(name) is Role.TEMPERATURE}


def _otherwise(each: Description, known: Declarations, names: Collection[str], why: str) -> Iterator[Described]:
    """What a sentence calls a symbol, where that is not what it usually is."""
    (formula,) = each.formulas
    name = alone(formula)
    kind = _usual_kind(known, name) if name in names else None
    if kind is not None and is_other(kind, each.words, several=bool(each.on)):
        yield Described(Aspect.MASS if kind is Kind.LAW else Aspect.OTHERWISE, frozenset([name]), why)


def _usual_kind(known: Declarations, name: str) -> Kind | None:
    """What a symbol is taken for by its letter."""
    match usual_role(name):
        case Role.OPTIMUM:
            return Kind.OPTIMUM
        case Role.PARTITION:
            return Kind.PARTITION
        case Role.TEMPERATURE if _is_number(known, name):
            return Kind.TEMPERATURE
    if known.kind(name) == "distribution":
        return Kind.LAW
    return Kind.REWARD if known.kind(name) == "function" and letter(name) in _REWARDS else None


_REWARDS = ("r", "R", "r̂", "R̂", "A", "Â", "Q", "V")


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
