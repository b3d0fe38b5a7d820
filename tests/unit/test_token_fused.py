"""The kernels: within the same bounds as the eager code, on the same data, with the same errors.

The Triton kernels are run by Triton's interpreter (tests/conftest.py): the rest is as on a CUDA device.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symkl.problems import InvalidProblem
from symkl.tokens import fused, log_tilt, tilt_statistics
from symkl.tokens.accumulators import Five, fold, of_block
from symkl.tokens.bounds import ACCURATE, BY_POWERS_OF_TWO, FUSED, UNITS, bound, compare, probe_exp, to_bfloat16
from symkl.tokens.reference import refer
from symkl.tokens.rows import read_rows
from symkl.tokens.trials import KINDS, Trial, edges

torch = pytest.importorskip("torch", reason="torch is not installed")

FIGURES = ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy")
SIZES = [1, 255, 256, 4097, 9001]
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")


@pytest.fixture(params=["as it is", pytest.param("triton", marks=needs_triton)])
def path(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The formulas of the kernels without a compiler, or the Triton kernel by its interpreter."""
    monkeypatch.setattr(fused, "_compiled", lambda function, kinds: function)
    if request.param == "triton":
        monkeypatch.setattr(fused, "_on_cuda", lambda rows: True)
    return str(request.param)


def tensors(*arrays: Any, dtype: str = "float32") -> list[Any]:
    return [torch.tensor(each).to(getattr(torch, dtype)) for each in arrays]


def as_given(rows: Any, dtype: str) -> Any:
    """The numbers that a tensor of that kind has."""
    return to_bfloat16(rows) if dtype == "bfloat16" else rows.astype(dtype)


def assert_within_bounds(logits: Any, rewards: Any, beta: float, dtype: str) -> None:
    statistics = tilt_statistics(*tensors(logits, rewards, dtype=dtype), beta, top=3, fused=True)
    log_policy = log_tilt(*tensors(logits, rewards, dtype=dtype), beta, fused=True)
    rounding = replace(FUSED, unit=UNITS["float64" if dtype == "float64" else "float32"])
    assert str(log_policy.dtype) == ("torch.float64" if dtype == "float64" else "torch.float32")
    for i in range(len(logits)):
        row = as_given(logits[i], dtype), as_given(rewards[i], dtype), beta
        exact = refer(*row)
        found = {name: float(getattr(statistics, name)[i]) for name in FIGURES} | {"log_policy": log_policy[i].numpy()}
        for each in compare(found, exact, bound(*row, BY_POWERS_OF_TWO, rounding, exact)):
            assert not each.exceeded and each.bound < math.inf, each
        assert statistics.counted[i] == logits.shape[1]


# --- the same bounds ----------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [1e-3, 0.5, 1e3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_is_within_its_bounds(path: str, kind: str, beta: float) -> None:
    assert_within_bounds(*Trial(kind, 9001, 6).make(), beta, "float32")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
@pytest.mark.parametrize("size", SIZES)
def test_every_kind_of_number_at_sizes_beside_those_of_a_tile(path: str, size: int, dtype: str) -> None:
    assert_within_bounds(*Trial("random", size, 3).make(), 0.5, dtype)


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_is_compiled_is_within_the_bounds(dtype: str) -> None:
    for kind in KINDS:
        for beta in (0.01, 1e3):
            assert_within_bounds(*Trial(kind, 2000, 6).make(), beta, dtype)


@needs_compiler
@pytest.mark.slow
def test_every_kind_of_number_has_compiled_code_of_its_own() -> None:
    """torch compiles a function so many times; then it would go on uncompiled, and only log it."""
    logits, rewards = Trial("random", 600, 2).make()
    fused._compiled.cache_clear()
    with torch._dynamo.config.patch(recompile_limit=2, fail_on_recompile_limit_hit=True):
        for dtype in ("float32", "bfloat16", "float64"):
            for rows in (1, 2):
                tilt_statistics(*tensors(logits[:rows], rewards[:rows], dtype=dtype), 0.5, top=0, fused=True)


