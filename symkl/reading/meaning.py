"""From parsed rows to terms: what each node means under a document's declarations.

One rule for each kind of node. What has no single meaning is refused with :class:`Unreadable`;
what is shorthand with one reading is read so, and the reading is noted for the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.terms import Span, Variable
from symkl.reading.declaring import CONDITION, Declarations, letter, subscript, walk
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import Node

FORKS = {
    "log": "\\log a b is read as the logarithm of the product a b",
    "slash": "a/b c is read as a/(b c)",
}
"""Common second readings: tried where the first one is not proved, and said in a note."""

MINUS = t.Number(Fraction(-1))
HALF = t.Number(Fraction(1, 2))


def minus(term: t.Term) -> t.Term:
    """The negative of a term."""
    return t.Mul((MINUS, term), span=term.span)


def over(left: t.Term, right: t.Term) -> t.Term:
    """A quotient."""
    return t.Mul((left, t.Power(right, MINUS)))


class _Draw(NamedTuple):
    """What an expectation draws, and from which distribution."""

    variables: tuple[Variable, ...]
    weight: t.Term


@dataclass
class Meaning:
    """Reads the nodes of one row.

    ``notes`` collects the readings that a person should see, ``forks`` the names of the places
    where another reading is common: :data:`FORKS`. ``other`` is the one to take this time.
    """

    known: Declarations
    other: str = ""
    notes: list[str] = field(default_factory=list)
    forks: set[str] = field(default_factory=set)
    dot: Variable | None = None
    bound: frozenset[Variable] = frozenset()

    def __call__(self, node: Node) -> t.Term:
        """The term that a node means. Raises Unreadable."""
        rule = getattr(self, "_" + node.kind, None)
        if rule is None:
            raise _refuse(
                node,
                "this is not read here",
                node.kind,
                "a number, a symbol or an expression",
                "write the expression out",
            )
        term: t.Term = rule(node)
        return replace(term, span=node.span) if term.span is None else term

    def many(self, nodes: Sequence[Node]) -> tuple[t.Term, ...]:
        """The terms that several nodes mean."""
        return tuple(self(node) for node in nodes)

    # -- leaves --------------------------------------------------------------------------

    def _number(self, node: Node) -> t.Term:
        return t.Number(Fraction(node.value))

    def _symbol(self, node: Node) -> t.Term:
        name = node.value
        match self.known.kind(name):
            case "scalar":
                return t.Scalar(name)
            case "distribution":
                return self.policy(name, node)
            case "function":
                return t.Apply(name, (), self.default_arguments())
            case "partition" | "multiplier":
                return t.Apply(name, (), (self.prompt(),))
            case "defined":
                return t.Apply(name, (), ())  # its implicit parameters are put in when all definitions are known
            case "variable":
                raise _refuse(
                    node,
                    f"{name} is an index, not a number",
                    f"'{name}' by itself",
                    "a function of it",
                    f"write r(x, {name}) or \\pi({name} \\mid x)",
                )
        raise self.undeclared(node, name)

    def undeclared(self, node: Node, name: str) -> Unreadable:
        """The error for a symbol nobody declared."""
        return _refuse(
            node,
            f"{name} is not declared",
            f"'{name}'",
            "a symbol of the standard context or of this document",
            f"declare it: <!-- symkl: {name} > 0 --> for a positive number, "
            f"<!-- symkl: {name} function of x, y --> or <!-- symkl: {name} distribution over y given x -->",
        )

    def prompt(self) -> Variable:
        """The prompt that is meant where none is written."""
        return Variable(self.known.prompt, self.known.prompt)

    def outcome(self) -> Variable:
        """The response that is meant where none is written."""
        return self.dot or Variable(self.known.outcome, self.known.outcome)

    def default_arguments(self) -> tuple[t.Argument, ...]:
        """What a bare reward takes."""
        return (self.prompt(), self.outcome())

    def policy(self, name: str, node: Node, outcomes: tuple[Variable, ...] | None = None) -> t.Apply:
        """A distribution with no arguments written: it takes its usual ones."""
        if name.endswith("_x") and self.known.kind(name[:-2]) == "distribution":
            return t.Apply(name[:-2], outcomes or (self.outcome(),), (Variable("x", "x"),), span=node.span)
        sorts, conditions = self.known.signatures.get(name, ((self.known.outcome,), (self.known.prompt,)))
        if len(sorts) != 1 and outcomes is None:
            raise _refuse(node, f"{name} is a joint distribution", f"'{name}' alone", "its arguments", "write them out")
        chosen = outcomes or (self.dot if self.dot and self.dot.sort == sorts[0] else Variable(sorts[0], sorts[0]),)
        return t.Apply(name, chosen, tuple(Variable(s, s) for s in conditions), span=node.span)

    # -- calls ---------------------------------------------------------------------------

    def _call(self, node: Node) -> t.Term:
        head, arguments, conditions = node.children
        name = head.value
        kind = self.known.kind(name)
        if any(c.kind == "preferred" for c in arguments.children):
            return self._preference(node, name)
        match kind:
            case "scalar":
                return t.Mul((t.Scalar(name), *self.many(arguments.children)))
            case "distribution":
                return self._probability(node, name)
            case "variable":
                raise _refuse(
                    node, f"{name} is an index and takes no arguments", f"'{name}(...)'", "a function", "check the name"
                )
        if conditions.children:
            if kind in ("function", "defined"):
                places = self.places(arguments) + self.places(conditions)
                return t.Apply(name, (), _sorted_places(places))
            raise (
                self.undeclared(head, name)
                if kind is None
                else _refuse(
                    conditions,
                    f"{name} is no distribution",
                    "a conditioning bar",
                    "arguments without a bar",
                    f"write {name}(x)",
                )
            )
        match kind:
            case "function":
                if all(
                    c.kind in ("symbol", "dot") and self.known.kind(c.value) in ("variable", None)
                    for c in arguments.children
                ):
                    return t.Apply(name, (), self.complete(_sorted_places(self.places(arguments))))
                raise _refuse(
                    arguments,
                    f"{name} takes variables as arguments",
                    "an expression",
                    "variables such as x, y",
                    f"write {name}(x, y) \\cdot (...) if a product is meant",
                )
            case "multiplier" if not all(
                c.kind == "symbol" and self.known.is_index(c.value) for c in arguments.children
            ):
                return t.Mul((self(head), *self.many(arguments.children)))
            case "partition" | "multiplier":
                places = self.places(arguments)
                if [v.sort for v in places] != [self.prompt().sort]:
                    raise _refuse(
                        arguments,
                        f"{name} depends on the prompt alone",
                        f"{name}({', '.join(v.name for v in places)})",
                        f"{name}({self.prompt().name})",
                        f"write {name}({self.prompt().name})",
                    )
                return t.Apply(name, (), places)
            case "defined":
                return t.Apply(name, (), self.arguments(arguments))
        raise self.undeclared(head, name)

    def arguments(self, node: Node) -> tuple[t.Argument, ...]:
        """The arguments of a defined functional: variables and policies; parameters θ and multipliers are dropped."""
        out: list[t.Argument] = []
        for child in node.children:
            name = child.value if child.kind == "symbol" else child.children[0].value if child.kind == "call" else ""
            kind = self.known.kind(name) if name else None
            if kind == "variable" and child.kind == "symbol":
                out.append(self.known.variable(name))
            elif kind == "distribution":
                out.append(t.Policy(name))
            elif kind not in ("multiplier",) and name not in ("θ", "φ", "ψ"):
                raise _refuse(
                    child,
                    "this cannot be an argument",
                    f"'{name or child.kind}'",
                    "a variable or a policy",
                    "write a policy's name or an index here, or a product with \\cdot",
                )
        return tuple(out)

    def places(self, node: Node) -> tuple[Variable, ...]:
        """The index variables written as arguments."""
        out = []
        for child in node.children:
            if child.kind == "dot":
                out.append(self.outcome())
            elif child.kind == "symbol" and self.known.kind(child.value) == "variable":
                out.append(self.known.variable(child.value))
            else:
                raise _refuse(
                    child,
                    "an index was expected here",
                    f"'{child.value or child.kind}'",
                    "x, y, y_w, y', ...",
                    "write an index, or \\cdot for the response that is summed over",
                )
        return tuple(out)

    def complete(self, places: tuple[Variable, ...]) -> tuple[t.Argument, ...]:
        """A reward with its prompt left out takes the usual one."""
        if len(places) == 1 and places[0].sort in CONDITION:
            sort = CONDITION[places[0].sort]
            return (Variable(sort, sort), *places)
        return places

    def _probability(self, node: Node, name: str) -> t.Term:
        _, arguments, conditions = node.children
        if conditions.children:
            return t.Apply(name, self.places(arguments), self.places(conditions))
        if len(arguments.children) == 1 and arguments.children[0].kind == "dot":
            return self.policy(name, node)
        outcomes = self.places(arguments)
        sorts, given = self.known.signatures.get(name, ((), ()))
        if not given and name not in self.known.signatures and len(outcomes) == 1 and letter(name) == "π":
            given = (CONDITION.get(outcomes[0].sort, ""),)
        if tuple(v.sort for v in outcomes) != sorts and name in self.known.signatures:
            given = (CONDITION[outcomes[0].sort],) if given and outcomes[0].sort in CONDITION else ()
        return t.Apply(name, outcomes, tuple(Variable(s, s) for s in given if s))

    def _preference(self, node: Node, name: str) -> t.Term:
        _, arguments, conditions = node.children
        pair = arguments.children[0]
        if name + "≻" not in self.known.defined:
            raise _refuse(
                node,
                f"{name}(... ≻ ...) is not defined in this document",
                "a preference",
                "a row that defines it",
                f"begin with {name}(y_w \\succ y_l \\mid x) = ...",
            )
        places = self.places(replace(pair, children=pair.children))
        given = self.places(conditions) or (self.prompt(),)
        return t.Apply(name + "≻", (), (*places, *given))

    # -- arithmetic ----------------------------------------------------------------------

    def _group(self, node: Node) -> t.Term:
        return self(node.children[0])

    def _add(self, node: Node) -> t.Term:
        terms = list(self.many(node.children))
        for i, first in enumerate(terms):
            binder = _prompt_binder(first)
            if binder is None or binder.variables[0] in self.bound:
                continue
            (x,) = binder.variables
            for j in range(i + 1, len(terms)):
                if x in t.free_variables(terms[j]):
                    terms[j] = t.mean(binder.variables, binder.weight, terms[j], span=terms[j].span)
                    self.note(
                        f"the expectation over {x.name} is read as reaching over later terms with {x.name} in them"
                    )
        return t.Add(tuple(terms))

    def note(self, text: str) -> None:
        """Record a reading, once."""
        if text not in self.notes:
            self.notes.append(text)

    def _negate(self, node: Node) -> t.Term:
        return minus(self(node.children[0]))

    def _multiply(self, node: Node) -> t.Term:
        children = list(node.children)
        for i, child in enumerate(children[:-1]):
            if child.kind == "function" and child.value == "log" and child.children[0].kind != "group":
                self.forks.add("log")
                if self.other == "log":
                    inner = child.children[0]
                    rest = Node("multiply", (inner, *children[i + 1 :]), Span(inner.span.start, node.span.stop))
                    return t.Mul((*self.many(children[:i]), t.log(self(rest))))
        for i, child in enumerate(children[:-1]):
            if child.kind == "divide":
                self.forks.add("slash")
                if self.other == "slash":
                    below = Node(
                        "multiply", (child.children[1], *children[i + 1 :]), Span(child.span.start, node.span.stop)
                    )
                    return t.Mul((*self.many(children[:i]), over(self(child.children[0]), self(below))))
                self.note("a/b c is read as (a/b) c")
        return t.Mul(self.many(children))

    def _divide(self, node: Node) -> t.Term:
        return over(*self.many(node.children))

    _fraction = _divide

    def _power(self, node: Node) -> t.Term:
        base, exponent = node.children
        if (
            base.kind == "call"
            and self.known.kind(base.children[0].value) == "scalar"
            and len(base.children[1].children) == 1
        ):  # β(a)^2 is β · (a)^2
            head, arguments, _ = base.children
            return t.Mul((self(head), t.Power(self(arguments.children[0]), self(exponent))))
        return t.Power(self(base), self(exponent))

    def _function(self, node: Node) -> t.Term:
        argument = self(node.children[0])
        return t.Fn(node.value, (argument,))

    def _absolute(self, node: Node) -> t.Term:
        raise _refuse(
            node,
            "absolute values are not read",
            "'|...|'",
            "an expression without bars",
            "write brackets if grouping is meant",
        )

    # -- sums and expectations -----------------------------------------------------------

    def inside(self, variables: Sequence[Variable]) -> Meaning:
        """The same reader, below binders."""
        return replace(self, bound=self.bound | set(variables))

    def _sum(self, node: Node) -> t.Term:
        binders, body = node.children[:-1], node.children[-1]
        variables: list[Variable] = []
        for binder in binders:
            if binder.kind != "over":
                raise _refuse(
                    binder,
                    "sums over positions or samples are not read",
                    "a range",
                    "a sum over responses or prompts, \\sum_y",
                    "state it for one token, or as an expectation",
                )
            variables += self.places(binder)
        for v in variables:
            family = next(
                (
                    n
                    for n in walk(body)
                    if n.kind == "symbol" and v.name in re.split(r"[_,<:{}+\-0-9]", subscript(n.value))
                ),
                None,
            )
            if family is not None:
                raise _refuse(
                    family,
                    f"{family.value} is a family indexed by {v.name}, which is not read",
                    f"'{family.value}' under a sum over {v.name}",
                    f"a function of {v.name}",
                    f"write {letter(family.value)}({v.name}), or state the row for one {v.name}",
                )
        if not variables:
            raise _refuse(node, "this sum does not say over what", "\\sum", "\\sum_y", "write the index below the sum")
        inner = self.inside(variables)
        term = inner(body)
        for v in reversed(variables):
            term = t.total(v, term)
        return term

    def _product(self, node: Node) -> t.Term:
        raise _refuse(
            node, "products over an index are not read", "\\prod", "a sum of logarithms", "write \\exp \\sum \\log"
        )

    def binder(self, node: Node) -> list[_Draw]:
        """What one binder of an expectation draws, and from what (outermost first)."""
        if node.kind == "over":
            out = []
            for v in self.places(node):
                if v.sort not in ("x", "s"):
                    raise _refuse(
                        node,
                        "this expectation does not say under which policy",
                        f"E_{v.name}",
                        f"E_{{{v.name} \\sim \\pi}}",
                        "write the policy",
                    )
                out.append(_Draw((v,), t.Apply(self.known.prompts or "D", (v,), ())))
            return out
        target = node.children[-1]
        name = target.value if target.kind == "symbol" else target.children[0].value if target.kind == "call" else ""
        if not name or self.known.kind(name) != "distribution":
            raise _refuse(
                target,
                "an expectation is taken under a distribution",
                f"'{name or target.kind}'",
                "a policy or a distribution",
                "write y \\sim \\pi(\\cdot \\mid x)",
            )
        if node.kind == "under":
            if target.kind == "symbol":
                weight = self.policy(name, target)
            else:
                found = self._probability(target, name)
                assert isinstance(found, t.Apply)
                weight = found
            return [_Draw(weight.outcomes, weight)]
        variables = self.places(replace(node, children=node.children[:-1]))
        if target.kind == "symbol":
            sorts, given = self.known.signatures.get(name, ((self.known.outcome,), (self.known.prompt,)))
            if len(variables) == 2 and letter(name) == "π" and variables[0].sort in ("x", "s"):
                self.note(
                    f"{variables[0].name} is not drawn from {name}: read as fixed, only {variables[1].name} is drawn"
                )
                variables = variables[1:]
            if len(variables) != len(sorts) and letter(name) == "π":
                sorts = tuple(v.sort for v in variables)
            given = (
                tuple(CONDITION[v.sort] for v in variables[:1] if v.sort in CONDITION)
                if given and tuple(v.sort for v in variables) != sorts
                else given
            )
            return [_Draw(variables, t.Apply(name, variables, tuple(Variable(s, s) for s in given)))]
        inner = replace(self, dot=variables[0])
        _, arguments, _ = target.children
        written = tuple(c.value for c in arguments.children if c.kind == "symbol")
        if written and written != tuple(v.name for v in variables):
            raise _refuse(
                target,
                "the variable drawn is not the one of the policy",
                f"'{variables[0].name} ~ {name}({written[0]}...)'",
                f"{name}({variables[0].name} | ...)",
                "use one name for both",
            )
        found = inner._probability(target, name)
        assert isinstance(found, t.Apply)
        return [_Draw(variables, t.Apply(name, variables, found.given))]

    def _expectation(self, node: Node) -> t.Term:
        binders, body = node.children[:-1], node.children[-1]
        if not binders:
            if self.known.sampler is None:
                raise _refuse(
                    node,
                    "this expectation does not say under which distribution",
                    "E without a subscript",
                    "E_{y \\sim \\pi}",
                    "write the subscript, or declare <!-- symkl: sampler \\pi_\\theta -->",
                )
            weight = self.policy(self.known.sampler, node)
            heads = [_Draw(weight.outcomes, weight)]
        else:
            heads = [head for binder in binders for head in self.binder(binder)]
        heads = _outermost_first(heads)
        bound = [v for head in heads for v in head.variables]
        inner = self.inside(bound)
        if body.kind == "multiply" and body.children[0].kind == "group":
            for factor in body.children[1:]:
                outside = sorted(v.name for v in t.free_variables(inner(factor)) & set(bound))
                if outside:
                    raise _refuse(
                        factor,
                        f"the bracket of this expectation closes before a factor that depends on {outside[0]}",
                        f"E[...] and then a factor with {outside[0]}",
                        "one bracket around all that is averaged",
                        "move the factor into the bracket; if it stands outside, put it in front of E",
                    )
        term = inner(body)
        for head in reversed(heads):
            term = t.mean(head.variables, head.weight, term)
        return term

    # -- functionals ---------------------------------------------------------------------

    def _divergence(self, node: Node) -> t.Term:
        if not node.children:
            names = (
                Node("symbol", (), node.span, self.main_policy()),
                Node("symbol", (), node.span, self.known.reference or "π_ref"),
            )
            self.note(f"{node.value} without arguments is read as {node.value}({names[0].value} ‖ {names[1].value})")
            node = replace(node, children=names)
        v = self.divergence_variable(node)
        inner = replace(self, dot=v, bound=self.bound | {v})
        left, right = inner.slot(node.children[0], v), inner.slot(node.children[1], v)
        if node.value == "KL":
            return t.kl(v, left, right)
        if node.value == "χ²":
            return t.Add((t.total(v, over(t.Power(left, t.Number(Fraction(2))), right)), MINUS))
        raise _refuse(
            node, "total variation is not read: it needs absolute values", "TV", "KL or chi^2", "state it with KL"
        )

    def main_policy(self) -> str:
        """The policy that is meant where none is written."""
        named = sorted(
            n
            for n in self.known.distributions
            if letter(n) == "π" and not self.known.is_reference(n) and not self.known.is_optimum(n)
        )
        return "π" if "π" in named or not named else named[0]

    def divergence_variable(self, node: Node) -> Variable:
        """What a divergence sums over: the response written in it, else that of its first distribution."""
        for side in node.children:
            for found in _probabilities(side, self.known):
                for c in found.children[1].children:
                    if c.kind == "symbol" and self.known.is_index(c.value):
                        return self.known.variable(c.value)
        for side in node.children:
            name = side.value if side.kind == "symbol" else side.children[0].value if side.kind == "call" else ""
            if name in self.known.signatures:
                sort = self.known.signatures[name][0][0]
                return Variable(sort, sort)
        return Variable(self.known.outcome, self.known.outcome)

    def slot(self, node: Node, v: Variable) -> t.Term:
        """One side of a divergence: a distribution by name, or an expression in the response."""
        if node.kind == "symbol" and self.known.kind(node.value) == "distribution":
            return self.policy(node.value, node, (v,))
        return self(node)

    def _functional(self, node: Node) -> t.Term:
        under = node.children[-1] if node.children and node.children[-1].kind in ("under", "sampled") else None
        arguments = node.children[:-1] if under else node.children
        if node.value == "Var":
            if under is None:
                raise _refuse(
                    node,
                    "this variance does not say under which policy",
                    "Var",
                    "\\mathrm{Var}_{\\pi}",
                    "write the policy",
                )
            (head,) = self.binder(under)
            body = self.inside(head.variables)(arguments[0])
            mean = t.mean(head.variables, head.weight, body)
            return t.mean(head.variables, head.weight, t.Power(t.Add((body, minus(mean))), t.Number(Fraction(2))))
        v = self.divergence_variable(replace(node, children=arguments))
        inner = replace(self, dot=v, bound=self.bound | {v})
        left = inner.slot(arguments[0], v)
        right = inner.slot(arguments[-1], v)
        return minus(t.total(v, t.Mul((left, t.log(right)))))

    # -- derivatives and problems --------------------------------------------------------

    def _gradient(self, node: Node) -> t.Term:
        """``∇`` of the next factor, numbers and scalars before it included; of a sum or E, of all of that."""
        (body,) = node.children
        parameter = node.value or "θ"
        moved = next((n for n in walk(body) if n.kind == "symbol" and self._moves_unread(n.value, parameter)), None)
        if parameter not in ("θ", "φ", "ψ") or moved is not None:
            what = moved.value if moved is not None else parameter
            raise _refuse(
                moved or node,
                f"a gradient of {what} is not read: only policies are differentiated by their parameters",
                f"'{what}' under \\nabla_{parameter}",
                "a policy with that parameter, such as \\pi_\\theta",
                "leave the gradient of a reward model out, or state the row for the policy alone",
            )
        if self.known.gradient not in ("", parameter):
            raise _refuse(
                node,
                "gradients by two different parameters are not read in one document",
                f"\\nabla_{parameter} beside \\nabla_{self.known.gradient}",
                "one parameter",
                "check the two parts as two documents",
            )
        if body.kind != "multiply":
            return t.Gradient(self(body))
        count = next((i for i, c in enumerate(body.children) if self._varies(c)), len(body.children) - 1) + 1
        factors = self.many(body.children)
        inside = factors[0] if count == 1 else t.Mul(factors[:count])
        return t.Mul((t.Gradient(inside), *factors[count:])) if count < len(factors) else t.Gradient(inside)

    def _moves_unread(self, name: str, parameter: str) -> bool:
        """Whether a symbol bears the parameter of a gradient and is neither a policy nor defined."""
        return parameter in name and self.known.kind(name) not in ("distribution", "defined", None)

    def _varies(self, node: Node) -> bool:
        return any(n.kind == "symbol" and self.known.kind(n.value) in ("distribution", "defined") for n in walk(node))

    def _derivative(self, node: Node) -> t.Term:
        body, by = node.children
        target = self(by)
        if not isinstance(target, t.Apply | t.Scalar) or (isinstance(target, t.Apply) and not target.outcomes):
            raise _refuse(
                by,
                "a derivative is taken by a probability or a scalar",
                f"'{by.value or by.kind}'",
                "\\pi(y \\mid x)",
                "write \\frac{\\partial L}{\\partial \\pi(y \\mid x)}",
            )
        return t.Partial(self(body), target)

    def _limit(self, node: Node) -> t.Term:
        over, body = node.children
        scalar = self(over)
        if not isinstance(scalar, t.Scalar):
            raise _refuse(
                over, "a limit is taken in a scalar", f"'{over.value}'", "\\beta or another temperature",
                "write \\lim_{\\beta \\to 0^+} or \\lim_{\\beta \\to \\infty}",
            )  # fmt: skip
        if node.value == "0" and not self.known.is_positive(over.value):
            raise _refuse(
                over, f"{over.value} may come to 0 from both sides", f"{over.value} of either sign", "0^+",
                f"write 0^+, or declare <!-- symkl: {over.value} > 0 -->",
            )  # fmt: skip
        return t.Limit(self(body), scalar, t.End.INFINITY if node.value == "∞" else t.End.ZERO)

    def _optimum(self, node: Node) -> t.Term:
        overs, body = node.children[:-1], node.children[-1]
        sense = t.Sense.MAX if node.value.endswith("max") else t.Sense.MIN
        policy = self.optimised(node, overs, body)
        make = t.Optimiser if node.value.startswith("arg") else t.Optimum
        if body.kind == "add" and body.children[0].kind == "group":
            for term in body.children[1:]:
                if any(n.kind == "symbol" and n.value == policy for n in walk(term)):
                    raise _refuse(
                        term,
                        f"the bracket of this {sense.value} closes before a term that depends on {policy}",
                        f"{sense.value}{{...}} and then a term with {policy}",
                        f"one bracket around all that is {sense.value}imised",
                        "move the term into the bracket, or in front of it",
                    )
        return make(sense, policy, self(body))

    def optimised(self, node: Node, overs: Sequence[Node], body: Node) -> str:
        """The policy that a problem is over: written, or that with the parameter written, or the only one there."""
        names = [o.value if o.kind == "symbol" else o.children[0].value if o.kind == "call" else "" for o in overs]
        inside = list(
            dict.fromkeys(
                n.value
                for n in _symbols(body)
                if self.known.kind(n.value) == "distribution" and letter(n.value) not in ("D", "ρ", "P")
            )
        )
        for name in names:
            if self.known.kind(name) == "distribution":
                return name
            with_parameter = [n for n in inside if subscript(n) == name]
            if with_parameter:
                return with_parameter[0]
        if any(letter(name) == "θ" for name in names) or not names:
            free = [n for n in inside if not self.known.is_reference(n) and not self.known.is_optimum(n)]
            if len(free) == 1:
                return free[0]
            if names and not free and "π_θ" in self.known.distributions:
                return "π_θ"
        raise _refuse(
            overs[0] if overs else node,
            "this does not say over which policy",
            f"'{names[0] if names else node.value}'",
            "a policy",
            "write \\max_{\\pi}",
        )


def _refuse(node: Node, message: str, found: str, expected: str, advice: str) -> Unreadable:
    return Unreadable("meaning", node.span, message, found, expected, advice)


def _symbols(node: Node) -> list[Node]:
    return ([node] if node.kind == "symbol" else []) + [n for child in node.children for n in _symbols(child)]


def _probabilities(node: Node, known: Declarations) -> list[Node]:
    here = [node] if node.kind == "call" and known.kind(node.children[0].value) == "distribution" else []
    return here + [n for child in node.children for n in _probabilities(child, known)]


def _sorted_places(places: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Prompts first: people write r(x, y) and r(y, x) for one thing."""
    return tuple(sorted(places, key=lambda v: v.sort not in ("x", "s")))


def _prompt_binder(term: t.Term) -> _Draw | None:
    """The expectation over prompts that a written term starts with, behind signs and factors."""
    match term:
        case t.Bind("E", (v,), (weight, _)) if v.sort in ("x", "s"):
            return _Draw((v,), weight)
        case t.Mul(factors=factors):
            found = [b for f in factors if (b := _prompt_binder(f)) is not None]
            return found[0] if found else None
    return None


def _outermost_first(heads: list[_Draw]) -> list[_Draw]:
    """People write ``y ~ π(.|x), x ~ D`` in either order; what a weight depends on is bound outside it."""
    out: list[_Draw] = []
    left = list(heads)
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
