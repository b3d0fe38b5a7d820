"""``symkl tokens``: exit codes, foreign results right and wrong, every message, and how a report reads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from symkl import cli
from symkl.reporting.terminal import Look
from symkl.tokens import checking, fused
from symkl.tokens.bounds import to_bfloat16
from symkl.tokens.checking import (
    CheckReport,
    Coverage,
    Data,
    Estimate,
    Exponential,
    Probes,
    Quantity,
    Settings,
    Source,
    Top,
)
from symkl.tokens.mutants import MUTANTS, Smell
from symkl.tokens.report import render, to_json
from symkl.tokens.trials import KINDS, Trial
from tests.unit.test_token_files import PEAK, needs_proc, safetensors_file

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "tokens"
needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch")
needs_safetensors = pytest.mark.skipif(find_spec("safetensors") is None, reason="needs safetensors")


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> tuple[int, str, str]:
        try:
            code = cli.main(["tokens", *options])
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def softmax_by_hand(logits: np.ndarray, rewards: np.ndarray, beta: float) -> np.ndarray:
    """log π* from its definition, in the widest floats that NumPy has."""
    v = logits.astype(np.longdouble) + rewards.astype(np.longdouble) / np.longdouble(beta)
    m = v.max(axis=1, keepdims=True)
    return (v - (m + np.log(np.exp(v - m).sum(axis=1, keepdims=True)))).astype(np.float64)


def saved(logits: np.ndarray, rewards: np.ndarray, log_pi: np.ndarray | None = None) -> list[str]:
    """The options that name the files, which are written here."""
    np.save("l.npy", logits)
    np.save("r.npy", rewards)
    if log_pi is None:
        return ["--logits", "l.npy", "--rewards", "r.npy"]
    np.save("p.npy", log_pi)
    return ["--logits", "l.npy", "--rewards", "r.npy", "--log-pi", "p.npy"]


# --- what this package computes -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "bf16", "fp16", "float64"])
@pytest.mark.parametrize("beta", ["0.001", "1", "1000"])
def test_its_own_results_are_within_every_bound(tokens, dtype: str, beta: str) -> None:
    rows = str(len(KINDS) + 1)
    code, out, err = tokens("--vocabulary", "4999", "--rows", rows, "--dtype", dtype, "--beta", beta, "--format", "json")
    report = json.loads(out)
    assert (code, err, report["passed"]) == (0, "", True)
    assert [each["name"] for each in report["quantities"]] == list(checking.QUANTITIES)
    assert all(0 <= each["ratio"] <= 1 for each in report["quantities"])
    # Something was measured: float arithmetic that is never off by anything has not been looked at.
    assert any(each["error"] > 0 for each in report["quantities"])
    assert report["coverage"]["complete"]
    assert report["reference"]["certified"] < 1e-12 * (1 + 1 / float(beta))
    assert report["probes"]["rows"] > 1


def test_the_same_seed_gives_the_same_report_and_another_one_another(tokens) -> None:
    options = ("--vocabulary", "2000", "--rows", "5")
    first, again, other = tokens(*options), tokens(*options), tokens(*options, "--seed", "1")
    assert first == again
    assert first[1] != other[1]


def test_the_block_changes_nothing(tokens) -> None:
    whole, one = (tokens("--vocabulary", "3000", "--rows", "7", "--block", block) for block in ("7", "2"))
    assert whole == one


def test_coverage_counts_what_has_mass(tokens) -> None:
    rows = len(KINDS)
    made = [Trial(kind, 5000, 1, row).make()[0] for row, kind in enumerate(KINDS)]
    expected = sum(int(np.isfinite(each).sum()) for each in made)
    assert expected < rows * 5000  # of one kind some tokens are masked
    report = json.loads(tokens("--vocabulary", "5000", "--rows", str(rows), "--format", "json")[1])
    sums = sum(int(np.flatnonzero(np.isfinite(each[0])).sum()) for each in made) % 2**32
    assert (report["coverage"]["counted"], report["coverage"]["index_sum"]) == (expected, sums)


def test_the_likeliest_tokens_are_those_of_the_definition(tokens) -> None:
    logits, rewards = Trial("random", 3000, 2, 7).make()
    report = json.loads(tokens(*saved(logits, rewards), "--beta", "0.5", "--format", "json")[1])
    for when, temperature in (("before", np.inf), ("after", 0.5)):
        logs = softmax_by_hand(logits, rewards, temperature)[0]
        assert [each["token"] for each in report["top"][when]] == np.argsort(-logs, kind="stable")[:5].tolist()
        for each in report["top"][when]:
            assert each["log_probability"] == pytest.approx(logs[each["token"]], rel=1e-5)


def test_a_wrong_implementation_of_its_own_is_exceeded(tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    right = checking.log_tilt
    monkeypatch.setattr(checking, "log_tilt", lambda logits, r, b, **o: right(logits, r, b * (1 + 1e-4), **o))
    code, out, _ = tokens("--vocabulary", "3000", "--rows", "3", "--beta", "0.1")
    assert code == 1
    assert re.search(r"log π\* .*✗ EXCEEDED", out)
    assert "✗ beyond the bound: log π*" in out


@pytest.mark.parametrize("name", [each for each in checking.QUANTITIES if each not in ("total", "log_policy")])
def test_every_statistic_is_looked_at(tokens, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    right = checking.tilt_statistics

    def wrong(*arguments, **options):
        found = right(*arguments, **options)
        return replace(found, **{name: getattr(found, name) * (1 + 1e-3) + 1e-3})

    monkeypatch.setattr(checking, "tilt_statistics", wrong)
    code, out, _ = tokens("--vocabulary", "3000", "--rows", "2", "--format", "json")
    assert code == 1
    assert name in [each["name"] for each in json.loads(out)["quantities"] if each["exceeded"]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_exceeds(tokens, monkeypatch: pytest.MonkeyPatch, bad: float) -> None:
    right = checking.tilt_statistics
    monkeypatch.setattr(checking, "tilt_statistics", lambda *a, **o: replace(found := right(*a, **o), kl=found.kl * bad))
    code, out, _ = tokens("--vocabulary", "100", "--rows", "2", "--format", "json")
    assert code == 1
    kl = next(each for each in json.loads(out)["quantities"] if each["name"] == "kl")
    assert kl["exceeded"]
    assert kl["ratio"] is None


def test_a_token_that_is_not_counted_is_noticed_however_little_mass_it_has(tokens, monkeypatch) -> None:
    right = checking.tilt_statistics
    monkeypatch.setattr(checking, "tilt_statistics", lambda *a, **o: replace(f := right(*a, **o), counted=f.counted - 1))
    code, out, _ = tokens("--vocabulary", "100", "--rows", "2")
    assert code == 1
    assert "✗ coverage" in out
    assert "tokens are missing or too many" in out


def test_a_bad_exponential_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Coarse:
        def exp(self, x):
            return np.exp(x.astype(np.float16)).astype(np.float32)

        def numpy(self, x):
            return x

    logits, rewards = Trial("random", 100, 2).make()
    run = checking._prepared(
        Source("a", 2, 100, "float32", "float32", lambda a, b: Data(logits[a:b], rewards[a:b])), 1.0, Settings()
    )
    assert checking._exponential(run).held
    monkeypatch.setattr(checking, "arrays_of", lambda **named: (Coarse(), tuple(named.values())))
    found = checking._exponential(run)
    assert not found.held
    assert found.worst > 100


# --- what other code computed -------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.05, 1.0, 100.0])
def test_a_right_log_pi_passes(tokens, kind: str, beta: float) -> None:
    logits, rewards = Trial(kind, 5001, 3, 1).make()
    exact = softmax_by_hand(logits, rewards, beta)
    code, out, err = tokens(*saved(logits, rewards, exact.astype(np.float32)), "--beta", str(beta))
    assert (code, err) == (0, ""), out
    assert "✓ within every bound" in out


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_right_log_pi_passes_in_the_format_that_it_is_stored_in(tokens, dtype: str) -> None:
    logits, rewards = Trial("random", 3001, 3, 1).make()
    exact = softmax_by_hand(logits, rewards, 1.0)
    report = json.loads(tokens(*saved(logits, rewards, exact.astype(dtype)), "--format", "json")[1])
    assert report["passed"]
    # The bound of a coarse format is coarse: half its spacing is an error that cannot be avoided.
    worst = next(each for each in report["quantities"] if each["name"] == "log_policy")
    assert (worst["error"] > 1e-4) == (dtype == "float16")


@needs_torch
@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_what_torch_computes_passes(tokens, beta: float) -> None:
    import torch

    logits, rewards = Trial("random", 5001, 3, 1).make()
    found = torch.log_softmax(torch.tensor(logits) + torch.tensor(rewards) / beta, dim=-1).numpy()
    assert tokens(*saved(logits, rewards, found), "--beta", str(beta))[0] == 0


# Data on which each mistake shows in log π*: a temperature off by 1e-5 needs rewards that count for much, padding
# and a wrong start of the maximum need logits far below 0. "0 times -inf" spoils the entropy, and log π* not at all.
SHOWN_ON = {
    "beta off": ("rewards offset", 0.1),
    "beta for 1/beta": ("random", 0.5),
    "max from 0": ("below -120", 1.0),
    "padding counted": ("below -50", 1.0),
}


@pytest.mark.parametrize("mutant", [each for each in MUTANTS if each.name != "0 times -inf"], ids=lambda each: each.name)
def test_every_mistake_is_caught_and_smelled(tokens, mutant) -> None:
    kind, beta = SHOWN_ON.get(mutant.name, ("random", 0.5))
    logits, rewards = Trial(kind, 5001, 4, 2).make()
    found = mutant(logits, rewards, beta).log_policy
    code, out, _ = tokens(*saved(logits, rewards, found), "--beta", str(beta), "--format", "json")
    report = json.loads(out)
    assert code == 1
    assert not report["passed"]
    assert mutant.name in [smell["name"] for smell in report["smells_of"]], report["smells_of"]
    text = tokens(*saved(logits, rewards, found), "--beta", str(beta), "--width", "200")[1]
    assert f"{mutant.name}: " in text


def test_a_mistake_that_nobody_knows_smells_of_none(tokens) -> None:
    logits, rewards = Trial("random", 3000, 3, 1).make()
    noise = np.random.default_rng(0).normal(size=logits.shape)
    code, out, _ = tokens(*saved(logits, rewards, (softmax_by_hand(logits, rewards, 1.0) + noise).astype(np.float32)))
    assert code == 1
    assert "No mistake that is known here explains it." in out


def test_a_sum_one_after_the_other_is_told_from_a_mistake(tokens) -> None:
    # All tokens alike, so that nothing is lost to cancellation: 1 + 1 + ... in float32, an eighth of them too small.
    logits = np.zeros((1, 60_001), np.float32)
    logits[0, 1:] = -9.0
    v = logits.astype(np.float64)
    total = np.float32(0.0)
    for each in np.exp(v[0]).astype(np.float32):
        total = np.float32(total + each)
    found = (v - np.log(np.float64(total))).astype(np.float32)
    files = saved(logits, 0 * logits, found)
    code, out, _ = tokens(*files, "--format", "json")
    chain = json.loads(out)["chain"]
    assert code == 1
    assert 64 < chain <= 1 << 16
    assert f"write --chain {chain}." in tokens(*files, "--width", "200")[1]
    assert tokens(*files, "--chain", str(chain))[0] == 0
    assert tokens(*files, "--chain", str(chain // 2))[0] == 1


@pytest.mark.parametrize("token", [0, 4095, 4096, 4999])
def test_one_missing_token_is_missed(tokens, token: int) -> None:
    logits, rewards = Trial("random", 5000, 3, 1).make()
    logits[1, token] = -80.0  # no tolerance would notice
    found = softmax_by_hand(logits, rewards, 1.0).astype(np.float32)
    assert tokens(*saved(logits, rewards, found))[0] == 0
    found[1, token] = -np.inf
    code, out, _ = tokens(*saved(logits, rewards, found))
    assert code == 1
    assert "14,999 tokens where 15,000 have mass, first in row 1" in out


def test_mass_where_there_is_none_is_noticed(tokens) -> None:
    logits, rewards = Trial("masked", 5000, 3, 1).make()
    found = softmax_by_hand(logits, rewards, 1.0).astype(np.float32)
    assert tokens(*saved(logits, rewards, found))[0] == 0
    token = int(np.isneginf(found[2]).argmax())
    other = int(np.isfinite(found[2]).argmax())
    found[2, token], found[2, other] = found[2, other], -np.inf  # as many as before, but not the same
    code, out, _ = tokens(*saved(logits, rewards, found))
    assert code == 1
    assert "as many tokens as have mass, but others, first in row 2" in out


def test_nan_in_a_log_pi_is_beyond_every_bound(tokens) -> None:
    logits, rewards = Trial("random", 500, 3, 1).make()
    found = softmax_by_hand(logits, rewards, 1.0).astype(np.float32)
    found[0] = np.nan
    code, out, _ = tokens(*saved(logits, rewards, found), "--format", "json")
    report = json.loads(out)
    assert code == 1
    assert all(each["exceeded"] and each["error"] is None for each in report["quantities"])
    assert not any(each["covers"] for each in report["estimators"]["estimates"])


def test_some_rows_against_the_reference_and_every_row_counted(tokens) -> None:
    logits, rewards = Trial("random", 300, 50, 1).make()
    found = softmax_by_hand(logits, rewards, 1.0).astype(np.float32)
    found[1, 7] = -np.inf
    code, out, _ = tokens(*saved(logits, rewards, found), "--check-rows", "3")
    assert code == 1
    assert "Masks are compared bit by bit." in " ".join(out.split())
    assert "first in row 1" in out
    report = json.loads(tokens(*saved(logits, rewards, found), "--check-rows", "3", "--format", "json")[1])
    # Rows 0, 24 and 49 are right; row 1 is looked at because the pass over every row leaves it open.
    assert {each["name"]: (each["exceeded"], each["row"]) for each in report["quantities"]}["log_policy"] == (True, 1)
    assert 4 <= report["reference"]["rows"] < 50


def test_one_row_of_rewards_is_for_all(tokens) -> None:
    logits, rewards = Trial("random", 300, 5, 1).make()
    found = softmax_by_hand(logits, rewards[:1], 1.0).astype(np.float32)
    assert tokens(*saved(logits, rewards[0], found))[0] == 0


@needs_safetensors
def test_bfloat16_from_safetensors(tokens) -> None:
    logits, rewards = (to_bfloat16(each) for each in Trial("random", 300, 4, 1).make())
    halves = {
        name: ("BF16", each.shape, (each.view(np.uint32) >> 16).astype("<u2").tobytes())
        for name, each in (("logits", logits), ("rewards", rewards))
    }
    path = safetensors_file(Path("both.safetensors"), halves)
    report = json.loads(tokens("--logits", path, "--rewards", path, "--format", "json")[1])
    assert (report["passed"], report["dtype"], report["arithmetic"]) == (True, "bfloat16", "float32")
    found = softmax_by_hand(logits, rewards, 1.0).astype(np.float32)
    np.save("p.npy", found)
    assert tokens("--logits", path, "--rewards", path, "--log-pi", "p.npy")[0] == 0


# --- the estimators -----------------------------------------------------------------------------


def test_intervals_cover_as_often_as_they_say() -> None:
    logits, rewards = Trial("random", 300, 1, 5).make()
    covered = []
    for seed in range(300):
        source = Source(
            "a", 1, 300, "float32", "float32", lambda a, b: Data(logits[a:b], rewards[a:b]), seed=seed
        )  # fmt: skip
        run = checking._prepared(source, 1.0, Settings())
        covered.append([each.covers for each in checking._first(run).estimates])
    share = np.mean(covered, axis=0)
    # 95 % of 300, give or take four standard deviations of that count: 285 ± 15.
    assert (share >= 0.90).all(), share
    assert not np.all(covered)


def test_the_exact_mean_of_the_estimators_is_the_sum_over_all_tokens(tokens) -> None:
    logits, rewards = Trial("random", 400, 1, 5).make()
    report = json.loads(tokens(*saved(logits, rewards), "--format", "json")[1])["estimators"]
    policy, reference = softmax_by_hand(logits, rewards, 1.0)[0], softmax_by_hand(logits, 0 * rewards, 1.0)[0]
    x = policy - reference
    exactly = {"k1": x, "k2": x * x / 2, "k3": np.expm1(-x) + x}
    for each in report["estimates"]:
        assert each["exact"] == pytest.approx(float(np.exp(policy) @ exactly[each["name"]]), rel=1e-9)
        deviation = np.sqrt(np.exp(policy) @ (exactly[each["name"]] - each["exact"]) ** 2)
        assert each["deviation"] == pytest.approx(float(deviation), rel=1e-9)
    assert report["kl"] == pytest.approx(float(np.exp(policy) @ x), rel=1e-9)


# --- what cannot be checked ---------------------------------------------------------------------

GOOD_ROW = np.zeros((2, 3), np.float32)


def with_entry(value: float) -> np.ndarray:
    rows = GOOD_ROW.copy()
    rows[1, 2] = value
    return rows


@pytest.mark.parametrize(
    ("logits", "rewards", "log_pi", "message"),
    [
        (with_entry(np.nan), GOOD_ROW, None, "--logits: row 1, token 2: found nan, expected a finite number or -inf"),
        (with_entry(np.inf), GOOD_ROW, None, "--logits: row 1, token 2: found inf, expected a finite number or -inf"),
        (GOOD_ROW, with_entry(np.nan), None, "--rewards: row 1, token 2: found nan, expected a finite number"),
        (GOOD_ROW, with_entry(-np.inf), None, "--rewards: row 1, token 2: found -inf, expected a finite number"),
        (np.array([[0.0, 1.0], [-np.inf, -np.inf]]), np.zeros((2, 2)), None, "--logits: row 1 is -inf at every token; leave it out"),
        (GOOD_ROW.astype(int), GOOD_ROW, None, "--logits: l.npy holds int64; write float64, float32 or float16"),
        (GOOD_ROW, np.zeros((2, 4)), None, "--rewards: r.npy has the shape 2 × 4, and --logits has 2 × 3"),
        (GOOD_ROW, np.zeros((3, 3)), None, "--rewards: r.npy has the shape 3 × 3, and --logits has 2 × 3"),
        (GOOD_ROW, GOOD_ROW, np.zeros((2, 4)), "--log-pi: p.npy has the shape 2 × 4, and --logits has 2 × 3"),
        (GOOD_ROW, GOOD_ROW, np.zeros(3), "--log-pi: p.npy has the shape 1 × 3, and --logits has 2 × 3"),
    ],
)  # fmt: skip
def test_bad_rows_are_misuse_with_the_arguments_name(tokens, logits, rewards, log_pi, message: str) -> None:
    code, out, err = tokens(*saved(logits, rewards, log_pi))
    assert (code, out) == (2, "")
    assert err == f"symkl: {message}\n"


def test_a_temperature_that_no_reward_survives(tokens) -> None:
    logits, rewards = np.zeros((2, 3), np.float32), np.array([[0.0, 1.0, 2.0], [1e300, 0.0, 0.0]])
    code, _, err = tokens(*saved(logits, rewards, np.zeros((2, 3), np.float32)), "--beta", "1e-30")
    assert code == 2
    assert err.startswith("symkl: --beta: row 1: ")
    code, _, err = tokens(*saved(logits, rewards), "--beta", "1e-30")
    assert code == 2
    assert err.startswith("symkl: --beta: ")


def test_help_is_for_every_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symkl", "tokens", "--help"], cwd=ROOT, capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_row_that_is_named_is_that_of_the_file(tokens) -> None:
    logits, rewards = Trial("random", 50, 30, 1).make()
    logits[23, 4] = np.nan
    assert "--logits: row 23, token 4: found nan" in tokens(*saved(logits, rewards), "--block", "4")[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--logits", "no.npy", "--rewards", "no.npy"), "symkl: --logits: no.npy: no such file"),
        (("--logits", "no.npy"), "symkl: --rewards: no file; logits and rewards are wanted both"),
        (("--rewards", "no.npy"), "symkl: --logits: no file; logits and rewards are wanted both"),
        (("--log-pi", "no.npy"), "symkl: --logits: no file; logits and rewards are wanted both"),
        (("--logits", "a", "--rewards", "b", "--rows", "3"), "symkl: --rows: the files say that themselves"),
        (("--logits", "a", "--rewards", "b", "--log-pi", "c", "--device", "cuda"), "symkl: --device: a file is checked on the cpu"),
        (("--beta", "0"), "argument --beta: '0' is not a temperature; write a number from 2.3e-308 to 4.4e307"),
        (("--beta", "-1"), "argument --beta: '-1' is not a temperature"),
        (("--beta", "nan"), "argument --beta: 'nan' is not a temperature"),
        (("--beta", "inf"), "argument --beta: 'inf' is not a temperature"),
        (("--beta", "1e-40"), "symkl: --beta: found 1e-40, expected a number > 0"),
        (("--dtype", "int8"), "argument --dtype: 'int8' is not known"),
        (("--rows", "0"), "argument --rows: '0' is not a whole number from 1 to 999999999"),
        (("--block", "x"), "argument --block: 'x' is not a whole number from 1 to 999999999"),
        (("--rows", "2", "--vocabulary", "9", "--device", "cuda:99"), "symkl: --device: found 'cuda:99', expected"),
        (("--rows", "2", "--vocabulary", "9", "--device", "tpu"), "symkl: --device: found 'tpu', expected"),
    ],
)  # fmt: skip
def test_misuse_names_the_argument(tokens, options: tuple[str, ...], message: str) -> None:
    code, out, err = tokens(*options)
    assert (code, out) == (2, "")
    assert message in err


def test_without_torch_a_device_says_what_to_install(tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, err = tokens("--rows", "2", "--vocabulary", "9", "--device", "cuda")
    assert code == 2
    assert "pip install 'symkl[torch]'" in err


def test_where_rounding_may_have_done_anything_nothing_is_said_to_be_right(tokens) -> None:
    """A reward of 3e38: float32 has no r/β left for the others of its row, whatever someone computed."""
    logits, rewards = Trial("random", 300, 3).make()
    found = softmax_by_hand(logits, rewards, 0.1)
    rewards[1, 0] = 3e37
    files = saved(logits, rewards, found)
    code, out, _ = tokens(*files, "--beta", "0.1", "--width", "200")
    assert code == 1 and "? no bound" in out and "EXCEEDED" not in out and "within every bound" not in out
    assert "nothing can be said of" in out and "as in row 1" in out
    report = json.loads(tokens(*files, "--beta", "0.1", "--format", "json")[1])
    assert [each["name"] for each in report["quantities"] if each["undecided"]]


@pytest.mark.parametrize("chain", ["64", "20000000"])
def test_an_infinite_log_pi_is_beyond_every_bound_and_is_found_in_every_row(tokens, chain: str) -> None:
    logits, rewards = Trial("random", 50, 300).make()
    found = softmax_by_hand(logits, rewards, 1.0)
    found[3] = np.inf  # not among the rows that are held against the reference
    files = saved(logits, rewards, found)
    code, out, _ = tokens(*files, "--check-rows", "2", "--width", "200")
    assert code == 1 and "14,950 tokens where 15,000 have mass, first in row 3" in out
    assert "EXCEEDED" in tokens(*files, "--check-rows", "0", "--chain", chain, "--width", "200")[1]


def test_a_sum_that_is_off_alone_is_explained_by_a_chain_too(tokens) -> None:
    """One number after the other, on a row where every entry is still within its bound, and their sum is not."""
    for seed in range(40):
        logits, rewards = Trial("flat", 5003, 1, seed).make()
        v = (logits + rewards / np.float32(0.1)).astype(np.float32)
        found = v - np.logaddexp.reduce(v, axis=1, keepdims=True)
        report = json.loads(tokens(*saved(logits, rewards, found), "--beta", "0.1", "--format", "json")[1])
        if {each["name"] for each in report["quantities"] if each["exceeded"]} == {"total"}:
            assert report["chain"] > 64
            return
    pytest.fail("no such row")


def test_float16_has_no_numbers_below_its_range(tokens) -> None:
    logits, rewards = Trial("random", 300, 3).make()
    logits[:, 7] = -1e9
    right = softmax_by_hand(logits, rewards, 1.0)
    with np.errstate(over="ignore"):
        files = saved(logits, rewards, right.astype(np.float16))
    assert np.isneginf(np.load(files[-1])[:, 7]).all()
    assert tokens(*files)[0] == 0
    right[1, 8] = -np.inf  # and a token that is in its range
    with np.errstate(over="ignore"):
        assert tokens(*saved(logits, rewards, right.astype(np.float16)))[0] == 1


def test_an_explanation_leaves_next_to_nothing(tokens) -> None:
    """l β + r is no 1/β for β; and one token that is far off is all of the norm, whatever the others are."""
    logits, rewards = Trial("random", 5003, 6).make()
    assert json.loads(tokens(*saved(logits, rewards, softmax_by_hand(0.1 * logits, rewards, 1.0)), "--beta", "0.1", "--format", "json")[1])["smells_of"] == []
    rewards[:, 5] = -1e6
    found = np.zeros_like(logits)
    assert json.loads(tokens(*saved(logits, rewards, found), "--beta", "0.1", "--format", "json")[1])["smells_of"] == []


def test_the_rewards_of_the_row_before_are_told_once(tokens) -> None:
    logits, rewards = Trial("random", 5003, 4).make()
    _, out, _ = tokens(*saved(logits, rewards, softmax_by_hand(logits, np.roll(rewards, 1, axis=0), 0.5)), "--beta", "0.5", "--width", "200")
    assert "rewards are those of the previous row" in out
    two = logits[:2], rewards[:2]
    _, out, _ = tokens(*saved(*two, softmax_by_hand(two[0], two[1][::-1], 0.5)), "--beta", "0.5", "--width", "200")
    assert out.count("rewards are those of the") == 1


def test_a_chain_that_leaves_no_bound_explains_nothing(tokens) -> None:
    logits, rewards = Trial("random", 300, 1).make()
    report = json.loads(tokens(*saved(logits, rewards, np.full_like(logits, -3.0)), "--chain", "64", "--format", "json")[1])
    assert report["chain"] is None and not report["passed"]


def test_probes_without_a_bound_are_not_ticked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows that the caller gave all is known, and of those that are made beside them nothing."""
    report = replace(REPORT, quantities=(), coverage=Coverage(), probes=Probes(6, 4096, float("inf"), False, 4095, True))
    assert not report.passed
    text = "\n".join(line.plain for line in render(report, Look(100, "utf-8")))
    assert "✗ probes" in text and "no bound at token 4,095" in text
    assert "? nothing can be said of the rows with the mass at an edge of a tile" in text


