"""Which reference, reward and temperature: what rows state comes first, and a default that is not unique is none."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document
from tests.properties.documents.terms import KL, Mean, Meaning, Over, Sum, Symbol, Term, exp, log
from tests.properties.documents.vocabulary import Letters, Section, objective, softmax, solved

NAME = "which"


def _z(v: Letters) -> Symbol:
    return Symbol("Z", "function", v.prompt, 0)


def _stated(v: Letters, ref: Symbol, scores: Term, beta: Symbol, star: Symbol, z: Symbol) -> tuple[Term, Term, Term]:
    """The optimum's full form, its form with Z, and what Z is."""
    y = v.y
    weight = ref(y) * exp(scores / beta())
    return softmax(ref, scores, beta(), y, v.z), weight / z(), Sum(y, weight)


def two_rewards(rng: Random) -> Document:
    """Two rewards, one of which the optimum is made of."""
    v = Letters.drawn(rng)
    beta, ref, r, other = v.temperature(), v.reference(), v.reward(), v.reward()
    star, z = Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    d, y = v.draft(NAME, "two-rewards"), v.y
    full, shown, total = _stated(v, ref, r(y), beta, star, z)
    d.mean(star(y), full)
    d.mean(z(), total)
    d.true(exp(other(y)), ">", 0)  # a reward that no row mentions before would be given by the first that does
    early = [lambda: d.definition(star(y), shown)]
    late = rng.random() < 0.3 and not isinstance(rng, Section)
    rows = [
        lambda: d.true(Mean(y, star, r(y)) - beta() * KL(star, ref), "=", beta() * log(z())),
        lambda: d.false(Mean(y, star, other(y)) - beta() * KL(star, ref), "=", beta() * log(z())),
        lambda: d.true(beta() * log(star(y) / ref(y)) + beta() * log(z()), "=", r(y)),
        lambda: d.false(beta() * log(star(y) / ref(y)) + beta() * log(z()), "=", other(y)),
    ]
    rng.shuffle(rows)
    for write in rows[:2] + early if late else early + rows[:3]:
        write()
    return d.finished()


def two_references(rng: Random) -> Document:
    """Two references; a row about the one that is not meant stands first."""
    v = Letters.drawn(rng)
    beta, r = v.temperature(), v.reward()
    old, ref = v.law(r"\pi_{old}", r"\mu", r"\pi_0"), v.law(r"\pi_{ref}", r"\pi_{SFT}", "q")
    if rng.random() < 0.4:
        old, ref = ref, old
    law = v.moving_law(v.parameter()) if rng.random() < 0.5 else v.law(r"\pi", "p")
    star, z = Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    d, y = v.draft(NAME, "two-references"), v.y
    full, shown, total = _stated(v, ref, r(y), beta, star, z)
    d.mean(star(y), full)
    d.mean(z(), total)
    if rng.random() < 0.7:
        d.true(KL(law, old), ">=", 0)
    rows = [
        lambda: d.true(objective(law, r, beta, ref, y), "=", beta() * log(z()) - beta() * KL(law, star)),
        lambda: d.false(objective(law, r, beta, old, y), "=", beta() * log(z()) - beta() * KL(law, star)),
        lambda: d.true(solved(law, r, beta, ref, y, v.z), "=", beta() * log(z())),
        lambda: d.false(solved(law, r, beta, old, y, v.z), "=", beta() * log(z())),
    ]
    rng.shuffle(rows)
    if rng.random() < 0.3 and not isinstance(rng, Section):
        rows[0]()
        d.prose("where", "Here")
        d.definition(star(y), shown)
        rows[1]()
    else:
        d.definition(star(y), shown)
        for write in rows[:3]:
            write()
    return d.finished()


