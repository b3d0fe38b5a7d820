"""The table of functions: each row means one thing, whether it is read off its expansion or its value."""

from __future__ import annotations

import re
from fractions import Fraction as F

import pytest

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.functions import FUNCTIONALS, FUNCTIONS, TABLE, expansion, record_of
from symkl.language.records import Function, Functional, Sign
from symkl.language.terms import Relation, Variable
from symkl.language.writing import formula
from symkl.proving.deciding import decide
from symkl.refuting.arithmetic import BALLS, FLOATS, Undefined
from symkl.refuting.cases import Case, Shape
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Run, evaluate

Y = Variable("y", "y")
U, V, W, ALPHA = (t.Scalar(name) for name in "uvwα")
ARGUMENTS = (t.Apply("p", (Y,), ()), t.Apply("q", (Y,), ()))


def row_of(name: str) -> Function | Functional:
    return TABLE[name]


def instance(row: Function | Functional) -> t.Fn | t.Bind:
    """The row at names: u, v, w for numbers; p, q and a reward r for what is under a binder."""
    if isinstance(row, Function):
        return t.Fn(row.name, (U, V, W)[: row.arity])
    rest = t.Apply("r", (), (Y,))
    arguments = (*ARGUMENTS[: row.distributions], *[rest] * (row.arity - row.distributions))
    return t.Bind(row.name, (Y,), arguments, (ALPHA,)[: row.parameters])


def problem(p: list[F], q: list[F], u: F = F(1, 3), v: F = F(-2, 5), alpha: F = F(3)) -> Case:
    tables = {
        Shape("p", ("y",), ()): {(i,): x for i, x in enumerate(p)},
        Shape("q", ("y",), ()): {(i,): x for i, x in enumerate(q)},
        Shape("r", (), ("y",)): {(i,): F(3 * i - 1, 2) for i in range(len(p))},
    }
    return Case({"y": len(p)}, {"u": u, "v": v, "w": F(5), "α": alpha}, tables)


PROBLEMS = [
    problem([F(1, 4), F(3, 4)], [F(1, 3), F(2, 3)]),
    problem([F(1, 2), F(1, 6), F(1, 3)], [F(1, 5), F(1, 5), F(3, 5)], u=F(7, 2), v=F(9, 2), alpha=F(1, 2)),
    problem([F(1, 4), F(3, 4)], [F(1, 4), F(3, 4)], u=F(2), v=F(2)),
]
ROWS = [pytest.param(row, id=row.name) for row in (*FUNCTIONS, *FUNCTIONALS)]
MEANT = [pytest.param(row, id=row.name) for row in (*FUNCTIONS, *FUNCTIONALS) if row.expansion is not None]


@pytest.mark.parametrize("row", MEANT)
@pytest.mark.parametrize("case", PROBLEMS)
def test_the_value_is_that_of_the_expansion(row: Function | Functional, case: Case) -> None:
    term, meaning = instance(row), expansion(instance(row))
    assert meaning is not None
    assert evaluate(term, case, bits=200).overlaps(evaluate(meaning, case, bits=200))
    for arithmetic in (BALLS, FLOATS):
        program = Program(t.Context.NOTHING)
        both = program.compile(term), program.compile(meaning)
        one, other = (float(Run.of(program, case, arithmetic).value(each)) for each in both)
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("row", MEANT)
def test_the_kernel_takes_a_row_for_its_expansion(row: Function | Functional) -> None:
    term, meaning = instance(row), expansion(instance(row))
    assert meaning is not None
    found = decide(t.Statement(term, Relation.EQUAL, meaning), t.Context(frozenset({"α"})))
    assert isinstance(found, Proved) and found.law == "identity"
    doubled = t.Add((meaning, t.Number(F(1, 7))))
    assert not isinstance(decide(t.Statement(term, Relation.EQUAL, doubled), t.Context(frozenset({"α"}))), Proved)


