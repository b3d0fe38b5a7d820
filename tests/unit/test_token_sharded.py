"""A vocabulary in slices on three processes: the figures of the whole, the same bits everywhere, and nobody waits."""

from __future__ import annotations

import math
import os
import pickle
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symkl.problems import InvalidProblem
from symkl.tokens import sharded, tilt_statistics
from symkl.tokens.bounds import OWN, OWN_DOUBLE, bound, compare
from symkl.tokens.reference import refer
from symkl.tokens.sharded import sharded_log_tilt, sharded_statistics
from symkl.tokens.trials import KINDS, Trial

ROOT = Path(__file__).parents[2]
RANKS = 3
WIDTH = 4999
BETAS = (1e-3, 0.1, 1.0, 1e3)
FIGURES = ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy")
# Where the second and the third slice begin: uneven, of one token, empty in front, in the middle, behind.
CUTS = ((1700, 3301), (1, 4998), (0, 2500), (4100, 4100), (4097, WIDTH))


@dataclass(frozen=True)
class Case:
    """Rows, and how they are cut; ``dtype`` is torch's name of what the slices are in."""

    logits: Any
    rewards: Any
    beta: float
    cuts: tuple[int, int]
    dtype: str = "float32"
    mask: Any = None

    def whole(self) -> tuple[Any, Any, Any]:
        """What is computed with: the numbers that the format has, and -inf where a token is masked."""
        import torch

        given = [torch.as_tensor(each).to(getattr(torch, self.dtype)) for each in (self.logits, self.rewards)]
        mask = None if self.mask is None else torch.as_tensor(self.mask)
        return (*given, mask)

    def tensors(self, rank: int) -> list[Any]:
        """The slice of a rank."""
        ends = (0, *self.cuts, self.logits.shape[-1])
        return [None if each is None else each[..., ends[rank] : ends[rank + 1]] for each in self.whole()]


def cases() -> dict[str, Case]:
    """The trials of the unsharded statistics, and what only slices can have."""
    found = {}
    for i, kind in enumerate(KINDS):
        logits, rewards = Trial(kind, WIDTH, tile=1024).make()
        for j, beta in enumerate(BETAS):
            found[f"{kind}, beta {beta:g}"] = Case(logits, rewards, beta, CUTS[(i + j) % len(CUTS)])
    logits, rewards = Trial("random", WIDTH, rows=1, seed=3).make()
    found["one row"] = Case(logits, rewards, 0.5, (1000, 3000))
    found["bfloat16"] = Case(logits, rewards, 0.5, (1000, 3000), "bfloat16")
    found["bfloat16, small KL"] = Case(logits, rewards, 100.0, (1000, 3000), "bfloat16")
    found["float64"] = Case(logits, rewards, 0.5, (1000, 3000), "float64")
    masked = logits.copy()
    masked[:, 1000:3000] = -math.inf
    found["a slice of -inf"] = Case(masked, rewards, 0.5, (1000, 3000))
    spoilt = rewards.copy()
    spoilt[:, 3000:] = math.nan
    mask = np.arange(WIDTH) < 3000
    found["a slice behind a mask"] = Case(logits, spoilt, 0.5, (1000, 3000), mask=mask)
    return found


def mixed(case: Case, rank: int, **of_one: Any) -> tuple[Any, Any, float]:
    """The arguments of a rank, of which one rank has others."""
    logits, rewards, _ = case.tensors(rank)
    given = {"logits": logits, "rewards": rewards, "beta": case.beta}
    if rank == 1:
        given |= of_one
    return given["logits"], given["rewards"], given["beta"]


