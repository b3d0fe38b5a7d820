"""``symkl mcp``: tools for language models, by the Model Context Protocol."""

from __future__ import annotations

import argparse
import os
import sys

from symkl.cli.options import whole
from symkl.project import BUDGET

DESCRIPTION = (
    "Serve tools to language models by the Model Context Protocol, over standard input and output: check_derivation, "
    "prove, explain, symbols, list_theorems, tilt."
)
EPILOG = "No file is read unless --root names a folder, and then none outside it. Exit code: 0 ended; 2 misuse."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl mcp``."""
    parser.add_argument("--root", metavar="DIR", help="documents below this folder may be read (default: no file is)")
    parser.add_argument(
        "--seconds", type=whole(1, 3600), default=30, metavar="N", help="how long one answer may take (default: 30)"
    )
    parser.add_argument(
        "--budget", type=whole(1, BUDGET), default=BUDGET, metavar="STEPS",
        help=f"the kernel's work on one question (default: {BUDGET})",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    if options.root is not None and not os.path.isdir(options.root):
        print(f"symkl: --root: {options.root!r} is no folder", file=sys.stderr)
        return 2
    try:
        from symkl.mcp.serving import serve
    except ImportError as missing:
        if missing.name not in ("mcp", "anyio", "pydantic"):
            raise
        print("symkl: mcp needs the protocol's SDK: pip install 'symkl[mcp]'", file=sys.stderr)
        return 2
    from symkl.mcp.answering import Allowed
    from symkl.mcp.working import worker

    root = None if options.root is None else os.path.realpath(options.root)
    serve(worker(Allowed(root, options.budget), options.seconds), files=root is not None)
    return 0
