"""What a document declares of its symbols: ``<!-- symkl: tau > 0; q distribution over y given x -->``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import VARIABLES, Declarations, letter
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable

_DIRECTIVE = pattern(
    r"""^\s*(?:
      (?P<positive>\S+)\s*>\s*0
    | (?P<share>\S+)\s+in\s+\(\s*0\s*,\s*1\s*\)
    | claim\s+(?P<claim>[\w-]+)
    | show\s+(?P<goal>\S.*)
    | at\s+most\s+(?P<most>\d{1,3})\s+laws?\s+a\s+step
    | (?P<role>reference|reward|temperature|prompts|sampler)\s+(?P<named>\S+)
    | (?P<distribution>\S+)\s+distribution(?:\s+over\s+(?P<over>\w+(?:\s*,\s*\w+)*))?(?:\s+given\s+(?P<given>\w+))?
    | (?P<function>\S+)\s+(?P<sign>positive\s+)?function(?:\s+of\s+(?P<of>.*))?
    | (?P<scalar>\S+)\s+(?:real\s+)?scalar
    | (?P<fixed>\S+)\s+fixed
    | (?P<moving>\S+)\s+moves\s+with\s+(?P<movers>\S+(?:\s*(?:,|\band\b)\s*\S+)*)
    | (?P<assume>assume(?:\s+throughout)?)
    )\s*$""",
    re.VERBOSE,
)

#: What a function is of: names of indices, between commas or “and”.
_ARGUMENTS = pattern(r"\s*\\?\w{1,4}(?:_\{?\w+\}?)?'*(?:\s*(?:,|\band\b)\s*\\?\w{1,4}(?:_\{?\w+\}?)?'*)*\s*")


def declared(text: str, span: Span) -> Declarations:
    """What one directive declares. Raises Unreadable when it is none that is known.

    >>> declared("tau > 0", Span(0, 7)).positive
    frozenset({'τ'})
    """
    found = _DIRECTIVE.match(text)
    if found is None:
        raise refuse("directive", span, text=text.strip())
    got = {key: value for key, value in found.groupdict().items() if value}
    if "of" in got and not _ARGUMENTS.fullmatch(got["of"]):
        raise refuse("directive about no index", span, text=text.strip(), name=got["of"].strip())

    def symbol(part: str) -> str:
        return called(got[part])

    def called(written: str) -> str:
        name = _canonical(written)
        if name is None:
            raise refuse("directive about no symbol", span, text=text.strip(), name=written)
        return name

    if "claim" in got:
        return Declarations(claim=got["claim"])
    if "goal" in got:
        return Declarations(goal=got["goal"].strip("$ "))
    if "most" in got:
        return Declarations(most_laws=int(got["most"]))
    if "positive" in got:
        return Declarations(positive=frozenset({symbol("positive")}))
    if "share" in got:
        return Declarations(positive=frozenset({symbol("share")}), shares=frozenset({symbol("share")}))
    if "role" in got:
        part: dict[str, Any] = {got["role"]: symbol("named")}
        return Declarations(**part)
    if "distribution" in got:
        name = symbol("distribution")
        over = tuple(VARIABLES.get(letter(v.strip()), "y") for v in got.get("over", "y").split(","))
        given = (VARIABLES.get(got["given"], "x"),) if "given" in got else ()
        return Declarations(distributions=frozenset({name}), signatures={name: (over, given)})
    if "function" in got:
        names = frozenset({symbol("function")})
        written = re.findall(r"\w{1,4}", got.get("of", ""))
        of = tuple(each for each in written if each in VARIABLES)
        return Declarations(
            functions=names,
            positive=names if "sign" in got else frozenset(),
            arguments=dict.fromkeys(names, of) if 0 < len(of) == len(written) else {},
            indices=frozenset(letter(each) for each in written) - VARIABLES.keys(),
        )
    if "scalar" in got:
        return Declarations(scalars=frozenset({symbol("scalar")}))
    if "fixed" in got:
        return Declarations(moves={symbol("fixed"): frozenset()})
    if "moving" in got:
        movers = re.split(r"\s*(?:,|\band\b)\s*", got["movers"])
        return Declarations(moves={symbol("moving"): frozenset(called(each) for each in movers)})
    return Declarations()


_SHARE = pattern(r"\s*0\s*<\s*([^\s<>=]+)\s*<\s*1\s*|\s*([^\s<>=]+?)\s*(?:\\in|∈)\s*\(\s*0\s*,\s*1\s*\)\s*")


def share(formula: str) -> str:
    r"""The number that a formula puts between 0 and 1; nothing where it says something else.

    >>> share(r"0 < \alpha < 1"), share(r"\lambda \in (0, 1)"), share("0 < p(y) < 1")
    ('α', 'λ', '')
    """
    found = _SHARE.fullmatch(formula)
    return (_canonical(found[1] or found[2]) or "") if found else ""


_CLOSED = pattern(
    r"\s*0\s*(?:≤|\\leq?(?:slant)?(?![A-Za-z]))\s*([^\s<>=]+?)\s*(?:≤|\\leq?(?:slant)?(?![A-Za-z]))\s*1\s*"
    r"|\s*([^\s<>=]+?)\s*(?:\\in|∈)\s*\[\s*0\s*,\s*1\s*\]\s*"
)


def closed_share(formula: str) -> str:
    r"""The number that a formula puts between 0 and 1, the ends among them; nothing where it says something else.

    >>> closed_share(r"0 \le \alpha \le 1"), closed_share(r"\lambda \in [0, 1]"), closed_share("0 < q < 1")
    ('α', 'λ', '')
    """
    found = _CLOSED.fullmatch(formula)
    return (_canonical(found[1] or found[2]) or "") if found else ""


_SIDES = pattern(r"[<>=≤≥∈]|\\(?:[lg]eq?|[lg]eqslant|neq?|in|to|rightarrow)(?![A-Za-z])")


def shares(formulas: Iterable[str], share: Callable[[str], str] = share) -> frozenset[str]:
    r"""The numbers that the formulas of a text put between 0 and 1, each where none says more of it.

    ``share``: whether the ends count.

    >>> sorted(shares([r"\alpha \in (0, 1)", "0 < q < 1", r"\alpha > 1"]))
    ['q']
    """
    every = dict.fromkeys(formulas)
    found = {name for each in every if (name := share(each))}
    sides = [side for each in every if found and not share(each) for side in _SIDES.split(each)[:_MOST_SIDES]]
    return frozenset(found - {_canonical(side) for side in dict.fromkeys(sides) if len(side) < _LONG})


_MOST_SIDES, _LONG = 8, 40

_IN_A_SIMPLEX = pattern(
    r"\s*(?P<names>[^\s<>=()]+(?:\s*,\s*[^\s<>=()]+)*?)\s*(?:\\in(?![A-Za-z])|∈)\s*(?:\\Delta(?![A-Za-z])|Δ)[^<>=]*"
)


def in_a_simplex(formulas: Iterable[str]) -> frozenset[str]:
    r"""The symbols that the formulas of a text put in a simplex, by letters that are no outcomes: these are laws.

    >>> sorted(in_a_simplex([r"w \in \Delta_n", r"\nu, \rho\in\Delta(\mathcal{A})", r"x \in \Delta", "r \in R"]))
    ['w', 'ν', 'ρ']
    """
    found = [each for formula in formulas if (each := _IN_A_SIMPLEX.fullmatch(formula)) is not None]
    names = {_canonical(name.strip()) or "" for each in found for name in each["names"].split(",")}
    return frozenset(name for name in names if len(name) == 1 and name not in VARIABLES and name.isalpha())

_REAL = pattern(
    r"\s*([^\s<>=]+?)\s*(?:(?:\\in|∈)\s*(?:\\mathbb\s*(?:\{R\}|R)|\\R(?![A-Za-z])|ℝ)(?!\s*[_^])[^_^]*"
    r"|(?:\\neq?(?![A-Za-z])|≠|<|≤|\\leq?(?:slant)?(?![A-Za-z]))\s*0)\s*"
)


def reals(formulas: Iterable[str]) -> frozenset[str]:
    r"""The numbers that the formulas of a text put anywhere on the line, or not above 0.

    >>> sorted(reals([r"\lambda \in \mathbb{R}", r"c \neq 0", "t < 0", r"\beta \in \mathbb{R}_{>0}", "T > 0"]))
    ['c', 't', 'λ']
    """
    found = (_REAL.fullmatch(each) for each in dict.fromkeys(formulas))
    return frozenset(name for each in found if each is not None and (name := _canonical(each[1])))




def about(said: Declarations) -> frozenset[str]:
    """The symbols that a directive is about.

    >>> sorted(about(declared("r moves with theta", Span(0, 18))))
    ['r']
    """
    parts = (said.sampler, said.reference, said.reward, said.temperature, said.prompts)
    named = frozenset(name for name in parts if name is not None)
    return said.distributions | said.positive | said.scalars | said.functions | frozenset(said.moves) | named


def together(said: Sequence[Declarations]) -> Declarations:
    """What several directives declare; of two that name the same part, the later."""
    return Declarations(
        distributions=_all(each.distributions for each in said),
        signatures={name: signature for each in said for name, signature in each.signatures.items()},
        arguments={name: of for each in said for name, of in each.arguments.items()},
        positive=_all(each.positive for each in said),
        scalars=_all(each.scalars for each in said),
        shares=_all(each.shares for each in said),
        real=_all(each.real for each in said),
        functions=_all(each.functions for each in said),
        indices=_all(each.indices for each in said),
        sampler=_last(each.sampler for each in said),
        reference=_last(each.reference for each in said),
        reward=_last(each.reward for each in said),
        temperature=_last(each.temperature for each in said),
        prompts=_last(each.prompts for each in said),
        claim=_last(each.claim for each in said),
        goal=_last(each.goal for each in said),
        most_laws=min((each.most_laws for each in said if each.most_laws is not None), default=None),
        moves={name: movers for each in said for name, movers in each.moves.items()},
    )


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _last(names: Iterable[str | None]) -> str | None:
    given = [name for name in names if name is not None]
    return given[-1] if given else None


def _canonical(written: str) -> str | None:
    """The canonical name of a symbol, written in LaTeX or by a Greek letter's name; None for no symbol."""
    for attempt in (written, "\\" + written):
        try:
            syntax = parse_row(attempt, Span(0, len(attempt)))
        except Unreadable:
            continue
        first, *more = syntax.clauses
        node = first.expressions[0]
        if node.kind == "symbol" and not (more or first.relations or first.opening):
            return node.value
    return None
