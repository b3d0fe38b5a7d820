"""Figures -> what a terminal shows: the figures, how each response moved, and how far both limits are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symkl.refuting.arithmetic import precision
from symkl.reporting.cells import cell_len
from symkl.reporting.styled import Text
from symkl.reporting.terminal import Look
from symkl.reporting.text import spelled, wrap
from symkl.tilt.decimals import Balls, at_most, decimal
from symkl.tilt.figures import Point, Tilted, Tilts
from symkl.tilt.formats import averages, earned, plain, remarks
from symkl.tilt.selecting import arrow, factor, movers

_STYLES = {"↑": "green", "↓": "red", "=": "dim", "?": "yellow", "": "dim"}
_IN_ASCII = {"↑": "^", "↓": "v", "×": "x", "│": "|", "█": "#", "–": "-"}
_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = "  "
_LEAST_NAME, _LEAST_BAR, _MOST_BAR = 10, 8, 24


def render(
    tilts: Tilts, file: str, notes: Sequence[str], look: Look, points: Sequence[str] = ()
) -> Iterator[Text]:
    """The lines of the whole report."""
    yield from _title(tilts, file, look)
    for note in notes:
        yield from paragraph(f"note: {note}", look, indent=2)
    if tilts.tilted:
        yield Text()
        yield from _figures(tilts, [tilted.point for tilted in tilts.tilted], look)
        for tilted in tilts.tilted:
            yield Text()
            yield from _moves(tilts, tilted, look)
        yield Text()
        yield from _limits(tilts, look)
    if tilts.frontier:
        yield Text()
        yield from paragraph("the frontier: the best E[r] for its KL, of slope dE[r]/dKL = β", look, indent=2)
        yield from _figures(tilts, tilts.frontier, look)
    if points:
        yield Text()
        yield from paragraph("reported", look, indent=2, style="bold")
        for sentence in points:
            yield from paragraph(sentence, look, indent=2, style="", hang=2)
    yield Text()
    yield Text().append(_spelled("✓ ", look), "green").append("every digit shown is certified.", "dim")
    for sentence in remarks(tilts)[1:]:
        yield from paragraph(sentence, look, indent=2)


def _title(tilts: Tilts, file: str, look: Look) -> Iterator[Text]:
    size, prompts = len(tilts.table), len(tilts.layout)
    count = f"{size:,} {'response' if size == 1 else 'responses'}"
    if tilts.layout.names is not None:
        count += f" to {prompts:,} {'prompt' if prompts == 1 else 'prompts'}"
    for line in paragraph(f"{file}: {count}, E_ref[r] = {earned(tilts)}", look, indent=0, style=""):
        whole, name = line.plain, _spelled(file, look)
        yield Text(name, "bold").append(whole.removeprefix(name)) if whole.startswith(name) else line


# --- tables -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """Cells below a head."""

    head: str
    cells: list[str]
    style: str = ""

    @property
    def width(self) -> int:
        """Of its widest cell."""
        return max(map(cell_len, [self.head, *self.cells]))


def table_of(columns: Sequence[Column], look: Look, indent: int = 2) -> Iterator[Text]:
    """Numbers right below each other; one number a line where the terminal is too narrow for that."""
    columns = [Column(_spelled(c.head, look), [_spelled(cell, look) for cell in c.cells], c.style) for c in columns]
    widths = [column.width for column in columns]
    if indent + sum(widths) + len(_GAP) * (len(widths) - 1) <= look.width:
        yield Text(" " * indent).append(_row([c.head for c in columns], widths), "dim")
        for i in range(len(columns[0].cells)):
            line = Text(" " * indent)
            for j, (column, width) in enumerate(zip(columns, widths, strict=True)):
                line = line.append((_GAP if j else "") + _right(column.cells[i], width), column.style)
            yield line
        return
    label = max(cell_len(column.head) for column in columns)
    for i in range(len(columns[0].cells)):
        for j, column in enumerate(columns):
            line = Text(" " * (indent + 2 * bool(j))).append(column.head + " " * (label - cell_len(column.head)), "dim")
            yield line.append(_GAP + column.cells[i], column.style)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(_right(cell, width) for cell, width in zip(cells, widths, strict=True))


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def _left(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _figures(tilts: Tilts, points: Sequence[Point], look: Look) -> Iterator[Text]:
    shown = [averages(tilts, point) for point in points]
    heads = {"expected_reward": "E[r]", "kl": "KL", "log_partition": "log Z", "objective": "J* = β log Z"}
    heads |= {} if tilts.table.counts is None else {"effective_samples": "samples"}
    yield from table_of(
        [
            Column("β", [plain(point.beta) for point in points], "bold"),
            *(Column(head, [each[name] for each in shown]) for name, head in heads.items()),
        ],
        look,
    )


# --- how each response moved --------------------------------------------------------------------


@dataclass(frozen=True)
class _Move:
    """One line: a response, and what it became."""

    name: str
    reward: str
    before: str
    after: str
    arrow: str
    factor: str
    sizes: tuple[float, float]
    heading: str = ""


def _moves(tilts: Tilts, tilted: Tilted, look: Look) -> Iterator[Text]:
    rows = movers(tilts, [tilted])
    moves = [_move(tilts, tilted, row, every=len(rows) == len(tilts.table)) for row in rows]
    title = f"β = {plain(tilted.point.beta)}"
    heads = ("r", "π_ref", "π*", "π*/π_ref")
    texts = [(m.reward, m.before, m.after, f"× {m.factor}" if m.factor else "–") for m in moves]
    cells = [[_spelled(text, look) for text in each] for each in texts]
    widths = [max(map(cell_len, [_spelled(head, look), *(c[i] for c in cells)])) for i, head in enumerate(heads)]
    indent = 4
    numbers = sum(widths) + 2 * len(widths) + 2  # an arrow stands before the factor
    names = [_spelled(m.name, look) for m in moves]
    room = look.width - indent - numbers
    if room < _LEAST_NAME:
        yield from _stacked(title, moves, look)
        return
    longest = max(cell_len(_spelled(title, look)) - 2, *map(cell_len, names))
    bar = min(room - longest - 2, _MOST_BAR)
    if bar < _LEAST_BAR:
        bar = _LEAST_BAR if look.width >= 72 and room - _LEAST_BAR - 2 >= 16 else 0
    wide = min(longest, room - (bar + 2 if bar else 0))
    head = Text("  ").append(_left(_spelled(title, look), wide + 2), "bold")
    for i, name in enumerate(heads):
        head = head.append(_GAP + ("  " if i == 3 else "") + _right(_spelled(name, look), widths[i]), "dim")
    if bar:
        key = _spelled("π* (│ π_ref)", look)
        head = head.append(_GAP + (key if cell_len(key) <= bar else _spelled("π*", look)), "dim")
    yield head
    largest = max(max(m.sizes) for m in moves) or 1.0
    last = ""
    for m, name, each in zip(moves, names, cells, strict=True):
        if m.heading != last:
            last = m.heading
            yield from paragraph(last, look, indent=indent - 1)
        style = _STYLES[m.arrow]
        line = Text(" " * indent).append(_left(_cut(name, wide, look), wide))
        line = line.append(_GAP + _right(each[0], widths[0])).append(_GAP + _right(each[1], widths[1]), "dim")
        line = line.append(_GAP + _right(each[2], widths[2]), "bold")
        line = line.append(f"{_GAP}{_spelled(m.arrow or ' ', look)} ", style).append(_right(each[3], widths[3]), style)
        if bar:
            line = line.append(_GAP).extend(_bar(m.sizes, largest, bar, style, look))
        yield line


def _move(tilts: Tilts, tilted: Tilted, row: int, *, every: bool) -> _Move:
    digits = tilts.digits
    with precision(tilts.bits):
        policy = tilted.policy([row])[0]
        ratio, moved = tilted.log_ratio([row])[0], factor(tilted, row)
        name, heading = tilts.table.responses[row], ""
        if tilts.table.labels is not None and not every:
            name = f"{tilts.table.labels[row]}: {name}"
        elif tilts.layout.names is not None:
            prompt = int(tilts.layout.prompts_of([row])[0])
            figures = [decimal(values[prompt], digits) for values in (tilted.point.expected_reward, tilted.point.kl)]
            heading = f"{tilts.layout.names[prompt]}: E[r] = {figures[0]}, KL = {figures[1]}"
    return _Move(
        name, plain(tilts.table.rewards[row]),
        decimal(tilts.reference[row], digits), decimal(policy, digits),
        arrow(ratio), "" if moved is None else decimal(moved, digits),
        (float(tilts.reference[row]), float(policy)), heading,
    )  # fmt: skip


def _stacked(title: str, moves: Sequence[_Move], look: Look) -> Iterator[Text]:
    """For a narrow terminal: the name, and below it what happened to it."""
    yield Text("  ").append(_spelled(title, look), "bold")
    last = ""
    for m in moves:
        if m.heading != last:
            last = m.heading
            yield from paragraph(last, look, indent=2)
        yield from paragraph(f"{m.name} (r = {m.reward})", look, indent=4, style="")
        went = f"{m.before} → {m.after}" + (f"  {m.arrow} × {m.factor}" if m.factor else "")
        yield from paragraph(went, look, indent=6, style=_STYLES[m.arrow])


def _bar(sizes: tuple[float, float], largest: float, width: int, style: str, look: Look) -> Text:
    """``π*`` as a bar, and a mark where ``π_ref`` ends."""
    mark, now = (min(width - 1, int(size / largest * width)) for size in sizes)
    blocks = _can("▏█", look)
    full = sizes[1] / largest * width
    cells = ["█" if blocks else "#"] * int(full)
    if len(cells) < width:
        rest = _EIGHTHS[int((full - int(full)) * 8)] if blocks else " "
        cells += [rest] + [" "] * (width - len(cells) - 1)
    while len(cells) - 1 > mark and cells[-1] == " ":
        del cells[-1]
    line = Text()
    for i, cell in enumerate(cells):
        if i == mark:
            line = line.append("│" if blocks else "|", "bold" if i < now else "dim")
        else:
            line = line.append(cell, style)
    return line


def _cut(text: str, width: int, look: Look) -> str:
    if cell_len(text) <= width:
        return text
    dots = _spelled("…", look)
    while text and cell_len(text) + len(dots) > width:
        text = text[:-1]
    return text + dots


# --- both limits --------------------------------------------------------------------------------


def _limits(tilts: Tilts, look: Look) -> Iterator[Text]:
    digits, many = tilts.digits, len(tilts.layout) > 1
    yield from paragraph("both limits, and the distances that are proved", look, indent=2, style="bold")

    def shown(values: Balls, most: bool = False) -> str:
        return decimal(tilts.largest(values) if most else tilts.mean(values), digits)

    def bounded(values: Balls, most: bool = False) -> str:
        return at_most(tilts.largest(values) if most else tilts.mean(values), digits)

    limits = [tilted.limits for tilted in tilts.tilted]
    betas = [plain(tilted.point.beta) for tilted in tilts.tilted]
    yield from table_of(
        [
            Column("β", betas, "bold"),
            Column("1 − π*(A)", [shown(each.missed) for each in limits]),
            Column("at most", [bounded(each.missed_bound) for each in limits], "dim"),
            Column("max |log π*/π_ref|", [shown(each.moved, True) for each in limits]),
            Column("at most", [bounded(each.moved_bound, True) for each in limits], "dim"),
            Column("KL(π_ref‖π*)", [shown(each.beyond_first_order) for each in limits]),
        ],
        look,
    )
    for sentence in _meaning(tilts, many):
        yield from paragraph(sentence, look, indent=2, hang=2)


def _meaning(tilts: Tilts, many: bool) -> Iterator[str]:
    digits, best = tilts.digits, tilts.best
    if many:
        yield (
            "β → 0: π* goes to π_ref on A, the best responses with mass: 1 − π*(A) ≤ (1 − m)/m exp(−gap/β), where "
            "m = π_ref(A); averages over the prompts."
        )
        yield "β → ∞: π* goes to π_ref: |log π*/π_ref| ≤ span(r)/β; the largest of all prompts."
    else:
        rows = np.flatnonzero(best.rows).tolist()
        names = ", ".join(tilts.table.responses[i] for i in rows[:3]) + (", …" if len(rows) > 3 else "")
        mass, gap = decimal(best.mass[0], digits), best.gap(0)
        rate = "" if gap is None else f"; 1 − π*(A) ≤ (1 − m)/m exp(−gap/β), gap = {plain(gap)}"
        yield f"β → 0: π* goes to π_ref on A = {{{names}}}, m = π_ref(A) = {mass}{rate}."
        yield f"β → ∞: π* goes to π_ref: |log π*/π_ref| ≤ span(r)/β, span(r) = {plain(best.span(0))}."
    yield (
        "Of every response with mass, log π*/π_ref = (r − E_ref[r])/β − KL(π_ref‖π*), where the KL is of second order "
        "in 1/β."
    )


# --- text ---------------------------------------------------------------------------------------


def _can(text: str, look: Look) -> bool:
    try:
        text.encode(look.encoding)
    except UnicodeEncodeError:
        return False
    return True


def _spelled(text: str, look: Look) -> str:
    if not _can(text, look):
        text = "".join(_IN_ASCII.get(c, c) if not _can(c, look) else c for c in text)
    return spelled(text, look.encoding)


def paragraph(text: str, look: Look, *, indent: int, style: str = "dim", hang: int = 0) -> Iterator[Text]:
    """A text, broken to the width."""
    yield from _hung(Text(" " * indent), text, look, style=style, hang=hang)


def _hung(head: Text, text: str, look: Look, *, style: str = "dim", hang: int = 0) -> Iterator[Text]:
    text = _spelled(text if len(text) <= 2000 else text[:2000] + "…", look)
    used = cell_len(head.plain)
    for start, stop in wrap(text, look.width - used, hang):
        yield head.append(text[start:stop], style)
        head = Text(" " * (used + hang))
