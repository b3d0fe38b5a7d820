"""How far words carry what was supposed in displays before them.

A sentence that says how one step leads to the next carries it on: “Multiplying both sides by π, and summing over y, we
get”. One that turns to something else may end it, in more ways than anybody could list. So those are listed that go on.
"""

from __future__ import annotations

from symkl.language.patterns import pattern
from symkl.language.proof import Carried
from symkl.reading.conditions import conditions
from symkl.reading.inline import INLINE

_COMMENT = pattern(r"(?s:<!--.*?-->)|(?m:^[ \t]*%.*$)")
_DISPLAY = pattern(
    r"\$\$|\\[\[\]]|`{3,}\w*|\\(?:begin|end)\s*\{(?:align|equation|gather|multline|eqnarray|aligned|gathered|split|IEEEeqnarray|"
    r"displaymath|math|dmath|flalign|alignat|empheq)\*?\}(?:\s*\{[^{}]*\}|\s*\[[^\]]*\])?"
    r"|\\(?:label|tag|eqref|ref|cref|Cref|cite\w*)\s*\{[^{}]*\}|\\(?:noindent|quad|qquad|par|(?:small|med|big)skip)(?![A-Za-z])"
    r"|\(\s*\d+\s*\)|\b(?:Eq|eq|eqn|Equation)s?\."
)
"""What stands around a display, and what points at another."""

_CLOSERS = pattern(r"\$\$|\\\]|\\end\s*\{[^{}]*\}")
_MARK = pattern(r"(?m)^[ \t]*(?:>[ \t]*)*(?:(?:[-+*]|\d{1,2}[.)])[ \t]+)?")
"""What begins a line of a list or of a quotation."""

_RULE = pattern(r"(?m)^[ \t]*(?:[-*_][ \t]*){3,}$|^[ \t]*(?:>[ \t]*)*\*\*(?!Step)[A-Z][^*\n]*\*\*")
"""What sets off what follows: a line, or a label of its own."""

_TOKEN = pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d|\\")

_ENDS = pattern(
    r"(?i)(?:^|[.;:!?]\s+|\n\s*\n\s*|\b(?:and|but|however|now|then),?\s+)"
    r"(?:(?:and|but|however|now|then|or),?\s+)*"
    r"(?:(?:more\s+)?generally\b|in\s+(?:the\s+)?general\b|otherwise\b|if\s+instead\b"
    r"|for\s+(?:an?\s+)?(?:general|arbitrary)\b)"
    r"|\bwithout\s+(?:this|that|these|those|the|any|our)\s+(?:\w+\s+)?(?:assumption|hypothes[ie]s|condition|restriction)s?\b"
    r"|\b(?:drop|lift|remove|relax|no\s+longer\s+assume)(?:s|ped|ped|ing|ping)?\s+(?:this|that|these|the|our)\b"
)

_REST = pattern(r"\A\s*[,;]?\s*[a-z][^.!?]*[.!?](?=\s)")
_ALSO = pattern(r"(?i)\b(?:also|further|furthermore|moreover|additionally|addition)\b")