def two_temperatures(rng: Random) -> Document:
    """Another letter that could be a temperature; Z is given by a row, before or after."""
    v = Letters.drawn(rng)
    beta, tau, r, ref, law = v.temperature(), v.temperature(), v.reward(), v.reference(), v.law(r"\pi")
    z = _z(v)
    d, y = v.draft(NAME, "two-temperatures"), v.y
    total = Sum(y, ref(y) * exp(r(y) / beta()))
    d.mean(z(), total)
    if rng.random() < 0.7:
        d.true(exp(r(y) / tau()), ">", 0)
    rows = [
        lambda: d.true(solved(law, r, beta, ref, y, v.z), "=", beta() * log(z())),
        lambda: d.false(solved(law, r, tau, ref, y, v.z), "=", tau() * log(z())),
        lambda: d.false(solved(law, r, beta, ref, y, v.z), "=", tau() * log(z())),
        lambda: d.true(log(z()), "=", log(Mean(y, ref, exp(r(y) / beta())))),
    ]
    rng.shuffle(rows)
    early = rng.random() < 0.7 or isinstance(rng, Section)
    if early:
        d.definition(z(), total)
    rows[0]()
    if not early:
        d.prose("where", "with")
        d.definition(z(), total)
    rows[1]()
    return d.finished()


def nothing_stated(rng: Random) -> Document:
    """π* is used, no row states it, and two references, rewards or temperatures could be meant."""
    v = Letters.drawn(rng, prompt=True)
    which = rng.choice(["references", "rewards", "temperatures"])
    refs = [v.law(r"\pi_{ref}", r"\mu"), v.law(r"\pi_{old}", r"\pi_0")][: 2 if which == "references" else 1]
    # An advantage beside a reward in an exponent is no rival of it.
    rewards = [v.function("r"), v.function("R", r"\hat r")] if which == "rewards" else [v.reward()]
    betas = [v.temperature(), v.temperature()][: 2 if which == "temperatures" else 1]
    law, star = v.moving_law(v.parameter()), Symbol(r"\pi^*", "law", v.prompt, 1)
    d, y, z = v.draft(NAME, f"two-{which}-nothing-stated"), v.y, v.z
    y1, y2 = v.pair()
    if which == "references":
        for ref in rng.sample(refs, 2):
            d.true(KL(law, ref), ">=", 0)
    elif which == "rewards":
        for r in rng.sample(rewards, 2):
            d.true(Mean(y, law, r(y)) + KL(law, refs[0]), "=", KL(law, refs[0]) + Sum(y, law(y) * r(y)))
    else:
        for beta in rng.sample(betas, 2):
            d.true(exp(rewards[0](y) / beta()), ">", 0)
        d.true(KL(law, refs[0]), ">=", 0)
    readings = [
        {star: Meaning((y,), softmax(ref, r(y), beta(), y, z))} for ref in refs for r in rewards for beta in betas
    ]
    ref, r, beta = rng.choice(refs), rng.choice(rewards), rng.choice(betas)
    d.shuffled(
        lambda: d.either(
            Mean(y, star, r(y)),
            "=",
            Over(Mean(y, ref, r(y) * exp(r(y) / beta())), Mean(y, ref, exp(r(y) / beta()))),
            *readings,
        ),
        lambda: d.either(log(star(y1) / star(y2)) - log(ref(y1) / ref(y2)), "=", (r(y1) - r(y2)) / beta(), *readings),
        lambda: d.true(Mean(y, star, r(y)), "=", Sum(y, star(y) * r(y))),
        most=2,
    )
    return d.finished()


def by_directive(rng: Random) -> Document:
    """A directive says which of two references is meant."""
    v = Letters.drawn(rng, prompt=True)
    ref, other = v.law(r"\pi_{old}", r"\mu"), v.law(r"\pi_{ref}", r"\pi_0")
    r, beta, law, star = (
        v.function("r"),
        v.temperature(r"\beta", r"\tau"),
        v.law(r"\pi"),
        Symbol(r"\pi^*", "law", v.prompt, 1),
    )
    d, y, z = v.draft(NAME, "by-directive"), v.y, v.z
    d.declare(f"reference {ref.latex}")
    d.mean(star(y), softmax(ref, r(y), beta(), y, z))
    if rng.random() < 0.7:
        d.true(KL(law, other), ">=", 0)

    def right(of: Symbol) -> Term:
        return Over(Mean(y, of, r(y) * exp(r(y) / beta())), Mean(y, of, exp(r(y) / beta())))

    d.shuffled(
        lambda: d.true(Mean(y, star, r(y)), "=", right(ref)), lambda: d.false(Mean(y, star, r(y)), "=", right(other))
    )
    return d.finished()


