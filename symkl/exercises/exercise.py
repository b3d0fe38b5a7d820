"""One exercise as a Markdown file: what is given, what is to be shown, hints, and a solution that is checked.

::

    # The log-ratio of the optimum
    <!-- symkl: show \\log \\frac{\\pi^*(y|x)}{\\pi_{ref}(y|x)} = ...; at most 1 law a step -->
    ... what is given, with its formulas ...
    ## Proof
    ... what a student begins with: nothing, or for *find the slip* a proof with one ...
    ## Hints
    1. ...
    ## Solution
    ... the rows that replace those under Proof ...

The file up to *Hints* is the worksheet: a document like any other, which ``symkl check`` reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROOF, HINTS, SOLUTION = "## Proof", "## Hints", "## Solution"
_TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
_HINT = re.compile(r"^\d+\. +", re.MULTILINE)


class BadExercise(ValueError):
    """A file that is no exercise; the message says what is missing."""


@dataclass(frozen=True)
class Exercise:
    """One exercise. ``given``: the document up to the proof; ``start``: the rows to begin with, mostly none."""

    name: str
    title: str
    given: str
    start: str
    hints: tuple[str, ...]
    solution: str

    @property
    def ladder(self) -> str:
        """Which ladder it is a rung of: what stands before the number in its name."""
        return self.name.rpartition("-")[0]

    @property
    def worksheet(self) -> str:
        """What a student writes in."""
        return self.with_proof(self.start or "<!-- Write your rows here. -->\n")

    @property
    def solved(self) -> str:
        """The worksheet with the solution in it."""
        return self.with_proof(self.solution)

    def with_proof(self, proof: str) -> str:
        """The worksheet with these rows as its proof."""
        return f"{self.given}\n{PROOF}\n\n{proof.strip()}\n"


def exercise(name: str, text: str) -> Exercise:
    """An exercise from its file. Raises: BadExercise.

    >>> hints = "## Hints\\n\\n1. a\\n2. b\\n3. c"
    >>> made = exercise("kl-1", f"# A\\n\\nGiven.\\n\\n## Proof\\n\\n{hints}\\n\\n## Solution\\n\\n$$ 1 = 1 $$")
    >>> made.ladder, made.hints, made.solved
    ('kl', ('a', 'b', 'c'), '# A\\n\\nGiven.\\n\\n## Proof\\n\\n$$ 1 = 1 $$\\n')
    """
    parts = [text]
    for head in (PROOF, HINTS, SOLUTION):
        found = re.split(rf"^{head} *$", parts[-1], flags=re.MULTILINE)
        if len(found) != 2:
            raise BadExercise(f"{name}: found {len(found) - 1} headings {head!r} in their place, expected one")
        parts[-1:] = found
    given, start, hints, solution = (part.strip() for part in parts)
    title = _TITLE.search(given)
    if title is None:
        raise BadExercise(f"{name}: found no title; begin the file with '# ' and one")
    told = tuple(" ".join(each.split()) for each in _HINT.split(hints) if each.strip())
    if len(told) != 3:
        raise BadExercise(f"{name}: found {len(told)} hints, expected 3, numbered, from light to heavy")
    if not solution:
        raise BadExercise(f"{name}: found no solution; it is what shows that the exercise can be done")
    return Exercise(name, title[1].strip(), given + "\n", start, told, solution)
