"""A document as the checker takes it: rows of statements about terms, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from symkl.language.authored import Authored
from symkl.language.frozen import frozen
from symkl.language.terms import Context, Definition, Relation, Span, Term
from symkl.language.troubles import NotChecked, Trouble
from symkl.language.written import Part

DIRECTED = "taken as given, as the directive before it says"
SUPPOSED = "a hypothesis, as the words before it say"
LET = "a hypothesis: “let” gives it"
"""Why a row is taken as given."""


class Reach(Enum):
    """How far a hypothesis holds: while words go on from it, to the next heading, or everywhere behind it."""

    WORDS = "words"
    SECTION = "section"
    DOCUMENT = "document"


class Carried(Enum):
    """How far the words before a row carry what was supposed: on to it, perhaps, or not."""

    ON = "on"
    PERHAPS = "perhaps"
    NOT = "not"


@frozen
class Clause:
    """Terms linked by relations: ``len(relations) == len(terms) - 1``.

    ``opening``: the relation to the row (or the clause) before. ``definition``: what its first
    link defines, if it does. ``fixes``: that link states π* or Z in the shape that fixes it. ``joined``: how it is
    tied to what stands before it in the row: by “and”, as a condition (“if”), as an explanation (“where”), as a
    reason (“since”), or, with nothing said, beside it.
    """

    opening: Relation | None
    terms: tuple[Term, ...]
    relations: tuple[Relation, ...]
    definition: Definition | None = None
    fixes: bool = False
    joined: str = ""


@frozen
class Row:
    """One row. ``trouble`` is set where it could not be read; then there are no clauses.

    ``others``: the same row after each other way to mend its brackets; ``readings``: in each common
    second reading, to be tried where this one is not proved. ``heading``: a heading
    stands between this row and the one before. ``assumed``: why it is taken as given, if it is, and ``reach``
    how far that holds. ``source`` is what is read; ``authored`` says what its author
    wrote, where that is something else.
    ``readable``, ``head``: the row and its first side as text. ``sides``: the sides as the author wrote them.
    ``continues``: of a row that could not be read, whether it opens with a relation. ``carried``: how far the
    words before it carry what was supposed; ``unheard``: a condition in them that is not read; ``explains``:
    whether they say that it gives what the row before it uses: “where”; ``reasons``: what they give as one;
    ``perhaps_given``: whether they may say that it is so: “The rewards are centred:”; ``nearby``: what else they state.
    ``at``: where the row is evaluated, once what it differentiates is.
    ``skipped``: it is not read because the document says so. ``updates``: the symbol that it gives another value, as a
    step of an algorithm does, and claims nothing by that. ``constrained``: it states a problem under a constraint,
    which is not solved, and claims nothing either. ``left_open``: of a row that could not be read, the things in it
    without which it could: each is anything, and the row is understood but for them.
    """

    line: int
    column: int
    span: Span
    source: str
    clauses: tuple[Clause, ...] = ()
    others: tuple[Row, ...] = ()
    readings: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    heading: bool = False
    assumed: str = ""
    reach: Reach = Reach.WORDS
    readable: str = ""
    head: str = ""
    sides: tuple[Part, ...] = ()
    trouble: Trouble | None = None
    authored: Authored | None = None
    continues: bool = False
    carried: Carried = Carried.ON
    unheard: str = ""
    explains: bool = False
    reasons: tuple[str, ...] = ()
    perhaps_given: bool = False
    nearby: tuple[str, ...] = ()
    at: Point | None = None
    skipped: bool = False
    updates: str = ""
    constrained: bool = False
    left_open: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The row as its author wrote it."""
        return self.source if self.authored is None else self.authored.text


class Point(NamedTuple):
    """A parameter and its value where a row is evaluated, by their names: θ, and θ_old; or a scalar and a number.

    ``bars``: how often the row says so.
    """

    parameter: str
    value: str
    bars: int = 0

    @property
    def number(self) -> Fraction | None:
        """The value, where it is a number."""
        return Fraction(self.value) if self.value[:1].isdigit() else None


class Opaque(NamedTuple):
    """A symbol of which something is said that could not be read, and why nobody can tell what it is.

    ``first``: the row from which that matters. ``section``: whether it ends with the section.
    """

    symbol: str
    why: str
    first: int = 0
    section: bool = False


