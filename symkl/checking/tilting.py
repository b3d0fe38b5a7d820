"""What π* and Z mean in a document: the tilted policy and the partition function of which problem.

They have a meaning of their own. A row that states one of them *in the right shape*, or a problem, fixes which
reference, reward and temperature are meant, from there to the next part of the document that states another; a row
of another shape is a claim, to be judged against that meaning. Where no row states it, those that are the only ones
in the document are meant; where there are several, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.giving import Given, given
from symkl.checking.normalising import Normalised, normalised, normaliser
from symkl.checking.state import Meaning
from symkl.checking.stating import Said, Stated, Tilted, links, stated
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.joints import written
from symkl.language.proof import Borne, Proof, Row, Tilt
from symkl.language.roles import Role
from symkl.language.terms import Variable
from symkl.meaning.symbols import is_one_reward

_MOST = 16
"""In how many contexts a document is looked through for what its rows give: the work must grow with its length."""

_FIXING = (Said.STATEMENT, Said.PROBLEM)


class Settled(NamedTuple):
    """What π* and Z mean in each part of a document.

    ``of_rows``: for each row, which of ``meanings`` holds there. ``places``: the (row, clause, link) places that fix
    one. ``usual``: what no row states, with the meaning it was given.
    """

    meanings: tuple[Meaning, ...]
    of_rows: tuple[int, ...]
    places: frozenset[tuple[int, int, int]]
    usual: tuple[t.Definition, ...] = ()

    @property
    def context(self) -> t.Context:
        """What holds at the first row."""
        return self.meanings[0].context


def settle(proof: Proof) -> Settled:
    """Give π* and Z of a document their meaning, in each part of it that states one."""
    assert proof.parts is not None
    names = _Names.of(proof, proof.parts)
    contexts = [_in_force(proof, i) for i in range(len(proof.rows))]
    said = [tuple(stated(i, row, contexts[i], names.all)) for i, row in enumerate(proof.rows)]
    parts = _parts(proof.rows, said)
    by_part: dict[int, list[Stated]] = {}
    for part, found in zip(parts, said, strict=True):
        by_part.setdefault(part, []).extend(found)
    first_row = {part: parts.index(part) for part in by_part}
    again = {parts[start] for start, _ in proof.anew}
    fixing = [p for p, found in by_part.items() if p in again or any(each.said in _FIXING for each in found)]
    numbers = {part: number for number, part in enumerate(fixing)}
    meanings: list[Meaning] = []
    places: set[tuple[int, int, int]] = set()
    usual: dict[str, t.Definition] = {}
    looked: list[tuple[t.Context, Given]] = []
    for part in fixing or [0]:
        nearest = sorted(by_part, key=lambda other: (other > part, abs(other - part)))
        context = contexts[first_row[part]] if first_row else proof.context
        meaning, where, unstated = _meaning(proof, context, names, [by_part[other] for other in nearest], looked)
        meanings.append(meaning)
        places |= where
        usual = {definition.symbol: definition for definition in unstated} | usual
    first = fixing[0] if fixing else 0
    own = [max((part for part in fixing if part <= each), default=first) for each in parts]
    return Settled(
        tuple(meanings), tuple(numbers.get(part, 0) for part in own), frozenset(places), tuple(usual.values())
    )


def _in_force(proof: Proof, row: int) -> t.Context:
    """What the document declares, with the definitions that are in force at a row."""
    now = {definition.symbol: definition for start, definition in proof.anew if start <= row}
    return replace(proof.context, definitions={**proof.context.definitions, **now}) if now else proof.context


def _parts(rows: Sequence[Row], said: Sequence[Sequence[Stated]]) -> list[int]:
    """For each row the number of its part: a heading opens one, and a problem other than the one before it."""
    out: list[int] = []
    part, posed = 0, dict[str, Tilted]()
    for row, found in zip(rows, said, strict=True):
        if row.heading and out:
            part, posed = part + 1, {}
        for each in found:
            if each.said is Said.PROBLEM and each.tilted is not None:
                if each.symbol in posed and posed[each.symbol].another(each.tilted):
                    part, posed = part + 1, {}
                posed.setdefault(each.symbol, each.tilted)
        out.append(part)
    return out


class _Names(NamedTuple):
    """The symbols for the optimum and the partition function that a document uses, and which of them bear a mark.

    ``policies``: whether a problem over a policy may be theirs. ``uniform``: no reference stands in the document.
    """

    used: list[t.Apply]
    parts: Tilt
    optima: tuple[str, ...]
    partitions: tuple[str, ...]
    roles: Mapping[str, Role]
    uniform: bool

    @classmethod
    def of(cls, proof: Proof, parts: Tilt) -> _Names:
        """Look for them."""
        opaque = {each.symbol for each in proof.opaque if not each.section}
        used = [each for each in (*_used(proof.rows), *_used_by_instances(proof)) if each.symbol not in opaque]
        roles = proof.context.roles
        optima = {a.symbol for a in used if a.outcomes and roles.get(a.symbol) is Role.OPTIMUM}
        partitions = {
            a.symbol
            for a in used
            if not a.outcomes
            and len(a.given) <= 1
            and roles.get(a.symbol) is Role.PARTITION
            and a.symbol not in proof.context.definitions
        }
        uniform = not any(a.symbol == parts.reference for a in used)
        return cls(used, parts, tuple(sorted(optima)), tuple(sorted(partitions)), roles, uniform)

    @property
    def all(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.optima, *self.partitions))

    def mark(self, symbol: str) -> str:
        """What a symbol bears below: the r of π_r*."""
        return symbol.partition("_")[2].rstrip("*")

    def undecorated(self, symbol: str) -> bool:
        """Whether a symbol bears no mark, or only that of the document's own temperature, reward or parameter."""
        borne, reward = self.borne(symbol), self.parts.reward
        if borne is None:
            return self.mark(symbol) in ("", "θ", reward.partition("_")[2])
        own = not borne.reward or is_one_reward(borne.reward, reward)
        return own and borne.temperature in ("", self.parts.temperature) and borne.times == 1

    def borne(self, symbol: str) -> Borne | None:
        """The reward and the temperature that a symbol bears, if these are what it bears."""
        return self.parts.borne.get(symbol)

    def concerns(self, each: Stated) -> bool:
        """Whether what a row states may be about the document's π* and Z."""
        if each.said is Said.STATEMENT:
            return self.undecorated(each.symbol)
        solved = f"{each.symbol}*" in self.optima
        return solved or not self.optima or self.roles.get(each.symbol) is not Role.DISTRIBUTION


