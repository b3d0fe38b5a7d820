"""Many texts through any pool: in order, nothing lost to one that breaks its worker, stopped and resumed."""

from __future__ import annotations

import os
import pickle
import signal
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import symkl
from symkl import check_many, many, remembering
from symkl.checking.report import Overall
from symkl.many import Text, check_one
from symkl.pooling import finished
from symkl.remembering import Folder

GOOD = r"$$D_{KL}(p \| q) \ge 0$$"
WRONG = r"$$D_{KL}(p \| q) \ge 1$$"
POISON = "<!-- poison -->"


def processes(count: int = 2) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def numbered(count: int) -> list[str]:
    return [rf"$${i} \, D_{{KL}}(p \| q) \ge 0$$" if i % 3 else rf"$$D_{{KL}}(p \| q) \ge {i + 1}$$" for i in range(count)]


def poisoned(task: Text) -> Any:
    """The work, which one text ends the process of."""
    if POISON in task.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return check_one(task)


def test_it_is_what_check_text_gives_in_order() -> None:
    texts = [("a.md", GOOD), WRONG, "", "no formula", r"$$\frac{$$", ("b.md", GOOD)]
    found = check_many(texts)
    assert [report.file for report in found] == ["a.md", "text 1", "text 2", "text 3", "text 4", "b.md"]
    for report, text in zip(found, texts, strict=True):
        assert report == symkl.check_text(text if isinstance(text, str) else text[1], report.file)
    assert check_many([]) == []
    assert check_many([GOOD], claim="gibbs")[0].claim is not None
    assert check_many(["$$\\tau \\log 2 > 0$$"], context=["tau > 0"])[0].verdict is Overall.PROVED


@pytest.mark.parametrize("executor", [lambda: ThreadPoolExecutor(3), processes])
def test_any_executor_gives_the_same(executor: Any) -> None:
    texts = numbered(9)
    told: dict[int, Any] = {}
    with executor() as workers:
        found = check_many(iter(texts), executor=workers, on_result=told.__setitem__)
        assert found == check_many(texts)
        assert workers.submit(int, "3").result() == 3  # it stays the caller's
    assert told == dict(enumerate(found))


@pytest.mark.slow
def test_a_text_that_kills_its_worker_is_lost_alone() -> None:
    """Two of twelve kill the process that checks them; all others have their reports, in a pool that is new."""
    texts = [Text(f"{i}.md", POISON if i in (4, 9) else GOOD) for i in range(12)]
    found: dict[int, Any] = {}
    with processes() as workers:
        for place, _, report in finished(texts, poisoned, many._lost_text, workers):
            found[place] = report
    assert sorted(found) == list(range(12))
    for i, report in found.items():
        if i in (4, 9):
            assert report.verdict is Overall.UNREADABLE and report.file == f"{i}.md"
            assert report.troubles[0].message == "the process that checked it ended before it was done"
        else:
            assert report.verdict is Overall.PROVED


class Losing(Executor):
    """A pool whose futures fail, each once: with what a cluster raises that has lost a worker."""

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(ConnectionError("the worker is gone"))
        return future


@pytest.mark.slow
def test_what_a_cluster_loses_is_done_here() -> None:
    assert [report.verdict for report in check_many([GOOD, WRONG], executor=Losing())] == [Overall.PROVED, Overall.REFUTED]


def test_an_executor_that_is_shut_is_replaced() -> None:
    workers = ThreadPoolExecutor(1)
    workers.shutdown()
    assert check_many([GOOD], executor=workers)[0].verdict is Overall.PROVED


def test_an_internal_error_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    from symkl.checking import document

    right = document.check_text

    def broken(text: str, *rest: Any, **options: Any) -> Any:
        if POISON in text:
            raise RuntimeError("oh")
        return right(text, *rest, **options)

    monkeypatch.setattr(document, "check_text", broken)
    found = check_many([GOOD, POISON, GOOD])
    assert [report.verdict for report in found] == [Overall.PROVED, Overall.UNREADABLE, Overall.PROVED]
    assert found[1].troubles[0].message == "internal error: symkl failed on this file"


def test_a_budget_is_of_each_text() -> None:
    hard = r"$$\mathbb{E}_{y \sim \pi}[r(y)] = \mathbb{E}_{y \sim \pi}[r(y)] + (a+b)^{9} - (a+b)^{9}$$"
    found = check_many([hard, GOOD], budget=1)
    assert found[0].verdict is not Overall.PROVED and len(found) == 2


# --- stop and resume ----------------------------------------------------------------------------


