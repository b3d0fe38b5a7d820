"""``symkl tilt`` on what trainers hold: columns by any name, JSON Lines, Parquet, samples, and reported points."""

from __future__ import annotations

import io
import json
import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symkl import cli
from symkl.problems import FiniteProblem
from symkl.tilt import parquet
from symkl.tilt.columns import Wanted
from symkl.tilt.options import beta, columns, point
from symkl.tilt.placing import Reported, placed
from symkl.tilt.table import BadTable, read

PLAIN = "prompt,response,reward,logit\np,a,1,-0.5\np,b,0.25,-1.5\nq,a,2,0\n"


def run(capfd: Any, path: Path, *options: str) -> tuple[int, str, str]:
    try:
        code = cli.main(["tilt", str(path), *options])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err and "internal error" not in out + err
    return code, out, err


def lines(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def refused(data: bytes, wanted: Wanted | None = None) -> list[tuple[int, str]]:
    with pytest.raises(BadTable) as bad:
        read(data, wanted=wanted or Wanted())
    return [(each.line, each.message) for each in bad.value.complaints]


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("head", "named"), [
    ("prompt,response,reward,logit", {}),
    ("question,completion,score,ref_logprob", {}),
    ("Query,OUTPUT,Rewards,logprob", {}),
    ("p,y,r,l", {"prompt": "p", "response": "y", "reward": "R", "logit": "l"}),
    ("prompt,completion,r,ref_logprob", {"reward": "r"}),
])
def test_columns_by_any_name(head: str, named: dict[str, str]) -> None:
    wanted, found = read(PLAIN.encode()), read(PLAIN.replace("prompt,response,reward,logit", head).encode(), wanted=Wanted(named))
    assert (found.labels, found.responses, list(found.rewards)) == (wanted.labels, wanted.responses, list(wanted.rewards))
    assert list(found.reference) == list(wanted.reference) and found.logits


def test_a_column_named_wins_over_a_usual_name() -> None:
    table = read(b"response,reward,score,logit\na,1,5,0\n", wanted=Wanted({"reward": "score"}))
    assert list(table.rewards) == [5]
    assert table.notes == ("column not read: reward",)


def test_columns_that_are_not_needed_are_left_out_with_a_note() -> None:
    table = read(b"step,response,reward,ref_logprob,logprob,\n1,a,1,0,7,x\n")
    assert list(table.reference) == [0]
    assert table.notes == (
        "column 'ref_logprob' is read as 'logit'", "columns not read: step, logprob, a column without a name",
    )


@pytest.mark.parametrize(("head", "named", "message"), [
    ("response,reward,logit,prompt_id", {}, "did you mean 'prompt'? Write so, or --columns prompt=prompt_id"),
    ("response,reward,logit", {"reward": "scroe"}, "no column 'scroe', which --columns names as 'reward': found response, reward, logit"),
    ("response,score,logit", {"reward": "scroe"}, "did you mean 'score'?"),
    ("response,score,score,logit", {}, "column 'score': found 2 times, expected once"),
    ("response,reward,logit,probability", {}, "found both columns"),
    ("text,reward,logit", {}, "no column 'response': found text, reward, logit; write the table with response,reward,logit (or probability), or name a column: --columns response=NAME"),
])
def test_what_is_wrong_with_the_columns_is_said(head: str, named: dict[str, str], message: str) -> None:
    row = ",".join("1" for _ in head.split(","))
    assert any(message in said for _, said in refused(f"{head}\n{row}\n".encode(), Wanted(named)))


# --- other formats ------------------------------------------------------------------------------


def test_json_lines_keep_numbers_as_they_are_written() -> None:
    data = b'{"response": "a", "reward": 0.10, "logit": 1e-3, "id": {"x": [1]}}\n\n{"reward": "2", "response": "b", "logit": -Infinity}\n{"response": "c", "reward": 0, "logit": null}\n'
    table = read(data)
    assert list(map(str, table.rewards)) == ["0.10", "2", "0"]
    assert table.mass is not None and table.mass.tolist() == [True, False, False]
    assert table.notes == ("column not read: id",)


