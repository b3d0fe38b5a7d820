"""What rests on what among derivations, laws and documents: a picture for browsers, a table for all."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from html import escape

from docutils import nodes

from symkl.sphinx import rows
from symkl.sphinx.uses import Use, supports

_WIDTH, _ROW, _BOX, _GAP = 235, 48, 38, 45


def ranks(uses: Mapping[tuple[str, str], Use]) -> dict[tuple[str, str], int]:
    """How many others a page stands on, one upon another: 0 for one that needs only the kernel."""
    found: dict[tuple[str, str], int] = {}

    def rank(key: tuple[str, str], above: frozenset[tuple[str, str]]) -> int:
        if key not in found:
            below = [(of.kind, of.name) for of, _ in supports(uses[key], uses)]
            found[key] = 1 + max((rank(k, above | {key}) for k in below if k not in above), default=-1)
        return found[key]

    for key in sorted(uses):
        rank(key, frozenset({key}))
    return found


def picture(uses: Mapping[tuple[str, str], Use], address: Callable[[Use], str]) -> str:
    """An SVG: each page a box that links to it, further right the more it stands on.

    Pages that stand on no other and carry none are left to the table.
    """
    joined = {(use.kind, use.name) for use in uses.values() if supports(use, uses)}
    joined |= {(of.kind, of.name) for use in uses.values() for of, _ in supports(use, uses)}
    columns: dict[int, list[Use]] = {}
    for key, rank in sorted(ranks(uses).items(), key=lambda pair: (pair[1], uses[pair[0]].kind, uses[pair[0]].title)):
        if key in joined:
            columns.setdefault(rank, []).append(uses[key])
    if not columns:
        return ""
    height = _ROW * max(map(len, columns.values()), default=1) + 10
    width = len(columns) * (_WIDTH + _GAP) - _GAP
    at = {
        (use.kind, use.name): (n * (_WIDTH + _GAP), 5 + _ROW * (k + (height // _ROW - len(column)) / 2))
        for n, (_, column) in enumerate(sorted(columns.items()))
        for k, use in enumerate(column)
    }
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="symkl-graph" viewBox="-2 0 {width + 4} {height}" '
        'role="group" aria-label="What rests on what: the table below says the same">'
    ]
    for key in sorted(at):
        for of, theorem in supports(uses[key], uses):
            (x, y), (u, v) = at[of.kind, of.name], at[key]
            start, end, middle = x + _WIDTH, y + _BOX / 2, (x + _WIDTH + u) / 2
            path = f"M{start:g} {end:g}C{middle:g} {end:g} {middle:g} {v + _BOX / 2:g} {u:g} {v + _BOX / 2:g}"
            out.append(f'<path d="{path}"><title>{escape(theorem)}</title></path>')
    for key, (x, y) in sorted(at.items()):
        use = uses[key]
        lines = textwrap.wrap(use.title, 29, max_lines=2, placeholder="…")
        first = y + (23 if len(lines) == 1 else 16)
        spans = (f'<tspan x="{x + 8:g}" y="{first + 15 * n:g}">{escape(line)}</tspan>' for n, line in enumerate(lines))
        words = "".join(spans)
        out.append(
            f'<a href="{escape(address(use))}"><title>{escape(use.title)}</title><rect class="symkl-{use.kind}" '
            f'x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_BOX}" rx="5"/><text>{words}</text></a>'
        )
    return "".join([*out, "</svg>"])


def table(uses: Mapping[tuple[str, str], Use]) -> nodes.table:
    """The same as a table: each page with its verdict, the theorems it shows, the pages and laws it rests on."""
    found: list[Sequence[nodes.Node]] = []
    for _, use in sorted(uses.items()):
        below = [rows.link(of.kind, of.name, of.title) for of, _ in supports(use, uses)]
        found.append([
            rows.link(use.kind, use.name, use.title),
            nodes.inline("", use.verdict, classes=["symkl-status", f"symkl-{use.verdict}"]),
            rows.listed([rows.link("theorem", name) for name, _ in use.theorems]),
            rows.listed(below),
            rows.listed([rows.link("law", law) for law in use.laws]),
        ])  # fmt: skip
    return rows.table(["page", "verdict", "states", "rests on", "laws"], found, "symkl-dependencies")
