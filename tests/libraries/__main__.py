"""Downloads the libraries of the table, audits their functions, and writes ``docs/data/library-audits.json``.

``python -m tests.libraries``: it wants the network and torch. Each library is downloaded as a wheel from the package
registry, without what it needs, unpacked into a folder that is thrown away, and never installed or imported: the audit
runs the functions alone. Of a library's code nothing is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.libraries.table import Library, configurations
from tests.libraries.worker import row

ROOT = Path(__file__).parents[2]
INTO = ROOT / "docs" / "data" / "library-audits.json"
COMMAND = "make audit-libraries TORCH=torch"
SCHEMA = "symkl-library-audits/1"


class Missing(Exception):
    """A library that is not to be had, and why."""


def downloaded(library: Library, folder: Path) -> Path:
    """The wheel of a library. Raises: Missing."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps",
         "--ignore-requires-python", "--only-binary=:all:", "--dest", str(folder), f"{library.name}=={library.version}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        lines = [line.strip() for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Missing(f"it could not be downloaded: {lines[-1] if lines else 'pip did not say why'}"[:200])
    return wheel


def unpacked(wheel: Path, folder: Path) -> Path:
    """The Python files of a wheel, where they would be installed."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name).parts
            if len(parts) > 2 and parts[0].endswith(".data"):
                parts = parts[2:]
            if name.endswith(".py") and ".." not in parts and not PurePosixPath(name).is_absolute():
                into = folder.joinpath(*parts)
                into.parent.mkdir(parents=True, exist_ok=True)
                into.write_bytes(archive.read(name))
    return folder


def audited(library: Library) -> Iterator[dict[str, Any]]:
    """A row for each configuration of a library; first what was downloaded."""
    wanted = [each for each in configurations() if each.library == library]
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given).resolve()
        (folder / "wheel").mkdir()
        try:
            wheel = downloaded(library, folder / "wheel")
        except Missing as missing:
            yield {"name": library.name, "version": library.version, "missing": str(missing)}
            yield from (row(each, str(missing)) for each in wanted)
            return
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        yield {"name": library.name, "version": library.version, "wheel": wheel.name, "sha256": digest}
        tree = unpacked(wheel, folder / "tree")
        work = [sys.executable, "-m", "tests.libraries.worker", str(tree), library.name, library.version]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "TORCHDYNAMO_DISABLE": "1"}
        told = 0
        with subprocess.Popen(
            work, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, env=environment
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith('{"library"'):
                    told += 1
                    yield json.loads(line)
        yield from (row(each, "the program that audits ended before it") for each in wanted[told:])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", nargs="+", metavar="NAME", help="those alone, the others as before")
    parser.add_argument("--into", type=Path, default=INTO, metavar="FILE", help="default: docs/data/library-audits.json")
    options = parser.parse_args(arguments)
    every = list(dict.fromkeys(each.library for each in configurations()))
    asked = [each for each in every if not options.library or each.name in options.library]
    before = json.loads(options.into.read_text("utf-8")) if options.library and options.into.exists() else {}
    libraries: dict[tuple[str, str], dict[str, Any]] = {
        (each["name"], each["version"]): each for each in before.get("libraries", ())
    }
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in before.get("rows", ()):
        rows.setdefault((each["library"], each["version"]), []).append(each)
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        for library in asked:
            key = (library.name, library.version)
            total = sum(each.library == library for each in configurations())
            task = progress.add_task(f"{library.name} {library.version}", total=total)
            told = audited(library)
            libraries[key], rows[key] = next(told), []
            for each in told:
                rows[key].append(each)
                progress.advance(task)
    keys = [(each.name, each.version) for each in every]
    every_row = [each for key in keys for each in rows.get(key, ())]
    written = {
        "schema": SCHEMA,
        "command": COMMAND,
        "versions": {"symkl": metadata.version("symkl"), "torch": metadata.version("torch"), "python": platform.python_version()},
        "libraries": [libraries[key] for key in keys if key in libraries],
        "rows": every_row,
    }
    options.into.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 3 if any(each.get("disagreements") for each in every_row) else 0


if __name__ == "__main__":
    sys.exit(main())
