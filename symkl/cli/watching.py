"""``symkl check --watch``: again whenever a file changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence


def watched(files: Sequence[str], check: Callable[[Sequence[str]], int]) -> int:
    """Check once, and whatever changes again; until it is interrupted. The exit code is that of the last check."""
    try:
        import watchfiles
    except ImportError:
        print("symkl: --watch needs watchfiles: pip install 'symkl[watch]'", file=sys.stderr)
        return 2
    code = check(files)
    if not all(map(os.path.exists, files)):
        return code
    print("symkl: watching; Ctrl-C ends it", file=sys.stderr, flush=True)
    try:
        for changes in watchfiles.watch(*files):
            paths = {path for change, path in changes if change is not watchfiles.Change.deleted}
            if asked := _asked(files, paths):
                print(f"\nsymkl: {', '.join(asked)} changed", file=sys.stderr, flush=True)
                code = check(asked)
    except KeyboardInterrupt:  # which is how it is meant to end
        return code
    return code


def _asked(files: Sequence[str], changed: set[str]) -> list[str]:
    """The files that changed and were asked for, as whoever asked named them."""
    out = []
    for file in files:
        whole = os.path.realpath(file)
        for path in sorted(changed):
            inside = os.path.relpath(os.path.realpath(path), whole)
            if inside == os.curdir:
                out.append(file)
            elif os.path.isdir(file) and not inside.startswith(os.pardir) and is_document(path):
                out.append(os.path.join(file, inside))
    return list(dict.fromkeys(out))


def is_document(path: str) -> bool:
    """Whether a path found in a folder is one that a check of the folder would read."""
    from symkl.batch import find

    folder, name = os.path.split(path)
    return any(os.path.basename(each) == name for each in find([folder])[1])
