"""For each law of the kernel: what a row that it shows says in Rocq, and the script that shows it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import symkl.language.terms as t
from symkl.kernel.quotients import MINUS_ONE
from symkl.rocq.branches import cases
from symkl.rocq.inequalities import between
from symkl.rocq.limits import tends
from symkl.rocq.problems import of_maxima, optima, optimal, same_maximiser, same_optimiser, same_problem, value, valued
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row, for_all, over, proportion


def identity(row: Row) -> tuple[str, str]:
    """``A = B``."""
    left, right = row.statement.left, row.statement.right
    if all(isinstance(side, t.Optimum | t.Optimiser) for side in (left, right)):
        return same_problem(row)
    if any(isinstance(side, t.Optimiser) for side in (left, right)):
        raise NotExported("a formula for an arg max")
    if any(optima(side) for side in (left, right)):
        return of_maxima(row)
    quantifier, intros = for_all(row, left, right)
    say = row.spelling.term
    return f"{quantifier}{say(left)} = {say(right)}", intros + row.prover.equal(left, right)


def inequality(row: Row) -> tuple[str, str]:
    """``A <= B``; the maxima in it are attained."""
    named, begin = valued(row) if row.certificate.arguments.get("why") else ("", "")
    says, script = between(row)
    return named + says, f"{begin}{'cbv beta. ' if begin else ''}{script}"


def proportional(row: Row) -> tuple[str, str]:
    """``A ∝ B`` in y: a number c that is not 0 and does not depend on y, with ``A = c B``."""
    left, right = row.statement.left, row.statement.right
    outcomes = row.certificate.arguments["outcomes"]
    assert isinstance(outcomes, tuple)
    inner = [v for v in outcomes if isinstance(v, t.Variable)]
    prover, nf = row.prover, row.prover.nf
    (one, a), (other, b) = prover.prove(left), prover.prove(right)
    factor = nf.times(a, nf.power(b, MINUS_ONE))
    (every, intros), number, equation = proportion(row.spelling, row.statement, inner)
    _, down = over(row.spelling, inner)
    says = f"{every}{number}{equation}"
    form, say = prover.form, prover.say
    script = f"{intros}exists {say(form(factor))}. split. {{ nonzero. }} {down}"
    script += f"transitivity {say(form(a))}. {{ {one or 'reflexivity.'} }} "
    script += f"transitivity ({say(form(factor))} * {say(form(b))}). {{ arith. }} "
    return says, script + f"apply mul_eq. {{ reflexivity. }} symmetry. {other or 'reflexivity.'}"


LAWS: Mapping[str, Callable[[Row], tuple[str, str]]] = {
    "identity": identity,
    "inequality": inequality,
    "cases": cases,
    "optimal": optimal,
    "value": value,
    "same_optimiser": same_optimiser,
    "same_maximiser": same_maximiser,
    "proportional": proportional,
    "tends": tends,
}
"""By the name of the law. What gives facts to later rows, as ``substitution`` does, is in :mod:`symkl.rocq.facts`."""
