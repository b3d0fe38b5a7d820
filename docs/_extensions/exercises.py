"""``{exercises} LADDER``: the exercises of a ladder, each with its hints, its solution, and a place to do it.

Without JavaScript a page is complete: what is given, three hints and a solution, each folded. Where scripts run, the
checker stands below the exercise that one works on. An exercise that its own solution does not solve ends a strict
build. ``{ladders}`` lists them all.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl.exercises.exercise import Exercise, exercise
from symkl.exercises.grading import grade
from symkl.exercises.shelf import LADDERS

SHELF = Path(__file__).parents[1] / "exercises"
PAGES = "practise"
PROGRESS = "checker/progress.js"
logger = logging.getLogger(__name__)


class folded(nodes.General, nodes.Element):
    """What is opened by a click on its ``summary``."""


def of_ladder(ladder: str) -> list[Exercise]:
    """The exercises of a ladder, from the first rung to the last."""
    found = sorted(SHELF.glob(f"{ladder}-*.md"), key=lambda path: int(path.stem.rpartition("-")[2]))
    return [exercise(path.stem, path.read_text("utf-8")) for path in found]


def prose(given: str) -> str:
    """What is given, without the title and what is said to symkl alone."""
    return re.sub(r"<!--.*?-->", "", re.sub(r"^# .*$", "", given, count=1, flags=re.MULTILINE), flags=re.DOTALL).strip()


class ExercisesDirective(SphinxDirective):
    """``{exercises} LADDER``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A section for each, and the checker that they share."""
        from checker import checker  # the module beside this one, which Sphinx alone finds

        ladder = self.arguments[0]
        if ladder not in LADDERS:
            raise self.error(f"no ladder is called {ladder!r}; there are {', '.join(LADDERS)}")
        found = of_ladder(ladder)
        out: list[nodes.Node] = []
        for each in found:
            self.env.note_dependency(str(SHELF / f"{each.name}.md"))
            graded = grade(each, each.solved, f"{each.name}.md")
            if not graded.solved:
                message = "exercise %s: its solution does not solve it: %s"
                logger.warning(message, each.name, "; ".join(graded.why), location=self.get_location(), type="symkl")
                self.env.note_reread()
            out.append(self._shown(each))
        instead = nodes.paragraph("", "On the command line: symkl practise NAME.")
        texts = {each.name: {"title": each.title, "text": each.worksheet} for each in found}
        out.append(checker("", instead, examples=[], exercises=texts))
        return out

    def _shown(self, each: Exercise) -> nodes.section:
        section = nodes.section("", nodes.title("", each.title), ids=[each.name], classes=["exercise"])
        section += nodes.paragraph("", "", nodes.literal("", each.name), classes=["exercise-name"])
        section += self.parse_text_to_nodes(prose(each.given))
        if each.start:
            section += [nodes.paragraph("", "The proof with the slip:"), *self.parse_text_to_nodes(each.start)]
        section += nodes.container("", classes=["exercise-place"])
        for number, hint in enumerate(each.hints, 1):
            section += folded("", *self.parse_text_to_nodes(hint), summary=f"Hint {number}")
        section += folded("", *self.parse_text_to_nodes(each.solution), summary="A solution")
        return section


class LaddersDirective(SphinxDirective):
    """``{ladders}``: every exercise with a link."""

    def run(self) -> list[nodes.Node]:
        """A section for each ladder."""
        out: list[nodes.Node] = []
        for ladder, title in LADDERS.items():
            items = []
            for each in of_ladder(ladder):
                self.env.note_dependency(str(SHELF / f"{each.name}.md"))
                words = nodes.inline("", each.title)
                to = pending_xref("", words, refdomain="", reftype="exercise", reftarget=f"{ladder}#{each.name}",
                                  refexplicit=True)  # fmt: skip
                mark = nodes.inline("", "", classes=["exercise-mark", f"exercise-of-{each.name}"])
                items.append(nodes.list_item("", nodes.paragraph("", "", to, mark)))
            section = nodes.section("", nodes.title("", title), ids=[f"ladder-{ladder}"])
            section += nodes.bullet_list("", *items)
            out.append(section)
        return out


def _resolve(app: Sphinx, env: Any, node: pending_xref, content: nodes.Element) -> nodes.reference | None:
    if node["reftype"] != "exercise":
        return None
    page, _, anchor = node["reftarget"].partition("#")
    address = app.builder.get_relative_uri(node["refdoc"], f"{PAGES}/{page}") if app.builder.format == "html" else ""
    return nodes.reference("", "", content, refuri=f"{address}#{anchor}", internal=True)


def _open(translator: Any, node: folded) -> None:
    translator.body.append(f"<details class='exercise-folded'><summary>{node['summary']}</summary>\n")


def _close(translator: Any, node: folded) -> None:
    translator.body.append("</details>\n")


def _pass(translator: Any, node: folded) -> None:
    """On paper nothing folds."""


def _add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if page.startswith(f"{PAGES}/"):
        app.add_css_file("checker/checker.css")
        app.add_js_file(PROGRESS, type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, the folded node, and the script that remembers."""
    ignored = (_pass, _pass)
    app.add_node(folded, html=(_open, _close), latex=ignored, text=ignored, man=ignored, texinfo=ignored)
    app.add_directive("exercises", ExercisesDirective)
    app.add_directive("ladders", LaddersDirective)
    app.connect("missing-reference", _resolve)
    app.connect("html-page-context", _add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
