"""What a row looks like once parsed: nodes with spans, no meaning yet.

``latex.py`` makes these from text, :mod:`symkl.meaning` turns them into terms.
A node's ``kind`` fixes its ``children`` and what its ``value`` says:

=============  ==============================================  ===========================
kind           children                                        value
=============  ==============================================  ===========================
number         --                                              "2", "0.5"
symbol         --                                              canonical name, "π_ref"
dot            --  (the ``\\cdot`` that stands for an argument)
dots           --  (``\\dots``: a side left out)
call           head symbol, arguments, conditions
arguments      each argument (an expression, dot, or preferred)
conditions     each argument behind the bar (may be empty)
preferred      winner, loser                                   ``y_w \\succ y_l``
group          the expression in brackets                      "(", "[" or "{"
add            terms (a subtracted one is a ``negate``)
negate         what is negated
multiply       factors in order
divide         left, right (written with ``/``)
fraction       numerator, denominator
power          base, exponent
function       arguments                                       its name in the table, "log"
absolute       what stands between bars                        "set", if it is named as sets are
part           what stands in the bracket  (``[u]_+``)         "+" or "-"
expectation    binders ..., body
sum, product   binders ..., body                               "∫" of an integral
family         binders ..., member                             ``\\{R_j\\}_{j=1}^G``
indicator      the two sides of the condition                  its relation, ">"
set            ``over``, the two sides of the condition        its relation
among          variable, a set              (``\\sum_{y \\in S}``)    "∈" or "∉"
extremum       binders ..., body                               "max", "min"
response       a binding of a token, with a response below     the response
sampled        variables ..., distribution  (``y \\sim q``)
over           variables ...                (``E_x``, ``\\sum_{y}``)    the alphabet, if written: "Y"
range          variable, first, last        (``\\sum_{t=1}^T``)
apart          variable, another; perhaps first, last  (``\\sum_{j \\ne i}``)
under          distribution                 (``E_\\pi``, ``E_{q(x)}``)
divergence     left, right, perhaps an ``order``; none: bare   its name in the table, "KL"
order          the order of a divergence  (``D_α(p \\| q)``)
inner          the two sides                                   ``⟨p, r⟩``
norm           what stands between the bars                    its name in the table, "L1"
functional     arguments; then what stands below it:           "H", "Var"
               ``under``, ``over`` or ``sampled`` (may be none)
gradient       body                                            the subscript: "θ", ""
derivative     body, the symbol or call differentiated by      "∂", "δ" or "d"; "∇" of a potential
limit          the scalar that moves, body                     "0", "0+" or "∞"
optimum        what is optimised over (symbols, calls, groups  "max", "min", "argmax",
               of text; may be empty), then the body last      "argmin"
=============  ==============================================  ===========================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from symkl.language.frozen import frozen
from symkl.language.proof import Point
from symkl.language.terms import Relation, Span

BETWEEN = "‖"
"""What the name of a divergence bears that is called with a double bar, ``D_f(p \\| q)``, and that a row must give."""


class _Walked:
    """What keeps the nodes inside it once somebody has walked them: sixty passes walk one row."""

    __slots__ = ("_inside",)


@frozen(slots=True)
class Node(_Walked):
    """One node of a parsed expression; ``span`` holds offsets in the document."""

    kind: str
    children: tuple[Node, ...]
    span: Span
    value: str = ""

    def with_children(self, children: tuple[Node, ...]) -> Node:
        """The node with these inside it: itself, where they are its own."""
        return self if children == self.children else Node(self.kind, children, self.span, self.value)


@frozen(slots=True)
class Clause:
    """Expressions linked by relations: ``len(relations) == len(expressions) - 1``.

    ``opening`` is the relation a clause starts with when its left side is the row before, or
    the connective (``⟹``, ``≡``) that ties it to the clause before it in the same row. ``joined``: the word
    that puts it beside what stands before: “and”; “if”, which makes it a condition; “where”, which may
    introduce something; “since”, which gives a reason; nothing where nothing of the kind is said.
    """

    opening: Relation | None
    expressions: tuple[Node, ...]
    relations: tuple[Relation, ...]
    joined: str = ""

    def with_sides(self, change: Callable[[Node], Node]) -> Clause:
        """The clause with each of its expressions changed: itself, where none is."""
        sides = tuple(map(change, self.expressions))
        return self if sides == self.expressions else replace(self, expressions=sides)


@frozen(slots=True)
class RowSyntax:
    """A parsed row.

    ``repairs``: what was mended or dropped on the way, one note each. ``supposed``: the word, in the row or before it,
    that makes a hypothesis of it. ``at``: where it is evaluated, once what it differentiates is.
    """

    clauses: tuple[Clause, ...]
    repairs: tuple[str, ...] = ()
    supposed: str = ""
    at: Point | None = None

    def with_sides(self, change: Callable[[Node], Node]) -> RowSyntax:
        """The row with each expression of its clauses changed: itself, where none is."""
        clauses = tuple(clause.with_sides(change) for clause in self.clauses)
        return self if clauses == self.clauses else replace(self, clauses=clauses)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything inside it, from left to right."""
    try:
        return iter(node._inside)  # type: ignore[attr-defined]
    except AttributeError:
        pass
    found: list[Node] = []
    left = [node]
    while left:
        found.append(here := left.pop())
        left.extend(here.children[::-1])
    object.__setattr__(node, "_inside", tuple(found))
    return iter(found)


def named(node: Node) -> str:
    """The symbol that a node is, or that it calls; nothing for any other."""
    return node.value if node.kind == "symbol" else node.children[0].value if node.kind == "call" else ""
