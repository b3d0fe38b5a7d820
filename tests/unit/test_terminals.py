"""The lexer: canonical names, decoration that goes, and what a bracket or a bar is."""

from __future__ import annotations

import pytest

from symkl.reading.mistakes import Unreadable
from symkl.reading.terminals.arranging import tokenise
from symkl.reading.terminals.pieces import Token


def lex(text: str) -> list[Token]:
    return list(tokenise(text).tokens)


def kinds(text: str) -> list[str]:
    return [token.kind for token in lex(text)]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("π", [r"\pi", "π", r"{\pi}", "𝜋"]),
        ("π_ref", [r"\pi_{\text{ref}}", r"\pi_{ref}", r"\pi_\text{ref}", r"\pi_{\mathrm {ref}}",
        r"\pi_{r e f}",
                   r"\pi_{\text {ref }}", r"\pi_{\rm ref}", r"\pi\_{ref}", r"\pi*{ref}",
                   r"\pi^{\text{ref}}"]),
        ("π_θ", [r"\pi_\theta", r"\pi_{\theta}", r"\pi_{theta}", r"\pi*\theta", "π_θ"]),
        ("π_θ_old", [r"\pi_{\theta_{\text{old}}}", r"\pi_{\theta_\text{old}}"]),
        ("π*", [r"\pi^*", r"\pi^{*}", r"\pi^\star", r"\pi_\star", r"\pi^\ast", "π^∗", r"\pi_*"]),
        ("π_θ*", [r"\pi_\theta^*", r"\pi^*_\theta", r"\pi^{*}_{\theta}"]),
        ("π_SFT", [r"\pi^{SFT}", r"\pi_{SFT}", r"\pi_{\mathrm{SFT}}", r"\pi^{\mathrm{SFT}}"]),
        ("π_0", [r"\pi_0", r"\pi_{0}", "π₀"]),
        ("π_r'", [r"\pi_{r^{\prime}}", r"\pi_{r'}"]),
        ("π^(k+1)", [r"\pi^{(k+1)}"]),
        ("r_φ", [r"r_\phi", r"r_{\varphi}"]),
        ("r*", ["r^*", r"r^{\star}"]),
        ("r̂_θ", [r"\hat r_\theta", r"\hat{r}_\theta", r"\hat{r}_{\theta}", r"\widehat{r_\theta}", "r̂_θ"]),
        ("r̄", [r"\bar r", r"\overline{r}"]),
        ("y_w", ["y_w", "y_{w}", r"y_{\text{w}}", "y*w"]),
        ("y'", ["y'", r"y^{\prime}", r"y^\prime", "y′"]),
        ("y^+", ["y^+", "y^{+}"]),
        ("y^-", ["y^-", "y^{−}"]),
        ("y_<t", ["y_{<t}"]),
        ("o_i,<t", ["o_{i,<t}", "o_{i, < t}"]),
        ("λ_KL", [r"\lambda_{\mathrm{KL}}", r"\lambda_{KL}"]),
        ("L_DPO", [r"\mathcal{L}_{\text{DPO}}", r"\mathcal L_{DPO}"]),
        ("D", [r"\mathcal{D}", "D", r"\mathscr D"]),
        ("P", [r"\texttt{P}", r"\mathbb{P}"]),
        ("ℓ", [r"\ell", "ℓ"]),
        ("Z_β", [r"Z_\beta", r"\mathcal{Z}_{\beta}"]),
        ("J_x^(m)", ["J_x^{(m)}"]),
        ("p_ref", [r"p^{\text{ref}}"]),
        ("θ", [r"\boldsymbol{\theta}", r"\bm\theta"]),
        ("V^π", [r"V^\pi", r"V^{\pi}"]),
        ("reward", [r"\mathrm{reward}", r"\operatorname{reward}"]),
    ],
)
def test_every_spelling_has_one_name(name: str, spellings: list[str]) -> None:
    for spelling in spellings:
        assert [(t.kind, t.value) for t in lex(spelling)] == [("SYMBOL", name)], spelling


@pytest.mark.parametrize("text", ["r^2", "r^{-1}", r"r^\beta", r"a^{r/\beta}", r"\sigma^2", r"\pi^{-1}"])
def test_other_superscripts_are_exponents(text: str) -> None:
    assert kinds(text)[:2] == ["SYMBOL", "POW"]


@pytest.mark.parametrize(
    "text",
    [r"\left( a \right)", r"\big( a \big)", r"\Bigl( a \Bigr)", r"(\, a \;)", r"( a~)", r"(\quad a \ )",
     "(&a)",
     r"(a) \tag{3}", r"(a) \label{eq:x}", "(a) {#eq:foo}", r"\boxed{(a)}", r"\color{red} (a)",
     r"\textcolor{red}{(a)}",
     r"\displaystyle (a)", "(a).", "(a),", r"(a) \quad(3)", r"(a) \quad \text{by definition}",
     "(a) % because",
     r"\text{where } (a)", r"(a) \nonumber", r"(a) \hspace{1em}"],
)  # fmt: skip
def test_decoration_is_dropped(text: str) -> None:
    assert [t.value for t in lex(text)] == ["(", "a", ")"]