@needs_compiler
@pytest.mark.slow
def test_the_compiled_exponential_keeps_to_its_model() -> None:
    rows = read_rows(*tensors([[0.0]], [[0.0]]), 1.0)
    assert probe_exp(lambda x: fused.exponentials(rows, torch.tensor(x)).numpy()).held


@needs_triton
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_the_six_numbers_of_a_tile(dtype: str, masked: bool) -> None:
    """Of rows that are some of more, with one row of rewards for all, and a tile that is masked all over."""
    from symkl.tokens import kernels

    logits, rewards = tensors(*Trial("random", 9001, 4).make(), dtype=dtype)
    mask = torch.rand((4, 9001), generator=torch.Generator().manual_seed(1)) < 0.7
    mask[2, : kernels.TILE] = False
    rows = read_rows(logits, rewards[0], 0.3, mask if masked else None)
    found, maxima = kernels.tile_numbers(rows, fused._given(rows, slice(1, 3)), 256)
    assert {(tuple(each.shape), each.dtype) for each in found} == {((2, 3), getattr(torch, rows.dtype))}
    if masked:
        assert found[0][1, 0] == found[2][1, 0] == -math.inf
    block = rows.block(slice(1, 3), slice(None))
    for each, of in zip(maxima, (block.logits, block.values), strict=True):
        wanted = torch.nn.functional.pad(of, (0, 3 * kernels.TILE - 9001), value=-math.inf).unflatten(1, (-1, 256)).amax(-1)
        assert torch.equal(each, wanted)
    whole = of_block(rows.arrays, rows.block(slice(1, 3), slice(None)), rows.dtype)
    together = fold(rows.arrays, Five(*(each.double() for each in found)))
    unit = 2.0**-50 if dtype == "float64" else 2.0**-20
    for name in ("m_l", "s_l", "m_v", "s_v", "t_v", "w_v"):
        wanted = getattr(whole, name)
        assert torch.all(abs(getattr(together, name) - wanted) <= unit * (whole.s_v + abs(wanted))), name


@needs_triton
def test_the_temperature_of_float64_rows_is_no_float32() -> None:
    from symkl.tokens import kernels

    rows = read_rows(*tensors([[0.0]], [[1.0]], dtype="float64"), 3.0)
    assert kernels.tile_numbers(rows, fused._given(rows, slice(0, 1)), 256)[0][2].item() == 1 / 3.0


@needs_triton
@pytest.mark.slow
def test_kernels_compile_for_cuda_devices_and_read_each_input_once(tmp_path: Path) -> None:
    """Without a device: down to machine code for two generations, and 16 bytes at a time.

    A thread has 16 tokens of each input, so that 4096 are loaded by 256 threads: any load more would be a second one.
    """
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path), "TRITON_INTERPRET": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.compile_kernels"], capture_output=True, text=True, check=False, env=environment,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == 32
    width = {"bf16": 2, "fp16": 2, "fp32": 4, "fp64": 8}
    for each in found:
        assert each["binary"] > 1000
        assert each["fused"] == 0  # v as torch rounds it, so that the likeliest are found by it
        if not each["masked"]:
            wide = sum(count for kind, count in each["loads"].items() if kind.startswith("v"))
            assert wide == 2 * 16 * width[each["data"]] / 16, each


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("layout", ["beside one another", "transposed", "every second", "one row for all"])
def test_compiled_sums_are_as_exact_however_the_tokens_lie(layout: str) -> None:
    """A 1 at the start of each tile and the rest just below half its roundoff: one after the other, all are lost."""
    width = 1024
    logits = np.full((2, width), np.nextafter(np.float32(-24 * math.log(2)), np.float32(-99)), np.float32)
    logits[:, :: fused.WIDTH] = 0.0
    views = {
        "beside one another": lambda x: x,
        "transposed": lambda x: x.T.contiguous().T,
        "every second": lambda x: x.repeat_interleave(2, 1)[:, ::2],
        "one row for all": lambda x: x[0].expand(2, width),
    }
    given = views[layout](torch.tensor(logits)), views[layout](torch.zeros(2, width)), 1.0
    exact = refer(logits[0], np.zeros(width), 1.0)
    limits = bound(logits[0], np.zeros(width), 1.0, ACCURATE, FUSED, exact)
    statistics, log_policy = tilt_statistics(*given, fused=True), log_tilt(*given, fused=True)
    found = {name: float(getattr(statistics, name)[0]) for name in FIGURES} | {"log_policy": log_policy[0].numpy()}
    for each in compare(found, exact, limits):
        assert not each.exceeded, each


