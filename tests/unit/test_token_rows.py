"""Arguments of symkl.tokens: what is read, what is refused with its name, and that torch is touched in one file only."""

from __future__ import annotations

import ast
import json
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symkl.problems import InvalidProblem
from symkl.tokens import log_tilt, tilt_statistics
from symkl.tokens.arrays import on_device, out_of_memory
from symkl.tokens.rows import read_rows, tilted

ROOT = Path(__file__).parents[2]
KINDS = ("numpy", "torch")
ZEROS, ONES = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)


def made(kind: str, array: Any) -> Any:
    """The array in one of the two kinds; without torch the test is skipped, and says so."""
    if kind == "numpy" or array is None:
        return array
    return pytest.importorskip("torch", reason="torch is not installed").as_tensor(np.asarray(array))


def changed(array: np.ndarray[Any, Any], place: Any, value: float) -> np.ndarray[Any, Any]:
    """A copy with another number at one place."""
    copy = array.copy()
    copy[place] = value
    return copy


# --- what is refused ----------------------------------------------------------------------------

BAD = {
    "NaN logit": (changed(ZEROS, (1, 2), math.nan), ONES, 1.0, None,
                  "logits at [1, 2]: found nan, expected a finite number or -inf"),
    "infinite logit": (changed(ZEROS, (0, 1), math.inf), ONES, 1.0, None,
                       "logits at [0, 1]: found inf, expected a finite number or -inf"),
    "NaN reward": (ZEROS, changed(ONES, (1, 0), math.nan), 1.0, None,
                   "rewards at [1, 0]: found nan, expected a finite number; leave a token out with mask"),
    "infinite reward": (ZEROS, changed(ONES, (1, 0), math.inf), 1.0, None,
                        "rewards at [1, 0]: found inf, expected a finite number; leave a token out with mask"),
    "reward of -inf": (ZEROS, changed(ONES, (1, 0), -math.inf), 1.0, None,
                       "rewards at [1, 0]: found -inf, expected a finite number; leave a token out with mask"),
    "row of -inf": (changed(ZEROS, 1, -math.inf), ONES, 1.0, None,
                    "logits at [1]: found -inf or masked at every token, expected a token that has mass"),
    "row masked": (ZEROS, ONES, 1.0, np.array([[True, True, True], [False, False, False]]),
                   "logits at [1]: found -inf or masked at every token, expected a token that has mass"),
    "only row masked": (ZEROS[0], ONES[0], 1.0, np.array([False, False, False]),
                        "logits: found -inf or masked at every token, expected a token that has mass"),
    "overflow": (ZEROS, changed(ONES, (0, 2), 1e30), 1e-20, None,
                 "beta: found 1e-20, and a reward of 1e+30 at [0, 2], expected r/beta in the range of float32"),
    "vocabularies": (ZEROS, np.ones((2, 4)), 1.0, None,
                     "rewards: found shape (2, 4), expected (.., 3): as many tokens as logits of shape (2, 3)"),
    "one reward for all": (ZEROS, np.ones((2, 1)), 1.0, None,
                           "rewards: found shape (2, 1), expected (.., 3): as many tokens as logits of shape (2, 3)"),
    "batches": (ZEROS, np.ones((5, 3)), 1.0, None,
                "rewards: found shape (5, 3), expected one that broadcasts with (2, 3)"),
    "shape of the mask": (ZEROS, ONES, 1.0, np.array([True, False]),
                          "mask: found shape (2,), expected (.., 3): as many tokens as logits of shape (2, 3)"),
    "whole logits": (ZEROS.astype(np.int64), ONES, 1.0, None,
                     "logits: found numbers of type int64, expected one of bfloat16, float16, float32, float64"),
    "whole rewards": (ZEROS, ONES.astype(np.int32), 1.0, None,
                      "rewards: found numbers of type int32, expected one of bfloat16, float16, float32, float64"),
    "mask of numbers": (ZEROS, ONES, 1.0, np.array([1, 1, 0]),
                        "mask: found numbers of type int64, expected booleans, true where a token counts: mask != 0"),
    "uneven": ([[0.0], [0.0, 1.0]], ONES, 1.0, None, "logits: found a list of uneven lengths, expected an array"),
    "no numbers": (["a", "b", "c"], ONES, 1.0, None,
                   "logits: found numbers of type str32, expected one of bfloat16, float16, float32, float64"),
    "no axis": (np.float32(0.0), ONES, 1.0, None, "logits: found shape (), expected (.., V) with V > 0"),
    "no tokens": (np.zeros((2, 0)), np.zeros((2, 0)), 1.0, None,
                  "logits: found shape (2, 0), expected (.., V) with V > 0"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", [log_tilt, tilt_statistics])
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_by_name(case: str, function: Callable[..., Any], kind: str) -> None:
    logits, rewards, beta, mask, message = BAD[case]
    if isinstance(logits, list) and kind == "torch":
        pytest.skip("a list is read as a NumPy array")
    with pytest.raises(InvalidProblem) as refused:
        function(made(kind, logits), made(kind, rewards), beta, mask=made(kind, mask))
    assert str(refused.value) == message


RANGE = "a number > 0, from 1.18e-38 to 8.51e+37 in float32 arithmetic"


@pytest.mark.parametrize(
    ("beta", "found"),
    [
        (0, "0.0"), (-1.0, "-1.0"), (1e-40, "1e-40"), (math.inf, "inf"), (math.nan, "nan"), (10**400, "inf"),
        (np.float32(-0.5), "-0.5"),
    ],
)  # fmt: skip
def test_a_temperature_out_of_range_is_refused(beta: Any, found: str) -> None:
    for function in (log_tilt, tilt_statistics):
        with pytest.raises(InvalidProblem) as refused:
            function(ZEROS, ONES, beta)
        assert str(refused.value) == f"beta: found {found}, expected {RANGE}"


@pytest.mark.parametrize("beta", ["1", None, True, [1.0], 1j])
def test_a_temperature_that_is_no_number_is_refused(beta: Any) -> None:
    with pytest.raises(InvalidProblem, match=r"^beta: found .*, expected a number$"):
        log_tilt(ZEROS, ONES, beta)


def test_a_subnormal_temperature_of_float64_is_refused_only_below_its_range() -> None:
    doubles = ZEROS.astype(np.float64)
    assert log_tilt(doubles, doubles, 1e-300).shape == (2, 3)
    with pytest.raises(InvalidProblem, match=r"^beta: found 5e-324, expected .* in float64 arithmetic$"):
        log_tilt(doubles, doubles, 5e-324)


def test_the_range_of_temperatures_ends_where_it_is_said_to_end() -> None:
    for beta in (2.0**-126, 2.0**126, Fraction(1, 3), np.float32(0.5), 3):
        assert np.isfinite(log_tilt(ZEROS, 0 * ONES, beta)).all()
    for beta in (np.nextafter(2.0**-126, 0), np.nextafter(2.0**126, math.inf)):
        with pytest.raises(InvalidProblem, match=r"^beta: "):
            log_tilt(ZEROS, 0 * ONES, beta)


@pytest.mark.parametrize(("name", "value"), [("top", -1), ("top", 2.0), ("top", True), ("block", 0), ("block", "64")])
def test_bad_options_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidProblem, match=rf"^{name}: found .*, expected a whole number from"):
        tilt_statistics(ZEROS, ONES, 1.0, **{name: value})


def test_kinds_are_not_mixed() -> None:
    with pytest.raises(InvalidProblem) as refused:
        log_tilt(ZEROS, made("torch", ONES), 1.0)
    assert str(refused.value) == "rewards: found a torch tensor, expected a NumPy array, as logits is one"
    with pytest.raises(InvalidProblem) as refused:
        log_tilt(made("torch", ZEROS), ONES, 1.0)
    assert str(refused.value) == "rewards: found a NumPy array, expected a torch tensor, as logits is one"


def test_devices_are_not_mixed() -> None:
    elsewhere = made("torch", ONES).to("meta")
    with pytest.raises(InvalidProblem) as refused:
        log_tilt(made("torch", ZEROS), elsewhere, 1.0)
    assert str(refused.value) == "rewards: found a tensor on meta, expected one on cpu, where logits is"


def test_a_device_that_is_not_there() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    there = ", ".join(["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))])
    for device in ("cuda:99", "tpu", ""):
        with pytest.raises(InvalidProblem) as refused:
            on_device(ZEROS, device)
        assert str(refused.value) == f"device: found {device!r}, expected a device that is there: {there}"
    assert on_device(ZEROS, "cpu").device.type == "cpu"


def test_without_torch_a_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InvalidProblem) as refused:
        on_device(ZEROS, "cuda")
    assert str(refused.value) == "device: found 'cuda', expected torch to be installed: pip install 'symkl[torch]'"


# --- what is read -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_leading_dimensions_broadcast(kind: str) -> None:
    logits = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    rewards = np.arange(12, dtype=np.float32).reshape(4, 3)
    mask = np.array([True, False, True])
    rows = read_rows(made(kind, logits), made(kind, rewards), 2.0, made(kind, mask))
    assert (rows.count, rows.width, rows.leading, rows.dtype) == (8, 3, (2, 4), "float32")
    block = [rows.arrays.numpy(each) for each in rows.block(slice(5, 6), slice(0, 3))]
    # The sixth row is [1, 1]: logits 15, 16, 17 and rewards 3, 4, 5.
    assert block[0].tolist() == [[15.0, -math.inf, 17.0]]
    assert block[1].tolist() == [[3.0, 0.0, 5.0]]
    assert block[2].tolist() == [[16.5, -math.inf, 19.5]]


def test_the_inverse_of_the_temperature_is_rounded_once() -> None:
    """v is within two roundings of r/β of the exact value, never three."""
    generator = np.random.default_rng(0)
    rewards = generator.normal(size=2000).astype(np.float32)
    unit = Fraction(1, 2**24)
    for beta in (0.1, 0.3, 7.7, 1e-3, 1 / 3):
        found = tilted(np.zeros_like(rewards), rewards, float(np.float32(1.0 / beta)))
        for value, reward in zip(found.tolist(), rewards.tolist(), strict=True):
            exact = Fraction(reward) / Fraction(beta)
            assert abs(Fraction(value) - exact) <= abs(exact) * ((1 + unit) ** 2 - 1) * Fraction(1001, 1000)


def test_what_says_that_memory_ran_out() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    assert out_of_memory(torch.cuda.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as refused:
        torch.empty(1 << 55, dtype=torch.float32)
    assert out_of_memory(refused.value)
    assert not out_of_memory(RuntimeError("The size of tensor a must match"))


# --- imports ------------------------------------------------------------------------------------


def loaded_after(statement: str) -> list[str]:
    """Which of torch and symkl.tokens a fresh Python has loaded after ``statement``."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps([m for m in ('torch', 'symkl.tokens') if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_symkl_loads_neither_torch_nor_tokens() -> None:
    assert loaded_after("import symkl") == []


def test_tokens_with_numpy_load_no_torch() -> None:
    use = "import numpy as np, symkl.tokens as t\nt.log_tilt(np.zeros(3), np.zeros(3), 1.0)\nt.tilt_statistics(np.zeros(3), np.zeros(3), 1.0)"
    assert loaded_after(use) == ["symkl.tokens"]


def test_the_detector_detects() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    assert "torch" in loaded_after("import torch")


def importers_of_torch() -> list[str]:
    """Modules of symkl that import torch in any way."""
    found = []
    for path in sorted((ROOT / "symkl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
                names = [each.value for each in node.args if isinstance(each, ast.Constant)]
            else:
                continue
            if any(str(name).partition(".")[0] == "torch" for name in names):
                found.append(str(path.relative_to(ROOT)))
    return sorted(set(found))


def test_one_file_of_a_room_imports_torch() -> None:
    files = ["symkl/auditing/tensors.py", "symkl/tokens/arrays.py", "symkl/tokens/pickled.py"]
    assert importers_of_torch() == files


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda torch: torch.zeros(2, 3).to_sparse(), "a sparse tensor, expected a dense one"),
        (lambda torch: torch.zeros(2, 3).to_sparse_csr(), "a sparse_csr tensor, expected a dense one"),
        (lambda torch: torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]), "a nested tensor, expected a dense one"),
        (lambda torch: torch.zeros(2, 3, device="meta"), "a tensor without numbers, on the device meta"),
    ],
    ids=["sparse", "csr", "nested", "meta"],
)
@pytest.mark.filterwarnings("ignore")
def test_tensors_that_are_not_dense_are_refused(make: Any, found: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(InvalidProblem, match=f"logits: found {found}"):
        read_rows(make(torch), make(torch), 1.0)
