"""The laws as nodes of a page: each rule as the kernel's own docstring draws it."""

from __future__ import annotations

import inspect
import re

from docutils import nodes

from symkl.sphinx.rows import link
from symkl.teaching import laws


def rules(name: str) -> list[nodes.Node]:
    """A law's rules, as the kernel's own docstrings draw them; one that an earlier law has, too, is drawn there."""
    out: list[nodes.Node] = []
    for rule in laws.rules(name):
        out.append(nodes.rubric("", "", nodes.literal("", rule.name), classes=["symkl-rule"]))
        if not rule.under:
            out += docstring(rule.drawn)
        else:
            out.append(nodes.paragraph("", "", nodes.Text("drawn under "), link("law", rule.under)))
    return out


def docstring(words: str) -> list[nodes.Node]:
    """A docstring's paragraphs and drawn rules; what a role names is shown by its name.

    >>> [type(node).__name__ for node in docstring("A law::\\n\\n    a = b\\n\\nRequires: ``a > 0``.")]
    ['paragraph', 'literal_block', 'paragraph']
    """
    out: list[nodes.Node] = []
    for part in re.split(r"\n\s*\n", words):
        if part.startswith("    "):
            block = inspect.cleandoc(part)
            out.append(nodes.literal_block(block, block, language="none", classes=["symkl-drawn"]))
        elif not part.lstrip().startswith(">>>"):
            words = re.sub(r"::$", ":", " ".join(part.split()))
            out += [_headed(each) for each in re.split(rf" (?={_HEADS}:)", words)]
    return out


_HEADS = r"(?:Requires(?:, fails when)?|Fails when|Raises|Source)"


def _headed(words: str) -> nodes.paragraph:
    """A paragraph; one that says what a rule requires has that word set apart."""
    head = re.match(rf"{_HEADS}:", words)
    if head is None:
        return nodes.paragraph("", "", *_literals(words))
    return nodes.paragraph("", "", nodes.strong("", head[0]), *_literals(words[head.end() :]))


def _literals(words: str) -> list[nodes.Node]:
    pieces = re.split(r"``(.+?)``|:\w+:`~?([^`]+)`", words)
    plain, quoted = pieces[::3], [a or b for a, b in zip(pieces[1::3], pieces[2::3], strict=True)]
    out: list[nodes.Node] = [nodes.Text(plain[0])]
    for code, after in zip(quoted, plain[1:], strict=True):
        out += [nodes.literal("", code), nodes.Text(after)]
    return out
