"""Tokens written out: a joint probability is the product of its tokens', and each token has a distribution of its own."""

from __future__ import annotations

from math import isclose, log
from random import Random

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.language.terms import Variable
from symkl.meaning.document import read
from symkl.refuting.cases import Shape, random_case
from symkl.refuting.evaluating import evaluate, needed
from tests.told import told

PROVED, REFUTED, UNREADABLE, UNKNOWN = Status.PROVED, Status.REFUTED, Status.UNREADABLE, Status.UNKNOWN


def judged(*rows: str) -> list[Line]:
    return list(check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


KL = r"\mathrm{KL}(p(y_1,y_2|x)\|q(y_1,y_2|x)) = \mathrm{KL}(p(y_1|x)\|q(y_1|x))"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"p(y_1,y_2|x) = p(y_1|x)\,p(y_2|x,y_1)", PROVED),
        (r"p(y_1,y_2|x) = p(y_1|x)\,p(y_2|x,y'_1)", REFUTED),
        (r"p(y_1,y_2|x) = p(y_1|x) + p(y_2|x,y_1)", REFUTED),
        (r"p(y_1,y_2,y_3|x) = p(y_1|x)\,p(y_2|x,y_1)\,p(y_3|x,y_1,y_2)", PROVED),
        (r"p(y_1,y_2,y_3|x) = p(y_1|x)\,p(y_2,y_3|x,y_1)", PROVED),
        (r"\sum_{y_2} p(y_1,y_2|x) = p(y_1|x) \sum_{y_2} p(y_2|x,y_1)", PROVED),
        (r"\sum_{y_1} p(y_1,y_2|x) = p(y_2|x,y_1)", REFUTED),
        (KL + r" + \mathbb{E}_{y_1\sim p(\cdot|x)}[\mathrm{KL}(p(y_2|x,y_1)\|q(y_2|x,y_1))]", PROVED),
        (KL + r" + \mathbb{E}_{y_1\sim q(\cdot|x)}[\mathrm{KL}(p(y_2|x,y_1)\|q(y_2|x,y_1))]", REFUTED),
        (KL + r" + \mathrm{KL}(p(y_2|x,y_1)\|q(y_2|x,y_1))", REFUTED),
        (r"H(p(y_1,y_2|x)) = H(p(y_1|x)) + \mathbb{E}_{y_1\sim p(\cdot|x)}[H(p(y_2|x,y_1))]", PROVED),
        (r"H(p(y_1,y_2|x)) = H(p(y_1|x)) - \mathbb{E}_{y_1\sim p(\cdot|x)}[H(p(y_2|x,y_1))]", REFUTED),
        (r"\chi^2(p(y_1,y_2|x)\|q(y_1,y_2|x)) = \sum_{y_2} p(y_2|x,y_1)", UNREADABLE),
        (r"\mathbb{E}_{y_1,y_2\sim p(\cdot|x)}[p(y_2|x,y_1)] = p(y_1,y_2|x)", UNREADABLE),
    ],
)
def test_a_row_of_tokens_written_out(row: str, status: Status) -> None:
    assert told(judged(row)[0]) is status


def test_gradients_move_every_token() -> None:
    rows = (
        r"\nabla_\theta\log\pi_\theta(y_1,y_2|x) = \nabla_\theta\log\pi_\theta(y_1|x)"
        r" + \nabla_\theta\log\pi_\theta(y_2|x,y_1)",
        r"\nabla_\theta\log\pi_\theta(y_1,y_2|x) = \nabla_\theta\log\pi_\theta(y_1|x)",
    )
    assert [told(line) for line in judged(*rows)] == [PROVED, REFUTED]
    assert told(judged(r"\nabla_\theta\log(\pi(y_1|x)\pi(y_2|x,y_1)) = \nabla_\theta\log\pi(y_1|x)")[0]) is not PROVED


@pytest.mark.parametrize(
    "rows",
    [
        (r"p(y_2|x,y_1) = p(y_2|x)",),  # the second token is said to be drawn as the first is, or its marginal is meant
        (r"\sum_{y_2} p(y_2|x,y_1) = 1", r"\mathrm{KL}(p\|q) \ge 0"),  # which tokens a bare p is about, nobody says
        (r"\sum_{y_2} p(y_2|x,y_1) = 1", r"p(y|x) \le 1"),
    ],
)
def test_what_is_also_written_otherwise_is_no_chain(rows: tuple[str, ...]) -> None:
    proof = read("\n\n".join(f"$${row}$$" for row in rows))
    found = {symbol for row in proof.rows for clause in row.clauses for term in clause.terms for symbol in _names(term)}
    assert "p" in found and not any("₍" in symbol for symbol in found)


def _names(term: object) -> frozenset[str]:
    from symkl.language import terms as t

    assert isinstance(term, t.Term)
    return t.symbols(term)


def test_the_chain_rule_by_enumeration() -> None:
    """What the two sides of the chain rule come to, against sums over all pairs of tokens."""
    proof = read(f"$${KL} + \\mathbb{{E}}_{{y_1\\sim p(\\cdot|x)}}[\\mathrm{{KL}}(p(y_2|x,y_1)\\|q(y_2|x,y_1))]$$")
    left, right = proof.rows[0].clauses[0].terms
    case = random_case(Random(3), needed((left, right), proof.context), {"x": 1, "y": 3})
    first = {name: case.tables[Shape(name, ("y",), ("x",))] for name in "pq"}
    second = {name: case.tables[Shape(name + "₍2₎", ("y",), ("x", "y"))] for name in "pq"}
    joint = {
        name: {(a, b): float(first[name][(a, 0)] * second[name][(b, 0, a)]) for a in range(3) for b in range(3)}
        for name in "pq"
    }
    expected = sum(p * log(p / joint["q"][pair]) for pair, p in joint["p"].items())
    for side in (left, right):
        found = float(evaluate(side, case, proof.context, {Variable("x", "x"): 0}).mid())
        assert isclose(found, expected, rel_tol=1e-9)
