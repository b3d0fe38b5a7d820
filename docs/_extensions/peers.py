"""The same statements put to four programs: the directive ``peers``, which shows ``docs/data/peers.json``.

``tests/benchmarks/peers`` writes that file. Every count and every time on the page is reckoned from it in the build.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.sphinx.rows import table, text

FILE = Path(__file__).parents[1] / "data" / "peers.json"
SCHEMA = "symkl-peers/1"
ANSWERS = ("right", "wrong", "undecided", "cannot be said")
_SIGNS = {"right": "✓", "wrong": "✗", "undecided": "?", "cannot be said": "–"}


def shown(data: Mapping[str, Any]) -> Iterator[nodes.Node]:
    """The counts, how each was asked, and every answer."""
    statements, peers = data["statements"], data["peers"]
    there = {name: peer for name, peer in peers.items() if "answers" in peer}
    true = sum(bool(each["true"]) for each in statements)
    yield text(
        f"{true} true and {len(statements) - true} false statements, {data['limit_s']:g} seconds at most for each, on "
        f"{data['machine']}."
    )
    heads = ["", *ANSWERS, "of true ones right", "of false ones right", "median time"]
    yield table(heads, [[name, *counted(peer["answers"], statements)] for name, peer in there.items()], "peers")
    for name, peer in peers.items():
        if "missing" in peer:
            yield text(f"{name}: {peer['missing']}.")
    yield _section("How each was asked", nodes.definition_list("", *(
        nodes.definition_list_item(
            "", nodes.term("", ", ".join(f"{package} {version}" for package, version in peer["versions"].items())),
            nodes.definition("", text(peer["how"])))
        for peer in there.values()
    )))  # fmt: skip
    rows = [
        ["true" if each["true"] else "false", nodes.math("", formula(each["latex"])),
         *(_cell(peer["answers"][i]) for peer in there.values())]
        for i, each in enumerate(statements)
    ]  # fmt: skip
    yield _section(
        "Every answer", text("; ".join(f"{_SIGNS[answer]} {answer}" for answer in ANSWERS) + ". Times are in seconds."),
        table(["", "statement", *there], rows, "peers"),
    )  # fmt: skip


def counted(answers: Sequence[Mapping[str, Any]], statements: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line of the first table: how many of each answer, and the median of all times that there are."""
    said = [each["answer"] for each in answers]
    right = [
        sum(answer == "right" and bool(each["true"]) is key for answer, each in zip(said, statements, strict=True))
        for key in (True, False)
    ]
    times = [
        each["seconds"] for each in answers if each["answer"] != "cannot be said" and each["seconds"] is not None
    ]
    median = f"{statistics.median(times):.3f} s" if times else "none"
    return [*(str(said.count(answer)) for answer in ANSWERS), *map(str, right), median]


def formula(latex: str) -> str:
    """A statement's formula, without the declaration in front of it.

    >>> formula("<!-- symkl: u scalar -->\\nu = u")
    'u = u'
    """
    return latex.rpartition("-->\n")[2]


def _cell(answer: Mapping[str, Any]) -> str:
    sign = _SIGNS[answer["answer"]]
    timed = answer["answer"] != "cannot be said" and answer["seconds"] is not None
    return f"{sign}\N{NO-BREAK SPACE}{answer['seconds']:.3f}" if timed else sign


def _section(title: str, *content: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", title), *content, ids=[f"peers-{title.lower().replace(' ', '-')}"])


class Peers(SphinxDirective):
    """``{peers}``: what four programs answered."""

    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Tables, each cell from the file."""
        self.env.note_dependency(str(FILE))
        self.env.note_dependency(__file__)
        data = json.loads(FILE.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise self.error(f"{FILE.name}: found the schema {data['schema']!r}, expected {SCHEMA!r}")
        return list(shown(data))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("peers", Peers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
