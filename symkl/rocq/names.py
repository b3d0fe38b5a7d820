"""Names that Rocq takes, one for each name of a document."""

from __future__ import annotations

from collections.abc import Iterable

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip
_OTHER = {"*": "_star", "′": "_prime", "'": "_prime", "⟩": "_token", "≤": "_", "∇": "slope_", "~": "v", "#": "b"}

RESERVED = frozenset({
    "as", "at", "cofix", "else", "end", "exists", "exists2", "fix", "for", "forall", "fun", "if", "IF", "in",
    "let", "match", "mod", "return", "Set", "Prop", "Type", "SProp", "then", "using", "where", "with", "by",
    "R", "E", "S", "O", "I", "N", "Z", "Q", "D", "C", "B", "L", "nat", "bool", "list", "unit", "tt", "true",
    "false", "Some", "None", "True", "False", "PI", "ln", "exp", "sum", "product", "largest", "is_largest",
    "same", "at_place", "logistic", "choose", "alphabet", "carrier", "elements", "maximiser", "minimiser",
    "maximum", "minimum", "slope", "tends_at_zero", "tends_at_infinity", "gibbs", "distribution", "pos",
    "nonneg", "nonzero", "arith", "logs", "under", "Rmax", "Rmin", "Rabs", "Rpower", "INR", "IZR", "In",
    "NoDup", "nil", "cons", "fst", "snd", "id", "not", "iff", "eq", "ex", "and", "or", "best", "solved", "sqrt",
    "sin", "cos", "tan", "all_of_them", "up", "sigT", "sig", "Eq", "Lt", "Gt",
})  # fmt: skip
"""Words of Rocq, of its standard library and of ours that a statement or a script says."""


def identifier(name: str) -> str:
    """A name in the letters that Rocq takes, whatever else is called so.

    >>> identifier("π_ref"), identifier("y'"), identifier("J*"), identifier("2")
    ('pi_ref', 'y_prime', 'J_star', 'n2')
    """
    spelled = "".join(_spelled(letter) for letter in name).strip("_") or "it"
    return f"n{spelled}" if spelled[0].isdigit() else spelled


def _spelled(letter: str) -> str:
    if letter.isascii() and (letter.isalnum() or letter == "_"):
        return letter
    return _GREEK.get(letter) or _OTHER.get(letter) or "_"


class Names:
    """One identifier for each thing that has a name, and no two alike."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._of: dict[tuple[str, str], str] = {}
        self._taken = {*RESERVED, *taken}

    def of(self, kind: str, name: str, wish: str | None = None) -> str:
        """What the thing of a ``kind`` that is called ``name`` is called in Rocq.

        >>> names = Names()
        >>> names.of("scalar", "β"), names.of("variable", "β"), names.of("scalar", "β")
        ('beta', 'beta_1', 'beta')
        """
        found = self._of.get((kind, name))
        if found is None:
            found = self._of[kind, name] = self.fresh(identifier(name) if wish is None else wish)
        return found

    def fresh(self, wish: str) -> str:
        """An identifier that nothing has yet."""
        found, count = wish, 0
        while found in self._taken:
            count += 1
            found = f"{wish}_{count}"
        self._taken.add(found)
        return found
