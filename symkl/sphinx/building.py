"""What happens around the reading of pages: settings, files for the browser, and what needs every page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from symkl.sphinx import graph, rows
from symkl.sphinx.domain import SymklDomain, digest
from symkl.sphinx.macros import MACROS
from symkl.sphinx.uses import Use, supports
from symkl.sphinx.uses import used_by as users
from symkl.sphinx.waiting import WAITING, dependencies, drawn, stated, used_by


def connect(app: Sphinx) -> None:
    """Hook into a build."""
    for kind in (*WAITING, drawn):
        app.add_node(kind)
    app.add_config_value("symkl_code", _code(), "env", str)
    app.connect("config-inited", _settings)
    app.connect("builder-inited", _files)
    app.connect("env-get-outdated", _pages_to_read_again)
    app.connect("env-updated", _pages_to_write_again)
    app.connect("missing-reference", _plain_words)
    app.add_post_transform(Fill)
    app.connect("doctree-resolved", _draw)


def _code() -> str:
    """A mark of symkl's own code: where it changes, every page is checked again."""
    package = Path(__file__).parents[1]
    digest = sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".json", ".lark"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _settings(app: Sphinx, config: Config) -> None:
    r"""Teach LaTeX and MathJax our commands, as their settings allow."""
    defined = "\n".join(rf"\providecommand{{\{name}}}[1]{{{body}}}" for name, body in MACROS.items())
    preamble = f"{config.latex_elements.get('preamble', '')}\n{defined}"
    config.latex_elements = {**config.latex_elements, "preamble": preamble}
    for setting in ("mathjax3_config", "mathjax4_config"):
        if setting in config:
            given = config[setting] or {}
            tex = given.get("tex", {})
            macros = {**{name: [body, 1] for name, body in MACROS.items()}, **tex.get("macros", {})}
            config[setting] = {**given, "tex": {**tex, "macros": macros}}


