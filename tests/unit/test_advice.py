"""What a reader is advised to do works: done, it makes the row readable, and a true row stays true."""

from __future__ import annotations

import re

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Report, Status
from symkl.meaning.mistakes import MISTAKES as MEANT
from symkl.reading.mistakes import MISTAKES
from tests.coverage.counting import shaped

HIDDEN = r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}[\sum_{i=1}^n a_i] = \sum_{i=1}^n a_i"
TOKENS = r"\sum_{t=1}^T \log\pi(y_t|x,y_{<t})"
Followed = dict[str, list[tuple[str, str, str]]]


def behind(second: str) -> str:
    """A divergence of the next token, the second policy behind other tokens or the same."""
    return rf"KL(\pi(\cdot|x,y_{{<t}}) \| \mu(\cdot|x,{second}))"


#: By mistake: a true row or document that makes it, the same with the advice followed, and what is said of that then.
READ: Followed = {
    "row too long": [("1 = 1" + " + 0" * 7_000, r"1 = 1 \\ = 1 + 0", "proved")],
    "row too rich": [("1 = " + "1 + " * 3_000 + "1", r"3 = 1 + 1 + 1 \\ = 1 + 2", "proved")],
    "nested too deep": [("(" * 101 + "1" + ")" * 101 + " = 1", r"c := ((1)) \\ (c) = 1", "proved")],
    "number too long": [
        ("1234567890123 = 1234567890123", "1.5 = 1.5", "proved"), ("1234567890123 c = c", r"\omega = \omega", "proved"),
    ],
    "two decimal points": [
        ("1.5.2 = 1.5.2", "1.5 = 1.5", "proved"), ("1.5.2 = 1.5.2", r"1.5 \cdot 2 = 3", "proved"),
    ],
    "exponent too large": [(r"\beta^{1001} = \beta \beta^{1000}", r"\beta^{\alpha} = \beta \beta^{\alpha - 1}", "proved")],
    "control character": [("1 \x01= 1", "1 = 1", "proved")],
    "unknown macro": [(r"\foo = \foo", r"\log 2 = \log 2", "proved")],
    "unknown character": [("1 = 1 一", "$$ 1 = 1 $$ 一", "proved"), ("1 一 = 1", "1 = 1", "proved")],
    "softmax of what": [
        (r"\sum_i \operatorname{softmax}(z_k)_i = 1", r"\sum_i \frac{e^{z_i}}{\sum_j e^{z_j}} = 1", "proved"),
        (r"\sum_i \operatorname{softmax}(u + v)_i = 1", r"\sum_i \operatorname{softmax}(u/\tau)_i = 1", "proved"),
    ],
    "letter run": [
        ("loss = 1 \\\\ loss = 1", r"\text{loss} = 1 \\ \text{loss} = 1", "proved"),
        ("loss = 1 \\\\ loss = 1", r"\mathrm{loss} = 1 \\ \mathrm{loss} = 1", "proved"),
        ("Zp(y) = p(y)Z", "Z p(y) = p(y) Z", "proved"),
    ],
    "bare command": [("beta = beta", r"\beta = \beta", "proved")],
    "prose": [
        (r"1 \text{times the rest} 1 = 1", "$$ 1 = 1 $$ times the rest", "proved"),
    ],
    "words that count": [
        (r"1 = 1 \text{ or } 2", "1 = 1", "proved"),
        (r"1 = 1 \quad \text{is false}", "$$ 1 = 1 $$ is not false", "proved"),
        (r"1 = \underbrace{1}_{\text{not } 2}", "1 = 1", "proved"),
    ],
    "sign over a relation": [
        (r"1 \overset{+1}{=} 1", "1 = 1", "proved"),
        (r"1 \overset{+1}{=} 1", r"$$ 1 \overset{(a)}{=} 1 $$ where (a) is simple", "proved"),
    ],
    "two numbers": [
        (r"3\;4 = 3\;4", r"3 \cdot 4 = 12", "proved"), (r"3\;4 = 3\;4", "3 + 4 = 7", "proved"),
        (r"3\;4 = 3\;4", "34 = 34", "proved"),
    ],
    "whose relation": [(r"2 \ge 1 \text{ hence } = 2", r"2 \ge 1 \text{ and } 2 = 2", "proved")],
    "states nothing": [
        (r"1 = 1 \text{ and } 2", r"1 = 1 \text{ and } 2 = 2", "proved"), (r"1 = 1 \text{ and } 2", "1 = 1", "proved"),
    ],
    "equality of what": [
        (r"1 = 1 \text{ with equality iff } p = q",
         r"D_{KL}(p \| q) \ge 0 \text{ with equality iff } p = q", "proved"),
    ],
    "column": [
        (r"1 &= 1 & 2", "1 &= 1", "proved"), (r"1 &= 1 & 2", "$$ 1 = 1 $$\n\n$$ 2 = 2 $$", "proved"),
    ],
    "goes on from columns": [
        (r"$$\begin{aligned} 1 &= 1 & 2 &= 2 \\ &= 1 \end{aligned}$$", "$$ 1 = 1 = 1 $$\n\n$$ 2 = 2 $$", "proved"),
    ],
    "tag": [(r"1 = 1 \tag{= 2}", r"1 = 1 = 1 \tag{3}", "proved")],
    "hidden ink": [
        (r"1 = 1 \textcolor{white}{+ 1}", "1 = 1", "proved"), (r"2 = 1 \textcolor{white}{+ 1}", "2 = 1 + 1", "proved"),
    ],
    "overprinted": [(r"3 = 1 \!\!\!\!\!\! + 2", "3 = 1 + 2", "proved")],
    "struck out": [
        (r"1 \cancel{=} 1", "1 = 1", "proved"), (r"1 \cancel{=} 1", r"1 + \cancel{2} = 1 + \cancel{2}", "proved"),
    ],
    "phantom": [
        (r"2 = 1 \phantom{+ 1}", "2 = 1 + 1", "proved"), (r"1 = 1 \phantom{+ 1}", r"1 = 1 \quad", "proved"),
    ],
    "dollar": [("1 $= 1$", "$$ 1 = 1 $$ and $a$", "proved")],
    "environment": [(r"\begin{tikzpicture} 1 = 1 \end{tikzpicture}", "1 = 1", "proved")],
    "matrix": [
        (r"\sum_y \pi(y|x) \begin{bmatrix} r(x,y) \end{bmatrix} = \sum_y \pi(y|x) r(x,y)",
         r"\sum_y \pi(y|x) \left[ r(x,y) \right] = \sum_y \pi(y|x) r(x,y)", "proved"),
    ],
    "cases": [(r"1 = \begin{cases} 1 \end{cases}", "1 = 1", "proved")],
    "integral": [(r"\int \pi(y|x) r(x,y) = \int \pi(y|x) r(x,y)",
                  r"\int \pi(y|x) r(x,y) \, dy = \int \pi(y|x) r(x,y) \, dy", "proved")],
    "integral by a law": [
        (r"\int r(x,y) \, d\pi(y|x) = \int r(x,y) \, d\pi(y|x)",
         r"\int r(x,y) \pi(y|x) \, dy = \int r(x,y) \pi(y|x) \, dy", "proved"),
        (r"\int r(x,y) \, d\pi(y|x) = \int r(x,y) \, d\pi(y|x)",
         r"\mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)] = \sum_y \pi(y|x) r(x,y)", "proved"),
    ],
    "order of integrals": [
        (r"1 = \int p(y) \int q(z) \, dy \, dz", r"1 = \int\int p(y) q(z) \, dy \, dz", "proved"),
    ],
    "integral between bounds": [
        (r"\int_0^1 p(y) \, dy = 1", r"\int p(y) \, dy = 1", "proved"),
        (r"\int_0^1 p(y) \, dy = 1", r"\int_{\mathcal{Y}} p(y) \, dy = 1", "proved"),
    ],
    "limit": [
        (r"\lim_{\beta} \beta = 0", r"\lim_{\beta \to 0^+} \beta = 0", "proved"),
        (r"\lim \beta^{-1} = 0", r"\lim_{\beta \to \infty} \beta^{-1} = 0", "proved"),
    ],
    "end of a limit": [(r"\lim_{\beta \to 0^-} \beta = 0", r"\lim_{\beta \to 0^+} \beta = 0", "proved")],
    "arrow": [
        (r"\beta^{-1} = 0 \quad (\beta \to \infty)", r"\lim_{\beta \to \infty} \beta^{-1} = 0", "proved"),
        (r"\beta = \alpha \to \beta + 1 = \alpha + 1", r"\beta = \alpha \implies \beta + 1 = \alpha + 1", "proved"),
    ],
    "constraint": [
        (r"\sum_y \pi(y|x) r(x,y) \quad \text{s.t.} \; \mathrm{KL}(\pi\|\mu) \le 1",
         "<!-- symkl: lambda > 0 -->\n\n"
         "$$ \\max_\\pi \\sum_y \\pi(y|x) r(x,y) - \\lambda (\\mathrm{KL}(\\pi\\|\\mu) - 1) $$", "stated"),
    ],
    "condition": [
        (r"\beta \ge 0 \quad \text{unless } \beta < 0", r"\beta \ge 0 \text{ if } \beta > 0", "proved"),
        (r"c \ge 0 \quad \text{unless } c < 0", "<!-- symkl: c > 0 -->\n\n$$ c \\ge 0 $$", "proved"),
    ],
    "evaluation bar": [
        (r"\left. J(\pi) \right|_{\pi = \pi^*} = \left. J(\pi) \right|_{\pi = \pi^*}",
         "$$ J(\\pi) = \\sum_y \\pi(y|x) r(x,y) $$\n\n$$ J(\\pi^*) = \\sum_y \\pi^*(y|x) r(x,y) $$", "proved"),
    ],
    "not read": [(r"1 \pm 1 = 1 \pm 1", "1 = 1", "proved")],
    "no relation": [(r"1 \cong 1", "1 = 1", "proved")],
    "sampling": [
        (r"y \sim \pi(\cdot|x)", r"\mathbb{E}_{y \sim \pi}[1] = 1", "proved"),
        (r"1 = 1 \\ y \sim \pi(\cdot|x)", "$$ 1 = 1 $$ where y is drawn from π", "proved"),
    ],
    "membership": [(r"1 = 1 \\ y \in \mathcal{Y}", "$$ 1 = 1 $$ where y is a response", "proved")],
    "double subscript": [
        (r"\pi_\theta_{old}(y|x) = \pi_\theta_{old}(y|x)",
         r"\pi_{\theta, \text{old}}(y|x) = \pi_{\theta, \text{old}}(y|x)", "proved"),
    ],
    "double superscript": [
        ("2^2^2 = 16", "(2^2)^2 = 16", "proved"),
        (r"2^\beta^\tau = 2^{\beta \tau}", r"2^{\beta \tau} = (2^\beta)^\tau", "proved"),
    ],
    "subscript on a group": [
        (r"(r)_\theta(x,y) = (r)_\theta(x,y)", r"r_\theta(x,y) = r_\theta(x,y)", "proved"),
        ("(1)_2 = 1", "(1) = 1", "proved"),
    ],
    "star on a group": [(r"\pi(y|x)^* = \pi(y|x)^*", r"\pi^*(y|x) = \pi^*(y|x)", "proved")],
    "empty script": [(r"\pi_{}(y|x) = \pi_{}(y|x)", r"\pi_{\text{ref}}(y|x) = \pi_{\text{ref}}(y|x)", "proved")],
    "unreadable subscript": [
        (r"\pi_{\frac{1}{2}}(y|x) = \pi_{\frac{1}{2}}(y|x)", r"\pi_h(y|x) = \pi_h(y|x)", "proved"),
    ],
    "several digits": [("2^10 = 1024", "2^{10} = 1024", "proved")],
    "base of a logarithm": [(r"\log_2 4 = 2", r"\frac{\log 4}{\log 2} = 2", "proved")],
    "accent": [(r"\hat{r_\theta(x,y)} = \hat{r_\theta(x,y)}", r"\hat{r}_\theta(x,y) = \hat{r}_\theta(x,y)", "proved")],
    "missing argument": [(r"\frac{1} = 1", r"\frac{1}{1} = 1", "proved"), (r"\sqrt{} = 2", r"\sqrt{4} = 2", "proved")],
    "empty bracket": [
        ("r() - r() = 0", "r(x,y) - r(x,y) = 0", "proved"), ("1 + () = 1", "1 = 1", "proved"),
        ("1 + () = 1", "1 + (0) = 1", "proved"),
    ],
    "two bars": [(r"\sum_y \pi(y|x|z) = 1", r"\sum_y \pi(y \mid x, z) = 1", "proved")],
    "empty side of a bar": [
        (r"\sum_y \pi(y|) = 1", r"\sum_y \pi(y|x) = 1", "proved"),
        (r"D_{KL}(\pi(|x) \| \pi_0(|x)) \ge 0", r"D_{KL}(\pi(\cdot|x) \| \pi_0(\cdot|x)) \ge 0", "proved"),
    ],
    "stray bar": [(r"\sum_y \pi y|x = 1", r"\sum_y \pi(y|x) = 1", "proved")],
    "stray double bar": [
        (r"p \| q = p \| q", r"\mathrm{KL}(p \| q) \ge 0", "proved"),
        (r"\sum_y \pi y \| x = 1", r"\sum_y \pi(y \mid x) = 1", "proved"),
    ],
    "unknown divergence": [
        (r"Z^{-1}(p \| q) = 0", r"\sum_y p(y) \log \frac{p(y)}{q(y)} = \mathrm{KL}(p \| q)", "proved"),
        (r"Z^{-1}(p \| q) = 0", r"\mathbb{E}_{y \sim p}[\log \frac{p(y)}{q(y)}] = \mathrm{KL}(p \| q)", "proved"),
    ],
    "divergence sides": [(r"\mathrm{KL}(\pi) \ge 0", r"\mathrm{KL}(\pi \| \pi_{\text{ref}}) \ge 0", "proved")],
    "sides without brackets": [
        (r"\mathrm{KL}\,p\,q \ge 0", r"\mathrm{KL}(p \| q) \ge 0", "proved"),
        (r"\mathrm{KL}\,p\,q \ge 0", r"\mathrm{KL}(p \| q) \cdot q(y) \ge 0", "proved"),
    ],
    "bare sum": [(r"\sum \pi(y|x) = 1", r"\sum_y \pi(y|x) = 1", "proved")],
    "part of an alphabet": [
        (r"\sum_{y \in B} \pi(y|x) \le 1",
         "$$ B = \\{y : r(x,y) > 0\\} $$\n\n$$ \\sum_{y \\in B} \\pi(y|x) \\le 1 $$", "proved"),
        (r"\sum_{y \in B} \pi(y|x) \le 1",
         "<!-- symkl: b function of y -->\n\n$$ \\sum_y b(y) \\pi(y|x) = \\sum_y \\pi(y|x) b(y) $$", "proved"),
    ],
    "part of all policies": [
        (r"\max_{\pi \in B} \sum_y \pi(y|x) = 1", r"\max_\pi \sum_y \pi(y|x) = 1", "proved"),
        (r"\max_{\pi \in B} \sum_y \pi(y|x) r(x,y)", r"\max_\pi \sum_y \pi(y|x) r(x,y) + \lambda (1 - \sum_y \pi(y|x))",
         "stated"),
    ],
    "binder": [
        (r"\mathbb{E}_{x \in D}[1] = 1", r"\mathbb{E}_{x \sim D, y \sim \pi(\cdot|x)}[1] = 1", "proved"),
        (r"\sum_{2} \pi(y|x) = 1", r"\sum_y \pi(y|x) = 1", "proved"),
    ],
    "numbers in a bracket": [
        (r"\operatorname{clip} r(x,y) = \operatorname{clip} r(x,y)",
         r"\operatorname{clip}(r(x,y), 0, 1) = \operatorname{clip}(r(x,y), 0, 1)", "proved"),
    ],
    "max of numbers": [
        (r"\beta = \arg\max(\beta, \alpha)", r"\beta = \alpha \implies \beta = \max(\beta, \alpha)", "proved"),
    ],
    "bars that pair in two ways": [
        (r"|\beta| \alpha |\tau| = |\beta| \alpha |\tau|",
         r"\lvert \beta\rvert \alpha \lvert \tau\rvert = \lvert \beta\rvert \alpha \lvert \tau\rvert", "proved"),
    ],
    "part after expectation": [
        (r"\mathbb{E}_{y \sim p}[r(x,y)]_+ \ge 0", r"\mathbb{E}_{y \sim p}[(r(x,y))_+] \ge 0", "proved"),
        (r"\mathbb{E}_{y \sim p}[r(x,y)]_+ \ge 0", r"(\mathbb{E}_{y \sim p}[r(x,y)])_+ \ge 0", "proved"),
    ],
    "second derivative": [
        (r"\frac{\partial^2 \beta^2}{\partial \beta^3} = 2",
         r"\frac{d}{d\beta} \frac{d}{d\beta} \beta^2 = 2", "proved"),
    ],
    "half a derivative": [
        (r"\frac{\partial \beta^2}{\beta} = 2 \beta", r"\frac{\partial \beta^2}{\partial \beta} = 2 \beta", "proved"),
    ],
    "preference": [
        (r"P y_w \succ y_l = \sigma(r(x,y_w) - r(x,y_l))", r"P(y_w \succ y_l) = \sigma(r(x,y_w) - r(x,y_l))", "assumed"),
    ],
    "unclosed brace": [(r"\frac{1}{2 = 0.5", r"\frac{1}{2} = 0.5", "proved")],
    "stray brace": [("1 = 1}", "1 = 1", "proved"), ("1 = 1}", "1 = {1}", "proved")],
    "unclosed bracket": [
        (r"\log (1 + \beta = \log (\beta + 1)", r"\log (1 + \beta) = \log (\beta + 1)", "proved"),
    ],
    "wrong bracket": [("(1 + 1] = 2", "(1 + 1) = 2", "proved"), ("(1 + 1] = 2", "[1 + 1] = 2", "proved")],
    "extra bracket": [
        (r"1 + 2) \cdot 3 = 9", r"(1 + 2) \cdot 3 = 9", "proved"), (r"1 + 2) \cdot 3 = 7", r"1 + 2 \cdot 3 = 7", "proved"),
    ],
    "missing operand": [(r"1 + \cdot 2 = 3", "1 + 2 = 3", "proved"), (r"1 + \cdot 2 = 3", r"1 + 1 \cdot 2 = 3", "proved")],
    "starts with an operator": [(r"\cdot 2 = 2", r"1 \cdot 2 = 2", "proved")],
    "ends early": [("3 = 1 +", "3 = 1 + 2", "proved")],
    "sign after an operator": [("2 / -2 = -1", "2 / (-2) = -1", "proved"), (r"2 \cdot - 2 = -4", r"2 \cdot (-2) = -4", "proved")],
    "relation at the end": [("2 =", "2 = 2", "proved")],
    "two relations": [("2 = = 2", "2 = 1 + 1 = 2", "proved"), ("2 = = 2", "2 = 2", "proved")],
    "relation in brackets": [("(1 = 1)", "1 = 1", "proved")],
    "comma in a product": [
        (r"\pi(y|x), e^{0} = \pi(y|x)", r"\pi(y|x) e^{0} = \pi(y|x)", "proved"),
        (r"1 = 1, 2 e^{0} + 1 = 3", r"1 = 1 ,\quad 2 e^{0} + 1 = 3", "proved"),
    ],
    "tuple": [(r"e^{\beta, \tau} = e^{\tau, \beta}", r"e^{\beta\, \tau} = e^{\tau\, \beta}", "proved"), ("(x, y) = r", "r(x, y) = r", "proved")],
    "empty function": [(r"\log = 0", r"\log(\pi(y|x)) = \log \pi(y|x)", "proved")],
    "bracket of a function": [
        (r"\operatorname{sg} \log \pi(y|x) = \log \pi(y|x)", r"\operatorname{sg}(\log \pi(y|x)) = \log \pi(y|x)", "proved"),
    ],
    "dashes": [("3 ----- 2 = 1", "3 - 2 = 1", "proved")],
    "doubled sign": [("3 - - 2 = 1", "3 - 2 = 1", "proved")],
    "unexpected": [("r(x : y) = r(x : y)", "r(x, y) = r(x, y)", "proved")],
    "power after log": [(r"\log(2)^2 = 2 \log 2", r"(\log 2)^2 = (\log 2) (\log 2)", "proved"),
                        (r"\log(2)^2 = 2 \log 2", r"\log(2^2) = 2 \log 2", "proved")],
    "quotient after log": [(r"\log 4 / 2 = \log 2", r"\log\frac{4}{2} = \log 2", "proved"),
                           (r"\log 4 / 2 = \log 2", r"\frac{1}{2}\log 4 = \log 2", "proved")],
    "number after log": [(r"\log 2 \beta = \log 2 \beta", r"\log(2 \beta) = \log 2 + \log \beta", "proved"),
                         (r"\log 2 \beta = \log 2 \beta", r"\beta \log 2 = \log(2) \beta", "proved")],
    "log of an expectation": [
        (r"\log \mathbb{E}_{y \sim p}[1] / 2 = 0", r"\log\left( \mathbb{E}_{y \sim p}[1] \right) / 2 = 0", "proved"),
    ],
    "power after expectation": [
        (r"\mathbb{E}_{y \sim p} (r(x,y))^2 \ge 0", r"\mathbb{E}_{y \sim p}[(r(x,y))^2] \ge 0", "proved"),
        (r"\mathbb{E}_{y \sim p} (r(x,y))^2 \ge 0", r"(\mathbb{E}_{y \sim p}[r(x,y)])^2 \ge 0", "proved"),
    ],
    "dividing by a scope": [
        (r"1 / \mathbb{E}_{y \sim p}[1] 2 = 2", r"\frac{2}{\mathbb{E}_{y \sim p}[1]} = 2", "proved"),
    ],
    "lost subscript": [
        (r"\mathbb{E}* {y \sim p}[1] = 1", r"\mathbb{E}_{y \sim p}[1] = 1", "proved"),
        (r"\mathbb{E}* {y \sim p}[1] = 1", r"\mathbb{E}\_{y \sim p}[1] = 1", "proved"),
    ],
    "lonely prime": [("v(') = v(')", "<!-- symkl: v function of s -->\n\n$$ v(s') = v(s') $$", "proved")],
    "unclosed display": [("text\n\n$$ 1 = 1", "text\n\n$$ 1 = 1 $$", "proved"), ("\\[ 1 = 1\n", "\\[ 1 = 1 \\]", "proved")],
    "unclosed directive": [("<!-- symkl: tau > 0\n\n$$ 1 = 1 $$", "<!-- symkl: tau > 0 -->\n\n$$ 1 = 1 $$", "proved")],
    "misspelt directive": [("<!-- symkl tau > 0 -->\n\n$$ 1 = 1 $$", "<!-- symkl: tau > 0 -->\n\n$$ 1 = 1 $$", "proved")],
    "endless macro": [
        (r"$\def\x{1+\x}$ $$ \x = 2 $$", r"$\def\x{1+1}$ $$ \x = 2 $$", "proved"),
        (r"$\def\x{1+\x}$ $$ \x = 2 $$", "$$ 1+1 = 2 $$", "proved"),
    ],
    "macro too long": [
        (r"$\def\x#1{#1#1#1#1#1#1#1#1#1#1}$ $$ 1 = 1 + 0 \cdot \x{\x{" + "2" * 5_000 + "}} $$", "$$ 1 = 1 + 0 $$", "proved"),
    ],
    "macro without argument": [
        (r"$\newcommand{\x}[2]{#1#2}$ $$ 2 = {\x{2}} $$", r"$\newcommand{\x}[2]{#1#2}$ $$ 2 = \x{2}{} $$", "proved"),
    ],
    "macro with two meanings": [
        (r"\newcommand{\log}{\exp}\[ \log 0 = 1 \] \documentclass{a}", r"\renewcommand{\log}{\exp}\[ \log 0 = 1 \] \documentclass{a}", "proved"),
        (r"\newcommand{\log}{\exp}\[ \log 0 = 1 \] \documentclass{a}", r"\newcommand{\x}{\exp}\[ \x 0 = 1 \] \documentclass{a}", "proved"),
    ],
}  # fmt: skip

