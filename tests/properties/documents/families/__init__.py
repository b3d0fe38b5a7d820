"""The families, each of which writes documents of one kind of trouble."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.properties.documents.families import (
    alphabets,
    chains,
    claims,
    conditions,
    giving,
    gradients,
    hypotheses,
    named,
    notation,
    opaque,
    problems,
    scalars,
    several,
    which,
    words,
)
from tests.properties.documents.keying import Document

FAMILIES: dict[str, tuple[Callable[[Random], Document], ...]] = {
    module.NAME: module.KINDS
    for module in (
        gradients,
        scalars,
        named,
        opaque,
        chains,
        problems,
        which,
        conditions,
        giving,
        hypotheses,
        alphabets,
        claims,
        notation,
        words,
        several,
    )
}