@needs_compiler
@pytest.mark.slow
def test_no_layout_is_compiled_beyond_what_torch_compiles() -> None:
    fused._compiled.cache_clear()
    base = torch.randn((6, 1200), generator=torch.Generator().manual_seed(0))
    views = [base, base.repeat(1, 2)[:, ::2], base.T.contiguous().T, base[:1], base[0].expand(6, 1200), base[:, :300], base[:1, :300], base[:2]]
    with torch._dynamo.config.patch(recompile_limit=3, fail_on_recompile_limit_hit=True):
        for view in views:
            found, wanted = (tilt_statistics(view, torch.zeros(view.shape[1]), 0.5, fused=each) for each in (True, False))
            assert torch.allclose(found.log_partition, wanted.log_partition, atol=1e-6)


# --- the same answers ---------------------------------------------------------------------------


def test_the_likeliest_are_those_of_the_eager_code(path: str) -> None:
    """Ties within a tile and across tiles, and rows without as many tokens that have mass."""
    generator = np.random.default_rng(3)
    logits = generator.integers(0, 4, (5, 20_000)).astype(np.float32)
    rewards = generator.integers(0, 2, (5, 20_000)).astype(np.float32)
    logits[0, 2:] = -math.inf
    logits[1] = 0.0
    logits[2, [17, 5000, 9000, 19_999]] = 9.0
    for top in (0, 1, 5, 300):
        found, wanted = (tilt_statistics(*tensors(logits, rewards), 1.0, top=top, fused=each) for each in (True, False))
        for which in ("top_before", "top_after"):
            assert torch.equal(getattr(found, which).tokens, getattr(wanted, which).tokens), (which, top)


def test_more_tokens_than_there_are(path: str) -> None:
    found = tilt_statistics(*tensors([[0.0, 3.0, -math.inf]], [[0.0, 0.0, 0.0]]), 1.0, top=5, fused=True)
    assert found.top_after.tokens.tolist() == [[1, 0, 2]]


def test_leading_dimensions_masks_and_one_row_of_rewards(path: str) -> None:
    generator = np.random.default_rng(5)
    logits, rewards = tensors(generator.normal(size=(2, 3, 5000)), generator.normal(size=5000))
    mask = torch.tensor(generator.random((3, 5000)) < 0.5)
    found, wanted = (tilt_statistics(logits, rewards, 0.3, mask=mask, fused=each) for each in (True, False))
    for name in FIGURES:
        assert getattr(found, name).shape == (2, 3)
        assert torch.allclose(getattr(found, name), getattr(wanted, name), rtol=1e-5, atol=1e-5)
    policies = [log_tilt(logits, rewards, 0.3, mask=mask, fused=each) for each in (True, False)]
    assert torch.equal(policies[0] == -math.inf, policies[1] == -math.inf)
    assert torch.allclose(policies[0][..., mask[0]][0, 0], policies[1][..., mask[0]][0, 0], atol=1e-5)


def test_columns_that_are_not_beside_one_another(path: str) -> None:
    generator = np.random.default_rng(6)
    logits, rewards = tensors(generator.normal(size=(600, 4)), generator.normal(size=(4, 1200)))
    apart = tilt_statistics(logits.T, rewards[:, ::2], 0.5, fused=True)
    beside = tilt_statistics(logits.T.contiguous(), rewards[:, ::2].contiguous(), 0.5, fused=True)
    assert torch.allclose(apart.kl, beside.kl, rtol=1e-6)


