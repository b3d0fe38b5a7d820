"""The parts of the audit that need no torch: expressions, roles, lifting, terms, functionals, the search."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from symkl.auditing import functionals as named
from symkl.auditing import worlds
from symkl.auditing.arguments import arguments_of
from symkl.auditing.configuring import configured
from symkl.auditing.crosscheck import _apart
from symkl.auditing.expressions import Call, Condition, Expressions, Symbol
from symkl.auditing.lifting import Lifted, lifted
from symkl.auditing.roles import Misuse, bound, guess, mask
from symkl.auditing.searching import fit
from symkl.auditing.traces import Untraceable
from symkl.auditing.translating import term
from symkl.language.writing import formula
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate

X, Q = Symbol("policy"), Symbol("reference")


@pytest.fixture
def e() -> Expressions:
    return Expressions()


# --- expressions --------------------------------------------------------------------------------


def test_equal_expressions_have_one_number(e: Expressions) -> None:
    x, q = e.entry(*X), e.entry(*Q)
    assert e.add(x, q, x) == e.add(e.scale(x, Fraction(2)), q)
    assert e.multiply(x, q, e.power(x, -1)) == q
    assert e.subtract(e.multiply(e.constant(0.5), x), e.divide(x, e.constant(2))) == e.zero
    assert e.add(x, q) != e.add(x, e.negate(q))


@pytest.mark.parametrize("value", [0.7, 2.0])
def test_slopes_are_those_of_differences(e: Expressions, value: float) -> None:
    x, q = e.entry(*X), e.entry(*Q)
    each = [
        e.call("exp", e.multiply(x, q)), e.call("log", e.add(e.one, e.power(x, 2))), e.call("σ", e.subtract(x, q)),
        e.call("log σ", e.negate(x)), e.power(x, Fraction(-3, 2)), e.divide(q, e.add(x, e.constant(3))),
        e.multiply(x, e.call("exp", x), e.call("sg", e.power(q, 3))),
    ]  # fmt: skip
    for one in each:
        at, step = {X: value, Q: -0.4}, 1e-6
        apart = e.value(one, {**at, X: value + step}) - e.value(one, {**at, X: value - step})
        assert e.value(e.derivative(one, X), at) == pytest.approx(apart / (2 * step), rel=1e-6)


def test_nothing_flows_through_what_is_detached(e: Expressions) -> None:
    x = e.entry(*X)
    stopped = e.call("sg", e.call("exp", x))
    assert e.derivative(stopped, X) == e.zero
    assert e.derivative(e.multiply(x, stopped), X) == stopped
    assert e.unstopped(stopped) == e.call("exp", x)


def test_a_branch_is_taken_at_a_point_and_said(e: Expressions) -> None:
    x, q = e.entry(*X), e.entry(*Q)
    larger = e.call("max", x, q)
    assert e.settled(larger, {X: 2.0, Q: 1.0}) == (x, (Condition(x, q),))
    assert e.settled(larger, {X: 0.0, Q: 1.0}) == (q, (Condition(q, x),))
    assert e.settled(e.call("abs", x), {X: -2.0})[0] == e.negate(x)
    chosen = e.call("if", x, q, e.one)
    assert (e.settled(chosen, {X: 1.0, Q: 5.0})[0], e.settled(chosen, {X: -1.0, Q: 5.0})[0]) == (q, e.one)
    with pytest.raises(ValueError, match="branches"):
        e.derivative(larger, X)


def test_floats_that_are_no_numbers_stay_what_they_are(e: Expressions) -> None:
    x, infinite = e.entry(*X), e.constant(-math.inf)
    assert e.call("exp", infinite) == e.zero
    assert e.value(e.add(x, infinite), {X: 1.0}) == -math.inf
    assert math.isnan(e.value(e.multiply(e.zero, infinite), {}))
    assert e.value(e.call("log", x), {X: 0.0}) == -math.inf
    assert e.call("max", x, infinite) == x


def test_rounding_covers_cancellation(e: Expressions) -> None:
    x = e.entry(*X)
    huge = e.subtract(e.call("exp", x), e.call("exp", e.add(x, e.constant(1e-9))))
    at = {X: 40.0}
    exact = -math.exp(40) * math.expm1(1e-9)
    off = abs(e.value(huge, at) - exact)
    assert off <= 1e3 * e.rounding(huge, at, {}, {})
    assert e.rounding(huge, at, {}, {}) < abs(exact)


# --- roles --------------------------------------------------------------------------------------


def test_roles_are_read() -> None:
    assert bound("a", "advantage:B").shape == "B"
    assert bound("m", "mask:bool").kind == "bool"
    assert bound("d", "policy.chosen - policy.rejected").shape == "B"
    scalar = bound("eps", "scalar[0,0.5]")
    assert (scalar.symbol, scalar.low, scalar.high) == ("ε", 0.0, 0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("polcy", "there is no role 'polcy'; write one of policy, reference, old"),
        ("policy:Q", "a shape is written with B, T and V"),
        ("scalar[0;1]", r"a range is written scalar\[0,1\]"),
        ("mask - policy", "write one of"),
    ],
)
def test_a_role_that_is_none_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(Misuse, match=words):
        bound("x", text)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("logprob", "policy"), ("ref_logprob", "reference"), ("old_log_probs", "old"), ("advantages", "advantage"),
        ("policy_chosen_logps", "policy.chosen"), ("reference_rejected_logps", "reference.rejected"),
        ("response_mask", "mask"), ("beta", "scalar"), ("kwargs", ""),
    ],
)  # fmt: skip
def test_a_guess_is_offered_from_a_name(name: str, role: str) -> None:
    assert guess(name) == role


def test_masks_are_ragged() -> None:
    assert all(0 < sum(map(sum, mask(s))) < s["B"] * s["T"] for s in ({"B": 2, "T": 3}, {"B": 3, "T": 2}))


# --- lifting ------------------------------------------------------------------------------------

SOURCE = '''
import math
from nowhere import Thing, decorate
LIMIT = 3
if True:
    SCALE = 2.0

def helper(x: Thing) -> "Thing":
    return SCALE * x + LIMIT

@decorate
def wanted(x: Thing, y=1) -> Thing:
    return helper(x) + math.sqrt(4) * y

def other():
    return Thing.nothing

class Model(Thing):
    def loss(self, x):
        return self.beta * self.twice(x)
    def twice(self, x):
        return 2 * x

raise RuntimeError("the file itself is not run")
'''


def test_a_function_is_lifted_without_its_package(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(SOURCE)
    found = lifted(f"{file}:wanted")
    assert found.function(1) == 7.0
    assert found.line == 12
    assert lifted(f"{file}:Model.loss").function(1, self={"beta": 5}) == 10


def package(folder: Path) -> Path:
    """A file that takes things from others of its package, and from what is not here."""
    for path, text in {
        "lib/__init__.py": "", "lib/tools/__init__.py": "",
        "lib/tools/sums.py": "from nowhere import gone\nWEIGHT = 3\ndef weighted(x):\n    return WEIGHT * x\n",
        "lib/core/mine.py": (
            "import lib.tools.sums as S\nfrom lib.tools import sums\nfrom ..tools.sums import weighted, gone\n"
            "from elsewhere import is_there, mystery\n"
            "def one(x):\n    return S.weighted(x)\ndef two(x):\n    return sums.weighted(x)\n"
            "def three(x):\n    return weighted(x)\ndef four(x):\n    return mystery(x)\n"
            "def five(x):\n    return 0 if is_there() else x\n"
        ),
    }.items():  # fmt: skip
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder / "lib/core/mine.py"


@pytest.mark.parametrize("name", ["one", "two", "three"])
def test_what_lies_beside_in_the_package_is_lifted_too(name: str, tmp_path: Path) -> None:
    assert lifted(f"{package(tmp_path)}:{name}").function(2) == 6


class Computed:
    requires_grad = True


def test_what_is_not_here_computes_nothing_and_decides_nothing_unsaid(tmp_path: Path) -> None:
    with pytest.raises(Untraceable, match="it calls mystery, which is not here"):
        lifted(f"{package(tmp_path)}:four").function(Computed())
    five = lifted(f"{package(tmp_path)}:five")
    assert five.function(1) == 1
    assert list(five.said) == ["is_there() is not here, and taken to be false"]


DECORATED = """
from somewhere import register, Base, broken
from contextlib import contextmanager
import torch

