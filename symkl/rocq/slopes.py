"""Derivatives: that a term has one where it is taken, and what it is.

A derivative by one value of a function moves that value alone. One by a parameter moves what is parametrised, each
as its logarithm says: so that has to have a derivative. What a row says of a derivative is said of a number that is
one, and that there is one is said with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import symkl.language.terms as t
from symkl.kernel.verdict import Condition
from symkl.language.dependence import reached
from symkl.language.functions import DETACHED, expansion
from symkl.language.terms import Policy, Statement, Variable
from symkl.rocq import signs
from symkl.rocq.forms import RATE, SAME, SCORE, number, pattern
from symkl.rocq.names import identifier
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import EQUATIONS, Hypothesis, Row, over
from symkl.rocq.spelling import ATOM, Signature
from symkl.rocq.steps import exchanged

Slope = t.Gradient | t.Partial


@dataclass(frozen=True)
class Moving:
    """What moves: text for the symbols that do, at ``u`` and where the derivative is taken, and why a leaf moves.

    ``leaf``: for a symbol at its arguments, a script that it moves, and how fast. ``places``: the variables in the text
    for what moves, which nothing below it may bind.
    """

    symbols: frozenset[str]
    there: dict[str, str]
    at: str
    leaf: Callable[[t.Term], tuple[str, t.Term]]
    places: tuple[Variable, ...] = ()

    def apart(self, term: t.Term) -> t.Term:
        """A term that binds none of the variables in the text for what moves."""
        return t.substitute(term, {Variable(f"•{i}", v.sort): v for i, v in enumerate(self.places)})


def slopes(row: Row, term: t.Term) -> list[Slope]:
    """The derivatives in a term, but for those of the logarithm of a symbol, which have names of their own."""
    if isinstance(term, t.Gradient | t.Partial):
        return [] if is_score(row, term) else [term]
    if isinstance(term, t.Optimum | t.Optimiser):
        return []
    return [each for part in term.parts() for each in slopes(row, part)]


def is_score(row: Row, term: t.Term) -> bool:
    """Whether a term is the gradient of the logarithm of a symbol that has one."""
    match term:
        case t.Gradient(t.Fn("log", (t.Apply(symbol),))):
            return row.spelling.has_score(symbol)
    return False


def scores(term: t.Term) -> list[str]:
    """The symbols that have the gradient of their logarithm in a term."""
    match term:
        case t.Gradient(t.Fn("log", (t.Apply(symbol),))):
            return [symbol]
    return [each for part in term.parts() for each in scores(part)]


def settle(row: Row, *terms: t.Term) -> tuple[str, str]:
    """Have the derivatives in terms named: what is said of them first, and the script of that."""
    conclusion, script = "", ""
    for symbol in sorted({each for term in terms for each in scores(term)} & row.certificate.context.parametrised):
        family(row, symbol)
    for of in (each for term in terms for each in slopes(row, term)):
        key, free = pattern(of)
        if key in row.derived:
            raise NotExported("a derivative of which an earlier row says what it is")
        if key in row.spelling.slopes:
            continue
        name = row.spelling.names.fresh("slope_of")
        moving = moved(row, of)
        body = moving.apart(of.body)
        every, intros = over(row.spelling, free)
        at = [row.spelling.variable(v) for v in free]
        moves, d = move(row, moving, body)
        kind = " -> ".join([*(row.spelling.alphabet(v.sort) for v in free), "R"])
        value = f"({' '.join([name, *at])})" if at else name
        conclusion += f"exists {name} : {kind}, ({every}{says(row, moving, body, value)}) /\\ "
        binder = (
            f"fun {' '.join(f'({v} : {row.spelling.alphabet(u.sort)})' for v, u in zip(at, free, strict=True))} => "
        )
        script += f"pose ({name} := {binder if at else ''}{row.spelling.term(d)}). exists {name}. split. "
        script += f"{{ {intros}cbv beta. apply (moves_slope _ _ {row.prover.say(body)}). {moves} }} "
        row.spelling.slopes[key] = name
        row.prover.slopes[key] = d, free
    return conclusion, f"{script}cbv beta. " if script else ""


def says(row: Row, moving: Moving, body: t.Term, value: str) -> str:
    """That a term has a derivative, and that it is a value."""
    u = row.spelling.names.of("value", "u", "u")
    with row.spelling.with_(moving.there):
        text = row.spelling.term(body)
    return f"slope (fun {u} : R => {text}) {moving.at} {value}"


def moved(row: Row, of: Slope) -> Moving:
    """What a derivative moves."""
    spelling, context = row.spelling, row.certificate.context
    u = spelling.names.of("value", "u", "u")
    facts = row.prover.nf.facts.keys() & reached([of.body], context)
    if isinstance(of, t.Gradient):
        found = frozenset(s for s in context.parametrised if s in spelling.families or s in spelling.signatures)
        if facts - found:
            raise NotExported("the gradient of what earlier rows say something of")
        for symbol in sorted(found):
            family(row, symbol)
        there = {symbol: f"({spelling.base(symbol)} {u})" for symbol in found}
        return Moving(found, there, spelling.parameter, lambda term: _by_score(row, term))
    target = of.target
    if facts - {target.symbol}:
        raise NotExported("the derivative of what earlier rows say something of")
    symbol = target.symbol
    if symbol in context.definitions:
        raise NotExported("a derivative by what is defined")
    text = spelling.term(target, 4)
    if isinstance(target, t.Scalar):
        return Moving(frozenset({symbol}), {symbol: u}, text, lambda term: ("apply moves_id.", number(1)))
    places = (*target.outcomes, *target.given)
    names = [spelling.variable(v) for v in places if isinstance(v, Variable)]
    head = spelling.function(symbol)
    if len(names) == 1:
        there = {symbol: f"(at_place {head} {names[0]} (fun _ => {u}))"}
    elif len(names) == 2:
        g = spelling.names.of("value", "g", "g")
        there = {symbol: f"(at_place {head} {names[0]} (fun {g} => at_place {g} {names[1]} (fun _ => {u})))"}
    else:
        raise NotExported("a derivative by a value of a function of more than two things")

    def leaf(term: t.Term) -> tuple[str, t.Term]:
        assert isinstance(term, t.Apply)
        pairs = list(zip((*term.outcomes, *term.given), places, strict=True))
        same = [t.Apply(SAME, (), (a, b)) for a, b in pairs if a != b]
        d = number(1) if not same else same[0] if len(same) == 1 else t.Mul(tuple(same))
        script = f"eapply (moves_to _ _ _ _ {row.prover.say(d)}). {{ apply entry_moves_{len(pairs)}. }} "
        return script + "rewrite ?same_refl. one.", d

    return Moving(frozenset({symbol}), there, text, leaf, tuple(v for v in places if isinstance(v, Variable)))


# ---- families of policies ----


def family(row: Row, symbol: str) -> None:
    """Have a symbol depend on the parameter, and move with it; its logarithm, if it is > 0."""
    spelling = row.spelling
    if symbol in spelling.families:
        return
    of = spelling.signatures.get(symbol)
    if of is None:
        raise NotExported(f"nothing says what {symbol} is a function of")
    spelling.symbols.setdefault(symbol, of)
    base = spelling.base(symbol)
    spelling.families[symbol] = base
    positive = bool(of.outcomes) or symbol in row.certificate.context.positive
    spelling.head((SCORE if positive else RATE) + symbol, Signature(of.sorts))
    if positive:
        row.conditions.add(Condition(symbol, ">"))
    spelling.varying[symbol] = f"({base} {spelling.parameter})"


def _by_score(row: Row, term: t.Term) -> tuple[str, t.Term]:
    assert isinstance(term, t.Apply | t.Scalar)
    places = (*term.outcomes, *term.given) if isinstance(term, t.Apply) else ()
    positive = row.spelling.has_score(term.symbol)
    rate = t.Apply((SCORE if positive else RATE) + term.symbol, (), places)
    row.spelling.term(rate)
    return f"apply {row.spelling.base(term.symbol)}_moves.", t.Mul((term, rate)) if positive else rate


# ---- how terms move ----


def move(row: Row, moving: Moving, term: t.Term) -> tuple[str, t.Term]:
    """A script that a term moves, and how fast."""
    context, prover = row.certificate.context, row.prover
    if term_is_still(row, moving, term):
        return "apply moves_const.", number(0)
    function = _function(row, moving)
    match term:
        case t.Scalar() | t.Apply() if term.symbol in moving.symbols:
            return moving.leaf(term)
        case t.Scalar(symbol) if symbol in context.definitions:
            return _unfolded(row, moving, context.definitions[symbol].body)
        case t.Apply(symbol, outcomes, given) if symbol in context.definitions:
            found = context.definitions[symbol]
            exchange = dict(zip(found.parameters, (*outcomes, *given), strict=True))
            return _unfolded(row, moving, t.substitute(found.body, exchange))
        case t.Add(terms):
            return _several(row, moving, terms, t.Add, "moves_add")
        case t.Mul((t.Number(value), *rest)) if value < 0 and rest:
            left = rest if value == -1 else [number(-value), *rest]
            inner = left[0] if len(left) == 1 else t.Mul(tuple(left))
            script, d = move(row, moving, inner)
            return f"apply (moves_opp {function(inner)}). {script}", t.Mul((number(-1), t.Add((d,))))
        case t.Mul(factors):
            return _several(row, moving, factors, t.Mul, "moves_mul")
        case t.Power(base, t.Number(value)) if value.denominator == 1:
            return _power(row, moving, base, int(value))
        case t.Power(base, exponent):
            return _unfolded(row, moving, t.exp(t.Mul((exponent, t.log(base)))))
        case t.Fn("exp", (argument,)):
            script, d = move(row, moving, argument)
            return f"apply (moves_exp {function(argument)}). {script}", t.Mul((term, t.Add((d,))))
        case t.Fn("log", (argument,)):
            script, d = move(row, moving, argument)
            positive = signs.positive(prover, argument)
            rate = t.Mul((t.Power(argument, number(-1)), t.Add((d,))))
            return f"apply (moves_ln {function(argument)}). {{ {script} }} {{ {positive} }}", rate
        case t.Bind("sum", variables, (body,)):
            names = prover.fresh(variables)
            return _summed(row, moving, list(names.values()), t.substitute(body, exchanged(names)))
        case t.Fn("abs" | "max" | "min" | "clip") | t.Cases():
            raise NotExported("the derivative of what has a corner")
        case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
            return _unfolded(row, moving, meaning)
    raise NotExported(f"the derivative of {type(term).__name__}")


def _unfolded(row: Row, moving: Moving, meaning: t.Term) -> tuple[str, t.Term]:
    """How what a term means moves."""
    meaning = moving.apart(meaning)
    script, d = move(row, moving, meaning)
    say = row.prover.say
    return f"change (moves {_function(row, moving)(meaning)} {moving.at} {say(meaning)} {say(d)}). {script}", d


def _function(row: Row, moving: Moving) -> Callable[[t.Term], str]:
    def function(term: t.Term) -> str:
        u = row.spelling.names.of("value", "u", "u")
        with row.spelling.with_(moving.there):
            return f"(fun {u} : R => {row.spelling.term(term)})"

    return function


def term_is_still(row: Row, moving: Moving, term: t.Term) -> bool:
    """Whether nothing in a term moves."""
    if isinstance(term, t.Fn) and term.name == DETACHED:
        return True
    names = _named(term, row.certificate.context)
    return moving.symbols.isdisjoint(names)


def _named(term: t.Term, context: t.Context) -> frozenset[str]:
    """The symbols that a term depends on, but for what is detached."""
    if isinstance(term, t.Fn) and term.name == DETACHED:
        return frozenset()
    match term:
        case t.Scalar(symbol):
            own = {symbol}
        case t.Apply(symbol, _, given):
            own = {symbol, *(a.symbol for a in given if isinstance(a, Policy))}
        case _:
            own = set()
    for symbol in tuple(own):
        if symbol in context.definitions:
            found = context.definitions[symbol]
            own |= _named(found.body, context) - {p.symbol for p in found.parameters if isinstance(p, Policy)}
    return frozenset(own).union(*(_named(part, context) for part in term.parts()))


def _several(
    row: Row, moving: Moving, terms: tuple[t.Term, ...], kind: type[t.Add | t.Mul], lemma: str
) -> tuple[str, t.Term]:
    function, say = _function(row, moving), row.prover.say
    script, d = move(row, moving, terms[0])
    whole = terms[0]
    for i, each in enumerate(terms[1:], 2):
        more, e = move(row, moving, each)
        begin = f"apply ({lemma} {function(whole)} {function(each)} _ {say(whole)} {say(each)} {say(d)} {say(e)})."
        script = f"{begin} {{ {script} }} {{ {more} }}"
        if kind is t.Add:
            d = t.Add((t.Add((d,)), t.Add((e,))))
        else:
            d = t.Add((t.Mul((t.Add((d,)), each)), t.Mul((t.Add((whole,)), t.Add((e,))))))
        whole = kind(terms[:i])
    return script, d


def _power(row: Row, moving: Moving, base: t.Term, k: int) -> tuple[str, t.Term]:
    function, say, prover = _function(row, moving), row.prover.say, row.prover
    script, d = move(row, moving, base)
    n = abs(k)
    powered = base if n == 1 else t.Power(base, number(n))
    if n != 1:
        at = f"{say(base)} {say(d)} {n} {n} {n - 1}"
        script = f"apply (moves_pow {function(base)} _ {at}). {{ {script} }} {{ simpl; lra. }} {{ reflexivity. }}"
        down = t.Power(base, number(n - 1))
        d = t.Mul((number(n), down, t.Add((d,))))
    if k > 0:
        return script, d
    nonzero = signs.nonzero(prover, powered)
    script = f"apply (moves_inv {function(powered)}). {{ {script} }} {{ {nonzero} }}"
    inverse = t.Power(powered, number(-1))
    return script, t.Mul((t.Add((t.Mul((number(-1), t.Power(t.Add((inverse,)), number(2)))),)), t.Add((d,))))


def _summed(row: Row, moving: Moving, variables: list[Variable], body: t.Term) -> tuple[str, t.Term]:
    if not variables:
        return move(row, moving, body)
    v, *rest = variables
    inner = row.prover.nested(rest, body)
    script, d = _summed(row, moving, rest, body)
    name, alphabet = row.spelling.variable(v), row.spelling.alphabet(v.sort)
    u = row.spelling.names.of("value", "u", "u")
    with row.spelling.with_(moving.there):
        function = f"(fun ({u} : R) {name} => {row.spelling.term(inner)})"
    begin = f"apply (moves_sum {alphabet} {function} (fun {name} => {row.spelling.term(inner)}) "
    begin += f"(fun {name} => {row.spelling.term(d)})). "
    return f"{begin}intro {name}. {script}", t.Bind("sum", (v,), (d,))


# ---- laws ----


def derivative(row: Row) -> tuple[str, str] | None:
    """``df = g`` as one statement, where a row says no more; None where it does."""
    left, right = row.statement.left, row.statement.right
    of, other = (left, right) if isinstance(left, t.Gradient | t.Partial) else (right, left)
    if not isinstance(of, t.Gradient | t.Partial) or is_score(row, of) or slopes(row, other):
        return None
    moving = moved(row, of)
    every, intros = over(row.spelling, t.free_variables(of) | t.free_variables(other))
    body = moving.apart(of.body)
    moves, d = move(row, moving, body)
    conclusion = f"{every}{says(row, moving, body, row.spelling.term(other, 4))}"
    script = f"{intros}apply (slope_eq _ _ {row.prover.say(d)}). "
    script += f"{{ apply (moves_slope _ _ {row.prover.say(body)}). {moves} }} "
    return conclusion, script + row.prover.equal(d, other)


def supposed(row: Row, statement: Statement, source: str) -> str:
    """A hypothesis that there is a derivative, and that it is a value; the label of the equation that follows."""
    left, right = statement.left, statement.right
    of, other = (left, right) if isinstance(left, t.Gradient | t.Partial) else (right, left)
    if not isinstance(of, t.Gradient | t.Partial) or slopes(row, other) or statement.relation not in EQUATIONS:
        raise NotExported("a hypothesis that says more of a derivative than what it is")
    moving, spelling = moved(row, of), row.spelling
    key, free = pattern(of)
    every, intros = over(spelling, t.free_variables(of) | t.free_variables(other))
    body = moving.apart(of.body)
    moves, d = move(row, moving, body)
    given = spelling.names.fresh(identifier(source.replace(" ", "_")) or "supposed")
    text = f"{every}{says(row, moving, body, spelling.term(other, ATOM))}"
    solved = f"{intros}apply (slope_eq _ _ {row.prover.say(d)}). {{ apply (moves_slope _ _ {row.prover.say(body)}). "
    solved += f"{moves} }} "
    row.hypotheses.append(Hypothesis(given, text, statement, solved))
    row.rates[given] = d, other
    name, label = spelling.names.fresh("slope_of"), spelling.names.fresh(f"{given}_says")
    at = [spelling.variable(v) for v in free]
    binder = " ".join(f"({v} : {spelling.alphabet(u.sort)})" for v, u in zip(at, free, strict=True))
    row.before.append(f"pose ({name} := {f'fun {binder} => ' if at else ''}{spelling.term(d)}).")
    places = t.free_variables(of) | t.free_variables(other)
    names = [spelling.variable(v) for v in sorted(places, key=lambda v: (v.sort, v.name))]
    known = " ".join([given, *names])
    script = f"{intros}unfold {name}. cbv beta. refine (uniqueness_limite _ _ _ _ _ ({known})). "
    script += f"apply (moves_slope _ _ {row.prover.say(body)}). {moves}"
    row.before.append(f"assert ({label} : {every}{' '.join([name, *at])} = {spelling.term(other)}). {{ {script} }}")
    spelling.slopes[key] = name
    row.prover.slopes[key] = d, free
    row.derived.add(key)
    row.supposed[statement] = label
    return label
