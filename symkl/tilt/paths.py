"""Policies in training -> CSV, JSON, and what a terminal shows. The path is in floats, its ends are certified."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symkl.reporting.styled import Text
from symkl.reporting.terminal import Look
from symkl.tilt.formats import plain
from symkl.tilt.terminal import Column, paragraph, table_of
from symkl.tilt.training import ENDS, FIGURES, Run, averaged, said

SCHEMA = "symkl-training/1"

_SHOWN = 12  # policies of a path that a terminal shows
_HEADS = {"expected_reward": "E[r]", "true_reward": "E[true]", "kl": "KL", "objective": "J", "gap": "J* - J"}


def to_csv(runs: Sequence[Run]) -> Iterator[str]:
    """One row a temperature and step; of several prompts one row a prompt, too, after the average, which has none."""
    names = runs[0].prompts
    yield _line(["beta", "rate", *(("prompt",) if names is not None else ()), "step", *FIGURES])
    for run in runs:
        head = [plain(run.beta), plain(run.rate)]
        average = [run.path(name).tolist() for name in FIGURES]
        each = [np.atleast_2d(getattr(run.training, name).T).tolist() for name in FIGURES]
        for step in run.training.steps.tolist():
            numbers = [repr(row[step]) for row in average]
            yield _line([*head, *(("",) if names is not None else ()), str(step), *numbers])
            for i, prompt in enumerate(names or ()):
                yield _line([*head, prompt, str(step), *(repr(rows[i][step]) for rows in each)])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def to_json(runs: Sequence[Run], file: str, notes: Sequence[str], digits: int) -> Iterator[str]:
    """One object: the path as numbers, the ends as strings of certified digits, averaged over the prompts."""
    shown: dict[str, Any] = {"schema": SCHEMA, "file": file, "digits": digits, "notes": list(notes), "runs": []}
    for run in runs:
        training = run.training
        shown["runs"].append({
            "beta": plain(run.beta), "rate": plain(run.rate), "method": training.method,
            "stable_rate": _finite(float(np.min(training.stable_rate))),
            "start": {name: averaged(getattr(training.start, name), digits) for name in ENDS},
            "optimum": {name: averaged(getattr(training.optimum, name), digits) for name in ENDS},
            "coldest": {
                "true_reward": averaged(training.coldest_true_reward, digits),
                "kl": averaged(training.coldest_kl, digits),
            },
            "largest_kl": averaged(training.largest_kl, digits),
            "said": said(run, min(digits, 5)),
            "path": {"step": training.steps.tolist(), **{name: run.path(name).tolist() for name in FIGURES}},
            "prompts": [
                {"prompt": prompt, **{name: getattr(training, name)[:, i].tolist() for name in FIGURES}}
                for i, prompt in enumerate(run.prompts or ())
            ],
        })  # fmt: skip
    yield json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def render(runs: Sequence[Run], file: str, notes: Sequence[str], look: Look, digits: int) -> Iterator[Text]:
    """The lines of the whole report."""
    first = runs[0]
    steps = len(first.training.steps) - 1
    yield from paragraph(
        f"{file}: trained from π_ref, {steps:,} {'step' if steps == 1 else 'steps'} of rate {plain(first.rate)} "
        f"({first.training.method})", look, indent=0, style="bold",
    )  # fmt: skip
    for note in notes:
        yield from paragraph(f"note: {note}", look, indent=2)
    for run in runs:
        yield Text()
        yield from paragraph(f"β = {plain(run.beta)}", look, indent=2, style="bold")
        places = sorted({round(i * steps / (_SHOWN - 1)) for i in range(_SHOWN)})
        columns = [Column("step", list(map(str, places)), "dim")]
        for name, head in _HEADS.items():
            columns.append(Column(head, [f"{run.path(name)[i]:#.{digits}g}" for i in places]))
        ends = run.training.optimum
        last = ["π*", *(averaged(getattr(ends, name), digits) for name in ENDS), "0"]
        for column, value in zip(columns, last, strict=True):
            column.cells.append(value)
        yield from table_of(columns, look, indent=4)
        for sentence in said(run, digits):
            yield from paragraph(sentence, look, indent=4, style="", hang=2)
    yield Text()
    told = "The path is in floats; π* and the ends that the sentences name are certified."
    yield from paragraph(told, look, indent=2)
