r"""What may stand in words beside a formula and be left out, and what may not.

A remark says *why* or *where from*: ``(by definition)``, ``Gibbs' inequality``, ``Therefore``. Left out, it
changes nothing of what the row states. Anything else may: a denial, an alternative, a condition, a number, a
sign. So a remark is known by what it is made of, and a text with anything else in it is none. Nothing is
read here: the lexer asks, and refuses.
"""

from __future__ import annotations

import re
from functools import cache

from symkl.language.patterns import pattern


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONDITIONS = _words(
    """
    if when whenever provided unless as for assuming otherwise iff only suppose supposing given except excluding
    """
)
"""Words that put what a row states under a condition."""

_DENIALS = _words(
    """
    not no non never neither nor none nothing nobody nowhere without cannot can't isn't doesn't don't aren't
    wasn't won't didn't false falsely wrong wrongly untrue incorrect incorrectly invalid fails fail failed
    failing failure violated violates violating contradiction contradicts absurd impossible nonsense mistake
    mistaken mistakenly error erroneous erroneously refuted refutes disproved disproves counterexample doubtful
    unlikely hardly barely scarcely unproved unproven unknown unclear unsound broken bogus lie lies opposite
    contrary reverse reversed instead rather hopefully conjecture conjectured conjecturally guess wish deny
    denied denies disagree dubious questionable almost
    """
)
_ALTERNATIVES = _words("or either else alternatively versus vs but however though although yet despite")
_HEDGES = _words(
    """
    maybe perhaps possibly probably might may could should would approximately roughly nearly about up modulo
    ignoring neglecting omitting dropping discarding disregarding sometimes often usually mostly typically
    rarely large small sufficiently asymptotically except barring
    """
)
_ARITHMETIC = _words(
    """
    times plus minus divided multiplied squared cubed twice thrice double doubled half halved equals equal
    unequal less greater fewer larger smaller than least most positive negative nonnegative nonpositive infinite
    infinity two three four five six seven eight nine ten hundred thousand percent added subtracted adding
    subtracting negated strictly strict
    """
)
#: What a reason may not hold either: with it the reason might take back what the row states.
_NEVER = _DENIALS | _ALTERNATIVES | _HEDGES | _ARITHMETIC | (CONDITIONS - {"as", "for", "given"})

#: How a reason begins. It says why the row holds, in whatever words of its field.
_REASONS = _words(
    """
    by using use since because from via due thanks see applying apply recall recalling cf per following through
    expanding expand substituting substitute inserting insert rearranging rearrange factoring factor collecting
    collect splitting split combining combine cancelling canceling simplifying simplify writing rewriting
    definition divide dividing multiply multiplying integrating differentiating taking setting plugging swapping
    exchanging
    """
)