def _files(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.config.html_static_path.append(str(Path(__file__).parent / "static"))
        app.add_css_file("symkl.css")
        app.add_js_file("symkl.js", loading_method="defer")


def _domain(env: BuildEnvironment) -> SymklDomain:
    return cast(SymklDomain, env.domains["symkl"])


def _pages_to_write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that list others, where what is to list has changed since they were written."""
    domain = _domain(env)
    now = repr((sorted(domain.uses.items()), sorted(domain.places.items())))
    # Builders that share what was read write at different times.
    written: dict[str, str] = getattr(env, "symkl_written", {})
    before, written[str(app.outdir)] = written.get(str(app.outdir)), now
    env.symkl_written = written  # type: ignore[attr-defined]
    if now == before:
        return []
    return [docname for docname in env.found_docs if any(_waiting(env.get_doctree(docname)))]


def _waiting(doctree: nodes.document) -> Iterator[nodes.Element]:
    for kind in WAITING:
        yield from doctree.findall(kind)
    yield from (node for node in doctree.findall(pending_xref) if node.get("refdomain") == "symkl")


def _pages_to_read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages that show a file which holds something else now, however old it says it is."""
    files = _domain(env).files.items()
    return sorted({docname for (docname, path), held in files if digest(Path(path)) != held} & env.found_docs)


class Fill(SphinxPostTransform):
    """Lists of other pages, put where they belong before references are resolved."""

    default_priority = 5

    def run(self, **options: Any) -> None:
        """Replace what waits for the other pages."""
        uses = _domain(self.env).uses
        for node in list(self.document.findall(used_by)):
            use = uses.get(("derivation", node["name"]))
            node.replace_self(_used_by(use, uses) if use is not None else [])
        for node in list(self.document.findall(stated)):
            node.replace_self((_whole if node.get("whole") else _stated)(node["name"], uses))
        for node in list(self.document.findall(dependencies)):
            node.replace_self([drawn(), graph.table(uses)])


def _draw(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """What depends on the builder: the picture with its links for HTML, formulas without our commands for text."""
    domain = _domain(app.env)

    def address(use: Use) -> str:
        place = domain.places[use.kind, use.name]
        return f"{app.builder.get_relative_uri(docname, place.docname)}#{place.anchor}"

    html = app.builder.format == "html"
    for node in list(doctree.findall(drawn)):
        node.replace_self([nodes.raw("", graph.picture(domain.uses, address), format="html")] if html else [])
    if app.builder.format not in ("html", "latex"):
        for math in [*doctree.findall(nodes.math), *doctree.findall(nodes.math_block)]:
            math.children = [nodes.Text(unmarked(math.astext()))]


def _used_by(use: Use, uses: Mapping[tuple[str, str], Use]) -> list[nodes.Node]:
    found = users(use, uses)
    if not found:
        return []
    lead = nodes.paragraph("", "", nodes.strong("", "Used by"), nodes.Text(":"))
    items = []
    for other, theorem in found:
        page, shown = rows.link(other.kind, other.name, other.title), rows.link("theorem", theorem)
        items.append(nodes.list_item("", nodes.paragraph("", "", page, nodes.Text(", for "), shown)))
    return [lead, nodes.bullet_list("", *items, classes=["symkl-used-by"])]


def _stated(name: str, uses: Mapping[tuple[str, str], Use]) -> list[nodes.Node]:
    out: list[nodes.Node] = []
    showing = [use for _, use in sorted(uses.items()) if name in use.shows]
    for kind, words in (("derivation", "Shown on"), ("document", "Claimed, and met, by")):
        pages = [use for use in showing if use.kind == kind]
        for use in pages[:1] if kind == "derivation" else ():
            out.append(rows.math(dict(use.theorems)[name]))
        if pages:
            links = rows.listed(rows.link(use.kind, use.name, use.title) for use in pages)
            out.append(nodes.paragraph("", "", nodes.strong("", words), nodes.Text(": "), links))
    resting = [use for _, use in sorted(uses.items()) if any(of == name for _, of in supports(use, uses))]
    if resting:
        links = rows.listed(rows.link(use.kind, use.name, use.title) for use in resting)
        out.append(nodes.paragraph("", "", nodes.strong("", "Used by"), nodes.Text(": "), links))
    return out


def _whole(name: str, uses: Mapping[tuple[str, str], Use]) -> list[nodes.Node]:
    """What a page of its own says of a theorem: its formula, each proof, the documents that claim it, and its uses."""
    showing = [use for _, use in sorted(uses.items()) if name in use.shows]
    proofs = [use for use in showing if use.kind == "derivation"]
    out: list[nodes.Node] = []
    if proofs:  # in the plainest of the forms that they state it in
        said = min((dict(use.theorems)[name] for use in proofs), key=lambda latex: (len(latex), latex))
        out += [_head("Statement", name), rows.math(said)]
    told = nodes.literal("", f"<!-- symkl: claim {name} -->")
    out.append(nodes.paragraph("", "", nodes.Text("A document claims it with "), told, nodes.Text(".")))
    out.append(_head("Proofs" if len(proofs) != 1 else "Proof", name))
    out.append(_list(proofs, "by the laws ") if proofs else nodes.paragraph("", "No derivation of this site shows it."))
    documents = [use for use in showing if use.kind == "document"]
    if documents:
        out += [_head("Documents that claim it, and meet the claim", name), _list(documents, "by the laws ")]
    resting = [use for _, use in sorted(uses.items()) if any(of == name for _, of in supports(use, uses))]
    out.append(_head("Used by", name))
    out.append(_list(resting) if resting else nodes.paragraph("", "Nothing on this site rests on it yet."))
    return out


def _head(words: str, name: str) -> nodes.rubric:
    return nodes.rubric("", words, ids=[nodes.make_id(f"{name}-{words.split()[0]}")], classes=["symkl-part"])


def _list(uses: list[Use], lead: str = "") -> nodes.bullet_list:
    """Pages with their titles; with ``lead`` the laws of the kernel that each uses."""
    items = []
    for use in uses:
        line = nodes.paragraph("", "", rows.link(use.kind, use.name, use.title))
        if lead and use.laws:
            line += [nodes.Text(f", {lead}"), *rows.listed([rows.link("law", law) for law in use.laws]).children]
        items.append(nodes.list_item("", line))
    return nodes.bullet_list("", *items, classes=["symkl-uses"])


def _plain_words(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """A law, slip or theorem that a report names is a link where some page explains it, and else its name."""
    return content if node.get("symkl_named") else None


def unmarked(latex: str) -> str:
    r"""LaTeX without ``\changed{...}``, its content kept.

    >>> unmarked(r"a = \changed{b^{2}} + c")
    'a = b^{2} + c'
    """
    while (found := re.search(r"\\changed\{", latex)) is not None:
        depth, at = 1, found.end()
        while depth and at < len(latex):
            depth += {"{": 1, "}": -1}.get(latex[at], 0) if latex[at - 1] != "\\" else 0
            at += 1
        latex = latex[: found.start()] + latex[found.end() : at - (depth == 0)] + latex[at:]
    return latex
