"""What a function computes of a whole row: of the logits over a vocabulary, or of a sequence's rewards and values.

Such a function is no formula of one sample. It is held, entry by entry, against those that have a name here, in values
and slopes at every point; and then the kernel is asked whether the two are the same for every logits, rewards and
values, at the sizes that were looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from symkl.auditing.claims import Claim, Subject, Use, started
from symkl.auditing.crosscheck import Point
from symkl.auditing.expressions import Expressions, Place, Symbol
from symkl.auditing.formulas import PER_ENTRY, WEIGHTS, Masks, kept
from symkl.auditing.roles import SHAPES, TRAINED, Padding, labels
from symkl.auditing.translating import Untranslatable, term
from symkl.checking.asking import proves
from symkl.checking.report import Line, Status
from symkl.language.places import LineOf
from symkl.language.terms import Relation, Scalar, Statement
from symkl.language.writing import formula

CLOSE = 1e-8
POLICY, REFERENCE = "logits", "logits.reference"


@dataclass(frozen=True)
class Whole:
    """A function of a row, with its name. ``shown``: as it is written. ``roles``: what it is made of.

    ``entries``: what it is at each place of a point, under some choice of ``parameters``. ``note``: what else is to be
    known of it.
    """

    name: str
    shown: str
    roles: frozenset[str]
    entries: Callable[[Expressions, Point, tuple[int, ...]], dict[Place, int]]
    parameters: tuple[str, ...] = ()
    note: str = ""


# --- over a vocabulary --------------------------------------------------------------------------


def _logs(e: Expressions, point: Point, role: str, place: Place) -> list[int]:
    """The logs of probabilities that logits stand for."""
    row = [e.entry(role, (*place, v)) for v in range(point.sizes["V"])]
    total = e.call("log", e.add(*(e.call("exp", each) for each in row)))
    return [e.subtract(each, total) for each in row]


def _places(point: Point) -> Iterator[Place]:
    return product(range(point.sizes["B"]), range(point.sizes["T"]))


Of = Callable[[Expressions, list[int], list[int]], int]
"""What is computed of the logs of two distributions."""


def _vocabulary(name: str, shown: str, of: Of, both: bool = True) -> Whole:
    def entries(e: Expressions, point: Point, parameters: tuple[int, ...]) -> dict[Place, int]:
        found = {}
        for place in _places(point):
            mine = _logs(e, point, POLICY, place)
            found[place] = of(e, mine, _logs(e, point, REFERENCE, place) if both else mine)
        return found

    return Whole(f"{name} over the vocabulary", shown, frozenset({POLICY, *([REFERENCE] if both else [])}), entries)


def _mean(e: Expressions, under: list[int], of: list[int]) -> int:
    return e.add(*(e.multiply(e.call("exp", p), x) for p, x in zip(under, of, strict=True)))


def _kl(e: Expressions, p: list[int], q: list[int]) -> int:
    return _mean(e, p, [e.subtract(a, b) for a, b in zip(p, q, strict=True)])


def _js(e: Expressions, p: list[int], q: list[int]) -> int:
    half = Fraction(1, 2)
    both = [e.add(e.call("exp", a), e.call("exp", b)) for a, b in zip(p, q, strict=True)]
    middle = [e.call("log", e.scale(each, half)) for each in both]
    return e.scale(e.add(_kl(e, p, middle), _kl(e, q, middle)), half)


def _variation(e: Expressions, p: list[int], q: list[int]) -> int:
    gaps = [e.call("abs", e.subtract(e.call("exp", a), e.call("exp", b))) for a, b in zip(p, q, strict=True)]
    return e.scale(e.add(*gaps), Fraction(1, 2))


def _chi(e: Expressions, p: list[int], q: list[int]) -> int:
    ratios = [e.call("exp", e.subtract(a, b)) for a, b in zip(p, q, strict=True)]
    return e.subtract(_mean(e, p, ratios), e.one)


def _label(sign: int) -> Callable[[Expressions, Point, tuple[int, ...]], dict[Place, int]]:
    def entries(e: Expressions, point: Point, parameters: tuple[int, ...]) -> dict[Place, int]:
        rows = labels(point.sizes)
        return {(i, j): e.scale(_logs(e, point, POLICY, (i, j))[rows[i][j]], Fraction(sign)) for i, j in _places(point)}

    return entries


# --- along a sequence ---------------------------------------------------------------------------


def _along(carried: str, returned: bool) -> Callable[[Expressions, Point, tuple[int, ...]], dict[Place, int]]:
    """Generalised advantages, from the last token back. ``carried``: what is done at padding."""

    def entries(e: Expressions, point: Point, parameters: tuple[int, ...]) -> dict[Place, int]:
        gamma, lam = parameters
        found: dict[Place, int] = {}
        for i, row in enumerate(point.mask):
            after, last = e.zero, e.zero
            for j in reversed(range(len(row))):
                reward, value = e.entry("reward", (i, j)), e.entry("value", (i, j))
                if carried == "zero" and not row[j]:
                    reward = value = e.zero
                gap = e.add(reward, e.multiply(gamma, after), e.negate(value))
                one = e.add(gap, e.multiply(gamma, lam, last))
                if carried != "over" or row[j]:
                    after, last = value, one
                found[i, j] = e.add(last, value) if returned else last
        return found

    return entries


def _to_go(e: Expressions, point: Point, parameters: tuple[int, ...]) -> dict[Place, int]:
    """Rewards from here on, discounted."""
    (gamma,) = parameters
    found: dict[Place, int] = {}
    for i in range(point.sizes["B"]):
        last = e.zero
        for j in reversed(range(point.sizes["T"])):
            last = found[i, j] = e.add(e.entry("reward", (i, j)), e.multiply(gamma, last))
    return found


_CARRIED = {
    "": "", "zero": "with rewards and values 0 at padding", "over": "with padding stepped over",
}  # fmt: skip
_BOTH = frozenset({"reward", "value"})
_STEP = "A_t = δ_t + γλ A_{t+1}, δ_t = r_t + γ V_{t+1} − V_t"

WHOLES = (
    _vocabulary("entropy of π", "−Σ_v π(v) log π(v)", lambda e, p, q: e.negate(_mean(e, p, p)), both=False),
    _vocabulary("minus the entropy of π", "Σ_v π(v) log π(v)", lambda e, p, q: _mean(e, p, p), both=False),
    _vocabulary("KL(π‖π_ref)", "Σ_v π(v) log π(v)/π_ref(v)", _kl),
    _vocabulary("KL(π_ref‖π)", "Σ_v π_ref(v) log π_ref(v)/π(v)", lambda e, p, q: _kl(e, q, p)),
    _vocabulary("cross-entropy of π_ref and π", "−Σ_v π_ref(v) log π(v)", lambda e, p, q: e.negate(_mean(e, q, p))),
    _vocabulary("cross-entropy of π and π_ref", "−Σ_v π(v) log π_ref(v)", lambda e, p, q: e.negate(_mean(e, p, q))),
    _vocabulary("JS(π, π_ref)", "½ KL(π‖½π + ½π_ref) + ½ KL(π_ref‖½π + ½π_ref)", _js),
    _vocabulary("TV(π, π_ref)", "½ Σ_v |π(v) − π_ref(v)|", _variation),
    _vocabulary("χ²(π‖π_ref)", "Σ_v π(v)²/π_ref(v) − 1", _chi),
    Whole("the log-probability of each label", "log π(label)", frozenset({POLICY}), _label(1)),
    Whole("minus the log-probability of each label", "−log π(label)", frozenset({POLICY}), _label(-1)),
    *(
        Whole(name, _STEP + more, _BOTH, _along(carried, bool(more)), ("γ", "λ"), said)
        for carried, said in _CARRIED.items()
        for name, more in (("GAE", ""), ("the returns of GAE", ", plus V_t"))
    ),
    Whole("the discounted reward to go", "R_t = r_t + γ R_{t+1}", frozenset({"reward"}), _to_go, ("γ",)),
)
"""Those that are known."""

ALIASES = {"entropy": "entropy of π over the vocabulary", "reward-to-go": "the discounted reward to go"}


# --- finding one --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    whole: Whole
    parameters: tuple[int, ...]
    gathered: str


def wholes(
    e: Expressions, points: Sequence[Point], padded: Sequence[Point], masks: Masks, known: Sequence[int], line: int,
    wanted: str,
) -> Iterator[Claim]:  # fmt: skip
    """What a function of a row is called, if it has a name here; whether that is what was expected."""
    every = [point for point in (*points, *padded) if point.held and point.padding is not Padding.EMPTY]
    found = next(_agreeing(e, every, masks, known), None)
    if found is None:
        return
    said = found.whole.name + _with(e, found)
    label = LineOf(line, Use.NAME.words)
    notes = [found.whole.note] if found.whole.note else []
    if found.gathered != PER_ENTRY:
        notes.append(f"gathered as {found.gathered}")
    slopes = _slopes_agree(e, every, masks, found)
    still = not slopes and _still(e, every)
    if still:
        notes.append("in value: no gradient flows through it")
    elif not slopes:
        notes.append("in value: its gradient is another")
    elif _detached(e, every):
        notes.append("its gradient is the same at every point at which it was checked")
    proved = _proved(e, every, masks, found)
    letter = "V" if POLICY in found.whole.roles else "T"
    sizes = ", ".join(sorted({f"{p.sizes[letter]}" for p in every if p.sizes in SHAPES}))
    if proved:
        notes.append(f"proved for rows of {sizes} entries, and for everything that may stand in them")
    status = Status.PROVED if proved else Status.UNKNOWN
    because = "" if proved else f"its values are those of {said}, at every point at which it was checked"
    row = Line(label, 1, "", None, status, because=because, readable=found.whole.shown, notes=tuple(notes))
    expected = _same_name(wanted, said) and (slopes or (still and POLICY not in found.whole.roles))
    yield Claim(Use.NAME, "", said, row, expected)


def _with(e: Expressions, found: _Found) -> str:
    given = [f"{name} = {formula(term(e, p)).text}" for name, p in
             zip(found.whole.parameters, found.parameters, strict=True)]  # fmt: skip
    return f" with {', '.join(given)}" if given else ""


def _same_name(wanted: str, said: str) -> bool:
    """Whether a name that was expected is the one that was found: its parameters are named, or left open."""
    wanted = ALIASES.get(wanted.strip(), wanted.strip())
    name, bracket, inside = wanted.partition("(")
    if wanted in (said, said.partition(" with ")[0]):
        return bool(wanted)
    if said.partition(" with ")[0] != name.strip() or not bracket:
        return False
    given = [each.rpartition("=")[2] for each in inside.rstrip(") ").split(",")]
    return list(map(_number, given)) == [_number(e.partition("=")[2]) for e in said.partition(" with ")[2].split(",")]


def _number(text: str) -> Fraction | str:
    """A parameter as it was written: a number, or the name of a scalar."""
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return text.strip()


def _agreeing(e: Expressions, points: Sequence[Point], masks: Masks, known: Sequence[int]) -> Iterator[_Found]:
    roles = {s.role for p in points[:1] for entry in p.settled for s in e.symbols(entry)}
    roles = {role for role in roles if not role.startswith("scalar ")}
    gatherings = [PER_ENTRY] if points and len(points[0].settled) > 1 else list(WEIGHTS)
    for whole in WHOLES:
        if whole.roles != roles:
            continue
        for parameters in product((*known, e.one), repeat=len(whole.parameters)):
            for gathered in gatherings:
                found = _Found(whole, parameters, gathered)
                if all(_values_agree(e, point, masks, found) for point in points):
                    yield found


def _pairs(e: Expressions, point: Point, masks: Masks, found: _Found) -> list[tuple[int, int]] | None:
    """What the function computes beside what is named, wherever a mask leaves something; None where shapes differ."""
    named = found.whole.entries(e, point, found.parameters)
    left = kept(point, masks)
    inside = {place: each for place, each in named.items() if left is None or place in left}
    if found.gathered != PER_ENTRY:
        if not inside:
            return None
        rows = {i: sum(place[0] == i for place in inside) for i in range(point.sizes["B"])}
        full = {i: n for i, n in rows.items() if n}
        weights = dict(zip(full, WEIGHTS[found.gathered](list(full.values()), point.sizes["T"]), strict=True))
        whole = e.add(*(e.scale(each, weights[place[0]]) for place, each in inside.items()))
        return [(point.settled[0], whole)]
    if point.ran.shape != (point.sizes["B"], point.sizes["T"]):
        return None
    mine = dict(zip(_places(point), point.settled, strict=True))
    return [(mine[place], each) for place, each in inside.items()]


def _values_agree(e: Expressions, point: Point, masks: Masks, found: _Found) -> bool:
    pairs = _pairs(e, point, masks, found)
    return pairs is not None and all(
        _near(e.value(mine, point.values), e.value(named, point.values)) for mine, named in pairs
    )


def _slopes_agree(e: Expressions, points: Sequence[Point], masks: Masks, found: _Found) -> bool:
    for point in points[::4]:
        for mine, named in _pairs(e, point, masks, found) or ():
            settled = e.settled(named, point.values)[0]
            for symbol in {s for s in (*e.symbols(mine), *e.symbols(settled)) if s.role in TRAINED}:
                slopes = [e.value(e.derivative(each, symbol), point.values) for each in (mine, settled)]
                if not _near(*slopes):
                    return False
    return True


def _still(e: Expressions, points: Sequence[Point]) -> bool:
    """Whether no gradient flows through any entry."""
    trained = {s for p in points for each in p.settled for s in e.symbols(each) if s.role in TRAINED}
    return all(e.derivative(each, s) == e.zero for p in points for each in p.settled for s in trained)


def _near(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= CLOSE * (1 + abs(b))


def _detached(e: Expressions, points: Sequence[Point]) -> bool:
    return any(e.has(each, frozenset({"sg"})) for point in points[:1] for each in point.settled)


def _proved(e: Expressions, points: Sequence[Point], masks: Masks, found: _Found) -> bool:
    """Whether the kernel has the two the same, entry by entry, at the first point of each shape and mask."""
    state = started(Subject(e, e.zero, e.zero, {}))
    seen = set()
    for point in points:
        kind = (tuple(point.sizes.items()), point.padding)
        if kind in seen or point.sizes not in SHAPES:
            continue
        seen.add(kind)
        for mine, named in _pairs(e, point, masks, found) or ():
            whole = e.unstopped(dict(zip(point.settled, point.traced.output.entries, strict=True))[mine])
            if whole == named:
                continue
            try:
                statement = Statement(term(e, whole, _scalar), Relation.EQUAL, term(e, named, _scalar))
            except Untranslatable:
                return False
            if not proves(state, statement):
                return False
    return True


def _scalar(symbol: Symbol) -> Scalar:
    """An entry of a row as a number of its own."""
    role = symbol.role.removeprefix("scalar ").replace(".", "")
    return Scalar("_".join([role, "".join(map(str, symbol.place))]) if symbol.place else role)