def _meaning(
    proof: Proof,
    context: t.Context,
    names: _Names,
    nearest: Sequence[Sequence[Stated]],
    looked: list[tuple[t.Context, Given]],
) -> tuple[Meaning, set[tuple[int, int, int]], list[t.Definition]]:
    """What π* and Z mean where rows state these things, ``nearest`` first; which places fix it; what no row states."""
    main, places = _main(names, nearest)
    apart = _partitions_apart(names, nearest, main)
    unsaid = ""
    law: Normalised | None = None
    by_default = main is None
    if main is None:
        main, unsaid = _unstated(proof, context, names, nearest)
        law = _of_another(proof, context, names, main)
    definitions = dict(context.definitions)
    usual: list[str] = []
    said: dict[str, str] = {}
    late: dict[str, Stated] = {}
    rewards = {a.symbol for a in names.used if not a.outcomes}
    parts = _named(names.parts, main, rewards)
    names = names._replace(parts=parts)
    for symbol in (*names.partitions, *names.optima):
        own = main
        if not names.undecorated(symbol):
            own = None if main is None or (borne := names.borne(symbol)) is None else main.of_another(borne)
            rows_said = (each for part in nearest for each in part if each.said is Said.STATEMENT)
            own_rows = [
                each
                for each in rows_said
                if symbol in (each.symbol, each.over) and (own is None or _fits(each.tilted, own, main))
            ]
            found = min(own_rows, key=lambda each: each.symbol != symbol, default=None)
            if found is not None and symbol in names.partitions and _mentions(proof.rows[: found.place[0]], symbol):
                late[symbol] = found  # unless what mentions it first determines it
                continue
            if found is not None:
                own = found.tilted
                places |= {found.place} if found.symbol == symbol else set()
            elif own is not None:
                usual.append(symbol)
            else:  # Z_1 and Z_2 are two things, and nobody says which
                if symbol in names.optima:
                    said[symbol] = f"no row says of which problem {symbol} is the optimum"
                continue
        elif symbol in apart:
            own = apart[symbol].tilted
            places.add(apart[symbol].place)
        elif law is not None and symbol == law.partition:
            if (whole := normaliser(law, context)) is not None:
                definitions[symbol] = whole
                usual.append(symbol)
            else:
                said[symbol] = f"{symbol} makes {law.head.symbol} sum to 1 in line {law.line}: say what it is in a row"
            continue
        elif unsaid:
            said[symbol] = f"{symbol}: {unsaid}"
        elif symbol not in {e.symbol for each in nearest for e in each if e.place in places}:
            usual.append(symbol)
        if own is not None and (definition := _definition(names, symbol, own)) is not None:
            definitions[symbol] = definition
    context = replace(context, definitions=definitions)
    rows = _given_in(proof, context, looked)
    for symbol, stated_late in late.items():
        definition = None if stated_late.tilted is None else _definition(names, symbol, stated_late.tilted)
        if definition is not None and symbol not in rows.context.definitions:
            definitions[symbol] = definition
            places |= {stated_late.place} if stated_late.symbol == symbol else set()
    rows = given(proof, replace(context, definitions=definitions)) if late.keys() & definitions.keys() else rows
    why = "what line {line} says of {symbol} could not be shown to make it a distribution"
    said |= {symbol: why.format(line=line, symbol=written(symbol)) for symbol, line in rows.unsettled.items()}
    own_meaning = frozenset(usual) if by_default else frozenset[str]()
    meaning = Meaning(rows.context, said, parts, rows.functions, own_meaning)
    return meaning, {*places, *rows.places}, [definitions[symbol] for symbol in usual if symbol in definitions]


