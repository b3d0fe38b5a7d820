r"""The table of functions and functionals: one record each, and everything else reads it.

A new one is a record here and its test. The scanner and the parser read it as it is written there, the kernel by
its expansion, the evaluator by its value, the writer as it is printed, and the page on notation lists it.

>>> TABLE["KL"].printed.text, TABLE["KL"].symmetric
('KL(@0‖@1)', False)
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Any

import symkl.language.terms as t
from symkl.language.records import Function, Functional, Layout, Numbers, Place, Printed, Rows, Sign, Written

_ONE, _MINUS, _HALF = t.Number(Fraction(1)), t.Number(Fraction(-1)), t.Number(Fraction(1, 2))
_TWO = t.Number(Fraction(2))
DETACHED = "sg"
"""The function whose value is that of its argument, and whose slope is 0."""
LENGTH = "|·|"
"""The function that gives the length of a response, ``|y|``: a whole number, and never 0."""
_V = tuple[t.Variable, ...]
_ONE_WHOLE = (Place.WHOLE,)
_TWO_NAMES = (Place.NAME, Place.NAME)


def _minus(u: t.Term) -> t.Term:
    return t.Mul((_MINUS, u))


def _less(u: t.Term, v: t.Term) -> t.Term:
    return t.Add((u, _minus(v)))


def _over(u: t.Term, v: t.Term) -> t.Term:
    return t.Mul((u, t.Power(v, _MINUS)))


def _sum(variables: _V, body: t.Term) -> t.Term:
    return t.Bind("sum", variables, (body,))


def _abs(u: t.Term) -> t.Term:
    return t.Fn("abs", (u,))


def _at_least_zero(u: t.Term) -> t.Term:
    return t.Cases((u,), (_ONE, t.Number(Fraction(0))))


def _relative(n: Numbers, p: Any, q: Any) -> Any:
    """``p log(p/q)``, with ``0 log 0 = 0``."""
    if n.is_zero(p) and n.is_finite(q):
        return p
    return p * n.log(p / q)


def _cross(n: Numbers, p: Any, q: Any) -> Any:
    """``-p log q``, with ``0 log 0 = 0``."""
    if n.is_zero(p) and n.is_finite(q):
        return p
    return -1 * p * n.log(q)


def _distance(n: Numbers, p: Any, q: Any) -> Any:
    gap = p + -1 * q
    return n.choose(gap, lambda: gap, lambda: -1 * gap)


def _clip(n: Numbers, u: Any, low: Any, high: Any) -> Any:
    """No value where the bounds are the wrong way round: there people differ on what it is."""
    inside = lambda: n.choose(high + -1 * u, lambda: n.choose(u + -1 * low, lambda: u, lambda: low), lambda: high)  # noqa: E731
    return n.choose(high + -1 * low, inside, lambda: n.log(n.number(Fraction(-1))))


def _largest(n: Numbers, rows: Rows) -> Any:
    def larger(u: Any, v: Any) -> Any:
        return n.choose(u + -1 * v, lambda: u, lambda: v)

    return reduce(larger, [f for (f,) in rows])


def _variance(n: Numbers, rows: Rows) -> Any:
    mean = sum(w * f for w, f in rows)
    return sum(w * n.whole_power(f + -1 * mean, 2) for w, f in rows)


def _covariance(n: Numbers, rows: Rows) -> Any:
    one, other = sum(w * f for w, f, _ in rows), sum(w * g for w, _, g in rows)
    return sum(w * (f + -1 * one) * (g + -1 * other) for w, f, g in rows)


def _product(rows: Rows) -> Any:
    first, *rest = (f for (f,) in rows)
    for f in rest:
        first = first * f
    return first


def _deviation(n: Numbers, rows: Rows) -> Any:
    share = n.number(Fraction(1, len(rows)))
    mean = share * sum(f for (f,) in rows)
    return n.power(share * sum(n.whole_power(f + -1 * mean, 2) for (f,) in rows), n.number(Fraction(1, 2)))


def _jensen_shannon(n: Numbers, rows: Rows) -> Any:
    half = n.number(Fraction(1, 2))
    middle = [half * (p + q) for p, q in rows]
    return half * sum(_relative(n, p, m) + _relative(n, q, m) for (p, q), m in zip(rows, middle, strict=True))


def _renyi(n: Numbers, rows: Rows, order: Any) -> Any:
    rest = 1 + -1 * order
    return -1 * n.log(sum(n.power(p, order) * n.power(q, rest) for p, q in rows)) / rest


def _jensen_shannon_terms(v: _V, p: t.Term, q: t.Term) -> t.Term:
    middle = t.Mul((_HALF, t.Add((p, q))))
    return t.Add(tuple(t.Mul((_HALF, t.Bind("KL", v, (side, middle)))) for side in (p, q)))


def _spread(variables: _V, body: t.Term) -> t.Term:
    mean = t.Bind("mean", variables, (body,))
    return t.Bind("mean", variables, (t.Power(_less(body, mean), _TWO),))


def _variance_terms(v: _V, weight: t.Term, body: t.Term) -> t.Term:
    mean = t.Bind("E", v, (weight, body))
    return t.Bind("E", v, (weight, t.Power(_less(body, mean), _TWO)))


def _covariance_terms(v: _V, weight: t.Term, one: t.Term, other: t.Term) -> t.Term:
    gaps = tuple(_less(each, t.Bind("E", v, (weight, each))) for each in (one, other))
    return t.Bind("E", v, (weight, t.Mul(gaps)))


FUNCTIONS = (
    Function(
        name="exp",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("exp",), words=("exp",), bare=("exp",)),
        printed=Printed("exp(@0)", r"\exp\left(@0\right)", _ONE_WHOLE),
        value=lambda n, u: n.exp(u),
        derivative=lambda u: (t.exp(u),),
        sign=Sign.POSITIVE,
        sympy="exp",
        meaning="the exponential function",
    ),
    Function(
        name="log",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("log", "ln"), words=("log", "ln"), bare=("log", "ln")),
        printed=Printed("log @0", r"\log @0", (Place.FACTOR,), Place.TERM),
        value=lambda n, u: n.log(u),
        derivative=lambda u: (t.Power(u, _MINUS),),
        domain=Sign.POSITIVE,
        sympy="log",
        meaning="the natural logarithm",
    ),
    Function(
        name="σ",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("sigmoid",), words=("sigmoid",)),
        printed=Printed("σ(@0)", r"\sigma\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.Power(t.Add((_ONE, t.exp(_minus(u)))), _MINUS),
        value=lambda n, u: n.logistic(u),
        derivative=lambda u: (t.Mul((t.logistic(u), t.logistic(_minus(u)))),),
        sign=Sign.POSITIVE,
        sympy="Logistic",
        meaning="1/(1 + exp(−u)), the logistic function",
    ),
    Function(
        name="log σ",
        arity=1,
        written=Written(Layout.FUNCTION, words=("logsigmoid", "LogSigmoid")),
        printed=Printed("log σ(@0)", r"\log \sigma\left(@0\right)", _ONE_WHOLE, Place.TERM),
        expansion=lambda u: t.log(t.logistic(u)),
        value=lambda n, u: n.log_logistic(u),
        derivative=lambda u: (t.logistic(_minus(u)),),
        sign=Sign.NEGATIVE,
        meaning="the logarithm of the logistic function, in one piece",
    ),
    Function(
        name="softplus",
        arity=1,
        written=Written(Layout.FUNCTION, words=("softplus", "Softplus", "SoftPlus"), bare=("softplus",)),
        printed=Printed("softplus(@0)", r"\operatorname{softplus}\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.log(t.Add((_ONE, t.exp(u)))),
        value=lambda n, u: -1 * n.log_logistic(-1 * u),
        derivative=lambda u: (t.logistic(u),),
        sign=Sign.POSITIVE,
        meaning="log(1 + exp(u)), which is −log σ(−u)",
    ),
    Function(
        name="tanh",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("tanh",), words=("tanh",), bare=("tanh",)),
        printed=Printed("tanh(@0)", r"\tanh\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.Add((t.Mul((_TWO, t.logistic(t.Mul((_TWO, u))))), _MINUS)),
        value=lambda n, u: n.logistic(2 * u) + -1 * n.logistic(-2 * u),
        derivative=lambda u: (_less(_ONE, t.Power(t.Fn("tanh", (u,)), _TWO)),),
        sympy="tanh",
        meaning="(exp(u) − exp(−u))/(exp(u) + exp(−u)), which is 2σ(2u) − 1",
    ),
    Function(
        name="cosh",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("cosh",), words=("cosh",), bare=("cosh",)),
        printed=Printed("cosh(@0)", r"\cosh\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.Mul((_HALF, t.Add((t.exp(u), t.exp(_minus(u)))))),
        value=lambda n, u: n.number(Fraction(1, 2)) * (n.exp(u) + n.exp(-1 * u)),
        derivative=lambda u: (t.Fn("sinh", (u,)),),
        sign=Sign.POSITIVE,
        sympy="cosh",
        meaning="(exp(u) + exp(−u))/2",
    ),
    Function(
        name="sinh",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("sinh",), words=("sinh",), bare=("sinh",)),
        printed=Printed("sinh(@0)", r"\sinh\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.Mul((_HALF, _less(t.exp(u), t.exp(_minus(u))))),
        value=lambda n, u: n.number(Fraction(1, 2)) * (n.exp(u) + -1 * n.exp(-1 * u)),
        derivative=lambda u: (t.Fn("cosh", (u,)),),
        sympy="sinh",
        meaning="(exp(u) − exp(−u))/2",
    ),
    Function(
        name="abs",
        arity=1,
        written=Written(Layout.FUNCTION),
        printed=Printed("|@0|", r"\left|@0\right|", _ONE_WHOLE),
        expansion=lambda u: t.Cases((u,), (u, _minus(u))),
        sign=Sign.NONNEGATIVE,
        sympy="Abs",
        meaning="u where u ≥ 0, else −u",
    ),
    Function(
        name="sign",
        arity=1,
        written=Written(Layout.FUNCTION, macros=("sign", "sgn"), words=("sign", "sgn"), bare=("sign", "sgn")),
        printed=Printed("sign(@0)", r"\operatorname{sign}\left(@0\right)", _ONE_WHOLE),
        expansion=lambda u: t.Add((_at_least_zero(u), _minus(_at_least_zero(_minus(u))))),
        sympy="sign",
        meaning="1 where u > 0, −1 where u < 0, and 0 at 0",
    ),
    Function(
        name=DETACHED,
        arity=1,
        written=Written(
            Layout.FUNCTION,
            macros=("sg", "stopgrad", "StopGrad", "bot", "detach"),
            words=(
                *("sg", "SG", "stopgrad", "StopGrad", "StopGradient", "stop_grad", "stop_gradient"),
                *("stop-grad", "stop-gradient", "stopgradient", "detach", "Detach", "nograd", "no_grad"),
            ),
        ),
        printed=Printed("sg(@0)", r"\operatorname{sg}\left(@0\right)", _ONE_WHOLE),
        value=lambda n, u: n.still(u),
        derivative=lambda u: (t.Number(Fraction(0)),),
        sympy="Detached",
        meaning="u itself, which no derivative moves",
    ),
    Function(
        name="max",
        arity=2,
        written=Written(Layout.FUNCTION),
        printed=Printed("max(@0, @1)", r"\max\left(@0, @1\right)", (Place.WHOLE, Place.WHOLE)),
        expansion=lambda u, v: t.Mul((_HALF, t.Add((u, v, _abs(_less(u, v)))))),
        value=lambda n, u, v: n.choose(u + -1 * v, lambda: u, lambda: v),
        symmetric=True,
        sympy="Max",
        meaning="the larger of two numbers",
    ),
    Function(
        name="min",
        arity=2,
        written=Written(Layout.FUNCTION),
        printed=Printed("min(@0, @1)", r"\min\left(@0, @1\right)", (Place.WHOLE, Place.WHOLE)),
        expansion=lambda u, v: t.Mul((_HALF, t.Add((u, v, _minus(_abs(_less(u, v))))))),
        value=lambda n, u, v: n.choose(v + -1 * u, lambda: u, lambda: v),
        symmetric=True,
        sympy="Min",
        meaning="the smaller of two numbers",
    ),
    Function(
        name="clip",
        arity=3,
        written=Written(
            Layout.FUNCTION,
            macros=("clip", "clamp"),
            words=("clip", "Clip", "clamp"),
            bare=("clip", "clamp"),
        ),
        printed=Printed("clip(@0, @1, @2)", r"\operatorname{clip}\left(@0, @1, @2\right)", (Place.WHOLE,) * 3),
        expansion=lambda u, low, high: t.Fn("min", (t.Fn("max", (u, low)), high)),
        value=_clip,
        sympy="Clip",
        meaning="min(max(u, low), high), u brought between two bounds",
    ),
)

FUNCTIONALS = (
    Functional(
        name="sum",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("Σ_@v @0", r"\sum_{@v} @0", (Place.TERM,), Place.TERM),
        meaning="the sum over the alphabet",
    ),
    Functional(
        name="maximum",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("max_@v @0", r"\max_{@v} @0", (Place.TERM,), Place.TERM),
        value=_largest,
        meaning="the largest value over the alphabet",
    ),
    Functional(
        name="minimum",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("min_@v @0", r"\min_{@v} @0", (Place.TERM,), Place.TERM),
        expansion=lambda v, f: _minus(t.Bind("maximum", v, (_minus(f),))),
        meaning="the smallest value over the alphabet",
    ),
    Functional(
        name="E",
        arity=2,
        written=Written(Layout.UNDER),
        printed=Printed("E_{@v∼@0}[@1]", r"\mathbb{E}_{@v\sim @0}\left[@1\right]", (Place.NAME, Place.WHOLE)),
        expansion=lambda v, weight, body: _sum(v, t.Mul((weight, body))),
        distributions=1,
        sympy="Expectation",
        meaning="Σ p f, the mean of f under p",
    ),
    Functional(
        name="product",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("Π_@v @0", r"\prod_{@v} @0", (Place.TERM,), Place.TERM),
        value=lambda n, rows: _product(rows),
        meaning="the product over the alphabet, of factors of any sign",
    ),
    Functional(
        name="mean",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("mean_@v(@0)", r"\operatorname{mean}_{@v}\left(@0\right)", (Place.WHOLE,)),
        expansion=lambda v, f: _over(_sum(v, f), _sum(v, _ONE)),
        sympy="Average",
        meaning="Σ f / Σ 1, the mean of a group",
    ),
    Functional(
        name="std",
        arity=1,
        written=Written(Layout.UNDER),
        printed=Printed("std_@v(@0)", r"\operatorname{std}_{@v}\left(@0\right)", (Place.WHOLE,)),
        expansion=lambda v, f: t.exp(t.Mul((_HALF, t.log(_spread(v, f))))),
        value=_deviation,
        sign=Sign.NONNEGATIVE,
        sympy="Deviation",
        meaning="the root of the mean of (f − mean f)², the standard deviation of a group",
    ),
    Functional(
        name="Var",
        arity=2,
        written=Written(Layout.UNDER, macros=("Var", "var"), words=("Var", "Variance", "var"), bare=("Var",)),
        printed=Printed("Var_{@v∼@0}[@1]", r"\mathrm{Var}_{@v\sim @0}\left[@1\right]", (Place.NAME, Place.WHOLE)),
        expansion=_variance_terms,
        value=_variance,
        distributions=1,
        sign=Sign.NONNEGATIVE,
        meaning="the mean of (f − E[f])²",
    ),
    Functional(
        name="Cov",
        arity=3,
        written=Written(Layout.UNDER, macros=("Cov", "cov"), words=("Cov", "Covariance", "cov"), bare=("Cov",)),
        printed=Printed(
            "Cov_{@v∼@0}[@1, @2]",
            r"\mathrm{Cov}_{@v\sim @0}\left[@1, @2\right]",
            (Place.NAME, Place.WHOLE, Place.WHOLE),
        ),
        expansion=_covariance_terms,
        value=_covariance,
        distributions=1,
        meaning="the mean of (f − E[f])(g − E[g])",
    ),
    Functional(
        name="KL",
        arity=2,
        written=Written(
            Layout.BETWEEN,
            macros=("KL", "kl", "DKL", "Dkl", "kld"),
            words=("KL", "DKL", "kl"),
            bare=("KL",),
            below=("KL",),
        ),
        printed=Printed("KL(@0‖@1)", r"D_{\mathrm{KL}}(@0 \,\|\, @1)", _TWO_NAMES),
        expansion=lambda v, p, q: _sum(v, t.Mul((p, _less(t.log(p), t.log(q))))),
        value=lambda n, rows: sum(_relative(n, p, q) for p, q in rows),
        distributions=2,
        sign=Sign.NONNEGATIVE,
        sympy="KL",
        meaning="Σ p log(p/q), with 0 log 0 = 0",
    ),
    Functional(
        name="H",
        arity=1,
        written=Written(Layout.OF),
        printed=Printed("H(@0)", "H(@0)", (Place.NAME,)),
        expansion=lambda v, p: _minus(_sum(v, t.Mul((p, t.log(p))))),
        value=lambda n, rows: sum(_cross(n, p, p) for (p,) in rows),
        distributions=1,
        sign=Sign.NONNEGATIVE,
        meaning="−Σ p log p, the entropy",
    ),
    Functional(
        name="cross-entropy",
        arity=2,
        written=Written(Layout.OF),
        printed=Printed("H(@0, @1)", "H(@0, @1)", _TWO_NAMES),
        expansion=lambda v, p, q: _minus(_sum(v, t.Mul((p, t.log(q))))),
        value=lambda n, rows: sum(_cross(n, p, q) for p, q in rows),
        distributions=2,
        sign=Sign.NONNEGATIVE,
        meaning="−Σ p log q",
    ),
    Functional(
        name="χ²",
        arity=2,
        written=Written(Layout.BETWEEN, below=("χ^2", "χ2")),
        printed=Printed("χ²(@0‖@1)", r"\chi^2(@0 \,\|\, @1)", _TWO_NAMES),
        expansion=lambda v, p, q: t.Add((_sum(v, _over(t.Power(p, _TWO), q)), _MINUS)),
        value=lambda n, rows: sum(p * p / q for p, q in rows) + n.number(Fraction(-1)),
        distributions=2,
        sign=Sign.NONNEGATIVE,
        meaning="Σ p²/q − 1",
    ),
    Functional(
        name="L1",
        arity=1,
        written=Written(Layout.NORM, below=("1",)),
        printed=Printed("‖@0‖_1", r"\left\|@0\right\|_1", (Place.NAME,)),
        expansion=lambda v, f: _sum(v, _abs(f)),
        sign=Sign.NONNEGATIVE,
        meaning="Σ |f|",
    ),
    Functional(
        name="L2",
        arity=1,
        written=Written(Layout.NORM, below=("2",)),
        printed=Printed("‖@0‖_2", r"\left\|@0\right\|_2", (Place.NAME,)),
        expansion=lambda v, f: t.Power(_sum(v, t.Power(f, _TWO)), _HALF),
        value=lambda n, rows: n.power(sum(n.whole_power(f, 2) for (f,) in rows), n.number(Fraction(1, 2))),
        sign=Sign.NONNEGATIVE,
        meaning="the root of Σ f²",
    ),
    Functional(
        name="L∞",
        arity=1,
        written=Written(Layout.NORM, below=("∞",)),
        printed=Printed("‖@0‖_∞", r"\left\|@0\right\|_\infty", (Place.NAME,)),
        expansion=lambda v, f: t.Bind("maximum", v, (_abs(f),)),
        sign=Sign.NONNEGATIVE,
        meaning="the largest |f|",
    ),
    Functional(
        name="TV",
        arity=2,
        written=Written(Layout.BETWEEN, macros=("TV",), words=("TV",), bare=("TV",), below=("TV",)),
        printed=Printed("TV(@0, @1)", r"\mathrm{TV}(@0, @1)", _TWO_NAMES),
        expansion=lambda v, p, q: t.Mul((_HALF, _sum(v, _abs(_less(p, q))))),
        value=lambda n, rows: n.number(Fraction(1, 2)) * sum(_distance(n, p, q) for p, q in rows),
        distributions=2,
        sign=Sign.NONNEGATIVE,
        symmetric=True,
        meaning="Σ |p − q| / 2, total variation",
    ),
    Functional(
        name="JS",
        arity=2,
        written=Written(Layout.BETWEEN, words=("JS", "JSD"), bare=("JS", "JSD"), below=("JS", "JSD")),
        printed=Printed("JS(@0‖@1)", r"\mathrm{JS}(@0 \,\|\, @1)", _TWO_NAMES),
        expansion=_jensen_shannon_terms,
        value=_jensen_shannon,
        distributions=2,
        sign=Sign.NONNEGATIVE,
        symmetric=True,
        meaning="KL(p‖m)/2 + KL(q‖m)/2 with m = (p + q)/2, the Jensen-Shannon divergence",
    ),
    Functional(
        name="Rényi",
        arity=2,
        parameters=1,
        written=Written(Layout.BETWEEN, below=("@",)),
        printed=Printed("D_@2(@0‖@1)", r"D_{@2}(@0 \,\|\, @1)", (*_TWO_NAMES, Place.FACTOR)),
        expansion=lambda v, p, q, a: _over(
            t.log(_sum(v, t.Mul((t.Power(p, a), t.Power(q, _less(_ONE, a)))))), _less(a, _ONE)
        ),
        value=_renyi,
        distributions=2,
        sign=Sign.NONNEGATIVE,
        meaning="log(Σ p^α q^(1−α)) / (α − 1), the Rényi divergence of order α > 0, α ≠ 1",
    ),
)

TABLE = MappingProxyType({record.name: record for record in (*FUNCTIONS, *FUNCTIONALS)})


def record_of(term: t.Term) -> Function | Functional | None:
    """The row of the table that a term is an instance of; None where it is none, or takes other arguments."""
    found = TABLE.get(term.name) if isinstance(term, t.Fn | t.Bind) else None
    match term, found:
        case t.Fn(_, arguments), Function(arity=arity) if len(arguments) == arity:
            return found
        case t.Bind(_, _, arguments, others), Functional(arity=arity, parameters=count) if (
            len(arguments) == arity and len(others) == count
        ):
            return found
    return None


def expansion(term: t.Term) -> t.Term | None:
    """What a function or functional means in other terms; None where it means nothing else.

    >>> from symkl.language.writing import formula
    >>> formula(expansion(t.logistic(t.Scalar("β")))).text
    '1/(1 + exp(−β))'
    """
    found = record_of(term)
    if found is None or found.expansion is None:
        return None
    if isinstance(term, t.Bind):
        return found.expansion(term.variables, *term.arguments, *term.parameters)
    assert isinstance(term, t.Fn)
    return found.expansion(*term.arguments)
