"""One row, from its syntax to statements about terms: each way to mend it, each common second reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from symkl.language.frozen import frozen
from symkl.language.patterns import pattern
from symkl.language.proof import LET, SUPPOSED, Carried, Clause, Reach, Row
from symkl.language.terms import Relation, Span
from symkl.language.troubles import Trouble
from symkl.meaning.alphabets import PROMPT_LIKE, Letters, bound_by, letters_of
from symkl.meaning.arithmetic import FORKS, PROMPTS
from symkl.meaning.chains import in_chains
from symkl.meaning.deviations import deviation_notes, in_deviations
from symkl.meaning.directives import share
from symkl.meaning.fonts import in_one_font
from symkl.meaning.functionals import AVERAGED
from symkl.meaning.functions import written_out
from symkl.meaning.giving import is_ratio
from symkl.meaning.groups import in_groups
from symkl.meaning.joints import in_joints, part_notes
from symkl.meaning.mistakes import refuse
from symkl.meaning.outlines import outlined
from symkl.meaning.parametrised import in_parameters, parameter_notes
from symkl.meaning.reader import Reader
from symkl.meaning.rules import reader
from symkl.meaning.samples import at_free_samples, with_samples_written_out
from symkl.meaning.sequences import in_sequences
from symkl.meaning.steps import in_steps, step_notes
from symkl.meaning.symbols import Declarations, letter, numbered_by
from symkl.meaning.trajectories import in_trajectories
from symkl.meaning.updates import UPDATE, updated
from symkl.meaning.usage import as_used
from symkl.meaning.vectors import in_components
from symkl.meaning.written import written
from symkl.reading.blocks import Block
from symkl.reading.conditions import Conditions
from symkl.reading.defining import Gives
from symkl.reading.latex import parse_row
from symkl.reading.mending import mends
from symkl.reading.mistakes import Unreadable
from symkl.reading.mistakes import refuse as refuse_to_read
from symkl.reading.places import Places
from symkl.reading.readable import clause_text, readable, row_text
from symkl.reading.sketching import sketched
from symkl.reading.skipping import SKIPPED
from symkl.reading.syntax import Clause as ClauseSyntax
from symkl.reading.syntax import Node, RowSyntax, named, walk
from symkl.reading.terminals.words import SUBJECT_TO

_RELATION = pattern(
    r":?=|[<>≤≥∝≡≈]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies|Rightarrow|coloneqq|triangleq|sim)(?![A-Za-z])"
)


@frozen
class Parsed:
    """A row on its way: its ways to be read (one, or one for each mend), or why there is none.

    ``carried``: how far the words before it carry what was supposed; ``unheard``: a condition there that is not read;
    ``explains``: whether they say that it gives what the row before it uses; ``reasons``: what they give as one;
    ``gives``: what they say of the symbol at its head, and ``perhaps_given``: that they may say it is so;
    ``nearby``: what else they state. ``sketch``: the row where it parses, and has no way to be spelled.
    """

    source: Block
    ways: tuple[tuple[RowSyntax, str], ...]
    trouble: Unreadable | None
    heading: bool
    assumed: Assumed
    carried: Carried = Carried.ON
    unheard: str = ""
    explains: bool = False
    reasons: tuple[str, ...] = ()
    gives: Gives = Gives.NOT
    perhaps_given: bool = False
    nearby: tuple[str, ...] = ()
    sketch: RowSyntax | None = None

    @property
    def continues(self) -> bool:
        """Whether the row opens with a relation, and so goes on from the row before it."""
        if self.first is not None:
            return self.first.clauses[0].opening is not None
        return _RELATION.match(self.source.text.lstrip(" \t\r\n&{}")) is not None

    @property
    def first(self) -> RowSyntax | None:
        """The row in its first way to be read."""
        return self.ways[0][0] if self.ways else None


class Assumed(NamedTuple):
    """Why a row is taken as given, nothing where it is not, and how far that holds."""

    why: str = ""
    reach: Reach = Reach.WORDS

    @classmethod
    def by(cls, words: str) -> Assumed:
        """As words of this kind, “if”, “let” or “assumption”, say."""
        return cls(LET if words == "let" else SUPPOSED, Reach.SECTION if words == "assumption" else Reach.WORDS)


def parsed(source: Block, heading: bool, assumed: Assumed, places: Places, supposed: str = "") -> Parsed:
    """The row that stands in a block, parsed; where a bracket is missing or too many, in each way to mend it.

    ``supposed``: the kind of hypothesis that the words before its formula make of it.
    """
    given = assumed if assumed.why or not supposed else Assumed.by(supposed)
    supposed = "if" if assumed.why or supposed == "assumption" else supposed
    if source.trouble is not None:
        return Parsed(source, (), source.trouble, heading, given)
    try:
        syntax = parse_row(source.text, source.span)
        syntax = replace(syntax, repairs=(*source.notes, *syntax.repairs))
        if supposed and syntax.clauses[0].opening is None:
            syntax = replace(syntax, supposed=supposed)
        if syntax.supposed and not assumed.why:
            assumed = Assumed.by(syntax.supposed)
        return Parsed(source, ((syntax, ""),), None, heading, assumed)
    except Unreadable as problem:
        ways = tuple(
            (replace(mend.row, supposed=supposed), f"{mend.note} at column {places.column(mend.position)}")
            for mend in mends(source.text, source.span)
        )
        return Parsed(source, ways, problem, heading, given)


def under(row: Parsed, conditions: Conditions) -> Parsed:
    """The row under what the sentence before its display supposes, as if that stood in the row.

    What cannot be parsed, or has no meaning, is told apart: then the row is not refuted.
    """
    heard: list[ClauseSyntax] = []
    row = replace(row, unheard=conditions.unread, reasons=conditions.reasons, nearby=conditions.nearby)
    for each in conditions.formulas if row.ways and not row.assumed.why else ():
        try:
            clauses = parse_row(each.formula, Span(each.start, each.start + len(each.formula))).clauses
        except Unreadable:
            clauses = ()
        if len(clauses) != 1 or clauses[0].opening is not None or not clauses[0].relations:
            row = replace(row, unheard=each.formula if not row.unheard or share(row.unheard) else row.unheard)
        else:
            heard.append(replace(clauses[0], joined="if"))
    if not heard:
        return row
    ways = tuple((replace(syntax, clauses=_under(heard, syntax.clauses)), note) for syntax, note in row.ways)
    return replace(row, ways=ways)


def _under(heard: Sequence[ClauseSyntax], clauses: tuple[ClauseSyntax, ...]) -> tuple[ClauseSyntax, ...]:
    """Conditions before what they are of; behind it where a row goes on from another."""
    return (*heard, *clauses) if clauses[0].opening is None else (*clauses, *heard)


def _apart(syntax: RowSyntax, span: Span) -> tuple[RowSyntax, tuple[ClauseSyntax, ...]]:
    """A row without what sentences put beside it, and that."""
    inside = tuple(c for c in syntax.clauses if span.start <= c.expressions[0].span.start < span.stop)
    return replace(syntax, clauses=inside), tuple(c for c in syntax.clauses if c not in inside)


def parsed_alone(source: Block) -> Parsed | None:
    """The row that a formula of prose is by itself; None where it cannot be parsed."""
    try:
        return Parsed(source, ((parse_row(source.text, source.span), ""),), None, heading=False, assumed=Assumed())
    except Unreadable:
        return None


def spelled(parsed: Parsed, spell: Callable[[RowSyntax], RowSyntax]) -> Parsed:
    """The row in other words, in each way that has them; where none has, the trouble."""
    ways: list[tuple[RowSyntax, str]] = []
    trouble = parsed.trouble
    for syntax, note in parsed.ways:
        try:
            ways.append((spell(syntax), note))
        except Unreadable as problem:
            trouble = trouble or problem
    sketch = parsed.ways[0][0] if not ways and len(parsed.ways) == 1 and parsed.trouble is None else parsed.sketch
    return replace(parsed, ways=tuple(ways), trouble=trouble, sketch=sketch)


def row(places: Places, parsed: Parsed, known: Declarations) -> Row:
    """The row with its meaning, in each way it parsed that has one; or with what is the trouble."""
    source = parsed.source
    blank = Row(
        source.line,
        source.column,
        source.span,
        source.text,
        heading=parsed.heading,
        carried=parsed.carried,
        unheard=parsed.unheard,
        explains=parsed.explains,
        reasons=parsed.reasons,
        perhaps_given=parsed.perhaps_given,
        nearby=parsed.nearby,
        assumed=parsed.assumed.why,
        reach=parsed.assumed.reach,
        authored=places.authored(source.span),
    )
    found: list[tuple[Row, RowSyntax]] = []
    trouble = parsed.trouble
    for syntax, note in parsed.ways:
        plain, heard = _apart(syntax, source.span)
        if name := updated(syntax):
            failed = refuse(UPDATE, syntax.clauses[0].expressions[0].span, name=name)
            return replace(
                blank, trouble=places.trouble(failed), readable=_shown(syntax), continues=False, updates=name
            )
        try:
            found.append((meant(blank, syntax, note, known), plain))
            continue
        except Unreadable as problem:
            failed = problem
        if heard:
            blank = replace(blank, unheard=clause_text(heard[0]))
            try:
                found.append((meant(blank, plain, note, known), plain))
                continue
            except Unreadable as problem:
                failed = problem
        trouble = trouble or failed
    if not found:
        assert trouble is not None
        readable = _shown(parsed.ways[0][0]) if parsed.ways else ""
        return replace(
            blank, trouble=places.trouble(trouble), readable=readable, continues=parsed.continues,
            skipped=trouble.name == SKIPPED,
            constrained=bool(parsed.ways) and any(each.joined == SUBJECT_TO for each in parsed.ways[0][0].clauses),
        )  # fmt: skip
    # All mean the same, or none is taken: show the shortest, and a bracket closed late rather than early.
    found.reverse()
    found.sort(key=lambda way: len(way[0].readable))
    (first, syntax), *others = found
    nodes = [side for clause in syntax.clauses for side in clause.expressions]
    return replace(
        first,
        others=tuple(other for other, _ in others),
        trouble=places.trouble(parsed.trouble) if parsed.trouble else None,
        sides=written(source.text, source.span, nodes, known),
    )


def understood(row: Row, parsed: Parsed, known: Declarations) -> Row:
    """A row that could not be read, with the things in it without which it could; as it is where there are none."""
    source = parsed.source
    if row.clauses or row.trouble is None or row.skipped or row.updates or source.trouble is not None:
        return row
    if parsed.ways and (len(parsed.ways) > 1 or parsed.trouble is not None):
        return row
    way = parsed.ways[0][0] if parsed.ways else parsed.sketch or sketched(source.text, source.span)
    things = () if way is None else outlined(way, lambda syntax: meant(row, syntax, "", known))
    return replace(row, left_open=things)


def refused(row: Row, trouble: Trouble) -> Row:
    """The row without a meaning, for what only its finished terms show."""
    goes_on = bool(row.clauses) and row.clauses[0].opening is not None
    return replace(
        row, clauses=(), others=(), readings=(), notes=(), sides=(), trouble=trouble, continues=goes_on
    )


def meant(blank: Row, syntax: RowSyntax, note: str, known: Declarations) -> Row:
    """The row with its meaning, and with it again after each common second reading it allows."""
    objective = not _states_by_itself(syntax)
    for clause in syntax.clauses:
        if clause.joined == SUBJECT_TO:
            raise refuse_to_read("constraint", clause.expressions[0].span)
    shown = replace(
        blank, readable=_shown(syntax), head=readable(syntax.clauses[0].expressions[0]), at=syntax.at or blank.at
    )
    clauses = syntax.clauses
    in_one_font(known, blank.source, blank.span, clauses)
    for spelled in (in_deviations, in_steps, in_parameters, in_trajectories, as_used, written_out, in_chains,
                    in_sequences, in_joints, in_components, in_groups, with_samples_written_out):  # fmt: skip
        clauses = spelled(known, clauses)
    notes = (
        *deviation_notes(known, syntax.clauses), *step_notes(known, syntax.clauses), *part_notes(known, clauses),
        *parameter_notes(known, syntax.clauses),
    )  # fmt: skip
    repairs = (*syntax.repairs, *notes)
    syntax = replace(syntax, clauses=clauses, repairs=repairs)
    _with_one_bar(known, syntax)
    for clause in clauses:
        _no_family(known, clause)
    letters = letters_of(known, syntax.clauses)
    known = replace(known, prompts=_prompts_of(syntax, letters) or known.prompts)
    first = reader(known, letters, reaches=objective)
    row = _once(shown, syntax, note, first)
    others = []
    if AVERAGED in first.said.forks and not _averages_prompts(syntax, letters):
        first.said.forks.discard(AVERAGED)
    for fork in sorted(first.said.forks):
        second = reader(known, letters) if fork == PROMPTS else reader(known, letters, fork, reaches=objective)
        try:
            others.append(_once(shown, syntax, FORKS.get(fork, note), second))
        except Unreadable:
            continue
    return replace(row, readings=tuple(others))


def _no_family(known: Declarations, clause: ClauseSyntax) -> None:
    """Refuse ``P(i \\succ j) = σ(s_i - s_j)`` where s_i is a number by its name: of another i it would be the same.
    Raises Unreadable."""
    head, *body = clause.expressions
    if head.kind != "call" or not clause.relations:
        return
    prefers = any(each.kind == "preferred" for each in head.children[1].children)
    if known.kind(head.children[0].value) == "distribution" and not prefers:
        return
    taken = {n.value for n in walk(head.children[1]) if n.kind == "symbol" and (prefers or known.is_index(n.value))}
    for node in (node for side in body for node in walk(side)):
        if node.kind == "symbol" and known.kind(node.value) not in ("distribution", "variable"):
            for index in sorted(taken.intersection(numbered_by(node.value))):
                raise refuse("family", node.span, family=node.value, index=index, letter=letter(node.value))


def _with_one_bar(known: Declarations, syntax: RowSyntax) -> None:
    """Refuse a law without its bar where it may be another: beside itself with one, and where what is given is no
    argument of what the row gives, as in ``m(y) = π(y)``. Raises Unreadable."""
    nodes = [node for clause in syntax.clauses for side in clause.expressions for node in walk(side)]
    calls = [node for node in nodes if node.kind == "call" and known.kind(node.children[0].value) == "distribution"]
    barred = {call.children[0].value for call in calls if call.children[2].children}
    for call in (call for call in calls if _leaves_out_a_bar(known, call)):
        name = call.children[0].value
        if name in barred:
            raise refuse("with and without a bar", call.span, name=name)
        head, given = syntax.clauses[0].expressions[0], known.signatures[name][1]
        if head.kind == "call" and known.kind(head.children[0].value) == "defined":
            taken = {known.sort(c.value) for c in head.children[1].children if known.is_index(c.value)}
            if taken and not taken.intersection(given):
                shown = ", ".join(known.usual_variable(sort).name for sort in given)
                raise refuse("argument left out", head.span, name=name, head=head.children[0].value, given=shown)


def _leaves_out_a_bar(known: Declarations, call: Node) -> bool:
    """Whether a law that is written with a bar elsewhere stands here without: ``π(y)``."""
    head, arguments, conditions = call.children
    plain = not conditions.children and [c.kind for c in arguments.children] in (["symbol"], ["dot"])
    return plain and bool(known.signatures.get(head.value, ((), ()))[1])


def _averages_prompts(syntax: RowSyntax, letters: Letters) -> bool:
    """Whether a row has a mean over prompts, and not itself the mean of a divergence that names none."""
    nodes = [node for clause in syntax.clauses for side in clause.expressions for node in walk(side)]
    binders = [binder for node in nodes if node.kind == "expectation" for binder in node.children[:-1]]
    drawn = [v for binder in binders if binder.kind in ("over", "sampled") for v in bound_by(binder)]
    return any(letters.bound.get(v.span.start) in PROMPT_LIKE for v in drawn) and not any(
        inner.kind == "divergence" and all(side.kind == "symbol" for side in inner.children)
        for node in nodes
        if node.kind == "expectation"
        for inner in walk(node.children[-1])
    )


def _prompts_of(syntax: RowSyntax, letters: Letters) -> str:
    """The law that a row draws prompts from, where it has one: what names no prompt there is averaged by it."""
    nodes = [node for clause in syntax.clauses for side in clause.expressions for node in walk(side)]
    drawn = [node for node in nodes if node.kind == "sampled" and len(node.children) == 2]
    laws = {
        node.children[1].value
        for node in drawn
        if node.children[1].kind == "symbol" and letters.bound.get(node.children[0].span.start) in PROMPT_LIKE
    }
    return laws.pop() if len(laws) == 1 else ""


def _states_by_itself(syntax: RowSyntax) -> bool:
    """Whether a row is an equation between expressions: no problem, no definition, nothing that goes on."""
    first = syntax.clauses[0]
    nodes = [node for clause in syntax.clauses for side in clause.expressions for node in walk(side)]
    return (
        first.opening is None
        and bool(first.relations)
        and first.expressions[0].kind not in ("symbol", "call")
        and all(node.kind != "optimum" for node in nodes)
    )


def _once(blank: Row, syntax: RowSyntax, note: str, meaning: Reader) -> Row:
    notes = [note] if note else []
    notes += syntax.repairs
    clauses = []
    for clause in syntax.clauses:
        sides = tuple(side for side in clause.expressions if side.kind != "dots")
        relations, opening = clause.relations, clause.opening
        if clause.expressions[0].kind == "dots" and opening is None and len(relations) == 1:
            opening, relations = relations[0], ()  # "... = B" goes on from what stood before the break
        elif len(sides) < len(clause.expressions):  # "= ... =": what is left out says nothing
            relations = relations[: max(len(sides) - 1, 0)]
        _no_rebinding(clause)
        _no_clash(clause, meaning.known)
        try:
            terms = at_free_samples(meaning.known, meaning.many(sides), sides[0].span) if sides else ()
        except Unreadable:
            if clause.joined != "since":
                raise
            notes.append("the reason that is given is not read")
            continue
        clauses.append(Clause(opening, terms, relations, joined=clause.joined))
    notes += meaning.said.notes
    return replace(blank, clauses=tuple(clauses), notes=tuple(dict.fromkeys(notes)))


def _shown(syntax: RowSyntax) -> str:
    """The row as text, without the relation it opens with."""
    first, *rest = syntax.clauses
    return row_text(replace(syntax, clauses=(replace(first, opening=None), *rest)))


def _no_clash(clause: ClauseSyntax, known: Declarations) -> None:
    """``r = p/q`` where r is a reward elsewhere: two meanings of one letter. Raises Unreadable."""
    if clause.relations and clause.opening is None and is_ratio(known, clause.expressions[1]):
        head = clause.expressions[0]
        if head.kind == "symbol" and known.kind(head.value) == "function":
            raise refuse("clash", head.span, name=head.value)


def _no_rebinding(clause: ClauseSyntax) -> None:
    """``R := R - ...`` would give one name two meanings. Raises Unreadable."""
    if clause.relations[:1] == (Relation.DEFINED,):
        head = clause.expressions[0]
        name = named(head)
        if name and any(n.kind == "symbol" and n.value == name for side in clause.expressions[1:] for n in walk(side)):
            raise refuse(UPDATE, head.span, name=name)