def test_a_label_under_a_brace_is_dropped_with_its_relation() -> None:
    assert kinds(r"\underbrace{a - b}_{= 0 \text{ here}} + c") == [
        "OPEN", "SYMBOL", "MINUS", "SYMBOL", "CLOSE", "PLUS", "SYMBOL",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [r"D_{KL}(p\|q)", r"D_{\text{KL}}[p || q]", r"D_{\mathrm{KL}}\!\left(p \parallel q\right)",
     r"\text{KL}\{p \Vert q\}",
     r"\mathrm{KL}(p \lVert q)", "KL(p||q)", r"\KL(p \middle\| q)", r"\mathbb{D}_{KL}(p \mid\mid q)",
     "D_{K L}(p| | q)",
     r"\mathcal{D}_{\mathrm {KL}}(p : q)", r"\mathrm{D}(p\|q)", "D(p ‖ q)", "KL[p, q]",
     r"{\rm KL}(p\bigg\|q)", r"\operatorname{KL}(p|q)",
     r"\mathbb{D}_\text{KL}(p\|q)"],
)  # fmt: skip
def test_every_dress_of_the_kl_divergence(text: str) -> None:
    assert kinds(text) == ["DIVERGENCE", "KOPEN", "SYMBOL", "KBAR", "SYMBOL", "KCLOSE"]
    assert lex(text)[0].value == "KL"


def test_bars_by_what_stands_around_them() -> None:
    assert kinds(r"\pi(y|x)")[2:5] == ["SYMBOL", "BAR", "SYMBOL"]
    assert kinds(r"\pi(\cdot \mid x)")[2:4] == ["DOT", "BAR"]
    assert kinds("|a|") == ["ABS_OPEN", "SYMBOL", "ABS_CLOSE"]
    assert kinds("f(|a|)")[2] == "ABS_OPEN"


@pytest.mark.parametrize(
    "text",
    [r"\mathbb{E}_x[a]", r"\mathbf{E}_x[a]", r"\operatorname{E}_x[a]", "E_x[a]", r"\E_x[a]", "𝔼_x[a]",
     r"\mathbb E_x[a]",
     r"\mathop{\mathbb E}\limits_x[a]", r"\underset{x}{\mathbb{E}}[a]", r"\mathbb{E} & _x[a]",
     r"\mathrm{E}_{x}\Big[a\Big]",
     r"{\mathbb{E}}_x[a]", r"\mathbb{E}*{x}[a]"],
)  # fmt: skip
def test_every_dress_of_the_expectation(text: str) -> None:
    assert kinds(text) == ["EXPECT", "BOPEN", "SYMBOL", "BCLOSE", "OPEN", "SYMBOL", "CLOSE"]


@pytest.mark.parametrize(
    ("text", "value"),
    [(r"\max_\pi", "max"), (r"\max\limits_{\pi}", "max"), (r"\underset{\pi}{\arg\max}", "argmax"),
     (r"\sup_\pi", "max"),
     (r"\operatorname*{arg\,max}_\pi", "argmax"), (r"\arg\min_\pi", "argmin"), (r"max_\pi", "max"),
     (r"\inf_\pi", "min"),
     (r"\max_{\text{policy}\ \pi}", "max"), (r"\mathop{\mathrm{argmax}}_\pi", "argmax"), (r"\argmax_{\pi}",
     "argmax"),
     (r"\arg\underset{\pi}{\min}", "argmin"), (r"\operatorname{maximize}_\pi", "max")],
)  # fmt: skip
def test_every_dress_of_an_optimisation(text: str, value: str) -> None:
    head = lex(text + " a")[0]
    assert (head.kind, head.value) == ("OPT", value)
    assert kinds(text + " a") == ["OPT", "BOPEN", "SYMBOL", "BCLOSE", "SYMBOL"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("=", "="), (r"\le", "≤"), (r"\leqslant", "≤"), (r"\geq", "≥"), ("<", "<"), (r"\gt", ">"), (r"\propto",
     "∝"), (":=", ":="),
     (r"\triangleq", ":="), (r"\doteq", ":="), (r"\gets", ":="), (r"\approx", "≈"), (r"\iff", "≡"),
     (r"\Leftrightarrow", "≡"),
     (r"\equiv", "≡"), (r"\implies", "⟹"), (r"\Longrightarrow", "⟹"), (r"\stackrel{\text{def}}{=}", ":="),
     (r"\overset{(a)}{=}", "="), ("≤", "≤"), (r"\coloneqq", ":=")],
)  # fmt: skip
def test_relations(text: str, value: str) -> None:
    assert [t.value for t in lex(f"a {text} b")] == ["a", value, "b"]


@pytest.mark.parametrize("text", ["logZ", r"\log Z", "log Z", r"\ln Z", r"\text{log} Z", r"\mathrm{log}Z",
"lnZ"])
def test_functions_without_their_backslash(text: str) -> None:
    assert [(t.kind, t.value) for t in lex(text)] == [("FUNC", "log"), ("SYMBOL", "Z")]


def test_spans_are_offsets_in_the_document() -> None:
    text = r"\pi_{\text{ref}}(y) \le \frac12"
    tokens = tokenise(text, 100).tokens
    assert (tokens[0].span.start, tokens[0].span.stop) == (100, 116)
    assert all(100 <= t.span.start <= t.span.stop <= 100 + len(text) for t in tokens)


@pytest.mark.parametrize(
    ("text", "note"),
    [(r"\pi*{ref}", "Markdown"), (r"\pi\_\theta", "“_”"), (r"\pi(y\|x)", "single"), ("a + b，\\quad c = d",
     "full-width"),
     (r"\mathrm{KL}(p|q)", "‖"), (r"\max_{\pi \in \Delta} a", "over all π"), (r"a = b \quad \forall y",
     "aside")],
)  # fmt: skip
def test_repairs_are_told(text: str, note: str) -> None:
    assert any(note in told for told in tokenise(text).notes)


@pytest.mark.parametrize("text", ["foo", "p(rob)", "ab", "xy", "da"])
def test_a_run_of_letters_is_never_split_by_guessing(text: str) -> None:
    with pytest.raises(Unreadable, match="product of single letters"):
        lex(text)
