"""Rows shown by cases: in each branch the signs of some terms are known, and gaps add up there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import symkl.language.terms as t
from symkl.kernel import laws as kernel
from symkl.kernel.polynomials import Polynomial, total
from symkl.language.certificate import Gap
from symkl.language.terms import Variable
from symkl.rocq import choices, signs
from symkl.rocq.forms import number
from symkl.rocq.inequalities import DOWN, STRICT, summed
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import EQUATIONS, Row, for_all, says
from symkl.rocq.steps import exchanged


@dataclass(frozen=True)
class Known:
    """What is known in a branch: a hypothesis, and what is put for a term there, with the name of that equation."""

    of: t.Term
    sign: int
    hypothesis: str
    equations: tuple[tuple[str, Polynomial, Polynomial], ...]


def cases(row: Row) -> tuple[str, str]:
    """What holds whatever the signs of some terms are, holds."""
    arguments, statement = row.certificate.arguments, row.statement
    of, ways, within = arguments["of"], arguments["ways"], arguments.get("within", ())
    body = arguments.get("body")
    assert isinstance(of, tuple) and isinstance(ways, tuple) and isinstance(within, tuple)
    terms = [each for each in of if isinstance(each, t.Term)]
    given = iter(ways)
    _, intros = for_all(row, statement.left, statement.right)
    senses = (False, True) if statement.relation in EQUATIONS else (statement.relation in DOWN,)
    strict = statement.relation in STRICT
    parts = []
    for down in senses:
        lower, upper = (statement.right, statement.left) if down else (statement.left, statement.right)
        (one, a), (other, b) = row.prover.prove(lower), row.prover.prove(upper)
        form, say = row.prover.form, row.prover.say
        lemma = "less_by" if strict else "at_most_by"
        script = f"apply ({lemma} {say(lower)} {say(upper)} {say(form(a))} {say(form(b))}). "
        script += f"{{ {one or 'reflexivity.'} }} {{ {other or 'reflexivity.'} }} "
        if body is None:
            script += f"transitivity_eq {say(form(b - a))}. {{ arith. }} "
            parts.append(script + _branch(row, terms, given, b - a, strict, ()))
            continue
        assert isinstance(body, t.Term)
        variables = [v for v in within if isinstance(v, Variable)]
        names = row.prover.fresh(variables)
        summand = t.substitute(body, exchanged(names))
        summand = t.Mul((number(-1), t.Add((summand,)))) if down else summand
        ordered = [names[v] for v in reversed(variables)]
        whole = row.prover.nested(ordered, summand)
        to_sum, found = row.prover.prove(whole)
        below, rest = row.prover.prove(summand)
        script += f"transitivity_eq {say(whole)}. {{ transitivity {say(form(found))}. {{ arith. }} "
        script += f"{{ symmetry. {to_sum or 'reflexivity.'} }} }} "
        sign = "sum_pos" if strict else "sum_nonneg"
        script += "".join(f"apply {sign}; intro {row.spelling.variable(v)}. " for v in ordered)
        script += f"transitivity_eq {say(form(rest))}. {{ {below or 'reflexivity.'} }} "
        moved = [t.substitute(each, exchanged(names)) for each in terms]
        parts.append(script + _branch(row, moved, _renamed(given, names), rest, strict, ()))
    if len(parts) == 2:
        at_most, at_least = parts
        quantifier, _ = for_all(row, statement.left, statement.right)
        conclusion = f"{quantifier}{row.spelling.term(statement.left)} = {row.spelling.term(statement.right)}"
        return conclusion, f"{intros}apply Rle_antisym. {{ {at_most} }} {{ {at_least} }}"
    turned = {"≥": "apply Rle_ge. ", ">": "apply Rlt_gt. "}.get(statement.relation.value, "")
    return says(row.spelling, statement), f"{intros}{turned}{parts[0]}"


def _renamed(ways: Iterator[object], names: Mapping[Variable, Variable]) -> Iterator[object]:
    """Gaps, in the variables that a script has introduced."""
    for way in ways:
        assert isinstance(way, tuple)
        yield tuple(_moved(each, names) for each in way if isinstance(each, Gap))


def _moved(gap: Gap, names: Mapping[Variable, Variable]) -> Gap:
    left = exchanged({a: b for a, b in names.items() if a not in gap.variables})
    exchange = {a: b for a, b in gap.exchange if isinstance(a, Variable)}
    exchange = {a: names.get(b, b) for a, b in exchange.items()}
    of = t.substitute(gap.of, left) if isinstance(gap.of, t.Term) else gap.of
    more = {} if isinstance(gap.of, t.Term) else {a: b for a, b in names.items() if a not in exchange}
    return Gap(gap.variables, t.substitute(gap.weight, left), of, gap.square, tuple((exchange | more).items()),
               gap.absolute, gap.over, gap.sharp)  # fmt: skip


def _branch(
    row: Row, todo: list[t.Term], ways: Iterator[object], rest: Polynomial, strict: bool, known: tuple[Known, ...]
) -> str:
    """A script for ``0 <= rest``, or ``0 <``: the branches by the first term, each by the others."""
    if not todo:
        gaps = next(ways)
        assert isinstance(gaps, tuple)
        return _leaf(row, [each for each in gaps if isinstance(each, Gap)], rest, strict, known)
    of, left = todo[0], todo[1:]
    prover = row.prover
    if isinstance(of, t.Bind) and of.name == "maximum":
        return _attained(row, of, left, ways, rest, strict, known)
    poly = prover.nf(of)
    label = row.spelling.names.fresh("sign")
    script = f"destruct (Rle_or_lt 0 {prover.say(prover.form(poly))}) as [{label} | {label}]. "
    for sign in (1, -1):
        shown, equations = _put(row, poly, sign, label)
        here = (*known, Known(of, sign, label, equations))
        script += f"{{ {shown}{_branch(row, left, ways, rest, strict, here)} }} "
    return script


def _put(row: Row, of: Polynomial, sign: int, label: str) -> tuple[str, tuple[tuple[str, Polynomial, Polynomial], ...]]:
    """That ``|u|`` is u or -u, and steps are 1 or 0, in a branch."""
    prover, script, equations = row.prover, "", []
    for key, value in prover.nf.branch(of, sign).items():
        if key == value or key.atom is None:
            continue
        name = row.spelling.names.fresh("here")
        says = f"{row.spelling.term(prover.form(key))} = {row.spelling.term(prover.form(value))}"
        script += f"assert ({name} : {says}). {{ by_sign {label}. }} "
        equations.append((name, key, value))
    return script, tuple(equations)


def _attained(
    row: Row, of: t.Bind, left: list[t.Term], ways: Iterator[object], rest: Polynomial, strict: bool,
    known: tuple[Known, ...],
) -> str:  # fmt: skip
    """The same where a largest value is attained."""
    prover, top = row.prover, row.prover.nf(of)
    if top.atom is None or len(of.variables) != 1:
        raise NotExported("a largest value with a factor, or over several variables")
    (v,), name = of.variables, row.spelling.names.fresh("attained")
    form = prover.form(top)
    assert isinstance(form, t.Bind)
    (u,) = form.variables
    function = f"(fun {row.spelling.variable(u)} => {row.spelling.term(form.arguments[0])})"
    here = t.substitute(form.arguments[0], exchanged({u: v}))
    at = f"largest_at {row.spelling.alphabet(v.sort)} {function}"
    script = f"destruct ({at}) as [{row.spelling.variable(v)} {name}]. "
    value = prover.nf(of.arguments[0])
    step = prover.spell(here, value)
    equation = row.spelling.names.fresh("here")
    says = f"{row.spelling.term(form)} = {row.spelling.term(prover.form(value))}"
    script += f"assert ({equation} : {says}). {{ rewrite {name}. {step or 'reflexivity.'} }} clear {name}. "
    here_known = (*known, Known(of, 0, name, ((equation, top, value),)))
    return script + _branch(row, left, ways, rest, strict, here_known)


def _leaf(row: Row, gaps: list[Gap], rest: Polynomial, strict: bool, known: tuple[Known, ...]) -> str:
    prover, nf, names = row.prover, row.prover.nf, row.spelling.names
    script, added, below = "", list[tuple[str, Polynomial]](), False
    for gap in gaps:
        name = names.fresh("gap")
        text, amount = summed(row, gap, name)
        script += text
        added.append((name, amount))
        sign = next((each.hypothesis for each in known if each.sign == -1 and each.of == gap.of), None)
        if sign is not None and gap.absolute and not gap.variables and nf.positive(nf(gap.weight)):
            below = True
            product = t.Mul((t.Add((prover.form(nf(gap.weight)),)), t.Add((_size_gap(row, gap),))))
            of = row.spelling.term(prover.form(amount))
            script += f"assert ({name}_more : 0 < {of}). {{ apply (lt_by _ {prover.say(product)}). "
            script += f"{{ {_as_gap(row, gap)} }} apply Rmult_lt_0_compat. {{ pos. }} "
            script += f"{{ apply size_gap_below. exact {sign}. }} }} "
    signs = {key: value for each in known for _, key, value in each.equations}
    spent = total([amount for _, amount in added]).scaled(-1)
    left = rest + spent
    enough = nf.positive if strict else nf.nonnegative
    if kernel._cleared(nf, nf.put(left, signs), enough):
        parts = t.Add((*(prover.form(amount) for _, amount in added), t.Add((prover.form(left),))))
        script += f"transitivity_eq {prover.say(parts)}. {{ arith. }} "
        own = _signed(row, left, known, strict)
        if not added:
            return script + own
        lefts = f"exact {added[0][0]}."
        for name, _ in added[1:]:
            lefts = f"apply add_nonneg. {{ {lefts} }} {{ exact {name}. }}"
        return f"{script}apply {'add_pos' if strict else 'add_nonneg'}. {{ {lefts} }} {{ {own} }}"
    none = names.fresh("none")
    script += f"exfalso. assert ({none} : {'0 <=' if below else '0 <'} {row.spelling.term(prover.form(spent))}). "
    script += f"{{ {_signed(row, spent, known, not below)} }} "
    sums = " + ".join(row.spelling.term(prover.form(amount), 1) for _, amount in added) or "0"
    script += f"assert ({none}_is : {row.spelling.term(prover.form(spent))} = - ({sums})). {{ arith. }} lra."
    return script


def _size_gap(row: Row, gap: Gap) -> t.Term:
    assert isinstance(gap.of, t.Term)
    form = row.prover.form(row.prover.nf(gap.of))
    return t.Add((t.Fn("abs", (form,)), t.Mul((number(-1), form))))


def _as_gap(row: Row, gap: Gap) -> str:
    """That what a gap comes to is its weight times ``|u| - u``."""
    assert isinstance(gap.of, t.Term)
    prover = row.prover
    of = prover.nf(gap.of)
    step = choices.size(prover, of, prover.nf.abs(of))
    if step is None:
        return "arith."
    weight = t.Add((prover.form(prover.nf(gap.weight)),))
    found = t.Mul((weight, t.Add((prover.form(prover.nf.abs(of) - of),))))
    apart = t.Add((prover.form(prover.nf.abs(of)), t.Mul((number(-1), prover.form(of)))))
    inside = f"apply mul_eq. {{ reflexivity. }} {{ apply sub_eq. {{ {step} }} {{ reflexivity. }} }}"
    script = f"transitivity {prover.say(found)}. {{ arith. }} "
    return f"{script}transitivity {prover.say(t.Mul((weight, t.Add((apart,)))))}. {{ arith. }} symmetry. {inside}"


def _signed(row: Row, of: Polynomial, known: tuple[Known, ...], strict: bool) -> str:
    """A script for ``0 <= of``, or ``0 <``, by what is put for terms in a branch."""
    prover = row.prover
    exchange = {prover.form(key): prover.form(value) for each in known for _, key, value in each.equations}
    equations = [name for each in known for name, _, _ in each.equations]
    rewriting = f"rewrite {', '.join(f'?{name}' for name in equations * 2)}. " if equations else ""
    out, found = "", of
    for _ in range(6):  # what is put for one may bring another one back
        there = _exchanged(prover.form(found), exchange, 4)
        if there == prover.form(found):
            break
        script, found = prover.prove(there)
        out += f"transitivity_eq {prover.say(there)}. {{ {rewriting}reflexivity. }} "
        out += f"transitivity_eq {prover.say(prover.form(found))}. {{ {script or 'reflexivity.'} }} "
    if found.contains(prover.nf.at_most_0):
        raise NotExported("what is left of a probability, below a line")
    whole = signs.over(prover, found)
    out += "" if whole == prover.form(found) else f"transitivity_eq {prover.say(whole)}. {{ arith. }} "
    return out + ("pos." if strict else "nonneg.")


def _exchanged(term: t.Term, exchange: Mapping[t.Term, t.Term], depth: int) -> t.Term:
    """A term with others for some of its parts, and for parts of these."""
    if term in exchange and depth:
        return _exchanged(exchange[term], exchange, depth - 1)
    return t.rebuilt(term, lambda part: _exchanged(part, exchange, depth))
