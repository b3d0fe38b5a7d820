"""What was measured -> lines of text for the site, from the files in ``docs/data``. No figure is written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MANY = 10**8
_CORES = 1000


def shown(folder: Path) -> Iterator[str]:
    """The tables of mutants, rewritings and many documents, each if it was measured."""
    for name, lines in (("mutate", _mutants), ("complete", _rewritings), ("many", _documents)):
        path = folder / f"{name}.json"
        if path.exists():
            yield from lines(json.loads(path.read_text("utf-8")))
            yield ""


def _mutants(found: dict[str, Any]) -> Iterator[str]:
    pairs = sum(found["kinds"].get("two changes", {}).values())
    yield f"{found['tried']:,} mutants of the rows of {found['documents']} documents"
    yield f"  {found['tried'] - pairs:>6,}  with one change, {pairs:,} with two"
    for name, count in sorted(found["outcomes"].items(), key=lambda pair: -pair[1]):
        yield f"  {count:>6,}  {name}"
    for name, count in sorted(found["proved"].items(), key=lambda pair: -pair[1]):
        yield f"  {count:>6,}  of the proved: {name}"
    for name, count in sorted(found["unknown"].items(), key=lambda pair: -pair[1]):
        yield f"  {count:>6,}  of the unknown: {name}"
    yield f"  {found['false_ticks']:>6,}  false ticks"
    yield f"  {found['refuted_of_wrong']:.2%} of those that say something wrong are refuted"
    yield f"  {found['refuted_of_told']:.2%} without those that are told what is missing"
    yield _circumstances(found)


def _circumstances(found: dict[str, Any]) -> str:
    """In how long, with what seed, of which program."""
    return f"  {found['seconds']:,.0f} s, {found['jobs']} processes, seed {found['seed']}, commit {found['commit']}"


def _rewritings(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['tried']:,} valid rewritings: {found['share']:.2%} proved, {found['false_ticks']} false ticks"
    for name, each in sorted(found["rules"].items(), key=lambda pair: pair[1]["proved"] / pair[1]["tried"])[:5]:
        yield f"  {each['proved']:>6,} of {each['tried']:>6,}  {name}"
    yield _circumstances(found)


def _documents(found: dict[str, Any]) -> Iterator[str]:
    machine = found["machine"]
    yield f"{found['documents']:,} documents on {machine['processors']} processors, Python {machine['python']}"
    first = found["runs"][0]
    for run in found["runs"]:
        growth = first["seconds"] / run["seconds"]
        busy = f"{run['processor_ms']:.2f} ms of a processor each; load {run['load']:.1f}"
        yield f"  {run['workers']:>3} workers  {run['seconds']:>8.1f} s  x {growth:.2f}  {busy}"
    kept = found["resumed"]
    each = 1000 * kept["all_from_cache_s"] / kept["documents"]
    yield f"  from the cache {each:.2f} ms a document, {kept['bytes_a_report']:,} bytes a report"
    hours = _MANY * first["processor_ms"] / 3.6e6
    size = _MANY * kept["bytes_a_report"] / 1e9
    yield f"  10^8 of them: {hours:,.0f} hours of one processor, {hours / _CORES:.1f} of {_CORES:,}"
    yield f"  and {size:,.0f} GB of reports"