def usual_meaning(rng: Random) -> Document:
    """Where reference, reward and temperature are the only ones, π* and Z have their usual meaning."""
    v = Letters.drawn(rng, prompt=True)
    ref, r, beta = v.law(r"\pi_{ref}", r"\pi_0", r"\pi_{\text{ref}}"), v.function("r"), v.temperature(r"\beta", r"\tau")
    law, star, part = v.law(r"\pi"), Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    d, y, z = v.draft(NAME, "usual-meaning"), v.y, v.z
    d.problem(solved(law, r, beta, ref, y, z))
    d.mean(star(y), softmax(ref, r(y), beta(), y, z))
    d.mean(part(), Sum(y, ref(y) * exp(r(y) / beta())))
    d.shuffled(
        lambda: d.true(star(y), "=", ref(y) * exp(r(y) / beta()) / part()),
        lambda: d.true(Mean(y, star, r(y)) - beta() * KL(star, ref), "=", beta() * log(part())),
        lambda: d.false(Mean(y, star, r(y)) - beta() * KL(star, ref), "=", log(part())),
        lambda: d.true(r(y), "=", beta() * log(star(y) / ref(y)) + beta() * log(part())),
        lambda: d.false(r(y), "=", beta() * log(star(y) / ref(y)) - beta() * log(part())),
        most=3,
    )
    return d.finished()


def regret(rng: Random) -> Document:
    """An objective with a letter, at the optimum and at any policy."""
    v = Letters.drawn(rng, prompt=True)
    ref, r, beta, law = v.reference(), v.function("r", "R"), v.temperature(), v.law(r"\pi", "p")
    star, part, name = Symbol(r"\pi^*", "law", v.prompt, 1), _z(v), v.one(["J", "G", r"\mathcal{J}"])
    at = {s: Symbol(name, argument=s.latex) for s in (law, star)}
    d, y = v.draft(NAME, "regret"), v.y
    d.mean(star(y), softmax(ref, r(y), beta(), y, v.z))
    d.mean(part(), Sum(y, ref(y) * exp(r(y) / beta())))
    for s, j in at.items():
        d.mean(j(), objective(s, r, beta, ref, y))
    d.definition(at[law](), objective(law, r, beta, ref, y))
    d.definition(star(y), ref(y) * exp(r(y) / beta()) / part())
    d.shuffled(
        lambda: d.true(at[star](), "=", beta() * log(part())),
        lambda: d.false(at[law](), "=", beta() * log(part())),
        lambda: d.true(at[star]() - at[law](), "=", beta() * KL(law, star)),
        lambda: d.false(at[star]() - at[law](), "=", beta() * KL(star, law)),
        lambda: d.true(at[law](), "<=", at[star]()),
        lambda: d.false(at[law](), ">=", at[star]()),
        most=4,
    )
    return d.finished()


