"""Sums and expectations: what they run over, and what they draw from what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from symkl.language import sequences as names
from symkl.language import terms as t
from symkl.language.functions import LENGTH
from symkl.language.sequences import POSITIONS, policies_of
from symkl.language.sorts import is_numbers
from symkl.language.terms import Variable
from symkl.meaning.alphabets import PART, bound_by, drawn_apart
from symkl.meaning.averaging import averaged
from symkl.meaning.calls import places, policy, probability
from symkl.meaning.mistakes import refuse
from symkl.meaning.portions import ends, in_words, of_a_set, weight
from symkl.meaning.reader import Reader
from symkl.meaning.samples import MARK, at_samples, may_be_of_what_is_drawn, may_hold_samples
from symkl.meaning.symbols import Declarations, letter, numbered_by
from symkl.reading.syntax import Node, named, walk


class Draw(NamedTuple):
    """What an expectation draws, and from which distribution."""

    variables: tuple[Variable, ...]
    weight: t.Term


def total(read: Reader, node: Node) -> t.Term:
    """A sum over all of one or more alphabets, or an integral, which is the sum of an alphabet with a measure."""
    binders, body = node.children[:-1], node.children[-1]
    portions = [_portion(read, binder) for binder in binders]
    inner = read.binds(*binders)
    variables = [(v, binder) for binder in binders for v in places(inner, replace(binder, children=bound_by(binder)))]
    for v, _ in variables:
        _no_family(read, body, v)
        _one_sign(read, node, v)
    assert variables  # the grammar wants an index under the sign
    term = inner.below([v for v, _ in variables])(body)
    for v, binder in reversed(variables):
        term = at_samples(read.known, term, v, node.span, read.bound)
        plain = term
        if (portion := portions[binders.index(binder)]) is not None:
            term = t.Mul((portion.weight(read, v, term), term))
        whole: t.Term = t.total(v, term)
        if binder.kind == "positions":
            whole = _over_positions(read, binder, v, term)
        if binder.kind == "apart":
            (other,) = places(read, replace(binder, children=binder.children[1:2]))
            if other.sort != v.sort or other == v or v.sort in read.known.measures:
                raise refuse("apart from itself", binder.span, name=v.name, other=other.name)
            left_out = plain if portion is not None and other not in read.bound else term  # a free one is one of them
            whole = t.Add((whole, t.Mul((t.Number(Fraction(-1)), t.substitute(left_out, {v: other})))))
        term = whole
    return term


class _Portion(NamedTuple):
    """What a binder runs over that is no whole alphabet: its name, and what decides on where it ends."""

    name: str
    around: frozenset[Variable] = frozenset()

    def weight(self, read: Reader, v: Variable, of: t.Term) -> t.Apply:
        """What is 1 where a variable is in it; a trajectory may end where its own last step is."""
        own = {each for each in t.free_variables(of) if letter(each.name) == read.known.trajectory}
        over = in_words(self.name)
        read.said.note(f"the sum {over} is read as one over some {v.name}, of which nothing else is used")
        return weight(self.name, v, self.around | own)


def _portion(read: Reader, binder: Node) -> _Portion | None:
    """What a binder runs over, where that is no whole alphabet; None where it is one. Raises Unreadable.

    Where it ends may depend on all that is bound around, and on the indices that its ends are written with.
    """
    if binder.kind in ("over", "apart") and read.known.sorts.get(("set", binder.value)) == PART:
        return _Portion(of_a_set(binder.value))
    if binder.kind in ("over", "positions") or (binder.kind == "apart" and len(binder.children) == 2):
        return None
    bounds = binder.children[-2:] if binder.kind in ("range", "apart") else ()
    name = ends(*bounds) if bounds else ""
    names = [node.value for bound in bounds for node in walk(bound) if node.kind == "symbol"]
    told = ("function", "defined", "distribution", "partition", "multiplier")  # which may depend on what is not written
    if not name or any(read.known.kind(each) in told for each in names):
        raise refuse("sum over a range", binder.span)
    letters = {part for each in names for part in (each, *numbered_by(each)) if read.known.kind(part) == "variable"}
    return _Portion(name, read.bound | {read.variable(each) for each in letters})


def statistic(read: Reader, node: Node) -> t.Term:
    """The mean, or the standard deviation, of a whole group."""
    *binders, body = node.children
    inner = read.binds(*binders)
    variables = tuple(v for binder in binders for v in places(inner, binder))
    term = inner.below(variables)(body)
    for v in variables:
        term = at_samples(read.known, term, v, node.span, read.bound)
    return t.Bind(node.value, variables, (term,))


def extremum(read: Reader, node: Node) -> t.Term:
    """The largest or the smallest value over all of one or more alphabets. Raises Unreadable."""
    *binders, body = node.children
    inner = read.binds(*binders)
    for binder in binders:
        for over in binder.children:
            if read.known.kind(over.value) != "variable":
                raise refuse("problem over no policy", over.span, name=over.value)
    variables = tuple(v for binder in binders for v in places(inner, binder))
    term = inner.below(variables)(body)
    _one_reach(inner.below(variables), body, variables, node.value)
    for v in variables:
        _no_family(read, body, v)
        term = at_samples(read.known, term, v, node.span)
    return t.Bind("maximum" if node.value == "max" else "minimum", variables, (term,))


def _one_reach(read: Reader, body: Node, variables: Sequence[Variable], name: str) -> None:
    """Refuse ``\\max_y r(y) c`` where it matters whether c is under the maximum, as where c > 0 it does not."""
    while body.kind in ("multiply", "divide", "fraction"):
        for factor in body.children[1:]:
            term = read(factor)
            positive = isinstance(term, t.Scalar) and read.known.is_positive(term.symbol)
            if not positive and not isinstance(term, t.Number) and t.free_variables(term).isdisjoint(variables):
                raise refuse("maximum closed early", factor.span, name=name)
        body = body.children[0]


def member(read: Reader, node: Node) -> t.Term:
    """``R_1``, a member of a group by its number, is refused. Raises Unreadable."""
    raise refuse("member by number", node.span, name=node.value, family=letter(node.value))


def group(read: Reader, node: Node) -> t.Term:
    r"""``\{R_j\}_{j=1}^G`` by itself is no number. Raises Unreadable."""
    raise refuse("group by itself", node.span)


def _no_family(read: Reader, body: Node, v: Variable) -> None:
    """``\\sum_i π_i`` would sum over a family of symbols. Raises Unreadable."""
    for n in walk(body):
        ours = is_numbers(v.sort) and n.value == f"{letter(n.value)}_{v.name}"
        if n.kind == "symbol" and ours and read.known.kind(n.value) == "variable":
            continue  # the i-th response
        if n.kind == "symbol" and v.name in numbered_by(n.value):
            raise refuse("family", n.span, family=n.value, index=v.name, letter=letter(n.value))


def _one_sign(read: Reader, node: Node, v: Variable) -> None:
    """A sum over what is integrated over elsewhere is that integral; one row with both says more. Raises Unreadable."""
    signs = read.said.over.setdefault(v.sort, set())
    signs.add(node.value)
    if len(signs) > 1 or (node.value == "∫" and v.sort not in read.known.measures):
        raise refuse("sum and integral", node.span, name=v.name)
    if not node.value and v.sort in read.known.measures:
        line = read.known.measures[v.sort]
        read.said.note(f"Σ over {v.name} is read as the integral over {v.name}, as line {line} integrates over it")


def _over_positions(read: Reader, binder: Node, v: Variable, term: t.Term) -> t.Term:
    r"""``\\sum_{t=1}^{|y|} f(t)``: the length of y times the mean over its positions."""
    (y,) = places(read, replace(binder, children=binder.children[1:]))
    return t.Mul((t.Apply(LENGTH, (), (y,)), t.mean((v,), t.Apply(POSITIONS, (v,), (y,)), term)))


def product(read: Reader, node: Node) -> t.Term:
    r"""``\\prod_t f(t) = exp(Σ_t log f(t))``, where f is known to be > 0; else what only a finite problem works out.

    What stands behind the last factor with the index in it is no part of the product. Raises Unreadable.
    """
    *binders, body = node.children
    if any(binder.kind not in ("over", "positions", "range") for binder in binders):
        raise refuse("sum over a range", binders[0].span)
    inside, behind = _reach(body, {v.value for binder in binders for v in bound_by(binder)})
    if behind:
        shown = ", ".join(sorted({n.value for part in behind for n in walk(part) if n.kind == "symbol"}))
        read.said.note(f"the product is read as ending before what is free of its index: {shown or 'a number'}")
        first = _product(read, replace(node, children=(*binders, inside)))
        return t.Mul((first, *read.many(behind)))
    return _product(read, node)


def _reach(body: Node, indices: set[str]) -> tuple[Node, tuple[Node, ...]]:
    """The factors up to the last with one of some indices in it, and those behind; all, where none has one."""
    factors = body.children if body.kind == "multiply" else (body,)
    with_index = [
        n
        for n, factor in enumerate(factors)
        if any(v.kind == "symbol" and indices & set(re.split(r"[_,<>≤≥=:]", v.value)) for v in walk(factor))
    ]
    last = max(with_index, default=len(factors) - 1) + 1
    if last == len(factors):
        return body, ()
    return (factors[0] if last == 1 else replace(body, children=factors[:last])), factors[last:]


def _product(read: Reader, node: Node) -> t.Term:
    *binders, body = node.children
    portions = [_portion(read, binder) for binder in binders]
    inner = read.binds(*binders)
    variables = [(v, binder) for binder in binders for v in places(inner, replace(binder, children=bound_by(binder)))]
    for v, _ in variables:
        _no_family(read, body, v)
        if v.sort in read.known.measures:
            raise refuse("sum over a range", node.span)
    term = inner.below([v for v, _ in variables])(body)
    if _is_positive(read.known, term):
        found: t.Term = t.log(term)
        for v, binder in reversed(variables):
            found = at_samples(read.known, found, v, node.span, read.bound)
            if (portion := portions[binders.index(binder)]) is not None:
                found = t.Mul((portion.weight(read, v, found), found))
            positions = binder.kind == "positions"
            found = _over_positions(read, binder, v, found) if positions else t.total(v, found)
        return t.exp(found)
    if any(binder.kind == "positions" for binder in binders) or any(each is not None for each in portions):
        raise refuse("product of any sign", node.span)
    for v, _ in reversed(variables):
        term = t.Bind("product", (v,), (at_samples(read.known, term, v, node.span, read.bound),))
    return term


def _is_positive(known: Declarations, term: t.Term) -> bool:
    """Whether a term is > 0 by how it is written: of probabilities, exponentials, and what is declared to be."""
    match term:
        case t.Number(value):
            return value > 0
        case t.Scalar(symbol):
            return known.is_positive(symbol)
        case t.Apply(symbol, outcomes, _):
            return bool(outcomes) or len(policies_of(symbol)) == 1 or known.is_positive(symbol)
        case t.Add(parts) | t.Mul(parts):
            return bool(parts) and all(_is_positive(known, part) for part in parts)
        case t.Power(base, _):
            return _is_positive(known, base)
        case t.Fn(name, _):
            return name in ("exp", "σ")
        case t.Bind("sum" | "E" | "mean", _, arguments):
            return all(_is_positive(known, each) for each in arguments)
    return False


def token(read: Reader, node: Node) -> t.Term:
    """``π(y_t|x, y_{<t})``: the probability of one token behind those before it."""
    name, places_ = token_places(read, node)
    return t.Apply(names.token(name), (), places_)


def token_places(read: Reader, node: Node) -> tuple[str, tuple[Variable, ...]]:
    """The policy of a token, and what its probability depends on: what is given, the response, the position."""
    head, y, at, conditions = node.children
    _, given = read.known.signatures.get(head.value, ((), ()))
    stated = places(read, conditions) or tuple(read.meant(sort, node) for sort in given)
    return head.value, (*stated, read.variable(y.value), read.variable(at.value))


def joint(read: Reader, node: Node) -> t.Term:
    """Several tokens at once where that is not read. Raises Unreadable."""
    raise refuse("joint distribution", node.span, name=node.value)


def response(read: Reader, node: Node) -> t.Term:
    """A response beside a token of it that is bound by itself. Raises Unreadable."""
    raise refuse("token of a response", node.span, name=node.value)


def next_token(read: Reader, node: Node) -> t.Term:
    """``π(\\cdot|x, y_{<t})`` by itself is a distribution, and no number. Raises Unreadable."""
    raise refuse("next token by itself", node.span, name=node.children[0].value)


def expectation(read: Reader, node: Node) -> t.Term:
    """An expectation; what is drawn last is bound innermost."""
    binders, body = node.children[:-1], node.children[-1]
    of_samples = tuple(binder for binder in binders if any(c.kind == "samples" for c in binder.children))
    if of_samples and len(binders) > 1:  # what samples are drawn for is drawn first
        *others, last = sorted(binders, key=lambda binder: binder in of_samples)
        return expectation(read, replace(node, children=(*others, replace(node, children=(last, body)))))
    if not binders:
        if read.known.sampler is None:
            raise refuse("bare expectation", node.span)
        weight = _law(read, read.known.sampler, node)
        draws, inner = [Draw(weight.outcomes, weight)], read
    else:
        draws, inner = drawn(read, binders, body)
    if of_samples:
        return _of_samples(read, node, draws)
    draws = outermost_first(draws)
    bound = [v for draw in draws for v in draw.variables]
    inner = inner.below(bound)
    if body.kind == "multiply" and body.children[0].kind == "group":
        for factor in body.children[1:]:
            outside = sorted(v.name for v in t.free_variables(inner(factor)) & set(bound))
            if outside:
                raise refuse("expectation closed early", factor.span, name=outside[0])
    term = inner(body)
    if any(":" in v.name for v in bound):
        raise refuse("no samples", node.span)
    if hidden := may_be_of_what_is_drawn(read.known, term, bound):
        raise refuse("samples in a name", node.span, name=hidden, base=draws[0].variables[0].name)
    for draw in reversed(draws):
        term = t.mean(draw.variables, draw.weight, term)
    return term


def _of_samples(read: Reader, node: Node, draws: Sequence[Draw]) -> t.Term:
    """A mean over independent samples: of a polynomial in what depends on single ones."""
    draw, *others = draws
    if others or len(draw.variables) != 1 or not isinstance(draw.weight, t.Apply):
        raise refuse("samples beside others", node.span)
    base = draw.variables[0].name
    term = read(node.children[-1])
    for v in t.free_variables(term):
        if letter(v.name) == base:
            raise refuse("several samples at once", node.span, name=base)
    if hidden := may_hold_samples(read.known, term):
        raise refuse("samples in a name", node.span, name=hidden, base=base)
    return averaged(term, base + MARK, draw.weight, node.span)


def drawn(read: Reader, binders: Sequence[Node], *body: Node) -> tuple[list[Draw], Reader]:
    """What the binders of an expectation draw, and from what (outermost first); and who reads below them."""
    inner = read.binds(*binders)
    several = any(binder.kind == "sampled" and len(bound_by(binder)) > 1 for binder in binders)
    if several and (law := next((binder for binder in binders if binder.kind == "under"), None)) is not None:
        raise refuse("laws for several", law.span, name=named(law.children[-1]) or law.kind)
    draws = []
    for binder in binders:  # what one draws, another may be given
        others = [v for other in binders if other is not binder for v in bound_by(other)]
        beside = inner.below([inner.variable(v.value) for v in others])
        draws += _drawn(beside, binder, body)
    return draws, inner


def _drawn(read: Reader, node: Node, body: Sequence[Node]) -> list[Draw]:
    if node.kind == "over" and len(node.children) > 1:
        return [_unnamed(read, node)]
    if node.kind == "over":
        return [_prompts(read, node, v) for v in places(read, node)]
    target = node.children[-1]
    name = named(target)
    if not name or read.known.kind(name) != "distribution":
        raise refuse("expectation under no distribution", target.span, name=name or target.kind)
    if node.kind == "under":
        weight = _law(read, name, target) if target.kind == "symbol" else probability(read, target, name)
        if target.kind == "symbol" and (v := _written_below(read, weight, body)) is not None:
            weight = replace(weight, outcomes=(v,))
        return [Draw(weight.outcomes, weight)]
    if strange := [c for c in node.children[:-1] if c.kind not in ("symbol", "samples")]:
        raise refuse("no samples", strange[0].span)
    variables = places(read, replace(node, children=bound_by(node)))
    apart = drawn_apart(read.known, name, node.children[:-1], target)
    drawn_from = _from_a_name if target.kind == "symbol" else _from_a_call
    return [drawn_from(read, name, some, target) for some in ([(v,) for v in variables] if apart else [variables])]


def _law(read: Reader, name: str, node: Node) -> t.Apply:
    """A distribution that is drawn from by its name: what it draws is new here, whatever is bound around it."""
    sorts, _ = read.known.signatures.get(name, ((read.known.outcome,), ()))
    return policy(read, name, node, (read.known.usual_variable(sorts[0]),) if len(sorts) == 1 else None)


def _written_below(read: Reader, weight: t.Apply, body: Sequence[Node]) -> Variable | None:
    """The one letter in the body for what is drawn, where that is not the usual one: the z of ``E_q[f(z)]``."""
    (usual,) = weight.outcomes
    names = {node.value for each in body for node in walk(each) if node.kind == "symbol"}
    found = [v for name in sorted(names) if read.known.is_index(name) and (v := read.variable(name)).sort == usual.sort]
    taken = read.bound | {v for v in weight.given if isinstance(v, Variable)}
    return found[0] if len(found) == 1 and usual not in found and found[0] not in taken else None


def _prompts(read: Reader, node: Node, v: Variable) -> Draw:
    """``E_x``: prompts are drawn from their distribution; nothing else has a usual one."""
    if v.sort not in ("x", "s"):
        raise refuse("expectation under no policy", node.span, name=v.name)
    return Draw((v,), t.Apply(read.known.prompts or "D", (v,), ()))


def _unnamed(read: Reader, node: Node) -> Draw:
    """``E_{(x, y_w, y_l)}``: one law, the same wherever the same variables are drawn."""
    variables = places(read, node)
    pair = len(variables) == 2 and {v.sort in ("x", "s") for v in variables} == {True, False}
    if pair and read.known.draws:
        raise refuse("expectation under no policy", node.span, name=variables[1].name)
    names = tuple(v.name for v in variables)
    law = read.known.laws.get(names)
    if law is None:
        shown = ", ".join(names)
        law = f"law_{shown}".replace(" ", "")
        read.said.note(f"({shown}) are drawn from one law that is not named, the same wherever ({shown}) are drawn")
    return Draw(variables, t.Apply(law, variables, ()))


def _from_a_name(read: Reader, name: str, variables: tuple[Variable, ...], target: Node) -> Draw:
    """``y ~ π``, ``(x, y) ~ D``."""
    sorts, given = read.known.signatures.get(name, ((read.known.outcome,), (read.known.prompt,)))
    if len(variables) == 2 and letter(name) == "π" and variables[0].sort in ("x", "s"):
        read.said.note(
            f"{variables[0].name} is not drawn from {name}: read as fixed, only {variables[1].name} is drawn"
        )
        variables = variables[1:]
    if len(variables) != len(sorts) and letter(name) == "π":
        sorts = tuple(v.sort for v in variables)
    if given and tuple(v.sort for v in variables) != sorts:
        given = tuple(sort for v in variables[:1] if (sort := read.known.condition(v.sort)))
    return Draw(variables, t.Apply(name, variables, tuple(read.meant(s, target) for s in given)))


def _from_a_call(read: Reader, name: str, variables: tuple[Variable, ...], target: Node) -> Draw:
    """``y ~ π(·|x)``, ``y ~ π(y|x)``."""
    written = tuple(c.value for c in target.children[1].children if c.kind == "symbol")
    if written and written != tuple(v.name for v in variables):
        raise refuse("drawn by another name", target.span, name=name, drawn=variables[0].name, written=written[0])
    found = probability(replace(read, dot=variables[0]), target, name)
    return Draw(variables, t.Apply(name, variables, found.given))


def outermost_first(draws: Sequence[Draw]) -> list[Draw]:
    """People write ``y ~ π(.|x), x ~ D`` in either order; what a weight depends on is bound outside it."""
    out: list[Draw] = []
    left = list(draws)
    while left:
        here = next(
            (
                h
                for h in left
                if not any(set(o.variables) & t.free_variables(h.weight) - set(h.variables) for o in left if o is not h)
            ),
            left[0],
        )
        out.append(here)
        left.remove(here)
    return out
