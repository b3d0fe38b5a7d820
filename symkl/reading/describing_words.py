# ruff: noqa: E501
"""The words by which prose takes something from the usual meaning of symbols and operators.

In these patterns a formula stands as its number between two null characters.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from symkl.language.patterns import pattern

AT = "\0(\\d+)\0"
BARE = pattern(
    r"(?<![\w\\$^{'’-])(?<!log\ )(?<!exp\ )(?<!\bln\ )(?<![α-ω+−=·/*]\ )(?:[α-ω](?:_\w+|\*)?(?![\w{^'’-])"
    r"|[b-zB-HJ-Z](?=\s+(?:is|be|depends?|denotes?|may|can|does|varies|vary|need|stands|on\b|changes)\b)"
    r"|(?<=depend\ on\ )[b-zB-Z](?!\w)|(?<=depends\ on\ )[b-zB-Z](?!\w)|(?<=function\ of\ )[b-zB-Z](?!\w))"
)
"""A symbol in prose that stands in no mathematics: a Greek letter, or a letter that something is said of.

Behind a function, a sign or another symbol it is a part of a formula that is typed as words: β log Z.
"""

LIST = "\0\\d+\0(?:\\s*(?:,|and|or|,\\s*and)\\s*\0\\d+\0)*"


class Operator(NamedTuple):
    """An operator: how formulas spell it, what words call it, what it usually is called, and what qualifies that."""

    names: frozenset[str]
    spelled: re.Pattern[str]
    words: str
    usual: re.Pattern[str]
    changed: re.Pattern[str]


_ARGUMENT = r"(?:\s*(?:\\left|\\big[lr]?|\\Big[lr]?)?\s*[(\[].*)?"
_TEXT = r"\\(?:mathrm|operatorname|text|mathbb|mathcal|mathsf|rm|mathbf|boldsymbol)\*?\s*\{?\s*"
_MADE_OTHER = (
    r"reverse[d]?|base[- ]?(?:two|2|ten|10|\0\d+\0)|\bbits?\b|empirical|sampled?|\bbatch|mini-?batch|monte|estimat|tsallis|r[eé]nyi|"
    r"differential|\bmin-|hard|probit|per[- ]token|per[- ](?:step|symbol|response)|unhalved|hessian|horizon|trimmed|"
    r"median|unbiased|bessel|deformed|squared|euclidean|wasserstein|divided|normali[sz]ed by|modified|weighted|twice|"
    r"half of|without the (?:factor|half|one)|instead|finite|leave-one-out|robust|arbitrary|\bany\b|bregman|step function|link function|collision|quadratic|symmetri[sz]ed|(?:average|mean|sum|half)\s+of\s+(?:the\s+)?(?:two|both)|(?:f|\0\d+\0)\s*-?\s*divergence|jeffreys|over tokens|sign function|identity|indicator|\bsome\b|over (?:the|a) group|(?:under|over) (?:the|its) (?:second|right|last|other)|normal distribution|winsori[sz]ed|quantum|von neumann"
)


def _operator(names: str, spelled: str, words: str, usual: str, changed: str = "") -> Operator:
    return Operator(
        frozenset(names.split("|")), pattern(rf"(?:{spelled}){_ARGUMENT}\s*$", re.DOTALL), words,
        pattern(rf"\b(?:{usual})", re.IGNORECASE), pattern(rf"{_MADE_OTHER}{changed}", re.IGNORECASE),
    )  # fmt: skip


OPERATORS = (
    _operator(
        "σ|log σ", r"\\sigma(?![A-Za-z_])", r"sigma",
        "sigmoid|logistic|expit|inverse logit|standard deviation|deviation|noise|scale|spread|permutation|variance|width",
        "|tanh|tangent|relu|gaussian|normal c",
    ),
    _operator(
        "H", rf"H(?![A-Za-z_])|{_TEXT}H\s*\}}?|\\mathcal\s*H", r"entropy|entropies",
        "(?:shannon )?entropy|in nats|uncertainty|horizon|length of an episode", "|cross|conditional",
    ),
    _operator(
        "KL", rf"D(?![A-Za-z_])|KL(?![A-Za-z])|{_TEXT}D\s*\}}?(?!\s*_)(?=\s*(?:\\left)?\()|D\s*_\s*(?:\{{\s*)?(?:{_TEXT})?KL\s*\}}*|{_TEXT}(?:D_\{{)?KL\s*\}}*",
        r"KL|KL divergence|divergence|relative entropy",
        "kl|in nats|kullback|relative entropy|information (?:gain|divergence)|divergence|data|prompts?|distribution|set|pairs"
        "|dimension|discriminator|domain",
    ),
    _operator("TV", rf"{_TEXT}TV\s*\}}*|D_\{{?(?:{_TEXT})?TV\s*\}}*", r"TV|total variation", "total[- ]variation", "|l1|l_1"),
    _operator("JS", rf"{_TEXT}JSD?\s*\}}*|D_\{{?(?:{_TEXT})?JSD?\s*\}}*", r"JSD?", "jensen"),
    _operator(
        "E", rf"{_TEXT}E\s*\}}?(?:_.*)?|\\mathbb\s*E(?:_.*)?|\\(?:wide)?hat\s*\{{\s*{_TEXT}E\s*\}}*(?:_.*)?|\\E(?![A-Za-z]).*",
        r"expectations?|expected values?", "expectation|expected|mean|average",
    ),
    _operator("Var", rf"{_TEXT}Var\s*\}}?(?:_.*)?|\\Var(?![A-Za-z]).*", r"variances?", "variance"),
    _operator(
        "std", rf"{_TEXT}std\s*\}}?(?:_.*)?|\\std(?![A-Za-z]).*", r"std|standard deviations?", "standard deviation",
        r"|\0\d+\0\s*below|divid|torch",
    ),
    _operator("mean", rf"{_TEXT}mean\s*\}}?(?:_.*)?", r"mean", "mean|average"),
    _operator(
        "log|log σ|KL|H|cross-entropy|JS", r"\\(?:log|ln)(?![A-Za-z])(?:\s*_.*)?", r"logarithms?|log|logs",
        "natural logarithm|logarithm",
    ),
    _operator("exp|σ|log σ", r"\\exp(?![A-Za-z])", r"exp|exponential", "exponential"),
    _operator("clip", rf"{_TEXT}clip\s*\}}?(?:_.*)?", r"clip", "clip"),
    _operator(
        "sum|E|KL|H|TV|JS|Var|cross-entropy", r"\\sum(?:\s*_(?:\w|\{[^{}]*\}))?", r"sums?|summation",
        "sum", r"|top|only|subset|truncat|runs? over the|ranges? over the",
    ),
)  # fmt: skip
BE = (
    r"\s*,?\s*(?:(?:always|here|now|simply|throughout|itself|just)\s+)*"
    r"(?:is|are|be|being|to\s+(?:be|denote|mean|represent|stand\s+for)|denotes?|stands?\s+for|means?|refers\s+to|represents?|computes?|for|runs?|ranges?|extends?|,)"
    r"(?:\s+(?:always|here|now|simply|just|not|taken\s+to\s+be|defined\s+as|meant\s+as|used\s+for|short\s+for|reserved\s+for|read\s+as|understood\s+as|taken))*\s+"
)
PLAIN = frozenset(
    [
        "shannon", "usual", "ordinary", "standard", "natural", "policy", "kl", "kullback", "leibler", "forward",
        "information", "average", "true", "exact", "full", "expected", "population", "familiar", "well", "known", "a",
        "an", "the", "classical", "total", "of", "discrete", "causal", "relative", "negative", "s",
    ]
)  # fmt: skip
"""Words before the noun of an operator's usual meaning that leave it what it is."""