def test_no_rows(path: str) -> None:
    found = tilt_statistics(*tensors(np.zeros((0, 7)), np.zeros((0, 7))), 1.0, fused=True)
    assert found.kl.shape == (0,) and found.top_after.tokens.shape == (0, 5)
    assert log_tilt(*tensors(np.zeros((0, 7)), np.zeros((0, 7))), 1.0, fused=True).shape == (0, 7)


def test_a_lost_token_of_the_last_tile_shows(path: str) -> None:
    """All the mass at one position: whoever skips it is off by everything."""
    for width in (256, 4096):
        for token in edges(9001, width):
            logits = np.full((1, 9001), -50.0, np.float32)
            logits[0, token] = 0.0
            assert abs(float(tilt_statistics(*tensors(logits, 0 * logits), 1.0, fused=True).entropy)) < 1e-15


# --- the same errors ----------------------------------------------------------------------------

BAD = {
    "nan": ("logits", 8000, math.nan), "inf": ("logits", 3, math.inf),
    "reward nan": ("rewards", 8000, math.nan), "reward inf": ("rewards", 5, -math.inf), "too large": ("rewards", 4, -3e38),
}  # fmt: skip


def test_forward_gradients_are_asked_for_without_requires_grad() -> None:
    forward = torch.autograd.forward_ad
    zeros = torch.zeros(2, 300)
    with forward.dual_level():
        dual = forward.make_dual(zeros, torch.ones(2, 300))
        assert forward.unpack_dual(log_tilt(dual, zeros, 1.0)).tangent.abs().max() < 1e-6
        for compute in (log_tilt, tilt_statistics):
            with pytest.raises(InvalidProblem, match="expected detached tensors, or fused=False"):
                compute(dual, zeros, 1.0, fused=True)
    _, tangent = torch.func.jvp(lambda x: log_tilt(x, zeros, 1.0), (zeros,), (torch.ones(2, 300),))
    assert tangent.abs().max() < 1e-6
    with pytest.raises(InvalidProblem, match="expected detached tensors, or fused=False"):
        torch.func.jvp(lambda x: log_tilt(x, zeros, 1.0, fused=True), (zeros,), (torch.ones(2, 300),))


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_number_is_named(path: str, case: str) -> None:
    arguments = dict(zip(("logits", "rewards"), Trial("random", 9001, 2).make(), strict=True))
    name, token, value = BAD[case]
    arguments[name][1, token] = value
    for compute in (log_tilt, tilt_statistics):
        if case == "too large" and compute is tilt_statistics:
            continue  # its π* is 0 there: nothing but its log is out of range
        told = []
        for each in (True, False):
            with pytest.raises(InvalidProblem) as error:
                compute(*tensors(*arguments.values()), 0.1, fused=each)
            told.append(str(error.value))
        assert told[0] == told[1]


def test_what_is_beyond_the_numbers_is_no_token_without_mass(path: str) -> None:
    """v is in range, and what it is below the largest is not: its log π* is no -inf."""
    logits, rewards = torch.zeros(1, 300), torch.full((1, 300), -2e38)
    rewards[0, 7] = 2e38
    for each in (True, False):
        with pytest.raises(InvalidProblem, match="beta: found 1, expected one at which l \\+ r/beta spans no more than float32 can hold"):
            log_tilt(logits, rewards, 1.0, fused=each)
        logits[0, 9], rewards[0, 9] = -math.inf, 0.0
    logits, rewards = torch.tensor([[0.0, -math.inf]]), torch.tensor([[0.0, 1e38]])
    for each in (True, False):
        with pytest.raises(InvalidProblem, match=r"beta: found 0.001, and a reward of 1e\+38 at \[0, 1\], expected r/beta in"):
            log_tilt(logits, rewards, 1e-3, fused=each)


