"""``python -m tests.package``: what is given to others, built and used as others use it, outside the checkout.

The wheel and the sdist are built and looked at by twine. The wheel goes into an environment of its own; there the tests
of the sdist run without the source beside them, and mypy looks at a project of a user. Exits with 1 where anything
fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Of the tests those that look at what symkl does, and not at its source.
TESTS = (
    "tests/golden", "tests/unit/test_problems.py", "tests/unit/test_tilt.py", "tests/unit/test_tilt_tables.py",
    "tests/unit/test_token_batches.py", "tests/unit/test_token_screening.py", "tests/unit/test_judging.py",
)  # fmt: skip
USE = '''
import numpy as np
import symkl
from symkl import FiniteProblem, Report, Status, check_many, check_text
from symkl.tokens import log_tilt, tilt_statistics

report: Report = check_text(r"$$D_{KL}(p \\| q) \\ge 0$$", "a.md")
proved: list[bool] = [line.status is Status.PROVED for line in report.lines]
reports: list[Report] = check_many(["x", ("b.md", "y")], on_result=lambda i, each: print(i, each.verdict))
print(FiniteProblem([1], [1], 1).digits(30).kl(), tilt_statistics(np.zeros(3), np.zeros(3), 1.0).kl, log_tilt)
'''
WRONG = "import symkl\n\nsymkl.chekc('x')\nsymkl.check_text(3, 'a.md')\n"


def main(arguments: list[str] | None = None) -> int:
    """Build, look, install, test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", default=list(TESTS), help="what of the sdist to run")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _run(sys.executable, "-m", "build", "--outdir", place / "dist", ROOT)
        built = sorted((place / "dist").iterdir())
        _run(sys.executable, "-m", "twine", "check", "--strict", *built)
        python = _environment(place / "env", next(path for path in built if path.suffix == ".whl"))
        with tarfile.open(next(path for path in built if path.suffix == ".gz")) as archive:
            archive.extractall(place / "sdist", filter="data")
        (inside,) = (place / "sdist").iterdir()
        # The source is not to be found beside the tests.
        shutil.rmtree(inside / "symkl")
        _run(python, "-c", "import symkl, sys; sys.exit(not symkl.__file__.startswith(sys.prefix))", cwd=inside)
        _run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options.tests, cwd=inside)
        return _typed(place / "user", python)


def _environment(place: Path, wheel: Path) -> Path:
    """A Python that has the wheel, and of all else what this one has."""
    venv.create(place, with_pip=False)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    (site / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return python


def _typed(place: Path, python: Path) -> int:
    """A user's project, with strict types: right use has no errors, and wrong use has."""
    place.mkdir()
    (place / "use.py").write_text(USE, "utf-8")
    (place / "wrong.py").write_text(WRONG, "utf-8")
    mypy = (sys.executable, "-m", "mypy", "--strict", "--python-executable", python)
    _run(*mypy, "use.py", cwd=place)
    told = subprocess.run([*map(str, mypy), "wrong.py"], cwd=place, capture_output=True, text=True, check=False)
    if "attr-defined" not in told.stdout or "arg-type" not in told.stdout:
        print(f"mypy let a wrong use pass:\n{told.stdout}", file=sys.stderr)
        return 1
    print("== the wheel and the sdist are what others can use")
    return 0


def _run(*command: object, cwd: Path | None = None) -> None:
    words = [str(each) for each in command]
    print("==", " ".join(words[:6]), flush=True)
    done = subprocess.run(words, cwd=cwd, check=False)
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode}: {' '.join(words)}")


if __name__ == "__main__":
    sys.exit(main())
