"""What the checker in the page runs, gathered beside it: Python as WebAssembly, FLINT, and symkl's own wheel.

All of it is in the site itself; nothing is fetched from elsewhere at view time. The wheel is built from the working
tree, without a network, so that page and command line are one program. Its modules and Python's own are compiled here,
by the page's own Python, and FLINT's are imported when they are first asked for: that is most of what a reader would
wait for. Where a part cannot be had, the site is built all the same, and its checker says what is missing. What is
gathered is kept from build to build, by the content of what it is made from.
"""

from __future__ import annotations

import ast
import importlib.metadata
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYODIDE = HERE.parent / "node_modules" / "pyodide"
WHEELS = HERE.parent / "_wasm"
STDLIB = "python_stdlib.zip"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", STDLIB, "pyodide-lock.json")
PURE = ("markdown-it-py", "mdurl")
"""What symkl needs to read a document, as it is installed here. rich paints terminals: a page needs none of it."""
MANIFEST = "manifest.json"
COMPILE = Path(__file__).with_name("bundle_compile.mjs")
COMPILED = "compiled.zip"


class Missing(Exception):
    """A part of the bundle that is not there, and what brings it."""


def flint_wheel(runtime: Path, wheels: Path) -> Path:
    """The wheel of python-flint for exactly the Python that ``runtime`` holds.

    Raises: :class:`Missing`.
    """
    info = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))["info"]
    python = "cp" + "".join(info["python"].split(".")[:2])
    pattern = f"python_flint-*-{python}-*-pyemscripten_{info['abi_version']}_{info['arch']}.whl"
    found = sorted(wheels.glob(pattern))
    if not found:
        raise Missing(f"python-flint for WebAssembly ({pattern}), which `make docs` downloads from PyPI")
    return found[-1]


def own_wheel(into: Path) -> Path:
    """symkl's wheel, built from the working tree.

    Raises: :class:`Missing` where the builder is not installed, ``ExtensionError`` where it fails.
    """
    if find_spec("hatchling") is None:
        raise Missing("hatchling, which builds symkl's own wheel: pip install 'symkl[docs]'")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = sorted(into.glob("symkl-*.whl"))
    if done.returncode or not found:
        raise ExtensionError(f"symkl's wheel could not be built: {done.stderr.strip() or done.stdout.strip()}")
    return found[-1]


def pure_packages() -> bytes:
    """The modules of the pure packages as one archive, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PURE:
            for file in sorted(importlib.metadata.files(name) or (), key=str):
                if ".." not in file.parts and file.suffix in (".py", ""):
                    entry = zipfile.ZipInfo(file.as_posix())
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, file.read_binary())
    return out.getvalue()


def lighter(wheel: Path) -> bytes:
    """A wheel without its own tests and type stubs, which no page runs, and with imports that wait to be asked for."""
    out = io.BytesIO()
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry in whole.infolist():
            if "/test/" in entry.filename or entry.filename.endswith(".pyi"):
                continue
            held = whole.read(entry)
            kept.writestr(entry, lazily(held.decode()).encode() if entry.filename == "flint/__init__.py" else held)
    return out.getvalue()


def lazily(source: str) -> str:
    r"""A package's ``__init__`` whose ``from .a import b`` happens when b is first asked for; the rest as it is.

    >>> print(lazily('from .types.arb import arb\nfrom .base import X as Y\n__version__ = "1"\n'))
    from importlib import import_module
    <BLANKLINE>
    _PLACES = {'arb': ('.types.arb', 'arb'), 'Y': ('.base', 'X')}
    __version__ = '1'
    <BLANKLINE>
    <BLANKLINE>
    def __getattr__(name):
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        place, there = _PLACES[name]
        found = globals()[name] = getattr(import_module(place, __name__), there)
        return found
    <BLANKLINE>
    """
    places: dict[str, tuple[str, str]] = {}
    rest = []
    for part in ast.parse(source).body:
        if isinstance(part, ast.ImportFrom) and part.level == 1:
            places |= {each.asname or each.name: (f".{part.module or ''}", each.name) for each in part.names}
        else:
            rest.append(ast.unparse(part))
    kept = "\n".join(rest)
    return f"""from importlib import import_module

