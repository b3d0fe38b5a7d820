r"""The planted errors: each a slip seen in public derivations, in a proof that is right without it.

``PLANTED`` is data. A row is named by its number in the report of the proof. ``old`` is the text
that the slip replaces, inside that row; ``new`` is what stands there afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "proofs"

PROOFS: dict[str, Path] = {
    "corrected": DOCS / "note-on-ppo-corrected.md",
    "lagrangian": DOCS / "lagrangian.md",
    "dpo": DOCS / "dpo.md",
    "estimators": DOCS / "estimators.md",
    **{path.stem: path for path in sorted((HERE / "proofs").glob("*.md"))},
}


@dataclass(frozen=True)
class Planted:
    """One error. ``named``: the slip's name in the suggestion that gives the original back.

    ``named`` is None where no small edit of the row can be expected to find the way back.
    ``as_``: what may stand for ``new`` afterwards, where that is as good as ``old``.
    """

    proof: str
    row: int
    slip: str
    old: str
    new: str
    named: str | None
    as_: str | None = None

    @property
    def name(self) -> str:
        """What the test is called."""
        return re.sub(
            r"\W+",
            "-",
            f"{self.proof} {self.row} {self.slip}: {self.old[:16]} {self.new[-40:]}".replace("- ", "minus "),
        ).strip("-")


SIGN_Z = "sign of log Z"
NO_BETA = "no beta on log Z"
LOST_Z = "log Z dropped"
RATIO = "KL ratio inverted"
SWAPPED = "KL arguments swapped"
SIGN_KL = "sign of KL in a loss or a maximum"
SENSE = "minimiser for maximiser"
BETA = "beta inverted"
WRONG_TERM = "beta on the wrong term"
FORGOTTEN = "forgotten -beta"
LIMITS = "limits swapped"
LAMBDA = "sign of lambda"
PAIR = "y_w and y_l swapped"
QUOTIENT = "log(1/(1+e)) written as 1/log(1+e)"
PARENTHESIS = "a parenthesis closed too early"
INDEX = "sum over the wrong index"
NO_SUM = "sum dropped"
NO_EX = "E_x dropped"
SAMPLER = "E under the wrong policy"
PROPTO = "proportional to where + constant is meant"
Z_OF_Y = "Z treated as depending on y"
TWICE = "Z divided out twice"
ONE_SAMPLE = "one-sample estimator equated with the functional"
K3 = "k3 with the ratio inverted"
GRADIENT = "grad E[k2] for E[grad k2]"
JENSEN = "Jensen the wrong way round"
SIGN = "a sign"
HALF = "a factor of two"
LIVE = "a ratio detached or live"
LOST = "the sampler's gradient lost"
RATIOS = "a mean of ratios for a ratio of means"
SMALLER = "min for max"

_REF = r"\pi_{\text{ref}}"
_RATIO = r"\frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)}"
_TURNED = r"\frac{\pi_{\text{ref}}(y \mid x)}{\pi_\theta(y \mid x)}"
_BARE = r"\frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)}"
_BARE_TURNED = r"\frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)}"
_UP = r"\exp(r(x, y) / \beta)"


_Row = tuple[int, str, str, str, str | None] | tuple[int, str, str, str, str | None, str]


def _all(proof: str, *rows: _Row) -> tuple[Planted, ...]:
    return tuple(Planted(proof, *row) for row in rows)


PLANTED: tuple[Planted, ...] = (
    *_all(
        "corrected",
        (2, SIGN, r"- \beta \log \pi(Y", r"+ \beta \log \pi(Y", SIGN),
        (2, SIGN, r"+ \beta \log \pi_", r"- \beta \log \pi_", SIGN),
        (2, WRONG_TERM, r"- \beta \log \pi(Y", r"- \log \pi(Y", WRONG_TERM),
        (2, SENSE, r"\max_", r"\min_", SENSE),
        (3, BETA, r"r(x, y) / \beta", r"\beta r(x, y)", BETA),
        (3, WRONG_TERM, r"r(x, y) / \beta", "r(x, y)", WRONG_TERM),
        (3, INDEX, r"\sum_{y} \pi", r"\sum_{x} \pi", INDEX),
        (3, SIGN, r"+ \log \pi_", r"- \log \pi_", SIGN),
        (4, SIGN, r"- \log \pi(y", r"+ \log \pi(y", SIGN),
        (4, SAMPLER, r"\pi(y \mid x) \left", r"\pi_{\text{ref}}(y \mid x) \left", SAMPLER),
        (4, SENSE, r"\max_", r"\min_", SENSE),
        (6, BETA, _UP, r"\exp(\beta r(x, y))", BETA),
        (6, SIGN, _UP, r"\exp(-r(x, y) / \beta)", SIGN),
        (6, TWICE, "{z(x)}", "{z(x)^2}", TWICE),
        (7, SIGN_KL, r"- \beta D", r"\beta D", SIGN_KL),
        (7, SENSE, r"\max_", r"\min_", SENSE),
        (7, "another reference", r"\| \pi^*(", rf"\| {_REF}(", "another distribution"),
        (8, JENSEN, r"\ge", r"\le", JENSEN),
        (9, SIGN_KL, r"- \beta D", r"+ \beta D", SIGN_KL),
        (9, SENSE, r"\max", r"\min", SENSE),
        (9, BETA, r"- \beta D_", r"- \frac{1}{\beta} D_", BETA),
        (9, WRONG_TERM, r"- \beta D_", "- D_", WRONG_TERM),
        (
            9,
            SWAPPED,
            r"(\pi( \cdot \mid X) \| \pi_{\text{ref}}( \cdot \mid X))",
            r"(\pi_{\text{ref}}( \cdot \mid X) \| \pi( \cdot \mid X))",
            SWAPPED,
        ),
    ),
    *_all(
        "lagrangian",
        (3, FORGOTTEN, r" - \beta - \lambda", r" - \lambda", FORGOTTEN, r" - \lambda - \beta"),
        (3, FORGOTTEN, r" - \beta - \lambda", r" + \beta - \lambda", SIGN),
        (3, LAMBDA, r"- \lambda", r"+ \lambda", LAMBDA),
        (3, SIGN, r"- \beta \log", r"+ \beta \log", SIGN),
        (3, RATIO, _BARE, _BARE_TURNED, RATIO),
        (3, WRONG_TERM, r"- \beta \log", r"- \log", WRONG_TERM),
        (3, WRONG_TERM, r"r(x, y) -", r"\frac{r(x, y)}{\beta} -", WRONG_TERM),
        (5, BETA, r"\frac{r(x, y)}{\beta}", r"\beta r(x, y)", BETA),
        (5, LAMBDA, r"- \frac{\lambda}", r"\frac{\lambda}", LAMBDA),
        (5, FORGOTTEN, r"{\beta} - 1", r"{\beta}", FORGOTTEN),
        (7, LAMBDA, r"+ \frac{\lambda}", r"- \frac{\lambda}", LAMBDA),
        (7, BETA, r"\frac{\lambda}{\beta}", r"\beta \lambda", BETA),
        (8, FORGOTTEN, r" - \beta,", ",", FORGOTTEN),
        (8, SIGN_Z, r"= \beta \log", r"= - \beta \log", SIGN_Z),
        (8, NO_BETA, r"= \beta \log", r"= \log", NO_BETA),
        (9, BETA, r"\frac{r(x, y)}{\beta}", r"\beta r(x, y)", BETA),
        (9, TWICE, r"\frac{1}{Z(x)}", r"\frac{1}{Z(x)^2}", TWICE),
        (10, SIGN, r"= \pi^*(y", r"= 1 - \pi^*(y", None),
        (11, SIGN, r"< 0", r"> 0", "a relation the wrong way round"),
        (12, SENSE, r"\max", r"\min", SENSE),
    ),
    *_all(
        "dpo",
        (2, RATIO, _BARE, _BARE_TURNED, RATIO),
        (2, SIGN, r"- \beta \log", r"+ \beta \log", SIGN),
        (3, SENSE, r"\min", r"\max", SENSE),
        (3, BETA, r"\frac{1}{\beta} r", r"\beta r", BETA),
        (3, SIGN, r"- \frac{1}{\beta} r", r"+ \frac{1}{\beta} r", SIGN),
        (3, RATIO, _BARE, _BARE_TURNED, RATIO),
        (4, BETA, r"\frac{1}{\beta} r", r"\beta r", BETA),
        (4, SENSE, r"\min", r"\max", SENSE),
        (6, BETA, r"\frac{1}{\beta} r", r"\beta r", BETA),
        (7, SIGN_KL, "[ D_", "[ - D_", SIGN_KL),
        (7, SENSE, r"\min", r"\max", SENSE),
        (8, SIGN_Z, r"= - \log Z", r"= + \log Z", SIGN_Z),
        (
            8,
            LOST_Z,
            r"- \log Z(x) + \log \pi_{\text{ref}}(y \mid x) + \frac{1}{\beta} r(x, y)",
            r"\log \pi_{\text{ref}}(y \mid x) + \frac{1}{\beta} r(x, y)",
            LOST_Z,
            r"\log \pi_{\text{ref}}(y \mid x) + \frac{1}{\beta} r(x, y) - \log Z(x)",
        ),
        (8, BETA, r"\frac{1}{\beta} r(x, y)", r"\beta r(x, y)", BETA),
        (8, "log of Z forgotten", r"- \log Z(x)", "- Z(x)", "log of Z forgotten"),
        (8, "log of Z forgotten", r"- \log Z(x)", "+ Z(x)", SIGN_Z),
        (9, SIGN_Z, r"+ \beta \log Z", r"- \beta \log Z", SIGN_Z),
        (9, NO_BETA, r"+ \beta \log Z", r"+ \log Z", NO_BETA),
        (9, LOST_Z, r" + \beta \log Z(x)", "", LOST_Z),
        (
            9,
            RATIO,
            r"\frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)}",
            r"\frac{\pi_{\text{ref}}(y \mid x)}{\pi^*(y \mid x)}",
            RATIO,
        ),
        (9, WRONG_TERM, r"= \beta \log", r"= \log", WRONG_TERM),
        (9, BETA, r"= \beta \log", r"= \frac{1}{\beta} \log", BETA),
        (9, LOST_Z, r"\beta \log Z(x)", r"\beta", None),
        (11, PAIR, "r(x, y_w) - r(x, y_l)", "r(x, y_l) - r(x, y_w)", PAIR),
        (11, SIGN, "r(x, y_w) - r(x, y_l)", "r(x, y_w) + r(x, y_l)", SIGN),
        (
            12,
            PAIR,
            r"\beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log "
            r"\frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)}",
            r"\beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} - \beta \log "
            r"\frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)}",
            PAIR,
        ),
        (12, PAIR, r"{\pi_{\text{ref}}(y_w", r"{\pi_{\text{ref}}(y_l", PAIR),
        (12, WRONG_TERM, r"\sigma\left( \beta \log", r"\sigma\left( \log", WRONG_TERM),
        (12, SIGN, r"- \beta \log", r"+ \beta \log", SIGN),
        (14, SIGN, r"= - \mathbb", r"= \mathbb", SIGN),
        (
            14,
            PAIR,
            r"\sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log "
            r"\frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)}",
            r"\sigma\left( \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} - \beta \log "
            r"\frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)}",
            PAIR,
        ),
        (14, "log dropped", r"\log \sigma", r"\sigma", "log dropped"),
    ),
    *_all(
        "estimators",
        (1, RATIO, rf"\log {_RATIO}", rf"\log {_TURNED}", RATIO),
        (1, SWAPPED, rf"\pi_\theta \,\|\, {_REF}", rf"{_REF} \,\|\, \pi_\theta", SWAPPED),
        (1, SAMPLER, r"y \sim \pi_\theta(", rf"y \sim {_REF}(", SAMPLER),
        (2, K3, rf"{_TURNED} - 1 - \log {_TURNED}", rf"{_RATIO} - 1 - \log {_RATIO}", K3),
        (2, SIGN, r"- 1", r"+ 1", SIGN),
        (2, SAMPLER, r"y \sim \pi_\theta(", rf"y \sim {_REF}(", SAMPLER),
        (3, SIGN, r"- D_", r"+ D_", SIGN_KL),
        (
            3,
            SWAPPED,
            rf"\chi^2\left( \pi_\theta \,\|\, {_REF}",
            rf"\chi^2\left( {_REF} \,\|\, \pi_\theta",
            "arguments swapped",
        ),
        (
            4,
            ONE_SAMPLE,
            "= 0",
            r"= \nabla_\theta D_{\text{KL}}\left( \pi_\theta \,\|\, \pi_{\text{ref}} \right)",
            None,
        ),
        (5, SWAPPED, rf"\pi_\theta \,\|\, {_REF}", rf"{_REF} \,\|\, \pi_\theta", SWAPPED),
        (5, SAMPLER, r"y \sim \pi_\theta(", rf"y \sim {_REF}(", SAMPLER),
        (
            5,
            GRADIENT,
            r"\mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \nabla_\theta \left(",
            r"\nabla_\theta \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \left(",
            GRADIENT,
        ),
        (6, SWAPPED, rf"{_REF} \,\|\, \pi_\theta", rf"\pi_\theta \,\|\, {_REF}", SWAPPED),
        (6, K3, rf"{_TURNED} - 1 - \log {_TURNED}", rf"{_RATIO} - 1 - \log {_RATIO}", K3),
    ),
    *_all(
        "regret",
        (4, SIGN_Z, r"+ \beta \log Z", r"- \beta \log Z", SIGN_Z),
        (5, SIGN_Z, r"+ \beta \log Z", r"- \beta \log Z", SIGN_Z),
        (5, NO_BETA, r"+ \beta \log Z", r"+ \log Z", NO_BETA),
        (5, NO_BETA, r"+ \beta \log Z", r"+ \frac{1}{\beta} \log Z", BETA),
        (5, "beta is not 100", r"\beta \log Z(x)", r"\frac{\beta}{100} \log Z(x)", None),
        (5, SIGN_KL, r"[ - \beta D", r"[ \beta D", SIGN_KL),
        (
            5,
            SWAPPED,
            r"\pi(\cdot \mid x) \| \pi^*(\cdot \mid x)",
            r"\pi^*(\cdot \mid x) \| \pi(\cdot \mid x)",
            SWAPPED,
        ),
        (6, JENSEN, r"\le", r"\ge", JENSEN),
        (7, LOST_Z, r"\pi^*", r"\pi", None),
        (7, NO_BETA, r"\beta\,", "", NO_BETA),
        (
            8,
            SWAPPED,
            r"\pi(\cdot \mid x) \| \pi^*(\cdot \mid x)",
            r"\pi^*(\cdot \mid x) \| \pi(\cdot \mid x)",
            SWAPPED,
        ),
        (8, SIGN_KL, r"= \beta", r"= - \beta", SIGN_KL),
        (
            8,
            NO_EX,
            r"\beta\, \mathbb{E}_{x \sim \mathcal{D}}[D_{\text{KL}}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x))]",
            r"\beta\, D_{\text{KL}}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x))",
            NO_EX,
            r"\mathbb{E}_{x \sim \mathcal{D}}[\beta\, D_{\text{KL}}(\pi(\cdot \mid x) \| \pi^*(\cdot \mid x))]",
        ),
        (9, SIGN_Z, r"= \beta", r"= - \beta", SIGN_Z),
        (9, LOST_Z, r"\beta \log Z(x)", r"\log Z(x)", NO_BETA),
    ),
    *_all(
        "donsker-varadhan",
        (1, SIGN_KL, "- D_", "+ D_", SIGN_KL),
        (1, SWAPPED, r"(p \| q)", r"(q \| p)", SWAPPED),
        (1, SENSE, r"\max", r"\min", SENSE),
        (2, JENSEN, r"\le", r"\ge", JENSEN),
        (2, SIGN_KL, r"\le D_", r"\le - D_", SIGN_KL),
        (2, SWAPPED, r"(p \| q)", r"(q \| p)", SWAPPED),
        (3, JENSEN, r"\ge", r"\le", JENSEN),
        (3, JENSEN, r"\ge", "=", "a bound written as an equality"),
        (4, SIGN, r"- \sum", r"+ \sum", SIGN),
        (4, NO_SUM, r"\sum_{y} p(y) \log q(y)", r"p(y) \log q(y)", NO_SUM),
        (5, JENSEN, r"\ge", r"\le", JENSEN),
        (6, SIGN, "- H(p)", "+ H(p)", SIGN),
        (6, SWAPPED, "H(p, q)", "H(q, p)", "arguments swapped"),
    ),
    *_all(
        "aligned",
        (2, SIGN, r"- \tau \log", r"+ \tau \log", SIGN),
        (
            2,
            RATIO,
            r"\frac{\pi_\theta(y \mid x)}{\pi_{\text{SFT}}(y \mid x)}",
            r"\frac{\pi_{\text{SFT}}(y \mid x)}{\pi_\theta(y \mid x)}",
            RATIO,
        ),
        (3, BETA, r"\frac{1}{\tau} r", r"\tau r", BETA),
        (3, SENSE, r"\min", r"\max", SENSE),
        (4, BETA, r"r_\phi(x, y) / \tau", r"\tau r_\phi(x, y)", BETA),
        (5, SIGN_KL, r"\left[ \mathbb{D}", r"\left[ - \mathbb{D}", SIGN_KL),
        (7, SIGN_Z, r"+ \tau \log Z", r"- \tau \log Z", SIGN_Z),
        (7, NO_BETA, r"+ \tau \log Z", r"+ \log Z", NO_BETA),
        (7, LOST_Z, r" + \tau \log Z(x)", "", LOST_Z),
    ),
    *_all(
        "preferences",
        (1, SIGN_Z, r"+ \beta \log Z", r"- \beta \log Z", SIGN_Z),
        (3, PAIR, "r(x, y_l) - r(x, y_w)", "r(x, y_w) - r(x, y_l)", PAIR),
        (
            4,
            PAIR,
            r"\frac{e^{r(x, y_w)}}{e^{r(x, y_w)} + e^{r(x, y_l)}}",
            r"\frac{e^{r(x, y_l)}}{e^{r(x, y_w)} + e^{r(x, y_l)}}",
            PAIR,
            r"\frac{e^{r(x, y_w)}}{e^{r(x, y_l)} + e^{r(x, y_w)}}",
        ),
        (4, SIGN, "} + e^", "} - e^", SIGN),
        (5, PAIR, r"{\pi^*(y_l \mid x)}", r"{\pi^*(y_w \mid x)}", PAIR),
        (
            5,
            RATIO,
            r"\frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)}",
            r"\frac{\pi_{\text{ref}}(y_w \mid x)}{\pi^*(y_w \mid x)}",
            RATIO,
        ),
        (6, SIGN, r"- \beta \log", r"+ \beta \log", SIGN),
        (7, SIGN, "1 - p(", "1 + p(", SIGN),
        (7, PAIR, "1 - p(", "p(", None),
        (
            8,
            QUOTIENT,
            r"- \log\left( 1 + e^{r(x, y_l) - r(x, y_w)} \right)",
            r"\frac{1}{\log\left( 1 + e^{r(x, y_l) - r(x, y_w)} \right)}",
            QUOTIENT,
        ),
        (8, PAIR, "r(x, y_l) - r(x, y_w)", "r(x, y_w) - r(x, y_l)", PAIR),
        (8, SIGN, r"- \log\left", r"\log\left", SIGN),
        (
            8,
            PARENTHESIS,
            r"\log\left( 1 + e^{r(x, y_l) - r(x, y_w)} \right)",
            r"\log\left( 1 \right) + e^{r(x, y_l) - r(x, y_w)}",
            PARENTHESIS,
        ),
    ),
    *_all(
        "gradients",
        (1, "weight dropped", r"\pi_\theta(y \mid x) \nabla", r"\nabla", None),
        (
            2,
            SAMPLER,
            r"y \sim \pi_\theta(\cdot \mid x)}[r(x, y) \n",
            r"y \sim \pi_{\text{ref}}(\cdot \mid x)}[r(x, y) \n",
            SAMPLER,
        ),
        (2, "log dropped", r"\nabla_\theta \log \pi", r"\nabla_\theta \pi", "log dropped"),
        (3, RATIO, _RATIO, _TURNED, RATIO),
        (3, SWAPPED, r"(\pi_\theta \| \pi_{\text{ref}})", r"(\pi_{\text{ref}} \| \pi_\theta)", SWAPPED),
        (4, SIGN, r"= - \mathbb", r"= \mathbb", SIGN),
        (4, SAMPLER, r"y \sim \pi_{\text{ref}}(", r"y \sim \pi_\theta(", SAMPLER),
        (5, "a half forgotten", r"\frac{1}{2} \left(", r"\left(", "a factor of two"),
        (6, "log dropped", r"\nabla_\theta \log \pi", r"\nabla_\theta \pi", "log dropped"),
        (8, SIGN, r"= - \mathbb", r"= \mathbb", SIGN),
        (8, SIGN_KL, r"- \beta \log", r"+ \beta \log", SIGN),
        (8, WRONG_TERM, r"- \beta \log", r"- \log", WRONG_TERM),
    ),
    *_all(
        "samples",
        (
            1,
            ONE_SAMPLE,
            r"\mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} "
            r"- \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} - 1 \right]",
            r"\frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} "
            r"- \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} - 1",
            ONE_SAMPLE,
        ),
        (1, K3, rf"{_BARE_TURNED} - \log {_BARE_TURNED}", rf"{_BARE} - \log {_BARE}", K3),
        (1, SIGN, r"- 1 \right", r"+ 1 \right", SIGN),
        (2, RATIO, _BARE, _BARE_TURNED, RATIO),
        (2, NO_SUM, r"\sum_{y} \pi", r"\pi", NO_SUM),
        (2, SAMPLER, r"\sum_{y} \pi(", r"\sum_{y} \pi_{\text{ref}}(", SAMPLER),
        (4, K3, r"e^{-\ell(x, y)} - 1 + \ell", r"e^{\ell(x, y)} - 1 - \ell", K3),
        (4, SIGN, r"+ \ell", r"- \ell", SIGN),
        (5, RATIO, rf"{_BARE} r", rf"{_BARE_TURNED} r", RATIO),
        (5, SAMPLER, r"= \mathbb{E}_{y \sim \pi(", r"= \mathbb{E}_{y \sim \pi_{\text{ref}}(", SAMPLER),
        (6, RATIO, _BARE, _BARE_TURNED, RATIO),
        (7, SIGN, "- 1", "+ 1", SIGN),
        (7, "a square forgotten", r"\pi(y \mid x)^2", r"\pi(y \mid x)", None),
    ),
    *_all(
        "tilting",
        (2, BETA, r"r(x, y) / \tau", r"\tau r(x, y)", BETA),
        (2, TWICE, r"{Z(x)}", r"{Z(x) Z(x)}", TWICE),
        (3, BETA, r"r(x, y) / \tau", r"\tau r(x, y)", BETA),
        (3, "exp dropped", r"\exp(r(x, y) / \tau)", r"r(x, y) / \tau", None),
        (5, SIGN_Z, r"- \log Z", r"+ \log Z", SIGN_Z),
        (5, LOST_Z, r" - \log Z(x)", "", LOST_Z),
        (
            5,
            PROPTO,
            r"= \log \pi_0(y \mid x) + \frac{r(x, y)}{\tau} - \log Z(x)",
            r"\propto \log \pi_0(y \mid x) + \frac{r(x, y)}{\tau}",
            PROPTO,
        ),
        (5, BETA, r"\frac{r(x, y)}{\tau}", r"\tau r(x, y)", BETA),
        (5, Z_OF_Y, r"- \log Z(x)", r"- \log \sum_{x} Z(x)", None),
        (6, SIGN_Z, r"- \log Z", r"+ \log Z", SIGN_Z),
        (6, SAMPLER, r"\sim \pi^*(", r"\sim \pi_0(", SAMPLER),
        (
            6,
            BETA,
            r"\frac{1}{\tau} \mathbb{E}_{y \sim \pi^*(\cdot \mid x)}[r(x, y)]",
            r"\tau \mathbb{E}_{y \sim \pi^*(\cdot \mid x)}[r(x, y)]",
            BETA,
            r"\frac{\mathbb{E}_{y \sim \pi^*(\cdot \mid x)}[r(x, y)]}{\tau}",
        ),
        (6, SWAPPED, r"(\pi^* \| \pi_0)", r"(\pi_0 \| \pi^*)", SWAPPED),
        (7, JENSEN, r"\ge", r"\le", JENSEN),
        (8, SIGN_Z, r"\log Z(x) -", r"- \log Z(x) -", SIGN_Z),
        (8, SAMPLER, r"\sim \pi_0(", r"\sim \pi^*(", SAMPLER),
        (9, SIGN, "r(x, y_1) - r(x, y_2)", "r(x, y_1) + r(x, y_2)", SIGN),
        (9, PAIR, "r(x, y_1) - r(x, y_2)", "r(x, y_2) - r(x, y_1)", PAIR),
        (10, SIGN_KL, r"- \tau", r"+ \tau", SIGN_KL),
        (10, SWAPPED, r"(\pi \| \pi_0)", r"(\pi_0 \| \pi)", SWAPPED),
    ),
    *_all(
        "regret-at-a-prompt",
        (6, SIGN_Z, r"= \beta \log Z(x) - \beta D", r"= -\beta \log Z(x) - \beta D", SIGN_Z),
        (6, NO_BETA, r"= \beta \log Z(x) - \beta D", r"= \log Z(x) - \beta D", NO_BETA),
        (
            6,
            LOST_Z,
            r"= \beta \log Z(x) - \beta D_{\text{KL}}(\pi \| \pi^*)",
            r"= - \beta D_{\text{KL}}(\pi \| \pi^*)",
            LOST_Z,
            r"= - \beta D_{\text{KL}}(\pi \| \pi^*) + \beta \log Z(x)",
        ),
        (6, SIGN_KL, r"\log Z(x) - \beta D", r"\log Z(x) + \beta D", SIGN_KL),
        (6, SWAPPED, r"- \beta D_{\text{KL}}(\pi \| \pi^*)", r"- \beta D_{\text{KL}}(\pi^* \| \pi)", SWAPPED),
        (
            8,
            SWAPPED,
            r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi^*)",
            r"J(\pi) = \beta D_{\text{KL}}(\pi^* \| \pi)",
            SWAPPED,
        ),
        (
            8,
            "another divergence",
            r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi^*)",
            r"J(\pi) = \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}})",
            None,
        ),
        (7, NO_BETA, r"J(\pi^*) = \beta \log Z(x)", r"J(\pi^*) = \log Z(x)", NO_BETA),
        (9, JENSEN, r"J(\pi) \le \beta", r"J(\pi) \ge \beta", JENSEN),
        (
            5,
            RATIO,
            r"\left[\log \frac{\pi(y|x)}{\pi_{\text{ref}}(y|x)}\right]",
            r"\left[\log \frac{\pi_{\text{ref}}(y|x)}{\pi(y|x)}\right]",
            RATIO,
        ),
        (
            5,
            SAMPLER,
            r"J(\pi) = \mathbb{E}_{y \sim \pi(\cdot|x)}\left[\beta",
            r"J(\pi) = \mathbb{E}_{y \sim \pi_{\text{ref}}(\cdot|x)}\left[\beta",
            SAMPLER,
        ),
        (
            6,
            "a hundredth of log Z too much",
            r"= \beta \log Z(x) - \beta D",
            r"= \beta \log Z(x) + \frac{\beta}{100} \log Z(x) - \beta D",
            None,
        ),
    ),
    *_all(
        "variational",
        (1, RATIO, r"\log\frac{\pi(y|x)}{\pi_0(y|x)}", r"\log\frac{\pi_0(y|x)}{\pi(y|x)}", RATIO),
        (1, INDEX, r"\sum_y \pi(y|x) \log", r"\sum_x \pi(y|x) \log", INDEX),
        (3, JENSEN, r"\ge \mathbb{E}_{\pi_0}[R(x,y)]", r"\le \mathbb{E}_{\pi_0}[R(x,y)]", JENSEN),
        (
            2,
            JENSEN,
            r"D_{\mathrm{KL}}(\pi \| \pi_0) \le \log",
            r"D_{\mathrm{KL}}(\pi \| \pi_0) \ge \log",
            JENSEN,
        ),
        (
            2,
            SIGN_KL,
            r"\mathbb{E}_{\pi}[R(x,y)] - D_{\mathrm{KL}}(\pi \| \pi_0) \le",
            r"\mathbb{E}_{\pi}[R(x,y)] + D_{\mathrm{KL}}(\pi \| \pi_0) \le",
            SIGN_KL,
        ),
        (
            4,
            SIGN_KL,
            r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - D",
            r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] + D",
            SIGN_KL,
        ),
        (
            4,
            "factor 2",
            r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - D",
            r"\sup_{\pi} \mathbb{E}_{\pi}[R(x,y)] - 2 D",
            None,
        ),
    ),
    *_all(
        "decorated",
        (2, SIGN_KL, r"\left[r_\phi(x,y) - \tau", r"\left[r_\phi(x,y) + \tau", SIGN),
        (3, BETA, r"- \frac{1}{\tau} r_\phi(x,y)\right]", r"- \tau r_\phi(x,y)\right]", BETA),
        (
            3,
            "sign of the reward",
            r"- \frac{1}{\tau} r_\phi(x,y)\right]",
            r"+ \frac{1}{\tau} r_\phi(x,y)\right]",
            None,
        ),
        (
            4,
            SIGN_KL,
            r"\left[\mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi^\star(y|x)]",
            r"\left[-\mathbb{D}_{KL}[\pi_\theta(y|x) \| \pi^\star(y|x)]",
            SIGN_KL,
        ),
        (6, NO_BETA, r"- \tau \log Z(x)", r"- \log Z(x)", NO_BETA),
        (6, SIGN_Z, r"- \tau \log Z(x)", r"+ \tau \log Z(x)", SIGN_Z),
        (7, PAIR, r"r_\phi(x,y_1) - r_\phi(x,y_2) =", r"r_\phi(x,y_2) - r_\phi(x,y_1) =", PAIR),
        (8, NO_BETA, r"\| \pi_{SFT}(y|x)] = \tau \log Z(x)", r"\| \pi_{SFT}(y|x)] = \log Z(x)", NO_BETA),
    ),
    *_all(
        "bradley-terry",
        (
            6,
            QUOTIENT,
            r"\left[\log \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}\right]",
            r"\left[\frac{1}{\log(1 + \exp(r(x,y_l) - r(x,y_w)))}\right]",
            QUOTIENT,
        ),
        (
            2,
            PAIR,
            r"= \frac{1}{1 + \exp(r(x,y_l) - r(x,y_w))}",
            r"= \frac{1}{1 + \exp(r(x,y_w) - r(x,y_l))}",
            PAIR,
        ),
        (3, "a sum for a product", r"\exp r(x,y_w) + \exp r(x,y_l)}", r"1 + \exp r(x,y_l)}", None),
        (
            7,
            "sign of a loss",
            r"= \mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1",
            r"= -\mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1",
            None,
        ),
        (4, PAIR, r"= 1 - p(y_l \succ y_w | x)", r"= 1 - p(y_w \succ y_l | x)", PAIR),
    ),
    *_all(
        "dpo-gradient",
        (
            2,
            PAIR,
            r"= -\beta \sigma(\hat r(x,y_l) - \hat r(x,y_w))",
            r"= -\beta \sigma(\hat r(x,y_w) - \hat r(x,y_l))",
            PAIR,
        ),
        (2, "a forgotten beta", r"= -\beta \sigma", r"= -\sigma", None),
        (2, "sign of a gradient", r"= -\beta \sigma", r"= \beta \sigma", None),
        (
            2,
            "sign of a gradient",
            r"\nabla_\theta \log\pi_\theta(y_w|x) - \nabla",
            r"\nabla_\theta \log\pi_\theta(y_w|x) + \nabla",
            None,
        ),
        (
            4,
            RATIO,
            r"\left[\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)} \nabla",
            r"\left[\log\frac{\pi_{ref}(y|x)}{\pi_\theta(y|x)} \nabla",
            RATIO,
        ),
    ),
    *_all(
        "soft-values",
        (2, BETA, r"\frac{Q(s,a) - V(s)}{\alpha}", r"\alpha (Q(s,a) - V(s))", BETA),
        (4, "a forgotten alpha", r"= \alpha \log\frac{\pi^*(a|s)}", r"= \log\frac{\pi^*(a|s)}", None),
        (4, "sign of V", r"Q(s,a) - V(s) = \alpha \log", r"Q(s,a) + V(s) = \alpha \log", None),
        (3, SWAPPED, r"- \alpha D_{KL}(\pi \| \pi_{ref})", r"- \alpha D_{KL}(\pi_{ref} \| \pi)", SWAPPED),
    ),
    *_all(
        "proportional",
        (2, BETA, r"\exp(r(x,y)/\beta)", r"\exp(\beta r(x,y))", BETA),
        (2, "sign of the reward", r"\exp(r(x,y)/\beta)", r"\exp(-r(x,y)/\beta)", None),
        (3, SIGN_Z, r"- \log Z(x)", r"+ \log Z(x)", SIGN_Z),
        (3, LOST_Z, r"r(x,y)/\beta - \log Z(x)", r"r(x,y)/\beta", LOST_Z),
        (5, BETA, r"= \frac{1}{\beta} \mathbb{E}", r"= \beta \mathbb{E}", BETA),
        (
            4,
            SIGN_KL,
            r"[r(x,y)] - \beta D_{KL}(\pi \| \pi_{ref})",
            r"[r(x,y)] + \beta D_{KL}(\pi \| \pi_{ref})",
            SIGN_KL,
        ),
        (5, SAMPLER, r"\mathbb{E}_{y\sim\pi^*}[r(x,y)]", r"\mathbb{E}_{y\sim\pi_{ref}}[r(x,y)]", SAMPLER),
    ),
    *_all(
        "limits",
        (1, LIMITS, r"\to \infty", r"\to 0^+", LIMITS),
        (2, LIMITS, r"\to \infty", r"\to 0", LIMITS),
        (3, "sign of the mean", r"- \sum", r"+ \sum", None),
        (4, SIGN_Z, r"+ \beta \log Z", r"- \beta \log Z", SIGN_Z),
    ),
    *_all(
        "estimator-losses",
        (1, HALF, r"\nabla_\theta \frac{1}{2} \left(", r"\nabla_\theta \left(", HALF),
        (1, SAMPLER, r"\mathbb{E}_{y\sim\pi_\theta}", r"\mathbb{E}_{y\sim\pi_{ref}}", SAMPLER),
        (3, LIVE, r"\operatorname{sg}\left( \frac{\pi_\theta(y)}{\pi_{old}(y)} \right) k",
         r"\frac{\pi_\theta(y)}{\pi_{old}(y)} k", LIVE),
        (3, SAMPLER, r"\mathbb{E}_{y\sim\pi_{old}}", r"\mathbb{E}_{y\sim\pi_{ref}}", SAMPLER),
        (4, LIVE, r"\frac{\pi_\theta(y)}{\pi_{old}(y)} \log",
         r"\operatorname{sg}\left(\frac{\pi_\theta(y)}{\pi_{old}(y)}\right) \log", LIVE, r"\left(\frac{\pi_\theta(y)}{\pi_{old}(y)}\right) \log"),
        (5, LOST, r"\nabla_\theta\mathbb{E}_{y\sim\pi_\theta}\left[\log", r"\mathbb{E}_{y\sim\pi_\theta}\left[\nabla_\theta\log", LOST),
        (6, SAMPLER, r"\mathbb{E}_{y\sim\pi_\theta}", r"\mathbb{E}_{y\sim\pi_{old}}", SAMPLER),
        (8, SIGN, r"\sigma(-h", r"\sigma(h", SIGN),
    ),
    *_all(
        "clipped",
        (1, SMALLER, r"a \min(\rho, 1+", r"a \max(\rho, 1+", SMALLER),
        (1, SMALLER, r"\min(\rho a", r"\max(\rho a", SMALLER),
        (2, SMALLER, r"-a \max", r"-a \min", SMALLER),
        (3, "a slope on the other side", r"[\rho > 1", r"[\rho < 1", "a relation the wrong way round"),
        (4, RATIOS, r"= \frac{\mathbb{E}_{y\sim q}\left[ f(y) \right]}{\mathbb{E}_{y\sim q}\left[ g(y) \right]}",
         r"= \mathbb{E}_{y\sim q}\left[\frac{f(y)}{g(y)}\right]", RATIOS),
    ),
    *_all(
        "cold-limits",
        (3, "the best shared evenly", r"\pi_{\text{ref}}(y) \mathbf{1}", r"\mathbf{1}", None),
        (3, "not normalised", r"{\pi_{\text{ref}}(S)}", r"{1}", None),
        (3, LIMITS, r"\to 0^+", r"\to \infty", LIMITS),
        (4, "minimum for maximum", r"= \max_y", r"= \min_y", None),
        (4, LIMITS, r"\to 0^+", r"\to \infty", LIMITS),
        (5, "sign of log Z", r"= -\log", r"= \log", None),
        (5, LIMITS, r"\to 0^+", r"\to \infty", LIMITS),
        (6, "a size for a mass", r"\log \pi_{\text{ref}}(S)", r"\log |S|", None),
        (6, "sense of an inequality", r"\le", r"\ge", None),
    ),
    *_all(
        "suprema",
        (1, SWAPPED, r"D_{KL}(p \| q)", r"D_{KL}(q \| p)", SWAPPED),
        (1, SAMPLER, r"\mathbb{E}_{y \sim q}", r"\mathbb{E}_{y \sim p}", SAMPLER),
        (1, SENSE, r"\sup_g", r"\inf_g", SENSE),
        (2, SWAPPED, r"D_{KL}(p \| q)", r"D_{KL}(q \| p)", SWAPPED),
        (2, "a lost exponential", r"e^{g(y) - 1}", r"g(y)", None),
        (3, SENSE, r"\max_\pi", r"\min_\pi", SENSE),
        (3, "minimum for maximum", r"= \max_y", r"= \min_y", None),
    ),
)
"""Every planted error."""

_THERE = (r"\pi(\cdot \mid x)", r"\pi^*(\cdot \mid x)")

HARMLESS = (
    *_all("variational", (2, "", r"\log \mathbb{E}_{\pi_0}", r"\log \mathbb{E}_{\pi}", None)),
    *_all("corrected", (7, "", rf"({_THERE[0]} \| {_THERE[1]})", rf"({_THERE[1]} \| {_THERE[0]})", None)),
    *_all("dpo", (7, "", rf"{_THERE[0]} \,\|\, {_THERE[1]}", rf"{_THERE[1]} \,\|\, {_THERE[0]}", None)),
    *_all("tilting", (4, "", r"\sum_{y} \pi^*(y", r"\sum_{y} \pi_0(y", None)),
)
"""Changes that are no errors: KL(q‖p) has its minimum where KL(p‖q) has it, though their values differ;
E_π[R] - KL ≤ log E_π[e^R] is true, too, if weaker; any policy sums to one."""