#: What stands in the way lies in a file as a whole, or is the work of a bomb; and an empty row is passed over.
NOTHING_TO_DO = {"skipped", "too many displays", "too many lines", "too many macros", "too large for macros", "macros spent", "no notebook", "nothing to read"}

#: The same of what is read and has no meaning.
MEANING: Followed = {
    "directive": [("<!-- symkl: tau positive -->\n\n$$ \\tau > 0 $$", f"<!-- symkl: {each} -->\n\n$$ 1 = 1 $$", "assumed" if each == "assume" else "proved")
                  for each in ("tau > 0", "c scalar", "f function of x, y", "q distribution over y given x",
                               r"reference \pi_0", "reward R", r"temperature \tau", r"sampler \pi", "assume")],
    "directive about no symbol": [
        ("<!-- symkl: temperature 1/\\beta -->\n\n$$ 1 = 1 $$",
         "<!-- symkl: temperature \\tau -->\n\n$$ \\tau := 1/\\beta $$\n\n$$ \\tau \\beta = 1 $$", "proved"),
    ],
    "directive about no index": [
        ("<!-- symkl: f function of the prompt -->\n\n$$ f(x) = f(x) $$",
         "<!-- symkl: f function of x, y -->\n\n$$ f(x, y) = f(x, y) $$", "proved"),
    ],
    "parameter exchanged": [
        (r"$$ L(\theta) = \sum_y \mu(y|x) r_\theta(x,y) $$ $$ L(\phi) = \sum_y \mu(y|x) r_\phi(x,y) $$",
         r"$$ L(\theta) = \sum_y \mu(y|x) r_\theta(x,y) $$ $$ \sum_y \mu(y|x) r_\phi(x,y) = \sum_y r_\phi(x,y) \mu(y|x) $$",
         "proved"),
    ],
    "clash": [
        (r"$$ r(x,y) = r(x,y) $$ $$ r = \frac{p(y)}{q(y)} $$", r"$$ r(x,y) = r(x,y) $$ $$ w = \frac{p(y)}{q(y)} $$",
         "assumed"),
    ],
    "clash of alphabets": [
        (r"$$ V(x) = \sum_y \pi(y|x) r(x,y) $$ $$ V(y) = V(y) $$", r"$$ V(x) = \sum_y \pi(y|x) r(x,y) $$ $$ V'(y) = V'(y) $$",
         "proved"),
        (r"$$ V(x) = \sum_y \pi(y|x) r(x,y) $$ $$ V(y) = V(y) $$", r"$$ V(x) = \sum_y \pi(y|x) r(x,y) $$ $$ V(x) = V(x) $$",
         "proved"),
    ],
    "entry by number": [
        (r"$$ p_1 + p_2 = p_2 + p_1 $$ $$ \sum_i p_i = 1 $$", r"$$ p_i + p_i = 2 p_i $$ $$ \sum_i p_i = 1 $$", "proved"),
        (r"$$ p_1 + p_2 = p_2 + p_1 $$ $$ \sum_i p_i = 1 $$", r"$$ p_i + q_i = q_i + p_i $$ $$ \sum_i p_i = 1 $$", "proved"),
    ],
    "inner product with an index": [
        (r"\langle p, r(x,y)\rangle = \langle r(x,y), p\rangle", r"\sum_y p(y) r(y) = \sum_y r(y) p(y)", "proved"),
    ],
    "divergence not given": [
        (r"1 + D_g(p \| q) = D_g(p \| q) + 1",
         r"$$ g(u) = u \log u $$ $$ D_g(p \| q) = \sum_y q(y) g(p(y)/q(y)) $$ $$ 1 + D_g(p \| q) = D_g(p \| q) + 1 $$", "proved"),
    ],
    "no slope": [
        (r"$$ f(u) = u + g(2 u) $$ $$ f'(1) = f'(1) $$", r"$$ f(u) = u + 2 u $$ $$ f'(1) = 3 $$", "proved"),
    ],
    "may move unsaid": [
        (r"$$ G(\beta) = E_{y\sim\mu}[\beta q_\beta(y)] $$ $$ G(2) = G(2) $$",
         r"$$ E_{y\sim\mu}[2 q_2(y)] = 2 E_{y\sim\mu}[q_2(y)] $$", "proved"),
    ],
    "no value there": [
        (r"$$ Z(\beta) = \sum_y \mu(y) e^{r(y)/\beta} $$ $$ Z(0) = 1 $$",
         r"$$ \lim_{\beta \to 0} \beta \log \sum_y \mu(y) e^{r(y)/\beta} = \max_y r(y) $$", "proved"),
    ],
    "mixture": [
        (r"<!-- symkl: c scalar --> $$ F[q] = \sum_y q(y) r(y) $$ $$ F[q + c p] = F[q] + c F[p] $$",
         r"<!-- symkl: c scalar --> $$ m(y) := q(y) + c p(y) $$ $$ \sum_y m(y) r(y) = \sum_y q(y) r(y) + c \sum_y p(y) r(y) $$",
         "proved"),
    ],
    "value of what varies": [
        (r"$$ G(t) = \max_\pi E_{y\sim\pi}[t\, r(y)] $$ $$ G(2) = G(2) $$",
         r"$$ \max_\pi E_{y\sim\pi}[2 r(y)] = 2 \max_y r(y) $$", "proved"),
    ],
    "sum and integral": [
        (r"\sum_y \pi(y|x) = \int \pi(y|x) \, dy", r"\int \pi(y|x) \, dy = \int \pi(y|x) \, dy", "proved"),
        (r"\sum_y \pi(y|x) = \int \pi(y|x) \, dy", r"\sum_y \pi(y|x) = \sum_y \pi(y|x)", "proved"),
    ],
    "rebinding": [
        (r"R(x,y) \gets R(x,y) - \beta = 2", r"$$ R'(x,y) := R(x,y) - \beta $$ $$ R'(x,y) + \beta = R(x,y) $$", "proved"),
    ],
    "undeclared": [
        (r"c\, r(x,y) = r(x,y) c", f"<!-- symkl: {each} -->\n\n$$ c\\, r(x,y) = r(x,y) c $$", "proved")
        for each in ("c scalar", "c > 0")
    ],
    "undeclared function": [
        ("g(x,y) + g = g + g(x,y)", "<!-- symkl: g function of x, y -->\n\n$$ g(x,y) + g = g + g(x,y) $$", "proved"),
    ],
    "index by itself": [
        ("y = y", "r(x, y) = r(x, y)", "proved"), ("y = y", r"\pi(y \mid x) = \pi(y \mid x)", "proved"),
    ],
    "joint distribution": [
        ("<!-- symkl: q distribution over x, y -->\n\n$$ q = q $$",
         "<!-- symkl: q distribution over x, y -->\n\n$$ q(x, y) = q(x, y) $$", "proved"),
    ],
    "with and without a bar": [
        (r"E_{x\sim D}[D_{KL}(\pi(y|x)\|\pi(y))] \ge 0", r"E_{x\sim D}[D_{KL}(\pi(\cdot|x)\|\mu(\cdot|x))] \ge 0", "proved"),
    ],
    "two fonts": [
        (r"\mathbf r(x,y) = r(x,y)", r"r(x,y) = r(x,y)", "proved"),
        (r"\mathbf r(x,y) = r(x,y)", r"R(x,y) - r(x,y) = R(x,y) - r(x,y)", "proved"),
    ],
    "laws for several": [
        (r"E_{y,y'\sim\pi,\mu}[r(y)] = E_{y\sim\pi}[r(y)]", r"E_{y\sim\pi,y'\sim\mu}[r(y)] = E_{y\sim\pi}[r(y)]", "proved"),
    ],
    "laws of other things": [
        (r"D_{KL}(p(x,y)\|q(x)) \ge 0", r"D_{KL}(p(x,y)\|q(x,y)) \ge 0", "proved"),
    ],
    "argument left out": [
        ("$$ \\pi(y|x) = \\pi(y|x) $$\n\n$$ m(y) = \\pi(y) $$",
         "$$ \\pi(y|x) = \\pi(y|x) $$\n\n$$ m(x,y) = \\pi(y|x) $$", "assumed"),
        ("$$ \\pi(y|x) = \\pi(y|x) $$\n\n$$ m(y) = \\pi(y) $$",
         "$$ \\pi(y|x) = \\pi(y|x) $$\n\n$$ m(y) = \\mu(y) $$", "assumed"),
    ],
    "part of what is drawn": [
        (r"E_{a\sim\pi(\cdot|s)}[V(s')] = V(s')",
         r"E_{a\sim\pi(\cdot|s)}[E_{s'\sim P(\cdot|s,a)}[V(s') - V(s')]] = 0", "proved"),
    ],
    "several unsaid": [
        (r"E_{y_1,y_2\sim\pi(\cdot|x)}[r] = 0", r"E_{y_1,y_2\sim\pi(\cdot|x)}[r(x, y_1) - r(x, y_2)] = 0", "proved"),
    ],
    "index called": [("y(x) = y(x)", "r(x) = r(x)", "proved")],
    "condition of no distribution": [("Z(2 | x) = Z(2 | x)", "Z(x) = Z(x)", "proved")],
    "expression as argument": [
        ("r(x, 2) = r(x, 2)", r"r(x, y) \cdot (2) = 2 r(x, y)", "proved"),
    ],
    "prompt alone": [(r"\log Z(y) = \log Z(y)", r"\log Z(x) = \log Z(x)", "proved")],
    "no argument": [
        (r"J(2) = J(2)", "$$ J(\\pi) = \\sum_y \\pi(y|x) r(x,y) $$\n\n$$ J(\\pi) = J(\\pi) $$", "proved"),
    ],
    "no index": [
        (r"\pi(2 | x) = \pi(2 | x)", r"\pi(y | x) = \pi(y | x)", "proved"),
        (r"D_{KL}(\pi(2 | x) \| \pi_0(2|x)) \ge 0", r"D_{KL}(\pi(\cdot | x) \| \pi_0(\cdot | x)) \ge 0", "proved"),
    ],
    "preference not defined": [
        (r"\log p_\theta(y_w \succ y_l | x) = \log p_\theta(y_w \succ y_l | x)",
         r"$$ p(y_w \succ y_l \mid x) = \sigma(r(x,y_w) - r(x,y_l)) $$"
         r"$$ \log p(y_w \succ y_l | x) = \log p(y_w \succ y_l | x) $$", "proved"),
    ],
    "no expression": [(r"\log\dots = 0", r"\log 1 = 0", "proved")],
    "size of a set": [
        (r"|\mathcal{D}| \ge 0", "<!-- symkl: N > 0 -->\n\n$$ N \\ge 0 $$", "proved"),
        ("|A| \\ge 0", "|A(x,y)| \\ge 0", "proved"),
    ],
    "wrong count": [
        (r"\operatorname{clip}(r(x,y), 2) = \operatorname{clip}(r(x,y), 2)",
         r"\operatorname{clip}(r(x,y), 1, 2) = \operatorname{clip}(r(x,y), 1, 2)", "proved"),
    ],
    "sum over a range": [
        (r"\sum_{t=1}^{2 T} R_t = \sum_{t=1}^{2 T} R_t", r"\sum_{t=1}^T R_t = \sum_{t=1}^T R_t", "proved"),
    ],
    "family": [
        (r"\sum_{i=1}^n \theta_i = \sum_{i=1}^n \theta_i", r"\sum_{i=1}^n f_i = \sum_{i=1}^n f_i", "proved"),
        (r"\sum_{i=1}^n \theta_i = \sum_{i=1}^n \theta_i", r"\theta_i = \theta_i", "proved"),
    ],
    "apart from itself": [
        (r"\sum_{j\ne j} R_j = \sum_{j\ne j} R_j", r"\sum_{j \ne i} R_j = \sum_{j=1}^G R_j - R_i", "proved"),
    ],
    "member by number": [
        (r"\sum_{i=1}^G R_i + R_1 = R_1 + \sum_{i=1}^G R_i", r"\sum_{i=1}^G R_i + R_j = R_j + \sum_{i=1}^G R_i", "proved"),
    ],
    "group by itself": [
        (r"\{R_i\}_{i=1}^G = \{R_i\}_{i=1}^G",
         r"\operatorname{mean}(R_1, \dots, R_G) = \frac{1}{G} \sum_{i=1}^G R_i", "proved"),
        (r"\{R_i\}_{i=1}^G = \{R_i\}_{i=1}^G", r"\sum_{i=1}^G R_i = \sum_{j=1}^G R_j", "proved"),
    ],
    "several samples at once": [
        (r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}[r(y_i)] = \mathbb{E}_{y_1,\dots,y_n\sim\pi}[r(y_i)]",
         r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}[\sum_{i=1}^n r(y_i)] = n \mathbb{E}_{y \sim \pi}[r(y)]", "proved"),
    ],
    "sample of a density": [
        ("$$ \\int \\pi(y|x) \\, dy = 1 $$\n\n$$ \\sum_{i=1}^n \\mathbf{1}[y_i = y] = \\sum_{i=1}^n \\mathbf{1}[y_i = y] $$",
         "$$ \\sum_y \\pi(y|x) = 1 $$\n\n$$ \\sum_{i=1}^n \\mathbf{1}[y_i = y] = \\sum_{i=1}^n \\mathbf{1}[y_i = y] $$", "proved"),
        ("$$ \\int \\pi(y|x) \\, dy = 1 $$\n\n$$ \\sum_{i=1}^n \\mathbf{1}[y_i = y] = \\sum_{i=1}^n \\mathbf{1}[y_i = y] $$",
         "$$ \\int \\pi(y|x) \\, dy = 1 $$\n\n$$ r(x,y) = r(x,y) $$", "proved"),
    ],
    "maximum closed early": [
        (r"\max_y r(x,y) \log\pi(y'|x) = \max_y r(x,y) \log\pi(y'|x)", f"{each} = {each}", "proved")
        for each in (r"(\max_y r(x,y)) \log\pi(y'|x)", r"\max_y (r(x,y) \log\pi(y'|x))")
    ],
    "samples in a name": [
        (f"$$ {HIDDEN} $$", f"<!-- symkl: a_i fixed -->\n\n$$ {HIDDEN} $$", "proved"),
        (f"$$ {HIDDEN} $$",
         rf"$$ a_i = r(x, y_i) $$ $$ {HIDDEN.split(' = ')[0]} = n \mathbb{{E}}_{{y \sim \pi}}[r(x, y)] $$", "proved"),
    ],
    "no condition": [
        (r"\mathbf{1}[r(x,y) \approx 2] \ge 0", r"\mathbf{1}[r(x,y) > 2] \ge 0", "proved"),
    ],
    "token of a response": [
        (r"\sum_{y_t}\pi(y_t|x,y_{<t}) Q(x,y) = Q(x,y)",
         r"\sum_{y_t}\pi(y_t|x,y_{<t}) Q(x,y_{<t},y_t) \le \max_{y_t} Q(x,y_{<t},y_t)", "proved"),
    ],
    "infinite": [(r"\lim_{\beta\to\infty} \beta = \infty", r"\lim_{\beta\to\infty} 1/\beta = 0", "proved")],
    "no samples": [
        (r"\mathbb{E}_{\{y_i\}_{j=1}^n\sim\pi}[\sum_{i=1}^n r(y_i)] = n \mathbb{E}_{y \sim \pi}[r(y)]",
         rf"\mathbb{{E}}_{{{drawn} \sim \pi}}[\sum_{{i=1}}^n r(y_i)] = n \mathbb{{E}}_{{y \sim \pi}}[r(y)]", "proved")
        for drawn in (r"y_1, \dots, y_n", r"\{y_i\}_{i=1}^n")
    ],
    "samples beside others": [
        (r"E_{\{y_i\}_{i=1}^n, y'\sim\pi(\cdot|x)}[\frac1n\sum_{i=1}^n r(x,y_i) - r(x,y')] = 0",
         r"E_{\{y_i\}_{i=1}^n\sim\pi(\cdot|x)}[E_{y'\sim\pi(\cdot|x)}[\frac1n\sum_{i=1}^n r(x,y_i) - r(x,y')]] = 0",
         "proved"),
    ],
    "product of any sign": [
        (r"\prod_{t=1}^{|y|} \log\pi(y_t|x,y_{<t}) = 0",
         "<!-- symkl: w > 0 -->\n\n$$ 2 \\prod_{t=1}^{T} w_t = \\prod_{t=1}^{T} w_t + \\prod_{t=1}^{T} w_t $$", "proved"),
    ],
    "next token by itself": [
        (r"\sum_{t=1}^T \mathrm{TV}(\pi(\cdot|x,y_{<t}), \mu(\cdot|x,y_{<t})) = \sum_{t=1}^T \log\pi(y_t|x,y_{<t})",
         r"2 \sum_{t=1}^T \log\pi(y_t|x,y_{<t}) = \sum_{t=1}^T 2 \log\pi(y_t|x,y_{<t})", "proved"),
    ],
    "behind other tokens": [
        (f"{TOKENS} + {behind('y_{w,<t}')} = {behind('y_{w,<t}')} + {TOKENS}",
         f"{TOKENS} + {behind('y_{<t}')} = {behind('y_{<t}')} + {TOKENS}", "proved"),
    ],
    "token or sample": [
        (r"\sum_{t=1}^T r(x,y_t) = \sum_{t=1}^T r(x,y_t)", rf"\sum_{{{to}}} {of} = \sum_{{{to}}} {of}", "proved")
        for to, of in (("t=1}^{T", "r_t"), ("i=1}^{n", "r(x,y_i)"))
    ],
    "expectation under no policy": [
        (r"\mathbb{E}_y[r(x,y)] = \mathbb{E}_y[r(x,y)]",
         r"\mathbb{E}_{y \sim \pi}[r(x,y)] = \mathbb{E}_{y \sim \pi}[r(x,y)]", "proved"),
    ],
    "expectation under no distribution": [
        (r"\mathbb{E}_{y \sim 2}[1] = 1", r"\mathbb{E}_{y \sim \pi(\cdot \mid x)}[1] = 1", "proved"),
    ],
    "drawn by another name": [
        (r"\mathbb{E}_{y \sim \pi(y'|x)}[1] = 1", r"\mathbb{E}_{y \sim \pi(y|x)}[1] = 1", "proved"),
    ],
    "bare expectation": [
        (r"\mathbb{E}[r(x,y)] = \mathbb{E}[r(x,y)]",
         r"\mathbb{E}_{y \sim \pi}[r(x,y)] = \mathbb{E}_{y \sim \pi}[r(x,y)]", "proved"),
        (r"\mathbb{E}[r(x,y)] = \sum_y \pi_\theta(y|x) r(x,y)",
         "<!-- symkl: sampler \\pi_\\theta -->\n\n$$ \\mathbb{E}[r(x,y)] = \\sum_y \\pi_\\theta(y|x) r(x,y) $$", "proved"),
    ],
    "expectation closed early": [
        (r"\mathbb{E}_{y \sim \pi}[r(x,y)] \log \pi(y|x) = \mathbb{E}_{y \sim \pi}[r(x,y)] \log \pi(y|x)",
         r"\mathbb{E}_{y \sim \pi}[r(x,y) \log \pi(y|x)] = \mathbb{E}_{y \sim \pi}[r(x,y) \log \pi(y|x)]", "proved"),
        (r"\mathbb{E}_{y \sim \pi}[r(x,y)] \log \pi(y|x) = \mathbb{E}_{y \sim \pi}[r(x,y)] \log \pi(y|x)",
         r"\log \pi(y|x) \mathbb{E}_{y \sim \pi}[r(x,y)] = \log \pi(y|x) \mathbb{E}_{y \sim \pi}[r(x,y)]", "proved"),
    ],
    "variance under no policy": [
        (r"\mathrm{Var}[r(x,y)] \ge 0", r"\mathrm{Var}_{y \sim \pi}[r(x,y)] \ge 0", "proved"),
    ],
    "gradient by no parameter": [
        (r"\nabla_\beta (\beta r(x,y)) = r(x,y)", r"\frac{d}{d\beta} (\beta r(x,y)) = r(x,y)", "proved"),
        (r"\nabla_{\pi} (2 \pi(y|x)) = 2", r"\frac{\partial}{\partial\pi(y|x)} (2 \pi(y|x)) = 2", "proved"),
    ],
    "two parameters": [
        (r"\nabla_\theta \log\pi_\theta(y|x) + \nabla_\psi \log\pi_\psi(y|x)"
         r" = \nabla_\psi \log\pi_\psi(y|x) + \nabla_\theta \log\pi_\theta(y|x)",
         r"\nabla_\theta \log\pi_\theta(y|x) = \nabla_\theta \log\pi_\theta(y|x)", "proved"),
    ],
    "derivative by no symbol": [
        ("$$ J(\\pi) = 0 $$\n\n$$ \\frac{\\partial J(\\pi)}{\\partial J(\\pi)} = 1 $$",
         r"\frac{\partial (2 \pi(y|x))}{\partial \pi(y \mid x)} = 2", "proved"),
    ],
    "limit of no scalar": [
        (r"\lim_{r \to \infty} 1 = 1", r"\lim_{\beta \to 0^+} 1 = 1", "proved"),
        (r"\lim_{r \to \infty} 1 = 1", r"\lim_{\beta \to \infty} 1 = 1", "proved"),
    ],
    "limit from both sides": [
        ("<!-- symkl: c scalar -->\n\n$$ \\lim_{c \\to 0} c r(x,y) = 0 $$", f"<!-- symkl: c {kind} -->\n\n$$ {row} $$", "proved")
        for kind, row in (("scalar", r"\lim_{c \to 0^+} c r(x,y) = 0"), ("> 0", r"\lim_{c \to 0} c r(x,y) = 0"))
    ],
    "problem closed early": [
        (r"\max_\pi \{ r(x,y) \} - \log \pi(y|x)", r"\max_\pi \{ r(x,y) - \log \pi(y|x) \}", "stated"),
        (r"\max_\pi \{ r(x,y) \} - \log \pi(y|x)", r"- \log \pi(y|x) + \max_\pi \{ r(x,y) \}", "stated"),
    ],
    "problem over no policy": [
        (r"\max r(x,y)", r"\max_{\pi} r(x,y)", "stated"),
    ],
}  # fmt: skip


