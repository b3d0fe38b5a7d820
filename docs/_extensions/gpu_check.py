"""The last check on a CUDA device: the directive ``gpu-check``, which shows ``docs/data/gpu-check.json``.

``tests/benchmarks/gpu_check.py`` writes that file where there is such a device. Where nobody has, the page says so
and claims nothing. A file that is not as it should be raises :class:`Broken`, which the build reports as a warning.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl.sphinx.rows import table, text
from symkl.tokens.report import number

FILE = Path(__file__).parents[1] / "data" / "gpu-check.json"
SCHEMA, CHECK_SCHEMA = "symkl-gpu-check/1", "symkl-tokens/1"
VERSIONS = ("symkl", "python", "torch", "triton", "cuda", "numpy")
ROWS, VOCABULARY = 4096, 131_072
AIMS: Mapping[str, float] = {"statistics": 0.90, "log π*": 0.85}
"""The least share of the measured bandwidth, on so many rows of so many tokens."""
AIMED_DTYPES = ("bfloat16", "float32")
NAMES: Mapping[str, str] = {
    "log_partition": "log Z", "expected_reward": "E[r]", "kl": "KL(π*‖π_ref)", "entropy": "H(π*)",
    "max_log_policy": "max log π*", "total": "Σ π* − 1", "log_policy": "log π*",
}  # fmt: skip
"""Of the quantities in a report."""

_NO_NUMBER = "no number"
_SPACE = "\N{NO-BREAK SPACE}"
_MOST = 1_000_000  # what is larger is not told in digits

logger = logging.getLogger(__name__)


class Broken(Exception):
    """The file is there and is not what it should be."""


# -- the file ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """What a line of the table tells of a report; ``share`` of its bound is infinite where that is no number."""

    dtype: str
    vocabulary: int
    beta: float
    rows: int
    fused: bool
    worst: str
    share: float
    exceeded: bool
    counted: int
    expected: int
    complete: bool
    probes: tuple[int, float, bool] | None
    exponential: tuple[float, str, bool] | None
    passed: bool


@dataclass(frozen=True)
class Timing:
    """A subject's time, and its ratios; None for what is no number."""

    subject: str
    dtype: str
    rows: int
    vocabulary: int
    seconds: float | None
    read: float | None
    chapter: float | None
    compiled: float | None
    bandwidth: float | None


@dataclass(frozen=True)
class Growth:
    """The time of a size, and that for each number read against the first size."""

    subject: str
    rows: int
    vocabulary: int
    seconds: float | None
    share: float | None


@dataclass(frozen=True)
class Record:
    """The whole file."""

    date: str
    device: str
    driver: str | None
    versions: Mapping[str, str | None]
    commit: str | None
    seconds: float | None
    checks: tuple[Check, ...]
    timings: tuple[Timing, ...]
    growth: tuple[Growth, ...]


