"""``{explorer} TABLE.csv``: a table of responses, its optimal policy and its frontier, to be moved by the reader.

The page holds the complete picture for one temperature, of certified numbers, and shows it without
JavaScript; where scripts run, ``_static/explorer/`` makes it move. Every other builder gets a table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
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

from symkl.problems import FiniteProblem
from symkl.tilt.decimals import decimal
from symkl.tilt.options import SHORT
from symkl.tilt.options import beta as read_beta
from symkl.tilt.table import BadTable, Table, read

logger = logging.getLogger(__name__)

DIGITS = 30  # of the balls: far more than are shown
POINTS = 160  # of the frontier
MOST_ROWS = 200  # what can be edited in a page; table.js has the same limit
WIDEST_LOGITS = 1_000_000  # apart: certified figures of e^-1000000 take a million bits, and a second
LOWEST, HIGHEST = Decimal("1e-6"), Decimal("1e6")  # temperatures, as in table.js
FILES = {"js": "explorer/explorer.js", "css": "explorer/explorer.css"}

Place = tuple[float, float]


# --- what the picture shows -----------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One response: what was given, and its certified figures as they are shown."""

    name: str
    reward: str
    mass: str
    reference: str
    policy: str
    ratio: str
    reference_width: str
    policy_width: str


@dataclass(frozen=True)
class Frontier:
    """Where the parts of the drawing lie, in its own units; ``tangent`` is ``None`` where all is one point."""

    left: float
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    path: str
    hot: Place
    cold: Place
    moving: Place
    tangent: tuple[float, float, float, float] | None

    @property
    def width(self) -> float:
        """Of the box."""
        return round(RIGHT - self.left, 2)

    @property
    def label(self) -> float:
        """Where the labels of the axis on the left end."""
        return round(self.left - 7, 2)

    @property
    def aside(self) -> tuple[int, int, str]:
        """Where the label of the point has room: its distances from it, and which end of it is near."""
        below = 4 if self.moving[1] > LOW else 20
        return (-10, below, "end") if self.moving[0] > WIDEST else (10, below, "start")

    @property
    def crowded(self) -> bool:
        """Whether the label of the point takes the place of that of the curve's beginning."""
        return self.moving[1] > LOW and self.moving[0] < self.left + 90


@dataclass(frozen=True)
class Picture:
    """All that a page shows before anything moves."""

    beta: str
    kind: str
    figures: dict[str, str]
    rows: tuple[Row, ...]
    frontier: Frontier
    start: str

    @property
    def log_beta(self) -> str:
        """Where the slider stands."""
        return f"{math.log10(float(self.beta)):.2f}"


def picture(table: Table, beta: Decimal) -> Picture:
    r"""The figures of a table at a temperature, certified, and the drawing of its frontier.

    >>> shown = picture(read(b"response,reward,probability\nyes,1,0.5\nno,0,0.5\n"), Decimal(1))
    >>> shown.figures["reward"], shown.rows[0].policy, shown.rows[0].ratio
    ('0.73106', '0.73106', '1.4621')
    """
    problem = _problem(table, beta)
    balls = problem.balls(DIGITS)
    reference, policy = list(balls.reference), list(balls.policy())
    support = [bool(each) for each in problem.support]
    rewards = list(table.rewards)
    among = [reward for reward, has_mass in zip(rewards, support, strict=True) if has_mass]
    tied = len(set(among)) == 1
    best = [has_mass and reward == max(among) for reward, has_mass in zip(rewards, support, strict=True)]
    figures = {
        "reward": shown(balls.expected_reward()),
        # Of equal rewards the divergence is 0, which a ball around 0 does not say.
        "kl": "0" if tied else shown(balls.kl()),
        "log_partition": shown(balls.log_partition()),
        "objective": shown(balls.objective()),
        "top": shown(arb(1) if tied else sum((mass for mass, has in zip(policy, best, strict=True) if has), arb(0))),
    }
    rows = tuple(
        Row(
            name, plain(reward), plain(mass), shown(p) if has_mass else "0", shown(q) if has_mass else "0",
            ratio(p, q, tied) if has_mass else "–", _percent(p), _percent(q),
        )
        for name, reward, mass, p, q, has_mass in zip(
            table.responses, rewards, table.reference, reference, policy, support, strict=True
        )
    )  # fmt: skip
    start = json.dumps(
        {
            "kind": _kind(table),
            "beta": float(beta),
            "rows": [
                {"name": row, "reward": float(reward), "mass": float(mass)}
                for row, reward, mass in zip(table.responses, rewards, table.reference, strict=True)
            ],
        },
        ensure_ascii=False,
    )
    return Picture(_written(beta), _kind(table), figures, rows, _frontier(problem, rewards, best), start)


def shown(ball: arb) -> str:
    """A ball as the page shows it: each digit certain, a power of ten as one.

    >>> shown(arb("-2.89791e-7")), shown(arb("7.61042"))
    ('−2.8979×10⁻⁷', '7.6104')
    """
    return _set(decimal(ball, SHORT))


