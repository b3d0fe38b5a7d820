"""What a document says of a symbol and nobody could read: rows that give it, conditions on it, and prose.

Such a symbol is *opaque*: it may be anything, and may depend on everything. What holds whatever it is may be proved;
nothing about it is refuted, and nothing rests on its usual meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from symkl.language.patterns import pattern
from symkl.language.proof import NO_TEMPERATURE, Aside, Clause, Opaque, Row
from symkl.language.terms import (
    EQUATIONS,
    Apply,
    Bind,
    Mul,
    Relation,
    Scalar,
    Span,
    Term,
    Value,
    Variable,
    free_variables,
    symbols,
)
from symkl.meaning.calls import LEFT_OUT
from symkl.meaning.dependence import policy_of
from symkl.meaning.giving import alone, given_unread
from symkl.meaning.groups import family, member
from symkl.meaning.rows import Parsed
from symkl.meaning.steps import name_of_a_step
from symkl.meaning.symbols import POLICIES, Declarations, letter
from symkl.meaning.wholes import parts_of
from symkl.reading.latex import parse_row
from symkl.reading.syntax import Node, named

_POLICY = pattern(r"\\(?:pi|mu)(?![A-Za-z])(?:_(?:\{[^{}]*\}|\w|\\[A-Za-z]+))?|(?<![A-Za-z\\])[pq](?![A-Za-z])")
_INSTANCE = pattern(r"(?P<stem>[^_^]+[_^])(?:(?P<of>[ktnmNij])|(?P<at>[ktnmNij]?[+-]?\d{1,4}))")
_ZERO = pattern(r"=\s*0\s*[.,;]?\s*(?:\\\\)?\s*$")


def given(parsed: Parsed) -> str | None:
    r"""The symbol that a row gives which could not be read: the G of ``G(θ) = ...``; None where it gives none."""
    if parsed.first is not None:
        first = parsed.first.clauses[0]
        return _head(first.expressions[0]) if first.relations and first.opening is None else None
    return given_unread(parsed.source.text) or None


def _head(side: Node) -> str:
    """The symbol that a side is or calls; that of a preference is kept apart from a distribution of the same name."""
    prefers = side.kind == "call" and any(each.kind == "preferred" for each in side.children[1].children)
    return named(side) + ("≻" if prefers else "")


def of_family(known: Declarations, symbol: str | None) -> str | None:
    """The function that a symbol with an index stands for: ``A_i = ...`` says of every member what it is."""
    found = member(symbol, known.numbering) if symbol else None
    if found is not None and found[0] in known.families:
        return family(found[0], len(found[1]))
    return name_of_a_step(known, symbol) if symbol else symbol


def conditioned(parsed: Parsed) -> frozenset[str]:
    """The policies that a row may fix which could not be read: those that it mentions, where it sets something to 0."""
    text = parsed.source.text
    if _ZERO.search(text) is None:
        return frozenset()
    return frozenset(name for found in _POLICY.finditer(text) if (name := alone(found.group())))


def opaque(found: Sequence[Parsed], rows: Sequence[Row], known: Declarations) -> tuple[Opaque, ...]:
    """What rows that could not be read give, or put a condition on.

    ::

        A = ...  unread, A not given before       A is opaque throughout; from there on, where A is a policy or a number
        f(π) = 0  unread                          π is opaque from there to the next heading
    """
    out: list[Opaque] = []
    seen: set[str] = set()
    for i, (parsed, row) in enumerate(zip(found, rows, strict=True)):
        if row.clauses or row.trouble is None:
            dotted = _given_with_dots(row) - seen
            seen |= _heads(row)
            dots = "line {} gives {} with dots, which are not read"
            out += [Opaque(name, dots.format(row.line, name)) for name in sorted(dotted)]
            continue
        if row.updates:
            gives = f"line {row.line} gives {row.updates} another value, which is not followed"
            out.append(Opaque(row.updates, gives, i, True))
            continue
        why = f"line {row.line}, which could not be read, "
        symbol = None if parsed.continues else of_family(known, given(parsed))
        if symbol is not None and symbol not in seen and known.kind(symbol) != "variable":
            seen.add(symbol)
            primitive = known.kind(symbol) in ("distribution", "scalar") and _mentioned(symbol, rows[:i])
            out.append(Opaque(symbol, why + f"says what {symbol} is", i if primitive else 0, primitive))
        elif symbol is None:
            out += [Opaque(name, why + f"may say what {name} is", i, True) for name in sorted(conditioned(parsed))]
    return tuple(out)


def at_numbers(nobody_knows: Iterable[Opaque], rows: Sequence[Row]) -> tuple[Opaque, ...]:
    """What could not be read at any number says what it is at one: of π_1 nothing is known where π_n is opaque."""
    whose: dict[str, Opaque] = {}
    for each in nobody_knows:
        found = _INSTANCE.fullmatch(each.symbol)
        if found is not None and found["of"]:
            whose.setdefault(found["stem"], each)
    if not whose:
        return ()
    names = frozenset().union(*(symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    given_by_rows = (clause.definition for row in rows for clause in row.clauses)
    left = names - {each.symbol for each in given_by_rows if each is not None}
    parts = ((name, _INSTANCE.fullmatch(name)) for name in sorted(left))
    return tuple(
        whose[found["stem"]]._replace(symbol=name)
        for name, found in parts
        if found is not None and found["at"] and found["stem"] in whose
    )


def untold(rows: Sequence[Row], known: Declarations) -> tuple[Opaque, ...]:
    """Advantages of a policy, and members of families, that no row gives: everybody knows something of A^π.

    ::

        A^π in a row, no row gives it                                E_π[A^π] = 0 is neither true nor false here
        A_π(x,y) = ... in a row, A_μ in another, no row gives it     A_μ is meant to be the same of μ
    """
    heads = {head for row in rows for head in _heads(row)}
    after = tuple(_of_a_part(rows))
    families = {letter(head) for head in heads if policy_of(head) is not None}
    names = frozenset().union(*(symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    return after + tuple(
        Opaque(name, f"no row says what {name} is: give it in one, as {name} = ...")
        for name in sorted(names - heads - known.instances.keys())
        if policy_of(name) is not None and letter(name) in families | {"A", "Â"} and name not in known.functions
    )


def _of_a_part(rows: Sequence[Row]) -> Iterator[Opaque]:
    """What rows give of one thing by a part of it, or by what follows from it: ``Q(s,a) = r(s,a) + γ V(s')``."""
    for clause in (clause for row in rows for clause in row.clauses):
        head = clause.terms[0]
        if isinstance(head, Apply) and clause.relations and clause.opening is None and len(clause.terms) > 1:
            taken = [v for v in head.given if isinstance(v, Variable)]
            for left in parts_of(taken, free_variables(clause.terms[1]).difference(taken)):
                yield Opaque(head.symbol, f"{head.symbol} is given with {left.part}, which may depend on {left.whole}")
                break


def given_at_values(rows: Sequence[Row]) -> Iterator[Opaque]:
    """What rows give at something else than a letter, which may be how it is given: ``h(p/q) = p/q - 1``."""
    for row in rows:
        for clause in row.clauses:
            head, *others = clause.terms
            states = clause.opening is None and clause.relations[:1] and clause.relations[0] in EQUATIONS
            beside = frozenset[str]().union(*map(symbols, others))
            if states and isinstance(head, Value) and free_variables(head) and head.symbol not in beside:
                yield Opaque(head.symbol, f"line {row.line} may say what {head.symbol} is")


def derived(rows: Sequence[Row], known: Declarations) -> Iterator[Opaque]:
    """Laws that are something of another in their row, which no row gives: everybody knows what they are meant to be.

    ::

        E_{τ∼π_θ}[R] = ∫ p_{π_θ}(τ) R(τ) dτ        p_{π_θ} is meant to be the law of what π_θ does
        μ(s, a) = ρ(s) π(a|s)                      may say what μ is, of which something is said before
        E_{x∼P}[log p(x)]                          p may be the density of P
    """
    heads = {head for row in rows for head in _heads(row)}
    for row in rows:
        for clause in row.clauses:
            within = [part for term in clause.terms for part in _inside(term)]
            laws = {part.symbol for part in within if isinstance(part, Apply) and part.outcomes}
            for name in sorted(laws - heads - known.defined.keys()):
                if (policy := policy_of(name)) in laws and policy != name:
                    yield Opaque(name, f"no row says what {name} is of {policy}: give it in one, as {name} = ...")
            for head, others in _products(clause):
                yield Opaque(head, f"line {row.line} may say what {head} is, as {' '.join(others)}")
            for law, density in _densities(within):
                if {law, density}.isdisjoint(heads):
                    yield Opaque(density, f"{density} may be the density of {law}: write one letter for both")


def _inside(term: Term) -> Iterator[Term]:
    left = [term]
    while left:
        here = left.pop()
        yield here
        left += here.parts()


def _products(clause: Clause) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The law of several outcomes that a clause may give as laws of some of them after each other."""
    if clause.opening is not None or clause.relations[:1] != (Relation.EQUAL,):
        return
    head, body = clause.terms[:2]
    if not isinstance(head, Apply) or not isinstance(body, Mul) or len(head.outcomes) < 2:
        return
    factors = [each for each in body.factors if isinstance(each, Apply) and each.outcomes]
    drawn = [v for each in factors for v in each.outcomes]
    own = letter(head.symbol) in {letter(each.symbol) for each in factors}  # p(x, z) = p(z|x) p(x) holds of any p
    each_once = len(drawn) == len(head.outcomes) and set(drawn) == set(head.outcomes)
    if not own and each_once and len(factors) == len(body.factors):
        yield head.symbol, tuple(each.symbol for each in factors)


def _densities(within: Sequence[Term]) -> Iterator[tuple[str, str]]:
    """A law P in capitals under which a mean is taken beside a law p."""
    laws = {each.symbol for each in within if isinstance(each, Apply) and each.outcomes}
    for part in within:
        if isinstance(part, Bind) and part.name == "E" and isinstance(part.arguments[0], Apply):
            law = part.arguments[0].symbol
            small = law[:1].lower() + law[1:]
            if small != law and small in laws:
                yield law, small


def no_temperature(known: Declarations, rows: Sequence[Row], declared: Declarations) -> tuple[Opaque, ...]:
    """The temperature of a document that writes π* or Z, and none: it may be left out for it is 1.

    ``declared``: what directives say.
    """
    names = frozenset().union(*(symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    name, tilts = known.temperature or "β", any(known.is_optimum(n) or known.kind(n) == "partition" for n in names)
    if declared.temperature is not None or name in names or not tilts:
        return ()
    return (Opaque(name, NO_TEMPERATURE.format(name)),)


def starred(rows: Sequence[Row], varied: Container[str]) -> tuple[Opaque, ...]:
    """Laws with a star that no row gives, of no problem of the document: p* may be the best, or that of the data.

    ``varied``: what problems are over.
    """
    heads = {head for row in rows for head in _heads(row)}
    names = frozenset().union(*(symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    return tuple(
        Opaque(name, f"no row says what {name} is: give it in one, as {name} = ...")
        for name in sorted(names - heads)
        if name.endswith("*") and letter(name) in POLICIES and letter(name) != "π" and letter(name) not in varied
    )


def written_like_laws(known: Declarations, symbols: Iterable[str]) -> frozenset[str]:
    """The opaque symbols that only a bar makes distributions: ``w(y|x) = ...`` unread gives any function of y and x."""
    return frozenset(name for name in symbols if name in known.barred and letter(name) not in POLICIES)


def asides(
    said: Iterable[tuple[int, str]], read: Callable[[str], Row | None], known: Declarations
) -> tuple[Aside, ...]:
    """What the prose between rows states of symbols, read or not; ``said``: with the row behind it."""
    out = []
    for index, formula in said:
        row = read(formula)
        if row is None or len(row.clauses) != 1:
            unread = of_family(known, given_unread(formula))  # b_i is b at i there, too
            out += [Aside(index, unread, None, formula)] if unread else []
        elif len(row.clauses[0].terms) == 2:
            syntax = parse_row(formula, Span(0, len(formula)))
            clause = row.clauses[0]
            head = clause.terms[0]  # p_i is p at i, which is how the rows have it
            symbol = head.symbol if isinstance(head, Apply | Scalar) else named(syntax.clauses[0].expressions[0])
            if symbol and clause.opening is None and clause.relations[0] is not Relation.IMPLIES:
                out.append(Aside(index, symbol, clause, formula))
    return tuple(out)


def _heads(row: Row) -> set[str]:
    """The symbols that stand alone on the left of a row which was read."""
    return _given(clause for clause in row.clauses if clause.opening is None and clause.relations)


def _given_with_dots(row: Row) -> set[str]:
    """Those of them that dots say something of."""
    clauses = [clause for clause in row.clauses if clause.opening is None and clause.relations]
    names = [frozenset[str]().union(*map(symbols, each.terms)) for each in clauses]
    return _given(each for each, its in zip(clauses, names, strict=True) if any(name[0] == LEFT_OUT for name in its))


def _given(clauses: Iterable[Clause]) -> set[str]:
    firsts = (clause.terms[0] for clause in clauses)
    return {term.symbol for term in firsts if isinstance(term, Apply | Scalar)}


def _mentioned(symbol: str, rows: Sequence[Row]) -> bool:
    return any(symbol in symbols(term) for row in rows for clause in row.clauses for term in clause.terms)