def test_what_was_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = numbered(8)
    done: list[int] = []

    class Stop(Exception):
        pass

    def until_four(i: int, report: Any) -> None:
        done.append(i)
        if len(done) == 4:
            raise Stop

    with pytest.raises(Stop):
        check_many(texts, cache=tmp_path, on_result=until_four)
    checked: list[str] = []
    right = many.check_one
    monkeypatch.setattr(many, "check_one", lambda task: (checked.append(task.text), right(task))[1])
    found = check_many(texts, cache=tmp_path)
    assert checked == texts[4:]
    assert found == check_many(texts)
    checked.clear()
    names = [(f"{i}.md", text) for i, text in enumerate(reversed(texts))]
    assert [report.file for report in check_many(names, cache=tmp_path)] == [f"{i}.md" for i in range(8)] and not checked


def test_options_and_the_program_are_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Folder(tmp_path)
    [report] = check_many([GOOD], cache=tmp_path)
    assert kept.of(GOOD, ("", "60000")) == report
    for text, options in ((GOOD + " ", ("", "60000")), (GOOD, ("gibbs", "60000")), (GOOD, ("", "5")), (GOOD, ("", "60000", "x"))):
        assert kept.of(text, options) is None
    monkeypatch.setattr(remembering, "program", lambda: "another")
    assert kept.of(GOOD, ("", "60000")) is None


class Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("content", ["nothing", "cut", "evil", "other"])
def test_what_is_broken_or_evil_in_the_folder_counts_as_nothing(content: str, tmp_path: Path) -> None:
    kept, options = Folder(tmp_path / "cache"), ("", "60000")
    [report] = check_many([GOOD], cache=tmp_path / "cache")
    place = kept._place(GOOD, options)
    right = place.read_bytes()
    data = {
        "nothing": b"", "cut": right[: len(right) // 2], "evil": pickle.dumps(Touch(tmp_path / "owned")),
        "other": pickle.dumps(("a", 1)),
    }  # fmt: skip
    place.write_bytes(data[content])
    assert kept.of(GOOD, options) is None
    assert check_many([GOOD], cache=tmp_path / "cache") == [report]
    assert place.read_bytes() == right and not (tmp_path / "owned").exists()


def test_what_symkl_failed_on_is_not_kept(tmp_path: Path) -> None:
    trouble = many.lost("x.md", RuntimeError("oh"))
    Folder(tmp_path).keep(GOOD, (), trouble)
    assert Folder(tmp_path).of(GOOD, ()) is None


def test_every_report_of_our_own_documents_can_be_kept(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    texts = [(path.name, path.read_text("utf-8")) for path in sorted((root / "docs" / "proofs").glob("*.md"))]
    found = check_many(texts, cache=tmp_path)
    assert check_many(texts, cache=tmp_path) == found
    assert len(list(tmp_path.rglob("*/*"))) == len(texts)


# --- files --------------------------------------------------------------------------------------


def test_files_are_kept_unless_others_had_a_part_in_them(tmp_path: Path, capfd: Any) -> None:
    from symkl.cli import main

    cache = tmp_path / "cache"
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.tex").write_text("\\input{part}\n" + GOOD)
    (tmp_path / "part.tex").write_text(GOOD.replace("0", "-1"))
    command = ["check", str(tmp_path), "--cache", str(cache), "--format", "concise", "--quiet"]
    assert main(command) == 0
    assert len(list(cache.glob("*/*"))) == 2  # a.md and part.tex; b.tex is made of two files
    first = capfd.readouterr().out
    for path in cache.glob("*/*"):
        path.touch()
    assert main([*command, "--jobs", "2"]) == 0 and capfd.readouterr().out == first
    (tmp_path / "part.tex").write_text(WRONG)
    assert main(command) == 1


def test_a_cache_that_cannot_be_is_misuse(tmp_path: Path, capfd: Any) -> None:
    from symkl.cli import main

    (tmp_path / "a.md").write_text(GOOD)
    assert main(["check", str(tmp_path / "a.md"), "--cache", str(tmp_path / "a.md")]) == 2
    assert "--cache" in capfd.readouterr().err


# --- a cluster ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_cluster_whose_worker_is_killed_in_mid_run() -> None:
    distributed = pytest.importorskip("distributed")
    import dask

    dask.config.set({"distributed.worker.daemon": False})
    texts = numbered(20)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        victims = [worker.process.pid for worker in cluster.workers.values()]
        killed: list[int] = []

        def kill_one(i: int, report: Any) -> None:
            if len(killed) < 1 and i >= 5:
                os.kill(victims[0], signal.SIGKILL)
                killed.append(victims[0])
                time.sleep(0.1)

        found = check_many(texts, executor=client.get_executor(), on_result=kill_one)
    assert killed and found == check_many(texts)
