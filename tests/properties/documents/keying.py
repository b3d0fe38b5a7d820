"""Documents while they are written, and the key of every row: enumerated in worlds of two seeds, never asked of symkl.

A family says what it means a row to be; the worlds must agree, else :class:`WrongKey` is raised before symkl is blamed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

import numpy as np

from tests.properties.documents.terms import (
    At,
    Derivative,
    Extremum,
    Gradient,
    Limit,
    Meaning,
    Statement,
    Sum,
    SumPrompts,
    Symbol,
    Term,
    below,
    children,
    symbols,
    term,
)
from tests.properties.documents.worlds import OUTCOMES, PROMPTS, World
from tests.properties.documents.writing import Hand

# What an answer must be; the same words as a person's keyed cases use.
GOOD = {
    "ok": {"proved", "assumed"},
    "opt": {"proved"},
    "def": {"assumed", "proved"},
    "start": {"proved", "assumed", "unknown", "stated", None},
    "bad": {"refuted"},
    "nope": {"refuted", "unknown", "unreadable", "stated"},
    "open": {"unknown", "unreadable", "stated"},
    # Of a claim, not of a row.
    "met": {"met"},
    "unmet": {"unmet"},
    "seen": {"proved", "assumed", "unknown", "unreadable", "refuted", "stated"},
}
# Two independent sets of worlds; every row is tried in both.
SEEDS = (range(1, 6), range(101, 106))
# What an inequality that is false needs to be found out: it may well hold in the next world.
MANY = (range(1, 31), range(101, 131))
SAME, CLEARLY_OTHER = 1e-7, 2e-3

# Changes a world before a row is tried in it: a condition on what is free, perhaps at one point.
Condition = Callable[[World, Mapping[str, int]], None]


class WrongKey(AssertionError):
    """The worlds say otherwise than the family that wrote the row, or do not agree with each other."""


@dataclass(frozen=True)
class Verdict:
    """In how many of the places that were tried a row holds, and fails clearly."""

    holds: int
    fails: int
    tried: int

    @property
    def word(self) -> str:
        return "true" if self.holds == self.tried else "false" if self.fails else "unclear"


@dataclass(frozen=True)
class Row:
    """A row of a document: the line it stands on, its text, and what an answer to it must be."""

    line: int
    text: str
    key: str


@dataclass(frozen=True)
class Document:
    """A finished document."""

    family: str
    kind: str
    text: str
    rows: tuple[Row, ...]
    claim: tuple[str, bool] | None = None


def prompt_letters(whole: Term) -> set[str]:
    """The prompt letters that are free in a term."""
    own = {s.prompt for s in [f for part in [whole] for f in _own_symbols(part)] if s.prompt}
    inner = set().union(*(prompt_letters(child) for child in children(whole)))
    found = own | inner
    if isinstance(whole, SumPrompts):
        return found - {whole.letter}
    law = getattr(whole, "law", None)
    return found - {whole.letter} if law is not None and law.kind == "prompts" else found  # type: ignore[attr-defined]


def _own_symbols(whole: Term) -> Iterable[Symbol]:
    return (held for held in vars(whole).values() if isinstance(held, Symbol))


def outcome_letters(whole: Term) -> set[str]:
    """The outcome letters that are free in a term."""
    if isinstance(whole, At):
        return set(whole.letters)
    inner = set().union(*(outcome_letters(child) for child in children(whole)))
    law = getattr(whole, "law", None)
    if isinstance(whole, Sum) or (law is not None and law.kind == "law"):
        return inner - {whole.letter}  # type: ignore[attr-defined]
    if isinstance(whole, Extremum):
        return outcome_letters(whole.body)
    return inner


def judged(
    row: Statement,
    meanings: Mapping[Symbol, Meaning],
    seeds: Iterable[int],
    conditions: Iterable[Condition] = (),
    fixed: Mapping[str, float] | None = None,
) -> Verdict:
    """A row in worlds of these seeds, with its letters at several places each."""
    holds = fails = tried = 0
    most = 4 if row.relation in ("=", "∝") else 1
    deep = any(isinstance(part, Limit) for side in (row.left, row.right) for part in below(side))
    same = 1e-4 if deep else SAME
    prompts = sorted(prompt_letters(row.left) | prompt_letters(row.right) | _hidden_prompts(row, meanings))
    outcomes = sorted(outcome_letters(row.left) | outcome_letters(row.right))
    for seed in seeds:
        places = list(itertools.product(*[range(PROMPTS)] * len(prompts), *[range(OUTCOMES)] * len(outcomes)))
        places = Random(seed).sample(places, min(len(places), most))
        for place in places:
            at = dict(zip([*prompts, *outcomes], place, strict=True))
            world = World(seed, meanings, fixed)
            for condition in conditions:
                condition(world, at)
            verdict = _compared(row, world, at, outcomes, same)
            tried += 1
            holds += verdict == "holds"
            fails += verdict == "fails"
    return Verdict(holds, fails, tried)


def _hidden_prompts(row: Statement, meanings: Mapping[Symbol, Meaning]) -> set[str]:
    """Prompt letters that stand only in what symbols mean, as in a multiplier of each prompt."""
    seen: set[Symbol] = set()
    found: set[str] = set()
    queue = [*symbols(row.left), *symbols(row.right)]
    while queue:
        symbol = queue.pop()
        if symbol in seen:
            continue
        seen.add(symbol)
        if symbol in meanings:
            found |= prompt_letters(meanings[symbol].body)
            queue += symbols(meanings[symbol].body)
    return found


def _compared(row: Statement, world: World, at: Mapping[str, int], outcomes: list[str], same: float) -> str:
    if row.relation == "∝":
        # Over the outcome that the left side names; what else is free is held.
        letter = row.left.letters[0] if isinstance(row.left, At) else outcomes[0]
        ratios = [_ratio(row, world, {**at, letter: y}) for y in range(OUTCOMES)]
        spread = max(abs(math.log(b / a)) for a in ratios for b in ratios)
        return "holds" if spread < same else "fails" if spread > CLEARLY_OTHER else "unclear"
    left, right = np.asarray(world.value(row.left, at).v), np.asarray(world.value(row.right, at).v)
    size = max(1.0, float(np.max(np.abs(left))), float(np.max(np.abs(right))))
    if row.relation == "=":
        gap = float(np.max(np.abs(left - right))) / size
        return "holds" if gap < same else "fails" if gap > CLEARLY_OTHER else "unclear"
    over = float(left - right) / size * (1 if row.relation in ("<=", "<") else -1)
    return "fails" if over > CLEARLY_OTHER else "holds" if over < SAME else "unclear"


def _ratio(row: Statement, world: World, at: Mapping[str, int]) -> float:
    return float(world.value(row.left, at).v) / float(world.value(row.right, at).v)


def whole_verdict(row: Statement, meanings: Mapping[Symbol, Meaning], conditions: Iterable[Condition] = ()) -> str:
    """``true`` or ``false``, as the worlds of both sets of seeds say; they must agree."""
    conditions = tuple(conditions)
    words = {judged(row, meanings, seeds, conditions).word for seeds in (SEEDS if row.relation in ("=", "∝") else MANY)}
    if len(words) != 1 or words == {"unclear"}:
        raise WrongKey(
            f"the worlds do not agree ({words}): {Hand().side(row.left)} {row.relation} {Hand().side(row.right)}"
        )
    return words.pop()


def unexpressed(row: Statement, meanings: Mapping[Symbol, Meaning]) -> bool:
    """Whether a derivative stands over something that moves, but in a way that no row gives."""
    return any(
        _moves_unsaid(part.body, part.parameter if isinstance(part, Gradient) else part.by.latex, meanings, set(), part)
        for side in (row.left, row.right)
        for part in below(side)
        if isinstance(part, Gradient | Derivative)
    )


def _moves_unsaid(
    whole: Term, by: str, meanings: Mapping[Symbol, Meaning], seen: set[Symbol], derivative: Term
) -> bool:
    for symbol in symbols(whole):
        if symbol in seen:
            continue
        seen.add(symbol)
        if symbol in meanings:
            if _moves_unsaid(meanings[symbol].body, by, meanings, seen, derivative):
                return True
        elif by in symbol.carries and (symbol.kind != "law" or isinstance(derivative, Derivative)):
            return True
    return False


def about(row: Statement, meanings: Mapping[Symbol, Meaning], standing: str) -> bool:
    """Whether a symbol of that standing is in the row, or in what one of its symbols means."""
    queue, seen = [*symbols(row.left), *symbols(row.right)], set()
    while queue:
        symbol = queue.pop()
        if symbol in seen:
            continue
        seen.add(symbol)
        if symbol.standing == standing:
            return True
        if symbol in meanings:
            queue += symbols(meanings[symbol].body)
    return False


@dataclass
class Draft:
    """A document while it is written: what its symbols mean at the moment, and its lines so far."""

    family: str
    kind: str
    rng: Random
    hand: Hand
    meanings: dict[Symbol, Meaning] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    # What the document says beside its rows.

    def prose(self, *choices: str) -> None:
        """One of these sentences."""
        self.lines += [self.rng.choice(choices), ""]

    def heading(self, *choices: str) -> None:
        """A heading, which ends what solutions and hypotheses reign over."""
        self.lines += [f"{self.rng.choice(['#', '##'])} {self.rng.choice(choices)}", ""]

    def declare(self, text: str) -> None:
        """A directive."""
        self.lines += [f"<!-- symkl: {text} -->", ""]

    # What symbols mean.

    def mean(self, at: At, body: Term) -> None:
        """From here on the symbol means this."""
        self.meanings[at.symbol] = Meaning(at.letters, body)

    def forget(self, *gone: Symbol) -> None:
        """From here on these stand for anything again."""
        for symbol in gone:
            self.meanings.pop(symbol, None)

    # Rows.

    def raw(self, text: str, key: str) -> None:
        """A row that no oracle reads."""
        self._put(text, key)

    def define(self, at: At, body: Term, sign: str | None = None, shown: Term | None = None, key: str = "def") -> None:
        """A row that gives a symbol: by ``=``, ``:=``, or ``∝`` with what is ``shown``."""
        self.mean(at, body)
        self.definition(at, body if shown is None else shown, sign, key)

    def definition(self, at: Term, body: Term, sign: str | None = None, key: str = "def") -> None:
        """The row alone; what it gives has been made known already."""
        sign = sign or self.rng.choice(["=", "=", "=", ":="])
        self._put(f"{self.hand.side(at)} {sign} {self.hand.side(body)}", key)

    def true(self, left: Term, relation: str, right: Term | int, key: str | None = None, **written: str) -> None:
        """A row that holds."""
        self._judged(left, relation, right, "true", key, **written)

    def false(self, left: Term, relation: str, right: Term | int, key: str | None = None, **written: str) -> None:
        """A row that fails clearly somewhere."""
        self._judged(left, relation, right, "false", key, **written)

    def same(self, left: Term, relation: str, right: Term | int, key: str | None = None, **written: str) -> None:
        """A row of which the worlds alone say whether it holds."""
        self._judged(left, relation, right, None, key, **written)

    def held(self, left: Term, relation: str, right: Term | int, meant: bool) -> bool:
        """That a row which is written by hand is true, or false; the answer again."""
        row = Statement(left, relation, term(right))
        if whole_verdict(row, self.meanings, self.conditions) != ("true" if meant else "false"):
            raise WrongKey(f"{self.family}/{self.kind}: not {meant}: {self.hand.statement(row, self.rng)}")
        return meant

    def either(self, left: Term, relation: str, right: Term | int, *readings: Mapping[Symbol, Meaning]) -> None:
        """A row that holds in one reading of the document and fails in another: nobody can tell."""
        row = Statement(left, relation, term(right))
        found = {whole_verdict(row, {**self.meanings, **reading}, self.conditions) for reading in readings}
        if len(found) != 2:
            raise WrongKey(f"{self.family}/{self.kind}: {found} in every reading: {self.hand.statement(row, self.rng)}")
        self._put(self.hand.statement(row, self.rng), "open")

    def problem(self, posed: Extremum) -> None:
        """A row that poses an optimisation problem; its closed form is confirmed against competitors."""
        world = World(5, self.meanings)
        for x in range(PROMPTS):
            world.value(posed, dict.fromkeys(prompt_letters(posed), x))
        self._put(self.hand.side(posed), "start")

    def _judged(
        self,
        left: Term,
        relation: str,
        right: Term | int,
        meant: str | None,
        key: str | None,
        before: str = "",
        after: str = "",
        given: Condition | None = None,
    ) -> None:
        row = Statement(left, relation, term(right))
        found = whole_verdict(row, self.meanings, [*self.conditions, *([given] if given else [])])
        text = before + self.hand.statement(row, self.rng) + after
        if meant is not None and found != meant:
            raise WrongKey(f"{self.family}/{self.kind}: meant to be {meant}, is {found}: {text}")
        self._put(text, key or self.key(row, found))

    def key(self, row: Statement, found: str) -> str:
        """What an answer must be to a row that is true or false in the worlds."""
        if about(row, self.meanings, "opaque"):
            return "start" if found == "true" else "open"
        unsaid = unexpressed(row, self.meanings)
        if found == "true":
            return "start" if unsaid else "ok"
        limit = any(isinstance(part, Limit) for part in below(row.left))
        return "nope" if unsaid or limit or about(row, self.meanings, "marked") else "bad"

    def chain(self, sides: list[Term], relations: list[str], meant: list[str], keys: list[str] | None = None) -> None:
        """An ``align``: each row is held against the side before it."""
        self.lines.append(r"\begin{align}")
        for i, (side, relation) in enumerate(zip(sides[1:], relations, strict=True)):
            row = Statement(sides[i], relation, side)
            found = whole_verdict(row, self.meanings, self.conditions)
            if found != meant[i]:
                raise WrongKey(f"{self.family}/{self.kind}: row {i} of a chain is {found}")
            text = self.hand.statement(row, self.rng)
            left = self.hand.side(sides[i])
            text = f"{left if i == 0 else ''} &{text[len(left) :].strip()}"
            end = r" \\" if i + 2 < len(sides) else ""
            self.rows.append(Row(len(self.lines) + 1, text, keys[i] if keys else self.key(row, found)))
            self.lines.append(text + end)
        self.lines += [r"\end{align}", ""]

    def shuffled(self, *writers: Callable[[], None], most: int | None = None) -> None:
        """These rows in any order, perhaps not all of them."""
        order = list(writers)
        self.rng.shuffle(order)
        for write in order[:most]:
            write()

    def _put(self, text: str, key: str) -> None:
        if key not in GOOD:
            raise WrongKey(key)
        how = self.rng.randrange(6)
        if how == 0:
            self.lines += ["$$", text, "$$", ""]
            line = len(self.lines) - 2
        elif how == 1:
            self.lines += [rf"\[ {text} \]", ""]
            line = len(self.lines) - 1
        elif how == 2:
            self.lines += [r"\begin{equation}", text, r"\end{equation}", ""]
            line = len(self.lines) - 2
        else:
            self.lines += [f"$$ {text} $$", ""]
            line = len(self.lines) - 1
        self.rows.append(Row(line, text, key))

    def finished(self, claim: tuple[str, bool] | None = None) -> Document:
        """The document, and perhaps the theorem that it claims, with whether it reaches it."""
        return Document(self.family, self.kind, "\n".join(self.lines), tuple(self.rows), claim)