def troubles(rank: int) -> dict[str, tuple[Any, Any, float]]:
    """Arguments that are wrong on rank 1, or on all."""
    import torch

    logits, rewards = Trial("random", 30, rows=2).make()
    case = Case(logits, rewards, 0.5, (10, 20))
    own = case.tensors(1)
    nan = own[0].clone()
    nan[1, 4] = math.nan
    infinite = own[1].clone()
    infinite[0, 9] = math.inf
    hidden = case.tensors(rank)[0].clone()
    hidden[1] = -math.inf
    large = own[1].clone()
    large[0, 3] = -3e38
    return {
        "NaN": mixed(case, rank, logits=nan),
        "infinite reward": mixed(case, rank, rewards=infinite),
        "whole numbers": mixed(case, rank, logits=own[0].int()),
        "another width": mixed(case, rank, rewards=own[1][:, :3]),
        "empty beside full": mixed(case, rank, logits=own[0][:, :0]),
        "another beta": mixed(case, rank, beta=0.25),
        "no beta": mixed(case, rank, beta=-1.0),
        "gradients": mixed(case, rank, logits=own[0].clone().requires_grad_()),
        "NumPy beside torch": mixed(case, rank, rewards=own[1].numpy()),
        "overflow": mixed(case, rank, rewards=large),
        "no mass": (hidden, case.tensors(rank)[1], 0.5),
        "overflow everywhere": (case.tensors(rank)[0], torch.full_like(case.tensors(rank)[1], -3e38), 0.5),
    }


def out(*_: Any) -> Any:
    """In place of what needs memory."""
    raise MemoryError


