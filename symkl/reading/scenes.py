r"""Where a sentence that runs into a display says that it holds: “At the first update,” “For deterministic policies,”.

What is not known to hold everywhere may not: then the display is not refuted, for nobody knows where it is meant. Of an
opening, “for all policies”, “with the log-derivative trick”, every word must be one of those known.
"""

from __future__ import annotations

from symkl.language.patterns import pattern
from symkl.reading.inline import INLINE

_TOKEN = pattern("\0" + r"|[^\W\d_]+(?:['’-][^\W\d_]+)*|[,:;()]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLACES = _words(
    """
    at near around before after during without on off within for in with under close across outside inside until
    upon while beyond modulo to up out throughout among amongst along towards
    """
)
"""Words that a sentence opens with to say where, when, or for what it holds."""

_LEAVES_OUT = _words(
    """
    ignoring neglecting dropping omitting approximating truncating restricting pretending forgetting evaluating
    linearising linearizing restricted evaluated initially asymptotically approximately roughly locally
    heuristically naively loosely eventually suppressing
    """
)
"""Words of what holds only nearly, or only there."""

_ANYWHERE = _words("near initially asymptotically approximately roughly locally heuristically")
"""Those of them that say it wherever they stand."""

_AT_THE = _words("optimum optimal convergence start beginning end initialisation initialization")
"""Words of a point, “at the optimum”, where more holds than elsewhere."""

_WOULD = _words("would were had might")
"""Words of what is not so."""

_DENIES = _words("wrong wrongly mistake mistaken mistakenly incorrect false tempted tempting")
"""Words of what is said to be wrong."""

_TRAINS = _words("training learning tuning fine-tuning finetuning converging clipping sampling")
"""Words of what changes the policy, and no formula."""

_TURNED_OUT = _words(
    "right correct wrong incorrect successful unsuccessful failed failing passing solved unsolved rewarded unrewarded"
)
"""Words of how a sample turned out,"""

_SAMPLE = _words("answer response sample completion trajectory output rollout attempt token member one")
"""and what it is one of: “a right answer has”, “correct responses get”."""

_PLAIN = _words(
    """
    the a an any all every each both this that these those our its their such it them which us two three several
    arbitrary general given fixed whatever whatsoever generic possible policy policies distribution
    distributions law laws reward rewards response responses prompt prompts function functions model models
    value values advantage advantages baseline baselines divergence divergences kl entropy entropies term terms
    gradient gradients loss losses objective objectives problem problems pair pairs group groups samples draws
    ratio ratios log-ratio weight weights parameter parameters logits number numbers temperature coefficient
    partition normaliser normalizer constant score scores estimator estimators probability probabilities
    preference preferences expectation expectations average mean means variance sum sums integral logarithm logs
    log exponential exponent derivative derivatives multiplier constraint lagrangian reference optimiser
    optimizer bound bounds support set alphabet space simplex measure index bradley-terry bt plackett-luce
    softmax sigmoid logistic dpo ppo grpo reinforce rlhf code policy-gradient change action actions state states
    token tokens sequence real finite discrete positive full expected same other second third last new old own
    standard usual above below following previous next regularised regularized forward reverse left right
    right-hand left-hand hand side sides way different importance link likelihood maximum method
    log-derivative score-function log-probabilities lagrange multipliers chain current initial learned behaviour
    sampling log-odds odds definition definitions notation convention identity
    identities trick rule rules formula formulas equation equations result results lemma theorem inequality
    choice help words word particular fact short turn contrast summary principle symbols mind place view
    hindsight return addition detail details step steps line lines section appendix proof algebra calculation
    computation simplification rearrangement substitution cancellation differentiation integration example
    instance brevity convenience clarity completeness comparison now once least most time respect little bit end
    numerator numerators denominator denominators itself themselves
    begin of over and or by between from to on in with for as than then also up down out together again not
    """
) | {"\0"}
"""Words of an opening that holds everywhere: “for all policies”, “in other words”, “with the log-derivative trick”."""

_BREAKS = _words(
    """
    , : ; ( ) we you one i it they there is are has have gives yields becomes reads holds follows equals get obtain
    that
    """
)
"""Where the opening of a sentence ends."""

_JOINS = _words(
    """
    and but so now then thus hence indeed moreover also finally again however similarly , first next here note
    therefore consequently clearly
    """
)
"""Words before it."""


