"""``symkl tilt --train``: the numbers of Python in every format, what is said of them, and every message."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import mpmath
import pytest

from symkl import cli
from symkl.problems import FiniteProblem, Training
from symkl.problems.training import METHODS, MOST_STEPS
from symkl.tilt import options
from symkl.tilt.training import FIGURES

PROXY = Path(__file__).parents[2] / "docs" / "data" / "proxy.csv"
Tilt = Callable[..., tuple[int, str, str]]

REWARDS, TRUE = [8, -6, 7, -3, 1, 6, -2, 10], [8, -6, 7, -3, 1, 6, -2, -5]
LOGITS = ["1.2", "0.5", "1.0", "0.3", "1.5", "1.1", "0.8", "0.9"]


@pytest.fixture
def tilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tilt:
    monkeypatch.chdir(tmp_path)

    def run(text: str | Path, *options: str) -> tuple[int, str, str]:
        if isinstance(text, str):
            Path("t.csv").write_text(text)
            text = Path("t.csv")
        try:
            code = cli.main(["tilt", str(text), *options])
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err and "internal error" not in out + err
        return code, out, err

    return run


def run(beta: str, **options: object) -> Training:
    return FiniteProblem.from_logits(LOGITS, REWARDS, beta).train(TRUE, **options)  # type: ignore[arg-type]


def test_the_command_knows_the_methods_that_there_are() -> None:
    assert options.METHODS == METHODS and options.MOST_STEPS == MOST_STEPS


@pytest.mark.parametrize("method", METHODS)
def test_csv_and_json_have_the_numbers_of_python(tilt: Tilt, method: str) -> None:
    asked = ("--train", "--beta", "2", "--rate", "0.3", "--steps", "7", "--method", method)
    exact = run("2", rate="0.3", steps=7, method=method)
    code, out, _ = tilt(PROXY, *asked, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and [row["step"] for row in rows] == list("01234567")
    shown = json.loads(tilt(PROXY, *asked, "--format", "json")[1])["runs"][0]
    assert shown["method"] == method and shown["beta"] == "2" and shown["rate"] == "0.3"
    for name in FIGURES:
        assert [float(row[name]) for row in rows] == shown["path"][name] == getattr(exact, name).tolist()


def test_the_ends_are_the_certified_ones(tilt: Tilt) -> None:
    shown = json.loads(tilt(PROXY, "--train", "--beta", "1", "--format", "json", "--digits", "20")[1])["runs"][0]
    with mpmath.workdps(40):
        weights = [mpmath.exp(mpmath.mpf(z)) for z in LOGITS]
        p = [each / mpmath.fsum(weights) for each in weights]
        tilted = [each * mpmath.exp(r) for each, r in zip(p, REWARDS, strict=True)]
        best = [each / mpmath.fsum(tilted) for each in tilted]

        def mean(pi: list[object], values: list[int]) -> object:
            return mpmath.fsum(q * v for q, v in zip(pi, values, strict=True))  # type: ignore[operator]

        expected = {
            ("start", "expected_reward"): mean(p, REWARDS), ("start", "true_reward"): mean(p, TRUE),
            ("optimum", "expected_reward"): mean(best, REWARDS), ("optimum", "true_reward"): mean(best, TRUE),
            ("optimum", "objective"): mpmath.log(mpmath.fsum(tilted)),
            ("optimum", "kl"): mpmath.fsum(q * mpmath.log(q / base) for q, base in zip(best, p, strict=True)),
            ("coldest", "kl"): -mpmath.log(p[7]), ("coldest", "true_reward"): mpmath.mpf(-5),
        }  # fmt: skip
        for (end, name), exact in expected.items():
            assert abs(mpmath.mpf(shown[end][name]) - exact) <= abs(exact) * mpmath.mpf(10) ** -19, (end, name)
        assert abs(mpmath.mpf(shown["largest_kl"]) + mpmath.log(min(p))) < mpmath.mpf(10) ** -18
    assert shown["start"]["kl"] == "0"


PRESETS = {
    "Healthy": ("10", "0.2", 200), "Reward hacking": ("1", "0.1", 200), "The step is too large": ("2", "3", 200),
    "Collapse": ("0.05", "0.1", 800),
}  # fmt: skip


@pytest.mark.parametrize("kind", PRESETS)
def test_the_four_kinds_of_training_are_told_apart(tilt: Tilt, kind: str) -> None:
    beta, rate, steps = PRESETS[kind]
    code, out, _ = tilt(
        PROXY, "--train", "--beta", beta, "--rate", rate, "--steps", str(steps), "--width", "400"
    )  # fmt: skip
    exact = run(beta, rate=rate, steps=steps)
    told = sorted((each for each in PRESETS if f"{each}:" in out), key=out.index)
    assert code == 0 and told[0] == kind
    if kind == "Healthy":
        assert told == ["Healthy"] and exact.true_reward[-1] > exact.true_reward[0] and exact.gap[-1] < 1e-6
    if kind == "Reward hacking":
        peak = int(exact.true_reward.argmax())
        assert f"largest after step {peak}, {exact.true_reward[peak]:.4g}" in out
        assert exact.true_reward[-1] < exact.true_reward[0] < exact.true_reward[peak]
    if kind == "The step is too large":
        low, high = min(exact.kl[-20:]), max(exact.kl[-20:])
        assert high - low > 0.2 and f"between {low:.4g} and {high:.4g}" in out
        assert f"below {exact.stable_rate:.4g} alone" in out
    if kind == "Collapse":
        assert exact.policy.max() > 0.99 and f"{exact.coldest_kl:.5g}" in out


def test_a_training_that_is_not_finished_is_not_called_healthy(tilt: Tilt) -> None:
    out = tilt(PROXY, "--train", "--beta", "10", "--steps", "2", "--width", "300")[1]
    assert "Not there yet: " in out and "Healthy" not in out
    flat = "response,reward,logit\na,1,0\nb,1,0\n"
    assert "Nothing to train: π_ref is the best policy" in tilt(flat, "--train", "--beta", "1", "--width", "300")[1]
    same = tilt(PROXY, "--train", "--beta", "1e90", "--method", "mirror", "--steps", "3", "--width", "300")[1]
    assert "Nothing to train in floats" in same and "Not there yet" not in same


def test_each_prompt_has_its_path_and_the_average_comes_first(tilt: Tilt) -> None:
    table = "prompt,response,reward,gold,probability\np,a,1,0,0.5\nq,a,3,1,0.25\np,b,0,1,0.5\nq,b,5,2,0.75\n"
    code, out, err = tilt(table, "--train", "--beta", "1", "--steps", "1", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and [(row["prompt"], row["step"]) for row in rows[:4]] == [("", "0"), ("p", "0"), ("q", "0"), ("", "1")]
    assert [row["true_reward"] for row in rows[:3]] == ["1.125", "0.5", "1.75"]
    assert "column 'gold' is read as 'true_reward'" in err


def test_without_mass_nothing_is_trained_and_rounded_probabilities_are_divided(tilt: Tilt) -> None:
    table = "response,reward,true_reward,logit\na,1,0,0\nb,9,9,-inf\nc,0,3,0\n"
    shown = json.loads(tilt(table, "--train", "--beta", "0.1", "--format", "json")[1])["runs"][0]
    assert shown["coldest"]["true_reward"] == "0" and float(shown["largest_kl"]) == pytest.approx(0.693147, abs=1e-6)
    thirds = "response,reward,probability\na,1,0.3333333\nb,0,0.6666666\n"
    shown = json.loads(tilt(thirds, "--train", "--beta", "1", "--format", "json")[1])
    assert shown["runs"][0]["start"]["expected_reward"].startswith("0.33333333") and "divided by" in shown["notes"][0]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--rate", "1"), "--rate says how a policy is trained; add --train"),
        (("--train", "--sweep", "1:2"), "--sweep is of the optimum, not of a training"),
        (("--train", "--samples"), "--samples is of the optimum"),
        (("--train", "--point", "1:2"), "--point is of the optimum"),
        (("--train", "--format", "latex"), "--format latex: a training has no such format; use text, json, csv"),
        (("--train", "--rate", "0"), "'0' is not a rate; write a number"),
        (("--train", "--steps", "0"), "'0' is not a whole number from 1"),
        (("--train", "--method", "adam"), "'adam' is not known; write one of gradient, natural, mirror"),
        (("--train", "--rate", "1e100", "--method", "natural"), "--rate: found 1e+100, with which step "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tilt: Tilt, asked: tuple[str, ...], says: str) -> None:
    code, out, err = tilt(PROXY, *asked)
    assert code == 2 and out == "" and says in err


def test_a_bad_true_reward_is_located_and_the_column_needs_a_training(tilt: Tilt) -> None:
    table = "response,reward,true_reward,logit\na,1,x,0\nb,0,1,0\n"
    code, _, err = tilt(table, "--train")
    assert code == 1 and "t.csv:2: column 'true_reward': found 'x', expected a number" in err
    code, out, _ = tilt(table, "--beta", "1")
    assert code == 0 and "column not read: true_reward" in out


def test_the_table_of_a_terminal_has_the_numbers_and_fits(tilt: Tilt) -> None:
    out = tilt(PROXY, "--train", "--beta", "2", "--rate", "0.3", "--steps", "5", "--width", "80")[1]
    exact = run("2", rate="0.3", steps=5)
    for step in range(6):
        row = re.search(rf"^ +{step} +(.*)$", out, re.MULTILINE)
        assert row and row[1].split() == [f"{getattr(exact, name)[step]:#.5g}" for name in FIGURES]
    assert max(map(len, out.splitlines())) <= 80
