"""``symkl tokens --policy``: what a trainer holds of a batch, in every format, estimated; and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symkl import cli
from symkl.tokens import pickled
from symkl.tokens.batches import Batch, read
from symkl.tokens.files import BadFile
from symkl.tokens.recorded import recorded

ROOT = Path(__file__).parents[2]
SIZE, LONG, WORDS = 400, 12, 30


def world(seed: int = 0) -> dict[str, Any]:
    """Sequences drawn from π, with padding that is anything, and rewards by position."""
    g = np.random.default_rng(seed)
    reference, policy = (values - np.log(np.exp(values).sum()) for values in g.normal(size=(2, WORDS)) * [[1.0], [0.9]])
    policy = np.log(0.5 * np.exp(reference) + 0.5 * np.exp(policy))
    tokens = g.choice(WORDS, size=(SIZE, LONG), p=np.exp(policy) / np.exp(policy).sum())
    mask = np.arange(LONG) < g.integers(3, LONG + 1, SIZE)[:, None]
    return {
        "logprobs": np.where(mask, policy[tokens], 3.0), "ref_logprobs": np.where(mask, reference[tokens], np.nan),
        "mask": mask, "rewards": np.where(mask, g.normal(size=mask.shape), np.nan),
        "kl": float(np.exp(policy) @ (policy - reference)), "tokens": tokens,
    }  # fmt: skip


def saved(folder: Path, ending: str, arrays: dict[str, Any]) -> str:
    path = folder / f"batch{ending}"
    if ending == ".npz":
        np.savez(path, **arrays)
    elif ending == ".pt":
        torch = pytest.importorskip("torch")
        torch.save({name: torch.tensor(each) for name, each in arrays.items()}, path)
    elif ending == ".safetensors":
        pytest.importorskip("safetensors.numpy").save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, path)
    else:
        rows = [{name: clean(each[i]) for name, each in arrays.items()} for i in range(len(arrays["logprobs"]))]
        path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def clean(row: Any) -> Any:
    return [None if isinstance(cell, float) and np.isnan(cell) else cell for cell in row.tolist()]


def arrays_of(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("logprobs", "ref_logprobs", "mask", "rewards")}


@pytest.mark.parametrize("ending", [".npz", ".pt", ".jsonl", ".safetensors"])
def test_every_format_is_the_same_batch(ending: str, tmp_path: Path) -> None:
    found = world()
    path = saved(tmp_path, ending, arrays_of(found))
    batch = read({"policy": path, "ref": path})
    mask = found["mask"]
    assert np.array_equal(batch.mask, mask)
    assert np.array_equal(batch.policy, np.where(mask, found["logprobs"], 0))
    assert np.array_equal(batch.reference, np.where(mask, found["ref_logprobs"], 0))
    assert batch.rewards is not None and np.allclose(batch.rewards, np.where(mask, found["rewards"], 0).sum(1))


def test_single_arrays_and_names_after_a_colon(tmp_path: Path) -> None:
    found = world()
    np.save(tmp_path / "lp.npy", np.where(found["mask"], found["logprobs"], 0).astype("f4"))
    np.save(tmp_path / "m.npy", found["mask"].astype("i8"))
    np.savez(tmp_path / "all.npz", teacher=np.where(found["mask"], found["ref_logprobs"], 0), x=np.zeros(3))
    batch = read({"policy": str(tmp_path / "lp.npy"), "ref": f"{tmp_path}/all.npz:teacher", "mask": str(tmp_path / "m.npy")})
    assert np.allclose(batch.policy, np.where(found["mask"], found["logprobs"], 0), atol=1e-6)


def test_lines_of_different_lengths_are_filled_up_and_masked(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text('{"logprobs": [-1, -2], "ref_logprobs": [-1.5, -2], "reward": 1}\n{"logprobs": [-0.5], "ref_logprobs": [-0.25], "reward": 0}\n')
    batch = read({"policy": str(path), "ref": str(path)})
    assert batch.mask.tolist() == [[True, True], [True, False]] and batch.rewards is not None and batch.rewards.tolist() == [1, 0]


# --- what is estimated --------------------------------------------------------------------------


def test_the_estimates_by_hand() -> None:
    policy, reference = np.log([[0.5, 0.25, 1.0], [0.2, 0.6, 1.0]]), np.log([[0.25, 0.5, 1.0], [0.4, 0.3, 0.5]])
    mask = np.array([[True, True, False], [True, True, True]])
    found = recorded(Batch(policy, reference, mask, np.array([1.0, 3.0])), 0.5)
    x = [np.log(2), np.log(0.5), np.log(0.5), np.log(2), np.log(2)]
    by_name = {each.name: each for each in found.estimates}
    assert by_name["k1"].token.mean == pytest.approx(np.mean(x))
    assert by_name["k2"].token.mean == pytest.approx(np.mean(np.square(x)) / 2)
    assert by_name["k3"].token.mean == pytest.approx(np.mean(np.exp(-np.array(x)) - 1 + x))
    assert by_name["k1"].sequence.mean == pytest.approx(np.log(2) / 2)
    assert found.reward is not None and found.reward.mean == 2
    assert found.objective is not None and found.objective.mean == pytest.approx(2 - 0.25 * np.log(2))
    assert by_name["k1"].sequence.half == pytest.approx(1.959964 * np.log(2) / 2, rel=1e-5)


def test_intervals_cover_as_often_as_they_say() -> None:
    """Over many batches: k1 and k3 of a token hold the KL of a token in 95 of 100, within what chance allows."""
    covered = {"k1": 0, "k3": 0}
    drawn = []
    for seed in range(200):
        found = world(seed)
        mask = found["mask"]
        batch = Batch(np.where(mask, found["logprobs"], 0), np.where(mask, found["ref_logprobs"], 0), mask)
        report = recorded(batch)
        drawn.append(report.drawn)
        for each in report.estimates:
            if each.name in covered:
                covered[each.name] += each.token.low <= found["kl"] <= each.token.high
    assert all(180 <= count <= 199 for count in covered.values()), covered
    assert "off policy" not in drawn


def test_samples_of_another_policy_are_told() -> None:
    found = world()
    mask = np.ones((SIZE, LONG), bool)
    g = np.random.default_rng(1)
    logs = g.normal(size=(2, WORDS))
    logs -= np.log(np.exp(logs).sum(1, keepdims=True))
    tokens = g.choice(WORDS, size=mask.shape)
    report = recorded(Batch(logs[0][tokens], logs[1][tokens], mask))
    assert report.reference.mean.mean > 1 and report.drawn == "off policy" and not report.passed
    policy = np.where(found["mask"], found["logprobs"], 0)
    reference = np.where(found["mask"], found["ref_logprobs"], 0)
    old = recorded(Batch(policy, reference, found["mask"], old=policy - 0.1 * found["mask"]))
    assert old.drawn == "off policy" and old.old is not None and old.old.mean.mean == pytest.approx(np.exp(0.1))
    assert recorded(Batch(policy, reference, found["mask"], old=policy + 1e-5)).drawn == "on policy"


def test_few_sequences_say_nothing_of_where_they_are_from() -> None:
    one = np.full((1, 3), -1.0)
    report = recorded(Batch(one, one - 1, np.ones((1, 3), bool)))
    assert report.drawn == "unknown" and not np.isfinite(report.estimates[0].token.half)


def test_a_reference_without_mass_is_infinite() -> None:
    policy, reference = np.full((3, 2), -1.0), np.full((3, 2), -1.0)
    reference[1, 1] = -np.inf
    report = recorded(Batch(policy, reference, np.ones((3, 2), bool)))
    assert all(each.token.mean == np.inf for each in report.estimates) and not report.passed


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "message"), [
    ({"logprobs": 0.25}, "--policy: sequence 2, position 1: found 0.25, expected a log-probability, at most 0; are these probabilities"),
    ({"ref_logprobs": 0.5}, "--ref: sequence 2, position 1: found 0.5"),
    ({"logprobs": np.nan}, "--policy: sequence 2, position 1: found nan, expected a finite number"),
    ({"logprobs": -np.inf}, "--policy: sequence 2, position 1: found -inf, expected a finite number: the token was drawn"),
    ({"rewards": np.inf}, "--rewards: sequence 2: found inf, expected a finite number"),
    ({"mask": 2.0}, "--mask: found other numbers than 0 and 1"),
])
def test_bad_numbers_are_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    arrays = {name: np.array(each, dtype=np.float64) for name, each in arrays_of(world()).items()}
    for name, value in change.items():
        arrays[name][2, 1] = value
    path = saved(tmp_path, ".npz", arrays)
    with pytest.raises(BadFile, match=re.escape(message)):
        read({"policy": path, "ref": path})


def test_what_is_padding_may_be_anything_and_rounding_is_forgiven(tmp_path: Path) -> None:
    arrays = {name: np.array(each, dtype=np.float64) for name, each in arrays_of(world()).items()}
    arrays["logprobs"][2, 1] = 3e-7
    path = saved(tmp_path, ".npz", arrays)
    batch = read({"policy": path, "ref": path})
    assert batch.policy[2, 1] == 0.0 and "above 0 by rounding" in batch.notes[0]


@pytest.mark.parametrize(("arrays", "message"), [
    ({"logprobs": np.zeros(3), "ref_logprobs": np.zeros(3)}, "expected [B, T]"),
    ({"logprobs": np.zeros((2, 3)), "ref_logprobs": np.zeros((2, 4))}, "--ref: found the shape [2, 4], expected [2, 3]"),
    ({"logprobs": -np.ones((2, 3)), "ref_logprobs": -np.ones((2, 3)), "mask": np.zeros((2, 3))}, "--mask: no position counts"),
    ({"logprobs": -np.ones((2, 3)), "ref_logprobs": -np.ones((2, 3)), "rewards": np.zeros(3)}, "--rewards: found the shape [3], expected [2]"),
    ({"x": np.zeros((2, 3)), "y": np.zeros((2, 3))}, "has the arrays x, y; write"),
    ({"logprobs": np.zeros((2, 3), bool), "ref_logprobs": np.zeros((2, 3))}, "--policy: found bool, expected numbers"),
])
def test_bad_shapes_are_named(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = saved(tmp_path, ".npz", arrays)
    with pytest.raises(BadFile, match=re.escape(message)):
        read({"policy": path, "ref": path})


def test_padding_without_a_mask_is_pointed_out(tmp_path: Path) -> None:
    logs = np.full((4, 5), -1.0)
    logs[1:, 3:] = 0.0
    path = saved(tmp_path, ".npz", {"logprobs": logs, "ref_logprobs": 2 * logs})
    assert "3 of 4 sequences end with log-probabilities of 0" in read({"policy": path, "ref": path}).notes[0]


@pytest.mark.parametrize(("name", "content", "message"), [
    ("b.npz", b"no archive", "cannot be read"),
    ("b.jsonl", b'{"logprobs": [1}', ":1: not JSON"),
    ("b.jsonl", b"[]", "expected an object"),
    ("b.jsonl", b"", "has no lines"),
    ("b.jsonl", b'{"logprobs": [-1], "ref_logprobs": [-1, -2]}', "has 1 positions, and others of this sequence 2"),
    ("b.jsonl", b'{"logprobs": [-1]}\n{"logprobs": -1}', "is a list in the first sequence, and not here"),
    ("b.txt", b"", "is no kind of batch"),
    ("b.safetensors", b"nothing", "no .safetensors file that can be read"),
])
def test_broken_files_are_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFile, match=re.escape(message)):
        read({"policy": str(tmp_path / name), "ref": str(tmp_path / name)})


def test_a_file_of_torch_without_torch_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.pt").write_bytes(b"x")
    monkeypatch.setattr(pickled, "tensors", lambda path: None)
    with pytest.raises(BadFile, match="needs torch"):
        read({"policy": str(tmp_path / "b.pt"), "ref": str(tmp_path / "b.pt")})


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    """An object that would do something when it is loaded is refused, by NumPy and by torch."""
    import pickle

    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "owned",))

    np.save(tmp_path / "e.npy", np.array([Evil()], dtype=object), allow_pickle=True)
    (tmp_path / "e.pt").write_bytes(pickle.dumps(Evil()))
    for name in ("e.npy", "e.pt"):
        with pytest.raises(BadFile):
            read({"policy": str(tmp_path / name), "ref": str(tmp_path / name)})
    assert not (tmp_path / "owned").exists()


# --- the command --------------------------------------------------------------------------------


def run(capfd: Any, *options: str) -> tuple[int, str, str]:
    try:
        code = cli.main(["tokens", *options])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def test_the_command(tmp_path: Path, capfd: Any) -> None:
    path = saved(tmp_path, ".npz", arrays_of(world()))
    code, out, err = run(capfd, "--policy", path, "--ref", path, "--beta", "1/10", "--width", "80")
    assert (code, err) == (0, "") and "✓ on policy" in out and "E[r] − 0.1 KL" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    code, out, _ = run(capfd, "--policy", path, "--ref", path, "--format", "json")
    report = json.loads(out)
    assert report["schema"] == "symkl-batch/1" and [each["name"] for each in report["estimates"]] == ["k1", "k2", "k3"]
    assert report["drawn"] == "on policy" and report["objective"] is None


@pytest.mark.parametrize(("options", "message"), [
    (["--ref", "b.npz"], "--policy: no file"),
    (["--policy", "b.npz"], "--ref: no file"),
    (["--policy", "none.npz", "--ref", "b.npz"], "--policy: none.npz: no such file"),
    (["--policy", "b.npz", "--ref", "b.npz", "--logits", "l.npy"], "--logits: with --policy there are samples"),
    (["--policy", "b.npz:x", "--ref", "b.npz"], "has no array 'x'; it has logprobs, ref_logprobs"),
    (["--policy", "b.npz", "--ref", "b.npz", "--beta", "1/0"], "'1/0' is not a temperature; write a number from"),
])
def test_misuse_is_told(options: list[str], message: str, tmp_path: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, ".npz", {"logprobs": -np.ones((2, 3)), "ref_logprobs": -np.ones((2, 3))})
    (tmp_path / "batch.npz").rename("b.npz")
    code, out, err = run(capfd, *options)
    assert (code, out) == (2, "") and message in err