def test_a_row_without_mass_is_named(path: str) -> None:
    logits = np.zeros((2, 300), np.float32)
    logits[1] = -math.inf
    for compute in (log_tilt, tilt_statistics):
        with pytest.raises(InvalidProblem, match=r"logits at \[1\]: found -inf or masked"):
            compute(*tensors(logits, np.zeros((2, 300))), 1.0, fused=True)


def test_what_kernels_cannot_be_asked_for() -> None:
    rows = np.zeros((1, 3), np.float32)
    with pytest.raises(InvalidProblem, match="fused: found True, and NumPy arrays, expected torch tensors"):
        tilt_statistics(rows, rows, 1.0, fused=True)
    leaf = torch.zeros((1, 3), requires_grad=True)
    with pytest.raises(InvalidProblem, match="expected detached tensors, or fused=False"):
        log_tilt(leaf, torch.zeros(3), 1.0, fused=True)
    with pytest.raises(InvalidProblem, match="fused: found 'yes', expected True, False or None"):
        log_tilt(torch.zeros(3), torch.zeros(3), 1.0, fused="yes")  # type: ignore[arg-type]


class NoCompiler(Exception):
    """As torch's own is."""


NoCompiler.__module__ = "torch._inductor.exc"


def failing(function: Any, kinds: Any) -> Any:
    def fail(*arguments: Any) -> Any:
        raise NoCompiler("No working C++ compiler found in [None, 'g++']\n\nSet TORCHDYNAMO_VERBOSE=1 ...")

    return fail


def test_without_a_compiler_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_compiled", failing)
    with pytest.raises(InvalidProblem, match=r"fused: found no kernel, expected one that can be built, or fused=False \(No working C\+\+ .*'g\+\+'\]\)$"):
        tilt_statistics(torch.zeros(1, 300), torch.zeros(300), 1.0, fused=True)


@needs_triton
def test_on_a_device_without_a_compiler_it_goes_on_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_compiled", failing)
    monkeypatch.setattr(fused, "_on_cuda", lambda rows: True)
    fused._works.cache_clear()
    with pytest.warns(RuntimeWarning, match="goes on without kernels: fused: found no kernel") as told:
        found = [tilt_statistics(torch.zeros(1, 300), torch.zeros(300), 1.0) for _ in range(2)]
    fused._works.cache_clear()
    assert len(told) == 1 and float(found[1].kl[0]) == 0.0


@needs_triton
@pytest.mark.parametrize("spoiled", ["tile_numbers", "log_policy"])
def test_kernels_that_compute_something_else_are_not_taken_by_default(spoiled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from symkl.tokens import kernels

    monkeypatch.setattr(fused, "_compiled", lambda function, kinds: function)
    monkeypatch.setattr(fused, "_on_cuda", lambda rows: True)
    right = getattr(kernels, spoiled)
    fused._works.cache_clear()
    assert fused._works("cpu")
    monkeypatch.setattr(kernels, spoiled, lambda rows, *rest: right(replace(rows, beta=0.4), *rest))
    fused._works.cache_clear()
    with pytest.warns(RuntimeWarning, match="goes on without kernels: they compute something else"):
        found = tilt_statistics(torch.zeros(1, 300), torch.zeros(300), 1.0)
    fused._works.cache_clear()
    assert float(found.kl[0]) == 0.0


def test_where_memory_runs_out_it_goes_on_with_fewer_rows(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right, seen = fused.tiles, []

    def tiles(rows: Any, chosen: slice) -> Any:
        count = len(range(*chosen.indices(rows.count)))
        seen.append(count)
        if count > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return right(rows, chosen)

    monkeypatch.setattr(fused, "tiles", tiles)
    monkeypatch.setattr(fused, "at_once", lambda rows, twice: 7 * rows.width)
    logits, rewards = tensors(*Trial("random", 500, 7).make())
    found = tilt_statistics(logits, rewards, 1.0, fused=True)
    assert found.kl.shape == (7,) and seen == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    assert torch.allclose(found.kl, tilt_statistics(logits, rewards, 1.0).kl, rtol=1e-5)
