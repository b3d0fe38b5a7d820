"""The evaluator against sums written out by hand, with fractions and with mpmath."""

from __future__ import annotations

from fractions import Fraction as F
from random import Random

import mpmath
import pytest
from flint import arb, ctx

import symkl.language.terms as t
from symkl.language.terms import Variable
from symkl.refuting.arithmetic import FLOATS, NotEvaluable, Undefined
from symkl.refuting.cases import Case, Needs, Shape, random_case
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Allowance, Run, evaluate, needed, points

x, y, y_w, y_l = Variable("x", "x"), Variable("y", "y"), Variable("y_w", "y"), Variable("y_l", "y")
β = t.Scalar("β")


def num(value: object) -> t.Number:
    return t.Number(F(str(value)))


def over(a: t.Term, b: t.Term) -> t.Term:
    return t.Mul((a, t.Power(b, num(-1))))


def minus(a: t.Term) -> t.Term:
    return t.Mul((num(-1), a))


def at(symbol: str, v: Variable = y) -> t.Apply:
    return t.Apply(symbol, (v,), (x,))


def r(v: Variable = y) -> t.Apply:
    return t.Apply("r", (), (x, v))


TILT = t.Mul((at("π_ref"), t.exp(over(r(), β))))
CONTEXT = t.Context(
    frozenset({"β"}),
    {
        "Z": t.Definition("Z", (x,), t.total(y, TILT)),
        "π*": t.Definition("π*", (y, x), over(TILT, t.Apply("Z", (), (x,)))),
        "J": t.Definition(
            "J", (t.Policy("π"), x),
            t.Add((t.mean((y,), at("π"), r()), minus(t.Mul((β, t.kl(y, at("π"), at("π_ref"))))))),
        ),
        "ℓ": t.Definition("ℓ", (y,), t.log(over(at("π"), at("π_ref")))),  # x is left out, as people do
    },
    frozenset({"π"}),
)
PI, REF, R = Shape("π", ("y",), ("x",)), Shape("π_ref", ("y",), ("x",)), Shape("r", (), ("x", "y"))


def one_prompt(ref: list[F], rewards: list[F], policy: list[F], temperature: F = F(1)) -> Case:
    return Case(
        {"x": 1, "y": len(ref)}, {"β": temperature},
        {REF: {(i, 0): p for i, p in enumerate(ref)}, R: {(0, i): v for i, v in enumerate(rewards)},
         PI: {(i, 0): p for i, p in enumerate(policy)}},
    )  # fmt: skip


SMALL = one_prompt([F(1, 4), F(3, 4)], [F(2), F(-1, 2)], [F(2, 3), F(1, 3)], F(3, 2))


def close(ball: arb, value: mpmath.mpf, digits: int = 25) -> bool:
    """Whether a ball is narrow, and the independent value is in it (up to that value's own rounding)."""
    error = abs(mpmath.mpf(ball.mid().str(40, radius=False)) - value)
    return bool(error < mpmath.mpf(10) ** -digits)


def value(term: t.Term, problem: Case = SMALL, **place: int) -> arb:
    where = {"x": x, "y": y, "y_w": y_w, "y_l": y_l}
    return evaluate(term, problem, CONTEXT, {where[k]: i for k, i in place.items()}, 128)


# --- problems -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table", [{(0,): F(1, 2), (1,): F(1, 3)}, {(0,): F(3, 2), (1,): F(-1, 2)}, {(0,): F(1)}]
)
def test_a_table_that_is_no_distribution_is_refused(table: dict[tuple[int, ...], F]) -> None:
    with pytest.raises(ValueError):
        Case({"y": 2}, {}, {Shape("p", ("y",), ()): table})


def test_random_problems_repeat_and_lie_in_the_domain() -> None:
    needs = Needs(("x", "y"), ("β", "λ"), (PI, R, Shape("f", (), ("x",))), frozenset({"β", "f"}))
    for seed in range(20):
        problem = random_case(Random(seed), needs, {"x": 2, "y": 3})
        assert problem == random_case(Random(seed), needs, {"x": 2, "y": 3})
        assert problem.scalars["β"] > 0
        assert min(problem.tables[PI].values()) > 0
        assert min(problem.tables[Shape("f", (), ("x",))].values()) > 0


