"""Report -> what a terminal shows: as wide as it is, with words beside the symbols.

Every text from a document passes through :func:`symkl.reporting.text.spelled`, so no escape sequence of a proof acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from symkl.checking.report import Line, Overall, Report, Status
from symkl.language.places import part_of, told
from symkl.language.troubles import Trouble
from symkl.refuting.counterexample import Counterexample
from symkl.repairing.suggestion import Suggestion
from symkl.reporting import words
from symkl.reporting.cells import cell_len
from symkl.reporting.sentences import in_letters
from symkl.reporting.styled import Text, joined
from symkl.reporting.text import spelled, wrap

STYLES = {
    Status.PROVED: "green",
    Status.REFUTED: "bold red",
    Status.UNKNOWN: "yellow",
    Status.ASSUMED: "cyan",
    Status.UNREADABLE: "magenta",
    Status.SKIPPED: "yellow",
    Status.STATED: "dim",
}
"""In which style each status is shown."""
_OVERALL_STYLES = {
    Overall.PROVED: "green",
    Overall.INCOMPLETE: "yellow",
    Overall.UNKNOWN: "yellow",
    Overall.UNREADABLE: "magenta",
    Overall.REFUTED: "bold red",
}
_CONTRADICTION = ("✗", "bold red")
_NARROW = 64  # below this, a row's status stands over its formula
_STEP = 2
_LONGEST = 4000  # characters of one text: more is no reading matter


class Look(NamedTuple):
    """How wide the terminal is, and what its encoding is called."""

    width: int = 80
    encoding: str = "utf-8"


class _Columns(NamedTuple):
    """Where things stand: the formulas from ``body`` on, the reasons beside them from ``reason`` on."""

    number: int
    status: int
    body: int
    reason: int
    stacked: bool


def render(
    report: Report, look: Look | None = None, *, quiet: bool = False, shown: Callable[[Line], bool] = lambda row: True
) -> Text:
    """The whole report of one document; of its rows those ``shown``; with ``quiet``, only those that need attention.

    >>> from symkl.checking.report import Line
    >>> row = Line(3, 1, "J = J", "=", Status.PROVED, law="identity", readable="J = J")
    >>> print(render(Report("a.md", Overall.PROVED, None, (row,)), Look(72)).plain)
    a.md
        3  ✓ proved     J = J  identity
    ✓ proved: every claim. 1 row: 1 proved.
    """
    look = look or Look()
    return joined(_report(report, look, quiet, shown))


def render_summary(reports: Sequence[Report], look: Look | None = None) -> Text:
    """How many files came to what, and where to look in those that are not proved."""
    look = look or Look()
    counts = {overall: sum(r.verdict is overall for r in reports) for overall in Overall}
    told = ", ".join(f"{count} {overall.value}" for overall, count in counts.items() if count)
    lines = [Text(f"{len(reports)} {words.plural('file', len(reports))}: {told}.", "bold")]
    open_ends = [r for r in reports if r.verdict is not Overall.PROVED or r.disagreements]
    answers = ["CONTRADICTION" if r.disagreements else r.verdict.value for r in open_ends]
    width = max(map(len, answers), default=0)
    for report, word in zip(open_ends, answers, strict=True):
        symbol, style = _CONTRADICTION if report.disagreements else _overall(report.verdict)
        label = Text(spelled(f"  {symbol} {word:<{width}}  ", look.encoding), style)
        lines += hung(label, f"{report.file}{_first_place(report)}", look, hang=_STEP)
    return joined(lines)


def _overall(verdict: Overall) -> tuple[str, str]:
    return words.OVERALL_MARKS[verdict], _OVERALL_STYLES[verdict]


def _first_place(report: Report) -> str:
    if report.troubles:
        return _at(report.troubles[0].line)
    worst = Status.REFUTED.value if report.verdict is Overall.REFUTED else report.verdict.value
    return next((_at(row.line) for row in report.lines if row.status.value == worst), "")


def _at(line: int) -> str:
    return f", {told(line)}" if part_of(line) else f":{line}"


def _report(report: Report, look: Look, quiet: bool, shown: Callable[[Line], bool]) -> Iterator[Text]:
    yield from _paragraph(report.file, 0, look, style="bold", hang=_STEP)
    for trouble in report.troubles:
        yield from troubled(trouble, report.file, _STEP, look)
    large = report.too_large
    rows = [
        row
        for row in report.lines
        if (not quiet or row.status in words.NEED_ATTENTION or row in large) and shown(row)
    ]
    columns = _columns(rows, look)
    for row in rows:
        yield from _row(row, report.file, columns, look)
    yield from guarded(report.disagreements, look)
    yield from _verdict(report, look)


# --- one row ------------------------------------------------------------------------------------


def _columns(rows: Sequence[Line], look: Look) -> _Columns:
    number = max([3, *(len(_number(row)) for row in rows)])
    stacked = look.width < _NARROW
    status = max((cell_len(_status(row, look)) for row in rows), default=0)
    body = 4 if stacked else _STEP + number + 2 + status + 2 + 2 + 1
    room = look.width - body
    beside = [
        (cell_len(formula), cell_len(reason))
        for row in rows
        if row.status not in words.NEED_ATTENTION and not stacked
        for formula, reason in [(_formula(row, look), spelled(words.reason(row), look.encoding))]
        if reason and cell_len(formula) + _STEP + cell_len(reason) <= room
    ]
    # The furthest column that still leaves room for every reason that can stand beside its formula;
    # failing that, the reasons of the longest formulas go beneath.
    reason = max((formula for formula, _ in beside), default=0) + _STEP
    longest = max((reason for _, reason in beside), default=0)
    return _Columns(number, status, body, body + min(reason, max(room - longest, 0)), stacked)


def _row(row: Line, file: str, columns: _Columns, look: Look) -> Iterator[Text]:
    label = Text(f"{' ' * _STEP}{_number(row):>{columns.number}}  ", "dim")
    status = _status(row, look)
    label = label.append(status, STYLES[row.status])
    relation = "" if row.trouble else spelled(row.opening or "", look.encoding)
    formula = _formula(row, look)
    reason = words.reason(row)

    if columns.stacked:
        yield label
        head = Text(" " * columns.body + (relation and relation + " "))
    else:
        head = label.append(" " * (columns.status - cell_len(status))).append(f"  {relation:>2} ")

    if row.trouble is not None:
        reason = "" if row.because == row.trouble.message else reason
        where = f"{_where(file, row.trouble)}: {row.trouble.message}"
        yield from hung(head, where, look, style="bold", hang=_STEP)
        yield from _trouble_body(row.trouble, columns.body, look)
    else:
        shown = list(hung(head, formula, look, hang=_STEP, formula=True))
        gap = columns.reason - cell_len(shown[-1].plain)
        fits = columns.reason + cell_len(spelled(reason, look.encoding)) <= look.width
        beside = not columns.stacked and row.status not in words.NEED_ATTENTION
        if reason and beside and len(shown) == 1 and gap >= _STEP and fits:
            shown[0] = shown[0].append(" " * gap).append(spelled(reason, look.encoding), "dim")
            reason = ""
        yield from shown
    if reason:
        plain = row.status in words.NEED_ATTENTION
        yield from _paragraph(reason, columns.body, look, style="" if plain else "dim")
    yield from _details(row, columns.body, look)


def _details(row: Line, indent: int, look: Look) -> Iterator[Text]:
    if residual := words.off_by(row):
        yield from _paragraph(residual, indent, look, hang=_STEP)
    if row.counterexample is not None:
        yield from shown_counterexample(row.counterexample, indent, look)
    for first, suggestion in enumerate(row.suggestions):
        yield from _suggestion(suggestion, "or" if first else "Did you mean", indent, look)
    for note in row.notes:
        yield from _paragraph(f"note: {note}", indent, look, style="dim", hang=_STEP)


def _number(row: Line) -> str:
    """The line of a row; where the document has parts, with its part."""
    return told(row.line) if part_of(row.line) else str(row.line)


def _status(row: Line, look: Look) -> str:
    return spelled(words.status(row.status), look.encoding)


def _formula(row: Line, look: Look) -> str:
    return spelled(_shortened(row.readable or " ".join(row.source.split())), look.encoding)


# --- what a refuted row carries -----------------------------------------------------------------


def shown_counterexample(found: Counterexample, indent: int, look: Look) -> Iterator[Text]:
    """A counterexample: its problem, and below that the two sides at each point."""
    summary = words.capitalised(found.summary)
    end = ":" if found.points and not summary.endswith(":") else ""
    yield from _paragraph(summary + end, indent, look, hang=_STEP)
    heads = [spelled(head, look.encoding) for head in found.heads]
    rows = [[spelled(t, look.encoding) for t in (p.place, p.left, p.right)] for p in found.points]
    if not rows:
        return
    inner = indent + _STEP
    place = max(cell_len(cells[0]) for cells in rows)
    numbers = [max(cell_len(heads[i]), *(cell_len(cells[i + 1]) for cells in rows)) for i in (0, 1)]
    if inner + place + sum(numbers) + 2 * 3 <= look.width:
        yield Text(" " * (inner + place)).append("".join(_right(heads[i], numbers[i]) for i in (0, 1)), "dim")
        for cells in rows:
            line = Text(" " * inner + cells[0] + " " * (place - cell_len(cells[0])))
            yield line.append("".join(_right(cells[i + 1], numbers[i]) for i in (0, 1)), "bold")
        return
    # Too wide for a table: each point as a short list.
    label = max(map(cell_len, heads))
    for cells in rows:
        yield from _paragraph(cells[0], inner, look, hang=_STEP)
        for head, number in zip(heads, cells[1:], strict=True):
            start = Text(" " * (inner + _STEP)).append(head + " " * (label - cell_len(head)) + "  ", "dim")
            yield from hung(start, number, look, style="bold")


def _right(text: str, width: int) -> str:
    return " " * (3 + width - cell_len(text)) + text


def _suggestion(suggestion: Suggestion, opening: str, indent: int, look: Look) -> Iterator[Text]:
    slip = f" ({suggestion.slip})" if suggestion.slip else ""
    edit = in_letters(suggestion.edit.rstrip(". "))
    head = Text(" " * indent).append(f"{opening}: " if edit else opening, "bold")
    yield from hung(head, f"{edit}{slip}. Then it is proved:" if edit else f"{slip}:", look, anchor=indent)
    yield from _marked(suggestion.latex, suggestion.changed, indent + _STEP, look)


def _marked(latex: str, changed: tuple[int, int], indent: int, look: Look) -> Iterator[Text]:
    """``latex`` with ``^^^`` under what changed, however it is broken into lines."""
    shown = spelled(latex, look.encoding)
    begin, end = (len(spelled(latex[:offset], look.encoding)) for offset in changed)
    end = max(end, begin + 1)  # what was taken away leaves a place, and that is marked
    room = look.width - indent
    last = len(shown)
    for start, stop in wrap(shown, room, _STEP, formula=True):
        pad = " " * (indent + (_STEP if start else 0))
        # A mark behind the very end of the row belongs to its last line.
        low, high = max(begin, start), min(end, stop + 1 if stop == last else stop)
        if low >= high:
            yield Text(pad + shown[start:stop])
        else:
            changed_part, rest = shown[low : min(high, stop)], shown[min(high, stop) : stop]
            yield Text(pad + shown[start:low]).append(changed_part, "bold green").append(rest)
            space = " " * cell_len(pad + shown[start:low])
            yield Text(space).append("^" * max(cell_len(shown[low:high]), 1), "green")


# --- what cannot be read ------------------------------------------------------------------------


def troubled(trouble: Trouble, file: str, indent: int, look: Look) -> Iterator[Text]:
    """What could not be read: where, what was found, what to do."""
    head = Text(" " * indent).append(spelled("⚠ ", look.encoding), "magenta")
    where = f"{_where(file, trouble)}: {trouble.message}"
    yield from hung(head, where, look, style="bold", anchor=indent + _STEP)
    yield from _trouble_body(trouble, indent + _STEP, look)


def _where(file: str, trouble: Trouble) -> str:
    if part := part_of(trouble.line):
        return f"{file}, {part}, line {int(trouble.line)}, column {trouble.column}"
    return f"{file}:{trouble.line}:{trouble.column}"


def _trouble_body(trouble: Trouble, indent: int, look: Look) -> Iterator[Text]:
    if trouble.excerpt:
        yield from _excerpt(trouble, indent, look)
    answers = (("found", trouble.found), ("expected", trouble.expected), ("write", trouble.advice))
    told = [(name, text) for name, text in answers if text]
    label = max((len(name) for name, _ in told), default=0) + 2
    for name, text in told:
        head = Text(" " * indent).append(f"{name + ':':<{label}}", "dim")
        yield from hung(head, text, look)


def _excerpt(trouble: Trouble, indent: int, look: Look) -> Iterator[Text]:
    """The source line, or the part of it around the place, and a caret under the place."""
    column = min(max(trouble.column - 1, 0), len(trouble.excerpt))
    # Far more than any terminal is wide, far less than a row may be long.
    near = max(0, column - 1000)
    part = trouble.excerpt[near : column + 1000]
    shown = spelled(part, look.encoding)
    begin = len(spelled(part[: column - near], look.encoding))
    end = len(spelled(part[: column - near + max(trouble.width, 1)], look.encoding))
    if not near:
        blank = min(len(shown) - len(shown.lstrip()), begin)
        shown, begin, end = shown[blank:], begin - blank, end - blank
    dots = spelled("…", look.encoding)
    room = max(look.width - indent, 12)
    left, right = 0, len(shown)
    if near or cell_len(shown) > room:
        inside = room - 2 * len(dots)
        if near or cell_len(shown[:end]) > inside:
            left = begin
            while left > 0 and cell_len(shown[left - 1 : begin]) <= inside * 2 // 3:
                left -= 1
        right = left
        while right < len(shown) and cell_len(shown[left : right + 1]) <= inside:
            right += 1
    before = dots if left or near else ""
    after = dots if right < len(shown) else ""
    yield Text(" " * indent + before + shown[left:right] + after)
    space = indent + len(before) + cell_len(shown[left:begin])
    wide = max(cell_len(shown[begin : min(end, right)]), 1)
    yield Text(" " * space).append("^" * wide, "bold magenta")


# --- the document as a whole --------------------------------------------------------------------


def guarded(disagreements: Sequence[str], look: Look) -> Iterator[Text]:
    """What speaks against symkl itself, loudly; nothing where nothing does."""
    if not disagreements:
        return
    bar = "!" * min(look.width, 72)
    yield Text(bar, "bold red")
    shout = "SYMKL CONTRADICTS ITSELF. Do not rely on any verdict in this report."
    yield from _paragraph(shout, 0, look, style="bold red")
    for finding in disagreements:
        yield from _paragraph(f"- {finding}", _STEP, look, hang=_STEP)
    advice = (
        "What judges the same row twice does not agree with itself. This is a bug in symkl, not in your proof: "
        "please report it, with this file and what `symkl --version` prints."
    )
    yield from _paragraph(advice, 0, look)
    yield Text(bar, "bold red")


def _verdict(report: Report, look: Look) -> Iterator[Text]:
    symbol, style = _overall(report.verdict)
    head = Text(spelled(f"{symbol} {report.verdict.value}: ", look.encoding), style)
    sentences = [words.counted(report)]
    if report.disagreements:
        head = Text(spelled("✗ CONTRADICTION: ", look.encoding), "bold red")
        sentences = [f"see above. Without it: {report.verdict.value}, {words.counted(report)}"]
    elif not report.lines and not report.troubles:
        head = Text("nothing to check: ", "yellow")
    if report.claim is not None:
        sentences.append(words.claimed(report))
    if report.not_checked:
        sentences.append(words.not_checked(report))
    if report.rests_on:
        sentences.append(f"Rests on: {', '.join(report.rests_on).rstrip('.')}.")
    if cell_len(head.plain + spelled(" ".join(sentences), look.encoding)) <= look.width:
        sentences = [" ".join(sentences)]
    yield from hung(head, sentences[0], look, anchor=_STEP)
    for sentence in sentences[1:]:
        yield from _paragraph(sentence, _STEP, look, hang=_STEP)


# --- laying out text ----------------------------------------------------------------------------


def _paragraph(text: str, indent: int, look: Look, *, style: str = "", hang: int = 0) -> Iterator[Text]:
    """``text``, not yet spelled, wrapped from column ``indent`` on."""
    yield from hung(Text(" " * indent), text, look, style=style, hang=hang)


def hung(
    head: Text,
    text: str,
    look: Look,
    *,
    style: str = "",
    hang: int = 0,
    anchor: int | None = None,
    formula: bool = False,
) -> Iterator[Text]:
    """``head``, then ``text`` wrapped behind it; later lines start ``hang`` further, or at ``anchor``."""
    if not formula:  # a formula comes from _formula, and was measured before it got here
        text = spelled(_shortened(text), look.encoding)
    used = cell_len(head.plain)
    later = used + hang if anchor is None else anchor
    for start, stop in wrap(text, look.width - used, later - used, formula=formula):
        yield head.append(text[start:stop], style)
        head = Text(" " * later)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text):,} characters)"
