r"""Files that lie beside a document: what its ``\input`` and ``\usepackage`` put in.

A document may come from a stranger, so nothing outside its folder is ever read, wherever links lead, and no more than
a limit.
"""

from __future__ import annotations

from pathlib import Path

from symkl.language.loading import Load, Loaded

LARGEST = 2_000_000
"""Bytes of one file."""

_ENDINGS = {"usepackage": (".sty",), "RequirePackage": (".sty",)}


def loader(document: str) -> Load:
    """What a document may put in: files in its folder and below. A file is named as the document names it."""
    folder = Path(document).parent

    def load(command: str, name: str) -> Loaded:
        try:
            top = folder.resolve(strict=True)
            for ending in _ENDINGS.get(command, (".tex", "")):
                path = folder / (name if name.endswith(ending) else name + ending)
                if not _exists(path):
                    continue
                real = path.resolve(strict=True)
                if not real.is_relative_to(top):
                    return Loaded(None, "it lies outside the document's folder, and is not read")
                if not real.is_file():
                    return Loaded(None, "this is no file")
                return _read(real, path.relative_to(folder).as_posix())
        except (OSError, ValueError, RuntimeError) as error:
            return Loaded(None, f"it cannot be read ({_reason(error)})")
        return Loaded(None, "no such file beside the document")

    return load


def _exists(path: Path) -> bool:
    """Whether there is something of that name, a link that leads nowhere included."""
    return path.is_symlink() or path.exists()


def _read(path: Path, name: str) -> Loaded:
    with open(path, "rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        return Loaded(None, f"it is larger than {LARGEST // 10**6} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Loaded(None, "it is not UTF-8 text")
    return Loaded(text.replace("\r\n", "\n").replace("\r", "\n"), "", name)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "links lead round in a circle"
