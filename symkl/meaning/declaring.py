"""What each symbol of a document is: the field's conventions, the document's use, its directives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from symkl.language.roles import Role
from symkl.language.terms import Relation, Span, Variable
from symkl.meaning.mistakes import refuse
from symkl.reading.syntax import Clause, Node, RowSyntax

VARIABLES = {"x": "x", "y": "y", "s": "s", "a": "a"}
"""Letters that index alphabets, and the sort of the alphabet."""

CONDITION = {"y": "x", "a": "s"}
"""The sort that a policy over this sort conditions on."""

POLICIES = ("π", "p", "q", "μ")
PROMPTS = ("D", "ρ", "P")
REWARDS = ("r", "R", "A", "Q", "V", "r̂", "R̂")
GIVEN_BY_EQUATION = ("A", "Q", "V", "r̂", "R̂")
"""Rewards and values that a document may also define itself."""

TEMPERATURES = ("β", "τ", "α", "η", "λ_KL")
MULTIPLIERS = ("λ", "ν")
PARTITIONS = ("Z", "z")
REFERENCES = ("ref", "SFT", "old", "0", "base", "init", "sft", "θ_old", "teacher")


_ROLES = {
    **dict.fromkeys(("p", "q", "μ"), Role.DISTRIBUTION),
    **dict.fromkeys(PROMPTS, Role.PROMPTS),
    **dict.fromkeys(REWARDS, Role.REWARD),
    **dict.fromkeys(("β", "τ", "α", "η"), Role.TEMPERATURE),
    **dict.fromkeys(PARTITIONS, Role.PARTITION),
    "x": Role.PROMPT,
    "y": Role.RESPONSE,
}


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


def usual_role(name: str) -> Role | None:
    """The role that the field gives a symbol by its letter, None where it gives none.

    >>> usual_role("π_ref"), usual_role("λ"), usual_role("λ_KL"), usual_role("c")
    (<Role.REFERENCE: 'reference'>, <Role.MULTIPLIER: 'multiplier'>, <Role.TEMPERATURE: 'temperature'>, None)
    """
    base = letter(name)
    if base == "π":
        if name.endswith("*") or re.fullmatch(r"π_[rR](_\w|'+)?", name) is not None:
            return Role.OPTIMUM
        return Role.REFERENCE if subscript(name) in REFERENCES else Role.POLICY
    if name in TEMPERATURES:
        return Role.TEMPERATURE
    return Role.MULTIPLIER if base[:1] in MULTIPLIERS else _ROLES.get(base)


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
    indices: frozenset[str] = frozenset()
    gradient: str = ""

    def is_index(self, name: str) -> bool:
        """Whether a name is that of an index variable: x, y, s, a, or what the document draws or sums over."""
        return letter(name) in VARIABLES or letter(name) in self.indices

    def sort(self, name: str) -> str:
        """The sort of the alphabet that an index runs over."""
        return VARIABLES.get(letter(name), letter(name))

    def kind(self, name: str) -> str | None:
        """One of variable, distribution, function, scalar, multiplier, partition, defined; None if undeclared."""
        base = letter(name)
        if name in self.defined and base not in POLICIES:
            return "defined"
        if name in self.scalars or (name in self.positive and name not in self.functions):
            return "scalar"
        if name in self.functions:
            return "function"
        if name in self.distributions:
            return "distribution"
        if name in self.defined:
            return "defined"
        if self.is_index(name) and "^(" not in name:
            return "variable"
        if base in POLICIES or name in PROMPTS:
            return "distribution"
        if name in TEMPERATURES or base in ("β", "τ", "α", "η"):
            return "scalar"
        if base in REWARDS:
            return "function"
        if base in PARTITIONS:
            return "partition"
        if base in MULTIPLIERS:
            return "multiplier"
        return None

    def is_positive(self, name: str) -> bool:
        """Whether a scalar or function is > 0 throughout."""
        return name in self.positive or (
            (name in TEMPERATURES or letter(name) in ("β", "τ", "α", "η")) and name not in self.scalars
        )

    def is_optimum(self, name: str) -> bool:
        """Whether a policy is an optimum by its name: ``π*``, or ``π_r`` for a reward r."""
        return usual_role(name) is Role.OPTIMUM

    def is_reward(self, name: str) -> bool:
        """Whether a name is that of the document's reward, with any decoration: r, r_φ, r*."""
        reward = self.reward or "r"
        return name[:1] == reward[:1] and name[1:2] in ("_", "*", "")

    def is_reference(self, name: str) -> bool:
        """Whether a policy is a reference by its name."""
        return name == self.reference or subscript(name) in REFERENCES or name.startswith("μ")

    def role(self, name: str) -> Role | None:
        """The part that a symbol plays: as the document says or shows, else as is usual."""
        own = {
            self.reference: Role.REFERENCE,
            self.reward: Role.REWARD,
            self.temperature: Role.TEMPERATURE,
            self.prompts: Role.PROMPTS,
        }
        return own.get(name) or usual_role(name)

    def variable(self, name: str) -> Variable:
        """The index variable with this name."""
        return Variable(name, self.sort(name))


