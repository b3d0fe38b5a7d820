"""``python -m tests.many``: how long many documents take, by workers; with ``--write`` to ``docs/data/many.json``.

The documents are short proofs with letters and numbers drawn at random, all different. Every run with another number of
workers must give the same reports; a run is stopped in its middle and goes on from its cache.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from symkl import check_many
from symkl.checking.report import Report
from tests.many.writing import written

ROOT = Path(__file__).parents[2]
WHERE = ROOT / "docs" / "data" / "many.json"
_START = 64  # documents that bring the workers up, and do not count


class _Stop(Exception):
    pass


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many documents")
    parser.add_argument("--workers", type=int, nargs="+", default=_workers(), help="processes of each run")
    parser.add_argument("--write", action="store_true", help="write docs/data/many.json")
    options = parser.parse_args(arguments)
    texts = written(options.count)
    runs: list[dict[str, Any]] = []
    answers: list[list[str]] = []
    for workers in options.workers:
        reports, seconds, processor = _timed(texts, workers)
        answers.append([report.verdict.value for report in reports])
        each = 1000 * seconds / len(texts)
        own = 1000 * processor / len(texts)
        runs.append({
            "workers": workers, "seconds": round(seconds, 2), "per_document_ms": round(each, 3),
            "processor_ms": round(own, 3), "load": round(os.getloadavg()[0], 2),
        })  # fmt: skip
        print(f"{workers} workers: {seconds:.1f} s, {own:.2f} ms of a processor a document", flush=True)
    if any(answer != answers[0] for answer in answers):
        print("another number of workers gave other reports", file=sys.stderr)
        return 1
    resumed = _resumed(texts[: min(len(texts), 2000)], max(options.workers))
    found = {
        "schema": "symkl-many/1", "documents": len(texts), "characters": sum(map(len, texts)),
        "verdicts": dict(Counter(answers[0])), "runs": runs, "resumed": resumed,
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
    }  # fmt: skip
    print(json.dumps(found["resumed"]))
    if options.write:
        WHERE.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 0


def _workers() -> list[int]:
    size, found = 1, []
    while size <= (os.cpu_count() or 1):
        found.append(size)
        size *= 2
    return found


def _timed(texts: list[str], workers: int) -> tuple[list[Report], float, float]:
    """The reports, the time on the clock, and that on the processors, which other programs change less."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        check_many(texts[:_START], executor=executor)
        start = time.perf_counter()
        reports = check_many(texts, executor=executor)
        seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return reports, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _resumed(texts: list[str], workers: int) -> dict[str, Any]:
    """Stopped after half, and then again: how long each took, and what a document from the cache costs."""

    def stop(i: int, report: Report) -> None:
        nonlocal done
        done += 1
        if done == len(texts) // 2:
            raise _Stop

    with tempfile.TemporaryDirectory() as cache:
        done, times = 0, []
        for halting in (True, False, False):
            start = time.perf_counter()
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
                try:
                    check_many(texts, executor=executor, cache=cache, on_result=stop if halting else None)
                except _Stop:
                    executor.shutdown(wait=True, cancel_futures=True)
            times.append(round(time.perf_counter() - start, 2))
        size = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
    return {
        "documents": len(texts), "first_half_s": times[0], "rest_s": times[1], "all_from_cache_s": times[2],
        "bytes_a_report": round(size / len(texts)),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
