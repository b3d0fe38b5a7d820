"""What the use of symbols shows: what is drawn from, what stands in a divergence, what an equation defines.

All rows are surveyed before any of them is given its meaning, for a symbol may be used before it is explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from symkl.language.roles import Role
from symkl.meaning.alphabets import SETS, alphabets, summands
from symkl.meaning.chains import in_chains, with_chains
from symkl.meaning.constants import constants
from symkl.meaning.dependence import parameters
from symkl.meaning.deviations import in_deviations, with_deviations
from symkl.meaning.functions import called_with_numbers, with_functions, written_out
from symkl.meaning.giving import given, laws, optimisers
from symkl.meaning.groups import family, in_groups, with_groups, with_ratios
from symkl.meaning.instances import with_instances
from symkl.meaning.joints import in_joints, with_joints
from symkl.meaning.parametrised import in_parameters, with_parameters
from symkl.meaning.samples import made_of_samples
from symkl.meaning.sequences import in_sequences, with_sequences
from symkl.meaning.steps import in_steps, with_steps
from symkl.meaning.symbols import (
    CONDITION,
    NO_LAWS,
    PARAMETERS,
    POLICIES,
    REWARDS,
    SMALL,
    TEMPERATURES,
    VARIABLES,
    Declarations,
    is_parameter,
    is_value_of_parameter,
    letter,
    subscript,
    usual_role,
)
from symkl.meaning.trajectories import in_trajectories, with_trajectories
from symkl.meaning.undeclared import with_undeclared
from symkl.meaning.usage import as_used, by_usage, drawn_singly, drawn_together, of_a_question
from symkl.meaning.vectors import in_components, with_vectors
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk


def survey(
    known: Declarations,
    found: Sequence[tuple[RowSyntax, int]],
    unread: Mapping[str, int],
    sections: Sequence[int],
    said: Iterable[str] = (),
) -> Declarations:
    """``known`` and what the use of symbols shows: what is sampled from, what stands in a KL, what is defined.

    A call with a conditioning bar, or a place in a KL or behind a ``~``, makes a symbol a
    distribution; a row may give what is none (:mod:`symkl.meaning.giving`). ``found``: the rows and where they stand;
    ``unread``: what would be given by rows that could not be read, and where; ``said``: what prose gives.
    ``sections``: in which section each row stands.
    """
    rows = [row.clauses for row, _ in found]
    known = called_with_numbers(known, rows)
    known = with_deviations(known, rows, {*unread, *said})
    rows = [in_deviations(known, clauses) for clauses in rows]
    known = with_steps(known, rows, {*unread, *said})
    rows = [in_steps(known, clauses) for clauses in rows]
    known = with_parameters(known, rows)
    rows = [in_parameters(known, clauses) for clauses in rows]
    known = with_trajectories(known, rows)
    rows = [in_trajectories(known, clauses) for clauses in rows]
    known = by_usage(replace(known, called=_called(rows)), rows)
    known = replace(known, functions=known.functions | _varied(known, rows))
    known = with_functions(known, rows, sections, unread, said)
    known = replace(known, constants=constants(known, rows, {*unread, *said}))
    rows = [written_out(known, as_used(known, clauses)) for clauses in rows]
    known = with_chains(known, rows)
    rows = [in_chains(known, clauses) for clauses in rows]
    known = with_sequences(known, rows)
    rows = [in_sequences(known, clauses) for clauses in rows]
    known = with_joints(known, rows)
    rows = [in_joints(known, clauses) for clauses in rows]
    known = with_vectors(known, rows)
    rows = [in_components(known, clauses) for clauses in rows]
    known = with_groups(known, rows)
    rows = [in_groups(known, clauses) for clauses in rows]
    stated = [replace(row, clauses=clauses) for (row, _), clauses in zip(found, rows, strict=True)]
    clauses = [clause for row in rows for clause in row]
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    drawn_from = {letter(named(node.children[-1])) for node in nodes if node.kind == "sampled"}
    known = replace(known, laws=drawn_together(nodes), singly=drawn_singly(nodes))
    known = replace(known, draws=not drawn_from.isdisjoint(POLICIES))
    used = set(known.distributions) | _used_as_distributions(nodes) | {*laws(known, clauses)} - {""}
    used |= _measures(known, nodes)
    barred = _barred(nodes) - used
    barred -= {name for name in barred if letter(name) in NO_LAWS} - _said_of(clauses)
    distributions = used | barred
    indices = known.indices | _indices(nodes, distributions)
    known = replace(known, distributions=frozenset(distributions), barred=frozenset(barred), indices=indices)
    distributions = {name for name in distributions if not known.is_index(name)}
    known = replace(known, gradient=_gradient(known, nodes), exchanged=_exchanged(nodes))
    known = replace(known, carriers=_carriers(nodes, known.moments) | _made_of_steps(known, clauses))
    outcome = _more_often(nodes, "a", than="y")
    written = {letter(node.value) for node in nodes if node.kind == "symbol"} & {"x", "s"}
    prompt = _more_often(nodes, "s", than="x") if written else CONDITION[outcome]
    known = replace(
        known,
        distributions=frozenset(distributions),
        outcome=outcome,
        prompt=prompt,
    )
    lines = [line for _, line in found]
    over = {named(c) for node in nodes if node.kind == "optimum" for c in node.children[:-1]}
    over = {name for name in over if known.kind(name) == "distribution"}
    over -= {name.removesuffix("*") for name in optimisers(clauses)}  # p* = argmax_p ... gives p*
    best = {f"{name}*" for name in over} & {named(node) for node in nodes}
    known = replace(known, varied=frozenset(over), distributions=known.distributions | best)
    known = replace(known, defined=given(known, list(zip(stated, lines, strict=True)), unread))
    known = with_instances(known, list(zip(stated, lines, strict=True)), sections)
    known = replace(known, made_of_samples=made_of_samples(known, list(zip(stated, lines, strict=True)), sections))
    members = {family(base, n) for base in known.families for n in (1, 2, 3, 4)}
    known = replace(known, functions=known.functions | (members - known.defined.keys()))
    known = with_ratios(known, rows, {*unread, *said})
    known = with_undeclared(known, rows, {*unread, *said})
    return _with_roles(alphabets(known, rows, lines, sections), nodes)


def _gradient(known: Declarations, nodes: Iterable[Node]) -> str:
    r"""What the document's gradients are by: a parameter of its policies, else of what bears one; a bare ``\nabla``
    is by that, too."""
    nodes = list(nodes)
    by = [node.value for node in nodes if node.kind == "gradient"]
    names = {node.value for node in nodes if node.kind == "symbol"}
    policies = {name for name in names if known.kind(name) == "distribution"}
    for bearing in (policies, names):
        carried = sorted(frozenset().union(*(parameters(name) for name in bearing)))
        found = [each or next(iter(carried), "") for each in by]
        if moved := next((each for each in found if each in carried), ""):
            return moved
    return next((each or "θ" for each in by), "")


def _called(rows: Sequence[Sequence[Clause]]) -> frozenset[str]:
    """The letters of states and actions that are the name of a function throughout: the s of ``s(x)``."""
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    heads = Counter(node.children[0].value for node in nodes if node.kind == "call" and not node.children[2].children)
    names = Counter(node.value for node in nodes if node.kind == "symbol" and letter(node.value) in ("s", "a"))
    plain = {letter(name) for name in names if heads[name] < names[name]}
    return frozenset(name for name in names if letter(name) not in plain)


def _varied(known: Declarations, rows: Iterable[Sequence[Clause]]) -> set[str]:
    """What a problem is over, if nothing else says what it is and it is written of indices there: ``\\sup_T``."""
    found: set[str] = set()
    for node in (node for row in rows for clause in row for side in clause.expressions for node in walk(side)):
        names = {named(over) for over in node.children[:-1]} if node.kind == "optimum" else set()
        for each in walk(node.children[-1]) if names else ():
            if each.kind == "call" and named(each) in names and known.kind(named(each)) is None:
                places = each.children[1].children
                if places and all(p.kind == "symbol" and letter(p.value) in VARIABLES for p in places):
                    found.add(named(each))
            if each.kind == "symbol" and each.value in names & set(NO_LAWS) and known.kind(each.value) is None:
                found.add(each.value)  # \sup_f E_π[f]
    return found


def _exchanged(nodes: list[Node]) -> frozenset[str]:
    """What is called with one parameter in one place and with another elsewhere: J(θ), then J(φ)."""
    called: dict[str, set[str]] = {}
    for node in nodes:
        if node.kind == "call":
            symbols = [c.value for c in node.children[1].children if c.kind == "symbol"]
            given = {name for name in symbols if is_value_of_parameter(name)}
            called.setdefault(node.children[0].value, set()).update(given)
    return frozenset(name for name, given in called.items() if len(given) > 1)


def _made_of_steps(known: Declarations, clauses: Iterable[Clause]) -> frozenset[str]:
    """What carries a parameter at a step of a trajectory, where something called with one parameter and with another is
    made of that: another parameter there is another policy at each step."""
    made: dict[str, set[str]] = {}
    for clause in clauses:
        if clause.relations and clause.opening is None and (name := named(clause.expressions[0])):
            made.setdefault(name, set()).update(n.value for side in clause.expressions for n in walk(side))
    left, found = set(known.exchanged), set[str]()
    while left:
        found |= left
        left = {part for each in left for part in made.get(each, ())} - found
    return frozenset(name for name in found & known.moments if parameters(name))


def _carriers(nodes: list[Node], steps: frozenset[str]) -> frozenset[str]:
    """What carries a parameter and is no policy, nor stands at a step of a trajectory: r_θ, V_φ."""
    names = {node.value for node in nodes if node.kind == "symbol"} - steps
    return frozenset(name for name in names if is_parameter(subscript(name)) and letter(name) not in POLICIES)


def _barred(nodes: list[Node]) -> set[str]:
    """What is called with a bar, and by no letter of a reward: who writes r(y|x) means a number."""
    return {
        node.children[0].value
        for node in nodes
        if node.kind == "call"
        and node.children[2].children
        and node.children[1].children
        and all(c.kind in ("symbol", "dot") for c in node.children[1].children)
        and letter(node.children[0].value) not in (*VARIABLES, *REWARDS)
    }


def _said_of(clauses: Iterable[Clause]) -> set[str]:
    """What stands at the head of an equation, outside of any sum or mean there: rows may give it."""
    found: set[str] = set()
    left = [clause.expressions[0] for clause in clauses if clause.relations]
    while left:
        node = left.pop()
        found |= {named(node)}
        left += node.children if node.kind not in ("sum", "product", "expectation", "call") else ()
    return found


def _used_as_distributions(nodes: list[Node]) -> set[str]:
    """What stands in a divergence or an entropy, is drawn from, or is held against a policy in a norm."""
    found: set[str] = set()
    for node in nodes:
        slots: list[Node] = []
        if node.kind == "divergence" or (node.kind == "functional" and node.value == "H"):
            slots = [c for c in node.children if c.kind in ("symbol", "call")]
        elif node.kind == "norm":
            slots = _held_against_a_policy(node.children[0])
        elif node.kind in ("sampled", "under"):
            slots = [node.children[-1]]
        elif node.kind in ("token", "next"):
            slots = [node.children[0]]
        names = {named(slot) for slot in slots}
        found |= {name for name in names if name and letter(name) not in VARIABLES}
    return found


def _held_against_a_policy(of: Node) -> list[Node]:
    """The two laws of a difference in a norm, one in the letter of a policy: a norm by itself is of anything."""
    slots = [c for c in summands(of) if c.kind in ("symbol", "call")]
    letters = [letter(named(slot)) for slot in slots]
    told = len(slots) == 2 and not {*POLICIES}.isdisjoint(letters) and {*REWARDS, *NO_LAWS}.isdisjoint(letters)
    return slots if told else []


def _measures(known: Declarations, nodes: list[Node]) -> set[str]:
    """The ν of ``ν(y)``: what is usually a multiplier is one of prompts alone."""
    calls = [n for n in nodes if n.kind == "call" and known.kind(named(n)) == "multiplier" and letter(named(n)) == "ν"]
    return {named(n) for n in calls if [letter(c.value) for c in n.children[1].children] in (["y"], ["a"])}


def _indices(nodes: list[Node], distributions: set[str]) -> frozenset[str]:
    """Letters that are drawn, summed over, or stand on both sides of a policy's bar."""
    found: set[str] = set()
    for node in nodes:
        places: list[Node] = []
        if node.kind == "sampled":
            places = list(node.children[:-1])
        elif node.kind in ("over", "apart", "samples"):
            places = list(node.children)
        elif node.kind == "call" and (letter(node.children[0].value) == "π" or node.children[0].value in distributions):
            places = [*node.children[1].children, *node.children[2].children]
        elif node.kind == "call":
            places = list(of_a_question(node))
        elif node.kind == "indicator" and node.value in "=≠" and any(c.value in _NUMBERS for c in node.children):
            places = list(node.children)  # \mathbf{1}[i = j], where nothing is drawn
        found |= {letter(p.value) for p in places if p.kind == "symbol" and p.value not in distributions}
    return frozenset(
        name for name in found if len(name) == 1 and (name.isascii() or name in VARIABLES) and name.isalpha()
    )


