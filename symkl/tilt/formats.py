"""Figures -> CSV, JSON, Markdown and LaTeX. Each is written piece by piece; CSV and JSON carry everything."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symkl.refuting.arithmetic import precision
from symkl.reporting.text import harmless
from symkl.tilt.decimals import at_most, decimal, decimals
from symkl.tilt.figures import Layout, Point, Tilted, Tilts
from symkl.tilt.selecting import factor, movers

SCHEMA = "symkl-tilt/1"

_FIGURES = ("expected_reward", "kl", "log_partition", "objective")
_OF_SAMPLES = "effective_samples"
_AT_MOST = ("missed_bound", "moved_bound")
_LIMITS = ("missed", "missed_bound", "moved", "moved_bound", "beyond_first_order")
_CHUNK = 20_000


def plain(number: Decimal | Fraction) -> str:
    """An exact number as people write it.

    >>> plain(Decimal("1E+1")), plain(Decimal("0.10")), plain(Decimal("1e-30")), plain(Fraction(1, 3))
    ('10', '0.10', '1E-30', '1/3')
    """
    if isinstance(number, Fraction):
        return str(number)
    return f"{number:f}" if -8 < number.adjusted() < 16 else str(number)


# --- CSV ----------------------------------------------------------------------------------------


def to_csv(tilts: Tilts) -> Iterator[str]:
    """One row a response and temperature; of a sweep, one row a temperature (and prompt: none for the average)."""
    if tilts.frontier:
        yield from _frontier_csv(tilts)
        return
    labels = tilts.table.labels
    yield _csv_line([
        *(("prompt",) if labels is not None else ()), "response", "reward", "reference", "beta", "policy", "log_ratio",
        *names_of_figures(tilts),
    ])  # fmt: skip
    names = _cells(tilts.table.responses)
    prompts = None if labels is None else _cells(labels)
    rewards = list(map(plain, tilts.table.rewards))
    reference = decimals(tilts.reference, tilts.digits)
    heads = [
        f"{f'{prompts[i]},' if prompts else ''}{name},{reward},{mass}"
        for i, (name, reward, mass) in enumerate(zip(names, rewards, reference, strict=True))
    ]
    for tilted in tilts.tilted:
        beta = plain(tilted.point.beta)
        figures = [decimals(getattr(tilted.point, name), tilts.digits) for name in names_of_figures(tilts)]
        tails = tilts.layout.spread(_objects([",".join(each) for each in zip(*figures, strict=True)])).tolist()
        policy = decimals(tilted.policy(slice(None)), tilts.digits)
        ratio = _optional(tilted.log_ratio(slice(None)), tilts.digits)
        lines = zip(heads, policy, ratio, tails, strict=True)
        yield from _chunked(f"{head},{beta},{now},{moved},{tail}\n" for head, now, moved, tail in lines)


def _frontier_csv(tilts: Tilts) -> Iterator[str]:
    names = tilts.layout.names
    yield _csv_line([*(("prompt",) if names is not None else ()), "beta", *names_of_figures(tilts)])
    for point in tilts.frontier:
        beta = plain(point.beta)
        average = ",".join([beta, *averages(tilts, point).values()])
        if names is None:
            yield f"{average}\n"
            continue
        yield f",{average}\n"
        figures = [decimals(getattr(point, name), tilts.digits) for name in names_of_figures(tilts)]
        rows = zip(_cells(names), *figures, strict=True)
        yield from _chunked(f"{prompt},{beta},{','.join(each)}\n" for prompt, *each in rows)


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _cells(names: Sequence[str]) -> list[str]:
    special = re.compile(r'[",\r\n]').search
    return [_csv_line([name])[:-1] if special(name) else name for name in names]


def _optional(balls: NDArray[np.object_], digits: int) -> list[str]:
    """Decimals, empty for what has none."""
    there = np.flatnonzero(balls != None)  # noqa: E711 (elementwise)
    if len(there) == len(balls):
        return decimals(balls, digits)
    out = [""] * len(balls)
    for i, shown in zip(there.tolist(), decimals(balls[there], digits), strict=True):
        out[i] = shown
    return out


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _chunked(lines: Iterator[str]) -> Iterator[str]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == _CHUNK:
            yield "".join(chunk)
            chunk = []
    yield "".join(chunk)


def names_of_figures(tilts: Tilts) -> tuple[str, ...]:
    """What there is of each temperature; of samples, how many they count as, too."""
    return _FIGURES if tilts.table.counts is None else (*_FIGURES, _OF_SAMPLES)


def averages(tilts: Tilts, point: Point) -> dict[str, str]:
    """The figures of one temperature, averaged over the prompts."""
    return {name: decimal(tilts.mean(getattr(point, name)), tilts.digits) for name in names_of_figures(tilts)}


# --- JSON ---------------------------------------------------------------------------------------


def to_json(
    tilts: Tilts, file: str, notes: Sequence[str], points: Sequence[dict[str, Any]] = ()
) -> Iterator[str]:
    """One object. Every number is a string of certified digits, exactly what the table says where it says it.

    ``tilts[i].prompts[j].policy[k]`` belongs to ``prompts[j].responses[k]``.
    """
    digits, layout = tilts.digits, tilts.layout
    head: dict[str, Any] = {
        "schema": SCHEMA, "file": file, "digits": digits, "notes": list(notes),
        "reference": {"expected_reward": earned(tilts)},
    }  # fmt: skip
    if tilts.effective_samples is not None and tilts.table.counts is not None:
        effective = decimal(tilts.mean(tilts.effective_samples), digits)
        head["samples"] = {"drawn": sum(tilts.table.counts), _OF_SAMPLES: effective}
    if points:
        head["points"] = list(points)
    yield json.dumps(head, ensure_ascii=False, indent=2)[:-2] + ',\n  "prompts": '
    reference, rewards = decimals(tilts.reference, digits), list(map(plain, tilts.table.rewards))
    before = decimals(tilts.reference_reward, digits)
    mass, best = decimals(tilts.best.mass, digits), tilts.best
    yield from _array(
        {
            "prompt": layout.names[j] if layout.names is not None else None,
            "expected_reward": before[j],
            "best": {
                "responses": [tilts.table.responses[i] for i in np.flatnonzero(best.rows[rows]) + rows.start],
                "mass": mass[j],
                "gap": plain(gap) if (gap := best.gap(j)) is not None else None, "span": plain(best.span(j)),
            },
            "responses": tilts.table.responses[rows], "reward": rewards[rows], "reference": reference[rows],
        }
        for j, rows in _prompts(layout)
    )  # fmt: skip
    yield ',\n  "tilts": ['
    for i, tilted in enumerate(tilts.tilted):
        yield (",\n    " if i else "\n    ") + json.dumps(_tilt_head(tilted, tilts))[:-1] + ', "prompts": '
        yield from _array(_tilt_prompts(tilted, tilts))
        yield "}"
    yield "]"
    if tilts.frontier:
        yield ',\n  "frontier": ['
        for i, point in enumerate(tilts.frontier):
            now = {"beta": plain(point.beta), **averages(tilts, point)}
            yield (",\n    " if i else "\n    ") + json.dumps(now)[:-1]
            if layout.names is not None:
                yield ', "prompts": '
                figures = [decimals(getattr(point, name), digits) for name in names_of_figures(tilts)]
                yield from _array(
                    {"prompt": prompt, **dict(zip(names_of_figures(tilts), each, strict=True))}
                    for prompt, *each in zip(layout.names, *figures, strict=True)
                )
            yield "}"
        yield "]"
    yield "\n}\n"


def _tilt_head(tilted: Tilted, tilts: Tilts) -> dict[str, Any]:
    return {"beta": plain(tilted.point.beta), **averages(tilts, tilted.point)}


def _tilt_prompts(tilted: Tilted, tilts: Tilts) -> Iterator[dict[str, Any]]:
    digits, names = tilts.digits, tilts.layout.names
    figures = {name: decimals(getattr(tilted.point, name), digits) for name in names_of_figures(tilts)}
    limits = {name: decimals(getattr(tilted.limits, name), digits) for name in _LIMITS}
    for name in _AT_MOST:
        limits[name] = [at_most(ball, digits) for ball in getattr(tilted.limits, name).tolist()]
    policy = decimals(tilted.policy(slice(None)), digits)
    ratio = _nullable(_optional(tilted.log_ratio(slice(None)), digits))
    for j, rows in _prompts(tilts.layout):
        yield {
            "prompt": names[j] if names is not None else None,
            **{name: figures[name][j] for name in names_of_figures(tilts)},
            "limits": {name: limits[name][j] for name in _LIMITS},
            "policy": policy[rows],
            "log_ratio": ratio[rows],
        }


def _nullable(cells: Sequence[str]) -> list[str | None]:
    return [cell or None for cell in cells]


def _prompts(layout: Layout) -> Iterator[tuple[int, slice]]:
    starts = [*layout.starts.tolist(), int(layout.starts[-1] + layout.counts[-1])]
    for j in range(len(layout)):
        yield j, slice(starts[j], starts[j + 1])


def _array(items: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "["
    for i, item in enumerate(items):
        yield (",\n      " if i else "\n      ") + json.dumps(item, ensure_ascii=False)
    yield "]"


# --- tables for documents -----------------------------------------------------------------------


def to_markdown(tilts: Tilts, notes: Sequence[str]) -> Iterator[str]:
    """Pipe tables: the figures of each temperature, then how each response moved."""
    heads = ["β", "E[r]", "KL", "log Z", "J* = β log Z", *_samples(tilts)]
    if tilts.tilted:
        yield _pipes(heads, _figures(tilts, [t.point for t in tilts.tilted]))
        rows = movers(tilts, tilts.tilted)
        head = ["response", "r", "π_ref"]
        for tilted in tilts.tilted:
            head += [f"π*, β = {plain(tilted.point.beta)}", "π*/π_ref"]
        named = tilts.layout.names is not None
        body = [[_markdown(cell) for cell in _names(tilts, i)] + _moves(tilts, i) for i in rows]
        yield "\n" + _pipes((["prompt"] if named else []) + head, body, left=2 if named else 1)
    if tilts.frontier:
        yield "\n" if tilts.tilted else ""
        yield _pipes(heads, _figures(tilts, tilts.frontier))
    for sentence in [*remarks(tilts), *notes]:
        yield f"\n{_markdown(sentence)}\n"


def _pipes(head: Sequence[str], body: Sequence[Sequence[str]], left: int = 0) -> str:
    rule = [":--" if i < left else "--:" for i in range(len(head))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [head, rule, *body])


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", harmless(text))


def to_latex(tilts: Tilts, notes: Sequence[str]) -> Iterator[str]:
    """``booktabs`` tables, which need ``\\usepackage{booktabs}`` alone."""
    yield "% symkl tilt; needs \\usepackage{booktabs}\n"
    for sentence in [*remarks(tilts), *notes]:
        yield f"% {harmless(sentence)}\n"
    figures = [r"$\beta$", r"$\mathrm{E}[r]$", r"$\mathrm{KL}$", r"$\log Z$", r"$J^* = \beta\log Z$"]
    figures += _samples(tilts)
    if tilts.tilted:
        yield _tabular("r" * len(figures), [figures], _figures(tilts, [t.point for t in tilts.tilted]))
        named = tilts.layout.names is not None
        first = (["prompt"] if named else []) + ["response", "$r$", r"$\pi_{\mathrm{ref}}$"]
        above = [""] * len(first)
        rules = ""
        for tilted in tilts.tilted:
            start = len(first) + 1
            first += [r"$\pi^*$", r"$\pi^*/\pi_{\mathrm{ref}}$"]
            above.append(rf"\multicolumn{{2}}{{c}}{{$\beta = {_latex_number(plain(tilted.point.beta))[1:-1]}$}}")
            rules += rf"\cmidrule(lr){{{start}-{start + 1}}}"
        body = [
            [_latex(cell) for cell in _names(tilts, i)] + _moves(tilts, i) for i in movers(tilts, tilts.tilted)
        ]
        shape = ("ll" if named else "l") + "rr" + "rr" * len(tilts.tilted)
        yield "\n" + _tabular(shape, [above, first], body, rules, names=2 if named else 1)
    if tilts.frontier:
        yield "\n" + _tabular("r" * len(figures), [figures], _figures(tilts, tilts.frontier))


def _tabular(
    shape: str, heads: Sequence[Sequence[str]], body: Sequence[Sequence[str]], rules: str = "", names: int = 0
) -> str:
    lines = [rf"\begin{{tabular}}{{{shape}}}", r"\toprule"]
    for i, head in enumerate(heads):
        lines.append(" & ".join(head) + r" \\" + (rules if i == 0 else ""))
    lines.append(r"\midrule")
    lines += [
        " & ".join([*cells[:names], *map(_latex_number, cells[names:])]) + r" \\" for cells in body
    ]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}",
}  # fmt: skip


def _latex(text: str) -> str:
    # Braces keep a name that starts with [ from being read as an argument of the \\ before it.
    text = "".join(_LATEX.get(character, character) for character in harmless(text)).replace('\\textquotedbl{}', "''")
    return f"{{{text}}}" if text[:1] in ("[", "*") else text


def _latex_number(text: str) -> str:
    mantissa, _, exponent = text.upper().partition("E")
    if exponent and re.fullmatch(r"[-+0-9.]+", mantissa):
        return rf"${mantissa} \times 10^{{{int(exponent)}}}$"
    return f"${text}$" if re.fullmatch(r"-?[0-9.]+", text) else text


# --- what both have -----------------------------------------------------------------------------


def _samples(tilts: Tilts) -> list[str]:
    return [] if tilts.table.counts is None else ["samples"]


def _figures(tilts: Tilts, points: Sequence[Point]) -> list[list[str]]:
    return [[plain(point.beta), *averages(tilts, point).values()] for point in points]


def _names(tilts: Tilts, row: int) -> list[str]:
    prompt = [tilts.table.labels[row]] if tilts.table.labels is not None else []
    return [*prompt, tilts.table.responses[row]]


def _moves(tilts: Tilts, row: int) -> list[str]:
    """The reward, π_ref, and at each temperature π* and the factor between them."""
    cells = [plain(tilts.table.rewards[row]), decimal(tilts.reference[row], tilts.digits)]
    for tilted in tilts.tilted:
        with precision(tilts.bits):
            moved = factor(tilted, row)
        cells += [decimal(tilted.policy([row])[0], tilts.digits), "" if moved is None else decimal(moved, tilts.digits)]
    return cells


def earned(tilts: Tilts) -> str:
    """``E_ref[r]``, averaged over the prompts."""
    return decimal(tilts.mean(tilts.reference_reward), tilts.digits)


def remarks(tilts: Tilts) -> list[str]:
    """What a reader of a table must know about it, in sentences."""
    said = [f"E_ref[r] = {earned(tilts)}; every digit shown is certified."]
    if tilts.layout.names is not None and len(tilts.layout) > 1:
        said.append(f"E[r], KL, log Z and J* are averages over {len(tilts.layout):,} prompts, each counted once.")
    if tilts.effective_samples is not None and tilts.table.counts is not None:
        drawn, each = sum(tilts.table.counts), decimal(tilts.mean(tilts.effective_samples), tilts.digits)
        of = " a prompt, on average" if len(tilts.layout) > 1 else ""
        said.append(
            f"The reference is what {drawn:,} samples say of it, which count as {each}{of}; the samples of each "
            "temperature are as how many of π* they count."
        )
    shown = len(movers(tilts, tilts.tilted)) if tilts.tilted else len(tilts.table)
    if shown < len(tilts.table):
        said.append(
            f"The {shown} responses whose probability moved most; {len(tilts.table) - shown:,} others are left out "
            "(--format csv and json have all)."
        )
    return said