def _fits(tilted: Tilted | None, own: Tilted, main: Tilted | None) -> bool:
    """Whether a row gives a symbol what it bears, of another reference; any other row claims something of it."""
    if tilted is None or main is None:
        return False
    reference, *others = tilted.names()
    usual, *_ = main.names()
    _, *borne = own.names()
    return reference != usual and others == borne


def _mentions(rows: Sequence[Row], symbol: str) -> bool:
    """Whether some row mentions a symbol."""
    return any(symbol in t.symbols(term) for row in rows for clause in row.clauses for term in clause.terms)


def _given_in(proof: Proof, context: t.Context, looked: list[tuple[t.Context, Given]]) -> Given:
    """What rows give in a context; ``looked``: the contexts that this was looked for in, and what was found.

    A document whose parts mean many different things is looked through for the first of them alone.
    """
    for known, found in looked:
        if known == context:
            return found
    if len(looked) < _MOST:
        looked.append((context, given(proof, context)))
        return looked[-1][1]
    known, found = looked[-1]
    more = {symbol: d for symbol, d in found.context.definitions.items() if symbol not in known.definitions}
    return replace(found, context=replace(context, definitions={**context.definitions, **more}))


def _definition(names: _Names, symbol: str, tilted: Tilted) -> t.Definition | None:
    """A symbol with its meaning, None where that depends on a prompt and the symbol has none."""
    if symbol in names.optima:
        return t.Definition(symbol, (tilted.outcome, *tilted.given), tilted.policy())
    head = next(a for a in names.used if a.symbol == symbol)
    body = tilted.partition()
    prompts = tuple(t.free_variables(body))
    return t.Definition(symbol, prompts or head.given, body) if len(prompts) <= len(head.given) else None