DEFINITE = pattern(r"(?:the|our|his|her|their|its)\s+", re.IGNORECASE)
ROLE = pattern(
    r"\b(?:penalty|regulari[sz]\w+|term|bonus|gap|cost|price|objective|same|loss|constraint|quantity|right|left|only|one|reason"
    r"|excess|budget|key|difference|smallest|largest|change|amount|number|factor|value|sum of|log[- ]|first|second|last"
    r"|length|limit|minimum|maximum|normali[sz]\w+|objects?|measure|notion|most|best|main|mean|average|expect\w+)\b",
    re.IGNORECASE,
)
PROPERTY = pattern(
    r"\s*(?:measured|computed|counted|expressed|replaced|estimated|taken\s+(?:to|over|in|with)|over|in\s+bits|to\s+(?:the\s+)?base|with\s+base|base"
    r"|divided|approximated|averaged|empirical|reversed|unhalved|deformed)\b",
    re.IGNORECASE,
)
STARTS = pattern(r"^\s*(?:(?:defined|averaged|taken|measured|computed|estimated|divided|the|an?|in|to|from|over|only)\s+)*", re.IGNORECASE)
END_OF_PHRASE = pattern(r"[;:]|,\s|\s(?:while|whereas|which|but|so|where|rather|not)\b")
DENIED = pattern(r"(?:\b(?:not|never|no|nor|neither|cannot|without|independent|free|non|nothing|none)\b|n['’]t|non-)[\s-]*(?:\w+\s+)?$", re.IGNORECASE)

