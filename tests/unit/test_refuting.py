"""True rows leave no witness and no disagreement; planted errors are refuted, and mpmath agrees."""

from __future__ import annotations

from fractions import Fraction as F

import mpmath
import pytest
from flint import arb

import symkl.language.terms as t
from symkl import check_text
from symkl.checking.report import Status
from symkl.language.terms import Relation, Statement, Variable
from symkl.refuting.cases import Shape
from symkl.refuting.guard import confirm, confirm_optimal, confirm_optimiser, confirm_value
from symkl.refuting.optima import beats, refute_optimiser, refute_optimum_value
from symkl.refuting.values import refute
from symkl.refuting.witnesses import Witness, counterexample, decimal, decimals
from tests.unit.test_cases import CONTEXT, TILT, R, at, minus, num, over, r, x, y, y_l, y_w, β

Z = t.Apply("Z", (), (x,))
OBJECTIVE = t.Add((t.mean((y,), at("π"), r()), minus(t.Mul((β, t.kl(y, at("π"), at("π_ref")))))))
LOG_Z = t.Mul((β, t.log(Z)))
TO_STAR = minus(t.Mul((β, t.kl(y, at("π"), at("π*")))))
PLAIN = {"π_ref", "D"}
MAX, MIN = t.Sense.MAX, t.Sense.MIN
D = t.Apply("D", (x,), ())
LEAST = t.Optimiser(MAX, "π", OBJECTIVE)


def equal(left: t.Term, right: t.Term) -> Statement:
    return Statement(left, Relation.EQUAL, right)