def shaped_reward(rng: Random) -> Document:
    """An advantage for the reward: the optimum is the same, its partition function another."""
    v = Letters.drawn(rng, prompt=True)
    ref, r, a, beta = v.reference(), v.function("r", "R"), v.function("A", "Q"), v.temperature()
    value, star, part = v.value("V"), Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    d, y, z = v.draft(NAME, "shaped-reward"), v.y, v.z
    d.define(a(y), r(y) - value(), sign="=")
    d.mean(star(y), softmax(ref, a(y), beta(), y, z))
    d.mean(part(), Sum(y, ref(y) * exp(a(y) / beta())))
    d.definition(star(y), ref(y) * exp(a(y) / beta()) / part(), sign="=")
    total = Sum(y, ref(y) * exp(r(y) / beta()))
    d.shuffled(
        lambda: d.true(star(y), "∝", ref(y) * exp(r(y) / beta())),
        lambda: d.true(beta() * log(part()), "=", beta() * log(total) - value()),
        lambda: d.false(beta() * log(part()), "=", beta() * log(total)),
        lambda: d.false(beta() * log(part()), "=", beta() * log(total) + value()),
        most=3,
    )
    return d.finished()


def two_optima(rng: Random) -> Document:
    """Each section states an optimum of its own, by a row or a problem: what holds of one is false of the other."""
    v = Letters.drawn(rng, prompt=True)
    law, star, part = v.law(r"\pi"), Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    references = v.law(r"\pi_{ref}", r"\pi_0", r"\pi_{SFT}"), v.law(r"\mu", r"\pi_{old}", "q")
    first, second = ((ref, v.reward(), v.temperature()) for ref in rng.sample(references, 2))
    d, y = v.draft(NAME, "two-optima"), v.y

    def section(ref: Symbol, r: Symbol, beta: Symbol, others: tuple[Symbol, Symbol, Symbol]) -> None:
        full, shown, total = _stated(v, ref, r(y), beta, star, part)
        d.mean(star(y), full)
        d.mean(part(), total)
        if rng.random() < 0.5:
            d.definition(star(y), shown)
        else:
            d.problem(solved(law, r, beta, ref, y, v.z))
        old_ref, old_r, old_beta = others
        d.shuffled(
            lambda: d.true(beta() * log(star(y) / ref(y)), "=", r(y) - beta() * log(part())),
            lambda: d.true(star(y), "∝", ref(y) * exp(r(y) / beta())),
            lambda: d.true(Mean(y, star, r(y)) - beta() * KL(star, ref), "=", beta() * log(part())),
            lambda: d.false(old_beta() * log(star(y) / old_ref(y)), "=", old_r(y) - old_beta() * log(part())),
            lambda: d.false(Mean(y, star, r(y)) - beta() * KL(star, old_ref), "=", beta() * log(part())),
            lambda: d.false(star(y), "∝", ref(y) * exp(r(y) * beta() ** 2)),
            most=3,
        )

    d.heading("One", "With a first reference")
    section(*first, second)
    d.heading("Two", "With another one")
    section(*second, first)
    return d.finished()


def combined_reward(rng: Random) -> Document:
    """The optimum is of two rewards together: neither alone is its reward."""
    v = Letters.drawn(rng, prompt=True)
    ref, beta = v.reference(), v.temperature()
    one, two = v.function("r_1"), v.function("r_2")
    star, part = Symbol(r"\pi^*", "law", v.prompt, 1), _z(v)
    d, y = v.draft(NAME, "combined-reward"), v.y
    scores = rng.choice([one(y) + two(y), one(y) - two(y), one(y) + 2 * two(y)])
    full, shown, total = _stated(v, ref, scores, beta, star, part)
    d.mean(star(y), full)
    d.mean(part(), total)
    d.definition(star(y), shown)
    d.shuffled(
        lambda: d.true(beta() * log(star(y) / ref(y)), "=", scores - beta() * log(part())),
        lambda: d.true(Mean(y, star, scores) - beta() * KL(star, ref), "=", beta() * log(part())),
        lambda: d.false(beta() * log(star(y) / ref(y)), "=", one(y) - beta() * log(part())),
        lambda: d.false(Mean(y, star, two(y)) - beta() * KL(star, ref), "=", beta() * log(part())),
        most=3,
    )
    return d.finished()


KINDS = (
    two_optima,
    combined_reward,
    two_rewards,
    two_references,
    two_temperatures,
    nothing_stated,
    by_directive,
    usual_meaning,
    regret,
    shaped_reward,
)
