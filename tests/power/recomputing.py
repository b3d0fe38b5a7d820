"""A witness computed again from what the report prints, with mpmath and none of symkl's arithmetic.

Only reading is shared: the row's two sides as terms. The tables come from the printed settings,
the policies from the printed places; 50 digits throughout.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath

import symkl.language.terms as t
from symkl.checking.report import Status
from symkl.checking.tilting import settle
from symkl.language.proof import Proof
from symkl.language.terms import Relation, Variable
from symkl.refuting.counterexample import Counterexample

Key = tuple[str, ...]
Numbers = dict[Key, mpmath.mpf]
DIGITS = 50


class NotOfThisKind(Exception):
    """What this little evaluator leaves out: a claim about an arg max, a policy of many rows."""


def recomputed(proof: Proof, index: int, statuses: list[Status], found: Counterexample) -> bool:
    """Assert that every printed number is right to every digit shown, and that they contradict the row.

    False where the row is of a kind that is left out.
    """
    left, relation, right = _statement(proof, index, statuses)
    with mpmath.workdps(DIGITS):
        world = World.of(found, settle(proof).context)
        try:
            pairs = [world.at(point.place).sides(left, right) for point in found.points]
        except NotOfThisKind:
            return False
        for (a, b), point in zip(pairs, found.points, strict=True):
            for value, printed in ((a, point.left), (b, point.right)):
                assert abs(value - mpmath.mpf(printed)) <= _last_place(printed), (point.place, printed, value)
        assert _contradicts(relation, left, right, pairs)
    return True


def _last_place(printed: str) -> mpmath.mpf:
    """One unit in the last digit shown: the digits are all right, the rounding may be either way."""
    mantissa, _, exponent = printed.partition("e")
    return mpmath.mpf(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def _statement(proof: Proof, index: int, statuses: list[Status]) -> tuple[t.Term, Relation, t.Term]:
    """What the row claims: its link, or its first side against where the row before ended."""
    clause = proof.rows[index].clauses[0]
    if clause.opening is None and len(clause.terms) > 1:
        return clause.terms[0], clause.relations[0], clause.terms[1]
    before = max(i for i in range(index) if statuses[i] is not Status.ASSUMED or clause.opening is not None)
    return proof.rows[before].clauses[-1].terms[-1], clause.opening or Relation.EQUIVALENT, clause.terms[0]


def _contradicts(
    relation: Relation, left: t.Term, right: t.Term, pairs: list[tuple[mpmath.mpf, mpmath.mpf]]
) -> bool:
    if isinstance(left, t.Optimum) and isinstance(right, t.Optimum):
        (a, b), (c, d) = pairs
        turned = -1 if left.sense is not right.sense else 1
        return bool((a - c) * (b - d) * turned < 0)
    if relation is Relation.PROPORTIONAL:
        (a, b), (c, d) = pairs
        return bool(abs(a * d - b * c) > mpmath.mpf(10) ** -20)
    ((a, b),) = pairs
    match relation:
        case Relation.LESS_EQUAL:
            return bool(a > b)
        case Relation.GREATER_EQUAL:
            return bool(a < b)
        case Relation.LESS:
            return bool(a >= b)
        case Relation.GREATER:
            return bool(a <= b)
    return bool(abs(a - b) > mpmath.mpf(10) ** -20)


@dataclass(frozen=True)
class World:
    """The printed tables, the place in them, and the directions that a gradient is taken in."""

    tables: Mapping[str, Numbers]
    context: t.Context
    place: Mapping[str, str]
    along: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, found: Counterexample, context: t.Context) -> World:
        """What a counterexample prints."""
        tables: dict[str, Numbers] = {}
        for setting in found.settings:
            assert setting.exact is not None
            exact = Fraction(setting.exact)
            name, _, inside = setting.name.partition("(")
            key = tuple(part.strip() for part in re.split(r"[|,]", inside.rstrip(")"))) if inside else ()
            tables.setdefault(name, {})[key] = mpmath.mpf(exact.numerator) / exact.denominator
        along = {
            symbol: tuple(int(part) for part in speeds.split(","))
            for symbol, speeds in re.findall(r"∇ along d logit (\S+) = \(([^)]*)\)", found.summary)
        }
        return cls(tables, context, {}, along)

    def at(self, place: str) -> World:
        """The world at one of the printed places: a choice of the free variables, or a policy."""
        here = dict(re.findall(r"(\S+) = ([a-z]\d+)\b", place))
        world = replace(self, place=here)
        if "instead of" in place:
            raise NotOfThisKind
        if policy := re.match(r"(\S+) = (?:(\S+) = )?\(([^)]*)\)(?:, |$)", place):
            symbol, label, values = policy.groups()
            if label and label in self.context.definitions:
                return replace(world, tables={**self.tables, symbol: world.table(label)})
            if not re.fullmatch(r"[\d/, ]+", values):
                raise NotOfThisKind
            exact = [Fraction(value) for value in values.split(",")]
            sort = next(s for s in ("y", "a") if len(self.names(s)) == len(exact))
            numbers = {
                (f"{sort}{i + 1}",): mpmath.mpf(p.numerator) / p.denominator for i, p in enumerate(exact)
            }
            return replace(world, tables={**self.tables, symbol: numbers})
        if "(·|" in place:
            raise NotOfThisKind
        return world

    def table(self, symbol: str) -> Numbers:
        """The table of a policy that is defined, where there is one prompt."""
        definition = self.context.definitions[symbol]
        outcome = next(p for p in definition.parameters if isinstance(p, Variable))
        return {
            (name,): replace(self, place={**self.place, outcome.name: name}).value(definition.body)
            for name in self.names(outcome.sort)
        }

    def sides(self, left: t.Term, right: t.Term) -> tuple[mpmath.mpf, mpmath.mpf]:
        """Both sides; of a problem, what it is about."""
        if isinstance(left, t.Optimiser) or isinstance(right, t.Optimiser):
            raise NotOfThisKind
        if isinstance(right, t.Optimum) and not isinstance(left, t.Optimum):
            left, right = right, left  # what the policy attains, then what is claimed of all
        a, b = (side.body if isinstance(side, t.Optimum) else side for side in (left, right))
        return self.value(a), self.value(b)

    def names(self, sort: str) -> list[str]:
        """The members of an alphabet; a sort with one member is not printed."""
        keys = {part for numbers in self.tables.values() for key in numbers for part in key}
        return sorted(part for part in keys if re.fullmatch(rf"{sort}\d+", part)) or [sort]

    def over(self, variables: tuple[Variable, ...], body: t.Term) -> mpmath.mpf:
        """The sum over all values of some variables."""
        choices = itertools.product(*(self.names(v.sort) for v in variables))
        bound = ({v.name: name for v, name in zip(variables, names, strict=True)} for names in choices)
        return mpmath.fsum(replace(self, place={**self.place, **here}).value(body) for here in bound)

    def key(self, term: t.Apply) -> Key:
        """Where a symbol's number stands in its table."""
        names = [
            self.place.get(a.name, a.sort) for a in (*term.outcomes, *term.given) if isinstance(a, Variable)
        ]
        return tuple(name for name in names if re.search(r"\d", name))

    def unprinted(self, term: t.Apply) -> mpmath.mpf:
        """A symbol without a table: the only member's probability, or what the condition L'(π) = 0 gives."""
        if term.outcomes and not any(re.search(r"\d", name) for name in self.key(term)):
            return mpmath.mpf(1)
        if not {"π_ref", "r", "β"} <= self.tables.keys():
            raise NotOfThisKind  # a supremum that is known, and nothing is printed that attains it
        reference, reward, beta = (self.tables[symbol] for symbol in ("π_ref", "r", "β"))
        weights = {key: p * mpmath.exp(reward[key] / beta[()]) for key, p in reference.items()}
        z = mpmath.fsum(weights.values())
        if term.symbol == "λ":
            return beta[()] * (mpmath.log(z) - 1)
        assert term.symbol == "π"
        return weights[self.key(term)] / z

    def moved(self, step: mpmath.mpf) -> World:
        """The world after a step along the printed direction of the logits."""
        tables = dict(self.tables)
        for symbol, speeds in self.along.items():
            speed = {f"y{i + 1}": v for i, v in enumerate(speeds)}
            weights = {key: p * mpmath.exp(step * speed[key[0]]) for key, p in self.tables[symbol].items()}
            totals: dict[Key, mpmath.mpf] = {}
            for key, weight in weights.items():
                totals[key[1:]] = totals.get(key[1:], mpmath.mpf(0)) + weight
            tables[symbol] = {key: weight / totals[key[1:]] for key, weight in weights.items()}
        return replace(self, tables=tables)

    def nudged(self, symbol: str, key: Key, step: mpmath.mpf) -> World:
        """The world after one entry of one table has grown."""
        changed = {**self.tables[symbol], key: self.tables[symbol][key] + step}
        return replace(self, tables={**self.tables, symbol: changed})

    def value(self, term: t.Term) -> mpmath.mpf:
        """The value of a term."""
        match term:
            case t.Number(value=value):
                return mpmath.mpf(value.numerator) / value.denominator
            case t.Scalar(symbol=symbol):
                return self.tables[symbol][()]
            case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
                if symbol in self.context.definitions and symbol not in self.tables:
                    definition = self.context.definitions[symbol]
                    filled = dict(zip(definition.parameters, (*outcomes, *given), strict=True))
                    return self.value(t.substitute(definition.body, filled))
                if symbol not in self.tables:
                    return self.unprinted(term)
                return self.tables[symbol][self.key(term)]
            case t.Add(terms=terms):
                return mpmath.fsum(self.value(part) for part in terms)
            case t.Mul(factors=factors):
                return mpmath.fprod(self.value(part) for part in factors)
            case t.Power(base=base, exponent=exponent):
                return self.value(base) ** self.value(exponent)
            case t.Fn("exp", (argument,)):
                return mpmath.exp(self.value(argument))
            case t.Fn("log", (argument,)):
                return mpmath.log(self.value(argument))
            case t.Fn("σ", (argument,)):
                return 1 / (1 + mpmath.exp(-self.value(argument)))
            case t.Fn("abs", (argument,)):
                return abs(self.value(argument))
            case t.Fn("max", (one, two)):
                return max(self.value(one), self.value(two))
            case t.Fn("min", (one, two)):
                return min(self.value(one), self.value(two))
            case t.Fn("clip", (argument, low, high)):
                return min(max(self.value(argument), self.value(low)), self.value(high))
            case t.Bind("sum", (v,), (body,)):
                return self.over((v,), body)
            case t.Bind("E", vs, (weight, body)):
                return self.over(vs, t.Mul((weight, body)))
            case t.Bind("maximum", (v,), (body,)):
                return max(replace(self, place={**self.place, v.name: name}).value(body) for name in self.names(v.sort))
            case t.Cases(guards, terms):
                met = (each for guard, each in zip(guards, terms, strict=False) if self.value(guard) >= 0)
                return self.value(next(met, terms[-1]))
            case t.Bind("KL", (v,), (p, q)):
                minus = t.Number(Fraction(-1))
                return self.over((v,), t.Mul((p, t.Add((t.log(p), t.Mul((minus, t.log(q))))))))
            case t.Gradient(body=body):
                return mpmath.diff(lambda step: self.moved(step).value(body), 0)
            case t.Partial(body=body, target=t.Apply() as target):
                key = self.key(target)
                return mpmath.diff(lambda step: self.nudged(target.symbol, key, step).value(body), 0)
        raise NotOfThisKind
