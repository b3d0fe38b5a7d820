"""What public libraries compute: the directive ``library-audits``, which shows ``docs/data/library-audits.json``.

``tests/libraries`` writes that file. With ``:table: KL`` it is one table of the functions of that kind; without, every
row, library by library. All words of a row are from the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.sphinx.rows import table, text, typeset

FILE = Path(__file__).parents[1] / "data" / "library-audits.json"
SCHEMA = "symkl-library-audits/1"
SAMPLERS = {"policy": "π", "old": "π_old", "reference": "π_ref"}
USES = {"value": "the mean of its value", "loss": "the mean of its gradient", "reward": "as a detached reward"}
_INSIDE = "*"


def summary(data: Mapping[str, Any]) -> str:
    """How many there are, of what, and by which command."""
    rows = data["rows"]
    traced = [each for each in rows if each["traced"]]
    still = sum(each["runs"] is False for each in rows)
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    libraries = [each for each in data["libraries"] if "wheel" in each]
    counted = len({(each["library"], each["version"], each["function"]) for each in rows})
    return (
        f"{len(rows)} configurations of {counted} functions in "
        f"{len(libraries)} wheels of {len({each['name'] for each in libraries})} libraries: {len(traced)} followed, "
        f"{still} that do not run, {len(rows) - len(traced) - still} others. Made by {data['command']} with {versions}."
    )


# -- one table -----------------------------------------------------------------------------------


def tabled(data: Mapping[str, Any], kind: str) -> Iterator[nodes.Node]:
    """The functions of one kind: what each estimates, in its three uses."""
    rows = [each for each in data["rows"] if each["kind"] == kind]
    yield table(
        ["Library, configuration", "Estimates", "As a loss, pulls on", "As a reward, pulls on"],
        [[_head(row), *_uses(row)] for row in rows], "library-audits",
    )  # fmt: skip
    if any(claim["inside_only"] for row in rows for claim in row.get("claims", ())):
        yield text(
            f"{_INSIDE} So it is while policies are close. A clamp makes it another function further out; where, and "
            "a problem in which the two sides differ, is said with each row."
        )


def _head(row: Mapping[str, Any]) -> nodes.Node:
    said = row["configuration"] or row["function"]
    return nodes.inline("", "", nodes.Text(f"{row['library']} {row['version']}, "), nodes.literal("", said))


def _named(row: Mapping[str, Any]) -> str:
    return f"{row['function']}({row['configuration']})" if row["configuration"] else row["function"]


def _uses(row: Mapping[str, Any]) -> list[str]:
    if not row["traced"]:
        return [short(row), "–", "–"]
    return [_use(row, use) for use in ("value", "loss", "reward")]


def short(row: Mapping[str, Any]) -> str:
    """Why nothing is said of a row, in few words."""
    line = f" (line {row['line_of_trouble']})" if row.get("line_of_trouble") else ""
    if row["runs"] is False:
        return f"does not run: {row['why'].rpartition(': ')[2]}{line}"
    return f"{row['why']}{line}"


def _use(row: Mapping[str, Any], use: str) -> str:
    found = [claim for claim in row["claims"] if claim["use"] == use]
    if not found:
        return "–"
    return "; ".join(_estimated(claim) for claim in found)


def _estimated(claim: Mapping[str, Any]) -> str:
    if claim["status"] != "proved":
        return "unnamed"
    of = claim["of"] if claim["use"] == "value" else unprimed(claim["of"])
    return f"{of}{_INSIDE if claim['inside_only'] else ''}"


def unprimed(gradient: str) -> str:
    """What a sum of gradients is the gradient of; nothing at all for 0.

    >>> unprimed("∇KL(π‖π_ref) − ∇KL(π_ref‖π)"), unprimed("0")
    ('KL(π‖π_ref) − KL(π_ref‖π)', 'nothing')
    """
    return "nothing" if gradient == "0" else gradient.replace("∇", "")


# -- every row -----------------------------------------------------------------------------------


def listed(data: Mapping[str, Any]) -> Iterator[nodes.Node]:
    """Every row, library by library."""
    for library in data["libraries"]:
        title = f"{library['name']} {library['version']}"
        rows = [r for r in data["rows"] if (r["library"], r["version"]) == (library["name"], library["version"])]
        told = library.get("missing") or f"{library['wheel']}, sha256 {library['sha256'][:16]}…"
        anchor = f"library-{title.lower().replace(' ', '-').replace('.', '-')}"
        items = [nodes.definition_list_item("", nodes.term("", "", nodes.literal("", _named(row))),
                                            nodes.definition("", *described(row))) for row in rows]  # fmt: skip
        yield nodes.section("", nodes.title("", title), text(told), nodes.definition_list("", *items), ids=[anchor])


def described(row: Mapping[str, Any]) -> Iterator[nodes.Node]:
    """What is said of one row: where it is, what it computes, what that estimates, where that ends."""
    place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    roles = ", ".join(f"{name} {role}" for name, role in row["roles"].items())
    yield nodes.paragraph("", "", nodes.literal("", place), *typeset(f", with {roles}."))
    if not row["traced"]:
        yield text(f"{short(row)}.")
        return
    points = [_bullet(each) for each in _said(row)]
    if points:
        yield nodes.bullet_list("", *points)


def _bullet(said: str) -> nodes.list_item:
    return nodes.list_item("", text(said))


def _said(row: Mapping[str, Any]) -> Iterator[str]:
    if row["formula"]:
        yield f"It computes {row['formula']}" + (f", gathered as {row['gathered']}." if row["gathered"] else ".")
    for claim in row["claims"]:
        yield _claimed(claim)
    yield from (f"{each[:1].upper()}{each[1:]}." for each in (*row["limits"], *row["notes"]))
    checked = row["checked"]
    yield (
        f"Held against the function, value and gradient, at {checked['points']} points of {checked['shapes']} shapes; "
        f"branches met: {checked['branches']}; largest difference {checked['worst']:.1g}."
    )


def _claimed(claim: Mapping[str, Any]) -> str:
    if claim["use"] == "padding":
        return "Padding leaks in: the result depends on what stands where the mask is 0."
    if claim["use"] == "is" and claim["status"] == "unknown":
        return f"Where it was tried, its values and gradients are those of {claim['of']}; that is not proved."
    if claim["use"] in ("is", "minimiser", "noise"):
        head = {"is": "It is", "minimiser": "Its mean is", "noise": "Under noise:"}[claim["use"]]
        return f"{head} {claim['of']}: {_status(claim)}."
    drawn = f", for samples of {SAMPLERS[claim['sampler']]}" if claim["use"] != "reward" else ""
    of = claim["of"] or "nothing that has a name here"
    return f"{USES[claim['use']].capitalize()}{drawn}: {of}{_tail(claim)}."


def _tail(claim: Mapping[str, Any]) -> str:
    if claim["status"] != "proved":
        return ""
    if not claim["inside_only"]:
        return ", proved"
    found = claim["counterexample"]
    if not found:
        return f", {_BRANCH}"
    against = f"{found['problem']}, where it is {found['left']}, not {found['right']}"
    return f", proved where policies are close, and not so further out: {against}"


_BRANCH = "proved of one of its branches"


def _status(claim: Mapping[str, Any]) -> str:
    if claim["status"] == "proved" and claim["inside_only"]:
        return _BRANCH
    return {"proved": "proved", "refuted": "refuted"}.get(claim["status"], "not decided")


class LibraryAudits(SphinxDirective):
    """``{library-audits}``: what was found of public libraries."""

    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {"table": directives.unchanged_required, "summary": directives.flag}

    def run(self) -> Sequence[nodes.Node]:
        """From the file, each cell of it."""
        self.env.note_dependency(str(FILE))
        self.env.note_dependency(__file__)
        data = json.loads(FILE.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise self.error(f"{FILE.name}: found the schema {data['schema']!r}, expected {SCHEMA!r}")
        if "summary" in self.options:
            return [text(summary(data))]
        return list(tabled(data, self.options["table"]) if "table" in self.options else listed(data))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("library-audits", LibraryAudits)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