def test_lists_in_a_line_are_its_completions_and_messages_are_text() -> None:
    turn = [{"role": "assistant", "content": "four"}]
    data = lines({"prompt": "2+2", "completions": [turn, "five"], "scores": [1, 0], "ref_logprobs": [-1, -2]})
    table = read(data)
    assert (table.labels, table.responses) == (("2+2", "2+2"), ("four", "five"))


@pytest.mark.parametrize(("data", "line", "message"), [
    (b'{"response": "a", "reward": 1, "logit": 0}\n{"response"', 2, "not JSON"),
    (b'{"response": "a", "reward": 1, "logit": 0}\n[1]', 2, "found a list, expected an object"),
    (b'{"response": ["a", "b"], "reward": [1], "logit": 0}', 1, "lists of one length"),
    (b'{"response": "a", "Response": "b", "reward": 1, "logit": 0}', 1, "differ in case"),
    (b'{"response": "a", "reward": null, "logit": 0}', 1, "column 'reward': found 'null', expected a number"),
    (b'{"response": "a", "reward": NaN, "logit": 0}', 1, "expected a finite number"),
    (b'{"response": "a", "reward": 1, "logit": null}', 0, "column 'logit': no response has mass"),
    (b'{"response": "a", "reward": true, "logit": 0}', 1, "found 'true'"),
    (b'{"x": 1}', 0, "expected a header line with the names"),
    (b'{"response": "a", "reward": 1, "logit": 0}\n{"response": "a", "reward": 1, "logit": 0}', 2, "again, first in line 1"),
    (b'{"a":' * 100_000, 1, "nested"),
])
def test_what_is_wrong_with_json_lines_is_said(data: bytes, line: int, message: str) -> None:
    [(place, said)] = refused(data)
    assert place == line and message in said


def test_parquet_is_the_same_table() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    out = io.BytesIO()
    writer.write_table(pyarrow.table({
        "prompt": ["p", "p", "q"], "completion": ["a", "b", "a"], "score": pyarrow.array([1, 0.25, 2], pyarrow.float32()),
        "ref_logprob": pyarrow.array([-0.1, None, 0.0], pyarrow.float64()), "ids": [[1, 2], [], [3]],
    }), out)  # fmt: skip
    table = read(out.getvalue())
    assert list(map(str, table.reference)) == ["-0.1", "0", "0.0"] and list(table.rewards) == [1, Decimal("0.25"), 2]
    assert table.mass is not None and table.mass.tolist() == [True, False, True]
    assert "column not read: ids" in table.notes and "shortest decimals" in table.notes[-1]
    assert "cannot be read" in refused(out.getvalue()[:-20])[0][1]


def test_without_pyarrow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "available", lambda: False)
    assert refused(b"PAR1...") == [(0, "a Parquet file needs pyarrow; pip install 'symkl[parquet]'")]


@pytest.mark.parametrize("nothing", ["-inf", "null", "-Infinity", "None"])
def test_a_logit_of_nothing_is_no_mass(nothing: str, tmp_path: Path, capfd: Any) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"prompt,response,reward,logit\np,a,1,-3\np,b,9,{nothing}\np,c,0,-2\nq,d,0,{nothing}\nq,e,1,5\n")
    code, out, _ = run(capfd, file, "--beta", "0.5", "--format", "json", "--digits", "15")
    assert code == 0
    first, second = json.loads(out)["tilts"][0]["prompts"]
    problem = FiniteProblem.from_logits([-3, -math.inf, -2], [1, 9, 0], "0.5")
    assert np.allclose([float(p) for p in first["policy"]], problem.policy(), rtol=1e-14)
    assert first["policy"][1] == "0" and first["log_ratio"][1] is None and second["policy"] == ["0", "1.00000000000000"]
    assert math.isclose(float(first["kl"]), problem.kl(), rel_tol=1e-14)


# --- samples ------------------------------------------------------------------------------------


