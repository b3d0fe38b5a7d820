"""The laws limit, squares and premises: what they prove is true of numbers, and what is false they never prove."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel import laws, limits
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import of_atom
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Gap, Premise
from symkl.language.terms import End, Relation, Statement, Variable
from symkl.proving.deciding import decide
from symkl.proving.wording import sources
from symkl.refuting.contradicting import contradict
from tests.told import told

Y, Z_, A, B = Variable("y", "y"), Variable("z", "y"), Variable("a", "a"), Variable("b", "b")
β, c, d = t.Scalar("β"), t.Scalar("c"), t.Scalar("d")
CONTEXT = t.Context(frozenset({"β", "c", "p", "q", "g", "h"}))


def n(value: int | Fraction) -> t.Term:
    return t.Number(Fraction(value))


def f(symbol: str, *places: Variable) -> t.Apply:
    return t.Apply(symbol, (), places)


def over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, n(-1))))


def minus(a: t.Term, b: t.Term) -> t.Term:
    return t.Add((a, t.Mul((n(-1), b))))


REF, R = t.Apply("π_ref", (Y,), ()), f("r", Y)
MASS = t.total(Y, t.Mul((REF, t.exp(over(R, β)))))
STAR = over(t.Mul((REF, t.exp(over(R, β)))), MASS)
MEAN = t.total(Y, t.Mul((REF, R)))
VARIANCE = minus(t.total(Y, t.Mul((REF, t.Power(R, n(2))))), t.Power(MEAN, n(2)))
LOW = t.Mul((f("q", B), t.exp(over(t.Mul((n(-1), f("g", B))), β))))
TOP = t.total(A, f("p", A))
BOTH = t.Add((TOP, t.total(B, LOW)))


def tends(body: t.Term, end: End, to: t.Term, context: t.Context = CONTEXT) -> bool:
    return isinstance(decide(Statement(t.Limit(body, β, end), Relation.EQUAL, to), context), Proved)


# The same bodies in mpmath, straight from the definition: two best responses, two others, three responses in all.
P2, Q2, G2 = (mpmath.mpf(2) / 5, mpmath.mpf(1) / 5), (mpmath.mpf(3) / 10, mpmath.mpf(1) / 10), (mpmath.mpf(1), mpmath.mpf(3))
REF3, R3 = [mpmath.mpf(k) / 8 for k in (1, 3, 4)], [mpmath.mpf(k) for k in (2, -1, 5)]


def _mean() -> mpmath.mpf:
    return mpmath.fdot(REF3, R3)


def _log_z(b: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(mpmath.fsum(w * mpmath.exp(r / b) for w, r in zip(REF3, R3, strict=True)))


def _both(b: mpmath.mpf) -> mpmath.mpf:
    return mpmath.fsum(P2) + mpmath.fsum(q * mpmath.exp(-g / b) for q, g in zip(Q2, G2, strict=True))


TRUE = [
    (STAR, End.INFINITY, REF, lambda b: REF3[0] * mpmath.exp(R3[0] / b - _log_z(b)), lambda: REF3[0]),
    (t.Mul((β, t.log(MASS))), End.INFINITY, MEAN, lambda b: b * _log_z(b), _mean),
    (
        t.Mul((β, minus(over(STAR, REF), n(1)))),
        End.INFINITY,
        minus(R, MEAN),
        lambda b: b * (mpmath.exp(R3[0] / b - _log_z(b)) - 1),
        lambda: R3[0] - _mean(),
    ),
    (  # second order: l'Hôpital twice
        t.Mul((β, minus(t.Mul((β, t.log(MASS))), MEAN))),
        End.INFINITY,
        t.Mul((n(Fraction(1, 2)), VARIANCE)),
        lambda b: b * (b * _log_z(b) - _mean()),
        lambda: (mpmath.fsum(w * r * r for w, r in zip(REF3, R3, strict=True)) - _mean() ** 2) / 2,
    ),
    (over(f("p", A), BOTH), End.ZERO, over(f("p", A), TOP), lambda b: P2[0] / _both(b), lambda: P2[0] / mpmath.fsum(P2)),
    (over(LOW, BOTH), End.ZERO, n(0), lambda b: Q2[0] * mpmath.exp(-G2[0] / b) / _both(b), lambda: mpmath.mpf(0)),
    (t.log(BOTH), End.ZERO, t.log(TOP), lambda b: mpmath.log(_both(b)), lambda: mpmath.log(mpmath.fsum(P2))),
    (over(LOW, t.Power(β, n(5))), End.ZERO, n(0), lambda b: Q2[0] * mpmath.exp(-G2[0] / b) / b**5, lambda: mpmath.mpf(0)),
    (over(minus(t.exp(t.Mul((β, c))), n(1)), β), End.ZERO, c, lambda b: mpmath.expm1(b * 3) / b, lambda: mpmath.mpf(3)),
]


@pytest.mark.parametrize(("body", "end", "to", "number", "goal"), TRUE)
def test_limits_that_are_true_of_numbers_are_proved(body, end, to, number, goal) -> None:
    with mpmath.workdps(400):
        far = mpmath.mpf(10) ** (-40 if end is End.ZERO else 40)
        assert abs(number(far) - goal()) < mpmath.mpf(10) ** -30
    assert tends(body, end, to)


@pytest.mark.parametrize(("body", "end", "to", "number", "goal"), TRUE)
def test_the_other_end_and_other_values_are_not_proved(body, end, to, number, goal) -> None:
    assert not tends(body, end, t.Add((to, n(1))))
    if body != over(LOW, t.Power(β, n(5))):  # which vanishes at both
        assert not tends(body, End.ZERO if end is End.INFINITY else End.INFINITY, to)


@pytest.mark.parametrize(
    "body",
    [
        t.exp(over(f("g", B), β)),  # grows without bound
        t.exp(over(R, β)),  # the sign of r is not known
        # 1/β^2 outweighs 1/β, whichever is written first
        t.exp(minus(over(n(1), t.Power(β, n(2))), over(n(1), β))),
        t.exp(t.Add((over(n(-1), β), over(n(1), t.Power(β, n(2)))))),
        t.exp(minus(over(R, t.Power(β, n(2))), over(n(1), β))),
        t.total(Y, t.Mul((REF, t.exp(minus(over(R, t.Power(β, n(2))), over(n(1), β)))))),
        over(n(1), β),
        t.log(β),
        over(n(1), t.total(B, LOW)),
        t.Power(f("p", A), over(n(1), β)),
        t.Optimum(t.Sense.MAX, "π", t.total(Y, t.Mul((t.Apply("π", (Y,), ()), t.exp(t.Mul((β, R))))))),
    ],
)
def test_what_has_no_limit_that_is_known_has_none(body: t.Term) -> None:
    for to in (n(0), n(1), body):
        assert not tends(body, End.ZERO, to)


def test_the_highest_power_of_what_grows_outweighs_all_others() -> None:
    assert tends(t.exp(minus(over(n(1), β), over(n(1), t.Power(β, n(2))))), End.ZERO, n(0))


EXP_G, EXP_Q = (over(f(name, B), β) for name in "gq")
LOG_Z_SLOPE = t.Partial(t.Mul((β, t.log(MASS))), β)


@pytest.mark.parametrize(
    ("body", "end", "to", "wrong"),
    [
        (LOG_Z_SLOPE, End.INFINITY, 0, 1),  # minus the KL of the optimum, which vanishes
        (t.Mul((β, t.Partial(t.Mul((β, β)), β))), End.ZERO, 0, 1),
        (t.Partial(β, β), End.INFINITY, 1, 0),
        (over(n(1), t.log(t.exp(β))), End.INFINITY, 0, 1),
        (over(t.log(t.Add((n(1), β))), β), End.ZERO, 1, 0),
        (over(minus(n(1), t.exp(t.Mul((n(-1), β)))), β), End.ZERO, 1, 0),
        (over(t.Power(β, n(Fraction(3, 2))), β), End.ZERO, 0, 1),
        (t.exp(t.Mul((n(-1), t.Add((EXP_G, over(EXP_Q, β)))))), End.ZERO, 0, 1),
    ],
)
def test_derivatives_quotients_and_powers_under_a_limit(body: t.Term, end: End, to: int, wrong: int) -> None:
    assert tends(body, end, n(to)) and not tends(body, end, n(wrong))


@pytest.mark.parametrize(
    "body",
    [
        over(t.Power(β, n(Fraction(1, 2))), β),  # 1/√β grows
        t.exp(minus(over(EXP_G, β), EXP_Q)),  # g/β² outgrows q/β
        t.Power(t.Add((n(1), β)), over(n(1), β)),  # this is e
    ],
)
def test_what_grows_or_is_no_power_of_one_is_not_zero_or_one(body: t.Term) -> None:
    assert not tends(body, End.ZERO, n(0)) and not tends(body, End.ZERO, n(1))


def test_a_limit_in_what_is_defined_or_known_is_refused() -> None:
    defined = t.Context(CONTEXT.positive, {"β": t.Definition("β", (), n(2))})
    assert not tends(t.exp(β), End.ZERO, n(1), defined)
    nf = Normaliser(CONTEXT, [Fact("λ", (), (), of_atom(Normaliser(CONTEXT)(β).atom), "line 1")])
    assert limits.limit(nf, t.Limit(t.Scalar("λ"), β, End.ZERO)) is None


def test_definitions_move_with_the_scalar() -> None:
    context = t.Context(CONTEXT.positive, {"Z": t.Definition("Z", (), MASS)})
    assert tends(t.Scalar("Z"), End.INFINITY, n(1), context)
    assert not tends(t.Scalar("Z"), End.INFINITY, t.Scalar("Z"), context)


def test_a_false_limit_is_refuted_with_a_counterexample() -> None:
    swapped = Statement(t.Limit(STAR, β, End.INFINITY), Relation.EQUAL, over(REF, n(2)))
    assert contradict(swapped, CONTEXT) is not None


# -- squares ---------------------------------------------------------------------------------


def shown(smaller: t.Term, larger: t.Term, *premises: Premise, strict: bool = False) -> bool:
    relation = Relation.LESS if strict else Relation.LESS_EQUAL
    return isinstance(decide(Statement(smaller, relation, larger), CONTEXT, premises=premises), Proved)


def test_a_variance_is_never_negative() -> None:
    assert shown(n(0), VARIANCE)
    assert not shown(VARIANCE, n(0))
    assert not shown(n(0), VARIANCE, strict=True)  # it is 0 for a constant reward


def test_the_variance_under_the_tilted_policy() -> None:
    squares = t.total(Y, t.Mul((STAR, t.Power(R, n(2)))))
    assert shown(n(0), minus(squares, t.Power(t.total(Y, t.Mul((STAR, R))), n(2))))


def test_the_second_moment_does_not_bound_another_mean() -> None:
    other = t.total(Y, t.Mul((t.Apply("ρ", (Y,), ()), R)))
    assert not shown(t.Power(other, n(2)), t.total(Y, t.Mul((REF, t.Power(R, n(2))))))


# -- premises --------------------------------------------------------------------------------

LOWER = Premise(c, f("h", B), "line 1")


def test_a_premise_is_multiplied_by_what_is_positive_and_summed() -> None:
    weighted = t.total(B, t.Mul((f("q", B), f("h", B))))
    assert shown(t.Mul((c, t.total(B, f("q", B)))), weighted, LOWER)
    assert not shown(t.Mul((c, t.total(B, f("q", B)))), weighted)
    assert not shown(weighted, t.Mul((c, t.total(B, f("q", B)))), LOWER)


def test_a_premise_is_not_multiplied_by_what_may_be_negative() -> None:
    weighted = t.total(B, t.Mul((f("u", B), f("h", B))))
    assert not shown(t.Mul((c, t.total(B, f("u", B)))), weighted, LOWER)


def test_a_premise_of_one_place_holds_at_all_places_and_is_named() -> None:
    found = decide(
        Statement(c, Relation.LESS_EQUAL, f("h", Variable("b'", "b"))), CONTEXT, premises=[LOWER]
    )
    assert isinstance(found, Proved) and sources(found) == {"line 1"}


def test_a_certificate_may_not_use_what_is_no_premise_or_another_sort() -> None:
    nf = Normaliser(CONTEXT, premises=[LOWER])
    stranger = Premise(f("h", B), c, "nowhere")
    assert laws.part(nf, Gap((), n(1), stranger)) is None
    assert laws.part(nf, Gap((), n(1), LOWER, exchange=((B, A),))) is None
    negative = Gap((), n(-1), LOWER)
    assert laws.inequality(nf, Statement(f("h", B), Relation.LESS_EQUAL, c), (negative,)) is None


def test_a_premise_may_not_be_moved_onto_the_names_that_sums_bind() -> None:
    summed = t.total(Z_, f("k", Y, Z_))
    premise = Premise(n(0), summed, "line 1")  # says nothing of the sum of k(z, z)
    nf = Normaliser(CONTEXT, premises=[premise])
    for name in ("#1.1", "#2.1", "~1"):
        captured = Gap((), n(1), premise, exchange=((Y, Variable(name, "y")),))
        with pytest.raises(Unsupported):
            laws.inequality(nf, Statement(n(0), Relation.LESS_EQUAL, t.total(Z_, f("k", Z_, Z_))), (captured,))


def test_exponentials_and_logarithms_keep_the_order() -> None:
    below, above = Premise(d, R, "line 1"), Premise(R, c, "line 2")
    assert shown(MASS, t.exp(over(c, β)), below, above)
    assert shown(t.exp(over(d, β)), MASS, below, above)
    assert not shown(t.exp(over(c, β)), MASS, below, above)
    assert shown(t.log(MASS), over(c, β), below, above)


def test_a_counterexample_satisfies_what_is_given() -> None:
    given = Statement(n(1), Relation.LESS_EQUAL, f("h", B))
    found = contradict(Statement(f("h", B), Relation.LESS_EQUAL, n(1)), CONTEXT, given=(given,))
    assert found is not None
    (table,) = found.problem.tables.values()
    assert all(value >= 1 for value in table.values()) and any(value > 1 for value in table.values())
    assert contradict(Statement(n(Fraction(1, 2)), Relation.LESS_EQUAL, f("h", B)), CONTEXT, given=(given,)) is None


# -- in documents ----------------------------------------------------------------------------


def statuses(*rows: str) -> list[str]:
    report = check_text("\n\n".join(f"$${row}$$" for row in rows), "limits.md")
    return [told(line).value for line in report.lines]


@pytest.mark.parametrize("arrow", [r"\to", r"\rightarrow", r"\longrightarrow", "→"])
@pytest.mark.parametrize("end", [r"\infty", "∞", r"+\infty"])
def test_a_limit_is_read_in_the_ways_people_write_it(arrow: str, end: str) -> None:
    row = rf"\lim_{{\beta {arrow} {end}}} \pi^*(y|x) = \pi_{{ref}}(y|x)"
    assert statuses(row) == ["proved"]
    assert statuses(row.replace(r"\lim_", r"\lim\limits_").replace(r"\beta", r"\tau")) == ["proved"]


@pytest.mark.parametrize("zero", ["0", "0^+", "0^{+}", "0+", "0 ^ {+}"])
def test_the_swapped_limit_is_refuted_and_turned_round(zero: str) -> None:
    row = rf"\lim_{{\beta \to {zero}}} \pi^*(y|x) = \pi_{{ref}}(y|x)"
    (line,) = check_text(f"$${row}$$", "limits.md").lines
    assert line.status.value == "refuted" and line.counterexample is not None
    assert line.suggestions[0].slip == "limits swapped"
    assert line.suggestions[0].latex == r"\lim_{\beta \to \infty} \pi^*(y|x) = \pi_{ref}(y|x)"


def test_a_limit_of_an_index_or_of_two_scalars_is_refused() -> None:
    assert statuses(r"\lim_{y \to \infty} r(x, y) = 0") == ["unreadable"]
    assert statuses(r"\lim_{\beta, \tau \to \infty} r(x, y) = 0") == ["unreadable"]


def test_a_limit_reaches_to_the_end_of_its_term() -> None:
    # Alone on its side a limit is decided; in a sum it is known to no law yet.
    assert statuses(r"\lim_{\beta \to \infty} \pi^*(y|x) \cdot 2 = 2 \pi_{ref}(y|x)") == ["proved"]
    assert statuses(r"\lim_{\beta \to \infty} \pi^*(y|x) - \pi_{ref}(y|x) = 0") == ["unknown"]


def test_a_limit_claims_its_theorem() -> None:
    text = r"$$\lim_{\beta \to \infty} \pi^*(y|x) = \pi_{ref}(y|x)$$"
    claim = check_text(text, "limits.md", claim="limit-large-beta").claim
    assert claim is not None and claim.met