SIGN = (
    r"(?<![-\w])negative\b(?!\s+(?:\w+ )?(?:log|entropy|kl|sample|example|response|reward|gradient|sign|of|part|term))|(?:any|either|arbitrary|both|varying|unknown|no\s+definite)\s+signs?\b|below\s+zero|\bminus\s+(?:one|two|three|half|the|its|an?|some)\b|\bopposite\s+sign"
    r"|less\s+than\s+(?:zero|\0zero\0)|any\s+real|a\s+real\b|(?:be|is|are)\s+real\b|real[- ]valued|\breal\s+numbers?|unrestricted|unconstrained"
    r"|flips?\s+sign|changes?\s+sign|sign\s+(?:may|can|is\s+not|varies|changes)|zero-mean|signed|(?:need|is|are|be|must|does)\s+not\s+(?:\w+\s+){0,2}positive|not\s+assum\w*\s+(?:that\s+)?\0\d+\0\s+(?:is|to\s+be)\s+positive|(?:about|on|of)\s+the\s+sign\s+of"
)
UPON = (
    r"depend(?:s|ing|ent)?\s+(?:\w+\s+){0,2}?(?:up)?on\b|functions?\s+of\b|var(?:y|ies|ying)\s+(?:with|by|over|across|between|along|from)"
    r"|chang(?:es?|ing)\s+with|mov(?:es?|ing)\s+with|scal(?:es?|ed|ing)\s+(?:with|by)|proportional\s+to|determined\s+by|governed\s+by"
    r"|predicted\s+(?:by|from)|computed\s+from|set\s+by|output\s+by|conditioned\s+on|(?:is|are)\s+coupled\s+to|adapt(?:s|ed|ing)?\s+(?:to|with)|contains?\b|includes?\b|(?:grow|shrink|increas|decreas|ris|decay)\w*\s+with|tracks?\b|(?:sampled|drawn|generated)\s+given|involves?\b|looks?\s+at\b|has\s+access\s+to|allowed\s+to\s+see"
    r"|takes?\s+(?=[^,;:]{0,40}\bas\s+(?:an?\s+)?(?:input|argument))|(?:estimated|built|formed|fitted|made)\s+from|based\s+on"
)
SPREADS = (
    r"\brandom\b|stochastic\b|differ(?:s|ent|ing)?\s+(?:between|across|for|from|per|with)|\bper[- ](?:prompt|response|token|sample|group|state|example|question|instance|step|answer)"
    r"|(?:prompt|state|response|token|sample|context|length|position|data|instance|input|action)-(?:dependent|specific|wise|conditional)"
    r"|(?:drawn|sampled|chosen|set|picked|redrawn|resampled)\s+(?:\w+\s+)?(?:for|at|per|with|from|uniformly|in|by)\b"
    r"|(?:for|at|to|in)\s+(?:each|every)\s+(?:prompt|response|token|sample|group|state|example|question|step|answer)|(?:its|their|an?)\s+own(?=\s*(?:[\w-]+\s+){0,2}\0)"
)
MOVES = (
    r"\b(?:learn(?:ed|t|able)|trainable|trained|optimi[sz]ed|adaptive|adapted|annealed|scheduled|decayed|meta-learned|auto-tuned|self-tuned|updated)\b"
    r"|(?:adjusted|controlled|driven)\s+(?:by|online|during)|(?:produced|emitted|returned|output)\s+by|(?:propagate|differentiate|gradients?\s+flow|flows?)\s+through|tuned\s+(?:along|jointly|together|online|during|by|automatically)|shar(?:es?|ing)\s+(?:\w+\s+){0,4}?(?:trunk|weights?|parameters?|backbone|body|network|layers?|encoder|torso)"
    r"|\btied\s+(?:to|with)|(?:that|which)\s+we\s+(?:learn|train|adapt|optimi[sz]e|tune)|(?:chosen|set|picked|tuned)\s+(?:such|so)\s+that|on\s+top\s+of\s+the\s+policy|(?:same|one|common|joint|single)\s+(?:\w+\s+)?(?:network|parameters|weights|trunk|backbone)|dual\s+variable"
)
POLICY = (
    r"(?:(?:the|our)\s+)?(?:(?:current|learned|learning|online|trained|live|latest|student|target|new|present|same)\s+(?:\w+\s+)?(?:policy|policies|model|learner)"
    r"|policy\s+(?:itself|being\s+(?:trained|optimi[sz]ed|learned)|(?:that|which)\s+(?:is|we)\s+(?:\w+\s+)?(?:train|learn|optimi|updat)\w*|parameters|weights|in\s+training|under\s+training)"
    r"|learner|student|actor|policy(?=\s*(?:\0|$|[.,;:])))"
)
OF_POLICY = (
    rf"(?:of|under|by|from|against|on-policy|follow(?:s|ing))\s+(?:the\s+)?(?:{POLICY}|(?:(?:current|learned|target)\s+)?(?:policy\s+)?(?=\0\d+\0))"
    rf"|(?:that|which)\s+(?:\0\d+\0|{POLICY})\s+(?:induces?|visits?|generates?|writes?|produces?|collects?|reaches|samples?|creates?|yields?|encounters?|sees)"
    r"|on-policy|with\s+the\s+(?:current|learned|online|latest)\s+(?:policy|model)|\binduced\b|self-generated|refreshed|synced|re-?set\s+to|copied"
)
MASS = (
    r"only\s+proportional|not\s+(?:itself\s+)?(?:an?\s+)?(?:probability|distribution|law)|un-?normali[sz]ed|not\s+(?:be\s+)?(?:\w+\s+)?normali[sz]ed|not\s+(?:\w+\s+)?(?:sum|add\s+up|integrate)\s+to|need\s+not\s+(?:sum|add|integrate)|total\s+mass|leaks?\b|loses?\s+mass"
    r"|add(?:s|ing)?\s+up\s+to\s+(?:less|more|at\s+most|two|a\s+half|zero|something)|sum(?:s|ming)?\s+to\s+(?:less|more|at\s+most|two|a\s+half|zero|something)|improper|sub-?stochastic|sub-?probability|sub-?normali[sz]ed|defective"
    r"|truncated|top-?(?:k|p|\s*\0)|nucleus|support\s+(?:\w+\s+){0,3}(?:depend|mov|chang|var)|mass\s+less|arbitrary\s+positive\s+functions?|positive\s+measures?|finite\s+measures?"
    r"|positive\s+functions?|non-?negative\s+functions?"
)
DENSITY = (
    r"\b(?:gaussian|continuous|laplace|diffusion|beta)\s+(?:(?:\w+|\0\d+\0)\s+)?(?:polic(?:y|ies)|densit|distribution|response|action|law|random|output|state|space|alphabet|model)"
    r"|(?:responses?|actions?|outcomes?|outputs?|states?|polic(?:y|ies))\s+(?:\0\d+\0\s+)?(?:is|are|be|being)\s+(?:\w+\s+)?(?:continuous|real|gaussian|vectors?\b)"
    r"|(?:space|set|alphabet)s?\s+(?:is|are)\s+(?:\w+\s+)?continuous|probability\s+densit(?:y|ies)\b(?!\s+ratio)|\bdensit(?:y|ies)\s+(?:on|over|with\s+respect|w\.r\.t)|differential\s+entrop|(?:is|are|be)\s+(?:an?\s+)?(?:\w+\s+)?densit(?:y|ies)\b(?!\s+ratio)"
    r"|real\s+line|(?:is|are|be)\s+(?:an?\s+)?(?:\w+\s+)?gaussians?\b|normally\s+distributed|lebesgue|(?:an?|multivariate)\s+normal\s+(?:distribution|law|density|policy)|real\s+vectors?"
)
TIED = (
    r"(?<!un)(?<!un-)\bcorrelated\b|\bautocorrelat|\bantithetic|\bnot\s+(?:\w+\s+){0,2}?independent|(?<!in)dependent\s+(?:samples|draws|responses)|(?:draws|samples|responses)\s+are\s+(?:\w+\s+)?dependent\b|without\s+replacement|common\s+random"
    r"|\bsame\s+(?:\w+\s+)?(?:sample|draw|response|noise|seed|prefix|randomness|completion)\b|shar(?:es?|ed|ing)\s+(?:an?|the|their|one|its)\s+(?:\w+\s+)?(?:prefix|seed|noise|random\w*|draw)"
    r"|(?<!de)\bcoupled\b|identical\s+(?:samples|draws|responses|copies)|(?:is|are)\s+(?:an?\s+)?(?:copy|copies|rewrites?|duplicates?|paraphrases?|edits?)\b|re-?used\b|duplicated|markov\s+chain|mcmc|beam\s+search"
    r"|(?:samples|draws|responses|pairs?|completions)\s+(?:\w+\s+)?depend\s+on\s+each\s+other|negatively\s+dependent|stratified|\bjointly\b|\bconditionally\s+on\b|\bparaphrase"
)
ROLES = (
    (r"temperatures?|(?:kl\s+)?coefficients?|penalty\s+weight|step\s+sizes?|learning\s+rates?|kl\s+weight", "scalar"),
    (r"rewards?(?:\s+(?:function|model))?", "reward"),
    (r"value\s+(?:function|head|network)|critic", "value"),
    (r"advantages?", "advantage"),
    (r"(?:state|prompt|data)\s+distribution|data|dataset|prompts|states|training\s+set|replay\s+buffer", "prompts"),
    (r"baselines?", "baseline"),
    (r"(?:\w+\s+)?polic(?:y|ies)|reference(?:\s+model)?|distributions?|laws?|probabilities", "law"),
)  # fmt: skip
HYPOTHETICAL = pattern(r"\b(?:if|whether|unless|would|were|had|imagine|mistake|mistakenly|wrongly|unlike|in\s+contrast|rather\s+than|instead\s+of|no\s+matter)\b|\?", re.IGNORECASE)

