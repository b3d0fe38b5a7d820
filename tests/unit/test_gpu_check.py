"""``make bench-tokens`` and ``make gpu-check`` from end to end, on a CPU and with next to nothing to do."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from symkl.tokens import fused, tilt_statistics
from tests.benchmarks import gpu_check, tokens

torch = pytest.importorskip("torch", reason="torch is not installed")

SMALL = gpu_check.Extent((300, 513), ("float32", "bfloat16"), (0.5,), (8, 1000), ("float32",))


@pytest.fixture(autouse=True)
def without_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_compiled", lambda function, kinds: function)
    monkeypatch.setattr(torch, "compile", lambda function, **options: function)


def test_everything_is_written_down() -> None:
    found = gpu_check.check_all("cpu", SMALL, Console(quiet=True))
    assert found["schema"] == "symkl-gpu-check/1" and found["passed"] is True
    assert [(each["vocabulary"], each["dtype"]) for each in found["checks"]] == [
        (300, "float32"), (300, "bfloat16"), (513, "float32"), (513, "bfloat16")
    ]  # fmt: skip
    assert all(each["fused"] and each["schema"] == "symkl-tokens/1" for each in found["checks"])
    assert [each["subject"] for each in found["timings"]] == [
        tokens.READ, tokens.COPY, *tokens.OURS, tokens.CHAPTER, tokens.CHAPTER_COMPILED
    ]  # fmt: skip
    assert {each["subject"] for each in found["growth"]} == {tokens.STATISTICS, tokens.LOG_POLICY}
    assert found["versions"]["torch"] == torch.__version__.partition("+")[0] or found["versions"]["torch"] == torch.__version__
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_ratios_are_those_of_the_times() -> None:
    """Of work whose time is known: what takes three times a read, and moves what a read and a half does."""
    spent = {tokens.READ: 2.0, tokens.COPY: 5.0, tokens.CHAPTER: 60.0, tokens.CHAPTER_COMPILED: 12.0, "ours": 6.0}
    clock = [0.0]

    def work(name: str) -> Any:
        def run() -> None:
            clock[0] += spent[name]

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "perf_counter", lambda: clock[0])
        least = {tokens.READ: 100.0, tokens.COPY: 200.0, "ours": 150.0, tokens.CHAPTER: 100.0, tokens.CHAPTER_COMPILED: 100.0}
        found = tokens.compare(torch, "cpu", {name: work(name) for name in spent}, least, lambda what: None)["ours"]
    assert found == {"seconds": 6.0, "read": 3.0, "chapter": 10.0, "compiled": 2.0, "bandwidth": pytest.approx(0.5)}


def test_both_forms_of_the_chapter_compute_what_we_do() -> None:
    """So that the same work is timed: its policy sums to 1, and its KL is that of the statistics."""
    logits, rewards = tokens.made(torch, 5, 3000, "float64", "cpu")
    wanted = tilt_statistics(logits, rewards, 0.1)
    for of in (tokens.chapter, tokens.chapter_for_compilers):
        log_policy, total, kl = of(logits, rewards, 0.1)
        assert log_policy.shape == (5, 3000)
        assert np.allclose(total, 1) and np.allclose(kl, wanted.kl)
        assert np.allclose(log_policy.amax(-1), wanted.max_log_policy)


def test_the_file_is_written_and_its_figures_are_numbers_or_nothing(monkeypatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(gpu_check, "Extent", lambda: SMALL)
    into = tmp_path / "gpu-check.json"
    assert gpu_check.main(["--device", "cpu", "--into", str(into)]) == 0
    assert json.loads(into.read_text())["passed"]
    assert "all within their bounds" in capsys.readouterr().out
    assert gpu_check.finite({"a": [math.nan, 1.0, -math.inf], "b": "nan"}) == {"a": [None, 1.0, None], "b": "nan"}


def test_a_result_beyond_its_bound_is_written_down_too(monkeypatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(gpu_check, "Extent", lambda: SMALL)
    right = fused.fold
    monkeypatch.setattr(fused, "fold", lambda rows, of: replace(right(rows, of), s_v=1.01 * of.numbers.s_v.sum(-1)))
    into = tmp_path / "gpu-check.json"
    assert gpu_check.main(["--device", "cpu", "--into", str(into)]) == 1
    assert not json.loads(into.read_text())["passed"]
    assert "NOT all within" in capsys.readouterr().out


def test_what_cannot_be_done_is_told_in_a_line(tmp_path: Path, capsys) -> None:
    assert gpu_check.main(["--device", "cuda:99", "--into", str(tmp_path / "a.json")]) == 2
    assert capsys.readouterr().err.startswith("gpu-check: it needs a CUDA device, and torch with Triton. --device: found 'cuda:99', expected a device that is there")
    assert gpu_check.main(["--device", "cpu", "--into", str(tmp_path / "none" / "a.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert tokens.main(["--device", "cuda:99"]) == 2
    assert "bench-tokens: --device: found 'cuda:99'" in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_benchmark_is_printed(options: tuple[str, ...], capsys) -> None:
    assert tokens.main(["--rows", "4", "--vocabulary", "600", "--dtype", "float32", *options]) == 0
    out = capsys.readouterr().out
    if options:
        assert set(json.loads(out)) == {"timings", "growth"}
    else:
        assert "4 rows of 600 tokens, float32" in out and "time for each number read" in out
