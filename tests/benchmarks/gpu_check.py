"""The whole check and the benchmark on a CUDA device, written down for the site.

``make gpu-check``, or ``python -m tests.benchmarks.gpu_check --help``. What is written has every figure of every
report; the page ``reference/gpu-check`` shows it.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from symkl.problems import InvalidProblem
from symkl.tokens.arrays import on_device, out_of_memory
from symkl.tokens.checking import CheckReport, Settings, check
from symkl.tokens.making import made
from symkl.tokens.report import to_json
from symkl.tokens.trials import KINDS
from tests.benchmarks.tokens import measure

SCHEMA = "symkl-gpu-check/1"
ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "data" / "gpu-check.json"


@dataclass(frozen=True)
class Extent:
    """What is checked and timed."""

    vocabularies: tuple[int, ...] = (32_001, 131_072, 151_936)
    dtypes: tuple[str, ...] = ("float32", "bfloat16", "float16", "float64")
    betas: tuple[float, ...] = (1e-3, 0.1, 1e3)
    timed: tuple[int, int] = (4096, 131_072)
    timed_dtypes: tuple[str, ...] = ("float32", "bfloat16")


def reports(device: str, extent: Extent, told: Callable[[str], object]) -> Iterator[CheckReport]:
    """A report of a row of every kind, at every vocabulary, kind of numbers and temperature."""
    for vocabulary in extent.vocabularies:
        for dtype in extent.dtypes:
            for beta in extent.betas:
                report = check(made(len(KINDS), vocabulary, dtype), beta, Settings(device, fused=True))
                verdict = "within every bound" if report.passed else "EXCEEDED"
                told(f"{vocabulary:>7,} tokens, {dtype:<8}, β = {beta:<5g}: {verdict}")
                yield report


def check_all(device: str, extent: Extent, console: Console) -> dict[str, Any]:
    """Everything, in the form of the schema.

    Raises: InvalidProblem, if there is no such device or no kernel for it.
    """
    on_device([0.0], device)
    started = perf_counter()
    found = list(reports(device, extent, console.print))
    timings, growth = measure(device, *extent.timed, list(extent.timed_dtypes), console)
    return finite({
        "schema": SCHEMA,
        "date": datetime.now(UTC).date().isoformat(),
        **machine(device),
        "commit": commit(),
        "seconds": round(perf_counter() - started, 1),
        "passed": all(report.passed for report in found),
        "checks": [json.loads(to_json(report)) for report in found],
        "timings": [asdict(each) for each in timings],
        "growth": [asdict(each) for each in growth],
    })  # fmt: skip


def machine(device: str) -> dict[str, Any]:
    """The device, its driver, and the versions of all that has a part in the figures."""
    import torch

    cuda = device.startswith("cuda")
    return {
        "device": torch.cuda.get_device_name(device) if cuda else platform.processor() or platform.machine(),
        "driver": _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader") if cuda else None,
        "versions": {
            "python": platform.python_version(), **{name: _version(name) for name in ("symkl", "torch", "triton", "numpy")},
            "cuda": torch.version.cuda,
        },
    }  # fmt: skip


def commit() -> str | None:
    """The commit that the figures are of, if it is known; with a + where files have been changed since."""
    known = _said("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    return known and known + ("+" if _said("git", "-C", str(ROOT), "status", "--porcelain", "-uno") else "")


def finite(found: Any) -> Any:
    """The same without what JSON has no number for."""
    if isinstance(found, dict):
        return {key: finite(value) for key, value in found.items()}
    if isinstance(found, list):
        return [finite(value) for value in found]
    return None if isinstance(found, float) and not isfinite(found) else found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _said(*command: str) -> str | None:
    """The first line that a program prints; nothing if it is not there or fails."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if all is within its bounds, 1 if not, 2 if it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu_check", description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cuda", help="default: cuda")
    parser.add_argument("--into", type=Path, default=TARGET, help="default: docs/data/gpu-check.json")
    options = parser.parse_args(arguments)
    if not options.into.parent.is_dir():  # not after minutes of work
        print(f"gpu-check: --into: there is no folder {options.into.parent}", file=sys.stderr)
        return 2
    console = Console()
    try:
        found = check_all(options.device, Extent(), console)
    except InvalidProblem as problem:
        print(f"gpu-check: it needs a CUDA device, and torch with Triton. --{problem}", file=sys.stderr)
        return 2
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        print("gpu-check: the device's memory ran out", file=sys.stderr)
        return 2
    try:
        options.into.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        print(f"gpu-check: --into: {error.strerror}: {options.into}", file=sys.stderr)
        return 2
    console.print(f"{'all within their bounds' if found['passed'] else 'NOT all within their bounds'}: {options.into}")
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