_STEPS = frozenset(
    [
        "a", "above", "add", "adding", "addition", "additionally", "additive", "advantage", "after", "again",
        "also", "an", "and", "apply", "applying", "are", "as", "assume", "assuming", "assumption", "assumptions",
        "at", "average", "averaging", "be", "because", "becomes", "before", "being", "below", "between", "both",
        "bound", "but", "by", "can", "cancel", "cancels", "chain", "check", "clearly", "collect", "collecting",
        "combine", "combining", "compare", "comparing", "complete", "completing", "compute", "computing",
        "conclude", "condition", "conditions", "consequently", "constant", "constants", "course", "cross", "define",
        "definition", "denominator", "denote", "depend", "depends", "derivative", "differentiate",
        "differentiating", "direct", "directly", "divergence", "divide", "dividing", "does", "each", "entropy",
        "equal", "equality", "equals", "equation", "equations", "equivalent", "equivalently", "expand", "expanding",
        "expectation", "expectations", "explicitly", "exponent", "exponential", "exponentiate", "exponentiating",
        "express", "expression", "factor", "factors", "find", "first", "following", "follows", "for", "form",
        "from", "function", "further", "furthermore", "gather", "gathering", "get", "gibbs", "give", "given",
        "gives", "gradient", "group", "grouping", "hand", "has", "have", "hence", "here", "holds", "hypotheses",
        "hypothesis", "identity", "if", "in", "indeed", "inequality", "insert", "inserting", "inside", "integral",
        "into", "introduce", "is", "it", "its", "jensen", "jensen's", "kl", "last", "leads", "left", "let", "let's",
        "linear", "linearity", "log", "logarithm", "logarithms", "logs", "long", "loss", "made", "make", "makes",
        "maximiser", "maximizer", "mean", "meaning", "means", "minus", "moreover", "move", "moving", "multiply",
        "multiplying", "must", "namely", "negative", "next", "normalisation", "normaliser", "normalising",
        "normalization", "normalizing", "not", "note", "nothing", "now", "numerator", "objective", "obtain",
        "obtained", "of", "on", "one", "only", "optimal", "optimum", "out", "outside", "over", "particular",
        "partition", "plug", "plugging", "plus", "policy", "positive", "precisely", "prime", "probability",
        "product", "proportional", "pull", "pulling", "put", "putting", "ratio", "reads", "rearrange",
        "rearranging", "recall", "reduces", "reference", "remain", "remains", "replace", "replaced", "replacing",
        "response", "responses", "result", "reward", "rewards", "rewrite", "rewriting", "rewritten", "right",
        "rule", "same", "say", "says", "score", "second", "see", "separate", "separating", "set", "setting", "show",
        "shows", "side", "sides", "sign", "simple", "simplifies", "simplify", "simplifying", "simply", "since",
        "so", "solve", "solving", "split", "splitting", "square", "squares", "squaring", "step", "steps",
        "substitute", "substituting", "substitution", "subtract", "subtracting", "sum", "summand", "summing",
        "sums", "suppose", "supposing", "take", "taking", "target", "temperature", "term", "terms", "than", "that",
        "the", "their", "them", "then", "therefore", "these", "they", "third", "this", "those", "thus", "times",
        "to", "together", "turn", "turns", "two", "under", "up", "us", "use", "used", "uses", "using", "value",
        "values", "vanish", "vanishes", "variance", "we", "weight", "weights", "what", "where", "which", "whose",
        "with", "write", "writing", "written", "yield", "yields", "zero",
    ]
)  # fmt: skip
"""Words of sentences that go on."""

_SUPPOSES = frozenset(["suppose", "supposing", "assume", "assuming", "if"])


def carried(prose: str, *, supposed_just_before: bool) -> Carried:
    """How far some prose between two displays carries what was supposed before it.

    ``supposed_just_before``: whether the display before it is a hypothesis itself, to which another may be added.

    >>> carried("Then", supposed_just_before=True), carried("In general,", supposed_just_before=False)
    (<Carried.ON: 'on'>, <Carried.NOT: 'not'>)
    >>> carried("**Theorem 2.** We have", supposed_just_before=False)
    <Carried.PERHAPS: 'perhaps'>
    """
    plain = _COMMENT.sub(" ", prose)
    if _ENDS.search(plain):
        return Carried.NOT
    if _RULE.search(plain):
        return Carried.PERHAPS
    plain = _DISPLAY.sub(" ", INLINE.sub(" ", _MARK.sub("", plain)))
    if supposed_just_before:  # “Assume ... for some value. Then”: the first words are still of what is supposed
        plain = _REST.sub("", plain)
    words = {word.lower() for word in _TOKEN.findall(plain) if len(word) > 1 or not word.isalpha()}
    if not words <= _STEPS:
        return Carried.PERHAPS
    under = conditions(_CLOSERS.split(prose)[-1])
    anew = bool(words & _SUPPOSES or under.formulas or under.unread) and not supposed_just_before
    anew = anew and _ALSO.search(plain) is None
    return Carried.PERHAPS if anew else Carried.ON