_PLACES = {places!r}
{kept}


def __getattr__(name):
    if name not in _PLACES:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    place, there = _PLACES[name]
    found = globals()[name] = getattr(import_module(place, __name__), there)
    return found
"""


def compiled(runtime: Path, archives: list[Path], target: Path) -> None:
    """The bytecode of what the archives hold, as a zip to be unpacked beside them, and Python's own library compiled.

    Raises: ``ExtensionError`` where it cannot be compiled.
    """
    node = shutil.which("node")
    if node is None:
        raise Missing("node, which `make docs` installs")
    library = target.with_name(STDLIB)
    command = [node, str(COMPILE), str(runtime), str(target), str(library), *map(str, archives)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not target.is_file():
        raise ExtensionError(f"the checker's modules could not be compiled: {done.stderr.strip()[-2000:]}")


def gather(target: Path) -> dict[str, Any]:
    """Fill ``target`` and return the manifest: the files with their sizes, and how each is used.

    Raises: :class:`Missing`; ``target`` may then hold a part of it.
    """
    if not all((PYODIDE / name).is_file() for name in RUNTIME):
        raise Missing("pyodide in docs/node_modules, which `npm ci` in docs/ brings")
    flint = flint_wheel(PYODIDE, WHEELS)
    target.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME:
        shutil.copy(PYODIDE / name, target / name)
    (target / flint.name).write_bytes(lighter(flint))
    (target / "pure.zip").write_bytes(pure_packages())
    with tempfile.TemporaryDirectory() as place:
        own = shutil.copy(own_wheel(Path(place)), target)
    packages = [flint.name, "pure.zip", Path(own).name]
    compiled(target, [target / name for name in packages], target / COMPILED)
    packages.append(COMPILED)
    sizes = {name: (target / name).stat().st_size for name in (*RUNTIME, *packages)}
    mark = sha256(b"".join((target / name).read_bytes() for name in sizes)).hexdigest()[:16]
    return {"missing": "", "bytes": sum(sizes.values()), "sizes": sizes, "packages": packages, "mark": mark}


def _made_from() -> str:
    """A mark of all that a bundle is made from: where it is the same, so is the bundle."""
    files = [
        *(path for path in (ROOT / "symkl").rglob("*") if "__pycache__" not in path.parts),
        *(ROOT / "derivations").glob("*.py"),
        *(ROOT / "docs" / "exercises").glob("*.md"),
        *(ROOT / name for name in ("pyproject.toml", "README.md")),
        *WHEELS.glob("*.whl"),
        PYODIDE / "package.json",
        Path(__file__),
        COMPILE,
    ]
    found = sha256()
    for path in sorted(path for path in files if path.is_file()):
        found.update(f"{path}:{path.stat().st_size}\n".encode() + path.read_bytes())
    found.update(repr([(name, importlib.metadata.version(name)) for name in PURE]).encode())
    return found.hexdigest()


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "bundle")
    stamp, before = target / ".made-from", _made_from()
    if stamp.is_file() and stamp.read_text() == before:
        manifest = json.loads((target / MANIFEST).read_text("utf-8"))
        again = ", as before"
    else:
        shutil.rmtree(target, ignore_errors=True)
        again = ""
        try:
            manifest = gather(target)
            stamp.write_text(before)
        except Missing as reason:
            # Without a stamp, so that the next build tries again.
            shutil.rmtree(target, ignore_errors=True)
            manifest = {"missing": str(reason), "bytes": 0}
        target.mkdir(parents=True, exist_ok=True)
        (target / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    # Not messages of Sphinx's, which a quiet build keeps to itself, and no warning, which would end a strict one.
    if manifest["missing"]:
        print(f"== the checker in the page is left out, and the page says so: there is no {manifest['missing']}")
    else:
        print(f"== the checker in the page: {manifest['bytes'] / 1e6:.1f} MB, loaded when it is asked for{again}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Gather the bundle when the pages are written."""
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
