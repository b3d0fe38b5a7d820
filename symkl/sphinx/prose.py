"""The prose of a proof document as docutils nodes, with the checked rows where its formulas stood.

Commonmark and inline formulas, read by markdown-it; what a proof document has no use for (pictures,
HTML) is left out. Links lead where they lead only outside the site: a document knows none of its pages.
A document may come from a stranger: an inline formula with commands that symkl does not read, which may
lead elsewhere or paint over the page, is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from symkl.language.terms import Span
from symkl.reading.spellings import KNOWN

LONGEST = 2_000
"""Letters of an inline formula: a longer one is no reading matter, and would cost minutes to set."""

_LAYOUT = {
    "color", "textcolor", "colorbox", "hspace", "vspace", "mspace", "hskip", "mskip", "phantom", "hphantom", "vphantom",
    "smash", "mathclap", "tag", "label", "eqref", "ref", "footnote", "cite", "fbox", "cr", "newline", "linebreak",
}  # fmt: skip
_SETS_ONLY_FORMULAS = frozenset(KNOWN) - _LAYOUT


class _Page:
    """A document on its way: what stands for its formulas, and which of them have been put in."""

    def __init__(
        self, text: str, shown: Callable[[int], list[nodes.Node]], expanded: Callable[[str], str]
    ) -> None:
        self.shown, self.expanded, self.done = shown, expanded, set[int]()
        # No text holds the digest of itself, so no document can write a marker.
        self.key = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self.marker = re.compile(f"{self.key}:(\\d+):")

    def rows(self, n: int) -> list[nodes.Node]:
        self.done.add(n)
        return self.shown(n)


def prose(
    text: str,
    formulas: Sequence[Span],
    shown: Callable[[int], list[nodes.Node]],
    expanded: Callable[[str], str] = str,
) -> list[nodes.Node]:
    r"""A Markdown document; ``shown(n)`` is what stands for the n-th displayed formula.

    ``expanded`` says what an inline formula is without the document's own macros.

    Every formula is shown, if need be at the end: where Markdown gives it no place of its own.

    >>> page = prose("Take *any* $p$:\n\n$$p = p$$", [Span(17, 26)], lambda n: [nodes.comment("", "rows")])
    >>> [type(node).__name__ for node in page]
    ['paragraph', 'comment']
    """
    page = _Page(text, shown, expanded)
    marked, last = [], 0
    for n, span in enumerate(formulas):
        marked += [text[last : span.start], f"{page.key}:{n}:"]
        last = span.stop
    marked.append(text[last:])
    reader = MarkdownIt("commonmark").use(dollarmath_plugin, allow_labels=False, double_inline=False)
    try:
        tree = SyntaxTreeNode(reader.parse("".join(marked)))
        out = [node for child in tree.children for node in _block(child, page)]
    except RecursionError:  # emphasis within emphasis, thousands deep
        page.done.clear()
        out = [nodes.literal_block(text, text, language="none")]
    left = [n for n in range(len(formulas)) if n not in page.done]
    return out + [node for n in left for node in page.rows(n)]


def inline(text: str) -> list[nodes.Node]:
    """Words of one line, such as a title.

    >>> [node.astext() for node in inline("From *here* to $J$")]
    ['From ', 'here', ' to ', 'J']
    """
    found = prose(text.strip(), [], lambda n: [])
    if len(found) == 1 and isinstance(found[0], nodes.paragraph):
        return list(found[0].children)
    return [nodes.Text(text.strip())]


def _block(token: SyntaxTreeNode, page: _Page) -> Iterator[nodes.Node]:
    match token.type:
        case "paragraph":
            yield from _paragraphs(_inside(token, page), page)
        case "heading":
            yield nodes.rubric("", "", *(node for child in token.children for node in _unbroken(child, page)))
        case "bullet_list" | "ordered_list":
            kind = nodes.bullet_list if token.type == "bullet_list" else nodes.enumerated_list
            yield kind("", *(nodes.list_item("", *_blocks(item, page)) for item in token.children))
        case "blockquote":
            yield nodes.block_quote("", *_blocks(token, page))
        case "fence" | "code_block":
            code = page.marker.sub("", token.content)
            yield nodes.literal_block(code, code, language=_language(token.info))
        case "hr":
            yield nodes.transition()
        case _:  # HTML and the like: comments above all, which are not for readers
            return


def _blocks(token: SyntaxTreeNode, page: _Page) -> list[nodes.Node]:
    return [node for child in token.children for node in _block(child, page)]


def _paragraphs(content: list[nodes.Node], page: _Page) -> Iterator[nodes.Node]:
    """A paragraph cut where formulas stand in it."""
    line: list[nodes.Node] = []
    for node in content:
        if not isinstance(node, nodes.Text):
            line.append(node)
            continue
        pieces = page.marker.split(str(node))
        for n, piece in enumerate(pieces):
            if n % 2 == 0:
                line += [nodes.Text(piece)] if piece.strip() or line else []
                continue
            if line:
                yield nodes.paragraph("", "", *line)
            line = []
            yield from page.rows(int(piece))
    if line:
        yield nodes.paragraph("", "", *line)


def _inside(token: SyntaxTreeNode, page: _Page) -> list[nodes.Node]:
    return [node for inline in token.children for child in inline.children for node in _inline(child, page)]


def _unbroken(token: SyntaxTreeNode, page: _Page) -> list[nodes.Node]:
    """What stands inside emphasis, a link or a heading, where no row can: its formulas come later."""
    found = [node for child in token.children for node in _inline(child, page)]
    return [nodes.Text(page.marker.sub("", str(node))) if isinstance(node, nodes.Text) else node for node in found]


def _inline(token: SyntaxTreeNode, page: _Page) -> Iterator[nodes.Node]:
    match token.type:
        case "text":
            yield nodes.Text(token.content)
        case "softbreak" | "hardbreak":
            yield nodes.Text(" ")
        case "code_inline":
            yield nodes.literal("", page.marker.sub("", token.content))
        case "math_inline":
            formula = page.marker.sub("", token.content)
            typeset = page.expanded(formula)
            if typeset.strip():  # else it defines macros, and shows nothing
                yield nodes.math("", typeset) if _is_harmless(typeset) else nodes.literal("", formula)
        case "em" | "strong":
            kind = nodes.emphasis if token.type == "em" else nodes.strong
            yield kind("", "", *_unbroken(token, page))
        case "link":
            inside = _unbroken(token, page)
            address = str(token.attrs.get("href", ""))
            elsewhere = address.startswith(("https://", "http://"))
            yield from [nodes.reference("", "", *inside, refuri=address)] if elsewhere else inside
        case _:
            return


def _is_harmless(formula: str) -> bool:
    commands = re.findall(r"\\([A-Za-z]+)", formula)
    return len(formula) <= LONGEST and _SETS_ONLY_FORMULAS.issuperset(commands)


def _language(info: str) -> str:
    """A fence's language, where Pygments knows it: a stranger's fence is no reason to stop."""
    name = info.split()[0] if info.split() else "text"
    try:
        get_lexer_by_name(name)
    except ClassNotFound:
        return "text"
    return name
