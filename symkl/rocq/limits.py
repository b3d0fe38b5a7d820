"""Limits: what a term is as s goes to 0 from above, piece by piece; where it is over s, by the slope at 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.limits import SMALL, _grows
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial, constant, of_atom
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Fact
from symkl.rocq import signs
from symkl.rocq.forms import number
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, over
from symkl.rocq.slopes import Moving, move
from symkl.rocq.steps import exchanged

S = t.Scalar(SMALL.symbol)
"""What goes to 0."""


@dataclass(frozen=True)
class Tending:
    """A term on its way: how text stands for s. ``row``: with the prover that knows s to be > 0."""

    row: Row
    u: str

    def function(self, term: t.Term) -> str:
        """A term as a function of s."""
        with self.row.spelling.with_({SMALL.symbol: self.u}):
            return f"(fun {self.u} : R => {self.row.spelling.term(term)})"

    def say(self, term: t.Term) -> str:
        """A limit, in which s does not stand."""
        return f"({self.row.spelling.term(term)})"


def tends(row: Row) -> tuple[str, str]:
    """``lim f = m``, as a number goes to 0 from above or beyond every bound."""
    left, right = row.statement.left, row.statement.right
    of, claimed = (left, right) if isinstance(left, t.Limit) else (right, left)
    assert isinstance(of, t.Limit)
    spelling, symbol, at_zero = row.spelling, of.scalar.symbol, of.end is t.End.ZERO
    u = spelling.names.of("value", "u", "u")
    every, intros = over(spelling, (t.free_variables(of.body) | t.free_variables(claimed)))
    with spelling.with_({symbol: u}):
        said = f"(fun {u} : R => {spelling.term(of.body)})"
    word = "tends_at_zero" if at_zero else "tends_at_infinity"
    conclusion = f"{every}{word} {said} {spelling.term(claimed, 4)}"
    inner = _inner(row, symbol, at_zero)
    prover = row.prover.with_(inner)
    prover.facts = {**prover.facts, symbol: "eq_refl"}
    here = replace(row, prover=prover)
    way = Tending(here, u)
    with spelling.with_({SMALL.symbol: u, symbol: u if at_zero else f"(/ {u})"}):
        function = f"(fun {u} : R => {spelling.term(of.body)})"
        same, found = prover.prove(of.body)
    script = intros + ("" if at_zero else "apply at_infinity. cbv beta. ")
    limit = _limit(way, found)
    shown, value, meant = limit
    last = row.prover.equal(value, claimed)
    begin = f"apply (tends_by {function} {way.function(meant)} {way.say(claimed)} {way.say(value)}). "
    step = _then(way, same, found, meant)
    script += f"{begin}{{ intros {u} {u}_pos. {step} }} {{ {shown} }} {{ {last} }}"
    for each in (SMALL.symbol, symbol):
        spelling.symbols.pop(each, None)
    return conclusion, script


def _inner(row: Row, symbol: str, at_zero: bool) -> Normaliser:
    """As the kernel has it: s is > 0, and what goes to an end is s or 1/s."""
    nf = row.prover.nf
    moves = Fact(symbol, (), (), of_atom(SMALL, constant(1 if at_zero else -1)), "")
    known = replace(nf.context, positive=nf.context.positive | {SMALL.symbol})

    def rank(p: Polynomial) -> int:
        return sum((e.whole or 0) < 0 if SMALL.symbol in a.names else _grows(e) for m in p.terms for a, e in m.factors)

    return Normaliser(known, [moves], nf.budget, rank=rank)


def _then(way: Tending, same: str | None, found: Polynomial, meant: t.Term) -> str:
    prover = way.row.prover
    with way.row.spelling.with_({SMALL.symbol: way.u}):
        step = None if prover.form(found) == meant else "arith."
        return prover.via(prover.form(found), same, step) or "reflexivity."


def _limit(way: Tending, found: Polynomial) -> tuple[str, t.Term, t.Term]:
    """A script that a normal form tends to a term, that term, and how the form is spelled there."""
    prover = way.row.prover
    with way.row.spelling.with_({SMALL.symbol: way.u}):
        form = signs.over(prover, found)
    try:
        script, value = _tend(way, form)
    except _OverSmall:
        try:
            return _by_slope(way, found)
        except Unsupported as reason:
            raise NotExported("a limit in which an exponential grows, as beside a largest value") from reason
    return script, value, form


class _OverSmall(Exception):
    """Something is over s, and nothing there vanishes faster."""


def _tend(way: Tending, term: t.Term) -> tuple[str, t.Term]:
    """A script that a term tends to another, and that one."""
    if SMALL.symbol not in t.symbols(term):
        return "apply tends_const.", term
    function = way.function
    match term:
        case t.Scalar():
            return "apply tends_id.", number(0)
        case t.Add(terms):
            return _several(way, terms, t.Add, "tends_add")
        case t.Mul((t.Number(value), *rest)) if value < 0 and rest:
            left = rest if value == -1 else [number(-value), *rest]
            inner = left[0] if len(left) == 1 else t.Mul(tuple(left))
            script, m = _tend(way, inner)
            return f"apply (tends_opp {function(inner)}). {script}", t.Mul((number(-1), t.Add((m,))))
        case t.Mul(factors):
            gone = [each for each in factors if _vanishing(way, each) is not None]
            over_small = [each for each in factors if isinstance(each, t.Power) and each.base == S and _below(each)]
            if gone:
                return _vanish(way, factors, gone, over_small)
            if over_small:
                raise _OverSmall
            return _several(way, factors, t.Mul, "tends_mul")
        case t.Power(base, t.Number(value)) if value.denominator == 1:
            if _vanishing(way, term) is not None:
                return _vanish(way, (term,), [term], [])
            return _power(way, base, int(value))
        case t.Fn("exp", (argument,)):
            script, m = _tend(way, argument)
            return f"apply (tends_exp {function(argument)}). {script}", t.exp(m)
        case t.Fn("log", (argument,)):
            script, m = _tend(way, argument)
            return f"apply (tends_ln {function(argument)}). {{ {script} }} {{ {_positive(way, m)} }}", t.log(m)
        case t.Bind("sum", variables, (body,)):
            names = way.row.prover.fresh(variables)
            return _summed(way, list(names.values()), t.substitute(body, exchanged(names)))
    raise NotExported(f"the limit of {type(term).__name__}")


def _positive(way: Tending, m: t.Term) -> str:
    prover = way.row.prover
    script, of = prover.prove(m)
    form = prover.form(of)
    return f"apply (lt_by _ {way.say(form)}). {{ {script or 'reflexivity.'} }} pos."


def _below(power: t.Power) -> bool:
    return isinstance(power.exponent, t.Number) and power.exponent.value < 0


def _several(
    way: Tending, terms: tuple[t.Term, ...], kind: type[t.Add | t.Mul], lemma: str
) -> tuple[str, t.Term]:
    script, m = _tend(way, terms[0])
    whole = terms[0]
    for i, each in enumerate(terms[1:], 2):
        more, n = _tend(way, each)
        begin = f"apply ({lemma} {way.function(whole)} {way.function(each)} {way.say(m)} {way.say(n)})."
        script = f"{begin} {{ {script} }} {{ {more} }}"
        m = kind((t.Add((m,)), t.Add((n,))))
        whole = kind(terms[:i])
    return script, m


def _power(way: Tending, base: t.Term, k: int) -> tuple[str, t.Term]:
    script, m = _tend(way, base)
    n = abs(k)
    powered = base if n == 1 else t.Power(base, number(n))
    limit = m if n == 1 else t.Power(t.Add((m,)), number(n))
    if n != 1:
        script = f"apply (tends_pow {way.function(base)}). {script}"
    if k > 0:
        return script, limit
    if not way.row.prover.prove(limit)[1].terms:
        raise _OverSmall
    prover = way.row.prover
    inverse = f"apply (tends_inv {way.function(powered)}). {{ {script} }} {{ {signs.nonzero(prover, limit)} }}"
    return inverse, t.Power(t.Add((limit,)), number(-1))


def _summed(way: Tending, variables: list[t.Variable], body: t.Term) -> tuple[str, t.Term]:
    if not variables:
        return _tend(way, body)
    v, *rest = variables
    inner = way.row.prover.nested(rest, body)
    script, m = _summed(way, rest, body)
    name, alphabet = way.row.spelling.variable(v), way.row.spelling.alphabet(v.sort)
    with way.row.spelling.with_({SMALL.symbol: way.u}):
        function = f"(fun ({way.u} : R) {name} => {way.row.spelling.term(inner)})"
    begin = f"apply (tends_sum {alphabet} {function} (fun {name} => {way.row.spelling.term(m)})). "
    return f"{begin}intro {name}. {script}", t.Bind("sum", (v,), (m,))


def _vanishing(way: Tending, factor: t.Term) -> Polynomial | None:
    """The c of ``e^(-c/s)``, if a factor is that and c is > 0."""
    match factor:
        case t.Power(t.Fn("exp", (inside,)), t.Number(value)) if value.denominator == 1:
            k = -value
        case t.Fn("exp", (inside,)):
            k = Fraction(-1)
        case _:
            return None
    nf = way.row.prover.nf
    c = nf.times(way.row.prover.prove(inside)[1].scaled(k), of_atom(SMALL))
    return c if SMALL.symbol not in c.names and nf.positive(c) else None


def _vanish(
    way: Tending, factors: tuple[t.Term, ...], gone: Sequence[t.Term], over_small: Sequence[t.Term]
) -> tuple[str, t.Term]:
    """A product in which one factor vanishes faster than every power of s."""
    prover, first = way.row.prover, gone[0]
    c = _vanishing(way, first)
    assert c is not None
    order = -sum(int(each.exponent.value) for each in over_small if isinstance(each, t.Power)
                 and isinstance(each.exponent, t.Number))  # fmt: skip
    rest = [each for each in factors if each is not first and each not in over_small]
    left = t.Mul(tuple(rest)) if len(rest) > 1 else rest[0] if rest else number(1)
    script, m = _tend(way, left)
    u = way.u
    with way.row.spelling.with_({SMALL.symbol: u}):
        fast = f"(/ {u}) ^ {order} * exp (- ({way.row.spelling.term(prover.form(c))} * / {u}))"
        other = way.row.spelling.term(left)
        said = way.row.spelling.term(t.Mul(factors) if len(factors) > 1 else factors[0])
        mine = way.row.spelling.term(first)
    begin = f"apply (tends_by (fun {u} : R => {said}) (fun {u} : R => ({fast}) * ({other})) _ (0 * {way.say(m)})). "
    same = f"transitivity (((/ {u}) ^ {order} * ({mine})) * ({other})). {{ arith. }} "
    same += "apply mul_eq. { apply mul_eq. { reflexivity. } { vanishing. } } { reflexivity. }"
    product = f"apply (tends_mul (fun {u} : R => {fast}) {way.function(left)}). "
    product += f"{{ apply (vanishes {way.say(prover.form(c))} {order}). pos. }} {{ {script} }}"
    return f"{begin}{{ intros {u} {u}_pos. {same} }} {{ {product} }} {{ ring. }}", number(0)


def _by_slope(way: Tending, found: Polynomial) -> tuple[str, t.Term, t.Term]:
    """Of ``N/s``, where N is 0 at 0: the slope of N there. Of ``N/s^k``: ``N'/(k s^(k-1))``, and so on."""
    row, prover = way.row, way.row.prover
    k = max(-(m.exponent(SMALL).whole or 0) for m in found.terms)
    if any(m.exponent(SMALL).whole is None for m in found.terms if m.exponent(SMALL).terms) or k < 1:
        raise NotExported("a limit of what is over no whole power")
    n = prover.form(prover.nf.times(found, of_atom(SMALL, constant(k))))
    leaf: Callable[[t.Term], tuple[str, t.Term]] = lambda term: ("apply moves_id.", number(1))  # noqa: E731
    moving = Moving(frozenset({SMALL.symbol}), {SMALL.symbol: way.u}, "0", leaf)
    with row.spelling.with_({SMALL.symbol: "0"}):
        moves, d = move(row, moving, n)
        text, rate = row.spelling.term(n), row.spelling.term(d)
    zero = prover.equal(_at_zero(n), number(0))
    over = t.Mul((t.Power(S, number(-k)), t.Add((n,))))
    if k == 1:
        script = f"apply (tends_slope {way.function(n)} ({text}) ({rate})). {{ {moves} }} {{ {zero} }}"
        return script, _at_zero(d), over
    s = row.spelling.names.of("value", "s", "s")
    with row.spelling.with_({SMALL.symbol: s}):
        moved, d = move(row, replace(moving, at=s), n)
        there = prover.say(n)
    with row.spelling.with_({SMALL.symbol: way.u}):
        same, left = prover.prove(t.Mul((t.Power(S, number(1 - k)), t.Add((d,)))))
    shown, value, meant = _limit(way, left)
    script = f"apply (tends_slopes {way.function(n)} {way.function(d)} ({text}) ({rate}) "
    script += f"{k - 1} {k} {way.say(value)}). "
    script += f"{{ {moves} }} {{ {zero} }} {{ simpl; lra. }} "
    script += f"{{ intros {s} {s}_pos. apply (moves_slope _ _ {there}). {moved} }} "
    script += f"{{ apply (tends_by _ {way.function(meant)} _ {way.say(value)}). "
    script += f"{{ intros {way.u} {way.u}_pos. cbv beta. rewrite ?pow_1. {_then(way, same, left, meant)} }} "
    script += f"{{ {shown} }} {{ reflexivity. }} }}"
    return script, t.Mul((t.Add((value,)), t.Power(number(k), number(-1)))), over


def _at_zero(term: t.Term) -> t.Term:
    """A term where s is 0."""
    if term == S:
        return number(0)
    return t.rebuilt(term, _at_zero)