@pytest.mark.parametrize("row", [pytest.param(r, id=r.name) for r in FUNCTIONS if r.derivative is not None])
def test_the_derivative_is_that_of_dual_numbers_and_of_the_kernel(row: Function) -> None:
    term = instance(row)
    assert row.derivative is not None and isinstance(term, t.Fn)
    for by, slope in zip((U, V), row.derivative(*term.arguments), strict=False):
        case = PROBLEMS[0]
        assert evaluate(t.Partial(term, by), case, bits=200).overlaps(evaluate(slope, case, bits=200))


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("case", PROBLEMS)
def test_the_sign_is_the_one_that_is_said(row: Function | Functional, case: Case) -> None:
    if row.name == "sum":
        return
    value = evaluate(instance(row), case, bits=100)
    good = {Sign.ANY: True, Sign.POSITIVE: value > 0, Sign.NEGATIVE: value < 0, Sign.NONNEGATIVE: not value < 0}
    assert good[row.sign]


@pytest.mark.parametrize("row", [r for r in ROWS if r.values[0].arity == 2])  # type: ignore[union-attr]
def test_symmetry_is_said_of_what_is_symmetric_and_of_nothing_else(row: Function | Functional) -> None:
    term = instance(row)
    turned = type(term)(term.name, *((term.variables,) if isinstance(term, t.Bind) else ()), term.arguments[::-1],
                        *((term.parameters,) if isinstance(term, t.Bind) else ()))  # type: ignore[arg-type]
    if row.name in ("E", "Var"):
        assert not row.symmetric
        return
    case = problem([F(1, 2), F(1, 6), F(1, 3)], [F(1, 5), F(1, 5), F(3, 5)])
    apart = evaluate(term, case, bits=200) - evaluate(turned, case, bits=200)
    assert row.symmetric == bool(apart.contains(0))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_printed_with_all_its_parts(row: Function | Functional) -> None:
    shown = formula(instance(row))
    for text in (shown.text, shown.latex):
        assert "@" not in text and text.count("{") == text.count("}")
    count = row.arity + (row.parameters if isinstance(row, Functional) else 0)
    assert len(row.printed.places) == count
    for spelled in (row.printed.text, row.printed.latex):
        assert {int(i) for i in re.findall(r"@(\d)", spelled)} == set(range(count))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_with_other_arguments_means_nothing(row: Function | Functional) -> None:
    one = instance(row)
    more = (*one.arguments, U)
    other = t.Bind(one.name, (Y,), more) if isinstance(one, t.Bind) else t.Fn(one.name, more)
    assert record_of(one) is row
    assert record_of(other) is None and expansion(other) is None
    with pytest.raises(Unsupported):
        Normaliser(t.Context.NOTHING)(other)


@pytest.mark.parametrize("name", ["H", "cross-entropy", "KL", "JS"])
def test_where_p_is_zero_a_divergence_has_the_value_of_the_rest(name: str) -> None:
    """0 log 0 = 0: a response without mass changes nothing."""
    row = row_of(name)
    without, with_zero = problem([F(1, 4), F(3, 4)], [F(1, 2), F(1, 2)]), problem(
        [F(1, 4), F(3, 4), F(0)], [F(1, 2), F(1, 2), F(0)] if name == "JS" else [F(1, 4), F(1, 4), F(1, 2)])
    if name in ("H",):
        assert evaluate(instance(row), without).overlaps(evaluate(instance(row), with_zero))
    elif name != "JS":
        assert evaluate(instance(row), with_zero).is_finite()
    else:
        with pytest.raises(Undefined):
            evaluate(t.kl(Y, ARGUMENTS[1], ARGUMENTS[0]), problem([F(0), F(1)], [F(1, 2), F(1, 2)]))


def test_log_sigma_is_not_lost_where_sigma_is() -> None:
    program = Program(t.Context.NOTHING)
    far = program.compile(t.Fn("log σ", (t.Scalar("u"),)))
    case = problem([F(1)], [F(1)], u=F(-2000))
    assert Run.of(program, case, FLOATS).value(far) == pytest.approx(-2000)


def test_an_argument_that_stands_outside_is_not_bound() -> None:
    order = t.Apply("a", (), (Y,))
    term = t.Bind("Rényi", (Y,), ARGUMENTS, (order,))
    assert t.free_variables(term) == {Y}
    assert t.free_variables(t.Bind("Rényi", (Y,), ARGUMENTS, (ALPHA,))) == frozenset()
    w = Variable("w", "y")
    assert t.free_variables(t.substitute(term, {Y: w})) == {w}