NO_TEMPERATURE = "no row says what the temperature is: {0} or 1. Say it: <!-- symkl: temperature {0} -->"
"""Why nobody can tell what depends on a temperature that no row writes."""


class Aspect(Enum):
    """What prose takes from the usual meaning of a symbol, or of an operator."""

    OPERATOR = "operator"  # it is another one
    SIGN = "sign"  # it may be negative
    MOVES = "moves"  # it may vary with parameters, with a policy, or with another number
    SPREADS = "spreads"  # it may differ between prompts, responses or samples
    PROMPTS = "prompts"  # it may differ between prompts, and is the same for all responses to one
    MASS = "mass"  # it may not sum to 1
    DENSITY = "density"  # what is summed over may be a continuum
    GIVEN = "given"  # a display says what it is
    TIED = "tied"  # samples may depend on each other
    OTHERWISE = "otherwise"  # it is something else than what its letter usually is


class Described(NamedTuple):
    """What prose says of some symbols or operators that takes something from their usual meaning, and the words.

    It counts for the rows from number ``first`` on, up to ``end``, where there is one.
    """

    aspect: Aspect
    names: frozenset[str]
    why: str
    first: int = 0
    end: int | None = None

    def counts(self, row: int) -> bool:
        """Whether it is said of a row, by its number."""
        return self.first <= row and (self.end is None or row < self.end)


class Aside(NamedTuple):
    """What the prose before a row states of a symbol; ``row``: the row behind it, by number.

    ``clause``: None for an equation that could not be read.
    """

    row: int
    symbol: str
    clause: Clause | None
    source: str


@frozen
class Proof:
    """A document: its rows, what it declares, and the theorem it claims.

    ``parts``: its names for the parts of the problem. ``optimised``: the policies that some
    problem is over. ``reread`` reads one row again after an edit, None where it cannot be read.
    ``troubles``: of directives and of the document as a whole. ``not_checked``: what is no row of it, and why.
    ``longer`` reads the document again with rows at its end. ``opaque``: the symbols of which nobody could read what
    is said; ``asides``: what its prose states. ``anew``: definitions that are in force from a row on, of symbols that
    another heading gives another; ``described``: what its prose says of symbols that takes something from their usual
    meaning; ``again``: clauses, by row and number, that may be such a definition or a claim.
    ``declared``: the symbols that directives are about, with their lines. ``goal``: the formula that it is to
    show, where that is none of the theorems; ``most_laws``: how many laws a step may need. ``advantages``: what is
    called as one is and given by no row: a reward less something, for all that anybody can tell.
    """

    rows: tuple[Row, ...]
    context: Context
    claim: str | None = None
    troubles: tuple[Trouble, ...] = ()
    parts: Tilt | None = None
    optimised: frozenset[str] = frozenset()
    reread: Callable[[str], Row | None] = lambda source: None
    not_checked: tuple[NotChecked, ...] = ()
    longer: Callable[[tuple[str, ...]], Proof | None] = lambda rows: None
    opaque: tuple[Opaque, ...] = ()
    asides: tuple[Aside, ...] = ()
    anew: tuple[tuple[int, Definition], ...] = ()
    declared: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    again: frozenset[tuple[int, int]] = frozenset()
    goal: str | None = None
    most_laws: int | None = None
    described: tuple[Described, ...] = ()
    advantages: frozenset[str] = frozenset()


class Borne(NamedTuple):
    """What a symbol bears below: the reward and the temperature of its problem, "" where none, and what times it."""

    reward: str
    temperature: str
    times: Fraction


@frozen
class Tilt:
    """The names a document gives to the parts of its problem.

    ``rewards``: the reward's name with each decoration that the document gives it. ``rivals``: of which part several
    symbols could be meant, and which. ``borne``: what optima and partition functions bear below.
    """

    policy: str
    optimum: str
    reference: str
    reward: str
    temperature: str
    partition: str
    prompts: str
    outcome: str
    prompt: str
    rewards: frozenset[str] = frozenset()
    rivals: tuple[tuple[str, tuple[str, ...]], ...] = ()
    borne: Mapping[str, Borne] = field(default_factory=lambda: MappingProxyType({}))
