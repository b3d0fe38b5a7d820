r"""What ``\input`` and its kin put in: texts that lie beside a document, which somebody else fetches."""

from __future__ import annotations

import re

from symkl.language.loading import Load, Loaded
from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Unchecked
from symkl.reading.finding import blanked
from symkl.reading.tex import living
from symkl.reading.tracing import Builder, Written

MOST_FILES = 100
MOST_TIMES = 10
MOST_CHARACTERS = 5_000_000


INCLUDES = pattern(r"\\(?:input|include|subfile|usepackage|RequirePackage)(?![A-Za-z@])")
"""What puts a text in."""


_OUTSIDE = pattern(r"\A.*?\\begin\{document\}|\\end\{document\}.*\Z", re.DOTALL)


class Including:
    """The files that a document puts in, with limits; what was not read, and why."""

    def __init__(self, load: Load, builder: Builder) -> None:
        """Nothing is put in yet; the texts become sources of ``builder``."""
        self.load = load
        self.builder = builder
        self.times: dict[str, int] = {}
        self.characters = 0
        self.unchecked: list[Unchecked] = []

    def __call__(self, command: str, name: str, place: Written) -> Written | None:
        """The text of a file, or nothing; a file that is no package and is not read is told."""
        package = command in ("usepackage", "RequirePackage")
        loaded = self._loaded(command, name)
        if loaded.text is None:
            if not package:
                why = f"\\{command}{{{name[:60]}}}: {loaded.why}"
                self.unchecked.append(Unchecked(Span(place.begin, place.end), why, seen=True, source=place.source))
            return None
        plain, unchecked = living(loaded.text)
        plain = _OUTSIDE.sub(lambda m: blanked(m.group()), plain)
        source = self.builder.source(loaded.text, loaded.name, plain)
        if not package:
            self.unchecked += [each._replace(source=source) for each in unchecked]
        return Written(plain, source, 0, len(plain))

    def _loaded(self, command: str, name: str) -> Loaded:
        self.times[name] = self.times.get(name, 0) + 1
        if self.times[name] > MOST_TIMES:
            return Loaded(None, "it puts itself in, again and again")
        if sum(self.times.values()) > MOST_FILES:
            return Loaded(None, f"more than {MOST_FILES} files are put in")
        loaded = self.load(command, name)
        self.characters += len(loaded.text or "")
        if self.characters > MOST_CHARACTERS:
            return Loaded(None, f"the files put in have more than {MOST_CHARACTERS:,} characters")
        return loaded
