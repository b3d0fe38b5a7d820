"""What each symbol of a document is: the field's conventions, the document's use, its directives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import Node, RowSyntax
from symkl.terms import Span, Variable

VARIABLES = {"x": "x", "y": "y", "s": "s", "a": "a"}
"""Letters that index alphabets, and the sort of the alphabet."""

CONDITION = {"y": "x", "a": "s"}
"""The sort that a policy over this sort conditions on."""

POLICIES = ("π", "p", "q", "μ")
PROMPTS = ("D", "ρ", "P")
REWARDS = ("r", "R", "A", "Q", "V", "r̂", "R̂")
TEMPERATURES = ("β", "τ", "α", "η", "λ_KL")
PARTITIONS = ("Z", "z")
REFERENCES = ("ref", "SFT", "old", "0", "base", "init", "sft", "θ_old", "teacher")


def letter(name: str) -> str:
    """The letter under a symbol's decorations.

    >>> letter("π_ref"), letter("r̂_θ"), letter("y_w"), letter("π*")
    ('π', 'r̂', 'y', 'π')
    """
    found = re.match(r"[^_^*'+\-]+", name)
    return found.group() if found else name


def subscript(name: str) -> str:
    """What stands below a symbol, without stars and primes.

    >>> subscript("π_θ*"), subscript("π"), subscript("π_r'")
    ('θ', '', "r'")
    """
    return name.partition("_")[2].rstrip("*").partition("^")[0]


@dataclass(frozen=True)
class Declarations:
    """What the symbols of one document are.

    ``functions``: name to (is it positive). ``defined``: name to the kinds of its parameters.
    ``signatures``: for a distribution, its (outcome sorts, condition sorts) when nothing is written.
    """

    distributions: frozenset[str] = frozenset()
    signatures: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    positive: frozenset[str] = frozenset()
    scalars: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()
    sampler: str | None = None
    reference: str | None = None
    reward: str | None = None
    temperature: str | None = None
    prompts: str | None = None
    claim: str | None = None
    outcome: str = "y"
    prompt: str = "x"

    def kind(self, name: str) -> str | None:
        """One of variable, distribution, function, scalar, multiplier, partition, defined; None if undeclared."""
        base = letter(name)
        if name in self.scalars or name in self.positive and name not in self.functions:
            return "scalar"
        if name in self.functions:
            return "function"
        if name in self.distributions:
            return "distribution"
        if name in self.defined:
            return "defined"
        if base in VARIABLES and "^(" not in name:
            return "variable"
        if base in POLICIES or name in PROMPTS:
            return "distribution"
        if name in TEMPERATURES or base in ("β", "τ", "α", "η"):
            return "scalar"
        if base in REWARDS:
            return "function"
        if base in PARTITIONS:
            return "partition"
        if base in ("λ", "ν"):
            return "multiplier"
        return None

    def is_positive(self, name: str) -> bool:
        """Whether a scalar or function is > 0 throughout."""
        return name in self.positive or (name in TEMPERATURES or letter(name) in ("β", "τ", "α", "η")) and name not in self.scalars

    def is_optimum(self, name: str) -> bool:
        """Whether a policy is an optimum by its name: ``π*``, or ``π_r`` for a reward r."""
        return letter(name) == "π" and (name.endswith("*") or letter(subscript(name)) in ("r", "R"))

    def is_reference(self, name: str) -> bool:
        """Whether a policy is a reference by its name."""
        return name == self.reference or subscript(name) in REFERENCES or name.startswith("μ")

    def variable(self, name: str) -> Variable:
        """The index variable with this name."""
        return Variable(name, VARIABLES[letter(name)])


_DIRECTIVE = re.compile(
    r"""^\s*(?:
      (?P<positive>\S+)\s*>\s*0
    | claim\s+(?P<claim>[\w-]+)
    | (?P<role>reference|reward|temperature|prompts|sampler)\s+(?P<named>\S+)
    | (?P<distribution>\S+)\s+distribution(?:\s+over\s+(?P<over>\w+(?:\s*,\s*\w+)*))?(?:\s+given\s+(?P<given>\w+))?
    | (?P<function>\S+)\s+(?P<sign>positive\s+)?function(?:\s+of\s+.*)?
    | (?P<scalar>\S+)\s+(?:real\s+)?scalar
    | (?P<assume>assume)
    )\s*$""", re.VERBOSE)

ADVICE = ("write one of: tau > 0; c scalar; f function of x, y; q distribution over y given x; "
          "reference \\pi_0; reward R; temperature \\tau; sampler \\pi; assume; claim optimal-policy")


def declare(known: Declarations, text: str, span: Span, canonical: object) -> Declarations:
    """``known`` and one directive more. ``canonical`` turns LaTeX or a letter's name into a symbol's name.

    Raises Unreadable when the directive is none that is known.
    """
    found = _DIRECTIVE.match(text)
    if found is None:
        raise Unreadable("directive", span, "this directive is not understood", f"'{text.strip()}'", "a declaration", ADVICE)
    assert callable(canonical)
    got = {key: value for key, value in found.groupdict().items() if value}
    if "claim" in got:
        return replace(known, claim=got["claim"])
    if "positive" in got:
        return replace(known, positive=known.positive | {canonical(got["positive"])})
    if "role" in got:
        return replace(known, **{got["role"]: canonical(got["named"])})
    if "distribution" in got:
        name = canonical(got["distribution"])
        over = tuple(VARIABLES.get(letter(v.strip()), "y") for v in got.get("over", "y").split(","))
        given = (VARIABLES.get(got["given"], "x"),) if "given" in got else ()
        return replace(known, distributions=known.distributions | {name}, signatures={**known.signatures, name: (over, given)})
    if "function" in got:
        name = canonical(got["function"])
        positive = known.positive | {name} if "sign" in got else known.positive
        return replace(known, functions=known.functions | {name}, positive=positive)
    if "scalar" in got:
        return replace(known, scalars=known.scalars | {canonical(got["scalar"])})
    return known


def walk(node: Node) -> Iterator[Node]:
    """A node and everything inside it."""
    yield node
    for child in node.children:
        yield from walk(child)


def survey(known: Declarations, rows: Iterable[RowSyntax]) -> Declarations:
    """``known`` and what the use of symbols shows: what is sampled from, what stands in a KL, what is defined.

    A call with a conditioning bar, or a place in a KL or behind a ``~``, makes a symbol a
    distribution; being the first thing of an equation, and not yet anything, makes it defined.
    """
    clauses = [clause for row in rows for clause in row.clauses]
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    signatures = dict(known.signatures)
    distributions = set(known.distributions)
    for node in nodes:
        slots: list[Node] = []
        if node.kind == "divergence" or node.kind == "functional" and node.value == "H":
            slots = [c for c in node.children if c.kind in ("symbol", "call")]
        elif node.kind in ("sampled", "under"):
            slots = [node.children[-1]]
        elif node.kind == "call" and node.children[2].children and node.children[1].children and all(
                c.kind in ("symbol", "dot") for c in node.children[1].children):
            slots = [node]
        for slot in slots:
            name = slot.value if slot.kind == "symbol" else slot.children[0].value if slot.kind == "call" else ""
            if not name or letter(name) in VARIABLES:
                continue
            distributions.add(name)
    sampled = [n for n in nodes if n.kind == "sampled"]
    outcome, prompt = ("a", "s") if _counts(nodes, "a") > _counts(nodes, "y") else ("y", "x")
    for node in nodes:
        if node.kind == "call" and node.children[0].value in distributions | {n for n in distributions} and node.children[0].value not in signatures:
            outcomes = [c.value for c in node.children[1].children if c.kind == "symbol" and letter(c.value) in VARIABLES]
            given = [c.value for c in node.children[2].children if c.kind == "symbol" and letter(c.value) in VARIABLES]
            dots = any(c.kind == "dot" for c in node.children[1].children)
            if outcomes and not dots and len(outcomes) == len(node.children[1].children):
                sorts = tuple(VARIABLES[letter(v)] for v in outcomes)
                conditions = tuple(VARIABLES[letter(v)] for v in given)
                if not conditions and len(sorts) == 1 and sorts[0] in CONDITION and letter(node.children[0].value) in POLICIES \
                        and node.children[0].value not in PROMPTS:
                    conditions = (CONDITION[sorts[0]],)
                signatures[node.children[0].value] = sorts, conditions
    for node in sampled:
        target = node.children[-1]
        if target.kind == "symbol" and target.value not in signatures:
            sorts = tuple(VARIABLES.get(letter(v.value), "y") for v in node.children[:-1])
            policy = letter(target.value) in POLICIES and len(sorts) == 1 and sorts[0] in CONDITION
            if letter(target.value) in POLICIES and len(sorts) == 2:
                continue
            signatures[target.value] = sorts, ((CONDITION[sorts[0]],) if policy else ())
    for node in nodes:  # what stands beside p in KL(p‖q) is over what p is over
        if node.kind == "divergence" and len(node.children) == 2:
            names = [c.value if c.kind == "symbol" else c.children[0].value if c.kind == "call" else "" for c in node.children]
            for one, other in (names, names[::-1]):
                if one in distributions and one not in signatures and other in signatures and letter(one) != "π":
                    signatures[one] = signatures[other]
    found = replace(known, distributions=frozenset(distributions), signatures=signatures, outcome=outcome, prompt=prompt)
    defined = set(found.defined)
    for clause in clauses:
        if clause.relations and clause.opening is None:
            head = clause.expressions[0]
            name = head.value if head.kind == "symbol" else head.children[0].value if head.kind == "call" else ""
            if name and (found.kind(name) is None or _takes_preference(head) or clause.relations[0].value == ":=") \
                    and letter(name) not in VARIABLES:
                defined.add(name)
    return replace(found, defined=frozenset(defined), **_roles(found, clauses, nodes))


def _takes_preference(head: Node) -> bool:
    return head.kind == "call" and any(c.kind == "preferred" for c in head.children[1].children)


def _counts(nodes: list[Node], name: str) -> int:
    return sum(node.kind == "symbol" and letter(node.value) == name for node in nodes)


def _roles(known: Declarations, clauses: object, nodes: list[Node]) -> dict[str, str | None]:
    """The reference, the reward, the temperature and the prompts of the document's problem."""
    names = [node.value for node in nodes if node.kind == "symbol"]

    def first(named: str | None, fits: Iterable[str], default: str) -> str:
        return named or next(iter(fits), default)

    kl_right = [n.children[1] for n in nodes if n.kind == "divergence" and len(n.children) == 2]
    right = [n.value if n.kind == "symbol" else n.children[0].value for n in kl_right if n.kind in ("symbol", "call")]
    references = [n for n in right if known.is_reference(n)] + [n for n in names if known.is_reference(n) and letter(n) in POLICIES]
    tilted = [m.value for n in nodes if _is_exponential(n) for m in walk(n) if m.kind == "symbol"]
    called = [n.children[0].value for n in nodes if n.kind == "call"]
    rewards = [n for n in (*tilted, *called, *names) if known.kind(n) == "function" and letter(n) in REWARDS]
    scalars = [n for n in (*tilted, *names) if known.kind(n) == "scalar" and known.is_positive(n)]
    samplers = [n.children[-1] for n in nodes if n.kind == "sampled" and letter(n.children[0].value) in ("x", "s")]
    prompts = [n.value if n.kind == "symbol" else n.children[0].value for n in samplers if n.kind in ("symbol", "call")]
    return {
        "reference": first(known.reference, references, "π_ref"),
        "reward": first(known.reward, rewards, "r"),
        "temperature": first(known.temperature, scalars, "β"),
        "prompts": first(known.prompts, (p for p in prompts if letter(p) not in ("π",)), "D"),
    }


def _is_exponential(node: Node) -> bool:
    return node.kind == "function" and node.value == "exp"
