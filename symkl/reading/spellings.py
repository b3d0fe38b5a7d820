"""What LaTeX calls signs, and what a macro is to a row: a symbol, nothing, a font, or something that is refused."""

from __future__ import annotations

from symkl.language.functions import TABLE
from symkl.language.terms import Relation

GREEK = dict(
    zip(
        [
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
            "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
            "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
            "Omega",
        ],
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)
GREEK |= {
    "varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "varsigma": "σ", "varpi": "π",
    "ell": "ℓ",
}

_RELATIONS = {
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<", "gt": ">",
    "propto": "∝", "varpropto": "∝", "equiv": "≡", "iff": "≡", "Leftrightarrow": "≡",
    "Longleftrightarrow": "≡", "leftrightarrow": "≡", "implies": "⟹", "Rightarrow": "⟹",
    "Longrightarrow": "⟹", "approx": "≈", "simeq": "≈", "thickapprox": "≈", "coloneqq": ":=",
    "coloneq": ":=", "triangleq": ":=", "doteq": ":=", "gets": ":=", "leftarrow": ":=", "defeq": ":=",
    "eqdef": ":=",
}
_UNICODE_RELATIONS = {
    "=": "=", "<": "<", ">": ">", "≤": "≤", "≥": "≥", "⩽": "≤", "⩾": "≥", "∝": "∝", "≡": "≡", "⇔": "≡",
    "⟺": "≡", "⇒": "⟹", "⟹": "⟹", "≈": "≈", "≃": "≈", "≜": ":=", "≔": ":=", "←": ":=", "≐": ":=",
}
RELATION = {each.value: each for each in Relation}

_HEADS = {
    "max": "max", "min": "min", "sup": "max", "inf": "min",
    "arg": "arg", "argmax": "argmax", "argmin": "argmin", "sum": "sum", "prod": "product",
    "nabla": "nabla", "partial": "partial", "lim": "lim", "E": "E", "int": "∫", "iint": "∬",
    **{f"arg{sense}{which}": f"arg{sense}" for sense in ("max", "min") for which in "ABC"},
    **{macro: row.name for row in TABLE.values() for macro in row.written.macros},
}
#: Words in \text, \mathrm, \operatorname that name an operator; those of ``BARE_HEADS`` as bare letters, too.
WORD_HEADS = {
    "max": "max", "min": "min", "sup": "max", "inf": "min", "argmax": "argmax", "argmin": "argmin", "arg": "arg",
    "maximize": "max", "minimize": "min", "maximise": "max", "minimise": "min", "E": "E",
    **{word: row.name for row in TABLE.values() for word in row.written.words},
}
BARE_HEADS = {"max", "min", "sup", "inf", "argmax", "argmin"}.union(*(row.written.bare for row in TABLE.values()))

SIMPLE: dict[str, tuple[str, str]] = {
    **{name: ("letter", letter) for name, letter in GREEK.items()},
    **{name: ("rel", value) for name, value in _RELATIONS.items()},
    **{name: ("head", value) for name, value in _HEADS.items()},
    "mid": ("bar", "|"),
    "vert": ("bar", "|"),
    "lvert": ("bar", "("),
    "rvert": ("bar", ")"),
    "|": ("dbar", "‖"),
    "Vert": ("dbar", "‖"),
    "lVert": ("dbar", "‖"),
    "rVert": ("dbar", "‖"),
    "parallel": ("dbar", "‖"),
    "{": ("open", "{"),
    "}": ("close", "}"),
    "lbrace": ("open", "{"),
    "rbrace": ("close", "}"),
    "lbrack": ("open", "["),
    "rbrack": ("close", "]"),
    "lparen": ("open", "("),
    "rparen": ("close", ")"),
    "langle": ("open", "⟨"),
    "rangle": ("close", "⟩"),
    "top": ("letter", "⊤"),
    "intercal": ("letter", "⊤"),
    "cdot": ("cdot", "·"),
    "times": ("op", "*"),
    "ast": ("star", "*"),
    "star": ("star", "*"),
    "div": ("op", "/"),
    "prime": ("prime", "'"),
    "sim": ("op", "∼"),
    "thicksim": ("op", "∼"),
    "in": ("op", "∈"),
    "notin": ("op", "∉"),
    "to": ("arrow", "→"),
    "rightarrow": ("arrow", "→"),
    "longrightarrow": ("arrow", "→"),
    "downarrow": ("arrow", "→"),
    "succ": ("op", "≻"),
    "prec": ("op", "≺"),
    "succeq": ("op", "⪰"),
    "ll": ("op", "≪"),
    "dots": ("dots", "…"),
    "ldots": ("dots", "…"),
    "cdots": ("dots", "…"),
    "dotsc": ("dots", "…"),
    "dotsb": ("dots", "…"),
    "infty": ("letter", "∞"),
    "dagger": ("star", "†"),
    "quad": ("quad", ""),
    "qquad": ("quad", ""),
    "forall": ("op", "∀"),
    "colon": ("op", ":"),
    "ne": ("op", "≠"),
    "neq": ("op", "≠"),
    "therefore": ("word", "therefore"),
    "because": ("word", "because"),
    "_": ("sub", "_"),
    "lnot": ("op", "¬"),
}
REFUSED: dict[str, tuple[str, str]] = {
    "oint": ("integral", ""),
    "limsup": ("limit", ""), "liminf": ("limit", ""), "mapsto": ("no relation", ""),
    "not": ("no relation", ""), "cong": ("no relation", ""),
    "perp": ("no relation", ""), "lesssim": ("no relation", ""), "gtrsim": ("no relation", ""),
    "subset": ("no relation", ""), "subseteq": ("no relation", ""), "st": ("constraint", ""),
    "pm": ("not read", "one sign"), "mp": ("not read", "one sign"), "otimes": ("not read", "a product"),
    "binom": ("not read", "a number"), "lfloor": ("not read", "round brackets"),
    "lceil": ("not read", "round brackets"), "cup": ("not read", "numbers"),
    "cap": ("not read", "numbers"), "circ": ("not read", "a product"),
    "dot": ("not read", "\\hat or \\bar"), "ddot": ("not read", "\\hat or \\bar"),
    "matrix": ("matrix", ""), "odot": ("not read", "a product"), "left|": ("evaluation bar", ""),
}
DROPPED = frozenset(
    [
        "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl",
        "bigr", "Bigr", "biggr", "Biggr", "bigm", "Bigm", "biggm", "Biggm", ",", ";", "!", ":", ">",
        "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag",
        "allowbreak", "relax", "noindent", "strut", "mathstrut", "break", "nobreak", "enspace",
        "thinspace", "medspace", "thickspace", "negthinspace", "hfill", "hline", "centering",
        "IEEEyesnumber", "IEEEnonumber", "IEEEeqnarraynumspace", "IEEEyessubnumber",
        "linebreak", "newline", "cr", "thinmuskip", "null", "space", "small", "large", "rm", "it", "bf", "xspace",
        "bgroup", "egroup", "begingroup", "endgroup", "aftergroup",
    ]
) | {" ", "\n", "\t", "/", "\\", "-"}
#: Commands that say of the bar behind them on which side of something it stands.
SIDED = {
    **dict.fromkeys(["left", "bigl", "Bigl", "biggl", "Biggl"], "("),
    **dict.fromkeys(["right", "bigr", "Bigr", "biggr", "Biggr"], ")"),
}
DROPPED_WITH_ARGUMENT = frozenset(
    [
        "tag", "label", "hspace", "vspace", "mspace", "phantom", "hphantom", "vphantom", "color",
        "eqref", "ref", "footnote", "footnotetext", "cite", "hskip", "mskip",
    ]
)
TRANSPARENT = frozenset(
    [
        "boxed", "mathop", "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "ensuremath",
        "fbox", "smash", "mathclap", "cancel", "bcancel", "xcancel", "cancelto", "emph",
    ]
)
SECOND_ONLY = frozenset(["textcolor", "colorbox"])
INKS = frozenset(["color", "textcolor", "colorbox"])
#: Steps back by which what follows may be printed over what stands before it.
#: What an invisible piece may hold and still be no more than a space: relations, signs, brackets, marks.
FONTS = frozenset(
    [
        "text", "textrm", "textbf", "textit", "texttt", "textsf", "textnormal", "textup", "textmd", "textsc", "textsl",
        "mbox", "hbox", "mathrm",
        "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathbb", "mathfrak", "mathscr", "mathds",
        "operatorname", "operatorname*", "boldsymbol", "bm", "pmb", "symbf", "up", "bold",
    ]
)
PROSE = frozenset([
    "text", "textrm", "textbf", "textit", "textsf", "textnormal", "textup", "textmd", "textsc", "textsl", "mbox",
    "hbox",
])  # fmt: skip
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "Hat": "\u0302", "Bar": "\u0304", "Tilde": "\u0303",
}
COMMANDS = frozenset(
    ["frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sqrt", "underset", "overset", "stackrel"]
)
ROW_ENVIRONMENTS = frozenset(
    name + star
    for name in [
        "align", "aligned", "gather", "gathered", "split", "equation", "multline", "multlined",
        "eqnarray", "alignat", "alignedat", "flalign", "displaymath", "math", "IEEEeqnarray", "dmath", "dgroup",
        "empheq", "xalignat", "xxalignat",
    ]
    for star in ("", "*")
)
MATRICES = frozenset(
    ["matrix", "bmatrix", "pmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix", "array"]
)
KNOWN = tuple(
    sorted({
        *SIMPLE,
        *REFUSED,
        "Pr",
        *DROPPED,
        *DROPPED_WITH_ARGUMENT,
        *TRANSPARENT,
        *SECOND_ONLY,
        *FONTS,
        *ACCENTS,
        *COMMANDS,
    })
)

