"""A fresh machine: every test is found, and no program beside them is run, where nothing optional is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPTIONAL = ("torch", "triton", "transformers", "safetensors")
"""What `make test` leaves out unless it is asked for it, and what only some readers of files have."""


def collected(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What a Python that has none of ``OPTIONAL`` finds to test."""
    code = (
        f"import sys\nsys.modules.update(dict.fromkeys({OPTIONAL!r}))\n"  # None there: no such module
        "import pytest\nsys.exit(pytest.main(sys.argv[1:]))"
    )
    settings = ("-c", "pyproject.toml", "--rootdir", str(ROOT), "-p", "no:cacheprovider", "-p", "no:xdist")
    command = [sys.executable, "-c", code, "--collect-only", "-q", *settings, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_everything_is_collected_where_no_optional_package_is() -> None:
    done = collected()
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    for found in ("tests/unit/test_terms.py::", "tests/unit/test_token_files.py::", "symkl/tokens/statistics.py::", "docs/howto/"):
        assert found in done.stdout, found


@pytest.mark.parametrize("package", OPTIONAL)
def test_a_program_that_wants_more_would_be_noticed(package: str, tmp_path: Path) -> None:
    (tmp_path / "compile_something.py").write_text(f"import {package}\n", "utf-8")
    done = collected(str(tmp_path))
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout + done.stderr
    assert f"No module named '{package}'" in done.stdout or f"import of {package} halted" in done.stdout
