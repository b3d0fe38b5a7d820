"""Problems over policies as they are spelled: which policies compete, and for what.

The policies that compete may give probability 0 to anything, as long as no logarithm of it is taken but in
``p log p``, which is 0 there. Where one is, only policies that are > 0 compete.
"""

from __future__ import annotations

from dataclasses import dataclass

import symkl.language.terms as t
from symkl.language.functions import expansion
from symkl.language.terms import Sense
from symkl.rocq.forms import CLOSED, bound
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, distribution, over
from symkl.rocq.spelling import signatures

Problem = t.Optimum | t.Optimiser


@dataclass(frozen=True)
class Posed:
    """A problem as it is spelled: the policies that compete, the objective, and how a script begins with one."""

    of: Problem
    body: t.Term
    ok: str
    objective: str
    opening: str
    policy: str

    @property
    def sign(self) -> int:
        """1 where it is maximised, -1 where it is minimised."""
        return 1 if self.of.sense is Sense.MAX else -1


def posed(row: Row, of: Problem) -> Posed:
    """A problem spelled."""
    body = bound(of.body, of.policy)
    spelling = row.spelling
    signature = signatures([body], row.certificate.context).get(CLOSED)
    if signature is None:
        raise NotExported("a problem over a policy of which nothing says what it is a function of")
    spelling.signatures[CLOSED] = signature
    head = spelling.head(CLOSED, signature)
    positive = not signature.outcomes or not guarded(body, row)  # a function has all values, and none is told apart
    if row.prover.positive_policies not in (None, positive):
        raise NotExported("two problems in which not the same policies compete")
    row.prover.positive_policies = positive
    parts = distribution(spelling, head, signature) if signature.outcomes else []
    labels = [label for label, _ in parts]
    if parts and positive:
        parts.append((f"{head}_pos", parts[0][1].replace("0 <= ", "0 < ")))
        labels.append(f"{head}_pos")
    for i, (v, core) in enumerate([*row.prover.competing.values()]):
        every, _ = over(spelling, t.free_variables(core) - {v})
        labels.append(f"{head}_part_{i}")
        parts.append((labels[-1], every + spelling.binding("integrable", (v,), spelling.term(core))))
    kind = spelling.type(signature)
    both = " /\\ ".join(f"({text})" for _, text in parts) or "True"
    ok = f"(fun {head} : {kind} => {both})"
    objective = f"(fun {head} : {kind} => {spelling.term(body)})"
    pattern = labels[-1] if labels else "_"
    for label in reversed(labels[:-1]):
        pattern = f"[{label} {pattern}]"
    return Posed(of, body, ok, objective, f"intros {head} {pattern}. cbv beta. ", head)


def guarded(body: t.Term, row: Row) -> bool:
    """Whether every logarithm of the policy is multiplied by it, so that the policy may be 0."""

    def look(part: t.Term, weights: frozenset[t.Term]) -> bool:
        match part:
            case t.Fn("log" | "log σ", (argument,)):
                inside = {each for each in _applied(argument) if each not in weights}
                return not inside and look(argument, weights)
            case t.Mul(factors):
                more = weights | {each for each in factors if isinstance(each, t.Apply) and each.symbol == CLOSED}
                return all(look(each, more) for each in factors)
            case t.Power(base, exponent):
                positive = isinstance(exponent, t.Number) and exponent.value.denominator == 1 and exponent.value >= 0
                inside = {each for each in _applied(base) if each not in weights}
                return (positive or not inside) and look(base, weights)
            case t.Apply(symbol, outcomes, given) if symbol in row.certificate.context.definitions:
                found = row.certificate.context.definitions[symbol]
                meaning = t.substitute(found.body, dict(zip(found.parameters, (*outcomes, *given), strict=True)))
                return look(meaning, weights)
        if isinstance(part, t.Fn | t.Bind) and (expanded := expansion(part)) is not None:
            return look(expanded, weights)
        return all(look(each, weights) for each in part.parts())

    return look(body, frozenset())


def _applied(term: t.Term) -> list[t.Apply]:
    own = [term] if isinstance(term, t.Apply) and term.symbol == CLOSED else []
    return own + [each for part in term.parts() for each in _applied(part)]


def signed(row: Row, problem: Posed) -> str:
    """The objective, with a minus where it is minimised."""
    if problem.sign == 1:
        return problem.objective
    kind = row.spelling.type(row.spelling.symbols[CLOSED])
    return f"(fun {problem.policy} : {kind} => - ({row.spelling.term(problem.body)}))"
