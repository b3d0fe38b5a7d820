"""The same forty statements put to four programs, each in an environment of its own that is thrown away.

``python -m tests.benchmarks.peers`` writes ``docs/data/peers.json``, which the site shows. It wants the network.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.benchmarks.peers.statements import STATEMENTS
from tests.benchmarks.peers.worker import LIMIT

ROOT = Path(__file__).parents[3]
INTO = ROOT / "docs" / "data" / "peers.json"
PEERS = {"symkl": str(ROOT), "sympy": "sympy", "pycodemath": "pycodemath", "knuckledragger": "knuckledragger"}
"""Each with what pip is asked for."""


def asked(peer: str, folder: Path) -> dict[str, object]:
    """What ``peer`` answered, or why it was not there to answer."""
    how = import_module(f"tests.benchmarks.peers.with_{peer}").HOW
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", PEERS[peer]]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    if installed.returncode:
        return {"how": how, "missing": "it could not be installed: " + _last(installed.stderr)}
    # The folder, not the tree: what is asked is what was installed.
    tests = folder / "tree" / "tests" / "benchmarks"
    tests.mkdir(parents=True)
    (tests / "peers").symlink_to(Path(__file__).parent, target_is_directory=True)
    work = [python, "-m", "tests.benchmarks.peers.worker", peer]
    done = subprocess.run(work, capture_output=True, text=True, check=False, cwd=folder / "tree")
    if done.returncode:
        return {"how": how, "missing": "it could not be run: " + _last(done.stderr)}
    return {"how": how} | dict(json.loads(done.stdout))


def _last(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it did not say why")[:300]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=tuple(PEERS), nargs="+", default=list(PEERS), help="those alone, the others as before")
    parser.add_argument("--into", type=Path, default=INTO, metavar="FILE", help="default: docs/data/peers.json")
    options = parser.parse_args(arguments)
    before = json.loads(options.into.read_text("utf-8"))["peers"] if options.into.exists() else {}
    found = {}
    for peer in PEERS:
        if peer not in options.peer:
            found |= {peer: before[peer]} if peer in before else {}
            continue
        print(f"{peer} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            found[peer] = asked(peer, Path(folder))
    told = {
        "schema": "symkl-peers/1",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "limit_s": LIMIT,
        "statements": [{"name": s.name, "about": s.about, "true": s.true, "latex": s.latex} for s in STATEMENTS],
        "peers": found,
    }
    options.into.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
