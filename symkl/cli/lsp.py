"""``symkl lsp``: a language server for editors."""

from __future__ import annotations

import argparse
import sys

from symkl.cli.options import whole

DESCRIPTION = (
    "Serve an editor by the Language Server Protocol, over standard input and output: diagnostics while one types, "
    "hover, suggestions as code actions, an outline, definitions of symbols, and the verdict behind each row."
)
EPILOG = "How to set up an editor: the guide “Check while you type”. Exit code: 0 ended; 2 misuse."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl lsp``."""
    parser.add_argument("--stdio", action="store_true", help="over standard input and output, which is the one way")
    parser.add_argument(
        "--seconds", type=whole(1, 3600), default=60, metavar="N", help="how long a check may take (default: 60)"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until the editor has enough."""
    try:
        from symkl.lsp.serving import serve
    except ImportError as missing:
        if missing.name not in ("pygls", "lsprotocol"):
            raise
        print("symkl: lsp needs pygls: pip install 'symkl[lsp]'", file=sys.stderr)
        return 2
    from symkl.cli import VERSION

    if sys.stdin is None:
        print("symkl: standard input is closed, and no editor can speak to it", file=sys.stderr)
        return 2
    serve(VERSION, options.seconds)
    return 0