def checked(text: str) -> Report:
    """The report on a document, or on one formula."""
    tex = "\\documentclass" in text
    whole = any(sign in text for sign in ("$$", "\\[", "<!--")) or tex
    return check_text(text if whole else f"$$ {text} $$", "a.tex" if tex else "a.md")


def messages(report: Report) -> list[str]:
    troubles = [*report.troubles, *(line.trouble for line in report.lines if line.trouble is not None)]
    return [trouble.message for trouble in troubles]


CASES = [(name, *each) for table in (READ, MEANING) for name, all_of_it in table.items() for each in all_of_it]


def test_all_advice_is_followed() -> None:
    assert {*MISTAKES, *MEANT} - {*READ, *MEANING} == NOTHING_TO_DO


@pytest.mark.parametrize(("name", "before", "after", "answer"), CASES, ids=[f"{name} {after[:30]}" for name, _, after, _ in CASES])
def test_advice_that_is_followed_works(name: str, before: str, after: str, answer: str) -> None:
    said = messages(checked(before))
    shape = shaped({**MISTAKES, **MEANT}[name])
    assert any(shape.fullmatch(message) for message in said), said
    report = checked(after)
    assert not messages(report)
    assert report.lines[-1].status.value == answer, report.lines[-1].because
    assert all(line.status not in (Status.UNREADABLE, Status.REFUTED) for line in report.lines)


@pytest.mark.parametrize("name", sorted({*READ, *MEANING}))
def test_every_declaration_that_is_offered_is_tried(name: str) -> None:
    advice = {**MISTAKES, **MEANT}[name].advice
    tried = " ".join(after for each, _, after, _ in CASES if each == name)
    for offered in re.findall(r"<!-- symkl: .*? -->", advice):
        kind = re.sub(r"<!-- symkl: \S+ | -->|\{\w+\}", "", offered)
        assert kind.strip() in tried
