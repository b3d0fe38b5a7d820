"""What a file says at its top, and what is not here: followed exactly, said, or refused by name and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl.auditing.lifting import Lifted, lifted
from symkl.auditing.roles import Misuse
from symkl.auditing.traces import Untraceable


def found(folder: Path, text: str, name: str = "f") -> Lifted:
    (folder / "mine.py").write_text(text)
    return lifted(f"{folder}/mine.py:{name}")


# --- decorators ---------------------------------------------------------------------------------

WRAPPED = """
import functools
from somewhere import registered, tripled

def doubled(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2 * function(*args)
    return wrapper

def times(factor):
    return lambda function: lambda *args: factor * function(*args)

KNOWN = {}

def known(name):
    def keep(function):
        KNOWN[name] = function
        return function
    return keep

@doubled
def helper(x):
    return x

@tripled
def lost(x):
    return x

@known("f")
@times(5)
def f(x):
    return helper(x)

def g(x):
    return lost(x)

class Loss:
    @property
    def scale(self):
        return 7
    @staticmethod
    @doubled
    def half(x):
        return x / 4
    def loss(self, x):
        return self.half(x)
"""


def test_decorators_that_are_here_are_applied_of_helpers_too(tmp_path: Path) -> None:
    assert found(tmp_path, WRAPPED).function(1) == 10
    assert not found(tmp_path, WRAPPED).said
    assert found(tmp_path, WRAPPED, "Loss.loss").function(4) == 2


def test_a_decorator_of_a_helper_that_is_not_here_is_said_with_its_line(tmp_path: Path) -> None:
    answer = found(tmp_path, WRAPPED, "g")
    line = WRAPPED.splitlines().index("@tripled") + 1
    assert list(answer.said) == [f"without its decorator tripled of line {line}, which is not here"]
    assert answer.function(1) == 1


def test_a_decorator_beside_is_applied(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("def doubled(function):\n    return lambda x: 2 * function(x)\n")
    text = "import beside as b\nfrom beside import doubled\n@doubled\n@b.doubled\ndef f(x):\n    return x\n"
    assert found(tmp_path, text).function(1) == 4


def test_a_decorator_that_makes_something_that_is_not_here_is_left_off_and_said(tmp_path: Path) -> None:
    text = "from nowhere import REGISTRY\ndef known(f):\n    return REGISTRY.put(f)\n@known\ndef f(x):\n    return x\n"
    answer = found(tmp_path, text)
    assert answer.function(3) == 3
    assert list(answer.said) == ["without its decorator known of line 4, which is not here"]


# --- the top of a file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "value"),
    [
        ("if 1 > 2:\n    K = 2\nelse:\n    K = 3\n", 3),
        ("FAST = False\nif FAST:\n    def k():\n        return 2\n    K = k()\nelse:\n    K = 5\n", 5),
        ("K = 2\nif not K:\n    pass\nJ = 1\nif J:\n    K = 7\n", 7),
        ("K = 2\nK += 3\nK *= 2\n", 10),
        ("K: float = 2\nK = K + 1\n", 3),
        ("T = {'a': 1}\nT['a'] = 4\nT.update(b=2)\nK = T['a'] + T['b']\n", 6),
        ("L = []\nL.append(3)\nK = L[0]\n", 3),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    K = 1\nelse:\n    K = 2\n", 2),
        ("import sys\nif sys.version_info >= (3, 9):\n    K = 1\nelse:\n    K = 2\n", 1),
        ("(A, B), K = (1, 2), 3\n", 3),
        ("try:\n    K = 1\nexcept ValueError:\n    K = 2\nelse:\n    K = 4\n", 4),
        ("def K_():\n    return 1\ndef K_():\n    return 2\nK = K_()\n", 2),
    ],
)
def test_the_top_of_a_file_is_run_as_python_runs_it(top: str, value: float, tmp_path: Path) -> None:
    text = f"{top}\ndef f(x):\n    return K * x\n"
    space: dict[str, object] = {}
    exec(text, space)
    assert space["K"] == value
    assert found(tmp_path, text).function(1) == value


@pytest.mark.parametrize(
    ("top", "words"),
    [
        ("for K in range(3):\n    pass\n", r"mine.py:1: K is given or changed by a 'for' at the top of the file"),
        ("K = [1]\nfor i in (1, 2):\n    K = i\n", r"mine.py:2: K is given or changed by a 'for'"),
        ("K = 1\nwith open('x') as K:\n    pass\n", r"mine.py:2: K is given or changed by a 'with'"),
        ("K = 1\ndel K\n", r"mine.py:2: K is given or changed by a 'delete'"),
        ("from nowhere import kind\nif kind == 'x':\n    K = 1\nelse:\n    K = 2\n", r"mine.py:2: 'if kind == 'x'' decides what K is"),
        ("K = {}['no']\n", r"mine.py:1: what f needs does not run: KeyError: 'no'"),
        ("K = 1\nfrom math import pi as K\n", r"mine.py:2: K is imported where it is given already"),
    ],
)
def test_what_is_not_followed_is_refused_with_its_line(top: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=words):
        found(tmp_path, f"{top}\ndef f(x):\n    return K * x\n")


def test_a_try_that_imports_what_is_not_here_is_said_to_be_taken_to_go_well(tmp_path: Path) -> None:
    text = "try:\n    import fast\n    HAS = True\nexcept ImportError:\n    HAS = False\ndef f(x):\n    return x if HAS else 2 * x\n"
    answer = found(tmp_path, text)
    assert answer.function(1) == 1
    assert list(answer.said) == ["what HAS is, is given under a 'try' in line 1, which is taken to go well"]


def test_an_arm_that_hangs_on_what_is_not_here_is_said(tmp_path: Path) -> None:
    answer = found(tmp_path, "from nowhere import on_npu\nif on_npu():\n    K = 1\nelse:\n    K = 2\ndef f(x):\n    return K * x\n")
    assert answer.function(1) == 2
    assert list(answer.said) == ["on_npu() is not here, and taken to be false"]


# --- what stands for what is not here -----------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("if self.ref is None:", "self.ref is not here, and taken not to be None"),
        ("if not (self.ref is not None):", "self.ref is not here, and taken not to be None"),
        ("if 'ipo' in self.kinds:", "self.kinds is not here, and taken not to contain 'ipo'"),
        ("if self.fast:", "self.fast is not here, and taken to be false"),
        ("if not hasattr(self.args, 'beta'):", "self.args is not here, and taken to have beta"),
        ("if getattr(self.args, 'beta', None) is None:", "self.args is not here, and taken to have beta"),
        ("if isinstance(self.model, dict):", "self.model is not here, and taken to be no dict"),
        ("if isinstance(x, Model):", "Model is not here, and taken to be no class of int"),
        ("if [1 for _ in self.parts]:", "self.parts is not here, and taken to be empty"),
        ("if self.kind in {'a': 1}:", "self.kind is not here, and taken to be no key of a table"),
        ("if str(self.kind) == 'a':", "self.kind is not here, and taken to be written so"),
        ("if not callable(self.hook):", "self.hook is not here, and taken to be callable"),
    ],
)
def test_a_branch_that_a_stub_decides_is_said(question: str, said: str, tmp_path: Path) -> None:
    text = f"from nowhere import Model\nclass T:\n    def loss(self, x):\n        {question}\n            return 2 * x\n        return x\n"
    answer = found(tmp_path, text, "T.loss")
    assert answer.function(1) == 1
    assert said in answer.said


@pytest.mark.parametrize("question", ["self.kind == 'ipo'", "self.kind != 'ipo'", "'ipo' == self.kind", "self.kind in ('a', 'b')"])
def test_a_comparison_with_what_is_not_here_is_refused_and_says_how_to_set_it(question: str, tmp_path: Path) -> None:
    text = f"class T:\n    def loss(self, x):\n        return x if {question} else 2 * x\n"
    with pytest.raises(Untraceable, match=r"self.kind is not here; say what it is: --set self.kind=VALUE"):
        found(tmp_path, text, "T.loss").function(1)
    assert found(tmp_path, text, "T.loss").function(1, self={"kind": "b"}) in (1, 2)


def test_what_a_class_has_from_one_beside_it_is_there(tmp_path: Path) -> None:
    text = (
        "from nowhere import Trainer\nclass Base(Trainer):\n    scale = 3\n    other = 5\n"
        "    def helper(self, x):\n        return self.scale * self.other * x\n"
        "class T(Base):\n    scale = 2\n    def loss(self, x):\n        return self.helper(x)\n"
    )
    answer = found(tmp_path, text, "T.loss")
    assert (answer.function(1), dict(answer.said)) == (10, {})


def test_nothing_is_said_of_what_is_set(tmp_path: Path) -> None:
    text = "class T:\n    def loss(self, x):\n        return x if self.ref is None and hasattr(self, 'ref') else 2 * x\n"
    answer = found(tmp_path, text, "T.loss")
    assert (answer.function(1, self={"ref": None}), dict(answer.said)) == (1, {})


def test_a_type_that_is_not_here_decides_nothing_and_nothing_is_said(tmp_path: Path) -> None:
    text = (
        "from typing import Any, Callable, Optional, Union\nfrom nowhere import Settings\n"
        "Loss = Callable[[Optional[Union[Settings, dict]], Any], Any]\nKNOWN: dict[str, Loss] = {}\n"
        "class Plain:\n    other: Settings = None\n"
        "def known(f: Loss) -> Loss:\n    KNOWN['f'] = f\n    return f\n"
        "@known\ndef f(x, s: Optional[Settings] = None):\n    return x if isinstance(Plain(), Plain) else Loss\n"
    )
    answer = found(tmp_path, text)
    assert (answer.function(1), dict(answer.said)) == (1, {})


@pytest.mark.parametrize("expression", ["self.beta * x", "x - self.beta", "-self.beta", "x if self.beta > 0 else 1", "float(self.beta)", "len(self.beta)"])
def test_a_number_that_is_not_here_says_how_to_set_it(expression: str, tmp_path: Path) -> None:
    text = f"class T:\n    def loss(self, x):\n        return {expression}\n"
    with pytest.raises(Untraceable, match=r"it computes with self.beta, which is not here; say what it is: --set self.beta=VALUE"):
        found(tmp_path, text, "T.loss").function(1)


def test_what_only_has_the_name_of_a_variable_is_not_run(tmp_path: Path) -> None:
    text = (
        "import sys\nargs = sys.exit(3)\nrows = 1 / 0\nt = {}['t']\ndef outer():\n    return 2\n"
        "def f(x, t=1):\n    global G\n    args = x\n    G = 3\n    rows = [args for args in [t]]\n"
        "    def inner(rows):\n        return outer() * rows\n    return inner(rows[0]) * args + K\nK = 1\n"
    )
    assert found(tmp_path, text).function(5) == 11


def test_a_file_that_ends_the_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=r"mine.py:2: what f needs does not run: SystemExit: 3"):
        found(tmp_path, "import sys\nK = sys.exit(3)\ndef f(x):\n    return K\n")