_NUMBERS = ("i", "j", "k", "l", "m", "n")
"""Letters of indices, where nothing else says that they are such."""


def _more_often(nodes: list[Node], name: str, *, than: str) -> str:
    """Which of two letters a document writes more often, the second where both alike."""
    return name if _counts(nodes, name) > _counts(nodes, than) else than


def _counts(nodes: list[Node], name: str) -> int:
    """How often a letter stands in a document, or the size of the set that is named by it."""
    sizes = [named(node.children[0]) for node in nodes if node.kind == "absolute" and node.value == "set"]
    letters = [letter(node.value) for node in nodes if node.kind == "symbol"]
    return letters.count(name) + sum(SETS.get(size) == name for size in sizes)


def _with_roles(known: Declarations, nodes: list[Node]) -> Declarations:
    """The reference, the reward, the temperature and the prompts of the document's problem."""
    names = [node.value for node in nodes if node.kind == "symbol"]

    def first(named: str | None, fits: Iterable[str], default: str) -> str:
        return named or next(iter(fits), default)

    apart = [n.children for n in nodes if n.kind == "divergence" and len(n.children) > 1]
    right = [named(of) for p, of, *_ in apart if letter(named(p)) == "π" or known.is_reference(named(of))]
    right += [named(c) for n in nodes if n.kind == "multiply" and any(map(_is_tilt, n.children)) for c in n.children]
    right = [n for n in right if _may_be_a_reference(known, n)]
    references = sorted(right, key=lambda n: not known.is_reference(n)) + [
        n for n in names if known.is_reference(n) and letter(n) in POLICIES
    ]
    tilted = [m.value for n in nodes if _is_exponential(n) for m in walk(n) if m.kind == "symbol"]
    called = [n.children[0].value for n in nodes if n.kind == "call"]
    rewards = [n for n in (*tilted, *called, *names) if known.kind(n) == "function" and letter(n) in REWARDS]
    moved = [n.children[0].value for n in nodes if n.kind == "limit"]
    scalars = [n for n in (*moved, *tilted, *names) if known.kind(n) == "scalar" and known.is_positive(n)]
    scalars = [n for n in scalars if letter(n) != SMALL]
    # A number that is merely declared to be positive is the temperature only where no usual name for one is about.
    scalars.sort(key=lambda n: n not in TEMPERATURES and letter(n) not in ("β", "τ", "α", "η"))
    samplers = [n.children[-1] for n in nodes if n.kind == "sampled" and letter(n.children[0].value) in ("x", "s")]
    prompts = [n.value if n.kind == "symbol" else n.children[0].value for n in samplers if n.kind in ("symbol", "call")]
    prices = _prices(nodes)
    rivals = {
        "reference": () if known.reference else references,
        "reward": () if known.reward else _rival_rewards([n for n in rewards if n in called], tilted),
        "temperature": () if known.temperature else [n for n in scalars if _is_temperature(n, tilted, prices)],
    }
    several = {part: tuple(dict.fromkeys(map(_one_name, some))) for part, some in rivals.items()}
    return replace(
        known,
        rivals=tuple((part, some) for part, some in several.items() if len(some) > 1),
        reference=first(known.reference, references, "π_ref"),
        reward=first(known.reward, rewards, "r"),
        temperature=first(known.temperature, scalars, "β"),
        prompts=first(known.prompts, (p for p in prompts if letter(p) != "π"), "D"),
    )