def test_needed_looks_through_definitions() -> None:
    found = needed([t.Apply("J", (), (t.Policy("ρ"), x)), t.Apply("ℓ", (), (y_w,))], CONTEXT)
    assert {shape.symbol for shape in found.shapes} == {"ρ", "π_ref", "r", "π"}
    assert found.scalars == ("β",)
    assert set(found.sorts) == {"x", "y"}
    assert found.prompts == {"x"}


def test_points_are_all_assignments() -> None:
    assert len(points([y_w, y_l, x], {"x": 2, "y": 3})) == 18


# --- values -------------------------------------------------------------------------------------


def test_rational_arithmetic_is_exact() -> None:
    term = t.total(y, t.Mul((at("π"), t.Power(r(), num(2)))))
    assert close(value(term, x=0), mpmath.mpf(11) / 4)


@pytest.mark.parametrize("temperature", [F(1, 10), F(1), F(5), F(20)])
def test_the_toy_of_eight_responses(temperature: F) -> None:
    rewards = [8, -6, 7, -3, 1, 6, -2, -5]
    with mpmath.workdps(40):
        weights = [mpmath.exp(mpmath.mpf(v) / 10) for v in (12, 5, 10, 3, 15, 11, 8, 9)]
        exact = [F(int(mpmath.nint(w * 10**20)), 10**20) for w in weights]
        ref = [w / sum(exact) for w in exact]
        p = [mpmath.mpf(w.numerator) / w.denominator for w in ref]
        b = mpmath.mpf(temperature.numerator) / temperature.denominator
        z = sum(q * mpmath.exp(v / b) for q, v in zip(p, rewards, strict=True))
        star = [q * mpmath.exp(v / b) / z for q, v in zip(p, rewards, strict=True)]
        mean = sum(q * v for q, v in zip(star, rewards, strict=True))
        divergence = sum(s * mpmath.log(s / q) for s, q in zip(star, p, strict=True))
        problem = one_prompt(ref, [F(v) for v in rewards], ref, temperature)
        assert close(value(t.mean((y,), at("π*"), r()), problem, x=0), mean)
        assert close(value(t.kl(y, at("π*"), at("π_ref")), problem, x=0), divergence)
        assert close(value(t.Apply("J", (), (t.Policy("π*"), x)), problem, x=0), b * mpmath.log(z))
    if temperature == 1:
        assert abs(float(mean) - 7.6104) < 5e-5
        assert abs(float(divergence) - 1.1107) < 5e-5


def test_a_definition_reads_what_it_leaves_out_where_it_is_used() -> None:
    term = t.total(y_w, t.Mul((at("π", y_w), t.Apply("ℓ", (), (y_w,)))))
    with mpmath.workdps(40):
        want = mpmath.mpf(2) / 3 * mpmath.log(mpmath.mpf(8) / 3) + mpmath.log(mpmath.mpf(4) / 9) / 3
        assert close(value(term, x=0), want)


def test_a_bound_variable_shadows_a_free_one() -> None:
    term = t.Add((r(), t.total(y, t.Mul((at("π"), r()))), r()))
    assert close(value(term, x=0, y=1), mpmath.mpf(1) / 6)


def test_logistic_far_out_is_stable() -> None:
    far = t.log(t.logistic(num(-1000)))
    assert close(value(far), mpmath.mpf(-1000))
    assert close(value(t.logistic(num(10**6))), mpmath.mpf(1))


def test_zero_log_zero_is_zero() -> None:
    problem = one_prompt([F(1, 2), F(1, 2)], [F(0), F(0)], [F(1), F(0)])
    with mpmath.workdps(40):
        assert close(value(t.kl(y, at("π"), at("π_ref")), problem, x=0), mpmath.log(2))