def work(rank: int, folder: str) -> None:
    """What each process does: every case, and every trouble, in one order."""
    import torch.distributed as dist

    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=RANKS)
    found: dict[str, Any] = {}
    for name, case in cases().items():
        logits, rewards, mask = case.tensors(rank)
        statistics = sharded_statistics(logits, rewards, case.beta, mask=mask)
        figures = {key: value.numpy() for key, value in vars(statistics).items() if key != "counted"}
        policy = sharded_log_tilt(logits, rewards, case.beta, mask=mask)
        found[name] = figures | {"counted": statistics.counted, "log_policy": policy.numpy()}
    for name, arguments in troubles(rank).items():
        for function in (sharded_statistics, sharded_log_tilt):
            try:
                function(*arguments)
            except InvalidProblem as error:
                found[f"{name}: {function.__name__}"] = str(error)
            else:
                found[f"{name}: {function.__name__}"] = "accepted"

    # Memory that runs out on rank 1: in the first pass, in the second, which only small KL has, and then no more.
    logits, rewards, _ = cases()["random, beta 1000"].tensors(rank)
    for missing in ("of_block", "grown", "nothing"):
        with pytest.MonkeyPatch.context() as patch:
            if rank == 1 and missing != "nothing":
                patch.setattr(sharded, missing, out)
            try:
                found[f"out of memory: {missing}"] = sharded_statistics(logits, rewards, 1e3).kl.tolist()
            except (MemoryError, InvalidProblem) as error:
                found[f"out of memory: {missing}"] = str(error)

    # Two of the three, in a group of their own.
    pair = dist.new_group([0, 2])
    logits, rewards = Trial("random", 30).make()
    whole = Case(logits, rewards, 0.5, (12, 12))
    if rank == 1:
        try:
            sharded_statistics(*whole.tensors(0)[:2], 0.5, group=pair)
        except InvalidProblem as error:
            found["outside"] = str(error)
    else:
        statistics = sharded_statistics(*whole.tensors(rank)[:2], 0.5, group=pair)
        found["pair"] = statistics.kl.numpy(), statistics.counted

    collectives: list[tuple[Any, ...]] = []
    plain = dist.all_gather

    def counting(parts: Any, own: Any, **named: Any) -> Any:
        collectives.append((str(own.dtype), *own.shape))
        return plain(parts, own, **named)

    dist.all_gather = counting
    for name in ("random, beta 0.1", "random, beta 1000"):
        logits, rewards, _ = cases()[name].tensors(rank)
        sharded_statistics(logits, rewards, cases()[name].beta)
        found[f"collectives: {name}"] = list(collectives)
        collectives.clear()
    dist.all_gather = plain
    dist.barrier()
    dist.destroy_process_group()
    Path(folder, f"{rank}.pickle").write_bytes(pickle.dumps(found))


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the processes have found."""
    torch = pytest.importorskip("torch", reason="torch is not installed: sharded vocabularies are not tested")
    if not (torch.distributed.is_available() and torch.distributed.is_gloo_available()):
        pytest.skip("this torch has no gloo: sharded vocabularies are not tested")
    from torch.multiprocessing import spawn

    folder = tmp_path_factory.mktemp("ranks")
    spawn(work, (str(folder),), RANKS)
    return [pickle.loads((folder / f"{rank}.pickle").read_bytes()) for rank in range(RANKS)]


# --- results ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", cases())
def test_every_error_is_within_the_bound_of_the_whole_row(ranks: list[dict[str, Any]], name: str) -> None:
    case = cases()[name]
    logits, rewards, mask = case.whole()
    logits, rewards = logits.double().numpy(), rewards.double().numpy()
    if mask is not None:
        logits, rewards = np.where(mask, logits, -math.inf), np.where(mask, rewards, 0.0)
    policy = np.concatenate([found[name]["log_policy"] for found in ranks], axis=-1)
    assert policy.shape == logits.shape
    assert policy.dtype == ("float64" if case.dtype == "float64" else "float32")
    rounding = OWN_DOUBLE if case.dtype == "float64" else OWN
    for i, (row, prizes) in enumerate(zip(logits, rewards, strict=True)):
        exact = refer(row, prizes, case.beta)
        figures = {key: ranks[0][name][key][i] for key in FIGURES}
        figures |= {"log_policy": policy[i], "total": np.exp(policy[i].astype(float)).sum()}
        limits = bound(row, prizes, case.beta, rounding=rounding, reference=exact)
        for each in compare(figures, exact, limits):
            assert not each.exceeded, each
        # log Z is the difference of the two, which have no bounds of their own.
        for key, value in (("log_sum", exact.lse_logits), ("log_sum_tilted", exact.lse_tilted)):
            size = np.abs(row[row > -math.inf]).max() + np.abs(prizes).max() / case.beta
            assert abs(ranks[0][name][key][i] - value) <= 64 * rounding.unit * (1 + size), key


@pytest.mark.slow
@pytest.mark.parametrize("name", cases())
def test_every_rank_has_the_same_bits(ranks: list[dict[str, Any]], name: str) -> None:
    first, *others = ranks
    for other in others:
        for key in (*FIGURES, "log_sum", "log_sum_tilted"):
            assert first[name][key].dtype == np.float64
            assert first[name][key].tobytes() == other[name][key].tobytes(), key
        assert first[name]["counted"] == other[name]["counted"] == WIDTH


@pytest.mark.slow
@pytest.mark.parametrize("name", cases())
def test_slices_are_as_good_as_the_whole(ranks: list[dict[str, Any]], name: str) -> None:
    """Sharded and unsharded, each is within its bound, so that they are within two of each other."""
    case = cases()[name]
    logits, rewards, mask = case.whole()
    whole = tilt_statistics(logits, rewards, case.beta, mask=mask)
    rounding = OWN_DOUBLE if case.dtype == "float64" else OWN
    if mask is not None:
        logits, rewards = logits.masked_fill(~mask, -math.inf), rewards.masked_fill(~mask, 0.0)
    for i, (row, prizes) in enumerate(zip(logits.double().numpy(), rewards.double().numpy(), strict=True)):
        limits = bound(row, prizes, case.beta, rounding=rounding)
        for key in FIGURES:
            assert abs(ranks[0][name][key][i] - float(getattr(whole, key)[i])) <= 2 * getattr(limits, key), key


@pytest.mark.slow
def test_one_collective_and_a_second_where_kl_is_small(ranks: list[dict[str, Any]]) -> None:
    for found in ranks:
        assert found["collectives: random, beta 0.1"] == [("torch.float64", 3, 7)]
        assert found["collectives: random, beta 1000"] == [("torch.float64", 3, 7), ("torch.float64", 2, 2)]


@pytest.mark.slow
def test_a_group_of_some_ranks(ranks: list[dict[str, Any]]) -> None:
    assert ranks[1]["outside"] == "group: found a process group without this process, expected one that it is in"
    logits, rewards = Trial("random", 30).make()
    for found in (ranks[0], ranks[2]):
        kl, counted = found["pair"]
        assert counted == 30
        for i in range(2):
            exact = refer(logits[i], rewards[i], 0.5)
            assert abs(kl[i] - exact.kl) <= bound(logits[i], rewards[i], 0.5, rounding=OWN, reference=exact).kl


# --- what is refused ----------------------------------------------------------------------------

ELSEWHERE = "group: found arguments that rank 1 refused, expected what is said there"
TROUBLES = {
    "NaN": "logits at [1, 4]: found nan, expected a finite number or -inf",
    "infinite reward": "rewards at [0, 9]: found inf, expected a finite number; leave a token out with mask",
    "whole numbers": "logits: found numbers of type int32, expected one of bfloat16, float16, float32, float64",
    "another width": "rewards: found shape (2, 3), expected (.., 10): as many tokens as logits of shape (2, 10)",
    "empty beside full": "rewards: found shape (2, 10), expected (.., 0): as many tokens as logits, none",
    "no beta": "beta: found -1.0, expected a number > 0, from 1.18e-38 to 8.51e+37 in float32 arithmetic",
    "gradients": "logits: found a tensor that asks for gradients, expected one without: detach it, or torch.no_grad()",
    "NumPy beside torch": "rewards: found a NumPy array, expected a torch tensor, as logits is one",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("function", ["sharded_statistics", "sharded_log_tilt"])
def test_what_one_rank_refuses_all_refuse(ranks: list[dict[str, Any]], name: str, function: str) -> None:
    said = [found[f"{name}: {function}"] for found in ranks]
    assert said == [ELSEWHERE, TROUBLES[name], ELSEWHERE]


EVERYWHERE = {
    "another beta": "beta: found 0.5 on rank 0, 0.25 on rank 1, expected one for all ranks",
    "no mass": "logits at [1]: found -inf or masked at every token of every rank, expected a token that has mass",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("function", ["sharded_statistics", "sharded_log_tilt"])
def test_what_only_all_together_can_see(ranks: list[dict[str, Any]], name: str, function: str) -> None:
    assert [found[f"{name}: {function}"] for found in ranks] == [EVERYWHERE[name]] * RANKS


@pytest.mark.slow
def test_memory_that_runs_out_on_one_rank(ranks: list[dict[str, Any]]) -> None:
    own = "logits: no memory for the slice of this rank"
    assert [found["out of memory: of_block"] for found in ranks] == [ELSEWHERE, own, ELSEWHERE]
    later = "group: found no second sum from rank 1, expected what is said there"
    assert [found["out of memory: grown"] for found in ranks] == [later, own, later]
    kl = ranks[0]["random, beta 1000"]["kl"].tolist()
    assert [found["out of memory: nothing"] for found in ranks] == [kl] * RANKS


RANGE = "expected r/beta in the range of float32"


@pytest.mark.slow
def test_a_reward_that_overflows(ranks: list[dict[str, Any]]) -> None:
    """A token without mass is missing in no sum, but it has no log π*: neither function takes its row."""
    place = f"beta: found 0.5, and a reward of -3e+38 at [0, 3], {RANGE}"
    for function in ("sharded_statistics", "sharded_log_tilt"):
        assert [found[f"overflow: {function}"] for found in ranks] == [ELSEWHERE, place, ELSEWHERE]
    row = f"beta: found 0.5, and rewards at [0] that are too large for it, {RANGE}"
    assert [found["overflow everywhere: sharded_statistics"] for found in ranks] == [row] * RANKS


def test_without_a_process_group() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(InvalidProblem) as refused:
        sharded_statistics(torch.zeros(2), torch.zeros(2), 1.0)
    expected = "torch.distributed.init_process_group to have been called"
    assert str(refused.value) == f"group: found no process group, expected {expected}"


# --- the page ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_script_of_the_page_is_within_the_bounds(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed: the script of the page is not tested")
    page = (ROOT / "docs" / "howto" / "shard-a-vocabulary.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "slices.py").write_text(script, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    commands = (
        "-m torch.distributed.run --standalone --nproc-per-node 2 slices.py",
        "-m symkl tokens --logits logits.npy --rewards rewards.npy --log-pi log_pi.npy --beta 0.1",
    )
    for command in commands:
        done = subprocess.run(
            [sys.executable, *command.split()], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
