"""The table at the end of a run: which slips were planted, found, and undone by a suggestion."""

from __future__ import annotations

from collections import Counter

import pytest

COLUMNS = ("planted", "found", "recomputed", "undone", "undone first")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests of planted errors recorded; the workers of xdist send it along."""
    counts: dict[str, Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            recorded = dict(report.user_properties)
            if slip := recorded.get("slip"):
                counts.setdefault(slip, Counter()).update(("planted", *recorded.get("outcomes", ())))
    if not counts:
        return
    total = Counter[str]()
    terminalreporter.section("planted errors")
    width = max(map(len, counts))
    terminalreporter.write_line(f"{'':{width}}  " + "  ".join(COLUMNS))
    for slip, found in [*sorted(counts.items()), ("all", total)]:
        total.update(found if found is not total else ())
        cells = (f"{found[name]:{len(name)}}" for name in COLUMNS)
        terminalreporter.write_line(f"{slip:{width}}  " + "  ".join(cells))