_DIRECTIVE = re.compile(
    r"""^\s*(?:
      (?P<positive>\S+)\s*>\s*0
    | claim\s+(?P<claim>[\w-]+)
    | (?P<role>reference|reward|temperature|prompts|sampler)\s+(?P<named>\S+)
    | (?P<distribution>\S+)\s+distribution(?:\s+over\s+(?P<over>\w+(?:\s*,\s*\w+)*))?(?:\s+given\s+(?P<given>\w+))?
    | (?P<function>\S+)\s+(?P<sign>positive\s+)?function(?:\s+of\s+.*)?
    | (?P<scalar>\S+)\s+(?:real\s+)?scalar
    | (?P<assume>assume)
    )\s*$""",
    re.VERBOSE,
)

def declare(known: Declarations, text: str, span: Span, canonical: object) -> Declarations:
    """``known`` and one directive more. ``canonical`` turns LaTeX or a letter's name into a symbol's name.

    Raises Unreadable when the directive is none that is known.
    """
    found = _DIRECTIVE.match(text)
    if found is None:
        raise refuse("directive", span, text=text.strip())
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
        return replace(
            known, distributions=known.distributions | {name}, signatures={**known.signatures, name: (over, given)}
        )
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
    distributions = set(known.distributions) | _distributions(nodes)
    known = replace(
        known, distributions=frozenset(distributions), indices=known.indices | _indices(nodes, distributions)
    )
    distributions = {name for name in distributions if not known.is_index(name)}
    parameters = [n.value or "θ" for n in nodes if n.kind == "gradient"]
    marks = {subscript(name) for name in distributions}
    gradient = next((p for p in parameters if p in marks), parameters[0] if parameters else "")
    known = replace(known, gradient=gradient)
    outcome, prompt = ("a", "s") if _counts(nodes, "a") > _counts(nodes, "y") else ("y", "x")
    known = replace(
        known,
        distributions=frozenset(distributions),
        signatures=_signatures(known, nodes),
        outcome=outcome,
        prompt=prompt,
    )
    return _with_roles(replace(known, defined=known.defined | _defined(known, clauses)), nodes)


def _distributions(nodes: list[Node]) -> set[str]:
    """What stands in a divergence or an entropy, is drawn from, or is called with a bar."""
    found: set[str] = set()
    for node in nodes:
        slots: list[Node] = []
        if node.kind == "divergence" or (node.kind == "functional" and node.value == "H"):
            slots = [c for c in node.children if c.kind in ("symbol", "call")]
        elif node.kind in ("sampled", "under"):
            slots = [node.children[-1]]
        elif (
            node.kind == "call"
            and node.children[2].children
            and node.children[1].children
            and all(c.kind in ("symbol", "dot") for c in node.children[1].children)
        ):
            slots = [node]
        names = {_name(slot) for slot in slots}
        found |= {name for name in names if name and letter(name) not in VARIABLES}
    return found


def _name(node: Node) -> str:
    """The symbol that a node is, or that it calls."""
    return node.value if node.kind == "symbol" else node.children[0].value if node.kind == "call" else ""


def _indices(nodes: list[Node], distributions: set[str]) -> frozenset[str]:
    """Letters that are drawn, summed over, or stand on both sides of a policy's bar."""
    found: set[str] = set()
    for node in nodes:
        places: list[Node] = []
        if node.kind == "sampled":
            places = list(node.children[:-1])
        elif node.kind == "over":
            places = list(node.children)
        elif node.kind == "call" and letter(node.children[0].value) == "π":
            places = [*node.children[1].children, *node.children[2].children]
        found |= {letter(p.value) for p in places if p.kind == "symbol" and p.value not in distributions}
    return frozenset(
        name for name in found if len(name) == 1 and (name.isascii() or name in VARIABLES) and name.isalpha()
    )


