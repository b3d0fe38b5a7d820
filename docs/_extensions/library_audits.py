"""What public libraries compute: the directive ``library-audits``, which shows ``docs/data/library-audits.json``.

``tests/libraries`` writes that file. With ``:table: KL`` it is one table of the functions of that kind, with
``:library: trl 1.16.0`` every row of one library. Without, it lists the libraries. The page of each is written before
the build, into ``docs/reference/library-audits``. All words of a row are from the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.sphinx.rows import table, text, typeset

FILE = Path(__file__).parents[1] / "data" / "library-audits.json"
PAGES = Path(__file__).parents[1] / "reference" / "library-audits"
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
            f"{_INSIDE} So it is while policies are close. Further out a clamp makes it another function. The page of "
            "the library says where, with a problem in which the two sides differ."
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


# -- the libraries -------------------------------------------------------------------------------


def named(library: Mapping[str, Any]) -> str:
    """A library with its version, as a page's title is."""
    return f"{library['name']} {library['version']}"


def stem(library: Mapping[str, Any]) -> str:
    """What the page of a library is called.

    >>> stem({"name": "trl", "version": "1.16.0"})
    'trl-1-16-0'
    """
    return re.sub(r"[^a-z0-9]+", "-", named(library).lower())


def pages(data: Mapping[str, Any]) -> dict[str, str]:
    """The page of each library, by the name of its file: all that it says comes from the directive."""
    shown = "# {0}\n\n[All libraries](../library-audits.md), and how to read a row.\n\n" \
            "```{{library-audits}}\n:library: {0}\n```\n"
    return {f"{stem(each)}.md": shown.format(named(each)) for each in data["libraries"]}


def overview(data: Mapping[str, Any]) -> Iterator[nodes.Node]:
    """A row for each library: its page, the functions, and how many configurations of them were followed."""
    listed_ = []
    for library in data["libraries"]:
        rows = _of(data, library)
        target = f"/reference/library-audits/{stem(library)}"
        there = pending_xref("", nodes.inline("", named(library)), refdomain="std", reftype="doc", reftarget=target,
                             refexplicit=True, refwarn=True)  # fmt: skip
        followed = sum(each["traced"] for each in rows)
        functions = _broken(", ".join(dict.fromkeys(each["function"].rpartition(".")[2] for each in rows)))
        name = nodes.inline("", "", there, ids=[f"library-{stem(library)}"])
        listed_.append([name, functions, f"{followed} of {len(rows)}"])
    yield table(["Library", "Functions", "Configurations followed"], listed_, "library-audits")


def _broken(names: str) -> nodes.inline:
    """Names that may go on in the next line after each underscore: a phone has room for no more."""
    out = nodes.inline()
    for piece in re.findall(r"[^_]*_|[^_]+", names):
        out += [nodes.Text(piece), *([nodes.raw("", "<wbr>", format="html")] if piece.endswith("_") else [])]
    return out