@pytest.mark.parametrize(
    ("base", "exponent", "want"),
    [(-2, "3", -8), (-2, "-1", "-1/2"), (4, "1/2", 2), (0, "2", 0), (0, "1/2", 0), (5, "0", 1),
     (8, "-2/3", "1/4")],
)
def test_powers(base: int, exponent: str, want: object) -> None:
    found = value(t.Power(num(base), num(exponent)))
    assert close(found, mpmath.mpf(F(str(want)).numerator) / F(str(want)).denominator)


UNDEFINED = [
    t.log(num(-1)), t.log(num(0)), over(num(1), num(0)), t.Power(num(-2), num("1/2")),
    t.Power(num(0), num(-1)),
    over(num(1), t.Add((t.exp(num(1)), minus(t.exp(num(1)))))), t.Mul((num(0), t.log(num(0)))),
    t.Power(t.log(num(-1)), num(0)), t.Partial(t.log(minus(β)), β),
]  # fmt: skip


@pytest.mark.parametrize("term", UNDEFINED)
def test_what_has_no_value_gets_none(term: t.Term) -> None:
    with pytest.raises(Undefined):
        value(term)


@pytest.mark.parametrize(
    "term",
    [
        t.Optimum(t.Sense.MAX, "π", t.mean((y,), at("π"), r())),
        t.Gradient(t.Gradient(at("π"))),
        t.Partial(t.Gradient(at("π")), at("π")),
        t.Partial(at("π*"), at("π*")),
        t.Apply("K", (), (t.Policy("π"),)),
        t.Apply("Z", (), (x, y)),
    ],
)
def test_what_a_problem_alone_does_not_settle_is_refused(term: t.Term) -> None:
    with pytest.raises(NotEvaluable):
        value(term, x=0, y=0)


def test_a_definition_through_itself_is_refused() -> None:
    circle = {"a": t.Definition("a", (), t.Scalar("b")), "b": t.Definition("b", (), t.Scalar("a"))}
    with pytest.raises(NotEvaluable):
        evaluate(t.Scalar("a"), SMALL, t.Context(definitions=circle))


def test_deep_terms_and_endless_sums_are_no_crash() -> None:
    deep: t.Term = num(1)
    for _ in range(100):
        deep = t.exp(t.log(t.Add((deep, num(0)))))
    assert close(value(deep), mpmath.mpf(1), 20)
    for _ in range(2000):
        deep = t.exp(t.log(deep))
    with pytest.raises(NotEvaluable):
        value(deep)
    wide: t.Term = num(1)
    for i in range(60):
        wide = t.total(Variable(f"y{i}", "y"), wide)
    with pytest.raises(NotEvaluable):
        value(wide)


def test_the_precision_of_others_is_left_alone() -> None:
    before = ctx.prec
    evaluate(t.exp(num(1)), SMALL, CONTEXT, bits=333)
    with pytest.raises(Undefined):
        evaluate(t.log(num(0)), SMALL, CONTEXT, bits=77)
    assert ctx.prec == before


def test_a_policy_can_be_replaced_by_balls() -> None:
    star = {(i, 0): value(at("π*"), x=0, y=i) for i in range(2)}
    term = t.Apply("J", (), (t.Policy("π"), x))
    found = evaluate(term, SMALL, CONTEXT, {x: 0}, 128, {"π": star})
    assert found.overlaps(value(t.Mul((β, t.log(t.Apply("Z", (), (x,))))), x=0))
    assert not found.overlaps(value(term, x=0))


def test_floats_agree_with_balls_on_random_problems() -> None:
    j = t.Apply("J", (), (t.Policy("π"), x))
    terms = [j, at("π*"), t.Partial(j, at("π")), t.Gradient(t.logistic(t.Mul((β, t.log(at("π"))))))]
    for seed in range(5):
        problem = random_case(Random(seed), needed(terms, CONTEXT), {"x": 2, "y": 3})
        program = Program(CONTEXT)
        for term, compiled in [(term, program.compile(term)) for term in terms]:
            quick = Run.of(program, problem, FLOATS).value(compiled, {x: 1, y: 2})
            certain = evaluate(term, problem, CONTEXT, {x: 1, y: 2})
            assert abs(quick - float(certain)) < 1e-9 * (1 + abs(quick))