def _main(names: _Names, nearest: Sequence[Sequence[Stated]]) -> tuple[Tilted | None, set[tuple[int, int, int]]]:
    """The tilt that rows state, the nearest part that states one first; and the places that give π* and Z as that."""
    for part in nearest:
        own = [each for each in part if names.concerns(each)]
        given = [
            each
            for each in own
            if each.said is Said.STATEMENT and each.tilted is not None and (names.uniform or each.tilted.referred)
        ]
        posed = [each for each in own if each.said is Said.PROBLEM and each.tilted is not None]
        if not given and not posed:
            continue
        first = min((*given, *posed), key=lambda each: each.place)
        main = first.tilted
        assert main is not None
        if first.said is Said.PROBLEM and given and given[0].tilted is not None and main.another(given[0].tilted):
            main = given[0].tilted  # of another problem, which no row states
        places: dict[str, tuple[int, int, int]] = {}
        for each in own:
            if each.said is Said.STATEMENT and each.tilted is not None and main.value == each.tilted.value:
                places.setdefault(each.symbol, each.place)
        return main, set(places.values())
    return None, set()


def _partitions_apart(
    names: _Names, nearest: Sequence[Sequence[Stated]], main: Tilted | None
) -> dict[str, Stated]:
    """Partition functions that a row gives in a part where a problem comes first, and that are not of that problem."""
    for part in nearest:
        own = (each for each in part if each.said in _FIXING and each.tilted and names.concerns(each))
        if fixing := sorted(own, key=lambda each: each.place):
            posed = fixing[0].said is Said.PROBLEM and fixing[0].tilted == main
            given = [e for e in fixing if e.said is Said.STATEMENT and e.symbol in names.partitions] if posed else []
            return {e.symbol: e for e in reversed(given) if main and e.tilted and main.value != e.tilted.value}
    return {}


def _unstated(
    proof: Proof, context: t.Context, names: _Names, nearest: Sequence[Sequence[Stated]]
) -> tuple[Tilted | None, str]:
    """The tilt that is meant where no row gives π* or Z; or why nobody can tell."""
    found = [each for part in nearest for each in part if names.concerns(each)]
    unsolved = next((each for each in found if each.said is Said.PROBLEM and each.tilted is None), None)
    if unsolved is not None:
        line = proof.rows[unsolved.place[0]].line
        return None, f"the solution of the problem in line {line} was not found, and no row gives it"
    for said in (Said.OBJECTIVE, Said.VALUE):
        told = next((each.tilted for each in found if each.said is said and each.tilted is not None), None)
        if told is not None:
            return told, ""
        if said is Said.OBJECTIVE and (other := next((e for e in found if e.said is Said.OTHER), None)) is not None:
            line = proof.rows[other.place[0]].line
            return None, f"the problem in line {line} is solved by no tilt, and no row gives what does"
        if said is Said.OBJECTIVE and not names.parts.rivals:
            return _default(proof, context, names), ""
    which = ", and ".join(f"which {part} is meant: {' or '.join(some)}" for part, some in names.parts.rivals)
    part, some = names.parts.rivals[0]
    return None, f"no row says {which}. Say it: <!-- symkl: {part} {some[0]} -->"


def _of_another(proof: Proof, context: t.Context, names: _Names, usual: Tilted | None) -> Normalised | None:
    """What a partition function is the normaliser of, where that is not what is usually meant."""
    if not names.partitions:
        return None
    meant = {s: d for s in names.partitions if usual is not None and (d := _definition(names, s, usual)) is not None}
    return normalised(proof, replace(context, definitions={**context.definitions, **meant}), names.partitions)


