"""Nodes that stand where something is put in once every page has been read."""

from __future__ import annotations

from docutils import nodes


class used_by(nodes.General, nodes.Element):
    """The pages that use the derivation called ``name``."""


class stated(nodes.General, nodes.Element):
    """The pages that show the theorem called ``name``, and the formula they show."""


class dependencies(nodes.General, nodes.Element):
    """What rests on what: a picture and a table of all pages."""


class drawn(nodes.General, nodes.Element):
    """The picture alone, which only a browser is given."""


WAITING = (used_by, stated, dependencies)
