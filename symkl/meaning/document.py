"""A document, read: from its text to a proof.

Rows are parsed first, all of them, because a symbol may be used before it is explained; then one
survey fixes what each symbol is; then every row gets its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import symkl.language.terms as t
from symkl.language.proof import Clause, Proof, Row, Tilt
from symkl.language.terms import Relation, Span, Variable
from symkl.language.troubles import Trouble
from symkl.meaning.arithmetic import FORKS
from symkl.meaning.declaring import Declarations, declare, is_ratio, letter, subscript, survey, walk
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.rules import reader
from symkl.meaning.written import written
from symkl.reading import markdown
from symkl.reading.latex import parse_row
from symkl.reading.mending import mends
from symkl.reading.mistakes import Unreadable
from symkl.reading.readable import readable, row_text
from symkl.reading.syntax import Clause as ClauseSyntax
from symkl.reading.syntax import RowSyntax


@dataclass(frozen=True)
class _Parsed:
    """A row on its way: its ways to be read (one, or one for each mend), or why there is none."""

    source: markdown.Block
    ways: tuple[tuple[RowSyntax, str], ...]
    trouble: Unreadable | None
    heading: bool
    assumed: bool


def read(text: str, file: str = "") -> Proof:
    r"""The proof in a Markdown or LaTeX document. Never raises for what the text says.

    >>> proof = read("$$Z(x) = \\sum_y \\pi_{ref}(y|x) e^{r(x,y)/\\beta}$$")
    >>> len(proof.rows)
    1
    """
    known = Declarations()
    troubles: list[Trouble] = []
    parsed: list[_Parsed] = []
    heading = assumed = False
    for block in markdown.blocks(text, tex=file.endswith(".tex")):
        if block.kind is markdown.Kind.HEADING:
            heading = True
        elif block.kind is markdown.Kind.DIRECTIVE:
            try:
                assumed |= block.text.strip() == "assume"
                known = declare(known, block.text, block.span, canonical)
            except Unreadable as problem:
                troubles.append(locate(text, problem))
        elif block.trouble is not None:
            troubles.append(locate(text, block.trouble))
        else:
            parsed.append(_parse(block, heading, assumed))
            heading = assumed = False
    known = survey(known, [way[0] for row in parsed for way in row.ways[:1]])
    rows = [_row(text, row, known) for row in parsed]
    definitions = _Definitions.of(rows, known)
    rows, context = _define(text, rows, known, definitions)

    def reread(source: str) -> Row | None:
        span = Span(0, len(source))
        try:
            return _filled(_meant(Row(1, 1, span, source), parse_row(source, span), "", known), definitions)
        except Unreadable:
            return None

    return Proof(tuple(rows), context, known.claim, tuple(troubles), _tilt(known, rows), _optimised(rows), reread)


def canonical(written: str) -> str:
    """The canonical name of a symbol written in a directive: LaTeX, or a Greek letter by its name."""
    for attempt in (written, "\\" + written):
        try:
            syntax = parse_row(attempt, Span(0, len(attempt)))
        except Unreadable:
            continue
        node = syntax.clauses[0].expressions[0] if syntax.clauses else None
        if node is not None and node.kind == "symbol":
            return node.value
    return written


def _parse(source: markdown.Block, heading: bool, assumed: bool) -> _Parsed:
    try:
        return _Parsed(source, ((parse_row(source.text, source.span), ""),), None, heading, assumed)
    except Unreadable as problem:
        ways = tuple(
            (mend.row, f"{mend.note} at column {source.column + mend.position - source.span.start}")
            for mend in mends(source.text, source.span)
        )
        return _Parsed(source, ways, problem, heading, assumed)


def _row(text: str, parsed: _Parsed, known: Declarations) -> Row:
    source = parsed.source
    blank = Row(source.line, source.column, source.span, source.text, heading=parsed.heading, assumed=parsed.assumed)
    found: list[tuple[Row, RowSyntax]] = []
    trouble = parsed.trouble
    for syntax, note in parsed.ways:
        try:
            found.append((_meant(blank, syntax, note, known), syntax))
        except Unreadable as problem:
            trouble = trouble or problem
    if not found:
        assert trouble is not None
        readable = _shown(parsed.ways[0][0]) if parsed.ways else ""
        return replace(blank, trouble=locate(text, trouble), readable=readable)
    # All mean the same, or none is taken: show the shortest, and a bracket closed late rather than early.
    found.reverse()
    found.sort(key=lambda way: len(way[0].readable))
    (first, syntax), *others = found
    nodes = [side for clause in syntax.clauses for side in clause.expressions]
    return replace(
        first,
        others=tuple(other for other, _ in others),
        trouble=locate(text, parsed.trouble) if parsed.trouble else None,
        sides=written(source.text, source.span, nodes, known),
    )


def _meant(blank: Row, syntax: RowSyntax, note: str, known: Declarations) -> Row:
    """The row with its meaning, and with it again after each common second reading it allows."""
    first = reader(known)
    row = _once(blank, syntax, note, first)
    others = []
    for fork in sorted(first.said.forks):
        try:
            others.append(_once(blank, syntax, FORKS[fork], reader(known, fork)))
        except Unreadable:
            continue
    return replace(row, readings=tuple(others))


def _once(blank: Row, syntax: RowSyntax, note: str, meaning: Reader) -> Row:
    notes = [note] if note else []
    notes += syntax.repairs
    clauses = []
    for clause in syntax.clauses:
        sides = tuple(side for side in clause.expressions if side.kind != "dots")
        relations = clause.relations
        if len(sides) < len(clause.expressions):  # "= ... =": what is left out says nothing
            relations = relations[: max(len(sides) - 1, 0)]
        _no_rebinding(clause)
        _no_clash(clause, meaning.known)
        clauses.append(Clause(clause.opening, meaning.many(sides), relations))
    notes += meaning.said.notes
    head = readable(syntax.clauses[0].expressions[0])
    return replace(
        blank, clauses=tuple(clauses), notes=tuple(dict.fromkeys(notes)), readable=_shown(syntax), head=head
    )


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
        name = head.value if head.kind == "symbol" else head.children[0].value if head.kind == "call" else ""
        if name and any(n.kind == "symbol" and n.value == name for side in clause.expressions[1:] for n in walk(side)):
            raise refuse("rebinding", head.span, name=name)


def locate(text: str, problem: Unreadable) -> Trouble:
    """An :class:`Unreadable` as plain data: line, column, and the source line with room for a caret."""
    start = min(problem.span.start, len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_stop = text.find("\n", start)
    line_stop = len(text) if line_stop < 0 else line_stop
    excerpt = text[line_start:line_stop]
    column = start - line_start
    if len(excerpt) > 400:  # a caret under a line of megabytes helps nobody
        cut = max(0, column - 60)
        excerpt, column = excerpt[cut : cut + 160], column - cut
    width = max(1, min(problem.span.stop, line_stop) - start)
    return Trouble(
        text.count("\n", 0, start) + 1,
        column + 1,
        min(width, max(1, len(excerpt) - column)),
        excerpt,
        problem.message,
        problem.found,
        problem.expected,
        problem.advice,
    )


# -- definitions -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Definitions:
    """The definitions of a document: for each symbol its first one, where it stands, and the
    variables and policies that its body depends on though they are not written among its parameters."""

    found: Mapping[str, tuple[t.Definition, int]]
    implicit: dict[str, tuple[t.Argument, ...]]

    @classmethod
    def of(cls, rows: list[Row], known: Declarations) -> _Definitions:
        """Collect them."""
        found: dict[str, tuple[t.Definition, int]] = {}
        for i, row in enumerate(rows):
            for clause in row.clauses:
                definition = _definition(clause)
                at_optimum = definition is not None and any(
                    isinstance(p, t.Policy) and known.is_optimum(p.symbol) for p in definition.parameters
                )  # J(π*) = ... says what J is at one policy, not what J is
                if definition is not None and definition.symbol in known.defined and not at_optimum:
                    found.setdefault(definition.symbol, (definition, i))
        return cls(found, _implicit({name: d for name, (d, _) in found.items()}, _optimised(rows)))


def _define(text: str, rows: list[Row], known: Declarations, definitions: _Definitions) -> tuple[list[Row], t.Context]:
    """Mark the definitions, give them the prompt where it is left unsaid, and fill it in at every use."""
    found, implicit = definitions.found, definitions.implicit
    marked = []
    for i, row in enumerate(rows):
        clauses = []
        for clause in row.clauses:
            definition = _definition(clause)
            if definition is not None and found.get(definition.symbol, (None, -1))[1] == i:
                clause = replace(clause, definition=definition)
            clauses.append(clause)
        marked.append(replace(row, clauses=tuple(clauses)))
    out = []
    for row in marked:
        try:
            out.append(_filled(_noted(row, implicit), definitions))
        except Unreadable as problem:
            out.append(replace(row, clauses=(), others=(), trouble=locate(text, problem)))
    taken = {}
    for row in out:
        for clause in row.clauses:
            if clause.definition is not None:
                taken[clause.definition.symbol] = clause.definition
    names = frozenset().union(*(t.symbols(term) for row in out for clause in row.clauses for term in clause.terms))
    positive = frozenset(n for n in names if known.is_positive(n)) | known.positive
    with_parameters = frozenset(n for n in names if letter(n) == "π" and subscript(n) == (known.gradient or "θ"))
    parametrised = with_parameters or (frozenset({"π"}) if known.gradient and "π" in names else frozenset())
    readings = [term for row in out for each in row.readings for clause in each.clauses for term in clause.terms]
    named = names.union(*map(t.symbols, readings))
    roles = {name: role for name in sorted(named) if (role := known.role(name)) is not None}
    return out, t.Context(positive, taken, parametrised, roles)


def _noted(row: Row, implicit: Mapping[str, tuple[t.Argument, ...]]) -> Row:
    """The row, with a note where a definition depends on a response that is not among its arguments."""
    notes = list(row.notes)
    for clause in row.clauses:
        if clause.definition is not None:
            name = clause.definition.symbol
            stray = [v.name for v in implicit[name] if isinstance(v, Variable) and v.sort not in ("x", "s")]
            if stray:
                notes.append(
                    f"{name.rstrip('≻')} depends on {' and '.join(stray)}, which {'is' if len(stray) == 1 else 'are'} "
                    "not among its arguments nor summed over"
                )
    return replace(row, notes=tuple(notes))


def _within(term: t.Term) -> list[t.Term]:
    return [term] + [inner for part in term.parts() for inner in _within(part)]


def _definition(clause: Clause) -> t.Definition | None:
    if (
        clause.opening is not None
        or not clause.relations
        or clause.relations[0] not in (Relation.EQUAL, Relation.DEFINED, Relation.EQUIVALENT)
    ):
        return None
    head, body = clause.terms[0], clause.terms[1]
    if (
        not isinstance(head, t.Apply)
        or head.outcomes
        or len(set(head.given)) != len(head.given)
        or head.symbol in t.symbols(body)
    ):
        return None
    return t.Definition(head.symbol, head.given, body)


def _implicit(definitions: Mapping[str, t.Definition], optimised: frozenset[str]) -> dict[str, tuple[t.Argument, ...]]:
    """For each definition, what its body depends on that is not among its parameters.

    Free variables; and policies that some problem in the document is over: in ``max_π J`` after
    ``J = E_π[r]`` the maximum is over the π inside J.
    """
    free: dict[str, set[t.Argument]] = {}
    for name, d in definitions.items():
        depends: set[t.Argument] = {t.Policy(symbol) for symbol in t.symbols(d.body) & optimised}
        free[name] = depends.union(t.free_variables(d.body)) - set(d.parameters)
    changed = True
    while changed:
        changed = False
        for name, d in definitions.items():
            for used in t.symbols(d.body) & set(definitions) - {name}:
                more = free[used] - set(d.parameters) - free[name]
                free[name] |= more
                changed |= bool(more)
    return {name: tuple(sorted(some, key=_argument_order)) for name, some in free.items()}


def _argument_order(argument: t.Argument) -> tuple[bool, str]:
    return isinstance(argument, t.Policy), argument.name if isinstance(argument, Variable) else argument.symbol


def _filled(row: Row, definitions: _Definitions) -> Row:
    """The row with every use of a defined symbol given the arguments that are left unsaid."""
    found, implicit = definitions.found, definitions.implicit

    def fill(term: t.Term) -> t.Term:
        term = t.rebuilt(term, fill)
        if isinstance(term, t.Apply) and term.symbol in found:
            parameters = found[term.symbol][0].parameters
            given = term.given or parameters
            if len(given) != len(parameters) and all(isinstance(p, t.Policy) for p in parameters[len(given) :]):
                given = (*given, *parameters[len(given) :])
            return replace(term, given=(*given, *implicit[term.symbol]))
        return term

    clauses = []
    for clause in row.clauses:
        terms = tuple(fill(term) for term in clause.terms)
        definition = clause.definition
        if definition is not None:
            definition = t.Definition(
                definition.symbol, (*definition.parameters, *implicit[definition.symbol]), terms[1]
            )
        clauses.append(replace(clause, terms=terms, definition=definition))
    return replace(
        row,
        clauses=tuple(clauses),
        others=tuple(_filled(other, definitions) for other in row.others),
        readings=tuple(_filled(other, definitions) for other in row.readings),
    )


def _optimised(rows: list[Row]) -> frozenset[str]:
    return frozenset(
        part.policy
        for row in rows
        for clause in row.clauses
        for term in clause.terms
        for part in _within(term)
        if isinstance(part, t.Optimum | t.Optimiser)
    )


def _tilt(known: Declarations, rows: list[Row]) -> Tilt:
    names = frozenset().union(*(t.symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
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
    )
