"""``{training} TABLE.csv``: a policy that a click trains, and ``{ways} TABLE.csv``: what other methods do on its table.

The page holds for each training what `symkl tilt --train` says of it, and a table of its path; where scripts run,
``_static/training/`` trains in the page and draws the curves. Every number in it is computed when the site is built.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import jinja2
from docutils import nodes
from docutils.parsers.rst import directives
from flint import arb
from markupsafe import Markup, escape
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl.problems import FiniteProblem, InvalidProblem
from symkl.tilt.columns import Wanted
from symkl.tilt.decimals import decimal
from symkl.tilt.formats import plain
from symkl.tilt.options import SHORT, rate
from symkl.tilt.options import beta as read_beta
from symkl.tilt.table import BadTable, Table, read
from symkl.tilt.training import Run, said, trained

logger = logging.getLogger(__name__)

DIGITS = 30  # of the balls
MOST_STEPS = 2000  # what a page trains in no time
ROWS = 6  # of a path, in the table that is read where nothing moves
FIGURES = ("expected_reward", "true_reward", "kl", "gap")
CSS, JS = ("explorer/explorer.css", "training/training.css"), "training/training.js"


class _Unusable(Exception):
    """Why there is nothing to show."""


# --- trainings ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """A training that a click starts."""

    name: str
    beta: str
    rate: str
    steps: int
    said: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kl: float
    coldest: float

    @property
    def start(self) -> dict[str, Any]:
        """What training.js needs."""
        return {
            "beta": float(Fraction(self.beta)), "rate": float(Fraction(self.rate)), "steps": self.steps,
            "kl": self.kl, "coldest": self.coldest,
        }  # fmt: skip


def preset(table: Table, line: str) -> Preset:
    r"""The training of a line: name, β, rate and steps.

    >>> table = read(b"response,reward,logit\na,1,0\nb,0,0\n")
    >>> preset(table, "Short | 1 | 0.5 | 3").rows[0]
    ('0', '0.50000', '0.50000', '0', '0.12011')
    """
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != 4:
        raise _Unusable(f"found {line!r}, expected NAME | β | RATE | STEPS")
    name, beta, size, steps = cells
    if not steps.isdecimal() or not 1 <= int(steps) <= MOST_STEPS:
        raise _Unusable(f"{name}: found {steps!r} steps, expected a whole number from 1 to {MOST_STEPS}")
    try:
        run = trained(table, [read_beta(beta)], rate(size), int(steps), "gradient", SHORT)[0]
    except InvalidProblem as wrong:
        raise _Unusable(f"{name}: {wrong}") from None
    except Exception as error:
        raise _Unusable(f"{name}: {error}") from None
    training = run.training
    return Preset(
        name, beta, size, int(steps), tuple(said(run, SHORT)), _rows(run, int(steps)),
        float(training.optimum.kl), float(training.coldest_kl),
    )  # fmt: skip


def _rows(run: Run, steps: int) -> tuple[tuple[str, ...], ...]:
    places = sorted({round(i * steps / (ROWS - 1)) for i in range(ROWS)})
    return tuple((str(i), *(_shown(run.path(name)[i]) for name in FIGURES)) for i in places)


def _shown(number: float) -> str:
    return decimal(arb(number, abs(number) * 1e-11), SHORT)


# --- other ways -----------------------------------------------------------------------------------


def ways(table: Table, beta: Decimal | Fraction, draws: Sequence[int]) -> list[tuple[str, ...]]:
    r"""What each way earns of both rewards, and its KL: certified.

    >>> table = read(b"response,reward,logit\na,1,0\nb,0,0\n")
    >>> [row[:2] for row in ways(table, Decimal(1), [2])][:3]
    [('π_ref', '0.50000'), ('best of 2', '0.75000'), ('GRPO, β = 1: π* at βs = 0.50000', '0.88080')]
    """
    problem = _problem(table, beta).balls(DIGITS)
    reference = list(problem.reference)
    rows = [("π_ref", reference)]
    rows += [(f"best of {n}", best_of(n, reference, list(table.rewards))) for n in draws]
    deviation = problem.variance(reference).sqrt()
    tempered = _problem(table, beta).at(_middle(deviation * _ball(beta))).balls(DIGITS)
    named = f"GRPO, β = {plain(beta)}: π* at βs = {decimal(deviation * _ball(beta), SHORT)}"
    rows.append((named, list(tempered.policy())))
    rows.append((f"π*, β = {plain(beta)}", list(problem.policy())))
    wanted = list(table.true_rewards or table.rewards)
    return [
        (name, *(decimal(each, SHORT) for each in (_mean(pi, table.rewards), _mean(pi, wanted), _kl(pi, reference))))
        for name, pi in rows
    ]


def best_of(draws: int, reference: Sequence[arb], rewards: Sequence[Decimal]) -> list[arb]:
    """The law of the best of so many draws: of a level of reward ``G^n - F^n``, in it as the reference has it."""
    out = []
    for p, reward in zip(reference, rewards, strict=True):
        below = sum((q for q, other in zip(reference, rewards, strict=True) if other < reward), arb(0))
        level = sum((q for q, other in zip(reference, rewards, strict=True) if other == reward), arb(0))
        # (G^n - F^n)/(G - F) without the division.
        sums = sum(((below + level) ** k * below ** (draws - 1 - k) for k in range(draws)), arb(0))
        out.append(p * sums)
    return out


def _problem(table: Table, beta: Decimal | Fraction) -> FiniteProblem:
    if table.logits:
        return FiniteProblem.from_logits(list(table.reference), list(table.rewards), beta)
    return FiniteProblem([Fraction(each) for each in table.reference], list(table.rewards), beta)


def _ball(number: Decimal | Fraction) -> arb:
    exact = Fraction(number)
    return arb(exact.numerator) / exact.denominator


def _middle(ball: arb) -> str:
    return str(ball.mid().str(DIGITS, radius=False))


def _mean(policy: Sequence[arb], values: Sequence[Decimal]) -> arb:
    return sum((p * _ball(value) for p, value in zip(policy, values, strict=True)), arb(0))


def _kl(policy: Sequence[arb], reference: Sequence[arb]) -> arb:
    if all(p.overlaps(q) for p, q in zip(policy, reference, strict=True)):
        return arb(0)
    return sum((p * (p / q).log() for p, q in zip(policy, reference, strict=True)), arb(0))


# --- Sphinx ---------------------------------------------------------------------------------------


class training(nodes.General, nodes.Element):
    """The trainings; its children are what is read where there is no page."""


class _OnATable(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """What is shown, or a located warning."""
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        try:
            return self.shown(_table(Path(path)))
        except _Unusable as problem:
            logger.warning("training: %s", problem, location=self.get_location(), type="symkl", subtype="training")
            self.env.note_reread()
            return []

    def shown(self, table: Table) -> list[nodes.Node]:
        """The nodes."""
        raise NotImplementedError


class TrainingDirective(_OnATable):
    """``{training} TABLE.csv``, with a line ``NAME | β | RATE | STEPS`` for every training."""

    has_content = True

    def shown(self, table: Table) -> list[nodes.Node]:
        """The trainings, the first of which is shown first."""
        presets = [preset(table, line) for line in self.content if line.strip()]
        if not presets:
            raise _Unusable("found no training, expected a line NAME | β | RATE | STEPS for each")
        start = {
            "logits": _logits(table), "rewards": [float(each) for each in table.rewards],
            "wanted": [float(each) for each in table.true_rewards or table.rewards],
            "presets": [each.start for each in presets],
        }  # fmt: skip
        node = training("", *(_for_paper(each) for each in presets))
        node["presets"], node["start"] = presets, json.dumps(start)
        node["serial"] = self.env.new_serialno("training") + 1
        self.set_source_info(node)
        return [node]


class WaysDirective(_OnATable):
    """``{ways} TABLE.csv`` with ``:beta:`` and ``:draws:``: what other methods reach on the table."""

    option_spec: ClassVar[dict[str, Any]] = {"beta": directives.unchanged, "draws": directives.positive_int_list}

    def shown(self, table: Table) -> list[nodes.Node]:
        """A table."""
        rows = ways(table, read_beta(self.options.get("beta", "1")), self.options.get("draws", [4, 16, 64]))
        return [_as_table(("way", "E[r], trained on", "E[r], wanted", "KL"), rows, (40, 20, 20, 20))]


def _table(path: Path) -> Table:
    try:
        table = read(path.read_bytes(), wanted=Wanted(training=True))
    except OSError as error:
        raise _Unusable(f"{path.name}: {(error.strerror or str(error)).lower()}") from None
    except BadTable as bad:
        raise _Unusable("; ".join(f"{path.name}:{each.line}: {each.message}" for each in bad.complaints[:5])) from None
    if table.labels is not None:
        raise _Unusable(f"{path.name}: found a column 'prompt'; one prompt is shown: keep its rows, drop the column")
    if min(_logits(table)) == -math.inf or table.mass is not None:
        raise _Unusable(f"{path.name}: found a response without mass; every response of a page needs some")
    return table


def _logits(table: Table) -> list[float]:
    if table.logits:
        return [float(each) for each in table.reference]
    return [math.log(each) if each else -math.inf for each in map(float, table.reference)]


def _for_paper(shows: Preset) -> nodes.container:
    head = nodes.paragraph("", f"{shows.name}: β = {shows.beta}, {shows.steps} steps of rate {shows.rate}.")
    told = [_paragraph(sentence) for sentence in shows.said]
    heads = ("step", "E[r], trained on", "E[r], wanted", "KL", "J* − J")
    return nodes.container("", head, *told, _as_table(heads, shows.rows, (20,) * 5))


def _as_table(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> nodes.table:
    group = nodes.tgroup("", cols=len(head))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", _line(head))
    group += nodes.tbody("", *map(_line, rows))
    return nodes.table("", group)


def _line(cells: Sequence[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", _paragraph(cell)) for cell in cells))


def _paragraph(text: str) -> nodes.paragraph:
    """A sentence as Sphinx has it, with its subscripts and its minus signs."""
    first, *others = _with_minus(text).split("π_ref")
    parts: list[nodes.Node] = [nodes.Text(first)]
    for each in others:
        parts += [nodes.Text("π"), nodes.subscript("", "ref"), nodes.Text(each)]
    return nodes.paragraph("", "", *parts)


def _typeset(text: str) -> Markup:
    """The same in HTML."""
    return escape(_with_minus(text)).replace("π_ref", Markup("π<sub>ref</sub>"))


def _with_minus(text: str) -> str:
    return re.sub(r"(?<![\w.])-(?=[0-9])", "−", text)


_JINJA = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
_JINJA.filters["typeset"] = _typeset
_TEMPLATE = _JINJA.from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))


def _visit_html(translator: Any, node: training) -> None:
    shown = _TEMPLATE.render(id=f"training-{node['serial']}", presets=node["presets"], start=node["start"])
    translator.body.append(shown)
    raise nodes.SkipNode


def _pass(translator: Any, node: training) -> None:
    """The children speak for themselves."""


def _add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Scripts and styles for the pages that have a training, and for no other."""
    if doctree is not None and any(True for _ in doctree.findall(training)):
        for name in CSS:
            app.add_css_file(name)
        app.add_js_file(JS, type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, the node for every builder, and its files."""
    ignored = (_pass, _pass)
    app.add_node(
        training, html=(_visit_html, _pass), latex=ignored, text=ignored, man=ignored, texinfo=ignored,
        override=False,
    )  # fmt: skip
    app.add_directive("training", TrainingDirective)
    app.add_directive("ways", WaysDirective)
    app.connect("html-page-context", _add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
