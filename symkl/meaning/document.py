"""A document, read: from its text to a proof.

Rows are parsed first, all of them, because a symbol may be used before it is explained; then one
survey fixes what each symbol is; then every row gets its meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.dependence import EVERYTHING
from symkl.language.loading import Load, nothing
from symkl.language.places import LineOf
from symkl.language.proof import DIRECTED, Opaque, Proof, Reach, Row, Tilt
from symkl.language.roles import Role
from symkl.language.sequences import policies_of
from symkl.language.signs import odds_of
from symkl.language.terms import Span
from symkl.language.troubles import Trouble
from symkl.meaning.beginnings import spelled as beginnings
from symkl.meaning.beginnings import tokens_bound
from symkl.meaning.borne import borne
from symkl.meaning.by_words import given_by_words
from symkl.meaning.calls import LEFT_OUT, NUMBER
from symkl.meaning.chains import first
from symkl.meaning.definitions import Definitions, optimised
from symkl.meaning.dependence import carries, moved_by_name
from symkl.meaning.described import Places as Extents
from symkl.meaning.described import inverse, of_prose
from symkl.meaning.directives import about, declared, in_a_simplex, reals, together
from symkl.meaning.dotted import outcomes
from symkl.meaning.dotted import spelled as with_outcomes
from symkl.meaning.families import Families
from symkl.meaning.fonts import in_two_fonts
from symkl.meaning.giving import given_unread
from symkl.meaning.in_passing import moved_by_words
from symkl.meaning.introduced import FREE, Said, Told, introduced, introduced_by, is_given, names_anew
from symkl.meaning.joints import in_joints, joined, untold_parts
from symkl.meaning.kronecker import deltas
from symkl.meaning.kronecker import spelled as with_indicators
from symkl.meaning.logits import declared as of_logits
from symkl.meaning.logits import logits
from symkl.meaning.logits import moved as with_logits_moved
from symkl.meaning.logits import spelled as with_logits
from symkl.meaning.mistakes import refuse
from symkl.meaning.opaque import (
    asides,
    at_numbers,
    derived,
    given_at_values,
    no_temperature,
    opaque,
    starred,
    untold,
    written_like_laws,
)
from symkl.meaning.own_divergences import of_a_function, own_divergences
from symkl.meaning.own_divergences import spelled as with_own_divergences
from symkl.meaning.own_divergences import written_out as with_usual_divergences
from symkl.meaning.portions import fixed_portions, untold_portions
from symkl.meaning.potentials import spelled as with_potentials
from symkl.meaning.powers import Power, powers
from symkl.meaning.powers import spelled as with_powers
from symkl.meaning.preferences import preferences, untold_preferences
from symkl.meaning.ranges import between_0_and_1, bounded, with_conditions, without_ranges
from symkl.meaning.rows import Assumed, Parsed, meant, parsed, refused, row, spelled, under, understood
from symkl.meaning.samples import tables
from symkl.meaning.sections import Anew
from symkl.meaning.sequences import sequences
from symkl.meaning.sets import Sets
from symkl.meaning.shifts import shifts
from symkl.meaning.shifts import spelled as at_other_steps
from symkl.meaning.superscripts import numbered_above
from symkl.meaning.superscripts import spelled as with_numbers_below
from symkl.meaning.surveying import survey
from symkl.meaning.symbols import Declarations, is_an_advantage, letter, usual_role
from symkl.meaning.taken_back import taken_back
from symkl.meaning.trajectories import untold_moments
from symkl.meaning.undeclared import nothing_said
from symkl.meaning.unsaid_laws import with_laws
from symkl.meaning.updates import best, unread_best, updated
from symkl.meaning.updates import spelled as with_policies_of_the_best
from symkl.reading.blocks import Block, Kind
from symkl.reading.defining import Gives
from symkl.reading.documents import document
from symkl.reading.headings import is_a_step
from symkl.reading.inline import INLINE
from symkl.reading.latex import parse_row
from symkl.reading.leading import Lead
from symkl.reading.mistakes import Unreadable
from symkl.reading.places import Places
from symkl.reading.saying import spoken
from symkl.reading.skipping import Skipping
from symkl.reading.syntax import BETWEEN, Node, RowSyntax


def read(text: str, file: str = "", load: Load = nothing, directives: Sequence[str] = ()) -> Proof:
    r"""The proof in a document, by the kind of its file: Markdown, LaTeX, a notebook, ... Never raises for its text.

    ``load`` fetches what ``\input`` puts in; without it, nothing is. ``directives``: what holds before it begins.

    >>> proof = read("$$Z(x) = \\sum_y \\pi_{ref}(y|x) e^{r(x,y)/\\beta}$$")
    >>> len(proof.rows)
    1
    """
    whole = document(text, file, load)
    places = whole.places
    said: list[Declarations] = []
    told: dict[str, int] = {}
    troubles: list[Trouble] = []
    found: list[Parsed] = []
    prose: list[Said] = []
    conditional: list[Said] = []  # what a display stands under, and nobody knows of behind it
    above: list[Said] = []
    given = set[str]()  # what sentences give: it is no condition of displays
    inline, loose, any_such, drawn = list[str](), set[str](), list[tuple[int, str]](), list[str]()
    title: Block | None = None
    heading, assumed, lead, skipping = False, Assumed(), Lead.of(places.traced.text, whole.blocks), Skipping()

    for number, each in enumerate(directives, 1):
        try:
            said.append(_in_context(each))
            told |= {name: LineOf(number, "the context") for name in about(said[-1]) if name not in told}
        except Unreadable as problem:
            troubles.append(_of_context(number, each, problem))

    def said_in(prose: str) -> list[Said]:
        formulas = spoken(prose)
        inline.extend(formulas.every)
        loose.update(formulas.loose)
        drawn.extend(formulas.drawn)
        any_such.extend((lead.end, formula) for formula in formulas.any_such)
        named = [formula for formula in formulas.naming if names_anew(formula, found)]
        return [
            Said(
                len(found), formula, lead.text.find(formula, lead.end), formula in formulas.giving or formula in named,
                formula in formulas.explaining and not heading, formula in formulas.here,
            )
            for formula in dict.fromkeys((*formulas.stated, *named))
        ]  # fmt: skip

    for block in whole.blocks:
        if block.kind is Kind.HEADING:
            if not is_a_step(block, title):
                heading, conditional = True, []
            title = block
            skipping.heading(block)
            above += said_in(lead.text[lead.end : max(block.span.start, lead.end)])
            lead.behind(block)
        elif block.kind is Kind.DIRECTIVE and skipping.asked(block):
            continue
        elif block.kind is Kind.DIRECTIVE:
            if block.text.split()[:1] == ["assume"]:
                everywhere = block.text.split()[1:] == ["throughout"]
                assumed = Assumed(DIRECTED, Reach.DOCUMENT if everywhere else Reach.SECTION)
            try:
                said.append(declared(block.text, block.span))
                told |= {name: block.line for name in about(said[-1]) if name not in told}
            except Unreadable as problem:
                troubles.append(places.trouble(problem))
        elif block.kind is Kind.TROUBLE and block.trouble is not None:
            troubles.append(places.trouble(block.trouble))
        else:
            if lead.is_new(block):
                prose += [each._replace(row=len(found)) for each in conditional]
                conditional = []
            block = skipping.marked(block)
            heard, on, conditions = said_in(lead.prose(block)), lead.carried(block), lead.conditions(block)
            words = lead.gives(block)
            gives = [(each.formula, given_unread(each.formula)) for each in heard if each.gives]
            meant_usually = (Role.OPTIMUM, Role.PARTITION)  # of which a sentence that gives it takes the usual meaning
            given |= {formula for formula, name in gives if name and usual_role(name) in (None, *meant_usually)}
            given |= {each for each, name in gives if name and usual_role(name) in FREE and names_anew(each, found)}
            mine = tuple(each for each in conditions.formulas if each.formula not in given)
            conditions, supposed = conditions._replace(formulas=mine), {each.formula for each in mine}
            conditional += [each for each in heard if each.formula in supposed]
            prose += [each for each in heard if each.formula not in supposed]
            where = lead.explains(block)
            row_there = parsed(block, heading, assumed, places, lead.supposition(block))
            found.append(under(replace(row_there, carried=on, explains=where, gives=words), conditions))
            heading, assumed = False, Assumed()
    found = given_by_words(found)
    found = [with_conditions(each) for each in found]
    between = between_0_and_1(found, (*inline, *drawn)) - together(said).scalars
    formulas = (each[1] or each[2] for each in INLINE.finditer(lead.text))
    laws = in_a_simplex((*inline, *drawn))
    any_number = reals(formulas) - together(said).positive - between
    said.append(Declarations(positive=between, shares=between, real=any_number, scalars=bounded(found) - laws))
    said.append(Declarations(distributions=laws - together(said).functions - together(said).scalars))
    found = [without_ranges(each, between) for each in found] if between else found
    if not any(each.sampler for each in said):
        found = with_laws(found, drawn)
    seen = _surveyed(found, prose, said)
    numbers = together(said).scalars
    anywhere = sorted((*above, *prose), key=lambda each: each.start)
    from_prose = partial(
        introduced, seen.known, anywhere, found, places,
        declared=numbers, said_to_be=frozenset(told), everywhere=Told(inline, loose),
    )  # fmt: skip
    told_in_prose, left = from_prose()
    if len(told_in_prose) > len(found):
        with_prose = _surveyed(told_in_prose, left, said)
        by_prose = [(name, each) for each in with_prose.found if (name := introduced_by(each))]
        unclear = {
            name for name, each in by_prose
            if row(places, each, with_prose.known).trouble or not is_given(name, with_prose.known)
        }  # fmt: skip
        if unclear:
            told_in_prose, left = from_prose(but=unclear)
            with_prose = _surveyed(told_in_prose, left, said)
        starts = {each.start for each in above}
        prose, seen = [each for each in left if each.start not in starts], with_prose
    found, known = seen.found, seen.known
    rows = _rows(places, found, known)
    nobody_knows = opaque(found, rows, known) + untold(rows, known)
    if lost := {each.symbol for each in nobody_knows} & known.of_numbers.keys():
        known = _surveyed(found, prose, said, lost).known
        rows = _rows(places, found, known)
        nobody_knows = opaque(found, rows, known) + untold(rows, known)
    if barred := written_like_laws(known, (each.symbol for each in nobody_knows)):
        known = replace(known, functions=known.functions | barred)
        rows = _rows(places, found, known)
    nobody_knows += tuple(Opaque(name, f"{name} is a constant that no row gives") for name in sorted(known.constants))
    nobody_knows += at_numbers(nobody_knows, rows)
    nobody_knows += (*nothing_said(known), *given_at_values(rows), *derived(rows, known))
    nobody_knows += tuple(
        Opaque(name, f"what the prose says of {name} is not read: give it in a row")
        for name in sorted({given_unread(each.formula) for each in prose} & _symbols(rows))
        if name in known.of_numbers
    )
    nobody_knows += tuple(unread_best(rows, seen.best))
    nobody_knows += no_temperature(known, rows, together(said)) + starred(rows, optimised(rows))
    nobody_knows += tuple(untold_portions(rows))
    nobody_knows += untold_moments(known, known.defined)
    nobody_knows += tuple(
        Opaque(name, "what its dots leave out is not read") for name in sorted(_symbols(rows)) if name[0] == LEFT_OUT
    )
    nobody_knows += (Opaque(NUMBER, "how large an index is, as a number, is not used"),) * (NUMBER in _symbols(rows))
    nobody_knows += in_two_fonts(known, [
        (each.source.text, each.source.span, each.first.clauses) for each in found if each.first is not None
    ])  # fmt: skip
    stated_parts = [in_joints(known, way[0].clauses) for each in found for way in each.ways[:1]]
    nobody_knows += untold_parts(known, stated_parts) + untold_preferences(known, rows, stated_parts)
    definitions = Definitions.of(rows, known, frozenset(each.symbol for each in nobody_knows if not each.section))
    rows = definitions.stated(rows, lambda each, problem: refused(each, places.trouble(problem)))
    rows = _understood(rows, found, known)
    nobody_knows += tuple(each for each in opaque(found, rows, known) if each not in nobody_knows)
    nobody_knows += definitions.outdated(rows)
    nobody_knows += tuple(
        Opaque(name, f"{name} is meant to be what {general} is, and nothing could be put in for that")
        for name, general in known.instances.items() if name not in definitions.found
    )  # fmt: skip
    nobody_knows += tuple(taken_back(rows, any_such))

    def reread(source: str) -> Row | None:
        span = Span(0, len(source))
        try:
            syntax = seen.sets.spelled(seen.spelled(parse_row(source, span)))
            if seen.anew.about(syntax):
                return None  # in which section the row stands nobody says
            return definitions.filled(meant(Row(1, 1, span, source), syntax, "", known))
        except Unreadable:
            return None

    known = replace(known, moves={**fixed_portions(rows), NUMBER: frozenset(), **known.moves})
    anew = {(row, each.symbol) for each, row, _ in definitions.anew}
    instances = definitions.instances()
    context = _context(known, rows, anew, instances)
    mentioned = _symbols(rows).union(*(t.symbols(each.body) for each in instances))
    titles = [(each.span.start, each.text) for each in whole.blocks if each.kind is Kind.HEADING]
    extents = Extents.of(titles, [each.span.start for each in rows])
    moves = {each.symbol: frozenset({EVERYTHING}) for each in nobody_knows if not each.section}
    said_so = {name: by for name, by in context.moves.items() if name in known.moves or name not in moves}
    moves |= said_so  # what an unread row gives, its name alone does not fix
    passing = moved_by_words(known, inline, {*known.moves, *context.definitions})
    moves |= {name: moves.get(name, frozenset()) | by for name, by in passing.items()}
    context = replace(context, moves=moves)
    told_of = of_prose(lead.text, known, _symbols(rows), context.definitions, extents, _bare(found))
    context = replace(context, roles={**context.roles, **inverse(told_of, context.roles)})
    return Proof(
        tuple(rows), context, known.claim, tuple(troubles), _tilt(known, mentioned), optimised(rows), reread,
        tuple(map(places.not_checked, whole.unchecked)),
        lambda more: read(_longer(text, more), file, directives=directives),
        nobody_knows, asides([each[:2] for each in prose], reread, known), definitions.under_headings(rows), told,
        definitions.again, known.goal, known.most_laws, told_of,
        frozenset(name for name in _symbols(rows) if is_an_advantage(name)) - known.defined.keys() - told.keys(),
    )  # fmt: skip


def _bare(found: Sequence[Parsed]) -> set[str]:
    """The symbols that stand somewhere without arguments."""
    out: set[str] = set()
    left = [side for each in found for way in each.ways[:1] for clause in way[0].clauses for side in clause.expressions]
    while left:
        node = left.pop()
        out |= {node.value} if node.kind == "symbol" else set()
        left += node.children[1:] if node.kind == "call" else node.children
    return out


def _in_context(directive: str) -> Declarations:
    """What a directive declares that stands in no document. Raises Unreadable."""
    span = Span(0, len(directive))
    if directive.split()[:1] in (["assume"], ["skip"]):  # which are about what stands behind them
        raise refuse("directive", span, text=directive.strip())
    return declared(directive, span)


def _of_context(number: int, directive: str, problem: Unreadable) -> Trouble:
    line = LineOf(number, "the context")
    return Trouble(
        line, problem.span.start + 1, max(len(directive), 1), directive, problem.message, problem.found,
        problem.expected, problem.advice,
    )  # fmt: skip


def _rows(places: Places, found: Sequence[Parsed], known: Declarations) -> list[Row]:
    """The rows with their meaning, each in its section."""
    sections = list(accumulate(each.heading for each in found))
    here = {section: known.within(section) for section in set(sections)}
    return [row(places, each, here[section]) for each, section in zip(found, sections, strict=True)]


def _understood(rows: Sequence[Row], found: Sequence[Parsed], known: Declarations) -> list[Row]:
    """The rows, the first of those that could not be read with what was left open in them."""
    out, left = list(rows), _UNDERSTOOD
    sections = list(accumulate(each.heading for each in found))
    for i, (each, its) in enumerate(zip(rows, found, strict=True)):
        if not each.clauses and left:
            left -= 1
            out[i] = understood(each, its, known.within(sections[i]))
    return out


_UNDERSTOOD = 300
"""In how many rows that cannot be read it is looked for what is understood of them."""


class _Surveyed(NamedTuple):
    """Rows as they are parsed, and what all of them say of the symbols."""

    found: list[Parsed]
    families: Families
    bound: frozenset[tuple[str, str]]
    deltas: frozenset[str]
    shifts: Mapping[str, Node]
    orders: frozenset[str]
    of_f: str
    powers: frozenset[Power]
    logits: frozenset[str]
    best: frozenset[str]
    above: frozenset[str]
    laws: Mapping[str, tuple[str, ...]]
    sets: Sets
    anew: Anew
    known: Declarations

    def spelled(self, syntax: RowSyntax) -> RowSyntax:
        """A row with the members of families, and the beginnings of responses, as what they are."""
        below = with_numbers_below(syntax, self.above)
        whole = with_outcomes(below, self.laws)
        own = with_own_divergences(with_indicators(whole, self.deltas), self.orders)
        own = with_usual_divergences(own, self.of_f)
        own = with_logits(with_potentials(with_powers(own, self.powers)), self.logits)
        written_out = at_other_steps(with_policies_of_the_best(own, self.best), self.shifts)
        return self.families.spelled(beginnings(written_out, self.bound))


def _surveyed(
    found: Sequence[Parsed], prose: Sequence[Said], said: Sequence[Declarations], lost: Collection[str] = ()
) -> _Surveyed:
    """The rows with the members of families as what they are, and what all rows and the directives show.

    ``lost``: what is given by rows that have no meaning, whatever other rows say of it.
    """
    first_ways = [way[0] for each in found for way in each.ways[:1]]
    above = numbered_above(first_ways)
    first_ways = [with_numbers_below(each, above) for each in first_ways]
    unreadable = {name for each in found if not each.ways and (name := given_unread(each.source.text))}
    told_of = {name for each in prose if (name := given_unread(each.formula))}
    seen = _Surveyed(
        [], Families.of(first_ways), tokens_bound(first_ways), deltas(first_ways, {*unreadable, *told_of}),
        shifts(first_ways, {*unreadable, *told_of}), own_divergences(first_ways),
        of_a_function(first_ways) if f"D_f{BETWEEN}" not in told_of | unreadable else "",
        powers(first_ways, {*unreadable, *told_of}), logits(first_ways), best(first_ways), above, outcomes(first_ways),
        Sets(), Anew(), Declarations(),
    )  # fmt: skip
    found = [replace(each, ways=tuple((seen.spelled(syntax), note) for syntax, note in each.ways)) for each in found]
    sets = Sets.of([way[0] for each in found for way in each.ways[:1]], unreadable)
    found = [spelled(each, sets.spelled) for each in found]
    sections = list(accumulate(each.heading for each in found))
    stated_in = [(each.ways[0][0], section) for each, section in zip(found, sections, strict=True) if each.ways]
    anew = Anew.of(stated_in, unreadable)
    found = [spelled(each, partial(anew.spelled, section=at)) for each, at in zip(found, sections, strict=True)]
    unread = {name: each.source.line for each in found if not each.ways and (name := given_unread(each.source.text))}
    every = [(each, at) for each, at in zip(found, sections, strict=True) if each.ways]
    telling = [(each, at) for each, at in every if not updated(each.ways[0][0])]
    surveyed = [(_as_said(each, each.ways[0][0]), each.source.line) for each, _ in telling]
    within = [section for _, section in telling]
    known = survey(together((*said, of_logits(seen.logits))), surveyed, unread, within, told_of.union(lost))
    nameless = {name: 0 for name in unread if known.kind(name) is None}
    known = replace(known, defined={**nameless, **known.defined})
    return seen._replace(found=list(found), sets=sets, anew=anew, known=known)


def _as_said(row: Parsed, syntax: RowSyntax) -> RowSyntax:
    """A row as what words make of it: what stands under a condition that is not read gives nothing."""
    conditional = bool(row.unheard) and not syntax.supposed and row.gives in (Gives.NOT, Gives.PERHAPS)
    return replace(syntax, supposed="if") if conditional else syntax


def _longer(text: str, rows: Sequence[str]) -> str:
    """A document with rows at its end."""
    end = r"\end{document}"
    body, mark, after = text.rpartition(end) if end in text else (text, "", "")
    return "\n\n".join((body, *(f"$$ {row} $$" for row in rows), mark + after))


def _context(
    known: Declarations, rows: Sequence[Row], anew: Container[tuple[int, str]], instances: Sequence[t.Definition]
) -> t.Context:
    """What holds of the symbols that the rows use, and what they define; ``anew``: which rows define what again, and
    ``instances`` what no row needs to define."""
    said = [(i, clause.definition) for i, each in enumerate(rows) for clause in each.clauses]
    taken = {d.symbol: d for i, d in said if d is not None and (i, d.symbol) not in anew}
    taken |= {each.symbol: each for each in instances}
    names = _symbols(rows).union(*(t.symbols(each.body) for each in instances))
    temperature = known.temperature or "β"
    positive = frozenset(n for n in names if known.is_positive(n)) | known.positive
    positive |= {temperature} - known.scalars - known.real  # of a real one nobody says that it is > 0
    below = (borne(known, n) for n in names if known.role(n) in (Role.OPTIMUM, Role.PARTITION) and "_" in n)
    positive |= {each.temperature for each in below if each is not None} - {""} - known.scalars - known.real
    every = names | _symbols([reading for each in rows for reading in each.readings])
    joint = joined(known, every)  # parts of laws, which move as their factors do
    free = every - set(joint)
    moves = {name: by for name in sorted(free - set(taken)) if (by := moved_by_name(known, name, every)) is not None}
    carrying = {n for n in free - set(taken) if known.gradient and carries(known, n, known.gradient)}
    carrying |= {n for n in known.distributions & set(taken) if carries(known, n, known.gradient)}
    unsaid: set[str] = set()
    if known.gradient and not any(known.kind(name) == "distribution" for name in carrying):
        bare = {name for name in every if first(name) == "π"}
        told = _differentiated(rows) if carrying else bare  # as people write it where one policy is about
        carrying |= bare & told
        unsaid = bare - told - set(taken)  # where r_φ bears it, nothing is said of π
    moving = frozenset(carrying | {n for n, by in moves.items() if known.gradient in by} | {known.gradient} - {""})
    for name in carrying:
        if known.kind(name) == "distribution":
            moves.pop(name, None)
    moves |= {name: moves.get(name, frozenset()) | {known.gradient} for name in unsaid - known.moves.keys()}
    moves |= with_logits_moved(known, free - set(taken), moves)
    roles = {name: role for name in sorted(every) if (role := known.role(name)) is not None}
    roles |= dict.fromkeys(sorted(tables(every)), Role.SAMPLES)
    roles |= dict.fromkeys(sorted(known.moments & every), Role.STEP)
    ways = [way for row in rows for way in (row, *row.readings, *row.others)]
    more = sequences(known, (term for way in ways for clause in way.clauses for term in clause.terms))
    for symbol, policies in more.free.items():
        fixed = all(known.is_reference(policy) and policy not in taken for policy in policies)
        moves[symbol] = frozenset() if fixed else frozenset({EVERYTHING})
        if moving & set(policies):
            moves[symbol], moving = frozenset(policies), moving | {symbol}
    parts = {name: _odds(name) for name in sorted(known.shares & names - taken.keys())}
    positive |= {symbol for each in parts.values() for symbol in t.symbols(each.body)}
    said_of, real = preferences(ways, taken)
    positive |= {symbol for each in real.values() for symbol in t.symbols(each.body)}
    definitions = {**taken, **joint, **more.definitions, **parts, **said_of}
    return t.Context(
        positive, definitions, moving, {**roles, **more.roles}, moves, frozenset(known.measures),
        {**more.models, **real},
    )


def _differentiated(rows: Sequence[Row]) -> frozenset[str]:
    """What stands below a gradient by itself, and not only as what something is averaged by: the π of ``∇ log π``."""
    found: set[str] = set()
    left = [term for row in rows for clause in row.clauses for term in clause.terms]
    while left:
        term = left.pop()
        if isinstance(term, t.Gradient) and t.Bind not in t.kinds(term):
            found |= t.symbols(term)
        left += term.parts()
    return frozenset(found)


def _odds(name: str) -> t.Definition:
    """A number between 0 and 1, by its odds, which are any positive number: ``α = w/(1 + w)``."""
    odds, one = t.Scalar(odds_of(name)), t.Number(Fraction(1))
    return t.Definition(name, (), t.Mul((odds, t.Power(t.Add((one, odds)), t.Number(Fraction(-1))))))


def _symbols(rows: Sequence[Row]) -> frozenset[str]:
    """The symbols in the rows; of what is said of tokens the policies."""
    found = frozenset().union(*(t.symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    return frozenset(policy for name in found for policy in policies_of(name) or (name,))


def _tilt(known: Declarations, names: frozenset[str]) -> Tilt:
    optima = sorted(n for n in names if known.is_optimum(n))
    partitions = sorted(n for n in names if letter(n) in ("Z", "z") and known.kind(n) == "partition")
    return Tilt(
        "π",
        optima[0] if optima else "π*",
        known.reference or "π_ref",
        known.reward or "r",
        known.temperature or "β",
        partitions[0] if partitions else "Z",
        known.prompts or "D",
        known.outcome,
        known.prompt,
        frozenset(n for n in names if known.is_reward(n)),
        known.rivals,
        {n: found for n in (*optima, *partitions) if "_" in n and (found := borne(known, n)) is not None},
    )