#: What else a remark is made of: words that join sentences, that name kinds of arguments, and small words.
_REMARKS = _words(
    """
    therefore hence thus so then what consequently accordingly whence which that this these those it its the a an we
    i you our us is are be was were being has have had get gets obtain obtains obtained find see gives give
    giving given yields yield leads leading follows follow following finally next now also and moreover
    furthermore further additionally again indeed namely here there where with above below before previous
    preceding earlier later both each all every any same side sides hand left right let denote denotes denoted
    define defines defined defining call called write written writes note notice observe recall remember remark
    i.e. ie e.g. eg viz w.r.t wrt of from as for true holds hold shown proved proven claimed required desired
    needed wanted expected stated done omitted complete
    completes completed result statement exactly precisely always everywhere clearly obviously trivially
    immediately directly similarly likewise equivalently explicitly simply just
    """
)
#: The nouns of the field: what a remark is about. They end a remark; alone they may name a factor.
_NOUNS = _words(
    """
    unbiased biased bias tractable intractable
    linearity concavity convexity monotonicity positivity normalisation normalization independence symmetry
    continuity definition definitions assumption assumptions hypothesis construction inspection induction
    substitution expansion rearrangement cancellation factorisation factorization differentiation integration
    marginalisation marginalization calculus algebra arithmetic computation calculation derivation proof def
    inequality inequalities equation equations eq eqs eqn identity identities formula formulas formulae rule
    rules lemma lemmas theorem theorems proposition propositions corollary claim step steps line lines row rows
    section part chapter appendix fact property properties principle trick method chain product quotient tower
    log logarithm logarithms exp exponential derivative gradient score sum sums entropy divergence kl cross
    likelihood ratio ratios objective problem solution optimum optimal maximum minimum maximiser maximizer
    minimiser minimizer policy policies reference reward rewards prompt prompts response responses partition
    function functions normaliser normalizer normalising normalizing distribution distributions conditional
    marginal joint variable variables symbol multiplier multipliers lagrange lagrangian stationarity stationary
    condition conditions kkt fixed arbitrary variance bias baseline temperature value values advantage state
    states action actions token tokens sampling samples estimator importance preference preferences model loss
    energy bound variational evidence weight weights weighting reweighting
    """
)
#: The people after whom laws are named. Any other word with a capital says who knows what, in whatever language.
_NAMES = _words(
    """
    abel bayes bellman bernoulli boltzmann bradley bregman cauchy chebyshev chernoff cramer cramér csiszar csiszár
    danskin dirac donsker dudley euler fatou fenchel fisher fubini gauss gibbs girsanov gumbel hamilton hoeffding
    hoelder hölder holder jacobi jeffreys jensen karush kolmogorov kuhn kullback lagrange laplace lebesgue legendre
    leibler leibniz lipschitz luce markov minkowski newton nikodym pinsker plackett poisson polyak pythagoras
    radon rao renyi rényi riemann schwarz shannon sinkhorn slater stein stirling taylor terry thurstone tonelli
    tucker varadhan volterra wasserstein young zermelo
    """
)
_KNOWN = _REASONS | _REMARKS | _NOUNS
#: What says whose formula it is: “PPO:”, “DR-GRPO:”.
_METHOD = pattern(r"\s*[A-Z][A-Z0-9]+(?:-[A-Z0-9]+)*\s*:\s*")
#: What a number may follow, where it only says which.
_NUMBERED = (
    r"(?:eqs?|eqns?|equations?|lemmas?|theorems?|thm|propositions?|prop|corollary|cor|steps?|lines?|rows?|sections?|sec"
    r"|parts?|chapter|appendix|facts?|property|properties|assumptions?|definitions?|def|remark|claim|identity|identities"
    r"|rule|figure|fig|table|example|exercise|page)"
)
_REFERENCE = pattern(
    rf"\b{_NUMBERED}\.?[\s~]*(?:\d+(?:\.\d+)*[a-z]?|\(\d+(?:\.\d+)*[a-z]?'?\)|(?-i:[A-Z])\.?\d*)(?![\w.]*\w)"
    r"|\(\d+(?:\.\d+)*[a-z]?'?\)|\(\*{1,3}\)|\((?:[a-h]|[ivx]{1,5})\)|\[\d{1,3}\]",
    re.IGNORECASE,
)
#: Turns of phrase that are remarks although a word in them, elsewhere, says something of its own.
_PHRASE = pattern(
    r"\blinearity of (?:the )?(?:expectations?|sums?|means?)\b|\blaw of total (?:expectation|probability|variance)\b"
    r"|\bfirst[- ]order (?:conditions?|optimality)\b|\b(?:where|here|with) [A-Za-z](?:\([a-z]\))? (?:is|denotes)\b"
    r"|\b(?:log|logarithm|derivative|expectation|mean) of (?:a|the) (?:ratio|quotient|product|sum|power|exponential)\b"
    r"|\b(?:written|writing|write|spelled|multiply|multiplied|multiplying|carried|worked) (?:it |this |that )?out\b"
    r"|\b(?:on|of) both sides\b|\bin (?:the )?(?:previous|last|next|first|second) (?:step|line|row|equation)s?\b",
    re.IGNORECASE,
)
_COMMAND_SPACE = pattern(r"\\(?:[ ,;:!/]|quad\b|qquad\b|thinspace\b|enspace\b|xspace\b)|~")
_DRESSED = pattern(r"\\(?:textbf|textit|textrm|textsf|textnormal|emph|text)\s*\{([^{}]*)\}")
_CITED = pattern(r"\\(?:eqref|ref|cref|Cref|autoref|cite[tp]?|label)\*?\s*\{[^{}]*\}")
_INLINE = pattern(r"\$[^$]*\$|\\\([^$]*?\\\)")
#: “as $a = b$” gives a reason; “as $a \to b$” sets a condition.
_AS_IT_IS = pattern(
    r"\W*as\s*\$(?:(?!\\(?:to|rightarrow|longrightarrow|downarrow|uparrow)\b|→)[^$])*=[^$]*\$", re.IGNORECASE
)
_WORD = pattern(r"[^\W\d_]+(?:[.'’`‘-][^\W\d_]+)*")
_BETWEEN = pattern(r"[\s.,:;()\[\]'\"’‘“”`!—]+|---|(?<=[^\W\d_])–(?=[^\W\d_])|(?<=\s)--?(?=\s)|(?<=\s)–(?=\s)")
_SIGN = pattern(r"\$[^$]*\$|\\[A-Za-z]+|\d+(?:\.\d+)?|.", re.DOTALL)
_TURNED_ROUND = pattern(r"(?:un|in|im|il|ir|non|dis|mis|contra|anti|counter)", re.IGNORECASE)