def test_a_chain_is_said_of_other_code(tokens) -> None:
    code, _, err = tokens("--rows", "2", "--vocabulary", "9", "--chain", "8")
    assert code == 2 and "symkl: --chain: it is said of the code that computed --log-pi" in err


# --- devices and memory -------------------------------------------------------------------------


@needs_torch
@pytest.mark.parametrize("dtype", ["float32", "bf16"])
def test_kernels_are_checked_when_they_are_asked_for(tokens, monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    used = []
    monkeypatch.setattr(fused, "_compiled", lambda function, kinds: (used.append(function), function)[1])
    options = ("--vocabulary", "3000", "--rows", str(len(KINDS)), "--dtype", dtype, "--width", "200")
    code, out, err = tokens(*options, "--fused")
    assert (code, err) == (0, "") and used
    assert "symkl's kernels on cpu" in out and "edge of a tile of 256" in out
    used.clear()
    assert "symkl on cpu" in tokens(*options, "--eager")[1] and not used
    # And it is theirs that is checked.
    right = fused.tiles
    monkeypatch.setattr(fused, "tiles", lambda rows, chosen: right(replace(rows, beta=1.01), chosen))
    assert tokens(*options, "--fused")[0] == 1


@needs_torch
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_rewards_of_another_kind_of_numbers_keep_it(tokens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    torch = pytest.importorskip("torch")
    save_file = pytest.importorskip("safetensors.torch").save_file
    monkeypatch.setattr(fused, "_compiled", lambda function, kinds: function)
    logits, rewards = Trial("random", 3000, 3).make()
    save_file({"logits": torch.tensor(logits).bfloat16()}, tmp_path / "l.safetensors")
    save_file({"rewards": torch.tensor(rewards).to(getattr(torch, kind)) * 1.0001}, tmp_path / "r.safetensors")
    files = ("--logits", str(tmp_path / "l.safetensors"), "--rewards", str(tmp_path / "r.safetensors"), "--beta", "0.1")
    assert [tokens(*files, option)[0] for option in ("--eager", "--fused")] == [0, 0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float32", "bf16", "fp16", "float64"])
@pytest.mark.parametrize("beta", ["1e-30", "1e-10", "1e-6", "1e-5", "1e10", "1e25", "1e30"])
def test_temperatures_that_nobody_uses_are_computed_right_too(tokens, beta: str, dtype: str) -> None:
    for vocabulary in ("1", "2", "257"):
        code, out, err = tokens("--vocabulary", vocabulary, "--rows", "12", "--beta", beta, "--dtype", dtype)
        assert err == "" and "EXCEEDED" not in out, (vocabulary, out)
        assert code == ("nothing can be said of" in out), (vocabulary, out)


def test_kernels_without_torch(tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, err = tokens("--rows", "2", "--vocabulary", "9", "--fused")
    assert code == 2 and "pip install 'symkl[torch]'" in err


@needs_torch
@pytest.mark.parametrize("dtype", ["float32", "bf16", "fp16", "float64"])
def test_the_way_over_a_device(tokens, monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    """As on a GPU, where there is none: tensors go in and come back."""
    placed, seen = checking.on_device, set()
    monkeypatch.setattr(checking, "on_device", lambda array, device: placed(array, "cpu"))
    right = checking.log_tilt
    monkeypatch.setattr(checking, "log_tilt", lambda first, *rest, **o: (seen.add(str(first.dtype)), right(first, *rest, **o))[1])
    options = ("--vocabulary", "3000", "--rows", str(len(KINDS)), "--dtype", dtype, "--device", "cuda", "--format", "json")
    code, out, err = tokens(*options)
    assert (code, err) == (0, "")
    assert json.loads(out)["device"] == "cuda"
    kinds = {"bf16": "torch.bfloat16", "fp16": "torch.float16"}
    assert kinds.get(dtype, f"torch.{dtype}") in seen


def test_where_memory_runs_out_it_goes_on_with_fewer_rows(tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    right, sizes = checking.log_tilt, []

    def small(logits, rewards, beta, fused):
        sizes.append(len(logits))
        if len(logits) > 3:
            raise MemoryError
        return right(logits, rewards, beta)

    options = ("--vocabulary", "500", "--rows", "13", "--format", "json")
    unhindered = json.loads(tokens(*options)[1])
    monkeypatch.setattr(checking, "log_tilt", small)
    monkeypatch.setattr(checking, "_probes", lambda run: None)
    report = json.loads(tokens(*options)[1])
    assert report["notes"] == ["memory ran out: it went on with 3 rows at a time."]
    assert report["quantities"] == unhindered["quantities"]
    assert report["coverage"] == unhindered["coverage"]
    assert sizes[:3] == [13, 6, 3]


def test_where_not_one_row_fits_it_says_so(tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr(checking, "log_tilt", never)
    code, _, err = tokens("--vocabulary", "500", "--rows", "5")
    assert code == 2
    assert err == "symkl: --block: memory does not hold one row of 500 tokens\n"


@pytest.mark.slow
@needs_proc
def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    rows, vocabulary = 2000, 50_000  # 400 MB of zeros, of which the disk holds nothing
    for name in ("l.npy", "r.npy"):
        np.lib.format.open_memmap(str(tmp_path / name), "w+", np.float32, (rows, vocabulary)).flush()
    # The policy of such rows is uniform.
    log_pi = np.lib.format.open_memmap(str(tmp_path / "p.npy"), "w+", np.float32, (rows, vocabulary))
    log_pi[:] = np.float32(-np.log(vocabulary))
    log_pi.flush()
    del log_pi
    code = (
        f"{PEAK}from symkl.cli import main\nimport symkl.tokens.checking, symkl.tokens.report\n"
        "before = peak()\n"
        "code = main(['tokens', '--logits', 'l.npy', '--rewards', 'r.npy', '--log-pi', 'p.npy', '--check-rows', '4'])\n"
        "print(code, peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    exit_code, more = map(int, done.stdout.splitlines()[-1].split())
    assert exit_code == 0
    assert more < 200e6


# --- how it reads -------------------------------------------------------------------------------

REPORT = CheckReport(
    source="made from seed 0", checked="", rows=64, vocabulary=32_000, dtype="float32", arithmetic="float32",
    beta=0.1, device="cpu", fused=False, seed=0,
    quantities=(
        Quantity("log_partition", 3.5e-7, 2.7e-5, 7),
        Quantity("expected_reward", 8.3e-8, 1.07e-5, 6),
        Quantity("kl", float("nan"), 1.42e-5, 3),
        Quantity("entropy", 0.0, 3.12e-5, 0),
        Quantity("max_log_policy", 3.6e-6, 1.75e-5, 6),
        Quantity("total", 2.08e-7, 9.47e-6, 2),
        Quantity("log_policy", 9.69e-1, 1.79e-3, 9, 4532),
    ),
    coverage=Coverage(2_047_999, 2_048_000, 17, 18, 5),
    probes=Probes(6, 4096, 0.144, False, 4095),
    exponential=Exponential(3.17, -6.57, "5 u", True),
    referred=64, certified=7.4e-16, certified_row=0,
    top=Top(0, ((5857, -2.51395), (5661, -2.79733)), ((31_999, -0.5), (5857, -1.25))),
    row_kl=0.503335, samples=4096,
    estimates=(
        Estimate("k1", 0.52, 0.50, 0.54, 0.503335, 0.65, 0.66),
        Estimate("k2", 0.65, 0.64, 0.66, 0.627844, 0.49, 0.5),
        Estimate("k3", 0.45, 0.44, 0.46, 0.503335, 0.51, 2.5),
    ),
    notes=("memory ran out: it went on with 8 rows at a time.",),
)  # fmt: skip

FOREIGN = replace(
    REPORT, source="logits.npy", checked="theirs.safetensors", device="file",
    quantities=(Quantity("total", 2.08e-7, 9.47e-6, 2), Quantity("log_policy", 9.69e-1, 1.79e-3, 9, 4532)),
    coverage=Coverage(2_048_000, 2_048_000, 18, 18), probes=None, exponential=None, notes=(),
    smells=(Smell("log2", "the logarithm of the sum is to base 2", 0.0004),),
)  # fmt: skip

LONG = replace(FOREIGN, smells=(), chain=1024)

GOOD_REPORT = replace(
    REPORT,
    quantities=tuple(replace(each, error=each.bound / 8) for each in REPORT.quantities),
    coverage=Coverage(2_048_000, 2_048_000, 18, 18), notes=(),
)  # fmt: skip

PAGES = {
    "exceeded.txt": (REPORT, Look(80)),
    "within.txt": (GOOD_REPORT, Look(80)),
    "foreign.txt": (FOREIGN, Look(80)),
    "long-sums.txt": (LONG, Look(80)),
    "narrow.txt": (REPORT, Look(40)),
    "ascii.txt": (REPORT, Look(80, "ascii")),
}


def pinned(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("SYMKL_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.golden
@pytest.mark.parametrize("name", PAGES)
def test_how_a_report_reads(name: str) -> None:
    report, look = PAGES[name]
    lines = [line.plain for line in render(report, look)]
    assert all(len(line) <= look.width for line in lines)
    pinned(name, "\n".join(lines) + "\n")


@pytest.mark.golden
def test_the_report_for_programs() -> None:
    text = to_json(REPORT)
    assert json.loads(text)["schema"] == "symkl-tokens/1"
    pinned("exceeded.json", text + "\n")


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_a_real_report_keeps_to_its_width(tokens, width: int) -> None:
    _, out, _ = tokens("--vocabulary", "300", "--rows", "2", "--width", str(width))
    assert all(len(line) <= width for line in out.splitlines())


def test_colour_is_only_there_when_asked_for(tokens) -> None:
    options = ("--vocabulary", "300", "--rows", "2")
    plain, coloured = tokens(*options)[1], tokens(*options, "--color", "always")[1]
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_file_name_cannot_speak_to_the_terminal(tokens) -> None:
    logits, rewards = Trial("random", 30, 2, 1).make()
    np.save("evil\x1b[31m.npy", logits)
    np.save("r.npy", rewards)
    _, out, _ = tokens("--logits", "evil\x1b[31m.npy", "--rewards", "r.npy")
    assert "\x1b" not in out
    assert r"evil\x1b[31m.npy" in out


# --- the start stays light ----------------------------------------------------------------------


def test_no_other_command_loads_what_this_one_needs() -> None:
    code = (
        "import sys\nimport symkl.cli, symkl.tokens.command\n[symkl.cli.parser(each) for each in symkl.cli.COMMANDS]\n"
        "bad = {'numpy', 'torch', 'safetensors', 'rich', 'flint'} & set(sys.modules)\nsys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_on_the_cpu_neither_torch_nor_safetensors_is_loaded() -> None:
    code = (
        "import sys\nfrom symkl.cli import main\ncode = main(['tokens', '--rows', '2', '--vocabulary', '50'])\n"
        "bad = {'torch', 'safetensors'} & set(sys.modules)\nsys.exit(repr(bad) if bad else code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
