"""What Rocq says of our own ticks: the directive ``second-judge``, which shows ``docs/data/second-judge.json``.

``make second-judge`` writes that file where there is Rocq. Every count on the page is reckoned from it in the build.
On the page of a derivation each step says whether Rocq accepted it, if the tick of today is the one that was put to it;
the files that are put to Rocq are written beside the site, and linked.
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

from symkl.batch import Job, Missing, certified
from symkl.rocq.documents import Tick, exported, write
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
        f"Rocq {data['rocq']}: of {len(rows)} ticks {len(exported)} are exported, "
        f"and {len(accepted)} of these are accepted."
    )
    refuted = [row for each in documents for row in each.get("refuted", ())]
    if refuted:
        counts = (sum(row[key] for row in refuted) for key in ("exported", "accepted"))
        said = "Of {} rows that are refuted there the counterexamples to {} are exported, and {} of these are accepted."
        yield text(said.format(len(refuted), *counts))
    heads = ["ticks", "exported", "accepted", "defined", "modelled", "seconds"]
    laws = sorted({row["law"] for row in rows})
    yield table(["law", *heads], [[law, *counted([row for row in rows if row["law"] == law])] for law in laws])
    pages = [[each["file"], *counted(each["rows"]), each.get("commit", data["commit"])[:12]] for each in documents]
    yield table(["page", *heads, "at the commit"], pages)
    if random := data.get("random"):
        keys = "ticks", "exported", "accepted", "defined", "modelled"
        count = [sum(each[key] for each in random["laws"]) for key in keys]
        said = "Of {} ticks that were drawn at random, at the commit {}, {} are exported, and {} of these are accepted."
        yield text(said.format(count[0], random.get("commit", data["commit"])[:12], *count[1:]))
        cells = [[each["law"], *(str(each[key]) for key in keys), f"{each['seconds']:.1f}"] for each in random["laws"]]
        yield table(["law", *heads], cells)
    if "library" in data:
        yield text(f"coqchk, which goes through the library and one document again by itself: {data['library']}.")
    left = [*rows, *refuted, *(random["left"] if random else ())]
    missing = Counter(row["why"] for row in left if not row["exported"])
    if missing:
        yield table(["not exported", "rows"], [[why, str(count)] for why, count in missing.most_common()])


def counted(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ticks: how many there are, are exported, are accepted, and the seconds that they took."""
    seconds = sum(row["seconds"] for row in rows)
    sums = (str(sum(row.get(key, False) for row in rows)) for key in ("exported", "accepted", "defined", "modelled"))
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


def on_derivations(app: Sphinx, doctree: nodes.document) -> None:
    """Have each step of a derivation say what Rocq said of it, and write the files that are put to Rocq."""
    folder, _, name = app.env.docname.partition("/")
    path = FILE.parents[2] / "derivations" / f"{name}.py"
    steps = [each for each in doctree.findall(nodes.list_item) if "symkl-step" in each["classes"]]
    if folder != "derivations" or not steps or not path.is_file() or not FILE.is_file():
        return
    app.env.note_dependency(str(FILE))
    report = certified(Job(str(path)))
    if isinstance(report, Missing):
        return
    of, data = exported(report), json.loads(FILE.read_text("utf-8"))
    write(of, Path(app.outdir) / "rocq")
    known = {
        (row["line"], row["law"], nth): row
        for each in data["documents"]
        if each["file"] == f"derivations/{name}.py"
        for nth, row in enumerate(each["rows"])
    }
    commits = {each["file"]: each.get("commit", data["commit"]) for each in data["documents"]}
    judge, by_row = f"Rocq {data['rocq']}", dict[int, list[tuple[Tick, Any]]]()
    for nth, tick in enumerate(of.ticks):
        by_row.setdefault(tick.row, []).append((tick, known.get((tick.line, tick.law, nth))))
    accepted = changed = 0
    for number, step in enumerate(steps):
        if said := by_row.get(number):
            # What was not looked at since it changed is counted below: said of each step, it would drown the steps.
            if words := in_words(said, judge):
                step += text(words, "symkl-second-judge")
            accepted += all(row is not None and row["accepted"] for _, row in said)
            changed += not words
    links = [
        nodes.reference("", kind, refuri=f"../rocq/{of.name}_{kind}.v", internal=False)
        for kind in ("statements", "proofs")
    ]
    last = nodes.paragraph("", "", nodes.strong("", "A second judge"), classes=["symkl-second-judge"])
    last += nodes.Text(
        f": {judge} accepted {accepted} of the {len(by_row)} steps that are proved, at the commit "
        f"{commits[f'derivations/{name}.py'][:12]}. {_since(changed)}What is put to it: "
    )
    last += [links[0], nodes.Text(" and "), links[1], nodes.Text(".")]
    steps[-1].parent.parent += last


def in_words(said: Sequence[tuple[Tick, Any]], judge: str) -> str:
    """What is said of a step: of all its ticks, or of the first that was not accepted. Nothing if it changed."""
    for tick, row in said:
        if tick.theorem is None:
            return f"Not re-checked by {judge}: {tick.why}."
        if row is None or not row["exported"]:
            return ""
        if not row["accepted"]:
            return f"{judge} did not accept the proof of it."
    return f"Re-checked by {judge}."


def _since(changed: int) -> str:
    words = "has changed since, and was" if changed == 1 else "have changed since, and were"
    return f"{changed} {words} not put to it again. " if changed else ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the directive, and the notes beside steps."""
    app.add_directive("second-judge", SecondJudge)
    app.connect("doctree-read", on_derivations)
    return {"parallel_read_safe": True}
