r"""What a document puts in by ``\input`` and its kin, as those who fetch it and those who read it agree on."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import NamedTuple


class Loaded(NamedTuple):
    """A text and the name to tell its places by, or why there is none."""

    text: str | None
    why: str = ""
    name: str = ""


Load = Callable[[str, str], Loaded]
r"""By the command (``input``, ``usepackage``, ...) and the name in it, what lies there."""


def nothing(command: str, name: str) -> Loaded:
    """What is loaded for a text that lies in no folder."""
    return Loaded(None, "only the text was given, and no folder to look for it")


def forbidden(command: str, name: str) -> Loaded:
    """What is loaded where nothing may be."""
    return Loaded(None, "--no-input forbids to read it")


def no_file(mode: int) -> str:
    """What something is that has no end that one could read to, by its mode; nothing for a file.

    >>> no_file(stat.S_IFIFO), no_file(stat.S_IFREG)
    ('a named pipe', '')
    """
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    kinds |= dict.fromkeys((stat.S_IFCHR, stat.S_IFBLK), "a device")
    return kinds.get(stat.S_IFMT(mode), "")