def ratio(p: arb, q: arb, tied: bool) -> str:
    """``π*/π_ref``, where the reference has mass; exactly 1 where all rewards are equal."""
    return shown(arb(1) if tied else q / p)


def plain(number: Decimal) -> str:
    """A number of the table, as short as it is.

    >>> plain(Decimal("-6.0")), plain(Decimal("1e-7"))
    ('−6', '1×10⁻⁷')
    """
    return _set(_written(number))


def _written(number: Decimal) -> str:
    """As JavaScript writes it, so that nothing changes when the script starts."""
    shortest = Decimal(repr(float(number)))
    if not shortest or -7 < shortest.adjusted() < 21:
        text = f"{shortest:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{shortest.normalize():e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _set(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) if exponent else ""
    return mantissa.replace("-", "−") + (f"×10{raised}" if raised else "")


def _percent(ball: arb) -> str:
    return f"{100 * float(ball):.3f}"


def _kind(table: Table) -> str:
    return "logit" if table.logits else "probability"


def _problem(table: Table, beta: Decimal) -> FiniteProblem:
    if table.logits:
        return FiniteProblem.from_logits(list(table.reference), list(table.rewards), beta)
    total = sum(table.reference, Decimal(0))
    masses = [mass if total == 1 else Fraction(mass) / Fraction(total) for mass in table.reference]
    return FiniteProblem(masses, list(table.rewards), beta)


# --- the drawing ----------------------------------------------------------------------------------

RIGHT, TOP, BOTTOM = 370, 24, 256  # of the box; picture.js draws the same
WIDEST = 270  # right of it the label of the point stands on its left
LOW = 222  # below it the label of the point stands beside it
HALF = 70  # of the tangent
PER_CHARACTER = 6.7  # of a label
ACROSS, UP, FOOT = 1 / 1.06, 0.92, 0.04  # shares of the box: of the curve, and below it
SMALLEST = 1e-300  # a divergence that can be drawn


