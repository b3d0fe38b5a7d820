"""The how-to's forward pass of a model, run as it stands there, and its two files checked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "check-a-token-policy.md"

pytestmark = pytest.mark.slow


def example() -> str:
    """The block of Python on the page that makes the files."""
    (block,) = (each for each in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "GPT2" in each)
    return str(block)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in ("torch", "transformers", "safetensors"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    folder = tmp_path_factory.mktemp("model")
    done = subprocess.run([sys.executable, "-c", example()], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def checked(folder: Path, log_pi: str) -> tuple[int, dict[str, object]]:
    files = ("--logits", "rows.safetensors", "--rewards", "rows.safetensors", "--log-pi", log_pi)
    done = subprocess.run(
        [sys.executable, "-m", "symkl", "tokens", *files, "--beta", "0.1", "--json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_what_is_computed_right_from_a_forward_pass_is_within_every_bound(folder: Path) -> None:
    code, report = checked(folder, "right.safetensors")
    assert (code, report["passed"]) == (0, True)
    assert (report["rows"], report["vocabulary"], report["dtype"]) == (32, 32_001, "bfloat16")


def test_what_was_once_in_bf16_is_found_out(folder: Path) -> None:
    code, report = checked(folder, "wrong.safetensors")
    assert code == 1
    assert [each["name"] for each in report["smells_of"]] == ["v in bfloat16"]  # type: ignore[attr-defined]