def test_samples_of_the_reference_count_as_often_as_they_were_drawn(tmp_path: Path, capfd: Any) -> None:
    """Against a problem that is made of the counts, and effective sizes over single samples."""
    generator = random.Random(5)
    rewards = {"a": 1, "b": 0, "c": 3}
    drawn = [generator.choice("aabc") for _ in range(16)]
    file = tmp_path / "s.jsonl"
    file.write_bytes(lines({"prompt": "p", "completion": drawn, "score": [rewards[y] for y in drawn]}))
    code, out, _ = run(capfd, file, "--samples", "--beta", "1/3", "--format", "json", "--digits", "14")
    assert code == 0
    report, counts = json.loads(out), Counter(drawn)
    names = report["prompts"][0]["responses"]
    problem = FiniteProblem([Fraction(counts[y], 16) for y in names], [rewards[y] for y in names], "1/3")
    found = report["tilts"][0]
    assert found["beta"] == "1/3"
    assert np.allclose([float(p) for p in found["prompts"][0]["policy"]], problem.policy(), rtol=1e-13)
    assert math.isclose(float(found["kl"]), problem.kl(), rel_tol=1e-12)
    weights = [math.exp(3 * rewards[y]) for y in drawn]
    assert math.isclose(float(found["effective_samples"]), sum(weights) ** 2 / sum(w * w for w in weights), rel_tol=1e-12)
    assert report["samples"] == {"drawn": 16, "effective_samples": "16.000000000000"}


def test_samples_of_another_policy_are_weighed(tmp_path: Path, capfd: Any) -> None:
    rows = [("a", 1, "-1.5", "-1.25"), ("b", 0, "-0.75", "-2.5"), ("a", 1, "-1.5", "-1.25"), ("c", 2, "-4", "-3.75"), ("d", 9, "-inf", "-3")]
    file = tmp_path / "s.csv"
    file.write_text("completion,score,ref_logprob,logprob\n" + "\n".join(",".join(map(str, row)) for row in rows))
    code, out, _ = run(capfd, file, "--samples", "--beta", "2", "--format", "json", "--digits", "14")
    assert code == 0
    weights = [math.exp(float(ref) - float(own)) for _, _, ref, own in rows]
    total = sum(weights)
    mass = {name: sum(w for w, row in zip(weights, rows, strict=True) if row[0] == name) / total for name in "abcd"}
    report = json.loads(out)
    assert report["prompts"][0]["responses"] == list("abcd")
    assert np.allclose([float(p) for p in report["prompts"][0]["reference"]], [mass[y] for y in "abcd"], rtol=1e-13)
    assert math.isclose(float(report["samples"]["effective_samples"]), total**2 / sum(w * w for w in weights), rel_tol=1e-12)
    assert run(capfd, file, "--samples", "--digits", "50")[0] == 2


@pytest.mark.parametrize(("data", "message"), [
    (b"response,reward\na,1\nb,0\na,2\n", "column 'reward': found 2 and 1 in line 2 for 'a', expected one reward of a completion; write their mean"),
    (b"response,reward,ref_logprob\na,1,0\n", "not the one under the policy that drew the samples (logprob)"),
    (b"response,reward,logprob\na,1,0\n", "not the one under the reference (ref_logprob)"),
    (b"response,reward,ref_logprob,logprob\na,1,0,-inf\n", "column 'logprob': found '-inf', expected a finite number"),
    (b"response\na\n", "no column 'reward'"),
])
def test_what_is_wrong_with_samples_is_said(data: bytes, message: str) -> None:
    assert any(message in said for _, said in refused(data, Wanted(samples=True)))


def test_equal_rewards_written_differently_are_equal() -> None:
    assert read(b"response,reward\na,1\na,1.0\n", wanted=Wanted(samples=True)).counts == (2,)


def test_repeated_responses_are_pointed_to_samples() -> None:
    assert "use --samples" in refused(b"response,reward,logit\na,1,0\na,1,0\n")[0][1]