def _of(data: Mapping[str, Any], library: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    own = library["name"], library["version"]
    return [each for each in data["rows"] if (each["library"], each["version"]) == own]


# -- every row of one ----------------------------------------------------------------------------


def listed(data: Mapping[str, Any], name: str) -> Iterator[nodes.Node]:
    """Every row of a library, function by function; what all configurations of a function share is said once."""
    library = next(each for each in data["libraries"] if named(each) == name)
    yield text(library.get("missing") or f"{library['wheel']}, sha256 {library['sha256'][:16]}…")
    functions: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in _of(data, library):
        functions.setdefault((row["function"], row["file"]), []).append(row)
    for (function, file), rows in functions.items():
        shared = _shared(rows)
        items = [
            nodes.definition_list_item(
                "", nodes.term("", "", nodes.literal("", row["configuration"] or "as it is")),
                nodes.definition("", *described(row, shared)),
            ) for row in rows
        ]  # fmt: skip
        place = f"{file}:{rows[0]['line']}" if rows[0]["line"] else file
        roles = dict(each for each in rows[0]["roles"].items() if all(each in row["roles"].items() for row in rows))
        with_ = f", with {', '.join(f'{name} {role}' for name, role in roles.items())}." if roles else "."
        lead = nodes.paragraph("", "", nodes.literal("", place), *typeset(with_))
        said = [text("Of all configurations:"), nodes.bullet_list("", *map(_bullet, shared))] if shared else []
        title = nodes.title("", "", nodes.literal("", function))
        ids = [nodes.make_id(f"{stem(library)} {function}")]
        yield nodes.section("", title, lead, *said, nodes.definition_list("", *items), ids=ids)


def _shared(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The notes that all configurations of a function have, where there are several."""
    traced = [row for row in rows if row["traced"]]
    if len(traced) < 2:
        return []
    return [_sentence(each) for each in traced[0]["notes"] if all(each in row["notes"] for row in traced)]


def described(row: Mapping[str, Any], shared: Sequence[str]) -> Iterator[nodes.Node]:
    """What is said of one row: what it computes, what that estimates, where that ends."""
    if not row["traced"]:
        yield text(f"{short(row)}.")
        return
    points = [_bullet(each) for each in _said(row) if each not in shared]
    if points:
        yield nodes.bullet_list("", *points)


def _bullet(said: str) -> nodes.list_item:
    return nodes.list_item("", text(said))


def _sentence(said: str) -> str:
    """With a capital and a full stop; a name of the code keeps its letters.

    >>> _sentence("a tie"), _sentence("inputs.mask is not set")
    ('A tie.', 'inputs.mask is not set.')
    """
    word = re.match(r"[a-z]+(?=[\s,:])", said)
    return f"{said[:1].upper() if word else said[:1]}{said[1:]}."


def _said(row: Mapping[str, Any]) -> Iterator[str]:
    if row["formula"]:
        yield f"It computes {row['formula']}" + (f", gathered as {row['gathered']}." if row["gathered"] else ".")
    for claim in row["claims"]:
        yield _claimed(claim)
    yield from map(_sentence, (*row["limits"], *row["notes"]))
    checked = row["checked"]
    yield (
        f"Compared with the function, in value and gradient, at {checked['points']} points of {checked['shapes']} "
        f"shapes. Branches met: {checked['branches']}. Largest difference: {checked['worst']:.1g}."
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
    return f"{USES[claim['use']].capitalize()}{drawn}: {of}. {_tail(claim)}".rstrip()


def _tail(claim: Mapping[str, Any]) -> str:
    if claim["status"] != "proved":
        return ""
    if not claim["inside_only"]:
        return "Proved."
    found = claim["counterexample"]
    if not found:
        return f"{_BRANCH.capitalize()}."
    against = f"{found['problem']}, where it is {found['left']}, not {found['right']}"
    return f"Proved where policies are close. Further out it does not hold: {against}."


_BRANCH = "proved of one of its branches"


def _status(claim: Mapping[str, Any]) -> str:
    if claim["status"] == "proved" and claim["inside_only"]:
        return _BRANCH
    return {"proved": "proved", "refuted": "refuted"}.get(claim["status"], "not decided")


class LibraryAudits(SphinxDirective):
    """``{library-audits}``: what was found of public libraries."""

    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {
        "table": directives.unchanged_required, "library": directives.unchanged_required, "summary": directives.flag,
    }  # fmt: skip

    def run(self) -> Sequence[nodes.Node]:
        """From the file, each cell of it."""
        self.env.note_dependency(str(FILE))
        self.env.note_dependency(__file__)
        data = read()
        if data["schema"] != SCHEMA:
            raise self.error(f"{FILE.name}: found the schema {data['schema']!r}, expected {SCHEMA!r}")
        if "summary" in self.options:
            return [text(summary(data))]
        if "library" in self.options:
            return list(listed(data, self.options["library"]))
        return list(tabled(data, self.options["table"]) if "table" in self.options else overview(data))


def read() -> dict[str, Any]:
    """What ``tests/libraries`` wrote."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def _write(app: Sphinx) -> None:
    """The pages of libraries, before Sphinx looks for pages; one that is the same is not written, nor read again."""
    PAGES.mkdir(exist_ok=True)
    wanted = pages(read())
    for path in PAGES.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, of in wanted.items():
        path = PAGES / name
        if not path.is_file() or path.read_text("utf-8") != of:
            path.write_text(of, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, and have the pages of libraries written."""
    app.add_directive("library-audits", LibraryAudits)
    app.connect("builder-inited", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