def _rival_rewards(rewards: list[str], tilted: list[str]) -> list[str]:
    """Those that may be the reward of the problem: an advantage beside a reward only where neither is in an exponent,
    or both are."""
    plain = [n for n in rewards if letter(n)[0] in "rR"]
    others = [n for n in rewards if letter(n) in ("A", "Q")]
    exponents = {n for n in rewards if n in tilted}
    alone = len({letter(n) for n in exponents}) == 1 and exponents <= set(plain)
    return plain if alone else [*plain, *others]


def _is_tilt(node: Node) -> bool:
    return _is_exponential(node) and any(each.kind == "call" for each in walk(node))


def _may_be_a_reference(known: Declarations, name: str) -> bool:
    """Whether what a policy diverges from may be the reference: by its name, or for nothing says that it is another."""
    if known.is_reference(name):
        return True
    moves = known.is_optimum(name) or bool(parameters(name)) or letter(name) == "π"
    return known.kind(name) == "distribution" and not moves and name not in known.defined


def _is_temperature(name: str, *places: Container[str]) -> bool:
    """Whether a positive number may be the temperature of the problem: by its letter, or by where it stands."""
    return usual_role(name) in (Role.TEMPERATURE, Role.MULTIPLIER) or any(name in some for some in places)


def _prices(nodes: Iterable[Node]) -> set[str]:
    r"""What divergences and partition functions are multiplied by: the β of ``\beta KL`` and of ``\beta\log Z``."""
    found: set[str] = set()
    for node in nodes:
        if node.kind == "multiply" and any(
            c.kind == "divergence" or (c.kind == "function" and c.value == "log") for c in node.children
        ):
            found |= {c.value for c in node.children if c.kind == "symbol"}
    return found


def _one_name(name: str) -> str:
    """A reward without what only says whose it is: r_φ and r* are r; any other symbol as it is."""
    own = letter(name) in REWARDS and (subscript(name) in ("", *PARAMETERS))
    return letter(name) if own else name


def _is_exponential(node: Node) -> bool:
    return node.kind == "function" and node.value == "exp"
