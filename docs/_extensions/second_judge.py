"""What Rocq says of our own ticks: the directive ``second-judge``, which shows ``docs/data/second-judge.json``.

``make second-judge`` writes that file where there is Rocq. Every count on the page is reckoned from it in the build.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.sphinx.rows import table, text

FILE = Path(__file__).parents[1] / "data" / "second-judge.json"
SCHEMA = "symkl-second-judge/1"


def shown(data: Mapping[str, Any]) -> Iterator[nodes.Node]:
    """How many ticks of each law there are, are exported and are accepted; of each page; and what is not exported."""
    documents = data["documents"]
    rows = [row for each in documents for row in each["rows"]]
    exported = [row for row in rows if row["exported"]]
    accepted = [row for row in rows if row["accepted"]]
    yield text(
        f"Rocq {data['rocq']}, at the commit {data['commit'][:12]}: of {len(rows)} ticks {len(exported)} are exported, "
        f"and {len(accepted)} of these are accepted."
    )
    heads = ["ticks", "exported", "accepted", "defined", "modelled", "seconds"]
    laws = sorted({row["law"] for row in rows})
    yield table(["law", *heads], [[law, *counted([row for row in rows if row["law"] == law])] for law in laws])
    yield table(["page", *heads], [[each["file"], *counted(each["rows"])] for each in documents])
    missing = Counter(row["why"] for row in rows if not row["exported"])
    if missing:
        yield table(["not exported", "ticks"], [[why, str(count)] for why, count in missing.most_common()])


def counted(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ticks: how many there are, are exported, are accepted, and the seconds that they took."""
    seconds = sum(row["seconds"] for row in rows)
    sums = (str(sum(row[key] for row in rows)) for key in ("exported", "accepted", "defined", "modelled"))
    return [str(len(rows)), *sums, f"{seconds:.1f}"]


class SecondJudge(SphinxDirective):
    """``{second-judge}``"""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """The tables, or that there are none."""
        self.env.note_dependency(str(FILE))
        if not FILE.is_file():
            return [text("Nobody has put them to Rocq yet: `make second-judge` does.")]
        data = json.loads(FILE.read_text("utf-8"))
        if data.get("schema") != SCHEMA:
            raise self.error(f"{FILE.name} is not {SCHEMA}")
        return list(shown(data))


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the directive."""
    app.add_directive("second-judge", SecondJudge)
    return {"parallel_read_safe": True}
