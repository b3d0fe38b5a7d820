"""The prose of a proof document as docutils nodes, with the checked rows where its formulas stood.

Commonmark and inline formulas, read by markdown-it; what a proof document has no use for (pictures,
HTML) is left out. Links lead where they lead only outside the site: a document knows none of its pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin

from symkl.terms import Span

_OPEN, _CLOSE = "\ue000", "\ue001"  # of the private use area: no document has them for itself
_MARKER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


def prose(text: str, formulas: Sequence[Span], shown: Callable[[int], list[nodes.Node]]) -> list[nodes.Node]:
    r"""A Markdown document; ``shown(n)`` is what stands for the n-th displayed formula.

    >>> page = prose("Take *any* $p$:\n\n$$p = p$$", [Span(17, 26)], lambda n: [nodes.comment("", "rows")])
    >>> [type(node).__name__ for node in page]
    ['paragraph', 'comment']
    """
    marked, last = [], 0
    for n, span in enumerate(formulas):
        marked += [text[last : span.start], f"{_OPEN}{n}{_CLOSE}"]
        last = span.stop
    marked.append(text[last:])
    # A marker stands on a line of its own for a whole block; the lines around it are its paragraph's.
    reader = MarkdownIt("commonmark").use(dollarmath_plugin, allow_labels=False, double_inline=False)
    tree = SyntaxTreeNode(reader.parse("".join(marked)))
    return [node for child in tree.children for node in _block(child, shown)]


def _block(token: SyntaxTreeNode, shown: Callable[[int], list[nodes.Node]]) -> Iterator[nodes.Node]:
    match token.type:
        case "paragraph":
            yield from _paragraphs(_inside(token), shown)
        case "heading":
            yield nodes.rubric("", "", *_inside(token))
        case "bullet_list" | "ordered_list":
            kind = nodes.bullet_list if token.type == "bullet_list" else nodes.enumerated_list
            yield kind("", *(nodes.list_item("", *_blocks(item, shown)) for item in token.children))
        case "blockquote":
            yield nodes.block_quote("", *_blocks(token, shown))
        case "fence" | "code_block":
            language = token.info.split()[0] if token.info else "text"
            yield nodes.literal_block(token.content, token.content, language=language)
        case "hr":
            yield nodes.transition()
        case _:  # HTML and the like: comments above all, which are not for readers
            return


def _blocks(token: SyntaxTreeNode, shown: Callable[[int], list[nodes.Node]]) -> list[nodes.Node]:
    return [node for child in token.children for node in _block(child, shown)]


def _paragraphs(content: list[nodes.Node], shown: Callable[[int], list[nodes.Node]]) -> Iterator[nodes.Node]:
    """A paragraph cut where formulas stand in it."""
    line: list[nodes.Node] = []
    for node in content:
        if not isinstance(node, nodes.Text):
            line.append(node)
            continue
        pieces = _MARKER.split(str(node))
        for n, piece in enumerate(pieces):
            if n % 2 == 0:
                line += [nodes.Text(piece)] if piece.strip() or line else []
                continue
            if line:
                yield nodes.paragraph("", "", *line)
            line = []
            yield from shown(int(piece))
    if line:
        yield nodes.paragraph("", "", *line)


def _inside(token: SyntaxTreeNode) -> list[nodes.Node]:
    return [node for inline in token.children for child in inline.children for node in _inline(child)]


def _inline(token: SyntaxTreeNode) -> Iterator[nodes.Node]:
    match token.type:
        case "text":
            yield nodes.Text(token.content)
        case "softbreak" | "hardbreak":
            yield nodes.Text(" ")
        case "code_inline":
            yield nodes.literal("", token.content)
        case "math_inline":
            yield nodes.math("", token.content)
        case "em" | "strong":
            kind = nodes.emphasis if token.type == "em" else nodes.strong
            yield kind("", "", *(node for child in token.children for node in _inline(child)))
        case "link":
            inside = [node for child in token.children for node in _inline(child)]
            address = str(token.attrs.get("href", ""))
            elsewhere = address.startswith(("https://", "http://"))
            yield from [nodes.reference("", "", *inside, refuri=address)] if elsewhere else inside
        case _:
            return