def _default(proof: Proof, context: t.Context, names: _Names) -> Tilted | None:
    """The tilt of the document's one reference by its one reward."""
    parts = names.parts
    unreferenced = names.uniform and not proof.optimised and bool(names.partitions) and _exponential(proof)
    y = Variable(parts.outcome, parts.outcome)
    reference, reward = _as_used(names.used, parts, y)
    tilt = t.exp(t.Mul((reward, t.Power(t.Scalar(parts.temperature), t.Number(Fraction(-1))))))
    weight = tilt if unreferenced else t.Mul((reference, tilt))
    given = tuple(v for v in (reward.given if unreferenced else reference.given) if isinstance(v, Variable) and v != y)
    nf = Normaliser(context)
    one = t.Number(Fraction(1))
    try:
        whole = (nf(one if unreferenced else reference), nf(reward), nf(t.Scalar(parts.temperature)))
        return Tilted(weight, y, given, nf(weight), whole)
    except (Unsupported, BudgetExceeded):
        return None  # a row makes something else of one of them


def _named(parts: Tilt, main: Tilted | None, rewards: Iterable[str]) -> Tilt:
    """The names of the parts of a document's problem, those that rows state; ``rewards``: what may be one of them."""
    if main is None:
        return parts
    reference, reward, temperature = main.names()
    return replace(
        parts,
        reference=reference or parts.reference,
        reward=reward or parts.reward,
        temperature=temperature or parts.temperature,
        rewards=frozenset(n for n in rewards if is_one_reward(n, reward)) if reward else parts.rewards,
    )


def _as_used(used: list[t.Apply], parts: Tilt, y: Variable) -> tuple[t.Apply, t.Apply]:
    """The reference and the reward of a document, each with the arguments that it is used with."""
    x = Variable(parts.prompt, parts.prompt)
    sorts = {y.sort: y, x.sort: x}

    def at(symbol: str, default: t.Apply) -> t.Apply:
        for a in used:
            places = [v.sort if isinstance(v, Variable) else "" for v in (*a.outcomes, *a.given)]
            known = places in ([y.sort], [y.sort, x.sort], [x.sort, y.sort])
            if known and a.symbol == symbol and len(a.outcomes) == len(default.outcomes):
                return t.Apply(symbol, (y,) * len(a.outcomes), tuple(sorts[s] for s in places[len(a.outcomes) :]))
        return default

    reward = at(parts.reward, t.Apply(parts.reward, (), (x, y)))
    given = () if reward.given == (y,) and any(a.symbol == parts.reward for a in used) else (x,)
    return at(parts.reference, t.Apply(parts.reference, (y,), given)), reward


def _exponential(proof: Proof) -> bool:
    """Whether a row puts a bare exponential over a partition function: entropy without a reference."""
    for row in proof.rows:
        for clause in row.clauses:
            for _, head, body, _ in links(clause):
                optimum = proof.context.roles.get(head.symbol) is Role.OPTIMUM
                if head.outcomes and optimum and not any(a.outcomes for a in _applications(body)):
                    return True
    return False


def _used_by_instances(proof: Proof) -> list[t.Apply]:
    """What stands in what no row needs to give: the π* of ``V^{π*}`` after ``V^π = E_π[r]``."""
    given = {clause.definition.symbol for row in proof.rows for clause in row.clauses if clause.definition is not None}
    more = [each for each in proof.context.definitions.values() if each.symbol not in given]
    return [part for each in more for part in _applications(each.body)]


def _used(rows: Iterable[Row]) -> list[t.Apply]:
    out: list[t.Apply] = []

    def collect(term: t.Term) -> None:
        if isinstance(term, t.Apply):
            out.append(term)
            out.extend(
                t.Apply(a.symbol, (Variable("y", "y"),), (Variable("x", "x"),))
                for a in term.given
                if isinstance(a, t.Policy)
            )
        for part in term.parts():
            collect(part)

    for row in rows:
        for clause in row.clauses:
            for term in clause.terms:
                collect(term)
    return out


def _applications(term: t.Term) -> list[t.Apply]:
    """The applications inside a term, each once, in reading order."""
    here = [term] if isinstance(term, t.Apply) else []
    for part in term.parts():
        here += _applications(part)
    return list(dict.fromkeys(here))