NUMBER_IS = pattern(
    r"\s*(?:be|is|denotes?|are)\s+(?P<phrase>(?:an?|the|some|our|its)\s+[^,;:.\0]*)", re.IGNORECASE
)  # fmt: skip
A_NUMBER = pattern(
    r"temperature|coefficient|weight|strength|parameter|constant|scalar|step|rate|threshold|tolerance|range|width|factor|discount"
    r"|probabilit|number|penalty|multiplier|budget|radius|scale|price|amount|size|order|level|trade|knob|same|one\b|only|cost|bound"
    r"|epsilon|beta|inverse|margin|clip|small|regulari|quantity|hyper|key|control|positive|ratio|fraction|degree|half|limit|matter|choice|question|function"
    r"|largest|smallest|usual|thing|measure|intensity|dial|slope|unit|value|length|entropy|kl|divergence|variance|deviation",
    re.IGNORECASE,
)
BELOW = pattern(r"^\s*([^<>=]+?)\s*(?:<\s*0|\\leq?(?:slant)?\s*0|\\in\s*(?:\\mathbb\s*\{?\s*R\s*\}?|\\R)\s*$|=\s*-\s*\d+|\\in\s*[\[(]\s*-.*)\s*$")
_VERBS = (
    r"is|are|be|being|to|may|might|can|could|will|does|do|has|have|had|takes?|gets?|becomes?|itself|themselves|also|here|now|then|which|that|whose|too|only|both"
    r"|denotes?|were|was|not|need|never|always|usually|in|as|leaves?|makes?|should|allowed|permitted|free|well|even|sometimes|possibly|\w+ed|drawn|written|contains?|includes?|consists?|holds?|comes?|uses?|grows?|tracks?|increases?|decreases?"
)
CARRIES = pattern(rf"\s*(?:,\s*)?(?:(?:{_VERBS}|,|the|an?)\b[^\0;:]{{0,90}}|)", re.IGNORECASE)
"""What stands between a formula and what is said of it."""

CARRIES_NOUN = pattern(rf"\s*(?:(?:{_VERBS}|\0\d+\0)\s+){{0,4}}|\s+(?:is|are)\s[^\0,;:]{{0,60}}", re.IGNORECASE)



ANNOUNCED = pattern(
    r"\b(?:convention|write|writes|define[sd]?|denote[sd]?|definition|by|normali[sz]e[sd]?)\b[^.!?]{0,80}?(?:\$\$|\\\[|\n)\s*([^=$\n]{1,60}?)\s*(?::=|=|\\coloneqq|\\equiv)",
    re.IGNORECASE,
)
"""Words right before a display that say that it gives what stands on its left."""