CHARACTERS: dict[str, tuple[str, str]] = {
    **{c: ("rel", v) for c, v in _UNICODE_RELATIONS.items()},
    "(": ("open", "("),
    "[": ("open", "["),
    "⟨": ("open", "⟨"),
    "⟩": ("close", "⟩"),
    "⊤": ("letter", "⊤"),
    ")": ("close", ")"),
    "]": ("close", "]"),
    "{": ("lb", "{"),
    "}": ("rb", "}"),
    "_": ("sub", "_"),
    "^": ("sup", "^"),
    "'": ("prime", "'"),
    "′": ("prime", "'"),
    "’": ("prime", "'"),
    "*": ("star", "*"),
    "∗": ("star", "*"),
    "⋆": ("star", "*"),
    "★": ("star", "*"),
    "†": ("star", "†"),
    "|": ("bar", "|"),
    "∣": ("bar", "|"),
    "‖": ("dbar", "‖"),
    "∥": ("dbar", "‖"),
    "+": ("op", "+"),
    "-": ("op", "-"),
    "−": ("op", "-"),
    "–": ("op", "-"),
    "/": ("op", "/"),
    "·": ("cdot", "·"),
    "⋅": ("cdot", "·"),
    "×": ("op", "*"),
    "∼": ("op", "∼"),
    "∈": ("op", "∈"),
    "≻": ("op", "≻"),
    "≺": ("op", "≺"),
    ":": ("op", ":"),
    ",": ("comma", ","),
    ";": ("comma", ";"),
    ".": ("stop", "."),
    "…": ("dots", "…"),
    "⋯": ("dots", "…"),
    "∑": ("head", "sum"),
    "∏": ("head", "product"),
    "∇": ("head", "nabla"),
    "∂": ("head", "partial"),
    "∞": ("letter", "∞"),
    "ℓ": ("letter", "ℓ"),
    "𝔼": ("head", "E"),
    "≪": ("op", "≪"),
    "∀": ("op", "∀"),
}
#: Full-width punctuation that slips in from Chinese and Japanese keyboards.
FULL_WIDTH = {
    "，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "｜": "|", "＝": "=",
    "＋": "+",
    "－": "-", "。": ".", "、": ",",
}
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u2061\u2062\u2063")
