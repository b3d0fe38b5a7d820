"""The page of the last check on a CUDA device. Every file here is made up for the test: none of it is a measurement."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from symkl.tokens.checking import Settings, check
from symkl.tokens.making import made
from symkl.tokens.report import to_json
from tests.benchmarks import gpu_check as writer
from tests.benchmarks import tokens as benchmark

DOCS = Path(__file__).parents[2] / "docs"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gpu_check", DOCS / "_extensions" / "gpu_check.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gpu_check"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pytest.importorskip("sphinx", reason="a page of the site: pip install '.[docs]'")
page = _load()

Change = Callable[[dict[str, Any]], object]
CHECKED = to_json(check(made(12, 500, "float32"), 0.1, Settings(samples=64)))


def sample() -> dict[str, Any]:
    """A file as the writer would write it: a real report, said to be of a device, and times that nobody measured."""
    report = json.loads(CHECKED) | {"device": "cuda", "fused": True}
    report["exponential"] = {"worst_units": 3.21, "at": -6.5, "model": "5 u + 2 u |x|", "held": True}
    timings = [
        {"subject": subject, "dtype": dtype, "rows": 4096, "vocabulary": 131_072, "seconds": 0.00125, "read": 1.04,
         "chapter": 9.5, "compiled": 2.5, "bandwidth": 0.93, "faults": None}
        for dtype in ("float32", "bfloat16")
        for subject in (benchmark.READ, benchmark.STATISTICS, benchmark.LOG_POLICY)
    ]  # fmt: skip
    growth = [{"subject": "log π*", "rows": 1024, "vocabulary": 131_072, "seconds": 0.0004, "share": 1.0}]
    versions = {"symkl": "0.1.0", "python": "3.12.3", "torch": "2.11.0", "triton": "3.6.0", "cuda": None, "numpy": "2.5.2"}
    return {
        "schema": "symkl-gpu-check/1", "date": "2000-01-31", "device": "Made-up device", "driver": None,
        "versions": versions, "commit": "1e23456+", "seconds": 312.5, "passed": True,
        "checks": [report, json.loads(json.dumps(report)) | {"dtype": "bfloat16", "beta": 0.001}],
        "timings": timings, "growth": growth,
    }  # fmt: skip


def written(path: Path, change: Change = lambda found: None) -> Path:
    found = sample()
    change(found)
    path.write_text(json.dumps(found), "utf-8")
    return path


def words(tmp_path: Path, change: Change = lambda found: None) -> str:
    """All that is shown, cells with bars between them."""
    shown = page.shown(page.read(written(tmp_path / "gpu-check.json", change)))
    return "\n".join(re.sub(r"\n+", " | ", node.astext()) for node in shown).replace("\N{NO-BREAK SPACE}", " ")


# -- absent --------------------------------------------------------------------------------------


def test_where_there_is_no_file_nothing_is_claimed(tmp_path: Path) -> None:
    record = page.read(tmp_path / "gpu-check.json")
    assert record is None
    (line,) = page.shown(record)
    told = line.astext()
    assert told.startswith("No device has been measured yet") and "nothing is claimed here about a GPU" in told
    assert "\n" not in told and len(told) < 150
    assert "✓" not in told and "✗" not in told


# -- present -------------------------------------------------------------------------------------


def test_what_passed_is_shown(tmp_path: Path) -> None:
    told = words(tmp_path)
    assert "✓ 2 checks, and none failed." in told and told.count("✓ passed") == 2 and "✗" not in told
    for each in ("2000-01-31", "Made-up device", "driver | not known", "torch 2.11.0, triton 3.6.0, cuda not known",
                 "1e23456, with changes that are in no commit", "312 s"):  # fmt: skip
        assert each in told
    report = json.loads(CHECKED)
    worst = max(report["quantities"], key=lambda each: each["ratio"])
    line = (
        f"✓ passed | float32 | 500 | 0.1 | 12 | {page.NAMES[worst['name']]}: {worst['ratio']:.3f} | "
        f"✓ {report['coverage']['counted']:,} | ✓ {report['probes']['rows']} rows, {report['probes']['ratio']:.3f} | "
        "✓ 3.2 u of 5 u + 2 u |x|"
    )
    assert line in told
    assert "4,096 rows of 131,072 tokens, bfloat16" in told and "statistics | 1.25 | 1.04 | 93.0 % | 9.5 | 2.5" in told
    assert "log π* | 1,024 | 131,072 | 0.40 | 1.00" in told
    assert "statistics, bfloat16 | 90.0 % | 93.0 % ✓ met" in told and "Every aim is met." in told


def test_a_check_that_failed_is_said_to_have(tmp_path: Path) -> None:
    def fail(found: dict[str, Any]) -> None:
        report = found["checks"][1]
        found["passed"] = report["passed"] = False
        report["quantities"][2] |= {"ratio": None, "error": None, "exceeded": True}
        report["coverage"] |= {"counted": 7, "expected": 8, "complete": False}
        report["probes"] |= {"exceeded": True}
        report["exponential"] |= {"held": False, "worst_units": 1e9}

    told = words(tmp_path, fail)
    assert "✗ 1 of 2 checks failed." in told and "✗ failed" in told and told.count("✓ passed") == 1
    assert "KL(π*‖πref): no number ✗ exceeded | ✗ 7 of 8 | ✗ " in told and "✗ over 1,000,000 u of 5 u" in told


def test_what_is_exceeded_comes_before_what_has_a_larger_share(tmp_path: Path) -> None:
    def fail(found: dict[str, Any]) -> None:
        report = found["checks"][0]
        found["passed"] = report["passed"] = False
        report["quantities"][0] |= {"ratio": 1.0000001, "exceeded": True}

    assert "log Z: 1.000 ✗ exceeded" in words(tmp_path, fail)


def test_other_tokens_than_those_with_mass_are_no_coverage(tmp_path: Path) -> None:
    def fail(found: dict[str, Any]) -> None:
        found["passed"] = found["checks"][0]["passed"] = found["checks"][0]["coverage"]["complete"] = False

    assert ", others" in words(tmp_path, fail)


@pytest.mark.parametrize(("bandwidth", "row"), [
    (0.89999, "| 89.9 % ✗ missed"), (0.9, "| 90.0 % ✓ met"), (None, "| not measured"),
])  # fmt: skip
def test_an_aim_is_met_or_missed_or_not_measured(tmp_path: Path, bandwidth: float | None, row: str) -> None:
    def change(found: dict[str, Any]) -> None:
        found["timings"][1]["bandwidth"] = bandwidth

    told = words(tmp_path, change)
    assert f"statistics, float32 | 90.0 % {row}" in told and "✓ 2 checks, and none failed." in told
    assert ("Every aim is met." in told) is row.endswith("met")
    assert ("Of 4 aims: 3 met, " in told) is not row.endswith("met")


def test_times_of_another_size_meet_no_aim(tmp_path: Path) -> None:
    told = words(tmp_path, lambda found: [each.update(rows=64) for each in found["timings"]])
    assert "None of them has been measured" in told and "64 rows of 131,072 tokens" in told


def test_a_file_without_times_says_so(tmp_path: Path) -> None:
    told = words(tmp_path, lambda found: found.update(timings=[], growth=[], seconds=None))
    assert "The file has no times." in told and "no figures of growth" in told and "took | no number" in told


# -- broken --------------------------------------------------------------------------------------

BROKEN: tuple[tuple[str, Change], ...] = (
    ("schema is 'symkl-gpu-check/2'", lambda found: found.update(schema="symkl-gpu-check/2")),
    ("driver is missing", lambda found: found.pop("driver")),
    ("checks[1].coverage.counted is missing", lambda found: found["checks"][1]["coverage"].pop("counted")),
    ("checks[0].schema is 'other'", lambda found: found["checks"][0].update(schema="other")),
    ("checks[0].device is 'cpu', which is no CUDA device", lambda found: found["checks"][0].update(device="cpu")),
    ("checks[0].quantities is empty", lambda found: found["checks"][0].update(quantities=[])),
    ("checks[0].passed is true", lambda found: found["checks"][0]["coverage"].update(complete=False)),
    ("passed is not what the checks say", lambda found: found.update(passed=False)),
    ("passed is neither true nor false", lambda found: found.update(passed=1)),
    ("checks is empty", lambda found: found.update(checks=[])),
    ("checks is not a list", lambda found: found.update(checks={})),
    ("timings[0] is not an object", lambda found: found.update(timings=[1])),
    ("timings[0].subject is missing", lambda found: found["timings"][0].pop("subject")),
    ("timings[0].bandwidth is neither", lambda found: found["timings"][0].update(bandwidth="0.9")),
    ("timings[0].bandwidth is neither", lambda found: found["timings"][0].update(bandwidth=float("nan"))),
    ("timings[0].seconds is neither", lambda found: found["timings"][0].update(seconds=10**400)),
    ("timings[0].rows is not a count", lambda found: found["timings"][0].update(rows=True)),
    ("growth[0].share is missing", lambda found: found["growth"][0].pop("share")),
    ("versions.triton is missing", lambda found: found["versions"].pop("triton")),
    ("device is not a text of one line", lambda found: found.update(device="a\ud800")),
    ("date is '20000131'", lambda found: found.update(date="20000131")),
)


@pytest.mark.parametrize(("said", "change"), BROKEN, ids=[said for said, _ in BROKEN])
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, said: str, change: Change) -> None:
    with pytest.raises(page.Broken) as raised:
        page.read(written(tmp_path / "gpu-check.json", change))
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5_000], ids=lambda data: repr(data[:4]))
def test_what_is_not_json_is_said_not_to_be(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "gpu-check.json").write_bytes(data)
    with pytest.raises(page.Broken, match="it is not JSON"):
        page.read(tmp_path / "gpu-check.json")


def test_a_list_and_a_folder_are_no_record(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(page.Broken, match="the whole is not an object"):
        page.read(tmp_path / "list.json")
    with pytest.raises(page.Broken, match="it cannot be read"):
        page.read(tmp_path)


@pytest.mark.parametrize("value", [None, 0.0, 1e6, 1e308])
def test_every_number_can_be_shown(tmp_path: Path, value: float | None) -> None:
    def change(found: dict[str, Any]) -> None:
        for each in (*found["timings"], *found["growth"]):
            each.update({key: value for key in ("seconds", "read", "chapter", "compiled", "bandwidth", "share") if key in each})
        found["checks"][0]["quantities"][0]["ratio"] = found["checks"][0]["probes"]["ratio"] = value

    assert len(words(tmp_path, change)) < 10_000


# -- what the writer and the page have in common -------------------------------------------------


def test_the_page_reads_what_the_benchmark_writes() -> None:
    assert page.SCHEMA == writer.SCHEMA and page.FILE == writer.TARGET
    for ours, theirs in ((page.Timing, benchmark.Timing), (page.Growth, benchmark.Growth)):
        assert {each.name for each in fields(ours)} <= {each.name for each in fields(theirs)}
    assert set(page.AIMS) == {benchmark.STATISTICS, benchmark.LOG_POLICY}
    extent = writer.Extent()
    assert extent.timed == (page.ROWS, page.VOCABULARY) and set(extent.timed_dtypes) == set(page.AIMED_DTYPES)
    assert set(page.NAMES) == {each["name"] for each in json.loads(CHECKED)["quantities"]}
    if importlib.util.find_spec("torch"):
        assert set(writer.machine("cpu")["versions"]) == set(page.VERSIONS)


# -- the site ------------------------------------------------------------------------------------


def test_a_file_that_comes_later_or_is_broken_is_noticed_by_the_next_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sphinx.testing.util import SphinxTestApp

    file, source = tmp_path / "gpu-check.json", tmp_path / "site"
    monkeypatch.setattr(page, "FILE", file)
    source.mkdir()
    (source / "conf.py").write_text("extensions = ['myst_parser', 'gpu_check']\n", "utf-8")
    (source / "index.md").write_text("# Page\n\n```{gpu-check}\n```\n", "utf-8")
    later = (source / "index.md").stat().st_mtime

    def built() -> tuple[str, str]:
        nonlocal later
        app = SphinxTestApp("html", srcdir=source)
        app.build()
        warned, html = app.warning.getvalue(), (Path(app.outdir) / "index.html").read_text("utf-8")
        app.cleanup()
        later += 1000
        return warned, html

    def put(text: str) -> None:
        file.write_text(text, "utf-8")
        os.utime(file, (later, later))  # after the build before

    warned, html = built()
    assert not warned and "No device has been measured yet" in html

    put(json.dumps(sample()))
    warned, html = built()
    assert not warned and "has been recorded" not in html and "Made-up device" in html and "<h2>Aims" in html

    put(json.dumps(sample() | {"device": "<b>Another</b>"}))
    assert "&lt;b&gt;Another&lt;/b&gt;" in built()[1]

    put("{")
    for _ in range(2):  # and what is wrong stays wrong
        warned, html = built()
        assert "index.md:3: WARNING: gpu-check.json: it is not JSON" in warned and "Traceback" not in warned
        assert "nothing is claimed here about a GPU" in html and "Another" not in html

    file.unlink()
    warned, html = built()
    assert not warned and "No device has been measured yet" in html