@cache
def carried(text: str) -> str:
    """The first thing in a text beside a formula that may carry meaning; nothing, if the text is a remark.

    >>> carried("(by definition)"), carried("Gibbs' inequality"), carried("by (3)"), carried("from Lemma 2")
    ('', '', '', '')
    >>> carried("PPO:"), carried("NOT:"), carried("PPO")
    ('', 'NOT', 'PPO')
    >>> carried("and not always"), carried("= 4"), carried("times 2"), carried("It is wrong that"), carried("-")
    ('not', '=', 'times', 'wrong', '-')
    """
    plain = _COMMAND_SPACE.sub(" ", text)
    if _METHOD.fullmatch(plain) and not _NEVER & {*plain.strip(" :").lower().split("-")}:
        return ""
    plain = _CITED.sub(" ", plain)
    plain = _DRESSED.sub(r"\1", _DRESSED.sub(r"\1", plain))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(plain)]
    reason = any(word in _REASONS for word in words[:2]) or (words[:1] != [] and words[0].endswith("ing"))
    reason = reason or _AS_IT_IS.match(plain) is not None
    if reason:
        plain = _INLINE.sub(" ", plain)  # a reason may show what it rests on: "since $\sum_y q(y) = 1$"
    plain = _PHRASE.sub(" ", _REFERENCE.sub(" ", plain))
    for word in _WORD.findall(plain):
        if _carries(word):
            return str(word)
    at = 0
    while at < len(plain):
        if space := _BETWEEN.match(plain, at):
            at = space.end()
        elif named := _WORD.match(plain, at):
            behind = _WORD.search(plain, named.end())
            of = behind.group().lower() if behind is not None else ""
            if not _says_nothing(named.group(), reason, of in _NOUNS):
                return named.group()
            at = named.end()
        else:
            sign = _SIGN.match(plain, at)
            assert sign is not None
            return sign.group()
    return ""


#: What makes a hypothesis of the statement behind it, and what else may stand with that.
_SUPPOSES = {
    "let": _words("let"),
    "if": _words("if when whenever provided assuming assume given suppose supposing for"),
    "since": _words("since because"),
}
_FILLS = _words(
    """
    that we have set take also now and moreover further furthermore the in case special particular of which where
    with it holds is so here additionally simply again next
    """
)


@cache
def supposition(text: str) -> str:
    """The kind of hypothesis that words make of the statement right behind them: “let”, “if”, “since”, or none.

    >>> supposition("if"), supposition("Suppose that"), supposition("since"), supposition("Let")
    ('if', 'if', 'since', 'let')
    >>> supposition("unless"), supposition("if not"), supposition("for all"), supposition("then")
    ('', '', '', '')
    """
    plain = text.lower().strip(" ~,:;.()")
    words = plain.split()
    known = frozenset().union(*_SUPPOSES.values())
    if any(word.strip(",") not in known | _FILLS for word in words):
        return ""
    return next((kind for kind, some in _SUPPOSES.items() if some.intersection(words)), "")


def speaks(text: str) -> bool:
    """Whether a text begins as a sentence or stands in brackets, rather than with a noun that may be a factor.

    >>> speaks("by definition"), speaks("(Jensen)"), speaks("mean reward")
    (True, True, False)
    """
    first = _WORD.search(text)
    return text[:1] in ("(", "[") or (first is not None and first.group().lower() in _REASONS | _REMARKS)


def denies(word: str) -> bool:
    """Whether a word by itself takes back, widens or conditions what it stands beside.

    >>> denies("false"), denies("or"), denies("odds")
    (True, True, False)
    """
    return takes_back(word) or word.lower() in CONDITIONS - {"as", "for", "given"}


def takes_back(word: str) -> bool:
    """Whether a word by itself denies, or offers something else instead."""
    return word.lower() in _DENIALS | _ALTERNATIVES or word.endswith("n't")


def _carries(written: str) -> bool:
    word = written.lower().replace("’", "'").strip("'")
    bare = word.removesuffix("'s")
    return any(part in _NEVER for part in (word, bare, *re.split(r"[-.]", bare))) or word.endswith("n't")


def _says_nothing(written: str, reason: bool, before_noun: bool) -> bool:
    word = written.lower().replace("’", "'").strip("'")
    bare = word.removesuffix("'s")
    if word in _KNOWN or bare in _KNOWN:
        return True
    if _TURNED_ROUND.match(word):
        return False
    if reason or all(part in _KNOWN for part in bare.split("-")):
        return True
    if all(part in _KNOWN | _NAMES for part in re.split(r"[-–]", bare)):
        return True
    # "Popoviciu's inequality" is a name, and "Falsch" a word.
    return written[0].isupper() and len(written) > 1 and written.isascii() and before_noun


_LABEL = pattern(r"[\s~]*(?:\(?[A-Za-z]{0,4}[.:]?\d+(?:[.:]\d+)*[a-z]?'{0,2}\)?|\(?[A-Za-z]'{0,2}\)?|[ivxIVX]{1,5}"
                    r"|\*{1,3}|[†‡⋆★]{1,3})[\s~]*")
_LABEL_SIGN = pattern(
    r"\$\s*(?:[*'′]{1,3}|(?:\\(?:star|ast|dagger|ddagger|square|Box|blacksquare|spadesuit|heartsuit|diamondsuit|clubsuit"
    r"|triangle|bullet|circ|S|P)\s*){1,3})\s*\$"
)


def labels(text: str) -> bool:
    r"""Whether the argument of a ``\tag`` is a label: a number, a letter, a sign, or a remark.

    >>> labels("7"), labels("A.3"), labels(r"$\star$"), labels("by (2)"), labels("= 4"), labels("false")
    (True, True, True, True, False, False)
    """
    text = _DRESSED.sub(r"\1", text)
    return bool(_LABEL.fullmatch(text) or _LABEL_SIGN.fullmatch(text.strip())) or not carried(text)
