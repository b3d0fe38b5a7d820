r"""What a row gives of any policy, any temperature or any step, at one: ``V^{\mu}`` where a row gives ``V^\pi``.

It is what the row says with the one for the other: ``Z_{2\beta}`` after ``Z_\beta = \sum_y \mu(y) e^{r(y)/\beta}``, and
``\pi_1`` after ``\pi_{t+1} \propto \pi_t e^{\eta r}``. So what another row says of it is a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.language.frozen import frozen
from symkl.language.patterns import pattern
from symkl.language.terms import Relation
from symkl.meaning.giving import sides
from symkl.meaning.symbols import Declarations, letter, subscript
from symkl.reading.syntax import Node, RowSyntax, named, walk

_STEP = pattern(r"(?P<stem>[^_^]+[_^])(?P<open>\(?)(?P<at>[ktnmij])?(?:(?P<by>[+-]?\d{1,3}))?(?P<close>\)?)")
_MARK = pattern(r"[_^,]")
_MULTIPLE = pattern(r"(?P<times>\d{1,4})?(?P<of>[^\W\d_]\w*'*)(?:/(?P<over>\d{1,4}))?")


@frozen
class Change:
    """What stands in place of what: names of policies and steps by other names, numbers by others."""

    names: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, t.Term] = field(default_factory=dict)
    step: tuple[str, str, int] | None = None
    """The letter of the step, the letter there, which may be none, and how much is added."""

    def name(self, symbol: str) -> str | None:
        """What a symbol is called there; None where that is no step."""
        for old, new in self.names.items():
            if symbol == old:
                return new
            if symbol[-len(old) - 1 :] in (f"_{old}", f"^{old}"):
                return symbol[: -len(old)] + new
        found = _STEP.fullmatch(symbol) if self.step is not None else None
        if found is not None and self.step is not None and found["at"] == self.step[0]:
            _, there, more = self.step
            by = int(found["by"] or 0) + more
            at = f"{there}{by:+d}" if there and by else there or str(by)
            return None if by < 0 and not there else f"{found['stem']}{found['open']}{at}{found['close']}"
        return symbol

    def of(self, term: t.Term) -> t.Term | None:
        """A term with the one for the other; None where it holds what that cannot be said of."""
        lost = False

        def put(part: t.Term) -> t.Term:
            nonlocal lost
            match part:
                case t.Scalar(symbol):
                    if symbol in self.numbers:
                        return self.numbers[symbol]
                    if self.step is not None and symbol == self.step[0]:
                        _, there, more = self.step
                        number = t.Number(Fraction(more))
                        return t.Add((t.Scalar(there), number)) if there else number
                    name = self.name(symbol)
                    lost |= name is None
                    return t.Scalar(name or symbol)
                case t.Apply(symbol, outcomes, given):
                    name = self.name(symbol)
                    policies = [a for a in given if isinstance(a, t.Policy)]
                    lost |= name is None or any(self.name(a.symbol) is None for a in policies)
                    moved = [t.Policy(self.name(a.symbol) or "") if isinstance(a, t.Policy) else a for a in given]
                    return t.Apply(name or symbol, outcomes, tuple(moved))
                case t.Partial() | t.Gradient() | t.Limit() | t.Optimum() | t.Optimiser() | t.Value():
                    lost = True
            return t.rebuilt(part, put)

        found = put(term)
        return None if lost else found


def change(general: str, inside: Collection[str], other: str, laws: Container[str]) -> Change | None:
    """What makes one symbol of another, where what gives the other is made of these symbols; None where nothing does.

    >>> change("V^ρ", {"ρ", "r"}, "V^π_ref", {"ρ", "π_ref"}).names
    {'ρ': 'π_ref'}
    >>> change("π_t+1", {"π_t", "r"}, "π_1", {"π_t"}).name("π_t")
    'π_0'
    >>> change("V", {"π"}, "W", {"π"}) is None
    True
    """
    if general == other or letter(general) != letter(other):
        return None
    for own in sorted(inside):
        stem = general[: -len(own)]
        if stem[-1:] not in ("_", "^") or not general.endswith(own) or not other.startswith(stem):
            continue
        there = other[len(stem) :]
        if own in laws:
            if there in laws and there != own:
                return Change({own: there})
        elif (number := _multiple(own, there)) is not None:
            return Change({own: there}, {own: number})
    return _at_another_step(general, inside, other)


def _multiple(own: str, there: str) -> t.Term | None:
    """A number by its name, where that is a multiple of another, or of the other's letter: 2β, β/2, β', β_1 of β."""
    found = _MULTIPLE.fullmatch(there)
    if found is None or there == own or letter(found["of"]) != letter(own):
        return None
    term: t.Term = t.Scalar(found["of"])
    share = Fraction(int(found["times"] or 1), int(found["over"] or 1)) if found["over"] != "0" else Fraction(0)
    if not share:
        return None
    return term if share == 1 else t.Mul((t.Number(share), term))


def _at_another_step(general: str, inside: Collection[str], other: str) -> Change | None:
    one, two = _STEP.fullmatch(general), _STEP.fullmatch(other)
    if one is None or two is None or not one["at"] or (one["stem"], one["open"]) != (two["stem"], two["open"]):
        return None
    at = one["at"]
    moving = [name for name in inside if (of := _STEP.fullmatch(name)) is not None and of["at"] == at]
    if not any(letter(name) == letter(general) for name in moving) and at not in inside:
        return None
    if not two["at"] and not two["by"]:
        return None
    more = int(two["by"] or 0) - int(one["by"] or 0)
    return Change(step=(at, two["at"] or "", more)) if (two["at"] or "", more) != (at, 0) else None


def with_instances(
    known: Declarations, rows: Sequence[tuple[RowSyntax, int]], sections: Sequence[int]
) -> Declarations:
    """``known`` with the symbols that are what another is, of another policy or number.

    What a row gives by ``:=``, or in another section, or before the row of the other, it gives.
    """
    given: dict[str, tuple[int, int, Node, Relation]] = {}
    lines: dict[str, int] = {}
    names: set[str] = set()
    for (row, line), section in zip(rows, sections, strict=True):
        for clause in row.clauses:
            names |= {n.value for side in clause.expressions for n in walk(side) if n.kind == "symbol"}
            for head, body in sides(clause):
                given.setdefault(named(head), (len(given), section, body, clause.relations[0]))
                lines.setdefault(named(head), line)
    ends = (end for name in names for end in _ends(name))
    laws = {name for name in (*names, *ends) if known.kind(name) == "distribution"}
    found: dict[str, str] = {}
    for general, (place, section, body, _) in given.items():
        if not (known.defined.get(general) or known.kind(general) == "partition") or not _is_general(known, general):
            continue
        inside = {n.value for n in walk(body) if n.kind == "symbol"}
        for other in sorted(names - found.keys() - {general}):
            own = given.get(other)
            if own is not None and (own[0] < place or own[1] != section or own[3] is Relation.DEFINED):
                continue
            if change(general, inside, other, laws) is not None:
                found[other] = general
    found = {other: general for other, general in found.items() if general not in found}
    if not found:
        return known
    generals = {general: known.defined.get(general) or lines[general] for general in found.values()}
    said = generals | {other: generals[general] for other, general in found.items()}
    return replace(known, instances=found, defined={**known.defined, **said})


def _is_general(known: Declarations, name: str) -> bool:
    """Whether what gives a symbol is of any policy, by its name: V^π, and not V^{π_ref}."""
    below = name.partition("^")[2] or subscript(name)
    return not any(c.isdigit() for c in below) and not known.is_reference(below) and not known.is_optimum(below)


def definitions(
    instances: Mapping[str, str], given: Mapping[str, t.Definition], is_law: Callable[[str], bool]
) -> Iterator[t.Definition]:
    """What instances are, by what the rows say of the others."""
    for other, general in instances.items():
        if (first := given.get(general)) is not None and (found := at(first, other, is_law, given)) is not None:
            yield found


def at(
    general: t.Definition, other: str, is_law: Callable[[str], bool], given: Mapping[str, t.Definition]
) -> t.Definition | None:
    """What a symbol is by the definition of another that it is an instance of; None where that cannot be said.

    ``given``: what else is defined. Of ``V^π = E_π[Q]`` after ``Q = r + γ E_π[r]`` nobody can tell what Q is there.
    """
    inside = t.symbols(general.body)
    laws = {name for name in (*inside, *_ends(other)) if is_law(name)}
    made = change(general.symbol, inside, other, laws)
    if made is None or any(_goes_along_unsaid(made, name, given) for name in inside):
        return None
    body = made.of(general.body)
    if body is None or other in t.symbols(body):
        return None  # π_0 by π_k ∝ π_0 e^{kr}: where the steps begin
    return t.Definition(other, general.parameters, body)


def _goes_along_unsaid(made: Change, symbol: str, given: Mapping[str, t.Definition]) -> bool:
    """Whether a symbol stays what it is called, and is made of what is changed, or bears it: Q by π, ``d^π_γ``."""
    changed = {*made.names, *made.numbers}
    if symbol in changed or made.name(symbol) != symbol:
        return False
    if not changed.isdisjoint(_MARK.split(symbol)[1:]):
        return True
    found, left = set[str](), [symbol]
    while left:
        here = left.pop()
        if here not in found:
            found.add(here)
            left += t.symbols(given[here].body) if here in given else ()
    return any(name in changed or made.name(name) != name for name in found)


def _ends(name: str) -> list[str]:
    """What a name may end with: the policy that a value is of."""
    return [name[i + 1 :] for i, sign in enumerate(name) if sign in "_^"]