def _frontier(problem: FiniteProblem, rewards: Sequence[Decimal], best: Sequence[bool]) -> Frontier:
    """The curve from β = ∞ to β = 0 with both ends, and the point where we are. Floats are enough to draw by."""
    reference = [float(p) for p in problem.reference]
    # As a ball: it may be below the range of floats.
    masses = problem.balls(DIGITS).reference
    cold_mass = sum((p for p, is_best in zip(masses, best, strict=True) if is_best), arb(0))
    among = [float(reward) for reward, p in zip(rewards, problem.support, strict=True) if p]
    span = max(among) - min(among)
    hot = (0.0, math.fsum(p * float(reward) for p, reward in zip(reference, rewards, strict=True)))
    cold = (float(-cold_mass.log()) if span else 0.0, max(among))
    points = [hot, cold]
    if span:
        high, low = math.log10(span) + 3, math.log10(span) - 3 - math.log10(max(1.0, cold[0]))
        betas = [10 ** (high + (low - high) * i / (POINTS - 1)) for i in range(POINTS)]
        points[1:1] = [(float(each.kl), float(each.expected_reward)) for each in problem.frontier(betas)]
    wide = cold[0] if cold[0] > SMALLEST else 1.0
    one_point = not (cold[0] > SMALLEST and cold[1] > hot[1])  # to a float at least
    room = max(1.0, abs(hot[1]) / 1000)  # around one point: adding 1 to 1e90 gives none
    low, high = (hot[1] - room, hot[1] + room) if one_point else (hot[1], cold[1])
    up = _ticks(low, high)
    left = round(16 + PER_CHARACTER * max((len(label) for _, label in up), default=0), 2)

    def x(kl: float) -> float:
        return left + kl / wide * ACROSS * (RIGHT - left)

    def y(reward: float) -> float:
        return BOTTOM - (FOOT + UP * ((reward - low) / (high - low))) * (BOTTOM - TOP)

    def place(point: Place) -> Place:
        return round(x(point[0]), 2), round(y(point[1]), 2)

    here = (float(problem.kl()), float(problem.expected_reward()))
    # Differences of places would not do: where numbers are large, 0 and 1 lie in the same one.
    slope = -float(problem.beta) * (UP * (BOTTOM - TOP)) / (ACROSS * (RIGHT - left)) * (wide / (high - low))
    run = HALF / math.hypot(1, slope)
    across, along = place(here)
    tangent = tuple(round(each, 2) for each in (across - run, along - run * slope, across + run, along + run * slope))
    path = "M" + "L".join(f"{across:.2f} {along:.2f}" for across, along in map(place, points))
    return Frontier(
        left, tuple((round(x(kl), 2), label) for kl, label in _ticks(0.0, wide)),
        tuple((round(y(reward), 2), label) for reward, label in up),
        path, place(hot), place(cold), place(here), None if one_point else tangent,  # type: ignore[arg-type]
    )  # fmt: skip


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers between two, four to eight of them, with their labels.

    >>> [label for _, label in _ticks(-0.3, 2.1)]
    ['0.0', '0.5', '1.0', '1.5', '2.0']
    """
    rough = (high - low) / 5
    power = math.floor(math.log10(rough))
    factor = next(factor for factor in (1, 2, 5, 10) if factor * 10.0**power >= rough * (1 - 1e-9))
    step, places = factor * 10.0**power, max(0, -power - (factor == 10))
    values = [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    usual = places <= 4 and max(abs(low), abs(high)) < 1e6
    return [
        (value, f"{value:.{places}f}".replace("-", "−") if usual else plain(Decimal(f"{value:.6g}")))
        for value in values
    ]


# --- Sphinx ---------------------------------------------------------------------------------------


class explorer(nodes.General, nodes.Element):
    """The explorer; its child is the table that is read where nothing can move."""


class ExplorerDirective(SphinxDirective):
    """``{explorer} TABLE.csv`` with ``:beta:``, the temperature of the first picture."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"beta": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """The picture, or a located warning."""
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        try:
            beta = _temperature(self.options.get("beta", "1"))
            table = _table(Path(path))
        except _Unusable as problem:
            logger.warning("explorer: %s", problem, location=self.get_location(), type="symkl", subtype="explorer")
            self.env.note_reread()  # what is wrong stays wrong in the next build
            return []
        shows = picture(table, beta)
        node = explorer("", _for_paper(shows), picture=shows, serial=self.env.new_serialno("explorer") + 1)
        self.set_source_info(node)
        return [node]


class _Unusable(Exception):
    """Why there is nothing to show."""


def _temperature(text: str) -> Decimal:
    try:
        beta = read_beta(text)
    except Exception as error:
        raise _Unusable(f":beta: {error}") from None
    if not LOWEST <= beta <= HIGHEST:
        raise _Unusable(f":beta: found {text}, expected a temperature from {LOWEST} to {HIGHEST:f}")
    return beta


def _table(path: Path) -> Table:
    try:
        table = read(path.read_bytes())
    except OSError as error:
        raise _Unusable(f"{path.name}: {(error.strerror or str(error)).lower()}") from None
    except BadTable as bad:
        raise _Unusable("; ".join(f"{path.name}:{each.line}: {each.message}" for each in bad.complaints[:5])) from None
    if table.labels is not None:
        raise _Unusable(f"{path.name}: found a column 'prompt'; one prompt is shown: keep its rows, drop the column")
    if len(table) > MOST_ROWS:
        raise _Unusable(f"{path.name}: found {len(table)} rows, expected at most {MOST_ROWS}")
    if table.logits and max(table.reference) - min(table.reference) > WIDEST_LOGITS:
        raise _Unusable(f"{path.name}: found logits further apart than {WIDEST_LOGITS}; scale them, or leave rows out")
    return table


def _for_paper(shows: Picture) -> nodes.container:
    """The same numbers as a table, for builders without pictures."""
    figures = shows.figures
    line = (
        f"β = {shows.beta}: E[r] = {figures['reward']}, KL(π*‖π_ref) = {figures['kl']}, "
        f"log Z = {figures['log_partition']}, β log Z = {figures['objective']}, P(top) = {figures['top']}."
    )
    head = ("response", "reward r", shows.kind, "π_ref", "π*", "π*/π_ref")
    body = [(row.name, row.reward, row.mass, row.reference, row.policy, row.ratio) for row in shows.rows]
    group = nodes.tgroup("", cols=len(head))
    group += [nodes.colspec(colwidth=width) for width in (20, 10, 14, 14, 14, 14)]
    group += nodes.thead("", _line(head))
    group += nodes.tbody("", *map(_line, body))
    return nodes.container("", nodes.paragraph("", line), nodes.table("", group))


def _line(cells: Iterable[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))


def _breakable(text: str) -> Markup:
    """A number that may be broken before its power of ten."""
    return escape(text).replace("×", Markup("<wbr>×"))


_JINJA = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
_JINJA.filters["breakable"] = _breakable
_TEMPLATE = _JINJA.from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))


def _visit_html(translator: Any, node: explorer) -> None:
    shows: Picture = node["picture"]
    translator.body.append(_TEMPLATE.render(id=f"explorer-{node['serial']}", shows=shows))
    raise nodes.SkipNode


def _pass(translator: Any, node: explorer) -> None:
    """The child speaks for itself."""


def _add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Scripts and styles for the pages that have an explorer, and for no other."""
    if doctree is not None and any(True for _ in doctree.findall(explorer)):
        app.add_css_file(FILES["css"])
        app.add_js_file(FILES["js"], type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, its node for every builder, and its files."""
    ignored = (_pass, _pass)
    app.add_node(
        explorer, html=(_visit_html, _pass), latex=ignored, text=ignored, man=ignored, texinfo=ignored,
        override=False,
    )  # fmt: skip
    app.add_directive("explorer", ExplorerDirective)
    app.connect("html-page-context", _add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
