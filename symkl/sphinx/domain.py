"""The domain: what pages define (derivations, documents, theorems, laws, slips), found again by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.builders import Builder
from sphinx.domains import Domain, Index, IndexEntry, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from symkl.sphinx.uses import Use

KINDS = ("derivation", "document", "theorem", "law", "slip")
"""What a role can point at: each is the name of a role, too."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where something is defined: the page, the anchor on it, and the words a link shows."""

    docname: str
    anchor: str
    title: str


class EverythingByName(Index):
    """All that pages define, by kind and name, on the page ``symkl-index``."""

    name = "index"
    localname = "Derivations, documents, theorems, laws and slips"
    shortname = "proofs"

    def generate(self, docnames: Iterable[str] | None = None) -> tuple[list[tuple[str, list[IndexEntry]]], bool]:
        """The entries under a heading for each kind."""
        wanted = None if docnames is None else set(docnames)
        content = []
        assert isinstance(self.domain, SymklDomain)
        for kind in KINDS:
            found = [
                IndexEntry(place.title, 0, place.docname, place.anchor, name if name != place.title else "", "", "")
                for (of, name), place in sorted(self.domain.places.items())
                if of == kind and (wanted is None or place.docname in wanted)
            ]
            if found:
                content.append((f"{kind}s", found))
        return content, False


class SymklDomain(Domain):
    """``symkl:`` roles; the directives are added to them where the extension is set up."""

    name = "symkl"
    label = "symkl"
    object_types: ClassVar[dict[str, ObjType]] = {kind: ObjType(kind, kind) for kind in KINDS}
    roles: ClassVar[dict[str, Any]] = {kind: XRefRole(warn_dangling=True) for kind in KINDS}
    indices: ClassVar[list[type[Index]]] = [EverythingByName]
    initial_data: ClassVar[dict[str, Any]] = {"places": {}, "uses": {}, "files": {}}
    data_version = 2

    @property
    def places(self) -> dict[tuple[str, str], Place]:
        """Where each (kind, name) is defined."""
        found: dict[tuple[str, str], Place] = self.data["places"]
        return found

    @property
    def uses(self) -> dict[tuple[str, str], Use]:
        """What each derivation and document, by (kind, name), rests on."""
        found: dict[tuple[str, str], Use] = self.data["uses"]
        return found

    @property
    def files(self) -> dict[tuple[str, str], str]:
        """What each file, by (page, path), held when the page was read: a digest."""
        found: dict[tuple[str, str], str] = self.data["files"]
        return found

    def read(self, path: Path) -> None:
        """Remember that the page being read shows this file, or runs it, and what it held."""
        self.env.note_dependency(str(path))
        self.files[self.env.docname, str(path)] = digest(path)

    def note(self, kind: str, name: str, title: str, node: nodes.Element) -> None:
        """Remember that ``node``, on the page being read, is where a thing of this kind and name is defined."""
        anchor = self._anchor(kind, name)
        if anchor not in node["ids"]:
            node["ids"].append(anchor)
        other = self.places.get((kind, name))
        if other is not None:
            where = "here" if other.docname == self.env.docname else f"on {other.docname}"
            message = "%s %r is shown %s, too: links lead to one of them"
            logger.warning(message, kind, name, where, location=node, type="symkl", subtype="twice")
            self.env.note_reread()  # until one of them is gone
        self.places[kind, name] = Place(self.env.docname, anchor, title)

    def _anchor(self, kind: str, name: str) -> str:
        """An id of ASCII letters, which no other name has: of ``β`` none would be left."""
        plain = nodes.make_id(f"symkl-{kind}-{name}")
        taken = any(p.anchor == plain and key != (kind, name) for key, p in self.places.items())
        if nodes.make_id(name) and not taken:
            return str(plain)
        return f"{plain}-{sha256(name.encode()).hexdigest()[:8]}"

    def clear_doc(self, docname: str) -> None:
        """Forget what a page defined: it is read again, or gone."""
        self.data["places"] = {key: place for key, place in self.places.items() if place.docname != docname}
        self.data["uses"] = {key: use for key, use in self.uses.items() if use.docname != docname}
        self.data["files"] = {key: held for key, held in self.files.items() if key[0] != docname}

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        for table in ("places", "uses"):
            self.data[table].update({k: v for k, v in otherdata[table].items() if v.docname in docnames})
        self.files.update({key: held for key, held in otherdata["files"].items() if key[0] in docnames})

    def resolve_xref(
        self, env: BuildEnvironment, fromdocname: str, builder: Builder, typ: str, target: str,
        node: pending_xref, contnode: nodes.Element,
    ) -> nodes.reference | None:  # fmt: skip
        """A link to what a role names, or None where no page defines it."""
        place = self.places.get((typ, target))
        if place is None:
            return None
        if not node["refexplicit"]:
            contnode = nodes.inline("", place.title, classes=contnode["classes"])
        return make_refnode(builder, fromdocname, place.docname, place.anchor, contnode, place.title)

    def resolve_any_xref(
        self, env: BuildEnvironment, fromdocname: str, builder: Builder, target: str,
        node: pending_xref, contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:  # fmt: skip
        """Links for the role ``any``."""
        found = ((k, self.resolve_xref(env, fromdocname, builder, k, target, node, contnode)) for k in KINDS)
        return [(f"symkl:{kind}", link) for kind, link in found if link is not None]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """For the inventory and the search: everything defined."""
        for (kind, name), place in sorted(self.places.items()):
            # Sphinx spells ' as &#x27; for its search, and shows that as it is; the sign that printers use it leaves.
            yield name, place.title.replace("'", "’"), kind, place.docname, place.anchor, 1


def digest(path: Path) -> str:
    """A mark of what a file holds; its age says too little, as a copy keeps it. Empty where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
