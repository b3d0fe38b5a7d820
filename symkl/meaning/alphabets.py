r"""Which alphabet each letter runs over: found by unification over the whole document, and not by the letter.

``π(y|x)``, ``E_{z∼π(·|x)}``, ``\sum_w π(w|x)`` and ``r(x,y')`` put y, z, w and y' over one alphabet, for they stand at
one *place*: the first outcome of π, the second argument of r. What is bound is tied to the places that it stands at
below its binder, and so is what is free in a row; x, y, s and a, where they are free, are the same in all rows. Then
each class of places and letters is one alphabet, named by its most usual letter.

What is written without a prompt everywhere is read without one, what is written with one anywhere is read with it; and
what is never written with arguments is read as what stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symkl.language.frozen import frozen
from symkl.language.joints import variables_of
from symkl.language.sorts import numbers, usual_name
from symkl.language.terms import Span
from symkl.meaning.joints import variable_of
from symkl.meaning.mistakes import refuse
from symkl.meaning.portions import ends
from symkl.meaning.symbols import (
    POLICIES,
    PROMPTS,
    REWARDS,
    TRAJECTORIES,
    VALUES,
    VARIABLES,
    Declarations,
    letter,
)
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import Clause, Node, named, walk

Place = tuple[str | int, ...]
"""A place of a symbol, a letter, a written set, or a binder: what one alphabet belongs to."""

PROMPT_LIKE = ("x", "s")

_TOLD_APART = frozenset(["w", "l", "+", "-", "win", "lose", "chosen", "rejected", "good", "bad", "pos", "neg"])
"""What a response bears that is preferred to another, or that another is preferred to."""

_PAIRS = (frozenset("cr"), frozenset("pn"), frozenset("gb"))
"""The same of letters that say so together: chosen and rejected, positive and negative, good and bad."""
"""The sorts of prompts, and the letters for them."""

POSITION: Place = ("position",)
"""What belongs to the alphabet of the positions of a response."""

PART = "⊂"
"""What stands for a sort where a set is no whole alphabet."""

_NUMBERED = "_"
"""What marks the letter of samples in a scope: o_i is one of those that are drawn as o."""

SETS = {"Y": "y", "A": "a", "X": "x", "S": "s"}
"""The written alphabets that belong to usual letters."""


@frozen
class Letters:
    """The sorts of the index variables of one row: of the free ones by letter, of the bound ones by their binder.

    ``written``: for each sort the names that stand free in the row, in their order.
    """

    free: Mapping[str, str] = field(default_factory=dict)
    bound: Mapping[int, str] = field(default_factory=dict)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class _Classes:
    """Places in classes; a class knows its usual side, and two that are on two sides are not put together."""

    above: dict[Place, Place] = field(default_factory=dict)
    side: dict[Place, str] = field(default_factory=dict)

    def root(self, place: Place) -> Place:
        """What stands for the class of a place."""
        top = place
        while (up := self.above.setdefault(top, top)) != top:
            top = up
        while place != top:
            self.above[place], place = top, self.above[place]
        return top

    def tie(self, one: Place, other: Place) -> bool:
        """Put two places over one alphabet; whether they can be."""
        a, b = self.root(one), self.root(other)
        if a == b:
            return True
        sides = {side for side in (self.side.get(a), self.side.get(b)) if side is not None}
        if len(sides) > 1:
            return False
        self.above[b] = a
        if sides:
            self.side[a] = sides.pop()
        return True


@dataclass
class _Ties:
    """The ties of the places in some rows, in reading order, each with where it was written."""

    known: Declarations
    found: list[tuple[Place, Place, Span]] = field(default_factory=list)
    rows: dict[Place, int] = field(default_factory=dict)
    calls: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    integrated: dict[Place, int] = field(default_factory=dict)
    free: dict[str, Place] = field(default_factory=dict)
    letters: set[tuple[int, Place]] = field(default_factory=set)
    row: int = 0

    def clause(self, clause: Clause, row: int) -> None:
        """Take up one clause of a row."""
        self.row = row
        for side in clause.expressions:
            self._node(side, {})

    def _tie(self, place: Place, at: Node, scope: Mapping[str, Place]) -> None:
        if at.kind == "symbol":
            bound = scope.get(at.value) or scope.get(letter(at.value) + _NUMBERED)
            if bound is None:
                bound = free_letter(at.value, self.row)
                self.free[at.value] = bound
            self.letters.add((self.row, bound))
            self._put(place, bound, at.span)

    def _put(self, place: Place, other: Place, span: Span) -> None:
        self.found.append((place, other, span))
        self.rows.setdefault(place, self.row)
        self.rows.setdefault(other, self.row)

    def _node(self, node: Node, scope: dict[str, Place]) -> None:
        match node.kind:
            case "sum" | "product" | "expectation" | "functional" | "statistic" | "family" | "extremum":
                self._binding(node, scope)
            case "call":
                self._call(node, scope)
                for child in node.children[1:]:
                    for argument in child.children:
                        if argument.kind not in ("symbol", "dot"):
                            self._node(argument, scope)
            case "token" | "next":
                self._token(node, scope)
            case "indicator" if all(c.kind == "symbol" and self.known.is_index(c.value) for c in node.children):
                for c in node.children:
                    self._tie(("alike", self.row, node.span.start), c, scope)
            case "divergence" | "norm" | "inner":
                self._beside(node, tuple(term for child in node.children for term in summands(child)))
                for child in node.children:
                    self._node(child, scope)
            case _:
                for child in node.children:
                    self._node(child, scope)

    def _binding(self, node: Node, scope: dict[str, Place]) -> None:
        binders = [c for c in node.children if c.kind in ("over", "sampled", "range", "under", "apart", "positions")]
        rest = [c for c in node.children if c not in binders]
        inner = dict(scope)
        for binder in binders:
            for variable in bound_by(binder):
                here: Place = ("bound", self.row, variable.span.start, letter(variable.value))
                inner[variable.value] = here
                if any(variable in each.children for each in binder.children if each.kind == "samples"):
                    inner[variable.value + _NUMBERED] = here
                self._put(here, here, variable.span)
                if node.value == "∫":
                    self.integrated[here] = self.row
                if binder.kind in ("over", "apart") and binder.value:
                    self._put(("set", binder.value), here, binder.span)
        for binder in binders:
            if binder.kind == "sampled":
                self._drawn(binder, inner)
            elif binder.kind == "under":
                self._node(binder.children[-1], inner)
            elif binder.kind == "positions":
                self._tie(POSITION, binder.children[0], inner)
            elif binder.kind == "apart":
                self._tie(inner[binder.children[0].value], binder.children[1], scope)
            elif binder.kind == "range":
                self._put(("range", ends(*binder.children[1:])), inner[binder.children[0].value], binder.span)
                for child in binder.children[1:]:
                    self._node(child, scope)
        if node.kind == "functional":
            self._beside(node, tuple(rest))
        for child in rest:
            self._node(child, inner)

    def _drawn(self, binder: Node, scope: dict[str, Place]) -> None:
        *variables, target = binder.children
        variables = [c for v in variables for c in (v, *v.children) if c.kind == "symbol"]
        name = named(target)
        if not name:
            return self._node(target, scope)
        given = len(target.children[2].children) if target.kind == "call" else -1
        if len(variables) == 2 and letter(name) == "π" and letter(variables[0].value) in PROMPT_LIKE:
            variables = variables[1:]
        if drawn_apart(self.known, name, variables, target):
            for v in variables:
                self._tie(("outcome", name, 1, given, 0), v, scope)
        else:
            for i, v in enumerate(variables):
                self._tie(("outcome", name, len(variables), given, i), v, scope)
        if target.kind == "call":
            self._node(target, scope)
        return None

    def _call(self, node: Node, scope: dict[str, Place]) -> None:
        head, arguments, conditions = node.children
        name = head.value
        if any(c.kind == "preferred" for c in arguments.children):
            if name + "≻" not in self.known.defined and letter(name) in (*REWARDS, "π"):
                return
            for c in arguments.children:
                for each in c.children:
                    if self.known.kind(each.value) == "distribution":
                        self._put(("argument", name + "≻", 2, 0), ("outcome", each.value, 1, -1, 0), each.span)
                    else:
                        self._tie(("argument", name + "≻", 2, 0), each, scope)
            for each in conditions.children:
                self._tie(("argument", name + "≻", 2, 1), each, scope)
            return
        every = (*arguments.children, *conditions.children)
        if not all(c.kind == "dot" or (c.kind == "symbol" and self.known.is_index(c.value)) for c in every):
            return
        if self.known.kind(name) == "distribution":
            over, given = len(arguments.children), len(conditions.children)
            if over == 1 and arguments.children[0].kind == "dot" and not given:
                return
            self.calls.setdefault(name, set()).add((over, given))
            for i, c in enumerate(arguments.children):
                self._tie(("outcome", name, over, given, i), c, scope)
            for i, c in enumerate(conditions.children):
                self._tie(("given", name, over, given, i), c, scope)
        elif self.known.kind(name) not in ("scalar", "variable"):
            self.calls.setdefault(name, set()).add((len(every), 0))
            for i, c in enumerate(prompts_first(every)):
                self._tie(("argument", name, len(every), i), c, scope)

    def _token(self, node: Node, scope: Mapping[str, Place]) -> None:
        """``π(y_t|x, y_{<t})`` is about π(y|x), and t is a position."""
        head, y, at, conditions = node.children
        given = len(conditions.children)
        self.calls.setdefault(head.value, set()).add((1, given))
        self._tie(("outcome", head.value, 1, given, 0), y, scope)
        for i, c in enumerate(conditions.children):
            self._tie(("given", head.value, 1, given, i), c, scope)
        self._tie(POSITION, at, scope)

    def _beside(self, node: Node, sides: tuple[Node, ...]) -> None:
        """The distributions that a divergence, an entropy or a norm is of are over one alphabet."""
        names = [named(side) for side in sides if side.kind in ("symbol", "call")]
        names = [name for name in names if self.known.kind(name) == "distribution"]
        for name in names[1:]:
            self._put(("outcome", names[0], 1, -1, 0), ("outcome", name, 1, -1, 0), node.span)


def free_letter(name: str, row: int) -> Place:
    """The place of a letter that nothing binds: the usual ones are the same in all rows."""
    base = letter(name)
    return ("letter", base) if base in VARIABLES else ("free", row, base)


def bound_by(binder: Node) -> tuple[Node, ...]:
    """The variables that a binder of a sum, a mean or a maximum binds."""
    match binder.kind:
        case "over":
            return tuple(c for c in binder.children if c.kind == "symbol")
        case "sampled":
            return tuple(c for each in binder.children[:-1] for c in (each, *each.children) if c.kind == "symbol")
        case "range" | "apart" | "positions":
            return binder.children[:1]
    target = binder.children[-1]
    return tuple(c for c in target.children[1].children if c.kind == "symbol") if target.kind == "call" else ()


def drawn_apart(known: Declarations, name: str, variables: Sequence[Node], target: Node) -> bool:
    """Whether ``y_1, y_2 ~ π(·|x)``, or ``y, y' ~ π``, draws twice from a policy over one response, and not a pair.

    Of a winner and a loser, ``y_w`` and ``y_l``, somebody has told which is which: those are a pair. A data set D may
    hold pairs whatever is written, and so may any law that is not written as one of a response, given a prompt or not.
    """
    single = len(known.signatures.get(name, ((known.outcome,), ()))[0]) == 1
    whole = target.kind == "symbol" or [c.kind for c in target.children[1].children] == ["dot"]
    alike = len(variables) > 1 and len({letter(v.value) for v in variables}) == 1
    marks = {v.value.removeprefix(letter(v.value)).strip("_^") for v in variables}
    alike = alike and not marks & _TOLD_APART and marks not in _PAIRS
    given = target.kind == "call" and bool(target.children[2].children)
    of_one = letter(name) in ("π", "μ") or ((given or name in known.singly) and letter(name) != "D")
    return whole and alike and single and of_one


def prompts_first(found: Iterable[Node]) -> list[Node]:
    """Prompts first: people write r(x, y) and r(y, x) for one thing."""
    return sorted(found, key=lambda c: letter(c.value) not in PROMPT_LIKE)


def summands(node: Node) -> list[Node]:
    """What a sum adds and subtracts."""
    if node.kind in ("add", "negate", "group"):
        return [term for child in node.children for term in summands(child)]
    return [node]


def alphabets(
    known: Declarations, rows: Sequence[Sequence[Clause]], lines: Sequence[int], sections: Sequence[int]
) -> Declarations:
    """``known`` with the alphabets of all rows: of places and letters, and what symbols take where nothing is written.

    ``lines``: where the rows stand, for what is said of two that clash; ``sections``: in which section each one is.

    Requires: what is drawn from, defined and summed over is known.
    """
    ties = _Ties(known)
    for row, clauses in enumerate(rows):
        for clause in clauses:
            ties.clause(clause, row)
    classes = _Classes()
    for base in VARIABLES:
        classes.side[classes.root(("letter", base))] = "x" if base in PROMPT_LIKE else "y"
    for name, (over, given) in known.signatures.items():
        ties.calls.setdefault(name, set()).add((len(over), len(given)))
        for i, base in enumerate(over):
            classes.tie(("outcome", name, len(over), len(given), i), ("letter", base))
        for i, base in enumerate(given):
            classes.tie(("given", name, len(over), len(given), i), ("letter", base))
    for name, of in known.arguments.items():
        ties.calls.setdefault(name, set()).add((len(of), 0))
        for i, base in enumerate(of):
            classes.tie(("argument", name, len(of), i), ("letter", base))
    for place, other, _ in ties.found:
        classes.tie(place, other)
    for name in known.joints:
        _joined(classes, name, ties.calls)
    _weakly(classes, ties, known.indices)
    found, usual = _named(known, classes)
    sorts = {place: found[classes.root(place)] for place in classes.above if place[0] != "bound"}
    sizes: dict[tuple[Place, bool], Place] = {}
    for place in ties.rows:  # the first size and the first name of an alphabet are its own, and others are of a part
        named = place[0] == "set" and re.fullmatch(r"\[(?:0…)?.\]|[A-Z]", str(place[1]))
        if named and sizes.setdefault((classes.root(place), str(place[1])[0] == "["), place) != place:
            sorts[place] = PART
    known = replace(
        known,
        portions={str(p[1]).strip("[]"): found[classes.root(p)] for p, sort in sorts.items() if sort == PART},
        sorts=sorts,
        usual=usual,
        usual_in=_by_section({(sections[row], found[classes.root(at)], str(at[-1])) for row, at in ties.letters}),
        measures={found[classes.root(place)]: lines[row] for place, row in reversed(ties.integrated.items())},
        written={place: lines[row] for place, row in ties.rows.items() if place[0] not in ("bound", "free")},
    )
    return _taking(known, ties, rows)


def _joined(classes: _Classes, name: str, calls: Iterable[str]) -> None:
    """One alphabet for each variable of a law, whichever of its parts it stands in."""
    for symbol in calls:
        if (found := variables_of(symbol, name)) is None:
            continue
        of, given = found
        for i, variable in enumerate(of):
            classes.tie(variable_of(name, variable), ("outcome", symbol, len(of), len(given), i))
        for i, variable in enumerate(given):
            classes.tie(variable_of(name, variable), ("given", symbol, len(of), len(given), i))


def _by_section(written: Iterable[tuple[int, str, str]]) -> dict[int, dict[str, str]]:
    """For each section the letter of each sort that it writes with one letter: q, where all others say x."""
    letters: dict[tuple[int, str], set[str]] = {}
    for section, sort, name in written:
        letters.setdefault((section, sort), set()).add(name)
    out: dict[int, dict[str, str]] = {}
    for (section, sort), names in letters.items():
        if len(names) == 1:
            out.setdefault(section, {})[sort] = next(iter(names))
    return out


def _weakly(classes: _Classes, ties: _Ties, indices: Collection[str]) -> None:
    """Ties that hold where nothing speaks against them: p(y), ``y ~ p`` are about the p of p(y|x), r(y) is r(x,y).

    And a letter that is given to a policy in one place is of the same alphabet elsewhere.
    """
    soft: dict[Place, set[str]] = {}
    for place in list(classes.above):
        if place[0] in ("letter", "bound") and place[-1] in VARIABLES:
            soft.setdefault(classes.root(place), set()).add("x" if place[-1] in PROMPT_LIKE else "y")

    whole = {classes.root(place) for place in list(classes.above) if place[-1] in TRAJECTORIES and place[-1] in indices}

    def tie(one: Place, other: Place) -> None:
        a, b = classes.root(one), classes.root(other)
        if (a in whole) != (b in whole):
            return  # R(τ) beside R(s, a)
        sides = soft.get(a, set()) | soft.get(b, set())
        if len(sides) < 2 or soft.get(a) == soft.get(b):
            classes.tie(a, b)
            soft[classes.root(a)] = sides

    for name, shapes in ties.calls.items():
        for over, given in shapes:
            fullest = max(g for o, g in shapes if o == over)
            if given < fullest:
                for i in range(over):
                    tie(("outcome", name, over, fullest, i), ("outcome", name, over, given, i))
        longest = max(over for over, _ in shapes)
        if (1, 0) in shapes and longest > 1 and ("argument", name, longest, 0) in classes.above:
            tie(("argument", name, longest, longest - 1), ("argument", name, 1, 0))
    for place in [place for place in classes.above if place[0] == "outcome" and place[3] == -1]:
        fullest = max((g for o, g in ties.calls.get(str(place[1]), ()) if o == place[2]), default=-1)
        tie((*place[:3], fullest, place[4]), place)
    conditions = {classes.root(place) for place in list(classes.above) if place[0] == "given"}
    letters = [place for place in classes.above if place[0] in ("free", "bound") and place[-1] not in VARIABLES]
    prompts = {place[-1]: place for place in letters if classes.root(place) in conditions}
    for place in letters:  # the q of E_{q∼P} is the q of π(·|q) in another row
        if place[-1] in prompts:
            tie(place, prompts[place[-1]])


def _named(known: Declarations, classes: _Classes) -> tuple[dict[Place, str], dict[str, str]]:
    """For each class the sort that it is, and for each sort the letter that is usual for it."""
    members: dict[Place, list[Place]] = {}
    for place in classes.above:
        members.setdefault(classes.root(place), []).append(place)
    known_ends = {f"[{size}]" for size in known.sizes}
    sorts: dict[Place, str] = {}
    letters: dict[Place, str] = {}
    loose: list[tuple[Place, bool, bool]] = []
    for root, places in members.items():
        found = [str(p[-1]) for p in places if p[0] in ("letter", "free")]
        found += [SETS[str(p[1])] for p in places if p[0] == "set" and p[1] in SETS]
        found += [str(p[-1]) for p in places if p[0] == "bound"]
        given = any(p[0] == "given" or (p[0] == "outcome" and p[1] in PROMPTS) for p in places)
        drawn = any(p[0] == "outcome" and p[1] not in PROMPTS for p in places)
        standard = [each for each in found if each in VARIABLES]
        letters[root] = standard[0] if standard else found[0] if found else ""
        if not standard or (standard[0] in PROMPT_LIKE and drawn and not given):
            loose.append((root, drawn, given))
        else:
            sorts[root] = VARIABLES[standard[0]]
    taken = {sort for root, sort in sorts.items() if len(members[root]) > 1}
    for root, drawn, given in loose:  # numbers to an end are an alphabet of their own
        ends = sorted(str(p[1])[1:-1] for p in members[root] if p[0] == "set" and str(p[1]) in known_ends)
        if not drawn and not given and (ends or letters[root] in known.numbering):
            sort = numbers(letters[root] or "i", ends[0] if ends else "")
            while sort in sorts.values():
                sort = numbers(usual_name(sort) + "′", ends[0] if ends else "")
            sorts[root] = sort
    loose = [each for each in loose if each[0] not in sorts]
    for root, drawn, given in loose:  # an alphabet of responses or prompts by another letter
        if known.trajectory and letters[root] == known.trajectory:
            sorts[root] = known.trajectory  # whose steps have states and actions
            continue
        role = known.outcome if drawn else known.prompt if given else ""
        sorts[root] = role if role and (role not in taken or not letters[root]) else letters[root]
    usual: dict[str, str] = {}
    for root, sort in sorts.items():
        if sort == letters[root] or sort not in usual:
            usual[sort] = letters[root] or sort
    return sorts, usual


def _taking(known: Declarations, ties: _Ties, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """What each symbol takes where nothing is written: what it takes elsewhere, or what stands beside it does."""
    signatures: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    arguments: dict[str, tuple[str, ...]] = {}
    for name, shapes in ties.calls.items():
        if known.kind(name) == "distribution":
            over, given = _fullest(known, name, shapes)
            outcomes = tuple(known.sorts.get(("outcome", name, over, given, i), known.outcome) for i in range(over))
            signatures[name] = outcomes, tuple(known.sorts[("given", name, over, given, i)] for i in range(given))
        else:
            longest = max(over for over, _ in shapes)
            places = (("argument", name, longest, i) for i in range(longest))  # of none where it only has a declaration
            arguments[name] = tuple(known.sorts.get(place, known.outcome) for place in places)
    known = replace(known, signatures=signatures, arguments=arguments)
    together = _Classes()  # of the symbols that are never written with arguments: those that stand in one row
    beside: dict[str, list[bool]] = {}
    everywhere: list[bool] = []
    for clauses in rows:
        names, shown = _shown(known, clauses)
        seen = list(dict.fromkeys(shown))
        everywhere += seen
        bare = sorted(name for name in names if _takes_unsaid(known, name))
        for name in bare:
            together.tie((bare[0],), (name,))
        if bare:
            beside.setdefault(bare[0], []).extend(seen)
    shown_by: dict[Place, list[bool]] = {}
    for name, shown in beside.items():
        shown_by.setdefault(together.root((name,)), []).extend(shown)
    always = any(everywhere) or not everywhere
    drawn = {str(p[1]): p for p in known.sorts if p[0] == "outcome" and p[3] == -1 and p[2] == 1}
    pairs = {str(p[1]): int(p[2]) for p in known.sorts if p[0] == "outcome" and p[3] == -1 and int(p[2]) > 1}
    for name in [str(place[0]) for place in together.above]:
        shown = shown_by.get(together.root((name,)), [])
        prompted = any(shown) if shown else always
        kind = known.kind(name)
        if kind == "distribution":
            if name in pairs and name not in drawn:
                over = pairs[name]
                signatures[name] = tuple(known.sorts[("outcome", name, over, -1, i)] for i in range(over)), ()
                continue
            outcome = known.sorts[drawn[name]] if name in drawn else known.outcome
            condition = known.condition(outcome) if letter(name) in POLICIES and name not in PROMPTS else None
            signatures[name] = (outcome,), (condition,) if condition and prompted else ()
        elif kind == "function":
            taken = () if letter(name) in VALUES else (known.outcome,)  # a value is of the prompt alone
            arguments[name] = (known.prompt, *taken) if prompted else taken
        else:
            arguments[name] = (known.prompt,) if prompted else ()
    return replace(known, signatures=signatures, arguments=arguments)


def _takes_unsaid(known: Declarations, name: str) -> bool:
    """Whether a symbol takes arguments that the document nowhere writes."""
    if name in known.signatures or name in known.arguments:
        return False
    return known.kind(name) in ("distribution", "function", "partition", "multiplier")


def _fullest(known: Declarations, name: str, shapes: set[tuple[int, int]]) -> tuple[int, int]:
    """How many outcomes and conditions a distribution has: as declared, else as where it is written most fully."""
    if name in known.signatures:
        declared, below = known.signatures[name]
        return len(declared), len(below)
    over = min(o for o, _ in shapes)
    return over, min((g for o, g in shapes if o == over and g > 0), default=0)


def _shown(known: Declarations, clauses: Sequence[Clause]) -> tuple[set[str], list[bool]]:
    """The symbols of a row, and of each call in it whether it shows a prompt."""
    names: set[str] = set()
    shown: list[bool] = []
    for clause in clauses:
        for side in clause.expressions:
            for node in walk(side):
                if node.kind == "symbol":
                    names.add(node.value)
                    base = letter(node.value)
                    if base in PROMPT_LIKE and known.sorts.get(("letter", base)) in PROMPT_LIKE:
                        shown.append(True)
                elif node.kind == "call":
                    name = node.children[0].value
                    sorts = known.signatures.get(name, ((), ()))
                    taken = (*sorts[0], *sorts[1], *known.arguments.get(name, ()))
                    if taken:
                        shown.append(any(sort in PROMPT_LIKE for sort in taken))
    return names, shown


def letters_of(known: Declarations, clauses: Sequence[Clause]) -> Letters:
    """The sorts of the letters of one row, by the places that they stand at. Raises Unreadable where two clash."""
    ties = _Ties(known)
    for clause in clauses:
        ties.clause(clause, 0)
    classes = _Classes()
    sorts: dict[Place, tuple[str, Place]] = {}
    for place, other, span in ties.found:
        ends = []
        for end in (place, other):
            sort = known.sorts.get(end)
            sort = known.portions.get(str(end[1]).strip("[]"), "") if sort == PART else sort
            if sort and end[0] not in ("free", "bound"):
                sorts.setdefault(classes.root(end), (sort, end))
            ends.append(sorts.get(classes.root(end)))
        one, two = ends
        if one is not None and two is not None and one[0] != two[0]:
            raise _clash(known, one[1], two[1], span)
        classes.tie(place, other)
        if (kept := one or two) is not None:
            sorts[classes.root(place)] = kept
    free: dict[str, str] = {}
    bound: dict[int, str] = {}
    for place in list(classes.above):
        found = sorts.get(classes.root(place))
        if place[0] == "bound":
            bound[int(place[2])] = found[0] if found else known.sort(str(place[3]))
        elif place[0] == "free" and found:
            free[str(place[2])] = found[0]
    written: dict[str, list[str]] = {}
    for name, place in ties.free.items():
        found = sorts.get(classes.root(place))
        written.setdefault(found[0] if found else known.sort(name), []).append(name)
    return Letters(free, bound, {sort: tuple(names) for sort, names in written.items()})


def _clash(known: Declarations, one: Place, two: Place, span: Span) -> Unreadable:
    """What to say where a place of a symbol is filled from two alphabets, or two symbols are over two."""
    place, other = (one, two) if one[0] in ("outcome", "given", "argument") else (two, one)
    first, second = (known.usual.get(known.sorts[end], known.sorts[end]) for end in (place, other))
    line = str(known.written.get(place, 0))
    return refuse("clash of alphabets", span, name=str(place[1]).rstrip("≻"), first=first, second=second, line=line)