class _Object:
    """A JSON object, whose values are taken by key and kind."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise Broken(f"{where or 'the whole'} is not an object")
        self.value, self.where = value, where

    def at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def take(self, key: str) -> Any:
        if key not in self.value:
            raise Broken(f"{self.at(key)} is missing")
        return self.value[key]

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise Broken(f"{self.at(key)} is not a text of one line")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self.take(key) is None else self.text(key)

    def truth(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise Broken(f"{self.at(key)} is neither true nor false")
        return value

    def number(self, key: str) -> float | None:
        value = self.take(key)
        if value is None:
            return None
        try:
            found = math.nan if isinstance(value, bool) or not isinstance(value, (int, float)) else float(value)
        except OverflowError:
            found = math.inf
        if not (math.isfinite(found) and found >= 0):
            raise Broken(f"{self.at(key)} is neither a finite number from 0 nor null")
        return found

    def count(self, key: str) -> int:
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            raise Broken(f"{self.at(key)} is not a count")
        return value

    def object(self, key: str) -> _Object:
        return _Object(self.take(key), self.at(key))

    def object_or_none(self, key: str) -> _Object | None:
        return None if self.take(key) is None else self.object(key)

    def objects(self, key: str) -> list[_Object]:
        values = self.take(key)
        if not isinstance(values, list):
            raise Broken(f"{self.at(key)} is not a list")
        return [_Object(value, f"{self.at(key)}[{i}]") for i, value in enumerate(values)]

    def schema(self, expected: str) -> None:
        if self.text("schema") != expected:
            raise Broken(f"{self.at('schema')} is {self.text('schema')!r} where {expected!r} is read")


def read(path: Path) -> Record | None:
    """What the file holds; None where there is none.

    Raises: Broken, with what is wrong.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Broken(f"it cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # a file that is not UTF-8 is the first, too
        raise Broken(f"it is not JSON: {error}") from error
    whole = _Object(value, "")
    whole.schema(SCHEMA)
    day = whole.text("date")
    try:
        plain = date.fromisoformat(day).isoformat() == day
    except ValueError:
        plain = False
    if not plain:
        raise Broken(f"date is {day!r}, not a day as 2026-01-31")
    versions = whole.object("versions")
    checks = tuple(_check(each) for each in whole.objects("checks"))
    if not checks:
        raise Broken("checks is empty")
    if whole.truth("passed") != all(each.passed for each in checks):
        raise Broken("passed is not what the checks say together")
    return Record(
        day, whole.text("device"), whole.text_or_none("driver"),
        {name: versions.text_or_none(name) for name in VERSIONS}, whole.text_or_none("commit"), whole.number("seconds"),
        checks, tuple(_timing(each) for each in whole.objects("timings")),
        tuple(_growth(each) for each in whole.objects("growth")),
    )  # fmt: skip


def _check(report: _Object) -> Check:
    report.schema(CHECK_SCHEMA)
    if not report.text("device").startswith("cuda"):
        raise Broken(f"{report.at('device')} is {report.text('device')!r}, which is no CUDA device")
    quantities = [
        (each.truth("exceeded"), math.inf if (share := each.number("ratio")) is None else share, each.text("name"))
        for each in report.objects("quantities")
    ]
    if not quantities:
        raise Broken(f"{report.at('quantities')} is empty")
    exceeded, share, worst = max(quantities)
    beta = report.number("beta")
    if beta is None:
        raise Broken(f"{report.at('beta')} is null")
    coverage = report.object("coverage")
    probes, exponential = report.object_or_none("probes"), report.object_or_none("exponential")
    found = Check(
        report.text("dtype"), report.count("vocabulary"), beta, report.count("rows"), report.truth("fused"),
        worst, share, exceeded, coverage.count("counted"), coverage.count("expected"), coverage.truth("complete"),
        (probes.count("rows"), _or_infinity(probes.number("ratio")), not probes.truth("exceeded"))
        if probes else None,
        (_or_infinity(exponential.number("worst_units")), exponential.text("model"), exponential.truth("held"))
        if exponential else None,
        report.truth("passed"),
    )  # fmt: skip
    parts = (not exceeded, found.complete, *(each[2] for each in (found.probes, found.exponential) if each))
    if found.passed and not all(parts):
        raise Broken(f"{report.at('passed')} is true, and what it is made of is not")
    return found


def _timing(of: _Object) -> Timing:
    ratios = (of.number(key) for key in ("seconds", "read", "chapter", "compiled", "bandwidth"))
    return Timing(of.text("subject"), of.text("dtype"), of.count("rows"), of.count("vocabulary"), *ratios)


def _growth(of: _Object) -> Growth:
    sizes = of.count("rows"), of.count("vocabulary")
    return Growth(of.text("subject"), *sizes, of.number("seconds"), of.number("share"))


def _or_infinity(value: float | None) -> float:
    return math.inf if value is None else value


# -- the aims ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aim:
    """A share of the bandwidth that was aimed at, and what was measured, if it was."""

    subject: str
    dtype: str
    least: float
    measured: float | None

    @property
    def met(self) -> bool | None:
        """Whether it is met; None where nothing was measured."""
        return None if self.measured is None else self.measured >= self.least


def aims(timings: Iterable[Timing]) -> tuple[Aim, ...]:
    """Every aim, with the least that was measured at its size."""
    at_size = [each for each in timings if (each.rows, each.vocabulary) == (ROWS, VOCABULARY)]

    def measured(subject: str, dtype: str) -> float | None:
        found = [each.bandwidth for each in at_size if (each.subject, each.dtype) == (subject, dtype)]
        numbers = [each for each in found if each is not None]
        return min(numbers) if numbers and len(numbers) == len(found) else None

    return tuple(
        Aim(subject, dtype, least, measured(subject, dtype))
        for subject, least in AIMS.items()
        for dtype in AIMED_DTYPES
    )  # fmt: skip


# -- the page ------------------------------------------------------------------------------------


def shown(record: Record | None) -> Iterator[nodes.Node]:
    """Everything that the page says of a file, or of there being none."""
    if record is None:
        yield nodes.paragraph("", "", nodes.strong("", "No device has been measured yet"),
                              nodes.Text(": there is no file "), nodes.literal("", f"docs/data/{FILE.name}"),
                              nodes.Text(", and nothing is claimed here about a GPU."))  # fmt: skip
        return
    failed = sum(not each.passed for each in record.checks)
    count = _of(len(record.checks), "check")
    verdict = f"{failed:,} of {count} failed." if failed else f"{count}, and none failed."
    yield nodes.paragraph("", "", nodes.strong("", f"{_mark(not failed)}{_SPACE}{verdict}"))
    yield text("This was found on one device with these versions. It says nothing of other devices.")
    yield _facts(record)
    yield _section("Aims", *_aims(record.timings))
    yield _section("Checks", *_checks(record.checks))
    yield _section("Times", *_times(record.timings))
    yield _section("Growth", *_grown(record.growth))


def _section(title: str, *content: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", title), *content, ids=[f"gpu-check-{title.lower()}"])


def _facts(record: Record) -> nodes.field_list:
    commit = record.commit and record.commit.removesuffix("+")
    changed = ", with changes that are in no commit" if record.commit and record.commit.endswith("+") else ""
    facts: dict[str, str] = {
        "date": record.date,
        "device": record.device,
        "driver": record.driver or "not known",
        "versions": ", ".join(f"{name} {version or 'not known'}" for name, version in record.versions.items()),
        "commit": f"{commit}{changed}" if commit else "not known",
        "took": f"{record.seconds:,.0f} s" if record.seconds is not None else _NO_NUMBER,
    }
    return nodes.field_list("", *(
        nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", "", nodes.Text(value))))
        for name, value in facts.items()
    ))  # fmt: skip


def _aims(timings: Sequence[Timing]) -> Iterator[nodes.Node]:
    found = aims(timings)
    yield text(
        f"On {ROWS:,} rows of {VOCABULARY:,} tokens, at least so much of the bandwidth is to be used that the memory "
        "shows in the same run:"
    )
    marks = {True: f" ✓{_SPACE}met", False: f" ✗{_SPACE}missed", None: "not measured"}
    rows = [
        [f"{each.subject}, {each.dtype}", _percent(each.least), _percent(each.measured, "") + marks[each.met]]
        for each in found
    ]
    yield table(["of", "aim", "measured"], rows, "gpu-check")
    met, missed, none = (sum(each.met is what for each in found) for what in (True, False, None))
    if met == len(found):
        yield text("Every aim is met.")
    elif none == len(found):
        yield text("None of them has been measured, so none counts as met.")
    else:
        told = [f"{met} met", f"{missed} missed", f"{none} not measured"]
        yield text(f"Of {_of(len(found), 'aim')}: {', '.join(told)}.")


def _checks(checks: Sequence[Check]) -> Iterator[nodes.Node]:
    yield text(
        "The worst quantity of a check is the one whose error has the largest share of its bound; beyond 1 the bound "
        "is exceeded. Coverage is how many tokens were counted. Probes are rows with their mass at the edge of a tile, "
        "and the largest share there. The exponential is off by so many units of roundoff u, of those that are "
        "allowed for an argument x."
    )
    # The verdict first: a phone shows it without scrolling.
    heads = ["verdict", "numbers", "tokens", "β", "rows", "worst", "coverage", "probes", "exponential"]
    yield table(heads, [_line(each) for each in checks], "gpu-check")


def _line(check: Check) -> list[str]:
    dtype = check.dtype if check.fused else f"{check.dtype}, eager"
    worst = f"{NAMES.get(check.worst, check.worst)}: {_share(check.share)}"
    counted = f"{check.counted:,}" if check.counted == check.expected else f"{check.counted:,} of {check.expected:,}"
    others = ", others" if check.counted == check.expected and not check.complete else ""
    cells = [
        f"{_mark(check.passed)} {'passed' if check.passed else 'failed'}",
        dtype, f"{check.vocabulary:,}", number(check.beta), f"{check.rows:,}",
        worst + (f" {_mark(False)} exceeded" if check.exceeded else ""),
        f"{_mark(check.complete)} {counted}{others}",
        f"{_mark(check.probes[2])} {_of(check.probes[0], 'row')}, {_share(check.probes[1])}" if check.probes else "—",
        f"{_mark(check.exponential[2])} {_units(check.exponential[0])} of {check.exponential[1]}"
        if check.exponential else "—",
    ]  # fmt: skip
    return [_unbroken(cell) for cell in cells]


def _times(timings: Sequence[Timing]) -> Iterator[nodes.Node]:
    if not timings:
        yield text("The file has no times.")
        return
    yield text(
        "Each is the median over rounds. “Reads” is its time over that of reading both inputs. “Bandwidth” is what the "
        "bytes come to that must be read and written, as a share of what a read or a copy of the inputs shows in the "
        "same run. The last two are the times of the chapter's code, as it is and after torch.compile, over its own."
    )
    kinds = dict.fromkeys((each.rows, each.vocabulary, each.dtype) for each in timings)
    for rows, vocabulary, dtype in kinds:
        yield nodes.paragraph("", "", nodes.strong("", f"{rows:,} rows of {vocabulary:,} tokens, {dtype}"))
        lines = [
            [each.subject, _milliseconds(each.seconds), _decimals(each.read, 2), _percent(each.bandwidth),
             _decimals(each.chapter, 1), _decimals(each.compiled, 1)]
            for each in timings
            if (each.rows, each.vocabulary, each.dtype) == (rows, vocabulary, dtype)
        ]  # fmt: skip
        heads = ["of", "ms", "reads", "bandwidth", "chapter ÷ it", "compiled ÷ it"]
        yield table(heads, [[line[0], *map(_unbroken, line[1:])] for line in lines], "gpu-check")


def _grown(growth: Sequence[Growth]) -> Iterator[nodes.Node]:
    if not growth:
        yield text("The file has no figures of growth.")
        return
    yield text("The time for each number read, in float32, against the first size: 1 throughout if growth is linear.")
    lines = [
        [each.subject, f"{each.rows:,}", f"{each.vocabulary:,}", _milliseconds(each.seconds), _decimals(each.share, 2)]
        for each in growth
    ]
    yield table(["of", "rows", "tokens", "ms", "share"], lines, "gpu-check")


def _mark(good: bool) -> str:
    return "✓" if good else "✗"


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _unbroken(cell: str) -> str:
    """The table scrolls, and a line of it stays one."""
    return cell.replace(" ", _SPACE)


def _share(value: float) -> str:
    if math.isinf(value):
        return _NO_NUMBER
    return _decimals(value, 3 if value < 10 else 0)


def _units(value: float) -> str:
    return _NO_NUMBER if math.isinf(value) else f"{_decimals(value, 1)} u"


def _decimals(value: float | None, digits: int) -> str:
    return _NO_NUMBER if value is None else f"{value:,.{digits}f}" if value < _MOST else f"over {_MOST:,}"


def _milliseconds(seconds: float | None) -> str:
    return _decimals(None if seconds is None else 1e3 * seconds, 2)


def _percent(value: float | None, without: str = _NO_NUMBER) -> str:
    """Rounded down, so that what is below an aim never looks as if it were not.

    >>> _percent(0.9), _percent(0.8999999)
    ('90.0\\xa0%', '89.9\\xa0%')
    """
    return without if value is None else f"{math.floor(1000 * min(value, _MOST)) / 10:,.1f}{_SPACE}%"


class GpuCheck(SphinxDirective):
    """``{gpu-check}``: the recorded check, or that there is none."""

    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Paragraphs and sections; where the file is broken, a warning and a sentence that says so."""
        # Sphinx reads a page again as long as a dependency is missing, so a file that comes later is shown.
        self.env.note_dependency(str(FILE))
        self.env.note_dependency(__file__)
        try:
            return list(shown(read(FILE)))
        except Broken as error:
            where = self.get_location()
            logger.warning("%s: %s", FILE.name, error, location=where, type="symkl", subtype="gpu-check")
            self.env.note_reread()  # what is wrong stays wrong in the next build
            return [text("The recorded check cannot be read, so nothing is claimed here about a GPU.")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("gpu-check", GpuCheck)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