def sets_a_scene(sentence: str) -> bool:
    r"""Whether a sentence that runs into a display says first where it holds, and that may not be everywhere.

    >>> [sets_a_scene(each) for each in ("For deterministic policies,", "At the first update,", "A right answer has")]
    [True, True, True]
    >>> [sets_a_scene(each) for each in ("For all policies,", "In other words,", "The right answer is", "We get")]
    [False, False, False, False]
    """
    tokens = [token.lower() for token in _TOKEN.findall(INLINE.sub(" \0 ", sentence))]
    first = next((i for i, token in enumerate(tokens) if token not in _JOINS), len(tokens))
    if not _WOULD.isdisjoint(tokens) and _DENIES.isdisjoint(tokens):
        return True
    if _singles_out(tokens[first:]):
        return True
    for i, token in enumerate(tokens):
        opens = i == first or tokens[i - 1] in (",", "but", "so", "and", "which", ":", "(")
        if token in _ANYWHERE or (opens and token in _LEAVES_OUT):
            return True
        if token == "at" and not _AT_THE.isdisjoint(tokens[i + 1 : i + 3]) and tokens[i + 1 : i + 3] != ["the", "end"]:
            return True
        if opens and token in ("on", "off") and tokens[i + 1 : i + 2] == ["policy"]:
            return True
        if i == first and token in _PLACES and not _is_plain(token, tokens[i + 1 :]):
            return True
        if i == first and token == "as" and tokens[i + 1 : i + 2] == ["\0"]:
            return True  # “As β → 0,”
    return False


def _singles_out(tokens: list[str]) -> bool:
    """Whether a sentence begins with samples that turned out some way: a right one, or right ones."""
    one = tokens[:1] in (["a"], ["an"], ["each"], ["every"], ["any"])
    turned_out, what = (*tokens[one : one + 2], "", "")[:2]
    return turned_out in _TURNED_OUT and what in (_SAMPLE if one else {f"{each}s" for each in _SAMPLE})


def _begins_anew(tokens: list[str], i: int) -> bool:
    """Whether the next noun begins at a place: “for PPO | the ratio is”."""
    return i > 0 and tokens[i] in _ARTICLES and tokens[i - 1] not in _TIES


_SETTINGS = _words(
    """
    case cases limit bandit setting settings regime toy iteration special step steps world scenario presence absence
    beginning start practice experiments tabular event vicinity neighbourhood neighborhood degenerate deterministic
    """
)
"""Words of what is not everywhere: “in the limit”, “in the bandit”."""

_ARTICLES = _words("the a an our its their")
_TIES = _words("of over and or by between from to on in with for as than all both that under not such out up")


def _is_plain(opener: str, rest: list[str]) -> bool:
    """Whether what an opening says, word by word to its end, holds everywhere."""
    end = next((i for i, token in enumerate(rest) if token in _BREAKS or _begins_anew(rest, i)), len(rest))
    names = ("'s", "’s")  # Jensen's inequality; k3
    phrase = [token for token in rest[:end] if not token.endswith(names) and (len(token) > 1 or token in _PLAIN)]
    if phrase and rest[end : end + 1] == ["that"] and opener in ("for", "in", "with", "under", "among", "amongst"):
        return False  # “for policies that share their support”
    if opener == "with" and phrase[:1] == ["probability"]:
        return False  # “with probability one”
    if opener in ("after", "upon", "on", "before", "in", "with", "without", "to") and phrase[:1] != []:
        doing = phrase[0].endswith("ing") or phrase[:1] == ["some"]
        if doing and _TRAINS.isdisjoint(phrase):
            return True
    if opener in ("in", "on") and phrase[-1:] not in (["case"], ["cases"]):  # which more often lead on than say where
        return _SETTINGS.isdisjoint(phrase)
    if opener in ("among", "amongst"):
        return not {"all", "every", "any"}.isdisjoint(phrase)
    if opener == "to" and "order" not in phrase:
        return True  # “To see this”
    if opener in ("up", "near", "before", "during", "until", "off", "close", "around", "while"):
        return phrase == [] and opener != "near"
    if phrase[-1:] in (["case"], ["cases"]):
        return phrase[:1] in (["any"], ["all"], ["every"], ["either"], ["other"], ["each"], ["most"])
    step = {"step", "steps", "end", "time"} if opener in ("at", "for") else set()
    return set(phrase) <= _PLAIN - step or (opener == "at" and phrase[:2] == ["the", "same"])