SCORE = t.Gradient(t.log(at("π")))
TRUE = {
    "objective": equal(OBJECTIVE, t.Add((TO_STAR, LOG_Z))),
    "normalised": equal(t.total(y, at("π*")), num(1)),
    "reward": equal(r(), t.Mul((β, t.Add((t.log(over(at("π*"), at("π_ref"))), t.log(Z)))))),
    "proportional": Statement(at("π*"), Relation.PROPORTIONAL, TILT),
    "gibbs": Statement(t.kl(y, at("π"), at("π_ref")), Relation.GREATER_EQUAL, num(0)),
    "jensen": Statement(t.mean((y,), at("π"), r()), Relation.LESS_EQUAL,
                        t.log(t.mean((y,), at("π"), t.exp(r())))),
    "score": equal(t.mean((y,), at("π"), SCORE), num(0)),
    "policy gradient": equal(t.Gradient(t.mean((y,), at("π"), r())),
                             t.mean((y,), at("π"), t.Mul((r(), SCORE)))),
    "first order": equal(t.Partial(OBJECTIVE, at("π")),
                         t.Add((r(), minus(t.Mul((β, t.Add((t.log(over(at("π"), at("π_ref"))), num(1))))))))),
    "bradley terry": equal(t.Add((t.logistic(t.Add((r(y_w), minus(r(y_l))))),
                                  t.logistic(t.Add((r(y_l), minus(r(y_w))))))), num(1)),
}  # fmt: skip
FALSE = {
    "log Z over 100": equal(OBJECTIVE, t.Add((TO_STAR, t.Mul((num("1/100"), LOG_Z))))),
    "minus log Z": equal(OBJECTIVE, t.Add((TO_STAR, minus(LOG_Z)))),
    "swapped": equal(OBJECTIVE, t.Add((minus(t.Mul((β, t.kl(y, at("π*"), at("π"))))), LOG_Z))),
    "no beta on log Z": equal(OBJECTIVE, t.Add((TO_STAR, t.log(Z)))),
    "log Z dropped": equal(r(), t.Mul((β, t.log(over(at("π*"), at("π_ref")))))),
    "ratio inverted": equal(t.kl(y, at("π"), at("π_ref")),
                            t.mean((y,), at("π"), t.log(over(at("π_ref"), at("π"))))),
    "beta inverted": Statement(at("π*"), Relation.PROPORTIONAL, t.Mul((at("π_ref"), t.exp(t.Mul((β, r())))))),
    "not normalised": equal(at("π*"), TILT),
    "gibbs reversed": Statement(t.kl(y, at("π"), at("π_ref")), Relation.LESS_EQUAL, num(0)),
    "gibbs strict": Statement(t.kl(y, at("π"), at("π_ref")), Relation.GREATER, num(0)),
    "jensen reversed": Statement(t.log(t.mean((y,), at("π"), t.exp(r()))), Relation.LESS_EQUAL,
                                 t.mean((y,), at("π"), r())),
    "forgotten minus beta": equal(t.Partial(OBJECTIVE, at("π")),
                                  t.Add((r(), minus(t.Mul((β, t.log(over(at("π"), at("π_ref"))))))))),
    "score dropped": equal(t.Gradient(t.mean((y,), at("π"), r())),
                           t.mean((y,), at("π"), t.Gradient(r()))),
    "winner and loser": equal(t.logistic(t.Add((r(y_w), minus(r(y_l))))),
                              t.logistic(t.Add((r(y_l), minus(r(y_w)))))),
    "two responses only": equal(t.total(y, num(1)), num(2)),
    "too small for floats": equal(OBJECTIVE, t.Add((TO_STAR, LOG_Z, num("0.0000000000000001")))),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_a_true_row_has_no_witness_and_no_disagreement(name: str) -> None:
    assert refute(TRUE[name], CONTEXT, plain=PLAIN) is None
    assert confirm(TRUE[name], CONTEXT) == []
    assert confirm(TRUE[name], CONTEXT, seed=7, count=5) == []


@pytest.mark.parametrize("name", FALSE)
def test_a_planted_error_is_refuted(name: str) -> None:
    found = refute(FALSE[name], CONTEXT, plain=PLAIN)
    assert found is not None
    assert str(found) == str(refute(FALSE[name], CONTEXT, plain=PLAIN))  # the same answer every time
    assert len(found.problem.tables.get(R, {(0, 0): 0})) <= 6
    if name not in ("gibbs reversed", "jensen reversed", "gibbs strict"):
        assert confirm(FALSE[name], CONTEXT)


# --- witnesses recomputed by hand ---------------------------------------------------------------


def rows(witness: Witness) -> tuple[list[mpmath.mpf], list[mpmath.mpf], mpmath.mpf]:
    """Reference, rewards and temperature of a witness with one prompt."""
    tables = {shape.symbol: table for shape, table in witness.problem.tables.items()}
    ref = [mpmath.mpf(p.numerator) / p.denominator for p in tables["π_ref"].values()]
    rewards = [mpmath.mpf(v.numerator) / v.denominator for v in tables["r"].values()]
    temperature = witness.problem.scalars["β"]
    return ref, rewards, mpmath.mpf(temperature.numerator) / temperature.denominator


def near(ball: arb, value: mpmath.mpf) -> bool:
    return bool(abs(mpmath.mpf(ball.mid().str(30, radius=False)) - value) < mpmath.mpf(10) ** -15)


def log_z(ref: list[mpmath.mpf], rewards: list[mpmath.mpf], b: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(sum(p * mpmath.exp(v / b) for p, v in zip(ref, rewards, strict=True)))


def objective(q: list[mpmath.mpf], ref: list[mpmath.mpf], rewards: list[mpmath.mpf],
              b: mpmath.mpf) -> mpmath.mpf:
    return sum(s * (v - b * mpmath.log(s / p)) for s, v, p in zip(q, rewards, ref, strict=True))


@pytest.mark.parametrize(("name", "sign"), [("minus log Z", -1), ("log Z over 100", F(1, 100))])
def test_a_witness_recomputed(name: str, sign: F) -> None:
    found = refute(FALSE[name], CONTEXT, plain=PLAIN)
    assert found is not None
    with mpmath.workdps(30):
        ref, rewards, b = rows(found)
        table = found.problem.tables[Shape("π", ("y",), ("x",))]
        q = [mpmath.mpf(p.numerator) / p.denominator for p in table.values()]
        left = objective(q, ref, rewards, b)
        right = left - b * log_z(ref, rewards, b) * (1 - mpmath.mpf(F(sign).numerator) / F(sign).denominator)
        assert near(found.sides[0].left, left)
        assert near(found.sides[0].right, right)


def test_the_simplest_problem_is_the_one_shown() -> None:
    found = refute(FALSE["log Z dropped"], CONTEXT, plain=PLAIN)
    assert found is not None
    shown = counterexample(found)
    assert shown.summary == "two responses, r = (1, 0), π_ref = (1/2, 1/2), β = 1"
    assert (shown.points[0].place, shown.points[0].left, shown.points[0].right) == ("y = y1", "1", "0.3799")
    assert ("π_ref(y1)", "1/2", "0.5") in [(s.name, s.exact, s.approximate) for s in shown.settings]


def test_a_proportionality_is_refuted_at_two_places() -> None:
    found = refute(FALSE["beta inverted"], CONTEXT, plain=PLAIN)
    assert found is not None
    first, second = found.sides
    assert (first.left / first.right - second.left / second.right).contains(0) is False
    assert refute(TRUE["proportional"], CONTEXT, varying=(y,)) is None


def test_a_statement_that_needs_consistent_tables_is_left_alone() -> None:
    joint, marginal = t.Apply("p", (x, y), ()), t.Apply("p", (x,), ())
    assert refute(equal(t.total(y, joint), marginal), CONTEXT) is None
    chain = t.Mul((t.Apply("p", (x,), ()), t.Apply("p", (y,), (x,))))
    assert refute(equal(t.total(x, t.total(y, chain)), num(1)), CONTEXT) is None
    assert refute(equal(t.total(x, t.total(y, chain)), num(2)), CONTEXT) is not None


def test_what_is_nowhere_defined_is_not_refuted() -> None:
    assert refute(equal(t.log(minus(β)), num(1)), CONTEXT) is None
    assert refute(equal(t.Optimum(MAX, "π", OBJECTIVE), LOG_Z), CONTEXT) is None
    assert refute(Statement(r(), Relation.APPROXIMATE, num(0)), CONTEXT) is None


def test_positivity_is_respected() -> None:
    assert refute(Statement(β, Relation.GREATER, num(0)), CONTEXT) is None
    found = refute(Statement(t.Scalar("λ"), Relation.GREATER, num(0)), CONTEXT)
    assert found is not None and found.problem.scalars["λ"] <= 0
    g = t.Apply("g", (), (y,))
    assert refute(Statement(g, Relation.GREATER, num(0)), t.Context(frozenset({"g"}))) is None
    assert refute(Statement(g, Relation.GREATER, num(0)), t.Context.NOTHING) is not None


# --- optima -------------------------------------------------------------------------------------


def flipped(sense: t.Sense, body: t.Term) -> t.Optimiser:
    return t.Optimiser(sense, "π", body)


def test_a_true_optimiser_is_not_beaten() -> None:
    assert beats(LEAST, at("π*"), CONTEXT, plain=PLAIN) is None
    assert beats(flipped(MIN, t.kl(y, at("π"), at("π*"))), at("π*"), CONTEXT) is None
    assert refute_optimiser(LEAST, flipped(MIN, t.kl(y, at("π"), at("π*"))), at("π*"), CONTEXT) is None
    averaged = flipped(MAX, t.mean((x,), D, OBJECTIVE))
    assert refute_optimiser(averaged, LEAST, at("π*"), CONTEXT) is None


@pytest.mark.parametrize(
    "body",
    [
        t.Add((t.mean((y,), at("π"), r()), t.Mul((β, t.kl(y, at("π"), at("π_ref")))))),
        t.Add((t.mean((y,), at("π"), r()), minus(t.Mul((β, t.kl(y, at("π_ref"), at("π"))))))),
        t.Mul((β, t.kl(y, at("π"), at("π*")))),
        minus(t.kl(y, at("π"), at("π_ref"))),
        t.mean((x,), D, t.Mul((β, t.kl(y, at("π"), at("π*"))))),
    ],
)
def test_problems_with_other_optimisers_are_told_apart(body: t.Term) -> None:
    found = refute_optimiser(LEAST, flipped(MAX, body), at("π*"), CONTEXT, plain=PLAIN)
    assert found is not None
    known, other = found.sides
    assert known.left > other.left  # the first problem prefers its optimum
    assert known.right < other.right  # the second prefers another policy
    with mpmath.workdps(30):
        ref, rewards, b = rows(found)
        rho = [mpmath.mpf(p.numerator) / p.denominator for p in other.contenders[0].values.values()]
        assert near(other.left, objective(rho, ref, rewards, b))
        assert near(known.left, b * log_z(ref, rewards, b))
    shown = counterexample(found)
    assert shown.points[0].place.startswith("π = π* = (")


def test_a_wrong_optimiser_is_beaten() -> None:
    inverted = t.Mul((at("π_ref"), t.exp(t.Mul((β, r())))))
    for claimed in (at("π_ref"), over(inverted, t.total(y, inverted)), t.Power(num(2), num(-1))):
        found = beats(LEAST, claimed, CONTEXT, plain=PLAIN)
        assert found is not None
        assert found.sides[0].left < found.sides[0].right or found.heads[0] == "its sum"


def test_a_slightly_wrong_optimiser_is_beaten() -> None:
    scale = t.Mul((num("1.02"), over(r(), β)))
    tilt = t.Mul((at("π_ref"), t.exp(scale)))
    assert beats(LEAST, over(tilt, t.total(y, tilt)), CONTEXT, plain=PLAIN) is not None


def test_a_claimed_policy_that_does_not_sum_to_one_is_refuted_by_its_sum() -> None:
    found = beats(LEAST, TILT, CONTEXT, plain=PLAIN)
    assert found is not None and found.heads == ("its sum", "the sum of a policy")


def test_the_value_of_an_optimum() -> None:
    problem = t.Optimum(MAX, "π", OBJECTIVE)
    assert refute_optimum_value(problem, LOG_Z, CONTEXT) is None
    assert refute_optimum_value(problem, LOG_Z, CONTEXT, known=at("π*")) is None
    found = refute_optimum_value(problem, t.Mul((num("1/2"), LOG_Z)), CONTEXT)
    assert found is not None and found.sides[0].left > found.sides[0].right
    assert refute_optimum_value(problem, t.log(Z), CONTEXT) is not None
    known = refute_optimum_value(problem, t.Add((LOG_Z, num(1))), CONTEXT, known=at("π*"))
    assert known is not None and known.sides[0].left < known.sides[0].right
    above = t.Add((LOG_Z, num(1)))
    assert refute_optimum_value(problem, above, CONTEXT) is None  # no single policy shows it
    assert refute_optimum_value(problem, above, CONTEXT, relation=Relation.LESS_EQUAL) is None
    lowest = t.Optimum(MIN, "π", minus(OBJECTIVE))
    assert refute_optimum_value(lowest, minus(LOG_Z), CONTEXT) is None
    assert refute_optimum_value(lowest, num(0), CONTEXT, relation=Relation.GREATER_EQUAL) is not None


def test_a_policy_hidden_in_a_definition_is_not_guessed_at() -> None:
    hidden = t.mean((y,), at("π"), t.Add((r(), minus(t.Apply("ℓ", (), (y,))))))
    assert beats(flipped(MAX, hidden), at("π_ref"), CONTEXT) is None


# --- the guard ----------------------------------------------------------------------------------


def test_the_guard_on_problems() -> None:
    second = flipped(MIN, t.kl(y, at("π"), at("π*")))
    assert confirm_optimiser(LEAST, second, β, LOG_Z, CONTEXT) == []
    assert confirm_optimiser(LEAST, second, β, minus(LOG_Z), CONTEXT)
    upside_down = flipped(MAX, t.kl(y, at("π"), at("π*")))
    assert confirm_optimiser(LEAST, upside_down, minus(β), LOG_Z, CONTEXT)  # the factor is not positive
    assert confirm_optimal(LEAST, at("π*"), CONTEXT) == []
    assert confirm_optimal(flipped(MIN, OBJECTIVE), at("π*"), CONTEXT)
    assert confirm_value(LEAST, LOG_Z, at("π*"), CONTEXT) == []
    assert "two prompts" in str(confirm_value(LEAST, t.log(Z), at("π*"), CONTEXT)[0])


# --- numbers as text ----------------------------------------------------------------------------


def test_decimals_show_certified_digits_only() -> None:
    assert decimal(arb(1) / 3) == "0.3333"
    assert decimal(arb("0.12345", "0.00001")) == "0.123"
    assert decimal(arb(0)) == "0"
    assert decimal(arb(0, "1e-20")) == "0.0000"
    assert decimal(arb(2)) == "2"
    assert decimal(arb(1) / 3 * arb("1e-9")) == "3.333e-10"
    assert decimal(arb("123456.7") + arb(1) / 3) == "1.235e5"
    assert decimal(F(1000000)) == "1000000"
    assert decimal(F(-1, 8)) == "-0.125"
    assert decimals(arb(1) / 3, arb(1) / 3 + arb("1e-7")) == ("0.3333333", "0.3333334")


def test_several_prompts_are_spelled_row_by_row() -> None:
    f = t.Apply("f", (), (Variable("s", "s"), Variable("a", "a")))
    found = refute(Statement(t.total(Variable("a", "a"), f), Relation.EQUAL, num(0)), t.Context.NOTHING)
    assert found is not None
    assert "two" in counterexample(found).summary


_J = r"\mathbb{E}_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref})"


@pytest.mark.parametrize(("row", "status"), [
    # `<` between what is equal: by proof, where balls cannot tell
    (r"D_{KL}(p\|q) < \sum_y p(y)\log p(y) - \sum_y p(y) \log q(y)", "refuted"),
    (r"D_{KL}(p\|q) < 1 + \sum_y p(y)\log p(y) - \sum_y p(y) \log q(y)", "proved"),
    (r"D_{KL}(p\|q) > \sum_y p(y)\log p(y) - \sum_y p(y) \log q(y)", "refuted"),
    (rf"\max_\pi ({_J}) < \beta \log Z(x)", "refuted"),
    (r"\lim_{\beta\to\infty} \beta \log Z(x) < \mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]", "refuted"),
    # what is made from a maximum, beside what is not
    (rf"-\max_\pi ({_J}) = \beta \log Z(x)", "refuted"),
    (rf"2\max_\pi ({_J}) = \beta \log Z(x)", "refuted"),
    (rf"\beta \log Z(x) = 1 + \max_\pi ({_J})", "refuted"),
    # a limit with something beside it
    (r"\lim_{\beta\to\infty} \beta \log Z(x) + 1 = \mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]", "refuted"),
    (r"\mathbb{E}_{y\sim\pi_{ref}}[r(x,y)] = 2 \lim_{\beta\to\infty} \beta \log Z(x)", "refuted"),
    (r"\lim_{\beta\to\infty} \beta \log Z(x) + \log Z(x) = \mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]", "unknown"),  # Z moves
    (r"0 \cdot \lim_{\beta\to\infty} \beta Z(x) = 0", "unknown"),
    # no limit, but a body that grows like the scalar or its square
    (r"\lim_{\beta\to\infty} \beta Z(x) = \mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]", "refuted"),
    (r"\lim_{\beta\to\infty} \beta^2 Z(x) = 1", "refuted"),
    (r"\lim_{\beta\to 0^+} \frac{1}{\beta} \pi_{ref}(y|x) = r(x,y)", "refuted"),
    (r"\lim_{\beta\to 0^+} -\frac{1}{\beta} \pi_{ref}(y|x) = r(x,y)", "refuted"),
    # false where all rewards are below 0, and nowhere else
    (r"\log \mathbb{E}_{y \sim q}[\exp(2 r(y))] \ge \mathbb{E}_{y \sim q}[r(y)]", "refuted"),
    (r"\log \mathbb{E}_{y \sim q}[\exp(2 r(y))] \ge 2 \mathbb{E}_{y \sim q}[r(y)]", "proved"),
])  # fmt: skip
def test_what_wrong_changes_of_proofs_found(row: str, status: str) -> None:
    """Each is decided by the definition of its two sides: values at the optimum are β log Z, limits are the textbook's."""
    found = check_text(f"$$ {row} $$", "x.md").lines[0]
    assert found.status.value == status, found.because


def test_a_limit_that_is_none_is_shown_as_infinite() -> None:
    row = r"$$ \lim_{\beta\to 0^+} -\frac{1}{\beta} \pi_{ref}(y|x) = r(x,y) $$"
    counterexample = check_text(row, "x.md").lines[0].counterexample
    assert counterexample is not None and counterexample.points[0].left == "-∞"


@pytest.mark.parametrize(("row", "said"), [
    (r"\log\frac{-\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x)", True),
    (r"D_{KL}(p\|q) = \mathbb{E}_{y\sim p}[\log(p(y) - 2)]", True),
    (r"\log(1 - \pi(y|x)) = \log(1 - \pi(y|x)^2) - \log(1 + \pi(y|x))", False),
    (r"\log r(x,y) = \log(-r(x,y))", False),
])
def test_a_row_without_a_value_is_told_so_and_is_not_refuted(row: str, said: bool) -> None:
    found = check_text(f"$$ {row} $$", "x.md").lines[0]
    assert ("it has no value: the logarithm of" in found.because) is said
    assert not said or found.status is Status.UNKNOWN


def test_equal_sides_are_told_so() -> None:
    found = check_text(r"$$ D_{KL}(p\|q) < \sum_y p(y)\log p(y) - \sum_y p(y) \log q(y) $$", "x.md").lines[0]
    assert found.because == "the two sides are equal"
    found = check_text(rf"$$ \max_\pi ({_J}) < \beta \log Z(x) $$", "x.md").lines[0]
    assert found.because == "the two sides are equal at the point below"


@pytest.mark.parametrize(("row", "status"), [
    (rf"\max_\pi ({_J}) = \max_\pi \mathbb{{E}}_{{y\sim\pi_{{ref}}}}[r(x,y)]", "refuted"),  # which no π moves
    (r"\max_\pi \mathbb{E}_{y\sim\pi}[r(y)] = \max_\pi \max_y r(y)", "proved"),
    (rf"\max_\pi ({_J}) = 2 \max_\pi ({_J})", "unknown"),  # of the optimiser it is true
    (rf"\max_\pi ({_J}) = {_J}", "unknown"),  # π may be any policy, or the best one
])
def test_problems_that_no_policy_moves_and_those_with_a_factor(row: str, status: str) -> None:
    assert check_text(f"$$ {row} $$", "x.md").lines[0].status.value == status


def test_what_is_true_of_the_optimiser_alone_is_told_so() -> None:
    found = check_text(rf"$$ \max_\pi ({_J}) = 2 \max_\pi ({_J}) $$", "x.md").lines[0]
    assert "both sides have one optimiser, and that they have one value is not shown" in found.because


_UNDER = "<!-- symkl: c > 0 -->\n\nSuppose that $c \\ge 1$.\n\n"
_TILT = r"\frac{\pi_{ref}(y|x) e^{r(x,y)/%s}}{\sum_y \pi_{ref}(y|x) e^{r(x,y)/%s}}"
_TOP = r"\max(c, 1)"


def _with(weight: str) -> str:
    return rf"(\mathbb{{E}}_{{y\sim\pi}}[r(x,y)] - {weight} D_{{KL}}(\pi \| \pi_{{ref}}))"


def _worth(weight: str) -> str:
    return rf"\log \sum_y \pi_{{ref}}(y|x) e^{{r(x,y)/{weight}}}"


@pytest.mark.parametrize(("row", "false"), [
    (rf"\arg\max_\pi {_with(_TOP)} = {_TILT % ('c', 'c')}", rf"\arg\max_\pi {_with(_TOP)} = {_TILT % ('2c', '2c')}"),
    (rf"\arg\max_\pi {_with('c')} = {_TILT % (_TOP, _TOP)}", rf"\arg\max_\pi {_with('2 c')} = {_TILT % (_TOP, _TOP)}"),
    (rf"\arg\max_\pi {_with(_TOP)} = \arg\max_\pi {_with('c')}",
     rf"\arg\max_\pi {_with(_TOP)} = \arg\max_\pi {_with('2 c')}"),
    (rf"\max_\pi {_with('c')} = {_TOP} {_worth(_TOP)}", rf"\max_\pi {_with('c')} = 2 {_TOP} {_worth(_TOP)}"),
    (rf"\max_\pi {_with('c')} = c {_worth(_TOP)}", rf"\max_\pi {_with('c')} = {_worth('(c + 1)')}"),
    (rf"\lim_{{\beta \to 0}} (\beta + {_TOP}) = c", rf"\lim_{{\beta \to 0}} (\beta + {_TOP}) = 2 c"),
    (rf"\lim_{{\beta \to \infty}} ({_TOP} + 1/\beta) = c", rf"\lim_{{\beta \to \infty}} ({_TOP} + 1/\beta) = 1 + c"),
])  # fmt: skip
def test_a_counterexample_to_an_optimum_or_a_limit_obeys_what_is_supposed(row: str, false: str) -> None:
    """Where c >= 1, max(c, 1) is c, so that what is true holds there, and there alone."""
    assert check_text(f"{_UNDER}$$ {row} $$", "x.md").lines[-1].status is not Status.REFUTED
    assert check_text(f"<!-- symkl: c > 0 -->\n\n$$ {row} $$", "x.md").lines[-1].status is Status.REFUTED
    assert check_text(f"{_UNDER}$$ {false} $$", "x.md").lines[-1].status is Status.REFUTED
