"""The state of checking one document: an immutable value, so that to try something is to use another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from functools import cached_property
from types import MappingProxyType

import symkl.language.terms as t
from symkl.checking.report import Status
from symkl.kernel.verdict import Fact
from symkl.language.certificate import Premise
from symkl.language.dependence import EVERYTHING, reached
from symkl.language.frozen import frozen
from symkl.language.points import points
from symkl.language.proof import Aside, Aspect, Carried, Described, Proof, Reach, Tilt
from symkl.language.terms import Statement
from symkl.language.verdict import Verdict
from symkl.proving.reading_back import read_back
from symkl.proving.remembering import Memo
from symkl.repairing.spelling import Survey, survey

BUDGET = 60_000
"""Steps of the kernel for one question: a count and not a time, so that answers never vary."""


@frozen
class Meaning:
    """What holds in a part of a document: the context, with π* and Z as they are meant there.

    ``unsaid``: of which of these nobody can tell what is meant, and why. ``parts``: the names of the parts of the
    problem there. ``functions``: what a row gives, the line of which is told, and did not make a distribution.
    ``usual``: which of π* and Z are those of the document's reference, reward and temperature, though no row says so.
    """

    context: t.Context
    unsaid: Mapping[str, str]
    parts: Tilt | None
    functions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    usual: frozenset[str] = frozenset()


@frozen
class Document:
    """A proof that is checked, and what stays as it is throughout.

    ``context``: what it declares, π* and Z with their meaning. ``fixed``: the (row, clause, link) places that state
    one of those and so are definitions. ``meanings``: what holds in each part of it, where not the same everywhere,
    and ``of_rows``: which of them holds at each row. ``budget``: kernel steps for one question. ``memo``: the
    normal forms that the kernel has found; it changes how long an answer takes, and no answer. ``unstated``:
    what no row states, and what has a meaning from a problem or its usual one.
    """

    proof: Proof
    context: t.Context
    fixed: frozenset[tuple[int, int, int]] = frozenset()
    meanings: tuple[Meaning, ...] = ()
    of_rows: tuple[int, ...] = ()
    budget: int = BUDGET
    memo: Memo = field(default_factory=dict, compare=False, repr=False)
    unstated: frozenset[str] = frozenset()

    @cached_property
    def opening(self) -> Mapping[int, Mapping[str, str]]:
        """For each row the symbols that are opaque from there to the next heading, and why."""
        out: dict[int, dict[str, str]] = {}
        for each in self.proof.opaque:
            if each.section:
                out.setdefault(each.first, {})[each.symbol] = each.why
        return out

    @cached_property
    def throughout(self) -> Mapping[str, str]:
        """The symbols that are opaque everywhere, and why."""
        return {each.symbol: each.why for each in self.proof.opaque if not each.section}

    @cached_property
    def asides(self) -> Mapping[int, tuple[Aside, ...]]:
        """What the prose before each row states."""
        out: dict[int, tuple[Aside, ...]] = {}
        for each in self.proof.asides:
            out[each.row] = (*out.get(each.row, ()), each)
        return out

    @cached_property
    def survey(self) -> Survey:
        """How its author writes things: looked for when it is first asked for."""
        return survey(self.proof.rows)


@frozen
class Hypothesis:
    """A statement that is supposed, and what may be used of it while it is in force.

    ``source``: where it stands, in words. ``facts``, ``premises``, ``equations``, ``positive``: what a proof may use,
    all empty where nothing shows that it agrees with what is known besides. ``below``: what is < 0, by what is > 0:
    ``A = -size(A)``. ``reach``: how far it is
    in force. Every counterexample must satisfy it, whether it can be used or not.
    """

    statement: Statement
    source: str
    facts: tuple[Fact, ...] = ()
    premises: tuple[Premise, ...] = ()
    equations: tuple[Statement, ...] = ()
    positive: frozenset[str] = frozenset()
    below: t.Definition | None = None
    reach: Reach = Reach.SECTION

    def within(self, context: t.Context) -> t.Context:
        """A context with what it says of signs."""
        if not self.positive <= context.positive:
            context = replace(context, positive=context.positive | self.positive)
        if self.below is None or self.below.symbol in context.definitions:
            return context
        name, parts = self.below.symbol, t.symbols(self.below.body)
        moves = {part: context.moves[name] for part in parts if name in context.moves}
        roles = {part: context.roles[name] for part in parts if name in context.roles}
        return replace(
            context,
            definitions={**context.definitions, name: self.below},
            parametrised=context.parametrised | parts if name in context.parametrised else context.parametrised,
            moves={**context.moves, **moves},
            roles={**context.roles, **roles},
        )

    @property
    def usable(self) -> bool:
        """Whether anything may follow from it."""
        return bool(self.facts or self.premises or self.positive)

    @property
    def tested(self) -> tuple[Statement, ...]:
        """What a problem must be held against to satisfy it: nothing where it is put in, solved for a symbol."""
        return () if self.facts and not points(self.statement) else (self.statement,)


@frozen
class Judged:
    """One link of a row with its verdict, and what it leaves to those that follow.

    ``written``: the link as the row has it, where that is not how it was read. ``facts``, ``supposed``: what later
    links may use, and the hypothesis that they are under; ``stationary``: the facts are what a first-order condition
    gives. ``disagreements``: the guard's findings. ``steps``: what it took the kernel to answer. ``uses``: the
    hypotheses that it rests on, in words. ``opaque``: the symbols of which nobody can tell from here on what they are,
    and ``operators`` the same of operators.
    """

    statement: Statement
    verdict: Verdict
    notes: tuple[str, ...] = ()
    status: Status | None = None
    written: Statement | None = None
    facts: tuple[Fact, ...] = ()
    supposed: Hypothesis | None = None
    stationary: bool = False
    disagreements: tuple[str, ...] = ()
    steps: int = 0
    uses: tuple[str, ...] = ()
    opaque: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    operators: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@frozen
class Thread:
    """What the next row goes on from.

    ``last``: where the row before ended; ``standing``: where the last row that stood ended (the
    two differ after a refuted row). ``claim``: the last statement, for ⟺ and ⟹. ``derivative``:
    the policy by which this chain differentiates. ``changed``: where a step last kept only the optimiser.
    ``anchors``: for each term of the chain, what all ``=`` before it say that it equals. ``problem``: the last
    optimisation problem that stood. ``given``: the conditions that the row before stood under: what goes on from it
    is not judged by a problem that breaks them. ``gap``: the line of the row before, where it could not be read.
    """

    last: t.Term | None = None
    last_line: int = 0
    standing: t.Term | None = None
    claim: Statement | None = None
    derivative: str = ""
    start: t.Term | None = None
    changed: int = 0
    anchors: Mapping[t.Term, t.Term] = field(default_factory=lambda: MappingProxyType({}))
    problem: t.Term | None = None
    problem_line: int = 0
    given: tuple[Statement, ...] = ()
    gap: int = 0


@frozen
class Posed:
    """A problem that a row states, and what the kernel found of it.

    ``best``: its policy as the optimum, None where none was found. ``star``: the
    document's own symbol for the optimum, where it is that. ``stated``: whether a row says that the policy is the
    optimum; from there on it is, wherever it stands.
    """

    objective: t.Optimum | t.Optimiser
    line: int
    best: t.Definition | None = None
    star: str = ""
    stated: bool = False

    @property
    def policy(self) -> str:
        """What it is over."""
        return self.objective.policy


@frozen
class Knowledge:
    """What a document declares, and the equations, each solved for one symbol, that its rows have established."""

    context: t.Context
    facts: tuple[Fact, ...] = ()

    @cached_property
    def informed(self) -> t.Context:
        """The context with facts as definitions, for what knows terms only."""
        if not self.facts:
            return self.context
        definitions = dict(self.context.definitions)
        for fact in self.facts:
            parameters = (*fact.outcomes, *fact.given)
            definitions[fact.symbol] = t.Definition(fact.symbol, parameters, read_back(fact.value, self.context))
        return replace(self.context, definitions=definitions)

    @cached_property
    def at_any_policy(self) -> Knowledge:
        """Without what is known of the policies that gradients move: what holds of any of them holds of these."""
        known = self.context.parametrised & {*self.context.definitions, *(fact.symbol for fact in self.facts)}
        if not known:
            return self
        definitions = {name: d for name, d in self.context.definitions.items() if name not in known}
        facts = tuple(fact for fact in self.facts if fact.symbol not in known)
        return Knowledge(replace(self.context, definitions=definitions), facts)

    def and_also(self, *facts: Fact) -> Knowledge:
        """With more facts."""
        return Knowledge(self.context, (*self.facts, *facts)) if facts else self


@frozen
class State:
    """How far the check of a document has come.

    ``premises``: inequalities that hold; ``given``: what counterexamples must satisfy. With what is ``known`` they
    serve all later rows of their section. ``hypotheses``: those in force, and ``doubted`` those of
    which nobody can tell whether they still are; ``unread``: the line of one that could not
    be read. ``posed``: its problems, one for each policy that they are over; ``past``: those of sections before, and
    those that others replaced. ``conditions``: the facts that first-order conditions gave. ``rests_on`` may name a
    thing twice. ``meaning``: what symbols mean here, where that is not the same throughout the document. ``opaque``:
    the symbols of which nobody can tell here what they are, and why; ``operators``: the same of operators. ``said``:
    what prose takes here from the usual meaning of symbols. ``contested``: those that prose and a row give otherwise.
    """

    document: Document
    known: Knowledge
    thread: Thread = Thread()
    premises: tuple[Premise, ...] = ()
    given: tuple[Statement, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    doubted: tuple[Hypothesis, ...] = ()
    unread: int = 0
    posed: tuple[Posed, ...] = ()
    past: tuple[Posed, ...] = ()
    conditions: tuple[Fact, ...] = ()
    rests_on: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    meaning: Meaning | None = None
    opaque: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    operators: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    said: tuple[Described, ...] = ()
    contested: frozenset[str] = frozenset()

    @classmethod
    def at_start(cls, document: Document) -> State:
        """Before the first row."""
        return cls(document, Knowledge(document.context), opaque=document.throughout)

    def not_knowing(self, symbols: Mapping[str, str]) -> State:
        """The state where nobody can tell of more symbols what they are, and what moves them."""
        if not symbols:
            return self
        before = {name: why for name, why in self.opaque.items() if name not in symbols}
        state = replace(self, opaque={**symbols, **before})  # what was said last is the better reason
        return replace(state, known=Knowledge(state._with_what_moves(self.context), self.facts))

    def knowing_again(self, symbols: Collection[str]) -> State:
        """The state where a row that stands says after all what symbols are."""
        if self.opaque.keys().isdisjoint(symbols):
            return self
        state = replace(self, opaque={symbol: why for symbol, why in self.opaque.items() if symbol not in symbols})
        declared = state.declared
        context = replace(self.context, moves=declared.moves, definitions=declared.definitions)
        return replace(state, known=Knowledge(self._supposing(context), self.facts))

    def _supposing(self, context: t.Context) -> t.Context:
        """A context with what hypotheses say of signs."""
        for each in self.hypotheses:
            context = each.within(context)
        return context

    def _with_what_moves(self, context: t.Context) -> t.Context:
        """A context in which what is opaque may move with everything, and no row says what it is."""
        moves = {**{symbol: frozenset({EVERYTHING}) for symbol in self.opaque}, **context.moves}
        if moves == context.moves and self.opaque.keys().isdisjoint(context.definitions):
            return context
        definitions = {name: each for name, each in context.definitions.items() if name not in self.opaque}
        return replace(context, moves=moves, definitions=definitions)

    def at_row(self, index: int) -> State:
        """The state with what symbols mean at a row."""
        document = self.document
        said = tuple(each for each in document.proof.described if each.counts(index))
        state = self if said == self.said else replace(self, said=said)
        if index in document.opening:
            state = state.not_knowing(document.opening[index])
        state = state.at_meaning(index)
        return state.not_knowing(state._by_words) if said else state

    @property
    def _by_words(self) -> Mapping[str, str]:
        """The symbols whose meaning no row states, and words take: π* itself, or what its usual meaning is made of."""
        usual = frozenset[str]() if self.meaning is None else self.meaning.usual
        out: dict[str, str] = {}
        for each in (each for each in self.said if each.aspect is Aspect.OTHERWISE):
            for name in sorted((usual | self.document.unstated) - self.opaque.keys()):
                of = self.context.definitions.get(name)
                made_of = reached((of.body,), self.context) if of is not None and name in usual else frozenset[str]()
                if not each.names.isdisjoint({name, *made_of}):
                    out.setdefault(name, each.why)
        return out

    def at_meaning(self, index: int) -> State:
        """The state with what π* and Z mean at a row."""
        document = self.document
        meaning = document.meanings[document.of_rows[index]] if document.meanings else self.meaning
        if meaning is self.meaning or meaning is None:
            return self
        context = self._with_what_moves(self._supposing(meaning.context))
        known = self.known if context == self.context else Knowledge(context, self.facts)
        return replace(self, meaning=meaning, known=known)

    @property
    def declared(self) -> t.Context:
        """What the document declares, with what symbols mean here, whatever is supposed."""
        return self._with_what_moves(self.document.context if self.meaning is None else self.meaning.context)

    @property
    def context(self) -> t.Context:
        """What the document declares, with what symbols mean here, and what is supposed to be > 0."""
        return self.known.context

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The equations that rows have established."""
        return self.known.facts

    @property
    def parts(self) -> Tilt | None:
        """The document's names for the parts of its problem, here."""
        return self.document.proof.parts if self.meaning is None else self.meaning.parts

    @property
    def unsaid(self) -> Mapping[str, str]:
        """The symbols of which nobody can tell what is meant here, and why."""
        return self.opaque if self.meaning is None else {**self.meaning.unsaid, **self.opaque}

    def after(self, *judged: Judged) -> State:
        """The state once links are judged: with what they leave."""
        state = self.knowing_again({fact.symbol for each in judged if each.stationary for fact in each.facts})
        return replace(
            state,
            known=state.known.and_also(*(fact for each in judged for fact in each.facts)),
            conditions=(*self.conditions, *(fact for each in judged if each.stationary for fact in each.facts)),
            disagreements=(*self.disagreements, *(finding for each in judged for finding in each.disagreements)),
            operators={**self.operators, **{name: why for each in judged for name, why in each.operators.items()}},
        ).under(*(each.supposed for each in judged if each.supposed is not None)).not_knowing(
            {symbol: why for each in judged for symbol, why in each.opaque.items()}
        )

    def under(self, *hypotheses: Hypothesis) -> State:
        """The state where these are supposed, too."""
        state = self
        for each in hypotheses:
            state = replace(
                state,
                known=Knowledge(each.within(state.context), (*state.facts, *each.facts)),
                premises=(*state.premises, *each.premises),
                given=(*state.given, *each.tested),
                hypotheses=(*state.hypotheses, each),
            )
        return state

    def without(self, *hypotheses: Hypothesis) -> State:
        """The state where these are supposed no longer."""
        if not hypotheses:
            return self
        gone: set[object] = {part for each in hypotheses for part in (*each.facts, *each.premises)}
        while more := {fact for fact in self.facts if fact not in gone and not gone.isdisjoint(fact.relied_on)}:
            gone |= more  # what was drawn from a hypothesis goes with it
        own = {premise for each in self.hypotheses for premise in each.premises}
        said = {each.statement for each in self.hypotheses}
        bare = replace(
            self,
            known=Knowledge(self.declared, tuple(fact for fact in self.facts if fact not in gone)),
            premises=tuple(premise for premise in self.premises if premise not in own),
            given=tuple(statement for statement in self.given if statement not in said),
            hypotheses=(),
        )
        left = tuple(each for each in self.hypotheses if each not in hypotheses)
        return replace(bare, known=Knowledge(self.declared, ())).under(*left).knowing(
            *(fact for fact in bare.facts if not any(fact in each.facts for each in left))
        )

    def under_a_heading(self) -> State:
        """The state where a new section starts: what rows before it said of a policy, or supposed, is over."""
        fresh = State.at_start(self.document)
        past = (*self.past, *self.posed)
        fresh = replace(fresh, past=past, rests_on=self.rests_on, disagreements=self.disagreements)
        return fresh.under(*(each for each in self.hypotheses if each.reach is Reach.DOCUMENT))

    def behind_words(self, carried: Carried) -> State:
        """The state behind words that carry on what was supposed, or perhaps, or not."""
        if carried is Carried.ON:
            return self
        ended = tuple(each for each in self.hypotheses if each.reach is Reach.WORDS)
        doubted = tuple(each for each in self.doubted if each.reach is Reach.SECTION or carried is Carried.PERHAPS)
        doubted += ended if carried is Carried.PERHAPS else ()
        return replace(self.without(*ended), doubted=doubted) if ended or self.doubted else self

    def knowing(self, *facts: Fact) -> State:
        """The state with more equations known."""
        return replace(self, known=self.known.and_also(*facts))

    def resting_on(self, *what: str) -> State:
        """The state where the proof rests on more."""
        return replace(self, rests_on=(*self.rests_on, *what))