@register("quiet")
@torch.no_grad()
def quiet(x):
    return x

@torch.compile(dynamic=True)
def plain(x):
    return x

class Trainer(Base):
    def loss(self, x):
        return self.half(x)
    @staticmethod
    def half(x):
        return x / 2
    def other(self, x: "Nowhere"):
        with broken() as it:
            return FACTOR * it

FACTOR = 1 / 0
"""


def test_of_decorators_those_that_stop_gradients_are_kept_and_others_are_said(tmp_path: Path) -> None:
    """Without ``no_grad`` a function would seem to have a gradient."""
    pytest.importorskip("torch")
    file = tmp_path / "decorated.py"
    file.write_text(DECORATED)
    quiet, plain = lifted(f"{file}:quiet"), lifted(f"{file}:plain")
    assert hasattr(quiet.function, "__wrapped__")
    assert not hasattr(plain.function, "__wrapped__")
    assert list(quiet.said) == ["without its decorator register of line 6, which is not here"] and not plain.said


def test_of_a_class_only_what_its_method_uses_is_run(tmp_path: Path) -> None:
    file = tmp_path / "decorated.py"
    file.write_text(DECORATED)
    assert lifted(f"{file}:Trainer.loss").function(4) == 2


def test_what_beside_cannot_be_run_is_a_stub(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/__init__.py").write_text("")
    (tmp_path / "lib/broken.py").write_text("TABLE = {}['nothing']\ndef gone(x):\n    return TABLE[x]\n")
    (tmp_path / "lib/mine.py").write_text(
        "from .broken import gone\ndef with_it(x):\n    return gone(x)\ndef without(x, other=False):\n"
        "    return gone(x) if other else x\n"
    )
    assert lifted(f"{tmp_path}/lib/mine.py:without").function(3) == 3
    with pytest.raises(Untraceable, match="it calls gone, which is not here"):
        lifted(f"{tmp_path}/lib/mine.py:with_it").function(Computed())


def test_a_dataclass_with_annotations_that_name_nothing_is_lifted(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(
        "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    beta: 'Nowhere | None' = 0.5\n"
        "def scaled(x):\n    return Settings().beta * x\n"
    )
    assert lifted(f"{file}:scaled").function(4) == 2


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("mine.py:nothing", "there is no 'nothing' at its top; it has helper, wanted, other, Model"),
        ("mine.py:Model.gone", "Model has no method 'gone'"), ("mine.py", "write FILE.py:FUNCTION"),
        ("gone.py:f", "no such file"), ("bad.py:f", "bad.py:1: this is no Python"),
    ],
)  # fmt: skip
def test_what_cannot_be_lifted_says_why(target: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(SOURCE)
    (tmp_path / "bad.py").write_text("def f(:")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misuse, match=words):
        lifted(target)


# --- terms, functionals, the search -------------------------------------------------------------


def test_ratios_and_clips_are_written_as_such(e: Expressions) -> None:
    x, q, a = e.entry(*X), e.entry(*Q), e.entry("advantage")
    ratio = e.call("exp", e.subtract(x, q))
    clipped = e.call("min", e.call("max", ratio, e.constant(0.8)), e.constant(1.2))
    assert formula(term(e, e.multiply(clipped, a))).text == "A(y) clip(π(y)/π_ref(y), 4/5, 6/5)"
    assert formula(term(e, e.power(ratio, -1))).text == "π_ref(y)/π(y)"
    assert formula(term(e, e.call("sg", e.entry("policy.chosen")))).text == "sg(log π(y_w))"
    assert isinstance(e.nodes[clipped], Call)


def each_functional() -> list[named.Functional]:
    return named.functionals(frozenset({"π_ref", "π_old"}), frozenset({"A"}), "π_old")


def test_slopes_of_functionals_are_those_of_differences() -> None:
    (world,) = worlds.worlds("ordinary", {}, 1)
    for each in each_functional():
        slope = each.slope(world.tables)
        for y in range(4):
            step = np.eye(4)[y] * 1e-6
            up, down = ({**world.tables, "π": world.tables["π"] + s} for s in (step, -step))
            apart = (each.value(up) - each.value(down)) / 2e-6
            assert slope[y] == pytest.approx(apart, rel=1e-5, abs=1e-8), formula(each.term).text


def test_functionals_are_what_their_terms_are() -> None:
    """Each against the certified evaluator of terms, in the same problem."""
    weights = {"π": (1, 2, 5), "π_ref": (3, 3, 2), "π_old": (4, 1, 3)}
    tables = {Shape(name, ("y",), ()): {(y,): Fraction(w, 8) for y, w in enumerate(row)} for name, row in weights.items()}
    tables[Shape("A", (), ("y",))] = {(0,): Fraction(1), (1,): Fraction(-2), (2,): Fraction(1, 2)}
    arrays = {shape.symbol: np.array([float(v) for v in table.values()]) for shape, table in tables.items()}
    for each in each_functional():
        exact = float(evaluate(each.term, Case({"y": 3}, {}, tables)))
        assert each.value(arrays) == pytest.approx(exact, rel=1e-12), formula(each.term).text


def test_the_fewest_columns_are_found_and_nothing_where_none_fit() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=40) for _ in range(9)]
    assert fit(columns[3] / 2 - 3 * columns[7], columns) == ((3, Fraction(1, 2)), (7, Fraction(-3)))
    assert fit(rng.normal(size=40), columns) is None
    assert fit(np.zeros(40), columns) == ()
    assert fit(columns[1] * math.pi, columns) is None


# --- a project's audits -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"it has no table \[tool.symkl.audit.NAME\]"),
        ("[tool.symkl.audit.a]\nfunctio = 1", "has 'functio'; it may have function, bind"),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'", 'wants function = "FILE.py:FUNCTION" and bind'),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {}\nexpect = 3", "expect is a text, or a list of texts"),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {}\nexpect = {value = 0}", "expect is a table of texts"),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {b = 'scalar'}\nrange = 3", r"range is a table, as in range = { beta = \[0, 2\] }"),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {b = 'policy'}\nrange = {b = [0, 1]}", "a range is of a scalar, .*; it is policy"),
        ("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {}\nrange = {b = [0, 1]}", "a range is of a scalar, .*; it is not bound"),
        ("[tool", "it cannot be read"),
    ],
)
def test_a_table_that_is_none_says_what_it_wants(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(Misuse, match=words):
        configured(file)


def test_a_table_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {x = 'policy'}\nset = {k = 0.5}\nexpect = 'value=0'")
    (found,) = configured(file)
    assert (found.function, found.set, found.expect) == (str(tmp_path / "f.py:f"), {"k": 0.5}, ("value=0",))


def test_what_is_expected_may_be_a_table(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {x = 'policy'}\nexpect = {value = 'KL(π‖π_ref)', loss = '0'}")
    (found,) = configured(file)
    assert found.expect == ("value=KL(π‖π_ref)", "loss=0")


def test_a_table_may_say_between_what_a_scalar_lies(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.symkl.audit.a]\nfunction = 'f.py:f'\nbind = {beta = 'scalar'}\nrange = {beta = [0, 0.5]}")
    (found,) = configured(file)
    scalar = bound("beta", found.bind["beta"])
    assert (scalar.low, scalar.high) == (0.0, 0.5)


def test_without_torch_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from symkl import cli

    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "symkl.auditing.tensors", raising=False)
    file = tmp_path / "mine.py"
    file.write_text("def f(x): return x\n")
    assert cli.main(["audit", f"{file}:f", "--bind", "x=policy"]) == 2
    assert "pip install 'symkl[torch]'" in capsys.readouterr().err


def test_rounding_of_a_product_with_a_factor_that_is_0_is_a_number(e: Expressions) -> None:
    """0/0 was no bound, and what is no bound held nothing apart."""
    x, q = e.entry(*X), e.entry(*Q)
    gap = e.add(e.scale(x, Fraction(1, 3)), e.negate(e.scale(e.call("sg", x), Fraction(1, 3))), e.zero)
    product = e.multiply(e.power(e.subtract(x, e.call("sg", x)), 3), q, e.add(gap, e.one))
    assert 0 <= e.rounding(product, {X: -1.3, Q: 0.7}, {}, {}) < 1e-9


@pytest.mark.parametrize("bound", [math.nan, math.inf])
def test_a_bound_that_is_no_number_holds_nothing_together(bound: float) -> None:
    assert _apart(1.0, 2.0, bound) == math.inf
    assert _apart(math.inf, 2.0, bound) == math.inf
    assert _apart(1.0, 1.0 + 1e-16, 1e-16) == 0.0


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("cfg", "cfg.beta"), "cfg is said as a whole, and cfg.beta as a part of it"),
        (("cfg.beta", "cfg"), "cfg is said as a whole, and a part of it, too"),
        (("model", "model().logits"), r"model is said as a whole, and model\(\).logits as a part"),
        (("a..b",), "'a..b' is no place"),
        (("",), "'' is no place"),
    ],
)
def test_a_place_that_is_none_or_is_said_twice_is_refused_by_name(names: tuple[str, ...], words: str) -> None:
    found = Lifted(lambda cfg, model: None, "f", "f.py", 1)
    with pytest.raises(Misuse, match=words):
        arguments_of(found, {}, dict.fromkeys(names, 1))
