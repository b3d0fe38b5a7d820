"""Random documents against an oracle that enumerates finite worlds, and the oracle against textbooks.

``ASSERTED`` names what symkl must answer without one false tick and one false alarm in the sample below: families
(``"gradients"``) or kinds of one (``"gradients/named_loss"``). The others are written and keyed here, too, so that the
oracle's own keys are tried at every run, but what symkl says of them is not asserted yet:
``python -m tests.properties.documents`` prints it. Whoever makes a family pass adds it.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.properties.documents.families import FAMILIES
from tests.properties.documents.keying import Draft, WrongKey, whole_verdict
from tests.properties.documents.scoring import Answer, answers, document
from tests.properties.documents.terms import (
    KL,
    At,
    Derivative,
    Entropy,
    Extremum,
    Gradient,
    Limit,
    Mean,
    Meaning,
    Partial,
    Statement,
    Sum,
    Symbol,
    Term,
    Variance,
    exp,
    log,
    sigma,
    term,
)
from tests.properties.documents.vocabulary import softmax, solved
from tests.properties.documents.worlds import NoOptimum, World
from tests.properties.documents.writing import Hand

ASSERTED: tuple[str, ...] = (
    "alphabets",
    "chains/three_sides",
    "chains/whole_chain",
    "claims",
    "conditions",
    "giving",
    "gradients/moving_reward",
    "hypotheses/before_the_row",
    "hypotheses/beside_the_row",
    "hypotheses/both_ways",
    "hypotheses/contradicting",
    "hypotheses/contradicting_in_the_row",
    "hypotheses/denied",
    "hypotheses/elsewhere",
    "hypotheses/implied",
    "hypotheses/in_words",
    "hypotheses/known_mean",
    "hypotheses/not_supposed",
    "hypotheses/one_point",
    "hypotheses/order_of_points",
    "hypotheses/premise_under_a_derivative",
    "hypotheses/sign_of_the_temperature",
    "hypotheses/tied_to_a_scalar",
    "hypotheses/two_conditions",
    "notation/malformed",
    "problems",
    "scalars/solved_problem",
    "which",
    "words",
)
# How many documents of each kind that is asserted.
EACH = 2

PI, P, Q = (Symbol(name, "law", "x", 1) for name in (r"\pi", "p", "q"))
R = Symbol("r", "function", "x", 1)
V = Symbol("V", "function", "x", 0)
BETA = Symbol(r"\beta", positive=True)
MOVING = Symbol(r"\pi_\theta", "law", "x", 1, frozenset([r"\theta"]))
SCORE = Gradient(r"\theta", log(MOVING("y")))
TILTED = Symbol(r"\pi_\beta", "law", "x", 1, frozenset([r"\beta"]))
BEST = {TILTED: Meaning(("y",), softmax(Q, R("y"), BETA(), "y", "z"))}


def _rows() -> list[tuple[str, Term, str, Term | int, Term | int]]:
    """A name, a left side, a relation, and a right side that is true and one that is not."""
    total = log(Sum(y := "y", Q(y) * exp(R(y) / BETA())))
    mean, flat = Mean(y, TILTED, R(y)), Variance(y, TILTED, R(y))
    gain = Mean(y, PI, R(y)) - BETA() * KL(PI, Q)
    return [
        ("divergence", KL(P, Q), "=", Sum(y, P(y) * log(P(y) / Q(y))), KL(Q, P)),
        ("gibbs", KL(P, Q), ">=", 0, 1),
        ("entropy", Entropy(P), "=", -Mean(y, P, log(P(y))), Mean(y, P, log(P(y)))),
        ("score", Mean(y, MOVING, SCORE), "=", 0, SCORE),
        ("gradient", Gradient(r"\theta", Mean(y, MOVING, R(y))), "=", Mean(y, MOVING, R(y) * SCORE), 0),
        ("baseline", Mean(y, MOVING, V() * SCORE), "=", 0, Mean(y, MOVING, R(y) * SCORE)),
        ("entropy's gradient", Gradient(r"\theta", Entropy(MOVING)), "=", -Mean(y, MOVING, log(MOVING(y)) * SCORE), 0),
        ("a tilt by its temperature", Derivative(BETA, mean), "=", -flat / BETA() ** 2, flat / BETA() ** 2),
        ("a divergence by its temperature", Derivative(BETA, KL(TILTED, Q)), "=", -flat / BETA() ** 3, 0),
        ("envelope", Derivative(BETA, BETA() * total), "=", -KL(TILTED, Q), total),
        ("hot limit", Limit(BETA, "inf", TILTED(y)), "=", Q(y), TILTED(y)),
        ("maximum", solved(PI, R, BETA, Q, y, "z"), "=", BETA() * total, total),
        ("bound", gain, "<=", BETA() * total, total - total),
        ("pythagoras", gain, "=", BETA() * total - BETA() * KL(PI, TILTED), BETA() * total),
        ("an entry", Partial(PI(y), gain), "=", R(y) - BETA() * log(PI(y) / Q(y)) - BETA(), R(y)),
        ("shadow", R(y) - Sum(y, P(y) * R(y)), "=", R(y) - Mean("z", P, R("z")), 0),
        ("pair", sigma(R("y_1") - R("y_2")), "=", 1 - sigma(R("y_2") - R("y_1")), sigma(R("y_2") - R("y_1"))),
        (
            "product of means",
            Mean("y", P, Mean("z", P, R("y") * R("z"))),
            "=",
            Mean(y, P, R(y)) ** 2,
            Mean(y, P, R(y) ** 2),
        ),
    ]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_textbook_rows_have_their_keys(row: tuple[str, Term, str, Term | int, Term | int]) -> None:
    _, left, relation, right, wrong = row
    assert whole_verdict(Statement(left, relation, term(right)), BEST) == "true"
    assert whole_verdict(Statement(left, relation, term(wrong)), BEST) == "false"


def test_proportional_over_the_outcome_alone() -> None:
    weight = Q("y") * exp(R("y") / BETA())
    assert whole_verdict(Statement(TILTED("y"), "∝", weight * exp(V())), BEST) == "true"
    assert whole_verdict(Statement(TILTED("y"), "∝", Q("y") * exp(BETA() * R("y"))), BEST) == "false"


def test_gradients_are_those_of_finite_differences() -> None:
    body = Mean("y", TILTED, R("y")) * BETA() + log(Sum("y", Q("y") * exp(R("y") / BETA())))
    places = {"x": 1}
    dual = float(World(3, BEST).value(Derivative(BETA, body), places).v)
    at, step = float(World(3, BEST).table(BETA)), 1e-6
    up, down = (float(World(3, BEST, {r"\beta": at + s}).value(body, places).v) for s in (step, -step))
    assert dual == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_a_closed_form_that_is_not_the_optimum_is_found_out() -> None:
    posed = solved(PI, R, BETA, Q, "y", "z")
    wrong = Extremum("max", PI, posed.body, "y", softmax(Q, -R("y"), BETA(), "y", "z"))
    World(1, {}).value(posed, {"x": 0})
    with pytest.raises(NoOptimum):
        World(1, {}).value(wrong, {"x": 0})


def test_a_family_that_is_wrong_about_its_row_is_found_out() -> None:
    draft = Draft("none", "none", Random(0), Hand())
    with pytest.raises(WrongKey):
        draft.true(KL(P, Q), "=", KL(Q, P))
    with pytest.raises(WrongKey):
        draft.false(KL(P, Q), ">=", 0)


def test_what_nobody_gives_is_open() -> None:
    draft = Draft("none", "none", Random(0), Hand())
    opaque = Symbol("G", standing="opaque")
    draft.false(opaque(), "=", 0)
    draft.true(opaque() - opaque(), "=", 0)
    moving = Symbol(r"r_\theta", "function", "x", 1, frozenset([r"\theta"]))
    draft.false(Gradient(r"\theta", moving("y")), "=", 0)
    draft.false(At(R, ("y",)), "=", 0)
    assert [row.key for row in draft.rows] == ["open", "start", "nope", "bad"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_kind_is_written_and_keyed(family: str) -> None:
    assert document(family, 1, 0) == document(family, 1, 0)
    for number in range(len(FAMILIES[family])):
        found = document(family, 1, number)
        lines = found.text.split("\n")
        assert found.rows or found.claim
        for row in found.rows:
            assert row.text.strip() in lines[row.line - 1]


def _asked() -> list[tuple[str, int]]:
    """Families and numbers of the documents that are asserted."""
    asked = []
    for name in ASSERTED:
        family, _, kind = name.partition("/")
        for number in range(EACH * len(FAMILIES[family])):
            if not kind or FAMILIES[family][number % len(FAMILIES[family])].__name__ == kind:
                asked.append((family, number))
    return asked


@pytest.mark.parametrize(("family", "number"), _asked())
def test_no_false_tick_and_no_false_alarm(family: str, number: int) -> None:
    found = document(family, 0, number)
    unmet = ("met", "unmet")  # a claim that a document shows, and that is not met, is a false alarm of its own kind
    wrong: list[Answer] = [
        each for each in answers(found) if each.false_tick or each.false_alarm or (each.row.key, each.status) == unmet
    ]
    assert not wrong, f"{found.text}\n{wrong}"
