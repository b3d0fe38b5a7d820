"""To SymPy and back, the page, what a derivation says of a wrong step, and modules that cannot be run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings

import symkl.language.terms as t
from symkl.checking.report import Line, Overall, Status
from symkl.derivations.derivation import Derivation, Kind
from symkl.derivations.loading import Broken, find, is_derivation, load, names
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.deciding import decide
from symkl.strategies import expressions
from symkl.sympy import KL, Expectation, Logistic, Maximum, Page, Score, Slope, Untranslatable, Vocabulary
from symkl.sympy.evidence import evidence
from symkl.sympy.language import differentiate
from symkl.sympy.translating import from_sympy, index, size, to_sympy

ROOT = Path(__file__).parents[2]
X, Y, W, L = Variable("x", "x"), Variable("y", "y"), Variable("y_w", "y"), Variable("y_l", "y")
β, λ = t.Scalar("β"), t.Scalar("λ")
CONTEXT = t.Context(frozenset({"β"}), parametrised=frozenset({"π"}))


def n(value: int | Fraction) -> t.Number:
    return t.Number(Fraction(value))


def prob(symbol: str = "π", y: Variable = Y) -> t.Apply:
    return t.Apply(symbol, (y,), (X,))


def reward(y: Variable = Y) -> t.Apply:
    return t.Apply("r", (), (X, y))


def over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, n(-1))))


OBJECTIVE = t.Add((
    t.mean((Y,), prob(), reward()),
    t.Mul((n(-1), β, t.kl(Y, prob(), prob("π_ref")))),
))  # fmt: skip

TERMS = {
    "Number": n(Fraction(-7, 3)),
    "Scalar, positive": β,
    "Scalar, real": λ,
    "Apply, a distribution": prob(),
    "Apply, a function": reward(),
    "Apply, a functional": t.Apply("J", (), (t.Policy("π"),)),
    "Add": t.Add((reward(), n(2), t.Mul((n(-1), β)))),
    "Mul": t.Mul((n(3), β, reward(W), reward(L))),
    "Power": t.Power(prob(), β),
    "Power, a root": t.Power(prob(), n(Fraction(1, 2))),
    "Power, a quotient": over(reward(), β),
    "Exp": t.exp(over(reward(), β)),
    "Log": t.log(over(prob(), prob("π_ref"))),
    "Logistic": t.logistic(t.Add((reward(W), t.Mul((n(-1), reward(L)))))),
    "Detached": t.Mul((t.Fn("sg", (prob(),)), t.log(prob()))),
    "Max": t.Fn("max", (reward(W), t.Fn("max", (reward(L), β)))),
    "Min": t.Fn("min", (reward(W), reward(L))),
    "Clip": t.Fn("clip", (over(prob(), prob("π_ref")), t.Add((n(1), t.Mul((n(-1), β)))), t.Add((n(1), β)))),
    "Average": t.Bind("mean", (Y,), (reward(),)),
    "Deviation": t.Bind("std", (Y,), (reward(),)),
    "Sum": t.total(Y, t.Mul((prob(), reward()))),
    "Sum in a sum": t.total(X, t.total(Y, t.Mul((prob(), t.total(W, t.Mul((prob("q", W), reward()))))))),
    "Sum, a size": t.total(Y, n(1)),
    "Expectation": t.mean((Y,), prob(), reward()),
    "Expectation over two": t.mean((X, Y), t.Mul((t.Apply("D", (X,), ()), prob())), reward()),
    "KL": t.kl(Y, prob(), over(t.Mul((prob("π_ref"), t.exp(reward()))), t.total(W, t.exp(reward(W))))),
    "Cases": t.Cases((reward(), β), (t.Mul((n(2), reward())), n(0), β)),
    "Partial, by a probability": t.Partial(OBJECTIVE, prob("π", W)),
    "Partial, by a scalar": t.Partial(t.Mul((β, t.exp(over(reward(), β)))), β),
    "Gradient": t.Gradient(t.log(prob())),
    "Optimum": t.Optimum(t.Sense.MAX, "π", OBJECTIVE),
    "Optimum, least": t.Optimum(t.Sense.MIN, "π", t.kl(Y, prob(), prob("q"))),
    "Optimiser": t.Optimiser(t.Sense.MAX, "π", OBJECTIVE),
    "Optimiser, least": t.Optimiser(t.Sense.MIN, "π", t.kl(Y, prob(), prob("q"))),
}


@pytest.mark.parametrize("name", TERMS)
def test_every_kind_of_term_goes_to_sympy_and_comes_back_worth_the_same(name: str) -> None:
    term = TERMS[name]
    vocabulary = Vocabulary.of([term], frozenset({"β"}))
    back = from_sympy(to_sympy(term, vocabulary), vocabulary)
    assert isinstance(decide(Statement(term, Relation.EQUAL, back), CONTEXT), Proved)


@pytest.mark.parametrize("end", list(t.End))
def test_a_limit_comes_back_as_it_was(end: t.End) -> None:
    term = t.Limit(t.exp(over(n(-1), β)), β, end)
    vocabulary = Vocabulary.of([term], frozenset({"β"}))
    there = to_sympy(term, vocabulary)
    assert isinstance(there, sp.Limit) and there.doit() == (0 if end is t.End.ZERO else 1)
    assert from_sympy(there, vocabulary) == term


def test_the_list_above_has_every_kind_of_term() -> None:
    def kinds(term: t.Term) -> set[type]:
        return {type(term)}.union(*map(kinds, term.parts()))

    every = {k for k in vars(t).values() if isinstance(k, type) and issubclass(k, t.Term) and k is not t.Term}
    assert every - set().union(*map(kinds, TERMS.values())) == {t.Limit, t.Value}


def test_a_function_of_which_nothing_is_known_has_no_counterpart() -> None:
    with pytest.raises(Untranslatable, match="Value has no counterpart in SymPy"):
        to_sympy(t.Value("f", β), VOCABULARY)


@given(expressions())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_random_terms_come_back_worth_the_same(term: t.Term) -> None:
    vocabulary = Vocabulary.of([term], frozenset({"β"}))
    back = from_sympy(to_sympy(term, vocabulary), vocabulary)
    assert back == term or isinstance(decide(Statement(term, Relation.EQUAL, back), CONTEXT), Proved)


def test_two_sorts_that_share_a_name_are_told_apart() -> None:
    term = t.total(Variable("k", "x"), t.total(Variable("k", "y"), t.Apply("f", (), (Variable("k", "y"),))))
    vocabulary = Vocabulary.of([term])
    assert len(vocabulary.variables) == 2
    back = from_sympy(to_sympy(term, vocabulary), vocabulary)
    assert isinstance(decide(Statement(term, Relation.EQUAL, back), CONTEXT), Proved)


# -- what has no counterpart ---------------------------------------------------------------------

y, v, k, x = index("y"), index("v"), index("k"), sp.Symbol("x", real=True)
p, r = sp.IndexedBase("p", positive=True), sp.IndexedBase("r", real=True)
ALL = (y, 1, size("y"))
VOCABULARY = Vocabulary({y: Y, v: Variable("v", "y")}, {"y": size("y")}, {"p": 1})

REFUSED = {
    "a float": (sp.Float(0.1) * x, r"Float has no counterpart in a proof, in 0\.1\d*: write sympy\.Rational"),
    "a case": (sp.Piecewise((x, x > 0), (0, True)), r"Piecewise has no .*: decide its condition first"),
    "a delta": (sp.KroneckerDelta(y, v), r"KroneckerDelta has no .*: sum it out first \(doit\)"),
    "an integral": (sp.Integral(x, (x, 0, 1)), r"Integral has no .*: .* carry it with evidence"),
    "a product": (sp.Product(p[y], ALL), r"Product has no .*: write the logarithm as a sum"),
    "a sine": (sp.sin(x), r"sin has no .*: the kernel's language lacks it"),
    "infinity": (sp.oo, r"Infinity has no .*, in oo"),
    "an index as a number": (y * r[y], r"the index y stands where a number is wanted \(a function of it is r\[y\]\)"),
    "an index nobody declared": (r[k], r"k in r\[k\] is not a declared index"),
    "an index that is moved": (r[y + 1], r"y \+ 1 in r\[y \+ 1\] is not a declared index"),
    "part of an alphabet": (sp.Sum(r[y], (y, 1, 3)), r"runs over \(y, 1, 3\), which is not all of a declared alphabet"),
    "from 0": (sp.Sum(r[y], (y, 0, size("y"))), r"runs over \(y, 0, n_y\)"),
    "all of another alphabet": (sp.Sum(r[y], (y, 1, size("x"))), r"runs over \(y, 1, n_x\)"),
    "a divergence over part": (KL(p[y], p[y], (y, 1, 3)), r"runs over \(y, 1, 3\)"),
    "a mean over part": (Expectation(p[y], r[y], (y, 1, 3)), r"runs over \(y, 1, 3\)"),
    "a slope by a sum": (
        Slope(x**2, x + 1),
        r"differentiates by x \+ 1, which is neither a scalar nor one probability",
    ),
    "a limit inside": (sp.Limit(x**2, x, 1), r"limits are known for a scalar that goes to 0\+ or to infinity"),
    "a maximum over a number": (Maximum(x, x), r"x stands where a policy is wanted"),
    "a functional of a number": (sp.Function("J")(x), r"x stands where a policy is wanted"),
    "deep inside": (
        sp.log(1 + sp.exp(sp.Sum(p[y] * sp.sin(r[y]), ALL))),
        r"sin has no counterpart in a proof, in sin\(r\[y\]\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_counterpart_is_refused_by_name(name: str) -> None:
    expression, message = REFUSED[name]
    with pytest.raises(Untranslatable, match=message):
        from_sympy(expression, VOCABULARY)


def test_a_variable_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(Untranslatable, match=r"has no SymPy symbol in this vocabulary"):
        to_sympy(reward(), VOCABULARY)


def test_a_term_of_no_known_kind_is_refused() -> None:
    class Odd(t.Term):
        pass

    with pytest.raises(Untranslatable, match=r"Odd has no counterpart in SymPy"):
        to_sympy(Odd(), VOCABULARY)


def test_what_sympy_spells_otherwise_is_read() -> None:
    s = sp.Symbol("s", positive=True)
    assert from_sympy(sp.E, VOCABULARY) == t.exp(n(1))
    assert from_sympy(sp.Derivative(x**2, x), VOCABULARY) == t.Partial(t.Power(t.Scalar("x"), n(2)), t.Scalar("x"))
    assert from_sympy(size("y"), VOCABULARY) == t.total(Y, n(1))
    root = Statement(from_sympy(sp.sqrt(s) ** 2 * sp.log(s, 2), VOCABULARY), Relation.EQUAL,
                     over(t.Mul((t.Scalar("s"), t.log(t.Scalar("s")))), t.log(n(2))))  # fmt: skip
    assert isinstance(decide(root, t.Context(frozenset({"s"}))), Proved)


def test_the_functions_of_our_own_do_what_they_stand_for() -> None:
    q = sp.IndexedBase("q", positive=True)
    assert KL(p[y], q[y], ALL).doit() == sp.Sum(p[y] * sp.log(p[y] / q[y]), ALL)
    assert Expectation(p[y], r[y], ALL).doit() == sp.Sum(p[y] * r[y], ALL)
    assert sp.simplify((sp.diff(Logistic(x), x).doit() - sp.diff(1 / (1 + sp.exp(-x)), x)).rewrite(sp.exp)) == 0
    assert sp.simplify(Logistic(x).doit() - 1 / (1 + sp.exp(-x))) == 0
    assert differentiate(KL(p[y], q[y], ALL), p[v], size("y")) == sp.log(p[v] / q[v]) + 1


# -- the page ------------------------------------------------------------------------------------


def page_of() -> tuple[Page, sp.Symbol, sp.IndexedBase]:
    page = Page("A page", states="what it says")
    (a,) = page.outcomes("y")
    return page, a, page.distribution("p", a)


def test_then_without_a_step_says_what_to_write() -> None:
    page, _, _ = page_of()
    with pytest.raises(
        ValueError, match=r"then: no step stands right before it; write step\(left, relation, right, why\)"
    ):
        page.then("=", 1, "Nothing to go on from.")


def test_a_definition_is_nothing_to_go_on_from() -> None:
    page, a, q = page_of()
    page.define(sp.Symbol("S", real=True), page.sum(q[a], a), "A name.")
    with pytest.raises(ValueError, match="then: no step stands right before it"):
        page.then("=", 1, "The step before was a definition.")


@pytest.mark.parametrize("relation", ["==", "!=", "≠", "", ":=", "=<"])
def test_an_unknown_relation_is_refused(relation: str) -> None:
    page, a, q = page_of()
    with pytest.raises(ValueError, match=r"relation: found .*, expected one of = <= ≤ >= ≥ < > ∝ ≡"):
        page.step(q[a], relation, q[a], "No such relation.")


def test_an_index_is_no_number_on_a_page() -> None:
    page, a, q = page_of()
    with pytest.raises(Untranslatable, match="the index y stands where a number is wanted"):
        page.step(page.sum(a * q[a], a), ">=", 0, "Responses have no numbers.")


def test_only_a_symbol_or_a_function_is_defined() -> None:
    page, a, q = page_of()
    with pytest.raises(TypeError, match="cannot be defined: write a symbol, or a function at its indices"):
        page.define(page.sum(q[a], a), sp.Integer(1), "A sum is no name.")


def test_whole_numbers_stand_on_either_side() -> None:
    page, a, q = page_of()
    page.given(q[a], ">=", 0, "A number on the right.")
    page.step(1, "=", page.sum(q[a], a), "A number on the left.")
    assert [line.status for line in page.derivation().report.lines] == [Status.ASSUMED, Status.PROVED]


def test_a_page_remembers_what_it_was_told() -> None:
    page, a, q = page_of()
    page.step(page.sum(q[a], a), "=", 1, "Because it is a distribution.")
    page.then("<=", 2, "Because 1 ≤ 2.")
    made = page.derivation()
    assert (made.title, made.states, Path(made.file)) == ("A page", "what it says", Path(__file__))
    assert made.text == __doc__
    assert [step.why for step in made.steps] == ["Because it is a distribution.", "Because 1 ≤ 2."]
    assert made.steps[1].goes_on and made.steps[1].line == made.steps[0].line + 1
    assert [(s.name.text, s.meaning) for s in made.symbols] == [("p(y)", "a distribution, positive everywhere")]


# -- what a derivation says ----------------------------------------------------------------------

HEAD = '''"""A module."""
import sympy as sp
from symkl.sympy import ArgMax, KL, Page, Score, Slope
page = Page("A module", states="something")
y, j = page.outcomes("y j")
p, q = page.distribution("π", y), page.distribution("π_ref", y)
r = page.function("r", y)
b = page.positive("β")
lam = page.real("λ")
'''
FIRST = HEAD.count("\n") + 1


def write(folder: Path, body: str, head: str = HEAD, end: str = "derivation = page.derivation()\n") -> Path:
    path = folder / "some.py"
    path.write_text(head + textwrap.dedent(body).lstrip("\n") + end, encoding="utf-8")
    return path


def lines(folder: Path, body: str) -> tuple[Derivation, list[Line]]:
    made = load(write(folder, body))
    return made, list(made.report.lines)


def test_a_wrong_step_is_refuted_on_its_own_line(tmp_path: Path) -> None:
    made, found = lines(tmp_path, """
        page.step(page.sum(p[y], y), "=", 1, "right")
        page.step(
            page.kl(p, q, y),
            "=",
            page.mean(p, sp.log(q[y] / p[y]), y),
            "the ratio is inverted",
        )
        page.step(page.kl(p, q, y), ">=", 0, "right again")
    """)  # fmt: skip
    assert [line.status for line in found] == [Status.PROVED, Status.REFUTED, Status.PROVED]
    assert found[1].line == FIRST + 1 and found[1].counterexample is not None
    assert found[1].counterexample.points
    assert made.report.verdict is Overall.REFUTED and not made.report.disagreements


def test_a_wrong_inequality_is_refuted(tmp_path: Path) -> None:
    _, (line,) = lines(tmp_path, 'page.step(page.kl(p, q, y), "<=", 0, "the wrong way round")\n')
    assert line.status is Status.REFUTED and line.counterexample is not None


def test_what_is_said_to_be_false_shows_its_counterexample(tmp_path: Path) -> None:
    made, (line,) = lines(
        tmp_path, 'page.fails(page.kl(p, q, y), "=", page.kl(q, p, y), "a divergence is no distance")\n'
    )
    assert (line.status, line.law) == (Status.PROVED, "counterexample") and "≠" in line.readable
    assert line.counterexample is not None and made.report.verdict is Overall.PROVED


def test_what_is_said_to_be_false_but_is_true_is_reported(tmp_path: Path) -> None:
    made, (line,) = lines(tmp_path, 'page.fails(page.kl(p, q, y), ">=", 0, "it is true")\n')
    assert line.status is Status.REFUTED and line.because == "this is said to be false, and the kernel proves it"
    assert made.report.verdict is Overall.REFUTED


def test_a_step_that_does_not_state_its_theorem_is_no_proof_of_it(tmp_path: Path) -> None:
    made, (line,) = lines(tmp_path, 'page.step(page.sum(p[y], y), "=", 1, "true", theorem="gibbs")\n')
    assert line.status is Status.UNKNOWN and line.because == "it holds, but it does not state the theorem gibbs"
    assert made.report.claim is not None and not made.report.claim.met


def test_a_step_that_states_its_theorem_meets_the_claim(tmp_path: Path) -> None:
    made, (line,) = lines(tmp_path, 'page.step(page.kl(p, q, y), ">=", 0, "true", theorem="gibbs")\n')
    assert line.status is Status.PROVED and made.report.claim is not None and made.report.claim.met
    assert made.conclusion is not None and made.conclusion.theorem == "gibbs"


def test_a_claim_is_not_met_where_another_step_is_wrong(tmp_path: Path) -> None:
    made, _ = lines(tmp_path, """
        page.step(page.kl(p, q, y), "=", page.kl(q, p, y), "wrong")
        page.step(page.kl(p, q, y), ">=", 0, "true", theorem="gibbs")
    """)  # fmt: skip
    assert made.report.claim is not None and not made.report.claim.met
    assert made.report.claim.why_not == f"line {FIRST} does not hold"


def test_a_condition_without_a_multiplier_determines_nothing(tmp_path: Path) -> None:
    _, found = lines(tmp_path, """
        from symkl.sympy import Slope
        slope = r[j] - b * (sp.log(p[j] / q[j]) + 1)
        page.step(Slope(page.mean(p, r[y], y) - b * page.kl(p, q, y), p[j]), "=", slope, "the derivative")
        page.condition(slope, p, "the constraint is forgotten")
        page.step(p[y], "=", q[y] * sp.exp(r[y] / b), "so nothing follows")
    """)  # fmt: skip
    assert [line.status for line in found] == [Status.PROVED, Status.UNKNOWN, Status.REFUTED]
    assert found[1].because == "no π that sums to 1 could be found from this condition: a multiplier may be missing"


def test_a_condition_with_a_multiplier_determines_both(tmp_path: Path) -> None:
    made, found = lines(tmp_path, """
        from symkl.sympy import Slope
        slope = r[j] - b * (sp.log(p[j] / q[j]) + 1) - lam
        lagrangian = page.mean(p, r[y], y) - b * page.kl(p, q, y) - lam * (page.sum(p[y], y) - 1)
        page.step(Slope(lagrangian, p[j]), "=", slope, "the derivative")
        page.condition(slope, p, "stationary")
        weights = q[y] * sp.exp(r[y] / b)
        page.step(p[y], "=", weights / page.sum(weights, y), "solved")
        page.step(lam, "=", b * sp.log(page.sum(weights, y)) - b, "and its price")
    """)  # fmt: skip
    assert [line.status for line in found] == [Status.PROVED, Status.ASSUMED, Status.PROVED, Status.PROVED]
    assert any("the first-order condition as in line" in each for each in made.report.rests_on)


def test_a_hypothesis_that_gives_nothing_is_not_assumed(tmp_path: Path) -> None:
    _, (line,) = lines(tmp_path, 'page.given(p[y], "=", b * q[y], "a policy that does not sum to 1")\n')
    assert line.status is Status.UNKNOWN and line.because.startswith("nothing can be taken from this")


def test_a_hypothesis_serves_later_steps_and_is_listed(tmp_path: Path) -> None:
    made, found = lines(tmp_path, """
        page.step(page.mean(p, r[y], y), "<=", b, "not yet")
        page.given(r[y], "<=", b, "no reward is larger")
        page.step(page.mean(p, r[y], y), "<=", b, "nor is a mean of them")
    """)  # fmt: skip
    assert [line.status for line in found] == [Status.REFUTED, Status.ASSUMED, Status.PROVED]
    assert f"r(y) ≤ β as in line {FIRST + 1}" in made.report.rests_on


def test_a_refuted_inequality_is_no_premise(tmp_path: Path) -> None:
    _, found = lines(tmp_path, """
        page.step(r[y], "<=", b, "wrong")
        page.step(page.mean(p, r[y], y), "<=", b, "and no reason for this")
    """)  # fmt: skip
    assert [line.status for line in found] == [Status.REFUTED, Status.REFUTED]


def test_definitions_alone_are_an_incomplete_page(tmp_path: Path) -> None:
    made, _ = lines(tmp_path, 'page.define(sp.Symbol("Z", positive=True), page.sum(q[y], y), "a name")\n')
    assert made.report.verdict is Overall.INCOMPLETE


CARRIED = """
u = sp.Symbol("u", positive=True)
page.carried(sp.Integral(sp.exp(-u), (u, 0, 1)), {right}, "carried", by="SymPy's integral", at=[{{}}])
page.step(page.sum(p[y], y), "=", 1, "something proved")
"""


def test_what_is_carried_on_evidence_is_assumed_and_listed(tmp_path: Path) -> None:
    made, found = lines(tmp_path, CARRIED.format(right="1 - sp.exp(-1)"))
    assert [line.status for line in found] == [Status.ASSUMED, Status.PROVED]
    assert made.steps[0].kind is Kind.CARRIED and made.steps[0].statement is None
    assert made.report.verdict is Overall.PROVED
    assert any(rest.startswith("SymPy's integral (50 digits agree at 1 point)") for rest in made.report.rests_on)


@pytest.mark.parametrize("right", ["sp.Rational(632, 1000)", "1 - sp.exp(-1) + sp.Rational(1, 10**45)"])
def test_carried_evidence_that_disagrees_is_refuted(tmp_path: Path, right: str) -> None:
    made, found = lines(tmp_path, CARRIED.format(right=right))
    assert found[0].status is Status.REFUTED and "the numbers disagree" in found[0].because
    assert made.report.verdict is Overall.REFUTED


def test_no_point_is_no_evidence() -> None:
    assert evidence(sp.Integer(1), sp.Integer(1), []) == ((), False)


def test_evidence_holds_a_series_against_its_sum() -> None:
    q, i = sp.Symbol("q", positive=True), sp.Symbol("i", integer=True)
    series = sp.Sum(i * q**i, (i, 0, sp.oo))
    assert evidence(series, q / (1 - q) ** 2, [{q: sp.Rational(4, 5)}, {q: sp.Rational(1, 7)}])[1]
    assert not evidence(series, 1 / (1 - q) ** 2, [{q: sp.Rational(4, 5)}])[1]


def test_gradients_need_a_policy_that_has_parameters(tmp_path: Path) -> None:
    body = 'page.step(page.mean(p, Score(sp.log(p[y])), y), "=", 0, "the score has mean 0")\n'
    assert (
        load(write(tmp_path, body, HEAD.replace('("π", y)', '("π", y, parameters=True)'))).report.verdict
        is Overall.PROVED
    )
    page, a, p_ = page_of()
    page.step(Score(sp.log(p_[a])), "=", 0, "nothing is said to move with parameters here")
    assert page.derivation().report.verdict is Overall.UNKNOWN


def test_the_optimum_needs_the_right_policy(tmp_path: Path) -> None:
    _, found = lines(tmp_path, """
        objective = page.mean(p, r[y], y) - b * page.kl(p, q, y)
        weights, wrong = q[y] * sp.exp(r[y] / b), q[y] * sp.exp(b * r[y])
        s, w = page.distribution("s", y), page.distribution("w", y)
        page.define(s[y], weights / page.sum(weights, y), "the tilt")
        page.define(w[y], wrong / page.sum(wrong, y), "with β inverted")
        page.step(ArgMax(objective, p), "=", s[y], "right")
        page.step(ArgMax(objective, p), "=", w[y], "wrong")
    """)  # fmt: skip
    assert [line.status for line in found[2:]] == [Status.PROVED, Status.REFUTED]


# -- modules that cannot be run ------------------------------------------------------------------

BROKEN = {
    "a syntax error": ("page.step(\n", FIRST, "this module is not Python"),
    "a name that is missing": ('\npage.step(nowhere, "=", 1, "why")\n', FIRST + 1, "this module stopped here"),
    "a step that cannot be read": ('page.step(\n    sp.sin(b),\n    "=",\n    1,\n    "why",\n)\n', FIRST, "this module stopped here"),
    "an error inside SymPy": ('sp.solve("?", 3)\n', FIRST, "this module stopped here"),
    "an exit": ("raise SystemExit(0)\n", FIRST, "this module stopped here"),
    "no derivation": ("", 1, "this module makes no derivation"),
    "another thing": ("derivation = page\n", 1, "this module makes no derivation"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_module_that_cannot_be_run_is_located(tmp_path: Path, name: str) -> None:
    body, line, message = BROKEN[name]
    path = tmp_path / "some.py"
    path.write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(Broken) as caught:
        load(path)
    assert (caught.value.line, caught.value.message) == (line, message)
    assert caught.value.advice


def test_what_a_broken_module_says_names_the_error(tmp_path: Path) -> None:
    with pytest.raises(Broken) as caught:
        load(write(tmp_path, "nowhere()\n"))
    assert caught.value.found == "NameError: name 'nowhere' is not defined"


def test_modules_are_found_by_name_and_told_from_other_python(tmp_path: Path) -> None:
    assert {"lagrangian", "kl_rewriting", "gibbs"} <= set(names())
    found = find("lagrangian")
    assert found is not None and is_derivation(found)
    other = tmp_path / "other.py"
    other.write_text("print('no page')\n")
    assert not is_derivation(other) and not is_derivation(tmp_path / "missing.py")
    assert find(str(other)) == other and find("no-such-page") is None


# -- the command ---------------------------------------------------------------------------------


def symkl(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "symkl", *arguments, "--color", "never", "--width", "100"]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, encoding="utf-8", timeout=300)


@pytest.mark.slow
def test_the_whole_book_is_proved() -> None:
    done = symkl("check", "--quiet", "derivations/")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_page_exits_with_1_and_shows_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, 'page.step(page.kl(p, q, y), "=", page.kl(q, p, y), "wrong")\n')
    done = symkl("check", str(path))
    assert done.returncode == 1 and "REFUTED" in done.stdout and f"{FIRST}" in done.stdout


def test_a_broken_page_exits_with_1_and_shows_the_place(tmp_path: Path) -> None:
    done = symkl("check", str(write(tmp_path, 'page.then("=", 1, "nothing before")\n')))
    said = " ".join(done.stdout.split())
    assert done.returncode == 1 and f"some.py:{FIRST}:1: this module stopped here" in said
    assert "Traceback" not in done.stdout + done.stderr


def test_documents_need_no_sympy() -> None:
    code = "import sys, symkl.checking.document; print([m for m in sys.modules if m.split('.')[0] == 'sympy'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == "[]"


def test_hypotheses_that_contradict_each_other_prove_nothing() -> None:
    page = Page("A contradiction", states="Anything follows.")
    c = page.positive("c")
    page.given(c, "<", 1, "It is small,")
    page.given(c, ">", 2, "and it is large.")
    page.step(c, "<=", 0, "So anything follows.")
    report = page.derivation().report
    assert [line.status.value for line in report.lines][:2] == ["assumed", "unknown"]
    assert report.verdict.value != "proved"
    assert "may contradict" in report.lines[1].because