def test_an_allowance_is_shared() -> None:
    program = Program(CONTEXT)
    compiled = program.compile(t.kl(y, at("π"), at("π_ref")))
    allowance = Allowance(50)
    with pytest.raises(NotEvaluable):
        for _ in range(50):
            Run.of(program, SMALL, FLOATS, allowance=allowance).value(compiled, {x: 0})


# --- derivatives, against differences and by hand -----------------------------------------------


def test_partial_by_one_entry_holds_the_others_fixed() -> None:
    λ, j = t.Scalar("λ"), t.Apply("J", (), (t.Policy("π"), x))
    lagrangian = t.Add((j, t.Mul((λ, t.total(y, at("π"))))))
    slope = t.Add((r(), λ, minus(t.Mul((β, t.Add((t.log(over(at("π"), at("π_ref"))), num(1))))))))
    problem = Case(SMALL.alphabets, {**SMALL.scalars, "λ": F(7, 3)}, SMALL.tables)
    for i in range(2):
        left = value(t.Partial(lagrangian, at("π")), problem, x=0, y=i)
        right = value(slope, problem, x=0, y=i)
        assert left.overlaps(right)
        assert left.rel_accuracy_bits() > 100


def test_partial_by_a_scalar() -> None:
    term = t.mean((y,), at("π*"), r())
    with mpmath.workdps(50):

        def mean(b: mpmath.mpf) -> mpmath.mpf:
            w = [mpmath.exp(2 / b) / 4, 3 * mpmath.exp(-1 / (2 * b)) / 4]
            return (2 * w[0] - w[1] / 2) / sum(w)

        assert close(value(t.Partial(term, β), x=0), mpmath.diff(mean, mpmath.mpf(3) / 2), 20)


@pytest.mark.parametrize("wrap", [t.exp, t.log, t.logistic, lambda u: t.Power(u, u),
                                  lambda u: t.Power(u, num(3)), lambda u: t.Power(num(2), u),
                                  lambda u: t.Power(u, num("-1/2")),
                                  lambda u: over(num(3), u), lambda u: t.Power(u, num(0))])  # fmt: skip
def test_every_function_is_differentiated(wrap: object) -> None:
    by_hand = {t.exp: mpmath.exp, t.log: mpmath.log, t.logistic: lambda v: 1 / (1 + mpmath.exp(-v))}
    found = value(t.Partial(wrap(β), β))  # type: ignore[operator]
    with mpmath.workdps(50):
        h, centre = mpmath.mpf(10) ** -15, mpmath.mpf(3) / 2
        if wrap in by_hand:
            want = mpmath.diff(by_hand[wrap], centre)
        else:
            near = [Case({}, {"β": F(3, 2) + s * F(1, 10**15)}, {}) for s in (-1, 1)]
            ends = [evaluate(wrap(β), problem, bits=200) for problem in near]  # type: ignore[operator]
            below, above = (mpmath.mpf(end.str(50, radius=False)) for end in ends)
            want = (above - below) / (2 * h)
        assert close(found, want, 20)


def test_a_gradient_moves_along_the_simplex() -> None:
    needs = Needs(("x", "y"), ("β",), (PI, REF, R), frozenset({"β"}))
    problem = random_case(Random(5), needs, {"x": 2, "y": 3})
    score = t.Gradient(t.log(at("π")))
    assert value(t.mean((y,), at("π"), score), problem, x=1).contains(0)
    direct = t.Gradient(t.mean((y,), at("π"), r()))
    trick = t.mean((y,), at("π"), t.Mul((score, r())))
    assert value(direct, problem, x=1).overlaps(value(trick, problem, x=1))
    assert not value(direct, problem, x=1).contains(0)
    assert value(t.Gradient(at("π_ref")), problem, x=1, y=0) == 0