# --- reported points ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_no_policy_is_above_the_frontier_and_the_optimum_is_on_it(seed: int) -> None:
    generator = np.random.default_rng(seed)
    shape = (2, 4)
    masses = generator.integers(1, 9, shape)
    reward = generator.integers(-9, 9, shape) * 10.0 ** generator.integers(-4, 4)
    text = "prompt,response,reward,logit\n"
    logits = np.round(np.log(masses / masses.sum(1, keepdims=True)), 6)
    for i in range(2):
        text += "".join(f"p{i},r{j},{float(reward[i, j])!r},{float(logits[i, j])!r}\n" for j in range(4))
    table = read(text.encode())
    size = float(np.abs(reward).max()) or 1.0
    for scale in (1e-3, 0.1, 1.0, 30.0, 1e4):
        problem = FiniteProblem.from_logits(logits.tolist(), reward.tolist(), scale * size)
        kl, earned = float(problem.kl().mean()), float(problem.expected_reward().mean())
        written = Reported(Decimal(f"{kl:.6e}"), Decimal(f"{earned:.6e}"), Decimal(repr(scale * size)))
        [best] = placed(table, [written])
        assert best.place == "on", (scale, best)
        policy = generator.dirichlet(np.ones(4), 2)
        point = float(problem.kl(policy).mean()), float(problem.expected_reward(policy).mean())
        [other] = placed(table, [Reported(Decimal(f"{point[0]:.6e}"), Decimal(f"{point[1]:.6e}"))])
        assert other.place != "above"
        over = Reported(Decimal(f"{kl:.6e}"), Decimal(f"{earned + 0.01 * size:.6e}"))
        if np.ptp(reward, axis=1).max() > 0.1 * size:
            assert placed(table, [over])[0].place == "above"
        assert placed(table, [Reported(Decimal(f"{kl:.6e}"), Decimal(f"{earned - 0.5 * size:.6e}"))])[0].place == "below"


def test_the_best_reward_is_that_of_the_frontier() -> None:
    table = read(b"response,reward,probability\nyes,1,0.5\nno,0,0.5\n")
    problem = FiniteProblem([0.5, 0.5], [1, 0], "0.7")
    [found] = placed(table, [Reported(Decimal(repr(problem.kl())), Decimal("0.5"))])
    assert abs(float(found.best) - problem.expected_reward()) < 1e-6 and abs(found.beta - 0.7) < 1e-9


def test_points_are_told_in_every_format(tmp_path: Path, capfd: Any) -> None:
    file = tmp_path / "t.csv"
    file.write_text("response,reward,probability\nyes,1,0.5\nno,0,0.5\n")
    options = ["--beta", "1", "--point", "0.111:0.9", "--point", "0.111:0.6:1"]
    for form in ("text", "csv", "markdown", "latex"):
        code, out, err = run(capfd, file, *options, "--format", form)
        assert code == 1
        told = " ".join((out + err).split())
        assert "above the frontier by 0.16" in told and "below the frontier by 0.13" in told
        assert "by 0.131." in told
    code, out, _ = run(capfd, file, *options, "--format", "json")
    assert [each["place"] for each in json.loads(out)["points"]] == ["above", "below"]
    assert run(capfd, file, "--point", "0.111:0.73")[0] == 0


# --- temperatures -------------------------------------------------------------------------------


def test_a_temperature_may_be_a_ratio(tmp_path: Path, capfd: Any) -> None:
    file = tmp_path / "t.csv"
    file.write_text("response,reward,probability\nyes,1,0.5\nno,0,0.5\n")
    code, out, _ = run(capfd, file, "--beta", "1/3", "0.5", "2/4", "--format", "csv", "--digits", "12")
    assert code == 0
    rows = [line.split(",") for line in out.splitlines()[1:]]
    assert [row[3] for row in rows] == ["1/3", "1/3", "0.5", "0.5"]
    assert math.isclose(float(rows[0][4]), 1 / (1 + math.exp(-3)), rel_tol=1e-11)
    for options in (["--beta", "1/3", "--plot", str(tmp_path / "a.svg")], ["--sweep", "1/3:2:3", "--beta", "1/3"]):
        assert run(capfd, file, *options)[0] == 0


@pytest.mark.parametrize("text", ["0", "1e101", "1e-101", "0/3", "1/0", "-1/3", "1/3/4", "x", "nan", f"1/{'9' * 41}"])
def test_the_true_range_is_said_where_a_temperature_is_refused(text: str) -> None:
    with pytest.raises(Exception, match=r"is not a temperature; write a number from 1e-100 to below 1e101, such as 0\.1 or 1/3"):
        beta(text)


def test_the_ends_of_the_range_are_taken() -> None:
    assert beta("1e-100") == Decimal("1e-100") and beta("9e100") == Decimal("9e100")


@pytest.mark.parametrize("text", ["1", "1:2:3:4", "-1:2", "x:1", "1:nan", "1:2:0"])
def test_points_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Exception, match="is not a"):
        point(text)


@pytest.mark.parametrize("text", ["reward", "x=y", "reward=", "=score", ""])
def test_columns_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Exception, match="names no column; write ROLE=NAME"):
        columns(text)
