"""Markdown's containers whose contents are document, though plain Markdown takes them for code.

A directive of MyST (```` ```{prf:proof} ````) and an admonition of MkDocs (``!!! note``) are opened: their marks are
taken out, and every other character keeps its place.
"""

from __future__ import annotations

from symkl.language.patterns import pattern

_FENCE = pattern(r"(?P<lead>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_DIRECTIVE = pattern(r"\{\s*(?P<name>[A-Za-z][\w:+-]*)[^{}]*\}")
_OPTION = pattern(r"[ \t>]*:[\w-]+:|[ \t>]*---\s*$")
_ADMONITION = pattern(r"(?P<lead>[ \t]*)(?:!!!|\?\?\?\+?)[ \t]+\S|(?P<tab>[ \t]*)===[ \t]+[\"']")
#: Directives that show their contents as code or make something else of it, and what cells are written in.
_CODE = frozenset([
    "math", "latex", "tex", "katex", "code", "code-block", "code-cell", "sourcecode", "literalinclude", "eval-rst",
    "raw", "parsed-literal", "figure", "image", "csv-table", "list-table", "table", "toctree", "include",
    "bibliography", "mermaid", "doctest", "testcode", "python", "python3", "py", "ipython", "r", "julia", "bash",
    "sh", "shell", "zsh", "sql", "ojs", "observable", "dot", "graphviz", "stan", "c", "cpp", "java", "javascript",
    "js", "typescript", "ts", "css", "html", "json", "yaml", "toml", "rust", "go", "haskell", "lean", "coq",
    "matlab", "octave", "ruby", "perl", "scala", "fortran", "asis", "cat", "verbatim", "text", "txt", "console",
])  # fmt: skip


def opened(text: str) -> str:
    r"""The text with spaces for the marks of its containers.

    >>> opened("```{note}\n$$a$$\n```\n")
    '         \n$$a$$\n   \n'
    """
    if "{" not in text and "!!!" not in text and "???" not in text and "===" not in text:
        return text
    lines = text.split("\n")
    inside: list[tuple[str, bool]] = []  # the fences open here, and whether each holds document
    options = False
    for n, line in enumerate(lines):
        fence = _FENCE.match(line)
        if inside and fence and not fence["info"].strip() and fence["fence"].startswith(inside[-1][0]):
            if inside.pop()[1]:
                lines[n] = _without(line, fence.start("fence"))
        elif inside and not inside[-1][1]:
            continue
        elif fence is not None:
            directive = _DIRECTIVE.match(fence["info"])
            options = directive is not None and directive["name"].lower() not in _CODE
            inside.append((fence["fence"], options))
            if options:
                lines[n] = _without(line, fence.start("fence"))
            continue
        elif options and _OPTION.match(line):
            lines[n] = " " * len(line)
            continue
        elif (note := _ADMONITION.match(line)) and _indented(lines, n, note["lead"] or note["tab"] or ""):
            lead = note["lead"] or note["tab"] or ""
            lines[n] = (lead + "-   x").ljust(len(line))  # a list item has its contents four to the right, too
        options = False
    return "\n".join(lines)


def _without(line: str, start: int) -> str:
    return line[:start] + " " * (len(line) - start)


def _indented(lines: list[str], n: int, lead: str) -> bool:
    """Whether the next line that is not empty stands four to the right."""
    for line in lines[n + 1 : n + 4]:
        if line.strip():
            return line.startswith((lead + "    ", lead + "\t"))
    return False
