r"""What a document puts in by ``\input`` and its kin, as those who fetch it and those who read it agree on."""

from __future__ import annotations

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
