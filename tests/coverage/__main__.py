"""Counts what is read of documents and what is said of it, by form; ``python -m tests.coverage [PATH] [--write]``.

``PATH``: a document, a folder of them, or keyed lines as JSON (:func:`tests.coverage.counting.of_lines`). Without one,
the rows are this repository's own, and ``--write`` keeps their counts in ``docs/data/coverage.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.coverage.counting import at, counts, own
from tests.coverage.table import SCHEMA, WRITTEN, table


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and keep it where that is asked for."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, help="a document, a folder, or keyed lines; our own without one")
    parser.add_argument("--write", action="store_true", help="keep the table of our own rows, which the site shows")
    given = parser.parse_args(arguments)
    if given.path is not None and given.write:
        parser.error("--write keeps the counts of our own rows, and takes no path")
    rows, found = (own(), []) if given.path is None else at(given.path)
    data = {"schema": SCHEMA, **counts(rows)}
    print(table(data))
    if found:
        print("\nfrom " + "\n     ".join(found))
    if given.write:
        WRITTEN.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