def _signatures(known: Declarations, nodes: list[Node]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each distribution, the sorts of its outcomes and conditions, by its first use that shows them."""
    signatures = dict(known.signatures)
    for node in nodes:
        name = _name(node)
        if node.kind != "call" or name not in known.distributions or name in signatures:
            continue
        arguments, conditions = node.children[1].children, node.children[2].children
        outcomes = tuple(known.sort(c.value) for c in arguments if c.kind == "symbol" and known.is_index(c.value))
        given = tuple(known.sort(c.value) for c in conditions if c.kind == "symbol" and known.is_index(c.value))
        if outcomes and len(outcomes) == len(arguments):
            usual = not given and len(outcomes) == 1 and letter(name) in POLICIES and name not in PROMPTS
            signatures[name] = outcomes, ((CONDITION[outcomes[0]],) if usual and outcomes[0] in CONDITION else given)
    for node in nodes:
        if node.kind == "sampled" and node.children[-1].kind == "symbol" and node.children[-1].value not in signatures:
            name = node.children[-1].value
            sorts = tuple(known.sort(v.value) for v in node.children[:-1])
            if letter(name) in POLICIES and len(sorts) == 2 and sorts[0] in ("x", "s"):
                continue  # (x, y) ~ π is read as y ~ π at a fixed x
            usual = letter(name) in POLICIES and len(sorts) == 1 and sorts[0] in CONDITION
            signatures[name] = sorts, ((CONDITION[sorts[0]],) if usual else ())
    for node in nodes:  # what stands beside p in KL(p‖q) is over what p is over
        if node.kind == "divergence" and len(node.children) == 2:
            names = [_name(c) for c in node.children]
            for one, other in (names, names[::-1]):
                if one in known.distributions and one not in signatures and other in signatures and letter(one) != "π":
                    signatures[one] = signatures[other]
    return signatures


def _defined(known: Declarations, clauses: list[Clause]) -> set[str]:
    """Symbols that an equation gives, and that are nothing else yet.

    Also a hatted reward, A, Q, V and what a directive declares, at the first equation for it; what is declared
    not by a plain = once a row before claimed something of it: ``c^2 = d^2``, then ``c = d``, is a conclusion. And
    ``r = p/q`` before any other use of r, which is no reward. The
    probability of a preference is kept apart from a distribution of the same name.
    """
    found: set[str] = set()
    used: set[str] = set()
    claimed: set[str] = set()
    given: set[str] = set()
    rewards = {  # r(x, y) is a reward, whatever else r may be called
        n.children[0].value
        for clause in clauses
        for side in clause.expressions
        for n in walk(side)
        if n.kind == "call" and len(n.children[1].children) > 1
    }
    for clause in clauses:
        if clause.relations and clause.opening is None:
            head, body = clause.expressions[0], clause.expressions[1]
            name = _name(head)
            ratio = is_ratio(known, body) and name not in rewards
            declared = name in known.functions or name in known.scalars
            concluded = declared and name in claimed and clause.relations[0] is not Relation.DEFINED
            own = (declared and not concluded) or letter(name) in GIVEN_BY_EQUATION
            first = (ratio and name not in used) or (own and name not in given)
            given.add(name)
            if _takes_preference(head):
                found.add(name + "≻")
            elif name and not known.is_index(name) and (known.kind(name) is None or first):
                found.add(name)
        mentioned = {n.value for side in clause.expressions for n in walk(side) if n.kind == "symbol"}
        used |= mentioned
        claimed |= mentioned if clause.relations or clause.opening is not None else set()
    return found


def is_ratio(known: Declarations, body: Node) -> bool:
    """Whether an expression is one probability over another."""
    return body.kind in ("fraction", "divide") and all(known.kind(_name(c)) == "distribution" for c in body.children)


def _takes_preference(head: Node) -> bool:
    return head.kind == "call" and any(c.kind == "preferred" for c in head.children[1].children)


def _counts(nodes: list[Node], name: str) -> int:
    return sum(node.kind == "symbol" and letter(node.value) == name for node in nodes)


def _with_roles(known: Declarations, nodes: list[Node]) -> Declarations:
    """The reference, the reward, the temperature and the prompts of the document's problem."""
    names = [node.value for node in nodes if node.kind == "symbol"]

    def first(named: str | None, fits: Iterable[str], default: str) -> str:
        return named or next(iter(fits), default)

    kl_right = [n.children[1] for n in nodes if n.kind == "divergence" and len(n.children) == 2]
    right = [n.value if n.kind == "symbol" else n.children[0].value for n in kl_right if n.kind in ("symbol", "call")]
    references = [n for n in right if known.is_reference(n)] + [
        n for n in names if known.is_reference(n) and letter(n) in POLICIES
    ]
    tilted = [m.value for n in nodes if _is_exponential(n) for m in walk(n) if m.kind == "symbol"]
    called = [n.children[0].value for n in nodes if n.kind == "call"]
    rewards = [n for n in (*tilted, *called, *names) if known.kind(n) == "function" and letter(n) in REWARDS]
    moved = [n.children[0].value for n in nodes if n.kind == "limit"]
    scalars = [n for n in (*moved, *tilted, *names) if known.kind(n) == "scalar" and known.is_positive(n)]
    # A number that is merely declared to be positive is the temperature only where no usual name for one is about.
    scalars.sort(key=lambda n: n not in TEMPERATURES and letter(n) not in ("β", "τ", "α", "η"))
    samplers = [n.children[-1] for n in nodes if n.kind == "sampled" and letter(n.children[0].value) in ("x", "s")]
    prompts = [n.value if n.kind == "symbol" else n.children[0].value for n in samplers if n.kind in ("symbol", "call")]
    return replace(
        known,
        reference=first(known.reference, references, "π_ref"),
        reward=first(known.reward, rewards, "r"),
        temperature=first(known.temperature, scalars, "β"),
        prompts=first(known.prompts, (p for p in prompts if letter(p) != "π"), "D"),
    )


def _is_exponential(node: Node) -> bool:
    return node.kind == "function" and node.value == "exp"
